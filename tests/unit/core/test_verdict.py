# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one truth about verdicts: their order, their words, what is good and what stops."""

from __future__ import annotations

import json

import jinja2
import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._model.verdict import WORST_FIRST, Outcome, Verdict, stops


@pytest.mark.parametrize(
    ("value", "code", "words", "good"),
    [
        ("go", 0, "GO", True),
        ("go_with_reservations", 1, "GO WITH RESERVATIONS", True),
        ("undetermined", 2, "UNDETERMINED", False),
        ("no_go", 3, "NO-GO", False),
        ("ready_to_continue", 0, "READY TO CONTINUE", True),
        ("not_ready", 3, "NOT READY", False),
    ],
)
def test_each_verdict(value: str, code: int, words: str, good: bool) -> None:
    verdict = Verdict(value)
    assert (verdict.code, verdict.words, verdict.good, verdict.stops, stops(value)) == (code, words, good, not good, not good)
    assert Verdict.of(value) is verdict


def test_there_is_no_other() -> None:
    assert [verdict.value for verdict in Verdict] == [
        "go",
        "go_with_reservations",
        "undetermined",
        "no_go",
        "ready_to_continue",
        "not_ready",
    ]
    assert [Verdict.of(value) for value in ("GO", "", None, 0, ["go"])] == [None] * 5
    assert not stops("soon") and not stops(None)


def test_it_is_written_as_its_value_everywhere() -> None:
    verdict = Verdict.NO_GO
    assert [str(verdict), f"{verdict}", f"{verdict:>6}", "%s" % verdict, json.dumps(verdict)] == [  # noqa: UP031 # that too
        "no_go",
        "no_go",
        " no_go",
        "no_go",
        '"no_go"',
    ]
    assert jinja2.Template("{{ verdict }} {{ verdict == 'no_go' }}").render(verdict=verdict) == "no_go True"
    assert {"no_go": 1}[verdict] == 1


def test_the_worst_first() -> None:
    assert [verdict.code for verdict in WORST_FIRST] == [3, 2, 1, 0]


def test_what_a_body_can_decide() -> None:
    assert [(outcome.value, outcome.words, outcome.lets_go_on) for outcome in Outcome] == [
        ("go", "GO", True),
        ("go_with_conditions", "GO WITH CONDITIONS", True),
        ("no_go", "NO-GO", False),
    ]
