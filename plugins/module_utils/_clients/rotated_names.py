# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""By which names the rotated files of a log are known: the usual ones, and those that the rule of logrotate makes. PRIVATE."""

from __future__ import annotations

import os
import re
import typing as t

from .logrotate_config import Block

COMPRESSED = (".gz", ".bz2", ".xz", ".zst", ".lz4", ".Z", ".lzma", ".zip")
_PACKED = r"(?:\.(?:gz|bz2|xz|zst|lz4|Z|lzma|zip))?"
_FULL_DATE = r"(?:19|20)\d\d-?\d\d-?\d\d"
_DATE = r"(?:(?:19|20)\d\d-?\d\d(?:-?\d\d)?[-_.T:\d]*Z?|\d\d-\d\d-(?:19|20)\d\d(?:[-_.]\d+)?)"
_WEBSPHERE = r"_\d\d\.\d\d\.\d\d_\d\d\.\d\d\.\d\d"
_MULTILOG = r"@[0-9a-f]{24}\.[su]"  # beside "current"
_DATED = re.compile(r"(?:19|20)\d\d([-_.]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?!\d)")
# what logrotate takes in dateformat; all else stands for itself
_IN_DATES = {
    "Y": r"\d{4}",
    "m": r"\d\d",
    "d": r"\d\d",
    "H": r"\d\d",
    "M": r"\d\d",
    "S": r"\d\d",
    "V": r"\d\d",
    "s": r"\d{1,12}",
    "z": r"(?:%z|[+-]\d{4})",
}


class Naming(t.NamedTuple):
    """How rotated files of a log are called, and in which folders they lie."""

    pattern: re.Pattern[str]
    folders: tuple[str, ...]
    compressed: tuple[str, ...] = COMPRESSED  # how compressed ones end
    base: str = ""  # what stands before the number or the date, where a rule tells
    made: re.Pattern[str] | None = None  # what the rule itself makes

    def takes(self, path: str) -> bool:
        """Whether a path is one that a rotated file of the log has."""
        folder, name = os.path.split(path)
        return folder in self.folders and bool(self.pattern.fullmatch(name))


def rotated_name(name: str) -> re.Pattern[str]:
    """Matches the names that the rotated files of the log ``name`` usually have."""
    return _any(_usual(name))


def usual(path: str, folders: t.Sequence[str] = ()) -> Naming:
    folder, name = os.path.split(path)
    return Naming(rotated_name(name), tuple(dict.fromkeys([folder or ".", *folders])))


def by_rule(path: str, block: Block | None, folders: t.Sequence[str] = ()) -> Naming:
    """The usual ones too: they may be of a rule that there was before."""
    if block is None:
        return usual(path, folders)
    folder, name = os.path.split(path)
    base, extension = name, ""
    if block.addextension:
        base, extension = base[: -len(block.addextension)] if base.endswith(block.addextension) else base, block.addextension
    if block.extension and base.endswith(block.extension):
        base, extension = base[: -len(block.extension)], block.extension
    packed = rf"(?:{_PACKED}|{re.escape(block.compressext)})" if block.compressext else _PACKED
    form = (_date(block.dateformat) if block.dateformat else r"-\d{8}(?:\d\d)?") if "dateext" in block.flags else r"\.\d+"
    made = rf"{re.escape(base)}{form}{re.escape(extension)}{packed}"
    forms = [*_usual(name), rf"{re.escape(base)}\.\d+{re.escape(extension)}{packed}", made]
    compressed = (*COMPRESSED, block.compressext) if block.compressext else COMPRESSED
    return Naming(_any(forms), tuple(dict.fromkeys([folder or ".", *folders])), compressed, base, re.compile(made))


def _date(form: str) -> str:
    parts = re.split(r"%(.)", form)
    return "".join(_IN_DATES.get(part, re.escape(f"%{part}")) if place % 2 else re.escape(part) for place, part in enumerate(parts))


def _usual(name: str) -> list[str]:
    whole, (stem, extension) = re.escape(name), os.path.splitext(name)
    forms = [rf"{whole}(?:\.\d+(?:\.\d+)*|[.\-_]{{1,2}}{_DATE}|\.old){_PACKED}", rf"{_FULL_DATE}[-_.T:\d]*[-_.]{whole}{_PACKED}"]
    if name == "current":
        forms.append(_MULTILOG)
    if extension and stem:
        ends = rf"{re.escape(extension)}{_PACKED}"
        forms.append(rf"{re.escape(stem)}(?:\.\d+|[.\-_]{{1,2}}{_DATE}|{_FULL_DATE}(?:_\d{{3}})?|{_WEBSPHERE}){ends}")
    dated = _DATED.search(name)
    if dated:  # what a link leads to: those of other days are called alike
        before, after = re.escape(name[: dated.start()]), re.escape(name[dated.end() :])
        sign = re.escape(dated.group(1))
        forms.append(rf"(?!{whole}$){before}(?:19|20)\d\d{sign}\d\d{sign}\d\d{after}{_PACKED}")
    return forms


def _any(forms: t.Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{form})" for form in forms))


__all__ = ("COMPRESSED", "Naming", "by_rule", "rotated_name", "usual")
