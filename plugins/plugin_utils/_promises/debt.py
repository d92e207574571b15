# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The debt of a service: what did not pass when it was adopted, a line each, with an end. PRIVATE to the collection. Pure.

A line is a waiver of the kind ``debt`` to plan and judge, which covers the faults that it names. It has a seal, so that nobody writes
or changes one by hand without noticing; that is a checksum against temptation, not a signature. What bears it out is the run record
that it names, or the memory of the service.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import pathlib
import typing as t

from ...module_utils._finding import Status
from ...module_utils._phrase import Message, phrase, plural
from .._described.declarations import DebtLine as DebtEntry
from .._described.document import Document
from .._described.policy import Rule
from .._described.service import Description
from .._model.fault import Fault, SeenFaults
from .._model.judged import Judged
from .._model.judgement import DebtLine, DebtSummary
from .._model.plain import from_plain
from .._model.planned import DebtFile, Plan
from .._model.service_state import OnceInDebt, State
from .._model.text import status_said
from .._model.waiver import DEBT, Waiver, WaiverState

SEALED = ("requirement", "environment", "impact", "status", "observed", "adopted", "by", "until")
REFUSED = "this line was not written by adopt, or was changed; take that back, run adopt, or use a waiver"
WITNESSED = ("found", "run", "record")  # what was seen, and where; lines of version 0.2 have none of it
NOTICE_DAYS = 30
PASSES = "passes"  # a line whose requirement passes now
_PAID = (WaiverState.STRUCK.value, PASSES)


def seal(line: t.Mapping[str, object], service: str) -> str:
    """The checksum of what a line says, and of whose it is."""
    content: dict[str, object] = {"what": "operability.readiness debt 1", "service": service}
    content.update({key: str(line.get(key, "")) for key in SEALED})
    if any(key in line for key in WITNESSED):
        content.update({"what": "operability.readiness debt 2", **{key: line.get(key) for key in WITNESSED}})
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def file_of(service: Document, organisation: Document | None) -> tuple[str, str | None]:
    """Path of the debt file, and the place that names it: ``debt`` of the service's file, the organisation's folder, else beside it."""
    own, shared = service.of_service.get("debt"), organisation.declared.get("debt") if organisation else None
    if own:
        return service.path(str(own)), service.where(("debt",))
    if organisation and shared:
        name = f"{service.of_service['service']['name']}.yml"
        return str(pathlib.Path(organisation.path(str(shared))) / name), organisation.where(("debt",))
    return str(service.folder / f"{pathlib.Path(service.name).stem}.debt.yml"), None


def problems_of(document: Document, service: str) -> list[str]:
    """What is wrong with a debt file: it is another service's, or lines that adopt did not write."""
    if document.of_debt["service"] != service:
        place = document.where(("service",))
        return [f"{place}: service: this is the debt of {document.of_debt['service']}; the service file describes {service}"]
    problems: list[str] = []
    seen: dict[tuple[str, str], str] = {}
    for index, line in enumerate(document.of_debt["debt"] or []):
        place = document.where(("debt", index))
        whole = not any(key in line for key in WITNESSED) or all(line.get(key) for key in WITNESSED)
        if any(key not in line for key in SEALED) or not whole or line.get("seal") != seal(line, service):
            problems.append(f"{place}: debt.{index} ({line['requirement']}): {REFUSED}")
            continue
        first = seen.setdefault((line["requirement"], line["environment"]), place)
        if first != place:
            problems.append(f"{place}: debt.{index} ({line['requirement']}): the same line stands twice, first in {first}; delete one")
    return problems


def entries(
    description: Description, rules: t.Mapping[str, Rule], problems: list[str], notices: list[Message]
) -> tuple[list[Waiver], DebtFile | None]:
    """The lines of this environment as waivers of the kind debt, and what the file says about itself; None without a file."""
    document, today = description.debt, description.run.today
    if document is None:
        return [], None
    wrong = problems_of(document, description.name)
    if wrong:
        problems += wrong
        return [], None
    environment = description.run.environment
    out: list[Waiver] = []
    for index, line in enumerate(document.of_debt["debt"] or []):
        if line["environment"] != environment:
            continue
        place, identifier = document.where(("debt", index)), line["requirement"]
        if identifier not in rules:
            notices.append(
                phrase(
                    "{place:path}: the policy does not ask for {requirement:path} any more; run adopt to take its line out",
                    place=place,
                    requirement=identifier,
                )
            )
            continue
        ended, begun = line["until"] < today, line["adopted"] <= today
        state = WaiverState.EXPIRED if ended else WaiverState.ACTIVE if begun else WaiverState.NOT_YET
        if not rules[identifier].waivable:
            notices.append(
                phrase(
                    "{place:path}: the debt of {requirement:path} does not count: the policy does not allow a waiver of this requirement",
                    place=place,
                    requirement=identifier,
                )
            )
            state = WaiverState.REFUSED
        out.append(
            Waiver(
                requirement=identifier,
                reason=phrase("{status} when it was adopted: {observed}", status=status_said(line["status"]), observed=line["observed"]),
                approved_by=line["by"],
                begins=line["adopted"],
                until=line["until"],
                kind=DEBT,
                key=line["seal"],
                declared_in=place,
                state=state,
                seen=_seen(line),
            )
        )
    adopted = (document.of_debt["adopted"] or {}).get(environment)
    return out, DebtFile(document.name, document.sha256, max(adopted["lines"] if adopted else 0, len(out)))


def _seen(line: DebtEntry) -> SeenFaults | None:
    if "found" not in line:
        return None
    return SeenFaults(tuple(from_plain(Fault, fault) for fault in line["found"]), line["run"], line["record"])


# -- with the memory of the service


def without(plan: Plan) -> Plan:
    """The plan as if there were no debt."""
    return dataclasses.replace(plan, waivers=tuple(waiver for waiver in plan.waivers if not waiver.is_debt), debt=None)


def against(plan: Plan, state: State, doubts: t.Mapping[str, Message] | None = None) -> Plan:
    """The plan, with the lines struck out whose requirement has passed since it was adopted.

    ``doubts`` says by seal why a line is not believed.
    """
    passed = {name: once.passed_at for name, once in state.debt.items() if once.passed_at}

    def weighed(waiver: Waiver) -> Waiver:
        if waiver.requirement in passed:
            return dataclasses.replace(waiver, state=WaiverState.STRUCK, passed_at=passed[waiver.requirement])
        if doubts and waiver.key in doubts:  # also what begins tomorrow: what is remembered is believed
            return dataclasses.replace(waiver, state=WaiverState.UNPROVEN, why=doubts[waiver.key])
        return waiver

    return dataclasses.replace(plan, waivers=tuple(weighed(waiver) if waiver.is_debt else waiver for waiver in plan.waivers))


def remembered(known: t.Mapping[str, OnceInDebt], debt: DebtSummary | None, at: str) -> dict[str, OnceInDebt]:
    """By requirement when it was adopted, its first end, what it covers, and when it passed, after a complete run."""
    out = dict(known)
    for line in debt.lines if debt else ():
        if line.state == WaiverState.UNPROVEN:
            continue
        once = out.get(line.requirement) or OnceInDebt(line.adopted, line.until)
        passed_at = once.passed_at or (at if line.state == PASSES else None)
        out[line.requirement] = dataclasses.replace(once, passed_at=passed_at, seen=once.seen or line.seen)
    return out


# -- what the judge says of it


def summary(plan: Plan, judged: t.Sequence[Judged], today: dt.date) -> DebtSummary | None:
    """How much of the debt is left, line by line; None for a service without any."""
    if plan.debt is None:
        return None
    by_id = {item.id: item for item in judged}
    shown = []
    for waiver in plan.lines_of_debt:
        item = by_id.get(waiver.requirement)
        passes = item is not None and item.verified and item.observed is Status.PASS and waiver.state is not WaiverState.STRUCK
        shown.append(
            DebtLine(
                requirement=waiver.requirement,
                reason=waiver.reason,
                adopted=str(waiver.begins),
                by=waiver.approved_by,
                until=waiver.until,
                days_left=waiver.days_until_end(today),
                state=PASSES if passes else waiver.state.value,
                declared_in=waiver.declared_in,
                seen=waiver.seen,
            )
        )
    left = [line for line in shown if line.state not in _PAID]
    return DebtSummary(
        file=plan.debt.file,
        adopted=plan.debt.adopted,
        left=len(left),
        expired=sum(line.state == WaiverState.EXPIRED for line in left),
        next_end=min((line.until for line in left if line.state == WaiverState.ACTIVE), default=None),
        lines=tuple(shown),
    )


def debt_notices(plan: Plan, judged: t.Sequence[Judged], found: DebtSummary | None) -> list[Message]:
    """What should be known of ``found``, the summary of this plan's debt."""
    if found is None:
        return []
    by_id = {item.id: item for item in judged}
    out = []
    paid = [line.requirement for line in found.lines if line.state in _PAID]
    if paid:
        out.append(phrase("{file:path}: run adopt to take out what has passed: {names:list}", file=found.file, names=paid))
    for waiver, line in zip(plan.lines_of_debt, found.lines):
        item = by_id.get(line.requirement)
        if item is None or item.observed in (Status.PASS, Status.NOT_APPLICABLE, Status.NOT_DUE):
            continue
        notice = _line_notice(waiver, line)
        if notice is not None:
            out.append(notice)
        if waiver.active:
            out += _limits_told(line, item)
    old = [waiver.requirement for waiver in plan.lines_of_debt if waiver.active and waiver.seen is None]
    if old:
        out.append(
            phrase(
                "{file:path}: what was seen of {names:list} does not stand in it yet, so it covers whatever they show: run adopt",
                file=found.file,
                names=old,
            )
        )
    return out


def _limits_told(line: DebtLine, item: Judged) -> list[Message]:
    """What the debt of a requirement does not cover, and what it covers although nothing was seen."""
    place, name = line.declared_in, line.requirement
    out = [
        phrase("{place:path}: the debt of {requirement:path} does not cover what is new: {why}", place=place, requirement=name, why=why)
        for why in dict.fromkeys(item.reasons)
    ]
    if item.unseen_in_debt:
        out.append(
            phrase(
                "{place:path}: {requirement:path} could not be looked at; its debt covers that, look at why", place=place, requirement=name
            )
        )
    return out


def _line_notice(waiver: Waiver, line: DebtLine) -> Message | None:
    place, name = line.declared_in, line.requirement
    if line.state == WaiverState.STRUCK:
        return phrase(
            "{place:path}: {requirement:path} has passed on {passed:day}, so its debt covers nothing any more",
            place=place,
            requirement=name,
            passed=str(waiver.passed_at)[:10],
        )
    if line.state == WaiverState.EXPIRED:
        return phrase(
            "{place:path}: the debt of {requirement:path} ended on {until:day}: it covers nothing any more",
            place=place,
            requirement=name,
            until=line.until,
        )
    if line.state == WaiverState.UNPROVEN and waiver.why is not None:
        return phrase(
            "{place:path}: the debt of {requirement:path} is not believed and covers nothing: {why}",
            place=place,
            requirement=name,
            why=waiver.why,
        )
    if line.state == WaiverState.ACTIVE and line.days_left <= NOTICE_DAYS:
        return plural(
            "{place:path}: the debt of {requirement:path} ends on {until:day}, in {count:number} day",
            "{place:path}: the debt of {requirement:path} ends on {until:day}, in {count:number} days",
            count=line.days_left,
            place=place,
            requirement=name,
            until=line.until,
        )
    return None


__all__ = (
    "SEALED",
    "WITNESSED",
    "against",
    "debt_notices",
    "entries",
    "file_of",
    "problems_of",
    "remembered",
    "seal",
    "summary",
    "without",
)
