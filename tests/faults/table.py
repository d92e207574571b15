# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a row of the fault table is: a check, a real state of the world, and what the check must say of it."""

from __future__ import annotations

import dataclasses
import pathlib
import typing as t

from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner


@dataclasses.dataclass
class World:
    """What a row may use to bring its state about. Servers are stopped by the table's runner."""

    folder: pathlib.Path  # empty, of this row alone
    running: t.Any  # conftest.Running: running.start(Prometheus, binaries, config=...)
    binaries: t.Any  # servers.Binaries: Debian's programs, binaries.path("restic")
    runner: Runner  # the real one; replace it, or its environ, to take a tool away


@dataclasses.dataclass(frozen=True)
class Row:
    """``arrange`` brings the state about and returns the arguments of the check; ``message`` is a regular expression."""

    check: str
    state: str
    arrange: t.Callable[[World], dict[str, t.Any]]
    status: str
    message: str
    call: str = "run"
