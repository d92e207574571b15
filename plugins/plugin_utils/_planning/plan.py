# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must be verified for a service in a phase: requirements with their checks. PRIVATE to the collection. Pure."""

from __future__ import annotations

from ...module_utils._units import parse_duration
from .._comparing.comparable import terms
from .._described.declarations import Duration
from .._described.document import NotResolved, Refused, unresolved
from .._described.policy import Policy
from .._described.service import Description
from .._model.planned import OVERRIDE_DUE, RECHECK_EVERY, Plan
from .._promises.debt import entries as lines_of_debt
from .._promises.decisions import required as decision_required
from .._promises.mode import mode_of, ratchet_of
from .._promises.reservations import on_overdue
from .authority import Authority
from .declared import told
from .holding import enforced_anywhere
from .level import level_of
from .remarks import Remarks
from .requirements import planned_requirement
from .rules import make_policy, order, rules_of
from .waivers import allowed, waivers_of

SETTLING = ("post", "smoke")  # the phases just after a deployment


def make(description: Description, policy: Policy, *, phase: str | None) -> Plan:
    """The plan for a phase, or for all of them (None). Refused with every problem of the input."""
    later = _unresolved_basics(description)
    if later:
        raise Refused(later)
    remarks = Remarks(notices=[*policy.notices, *description.notices])
    waivers = waivers_of(description, policy, remarks)
    level, reason = level_of(description, waivers, remarks)
    rules = rules_of(description, policy, remarks)
    remarks.notices += told(description, rules)
    waivers = [allowed(waiver, rules.get(waiver.requirement), level, description, remarks) for waiver in waivers]
    debts, debt = lines_of_debt(description, rules, remarks.problems, remarks.notices)
    waivers += debts
    requirements = []
    for identifier in sorted(rules, key=order):
        try:
            planned = planned_requirement(rules[identifier], description, level, phase, waivers, remarks)
        except NotResolved as exc:
            remarks.problems += [f"{problem} ({identifier} needs it now)" for problem in exc.problems]
            continue
        except Refused as exc:
            remarks.problems += exc.problems
            continue
        if planned:
            requirements.append(planned)
    settling = _settling(description, phase, remarks)
    recheck_every = _recheck_every(description, remarks)
    comparison = terms(description.service, description.run.version, remarks.problems)
    mode, observe_until = mode_of(description, level, remarks.problems, remarks.notices)
    ratchet = ratchet_of(description, level, remarks.notices)
    authority = Authority.of(description.organisation, service=description.name, environment=description.run.environment, level=level)
    loosened = authority.settled(remarks.loosened, enforced=mode == "enforce", problems=remarks.problems)
    if remarks.problems:
        raise Refused(list(dict.fromkeys(remarks.problems)))
    language = description.default(lambda given: given.get("language"))
    return Plan(
        service={"name": description.name, "owner": description.owner, "kind": description.kind},
        level=level,
        level_reason=reason,
        phase=phase,
        policy={"name": policy.name, "version": policy.version, "sha256": policy.sha256},
        requirements=tuple(requirements),
        waivers=tuple(waivers),
        expected_hosts=tuple(description.hosts()),
        mode=mode,
        mode_of_files=enforced_anywhere(description, level, rules),
        notices=tuple(remarks.notices),
        inputs={
            "service_file": {"path": description.service.name, "sha256": description.service.sha256},
            "organisation_file": {"path": description.organisation.name, "sha256": description.organisation.sha256}
            if description.organisation
            else None,
            "debt_file": {"path": debt.file, "sha256": debt.sha256} if debt else None,
        },
        publish={**({"language": language} if language else {}), **description.publish},
        reservation_due=str(description.default(lambda given: given.get("reservation_due")) or "14d"),
        failed_within=str(description.default(lambda given: given.get("failed_within")) or "7d"),
        records=records_of(description),
        overdue=on_overdue(description),
        override_due=str(description.default(lambda given: given.get("override_due")) or OVERRIDE_DUE),
        decision_required=decision_required(description, level, phase),
        recheck_every=recheck_every,
        settling=settling,
        comparison=comparison,
        observe_until=observe_until,
        ratchet=ratchet,
        debt=debt,
        remembered=description.run.version if description.run.remembered else None,
        loosened=loosened,
    )


def _unresolved_basics(description: Description) -> list[str]:
    """What every phase needs must be resolved in every phase."""
    later = [
        item
        for document in description.documents
        for key in ("service", "classification", "traits", "waivers", "approvers", "mode", "ratchet", "debt", "decisions")
        for item in unresolved(document.data.get(key))
    ]
    return [f"{item.place}: {item.path}: {item.reason} (every phase needs it)" for item in later]


def records_of(description: Description) -> str | None:
    """The folder of records that one of the files names."""
    for document in description.documents:
        named = document.declared.get("records")
        if named:
            return document.path(str(named))
    return None


def _settling(description: Description, phase: str | None, remarks: Remarks) -> float:
    """How long checks that may need time are repeated in this phase; a bad duration is told in every phase."""
    given = description.run.settle
    if given is None:
        shared: Duration | None = description.default(lambda given: given.get("settle"))
        return parse_duration(shared or 0) if phase in SETTLING else 0.0  # the schema has looked at it
    try:
        seconds = parse_duration(given)
    except ValueError as exc:
        remarks.problems.append(f"settle (readiness_settle): {exc}")
        return 0.0
    return seconds if phase in SETTLING else 0.0


def _recheck_every(description: Description, remarks: Remarks) -> float:
    """How often the service is to be verified again."""
    given: Duration | None = description.default(lambda given: given.get("recheck_every"))
    if given is None:
        return RECHECK_EVERY
    try:
        seconds = parse_duration(given)
    except ValueError as exc:
        remarks.problems.append(f"defaults.recheck_every: {exc}")
        return RECHECK_EVERY
    if seconds < 60:
        remarks.problems.append(f"defaults.recheck_every: {given} is less than a minute; expected for example 12h or 1d")
    return seconds


__all__ = ("make", "make_policy", "records_of")
