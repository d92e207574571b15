# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The answers of monitoring plugins."""

from __future__ import annotations

import os
import pathlib
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import ArgumentsRefused, parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import command
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve, Measurement
from ansible_collections.operability.readiness.plugins.module_utils._runner import Completed, Runner


def run(script: str, seconds: float = 10.0, **more: t.Any) -> t.Any:
    args = parse_arguments(command, {"command": ["/bin/sh", "-c", script], **more})
    return command.run(args, Runner().within(seconds))


@pytest.mark.parametrize(("code", "status"), [(0, "pass"), (1, "warn"), (2, "fail"), (3, "unknown"), (4, "unknown"), (255, "unknown")])
def test_exit_codes(code: int, status: str) -> None:
    finding = run(f"echo 'DISK: / 40% used | /=40%;80;90'; exit {code}")
    assert str(finding.status) == status
    assert "DISK: / 40% used" in finding.message and "|" not in finding.message
    assert finding.observed["exit_code"] == code


def test_strange_ends_are_told_apart() -> None:
    assert "SIGTERM" in run("kill -TERM $$").message
    assert "not found" in run("no_such_command_anywhere").message
    assert "could not be executed" in run("exit 126").message
    with pytest.raises(CannotObserve, match="did not end within 1 s"):
        run("sleep 30", seconds=1.0)
    with pytest.raises(CannotObserve, match="not installed"):
        command.run(parse_arguments(command, {"command": ["/nowhere/check_x"]}), Runner())


def test_says_nothing() -> None:
    assert run("exit 2").message == "sh ended with code 2 and said nothing"
    assert run("echo 'cannot open /x' >&2; exit 3").message == "cannot open /x"


def test_where_and_with_what(tmp_path: pathlib.Path) -> None:
    plugin = tmp_path / "check_it"
    plugin.write_text('#!/bin/sh\necho "$PWD $WHO"\n')
    plugin.chmod(0o755)
    args = parse_arguments(command, {"command": ["./check_it"], "chdir": str(tmp_path), "environment": {"WHO": 7}})
    assert command.run(args, Runner()).message == f"{os.path.realpath(tmp_path)} 7"
    with pytest.raises(CannotObserve, match="does not exist"):
        command.run({**args, "chdir": str(tmp_path / "none")}, Runner())
    with pytest.raises(CannotObserve, match="Not a directory"):
        command.run({**args, "chdir": str(plugin)}, Runner())
    with pytest.raises(ArgumentsRefused):
        command.run({**args, "command": []}, Runner())


def test_output_is_split_as_nagios_does() -> None:
    text = "DISK OK - free | /=2643MB;5948;5958;0;5968\n/ 15272 MB\n/boot 68 MB | /boot=68MB;88;93;0;98\n/home=69357MB;253404\n"
    first, lines, perfdata = command.split_output(text)
    assert (first, lines) == ("DISK OK - free", ["/ 15272 MB", "/boot 68 MB"])
    assert [measurement.name for measurement in command.parse_perfdata(perfdata)] == ["root_bytes", "boot_bytes", "home_bytes"]
    assert command.split_output("") == ("", [], " ")


def test_output_is_cleaned_and_bounded() -> None:
    assert command.clean("\x1b[31mRED\x1b[0m \x1b]0;title\x07x\x00\x08\u202ey\ud800") == "RED xy"
    finding = command.judge(Completed(0, "ok" * 600 + "\n" + "\n".join("x" * 900 for _unused in range(80)), ""), "check")
    assert len(finding.message) == 500 and len(finding.details) == 50 and finding.details[-1] == "and 31 more lines"
    assert max(map(len, finding.details)) == 500
    assert str(run("head -c 100000 /dev/urandom; exit 0").status) == "pass"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("time=0.05s;1;2;0", Measurement("time_seconds", 0.05, 2, "upper")),
        ("'it''s used %'=12.5%;80;90", Measurement("it_s_used_ratio", 0.125, 0.9, "upper")),
        ("rta=3ms;100;", Measurement("rta_seconds", 0.003, 0.1, "upper")),
        ("free=5GB;20:;10:", Measurement("free_bytes", 5e9, 1e10, "lower")),
        ("free=5GiB", Measurement("free_bytes", 5 * 2**30)),
        ("load1=0,42;~:5;~:10", Measurement("load1", 0.42, 10, "upper")),
        ("x=3;1:5;2:4", Measurement("x", 3)),
        ("x=3;5;@1:2", Measurement("x", 3)),
        ("x=-1e3c", Measurement("x_total", -1000)),
        ("temp=20C", Measurement("temp", 20)),
        ("volt=230V;240;250", Measurement("volt", 230, 250, "upper")),
    ],
)
def test_perfdata(text: str, expected: Measurement) -> None:
    (found,) = command.parse_perfdata(text)
    assert found.name == expected.name and found.bound == expected.bound
    assert found.value == pytest.approx(expected.value)
    assert found.limit == (None if expected.limit is None else pytest.approx(expected.limit))


@pytest.mark.parametrize("text", ["", "free text", "x=U;1;2", "=5", "a b c", "x=", "x=1.2.3", ";;;;", "'open=1"])
def test_perfdata_garbage(text: str) -> None:
    assert [measurement for measurement in command.parse_perfdata(text) if measurement.name != "open"] == []


def test_perfdata_is_kept_apart_and_bounded() -> None:
    assert [measurement.name for measurement in command.parse_perfdata("a=1 A=2 'a '=3")] == ["a", "a_2", "a_3"]
    assert len(command.parse_perfdata(" ".join(f"m{number}=1" for number in range(500)))) == 100
