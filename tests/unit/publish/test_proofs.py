# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a requirement rests on is told apart in every output: observed, derived, attested, by a stand-in, or by nothing."""

from __future__ import annotations

import csv as _csv
import io
import re

import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._publish import csv, html, junit, markdown, metrics, table
from unit.publish.records import record, requirement

PROOFS = ("observed", "derived", "attested", "stand_in", "none")
MADE = record(
    judgement__requirements=[
        requirement(f"P-0{number}", "platform", f"by {proof}", proof=proof, status="unknown" if proof == "none" else "pass")
        for number, proof in enumerate(PROOFS)
    ]
)
STATE = {**MADE, "state": MADE["judgement"]}


@pytest.mark.parametrize(("number", "proof"), list(enumerate(PROOFS)))
def test_each_proof_is_named(number: int, proof: str) -> None:
    name, word = f"P-0{number}", proof.replace("_", "-")
    told = proof not in ("observed", "none")
    line = next(line for line in table.render(MADE).splitlines() if name in line)
    assert (f"[{word}]" in line) is told
    row = next(line for line in markdown.render(MADE).splitlines() if f"**{name}**" in line and line.startswith("|"))
    assert (f"({word})" in row) is told
    rows = {item["requirement"]: item for item in _csv.DictReader(io.StringIO(csv.render(MADE)))}
    assert rows[name]["proof"] == proof
    case = re.search(rf'name="{name} .*?</testcase>', junit.render(MADE), re.DOTALL)
    assert case and (f"proof: {word}" in case[0]) is told
    infos = metrics.samples(STATE).values["requirement_info"]
    assert [labels[-1] for labels in infos if labels[0] == name] == [proof]
    page = html.render(MADE)
    assert (f"proof: {word}" in page) is told and f"proof-{proof}" in page


def test_a_requirement_of_which_nobody_says_what_it_rests_on_rests_on_nothing() -> None:
    unsaid = record(judgement__requirements=[requirement("P-01", "platform", "unsaid", proof=None, status="pass")])
    assert 'class="seg proof-none"' in html.render(unsaid) and 'class="seg proof-observed"' not in html.render(unsaid)
