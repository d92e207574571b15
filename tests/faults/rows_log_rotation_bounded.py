# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of log_rotation: whether what was rotated is bounded, whether it still grows, and whether it can be unpacked."""

from __future__ import annotations

import os
import typing as t

from rows_log_rotation import Arguments, Host, application, rotating, stamp
from rows_log_rotation_logrotate import COVERED, aged, row
from table import Row, World

HOUR = 1 / 24


def with_more(rule: str, count: int, size: int = 5) -> t.Callable[[World], Arguments]:
    """Rotated by the rule, and so many numbered files lie there of before, each of so many bytes (sparse)."""

    def arrange(world: World) -> Arguments:
        host = rotating(world, rule)
        for number in range(3, 3 + count):
            path = host.logs / f"app.log.{number}"
            path.touch()
            os.truncate(path, size)
            aged(path, number - 1)
        return host.args()

    return arrange


def of_application(count: int, **args: t.Any) -> t.Callable[[World], Arguments]:
    def arrange(world: World) -> Arguments:
        return {**application(world, **{f"app.log.{number}": number - 0.5 for number in range(1, count + 1)}), **args}

    return arrange


def written_later(rule: str = "daily\nrotate 3", name: str | None = None) -> t.Callable[[World], Arguments]:
    """The log has lines of hours ago; its rotated file, or ``name``, is written now, by nobody who can be seen."""

    def arrange(world: World) -> Arguments:
        host = Host(world, rule)
        host.log.write_text(f"{stamp(0.5)} info a line\n")
        host.rotate("-f")
        host.log.write_text(f"{stamp(5 * HOUR)} info a line\n")
        aged(host.log, 5 * HOUR)
        rotated = next(path for path in host.logs.iterdir() if path != host.log)
        aged(rotated, 6 * HOUR)
        written = host.logs / name if name else rotated
        written.write_text(f"{stamp()} info a line\n")
        return host.args()

    return arrange


def idle(world: World) -> Arguments:
    """The same, and nobody writes into anything."""
    args = written_later()(world)
    aged(world.folder / "logs" / "app.log.1", 6 * HOUR)
    return args


HUGE = 2**40
GROWS = r"was written .* ago, 5 h after the last line of the log itself"
ROWS: list[Row] = [
    row("without a number, by age", with_more("daily\nrotate -1\nmaxage 30", 5), "pass", COVERED),
    row("a large number of small files", with_more("daily\nrotate 2000", 900), "pass", r"902 rotated files"),
    row("its application keeps a year", of_application(360), "pass", r"360 rotated files"),
    row("its application keeps as many as are declared", of_application(500, generations=500), "pass", r"500 rotated files"),
    row("its rule removes nothing", with_more("daily\nrotate -1", 20), "warn", r"removes no rotated file .*: 22 files lie there"),
    row(
        "its rule keeps more than the file system has",
        with_more("daily\nrotate 2000", 3, HUGE),
        "warn",
        r"keeps 2000 rotated files, which take .*its file system has",
    ),
    row("its application removes nothing", of_application(500), "warn", r"500 rotated files of .* nothing is seen that removes them"),
    row("idle since it was rotated", idle, "pass", COVERED),
    row("a dated file of its application grows beside it", written_later(name="app-2026-11-25.log"), "pass", COVERED),
    row("its rotated file was written since", written_later(), "warn", GROWS),
    row("its rotated file was written since, dates", written_later("daily\nrotate 3\ndateext"), "warn", GROWS),
]
