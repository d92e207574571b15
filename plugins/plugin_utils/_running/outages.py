# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that one run of Ansible found out of reach, for its other tasks. PRIVATE to the collection.

Files in the temporary folder that Ansible's workers share and that is removed with the run.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import pathlib
import time
import typing as t

from ...module_utils._files import NotWritten, write_atomically
from ...module_utils._phrase import Message, kept, of_kept

AGAIN = 300.0  # seconds after which it is asked again


class Outages:
    """``clock`` is for tests."""

    def __init__(self, root: str | pathlib.Path, clock: t.Callable[[], float] = time.time) -> None:
        self.folder, self.clock = pathlib.Path(root) / "operability.readiness" / "outages", clock

    def _path(self, instrument: str) -> pathlib.Path:
        return self.folder / hashlib.sha256(instrument.encode("utf-8", "replace")).hexdigest()[:32]

    def known(self, instrument: str) -> Message | None:
        """What was said of it in the last minutes; None where it may be asked."""
        path = self._path(instrument)
        try:
            age = self.clock() - path.stat().st_mtime
            return of_kept(json.loads(path.read_text(encoding="utf-8"))) if age < AGAIN else None
        except (OSError, ValueError):
            return None

    def remember(self, instrument: str, message: Message) -> None:
        content = json.dumps(kept(message)).encode("utf-8")
        with contextlib.suppress(NotWritten):  # then the next one waits as well
            write_atomically(self._path(instrument), content, mode=0o600, make_folder=True, durable=False)


__all__ = ("AGAIN", "Outages")
