# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For how long a journal keeps its entries: by its settings, at the rate at which it grows now, and by its oldest entry.

PRIVATE to the collection.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import typing as t

from .._finding import CannotObserve
from .._phrase import phrase, verbatim
from .._runner import Runner
from .journald import JournalFile, journal_limit, journald_settings, parse_timespan, usage
from .log_days import FIRST_LOGS
from .log_store import Kept

DAY = 86400.0
LATELY = 7 * DAY  # the rate is that of the newest files
LEAST_SPAN = DAY / 2  # a shorter time tells no rate
AHEAD = 8 * 2**20  # bytes that a file may have been given before anything stands in them


@dataclasses.dataclass(frozen=True)
class JournalReach:
    """What a journal holds: ``oldest`` is the time of its first entry."""

    kept: Kept | None
    oldest: float | None
    by_size: bool = False  # the time is that of the present rate


def journal_reach(patterns: t.Sequence[str], runner: Runner) -> JournalReach:
    """The journal of this host. CannotObserve."""
    if runner.which("journalctl") is None:
        raise CannotObserve(phrase("journalctl is not installed on this host, or may not be run: its journal cannot be looked at"))
    seen = usage(runner)
    settings = journald_settings(patterns, runner)
    oldest = min((one.head for one in seen.files if one.head is not None and one.head >= FIRST_LOGS), default=None)
    kept, by_size = kept_by(settings, seen.files, runner.now().timestamp())
    return JournalReach(kept, oldest, by_size)


def kept_by(settings: t.Mapping[str, str], files: t.Sequence[JournalFile], now: float) -> tuple[Kept | None, bool]:
    """What the settings keep: a time, or a size that is full after a time at the present rate, and whether it is the size.

    None where it is the size, and nobody knows yet how fast it fills. CannotObserve.
    """
    storage = settings.get("Storage", "auto").strip().lower()
    if storage == "none":
        return Kept(0.0, phrase("Storage=none: journald keeps nothing")), False
    if storage == "volatile" or (files and all(one.path.startswith("/run/") for one in files)):
        said = phrase("the journal lies in memory and is lost at each restart of the host (Storage={storage})", storage=storage)
        return Kept(0.0, said), False
    span = parse_timespan(settings.get("MaxRetentionSec", ""))
    rate = present_rate([(one.head, _size(one.path), one.archived) for one in files if one.head is not None], now)
    if not rate:
        return (Kept(span, verbatim("MaxRetentionSec")), False) if span > 0 else (None, True)
    limit, setting = journal_limit(settings, files)
    if 0 < span <= limit / rate:
        return Kept(span, verbatim("MaxRetentionSec")), False
    return Kept(limit / rate, phrase("{setting}: {limit:bytes}, at the present rate", setting=setting, limit=limit)), True


def _size(path: str) -> int:
    with contextlib.suppress(OSError):
        return os.stat(path).st_size
    return 0


def present_rate(files: t.Sequence[tuple[float, int, bool]], now: float) -> float | None:
    """Bytes a second by the newest files, each with the time of its first entry, its size, and whether it is closed.

    None where they do not go back far enough to tell. An open file may be larger than what stands in it.
    """
    closed = [(head, size) for head, size, archived in files if archived and head >= now - LATELY]
    opened = [head for head, _size_, archived in files if not archived]
    if closed:
        begin, end = min(head for head, _size_ in closed), max(opened, default=now)
        if end - begin >= LEAST_SPAN:
            return sum(size for _head, size in closed) / (end - begin)
    begin = min((head for head, _size_, _archived in files), default=now)
    if now - begin < LEAST_SPAN:
        return None
    return sum(size if archived else max(size - AHEAD, 0) for _head, size, archived in files) / (now - begin)


__all__ = ("JournalReach", "journal_reach", "kept_by", "present_rate")
