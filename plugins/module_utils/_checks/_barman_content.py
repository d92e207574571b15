# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the files of a backup of barman lie there with the sizes that they had, without reading them. PRIVATE to the collection.

barman itself keeps only a sum (``size`` in backup.info, of every file below the folder of the backup); the manifest of PostgreSQL has
each file.
"""

from __future__ import annotations

import os
import re
import typing as t

from .._clients.barman import Told
from .._clients.barman_files import Info
from .._clients.pg_manifest import LARGEST, NAME, Listed, parse
from .._finding import CannotObserve
from .._phrase import Message, phrase, plural, with_more
from .._runner import Runner, unreadable
from ._judgement import Judgement

OWN = 256 * 2**10  # bytes of what barman itself has written beside the data, and writes anew


def judge_files(told: Told, backup: str, shown: Message, info: Info, runner: Runner, judgement: Judgement) -> int | None:
    """Compares sizes; the number of files that the backup is to have, where that is known. CannotObserve."""
    folder = os.path.join(told.text("basebackups_directory") or "", backup)
    path = os.path.join(folder, "data", NAME)
    items = None
    if os.path.exists(path):
        try:
            manifest = parse(runner.read_bytes(path, max_bytes=LARGEST))
        except CannotObserve as exc:
            if not os.access(path, os.R_OK):
                raise
            judgement.fails.append(phrase("{backup}: its manifest is not as it was written ({reason})", backup=shown, reason=exc.message))
        else:
            items = len(manifest.files)
            if not manifest.sound:
                judgement.fails.append(phrase("{backup}: its manifest is not as it was written", backup=shown))
            if not _is_packed(os.path.join(folder, "data")):
                _compare(folder, manifest.files, shown, runner, judgement)
                return items
    if info.size is not None and info.encryption is None:
        there = _sum(folder, runner)
        if there < info.size - OWN:
            judgement.fails.append(
                phrase(
                    "files of {backup} are missing or cut: {there:bytes} of {size:bytes} are there",
                    backup=shown,
                    there=there,
                    size=info.size,
                )
            )
    return items


def _is_packed(data: str) -> bool:
    """Whether pg_basebackup compressed it: the manifest is of what is in the archives."""
    try:
        return any(re.match(r"base\.tar(\.|$)", name) for name in os.listdir(data))
    except OSError as exc:
        raise CannotObserve(unreadable(data, exc)) from None


def _place_of(folder: str, path: str) -> str:
    """Where a file of the manifest lies: tablespaces lie beside the data, and the links to them may lead elsewhere."""
    words = path.split("/", 2)
    if words[0] == "pg_tblspc" and len(words) == 3 and os.path.isdir(os.path.join(folder, words[1])):
        return os.path.join(folder, words[1], words[2])
    return os.path.join(folder, "data", path)


def _compare(folder: str, files: t.Sequence[Listed], shown: Message, runner: Runner, judgement: Judgement) -> None:
    lost: list[str] = []
    other: list[tuple[Listed, int]] = []
    for listed in files:
        place = _place_of(folder, listed.path)
        runner.remaining()
        try:
            size = os.stat(place).st_size
        except (FileNotFoundError, NotADirectoryError):
            lost.append(listed.path)
            continue
        except OSError as exc:
            raise CannotObserve(unreadable(place, exc)) from None
        if size != listed.size:
            other.append((listed, size))
    if lost:
        judgement.fails.append(
            plural(
                "{backup} lacks {path:path}: it cannot be restored",
                "{backup} lacks {count:number} of its {total:number} files, such as {path:path}: it cannot be restored",
                count=len(lost),
                backup=shown,
                total=len(files),
                path=lost[0],
            )
        )
    if other:
        listed, size = other[0]
        said = phrase(
            "{backup}: {path:path} has {size:bytes}, {wanted:bytes} were backed up",
            backup=shown,
            path=listed.path,
            size=size,
            wanted=listed.size,
        )
        judgement.fails.append(with_more(said, len(other) - 1))


def _sum(folder: str, runner: Runner) -> int:
    """Bytes of all files below a folder. CannotObserve where one cannot be looked at."""
    total = 0

    def refused(exc: OSError) -> None:
        raise CannotObserve(unreadable(str(exc.filename), exc)) from None

    for base, _folders, names in os.walk(folder, onerror=refused):
        runner.remaining()
        for name in names:
            try:
                total += os.lstat(os.path.join(base, name)).st_size
            except OSError as exc:
                raise CannotObserve(unreadable(os.path.join(base, name), exc)) from None
    return total


__all__ = ("judge_files",)
