# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alerts of the service are routed to those who act on them. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from .._argspec import ArgumentsRefused, Spec, http_spec
from .._clients.alertmanager import Alertmanager, label_sets
from .._clients.alertmanager_routes import BadMatcher, Labels, Route, find_routes, integrations, read_tree, show_labels
from .._clients.re2 import Untranslatable
from .._finding import Facts, Finding, failed, passed, warned
from .._http import Connection, HttpArguments
from .._runner import Runner

WHERE = "controller"
TIMEOUT = 30.0
ARGUMENT_SPEC: Spec = {
    **http_spec(url={"required": True}),
    "labels": {"type": "list", "elements": "dict", "required": True},
    "receivers": {"type": "list", "elements": "str", "required": True},
}


class Arguments(HttpArguments):
    url: str
    labels: list[dict[str, object]]
    receivers: list[str]


@dataclasses.dataclass(frozen=True)
class Delivery:
    """Where alerts with ``labels`` end up. ``problem`` and ``restriction`` are sentences, empty when there is none."""

    labels: Labels
    routes: tuple[Route, ...]
    problem: str = ""
    restriction: str = ""

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
        raise server.trouble(f"{server.name} shows a routing tree that cannot be read here") from None
    try:
        deliveries = [deliver(tree, reach, one, receivers) for one in labels]
    except Untranslatable as exc:
        raise server.trouble(f"the routing tree of {server.name} has a regular expression that cannot be evaluated here: {exc}") from None
    return judge(deliveries, receivers, reach)


def deliver(tree: Route, reach: t.Mapping[str, list[str]], labels: Labels, receivers: t.Sequence[str]) -> Delivery:
    """Follows one label set through the tree."""
    routes = tuple(find_routes(tree, labels))
    names = list(dict.fromkeys(route.receiver for route in routes))
    wanted = [route for route in routes if route.receiver in receivers]
    who = f"alerts with {show_labels(labels)}"
    if not wanted:
        there = f"{who} reach {_names(names)}" if names else f"{who} reach nobody"
        return Delivery(labels, routes, problem=f"{there}, not {_names(receivers, 'or')}")
    useful = [route for route in wanted if reach.get(route.receiver)]
    if not useful:
        mute = list(dict.fromkeys(route.receiver for route in wanted))
        return Delivery(labels, routes, problem=f"{who} reach {_names(mute)}, which notifies nobody: it has no integration")
    if all(route.muted or route.active for route in useful):
        first = useful[0]
        when = [f"not during {_names(first.muted, 'or')}"] if first.muted else []
        when += [f"only during {_names(first.active, 'or')}"] if first.active else []
        return Delivery(labels, routes, restriction=f"{who} reach {first.receiver} {' and '.join(when)}")
    return Delivery(labels, routes)


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
        "details": [*problems, *restrictions, *(f"Alertmanager has no receiver {name}" for name in strangers)],
    }
    if problems:
        rest = f" ({len(problems)} of {len(deliveries)} label sets do not reach who they must)" if len(deliveries) > 1 else ""
        stranger = f"; there is no receiver {_names(strangers, 'or')}" if strangers else ""
        return failed(f"{problems[0]}{stranger}{rest}", **fields)
    if restrictions:
        return warned(f"{restrictions[0]}{_more(restrictions)}", **fields)
    used = list(dict.fromkeys(route.receiver for item in deliveries for route in item.routes if route.receiver in receivers))
    described = _names([f"{name} ({', '.join(reach[name])})" for name in used if reach.get(name)])
    which = f"alerts with {show_labels(deliveries[0].labels)}" if len(deliveries) == 1 else f"all {len(deliveries)} label sets"
    return passed(f"{which} reach {described}", **fields)


def _names(names: t.Sequence[str], word: str = "and") -> str:
    return f" {word} ".join(names)


def _more(items: t.Sequence[str]) -> str:
    return f" (and {len(items) - 1} more)" if len(items) > 1 else ""


__all__ = ("ARGUMENT_SPEC", "TIMEOUT", "WHERE", "deliver", "judge", "run")
