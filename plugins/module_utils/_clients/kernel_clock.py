# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kernel holds of its own clock: adjtimex(2), read and never set. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import os
import struct

STA_UNSYNC = 0x0040
GROWTH = 500e-6  # seconds of possible error that the kernel adds each second in which nothing sets the clock
_FAILED = -1
# the beginning of struct timex: modes, offset, freq, maxerror (microseconds), esterror, status; the whole of it has room in _SIZE
_TIMEX = struct.Struct("@Illlli")
_SIZE = 512


@dataclasses.dataclass(frozen=True)
class KernelClock:
    """``synchronised``: something has set the clock lately, and said so; ``possible_error``: seconds, grown since then."""

    synchronised: bool
    possible_error: float

    @property
    def age(self) -> float:
        """The most seconds that can have gone by since the clock was set."""
        return self.possible_error / GROWTH


def kernel_clock() -> KernelClock | None:
    """The kernel's view, None where it cannot be had. A container has no clock of its own: it is told the host's."""
    if os.uname().sysname != "Linux":
        return None
    try:
        import ctypes  # a small Python does without it

        call = ctypes.CDLL(None).adjtimex
    except (ImportError, OSError, AttributeError):
        return None
    answer = ctypes.create_string_buffer(_SIZE)  # modes is 0: nothing is set
    if call(answer) == _FAILED:
        return None
    _modes, _offset, _frequency, possible, _estimated, status = _TIMEX.unpack_from(answer)
    return KernelClock(not status & STA_UNSYNC, possible / 1e6) if possible >= 0 else None


__all__ = ("GROWTH", "KernelClock", "kernel_clock")
