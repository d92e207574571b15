# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Graylog as a log store: its search scripting API (Graylog 5.1 and later). PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import json
import re
import typing as t
from urllib.parse import quote

from .._finding import CannotObserve
from .._http import Connection, Response
from .._message import one_line
from .._phrase import Message, phrase
from .._runner import Runner
from .log_days import FIRST_LOGS, jumped
from .log_store import Flow, Kept, Place, Stored
from .log_values import HOST_FIELDS, MESSAGE_FIELDS, around, as_moment, cut, holding, host_of, iso_duration_of, moment_of, text_of
from .log_wire import SKEW, LogServer, gather, not_in, too_many_values

MESSAGES, AGGREGATE = "/api/search/messages", "/api/search/aggregate"
INSTANCES = 10_000
QUICK = 10.0
NOTHING = ("-", "(Empty Value)", "")  # how a field is shown that a message does not have
ARRIVED = "gl2_receive_timestamp"
# what stands in its notifications while they hold
_FULL = ("es_node_disk_watermark_flood_stage", "es_index_blocked")
_LOSING = ("journal_utilization_too_high", "journal_uncommitted_messages_deleted")
_MAY_NOT = (401, 403, 404)
Json = dict[str, object]


class Graylog:
    """A log store behind the Protocol LogStore. ``place.stream`` is the title or the id of a stream."""

    def __init__(self, connection: Connection, place: Place, runner: Runner) -> None:
        self.place, self.runner = place, runner
        base = connection.url.rstrip("/").removesuffix("/api")
        if connection.bearer_token and not connection.url_username:  # an access token, which Graylog takes as a user's name
            connection = dataclasses.replace(connection, url_username=connection.bearer_token, url_password="token", bearer_token=None)
        # without the first header Graylog takes no question that is posted
        self.server = LogServer("Graylog", base, connection, runner).with_headers({"X-Requested-By": "operability.readiness"})
        self.name = self.server.name
        self.message_field = place.message_field or "message"
        self.time_field = place.time_field or "timestamp"
        self.fields = list(
            dict.fromkeys(
                [self.message_field, self.time_field, *([place.host_field] if place.host_field else []), "source", ARRIVED, "streams"]
                + ["full_message", *MESSAGE_FIELDS, *HOST_FIELDS]
            )
        )
        self._streams: list[Json] | None = None

    # -- the instrument itself

    def ready(self) -> list[Message]:
        about = self.server.mapping(self.server.get("/api/", light=True, headers={"Accept": "application/json"}))
        if "cluster_id" not in about or "version" not in about:
            raise self.server.nonsense()
        hinders: list[Message] = []
        stream = self._stream()
        if self.place.stream and stream is None:
            hinders.append(
                phrase("{server} shows no stream {stream:path} to these credentials", server=self.name, stream=self.place.stream)
            )
        if stream and stream.get("disabled") is True:
            hinders.append(phrase("the stream {stream:path} is paused: it takes no lines", stream=self.place.stream))
        now = self._now()
        self._rows(MESSAGES, self._asked(now - 1, now, query=self.place.query, fields=[self.time_field], size=1))
        return hinders + self._troubles()

    def _troubles(self) -> list[Message]:
        """What it says of itself, as far as these credentials may ask."""
        said: list[Message] = []
        system = self._quietly("/api/system")
        if system.get("is_processing") is False:
            said.append(phrase("{server} does not process messages just now: that was switched off", server=self.name))
        if self._quietly("/api/system/indexer/cluster/health").get("status") == "red":
            said.append(phrase("{server}: parts of what it stores cannot be read or written (red)", server=self.name))
        given = self._quietly("/api/system/notifications").get("notifications")
        kinds = {str(one.get("type")).lower() for one in given if isinstance(one, dict)} if isinstance(given, list) else set()
        if kinds.intersection(_FULL):
            said.append(phrase("{server} can store no more lines: its indices are read-only, its disk is full", server=self.name))
        if kinds.intersection(_LOSING):
            said.append(phrase("{server} loses lines: its journal is full", server=self.name))
        return said

    def _quietly(self, path: str) -> Json:
        response = self.server.get(path, missing=range(300, 600), timeout=QUICK, headers={"Accept": "application/json"})
        data = self.server.json(response) if response.status == 200 else {}
        return data if isinstance(data, dict) else {}

    def _stream(self) -> Json | None:
        """The stream of the place; None where none is asked for, or it is not shown. CannotObserve where several have its title."""
        wanted = self.place.stream
        if not wanted:
            return None
        known = self._known_streams()
        by_id = [one for one in known if one.get("id") == wanted]
        by_title = [one for one in known if str(one.get("title")).strip() == wanted.strip()]
        if not by_id and len(by_title) > 1:
            said = phrase(
                "{server} has several streams {stream:path}: name the one that is meant by its id", server=self.name, stream=wanted
            )
            raise self.server.trouble(said)
        return next(iter(by_id or by_title), None)

    def _known_streams(self) -> list[Json]:
        if self._streams is None:
            found = self.server.mapping(self.server.get("/api/streams", headers={"Accept": "application/json"})).get("streams")
            if not isinstance(found, list):
                raise self.server.nonsense()
            self._streams = [one for one in found if isinstance(one, dict)]
        return self._streams

    # -- lines

    def find(self, tokens: t.Sequence[str], since: float) -> list[Stored]:
        if self.place.stream and self._stream() is None:
            self._streams = None  # it may be there the next time
            return []
        return self._find(tokens, since - SKEW, self._now() + SKEW, field=self.message_field, query=self.place.query, stream=True)

    def find_elsewhere(self, tokens: t.Sequence[str], since: float) -> list[Stored]:
        try:
            return self._astray(tokens, since)
        except CannotObserve:
            return []  # not as far as that

    def _astray(self, tokens: t.Sequence[str], since: float) -> list[Stored]:
        """In all streams that these credentials may read, in any field, under any time."""
        lines = self._find(tokens, FIRST_LOGS, self._now() + 400 * 86_400, timeout=QUICK)
        hit = [token for token in tokens if token not in not_in(lines, tokens)]
        inside = {(line.text, line.moment) for line in self.find(hit, since)} if hit else set()
        return [dataclasses.replace(line, astray=self._why(line, since)) for line in lines if (line.text, line.moment) not in inside]

    def _why(self, line: Stored, since: float) -> Message:
        stream = self._stream()
        if self.place.stream and (stream is None or str(stream.get("id")) not in line.fields.get("streams", "")):
            ids = line.fields.get("streams", "").split()
            titles = [str(one.get("title")) for one in self._known_streams() if one.get("id") in ids] or ids
            return phrase("it lies in the stream {others:list}, not in {stream:path}", others=titles, stream=self.place.stream)
        if line.field != self.message_field:
            return phrase("it stands in the field {field:path}, not in {wanted:path}", field=line.field, wanted=self.message_field)
        if line.moment is not None and abs(line.moment - since) > SKEW:
            return phrase("it lies under the time {moment:moment}", moment=as_moment(line.moment))
        return phrase("the query {query} does not match it", query=self.place.query or "*")

    def flow(self, by: str, since: float, until: float) -> dict[str, Flow]:
        stream = self._only()
        if stream is None:
            return {}
        asked = {
            **self._asked(since, until, query=self.place.query, streams=stream),
            "group_by": [{"field": by, "limit": INSTANCES + 1}],
            "metrics": [{"function": "count"}, {"function": "max", "field": self.time_field}],
        }
        rows = self._rows(AGGREGATE, asked)
        if len(rows) > INSTANCES:
            raise self.server.trouble(too_many_values(self.name, by, INSTANCES))
        try:
            counted = {
                "" if row[0] in NOTHING or row[0] is None else str(row[0]): Flow(int(float(str(row[1]))), moment_of(row[2])) for row in rows
            }
        except (IndexError, TypeError, ValueError):
            raise self.server.nonsense() from None
        return {instance: flow for instance, flow in counted.items() if flow.lines}

    def oldest(self) -> float | None:
        return self._first_since(FIRST_LOGS)

    def filled(self, step: float) -> list[float]:
        return jumped(self._first_since, step, self._now())

    def _first_since(self, since: float) -> float | None:
        stream = self._only()
        if stream is None:
            return None
        asked = self._asked(since, self._now() + SKEW, query=self.place.query, streams=stream, fields=[self.time_field], size=1)
        rows = self._rows(MESSAGES, {**asked, "sort": self.time_field, "sort_order": "Ascending"})
        return moment_of(rows[0][0]) if rows and rows[0] else None

    def _only(self) -> list[str] | None:
        """The ids of the streams to look into, none for all; None where the one that is meant is not there."""
        if not self.place.stream:
            return []
        stream = self._stream()
        return None if stream is None else [str(stream.get("id"))]

    # -- how long

    def kept(self) -> Kept | None:
        stream = self._stream()
        if self.place.stream and stream is None:
            return None
        headers = {"Accept": "application/json"}
        if stream and stream.get("index_set_id"):
            path = f"/api/system/indices/index_sets/{quote(str(stream['index_set_id']), safe='')}"
            response = self.server.get(path, missing=_MAY_NOT, headers=headers)
            return self._kept(self.server.mapping(response)) if response.status == 200 else None
        response = self.server.get("/api/system/indices/index_sets", {"stats": "false"}, missing=_MAY_NOT, headers=headers)
        if response.status != 200:
            return None
        found = self.server.mapping(response).get("index_sets")
        sets = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
        return next((self._kept(one) for one in sets if one.get("default") is True), None)

    def _kept(self, index_set: Json) -> Kept | None:
        title = one_line(index_set.get("title"), 120)
        tiers, rotation, retention = (_part(index_set, name) for name in ("data_tiering", "rotation_strategy", "retention_strategy"))
        if index_set.get("use_legacy_rotation") is False and tiers:
            rotation = tiers
        lifetime, period, count = (
            rotation.get("index_lifetime_min"),
            rotation.get("rotation_period"),
            retention.get("max_number_of_indices"),
        )
        kind = str(index_set.get("retention_strategy_class") or "").rpartition(".")[2]
        by_age = phrase("the index set {title:path} keeps it so long", title=title)
        if lifetime:
            seconds = iso_duration_of(lifetime)
            return None if seconds is None else Kept(seconds, by_age)
        if kind == "NoopRetentionStrategy":
            return Kept(None, phrase("the index set {title:path} deletes nothing", title=title))
        if not isinstance(count, int) or isinstance(count, bool):
            return None
        each = iso_duration_of(period)
        if each is not None:
            said = phrase("the index set {title:path} keeps {count:number} indices of {each:duration}", title=title, count=count, each=each)
            return Kept(count * each, said)
        said = phrase("the index set {title:path} deletes nothing by age", title=title)
        size, lines = rotation.get("max_size"), rotation.get("max_docs_per_index")
        if isinstance(size, (int, float)):
            return Kept(None, said, phrase("it keeps {count:number} indices of {size:bytes}", count=count, size=size))
        return Kept(None, said, phrase("it keeps {count:number} indices of {lines:number} lines", count=count, lines=lines))

    # -- the wire

    def _now(self) -> float:
        return self.runner.now().timestamp()

    def _find(
        self,
        tokens: t.Sequence[str],
        start: float,
        end: float,
        *,
        field: str | None = None,
        query: str | None = None,
        stream: bool = False,
        timeout: float = 30.0,
    ) -> list[Stored]:
        def search(wanted: list[str], most: int) -> tuple[list[Stored], bool]:
            words = " OR ".join(map(json.dumps, wanted))
            marked = f"{_escaped(field)}:({words})" if field else f"({words})"
            whole = f"({query}) AND {marked}" if query else marked
            streams = (self._only() or []) if stream else []
            asked = self._asked(start, end, query=whole, streams=streams, fields=self.fields, size=most)
            rows = self._rows(MESSAGES, asked, timeout)
            return [line for row in rows if (line := self._stored(row, wanted))], len(rows) >= most

        return gather(self.server, tokens, search)

    def _stored(self, row: t.Sequence[object], tokens: t.Sequence[str]) -> Stored | None:
        if len(row) != len(self.fields):
            raise self.server.nonsense()
        fields = {name: text_of(value) for name, value in zip(self.fields, row) if value not in NOTHING and value is not None}
        field = holding(fields, tokens, (self.message_field,))
        if field is None:
            return None
        return Stored(
            text=around(fields[field], tokens),
            moment=moment_of(fields.get(self.time_field)),
            host=fields.get(self.place.host_field) if self.place.host_field else fields.get("source") or host_of(fields, None),
            place=self.place.stream or "*",
            arrived=moment_of(fields.get(ARRIVED)),
            fields=cut(fields, (field, self.time_field)),
            field=field,
        )

    def _asked(self, start: float, end: float, *, query: str | None, streams: t.Sequence[str] = (), **more: object) -> Json:
        times = {"type": "absolute", "from": _iso(start), "to": _iso(end)}
        return {"query": query or "*", "streams": list(streams), "timerange": times, **more}

    def _rows(self, path: str, asked: Json, timeout: float = 30.0) -> list[list[object]]:
        response: Response = self.server.post_json(path, asked, timeout=timeout)
        rows = self.server.mapping(response).get("datarows")
        if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
            raise self.server.nonsense()
        return rows


def _part(index_set: Json, name: str) -> Json:
    found = index_set.get(name)
    return found if isinstance(found, dict) else {}


def _iso(seconds: float) -> str:
    return as_moment(seconds).replace("Z", ".000Z")


def _escaped(field: str) -> str:
    return re.sub(r"([^\w.@-])", r"\\\1", field)


__all__ = ("Graylog",)
