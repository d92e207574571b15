# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the archives of borg hold of each path, beside earlier archives and the files as they are now. PRIVATE to the collection."""

from __future__ import annotations

import concurrent.futures
import contextlib
import contextvars
import dataclasses
import os
import posixpath
import stat
import typing as t

from .._clients.borg import Archive, Borg, Item
from .._finding import CannotObserve
from .._message import one_line
from .._phrase import NOTHING, Message, phrase, plural
from . import _held_content as folders
from ._judgement import shrunk

AT_ONCE = 2  # borgs that list
MOST_ENTRIES = 300_000  # of a tree on the host, which the check walks through
FEWEST = 20  # files from which on their number says something
HOLLOW = 0.1  # the share of the data below which hardly anything was backed up
_CACHE_TAG = "CACHEDIR.TAG"


@dataclasses.dataclass
class Held:
    """What an archive holds of one path, or of everything."""

    there: bool = False
    link: str = ""  # the folder above it, or itself, of which only a symbolic link is in the archive
    files: int = 0
    size: int = 0
    items: int = 0
    broken: list[str] = dataclasses.field(default_factory=list)
    listing: dict[str, int] = dataclasses.field(default_factory=dict)  # its files
    links: list[str] = dataclasses.field(default_factory=list)
    within: set[str] = dataclasses.field(default_factory=set)  # of the places that were asked for, those that hold a file


@dataclasses.dataclass
class Live:
    """The files of a path on this host that are older than the backup; ``whole`` where all of them could be looked at."""

    files: int = 0
    size: int = 0
    whole: bool = True
    mounts: dict[str, bool] = dataclasses.field(default_factory=dict)  # file systems of their own within it: whether they hold files


class Contents(t.NamedTuple):
    """What the newest archive holds, and earlier ones; None where one could not be read."""

    newest: dict[str, Held]
    earlier: list[dict[str, Held]]
    trouble: Message | None  # why an earlier one could not be read
    live: dict[str, Live]


def stored(path: str) -> str:
    """The path as borg stores it: without the slash at its beginning."""
    normal = posixpath.normpath(path).lstrip("/")
    return "" if normal == "." else normal


def patterns_of(paths: t.Sequence[str]) -> list[str]:
    """What is asked of borg: all below each path, and the folders above it, of which one may be a link."""
    if not paths or any(not stored(path) for path in paths):
        return []
    out: list[str] = []
    for path in paths:
        parts = stored(path).split("/")
        out += [f"pf:{'/'.join(parts[:end])}" for end in range(1, len(parts))]
        out.append(f"pp:{stored(path)}")
    return list(dict.fromkeys(out))


def held_of(items: t.Iterable[Item], paths: t.Sequence[str], places: t.Iterable[str] = ()) -> dict[str, Held]:
    """What is there of each path; of everything below "" where none is given. ``places``: folders below, of which any may hold a file."""
    found = {path: Held() for path in paths or ("",)}
    roots = [(held, root, f"{root}/" if root else "") for path, held in found.items() for root in (stored(path),)]
    inner = {place: stored(place) + "/" for place in places}
    for item in items:
        kind, name, size, broken = item
        for held, root, within in roots:
            if kind == "l" and root and (name == root or root.startswith(name + "/")):
                held.link = name
            if name != root and not name.startswith(within):
                continue
            held.there = True
            held.items += 1
            if kind == "l":
                held.links.append(f"/{name}")
            elif kind in "-h":
                held.files += 1
                held.size += size
                held.listing[f"/{name}"] = size
                if broken:
                    held.broken.append(name)
                if inner:
                    held.within.update(place for place, prefix in inner.items() if name.startswith(prefix))
    return found


def walk(path: str, before: float) -> Live | None:
    """The files below a path that were there, as they are, at ``before``; None where the path is not on this host or not to be seen."""
    live = Live()
    try:
        about = os.stat(path)
    except OSError:
        return None
    if not stat.S_ISDIR(about.st_mode):
        _count(live, about, before, set())
        return live
    seen: set[tuple[int, int]] = set()
    left = [(path, about.st_dev, "")]
    entries = 0
    while left:
        folder, device, mount = left.pop()
        try:
            inside = list(os.scandir(folder))
        except OSError:
            live.whole = False
            continue
        if any(entry.name == _CACHE_TAG for entry in inside) and folder != path:
            continue  # what says of itself that it is no data
        for entry in inside:
            entries += 1
            if entries > MOST_ENTRIES:
                live.whole = False
                return live
            with contextlib.suppress(OSError):
                one = entry.stat(follow_symlinks=False)
                if stat.S_ISDIR(one.st_mode):
                    own = entry.path if one.st_dev != device else mount
                    if own != mount:
                        live.mounts[own] = False
                    left.append((entry.path, one.st_dev, own))
                elif _count(live, one, before, seen) and mount:
                    live.mounts[mount] = True
    return live


def _count(live: Live, one: os.stat_result, before: float, seen: set[tuple[int, int]]) -> bool:
    if not stat.S_ISREG(one.st_mode) or max(one.st_mtime, one.st_ctime) > before:
        return False
    if one.st_nlink > 1:
        if (one.st_dev, one.st_ino) in seen:
            return False
        seen.add((one.st_dev, one.st_ino))
    live.files += 1
    live.size += one.st_size
    return True


def look(borg: Borg, newest: Archive, earlier: t.Sequence[Archive], paths: t.Sequence[str], deviation: float, live: bool) -> Contents:
    """Lists the newest archive and the first of the earlier ones, and the others where the newest is small beside that.

    Each start of borg takes half a second, however little it is asked.
    """
    patterns = patterns_of(paths)
    few, rest = earlier[:1], earlier[1:]

    def listed(archive: Archive) -> concurrent.futures.Future[list[Item]]:
        # in a copy of the context, by which secrets are taken out of what is said
        return pool.submit(contextvars.copy_context().run, borg.items, archive, patterns)

    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        first = listed(newest)
        others = [listed(archive) for archive in few]
        trees = {path: tree for path in paths if live and (tree := walk(path, newest.time.timestamp())) is not None}
        places = [place for tree in trees.values() for place in tree.mounts]
        try:
            found = held_of(first.result(), paths, places)
            before, trouble = _of_earlier(others, paths)
            if trouble is None and rest and not _is_plain(found, before, deviation):
                more, trouble = _of_earlier([listed(archive) for archive in rest], paths)
                before += more
        except BaseException:
            for other in others:
                other.cancel()
            raise
    return Contents(found, before, trouble, trees)


def _of_earlier(
    others: t.Sequence[concurrent.futures.Future[list[Item]]], paths: t.Sequence[str]
) -> tuple[list[dict[str, Held]], Message | None]:
    found, trouble = [], None
    for other in others:
        try:
            found.append(held_of(other.result(), paths))
        except CannotObserve as exc:
            trouble = exc.message
    return found, trouble


def _is_plain(newest: dict[str, Held], earlier: t.Sequence[dict[str, Held]], deviation: float) -> bool:
    """Whether the newest is small beside none of these, as a whole and folder by folder."""
    return all(
        held.size >= one[path].size * (1 - deviation)
        and held.files >= one[path].files * (1 - deviation)
        and not folders.beside_earlier(NOTHING, held.listing, [one[path].listing])
        for path, held in newest.items()
        for one in earlier
    )


# -- what is said of it


def missing(archive: Message, path: str, held: Held) -> Message | None:
    """Says that a path, or "" for everything, is not in the archive as data: a fail."""
    if not path:
        return _nothing(archive, held)
    if held.link and not held.files:
        return phrase(
            "{archive} holds of {path:path} only the symbolic link {link:path}: what it leads to is not backed up",
            archive=archive,
            path=path,
            link=f"/{held.link}",
        )
    if not held.there:
        return phrase("{archive} holds nothing of {path:path}", archive=archive, path=path)
    if not held.files:
        return phrase("{archive} holds of {path:path} only empty folders", archive=archive, path=path)
    if not held.size:
        return plural(
            "{archive} holds of {path:path} {count:number} file, and it is empty",
            "{archive} holds of {path:path} {count:number} files, and all are empty",
            count=held.files,
            archive=archive,
            path=path,
        )
    return None


def _nothing(archive: Message, held: Held) -> Message | None:
    if not held.there:
        return phrase("{archive} holds nothing", archive=archive)
    if not held.files:
        return phrase("{archive} holds no file", archive=archive)
    if not held.size:
        return plural(
            "{archive} holds {count:number} file, and it is empty",
            "{archive} holds {count:number} files, and all are empty",
            count=held.files,
            archive=archive,
        )
    return None


def zeros(archive: Message, held: Held) -> Message | None:
    """Says that files have lost data already: a fail."""
    if not held.broken:
        return None
    return plural(
        "{archive} has {count:number} file with lost data, which borg check has filled with zeros: {path:path}",
        "{archive} has {count:number} files with lost data, which borg check has filled with zeros, such as {path:path}",
        count=len(held.broken),
        archive=archive,
        path=f"/{one_line(held.broken[0], 200)}",
    )


def beside_earlier(
    archive: Message, path: str, held: Held, earlier: t.Sequence[dict[str, Held]], deviation: float
) -> tuple[list[Message], list[Message]]:
    """What fails and what warns, since there is suspiciously little beside earlier archives."""
    before = [one[path] for one in earlier if one[path].there]
    sizes = [one.size for one in before]
    content = phrase("{path:path} in {archive}", path=path, archive=archive) if path else archive
    said = shrunk(content, held.size, sizes, deviation)
    if folders.is_hollow(held.size, sizes):
        return [said or phrase("{content} has {size:bytes}, next to nothing", content=content, size=held.size)], []
    warns = folders.beside_earlier(archive, held.listing, [one.listing for one in before])
    if said is not None:
        return [], [said, *warns]
    usual = _median([one.files for one in before])
    if usual < FEWEST or held.files >= usual * (1 - deviation):
        return [], warns
    fewer = phrase(
        "{content} has {files:number} files, the earlier ones have {usual:number}: more than {share:percent} fewer",
        content=content,
        files=held.files,
        usual=usual,
        share=deviation,
    )
    return [], [fewer, *warns]


def _median(numbers: t.Sequence[int]) -> float:
    import statistics  # slow to import, and not every archive has earlier ones

    return statistics.median(numbers) if numbers else 0


def beside_live(archive: Message, path: str, held: Held, live: Live, deviation: float) -> tuple[list[Message], list[Message]]:
    """What fails and what warns, beside the files on this host that are older than the archive."""
    fails = [
        phrase(
            "{archive} holds nothing of {mount:path}, a file system of its own below {path:path} that has files",
            archive=archive,
            mount=mount,
            path=path,
        )
        for mount, filled in sorted(live.mounts.items())
        if filled and mount not in held.within
    ]
    few = live.files >= FEWEST and held.files < live.files * (1 - deviation)
    if fails or not (few or held.size < live.size * (1 - deviation)):
        return fails, []
    said = phrase(
        "{archive} holds {files:number} files ({size:bytes}) of {path:path}, this host has {live_files:number} ({live_size:bytes}) "
        "that are older: something is left out",
        archive=archive,
        files=held.files,
        size=held.size,
        path=path,
        live_files=live.files,
        live_size=live.size,
    )
    hollow = held.size < live.size * HOLLOW or (few and held.files < live.files * HOLLOW)
    return ([said], []) if hollow else ([], [said])


__all__ = (
    "Contents",
    "Held",
    "Live",
    "beside_earlier",
    "beside_live",
    "held_of",
    "look",
    "missing",
    "patterns_of",
    "stored",
    "walk",
    "zeros",
)
