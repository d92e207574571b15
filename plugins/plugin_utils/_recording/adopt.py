# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Adopting a service that does not pass: from its state to the debt file, which only shrinks. PRIVATE to the collection. Pure."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import typing as t

import yaml

from ...module_utils._finding import Status, isoformat
from ...module_utils._phrase import phrase
from ...module_utils._units import parse_duration
from .._described.document import Document
from .._described.policy import Rule
from .._judging.state import judge_state
from .._model.fault import Fault, SeenFaults
from .._model.judgement import StateRequirement
from .._model.plain import to_plain
from .._model.planned import Plan, PlanState
from .._model.service_state import Known, State
from .._model.text import as_dicts, escape
from .._promises import debt as _debt
from .digests import digest_of
from .record_json import Unreadable, to_json
from .witness import OBSERVED_LENGTH, Record, faults_in, passed_shortly

HEADER = """\
# The debt of a service: what did not pass when it was adopted. Written by operability.readiness.adopt; keep it in git.
# Each line turns a refusal into a reservation until its day, and covers nothing after it. It covers what was found then, on these
# instances and hosts, and as long as it gets no worse (a fifth is tolerated). The file only shrinks: what has
# passed once is struck out, and adopt takes its line away. Lines can be deleted. One that is added or changed by hand is
# refused (seal); a deviation that somebody accepts is a waiver. Comments of your own are lost.
"""


Runs = t.Callable[[str], Record]  # a run record by its id; Unreadable


class NothingToAdopt(Exception):
    """There is no observation that could be adopted."""


@dataclasses.dataclass(frozen=True)
class Line:
    """A line of the debt file."""

    requirement: str
    environment: str
    impact: str
    status: str
    observed: str
    adopted: str
    by: str
    until: str
    found: tuple[t.Mapping[str, object], ...] = ()  # empty: written by version 0.2, which did not keep it
    run: str = ""
    record: str = ""
    seal: str = ""

    @property
    def entry(self) -> dict[str, object]:
        """As it stands in the file."""
        return {key: value for key, value in to_json(self).items() if value or key not in _debt.WITNESSED}

    def showing(self, seen: SeenFaults) -> Line:
        return dataclasses.replace(self, found=tuple(map(_entry, seen.faults)), run=seen.run, record=seen.record)

    def witnessed(self, known: Known, records: Runs) -> Line:
        """With what the run record shows of its requirement. Unreadable where that shows nothing."""
        record = records(known.run)
        faults = faults_in(record, self.requirement)
        if not faults:
            raise Unreadable(phrase("the run record {run:path} does not show it", run=known.run))
        return self.showing(SeenFaults(tuple(faults), known.run, digest_of(record)))

    def sealed(self, service: str) -> Line:
        return dataclasses.replace(self, seal=_debt.seal(self.entry, service))


def _entry(fault: Fault) -> dict[str, object]:
    return {key: value for key, value in to_plain(fault).items() if value or key not in ("measurements", "good")}


@dataclasses.dataclass(frozen=True)
class Terms:
    """On which an environment of a service is adopted: by whom, and how long the debt of each kind lasts."""

    environment: str
    by: str
    ends: t.Mapping[str, str]  # by impact, and of what is unknown
    now: dt.datetime

    @property
    def today(self) -> dt.date:
        return self.now.date()


@dataclasses.dataclass
class Adoption:
    """What became of the debt file; identifiers of requirements by what happened to them."""

    lines: list[Line]  # of this environment
    text: str
    first: bool
    added: list[str] = dataclasses.field(default_factory=list)
    struck: dict[str, str] = dataclasses.field(default_factory=dict)  # with the reason
    left_out: dict[str, str] = dataclasses.field(default_factory=dict)  # with the reason


def adopt(document: Document | None, plan: Plan, state: State, terms: Terms, records: Runs) -> Adoption:
    """The debt file after today's adoption; ``plan`` is that of all phases. NothingToAdopt."""
    environment = terms.environment
    if not state.requirements:
        raise NothingToAdopt(f"nothing of {plan.name} in {environment} was ever verified completely")
    held = [_line(given) for given in (document.of_debt["debt"] or [])] if document else []
    adopted: dict[str, t.Mapping[str, object]] = {**(document.of_debt["adopted"] or {})} if document else {}
    others = [line for line in held if line.environment != environment]
    own = [line for line in held if line.environment == environment]
    if environment in adopted or own:
        result = _shrunk(own, plan, state, records)
        adopted.setdefault(environment, {"at": own[0].adopted, "by": own[0].by, "lines": len(own)} if own else {})
    else:
        result = _first(plan, state, terms, records)
        adopted[environment] = {"at": terms.today.isoformat(), "by": escape(terms.by, 120), "lines": len(result.lines)}
    result.text = render(plan.name, adopted, [*others, *result.lines])
    return result


def unauthorised(adoption: Adoption, plan: Plan, state: State, ends: t.Mapping[str, str], usual: t.Mapping[str, str]) -> list[str]:
    """What of it takes leave: debt that is new where the files enforce, and ends beyond the usual ones."""
    new = [name for name in adoption.added if name not in state.debt]
    if not new:
        return []
    asks = [f"adopt: {plan.name} is enforced, and {', '.join(new)} would be in debt"] if plan.mode_of_files == "enforce" else []
    if plan.inputs.get("organisation_file"):
        longer = [name for name, end in ends.items() if parse_duration(end) > parse_duration(usual[name])]
        asks += [f"debt_ends.{name} (readiness_debt_ends): {ends[name]} is longer than {usual[name]}" for name in longer]
    return asks


def _line(given: t.Mapping[str, object]) -> Line:
    texts = {field.name: str(given.get(field.name, "")) for field in dataclasses.fields(Line) if field.name != "found"}
    return Line(**texts, found=tuple(as_dicts(given.get("found"))))


def _shrunk(own: list[Line], plan: Plan, state: State, records: Runs) -> Adoption:
    """The lines that are still needed, unchanged, but for what version 0.2 did not keep."""
    result = Adoption([], "", first=False)
    known = {waiver.requirement for waiver in plan.lines_of_debt}
    for line in own:
        name = line.requirement
        passed = _passed(name, state)
        if name not in known:
            result.struck[name] = "the policy does not ask for it any more"
        elif passed:
            result.struck[name] = f"it passed on {passed}"
        else:
            result.lines.append(line if line.found else _completed(line, plan, state, records))
    return result


def _completed(line: Line, plan: Plan, state: State, records: Runs) -> Line:
    """A line of version 0.2 with what is seen of its requirement today; as it is where that cannot be told."""
    known = state.requirements.get(line.requirement)
    with contextlib.suppress(Unreadable):
        return line.witnessed(known, records).sealed(plan.name) if known else line
    return line


def _passed(name: str, state: State) -> str | None:
    """The day on which a requirement in debt has passed since it was adopted."""
    once = state.debt.get(name)
    if once and once.passed_at:
        return once.passed_at[:10]
    newest = state.requirements.get(name)
    return newest.collected_at[:10] if newest and newest.observed_status is Status.PASS and newest.verified else None


def _first(plan: Plan, state: State, terms: Terms, records: Runs) -> Adoption:
    """A line for each requirement that was looked at, does not pass, and is not covered otherwise."""
    result = Adoption([], "", first=True)
    judged = judge_state(_debt.without(plan), state, terms.now)
    rules = {item.rule.id: item.rule for item in plan.requirements}
    for requirement in judged.requirements:
        name, status = requirement.id, requirement.status
        if requirement.impact == "minor" or status not in (Status.FAIL, Status.WARN, Status.UNKNOWN, Status.WAIVED):
            continue
        reason = _left_out(requirement, rules[name], plan, state, terms)
        if reason:
            result.left_out[name] = reason
            continue
        end = terms.ends["unknown" if status is Status.UNKNOWN else requirement.impact]
        until = (terms.today + dt.timedelta(seconds=parse_duration(end))).isoformat()
        earlier = state.debt.get(name)
        line = Line(
            requirement=name,
            environment=terms.environment,
            impact=requirement.impact,
            status=status.value,
            observed=escape(requirement.message, OBSERVED_LENGTH),
            adopted=terms.today.isoformat(),
            by=escape(terms.by, 120),
            until=min(until, earlier.until) if earlier else until,
        )
        try:
            # where it was in debt before, it covers what was seen then, and no more
            shown = line.showing(earlier.seen) if earlier and earlier.seen else line.witnessed(state.requirements[name], records)
            result.lines.append(shown.sealed(plan.name))
        except Unreadable as exc:
            result.left_out[name] = f"its run record cannot be used ({exc}): verify it again, then adopt"
            continue
        result.added.append(name)
    return result


def _left_out(requirement: StateRequirement, rule: Rule, plan: Plan, state: State, terms: Terms) -> str | None:
    """Why a requirement that does not pass gets no line; None where it gets one."""
    name = requirement.id
    known = state.requirements.get(name)
    if requirement.status is Status.WAIVED and requirement.waiver:
        return f"a waiver covers it until {requirement.waiver.until}"
    if known is None:
        return f"it was never verified: run {' or '.join(phase for phase in rule.phases if phase != 'design')} before adopting"
    if known.valid_until < isoformat(terms.now):
        return f"it was last verified on {known.collected_at[:10]}, which no longer counts: verify it again"
    if not rule.waivable:
        return "the policy does not allow a waiver of it"
    once = state.debt.get(name)
    if once and once.passed_at:
        return f"it was in debt before, and passed on {once.passed_at[:10]}: what has passed is no debt any more"
    passed = state.passed.get(name)
    if passed and (plan.ratchet if rule.ratchet is None else rule.ratchet):
        return f"it passed on {passed.last[:10]}, and what has passed once may not be lost (ratchet)"
    return _passing_trouble(name, known, state)


def _passing_trouble(name: str, known: Known, state: State) -> str | None:
    """What may be over in a minute is no debt of months."""
    out = sorted({finding.instrument for finding in known.findings if finding.instrument and finding.status is Status.UNKNOWN})
    if known.observed_status is Status.UNKNOWN and out:
        return f"the instrument was out ({', '.join(out)}): run recheck again, then adopt; where it stays so, a waiver says why"
    unreached = [finding for finding in known.findings if not finding.check and finding.status is Status.UNKNOWN]
    if known.observed_status is Status.UNKNOWN and known.state is PlanState.PLANNED and unreached:
        return f"it was not looked at ({unreached[0].message}): run recheck again, then adopt"
    day = passed_shortly(state, name, known.collected_at, ratchet=False)
    return f"it passed on {day}, so it is no old debt: run recheck again; where it stays so, repair it or use a waiver" if day else None


def render(service: str, adopted: t.Mapping[str, t.Mapping[str, object]], lines: t.Sequence[Line]) -> str:
    """The debt file."""
    head = {"schema_version": 1, "service": service, "adopted": {name: _dated(entry) for name, entry in adopted.items()}}
    parts = [HEADER, _dump(head)]
    parts.append("debt:\n" if lines else "debt: []\n")
    for line in lines:
        first, *rest = _lines(line)
        parts.append("\n".join([f"  - {first}", *(f"    {text}" for text in rest)]) + "\n")
    return "".join(parts)


def _lines(line: Line) -> t.Iterator[str]:
    """As it stands in the file, each fault on one line."""
    for key, value in _dated(line.entry).items():
        if key != "found":
            yield from _dump({key: value}).splitlines()
            continue
        yield "found:"
        yield from (f"  - {_dump(fault, flow=True).strip()}" for fault in line.found)


def _dated(entry: t.Mapping[str, object]) -> dict[str, object]:
    """With days as YAML writes them, not in quotes."""
    return {key: dt.date.fromisoformat(str(value)) if key in ("at", "adopted", "until") else value for key, value in entry.items()}


def _dump(data: t.Mapping[str, object], *, flow: bool = False) -> str:
    return str(yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=10_000, default_flow_style=flow))


__all__ = ("Adoption", "Line", "NothingToAdopt", "Terms", "adopt", "render", "unauthorised")
