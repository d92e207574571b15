# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""More rows of log_rotation: what else logrotate does and does not do, made by logrotate itself. systemd is stood in for."""

from __future__ import annotations

import os
import subprocess
import time
import typing as t

from rows_log_rotation import Arguments, Host, rotating, stamp
from rows_scheduled_job import ago
from table import Row, World

DAY = 86400.0
MANY = "".join(f"worker {number} took an order\n" for number in range(3000))  # no time in it


def aged(path: t.Any, days: float) -> None:
    os.utime(path, (time.time() - days * DAY,) * 2)


def healthy(rule: str, **args: t.Any) -> t.Callable[[World], Arguments]:
    return lambda world: rotating(world, rule).args(**args)


# -- healthy states


def names_on_lines_of_their_own(world: World) -> Arguments:
    host = Host(world)
    (host.rules / "app").write_text(f"{host.logs}/first.log\n{host.log}\n{{\nweekly\nrotate 3\nmissingok\n}}\n")
    host.log.write_text(f"{stamp()} info a line\n")
    host.rotate()
    return host.args()


def shared_by_all_that_are_there(world: World) -> Arguments:
    host = Host(world, "daily\nrotate 3\nsharedscripts\nmissingok\npostrotate\ntrue\nendscript", pattern="*.log")
    for name in ("app.log", "other.log"):
        (host.logs / name).write_text(f"{stamp()} info a line\n")
    host.rotate("-f")
    host.log.write_text(f"{stamp()} info a line\n")
    return host.args()


def compressed_later(world: World) -> Arguments:
    host = Host(world, "daily\nrotate 5\ncompress\ndelaycompress")
    for _unused in range(3):
        host.log.write_text(f"{stamp()} info a line\n")
        host.rotate("-f")
    return host.args()


def now_compressed(world: World) -> Arguments:
    """The rule compresses since a moment ago: what was rotated before is not."""
    host = rotating(world)
    time.sleep(2.5)
    (host.rules / "app").write_text(f"{host.log} {{\ndaily\nrotate 3\ncompress\n}}\n")
    return host.args()


def quiet(world: World) -> Arguments:
    """notifempty: nothing was logged for 30 days, logrotate ran each day."""
    host = rotating(world, "daily\nrotate 3\nnotifempty")
    host.log.write_text("")
    for path in host.logs.iterdir():
        aged(path, 30)
    return host.args()


def small(world: World) -> Arguments:
    host = rotating(world, "daily\nrotate 3\nminsize 1M")
    host.log.write_text(f"{stamp(20)} info a line\n")
    return host.args()


def switched_user(world: World) -> Arguments:
    host = rotating(world, "daily\nrotate 3\nsu root root")
    host.logs.chmod(0o777)
    return host.args()


def rotated_today_already(world: World) -> Arguments:
    """Above its size again, and the name of today is taken: tomorrow's run has another one."""
    host = Host(world, "size 100\nrotate 3\ndateext")
    host.log.write_text(f"{stamp()} info a line {'x' * 200}\n")
    host.rotate("-f")
    host.log.write_text(f"{stamp()} info a line {'x' * 200}\n")
    return host.args()


def in_the_future(world: World) -> Arguments:
    """The clock was wrong when it was rotated: logrotate rotates it at once, and says so in a line that is no complaint."""
    host = rotating(world)
    host.state.write_text(f'logrotate state -- version 2\n"{host.log}" 2099-1-1-0:0:0\n')
    return host.args()


def fault_of_another_package(world: World) -> Arguments:
    host = rotating(world)
    (host.rules / "zzz").write_text("/var/log/nobody/*.log {\nrotate many\n}\n")
    (host.rules / "yyy").write_text(f"{host.logs}/gone.log {{\ndaily\n}}\n")
    (host.rules / "xxx").write_text("/var/log/nobody/a.log {\n")
    (host.rules / "app.dpkg-old").write_text("/var/log/nobody/b.log {\n}\n")
    return host.args()


def without_times(world: World) -> Arguments:
    host = rotating(world)
    host.log.write_text("a line without a time\n")
    return host.args()


def without_times_and_young(world: World) -> Arguments:
    host = Host(world)
    host.log.write_text("a line without a time\n")
    host.rotate()
    return host.args()


def with_times_of_day(world: World) -> Arguments:
    host = rotating(world)
    host.log.write_text("05:00:00.123 [main] INFO  c.e.App - started\n")
    return host.args()


# -- what it does not do


def each_day_in_vain(world: World) -> Arguments:
    """Its folder is read-only for logrotate: it fails, and writes today into its state file all the same."""
    host = Host(world, "daily\nrotate 7\ncompress\ndelaycompress")
    host.log.write_text(MANY)
    host.log.with_name("app.log.1").write_text(MANY)
    aged(host.log.with_name("app.log.1"), 40)
    day = time.strftime("%Y-%-m-%-d", time.localtime(time.time() - 40 * DAY))
    host.state.write_text(f'logrotate state -- version 2\n"{host.log}" {day}-0:0:0\n')
    logs, program = host.logs, world.binaries.path("logrotate")
    script = f"mount --bind {logs} {logs} && mount -o remount,ro,bind {logs} && exec {program} -s {host.state} {host.config}"
    done = subprocess.run(["unshare", "--mount", "sh", "-c", script], env=host.environment(), capture_output=True, check=False)
    assert b"Read-only file system" in done.stderr, done.stderr
    return host.args()


def untouched(world: World) -> Arguments:
    """Nothing rotates it, and nothing was written for 40 days; the file itself was copied here today."""
    host = Host(world)
    host.log.write_text("a line without a time\n")
    aged(host.log, 40)
    host.rotate()
    return host.args()


def seen_for_the_first_time_again(world: World) -> Arguments:
    """Its state file was lost and is written anew: the date in it is of today, nothing has rotated for 40 days."""
    host = rotating(world)
    host.log.write_text("a line without a time\n")
    for name in ("app.log.1", "app.log.2"):
        aged(host.logs / name, 40)
    host.state.unlink()
    host.rotate()
    assert str(host.log) in host.state.read_text()
    return host.args()


def perhaps_empty_until_now(world: World) -> Arguments:
    """notifempty, the last rotation long ago, lines without times: logrotate ran, and may have found it empty."""
    host = rotating(world, "daily\nrotate 3\nnotifempty")
    host.log.write_text("a line without a time\n")
    for name in ("app.log.1", "app.log.2"):
        aged(host.logs / name, 40)
    day = time.strftime("%Y-%-m-%-d", time.localtime(time.time() - 39 * DAY))
    host.state.write_text(f'logrotate state -- version 2\n"{host.log}" {day}-0:0:0\n')
    aged(host.state, 0.3)
    return host.args(logrotate_cron=None)


def begins_alike(world: World) -> Arguments:
    """The service says the same whenever it starts, and each rotation starts it anew."""
    host = Host(world)
    for _unused in range(2):
        host.log.write_text(MANY)
        host.rotate("-f")
    host.log.write_text(MANY + "one more\n")
    return host.args()


def without_line_ends(world: World) -> Arguments:
    """Bytes of all kinds, no line end, and larger than anything that is read at once."""
    host = rotating(world)
    with open(host.log, "wb") as handle:
        handle.write(bytes(number for number in range(256) if number != 10)[1:] * 40000)
        handle.truncate(50 * 2**30)
    return host.args(max_size="100GiB")


def empty_until_now(world: World) -> Arguments:
    """The same, and its timer is well."""
    args = started(None)(world)
    host = Host.again(world, "daily\nrotate 3\nnotifempty")
    host.log.write_text("a line without a time\n")
    for name in ("app.log.1", "app.log.2"):
        aged(host.logs / name, 40)
    day = time.strftime("%Y-%-m-%-d", time.localtime(time.time() - 39 * DAY))
    host.state.write_text(f'logrotate state -- version 2\n"{host.log}" {day}-0:0:0\n')
    aged(host.state, 0.3)
    return args


def of_today(world: World) -> Arguments:
    """A host that was made today: logrotate runs at night for the first time."""
    args = started(None)(world)
    for path in (world.folder / "logs").glob("app.log.*"):
        path.unlink()
    (world.folder / "status").unlink()
    return args


def above_its_size(world: World) -> Arguments:
    """By size, and it did not rotate though it was above it for days; it did before."""
    host = rotating(world, "size 1k\nrotate 3")
    host.log.write_text(f"{stamp(9)} info the first line\n{'x' * 5000}\n{stamp(8)} info a line\n{stamp()} info the last line\n")
    return host.args()


def above_its_size_since_now(world: World) -> Arguments:
    """By size, and it grew since logrotate ran."""
    host = Host(world, "size 1k\nrotate 3")
    host.log.write_text("")
    host.rotate()
    aged(host.state, 0.5)
    host.log.write_text(f"{stamp(0.3)} info the first line\n{'x' * 5000}\n{stamp()} info the last line\n")
    return host.args()


def copied_without_times(world: World) -> Arguments:
    host = Host(world, "daily\nrotate 3\ncopy")
    host.log.write_text(MANY)
    host.rotate("-f")
    return host.args()


def one_is_missing(world: World) -> Arguments:
    host = Host(world, "daily\nrotate 3\nsharedscripts\npostrotate\ntrue\nendscript")
    (host.rules / "app").write_text(
        f"{host.log} {host.logs}/gone.log {{\ndaily\nrotate 3\nsharedscripts\npostrotate\ntrue\nendscript\n}}\n"
    )
    host.log.write_text(f"{stamp()} info a line\n")
    host.rotate("-f")
    assert not host.log.with_name("app.log.1").exists()
    return host.args()


def copy_of_the_rule(name: str) -> t.Callable[[World], Arguments]:
    def arrange(world: World) -> Arguments:
        host = rotating(world)
        (host.rules / name).parent.mkdir(exist_ok=True)
        (host.rules / "app").rename(host.rules / name)
        (host.rules / "zzz").write_text("/var/log/nobody/*.log {\nrotate many\n}\n")
        return host.args()

    return arrange


def not_included(world: World) -> Arguments:
    host = rotating(world)
    host.config.write_text("weekly\n")
    return host.args()


def twice(world: World) -> Arguments:
    host = rotating(world)
    (host.rules / "zzz").write_text((host.rules / "app").read_text())
    return host.args()


def unknown_word(world: World) -> Arguments:
    return rotating(world, "daily\nrotate 3\nrotae 4").args()


def compressing_fails(rule: str = "daily\nrotate 3") -> t.Callable[[World], Arguments]:
    def arrange(world: World) -> Arguments:
        program = world.folder / "pack"
        program.write_text("#!/bin/sh\nexit 1\n")
        program.chmod(0o755)
        return rotating(world, f"{rule}\ncompress\ncompresscmd {program}").args()

    return arrange


def compresses_by_nothing(world: World) -> Arguments:
    return rotating(world, "daily\nrotate 3\ncompress\ndelaycompress\ncompresscmd /usr/bin/there-is-none").args()


def one_was_lost(world: World) -> Arguments:
    host = rotating(world, "daily\nrotate 5")
    host.log.write_text(f"{stamp()} info a line\n")
    host.rotate("-f")
    (host.logs / "app.log.2").unlink()
    return host.args()


def most_were_lost(world: World) -> Arguments:
    host = rotating(world, "daily\nrotate 14\ndateext")
    for name, days in (("app.log-20261110", 13.0), ("app.log-20261122", 0.5)):
        (host.logs / name).write_text("a line\n")
        aged(host.logs / name, days)
    return host.args()


def monthly(world: World) -> Arguments:
    host = rotating(world, "monthly\nrotate 12")
    host.log.write_text(f"{stamp(20)} info the first line\n{stamp()} info the last line\n")
    for name, days in (("app.log.1", 20.0), ("app.log.2", 51.0)):
        aged(host.logs / name, days)
    return host.args()


def size_for_a_day(world: World) -> Arguments:
    host = Host(world, "daily\nsize 10G\nrotate 3")
    host.log.write_text(f"{stamp(40)} info the first line\n{stamp()} info the last line\n")
    host.rotate()
    return host.args()


def rotated_ones_grow(world: World) -> Arguments:
    """Who writes into it cannot be seen, as of another user's process: the empty log tells."""
    host = rotating(world)
    host.log.write_text("")
    aged(host.log, 0.5)
    (host.logs / "app.log.1").write_text(f"{stamp()} info a line\n")
    return host.args()


# -- times in lines


def older(days: float, form: str) -> str:
    """A time so long ago as strftime writes it; ``{epoch}`` too. In UTC where the form says so."""
    moment = time.time() - days * DAY
    return time.strftime(
        form.replace("{epoch}", str(int(moment))), time.gmtime(moment) if form.endswith(("Z", "+0000]", "GMT")) else time.localtime(moment)
    )


def first_line(form: str, rest: str = " started", days: float = 20.02) -> t.Callable[[World], Arguments]:
    """A log whose first line is so old, in this form; the last one is of now."""

    def arrange(world: World) -> Arguments:
        host = rotating(world)
        host.log.write_text(f"{older(days, form)}{rest}\n{older(0, form)}{rest}\n")
        return host.args()

    return arrange


FORMS = {
    "ISO 8601": "%Y-%m-%dT%H:%M:%SZ",
    "nginx error": "%Y/%m/%d %H:%M:%S [error] 4711#0:",
    "Apache common": "192.0.2.1 - - [%d/%b/%Y:%H:%M:%S +0000]",
    "Apache error": "[%a %b %d %H:%M:%S.123456 %Y] [core:error]",
    "Go log": "%Y/%m/%d %H:%M:%S.123456 main.go:23:",
    "klog": "I%m%d %H:%M:%S.123456    1 main.go:23]",
    "logfmt": "level=info ts=%Y-%m-%dT%H:%M:%SZ",
    "Spring": "INFO  %Y-%m-%d %H:%M:%S.123 [main] c.e.App :",
    "logback": "INFO  [main] %Y-%m-%d %H:%M:%S,123 App.java:12 -",
    "RFC 3164": "%b %e %H:%M:%S web1 app[7]:",
    "RFC 5424": "<14>1 %Y-%m-%dT%H:%M:%S.123Z",
    "epoch seconds": "{epoch}.123",
    "epoch milliseconds": "{epoch}123",
    "JSON": '{{"level": "info", "@timestamp": "%Y-%m-%dT%H:%M:%S"}}',
    "day, month, year": "%d %b %Y %H:%M:%S",
    "dots": "%d.%m.%Y %H:%M:%S",
    "Tomcat": "%d-%b-%Y %H:%M:%S.123 INFO [main]",
    "java.util.logging": "%b %d, %Y %I:%M:%S %p com.example.App main",
    "Redis": "4711:M %d %b %Y %H:%M:%S.123 *",
    "level in brackets": "[INFO ] [%Y-%m-%dT%H:%M:%S,123]",
}


def form_of(name: str) -> str:
    return FORMS[name].replace("{{", "{").replace("}}", "}")


# -- who starts it


def started(
    timer: dict[str, str] | None,
    service: dict[str, str] | None = None,
    *,
    journal: str = "",
    cron: str = "",
    ran: float = 0.3,
    others: str = "",
) -> t.Callable[[World], Arguments]:
    """Answers of systemd for logrotate.timer and its service; logrotate ran so many days ago. ``cron``: a script in cron.daily."""

    def arrange(world: World) -> Arguments:
        host = rotating(world)
        aged(host.state, ran)
        command = f"{{ path=/usr/sbin/logrotate ; argv[]=/usr/sbin/logrotate {host.config} ; ignore_errors=no }}"
        of_timer = {**WELL, "NextElapseUSecRealtime": ago(hours=-8), "LastTriggerUSec": ago(days=ran), **(timer or {})}
        of_service = {**DONE, "ExecStart": command, "ExecMainExitTimestamp": ago(days=ran), **(service or {})}
        shown = ["".join(f"{name}={value}\n" for name, value in answer.items()) for answer in (of_timer, of_service)]
        answers = [f"cat <<'END'\n{text}END\n;;" for text in shown]
        systemctl = f"case \"$*\" in *list-timers*) echo '{others}';; *.timer) {answers[0]} *) {answers[1]} esac"
        for name, script in (("systemctl", systemctl), ("journalctl", f"cat <<'END'\n{journal.format(log=host.log)}\nEND")):
            (world.folder / name).write_text(f"#!/bin/sh\n{script}\n")
            (world.folder / name).chmod(0o755)
        world.runner.environ["PATH"] = f"{world.folder}:{world.runner.environ['PATH']}"
        args: dict[str, t.Any] = {"logrotate_cron": None}
        if cron:
            path = world.folder / "cron.daily" / "logrotate"
            path.parent.mkdir()
            path.write_text(cron.format(config=host.config))
            path.chmod(0o755)
            args["logrotate_cron"] = str(path)
        return host.args(**args)

    return arrange


WELL = {
    "LoadState": "loaded",
    "ActiveState": "active",
    "SubState": "waiting",
    "UnitFileState": "enabled",
    "Unit": "logrotate.service",
    "NextElapseUSecMonotonic": "0",
    "WantedBy": "timers.target",
}
DONE = {"LoadState": "loaded", "ActiveState": "inactive", "Result": "success", "ExecMainStatus": "0"}
DISABLED = {
    "ActiveState": "inactive",
    "SubState": "dead",
    "UnitFileState": "disabled",
    "WantedBy": "",
    "NextElapseUSecRealtime": "",
    "InactiveEnterTimestamp": "{hour}",
}
FAILED = {"ActiveState": "failed", "Result": "exit-code", "ExecMainStatus": "1"}
SCRIPT = "#!/bin/sh\nlogrotate {config}\n"
LEFT_TO_THE_TIMER = "#!/bin/sh\nif [ -d /run/systemd/system ]; then\n    exit 0\nfi\nlogrotate {config}\n"
OF_IT = "reading config file app\nerror: failed to rename {log} to {log}.1: Read-only file system"
OF_ANOTHER = (
    "error: /etc/logrotate.d/other:3 bad rotation count 'many'\nerror: failed to rename /var/log/other.log to /var/log/other.log.1: x"
)


def since_an_hour(changes: dict[str, str], **options: t.Any) -> t.Callable[[World], Arguments]:
    """The timer is as said since an hour ago."""

    def arrange(world: World) -> Arguments:
        given = {name: value.format(hour=ago(hours=1)) for name, value in changes.items()}
        return started(given, **options)(world)

    return arrange


def row(state: str, arrange: t.Callable[[World], Arguments], status: str, message: str) -> Row:
    return Row("log_rotation", state, arrange, status, message)


COVERED = r"rotates: logrotate covers it"
NOT_RUN = r"has not rotated since"
ROWS: list[Row] = [
    row("monthly, three weeks ago", monthly, "pass", r"monthly, 12 kept\), 2 rotated files"),
    row("weekly, shared scripts", healthy("weekly\nrotate 4\nsharedscripts\npostrotate\ntrue\nendscript"), "pass", r"weekly, 4 kept"),
    row("dates in the names", healthy("daily\nrotate 7\ndateext\ndateformat -%Y%m%d-%s\nextension .log"), "pass", COVERED),
    row("compressed at once", healthy("daily\nrotate 7\ncompress"), "pass", COVERED),
    row("compressed by the rotation after", compressed_later, "pass", r"3 rotated files"),
    row("compressed since a moment ago", now_compressed, "pass", COVERED),
    row("a rule whose logs stand on lines of their own", names_on_lines_of_their_own, "pass", r"weekly, 3 kept"),
    row("shared scripts, all logs are there", shared_by_all_that_are_there, "pass", COVERED),
    row("above the size of its rule since the last run", above_its_size_since_now, "pass", COVERED),
    row(
        "empty until now, its timer is well",
        empty_until_now,
        "pass",
        r"known by the last run of logrotate, which left it alone as an empty log",
    ),
    row("an empty log that is not rotated", quiet, "pass", COVERED),
    row("an old log below its minsize", small, "pass", COVERED),
    row("an open folder, and su", switched_user, "pass", COVERED),
    row("no old log is kept", healthy("daily\nrotate 0"), "pass", r"daily, 0 kept.*too young"),
    row("above its size again on the same day", rotated_today_already, "pass", COVERED),
    row("its last rotation is in the future", in_the_future, "pass", COVERED),
    row("the rules of other packages are not valid", fault_of_another_package, "pass", COVERED),
    row(
        "lines without times, rotated files are young",
        without_times,
        "pass",
        r"time of its lines is not understood, so .* newest rotated file",
    ),
    row("lines without times, a young log", without_times_and_young, "pass", r"is not understood, so its age is known by its creation"),
    row(
        "50 GiB without a line end",
        without_line_ends,
        "pass",
        r"is not understood, so its age is known by its newest rotated file",
    ),
    row("each file begins alike", begins_alike, "pass", r"is not understood, so its age is known by its newest rotated file"),
    row("lines with a time of day alone", with_times_of_day, "pass", r"a time of day without a date"),
    row("as many are kept as are declared", healthy("daily\nrotate 7", generations=7), "pass", r"daily, 7 kept"),
    row("fails each day, today is in the state file", each_day_in_vain, "fail", NOT_RUN),
    row("untouched for 40 days, seen by logrotate today", untouched, "fail", r"no rotated file lies beside it: .*known by its last change"),
    row("its state file was written anew", seen_for_the_first_time_again, "fail", r"has not rotated since.*40 d"),
    row(
        "perhaps it was empty until now",
        perhaps_empty_until_now,
        "warn",
        r"is not proven: its newest rotated file is 39 d.*as it does an empty log",
    ),
    row(
        "above the size of its rule for days",
        above_its_size,
        "warn",
        r"should rotate above 1\.0 KiB, but the last run of logrotate did not",
    ),
    row("copied, never emptied, without times", copied_without_times, "fail", r"is copied without being emptied"),
    row(
        "shared scripts, one log is missing",
        one_is_missing,
        "fail",
        r"rotates no log of the rule .*sharedscripts\): stat of .*gone\.log failed",
    ),
    row("the rule is a backup copy", copy_of_the_rule("app.bak"), "fail", r"app\.bak names it, but is not in force: Ignoring app\.bak"),
    row(
        "the rule lies in a folder",
        copy_of_the_rule("sub/app"),
        "fail",
        r"sub names it, but is not in force: Ignoring sub because it's not a reg",
    ),
    row(
        "the folder of rules is not included", not_included, "fail", r"logrotate\.d/app names it, but .*logrotate\.conf does not include it"
    ),
    row("two rules name it", twice, "warn", r"complains of its rule: zzz:1 duplicate log entry"),
    row("a word of its rule is unknown", unknown_word, "warn", r"complains of its rule: app:4 unknown option 'rotae'"),
    row("compressing fails", compressing_fails(), "fail", r"app\.log\.1 is not compressed: .* each one overwrites it"),
    row(
        "compressing fails, dates in the names",
        compressing_fails("daily\nrotate 3\ndateext\ndateformat -%Y%m%d-%s"),
        "fail",
        r"app\.log-\d+-\d+ is not compressed: .* never removed",
    ),
    row("what compresses is not there", compresses_by_nothing, "fail", r"compresses by /usr/bin/there-is-none, which is not there"),
    row("a rotated file is lost between others", one_was_lost, "warn", r"number 2 of .* is missing between others"),
    row("fewer rotated files than in that time", most_were_lost, "warn", r"\d rotated files of .* of 13 d the rule would have kept 13"),
    row("fewer are kept than are declared", healthy("daily\nrotate 3", generations=7), "fail", r"keeps 3 rotated files, 7 are declared"),
    row(
        "fewer are kept by their age",
        healthy("daily\nrotate 30\nmaxage 5", generations=7),
        "fail",
        r"keeps 5 rotated files, 7 are declared",
    ),
    row(
        "a size instead of a day",
        size_for_a_day,
        "warn",
        r"rotates above 10\.0 GiB only, the limit is 1\.0 GiB: in its rule size replaces daily",
    ),
    row("a rotated file grows, the log is empty", rotated_ones_grow, "fail", r"app\.log\.1 was written .* while the log itself is empty"),
    *(row(f"an old first line: {name}", first_line(form_of(name)), "fail", r"20 d old \(known by its first lines\)") for name in FORMS),
    *(row(f"a young first line: {name}", first_line(form_of(name), days=0.1), "pass", COVERED + r"[^;]*$") for name in FORMS),
    row("a host of today, its timer is well", of_today, "pass", r"too young.*logrotate has not run yet"),
    row("its timer is well", started(None), "pass", COVERED),
    row(
        "its timer was disabled an hour ago",
        since_an_hour(DISABLED),
        "fail",
        r"nothing starts logrotate any more: logrotate\.timer is inactive",
    ),
    row("its timer is masked", since_an_hour({**DISABLED, "LoadState": "masked"}), "fail", r"any more: logrotate\.timer is masked"),
    row(
        "its timer runs, and is not enabled",
        started({"UnitFileState": "disabled", "WantedBy": ""}),
        "warn",
        r"is disabled: it does not come back",
    ),
    row("its timer has no next run", started({"SubState": "elapsed", "NextElapseUSecRealtime": ""}), "fail", r"has no next run planned"),
    row("no timer, cron starts it", since_an_hour(DISABLED, cron=SCRIPT), "pass", COVERED),
    row(
        "no timer, and cron leaves it to the timer",
        since_an_hour(DISABLED, cron=LEFT_TO_THE_TIMER),
        "fail",
        r"nothing starts logrotate any more",
    ),
    row(
        "another timer starts it",
        since_an_hour(DISABLED, others="Thu 2026-11-26 00:00:00 UTC 5h left - - own.timer own.service"),
        "pass",
        COVERED,
    ),
    row(
        "its timer is off, and it ran since", since_an_hour(DISABLED, ran=0.001), "warn", r"what has started logrotate .* ago all the same"
    ),
    row(
        "logrotate failed with it",
        started(None, FAILED, journal=OF_IT),
        "fail",
        r"could not rotate it when it last ran: .*Read-only file system",
    ),
    row("logrotate failed with another log", started(None, FAILED, journal=OF_ANOTHER), "pass", COVERED),
    row(
        "logrotate is killed each day",
        started(None, {"ActiveState": "failed", "Result": "oom-kill", "ExecMainStatus": "9"}),
        "warn",
        r"logrotate\.service ended with oom-kill 9",
    ),
]
