# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each check says can be compared, the limits of numbers, and the names under which removals are announced."""

from __future__ import annotations

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding, Measurement, Status
from ansible_collections.operability.readiness.plugins.module_utils._registry import CHECKS
from ansible_collections.operability.readiness.plugins.plugin_utils._comparing import comparable as _comparable
from ansible_collections.operability.readiness.plugins.plugin_utils._comparing.comparable import (
    KINDS,
    facts,
    matches,
    names,
    specs,
    terms,
    tolerance,
)
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import Limit, Removal, Terms
from unit.core.described import document

BASE = "schema_version: 1\nservice: {name: payments, owner: team, hosts: payments}\n"
COMPARED = [name for name in CHECKS if specs(name)]
LATENCY = specs("http_probe")["http_latency_seconds"]


def test_the_checks_of_the_comparison() -> None:
    """None of these is lost; a check that is added brings its own."""
    assert set(COMPARED) >= {
        "file_backup",
        "flow",
        "http_probe",
        "log_canary",
        "metrics_endpoint",
        "prometheus_alerts",
        "prometheus_targets",
        "restic_backup",
        "scheduled_job",
        "systemd_unit",
        "tls_certificate",
    }


@pytest.mark.parametrize("check", COMPARED)
def test_what_a_check_says_is_whole(check: str) -> None:
    for name, spec in specs(check).items():
        assert spec["kind"] in KINDS and spec["what"], name
        if spec["kind"] == "number":
            assert spec["worse"] in ("upper", "lower") and spec["then"] in ("warn", "fail")
            assert {"relative", "absolute"} & set(spec), f"{name} has no limit"
        if spec["kind"] == "state":
            assert spec["good"]
        assert set(spec) <= {"kind", "what", "after", "among", "good", "words", "worse", "relative", "absolute", "then", "of", "at_least"}


def seen(status: Status = Status.PASS, **fields: object) -> Finding:
    return Finding(status, "m", check="http_probe", **fields)  # type: ignore[arg-type] # fields of a finding


def test_the_facts_of_a_finding() -> None:
    measured = {"measurements": [Measurement("http_latency_seconds", 0.2)], "observed": {"requests": 20}}
    assert facts(seen(**measured)) == {"answers": True, "http_latency_seconds": {"value": 0.2, "of": 20}}
    assert facts(seen(Status.FAIL, **measured)) == {"answers": False}, "how quick an error page is says nothing"
    assert facts(seen(Status.UNKNOWN, **measured)) == {}
    targets = Finding(Status.FAIL, "m", check="prometheus_targets", observed={"expected_targets": ["b", "a"], "jobs": None})
    assert facts(targets) == {"expected_targets": ["a", "b"]}
    assert facts(Finding(Status.PASS, "m", check="no_such_check")) == {}


def test_a_number_may_move_by_the_larger_of_both() -> None:
    limits = tolerance("http_latency_seconds", LATENCY, {})
    assert (limits.limit(0.2), limits.then, limits.given) == (pytest.approx(0.3), Status.FAIL, False)
    assert limits.limit(0.002) == pytest.approx(0.052), "half of next to nothing is noise"
    assert not limits.exceeded(0.2, 0.3) and limits.exceeded(0.2, 0.301) and not limits.exceeded(0.2, 0.001)
    lower = tolerance("backup_size_bytes", specs("restic_backup")["backup_size_bytes"], {})
    assert lower.exceeded(100, 49) and not lower.exceeded(100, 50) and not lower.exceeded(100, 1000)


def test_the_service_file_has_the_last_word() -> None:
    text = (
        BASE
        + "baseline: {tolerances: {http_latency_seconds: {relative: 20%, absolute: 1s, then: warn}, backup_size_bytes: {absolute: 1GiB}}}"
    )
    problems: list[str] = []
    given = terms(document(text), "2", problems)
    assert problems == [] and given == Terms(
        {"http_latency_seconds": Limit(0.2, 1.0, "warn"), "backup_size_bytes": Limit(absolute=2**30)},
    )
    limits = tolerance("http_latency_seconds", LATENCY, given.tolerances)
    assert (limits.limit(0.5), limits.then, limits.given) == (1.5, Status.WARN, True)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (
            "http_latency: {relative: 1}",
            "baseline.tolerances.http_latency: no check compares such a number; did you mean http_latency_seconds?",
        ),
        ("http_latency_seconds: {absolute: 5 parsecs}", "http_latency_seconds.absolute: '5 parsecs' is not a duration"),
        ("http_latency_seconds: {relative: much}", "http_latency_seconds.relative: 'much' is not a share; expected for example 0.5 or 50%"),
        ("targets_discovered: {absolute: 2s}", "targets_discovered.absolute: '2s' is not a number that is not negative"),
    ],
)
def test_tolerances_that_are_refused(entry: str, words: str) -> None:
    problems: list[str] = []
    terms(document(f"{BASE}baseline:\n  tolerances:\n    {entry}\n"), None, problems)
    assert len(problems) == 1 and words in problems[0] and problems[0].startswith("readiness.yml:5: ")


def test_removals_count_for_their_version_alone() -> None:
    text = BASE + "removed:\n  - {what: target old, version: 4.3, reason: r}\n  - {what: job nightly, version: 4.2.0, reason: s}\n"
    problems: list[str] = []
    assert terms(document(text), "4.3", problems).removed == (Removal("target old", "r", "readiness.yml:4"),)
    assert [entry.what for entry in terms(document(text), "4.2.0", problems).removed] == ["job nightly"]
    assert terms(document(text), None, problems) == Terms() and not problems


@pytest.mark.parametrize(
    ("what", "refused"),
    [
        *[(what, True) for what in ("*", "**", "?*", "* on web1", "alert *", "target ?*", "host *", "*a*", "*.*")],
        *[(what, False) for what in ("alert Legacy*", "unit payments-batch.service on db*", "target payments:9100", "host web2", "*9100")],
    ],
)
def test_an_announcement_names_what_goes(what: str, refused: bool) -> None:
    problems: list[str] = []
    terms(document(f'{BASE}removed:\n  - {{what: "{what}", version: 4.3, reason: r}}\n'), "4.2", problems)
    assert bool(problems) is refused and all("an announcement names what goes" in problem for problem in problems)


def test_the_names_of_a_thing() -> None:
    target = specs("prometheus_targets")["expected_targets"]
    assert names(target, "payments/web1:9100", "") == ["target payments/web1:9100", "target web1:9100"]
    unit = specs("systemd_unit")["ActiveState"]
    assert names(unit, "a.service", "web1") == ["unit a.service", "unit a.service on web1"]


def test_patterns() -> None:
    assert matches("target *:9100", ["target payments/web1:9100"]) and matches("unit ?.service on web1", ["unit a.service on web1"])
    assert not matches("target web1", ["target web1:9100"]) and not matches("unit a.service", ["unit aXservice"])
    assert matches("target [::1]:9100", ["target [::1]:9100"]), "brackets mean themselves"


def test_every_number_is_known_by_name() -> None:
    assert "http_latency_seconds" in _comparable.numbers() and "answers" not in _comparable.numbers()
