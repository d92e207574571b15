# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may accept a deviation, how long, and in whose file it has to stand to be in force. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ...module_utils._phrase import Message, phrase, plural
from ...module_utils._units import parse_duration
from .._described.approvals import DECISIONS, entries, file_for, line
from .._described.declarations import PolicyOverlay
from .._described.document import Document
from .._described.policy import LONGEST_WAIVER, Policy, Rule
from .._described.service import Description
from .._model.decision import ConfirmedDecision, DecisionTerms
from .._model.loosening import Leave
from .._model.waiver import Waiver, WaiverState
from .authority import Authority
from .remarks import Remarks

DECISION = "decision"  # beside the impacts among the approvers
BLOCKER = "blocker"
KIND = "approvers"  # under which the organisation gives leave


@dataclasses.dataclass(frozen=True)
class Approving:
    """What the files say of those who approve. Where the organisation names somebody, only its own files count without leave."""

    description: Description
    authority: Authority

    def organisations(self, impact: str | None) -> list[str] | None:
        """Whom the organisation names for an impact; None where it says nothing of it."""
        organisation = self.description.organisation
        return (organisation.declared.get("approvers") or {}).get(impact or "") if organisation else None

    def impact_asked(self, impact: str | None, of_policy: str | None) -> str | None:
        """The impact by which approvers are found: that which holds, but a stricter one does not lead past those of the policy's."""
        return of_policy if self.organisations(impact) is None and self.organisations(of_policy) is not None else impact

    def asks_operations(self, impact: str | None, requirement: str) -> bool:
        """Whether what a service's own file accepts is a request."""
        return self.organisations(impact) is not None and self.authority.leave(KIND, requirement) is Leave.REFUSED

    def listed(self, impact: str | None, requirement: str, *, own: bool) -> list[str] | None:
        """Who may approve it; None where nobody has said. ``own``: in the service's file."""
        named = self.organisations(impact)
        said = (self.description.service.declared.get("approvers") or {}).get(impact or "")
        if named is None or said is None:
            return said if named is None else named
        if not own:
            return named
        return said if set(said) <= set(named) or self.authority.leave(KIND, requirement) is not Leave.REFUSED else named

    def refusal(self, approver: object, impact: str | None, requirement: str, *, own: bool) -> Message | None:
        """Why this person may not accept a deviation of this impact; None when they may, or nobody has said who may."""
        allowed = self.listed(impact, requirement, own=own)
        if allowed is None or str(approver) in allowed:
            return None
        if not allowed:
            return phrase("{name:path} may not approve it; nobody may", name=str(approver))
        return phrase("{name:path} may not approve it; these may: {names:list}", name=str(approver), names=list(allowed))

    def not_brought(self, document: Document, key: str, index: int) -> Message | None:
        """Why git does not say that an entry of the organisation's files counts; None where it does, or nobody asks git."""
        if self.description.brought is None:
            return None
        found = self.description.brought.get((document.name, key, index))
        if found is None:
            return phrase("git has not been asked about it")
        return None if found.counts else found.said

    def brought_by(self, document: Document, key: str, index: int) -> Message | None:
        """Who brought an entry that counts, as git says it."""
        found = (self.description.brought or {}).get((document.name, key, index))
        return found.said if found and found.counts else None

    def decision_terms(self) -> DecisionTerms | None:
        """What makes a recorded decision count, where the organisation names who decides.

        Where it only names who accepts a blocker, and has said who may what, these decide against a verdict.
        """
        description, organisation = self.description, self.description.organisation
        deciders, only_against = self.organisations(DECISION), False
        if deciders is None and self.authority.has_spoken:
            deciders, only_against = self.organisations(BLOCKER), True
        if deciders is None or organisation is None:
            return None
        confirmed = [
            ConfirmedDecision(
                str(given["id"]),
                str(given["digest"]),
                document.where((DECISIONS, index)),
                self.not_brought(document, DECISIONS, index),
            )
            for document in description.approvals
            for index, given in entries(document, DECISIONS)
            if given["service"] == description.name and given["environment"] == description.run.environment
        ]
        return DecisionTerms(tuple(deciders), f"{file_for(organisation, description.name)}: {DECISIONS}", tuple(confirmed), only_against)

    # -- what a service says beside its organisation

    def told(self, remarks: Remarks) -> None:
        """Notes approvers whom a service names beside those of its organisation."""
        service = self.description.service
        for impact, names in (service.declared.get("approvers") or {}).items():
            named = self.organisations(impact)
            more = [name for name in names if name not in named] if named is not None else []
            if more:
                remarks.loosen(
                    KIND,
                    f"approvers.{impact}",
                    service.where(("approvers", impact)),
                    phrase("{names:list} may approve what is a {impact:path}", names=more, impact=impact),
                    self._above(impact),
                )

    def told_in_force(self, key: str, waiver: Waiver, impact: str | None, remarks: Remarks) -> None:
        """Notes what is in force by the service's own file, though the organisation names who approves."""
        if waiver.own and self.organisations(impact) is not None:
            remarks.loosen(
                KIND,
                key,
                waiver.declared_in,
                phrase("{requirement:path} is accepted in the service's own file", requirement=waiver.requirement),
                self._above(impact),
                requirement=waiver.requirement,
            )

    def _above(self, impact: str | None) -> Message:
        organisation = self.description.organisation
        place = organisation.where(("approvers", str(impact))) if organisation else ""
        named = self.organisations(impact)
        if not named:
            return phrase("{place:path} names nobody who approves a {impact:path}", place=place, impact=str(impact))
        return phrase("{place:path} names who approves a {impact:path}: {names:list}", place=place, impact=str(impact), names=named)

    # -- a request

    def requested(self, waiver: Waiver, impact: str | None, key: str, entry: t.Mapping[str, object]) -> Waiver:
        """What a service accepts for itself, as a request to operations, with the line to copy."""
        organisation, name = self.description.organisation, self.description.name
        named = self.organisations(impact) or []
        approver = waiver.approved_by if waiver.approved_by in named else f"one of: {', '.join(named) or 'nobody'}"
        written = {"service": name, **{option: value for option, value in entry.items() if option != "service"}, "approved_by": approver}
        into = f"{file_for(organisation, name)}: {key}" if organisation else None
        return dataclasses.replace(waiver, state=WaiverState.REQUESTED, to_copy=line(written), copy_into=into)


def request_notice(waiver: Waiver) -> Message:
    """That something is a request, in words."""
    return phrase(
        "{place:path}: that {requirement:path} is accepted is a request, without effect: it counts once operations has it in {file:path}",
        place=waiver.declared_in,
        requirement=waiver.requirement,
        file=waiver.copy_into or "",
    )


def too_long(begins: str | None, until: str, rule: Rule | None, policy: Policy, today: str) -> Message | None:
    """Why the policy does not allow that something is accepted as long as this."""
    own = rule.max_waiver if rule else None
    longest = parse_duration(own or policy.max_waiver)
    if own and not begins:
        return phrase("the policy allows at most {longest:duration}, and it does not say when it begins (from)", longest=longest)
    days = (dt.date.fromisoformat(until) - dt.date.fromisoformat(begins or today)).days
    if days * 86400 <= longest:
        return None
    if begins:
        return plural(
            "it lasts {count:number} day, the policy allows at most {longest:duration}",
            "it lasts {count:number} days, the policy allows at most {longest:duration}",
            count=days,
            longest=longest,
        )
    return plural(
        "it ends in {count:number} day, the policy allows at most {longest:duration}",
        "it ends in {count:number} days, the policy allows at most {longest:duration}",
        count=days,
        longest=longest,
    )


def told_longer(description: Description, remarks: Remarks) -> None:
    """Notes where a service's own policy lets what is accepted last longer than what stands above it."""
    service, organisation = description.service, description.organisation
    shared: PolicyOverlay = (organisation.declared.get("policy") if organisation else None) or {}
    own: PolicyOverlay = service.declared.get("policy") or {}
    given, above = parse_duration(own.get("max_waiver") or 0), parse_duration(shared.get("max_waiver") or LONGEST_WAIVER)
    if given > above:
        remarks.loosen(
            "limits",
            "policy.max_waiver",
            service.where(("policy", "max_waiver")),
            phrase("waivers may last {given:duration}", given=given),
            phrase("above it they may last {longest:duration}", longest=above),
        )


__all__ = ("KIND", "Approving", "request_notice", "told_longer", "too_long")
