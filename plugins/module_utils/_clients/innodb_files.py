# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of InnoDB: whether one is as long as its first page says. PRIVATE to the collection.

The first page has the header of the file at byte 38: the number of the tablespace, four bytes that are not used, the number of pages, the
first page that was never used, the flags. Numbers are big endian.
"""

from __future__ import annotations

import struct
import typing as t

from .._phrase import Message, phrase

PAGE = 16384
DOUBLEWRITE = (64, 191)  # pages of the first file of the system, which hold copies of others or nothing
_HEADER = 58
_FULL_CRC32 = 0x10  # of MariaDB 10.5 and later: the flags are others
_LAST = b"XTRA"
_MORE = b"xtra"


class Header(t.NamedTuple):
    space: int
    pages: int
    page_size: int


def header_of(start: bytes) -> Header | None:
    """What the first page says; None where it says nothing (never written, or packed)."""
    if len(start) < _HEADER or not any(start):
        return None
    space, _unused, pages, _limit, flags = struct.unpack_from(">IIIII", start, 38)
    if struct.unpack_from(">I", start, 34)[0] != space or struct.unpack_from(">I", start, 4)[0] != 0:
        return None
    shift = flags & 0x0F if flags & _FULL_CRC32 else (flags >> 1) & 0x0F or (flags >> 6) & 0x0F or 5
    return Header(space, pages, 512 << shift) if 1 <= shift <= 7 else None


def fault_of(path: str, size: int) -> Message | None:
    """What is wrong with the length of a data file. OSError."""
    if size == 0:
        return phrase("it is empty")
    with open(path, "rb") as handle:
        header = header_of(handle.read(_HEADER))
    if header is None:
        return None if size % 1024 == 0 else phrase("its {size:number} bytes are no whole number of pages", size=size)
    if size % header.page_size:
        return phrase("its {size:number} bytes are no whole number of pages of {page:number}", size=size, page=header.page_size)
    if size < header.pages * header.page_size:
        return phrase("it has {size:number} of {wanted:number} bytes", size=size, wanted=header.pages * header.page_size)
    return None


def fault_of_delta(path: str, size: int, page_size: int) -> Message | None:
    """What is wrong with the changed pages of a file in an incremental backup. OSError.

    Groups of a page that begins with ``xtra`` (``XTRA`` in the last group) and numbers the pages that follow.
    """
    position = 0
    with open(path, "rb") as handle:
        while True:
            index = handle.read(page_size)
            if len(index) < page_size or index[:4] not in (_LAST, _MORE):
                return phrase("the list of its changed pages is cut short")
            most = page_size // 4 - 1
            numbers = struct.unpack_from(f">{most}I", index, 4)
            count = numbers.index(0xFFFFFFFF) if 0xFFFFFFFF in numbers else most
            position += page_size * (1 + count)
            if position > size:
                return phrase("it has {size:number} of {wanted:number} bytes", size=size, wanted=position)
            if index[:4] == _LAST:
                return None if position == size else phrase("it goes on after its end")
            handle.seek(position)


__all__ = ("DOUBLEWRITE", "PAGE", "Header", "fault_of", "fault_of_delta", "header_of")
