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
from .._hours import parse_hours, zone_named
from .._http import Connection, HttpArguments
from .._phrase import phrase
from .._runner import Runner
from . import _roster_shifts
from ._roster_cover import joined, of_hours
from ._roster_judged import Period, Tier, judged, tiers_of
from ._roster_people import Person, known_people
from ._roster_services import PROVIDERS, of_provider

WHERE = "controller"
TIMEOUT = 60.0
ARGUMENT_SPEC: Spec = {
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


class Arguments(HttpArguments):
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
    # further than it must be covered: one person for weeks is seen by it
    until = max(period.end, period.begin + min(args["max_stretch"], FURTHEST) + 86400)
    people = known_people(args["people"])
    where, roster = _read(args, period, until, runner)
    tiers: list[Tier] = tiers_of(args["tiers"], roster)
    reachable, free_counts = args["reachable"], args["free_counts"]
    words = [*args["words"], *args["called"], args["name"] or ""]
    found = judged(where, roster, tiers, people, period, args["max_stretch"], reachable=reachable, free_counts=free_counts, words=words)
    for finding in found:
        finding.instance = " ".join(part for part in (args["name"] or "", finding.instance) if part)
    return found


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
    wanted: list[Span] = [(begin, after), *_hours(args, after, last)]
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


def _zone(hours: str, declared: str | None) -> dt.tzinfo | None:
    name = zone_named(hours) or declared
    return known_zone(name) if name else None


def _read(args: Arguments, period: Period, until: float, runner: Runner) -> tuple[str, Roster]:
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
        where, content = path, calendars.of_file(path, runner, args["max_bytes"])
    else:
        url = args["calendar_url"] or ""
        where = calendars.shown(url)
        content = calendars.of_address(url, Connection.from_args({**args, "url": url}), runner, args["max_bytes"])
    return where, calendars.entries(content, where, period.begin, until, args["time_zone"], runner)


__all__ = ("ARGUMENT_SPEC", "CONSTRAINTS", "DURATIONS", "SIZES", "TIMEOUT", "WHERE", "problems", "run")
