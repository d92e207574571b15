# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conditions over the result of a module: what they read, and what a result means."""

from __future__ import annotations

import re
import typing as t

import jinja2
import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import ArgumentsRefused, parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import _condition
from ansible_collections.operability.readiness.plugins.module_utils._checks import ansible_module as check
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.translating import told
from ansible_collections.operability.readiness.plugins.plugin_utils._running.foreign_modules import module_problem


class Play(Runner):
    """Returns a result that the test puts in, and evaluates by plain Jinja; the real one is in the integration tests."""

    def __init__(self, result: t.Mapping[str, t.Any]) -> None:
        super().__init__()
        self.result = dict(result)
        self.asked: list[tuple[t.Any, ...]] = []

    def perform(self, module: str, arguments: dict[str, t.Any], *, check_mode: bool, no_log: bool) -> dict[str, t.Any]:
        self.asked.append((module, arguments, check_mode, no_log))
        return self.result

    def holds(self, condition: str, result: dict[str, t.Any]) -> bool:
        environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
        environment.tests["failed"] = lambda value: value["failed"]
        try:
            return bool(environment.compile_expression(condition, undefined_to_none=False)(result=result, limit=10))
        except jinja2.UndefinedError as exc:
            raise check.NotEvaluated(str(exc)) from None


def judged(result: t.Mapping[str, t.Any], **args: t.Any) -> Finding:
    (finding,) = run_item(Item(key="x", check="ansible_module", args={"module": "a.b.c", **args}), Play(result))
    return finding


# -- conditions


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("result.status == 200", [("status",)]),
        ("result['json']['depth'] < limit and result.status in [200, 204]", [("json", "depth"), ("status",)]),
        ("result.results[0].rc == 0", [("results", 0, "rc")]),
        ("result.stdout.startswith('ok') and 'x' in result.stdout", [("stdout",)]),
        ("result.items | length > 2", [("items",)]),
        ("result is not failed", []),
        ("result[name] == 1", []),
        ("limit > 1", []),
    ],
)
def test_what_a_condition_reads(text: str, reads: list[tuple[t.Any, ...]]) -> None:
    assert list(_condition.parse(text).reads) == reads


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("result.status ==", "is not a Jinja expression"),
        ("result.status = 200", "goes on after its end, at '='"),
        ("result.status == 200 200", "goes on after its end"),
        ("{{ result.status == 200 }}", "is a template; a condition is a bare expression"),
        ("{% if x %}", "is a template"),
        ("(result.a", "is not a Jinja expression"),
        ("!", "is not a Jinja expression"),
    ],
)
def test_what_is_no_condition_is_refused_before_anything_runs(text: str, reason: str) -> None:
    for expect in (text, ["result.a", text]):
        with pytest.raises(ArgumentsRefused, match="expect: ") as refused:
            parse_arguments(check, {"module": "a.b.c", "expect": expect})
        assert reason in str(refused.value)


@pytest.mark.parametrize("expect", [[], "", ["  "], True, 7, [True], {"a": "b"}, ["result.a", None]])
def test_what_is_no_list_of_texts_is_refused(expect: t.Any) -> None:
    with pytest.raises(ArgumentsRefused, match="expect: expected a condition, or a list of them"):
        parse_arguments(check, {"module": "a.b.c", "expect": expect})


def test_a_text_is_one_condition_whatever_commas_it_has() -> None:
    args = parse_arguments(check, {"module": "a.b.c", "expect": "result.status in [200, 204]", "args": {"a": 1}})
    assert check.conditions(args["expect"]) == ["result.status in [200, 204]"] and args["arguments"] == {"a": 1}


@pytest.mark.parametrize(
    ("text", "failure", "skipping"),
    [
        ("result.failed", True, False),
        ("result is failed", True, False),
        ("result is ansible.builtin.failed or true", True, False),
        ("result is not success", True, False),
        ("result.rc in [0, 2]", True, False),
        ("result.rcx == 0", False, False),
        ("result.stderr is failed", False, False),
        ("other is failed", False, False),
        ("result is skipped", False, True),
        ("not result.skipped", False, True),
    ],
)
def test_whether_a_condition_is_about_how_the_module_ended(text: str, failure: bool, skipping: bool) -> None:
    condition = _condition.parse(text)
    assert (condition.about_failure, condition.about_skipping) == (failure, skipping)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"),
        (True, "true"),
        (None, "none"),
        ("two\nlines", "'two ...'"),
        ("\x1b[31mred\x1b[0m\x07", "'red'"),
        ("x" * 200, "'" + "x" * 80 + "...'"),
        ([1, 2], "[1, 2]"),
        (list(range(100)), "a list of 100"),
        ({"a": 1}, '{"a": 1}'),
        ({str(number): number for number in range(50)}, "a mapping of 50"),
    ],
)
def test_values_are_told_in_short(value: t.Any, text: str) -> None:
    assert _condition.shown(value) == text


# -- results


def test_conditions_that_are_met_and_one_that_is_not() -> None:
    result = {"status": 200, "json": {"depth": 7}, "changed": False}
    expect = ["result.status == 200", "result.json.depth < 10"]
    good = judged(result, expect=expect, read_only=True)
    assert (str(good.status), good.message) == (
        "pass",
        "a.b.c meets all 2 conditions: result.status is 200, result.json.depth is 7",
    )
    assert good.observed == {"module": "a.b.c", "check_mode": False, "values": {"result.status": 200, "result.json.depth": 7}}
    assert [measurement.as_dict() for measurement in good.measurements] == [
        {"name": "json_depth", "value": 7.0, "limit": 10.0, "bound": "upper"}
    ]
    bad = judged({**result, "status": 503, "json": {"depth": 17}}, expect=expect, read_only=True)
    assert (str(bad.status), bad.message) == ("fail", "result.status == 200 is not met: result.status is 503 (and 1 more)")
    assert bad.details == [
        "result.status == 200 is not met: result.status is 503",
        "result.json.depth < 10 is not met: result.json.depth is 17",
    ]


def test_a_number_on_the_left_and_a_negative_one() -> None:
    assert _condition.parse("5 <= result.a").limits == ((("a",), "lower", 5.0),)
    assert _condition.parse("result.a > -5 and result.b.c <= 0.5").limits == ((("a",), "lower", -5.0), (("b", "c"), "upper", 0.5))
    assert _condition.parse("1 < result.a < 5 and result.b > limit and result.c > true").limits == ()


def test_it_is_told_in_french() -> None:
    finding = judged({"status": 503, "rows": list(range(200))}, expect=["result.status == 200", "result.rows == 3"])
    assert finding.details[0].template == "{condition} is not met: {values:list}"
    assert told(finding.details[0], "fr") == "la condition result.status == 200 n\u2019est pas remplie\u00a0: result.status vaut 503"
    assert told(finding.details[1], "fr").endswith("result.rows vaut une liste de 200 éléments")


def test_the_default_is_that_nothing_would_change() -> None:
    play = Play({"changed": False})
    (finding,) = run_item(Item(key="x", check="ansible_module", args={"module": "a.b.c", "args": {"x": 1}}), play)
    assert (str(finding.status), finding.message) == ("pass", "a.b.c would change nothing")
    assert play.asked == [("a.b.c", {"x": 1}, True, False)]
    assert judged({"changed": True, "msg": "line added"}).message == "a.b.c would change something: line added"
    looked = judged({"changed": True}, read_only=True)
    assert (str(looked.status), looked.message) == ("fail", "not result.changed is not met: result.changed is true")


def test_a_false_condition_outweighs_one_that_has_no_answer() -> None:
    finding = judged({"a": 1}, expect=["result.b.c == 1", "result.a == 2"], read_only=True)
    assert str(finding.status) == "fail" and len(finding.details) == 2
    (alone,) = [judged({"a": 1}, expect=["result.b.c == 1", "result.a == 1"], read_only=True)]
    assert str(alone.status) == "unknown" and alone.message.startswith("result.b.c == 1 cannot be evaluated: ")


@pytest.mark.parametrize(
    ("result", "status", "message"),
    [
        ({"failed": True, "msg": "no such queue"}, "fail", "a.b.c failed: no such queue"),
        ({"failed": True}, "fail", "a.b.c failed: it does not say why"),
        ({"failed": True, "msg": "bad end.", "rc": 4, "stderr": "x\nno route\n"}, "fail", "a.b.c failed: bad end: no route (rc 4)"),
        ({"failed": True, "msg": "Unsupported parameters for (c) module: x"}, "unknown", "a.b.c could not run: Unsupported parameters"),
        ({"failed": True, "msg": "missing required arguments: name"}, "unknown", "a.b.c could not run: missing required arguments"),
        ({"failed": True, "msg": "value of state must be one of: a, b, got: c"}, "unknown", "a.b.c could not run"),
        ({"failed": True, "msg": "state is present but all of the following are missing: x"}, "unknown", "a.b.c could not run"),
        ({"failed": True, "msg": "Failed to import the required Python library (x) on h"}, "unknown", "a.b.c could not run"),
        ({"failed": True, "msg": "MODULE FAILURE", "module_stderr": "Killed", "rc": 137}, "unknown", "MODULE FAILURE: Killed (rc 137)"),
        ({"failed": True, "msg": "Module failed: division by zero"}, "unknown", "Module failed: division by zero"),
        ({"skipped": True, "msg": "no check mode"}, "unknown", "a.b.c cannot run in check mode (no check mode): if it changes nothing"),
    ],
)
def test_a_module_that_fails_and_one_that_never_looked(result: dict[str, t.Any], status: str, message: str) -> None:
    finding = judged(result)
    assert str(finding.status) == status and message in finding.message


def test_a_condition_may_be_about_the_failure_itself() -> None:
    failed = {"failed": True, "msg": "the port is closed", "rc": 1}
    assert str(judged(failed, expect="result is failed").status) == "pass"
    assert str(judged(failed, expect=["result.failed", "'closed' in result.msg"]).status) == "pass"
    assert str(judged(failed, expect="result.rc == 1").status) == "pass"
    assert str(judged({"changed": False}, expect="result is failed").status) == "fail"
    broken = {"failed": True, "msg": "Module failed: division by zero"}
    assert str(judged(broken, expect="result is failed").status) == "unknown", "what broke off has not looked"


def test_a_skipped_module() -> None:
    assert judged({"skipped": True, "msg": "creates exists"}, read_only=True).message == "a.b.c did not run: creates exists"
    assert str(judged({"skipped": True}, expect="result.skipped").status) == "pass"


def test_no_log_hides_everything() -> None:
    args = {"arguments": {"word": "s3cr3t"}, "expect": ["result.a == 's3cr3t'", "result.b == 1"], "no_log": True}
    findings = [
        judged({"a": "s3cr3t", "b": 1}, **args),
        judged({"a": "s3cr3t", "b": "wr0ng"}, **args),
        judged({"a": "s3cr3t"}, **args),
        judged({"failed": True, "msg": "s3cr3t"}, **args),
        judged({"skipped": True, "msg": "s3cr3t"}, **args),
        judged({"failed": True, "msg": "Unsupported parameters for s3cr3t"}, **args),
    ]
    assert [str(finding.status) for finding in findings] == ["pass", "fail", "unknown", "fail", "unknown", "unknown"]
    assert "s3cr3t" not in str(findings) and "wr0ng" not in str(findings)
    assert findings[1].message == "condition 2 of 2 is not met" and findings[2].message == "condition 2 of 2 cannot be evaluated"


def test_what_is_secret_among_the_arguments_is_removed() -> None:
    arguments = {"url": "http://x", "url_password": "pa55word", "headers": {"X-Token": "t0ken-value"}, "list": [{"api_key": "k3y-value"}]}
    finding = judged({"failed": True, "msg": "pa55word and t0ken-value and k3y-value of http://x"}, args=arguments)
    assert finding.message == "a.b.c failed: ******** and ******** and ******** of http://x"


# -- modules


@pytest.mark.parametrize("name", ["uri", "template", "ansible.legacy.stat"])
def test_a_module_that_is_there(name: str) -> None:
    assert module_problem(name) is None


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("ansible.builtin.ury", r"there is no module 'ansible.builtin.ury' \(is its collection installed\?\)"),
        ("ury", r"there is no module 'ury' \(name it with its collection, such as ansible.builtin.uri\)"),
        ("no.such.thing", "there is no module 'no.such.thing'"),
        ("ansible.builtin.set_fact", "steers a play and looks at nothing"),
        ("include_vars", "steers a play"),
        ("operability.readiness.gate", "cannot be run within a check"),
        ("operability.readiness.ansible_module", "cannot be run within a check"),
    ],
)
def test_a_module_that_cannot_be_run(name: str, reason: str) -> None:
    assert re.search(reason, module_problem(name) or "")
