# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks through the lines of a log for secrets. PRIVATE to the collection.

What is found is kept as long as it takes to make its fingerprint, and never leaves this process.
"""

from __future__ import annotations

import bisect
import dataclasses
import itertools
import re
import typing as t

from .log_lines import Line, Run
from .secret_assignments import Found, assigned, logins
from .secret_blocks import HINTS, key_at
from .secret_numbers import PERSONS, Cards
from .secret_rules import TABLE, Rule
from .secret_statements import stated
from .secret_values import is_machine_made
from .secret_views import unescaped, without_colours

CHUNK = 1 << 18  # characters that are looked through at once
BEFORE = 4000  # characters before a cookie in which its header may begin
MOST = 5000  # distinct secrets of which each is kept
FAMILIES = tuple(
    sorted({rule.family for rule in TABLE} | {"password", "secret_value", "url_password", "private_key", "card_number"} | set(PERSONS))
)
# what is known by where it stands may be a word
_BY_PLACE = frozenset(("bearer_token", "authorization_token", "session_cookie"))
MOST_JOINED = 1 << 20  # characters of a line that is put together
_PIECE = re.compile(r"\d{4}-\d\d-\d\dT\S{8,30} (?P<stream>stdout|stderr) P ")
_PIECE_OR_END = re.compile(r"\d{4}-\d\d-\d\dT\S{8,30} (?P<stream>stdout|stderr) (?P<tag>[PF]) ")
_GIVEN = re.compile(r"s?\\{0,4}[\"']?\s{0,2}[:=]|\[|\{")  # behind the name of a header
# a picture, a font: whatever stands in it by chance is none
_DATA = re.compile(r"data:[a-z]{1,20}/[a-z0-9.+-]{1,60};base64,[A-Za-z0-9+/=%]{16,}")


Spans = dict[int, list[tuple[int, int]]]  # by the number of a line: where in it something was found


@dataclasses.dataclass
class Secret:
    """One distinct secret, and where it was found first."""

    family: str
    value: str = dataclasses.field(repr=False)
    weak: bool
    run: Run = dataclasses.field(repr=False)
    line: Line = dataclasses.field(repr=False)
    count: int = 1  # how often it was found
    name: str = ""  # of a number: under which it stands


class Scan:
    """Collects what is found in run after run."""

    def __init__(self, identifiers: t.Sequence[str], tick: t.Callable[[], object]) -> None:
        self.identifiers, self.tick = identifiers, tick
        self.cards = Cards()
        self.found: dict[tuple[str, str], Secret] = {}
        self.looked_at = 0  # lines, and pieces of lines

    def look(self, run: Run, *, counted: bool = True) -> None:
        """Whatever the tick raises comes out; what was found until then is kept."""
        texts = [without_colours(line.text) for line in run.lines]
        taken = self._blocks(run, texts)
        for first, last in _chunks(texts):
            self.tick()
            values = self._look_through(run, texts, first, last, taken)
            self._look_behind_escapes(run, texts, first, last, (taken, values))
            self.looked_at += (last - first) * counted

    def secrets(self) -> list[Secret]:
        """All that count, in the order in which they were found."""
        return [one for one in self.found.values() if not one.name or self.cards.is_of_cards(one.name)]

    def _look_through(self, run: Run, texts: list[str], first: int, last: int, taken: Spans) -> dict[int, list[str]]:
        """What was found, by the number of its line."""
        text = "\n".join(texts[first:last])
        if "base64," in text:
            text = _DATA.sub(lambda match: "." * len(match.group()), text)
        starts = _starts(texts[first:last])
        values: dict[int, list[str]] = {}
        for name, found in self._all(text):
            place = bisect.bisect_right(starts, found.start) - 1
            begin, end = found.start - starts[place], found.end - starts[place]
            if _free(taken.setdefault(first + place, []), begin, end):
                values.setdefault(first + place, []).append(found.value)
                self._keep(found, run, run.lines[first + place], name)
        return values

    def _look_behind_escapes(self, run: Run, texts: list[str], first: int, last: int, known: tuple[Spans, dict[int, list[str]]]) -> None:
        """The same lines with their escaped characters as they are, for what was not found as it is written."""
        taken, values = known
        numbers: list[tuple[int, int]] = []  # the first and the last line of each
        changed: list[str] = []
        number = first
        while number < last:
            joined, end = _of_pieces(texts, number, last)
            plain = unescaped(joined) or (joined if end > number else None)
            if plain is not None and (number not in taken or taken[number] != [(0, len(texts[number]))]):
                numbers.append((number, end))
                changed.append(plain)
            number = end + 1
        if not changed:
            return
        if any(HINTS[0] in text or HINTS[3] in text for text in changed):
            for found, _count, place in _keys(changed):
                if numbers[place][0] not in taken:
                    self._keep(found, run, run.lines[numbers[place][0]], "")
        text = "\n".join(changed)
        starts = _starts(changed)
        spans: Spans = {}
        for name, found in self._all(text):
            place = bisect.bisect_right(starts, found.start) - 1
            begin, end = found.start - starts[place], found.end - starts[place]
            if not _free(spans.setdefault(place, []), begin, end):
                continue
            begins, ends = numbers[place]
            before = [unescaped(value) or value for one in range(begins, ends + 1) for value in values.get(one, [])]
            if not any(found.value in value or value in found.value for value in before):
                self._keep(found, run, run.lines[begins], name)

    def _all(self, text: str) -> t.Iterator[tuple[str, Found]]:
        """The surest first: what is known by its form is not told again for the name before it."""
        for rule in TABLE:
            for found in by_rule(rule, text):
                yield "", found
        lowered = text.lower()
        if len(lowered) != len(text):
            lowered = text.replace("\u0130", "I").lower()
        for finder in (logins(text), stated(text, lowered), assigned(text, lowered)):
            for found in finder:
                yield "", found
        yield from self.cards.persons(text, self.identifiers)
        yield from self.cards.find(text)

    def _blocks(self, run: Run, texts: list[str]) -> Spans:
        taken: Spans = {}
        for found, count, number in _keys(texts):
            self._keep(found, run, run.lines[number], "")
            for place in range(number, number + count):
                taken[place] = [(found.start if place == number else 0, len(texts[place]))]
        return taken

    def _keep(self, found: Found, run: Run, line: Line, name: str) -> None:
        key = (found.family, found.value)
        known = self.found.get(key)
        if known:
            known.count += 1
        elif len(self.found) < MOST:
            self.found[key] = Secret(found.family, found.value, found.weak, run, line, name=name)


def _starts(lines: t.Sequence[str]) -> list[int]:
    """Where each line begins in all of them put together."""
    return list(itertools.accumulate((len(line) + 1 for line in lines[:-1]), initial=0))


def _of_pieces(texts: t.Sequence[str], number: int, last: int) -> tuple[str, int]:
    """A line as containerd has cut it into pieces of 16 KiB put together, and the number of its last piece; any other as it is."""
    match = _PIECE.match(texts[number])
    if match is None:
        return texts[number], number
    parts, place, size = [texts[number][match.end() :]], number, 0
    while place + 1 < last and size < MOST_JOINED:
        following = _PIECE_OR_END.match(texts[place + 1])
        if following is None or following["stream"] != match["stream"]:
            break
        place += 1
        parts.append(texts[place][following.end() :])
        size += len(parts[-1])
        if following["tag"] == "F":
            break
    return "".join(parts), place


def _keys(texts: t.Sequence[str]) -> t.Iterator[tuple[Found, int, int]]:
    """Private keys: each with in how many lines it stands, and in which it begins."""
    number = 0
    while number < len(texts):
        key = key_at(texts, number) if any(hint in texts[number] for hint in HINTS) else None
        if key:
            body, start, count = key
            yield Found("private_key", start, len(texts[number]), body, False), count, number
            number += count - 1
        number += 1


def _free(spans: list[tuple[int, int]], begin: int, end: int) -> bool:
    """Whether nothing was found here yet; and from now on something is. The spans are in their order, and none overlaps another."""
    place = bisect.bisect_left(spans, (begin, end))
    if (place < len(spans) and spans[place][0] < end) or (place and spans[place - 1][1] > begin):
        return False
    spans.insert(place, (begin, end))
    return True


def by_rule(rule: Rule, text: str) -> t.Iterator[Found]:
    """What of a text has this form."""
    for hint in rule.hints:
        place = text.find(hint)
        while place >= 0:
            end = place + len(hint)
            if rule.after and not _has_before(text, place, rule.after):
                place = text.find(hint, end)
                continue
            for start in range(max(0, place - rule.back), place + 1):
                match = rule.pattern.match(text, start)
                if match and rule.accepts(match["value"]):
                    yield Found(
                        rule.family,
                        match.start("value"),
                        match.end("value"),
                        match["value"],
                        rule.weak or rule.family in _BY_PLACE and not is_machine_made(match["value"]),
                    )
                    end = max(end, match.end())
                    break
            place = text.find(hint, end)


def _has_before(text: str, place: int, word: str) -> bool:
    start = text.rfind(word, max(0, place - BEFORE), place)
    return start >= 0 and text.find("\n", start, place) < 0 and bool(_GIVEN.match(text, start + len(word)))


def _chunks(texts: t.Sequence[str]) -> t.Iterator[tuple[int, int]]:
    first = size = 0
    for number, text in enumerate(texts):
        size += len(text) + 1
        if size >= CHUNK:
            yield first, number + 1
            first, size = number + 1, 0
    if first < len(texts):
        yield first, len(texts)


__all__ = ("FAMILIES", "Scan", "Secret", "by_rule")
