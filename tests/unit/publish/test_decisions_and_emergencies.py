# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How emergencies, overrides, decisions and kinds of reservations are shown, whoever wrote their texts."""

from __future__ import annotations

import datetime as dt
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._publish import html, markdown
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.table import render
from unit.publish.records import HOSTILE, record
from unit.publish.test_metrics import one, parsed

OVERRIDE: dict[str, t.Any] = {
    "requirement": "ALL",
    "id": "INC0042",
    "kind": "emergency",
    "by": "ana",
    "reason": "payments are down",
    "at": "2026-11-25T06:00:00Z",
    "due": "2026-11-28",
    "would": {"words": "NO-GO"},
    "overdue": False,
}
DECISION: dict[str, t.Any] = {
    "id": "d1",
    "date": "2026-11-26",
    "body": "go/no-go committee",
    "phase": "pre",
    "valid_until": "2026-12-03",
    "reason": "the old version is worse",
    "comment": "restarts are watched",
    "outcome": "go_with_conditions",
    "operations_opinion": "with_reservations",
    "decided_by": ["Ana Costa", "Li Wei"],
    "verdict": "no_go",
    "against_verdict": True,
    "counts": True,
    "conditions": [
        {"text": "repeat the restore", "responsible": "team-backup", "due": "2026-11-20", "state": "overdue"},
        {"text": "tell the desk", "responsible": "team-web", "due": "2026-12-01", "state": "open"},
    ],
}


def made(**changes: t.Any) -> dict[str, t.Any]:
    base = record(run__emergency={"id": "INC0042", "by": "ana", "reason": "payments are down"}, judgement__overrides=[OVERRIDE])
    base["decisions"] = [DECISION]
    for key, value in changes.items():
        base["judgement"][key] = value
    return base


def flat(text: str) -> str:
    return " ".join(text.split())


def test_the_table() -> None:
    text = flat(render(made(overrides=[OVERRIDE, {**OVERRIDE, "requirement": "BKP-01", "kind": "decision", "overdue": True}]), width=160))
    assert "EMERGENCY INC0042 by ana: payments are down. The gate stops nothing" in text
    assert "(emergency: the play goes on)" in text
    assert (
        "ALL emergency INC0042 of 2026-11-25 by ana (payments are down), where it would have been NO-GO: "
        "a whole verification that is good is due by 2026-11-28" in text
    )
    assert "BKP-01 decision INC0042" in text and "is OVERDUE since 2026-11-28" in text
    assert (
        "2026-11-26 go/no-go committee, pre: GO WITH CONDITIONS AGAINST NO-GO (the old version is worse), operations: with reservations, "
        "by Ana Costa, Li Wei, valid until 2026-12-03 (counts for this evidence)" in text
    )
    assert "condition: repeat the restore (team-backup), OVERDUE since 2026-11-20" in text
    assert "condition: tell the desk (team-web), open, due 2026-12-01" in text


def test_without_any_there_is_no_word_of_it() -> None:
    for text in (render(record()), markdown.render(record()), html.render(record())):
        assert (
            "EMERGENCY" not in text
            and "Overrides" not in text
            and "OVERRIDES" not in text
            and "Decisions<" not in text
            and "# Decisions" not in text
            and "DECISIONS" not in text
        )


def test_an_overridden_verdict_says_that_the_play_goes_on() -> None:
    over = record(run__enforced=True, judgement__enforced_verdict="no_go", judgement__overridden={"id": "d1", "date": "2026-11-26"})
    assert "overridden by the decision of 2026-11-26: the play goes on" in flat(render(over, width=160))
    assert "enforced: the play stops" in flat(render(record(run__enforced=True, judgement__enforced_verdict="no_go"), width=160))


def test_markdown() -> None:
    text = markdown.render(made(overrides=[{**OVERRIDE, "overdue": True}]))
    assert "> 🚨 **EMERGENCY INC0042 by ana: payments are down." in text
    assert "| 2026-11-28 **OVERDUE** | **ALL** | emergency INC0042 of 2026-11-25: payments are down | ana | NO-GO |" in text
    assert (
        "- **GO WITH CONDITIONS** (before the deployment (pre)) **against NO-GO**: the old version is worse, go/no-go committee, 2026-11-26"
        in text
    )
    assert "operations: with reservations; by Ana Costa, Li Wei; _counts for this evidence_" in text
    assert "  - condition: repeat the restore (team-backup), due 2026-11-20, **OVERDUE**" in text


def test_html() -> None:
    text = flat(html.render(made()))
    for words in (
        "EMERGENCY INC0042",
        '<h2 id="overrides">Overrides</h2>',
        '<h2 id="decisions">Decisions</h2>',
        "restarts are watched",
        "against NO-GO",
    ):
        assert words in text
    assert '<span class="overdue">due 2026-11-20, overdue</span>' in text


@pytest.mark.parametrize("render_it", [markdown.render, html.render, render])
def test_hostile_texts_stay_text(render_it: t.Callable[[t.Any], str]) -> None:
    bad = made(overrides=[{key: HOSTILE for key in OVERRIDE}])
    bad["run"]["emergency"] = {"id": HOSTILE, "by": HOSTILE, "reason": HOSTILE}
    bad["decisions"] = [{**{key: HOSTILE for key in DECISION}, "decided_by": [HOSTILE] * 50, "conditions": [{"text": HOSTILE}] * 3}]
    text = render_it(bad)
    assert "<script>alert" not in text if render_it is not render else "\x1b" not in text
    assert "\x00" not in text and "\u202e" not in text


def test_new_accepted_open_and_overdue_are_told_apart() -> None:
    common = {"title": "t", "responsible": "team", "raised": "2026-11-01", "due": "2026-11-20"}
    kinds = [{**common, "requirement": f"R-{kind}", "kind": kind} for kind in ("new", "open", "accepted", "overdue")]
    table = flat(render(record(judgement__reservations=kinds), width=160))
    assert "R-new t: due 2026-11-20, team (new)" in table and "R-open t: due 2026-11-20, team (open since 2026-11-01)" in table
    assert "R-accepted t: due 2026-11-20, team (accepted)" in table and "R-overdue t: OVERDUE since 2026-11-20, team" in table
    text = markdown.render(record(judgement__reservations=kinds))
    assert "| open since 2026-11-01 |" in text and "| **OVERDUE** |" in text and "| accepted |" in text and "| new |" in text
    assert "open since 2026-11-01" in html.render(record(judgement__reservations=kinds))


def test_of_several_overrides_the_first_day_nags_and_none_is_told_twice() -> None:
    state = record()["state"]
    state["overrides"] = [OVERRIDE, {**OVERRIDE, "id": "INC0041", "due": "2026-11-26"}, {**OVERRIDE, "requirement": "BKP-01"}]
    state["reservations"] = [
        {"requirement": "ALL", "due": "2026-11-26", "override": "INC0041"},
        {"requirement": "BKP-01", "due": "2026-12-01"},
    ]
    series = parsed(record(state=state))
    assert one(series, "override_due_timestamp_seconds", requirement="ALL") == dt.datetime(2026, 11, 27, tzinfo=dt.timezone.utc).timestamp()
    assert one(series, "override_due_timestamp_seconds", requirement="BKP-01") is not None
    assert one(series, "reservation_due_timestamp_seconds", requirement="ALL") is None
    assert one(series, "reservation_due_timestamp_seconds", requirement="BKP-01") is not None
