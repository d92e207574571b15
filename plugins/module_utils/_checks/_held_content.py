# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the newest backup holds beside earlier ones, folder by folder and file by file. PRIVATE to the collection.

A listing is the path of each regular file with its size in bytes. What grows elsewhere does not make up for a folder that is gone.
"""

from __future__ import annotations

import collections
import posixpath
import re
import statistics
import typing as t

from .._phrase import Message, phrase, plural
from ._read_names import read_name

Listing = t.Mapping[str, int]
HOLLOW = 0.01  # the share of what is usual below which hardly anything is left: no backup shrinks like this by work
LEAST = 16_384  # bytes of a file, or in a folder, from which on their loss is told
PART = 0.1  # the share of the bytes or files that a folder has for its loss to be told
FEWEST = 20  # files from which on their number says something
MOST_SAID = 5
MOST_DATED = 10_000  # names that are looked at for a date
_PERHAPS_DATED = re.compile(r"20\d\d|\d{6}|\d{2}[-_.]\d{2}")
# what is emptied by work: logs, journals, locks, queues, caches
_EMPTIED_BY_WORK = re.compile(
    r"(?<![a-z])(?:logs?|syslog|messages|journals?|wal|shm|out|err|trace|locks?|lck|pid|te?mp|swp|sock|spool|queue|caches?|history|sessions?)"
    r"(?![a-z])",
    re.I,
)
_NUMBERS = re.compile(r"\d+|(?<![0-9A-Za-z])[0-9a-f]{6,}(?![0-9A-Za-z])", re.I)


class Folder(t.NamedTuple):
    """Files and bytes in a folder and all below it."""

    files: int
    size: int


def is_hollow(newest: float, earlier: t.Sequence[float]) -> bool:
    """Whether a backup holds less than a hundredth of the median of earlier ones: a failure, whatever deviation is allowed."""
    usual = statistics.median(earlier) if earlier else 0
    return usual >= 1 and newest < usual * HOLLOW


def beside_earlier(backup: Message, newest: Listing, earlier: t.Sequence[Listing]) -> list[Message]:
    """Says which folders and files have lost what they usually hold."""
    known = [listing for listing in earlier if listing and listing != newest]
    if earlier and len(known) * 2 < len(earlier):
        known = []  # most of them hold the same
    said = {**_series(backup, newest, known), **_files(backup, newest, known)}
    folders = _folders(backup, newest, known, said)
    return folders + list(said.values())[:MOST_SAID]


def _folders(backup: Message, newest: Listing, earlier: t.Sequence[Listing], told: t.Collection[str]) -> list[Message]:
    """Says which folders are as good as empty, the outermost of each. Of all there is as a whole, others tell; so of the files ``told``."""
    if not earlier:
        return []
    now, before = folders_of(newest), [folders_of(listing) for listing in earlier]
    files, size = _usual([Folder(len(listing), sum(listing.values())) for listing in earlier])
    lost: dict[str, Folder] = {}
    for folder in sorted(set().union(*before)):
        usual = _usual([one.get(folder, Folder(0, 0)) for one in before])
        have = now.get(folder, Folder(0, 0))
        if usual.size < LEAST or have.size >= usual.size * HOLLOW or _by_work(folder):
            continue
        if usual.size < size * PART and (usual.files < FEWEST or usual.files < files * PART):
            continue
        inside = folder.rstrip("/") + "/"
        if usual.files >= files or any(inside.startswith(one.rstrip("/") + "/") for one in lost):
            continue
        if any(path.startswith(inside) for path in told):
            continue
        if not _has_moved(folder, usual, newest, earlier, now, before):
            lost[folder] = usual
    return [
        plural(
            "{folder:path} holds {now:bytes} in {backup}, earlier ones have {count:number} file with {size:bytes} there",
            "{folder:path} holds {now:bytes} in {backup}, earlier ones have {count:number} files with {size:bytes} there",
            count=usual.files,
            folder=folder,
            now=now.get(folder, Folder(0, 0)).size,
            backup=backup,
            size=usual.size,
        )
        for folder, usual in list(lost.items())[:MOST_SAID]
    ]


def folders_of(listing: Listing) -> dict[str, Folder]:
    """Each folder with files in it or below it, as the paths of the listing name it."""
    own: dict[str, list[int]] = {}
    for path, size in listing.items():
        sums = own.setdefault(posixpath.dirname(path), [0, 0])
        sums[0] += 1
        sums[1] += size
    whole: dict[str, list[int]] = {}
    for folder, (files, size) in own.items():
        while True:
            sums = whole.setdefault(folder, [0, 0])
            sums[0] += files
            sums[1] += size
            above = posixpath.dirname(folder)
            if above == folder:
                break
            folder = above
    return {folder: Folder(files, size) for folder, (files, size) in whole.items()}


def _usual(found: t.Sequence[Folder]) -> Folder:
    return Folder(int(statistics.median(one.files for one in found)), int(statistics.median(one.size for one in found)))


def _by_work(path: str) -> bool:
    return _EMPTIED_BY_WORK.search(posixpath.basename(path)) is not None


def _alike(path: str) -> str:
    return _NUMBERS.sub("#", path)


def _has_moved(
    folder: str,
    usual: Folder,
    newest: Listing,
    earlier: t.Sequence[Listing],
    now: t.Mapping[str, Folder],
    before: t.Sequence[t.Mapping[str, Folder]],
) -> bool:
    """Whether its content has a new name: a folder of another day or version, or the same files at another place."""
    name = _alike(folder)
    if name != folder and any(
        one.size >= usual.size / 2 and _alike(other) == name and not all(other in listing for listing in before)
        for other, one in now.items()
    ):
        return True
    prefix = folder.rstrip("/") + "/"
    last = next((listing for listing in reversed(earlier) if any(path.startswith(prefix) for path in listing)), {})
    new = collections.Counter((posixpath.basename(path), size) for path, size in newest.items() if path not in last)
    old = collections.Counter((posixpath.basename(path), size) for path, size in last.items() if path.startswith(prefix))
    return sum(size * number for (_name, size), number in (old & new).items()) * 2 >= usual.size


def _files(backup: Message, newest: Listing, earlier: t.Sequence[Listing]) -> dict[str, Message]:
    """Says which files have lost their content and kept their name."""
    said = {}
    for path, size in newest.items():
        if not any(size < listing.get(path, 0) * HOLLOW for listing in earlier):
            continue
        usual = statistics.median([listing[path] for listing in earlier if path in listing])
        if usual < LEAST or size >= usual * HOLLOW or any(_by_work(part) for part in path.split("/")[-2:]):
            continue
        said[path] = phrase(
            "{file:path} has {now:bytes} in {backup}, it has {usual:bytes} in earlier ones",
            file=path,
            now=size,
            backup=backup,
            usual=int(usual),
        )
    return said


def _series(backup: Message, newest: Listing, earlier: t.Sequence[Listing]) -> dict[str, Message]:
    """Says which files are the newest of a row of dated ones, and have next to nothing of what those before have."""
    sizes: dict[str, int] = {}
    for listing in (*earlier, newest):
        sizes.update(listing)
    rows: dict[tuple[str, str], list[str]] = {}
    for path in sizes:
        folder, _slash, name = path.rpartition("/")
        if _PERHAPS_DATED.search(name) and not _by_work(path):
            rows.setdefault((folder, _alike(name)), []).append(path)
    said, left = {}, MOST_DATED
    for paths in rows.values():
        largest = max(sizes[path] for path in paths)
        if largest < LEAST or min(sizes[path] for path in paths) >= largest * HOLLOW or left < len(paths):
            continue
        left -= len(paths)
        dated = [(moment, path) for path in paths if (moment := read_name(posixpath.basename(path)).time) is not None]
        if len(dated) < 2:
            continue
        last = max(dated)[1]
        usual = statistics.median([sizes[path] for _moment, path in dated if path != last])
        if last in newest and usual >= LEAST and newest[last] < usual * HOLLOW:
            said[last] = phrase(
                "{file:path} has {now:bytes} in {backup}, those of earlier dates have {usual:bytes}",
                file=last,
                now=newest[last],
                backup=backup,
                usual=int(usual),
            )
    return said


__all__ = ("HOLLOW", "Folder", "Listing", "beside_earlier", "folders_of", "is_hollow")
