# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of log_rotation: healthy logs that look like broken ones, by links, dates of things, clocks and names; each beside a broken one."""

from __future__ import annotations

import gzip
import json
import os
import pathlib
import typing as t

from rows_log_rotation import Arguments, Host, application, rotating, stamp
from rows_log_rotation_logrotate import COVERED, aged, older, row
from table import Row, World


def through_a_link(rule: str, *, by_link: bool = True) -> t.Callable[[World], Arguments]:
    """The rule names the log through a link to its folder, the log is declared by its real path; or the other way round."""

    def arrange(world: World) -> Arguments:
        host = Host(world, rule)
        link = world.folder / "link"
        link.symlink_to(host.logs)
        if by_link:
            (host.rules / "app").write_text(f"{link}/*.log {{\n{rule}\n}}\n")
        for _unused in range(2):
            host.log.write_text(f"{stamp()} info a line\n")
            host.rotate("-f")
        host.log.write_text(f"{stamp()} info a line\n")
        return host.args(path=str(host.log if by_link else link / "app.log"))

    return arrange


def lines(*texts: str) -> t.Callable[[World], Arguments]:
    """A rotated log, and these lines in it now."""

    def arrange(world: World) -> Arguments:
        host = rotating(world)
        host.log.write_text("".join(f"{text}\n" for text in texts))
        return host.args()

    return arrange


def made_now(form: str, first_days: float) -> t.Callable[[World], Arguments]:
    """Lines of JSON; ``{time}`` is the time, of so many days ago in the first one and of now in the last one."""

    def arrange(world: World) -> Arguments:
        return lines(*(form.replace("{time}", older(days, "%Y-%m-%dT%H:%M:%SZ")) for days in (first_days, 0)))(world)

    return arrange


def without_a_clock(days: float) -> t.Callable[[World], Arguments]:
    """A host whose clock was set some seconds after it was started, so many days ago."""

    def arrange(world: World) -> Arguments:
        return lines("Jan  1 00:00:05 pi kernel: x", older(days, "%b %e %H:%M:%S pi app: x"), older(0, "%b %e %H:%M:%S pi app: x"))(world)

    return arrange


def of_application(*names: str, days: float = 1.0, **args: t.Any) -> t.Callable[[World], Arguments]:
    def arrange(world: World) -> Arguments:
        made = application(world, **{name: days + number for number, name in enumerate(names)})
        pathlib.Path(made["path"]).write_text("a line without a time\n")
        return {**made, **args}

    return arrange


def behind_a_link(days: float) -> t.Callable[[World], Arguments]:
    """app.log leads to the file of today; those of other days lie beside it."""

    def arrange(world: World) -> Arguments:
        for number, name in enumerate(("app-2026-11-25.log", "app-2026-11-24.log", "app-2026-11-23.log.gz")):
            text = b"a line without a time\n"
            (world.folder / name).write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
            if number:
                aged(world.folder / name, days + number - 1)
        os.symlink("app-2026-11-25.log", world.folder / "app.log")
        return {"path": str(world.folder / "app.log"), "rotated_by": "application"}

    return arrange


def in_utf16(days: float) -> t.Callable[[World], Arguments]:
    def arrange(world: World) -> Arguments:
        host = rotating(world)
        host.log.write_bytes("".join(f"{older(ago, '%Y-%m-%dT%H:%M:%SZ')} x\r\n" for ago in (days, 0)).encode("utf-16"))
        return host.args()

    return arrange


NAMES = {
    "log4j2": ("app-11-25-2026-1.log.gz", "app-11-24-2026-1.log.gz"),
    "pm2": ("app__2026-11-25_00-00-00.log", "app__2026-11-24_00-00-00.log"),
    "Serilog": ("app20261125.log", "app20261124_001.log"),
    "WebSphere": ("app_26.11.25_22.15.19.log", "app_26.11.24_22.15.19.log"),
    "the date first": ("2026-11-25-app.log", "2026-11-24-app.log"),
}
THINGS = {
    "created_at": json.dumps({"level": "info", "msg": "user", "created_at": "2019-01-01T00:00:00Z"}),
    "date": json.dumps({"date": "2019-01-01", "msg": "holiday"}),
    "an order number of ten digits": "1690000000 was ordered",
    "an order number of fourteen digits": "20260101120000 was ordered",
}
OLD = r"has not rotated since|copied without being emptied"
ROWS: list[Row] = [
    row("its rule names it through a link", through_a_link("daily\nrotate 3"), "pass", r"daily, 3 kept\), 2 rotated files"),
    row("its rule names it through a link, compressed", through_a_link("daily\nrotate 3\ncompress"), "pass", r"2 rotated files"),
    row("it is declared through a link", through_a_link("daily\nrotate 3", by_link=False), "pass", r"2 rotated files"),
    row(
        "its rule names it through a link, compressing fails",
        through_a_link("daily\nrotate 3\ncompress\ncompresscmd /bin/false"),
        "fail",
        r"is not compressed",
    ),
    *(
        row(f"lines with dates of things: {name}", lines(text, text), "pass", r"is not understood, so .* newest rotated file")
        for name, text in THINGS.items()
    ),
    row("created_at is the time of the line", made_now('{"created_at": "{time}"}', 0.2), "pass", COVERED + r"[^;]*$"),
    row("created_at is the time of an old line", made_now('{"created_at": "{time}"}', 20.02), "fail", OLD),
    row(
        "asctime beside the time of an event",
        made_now('{"timestamp": "2019-01-01T00:00:00Z", "asctime": "{time}"}', 0.2),
        "pass",
        COVERED + r"[^;]*$",
    ),
    row(
        "asctime beside the time of an event, an old line",
        made_now('{"timestamp": "2019-01-01T00:00:00Z", "asctime": "{time}"}', 20.02),
        "fail",
        OLD,
    ),
    row("a host without a clock", without_a_clock(0.2), "pass", COVERED + r"[^;]*$"),
    row("a host without a clock, old lines", without_a_clock(20.02), "fail", r"20 d old \(known by its first lines\)"),
    row("lines in UTF-16", in_utf16(0.2), "pass", COVERED + r"[^;]*$"),
    row("old lines in UTF-16", in_utf16(20.02), "fail", OLD),
    *(
        row(f"names by its application: {name}", of_application(*names), "pass", r"by its application, 2 rotated files")
        for name, names in NAMES.items()
    ),
    *(row(f"names by its application, stopped: {name}", of_application(*names, days=30), "fail", OLD) for name, names in NAMES.items()),
    row("its application logs behind a link", behind_a_link(1.0), "pass", r"by its application, 2 rotated files"),
    row("its application logged behind a link", behind_a_link(30.0), "fail", OLD),
    row("names that nobody knows", of_application("app-first.log", "app-second.log"), "pass", r"no rotated file is known by its name"),
    row(
        "names that nobody knows, a number is declared",
        of_application("app-first.log", generations=3),
        "warn",
        r"3 rotated files of .* are declared, and none is known by its name",
    ),
    row("new, a number is declared", of_application(generations=3), "pass", r"no rotated file is known by its name"),
]
