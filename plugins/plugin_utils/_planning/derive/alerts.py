# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The alerts of a service: their rules, whom they reach, and what silences them. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ....module_utils._phrase import phrase
from ....module_utils._registry import load_check
from ..._described.declarations import Alerts
from ..._described.service import Description, NotDeclared
from .instance import Derivation, Instance


def _alerts(description: Description) -> Alerts:
    alerts: Alerts = description.data.get("alerts") or {}
    if not (alerts.get("match") or alerts.get("must_include")):
        raise NotDeclared(phrase("alerts is not declared: neither 'match' nor 'must_include' says which alerts are the service's"))
    return alerts


def _alert_rules(description: Description) -> list[Instance]:
    alerts = _alerts(description)
    servers = servers_of(alerts)
    if len(servers) < 2:
        args = alert_args(description, alerts, "match", "must_include")
        return [Instance("prometheus_alerts", description.name, args, path=("alerts",))]
    if not alerts.get("match"):
        raise NotDeclared(phrase("alerts.match is not declared: with several servers (using) it has to say which alerts are the service's"))
    # that each named alert is loaded in one of them is seen by alertmanager_route, which asks all of them
    return [
        Instance("prometheus_alerts", str(name), alert_args(description, {**alerts, "using": str(name)}, "match"), path=("alerts",))
        for name in servers
    ]


def _runbooks(description: Description) -> list[Instance]:
    """The same alerts in the same servers as those of the rules."""
    kept = ("failover", "match", "must_include")
    spec = load_check("alert_runbooks").ARGUMENT_SPEC
    return [
        dataclasses.replace(
            instance,
            check="alert_runbooks",
            args={name: value for name, value in instance.args.items() if name in spec or name in kept},
        )
        for instance in _alert_rules(description)
    ]


def servers_of(alerts: Alerts) -> list[str | None]:
    """The names of the servers that evaluate the alerts; None stands for the default one."""
    using = alerts.get("using")
    return [*using] if isinstance(using, list) else [using]


def alert_args(description: Description, alerts: Alerts, *more: str) -> dict[str, object]:
    """The options of a check of alert rules: what the service says of its alerts, else the defaults."""
    args = description.connection("prometheus", servers_of(alerts)[0])
    for key in (*more, "required_labels", "required_annotations", "required_by_severity", "may_be_absent", "lookback"):
        value = alerts.get(key, _default(description, key))
        if value is not None:
            args[key] = value
    return args


def _default(description: Description, key: str) -> object:
    return description.default(lambda given: given.get("alerts", {}).get(key))


def _subject(description: Description) -> dict[str, object]:
    """How the checks of Alertmanager find the service's alerts: in the rules that are loaded, or without a Prometheus as declared."""
    alerts = _alerts(description)
    extra = {
        **description.default_values(lambda given: (given.get("alerts") or {}).get("labels")),
        **(alerts.get("labels") or {}),
    }
    found: dict[str, object] = {}
    peers = description.server(("alertmanager",))[1].get("failover")
    if peers:
        found["peers"] = peers
    servers = servers_of(alerts)
    if servers == [None] and not description.has_server("prometheus"):
        return {**found, "labels": _label_sets(alerts, extra)}
    found["prometheus"] = [evaluating(description, name) for name in servers]
    for key in ("match", "must_include"):
        if alerts.get(key):
            found[key] = alerts.get(key)
    further = {name: value for name, value in extra.items() if name not in (alerts.get("match") or {})}
    if further:
        found["extra_labels"] = further
    return found


def _alertmanager(description: Description) -> dict[str, object]:
    """How it is reached; its further addresses are peers, each of which is asked."""
    args = description.connection("alertmanager")
    args.pop("failover", None)
    return args


def evaluating(description: Description, name: str | None) -> dict[str, object]:
    """How a Prometheus is reached whose rules are looked at beside the server that the requirement names. NotDeclared."""
    # what belongs to the requirement's own "using" is its Alertmanager
    plain = dataclasses.replace(description, using=None)
    args = plain.connection("prometheus", name)
    args.pop("timeout", None)
    external = plain.server(("prometheus",), name)[1].get("external_labels")
    return args if external is None else {**args, "external_labels": external}


def _label_sets(alerts: Alerts, extra: t.Mapping[str, object]) -> list[dict[str, str]]:
    shared = {**extra, **(alerts.get("match") or {}), **(alerts.get("labels") or {})}
    base = {str(key): str(value) for key, value in shared.items()}
    return [{"alertname": str(name), **base} for name in alerts.get("must_include") or []] or [base]


def _routes(description: Description) -> list[Instance]:
    declared: Alerts = description.data.get("alerts") or {}
    receivers = declared.get("receivers") or description.default(lambda given: given.get("alerts", {}).get("receivers"))
    subject = _subject(description)
    if not receivers:
        raise NotDeclared(phrase("alerts.receivers is not declared: who must be told?"))
    name = "receivers_by_severity" if isinstance(receivers, dict) else "receivers"
    args = {**_alertmanager(description), **subject, name: receivers}
    for key, moment in description.run.window.items():
        if key in ("start", "end") and moment:
            args[f"window_{key}"] = moment
    return [Instance("alertmanager_route", description.name, args, path=("alerts",))]


def _silences(description: Description) -> list[Instance]:
    args: dict[str, object] = {**_alertmanager(description), **_subject(description)}
    if description.run.window.get("end"):
        args["window_end"] = description.run.window["end"]
    return [Instance("alertmanager_silences", description.name, args, path=("alerts",))]


DERIVATIONS: dict[str, Derivation] = {
    "alert_runbooks": _runbooks,
    "alertmanager_route": _routes,
    "alertmanager_silences": _silences,
    "prometheus_alerts": _alert_rules,
}

__all__ = ("DERIVATIONS", "alert_args", "evaluating", "servers_of")
