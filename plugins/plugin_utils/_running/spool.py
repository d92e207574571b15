# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings on their way from ``verify`` to ``gate``: a folder that is private to one ansible run. PRIVATE to the collection.

Ansible's own temporary folder is shared by the workers of a run and removed with it; a file a host costs less than facts.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import hashlib
import json
import os
import pathlib
import re
import shutil
import time
import typing as t

from ...module_utils._files import write_atomically
from ...module_utils._finding import Finding
from ...module_utils._phrase import Message, kept, of_kept

CONTROLLER = "<controller>"  # not the name of any host
LOOKING = "<controller, looking>"  # a file of its own: another worker may be at it


class Spool:
    """The spool of one service, environment and phase; what is for a batch of a play alone (``scope``) has its own."""

    def __init__(self, root: str | pathlib.Path, service: str, environment: str, phase: str, scope: str = "service") -> None:
        self.base = pathlib.Path(root) / "operability.readiness"
        self.folder = self.base / _safe(f"{service}~{environment}~{phase}" + ("" if scope == "service" else f"~{scope}"))

    def save(
        self,
        host: str,
        findings: t.Mapping[str, t.Sequence[Finding]],
        *,
        unreachable: Message | None = None,
        play_hosts: t.Sequence[str] = (),
        variables: t.Mapping[str, str] | None = None,
        machine: str | None = None,
        lasting: str | None = None,
    ) -> None:
        """Adds the findings of a host (or of the controller), by the key of their check."""
        held = self._read(self._path(host)) or {"host": host, "findings": {}}
        held["unreachable"] = None if unreachable is None else kept(unreachable)
        held["machine"] = machine or held.get("machine")
        held["lasting"] = lasting or held.get("lasting")
        held["play_hosts"] = sorted({*held.get("play_hosts", []), *play_hosts})
        held["variables"] = dict(variables or held.get("variables") or {})
        held["findings"].update({key: [finding.as_dict() for finding in values] for key, values in findings.items()})
        write_atomically(self._path(host), json.dumps(held, default=str).encode(), mode=0o600, make_folder=True, durable=False)

    def _path(self, host: str) -> pathlib.Path:
        return self.folder / f"host-{_safe(host)}.json"

    def _read(self, path: pathlib.Path) -> dict[str, t.Any] | None:
        try:
            return t.cast("dict[str, t.Any]", json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None

    def load(self) -> list[dict[str, t.Any]]:
        """What each host left, in the order of their names."""
        return [_revived(data) for path in sorted(self.folder.glob("host-*.json")) if (data := self._read(path))]

    def findings(self) -> dict[str, list[Finding]]:
        """All findings by the key of their check."""
        found: dict[str, list[Finding]] = {}
        for data in self.load():
            for key, values in data["findings"].items():
                found.setdefault(key, []).extend(Finding.from_dict(value) for value in values)
        return found

    def findings_of(self, host: str) -> dict[str, list[Finding]]:
        """The findings of one host (or of the controller) by the key of their check."""
        held = self._read(self._path(host)) or {"findings": {}}
        return {key: [Finding.from_dict(value) for value in values] for key, values in held["findings"].items()}

    def has(self, host: str) -> bool:
        """Whether a host has been here, reached or not."""
        return self._path(host).exists()

    def keep_proven(self, entries: t.Mapping[str, object]) -> None:
        """Keeps for all workers and the gate what of the state stands for a new look."""
        write_atomically(
            self.folder / "proven.json", json.dumps(entries, default=str).encode(), mode=0o600, make_folder=True, durable=False
        )

    def proven(self) -> dict[str, dict[str, t.Any]] | None:
        """What was kept so; None where nobody has said."""
        return self._read(self.folder / "proven.json")

    @property
    def _remembered(self) -> pathlib.Path:
        return self.base / f"{self.folder.name}.remembered.json"  # beside the folder, which tells that something was verified

    def keep_remembered(self, entry: t.Mapping[str, object]) -> None:
        """Keeps for all workers and the gate what is remembered of the service's version."""
        write_atomically(self._remembered, json.dumps(entry).encode(), mode=0o600, make_folder=True, durable=False)

    def remembered(self) -> t.Mapping[str, object] | None:
        """What was kept so; None where nobody has said."""
        return self._read(self._remembered)

    def started(self) -> dt.datetime | None:
        """When the first piece of work was claimed."""
        times = [path.stat().st_mtime for path in self.folder.glob("claim-*")]
        return dt.datetime.fromtimestamp(min(times), dt.timezone.utc) if times else None

    def claim(self, what: str) -> bool:
        """True for the first of all workers that asks for this piece of work."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            (self.folder / f"claim-{_safe(what)}").touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def once(self, what: str, read: t.Callable[[], t.Mapping[str, object]], patience: float) -> dict[str, object]:
        """What ``read`` gives, read by the first of all workers that asks for it, while the others wait, in seconds at most ``patience``.

        Nothing, where it could not be read, is kept for as long: one server that does not answer is not asked by one host after another.
        """
        path = self.folder / f"read-{_safe(what)}.json"
        with _turn(path.with_suffix(".lock"), patience):
            held = self._read(path)
            if held and (held["read"] or abs(time.time() - held["at"]) < patience):
                return dict(held["read"])
            found = dict(read())
            kept_so = json.dumps({"read": found, "at": time.time()}).encode()
            write_atomically(path, kept_so, mode=0o600, make_folder=True, durable=False)
            return found

    def close(
        self,
        verdict: t.Mapping[str, t.Any],
        publish: t.Mapping[str, t.Any],
        record: t.Mapping[str, object] | None = None,
        *,
        unpublished: t.Mapping[str, str] | None = None,
        more_to_come: bool = False,
    ) -> None:
        """After the judgement: the findings go, what came of them stays for ``judged``, the targets with their secrets for ``publish``.

        Where other batches of the play are still to come, what its hosts said stays; servers are asked again.
        """
        if more_to_come:
            for path in (*self.folder.glob("claim-*"), self._path(CONTROLLER), self._path(LOOKING)):
                path.unlink(missing_ok=True)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)
            self._remembered.unlink(missing_ok=True)
        held = {"verdict": dict(verdict), "publish": dict(publish), "unpublished": dict(unpublished or {}), "record": record}
        write_atomically(self._judged, json.dumps(held, default=str).encode(), mode=0o600, make_folder=True, durable=False)

    @property
    def _judged(self) -> pathlib.Path:
        return self.base / f"{self.folder.name}.judged.json"

    def judged(self) -> dict[str, t.Any] | None:
        """What the gate of this run said, where it has spoken and nothing was verified since."""
        held = None if self.folder.exists() else self._read(self._judged)
        return held["verdict"] if held else None

    def publish(self) -> dict[str, t.Any]:
        """Where the gate of this run said that results go, with what must not be seen. Empty where none has spoken."""
        return dict((self._read(self._judged) or {}).get("publish") or {})

    def kept(self) -> Kept | None:
        """All that the gate of this run left here. None where none has spoken."""
        held = self._read(self._judged)
        return Kept(held["verdict"], held["publish"], held.get("record") or {}, held.get("unpublished") or {}) if held else None


class Kept(t.NamedTuple):
    """What a gate left for those after it: what the play was told, the targets of its files with their secrets, the record."""

    verdict: dict[str, object]
    publish: dict[str, object]
    record: dict[str, object]
    unpublished: dict[str, str]  # targets of its files that cannot be used, with the reason


class LastWord(t.NamedTuple):
    """What the last gate of this run of Ansible said, in which phase, and where all of it lies."""

    phase: str
    verdict: dict[str, object]
    spool: list[str] | None  # service, environment, phase and scope of what is to be published; None where that is done


class Word:
    """The word of the last gate, in the run's own temporary folder: no variable of a play stands for it."""

    def __init__(self, root: str | pathlib.Path) -> None:
        self.root = pathlib.Path(root)
        self.path = self.root / "operability.readiness" / "last-word.json"

    def give(self, phase: str, verdict: t.Mapping[str, object], spool: t.Sequence[str] | None = None) -> None:
        """Keeps it for ``publish`` and ``gate_stop``."""
        held = {"phase": phase, "verdict": dict(verdict), "spool": list(spool) if spool else None}
        write_atomically(self.path, json.dumps(held, default=str).encode(), mode=0o600, make_folder=True, durable=False)

    def last(self) -> LastWord | None:
        """None where no gate of this run has spoken."""
        try:
            held = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return LastWord(held["phase"], held["verdict"], held["spool"])

    def published(self) -> None:
        """What it left has been published; it is not published again."""
        word = self.last()
        if word:
            self.give(word.phase, word.verdict)


def _revived(data: dict[str, t.Any]) -> dict[str, t.Any]:
    why = data.get("unreachable")
    return {**data, "unreachable": None if why is None else of_kept(why)}


@contextlib.contextmanager
def _turn(path: pathlib.Path, patience: float) -> t.Iterator[None]:
    """One worker at a time, for as long as patience lasts."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        over = time.monotonic() + patience
        while time.monotonic() < over:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                time.sleep(0.05)
        yield
    finally:
        os.close(lock)


def _safe(text: str) -> str:
    safe = re.sub(r"[^A-Za-z0-9_.~-]", "_", text)
    return safe if safe == text else f"{safe}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


__all__ = ("CONTROLLER", "LOOKING", "Kept", "LastWord", "Spool", "Word")
