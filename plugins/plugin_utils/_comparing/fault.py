# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a finding is the fault that was adopted, or a new one. PRIVATE to the collection. Pure.

The same fault is on the same instance and host, of no worse status, about nothing more, and has no measurement that is worse than it
was by more than a tolerance. What grows by itself while nobody repairs it, such as the age of a backup, may grow as time goes by.
"""

from __future__ import annotations

import datetime as dt
import re
import typing as t

from ...module_utils._finding import Finding, Measurement, Status
from ...module_utils._phrase import Message, fields, phrase
from .._model.fault import LAST_SEEN, Fault
from .._model.text import escape, status_said
from .comparable import STATE, facts, specs

TOLERANCE = 0.2
NAMED = 100  # things in a message; of more, none is kept
LONGEST = 300
DEPTH = 5  # messages within messages
_ORDER = {Status.PASS: 0, Status.WARN: 1, Status.UNKNOWN: 2, Status.FAIL: 3}
COUNTERS = frozenset({"unit_restarts"})  # they only grow, at a pace of their own
# parameters of a message that name what is wrong, not how, or since when
SUBJECTS = frozenset(
    (
        "address",
        "alert",
        "anchor",
        "certificate",
        "chain",
        "component",
        "endpoint",
        "heading",
        "job",
        "labels",
        "members",
        "metric",
        "name",
        "names",
    )
    + ("package", "parts", "path", "paths", "pattern", "place", "port", "program", "protocol", "receiver", "repository", "selector")
    + ("setting", "target", "test", "timer", "to", "unit", "url", "what", "where")
)
_REASONS = frozenset(("reason", "why"))  # how it fails may change from night to night
_DATED = re.compile(r"\d{4}-\d\d-\d\d(?:[T_ -]?\d\d[:.-]?\d\d(?:[:.-]?\d\d)?Z?)?|(?<![:\d])\d{6,}|[0-9a-f]{12,}")


def fault_of(finding: Finding) -> Fault:
    """The fault that a finding is, as it is adopted."""
    named = wrong(finding)
    return Fault(
        status=finding.status.value,
        instance=_text(finding.instance),
        host=_text(finding.host),
        check=finding.check,
        at=finding.collected_at,
        absent=finding.absent or None,
        measurements=tuple(one for one in finding.measurements if one.limit is not None and one.bound),
        good=tuple(sorted(_good(finding))),
        wrong=tuple(sorted(named)) if len(named) <= NAMED else None,
    )


def news(finding: Finding, adopted: t.Sequence[Fault], planned: t.Collection[str]) -> Message | None:
    """What is new about a finding beside what was adopted; None where it is one of those faults.

    ``planned`` are the instances that the plan names: where nothing could be seen, a check has not named its own.
    """
    if any(_was_not_declared(fault, finding) for fault in adopted) and not _went_away(finding):
        return None
    there = [fault for fault in adopted if fault.host == _text(finding.host)]
    if not there:
        return phrase("{host:path} had no such fault then", host=finding.host) if finding.host else _another(finding)
    same = [fault for fault in there if _same_instance(fault, finding, planned)]
    if not same:
        return _another(finding)
    reasons = [_news(finding, fault) for fault in same]
    return None if None in reasons else reasons[0]


def _was_not_declared(fault: Fault, finding: Finding) -> bool:
    """Then anything that is there now is more."""
    return not fault.check and fault.status == Status.FAIL.value and fault.instance in ("", _text(finding.instance))


def _went_away(finding: Finding) -> bool:
    return bool(finding.absent) and LAST_SEEN in finding.observed


def _another(finding: Finding) -> Message:
    if not finding.instance:
        return phrase("it was another fault then")
    return phrase("{instance:path} had no such fault then", instance=finding.instance)


def _same_instance(fault: Fault, finding: Finding, planned: t.Collection[str]) -> bool:
    if fault.instance == _text(finding.instance):
        return True
    unseen = finding.status is Status.UNKNOWN and not finding.absent and finding.check in ("", fault.check)
    return unseen and finding.instance in planned and fault.instance not in {_text(name) for name in planned}


def _news(finding: Finding, fault: Fault) -> Message | None:
    before = Status(fault.status)
    if _ORDER.get(finding.status, 0) > _ORDER[before]:
        return phrase("it was {before} then and is {now}", before=status_said(fault.status), now=status_said(finding.status.value))
    if finding.absent and not fault.absent:
        return phrase("it was there then and is gone")
    if finding.status is Status.UNKNOWN:
        return None
    lost = sorted(set(fault.good) - _good(finding)) if finding.status is Status.FAIL else []
    if lost:
        return phrase("{state:path} was good then and is not now", state=lost[0])
    found = _measured(finding, fault)
    if found:
        return found
    more = sorted(wrong(finding) - set(fault.wrong)) if fault.wrong is not None else []
    return phrase("{name:path} was not part of it then", name=more[0]) if more else None


# -- numbers


def _measured(finding: Finding, fault: Fault) -> Message | None:
    now = {one.name: one for one in finding.measurements}
    elapsed = _elapsed(fault.at, finding.collected_at)
    for before in fault.measurements:
        after = now.get(before.name)
        if after is None:
            if finding.status is Status.FAIL and _beyond(before):
                return phrase("{measurement} is not told any more: it is another fault", measurement=before.name)
        elif before.name not in COUNTERS and _beyond(after) and _is_worse(before, after, elapsed):
            return _worse_said(before, after)
    return None


def _worse_said(before: Measurement, after: Measurement) -> Message:
    name, then, now = before.name, before.value, after.value
    if before.name.endswith("_bytes"):
        return phrase("{measurement} was {before:bytes} then and is {now:bytes}", measurement=name, before=then, now=now)
    if before.name.endswith("_ratio"):
        return phrase("{measurement} was {before:percent} then and is {now:percent}", measurement=name, before=then, now=now)
    if "seconds" in before.name:
        return phrase("{measurement} was {before:duration} then and is {now:duration}", measurement=name, before=then, now=now)
    return phrase("{measurement} was {before:number} then and is {now:number}", measurement=name, before=then, now=now)


def _beyond(one: Measurement) -> bool:
    """Whether it has broken its limit; a count, which has no headroom, too."""
    if one.limit is None or one.bound is None:
        return False
    return one.value > one.limit if one.bound == "upper" else one.value < one.limit


def _is_worse(before: Measurement, after: Measurement, elapsed: float) -> bool:
    upper = before.bound == "upper"
    moves = _moves_with_time(before)
    if moves and not upper and before.value > 0 >= after.value:
        return True  # what was to run out has run out
    drift = elapsed if moves else 0.0
    expected = before.value + (drift if upper else -drift)
    room = _room(before) if _beyond(before) else 0.0
    if upper:
        return after.value > expected + room
    return after.value < expected - room and not _fewer_of_fewer(before, after)


def _fewer_of_fewer(before: Measurement, after: Measurement) -> bool:
    """Of a count whose limit is lower now: whether the share that is there is as it was, as 5 of 6 targets are beside 9 of 10."""
    if not (before.count or after.count) or not before.limit or not after.limit or after.limit >= before.limit:
        return False
    return after.value / after.limit >= (1 - TOLERANCE) * before.value / before.limit


def _room(before: Measurement) -> float:
    """How much worse it may be: of a share, part of what is left of it."""
    value = abs(before.value)
    if before.name.endswith("_ratio") and 0 <= before.value <= 1:
        return TOLERANCE * ((1 - value) if before.bound == "upper" else min(value, 1 - value))
    return TOLERANCE * value


def _moves_with_time(one: Measurement) -> bool:
    return one.name.endswith("_age_seconds") if one.bound == "upper" else "left" in one.name and "seconds" in one.name


def _elapsed(before: str | None, after: str | None) -> float:
    try:
        begun, ended = (dt.datetime.fromisoformat(str(moment).replace("Z", "+00:00")) for moment in (before, after))
        return max(0.0, (ended - begun).total_seconds())
    except (TypeError, ValueError):
        return 0.0


# -- what it is about


def _good(finding: Finding) -> set[str]:
    """The states that are as they must be, by their names."""
    known = {name: spec for name, spec in specs(finding.check).items() if spec["kind"] == STATE}
    return {name for name, value in facts(finding).items() if name in known and value in known[name]["good"]} if known else set()


def wrong(finding: Finding) -> frozenset[str]:
    """What the sentences of a finding name as wrong; dates in names do not count, nor reasons."""
    return frozenset(_text(_DATED.sub("#", name)) for sentence in _sentences(finding) for name in _named(sentence))


def _sentences(finding: Finding) -> list[Message]:
    """The message, and those of the details that it stands for: all that have its status."""
    first, more = _first_of(finding.message)
    if not more:
        return [finding.message]
    details = [line for line in finding.details if line.template]
    return [finding.message, *(details[: more + 1] if details and str(details[0]) == str(first) else details)]


def _first_of(message: Message, depth: int = 0) -> tuple[str, int]:
    """The first sentence of a message that has more like it, with how many more there are."""
    first, count = message.params.get("first"), message.params.get("count")
    if isinstance(first, str) and isinstance(count, int):
        return first, count
    for value in message.params.values() if depth < DEPTH else ():
        if isinstance(value, Message):
            found, more = _first_of(value, depth + 1)
            if more:
                return found, more
    return message, 0


def _named(message: Message, depth: int = 0) -> t.Iterator[str]:
    kinds = {field.name: field.kind for field in fields(message.template) if field.name}
    for name in kinds:
        value = message.params.get(name)
        for one in value if isinstance(value, (list, tuple)) else (value,):
            if isinstance(one, Message) and one.template:
                if name not in _REASONS and depth < DEPTH:
                    yield from _named(one, depth + 1)
            elif name in SUBJECTS and isinstance(one, (str, int)):
                yield str(one)


def _text(text: str) -> str:
    return escape(str(text), LONGEST)


__all__ = ("COUNTERS", "SUBJECTS", "TOLERANCE", "fault_of", "news", "wrong")
