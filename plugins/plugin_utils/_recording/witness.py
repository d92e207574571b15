# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What bears out a line of debt: the run record that it names, or the memory of the service. PRIVATE to the collection.

A seal is a checksum that anybody can compute. A line is believed once a record that is at hand shows its faults; from then on the
state knows them, and the record may be removed.
"""

from __future__ import annotations

import datetime as dt
import typing as t

from ...module_utils._files import NotWritten
from ...module_utils._finding import Finding, Status
from ...module_utils._phrase import Message, phrase
from .._comparing.fault import fault_of
from .._model.fault import Fault, SeenFaults
from .._model.judgement import DebtSummary
from .._model.loosening import RUN, Leave
from .._model.planned import Plan
from .._model.service_state import State
from .._model.text import as_dict, as_dicts, escape
from .._model.waiver import Waiver, WaiverState
from .chain import noted
from .digests import digest_of
from .record_json import Unreadable
from .run_record import Records

LONGEST = 730  # days of a debt; one that nobody will pay is a waiver
OBSERVED_LENGTH = 300
LATELY = dt.timedelta(days=7)  # what passed so shortly before is no old debt
MOST = 100  # records in which a line of version 0.2 is looked for
_DEBT = (Status.FAIL, Status.WARN, Status.UNKNOWN)
Record = t.Mapping[str, object]


def faults_in(record: Record, requirement: str) -> list[Fault]:
    """What of a requirement did not pass in a run. Unreadable where that cannot be told."""
    try:
        return [fault_of(finding) for finding in _findings(record, requirement) if finding.status in _DEBT]
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise Unreadable(phrase("what it says of {requirement:path} cannot be read", requirement=requirement)) from None


def _findings(record: Record, requirement: str) -> list[Finding]:
    return [Finding.from_dict(data) for data in as_dicts(_judged(record, requirement).get("findings"))]


def _judged(record: Record, requirement: str) -> dict[str, object]:
    judged = as_dicts(as_dict(record.get("judgement")).get("requirements"))
    return next((item for item in judged if item.get("id") == requirement), {})


def passed_shortly(state: State, requirement: str, before: str, ratchet: bool) -> str | None:
    """The day on which a requirement passed that is therefore no old debt. ValueError where ``before`` is no moment.

    With ``ratchet`` any day will do, and so it will once the service has other debt: then this one came later.
    """
    passed = state.passed.get(requirement)
    if passed is None or passed.first > before:
        return None
    if ratchet or (state.debt and requirement not in state.debt):
        return min(passed.last, before)[:10]
    last = passed.last if passed.last <= before else passed.first
    return last[:10] if _moment(before) - _moment(last) <= LATELY else None


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text.replace("Z", "+00:00"))


# -- judging lines


def doubts(plan: Plan, state: State, records: Records) -> dict[str, Message]:
    """By seal why a line of debt is not believed, as far as the records are at hand."""
    out: dict[str, Message] = {}
    try:
        names = records.runs()
        if not names and not state.requirements and noted(records) is None:  # nothing is kept here
            nothing = phrase("there are no records here that could bear it out; keep them where the gate and adopt both find them")
            return {line.key: nothing for line in plan.lines_of_debt} if _strict(plan) else {}
        for line in plan.lines_of_debt:
            why = _doubt(line, plan, state, records, names)
            if why is not None:
                out[line.key] = why
    except NotWritten:  # on a host that cannot be reached: that is told of the state
        return {}
    return out


def unchecked(debt: DebtSummary | None, state: State, records: Records) -> list[Message]:
    """A notice where no records are at hand that could bear a debt out."""
    if debt is None or not debt.left or state.requirements or all(line.state == WaiverState.UNPROVEN for line in debt.lines):
        return []
    try:
        if records.runs() or noted(records):
            return []
    except NotWritten:
        return []
    return [phrase("{file:path}: there are no records here that could bear out this debt: it counts as it stands", file=debt.file)]


def _strict(plan: Plan) -> bool:
    """Whether debt counts only with what bears it out."""
    return bool(plan.inputs.get("organisation_file")) and "enforce" in (plan.mode, plan.mode_of_files)


def _doubt(line: Waiver, plan: Plan, state: State, records: Records, names: t.Sequence[str]) -> Message | None:
    once = state.debt.get(line.requirement)
    if once and line.until > once.until:
        return phrase("it ended on {until:day} when it was adopted", until=once.until)
    if line.days_until_end(dt.date.fromisoformat(line.begins or line.until)) > LONGEST:
        return phrase("it would last for more than {days:number} days", days=LONGEST)
    if once and (once.seen or line.seen is None):
        same = line.seen == once.seen and (line.seen is not None or once.adopted == line.begins)
        return None if same else phrase("the state remembers another line")
    if line.seen is None:
        return _doubt_of_old(line, plan, state, records, names)
    return _doubt_of_record(line, line.seen, plan, state, records)


def _doubt_of_record(line: Waiver, seen: SeenFaults, plan: Plan, state: State, records: Records) -> Message | None:
    try:
        record = records.run_of(seen.run)
        shown = faults_in(record, line.requirement)
    except Unreadable as exc:
        return phrase("its run record does not bear it out: {reason}; adopt with the records that the gate has", reason=exc.message)
    run = as_dict(record.get("run"))
    if digest_of(record) != seen.record:
        return phrase("the run record {run:path} is not the one from which it was adopted", run=seen.run)
    if as_dict(record.get("service")).get("name") != plan.name or run.get("environment") != state.environment or run.get("partial"):
        return phrase("the run record {run:path} is not of this service as a whole", run=seen.run)
    if any(fault not in shown for fault in seen.faults):
        return phrase("the run record {run:path} shows another finding", run=seen.run)
    if line.requirement in state.debt:
        return None
    if plan.adopting is Leave.REFUSED and _without_organisation(record):
        return phrase("the run record {run:path} was judged without the organisation's file", run=seen.run)
    if plan.adopting is Leave.REFUSED and run.get("mode_of_files") == "enforce":
        return phrase("it was adopted while the files enforced, and the organisation gives no leave for that (runs_may: adopt)")
    return _passed_before(line, plan, state, record)


def _without_organisation(record: Record) -> bool:
    """Whether a run did without the organisation's file that runs before it had."""
    loosened = as_dicts(as_dict(record.get("judgement")).get("loosened"))
    return any((one.get("by"), one.get("kind")) == (RUN, "files") for one in loosened)


def _passed_before(line: Waiver, plan: Plan, state: State, record: Record) -> Message | None:
    rule = next((item.rule for item in plan.requirements if item.rule.id == line.requirement), None)
    ratchet = rule is not None and (plan.ratchet if rule.ratchet is None else rule.ratchet)
    run = as_dict(record.get("run"))
    try:
        passed = passed_shortly(state, line.requirement, str(run.get("finished_at")), ratchet)
    except ValueError:
        return phrase("the run record {run:path} does not say when it was", run=str(run.get("id")))
    return phrase("it passed on {day:day}, before it was adopted", day=passed) if passed else None


def _doubt_of_old(line: Waiver, plan: Plan, state: State, records: Records, names: t.Sequence[str]) -> Message | None:
    """A line of version 0.2 names no record: one that this version wrote too, of its day or before, has to show it."""
    day = str(line.begins).replace("-", "")
    observed = str(line.reason.params.get("observed"))
    earlier = [name for name in reversed(names) if name.rpartition("/")[2][:8] <= day]
    for name in earlier[:MOST]:
        try:
            record = records.run(name)
        except Unreadable:
            continue
        ours = "loosened" in as_dict(record.get("judgement"))  # whoever adopts with this version keeps what was seen
        if not ours and escape(str(_judged(record, line.requirement).get("message")), OBSERVED_LENGTH) == observed:
            return _passed_before(line, plan, state, record)
    return phrase("no run record shows it")


__all__ = ("LATELY", "LONGEST", "OBSERVED_LENGTH", "doubts", "faults_in", "passed_shortly", "unchecked")
