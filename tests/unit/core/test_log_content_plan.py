# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: E501 # YAML as people write it
"""What is asked of the lines of a service's logs, from what it declares of them; and who may ask less."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._registry import load_check
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import Plan, PlannedCheck, PlanState
from unit.core.described import one, plan, problems_of

ORGANISATION = "schema_version: 1\nservices_may: []\n"
SERVICE = """\
schema_version: 1
service: {{name: payments, owner: team-payments, hosts: payments}}
classification: {{criticality: 3}}
parts:
  web:
    hosts: payments_web
    run_as: payments
    logs:
      - {{{log}}}
"""


def planned(log: str, organisation: str | None = ORGANISATION, more: str = "", **options: t.Any) -> Plan:
    return plan(SERVICE.format(log=log) + more, organisation, phase="recheck", **options)


def checks(log: str, requirement: str, **options: t.Any) -> list[PlannedCheck]:
    found = one(planned(log, **options), requirement)
    assert found.state == PlanState.PLANNED
    for check in found.checks:
        parse_arguments(load_check(check.check), check.args)
    return list(found.checks)


@pytest.mark.parametrize(
    ("log", "source"),
    [
        ("file: /var/log/payments/app.log", {"path": "/var/log/payments/app.log"}),
        ("journald: payments.service", {"unit": "payments.service"}),
        ("syslog: payments", {"tag": "payments"}),
        ("container: payments-web-1, engine: podman", {"container": "payments-web-1", "engine": "podman"}),
    ],
)
def test_each_kind_of_log_is_looked_at(log: str, source: dict[str, str]) -> None:
    (check,) = checks(log, "LOG-03")
    assert (check.check, check.args, check.hosts, check.run_as) == ("log_format", source, ("pay1", "pay2"), "payments")
    (check,) = checks(log, "LOG-04")
    assert (check.check, check.args, check.instance) == ("log_secrets", {**source, "service": "payments"}, next(iter(source.values())))


def test_what_a_service_declares_of_a_log() -> None:
    log = (
        "file: /a.log, format: json, required: [level, service], max_malformed: 0.5%, min_correlated: 50%, max_silence: 2h, quiet: true, "
        "sample_lines: 50000, secrets: {identifiers: [nir], allowed: ['card_number:3f9']}"
    )
    (check,) = checks(log, "LOG-03")
    assert check.args == {
        "path": "/a.log",
        "format": "json",
        "required": ["level", "service"],
        "max_malformed": "0.5%",
        "min_correlated": "50%",
        "max_silence": "2h",
        "quiet": True,
        "sample_lines": 50000,
    }
    (check,) = checks(log, "LOG-04")
    assert check.args == {
        "path": "/a.log",
        "service": "payments",
        "quiet": True,
        "sample_lines": 50000,
        "identifiers": ["nir"],
        "allowed": ["card_number:3f9"],
    }
    (check,) = checks("file: /a.log, pattern: '^(?<time>\\S+) x', require_zone: true", "LOG-03")
    assert check.args == {"path": "/a.log", "pattern": "^(?<time>\\S+) x", "require_zone": True}


def test_a_marked_line_stays_one_that_its_log_can_have() -> None:
    servers = 'schema_version: 1\nservers: {central: {kind: file, search: "/srv/{host}.log"}}\n'
    for form, expected in (("json", "json"), ("logfmt", None), ("rfc3164", None)):
        found = one(planned(f"file: /a.log, format: {form}, canary: always", servers), "LOG-01")
        assert {check.args.get("format") for check in found.checks if check.call == "write"} == {expected}


def test_without_a_log_it_is_not_declared() -> None:
    text = "schema_version: 1\nservice: {name: payments, owner: team, hosts: payments}\nclassification: {criticality: 3}\n"
    for requirement in ("LOG-03", "LOG-04"):
        found = one(plan(text, ORGANISATION, phase="recheck"), requirement)
        assert found.state == PlanState.NOT_DECLARED and "no part declares its logs" in str(found.why)


def test_what_lies_on_no_host_is_a_gap_of_that_log() -> None:
    for requirement in ("LOG-03", "LOG-04"):
        found = one(planned("http: 'https://logs.example/insert/jsonline'"), requirement)
        assert found.state == PlanState.NOT_DECLARED and "is posted to a log store alone" in str(found.why)
        found = one(planned("http: 'https://logs.example/insert/jsonline'}\n      - {file: /a.log"), requirement)
        gaps = {check.instance: check.gap and "is posted to a log store alone" in str(check.gap) for check in found.checks}
        assert gaps == {"https://logs.example/insert/jsonline": True, "/a.log": None}


def test_the_key_of_fingerprints_is_the_organisations() -> None:
    organisation = ORGANISATION + "defaults: {with: {log_secrets: {fingerprint_key: a-text-that-nobody-else-has}}}\n"
    (check,) = one(planned("file: /a.log", organisation), "LOG-04").checks
    args, secrets = check.split_secrets()
    assert "fingerprint_key" not in args and secrets == {"fingerprint_key": "a-text-that-nobody-else-has"}


@pytest.mark.parametrize(
    ("log", "requirement", "option"),
    [
        ("file: /a.log, max_malformed: 50%", "LOG-03", "max_malformed"),
        ("file: /a.log, max_silence: 400d", "LOG-03", "max_silence"),
        ("file: /a.log, require_zone: false", "LOG-03", "require_zone"),
        ("file: /a.log, min_correlated: 1%", "LOG-03", "min_correlated"),
        ("file: /a.log, sample_lines: 10", "LOG-03", "sample_lines"),
        ("file: /a.log, secrets: {allowed: ['jwt:0123456789']}", "LOG-04", "allowed"),
        ("file: /a.log, secrets: {mode: report}", "LOG-04", "mode"),
    ],
)
def test_who_may_ask_less(log: str, requirement: str, option: str) -> None:
    made = planned(log)
    found = [(one.kind, one.key) for one in made.loosened if one.requirement == requirement]
    key = f"parts.web.logs.0.{'secrets.' if requirement == 'LOG-04' else ''}{option}"
    assert found == [("limits", key)]
    assert any(key in problem for problem in problems_of(lambda: planned(log, mode="enforce")))


@pytest.mark.parametrize("log", ["file: /a.log, quiet: true", "file: /a.log, max_silence: 8d", "file: /a.log, max_malformed: 10%"])
def test_what_the_policy_lets_a_service_say(log: str) -> None:
    assert [one for one in planned(log).loosened if one.requirement in ("LOG-03", "LOG-04")] == []
