# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restored files beside the live ones, beside a manifest, and beside what the backup lists. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import os
import random
import re
import stat
import typing as t

from .._finding import CannotObserve
from .._phrase import Message, phrase, plural
from .._runner import Runner, unreadable
from ._judgement import FUTURE, Judgement
from ._scratch_servers import within

CHUNK = 1 << 20
WALKED = 200_000  # files of a tree that are looked at
MANIFEST = 64 * 2**20  # bytes of a manifest
TOLD = 5
HALF = 0.5
_LINE = re.compile(r"\\?([0-9a-fA-F]{64}) [ *](.+)")


@dataclasses.dataclass
class Compared:
    """Files of a sample: equal, different though the live one has not changed since, and those that say nothing."""

    equal: int = 0
    differ: list[Message] = dataclasses.field(default_factory=list)
    changed: int = 0
    gone: int = 0
    unreadable: list[Message] = dataclasses.field(default_factory=list)
    old: int = 0  # live files older than the backup that were looked for in it
    missing: list[str] = dataclasses.field(default_factory=list)


def with_live(
    places: t.Mapping[str, str], target: str, since: dt.datetime, sample: int, runner: Runner, whole: t.Collection[str] | None = None
) -> Compared:
    """A random sample of restored files, in size and content; a live file that differs counts where it is older than the backup.

    ``whole``: the folders of which nothing may be missing; None for all that ``places`` names.
    """
    found = Compared()
    restored = [(place, now, path) for place, now in places.items() if within(now, target) for path in files_of(now, runner)]
    chosen = random.sample(restored, min(sample, len(restored)))
    before = since.timestamp() - FUTURE
    for place, now, path in chosen:
        runner.remaining()
        _one(_live(place, now, path), path, before, found, runner)
    for place, now in _narrowed(places, target) if whole is None else _below(places, whole):
        if place.count("/") > 1:  # of what lies below the root itself not all is meant
            _the_other_way(place, now, before, sample, found, runner)
    return found


def _below(places: t.Mapping[str, str], whole: t.Iterable[str]) -> t.Iterator[tuple[str, str]]:
    """Each of these folders, and where it lies now."""
    for folder in whole:
        for place, now in places.items():
            if folder == place:
                yield folder, now
            elif folder.startswith(place.rstrip("/") + "/"):
                yield folder, os.path.join(now, os.path.relpath(folder, place))


def _narrowed(places: t.Mapping[str, str], target: str) -> t.Iterator[tuple[str, str]]:
    """Where what lies below the root is named, as far down as it has one folder alone: nobody has named it as a whole."""
    for place, now in places.items():
        named = place.count("/") > 1
        while not named and os.path.isdir(now) and within(now, target):
            inner = os.listdir(now)
            if len(inner) != 1 or os.path.islink(os.path.join(now, inner[0])):
                break
            place, now = os.path.join(place, inner[0]), os.path.join(now, inner[0])
        yield place, now


def _live(place: str, now: str, path: str) -> str:
    return place if path == now else os.path.join(place, os.path.relpath(path, now))


def _one(live: str, path: str, before: float, found: Compared, runner: Runner) -> None:
    try:
        about = os.lstat(live)
        if not stat.S_ISREG(about.st_mode):
            found.changed += 1
            return
        same = about.st_size == os.lstat(path).st_size and digest(live, runner) == digest(path, runner)
        later = os.lstat(live)
    except FileNotFoundError:
        found.gone += 1
        return
    except OSError as exc:
        found.unreadable.append(unreadable(live, exc))
        return
    if same:
        found.equal += 1
    elif max(later.st_mtime, later.st_ctime) >= before:
        found.changed += 1
    elif about.st_size != os.lstat(path).st_size:
        found.differ.append(
            phrase(
                "{path:path} was restored with {size:bytes}, the live file has {live:bytes} and has not changed since the backup",
                path=live,
                size=os.lstat(path).st_size,
                live=about.st_size,
            )
        )
    else:
        found.differ.append(
            phrase("{path:path} was restored with another content than the live file, which has not changed since the backup", path=live)
        )


def _the_other_way(place: str, now: str, before: float, sample: int, found: Compared, runner: Runner) -> None:
    """Live files older than the backup, looked for in what was restored."""
    old = []
    for path in files_of(place, runner):
        try:
            about = os.lstat(path)
        except OSError:
            continue
        if max(about.st_mtime, about.st_ctime) < before:
            old.append(path)
    for path in random.sample(old, min(sample, len(old))):
        found.old += 1
        there = now if path == place else os.path.join(now, os.path.relpath(path, place))
        if not os.path.lexists(there):
            found.missing.append(path)


def judge(compared: Compared, asked: bool, judgement: Judgement) -> bool:
    """What the comparison means; whether anything was compared. ``asked``: the comparison was asked for by name."""
    judgement.fails += compared.differ
    if compared.missing:
        said = plural(
            "{count:number} of {of:number} live files that are older than the backup is not in it: {paths:list}",
            "{count:number} of {of:number} live files that are older than the backup are not in it: {paths:list}",
            count=len(compared.missing),
            of=compared.old,
            paths=sorted(compared.missing)[:TOLD],
        )
        # what is left out on purpose is left out every time
        (judgement.warns if len(compared.missing) >= HALF * compared.old else judgement.notes).append(said)
    if compared.equal or compared.differ:
        return True
    if not asked:
        return False
    if compared.unreadable:
        judgement.unseen.append(compared.unreadable[0])
        return False
    judgement.warns.append(
        phrase(
            "no restored file could be compared with a live one: {changed:number} have changed since, {gone:number} are gone",
            changed=compared.changed,
            gone=compared.gone,
        )
    )
    return False


def with_listing(listed: t.Mapping[str, int], target: str, judgement: Judgement) -> None:
    """Sizes as the backup itself lists them."""
    wrong = []
    for name, size in sorted(listed.items()):
        path = name if name.startswith(target + os.sep) else os.path.join(target, name.lstrip("/"))
        try:
            real = os.lstat(path).st_size
        except OSError:
            wrong.append(phrase("{path:path} is listed in the backup and was not restored", path=name))
            continue
        if real != size:
            wrong.append(
                phrase("{path:path} was restored with {size:bytes}, the backup lists {listed:bytes}", path=name, size=real, listed=size)
            )
    judgement.fails += wrong


def with_manifest(name: str, places: t.Mapping[str, str], target: str, runner: Runner, judgement: Judgement) -> int:
    """Files by the digests of a manifest that was restored with them, as sha256sum writes it; how many it names. CannotObserve."""
    path = _manifest(name, places, target)
    if path is None:
        judgement.fails.append(phrase("the manifest {path:path} is not among what was restored", path=name))
        return 0
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as stream:
            text = stream.read(MANIFEST + 1)
    except OSError as exc:
        raise CannotObserve(unreadable(path, exc)) from None
    entries = [_LINE.fullmatch(line) for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if not entries or None in entries or len(text) > MANIFEST:
        raise CannotObserve(phrase("the manifest {path:path} is not what sha256sum writes", path=name))
    for entry in entries:
        runner.remaining()
        wanted, named = t.cast("re.Match[str]", entry).groups()
        file = os.path.join(os.path.dirname(path), named)
        if not within(file, target):
            raise CannotObserve(
                phrase("the manifest {path:path} names {file:path}, which is not below what was restored", path=name, file=named)
            )
        try:
            if digest(file, runner) != wanted.lower():
                judgement.fails.append(phrase("{path:path} was restored with another content than the manifest says", path=named))
        except OSError:
            judgement.fails.append(phrase("{path:path} is named in the manifest and was not restored", path=named))
    return len(entries)


def _manifest(name: str, places: t.Mapping[str, str], target: str) -> str | None:
    candidates = [os.path.join(now, name.lstrip("/")) for now in places.values()] + [os.path.join(target, name.lstrip("/"))]
    for before, now in places.items():
        if name.startswith(before.rstrip("/") + "/"):
            candidates.append(os.path.join(now, os.path.relpath(name, before)))
    return next((path for path in candidates if os.path.isfile(path) and within(path, target)), None)


def files_of(path: str, runner: Runner) -> t.Iterator[str]:
    """The regular files of a tree, or the file itself; no link is followed. At most as many as are looked at."""
    if os.path.isfile(path) and not os.path.islink(path):
        yield path
        return
    looked = 0
    for folder, _names, files in os.walk(path):
        runner.remaining()
        for name in files:
            inner = os.path.join(folder, name)
            looked += 1
            if looked > WALKED:
                return
            try:
                if stat.S_ISREG(os.lstat(inner).st_mode):
                    yield inner
            except OSError:
                continue


def digest(path: str, runner: Runner) -> str:
    """SHA-256 of a regular file; no link is followed. OSError."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError("it is no regular file")
    with os.fdopen(handle, "rb") as stream:
        found = hashlib.sha256()
        while chunk := stream.read(CHUNK):
            found.update(chunk)
            runner.remaining()
    return found.hexdigest()


__all__ = ("Compared", "digest", "files_of", "judge", "with_listing", "with_live", "with_manifest")
