# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what was rotated is bounded: by a number or an age, and by less than the file system has. PRIVATE to the collection."""

from __future__ import annotations

import os

from .._phrase import phrase, plural
from ._rotation_age import Log
from ._rotation_generations import kept_by_rule
from ._rotation_verdict import Verdict, iso

MANY = 400  # a year of daily files


def judge_bound(verdict: Verdict, log: Log, wanted: int | None) -> None:
    """``wanted``: how many are to be kept, where that is declared: then more than that is told elsewhere."""
    rotated = log.rotated
    room = size_of_file_system(os.path.dirname(rotated[0].path)) if rotated else None
    used = sum(one.size for one in rotated)
    if log.by_application and not rotated:
        _judge_names(verdict, log, wanted)
    if log.rule is None:
        if log.by_application and wanted is None and len(rotated) > MANY:
            verdict.doubts.append(
                plural(
                    "{count:number} rotated file of {path:path} lies there ({used:bytes}), of {oldest:moment}: nothing is seen that "
                    "removes it; declare how many are to be kept (generations)",
                    "{count:number} rotated files of {path:path} lie there ({used:bytes}), the oldest of {oldest:moment}: nothing is seen "
                    "that removes them; declare how many are to be kept (generations)",
                    count=len(rotated),
                    path=log.path,
                    used=used,
                    oldest=iso(rotated[-1].modified),
                )
            )
        return
    keeps = kept_by_rule(log)
    if keeps is None:
        verdict.doubts.append(
            plural(
                "the rule of {path:path} removes no rotated file (rotate -1, and no maxage): {count:number} file lies there ({used:bytes})",
                "the rule of {path:path} removes no rotated file (rotate -1, and no maxage): {count:number} files lie there ({used:bytes})",
                count=len(rotated),
                path=log.path,
                used=used,
            )
        )
    elif room is not None and keeps * used > room * len(rotated):
        verdict.doubts.append(
            plural(
                "the rule of {path:path} keeps {count:number} rotated file, which takes {needed:bytes}: its file system has {room:bytes}",
                "the rule of {path:path} keeps {count:number} rotated files, which take {needed:bytes} by the size of those that lie "
                "there: its file system has {room:bytes}",
                count=keeps,
                path=log.path,
                needed=keeps * used // len(rotated),
                room=room,
            )
        )


def _judge_names(verdict: Verdict, log: Log, wanted: int | None) -> None:
    """Files that begin like the log may be its rotated ones, under names that nobody knows: then nothing is compared."""
    if wanted is None:
        return
    folder, name = os.path.split(log.path)
    stem = os.path.splitext(name)[0] or name
    try:
        others = sorted(one for one in os.listdir(folder) if one.startswith(stem) and one != name)
    except OSError:
        others = []
    if others:
        verdict.doubts.append(
            phrase(
                "{wanted:number} rotated files of {path:path} are declared, and none is known by its name, though others lie there such as "
                "{file:path}: whether so many are kept is not seen",
                wanted=wanted,
                path=log.path,
                file=os.path.join(folder, others[-1]),
            )
        )


def size_of_file_system(folder: str) -> int | None:
    """Bytes in all; None where it does not tell."""
    try:
        system = os.statvfs(folder)
    except OSError:
        return None
    return system.f_blocks * system.f_frsize or None


__all__ = ("judge_bound", "size_of_file_system")
