# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: E501 # the table stands as it does in the design
"""The policies that ship are those of the design, section 5.7, row by row, with the phase smoke; checks may have come since."""

from __future__ import annotations

import json
import pathlib

import jsonschema
import pytest
import yaml
from ansible_collections.operability.readiness.plugins.module_utils._registry import CHECKS, COMPUTED
from ansible_collections.operability.readiness.plugins.module_utils._units import parse_duration
from ansible_collections.operability.readiness.plugins.plugin_utils._described.policy import FOLDER, IMPACTS, LEVELS, Rule, load, shipped

# id | title | proved by (any one) | C | B | A | phases | stakeholder
TABLE = """
| MON-01 | every instance is scraped and up | prometheus_targets, metrics_endpoint | M | **B** | **B** | (pre) post recheck | technical_monitoring |
| MON-02 | the golden signals have live series | prometheus_series | - | M | **B** | (pre) post recheck | technical_monitoring |
| MON-03 | the alerts are loaded, healthy and able to fire | prometheus_alerts | M | **B** | **B** | pre post recheck | technical_monitoring |
| MON-04 | alerts are routed to those who act on them | alertmanager_route | M | **B** | **B** | pre recheck | technical_monitoring |
| MON-05 | a notification really arrives | alertmanager_delivery | - | m | M | pre | technical_monitoring |
| MON-06 | no silence hides the service | alertmanager_silences | m | M | M | post recheck | technical_monitoring |
| MON-07 | the service answers as its users see it | http_probe, prometheus_query | **B** | **B** | **B** | (pre) post smoke recheck | service_monitoring |
| MON-08 | dashboards exist and show data | grafana_dashboard | - | M | M | (pre) post recheck | service_monitoring |
| MON-09 | the dead man's switch is alive | alertmanager_watchdog | - | m | M | pre recheck | technical_monitoring |
| MON-10 | certificates outlive the horizon | tls_certificate | **B** | **B** | **B** | pre post smoke recheck | operators |
| MON-11 | the error budget allows a change | prometheus_query | - | - | M | pre | service_monitoring |
| MON-12 | what an operator must be told of has an alert | alert_coverage | - | M | M | pre recheck | technical_monitoring |
| LOG-01 | a line logged on the host is found centrally | log_canary, log_flow | m | **B** | **B** | pre post recheck | operators |
| LOG-02 | every instance logs | log_flow | - | M | M | (pre) post recheck | operators |
| LOG-03 | logs can be parsed | log_format | - | M | M | post recheck | operators |
| LOG-04 | logs carry no secret | log_secrets | - | M | M | post recheck | operators |
| LOG-05 | logs rotate and are bounded | log_rotation | M | **B** | **B** | pre post recheck | operators |
| LOG-06 | logs are kept long enough | log_retention | - | m | M | pre recheck | operators |
| BKP-01 | a good backup is younger than the RPO | `*_backup` | **B** | **B** | **B** | pre (post) recheck | operators |
| BKP-02 | backups are intact | backup_integrity | - | M | M | recheck | operators |
| BKP-03 | a restore was proven within the RTO | backup_restore, attestation | - | **B** | **B** | pre recheck | operators |
| BKP-04 | a second copy lives elsewhere | `*_backup` | - | m | **B** | pre recheck | operators |
| BKP-05 | the backup runs on schedule | scheduled_job | M | M | M | pre (post) recheck | operators |
| BKP-06 | a failing backup raises an alert | prometheus_alerts | - | M | M | pre recheck | technical_monitoring |
| RUN-01 | a runbook, complete, reviewed, alive | runbook | M | **B** | **B** | design pre recheck | operators |
| RUN-02 | every alert leads to its runbook | alert_runbooks | - | M | **B** | pre recheck | technical_monitoring |
| RUN-03 | the operations manual (DEX) fits this version | document | - | M | M | design pre | operators |
| RUN-04 | known errors of this version are published | document | - | m | M | pre | call_center |
| RUN-05 | the call centre has its script for this version | document | - | - | M | pre | call_center |
| SUP-01 | every part has one support chain | support_chain | **B** | **B** | **B** | design pre recheck | support_chain |
| SUP-02 | somebody is on call for the window and after it | oncall_roster, attestation | - | M | **B** | pre recheck | support_chain |
| SUP-03 | the call centre is trained | attestation | - | m | M | pre | call_center |
| SUP-04 | operations has accepted the handover | attestation | - | M | **B** | pre | operators |
| DEL-01 | the version that answers is the one deployed | http_probe, prometheus_query, command | **B** | **B** | **B** | post smoke recheck | operators |
| DEL-02 | the way back is rehearsed and its artefact there | command, attestation | - | M | **B** | pre | operators |
| DEL-03 | the smoke suite passes | testinfra | - | M | M | post smoke | operators |
| DEL-04 | nothing that was there before is gone | baseline | - | **B** | **B** | post | operators |
| DEL-05 | load and security tests of this version passed | junit | - | - | M | pre | operators |
| DEL-07 | the gate was asked before the deployment | gate_asked | - | M | M | post | operators |
| PLT-01 | units are enabled, running, stable | systemd_unit | **B** | **B** | **B** | (pre) post smoke recheck | operators |
| PLT-02 | capacity has headroom | host_capacity | m | M | M | pre post recheck | operators |
| PLT-03 | the declared flows open | flow | - | M | **B** | pre post smoke | operators |
| PLT-04 | clocks are synchronised | clock | - | m | M | pre recheck | operators |
"""
LINES = [[cell.strip() for cell in line.strip("|").split("|")] for line in TABLE.strip().splitlines()]
ROWS = {cells[0]: cells[1:] for cells in LINES}
LETTERS = {"**B**": "blocker", "M": "major", "m": "minor"}
AREAS = {
    "MON": "monitoring",
    "LOG": "logs",
    "BKP": "backups",
    "RUN": "runbooks",
    "SUP": "support",
    "DEL": "delivery",
    "PLT": "platform",
}
# checks that are there and could prove it, once a service file can say with which arguments
NOT_DERIVED_YET: dict[tuple[str, str], str] = {}


def _checks(cell: str) -> set[str]:
    names = {name.strip("` ") for name in cell.split(",")}
    backups = {name for name in CHECKS if name.endswith("_backup")}
    return (names - {"*_backup"}) | (backups if "*_backup" in names else set())


def test_the_same_requirements_in_the_same_order() -> None:
    assert list(load("default").rules) == list(ROWS) and len(ROWS) == 43


@pytest.mark.parametrize("identifier", ROWS)
def test_default(identifier: str) -> None:
    title, proofs, c, b, a, phases, stakeholder = ROWS[identifier]
    rule = load("default").rules[identifier]
    assert rule.title == title
    assert rule.impact == {level: LETTERS[letter] for level, letter in zip("CBA", (c, b, a)) if letter != "-"}
    assert rule.phases == tuple(phase for phase in phases.split() if not phase.startswith("("))
    assert rule.observe == tuple(phase.strip("()") for phase in phases.split() if phase.startswith("("))
    assert (rule.stakeholder, rule.area) == (stakeholder, AREAS[identifier[:3]])
    named = {proof.check for proof in rule.proved_by}
    left_out = {check for requirement, check in NOT_DERIVED_YET if requirement == identifier}
    assert named >= (_checks(proofs) & {*CHECKS, *COMPUTED}) - left_out, "a way to prove it that the design names is lost"
    of_the_design = set().union(*(_checks(cells[1]) for cells in ROWS.values()))
    assert (named - _checks(proofs)) & of_the_design == set(), (
        "a check of the design proves what the design says; one that came since may be added"
    )


@pytest.mark.parametrize("identifier", ROWS)
def test_starter_is_column_c(identifier: str) -> None:
    starter, whole = load("starter").rules.get(identifier), load("default").rules[identifier]
    letter = ROWS[identifier][2]
    assert (starter is None) == (letter == "-")
    if starter is not None:
        assert starter.impact == {level: LETTERS[letter] for level in LEVELS}
        for field in set(Rule.__dataclass_fields__) - {"impact", "origin"}:
            assert getattr(starter, field) == getattr(whole, field), field


@pytest.mark.parametrize("name", shipped())
def test_every_requirement_says_why_and_what_to_do(name: str) -> None:
    for rule in load(name).rules.values():
        assert rule.reason and rule.remedy and rule.title[0].islower()
        assert parse_duration(rule.valid_for) > 0
        assert set(rule.impact.values()) <= set(IMPACTS)
        assert not set(rule.phases) & set(rule.observe)


def test_a_finding_counts_at_least_until_its_phase_comes_again() -> None:
    for rule in load("default").rules.values():
        if "recheck" not in rule.phases:
            assert parse_duration(rule.valid_for) >= parse_duration("30d"), f"{rule.id} is not looked at again before the next deployment"


def test_what_only_a_deployment_brings_is_not_asked_before_the_first_one() -> None:
    early = {rule.id for rule in load("default").rules.values() if rule.not_before_first_deployment}
    assert {"MON-01", "MON-07", "BKP-01", "LOG-01", "DEL-01", "PLT-01"} <= early
    assert not early & {"RUN-01", "SUP-01", "SUP-04", "MON-04", "PLT-02"}


def test_traits_switch_off_what_is_about_them() -> None:
    rules = load("default").rules
    assert {rule.id for rule in rules.values() if rule.applies_when == "data"} == {
        identifier for identifier in ROWS if identifier.startswith("BKP")
    }
    assert {"MON-07", "DEL-01"} <= {rule.id for rule in rules.values() if rule.applies_when == "http"}
    assert rules["MON-10"].applies_when == "tls" and rules["SUP-02"].applies_when == "on_call"
    assert {rule.applies_when for rule in rules.values()} <= {None, "http", "tls", "data", "on_call"}


def test_the_shipped_files_pass_the_schema_of_an_overlay() -> None:
    schema = json.loads((FOLDER.parent / "schemas" / "organisation.schema.json").read_text())
    entry = {"$ref": "#/$defs/policy_entry", "$defs": schema["$defs"]}
    for path in sorted(pathlib.Path(FOLDER).glob("*.yml")):
        for identifier, data in yaml.safe_load(path.read_text())["requirements"].items():
            problems = [problem.message for problem in jsonschema.Draft202012Validator(entry).iter_errors(data)]
            assert not problems, f"{path.name} {identifier}"


def test_the_verification_of_regular_service() -> None:
    rule = load("vsr").rules["VSR-01"]
    assert set(load("vsr").rules) == {"VSR-01"} and not set(load("vsr").rules) & set(load("default").rules)
    assert rule.phases == ("recheck",) and set(rule.impact.values()) == {"blocker"}
    assert rule.args["pass_when"] == "<= 2%" and rule.args["min_coverage"] == "98%"
