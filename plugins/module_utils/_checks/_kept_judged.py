# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether lines are kept as long as they must be, and no longer: by the policy, and by the oldest line there.

PRIVATE to the collection. Pure.
"""

from __future__ import annotations

import dataclasses

from .._clients.log_store import Kept
from .._finding import Status
from .._phrase import Message, phrase

DAY = 86400.0
LEAST_SLACK = 2 * DAY  # stores delete by whole days, or by index
SHARE = 0.1  # of the time, by which the oldest line may be younger: nobody logs at each moment
LONGER, LONGER_SHARE = 31 * DAY, 0.5  # what may lie there beyond the policy, as an index is deleted as a whole


@dataclasses.dataclass(frozen=True)
class Wanted:
    """In seconds."""

    least: float
    most: float | None = None
    every: float = 0.0  # how often there is a line at all


@dataclasses.dataclass(frozen=True)
class Found:
    """What is there. Ages in seconds."""

    kept: Kept | None  # None: nobody says how long
    oldest: float | None  # the age of the oldest line; None: there is none
    exact: bool = True  # else the oldest line is at least as old
    age: float | None = None  # of the log itself: since when it is written; None: nobody knows
    at_most: float | None = None  # the age of the host: the log is not older
    others: float | None = None  # the age of the oldest line of anybody under the same policy
    unsaid: Message | None = None  # why nobody says how long
    stray: float | None = None  # the age of a few lines that lie far before all others: they may be wrongly dated
    hole: tuple[float, float] | None = None  # ages between which there is no line, though there are older ones
    estimated: bool = False  # the policy is a size, and its time that of the present rate: it has been longer or shorter


@dataclasses.dataclass(frozen=True)
class Verdict:
    status: Status
    message: Message
    derived: bool = False  # by the policy alone: no line there is as old yet


def slack(seconds: float, every: float = 0.0) -> float:
    return max(LEAST_SLACK, seconds * SHARE) + every


def judged(wanted: Wanted, found: Found) -> Verdict:
    """The policy first: what it deletes too early, or never, is wrong whatever lies there now."""
    if found.stray is not None:
        return _with_stray(judged(wanted, dataclasses.replace(found, stray=None)), found.stray, wanted)
    if found.hole is not None:
        return _with_hole(judged(wanted, dataclasses.replace(found, hole=None)), *found.hole)
    kept, oldest = found.kept, found.oldest
    if found.age is not None and oldest is not None and oldest > found.age + DAY:
        refuted = phrase(
            "lines of {oldest:duration} ago are there, though it is said to be written for {age:duration} (since)",
            oldest=oldest,
            age=found.age,
        )
        verdict = judged(wanted, dataclasses.replace(found, age=None))
        return dataclasses.replace(verdict, message=phrase("{message}; {more}", message=verdict.message, more=refuted))
    if found.age is None and found.at_most is not None and oldest is not None and abs(found.at_most - oldest) <= slack(found.at_most):
        found = dataclasses.replace(found, age=found.at_most)  # it goes back as far as there is a host
    if kept is not None:
        wrong = _by_policy(wanted, kept, found)
        if wrong is not None:
            return wrong
    if wanted.most is not None and oldest is not None and oldest > wanted.most + LEAST_SLACK:
        told = phrase(
            "lines of {oldest:duration} ago are there, they may be kept for {most:duration} at most", oldest=oldest, most=wanted.most
        )
        return Verdict(Status.FAIL, told)
    return _without_policy(wanted, found) if kept is None else _with_policy(wanted, found, kept)


def _with_stray(verdict: Verdict, stray: float, wanted: Wanted) -> Verdict:
    """A few lines of long ago change nothing but what is said: one of a wrong clock was written today."""
    if verdict.status is Status.PASS and (wanted.most is None or stray <= wanted.most + LEAST_SLACK):
        return verdict
    told = phrase(
        "{message}; a few lines are {stray:duration} old, far from all others: their dates may be wrong, and they were not counted",
        message=verdict.message,
        stray=stray,
    )
    return _warned(verdict, told)


def _with_hole(verdict: Verdict, older: float, younger: float) -> Verdict:
    told = phrase(
        "{message}; between {older:duration} and {younger:duration} ago there is no line: they did not come, or something has deleted them",
        message=verdict.message,
        older=older,
        younger=younger,
    )
    return _warned(verdict, told)


def _warned(verdict: Verdict, told: Message) -> Verdict:
    """The same, but no better than a warning."""
    return dataclasses.replace(verdict, status=Status.WARN if verdict.status is Status.PASS else verdict.status, message=told)


def _by_policy(wanted: Wanted, kept: Kept, found: Found) -> Verdict | None:
    if kept.seconds is not None and kept.seconds < wanted.least:
        told = phrase(
            "lines are kept for {kept:duration} ({said}), they must be for {least:duration}",
            kept=kept.seconds,
            said=kept.said_by,
            least=wanted.least,
        )
        enough = found.oldest is not None and found.oldest >= wanted.least
        return Verdict(Status.WARN if found.estimated and enough else Status.FAIL, _with_oldest(told, found))
    if wanted.most is not None and kept.seconds is None:
        told = phrase("lines are kept without end ({said}), they may be for {most:duration} at most", said=kept.said_by, most=wanted.most)
        return Verdict(Status.FAIL, _with_oldest(told, found))
    if wanted.most is not None and kept.seconds is not None and kept.seconds > wanted.most and not found.estimated:
        told = phrase(
            "lines are kept for {kept:duration} ({said}), they may be for {most:duration} at most",
            kept=kept.seconds,
            said=kept.said_by,
            most=wanted.most,
        )
        return Verdict(Status.FAIL, _with_oldest(told, found))
    return None


def _with_oldest(told: Message, found: Found) -> Message:
    if found.oldest is None:
        return told
    return phrase("{said}; the oldest line there is {oldest:duration} old", said=told, oldest=found.oldest)


def _without_policy(wanted: Wanted, found: Found) -> Verdict:
    """Nobody says how long: what lies there is all that is known."""
    unsaid = found.unsaid or phrase("the store does not say for how long it keeps them")
    if found.oldest is None:
        return Verdict(Status.UNKNOWN, phrase("there is no line, and {unsaid}", unsaid=unsaid))
    if found.oldest >= wanted.least - slack(wanted.least, wanted.every):
        told = phrase(
            "the oldest line is {oldest:duration} old, lines must be kept for {least:duration}; {unsaid}",
            oldest=found.oldest,
            least=wanted.least,
            unsaid=unsaid,
        )
        return Verdict(Status.PASS, told)
    if found.age is not None and found.oldest < min(found.age, wanted.least) - slack(min(found.age, wanted.least), wanted.every):
        told = phrase(
            "the oldest line is {oldest:duration} old, and it has been written for {age:duration}: "
            "lines are deleted before the {least:duration} for which they must be kept",
            oldest=found.oldest,
            age=found.age,
            least=wanted.least,
        )
        return Verdict(Status.FAIL, told)
    told = phrase(
        "the oldest line is {oldest:duration} old, lines must be kept for {least:duration}: "
        "whether it is a young log or lines are deleted cannot be told; {unsaid}",
        oldest=found.oldest,
        least=wanted.least,
        unsaid=unsaid,
    )
    return Verdict(Status.UNKNOWN, told)


def _with_policy(wanted: Wanted, found: Found, kept: Kept) -> Verdict:
    policy = _policy(kept)
    if found.oldest is None:
        return _empty(wanted, found, policy)
    due = kept.seconds if kept.seconds is not None else max(wanted.least, found.age or 0.0)
    if found.age is not None:
        due = min(due, found.age)
    both = phrase("{policy}, the oldest line is {oldest:duration} old", policy=policy, oldest=found.oldest)
    if kept.seconds is not None and not found.estimated and found.oldest > kept.seconds + max(LONGER, kept.seconds * LONGER_SHARE):
        told = phrase(
            "{both}: it is not applied to them, and what is personal in them is kept too long",
            both=both,
        )
        return Verdict(Status.WARN, told)
    if found.oldest >= due - slack(due, wanted.every):
        if found.oldest >= wanted.least - slack(wanted.least, wanted.every):
            return Verdict(Status.PASS, phrase("{both}, {least:duration} is asked", both=both, least=wanted.least))
        told = phrase("{both}, as the log itself; {least:duration} is asked", both=both, least=wanted.least)
        return Verdict(Status.PASS, told, derived=True)
    return _earlier(wanted, found, kept, both, due)


def _earlier(wanted: Wanted, found: Found, kept: Kept, both: Message, due: float) -> Verdict:
    """The oldest line is younger than the policy lets it become."""
    enough = found.oldest is not None and found.oldest >= wanted.least - slack(wanted.least, wanted.every)
    if found.age is not None and not (found.estimated and enough):
        told = phrase(
            "{both}, and it has been written for {age:duration}: {why}", both=both, age=found.age, why=kept.sooner or _something()
        )
        return Verdict(Status.WARN if enough else Status.FAIL, told)
    if enough:
        return Verdict(Status.PASS, phrase("{both}, {least:duration} is asked", both=both, least=wanted.least))
    if found.others is not None and found.others >= min(due, wanted.least) - slack(min(due, wanted.least)):
        told = phrase(
            "{both}; lines of others there are {others:duration} old, so this log is young; {least:duration} is asked",
            both=both,
            others=found.others,
            least=wanted.least,
        )
        return Verdict(Status.PASS, told, derived=True)
    told = phrase(
        "{both}: it is a young log (say since when: since), or {why}; {least:duration} is asked",
        both=both,
        why=kept.sooner or _something(),
        least=wanted.least,
    )
    return Verdict(Status.WARN, told, derived=True)


def _empty(wanted: Wanted, found: Found, policy: Message) -> Verdict:
    if found.age is not None and found.age < max(wanted.every * 2, DAY):
        return Verdict(Status.PASS, phrase("{policy}; there is no line yet", policy=policy), derived=True)
    if found.age is not None:
        told = phrase("{policy}, and there is no line of it, though it has been written for {age:duration}", policy=policy, age=found.age)
        return Verdict(Status.FAIL, told)
    return Verdict(Status.UNKNOWN, phrase("{policy}, and there is no line of it: is it looked for at the right place?", policy=policy))


def _policy(kept: Kept) -> Message:
    if kept.seconds is None:
        return phrase("lines are kept without end ({said})", said=kept.said_by)
    return phrase("lines are kept for {kept:duration} ({said})", kept=kept.seconds, said=kept.said_by)


def _something() -> Message:
    return phrase("something deletes them earlier")


__all__ = ("Found", "Verdict", "Wanted", "judged", "slack")
