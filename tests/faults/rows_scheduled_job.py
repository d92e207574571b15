# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""scheduled_job. Timers: as in rows_systemd_unit, recorded answers. Cron: real files."""

from __future__ import annotations

import datetime as dt
import os
import pathlib
import shutil
import typing as t

from rows_systemd_unit import no_systemctl, not_booted, stand_in
from servers import Server
from table import Row, World


def ago(**span: float) -> str:
    return (dt.datetime.now(dt.timezone.utc) - dt.timedelta(**span)).strftime("%a %Y-%m-%d %H:%M:%S UTC")


def timer(
    last: dict[str, float] | None = None, changes: dict[str, str] | None = None, job: dict[str, str] | None = None, **args: t.Any
) -> t.Callable[[World], dict[str, t.Any]]:
    def arrange(world: World) -> dict[str, t.Any]:
        when = ago(**(last or {"hours": 4}))
        of_timer = {
            "Unit": "backup.service",
            "TimersCalendar": "{ OnCalendar=*-*-* 02:00:00 ; next_elapse=Thu 2026-11-26 02:00:00 UTC }",
            "NextElapseUSecRealtime": ago(hours=-20),
            "NextElapseUSecMonotonic": "0",
            "LastTriggerUSec": when,
            "LoadState": "loaded",
            "ActiveState": "active",
            "SubState": "waiting",
            "UnitFileState": "enabled",
            "ActiveEnterTimestamp": ago(days=22),
            "WantedBy": "timers.target",
            **(changes or {}),
        }
        of_job = {
            "LoadState": "loaded",
            "ActiveState": "inactive",
            "SubState": "dead",
            "Type": "oneshot",
            "Result": "success",
            "ExecMainStatus": "0",
            "ExecMainStartTimestamp": when,
            "ExecMainExitTimestamp": when,
            **(job or {}),
        }
        texts = ["".join(f"{name}={value}\n" for name, value in shown.items()) for shown in (of_timer, of_job)]
        stand_in(world, f"case \"$*\" in *.timer) cat <<'END'\n{texts[0]}END\n;; *) cat <<'END'\n{texts[1]}END\n;; esac")
        return {"timer": "backup.timer", **args}

    return arrange


NEVER = {"ExecMainStartTimestamp": "", "ExecMainExitTimestamp": ""}


def cron(
    line: str = "0 2 * * * root {script} --all\n",
    *,
    name: str = "cron.d/backup",
    mode: int = 0o644,
    mark_age: float | None = None,
    contains: str = "backup",
    daemon: bool = False,
    **args: t.Any,
) -> t.Callable[[World], dict[str, t.Any]]:
    """A crontab in the row's folder; ``mark_age`` in hours, -1 for a mark that is not there; ``daemon``: a process named cron."""

    def arrange(world: World) -> dict[str, t.Any]:
        script = world.folder / "backup.sh"
        script.write_text("#!/bin/sh\n")
        script.chmod(0o755)
        path = world.folder / name
        path.parent.mkdir()
        path.write_text(line.format(script=script))
        path.chmod(mode)
        given: dict[str, t.Any] = {"cron": {"file": str(path), "contains": contains}, **args}
        if mark_age is not None:
            mark = world.folder / "mark"
            given["success_file"] = str(mark)
            if mark_age >= 0:
                mark.write_text("")
                then = dt.datetime.now().timestamp() - mark_age * 3600
                os.utime(mark, (then, then))
        if daemon:
            world.running.start(Cron)
        return given

    return arrange


class Cron(Server):
    """A process that is named cron and sleeps."""

    def command(self) -> list[str]:
        program = self.folder / "cron"
        shutil.copy(str(shutil.which("sleep")), program)
        return [str(program), "300"]

    def is_ready(self) -> bool:
        return self.process is not None and (pathlib.Path("/proc") / str(self.process.pid) / "comm").read_text() == "cron\n"


def unreadable(world: World) -> dict[str, t.Any]:
    (world.folder / "cron.d" / "backup").mkdir(parents=True)  # a folder: root may read every file
    return {"cron": {"file": str(world.folder / "cron.d" / "backup"), "contains": "backup"}}


def nowhere(_world: World) -> dict[str, t.Any]:
    return {"cron": {"contains": "no-such-job-of-operability-readiness"}}


ROWS = [
    Row("scheduled_job", "recorded: a timer whose last run succeeded", timer(), "pass", "last succeeded 4 h ago, the limit is"),
    Row("scheduled_job", "recorded: the timer is disabled", timer(changes={"UnitFileState": "disabled"}), "fail", "is disabled"),
    Row(
        "scheduled_job",
        "recorded: the timer is stopped",
        timer(changes={"ActiveState": "inactive", "SubState": "dead"}),
        "fail",
        "starts nothing",
    ),
    Row(
        "scheduled_job",
        "recorded: the timer will never elapse again",
        timer(changes={"SubState": "elapsed", "NextElapseUSecRealtime": "", "NextElapseUSecMonotonic": "infinity"}),
        "fail",
        "no next run planned",
    ),
    Row(
        "scheduled_job",
        "recorded: the timer does not exist",
        timer(changes={"LoadState": "not-found", "ActiveState": "inactive", "UnitFileState": ""}),
        "fail",
        "backup.timer does not exist",
    ),
    Row(
        "scheduled_job",
        "recorded: the timer starts a unit that is gone",
        timer(job={"LoadState": "not-found"}),
        "fail",
        "which does not exist",
    ),
    Row(
        "scheduled_job",
        "recorded: the last run failed",
        timer(job={"ActiveState": "failed", "Result": "exit-code", "ExecMainStatus": "12"}),
        "fail",
        "the last run of backup.service failed at .* .exit-code 12.",
    ),
    Row("scheduled_job", "recorded: the last success is too old", timer(last={"days": 3}), "fail", "last succeeded 3 d ago, the limit is"),
    Row(
        "scheduled_job",
        "recorded: it has never run in 22 days",
        timer(changes={"LastTriggerUSec": ""}, job=NEVER),
        "fail",
        "has not run since",
    ),
    Row(
        "scheduled_job",
        "recorded: the timer is new",
        timer(changes={"LastTriggerUSec": "", "ActiveEnterTimestamp": ago(hours=1)}, job=NEVER),
        "warn",
        "its first run is still to come",
    ),
    Row("scheduled_job", "a cron entry whose mark is fresh", cron(mark_age=4), "pass", "backup last succeeded 4 h ago, the limit is 2 d"),
    Row(
        "scheduled_job",
        "a script in cron.daily whose mark is fresh",
        cron("#!/bin/sh\n", name="cron.daily/backup", mode=0o755, mark_age=4),
        "pass",
        "4 h",
    ),
    Row(
        "scheduled_job", "a cron entry whose mark is old", cron(mark_age=60), "fail", "backup last succeeded 2 d 12 h ago, the limit is 2 d"
    ),
    Row("scheduled_job", "a cron entry whose mark is not there", cron(mark_age=-1), "fail", "no success has been recorded"),
    Row("scheduled_job", "a cron entry without a mark", cron(daemon=True), "warn", "nothing proves that it runs"),
    Row("scheduled_job", "the cron entry is commented out", cron("#0 2 * * * root {script}\n"), "fail", "is commented out"),
    Row("scheduled_job", "there is no such cron entry", cron(contains="settle"), "fail", "no cron entry with 'settle'"),
    Row("scheduled_job", "the cron entry is nowhere on this host", nowhere, "fail", "in the crontabs of this host"),
    Row(
        "scheduled_job",
        "cron runs a script that is gone",
        cron("0 2 * * * root /no/such/backup.sh\n", mark_age=4),
        "fail",
        "which does not exist",
    ),
    Row(
        "scheduled_job", "the schedule names a day that never comes", cron("0 2 30 2 * root {script}\n", mark_age=4), "fail", "never comes"
    ),
    Row("scheduled_job", "others may write to the crontab", cron(mode=0o666, mark_age=4), "fail", "others than its owner may write"),
    Row("scheduled_job", "a line in cron.d without a user", cron("0 2 * * * {script}\n", mark_age=4), "fail", "needs a user"),
    Row(
        "scheduled_job",
        "a script in cron.daily that is not executable",
        cron("#!/bin/sh\n", name="cron.daily/backup", mark_age=4),
        "fail",
        "not executable",
    ),
    Row("scheduled_job", "the crontab cannot be read", unreadable, "unknown", "cannot be read"),
    Row(
        "scheduled_job",
        "the host is not run by systemd",
        lambda world: {"timer": not_booted(world)["unit"]},
        "unknown",
        "not run by systemd",
    ),
    Row(
        "scheduled_job",
        "systemctl is not there",
        lambda world: {"timer": no_systemctl(world)["unit"]},
        "unknown",
        "systemctl is not installed",
    ),
]
