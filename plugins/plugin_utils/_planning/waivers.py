# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The waivers of a service, and what each is worth today. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import typing as t

from ...module_utils._phrase import Message, phrase
from .._described.approvals import ANYBODY, WAIVERS, entries
from .._described.declarations import WaiverEntry
from .._described.document import Document
from .._described.policy import Policy, Rule
from .._described.service import Description
from .._model.waiver import Waiver, WaiverState
from .approving import Approving, request_notice, too_long
from .remarks import Remarks
from .rules import impact_of

LEVEL_WAIVER = "LVL-01"  # the waiver that lets a file set a level below the computed one
_BEST_FIRST = (WaiverState.ACTIVE, WaiverState.NOT_YET, WaiverState.EXPIRED, WaiverState.REFUSED, WaiverState.REQUESTED)


@dataclasses.dataclass(frozen=True)
class Declared:
    """A waiver with the entry of the file in which it stands."""

    waiver: Waiver
    entry: WaiverEntry
    key: str  # of the entry in its file, dotted


def declared_waivers(description: Description, policy: Policy, approving: Approving, remarks: Remarks) -> list[Declared]:
    """Every waiver of this service, the service's own first, with its state by its dates alone and by what git says of it."""
    found: list[Declared] = []
    for document in (description.service, *description.of_organisation):
        own = document is description.service
        seen: set[str] = set()
        for index, entry in entries(document, WAIVERS):
            given = t.cast("WaiverEntry", entry)
            if not own and not about(description, document, (WAIVERS, index), given, remarks):
                continue
            if not _is_asked(description, policy, document, index, given, remarks):
                continue
            key = _waiver_key(given)
            if key in seen:
                place = document.where((WAIVERS, index))
                remarks.problems.append(f"{place}: waivers.{index}: the same is waived twice ({given['requirement']}); one can be removed")
                continue
            seen.add(key)
            state = state_of(given.get("from"), str(given["until"]), description.run.today)
            waiver = Waiver.declared(given, key=key, declared_in=document.where((WAIVERS, index)), state=state)
            waiver = dataclasses.replace(waiver, own=own)
            if not own:
                waiver = dataclasses.replace(waiver, brought=approving.brought_by(document, WAIVERS, index))
                waiver = _refused(waiver, approving.not_brought(document, WAIVERS, index), remarks)
            found.append(Declared(waiver, given, f"{WAIVERS}.{index}"))
    return found


def about(description: Description, document: Document, place: tuple[str, int], given: t.Mapping[str, object], remarks: Remarks) -> bool:
    """Whether an entry of the organisation's files is about this service."""
    if given["service"] == ANYBODY:
        remarks.notices.append(
            phrase(
                "{place:path}: {requirement:path} is accepted for no service: what is accepted is accepted for one, and none is called '*'",
                place=document.where(place),
                requirement=str(given["requirement"]),
            )
        )
    return bool(given["service"] == description.name)


def _is_asked(description: Description, policy: Policy, document: Document, index: int, given: WaiverEntry, remarks: Remarks) -> bool:
    """Whether a waiver is about something that can be waived; told where it is not."""
    place, identifier, own = document.where((WAIVERS, index)), str(given["requirement"]), description.requirements
    rule = policy.rules.get(identifier)
    if identifier in policy.taken_out and identifier not in own:
        remarks.notices.append(
            phrase(
                "{place:path}: the waiver of {requirement:path} can be removed: the requirement has been taken out of the policy",
                place=place,
                requirement=identifier,
            )
        )
        return False
    if rule is None and identifier not in own and identifier != LEVEL_WAIVER:
        remarks.problems.append(f"{place}: waivers.{index}.requirement: there is no requirement {identifier}")
        return False
    if rule is not None and rule.retired:
        remarks.notices.append(
            phrase(
                "{place:path}: the waiver of {requirement:path} can be removed: the requirement has been retired",
                place=place,
                requirement=identifier,
            )
        )
        return False
    if given.get("from") and given["from"] > given["until"]:
        remarks.problems.append(f"{place}: waivers.{index}: it would end ({given['until']}) before it begins ({given['from']})")
        return False
    return True


def _waiver_key(given: WaiverEntry) -> str:
    """What a waiver is about, whatever its dates and its place in the file: a service's state refers to it."""
    about_it = {name: given.get(name) for name in ("requirement", "host", "instance", "accept", "from", "until")}
    return hashlib.sha256(json.dumps(about_it, sort_keys=True, default=str).encode()).hexdigest()[:12]


def state_of(begins: str | None, until: str, today: str) -> WaiverState:
    """What something that is accepted from one day to another is worth today."""
    if until < today:
        return WaiverState.EXPIRED
    return WaiverState.NOT_YET if (begins or "") > today else WaiverState.ACTIVE


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


# -- what each is worth


def lower_level(declared: t.Sequence[Declared], policy: Policy, approving: Approving, remarks: Remarks) -> list[Waiver]:
    """The waivers of the level. Whoever may accept the loss of a blocker may lower it."""
    return [_weighed(item, None, "blocker", policy, approving, remarks) for item in declared if item.waiver.requirement == LEVEL_WAIVER]


def weighed(
    declared: t.Sequence[Declared], rules: t.Mapping[str, Rule], policy: Policy, level: str, approving: Approving, remarks: Remarks
) -> list[Waiver]:
    """All others: refused where the policy or the approvers do not allow it, a request where it stands in the wrong file."""
    out = []
    for item in declared:
        if item.waiver.requirement == LEVEL_WAIVER:
            continue
        rule = rules.get(item.waiver.requirement)
        if rule is None:
            out.append(item.waiver)
        else:
            exception = approving.description.requirements.get(rule.id) or {}
            impact = approving.impact_asked(impact_of(rule, exception, level), rule.impact.get(level))
            out.append(_weighed(item, rule, impact, policy, approving, remarks))
    return out


def _weighed(item: Declared, rule: Rule | None, impact: str | None, policy: Policy, approving: Approving, remarks: Remarks) -> Waiver:
    waiver = item.waiver
    if waiver.state not in (WaiverState.ACTIVE, WaiverState.NOT_YET):
        return waiver
    if rule is not None and not rule.waivable:
        return _refused(waiver, phrase("the policy does not allow a waiver of this requirement"), remarks)
    long = too_long(waiver.begins, waiver.until, rule, policy, approving.description.run.today)
    if long is not None:
        return _refused(waiver, long, remarks)
    if waiver.own and approving.asks_operations(impact, waiver.requirement):
        return approving.requested(waiver, impact, WAIVERS, item.entry)
    refusal = approving.refusal(waiver.approved_by, impact, waiver.requirement, own=waiver.own)
    if refusal is None and waiver.active:
        approving.told_in_force(item.key, waiver, impact, remarks)
    return _refused(waiver, refusal, remarks)


def each_once(waivers: t.Sequence[Waiver], remarks: Remarks) -> list[Waiver]:
    """The same waiver of several files once: what is in force before what is not, what is not before a request. Requests are told."""
    best: dict[str, Waiver] = {}
    for waiver in waivers:
        other = best.get(waiver.key)
        if other is None or _BEST_FIRST.index(waiver.state) < _BEST_FIRST.index(other.state):
            best[waiver.key] = waiver
    for waiver in waivers:
        if waiver is not best[waiver.key]:
            remarks.notices.append(
                phrase(
                    "{place:path}: the waiver of {requirement:path} can be removed: it stands in {other:path} too",
                    place=waiver.declared_in,
                    requirement=waiver.requirement,
                    other=best[waiver.key].declared_in,
                )
            )
    remarks.notices += [request_notice(waiver) for waiver in best.values() if waiver.state is WaiverState.REQUESTED]
    return list(best.values())


__all__ = (
    "LEVEL_WAIVER",
    "Declared",
    "about",
    "declared_waivers",
    "each_once",
    "lower_level",
    "state_of",
    "weighed",
)
