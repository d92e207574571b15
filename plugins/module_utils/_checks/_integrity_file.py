# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups that are files, read to their end: the newest each time, the earlier ones in turn. PRIVATE to the collection."""

from __future__ import annotations

import sys
import typing as t

from .._clients.pg_tools import as_sql, verify_base
from .._clients.streams import Damaged, NotVerifiable
from .._finding import CannotObserve
from .._phrase import Message, phrase, plural
from .._runner import Runner
from ._backup_content import Demands, Verdict, examine
from ._backup_files import Backup, given_patterns, look, missing_folder, without_others
from ._backup_proofs import Share, Verified
from ._backup_series import Series, series_of

_DAY = 86400.0


def verify(args: t.Mapping[str, t.Any], runner: Runner, share: Share) -> Verified:
    """Reads backups to their end, whatever their size; ``args`` has ``pattern`` or ``path``. CannotObserve."""
    chosen: list[tuple[Backup, bool]] = []
    kept = 0
    for pattern, shown in given_patterns(args):
        several = _series(pattern, shown, runner)
        for series in several:
            kept += len(series.backups)
            chosen += _share_of(series, share)
    verified = Verified(_told(len(chosen), kept))
    size = 0
    for number, (backup, newest) in enumerate(chosen):
        if _is_over(runner):
            verified.unseen.append(
                plural(
                    "{count:number} backup was not read in the time allowed for this check",
                    "{count:number} backups were not read in the time allowed for this check",
                    count=len(chosen) - number,
                )
            )
            verified.read = _told(number, kept)
            break
        size += backup.size
        _verify_one(backup, newest, runner, verified)
    verified.observed = {"read": len(chosen), "kept": kept, "bytes": size}
    return verified


def _told(read: int, kept: int) -> Message:
    return plural(
        "{read:number} of {count:number} backup, to its end",
        "{read:number} of {count:number} backups, to their end",
        count=kept,
        read=read,
    )


def _is_over(runner: Runner) -> bool:
    try:
        runner.remaining()
    except CannotObserve:
        return True
    return False


def _series(pattern: str, shown: str, runner: Runner) -> list[Series]:
    folder = missing_folder(pattern)
    if folder:
        raise CannotObserve(
            phrase("the folder {folder:path} does not exist, so there is no backup {pattern:path}", folder=folder, pattern=shown),
            absent=True,
        )
    found = look(pattern, runner.now().timestamp(), runner)
    several = series_of(found.backups, _DAY)
    for series in several:
        series.backups = without_others(series.backups, found)
    several = [series for series in several if series.backups]
    if not several:
        raise CannotObserve(phrase("no file matches {pattern:path}", pattern=shown), absent=True)
    return several


def _share_of(series: Series, share: Share) -> list[tuple[Backup, bool]]:
    """The newest, and of the earlier ones those whose turn it is; whether it is the newest."""
    newest_first = list(reversed(series.backups))
    turn = [(backup, False) for number, backup in enumerate(newest_first[1:]) if number % share.of == share.number - 1]
    return [(newest_first[0], True), *turn]


def _verify_one(backup: Backup, newest: bool, runner: Runner, verified: Verified) -> None:
    name = phrase("newest backup {path:path}", path=backup.path) if newest else phrase("backup {path:path}", path=backup.path)
    demands: Demands = {
        "min_size": 1,
        "verify": "auto",
        "verify_max_bytes": sys.maxsize,
        "checksum": False,
        "contains": None,
        "encrypted": False,
        "timeout": runner.remaining(),
    }
    verdict = examine(backup, name, demands, runner, thorough=True)
    verified.damages += verdict.fails
    verified.unseen += verdict.unseen
    verified.warns += verdict.warns
    if verdict.fails or verdict.unseen:
        return
    if verdict.inside.derived and not verdict.summed:
        verified.unseen.append(
            phrase("{backup}: {reasons:sentences}; a checksum beside it would prove it whole", backup=name, reasons=verdict.inside.derived)
        )
        return
    try:
        _by_tools(backup, verdict, runner)
    except Damaged as exc:
        verified.damages.append(phrase("{backup}: {reason}", backup=name, reason=exc.message))
    except NotVerifiable as exc:
        if not verdict.summed:
            verified.unseen.append(phrase("{backup}: {reason}", backup=name, reason=exc.message))
    except CannotObserve as exc:
        verified.unseen.append(phrase("{backup}: {reason}", backup=name, reason=exc.message))


def _by_tools(backup: Backup, verdict: Verdict, runner: Runner) -> None:
    """What only the tools of PostgreSQL can tell: the blocks of an archive, the checksums of a manifest."""
    if backup.folder and backup.folder.kind == "pg_basebackup":
        verify_base(backup.path, runner)
    elif verdict.inside.dump == "postgresql_archive" and not verdict.inside.container:
        as_sql(backup.path, "/dev/null", runner)


__all__ = ("verify",)
