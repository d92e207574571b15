# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The alerts of a service with the labels that they really have, for the checks of Alertmanager. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t
from urllib.parse import urlsplit

from .._argspec import Spec, http_spec, rules_server_spec
from .._clients.alert_labels import Followed, Sent, follow
from .._clients.alertmanager import label_sets
from .._clients.label_sets import LabelSet
from .._clients.prometheus import Rule
from .._clients.prometheus_alerting import AlertingPrometheus
from .._clients.service_alerts import chosen
from .._http import Connection, HttpArguments, RulesServer
from .._listing import every
from .._phrase import Message, phrase
from .._runner import Runner

# documented by the fragment _alerts_of_service
SPEC: Spec = {
    **http_spec(url={"required": True}),
    "peers": {"type": "list", "elements": "str", "default": []},
    "prometheus": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {**rules_server_spec(), "external_labels": {"type": "dict"}},
    },
    "match": {"type": "dict"},
    "must_include": {"type": "list", "elements": "str", "default": []},
    "labels": {"type": "list", "elements": "dict", "default": []},
    "extra_labels": {"type": "dict", "default": {}},
}


class Evaluating(RulesServer):
    """A Prometheus that evaluates alerts of the service."""

    external_labels: dict[str, object] | None


class AlertsArguments(HttpArguments):
    """What ``SPEC`` makes."""

    url: str
    peers: list[str]
    prometheus: list[Evaluating]
    match: dict[str, object] | None
    must_include: list[str]
    labels: list[dict[str, object]]
    extra_labels: dict[str, object]


@dataclasses.dataclass(frozen=True)
class AlertsOfService:
    """Label sets as they reach Alertmanager, and where they come from."""

    sent: tuple[Sent, ...]
    origin: str  # loaded: from rules; declared: no Prometheus is named; expected: there are no rules of the service yet
    followed: tuple[Followed, ...] = ()
    missing: tuple[str, ...] = ()  # that must be there, and are loaded nowhere
    notes: tuple[Message, ...] = ()
    declared: tuple[LabelSet, ...] = ()

    def as_declared(self, one: Sent) -> list[Sent]:
        """The same alert with each set of declared labels that does not contradict what is known, in place of what cannot be told."""
        if self.origin != "loaded" or not one.alert:
            return []
        found = []
        for labels in self.declared:
            known = [(value, one.labels.value(name)) for name, value in labels.labels.items()]
            if None in [seen for _value, seen in known] and all(seen in (None, value) for value, seen in known):
                unsure = one.labels.unsure - set(labels.labels)
                found.append(
                    dataclasses.replace(
                        one, labels=dataclasses.replace(one.labels, labels={**one.labels.labels, **labels.labels}, unsure=unsure)
                    )
                )
        return found

    @property
    def alerts(self) -> int:
        return len({one.alert for one in self.sent if one.alert})

    @property
    def said(self) -> Message | None:
        """What is to be said where the labels are not those of loaded rules."""
        if self.origin == "declared":
            return phrase("the labels are as declared: no Prometheus was asked for those of loaded alerts")
        if self.origin == "expected":
            return phrase(
                "the labels are as declared: no alert of the service is loaded in {servers}",
                servers=every([one.server.instrument for one in self.followed]),
            )
        return None


@dataclasses.dataclass(frozen=True)
class Servers:
    """The servers that evaluate the service's alerts, what each of them has loaded, and what it says of its alerts."""

    followed: tuple[Followed, ...]

    @property
    def rules(self) -> list[Rule]:
        return [rule for one in self.followed for rule in one.rules]


def problems(args: AlertsArguments) -> list[str]:
    """What else is wrong with arguments that fit the spec."""
    if args["prometheus"] and not (args["match"] or args["must_include"]):
        return ["match or must_include has to say which alerts are the service's"]
    if not args["prometheus"] and not args["labels"]:
        return ["labels is empty: there is nothing to look at"]
    return []


def follow_all(args: AlertsArguments, runner: Runner) -> Servers:
    """Asks each Prometheus for the rules of the service. CannotObserve."""
    match, named = _texts(args["match"]), [str(name) for name in args["must_include"]]
    receivers = [urlsplit(url).netloc.rpartition("@")[2] for url in (args["url"], *args["peers"])]
    found = []
    for options in args["prometheus"]:
        declared = options["external_labels"]
        extra = args["extra_labels"] or None
        server = AlertingPrometheus(Connection.from_args(options), runner, _texts(extra if declared is None else declared) or None)
        if declared is not None and not declared:
            server.declared = {}  # said to be none
        server.probe(options["probe_query"])
        rules, _now = server.rules()
        found.append(follow(server, rules, chosen(server, rules, match, named), receivers=receivers, match=match))
    return Servers(tuple(found))


def of_service(args: AlertsArguments, servers: Servers, asked: t.Collection[str]) -> AlertsOfService:
    """The label sets that are sent; ``asked``: the labels that matter."""
    given = [Sent("", LabelSet(labels)) for labels in label_sets(args["labels"])]
    if not servers.followed:
        return AlertsOfService(tuple(given), "declared")
    sent = [one for followed in servers.followed for one in followed.sent(asked)]
    loaded = {one.alert for one in sent}  # a rule all of whose alerts are other services' is not loaded for this one
    missing = tuple(name for name in args["must_include"] if name not in loaded)
    if not loaded:
        return AlertsOfService((*_expected(args), *given), "expected", servers.followed, missing)
    return AlertsOfService((*sent, *given), "loaded", servers.followed, missing, tuple(_notes(servers)), _mattering(given, asked))


def _mattering(given: t.Sequence[Sent], asked: t.Collection[str]) -> tuple[LabelSet, ...]:
    """Declared sets with the labels alone that are known of loaded alerts, too."""
    kept = {"alertname", *asked}
    return tuple(LabelSet({name: value for name, value in one.labels.labels.items() if name in kept}) for one in given)


def _expected(args: AlertsArguments) -> list[Sent]:
    """The labels that the alerts are said to have, where none is there."""
    base = {**_texts(args["extra_labels"]), **_texts(args["match"])}
    return [Sent(name, LabelSet({"alertname": name, **base})) for name in args["must_include"]] or [Sent("", LabelSet(base))]


def _notes(servers: Servers) -> t.Iterator[Message]:
    for one in servers.followed:
        if one.alerting.told:
            continue
        if one.alerting.external is None:
            yield phrase(
                "{server} does not show its configuration: which labels it adds to alerts is not known (external_labels says it)",
                server=one.server.instrument,
            )
        else:
            yield phrase(
                "{server} does not show its configuration: the labels that it adds to alerts are as declared", server=one.server.instrument
            )


def _texts(given: t.Mapping[str, object] | None) -> dict[str, str]:
    return dict(label_sets([given or {}])[0])


__all__ = ("SPEC", "AlertsArguments", "AlertsOfService", "Evaluating", "Servers", "follow_all", "of_service", "problems")
