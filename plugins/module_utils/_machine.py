# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which machine this is: two that answer alike are one. PRIVATE to the collection."""

from __future__ import annotations

import hashlib
import socket

_NAMES = ("/etc/machine-id", "/proc/sys/kernel/random/boot_id")  # cloned machines share the first one, containers the second


def identity() -> str:
    """A short digest of the machine's name, its identifier and that of its start; it tells nothing of them."""
    return _digest(_NAMES)


def lasting_identity() -> str:
    """The same, but that it stays when the machine is started again."""
    return _digest(_NAMES[:1])


def _digest(paths: tuple[str, ...]) -> str:
    parts = [socket.gethostname()]
    for path in paths:
        try:
            with open(path, encoding="ascii", errors="replace") as stream:
                parts.append(stream.read(100).strip())
        except OSError:
            parts.append("")
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:12]


__all__ = ("identity", "lasting_identity")
