# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: E501 # YAML as people write it
"""What follows from ``documents`` and ``alerts`` for RUN-02 to RUN-05."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._registry import load_check
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import PlannedRequirement, PlanState
from unit.core.described import ORGANISATION, one, plan

SERVICE = "schema_version: 1\nservice: {name: payments, owner: team, hosts: payments}\nclassification: {criticality: 3}\n"


def planned(identifier: str, more: str, **run: t.Any) -> PlannedRequirement:
    return one(plan(SERVICE + more + "\n", ORGANISATION, **{"phase": "pre", "version": "1.4.0", **run}), identifier)


def args(identifier: str, more: str, **run: t.Any) -> dict[str, t.Any]:
    made = planned(identifier, more, **run)
    assert made.state == PlanState.PLANNED, made.why
    (check,) = made.checks
    parse_arguments(load_check(check.check), check.args)
    return dict(check.args)


@pytest.mark.parametrize(("identifier", "kind"), [("RUN-03", "operations_manual"), ("RUN-04", "known_errors"), ("RUN-05", "call_script")])
def test_each_document_is_read_for_the_version_that_is_deployed(identifier: str, kind: str) -> None:
    made = args(identifier, f"documents: {{{kind}: docs/x.md}}")
    assert (made["preset"], made["version"]) == (kind, "1.4.0")
    assert made["path"].endswith("docs/x.md") and made["path"].startswith("/") and made["service_folder"] in made["path"]
    assert args(identifier, f"documents: {{{kind}: 'https://wiki.example/x'}}")["url"] == "https://wiki.example/x"
    git = f"documents: {{{kind}: {{git: {{url: 'https://git.example/d.git', path: x.md}}}}}}"
    assert args(identifier, git)["git"] == {"url": "https://git.example/d.git", "path": "x.md"}
    missing = planned(identifier, "")
    assert missing.state == PlanState.NOT_DECLARED and f"documents.{kind} is not declared" in missing.why


def test_without_a_version_nothing_is_proven_before_a_deployment() -> None:
    text = "documents: {operations_manual: docs/dex.md}"
    gap = planned("RUN-03", text, version=None)
    assert "readiness_version" in str(gap.why) or "readiness_version" in str([check.gap for check in gap.checks])
    assert args("RUN-03", text, version=None, phase="design")["version_required"] is False, "none is chosen yet"
    assert args("RUN-03", "documents: {operations_manual: {path: docs/dex.md, version: '2'}}", version=None)["version"] == "2"


def test_what_a_service_without_data_need_not_have() -> None:
    text = "documents: {operations_manual: docs/dex.md}"
    assert "sections" not in args("RUN-03", text)
    assert "backup" not in args("RUN-03", text + "\ntraits: {data: false}")["sections"]


def test_files_with_error_codes_are_relative_to_the_service_file() -> None:
    made = args("RUN-05", "documents: {call_script: {path: s.md, codes_from: [src/errors.yml], codes_pattern: 'PAY-####'}}")
    assert made["codes_from"][0].startswith("/") and made["codes_from"][0].endswith("src/errors.yml")


def test_the_runbooks_of_the_alerts_that_are_the_services() -> None:
    made = args("RUN-02", "alerts: {match: {service: payments}, must_include: [Down], required_labels: [severity]}")
    assert (made["match"], made["must_include"], made["url"]) == ({"service": "payments"}, ["Down"], "http://prom.example:9090")
    assert "required_labels" not in made and made["bearer_token"] == "s3cr3t-token"
    assert planned("RUN-02", "").state == PlanState.NOT_DECLARED
