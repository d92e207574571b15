# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The alerts of a service among those that a server has loaded, and what is missing among them. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._clients.prometheus import Rule
from .._clients.prometheus_alerting import AlertingPrometheus
from .._clients.service_alerts import chosen
from .._phrase import phrase
from ._report import Report


def choose(
    server: AlertingPrometheus, rules: list[Rule], match: t.Mapping[str, str], must_include: t.Sequence[str], report: Report
) -> list[Rule]:
    """The service's alerts; what is missing is told."""
    alerting = [rule for rule in rules if rule.kind == "alerting"]
    found = chosen(server, rules, match, must_include)
    if match and not found:
        report.fails.append(
            phrase("none of the {loaded:number} loaded alerts has the labels {labels}", loaded=len(alerting), labels=labels_text(match))
        )
    for name in must_include:
        if any(rule.name == name for rule in found):
            continue
        if any(rule.name == name for rule in alerting):
            report.fails.append(phrase("{alert} is loaded, but without the labels {labels}", alert=name, labels=labels_text(match)))
        else:
            report.fails.append(phrase("{alert} is not loaded", alert=name))
    return found


def labels_text(labels: t.Mapping[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in labels.items())


__all__ = ("choose", "labels_text")
