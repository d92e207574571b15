# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes a dump as it is. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import glob
import gzip
import os
import typing as t

from .._phrase import phrase
from .._runner import Runner
from ._backup_proofs import Generation, Restored, RestoreFailed


def generations(args: t.Any, runner: Runner) -> list[Generation]:
    found = sorted(glob.glob((args["pattern"] or [args["path"] + "/*"])[0]), key=os.path.getmtime, reverse=True)
    made = [dt.datetime.fromtimestamp(os.path.getmtime(path), dt.timezone.utc) for path in found]
    return [Generation(path, time, None if path.endswith(".gz") else os.path.getsize(path)) for path, time in zip(found, made)]


def restore(args: t.Any, runner: Runner, generation: Generation, target: str) -> Restored:
    path = os.path.join(target, os.path.basename(generation.id).removesuffix(".gz"))
    try:
        with (gzip.open if generation.id.endswith(".gz") else open)(generation.id, "rb") as source, open(path, "wb") as out:
            while chunk := source.read(65536):
                runner.remaining()
                out.write(chunk)
    except (OSError, EOFError) as exc:
        raise RestoreFailed(phrase("{path:path} cannot be unpacked: {reason}", path=generation.id, reason=str(exc))) from None
    with open(path, "rb") as stream:
        head = stream.read(4096)
    kind = (
        "sqlite"
        if head.startswith(b"SQLite format 3")
        else "postgresql_dump"
        if b"PostgreSQL" in head or head[:5] == b"PGDMP"
        else "mysql_dump"
    )
    return Restored(1, os.path.getsize(path), database=(kind, path))


__all__ = ("generations", "restore")
