# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The alerts of a service: their rules, whom they reach, and what silences them. PRIVATE to the collection. Pure."""

from __future__ import annotations

from ....module_utils._phrase import phrase
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
    args = alert_args(description, alerts, "match", "must_include")
    return [Instance("prometheus_alerts", description.name, args, path=("alerts",))]


def alert_args(description: Description, alerts: Alerts, *more: str) -> dict[str, object]:
    """The options of a check of alert rules: what the service says of its alerts, else the defaults."""
    args = description.connection("prometheus", alerts.get("using"))
    for key in (*more, "required_labels", "required_annotations", "required_by_severity", "may_be_absent", "lookback"):
        value = alerts.get(key, _default(description, key))
        if value is not None:
            args[key] = value
    return args


def _default(description: Description, key: str) -> object:
    return description.default(lambda given: given.get("alerts", {}).get(key))


def _label_sets(description: Description) -> list[dict[str, str]]:
    alerts = _alerts(description)
    common = description.default_values(lambda given: (given.get("alerts") or {}).get("labels"))
    shared = {**common, **(alerts.get("match") or {}), **(alerts.get("labels") or {})}
    base = {str(key): str(value) for key, value in shared.items()}
    return [{"alertname": str(name), **base} for name in alerts.get("must_include") or []] or [base]


def _routes(description: Description) -> list[Instance]:
    declared: Alerts = description.data.get("alerts") or {}
    receivers = declared.get("receivers") or description.default(lambda given: given.get("alerts", {}).get("receivers"))
    labels = _label_sets(description)
    if not receivers:
        raise NotDeclared(phrase("alerts.receivers is not declared: who must be told?"))
    args = {**description.connection("alertmanager"), "labels": labels, "receivers": receivers}
    return [Instance("alertmanager_route", description.name, args, path=("alerts",))]


def _silences(description: Description) -> list[Instance]:
    args: dict[str, object] = {**description.connection("alertmanager"), "labels": _label_sets(description)}
    if description.run.window.get("end"):
        args["window_end"] = description.run.window["end"]
    return [Instance("alertmanager_silences", description.name, args, path=("alerts",))]


DERIVATIONS: dict[str, Derivation] = {
    "alertmanager_route": _routes,
    "alertmanager_silences": _silences,
    "prometheus_alerts": _alert_rules,
}

__all__ = ("DERIVATIONS", "alert_args")
