# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The waivers of a service: their state today, and who may approve them. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json

from ...module_utils._phrase import Message, phrase, plural
from ...module_utils._units import parse_duration
from .._described.declarations import WaiverEntry
from .._described.policy import Policy, Rule
from .._described.service import Description
from .._model.waiver import Waiver, WaiverState
from .remarks import Remarks
from .rules import impact_of

LEVEL_WAIVER = "LVL-01"  # the waiver that lets a file set a level below the computed one


def waivers_of(description: Description, policy: Policy, remarks: Remarks) -> list[Waiver]:
    """Every waiver of this service, with its state today: active, not_yet, expired, refused."""
    found: list[Waiver] = []
    keys: set[str] = set()
    own = description.requirements
    for document in description.documents:
        for index, given in enumerate(document.declared.get("waivers") or []):
            if given.get("service", description.name) != description.name:
                continue
            place = document.where(("waivers", index))
            identifier = given["requirement"]
            rule = policy.rules.get(identifier)
            if identifier in policy.taken_out and identifier not in own:
                remarks.notices.append(
                    phrase(
                        "{place:path}: the waiver of {requirement:path} can be removed: the requirement has been taken out of the policy",
                        place=place,
                        requirement=identifier,
                    )
                )
                continue
            if identifier not in policy.rules and identifier not in own and identifier != LEVEL_WAIVER:
                remarks.problems.append(f"{place}: waivers.{index}.requirement: there is no requirement {identifier}")
                continue
            if rule is not None and rule.retired:
                remarks.notices.append(
                    phrase(
                        "{place:path}: the waiver of {requirement:path} can be removed: the requirement has been retired",
                        place=place,
                        requirement=identifier,
                    )
                )
                continue
            if given.get("from") and given["from"] > given["until"]:
                remarks.problems.append(f"{place}: waivers.{index}: it would end ({given['until']}) before it begins ({given['from']})")
                continue
            key = _waiver_key(given)
            if key in keys:
                remarks.problems.append(f"{place}: waivers.{index}: the same is waived twice ({identifier}); one of the two can be removed")
                continue
            keys.add(key)
            waiver = Waiver.declared(given, key=key, declared_in=place, state=_waiver_state(given, description.run.today))
            if identifier == LEVEL_WAIVER:
                # whoever may accept the loss of a blocker may lower the level
                waiver = _refused(waiver, approver_refusal(given["approved_by"], "blocker", description), remarks)
            found.append(waiver)
    return found


def _waiver_key(given: WaiverEntry) -> str:
    """What a waiver is about, whatever its dates and its place in the file: a service's state refers to it."""
    about = {name: given.get(name) for name in ("requirement", "host", "instance", "accept", "from", "until")}
    return hashlib.sha256(json.dumps(about, sort_keys=True, default=str).encode()).hexdigest()[:12]


def _waiver_state(given: WaiverEntry, today: str) -> WaiverState:
    if given["until"] < today:
        return WaiverState.EXPIRED
    return WaiverState.NOT_YET if given.get("from", "") > today else WaiverState.ACTIVE


def _refused(waiver: Waiver, reason: Message | None, remarks: Remarks) -> Waiver:
    if reason is None:
        return waiver
    remarks.notices.append(
        phrase(
            "{place:path}: the waiver of {requirement:path} does not count: {reason}",
            place=waiver.declared_in,
            requirement=waiver.requirement,
            reason=reason,
        )
    )
    return dataclasses.replace(waiver, state=WaiverState.REFUSED)


def allowed(waiver: Waiver, rule: Rule | None, level: str, description: Description, remarks: Remarks) -> Waiver:
    """The waiver, refused where the policy or the list of approvers does not allow it."""
    if rule is None:
        return waiver
    exception = description.requirements.get(rule.id) or {}
    return _refused(waiver, _waiver_refusal(waiver, rule, impact_of(rule, exception, level), description), remarks)


def _waiver_refusal(waiver: Waiver, rule: Rule, impact: str | None, description: Description) -> Message | None:
    if not rule.waivable:
        return phrase("the policy does not allow a waiver of this requirement")
    if rule.max_waiver:
        longest = parse_duration(rule.max_waiver)
        if not waiver.begins:
            return phrase("the policy allows at most {longest:duration}, and it does not say when it begins (from)", longest=longest)
        days = (dt.date.fromisoformat(waiver.until) - dt.date.fromisoformat(waiver.begins)).days
        if days * 86400 > longest:
            return plural(
                "it lasts {count:number} day, the policy allows at most {longest:duration}",
                "it lasts {count:number} days, the policy allows at most {longest:duration}",
                count=days,
                longest=longest,
            )
    return approver_refusal(waiver.approved_by, impact, description)


def approver_refusal(approver: object, impact: str | None, description: Description) -> Message | None:
    """Why this person may not accept a deviation of this impact; None when they may, or nobody has said who may."""
    allowed = description.approvers.get(impact or "")
    if allowed is None or str(approver) in allowed:
        return None
    if not allowed:
        return phrase("{name:path} may not approve it; nobody may", name=str(approver))
    return phrase("{name:path} may not approve it; these may: {names:list}", name=str(approver), names=list(allowed))


__all__ = (
    "LEVEL_WAIVER",
    "allowed",
    "approver_refusal",
    "waivers_of",
)
