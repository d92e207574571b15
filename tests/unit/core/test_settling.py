# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settling: what is repeated, for how long, and what is said of it; the clock only moves when somebody sleeps."""

from __future__ import annotations

import types
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils import _engine
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, execute
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve, Finding, Status, failed, passed, warned
from ansible_collections.operability.readiness.plugins.module_utils._registry import CHECKS, load_check
from ansible_collections.operability.readiness.plugins.module_utils._settling import repeats
from fakes import FakeClock, FakeRunner


class Rehearsed:
    """Checks whose answers are known: each try takes the next status, the last one stays."""

    def __init__(self, **courses: str) -> None:
        self.courses = {name: course.split() for name, course in courses.items()}
        self.asked: list[tuple[str, float]] = []
        self.clock = FakeClock()
        self.runner = FakeRunner(clock=self.clock)

    def run(self, name: str) -> t.Callable[..., Finding]:
        def check(args: t.Any, runner: t.Any) -> Finding:
            self.asked.append((name, self.clock.monotonic()))
            course = self.courses[name]
            status = course.pop(0) if len(course) > 1 else course[0]
            if status == "unknown":
                raise CannotObserve(f"{name} cannot be asked")
            return Finding(Status(status), f"{name} is {status}", observed={"seen": status})

        return check

    def execute(self, settling: float, **options: t.Any) -> dict[str, Finding]:
        items = [Item(name, name, {}) for name in self.courses]
        found = execute(items, self.runner, settling=settling, workers=1, **options)
        return {name: findings[0] for name, findings in found.items()}

    def times(self, name: str) -> list[float]:
        return [moment for asked, moment in self.asked if asked == name]


@pytest.fixture
def rehearse(monkeypatch: pytest.MonkeyPatch) -> t.Callable[..., Rehearsed]:
    def make(**courses: str) -> Rehearsed:
        """Names that begin with ``still_`` are of checks that say nothing of needing time."""
        rehearsed = Rehearsed(**courses)

        def load(name: str) -> t.Any:
            settles = {} if name.startswith("still_") else {"SETTLES": True}
            return types.SimpleNamespace(WHERE="host", TIMEOUT=5.0, ARGUMENT_SPEC={}, run=rehearsed.run(name), **settles)

        monkeypatch.setattr(_engine, "load_check", load)
        return rehearsed

    return make


def test_nothing_is_repeated_and_no_time_is_lost_when_all_pass(rehearse: t.Any) -> None:
    it = rehearse(a="pass", b="pass")
    found = it.execute(300)
    assert it.clock.monotonic() == 0 and it.asked == [("a", 0), ("b", 0)]
    assert [(finding.message, finding.tries) for finding in found.values()] == [("a is pass", None), ("b is pass", None)]
    assert "tries" not in found["a"].as_dict()


def test_without_settling_time_nothing_is_repeated(rehearse: t.Any) -> None:
    it = rehearse(a="fail pass")
    assert it.execute(0)["a"].message == "a is fail" and it.times("a") == [0]


@pytest.mark.parametrize("first", ["fail", "warn", "unknown"])
def test_what_does_not_pass_is_repeated_until_it_does(rehearse: t.Any, first: str) -> None:
    it = rehearse(a=f"{first} {first} {first} pass")
    found = it.execute(300)["a"]
    # after 1, 2 and 4 s; then once more, to be sure
    assert it.times("a") == [0, 1, 3, 7, 8]
    assert (found.status, found.message, found.tries) == (Status.PASS, "a is pass (after 7 s)", 5)
    assert found.observed == {"seen": "pass", "settled_after_seconds": 7.0}
    assert Finding.from_dict(found.as_dict()) == found


def test_the_last_try_counts_when_time_is_over(rehearse: t.Any) -> None:
    it = rehearse(a="unknown fail")
    found = it.execute(42)["a"]
    assert it.times("a") == [0, 1, 3, 7, 15, 25, 35, 42]  # never more than 10 s apart, and the last when time is over
    assert (found.status, found.message) == (Status.FAIL, "a is fail (still so after 42 s, 8 tries)")
    assert found.tries == 8 and "flapping" not in found.observed


def test_what_never_needs_time_is_not_repeated(rehearse: t.Any) -> None:
    it = rehearse(still_a="fail", b="fail pass", still_c="pass")
    found = it.execute(60)
    assert it.times("still_a") == [0] and it.times("still_c") == [0]
    assert (found["still_a"].message, found["still_a"].tries) == ("still_a is fail", None)
    assert found["b"].status is Status.PASS


def test_what_passed_is_confirmed_once_at_the_end(rehearse: t.Any) -> None:
    it = rehearse(a="pass", b="fail fail pass")
    found = it.execute(60)
    assert it.times("a") == [0, 4] and it.times("b") == [0, 1, 3, 4]
    assert (found["a"].message, found["a"].tries) == ("a is pass", 2)
    assert found["b"].message == "b is pass (after 3 s)"


def test_what_fails_again_within_the_time_flaps(rehearse: t.Any) -> None:
    it = rehearse(a="pass fail", b="fail pass pass", c="fail pass fail")
    found = it.execute(60)
    assert (found["a"].status, found["a"].message) == (Status.FAIL, "flapping, it passed at first and no longer after 2 s: a is fail")
    assert found["a"].observed == {"seen": "fail", "flapping": True} and found["a"].tries == 2
    assert found["b"].status is Status.PASS
    assert (found["c"].status, found["c"].message) == (Status.FAIL, "flapping, it passed after 1 s and no longer after 2 s: c is fail")
    assert it.clock.monotonic() == 2, "what flaps is not waited for"


def test_flapping_is_found_too_when_another_check_never_passes(rehearse: t.Any) -> None:
    it = rehearse(a="pass fail", b="fail")
    found = it.execute(5)
    assert it.times("a") == [0, 5] and it.clock.monotonic() == 5
    assert found["a"].observed["flapping"] is True
    assert found["b"].message == "b is fail (still so after 5 s, 4 tries)"


@pytest.mark.parametrize("second", ["warn", "unknown"])
def test_what_cannot_be_seen_any_more_is_told_and_is_no_fail(rehearse: t.Any, second: str) -> None:
    found = rehearse(a=f"pass {second}", b="fail pass").execute(60)["a"]
    assert found.status is Status(second) and found.message.startswith("flapping, it passed at first and no longer after 2 s: a ")
    assert found.observed["flapping"] is True


def test_the_first_findings_are_known_before_the_settling_time(rehearse: t.Any) -> None:
    it = rehearse(a="fail pass", b="pass")
    first: list[tuple[float, dict[str, str]]] = []
    it.execute(60, on_first=lambda found: first.append((it.clock.monotonic(), {key: value[0].message for key, value in found.items()})))
    assert first == [(0, {"a": "a is fail", "b": "b is pass"})]


def test_whoever_breaks_it_off_gets_what_is_known(rehearse: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    it = rehearse(a="fail", b="pass")
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        it.clock.passed += seconds
        if len(slept) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(it.clock, "sleep", sleep)
    found = it.execute(600)
    assert found["a"].message == "a is fail (still so after 3 s, 3 tries)" and found["b"].message == "b is pass"


def test_each_try_asks_anew(rehearse: t.Any) -> None:
    it = rehearse(a="fail fail pass")
    forgotten: list[float] = []
    it.runner.http.forget = lambda: forgotten.append(it.clock.monotonic())
    it.execute(60)
    assert forgotten == [1, 3, 4]


def test_several_findings_pass_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """One check with a finding for each instance: it is repeated as one, and each finding tells its own end."""
    answers = [[passed("x"), failed("y")], [passed("x"), failed("y")], [passed("x"), passed("y")], [failed("x"), passed("y")]]
    check = types.SimpleNamespace(
        WHERE="host",
        TIMEOUT=5.0,
        ARGUMENT_SPEC={},
        SETTLES=("find",),
        find=lambda args, runner: answers.pop(0),
        run=lambda *_args: warned(""),
    )
    monkeypatch.setattr(_engine, "load_check", lambda name: check)
    runner = FakeRunner(clock=FakeClock())
    found = execute([Item("k", "c", {}, call="find"), Item("l", "c", {})], runner, settling=60)
    assert [finding.message for finding in found["k"]] == ["flapping, it passed after 3 s and no longer after 4 s: x", "y (after 3 s)"]
    assert found["l"][0].tries is None, "the other function of the check is not repeated"


def test_which_checks_may_need_time() -> None:
    repeated = {(name, call) for name in CHECKS for call in ("run", "find", "write") if repeats(load_check(name), call)}
    names = ("flow", "http_probe", "metrics_endpoint", "prometheus_alerts", "prometheus_targets", "systemd_unit")
    assert {*((name, "run") for name in names), ("log_canary", "find")} <= repeated
    # what was written, what is silenced and what was backed up does not change by waiting
    for call in (("log_canary", "run"), ("log_canary", "write"), ("alertmanager_silences", "run"), ("file_backup", "run")):
        assert call not in repeated


def test_what_does_not_apply_is_not_waited_for(rehearse: t.Any) -> None:
    rehearsed = rehearse(probe="not_applicable")
    assert rehearsed.execute(60)["probe"].tries is None and rehearsed.times("probe") == [0.0]
