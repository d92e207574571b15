# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From findings to a run record: reach, judgement, state. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import typing as t
from urllib.parse import quote

from ...module_utils._exchange import public_url
from ...module_utils._files import NotWritten
from ...module_utils._finding import Finding, isoformat
from ...module_utils._masking import masked
from ...module_utils._phrase import Message, phrase
from ...module_utils._units import parse_duration
from .._comparing import baseline as _baseline
from .._comparing import demands as _demands
from .._comparing import gate_asked as _gate_asked
from .._comparing.baseline import Loaded
from .._comparing.gate_asked import Before
from .._judging import accountability as _accountability
from .._judging import state as _state
from .._judging.accountability import Situation
from .._judging.belief import Memory
from .._judging.gone import seen_by
from .._judging.judge import judge_each
from .._model.decision import Decision
from .._model.demands import Demands
from .._model.deployments import Ledger
from .._model.given import Given
from .._model.judged import Reach
from .._model.loosening import Leave
from .._model.planned import Plan
from .._model.record import SCHEMA_VERSION, Hosts, JudgedService, PastRun, RunRecord
from .._model.run import Run
from .._model.service_state import Known, State
from .._model.text import as_dict, said_by
from .._planning.remembered import expected_after
from .._promises import debt as _debt
from .._promises import ledger as _ledger
from .._promises import renewals as _renewals
from .._promises.reservations import lifted_by
from . import delta as _delta
from . import memory as _memory
from .record_json import Unreadable
from .run_record import Records, baseline_name, run_name

LOOKED_BACK = 5  # runs at pre among which that of a deployment is looked for
CLOCKS_DIFFER = dt.timedelta(minutes=5)  # as much as between two controllers


# -- who was there


@dataclasses.dataclass(frozen=True)
class Play:
    """What Ansible says of the play that the gate runs in."""

    limit: str | None = None
    tags: tuple[str, ...] = ()
    skipped_tags: tuple[str, ...] = ()
    hosts: frozenset[str] = frozenset()  # that it still has
    batch: frozenset[str] = frozenset()

    @classmethod
    def of(cls, variables: t.Mapping[str, t.Any], tags: t.Collection[str] = ()) -> Play:
        """From Ansible's own variables. ``tags`` are those of the gate's task: tagged ``always``, as in the role, it leaves nothing out."""

        def texts(name: str) -> list[str]:
            return [str(item) for item in variables.get(name) or ()]

        return cls(
            limit=variables.get("ansible_limit"),
            tags=() if "always" in tags else tuple(texts("ansible_run_tags")),
            skipped_tags=() if "always" in tags else tuple(texts("ansible_skip_tags")),
            hosts=frozenset(texts("ansible_play_hosts")),
            batch=frozenset(texts("ansible_play_batch")),
        )


@dataclasses.dataclass(frozen=True)
class Visited:
    """What a host left in the spool, but for its findings."""

    host: str
    unreachable: Message | None = None  # why
    play_hosts: tuple[str, ...] = ()
    machine: str | None = None  # which has answered for it, where the inventory does not say that it is the controller
    lasting: str | None = None  # the same, as it stays when the machine is started again; HERE where the inventory says so
    variables: t.Mapping[str, str] = dataclasses.field(default_factory=dict)  # with a say in the verdict, as they stood for it


def differing(visited: t.Sequence[Visited], variables: t.Mapping[str, str], hosts: t.Collection[str]) -> list[str]:
    """Where hosts of one service have variables of their own that decide: the gate takes those of one host for all."""
    problems = []
    for one in visited:
        for name, here in variables.items() if one.host in hosts and one.variables else ():
            there = one.variables.get(name, here)
            if here != there:
                said = f"{name}: {there or 'nothing'} for {one.host}, {here or 'nothing'} for the gate"
                problems.append(f"{said}: set it for all hosts of the service alike")
    return problems


def machines_of(visited: t.Sequence[Visited]) -> dict[str, str]:
    """By host, the machine that has answered for it."""
    return {one.host: one.machine for one in visited if one.machine}


def lasting_of(visited: t.Sequence[Visited]) -> dict[str, str]:
    """By host, what stays of the machine that has answered for it."""
    return {one.host: one.lasting for one in visited if one.lasting}


def answered_for_others(machines: t.Mapping[str, str], own: str) -> list[Message]:
    """What is told of hosts for which this machine has answered, or one machine for several."""
    hosts: dict[str, list[str]] = {}
    for host, machine in sorted(machines.items()):
        hosts.setdefault(machine, []).append(host)
    told = []
    for machine, names in hosts.items():
        if machine == own:
            told.append(phrase("this machine, the controller, has answered for {hosts:list}; the inventory may name it so", hosts=names))
        elif len(names) > 1:
            told.append(phrase("one machine has answered for {hosts:list}; the inventory may name it so", hosts=names))
    return told


def waiting_hosts(plan: Plan, visited: t.Sequence[Visited], play: Play) -> list[str]:
    """Expected hosts whose batch (``serial``) is still to come in this play."""
    been = {one.host for one in visited}
    return [host for host in plan.expected_hosts if host in play.hosts - play.batch - been] if been else []


def reach_of(plan: Plan, visited: t.Sequence[Visited], play: Play, waiting: t.Sequence[str] = ()) -> Reach:
    """Who was reached, and for each expected host that left nothing, why."""
    by_host = {one.host: one for one in visited}
    in_play = {host for one in visited for host in one.play_hosts}
    absent = {}
    for host in sorted({*plan.expected_hosts, *plan.other_hosts} - set(by_host) - set(waiting)):
        if host in in_play and host in play.hosts:
            absent[host] = phrase("no verify task ran for {host:path}, which is still in this play (run_once? when?)", host=host)
        elif host in in_play:
            absent[host] = phrase("{host:path} was lost earlier in this play", host=host)
        elif play.limit:
            absent[host] = phrase("{host:path} was not part of this run (--limit {limit:path})", host=host, limit=play.limit)
        else:
            absent[host] = phrase("{host:path} was not part of this run: no verify task ran for it", host=host)
    return Reach(
        reached=tuple(host for host in plan.expected_hosts if host in by_host and not by_host[host].unreachable),
        unreachable={host: one.unreachable for host, one in by_host.items() if one.unreachable is not None},
        absent=absent,
        waiting=tuple(waiting),
    )


def partial_reason(plan: Plan, visited: t.Sequence[Visited], play: Play, waiting: t.Sequence[str] = ()) -> Message | None:
    """Why this run says nothing about the whole service, or None when it does."""
    if plan.scope == "batch":
        if not plan.expected_hosts:
            return phrase("a batch of the play (scope: batch): no host of the service")
        return phrase("a batch of the play (scope: batch): {hosts:list}", hosts=list(plan.expected_hosts))
    in_play = {host for one in visited for host in [one.host, *one.play_hosts]}
    left_out = [host for host in plan.expected_hosts if host not in in_play]
    if play.limit and left_out:
        return phrase("limited to {limit:path} (--limit); not looked at: {hosts:list}", limit=play.limit, hosts=left_out)
    if play.tags not in ((), ("all",)):
        return phrase("limited to the tags {tags:list} (--tags)", tags=list(play.tags))
    if play.skipped_tags:
        return phrase("without the tags {tags:list} (--skip-tags)", tags=list(play.skipped_tags))
    if waiting:
        return phrase("a batch of the play (serial); still to come: {hosts:list}", hosts=list(waiting))
    if left_out and len(left_out) < len(plan.expected_hosts):
        return phrase("on part of the hosts; not looked at: {hosts:list}", hosts=left_out)
    return None


def clock_trouble(state: State, now: dt.datetime) -> list[str]:
    """Why a state must not be touched now: it is from the future."""
    newest = max((gate.at for gate in state.gates.values()), default="")
    if newest <= isoformat(now + CLOCKS_DIFFER):
        return []
    return [
        f"the verdict stands, but the service's state was not updated: the newest run in it is of {newest}, "
        f"and it is {isoformat(now)} here; set the clock of the machine that is wrong"
    ]


# -- the case


@dataclasses.dataclass(frozen=True)
class Case:
    """Everything that one run is judged by. ``plan`` is that of its phase, ``whole`` that of all phases."""

    plan: Plan
    whole: Plan
    findings: t.Mapping[str, t.Sequence[Finding]]
    reach: Reach
    run: Run
    state: State  # before it
    now: dt.datetime
    proven: t.Mapping[str, Known] = dataclasses.field(default_factory=dict)  # what of the state stands for a new look
    decisions: t.Sequence[Decision] = ()
    previous: PastRun | None = None  # the last whole run of this phase
    before: Loaded = Loaded()  # the baseline of this deployment
    asked: Before = Before()  # the gate before it
    source: str = ""  # what tells the service file from another
    at_pre: PastRun | None = None  # the last run at pre of this deployment
    doubts: t.Mapping[str, Message] = dataclasses.field(default_factory=dict)  # by seal why a line of debt is not believed
    machines: t.Mapping[str, str] = dataclasses.field(default_factory=dict)  # which have answered, by host
    lasting: t.Mapping[str, str] = dataclasses.field(default_factory=dict)  # what stays of them, by host

    def judged(self) -> tuple[RunRecord, State]:
        """The run record, and the service's state after it: unchanged by a partial run, but for what it leaves undone."""
        run, now = self.run, self.now
        demands, less, files = Demands.of(self.whole), None, list[Message]()
        inputs = {**self.plan.inputs, "policy": {**self.plan.policy}}
        if self.at_pre and not self.plan.refused:
            files = _demands.changed(self.at_pre.inputs, inputs)
            less = _demands.looser(self.at_pre.demands, demands) if self.at_pre.demands else None
        compared = _baseline.at_post(self.plan, self.before, self.findings, self.reach, run, now=now, less=less)
        asked = _gate_asked.at_post(self.plan, self.asked, run, now)
        plan = _renewals.against(_debt.against(self.plan, self.state, self.doubts), self.state)
        memory = Memory(self.state.passed, self.state.seen_failing, self.proven, seen_by(self.state), self.state.requirements, now)
        judged = judge_each(plan, {**self.findings, **compared.findings, **asked}, self.reach, memory, today=now.date())
        unsaid = any(one.leave is Leave.WAY_OVER for one in self.whole.loosened)
        situation = Situation(run, self.state, now.date(), self.decisions, waiting=bool(self.reach.waiting), unsaid=unsaid)
        accounts = _accountability.accounted(plan, judged, situation)
        judgement = dataclasses.replace(accounts.judgement.noting([*compared.notices, *files]), comparison=compared.comparison)
        enforced = (plan.enforces or bool(judgement.ratchet)) and not run.emergency
        run = dataclasses.replace(run, enforced=enforced, evidence_digest=accounts.evidence.digest)
        changed = _accountability.state_after(dataclasses.replace(situation, run=run), accounts)
        if run.whole:
            changed = dataclasses.replace(changed, expected=expected_after(self.plan, self.state, now.date(), self.lasting))
        if not run.partial:
            judgement = judgement.noting(lifted_by(changed, run.id))
        if not plan.refused:
            # an emergency goes on with any file, and does not make it the service's
            source = self.state.source if run.emergency and self.state.source else self.source
            changed = dataclasses.replace(changed, owner=plan.owner, source=source)
        shown = {item.id for item in accounts.decisions}
        silent = (run.partial or run.refused) and not run.emergency
        record = RunRecord(
            schema_version=SCHEMA_VERSION,
            run=run,
            service=JudgedService(plan.name, plan.owner, plan.service.get("kind", ""), plan.level, plan.level_reason, self.source),
            inputs=inputs,
            hosts=Hosts(plan.expected_hosts, self.reach.reached, dict(self.reach.unreachable), dict(self.reach.absent), self.machines),
            evidence=accounts.evidence,
            decisions=accounts.decisions,
            judgement=judgement,
            delta=None if run.refused and not run.emergency else _delta.since(self.previous, judgement),
            decision_delta=_delta.since_decision(self.decisions, run, judgement),
            state=None
            if silent
            else _state.judge_state(_renewals.against(_debt.against(self.whole, changed, self.doubts), changed), changed, now),
            gates=_state.recent_gates(changed, now),
            deployments=changed.deployments,
            given=Given.of(plan, self.state, [item for item in self.decisions if item.id in shown], waiting=situation.waiting),
            demands=None if plan.refused else demands,
            report=report_address(plan, run),
        )
        return record, changed


def report_address(plan: Plan, run: Run) -> str | None:
    """Where the report of a run can be read, as ``publish.report_url`` says it; without user and password."""
    given = plan.publish.get("report_url")
    if not isinstance(given, str):
        return None
    names = {"service": plan.name, "environment": run.environment, "phase": run.phase}
    for name, value in names.items():
        given = given.replace(f"{{{name}}}", quote(value, safe=""))
    return public_url(given) if "://" in given else masked(given)


def enter_deployment(record: RunRecord, ledger: Ledger, now: dt.datetime, *, failed_within: str) -> tuple[RunRecord, Ledger | None]:
    """The record that shows what the ledger says, and the ledger after this run, or None where it stays as it is."""
    run = record.run
    changed = _ledger.entered(ledger, run, record.judgement, emergency=run.emergency.id if run.emergency else None)
    if changed is None and run.phase == "post" and not run.partial:
        record = record.noting([phrase("this deployment is not in the ledger: neither a version nor a deployment_id was given")])
    shown = changed or ledger
    figures = _ledger.performance(shown, now, parse_duration(failed_within))
    return dataclasses.replace(record, deployments=_ledger.newest(shown), delivery_performance=figures), changed


# -- before and after a deployment


def load_baseline(records: Records, run: Run) -> Loaded:
    """The baseline with which this run is compared: that for which a record of the chain vouches."""
    if run.phase != "post" or not run.deployment_id:
        return Loaded()
    try:
        baseline = records.load_baseline(run.deployment_id)
        if baseline:
            _memory.refuse_unvouched(records, baseline_name(run.deployment_id))
        return Loaded(baseline)
    except (Unreadable, NotWritten) as exc:
        return Loaded(trouble=said_by(exc))


def load_gate_before(records: Records, plan: Plan, run: Run, state: State) -> Before:
    """What the gate said before the deployment of this run."""
    if not run.deployment_id or not any(check.check == _gate_asked.CHECK for check in plan.checks):
        return Before()
    try:
        entry = _ledger.asked(records.load_ledger(state.deployments), run)
        if entry is None or entry.pre is None:
            return Before(emergency=entry.emergency if entry else None)
        if entry.pre.run is None or entry.pre.verdict.good:
            return Before(entry.pre)
        record = records.run_of(entry.pre.run)
    except (Unreadable, NotWritten) as exc:
        return Before(trouble=said_by(exc))
    overriding = as_dict(as_dict(record.get("judgement")).get("overridden")).get("id")
    enforced = bool(as_dict(record.get("run")).get("enforced"))
    return Before(entry.pre, enforced, str(overriding) if overriding else None, entry.emergency)


def load_at_pre(records: Records, run: Run, before: Loaded) -> PastRun | None:
    """The last whole run at ``pre`` of the deployment that this run at ``post`` belongs to; that of its baseline where it is far back."""
    if run.phase != "post" or not run.deployment_id:
        return None
    there = [name for name in records.runs() if "-pre-" in name]
    of_baseline = run_name(before.baseline.run) if before.baseline else ""
    for name in [*reversed(there[-LOOKED_BACK:]), *([of_baseline] if of_baseline in there else [])]:
        record = records.believed(name)
        with contextlib.suppress(Unreadable):
            past = records.past(record) if record else None
            if past and past.run.phase == "pre" and past.run.whole and past.run.deployment_id == run.deployment_id:
                return past
    return None


def keep_baseline(records: Records, case: Case) -> tuple[list[Message], bool]:
    """Keeps what was seen at ``pre`` for the comparison at ``post``; says why where it is not kept, and whether there is one."""
    run = case.run
    if run.phase != "pre" or run.partial or run.refused or run.scope == "batch" or run.first_deployment:
        return [], False
    identifier = run.deployment_id
    if not identifier:
        compared = any(proof.check == _baseline.CHECK for item in case.whole.requirements for proof in item.rule.proved_by)
        missing = phrase("no baseline is kept for post: no deployment is named (readiness_deployment_id or readiness_version)")
        return [missing] if compared else [], False
    try:
        kept = records.load_baseline(identifier)
        if kept:
            if run_name(kept.run) in records.runs():  # else that run was interrupted, and this one vouches for what it saw
                _memory.refuse_unvouched(records, baseline_name(identifier))
            stays = phrase("{baseline}, is kept; a deployment that begins anew needs a deployment_id of its own", baseline=kept.name)
            return [stays], True
        baseline = _baseline.take(case.plan, case.findings, case.reach, run, case.now)
        if baseline is None:
            nothing = phrase("nothing was seen that could be compared at post")
            return [phrase("no baseline of deployment {deployment:path} is kept: {reason}", deployment=identifier, reason=nothing)], False
        records.save_baseline(baseline)
    except (Unreadable, NotWritten) as exc:
        return [phrase("no baseline of deployment {deployment:path} is kept: {reason}", deployment=identifier, reason=said_by(exc))], False
    return [], True


__all__ = (
    "Case",
    "Play",
    "Visited",
    "answered_for_others",
    "clock_trouble",
    "differing",
    "enter_deployment",
    "keep_baseline",
    "lasting_of",
    "load_at_pre",
    "load_baseline",
    "load_gate_before",
    "machines_of",
    "partial_reason",
    "reach_of",
    "report_address",
    "waiting_hosts",
)
