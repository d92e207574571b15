# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what the commands of a runbook name exists, by what hosts saw and servers have loaded. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import typing as t

from .._argspec import Spec, rules_server_spec
from .._clients.command_names import ALERT, PATH, UNIT, Named, names_in
from .._clients.document import borrowed
from .._clients.prometheus_alerting import AlertingPrometheus
from .._finding import CannotObserve, Finding, Status, worst
from .._http import Connection
from .._phrase import Message, and_more, phrase, plural
from .._runner import Runner
from ._alerts_of_service import Evaluating
from ._document_fields import Defect
from ._document_source import SourceArguments, source_of

_PATIENCE = 15.0  # seconds to read it
SPEC: Spec = {
    "verify_references": {"type": "bool", "default": False},
    "seen_on": {"type": "list", "elements": "str", "default": []},
    "prometheus": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {**rules_server_spec(), "external_labels": {"type": "dict"}},
    },
    "markers": {"type": "list", "elements": "dict", "default": []},
}


class Seen(t.TypedDict, total=False):
    """What a host saw of names of one kind, as ``references`` has it; ``unseen`` with the reasons."""

    there: list[str]
    missing: list[str]
    unseen: dict[str, str]


class ReferenceArguments(SourceArguments):
    verify_references: bool
    seen_on: list[str]
    prometheus: list[Evaluating]
    markers: list[dict[str, object]]


def named(args: ReferenceArguments, runner: Runner) -> tuple[str, list[Named]] | Finding:
    """Where the runbook is, and the names. CannotObserve."""
    with contextlib.ExitStack() as stack:
        source = source_of(args, runner, stack)
        if isinstance(source, Finding):
            return source
        reading = stack.enter_context(borrowed())
        try:
            document = reading.read(source.content, source.form, runner.remaining(_PATIENCE), args["max_size"])
        except CannotObserve as exc:
            raise CannotObserve(phrase("{where:path} cannot be judged: {reason}", where=source.where, reason=exc.message)) from None
    try:
        return source.where, names_in(document)
    except ValueError:
        said = phrase("what the commands of {where:path} name was not looked at: there is too much of it", where=source.where)
        raise CannotObserve(said) from None


def for_hosts(args: ReferenceArguments, runner: Runner) -> dict[str, list[str]]:
    """The options of ``references`` on the hosts. CannotObserve."""
    found = named(args, runner)
    names = [] if isinstance(found, Finding) else found[1]
    return {"units": [one.name for one in names if one.kind == UNIT], "paths": [one.name for one in names if one.kind == PATH]}


def judged(args: ReferenceArguments, runner: Runner) -> Finding:
    """One finding for all hosts. CannotObserve."""
    found = named(args, runner)
    if isinstance(found, Finding):
        return found
    where, names = found
    loaded = _loaded(args, runner) if any(one.kind == ALERT for one in names) else set[str]()
    defects: list[Defect] = []
    partly: list[Message] = []
    for one in names:
        if one.kind == ALERT:
            defects += _of_alert(one, loaded)
        else:
            defects += _of_hosts(one, args, partly)
    status = worst(defect.status for defect in defects) or Status.PASS
    said = [defect.said() for defect in sorted(defects, key=lambda defect: defect.status != status)]
    counts = {kind: sum(one.kind == kind for one in names) for kind in (UNIT, PATH, ALERT)}
    if said:
        message = phrase("the runbook {where:path}: {defects}", where=where, defects=and_more(said))
    elif not names:
        status = Status.WARN
        message = phrase("the commands of the runbook {where:path} name no unit, no path and no alert: nothing was verified", where=where)
    else:
        message = phrase(
            "all that the commands of the runbook {where:path} name exists: {parts:list}",
            where=where,
            parts=[
                plural("{count:number} unit", "{count:number} units", count=counts[UNIT]),
                plural("{count:number} path", "{count:number} paths", count=counts[PATH]),
                plural("{count:number} alert", "{count:number} alerts", count=counts[ALERT]),
            ],
        )
        if partly:
            message = phrase("{message}; {parts:list}", message=message, parts=partly[:5])
    return Finding(
        status,
        message,
        observed={**{f"{kind}s": sorted(one.name for one in names if one.kind == kind) for kind in counts}, "hosts": _hosts(args)},
        expected={"hosts": args["seen_on"]},
        details=[*(defect.said() for defect in defects), *partly],
    )


def _hosts(args: ReferenceArguments) -> list[str]:
    return [str(marker.get("inventory_host")) for marker in args["markers"]]


def _of_hosts(one: Named, args: ReferenceArguments, partly: list[Message]) -> list[Defect]:
    there, missing, unseen = [], [], dict[str, str]()
    for marker in args["markers"]:
        host, seen = str(marker.get("inventory_host")), marker.get(f"{one.kind}s")
        looked: Seen = t.cast("Seen", seen) if isinstance(seen, dict) else {}
        if one.name in looked.get("there", ()):
            there.append(host)
        elif one.name in looked.get("missing", ()):
            missing.append(host)
        else:
            unseen[host] = looked.get("unseen", {}).get(one.name) or phrase("it was not asked for it")
    for host in args["seen_on"]:
        if host not in (*there, *missing, *unseen):
            unseen[host] = phrase("it did not answer")
    if there:
        if missing:
            partly.append(phrase("{name:path} exists on {hosts:list}, not on {others:list}", name=one.name, hosts=there, others=missing))
        return []
    if unseen:
        host = next(iter(unseen))
        said = phrase("whether {name:path} exists is not known: {host:path}: {why}", name=one.name, host=host, why=unseen[host])
        return [Defect(Status.UNKNOWN, said, one.line)]
    if one.kind == UNIT:
        return [Defect(Status.FAIL, phrase("a command names the unit {name:path}, which exists on no host", name=one.name), one.line)]
    return [Defect(Status.FAIL, phrase("a command names {name:path}, which exists on no host", name=one.name), one.line)]


# -- alerts


def _loaded(args: ReferenceArguments, runner: Runner) -> set[str] | Message:
    """The names of all loaded alerts, or why they are not known."""
    if not args["prometheus"]:
        return phrase("no Prometheus is declared")
    names: set[str] = set()
    try:
        for options in args["prometheus"]:
            server = AlertingPrometheus(Connection.from_args(options), runner)
            server.probe(options.get("probe_query"))
            rules, _now = server.rules()
            names.update(rule.name for rule in rules if rule.kind == "alerting")
    except CannotObserve as exc:
        return exc.message
    return names


def _of_alert(one: Named, loaded: set[str] | Message) -> list[Defect]:
    if isinstance(loaded, Message):
        said = phrase("whether the alert {alert} is loaded is not known: {why}", alert=one.name, why=loaded)
        return [Defect(Status.UNKNOWN, said, one.line)]
    if one.name in loaded:
        return []
    return [Defect(Status.FAIL, phrase("it names the alert {alert}, which no Prometheus has loaded", alert=one.name), one.line)]


__all__ = ("SPEC", "ReferenceArguments", "for_hosts", "judged", "named")
