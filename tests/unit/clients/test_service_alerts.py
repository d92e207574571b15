# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients.prometheus import Rule
from ansible_collections.operability.readiness.plugins.module_utils._clients.service_alerts import belongs

OURS = {"service": "orders"}


def rule(query: str, **labels: str) -> Rule:
    return Rule("alerting", "Down", query, labels, {}, "inactive", "ok", "", None, "g", 15.0)


@pytest.mark.parametrize(
    ("query", "labels", "external"),
    [
        ("x > 1", {"service": "orders"}, {}),
        ('x{service="orders"} > 1', {}, {}),
        ('rate(x{service="orders"}[5m]) > 1', {"severity": "page"}, {}),
        ('sum by (service, code) (rate(x{service="orders"}[5m])) > 1', {}, {}),
        ('absent(x{service="orders"})', {}, {}),
        ('y > 1 or x{service="orders"} > 1', {}, {}),
        ('x{app="orders"} > 1', {"service": "{{ $labels.app }}"}, {}),
        ("x > 1", {"service": "{{ $externalLabels.of }}"}, {"of": "orders"}),
        ("x > 1", {}, {"service": "orders"}),
        ('x{service="orders"} > 1', {}, {"service": "all"}),
        ("x > 1", {"service": ""}, {"service": "orders"}),
    ],
)
def test_ours(query: str, labels: dict[str, str], external: dict[str, str]) -> None:
    assert belongs(rule(query, **labels), OURS, external)


@pytest.mark.parametrize(
    ("query", "labels", "external"),
    [
        ("x > 1", {}, {}),
        ('x{service="orders"} > 1', {"service": "mail"}, {}),
        ('x{service="orders"} > 1', {"service": ""}, {}),
        ('x{service!="orders"} > 1', {}, {}),
        ('x{service=~"orders|mail"} > 1', {}, {}),
        ('sum(rate(x{service="orders"}[5m])) > 1', {}, {}),
        ('x{app="orders"} > 1', {}, {}),
        ('y > 1 and on () x{service="orders"} > 1', {}, {}),
        ('x{service="orders"} > 1', {"service": "{{ $labels.app }}"}, {}),
        ('x{service="mail"} > 1', {}, {"service": "orders"}),
        ("orders > > 1", {}, {}),
    ],
)
def test_not_ours(query: str, labels: dict[str, str], external: dict[str, str]) -> None:
    assert not belongs(rule(query, **labels), OURS, external)


def test_each_label_has_to_be_there() -> None:
    both: dict[str, t.Any] = {"service": "orders", "env": "prod"}
    assert belongs(rule('x{env="prod"} > 1', service="orders"), both)
    assert not belongs(rule('x{env="test"} > 1', service="orders"), both)
    assert belongs(rule("x > 1", service="orders"), {"alertname": "Down", "service": "orders"})
