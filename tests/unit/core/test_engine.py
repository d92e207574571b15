# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine: side by side, within its time, never raising, and without secrets in what it hands on."""

from __future__ import annotations

import json
import os
import pwd
import sys
import threading
import time
import types
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils import _engine
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, execute, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import (
    CannotObserve,
    Finding,
    Measurement,
    Status,
    passed,
    warned,
)
from ansible_collections.operability.readiness.plugins.module_utils._masking import HIDDEN
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from fakes import FakeClock, FakeHttp, FakeRunner

SPEC = {
    "url": {"type": "str"},
    "headers": {"type": "dict", "default": {}},
    "word": {"type": "str", "default": "word"},
    "password": {"type": "str", "no_log": True},
    "tokens": {"type": "dict", "no_log": True},
}


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> dict[str, t.Any]:
    """Put a function in it, and it is a check."""
    functions: dict[str, t.Any] = {}

    def load(name: str) -> t.Any:
        return types.SimpleNamespace(
            WHERE="host", TIMEOUT=5.0, ARGUMENT_SPEC=SPEC, run=functions[name], other=functions.get(f"{name}.other")
        )

    monkeypatch.setattr(_engine, "load_check", load)
    return functions


def run(args: t.Mapping[str, t.Any] | None = None, *, check: str = "check", **fields: t.Any) -> Finding:
    (finding,) = run_item(Item("k", check, args or {}, **fields), FakeRunner())
    return finding


def test_the_fields_of_the_plan_and_the_times_are_added(checks: dict[str, t.Any]) -> None:
    def check(args: t.Any, runner: Runner) -> Finding:
        runner.sleep(1.5)
        return passed(args["word"], measurements=[Measurement("a", 1.0, 2.0, "upper")])

    checks["check"] = check
    found = run(requirement="BKP-01", instance="/x", host="h")
    assert (found.requirement, found.check, found.instance, found.host) == ("BKP-01", "check", "/x", "h")
    assert (found.collected_at, found.duration_seconds, found.message) == ("2026-11-25T06:00:01Z", 1.5, "word")


def test_a_check_knows_instance_and_host_better(checks: dict[str, t.Any]) -> None:
    checks["check"] = lambda args, runner: [passed("x", instance="mine", host="other")]
    found = run(instance="/x", host="h")
    assert (found.instance, found.host) == ("mine", "other")


def test_another_function_of_the_check(checks: dict[str, t.Any]) -> None:
    checks.update({"check": None, "check.other": lambda args, runner: warned("half")})
    assert run(call="other").status is Status.WARN


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (CannotObserve("restic is not installed", instrument="I", observed={"a": {1: float("nan")}}), "restic is not installed"),
        (ZeroDivisionError("s3cr3t"), "could not finish (ZeroDivisionError in test_engine.py"),
        (SystemExit(1), "could not finish (SystemExit in test_engine.py"),
        (RecursionError(), "could not finish (RecursionError"),
    ],
)
def test_whatever_goes_wrong_is_unknown(checks: dict[str, t.Any], problem: BaseException, words: str) -> None:
    def check(args: t.Any, runner: Runner) -> Finding:
        raise problem

    checks["check"] = check
    found = run()
    assert found.status is Status.UNKNOWN and words in found.message and "s3cr3t" not in found.message
    json.dumps(found.as_dict(), allow_nan=False)


@pytest.mark.parametrize("outcome", [None, "pass", [None], [passed("x"), 3]])
def test_what_is_no_finding_is_unknown(checks: dict[str, t.Any], outcome: t.Any) -> None:
    checks["check"] = lambda args, runner: outcome
    found = run()
    assert found.status is Status.UNKNOWN and "report this as a defect of the check" in found.message


def test_nothing_looked_at_is_unknown(checks: dict[str, t.Any]) -> None:
    checks["check"] = lambda args, runner: []
    assert (run().status, run().message) == (Status.UNKNOWN, "check looked at nothing")


def test_arguments_that_do_not_fit_are_unknown(checks: dict[str, t.Any]) -> None:
    checks["check"] = lambda args, runner: passed("x")
    found = run({"wrong": 1})
    assert found.status is Status.UNKNOWN and "check cannot work with its arguments" in found.message and "wrong" in found.message


def test_a_check_that_this_host_does_not_know_is_unknown() -> None:
    assert run(check="no_such_check").status is Status.UNKNOWN


def test_findings_are_json(checks: dict[str, t.Any]) -> None:
    strange = {1: {2, 3}, ("a", "b"): b"x", "nan": float("nan"), "inf": float("-inf"), "deep": [{"x": object}]}
    checks["check"] = lambda args, runner: passed("x", observed=strange, measurements=[Measurement("n", float("nan")), Measurement("m", 1)])
    for args in ({}, {"password": "s3cr3t"}):
        found = run(args)
        assert found.status is Status.PASS and [measurement.name for measurement in found.measurements] == ["m"]
        assert Finding.from_dict(json.loads(json.dumps(found.as_dict(), allow_nan=False))) == found


# -- secrets


def _tell_everything(args: t.Any, runner: Runner) -> Finding:
    text = f"{args['url']} {args['headers']} {args['password']} {args['tokens']}"
    return warned(
        text,
        observed={"a": [text], args["password"] or "k": text},
        expected={"b": text},
        details=[text],
        remedy=text,
        instrument=text,
        instance=text,
        measurements=[Measurement("m", 1234.0)],
    )


@pytest.mark.parametrize(
    ("args", "secrets"),
    [
        ({"password": "s3cr3t"}, ["s3cr3t"]),
        ({"tokens": {"a": "tok3n-one", "b": ["tok3n-two"]}}, ["tok3n-one", "tok3n-two"]),
        ({"headers": {"Authorization": "Bearer tok3n-three", "X-Api-Key": "k3yk3y"}}, ["tok3n-three", "k3yk3y"]),
        ({"url": "https://me:pa55word@host/x"}, ["pa55word"]),
        ({"password": "long s3cr3t", "tokens": {"a": "s3cr3t"}}, ["s3cr3t"]),
    ],
)
def test_secrets_are_in_no_part_of_a_finding(checks: dict[str, t.Any], args: dict[str, t.Any], secrets: list[str]) -> None:
    checks["check"] = _tell_everything
    text = json.dumps(run(args).as_dict())
    assert HIDDEN in text
    for secret in secrets:
        assert secret not in text


HOSTILE = [
    ("a\nb\r\nc\td", "a b c d"),
    ("\x1b[31mred\x1b[0m \x1b]0;title\x07x", "red x"),
    ("\x9b2Jgone", "gone"),
    ("user\u202egnp.exe\u202c", "usergnp.exe"),
    ("zero\u200bwidth\u2066\u2069", "zerowidth"),
    ("half \ud800 of a pair", "half ? of a pair"),
    ("\x00\x07\x08 bell", "bell"),
    ("line\u2028separator", "line separator"),
    ("x" * 5000, "x" * 999 + "…"),
    ("caf\u00e9 \u6f22\u5b57", "caf\u00e9 \u6f22\u5b57"),
]


@pytest.mark.parametrize(("said", "told"), HOSTILE)
def test_what_tools_say_becomes_one_harmless_line(checks: dict[str, t.Any], said: str, told: str) -> None:
    checks["check"] = lambda args, runner: warned(said, instance=said, details=[said, "else"], remedy=said, instrument=said)
    found = run()
    assert (found.message, found.instance, found.remedy, found.instrument) == (told, told, told, told)
    assert found.details == [told, "else"]
    json.dumps(found.as_dict()).encode("utf-8")


def test_what_a_check_cannot_observe_is_told_in_one_harmless_line(checks: dict[str, t.Any]) -> None:
    def check(args: t.Any, runner: Runner) -> Finding:
        raise CannotObserve("no\x1b[2J way\n", instrument="server\u202e")

    checks["check"] = check
    assert (run().message, run().instrument) == ("no way", "server")


def test_a_secret_is_hidden_whatever_stands_within_it(checks: dict[str, t.Any]) -> None:
    checks["check"] = lambda args, runner: warned("it is hun\x1b[31mter\x1b[0m22, or hunter22", details=["hunter\u200b22"])
    found = run({"password": "hunter22"})
    assert (found.message, found.details) == ("it is ********, or ********", ["********"])


def test_secrets_that_travel_apart(checks: dict[str, t.Any]) -> None:
    checks["check"] = _tell_everything
    assert "s3cr3t" not in json.dumps(run({}, secrets={"password": "s3cr3t"}).as_dict())


@pytest.mark.parametrize("secret", ["pass", "warn", "1234", "true", "status", "message", '"', "m"])
def test_a_secret_that_is_a_common_word_breaks_no_finding(checks: dict[str, t.Any], secret: str) -> None:
    checks["check"] = _tell_everything
    found = run({"password": secret})
    assert found.status is Status.WARN and found.measurements == [Measurement("m", 1234.0)]


def test_a_secret_in_the_exception_of_a_defect_is_not_told(checks: dict[str, t.Any]) -> None:
    def check(args: t.Any, runner: Runner) -> Finding:
        raise CannotObserve(f"login with {args['password']} was refused")

    checks["check"] = check
    assert run({"password": "s3cr3t"}).message == f"login with {HIDDEN} was refused"


def test_an_ordinary_header_is_no_secret(checks: dict[str, t.Any]) -> None:
    checks["check"] = _tell_everything
    assert "application/json" in run({"headers": {"Accept": "application/json"}}).message


# -- many at once


def items(count: int, check: str = "check", **args: t.Any) -> list[Item]:
    return [Item(f"k{number}", check, args, instance=str(number)) for number in range(count)]


def quick() -> Runner:
    return Runner(http=FakeHttp({}))


def test_side_by_side(checks: dict[str, t.Any]) -> None:
    together = threading.Barrier(8, timeout=60)

    def check(args: t.Any, runner: Runner) -> Finding:
        together.wait()
        return passed("x")

    checks["check"] = check
    done: list[str] = []
    found = execute(items(8), quick(), workers=8, on_done=lambda item, findings: done.append(item.key))
    assert list(found) == [f"k{number}" for number in range(8)] and sorted(done) == sorted(found)
    assert all(finding.status is Status.PASS for findings in found.values() for finding in findings)


def test_no_more_than_the_workers(checks: dict[str, t.Any]) -> None:
    running: list[int] = []
    most: list[int] = []

    def check(args: t.Any, runner: Runner) -> Finding:
        running.append(1)
        most.append(len(running))
        time.sleep(0.01)
        running.pop()
        return passed("x")

    checks["check"] = check
    assert len(execute(items(40), quick(), workers=3)) == 40
    assert max(most) <= 3


def test_a_check_that_hangs_is_left_behind(checks: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_engine, "GRACE", 0.2)
    over = threading.Event()
    checks["hangs"] = lambda args, runner: [over.wait(60), passed("too late")][1:]
    checks["check"] = lambda args, runner: passed("x")
    hanging = [Item(f"h{number}", "hangs", {"timeout": "0.3s"}, requirement="R") for number in range(3)]
    started = time.monotonic()
    found = execute([*hanging, *items(5)], quick(), workers=2)
    assert time.monotonic() - started < 30, "what hangs keeps no worker for ever"
    assert [found[f"h{number}"][0].message for number in range(3)] == ["hangs did not finish within 300 ms and was left behind"] * 3
    assert found["h0"][0].status is Status.UNKNOWN and found["h0"][0].requirement == "R"
    assert all(found[f"k{number}"][0].status is Status.PASS for number in range(5))
    over.set()
    time.sleep(0.05)
    assert found["h0"][0].status is Status.UNKNOWN, "what comes too late changes nothing"


def test_all_of_them_have_so_long_in_all(checks: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_engine, "GRACE", 0.2)
    over, deadlines = threading.Event(), []

    def check(args: t.Any, runner: Runner) -> Finding:
        deadlines.append(runner.remaining())
        return passed("x")

    checks["hangs"] = lambda args, runner: [over.wait(60), passed("too late")][1:]
    checks["check"] = check
    hanging = [Item(f"h{number}", "hangs", {"timeout": "50s"}) for number in range(20)]
    found = execute([*hanging, *items(5)], quick(), workers=2, within=1.5)
    over.set()
    words = "hangs did not finish within the 1.5 s that there were in all and was left behind"
    assert [found[item.key][0].message for item in hanging] == [words] * 20
    assert {str(found[item.key][0].status) for item in items(5)} == {"pass"}, "what hangs takes nobody's time"
    assert max(deadlines) <= 1.3, "each has what is left of it"


def test_the_same_key_twice_ends(checks: dict[str, t.Any]) -> None:
    checks["check"] = lambda args, runner: passed("x")
    assert list(execute([*items(2), *items(2)], quick())) == ["k0", "k1"]


def test_nothing_to_do() -> None:
    assert execute([], quick()) == {}


def test_one_that_breaks_costs_the_others_nothing(checks: dict[str, t.Any]) -> None:
    checks["check"] = lambda args, runner: passed("x")
    checks["broken"] = lambda args, runner: 1 / 0
    found = execute([*items(3), Item("b", "broken", {})], quick())
    assert [findings[0].status.value for findings in found.values()] == ["pass", "pass", "pass", "unknown"]


def test_an_item_travels_as_json() -> None:
    item = Item("k", "check", {"a": 1}, "R", "i", "h", "nobody", "write", {"password": "x"})
    assert Item.from_dict({**json.loads(json.dumps(item.__dict__)), "novelty": 1}) == item


# -- as another user


def who(args: t.Any, runner: Runner) -> Finding:
    return passed(
        runner.run(["id", "-un"]).stdout.strip(),
        observed={
            "uid": os.getuid(),
            "gid": os.getgid(),
            "groups": os.getgroups(),
            "home": runner.environ.get("HOME"),
            "word": args["word"],
        },
    )


def test_as_a_user_who_is_not_there(checks: dict[str, t.Any]) -> None:
    checks["check"] = who
    found = execute([Item("k", "check", {}, run_as="no-such-user"), *items(1)], Runner())
    assert found["k"][0].message == "the user no-such-user (run_as) does not exist on this host"
    assert found["k"][0].status is Status.UNKNOWN and found["k0"][0].status is Status.PASS


def test_as_oneself_is_nothing_special(checks: dict[str, t.Any]) -> None:
    checks["check"] = who
    me = pwd.getpwuid(os.geteuid()).pw_name
    assert execute([Item("k", "check", {}, run_as=me)], Runner())["k"][0].message == me


def test_as_another_user(checks: dict[str, t.Any]) -> None:
    """As root it really runs as nobody; anybody else is refused."""
    checks["check"] = who
    checks["broken"] = lambda args, runner: 1 / 0
    both = [Item("k", "check", {"word": "é"}, run_as="nobody", host="h", requirement="R"), Item("b", "broken", {}, run_as="nobody")]
    found = execute([*both, *items(1)], Runner())
    mine = found["k0"][0]
    assert mine.observed["uid"] == os.getuid(), "the others stay who they are"
    if os.geteuid() != 0:
        assert "only root can run a check as nobody" in found["k"][0].message and found["k"][0].status is Status.UNKNOWN
        return
    nobody = pwd.getpwnam("nobody")
    theirs = found["k"][0]
    assert (theirs.status, theirs.message, theirs.host, theirs.requirement) == (Status.PASS, "nobody", "h", "R")
    assert (theirs.observed["uid"], theirs.observed["gid"], theirs.observed["home"]) == (nobody.pw_uid, nobody.pw_gid, nobody.pw_dir)
    assert 0 not in theirs.observed["groups"] and theirs.observed["word"] == "é"
    assert found["b"][0].status is Status.UNKNOWN and "ZeroDivisionError" in found["b"][0].message


def test_who_is_not_root_is_refused(checks: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch) -> None:
    checks["check"] = who
    monkeypatch.setattr(_engine.os, "geteuid", lambda: 65533)
    found = execute([Item("k", "check", {}, run_as="root")], Runner())
    assert found["k"][0].message == "only root can run a check as root; this one runs as 65533 (use become)"


@pytest.mark.parametrize("death", [lambda: os._exit(1), lambda: os.kill(os.getpid(), 9)])
def test_a_child_that_dies_leaves_unknowns(checks: dict[str, t.Any], death: t.Callable[[], None]) -> None:
    if os.geteuid() != 0:  # the refusal is tested above; without root there is no child
        assert execute([Item("k", "check", {}, run_as="nobody")], Runner())["k"][0].status is Status.UNKNOWN
        return
    checks["check"] = lambda args, runner: death()
    found = execute([Item("k", "check", {}, run_as="nobody")], Runner())
    assert found["k"][0].message == "the checks that ran as nobody left no findings"


def test_a_check_that_is_not_known_harms_no_child() -> None:
    found = execute(
        [Item("k", "no_such_check", {}, run_as="nobody"), Item("c", "command", {"command": ["true"]}, run_as="nobody")], Runner()
    )
    assert found["k"][0].status is Status.UNKNOWN
    assert found["c"][0].status is (Status.PASS if os.geteuid() == 0 else Status.UNKNOWN)


def test_what_runs_as_another_user_settles_in_its_child(checks: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []

    def check(args: t.Any, runner: Runner) -> Finding:
        asked.append(runner.clock.monotonic())
        return passed("up") if len(asked) > 2 else warned("not yet")

    checks["check"] = check
    load = _engine.load_check

    def settling(name: str) -> t.Any:
        found = load(name)
        found.SETTLES = True
        return found

    monkeypatch.setattr(_engine, "load_check", settling)
    (found,) = execute([Item("k", "check", {}, run_as="nobody")], FakeRunner(), settling=60)["k"]
    expected = (
        ("up (after 3 s)", 4)
        if os.geteuid() == 0
        else (f"only root can run a check as nobody; this one runs as {_engine._me()} (use become)", None)
    )
    assert (found.message, found.tries) == expected and asked == []


def test_secrets_stay_within_the_child(checks: dict[str, t.Any]) -> None:
    checks["check"] = _tell_everything
    found = execute([Item("k", "check", {}, run_as="nobody", secrets={"password": "s3cr3t"})], Runner())
    assert "s3cr3t" not in json.dumps(found["k"][0].as_dict())


def test_the_engine_keeps_time_by_the_runners_clock(checks: dict[str, t.Any]) -> None:
    checks["check"] = lambda args, runner: passed("x")
    found = execute(items(1), Runner(http=FakeHttp({}), clock=FakeClock()))
    assert found["k0"][0].collected_at == "2026-11-25T06:00:00Z"
    assert sys.is_finalizing() is False
