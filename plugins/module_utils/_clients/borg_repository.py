# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the files of a borg repository on this host say without borg: who holds its lock, whether it is at rest. PRIVATE to the collection.

A repository (version 1) has ``config``, ``index.N`` and ``data/*/M``: N is the number of the segment that ends with the last commit.
"""

from __future__ import annotations

import configparser
import contextlib
import json
import os
import re
import shutil
import struct
import typing as t
import zlib

from .._phrase import Message, phrase

_HOLDER = re.compile(r"(.+)\.(\d+)-[0-9a-f]+$")
_BODY = struct.pack("<IB", 9, 2)  # the size and the tag of the entry that ends a transaction
_COMMIT = struct.pack("<I", zlib.crc32(_BODY)) + _BODY
_LARGEST = 1 << 20  # bytes of a small file
MOST_SEGMENTS = 2000  # after the last commit, which an interrupted backup has left


class Holder(t.NamedTuple):
    """Whoever holds a lock. ``alive`` is None where that is another host, whose processes nobody sees from here."""

    host: str
    pid: int
    exclusive: bool
    since: float
    alive: bool | None

    @property
    def name(self) -> Message:
        if self.alive is None:
            return phrase("process {pid:number} of {host}", pid=self.pid, host=self.host)
        return phrase("process {pid:number} of this host", pid=self.pid)


def holders(folder: str, environ: t.Mapping[str, str]) -> list[Holder]:
    """Who holds the locks of a repository; nobody where that cannot be read, since borg says so itself."""
    found = []
    exclusive = os.path.join(folder, "lock.exclusive")
    with contextlib.suppress(OSError):
        since = os.stat(exclusive).st_mtime
        for name in os.listdir(exclusive):
            match = _HOLDER.match(name)
            if match:
                found.append(_holder(match[1], int(match[2]), True, since, environ))
    roster = os.path.join(folder, "lock.roster")
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
        with open(roster, encoding="utf-8") as handle:
            entries = json.loads(handle.read(_LARGEST))
        since = os.stat(roster).st_mtime
        for name in ("exclusive", "shared"):
            found += [_holder(str(host), int(pid), name == "exclusive", since, environ) for host, pid, _thread in entries.get(name) or ()]
    once: dict[tuple[str, int, bool], Holder] = {}  # a borg that holds the lock alone stands in both
    for holder in found:
        once.setdefault((holder.host, holder.pid, holder.exclusive), holder)
    return list(once.values())


def _holder(host: str, pid: int, exclusive: bool, since: float, environ: t.Mapping[str, str]) -> Holder:
    return Holder(host.partition("@")[0], pid, exclusive, since, _is_alive(pid) if _is_here(host, environ) else None)


def _is_here(host: str, environ: t.Mapping[str, str]) -> bool:
    own = environ.get("BORG_HOST_ID")
    if own:
        return host == own
    import uuid  # slow to import, and most repositories are not locked

    return host.rpartition("@")[2] == str(uuid.getnode())


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def mirrored(folder: str, place: str) -> str:
    """A folder that is the repository to borg, and in which all that borg writes stays: links, and copies of what it writes in its place.

    The repository itself where it is none, or may not be read: borg says so.
    """
    try:
        names = os.listdir(folder)
        if "config" not in names or not os.path.isdir(os.path.join(folder, "data")):
            return folder
        os.mkdir(place, 0o700)
        for name in names:
            own, real = os.path.join(place, name), os.path.join(folder, name)
            if name in ("config", "nonce"):
                if os.path.getsize(real) > _LARGEST:
                    return folder
                shutil.copyfile(real, own)
            elif not name.startswith(("lock.", "config.")):
                os.symlink(real, own)
    except OSError:
        return folder
    return place


def needs_replay(folder: str) -> bool:
    """Whether borg would write an index before it answers: a commit has no index, or the index no commit.

    False also where the files cannot be read: then borg cannot either, and says so.
    """
    try:
        indexes = [int(name[6:]) for name in os.listdir(folder) if re.fullmatch(r"index\.\d+", name)]
        segments = sorted(_segments(os.path.join(folder, "data")), reverse=True)
        if not segments:
            return False
        if not indexes:
            return True
        later = [path for number, path in segments if number > max(indexes)]
        return any(_ends_a_transaction(path) for path in later[:MOST_SEGMENTS])
    except OSError:
        return False


def _segments(data: str) -> t.Iterator[tuple[int, str]]:
    for part in os.listdir(data):
        if part.isdecimal():
            for name in os.listdir(os.path.join(data, part)):
                if name.isdecimal():
                    yield int(name), os.path.join(data, part, name)


def _ends_a_transaction(path: str) -> bool:
    with open(path, "rb") as segment:
        if os.fstat(segment.fileno()).st_size < len(_COMMIT):
            return False
        segment.seek(-len(_COMMIT), os.SEEK_END)
        return segment.read() == _COMMIT


def appends_only(folder: str) -> bool | None:
    """What the configuration of the repository says; None where it cannot be read."""
    parser = configparser.ConfigParser(interpolation=None)
    try:
        with open(os.path.join(folder, "config"), encoding="utf-8") as handle:
            parser.read_string(handle.read(_LARGEST))
        return parser.getboolean("repository", "append_only", fallback=False)
    except (OSError, ValueError, configparser.Error):
        return None


__all__ = ("Holder", "appends_only", "holders", "mirrored", "needs_replay")
