# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a text names error codes: alone, in a range (``E100 to E105``), by a pattern (``E1xx``). PRIVATE to the collection.

Texts and codes are cut into runs of letters and of digits, which are looked up: the time does not grow with the number of codes.
"""

from __future__ import annotations

import bisect
import re
import typing as t

_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"), "-")
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
_SPACES = dict.fromkeys(map(ord, "\u00a0\u2007\u202f\u2009\u200a"), " ")
_FOLDED = {**_DASHES, **_UNSEEN, **_SPACES, ord("\u2026"): "..."}
_RUN = re.compile(r"[^\W\d_]+|\d+")
_JOINED = re.compile(r"[-_ ]?")  # between the letters and the number of a code, where people write either
_UP_TO = re.compile(
    r" ?(?:-{1,2}|\.{2,3}|(?:up )?to(?= )|through(?= )|thru(?= )|until(?= )|[a\u00e0](?= )|jusqu ?['\u2019]?[a\u00e0](?= )|au(?= )) ?",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r" ?(?:and|et)(?= ) ?", re.IGNORECASE)
_ANY = re.compile(r"([xX]{1,8}|[nN]{2,8}|\*{1,8}|#{1,8}|\\\*)(?![A-Za-z0-9*#])")
_EXCEPT = re.compile(
    r"\b(?:except(?:ing)?|but not|excluding|other than|apart from|without|sauf|hors|hormis|except[e\u00e9]|[a\u00e0] l.exception|sans)\b",
    re.IGNORECASE,
)
_RENAMED = re.compile(r"\b(?:renamed|renumbered|changed|moved|replaced|became|renomm|remplac|devient|devenu|renum)", re.IGNORECASE)
# a number among others is a code where it is all there is, or is said to be one
_NUMBERS = re.compile(r"\W{0,20}\d{1,12}(?: ?(?:[,;]|and|or|et|ou) ?\d{1,12}){0,200}\W{0,20}")
_SAID = re.compile(
    r"\b(?:codes?|errors?|erreurs?|responses?|reponses?|r\u00e9ponses?|answers?|statut|status|rc)\W{0,5}"
    r"(?:(?:is|are|no|n\u00b0|number|num\u00e9ro|est|d'erreur|error|erreur|code)\W{0,5}){0,3}(?:\d{1,12} ?(?:,|;|/|and|or|et|ou) ?){0,20}$",
    re.IGNORECASE,
)
_FIRST = re.compile(r"[^\w+(]{0,9}")
_TOLD_BEHIND = re.compile(r"[\W_]{0,4}? ?(?:[:=\u2192]|-{1,2}>?|=>) (?=\D)")
_LONGEST = 20_000  # characters of a line that are looked at
_MOST_WIDE = 200_000  # codes that ranges and patterns of a document are taken to name


class Mention(t.NamedTuple):
    """``how``: name, range, or any where it stands for whatever code comes."""

    code: str
    start: int
    end: int
    how: str


def plainly(text: str) -> str:
    """Hyphens and spaces of any kind as the plain ones, without what is not seen."""
    return text if text.isascii() else text.translate(_FOLDED)


def folded(line: str) -> str:
    """So the beginning of a line is looked at."""
    return re.sub(r" {2,}", " ", plainly(line).replace("\t", " "))[:_LONGEST]


class Codes:
    """The codes that are looked for."""

    def __init__(self, codes: t.Sequence[str]) -> None:
        self._named: dict[tuple[str, ...], list[tuple[str, str]]] = {}  # its runs: folded, as it is declared
        self._numbered: dict[tuple[str, ...], list[tuple[int, int, str]]] = {}  # the runs before its number: number, digits, code
        for code in dict.fromkeys(codes):
            plain = folded(code.strip())
            runs = tuple(_RUN.findall(plain.casefold()))
            if not runs:
                continue
            self._named.setdefault(runs, []).append((plain, code))
            if runs[-1].isdecimal() and len(runs[-1]) <= 12 and len(runs) > 1 and plain.casefold().endswith(runs[-1]):
                self._numbered.setdefault(runs[:-1], []).append((int(runs[-1]), len(runs[-1]), code))
        for numbers in self._numbered.values():
            numbers.sort()
        self._lengths = sorted({len(runs) for runs in self._named})
        self._before = sorted({len(runs) for runs in self._numbered})
        self._left = _MOST_WIDE

    def of_line(self, line: str, *, heading: bool = False) -> list[Mention]:
        """In the order of the line, which is folded. What a range leaves out is not in it."""
        runs = [(found.group().casefold(), found.start(), found.end()) for found in _RUN.finditer(line)]
        at = {start: number for number, (_text, start, _end) in enumerate(runs)}
        named: list[Mention] = []
        wide: list[Mention] = []
        taken: set[int] = set()  # runs that are the ends of a range
        for number in range(len(runs)):
            if self._left > 0:
                more = list(self._wide(line, runs, at, number, taken))
                self._left -= len(more)
                wide += more
        for number in range(len(runs)):
            named += self._of_run(line, runs, number, number in taken)
        named = [one for one in named if not line[one.start : one.end].isdecimal() or _is_code(line, one, heading)]
        return _without_exceptions(line, named, wide)

    # -- one code

    def _of_run(self, line: str, runs: t.Sequence[tuple[str, int, int]], number: int, in_range: bool) -> t.Iterator[Mention]:
        for length in self._lengths:
            if number + length > len(runs):
                return
            candidates = self._named.get(tuple(text for text, _start, _end in runs[number : number + length]))
            if not candidates:
                continue
            start, end = runs[number][1], runs[number + length - 1][2]
            for plain, code in candidates:
                end_of_it = end + len(plain) - len(plain.rstrip(")]}>!?*#%"))
                start_of_it = start - (len(plain) - len(plain.lstrip("([{<#$@!%")))
                if _is_whole(line, start, end, in_range) and _is_written(line[max(start_of_it, 0) : end_of_it], plain, len(candidates) > 1):
                    yield Mention(code, start, end, "name")

    # -- ranges and patterns

    def _wide(
        self, line: str, runs: t.Sequence[tuple[str, int, int]], at: t.Mapping[int, int], number: int, taken: set[int]
    ) -> t.Iterator[Mention]:
        for length in self._before:
            prefix = tuple(text for text, _start, _end in runs[number : number + length])
            if len(prefix) < length:
                return
            if prefix not in self._numbered or not _starts(line, runs[number][1]):
                continue
            start, end = runs[number][1], runs[number + length - 1][2]
            joined = _JOINED.match(line, end)
            after = joined.end() if joined else end
            first = at.get(after)
            if first is None or not runs[first][0].isdecimal():
                anything = _ANY.match(line, after)
                if anything and len(prefix) == length:
                    yield from (Mention(code, start, anything.end(), "any") for _one, _digits, code in self._numbered[prefix])
                continue
            digits, _start, end = runs[first]
            if len(digits) > 12:
                continue
            pattern = _ANY.match(line, end)
            if pattern:
                yield from self._of_pattern(prefix, digits, pattern.group(1), start, pattern.end())
                continue
            last = self._last(line, runs, at, prefix, start, end)
            if last is not None and _is_range(digits, last[0]):
                other, end = last
                taken.update((number, *(at[one] for one in at if end > one >= runs[first][2])))
                yield from self._of_range(prefix, digits, other, start, end)

    def _last(
        self, line: str, runs: t.Sequence[tuple[str, int, int]], at: t.Mapping[int, int], prefix: tuple[str, ...], start: int, end: int
    ) -> tuple[str, int] | None:
        """The other end of a range: its number, and where it ends."""
        between = _UP_TO.match(line, end)
        if between is None and re.search(r"\b(?:between|entre) $", line[max(0, start - 10) : start], re.IGNORECASE):
            between = _BETWEEN.match(line, end)
        if between is None or _RENAMED.search(line[max(0, start - 60) : start]):
            return None
        number = at.get(between.end())
        if number is None:
            return None
        if tuple(text for text, _start, _end in runs[number : number + len(prefix)]) == prefix:
            joined = _JOINED.match(line, runs[number + len(prefix) - 1][2])
            number = at.get(joined.end()) if joined else None
        if number is None or not runs[number][0].isdecimal() or len(runs[number][0]) > 12:
            return None
        text, _start, end = runs[number]
        return (text, end) if _ends(line, end) else None

    def _of_range(self, prefix: tuple[str, ...], first: str, last: str, start: int, end: int) -> t.Iterator[Mention]:
        numbers = self._numbered[prefix]
        everything = int(first) <= 1 and len(last) > 1 and set(last) == {"9"}
        begin = bisect.bisect_left(numbers, (int(first), 0, ""))
        for one, digits, code in numbers[begin:]:
            if one > int(last):
                return
            if len(first) <= digits <= len(last):
                yield Mention(code, start, end, "any" if everything else "range")

    def _of_pattern(self, prefix: tuple[str, ...], digits: str, rest: str, start: int, end: int) -> t.Iterator[Mention]:
        numbers = self._numbered[prefix]
        footnote = rest == "*" and any(str(one).zfill(width) == digits for one, width, _code in numbers)
        if footnote:
            return
        for one, width, code in numbers:
            fits = width >= len(digits) if rest in ("*", "**", "\\*") else width == len(digits) + len(rest)
            if fits and str(one).zfill(width).startswith(digits):
                yield Mention(code, start, end, "range")


def only_codes(line: str, mentions: t.Sequence[Mention]) -> str:
    """What a line says besides codes."""
    kept, position = [], 0
    for one in sorted(mentions, key=lambda one: one.start):
        if one.start >= position:
            kept.append(line[position : one.start])
        position = max(position, one.end)
    kept.append(line[position:])
    return " ".join(kept)


def _without_exceptions(line: str, named: list[Mention], wide: list[Mention]) -> list[Mention]:
    found = _EXCEPT.search(line) if wide else None
    if found is None:
        return sorted((*named, *wide), key=lambda one: one.start)
    left_out = {one.code for one in (*named, *wide) if one.start >= found.end() and one.start - found.end() < 40}
    return sorted((one for one in (*named, *wide) if one.code not in left_out), key=lambda one: one.start)


def _is_range(first: str, last: str) -> bool:
    return int(first) < int(last) and (len(first) == len(last) or not (first.startswith("0") or last.startswith("0")))


def _is_whole(line: str, start: int, end: int, in_range: bool) -> bool:
    return _starts(line, start) and (in_range or _ends(line, end))


def _starts(line: str, start: int) -> bool:
    """Not within a longer one: E10 in SE10, 5E10, A-E10, 3.E10."""
    before = line[max(0, start - 2) : start]
    return not (before[-1:].isalnum() or before[-1:] == "_" or (before[-1:] in ("-", ".") and len(before) == 2 and before[0].isalnum()))


def _ends(line: str, end: int) -> bool:
    """Not within a longer one: E10 in E100, E10b, E10-3, E10.3."""
    after = line[end : end + 2]
    return not (after[:1].isalnum() or after[:1] == "_" or (after[:1] in ("-", ".") and after[1:2].isalnum()))


def _is_written(written: str, plain: str, twins: bool) -> bool:
    """Whether it is the code: in other capitals where it has a number, which a word has not; its parts joined as people join them."""
    if written == plain:
        return True
    if twins or not any(character.isdecimal() for character in plain):
        return False
    return written.casefold() == plain.casefold() or _loose(written) == _loose(plain)


def _is_code(line: str, one: Mention, heading: bool) -> bool:
    """Of a number: whether it stands there as a code, and is not one of a phone, a time, an amount."""
    if _NUMBERS.fullmatch(line) or _SAID.search(line[max(0, one.start - 120) : one.start]):
        return True
    if not _FIRST.fullmatch(line[: one.start]):
        return False
    behind = line[one.end : one.end + 12]
    return bool(_TOLD_BEHIND.match(behind)) or (heading and not behind.startswith((".", ")")))


def _loose(text: str) -> str:
    return re.sub(r"(?<=[^\W\d_])[-_ ](?=\d)", "", text.casefold())


__all__ = ("Codes", "Mention", "folded", "only_codes", "plainly")
