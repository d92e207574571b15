# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must be verified for a service in a phase: requirements with their checks. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ...module_utils._phrase import Message, phrase
from ...module_utils._units import parse_duration
from ...module_utils._versions import tells
from .._comparing.comparable import terms
from .._described.approvals import KEYS, digest_of
from .._described.approvals import places as approved_places
from .._described.declarations import Duration, OrganisationFile
from .._described.document import NotResolved, Refused, unresolved
from .._described.known_now import known_now
from .._described.policy import Policy
from .._described.service import Description
from .._model.loosening import RUN, not_told
from .._model.masked import without_logins
from .._model.planned import OVERRIDE_DUE, RECHECK_EVERY, Plan
from .._promises.debt import entries as lines_of_debt
from .._promises.decisions import required as decision_required
from .._promises.mode import mode_of, ratchet_of
from .._promises.reservations import on_overdue
from . import places, written_hours, written_lines
from .approving import Approving, told_longer
from .attesting import attested
from .declared import told
from .exempting import Exempting
from .expected_hosts import hosts_told, pattern_of, without_host
from .holding import authority_of, enforced_anywhere, enforced_here
from .laid_over import of_files
from .level import level_of
from .owing import owed_by
from .own_names import look
from .policy_changes import of_policy
from .remarks import Remarks
from .requirements import known_later, planned_requirement
from .rules import make_policy, order, policy_above, rules_of
from .run_parameters import run_loosened
from .traits import hold
from .waivers import declared_waivers, each_once, lower_level, weighed

SETTLING = ("post", "smoke")  # the phases just after a deployment


VERSION = "{version}"  # in the place of the version that a run will name


def make(description: Description, policy: Policy, *, phase: str | None) -> Plan:
    """The plan for a phase, or for all of them (None). Refused with every problem of the input."""
    later = _unresolved_basics(description)
    if later:
        raise Refused(later)
    return _made(description, description, policy, phase)


def draft(description: Description) -> Plan:
    """The plan of all phases, with the checks of each requirement as far as they are known: for the register. Refused.

    What is not known yet is told, and taken for the strictest that it can be.
    """
    description, told = _as_known(description)
    policy = make_policy(description.service, description.organisation)
    run = dataclasses.replace(description.run, phase="post", version=description.run.version or VERSION)
    drafted = dataclasses.replace(description, run=run, drafting=True)
    description = dataclasses.replace(description, run=dataclasses.replace(description.run, phase="design"))
    made = _made(description, drafted, policy, None)
    return dataclasses.replace(made, notices=(*told, *made.notices))


def _as_known(description: Description) -> tuple[Description, list[Message]]:
    """The description with its files as far as they are known."""
    service, told = known_now(description.service)
    organisation, approvals = description.organisation, []
    if organisation:
        organisation, more = known_now(organisation)
        told += more
    for document in description.approvals:
        known, more = known_now(document)
        approvals.append(known)
        told += more
    return dataclasses.replace(description, service=service, organisation=organisation, approvals=tuple(approvals)), told


def _made(description: Description, of_checks: Description, policy: Policy, phase: str | None) -> Plan:
    """The plan; ``of_checks``: the description with which checks are made, where it is another one."""
    remarks = Remarks(notices=[*policy.notices, *description.notices])
    version = description.run.version
    if version is not None and not tells(version) and not description.run.emergency:
        remarks.problems.append(
            f"version (readiness_version): '{version}' has neither a letter nor a digit, and would be found in any answer; "
            "name the version, such as 1.4.2"
        )
    if _ends_before_it_begins(description.run.window) and not description.run.emergency:
        remarks.problems.append("window (readiness_window): it ends before it begins")
    approving = Approving(description, authority_of(description))
    declared = declared_waivers(description, policy, approving, remarks)
    of_level = lower_level(declared, policy, approving, remarks)
    level, reason = level_of(description, of_level, remarks, approving.authority)
    authority = authority_of(description, level)
    approving = dataclasses.replace(approving, authority=authority)
    approving.told(remarks)
    told_longer(description, remarks)
    rules = rules_of(description, policy, remarks)
    remarks.notices += told(description, rules)
    waivers = each_once([*of_level, *weighed(declared, rules, policy, level, approving, remarks)], remarks)
    exempting = Exempting.of(description, policy, approving, remarks)
    standing = policy_above(description.service, description.organisation)
    look(description, standing, remarks, refused=authority.has_spoken)
    of_policy(standing, policy, description, level, remarks)
    stated = attested(dataclasses.replace(description, drafting=of_checks.drafting), policy, standing, rules, level, approving, remarks)
    description, of_checks = (dataclasses.replace(one, attested=stated) for one in (description, of_checks))
    debts, debt = lines_of_debt(description, rules, remarks.problems, remarks.notices)
    waivers += debts
    requirements = []
    for identifier in sorted(rules, key=order):
        try:
            above = standing.rules.get(identifier)
            planned = planned_requirement(rules[identifier], of_checks, level, phase, waivers, exempting, remarks, authority, above)
        except NotResolved as exc:
            if of_checks.drafting:
                requirements.append(known_later(rules[identifier], str(rules[identifier].impact.get(level) or "minor"), exc))
                continue
            remarks.problems += [f"{problem} ({identifier} needs it now)" for problem in exc.problems]
            continue
        except Refused as exc:
            remarks.problems += exc.problems
            continue
        if planned:
            requirements.append(planned)
    known = [item for item in requirements if not unresolved([dict(check.args) for check in item.checks])]
    remarks.problems += places.evaluated(description, known)
    remarks.problems += written_hours.problems(description)
    remarks.notices += written_lines.note(description, known)
    places.note(description, known, remarks)
    if description.run.let_pass and phase is not None:
        remarks.notices.append(description.run.let_pass.said)
    settling = _settling(description, phase, remarks)
    recheck_every = _recheck_every(description, remarks)
    comparison = terms(description.service, description.run.version, remarks.problems)
    of_files(dataclasses.replace(description, drafting=of_checks.drafting), comparison, remarks)
    mode, observe_until = mode_of(description, level, remarks.problems, remarks.notices)
    ratchet = ratchet_of(description, level, remarks.notices)
    run_loosened(description, level, requirements, remarks)
    if not of_checks.drafting:
        hosts_told(description, requirements, remarks)
    enforced = enforced_here(description, authority, remarks)
    hold(rules, description, level, remarks, enforced=enforced, believed=authority.silent)
    loosened = authority.settled(remarks.loosened, enforced=enforced, problems=remarks.problems)
    loosened += authority.settled(not_told(remarks.of_phases, loosened), enforced=False, problems=remarks.problems)
    if remarks.problems:
        raise Refused(list(dict.fromkeys(remarks.problems)))
    publish = description.publish.with_default("language", description.default(lambda given: given.get("language")))
    remarks.notices += [phrase("what is left out when results are published: {reason}", reason=why) for why in publish.unusable.values()]
    plan = Plan(
        service={"name": description.name, "owner": description.owner, "kind": description.kind},
        level=level,
        level_reason=reason,
        phase=phase,
        policy={"name": policy.name, "version": policy.version, "sha256": policy.sha256},
        requirements=tuple(requirements),
        waivers=(*waivers, *remarks.requests),
        expected_hosts=tuple(description.hosts()),
        mode=mode,
        mode_of_files=enforced_anywhere(description, level, rules, standing),
        notices=tuple(remarks.notices),
        inputs={
            "service_file": {"path": description.service.name, "sha256": description.service.sha256},
            "organisation_file": {"path": description.organisation.name, "sha256": description.organisation.sha256}
            if description.organisation
            else None,
            "approvals": _approvals(description),
            "debt_file": {"path": debt.file, "sha256": debt.sha256} if debt else None,
        },
        publish=publish.usable,
        unpublished=publish.unusable,
        reservation_due=str(description.default(lambda given: given.get("reservation_due")) or "14d"),
        failed_within=str(description.default(lambda given: given.get("failed_within")) or "7d"),
        records=records_of(description),
        overdue=on_overdue(description),
        override_due=str(description.default(lambda given: given.get("override_due")) or OVERRIDE_DUE),
        decision_required=decision_required(description, level, phase),
        decision_terms=approving.decision_terms(),
        recheck_every=recheck_every,
        settling=settling,
        comparison=comparison,
        observe_until=observe_until,
        ratchet=ratchet,
        debt=debt,
        adopting=authority.leave("adopt", by=RUN),
        hosts_pattern=pattern_of(description),
        hostless=without_host(description),
        owed=owed_by(description, requirements, standing, level, approving),
        remembered=description.run.version if description.run.remembered else None,
        loosened=loosened,
        **_of_organisation(description),
    )
    return without_logins(plan)


def _ends_before_it_begins(window: t.Mapping[str, str]) -> bool:
    """Whether both of its moments can be read and are in the wrong order; what they lack else, whoever needs them says."""
    try:
        start, end = (dt.datetime.fromisoformat(str(window.get(name)).replace("Z", "+00:00")) for name in ("start", "end"))
    except ValueError:
        return False
    return (start.tzinfo is None) is (end.tzinfo is None) and end < start


def _unresolved_basics(description: Description) -> list[str]:
    """What every phase needs must be resolved in every phase."""
    later = [
        item
        for document in (*description.documents, *description.approvals)
        for key in ("service", "classification", "traits", "approvers", "mode", "ratchet", "debt", "decisions", "four_eyes", *KEYS)
        for item in unresolved(document.data.get(key))
    ]
    return [f"{item.place}: {item.path}: {item.reason} (every phase needs it)" for item in later]


def _approvals(description: Description) -> dict[str, str | None] | None:
    """The files of readiness.d that say something of this service, as one."""
    digest = digest_of(description.approvals, description.name)
    return (
        {
            "path": ", ".join(
                dict.fromkeys(document.name for document, *_rest in approved_places(description.approvals, description.name))
            ),
            "sha256": digest,
        }
        if digest
        else None
    )


def records_of(description: Description) -> str | None:
    """The folder of records that one of the files names."""
    for document in description.documents:
        named = document.declared.get("records")
        if named:
            return document.path(str(named))
    return None


class _OfOrganisation(t.TypedDict):
    records_mode: str
    settled_owner: str | None


def _of_organisation(description: Description) -> _OfOrganisation:
    """What the organisation alone says of records."""
    said: OrganisationFile = description.organisation.of_organisation if description.organisation else {"schema_version": 1}
    owner = (said.get("service_owners") or {}).get(description.name)
    return {"records_mode": str(said.get("records_mode") or "0600"), "settled_owner": str(owner) if owner else None}


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


__all__ = ("VERSION", "draft", "make", "make_policy", "records_of")
