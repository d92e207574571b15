# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people state of a service, and which of it counts for a requirement. PRIVATE to the collection. Pure.

A statement counts where it stands in the organisation's files, is made by one who may, fits version and environment, and holds today. One
that is negative counts wherever it stands, as whatever is stricter does, until somebody who may states the contrary on a later day.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import os.path
import typing as t

from ...module_utils._paths import is_within
from ...module_utils._phrase import Message, listed, phrase
from ...module_utils._statements import AHEAD, NEGATIVE, evidence_of, flaws
from ...module_utils._units import parse_duration
from .._described.approvals import ANYBODY, ATTESTATIONS, Attested, entries, file_for, names_of
from .._described.declarations import AttestationEntry, Attesters, Duration
from .._described.document import Document
from .._described.policy import Policy, Proof, Rule
from .._described.service import Description
from .._model.loosening import Leave
from .alike_names import is_alike, is_alike_environment, is_alike_version, is_near_version
from .approving import KIND, Approving
from .derive.attestations import CHECK, asked_of, longest
from .remarks import Remarks
from .rules import impact_of
from .statements_asked import requested

_AHEAD_DAYS = -(-AHEAD // dt.timedelta(days=1))


@dataclasses.dataclass(frozen=True)
class Statement:
    """An entry of a file, and where it stands."""

    entry: AttestationEntry
    document: Document
    index: int
    own: bool  # in the service's file

    @property
    def place(self) -> str:
        return self.document.where((ATTESTATIONS, self.index))

    @property
    def negative(self) -> bool:
        return self.entry["result"] == NEGATIVE


class Allowed(t.NamedTuple):
    """Who may state something. ``named``: by the organisation, so that a service's own file is not enough."""

    names: list[str] | None  # None: nobody has said who
    named: bool
    place: str  # where it is said


def attested(
    description: Description,
    policy: Policy,
    standing: Policy,
    rules: t.Mapping[str, Rule],
    level: str,
    approving: Approving,
    remarks: Remarks,
) -> dict[str, Attested]:
    """By requirement that a statement can prove, what is stated of it."""
    by_requirement = _declared(description, policy, rules, remarks)
    found: dict[str, Attested] = {}
    for identifier, rule in rules.items():
        exception = description.requirements.get(identifier) or {}
        proof = asked_of(rule, exception)
        impact = approving.impact_asked(impact_of(rule, exception, level), rule.impact.get(level))
        if proof is None or not impact:
            continue
        given: Duration | None = exception.get("valid_for")
        adapted = dataclasses.replace(rule, valid_for=given) if given is not None else rule
        allowed = allowed_for(standing.rules.get(identifier, rule), impact, approving)
        weighing = _Weighing(description, adapted, proof, allowed, approving, remarks)
        found[identifier] = weighing.weighed(by_requirement.get(identifier, []))
    return found


def allowed_for(rule: Rule, impact: str | None, approving: Approving, *, own: bool = False) -> Allowed:
    """Who may state that a requirement, as it stands above the service, is met."""
    organisation = approving.description.organisation
    said: Attesters = (organisation.of_organisation.get("attesters") if organisation else None) or {}
    layers: tuple[tuple[str, t.Mapping[str, list[str]], str | None], ...] = (
        ("requirements", said.get("requirements") or {}, rule.id),
        ("stakeholders", said.get("stakeholders") or {}, rule.stakeholder),
        ("impacts", said.get("impacts") or {}, impact),
    )
    for group, names, key in layers:
        if key in names and organisation:
            return Allowed(list(names[str(key)]), True, organisation.where(("attesters", group, str(key))))
    named = approving.organisations(impact)
    if named is not None and organisation:
        return Allowed(list(named), True, organisation.where(("approvers", str(impact))))
    return Allowed(approving.listed(impact, rule.id, own=own), False, "")


# -- what stands in the files


def _declared(description: Description, policy: Policy, rules: t.Mapping[str, Rule], remarks: Remarks) -> dict[str, list[Statement]]:
    """The statements about this service, by requirement; what is wrong with one is a problem of the plan."""
    found: dict[str, list[Statement]] = {}
    for document in (description.service, *description.of_organisation):
        own = document is description.service
        for index, given in entries(document, ATTESTATIONS):
            if not own and not _is_about(description, document, index, given, remarks):
                continue
            wrong = [*flaws(given), *_wrong_here(description, document, given, own=own)]
            for steps, said in wrong:
                path = (ATTESTATIONS, index, *steps)
                remarks.problems.append(f"{document.where(path)}: {'.'.join(map(str, path))}: {said}")
            if wrong:
                continue
            statement = Statement(t.cast("AttestationEntry", given), document, index, own)
            for identifier in dict.fromkeys(names_of(given, "requirement")):
                if _can_be_stated(description, policy, rules, statement, identifier, remarks):
                    found.setdefault(identifier, []).append(statement)
    return found


def _is_about(description: Description, document: Document, index: int, given: t.Mapping[str, object], remarks: Remarks) -> bool:
    services = names_of(given, "service")
    if ANYBODY in services:
        remarks.notices.append(
            phrase(
                "{place:path}: this is stated of no service: name each of which it is stated, and none is called '*'",
                place=document.where((ATTESTATIONS, index)),
            )
        )
    no = given.get("result") == NEGATIVE
    return description.name in services or (no and any(is_alike(one, description.name) for one in services if one != ANYBODY))


def _wrong_here(
    description: Description, document: Document, given: t.Mapping[str, object], *, own: bool
) -> t.Iterator[tuple[tuple[str | int, ...], str]]:
    """What is wrong with it on this day, and in this place."""
    latest = dt.date.fromisoformat(description.run.today) + dt.timedelta(days=_AHEAD_DAYS)
    if str(given.get("date")) > latest.isoformat():
        yield ("date",), f"{given['date']} is still to come: nobody has stated it yet"
    folder = folder_of(description, own=own)
    for number, one in enumerate(evidence_of(given)):
        if one.get("path") and not is_within(document.path(str(one["path"])), folder):
            yield ("evidence", number, "path"), f"{one['path']} does not lie in {folder}, where evidence has to be"


def folder_of(description: Description, *, own: bool) -> str:
    """Where evidence lies: with whoever it is that answers for the file."""
    document = description.service if own or description.organisation is None else description.organisation
    return os.path.normpath(document.folder)


def _can_be_stated(
    description: Description, policy: Policy, rules: t.Mapping[str, Rule], statement: Statement, identifier: str, remarks: Remarks
) -> bool:
    rule = rules.get(identifier)
    place = statement.place
    if rule is None and identifier not in policy.rules and identifier not in policy.taken_out:
        remarks.problems.append(f"{place}: {ATTESTATIONS}.{statement.index}.requirement: there is no requirement {identifier}")
        return False
    if rule is None or asked_of(rule, description.requirements.get(identifier) or {}) is None:
        remarks.notices.append(
            phrase(
                "{place:path}: nobody asks for a statement on {requirement:path}: the policy has it proved in another way, or no more",
                place=place,
                requirement=identifier,
            )
        )
        return False
    return True


# -- what of it counts


@dataclasses.dataclass(frozen=True)
class _Weighing:
    """The statements on one requirement, and what each is worth today."""

    description: Description
    rule: Rule
    proof: Proof
    allowed: Allowed
    approving: Approving
    remarks: Remarks

    def weighed(self, statements: t.Sequence[Statement]) -> Attested:
        good: list[Statement] = []
        aside: list[Statement] = []
        contrary: list[Statement] = []
        reasons: list[Message] = []
        history: list[Message] = []
        for statement in statements:
            elsewhere = self._elsewhere(statement)
            if statement.negative:
                (contrary if elsewhere is None else aside).append(statement)
                continue
            if elsewhere is not None:
                history.append(_not_counting(statement, elsewhere))
                continue
            refusal = self._refusal(statement)
            if refusal is not None:
                reasons.append(_not_counting(statement, refusal))
                self._told(statement, refusal)
                continue
            over = self._over(statement)
            if over is not None:
                history.append(_not_counting(statement, over))
                continue
            good.append(statement)
        best = max(good, key=lambda one: (one.entry["date"], one.entry["until"]), default=None)
        for statement in aside:
            self._told_aside(statement, best)
        return self._decided(best, contrary, [*reasons, *history[-3:]])

    def _decided(self, best: Statement | None, contrary: t.Sequence[Statement], reasons: t.Sequence[Message]) -> Attested:
        worst = max(contrary, key=lambda one: one.entry["date"], default=None)
        if best is not None and worst is not None:
            wins = worst if worst.entry["date"] >= best.entry["date"] else best
            self.remarks.notices.append(
                phrase(
                    "{requirement:path}: {place:path} says so, {other:path} that it is not so: the newer one counts, of one day the "
                    "negative one ({counts:path})",
                    requirement=self.rule.id,
                    place=best.place,
                    other=worst.place,
                    counts=wins.place,
                )
            )
            best, worst = (None, worst) if wins is worst else (best, None)
        if worst is not None:
            return Attested(self._args(worst), phrase("it is stated not to be so"), contrary=True)
        if best is None:
            return Attested(None, listed(reasons) if reasons else self._nobody())
        self._told_in_force(best)
        self._told_copies(best)
        return Attested(self._args(best), phrase("it is stated"))

    def _nobody(self) -> Message:
        return phrase("nobody attests it ({key:path} in {file:path})", key=ATTESTATIONS, file=written_in(self.description))

    # -- about something else

    def _elsewhere(self, statement: Statement) -> Message | None:
        """Why a statement is about another environment, deployment or version; None where it is about this one."""
        return self._other_environment(statement) or self._other_version(statement)

    def _other_environment(self, statement: Statement) -> Message | None:
        environments, wanted = names_of(statement.entry, "environment"), self.description.run.environment
        if statement.negative:
            here = not environments or any(is_alike_environment(one, wanted) for one in environments)
        else:
            here = not environments or wanted in environments
        return None if here else phrase("it is for {stated:list}, this is {wanted:path}", stated=environments, wanted=wanted)

    def _other_version(self, statement: Statement) -> Message | None:
        entry, run = statement.entry, self.description.run
        deployment = entry.get("deployment_id")
        if deployment is not None:
            if deployment == run.deployment_id or (statement.negative and is_alike(str(deployment), str(run.deployment_id or ""))):
                return None
            if run.deployment_id is not None:
                return phrase("it is for deployment {stated:path}, this is {wanted:path}", stated=deployment, wanted=run.deployment_id)
            return None if statement.negative else phrase("it is for deployment {stated:path}, and this run names none", stated=deployment)
        versions = names_of(entry, "version")
        if statement.negative:
            other = versions and run.version is not None and not any(is_alike_version(one, run.version) for one in versions)
        else:
            other = (versions or self._is_of_version) and run.version not in versions
        if not other:
            return None
        if not versions:
            return phrase("it names no version, and has to be for one")
        if run.version is not None:
            return phrase("it is for version {stated:list}, this is {wanted:path}", stated=versions, wanted=run.version)
        if self.description.drafting:
            return None  # whether it is for this one is known later
        return phrase("it is for version {stated:list}, and which one this is, is not known (readiness_version)", stated=versions)

    def _told_aside(self, statement: Statement, best: Statement | None) -> None:
        """Tells a negative statement that is left aside for its environment or its version alone; not one that has been answered since."""
        environment, version = self._other_environment(statement), self._other_version(statement)
        aside = version if environment is None else environment if version is None else None
        answered = best is not None and best.entry["date"] > statement.entry["date"]
        if aside is not None and (environment is not None or not answered or self._is_near(statement)):
            self._told(statement, aside)

    def _is_near(self, statement: Statement) -> bool:
        """Whether a statement about another version may be meant for this one: its name begins alike."""
        wanted = self.description.run.version
        return wanted is not None and any(is_near_version(one, wanted) for one in names_of(statement.entry, "version"))

    @property
    def _is_of_version(self) -> bool:
        given = (self.description.requirements.get(self.rule.id) or {}).get("with") or {}
        return bool({**self.rule.args, **self.proof.args, **given}.get("of_version"))

    # -- who, where, how long

    def _refusal(self, statement: Statement) -> Message | None:
        """Why it does not count for whoever made it, where it stands, or how long it is to hold."""
        entry, own = statement.entry, statement.own
        name = str(entry["attested_by"])
        if own and self.allowed.named and self.approving.authority.leave(KIND, self.rule.id) is not Leave.GIVEN:
            asked = requested(self.description, self.rule.id, entry, self.allowed.names or [], statement.place)
            self.remarks.requests.append(asked)
            return phrase(
                "it stands in the service's own file, and counts once operations has it in {file:path}", file=asked.copy_into or ""
            )
        not_brought = None if own else self.approving.not_brought(statement.document, ATTESTATIONS, statement.index)
        if not_brought is not None:
            return not_brought
        owners = [str(one) for key in ("owner", "solution_owner") if (one := self.description.data["service"].get(key))]
        if not own and self.description.brought is not None and name in owners:
            return phrase("{name:path} answers for the service itself, and four eyes are asked for (four_eyes)", name=name)
        names = self.allowed.names
        if names is not None and name not in names:
            if not names:
                return phrase("{name:path} may not attest it; nobody may", name=name)
            return phrase("{name:path} may not attest it; these may: {names:list}", name=name, names=names)
        days = (dt.date.fromisoformat(entry["until"]) - dt.date.fromisoformat(entry["date"])).days
        most = parse_duration(longest(self.description, self.rule, self.proof))
        if days * 86400 > most:
            return phrase(
                "it is to hold from {date:day} until {until:day}, at most {longest:duration} are allowed: have it stated anew in time",
                date=entry["date"],
                until=entry["until"],
                longest=most,
            )
        return None

    def _over(self, statement: Statement) -> Message | None:
        """Why it does not hold any more, or not as long as it has to."""
        until, window = statement.entry["until"], str(self.description.run.window.get("end") or "")[:10]
        if until < self.description.run.today:
            return phrase("it ended on {until:day}", until=until)
        if window and until < window:
            return phrase("it ends on {until:day}, before the change window does ({window:day})", until=until, window=window)
        return None

    # -- what is told

    def _told(self, statement: Statement, refusal: Message) -> None:
        self.remarks.notices.append(
            phrase(
                "{place:path}: what {name} states of {requirement:path} does not count: {reason}",
                place=statement.place,
                name=str(statement.entry["attested_by"]),
                requirement=self.rule.id,
                reason=refusal,
            )
        )

    def _told_in_force(self, statement: Statement) -> None:
        if statement.own and self.allowed.named:
            self.remarks.loosen(
                KIND,
                f"{ATTESTATIONS}.{statement.index}",
                statement.place,
                phrase("{requirement:path} is attested in the service's own file", requirement=self.rule.id),
                phrase("{place:path} names who may attest it: {names:list}", place=self.allowed.place, names=self.allowed.names or []),
                requirement=self.rule.id,
            )

    def _told_copies(self, statement: Statement) -> None:
        """That the same evidence is to show something of other services too, in a statement of its own: copied, perhaps."""
        digests = {str(one["sha256"]).lower() for one in statement.entry.get("evidence") or []}
        for document in self.description.of_organisation:
            for index, given in entries(document, ATTESTATIONS):
                others = [name for name in names_of(given, "service") if name != self.description.name]
                shown = {str(one.get("sha256")).lower() for one in evidence_of(given)}
                if others and self.description.name not in names_of(given, "service") and digests & shown:
                    self.remarks.notices.append(
                        phrase(
                            "{place:path}: its evidence is that of {other:path} too, which is about {services:list}: if it shows something "
                            "of each, one statement names them all",
                            place=statement.place,
                            other=document.where((ATTESTATIONS, index)),
                            services=others,
                        )
                    )
                    return

    # -- what is handed to the check

    def _args(self, statement: Statement) -> dict[str, object]:
        entry, run = statement.entry, self.description.run
        versions, version = names_of(entry, "version"), run.version
        stated = version if version in versions else ", ".join(versions) or None
        if entry.get("deployment_id") is not None and entry.get("deployment_id") == run.deployment_id:
            version = stated = version or run.deployment_id  # what is deployed with it is what it is about
        evidence = [
            {**one, "path": statement.document.path(str(one["path"]))} if one.get("path") else {**one}
            for one in entry.get("evidence") or []
        ]
        return {
            "statement": entry["statement"],
            "result": entry["result"],
            "attested_by": entry["attested_by"],
            "attesters": self.allowed.names,
            "date": entry["date"],
            "until": entry["until"],
            "max_validity": longest(self.description, self.rule, self.proof),
            "version": stated,
            "for_version": version,
            "evidence": evidence,
            "folder": folder_of(self.description, own=statement.own),
        }


def _not_counting(statement: Statement, reason: Message) -> Message:
    return phrase("{place:path} does not count: {reason}", place=statement.place, reason=reason)


def written_in(description: Description) -> str:
    """Where a statement about a service belongs."""
    return file_for(description.organisation, description.name) if description.organisation else description.service.name


__all__ = ("CHECK", "Allowed", "Statement", "allowed_for", "attested", "folder_of", "written_in")
