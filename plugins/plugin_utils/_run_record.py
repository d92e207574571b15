# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run records and service state on disk: written whole or not at all, found again. PRIVATE to the collection.

``RECORDS/SERVICE/ENVIRONMENT/`` has ``runs/ID.json``, ``decisions/ID.json`` and ``state.json``.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pathlib
import re
import typing as t

from . import _state
from ._files import NotWritten, write_atomically

SCHEMA_VERSION = 1
DECISION_SCHEMA_VERSION = 1
_DECISION_KEYS = ("id", "service", "environment", "phase", "digest", "recorded_at", "date", "valid_until", "body", "outcome", "verdict")


class Unreadable(Exception):
    """A record or state that is there and cannot be used; it is left as it is."""


def default_folder() -> pathlib.Path:
    """Where records live when nobody says: the user's state folder."""
    base = os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
    return pathlib.Path(base) / "operability.readiness"


class Records:
    """The records of one service in one environment."""

    def __init__(self, root: pathlib.Path | str, service: str, environment: str) -> None:
        self.folder = pathlib.Path(root).expanduser() / _safe(service) / _safe(environment)
        self.service, self.environment = service, environment

    @property
    def state_path(self) -> pathlib.Path:
        return self.folder / "state.json"

    @contextlib.contextmanager
    def lock(self) -> t.Iterator[None]:
        """Holds others off while state is read, changed and written. NotWritten when the folder cannot be used."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle = open(self.folder / ".lock", "w", encoding="utf-8")  # noqa: SIM115 # closed below
        except OSError as exc:
            raise NotWritten(f"the records folder {self.folder} cannot be used: {exc.strerror or exc}") from None
        with handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def load_state(self) -> dict[str, t.Any]:
        """The state, an empty one where there is none yet. Unreadable."""
        if not os.path.exists(self.state_path):  # also where its folder may not be looked into: the lock tells that
            return _state.empty(self.service, self.environment)
        state = _load(self.state_path, _state.SCHEMA_VERSION)
        if (state.get("service"), state.get("environment")) != (self.service, self.environment):
            raise Unreadable(
                f"{self.state_path} is the state of {state.get('service')} in {state.get('environment')}, "
                f"not of {self.service} in {self.environment}; move it away"
            )
        return state

    def save_state(self, state: t.Mapping[str, t.Any]) -> None:
        write_atomically(self.state_path, _dump(state), make_folder=True)

    def save_run(self, record: t.Mapping[str, t.Any]) -> pathlib.Path:
        """Writes a run record and returns its path. NotWritten."""
        path = self.folder / "runs" / f"{_safe(record['run']['id'])}.json"
        return write_atomically(path, _dump(record), make_folder=True)

    def runs(self) -> list[pathlib.Path]:
        """Paths of the run records, oldest first."""
        return sorted((self.folder / "runs").glob("*.json"), key=lambda path: (path.name[:16], path.stat().st_mtime_ns))

    def run(self, identifier: str) -> dict[str, t.Any]:
        """The run record of this id. Unreadable."""
        return load(self.folder / "runs" / f"{_safe(identifier)}.json")

    def newest(
        self, phase: str | None = None, *, where: t.Callable[[dict[str, t.Any]], bool] = lambda record: True
    ) -> dict[str, t.Any] | None:
        """The newest run record, of a phase where one is named; records that cannot be read are passed over."""
        for path in reversed(self.runs()):
            with contextlib.suppress(Unreadable):
                record = load(path)
                if phase in (None, record["run"]["phase"]) and where(record):
                    return record
        return None

    def decisions(self) -> tuple[list[dict[str, t.Any]], list[str]]:
        """The decisions on this service, oldest first, and why others that are there cannot be used."""
        found, problems = [], []
        for path in sorted((self.folder / "decisions").glob("*.json")):
            try:
                decision = _load(path, DECISION_SCHEMA_VERSION)
            except Unreadable as exc:
                problems.append(f"a decision does not count: {exc}")
                continue
            missing = [key for key in _DECISION_KEYS if not isinstance(decision.get(key), str)]
            if missing:
                problems.append(f"a decision does not count: {path} has no {', '.join(missing)}")
            elif (decision["service"], decision["environment"]) != (self.service, self.environment):
                about = f"{decision['service']} in {decision['environment']}"
                problems.append(f"a decision does not count: {path} is about {about}, not {self.service} in {self.environment}")
            else:
                found.append(decision)
        return sorted(found, key=lambda item: item["recorded_at"]), problems

    def save_decision(self, decision: t.Mapping[str, t.Any]) -> pathlib.Path:
        """Writes a decision and returns its path; one that is there is never overwritten. NotWritten."""
        path = self.folder / "decisions" / f"{_safe(decision['id'])}.json"
        if path.exists():
            raise NotWritten(f"{path} could not be written: it is there already, and a decision is never overwritten")
        return write_atomically(path, _dump(decision), make_folder=True)


def load(path: pathlib.Path | str) -> dict[str, t.Any]:
    """A run record. Unreadable."""
    return _load(pathlib.Path(path), SCHEMA_VERSION)


def _load(path: pathlib.Path, version: int) -> dict[str, t.Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise Unreadable(f"{path} cannot be read: {exc.strerror or exc}") from None
    except ValueError:
        raise Unreadable(f"{path} is not whole: it is not JSON that can be parsed; restore it or move it away") from None
    if not isinstance(data, dict) or not isinstance(data.get("schema_version"), int):
        raise Unreadable(f"{path} is not a record of operability.readiness")
    if data["schema_version"] > version:
        raise Unreadable(
            f"{path} was written by a newer version (schema {data['schema_version']}, this one reads {version}); update the collection"
        )
    return data


def _dump(data: t.Mapping[str, t.Any]) -> bytes:
    return (json.dumps(data, indent=1, ensure_ascii=False, default=str) + "\n").encode("utf-8")


def _safe(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]", "_", str(text)).lstrip(".") or "_"


__all__ = ("DECISION_SCHEMA_VERSION", "Records", "Unreadable", "default_folder", "load")
