# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of log_rotation: whether what starts logrotate makes it rotate, and often enough. systemd is stood in for."""

from __future__ import annotations

import os
import pwd
import typing as t

from rows_log_rotation import Arguments, Host, rotating
from rows_log_rotation_logrotate import COVERED, DISABLED, LEFT_TO_THE_TIMER, aged, row, since_an_hour, started
from rows_scheduled_job import ago
from table import Row, World

MASKED = {**DISABLED, "LoadState": "masked", "UnitFileState": "masked"}


def of_this_host(world: World, text: str) -> str:
    """With logrotate where it lies, and a script that starts it."""
    wrapper = world.folder / "run-logrotate.sh"
    wrapper.write_text('#!/bin/sh\nexec logrotate "$@"\n')
    text = text.replace("/usr/local/sbin/run-logrotate.sh", str(wrapper))
    return text.replace("/usr/sbin/logrotate", str(world.binaries.path("logrotate")))


def crontab(line: str, rule: str = "daily\nrotate 3") -> t.Callable[[World], Arguments]:
    """``{config}``: that of logrotate."""

    def arrange(world: World) -> Arguments:
        host = rotating(world, rule)
        path = world.folder / "app.cron"
        path.write_text(f"# rotates\n{of_this_host(world, line.format(config=host.config))}\n")
        return host.args(logrotate_cron=str(path))

    return arrange


def script(text: str, folder: str = "cron.daily", rule: str = "daily\nrotate 3") -> t.Callable[[World], Arguments]:
    def arrange(world: World) -> Arguments:
        host = rotating(world, rule)
        path = world.folder / folder / "logrotate"
        path.parent.mkdir(parents=True)
        path.write_text(f"#!/bin/sh\n{of_this_host(world, text.format(config=host.config))}\n")
        path.chmod(0o755)
        return host.args(logrotate_cron=str(path))

    return arrange


def nothing_starts_it(world: World) -> Arguments:
    return rotating(world).args(logrotate_cron=None)


def by_service(timer: dict[str, str] | None = None, **service: str) -> t.Callable[[World], Arguments]:
    """The timer is named, so that its service is looked at with whatever it starts. ``{config}`` as above."""

    def arrange(world: World) -> Arguments:
        filled = {key: value.format(config=world.folder / "logrotate.conf") for key, value in service.items()}
        return {**started(timer, filled)(world), "logrotate_timer": "logrotate.timer"}

    return arrange


def with_its_own_state(days: float, *, by_service: bool = False) -> t.Callable[[World], Arguments]:
    """The state file is known by what starts logrotate alone; it is of so many days ago."""

    def arrange(world: World) -> Arguments:
        told = argv(f"/usr/sbin/logrotate -s {world.folder}/status {world.folder}/logrotate.conf")
        host = Host.again(world, "daily\nrotate 3") if by_service and started(None, {"ExecStart": told})(world) else rotating(world)
        aged(host.state, days)
        return host.args(logrotate_state=None, **({"logrotate_cron": None} if by_service else {}))

    return arrange


def as_nobody(*, owner: bool) -> t.Callable[[World], Arguments]:
    """cron starts it as a user who owns the log and its folder, or does not."""

    def arrange(world: World) -> Arguments:
        args = crontab("17 3 * * * nobody logrotate {config}")(world)
        for path in (world.folder / "logs", *(world.folder / "logs").iterdir()):
            os.chown(path, *((NOBODY.pw_uid, NOBODY.pw_gid) if owner else (0, 0)))
        return args

    return arrange


def running_for(hours: float) -> t.Callable[[World], Arguments]:
    def arrange(world: World) -> Arguments:
        running = {"ActiveState": "activating", "ExecMainStartTimestamp": ago(hours=hours), "ExecMainExitTimestamp": ""}
        return started(None, running)(world)

    return arrange


def next_run_in(hours: float) -> t.Callable[[World], Arguments]:
    def arrange(world: World) -> Arguments:
        return started({"NextElapseUSecRealtime": ago(hours=-hours)})(world)

    return arrange


def hourly(following: float, last: float) -> t.Callable[[World], Arguments]:
    """The timer of an hourly rule: hours to the next run, and since the last one."""

    def arrange(world: World) -> Arguments:
        args = started({"NextElapseUSecRealtime": ago(hours=-following), "LastTriggerUSec": ago(hours=last)})(world)
        Host.again(world, HOURLY)
        return args

    return arrange


HOURLY = "hourly\nrotate 24"


def argv(command: str) -> str:
    return f"{{{{ path=/usr/sbin/x ; argv[]={command} ; ignore_errors=no ; start_time=[n/a] ; pid=0 }}}}"


NOBODY = pwd.getpwnam("nobody")
LINE = "17 3 * * * root "
DEBIAN = """
# skip in favour of systemd timer
if [ -d /run/systemd/system ]; then
    exit 0
fi
# this cronjob persists removals (but not purges)
if [ ! -x /usr/sbin/logrotate ]; then
    exit 0
fi
/usr/sbin/logrotate {config}
EXITVALUE=$?
if [ $EXITVALUE != 0 ]; then
    /usr/bin/logger -t logrotate "ALERT exited abnormally with [$EXITVALUE]"
fi
exit $EXITVALUE"""
ALL_THE_SAME = r"what has started logrotate .* ago all the same is not seen"
ROWS: list[Row] = [
    *(
        row(f"cron starts it: {line}", crontab(line), "pass", COVERED)
        for line in (
            LINE + "/usr/sbin/logrotate {config}",
            LINE + "test -x /usr/sbin/logrotate && nice -n 19 /usr/sbin/logrotate -v -s /var/lib/status {config} >/dev/null 2>&1",
            LINE + "flock -n /run/lock sh -c 'logrotate {config}'",
            LINE + "logrotate --state=/var/lib/status {config} # each day",
            LINE + "/usr/local/sbin/run-logrotate.sh {config}",
            "@daily root logrotate {config}",
            "*/15 * * * * root /usr/sbin/logrotate {config}",
        )
    ),
    row("a script of cron.daily as Debian has it", script(DEBIAN), "pass", COVERED),
    row(
        "a script of cron.daily that passes on its state",
        script("[ -x /usr/sbin/logrotate ] || exit 0\nlogrotate -s /x {config}\nexit 0"),
        "pass",
        COVERED,
    ),
    row("a script of a busybox", script("exec /usr/sbin/logrotate {config}", "periodic/daily"), "pass", COVERED),
    row("a script of cron.weekly, for a weekly rule", script("logrotate {config}", "cron.weekly", "weekly\nrotate 3"), "pass", COVERED),
    row("nothing is seen that starts it", nothing_starts_it, "warn", r"what starts logrotate is not seen"),
    row(
        "cron starts it in debug mode",
        crontab(LINE + "/usr/sbin/logrotate -d {config}"),
        "warn",
        r"with -d, which rotates nothing; " + ALL_THE_SAME,
    ),
    row(
        "cron starts it in debug mode, told with others",
        crontab(LINE + "logrotate -vd {config}"),
        "warn",
        r"with -vd, which rotates nothing",
    ),
    row("cron only tells its version", crontab(LINE + "logrotate --version # {config}"), "warn", r"with --version, which rotates nothing"),
    row(
        "cron starts it with another configuration",
        crontab(LINE + "logrotate /etc/logrotate.d/other"),
        "warn",
        r"no entry in .* starts it|not with",
    ),
    row(
        "cron starts it once a year",
        crontab("17 3 1 1 * root logrotate {config}"),
        "warn",
        r"starts logrotate every 36\d d only, the rule rotates every 24 h",
    ),
    row("cron starts it when the host starts", crontab("@reboot root logrotate {config}"), "warn", r"only when the host starts"),
    row("cron starts it on a day that never comes", crontab("0 3 31 2 * root logrotate {config}"), "warn", r"names a day that never comes"),
    row(
        "cron only looks whether it is there",
        crontab(LINE + "test -x /usr/sbin/logrotate && echo {config}"),
        "warn",
        r"does not start logrotate",
    ),
    row(
        "a script of cron.daily that is commented out",
        script("#/usr/sbin/logrotate {config}\nexit 0"),
        "warn",
        r"does not start logrotate|no entry in",
    ),
    row("a script of cron.daily that ends before", script("exit 0\n/usr/sbin/logrotate {config}"), "warn", r"does not start logrotate"),
    row(
        "a script of cron.weekly, for a daily rule",
        script("logrotate {config}", "cron.weekly"),
        "warn",
        r"every 7 d only, the rule rotates every 24 h",
    ),
    row(
        "its timer is masked, and cron leaves it to the timer",
        since_an_hour(MASKED, cron=LEFT_TO_THE_TIMER),
        "fail",
        r"nothing starts logrotate any more: logrotate\.timer is masked",
    ),
    row("its service starts it by a shell", by_service(ExecStart=argv("/bin/sh -c 'logrotate {config}'")), "pass", COVERED),
    row(
        "its service is masked",
        by_service(LoadState="masked", ExecStart=""),
        "warn",
        r"which logrotate\.timer starts, is not to be started \(masked\)",
    ),
    row("its service is not there", by_service(LoadState="not-found", ExecStart=""), "warn", r"is not to be started \(not-found\)"),
    row(
        "its service does nothing",
        by_service(ExecStart=argv("/bin/true")),
        "warn",
        r"logrotate\.service does not rotate: it does not start logrotate",
    ),
    row(
        "its service starts it in debug mode",
        by_service(ExecStart=argv("/usr/sbin/logrotate -d {config}")),
        "warn",
        r"with -d, which rotates nothing",
    ),
    row(
        "its service starts it with another configuration",
        by_service(ExecStart=argv("/usr/sbin/logrotate /etc/own.conf")),
        "warn",
        r"with /etc/own\.conf, not with",
    ),
    row("it is running now", running_for(0.5), "pass", COVERED),
    row("it has been running for a day", running_for(30), "warn", r"has been running for 30 h without an end"),
    row("it runs next in a day", next_run_in(17), "pass", COVERED),
    row(
        "it runs next in 25 days",
        next_run_in(600),
        "warn",
        r"logrotate\.timer starts logrotate every 2\d d.* only, the rule rotates every 24 h",
    ),
    row("its state file is named by cron alone", with_its_own_state(0.3), "pass", COVERED),
    row("its state file is named by its service alone", with_its_own_state(0.3, by_service=True), "pass", COVERED),
    row(
        "cron has not started it for 5 days", with_its_own_state(5), "warn", r"logrotate has not run for 5 d.* \(its state file .*/status\)"
    ),
    row(
        "its service has not run for 5 days",
        with_its_own_state(5, by_service=True),
        "warn",
        r"logrotate has not run for 5 d.* \(its state file .*/status\)",
    ),
    row("cron starts it each hour, for an hourly rule", crontab("7 * * * * root logrotate {config}", HOURLY), "pass", COVERED),
    row("a script of cron.hourly, for an hourly rule", script("logrotate {config}", "cron.hourly", HOURLY), "pass", COVERED),
    row(
        "cron starts it each day, for an hourly rule",
        crontab(LINE + "logrotate {config}", HOURLY),
        "warn",
        r"starts logrotate every 24 h only, the rule rotates every 60 min",
    ),
    row(
        "a script of cron.daily, for an hourly rule",
        script("logrotate {config}", "cron.daily", HOURLY),
        "warn",
        r"starts logrotate every 24 h only, the rule rotates every 60 min",
    ),
    row("its timer runs next within the hour, for an hourly rule", hourly(0.9, 0.1), "pass", COVERED),
    row(
        "its timer starts it each day, for an hourly rule",
        hourly(22.5, 1.5),
        "warn",
        r"logrotate\.timer starts logrotate every (?:23 h 59 min|24 h).* only, the rule rotates every 60 min",
    ),
    row(
        "cron starts a program that is not there",
        crontab(LINE + "/opt/logrotate/bin/logrotate {config}"),
        "warn",
        r"does not start it: /opt/logrotate/bin/logrotate is not there",
    ),
    row(
        "a script of cron.daily starts a program that is not there",
        script("nice /opt/logrotate/bin/logrotate {config}"),
        "warn",
        r"does not start it: /opt/logrotate/bin/logrotate is not there",
    ),
    row("cron starts it as the user whose log it is", as_nobody(owner=True), "pass", COVERED),
    row(
        "cron starts it as a user who may not rename the log",
        as_nobody(owner=False),
        "warn",
        r"starts it as nobody, who may not rename files in .*/logs",
    ),
]
