# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An iCalendar text read into dated entries. PRIVATE to the collection.

``calendars`` sends the text of this file and of those that it imports to a process of its own, which can be ended: they import nothing else
of ours, and need icalendar and recurring_ical_events there alone. Calendars are read in several ways at once where people and programs
differ on what they say (``WAYS``): what only some of them cover is not sure.
"""

from __future__ import annotations

import collections
import datetime as dt
import json
import sys
import typing as t

from .calendar_doubts import (
    CANCELLING,
    PUBLISHING,
    examine,
    examine_apart,
    examine_moved,
    missed_days,
    place_of,
    replaced_apart,
    same_uid,
)
from .calendar_events import INDEX, Event, Refused, split, without_the_past
from .calendar_times import UTC, Zones, duration_of, in_utc, on_the_wall

# how DTEND of a series is meant (RFC 5545: exact; many programs: by the clock on the wall), and whose rules a zone has that both the
# calendar defines and the world knows
WAYS = (("exact", "own"), ("wall", "own"), ("exact", "known"), ("wall", "known"))
MOST_ENTRIES = 20_000
MOST_SERIES = 5_000
MARGIN = 3 * 86400


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
    return [(by_index[int(str(entry.get(INDEX)))], entry) for entry in found]


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
        "status": "CANCELLED" if _method(calendar) == CANCELLING else str(component.get("STATUS", "")).upper(),
        "free": str(component.get("TRANSP", "")).upper() == "TRANSPARENT",
        "busy": str(component.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper(),
        "kind": str(component.get("X-GOOGLE-CALENDAR-EVENT-TYPE", "")).upper(),
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
    each = [[Event(raws[int(str(part[INDEX]))], part) for part in calendar.walk("VEVENT")] for calendar in calendars]
    examine_apart(each)
    gone = replaced_apart([(_method(calendar), made) for calendar, made in zip(calendars, each)])
    for calendar, all_made in zip(calendars, each):
        made = [event for event in all_made if event.raw.number not in gone]
        method = _method(calendar)
        if method not in PUBLISHING and method != CANCELLING:
            for event in made:
                event.doubts.add(("method", method[:50]))
        zones = Zones(calendar, declared)
        for event in made:
            examine(event, zones)
        examine_moved(made)
        chosen = same_uid(made)
        if sum(event.repeats for event in chosen) > MOST_SERIES:
            raise Refused("too_many", str(MOST_SERIES))
        entries += _dated(chosen, first, last, zones)
        dated = {entry["event"] for entry in entries}
        for event in chosen:
            if event.unplaced:
                entries.append({"event": event.raw.number, "anywhere": True})
            if event.raw.number in dated or event.doubts:
                events[str(event.raw.number)] = told(event, calendar)
    return {"events": events, "entries": entries, "count": len(raws)}


def _method(calendar: t.Any) -> str:
    return str(calendar.get("METHOD", "")).strip().upper()


def _dated(events: t.Sequence[Event], first: dt.datetime, last: dt.datetime, zones: Zones) -> list[dict[str, object]]:
    missed = {event.raw.number: missed_days(event, events) for event in events if event.repeats and not event.unplaced}
    found = []
    for event, entry in occurrences(events, first, last):
        start, stop = entry["DTSTART"].dt, entry["DTEND"].dt if "DTEND" in entry else None
        one = _entry(event, start, stop, zones)
        if isinstance(start, dt.datetime) and start.date() in missed.get(event.raw.number, ()):
            one["doubt"] = "missed"
        found.append(one)
    return found


def _entry(event: Event, start: dt.date, end: dt.date | None, zones: Zones) -> dict[str, object]:
    found = spans(event, start, end, zones)
    if event.spread:
        found = {way: [begin - event.spread, stop + event.spread] for way, (begin, stop) in found.items()}
    entry: dict[str, object] = {"event": event.raw.number, "spans": found}
    zone = (zones.floating if event.raw.value("DTSTART").upper().endswith("Z") else None) or place_of(event, "DTSTART", zones)["own"]
    entry["wall"] = [on_the_wall(moment, zone).replace(tzinfo=UTC).timestamp() for moment in found["exact own"]]
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


__all__ = ("MOST_ENTRIES", "MOST_SERIES", "WAYS", "Refused", "answer", "read")
