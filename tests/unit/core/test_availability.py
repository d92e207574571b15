# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: E501 # YAML and PromQL as people write them
"""What is derived from the availability of a service, and the rules for its hours of use; tests/promtool has what they come to."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import Plan, PlanState
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.open_hours import NotHours, rules
from unit.core.described import ORGANISATION, one, plan, problems_of

BASE = """\
schema_version: 1
service: {name: payments, owner: team, hosts: payments}
classification: {criticality: 3}
"""
VSR = "policy: {add: [vsr]}\n"
SERIES = """availability: {series: 'probe_success{job="pay"}', open_hours: 'operability_open_hours{calendar="fr"}'}\n"""


def made(text: str, phase: str = "recheck", **options: t.Any) -> Plan:
    return plan(BASE + text, ORGANISATION, phase=phase, **options)


def args(text: str, identifier: str, phase: str = "recheck", **options: t.Any) -> dict[str, t.Any]:
    found = one(made(text, phase, **options), identifier)
    assert found.state == PlanState.PLANNED, found.why
    (check,) = found.checks
    assert check.check == "prometheus_query" and check.hosts is None
    return dict(check.args)


def why(text: str, identifier: str, phase: str = "recheck") -> str:
    found = one(made(text, phase), identifier)
    assert found.state == "not_declared"
    return found.why


def test_the_policy_is_added_to_another_or_stands_alone() -> None:
    both = made(VSR + SERIES)
    assert {"VSR-01", "MON-01", "PLT-02"} <= {item.rule.id for item in both.requirements}
    assert both.policy["name"] == "default + vsr" and both.policy["version"] == "1.5.0"
    assert both.policy["sha256"] != made("policy: {name: default}\n").policy["sha256"]
    assert "VSR-01" not in {item.rule.id for item in made(SERIES).requirements}
    assert [item.rule.id for item in made("policy: {name: vsr}\n" + SERIES).requirements] == ["VSR-01"]
    shared = ORGANISATION + "policy: {name: starter, add: [vsr], requirements: {VSR-01: {impact: major}}}\n"
    assert one(plan(BASE + SERIES, shared, phase="recheck"), "VSR-01").impact == "major"
    assert "VSR-01" not in {item.rule.id for item in made(VSR + SERIES, "pre").requirements}, "it is looked at in service"


def test_a_policy_to_add_that_does_not_ship() -> None:
    problems = problems_of(lambda: made("policy: {add: [vsr, vabf]}\n"))
    assert problems == ["readiness.yml:4: policy.add.1: there is no policy 'vabf'; these ship: default, starter, vsr"]


def test_vsr_in_hours_of_use() -> None:
    found = args(VSR + SERIES, "VSR-01")
    assert found["query"] == (
        'sum_over_time(((1 - (probe_success{job="pay"})) * on() group_left() (operability_open_hours{calendar="fr"}))[30d:1m])'
        ' / on() group_left() sum_over_time((operability_open_hours{calendar="fr"})[30d:1m])'
    )
    assert found["coverage_query"].endswith("/ 43200)")
    assert (found["pass_when"], found["warn_when"], found["min_coverage"]) == ("<= 2%", "> 1.5%", "98%")
    assert (found["url"], found["probe_query"], found["name"]) == ("http://prom.example:9090", "up", "unavailability")


def test_a_service_changes_the_limits_and_keeps_the_query() -> None:
    found = args(VSR + SERIES + 'requirements: {VSR-01: {with: {min_coverage: "95%"}}}\n', "VSR-01")
    assert (found["min_coverage"], found["pass_when"]) == ("95%", "<= 2%") and found["query"].startswith("sum_over_time(")


def test_vsr_of_a_service_that_is_used_at_all_times() -> None:
    found = args(VSR + "commitments: {hours: 24x7}\navailability: {series: probe_success, window: 60d}\n", "VSR-01")
    assert found["query"] == "1 - avg_over_time((probe_success)[60d:1m])"
    assert found["coverage_query"] == "count_over_time((probe_success)[60d:1m]) / 86400"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "availability.series is not declared"),
        ("availability: {series: x}\n", "availability.open_hours is not declared"),
        ("availability: {series: x}\ncommitments: {hours: 'Mon-Fri 08:00-18:00'}\n", "availability.open_hours is not declared"),
    ],
)
def test_vsr_that_is_not_declared(text: str, said: str) -> None:
    assert said in why(VSR + text, "VSR-01")


def test_the_error_budget() -> None:
    found = args(SERIES + "commitments: {availability: 0.999}\n", "MON-11", "pre")
    assert found["query"].startswith("1 - (sum_over_time(") and found["query"].endswith(") / (1 - 0.999)")
    assert (found["pass_when"], found["warn_when"]) == ("> 0%", "<= 10%")
    assert "commitments.availability is not declared" in why(SERIES, "MON-11", "pre")
    assert "leaves no error budget" in why(SERIES + "commitments: {availability: 1}\n", "MON-11", "pre")


def test_available_now_where_no_endpoint_is_declared() -> None:
    assert args(SERIES, "MON-07")["query"] == 'probe_success{job="pay"}'
    assert args(SERIES, "MON-07")["pass_when"] == "== 1"
    both = SERIES + "endpoints: [{url: 'http://a.example/'}]\n"
    assert [check.check for check in one(made(both), "MON-07").checks] == ["http_probe"]
    assert args(both + "requirements: {MON-07: {check: prometheus_query}}\n", "MON-07")["pass_when"] == "== 1"
    assert "availability.series is not declared" in why("", "MON-07")


def test_the_version_from_a_series() -> None:
    text = "delivery: {version_series: 'pay_build_info{job=\"pay\"}'}\n"
    found = args(text, "DEL-01", "post", version="1.5.0-rc1")
    assert found["query"] == (
        '(count(label_replace(pay_build_info{job="pay"}, "operability_deployed", "yes", "version", "1\\\\.5\\\\.0\\\\-rc1")'
        ' and on(operability_deployed) label_replace(vector(1), "operability_deployed", "yes", "", "")) or vector(0))'
        ' / count(pay_build_info{job="pay"})'
    )
    assert found["name"] == "instances of version 1.5.0-rc1" and found["pass_when"] == ">= 100%"
    gap = one(made(text, "post"), "DEL-01").checks[0].gap
    assert gap and "readiness_version" in gap


# -- hours of use


def expressions(hours: str = "Mon-Fri 08:00-18:00", **options: t.Any) -> dict[str, str]:
    found = rules(hours, **{"first_year": 2026, "last_year": 2026, **options})
    return {rule["record"]: rule["expr"] for rule in found["groups"][0]["rules"]}


def test_the_changes_of_the_clocks_are_written_into_the_rules() -> None:
    found = expressions(zone="Europe/Paris")["operability_open_hours:local_day"]
    # 29 March 2026 01:00 UTC and 25 October 2026 01:00 UTC; the year begins at 23:00 UTC
    assert "time() + 3600 + 3600 * (time() >= bool 1774746000) - 3600 * (time() >= bool 1792890000))" in found
    assert "(vector(time()) >= 1767222000 < 1798758000)" in found
    assert "time() + 0)" in expressions()["operability_open_hours:local_day"]
    # a zone of half hours, whose winter lies in July
    assert "time() + 37800 + 1800" not in expressions(zone="Asia/Kolkata")["operability_open_hours:local_day"]
    assert "time() + 39600 - 1800 * (" in expressions(zone="Australia/Lord_Howe")["operability_open_hours:local_day"]


def test_holidays_are_days() -> None:
    found = expressions(holidays=["2026-12-25", "2026-05-01", "2026-12-25"])["operability_open_hours"]
    assert found.endswith(
        '* (1 - (operability_open_hours:local_day{calendar="default"} == bool 20574) - (operability_open_hours:local_day{calendar="default"} == bool 20812))'
    )


@pytest.mark.parametrize(
    ("hours", "options", "said"),
    [
        ("sometimes", {}, "'sometimes' cannot be read; expected for example"),
        ("24x7", {"zone": "Europe/Atlantis"}, "zone: there is no time zone 'Europe/Atlantis'"),
        ("24x7", {"zone": "../../etc/passwd"}, "zone: there is no time zone"),
        ("24x7", {"holidays": ["25/12/2026"]}, "holidays: '25/12/2026' is not a day"),
        ("24x7", {"calendar": 'a"} or vector(1)'}, "calendar: "),
        ("24x7", {"first_year": 2027}, "last_year: 2026 must not be before 2027"),
        ("24x7", {"last_year": 2060}, "last_year: 2060"),
    ],
)
def test_hours_that_cannot_be_used(hours: str, options: dict[str, t.Any], said: str) -> None:
    with pytest.raises(NotHours) as refused:
        expressions(hours, **options)
    assert said in str(refused.value)
