# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Elasticsearch, and the plugins of OpenSearch, say of themselves: against a stand-in that answers as their documentation says."""

from __future__ import annotations

import secrets
import time
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._checks._log_stores import log_store
from ansible_collections.operability.readiness.plugins.module_utils._clients.log_store import LogStore
from ansible_collections.operability.readiness.plugins.module_utils._clients.search_index import newest_of_each
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from elasticsearch_stand_in import ELASTIC, OPEN, Elasticsearch
from log_stand_in import Answer, Json

DAY = 86400


@pytest.fixture
def elastic() -> t.Iterator[Elasticsearch]:
    with Elasticsearch() as server:
        yield server


@pytest.fixture
def opened() -> t.Iterator[Elasticsearch]:
    with Elasticsearch(OPEN) as server:
        yield server


def store_of(server: Elasticsearch, index: str = "logs-shop*", **place: str) -> LogStore:
    kind = "elasticsearch" if server.about is ELASTIC else "opensearch"
    return log_store(kind, {"url": server.url, "index": index, **place}, Runner())


def test_an_elasticsearch_is_ready_and_finds_lines(elastic: Elasticsearch) -> None:
    token, other, began = secrets.token_hex(16), secrets.token_hex(16), time.time()
    elastic.put("logs-shop-1", message=f"operability-canary {token}", host={"name": "web1"}, event={"ingested": "2026-12-01T01:19:56Z"})
    elastic.put("logs-mail-1", message=other)
    store = store_of(elastic)
    assert store.ready() == []
    (line,) = store.find([token, other], began)
    assert (line.text, line.host, line.arrived) == (f"operability-canary {token}", "web1", 1796087996.0)
    (astray,) = store.find_elsewhere([other], began)
    assert str(astray.astray) == "it lies in the index logs-mail-1, not in logs-shop*"
    elastic.status = "red"
    (said,) = store.ready()
    assert said.endswith("parts of logs-shop* cannot be read or written (red)")


def test_the_product_is_told(elastic: Elasticsearch, opened: Elasticsearch) -> None:
    with pytest.raises(CannotObserve, match=r"is an Elasticsearch 8\.17\.0: the kind of the server has to be elasticsearch"):
        log_store("opensearch", {"url": elastic.url}, Runner()).ready()
    with pytest.raises(CannotObserve, match=r"is an OpenSearch 2\.19\.6: the kind of the server has to be opensearch"):
        log_store("elasticsearch", {"url": opened.url}, Runner()).ready()
    elastic.put("logs-shop-1", message="line")
    elastic.instead["/"] = Answer(403, {"error": "no permissions"})
    assert store_of(elastic).ready() == []  # whoever may only search need not be told
    for odd in ({"version": "8"}, {}):
        elastic.instead["/"] = Answer(200, odd)
        with pytest.raises(CannotObserve, match="answered with what Elasticsearch does not answer"):
            store_of(elastic).ready()


SHARDS: Json = {"total": 2, "successful": 2, "failed": 0}


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            {"_shards": {**SHARDS, "failed": 1}, "hits": {"hits": []}},
            r"from a part of logs-shop\* only \(1 of 2 shards failed, timed out: false\)",
        ),
        ({"_shards": SHARDS, "timed_out": True, "hits": {"hits": []}}, r"0 of 2 shards failed, timed out: true"),
        ({"_shards": SHARDS, "_clusters": {"skipped": 1}, "hits": {"hits": []}}, r"from a part of logs-shop\* only"),
        ({"_shards": SHARDS, "hits": {"hits": [{"_index": "i", "_id": "1"}]}}, r"does not give back the lines of i \(no _source\)"),
        ({"_shards": SHARDS, "hits": {"hits": [1]}}, "answered with what Elasticsearch does not answer"),
        ({"_shards": SHARDS, "hits": {}}, "answered with what Elasticsearch does not answer"),
        ({"_shards": 1, "hits": {"hits": []}}, "answered with what Elasticsearch does not answer"),
        ({"hits": {"hits": []}}, "answered with what Elasticsearch does not answer"),
    ],
)
def test_half_an_answer_is_none(elastic: Elasticsearch, answer: Json, message: str) -> None:
    elastic.put("logs-shop-1", message="line")
    elastic.instead["/logs-shop*/_search"] = Answer(200, answer)
    with pytest.raises(CannotObserve, match=message):
        store_of(elastic).find(["a" * 32], time.time())


@pytest.mark.parametrize(
    "aggregations", [{"instances": 1}, {"instances": {"buckets": [{"key": "a"}]}, "others": {}}, {"instances": {"buckets": 5}}]
)
def test_counts_that_are_none(elastic: Elasticsearch, aggregations: Json) -> None:
    elastic.instead["/logs-shop*/_search"] = Answer(200, {"_shards": SHARDS, "hits": {"hits": []}, "aggregations": aggregations})
    with pytest.raises(CannotObserve, match="answered with what Elasticsearch does not answer"):
        store_of(elastic).flow("host", 0, time.time())
    with pytest.raises(CannotObserve, match="answered with what Elasticsearch does not answer"):
        store_of(elastic).oldest()


def test_the_newest_index_of_each_series() -> None:
    made = {"logs-2026.11.30": 1, "logs-2026.12.01": 2, "mail-000007": 1, "mail-000006": 0, "other": 5}
    assert newest_of_each({name: {"index.creation_date": str(day * DAY * 1000)} for name, day in made.items()}) == [
        "logs-2026.12.01",
        "mail-000007",
        "other",
    ]


# -- Elasticsearch: ILM, and the lifecycle of data streams


def phases(**delete: t.Any) -> Json:
    return {"version": 1, "policy": {"phases": {"hot": {"min_age": "0ms"}, **({"delete": delete} if delete else {})}}}


@pytest.mark.parametrize(
    ("policy", "seconds", "said"),
    [
        (phases(min_age="30d", actions={"delete": {}}), 30 * DAY, "the policy shop of logs-shop-1 deletes by age"),
        (phases(min_age="30d", actions={"wait_for_snapshot": {}}), None, "the policy shop of logs-shop-1 deletes nothing by age"),
        (phases(), None, "the policy shop of logs-shop-1 deletes nothing by age"),
        (None, 0, ""),
    ],
)
def test_ilm(elastic: Elasticsearch, policy: Json | None, seconds: float | None, said: str) -> None:
    elastic.put("logs-shop-1", message="line")
    elastic.indices["logs-shop-1"]["index.lifecycle.name"] = "shop"
    elastic.policies = {"shop": policy} if policy else {}
    kept = store_of(elastic).kept()
    assert (kept is None) if seconds == 0 else kept is not None and (kept.seconds, str(kept.said_by)) == (seconds, said)


def test_the_shortest_of_several_counts_and_that_of_an_old_index_does_not(elastic: Elasticsearch) -> None:
    for number, (name, policy) in enumerate([("logs-shop-1", "short"), ("logs-shop-2", "long"), ("logs-shopping-1", "middle")]):
        elastic.indices[name] = {"index.creation_date": str(number), "index.lifecycle.name": policy}
    ages = {"short": "1d", "middle": "60d", "long": "90d"}
    elastic.policies = {name: phases(min_age=age, actions={"delete": {}}) for name, age in ages.items()}
    kept = store_of(elastic).kept()
    assert kept is not None and kept.seconds == 60 * DAY


@pytest.mark.parametrize(
    ("stream", "seconds"),
    [
        ({"lifecycle": {"enabled": True, "data_retention": "14d"}}, 14 * DAY),
        ({"lifecycle": {"enabled": True, "data_retention": "90d", "effective_retention": "30d"}}, 30 * DAY),
        ({"lifecycle": {"enabled": True}}, None),
        ({"lifecycle": {"enabled": True, "data_retention": "14d"}, "ilm_policy": "shop", "prefer_ilm": True}, 7 * DAY),
        ({"lifecycle": {"enabled": True, "data_retention": "14d"}, "ilm_policy": "shop", "prefer_ilm": False}, 14 * DAY),
        ({"ilm_policy": "shop"}, 7 * DAY),
    ],
)
def test_a_data_stream(elastic: Elasticsearch, stream: Json, seconds: float | None) -> None:
    elastic.streams = [{"name": "logs-shop", **stream}]
    backing = ".ds-logs-shop-2026.12.01-000001"
    elastic.indices = {backing: {"index.lifecycle.name": "shop"}}
    elastic.instead["/logs-shop/_settings"] = Answer(200, {backing: {"settings": elastic.indices[backing]}})
    elastic.policies = {"shop": phases(min_age="7d", actions={"delete": {}})}
    kept = store_of(elastic, "logs-shop").kept()
    assert kept is not None and kept.seconds == seconds


def test_what_no_lifecycle_manages_and_what_may_not_be_asked(elastic: Elasticsearch) -> None:
    assert store_of(elastic).kept() is None
    elastic.put("logs-shop-1", message="line")
    kept = store_of(elastic).kept()
    assert kept is not None and (kept.seconds, str(kept.said_by)) == (None, "no lifecycle manages logs-shop*")
    elastic.instead["/_data_stream/logs-shop*"] = Answer(403, {"error": "no"})
    assert store_of(elastic).kept() is None
    elastic.instead["/logs-shop*/_settings"] = Answer(403, {"error": "no"})
    assert store_of(elastic).kept() is None


# -- OpenSearch: Index State Management


def state(name: str, *actions: str, **transitions: Json | None) -> Json:
    moves = [{"state_name": to, **({"conditions": about} if about else {})} for to, about in transitions.items()]
    return {"name": name, "actions": [{action: {}} for action in actions], "transitions": moves}


def managed(*states: Json, **more: t.Any) -> Json:
    return {"policy_id": "shop", "enabled": True, "policy": {"default_state": states[0]["name"], "states": list(states)}, **more}


HOT_TO_DELETE = (state("hot", delete={"min_index_age": "30d"}), state("delete", "delete"))
THREE = (
    state("hot", "rollover", warm={"min_rollover_age": "1d"}),
    state("warm", "read_only", delete={"min_index_age": "45d"}),
    state("delete", "delete"),
)
SIZED = (state("hot", delete={"min_size": "50gb"}), state("delete", "delete"))
EITHER = (
    {
        "name": "hot",
        "transitions": [
            {"state_name": "delete", "conditions": {"min_size": "1gb"}},
            {"state_name": "old", "conditions": {"min_index_age": "9d"}},
        ],
    },
    state("old", delete=None),
    state("delete", "delete"),
)
LOOP = (state("a", b={"min_index_age": "1d"}), state("b", a={"min_index_age": "2d"}))


@pytest.mark.parametrize(
    ("about", "seconds", "said", "sooner"),
    [
        (managed(*HOT_TO_DELETE), 30 * DAY, "the policy shop of logs-shop-1 deletes by age", False),
        (managed(*THREE), 45 * DAY, "deletes by age", False),
        (managed(*SIZED), None, "deletes nothing by age", True),
        (managed(*EITHER), 9 * DAY, "deletes by age", True),
        (managed(*LOOP), None, "deletes nothing by age", False),
        (managed(*HOT_TO_DELETE, enabled=False), None, "is switched off", False),
        ({"policy_id": None, "enabled": None}, None, "no policy of Index State Management manages logs-shop*", False),
        ({"index.plugins.index_state_management.policy_id": None}, None, "no policy of Index State Management", False),
    ],
)
def test_ism(opened: Elasticsearch, about: Json, seconds: float | None, said: str, sooner: bool) -> None:
    opened.put("logs-shop-1", message="line")
    opened.ism = {"logs-shop-1": about}
    kept = store_of(opened).kept()
    assert kept is not None and kept.seconds == seconds and said in kept.said_by and bool(kept.sooner) is sooner


ODD: list[object] = [None, 5, {}, {"states": 5}, {"states": [1], "default_state": None}, {"states": [{"name": "b"}], "default_state": "a"}]


@pytest.mark.parametrize("policy", ODD)
def test_a_policy_that_makes_no_sense_is_none(opened: Elasticsearch, policy: object) -> None:
    opened.put("logs-shop-1", message="line")
    opened.ism = {"logs-shop-1": {"policy_id": "shop", "policy": policy}}
    with pytest.raises(CannotObserve, match="does not show the policy shop|answered with what OpenSearch does not answer"):
        store_of(opened).kept()


def test_an_opensearch_without_the_plugin_does_not_say(opened: Elasticsearch) -> None:
    opened.put("logs-shop-1", message="line")
    assert store_of(opened).kept() is None
