# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans that one worker of a run has made, for all others and the actions after it. PRIVATE to the collection.

They lie in the run's own temporary folder, which only its user may enter and which goes with the run: a plan may hold secrets.
"""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import os
import pathlib
import pickle
import time
import typing as t

from ...module_utils._files import NotWritten, write_atomically
from .._model.planned import Plan
from .._promises.versions import Recalled

PATIENCE = 10.0  # seconds that one waits for another's plan before it makes its own
PAUSE = 0.01


@dataclasses.dataclass(frozen=True)
class Shared:
    """A plan, and what was asked of the world for it beside what its key says."""

    plan: Plan
    addresses: t.Mapping[str, t.Sequence[str]]  # of hosts
    debt: tuple[str, str | None]  # the path of the debt file, and its digest
    task: str  # in which all of it was last found to be so
    remembered: Recalled | None = None  # the version of the newest deployment


class SharedPlans:
    """By a key of everything else that a plan depends on. ``root``: the temporary folder of the run."""

    def __init__(self, root: str | pathlib.Path, patience: float = PATIENCE) -> None:
        self.folder, self.patience = pathlib.Path(root) / "operability.readiness.plans", patience

    def get(self, key: str, holds: t.Callable[[Shared], Shared | None], make: t.Callable[[], Shared]) -> Plan:
        """The plan of this key: another's, where ``holds`` says that it still does (and as what it is to be kept), else a new one."""
        plan = self._held(key, holds)
        if plan is None:
            with self._turn(key) as waited:
                plan = self._held(key, holds) if waited else None
                if plan is None:
                    made = make()
                    self._save(key, made)
                    plan = made.plan
        return plan

    def _held(self, key: str, holds: t.Callable[[Shared], Shared | None]) -> Plan | None:
        known = self._load(key)
        kept = holds(known) if known else None
        if kept is None:
            return None
        if kept != known:
            self._save(key, kept)
        return kept.plan

    def _path(self, key: str) -> pathlib.Path:
        return self.folder / f"{key}.plan"

    def _load(self, key: str) -> Shared | None:
        try:
            return t.cast("Shared", pickle.loads(self._path(key).read_bytes()))
        except (OSError, EOFError, pickle.UnpicklingError):
            return None

    def _save(self, key: str, shared: Shared) -> None:
        with contextlib.suppress(NotWritten):  # then the next one makes it anew
            write_atomically(self._path(key), pickle.dumps(shared), mode=0o600, make_folder=True, durable=False)

    @contextlib.contextmanager
    def _turn(self, key: str) -> t.Iterator[bool]:
        """One at a time for a key, for as long as patience lasts. Whether there was another before."""
        waited = False
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = os.open(self.folder / f"{key}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError:
            yield False
            return
        try:
            over = time.monotonic() + self.patience
            while time.monotonic() < over:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    waited = True
                    time.sleep(PAUSE)
                else:
                    break
            yield waited
        finally:
            os.close(lock)


__all__ = ("Shared", "SharedPlans")
