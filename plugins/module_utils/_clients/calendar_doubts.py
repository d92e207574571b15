# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps the events of a calendar from being sure. PRIVATE to the collection. It runs elsewhere (``calendar_reading``)."""

from __future__ import annotations

import collections
import datetime as dt
import re
import typing as t

from .calendar_events import DATING, TIMES, Event, Refused
from .calendar_times import UTC, Zones, in_utc, on_the_wall

PUBLISHING = ("", "PUBLISH", "REQUEST", "ADD")  # methods (RFC 5546) by which entries are told
CANCELLING = "CANCEL"
ZONES_SPREAD = 14 * 3600  # how far a time without a known zone may be away from UTC


def examine(event: Event, zones: Zones) -> None:
    """Notes what keeps the event from being sure, and makes an end of the series that can be read in two ways the later one."""
    for name in sorted(event.raw.zones()):
        if not zones.of(name):
            event.doubts.add(("zone", name))
            event.spread = ZONES_SPREAD
    for name in TIMES:
        if any(re.search(r";TZID=[^:]*:[^:]*Z\s*$", line, re.IGNORECASE) for line in event.raw.all(name)):
            event.doubts.add(("unread", name))  # in two zones at once
    for name, _said in getattr(event.component, "errors", ()):
        if str(name).upper() in DATING:
            event.doubts.add(("unread", str(name).upper()))
            event.component.pop(str(name), None)
    rules = event.raw.all("RRULE")
    if event.raw.all("EXRULE"):
        event.doubts.add(("exrule", ""))
    if event.unplaced:
        return
    if not event.raw.value("DTSTART") or "DTSTART" not in event.component:
        event.doubts.add(("unread", "DTSTART"))
        return
    if len(rules) > 1:
        event.doubts.add(("rules", ""))
    if any(re.search(r"FREQ=(SECONDLY|MINUTELY)", rule, re.IGNORECASE) for rule in rules):
        raise Refused("too_often", str(event.component.get("SUMMARY", "")))
    if event.raw.value("DURATION") and event.raw.value("DTEND"):
        event.doubts.add(("lengths", ""))
    timed = isinstance(event.start, dt.datetime)
    if not timed or (t.cast("dt.datetime", event.start).tzinfo is None and not event.raw.zones()):
        _floats(event, zones)
    if timed:
        _series(event, zones)


def examine_moved(events: t.Sequence[Event]) -> None:
    """What is moved or cancelled, and nobody knows for sure which entry of its series that is: none of the series is sure."""
    series: dict[str, list[Event]] = collections.defaultdict(list)
    for event in events:
        series[event.raw.value("UID")].append(event)
    for members in series.values():
        moved = [event for event in members if event.raw.all("RECURRENCE-ID")]
        if any(not _tells_which(event, members) for event in moved):
            for event in members:
                event.doubts.add(("moved", ""))


def examine_apart(calendars: t.Sequence[t.Sequence[Event]]) -> None:
    """What is moved or cancelled in one calendar of a text, and stands in another: nobody knows whether they belong together."""
    for number, events in enumerate(calendars):
        own = {event.raw.value("UID") for event in events if not event.raw.all("RECURRENCE-ID")}
        lost = {uid for event in events if event.raw.all("RECURRENCE-ID") and (uid := event.raw.value("UID")) not in own}
        for other in (event for at, others in enumerate(calendars) if at != number for event in others):
            if other.raw.value("UID") in lost and not other.raw.all("RECURRENCE-ID"):
                other.doubts.add(("moved", ""))


def replaced_apart(calendars: t.Sequence[tuple[str, t.Sequence[Event]]]) -> set[int]:
    """The numbers of the events that a later version in another calendar of the text replaces, or that are cancelled there. ``calendars``:
    the method of each, and its events. Of versions of one number, of which none is a cancellation, each counts."""
    versions: dict[str, list[tuple[tuple[object, ...], int, Event]]] = collections.defaultdict(list)
    for at, (method, events) in enumerate(calendars):
        if method not in PUBLISHING and method != CANCELLING:
            continue
        for event in events:
            uid = event.raw.value("UID")
            if uid and not event.raw.all("RECURRENCE-ID"):
                cancelled = method == CANCELLING or event.raw.value("STATUS").upper().startswith("CANCEL")
                number, stamp = _version(event)
                versions[uid].append(((number, cancelled, stamp), at, event))
    gone: set[int] = set()
    for uid, found in versions.items():
        newest, at, _event = max(found, key=lambda one: one[0])
        replaced = {(other, event.raw.number) for version, other, event in found if version < newest and other != at}
        gone |= {number for _other, number in replaced}
        for other in {other for other, _number in replaced}:
            for event in calendars[other][1]:
                if event.raw.value("UID") == uid and event.raw.all("RECURRENCE-ID"):
                    event.doubts.add(("moved", ""))
    return gone


def missed_days(event: Event, events: t.Sequence[Event]) -> set[dt.date]:
    """The days of a series on which an exception, or a moved or cancelled entry, is named by a time: an entry that is still there on such a
    day was not meant by it, or was and stands there because the time is wrong. Of a series with several entries a day nothing is said."""
    if re.search(r"FREQ=HOURLY|BYHOUR=[\d]+,|BYMINUTE=[\d]+,", event.raw.value("RRULE"), re.IGNORECASE):
        return set()
    start = event.component["DTSTART"].dt
    zone = start.tzinfo if isinstance(start, dt.datetime) else None
    given = event.component.get("EXDATE", [])
    moments = [one.dt for part in (given if isinstance(given, list) else [given]) for one in getattr(part, "dts", ())]
    for other in events:
        if other is not event and other.raw.all("RECURRENCE-ID") and other.raw.value("UID") == event.raw.value("UID"):
            moments.append(getattr(other.component.get("RECURRENCE-ID"), "dt", None))
    days = set()
    for moment in moments:
        if isinstance(moment, dt.datetime):
            days.add((moment.astimezone(zone) if zone and moment.tzinfo else moment).date())
    return days


def _tells_which(event: Event, members: t.Sequence[Event]) -> bool:
    if "RECURRENCE-ID" not in event.component or any(kind == "zone" for kind, _name in event.doubts):
        return False
    given = getattr(event.component["RECURRENCE-ID"], "dt", None)
    for master in members:
        start = getattr(master.component.get("DTSTART"), "dt", None)
        if master.raw.all("RECURRENCE-ID") or start is None:
            continue
        if isinstance(start, dt.datetime) != isinstance(given, dt.datetime):
            return False
        if isinstance(start, dt.datetime) and (start.tzinfo is None) != (t.cast("dt.datetime", given).tzinfo is None):
            return False
    return True


def _floats(event: Event, zones: Zones) -> None:
    if zones.floating is None:
        event.doubts.add(("floating", ""))
        event.spread = ZONES_SPREAD


def _series(event: Event, zones: Zones) -> None:
    """UNTIL that is not in UTC, and a start that its own rule does not give."""
    rule = event.component.get("RRULE")
    if rule is None or isinstance(rule, list):
        return
    start = t.cast("dt.datetime", event.start)
    until = event.raw.value("RRULE").upper().partition("UNTIL=")[2].partition(";")[0]
    if until and not until.endswith("Z") and start.tzinfo is not None:
        _local_until(event, rule, until, zones)
    if not _gives_its_start(str(rule.to_ical().decode()), start):
        event.doubts.add(("start", ""))


def _local_until(event: Event, rule: t.Any, until: str, zones: Zones) -> None:
    try:
        wall = dt.datetime.strptime(until, "%Y%m%dT%H%M%S" if "T" in until else "%Y%m%d")
    except ValueError:
        event.doubts.add(("unread", "UNTIL"))
        return
    zone = place_of(event, "DTSTART", zones)["own"]
    last = wall if "T" in until else wall + dt.timedelta(hours=23, minutes=59, seconds=59)
    ends = sorted((in_utc(wall, UTC), in_utc(last, UTC), in_utc(wall, zone), in_utc(last, zone)))
    rule["UNTIL"] = [on_the_wall(ends[-1], UTC).replace(tzinfo=UTC)]
    event.sure_until = on_the_wall(ends[0], UTC)


def _gives_its_start(rule: str, start: dt.datetime) -> bool:
    from dateutil.rrule import rrulestr  # type: ignore[import-untyped]

    plain = re.sub(r";?UNTIL=[^;]*", "", rule).lstrip(";")
    try:
        given = rrulestr(plain, dtstart=start.replace(tzinfo=None))
        # no further than the first that there is: a rule may give none for ages
        return next(iter(given.between(start.replace(tzinfo=None), start.replace(tzinfo=None), inc=True)), None) is not None
    except (ValueError, TypeError, StopIteration):
        return False


def place_of(event: Event, name: str, zones: Zones) -> dict[str, dt.tzinfo]:
    """The zone of a time of the event, in both ways."""
    named = event.raw.zone(name)
    if named is not None:
        return zones.of(named) or {"own": UTC, "known": UTC}
    if event.raw.value(name).upper().endswith("Z"):
        return {"own": UTC, "known": UTC}
    floating = zones.floating or UTC
    return {"own": floating, "known": floating}


def same_uid(events: t.Sequence[Event]) -> list[Event]:
    """The events without those that a later version of them replaces; of two versions of one number none is sure."""
    kept: list[Event] = []
    masters: dict[str, list[Event]] = collections.defaultdict(list)
    for event in events:
        uid = event.raw.value("UID")
        if not uid:
            event.component["UID"] = f"without-{event.raw.number}"
            kept.append(event)
        elif event.raw.all("RECURRENCE-ID"):
            kept.append(event)
        else:
            masters[uid].append(event)
    for versions in masters.values():
        ordered = sorted(versions, key=_version)
        newest = ordered[-1]
        contents = {tuple(line for line in event.raw.lines if not line.upper().startswith("DTSTAMP")) for event in ordered}
        if len(ordered) > 1 and _version(ordered[-2]) == _version(newest) and len(contents) > 1:
            for event in ordered:
                event.doubts.add(("twice", event.raw.value("UID")))
            for number, event in enumerate(ordered[:-1]):
                event.component["UID"] = f"{event.raw.value('UID')} {number}"
            kept += ordered
        else:
            kept.append(newest)
    return sorted(kept, key=lambda event: event.raw.number)


def _version(event: Event) -> tuple[int, str]:
    number = event.raw.value("SEQUENCE")
    return int(number) if re.fullmatch(r"\d{1,9}", number) else 0, event.raw.value("LAST-MODIFIED") or event.raw.value("DTSTAMP")


__all__ = ("CANCELLING", "PUBLISHING", "examine", "examine_apart", "examine_moved", "missed_days", "place_of", "replaced_apart", "same_uid")
