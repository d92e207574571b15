# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Since when a host exists: what is on it cannot be older. PRIVATE to the collection."""

from __future__ import annotations

from .._finding import CannotObserve
from .._runner import Runner

# made when a host is set up; one of them may be made anew later, so that the oldest counts
PLACES = ("/", "/etc", "/var", "/var/log", "/etc/machine-id", "/etc/hostname", "/etc/passwd", "/lost+found")


def host_since(runner: Runner) -> float | None:
    """Seconds since 1970; None where the file systems do not tell when a file was made."""
    try:
        answer = runner.run(["stat", "-c", "%W", "--", *PLACES], timeout=5)
    except CannotObserve:
        return None
    births = [float(line) for line in answer.stdout.split() if line.isdigit() and line != "0"]
    return min(births) if births else None


__all__ = ("host_since",)
