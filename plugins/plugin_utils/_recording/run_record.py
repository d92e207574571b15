# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run records, baselines and service state on disk: written whole or not at all, found again. PRIVATE to the collection.

``RECORDS/SERVICE/ENVIRONMENT/`` has ``runs/ID.json``, ``baselines/DEPLOYMENT.json``, ``decisions/ID.json``, ``state.json``,
``deployments.json`` and ``head.json``. Each has a digest of its content; what does not fit it is not used.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import pathlib
import re
import typing as t

from ...module_utils._files import NotWritten
from ...module_utils._phrase import Message, phrase
from ...module_utils._store import MODE, Changed, Folder, Waiting, default_folder
from .._model import baseline as _baseline
from .._model import decision as _decision
from .._model import deployments as _deployments
from .._model import record as _record
from .._model import service_state as _state
from .._model.baseline import Baseline
from .._model.decision import Decision
from .._model.deployments import Ledger
from .._model.follows import Follows
from .._model.record import PastRun
from .._model.service_state import Deployed, State
from .._model.text import as_dict
from .._promises import ledger as _ledger
from .digests import sealed, verified
from .record_json import Unreadable, decoded, encoded, from_json, to_json

ATTEMPTS = 5  # to write on another host while others do the same
_DECISION_KEYS = ("id", "service", "environment", "phase", "digest", "recorded_at", "date", "valid_until", "body", "outcome", "verdict")
BASELINES_KEPT = 20
STATE, LEDGER, HEAD = "state.json", "deployments.json", "head.json"
SEAL = "content_digest"  # of a decision, whose digest is that of its evidence

T = t.TypeVar("T")


class Store(t.Protocol):
    """A folder, here or on another host. Names are relative to it. ``write`` and ``remove`` raise NotWritten, ``read`` OSError."""

    def lock(self) -> contextlib.AbstractContextManager[None]: ...
    def place(self, name: str) -> pathlib.PurePath: ...
    def read(self, name: str) -> bytes | None: ...
    def names(self, pattern: str) -> list[str]: ...
    def write(self, name: str, content: bytes) -> None: ...
    def remove(self, name: str) -> None: ...
    def put_aside(self, name: str, other: str) -> None: ...
    def prefetch(self, names: t.Sequence[str]) -> None: ...


class Records:
    """The records of one service in one environment. ``open_store`` opens its folder where that is not on this machine."""

    def __init__(
        self,
        root: pathlib.Path | str,
        service: str,
        environment: str,
        open_store: t.Callable[[str], Store] | None = None,
        *,
        mode: int = MODE,
        waiting: Waiting | None = None,
    ) -> None:
        self.service, self.environment = service, environment
        self.doubted: dict[str, Message] = {}  # run records that were passed over, and why
        self.broken: dict[str, Message] = {}  # those of them that are none
        inner = pathlib.PurePosixPath(_safe(service), _safe(environment))
        if open_store:
            self.store: Store = open_store(str(pathlib.PurePosixPath(root) / inner))
        else:
            self.store = Folder(pathlib.Path(root) / inner, mode=mode, below=root, waiting=waiting)

    @property
    def folder(self) -> pathlib.PurePath:
        return self.state_path.parent

    @property
    def state_path(self) -> pathlib.PurePath:
        return self.store.place("state.json")

    def lock(self) -> contextlib.AbstractContextManager[None]:
        """Holds others off while state is read, changed and written. NotWritten when the folder cannot be used.

        On another host all is written when it ends: Changed when somebody else was faster.
        """
        return self.store.lock()

    def together(self, work: t.Callable[[], T]) -> T:
        """What ``work`` does under the lock; again where somebody else was faster on another host. Changed, NotWritten."""
        for _attempt in range(ATTEMPTS - 1):
            with contextlib.suppress(Changed), self.lock():
                return work()
        with self.lock():
            return work()

    def load_state(self) -> State:
        """The state, an empty one where there is none yet. Unreadable."""
        data = self.state_as_kept()
        return State.empty(self.service, self.environment) if data is None else self.state_of(data)

    def state_as_kept(self) -> dict[str, object] | None:
        """What stands in the file of the state, None where there is none. Unreadable."""
        return self.load(STATE, _state.SCHEMA_VERSION)

    def state_of(self, data: t.Mapping[str, object]) -> State:
        """The state that stands there. Unreadable, also where it is not as it was written."""
        self.refuse_another_service(data, STATE, phrase("the state"))
        self.refuse_changed(data, STATE)
        return from_json(State, data, self.store.place(STATE))

    def refuse_changed(self, data: t.Mapping[str, object], name: str, key: str = "digest") -> None:
        """Unreadable where a document has a digest that does not fit."""
        if verified(data, key) is False:
            place = str(self.store.place(name))
            raise Unreadable(phrase("{path:path} was changed after it was written: its digest does not fit", path=place))

    def refuse_another_service(self, data: t.Mapping[str, object], name: str, what: Message) -> None:
        if (data.get("service"), data.get("environment")) != (self.service, self.environment):
            raise Unreadable(
                phrase(
                    "{path:path} is {what} of {other:path} in {elsewhere:path}, not of {service:path} in {environment:path}; move it away",
                    path=str(self.store.place(name)),
                    what=what,
                    other=str(data.get("service")),
                    elsewhere=str(data.get("environment")),
                    service=self.service,
                    environment=self.environment,
                )
            )

    def save_state(self, state: State, follows: Follows | None = None) -> None:
        self.save(STATE, sealed(to_json(state), follows))

    def save_head(self, head: Follows) -> None:
        """Notes which record is the last one. NotWritten."""
        who = {"service": self.service, "environment": self.environment}
        self.save(HEAD, {"schema_version": _record.SCHEMA_VERSION, **who, "run": head.run, "digest": head.digest})

    def put_aside(self, name: str, mark: str) -> pathlib.PurePath:
        """Gives a file that is not believed another name, and returns it. NotWritten."""
        other = f"{name}.refused-{mark}"
        self.store.put_aside(name, other)
        return self.store.place(other)

    # -- deployments

    def load_ledger(self, earlier: t.Sequence[Deployed] = ()) -> Ledger:
        """The deployments; where there is no ledger yet, what an older state has of them. Unreadable."""
        data = self.load(LEDGER, _deployments.SCHEMA_VERSION)
        if data is None:
            return _ledger.empty(self.service, self.environment, earlier)
        self.refuse_another_service(data, LEDGER, phrase("the ledger"))
        self.refuse_changed(data, LEDGER)
        with contextlib.suppress(Unreadable):
            ledger = from_json(Ledger, data, LEDGER)
            if _ledger.whole(ledger):
                return ledger
        raise Unreadable(
            phrase(
                "{path:path} is not a ledger of deployments as this version writes it; restore it or move it away",
                path=str(self.store.place(LEDGER)),
            )
        )

    def has_ledger(self) -> bool:
        with contextlib.suppress(OSError, NotWritten):
            return self.store.read(LEDGER) is not None
        return False

    def save_ledger(self, ledger: Ledger, follows: Follows | None = None) -> None:
        self.save(LEDGER, sealed(to_json(ledger), follows))

    # -- run records

    def save_run(self, record: t.Mapping[str, object]) -> pathlib.PurePath:
        """Writes a run record and returns its path. NotWritten."""
        return self.save(run_name(str(as_dict(record["run"])["id"])), record)

    def runs(self) -> list[str]:
        """Names of the run records, oldest first."""
        return self.store.names("runs/*.json")

    def run(self, name: str) -> dict[str, object]:
        """A run record by its name. Unreadable."""
        record = self.load(name, _record.SCHEMA_VERSION)
        if record is None:
            raise Unreadable(phrase("{path:path} is not there any more", path=str(self.store.place(name))), stays=True)
        return record

    def run_of(self, identifier: str) -> dict[str, object]:
        """A run record by its id. Unreadable."""
        name = run_name(identifier)
        record = self.load(name, _record.SCHEMA_VERSION)
        if record is None:
            raise Unreadable(
                phrase("there is no run {run:path}: {path:path} does not exist", run=identifier, path=str(self.store.place(name)))
            )
        self.refuse_changed(record, name)
        return record

    def newest(
        self, phase: str | None = None, *, whole: bool = False, where: t.Callable[[dict[str, object]], bool] = lambda record: True
    ) -> dict[str, object] | None:
        """The newest run record that can be read, of a phase where one is named; ``whole`` leaves out those of a part."""
        for name in reversed(self.runs()):
            if phase and f"-{phase}-" not in name:
                continue
            record = self.believed(name)
            run = as_dict(record.get("run")) if record else {}
            part = whole and (run.get("partial") or run.get("emergency") or run.get("refused"))
            if record and phase in (None, run.get("phase")) and not part and where(record):
                return record
        return None

    def believed(self, name: str) -> dict[str, object] | None:
        """A run record by its name; None, with the reason in ``doubted``, where it cannot be read or was changed."""
        try:
            record = self.run(name)
        except Unreadable as exc:
            self.doubted[name] = exc.message
            if not exc.stays:
                self.broken[name] = exc.message
            return None
        try:
            self.refuse_changed(record, name)
        except Unreadable as exc:
            self.doubted[name] = exc.message
            return None
        return record

    def forget_doubts(self) -> None:
        """Before everything is read anew."""
        self.doubted, self.broken = {}, {}

    def past(self, record: t.Mapping[str, object]) -> PastRun:
        """What later runs ask of a run record. Unreadable."""
        return from_json(PastRun, record, f"a run record of {self.service} in {self.environment}")

    def newest_past(
        self, phase: str | None = None, *, whole: bool = False, where: t.Callable[[PastRun], bool] = lambda past: True
    ) -> PastRun | None:
        """What later runs ask of the newest run record that can be read, as ``newest`` finds it."""

        def fits(record: dict[str, object]) -> bool:
            try:
                return where(self.past(record))
            except Unreadable:
                return False

        found = self.newest(phase, whole=whole, where=fits)
        return self.past(found) if found else None

    # -- decisions

    def decisions(self) -> tuple[list[Decision], list[Message]]:
        """The decisions on this service, oldest first, and why others that are there cannot be used."""
        found: list[Decision] = []
        problems = []
        for name in self.store.names("decisions/*.json"):
            try:
                found.append(self._decision(name))
            except Unreadable as exc:
                problems.append(phrase("a decision does not count: {reason}", reason=exc.message))
        return sorted(found, key=lambda item: item.recorded_at), problems

    def _decision(self, name: str) -> Decision:
        place = self.store.place(name)
        data = self.load(name, _decision.SCHEMA_VERSION) or {}
        missing = [key for key in _DECISION_KEYS if not isinstance(data.get(key), str)]
        if missing:
            raise Unreadable(phrase("{path:path} has no {keys:list}", path=str(place), keys=missing))
        if (data["service"], data["environment"]) != (self.service, self.environment):
            raise Unreadable(
                phrase(
                    "{path:path} is about {other:path} in {elsewhere:path}, not {service:path} in {environment:path}",
                    path=str(place),
                    other=str(data["service"]),
                    elsewhere=str(data["environment"]),
                    service=self.service,
                    environment=self.environment,
                )
            )
        self.refuse_changed(data, name, SEAL)
        decision = from_json(Decision, data, place)
        about = self.about(decision.run) if verified(data, SEAL) is None else None
        if about and about.digest:
            raise Unreadable(phrase("{path:path} has no digest, and the record that it is about has one", path=str(place)))
        return decision

    def refuse_decision(self, name: str) -> None:
        """Unreadable where a decision cannot be used, or the record that it is about is not the one that it was."""
        self._decision(name)
        said = as_dict((self.load(name, _decision.SCHEMA_VERSION) or {}).get("follows"))
        about = self.about(str(said.get("run"))) if said else None
        if said and about and about.digest != said.get("digest"):
            place = str(self.store.place(name))
            raise Unreadable(phrase("{path:path} is about another record of {run:path} than is there", path=place, run=about.run))

    def save_decision(self, decision: Decision) -> pathlib.PurePath:
        """Writes a decision and returns its path; one that is there is never overwritten. NotWritten."""
        name = f"decisions/{_safe(decision.id)}.json"
        if name in self.store.names("decisions/*.json"):
            raise NotWritten(phrase("{path:path} is there already, and a decision is never overwritten", path=str(self.store.place(name))))
        return self.save(name, sealed(to_json(decision), self.about(decision.run), SEAL))

    def about(self, run: str) -> Follows | None:
        """The record of a run, as what is about it names it; None where it is not there or was changed."""
        with contextlib.suppress(Unreadable):
            digest = self.run_of(run).get("digest")
            return Follows(run, str(digest) if digest else None)
        return None

    # -- baselines

    def load_baseline(self, deployment_id: str) -> Baseline | None:
        """The baseline of a deployment; None where there is none. Unreadable."""
        name = baseline_name(deployment_id)
        data = self.load(name, _baseline.SCHEMA_VERSION)
        if data is None:
            return None
        self.refuse_another_service(data, name, phrase("the baseline"))
        self.refuse_changed(data, name)
        with contextlib.suppress(Unreadable):
            baseline = from_json(Baseline, data, name)
            if baseline.deployment_id == deployment_id:
                return baseline
        raise Unreadable(
            phrase(
                "{path:path} is not a whole baseline of deployment {deployment:path}; restore it or move it away",
                path=str(self.store.place(name)),
                deployment=deployment_id,
            )
        )

    def save_baseline(self, baseline: Baseline) -> pathlib.PurePath:
        """Writes the baseline of a deployment that has none, and removes the oldest of more than are kept. NotWritten."""
        name = baseline_name(baseline.deployment_id)
        if self.store.read(name) is not None:
            raise NotWritten(phrase("{path:path} is there already, and a baseline is never overwritten", path=str(self.store.place(name))))
        path = self.save(name, sealed(to_json(baseline)))
        others = []
        for other in self.store.names("baselines/*.json"):
            with contextlib.suppress(Unreadable):  # what is not ours stays
                data = self.load(other, _baseline.SCHEMA_VERSION) if other != name else None
                found = from_json(Baseline, data, other) if data else None
                if found and found.service == self.service:
                    others.append((found.taken_at, other))
        for _taken, other in sorted(others)[: max(0, len(others) - (BASELINES_KEPT - 1))]:
            with contextlib.suppress(NotWritten):  # the next run tries again
                self.store.remove(other)
        return path

    # -- any file

    def load(self, name: str, version: int) -> dict[str, object] | None:
        """A document of at most this schema version, None where there is none. Unreadable."""
        try:
            content = self.store.read(name)
        except OSError as exc:
            ours = exc.errno in (errno.EISDIR, errno.EINVAL, errno.ELOOP, errno.EFBIG)  # of what lies there, not of the disk
            raise Unreadable(_not_read(self.store.place(name), exc), stays=not ours) from None
        return None if content is None else decoded(content, self.store.place(name), version)

    def save(self, name: str, data: t.Mapping[str, object]) -> pathlib.PurePath:
        """Writes a document and returns its path. NotWritten."""
        self.store.write(name, encoded(data))
        return self.store.place(name)


def load(path: pathlib.Path | str) -> dict[str, object]:
    """A run record from any file. Unreadable."""
    place = pathlib.Path(path).absolute()
    try:
        content = Folder(place.parent).read(place.name)
    except (OSError, ValueError) as exc:
        raise Unreadable(_not_read(path, exc if isinstance(exc, OSError) else OSError(str(exc)))) from None
    if content is None:
        raise Unreadable(_not_read(path, OSError(errno.ENOENT, os.strerror(errno.ENOENT))))
    return decoded(content, path, _record.SCHEMA_VERSION)


def _not_read(path: object, exc: OSError) -> Message:
    return phrase("{path:path} cannot be read: {reason}", path=str(path), reason=exc.strerror or str(exc))


def run_name(identifier: str) -> str:
    """The name of the record of a run."""
    return f"runs/{_safe(identifier)}.json"


def baseline_name(deployment_id: str) -> str:
    """The name of the baseline of a deployment."""
    safe = _safe(deployment_id)[:100]
    if safe != deployment_id:  # another deployment's name may be made safe in the same way
        safe += f"-{hashlib.sha256(deployment_id.encode()).hexdigest()[:8]}"
    return f"baselines/{safe}.json"


def _safe(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]", "_", str(text)).lstrip(".") or "_"


__all__ = ("HEAD", "LEDGER", "SEAL", "STATE", "Records", "Store", "Unreadable", "baseline_name", "default_folder", "load", "run_name")
