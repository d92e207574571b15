# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of log_flow on a real OpenSearch."""

from __future__ import annotations

import typing as t

import log_servers
from flowing import DAY, HOUR, Arguments, marker, stamp
from gateway import Gateway
from table import Row, World

BOTH = r"2 of 2 instances have logged within 25 h"


def line(host: str, ago: float, text: str = "an order was taken", **fields: t.Any) -> dict[str, t.Any]:
    return {"@timestamp": stamp(ago), "message": text, "host": {"name": host}, "service": {"name": "payments"}, **fields}


def asking(*lines: dict[str, t.Any], hosts: t.Sequence[str] = ("web1", "web2"), **more: t.Any) -> Arguments:
    server = log_servers.opensearch()
    index = server.own_index("payments")
    if lines:
        server.put(index, *lines)
    return {"backend": "opensearch", "url": server.url, "index": index, "expect": [{"instance": host} for host in hosts], **more}


def both(_world: World) -> Arguments:
    return asking(line("web1", 20), line("web2", 20))


def by_container(_world: World) -> Arguments:
    lines = [line("node1", 20, container={"name": f"web-{number}"}) for number in (1, 2)]
    return asking(*lines, expect=None, instances=["web-1", "web-2"], by="container.name")


def narrowed(_world: World) -> Arguments:
    """One index for all: the query says which lines are the service's."""
    other = line("web1", 5, service={"name": "shop"})
    return asking(line("web1", 20), line("web2", 20), other, query='service.name:"payments"')


def one_silent(_world: World) -> Arguments:
    return asking(line("web1", 20), line("web2", 3 * DAY))


def stuck(_world: World) -> Arguments:
    said = [marker("web1"), marker("web2", written=16 * 60, writes=2)]
    return asking(line("web1", 20), line("web2", 3 * HOUR), markers=said)


def in_another_index(_world: World) -> Arguments:
    args = asking(line("web1", 20))
    server = log_servers.opensearch()
    server.put(server.own_index("elsewhere"), line("web2", 20, "web2 has taken an order"))
    return args


def of_another_service(_world: World) -> Arguments:
    lines = [line("web1", 20), line("web2", 20, service={"name": "shop"})]
    return asking(*lines, query='service.name:"payments"')


def our_own_lines(_world: World) -> Arguments:
    """Of the one that is silent the marked lines of log_canary are there."""
    mark = "operability-canary 0f2f4f7c1b7a4f0e9f0f4b8a5d1c3e77"
    return asking(line("web1", 20), line("web2", 20, mark), line("web2", 3 * DAY))


def our_own_lines_and_a_query(_world: World) -> Arguments:
    return {**our_own_lines(_world), "query": 'service.name:"payments"'}


WHOLE = {"properties": {"message": {"type": "keyword"}, "url": {"properties": {"original": {"type": "keyword"}}}}}


def our_own_lines_kept_whole(_world: World) -> Arguments:
    """A field that is no text is not split into words."""
    server = log_servers.opensearch()
    index = server.own_index("payments")
    server.ask("PUT", f"/{index}", {"mappings": WHOLE})
    mark = "2026-11-25T06:00:00Z info operability-canary 0f2f4f7c1b7a4f0e9f0f4b8a5d1c3e77 end"
    asked = {"original": "/?readiness=operability-canary+0f2f4f7c1b7a4f0e9f0f4b8a5d1c3e77"}
    server.put(index, line("web1", 20), line("web2", 20, mark), line("web2", 20, "GET /", url=asked))
    return {**asking(), "index": index}


def without_times(_world: World) -> Arguments:
    """Its lines have their time in another field."""
    args = asking()
    for host in ("web1", "web2"):
        document = {"time": stamp(20), "message": "an order was taken", "host": {"name": host}}
        log_servers.opensearch().ask("POST", f"/{args['index']}/_doc?refresh=true", document)
    return args


def without_times_and_said(world: World) -> Arguments:
    return {**without_times(world), "time_field": "time"}


def without_text(_world: World) -> Arguments:
    """Events whose fields say all."""
    lines = [line(host, 20, event={"action": "order"}) for host in ("web1", "web2")]
    for one in lines:
        del one["message"]
    return asking(*lines)


def no_part_may_be_read(world: World) -> Arguments:
    """As with the security plugin, where what is forbidden is left out in silence."""
    args = both(world)
    nothing = {
        "took": 1,
        "timed_out": False,
        "_shards": {"total": 0, "successful": 0, "skipped": 0, "failed": 0},
        "hits": {"total": {"value": 0, "relation": "eq"}, "max_score": 0.0, "hits": []},
    }
    return {**args, "url": world.running.start(Gateway, args["url"], {f"/{args['index']}/_search": nothing}).url}


def in_two_forms(world: World) -> Arguments:
    """One pattern of indices, on the way from host to host.name."""
    args = both(world)
    server = log_servers.opensearch()
    old, new = (server.own_index(f"payments-of-{kind}") for kind in ("old", "new"))
    server.put(old, {**line("web1", 20), "host": "web1"})
    server.put(new, line("web2", 20))
    return {**args, "index": f"{old},{new}"}


def no_such_index(_world: World) -> Arguments:
    return asking()


def shards_failed(world: World) -> Arguments:
    """Half an answer: what the shards that did not answer have is not known."""
    args = both(world)
    half = {
        "took": 3,
        "timed_out": False,
        "_shards": {"total": 2, "successful": 1, "failed": 1, "failures": [{"reason": {"type": "node_disconnected_exception"}}]},
        "hits": {"total": {"value": 1, "relation": "eq"}, "hits": []},
        "aggregations": {},
    }
    return {**args, "url": world.running.start(Gateway, args["url"], {f"/{args['index']}/_search": half}).url}


def too_many_questions(world: World) -> Arguments:
    args = both(world)
    return {**args, "url": world.running.start(Gateway, args["url"], {f"/{args['index']}/_search": 429}).url, "timeout": "20s"}


ROWS = [
    Row(
        "log_flow",
        "OpenSearch: nothing but marked lines of our own",
        our_own_lines,
        "fail",
        r"no line of web2 has come within 25 h; its newest",
    ),
    Row(
        "log_flow",
        "OpenSearch: nothing but our own, and a query",
        our_own_lines_and_a_query,
        "fail",
        r"no line of web2 has come within 25 h",
    ),
    Row(
        "log_flow",
        "OpenSearch: nothing but our own, in fields kept whole",
        our_own_lines_kept_whole,
        "fail",
        r"1 of 2 instances log: no line of web2 has come",
    ),
    Row("log_flow", "OpenSearch: lines without a text", without_text, "pass", BOTH),
    Row("log_flow", "OpenSearch: the time stands in a field that was named", without_times_and_said, "pass", BOTH),
    Row(
        "log_flow",
        "OpenSearch: the time stands in another field",
        without_times,
        "unknown",
        r"no index of payments-\S+ has the field @timestamp, .*\(time_field\)",
    ),
    Row(
        "log_flow",
        "OpenSearch: no part of the index may be read",
        no_part_may_be_read,
        "unknown",
        r"answered from no part of payments-\S+, which is there: may these credentials read it",
    ),
    Row("log_flow", "OpenSearch: the host stands in two fields", in_two_forms, "pass", BOTH),
    Row("log_flow", "OpenSearch: both hosts log", both, "pass", BOTH),
    Row("log_flow", "OpenSearch: all containers log", by_container, "pass", BOTH),
    Row("log_flow", "OpenSearch: an index for all, and a query", narrowed, "pass", BOTH),
    Row(
        "log_flow",
        "OpenSearch: one of two hosts is silent",
        one_silent,
        "fail",
        r"1 of 2 instances log: no line of web2 has come within 25 h",
    ),
    Row(
        "log_flow",
        "OpenSearch: what ships the log is stuck",
        stuck,
        "fail",
        r"newest line of web2 in the store is 3 h.* is stuck, or leaves out",
    ),
    Row(
        "log_flow",
        "OpenSearch: its lines go to another index",
        in_another_index,
        "fail",
        r"web2 .*; lines of it lie elsewhere: .*elsewhere-\d+-\d+",
    ),
    Row("log_flow", "OpenSearch: other lines of the host come", of_another_service, "fail", r"web2 .*; other lines of its host come"),
    Row("log_flow", "OpenSearch: there is no such index", no_such_index, "fail", r"no line of web1 .*has no index payments-\d+-\d+"),
    Row("log_flow", "OpenSearch: a shard did not answer", shards_failed, "unknown", r"shard"),
    Row("log_flow", "OpenSearch: it takes no more questions", too_many_questions, "unknown", r"takes no more questions just now \(429\)"),
]
