# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run records, baselines and service state on disk: written whole or not at all, found again. PRIVATE to the collection.

``RECORDS/SERVICE/ENVIRONMENT/`` has ``runs/ID.json``, ``baselines/DEPLOYMENT.json``, ``decisions/ID.json``, ``state.json``
and ``deployments.json``.
"""

from __future__ import annotations

import contextlib
import hashlib
import pathlib
import re
import typing as t

from ...module_utils._files import NotWritten
from ...module_utils._phrase import Message, phrase
from ...module_utils._store import Changed, Folder, default_folder
from .._model import baseline as _baseline
from .._model import decision as _decision
from .._model import deployments as _deployments
from .._model import record as _record
from .._model import service_state as _state
from .._model.baseline import Baseline
from .._model.decision import Decision
from .._model.deployments import Ledger
from .._model.record import PastRun
from .._model.service_state import Deployed, State
from .._model.text import as_dict
from .._promises import ledger as _ledger
from .record_json import Unreadable, decoded, encoded, from_json, to_json

ATTEMPTS = 5  # to write on another host while others do the same
_DECISION_KEYS = ("id", "service", "environment", "phase", "digest", "recorded_at", "date", "valid_until", "body", "outcome", "verdict")
BASELINES_KEPT = 20
LEDGER = "deployments.json"

T = t.TypeVar("T")


class Store(t.Protocol):
    """A folder, here or on another host. Names are relative to it. ``write`` and ``remove`` raise NotWritten, ``read`` OSError."""

    def lock(self) -> contextlib.AbstractContextManager[None]: ...
    def place(self, name: str) -> pathlib.PurePath: ...
    def read(self, name: str) -> bytes | None: ...
    def names(self, pattern: str) -> list[str]: ...
    def write(self, name: str, content: bytes) -> None: ...
    def remove(self, name: str) -> None: ...


class Records:
    """The records of one service in one environment. ``open_store`` opens its folder where that is not on this machine."""

    def __init__(
        self, root: pathlib.Path | str, service: str, environment: str, open_store: t.Callable[[str], Store] | None = None
    ) -> None:
        self.service, self.environment = service, environment
        inner = pathlib.PurePosixPath(_safe(service), _safe(environment))
        self.store: Store = open_store(str(pathlib.PurePosixPath(root) / inner)) if open_store else Folder(pathlib.Path(root) / inner)

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
        data = self.load("state.json", _state.SCHEMA_VERSION)
        if data is None:
            return State.empty(self.service, self.environment)
        self._refuse_another_service(data, "state.json", phrase("the state"))
        return from_json(State, data, self.store.place("state.json"))

    def _refuse_another_service(self, data: t.Mapping[str, object], name: str, what: Message) -> None:
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

    def save_state(self, state: State) -> None:
        self.save("state.json", to_json(state))

    # -- deployments

    def load_ledger(self, earlier: t.Sequence[Deployed] = ()) -> Ledger:
        """The deployments; where there is no ledger yet, what an older state has of them. Unreadable."""
        data = self.load(LEDGER, _deployments.SCHEMA_VERSION)
        if data is None:
            return _ledger.empty(self.service, self.environment, earlier)
        self._refuse_another_service(data, LEDGER, phrase("the ledger"))
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

    def save_ledger(self, ledger: Ledger) -> None:
        self.save(LEDGER, to_json(ledger))

    # -- run records

    def save_run(self, record: t.Mapping[str, object]) -> pathlib.PurePath:
        """Writes a run record and returns its path. NotWritten."""
        return self.save(f"runs/{_safe(str(as_dict(record['run'])['id']))}.json", record)

    def runs(self) -> list[str]:
        """Names of the run records, oldest first."""
        return self.store.names("runs/*.json")

    def run(self, name: str) -> dict[str, object]:
        """A run record by its name. Unreadable."""
        record = self.load(name, _record.SCHEMA_VERSION)
        if record is None:
            raise Unreadable(phrase("{path:path} is not there any more", path=str(self.store.place(name))))
        return record

    def run_of(self, identifier: str) -> dict[str, object]:
        """A run record by its id. Unreadable."""
        name = f"runs/{_safe(identifier)}.json"
        record = self.load(name, _record.SCHEMA_VERSION)
        if record is None:
            raise Unreadable(
                phrase("there is no run {run:path}: {path:path} does not exist", run=identifier, path=str(self.store.place(name)))
            )
        return record

    def newest(
        self, phase: str | None = None, *, whole: bool = False, where: t.Callable[[dict[str, object]], bool] = lambda record: True
    ) -> dict[str, object] | None:
        """The newest run record that can be read, of a phase where one is named; ``whole`` leaves out those of a part."""
        for name in reversed(self.runs()):
            if phase and f"-{phase}-" not in name:
                continue
            with contextlib.suppress(Unreadable):
                record = self.run(name)
                run = as_dict(record.get("run"))
                part = whole and (run.get("partial") or run.get("emergency") or run.get("refused"))
                if phase in (None, run.get("phase")) and not part and where(record):
                    return record
        return None

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
        return from_json(Decision, data, place)

    def save_decision(self, decision: Decision) -> pathlib.PurePath:
        """Writes a decision and returns its path; one that is there is never overwritten. NotWritten."""
        name = f"decisions/{_safe(decision.id)}.json"
        if name in self.store.names("decisions/*.json"):
            raise NotWritten(phrase("{path:path} is there already, and a decision is never overwritten", path=str(self.store.place(name))))
        return self.save(name, to_json(decision))

    # -- baselines

    def load_baseline(self, deployment_id: str) -> Baseline | None:
        """The baseline of a deployment; None where there is none. Unreadable."""
        name = _baseline_name(deployment_id)
        data = self.load(name, _baseline.SCHEMA_VERSION)
        if data is None:
            return None
        self._refuse_another_service(data, name, phrase("the baseline"))
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
        name = _baseline_name(baseline.deployment_id)
        if self.store.read(name) is not None:
            raise NotWritten(phrase("{path:path} is there already, and a baseline is never overwritten", path=str(self.store.place(name))))
        path = self.save(name, to_json(baseline))
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
            raise Unreadable(_not_read(self.store.place(name), exc)) from None
        return None if content is None else decoded(content, self.store.place(name), version)

    def save(self, name: str, data: t.Mapping[str, object]) -> pathlib.PurePath:
        """Writes a document and returns its path. NotWritten."""
        self.store.write(name, encoded(data))
        return self.store.place(name)


def load(path: pathlib.Path | str) -> dict[str, object]:
    """A run record from any file. Unreadable."""
    try:
        content = pathlib.Path(path).read_bytes()
    except OSError as exc:
        raise Unreadable(_not_read(path, exc)) from None
    return decoded(content, path, _record.SCHEMA_VERSION)


def _not_read(path: object, exc: OSError) -> Message:
    return phrase("{path:path} cannot be read: {reason}", path=str(path), reason=exc.strerror or str(exc))


def _baseline_name(deployment_id: str) -> str:
    safe = _safe(deployment_id)[:100]
    if safe != deployment_id:  # another deployment's name may be made safe in the same way
        safe += f"-{hashlib.sha256(deployment_id.encode()).hexdigest()[:8]}"
    return f"baselines/{safe}.json"


def _safe(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]", "_", str(text)).lstrip(".") or "_"


__all__ = ("Records", "Store", "Unreadable", "default_folder", "load")
