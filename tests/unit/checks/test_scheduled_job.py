# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import datetime as dt
import os
import pathlib
import re
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import ArgumentsRefused, parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import scheduled_job
from ansible_collections.operability.readiness.plugins.module_utils._clients import cron, crontabs
from ansible_collections.operability.readiness.plugins.module_utils._clients.systemd import longest_gap, parse_end, parse_properties
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve, Finding
from fakes import NOW, Completed, FakeClock, FakeRunner

TIMER = """\
Unit=backup.service
TimersMonotonic=
TimersCalendar={ OnCalendar=*-*-* 02:00:00 ; next_elapse=Thu 2026-11-26 02:00:00 UTC }
NextElapseUSecRealtime=Thu 2026-11-26 02:00:00 UTC
NextElapseUSecMonotonic=0
LastTriggerUSec=Wed 2026-11-25 02:00:07 UTC
Id=backup.timer
WantedBy=timers.target
LoadState=loaded
ActiveState=active
SubState=waiting
UnitFileState=enabled
ActiveEnterTimestamp=Tue 2026-11-03 08:12:44 UTC
"""
JOB = """\
Type=oneshot
Result=success
ExecMainStartTimestamp=Wed 2026-11-25 02:00:07 UTC
ExecMainExitTimestamp=Wed 2026-11-25 02:03:11 UTC
ExecMainStatus=0
Id=backup.service
LoadState=loaded
ActiveState=inactive
SubState=dead
UnitFileState=static
ConditionResult=yes
ConditionTimestamp=Wed 2026-11-25 02:00:07 UTC
"""
CALENDAR = """\
  Original form: *-*-* 02:00:00
Normalized form: *-*-* 02:00:00
    Next elapse: Thu 2026-11-26 02:00:00 UTC
       From now: 11h left
       Iter. #2: Fri 2026-11-27 02:00:00 UTC
       From now: 1 day 11h left
"""
PARSED = Completed(0, CALENDAR, "")
NEVER: dict[str, t.Any] = {
    "LastTriggerUSec": "",
    "job": {"ExecMainStartTimestamp": "", "ExecMainExitTimestamp": "", "ConditionTimestamp": "", "ConditionResult": "no"},
}


def changed(text: str, **changes: str) -> str:
    return "".join(f"{name}={value}\n" for name, value in {**parse_properties(text), **changes}.items())


class Systemd(FakeRunner):
    def __init__(self, timer: str, job: str, calendar: Completed | None) -> None:
        super().__init__(commands={"systemctl": Completed(0, "", ""), **({"systemd-analyze": calendar} if calendar else {})})
        self.timer, self.job = timer, job

    def run(self, argv: t.Sequence[str], **options: t.Any) -> Completed:
        if argv[0] != "systemctl":
            return super().run(argv, **options)
        return Completed(0, self.timer if argv[-1].endswith(".timer") else self.job, "")


def look(
    timer: dict[str, str] | None = None,
    job: dict[str, str] | None = None,
    calendar: Completed | None = PARSED,
    **args: t.Any,
) -> Finding:
    runner = Systemd(changed(TIMER, **(timer or {})), changed(JOB, **(job or {})), calendar)
    return scheduled_job.run(parse_arguments(scheduled_job, {"timer": "backup", **args}), runner)


def test_a_healthy_timer_passes() -> None:
    finding = look()
    assert str(finding.status) == "pass"
    assert finding.message == "backup.timer last succeeded 3 h 56 min ago, the limit is 2 d"
    assert finding.measurements[0].as_dict() == {"name": "job_success_age_seconds", "value": 14209, "limit": 172800.0, "bound": "upper"}
    assert finding.observed["unit"] == "backup.service"


def test_a_daemon_of_a_repeating_timer() -> None:
    monotonic = {
        "TimersCalendar": "",
        "TimersMonotonic": "{ OnUnitActiveUSec=1h 30min ; next_elapse=3d 2h }\n{ OnBootUSec=15min ; next_elapse=15min }",
        "NextElapseUSecRealtime": "",
        "NextElapseUSecMonotonic": "3d 2h",
    }
    text = changed(TIMER, **monotonic).replace("\n{ OnBoot", "\nTimersMonotonic={ OnBoot")
    finding = scheduled_job.run(parse_arguments(scheduled_job, {"timer": "backup.timer"}), Systemd(text, JOB, None))
    assert (str(finding.status), finding.measurements[0].limit) == ("fail", 10800)


@pytest.mark.parametrize(
    ("timer", "job", "status", "message"),
    [
        ({"LoadState": "not-found", "ActiveState": "inactive", "UnitFileState": ""}, {}, "fail", "backup.timer does not exist"),
        ({"LoadState": "masked", "ActiveState": "inactive", "UnitFileState": "masked"}, {}, "fail", "is masked"),
        ({"LoadState": "bad-setting", "ActiveState": "inactive"}, {}, "fail", "not valid"),
        ({"UnitFileState": "disabled"}, {}, "fail", "is disabled"),
        ({"UnitFileState": "enabled-runtime"}, {}, "warn", "enabled-runtime"),
        ({"UnitFileState": "static"}, {}, "pass", "succeeded"),
        ({"UnitFileState": "static", "WantedBy": ""}, {}, "fail", "nothing starts it"),
        ({"ActiveState": "inactive", "SubState": "dead", "NextElapseUSecRealtime": ""}, {}, "fail", "it starts nothing"),
        ({"SubState": "elapsed", "NextElapseUSecRealtime": "", "NextElapseUSecMonotonic": "infinity"}, {}, "fail", "no next run"),
        ({}, {"LoadState": "not-found"}, "fail", "starts backup.service, which does not exist"),
        ({}, {"LoadState": "masked"}, "fail", "which is masked"),
        ({}, {"LoadState": "bad-setting"}, "fail", "cannot be loaded"),
        (
            {},
            {"ActiveState": "failed", "Result": "exit-code", "ExecMainStatus": "12"},
            "fail",
            "failed at 2026-11-25T02:03:11Z .exit-code 12",
        ),
        ({}, {"Result": "timeout"}, "fail", "failed at .* .timeout"),
        ({}, {"ExecMainExitTimestamp": "Sun 2026-11-22 02:03:11 UTC"}, "fail", "last succeeded 3 d 3 h ago, the limit is 2 d"),
        ({}, {"ActiveState": "activating", "SubState": "start", "ExecMainExitTimestamp": ""}, "warn", "is running now, for 3 h 59 min"),
        (
            {},
            {"ActiveState": "activating", "ExecMainExitTimestamp": "", "ExecMainStartTimestamp": "Fri 2026-11-20 02:00:07 UTC"},
            "fail",
            "has been running for 5 d 3 h, the limit",
        ),
        ({}, {"ConditionResult": "no", "ConditionTimestamp": "Wed 2026-11-25 03:00:00 UTC"}, "warn", "skipped since"),
        (
            {},
            {
                "ConditionResult": "no",
                "ExecMainExitTimestamp": "",
                "ExecMainStartTimestamp": "",
                "ConditionTimestamp": "Wed 2026-11-25 03:00:00 UTC",
            },
            "fail",
            "was skipped",
        ),
        ({}, NEVER["job"], "warn", "its result is no longer known"),
        ({"LastTriggerUSec": "Fri 2026-11-20 02:00:07 UTC"}, NEVER["job"], "fail", "no longer known .*; the limit"),
        (
            {"LastTriggerUSec": "n/a", "ActiveEnterTimestamp": "Wed 2026-11-25 05:00:00 UTC"},
            NEVER["job"],
            "warn",
            "first run is still to come",
        ),
        ({"LastTriggerUSec": ""}, NEVER["job"], "fail", "has not run since backup.timer was started 21 d 21 h ago, its period is 24 h"),
        ({"LastTriggerUSec": "", "ActiveEnterTimestamp": ""}, NEVER["job"], "fail", "has never run"),
    ],
)
def test_timers(timer: dict[str, str], job: t.Any, status: str, message: str) -> None:
    finding = look(timer, job)
    assert str(finding.status) == status, finding.message
    assert re.search(message, finding.message), finding.message


def entry(message_id: str, when: str) -> str:
    micros = int(dt.datetime.fromisoformat(when).timestamp()) * 1_000_000
    return f'{{"MESSAGE_ID": "{message_id}", "__REALTIME_TIMESTAMP": "{micros}", "UNIT": "backup.service"}}\n'


STARTING, FINISHED, FAILED = "7d4958e842da4a758f6c1cdc7b36dcc5", "39f53479d3a045ac8e11786248231fbf", "be02cf6855d2428ba40df7e9d022f03d"


@pytest.mark.parametrize(
    ("journal", "status", "message"),
    [
        (
            entry(STARTING, "2026-11-25T02:00:08+00:00") + entry(FINISHED, "2026-11-25T02:00:07+00:00"),
            "pass",
            "last succeeded 3 h 59 min ago",
        ),
        (
            entry(FAILED, "2026-11-25T02:00:07+00:00") + entry(FINISHED, "2026-11-24T02:00:07+00:00"),
            "fail",
            "failed at 2026-11-25T02:00:07Z, as",
        ),
        (entry(FINISHED, "2026-11-20T02:00:07+00:00"), "fail", "last succeeded 5 d 3 h ago, the limit is 2 d"),
        (entry(STARTING, "2026-11-25T02:00:08+00:00"), "warn", "no longer known"),
        ("garbage\n[]\n{}\n", "warn", "no longer known"),
    ],
)
def test_the_journal_remembers_what_systemd_forgot(journal: str, status: str, message: str) -> None:
    runner = Systemd(TIMER, changed(JOB, **NEVER["job"]), PARSED)
    runner.commands["journalctl"] = Completed(0, journal, "")
    finding = scheduled_job.run(parse_arguments(scheduled_job, {"timer": "backup"}), runner)
    assert (str(finding.status), message in finding.message) == (status, True), finding.message
    runner.commands["journalctl"] = Completed(1, journal, "No journal files were opened due to insufficient permissions.")
    assert str(scheduled_job.run(parse_arguments(scheduled_job, {"timer": "backup"}), runner).status) == "warn"


def test_the_newest_end_counts() -> None:
    assert parse_end("") is None
    assert parse_end(entry(FINISHED, "2026-11-25T02:00:07+00:00")) == (True, dt.datetime(2026, 11, 25, 2, 0, 7, tzinfo=dt.timezone.utc))


def test_max_age_and_success_file(tmp_path: pathlib.Path) -> None:
    assert str(look(max_age="1h").status) == "fail"
    mark = tmp_path / "mark"
    mark.write_text("")
    at(mark, hours=30)
    assert str(look(success_file=str(mark)).status) == "pass"
    assert str(look(success_file=str(mark), max_age="24h").status) == "fail"
    assert "failed" in look(job={"Result": "exit-code"}, success_file=str(mark)).message
    assert "no success has been recorded" in look(success_file=str(tmp_path / "none")).message
    at(mark, hours=-2)
    assert "in the future" in look(success_file=str(mark)).message


def test_the_period_without_systemd_analyze() -> None:
    assert look(calendar=None).measurements[0].limit == pytest.approx(2 * (86400 - 7))
    assert look(calendar=Completed(1, "", "unrecognized option '--iterations=200'")).measurements[0].limit == pytest.approx(2 * (86400 - 7))
    assert look({"LastTriggerUSec": ""}, calendar=Completed(0, "nonsense", "")).measurements == []
    assert longest_gap(CALENDAR) == 86400
    assert longest_gap("") is None


def test_options() -> None:
    for wrong in ({}, {"timer": "a", "cron": {"contains": "b"}}, {"cron": {}}, {"timer": "a", "max_age": "soon"}):
        with pytest.raises(ArgumentsRefused):
            parse_arguments(scheduled_job, wrong)


def test_no_systemd() -> None:
    with pytest.raises(CannotObserve, match="systemctl is not installed"):
        scheduled_job.run(parse_arguments(scheduled_job, {"timer": "backup"}), FakeRunner())


# -- cron


@pytest.mark.parametrize(
    ("schedule", "hours"),
    [
        ("0 2 * * *", 24),
        ("@daily", 24),
        ("@hourly", 1),
        ("@weekly", 168),
        ("@monthly", 31 * 24),
        ("@yearly", 366 * 24),
        ("*/15 * * * *", 0.25),
        ("0 2 * * 1-5", 72),
        ("0 2 * * mon-fri", 72),
        ("0 2 * * Sun", 168),
        ("0 2 * * 7", 168),
        ("0 2 1,15 * *", 17 * 24),
        ("0 2 13 * 5", 7 * 24),
        ("0 2 29 2 *", 1461 * 24),
        ("30 8-18/2 * * *", 14),
        ("5 4 * jan *", 336 * 24),
        ("0~59 3 * * *", 24),
        ("-0 2 * * *", 24),
        ("5/20 * * * *", 1 / 3),
    ],
)
def test_periods(schedule: str, hours: float) -> None:
    period, problem = cron.period_of(schedule, dt.date(2026, 11, 25))
    assert problem is None
    assert period == pytest.approx(hours * 3600)


@pytest.mark.parametrize(
    "schedule", ["61 * * * *", "* 25 * * *", "0 2 30 2 *", "0 2 * foo *", "*/0 * * * *", "5-1 * * * *", "@never", "1-2-3 * * * *", "* * *"]
)
def test_schedules_that_never_run(schedule: str) -> None:
    period, problem = cron.period_of(schedule, dt.date(2026, 11, 25))
    assert period is None
    assert problem


def test_reboot_has_no_period() -> None:
    assert cron.period_of("@reboot", dt.date(2026, 11, 25)) == (None, None)


def at(path: pathlib.Path, hours: float) -> None:
    moment = (NOW - dt.timedelta(hours=hours)).timestamp()
    os.utime(path, (moment, moment))


def crontab(tmp_path: pathlib.Path, text: str, name: str = "cron.d/payments", mode: int = 0o644) -> str:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return str(path)


def look_cron(file: str, contains: str = "settle", user: str | None = None, **args: t.Any) -> Finding:
    given = {"cron": {"file": file, "contains": contains, **({"user": user} if user else {})}, **args}
    return scheduled_job.run(parse_arguments(scheduled_job, given), FakeRunner(clock=FakeClock()))


LINE = "MAILTO=root\n# nightly settle\n0 2 * * * root true settle >/dev/null\n"


def test_a_healthy_entry_with_a_mark(tmp_path: pathlib.Path) -> None:
    mark = tmp_path / "mark"
    mark.write_text("")
    at(mark, hours=4)
    finding = look_cron(crontab(tmp_path, LINE), success_file=str(mark))
    assert (str(finding.status), finding.message) == ("pass", "settle last succeeded 4 h ago, the limit is 2 d")
    at(mark, hours=60)
    assert str(look_cron(crontab(tmp_path, LINE), success_file=str(mark)).status) == "fail"


def test_without_a_mark_nothing_is_proven(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crontabs, "cron_is_running", lambda: True)
    finding = look_cron(crontab(tmp_path, LINE))
    assert (str(finding.status), "nothing proves that it runs" in finding.message) == ("warn", True)
    monkeypatch.setattr(crontabs, "cron_is_running", lambda: False)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert "no cron daemon is running" in look_cron(crontab(tmp_path, LINE)).message
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert str(look_cron(crontab(tmp_path, LINE)).status) == "warn"


def test_a_mark_does_not_stand_in_for_the_daemon(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark, path = tmp_path / "mark", crontab(tmp_path, LINE, "cron.d/settle")
    mark.write_text("")
    at(mark, hours=4)
    monkeypatch.setattr(crontabs, "cron_is_running", lambda: False)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert str(look_cron(path, success_file=str(mark)).status) == "pass"  # another scheduler's place
    monkeypatch.setattr(crontabs, "CRON_PLACES", (str(tmp_path / "cron.d"),))
    assert "no cron daemon is running" in look_cron(path, success_file=str(mark)).message
    monkeypatch.setattr(crontabs, "cron_is_running", lambda: True)
    assert str(look_cron(path, success_file=str(mark)).status) == "pass"


def test_systemd_cron_has_no_daemon(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crontabs, "GENERATED", str(tmp_path))
    assert crontabs.cron_is_running(str(tmp_path))


def test_looking_for_the_daemon(tmp_path: pathlib.Path) -> None:
    (tmp_path / "17").mkdir()
    assert not crontabs.cron_is_running(str(tmp_path))
    (tmp_path / "17" / "comm").write_text("crond\n")
    assert crontabs.cron_is_running(str(tmp_path))
    assert crontabs.cron_is_running(str(tmp_path / "hidden"))
    for number, namespace in (("self", "pid:[1]"), ("17", "pid:[2]")):
        (tmp_path / number / "ns").mkdir(parents=True)
        (tmp_path / number / "ns" / "pid").symlink_to(namespace)
    assert not crontabs.cron_is_running(str(tmp_path))  # the cron of a container


@pytest.mark.parametrize(
    ("text", "name", "mode", "message"),
    [
        ("#0 2 * * * root true settle\n", "cron.d/payments", 0o644, "commented out"),
        ("0 2 * * * root true other\n", "cron.d/payments", 0o644, "no cron entry with 'settle'"),
        ("", "cron.d/payments", 0o644, "no cron entry"),
        ("0 25 * * * root true settle\n", "cron.d/payments", 0o644, "not a value that cron knows for the hour"),
        ("0 2 30 2 * root true settle\n", "cron.d/payments", 0o644, "a day that never comes"),
        ("@sometimes root true settle\n", "cron.d/payments", 0o644, "not one that cron knows"),
        ("0 2 * * * /opt/settle\n", "cron.d/payments", 0o644, "needs a user"),
        ("0 2 * * * no-such-user true settle\n", "cron.d/payments", 0o644, "the user no-such-user does not exist"),
        ("0 2 * * * root /no/such/settle --all\n", "cron.d/payments", 0o644, "runs /no/such/settle, which does not exist"),
        (LINE, "cron.d/payments", 0o666, "others than its owner may write"),
        (LINE, "cron.d/payments~", 0o644, "backup copy"),
        ("#!/bin/sh\nsettle\n", "cron.daily/settle", 0o644, "not executable"),
    ],
)
def test_faults_of_cron(tmp_path: pathlib.Path, text: str, name: str, mode: int, message: str) -> None:
    finding = look_cron(crontab(tmp_path, text, name, mode))
    assert str(finding.status) == "fail"
    assert re.search(message, finding.message), finding.message


def test_rules_of_debian(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = tmp_path / "debian_version"
    monkeypatch.setattr(cron, "DEBIAN_MARK", str(mark))
    dotted, cut = crontab(tmp_path, LINE, "cron.d/payments.cron"), crontab(tmp_path, LINE.rstrip("\n"))
    monkeypatch.setattr(crontabs, "cron_is_running", lambda: True)
    assert [str(look_cron(path).status) for path in (dotted, cut)] == ["warn", "warn"]
    mark.write_text("12\n")
    assert ["no dot" in look_cron(dotted).message, "no line end" in look_cron(cut).message] == [True, True]
    slip = crontab(tmp_path, f"SHELL=/bin/sh\n\n  # a comment\n@daily root true\n{LINE}nightly settle\n", "cron.d/slip")
    finding = look_cron(slip)
    assert (str(finding.status), "its line 8 is neither" in finding.message) == ("fail", True), finding.message


def test_scripts_and_user_crontabs(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crontabs, "cron_is_running", lambda: True)
    script = crontab(tmp_path, "#!/bin/sh\n# settle no more\ntrue\n", "cron.daily/cleanup", 0o755)
    assert str(look_cron(script).status) == "fail"
    assert str(look_cron(script, contains="true").status) == "warn"
    own = crontab(tmp_path, "0 2 * * * true settle\n", "crontabs/root", 0o600)
    assert str(look_cron(own).status) == "warn"
    assert str(look_cron(own, user="root").status) == "warn"
    assert str(look_cron(own, user="daemon").status) == "fail"
    tabs = crontab(tmp_path, "0\t2\t*\t*\t*\troot\ttrue settle\n")
    assert look_cron(tabs).status.value == "warn"


def test_missing_and_unreadable(tmp_path: pathlib.Path) -> None:
    assert "does not exist" in look_cron(str(tmp_path / "cron.d" / "none")).message
    broken = tmp_path / "cron.d"
    broken.mkdir()
    (broken / "payments").mkdir()
    with pytest.raises(CannotObserve, match="cannot be read"):
        look_cron(str(broken / "payments"))
    link = broken / "link"
    link.symlink_to("/no/such/file")
    with pytest.raises(CannotObserve, match="does not exist"):
        look_cron(str(link))


def test_garbage_in_a_crontab(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "cron.d"
    path.mkdir()
    (path / "payments").write_bytes(bytes(range(256)) * 40)
    assert str(look_cron(str(path / "payments")).status) == "fail"


def test_places_of_the_host(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crontabs, "cron_is_running", lambda: True)
    crontab(tmp_path, LINE)
    crontab(tmp_path, "0 3 * * * true other\n", "crontabs/root")
    monkeypatch.setattr(crontabs, "CRON_PLACES", (str(tmp_path / "cron.d"), str(tmp_path / "crontabs"), str(tmp_path / "none")))
    finding = scheduled_job.run(parse_arguments(scheduled_job, {"cron": {"contains": "settle"}}), FakeRunner())
    assert (str(finding.status), finding.observed["entries"][0].endswith("payments:3: 0 2 * * *")) == ("warn", True)
    hidden = FakeRunner()

    def refuse(path: str, **_unused: t.Any) -> str:
        raise CannotObserve(f"{path} may not be read by nobody")

    hidden.read_text = refuse  # type: ignore[method-assign] # what the test stands in for
    with pytest.raises(CannotObserve, match="where it could be looked for; .* may not be read"):
        scheduled_job.run(parse_arguments(scheduled_job, {"cron": {"contains": "settle"}}), hidden)


def test_what_can_be_compared_with_earlier() -> None:
    assert look().observed["scheduled"] is True
    assert look({"ActiveState": "inactive", "SubState": "dead"}).observed["scheduled"] is False
    assert look({"LoadState": "not-found", "ActiveState": "inactive"}).observed["scheduled"] is False
