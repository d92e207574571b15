# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hosts answer: whatever they make up costs their own checks, and is believed of nobody else."""

from __future__ import annotations

import dataclasses
import json
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding, Measurement, Status, passed
from ansible_collections.operability.readiness.plugins.module_utils._phrase import phrase
from ansible_collections.operability.readiness.plugins.plugin_utils._running.received import received

ITEM = Item(key="APP-01/0", check="command", args={}, requirement="APP-01", host="web1")
GOOD: dict[str, t.Any] = passed(
    phrase("{count:number} of them", count=3),
    observed={"a": 1},
    measurements=[Measurement("disk_used_ratio", 0.5, 0.9, "upper")],
    details=[phrase("one"), phrase("two")],
    since="2026-11-25T06:00:01Z",
).as_dict()


def deep(levels: int) -> t.Any:
    value: t.Any = "bottom"
    for _level in range(levels):
        value = [value]
    return value


def findings(found: t.Any, item: Item = ITEM) -> list[Finding]:
    return received([item], found)[item.key]


def test_what_is_as_it_should_be_comes_through_whole() -> None:
    (finding,) = findings({"APP-01/0": [GOOD]})
    assert (finding.status, finding.message, finding.host, finding.check, finding.requirement) == (
        *(Status.PASS, "3 of them"),
        *("web1", "command", "APP-01"),
    )
    assert finding.message.params == {"count": 3} and finding.details[1].template == "two" and finding.measurements[0].limit == 0.9


def test_a_host_speaks_of_itself_and_of_what_it_was_asked() -> None:
    forged = {**GOOD, "host": "web2", "check": "restic_backup", "requirement": "BKP-01"}
    found = received([ITEM], {"APP-01/0": [forged], "SUP-01/0": [GOOD]})
    assert list(found) == ["APP-01/0"]
    (finding,) = found["APP-01/0"]
    assert (finding.host, finding.check, finding.requirement) == ("web1", "command", "APP-01")


def test_who_looks_for_the_lines_of_others_names_them() -> None:
    looking = Item(key="LOG-01/0", check="log_canary", args={}, requirement="LOG-01", host="log1", call="find")
    (finding,) = findings({"LOG-01/0": [{**GOOD, "host": "web2"}]}, looking)
    assert (finding.host, finding.requirement) == ("web2", "LOG-01")


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "{{ lookup('pipe', 'id') }}"},
        {"status": "waived"},
        {"status": None},
        {"message": 5},
        {"message": None},
        {"host": "x", "instance": []},
        {"proof": []},
        {"proof": "certain"},
        {"details": 5},
        {"details": [5]},
        {"measurements": 5},
        {"measurements": [1]},
        {"measurements": [{"name": "x", "value": "y", "limit": "z", "bound": "upper"}]},
        {"measurements": [{"name": "x", "value": float("inf")}]},
        {"measurements": [{"name": "x", "value": 1, "limit": True}]},
        {"measurements": [{"name": "x", "value": 1, "bound": "sideways"}]},
        {"collected_at": 5},
        {"collected_at": "soon"},
        {"since": []},
        {"valid_until": []},
        {"valid_until": "for ever"},
        {"duration_seconds": "x"},
        {"tries": "x"},
        {"observed": 5},
        {"expected": "x"},
        {"remedy": 1},
        {"instrument": {}},
    ],
    ids=str,
)
def test_a_finding_of_another_form_is_unknown(changes: dict[str, t.Any]) -> None:
    (finding,) = findings({"APP-01/0": [{**GOOD, **changes}]})
    assert finding.status is Status.UNKNOWN and finding.host == "web1"
    assert finding.message == "the answer of web1 has not the form of a finding of command"


@pytest.mark.parametrize(
    "found", [None, 5, [], {}, {"APP-01/0": None}, {"APP-01/0": []}, {"APP-01/0": [1]}, {"APP-01/0": {"a": 1}}, {"APP-01/0": [[]]}]
)
def test_an_answer_of_another_form_is_unknown(found: t.Any) -> None:
    assert [finding.status for finding in findings(found)] == [Status.UNKNOWN]


def test_what_was_observed_is_bounded() -> None:
    (finding,) = findings({"APP-01/0": [{**GOOD, "observed": {"a": deep(5000), "b": float("inf"), "c": float("nan")}}]})
    assert finding.status is Status.PASS and str(finding.observed).count("[") < 30
    assert (finding.observed["b"], finding.observed["c"]) == ("inf", "nan")


def test_a_message_that_grows_with_each_level_is_bounded() -> None:
    data: dict[str, t.Any] = {"template": "x" * 50, "params": {}}
    for _level in range(12):
        data = {"template": "{a}" * 10, "params": {"a": data}}
    (finding,) = findings({"APP-01/0": [{**GOOD, "said": {"message": data}}]})
    assert len(finding.message) <= 1000


def test_what_a_host_says_is_one_harmless_line_without_our_secrets() -> None:
    item = Item(key="APP-01/0", check="command", args={"url": "http://u:in-the-url@h/"}, host="web1", secrets={"password": "hunter22"})
    hostile = "\x1b]0;x\x07\u202ehunter22 in-the-url http://a:S3CRET@h/\n\x9b2J"
    said = {"template": "{x} of hunter22", "params": {"x": hostile}}
    made = {**GOOD, "message": hostile, "details": [hostile], "instance": hostile, "instrument": hostile, "remedy": hostile}
    made |= {"observed": {hostile: [hostile]}, "host": hostile, "said": {"message": said, "details": [said], "remedy": said}}
    for asked in (item, dataclasses.replace(item, call="find")):
        (finding,) = findings({"APP-01/0": [made]}, asked)
        text = json.dumps(finding.as_dict(), ensure_ascii=False)
        assert "S3CRET" not in text and "in-the-url" not in text and "\\u001b" not in text and "\u202e" not in finding.message
        assert all(part.isprintable() for part in (finding.message, *finding.details, finding.instance, finding.host, str(finding.remedy)))


@pytest.mark.parametrize(
    "made",
    [
        {"details": ["x"] * 5000},
        {"measurements": [{"name": "x", "value": 1}] * 5000},
        {"observed": {"x": "y" * 2**21}},
        {"message": "x" * 10**7, "details": ["y" * 10**6] * 10},
        {"said": {"message": {"template": "{a}" * 5000, "params": {"a": "b" * 5000}}}},
        {"said": {"message": {"template": "{a:" + "9" * 100 + "}", "params": {"a": 1}, "plural": "{"}}},
    ],
)
def test_nothing_of_a_host_is_endless(made: dict[str, t.Any]) -> None:
    for finding in findings({"APP-01/0": [{**GOOD, **made}]}):
        assert len(json.dumps(finding.as_dict())) < 100_000
    assert len(findings({"APP-01/0": [GOOD] * 100_000})) == 1
