# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reasons, notices and gaps as data: kept with template and parameters, told in French, and plain text to Ansible."""

from __future__ import annotations

import datetime as dt
import json
import pathlib
import re
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._phrase import Message, phrase
from ansible_collections.operability.readiness.plugins.plugin_utils._acting.gate import Answer
from ansible_collections.operability.readiness.plugins.plugin_utils._acting.portfolio import Entry, PlannedService
from ansible_collections.operability.readiness.plugins.plugin_utils._acting.portfolio_summary import row, summary
from ansible_collections.operability.readiness.plugins.plugin_utils._model.decision import Evidence
from ansible_collections.operability.readiness.plugins.plugin_utils._model.judgement import Override, WouldHaveSaid
from ansible_collections.operability.readiness.plugins.plugin_utils._model.plain import to_plain
from ansible_collections.operability.readiness.plugins.plugin_utils._model.record import RunRecord
from ansible_collections.operability.readiness.plugins.plugin_utils._model.service_state import State
from ansible_collections.operability.readiness.plugins.plugin_utils._model.text import in_short, said_by
from ansible_collections.operability.readiness.plugins.plugin_utils._model.verdict import Verdict
from ansible_collections.operability.readiness.plugins.plugin_utils._promises.decisions import differences
from ansible_collections.operability.readiness.plugins.plugin_utils._promises.overrides import ALL, title
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.translating import told, translated
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.words import words
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.record_json import (
    Unreadable,
    from_json,
    messages_of,
    to_json,
)
from ansible_collections.operability.readiness.plugins.plugin_utils._running.spool import Spool
from unit.core.described import one
from unit.core.described import plan as planned_for
from unit.core.judged import asked, found, judgement_of, not_plain, plan
from unit.core.test_record_json import Json, rich

NOW = dt.datetime(2026, 11, 25, 6, 0, tzinfo=dt.timezone.utc)


def french(message: str) -> str:
    return re.sub("[\u00a0\u202f]", " ", told(message, "fr")).replace("\u2019", "'")


def late() -> t.Any:
    """The judgement of a run in which a reservation is overdue and something fails."""
    made = plan(asked("R-01"), asked("R-02", impact="major", title="the pump runs"))
    earlier = {"R-02": {"raised": "2026-11-01", "due": "2026-11-20"}}
    findings = {"R-01": found("fail", phrase("{url:path} gave no answer", url="http://x"), host="h1"), "R-02": "warn"}
    return judgement_of(made, findings, earlier=earlier)


def test_a_reason_keeps_what_it_was_made_of() -> None:
    due, failed = late().reasons
    assert due == "reservation R-02 was due on 2026-11-20: the pump runs: m"
    assert due.template == "reservation {requirement:path} was due on {due:day}: {title:term}: {message}"
    assert (due.params["due"], due.params["title"]) == ("2026-11-20", "the pump runs")
    assert failed == "R-01 title of R-01: h1: http://x gave no answer"
    inner = failed.params["message"]
    assert isinstance(inner, Message) and inner.template == "{host:path}: {message}"
    assert isinstance(inner.params["message"], Message) and inner.params["message"].params == {"url": "http://x"}


def test_a_reason_in_french() -> None:
    due, _failed = late().reasons
    assert french(due) == "réserve R-02, à lever au plus tard le 20 novembre 2026 : the pump runs : m"


def test_what_several_findings_say_is_counted() -> None:
    findings = {"R-01": [found("fail", host="h1"), found("fail", host="h2"), found("fail", host="h3")]}
    message = judgement_of(plan(asked("R-01")), findings).requirements[0].message
    assert (message, french(message)) == ("h1: m (and 2 more)", "h1 : m (et 2 autres)")


@pytest.mark.parametrize(
    ("then", "now", "english", "said"),
    [
        (
            {"requirements": {"A-1": "pass"}},
            {"requirements": {"A-1": "fail"}},
            "A-1 was pass, is fail",
            "A-1 : conforme précédemment, non conforme maintenant",
        ),
        (
            {},
            {"requirements": {"A-1": "not_due"}},
            "A-1 was not asked, is not due",
            "A-1 : non demandé précédemment, pas encore exigé maintenant",
        ),
        (
            {"requirements": {"A-1": "waived x"}},
            {"requirements": {"A-1": "waived y"}},
            "A-1 is waived by another waiver",
            "A-1 : dérogation, mais ce n'est plus la même",
        ),
        ({"version": "1"}, {}, "the version was 1, is not named", "la version est passée de 1 à (sans nom)"),
        ({"policy": "x"}, {"policy": "y"}, "the policy has changed", "la politique a changé"),
        ({}, {"overdue": ("A-1",)}, "the reservation A-1 is overdue", "la réserve A-1 est en retard"),
    ],
)
def test_what_has_changed_since_a_decision(then: Json, now: Json, english: str, said: str) -> None:
    (only,) = differences(Evidence(**then), Evidence(**now))
    assert (only, french(only)) == (english, said)


@pytest.mark.parametrize(
    ("kind", "requirement", "said"),
    [
        ("emergency", ALL, "l'urgence X1 du 25 novembre 2026"),
        ("decision", "BKP-01", "la décision X1 du 25 novembre 2026 sur BKP-01"),
    ],
)
def test_an_override_by_its_name(kind: str, requirement: str, said: str) -> None:
    would = WouldHaveSaid(Verdict.NO_GO, "NO-GO")
    made = Override(requirement, "X1", kind, "ana", None, "2026-11-25T06:00:00Z", "2026-11-28", None, "post", "r", would)
    assert french(title(made)) == said


def test_what_is_not_declared() -> None:
    made = planned_for("schema_version: 1\nservice: {name: x, owner: y, hosts: payments}\nclassification: {criticality: 3}\n", None)
    gap = one(made, "BKP-01").why
    assert gap.startswith("no part declares its backups (parts.NAME.backups)") and "(traits: {data: false})" in gap
    assert french(gap).endswith("un service sans données l'indique (traits: {data: false})")
    assert french(made.level_reason) == "criticité 3, risque technique 0, complexité 0"


def test_a_record_and_a_state_keep_what_was_said() -> None:
    data, after = rich()
    record = from_json(RunRecord, json.loads(json.dumps(data)), "it")
    assert all(reason.template for reason in record.judgement.reasons)
    assert record.state is not None and all(notice.template for notice in record.state.notices)
    state = from_json(State, json.loads(json.dumps(after)), "it")
    assert all(override.would.reasons[0].template for override in state.overrides)


def test_a_state_without_what_was_said_is_read_as_text() -> None:
    _record, after = rich()
    state = from_json(State, {key: value for key, value in after.items() if key != "said"}, "it")
    (override,) = state.overrides
    assert isinstance(override.would.reasons[0], Message) and not override.would.reasons[0].template
    assert override.would.reasons[0].startswith("MON-07 title of MON-07")
    assert from_json(State, to_json(state), "it") == state


def test_a_record_in_french_says_no_reason_and_no_notice_in_english() -> None:
    record, _after = rich()
    judgement = t.cast("Json", translated(record, words("fr")))["judgement"]
    assert not [line for line in judgement["notices"] if re.search(r"\b(the|waiver|ended|asks)\b", line)]
    assert not [line for line in judgement["reasons"] if re.search(r"\b(reservation|passed|more\))\b", line)]


def test_what_ansible_gets_is_plain() -> None:
    record, after = rich()
    judgement = late()
    answer = Answer(
        verdict=judgement.verdict,
        advice=judgement.advice,
        verified=1,
        required=2,
        reasons=judgement.reasons,
        mode="observe",
        phase="post",
        scope="service",
        partial=phrase("without the tags {tags:list} (--skip-tags)", tags=["x"]),
        service="payments",
        record_path=None,
        record_digest=None,
        publish={},
        state=None,
        emergency=None,
        overridden=None,
        stop=False,
    )
    assert not_plain([record, after, to_plain(answer)]) == []
    assert not isinstance(answer.msg, Message) and "partial (without the tags x (--skip-tags))" in answer.msg


def test_the_summary_of_a_portfolio_says_it_too() -> None:
    record, _after = rich()
    planned = PlannedService(Entry("a.yml", None, "production"), "payments")
    gone = PlannedService(Entry("b.yml", None, "production"), "billing", refused="b.yml:1: it is empty")
    made = summary([row(planned, {"record": record}, last=None), row(gone, None, last=None)], NOW, refused_stops=False)
    assert not_plain(to_plain(made)) == []
    said = t.cast("Json", translated(to_json(made), words("fr")))
    reasons = {item["service"]: [french(Message(line)) for line in item["reasons"]] for item in said["services"]}
    assert reasons["billing"] == ["données d'entrée refusées : b.yml:1: it is empty"]
    assert any(line.startswith("réserve BKP-05, à lever au plus tard le 20 novembre 2026") for line in reasons["payments"])


def test_why_a_host_was_not_reached_survives_the_spool(tmp_path: pathlib.Path) -> None:
    spool = Spool(tmp_path, "payments", "production", "post")
    spool.save("h1", {}, unreachable=in_short(Exception("")))
    (left,) = spool.load()
    assert left["unreachable"] == "no reason was given" and french(left["unreachable"]) == "aucune raison donnée"


def test_what_an_exception_says() -> None:
    assert said_by(Unreadable(phrase("{path:path} is not there any more", path="/x"))).params == {"path": "/x"}
    assert said_by(ValueError("x")) == "x" and not said_by(ValueError("x")).template
    assert messages_of({}) == {}
