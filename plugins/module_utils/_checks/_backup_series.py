# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups that lie together, by what makes them: names that differ only in date and counter are a series. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._phrase import Message, phrase
from ._backup_files import Backup
from ._dated_names import FIELD

RECENTLY = 7  # times max_age: what ended earlier may have been ended on purpose
LONG_AGO = 30  # times max_age: what ended earlier was
SAME = 5  # backups of which all have the same content
SAME_SPAN = 2.5 * 86400  # seconds over which they are spread at least
_WHOLE = 64 << 20  # bytes: larger files are compared at samples
_SAMPLE = 1 << 16
_GZIP_TIME = slice(4, 8)  # in the header of gzip, which differs each night


@dataclasses.dataclass
class Series:
    """``backups``: oldest first. ``name``: as their names have it, with ``*`` for what differs."""

    name: str
    backups: list[Backup]
    slots: bool = False  # files that are overwritten in turn

    @property
    def newest(self) -> Backup:
        return self.backups[-1]


def series_of(backups: t.Sequence[Backup], max_age: float) -> list[Series]:
    """The series, the one with the newest backup first."""
    found: dict[str, list[Backup]] = {}
    for backup in backups:
        found.setdefault(backup.name.series, []).append(backup)
    merged = _with_rotations(_with_things(found), max_age)
    made = [Series(name, sorted(members, key=_order), name not in found) for name, members in merged.items()]
    return sorted(made, key=_youth)


def _order(backup: Backup) -> tuple[float, float, str]:
    return backup.time, backup.changed, backup.path


def _youth(series: Series) -> tuple[float, str]:
    return -series.newest.time, series.name


def _with_things(found: t.Mapping[str, list[Backup]]) -> dict[str, list[Backup]]:
    """Numbers and hashes that come back night after night say what was backed up (a machine), and others only which run it was."""
    told: dict[str, list[Backup]] = {}
    for name, members in found.items():
        exact: dict[str, list[Backup]] = {}
        for backup in members:
            exact.setdefault(backup.name.exact, []).append(backup)
        returning = sum(len(group) for group in exact.values() if len(group) > 1)
        is_dated = all(backup.name.time is not None for backup in members)
        if len(exact) > 1 and is_dated and returning * 5 >= len(members) * 4:
            told.update(exact)
        else:
            told[name] = members
    return told


def _with_rotations(found: t.Mapping[str, list[Backup]], max_age: float) -> dict[str, list[Backup]]:
    """Names of one file each that differ in a number, as slots that are overwritten in turn have them, become one series.

    Slots are as far apart in time as the backups are made; db1 and db2 of the same night are not.
    """
    groups: dict[str, list[str]] = {}
    for name, members in found.items():
        if len(members) == 1 and members[0].name.time is None and re.search(r"\d", name):
            groups.setdefault(re.sub(r"\d+", FIELD, name), []).append(name)
    merged = dict(found)
    for loose, names in groups.items():
        times = sorted(found[name][0].time for name in names)
        gaps = [later - earlier for earlier, later in zip(times, times[1:])]
        if len(names) >= 3 and min(gaps) >= max_age / 4 and max(gaps) <= max_age * 1.25:
            members = [merged.pop(name)[0] for name in names]
            merged[loose] = members
    return merged


def is_single(series: Series, others: t.Iterable[Series]) -> bool:
    """Whether it may have been made by hand: one dated backup beside series of several."""
    return len(series.backups) == 1 and series.newest.name.time is not None and any(len(other.backups) >= 3 for other in others)


def same_content(series: Series, tick: t.Callable[[], object]) -> Message | None:
    """Says (a warning) that the newest backups have the same bytes, as copies of an old file. OSError, and what ``tick`` raises."""
    newest = series.newest
    run = [backup for backup in series.backups if backup.name.variant == newest.name.variant and not backup.folder]
    equal: list[Backup] = []
    for backup in reversed(run):
        if backup.size != newest.size or not newest.size:
            break
        equal.append(backup)
    if newest.folder or len(equal) < SAME or equal[0].time - equal[-1].time < SAME_SPAN:
        return None
    last = next(number for number, backup in enumerate(equal) if number >= SAME - 1 and equal[0].time - backup.time >= SAME_SPAN)
    compared = equal[1 : last + 1]
    step = max(1, len(compared) // SAME)
    chosen = {backup.path: backup for backup in [*compared[::step], compared[-1]]}
    if not all(_is_same(newest, backup, tick) for backup in chosen.values()):
        return None
    return phrase(
        "newest backup {path:path} has the same content as the {count:number} before: nothing has changed, or an old file is copied again",
        path=newest.path,
        count=len(compared),
    )


def _is_same(one: Backup, other: Backup, tick: t.Callable[[], object]) -> bool:
    with open(one.path, "rb") as first, open(other.path, "rb") as second:
        step = _SAMPLE if one.size <= _WHOLE else max(_SAMPLE, one.size // 64)
        for position in range(0, one.size, step):
            tick()
            first.seek(position)
            second.seek(position)
            left, right = first.read(_SAMPLE), second.read(_SAMPLE)
            if position == 0 and left.startswith(b"\x1f\x8b") and right.startswith(b"\x1f\x8b"):
                left, right = left[: _GZIP_TIME.start] + left[_GZIP_TIME.stop :], right[: _GZIP_TIME.start] + right[_GZIP_TIME.stop :]
            if left != right:
                return False
    return True


__all__ = ("LONG_AGO", "RECENTLY", "Series", "is_single", "same_content", "series_of")
