# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What waits for operations, in the table and the reports: with the line to copy, as it is, and never as if it counted."""

from __future__ import annotations

import html as _html
import re
import typing as t

import pytest
import yaml
from ansible_collections.operability.readiness.plugins.action.plan import register
from ansible_collections.operability.readiness.plugins.plugin_utils._publish import html, markdown, metrics, table
from unit.core.described import describe, plan_of
from unit.publish.records import record

LINE = "- {service: payments, requirement: BKP-03, reason: \"a <b>, `x` and\\ty\", approved_by: head, until: '2027-03-31'}"
INTO = "readiness.d/payments.yml: waivers"
REQUEST = {
    "requirement": "BKP-03",
    "reason": "r",
    "approved_by": "head",
    "until": "2027-03-31",
    "state": "requested",
    "to_copy": LINE,
    "copy_into": INTO,
}


def shown(**more: t.Any) -> dict[str, t.Any]:
    made = record()
    for part in ("judgement", "state"):
        made[part]["waivers"] = [{**REQUEST, **more}]
    return made


def test_in_the_table() -> None:
    text = " ".join(table.render(shown(), width=160).split())
    head = f"BKP-03 is to be waived until 2027-03-31, without effect as long as {INTO} does not have this line: "
    assert f"REQUESTS TO OPERATIONS - {head}{LINE}" in text
    assert "REQUESTS" not in table.render(record())


def test_in_markdown() -> None:
    text = markdown.render(shown())
    assert "### Requests to operations" in text and f"`` {LINE} ``" in text, "a code span that a backtick does not end"
    assert "Requests" not in markdown.render(record())


@pytest.mark.parametrize(("language", "heads"), [("en", "Requests to operations"), ("fr", "Demandes à l.exploitation")])
def test_in_html(language: str, heads: str) -> None:
    text = html.render(shown(), language=language)
    assert re.search(f'<h2 id="requests">{heads}</h2>', text)
    (line,) = re.findall(r"<code>(- .*?)</code>", text)
    assert yaml.safe_load(_html.unescape(line)) == yaml.safe_load(LINE)
    assert 'id="requests"' not in html.render(record(), language=language)


def test_something_that_is_not_applicable() -> None:
    text = " ".join(table.render(shown(kind="not_applicable"), width=160).split())
    assert "BKP-03 is to be not applicable until 2027-03-31, without effect as long as" in text


def test_a_request_is_no_waiver_in_the_metrics() -> None:
    pattern = rb"^operability_waiver_expiry\w+\{.*BKP-03"
    assert re.search(pattern, metrics.exposition(shown(state="active")), re.MULTILINE)
    assert not re.search(pattern, metrics.exposition(shown()), re.MULTILINE)


def test_renewals_and_commits() -> None:
    made = shown(state="active", renewals=2, brought="commit 1a2b stands on origin/main")
    text = html.render(made)
    assert "renewed 2 times" in text and "commit 1a2b stands on origin/main" in text
    made["judgement"]["requirements"][0].update(status="waived", waiver={**REQUEST, "state": "active", "renewals": 1})
    assert "waived until 2027-03-31 by head, renewed 1 time" in " ".join(table.render(made, width=160).split())


def test_a_decision_that_is_a_request() -> None:
    made = record()
    made["decisions"] = [
        {"date": "2026-11-26", "body": "board", "phase": "pre", "outcome": "go", "request": "nobody confirmed it", "counts": False}
    ]
    for text in (table.render(made, width=160), markdown.render(made), html.render(made)):
        assert "request: nobody confirmed it" in " ".join(text.replace("&#39;", "'").split())


def test_in_the_plan() -> None:
    own = "schema_version: 1\nservice: {name: payments, owner: t, hosts: payments}\nclassification: {criticality: 2}\n"
    own += "waivers: [{requirement: BKP-01, reason: r, approved_by: head, until: 2027-01-01}]\n"
    text = register(plan_of(describe(own, "schema_version: 1\nservices_may: []\napprovers: {blocker: [head]}\n")))
    assert "request: readiness.yml:4: BKP-01; with this line in readiness.d/payments.yml: waivers it counts:" in text
    assert "\n  - {service: payments, requirement: BKP-01, reason: r, approved_by: head, until: '2027-01-01'}" in text
