# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client of Graylog against a stand-in that answers as its documentation says."""

from __future__ import annotations

import secrets
import time
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._checks._log_stores import log_store
from ansible_collections.operability.readiness.plugins.module_utils._clients.log_store import LogStore
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from graylog_stand_in import PASSWORD, TOKEN, USER, Graylog, index_set
from log_stand_in import Answer


@pytest.fixture
def graylog() -> t.Iterator[Graylog]:
    with Graylog() as server:
        yield server


def store_of(server: Graylog, *, path: str = "/api/", password: str = PASSWORD, **place: str) -> LogStore:
    return log_store("graylog", {"url": server.url + path, "url_username": USER, "url_password": password, **place}, Runner())


def test_the_lines_of_200_hosts_are_found_in_one_search(graylog: Graylog) -> None:
    shop = graylog.add_stream("Shop")
    tokens, began = [secrets.token_hex(16) for _number in range(200)], time.time()
    for number, token in enumerate(tokens):
        graylog.put(f"operability-canary {token}", streams=[shop], source=f"web{number}", host="other")
    graylog.put("another line", streams=[shop])
    found = store_of(graylog, stream="Shop").find(tokens, began)
    assert [asked.path for asked in graylog.asked] == ["/api/streams", "/api/search/messages"]
    assert {line.text for line in found} == {f"operability-canary {token}" for token in tokens}
    first = next(line for line in found if tokens[0] in line.text)
    assert (first.host, first.place, first.field) == ("web0", "Shop", "message")
    assert first.moment == pytest.approx(began, abs=60) and first.arrived == pytest.approx(began, abs=60)
    by_field = store_of(graylog, stream=shop, host_field="host").find(tokens[:1], began)
    assert [line.host for line in by_field] == ["other"]


def test_what_lies_elsewhere_is_told(graylog: Graylog) -> None:
    shop, mail = graylog.add_stream("Shop"), graylog.add_stream("Mail")
    stream_of, field_of, time_of, query_of, mine, nowhere = (secrets.token_hex(16) for _number in range(6))
    now = time.time()
    graylog.put(stream_of, streams=[mail])
    graylog.put("x", streams=[shop], app="shop", full_message=f"long {field_of}")
    graylog.put(time_of, streams=[shop], app="shop", moment=now - 9 * 86400)
    graylog.put(query_of, streams=[shop], app="bank")
    graylog.put(mine, streams=[shop], app="shop")
    store = store_of(graylog, stream="Shop", query="app:shop")
    tokens = [stream_of, field_of, time_of, query_of, mine, nowhere]
    assert [line.text for line in store.find(tokens, now)] == [mine]
    found = {line.text: str(line.astray) for line in store.find_elsewhere(tokens, now)}
    assert found.pop(stream_of) == "it lies in the stream Mail, not in Shop"
    assert found.pop(f"long {field_of}") == "it stands in the field full_message, not in message"
    assert found.pop(time_of).startswith("it lies under the time 20")
    assert found.pop(query_of) == "the query app:shop does not match it"
    assert not found


def test_lines_are_counted_by_instance_and_the_oldest_is_found(graylog: Graylog) -> None:
    shop, now = graylog.add_stream("Shop"), time.time()
    store = store_of(graylog, stream="Shop")
    assert (store.oldest(), store.flow("source", now - 60, now + 60)) == (None, {})
    for moment in (now - 7200, now - 30, now - 20):
        graylog.put("line", streams=[shop], source="web1", moment=moment)
    graylog.put("line", streams=[shop], source="web2")
    graylog.put("line", source="web3")
    graylog.messages[-2].pop("source")
    flow = store.flow("source", now - 3600, now + 60)
    assert {instance: one.lines for instance, one in flow.items()} == {"web1": 2, "": 1}
    assert flow["web1"].newest == pytest.approx(now - 20, abs=1)
    assert store.oldest() == pytest.approx(now - 7200, abs=1)


SIZE = {"rotation_strategy": {"max_size": 1073741824}, "retention_strategy": {"max_number_of_indices": 20}}
COUNT = {"rotation_strategy": {"max_docs_per_index": 20_000_000}, "retention_strategy": {"max_number_of_indices": 20}}
NOOP = {"retention_strategy_class": "org.graylog2.indexer.retention.strategies.NoopRetentionStrategy"}
SMART = {"rotation_strategy": {"index_lifetime_min": "P30D", "index_lifetime_max": "P40D"}}
TIERS = {"use_legacy_rotation": False, "data_tiering": {"type": "hot_only", "index_lifetime_min": "P60D", "index_lifetime_max": "P70D"}}


@pytest.mark.parametrize(
    ("of_set", "seconds", "said", "sooner"),
    [
        ({}, 90 * 86400, "the index set set-1 logs keeps 90 indices of 24 h", None),
        (SMART, 30 * 86400, "the index set set-1 logs keeps it so long", None),
        (TIERS, 60 * 86400, "the index set set-1 logs keeps it so long", None),
        (SIZE, None, "deletes nothing by age", "it keeps 20 indices of 1.0 GiB"),
        (COUNT, None, "deletes nothing by age", "it keeps 20 indices of 20000000 lines"),
        (NOOP, None, "deletes nothing", None),
    ],
)
def test_how_long_it_keeps_lines(graylog: Graylog, of_set: dict[str, t.Any], seconds: float | None, said: str, sooner: str | None) -> None:
    graylog.index_sets = [index_set("set-0"), index_set("set-1", default=True, **of_set)]
    graylog.add_stream("Shop")
    for place in ({"stream": "Shop"}, {}):
        kept = store_of(graylog, **place).kept()
        assert kept is not None and kept.seconds == seconds and said in kept.said_by
        assert kept.sooner is None if sooner is None else str(kept.sooner).startswith(sooner[:20])


def test_what_does_not_say_how_long(graylog: Graylog) -> None:
    graylog.add_stream("Shop")
    assert store_of(graylog, stream="Nope").kept() is None
    graylog.instead["/api/system/indices/index_sets/set-1"] = Answer(403, {"message": "Not authorized"})
    assert store_of(graylog, stream="Shop").kept() is None
    for odd in (
        {"retention_strategy": {}},
        {"retention_strategy": 3, "rotation_strategy": []},
        {"retention_strategy": {"max_number_of_indices": True}},
    ):
        graylog.instead["/api/system/indices/index_sets/set-1"] = Answer(200, index_set("set-1", **odd))
        assert store_of(graylog, stream="Shop").kept() is None


def test_it_is_ready_and_says_what_hinders_it(graylog: Graylog) -> None:
    graylog.add_stream("Shop")
    assert store_of(graylog, stream="Shop", path="").ready() == []
    (said,) = store_of(graylog, stream="Nope").ready()
    assert "shows no stream Nope to these credentials" in said
    assert store_of(graylog, stream="Nope").find(["a" * 32], time.time()) == []
    graylog.streams[0]["disabled"] = True
    graylog.system["is_processing"], graylog.health = False, "red"
    graylog.notifications = ["es_node_disk_watermark_flood_stage", "journal_utilization_too_high", "outdated_version"]
    said_all = " / ".join(store_of(graylog, stream="Shop").ready())
    for words in ("stream Shop is paused", "does not process messages", "(red)", "its disk is full", "its journal is full"):
        assert words in said_all
    for path in ("", "/indexer/cluster/health", "/notifications"):
        graylog.instead[f"/api/system{path}"] = Answer(403, {"message": "Not authorized"})
    assert [str(one) for one in store_of(graylog, stream="Shop").ready()] == ["the stream Shop is paused: it takes no lines"]
    graylog.add_stream("Shop")
    with pytest.raises(CannotObserve, match="has several streams Shop: name the one that is meant by its id"):
        store_of(graylog, stream="Shop").ready()


def test_an_access_token_is_taken_and_nobody_sees_it(graylog: Graylog) -> None:
    assert log_store("graylog", {"url": graylog.url, "bearer_token": TOKEN}, Runner()).ready() == []
    wrong = log_store("graylog", {"url": graylog.url, "bearer_token": "w" + TOKEN}, Runner())
    with pytest.raises(CannotObserve, match=r"refuses the credentials \(401\)") as told:
        wrong.ready()
    assert TOKEN not in f"{told.value.message} {told.value.instrument}"


def test_what_is_wrong_is_told(graylog: Graylog) -> None:
    with pytest.raises(CannotObserve, match=r"refuses the credentials \(401\)"):
        store_of(graylog, password="wrong").ready()
    with pytest.raises(CannotObserve, match=r"refuses /api/search/messages \(400\): Cannot parse query: app:\(shop"):
        store_of(graylog, query="app:(shop").ready()
    graylog.instead["/api/"] = Answer(200, {"name": "another"})
    with pytest.raises(CannotObserve, match="answered with what Graylog does not answer"):
        store_of(graylog).ready()
    graylog.instead["/api/search/messages"] = Answer(404, "")  # before Graylog 5.1
    with pytest.raises(CannotObserve, match=r"has no /api/search/messages \(404\)"):
        store_of(graylog).find(["a" * 32], time.time())
    for rows in (None, [1], [["short"]], {"a": 1}):
        graylog.instead["/api/search/messages"] = Answer(200, {"datarows": rows})
        with pytest.raises(CannotObserve, match="answered with what Graylog does not answer"):
            store_of(graylog).find(["a" * 32], time.time())
    for row in ([], ["web1"], ["web1", "many", 3], ["web1", 1]):
        graylog.instead["/api/search/aggregate"] = Answer(200, {"datarows": [row]})
        with pytest.raises(CannotObserve, match="answered with what Graylog does not answer"):
            store_of(graylog).flow("source", 0, time.time())
