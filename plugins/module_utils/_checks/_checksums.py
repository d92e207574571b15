# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checksum that stands beside a file. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import re
import typing as t

_LENGTHS = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
_SHARED = re.compile(
    r"(?:(?:md5|sha-?\d*|b2|blake2b?)[-_.]?(?:sums?|checksums?)|checksums?|sums)(?:\.(?:txt|md5|sha1|sha256|sha512|b2|sums?|asc))?\Z", re.I
)
_SINGLE = (".sha256", ".sha512", ".sha1", ".md5", ".sha256sum", ".sha512sum", ".sha1sum", ".md5sum", ".b2", ".b2sum", ".blake2b")
_MOST = 16 << 20


@dataclasses.dataclass(frozen=True)
class Sum:
    """A checksum of a file, and the file in which it stands; ``digest`` is empty where it has none of this file."""

    beside: str
    algorithm: str
    digest: str


def find_sum(path: str) -> Sum | None:
    """The checksum of a file: in one of its own, else in one that several share. OSError."""
    own = None
    folder, name = os.path.split(path)
    names = os.listdir(folder)
    beside = [(found, True) for found in (name + ending for ending in _SINGLE) if found in names]
    stem = os.path.splitext(name)[0]
    while stem:
        beside += [(found, False) for found in (stem + ending for ending in _SINGLE) if found in names]
        shorter = os.path.splitext(stem)[0]
        if shorter == stem:
            break
        stem = shorter
    shared = sorted(found for found in names if _SHARED.match(found))
    for place, alone in [*beside, *[(found, False) for found in shared]]:
        found = _read(os.path.join(folder, place), path, alone=alone)
        if found.digest:
            return found
        own = own or (found if alone or place in shared else None)
    return own


def _read(beside: str, path: str, *, alone: bool) -> Sum:
    with open(beside, encoding="utf-8", errors="replace") as handle:
        digest = parse_sums(handle.read(_MOST), os.path.basename(path), alone=alone)
    algorithm = _LENGTHS.get(len(digest or ""), "")
    if re.search(r"(?:\A|\.)(?:b2|blake2)", os.path.basename(beside), re.I) and digest:
        return Sum(beside, "blake2b", digest if algorithm == "sha512" else "")
    return Sum(beside, algorithm, digest or "")


def parse_sums(text: str, name: str, *, alone: bool) -> str | None:
    """The checksum of ``name`` in the output of sha256sum and its like (GNU or BSD style); ``alone``: a bare sum will do."""
    for line in text.splitlines():
        bsd = re.fullmatch(r"(?:MD5|SHA\d+|BLAKE2b) \((.+)\) = ([0-9a-fA-F]+)", line.strip())
        gnu = re.fullmatch(r"\\?([0-9a-fA-F]{32,128})(?:\s+\*?(.+))?", line.strip())
        if bsd and os.path.basename(bsd.group(1)) == name and len(bsd.group(2)) in _LENGTHS:
            return bsd.group(2).lower()
        if gnu and len(gnu.group(1)) in _LENGTHS and (os.path.basename(gnu.group(2)) == name if gnu.group(2) else alone):
            return gnu.group(1).lower()
    return None


def agrees(path: str, wanted: Sum, tick: t.Callable[[], object]) -> bool:
    """Whether a file has this checksum. OSError, and what ``tick`` raises."""
    digest = hashlib.new(wanted.algorithm, usedforsecurity=False)
    with open(path, "rb") as file:
        while True:
            tick()
            chunk = file.read(1 << 20)
            if not chunk:
                return digest.hexdigest() == wanted.digest
            digest.update(chunk)


__all__ = ("Sum", "agrees", "find_sum", "parse_sums")
