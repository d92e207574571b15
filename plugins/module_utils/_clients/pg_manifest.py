# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The manifest that pg_basebackup writes: each file of a backup with its size and checksum. PRIVATE to the collection.

``backup_manifest``, from PostgreSQL 13 on: JSON with ``Files`` (``Path`` or ``Encoded-Path``, ``Size``, ``Checksum-Algorithm``,
``Checksum``), and at the end a checksum of itself. The usual algorithm is CRC-32C, which Python does not have.
"""

from __future__ import annotations

import hashlib
import json
import typing as t

from .._finding import CannotObserve
from .._phrase import phrase

NAME = "backup_manifest"
LARGEST = 2**30
_HASHES = {"SHA224": hashlib.sha224, "SHA256": hashlib.sha256, "SHA384": hashlib.sha384, "SHA512": hashlib.sha512}
_POLYNOMIAL = 0x82F63B78


class Listed(t.NamedTuple):
    """A file of a backup; ``algorithm`` is None where it has no checksum."""

    path: str
    size: int
    algorithm: str | None
    checksum: str


class Manifest(t.NamedTuple):
    """``sound``: its own checksum is that of its text."""

    files: list[Listed]
    sound: bool


def parse(content: bytes) -> Manifest:
    """CannotObserve for what is no manifest."""
    try:
        data = json.loads(content)
        files = [_listed(entry) for entry in data["Files"]]
        end = content.rindex(b'"Manifest-Checksum"')
        sound = hashlib.sha256(content[:end]).hexdigest() == str(data["Manifest-Checksum"]).lower()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise CannotObserve(phrase("{name:path} is no manifest of a backup", name=NAME)) from None
    return Manifest(files, sound)


def _listed(entry: t.Mapping[str, object]) -> Listed:
    path = entry.get("Path")
    if path is None:
        path = bytes.fromhex(str(entry["Encoded-Path"])).decode("utf-8", "surrogateescape")
    path = str(path)
    if path.startswith("/") or ".." in path.split("/"):
        raise ValueError(path)
    algorithm = entry.get("Checksum-Algorithm")
    return Listed(path, int(str(entry["Size"])), None if algorithm is None else str(algorithm), str(entry.get("Checksum", "")).lower())


class Sum:
    """A checksum in the making. ``known``: whether this algorithm can be reckoned here."""

    def __init__(self, algorithm: str) -> None:
        self._hash = _HASHES[algorithm]() if algorithm in _HASHES else None
        self._crc = 0xFFFFFFFF
        self.known = self._hash is not None or algorithm == "CRC32C"

    def add(self, part: bytes) -> None:
        if self._hash is not None:
            self._hash.update(part)
            return
        crc, table = self._crc, _table()
        for byte in part:
            crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8)
        self._crc = crc

    def is_of(self, checksum: str) -> bool:
        """A CRC stands in the byte order of the machine that made the backup."""
        if self._hash is not None:
            return self._hash.hexdigest() == checksum
        crc = self._crc ^ 0xFFFFFFFF
        return checksum in (crc.to_bytes(4, "little").hex(), crc.to_bytes(4, "big").hex())


_TABLE: list[int] = []


def _table() -> list[int]:
    if not _TABLE:
        for number in range(256):
            value = number
            for _bit in range(8):
                value = (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)
            _TABLE.append(value)
    return _TABLE


__all__ = ("LARGEST", "NAME", "Listed", "Manifest", "Sum", "parse")
