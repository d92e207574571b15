# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text, bytes and JSON that nobody would write: what is usual with something odd in it, and what is odd altogether.

The same examples in each run of the suite; many more, and others, in ``make trust``. Nothing is timed: what hangs hangs the run.
"""

from __future__ import annotations

import contextlib
import copy
import json
import typing as t

from generated import TIMES, cases
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ODD = (
    *("\x00", "\x1b[2J", "\u202e", "\u2028", "\x85", "\ufeff", "\ud800", "é", "٣", "²", "ß", "İ", "\U0001f600", "a\u0301"),
    *("9" * 400, "1e999", "-1e999", "nan", "inf", "-0", "0x10", "1_000", "١٢", "99999999999999999999", "-1", "0"),
    *("{{ 7*7 }}", "{}", "[]", "{", "}", "[", "]", "(", ")", '"', "'", "\\", "%", "%%", "\\x", "\\u", "\\U99999999", "${", "<!--", "&x;"),
    *("\n", "\r\n", "\r", "\t", " ", "  ", ":", "=", ",", ";", "|", "#", "@", "/", "*", "?", "+", "-", "--", ".", "..", "~", "^", "$"),
    *("null", "true", "2026-13-45", "0000-00-00T00:00:00Z", "9999-12-31T23:59:59Z", "24:00", "25:61", "a" * 3000, "(" * 300, "[" * 300),
    *("{" * 300, "\n" * 300, "- " * 300, "> " * 300, "* " * 300, "a," * 500, "a=b " * 300, "((a+)+)+$", "\\(" * 200),
)
VALUES: t.Final = (None, True, 0, -1, 10**400, 1.5, float("nan"), float("inf"), "", "\ud800", [], {}, [[]], {"": None}, "x" * 5000)


class Case(t.NamedTuple):
    """What reads a text, what it usually reads, and what it may raise."""

    read: t.Callable[[str], object]
    seeds: tuple[str, ...]
    raises: tuple[type[Exception], ...] = ()

    def tried(self, sample: int = 40) -> None:
        """The seeds, and much else. What is raised besides is a defect."""

        @fuzz(sample)
        @given(answers(*self.seeds))
        def read(text: str) -> None:
            with contextlib.suppress(*self.raises):
                self.read(text)

        for seed in self.seeds:
            with contextlib.suppress(*self.raises):
                self.read(seed)
        read()


def fuzz(sample: int = 60) -> settings:
    """How many examples a test tries."""
    return settings(
        max_examples=cases(sample),
        deadline=None,
        derandomize=TIMES == 1,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )


def texts(*seeds: str) -> st.SearchStrategy[str]:
    """The seeds, changed in a few places, put together, or something else altogether."""
    words = sorted({word for seed in seeds for word in seed.split()} | {line for seed in seeds for line in seed.splitlines()})
    pieces = st.one_of(st.sampled_from(ODD), st.sampled_from([*words, " "]), st.text(max_size=20))

    @st.composite
    def changed(draw: st.DrawFn) -> str:
        text = draw(st.sampled_from(seeds))
        for _change in range(draw(st.integers(1, 5))):
            begin = draw(st.integers(0, len(text)))
            end = min(len(text), begin + draw(st.sampled_from((0, 0, 1, 2, 5, 20, 1000))))
            text = text[:begin] + draw(pieces) + text[end:]
        return text

    return st.one_of(changed(), changed(), changed(), st.lists(pieces, max_size=30).map("".join))


def contents(*seeds: bytes) -> st.SearchStrategy[bytes]:
    """The same of bytes."""

    @st.composite
    def changed(draw: st.DrawFn) -> bytes:
        data = draw(st.sampled_from(seeds))
        for _change in range(draw(st.integers(1, 5))):
            begin = draw(st.integers(0, len(data)))
            end = min(len(data), begin + draw(st.sampled_from((0, 1, 1, 2, 8, 100, 5000))))
            data = data[:begin] + draw(st.one_of(st.binary(max_size=8), st.just(b"\xff" * 8), st.just(b"\x00" * 600))) + data[end:]
        return data

    return st.one_of(changed(), changed(), st.binary(max_size=600))


def anything() -> st.SearchStrategy[t.Any]:
    """A value as JSON has it."""
    leaves = st.one_of(st.sampled_from(VALUES).map(copy.deepcopy), st.integers(), st.text(max_size=10))
    keys = st.one_of(st.text(max_size=5), st.sampled_from(("name", "status", "host", "message", "id")))
    return st.recursive(
        leaves, lambda below: st.one_of(st.lists(below, max_size=4), st.dictionaries(keys, below, max_size=4)), max_leaves=12
    )


def documents(*seeds: t.Any) -> st.SearchStrategy[t.Any]:
    """A document of JSON of which some values are others, are gone, or stand under another key."""

    @st.composite
    def changed(draw: st.DrawFn) -> t.Any:
        data = copy.deepcopy(draw(st.sampled_from(seeds)))
        for _change in range(draw(st.integers(1, 4))):
            places = list(_places(data))
            if not places:
                return draw(anything())
            holder, key = draw(st.sampled_from(places))
            what = draw(st.integers(0, 5))
            if what == 0:
                del holder[key]
            elif what == 1 and isinstance(holder, dict):
                holder[draw(st.sampled_from(("", "x", "schema_version", "said", "{{ x }}", "\ud800")))] = holder.pop(key)
            elif what == 2 and isinstance(holder[key], str):
                holder[key] = draw(texts(holder[key] or " "))
            else:
                holder[key] = draw(anything())
        return data

    return st.one_of(changed(), changed(), changed(), anything())


def answers(*seeds: str) -> st.SearchStrategy[str]:
    """Texts; of those that are JSON also other documents."""
    found = []
    for seed in seeds:
        with contextlib.suppress(ValueError):
            found.append(json.loads(seed))
    return st.one_of(texts(*seeds), documents(*found).map(as_json)) if found else texts(*seeds)


def _places(value: t.Any) -> t.Iterator[tuple[t.Any, t.Any]]:
    entries = list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    for key, item in entries:
        yield value, key
        yield from _places(item)


def as_json(value: t.Any) -> str:
    """The text of a document, with what JSON does not have where Python writes it all the same."""
    return json.dumps(value, default=str)


__all__ = ("ODD", "Case", "answers", "anything", "as_json", "contents", "documents", "fuzz", "texts")
