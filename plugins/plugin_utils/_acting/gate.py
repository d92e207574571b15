# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate of one run: from what hosts left in the spool to a record that is kept, and what the play is told. PRIVATE to the collection.

It knows nothing of Ansible: what it needs of it is handed to it as plain values and functions.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import pathlib
import secrets
import socket
import typing as t

from ...module_utils._files import NotWritten
from ...module_utils._finding import Finding, isoformat
from ...module_utils._http import public_url
from ...module_utils._machine import identity
from ...module_utils._phrase import Message, phrase
from ...module_utils._runner import user_name
from ...module_utils._store import Changed
from .._comparing.baseline import Loaded
from .._comparing.gate_asked import Before
from .._described.document import Refused
from .._judging.state import aged
from .._model.decision import Decision
from .._model.deployments import Ledger
from .._model.emergency import Emergency
from .._model.follows import Follows
from .._model.judged import Reach
from .._model.judgement import Overriding, StateJudgement
from .._model.loosening import counted
from .._model.plain import from_plain, to_plain
from .._model.planned import Plan
from .._model.record import SCHEMA_VERSION, PastRun, RunRecord
from .._model.run import Run
from .._model.service_state import Known, State
from .._model.verdict import Verdict
from .._planning.remembered import other_machines
from .._recording import memory as _memory
from .._recording import witness as _witness
from .._recording.case import (
    Case,
    Play,
    Visited,
    answered_for_others,
    clock_trouble,
    differing,
    enter_deployment,
    keep_baseline,
    lasting_of,
    load_at_pre,
    load_baseline,
    load_gate_before,
    machines_of,
    partial_reason,
    reach_of,
    waiting_hosts,
)
from .._recording.digests import content_of, sealed
from .._recording.in_time import SAVING, TooSlow, within
from .._recording.memory import Remembered
from .._recording.record_json import Unreadable, to_json
from .._recording.remote_store import RemoteFolder
from .._recording.run_record import LEDGER, STATE, Records, baseline_name
from .._running.spool import Spool

REASONS_TOLD = 20
_SECRET = ("url_password", "bearer_token", "headers", "password")


@dataclasses.dataclass(frozen=True)
class RunOptions:
    """What is said of a run when it is started."""

    phase: str
    environment: str
    version: str | None = None
    deployment_id: str | None = None
    ticket: str | None = None
    deployment_kind: str | None = None
    cause: str | None = None
    window: t.Mapping[str, str | None] | None = None  # start and end
    first_deployment: bool = False


@dataclasses.dataclass(frozen=True)
class Subject:
    """What is judged: the plan of the phase, that of all phases, the run, and the play in which it happens."""

    plan: Plan
    whole: Plan
    options: RunOptions
    started: dt.datetime
    play: Play = Play()
    emergency: Emergency | None = None
    proven: t.Mapping[str, Known] = dataclasses.field(default_factory=dict)  # what of the state stands for a new look
    versions: t.Mapping[str, str] = dataclasses.field(default_factory=dict)  # of collection and ansible
    variables: t.Mapping[str, str] | None = None  # with a say in the verdict, as they stand for a host of the service
    source: str = ""  # what tells the service file from another


@dataclasses.dataclass(frozen=True)
class World:
    """What the gate does outside itself. ``look`` looks for the lines that hosts have written, ``show`` has the record."""

    now: t.Callable[[], dt.datetime]
    look: t.Callable[[], object] = lambda: None
    show: t.Callable[[t.Mapping[str, object]], object] = lambda record: None
    check_mode: bool = False  # nothing is written


@dataclasses.dataclass(frozen=True)
class Answer:
    """What the play is told."""

    ALSO_WRITTEN: t.ClassVar[t.Mapping[str, tuple[str, ...]]] = {"verdict": ("words", "code"), "stop": ("msg",)}

    verdict: Verdict
    advice: str
    verified: int
    required: int
    reasons: tuple[Message, ...]
    mode: str
    phase: str | None
    scope: str
    partial: Message | None
    service: str
    record_path: str | None
    record_digest: str | None
    publish: t.Mapping[str, object]
    state: Verdict | None
    emergency: Emergency | None
    overridden: Overriding | None
    stop: bool
    loosened: tuple[Message, ...] = ()  # how much was, by whom

    @property
    def words(self) -> str:
        return self.verdict.words

    @property
    def code(self) -> int:
        return self.verdict.code

    @property
    def msg(self) -> str:
        """The verdict in a sentence, with its reasons."""
        seen = ", ".join([f"{self.service}: {self.words}", f"{self.verified} of {self.required} verified", *self.loosened])
        head = seen + (f", partial ({self.partial})" if self.partial else "")
        if self.emergency:
            head = f"EMERGENCY {self.emergency.id}: the play goes on. {head}"
        elif self.overridden:
            head += f" (the decision {self.overridden.id} overrides it: the play goes on)"
        elif not self.stop and self.verdict.stops:
            head += f" ({self.mode} mode: the play goes on)"
        return "\n".join([head, *(f"  {reason}" for reason in self.reasons[:REASONS_TOLD])])


@dataclasses.dataclass
class Attempt:
    """The judgement of one try, and what came of keeping it."""

    case: Case
    record: RunRecord
    after: State
    ledger: Ledger | None = None
    written: t.Mapping[str, object] | None = None  # the record as JSON
    path: pathlib.PurePath | None = None
    follows: Follows | None = None  # the record before it
    aside: list[str] = dataclasses.field(default_factory=list)  # files that are not believed
    trouble: list[str] = dataclasses.field(default_factory=list)  # why the state stays as it is
    ledger_trouble: list[str] = dataclasses.field(default_factory=list)

    @property
    def warnings(self) -> list[str]:
        return [*self.trouble, *self.ledger_trouble]


@dataclasses.dataclass(frozen=True)
class Spoken:
    """What came of a run: what the play is told, the record as it was written, and what went wrong beside the verdict."""

    answer: Answer
    record: t.Mapping[str, object]
    warnings: t.Sequence[str]


class Gate:
    """Judges one run, keeps its record, and says what the play is to do."""

    def __init__(self, subject: Subject, records: Records, spool: Spool, world: World) -> None:
        self.subject, self.records, self.spool, self.world = subject, records, spool, world
        self._last: Attempt | None = None
        self._findings: t.Mapping[str, t.Sequence[Finding]] = {}
        self._reach = Reach()
        self._partial: Message | None = None
        self._machines: t.Mapping[str, str] = {}
        self._lasting: t.Mapping[str, str] = {}

    def speak(self) -> Spoken:
        """The verdict over what the spool holds. It closes the spool."""
        waiting = self._waiting()
        self._gather(waiting)
        kept = self._kept()
        record = kept.written or to_json(kept.record)
        self.world.show(record)
        answer = self._answer(kept)
        plan = self.subject.plan
        self.spool.close(to_plain(answer), plan.publish, record, unpublished=plan.unpublished, more_to_come=bool(waiting))
        return Spoken(answer, record, kept.warnings)

    # -- what is judged

    def _visited(self) -> list[Visited]:
        return [from_plain(Visited, data) for data in self.spool.load()]

    def _waiting(self) -> list[str]:
        plan = self.subject.plan
        return waiting_hosts(plan, self._visited(), self.subject.play) if plan.scope == "service" else []

    def _gather(self, waiting: t.Sequence[str]) -> None:
        subject = self.subject
        if subject.emergency is None:
            self.world.look()
        visited = self._visited()
        if subject.variables is not None and subject.emergency is None:
            problems = differing(visited, subject.variables, subject.plan.expected_hosts)
            if problems:
                raise Refused(problems)
        self._reach = reach_of(subject.plan, visited, subject.play, waiting)
        self._partial = partial_reason(subject.plan, visited, subject.play, waiting)
        self._findings = self.spool.findings()
        self._machines, self._lasting = machines_of(visited), lasting_of(visited)

    def _run(self, now: dt.datetime) -> Run:
        subject = self.subject
        options, plan = subject.options, subject.plan
        started = self.spool.started() or subject.started
        of_deployment = options.phase in ("pre", "post")
        return Run(
            id=f"{now.strftime('%Y%m%dT%H%M%SZ')}-{options.phase}-{secrets.token_hex(4)}",
            phase=options.phase,
            environment=options.environment,
            version=options.version or plan.remembered,
            version_remembered=options.version is None and plan.remembered is not None,
            deployment_id=options.deployment_id or options.version,
            ticket=options.ticket,
            deployment_kind=(options.deployment_kind or "planned") if of_deployment else None,
            cause=options.cause if of_deployment else None,
            window=options.window,
            started_at=isoformat(started),
            finished_at=isoformat(now),
            duration_seconds=round((now - started).total_seconds(), 3),
            controller=socket.gethostname(),
            user=user_name(),
            collection_version=subject.versions.get("collection_version"),
            ansible_version=subject.versions.get("ansible_version"),
            mode=plan.mode,
            enforced=plan.enforces,
            scope=plan.scope,
            settle_seconds=plan.settling,
            recheck_interval_seconds=plan.recheck_every,
            partial=self._partial,
            first_deployment=options.first_deployment,
            mode_of_files=plan.mode_of_files,
            refused=bool(plan.refused),
            emergency=subject.emergency,
        )

    # -- judging

    def _attempt(self, readable: bool = True, known: t.Sequence[str] = ()) -> Attempt:
        """The judgement over what the records hold now. ``known`` is what has gone wrong already."""
        now, trouble = self.world.now(), list(known)
        self.records.forget_doubts()
        memory = self._memory(trouble) if readable else None
        state = memory.state if memory else State.empty(self.records.service, self.records.environment)
        before = memory.state if memory and not memory.trouble else None
        trouble += clock_trouble(state, now)
        notices = [*(memory.notices if memory else ()), *self._same_service(state)]
        decisions, unusable = self._decisions() if readable else ([], [])
        run = self._run(now)
        baseline = load_baseline(self.records, run) if readable else Loaded()
        case = Case(
            self.subject.plan,
            self.subject.whole,
            self._findings,
            self._reach,
            run,
            state,
            now,
            proven=self.subject.proven,
            decisions=decisions,
            previous=self._previous() if readable else None,
            machines=self._machines,
            lasting=self._lasting,
            before=baseline,
            source=self.subject.source,
            at_pre=self._at_pre(run, baseline) if readable else None,
            asked=load_gate_before(self.records, self.subject.plan, run, state)
            if readable
            else Before(trouble=phrase("the records cannot be read")),
            doubts=_witness.doubts(self.subject.whole, state, self.records) if readable else {},
        )
        case, (record, after), unfit = self._judged(case)
        unchecked = _witness.unchecked(record.judgement.debt, state, self.records) if readable else ()
        notices += [*unfit, *self._doubts(), *unchecked, *answered_for_others(self._machines, identity())]
        notices += other_machines(state.expected, self._lasting)
        record = dataclasses.replace(record.noting([*unusable, *notices]), state=self._state_shown(record, before, readable, trouble))
        made = Attempt(case, record, after, trouble=trouble)
        if memory:
            made.follows, made.aside = memory.head.follows, [*(memory.aside or ([STATE] if unfit else [])), *self.records.broken]
            self._enter(made, memory)
        return made

    def _judged(self, case: Case) -> tuple[Case, tuple[RunRecord, State], list[Message]]:
        """The case with what comes of it; without the state, where one that is whole by its form cannot be judged with."""
        empty = State.empty(case.state.service, case.state.environment)
        try:
            return case, case.judged(), []
        except Exception as exc:
            if case.state == empty:
                raise
            without = dataclasses.replace(case, state=empty)
            why = f"{type(exc).__name__} {exc}"
            return (
                without,
                without.judged(),
                [phrase("the state of the service cannot be judged with, and is put aside: {reason}", reason=why)],
            )

    def _doubts(self) -> list[Message]:
        return [phrase("a run record is not used as proof: {reason}", reason=reason) for reason in self.records.doubted.values()]

    def _same_service(self, state: State) -> list[Message]:
        """That another service file speaks for this service than before. Refused where it is another owner's and that is enforced."""
        subject, plan = self.subject, self.subject.plan
        if plan.refused or not state.owner:
            return []
        if state.owner != plan.owner and plan.owner != plan.settled_owner:
            told = phrase(
                "the records of {service:path} in {environment:path} are of a service of {before}, and this service file is of {owner}",
                service=plan.name,
                environment=self.records.environment,
                before=state.owner,
                owner=plan.owner,
            )
            if plan.mode == "enforce" and plan.inputs.get("organisation_file") and not subject.emergency:
                settle = f"service_owners: {{{plan.name}: {plan.owner}}}"
                raise Refused([f"{told}; give it a name of its own, or have operations settle who owns it in their file ({settle})"])
            return [told]
        if state.source and subject.source and state.source != subject.source:
            return [phrase("the service file is another one than before: it lies in another place")]
        return []

    def _state_shown(self, record: RunRecord, before: State | None, readable: bool, trouble: list[str]) -> StateJudgement | None:
        emergency = self.subject.emergency
        if self.subject.plan.refused or (emergency and before is None):
            if record.run.partial and not emergency:
                return None
            # what was known of the service before stands, but for what it owes
            earlier = self.records.newest_past(where=lambda past: past.state is not None) if readable else None
            stands = earlier.state if earlier else record.state if before else None
            counted = record.state.emergencies_30d if record.state else 0
            stands = aged(stands, self.world.now()) if stands else None
            return dataclasses.replace(stands, overrides=record.judgement.overrides, emergencies_30d=counted) if stands else None
        # over findings that cannot be read nothing can be said
        return None if trouble and not emergency else record.state

    def _enter(self, made: Attempt, memory: Remembered) -> None:
        """Enters the deployment that the run belongs to."""
        try:
            ledger, unfit = _memory.ledger(self.records, memory.head, made.case.state.deployments)
        except Unreadable as exc:
            made.ledger_trouble.append(f"the verdict stands, but the ledger of deployments was not updated: {exc}")
            return
        except NotWritten:  # records on a host that cannot be reached: the state has said it
            return
        if unfit:
            made.record = made.record.noting([unfit])
            made.aside.append(LEDGER)
        failed_within = self.subject.plan.failed_within
        made.record, made.ledger = enter_deployment(made.record, ledger, self.world.now(), failed_within=failed_within)
        if made.trouble and not self.records.has_ledger():
            made.ledger = None  # a first one begins with what the state has

    def _memory(self, trouble: list[str]) -> Remembered | None:
        try:
            found = _memory.remembered(self.records)
        except NotWritten as exc:
            if not trouble:  # else it was said when the folder was to be locked
                trouble.append(f"the verdict stands, but the service's state was not updated: {exc}")
            return None
        if found.trouble:
            trouble.append(f"the verdict stands, but the service's state was not updated: {found.trouble}")
        return found

    def _decisions(self) -> tuple[list[Decision], list[Message]]:
        with contextlib.suppress(NotWritten):  # records on a host that cannot be reached
            return self.records.decisions()
        return [], []

    def _previous(self) -> PastRun | None:
        plan = self.subject.plan
        if plan.scope == "batch":
            return None  # of another sort
        with contextlib.suppress(NotWritten):  # records on a host that cannot be reached
            return self.records.newest_past(plan.phase, whole=True)
        return None

    def _at_pre(self, run: Run, baseline: Loaded) -> PastRun | None:
        with contextlib.suppress(NotWritten):  # records on a host that cannot be reached
            return load_at_pre(self.records, run, baseline)
        return None

    # -- keeping

    def _kept(self) -> Attempt:
        """The judgement, kept where that is possible; the verdict stands in any case."""
        if self.world.check_mode:
            return self._attempt()
        readable, path, trouble = True, None, None
        try:
            self._keep_together()
        except Changed as exc:  # other gates of this service were faster, again and again
            trouble = [f"the verdict stands, but its record was not kept: {exc}"]
        except NotWritten as exc:
            away = isinstance(self.records.store, RemoteFolder)
            path = self._last.path if self._last and not away else None  # all or nothing goes over
            readable = not (self.subject.emergency and (away or isinstance(exc, TooSlow)))
            lost = "the service's state was not updated" if path else "its record was not kept"
            trouble = [*(self._last.trouble if self._last else []), f"the verdict stands, but {lost}: {exc}"]
        made = self._last or self._attempt(readable, trouble or ())
        return made if trouble is None else dataclasses.replace(made, path=path, trouble=made.trouble if self._last is None else trouble)

    def _keep_together(self) -> None:
        if self.subject.emergency:
            within(SAVING, lambda: self.records.together(self._keep), self.records.folder)
        else:
            self.records.together(self._keep)

    def _keep(self) -> None:
        """One try: all that is read is read anew."""
        made = self._last = self._attempt()
        mark = f"{self.world.now().strftime('%Y%m%dT%H%M%SZ')}-{secrets.token_hex(2)}"
        for name in made.aside:
            self.records.put_aside(name, mark)
        kept: dict[str, str] = {}
        if not made.trouble:
            notices, there = keep_baseline(self.records, made.case)
            made.record = made.record.noting(notices)
            kept.update(self._content(baseline_name(str(made.case.run.deployment_id))) if there else {})
        if made.ledger:
            kept[LEDGER] = content_of(to_json(made.ledger))
        elif LEDGER not in made.aside and not made.ledger_trouble:
            kept.update(self._content(LEDGER))
        updates = (not self._partial or bool(self.subject.emergency)) and not made.trouble
        if updates:
            kept[STATE] = content_of(to_json(made.after))
        made.written = sealed({**to_json(made.record), "kept": kept}, made.follows)
        made.path = self.records.save_run(made.written)
        own = Follows(made.record.run.id, str(made.written["digest"]))
        self.records.save_head(own)
        if made.ledger:
            self.records.save_ledger(made.ledger, own)
        if updates:
            self.records.save_state(made.after, own)

    def _content(self, name: str) -> dict[str, str]:
        data = self.records.load(name, SCHEMA_VERSION)
        return {name: content_of(data)} if data else {}

    # -- saying

    def _answer(self, kept: Attempt) -> Answer:
        record, plan = kept.record, self.subject.plan
        judgement, run = record.judgement, record.run
        return Answer(
            verdict=judgement.verdict,
            advice=judgement.advice,
            verified=judgement.verified,
            required=judgement.required,
            reasons=judgement.reasons,
            mode=plan.mode,
            phase=plan.phase,
            scope=plan.scope,
            partial=run.partial,
            service=plan.name,
            record_path=str(kept.path) if kept.path else None,
            record_digest=str(kept.written["digest"]) if kept.path and kept.written else None,
            publish=visible(plan.publish),
            state=record.state.verdict if record.state else None,
            emergency=run.emergency,
            overridden=judgement.overridden,
            stop=run.enforced and judgement.enforced_verdict.stops and not run.emergency and not judgement.overridden,
            loosened=counted(judgement.loosened),
        )


def visible(targets: t.Mapping[str, t.Any]) -> dict[str, object]:
    """Targets as a result may show them. What is left out waits for ``publish`` in the spool."""
    out = dict(targets)
    for name in ("pushgateway", "grafana", "webhook", "mail"):
        if out.get(name):
            shown = {key: value for key, value in out[name].items() if key not in _SECRET}
            out[name] = {**shown, **({"url": public_url(str(shown["url"]))} if "url" in shown else {})}
    return out


__all__ = ("Answer", "Gate", "RunOptions", "Spoken", "Subject", "World", "visible")
