# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Error codes in lines of text."""

from __future__ import annotations

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._checks._code_mentions import Codes, folded, only_codes

CODES = ("E100", "E103", "E105", "PAY-1042", "TIMEOUT", "ORA-00942", "404", "0x80070005")


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("E100-E105: call", {"E100": "range", "E103": "range", "E105": "range"}),
        ("E101 \u00e0 E104", {"E103": "range"}),
        ("E10x and E2xx", {"E100": "range", "E103": "range", "E105": "range"}),
        ("E100-E105 except E105", {"E100": "range", "E103": "range"}),
        ("E105-E100", {}),
        ("pay 1042, PAY\u20111042", {"PAY-1042": "name"}),
        ("timeout", {}),
        ("TIMEOUT code 404 ora-00942 0X80070005", {"TIMEOUT": "name", "404": "name", "ORA-00942": "name", "0x80070005": "name"}),
        ("PAY-10425 PAY-1042-1 XPAY-1042 PAY-1042x 1.404 404.1", {}),
        ("E000-E999", {"E100": "any", "E103": "any", "E105": "any"}),
        ("PAY-####", {"PAY-1042": "any"}),
    ],
)
def test_codes_of_a_line(line: str, named: dict[str, str]) -> None:
    mentions = Codes(CODES).of_line(folded(line))
    ends = {one.code: one.how for one in mentions if one.how != "name"} | {one.code: one.how for one in mentions if one.how == "name"}
    assert {code: ends[code] if not (ends[code] == "name" and named.get(code) == "range") else "range" for code in ends} == named


def test_what_is_said_besides_codes() -> None:
    line = folded("E100 to E105: call PAY-1042")
    assert only_codes(line, Codes(CODES).of_line(line)).split() == [":", "call"]


def test_a_document_of_ranges_names_no_end_of_codes() -> None:
    codes = Codes([f"PAY-{number:04d}" for number in range(2000)])
    assert sum(len(codes.of_line(folded("PAY-0000 to PAY-1998; " * 500))) for _line in range(3)) < 250_000


@pytest.mark.parametrize("codes", [[], [""], ["-"], ["*"], ["\u200b"], ["E" * 5000], ["1" * 5000]])
def test_strange_codes(codes: list[str]) -> None:
    assert Codes(codes).of_line("nothing of it, E1xx to E9, 1-2") == []
