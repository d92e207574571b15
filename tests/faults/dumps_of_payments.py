# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rows of file_backup put into their folders."""

from __future__ import annotations

import functools
import gzip
import os
import pathlib
import time
import typing as t

import real_dumps
from table import World

HOUR = 3600.0


def put(path: pathlib.Path, content: bytes | None, hours: float) -> pathlib.Path:
    """A file that was last changed so many hours ago; None leaves its content as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if content is not None:
        path.write_bytes(content)
    moment = time.time() - hours * HOUR
    os.utime(path, (moment, moment))
    return path


@functools.cache
def dump(number: float = 0, rows: int = real_dumps.ROWS_OF_PAYMENTS) -> bytes:
    """A dump as pg_dump and gzip make it, another one for each number; with fewer rows where that is asked for."""
    text = (real_dumps.of_postgres() / "plain.sql").read_bytes()
    start = text.index(b"FROM stdin;\n", text.index(b"COPY public.payments")) + len(b"FROM stdin;\n")
    end = text.index(b"\\.\n", start)
    lines = text[start:end].splitlines(keepends=True)[:rows]
    first = f"{1_000_000 + int(number)}\tthis night\n".encode()
    return gzip.compress(text[:start] + first + b"".join(lines) + text[end:], mtime=0)


def nights(world: World, name: str, count: int) -> None:
    """Dumps of the last nights, the newest first."""
    for night in range(count):
        put(world.folder / name.format(night), dump(night), 3 + 24 * night)


def args(world: World, pattern: str = "db*.sql.gz", **more: t.Any) -> dict[str, t.Any]:
    return {"pattern": [str(world.folder / pattern)], "max_age": "24h", **more}


__all__ = ("args", "dump", "nights", "put")
