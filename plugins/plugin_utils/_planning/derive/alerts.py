# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The alerts of a service: their rules, whom they reach, and what silences them. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from ..._described.service import Description, NotDeclared
from .instance import Derivation, Instance


def _alerts(description: Description) -> dict[str, t.Any]:
    alerts = description.data.get("alerts") or {}
    if not (alerts.get("match") or alerts.get("must_include")):
        raise NotDeclared("alerts is not declared: neither 'match' nor 'must_include' says which alerts are the service's")
    return dict(alerts)


def _alert_rules(description: Description) -> list[Instance]:
    alerts = _alerts(description)
    args = alert_args(description, alerts, "match", "must_include")
    return [Instance("prometheus_alerts", description.name, args, path=("alerts",))]


def alert_args(description: Description, alerts: t.Mapping[str, t.Any], *more: str) -> dict[str, t.Any]:
    args = description.connection("prometheus", alerts.get("using"))
    for key in (*more, "required_labels", "required_annotations", "may_be_absent", "lookback"):
        value = alerts.get(key, description.default("alerts", key))
        if value is not None:
            args[key] = value
    return args


def _label_sets(description: Description) -> list[dict[str, str]]:
    alerts = _alerts(description)
    shared = {**(description.default("alerts", "labels") or {}), **(alerts.get("match") or {}), **(alerts.get("labels") or {})}
    base = {str(key): str(value) for key, value in shared.items()}
    return [{"alertname": str(name), **base} for name in alerts.get("must_include") or []] or [base]


def _routes(description: Description) -> list[Instance]:
    receivers = (description.data.get("alerts") or {}).get("receivers") or description.default("alerts", "receivers")
    labels = _label_sets(description)
    if not receivers:
        raise NotDeclared("alerts.receivers is not declared: who must be told?")
    args = {**description.connection("alertmanager"), "labels": labels, "receivers": receivers}
    return [Instance("alertmanager_route", description.name, args, path=("alerts",))]


def _silences(description: Description) -> list[Instance]:
    args = {**description.connection("alertmanager"), "labels": _label_sets(description)}
    if description.run.window.get("end"):
        args["window_end"] = description.run.window["end"]
    return [Instance("alertmanager_silences", description.name, args, path=("alerts",))]


DERIVATIONS: dict[str, Derivation] = {
    "alertmanager_route": _routes,
    "alertmanager_silences": _silences,
    "prometheus_alerts": _alert_rules,
}

__all__ = ("DERIVATIONS", "alert_args")
