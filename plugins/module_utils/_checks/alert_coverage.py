# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operator must be told of a service has an alert. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._argspec import ArgumentsRefused, Spec, rules_server_spec, server_spec
from .._clients.prometheus import Prometheus
from .._clients.promql import parse_selector
from .._finding import CannotObserve, Finding, Measurement, Status
from .._http import Connection, RulesServer, ServerArguments
from .._listing import every
from .._phrase import Message, phrase
from .._runner import Runner
from ._alert_kinds import KINDS, WORDS
from ._alert_scope import Scope
from ._alert_watch import Coverage, Kind

WHERE = "controller"
TIMEOUT = 60.0
SETTLES = True
ARGUMENT_SPEC: Spec = {
    **server_spec(),
    "kinds": {"type": "list", "elements": "str", "choices": list(KINDS), "required": True},
    "match": {"type": "dict"},
    "must_include": {"type": "list", "elements": "str", "default": []},
    "covers": {"type": "dict"},
    "names": {"type": "list", "elements": "str", "default": []},
    "jobs": {"type": "list", "elements": "str", "default": []},
    "addresses": {"type": "list", "elements": "str", "default": []},
    "endpoints": {"type": "list", "elements": "str", "default": []},
    "paths": {"type": "list", "elements": "str", "default": []},
    "may_be_absent": {"type": "list", "elements": "str", "default": []},
    "rules_url": {"type": "str"},
    "others": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": rules_server_spec(),
    },
    "probe_query": {"type": "str"},
}
DURATIONS = ()
SIZES = ()
COMPARISONS = ()


class Arguments(ServerArguments):
    url: str
    kinds: list[str]
    match: dict[str, object] | None
    must_include: list[str]
    covers: dict[str, object] | None
    names: list[str]
    jobs: list[str]
    addresses: list[str]
    endpoints: list[str]
    paths: list[str]
    may_be_absent: list[str]
    others: list[RulesServer]
    rules_url: str | None
    probe_query: str | None


def run(args: Arguments, runner: Runner) -> Finding:
    if not args["kinds"]:
        raise ArgumentsRefused(["kinds has to say what must have an alert"])
    covers = _covers(args["covers"])
    if not args["others"]:
        return conclude(_looked_at(Prometheus(Connection.from_args(args), runner), args["probe_query"], args, covers), args)
    kinds = {name: Kind() for name in args["kinds"]}
    for options in (args, *args["others"]):
        server = Prometheus(Connection.from_args(options), runner)
        try:
            found = _looked_at(server, options["probe_query"], args, covers)
        except CannotObserve as exc:  # what it might tell of is not known; what another tells of is
            found = {name: Kind(unknowns=[exc.message]) for name in kinds}
        for name, kind in kinds.items():
            kind.take(found[name])
    return conclude(kinds, args)


def _looked_at(server: Prometheus, probe_query: str | None, args: Arguments, covers: t.Mapping[str, list[str]]) -> dict[str, Kind]:
    match = {str(name): str(value) for name, value in (args["match"] or {}).items()}
    server.probe(probe_query)
    rules, _now = server.rules()
    scope = Scope(args["names"], args["jobs"], args["addresses"], args["endpoints"], match)
    try:
        scope.learn(server.targets()[0])
    except CannotObserve:
        scope.learn([])  # what only speaks the API of queries: labels have to say what is the service's
    coverage = Coverage(server, rules, scope, tuple(args["paths"]), _may_be_absent(args["may_be_absent"]))
    kinds = coverage.of(tuple(dict.fromkeys(args["kinds"])), match, args["must_include"], covers)
    if coverage.live.is_empty and not any(kind.alerts for kind in kinds.values()) and not server.query("count(up)"):
        said = phrase(
            "{server} has no series of up, nor of anything that the alerts select: has it just been started, or is it another tenant's?",
            server=server.instrument,
        )
        raise CannotObserve(said, instrument=server.instrument)
    return kinds


def _may_be_absent(given: t.Sequence[str]) -> frozenset[object]:
    """Names of metrics and alerts, and whole selectors as ``Selector.same`` has them, however they are written."""
    try:
        return frozenset(parse_selector(text).same if "{" in text else text.strip() for text in given)
    except ValueError as exc:
        raise ArgumentsRefused([f"may_be_absent: {exc}"]) from None


def _covers(given: t.Mapping[str, object] | None) -> dict[str, list[str]]:
    problems = []
    for kind, names in (given or {}).items():
        if kind not in KINDS:
            problems.append(f"covers.{kind} is none of {', '.join(KINDS)}")
        elif not isinstance(names, list) or any(not isinstance(name, str) or not name for name in names):
            problems.append(f"covers.{kind} is a list of names of alerts")
    if problems:
        raise ArgumentsRefused(problems)
    return {kind: [str(name) for name in t.cast("list[object]", names)] for kind, names in (given or {}).items()}


def conclude(kinds: t.Mapping[str, Kind], args: Arguments) -> Finding:
    missing = [name for name, kind in kinds.items() if not kind.alerts and not kind.unknowns]
    untold = [name for name, kind in kinds.items() if not kind.alerts and kind.unknowns]
    partly = [line for kind in kinds.values() if kind.alerts for line in kind.partly]
    near = [line for name in missing for line in kinds[name].near]
    unknowns = [line for name in untold for line in kinds[name].unknowns]
    covered = {name: sorted(kind.alerts) for name, kind in kinds.items() if kind.alerts}
    if missing:
        status = Status.FAIL
        named = every([WORDS[name] for name in missing])
        message = phrase("no alert tells of {kinds}: {near}", kinds=named, near=near[0]) if near else _untold(named)
    elif untold:
        status = Status.UNKNOWN
        message = phrase(
            "whether an alert tells of {kinds} cannot be told: {why}", kinds=every([WORDS[name] for name in untold]), why=unknowns[0]
        )
    elif partly:
        status, message = Status.WARN, partly[0]
    else:
        status = Status.PASS
        message = phrase("an alert tells of each: {kinds:sentences}", kinds=[_told(name, names) for name, names in covered.items()])
    lines = [_untold(WORDS[name]) for name in missing] + near + unknowns + partly
    lines += [line for kind in kinds.values() for line in kind.told]
    return Finding(
        status,
        message,
        observed={"kinds": sorted(covered), "alerts": covered, "missing": missing, "not_known": untold},
        expected={"kinds": args["kinds"], "match": args["match"] or {}, "covers": args["covers"] or {}},
        measurements=[Measurement("kinds_with_an_alert", float(len(covered)), float(len(kinds)), "lower", count=True)],
        details=lines,
        remedy=REMEDY if missing or untold else None,
    )


REMEDY = phrase(
    "Add the alerts that are missing; where one is there whose expression does not tell what it watches, name it in alerts.covers"
)


def _untold(kinds: Message) -> Message:
    return phrase("no alert tells of {kinds}", kinds=kinds)


def _told(kind: str, alerts: list[str]) -> Message:
    return phrase("{kind} ({alerts:list})", kind=WORDS[kind], alerts=alerts)


__all__ = ("ARGUMENT_SPEC", "COMPARISONS", "DURATIONS", "SETTLES", "SIZES", "TIMEOUT", "WHERE", "run")
