# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unpacks archives below a folder, and never anywhere else, whatever their members are called. PRIVATE to the collection."""

from __future__ import annotations

import os
import posixpath
import shutil
import stat
import tarfile
import typing as t
import zipfile

from .._finding import CannotObserve
from .._phrase import phrase
from .streams import CHUNK, Damaged, NotVerifiable, Stream, unbroken

MARGIN = 64 << 20  # bytes that stay free
_EVERY = 64 << 20  # bytes after which the free space is looked at again


class Target:
    """A folder that is written to. Links are made last, so that nothing is written through one; devices are left out."""

    def __init__(self, folder: str, tick: t.Callable[[], object]) -> None:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        self.folder, self.tick = os.path.realpath(folder), tick
        self.files, self.bytes, self._since = 0, 0, 0
        self.listed: dict[str, int] = {}
        self.left_out: list[str] = []
        self.lost: list[str] = []  # members that build on one that is not there
        self._folders: set[str] = set()
        self._links: list[tuple[str, str]] = []
        self._room()

    def place_of(self, name: str) -> str:
        """Where a member belongs. Damaged when that is outside."""
        parts = [part for part in name.replace("\0", "").split("/") if part not in ("", ".")]
        if ".." in parts:
            raise Damaged(phrase("it has a member outside of its folder, {name:path}, which is not unpacked", name=name))
        return os.path.join(self.folder, *parts)

    def refuse(self, name: str) -> None:
        """Damaged when a member belongs outside."""
        self.place_of(name)

    def add_folder(self, name: str) -> None:
        place = self.place_of(name)
        os.makedirs(place, mode=0o700, exist_ok=True)
        self._folders.add(place)

    def roots(self) -> list[str]:
        """What was packed by name: the folders and files in no folder that is a member too."""
        members = [*self._folders, *self.listed]
        return sorted(place for place in members if place == self.folder or not self._is_inside(place))

    def _is_inside(self, place: str) -> bool:
        while place != self.folder:
            place = os.path.dirname(place)
            if place in self._folders:
                return True
        return False

    def add_link(self, name: str, to: str) -> None:
        self._links.append((self.place_of(name), to))

    def add_file(self, name: str, chunks: t.Iterable[bytes], mode: int = 0o600, changed: float | None = None) -> str:
        """Writes a file, and says where. OSError, CannotObserve when there is no room for it."""
        place = self.place_of(name)
        os.makedirs(os.path.dirname(place), mode=0o700, exist_ok=True)
        size = 0
        with open(place, "wb") as out:
            for chunk in chunks:
                self.tick()
                self._since += len(chunk)
                if self._since >= _EVERY:
                    self._room()
                out.write(chunk)
                size += len(chunk)
        os.chmod(place, (mode & 0o777) | 0o600)
        if changed is not None:
            os.utime(place, (changed, changed))
        self.files += 1
        self.bytes += size
        self.listed[place] = size
        return place

    def same_as(self, name: str, other: str) -> None:
        """A hard link, as a copy; lost where what it is another name of is no member."""
        source = self.place_of(other)
        link = next((to for place, to in self._links if place == source), None)
        if link is not None:
            self.add_link(name, link)
        elif os.path.isfile(source) and not os.path.islink(source):
            with open(source, "rb") as handle:
                self.add_file(name, _chunks(handle))
        elif other in self.left_out:
            self.left_out.append(name)
        else:
            self.lost.append(name)

    def finish(self) -> None:
        """Makes the links that stay inside."""
        for place, to in self._links:
            end = os.path.normpath(os.path.join(os.path.dirname(place), to))
            inside = not os.path.isabs(to) and (end + "/").startswith(self.folder + "/")
            if not inside or os.path.lexists(place):
                self.left_out.append(place)
                continue
            os.makedirs(os.path.dirname(place), mode=0o700, exist_ok=True)
            os.symlink(to, place)

    def _room(self) -> None:
        self._since = 0
        free = shutil.disk_usage(self.folder).free
        if free < MARGIN:
            raise CannotObserve(
                phrase("there is no room in {folder:path} to unpack it: {free:bytes} are left", folder=self.folder, free=free)
            )


def _chunks(handle: t.IO[bytes]) -> t.Iterator[bytes]:
    while True:
        chunk = handle.read(CHUNK)
        if not chunk:
            return
        yield chunk


class _Raw:
    """A stream as tarfile reads it."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream

    def read(self, size: int = CHUNK) -> bytes:
        return self.stream.read(size)


def unpack_tar(stream: Stream, target: Target) -> None:
    """Damaged, OSError, CannotObserve."""
    try:
        with tarfile.open(fileobj=t.cast("t.IO[bytes]", _Raw(stream)), mode="r|") as archive:
            for member in archive:
                _unpack_member(archive, member, target)
    except tarfile.TarError as exc:
        raise Damaged(phrase("it cannot be unpacked: {reason}", reason=str(exc))) from None
    target.finish()


def _unpack_member(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Target) -> None:
    if member.isdir():
        target.add_folder(member.name)
    elif member.issym():
        target.add_link(member.name, member.linkname)
    elif member.islnk():
        target.same_as(member.name, member.linkname)
    elif member.isreg():
        body = archive.extractfile(member)
        if body is not None:
            target.add_file(member.name, _chunks(body), member.mode, float(member.mtime))
    else:
        target.left_out.append(member.name)


def unpack_zip(path: str, target: Target) -> None:
    """Damaged, NotVerifiable (encrypted), OSError, CannotObserve."""
    with unbroken("zip"), zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            mode = info.external_attr >> 16
            if info.flag_bits & 1:
                raise NotVerifiable(phrase("its members are encrypted"))
            if info.is_dir():
                target.add_folder(info.filename)
            elif stat.S_ISLNK(mode):
                target.add_link(info.filename, archive.read(info).decode("utf-8", "replace"))
            elif not mode or stat.S_ISREG(mode) or not stat.S_IFMT(mode):
                try:
                    with archive.open(info) as member:
                        target.add_file(info.filename, _chunks(member), mode or 0o600)
                except NotImplementedError as exc:
                    raise NotVerifiable(phrase("its compression is not known here ({reason})", reason=str(exc))) from None
            else:
                target.left_out.append(info.filename)
    target.finish()


def copy_folder(source: str, target: Target, below: str = "") -> None:
    """Copies a folder; links that lead out of it are left out."""
    for place, _folders, files in os.walk(source):
        relative = os.path.relpath(place, source)
        inner = below if relative == "." else posixpath.join(below, relative)
        target.add_folder(inner or ".")
        for name in files:
            path = os.path.join(place, name)
            info = os.lstat(path)
            if stat.S_ISLNK(info.st_mode):
                target.add_link(posixpath.join(inner, name), os.readlink(path))
            elif stat.S_ISREG(info.st_mode):
                with open(path, "rb") as handle:
                    target.add_file(posixpath.join(inner, name), _chunks(handle), info.st_mode, info.st_mtime)
            else:
                target.left_out.append(path)
    target.finish()


__all__ = ("MARGIN", "Target", "copy_folder", "unpack_tar", "unpack_zip")
