# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import io
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.callback import scoreboard
from ansible_collections.operability.readiness.plugins.plugin_utils._running.core import WrongType
from ansible_collections.operability.readiness.plugins.test.go import TestModule as GoTests
from unit.publish.records import record

go = GoTests().tests()["go"]


@pytest.mark.parametrize(
    ("verdict", "expected", "strict"),
    [
        ("go", True, True),
        ("ready_to_continue", True, True),
        ("go_with_reservations", True, False),
        ("undetermined", False, False),
        ("no_go", False, False),
        ("not_ready", False, False),
    ],
)
def test_go_in_every_form(verdict: str, expected: bool, strict: bool) -> None:
    forms: list[t.Any] = [verdict, {"verdict": verdict, "changed": False}, record(judgement__verdict=verdict)]
    forms.append({"record": record(judgement__verdict=verdict)})
    for form in forms:
        assert go(form) is expected
        assert go(form, strict=True) is strict


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("GOO", "is not a verdict; expected one of go, "),
        ({"skipped": True}, "the gate was skipped"),
        ({"failed": True, "msg": "input refused"}, "no verdict in what was given: input refused"),
        ({}, "no verdict"),
        ({"record": "/a/path"}, "no verdict"),
        (None, "got NoneType"),
        (True, "got bool"),
        ([], "got list"),
    ],
)
def test_go_of_what_has_no_verdict_is_neither(value: t.Any, words: str) -> None:
    with pytest.raises(WrongType, match=words):
        go(value)


class Named:
    def __init__(self, name: str) -> None:
        self.name = self.action = name

    def get_name(self) -> str:
        return self.name


class Result:
    def __init__(self, host: str, data: dict[str, t.Any], action: str = scoreboard.VERIFY) -> None:
        self.host = self._host = Named(host)  # with a line below before 2.19
        self.task = self._task = Named(action)
        self.result = self._result = data


class Screen:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def display(self, text: str, color: str | None = None) -> None:
        self.lines.append(text)


def board(line: io.StringIO | None = None) -> tuple[scoreboard.CallbackModule, Screen]:
    made, screen = scoreboard.CallbackModule(), Screen()
    made._display = screen
    if line is not None:
        made.line = scoreboard.StatusLine(line)
        made._clear_before_output(made.line)
    return made, screen


def readiness(host: str, counts: dict[str, int], **more: t.Any) -> dict[str, t.Any]:
    return {"readiness": {"service": "payments", "phase": "pre", "host": host, "counts": counts, "duration_seconds": 3.24, **more}}


def test_a_line_a_host_in_a_log() -> None:
    made, screen = board()
    rest = [
        {"requirement": "PLT-02", "check": "host_capacity", "instance": "/var", "status": "warn", "message": "nearly\nfull"},
        {"requirement": "BKP-01", "check": "restic_backup", "instance": "", "status": "fail", "message": "old \x1b[31m"},
        {"requirement": "PLT-03", "check": "flow", "status": "not_applicable", "message": "none"},
    ]
    made.v2_runner_on_ok(Result("web1", readiness("web1", {"pass": 10, "warn": 1, "fail": 1}, not_passed=rest)))
    assert screen.lines == [
        "web1: 12 checks: 10 pass, 1 warn, 1 fail (3.2 s)",
        "  FAIL    BKP-01 restic_backup: old",
        "  WARN    PLT-02 host_capacity /var: nearly full",
    ]


def test_only_so_many_are_shown() -> None:
    made, screen = board()
    rest = [{"requirement": f"R-{i}", "status": "fail", "message": "m"} for i in range(9)]
    made.v2_runner_on_ok(Result("web1", readiness("web1", {"fail": 9}, not_passed=rest)))
    assert len(screen.lines) == 7
    assert screen.lines[-1] == "  and 4 more"


def test_loops_are_told_once() -> None:
    made, screen = board()
    data = readiness("syslog1", {"pass": 1})
    made.v2_runner_item_on_ok(Result("web1", data))
    made.v2_runner_on_ok(Result("web1", {"results": [data]}))
    assert screen.lines == ["syslog1: 1 check: 1 pass (3.2 s)"]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ({"censored": "the output has been hidden"}, "web1: its findings are hidden by no_log"),
        ({"msg": "The input is refused\n  more"}, "web1: no findings: The input is refused"),
        ({"readiness": {}}, "web1: 0 checks"),
        ({"readiness": {"counts": None, "not_passed": [None]}}, "web1: 0 checks"),
        ({}, "web1: no findings: verify did not end"),
    ],
)
def test_odd_results_are_told_too(data: dict[str, t.Any], line: str) -> None:
    made, screen = board()
    made.v2_runner_on_failed(Result("web1", data))
    assert screen.lines == [line]


def test_other_tasks_are_none_of_its_business() -> None:
    made, screen = board()
    made.v2_runner_on_ok(Result("web1", {"readiness": {}, "verdict": "go"}, "ansible.builtin.debug"))
    made.v2_runner_on_unreachable(Result("web1", {}, "ansible.builtin.debug"))
    assert screen.lines == []


def test_the_gate_is_one_line() -> None:
    made, screen = board()
    gate = {"verdict": "no_go", "words": "NO-GO", "verified": 9, "required": 14, "service": "payments"}
    made.v2_runner_on_failed(Result("localhost", gate, scoreboard.GATE))
    made.v2_runner_on_ok(Result("localhost", {"censored": "hidden"}, scoreboard.GATE))
    made.v2_runner_on_failed(Result("localhost", {**gate, "loosened": ["2 loosened by the service itself"]}, scoreboard.GATE))
    assert screen.lines == ["payments: NO-GO, 9 of 14 verified", "payments: NO-GO, 9 of 14 verified, 2 loosened by the service itself"]


def test_one_line_in_place_on_a_terminal() -> None:
    stream = io.StringIO()
    made, screen = board(stream)
    for host in ("web1", "web2"):
        made.v2_runner_on_start(Named(host), Named(scoreboard.VERIFY))
    made.v2_runner_on_ok(Result("web1", readiness("web1", {"pass": 3})))
    assert stream.getvalue().endswith("\r\x1b[Kreadiness payments pre: 1 of 2 hosts, 3 checks: 3 pass; waiting for web2")
    made._display.display("ok: [web2]")
    assert stream.getvalue().endswith("\r\x1b[K")
    made.v2_runner_on_unreachable(Result("web2", {}))
    made._display.display("TASK [next]")
    assert stream.getvalue().endswith("2 of 2 hosts, 3 checks: 3 pass\n")
    made.v2_playbook_on_task_start(Named("next"), False)
    made.v2_playbook_on_stats(None)
    assert screen.lines == ["ok: [web2]", "TASK [next]"]
    assert made.done == {}


CHECKS = [
    {"requirement": "PLT-01", "check": "systemd_unit", "instance": "a.service", "status": "pass", "duration_seconds": 0.02},
    {"requirement": "MON-01", "check": "prometheus_targets", "instance": "", "status": "unknown", "duration_seconds": 10.04},
    {"requirement": "PLT-03", "check": "flow", "instance": "ldap:636", "status": "pass", "duration_seconds": 1.5},
    {"requirement": "BKP-01", "check": "restic_backup", "instance": "x", "status": "fail", "duration_seconds": "?"},
    {"requirement": "DEL-02", "check": "command", "instance": "", "status": "not_applicable", "duration_seconds": 0},
]
LINES = [
    "web1: 5 checks: 2 pass, 1 unknown, 1 fail, 1 n/a (3.2 s)",
    "  FAIL    BKP-01 restic_backup x: old",
    "  UNKNOWN MON-01 prometheus_targets (10.0 s): it refused the connection",
    "  pass    PLT-03 flow ldap:636 (1.5 s)",
    "  pass    PLT-01 systemd_unit a.service (20 ms)",
    "  n/a     DEL-02 command (0.0 s)",
]


@pytest.mark.parametrize("terminal", [False, True])
def test_a_line_a_check_where_it_is_asked_for(terminal: bool) -> None:
    stream = io.StringIO() if terminal else None
    made, screen = board(stream)
    made.each = True
    not_passed = [
        {**CHECKS[1], "message": "it refused the connection"},
        {**CHECKS[3], "message": "old"},
    ]
    counts = {"pass": 2, "unknown": 1, "fail": 1, "not_applicable": 1}
    for host in ("web1", "web2"):
        made.v2_runner_on_start(Named(host), Named(scoreboard.VERIFY))
    made.v2_runner_on_ok(Result("web1", readiness("web1", counts, checks=CHECKS, not_passed=not_passed)))
    assert screen.lines == LINES
    if stream:
        shown = stream.getvalue()
        assert "1 of 2 hosts, 5 checks: 2 pass" in shown.rpartition("\x1b[K")[2], "the line comes back below"
        assert "2 hosts at work\n" not in shown
    made.each = False
    made.v2_runner_on_ok(Result("web2", readiness("web2", {"pass": 5}, checks=CHECKS)))
    assert len(screen.lines) == len(LINES) + (0 if terminal else 1)
