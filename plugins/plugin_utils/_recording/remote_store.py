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
from ...module_utils._store import MODE, Changed, Waiting, digest, listing

# what a run may need of the records at once; single run records are fetched when they are asked for
SNAPSHOT = ("*.json", "baselines/*.json", "decisions/*.json")  # the first: state and ledger
LISTED = ("runs/*.json",)
Answer = t.Mapping[str, t.Any]  # of the module store
Call = t.Callable[[t.Mapping[str, object]], Answer]  # runs it on that host


class RemoteFolder:
    """Has the methods of ``Folder``. What is written within ``lock`` goes over when it ends: Changed when somebody was faster."""

    def __init__(self, path: str, call: Call, *, mode: int = MODE, below: str | None = None, waiting: Waiting | None = None) -> None:
        self.path = pathlib.PurePosixPath(path)
        self._call = call
        self._how = {"mode": f"{mode:04o}", "below": below}
        self._waiting = waiting
        self._files: dict[str, bytes] | None = None
        self._unread: dict[str, tuple[int, str]] = {}  # why, by name
        self._names: list[str] = []
        self._written: dict[str, bytes] = {}
        self._removed: list[str] = []
        self._aside: dict[str, str] = {}
        self._buffering = False

    def place(self, name: str) -> pathlib.PurePosixPath:
        return self.path / name

    @contextlib.contextmanager
    def lock(self) -> t.Iterator[None]:
        self._fetch()
        self._written, self._removed, self._aside, self._buffering = {}, [], {}, True
        try:
            yield
            self._commit()
        finally:
            self._buffering = False

    def read(self, name: str) -> bytes | None:
        if name in self._written:
            return self._written[name]
        if name in self._removed or name in self._aside:
            return None
        files = self._snapshot()
        self.prefetch([name])
        if name in self._unread:
            raise OSError(*self._unread[name], str(self.place(name)))
        return files.get(name)

    def prefetch(self, names: t.Sequence[str]) -> None:
        """Has these files brought over at once."""
        files = self._snapshot()
        wanted = [name for name in names if name in self._names and name not in files and name not in self._unread]
        if wanted:
            self._keep(self._answer({"read": wanted}))

    def names(self, pattern: str) -> list[str]:
        self._snapshot()
        there = [*self._names, *(name for name in self._written if name not in self._names)]
        gone = {*self._removed, *self._aside} - set(self._written)
        return [name for name in there if fnmatch.fnmatchcase(name, pattern) and name not in gone]

    def write(self, name: str, content: bytes) -> None:
        self._written[name] = content
        if not self._buffering:
            self._commit()

    def remove(self, name: str) -> None:
        self._removed.append(name)
        if not self._buffering:
            self._commit()

    def put_aside(self, name: str, other: str) -> None:
        self._aside[name] = other
        if not self._buffering:
            self._commit()

    # -- the host

    def _snapshot(self) -> dict[str, bytes]:
        if self._files is None:
            self._fetch()
        return {} if self._files is None else self._files

    def _fetch(self) -> None:
        answer = self._answer({"read": list(SNAPSHOT), "list": [*SNAPSHOT, *LISTED]})
        self._files, self._unread, self._names = {}, {}, list(answer["names"])
        self._keep(answer)

    def _keep(self, answer: Answer) -> None:
        files = self._snapshot()
        files.update({str(name): base64.b64decode(content) for name, content in answer["files"].items()})
        self._unread.update({str(name): (int(number), str(reason)) for name, (number, reason) in (answer.get("unread") or {}).items()})

    def _commit(self) -> None:
        if not (self._written or self._removed or self._aside):
            return
        known = {"state.json", *self._written}
        files = self._files or {}
        expected = {name: digest(files.get(name)) for name in known if name in files or name not in self._names}
        for pattern in LISTED:  # a record names the one before it
            if any(fnmatch.fnmatchcase(name, pattern) for name in self._written):
                expected[pattern] = listing(name for name in self._names if fnmatch.fnmatchcase(name, pattern))
        written = {name: base64.b64encode(content).decode() for name, content in self._written.items()}
        answer = self._answer({"write": written, "remove": self._removed, "expect": expected, "aside": self._aside})
        if answer.get("changed_meanwhile"):
            raise Changed(str(answer["changed_meanwhile"]))
        self._files = {**files, **self._written}
        self._names = [*self._names, *(name for name in self._written if name not in self._names)]
        self._names = [name for name in self._names if name not in {*self._removed, *self._aside} - set(self._written)]
        self._written, self._removed, self._aside = {}, [], {}

    def _answer(self, question: t.Mapping[str, object]) -> Answer:
        answer = self._call({"folder": str(self.path), **self._how, **question})
        if "names" not in answer:
            why = answer.get("msg") or phrase("the host gave no answer")
            raise NotWritten(phrase("the records folder {path:path} cannot be used: {reason}", path=str(self.path), reason=why))
        if self._waiting:
            for sentence in answer.get("waited") or ():
                self._waiting(str(sentence))
        return answer


__all__ = ("RemoteFolder",)
