# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Symbolic links in an archive that lead, on this host, to data that no archive has. PRIVATE to the collection."""

from __future__ import annotations

import os
import typing as t

from .._phrase import Message, plural
from ._borg_content import walk

MOST_LINKS = 2000
MOST_SAID = 3
LEAST = 4096  # bytes at the end of a link that are worth a word
# what the packages of a system bring, or the kernel makes
_OF_THE_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/proc", "/sys", "/dev", "/run", "/boot", "/snap", "/nix")


def leading_elsewhere(archive: Message, links: t.Iterable[str], covered: t.Sequence[str], before: float) -> list[Message]:
    """Says (a warning) which links lead to data outside what is backed up. ``before``: since when these have been there, in seconds."""
    within = [*(os.path.realpath(path) for path in covered), *_OF_THE_SYSTEM]
    found: dict[str, tuple[str, int, int]] = {}
    seen: set[str] = set()
    for link in list(links)[:MOST_LINKS]:
        if len(found) >= MOST_SAID:
            break
        target = os.path.realpath(link)
        if target in seen or not os.path.islink(link) or any(_is_within(target, path) for path in (*within, *found)):
            continue
        seen.add(target)
        live = walk(target, before)
        if live is not None and live.size >= LEAST:
            found[target] = (link, live.files, live.size)
    return [
        plural(
            "{archive} has of {target:path} ({count:number} file, {size:bytes}) only the symbolic link {link:path}: "
            "what it leads to is not backed up",
            "{archive} has of {target:path} ({count:number} files, {size:bytes}) only the symbolic link {link:path}: "
            "what it leads to is not backed up",
            count=files,
            archive=archive,
            target=target,
            size=size,
            link=link,
        )
        for target, (link, files, size) in found.items()
    ]


def _is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


__all__ = ("leading_elsewhere",)
