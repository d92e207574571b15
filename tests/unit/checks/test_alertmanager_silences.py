# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import datetime as dt
import re
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients.alertmanager import parse_timestamp, read_silence
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.translating import told
from fakes import FakeRunner, HttpFailure, Response

MATCH = [{"name": "service", "value": "payments", "isRegex": False, "isEqual": True}]


def silence(**changes: t.Any) -> dict[str, t.Any]:
    return {
        "id": "8c0b7b9e",
        "status": {"state": "active"},
        "startsAt": "2026-11-25T05:00:00.000Z",
        "endsAt": "2026-11-25T07:00:00.123456789+00:00",
        "updatedAt": "2026-11-25T05:00:00.000Z",
        "createdBy": "alice",
        "comment": "disk\n swap",
        "matchers": MATCH,
        **changes,
    }


def matcher(name: str, value: str, *, regex: bool = False, equal: bool = True) -> dict[str, t.Any]:
    return {"name": name, "value": value, "isRegex": regex, "isEqual": equal}


def look(answer: t.Any, **args: t.Any) -> Finding:
    given = {"url": "http://am:9093", "labels": [{"service": "payments", "severity": "critical"}], **args}
    (finding,) = run_item(Item(key="x", check="alertmanager_silences", args=given), FakeRunner(answers={"/api/v2/silences": answer}))
    return finding


def test_none() -> None:
    assert str(look([]).status) == "pass"
    assert look([silence(status={"state": "expired"}, endsAt="2046-01-01T00:00:00Z")]).message == "no silence is in force"


def test_a_short_one_is_told() -> None:
    finding = look([silence()])
    assert str(finding.status) == "pass"
    assert finding.message == (
        'silence 8c0b7b9e by alice ("disk swap") until 2026-11-25T07:00:00Z covers the service with {service="payments"}; '
        "none does for more than 24 h; the labels are as declared: no Prometheus was asked for those of loaded alerts"
    )
    assert finding.observed["covering"][0]["comment"] == "disk swap"
    assert finding.measurements[0].value == 7200


def test_999_weeks() -> None:
    finding = look([silence(), silence(id="f00", endsAt="2046-01-14T05:00:00Z")])
    assert str(finding.status) == "fail"
    for part in ("f00", "alice", "disk swap", "2046-01-14T05:00:00Z", "the limit is 24 h"):
        assert part in finding.message
    assert finding.since == "2026-11-25T05:00:00Z"
    assert "f00" in str(finding.remedy)


@pytest.mark.parametrize(
    ("matchers", "status", "verb"),
    [
        ([matcher("service", "pay.*", regex=True)], "fail", "covers"),
        ([matcher("service", "pay", regex=True)], "pass", ""),
        ([matcher("service", "payments", equal=False)], "pass", ""),
        ([matcher("service", "ledger", equal=False)], "fail", "covers"),
        ([matcher("service", "l.*", regex=True, equal=False)], "fail", "covers"),
        ([matcher("service", "ledger"), matcher("alertname", "X")], "pass", ""),
        ([matcher("service", "payments"), matcher("severity", "info")], "pass", ""),
        ([*MATCH, matcher("alertname", "PaymentsDown")], "fail", "may cover"),
        ([matcher("alertname", ".+", regex=True)], "fail", "may cover"),
        ([matcher("instance", "", equal=False)], "fail", "may cover"),
        ([{"name": "service", "value": "payments", "isRegex": False}], "fail", "covers"),
    ],
)
def test_what_covers_the_service(matchers: list[dict[str, t.Any]], status: str, verb: str) -> None:
    finding = look([silence(matchers=matchers, endsAt="2027-01-01T00:00:00Z")])
    assert str(finding.status) == status, finding.message
    assert verb in finding.message


@pytest.mark.parametrize(
    ("end", "window_end", "status"),
    [
        ("2026-11-25T08:00:00Z", "2026-11-25T08:00:00Z", "pass"),
        ("2026-11-25T08:00:01Z", "2026-11-25T08:00:00Z", "fail"),
        ("2026-11-25T08:00:00Z", "2026-11-25 09:00:00+01:00", "pass"),
        ("2026-11-25T08:00:01Z", "2026-11-25T09:00+0100", "fail"),
        ("2026-12-25T08:00:00Z", "2026-12-26T00:00:00Z", "pass"),
    ],
)
def test_the_window(end: str, window_end: str, status: str) -> None:
    finding = look([silence(endsAt=end)], window_end=window_end)
    assert str(finding.status) == status, finding.message
    assert finding.measurements == []


def test_a_pending_one_counts() -> None:
    finding = look(
        [silence(status={"state": "pending"}, startsAt="2026-11-26T05:00:00Z", endsAt="2026-11-26T07:00:00Z")],
        window_end="2026-11-25T08:00:00Z",
    )
    assert "will cover" in finding.message
    assert str(finding.status) == "fail"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"createdBy": " "}, "it has no author"),
        ({"comment": ""}, "it has no comment"),
        ({"endsAt": "0001-01-01T00:00:00.000Z"}, "it has no end"),
        ({"endsAt": None, "comment": None}, "it has no end and it has no comment"),
    ],
)
def test_one_that_nobody_answers_for(changes: dict[str, t.Any], problem: str) -> None:
    finding = look([silence(**changes)], window_end="2026-11-25T08:00:00Z")
    assert str(finding.status) == "fail"
    assert finding.message.endswith(problem)


def test_a_long_comment_is_cut() -> None:
    assert len(look([silence(comment="x" * 5000)]).message) < 400


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({}, "another kind"),
        ([{}], "makes no sense"),
        ([3], "makes no sense"),
        ([silence(status={"state": "odd"})], "makes no sense"),
        ([silence(endsAt="soon")], "makes no sense"),
        ([silence(matchers=[matcher("service", "\\pL", regex=True)], endsAt="2027-01-01T00:00:00Z")], "cannot be evaluated here"),
        ("<!doctype html><title>Sign in", "login page"),
        ('[{"id":', "cannot be parsed"),
        (Response(502, {}, b"", "http://am", 0.1), "status 502"),
        (HttpFailure("timeout", "http://am:9093 did not answer within 10 s"), "did not answer"),
    ],
)
def test_what_cannot_be_seen(answer: t.Any, message: str) -> None:
    finding = look(answer)
    assert str(finding.status) == "unknown"
    assert message in finding.message
    assert finding.instrument == "Alertmanager http://am:9093"


@pytest.mark.parametrize(
    "args", [{"labels": []}, {"window_end": "tomorrow"}, {"window_end": "2026-11-25T08:00:00"}, {"max_duration": "long"}]
)
def test_arguments_that_do_not_fit(args: dict[str, t.Any]) -> None:
    finding = look([], **args)
    assert str(finding.status) == "unknown"
    assert "cannot work with its arguments" in finding.message


def test_timestamps() -> None:
    assert parse_timestamp("2026-11-25t06:00:00.5z").isoformat() == "2026-11-25T06:00:00+00:00"
    for text in ("", "2026-11-25", "2026-13-01T00:00:00Z"):
        with pytest.raises(ValueError):
            parse_timestamp(text)


def test_matchers_of_the_api() -> None:
    made = [matcher("a", "b", regex=regex, equal=equal) for regex in (False, True) for equal in (True, False)]
    assert [str(item) for item in read_silence(silence(matchers=made)).matchers] == ['a="b"', 'a!="b"', 'a=~"b"', 'a!~"b"']


def french(message: str) -> str:
    return told(message, "fr").replace("\u202f", " ").replace("\u00a0", " ")


def test_in_french() -> None:
    found = look([silence(), silence(id="f00", endsAt="2046-01-14T05:00:00Z", createdBy="")])
    assert found.message.template == "{silence}: {problems}"
    assert french(found.message) == (
        "le silence f00 posé par un auteur inconnu (« disk swap ») jusqu\u2019au 14 janv. 2046, 05:00:00 UTC couvre le service par "
        '{service="payments"} : il dure 6990 j, la limite est de 24 h et il n\u2019a pas d\u2019auteur'
    )
    assert found.remedy is not None and found.remedy.params == {"silences": "f00"}
    assert french(look([silence(comment="")], window_end="2026-11-25T08:00:00Z").message).endswith("il n\u2019a pas de commentaire")


def in_a_row(*spans: tuple[int, int], **more: t.Any) -> list[dict[str, t.Any]]:
    """Silences from one hour to another, counted from midnight of the first day."""

    def at(hour: int) -> str:
        return (parse_timestamp("2026-11-25T00:00:00Z") + dt.timedelta(hours=hour)).isoformat()

    return [
        silence(
            **{"id": f"s{number}", "status": {"state": "pending" if number else "active"}, "startsAt": at(start), "endsAt": at(end), **more}
        )
        for number, (start, end) in enumerate(spans)
    ]


@pytest.mark.parametrize(
    ("silences", "expected", "message"),
    [
        (in_a_row((0, 20), (20, 40), (40, 60)), "fail", "3 silences hide alerts .* in one piece of 2 d 12 h until 2026-11-27T12:00"),
        (in_a_row((0, 20), (15, 30)), "fail", "2 silences hide"),
        (in_a_row((0, 10), (10, 20)), "pass", "none does for more than 24 h"),
        (in_a_row((0, 20), (21, 41)), "pass", "none does for more than 24 h"),
        (in_a_row((0, 23), (1, 24)), "pass", "none does"),
        # other alerts each: nothing is hidden for longer
        (in_a_row((0, 20), matchers=[*MATCH, matcher("severity", "critical")])
         + in_a_row((20, 40), id="w", matchers=[*MATCH, matcher("severity", "warning")]), "pass", "none does"),
    ],
)  # fmt: skip
def test_what_counts_is_how_long_the_service_is_hidden_in_one_piece(silences: list[t.Any], expected: str, message: str) -> None:
    labels = [{"service": "payments", "severity": severity} for severity in ("critical", "warning")]
    finding = look(silences, labels=labels)
    assert str(finding.status) == expected, finding.message
    assert re.search(message, finding.message), finding.message
    if expected == "fail":
        assert finding.measurements[0].value > 24 * 3600 and "s0 s1" in str(finding.remedy)
