# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies in a snapshot, added up by folders from the listings that restic writes. PRIVATE to the collection.

restic keeps a path that it was given relative to a folder without that folder: ``data`` of /srv is /data there, and ``.`` is everything.
"""

from __future__ import annotations

import dataclasses
import json
import posixpath
import typing as t

from .._paths import is_within
from .restic_snapshots import Snapshot, slashed

FOLDER, FILE, LINK = "dir", "file", "symlink"
LONGEST = 2**20  # bytes of one entry


@dataclasses.dataclass
class Content:
    """What lies at a place and below it. ``files``: all that is neither folder nor link; ``below``: both, by what is directly in it."""

    kind: str
    files: int = 0
    size: int = 0
    folders: int = 0
    below: dict[str, tuple[int, int]] = dataclasses.field(default_factory=dict)


class Node(t.TypedDict, total=False):
    """An entry of ``restic ls --json`` or ``restic find --json``."""

    path: str
    type: str
    size: int


class Tree:
    """One snapshot. Of its files only those are kept that are asked for, by their path or by its end."""

    def __init__(self, asked: t.Iterable[str], keep: int = 0) -> None:
        self.keep, self.sizes = keep, t.cast("dict[str, int]", {})  # of files, where they are asked for, so many at most
        self.links: list[str] = []  # symbolic ones, where ``keep`` asks for them
        self.sums: dict[str, tuple[int, int]] = {}  # files and bytes that lie directly in a folder
        self.single: dict[str, tuple[str, int]] = {}  # kind and size of what was asked for and is no folder
        self.asked: set[str] = set()
        for path in asked:
            parts = slashed(path).strip("/").split("/")
            self.asked |= {"/" + "/".join(parts[start:end]) for start in range(len(parts)) for end in range(start + 1, len(parts) + 1)}

    def add(self, node: Node) -> None:
        """KeyError, TypeError, ValueError for what is no node."""
        path, kind = node["path"], node["type"]
        if not isinstance(path, str):
            raise TypeError(path)
        if kind == FOLDER:
            self.sums.setdefault(path, (0, 0))
            return
        size = int(node.get("size") or 0) if kind == FILE else 0
        folder = path.rpartition("/")[0] or "/"
        files, total = self.sums.get(folder, (0, 0))
        self.sums[folder] = (files + (kind != LINK), total + size)
        if kind == LINK and len(self.links) < self.keep:
            self.links.append(path)
        if kind == FILE and len(self.sizes) < self.keep:
            self.sizes[path] = size
        if path in self.asked:
            self.single[path] = (kind, size)

    def total(self) -> tuple[int, int]:
        """Files and bytes of all of it."""
        return sum(files for files, _size in self.sums.values()), sum(size for _files, size in self.sums.values())

    def at(self, place: str) -> Content | None:
        """What lies at this place; None where there is nothing of that name."""
        if place in self.single:
            kind, size = self.single[place]
            return Content(kind, int(kind != LINK), size)
        if place not in self.sums and not (place == "/" and self.sums):
            return None
        found = Content(FOLDER)
        start = len(place.rstrip("/")) + 1
        for folder, (files, size) in self.sums.items():
            if not is_within(folder, place):
                continue
            found.files, found.size = found.files + files, found.size + size
            if folder == place:
                continue
            found.folders += 1
            name = folder[start:].split("/", 1)[0]
            before = found.below.get(name, (0, 0))
            found.below[name] = (before[0] + files, before[1] + size)
        return found

    def files_at(self, place: str) -> dict[str, int] | None:
        """The regular files at this place and below it, with their sizes; None where there were too many to keep."""
        if len(self.sizes) >= self.keep:
            return None
        return dict(self.sizes) if place == "/" else {path: size for path, size in self.sizes.items() if is_within(path, place)}

    def link_above(self, path: str) -> str | None:
        """The folder above the path in whose place there is only a symbolic link."""
        above = posixpath.dirname(slashed(path))
        while above not in ("/", ""):
            if self.single.get(above, ("", 0))[0] == LINK:
                return above
            above = posixpath.dirname(above)
        return None

    def place(self, snapshot: Snapshot, path: str) -> str | None:
        """Where the path lies in this snapshot; None where it does not."""
        wanted = slashed(path)
        if wanted in self.sums or wanted in self.single or wanted == "/":
            return wanted
        own = [slashed(covered) for covered in snapshot.paths]
        for covered in own:
            if not is_within(wanted, covered) or (posixpath.dirname(covered) in self.sums and posixpath.dirname(covered) != "/"):
                continue  # of an absolute path all folders above it are there, also where it was left out itself
            parts, rest = covered.strip("/").split("/"), wanted[len(covered.rstrip("/")) :]
            for start in range(1, len(parts) + 1):
                if start == len(parts) and len(own) > 1:
                    continue
                place = ("/" + "/".join(parts[start:])).rstrip("/") + rest or "/"
                others = [other for other in own if other != covered and other in self.sums]
                known = place in self.sums or place in self.single or (place == "/" and bool(self.sums))
                if known and not any(is_within(place, other) for other in others):
                    return place
        return None


class Lines:
    """Reads the lines of ``restic ls --json`` as they come. ``odd``: how many of them were none."""

    def __init__(self, begin: t.Callable[[dict[str, object]], Tree | None]) -> None:
        self.begin, self.tree, self.odd = begin, t.cast("Tree | None", None), 0
        self._rest = b""

    def feed(self, chunk: bytes) -> None:
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > LONGEST:
            self._rest, self.odd = b"", self.odd + 1
        for line in lines:
            self._line(line)

    def end(self) -> None:
        self._line(self._rest)
        self._rest = b""

    def _line(self, line: bytes) -> None:
        if not line.strip():
            return
        try:
            entry = json.loads(line)
            if "hostname" in entry or "paths" in entry:
                self.tree = self.begin(entry)
            elif self.tree is None:
                self.odd += 1
            elif "type" in entry:
                self.tree.add(entry)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            self.odd += 1


class Matches:
    """Reads the list of ``restic find --json`` as it comes: which nodes were found in which snapshot."""

    def __init__(self, asked: t.Sequence[str], keep: int = 0) -> None:
        self.asked, self.trees, self.odd, self.keep = asked, t.cast("dict[str, Tree]", {}), False, keep
        self._tree, self._rest = Tree(asked, keep), ""
        self._decode = json.JSONDecoder().raw_decode
        self._bytes = self._last = b""

    def feed(self, chunk: bytes) -> None:
        if self.odd:
            return
        self._last = (self._last + chunk).rstrip()[-1:]
        whole = self._bytes + chunk
        # not within a character
        cut = max(whole.rfind(b"}"), whole.rfind(b"]")) + 1
        self._bytes = whole[cut:]
        self._read(self._rest + whole[:cut].decode("utf-8", "replace"))

    def end(self) -> None:
        self._read(self._rest + self._bytes.decode("utf-8", "replace"))
        self.odd = self.odd or self._last != b"]" or bool(self._rest.strip(" \n,[]"))

    def _read(self, text: str) -> None:
        position = 0
        while not self.odd:
            while position < len(text) and text[position] in " \n\r\t,[":
                position += 1
            for opening in ('{"matches":', "null", "]"):
                if text.startswith(opening, position):
                    position += len(opening)
                    break
            else:
                if text.startswith('"hits"', position):  # the end of what was found in one snapshot
                    end = text.find("}", position)
                    if end < 0:
                        break
                    self._close(text[position : end + 1])
                    position = end + 1
                    continue
                try:
                    entry, position = self._decode(text, position)
                    self._tree.add(entry)
                except ValueError:  # not all of it is here yet
                    break
                except (KeyError, TypeError, AttributeError, OverflowError, RecursionError):
                    self.odd = True
        self._rest = text[position:]
        self.odd = self.odd or len(self._rest) > LONGEST

    def _close(self, text: str) -> None:
        try:
            self.trees[str(json.loads("{" + text)["snapshot"])[:8]] = self._tree
        except (ValueError, KeyError, TypeError, RecursionError):
            self.odd = True
        self._tree = Tree(self.asked, self.keep)


__all__ = ("FILE", "FOLDER", "LINK", "Content", "Lines", "Matches", "Node", "Tree")
