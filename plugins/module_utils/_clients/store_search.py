# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks for marked lines in a log store: one search a look, for those of all hosts. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._finding import CannotObserve
from .._phrase import Message, phrase
from .._runner import Runner
from .canary_comparison import Found, is_of_line
from .canary_marker import Marker, written
from .line_headers import SURE_HOSTS
from .log_store import LogStore, Stored
from .log_wire import Refused

TRIES = 3  # looks in a row without an answer after which the store is not asked again


class StoreSearch:
    """Looks through one place of a store."""

    def __init__(self, store: LogStore, runner: Runner, *, host_is_sure: bool = False) -> None:
        self.store, self.runner = store, runner
        self.host_is_sure = host_is_sure or bool(store.place.host_field)
        self.records: dict[str, list[Stored]] = {}  # by token, of the last look
        self.hindered: list[Message] | None = None  # what keeps the store from taking lines; None: not asked yet
        self.asked_again = False
        self.silent = 0  # looks in a row that had no answer
        self.unseen: Message | None = None  # why it could not be looked elsewhere

    def look_over(self) -> None:
        """Asks whether the store can be asked at all. CannotObserve."""
        self.hindered = self.store.ready()

    def poll(self, markers: t.Sequence[Marker]) -> None:
        """CannotObserve where the question is refused, or has no answer several times in a row."""
        if self.hindered is None:
            self.look_over()
        since = min([self.runner.now().timestamp(), *written(markers)])
        try:
            lines = self.store.find([marker.token for marker in markers], since)
        except Refused:
            raise
        except CannotObserve:
            self.silent += 1
            if self.silent >= TRIES:
                raise
            return
        self.silent = 0
        for marker in markers:
            self.records[marker.token] = [line for line in lines if is_of_line(line.text, marker)]

    def found(self, marker: Marker) -> list[Found]:
        return [self._as_found(line, marker, number) for number, line in enumerate(self.records.get(marker.token, ()))]

    def _as_found(self, line: Stored, marker: Marker, number: int) -> Found:
        return Found(
            line.text,
            phrase("{place:path} of {store}", place=line.place, store=self.store.name) if line.place else Message(self.store.name),
            line.place,
            identity=str(number),
            host=self._host(line, marker),
            moment=line.moment,
            arrived=line.arrived,
        )

    def _host(self, line: Stored, marker: Marker) -> str | None:
        """The host of a line, where it stands in a field that says nothing else: an access log has the one that was asked for."""
        if line.host is None or self.host_is_sure:
            return line.host
        if marker.via == "probe" or line.host in marker.said:
            return None
        return line.host if any(line.fields.get(name) == line.host for name in SURE_HOSTS) else None

    def elsewhere(self, markers: t.Sequence[Marker]) -> dict[str, Message]:
        """By token what keeps a line that has arrived from being found in its place, as far as the credentials reach."""
        self._look_again()
        try:
            lines = self.store.find_elsewhere([marker.token for marker in markers], min([self.runner.now().timestamp(), *written(markers)]))
        except CannotObserve as exc:
            self.unseen = exc.message
            return {}
        told: dict[str, Message] = {}
        for marker in markers:
            line = next((line for line in lines if is_of_line(line.text, marker)), None)
            if line is not None:
                told[marker.token] = line.astray or phrase("it lies in {place:path}", place=line.place)
        return told

    def hindrances(self) -> t.Sequence[Message]:
        """What keeps the store from taking lines now, where something did when it was asked first: an index may have been made since."""
        if self.hindered and not self.asked_again:
            self._look_again()
        return self.hindered or ()

    def _look_again(self) -> None:
        """What hinders the store now: it may have run full meanwhile."""
        self.asked_again = True
        try:
            self.hindered = self.store.ready()
        except CannotObserve as exc:
            self.unseen = exc.message


__all__ = ("StoreSearch",)
