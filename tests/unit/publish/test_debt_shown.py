# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debt, ratchet and announced requirements in the table, the reports and the metrics: told apart from waivers."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._publish import html, markdown, metrics
from ansible_collections.operability.readiness.plugins.plugin_utils._publish import table as _table
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.telling import debt_words
from unit.publish.records import HOSTILE, WAIVER, record, requirement

LINE = {"requirement": "BKP-01", "until": "2027-02-23", "state": "active"}
DEBT = {
    "file": "readiness.debt.yml",
    "adopted": 10,
    "left": 3,
    "expired": 1,
    "next_end": "2027-02-23",
    "lines": [LINE, {**LINE, "requirement": "RUN-01", "until": "2026-11-24", "state": "expired"}, {**LINE, "state": "struck"}],
}
WORDS = "debt: 3 of 10 left, 1 ended and covers nothing any more, next ends 2027-02-23"


def made(*, by: str = "alice", **changes: t.Any) -> dict[str, t.Any]:
    held = {"kind": "debt", "from": "2026-11-25", "until": "2027-02-23", "approved_by": by, "reason": "fail when it was adopted: 3 d old"}
    asked = [
        requirement("BKP-01", "backups", "a good backup", "waived", observed_status="fail", message="4 d old", waiver=held),
        requirement("BKP-03", "backups", "a restore was proven", "waived", observed_status="fail", waiver=dict(WAIVER)),
        requirement("RUN-02", "runbooks", "alerts lead to runbooks", "fail", enforce_from="2027-07-01", passed_on="2026-11-20"),
    ]
    return record(judgement__requirements=asked, judgement__debt=DEBT, **changes)


def test_the_table() -> None:
    text = _table.render(made(), width=140)
    assert "≈ debt     BKP-01" in text and "≈ waived   BKP-03" in text
    assert "in debt until 2027-02-23, adopted 2026-11-25 by alice: fail when it was adopted: 3 d old" in text
    assert "waived until 2027-03-31 by head of operations" in text
    assert WORDS in text.splitlines()
    assert "[enforced from 2027-07-01]" in text and "passed on 2026-11-20, fails again: ratchet" in text
    assert "[enforced" not in _table.render(made(run__finished_at="2027-07-01T00:00:00Z"), width=140)


def test_the_reports() -> None:
    text = markdown.render(made())
    assert "| 🔷 in debt | **BKP-01**" in text and "(in debt until 2027-02-23, adopted 2026-11-25 by alice)" in text
    assert "| 🔷 waived | **BKP-03**" in text and f"D{WORDS[1:]}." in text
    page = html.render(made())
    assert "In debt until 2027-02-23, adopted 2026-11-25 by alice: fail when it was adopted: 3 d old" in page
    assert f"D{WORDS[1:]}." in page and page.count("In debt</") == 1
    assert "<script>alert" not in html.render(made(by=HOSTILE)) and "\x1b" not in markdown.render(made(by=HOSTILE))


def test_the_metrics() -> None:
    text = metrics.exposition(record(state={"verdict": "go_with_reservations", "debt": DEBT})).decode()
    values = {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith("operability_debt")}
    states = {
        name: f'{{deployment_environment="production",service_name="payments",state="{name}"}}' for name in ("left", "expired", "paid")
    }
    ends = {name: f'{{deployment_environment="production",requirement="{name}",service_name="payments"}}' for name in ("BKP-01", "RUN-01")}
    assert values == {
        f"operability_debt_requirements{states['left']}": 3.0,
        f"operability_debt_requirements{states['expired']}": 1.0,
        f"operability_debt_requirements{states['paid']}": 7.0,
        f"operability_debt_expiry_timestamp_seconds{ends['BKP-01']}": 1803427200.0,  # the end of the day
        f"operability_debt_expiry_timestamp_seconds{ends['RUN-01']}": 1795564800.0,
    }
    assert "operability_debt" not in metrics.exposition(record()).decode()


@pytest.mark.parametrize(
    ("debt", "words"),
    [
        (None, ""),
        ("no mapping", ""),
        ({"adopted": 10, "left": 0, "expired": 0, "next_end": None}, "debt: 0 of 10 left"),
        ({"adopted": 2, "left": 2, "expired": 2}, "debt: 2 of 2 left, 2 ended and cover nothing any more"),
        ({"adopted": "x", "left": 3, "next_end": "2027-02-23"}, "debt: 3 of 3 left, next ends 2027-02-23"),
    ],
)
def test_the_words(debt: object, words: str) -> None:
    assert debt_words({"debt": debt}) == words
