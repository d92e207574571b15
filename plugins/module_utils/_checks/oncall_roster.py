# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody who can be reached is on call in each tier, without a gap, during the change and after it. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import typing as t

from .._argspec import ArgumentsRefused, Spec, http_spec
from .._clients import calendars
from .._clients.alertmanager import parse_timestamp
from .._clients.calendar_times import known_zone
from .._clients.roster_entries import Roster, Span
from .._finding import CannotObserve, Finding
from .._hours import WEEK, parse_hours, zone_named
from .._http import Connection, HttpOptions
from .._phrase import Message, phrase
from .._runner import Runner
from . import _roster_shifts
from ._roster_cover import joined, moment, of_hours, without
from ._roster_judged import Judged, Period, Tier, judged, looked, tiers_of
from ._roster_people import Person, known_people
from ._roster_services import PROVIDERS, of_provider

WHERE = "controller"
TIMEOUT = 60.0
_SOURCE: Spec = {
    **http_spec(),
    "calendar_url": {"type": "str", "no_log": True},
    "path": {"type": "path"},
    "shifts": {"type": "list", "elements": "dict"},
    "provider": {"type": "str", "choices": [*PROVIDERS]},
    "name": {"type": "str"},
    "tiers": {"type": "dict", "default": {}},
    "people": {"type": "dict", "default": {}},
    "reachable": {"type": "bool", "default": True},
    "free_counts": {"type": "bool", "default": False},
    "words": {"type": "list", "elements": "str", "default": []},
    "called": {"type": "list", "elements": "str", "default": []},
    "time_zone": {"type": "str"},
    "hours": {"type": "str"},
}
ARGUMENT_SPEC: Spec = {
    **_SOURCE,
    "tier": {"type": "str"},
    "beside": {"type": "list", "elements": "dict", "default": [], "options": _SOURCE},
    "window_start": {"type": "str"},
    "window_end": {"type": "str"},
    "horizon": {"type": "str", "default": "7d"},
    "max_stretch": {"type": "str", "default": "14d"},
    "max_bytes": {"type": "str", "default": "8MiB"},
}
CONSTRAINTS = {
    "mutually_exclusive": [("calendar_url", "path", "shifts", "provider")],
    "required_one_of": [("calendar_url", "path", "shifts", "provider")],
    "required_if": [("provider", provider, ("tiers",)) for provider in PROVIDERS],
}
DURATIONS = ("horizon", "max_stretch")
SIZES = ("max_bytes",)
LONGEST = 400 * 86400.0
FURTHEST = 30 * 86400.0


class Source(HttpOptions):
    """A roster: where it is, and how it is read."""

    url: str | None
    calendar_url: str | None
    path: str | None
    shifts: list[dict[str, object]] | None
    provider: str | None
    name: str | None
    tiers: dict[str, object]
    people: dict[str, Person]
    reachable: bool
    free_counts: bool
    words: list[str]
    called: list[str]
    time_zone: str | None
    hours: str | None


class Arguments(Source):
    timeout: float
    tier: str | None
    beside: list[Source]
    window_start: str | None
    window_end: str | None
    horizon: float
    max_stretch: float
    max_bytes: int


def problems(args: Arguments, _given: t.Mapping[str, object]) -> list[str]:
    found = []
    for key, value in (("window_start", args["window_start"]), ("window_end", args["window_end"])):
        try:
            if value:
                parse_timestamp(value)
        except ValueError as exc:
            found.append(f"{key}: {exc}")
    if args["time_zone"] and known_zone(args["time_zone"]) is None:
        found.append(f"time_zone: '{args['time_zone']}' is not the name of a time zone; expected for example Europe/Paris")
    if args["hours"] and parse_hours(args["hours"]) is None:
        found.append(f"hours: '{args['hours']}' cannot be read; expected for example 24x7 or 'Mon-Fri 08:00-18:00'")
    if not 0 < args["horizon"] <= LONGEST:
        found.append("horizon: expected more than no time, and at most 400d")
    if args["provider"] == "grafana_oncall" and not args["url"]:
        found.append("url: it is needed to ask Grafana OnCall")
    return found


def run(args: Arguments, runner: Runner) -> list[Finding]:
    period = _period(args, runner.now().timestamp())
    if not period.wanted:
        said = phrase(
            "none of the hours '{hours}' lies between {start:moment} and {end:moment}: look further ahead (horizon)",
            hours=args["hours"],
            start=moment(period.begin),
            end=moment(period.end),
        )
        raise CannotObserve(said)
    # further than it must be covered: one person for weeks is seen by it
    until = max(period.end, period.begin + min(args["max_stretch"], FURTHEST) + 86400)
    where, roster, tiers = _looked(args, args["tier"], period, until, args["max_bytes"], runner)
    others: list[Judged] = []
    unread: list[Message] = []
    for one in args["beside"]:
        if not _has_source(one):
            continue
        try:
            _where, _roster, besides = _looked(one, None, period, until, args["max_bytes"], runner)
        except CannotObserve as exc:
            said = phrase(
                "whether one person is alone in two tiers at once is not known: the roster {name} cannot be read: {why}",
                name=one["name"] or "",
                why=exc.message,
            )
            unread.append(said)
            continue
        hours = _spans(one, period.begin, period.end)
        for other in besides:
            other.name = " ".join(filter(None, (one["name"], other.tier.name)))
            other.asked = hours
        others += besides
    for tier in tiers:
        tier.name = " ".join(filter(None, (args["name"], tier.tier.name))) if others else tier.tier.name
    found = judged(where, roster, tiers, period, args["max_stretch"], others, unread)
    for finding in found:
        finding.instance = " ".join(part for part in (args["name"] or "", finding.instance) if part)
    return found


def _has_source(one: Source) -> bool:
    return bool(one["calendar_url"] or one["path"] or one["provider"]) or one["shifts"] is not None


def _looked(
    args: Source, tier: str | None, period: Period, until: float, max_bytes: int, runner: Runner
) -> tuple[str, Roster, list[Judged]]:
    """A roster by the name of what is read, its entries, and each of its tiers with what its entries cover. CannotObserve."""
    where, roster = _read(args, period, until, max_bytes, runner)
    people, words = known_people(args["people"]), [*args["words"], *args["called"], args["name"] or ""]
    tiers: list[Tier] = tiers_of(args["tiers"], roster, tier)
    reachable, free_counts = args["reachable"], args["free_counts"]
    return where, roster, [looked(one, roster, people, words, reachable=reachable, free_counts=free_counts) for one in tiers]


def _period(args: Arguments, now: float) -> Period:
    """When somebody must be on call: the whole window, and the hours of the service in the time after it."""
    start = parse_timestamp(args["window_start"]).timestamp() if args["window_start"] else now
    end = parse_timestamp(args["window_end"]).timestamp() if args["window_end"] else start
    if end < start and args["window_start"]:
        raise ArgumentsRefused(["window_end: the window ends before it begins"])
    begin, after = max(now, start), max(now, start, end)
    if after - now > LONGEST:
        raise CannotObserve(phrase("the window lies more than {most:duration} ahead: no roster says so much", most=LONGEST))
    last = after + args["horizon"]
    # of a minute in the window only those rosters are asked whose hours hold it; where none has it, all
    others = joined([span for one in args["beside"] if one["hours"] for span in _spans(one, begin, after) or ()])
    elsewhere = without(others, _hours(args, begin, after)) if others else []
    wanted: list[Span] = [*without([(begin, after)], elsewhere), *_hours(args, after, last)]
    return Period(begin, last, joined(wanted), args["hours"])


def _hours(args: Arguments, begin: float, end: float) -> list[Span]:
    minutes = parse_hours(args["hours"] or "24x7") or set()
    zone = _zone(args["hours"] or "", args["time_zone"])
    if len(minutes) < 7 * 1440 and zone is None:
        said = phrase(
            "the hours '{hours}' have no time zone: say it in them ('Mon-Fri 08:00-18:00 Europe/Paris') or for the roster (time_zone)",
            hours=args["hours"],
        )
        raise CannotObserve(said)
    return of_hours(minutes, begin, end, zone or dt.timezone.utc)


def _spans(one: Source, begin: float, end: float) -> list[Span] | None:
    """The hours of a roster between two moments; None where it has none that are known."""
    minutes = parse_hours(one["hours"] or "")
    zone = _zone(one["hours"] or "", one["time_zone"])
    if not minutes or (zone is None and len(minutes) < WEEK):
        return None
    return of_hours(minutes, begin, end, zone or dt.timezone.utc)


def _zone(hours: str, declared: str | None) -> dt.tzinfo | None:
    name = zone_named(hours) or declared
    return known_zone(name) if name else None


def _read(args: Source, period: Period, until: float, max_bytes: int, runner: Runner) -> tuple[str, Roster]:
    """What is read, by its name, and what it says."""
    zone = known_zone(args["time_zone"]) if args["time_zone"] else None
    if args["shifts"] is not None:
        return "shifts", _roster_shifts.entries(args["shifts"], zone, period.begin, until)
    if args["provider"]:
        schedules = {tier.name: tier.texts for tier in tiers_of(args["tiers"], Roster((), 0))}
        return of_provider(args["provider"], args["url"], Connection.from_args(args), schedules, (period.begin, until, period.end), runner)
    path = args["path"]
    if path and not calendars.is_calendar(path):
        return path, _roster_shifts.entries(_roster_shifts.of_file(path, runner), zone, period.begin, until)
    if path:
        where, content = path, calendars.of_file(path, runner, max_bytes)
    else:
        url = args["calendar_url"] or ""
        where = calendars.shown(url)
        content = calendars.of_address(url, Connection.from_args({**args, "url": url}), runner, max_bytes)
    return where, calendars.entries(content, where, period.begin, until, args["time_zone"], runner)


__all__ = ("ARGUMENT_SPEC", "CONSTRAINTS", "DURATIONS", "SIZES", "TIMEOUT", "WHERE", "problems", "run")
