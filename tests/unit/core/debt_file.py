# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings through a debt file: written as adopt writes it, read as the gate reads it."""

from __future__ import annotations

import typing as t

from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from ansible_collections.operability.readiness.plugins.plugin_utils._comparing.fault import fault_of
from ansible_collections.operability.readiness.plugins.plugin_utils._model.fault import Fault, SeenFaults
from ansible_collections.operability.readiness.plugins.plugin_utils._model.plain import from_plain
from ansible_collections.operability.readiness.plugins.plugin_utils._promises.debt import problems_of
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.adopt import Line, render
from unit.core.described import document


def through_the_file(*findings: Finding) -> list[Fault]:
    """The faults that the gate reads of these findings. Refused where the file is not one that it takes."""
    line = Line("R-01", "production", "blocker", "fail", "seen", "2026-11-25", "alice", "2027-02-23")
    seen = SeenFaults(tuple(map(fault_of, findings)), "20261125T020000Z-recheck-0a1b2c3d", "9d1e04")
    adopted: dict[str, t.Mapping[str, object]] = {"production": {"at": "2026-11-25", "by": "alice", "lines": 1}}
    read = document(render("payments", adopted, [line.showing(seen).sealed("payments")]), "debt")
    assert problems_of(read, "payments") == []
    return [from_plain(Fault, fault) for fault in read.of_debt["debt"][0]["found"]]


__all__ = ("through_the_file",)
