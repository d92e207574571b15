# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads binary files of databases to their end: SQLite, BSON and archives of mongodump, Redis. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import importlib
import typing as t
from urllib.parse import quote

from .._message import first_line
from .._phrase import phrase, verbatim
from .inside import Inside
from .streams import Damaged, Stream

SQLITE = b"SQLite format 3\x00"
MONGO = b"\x6d\xe2\x99\x81"
REDIS = b"REDIS0"
_TERMINATOR = b"\xff\xff\xff\xff"
_MOST_DOCUMENT = 48 << 20  # bytes: larger ones there are none


def read_sqlite(stream: Stream, inside: Inside, path: str | None, *, thorough: bool = False) -> None:
    """Reads a SQLite database: all its pages are there, and where it is a plain file (``path``) they fit together. Damaged."""
    inside.kind, inside.dump = verbatim("SQLite"), "sqlite"
    head = stream.read(100)
    if len(head) < 100:
        raise Damaged(phrase("it is not a whole {kind} file: it ends too early", kind="SQLite"))
    page = int.from_bytes(head[16:18], "big")
    page = 65536 if page == 1 else page
    pages = int.from_bytes(head[28:32], "big") if head[24:28] == head[92:96] else None
    if stream.plain is None:
        stream.drain()
        size = stream.count
    else:
        size = stream.plain
    if page < 512 or page & (page - 1):
        raise Damaged(phrase("its header is damaged"))
    if pages is not None and size < page * pages:
        raise Damaged(phrase("it ends too early: {size:bytes} of {whole:bytes}", size=size, whole=page * pages))
    if path is not None:
        _ask_sqlite(path, inside, stream.tick, "integrity_check" if thorough else "quick_check")


def _ask_sqlite(path: str, inside: Inside, tick: t.Callable[[], object], pragma: str) -> None:
    try:
        sqlite3 = importlib.import_module("sqlite3")  # a host may have a Python without it
    except ImportError:
        inside.derived.append(phrase("its tables were not looked at: the Python of this host has no sqlite3"))
        return
    stopped: list[BaseException] = []

    def progress() -> int:
        try:
            tick()
        except Exception as exc:  # out of a callback of C nothing can be raised
            stopped.append(exc)
            return 1
        return 0

    try:
        with contextlib.closing(sqlite3.connect(f"file:{quote(path)}?mode=ro&immutable=1", uri=True)) as database:
            database.set_progress_handler(progress, 100_000)
            database.text_factory = bytes
            said = [row[0] for row in database.execute(f"PRAGMA {pragma}(5)")]
            tables = [row[0].decode("utf-8", "replace") for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    except sqlite3.Error as exc:
        if stopped:
            raise stopped[0] from None
        raise Damaged(phrase("SQLite cannot read it: {reason}", reason=first_line(str(exc), limit=200))) from None
    if said != [b"ok"]:
        reason = first_line(b"; ".join(said[:2]).decode("utf-8", "replace"), limit=200)
        raise Damaged(phrase("SQLite finds it damaged: {reason}", reason=reason))
    inside.listed = True
    for name in tables:
        inside.on_name(name)
    if not tables:
        inside.damages.append(phrase("there is no table in it"))


def is_bson(head: bytes, size: int) -> bool:
    """Whether a file may begin with a document of BSON."""
    length = int.from_bytes(head[:4], "little")
    return 5 < length <= min(size, _MOST_DOCUMENT) and head[4:5] in b"\x01\x02\x03\x04\x05\x07\x08\x09\x10\x12" and len(head) > 5


def read_bson(stream: Stream, inside: Inside) -> None:
    """Reads documents of BSON, as mongodump writes them for each collection, to the end. Damaged."""
    inside.kind = verbatim("BSON")
    while stream.peek(1):
        _document(stream)


def _document(stream: Stream) -> bytes:
    too_early = Damaged(phrase("it ends in the middle of a document"))
    head = stream.read(4)
    length = int.from_bytes(head, "little")
    if len(head) < 4:
        raise too_early
    if not 5 <= length <= _MOST_DOCUMENT:
        raise Damaged(phrase("it has a damaged document"))
    body = stream.read(length - 4)
    if len(body) < length - 4:
        raise too_early
    if body[-1]:
        raise Damaged(phrase("it has a damaged document"))
    return body


def read_mongo(stream: Stream, inside: Inside) -> None:
    """Reads an archive of mongodump to its end: each collection that its prelude names must have its end. Damaged."""
    inside.kind, inside.listed = phrase("archive of mongodump"), True
    stream.exactly(4)
    _document(stream)
    promised = set()
    for fields in _until_terminator(stream):
        if not fields.get("type") or fields["type"] == "collection" or fields["type"] == "timeseries":
            promised.add((fields.get("db"), fields.get("collection")))
            inside.on_name(str(fields.get("collection")))
    documents = 0
    while stream.peek(1):
        fields = fields_of(_document(stream))
        ended = fields.get("EOF") is True
        for _fields in _until_terminator(stream, parsed=False):
            documents += 1
        if ended:
            promised.discard((fields.get("db"), fields.get("collection")))
    if promised:
        names = sorted(f"{database}.{collection}" for database, collection in promised)
        raise Damaged(phrase("it ends too early: the data of {names:list} is missing", names=names[:5]))
    if not documents:
        inside.damages.append(phrase("there is no document in it"))


def _until_terminator(stream: Stream, *, parsed: bool = True) -> t.Iterator[t.Mapping[str, object]]:
    while True:
        head = stream.peek(4)
        if head == _TERMINATOR:
            stream.read(4)
            return
        body = _document(stream)
        yield fields_of(body) if parsed else {}


def fields_of(body: bytes) -> dict[str, object]:
    """The texts and truths of a document of BSON, up to the first value of another kind."""
    fields: dict[str, object] = {}
    position = 0
    while position < len(body) and body[position]:
        kind = body[position]
        end = body.find(b"\0", position + 1)
        if end < 0:
            break
        name, position = body[position + 1 : end].decode("utf-8", "replace"), end + 1
        if kind == 0x02:
            length = int.from_bytes(body[position : position + 4], "little")
            fields[name] = body[position + 4 : position + 3 + length].decode("utf-8", "replace")
            position += 4 + length
        elif kind == 0x08:
            fields[name] = body[position : position + 1] == b"\x01"
            position += 1
        elif kind in (0x10, 0x12):
            position += 4 if kind == 0x10 else 8
        else:
            break
    return fields


def read_redis(stream: Stream, inside: Inside) -> None:
    """Reads a snapshot of Redis: it ends with its mark and a checksum. Damaged."""
    inside.kind = verbatim("Redis")
    version = stream.peek(9)[5:9]
    tail = b""
    for chunk in stream.chunks():
        tail = (tail + chunk)[-16:]
    if version.isdigit() and int(version) >= 5 and tail[-9:-8] != b"\xff":
        raise Damaged(phrase("it is not a whole {kind} file: it ends too early", kind="Redis"))


__all__ = ("MONGO", "REDIS", "SQLITE", "fields_of", "is_bson", "read_bson", "read_mongo", "read_redis", "read_sqlite")
