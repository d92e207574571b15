# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of a service of which a requirement has nothing to look at, though it is about each of them. PRIVATE to the collection. Pure.

What is declared of one part proves nothing of another: a requirement of which a part is missing is not one that can be verified.
"""

from __future__ import annotations

from ...module_utils._phrase import phrase
from .._described.service import Description
from .._model.planned import PlannedCheck, PlannedRequirement

# by what of a part they look at: the checks that look at every part
_OF_EACH_PART = {
    "logs": ("log_canary", "log_flow", "log_format", "log_retention", "log_rotation", "log_secrets"),
    "scrape": ("prometheus_targets", "metrics_endpoint"),
    "support": ("support_chain",),
}
_RUNS = ("units", "scrape")  # a part that has one of these runs something


def forgotten(requirement: PlannedRequirement, description: Description) -> tuple[PlannedCheck, ...]:
    """A gap for each part that the checks of a requirement leave out. NotResolved."""
    used = dict.fromkeys(check.check for check in requirement.checks)
    out = []
    for key, checks in _OF_EACH_PART.items():
        check = next((name for name in used if name in checks), None)
        if check is None:
            continue
        told = {_part_of(planned) for planned in requirement.checks}
        for name, part in description.parts.items():
            runs = key == "support" or any(part.get(one) for one in _RUNS)
            if runs and not part.get(key) and name not in told:
                gap = phrase("{key:path} is not declared", key=f"parts.{name}.{key}")
                out.append(PlannedCheck(f"{requirement.rule.id}/{key} of {name}", requirement.rule.id, check, name, {}, gap=gap))
    return tuple(out)


def _part_of(check: PlannedCheck) -> str | None:
    """The part that a check looks at, as far as its place in the file tells."""
    return str(check.path[1]) if check.path[:1] == ("parts",) and len(check.path) > 1 else None


__all__ = ("forgotten",)
