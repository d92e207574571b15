# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts and services are monitored by Icinga, Nagios or Centreon, and tell of their problems. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._argspec import ArgumentsRefused, Spec, http_spec
from .._clients.alertmanager import parse_timestamp
from .._clients.centreon import Centreon
from .._clients.classic import Key, Monitoring, Seen
from .._clients.icinga import Icinga
from .._clients.livestatus import Livestatus
from .._clients.nagios_status import NagiosStatus
from .._finding import CannotObserve, Facts, Finding, Measurement
from .._http import Connection, HttpArguments
from .._listing import either
from .._phrase import Message, and_more, phrase, plural
from .._runner import Runner
from ._classic_aspects import ASPECTS, Look, Verdict, named

WHERE = "controller"
TIMEOUT = 30.0
SETTLES = True
SYSTEMS = ("centreon", "icinga", "livestatus", "nagios")
ARGUMENT_SPEC: Spec = {
    **http_spec(),
    "system": {"type": "str", "required": True, "choices": list(SYSTEMS)},
    "status_file": {"type": "path"},
    "object_cache_file": {"type": "path"},
    "aspect": {"type": "str", "default": "monitored", "choices": list(ASPECTS)},
    "hosts": {"type": "list", "elements": "str", "default": []},
    "services": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {"host": {"type": "str", "required": True}, "service": {"type": "str", "required": True}},
    },
    "contacts": {"type": "list", "elements": "str", "default": []},
    "window_end": {"type": "str"},
    "max_duration": {"type": "str", "default": "24h"},
}
CONSTRAINTS = {
    "required_if": [
        ("system", "nagios", ("status_file",)),
        *(("system", system, ("url",)) for system in SYSTEMS if system != "nagios"),
    ]
}
DURATIONS = ("max_duration",)
SIZES = ()
COMPARISONS = ()
COMPARABLE = {"objects": {"kind": "set", "what": phrase("monitored host or service")}}


class Service(t.TypedDict):
    host: str
    service: str


class Arguments(HttpArguments):
    url: str | None
    system: str
    status_file: str | None
    object_cache_file: str | None
    aspect: str
    hosts: list[str]
    services: list[Service]
    contacts: list[str]
    window_end: str | None
    max_duration: float


def problems(args: Arguments, given: t.Mapping[str, object]) -> list[str]:
    found = []
    if not args["hosts"] and not args["services"]:
        found.append("hosts and services are both empty: there is nothing to look at")
    names = [*args["hosts"], *args["contacts"], *(text for one in args["services"] for text in (one["host"], one["service"]))]
    if any(not str(name).strip() or not str(name).isprintable() for name in names):
        found.append("a name of a host, service or contact is empty, or has line breaks or control characters")
    if args["aspect"] == "routing" and not args["contacts"]:
        found.append("contacts is needed for aspect: routing, it says who must be told")
    if args["window_end"]:
        try:
            parse_timestamp(args["window_end"])
        except ValueError as exc:
            found.append(f"window_end: {exc}")
    return found


def run(args: Arguments, runner: Runner) -> Finding:
    refused = problems(args, args)
    if refused:
        raise ArgumentsRefused(refused)
    hosts: list[Key] = [(host, "") for host in args["hosts"]]
    services: list[Key] = [(one["host"], one["service"]) for one in args["services"]]
    declared = tuple(dict.fromkeys([*hosts, *services]))
    implied = tuple(dict.fromkeys((host, "") for host, _service in services if (host, "") not in declared))
    aspect = args["aspect"]
    seen = monitoring(args, runner).look((*declared, *implied), ways=aspect in ("alerting", "routing"), hidings=aspect == "hidden")
    look = Look(
        seen,
        declared,
        implied,
        runner.now().timestamp(),
        tuple(args["contacts"]),
        parse_timestamp(args["window_end"]).timestamp() if args["window_end"] else None,
        args["max_duration"],
    )
    return conclude(aspect, look, ASPECTS[aspect](look))


def monitoring(args: Arguments, runner: Runner) -> Monitoring:
    """The client for this kind of server."""
    if args["system"] == "nagios":
        return NagiosStatus(str(args["status_file"]), args["object_cache_file"], runner)
    connection = Connection.from_args(args)
    if args["system"] == "icinga":
        return Icinga(connection, runner)
    if args["system"] == "centreon":
        return Centreon(connection, runner)
    return Livestatus(connection, runner)


def conclude(aspect: str, look: Look, verdict: Verdict) -> Finding:
    seen = look.seen
    hides = seen.may_hide
    if hides is not None and (aspect == "hidden" or verdict.fails):
        raise CannotObserve(
            phrase("{server} may not show all that it has: {reason}", server=seen.server, reason=hides), instrument=seen.server
        )
    fields: Facts = {
        "observed": {
            "objects": sorted(str(named(key)) for key in (*look.declared, *look.implied) if key in seen.objects),
            "states": {str(named(watched.key)): watched.state for watched in look.there(look.declared)},
            "aspect": aspect,
        },
        "expected": {"objects": sorted(str(named(key)) for key in look.declared), **_expected(aspect, look)},
    }
    if aspect == "monitored":
        found = [key for key in look.declared if key in seen.objects]
        fields["measurements"] = [Measurement("monitored_objects", len(found), len(look.declared), "lower", count=True)]
    if verdict.fails:
        fields["absent"] = not seen.objects or None
    elif verdict.unseen:
        fields["instrument"] = seen.server
    good = _good(aspect, look, verdict)
    return verdict.finding(phrase("{message}; {more}", message=good, more=and_more(verdict.notes)) if verdict.notes else good, **fields)


def _expected(aspect: str, look: Look) -> dict[str, object]:
    if aspect == "routing":
        return {"contacts": list(look.contacts)}
    if aspect == "hidden":
        return {"max_duration_seconds": look.longest} if look.window_end is None else {"window_end_seconds": look.window_end}
    return {}


def _good(aspect: str, look: Look, verdict: Verdict) -> Message:
    server, count = look.seen.server, len(look.declared)
    if aspect == "monitored":
        return plural(
            "{server} monitors {count:number} host or service, whose last check is {age:duration} old",
            "{server} monitors all {count:number} hosts and services, the oldest last check is {age:duration} old",
            count=count,
            server=server,
            age=verdict.oldest,
        )
    if aspect == "alerting":
        return plural(
            "{server} checks {count:number} host or service, and tells of its problems",
            "{server} checks all {count:number} hosts and services, and tells of their problems",
            count=count,
            server=server,
        )
    if aspect == "routing":
        return plural(
            "{server} tells {contacts} of the problems of {count:number} host or service",
            "{server} tells {contacts} of the problems of all {count:number} hosts and services",
            count=count,
            server=server,
            contacts=either(look.contacts),
        )
    return plural(
        "nothing on {server} hides {count:number} host or service for longer than allowed",
        "nothing on {server} hides one of {count:number} hosts and services for longer than allowed",
        count=count,
        server=server,
    )


__all__ = ("ARGUMENT_SPEC", "COMPARABLE", "CONSTRAINTS", "DURATIONS", "SETTLES", "TIMEOUT", "WHERE", "Seen", "problems", "run")
