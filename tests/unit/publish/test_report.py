# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import html.parser
import re
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._publish import html as report
from ansible_collections.operability.readiness.plugins.plugin_utils._publish import junit, markdown
from unit.publish.records import COMPARISON, full, hostile, large, record
from unit.publish.test_decisions_and_emergencies import DECISION

VOID = {"meta", "br", "rect", "line", "link", "img", "hr"}


class Structure(html.parser.HTMLParser):
    """What a browser would see: open elements must be closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.words.append(data)


def seen(made: dict[str, t.Any], language: str | None = None) -> tuple[Structure, str]:
    structure = Structure()
    text = report.render(made, language)
    structure.feed(text)
    assert structure.open == []
    return structure, re.sub(r"\s+", " ", " ".join(structure.words))


def test_the_report_says_everything() -> None:
    structure, words = seen(record())
    for expected in (
        "NO-GO",
        "9 of 13 verified",
        "Observe mode: would be NO-GO, the play goes on",
        "Advice: Hold",
        "BKP-01",
        "newest backup is 3 d 4 h old, the limit is 24 h",
        "see why the timer restic-payments.timer did not run",
        "team-backup",
        "since 2026-11-22 02:00 UTC",
        "observed: fail",
        "Waived until 2027-03-31 by head of operations: the scratch host",
        "weekly manual restore",
        "126 days left",
        "OVERDUE",
        "Technical monitoring",
        "leaves MON-01, MON-03 unknown",
        "Connection timed out",
        "at most 24 h",
        "9f86d081884c7d659a2feaa0c55ad015",
        "CHG-1042",
        "1 host fail",
        "waiver of LOG-06 ended",
        "12 of 15 verified, newest valid findings of all phases",
    ):
        assert expected in words
    assert words.index("9 of 13 verified") < words.index("Reservations") < words.index("Room to the limit")
    assert [tag for tag, _attributes in structure.elements].count("h1") == 1


def test_it_loads_nothing_and_runs_nothing() -> None:
    for made in (record(), hostile()):
        structure, _words = seen(made)
        tags = {tag for tag, _attributes in structure.elements}
        assert not tags & {"script", "img", "link", "iframe", "object", "form", "base"}
        targets = {attributes.get("id") for _tag, attributes in structure.elements}
        for _tag, attributes in structure.elements:
            assert not any(name.startswith("on") or name == "src" for name in attributes)
            if "href" in attributes:
                assert str(attributes["href"]).startswith("#") and str(attributes["href"])[1:] in targets, attributes
        style = re.search(r"<style>(.*?)</style>", report.render(made), re.DOTALL)
        assert style
        assert "url(" not in style.group(1)
        assert "@import" not in style.group(1)


def test_it_can_be_read_without_eyes_and_without_colours() -> None:
    structure, words = seen(record())
    heads = [attributes for tag, attributes in structure.elements if tag == "th"]
    assert all(attributes.get("scope") in ("col", "row") for attributes in heads)
    assert ("html", {"lang": "en"}) in structure.elements
    for word in ("Fail", "Unknown", "Warning", "Pass", "Waived", "Not applicable", "Not due yet"):
        assert word in words
    assert all(attributes.get("role") == "img" and attributes.get("aria-label") for tag, attributes in structure.elements if tag == "svg")


def test_hostile_text_is_text() -> None:
    _structure, words = seen(hostile())
    assert "<script>alert(1)</script>" in words
    raw = report.render(hostile())
    assert "<script" not in raw
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", raw)
    assert len(raw) < 5_000_000


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"judgement__verdict": "go", "judgement__words": "GO", "judgement__reasons": []}, "Nothing stands in the way."),
        ({"judgement__verdict": "not_ready", "judgement__words": "NOT READY"}, "What is missing"),
        ({"run__partial": "limited to web1"}, "Partial run: limited to web1."),
        ({"run__enforced": True}, "Enforced: the play stops."),
        ({"state": None}, "Gate, before the deployment (pre)"),
    ],
)
def test_variations(changes: dict[str, t.Any], expected: str) -> None:
    _structure, words = seen(record(**changes))
    assert expected in words


@pytest.mark.parametrize("odd", [{}, {"judgement": {"requirements": [None, {}, {"measurements": [{"name": None, "value": "x"}]}]}}])
def test_an_odd_record_still_gives_a_report(odd: dict[str, t.Any]) -> None:
    _structure, words = seen(odd)
    assert "UNDETERMINED" in words
    assert markdown.render(odd).startswith("## ❔ UNDETERMINED"), "no verdict has the sign of none, as in every other report"


def test_markdown_says_what_decides() -> None:
    text = markdown.render(record())
    assert text.startswith("## ❌ NO-GO: payments 1.5.0\n")
    assert "**9 of 13 verified** (observe mode: would be NO-GO, the play goes on)" in text
    assert "| ❌ FAIL | **BKP-01** A good backup is younger than the RPO | blocker |" in text
    assert "waived until 2027-03-31 by head of operations" in text
    assert "6 that pass or are not asked now" in text
    assert "leaves MON-01, MON-03 unknown" in text
    assert text.endswith("\n")


def test_markdown_rows_keep_their_cells_and_nobody_is_called() -> None:
    text = markdown.render(hostile())
    for line in text.splitlines():
        if line.startswith("| "):
            assert len(re.findall(r"(?<!\\)\|", line)) in (5, 6)
    assert "<script" not in text
    assert "@all" not in text
    assert not re.search(r"(?<!\\)`", text)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a|b", "a\\|b"),
        ("*x* _y_ [z](http://u)", "\\*x\\* \\_y\\_ \\[z\\](http://u)"),
        ("<b>&amp;", "&lt;b&gt;&amp;amp;"),
        ("- item", "\\- item"),
        ("1. item", "1\\. item"),
        ("1.5.0", "1.5.0"),
        ("2026-11-25", "2026-11-25"),
        ("# head", "\\# head"),
        ("back\\slash", "back\\\\slash"),
    ],
)
def test_markdown_text(raw: str, shown: str) -> None:
    assert markdown.text(raw) == shown


def test_before_and_after() -> None:
    made = record(judgement__comparison=COMPARISON)
    _structure, words = seen(made)
    line = (
        "Before and after, against the baseline of deployment CHG-1042 of 2026-11-25T05:00:00Z: "
        "41 compared, 2 gone, 1 newly firing, 1 beyond their limits, 1 not known, 1 new."
    )
    assert line in words and "gone as announced: replaced by payments.service" in words
    for shown in (
        "120 ms",
        "310 ms",
        "180 ms",
        "2.0 KiB",
        "unit old.service on web1",
        "web2 could not be reached",
        "target payments/web3:9100",
    ):
        assert shown in words, shown
    text = markdown.render(made)
    assert "### Before and after" in text
    assert "| ❌ beyond its limit | latency of https://payments.example/health | 120 ms | 310 ms | 180 ms |" in text
    assert "| ✅ gone as announced: replaced by payments.service | unit old.service on web1 |  |  |  |" in text
    assert text.index("alert PaymentsSlow") < text.index("payments.service on web2") < text.index("payments/web3:9100"), "the worst first"
    for without in (record(), record(judgement__comparison=None), record(judgement__comparison={"baseline": None})):
        assert "Before and after" not in markdown.render(without) and "Before and after" not in seen(without)[1]


def test_every_section_of_a_full_record() -> None:
    structure, words = seen(full())
    for head in (
        "Reservations",
        "Since the last run",
        "Since the last decision",
        "Before and after",
        "Headroom",
        "Waivers",
        "What the verdict rests on",
        "What was not verified",
        "Requirements",
        "The service over time",
        "Delivery performance",
        "Decision",
        "What was judged",
    ):
        assert f" {head} " in words, head
    assert "2026-11-24, GO WITH RESERVATIONS: new failures: BKP-01; worse: MON-04; repaired: RUN-01; 1 unchanged" in words
    assert "2026-11-20, go/no-go committee: GO WITH CONDITIONS (the gate said GO WITH RESERVATIONS): new failures: BKP-01" in words
    assert "Asked now and not then: PLT-02" in words and "Asked then and not now: LOG-06" in words
    # the remedy of what is reserved, by its requirement
    assert "last rotation 9 d ago look into the runbook team-payments OVERDUE" in words
    links = {attributes["href"] for tag, attributes in structure.elements if tag == "a"}
    assert {"#verdict", "#reservations", "#changes", "#decision", "#r-BKP-01"} <= links
    without = seen(record())[1]
    for head in ("Since the last run", "Since the last decision", "Before and after", "Delivery performance"):
        assert head not in without


def test_what_the_verdict_rests_on() -> None:
    _structure, words = seen(record())
    # of 13: one observed only, one not due, one not applicable; MON-01 and MON-03 are unknown
    assert "7 observed (70 %)" in words and "1 attested (10 %)" in words and "2 nothing (20 %)" in words
    made = record()
    for item in made["judgement"]["requirements"]:
        item["verified"] = False
    assert "10 nothing (100 %)" in seen(made)[1]


def test_the_decision_is_to_be_filled_in_until_one_counts() -> None:
    blank = "To be filled in and signed by the body that decides."
    made = full()
    words = seen(made)[1]
    assert blank in words and "Opinion of operations favourable with reservations unfavourable" in words
    assert made["run"]["evidence_digest"] in words
    made["decisions"] = [{**DECISION, "counts": False}]
    assert blank in seen(made)[1] and "does not count for this evidence" in seen(made)[1]
    made["decisions"] = [DECISION]
    assert blank not in seen(made)[1] and "go/no-go committee, 2026-11-26" in seen(made)[1]
    assert "No decision can be recorded about this run" in seen(full(run__partial="limited to web1"))[1]


def test_the_digest_of_the_record_leaves_with_each_report() -> None:
    digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    made = full(digest=digest)
    assert f"sha256 {digest}" in seen(made)[1] and f"sha256 {digest}" in markdown.render(made)
    assert f'name="record_digest" value="{digest}"' in junit.render(made)
    assert "Digest of the record" not in seen(full())[1] + markdown.render(full())


def test_a_large_record_stays_below_a_megabyte() -> None:
    made = large()
    assert len(made["judgement"]["requirements"]) == 40 and len(made["judgement"]["requirements"][0]["findings"]) == 500
    for language in ("en", "fr"):
        page = report.render(made, language)
        assert len(page.encode()) < 1_000_000
    assert "And 247 more findings" in page or "Et 247 autres constats" in page.replace("\u00a0", " ")
    assert len(markdown.render(made).encode()) < 1_000_000
