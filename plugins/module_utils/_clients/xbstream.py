# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups of MariaDB and MySQL that were streamed into one file (xbstream, mbstream). PRIVATE to the collection.

A stream is a sequence of chunks: ``XBSTCK01``, a byte of flags, a byte that tells the type (``P`` a part of a file, ``S`` one with holes,
``E`` its end), the length of the name in four bytes, the name; for a part: its length and its offset in eight bytes each, a CRC-32, the
bytes. Numbers are little endian.
"""

from __future__ import annotations

import bz2
import contextlib
import gzip
import lzma
import os
import re
import struct
import subprocess
import typing as t
import zlib

from .._phrase import Message, phrase, plural
from .._runner import Runner

MAGIC = b"XBSTCK01"
ENDINGS = re.compile(r"\.(?:xb|xbs|xbstream|mbs|mbstream)(?:\.[A-Za-z0-9]{1,8}){0,3}$")
_HEAD = len(MAGIC) + 6
_LONGEST_NAME = 4096
_MOST_MEMBERS = 500_000
_MOST_HOLES = 1 << 20
_KEPT = 1 << 20  # bytes of a member whose text is asked for
_PIECE = 1 << 20
_ENVELOPES = (
    (b"age-encryption.org/", "age"),
    (b"-----BEGIN PGP MESSAGE", "gpg"),
    (b"Salted__", "openssl"),
    (b"XBCRYP01", "xbcrypt"),
    (b"XBCRYP02", "xbcrypt"),
    (b"XBCRYP03", "xbcrypt"),
)


class _Told(Exception):
    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


class Damaged(_Told):
    """The stream is not whole; the message says how."""


class Unfinished(Damaged):
    """It ends too early: it may still be written."""


class NotRead(_Told):
    """Nothing can be said of what is in it; the message says why."""


def is_stream(path: str) -> bool:
    """Whether a file is one by its name."""
    return bool(ENDINGS.search(os.path.basename(path))) and os.path.isfile(path)


def envelope(path: str) -> str:
    """What a file is encrypted with, empty where it is not."""
    with open(path, "rb") as handle:
        head = handle.read(64)
    found = next((name for magic, name in _ENVELOPES if head.startswith(magic)), "")
    # a packet of OpenPGP: a session key, for a public key or a passphrase
    return found or ("gpg" if head[:1] and head[0] in (0x84, 0x85, 0x8C, 0xC1, 0xC3) else "")


def members(path: str, wanted: t.Container[str], runner: Runner, most: int) -> tuple[dict[str, int], dict[str, str]]:
    """Sizes by name, and the text of those wanted, after the stream was read to its end. Damaged, NotRead, OSError, CannotObserve.

    Of a larger file than ``most`` bytes the heads of its parts are read alone, and nothing where it is packed.
    """
    locked = envelope(path)
    if locked:
        raise NotRead(phrase("it is encrypted ({kind}), so what is in it cannot be looked at here", kind=locked))
    size = os.stat(path).st_size
    with _opened(path, runner) as (stream, packed):
        if size > most and packed:
            raise NotRead(phrase("it is packed and larger than {most:bytes}, so it was not read (verify_max_bytes)", most=most))
        return _Chunks(stream, wanted, runner, size if size > most else 0).read()


@contextlib.contextmanager
def _opened(path: str, runner: Runner) -> t.Iterator[tuple[t.IO[bytes], bool]]:
    """The stream, and whether it is packed."""
    with open(path, "rb") as handle:
        head = handle.read(8)
    if head.startswith(b"\x1f\x8b"):
        with gzip.open(path, "rb") as stream:
            yield t.cast("t.IO[bytes]", stream), True
    elif head.startswith(b"BZh"):
        with bz2.open(path, "rb") as stream2:
            yield t.cast("t.IO[bytes]", stream2), True
    elif head.startswith(b"\xfd7zXZ\x00"):
        with lzma.open(path, "rb") as stream3:
            yield t.cast("t.IO[bytes]", stream3), True
    elif head.startswith((b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18")):
        with _through("zstd" if head.startswith(b"\x28") else "lz4", path, runner) as out:
            yield out, True
    elif head.startswith(MAGIC) or MAGIC.startswith(head):
        with open(path, "rb") as plain:
            yield plain, False
    else:
        raise Damaged(phrase("it is not a stream of a backup: it does not begin with XBSTCK01"))


@contextlib.contextmanager
def _through(tool: str, path: str, runner: Runner) -> t.Iterator[t.IO[bytes]]:
    """What a tool unpacks, in pieces."""
    program = runner.which(tool)
    if program is None:
        raise NotRead(phrase("it is packed with {tool}, which is not installed on this host", tool=tool))
    process = subprocess.Popen(  # pylint: disable=ansible-bad-function,consider-using-with # read in pieces, with the deadline of the check
        [program, "-dcq", "--", path],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    out = t.cast("t.IO[bytes]", process.stdout)
    try:
        yield out
        out.close()
        if process.wait(timeout=runner.remaining(30.0)) != 0:
            raise Damaged(phrase("{tool} cannot unpack it to its end", tool=tool))
    except Damaged:
        process.kill()
        raise
    finally:
        out.close()
        process.kill()
        process.wait()


def unpack(path: str, target: str, runner: Runner) -> dict[str, int]:
    """Writes the files of a stream below a folder that is there; their sizes by name. Damaged, NotRead, OSError, CannotObserve."""
    locked = envelope(path)
    if locked:
        raise NotRead(phrase("it is encrypted ({kind}), so what is in it cannot be looked at here", kind=locked))
    with _opened(path, runner) as (stream, _packed):
        return _Chunks(stream, (), runner, 0, target).read()[0]


class _Chunks:
    """Reads a stream; ``seek_within``: the size of a file in which the content is leapt over; ``target``: where the files are written."""

    def __init__(self, stream: t.IO[bytes], wanted: t.Container[str], runner: Runner, seek_within: int, target: str = "") -> None:
        self.stream, self.wanted, self.runner, self.seek_within, self.target = stream, wanted, runner, seek_within, target
        self.sizes: dict[str, int] = {}
        self.texts: dict[str, bytes] = {}
        self.ended: set[str] = set()
        self.with_holes: set[str] = set()

    def read(self) -> tuple[dict[str, int], dict[str, str]]:
        try:
            while head := _exactly(self.stream, _HEAD, may_end=True):
                self.runner.remaining()
                self._chunk(head)
        except (EOFError, lzma.LZMAError, zlib.error) as exc:
            raise Unfinished(_cut(self.sizes)) from exc
        except gzip.BadGzipFile as exc:
            raise Damaged(phrase("it cannot be unpacked to its end")) from exc
        open_ones = sorted(set(self.sizes) - self.ended)
        if open_ones:
            raise Unfinished(phrase("it ends within {file:path}", file=open_ones[0]))
        return self.sizes, {name: text.decode("utf-8", "replace") for name, text in self.texts.items()}

    def _chunk(self, head: bytes) -> None:
        name = _named(self.stream, head)
        kind = head[len(MAGIC) + 1 : len(MAGIC) + 2]
        if kind == b"E":
            self.sizes.setdefault(name, 0)
            self.ended.add(name)
            if self.target and not self.sizes[name]:
                self._written(name, 0, b"")
            return
        if kind not in (b"P", b"S"):
            raise Damaged(phrase("it has a chunk of an unknown kind, of {file:path}", file=name))
        if name in self.ended or len(self.sizes) > _MOST_MEMBERS:
            raise Damaged(phrase("{file:path} goes on in it after its end", file=name))
        holes = struct.unpack("<I", _exactly(self.stream, 4))[0] if kind == b"S" else 0
        length, offset, checksum = struct.unpack("<QQI", _exactly(self.stream, 20))
        if holes > _MOST_HOLES:
            raise Damaged(phrase("it has bytes that are no part of a stream"))
        if kind == b"S" and self.target:
            raise NotRead(phrase("it has files with holes, which are not unpacked here: {file:path}", file=name))
        if kind == b"P" and name not in self.with_holes and offset != self.sizes.get(name, 0):
            raise Damaged(phrase("a part of {file:path} is missing in it", file=name))
        # of a part with holes, the documentation does not say whether the list of the holes is summed too
        seeds = (0, zlib.crc32(_exactly(self.stream, 8 * holes))) if kind == b"S" else (0,)
        self.with_holes |= {name} if kind == b"S" else set()
        self.sizes[name] = self.sizes.get(name, 0) + length
        if self.seek_within and name not in self.wanted:
            if self.stream.tell() + length > self.seek_within:
                raise EOFError
            self.stream.seek(length, os.SEEK_CUR)
        elif checksum not in self._payload(length, offset, seeds, name):
            raise Damaged(phrase("a part of {file:path} in it does not agree with its checksum", file=name))

    def _payload(self, length: int, offset: int, seeds: tuple[int, ...], name: str) -> tuple[int, ...]:
        """The CRC-32 of a part, by each of these beginnings."""
        left = length
        while left:
            self.runner.remaining()
            piece = _exactly(self.stream, min(left, _PIECE))
            seeds = tuple([zlib.crc32(piece, seed) for seed in seeds])
            if name in self.wanted and len(self.texts.get(name, b"")) < _KEPT:
                self.texts[name] = self.texts.get(name, b"") + piece
            if self.target:
                self._written(name, offset + length - left, piece)
            left -= len(piece)
        return seeds

    def _written(self, name: str, offset: int, piece: bytes) -> None:
        if os.path.isabs(name) or ".." in name.split("/") or "\0" in name:
            raise Damaged(phrase("{file:path} in it would lie outside of the folder that it is unpacked into", file=name))
        path = os.path.join(self.target, name)
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600), "wb") as out:
            out.seek(offset)
            out.write(piece)


def _cut(sizes: t.Mapping[str, int]) -> Message:
    return plural(
        "it is cut short, after {count:number} file",
        "it is cut short, after {count:number} files",
        count=len(sizes),
    )


def _named(stream: t.IO[bytes], head: bytes) -> str:
    if not head.startswith(MAGIC):
        raise Damaged(phrase("it has bytes that are no part of a stream"))
    length = struct.unpack("<I", head[len(MAGIC) + 2 :])[0]
    if not 0 < length <= _LONGEST_NAME:
        raise Damaged(phrase("it has a chunk without a name that is possible"))
    return _exactly(stream, length).decode("utf-8", "replace").removeprefix("./")


def _exactly(stream: t.IO[bytes], size: int, *, may_end: bool = False) -> bytes:
    """EOFError where fewer bytes are left; none are fine at the end."""
    got = b""
    while len(got) < size:
        piece = stream.read(size - len(got))
        if not piece:
            if may_end and not got:
                return b""
            raise EOFError
        got += piece
    return got


__all__ = ("Damaged", "NotRead", "Unfinished", "envelope", "is_stream", "members", "unpack")
