# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups that lie together, by what makes them: names that differ only in date and counter are a series. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import os
import re
import typing as t

from .._phrase import Message, phrase
from ._backup_files import Backup
from ._read_names import FIELD
from ._words_of_dates import TURNS, WORD, plain

RECENTLY = 30  # times max_age, and days: what ended earlier may have been ended on purpose
LONG_AGO = 90  # times max_age, and days: what ended earlier was
SAME = 5  # backups of which all have the same content
SAME_SPAN = 2.5 * 86400  # seconds over which they are spread at least
_WHOLE = 64 << 20  # bytes: larger files are compared at samples
_SAMPLE = 1 << 16
_TURNS = 5  # files: fewer may be daily, weekly, monthly and yearly of the same moment
_TINY = 4096  # bytes: a message of failure is smaller
_SMALL_PARTS = re.compile(r"(?<![a-z])(?:globals?|roles?|users?|grants?|schemas?|structure|tablespaces?|ddl|permissions?)(?![a-z])", re.I)
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

    @property
    def is_dated(self) -> bool:
        return self.newest.name.time is not None

    @property
    def is_one_file(self) -> bool:
        """Whether it is a file whose name says nothing of when it was made: one that is overwritten, or that lies there."""
        return len(self.backups) == 1 and not self.is_dated


def series_of(backups: t.Sequence[Backup], max_age: float) -> list[Series]:
    """The series, the one with the newest backup first."""
    found: dict[str, list[Backup]] = {}
    for backup in backups:
        found.setdefault(backup.name.series, []).append(backup)
    merged = _with_rotations(_with_things(found), max_age)
    made = [Series(name, sorted(members, key=_order), name not in found or _are_slots(members)) for name, members in merged.items()]
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
        is_dated = all(backup.name.time is not None for backup in members)
        if len(exact) == 1 or not is_dated or not _do_return(exact, members):
            told[name] = members
            continue
        things: dict[str, list[Backup]] = {}
        for backup in members:
            things.setdefault(backup.name.thing, []).append(backup)
        for thing, those in things.items():
            releases = {exact_name: group for exact_name, group in exact.items() if group[0].name.thing == thing}
            if len(releases) > 1 and not _is_succession(releases.values()) and _do_return(releases, those):
                told.update(releases)
            else:
                told[thing if len(things) > 1 else name] = those
    return told


def _do_return(groups: t.Mapping[str, list[Backup]], members: t.Sequence[Backup]) -> bool:
    return sum(len(group) for group in groups.values() if len(group) > 1) * 5 >= len(members) * 4


def _is_succession(releases: t.Iterable[list[Backup]]) -> bool:
    """Whether each began after the one before had ended, as backups with the version of a program in their names do."""
    spans = sorted((min(backup.time for backup in group), max(backup.time for backup in group)) for group in releases)
    return all(earlier[1] <= later[0] for earlier, later in zip(spans, spans[1:]))


def _are_slots(members: t.Sequence[Backup]) -> bool:
    """Whether names of no date that differ in numbers or days are taken as one series."""
    return len({backup.name.exact for backup in members if backup.name.time is None}) > 1


def _with_rotations(found: t.Mapping[str, list[Backup]], max_age: float) -> dict[str, list[Backup]]:
    """Names of one file each that differ in a number, as slots that are overwritten in turn have them, become one series.

    Slots are as far apart in time as the backups are made; db1 and db2 of the same night are not.
    """
    groups: dict[str, list[str]] = {}
    pairs: dict[tuple[str, frozenset[str]], list[str]] = {}
    for name, members in found.items():
        if len(members) != 1 or members[0].name.time is not None:
            continue
        if re.search(r"\d", name):
            groups.setdefault(re.sub(r"\d+", FIELD, name), []).append(name)
        for match in WORD.finditer(name):
            for words in TURNS:
                if plain(match.group(0)) in words:
                    pairs.setdefault((f"{name[: match.start()]}{FIELD}{name[match.end() :]}", words), []).append(name)
    merged = dict(found)
    for (loose, words), names in pairs.items():
        times = sorted(found[name][0].time for name in names)
        gaps = [later - earlier for earlier, later in zip(times, times[1:])]
        if len(names) == len(words) and min(gaps) >= max_age / 4 and max(gaps) <= max_age * 1.25 and all(name in merged for name in names):
            merged[loose] = [merged.pop(name)[0] for name in names]
    for loose, names in groups.items():
        times = sorted(found[name][0].time for name in names)
        gaps = [later - earlier for earlier, later in zip(times, times[1:])]
        if len(names) >= 3 and all(name in merged for name in names) and min(gaps) >= max_age / 4 and max(gaps) <= max_age * 1.25:
            members = [merged.pop(name)[0] for name in names]
            merged[loose] = members
    return merged


def is_ended(series: Series, now: float, max_age: float, limit: int) -> bool:
    return now - series.newest.time > limit * max(max_age, 86400.0)


_RELEASES = re.compile(
    r"(?<![A-Za-z0-9])(?:v\d+(?:\.\d+)*|(?:pg|postgres|postgresql|mysql|mariadb)[-_]?\d+|\d+(?:\.\d+){1,2})(?![A-Za-z0-9.]*\d)", re.I
)


_ENDINGS = {
    ".dump": re.compile(r"\.(?:sql|dump|dmp|pgdump|pg_dump|custom|backup)\Z", re.I),
    ".tar": re.compile(r"\.(?:tar|tgz|tbz2?|txz|tzst|zip|7z|cpio)\Z", re.I),
}


def successor(series: Series, others: t.Iterable[Series]) -> Series | None:
    """The series that took over: the same name but for its ending or a version, begun when this one had ended."""
    for other in others:
        if other is not series and _stem(other.name) == _stem(series.name) and other.backups[0].time > series.newest.time:
            return other
    return None


def _stem(name: str) -> str:
    folders, slash, last = name.rpartition("/")
    for kind, endings in _ENDINGS.items():  # a dump is not gone on with by an archive of the same name
        last = endings.sub(kind, last)
    return folders + slash + _RELEASES.sub(FIELD, last).lower()


def counted(series: Series, least: int) -> tuple[int, int]:
    """How many of its backups are of the least size, and how many of those are far too small to be one beside the others."""
    newest = series.newest
    sizes = [backup.size for backup in series.backups if backup.size >= max(1, least)]
    beside = sorted(backup.size for backup in series.backups if backup.name.variant == newest.name.variant)
    usual = max(beside[len(beside) // 2], newest.size)
    tiny = [
        backup
        for backup in series.backups
        if max(1, least) <= backup.size < _TINY and backup.size * 20 < usual and backup.name.variant == newest.name.variant
    ]
    return len(sizes) - len(tiny), len(tiny)


def were_touched_together(series: Series) -> bool:
    """Whether files that are overwritten in turn, a day each, were all changed at one time: that says nothing of when they were made."""
    times = sorted(backup.changed for backup in series.backups)
    words_only = len({backup.name.exact for backup in series.backups}) == 1
    return words_only and len(times) >= _TURNS and not series.is_dated and times[-1] - times[0] < 60


def is_single(series: Series, others: t.Iterable[Series]) -> bool:
    """Whether it may have been made by hand: one dated backup beside series of several."""
    return len(series.backups) == 1 and series.newest.name.time is not None and any(len(other.backups) >= 3 for other in others)


def may_stay_the_same(series: Series, several: t.Iterable[Series]) -> bool:
    """Whether it is what seldom changes: the roles or the schema, or what is small beside the other series."""
    largest = max(other.newest.size for other in several)
    return bool(_SMALL_PARTS.search(os.path.basename(series.newest.path))) or series.newest.size * 10 < largest


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


__all__ = (
    "LONG_AGO",
    "RECENTLY",
    "Series",
    "counted",
    "is_ended",
    "is_single",
    "may_stay_the_same",
    "same_content",
    "series_of",
    "successor",
    "were_touched_together",
)
