# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""log_rotation: what it reads out of logrotate, journalctl and file names, and its judgement."""

from __future__ import annotations

import datetime as dt
import os
import pathlib
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import ArgumentsRefused, parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import log_rotation
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve, Finding
from fakes import NOW, Completed, FakeRunner

DAY = 86400.0

HEADER = """\
File path: /var/log/journal/3d1219c7/system.journal
File ID: b94c433f7ad64ff9a8676e6a95bf5a92
State: ONLINE
Head realtime timestamp: Wed 2026-11-25 14:21:59 UTC (6611a8cc979e7)
Tail realtime timestamp: Wed 2026-11-25 14:22:02 UTC (6611a8cf4dba5)

File path: /var/log/journal/3d1219c7/system@b94c-01.journal
State: ARCHIVED
Head realtime timestamp: Tue 2026-11-24 14:21:59 UTC (6610668a8f9e7)
"""


def debug(
    log: str, rule: str = "after 1 days (3 rotations)", below: str = "empty log files are rotated, old logs are removed", rest: str = ""
) -> str:
    return (
        "warning: logrotate in debug mode does nothing except printing debug messages!\n\nreading config file app\n"
        f"Reading state from file: /state\nHandling 1 logs\n\nrotating pattern: {log}  {rule}\n{below}\n"
        f"considering log {log}\n  Now: 2026-11-25 14:17\n  log does not need rotating (log has already been rotated)\n{rest}"
    )


def check(runner: FakeRunner, **given: t.Any) -> Finding:
    finding = log_rotation.run(parse_arguments(log_rotation, given), runner)
    assert isinstance(finding, Finding)
    return finding


class Logs:
    """A folder with a log, of ages that the fake clock sees."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.log = folder / "app.log"
        self.state = folder / "status"
        self.state.write_text("logrotate state -- version 2\n")
        self.age(self.state, 0.1)
        self.config = folder / "logrotate.conf"
        self.config.write_text("")

    def age(self, path: pathlib.Path, days: float) -> None:
        os.utime(path, (NOW.timestamp() - days * DAY,) * 2)

    def write(self, name: str, days: float, text: str | None = None) -> pathlib.Path:
        path = self.folder / name
        moment = dt.datetime.fromtimestamp(NOW.timestamp() - days * DAY, dt.timezone.utc)
        path.write_text(f"{moment.isoformat()} a line\n" if text is None else text)
        self.age(path, days)
        return path

    def check(self, output: str | None = None, **given: t.Any) -> Finding:
        runner = FakeRunner(commands={"logrotate -d": Completed(0, "", debug(str(self.log)) if output is None else output)})
        return check(runner, path=str(self.log), logrotate_config=str(self.config), logrotate_state=str(self.state), **given)


@pytest.fixture
def logs(tmp_path: pathlib.Path) -> Logs:
    return Logs(tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        *("app.log.1", "app.log.12.gz", "app.log-20261125", "app.log-20261125.gz", "app.log-20261125-1764080000", "app.log.2026-11-25"),
        *("app.log.2026-11-25-14", "app.log.old", "app.log.1.zst", "app-2026-11-25.log", "app-2026-11-25.3.log.gz", "app.1.log"),
        *("app_20261125.log", "app-2026-11-25T14-17-29.123.log", "app.log.1.1", "app.log-2026112514.xz"),
    ],
)
def test_names_of_rotated_files(name: str) -> None:
    assert log_rotation.rotated_name("app.log").fullmatch(name)


@pytest.mark.parametrize(
    "name",
    ["app.log", "app.log.swp", "app-2.log", "other.log.1", "app.logs.1", "xapp.log.1", "app-audit.log", "app.log-backup", "app.json.1"],
)
def test_names_of_other_files(name: str) -> None:
    assert not log_rotation.rotated_name("app.log").fullmatch(name)


def test_a_log_without_extension() -> None:
    assert log_rotation.rotated_name("syslog").fullmatch("syslog.2.gz")
    assert not log_rotation.rotated_name("syslog").fullmatch("syslog")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("2026-11-24T06:00:00Z info", "2026-11-24T06:00:00+00:00"),
        ("[2026-11-24 06:00:00,123+01:00] info", "2026-11-24T05:00:00+00:00"),
        ("2026-11-24T06:00:00.5-0500 info", "2026-11-24T11:00:00+00:00"),
        ('{"level":"info","timestamp":"2026-11-24T06:00:00Z"}', "2026-11-24T06:00:00+00:00"),
        ('{"ts":1795500000.5}', "2026-11-24T06:00:00.5+00:00"),
        ('{"time":1795500000500}', "2026-11-24T06:00:00.5+00:00"),
        ('127.0.0.1 - - [24/Nov/2026:06:00:00 +0000] "GET / HTTP/1.1" 200', "2026-11-24T06:00:00+00:00"),
        ("1795500000 info", "2026-11-24T06:00:00+00:00"),
        ("\n   at com.example\n2026-11-24T06:00:00Z info", "2026-11-24T06:00:00+00:00"),
    ],
)
def test_times_of_lines(line: str, expected: str) -> None:
    moment = log_rotation.first_time(line, NOW)
    assert moment is not None
    assert abs(moment - dt.datetime.fromisoformat(expected.replace(".5+", ".500000+")).timestamp()) < 1


def test_syslog_time_of_last_year() -> None:
    moment = log_rotation.first_time("Dec 31 06:00:00 web1 app: x", NOW)
    assert moment is not None
    assert dt.datetime.fromtimestamp(moment).year == NOW.year - 1


@pytest.mark.parametrize(
    "text", ["", "hello\n", "{broken", '{"timestamp": null}', "2026-13-45T00:00:00Z x", "2099-01-01T00:00:00Z x", "\xff\xfe", "[]", "{}"]
)
def test_no_time(text: str) -> None:
    assert log_rotation.first_time(text, NOW) is None


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
    found = log_rotation.parse_logrotate(debug("/var/log/a b.log", rule), {"/var/log/a b.log"}).rule
    assert found is not None
    assert (found.pattern, found.criterion, found.period, found.keeps) == ("/var/log/a b.log", criterion, period, keeps)


def test_clauses_of_a_rule() -> None:
    below = "olddir is old, empty log files are not rotated, only log files >= 5242880 bytes are rotated, "
    below += "only log files older than 2 days are rotated, old logs are removed"
    rule = log_rotation.parse_logrotate(debug("/a.log", below=below), {"/a.log"}).rule
    assert rule is not None
    assert (rule.olddir, rule.ifempty, rule.minsize, rule.minage) == ("old", False, 5242880, 2 * DAY)


def test_another_log_is_not_this_one() -> None:
    assert log_rotation.parse_logrotate(debug("/var/log/app.log"), {"/var/log/app.log.bak"}).rule is None


def test_state_file() -> None:
    text = 'logrotate state -- version 2\n"/var/log/a.log" 2026-11-25-6:0:0\n'
    text += '"/var/log/with \\"quotes\\"" 2026-11-20-0:0:1\n"/x" 2026-99-1-0:0:0\ngarbage\n'
    dates = log_rotation.parse_state(text)
    assert dates["/var/log/a.log"] == dt.datetime(2026, 11, 25, 6).timestamp()
    assert len(dates) == 2


def test_rotates(logs: Logs) -> None:
    logs.write("app.log", 0.5)
    logs.write("app.log.1", 0.5)
    finding = logs.check()
    assert finding.status == "pass", finding.message
    assert finding.observed["rotated_files"] == 1
    assert {m.name for m in finding.measurements} == {"log_size_bytes", "log_oldest_content_age_seconds"}


def test_the_rule_gives_the_limit(logs: Logs) -> None:
    """A monthly log may be three weeks old, a daily one may not."""
    logs.write("app.log", 21)
    logs.write("app.log.1", 21)
    assert logs.check(debug(str(logs.log), "monthly (4 rotations)")).status == "pass"
    assert logs.check().status == "fail"
    assert logs.check(debug(str(logs.log), "monthly (4 rotations)"), max_age="8d").status == "fail"


def test_an_old_log_below_its_minsize_is_left_alone(logs: Logs) -> None:
    logs.write("app.log", 60)
    below = "empty log files are rotated, only log files >= 5242880 bytes are rotated, old logs are removed"
    assert logs.check(debug(str(logs.log), below=below)).status == "pass"


def test_an_old_log_that_rotates_by_size(logs: Logs) -> None:
    logs.write("app.log", 60)
    assert logs.check(debug(str(logs.log), "1048576 bytes (4 rotations)")).status == "pass"
    finding = logs.check(debug(str(logs.log), "10 bytes (4 rotations)"))
    assert (finding.status, "should rotate above 10 B" in finding.message) == ("warn", True)


def test_an_empty_log_has_no_old_content(logs: Logs) -> None:
    logs.write("app.log", 60, text="")
    logs.write("app.log.1", 60)
    assert logs.check().status == "pass"


def test_without_any_visible_age(logs: Logs) -> None:
    logs.write("app.log", 0, text="no time\n")
    finding = logs.check()
    assert (finding.status, "not proven" in finding.message) == ("warn", True)


def test_an_untouched_log_is_as_old_as_its_last_change(logs: Logs) -> None:
    logs.write("app.log", 30, text="no time\n")
    finding = logs.check()
    assert finding.status == "fail"
    assert "known by its last change" in finding.message


def test_logrotate_has_stopped(logs: Logs) -> None:
    logs.write("app.log", 0.5)
    logs.write("app.log.1", 0.5)
    logs.age(logs.state, 5)
    finding = logs.check()
    assert (finding.status, "has not run for 5 d" in finding.message) == ("warn", True)


def test_configuration_that_may_not_be_read(logs: Logs) -> None:
    logs.write("app.log", 0.5)
    text = "reading config\nerror: failed to open config file app: Permission denied\n"
    text += "error: found error in file app, skipping\nHandling 0 logs\n"
    with pytest.raises(CannotObserve, match="cannot be seen by .*Permission denied"):
        logs.check(text)


def test_covered_although_the_state_may_not_be_read(logs: Logs) -> None:
    logs.write("app.log", 0.5)
    logs.write("app.log.1", 0.5)
    text = "error: error opening state file state; assuming empty state: Permission denied\n" + debug(str(logs.log))
    assert logs.check(text).status == "pass"


def test_no_configuration(logs: Logs) -> None:
    logs.write("app.log", 0.5)
    logs.config.unlink()
    finding = logs.check()
    assert (finding.status, "does not exist" in finding.message) == ("fail", True)


def test_garbage(logs: Logs) -> None:
    logs.write("app.log", 0.5)
    with pytest.raises(CannotObserve, match="did not say what it would do"):
        logs.check("\x00\x01 <html>")


def test_a_binary_log(logs: Logs) -> None:
    logs.log.write_bytes(os.urandom(5000).replace(b"\0", b"x"))
    logs.age(logs.log, 0.1)
    logs.write("app.log.1", 0.2)
    assert logs.check().status == "pass"


def test_either_path_or_journald() -> None:
    with pytest.raises(ArgumentsRefused):
        parse_arguments(log_rotation, {})
    with pytest.raises(ArgumentsRefused):
        parse_arguments(log_rotation, {"path": "/x", "journald": True})
    assert parse_arguments(log_rotation, {"path": None, "journald": True})["journald"] is True


# -- processes


def proc(folder: pathlib.Path, pid: int, target: str, flags: str = "0102001", command: str = "app") -> None:
    (folder / str(pid) / "fd").mkdir(parents=True)
    (folder / str(pid) / "fdinfo").mkdir()
    (folder / str(pid) / "comm").write_text(command + "\n")
    (folder / str(pid) / "fd" / "3").symlink_to(target)
    (folder / str(pid) / "fdinfo" / "3").write_text(f"pos:\t0\nflags:\t{flags}\n")


def test_writers(tmp_path: pathlib.Path, logs: Logs) -> None:
    logs.write("app.log", 0)
    rotated = logs.write("app.log.1", 1)
    packed = logs.write("app.log.2.gz", 1)
    folder = tmp_path / "proc"
    proc(folder, 10, str(rotated))
    proc(folder, 11, str(rotated), flags="0100000")  # a shipper that reads
    proc(folder, 12, str(packed))  # what compresses
    proc(folder, 13, str(logs.log))  # right
    proc(folder, 14, f"{logs.log} (deleted)")
    proc(folder, 15, "/elsewhere/app.log (deleted)")
    proc(folder, 16, "socket:[1]")
    (folder / "self").mkdir()
    found, unseen = log_rotation.writers_into(str(logs.log), log_rotation.rotated_files(str(logs.log)), str(folder))
    assert sorted(writer.pid for writer in found) == [10, 14]
    assert unseen == 0


# -- journald


def journal(
    usage: str = "Archived and active journals take up 120.5M in the file system.\n", header: str = HEADER, stderr: str = ""
) -> FakeRunner:
    return FakeRunner(
        commands={"journalctl --disk-usage": Completed(0, usage, stderr), "journalctl --header": Completed(0, header, stderr)}
    )


def config(folder: pathlib.Path, main: str, **drop_ins: str) -> list[str]:
    (folder / "journald.conf").write_text(main)
    (folder / "journald.conf.d").mkdir()
    for name, text in drop_ins.items():
        (folder / "journald.conf.d" / f"{name}.conf").write_text(text)
    return [str(folder / "journald.conf"), str(folder / "journald.conf.d" / "*.conf")]


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("Archived and active journals take up 8.0M in the file system.", 8 * 2**20),
        ("Archived and active journals take up 0B in the file system.", 0),
        ("Archived and active journals take up 1.5G on disk.", int(1.5 * 2**30)),
        ("No journal files were found.", None),
        ("", None),
    ],
)
def test_disk_usage(text: str, size: int | None) -> None:
    assert log_rotation.parse_disk_usage(text) == size


def test_journal_header() -> None:
    files = log_rotation.parse_journal_header(HEADER)
    assert [one.archived for one in files] == [False, True]
    assert files[0].head == pytest.approx(1795616519.322, abs=0.01)
    assert log_rotation.parse_journal_header("<html>") == []


def test_journal_within_its_bound(tmp_path: pathlib.Path) -> None:
    patterns = config(tmp_path, "[Journal]\n#SystemMaxUse=1M\nSystemMaxUse=1G\n")
    finding = check(journal(), journald=True, journald_config=patterns)
    assert finding.status == "pass", finding.message
    assert finding.expected["max_size_bytes"] == 2**30


def test_drop_ins_win(tmp_path: pathlib.Path) -> None:
    patterns = config(tmp_path, "[Journal]\nSystemMaxUse=1G\n", a="[Journal]\nSystemMaxUse=9G\n", b="[Journal]\nSystemMaxUse=50M\n")
    finding = check(journal(), journald=True, journald_config=patterns)
    assert finding.status == "fail"
    assert "has 120.5 MiB, the limit is 50.0 MiB (SystemMaxUse)" in finding.message


def test_retention(tmp_path: pathlib.Path) -> None:
    patterns = config(tmp_path, "[Journal]\nSystemMaxUse=1G\nMaxRetentionSec=1week\n")
    header = HEADER.replace("6610668a8f9e7", f"{int((NOW.timestamp() - 60 * DAY) * 1e6):x}")
    finding = check(journal(header=header), journald=True, journald_config=patterns)
    assert (finding.status, "60 d" in finding.message) == ("fail", True)


def test_no_journal() -> None:
    finding = check(
        journal("Archived and active journals take up 0B in the file system.\n", "", "No journal files were found.\n"), journald=True
    )
    assert (finding.status, "no journal file" in finding.message) == ("fail", True)


@pytest.mark.parametrize(
    ("runner", "message"),
    [
        (journal(stderr="No journal files were opened due to insufficient permissions.\n"), "may not read the system's journal"),
        (journal(usage="<html>"), "did not tell a size"),
        (FakeRunner(), "journalctl is not installed"),
    ],
)
def test_journal_unknown(runner: FakeRunner, message: str) -> None:
    with pytest.raises(CannotObserve, match=message):
        check(runner, journald=True)


def test_broken_journald_configuration(tmp_path: pathlib.Path) -> None:
    patterns = config(tmp_path, "SystemMaxUse=1G\n")
    with pytest.raises(CannotObserve, match="not a configuration of journald"):
        check(journal(), journald=True, journald_config=patterns)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1month", 2629800), ("2weeks 1day", 15 * DAY), ("86400", DAY), ("0", 0), ("", 0), ("12h", 43200), ("5min", 300), ("x", 0)],
)
def test_time_spans(text: str, seconds: float) -> None:
    assert log_rotation.parse_timespan(text) == seconds
