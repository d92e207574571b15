# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of log_rotation: whether what starts logrotate makes it rotate, and often enough. systemd is stood in for."""

from __future__ import annotations

import typing as t

from rows_log_rotation import Arguments, rotating
from rows_log_rotation_logrotate import COVERED, DISABLED, LEFT_TO_THE_TIMER, row, since_an_hour, started
from rows_scheduled_job import ago
from table import Row, World

MASKED = {**DISABLED, "LoadState": "masked", "UnitFileState": "masked"}


def crontab(line: str, rule: str = "daily\nrotate 3") -> t.Callable[[World], Arguments]:
    """``{config}``: that of logrotate."""

    def arrange(world: World) -> Arguments:
        host = rotating(world, rule)
        path = world.folder / "app.cron"
        path.write_text(f"# rotates\n{line.format(config=host.config)}\n")
        return host.args(logrotate_cron=str(path))

    return arrange


def script(text: str, folder: str = "cron.daily", rule: str = "daily\nrotate 3") -> t.Callable[[World], Arguments]:
    def arrange(world: World) -> Arguments:
        host = rotating(world, rule)
        path = world.folder / folder / "logrotate"
        path.parent.mkdir(parents=True)
        path.write_text(f"#!/bin/sh\n{text.format(config=host.config)}\n")
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


def running_for(hours: float) -> t.Callable[[World], Arguments]:
    def arrange(world: World) -> Arguments:
        running = {"ActiveState": "activating", "ExecMainStartTimestamp": ago(hours=hours), "ExecMainExitTimestamp": ""}
        return started(None, running)(world)

    return arrange


def next_run_in(hours: float) -> t.Callable[[World], Arguments]:
    def arrange(world: World) -> Arguments:
        return started({"NextElapseUSecRealtime": ago(hours=-hours)})(world)

    return arrange


def argv(command: str) -> str:
    return f"{{{{ path=/usr/sbin/x ; argv[]={command} ; ignore_errors=no ; start_time=[n/a] ; pid=0 }}}}"


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
]
