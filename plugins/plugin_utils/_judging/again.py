# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A record judged again, from what it holds alone: no inventory, no server, no file of the service. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from .._model.given import Given
from .._model.judged import Judged, Reach
from .._model.judgement import GateRequirement
from .._model.planned import PlannedRequirement, PlanState
from .._model.record import WholeRecord
from .._model.service_state import Known
from .._model.text import as_dicts, as_list
from .accountability import Accounted, Situation, accounted
from .belief import Memory
from .judge import judge_each, judge_findings


def judged_again(record: WholeRecord, given: Given) -> Accounted:
    """What the judge makes today of a record's findings, and of what else was given then."""
    seen = {item.id: item for item in record.judgement.requirements}
    today = dt.datetime.fromisoformat(record.run.finished_at.replace("Z", "+00:00")).date()
    judged = [_again(item, given, seen.get(item.rule.id), today) for item in given.plan.requirements]
    return accounted(given.plan, judged, Situation(record.run, given.state, today, given.decisions, waiting=given.waiting))


def _again(item: PlannedRequirement, given: Given, seen: GateRequirement | None, today: dt.date) -> Judged:
    plan = given.plan
    alone = dataclasses.replace(plan, requirements=(item,))
    memory = Memory(given.state.passed, given.state.seen_failing)
    if item.state is not PlanState.PLANNED or seen is None:
        return judge_each(alone, {}, Reach(), memory, today=today)[0]
    findings = [covered.finding for covered in seen.findings]
    if seen.reused is None:
        return judge_findings(item, findings, plan, seen.accepted)
    known = Known(
        observed_status=seen.observed_status,
        state=seen.state,
        collected_at=seen.reused.collected_at,
        valid_until=seen.reused.valid_until,
        accepted=seen.accepted,
        run=seen.reused.run,
        findings=tuple(findings),
    )
    return judge_each(alone, {}, Reach(), dataclasses.replace(memory, proven={item.rule.id: known}), today=today)[0]


def unanswered(record: WholeRecord, given: Given) -> list[str]:
    """Hosts of which a planned check has no finding at all: the judge is never asked without one for each."""
    seen = {item.id: item for item in record.judgement.requirements}
    out = []
    for item in given.plan.requirements:
        requirement = seen.get(item.rule.id)
        if item.state is not PlanState.PLANNED or requirement is None or requirement.reused:
            continue
        for check in item.checks:
            if check.accepted or check.gap is not None or check.call != "run" or check.after is not None:
                continue
            there = {covered.finding.host for covered in requirement.findings if covered.finding.check in ("", check.check)}
            out += [f"{item.rule.id} has no finding of {check.check} on {host}" for host in check.hosts or () if host not in there]
    return out


def differences(recorded: t.Mapping[str, object], again: t.Mapping[str, object]) -> list[str]:
    """Where a judgement and its repetition, both as JSON, are not the same. What came beside the judge is left out of it."""
    theirs = {str(item.get("id")): item for item in as_dicts(recorded.get("requirements"))}
    ours = {str(item["id"]): item for item in as_dicts(again["requirements"])}
    for name, item in ours.items():
        item["asked"] = theirs.get(name, {}).get("asked")  # over arguments that are not kept
    out = [
        _difference(key, recorded.get(key), again.get(key)) for key in again if key not in _BESIDE and recorded.get(key) != again.get(key)
    ]
    if list(theirs) != list(ours):
        out.append(f"requirements: {', '.join(theirs)} are recorded, {', '.join(ours)} come of it")
    for name in theirs.keys() & ours.keys():
        keys = sorted(key for key in {*theirs[name], *ours[name]} if theirs[name].get(key) != ours[name].get(key))
        if keys:
            out.append(_difference(f"{name}.{keys[0]}", theirs[name].get(keys[0]), ours[name].get(keys[0])))
    notices = as_list(again["notices"])
    if as_list(recorded.get("notices"))[: len(notices)] != notices:
        out.append("notices: others come of it than are recorded")
    return sorted(out, key=lambda line: (not line.startswith("verdict"), line))


_BESIDE = ("requirements", "notices", "comparison", "said")


def _difference(key: str, recorded: object, again: object) -> str:
    return f"{key}: {str(recorded)[:120]} is recorded, {str(again)[:120]} comes of it"


__all__ = ("differences", "judged_again", "unanswered")
