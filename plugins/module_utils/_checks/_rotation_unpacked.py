# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the newest compressed file of a log can be unpacked again: not empty, of the form that its name tells, with an end. PRIVATE."""

from __future__ import annotations

import bz2
import lzma
import os
import typing as t
import zlib

from .._clients.log_files import Rotated, part_of
from .._finding import CannotObserve
from .._phrase import phrase
from ._rotation_age import Log
from ._rotation_verdict import Verdict

AT_WORK = 3600.0  # seconds: what is being compressed has no end yet
LARGEST, UNPACKED, STEP = 2**20, 2**26, 2**20  # bytes that are unpacked in all, what comes out of them in all, and at once
BEGINNINGS: t.Mapping[str, tuple[bytes, ...]] = {
    ".gz": (b"\x1f\x8b",),
    ".bz2": (b"BZh",),
    ".xz": (b"\xfd7zXZ\0",),
    ".zst": (b"\x28\xb5\x2f\xfd", b"\x22\xb5\x2f\xfd"),
    ".lz4": (b"\x04\x22\x4d\x18",),
    ".Z": (b"\x1f\x9d", b"\x1f\xa0"),
    ".zip": (b"PK",),
}


def judge_unpacked(verdict: Verdict, log: Log, now: float) -> None:
    packed = [one for one in log.rotated if one.compressed]
    names = {one.path for one in log.rotated if not one.compressed}
    both = next((one for one in packed if os.path.splitext(one.path)[0] in names and _is_done(log, one, now)), None)
    if both is not None:
        verdict.doubts.append(
            phrase(
                "{file:path} lies there compressed and not compressed: compressing was cut short; compare both, and remove one",
                file=both.path,
            )
        )
    newest = packed[0] if packed else None
    if newest is None or not _is_done(log, newest, now):
        return
    if newest.size:
        _judge_content(verdict, newest)
    else:
        verdict.doubts.append(phrase("the compressed file {file:path} is empty: what was in it is lost (a full disk)", file=newest.path))


def _is_done(log: Log, one: Rotated, now: float) -> bool:
    """Whether nothing is at work on it: logrotate ends with writing its state. (gzip gives a file the time of what is in it.)"""
    last = log.state.last_run
    try:
        changed = one.modified if log.by_application else os.stat(one.path).st_ctime
    except OSError:
        return False
    return now - changed > AT_WORK or (last is not None and changed <= last)


def _judge_content(verdict: Verdict, one: Rotated) -> None:
    try:
        data = part_of(one.path, 0, LARGEST)
    except CannotObserve:
        return
    ends = os.path.splitext(one.path)[1]
    beginnings = BEGINNINGS.get(ends)
    if beginnings is not None and not data.startswith(beginnings):
        verdict.doubts.append(
            phrase("{file:path} is not what its name tells: it does not begin as {form} does", file=one.path, form=ends.lstrip("."))
        )
    elif one.size <= LARGEST and not has_an_end(data, ends):
        verdict.doubts.append(
            phrase("the compressed file {file:path} has no end: what was in it is lost in part (a full disk)", file=one.path)
        )


def has_an_end(data: bytes, ends: str) -> bool:
    try:
        if ends == ".gz":
            return _gzip_ends(data)
        if ends in (".bz2", ".xz"):
            return _ends(bz2.BZ2Decompressor() if ends == ".bz2" else lzma.LZMADecompressor(), data)
    except (zlib.error, OSError, lzma.LZMAError, EOFError, ValueError):
        return False
    return True


def _gzip_ends(data: bytes) -> bool:
    unpacker, came = zlib.decompressobj(31), 0
    while not unpacker.eof and came < UNPACKED:
        piece = unpacker.decompress(data, STEP)
        data = unpacker.unconsumed_tail
        if not piece and not data:
            break
        came += len(piece)
    return unpacker.eof or came >= UNPACKED


def _ends(unpacker: bz2.BZ2Decompressor | lzma.LZMADecompressor, data: bytes) -> bool:
    came = len(unpacker.decompress(data, STEP))
    while not unpacker.eof and not unpacker.needs_input and came < UNPACKED:
        came += len(unpacker.decompress(b"", STEP)) or 1
    return unpacker.eof or came >= UNPACKED


__all__ = ("has_an_end", "judge_unpacked")
