# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mode that holds, also where there is no plan. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ...module_utils._phrase import phrase
from .._described.document import dotted
from .._described.policy import Policy, Rule
from .._described.service import Description
from .._model.loosening import RUN, Leave
from .._promises.mode import mode_of, mode_said
from .approving import Approving
from .authority import Authority
from .level import level_of
from .remarks import Remarks
from .rules import make_policy, policy_above, rules_of
from .waivers import declared_waivers, lower_level

_DEPLOYS_NOTHING = ("design", "recheck")  # a run of these that only observes lets nothing go on


def authority_of(description: Description, level: str = "") -> Authority:
    """What the organisation lets this service, and runs of it, do."""
    return Authority.of(description.organisation, service=description.name, environment=description.run.environment, level=level)


def enforced_here(description: Description, authority: Authority, remarks: Remarks) -> bool:
    """Whether what has no leave is refused: by the mode that holds where neither service nor run says what it may not."""
    run = description.run
    above, path = mode_said(description.organisation, run.environment, authority.level, description.name)
    own, own_path = mode_said(description.service, run.environment, authority.level, description.name)
    holds = above or "observe"
    if description.organisation and above == "enforce" and own == "observe":
        place = description.organisation.where(path)
        said = phrase("the service is only observed")
        strict = phrase("{place:path} says enforce", place=place)
        remarks.loosen("mode", dotted(own_path), description.service.where(own_path), said, strict)
    if own and (own == "enforce" or authority.leave("mode") is not Leave.REFUSED):
        holds = own
    observes = run.mode == "observe" and run.phase not in _DEPLOYS_NOTHING
    if (own or holds) == "enforce" and observes:
        remarks.loosen("mode", "readiness_mode", "", phrase("this run only observes"), phrase("the files say enforce"), by=RUN)
    if run.mode and (run.mode == "enforce" or authority.leave("mode", by=RUN) is not Leave.REFUSED):
        holds = run.mode
    return holds == "enforce" and not run.emergency


def mode_in_force(description: Description) -> str:
    """The mode of a service whose files can be read, and have something else in them that is refused. Refused."""
    remarks = Remarks()
    policy = make_policy(description.service, description.organisation)
    approving = Approving(description, authority_of(description))
    waivers = lower_level(declared_waivers(description, policy, approving, remarks), policy, approving, remarks)
    level, _reason = level_of(description, waivers, remarks, approving.authority)
    standing = policy_above(description.service, description.organisation)
    return enforced_anywhere(description, level, rules_of(description, policy, remarks), standing)


def enforced_anywhere(description: Description, level: str, rules: t.Mapping[str, Rule], standing: Policy) -> str:
    """The mode that the files set, whatever the run asks for: enforce also where they enforce single requirements only.

    Those cannot be verified without a plan, and would not pass. What the service says and has no leave for does not count.
    """
    as_written = dataclasses.replace(description, run=dataclasses.replace(description.run, mode=None, emergency=False))
    authority = authority_of(description, level)
    mode, _until = mode_of(as_written, level, [], [])
    single = [(description.requirements.get(name) or {}).get("mode") or rule.mode for name, rule in rules.items()]
    above = [rule.mode for name, rule in standing.rules.items() if authority.leave("mode", name) is Leave.REFUSED]
    enforced = enforced_here(as_written, authority, Remarks()) or "enforce" in (mode, *single, *above)
    return "enforce" if enforced else mode


__all__ = ("authority_of", "enforced_anywhere", "enforced_here", "mode_in_force")
