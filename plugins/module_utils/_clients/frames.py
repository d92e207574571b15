# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether files of zstd, lz4 and 7z are there to their end, told from their frames without unpacking them. PRIVATE to the collection."""

from __future__ import annotations

import zlib

from .._phrase import phrase
from .streams import CutShort, Damaged, Stream

_ZSTD, _LZ4 = b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18"
SEVEN = b"7z\xbc\xaf\x27\x1c"


def walk(stream: Stream, kind: str) -> None:
    """Walks over the frames of a file of zstd or lz4. Damaged."""
    try:
        while stream.peek(1):
            magic = stream.exactly(4)
            if magic[1:] == b"\x2a\x4d\x18" and 0x50 <= magic[0] <= 0x5F:  # a frame that is to be skipped
                stream.skip(int.from_bytes(stream.exactly(4), "little"))
            elif magic == (_ZSTD if kind == "zstd" else _LZ4):
                (_zstd if kind == "zstd" else _lz4)(stream)
            else:
                raise Damaged(phrase("it is not a whole {kind} file: it has a damaged frame", kind=kind))
    except CutShort:
        raise Damaged(phrase("it is not a whole {kind} file: it ends too early", kind=kind)) from None


def _zstd(stream: Stream) -> None:
    descriptor = stream.exactly(1)[0]
    single = bool(descriptor & 0x20)
    stream.exactly((0, 1, 2, 4)[descriptor & 3] + (0 if single else 1) + ((1 if single else 0), 2, 4, 8)[descriptor >> 6])
    last = False
    while not last:
        block = int.from_bytes(stream.exactly(3), "little")
        last, kind, size = bool(block & 1), (block >> 1) & 3, block >> 3
        if kind == 3:
            raise Damaged(phrase("it is not a whole {kind} file: it has a damaged frame", kind="zstd"))
        stream.skip(1 if kind == 1 else size)
    stream.exactly(4 if descriptor & 4 else 0)


def _lz4(stream: Stream) -> None:
    flags = stream.exactly(2)[0]
    stream.exactly((8 if flags & 8 else 0) + (4 if flags & 1 else 0) + 1)
    while True:
        size = int.from_bytes(stream.exactly(4), "little") & 0x7FFFFFFF
        if not size:
            break
        stream.skip(size + (4 if flags & 0x10 else 0))
    stream.exactly(4 if flags & 4 else 0)


def walk_seven(stream: Stream, size: int) -> None:
    """Whether the index at the end of a 7z file is there and whole. Damaged."""
    head = stream.read(32)
    too_early = Damaged(phrase("it is not a whole {kind} file: it ends too early", kind="7z"))
    if len(head) < 32:
        raise too_early
    if zlib.crc32(head[12:32]) != int.from_bytes(head[8:12], "little"):
        raise Damaged(phrase("its header is damaged"))
    offset, length = int.from_bytes(head[12:20], "little"), int.from_bytes(head[20:28], "little")
    if 32 + offset + length > size:
        raise too_early
    if not length:
        raise Damaged(phrase("there is nothing in it"))
    stream.skip(offset)
    if length <= 64 << 20 and zlib.crc32(stream.exactly(length)) != int.from_bytes(head[28:32], "little"):
        raise Damaged(phrase("its header is damaged"))


__all__ = ("SEVEN", "walk", "walk_seven")
