# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads gzip, bzip2, xz, zip and tar files to their end, with the standard library. PRIVATE to the collection."""

from __future__ import annotations

import bz2
import dataclasses
import gzip
import lzma
import re
import tarfile
import typing as t
import zipfile
import zlib

from .._message import first_line
from .._phrase import Message, phrase, plural, verbatim

BLOCK = 512
CHUNK = 1 << 20
NAME_LIMIT = 1 << 20  # longest name or pax header that is believed

_MAGIC = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"age-encryption.org/", "age"),
)
_SUFFIXES = {
    ".gz": "gzip",
    ".tgz": "gzip",
    ".bz2": "bzip2",
    ".tbz2": "bzip2",
    ".xz": "xz",
    ".txz": "xz",
    ".zip": "zip",
    ".tar": "tar",
    ".zst": "zstd",
    ".lz4": "lz4",
    ".7z": "7z",
}
_NAMED_TAR = re.compile(r"\.(tar\.\w+|tgz|tbz2?|txz)$", re.I)
VERIFIABLE = ("gzip", "bzip2", "xz", "zip", "tar")


class _Told(Exception):
    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


class Damaged(_Told):
    """The file is not what it must be; the message says how."""


class NotVerifiable(_Told):
    """The file may be sound, but the standard library cannot tell; the message says why."""


@dataclasses.dataclass
class Contents:
    """What was found: ``members`` of an archive, None for a file that holds one stream; ``size`` unpacked."""

    kind: Message
    size: int
    members: int | None = None


def kind_of(head: bytes, name: str) -> str:
    """The container by its first bytes; "" for none that is known. Damaged when the name says another."""
    kind = next((kind for magic, kind in _MAGIC if head.startswith(magic)), "")
    if not kind and head[257:262] == b"ustar":
        kind = "tar"
    named = next((kind for suffix, kind in _SUFFIXES.items() if name.lower().endswith(suffix)), "")
    if named in VERIFIABLE and kind != named and not (named == "tar" and not kind and _is_old_tar(head)):
        if kind:
            raise Damaged(phrase("it is named like {named}, but is {kind}", named=named, kind=kind))
        raise Damaged(phrase("it is named like {named}, but is something else", named=named))
    return kind or named


def _is_old_tar(head: bytes) -> bool:
    try:
        tarfile.TarInfo.frombuf(head[:BLOCK], "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def read(path: str, kind: str, on_member: t.Callable[[str], None], tick: t.Callable[[], object]) -> Contents:
    """Reads the file to its end and says what is in it; ``tick`` is called often and may raise. Damaged, NotVerifiable, OSError."""
    try:
        if kind == "zip":
            return _zip(path, on_member, tick)
        with _open(path, kind) as raw:
            stream = _Stream(raw, tick)
            head = stream.read(BLOCK)
            if kind == "tar" or head[257:262] == b"ustar" or _NAMED_TAR.search(path):
                members = _tar(stream, head, on_member)
                stream.drain()
                return Contents(verbatim(kind) if kind == "tar" else phrase("tar in {kind}", kind=kind), stream.count, members)
            stream.drain()
            return Contents(verbatim(kind), stream.count)
    except (EOFError, lzma.LZMAError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as exc:
        raise _not_whole(kind, exc) from None
    except OSError as exc:
        if exc.errno is None:  # bz2 says "Invalid data stream" like this
            raise _not_whole(kind, exc) from None
        raise


def names(path: str, on_member: t.Callable[[str], None]) -> int:
    """The members of a zip from its directory alone. Damaged, OSError."""
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                on_member(name)
            return len(archive.namelist())
    except zipfile.BadZipFile as exc:
        raise _not_whole("zip", exc) from None


def _not_whole(kind: str, exc: Exception) -> Damaged:
    text = str(exc) or type(exc).__name__
    if "end-of-stream" in text or "EOF" in text:
        return Damaged(phrase("it is not a whole {kind} file: it ends too early", kind=kind))
    return Damaged(phrase("it is not a whole {kind} file: {reason}", kind=kind, reason=first_line(text, limit=200)))


def _open(path: str, kind: str) -> t.Any:
    if kind == "gzip":
        return gzip.open(path, "rb")
    if kind == "bzip2":
        return bz2.open(path, "rb")
    if kind == "xz":
        return lzma.open(path, "rb")
    return open(path, "rb")


class _Stream:
    """Counts what is read."""

    def __init__(self, raw: t.Any, tick: t.Callable[[], object]) -> None:
        self.raw, self.tick, self.count = raw, tick, 0

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes, fewer only at the end."""
        parts = []
        while size > 0:
            self.tick()
            part = self.raw.read(min(size, CHUNK))
            if not part:
                break
            parts.append(part)
            size -= len(part)
            self.count += len(part)
        return b"".join(parts)

    def skip(self, size: int) -> None:
        while size > 0:
            part = self.read(min(size, CHUNK))
            if not part:
                raise _cut_short()
            size -= len(part)

    def drain(self) -> None:
        while self.read(CHUNK):
            pass


def _tar(stream: _Stream, head: bytes, on_member: t.Callable[[str], None]) -> int:
    # tarfile takes a damaged header in the middle for the end of the archive
    members, long_name, pax = 0, "", {}  # type: tuple[int, str, dict[str, str]]
    header = head
    while header != bytes(BLOCK):
        if len(header) < BLOCK:
            raise Damaged(
                plural(
                    "it ends too early: after {count:number} member there is no end-of-archive mark",
                    "it ends too early: after {count:number} members there is no end-of-archive mark",
                    count=members,
                )
            )
        try:
            info = tarfile.TarInfo.frombuf(header, "utf-8", "surrogateescape")
        except tarfile.HeaderError:
            raise Damaged(_bad_header(members)) from None
        size = info.size
        if info.type in (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.XGLTYPE):
            if size > NAME_LIMIT:
                raise Damaged(phrase("it has a name that is longer than any name"))
            body = stream.read(_padded(size))
            if len(body) < size:
                raise _cut_short()
            if info.type == tarfile.GNUTYPE_LONGNAME:
                long_name = body[:size].rstrip(b"\0").decode("utf-8", "replace")
            elif info.type in (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE):
                pax = parse_pax(body[:size])
        else:
            if info.type == tarfile.GNUTYPE_SPARSE:
                extension = header if header[482] else b""
                while extension:
                    block = stream.read(BLOCK)
                    if len(block) < BLOCK:
                        raise _cut_short()
                    extension = block if block[504] else b""
            if pax.get("size", "").isdigit():
                size = int(pax["size"])
            on_member(pax.get("path") or long_name or info.name)
            members += 1
            long_name, pax = "", {}
            if info.isreg() or info.type not in tarfile.SUPPORTED_TYPES:
                stream.skip(_padded(size))
        header = stream.read(BLOCK)
    return members


def _cut_short() -> Damaged:
    return Damaged(phrase("it ends in the middle of a member"))


def _bad_header(members: int) -> Message:
    if not members:
        return phrase("it does not hold a tar archive, or its first header is damaged")
    return plural(
        "it has a damaged header after {count:number} member", "it has a damaged header after {count:number} members", count=members
    )


def _padded(size: int) -> int:
    return -(-size // BLOCK) * BLOCK


def parse_pax(body: bytes) -> dict[str, str]:
    """The records ``LENGTH key=value`` of a pax header, as far as they are sound."""
    records, rest = {}, body
    while rest:
        length, space, _unused = rest.partition(b" ")
        if not space or not length.isdigit() or not 0 < int(length) <= len(rest):
            break
        record = rest[len(length) + 1 : int(length)]
        key, _unused, value = record.rstrip(b"\n").partition(b"=")
        records[key.decode("utf-8", "replace")] = value.decode("utf-8", "replace")
        rest = rest[int(length) :]
    return records


def _zip(path: str, on_member: t.Callable[[str], None], tick: t.Callable[[], object]) -> Contents:
    size = 0
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
        for info in infos:
            on_member(info.filename)
        if any(info.flag_bits & 1 for info in infos):
            raise NotVerifiable(phrase("its members are encrypted"))
        for info in infos:
            try:
                with archive.open(info) as member:
                    while True:
                        tick()
                        part = member.read(CHUNK)
                        if not part:
                            break
                        size += len(part)
            except NotImplementedError as exc:
                raise NotVerifiable(phrase("its compression is not known here ({reason})", reason=str(exc))) from None
    return Contents(verbatim("zip"), size, len(infos))


__all__ = ("VERIFIABLE", "Contents", "Damaged", "NotVerifiable", "kind_of", "names", "parse_pax", "read")
