# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for Elasticsearch, or an OpenSearch with its plugins, where the real OpenSearch of the tests has nothing to say: what it is,
lifecycles, policies. Its search knows what the clients ask with."""

from __future__ import annotations

import fnmatch
import time
import typing as t

from log_stand_in import Answer, Asked, Json, StandIn

ELASTIC: Json = {
    "name": "n",
    "cluster_name": "c",
    "version": {"number": "8.17.0", "build_flavor": "default"},
    "tagline": "You Know, for Search",
}
OPEN: Json = {
    "name": "n",
    "cluster_name": "c",
    "version": {"number": "2.19.6", "distribution": "opensearch"},
    "tagline": "The OpenSearch Project",
}
NO_PRODUCT_HEADER: dict[str, str] = {}


class Elasticsearch(StandIn):
    """``indices`` by name, with settings such as ``{"index.lifecycle.name": "logs"}``; ``streams``, ``policies``, ``ism`` as its APIs."""

    def __init__(self, about: Json | None = None) -> None:
        self.about = about or ELASTIC
        self.lines: list[Json] = []
        self.indices: dict[str, dict[str, str]] = {}
        self.streams: list[Json] = []
        self.policies: dict[str, Json] = {}
        self.ism: dict[str, Json] | None = None
        self.status = "green"
        super().__init__()

    def put(self, index: str, **fields: t.Any) -> None:
        self.indices.setdefault(index, {"index.creation_date": str(int(time.time() * 1000))})
        self.lines.append({"_index": index, "_id": str(len(self.lines)), "_source": {"@timestamp": int(time.time() * 1000), **fields}})

    def answer(self, asked: Asked) -> Answer:
        parts = asked.path.strip("/").split("/")
        if asked.path == "/":
            return Answer(200, self.about, {"X-elastic-product": "Elasticsearch"} if self.about is ELASTIC else NO_PRODUCT_HEADER)
        if parts[:2] == ["_cluster", "settings"]:
            return Answer(200, {})
        if parts[:2] == ["_cluster", "health"]:
            return Answer(200, {"status": self.status})
        if parts[0] == "_data_stream":
            return Answer(200, {"data_streams": [one for one in self.streams if fnmatch.fnmatch(one["name"], parts[1])]})
        if parts[:2] == ["_ilm", "policy"]:
            held = {parts[2]: self.policies[parts[2]]} if parts[2] in self.policies else None
            return Answer(200, held) if held else Answer(404, _refused(404, f"Lifecycle policy not found: {parts[2]}"))
        if parts[:3] == ["_plugins", "_ism", "explain"] and self.ism is not None:
            return Answer(200, {**self.ism, "total_managed_indices": len(self.ism)})
        names = [name for name in self.indices if any(fnmatch.fnmatch(name, one) for one in parts[0].split(","))]
        if parts[1:] == ["_settings"]:
            return Answer(200, {name: {"settings": self.indices[name]} for name in names})
        if parts[1:] == ["_field_caps"]:
            known = {name for line in self.lines if line["_index"] in names for name in line["_source"]}
            wanted = asked.query["fields"].split(",")
            return Answer(200, {"indices": names, "fields": {name: {"text": {}} for name in wanted if name in known}})
        if parts[1:] == ["_search"]:
            return self.search(asked.json, names)
        return Answer(400, {"error": f"no handler found for uri [{asked.path}] and method [{asked.method}]"})

    def search(self, asked: Json, names: t.Sequence[str]) -> Answer:
        found = [line for line in self.lines if line["_index"] in names and _fits(line["_source"], asked["query"])]
        shards = {"total": len(names), "successful": len(names), "skipped": 0, "failed": 0}
        answer: Json = {"took": 1, "timed_out": False, "_shards": shards, "hits": {"hits": found[: asked.get("size", 10)]}}
        if "oldest" in asked.get("aggs", {}):
            answer["aggregations"] = {"oldest": {"value": min((line["_source"]["@timestamp"] for line in found), default=None)}}
        return Answer(200, answer)


def _fits(source: Json, query: Json) -> bool:
    ((kind, about),) = query.items()
    if kind == "bool":
        needed = all(_fits(source, one) for one in about.get("filter", []))
        return needed and ("should" not in about or any(_fits(source, one) for one in about["should"]))
    if kind == "range":
        ((field, bounds),) = about.items()
        return field in source and bounds["gte"] <= source[field] < bounds.get("lt", float("inf"))
    if kind == "match_phrase":
        ((field, words),) = about.items()
        return words in str(source.get(field, ""))
    if kind == "query_string":
        field, _colon, value = about["query"].partition(":")
        return str(source.get(field)) == value
    return bool(kind == "match_all")


def _refused(status: int, reason: str) -> Json:
    return {"error": {"root_cause": [{"type": "resource_not_found_exception", "reason": reason}], "reason": reason}, "status": status}


__all__ = ("ELASTIC", "OPEN", "Elasticsearch")
