# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._finding import CannotObserve
from .._phrase import verbatim
from .._runner import Runner
from ._backup_proofs import Generation, Restored


def generations(args: t.Any, runner: Runner) -> list[Generation]:
    raise CannotObserve(verbatim("stands in"))


def restore(args: t.Any, runner: Runner, generation: Generation, target: str) -> Restored:
    raise CannotObserve(verbatim("stands in"))


__all__ = ("generations", "restore")
