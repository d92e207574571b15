# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clients of log stores against the real ones."""

from __future__ import annotations

import re
import secrets
import time
import typing as t

import log_servers
import pytest
from ansible_collections.operability.readiness.plugins.module_utils._checks._log_stores import log_store
from ansible_collections.operability.readiness.plugins.module_utils._clients.log_store import LogStore
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from journal_receiver import JournalReceiver


def marks(count: int) -> list[str]:
    return [secrets.token_hex(16) for _number in range(count)]


def written(token: str) -> str:
    return f"operability-canary {token}"


class Counting(Runner):
    """Counts the questions that go out."""

    asked = 0

    def request(self, method: str, url: str, **options: t.Any) -> t.Any:
        self.asked += 1
        return super().request(method, url, **options)


def victorialogs(tenant: str | None = None, runner: Runner | None = None, url: str | None = None, **place: str) -> LogStore:
    args = {"url": url or log_servers.victorialogs().url, "tenant": tenant, **place}
    return log_store("victorialogs", args, runner or Counting())


# -- VictoriaLogs


def test_victorialogs_is_ready_and_an_empty_tenant_has_nothing() -> None:
    store = victorialogs(log_servers.victorialogs().own_tenant())
    assert store.ready() == []
    assert store.find(marks(3), time.time()) == []
    assert store.oldest() is None
    assert store.flow("host", time.time() - 60, time.time() + 60) == {}


def test_victorialogs_finds_the_lines_of_200_hosts_in_one_search() -> None:
    server, tokens, began = log_servers.victorialogs(), marks(200), time.time()
    tenant = server.own_tenant()
    lines = [{"_msg": written(token), "hostname": f"web{number}", "app": "shop"} for number, token in enumerate(tokens)]
    server.put(tenant, *lines, {"_msg": "another line", "hostname": "web1"})
    runner = Counting()
    found = victorialogs(tenant, runner).find(tokens, began)
    assert runner.asked == 1
    assert sorted(line.text for line in found) == sorted(map(written, tokens))
    first = next(line for line in found if tokens[0] in line.text)
    assert (first.host, first.place, first.field, first.fields["app"]) == ("web0", tenant, "_msg", "shop")
    assert first.moment is not None and abs(first.moment - began) < 600


def test_victorialogs_a_line_that_came_a_thousand_times_hides_no_other() -> None:
    server, (often, once), began = log_servers.victorialogs(), marks(2), time.time()
    tenant = server.own_tenant()
    server.put(tenant, {"_msg": written(once), "host": "b"})
    server.put(tenant, *[{"_msg": written(often), "host": "a", "n": str(number)} for number in range(1000)])
    found = victorialogs(tenant).find([often, once], began)
    assert {token for token in (often, once) if any(token in line.text for line in found)} == {often, once}


def test_victorialogs_finds_what_lies_hours_off_and_counts_a_line_twice() -> None:
    server, (early, twice), now = log_servers.victorialogs(), marks(2), time.time()
    tenant = server.own_tenant()
    server.put(tenant, {"_msg": written(early), "host": "a", "_time": str(int(now - 14 * 3600))})
    server.put(tenant, {"_msg": written(twice), "host": "a"}, {"_msg": written(twice), "host": "a"})
    found = victorialogs(tenant).find([early, twice], now)
    assert sorted(line.text for line in found) == sorted([written(early), written(twice), written(twice)])
    moments = [line.moment for line in found if early in line.text]
    assert moments == [pytest.approx(now - 14 * 3600, abs=2)]


def test_victorialogs_a_query_limits_the_place_and_what_lies_outside_is_found_elsewhere() -> None:
    server, (mine, other), began = log_servers.victorialogs(), marks(2), time.time()
    tenant = server.own_tenant()
    server.put(tenant, {"_msg": written(mine), "host": "a", "app": "shop"}, {"_msg": written(other), "host": "a", "app": "mail"})
    store = victorialogs(tenant, query='app:="shop" or app:="bank"')
    assert [line.text for line in store.find([mine, other], began)] == [written(mine)]
    (astray,) = store.find_elsewhere([mine, other], began)
    assert astray.text == written(other) and str(astray.astray) == 'the query app:="shop" or app:="bank" does not match it'


def test_victorialogs_finds_a_line_in_another_tenant_field_or_time() -> None:
    server, (tenant_of, field_of, time_of, nowhere), now = log_servers.victorialogs(), marks(4), time.time()
    tenant, elsewhere = server.own_tenant(), server.own_tenant()
    server.put(elsewhere, {"_msg": written(tenant_of), "host": "a"})
    server.put(tenant, {"log": written(field_of), "host": "a"}, {"_msg": written(time_of), "host": "a", "_time": str(int(now - 5 * 86400))})
    store = victorialogs(tenant)
    assert store.find([tenant_of, field_of, time_of, nowhere], now) == []
    found = {line.text: str(line.astray) for line in store.find_elsewhere([tenant_of, field_of, time_of, nowhere], now)}
    assert found.pop(written(tenant_of)) == f"it lies in the tenant {elsewhere}, not in {tenant}"
    assert found.pop(written(field_of)) == "it stands in the field log, not in _msg"
    assert found.pop(written(time_of)).startswith("it lies under the time 20")
    assert not found


def test_victorialogs_counts_the_lines_of_each_instance() -> None:
    server, now = log_servers.victorialogs(), time.time()
    tenant = server.own_tenant()
    old = {"_msg": "old", "host.name": "web1", "_time": str(int(now - 7200))}
    server.put(tenant, *[{"_msg": f"line {number}", "host.name": "web1"} for number in range(5)], {"_msg": "x", "host.name": "web2"}, old)
    server.put(tenant, {"_msg": "without"})
    flow = victorialogs(tenant).flow("host.name", now - 600, now + 600)
    assert {instance: one.lines for instance, one in flow.items()} == {"web1": 5, "web2": 1, "": 1}
    assert flow["web2"].newest == pytest.approx(now, abs=600)
    assert victorialogs(tenant).oldest() == pytest.approx(now - 7200, abs=2)


def test_victorialogs_keeps_lines_for_as_long_as_its_flag_says(tmp_path: t.Any) -> None:
    kept = victorialogs().kept()
    assert kept and kept.seconds == 7 * 86400 and kept.sooner is None
    flags = ("-retentionPeriod=1y", "-retention.maxDiskSpaceUsageBytes=5GiB")
    with log_servers.VictoriaLogs(tmp_path, *flags) as other:
        kept = victorialogs(url=other.url).kept()
    assert kept and kept.seconds == 365 * 86400 and "-retentionPeriod=1y" in kept.said_by
    assert kept.sooner and "5" in kept.sooner


def test_victorialogs_read_only_is_told(tmp_path: t.Any) -> None:
    with log_servers.VictoriaLogs(tmp_path, "-storage.minFreeDiskSpaceBytes=1000TB") as full:
        store = victorialogs(url=full.url)
        end = time.monotonic() + 60
        while not (said := store.ready()) and time.monotonic() < end:
            time.sleep(0.5)
    assert len(said) == 1 and "is read-only" in said[0]


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ({"query": "app:shop or ("}, r"refuses /select/logsql/query \(400\): unexpected end"),
        ({"query": "* | fields app"}, r"refuses /select/logsql/query \(400\): unexpected pipes"),
        ({"tenant": "payments"}, r"payments:0 is no tenant of VictoriaLogs"),
    ],
)
def test_victorialogs_says_what_is_wrong_with_the_place(place: dict[str, str], message: str) -> None:
    with pytest.raises(CannotObserve, match=message) as told:
        victorialogs(**place).ready()
    assert "VictoriaLogs http://127.0.0.1" in str(told.value.instrument)


# -- OpenSearch, and what Elasticsearch has in common with it


@pytest.fixture(params=["opensearch", "elasticsearch"])
def kind(request: pytest.FixtureRequest) -> str:
    """The client; both ask the real OpenSearch."""
    return str(request.param)


def search_index(kind: str, index: str | None = None, runner: Runner | None = None, **place: str) -> LogStore:
    return log_store(kind, {"url": log_servers.opensearch().url, "index": index, **place}, runner or Counting())


def test_opensearch_is_ready_and_says_what_is_not_there() -> None:
    server = log_servers.opensearch()
    index = server.own_index()
    store = search_index("opensearch", index)
    assert [str(said) for said in store.ready()] == [f"{store.name} has no index {index}"]
    assert store.find(marks(3), time.time()) == []
    assert (store.oldest(), store.kept(), store.flow("host.name", 0, time.time())) == (None, None, {})
    server.put(index, {"msg": "no message"})
    assert [str(said) for said in store.ready()] == [f"no index of {index} has the field message"]
    server.put(index, {"message": "one"})
    assert store.ready() == []
    with pytest.raises(CannotObserve, match=r"is an OpenSearch 2\.\S+: the kind of the server has to be opensearch"):
        search_index("elasticsearch", index).ready()


@pytest.mark.parametrize(
    "mapping", [None, {"type": "keyword"}, {"type": "text", "analyzer": "simple"}, {"type": "text", "analyzer": "whitespace"}]
)
def test_the_lines_of_200_hosts_are_found_in_one_search(kind: str, mapping: dict[str, str] | None) -> None:
    server, tokens, began = log_servers.opensearch(), marks(200), time.time()
    index = server.own_index()
    if mapping:
        server.ask("PUT", f"/{index}", {"mappings": {"properties": {"message": mapping}}})
    lines = [{"message": written(token), "host": {"name": f"web{number}"}, "app": "shop"} for number, token in enumerate(tokens)]
    server.put(index, *lines, {"message": "another line"})
    runner = Counting()
    store = search_index(kind, index, runner)
    store.find(tokens[:1], began)
    before = runner.asked
    found = store.find(tokens, began)
    assert runner.asked == before + 1
    assert sorted(line.text for line in found) == sorted(map(written, tokens))
    first = next(line for line in found if tokens[0] in line.text)
    assert (first.host, first.place, first.field, first.fields["app"]) == ("web0", index, "message", "shop")
    assert first.moment == pytest.approx(began, abs=600)


def test_in_opensearch_a_line_that_came_a_thousand_times_hides_no_other(kind: str) -> None:
    server, (often, once), began = log_servers.opensearch(), marks(2), time.time()
    index = server.own_index()
    server.put(index, *[{"message": written(often)} for _number in range(1000)], {"message": written(once)})
    found = search_index(kind, index).find([often, once], began)
    assert {token for token in (often, once) if any(token in line.text for line in found)} == {often, once}


def test_in_opensearch_a_line_is_found_elsewhere_with_the_reason(kind: str) -> None:
    server, (index_of, field_of, time_of, no_time, query_of, mine, nowhere), now = log_servers.opensearch(), marks(7), time.time()
    index, other = server.own_index(), server.own_index("others")
    server.put(other, {"message": written(index_of)})
    server.put(
        index,
        {"log": written(field_of), "app": "shop"},
        {"message": written(time_of), "app": "shop", "@timestamp": int((now - 90 * 86400) * 1000)},
        {"message": written(no_time), "app": "shop", "@timestamp": None},
        {"message": written(query_of), "app": "mail"},
        {"message": written(mine), "app": "shop"},
    )
    store = search_index(kind, index, query="app:shop")
    tokens = [index_of, field_of, time_of, no_time, query_of, mine, nowhere]
    assert [line.text for line in store.find(tokens, now)] == [written(mine)]
    found = {line.text: str(line.astray) for line in store.find_elsewhere(tokens, now)}
    assert found.pop(written(index_of)) == f"it lies in the index {other}, not in {index}"
    assert found.pop(written(field_of)) == "it stands in the field log, not in message"
    assert found.pop(written(time_of)).startswith("it lies under the time 20")
    assert found.pop(written(no_time)) == "it has no time in the field @timestamp"
    assert found.pop(written(query_of)) == "the query app:shop does not match it"
    assert not found


def test_in_opensearch_all_hosts_are_looked_for_elsewhere_and_a_mark_without_gaps_is_told(kind: str) -> None:
    server, tokens, joined, now = log_servers.opensearch(), marks(200), marks(1)[0], time.time()
    index, other = server.own_index(), server.own_index("others")
    known = {name: "x" for name in ("message", "msg", "log", "body", "text")}
    server.put(index, known, {"message": f"operability_{joined}_canary"})
    server.put(other, *[{**known, "message": written(token)} for token in tokens])
    store = search_index(kind, index)
    assert store.find([joined, *tokens], now) == []
    found = store.find_elsewhere([joined, *tokens], now)
    assert len(found) == 201
    (glued,) = [line for line in found if joined in line.text]
    assert str(glued.astray) == "it is a part of a longer word in the field message, where no search for it finds it"


def test_in_opensearch_a_line_among_hundreds_of_fields_is_found(kind: str) -> None:
    server, (token,), now = log_servers.opensearch(), marks(1), time.time()
    index = server.own_index()
    server.put(index, {**{f"a{number}": number for number in range(900)}, "message": written(token), "host": "web1"})
    (line,) = search_index(kind, index).find([token], now)
    assert (line.text, line.host, len(line.fields)) == (written(token), "web1", 200)


@pytest.mark.parametrize("host", [{"type": "keyword"}, {"type": "text", "fields": {"keyword": {"type": "keyword"}}}])
def test_in_opensearch_the_lines_of_each_instance_are_counted(kind: str, host: dict[str, t.Any]) -> None:
    server, now = log_servers.opensearch(), time.time()
    index = server.own_index()
    server.ask("PUT", f"/{index}", {"mappings": {"properties": {"host": {"properties": {"name": host}}}}})
    old = {"message": "old", "host": {"name": "web-1"}, "@timestamp": int((now - 7200) * 1000)}
    epoch = {"message": "no clock", "host": {"name": "web-1"}, "@timestamp": 0}
    server.put(
        index, *[{"message": "line", "host": {"name": "web-1"}} for _number in range(5)], {"message": "x", "host": {"name": "web-2"}}
    )
    server.put(index, old, epoch, {"message": "without"})
    store = search_index(kind, index)
    flow = store.flow("host.name", now - 600, now + 600)
    assert {instance: one.lines for instance, one in flow.items()} == {"web-1": 5, "web-2": 1, "": 1}
    assert flow["web-2"].newest == pytest.approx(now, abs=600)
    assert store.oldest() == pytest.approx(now - 7200, abs=2)


def test_in_opensearch_a_data_stream_is_a_place(kind: str) -> None:
    server, (token,), now = log_servers.opensearch(), marks(1), time.time()
    stream = server.own_index("stream")
    server.ask("PUT", f"/_index_template/{stream}", {"index_patterns": [stream], "data_stream": {}, "priority": 500})
    server.put(stream, {"message": written(token), "host": "web1"})
    store = search_index(kind, stream)
    (line,) = store.find([token], now)
    assert (line.host, line.place) == ("web1", f".ds-{stream}-000001")
    assert kind != "opensearch" or store.ready() == []


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("read_only_allow_delete", r"takes no more lines for logs-.*: its disk is full \(flood stage\)"),
        ("write", r"takes no more lines for logs-.*: index\.blocks\.write is set"),
    ],
)
def test_opensearch_tells_of_an_index_that_takes_nothing(block: str, message: str) -> None:
    server = log_servers.opensearch()
    index = server.own_index()
    for day in ("2026.11.30", "2026.12.01"):
        server.put(f"{index}-{day}", {"message": "one"})
    store = search_index("opensearch", f"{index}-*")
    server.ask("PUT", f"/{index}-2026.11.30/_settings", {f"index.blocks.{block}": True})
    assert store.ready() == []  # an old one may be
    server.ask("PUT", f"/{index}-2026.12.01/_settings", {f"index.blocks.{block}": True})
    (said,) = store.ready()
    assert re.search(message, said)


def test_opensearch_tells_of_a_cluster_that_takes_nothing_and_of_shards_that_are_gone(tmp_path: t.Any) -> None:
    server = log_servers.opensearch()
    index = server.own_index()
    server.put(index, {"message": "one"})
    try:
        server.ask("PUT", "/_cluster/settings", {"transient": {"cluster.blocks.read_only_allow_delete": True}})
        (said,) = search_index("opensearch", index).ready()
    finally:
        server.ask("PUT", "/_cluster/settings", {"transient": {"cluster.blocks.read_only_allow_delete": None}})
    assert "its disk is full (flood stage)" in said
    nowhere = {"settings": {"index.routing.allocation.require._name": "none", "number_of_replicas": 0}}
    red = server.own_index()
    server.ask("PUT", f"/{red}?wait_for_active_shards=0", nowhere)
    store = search_index("opensearch", red)
    with pytest.raises(CannotObserve, match=r"cannot search all of logs-\S+ just now: .*") as told:
        store.find(marks(1), time.time())
    assert "OpenSearch http://127.0.0.1" in str(told.value.instrument)
    server.ask("DELETE", f"/{red}")


def test_opensearch_says_what_is_wrong_with_the_query() -> None:
    server = log_servers.opensearch()
    index = server.own_index()
    server.put(index, {"message": "one"})
    with pytest.raises(CannotObserve, match=r"refuses /logs-\S+/_search \(400\): Failed to parse query \[app:\(shop\]"):
        search_index("opensearch", index, query="app:(shop").ready()


def test_a_victorialogs_is_no_opensearch_and_the_other_way_round() -> None:
    with pytest.raises(CannotObserve, match="answered with a web page instead of JSON") as told:
        log_store("opensearch", {"url": log_servers.victorialogs().url}, Counting()).ready()
    assert str(told.value.instrument).startswith("OpenSearch http://127.0.0.1")
    with pytest.raises(
        CannotObserve, match=r"VictoriaLogs http://127\.0\.0\.1:\d+ refuses /select/logsql/query \(400\): no handler found for uri"
    ):
        victorialogs(url=log_servers.opensearch().url).ready()


# -- a receiver of systemd-journal-remote: a store of kind journald


def test_a_line_that_arrives_at_a_journal_receiver_is_found_there(tmp_path: t.Any) -> None:
    (token,) = marks(1)
    with JournalReceiver(tmp_path) as receiver:
        receiver.take("another line", written(token), SYSLOG_IDENTIFIER="payments")
        assert [path.suffix for path in receiver.received.iterdir()] == [".journal"]
        assert written(token) in receiver.read() and "web1 payments" in receiver.read()
