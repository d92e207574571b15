# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads tar, cpio and zip files to their end, with the standard library. PRIVATE to the collection."""

from __future__ import annotations

import re
import tarfile
import typing as t
import zipfile

from .._phrase import Message, phrase, plural, verbatim
from .inside import Inside
from .messages import told
from .pg_archives import names_of_data
from .streams import CHUNK, CutShort, Damaged, NotVerifiable, Stream, cut_short, unbroken

BLOCK = 512
NAME_LIMIT = 1 << 20  # longest name or pax header that is believed
_RECORD = 20 << 10  # bytes of zeros that the usual record leaves at most
_LARGE_RECORDS = tuple(1 << power for power in range(15, 22))
_DUMPDIR = b"D"  # what an incremental tar has for each folder
_CPIO = {b"070701": "newc", b"070702": "newc", b"070707": "odc"}


def is_tar(head: bytes) -> bool:
    """Whether this is the first header of a tar archive, or the mark at the end of one with nothing in it."""
    if head[257:262] == b"ustar":
        return True
    if len(head) < BLOCK or not head[0]:
        return False
    try:
        tarfile.TarInfo.frombuf(head[:BLOCK], "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


Look = t.Callable[[Stream, str, Inside], None]


def is_named_dump(name: str) -> bool:
    """Whether a member of an archive is named as a dump is."""
    return name.lower().endswith((".sql", ".dump", ".pgdump"))


class Part:
    """A member of an archive as a file of its own."""

    def __init__(self, stream: Stream, size: int) -> None:
        self.stream, self.left = stream, size

    def read(self, size: int, /) -> bytes:
        part = self.stream.read(min(size, self.left))
        if not part and self.left:
            raise cut_short()
        self.left -= len(part)
        return part


def _look_into(name: str, part: Part, stream: Stream, inside: Inside, look: Look) -> None:
    """A dump in an archive, of which only is said what is surely wrong: it may be a file of a program that is called like one."""
    found = Inside()
    inner = Stream(part, stream.tick)
    try:
        look(inner, name, found)
    except CutShort:
        raise
    except Damaged as exc:
        if found.dump:
            found.damages.append(exc.message)
    finally:
        inner.drain()
    if found.dump:
        inside.damages += [phrase("{file:path}: {reason}", file=name, reason=reason) for reason in found.damages]
    elif found.message:
        inside.damages.append(phrase("{file:path}: {reason}", file=name, reason=found.message))


def read_tar(stream: Stream, inside: Inside, look: Look | None = None) -> None:
    """Reads a tar archive to its end-of-archive mark, and on to the end of the file. ``look`` reads a dump in it. Damaged."""
    inside.kind = verbatim("tar")
    seen = _Members(inside)
    # tarfile takes a damaged header in the middle for the end of the archive
    long_name, pax = "", {}  # type: tuple[str, dict[str, str]]
    header = stream.read(BLOCK)
    while header != bytes(BLOCK):
        if len(header) < BLOCK:
            raise Damaged(
                plural(
                    "it ends too early: after {count:number} member there is no end-of-archive mark",
                    "it ends too early: after {count:number} members there is no end-of-archive mark",
                    count=seen.count,
                )
            )
        try:
            info = tarfile.TarInfo.frombuf(header, "utf-8", "surrogateescape")
        except tarfile.HeaderError:
            raise Damaged(_bad_header(seen.count)) from None
        size = info.size
        if info.type in (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.XGLTYPE):
            if size > NAME_LIMIT:
                raise Damaged(phrase("it has a name that is longer than any name"))
            body = stream.exactly(_padded(size))
            if info.type == tarfile.GNUTYPE_LONGNAME:
                long_name = body[:size].rstrip(b"\0").decode("utf-8", "replace")
            elif info.type in (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE):
                pax = parse_pax(body[:size])
        else:
            if info.type == tarfile.GNUTYPE_SPARSE:
                extension = header if header[482] else b""
                while extension:
                    block = stream.exactly(BLOCK)
                    extension = block if block[504] else b""
            if pax.get("size", "").isdecimal():
                size = int(pax["size"])
            name = pax.get("path") or long_name or info.name
            has_body = info.isreg() or info.type not in tarfile.SUPPORTED_TYPES
            seen.add(name, size if has_body or info.islnk() else 0, is_file=has_body or info.islnk() or info.issym(), linked=info.islnk())
            seen.incremental = seen.incremental or info.type == _DUMPDIR
            long_name, pax = "", {}
            if has_body:
                if name == "toc.dat" and size <= 64 * CHUNK:  # of pg_dump, which names the members that there must be
                    seen.contents = stream.exactly(_padded(size))[:size]
                elif look and is_named_dump(name) and not stream.is_beyond(size):
                    _look_into(name, Part(stream, size), stream, inside, look)
                    stream.skip(_padded(size) - size)
                else:
                    stream.skip(_padded(size))
        header = stream.read(BLOCK)
    seen.judge()
    _after_the_end(stream, inside)


def _after_the_end(stream: Stream, inside: Inside) -> None:
    """What follows the end-of-archive mark: zeros up to a whole record. Damaged."""
    zeros = BLOCK
    while True:
        block = stream.peek(CHUNK)
        filled = block.lstrip(b"\0")
        zeros += len(block) - len(filled)
        stream.read(len(block) - len(filled))
        if filled:
            break
        if not block:
            if zeros > _RECORD and not any(stream.count % record == 0 and zeros <= record + BLOCK for record in _LARGE_RECORDS):
                raise Damaged(
                    phrase(
                        "{size:bytes} of zero bytes are at its end, where members were: the disk was full, or the host crashed", size=zeros
                    )
                )
            return
    head = stream.peek(65536)
    if is_tar(head) and stream.count % BLOCK == 0:
        inside.warns.append(phrase("another archive follows its end, which tar reads with --ignore-zeros alone"))
    else:
        raise Damaged(phrase("something else follows its end: {message}", message=told(head)))
    stream.drain()


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


class _Members:
    """Counts the members of an archive, and says what is wrong with all of them together."""

    def __init__(self, inside: Inside) -> None:
        self.inside, self.count, self.files, self.filled, self.incremental = inside, 0, 0, 0, False
        self.contents: bytes | None = None  # of toc.dat
        self.dumped: set[str] = set()
        inside.listed = True

    def add(self, name: str, size: int, *, is_file: bool, linked: bool = False) -> None:
        self.inside.on_name(name)
        self.count += 1
        self.files += is_file
        self.filled += size > 0 or linked
        if re.fullmatch(r"\d+\.dat(\.\w+)?|blobs?(_\d+)?\.toc", name):
            self.dumped.add(name)

    def judge(self) -> None:
        if self.contents is not None:
            self.inside.kind, self.inside.dump = phrase("PostgreSQL dump (tar)"), "postgresql_archive"
            missing = sorted(names_of_data(self.contents, self.inside) - self.dumped)
            if missing:
                self.inside.damages.append(phrase("its contents name {members:list}, which are not in it", members=missing[:5]))
        elif not self.count:
            self.inside.damages.append(phrase("there is nothing in it"))
        elif not self.files and not self.incremental:
            self.inside.damages.append(
                plural(
                    "there is nothing in it but {count:number} folder",
                    "there is nothing in it but {count:number} folders",
                    count=self.count,
                )
            )
        elif not self.filled and not self.incremental:
            self.inside.damages.append(
                plural(
                    "the only member of it is empty",
                    "all {count:number} members of it are empty",
                    count=self.count,
                )
            )


def is_cpio(head: bytes) -> bool:
    return head[:6] in _CPIO


def read_cpio(stream: Stream, inside: Inside) -> None:
    """Reads a cpio archive (newc, crc, odc) to its trailer. Damaged."""
    inside.kind = verbatim("cpio")
    seen = _Members(inside)
    while True:
        magic = stream.read(6)
        if magic not in _CPIO:
            raise Damaged(_bad_header(seen.count) if len(magic) == 6 else phrase("it ends too early: its trailer is missing"))
        newc = _CPIO[magic] == "newc"
        header = stream.exactly(104 if newc else 70)
        try:
            if newc:
                mode, size, length = int(header[8:16], 16), int(header[48:56], 16), int(header[88:96], 16)
            else:
                mode, size, length = int(header[12:18], 8), int(header[59:70], 8), int(header[53:59], 8)
        except ValueError:
            raise Damaged(_bad_header(seen.count)) from None
        if length > NAME_LIMIT:
            raise Damaged(phrase("it has a name that is longer than any name"))
        name = stream.exactly(length + (-(110 + length) % 4 if newc else 0))[:length].rstrip(b"\0").decode("utf-8", "replace")
        if name == "TRAILER!!!":
            break
        seen.add(name, size, is_file=mode & 0o170000 != 0o040000)
        stream.skip(size + (-size % 4 if newc else 0))
    seen.judge()
    stream.drain()


def read_zip(path: str, inside: Inside, tick: t.Callable[[], object], *, directory_alone: bool = False) -> None:
    """Reads each member of a zip to its end, or its directory alone. Damaged, NotVerifiable, OSError."""
    inside.kind = verbatim("zip")
    seen = _Members(inside)
    with unbroken("zip"), zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
        for info in infos:
            seen.add(info.filename, info.file_size, is_file=not info.is_dir())
        seen.judge()
        files = [info for info in infos if not info.is_dir()]
        closed = [info for info in files if info.flag_bits & 1]
        inside.encrypted = bool(closed) and len(closed) == len(files)
        if directory_alone:
            return
        if closed:
            raise NotVerifiable(phrase("its members are encrypted"))
        for info in infos:
            try:
                with archive.open(info) as member:
                    while True:
                        tick()
                        part = member.read(CHUNK)
                        if not part:
                            break
                        inside.size += len(part)
            except NotImplementedError as exc:
                raise NotVerifiable(phrase("its compression is not known here ({reason})", reason=str(exc))) from None


__all__ = ("is_cpio", "is_tar", "parse_pax", "read_cpio", "read_tar", "read_zip")
