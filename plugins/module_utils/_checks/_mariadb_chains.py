# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which backups of MariaDB can be restored: the complete ones whose base is there. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import glob
import os
import typing as t

from .._argspec import ArgumentsRefused
from .._clients.mariadb_backups import Backup, chain, look, places, read
from .._finding import CannotObserve
from .._phrase import Message, phrase
from .._runner import Runner, unreadable
from ._dated_names import name_time, parts_of, translate
from ._judgement import FUTURE
from ._time_zone import time_zone

LARGEST = 2 * 2**30  # bytes, the default of verify_max_bytes


class Access(t.TypedDict):
    """The options by which the backups are found."""

    path: str | None
    pattern: list[str] | None
    time_zone: str | None
    verify_max_bytes: int
    timeout: float


@dataclasses.dataclass
class Chains:
    """``newest``: the newest backup that can be restored with what it builds on, oldest first; empty where there is none."""

    newest: list[Backup] = dataclasses.field(default_factory=list)
    whole: list[Backup] = dataclasses.field(default_factory=list)  # those that can be restored, oldest first
    incomplete: list[Backup] = dataclasses.field(default_factory=list)
    baseless: list[Backup] = dataclasses.field(default_factory=list)  # incremental ones whose base is not there
    future: list[Backup] = dataclasses.field(default_factory=list)
    unseen: list[Backup] = dataclasses.field(default_factory=list)
    closed: list[Message] = dataclasses.field(default_factory=list)  # folders that could not be looked into

    @property
    def all(self) -> list[Backup]:
        return [*self.whole, *self.incomplete, *self.baseless, *self.future, *self.unseen]


class _Found:
    """What lies below the folder or fits the patterns."""

    def __init__(self, args: Access, runner: Runner) -> None:
        self.args, self.runner = args, runner
        self.zone: dt.tzinfo | None = time_zone(args.get("time_zone"))
        self.closed: list[Message] = []
        self.named: dict[str, float | None] = {}  # the moment that a name means
        if args["path"]:
            self._below(args["path"])
        for pattern in args["pattern"] or []:
            self._matching(pattern)
        if self.closed and not self.named:
            raise CannotObserve(self.closed[0])
        self.backups = []
        for path in self.named:
            runner.remaining()
            self.backups.append(self._bounded(look(path, self.zone, runner)))
        self.backups.sort(key=_by_time)

    def _below(self, path: str) -> None:
        try:
            os.stat(path)
        except OSError as exc:
            raise CannotObserve(unreadable(path, exc), absent=isinstance(exc, FileNotFoundError)) from None
        for found in places(path, self.runner, self.closed):
            self.named[found] = None

    def _matching(self, pattern: str) -> None:
        wildcards, expression = translate(pattern)
        if not os.path.isabs(pattern):
            raise ArgumentsRefused([f"pattern: '{pattern}' does not start with /"])
        for path in sorted(glob.glob(wildcards, recursive=True)):
            parts = parts_of(expression, path)
            if parts is None:
                continue
            for found in places(path, self.runner, self.closed):
                self.named.setdefault(found, name_time(parts))

    def _bounded(self, backup: Backup) -> Backup:
        """No younger than the date in its name."""
        named = self.named[backup.path]
        if named is not None:
            backup.changed = min(backup.changed, named)
            backup.ended = backup.ended if backup.ended is None else min(backup.ended, named)
        return backup

    def read(self, backup: Backup) -> None:
        read(backup, self.zone, self.runner, self.args.get("verify_max_bytes") or LARGEST)
        self._bounded(backup)


def _by_time(backup: Backup) -> tuple[float, str]:
    return backup.time, backup.path


def chains(args: Access, runner: Runner, *, until: str | None = None) -> Chains:
    """What is there. Streams are read until the newest that can be restored is found, or the one of this path. CannotObserve."""
    found = _Found(args, runner)
    result = Chains(closed=found.closed)
    latest = runner.now().timestamp() + FUTURE
    waiting = list(found.backups)
    while waiting:
        waiting.sort(key=_by_time)
        backup = waiting[-1]
        if backup.unread and (backup.path == until or not result.newest):
            found.read(backup)
            continue  # it may be older than its file
        waiting.pop()
        if backup.unseen:
            result.unseen.append(backup)
        elif backup.time > latest:
            result.future.append(backup)
        elif backup.incomplete:
            result.incomplete.append(backup)
        else:
            links = [backup] if backup.unread else _links(backup, waiting, found)
            if links is None:
                result.baseless.append(backup)
                continue
            result.whole.append(backup)
            result.newest = result.newest or links
    result.whole.reverse()
    return result


def _links(backup: Backup, earlier: list[Backup], found: _Found) -> list[Backup] | None:
    """The chain of a backup; earlier streams are read as far as that needs."""
    while True:
        links = chain(backup, [*earlier, backup])
        unread = [one for one in earlier if one.unread]
        if links is not None or not unread:
            return links
        found.read(unread[-1])


def about(backup: Backup) -> Message:
    """Why a backup is not counted."""
    why = backup.incomplete or backup.unseen
    if backup.writing:
        return phrase("{path:path} is still being made, or was given up lately: {reason}", path=backup.path, reason=why)
    return phrase("{path:path}: {reason}", path=backup.path, reason=why)


__all__ = ("LARGEST", "Access", "Chains", "about", "chains")
