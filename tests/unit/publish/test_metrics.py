# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime as dt
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._described.policy import IMPACTS
from ansible_collections.operability.readiness.plugins.plugin_utils._publish import html, markdown, metrics
from prometheus_client.parser import text_string_to_metric_families
from unit.publish.records import hostile, record, requirement

Series = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def parsed(made: dict[str, t.Any], state: dict[str, t.Any] | None = None) -> Series:
    """Every sample by name and labels (without the two that all have)."""
    out: Series = {}
    for family in text_string_to_metric_families(metrics.exposition(made, state).decode()):
        assert family.type == "gauge"
        assert family.documentation
        for sample in family.samples:
            labels = dict(sample.labels)
            assert labels.pop("service_name")
            assert labels.pop("deployment_environment")
            assert sample.timestamp is None
            key = (sample.name, tuple(sorted(labels.items())))
            assert key not in out
            out[key] = sample.value
    return out


def one(series: Series, metric: str, /, **labels: str) -> float | None:
    return series.get((f"operability_{metric}", tuple(sorted(labels.items()))))


def test_the_address_of_the_report_is_a_label() -> None:
    made = record()
    made["report"] = "https://reports.example/payments-production.html\n"
    series = parsed(made)
    about = {"level": "A", "owner": "team-payments", "mode": "observe"}
    assert one(series, "service_info", report="https://reports.example/payments-production.html", **about) == 1


def test_every_metric_of_the_design() -> None:
    series = parsed(record())
    assert one(series, "service_state") == 3
    assert one(series, "service_verified_requirements") == 12
    assert one(series, "service_required_requirements") == 15
    assert one(series, "service_info", level="A", owner="team-payments", mode="observe", report="") == 1
    assert one(parsed(record(digest="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b")), "record_info", digest="9f86d081884c7d65") == 1
    assert one(series, "gate_state", phase="pre") == 3
    assert one(series, "gate_enforced", phase="pre") == 0
    assert one(series, "requirement_state", requirement="BKP-03", impact="blocker") == 1
    assert one(series, "requirement_observed_state", requirement="BKP-03", impact="blocker") == 4
    assert one(series, "requirement_since_timestamp_seconds", requirement="BKP-01", impact="blocker") == 1795312807
    assert one(series, "requirement_hosts", requirement="BKP-01", state="fail") == 1
    assert sum(one(series, "requirements", state="not_applicable", impact=impact) or 0 for impact in IMPACTS) == 1
    assert all(one(series, "requirements", state="inherited", impact=impact) == 0 for impact in IMPACTS)
    failing = [item for item in record()["state"]["requirements"] if (item["impact"], item["status"]) == ("blocker", "fail")]
    assert one(series, "requirements", state="fail", impact="blocker") == len(failing) > 0
    assert one(series, "measurement", requirement="BKP-01", name="backup_age_seconds") == 273600
    assert one(series, "measurement_headroom_ratio", requirement="BKP-01", name="backup_age_seconds") == -0.68
    assert one(series, "stakeholder_state", stakeholder="operators") == 4
    assert one(series, "run_duration_seconds", phase="pre") == 4.2
    assert one(series, "recheck_interval_seconds") == 43200
    assert one(parsed(record(run__recheck_interval_seconds=None)), "recheck_interval_seconds") is None
    assert one(series, "deployment_timestamp_seconds", version="1.4.0") == 1793527200
    assert (
        one(series, "reservation_due_timestamp_seconds", requirement="MON-04")
        == dt.datetime(2026, 12, 10, tzinfo=dt.timezone.utc).timestamp()
    )
    expiry = one(series, "waiver_expiry_timestamp_seconds", requirement="BKP-03", approver="head of operations")
    assert expiry == dt.datetime(2027, 4, 1, tzinfo=dt.timezone.utc).timestamp()  # the last day is inclusive


def test_a_gate_older_than_a_week_is_dropped_but_its_run_is_not_forgotten() -> None:
    series = parsed(record())
    assert one(series, "gate_state", phase="post") is None
    assert one(series, "gate_enforced", phase="post") is None
    assert one(series, "run_timestamp_seconds", phase="post") == 1793527500


def test_what_has_no_code_has_no_state_but_is_counted() -> None:
    series = parsed(record())
    assert one(series, "requirement_state", requirement="PLT-03", impact="blocker") is None
    assert any(name == "operability_requirement_info" and ("requirement", "PLT-03") in labels for name, labels in series)


def test_a_partial_run_publishes_the_earlier_state() -> None:
    partial = record(state=None)
    assert one(parsed(partial), "service_state") is None
    earlier = dict(record()["state"], code=1)
    series = parsed(partial, earlier)
    assert one(series, "service_state") == 1
    assert one(series, "gate_state", phase="pre") == 3


def test_series_do_not_grow_with_hosts() -> None:
    made = record()
    for item in made["state"]["requirements"]:
        item["hosts"] = {"pass": 990, "fail": 10}
    few = len(parsed(made))
    for item in made["state"]["requirements"]:
        item["hosts"] = {"pass": 9990, "fail": 10}
        item["findings"] = [{"host": f"web{i}"} for i in range(1000)]
    assert len(parsed(made)) == few


def test_the_worst_measurement_of_a_name_counts() -> None:
    made = record()
    made["state"]["requirements"] = [
        requirement(
            "PLT-02",
            "platform",
            "x",
            measurements=[
                {"name": "left_ratio", "value": 0.5, "headroom": 0.4},
                {"name": "left_ratio", "value": 0.05, "headroom": -0.5},
                {"name": "left_ratio", "value": 0.9, "headroom": 0.8},
                {"name": "nothing", "value": None},
                {"name": "nan", "value": float("nan")},
            ],
        )
    ]
    series = parsed(made)
    assert one(series, "measurement", requirement="PLT-02", name="left_ratio") == 0.05
    assert one(series, "measurement_headroom_ratio", requirement="PLT-02", name="left_ratio") == -0.5
    assert one(series, "measurement", requirement="PLT-02", name="nan") is None


def test_nothing_comes_twice() -> None:
    made = record()
    twice = made["state"]["requirements"][0]
    made["state"]["requirements"] += [dict(twice, title="another", status="fail"), dict(twice, id=twice["id"] + "\n")]
    made["state"]["waivers"] *= 2
    made["deployments"] *= 3
    series = parsed(made)
    assert one(series, "requirement_state", requirement="MON-01", impact="blocker") == 4
    infos = [labels for name, labels in series if name == "operability_requirement_info" and ("requirement", "MON-01") in labels]
    assert len(infos) == 1


def test_labels_are_harmless_short_and_without_addresses() -> None:
    made = hostile()
    made["state"]["requirements"][0].update(title="see https://user:secret@wiki.example/x?token=1 for it", responsible="line\nbreak")
    text = metrics.exposition(made).decode()
    assert "secret" not in text
    assert "see (link) for it" in text
    assert "as it must be" not in text  # no message
    assert "\\n" not in text
    for name, labels in parsed(made):
        assert all(len(value) <= 120 and value.isprintable() for _label, value in labels), name


def test_a_version_and_five_deployments() -> None:
    deployments = [{"version": f"1.{i}", "at": f"2026-11-{i:02}T10:00:00Z"} for i in range(1, 20)] + [{"version": "x", "at": "yesterday"}]
    series = parsed(record(deployments=deployments))
    versions = sorted(dict(labels)["version"] for name, labels in series if name.startswith("operability_deployment"))
    assert versions == ["1.15", "1.16", "1.17", "1.18", "1.19"]


@pytest.mark.parametrize(
    "odd", [{}, {"state": [], "gates": None}, {"state": {"requirements": [None, {}], "code": "x"}, "gates": {"pre": None}}]
)
def test_an_odd_record_is_no_reason_to_stop(odd: dict[str, t.Any]) -> None:
    said = metrics.exposition(odd)
    assert said == b"" or b'service_name="unnamed"' in said


def test_identity_of_a_service_without_environment() -> None:
    assert metrics.identity({"service": {"name": "x"}, "run": {"environment": None}}) == ("x", "unspecified")


def test_missing_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "MISSING", ImportError("no"))
    with pytest.raises(metrics.PublishFailure, match="prometheus_client"):
        metrics.exposition(record())


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2026-11-25", 1795564800.0), ("2026-11-25T00:00:00+01:00", 1795561200.0), ("soon", None), (None, None), (5, None)],
)
def test_timestamp(text: object, expected: float | None) -> None:
    assert metrics.timestamp(text) == expected


PERFORMANCE = {
    "last_unplanned_at": "2026-11-20T06:00:00Z",
    "days_since_last_unplanned": 5,
    "windows": [
        {
            "days": 30,
            "deployments": 4,
            "kinds": {"planned": 3, "hotfix": 0, "rollback": 1},
            "judged": 4,
            "failed": 1,
            "change_fail_ratio": 0.25,
            "unplanned": 1,
            "deployment_rework_ratio": 0.25,
            "recovered": 1,
            "recovery_seconds": 1800.0,
            "settled": 0,
            "first_time_right_ratio": None,
        },
        {"days": 90, "deployments": 0, "kinds": {"planned": 0}, "judged": 0, "change_fail_ratio": None, "recovery_seconds": None},
    ],
}


def test_delivery_performance() -> None:
    series = parsed(record(delivery_performance=PERFORMANCE))
    assert one(series, "deployments", kind="planned", window="30d") == 3
    assert one(series, "deployments", kind="hotfix", window="30d") == 0
    assert one(series, "deployments_judged", window="30d") == 4
    assert one(series, "change_fail_ratio", window="30d") == one(series, "deployment_rework_ratio", window="30d") == 0.25
    assert one(series, "deployment_recovery_seconds", window="30d") == 1800
    assert one(series, "last_unplanned_deployment_timestamp_seconds") == 1795154400
    # what cannot be calculated is not there, and is not 0
    assert one(series, "first_time_right_ratio", window="30d") is None
    assert not [name for name, labels in series if ("window", "90d") in labels]
    without = parsed(record())
    assert not [name for name, _labels in without if name.endswith("_ratio") and "headroom" not in name]


def test_delivery_performance_in_the_reports() -> None:
    made = record(delivery_performance=PERFORMANCE)
    for text in (html.render(made), markdown.render(made)):
        assert "Change fail rate" in text and "25 % (1 of 4)" in text and "30 min (median of 1)" in text
        assert "4 (3 planned, 1 rollback)" in text and "no figure" in text and "5 (2026-11-20)" in text
    for text in (html.render(record()), markdown.render(record())):
        assert "Change fail rate" not in text
    assert html.render(record(delivery_performance={"windows": "x"})) and markdown.render(record(delivery_performance=[1]))
