# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Durations, sizes and comparisons as people write them."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._units import (
    humanize_bytes,
    humanize_seconds,
    parse_comparison,
    parse_duration,
    parse_size,
)
from generated import cases, seeded, tries_more


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("15m", 900),
        ("24h", 86400),
        ("30d", 2592000),
        ("2w", 1209600),
        ("1y", 31536000),
        ("250ms", 0.25),
        ("1d12h", 129600),
        ("1h 30m", 5400),
        ("1.5h", 5400),
        ("0", 0),
        ("90", 90),
        (90, 90),
        (0.5, 0.5),
    ],
)
def test_durations(text: t.Any, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "x", "h24", "1 2", "-1", "24 hours", "1h30", "-5m", "5M", True, None, -5, float("nan"), float("inf"), "1e3"]
)
def test_what_is_no_duration_is_refused(text: t.Any) -> None:
    with pytest.raises(ValueError, match="is not a duration; expected for example 90s"):
        parse_duration(text)


@tries_more
def test_durations_add_up() -> None:
    chance = seeded(2)
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
    for _unused in range(cases(300)):
        parts = [(chance.randrange(1000), chance.choice(list(units))) for _unused in range(chance.randrange(1, 5))]
        assert parse_duration("".join(f"{number}{unit}" for number, unit in parts)) == sum(number * units[unit] for number, unit in parts)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("1024", 1024),
        (10, 10),
        ("500MB", 500 * 10**6),
        ("10GiB", 10 * 2**30),
        ("1.5KiB", 1536),
        ("2 TiB", 2 * 2**40),
        ("8M", 8 * 2**20),
        ("1kB", 1000),
    ],
)
def test_sizes(text: t.Any, count: int) -> None:
    assert parse_size(text) == count


@pytest.mark.parametrize("text", ["", "x", "10XB", "-1", "1,5G", True, None, "ten GiB", "10 gib"])
def test_what_is_no_size_is_refused(text: t.Any) -> None:
    with pytest.raises(ValueError, match="is not a size; expected for example 500MB"):
        parse_size(text)


@pytest.mark.parametrize(
    ("text", "sign", "value"),
    [
        ("> 0.99", ">", 0.99),
        ("<= 500ms", "<=", 0.5),
        ("<= 500 ms", "<=", 0.5),
        ("< 90%", "<", 0.9),
        ("<90 %", "<", 0.9),
        (">= 10GiB", ">=", 10 * 2**30),
        (">= 10 GiB", ">=", 10 * 2**30),
        ("> 1h30m", ">", 5400),
        ("< 5m", "<", 300),
        ("< 5M", "<", 5 * 2**20),
        ("== 0", "==", 0),
        ("!= -1.5e3", "!=", -1500),
        (">93600", ">", 93600),
    ],
)
def test_comparisons(text: str, sign: str, value: float) -> None:
    parsed = parse_comparison(text)
    assert (parsed.operator, parsed.value) == (sign, pytest.approx(value))


@pytest.mark.parametrize("text", ["", "0.99", "=> 1", "> ", "> x", ">> 1", "> 1 2", "> 5 parsecs", "> nan%", "> inf", "> 1e999", "~ 1"])
def test_what_is_no_comparison_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a comparison; expected for example"):
        parse_comparison(text)


def test_a_comparison_holds_or_not() -> None:
    for text, good, bad in [("> 1", 1.1, 1), (">= 1", 1, 0.9), ("< 1", 0.9, 1), ("<= 1", 1, 1.1), ("== 1", 1, 2), ("!= 1", 2, 1)]:
        assert parse_comparison(text).holds(good) and not parse_comparison(text).holds(bad)


def test_the_side_of_the_limit() -> None:
    assert [parse_comparison(f"{sign} 1").bound for sign in ("<", "<=", ">", ">=", "==", "!=")] == [
        "upper",
        "upper",
        "lower",
        "lower",
        None,
        None,
    ]
    assert str(parse_comparison(" >=10GiB ")) == ">= 10GiB"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 ms"),
        (0.25, "250 ms"),
        (1.5, "1.5 s"),
        (10, "10 s"),
        (100, "100 s"),
        (119.96, "120 s"),
        (120, "2 min"),
        (125, "2 min 5 s"),
        (7200, "2 h"),
        (93600, "26 h"),
        (273600, "3 d 4 h"),
        (-90, "-90 s"),
        (400 * 86400, "400 d"),
    ],
)
def test_seconds_for_people(seconds: float, text: str) -> None:
    assert humanize_seconds(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (512, "512 B"), (1536, "1.5 KiB"), (10 * 2**30, "10.0 GiB"), (3 * 2**40, "3.0 TiB"), (-1536, "-1.5 KiB")],
)
def test_bytes_for_people(count: float, text: str) -> None:
    assert humanize_bytes(count) == text
