# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of records on another host: read at once, written at once, and only over what was read. PRIVATE to the collection."""

from __future__ import annotations

import base64
import contextlib
import fnmatch
import pathlib
import typing as t

from ...module_utils._files import NotWritten
from ...module_utils._phrase import phrase
from ...module_utils._store import Changed, digest

# what a run may need of the records at once; single run records are fetched when they are asked for
SNAPSHOT = ("*.json", "baselines/*.json", "decisions/*.json")  # the first: state and ledger
LISTED = ("runs/*.json",)
Call = t.Callable[[t.Mapping[str, object]], t.Mapping[str, t.Any]]  # runs the module store on that host


class RemoteFolder:
    """Has the methods of ``Folder``. What is written within ``lock`` goes over when it ends: Changed when somebody was faster."""

    def __init__(self, path: str, call: Call) -> None:
        self.path = pathlib.PurePosixPath(path)
        self._call = call
        self._files: dict[str, bytes] | None = None
        self._names: list[str] = []
        self._written: dict[str, bytes] = {}
        self._removed: list[str] = []
        self._buffering = False

    def place(self, name: str) -> pathlib.PurePosixPath:
        return self.path / name

    @contextlib.contextmanager
    def lock(self) -> t.Iterator[None]:
        self._fetch()
        self._written, self._removed, self._buffering = {}, [], True
        try:
            yield
            self._commit()
        finally:
            self._buffering = False

    def read(self, name: str) -> bytes | None:
        if name in self._written:
            return self._written[name]
        if name in self._removed:
            return None
        files = self._snapshot()
        if name not in files and name in self._names:
            files.update(_decoded(self._answer({"read": [name]})["files"]))
        return files.get(name)

    def names(self, pattern: str) -> list[str]:
        self._snapshot()
        there = [*self._names, *(name for name in self._written if name not in self._names)]
        return [name for name in there if fnmatch.fnmatch(name, pattern) and name not in self._removed]

    def write(self, name: str, content: bytes) -> None:
        self._written[name] = content
        if not self._buffering:
            self._commit()

    def remove(self, name: str) -> None:
        self._removed.append(name)
        if not self._buffering:
            self._commit()

    # -- the host

    def _snapshot(self) -> dict[str, bytes]:
        if self._files is None:
            self._fetch()
        return self._files or {}

    def _fetch(self) -> None:
        answer = self._answer({"read": list(SNAPSHOT), "list": [*SNAPSHOT, *LISTED]})
        self._files, self._names = _decoded(answer["files"]), list(answer["names"])

    def _commit(self) -> None:
        if not (self._written or self._removed):
            return
        known = {"state.json", *self._written}
        files = self._files or {}
        expected = {name: digest(files.get(name)) for name in known if name in files or name not in self._names}
        written = {name: base64.b64encode(content).decode() for name, content in self._written.items()}
        answer = self._answer({"write": written, "remove": self._removed, "expect": expected})
        if answer.get("changed_meanwhile"):
            raise Changed(str(answer["changed_meanwhile"]))
        self._files = {**files, **self._written}
        self._names = [*self._names, *(name for name in self._written if name not in self._names)]
        self._written, self._removed = {}, []

    def _answer(self, question: t.Mapping[str, object]) -> t.Mapping[str, t.Any]:
        answer = self._call({"folder": str(self.path), **question})
        if "names" not in answer:
            why = answer.get("msg") or phrase("the host gave no answer")
            raise NotWritten(phrase("the records folder {path:path} cannot be used: {reason}", path=str(self.path), reason=why))
        return answer


def _decoded(files: t.Mapping[str, str]) -> dict[str, bytes]:
    return {str(name): base64.b64decode(content) for name, content in files.items()}


__all__ = ("RemoteFolder",)
