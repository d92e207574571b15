# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of log_rotation: rotated files under all names, and in all folders, that a rule of real logrotate makes; who writes into them."""

from __future__ import annotations

import time
import typing as t

from rows_log_rotation import Arguments, Host, Writer, stamp
from rows_log_rotation_logrotate import COVERED, aged, row
from table import Row, World

# by a date other than year first, with a word at the end, with a number other than one
RULES = {
    "day first": "dateext\ndateformat -%d%m%Y",
    "day first, dashes": "dateext\ndateformat -%d-%m-%Y",
    "month first": "dateext\ndateformat -%m%d%Y",
    "a year of two digits, which logrotate does not know": "dateext\ndateformat -%y%m%d",
    "seconds since 1970": "dateext\ndateformat -%s",
    "seconds since 1970, a dot": "dateext\ndateformat .%s",
    "a week": "dateext\ndateformat -%Y-w%V",
    "before its extension": "dateext\ndateformat _%d-%m-%Y\nextension .log",
    "a date with underlines": "dateext\ndateformat _%Y_%m_%d__%H\nextension .log",
    "a word before the date": "dateext\ndateformat .old-%d.%m.%Y",
    "another ending": "addextension .rot",
    "another ending, and a date": "addextension .rot\ndateext\ndateformat -%d%m%Y",
    "its own ending added": "addextension .log",
    "the number before its extension": "extension .log",
    "numbers from 0": "start 0",
    "numbers from 101": "start 101",
}
FOLDERS = {
    "another folder": "olddir old\ncreateolddir 755 root root",
    "another folder, dates": "olddir old\ncreateolddir 755 root root\ndateext\ndateformat -%d%m%Y-%s",
}
PLACES = {**RULES, **FOLDERS}


def one_rotation(rule: str) -> t.Callable[[World], Arguments]:
    def arrange(world: World) -> Arguments:
        host = Host(world, f"daily\nrotate 7\n{rule}")
        host.log.write_text(f"{stamp()} info a line\n")
        host.rotate("-f")
        host.log.write_text(f"{stamp()} info a line\n")
        return host.args()

    return arrange


def kept_open(rule: str) -> t.Callable[[World], Arguments]:
    """A process goes on writing into what was rotated; with compress, into what was deleted thereby."""

    def arrange(world: World) -> Arguments:
        host = Host(world, f"daily\nrotate 7\n{rule}")
        world.running.start(Writer, host.log)
        host.rotate("-f")
        return host.args()

    return arrange


def other_kept_open(rule: str) -> t.Callable[[World], Arguments]:
    """A process writes into the deleted file of another log in the same folder for old ones: that is no matter of this one."""

    def arrange(world: World) -> Arguments:
        host = Host(world, f"daily\nrotate 7\n{rule}", pattern="*.log")
        other = host.logs / "other.log"
        host.log.write_text(f"{stamp()} info a line\n")
        world.running.start(Writer, other)
        host.rotate("-f")
        host.log.write_text(f"{stamp()} info a line\n")
        return host.args()

    return arrange


def grows_while_empty(rule: str) -> t.Callable[[World], Arguments]:
    """Who writes cannot be seen: the rotated file is written now, the log is empty since hours."""

    def arrange(world: World) -> Arguments:
        args = one_rotation(rule)(world)
        host = Host.again(world, f"daily\nrotate 7\n{rule}")
        host.log.write_text("")
        aged(host.log, 0.3)
        for path in host.logs.rglob("*"):
            if path.is_file() and path != host.log:
                path.write_text(f"{stamp()} info a line\n")
        return args

    return arrange


def packed_by_another_word(world: World) -> Arguments:
    return one_rotation("compress\ncompressext .packed")(world)


def not_packed(rule: str) -> t.Callable[[World], Arguments]:
    return one_rotation(f"{rule}\ncompress\ncompresscmd /bin/false")


def too_many(world: World) -> Arguments:
    """Old ones under the names of the rule are not removed: they came with another date, say by another host's backup."""
    args = one_rotation("dateext\ndateformat -%d%m%Y")(world)
    for day in range(10, 28):
        path = world.folder / "logs" / f"app.log-{day}102026"
        path.write_text("old\n")
        aged(path, 40 - day)
    return args


def made_by_the_first_rotation(world: World) -> Arguments:
    host = Host(world, "daily\nrotate 3\nolddir old\ncreateolddir 755 root root")
    host.log.write_text(f"{stamp()} info a line\n")
    host.rotate()
    time.sleep(0.1)
    return host.args()


ONE = r"rotates: logrotate covers it \(daily, 7 kept\), 1 rotated file"
GROWS = r"was written .* while the log itself is empty"


def hourly(rule: str) -> t.Callable[[World], Arguments]:
    """Each hour cron starts it; a rotated file lies there."""

    def arrange(world: World) -> Arguments:
        host = Host(world, rule)
        host.log.write_text(f"{stamp()} info a line\n")
        host.rotate("-f")
        host.log.write_text(f"{stamp()} info a line\n")
        crontab = world.folder / "hourly"
        crontab.write_text(f"7 * * * * root logrotate {host.config}\n")
        return host.args(logrotate_cron=str(crontab))

    return arrange


def by_maxsize(*, refused: bool) -> t.Callable[[World], Arguments]:
    """It grew above its size two hours ago, and logrotate ran since, or has not yet."""

    def arrange(world: World) -> Arguments:
        host = Host(world, "daily\nmaxsize 1k\nrotate 3\ndateext")
        host.log.write_text(f"{stamp()} info a line\n")
        host.rotate("-f")
        lines = [f"{stamp(hours / 24)} info a line {'x' * 800}\n" for hours in (2.2, 2.1, 2.0)]
        host.log.write_text("".join(lines))
        if refused:
            host.rotate()
            assert host.log.stat().st_size > 2000
        else:
            aged(host.state, 0.2)
        return host.args()

    return arrange


ROWS: list[Row] = [
    *(row(f"names by the rule: {name}", one_rotation(rule), "pass", ONE) for name, rule in PLACES.items()),
    *(row(f"compressed, names by the rule: {name}", one_rotation(f"{rule}\ncompress"), "pass", ONE) for name, rule in PLACES.items()),
    row("compressed, with an ending of its own", packed_by_another_word, "pass", ONE),
    row("another folder that the first rotation makes", made_by_the_first_rotation, "pass", COVERED + r".*too young"),
    *(
        row(f"written into, names by the rule: {name}", kept_open(rule), "fail", r"still writes into the rotated file")
        for name, rule in PLACES.items()
    ),
    *(
        row(f"written into and deleted by compressing: {name}", kept_open(f"{rule}\ncompress"), "fail", r"still writes .*\(deleted\)")
        for name, rule in PLACES.items()
    ),
    *(row(f"another log is written into: {name}", other_kept_open(f"{rule}\ncompress"), "pass", ONE) for name, rule in FOLDERS.items()),
    *(row(f"grows, names by the rule: {name}", grows_while_empty(rule), "fail", GROWS) for name, rule in PLACES.items()),
    *(
        row(f"not compressed, names by the rule: {name}", not_packed(rule), "fail", r"is not compressed: rotations do not")
        for name, rule in PLACES.items()
    ),
    row("too many, names by the rule", too_many, "warn", r"19 rotated files of .* the rule keeps 7"),
    row("hourly, with names of hours", hourly("hourly\nrotate 3\ndateext"), "pass", COVERED),
    row("hourly, with a form of names that has seconds", hourly("hourly\nrotate 3\ndateext\ndateformat -%Y%m%d-%s"), "pass", COVERED),
    row("hourly, with numbers", hourly("hourly\nrotate 3\ndateformat -%Y%m%d"), "pass", COVERED),
    row(
        "hourly, with names of days",
        hourly("hourly\nrotate 3\ndateext\ndateformat -%Y%m%d"),
        "warn",
        r"rotates every 60 min, but its dateformat -%Y%m%d gives all files of a day the same name",
    ),
    row("above its maxsize since logrotate ran", by_maxsize(refused=False), "pass", COVERED),
    row(
        "above its maxsize again, and the name of today is taken",
        by_maxsize(refused=True),
        "warn",
        r"and should rotate above 1\.0 KiB, but the last run of logrotate did not rotate it",
    ),
]
