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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/a.log  after 1 days (3 rotations)\nolddir is old, empty log files are rotated, old logs are removed", (3, None, "old")),
        ("/a.log  after 1 days olddir is old, empty log files are rotated, (3 rotations), old logs are removed", (3, None, "old")),
        (
            "/a.log  weekly empty log files are not rotated, log files >= 5000 are rotated earlier, no old logs will be kept",
            (0, 5000, None),
        ),
        ("/a.log  weekly (no old logs will be kept)\nempty log files are rotated, old logs are removed", (0, None, None)),
        (
            "/a.log  after 15 minutes empty log files are rotated, (unlimited rotations), old logs are removed after 3 days",
            (None, None, None),
        ),
        ("/b.log\n/a.log\n  monthly (4 rotations)\nempty log files are rotated, old logs are removed", (4, None, None)),
        ('"/b.log" "/a.log"\n hourly (4 rotations)\nempty log files are rotated, old logs are removed', (4, None, None)),
    ],
)
def test_rules_as_versions_of_logrotate_tell_them(text: str, expected: tuple[int | None, int | None, str | None]) -> None:
    before = "rotating pattern: /first.log  hourly (99 rotations)\nempty log files are rotated\nconsidering log /first.log\n\n"
    rule = logrotate.parse_logrotate(f"{before}rotating pattern: {text}\nconsidering log /a.log\n", {"/a.log"}).rule
    assert rule is not None
    assert (rule.keeps, rule.maxsize, rule.olddir) == expected
    assert rule.criterion != "hourly" or "hourly" in text


COMPLAINTS = """\
reading config file /etc/logrotate.conf
including /etc/logrotate.d
Ignoring app.bak, because of *.bak pattern match
Ignoring sub because it's not a regular file.
reading config file app
error: app:4 unknown option 'rotae' -- ignoring line
warning: app:5 unknown option 'x' -- ignoring line
error: Ignoring www because it is writable by group or others.
reading config file zzz
error: zzz:3 bad rotation count 'many'
error: found error in /var/log/z.log , skipping
error: found error in file zzz, skipping
error: /etc/logrotate.conf:9 lines must begin with a keyword
Handling 1 logs
rotating pattern: /a.log /b.log  after 1 days (3 rotations)
empty log files are rotated, old logs are removed
considering log /a.log
error: log /a.log last rotated in the future -- rotation forced
  log needs rotating
considering log /b.log
error: stat of /b.log failed: No such file or directory
rotating log /a.log, log->rotateCount is 3
error: destination /a.log-20261125 already exists, skipping rotation
"""


def test_complaints_and_what_they_are_about() -> None:
    declared = logrotate.parse_logrotate(COMPLAINTS, {"/a.log"})
    assert declared.files == ["/etc/logrotate.conf", "/etc/logrotate.d/app", "/etc/logrotate.d/zzz"]
    assert [one.file for one in declared.ignored] == [f"/etc/logrotate.d/{name}" for name in ("app.bak", "sub", "www")]
    assert [(one.file or "").rpartition("/")[2] for one in declared.invalid] == ["app", "app", "zzz", "", "zzz", "logrotate.conf", ""]
    assert declared.skipped == [], "neither a date in the future nor a name that is taken keeps it from rotating for long"
    assert declared.beside == ["stat of /b.log failed: No such file or directory"]
    assert logrotate.parse_logrotate(COMPLAINTS, {"/b.log"}).skipped == ["stat of /b.log failed: No such file or directory"]


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
