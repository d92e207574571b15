# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies below a path of this host now, to be held against what a backup holds of it. PRIVATE to the collection."""

from __future__ import annotations

import collections
import dataclasses
import fnmatch
import os
import posixpath
import socket
import stat
import typing as t

from .._paths import is_within
from .._phrase import Message, phrase, plural

MOST = 500_000  # entries that are looked at
SECONDS = 20.0
MANY, MUCH = 10, 4096  # files and bytes that are more than a day's work
# names of folders that hold nothing worth a backup
_CACHES = frozenset(
    ("node_modules", "__pycache__", ".cache", "cache", "caches", "tmp", ".tmp", "temp", ".npm", ".venv", ".tox", "lost+found")
)
_TAG, _SIGNATURE = "CACHEDIR.TAG", b"Signature: 8a477f597d28d172789f06886806bc55"


@dataclasses.dataclass
class Live:
    """Files (all that is neither folder nor link) and bytes below a path; ``below``: of what lies directly in it. ``cut``: not all."""

    files: int = 0
    size: int = 0
    cut: bool = False
    unreadable: int = 0
    below: dict[str, tuple[int, int]] = dataclasses.field(default_factory=dict)


def is_this_host(name: str) -> bool:
    """Whether a backup says that it is of this host, with or without its domain."""
    own = {socket.gethostname(), *(([socket.getfqdn()]) if "." in name else ())}
    return name in own or name.split(".")[0] in {one.split(".")[0] for one in own}


def look(path: str, remaining: t.Callable[[], float], excludes: t.Sequence[str] = (), until: float | None = None) -> Live | None:
    """What lies at the path, without caches, what is excluded by name, and what has come or changed since ``until``; None where there is
    nothing that can be looked at.
    """
    try:
        kind = os.stat(path)
    except OSError:
        return None
    if not stat.S_ISDIR(kind.st_mode):
        return Live() if until is not None and max(kind.st_mtime, kind.st_ctime) > until else Live(1, kind.st_size)
    live, seen = Live(), 0
    least = max(0.0, remaining() - SECONDS)
    waiting = collections.deque([(path, "")])
    while waiting:
        folder, top = waiting.popleft()
        try:
            with os.scandir(folder) as found:
                entries = list(found)
        except OSError:
            live.unreadable += 1
            continue
        if folder != path and _is_cache(folder, entries):
            continue
        files = size = 0
        for entry in entries:
            seen += 1
            try:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name.lower() not in _CACHES:
                        waiting.append((entry.path, top or entry.name))
                    continue
                if any(_is_excluded(entry.name, pattern) for pattern in excludes):
                    continue
                about = entry.stat(follow_symlinks=False)
                if stat.S_ISLNK(about.st_mode) or (until is not None and max(about.st_mtime, about.st_ctime) > until):
                    continue
                files += 1
                size += about.st_size if stat.S_ISREG(about.st_mode) else 0
            except OSError:
                live.unreadable += 1
        live.files, live.size = live.files + files, live.size + size
        if top:
            before = live.below.get(top, (0, 0))
            live.below[top] = (before[0] + files, before[1] + size)
        if seen > MOST or remaining() < least:
            live.cut = bool(waiting)
            break
    return live


def changed_since(path: str, moment: float) -> bool:
    """Whether the path itself may have come since then."""
    try:
        about = os.lstat(path)
    except OSError:
        return False
    return max(about.st_mtime, about.st_ctime) > moment


def _is_cache(folder: str, entries: t.Sequence[os.DirEntry[str]]) -> bool:
    if not any(entry.name == _TAG for entry in entries):
        return False
    try:
        with open(os.path.join(folder, _TAG), "rb") as handle:
            return handle.read(len(_SIGNATURE)) == _SIGNATURE
    except OSError:
        return False


def _is_excluded(name: str, pattern: str) -> bool:
    """Kinds of files that a person excludes, such as *.tmp. The name or the path of a folder may be the fault that is looked for."""
    return "/" not in pattern and "*" in pattern and pattern.strip("*") != "" and fnmatch.fnmatchcase(name, pattern)


# where links lead to programs and to what the system keeps itself
_SYSTEM = (
    "/usr",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/bin",
    "/sbin",
    "/proc",
    "/sys",
    "/dev",
    "/run",
    "/boot",
    "/snap",
    "/nix",
    "/gnu",
)
_OF_SITES = ("/usr/local",)
MOST_LINKS = 2000  # that are followed


def leading_out(links: t.Sequence[str], backed_up: t.Collection[str]) -> list[tuple[str, str]]:
    """Links on this host, and what they lead to, where that holds something and lies in none of the paths that are backed up.

    A link stands in a backup as it is: what it leads to is in there only where it lies there itself.
    """
    roots = [os.path.realpath(path) for path in backed_up]
    found: dict[str, str] = {}
    for link in links[:MOST_LINKS]:
        target = os.path.realpath(link)
        if any(is_within(target, root) for root in roots) or not os.path.islink(link):
            continue
        if any(is_within(target, root) for root in _SYSTEM) and not any(is_within(target, root) for root in _OF_SITES):
            continue
        if _holds_something(target):
            found.setdefault(target, link)
    return [(link, target) for target, link in found.items()]


def _holds_something(path: str) -> bool:
    """Whether a file with content, or one in the folder; no program."""
    try:
        about = os.stat(path)
        if stat.S_ISREG(about.st_mode):
            return about.st_size > 0 and not about.st_mode & 0o111
        if not stat.S_ISDIR(about.st_mode):
            return False
        for seen, (folder, _folders, names) in enumerate(os.walk(path)):
            if any(os.lstat(os.path.join(folder, name)).st_size for name in names):
                return True
            if seen > 100:
                return False
    except OSError:
        pass
    return False


def lacking(
    path: str, live: Live, files: int, size: int, below: t.Mapping[str, tuple[int, int]], share: float
) -> tuple[Message, Message | None] | None:
    """What lies on this host is much more than what a backup holds: both in words, and the folder of which the backup has nothing.

    ``share``: by how much of itself the backup may be smaller. None where it is not.
    """
    few = files < live.files * (1 - share) and live.files - files >= MANY
    small = size < live.size * (1 - share) and live.size - size >= MUCH
    if not few and not small:
        return None
    said = plural(
        "{count:number} file with {size:bytes} lies there on this host now",
        "{count:number} files with {size:bytes} lie there on this host now",
        count=live.files,
        size=live.size,
    )
    gone = [(have[1], have[0], name) for name, have in live.below.items() if have[0] and not below.get(name, (0, 0))[0]]
    if not gone:
        return said, None
    bytes_, count, name = max(gone)
    return said, plural(
        "nothing of {folder:path}, where {count:number} file with {size:bytes} lies",
        "nothing of {folder:path}, where {count:number} files with {size:bytes} lie",
        count=count,
        folder=posixpath.join(path, name),
        size=bytes_,
    )


def first_look(live: Live) -> Message | None:
    """Says that not everything was looked at."""
    if live.cut:
        return plural(
            "only the first {count:number} file on this host was looked at",
            "only the first {count:number} files on this host were looked at",
            count=live.files,
        )
    return phrase("{count:number} folders on this host cannot be read", count=live.unreadable) if live.unreadable else None


__all__ = ("Live", "changed_since", "first_look", "is_this_host", "lacking", "leading_out", "look")
