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
from ansible_collections.operability.readiness.plugins.module_utils._clients import monitoring_plugin
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
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
    assert "a command in it was ended by the signal SIGKILL" in run("sh -c 'kill -KILL $$'; exit $?").message
    assert "(a plugin ends with 0, 1, 2 or 3)" in run("exit 255").message


def test_what_cannot_be_started_is_told_apart(tmp_path: pathlib.Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("#!/bin/sh\nexit 0\n")
    orphan = tmp_path / "orphan"
    orphan.write_text("#!/nowhere/perl -w\n")
    orphan.chmod(0o755)
    said = {
        program: command.not_startable(program, Runner())
        for program in ("/nowhere/check_x", "check_nowhere", "check_disk -w 5", str(tmp_path), str(plain), str(orphan), f"{plain}/x")
    }
    assert list(said.values()) == [
        "/nowhere/check_x does not exist on this host",
        "check_nowhere is not installed on this host: it is in no folder of PATH",
        "check_disk -w 5 is not installed on this host: it is in no folder of PATH; the command and its arguments are a list",
        f"{tmp_path} is a folder, not a command",
        f"{plain} is not executable (chmod +x)",
        f"{orphan} cannot be run: its interpreter /nowhere/perl does not exist",
        f"{plain}/x cannot be read: Not a directory",
    ]
    assert command.not_startable("sh", Runner()) is None and command.not_startable("/bin/sh", Runner()) is None
    with pytest.raises(CannotObserve, match="does not exist on this host"):
        command.run(parse_arguments(command, {"command": ["/nowhere/check_x"]}), Runner())


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("/usr/lib/check_x -w 5", "expected a list of the command and its arguments, found a text"),
        ([], "it is empty"),
        (["", "x"], "it is empty"),
        (["check", "a\0b"], "NUL"),
    ],
)
def test_a_command_that_is_none_is_refused_before_anything_runs(given: t.Any, reason: str) -> None:
    with pytest.raises(ArgumentsRefused, match=reason):
        parse_arguments(command, {"command": given})


def test_what_is_secret_in_the_environment_is_not_seen() -> None:
    args = {"command": ["/bin/sh", "-c", 'echo "$USER_NAME:$PASS_WORD"; exit 2']}
    more = {"environment": {"USER_NAME": "monitor"}, "secret_environment": {"PASS_WORD": "s3cr3t-word"}}
    (finding,) = run_item(Item(key="x", check="command", args={**args, **more}), Runner())
    assert finding.message == "monitor:********" and "s3cr3t" not in str(finding.as_dict())


def test_says_nothing() -> None:
    assert run("exit 2").message == "sh ended with code 2 and said nothing"
    assert run("echo 'cannot open /x' >&2; exit 3").message == "cannot open /x"
    both = run("echo; echo 'later line'; echo 'also this' >&2; exit 1")
    assert (both.message, both.details) == ("later line", ["also this"])
    assert run("echo 'OK'; echo 'a warning' >&2").details == ["a warning"]


def test_the_locale_is_one_that_plugins_know() -> None:
    assert run('echo "$LC_ALL"').message == "C.UTF-8"
    assert "No such file" in run("LANG=fr_FR.UTF-8; cat /nowhere 2>&1; exit 2").message


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


def test_output_is_split_as_nagios_does() -> None:
    text = "DISK OK - free | /=2643MB;5948;5958;0;5968\n/ 15272 MB\n/boot 68 MB | /boot=68MB;88;93;0;98\n/home=69357MB;253404\n"
    first, lines, perfdata = monitoring_plugin.split_output(text)
    assert (first, lines) == ("DISK OK - free", ["/ 15272 MB", "/boot 68 MB"])
    assert [measurement.name for measurement in monitoring_plugin.parse_perfdata(perfdata)[0]] == ["root_bytes", "boot_bytes", "home_bytes"]
    assert monitoring_plugin.split_output("") == ("", [], " ")


def test_performance_data_may_go_on_for_lines() -> None:
    script = "printf 'OK | a=1\\ndetail one\\ndetail two | b=2s\\nc=3;4;5\\n'; printf \"'d e'=7%%\\n\""
    finding = run(script)
    assert (finding.message, finding.details) == ("OK", ["detail one", "detail two"])
    assert [measurement.name for measurement in finding.measurements] == ["a", "b_seconds", "c", "d_e_ratio"]


def test_output_is_cleaned_and_bounded() -> None:
    assert monitoring_plugin.split_output("\x1b[31mRED\x1b[0m \x1b]0;title\x07x\x00\x08\u202ey\ud800")[0] == "RED x y?"
    finding = command.judge(Completed(0, "ok" * 600 + "\n" + "\n".join("x" * 900 for _unused in range(80)), ""), "check")
    assert len(finding.message) == 500 and len(finding.details) == 50 and finding.details[-1] == "and 31 more lines"
    assert max(map(len, finding.details)) == 500
    assert finding.message.endswith("oko…") and finding.details[0].endswith("x…")
    assert str(run("head -c 100000 /dev/urandom; exit 0").status) == "pass"
    assert run(r"printf 'caf\303\251 \377 ok\n'").message == "caf\u00e9 \ufffd ok"
    assert len(run("head -c 3000000 /dev/zero | tr '\\0' x; exit 2").message) == 500


def test_more_output_than_can_be_kept_is_told() -> None:
    finding = command.judge(Completed(2, "DOWN\n" + "x" * 100, "", truncated=True), "check")
    assert finding.observed == {"exit_code": 2, "output_cut": True} and finding.message == "DOWN"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("time=0.05s;1;2;0", Measurement("time_seconds", 0.05, 2, "upper")),
        ("'it''s used %'=12.5%;80;90", Measurement("it_s_used_ratio", 0.125, 0.9, "upper")),
        ("rta=3ms;100;", Measurement("rta_seconds", 0.003, 0.1, "upper")),
        ("free=5GB;20:;10:", Measurement("free_bytes", 5e9, 1e10, "lower")),
        ("free=5GiB", Measurement("free_bytes", 5 * 2**30)),
        ("load1=0,42;~:5;~:10", Measurement("load1", 0.42, 10, "upper")),
        ("x=2;1:5;2:4", Measurement("x", 2, 2, "lower")),
        ("x=9;1:5;2:4", Measurement("x", 9, 4, "upper")),
        ("x=3;5;@1:2", Measurement("x", 3, 2, "lower")),
        ("x=1ms;;@10:20", Measurement("x_seconds", 0.001, 0.01, "upper")),
        ("x=3;5;rubbish", Measurement("x", 3, 5, "upper")),
        ("x=.5;1.;", Measurement("x", 0.5, 1, "upper")),
        ("'Disk C: \\ used'=12TB;0:20", Measurement("disk_c_used_bytes", 12e12, 20e12, "upper")),
        ("load=-3;-5:", Measurement("load", -3, -5, "lower")),
        ("x=-1e3c", Measurement("x_total", -1000)),
        ("temp=20C", Measurement("temp", 20)),
        ("volt=230V;240;250", Measurement("volt", 230, 250, "upper")),
    ],
)
def test_perfdata(text: str, expected: Measurement) -> None:
    (found,), missing = monitoring_plugin.parse_perfdata(text)
    assert missing == []
    assert found.name == expected.name and found.bound == expected.bound
    assert found.value == pytest.approx(expected.value)
    assert found.limit == (None if expected.limit is None else pytest.approx(expected.limit))


@pytest.mark.parametrize("text", ["", "free text", "x=U;1;2", "=5", "a b c", "x=", "x=1.2.3", ";;;;", "'open=1"])
def test_perfdata_garbage(text: str) -> None:
    assert [measurement for measurement in monitoring_plugin.parse_perfdata(text)[0] if measurement.name != "open"] == []


def test_a_value_that_the_plugin_does_not_know() -> None:
    finding = run("echo \"UNKNOWN | lag=U;1;2 'queue size'=U up=1\"; exit 3")
    assert finding.observed == {"exit_code": 3, "no_value": ["lag", "queue size"]}
    assert [measurement.name for measurement in finding.measurements] == ["up"]


@pytest.mark.parametrize(
    ("text", "value", "side"),
    [
        ("10", 5, (10, "upper")),
        ("0:10", 5, (10, "upper")),
        ("10:", 5, (10, "lower")),
        ("~:10", 5, (10, "upper")),
        ("~:", 5, None),
        ("10:20", 11, (10, "lower")),
        ("10:20", 19, (20, "upper")),
        ("10:20", 99, (20, "upper")),
        ("-5:5", -4, (-5, "lower")),
        ("@10:20", 3, (10, "upper")),
        ("@10:20", 30, (20, "lower")),
        ("@10:20", 12, (10, "upper")),
        ("@20:", 30, (20, "upper")),
        ("@~:20", 30, (20, "lower")),
        ("@", 5, None),
        ("", 5, None),
        ("a:b", 5, None),
    ],
)
def test_thresholds(text: str, value: float, side: tuple[float, str] | None) -> None:
    assert monitoring_plugin.nearest_side(text, value) == side


def test_perfdata_is_kept_apart_and_bounded() -> None:
    assert [measurement.name for measurement in monitoring_plugin.parse_perfdata("a=1 A=2 'a '=3")[0]] == ["a", "a_2", "a_3"]
    assert len(monitoring_plugin.parse_perfdata(" ".join(f"m{number}=1" for number in range(500)))[0]) == 100
