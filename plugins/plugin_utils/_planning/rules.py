# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of a service: the policy's rules, with every overlay, and the service's own. PRIVATE to the collection. Pure."""

from __future__ import annotations

import difflib

from ...module_utils._phrase import phrase
from ...module_utils._registry import CHECKS, COMPUTED
from .._described.declarations import PolicyOverlay, RequirementEntry
from .._described.document import Document, Unresolved
from .._described.policy import LEVELS, Policy, Rule, added, load, overlay
from .._described.service import Description
from .remarks import Remarks

STAND_INS = ("ansible_module", "command")  # checks that may prove any requirement


def policy_of(document: Document) -> PolicyOverlay:
    """What a file says of the policy."""
    return document.declared.get("policy") or {}


def make_policy(service: Document, organisation: Document | None) -> Policy:
    """The policy that both files name, with their overlays; the service file's own wins. Refused."""
    return _made([document for document in (organisation, service) if document])


def policy_above(service: Document, organisation: Document | None) -> Policy:
    """The policy as it stands above the service: its organisation's; without one, what ships under the names that the service chose."""
    if organisation:
        return _made([organisation])
    chosen = policy_of(service)
    policy = load(chosen.get("name") or "default")
    for more in chosen.get("add") or []:
        policy = added(policy, load(more))
    return policy


def _made(documents: list[Document]) -> Policy:
    name, where = "default", ""
    for document in documents:
        named = policy_of(document).get("name")
        if named:
            name, where = named, f"{document.where(('policy', 'name'))}: policy.name"
    policy = load(name, where=where)
    for document in documents:
        for index, more in enumerate(policy_of(document).get("add") or []):
            steps = ("policy", "add", index)
            policy = added(policy, load(more, where=f"{document.where(steps)}: policy.add.{index}"))
    for document in documents:
        if policy_of(document):
            policy = overlay(policy, document)
    return policy


def rules_of(description: Description, policy: Policy, remarks: Remarks) -> dict[str, Rule]:
    """The policy's rules, and those that the service adds; its exceptions are looked at where they apply."""
    service = description.service
    rules = {identifier: rule for identifier, rule in policy.rules.items() if not rule.retired}
    for identifier, entry in description.requirements.items():
        place = service.where(("requirements", identifier))
        if identifier in policy.rules and policy.rules[identifier].retired:
            remarks.notices.append(
                phrase(
                    "{place:path}: {requirement:path} has been retired from the policy; the entry can be removed",
                    place=place,
                    requirement=identifier,
                )
            )
        elif identifier not in rules:
            if identifier in policy.taken_out and not (entry.get("title") and entry.get("check")):
                remarks.notices.append(
                    phrase(
                        "{place:path}: {requirement:path} has been taken out of the policy; the entry can be removed",
                        place=place,
                        requirement=identifier,
                    )
                )
                continue
            if not (entry.get("title") and entry.get("check")):
                close = difflib.get_close_matches(identifier, list(rules), n=1, cutoff=0.8)
                meant = f"; did you mean {close[0]}?" if close else ""
                remarks.problems.append(
                    f"{place}: requirements.{identifier}: the policy has no such requirement{meant}; "
                    "one of the service's own needs at least title and check"
                )
                continue
            impact = entry.get("impact", "major")
            rules[identifier] = Rule(
                id=identifier,
                title=entry["title"],
                reason=entry.get("reason", ""),
                area=entry.get("area", "platform"),
                stakeholder=entry.get("stakeholder", "operators"),
                impact={level: impact for level in LEVELS} if isinstance(impact, str) else {k: v for k, v in impact.items() if v},
                phases=tuple(entry.get("phases", ("pre", "post", "recheck"))),
                remedy=entry.get("remedy", ""),
                origin={"id": place},
            )
        elif isinstance(entry.get("check"), Unresolved):
            pass  # whoever needs it tells it
        elif entry.get("check") and not _may_prove(rules[identifier], entry["check"]):
            accepted = ", ".join(proof.check for proof in rules[identifier].proved_by)
            remarks.problems.append(
                f"{place}: requirements.{identifier}.check: {entry['check']} does not prove it; expected one of {accepted}, "
                "command or ansible_module"
            )
        if entry.get("check") and not isinstance(entry["check"], Unresolved) and entry["check"] not in (*CHECKS, *COMPUTED):
            remarks.problems.append(
                f"{service.where(('requirements', identifier, 'check'))}: requirements.{identifier}.check: there is no check "
                f"'{entry['check']}'; known: {', '.join(sorted(CHECKS))}"
            )
    return rules


def _may_prove(rule: Rule, check: str) -> bool:
    # a Nagios plugin or a module may stand for anything; a rule without checks of ours takes what the service has
    return check not in CHECKS or not rule.proved_by or check in STAND_INS or check in {proof.check for proof in rule.proved_by}


def impact_of(rule: Rule, exception: RequirementEntry, level: str) -> str | None:
    """The impact of a requirement for this service; None when it is not asked."""
    given = exception.get("impact")
    return (given.get(level) if isinstance(given, dict) else given) or rule.impact.get(level)


def order(identifier: str) -> tuple[int, str]:
    families = ("MON", "LOG", "BKP", "RUN", "SUP", "DEL", "VSR", "PLT")
    family = identifier.partition("-")[0]
    return (families.index(family) if family in families else len(families), identifier)


__all__ = (
    "impact_of",
    "make_policy",
    "order",
    "policy_above",
    "policy_of",
    "rules_of",
)
