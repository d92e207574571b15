# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files read from their beginning to their end, through what compresses them. PRIVATE to the collection."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import lzma
import os
import typing as t
import zipfile
import zlib

from .._finding import CannotObserve
from .._message import first_line
from .._phrase import Message, phrase
from .._runner import Pipe, Runner

CHUNK = 1 << 20
_MAGIC = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x04\x22\x4d\x18", "lz4"),
)
SUFFIXES: t.Mapping[str, str] = {
    ".gz": "gzip",
    ".tgz": "gzip",
    ".bz2": "bzip2",
    ".tbz2": "bzip2",
    ".tbz": "bzip2",
    ".xz": "xz",
    ".txz": "xz",
    ".zst": "zstd",
    ".tzst": "zstd",
    ".lz4": "lz4",
}
BY_TOOL = ("zstd", "lz4")  # which the standard library does not read


class Told(Exception):
    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


class Damaged(Told):
    """The file is not what it must be; the message says how."""


class CutShort(Damaged):
    """It ends before it should."""


class NotVerifiable(Told):
    """The file may be sound, but it cannot be told here; the message says why."""


class ReadEnough(Exception):
    """As much has been read as may be read."""


class Readable(t.Protocol):
    def read(self, size: int, /) -> bytes: ...


class Stream:
    """Bytes from the beginning on; ``count`` is how far it is. ``tick`` is called often and may raise.

    ``most``: how many bytes may be read, after which ReadEnough is raised; what is skipped in a plain file is not read.
    """

    def __init__(self, raw: Readable, tick: t.Callable[[], object], *, most: int | None = None, plain: int | None = None) -> None:
        self.raw, self.tick, self.most = raw, tick, most
        self.plain = plain  # the size of a plain file, in which can be sought
        self.count = 0
        self._ahead, self._at = b"", 0  # what has been read from the file, and how much of it has been handed out
        self._read = 0

    def is_beyond(self, size: int) -> bool:
        """Whether so many more bytes are more than may be read."""
        return self.most is not None and self._read + size > self.most

    def _more(self, size: int) -> bytes:
        self.tick()
        if self.most is not None and self._read >= self.most:
            raise ReadEnough
        part = self.raw.read(min(size, CHUNK))
        self._read += len(part)
        return part

    def peek(self, size: int) -> bytes:
        """The next bytes, which stay to be read; fewer only at the end."""
        while len(self._ahead) - self._at < size:
            part = self._more(CHUNK)
            if not part:
                break
            self._ahead, self._at = self._ahead[self._at :] + part, 0
        return self._ahead[self._at : self._at + size]

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes, fewer only at the end."""
        end = self._at + size
        if end <= len(self._ahead):
            whole = self._ahead[self._at : end]
            self._at = end
        else:
            parts = [self._ahead[self._at :]]
            self._ahead, self._at = b"", 0
            size -= len(parts[0])
            while size > 0:
                part = self._more(max(size, 65536))
                if not part:
                    break
                parts.append(part[:size])
                if len(part) > size:
                    self._ahead, self._at = part, size
                size -= len(parts[-1])
            whole = b"".join(parts)
        self.count += len(whole)
        return whole

    def exactly(self, size: int) -> bytes:
        """``size`` bytes. Damaged when there are fewer."""
        part = self.read(size)
        if len(part) < size:
            raise cut_short()
        return part

    def skip(self, size: int) -> None:
        """Damaged when there are fewer than ``size`` bytes."""
        if self.plain is not None and size > len(self._ahead) - self._at + CHUNK:
            if self.count + size > self.plain:
                raise cut_short()
            self.tick()
            t.cast("t.IO[bytes]", self.raw).seek(self.count + size)
            self._ahead, self._at, self.count = b"", 0, self.count + size
            return
        while size > 0:
            part = self.read(min(size, CHUNK))
            if not part:
                raise cut_short()
            size -= len(part)

    def chunks(self) -> t.Iterator[bytes]:
        """All that is left."""
        while True:
            part = self.read(CHUNK)
            if not part:
                return
            yield part

    def drain(self) -> None:
        for _part in self.chunks():
            pass


def cut_short() -> CutShort:
    return CutShort(phrase("it ends in the middle of a member"))


def compression_of(head: bytes) -> str:
    """What compresses a file, by its first bytes; "" for nothing that is known."""
    return next((kind for magic, kind in _MAGIC if head.startswith(magic)), "")


def named_compression(name: str) -> str:
    """What compresses a file, by its name."""
    return next((kind for suffix, kind in SUFFIXES.items() if name.lower().endswith(suffix)), "")


@contextlib.contextmanager
def opened(path: str, kind: str, runner: Runner, tick: t.Callable[[], object], most: int | None = None) -> t.Iterator[Stream]:
    """The content of a file that ``kind``, which may be "", compresses. Damaged, NotVerifiable (no tool), OSError, CannotObserve."""
    with unbroken(kind):
        if kind in BY_TOOL:
            if runner.which(kind) is None:
                raise NotVerifiable(phrase("{program} is not installed on this host", program=kind))
            with runner.piped([kind, "-dc", path]) as pipe:
                yield Stream(_Checked(pipe, kind), tick, most=most)
        elif kind:
            with _by_library(path, kind) as raw:
                yield Stream(raw, tick, most=most)
        else:
            with open(path, "rb") as raw:
                yield Stream(raw, tick, most=most, plain=os.fstat(raw.fileno()).st_size)


def _by_library(path: str, kind: str) -> t.IO[bytes]:
    if kind == "gzip":
        return t.cast("t.IO[bytes]", gzip.open(path, "rb"))
    if kind == "bzip2":
        return t.cast("t.IO[bytes]", bz2.open(path, "rb"))
    return t.cast("t.IO[bytes]", lzma.open(path, "rb"))


class _Checked:
    """What a tool unpacks; its end is one only when the tool has found no fault."""

    def __init__(self, pipe: Pipe, kind: str) -> None:
        self.pipe, self.kind = pipe, kind

    def read(self, size: int, /) -> bytes:
        part = self.pipe.read(size)
        if part:
            return part
        done = self.pipe.ended()
        if done.rc == 0:
            return b""
        said = first_line(done.stderr, limit=400).split(" : ", 1)[-1] or str(done.rc)
        if "emory" in said or "ermission" in said:
            raise CannotObserve(phrase("{program} cannot read it: {reason}", program=self.kind, reason=said))
        raise Damaged(phrase("it is not a whole {kind} file: {reason}", kind=self.kind, reason=said))


@contextlib.contextmanager
def unbroken(kind: str) -> t.Iterator[None]:
    """What the libraries say of a file that is broken becomes Damaged."""
    try:
        yield
    except (EOFError, lzma.LZMAError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as exc:
        raise not_whole(kind, exc) from None
    except OSError as exc:
        if exc.errno is None:  # bz2 says "Invalid data stream" like this
            raise not_whole(kind, exc) from None
        raise


def not_whole(kind: str, exc: Exception) -> Damaged:
    text = str(exc) or type(exc).__name__
    if "end-of-stream" in text or "EOF" in text:
        return Damaged(phrase("it is not a whole {kind} file: it ends too early", kind=kind))
    if text.startswith("Not a gzipped file"):  # its beginning is one
        return Damaged(phrase("it is not a whole {kind} file: something else follows its end", kind=kind))
    return Damaged(phrase("it is not a whole {kind} file: {reason}", kind=kind, reason=first_line(text, limit=200)))


__all__ = (
    "BY_TOOL",
    "CHUNK",
    "SUFFIXES",
    "CutShort",
    "Damaged",
    "NotVerifiable",
    "ReadEnough",
    "Stream",
    "compression_of",
    "cut_short",
    "named_compression",
    "not_whole",
    "opened",
    "unbroken",
)
