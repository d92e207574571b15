# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody says is not applicable to a service, and whether that counts. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ...module_utils._phrase import Message, phrase, verbatim
from .._described.approvals import NOT_APPLICABLE, entries
from .._described.declarations import NotApplicableEntry
from .._described.document import Document
from .._described.policy import Policy, Rule
from .._described.service import Description
from .._model.waiver import NOT_APPLICABLE as KIND
from .._model.waiver import Waiver, WaiverState
from .approving import Approving, request_notice, too_long
from .remarks import Remarks
from .waivers import about, state_of


@dataclasses.dataclass(frozen=True)
class Exempting:
    """Why a requirement is not applicable: as the organisation's files say it, or the service's own with leave."""

    description: Description
    policy: Policy
    approving: Approving
    organisations: tuple[tuple[Document, int, NotApplicableEntry], ...]

    @classmethod
    def of(cls, description: Description, policy: Policy, approving: Approving, remarks: Remarks) -> Exempting:
        """With what the organisation's files say of this service."""
        found = []
        for document in description.of_organisation:
            for index, given in entries(document, NOT_APPLICABLE):
                if not about(description, document, (NOT_APPLICABLE, index), given, remarks):
                    continue
                identifier = str(given["requirement"])
                if identifier in policy.rules or identifier in description.requirements or identifier in policy.taken_out:
                    found.append((document, index, t.cast("NotApplicableEntry", given)))
                else:
                    place = document.where((NOT_APPLICABLE, index))
                    remarks.problems.append(f"{place}: not_applicable.{index}.requirement: there is no requirement {identifier}")
        return cls(description, policy, approving, tuple(found))

    def reason(self, rule: Rule, impact: str, level: str, remarks: Remarks) -> Message | None:
        """Why it is not applicable, where that counts."""
        impact = self.approving.impact_asked(impact, rule.impact.get(level)) or impact
        for document, index, entry in self.organisations:
            if entry["requirement"] == rule.id:
                accepted = self._accepted(document, index, entry, rule, impact, remarks)
                if accepted is not None:
                    return accepted
        return self._of_service(rule, impact, remarks)

    def _accepted(
        self, document: Document, index: int, entry: NotApplicableEntry, rule: Rule, impact: str, remarks: Remarks
    ) -> Message | None:
        place = document.where((NOT_APPLICABLE, index))
        state = state_of(entry.get("from"), entry["until"], self.description.run.today)
        if state is WaiverState.EXPIRED:
            remarks.notices.append(_ended(place, rule.id, entry["until"]))
        if state is not WaiverState.ACTIVE:
            return None
        refusal = (
            self.approving.not_brought(document, NOT_APPLICABLE, index)
            or too_long(entry.get("from"), entry["until"], rule, self.policy, self.description.run.today)
            or self.approving.refusal(entry["approved_by"], impact, rule.id, own=False)
        )
        if refusal is not None:
            remarks.notices.append(_does_not_count(place, rule.id, refusal))
            return None
        return _in_words(entry["reason"], entry["approved_by"], entry["until"])

    def _of_service(self, rule: Rule, impact: str, remarks: Remarks) -> Message | None:
        exception = self.description.requirements.get(rule.id) or {}
        reason = exception.get("not_applicable")
        if not reason:
            return None
        place = self.description.service.where(("requirements", rule.id, "not_applicable"))
        if rule.not_applicable_allowed:
            return verbatim(str(reason))
        missing = [key for key in ("approved_by", "until") if not exception.get(key)]
        if missing:
            remarks.problems.append(f"{place}: requirements.{rule.id}: not_applicable needs {' and '.join(missing)}, as a waiver does")
            return None
        claim = Waiver(
            requirement=rule.id,
            reason=verbatim(str(reason)),
            approved_by=str(exception["approved_by"]),
            until=str(exception["until"]),
            begins=exception.get("from"),
            kind=KIND,
            state=state_of(exception.get("from"), str(exception["until"]), self.description.run.today),
            declared_in=place,
            own=True,
        )
        return self._claimed(claim, rule, impact, remarks)

    def _claimed(self, claim: Waiver, rule: Rule, impact: str, remarks: Remarks) -> Message | None:
        place = claim.declared_in
        if claim.state is WaiverState.EXPIRED:
            remarks.notices.append(_ended(place, rule.id, claim.until))
            return None
        long = too_long(claim.begins, claim.until, rule, self.policy, self.description.run.today)
        if long is None and self.approving.asks_operations(impact, rule.id):
            dates = {**({"from": claim.begins} if claim.begins else {}), "until": claim.until}
            entry = {"requirement": rule.id, "reason": str(claim.reason), "approved_by": claim.approved_by, **dates}
            asked = self.approving.requested(claim, impact, NOT_APPLICABLE, entry)
            remarks.requests.append(asked)
            remarks.notices.append(request_notice(asked))
            return None
        if claim.state is WaiverState.NOT_YET:
            return None
        refusal = long or self.approving.refusal(claim.approved_by, impact, rule.id, own=True)
        if refusal is not None:
            remarks.notices.append(_does_not_count(place, rule.id, refusal))
            return None
        self.approving.told_in_force(f"requirements.{rule.id}.not_applicable", claim, impact, remarks)
        return _in_words(str(claim.reason), claim.approved_by, claim.until)


def _ended(place: str, requirement: str, until: str) -> Message:
    return phrase(
        "{place:path}: {requirement:path} was not applicable until {until:day}; that has ended, so it is asked again",
        place=place,
        requirement=requirement,
        until=until,
    )


def _does_not_count(place: str, requirement: str, refusal: Message) -> Message:
    return phrase(
        "{place:path}: that {requirement:path} is not applicable does not count: {refusal}",
        place=place,
        requirement=requirement,
        refusal=refusal,
    )


def _in_words(reason: str, approver: str, until: str) -> Message:
    return phrase("{reason} (approved by {name:path} until {until:day})", reason=reason, name=approver, until=until)


__all__ = ("Exempting",)
