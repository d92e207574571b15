# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of log_rotation: rotations by real logrotate that begin and do not come to their end, from the first day on."""

from __future__ import annotations

import subprocess
import time
import typing as t

from rows_log_rotation import Arguments, Host, stamp
from rows_log_rotation_logrotate import COVERED, FAILED, aged, row, started
from table import Row, World

HOUR = 1 / 24
FAILING = "postrotate\nfalse\nendscript"


def rotated(world: World, rule: str, times: int, *, pattern: str = "app.log") -> Host:
    """So many rotations under this rule from the first day on; then a line of now."""
    host = Host(world, rule, pattern=pattern)
    for _unused in range(times):
        host.log.write_text(f"{stamp()} info a line\n")
        host.rotate("-f")
    host.log.write_text(f"{stamp()} info a line\n")
    return host


def packing(rule: str, times: int = 3) -> t.Callable[[World], Arguments]:
    return lambda world: rotated(world, f"daily\nrotate 7\ncompress\n{rule}", times).args()


def told_since(rule: str, later: str, times: int = 1) -> t.Callable[[World], Arguments]:
    """Rotated under one rule; the rule was written anew since."""

    def arrange(world: World) -> Arguments:
        host = rotated(world, rule, times)
        time.sleep(2.5)
        Host.again(world, later)
        return host.args()

    return arrange


def hung(world: World) -> Arguments:
    """logrotate was killed in the middle of its work, hours ago: what it had renamed was never compressed, its state is of before."""
    host = rotated(world, "daily\nrotate 7\ncompress", 2)
    for number in (2, 1):
        (host.logs / f"app.log.{number}.gz").rename(host.logs / f"app.log.{number + 1}.gz")
        aged(host.logs / f"app.log.{number + 1}.gz", number)
    host.log.rename(host.logs / "app.log.1")
    host.log.write_text(f"{stamp()} info a line\n")
    aged(host.logs / "app.log.1", 5 * HOUR)
    aged(host.state, 20 * HOUR)
    return host.args()


def other_rule_changed(world: World) -> Arguments:
    """A package brought a rule since the last rotation: that says nothing of this one."""
    host = rotated(world, "daily\nrotate 7\ncompress\ncompresscmd /bin/false", 3)
    time.sleep(2.5)
    (host.rules / "new").write_text("/var/log/nobody/*.log {\nmissingok\ndaily\n}\n")
    return host.args()


def with_state(content: bytes | None) -> t.Callable[[World], Arguments]:
    """Rotated, and then its state file got this content; None: it became a folder."""

    def arrange(world: World) -> Arguments:
        host = rotated(world, "daily\nrotate 3", 2)
        if content is None:
            host.state.unlink()
            host.state.mkdir()
        else:
            host.state.write_bytes(content)
        return host.args()

    return arrange


def cut_off(world: World) -> Arguments:
    """The disk was full when it was written."""
    host = rotated(world, "daily\nrotate 3", 2)
    with open(host.state, "r+b") as handle:
        handle.truncate(host.state.stat().st_size - 9)
    return host.args()


def state_folder_gone(world: World) -> Arguments:
    host = rotated(world, "daily\nrotate 3", 2)
    return host.args(logrotate_state=str(world.folder / "gone" / "status"))


def said_by_itself(
    script: str, pattern: str = "app.log", *, second: str | None = None, changes: t.Callable[[str], str] = str
) -> t.Callable[[World], Arguments]:
    """logrotate itself rotates by this rule, and what it complains of is what the journal has. Then a day passes well for the files.

    ``second``: another rule, for other.log, which is what fails; ``changes``: what the journal makes of the words.
    """

    def arrange(world: World) -> Arguments:
        args = started(None, FAILED)(world)
        host = Host.again(world, "daily\nrotate 3\n" + ("" if second else script))
        names = pattern.format(logs=host.logs) if "{logs}" in pattern else f"{host.logs}/{pattern}"
        (host.rules / "app").write_text(f"{names} {{\nmissingok\ndaily\nrotate 3\n{'' if second else script}\n}}\n")
        if second:
            (host.logs / "other.log").write_text("a line\n")
            (host.rules / "other").write_text(f"{host.logs}/{second} {{\ndaily\nrotate 3\n{script}\n}}\n")
        command = [str(world.binaries.path("logrotate")), "-f", "-s", str(host.state), str(host.config)]
        done = subprocess.run(command, env=host.environment(), capture_output=True, text=True, check=False)
        assert done.returncode == 1, done.stderr
        host.log.write_text(f"{stamp()} info a line\n")
        journal = world.folder / "journalctl"
        journal.write_text(f"#!/bin/sh\ncat <<'END'\n{changes(done.stderr)}END\n")
        aged(host.state, 0.3)
        return args

    return arrange


def journal_says(text: str) -> t.Callable[[World], Arguments]:
    return started(None, FAILED, journal=text)


SCRIPT_FAILED = r"a script of its rule failed when logrotate last ran: error running "
ROWS: list[Row] = [
    row("compressed, from the first rotation on", packing("", 1), "pass", r"1 rotated file"),
    row("compressed, its script is well", packing("postrotate\ntrue\nendscript"), "pass", r"3 rotated files"),
    row(
        "compressed since a moment ago, several before",
        told_since("daily\nrotate 3", "daily\nrotate 3\ncompress", 2),
        "pass",
        r"2 rotated files",
    ),
    row(
        "compressing has failed since the first day",
        packing("compresscmd /bin/false"),
        "fail",
        r"app\.log\.1 is not compressed: .*overwrites it",
    ),
    row("compressing failed at the first rotation", packing("compresscmd /bin/false", 1), "fail", r"app\.log\.1 is not compressed"),
    row("its script has failed since the first day", packing(FAILING), "fail", r"app\.log\.1 is not compressed: .*overwrites it"),
    row("its shared script has failed since the first day", packing(f"sharedscripts\n{FAILING}"), "fail", r"app\.log\.1 is not compressed"),
    row("compressing fails, another rule is new", other_rule_changed, "fail", r"app\.log\.1 is not compressed: .*overwrites it"),
    row("logrotate was killed while it compressed", hung, "fail", r"app\.log\.1 is not compressed"),
    row(
        "compressing has failed, the rule was written anew",
        told_since("daily\nrotate 3\ncompress\ncompresscmd /bin/false", "daily\nrotate 3\ncompress\ncompresscmd /bin/false", 3),
        "warn",
        r"app\.log\.1 is not compressed; the rule was changed since",
    ),
    row("its state file is empty, as packages make it", with_state(b""), "pass", r"2 rotated files"),
    row("its state file is of the first version", with_state(b"logrotate state -- version 1\n"), "pass", r"2 rotated files"),
    row("its state file is garbage", with_state(b"garbage\n"), "warn", r"state file of logrotate is broken \(bad top line in state file"),
    row("its state file is full of NUL bytes", with_state(bytes(4096)), "warn", r"state file of logrotate is broken"),
    row("its state file is cut off", cut_off, "warn", r"state file of logrotate is broken \((?:bad|line)"),
    row("its state file is a folder", with_state(None), "fail", r"cannot keep when it rotated what, .*status"),
    row("the folder of its state file is gone", state_folder_gone, "fail", r"cannot keep when it rotated what, .*gone is not there"),
    *(
        row(
            f"its {kind} script failed, told by its pattern",
            said_by_itself(f"sharedscripts\n{kind}\nfalse\nendscript", "a*.log"),
            "fail",
            SCRIPT_FAILED,
        )
        for kind in ("prerotate", "postrotate", "firstaction", "lastaction")
    ),
    row(
        "its script failed, the rule names it on a second line",
        said_by_itself(f"sharedscripts\n{FAILING}", "{logs}/gone.log\n{logs}/app.log"),
        "fail",
        SCRIPT_FAILED,
    ),
    row(
        "its script failed, the pattern has quotes",
        said_by_itself(f"sharedscripts\n{FAILING}", '"{logs}/a*.log" {logs}/gone.log'),
        "fail",
        SCRIPT_FAILED,
    ),
    row("its own script failed", said_by_itself(FAILING, "*.log"), "fail", SCRIPT_FAILED + r".*non-shared"),
    row("the script of another rule failed", said_by_itself(f"sharedscripts\n{FAILING}", second="o*.log"), "pass", COVERED),
    row(
        "the script for another log failed",
        journal_says("error: error running non-shared postrotate script for /var/log/other.log of '/var/log/other.log {log} '"),
        "pass",
        COVERED,
    ),
    row(
        "compressing a rotated file failed when it last ran",
        journal_says("error: failed to compress log {log}.1"),
        "fail",
        r"could not rotate it when it last ran: failed to compress",
    ),
    row("the rotated file of a log that begins alike", journal_says("error: failed to compress log {log}-archive/x.1"), "pass", COVERED),
    row(
        "its state could not be written when it last ran",
        journal_says("error: error creating temp state file /var/lib/logrotate/status.tmp: No space left on device"),
        "warn",
        r"could not write down what it rotated when it last ran: .*No space left",
    ),
    row(
        "logrotate failed, and the journal has nothing of it",
        journal_says(""),
        "warn",
        r"failed when it last ran, and the journal does not tell with which log",
    ),
]
