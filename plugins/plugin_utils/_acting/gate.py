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
from ...module_utils._phrase import Message
from ...module_utils._runner import user_name
from ...module_utils._store import Changed
from .._comparing.baseline import Loaded
from .._judging.state import aged
from .._model.decision import Decision
from .._model.deployments import Ledger
from .._model.emergency import Emergency
from .._model.judged import Reach
from .._model.judgement import Overriding, StateJudgement
from .._model.plain import from_plain, to_plain
from .._model.planned import Plan
from .._model.record import PastRun, RunRecord
from .._model.run import Run
from .._model.service_state import Known, State
from .._model.verdict import Verdict
from .._recording.case import (
    Case,
    Play,
    Visited,
    answered_for_others,
    clock_trouble,
    enter_deployment,
    keep_baseline,
    load_baseline,
    machines_of,
    partial_reason,
    reach_of,
    waiting_hosts,
)
from .._recording.in_time import SAVING, TooSlow, within
from .._recording.record_json import Unreadable, to_json
from .._recording.remote_store import RemoteFolder
from .._recording.run_record import Records
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
    window: str | None = None
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
    publish: t.Mapping[str, object]
    state: Verdict | None
    emergency: Emergency | None
    overridden: Overriding | None
    stop: bool

    @property
    def words(self) -> str:
        return self.verdict.words

    @property
    def code(self) -> int:
        return self.verdict.code

    @property
    def msg(self) -> str:
        """The verdict in a sentence, with its reasons."""
        seen = f"{self.service}: {self.words}, {self.verified} of {self.required} verified"
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

    def speak(self) -> Spoken:
        """The verdict over what the spool holds. It closes the spool."""
        waiting = self._waiting()
        self._gather(waiting)
        kept = self._kept()
        record = kept.written or to_json(kept.record)
        self.world.show(record)
        answer = self._answer(kept)
        self.spool.close(to_plain(answer), self.subject.plan.publish, more_to_come=bool(waiting))
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
        self._reach = reach_of(subject.plan, visited, subject.play, waiting)
        self._partial = partial_reason(subject.plan, visited, subject.play, waiting)
        self._findings = self.spool.findings()
        self._machines = machines_of(visited)

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
        subject, now, trouble = self.subject, self.world.now(), list(known)
        before = self._state(trouble) if readable else None
        state = before or State.empty(self.records.service, self.records.environment)
        trouble += clock_trouble(state, now)
        decisions, unusable = self._decisions() if readable else ([], [])
        run = self._run(now)
        case = Case(
            subject.plan,
            subject.whole,
            self._findings,
            self._reach,
            run,
            state,
            now,
            proven=subject.proven,
            decisions=decisions,
            previous=self._previous() if readable else None,
            before=load_baseline(self.records, run) if readable else Loaded(),
            machines=self._machines,
        )
        record, after = case.judged()
        told = [*unusable, *answered_for_others(self._machines, identity())]
        record = dataclasses.replace(record.noting(told), state=self._state_shown(record, before, readable, trouble))
        made = Attempt(case, record, after, trouble=trouble)
        if readable:
            self._enter(made)
        return made

    def _state_shown(self, record: RunRecord, before: State | None, readable: bool, trouble: list[str]) -> StateJudgement | None:
        emergency = self.subject.emergency
        if self.subject.plan.refused or (emergency and before is None):
            if record.run.partial and not emergency:
                return None
            # what was known of the service before stands, but for what it owes
            earlier = self.records.newest_past(where=lambda past: past.state is not None) if readable else None
            stands = earlier.state if earlier else record.state if before else None
            stands = aged(stands, self.world.now()) if stands else None
            return dataclasses.replace(stands, overrides=record.judgement.overrides) if stands else None
        # over findings that cannot be read nothing can be said
        return None if trouble and not emergency else record.state

    def _enter(self, made: Attempt) -> None:
        """Enters the deployment that the run belongs to."""
        try:
            ledger = self.records.load_ledger(made.case.state.deployments)
        except Unreadable as exc:
            made.ledger_trouble.append(f"the verdict stands, but the ledger of deployments was not updated: {exc}")
            return
        except NotWritten:  # records on a host that cannot be reached: the state has said it
            return
        failed_within = self.subject.plan.failed_within
        made.record, made.ledger = enter_deployment(made.record, ledger, self.world.now(), failed_within=failed_within)
        if made.trouble and not self.records.has_ledger():
            made.ledger = None  # a first one begins with what the state has

    def _state(self, trouble: list[str]) -> State | None:
        try:
            return self.records.load_state()
        except (Unreadable, NotWritten) as exc:
            if not trouble:  # else it was said when the folder was to be locked
                trouble.append(f"the verdict stands, but the service's state was not updated: {exc}")
            return None

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
        if not made.trouble:
            made.record = made.record.noting(keep_baseline(self.records, made.case))
        made.written = to_json(made.record)
        made.path = self.records.save_run(made.written)
        if made.ledger:
            self.records.save_ledger(made.ledger)
        if (not self._partial or self.subject.emergency) and not made.trouble:
            self.records.save_state(made.after)

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
            publish=visible(plan.publish),
            state=record.state.verdict if record.state else None,
            emergency=run.emergency,
            overridden=judgement.overridden,
            stop=run.enforced and judgement.enforced_verdict.stops and not run.emergency and not judgement.overridden,
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
