# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of log_rotation: whether what was rotated is bounded, whether it still grows, and whether it can be unpacked."""

from __future__ import annotations

import grp
import gzip
import os
import typing as t

from rows_log_rotation import Arguments, Host, Writer, application, rotating, stamp
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


def compressed_then(change: t.Callable[[bytes], bytes] = bytes, *, both: bool = False, program: str = "") -> t.Callable[[World], Arguments]:
    """Rotated and compressed, and then something happened to the newest compressed file; logrotate ran after that."""

    def arrange(world: World) -> Arguments:
        host = rotating(world, f"daily\nrotate 5\ncompress\n{program}")
        newest = next(path for path in host.logs.iterdir() if path.name.startswith("app.log.1."))
        newest.write_bytes(change(newest.read_bytes()))
        if both:
            (host.logs / "app.log.2").write_text("a line\n")
            aged(host.logs / "app.log.2", 1)
        os.utime(host.state)
        return host.args()

    return arrange


def packed_by_its_application(content: bytes, days: float = 0.5) -> t.Callable[[World], Arguments]:
    def arrange(world: World) -> Arguments:
        args = application(world, **{"app-2026-11-24.log.gz": days})
        (world.folder / "app-2026-11-24.log.gz").write_bytes(content)
        aged(world.folder / "app-2026-11-24.log.gz", days)
        return args

    return arrange


def by_user(mode: int, rule: str = "su nobody {group}") -> t.Callable[[World], Arguments]:
    """It rotated, and since then the rule does so as a user, in a folder of this mode."""

    def arrange(world: World) -> Arguments:
        host = rotating(world)
        group = grp.getgrgid(65534).gr_name
        (host.rules / "app").write_text(f"{host.log} {{\ndaily\nrotate 3\n{rule.format(group=group)}\n}}\n")
        host.logs.chmod(mode)
        return host.args()

    return arrange


class Opened(Writer):
    """It writes into another file too."""

    def command(self) -> list[str]:
        return [
            *super().command()[:2],
            "import sys,time\nlogs=[open(sys.argv[1]+end,'a',buffering=1) for end in ('','.wf')]\n"
            "while True:\n    [log.write('a line\\n') for log in logs]; time.sleep(0.2)\n",
            str(self.log),
        ]


def moved_by_hand(world: World) -> Arguments:
    host = Host(world)
    world.running.start(Writer, host.log)
    host.log.rename(host.logs / "app.log.save")
    host.log.write_text(f"{stamp()} info a line\n")
    host.rotate()
    return host.args()


def two_at_once(world: World) -> Arguments:
    host = Host(world)
    world.running.start(Opened, host.log)
    host.rotate()
    return host.args()


GZIP = gzip.compress(b"a line\n" * 1000)
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
    row("what was compressed is well", compressed_then(), "pass", COVERED),
    row("what was compressed by xz is well", compressed_then(program="compresscmd xz\ncompressext .xz"), "pass", COVERED),
    row("its application compresses", packed_by_its_application(GZIP), "pass", r"1 rotated file"),
    row("its application compresses now", packed_by_its_application(GZIP[:40], 0), "pass", r"1 rotated file"),
    row("what was compressed is empty", compressed_then(lambda _data: b""), "warn", r"app\.log\.1\.gz is empty: what was in it is lost"),
    row("what was compressed has no end", compressed_then(lambda data: data[:-9]), "warn", r"app\.log\.1\.gz has no end"),
    row("what was compressed is something else", compressed_then(lambda _data: b"a line\n"), "warn", r"does not begin as gz does"),
    row("compressing was cut short", compressed_then(both=True), "warn", r"app\.log\.2\.gz lies there compressed and not compressed"),
    row("what its application compressed has no end", packed_by_its_application(GZIP[:-9]), "warn", r"has no end"),
    row("its rule rotates as a user who may", by_user(0o777), "pass", COVERED),
    row("its rule rotates as a user who may not", by_user(0o755), "fail", r"rotates as nobody \(su\), who may not rename files"),
    row("its rule rotates as a user in a sticky folder", by_user(0o1777), "fail", r"rotates as nobody \(su\), who may not rename files"),
    row("a program writes two logs that begin alike", two_at_once, "pass", COVERED),
    row("moved by hand", moved_by_hand, "warn", r"writes into .*app\.log\.save, and none into the log itself"),
]
