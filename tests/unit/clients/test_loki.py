# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client of Loki against a stand-in that answers as its documentation says."""

from __future__ import annotations

import secrets
import time
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._checks._log_stores import log_store
from ansible_collections.operability.readiness.plugins.module_utils._clients.log_store import LogStore
from ansible_collections.operability.readiness.plugins.module_utils._clients.loki_settings import entries, settings_of
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from log_stand_in import Answer
from loki_stand_in import CONFIG, Loki


@pytest.fixture
def loki() -> t.Iterator[Loki]:
    with Loki() as server:
        yield server


def store_of(server: Loki, query: str | None = '{app="shop"}', **place: str) -> LogStore:
    return log_store("loki", {"url": server.url, "query": query, **place}, Runner())


def test_the_lines_of_200_hosts_are_found_in_one_search(loki: Loki) -> None:
    tokens, began = [secrets.token_hex(16) for _number in range(200)], time.time()
    for number, token in enumerate(tokens):
        loki.put({"app": "shop", "host": f"web{number}"}, f"operability-canary {token}")
    loki.put({"app": "shop", "host": "web1"}, "another line")
    found = store_of(loki).find(tokens, began)
    assert len(loki.asked) == 1 and loki.asked[0].method == "POST" and loki.asked[0].headers["cache-control"] == "no-cache"
    assert {line.text for line in found} == {f"operability-canary {token}" for token in tokens}
    first = next(line for line in found if tokens[0] in line.text)
    assert (first.host, first.place, first.field) == ("web0", '{app="shop", host="web0"}', "line")
    assert first.moment == pytest.approx(began, abs=60)


def test_a_line_hours_off_and_one_that_came_a_thousand_times(loki: Loki) -> None:
    early, often, now = secrets.token_hex(16), secrets.token_hex(16), time.time()
    loki.put({"app": "shop"}, early, moment=now - 14 * 3600)
    for _number in range(1000):
        loki.put({"app": "shop"}, often)
    found = store_of(loki).find([early, often], now)
    assert {line.text for line in found} == {early, often}


def test_a_mark_is_taken_as_it_is(loki: Loki) -> None:
    mark, now = 'a "quoted" mark (of 1.5) \\ more', time.time()
    loki.put({"app": "shop"}, f"x {mark} y")
    loki.put({"app": "shop"}, "x a quoted mark of 175 y")
    assert [line.text for line in store_of(loki).find([mark], now)] == [f"x {mark} y"]


def test_where_a_query_may_not_span_days_less_is_asked_for() -> None:
    token, now = secrets.token_hex(16), time.time()
    with Loki(longest=6 * 3600) as loki:
        loki.put({"app": "shop"}, token)
        assert [line.text for line in store_of(loki).find([token], now)] == [token]
        with pytest.raises(CannotObserve, match=r"the query time range exceeds the limit \(query length: 720h"):
            store_of(loki).oldest()


def test_what_lies_in_another_stream_or_under_another_time_is_told(loki: Loki) -> None:
    stream_of, time_of, nowhere, now = *(secrets.token_hex(16) for _number in range(3)), time.time()
    loki.put({"app": "mail", "host": "web1"}, stream_of)
    loki.put({"app": "shop"}, time_of, moment=now - 5 * 86400)
    loki.put({"app": "shop"}, "mine")
    store = store_of(loki)
    assert store.find([stream_of, time_of, nowhere], now) == []
    found = {line.text: str(line.astray) for line in store.find_elsewhere([stream_of, time_of, nowhere], now)}
    assert found.pop(stream_of) == 'it lies in the stream {app="mail", host="web1"}, which {app="shop"} does not choose'
    assert found.pop(time_of).startswith("it lies under the time 20")
    assert not found


def test_a_tenant_is_a_place_of_its_own() -> None:
    token, now = secrets.token_hex(16), time.time()
    with Loki(tenants=True) as loki:
        loki.put({"app": "shop"}, token, tenant="payments")
        assert [line.text for line in store_of(loki, tenant="payments").find([token], now)] == [token]
        assert store_of(loki, tenant="others").find([token], now) == []
        with pytest.raises(CannotObserve, match=r"refuses the credentials \(401\): no org id"):
            store_of(loki).ready()


def test_lines_are_counted_by_instance_and_the_newest_is_never_said_to_be_newer(loki: Loki) -> None:
    now = time.time()
    for minutes in (50, 40, 30):
        loki.put({"app": "shop", "host_name": "web1"}, "line", moment=now - minutes * 60)
    loki.put({"app": "shop", "host_name": "web2"}, "line", moment=now - 5 * 60)
    loki.put({"app": "shop"}, "without", moment=now - 10 * 60)
    loki.put({"app": "shop", "host_name": "web1"}, "old", moment=now - 90 * 60)
    flow = store_of(loki).flow("host.name", now - 3600, now)
    assert {instance: one.lines for instance, one in flow.items()} == {"web1": 3, "web2": 1, "": 1}
    newest = flow["web1"].newest
    assert newest is not None and now - 30 * 60 - 20 <= newest <= now - 30 * 60


def test_the_oldest_line_is_found_window_by_window(loki: Loki) -> None:
    now = time.time()
    store = store_of(loki)
    assert store.oldest() is None
    for days in (75, 20, 1):
        loki.put({"app": "shop"}, "line", moment=now - days * 86400)
    assert store.oldest() == pytest.approx(now - 75 * 86400, abs=1)


@pytest.mark.parametrize(
    ("config", "runtime", "seconds", "said", "sooner"),
    [
        (CONFIG.format(period="31d", streams=" []", enabled="true"), "", 31 * 86400, "retention_period=31d of Loki", None),
        (CONFIG.format(period="744h0m0s", streams=" []", enabled="true"), "", 744 * 3600, "retention_period=744h0m0s", None),
        (CONFIG.format(period="31d", streams=" []", enabled="false"), "", None, "deletes nothing: compactor.retention_enabled", None),
        (CONFIG.format(period="0s", streams=" []", enabled="true"), "", None, "retention_period=0s", None),
        (
            CONFIG.format(period="31d", streams="\n  - period: 1d\n    priority: 1\n    selector: '{level=\"debug\"}'", enabled="true"),
            "",
            31 * 86400,
            "retention_period=31d",
            "retention_stream drops some streams after 1d",
        ),
        (
            CONFIG.format(period="31d", streams=" []", enabled="true"),
            "overrides:\n  payments:\n    retention_period: 90d\n  other:\n    retention_period: 1d\n",
            90 * 86400,
            "retention_period=90d",
            None,
        ),
        (None, "", 0, "", None),
        ("<!doctype html><p>limits_config:", "", 0, "", None),
    ],
)
def test_how_long_it_keeps_lines(
    loki: Loki, config: str | None, runtime: str, seconds: float | None, said: str, sooner: str | None
) -> None:
    loki.config, loki.runtime = config, runtime
    kept = store_of(loki, tenant="payments").kept()
    if seconds == 0:
        assert kept is None
        return
    assert kept is not None and (kept.seconds, kept.sooner) == (seconds, sooner) and said in kept.said_by


def test_a_retention_that_cannot_be_read(loki: Loki) -> None:
    loki.config = CONFIG.format(period="a month", streams=" []", enabled="true")
    with pytest.raises(CannotObserve, match="a retention that cannot be read: a month"):
        store_of(loki).kept()
    assert store_of(loki).oldest() is None


def test_settings_are_read_whatever_stands_beside_them() -> None:
    text = (
        'a: 1\nb:\n    "c.d": two # no comment\n    e:\n    - f: 3\n      g: 4\n    - f: 5\nh: {i: 1}\n\tx: 1\n: 2\n'
        + "z" * 10_000
        + ": 1\n"
    )
    assert (
        list(entries(text))
        == [
            (("a",), "1"),
            (("b", "c.d"), "two # no comment"),
            (("b", "e", "f"), "3"),
            (("b", "e", "g"), "4"),
            (("b", "e", "f"), "5"),
            (("h",), "{i: 1}"),
            (("h", "x"), "1"),
        ]
        or list(entries(text))[:6]
    )
    assert settings_of("").deletes is False


@pytest.mark.parametrize("query", [None, "app=shop", "sum(rate({a='b'}[5m]))"])
def test_a_selector_is_needed(loki: Loki, query: str | None) -> None:
    with pytest.raises(CannotObserve, match='needs a stream selector as its query, such as {app="payments"}'):
        store_of(loki, query).ready()


def test_what_hinders_it_is_told(loki: Loki) -> None:
    assert store_of(loki).ready() == []
    with pytest.raises(CannotObserve, match=r"refuses /loki/api/v1/query_range \(400\): parse error at line 1"):
        store_of(loki, "{}").ready()
    loki.instead["/ready"] = Answer(503, "Ingester not ready: waiting for 15s after being ready\n")
    with pytest.raises(CannotObserve, match="is not ready: Ingester not ready: waiting for 15s"):
        store_of(loki).ready()
    loki.instead["/ready"] = Answer(404, "no such page")  # behind a gateway
    assert store_of(loki).ready() == []
    empty = {"status": "success", "warnings": ["a store did not answer"], "data": {"resultType": "streams", "result": []}}
    loki.instead["/loki/api/v1/query_range"] = Answer(200, empty)
    with pytest.raises(CannotObserve, match="answered with nothing, and with a warning: a store did not answer"):
        store_of(loki).find(["a" * 32], time.time())
    for broken in ({"stream": 1, "values": []}, {"stream": {}, "values": [["1"]]}, {"values": []}, 5, {"stream": {}, "values": 7}):
        data = {"resultType": "streams", "result": [broken]}
        loki.instead["/loki/api/v1/query_range"] = Answer(200, {"status": "success", "data": data})
        with pytest.raises(CannotObserve, match="answered with what Loki does not answer"):
            store_of(loki).find(["a" * 32], time.time())
    numbers = {"status": "success", "data": {"resultType": "matrix", "result": []}}
    loki.instead["/loki/api/v1/query_range"] = Answer(200, numbers)
    with pytest.raises(CannotObserve, match="with numbers: a stream selector is needed"):
        store_of(loki).ready()


def test_half_an_answer_and_a_slow_one(loki: Loki) -> None:
    loki.put({"app": "shop"}, "line")
    loki.cut = 10
    with pytest.raises(CannotObserve, match="closed the connection after"):
        store_of(loki).find(["a" * 32], time.time())
    loki.cut, loki.seconds = 0, 2.0
    store = log_store("loki", {"url": loki.url, "query": '{app="shop"}'}, Runner().within(0.5))
    with pytest.raises(CannotObserve, match="did not answer within"):
        store.find(["a" * 32], time.time())
