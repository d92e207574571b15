# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether archived WAL is what its name says. PRIVATE to the collection.

A segment is pages of 8 KiB, each of which begins with a magic number of the version, the timeline and its own address; the first one also
has the system identifier and the size of a segment. The records between have checksums, which ``pg_waldump`` reckons.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import struct
import typing as t
import zlib

from .._finding import CannotObserve
from .._message import one_line
from .._phrase import Message, phrase, verbatim
from .._runner import Runner, unreadable
from .wal_names import Segment, name_of

PAGE = 8192
_LONG = 0x0002  # the flag of a page with the long header
_SHORT_HEAD = struct.Struct("=HHIQI")
_LONG_HEAD = struct.Struct("=QII")
_FRAMES = ((b"\x1f\x8b", "gzip"), (b"BZh", "bzip2"), (b"\xfd7zXZ", "xz"))
_OTHER_FRAMES = ((b"\x28\xb5\x2f\xfd", "zstd"), (b"\x04\x22\x4d\x18", "lz4"))
_BAD_RECORD = re.compile(r"(?:error in WAL record|invalid|incorrect|unexpected|record with)", re.I)
_OTHER_VERSION = re.compile(r"invalid magic number|WAL segment size must be|could not determine WAL segment size", re.I)


class Content(t.NamedTuple):
    """``compression`` is None for what is plain; ``data`` is None where nothing here can unpack it."""

    data: bytes | None
    compression: str | None


class Damaged(Exception):
    """What is wrong with a segment."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


def unpack(path: str, size: int) -> Content:
    """The content of a segment, not more than a byte beyond its size. Damaged, CannotObserve."""
    try:
        with open(path, "rb") as stream:
            head = stream.read(6)
            stream.seek(0)
            kind = next((name for magic, name in _FRAMES if head.startswith(magic)), None)
            if kind is None:
                other = next((name for magic, name in _OTHER_FRAMES if head.startswith(magic)), None)
                return Content(None, other) if other else Content(stream.read(size + 1), None)
            if kind == "gzip":
                with gzip.GzipFile(fileobj=stream) as packed:
                    return Content(packed.read(size + 1), kind)
            if kind == "bzip2":
                with bz2.BZ2File(stream) as packed_bz2:
                    return Content(packed_bz2.read(size + 1), kind)
            with lzma.LZMAFile(stream) as packed_xz:
                return Content(packed_xz.read(size + 1), kind)
    except (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile):
        raise Damaged(phrase("it cannot be unpacked")) from None
    except OSError as exc:
        if exc.errno is None:  # how bz2 says that what it reads is damaged
            raise Damaged(phrase("it cannot be unpacked")) from None
        raise CannotObserve(unreadable(path, exc)) from None


def look(data: bytes, segment: Segment, size: int, systemid: str | None) -> None:
    """Damaged where the content is not that of this segment."""
    if len(data) > size:
        raise Damaged(phrase("it is longer than a segment, which has {wanted:bytes}", wanted=size))
    if len(data) < size:
        raise Damaged(phrase("it has {size:bytes}, a segment has {wanted:bytes}", size=len(data), wanted=size))
    magic, flags, _timeline, _address, _left = _SHORT_HEAD.unpack_from(data)
    system, of_size, _page = _LONG_HEAD.unpack_from(data, 24)
    if not flags & _LONG or of_size != size:
        raise Damaged(phrase("it does not begin as a segment does"))
    if systemid is not None and str(system) != systemid:
        raise Damaged(phrase("it is of another database cluster (system identifier {other})", other=str(system)))
    begin = segment.number * size
    for offset in range(0, size, PAGE):
        found, _flags, timeline, address, _left = _SHORT_HEAD.unpack_from(data, offset)
        if found == 0 and address == 0 and not data[offset:].strip(b"\0"):
            break  # the rest was not written, since the segment was left early
        if found != magic or address != begin + offset or timeline > segment.timeline:
            raise Damaged(phrase("its page at {offset:number} has a damaged header", offset=offset))


def records(runner: Runner, program: str, folder: str, first: Segment, last: Segment, size: int) -> Message | None:
    """What pg_waldump finds wrong in the records of a row of plain segments in one folder. CannotObserve."""
    begin, end = first.number * size, (last.number + 1) * size
    argv = [program, f"--path={folder}", f"--timeline={first.timeline}", f"--start={_location(begin)}", f"--end={_location(end)}"]
    done = runner.run([*argv, "--stats"], timeout=3600.0, max_output=2**20)
    lines = [line.partition(": ")[2] for line in done.stderr.splitlines() if re.search(r"(error|fatal): ", line)]
    if done.rc == 0 and not lines:
        return None
    said = one_line(lines[-1] if lines else done.stderr, 300)
    if _OTHER_VERSION.search(said):
        raise CannotObserve(phrase("{program:path} is not of the version of this WAL: {reason}", program=program, reason=verbatim(said)))
    missing = re.search(r'could not (?:find|open) (?:a valid record|file "([0-9A-F]{24})")', said)
    if missing and missing.group(1) and missing.group(1) > name_of(last, size):
        return None  # the last record ends in a segment that is not there yet, or in another folder
    if missing and not missing.group(1):
        return None  # a segment of nothing but the end of a record
    if _BAD_RECORD.search(said) and done.rc != 0:
        return verbatim(said)
    raise CannotObserve(phrase("{program:path} did not read the WAL: {reason}", program=program, reason=verbatim(said)))


def _location(position: int) -> str:
    return f"{position >> 32:X}/{position & 0xFFFFFFFF:X}"


__all__ = ("PAGE", "Content", "Damaged", "look", "records", "unpack")
