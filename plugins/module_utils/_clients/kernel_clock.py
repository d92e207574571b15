# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kernel holds of its own clock: adjtimex(2), read and never set. PRIVATE to the collection."""

from __future__ import annotations

import ctypes
import dataclasses
import os

STA_UNSYNC = 0x0040
GROWTH = 500e-6  # seconds of possible error that the kernel adds each second in which nothing sets the clock
_FAILED = -1
_ROOM = 64  # bytes behind the fields that are named here, for those of other architectures


@dataclasses.dataclass(frozen=True)
class KernelClock:
    """``synchronised``: something has set the clock lately, and said so; ``possible_error``: seconds, grown since then."""

    synchronised: bool
    possible_error: float

    @property
    def age(self) -> float:
        """The most seconds that can have gone by since the clock was set."""
        return self.possible_error / GROWTH


class _Timex(ctypes.Structure):
    # the beginning of struct timex, the same wherever long is as wide as the kernel's
    _fields_ = [
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_long * (17 + _ROOM // 8)),
    ]


def kernel_clock() -> KernelClock | None:
    """The kernel's view, None where it cannot be had. A container has no clock of its own: it is told the host's."""
    if os.uname().sysname != "Linux":
        return None
    try:
        call = ctypes.CDLL(None, use_errno=True).adjtimex
    except (OSError, AttributeError):
        return None
    answer = _Timex()  # modes is 0: nothing is set
    if call(ctypes.byref(answer)) == _FAILED or answer.maxerror < 0:
        return None
    return KernelClock(not answer.status & STA_UNSYNC, answer.maxerror / 1e6)


__all__ = ("GROWTH", "KernelClock", "kernel_clock")
