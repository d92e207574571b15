# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What logrotate says, read."""

from __future__ import annotations

import datetime as dt
import os
import pathlib

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients import logrotate
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from fakes import Completed, FakeRunner

DAY = 86400.0


def debug(
    log: str, rule: str = "after 1 days (3 rotations)", below: str = "empty log files are rotated, old logs are removed", rest: str = ""
) -> str:
    return (
        "warning: logrotate in debug mode does nothing except printing debug messages!\n\nreading config file app\n"
        f"Reading state from file: /state\nHandling 1 logs\n\nrotating pattern: {log}  {rule}\n{below}\n"
        f"considering log {log}\n  Now: 2026-11-25 14:17\n  log does not need rotating (log has already been rotated)\n{rest}"
    )


@pytest.mark.parametrize(
    ("rule", "criterion", "period", "keeps"),
    [
        ("hourly (4 rotations)", "hourly", 3600.0, 4),
        ("after 1 days (4 rotations)", "daily", DAY, 4),
        ("after 3 days (4 rotations)", "every 3 days", 3 * DAY, 4),
        ("weekly (no old logs will be kept)", "weekly", 7 * DAY, 0),
        ("monthly empty log files are rotated, old logs are removed", "monthly", 31 * DAY, None),
        ("3145728 bytes (4 rotations)", "size", None, 4),
    ],
)
def test_rules(rule: str, criterion: str, period: float | None, keeps: int | None) -> None:
    found = logrotate.parse_logrotate(debug("/var/log/a b.log", rule), {"/var/log/a b.log"}).rule
    assert found is not None
    assert (found.pattern, found.criterion, found.period, found.keeps) == ("/var/log/a b.log", criterion, period, keeps)


def test_clauses_of_a_rule() -> None:
    below = "olddir is old, empty log files are not rotated, only log files >= 5242880 bytes are rotated, "
    below += "only log files older than 2 days are rotated, old logs are removed"
    rule = logrotate.parse_logrotate(debug("/a.log", below=below), {"/a.log"}).rule
    assert rule is not None
    assert (rule.olddir, rule.ifempty, rule.minsize, rule.minage) == ("old", False, 5242880, 2 * DAY)


def test_another_log_is_not_this_one() -> None:
    assert logrotate.parse_logrotate(debug("/var/log/app.log"), {"/var/log/app.log.bak"}).rule is None


def test_state_file() -> None:
    text = 'logrotate state -- version 2\n"/var/log/a.log" 2026-11-25-6:0:0\n'
    text += '"/var/log/with \\"quotes\\"" 2026-11-20-0:0:1\n"/x" 2026-99-1-0:0:0\ngarbage\n'
    dates = logrotate.parse_state(text)
    assert dates["/var/log/a.log"] == dt.datetime(2026, 11, 25, 6).timestamp()
    assert len(dates) == 2


def test_what_is_said_besides_rules() -> None:
    text = "error: failed to open config file b: Permission denied\nerror: bad line 3 in c\n" + debug("/a.log")
    text += "  skipping, parent directory has insecure permissions\n"
    declared = logrotate.parse_logrotate(text, {"/a.log"})
    assert (len(declared.hidden), declared.invalid, len(declared.skipped)) == (1, [("bad line 3 in c", None)], 1)


def test_a_state_file_that_is_named_but_not_there(tmp_path: pathlib.Path) -> None:
    state = logrotate.read_state(str(tmp_path / "status"), FakeRunner())
    assert (state.named, state.last_run, state.dates) == (True, None, {})


def test_when_logrotate_ran(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "status"
    path.write_text('logrotate state -- version 2\n"/var/log/a.log" 2026-11-25-6:0:0\n')
    os.utime(path, (1795500000, 1795500000))
    state = logrotate.read_state(str(path), FakeRunner())
    assert (state.last_run, list(state.dates)) == (1795500000, ["/var/log/a.log"])


def test_it_is_asked_with_the_state_file_that_is_named(tmp_path: pathlib.Path) -> None:
    config = tmp_path / "logrotate.conf"
    config.write_text("")
    runner = FakeRunner(commands={"logrotate -d": Completed(0, "", debug("/a.log"))})
    declared = logrotate.declared_for({"/a.log"}, str(config), logrotate.State("/state", named=True), runner)
    assert declared.rule is not None
    assert runner.ran[0][0] == ["logrotate", "-d", "-s", "/state", str(config)]
    logrotate.declared_for({"/a.log"}, str(config), logrotate.State("/state"), runner)
    assert runner.ran[1][0] == ["logrotate", "-d", str(config)]


def test_what_cannot_be_asked(tmp_path: pathlib.Path) -> None:
    state = logrotate.State("/state")
    with pytest.raises(CannotObserve, match="not installed"):
        logrotate.declared_for({"/a.log"}, "/etc/logrotate.conf", state, FakeRunner())
    runner = FakeRunner(
        commands={"logrotate -d": Completed(1, "", "warning: logrotate in debug mode does nothing\nerror: \x1b[31mbad\x1b[0m.\n")}
    )
    assert logrotate.declared_for({"/a.log"}, str(tmp_path / "none"), state, runner).invalid == [
        (f"{tmp_path / 'none'} does not exist", str(tmp_path / "none"))
    ]
    with pytest.raises(CannotObserve, match="did not say what it would do: error: bad$"):
        logrotate.declared_for({"/a.log"}, str(tmp_path), state, runner)
