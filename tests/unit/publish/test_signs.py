# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands for a status or a verdict, whichever report shows it."""

from __future__ import annotations

from ansible_collections.operability.readiness.plugins.plugin_utils._model.text import STATUSES
from ansible_collections.operability.readiness.plugins.plugin_utils._model.verdict import Verdict
from ansible_collections.operability.readiness.plugins.plugin_utils._publish import nagios
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.signs import OPEN, SYMBOLS, rank, shown_status, tone


def test_the_worst_status_comes_first() -> None:
    assert sorted([*reversed(STATUSES)], key=rank) == list(STATUSES) and set(SYMBOLS) == set(STATUSES)
    assert rank("strange") == rank(None) == rank("unknown") and [rank(status) for status in OPEN] == [0, 1, 2]


def test_each_verdict_has_the_tone_of_a_status_and_a_code_of_nagios() -> None:
    tones = {verdict.value: tone(verdict.value) for verdict in Verdict}
    assert tones == {
        "go": "pass",
        "ready_to_continue": "pass",
        "go_with_reservations": "warn",
        "undetermined": "unknown",
        "no_go": "fail",
        "not_ready": "fail",
    }
    assert tone("strange") == tone(None) == "unknown"
    codes = [nagios.code({"judgement": {"verdict": verdict.value}}) for verdict in Verdict]
    assert codes == [0, 1, 3, 2, 0, 2] and nagios.code({}) == 3


def test_a_debt_is_told_apart_from_other_waivers() -> None:
    assert shown_status({"status": "waived", "waiver": {"kind": "debt"}}) == "debt"
    assert shown_status({"status": "waived", "waiver": {}}) == "waived"
    assert shown_status({"status": "fail", "waiver": {"kind": "debt"}}) == "fail"
