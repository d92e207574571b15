# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An iCalendar text read into dated entries. PRIVATE to the collection.

``calendars`` sends the text of this file and of ``calendar_times`` to a process of its own, which can be ended: they import nothing else of
ours, and need icalendar and recurring_ical_events there alone. Calendars are read in several ways at once where people and programs differ
on what they say (``WAYS``): what only some of them cover is not sure.
"""

from __future__ import annotations

import collections
import datetime as dt
import json
import re
import sys
import typing as t

from .calendar_times import UTC, Zones, duration_of, in_utc, on_the_wall

# how DTEND of a series is meant (RFC 5545: exact; many programs: by the clock on the wall), and whose rules a zone has that both the
# calendar defines and the world knows
WAYS = (("exact", "own"), ("wall", "own"), ("exact", "known"), ("wall", "known"))
MOST_ENTRIES = 20_000
MOST_EVENTS = 50_000
MOST_SERIES = 5_000
MARGIN = 3 * 86400
ZONES_SPREAD = 14 * 3600  # how far a time without a known zone may be away from UTC
_INDEX = "X-ROSTER-INDEX"
_TZID = re.compile(r';TZID=("[^"]*"|[^;:]*)', re.IGNORECASE)
_PLACING = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "RECURRENCE-ID")
_DATING = (*_PLACING, "EXDATE")
_TIMES = ("DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE")


class Refused(Exception):
    """A calendar that is not read. The text is a code, and what it is about."""


class Raw(t.NamedTuple):
    """The lines of a VEVENT as they stand there, without those of what lies within it: alarms."""

    number: int
    lines: t.Sequence[str]

    def all(self, name: str) -> list[str]:
        return [line for line in self.lines if re.match(rf"{name}[;:]", line, re.IGNORECASE)]

    def value(self, name: str) -> str:
        return next((line.partition(":")[2].strip() for line in self.all(name)), "")

    def zones(self) -> set[str]:
        found = (_TZID.search(line) for name in _TIMES for line in self.all(name))
        return {match.group(1).strip('"') for match in found if match}


class Event:
    """A VEVENT: what it says, and what keeps anybody from being sure of it."""

    def __init__(self, raw: Raw, component: t.Any) -> None:
        self.raw, self.component = raw, component
        self.doubts: set[tuple[str, str]] = set()
        self.spread = 0  # seconds by which its times may be wrong
        self.sure_until: dt.datetime | None = None  # a moment in UTC, from which on it may have ended

    @property
    def repeats(self) -> bool:
        return bool(self.raw.all("RRULE") or self.raw.all("RDATE"))

    @property
    def unplaced(self) -> bool:
        """Whether nobody can tell when any of its entries is."""
        return any(("unread", name) in self.doubts for name in _PLACING)

    @property
    def start(self) -> dt.date:
        return t.cast("dt.date", self.component["DTSTART"].dt)


def unfolded(text: str) -> list[str]:
    """The lines of the text, those that were folded made whole."""
    return re.sub(r"\r?\n[ \t]", "", text.replace("\x00", "")).splitlines()


def split(text: str) -> tuple[list[str], list[Raw]]:
    """The lines, with the number of each VEVENT in it, and the VEVENTs. Refused."""
    lines = unfolded(text)
    marks = [line.strip().upper() for line in lines if line.strip()]
    if not marks or marks[0].lstrip("\ufeff") != "BEGIN:VCALENDAR":
        raise Refused("no_calendar", "")
    if marks[-1] != "END:VCALENDAR":
        raise Refused("cut_short", "")
    out: list[str] = []
    events: list[Raw] = []
    within: list[str] = []
    own: list[str] = []
    for line in lines:
        mark = line.strip().upper()
        out.append(line)
        if mark.startswith("BEGIN:"):
            within.append(mark[6:])
            if within[-1] == "VEVENT":
                own = []
                events.append(Raw(len(events), own))
                out.append(f"{_INDEX}:{len(events) - 1}")
            if len(within) > 10:
                raise Refused("no_calendar", "")
        elif mark.startswith("END:"):
            if not within or within.pop() != mark[4:]:
                raise Refused("cut_short", "")
        elif within and within[-1] == "VEVENT":
            own.append(line)
        if len(events) > MOST_EVENTS:
            raise Refused("too_many", str(MOST_EVENTS))
    if within:
        raise Refused("cut_short", "")
    return out, events


def without_the_past(lines: list[str], events: list[Raw], first: dt.datetime, last: dt.datetime) -> list[str]:
    """The lines without the events that are over, or far away, whoever reads them: most calendars are years of these."""
    uids = collections.Counter(event.value("UID") for event in events)
    from_day, to_day = (first - dt.timedelta(days=3)).strftime("%Y%m%d"), (last + dt.timedelta(days=3)).strftime("%Y%m%d")
    gone: set[int] = set()
    for event in events:
        if uids[event.value("UID")] > 1 or any(event.all(name) for name in ("RRULE", "RDATE", "RECURRENCE-ID", "DURATION")):
            continue
        start, end = event.value("DTSTART")[:8], event.value("DTEND")[:8]
        if re.fullmatch(r"\d{8}", start) and (
            start > to_day or (start < from_day and re.fullmatch(r"\d{8}", end or start) and end < from_day)
        ):
            gone.add(event.number)
    kept: list[str] = []
    number, dropping = -1, False
    for line in lines:
        mark = line.strip().upper()
        if mark == "BEGIN:VEVENT":
            number += 1
            dropping = number in gone
        if not dropping:
            kept.append(line)
        if mark == "END:VEVENT":
            dropping = False
    return kept


# -- what is doubtful


def examine(event: Event, zones: Zones) -> None:
    """Notes what keeps the event from being sure, and makes an end of the series that can be read in two ways the later one."""
    for name in sorted(event.raw.zones()):
        if not zones.of(name):
            event.doubts.add(("zone", name))
            event.spread = ZONES_SPREAD
    for name, _said in getattr(event.component, "errors", ()):
        if str(name).upper() in _DATING:
            event.doubts.add(("unread", str(name).upper()))
            event.component.pop(str(name), None)
    rules = event.raw.all("RRULE")
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
    match = next((_TZID.search(line) for line in event.raw.all(name)), None)
    if match:
        return zones.of(match.group(1).strip('"')) or {"own": UTC, "known": UTC}
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


# -- dated


def spans(event: Event, start: dt.date, end: dt.date | None, zones: Zones) -> dict[str, list[float]]:
    """From when until when an entry of the event lasts, in seconds since 1970, by way."""
    places = place_of(event, "DTSTART", zones)
    found: dict[str, list[float]] = {}
    for how, whose in WAYS:
        zone = places[whose]
        wall = start.replace(tzinfo=None) if isinstance(start, dt.datetime) else dt.datetime(start.year, start.month, start.day)
        begin = in_utc(wall, zone)
        found[f"{how} {whose}"] = [begin, _end(event, wall, begin, end, how, whose, zone, zones)]
    return found


def _end(event: Event, wall: dt.datetime, begin: float, end: dt.date | None, how: str, whose: str, zone: dt.tzinfo, zones: Zones) -> float:
    duration = duration_of(event.raw.value("DURATION"))
    if any("VALUE=PERIOD" in line.upper() for line in event.raw.all("RDATE")) and isinstance(end, dt.datetime):
        return in_utc(end, zone)
    if duration is not None:
        return in_utc(wall + dt.timedelta(days=duration.days), zone) + duration.seconds
    if "DTEND" not in event.component:
        return begin if isinstance(event.start, dt.datetime) else in_utc(wall + dt.timedelta(days=1), zone)
    first, last = event.start, t.cast("dt.date", event.component["DTEND"].dt)
    if not (isinstance(first, dt.datetime) and isinstance(last, dt.datetime)):
        length = _day(last) - _day(first)
        return in_utc(wall + length, zone)
    last_zone = place_of(event, "DTEND", zones)[whose]
    exact = in_utc(last, last_zone) - in_utc(first, zone)
    if how == "exact" or not event.repeats or last_zone != zone:
        return begin + exact
    return in_utc(wall + (last.replace(tzinfo=None) - first.replace(tzinfo=None)), zone)


def _day(moment: dt.date) -> dt.datetime:
    return dt.datetime(moment.year, moment.month, moment.day)


def occurrences(events: t.Sequence[Event], first: dt.datetime, last: dt.datetime) -> list[tuple[Event, t.Any]]:
    """The entries of the events in this time; a series that cannot be followed is none, and its events are doubtful."""
    import icalendar

    by_index = {event.raw.number: event for event in events}
    grouped: dict[str, list[Event]] = collections.defaultdict(list)
    for event in events:
        if not event.unplaced:
            grouped[str(event.component.get("UID"))].append(event)
    everything = icalendar.Calendar()
    for members in grouped.values():
        for event in members:
            everything.add_component(event.component)
    try:
        found = _within(everything, first, last)
    except Exception:
        found = []
        for members in grouped.values():
            one = icalendar.Calendar()
            for event in members:
                one.add_component(event.component)
            try:
                found += _within(one, first, last)
            except Exception:  # of this series alone; whatever the library says of it, it is not followed
                for event in members:
                    event.doubts.add(("unread", "RRULE"))
    return [(by_index[int(str(entry.get(_INDEX)))], entry) for entry in found]


def _within(calendar: t.Any, first: dt.datetime, last: dt.datetime) -> list[t.Any]:
    import recurring_ical_events  # type: ignore[import-untyped]

    found = []
    for entry in recurring_ical_events.of(calendar).between(first, last):
        found.append(entry)
        if len(found) > MOST_ENTRIES:
            raise Refused("too_many", str(MOST_ENTRIES))
    return found


def attendees(component: t.Any) -> list[dict[str, str]]:
    """Who is invited, and what each has answered."""
    given = component.get("ATTENDEE", [])
    found = []
    for one in given if isinstance(given, list) else [given]:
        params = getattr(one, "params", {})
        about = {key: str(params.get(key, "")).upper() for key in ("PARTSTAT", "CUTYPE", "ROLE")}
        found.append({"address": str(one), "name": str(params.get("CN", "")), **{key.lower(): value for key, value in about.items()}})
    return found[:50]


def told(event: Event, calendar: t.Any) -> dict[str, object]:
    """What the event says, besides when."""
    component = event.component
    categories = component.get("CATEGORIES", [])
    return {
        "title": str(component.get("SUMMARY", ""))[:500],
        "status": "CANCELLED" if str(calendar.get("METHOD", "")).upper() == "CANCEL" else str(component.get("STATUS", "")).upper(),
        "free": str(component.get("TRANSP", "")).upper() == "TRANSPARENT",
        "busy": str(component.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper(),
        "categories": [str(name) for one in (categories if isinstance(categories, list) else [categories]) for name in one.cats][:50],
        "attendees": attendees(component),
        "doubts": sorted(event.doubts),
    }


def read(text: str, begin: float, end: float, declared: str | None) -> dict[str, object]:
    """The entries between two moments: ``events`` by number, and ``entries`` with their number and when they last. Refused."""
    import icalendar

    first = on_the_wall(begin - MARGIN, UTC).replace(tzinfo=UTC)
    last = on_the_wall(end + MARGIN, UTC).replace(tzinfo=UTC)
    lines, raws = split(text)
    kept = without_the_past(lines, raws, first, last)
    events: dict[str, object] = {}
    entries: list[dict[str, object]] = []
    try:
        calendars = icalendar.Calendar.from_ical("\r\n".join(kept) + "\r\n", multiple=True)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as exc:
        raise Refused("not_parsed", str(exc)[:200]) from None
    for calendar in calendars:
        zones = Zones(calendar, declared)
        made = [Event(raws[int(str(part[_INDEX]))], part) for part in calendar.walk("VEVENT")]
        for event in made:
            examine(event, zones)
        examine_moved(made)
        made = same_uid(made)
        if sum(event.repeats for event in made) > MOST_SERIES:
            raise Refused("too_many", str(MOST_SERIES))
        dated: set[int] = set()
        for event, entry in occurrences(made, first, last):
            dated.add(event.raw.number)
            stop = entry["DTEND"].dt if "DTEND" in entry else None
            entries.append(_entry(event, entry["DTSTART"].dt, stop, zones))
        for event in made:
            if event.unplaced and event.raw.number not in dated:
                entries.append({"event": event.raw.number, "anywhere": True})
            if event.raw.number in dated or event.doubts:
                events[str(event.raw.number)] = told(event, calendar)
    return {"events": events, "entries": entries, "count": len(raws)}


def _entry(event: Event, start: dt.date, end: dt.date | None, zones: Zones) -> dict[str, object]:
    found = spans(event, start, end, zones)
    if event.spread:
        found = {way: [begin - event.spread, stop + event.spread] for way, (begin, stop) in found.items()}
    entry: dict[str, object] = {"event": event.raw.number, "spans": found}
    if event.sure_until is not None and min(begin for begin, _stop in found.values()) > in_utc(event.sure_until, UTC):
        entry["doubt"] = "until"
    return entry


def answer(question: t.Any) -> None:
    """Answers on standard output, in the process that this text is sent to."""
    sys.path[:] = question["path"]
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (question["memory"], question["memory"]))
        resource.setrlimit(resource.RLIMIT_CPU, (int(question["seconds"]) + 1, int(question["seconds"]) + 2))
    except (ImportError, ValueError, OSError):
        pass
    told: dict[str, object]
    try:
        told = read(question["text"], question["begin"], question["end"], question["zone"])
    except ImportError as exc:
        told = {"missing": exc.name or "icalendar"}
    except Refused as exc:
        told = {"refused": list(exc.args)}
    except (RecursionError, MemoryError):
        told = {"refused": ["too_large", ""]}
    except Exception as exc:  # what two libraries may raise of a foreign text
        told = {"refused": ["not_parsed", f"{type(exc).__name__}: {exc}"[:200]]}
    sys.stdout.write(json.dumps(told))


__all__ = ("MOST_ENTRIES", "MOST_EVENTS", "MOST_SERIES", "WAYS", "Refused", "answer", "read", "unfolded")
