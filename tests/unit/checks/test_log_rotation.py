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
from ansible_collections.operability.readiness.plugins.module_utils._checks import _rotation_journal, _rotation_starts, log_rotation
from ansible_collections.operability.readiness.plugins.module_utils._checks._rotation_verdict import Verdict
from ansible_collections.operability.readiness.plugins.module_utils._clients import crontabs, logrotate
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve, Finding
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.translating import told
from fakes import NOW, Completed, FakeRunner

DAY = 86400.0

HEADER = """\
File path: /var/log/journal/3d1219c7/system.journal
File ID: b94c433f7ad64ff9a8676e6a95bf5a92
State: ONLINE
Head realtime timestamp: Wed 2026-11-25 05:21:59 UTC (661130198b5e7)
Tail realtime timestamp: Wed 2026-11-25 05:22:02 UTC (6611301c417a5)

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
        crontab = self.folder / "crontab"
        crontab.write_text(f"17 3 * * * root logrotate {self.config}\n")
        given.setdefault("logrotate_cron", str(crontab))
        return check(runner, path=str(self.log), logrotate_config=str(self.config), logrotate_state=str(self.state), **given)


@pytest.fixture
def logs(tmp_path: pathlib.Path) -> Logs:
    return Logs(tmp_path)


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


def test_processes_that_were_not_seen_are_told(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    logs.write("app.log", 0.5)
    logs.write("app.log.1", 0.5)
    monkeypatch.setattr(log_rotation.log_writers, "lasting_writers", lambda *_args: ([], 12))
    finding = logs.check()
    assert finding.status == "pass"
    assert finding.message.endswith("; whether one of 12 processes of other users writes into a rotated file was not seen")


def test_what_is_said_is_told_in_french(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_rotation.log_writers, "lasting_writers", lambda *_args: ([], 0))
    logs.write("app.log", 0.5)
    logs.write("app.log.1", 0.5)
    assert told(logs.check().message, "fr") == (
        f"rotation du journal {logs.log}\u00a0: logrotate s\u2019en charge (chaque jour, 3 conservés), "
        "1 fichier issu de la rotation, dernière écriture il y a 12\u00a0h, 33\u00a0o actuellement"
    )
    logs.write("app.log", 30, text="no time\n")
    logs.write("app.log.1", 31)
    problem = logs.check().message
    assert problem.template == "rotation is declared ({rule}), but {problem}"
    assert told(problem, "fr") == (
        f"une rotation est déclarée (chaque jour, 3 conservés), mais le journal {logs.log} n\u2019a connu aucune rotation depuis le "
        "25 oct. 2026, 06:00:00 UTC\u00a0: son contenu le plus ancien remonte à 31\u00a0j "
        "(d\u2019après son fichier le plus récent issu de la rotation), la limite est de 2\u00a0j"
    )


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


# -- journald


def journal(
    usage: str = "Archived and active journals take up 120.5M in the file system.\n",
    header: str = HEADER,
    stderr: str = "",
    dropped: str = "",
    more: dict[str, Completed] | None = None,
) -> FakeRunner:
    return FakeRunner(
        commands={
            "journalctl --disk-usage": Completed(0, usage, stderr),
            "journalctl --header": Completed(0, header, stderr),
            "journalctl --quiet --no-pager --output=json": Completed(0, dropped, ""),
            **(more or {}),
        }
    )


def config(folder: pathlib.Path, main: str, **drop_ins: str) -> list[str]:
    (folder / "journald.conf").write_text(main)
    (folder / "journald.conf.d").mkdir()
    for name, text in drop_ins.items():
        (folder / "journald.conf.d" / f"{name}.conf").write_text(text)
    return [str(folder / "journald.conf"), str(folder / "journald.conf.d" / "*.conf")]


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


def test_lines_outside_of_a_section_are_not_read(tmp_path: pathlib.Path) -> None:
    patterns = config(tmp_path, "SystemMaxUse=1G\n[Journal]\nSystemMaxUse=2G\n")
    finding = check(journal(header=HEADER.replace("6611301c417a5", entry(1))), journald=True, journald_config=patterns)
    assert (finding.status, "bounded by 2.0 GiB (SystemMaxUse)" in finding.message) == ("pass", True)


def entry(hours_ago: float) -> str:
    return f"{int((NOW.timestamp() - hours_ago * 3600) * 1e6):x}"


def test_a_journal_that_is_silent(tmp_path: pathlib.Path) -> None:
    patterns = config(tmp_path, "[Journal]\nSystemMaxUse=1G\n")
    header = HEADER.replace("6611301c417a5", entry(30))
    finding = check(journal(header=header), journald=True, journald_config=patterns)
    assert (finding.status, "received nothing for 30 h, the limit is 24 h" in finding.message) == ("fail", True)
    assert finding.since == "2026-11-24T00:00:00Z"
    assert check(journal(header=header), journald=True, journald_config=patterns, max_silence="2d").status == "pass"
    untold = HEADER.replace("Tail realtime", "Other realtime")
    finding = check(journal(header=untold), journald=True, journald_config=patterns)
    assert (finding.status, "files name no newest entry" in finding.message) == ("warn", True)


def test_what_was_dropped_may_not_be_told(tmp_path: pathlib.Path) -> None:
    patterns = config(tmp_path, "[Journal]\nSystemMaxUse=1G\n")
    runner = journal(more={"journalctl --quiet": Completed(1, "", "no rights\n")})
    runner.commands.pop("journalctl --quiet --no-pager --output=json")
    finding = check(runner, journald=True, journald_config=patterns)
    assert (finding.status, "could not be seen: journalctl did not tell what was dropped: no rights" in finding.message) == ("warn", True)


def test_hidden_processes_may_take_the_journal_on(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    patterns = config(tmp_path, "[Journal]\nSystemMaxUse=1G\n")
    monkeypatch.setattr(_rotation_journal.journal_readers, "readers", lambda *_args, **_options: ([], 12))
    with pytest.raises(CannotObserve, match="cannot be seen: 12 processes of other users"):
        check(journal(), journald=True, journald_config=patterns, forwarded=True)
    monkeypatch.setattr(_rotation_journal.journal_readers, "readers", lambda *_args, **_options: (["rsyslogd"], 12))
    finding = check(journal(), journald=True, journald_config=patterns, forwarded=True)
    assert (finding.status, finding.observed["handed_on_to"]) == ("pass", ["rsyslogd"])


def test_generations_are_one_or_more() -> None:
    with pytest.raises(ArgumentsRefused, match="generations must be 1 or more"):
        parse_arguments(log_rotation, {"path": "/x", "generations": 0})


def test_more_than_are_declared_of_an_application(logs: Logs) -> None:
    logs.write("app.log", 0.1)
    for number in range(1, 6):
        logs.write(f"app.log.{number}", number)
    runner = FakeRunner()
    finding = check(runner, path=str(logs.log), rotated_by="application", generations=3)
    assert (finding.status, "5 rotated files of" in finding.message, "3 are declared" in finding.message) == ("warn", True, True)
    assert check(runner, path=str(logs.log), rotated_by="application", generations=4).status == "pass"


# -- who starts logrotate


def cron_places(folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch, *, runs: bool) -> pathlib.Path:
    daily = folder / "cron.daily"
    daily.mkdir()
    monkeypatch.setattr(crontabs, "CRON_PLACES", (str(daily),))
    monkeypatch.setattr(crontabs, "cron_is_running", lambda: runs)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return daily / "logrotate"


def started(logs: Logs, runner: FakeRunner, config: str = "/etc/logrotate.conf") -> Verdict:
    verdict = Verdict()
    state = logrotate.State(str(logs.state), NOW.timestamp() - 7200)
    asked = _rotation_starts.Asked(config, None, None)
    _rotation_starts.judge_runs(verdict, state, asked, _rotation_starts.timer_of(asked, runner), runner)
    return verdict


def test_cron_of_this_host(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    script = cron_places(logs.folder, monkeypatch, runs=True)
    script.write_text("#!/bin/sh\nlogrotate /etc/logrotate.conf\n")
    script.chmod(0o755)
    assert started(logs, FakeRunner()) == Verdict()
    script.chmod(0o644)
    (doubt,) = started(logs, FakeRunner()).doubts
    assert "is not executable; what has started logrotate 2 h ago all the same is not seen" in doubt
    assert "what starts logrotate is not seen" in started(logs, FakeRunner(), "/srv/own.conf").last[0], "it is of another configuration"


def test_cron_that_does_not_run(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    script = cron_places(logs.folder, monkeypatch, runs=False)
    script.write_text("#!/bin/sh\nlogrotate /etc/logrotate.conf\n")
    script.chmod(0o755)
    assert "no cron daemon is running on this host" in started(logs, FakeRunner()).doubts[0]


@pytest.mark.parametrize(
    ("timer", "active", "well"),
    [
        ("cron-daily.timer", "active", True),
        ("anacron.timer", "active", True),
        ("anacron.timer", "inactive", False),
        ("x.timer", "active", False),
    ],
)
def test_a_timer_that_starts_what_lies_in_the_folder(
    logs: Logs, monkeypatch: pytest.MonkeyPatch, timer: str, active: str, *, well: bool
) -> None:
    """systemd-cron and anacron: there is no cron daemon."""
    script = cron_places(logs.folder, monkeypatch, runs=False)
    script.write_text("#!/bin/sh\nlogrotate /etc/logrotate.conf\n")
    script.chmod(0o755)
    monkeypatch.setattr(_rotation_starts, "ANACRONTAB", str(logs.write("anacrontab", 1)))
    (logs.folder / "anacrontab").write_text(f"1 5 cron.daily run-parts --report {script.parent}\n")
    shown = f"LoadState=loaded\nActiveState={active}\nSubState=waiting\nNextElapseUSecRealtime=Thu 2026-11-26 00:00:00 UTC\n"
    absent = "LoadState=not-found\nActiveState=inactive\n"

    class Asked(FakeRunner):
        def run(self, command: t.Sequence[str], **_options: t.Any) -> Completed:
            return Completed(0, shown if command[-1] == timer else absent, "")

        def which(self, _name: str) -> str:
            return "/usr/bin/systemctl"

        def read_text(self, path: str, **_options: t.Any) -> str:
            return pathlib.Path(path).read_text()

    doubts = started(logs, Asked()).doubts
    assert (not doubts, "no cron daemon is running on this host" in "".join(doubts)) == (well, not well)
    (logs.folder / "anacrontab").write_text("1 5 cron.daily run-parts /srv/other\n")
    assert bool(started(logs, Asked()).doubts) == (timer != "cron-daily.timer")


def test_nothing_is_known_of_what_starts_it(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    cron_places(logs.folder, monkeypatch, runs=False)
    assert "what starts logrotate is not seen" in started(logs, FakeRunner()).last[0], "it ran two hours ago, perhaps by hand"


def test_a_service_that_does_not_rotate(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its timer is well; with the usual configuration."""
    cron_places(logs.folder, monkeypatch, runs=False)

    def of(**service: str) -> Verdict:
        timer = "LoadState=loaded\nActiveState=active\nSubState=waiting\nUnitFileState=enabled\nUnit=logrotate.service\n"
        timer += "NextElapseUSecRealtime=Thu 2026-11-26 00:00:00 UTC\nNextElapseUSecMonotonic=0\nWantedBy=timers.target\n"
        shown = "".join(f"{key}={value}\n" for key, value in {"LoadState": "loaded", "ActiveState": "inactive", **service}.items())
        answers = [Completed(0, timer, ""), Completed(0, shown, "")]

        class Asked(FakeRunner):
            def run(self, command: t.Sequence[str], **_options: t.Any) -> Completed:
                if "list-timers" in command:
                    raise CannotObserve("no such timer")
                return answers[not command[-1].endswith(".timer")]

            def which(self, _name: str) -> str:
                return "/usr/bin/systemctl"

        return started(logs, Asked())

    argv = "{{ path=/x ; argv[]={} ; ignore_errors=no ; start_time=[n/a] }}"
    assert of(ExecStart=argv.format("/usr/sbin/logrotate /etc/logrotate.conf")) == Verdict()
    assert of(ExecStart=argv.format("/usr/bin/nice -n 19 /usr/sbin/logrotate -v $OPTIONS /etc/logrotate.conf")) == Verdict()
    assert of(ExecStart=argv.format("/bin/sh -c '/usr/sbin/logrotate /etc/logrotate.conf'")) == Verdict()
    for exec_start, said in (
        ("/bin/true", "logrotate.service does not rotate: it does not start logrotate"),
        ("/usr/sbin/logrotate -d /etc/logrotate.conf", "it starts logrotate with -d, which rotates nothing"),
        ("/usr/sbin/logrotate /etc/own.conf", "it starts logrotate with /etc/own.conf, not with /etc/logrotate.conf"),
    ):
        assert said in of(ExecStart=argv.format(exec_start)).doubts[0]
    assert "is not to be started (masked)" in of(LoadState="masked").doubts[0]
    assert "is not to be started (not-found)" in of(LoadState="not-found").doubts[0]


def test_a_timer_that_was_stopped_before_the_host_was_started(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    """systemd has forgotten when, so whatever has run since the start was started otherwise."""
    cron_places(logs.folder, monkeypatch, runs=False)
    shown = "LoadState=loaded\nActiveState=inactive\nSubState=dead\nUnitFileState=disabled\nInactiveEnterTimestamp=\n"
    runner = FakeRunner(commands={"systemctl show": Completed(0, shown, "")})
    monkeypatch.setattr(_rotation_starts, "_booted", lambda _runner: NOW.timestamp() - 3600)
    assert "nothing starts logrotate any more: logrotate.timer is inactive" in started(logs, runner).problems[0]
    monkeypatch.setattr(_rotation_starts, "_booted", lambda _runner: NOW.timestamp() - 86400)
    assert "what has started logrotate" in started(logs, runner).doubts[0]


def test_a_timer_that_was_stopped_and_has_started_the_last_run(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    """systemd forgets when it was stopped, and keeps when it last started something."""
    cron_places(logs.folder, monkeypatch, runs=False)
    shown = "LoadState=loaded\nActiveState=inactive\nSubState=dead\nUnitFileState=disabled\nInactiveEnterTimestamp=\n"
    runner = FakeRunner(commands={"systemctl show": Completed(0, shown, "")})
    monkeypatch.setattr(_rotation_starts, "STAMPS", f"{logs.folder}/stamp-")
    stamp = logs.write("stamp-logrotate.timer", 2.1 / 24)
    assert "nothing starts logrotate any more: logrotate.timer is inactive" in started(logs, runner).problems[0]
    logs.age(stamp, 9)
    assert "what has started logrotate" in started(logs, runner).doubts[0]
