# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far back lines reach without a hole."""

from __future__ import annotations

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients.log_days import DAY, jumped, run_of

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("days", "least", "every", "begin", "stray"),
    [
        ([], 90, 0, None, False),
        ([5], 90, 0, 5, False),
        (range(90), 90, 0, 89, False),
        ([85, *range(10)], 90, 0, 9, True),
        ([85, 60, *range(10)], 90, 0, 9, True),
        ([89, 88, 87, *range(10)], 90, 0, 9, False),
        ([88, 59, 30, 1], 90, 0, 88, False),  # a line a month
        ([75, 1], 90, 0, 1, True),
        ([75, 1], 90, 40, 75, False),
        ([30, 25, 21, *range(20)], 14, 0, 30, False),
    ],
)
def test_the_run_of_lines(days: list[int], least: int, every: int, begin: int | None, stray: bool) -> None:
    run = run_of([NOW - day * DAY for day in days], DAY, least * DAY, every * DAY)
    assert (run.begin, run.stray) == (None if begin is None else NOW - begin * DAY, stray)


def test_a_log_of_which_only_the_first_line_is_told_is_looked_at_in_steps() -> None:
    lines = sorted(NOW - day * DAY for day in [3000, *range(100)])
    asked: list[float] = []

    def first_since(moment: float) -> float | None:
        asked.append(moment)
        return next((line for line in lines if line >= moment), None)

    found = jumped(first_since, 3 * DAY, NOW)
    assert len(asked) <= 60 and run_of(found, 3 * DAY, 90 * DAY, 0.0).stray
