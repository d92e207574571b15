# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many generated cases a test tries: a bounded sample in ``make test``, many times as many in ``make trust``."""

from __future__ import annotations

import os
import random

import pytest

TIMES = int(os.environ.get("TRUST", "1"))
tries_more = pytest.mark.trust  # in `make trust`, which runs those that carry it


def cases(sample: int, most: int | None = None) -> int:
    """The sample, or TRUST times as many, at most ``most``."""
    return min(sample * TIMES, most or sample * TIMES)


def seeded(seed: int) -> random.Random:
    """The same cases in every run of the suite; others in each run of ``make trust``, which says with which seed."""
    if TIMES > 1:
        seed = random.SystemRandom().randrange(2**32)
        print(f"seed: {seed}")  # pytest shows it where the test fails
    return random.Random(seed)


__all__ = ("TIMES", "cases", "seeded", "tries_more")
