# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a time daemon says of itself, in one shape for all of them. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import math

from .._finding import CannotObserve
from .._message import first_line
from .._phrase import Message, phrase
from .._runner import Completed, user_name


@dataclasses.dataclass(frozen=True)
class Reading:
    """Times in seconds; None for what a daemon does not tell."""

    daemon: str
    against: Message | None = None  # why the clock is not synchronised; None: it is
    source: str = ""  # what it is synchronised with
    stratum: int | None = None
    reference: str = ""  # that the daemon tells whoever asks it for the time
    offset: float | None = None  # of the clock from its source, without a sign
    distance: float | None = None  # by how much the source's time itself may be off
    age: float | None = None  # since the clock was last compared with the source; below 0: set back since
    lost: bool = False  # the source has answered none of the last questions
    isolated: bool = False  # the source follows its own clock
    first: bool = False  # the offset is that of the first answer, by which the clock was set at once


def not_understood(tool: str, done: Completed) -> CannotObserve:
    """Of a tool that ran, and whose answer is not the one that it should be."""
    said = first_line(done.stdout.strip() or done.stderr, "", 200)
    if not said:
        return CannotObserve(phrase("{tool:path} answers nothing (exit code {code:number})", tool=tool, code=done.rc))
    return CannotObserve(phrase("what {tool:path} answers cannot be understood: {said}", tool=tool, said=said))


def not_answered(daemon: str, tool: str, done: Completed) -> CannotObserve:
    """Of a daemon that runs and does not answer its tool."""
    complaint = first_line(done.stderr.strip() or done.stdout, "", 200) or f"exit code {done.rc}"
    said = phrase(
        "{daemon:path} runs, but does not answer {tool:path} when {user} asks ({said}): it hangs, or lets only root ask (run_as, become)",
        daemon=daemon,
        tool=tool,
        user=user_name(),
        said=complaint,
    )
    return CannotObserve(said)


def not_set_yet(daemon: str, sources: int, answering: int) -> Message:
    """Why a daemon that knows its sources is not synchronised."""
    if not sources:
        return phrase("{daemon:path} is not synchronised: it has no source", daemon=daemon)
    if not answering:
        return phrase("{daemon:path} is not synchronised: none of its sources answers ({count:number})", daemon=daemon, count=sources)
    return phrase(
        "{daemon:path} is not synchronised: it trusts none of its sources, of which {answering:number} of {count:number} answer",
        daemon=daemon,
        answering=answering,
        count=sources,
    )


def own_clock(daemon: str, reference: str) -> Message:
    """Of a daemon that says it is synchronised, to the clock that it is to set."""
    return phrase(
        "{daemon:path} says that it is synchronised, but it follows this host's own clock ({reference}), which no source sets",
        daemon=daemon,
        reference=reference,
    )


def number(text: str) -> float:
    """A finite number. ValueError."""
    found = float(text)
    if not math.isfinite(found):
        raise ValueError(text)
    return found


__all__ = ("Reading", "not_answered", "not_set_yet", "not_understood", "number", "own_clock")
