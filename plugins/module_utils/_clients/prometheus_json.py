# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of the JSON of Prometheus is read. What it lacks or has otherwise is told as nonsense. PRIVATE to the collection."""

from __future__ import annotations

import typing as t


class Histogram(t.TypedDict):
    count: str


class Series(t.TypedDict, total=False):
    metric: dict[str, str]
    value: tuple[float, str]
    values: list[tuple[float, str]]
    histogram: tuple[float, Histogram]


class Target(t.TypedDict, total=False):
    labels: dict[str, str] | None
    discoveredLabels: dict[str, str] | None
    scrapeUrl: str
    health: str
    lastError: str
    lastScrape: str
    scrapeInterval: str


class Alert(t.TypedDict, total=False):
    activeAt: str


class Rule(t.TypedDict, total=False):
    type: str
    name: str
    query: str
    labels: dict[str, str] | None
    annotations: dict[str, str] | None
    state: str
    health: str
    lastError: str
    lastEvaluation: str
    duration: float
    alerts: list[Alert] | None


class Group(t.TypedDict, total=False):
    name: str
    file: str
    interval: float
    evaluationTime: float
    rules: list[Rule] | None


class Data(t.TypedDict, total=False):
    resultType: str
    result: list[Series]
    activeTargets: list[Target]
    droppedTargets: list[Target] | None
    droppedTargetCounts: dict[str, int] | None
    groups: list[Group]


__all__ = ("Alert", "Data", "Group", "Histogram", "Rule", "Series", "Target")
