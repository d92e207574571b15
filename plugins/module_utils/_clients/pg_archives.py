# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the archives of pg_dump (custom and directory format, and the table of contents of its tar) without its tools.

Numbers are a byte for the sign and ``integer`` bytes, the least first; texts are a number and as many bytes. PRIVATE to the collection.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import re
import struct
import typing as t
import zlib

from .._phrase import phrase
from .inside import Inside
from .streams import CHUNK, CutShort, Damaged, Stream

MAGIC = b"PGDMP"
_CUSTOM, _TAR, _DIRECTORY = 1, 3, 5
_NOT_KEPT = 3  # state of an entry that has no data
_DATA, _BLOBS = 1, 3
_MOST_TEXT = 1 << 28
_MOST_ENTRIES = 5_000_000
_WINDOW = 65536  # bytes looked at together
_FOUR = struct.Struct("<BI").unpack_from
_ON_PURPOSE = re.compile(r"schema|ddl|structure|globals|roles", re.I)


@dataclasses.dataclass(frozen=True)
class Entry:
    """A line of the table of contents; ``file`` has its data in the formats of several files."""

    number: int
    what: str
    name: str
    has_data: bool
    file: str


class _Reader:
    def __init__(self, stream: Stream) -> None:
        self.stream, self.integer, self.offset = stream, 4, 8
        self.version = (0, 0)
        self.made: float | None = None  # in the zone of the host that made it
        self.packed = ""  # what compresses the data

    def byte(self) -> int:
        return self.stream.exactly(1)[0]

    def number(self) -> int:
        raw = self.stream.exactly(1 + self.integer)
        value = int.from_bytes(raw[1:], "little")
        return -value if raw[0] else value

    def text(self) -> str | None:
        length = self.number()
        if length < 0:
            return None
        if length > _MOST_TEXT:
            raise Damaged(phrase("its table of contents is damaged"))
        return self.stream.exactly(length).decode("utf-8", "replace")

    def head(self) -> int:
        """The format. Damaged."""
        if self.stream.exactly(5) != MAGIC:
            raise Damaged(phrase("its table of contents is damaged"))
        major, minor, _revision = self.stream.exactly(3)
        self.version = (major, minor)
        self.integer, self.offset, kind = self.stream.exactly(3)
        if major != 1 or minor < 10 or not 0 < self.integer <= 8 or not 0 < self.offset <= 8 or kind not in (_CUSTOM, _TAR, _DIRECTORY):
            raise Damaged(phrase("its table of contents is damaged"))
        if self.version >= (1, 15):
            self.packed = {0: "", 1: "gzip", 2: "lz4", 3: "zstd"}.get(self.byte(), "?")
        else:
            self.packed = "gzip" if self.number() else ""
        second, minute, hour, day, month, year, _summer = (self.number() for _part in range(7))
        try:
            self.made = dt.datetime(year + 1900, month + 1, day, hour, minute, min(second, 59)).timestamp()
        except (ValueError, OverflowError):
            self.made = None
        for _name in ("database", "server", "pg_dump"):
            self.text()
        return kind

    def entries(self, kind: int) -> list[Entry]:
        count = self.number()
        if not 0 <= count <= _MOST_ENTRIES:
            raise Damaged(phrase("its table of contents is damaged"))
        return [self._entry(kind) for _number in range(count)]

    def _entry(self, kind: int) -> Entry:
        number, has_data = self.number(), self.number() != 0
        self.text()
        self.text()
        name, what = self.text() or "", self.text() or ""
        self.number()
        for _text in ("definition", "drop", "copy", "schema", "tablespace"):
            self.text()
        if self.version >= (1, 14):
            self.text()
        if self.version >= (1, 16):
            self.number()
        self.text()
        self.text()
        while self.text() is not None:
            pass
        file = ""
        if kind == _CUSTOM:
            has_data = self.byte() != _NOT_KEPT and has_data
            self.stream.exactly(self.offset)
        else:
            file = self.text() or ""
        return Entry(number, what, name, has_data, file)


def read_custom(stream: Stream, inside: Inside, name: str = "") -> None:
    """Reads the custom format to its end: each entry that has data must have its block, whole, and what zlib packed unpacks. Damaged."""
    inside.kind, inside.dump = phrase("PostgreSQL dump (custom format)"), "postgresql_archive"
    try:
        reader = _Reader(stream)
        kind = reader.head()
        if kind != _CUSTOM:
            raise Damaged(phrase("it is a part of a PostgreSQL dump that has several files"))
        entries = reader.entries(kind)
    except CutShort:
        raise Damaged(phrase("it ends in the middle of its table of contents")) from None
    inside.made = reader.made
    _tell(entries, inside, name)
    unpacking = _unpacking(reader, inside)
    wanted = {entry.number: entry for entry in entries if entry.has_data}
    while stream.peek(1):
        number = 0
        try:
            mark = reader.byte()
            if mark not in (_DATA, _BLOBS):
                raise Damaged(phrase("it has a damaged block of data"))
            number = reader.number()
            _block(reader, mark, unpacking)
        except CutShort:
            raise Damaged(phrase("it ends in the middle of the data of {name}", name=_name_of(wanted, number))) from None
        except zlib.error:
            raise Damaged(phrase("the data of {name} are damaged: they cannot be unpacked", name=_name_of(wanted, number))) from None
        wanted.pop(number, None)
    if wanted:
        raise Damaged(phrase("it ends too early: the data of {names:list} is missing", names=[entry.name for entry in wanted.values()][:5]))


def _name_of(wanted: t.Mapping[int, Entry], number: int) -> str:
    return (wanted[number].name if number in wanted else "") or str(number)


def _unpacking(reader: _Reader, inside: Inside) -> bool:
    """Whether the data are to be unpacked, which proves them; where they cannot be, ``inside`` is told."""
    stream = reader.stream
    if reader.packed in ("", "gzip"):
        too_large = reader.packed != "" and stream.plain is not None and stream.is_beyond(stream.plain)
        if too_large:
            inside.derived.append(phrase("its data are there, but not unpacked because larger than {most:bytes}", most=stream.most or 0))
        return reader.packed != "" and not too_large
    inside.derived.append(phrase("its data are there, but packed with {kind}, which is not unpacked here", kind=reader.packed))
    return False


def _block(reader: _Reader, mark: int, unpacking: bool) -> None:
    if mark == _DATA:
        _pieces(reader, unpacking)
        return
    while reader.number():
        _pieces(reader, unpacking)


def _pieces(reader: _Reader, unpacking: bool) -> None:
    """The data of an entry: pieces up to one of no length."""
    stream, width = reader.stream, 1 + reader.integer
    unpack = zlib.decompressobj() if unpacking else None
    filled = False
    while True:
        window = stream.peek(_WINDOW)  # pieces may be as small as rows: they are looked at many at a time
        at, length, most = 0, -1, len(window)
        while at + width <= most:
            sign, length = _FOUR(window, at) if width == 5 else (window[at], int.from_bytes(window[at + 1 : at + width], "little"))
            if sign:
                raise Damaged(phrase("it has a damaged block of data"))
            if not length or at + width + length > most:
                break
            if unpack:
                _unpack(unpack, window[at + width : at + width + length])
            at += width + length
        if at:
            filled = True
            stream.read(at)
            continue
        if reader.number() == 0:
            break
        filled = True
        while length > 0:
            if unpack:
                part = stream.exactly(min(length, CHUNK))
                _unpack(unpack, part)
                length -= len(part)
            else:
                stream.skip(length)
                length = 0
    if unpack and filled and not unpack.eof:
        raise zlib.error("it has no end")


def _unpack(unpack: zlib._Decompress, part: bytes) -> None:
    rest = part
    while rest:
        unpack.decompress(rest, CHUNK)
        rest = unpack.unconsumed_tail


def names_of_data(contents: bytes, inside: Inside) -> set[str]:
    """The files that a ``toc.dat`` names, which must be beside it. Damaged."""
    reader = _Reader(Stream(io.BytesIO(contents), _never))
    try:
        entries = reader.entries(reader.head())
    except Damaged:
        raise Damaged(phrase("its table of contents is damaged")) from None
    inside.made = reader.made
    _tell(entries, inside)
    return {entry.file for entry in entries if entry.file and entry.has_data and entry.what != "BLOBS"}


def _never() -> None:
    return None


def _tell(entries: list[Entry], inside: Inside, name: str = "") -> None:
    inside.listed = True
    tables = [entry for entry in entries if entry.what in ("TABLE", "FOREIGN TABLE", "PARTITIONED TABLE")]
    for entry in tables:
        inside.on_name(entry.name)
    data = [entry for entry in entries if entry.has_data]
    if not tables and not data:
        inside.empty.append(phrase("there is no table in it"))
    elif not data and not _ON_PURPOSE.search(name):
        inside.warns.append(phrase("there are tables in it, and no data of any"))


__all__ = ("MAGIC", "Entry", "names_of_data", "read_custom")
