# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A version in a text: this one, and not another that has the same letters. PRIVATE to the collection."""

from __future__ import annotations

import re

HERE = "{version}"  # in a text, in the place of a version
# what makes of a version another one, before and behind it
_BEFORE = r"(?<![0-9A-Za-z])(?<!\d[.])"
_BEHIND = r"(?![0-9A-Za-z+~])(?!\.[0-9])(?![-._](?:rc|alpha|beta|dev|pre|snapshot|m[0-9]|a[0-9]|b[0-9]))"
_SHORT_COMMIT = re.compile(r"(?=[0-9]*[a-f])[0-9a-f]{7,39}")


def tells(version: str) -> bool:
    """Whether it is a version at all: it has a letter or a digit."""
    return any(char.isalnum() for char in version)


def version_pattern(version: str) -> re.Pattern[str]:
    """Finds this version, and not 1.4.2 in 11.4.2, 1.4.20, 1.4.2.1 or 1.4.2-rc1. The short name of a commit finds its full one."""
    return re.compile(f"(?i:{_BEFORE}{_version(version)}{_BEHIND})")


def text_pattern(text: str, version: str) -> re.Pattern[str]:
    """Finds a text in which ``{version}`` stands for a version; where the text itself goes on beside it, it says where that ends."""
    parts = text.split(HERE)
    made = re.escape(parts[0])
    for before, after in zip(parts, parts[1:]):
        made += f"(?i:{'' if before else _BEFORE}{_version(version)}{'' if after else _BEHIND})" + re.escape(after)
    return re.compile(made)


def _version(version: str) -> str:
    bare = re.sub(r"^[vV](?=\d)", "", version.strip())
    if _SHORT_COMMIT.fullmatch(bare):
        return f"v?{bare}(?:[0-9a-f]{{{40 - len(bare)}}})?"
    return "v?" + re.escape(bare)


__all__ = ("HERE", "tells", "text_pattern", "version_pattern")
