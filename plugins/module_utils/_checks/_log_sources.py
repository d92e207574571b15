# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where lines of many hosts lie, in one shape for stores, files and journals: how many of each instance. PRIVATE to the collection."""

from __future__ import annotations

import os
import re
import typing as t

from .._clients.journal_gathered import GatheredJournal
from .._clients.log_counted import Counted
from .._clients.log_gathered import GatheredFiles
from .._clients.log_store import Flow, LogStore
from .._clients.log_values import HOST_FIELDS
from .._clients.log_wire import Refused
from .._clients.search_index import SearchIndex
from .._finding import CannotObserve
from .._phrase import Message, phrase
from .._runner import Runner
from ._log_instances import Expected, Names, matched
from ._log_place import OF_ANYBODY, is_narrow, lacking, without_canaries
from ._log_silence import together
from ._log_stores import log_store

DAY = 86400.0


class Source(t.Protocol):
    """Where the lines are looked for."""

    name: str

    def ready(self) -> list[Message]:
        """What hinders it; CannotObserve where it cannot be asked at all."""

    def count(self, expected: t.Sequence[Expected], since: float, until: float, enough: int) -> Counted:
        """What is there, by the names of instances. CannotObserve."""

    def ahead(self, expected: t.Sequence[Expected], counted: Counted, since: float) -> dict[str, float]:
        """The newest line of each name that has lines from after a time, when all before it has been counted. CannotObserve."""

    def narrow(self) -> bool:
        """Whether it has been said which lines are the service's."""


class StoreSource:
    """A log store that is asked over HTTP."""

    def __init__(self, backend: str, args: t.Mapping[str, object], runner: Runner) -> None:
        self.args, self.backend, self.runner = args, backend, runner
        self.store: LogStore = log_store(backend, {**args, "query": without_canaries(backend, args)}, runner)
        self.name = self.store.name
        self.field = str(args.get("by") or args.get("host_field") or "") or None
        self.given = bool(self.field)  # whether somebody has said in which field the instances stand

    def ready(self) -> list[Message]:
        return ready_to_count(self.store)

    def narrow(self) -> bool:
        return is_narrow(self.args)

    def count(self, expected: t.Sequence[Expected], since: float, until: float, enough: int) -> Counted:
        if self.given and self.field:
            try:
                return Counted(self._flow(self.field, since, until))
            except Refused as exc:
                told = phrase(
                    "{store} cannot count lines by the field {field:path}: {reason}", store=self.name, field=self.field, reason=exc.reason
                )
                raise CannotObserve(told, instrument=self.name) from None
        fallback: dict[str, Flow] = {}
        refused: Refused | None = None
        first = self.field
        for field in [first] if first else HOST_FIELDS:
            try:
                flows = self._flow(field, since, until)
            except Refused as exc:  # a text that is only kept in words, say, in one of the indices
                refused = refused or exc
                continue
            named = {name: flow for name, flow in flows.items() if name}
            if first or any(matched(expected, named).of.values()):
                self.field = field
                return Counted(self._with_other_fields(expected, flows, field, since, until))
            if not flows:  # no line at all: no field will tell more
                return Counted()
            if named and not fallback:
                fallback, self.field = flows, field
        if not fallback:
            raise refused or CannotObserve(
                phrase("the lines in {store} have none of the fields that usually name a host: say which one does (by)", store=self.name),
                instrument=self.name,
            )
        return Counted(fallback)

    def _with_other_fields(
        self, expected: t.Sequence[Expected], flows: dict[str, Flow], field: str, since: float, until: float
    ) -> dict[str, Flow]:
        """Two shippers name a host in a field each: lines without the one are looked at by the others, while somebody is missing."""
        merged, without = Counted(dict(flows)), [field]
        for other in HOST_FIELDS:
            if not merged.flows.get("", Flow(0, None)).lines or all(matched(expected, merged.flows).of.values()):
                break
            if other == field:
                continue
            try:
                more = self._lacking(without).flow(other, since, until)
            except CannotObserve:
                continue
            named = {name: flow for name, flow in more.items() if name}
            if named:
                without.append(other)
                merged.flows.pop("", None)
                for name, flow in more.items():
                    merged.add(name, flow.lines, flow.newest)
        return merged.flows

    def _lacking(self, fields: t.Sequence[str]) -> LogStore:
        query = lacking(self.backend, without_canaries(self.backend, self.args), fields)
        return log_store(self.backend, {**self.args, "query": query}, self.runner)

    def limited(self, runner: Runner) -> StoreSource:
        """The same with less time."""
        other = StoreSource(self.backend, self.args, runner)
        other.field = self.field
        return other

    def ahead(self, expected: t.Sequence[Expected], counted: Counted, since: float) -> dict[str, float]:
        later = self._flow(self.field, since, since + DAY) if self.field else self.count(expected, since, since + DAY, 1).flows
        return {name: flow.newest for name, flow in later.items() if name and flow.newest is not None}

    def _flow(self, field: str, since: float, until: float) -> dict[str, Flow]:
        try:
            return self.store.flow(field, since, until)
        except Refused:
            if self.backend != "victorialogs":
                raise
            query = without_canaries(self.backend, self.args, everywhere=False)  # older than 1.46
            return log_store(self.backend, {**self.args, "query": query}, self.runner).flow(field, since, until)

    def without_query(self) -> StoreSource | None:
        """All that the store has beside the service's own lines; None where nothing narrows it."""
        if not self.args.get("query"):
            return None
        return StoreSource(self.backend, {**self.args, "query": None, "by": None}, self.runner)


def ready_to_count(store: LogStore) -> list[Message]:
    """What hinders a store of which lines are only counted: whether they have a text does not matter. CannotObserve."""
    return store.ready(searched=False) if isinstance(store, SearchIndex) else store.ready()


class FilesSource:
    """Files of a receiver."""

    def __init__(self, pattern: str, tag: str | None, runner: Runner) -> None:
        self.files, self.runner = GatheredFiles(pattern, tag, runner), runner
        self.name, self.tag = pattern, tag

    def ready(self) -> list[Message]:
        return []

    def narrow(self) -> bool:
        """Whether a tag, or a name below the folder of the host, says whose lines they are."""
        below = self.name.partition("{host}")[2] or os.path.basename(self.name)
        words = re.findall(r"[a-z]{2,}", below.lower().replace("{host}", ""))
        return bool(self.tag) or any(word not in OF_ANYBODY for word in words)

    def ahead(self, expected: t.Sequence[Expected], counted: Counted, since: float) -> dict[str, float]:
        return counted.ahead

    def count(self, expected: t.Sequence[Expected], since: float, until: float, enough: int) -> Counted:
        names = Names(expected)

        def known(word: str) -> bool:
            return bool(names.owners(word))

        return self.files.count(since, until, enough, lambda flows: all_found(expected, flows, enough), known)


class JournalSource:
    """A journal in which entries of many hosts lie."""

    def __init__(self, folder: str | None, unit: str | None, tag: str | None, by: str | None, runner: Runner) -> None:
        self.journal = GatheredJournal(folder, unit, tag, runner)
        self.by, self.name = by or "_HOSTNAME", self.journal.name

    def ready(self) -> list[Message]:
        return []

    def narrow(self) -> bool:
        return self.journal.is_narrow or self.by != "_HOSTNAME"

    def ahead(self, expected: t.Sequence[Expected], counted: Counted, since: float) -> dict[str, float]:
        return counted.ahead

    def count(self, expected: t.Sequence[Expected], since: float, until: float, enough: int) -> Counted:
        return self.journal.count(self.by, since, until, lambda flows: all_found(expected, flows, enough))


def all_found(expected: t.Sequence[Expected], flows: t.Mapping[str, Flow], enough: int) -> bool:
    """Whether there is enough of each instance, so that nothing more has to be read."""
    found = matched(expected, flows)
    return bool(expected) and all(together([flows[name] for name in found.of[one.instance]]).lines >= enough for one in expected)


__all__ = ("FilesSource", "JournalSource", "Source", "StoreSource", "all_found", "ready_to_count")
