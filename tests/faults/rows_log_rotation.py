# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of log_rotation: real logrotate, real files, real processes that keep a file open."""

from __future__ import annotations

import datetime as dt
import gzip
import os
import pathlib
import subprocess
import sys
import time
import typing as t

from ansible_collections.operability.readiness.plugins.module_utils._runner import Clock, Runner
from servers import Server
from table import Row, World

Arguments = dict[str, t.Any]


class Later(Clock):
    """The real clock, some days ahead."""

    def __init__(self, days: float) -> None:
        self.ahead = dt.timedelta(days=days)

    def now(self) -> dt.datetime:
        return super().now() + self.ahead


class WithoutLogrotate(Runner):
    def which(self, name: str) -> str | None:
        return None if name == "logrotate" else super().which(name)


class Writer(Server):
    """A process that opens ``log`` once and goes on writing into it, whatever its name is meanwhile."""

    def __init__(self, folder: pathlib.Path, log: pathlib.Path) -> None:
        super().__init__(folder)
        self.log = log

    def command(self) -> list[str]:
        code = "import sys,time\nlog=open(sys.argv[1],'a',buffering=1)\nwhile True:\n    log.write('a line\\n'); time.sleep(0.2)\n"
        return [sys.executable, "-c", code, str(self.log)]

    def is_ready(self) -> bool:
        return self.log.exists() and self.log.stat().st_size > 0


def stamp(days_ago: float = 0.0) -> str:
    return (dt.datetime.now(dt.timezone.utc) - dt.timedelta(days=days_ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Host:
    """logrotate with a configuration, a state file and a log folder of its own."""

    def __init__(self, world: World, rule: str = "daily\nrotate 3", *, pattern: str = "app.log") -> None:
        self.world = world
        self.logs = world.folder / "logs"
        self.logs.mkdir(mode=0o755)
        self.log = self.logs / "app.log"
        self.config, self.state = world.folder / "logrotate.conf", world.folder / "status"
        self.rules = world.folder / "logrotate.d"
        self.rules.mkdir()
        self.config.write_text(f"create\ninclude {self.rules}\n")
        self.rules.joinpath("app").write_text(f"{self.logs}/{pattern} {{\n{rule}\n}}\n")
        world.runner = self.runner()

    @classmethod
    def again(cls, world: World, rule: str) -> Host:
        """The host that is there already, with another rule, and with the programs that it has got meanwhile."""
        host = cls.__new__(cls)
        host.world, host.logs, host.rules = world, world.folder / "logs", world.folder / "logrotate.d"
        host.log, host.config, host.state = host.logs / "app.log", world.folder / "logrotate.conf", world.folder / "status"
        host.rules.joinpath("app").write_text(f"{host.log} {{\n{rule}\n}}\n")
        return host

    def environment(self) -> dict[str, str]:
        found = self.world.binaries.environment()
        return {**found, "PATH": f"{self.world.binaries.root}/usr/sbin:{found['PATH']}"}

    def runner(self, clock: Clock | None = None) -> Runner:
        return Runner(environ=self.environment(), clock=clock)

    def rotate(self, *options: str) -> None:
        command = [str(self.world.binaries.path("logrotate")), *options, "-s", str(self.state), str(self.config)]
        subprocess.run(command, check=False, env=self.environment(), capture_output=True)

    def args(self, **changes: t.Any) -> Arguments:
        """Something starts logrotate each day, unless ``logrotate_cron`` is given: None for nothing."""
        crontab = self.world.folder / "crontab"
        crontab.write_text(f"17 3 * * * root {self.world.binaries.path('logrotate')} -s {self.state} {self.config}\n")
        given = {"path": str(self.log), "logrotate_config": str(self.config), "logrotate_state": str(self.state)}
        return {name: value for name, value in {**given, "logrotate_cron": str(crontab), **changes}.items() if value is not None}


def rotating(world: World, rule: str = "daily\nrotate 3", **options: t.Any) -> Host:
    host = Host(world, rule, **options)
    for _unused in range(2):
        host.log.write_text(f"{stamp()} info a line\n")
        host.rotate("-f")
    host.log.write_text(f"{stamp()} info a line\n")
    return host


def healthy(world: World) -> Arguments:
    return rotating(world).args()


def healthy_compressed(world: World) -> Arguments:
    return rotating(world, "daily\nrotate 3\ncompress\ndateext\ndateformat -%Y%m%d-%s").args()


def healthy_copytruncate(world: World) -> Arguments:
    return rotating(world, "weekly\nrotate 3\ncopytruncate").args()


def young(world: World) -> Arguments:
    host = Host(world, "weekly\nrotate 3")
    host.log.write_text(f"{stamp()} info a line\n")
    host.rotate()
    return host.args()


def olddir(world: World) -> Arguments:
    (world.folder / "old").mkdir()
    return rotating(world, f"daily\nrotate 3\nolddir {world.folder}/old").args()


def not_covered(world: World) -> Arguments:
    host = rotating(world, pattern="other.log")
    (host.logs / "other.log").write_text("")
    return host.args()


def invalid_rule(world: World) -> Arguments:
    host = rotating(world)
    (host.rules / "app").write_text(f"{host.log} {{\ndaily\nrotate many\n}}\n")
    return host.args()


def writable_rule(world: World) -> Arguments:
    host = rotating(world)
    (host.rules / "app").chmod(0o666)
    return host.args()


def invalid_elsewhere(world: World) -> Arguments:
    host = rotating(world)
    (host.rules / "zzz").write_text("/var/log/nobody/*.log {\nrotate many\n}\n")
    return host.args()


def open_folder(world: World) -> Arguments:
    host = rotating(world)
    host.logs.chmod(0o777)
    return host.args()


def linked(world: World) -> Arguments:
    host = rotating(world, pattern="current.log")
    (host.logs / "current.log").symlink_to(host.log)
    return host.args(path=str(host.logs / "current.log"))


def stopped(world: World) -> Arguments:
    """It rotated, then logrotate was not run any more for 30 days."""
    host = rotating(world)
    world.runner = host.runner(Later(30))
    return host.args()


def stopped_without_times(world: World) -> Arguments:
    host = rotating(world)
    host.log.write_text("a line without a time\n")
    world.runner = host.runner(Later(30))
    return host.args()


def never_rotated(world: World) -> Arguments:
    host = Host(world)
    host.log.write_text(f"{stamp(20)} info the first line\n{stamp()} info the last line\n")
    host.rotate()  # the first run only notes the file in its state
    return host.args()


def copied_only(world: World) -> Arguments:
    """The directive copy never empties the file."""
    host = Host(world, "daily\nrotate 3\ncopy")
    host.log.write_text(f"{stamp(20)} info the first line\n{stamp()} info the last line\n")
    host.rotate("-f")
    return host.args()


def never_ran(world: World) -> Arguments:
    host = Host(world)
    host.log.write_text(f"{stamp()} info a line\n")
    return host.args(logrotate_cron=None)


def too_large(world: World) -> Arguments:
    host = rotating(world)
    with open(host.log, "a") as handle:
        handle.write("x" * 3 * 2**20)
    return host.args(max_size="2MiB")


def greedy_pattern(world: World) -> Arguments:
    return rotating(world, pattern="*").args()


def old_ones_stay(world: World) -> Arguments:
    """The dates of the rotated files got another form, so logrotate no longer finds the old ones."""
    host = rotating(world, "daily\nrotate 2\ndateext\ndateformat -%Y%m%d-%s")
    for day in range(10, 16):
        (host.logs / f"app.log-202610{day}").write_text("old\n")
    return host.args()


def writes_into_rotated(world: World) -> Arguments:
    host = Host(world)
    world.running.start(Writer, host.log)
    host.rotate("-f")
    return host.args()


def writes_into_deleted(world: World) -> Arguments:
    host = Host(world, "daily\nrotate 0")
    world.running.start(Writer, host.log)
    host.rotate("-f")
    return host.args()


def hole(world: World) -> Arguments:
    """copytruncate beneath a process that does not append."""
    host = Host(world, "daily\nrotate 2\ncopytruncate")
    with open(host.log, "wb", buffering=0) as handle:
        handle.write(b"x" * 200000)
        host.rotate("-f")
        handle.write(f"{stamp()} info a line\n".encode())
    return host.args()


def no_file(world: World) -> Arguments:
    host = Host(world)
    return host.args()


def no_logrotate(world: World) -> Arguments:
    host = rotating(world)
    world.runner = WithoutLogrotate(environ=host.environment())
    return host.args()


def folder_for_a_log(world: World) -> Arguments:
    host = Host(world)
    return host.args(path=str(host.logs))


def nonsense_from_logrotate(world: World) -> Arguments:
    host = rotating(world)
    fake = world.folder / "bin" / "logrotate"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\necho Segmentation fault >&2\nexit 139\n")
    fake.chmod(0o755)
    world.runner = Runner(environ={**host.environment(), "PATH": f"{fake.parent}:/usr/bin:/bin"})
    return host.args()


def application(world: World, **files: float) -> Arguments:
    """A log that its application rotates, with rotated files of the given ages in days."""
    log = world.folder / "app.log"
    log.write_text(f"{stamp()} INFO a line\n")
    for name, days in files.items():
        path = world.folder / name
        path.write_bytes(gzip.compress(b"old\n") if name.endswith(".gz") else b"old\n")
        os.utime(path, (time.time() - days * 86400,) * 2)
    return {"path": str(log), "rotated_by": "application"}


def application_healthy(world: World) -> Arguments:
    return application(world, **{"app-2026-11-24.log": 1.0, "app-2026-11-23.0.log.gz": 2.0})


def application_stopped(world: World) -> Arguments:
    args = application(world, **{"app.2.log": 40.0, "app.1.log": 30.0})
    pathlib.Path(args["path"]).write_text(f"{stamp(30)} INFO a line\n{stamp()} INFO a line\n")
    return args


def application_never(world: World) -> Arguments:
    args = application(world)
    pathlib.Path(args["path"]).write_text(f"[{stamp(30)}] INFO a line\n")
    return args


ROWS: list[Row] = [
    Row("log_rotation", "rotated by logrotate", healthy, "pass", r"logrotate covers it \(daily, 3 kept\), 2 rotated file"),
    Row("log_rotation", "rotated and compressed, with dates", healthy_compressed, "pass", r"\d rotated file"),
    Row("log_rotation", "rotated by copytruncate", healthy_copytruncate, "pass", r"weekly, 3 kept"),
    Row("log_rotation", "rotated into another folder", olddir, "pass", r"2 rotated file"),
    Row("log_rotation", "too young to have rotated", young, "pass", r"too young"),
    Row("log_rotation", "rotated by its application", application_healthy, "pass", r"by its application, 2 rotated file"),
    Row("log_rotation", "no rule covers the log", not_covered, "fail", r"does not cover"),
    Row("log_rotation", "the rule is not valid", invalid_rule, "fail", r"does not cover .*bad rotation count"),
    Row("log_rotation", "logrotate ignores a file that others may write", writable_rule, "fail", r"writable by group or others"),
    Row("log_rotation", "logrotate refuses the open folder", open_folder, "fail", r"leaves .* out: .*insecure permissions"),
    Row("log_rotation", "logrotate refuses a symbolic link", linked, "fail", r"symbolic link.*the rule must name"),
    Row("log_rotation", "declared, has not rotated for 30 days", stopped, "fail", r"has not rotated since \d{4}-.*30 d"),
    Row("log_rotation", "the same, lines without times", stopped_without_times, "fail", r"known by its newest rotated file"),
    Row("log_rotation", "declared, has never rotated", never_rotated, "fail", r"no rotated file lies beside it.*20 d"),
    Row("log_rotation", "copied, but never emptied", copied_only, "fail", r"copied without being emptied"),
    Row("log_rotation", "larger than the limit", too_large, "fail", r"has 3\.0 MiB, the limit is 2\.0 MiB"),
    Row(
        "log_rotation",
        "a process writes into the rotated file",
        writes_into_rotated,
        "fail",
        r"process \d+ \(python.*\) still writes .*app\.log\.1$",
    ),
    Row("log_rotation", "a process writes into the deleted file", writes_into_deleted, "fail", r"still writes .*\(deleted\)"),
    Row("log_rotation", "the log is not there", no_file, "fail", r"is not there"),
    Row("log_rotation", "its application no longer rotates it", application_stopped, "fail", r"has not rotated since"),
    Row("log_rotation", "its application never rotated it", application_never, "fail", r"no rotated file lies beside it"),
    Row("log_rotation", "another rule is not valid", invalid_elsewhere, "pass", r"logrotate covers it \(daily, 3 kept\)"),
    Row("log_rotation", "logrotate has never run", never_ran, "warn", r"has not run yet"),
    Row("log_rotation", "the pattern takes rotated files", greedy_pattern, "warn", r"also takes rotated files"),
    Row("log_rotation", "old rotated files are not removed", old_ones_stay, "warn", r"the rule keeps 2"),
    Row("log_rotation", "copytruncate leaves a hole", hole, "warn", r"begins with NUL bytes"),
    Row("log_rotation", "logrotate is missing", no_logrotate, "unknown", r"logrotate is not installed"),
    Row(
        "log_rotation",
        "logrotate answers nonsense",
        nonsense_from_logrotate,
        "unknown",
        r"did not say what it would do: Segmentation fault",
    ),
    Row("log_rotation", "the log is a folder", folder_for_a_log, "unknown", r"not a regular file"),
]
