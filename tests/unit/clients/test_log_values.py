# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What log stores answer with, as values of ours."""

from __future__ import annotations

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients.log_values import (
    LONGEST_TEXT,
    around,
    as_moment,
    cut,
    duration_of,
    flat,
    holding,
    host_of,
    iso_duration_of,
    moment_of,
    text_of,
)

THEN = 1796087996.0


@pytest.mark.parametrize(
    ("given", "moment"),
    [
        ("2026-12-01T01:19:56Z", THEN),
        ("2026-12-01T01:19:56.5Z", THEN + 0.5),
        ("2026-12-01T01:19:56.123456789Z", THEN + 0.123456789),
        ("2026-12-01T02:19:56+01:00", THEN),
        ("2026-12-01T02:19:56,250+0100", THEN + 0.25),
        ("2026-12-01 01:19:56.000", THEN),
        (1796087996, THEN),
        (1796087996.5, THEN + 0.5),
        (1796087996123, THEN + 0.123),
        ("1796087996123", THEN + 0.123),
        (1796087996123456, THEN + 0.123456),
        ("1796087996123456789", THEN + 0.123456789),
        (["2026-12-01T01:19:56Z", "x"], THEN),
        ("1796087996", THEN),
        (0, 0.0),
        (-5, -5.0),
        (None, None),
        ([], None),
        (True, None),
        ("yesterday", None),
        ("", None),
        ("2026-13-01T01:19:56Z", None),
        ("2026-12-01", None),
        (float("nan"), None),
        (float("inf"), None),
        ({"a": 1}, None),
        ("9" * 4000, None),
        (1e300, None),
    ],
)
def test_times(given: object, moment: float | None) -> None:
    assert moment_of(given) == (None if moment is None else pytest.approx(moment, abs=1e-5))


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("744h", 744 * 3600),
        ("30d", 30 * 86400),
        ("4w3d", 31 * 86400),
        ("1y", 365 * 86400),
        ("31d0h0m0s", 31 * 86400),
        ("1.5h", 5400),
        ("0", 0),
        ("0s", 0),
        (90, 90),
        ("500ms", 0.5),
        ("12", None),
        ("", None),
        (None, None),
        (True, None),
        ("30 days", None),
        ("d30", None),
        ("30d x", None),
        (float("nan"), None),
        ("1h" * 4000, None),
    ],
)
def test_durations(given: object, seconds: float | None) -> None:
    assert duration_of(given) == seconds


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("P30D", 30 * 86400),
        ("P1M", 30 * 86400),
        ("P1Y", 365 * 86400),
        ("P2W", 14 * 86400),
        ("PT12H", 43200),
        ("P1DT6H30M5S", 86400 + 6 * 3600 + 1805),
        ("P", None),
        ("PT", None),
        ("P1DT", None),
        ("30d", None),
        (None, None),
        ("P" + "9" * 400 + "D", None),
    ],
)
def test_periods(given: object, seconds: float | None) -> None:
    assert iso_duration_of(given) == seconds


def test_a_document_becomes_flat_and_stays_small() -> None:
    assert flat({"a": {"b": {"c": 1}}, "d": [1, "x", {"y": None}], "e": None, "f": True}) == {
        "a.b.c": "1",
        "d": '1 x {"y": null}',
        "f": "True",
    }
    many = flat({str(number): number for number in range(50_000)})
    assert len(many) == 5000 and len(cut(many, ("0",))) == 200
    deep: dict[str, object] = {"end": 1}
    for _level in range(500):
        deep = {"a": deep}
    assert flat(deep) == {}
    assert flat(["no", "document"]) == {}


def test_a_long_line_is_kept_where_the_token_stands() -> None:
    text = "x" * 5_000_000 + "TOKEN" + "y" * 5_000_000
    kept = around(text, ["none", "TOKEN"])
    assert "TOKEN" in kept and len(kept) == LONGEST_TEXT
    assert around(text, ["none"]) == "x" * LONGEST_TEXT
    assert around("short TOKEN", ["TOKEN"]) == "short TOKEN"
    assert around("TOKEN" + "x" * 100_000, ["TOKEN"]).startswith("TOKEN")
    assert around("x" * 100_000 + "TOKEN", ["TOKEN"]).endswith("TOKEN")


def test_fields_of_a_line() -> None:
    fields = {"log": "a TOKEN", "message": "b TOKEN", "host.name": "web1", "instance": "web2", "n": "x" * 5000}
    assert holding(fields, ["TOKEN"], ("message",)) == "message"
    assert holding(fields, ["TOKEN"], ("absent",)) == "log"
    assert holding(fields, ["NOTHING"]) is None
    assert (host_of(fields, None), host_of(fields, "instance"), host_of(fields, "absent")) == ("web1", "web2", None)
    assert cut(fields, ("log", "message")) == {"host.name": "web1", "instance": "web2", "n": "x" * 1000}
    assert text_of({"a": "é"}) == '{"a": "é"}'
    assert (as_moment(THEN), as_moment(1e18), as_moment(None)) == ("2026-12-01T01:19:56Z", "1e+18", "1970-01-01T00:00:00Z")
