# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Go's regular expressions (RE2), as Prometheus and Alertmanager use them, for Python's re. PRIVATE to the collection."""

from __future__ import annotations

import functools
import re
import typing as t

from .._patterns import NotSearched, cannot_run_away, search

Ranges = t.Sequence[tuple[int, int]]

LAST = 0x10FFFF
_DIGIT, _UPPER, _LOWER = (48, 57), (65, 90), (97, 122)
_PERL: dict[str, Ranges] = {"d": [_DIGIT], "s": [(9, 10), (12, 13), (32, 32)], "w": [_DIGIT, _UPPER, (95, 95), _LOWER]}
_POSIX: dict[str, Ranges] = {
    "alnum": [_DIGIT, _UPPER, _LOWER],
    "alpha": [_UPPER, _LOWER],
    "ascii": [(0, 127)],
    "blank": [(9, 9), (32, 32)],
    "cntrl": [(0, 31), (127, 127)],
    "digit": [_DIGIT],
    "graph": [(33, 126)],
    "lower": [_LOWER],
    "print": [(32, 126)],
    "punct": [(33, 47), (58, 64), (91, 96), (123, 126)],
    "space": [(9, 13), (32, 32)],
    "upper": [_UPPER],
    "word": [_DIGIT, _UPPER, (95, 95), _LOWER],
    "xdigit": [_DIGIT, (65, 70), (97, 102)],
}
_CONTROL = {"a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}
_REPEAT = re.compile(r"\{[0-9]+(,[0-9]*)?\}")
_GROUP = re.compile(r"\(\?(?:P?<\w+>|([imsU]*)(?:-([imsU]+))?([:)]))")
_NUMBER = re.compile(r"x\{([0-9A-Fa-f]+)\}|x([0-9A-Fa-f]{2})")
_OCTAL = re.compile(r"0[0-7]{0,2}|[1-7][0-7]{1,2}")


class Untranslatable(ValueError):
    """A pattern that Go does not accept either, or that Python's re has no equal for (classes like \\p{Greek})."""


def matches(pattern: str, value: str, *, dot_is_all: bool = False) -> bool:
    """Whether the pattern fits the whole value, as matchers use it: Go's answer. Untranslatable, also for one that does not end in time."""
    try:
        expression = _anchored(f"(?s:{pattern})" if dot_is_all else pattern)
        return _compiled(expression).search(value) is not None if cannot_run_away(pattern, value) else search(expression, value)
    except (NotSearched, re.error, OverflowError, RecursionError):
        raise Untranslatable(pattern) from None


@functools.lru_cache(maxsize=4096)
def _anchored(pattern: str) -> str:
    return translate(f"^(?:{pattern})$")


@functools.lru_cache(maxsize=4096)
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression)


def translate(pattern: str) -> str:
    """The pattern in the syntax of Python's re. Untranslatable."""
    return _Translator(pattern).run()


def with_groups(pattern: str) -> tuple[str, list[str | None]]:
    """The same with its groups named ``g1``, ``g2`` and so on; and the names that the pattern has for them. Untranslatable."""
    translator = _Translator(pattern, [])
    return translator.run(), translator.names or []


class _Level:
    """An open group: whether ``^`` and ``$`` mean lines in it, and the flag groups that were opened since its last ``|``."""

    def __init__(self, multiline: bool) -> None:
        self.multiline = multiline
        self.flags: list[str] = []


class _Translator:
    def __init__(self, text: str, names: list[str | None] | None = None) -> None:
        self.text, self.at = text, 0
        self.names = names  # of its groups; None where nobody asks what they hold
        self.levels = [_Level(False)]

    def refuse(self) -> Untranslatable:
        return Untranslatable(self.text)

    def run(self) -> str:
        out: list[str] = []
        while self.at < len(self.text):
            out.append(self.step())
        if len(self.levels) != 1:
            raise self.refuse()
        return "".join(out) + ")" * len(self.levels[0].flags)

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self.text, self.at)
        if match:
            self.at = match.end()
        return match

    def step(self) -> str:
        char, level = self.text[self.at], self.levels[-1]
        if char == "(":
            return self.group()
        if char == "{":
            match = self.take(_REPEAT)
            if match:
                return match.group()
        self.at += 1
        if char == ")":
            if len(self.levels) == 1:
                raise self.refuse()
            return ")" * len(self.levels.pop().flags) + ")"
        if char == "|":
            # a flag such as (?i) holds to the end of its group in Go, on the other side of | too
            return ")" * len(level.flags) + "|" + "".join(level.flags)
        if char == "^":
            return "(?m:^)" if level.multiline else r"\A"
        if char == "$":
            return "(?m:$)" if level.multiline else r"\Z"
        if char in ".*+?":
            return char
        if char == "[":
            return self.bracket()
        if char == "\\":
            return self.escape()
        return re.escape(char)

    def group(self) -> str:
        if not self.text.startswith("(?", self.at):
            self.at += 1
            self.levels.append(_Level(self.levels[-1].multiline))
            return self.opened(None)
        match = self.take(_GROUP)
        if not match or (self.names is not None and "U" in (match.group(1) or "")):
            raise self.refuse()
        if match.group(3) is None:
            self.levels.append(_Level(self.levels[-1].multiline))
            return self.opened(match.group().rstrip(">").rpartition("<")[2])
        on, off, end = match.group(1) or "", match.group(2) or "", match.group(3)
        level = self.levels[-1]
        multiline = (level.multiline or "m" in on) and "m" not in off
        # m is seen to here; U changes what is found first, never whether something is found
        kept_on, kept_off = ("".join(sorted(set(flags) & set("is"))) for flags in (on, off))
        opened = "(?" + kept_on + ("-" + kept_off if kept_off else "") + ":"
        if end == ")":
            level.multiline = multiline
            level.flags.append(opened)
        else:
            self.levels.append(_Level(multiline))
        return opened

    def opened(self, name: str | None) -> str:
        if self.names is None:
            return "(?:"
        self.names.append(name)
        return f"(?P<g{len(self.names)}>"

    def escape(self) -> str:
        """What follows a backslash outside of brackets."""
        char = self.text[self.at : self.at + 1]
        simple = {"A": r"\A", "z": r"\Z", "b": r"(?a:\b)", "B": r"(?a:\B)"}
        if char in simple and char:
            self.at += 1
            return simple[char]
        if char == "Q":
            literal, _unused, rest = self.text[self.at + 1 :].partition("\\E")
            self.at = len(self.text) - len(rest)
            return re.escape(literal)
        ranges = self.perl()
        return _show(ranges) if ranges else re.escape(chr(self.character()))

    def perl(self) -> Ranges | None:
        """The class that a letter after a backslash names, if it does."""
        char = self.text[self.at : self.at + 1]
        if char.lower() not in _PERL or not char:
            return None
        self.at += 1
        ranges = _PERL[char.lower()]
        return ranges if char.islower() else _complement(ranges)

    def character(self) -> int:
        """The code point that an escape stands for."""
        match = self.take(_NUMBER)
        if match:
            code = int(match.group(1) or match.group(2), 16)
            if code > LAST:
                raise self.refuse()
            return code
        match = self.take(_OCTAL)
        if match:
            return int(match.group(), 8)
        char = self.text[self.at : self.at + 1]
        self.at += 1
        if char in _CONTROL:
            return _CONTROL[char]
        if not char or ord(char) > 127 or char.isalnum():
            raise self.refuse()
        return ord(char)

    def bracket(self) -> str:
        """A class in brackets, whose opening one has been read."""
        negated = self.text.startswith("^", self.at)
        self.at += negated
        ranges: list[tuple[int, int]] = []
        first = True
        while first or not self.text.startswith("]", self.at):
            if self.at >= len(self.text):
                raise self.refuse()
            ranges += self.member()
            first = False
        self.at += 1
        return _show(ranges, negated)

    def member(self) -> Ranges:
        named = re.compile(r"\[:(\^?)(\w+):\]").match(self.text, self.at)
        if named:
            if named.group(2) not in _POSIX:
                raise self.refuse()
            self.at = named.end()
            ranges = _POSIX[named.group(2)]
            return _complement(ranges) if named.group(1) else ranges
        if self.text.startswith("\\", self.at):
            self.at += 1
            perl = self.perl()
            if perl:
                return perl
            self.at -= 1
        low = high = self.single()
        if self.text.startswith("-", self.at) and self.text[self.at + 1 : self.at + 2] not in ("", "]"):
            self.at += 1
            high = self.single()
        if high < low:
            raise self.refuse()
        return [(low, high)]

    def single(self) -> int:
        char = self.text[self.at : self.at + 1]
        self.at += 1
        if not char:
            raise self.refuse()
        return self.character() if char == "\\" else ord(char)


def _complement(ranges: Ranges) -> Ranges:
    left, start = [], 0
    for low, high in sorted(ranges):
        if low > start:
            left.append((start, low - 1))
        start = max(start, high + 1)
    return [*left, (start, LAST)] if start <= LAST else left


def _show(ranges: Ranges, negated: bool = False) -> str:
    inner = "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in ranges)
    if not inner:
        return "(?!)"
    return f"[{'^' if negated else ''}{inner}]"


__all__ = ("Untranslatable", "matches", "translate")
