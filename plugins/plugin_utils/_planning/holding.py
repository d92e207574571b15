# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mode that holds although there is no plan. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from .._described.policy import Rule
from .._described.service import Description
from .._promises.mode import mode_of
from .level import level_of
from .remarks import Remarks
from .rules import make_policy, rules_of
from .waivers import waivers_of


def mode_in_force(description: Description) -> str:
    """The mode of a service whose files can be read, and have something else in them that is refused. Refused."""
    remarks = Remarks()
    policy = make_policy(description.service, description.organisation)
    level, _reason = level_of(description, waivers_of(description, policy, remarks), remarks)
    return enforced_anywhere(description, level, rules_of(description, policy, remarks))


def enforced_anywhere(description: Description, level: str, rules: t.Mapping[str, Rule]) -> str:
    """The mode that the files set, whatever the run asks for: enforce also where they enforce single requirements only.

    Those cannot be verified without a plan, and would not pass.
    """
    as_written = dataclasses.replace(description, run=dataclasses.replace(description.run, mode=None))
    mode, _until = mode_of(as_written, level, [], [])
    single = [(description.requirements.get(name) or {}).get("mode") or rule.mode for name, rule in rules.items()]
    return "enforce" if "enforce" in (mode, *single) else mode


__all__ = ("enforced_anywhere", "mode_in_force")
