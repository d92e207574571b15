# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._model.text import (
    columns,
    escape,
    number,
    quantity,
    shorten,
    without_unit,
    wrap,
)
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.table import render
from unit.publish.records import COMPARISON, HOSTILE, hostile, record


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain", "plain"),
        ("a\nb\tc\r\nd", "a b c d"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07rest", "rest"),
        ("\x9b2Jgone", "gone"),
        ("\u202egpj.exe", "gpj.exe"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("null\x00byte\x7f", "null byte"),
        ("lone \ud800 half", "lone ? half"),
        ("line\u2028sep", "line sep"),
        ("é 中 kept", "é 中 kept"),
        (None, ""),
        (12, "12"),
    ],
)
def test_escape_leaves_nothing_that_acts(raw: object, shown: str) -> None:
    assert escape(raw) == shown


def test_escape_is_bounded() -> None:
    assert len(escape("x" * 10**7)) == 1000
    assert escape("x" * 50, 10) == "xxxxxxxxx…"


def test_shorten_and_wrap_count_columns_not_characters() -> None:
    assert columns("中e\u0301") == 3
    assert columns(shorten("中" * 40, 20)) <= 20
    assert all(columns(line) <= 20 for line in wrap("中" * 40 + " and " + "x" * 55, 20))
    assert wrap("", 20) == [""]


@pytest.mark.parametrize(("value", "shown"), [(1234567.0, "1\u202f234\u202f567"), (0.123456, "0.1235"), (float("inf"), "inf"), (3, "3")])
def test_number(value: float, shown: str) -> None:
    assert number(value) == shown


@pytest.mark.parametrize(
    ("name", "value", "shown", "words"),
    [
        ("backup_age_seconds", 7200, "2 h", "backup age"),
        ("tls_certificate_seconds_left", 7775987.3, "89 d 23 h", "tls certificate left"),
        ("log_size_bytes", 2048.0, "2.0 KiB", "log size"),
        ("disk_used_ratio", 0.2, "20 %", "disk used"),
        ("targets_up", 2, "2", "targets up"),
        ("targets_up", float("nan"), "", "targets up"),
    ],
)
def test_quantities_have_the_unit_of_their_name(name: str, value: float, shown: str, words: str) -> None:
    assert (quantity(name, value), without_unit(name)) == (shown, words)


def test_the_table_says_everything_that_decides() -> None:
    text = render(record(), width=160)
    for expected in (
        "Operability of payments 1.5.0 in production, phase pre",
        "level A (criticality 3, technical risk 2, complexity 2)",
        "policy default 1.0.0",
        "3 of 4 hosts reached",
        "✗ FAIL     BKP-01  blocker  A good backup is younger than the RPO",
        "newest backup is 3 d 4 h old, the limit is 24 h",
        "- 14 snapshots",
        "remedy: see why the timer",
        "responsible: team-backup · since 2026-11-22T02:00:07Z · declared in readiness.yml:14",
        "[observed: FAIL]",
        "waived until 2027-03-31 by head of operations",
        "[observed only]",
        "Prometheus http://prom:9090 refused the connection: leaves MON-01, MON-03 unknown",
        "web2: Failed to connect",
        "OVERDUE since 2026-11-20",
        "waiver of LOG-06 ended",
        "NO-GO  9 of 13 verified  (observe mode: would be NO-GO, the play goes on)",
    ):
        assert expected in text
    assert text.rindex("NO-GO") > text.index("NOTICES")
    assert "\x1b" not in text


@pytest.mark.parametrize("width", [10, 80, 100, 160, 500])
def test_no_line_is_wider_than_the_screen(width: int) -> None:
    for made in (record(), hostile()):
        lines = render(made, width=width).split("\n")
        assert max(columns(line) for line in lines) <= max(80, min(160, width))


def test_hostile_text_cannot_act_nor_flood() -> None:
    text = render(hostile(), width=100)
    assert not any(ord(character) < 32 and character != "\n" or 0x7F <= ord(character) < 0xA0 for character in text)
    assert "\u202e" not in text
    assert len(text) < 250_000
    assert "… and" in text or "and 34 more" in text


def test_colour_wraps_words_and_survives_hostile_text() -> None:
    text = render(record(), color=True)
    assert "\x1b[1;31mNO-GO\x1b[0m" in text
    coloured = render(hostile(), color=True)
    assert "\x1b[31mred" not in coloured
    assert "\x1b]" not in coloured


def test_without_unicode_the_frame_is_ascii() -> None:
    made = record()
    assert render(made, unicode=False).isascii()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"run__mode": "enforce", "run__enforced": True}, "(enforced: the play stops)"),
        ({"run__mode": "enforce", "run__enforced": True, "judgement__enforced_verdict": "go"}, "(not enforced: the play goes on)"),
        ({"run__partial": "limited to web1 (--limit)"}, "PARTIAL: limited to web1 (--limit)."),
        ({"judgement__verdict": "go", "judgement__words": "GO", "judgement__reasons": []}, "GO  9 of 13 verified"),
        ({"judgement__verdict": "ready_to_continue", "judgement__words": "READY TO CONTINUE"}, "READY TO CONTINUE  9 of 13 verified"),
        ({"judgement__verdict": "not_ready", "judgement__words": "NOT READY"}, "What is missing:"),
        ({"judgement__verdict": "undetermined", "judgement__words": None}, "UNDETERMINED"),
    ],
)
def test_the_last_lines(changes: dict[str, object], expected: str) -> None:
    assert expected in render(record(**changes)).rsplit("─", maxsplit=1)[-1]


def test_a_go_says_nothing_of_consequences() -> None:
    text = render(record(judgement__verdict="go", judgement__words="GO", judgement__reasons=[]))
    assert text.endswith("GO  9 of 13 verified")


@pytest.mark.parametrize("odd", [{}, {"judgement": None}, {"run": [], "judgement": {"requirements": [None, {}, {"status": "new"}]}}])
def test_an_odd_record_still_gives_a_table(odd: dict[str, object]) -> None:
    assert "UNDETERMINED" in render(odd)


def test_many_findings_are_bounded() -> None:
    made = record()
    finding = {"status": "fail", "host": "h", "message": "different", "details": [f"detail {i}" for i in range(40)]}
    made["judgement"]["requirements"] = [
        {**made["judgement"]["requirements"][5], "findings": [{**finding, "host": f"host{i}"} for i in range(1000)]}
    ]
    text = render(made)
    assert "and 34 more" in text
    assert "and 994 more findings" in text


def test_the_hostile_sample_is_hostile() -> None:
    assert "\x1b" in HOSTILE


def test_one_line_of_before_and_after() -> None:
    line = "Before and after, against the baseline of deployment CHG-1042 of 2026-11-25T05:00:00Z: 41 compared, 2 gone, 1 newly firing"
    assert line in render(record(judgement__comparison=COMPARISON), width=160)
    assert "Before and after" not in render(record(), width=160)
