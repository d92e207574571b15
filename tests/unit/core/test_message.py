# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first line, cut; and lines that harm no terminal and no report."""

from __future__ import annotations

import random
import sys

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._message import columns, first_line, lines_of, one_line, shorten


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("\n  \n no space left.\nmore\n", "no space left"),
        ("\x1b[31m\x1b[0m\nreally\n", "really"),
        ("", "nothing"),
        (None, "nothing"),
        (ValueError("a\nb"), "a"),
        (ValueError(), "ValueError"),
        (KeyError("x"), "'x'"),
    ],
)
def test_the_first_line(said: object, told: str) -> None:
    assert first_line(said) == told


def test_the_first_line_where_nothing_is_said_and_where_too_much_is() -> None:
    assert first_line("\n", "it gave no reason") == "it gave no reason"
    assert first_line(ValueError(), "") == ""
    assert first_line("x" * 500, limit=200) == "x" * 199 + "…"


def test_lines() -> None:
    assert lines_of("a\r\n\n \t\n\x1b[1mb\x1b[0m\n" + "c" * 30, 10) == ["a", "b", "c" * 9 + "…"]


def test_whatever_is_said_one_line_of_printable_text_is_told() -> None:
    chance = random.Random(7)
    for _unused in range(2000):
        kinds = [(0x300, 0x20), (sys.maxunicode + 1, 0), (0x1C, 0x1B), (0x5C, 0x5B)]
        said = "".join(chr(chance.randrange(low, high)) for high, low in chance.choices(kinds, k=60))
        told = one_line(said, 40)
        plain = told.replace("\u00a0", " ").replace("\u202f", " ")
        assert (plain.isprintable(), columns(told) <= 40, told.splitlines()[1:]) == (True, True, []), said


def test_shortened_text_has_a_mark() -> None:
    assert (shorten("abcdef", 6), shorten("abcdefg", 6), shorten("abcdefg", 6, "...")) == ("abcdef", "abcde…", "abc...")
