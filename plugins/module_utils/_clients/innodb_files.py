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
EVER = 2**64  # no log sequence number is as high
DOUBLEWRITE = (64, 191)  # pages of the first file of the system, which hold copies of others or nothing
_HEADER = 58
_FULL_CRC32 = 0x10  # of MariaDB 10.5 and later: the flags are others
_LAST = b"XTRA"
_MORE = b"xtra"
_LIST_OF_TABLES = struct.pack(">Q", 1)
_MOST_PAGES = 65536  # of the first file of the system, in which the list of tables is looked for


class Header(t.NamedTuple):
    space: int
    pages: int
    page_size: int
    punched: bool  # its pages are packed one by one (page_compressed): the server takes the bytes of freed ones away at once


def header_of(start: bytes) -> Header | None:
    """What the first page says; None where it says nothing (never written, or packed)."""
    if len(start) < _HEADER or not any(start):
        return None
    space, _unused, pages, _limit, flags = struct.unpack_from(">IIIII", start, 38)
    if struct.unpack_from(">I", start, 34)[0] != space or struct.unpack_from(">I", start, 4)[0] != 0:
        return None
    shift = flags & 0x0F if flags & _FULL_CRC32 else (flags >> 1) & 0x0F or (flags >> 6) & 0x0F or 5
    punched = bool(flags >> 5 & 7 if flags & _FULL_CRC32 else flags >> 16 & 1)
    return Header(space, pages, 512 << shift, punched) if 1 <= shift <= 7 else None


def unwritten(path: str, size: int, latest: int, most: int = 0) -> int | None:
    """The first page that is in use and is not there: zeros, or another page. OSError.

    The first page (and each 16384th) tells by two bits a page which ones are in use, from byte 150 on: 40 bytes for 64 pages, the state
    in the bytes 20 to 23, the bits from byte 24 on. Each page has its own number in the bytes 4 to 7, also where it is packed or encrypted.
    Only what was in use at the log sequence number ``latest`` must be there: what came later is in the log. Of files with pages of
    another size nothing is said, nor of those of which a page may have been freed meanwhile and be zeros for that (page_compressed), unless
    ``latest`` is EVER, that is where the log was applied. ``most``: how many pages are looked at, evenly spread; 0 for all.
    """
    header = None
    with open(path, "rb") as handle:
        for first in range(0, size // PAGE, PAGE):
            handle.seek(first * PAGE)
            page = handle.read(PAGE)
            header = header_of(page) if first == 0 else header
            if header is None or header.page_size != PAGE or (header.punched and latest < EVER):
                return None
            if len(page) < PAGE or struct.unpack_from(">Q", page, 16)[0] > latest:
                continue
            used = [first + number for number in _in_use(page) if (first + number + 1) * PAGE <= size]
            step = max(1, len(used) // most) if most else 1
            for number in used[::-step]:
                handle.seek(number * PAGE + 4)
                if handle.read(4) != struct.pack(">I", number):
                    return number
    return None


def _in_use(page: bytes) -> list[int]:
    found = []
    for extent in range(PAGE // 64):
        start = 150 + 40 * extent
        if struct.unpack_from(">I", page, start + 20)[0] in (2, 3, 4):
            found += [64 * extent + number for number in range(64) if not page[start + 24 + number // 4] >> 2 * (number % 4) & 1]
    return found


def own_files(path: str, names: t.Sequence[str]) -> dict[str, bool]:
    """Which of these tables (``database/table`` as the server writes it) have a file of their own, by the dictionary in the first file of
    the system (MariaDB); those that it does not have are left out. OSError.

    A row of the list of tables has the name, 41 bytes (of which those from 21 on tell the columns), and the number of the tablespace.
    """
    found: dict[str, bool] = {}
    with open(path, "rb") as handle:
        for number in range(_MOST_PAGES):
            handle.seek(number * PAGE)
            page = handle.read(PAGE)
            if len(page) < PAGE:
                break
            if page[24:26] != b"\x45\xbf" or page[66:74] != _LIST_OF_TABLES:
                continue
            for name in names:
                place = page.find(name.encode())
                while place >= 0:
                    row = page[place + len(name.encode()) :][:45]
                    if len(row) == 45 and row[0] == 0 and struct.unpack_from(">I", row, 21)[0] & 0x7FFFFFFF < 5000:
                        found[name] = found.get(name, False) or row[41:] != b"\0\0\0\0"
                    place = page.find(name.encode(), place + 1)
    return found


def fault_of(path: str, size: int) -> Message | None:
    """What is wrong with the length of a data file. OSError."""
    if size == 0:
        return phrase("it is empty")
    with open(path, "rb") as handle:
        start = handle.read(_HEADER)
    header = header_of(start)
    if not any(start):
        return phrase("its first page is all zeros")
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


__all__ = ("DOUBLEWRITE", "EVER", "PAGE", "Header", "fault_of", "fault_of_delta", "header_of", "own_files", "unwritten")
