# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a text is that lies in the place of a backup: a dump, whose end is looked for, or something else. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import typing as t

from .._phrase import Message, phrase, verbatim
from .exports import judge_html, judge_json, judge_ldif, judge_xml
from .inside import Inside
from .messages import is_of_tool, looks_like_json, message_of_failure, shown, told
from .streams import CHUNK, Stream

TAIL = 65536
HEAD = 65536
SMALL = 65536  # bytes: messages and answers of failure are no longer

_POSTGRES = re.compile(rb"^-- PostgreSQL database (?:cluster )?dump\s*$", re.M)
_MYSQL = re.compile(
    rb"^(?:-- (?:MySQL|MariaDB) dump |/\*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES|-- Dump created by MySQL pump utility)", re.M
)
_SQL = re.compile(
    rb"\s*(?:--|/\*|#|\\(?:connect|restrict|c)\b|(?:SET|CREATE|INSERT|DROP|BEGIN|USE|ALTER|PRAGMA|START|COPY|LOCK|REPLACE|DELETE|GRANT|DELIMITER|SELECT"
    rb"|UPDATE|TRUNCATE|COMMENT|GO|WITH|DO|REVOKE|CALL|DECLARE|IF|EXEC|MERGE)\b)",
    re.I,
)
_STATEMENT = re.compile(rb"^(?:CREATE|INSERT|DROP|ALTER|COPY|REPLACE|GRANT|SET|USE|LOCK)\s", re.I | re.M)
_SQL_END = re.compile(rb"(?:;|\*/|^\\\.|^GO|^/|^--[^\n]*|^#[^\n]*|^\\\w+[^\n]*|\$\$)\s*\Z", re.I | re.M)
_LDIF = re.compile(rb"\A(?:#[^\n]*\n|\s*\n|version:\s*\d+\r?\n)*dn::? ?\S", re.I)
_HTML = re.compile(rb"\A\s*(?:<!--.*?-->\s*)?(?:<!doctype html|<html|<head|<body)", re.I | re.S)
_XML = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<(?:\?xml\b.*?\?>|!--)", re.S)
_SAID = (b"\npg_dump", b"\nmysqldump", b"\nmariadb-dump")
_FAILURE = re.compile(
    rb"\n((?:pg_dump|pg_dumpall|mysqldump|mariadb-dump)(?:\.exe)?(?:\[\d+\])?: (?:\[ERROR\]|error|fatal|Got error|Couldn't|Error)[^\n]*)",
    re.I,
)
_TABLE = re.compile(
    rb"\nCREATE (?:UNLOGGED |FOREIGN |TEMPORARY |OR REPLACE )*TABLE (?:IF NOT EXISTS )?((?:[\"`\[]?[^\s\"`(\]]+[\"`\]]?\.?)+)"
)
_ON_PURPOSE = re.compile(r"schema|ddl|structure|globals|roles", re.I)


_NAMED_SQL = (".sql", ".mysql", ".psql", ".pgsql")
_NAMED_DUMP = (".dmp", ".dump", ".pgdump", ".bson", ".rdb", ".ldif", ".sqlite", ".sqlite3", ".db", ".archive")


@dataclasses.dataclass
class _Read:
    """What was seen of a text: its beginning, its end, and how often the marks stand in it."""

    head: bytes
    tail: bytes = b""
    zeros: int = 0
    counts: dict[bytes, int] = dataclasses.field(default_factory=dict)
    whole: bool = True
    failure: bytes = b""  # the first line in which its tool tells of a failure


def is_text(head: bytes) -> bool:
    """Whether bytes are text: no control character but those of lines, and not all of a kind that no alphabet has."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    sample = head[:4096]
    if not sample or b"\0" in sample.rstrip(b"\0"):
        return False
    sample = sample.rstrip(b"\0")
    control = sum(byte < 32 and byte not in b"\t\n\r\f\x1b\b" for byte in sample)
    try:
        sample[: max(1, len(sample) - 4)].decode("utf-8")
        odd = 0
    except UnicodeDecodeError:
        odd = sum(byte >= 128 for byte in sample)
    return bool(sample) and control * 100 <= len(sample) and odd * 3 <= len(sample)


_MARKS: t.Mapping[str, tuple[bytes, ...]] = {
    "postgresql": (
        b"\n-- PostgreSQL database dump\n",
        b"\n-- PostgreSQL database dump complete",
        b"\n-- PostgreSQL database cluster dump\n",
        b"\n-- PostgreSQL database cluster dump complete",
        b"\nCREATE ",
        b"FROM stdin;\n",
        b"FROM stdin;\n\\.",
        b"\nINSERT INTO ",
        b"\npg_dump",
    ),
    "mysql": (
        b"\n-- MySQL dump ",
        b"\n-- MariaDB dump ",
        b"\n-- Dump completed",
        b"SET @OLD_SQL_NOTES=@@SQL_NOTES",
        b"SET SQL_NOTES=@OLD_SQL_NOTES",
        b"CREATE TABLE ",
        b"INSERT INTO ",
        b"CREATE ",
        b"CREATE DATABASE ",
        b"\nGRANT ",
        b"\nmysqldump",
        b"\nmariadb-dump",
    ),
    "ldif": (b"\ndn:",),
}


def read_text(stream: Stream, inside: Inside, name: str) -> None:
    """Reads a text to its end. ``name``: that of the file, without what compresses or encrypts it."""
    head = stream.peek(HEAD).replace(b"\r\n", b"\n")
    kind = kind_of(head)
    inside.kind = _WORDS.get(kind, phrase("text"))
    inside.dump = {"postgresql": "postgresql_dump", "mysql": "mysql_dump", "sqlite": "sqlite_dump"}.get(kind, "")
    read = _Read(head)
    try:
        for chunk in stream.chunks():
            _count(read, chunk, _MARKS.get(kind, ()), inside if kind in ("postgresql", "mysql", "sql", "sqlite") else None)
    finally:
        inside.size = stream.count
    judge(kind, read, inside, name, small=stream.count <= SMALL)


def read_ends(head: bytes, tail: bytes, inside: Inside, name: str) -> None:
    """Judges a text of which the beginning and the end are known alone."""
    head, tail = head.replace(b"\r\n", b"\n"), tail.replace(b"\r\n", b"\n")
    kind = kind_of(head)
    inside.kind = _WORDS.get(kind, phrase("text"))
    judge(kind, _Read(head, tail, tail.count(0), whole=False), inside, name, small=False)


def kind_of(head: bytes) -> str:
    """The kind of a text by its beginning; "" for none that is known."""
    start = head[3:] if head.startswith(b"\xef\xbb\xbf") else head
    if _POSTGRES.search(start[:8192]):
        return "postgresql"
    if _MYSQL.search(start[:8192]):
        return "mysql"
    for kind, expression in (("html", _HTML), ("xml", _XML), ("ldif", _LDIF)):
        if expression.match(start):
            return kind
    if looks_like_json(start[:4096]):
        return "json"
    if start.startswith(b"PRAGMA foreign_keys=OFF;"):
        return "sqlite"
    if _SQL.match(start) and _STATEMENT.search(start):
        return "sql"
    return ""


_WORDS = {
    "postgresql": phrase("PostgreSQL dump"),
    "mysql": phrase("MySQL dump"),
    "sqlite": phrase("SQLite dump"),
    "sql": verbatim("SQL"),
    "ldif": verbatim("LDIF"),
    "html": verbatim("HTML"),
    "xml": verbatim("XML"),
    "json": verbatim("JSON"),
}


def _count(read: _Read, chunk: bytes, marks: t.Iterable[bytes], inside: Inside | None) -> None:
    if b"\r\n" in chunk:
        chunk = chunk.replace(b"\r\n", b"\n")
    overlap = (read.tail or b"\n")[-300:]  # longer than each mark
    window = overlap + chunk
    for mark in marks:
        read.counts[mark] = read.counts.get(mark, 0) + window.count(mark) - overlap.count(mark)
    if inside is not None:
        for found in _TABLE.finditer(window):
            if found.end() > len(overlap):
                inside.listed = True
                _tell(found.group(1), inside)
    if not read.failure:
        failure = _FAILURE.search(window) if any(mark in window for mark in _SAID) else None
        read.failure = failure.group(1) if failure else b""
    read.zeros += chunk.count(0)
    read.tail = (read.tail + chunk)[-TAIL:] if len(chunk) < TAIL else chunk[-TAIL:]


def _tell(name: bytes, inside: Inside) -> None:
    whole = re.sub(r"[\"`\[\]]", "", name.decode("utf-8", "replace")).rstrip(";")
    inside.on_name(whole)
    if "." in whole:
        inside.on_name(whole.rpartition(".")[2])


def judge(kind: str, read: _Read, inside: Inside, name: str, *, small: bool) -> None:
    """Says what is wrong with a text of this kind, and what cannot be known of it."""
    if read.zeros:
        inside.damages.append(phrase("there are zero bytes in it, which no text has: a disk was full, or the host crashed"))
        return
    said = message_of_failure(read.head.decode("utf-8", "replace")) if small and kind in ("", "sql", "sqlite") else None
    if said:
        inside.message = phrase("it is no backup, but a message: {message}", message=shown(said))
        inside.damages.append(inside.message)
        return
    if kind in ("postgresql", "mysql"):
        inside.made = _made(read.tail) or _made(read.head)
        (_postgresql if kind == "postgresql" else _mysql)(read, inside, name)
        if not inside.damages:
            _complain_of_messages(read, inside)
    elif kind == "ldif":
        judge_ldif(read.tail, read.counts.get(b"\ndn:", 0) if read.whole else None, inside)
    elif kind == "html":
        judge_html(read.head, read.tail, inside, named=name.lower().endswith((".html", ".htm")))
    elif kind == "xml":
        judge_xml(read.head, read.tail, inside, small=small)
    elif kind == "json":
        judge_json(read.tail, inside, whole=read.whole and inside.size <= len(read.tail), small=small)
    elif name.lower().endswith(_NAMED_SQL) and kind not in ("sql", "sqlite"):
        inside.damages.append(phrase("it is named like {named}, but is something else: {message}", named="SQL", message=told(read.head)))
    elif name.lower().endswith(_NAMED_DUMP) and not kind:
        named = name.lower().rpartition(".")[2]
        inside.damages.append(phrase("it is named like {named}, but is something else: {message}", named=named, message=told(read.head)))
    elif kind in ("sql", "sqlite"):
        _sql(kind, read, inside)
    else:
        inside.derived.append(phrase("a text of no kind that has an end mark"))


def told_kind(head: bytes) -> Message:
    """What kind of text it is, in words."""
    return _WORDS.get(kind_of(head), phrase("text"))


_DATES = (
    re.compile(rb"^-- Dump completed on (\d{4}-\d\d-\d\d) +(\d{1,2}:\d\d:\d\d)", re.M),
    re.compile(rb"^-- (?:Started|Completed) on (\d{4}-\d\d-\d\d) +(\d{1,2}:\d\d:\d\d)", re.M),
)


def _made(text: bytes) -> float | None:
    """When a dump says that it was made, in the zone of this host."""
    for expression in _DATES:
        found = expression.findall(text)
        if found:
            try:
                return dt.datetime.strptime(b" ".join(found[-1]).decode("ascii"), "%Y-%m-%d %H:%M:%S").timestamp()
            except (ValueError, OverflowError):
                return None
    return None


def _complain_of_messages(read: _Read, inside: Inside) -> None:
    """What a tool has said in the dump, or after it: a failure, or a warning in its first line."""
    first = read.head.lstrip(b"\xef\xbb\xbf").lstrip().split(b"\n", 1)[0]
    failure = read.failure
    if not failure:
        told_first = _FAILURE.search(b"\n" + read.head) or _FAILURE.search(b"\n" + read.tail)
        failure = told_first.group(1) if told_first else b""
    if failure:
        said = shown(failure.decode("utf-8", "replace"))
        inside.damages.append(phrase("a message of failure of the tool stands in it: {message}", message=said))
    elif not _SQL.match(first):
        text = first.decode("utf-8", "replace")
        said = shown(text) if is_of_tool(text) else phrase("a line that is no SQL")
        inside.warns.append(phrase("a message of the tool stands in it, at which a restore stops: {message}", message=said))


def _no_end(read: _Read, mark: str) -> Message:
    """The dump was cut; with the last line where that is a message."""
    lines = read.tail.rstrip().rsplit(b"\n", 1)
    said = message_of_failure(lines[-1][:2000].decode("utf-8", "replace"))
    if said and is_of_tool(said):
        return phrase(
            "it is not a whole dump: '{mark}' is missing at its end, where stands: {message}",
            mark=mark,
            message=shown(said),
        )
    return phrase("it is not a whole dump: '{mark}' is missing at its end", mark=mark)


_ENDS = {b"": b"-- PostgreSQL database dump complete", b"cluster ": b"-- PostgreSQL database cluster dump complete"}


def _postgresql(read: _Read, inside: Inside, name: str) -> None:
    cluster = b"-- PostgreSQL database cluster dump\n" in read.head
    counts = read.counts
    for what, mark in _ENDS.items() if not cluster else reversed(_ENDS.items()):  # several may stand in a file, in any order
        begun = counts.get(b"\n-- PostgreSQL database " + what + b"dump\n", 0)
        if counts.get(b"\n" + mark, 0) < begun:
            inside.damages.append(_no_end(read, mark[3:].decode("ascii")))
            return
    ended = any(mark in read.tail for mark in _ENDS.values())
    if not read.whole and cluster and _ENDS[b"cluster "] not in read.head:
        ended = _ENDS[b"cluster "] in read.tail
    if not ended:
        inside.damages.append(_no_end(read, _ENDS[b"cluster " if cluster else b""][3:].decode("ascii")))
        return
    if not read.whole:
        return
    objects, copies = counts[b"\nCREATE "], counts[b"FROM stdin;\n"]
    rows = copies - counts[b"FROM stdin;\n\\."] + counts[b"\nINSERT INTO "]
    inside.listed = True
    if not objects and not copies and not rows:
        inside.empty.append(phrase("there is nothing in it: the database has no table"))
    elif not rows and not _ON_PURPOSE.search(name) and not cluster:
        inside.warns.append(phrase("there is no row of data in it"))


def _mysql(read: _Read, inside: Inside, name: str) -> None:
    if b"-- Dump created by MySQL pump utility" in read.head[:8192]:
        if b"-- Dump end time" not in read.tail:
            inside.damages.append(_no_end(read, "Dump end time"))
        return
    counts = read.counts
    with_comments = re.search(rb"^-- (?:MySQL|MariaDB) dump ", read.head[:8192], re.M)
    mark = b"-- Dump completed" if with_comments else b"SET SQL_NOTES=@OLD_SQL_NOTES"
    begun = counts.get(b"\n-- MySQL dump ", 0) + counts.get(b"\n-- MariaDB dump ", 0)
    too_few = counts.get(b"\n-- Dump completed", 0) < begun
    too_few = too_few or counts.get(b"SET SQL_NOTES=@OLD_SQL_NOTES", 0) < counts.get(b"SET @OLD_SQL_NOTES=@@SQL_NOTES", 0)
    if mark not in read.tail or too_few:
        inside.damages.append(_no_end(read, mark.decode("ascii").strip("- ")))
        return
    if not read.whole:
        return
    inside.listed = True
    created = counts[b"CREATE "] - counts[b"CREATE DATABASE "]
    if not created and not counts[b"INSERT INTO "] and not counts[b"\nGRANT "]:
        inside.empty.append(phrase("there is nothing in it: the database has no table"))
    elif counts[b"CREATE TABLE "] and not counts[b"INSERT INTO "] and not _ON_PURPOSE.search(name):
        inside.warns.append(phrase("there is no row of data in it"))


def _sql(kind: str, read: _Read, inside: Inside) -> None:
    end = read.tail.rstrip()
    if kind == "sqlite":
        inside.listed = True
        if not re.search(rb"COMMIT;\Z", end):
            inside.damages.append(_no_end(read, "COMMIT"))
        return
    if not _SQL_END.search(end[-2000:]):
        inside.damages.append(phrase("it ends in the middle of a statement"))
        return
    inside.derived.append(phrase("it has no end mark, so that nobody can tell whether it is whole"))


__all__ = ("CHUNK", "HEAD", "TAIL", "is_text", "kind_of", "read_ends", "read_text")
