# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for Graylog, which answers as its REST API and its search scripting API are documented."""

from __future__ import annotations

import base64
import datetime as dt
import re
import time
import typing as t

from log_stand_in import Answer, Asked, Json, StandIn

USER, PASSWORD, TOKEN = "readiness", "s3cret", "1d2c3b4a"
_WORDS = re.compile(r"(?:([\w.\\@-]+):)?\((\"\w+\"(?: OR \"\w+\")*)\)")
_FIELD = re.compile(r"\(?([\w.]+):\"?([\w.-]+)\"?\)?")


class Graylog(StandIn):
    """``streams`` and ``index_sets`` as the API has them; ``put`` messages into it."""

    def __init__(self) -> None:
        self.messages: list[Json] = []
        self.streams: list[Json] = []
        self.system: Json = {"is_processing": True, "lifecycle": "running", "lb_status": "alive"}
        self.health = "green"
        self.notifications: list[str] = []
        self.index_sets: list[Json] = [index_set("set-1", default=True)]
        super().__init__()

    def add_stream(self, title: str, **more: t.Any) -> str:
        identity = f"{len(self.streams) + 1:024x}"
        self.streams.append({"id": identity, "title": title, "index_set_id": "set-1", "disabled": False, **more})
        return identity

    def put(self, text: str, *, streams: t.Sequence[str] = (), moment: float | None = None, **fields: t.Any) -> None:
        at = time.time() if moment is None else moment
        received = dt.datetime.now(dt.timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
        about = {"timestamp": _iso(at), "source": "web1", "gl2_receive_timestamp": received, "streams": list(streams)}
        self.messages.append({"message": text, **about, **fields})

    def answer(self, asked: Asked) -> Answer:
        logins = [base64.b64encode(login.encode()).decode() for login in (f"{USER}:{PASSWORD}", f"{TOKEN}:token")]
        if asked.path == "/api/":
            about = {"cluster_id": "c0ffee", "node_id": "1", "version": "6.1.4+abc", "tagline": "Manage your logs in the dark"}
            return Answer(200, about)
        if asked.headers.get("authorization") not in [f"Basic {login}" for login in logins]:
            return Answer(401, "")
        if asked.method == "POST" and "x-requested-by" not in asked.headers:
            return Answer(400, {"type": "ApiError", "message": "CSRF protection header is missing."})
        listed = {"total": len(self.streams), "streams": self.streams}
        known: dict[str, t.Any] = {
            "/api/streams": listed,
            "/api/system": self.system,
            "/api/system/indexer/cluster/health": {"status": self.health},
            "/api/system/notifications": {"total": 0, "notifications": [{"type": kind} for kind in self.notifications]},
            "/api/system/indices/index_sets": {"total": len(self.index_sets), "index_sets": self.index_sets},
            **{f"/api/system/indices/index_sets/{one['id']}": one for one in self.index_sets},
        }
        if asked.path in known:
            return Answer(200, known[asked.path])
        if asked.path == "/api/search/messages":
            return self.search(asked.json)
        if asked.path == "/api/search/aggregate":
            return self.aggregate(asked.json)
        return Answer(404, {"type": "ApiError", "message": "HTTP 404 Not Found"})

    def search(self, asked: Json) -> Answer:
        found = self.chosen(asked)
        if found is None:
            return Answer(400, {"type": "ApiError", "message": f"Cannot parse query: {asked['query']}"})
        field = asked.get("sort", "timestamp")
        found.sort(key=lambda message: message[field], reverse=asked.get("sort_order", "Descending") == "Descending")
        rows = [[message.get(name, "-") for name in asked["fields"]] for message in found[: asked.get("size", 10)]]
        schema = [{"column_type": "field", "type": "string", "field": name, "name": f"field: {name}"} for name in asked["fields"]]
        return Answer(200, {"schema": schema, "datarows": rows, "metadata": {"effective_timerange": asked["timerange"]}})

    def aggregate(self, asked: Json) -> Answer:
        (group,) = asked["group_by"]
        groups: dict[str, list[Json]] = {}
        for message in self.chosen(asked) or []:
            groups.setdefault(str(message.get(group["field"], "(Empty Value)")), []).append(message)
        rows = [[name, len(held), max(_seconds(one["timestamp"]) for one in held) * 1000] for name, held in groups.items()]
        return Answer(200, {"schema": [], "datarows": rows[: group["limit"]], "metadata": {"effective_timerange": asked["timerange"]}})

    def chosen(self, asked: Json) -> list[Json] | None:
        query, times, streams = asked["query"], asked["timerange"], asked["streams"]
        tests: list[t.Callable[[Json], bool]] = []
        for clause in query.split(" AND ") if query != "*" else []:
            words, field = _WORDS.fullmatch(clause), _FIELD.fullmatch(clause)
            if words:
                wanted = re.findall(r"\w+", words[2].replace(" OR ", " "))
                name = words[1]
                tests.append(lambda message, wanted=wanted, name=name: any(one in _text(message, name) for one in wanted))  # type: ignore[misc]
            elif field:
                tests.append(lambda message, field=field: str(message.get(field[1])) == field[2])  # type: ignore[misc]
            else:
                return None
        return [
            message
            for message in self.messages
            if times["from"] <= message["timestamp"] < times["to"]
            and (not streams or set(streams).intersection(message["streams"]))
            and all(test(message) for test in tests)
        ]


def index_set(identity: str, *, default: bool = False, **more: t.Any) -> Json:
    """Daily indices, of which 90 are kept."""
    return {
        "id": identity,
        "title": f"{identity} logs",
        "default": default,
        "use_legacy_rotation": True,
        "rotation_strategy_class": "org.graylog2.indexer.rotation.strategies.TimeBasedRotationStrategy",
        "rotation_strategy": {"rotation_period": "P1D"},
        "retention_strategy_class": "org.graylog2.indexer.retention.strategies.DeletionRetentionStrategy",
        "retention_strategy": {"max_number_of_indices": 90},
        **more,
    }


def _text(message: Json, field: str | None) -> str:
    return str(message.get(field, "")) if field else " ".join(str(value) for value in message.values())


def _iso(seconds: float) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _seconds(text: str) -> float:
    return dt.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


__all__ = ("PASSWORD", "TOKEN", "USER", "Graylog", "index_set")
