# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which archives one job has made: by their names, and by host and sources where the names do not tell. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import os
import typing as t

from .._clients.borg import Archive
from .._clients.borg_command import STDIN
from ._read_names import read_name

_Origin = tuple[str, t.Optional[tuple[str, ...]]]


@dataclasses.dataclass
class Series:
    """The archives of one job, oldest first. ``pattern``: what their names have in common."""

    pattern: str
    archives: list[Archive]

    @property
    def newest(self) -> Archive:
        return self.archives[-1]

    @property
    def origin(self) -> _Origin:
        return _origin(self.newest)


def series_of(name: str) -> str:
    """What the archives of one job have in common in their names: the name without its dates and counters."""
    pattern = read_name(name).series
    return pattern if any(char.isalpha() for char in pattern) else "*"


def shown_series(name: str) -> str:
    """The same for people: a name that is nothing but a date or a counter stands for itself."""
    pattern = series_of(name)
    return name if pattern == "*" else pattern


def grouped(archives: t.Sequence[Archive], *, named: bool) -> list[Series]:
    """The jobs, the one with the newest archive first. ``named``: somebody has said that their names are those of one job."""
    names: dict[str, list[Archive]] = {}
    for archive in sorted(archives, key=_moment):
        names.setdefault("*" if named else series_of(archive.name), []).append(archive)
    series = [one for pattern, members in names.items() for one in _parted(pattern, members, named)]
    return sorted(_joined(series), key=_youth)


def _moment(archive: Archive) -> tuple[float, str]:
    return archive.time.timestamp(), archive.name


def _youth(series: Series) -> tuple[float, str]:
    return -series.newest.time.timestamp(), series.newest.name


def _origin(archive: Archive) -> _Origin:
    """Host and sources; a date in a source, as snapshots of file systems have it, changes nothing."""
    sources = archive.sources
    told = None if sources is None else tuple("/".join(read_name(part).exact for part in source.split("/")) for source in sources)
    return archive.host.partition(".")[0], told


def _parted(pattern: str, members: t.Sequence[Archive], named: bool) -> list[Series]:
    """Archives with like names, by job: two jobs take turns, while one that was changed has other sources from then on."""
    origins: dict[_Origin, list[Archive]] = {}
    for archive in members:
        origins.setdefault(_origin(archive), []).append(archive)
    chains: list[Series] = []
    for origin, own in origins.items():
        before = [chain for chain in chains if chain.newest.time < own[0].time and (named or _follows(chain, origin, own[0]))]
        if before:
            max(before, key=lambda chain: (len(_common(chain.origin, origin)), len(chain.archives))).archives += own
        else:
            chains.append(Series(pattern, [*own]))
    return chains


def _follows(chain: Series, origin: _Origin, archive: Archive) -> bool:
    """Whether it may be the same job: a counter without a date may also say which of several things it is."""
    said = read_name(archive.name)
    return said.time is not None or bool(said.unclear) or None in (origin[1], chain.origin[1]) or bool(_common(chain.origin, origin))


def _common(one: _Origin, other: _Origin) -> set[str]:
    return set(one[1] or ()) & set(other[1] or ())


def _joined(series: t.Sequence[Series]) -> list[Series]:
    """Joins what has other names and is of the same host and the same sources: names of one archive each, and those of before."""
    kept: list[Series] = []
    for one in sorted(series, key=lambda one: (-len(one.archives), _moment(one.archives[0]))):
        same = [other for other in kept if other.origin == one.origin and _may_be_one(one, other)]
        if same:
            to = max(same, key=lambda other: (len(os.path.commonprefix([one.newest.name, other.newest.name])), len(other.archives)))
            to.archives = sorted([*to.archives, *one.archives], key=_moment)
        else:
            kept.append(one)
    return kept


def _may_be_one(one: Series, other: Series) -> bool:
    sources = one.origin[1]
    if sources is None:
        return False
    apart = one.newest.time < other.archives[0].time or other.newest.time < one.archives[0].time
    if sources == (STDIN,):  # anything may have come through the pipe: only the names can tell
        common = os.path.commonprefix([one.newest.name, other.newest.name])
        return (len(one.archives) == 1 or apart) and any(char.isalpha() for char in common)
    return len(one.archives) == 1 or apart


__all__ = ("Series", "grouped", "series_of", "shown_series")
