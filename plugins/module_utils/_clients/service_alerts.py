# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which loaded alerts are a service's: by labels of the rule, of its series, or of the server that sends it. PRIVATE to the collection."""

from __future__ import annotations

import json
import typing as t

from .alert_labels import expanded, follow
from .label_sets import LabelSet
from .prometheus import Rule
from .prometheus_alerting import AlertingPrometheus
from .promql_labels import branches

Labels = t.Mapping[str, str]


def chosen(server: AlertingPrometheus, rules: t.Iterable[Rule], match: Labels, must_include: t.Collection[str]) -> list[Rule]:
    """Those whose alerts have the labels of ``match``, or without it those that are named. CannotObserve.

    The series are asked only for those that are named: any alert of the server may have some of the service's.
    """
    alerting = [rule for rule in rules if rule.kind == "alerting"]
    if not match:
        return [rule for rule in alerting if rule.name in must_include]
    found = [rule for rule in alerting if belongs(rule, match)]
    if found and not _missing(alerting, found, must_include):
        return found
    alerts = server.alerting()
    found = [rule for rule in alerting if belongs(rule, match, alerts.external)]
    named = [rule for rule in _missing(alerting, found, must_include) if not contradicts(rule.labels, match)]
    if not named:
        return found
    sent = follow(server, named, named, active=(), match=match).sent(set(match))
    # a server that does not show what it adds is taken to add nothing: what people name is not yet what is sent
    sure = {one.alert for one in sent if alerts.told or all(one.labels.value(name) == value for name, value in match.items())}
    ours = {id(rule) for rule in (*found, *(rule for rule in named if rule.name in sure))}
    return [rule for rule in alerting if id(rule) in ours]  # in the order of the server


def belongs(rule: Rule, match: Labels, external: Labels | None = None) -> bool:
    """Whether what a rule says, without a look at its series, makes its alerts have these labels."""
    external = external or {}
    labels = {**rule.labels, "alertname": rule.name}
    if is_labelled(labels, match):
        return True
    if contradicts(labels, match) or not all(
        json.dumps(value, ensure_ascii=False)[1:-1] in rule.query or value in (*external.values(), labels.get(name))
        for name, value in match.items()
    ):
        return False
    possible = [LabelSet(one.known, one.others or frozenset(), one.others is not None) for one in branches(rule.query)]
    return any(all(of_rule(name, labels, one, external) == value for name, value in match.items()) for one in possible)


def is_labelled(labels: Labels, match: Labels) -> bool:
    return all(labels.get(name) == value for name, value in match.items())


def contradicts(labels: Labels, match: Labels) -> bool:
    """Whether labels that a rule spells out are another service's."""
    return any(labels.get(name) and "{{" not in labels[name] and labels[name] != value for name, value in match.items())


def of_rule(name: str, labels: Labels, series: LabelSet, external: Labels) -> str | None:
    """The value of a label of an alert of these series, that of the server where they need not have any; None where it cannot be told."""
    value = expanded(labels[name], series, external) if name in labels else series.value(name)
    return value or external.get(name, value)


def _missing(alerting: t.Iterable[Rule], found: t.Sequence[Rule], must_include: t.Collection[str]) -> list[Rule]:
    there = {rule.name for rule in found}
    return [rule for rule in alerting if rule.name in must_include and rule.name not in there]


__all__ = ("belongs", "chosen")
