# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alerts of the service are routed to those who act on them. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from .._argspec import ArgumentsRefused, Spec, server_spec
from .._clients.alertmanager import Alertmanager, label_sets
from .._clients.alertmanager_routes import BadMatcher, Labels, Route, find_routes, integrations, read_tree, show_labels
from .._clients.re2 import Untranslatable
from .._finding import Facts, Finding, failed, passed, warned
from .._http import Connection, ServerArguments
from .._listing import either, every
from .._phrase import Message, and_more, phrase, plural
from .._runner import Runner

WHERE = "controller"
TIMEOUT = 30.0
ARGUMENT_SPEC: Spec = {
    **server_spec(),
    "labels": {"type": "list", "elements": "dict", "required": True},
    "receivers": {"type": "list", "elements": "str", "required": True},
}


class Arguments(ServerArguments):
    url: str
    labels: list[dict[str, object]]
    receivers: list[str]


@dataclasses.dataclass(frozen=True)
class Delivery:
    """Where alerts with ``labels`` end up. ``problem`` and ``restriction`` are sentences."""

    labels: Labels
    routes: tuple[Route, ...]
    problem: Message | None = None
    restriction: Message | None = None

    def as_dict(self) -> dict[str, object]:
        return {"labels": dict(self.labels), "receivers": [route.receiver for route in self.routes]}


def run(args: Arguments, runner: Runner) -> Finding:
    labels, receivers = label_sets(args["labels"]), [str(name) for name in args["receivers"]]
    empty = [f"{name} is empty: there is nothing to look at" for name in ("labels", "receivers") if not args[name]]
    if empty:
        raise ArgumentsRefused(empty)
    server = Alertmanager(Connection.from_args(args), runner)
    config = server.config()
    try:
        tree, reach = read_tree(config), integrations(config)
    except (BadMatcher, ValueError, RecursionError):
        raise server.trouble(phrase("{server} shows a routing tree that cannot be read here", server=server.name)) from None
    try:
        deliveries = [deliver(tree, reach, one, receivers) for one in labels]
    except Untranslatable as exc:
        said = phrase(
            "the routing tree of {server} has a regular expression that cannot be evaluated here: {pattern}",
            server=server.name,
            pattern=str(exc),
        )
        raise server.trouble(said) from None
    return judge(deliveries, receivers, reach)


def deliver(tree: Route, reach: t.Mapping[str, list[str]], labels: Labels, receivers: t.Sequence[str]) -> Delivery:
    """Follows one label set through the tree."""
    routes = tuple(find_routes(tree, labels))
    names = list(dict.fromkeys(route.receiver for route in routes))
    wanted = [route for route in routes if route.receiver in receivers]
    who = show_labels(labels)
    if not wanted:
        return Delivery(labels, routes, problem=_astray(who, names, receivers))
    useful = [route for route in wanted if reach.get(route.receiver)]
    if not useful:
        mute = list(dict.fromkeys(route.receiver for route in wanted))
        problem = plural(
            "alerts with {labels} reach {receivers}, which notifies nobody: it has no integration",
            "alerts with {labels} reach {receivers}, which notify nobody: they have no integration",
            count=len(mute),
            labels=who,
            receivers=every(mute),
        )
        return Delivery(labels, routes, problem=problem)
    if all(route.muted or route.active for route in useful):
        return Delivery(labels, routes, restriction=_at_times(who, useful[0]))
    return Delivery(labels, routes)


def _astray(labels: str, reached: t.Sequence[str], wanted: t.Sequence[str]) -> Message:
    if not reached:
        return phrase("alerts with {labels} reach nobody, not {wanted}", labels=labels, wanted=either(wanted))
    return phrase("alerts with {labels} reach {receivers}, not {wanted}", labels=labels, receivers=every(reached), wanted=either(wanted))


def _at_times(labels: str, route: Route) -> Message:
    if not route.active:
        return phrase(
            "alerts with {labels} reach {receiver} not during {muted}", labels=labels, receiver=route.receiver, muted=either(route.muted)
        )
    if not route.muted:
        return phrase(
            "alerts with {labels} reach {receiver} only during {active}",
            labels=labels,
            receiver=route.receiver,
            active=either(route.active),
        )
    return phrase(
        "alerts with {labels} reach {receiver} not during {muted} and only during {active}",
        labels=labels,
        receiver=route.receiver,
        muted=either(route.muted),
        active=either(route.active),
    )


def judge(deliveries: t.Sequence[Delivery], receivers: t.Sequence[str], reach: t.Mapping[str, list[str]]) -> Finding:
    problems = [item.problem for item in deliveries if item.problem]
    restrictions = [item.restriction for item in deliveries if item.restriction]
    strangers = [name for name in receivers if name not in reach]
    fields: Facts = {
        "observed": {
            "label_sets": [item.as_dict() for item in deliveries],
            "integrations": {name: reach.get(name, []) for name in receivers},
        },
        "expected": {"receivers": list(receivers)},
        "details": [*problems, *restrictions, *(phrase("Alertmanager has no receiver {receiver}", receiver=name) for name in strangers)],
    }
    if problems:
        return failed(_failure(problems, strangers, len(deliveries)), **fields)
    if restrictions:
        return warned(and_more(restrictions), **fields)
    used = list(dict.fromkeys(route.receiver for item in deliveries for route in item.routes if route.receiver in receivers))
    described = every([f"{name} ({', '.join(reach[name])})" for name in used if reach.get(name)])
    if len(deliveries) == 1:
        return passed(
            phrase("alerts with {labels} reach {receivers}", labels=show_labels(deliveries[0].labels), receivers=described), **fields
        )
    return passed(phrase("all {sets:number} label sets reach {receivers}", sets=len(deliveries), receivers=described), **fields)


def _failure(problems: t.Sequence[Message], strangers: t.Sequence[str], sets: int) -> Message:
    said = problems[0]
    if strangers:
        said = phrase("{said}; there is no receiver {receivers}", said=said, receivers=either(strangers))
    if sets > 1:
        said = phrase(
            "{said} ({astray:number} of {sets:number} label sets do not reach who they must)", said=said, astray=len(problems), sets=sets
        )
    return said


__all__ = ("ARGUMENT_SPEC", "TIMEOUT", "WHERE", "deliver", "judge", "run")
