# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The level of a service: what its classification asks for, or what its file may set. PRIVATE to the collection. Pure."""

from __future__ import annotations

from ...module_utils._phrase import Message, phrase
from .._described.declarations import Classification
from .._described.policy import LEVELS
from .._described.policy import level_of as computed_level
from .._described.service import Description
from .._model.loosening import Leave
from .._model.waiver import Waiver
from .authority import Authority
from .remarks import Remarks
from .waivers import LEVEL_WAIVER


def level_of(description: Description, waivers: list[Waiver], remarks: Remarks, authority: Authority) -> tuple[str, Message]:
    """The level, and why it is that: at least the one that the organisation says."""
    level, reason = _declared(description, waivers, remarks, authority)
    organisation = description.organisation
    least = (organisation.of_organisation.get("levels") or {}).get(description.name) if organisation else None
    if organisation is None or least is None or LEVELS.index(least) <= LEVELS.index(level):
        return level, reason
    place = organisation.where(("levels", description.name))
    said = phrase("{reason} makes it level {level}", reason=reason, level=level)
    above = phrase("{place:path} says at least {least}", place=place, least=least)
    remarks.loosen("level", "classification", description.service.where(("classification",)), said, above)
    if authority.leave("level") is Leave.GIVEN:
        return level, phrase("{said}; {above}", said=said, above=above)
    return least, phrase("{above}; {said}", above=above, said=said)


def _declared(description: Description, waivers: list[Waiver], remarks: Remarks, authority: Authority) -> tuple[str, Message]:
    """The level as the service file has it."""
    classification: Classification = description.data.get("classification") or {"criticality": 0}
    computed, reason = computed_level(classification)
    if not description.data.get("classification"):
        reason = phrase("no classification is declared")
    wanted = classification.get("level")
    if not wanted or wanted == computed:
        return computed, reason
    place = description.service.where(("classification", "level"))
    if LEVELS.index(wanted) > LEVELS.index(computed):
        return str(wanted), phrase(
            "set to {level} in {place:path}; {reason} would be {computed}", level=str(wanted), place=place, reason=reason, computed=computed
        )
    if any(waiver.requirement == LEVEL_WAIVER and waiver.active for waiver in waivers):
        return str(wanted), phrase(
            "set to {level} in {place:path} under waiver {waiver:path}; {reason} would be {computed}",
            level=str(wanted),
            place=place,
            waiver=LEVEL_WAIVER,
            reason=reason,
            computed=computed,
        )
    if description.organisation and authority.leave("level") is Leave.GIVEN:
        said = phrase("level {level} is set", level=str(wanted))
        above = phrase("{reason} would be {computed}", reason=reason, computed=computed)
        remarks.loosen("level", "classification.level", place, said, above)
        return str(wanted), phrase("{said} in {place:path}; {above}", said=said, place=place, above=above)
    remarks.notices.append(
        phrase(
            "{place:path}: level {level} is below the computed level {computed} and no waiver of {waiver:path} accepts that: "
            "{computed} holds",
            place=place,
            level=str(wanted),
            computed=computed,
            waiver=LEVEL_WAIVER,
        )
    )
    return computed, reason


__all__ = ("level_of",)
