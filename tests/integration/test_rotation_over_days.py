# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""log_rotation day after day: real logrotate over a log whose days pass at once. Well, it never complains; broken, it soon does."""

from __future__ import annotations

import datetime as dt
import os
import pathlib
import re
import subprocess
import time
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from ansible_collections.operability.readiness.plugins.module_utils._runner import Clock, Runner

DAY = 86400.0
DAYS = 20


class Later(Clock):
    def __init__(self, days: float) -> None:
        self.ahead = dt.timedelta(days=days)

    def now(self) -> dt.datetime:
        return super().now() + self.ahead


class Days:
    """A log and the rule for it. ``over``: a day has passed, so that all that is there is a day older."""

    def __init__(self, binaries: t.Any, folder: pathlib.Path, rule: str, form: str) -> None:
        self.program, self.form = str(binaries.path("logrotate")), form
        self.environment = {**binaries.environment(), "PATH": f"{binaries.root}/usr/sbin:{os.environ['PATH']}"}
        self.logs, self.old = folder / "logs", folder / "old"
        for path in (self.logs, self.old):
            path.mkdir(mode=0o755)
        self.log, self.config, self.state = self.logs / "app.log", folder / "logrotate.conf", folder / "status"
        self.config.write_text(f"create\n{self.log} {{\n{rule.format(old=self.old)}\n}}\n")
        self.log.touch()
        self.times: list[float] = []
        self.number = 0

    def write(self, lines: int) -> None:
        self.times += [time.time()] * lines
        with open(self.log, "a") as log:
            log.write("".join(self._line(self.times[-1]) for _unused in range(lines)))

    def _line(self, moment: float) -> str:
        self.number += 1
        return f"{time.strftime(self.form, time.localtime(moment))} line {self.number}\n"

    def rotate(self, *, read_only: bool = False) -> None:
        command = [self.program, "-s", str(self.state), str(self.config)]
        if read_only:
            rights = [] if os.geteuid() == 0 else ["--map-root-user"]
            script = f"mount --bind {self.logs} {self.logs} && mount -o remount,ro,bind {self.logs} && exec {' '.join(command)}"
            command = ["unshare", *rights, "--mount", "sh", "-c", script]
        subprocess.run(command, env=self.environment, capture_output=True, check=False)
        self.log.touch()
        if self.log.stat().st_size == 0:
            self.times = []

    def over(self) -> None:
        self.times = [moment - DAY for moment in self.times]
        for path in [*self.logs.iterdir(), *self.old.iterdir(), self.state, self.config]:
            status = path.stat()
            if path == self.log and self.times and "%" in self.form:
                path.write_text("".join(map(self._line, self.times)))
            if path == self.state:
                path.write_text(
                    re.sub(r"(?<=\" )(\d+-\d+-\d+)-", lambda match: f"{yesterday(match[1], '%Y-%m-%d'):%Y-%-m-%-d}-", path.read_text())
                )
            os.utime(path, (status.st_atime - DAY, status.st_mtime - DAY))
        for path in sorted(self.logs.glob("*-20*")):
            path.rename(re.sub(r"20\d{6}", lambda match: f"{yesterday(match[0], '%Y%m%d'):%Y%m%d}", str(path)))

    def check(self, days: float) -> Finding:
        crontab = self.config.with_name("crontab")
        crontab.write_text(f"17 3 * * * root {self.program} -s {self.state} {self.config}\n")
        files = {"path": self.log, "logrotate_config": self.config, "logrotate_state": self.state, "logrotate_cron": crontab}
        args = {name: str(file) for name, file in files.items()}
        return run_item(Item(key="x", check="log_rotation", args=args), Runner(environ=self.environment, clock=Later(days)))[0]


def yesterday(day: str, form: str) -> dt.datetime:
    return dt.datetime.strptime(day, form) - dt.timedelta(days=1)


WITH_TIMES, WITHOUT = "%Y-%m-%d %H:%M:%S", "no time"
RULES = {
    "daily": ("daily\nrotate 7", WITH_TIMES),
    "daily, compressed, empty ones not": ("daily\nrotate 5\ncompress\nnotifempty\nmissingok", WITHOUT),
    "daily, compressed later, with dates": ("daily\nrotate 4\ndateext\ncompress\ndelaycompress", WITHOUT),
    "weekly": ("weekly\nrotate 4", WITHOUT),
    "weekly, at least a size": ("weekly\nminsize 100k\nrotate 4\ncompress", WITH_TIMES),
    "copytruncate": ("daily\nrotate 5\ncopytruncate\nnotifempty", WITH_TIMES),
    "another folder": ("daily\nrotate 5\nolddir {old}", WITHOUT),
    "by size": ("size 1k\nrotate 4", WITH_TIMES),
    "an extension": ("daily\nrotate 4\nextension .log\ncompress", WITHOUT),
}


@pytest.mark.parametrize("name", RULES)
def test_a_log_that_is_well(binaries: t.Any, tmp_path: pathlib.Path, name: str) -> None:
    days = Days(binaries, tmp_path, *RULES[name])
    said = []
    for day in range(DAYS):
        days.rotate()
        said.append(days.check(0))
        days.write(20 if day % 3 else 2)
        said += [days.check(0.5), days.check(0.97)]
        days.over()
    assert len(said) == 3 * DAYS
    assert [(number, str(one.status), str(one.message)) for number, one in enumerate(said) if str(one.status) != "pass"] == []


@pytest.mark.parametrize(
    ("rule", "form", "within"),
    [
        ("daily\nrotate 7", WITH_TIMES, 2),
        ("daily\nrotate 7\ncompress", WITHOUT, 2),
        ("daily\nrotate 7\ndateext", WITHOUT, 2),
        ("weekly\nrotate 4", WITH_TIMES, 9),
        ("weekly\nrotate 4", WITHOUT, 16),
    ],
)
def test_a_log_that_is_broken_from_one_day_on(binaries: t.Any, tmp_path: pathlib.Path, rule: str, form: str, within: int) -> None:
    """Its folder is read-only for logrotate, which fails each day and says in its state file that it has rotated."""
    days = Days(binaries, tmp_path, rule, form)
    for day in range(8 + within):
        days.rotate(read_only=day >= 8)
        days.write(20)
        if day < 8:
            assert str(days.check(0.5).status) == "pass", day
        elif str(days.check(0.5).status) == "fail":
            break
        days.over()
    else:
        pytest.fail(f"it is broken for {within} days, and nothing is said")
