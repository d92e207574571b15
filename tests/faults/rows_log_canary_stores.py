# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of log_canary: lines that are looked for in real log stores, and in the journal of a real receiver."""

from __future__ import annotations

import pathlib
import secrets
import socket
import time
import typing as t

import log_servers
from canary_worlds import Shipper
from journal_receiver import JournalReceiver
from rows_log_canary_true import log_file, write
from rows_log_canary_ways import Arguments, Arrange
from servers import LOCAL, free_port
from table import Row, World

HOST = socket.gethostname()
JSON_LINES = '{"_msg": "{line}", "_time": "{timestamp}", "hostname": "{host}", "app": "payments"}'
LOKI = '{"streams": [{"stream": {"hostname": "{host}", "app": "payments"}, "values": [["{epoch_ns}", "{line}"]]}]}'
BULK = '{"create": {}}\n{"message": "{line}", "@timestamp": "{timestamp}", "hostname": "{host}"}\n'
TIMES = {"deadline": "30s", "interval": "300ms"}


def tenant_of(tenant: str) -> dict[str, str]:
    account, project = tenant.split(":")
    return {"AccountID": account, "ProjectID": project}


def victorialogs(path: str, payload: str, *, searched: str | None = None, **changes: t.Any) -> Arrange:
    """A line is posted to VictoriaLogs in this form, and looked for in the same tenant, or another one."""

    def arrange(world: World) -> Arguments:
        server = log_servers.victorialogs()
        tenant = server.own_tenant()
        sends = {"via": "http", "to": f"{server.url}{path}", "payload": payload, "to_headers": tenant_of(tenant)}
        store = {"backend": "victorialogs", "url": server.url, "tenant": server.own_tenant() if searched == "another" else tenant}
        return {**sends, **store, **TIMES, **changes}

    return arrange


class Listening(log_servers.VictoriaLogs):
    """One that takes syslog over TCP as well."""

    def __init__(self, folder: pathlib.Path | str) -> None:
        self.syslog = free_port()
        super().__init__(folder, f"-syslog.listenAddr.tcp={LOCAL}:{self.syslog}", "-syslog.streamFields.tcp=" + '["hostname","app_name"]')


def shipped_by_rsyslog(world: World, **changes: t.Any) -> Arguments:
    log_servers.victorialogs()  # it is here
    server = world.running.start(Listening)
    log = log_file(world)
    world.running.start(Shipper, world.binaries, follows=log, to=server.syslog)
    given = {"via": "file", "path": str(log), "backend": "victorialogs", "url": server.url, **TIMES}
    return {**given, **changes}


def shipped_by_rsyslog_in_full(world: World) -> Arguments:
    return shipped_by_rsyslog(world, length="4KiB", host_field="hostname", query="app_name:=payments")


def marked(world: World) -> Arguments:
    """A line that was written, and goes nowhere."""
    return write({"via": "file", "path": str(log_file(world)), "template": "{marker}", "length": "400", "backend": "file", "search": "-"})


def text_of(marker: Arguments) -> str:
    token = marker["marker"].split()[-1]
    return f"{marker['marker']} {'pad ' * marker.get('padding', 0)}end {token}"


def put(*lines: t.Callable[[Arguments], dict[str, t.Any]], **changes: t.Any) -> Arrange:
    """These lines lie in VictoriaLogs."""

    def arrange(world: World) -> Arguments:
        server, marker = log_servers.victorialogs(), marked(world)
        tenant = server.own_tenant()
        server.put(tenant, *[{"hostname": HOST, **line(marker)} for line in lines], {"_msg": "another line", "hostname": HOST})
        given = {"backend": "victorialogs", "url": server.url, "tenant": tenant, "markers": [marker], "deadline": "3s", "interval": "500ms"}
        return {**given, **changes}

    return arrange


def whole(**more: t.Any) -> t.Callable[[Arguments], dict[str, t.Any]]:
    return lambda marker: {"_msg": text_of(marker), **more}


def off(hours: float) -> t.Callable[[Arguments], dict[str, t.Any]]:
    return lambda marker: {"_msg": text_of(marker), "_time": str(int((marker["written_epoch"] + hours * 3600) * 1000))}


def cut(marker: Arguments) -> dict[str, t.Any]:
    return {"_msg": text_of(marker)[:200]}


def framed(marker: Arguments) -> dict[str, t.Any]:
    return {"_msg": f"514 <14>1 2026-11-25T06:00:00Z {HOST} payments - - - {text_of(marker)}", "hostname": "514"}


def halves(marker: Arguments) -> dict[str, t.Any]:
    return {"_msg": text_of(marker)[200:]}


def searched_for(marker: Arguments) -> dict[str, t.Any]:
    """What a proxy before the store logs of the search itself, shipped to the same store."""
    token = marker["marker"].split()[-1]
    return {"_msg": f'10.0.0.1 - - "GET /select/logsql/query?query=_msg:contains_any(%22{token}%22) HTTP/1.1" 200 2'}


def told_by_ansible(marker: Arguments) -> dict[str, t.Any]:
    return {"_msg": f"ok: [web1] => {{'observed': {{'marker': '{marker['marker']}', 'written_epoch': 1795500000.0}}}}"}


def only_the_search_is_logged(world: World) -> Arguments:
    """... and the line of a request, whose form nobody knows beforehand, is not."""
    args = put(searched_for, told_by_ansible)(world)
    return {**args, "markers": [{**args["markers"][0], "via": "probe", "ends": False, "padding": 0}]}


def of_another_query(world: World) -> Arguments:
    args = put(whole(app="mail"))(world)
    return {**args, "query": 'app:="payments"'}


def read_only(world: World) -> Arguments:
    log_servers.victorialogs()
    server = world.running.start(log_servers.VictoriaLogs, "-storage.minFreeDiskSpaceBytes=1000TB")
    time.sleep(2)
    given = {"backend": "victorialogs", "url": server.url, "markers": [marked(world)], "deadline": "3s", "interval": "500ms"}
    return given


def read_only_and_posted_to(world: World) -> Arguments:
    args = read_only(world)
    posts = {"via": "http", "to": f"{args['url']}/insert/jsonline", "payload": JSON_LINES}
    return {**{key: args[key] for key in ("backend", "url")}, **posts, "deadline": "6s"}


def unreachable(world: World) -> Arguments:
    return {"backend": "victorialogs", "url": f"http://{LOCAL}:{free_port()}", "markers": [marked(world)], "deadline": "3s"}


def unreachable_and_nothing_written(world: World) -> Arguments:
    log = log_file(world)
    return {**unreachable(world), "markers": None, "via": "file", "path": str(log)}


def query_refused(world: World) -> Arguments:
    return {**put(whole())(world), "query": "app:shop or ("}


def without_an_address(world: World) -> Arguments:
    return {"backend": "loki", "markers": [marked(world)], "deadline": "3s"}


# -- OpenSearch


def opensearch(index: str | None = None, *, reading: str | None = None, **changes: t.Any) -> Arrange:
    """A line is posted to OpenSearch into an index, and looked for in it, or in another one."""

    def arrange(world: World) -> Arguments:
        server = log_servers.opensearch()
        own = server.own_index(index or "logs-payments")
        server.put(own, {"message": "another line", "host": {"name": HOST}})
        other = server.own_index(reading) if reading else own
        if reading:
            server.put(other, {"message": "another line", "host": {"name": HOST}})
        body = BULK.replace('"create": {}', f'"create": {{"_index": "{own}"}}')
        posts = {"via": "http", "to": f"{server.url}/_bulk", "payload": body, "content_type": "application/x-ndjson"}
        return {**posts, "backend": "opensearch", "url": server.url, "index": other, **TIMES, **changes}

    return arrange


def opensearch_read_only(world: World) -> Arguments:
    args = opensearch()(world)
    log_servers.opensearch().ask("PUT", f"/{args['index']}/_settings", {"index.blocks.write": True})
    keep = {key: args[key] for key in ("backend", "url", "index")}
    return {**keep, "markers": [marked(world)], "deadline": "3s"}


def opensearch_read_only_and_posted_to(world: World) -> Arguments:
    args = opensearch()(world)
    log_servers.opensearch().ask("PUT", f"/{args['index']}/_settings", {"index.blocks.write": True})
    return args


# -- a journal that came from others


def in_a_journal(world: World, **changes: str) -> Arguments:
    receiver = world.running.start(JournalReceiver)
    world.runner.environ.update(receiver.journalctl(world.folder))
    marker = {**marked(world), "via": "journald", "tag": "payments"}
    receiver.take("another line", text_of(marker), **{"host": HOST, "SYSLOG_IDENTIFIER": "payments", **changes})
    given = {"backend": "journald", "search": str(receiver.received), "markers": [marker], "tag": "payments", "deadline": "3s"}
    return {**given, "interval": "300ms"}


def in_a_journal_of_another_host(world: World) -> Arguments:
    return in_a_journal(world, host="web9")


def not_in_the_journal(world: World) -> Arguments:
    return {**in_a_journal(world), "markers": [{"marker": f"operability-canary {secrets.token_hex(16)}", "host": HOST}]}


def in_the_journal_of_its_own_machine(world: World) -> Arguments:
    """The folder of the receiver is called as journald's own is, after the machine."""
    args = in_a_journal(world)
    machine = args["markers"][0].get("machine") or "0123456789abcdef0123456789abcdef"
    args["markers"][0]["machine"] = machine
    folder = world.folder / machine
    folder.mkdir()
    for path in pathlib.Path(args["search"]).iterdir():
        (folder / "system.journal").write_bytes(path.read_bytes())
    return {**args, "search": str(folder)}


BULK_OF_VICTORIA = "/insert/elasticsearch/_bulk?_msg_field=message&_time_field=@timestamp&_stream_fields=hostname"
ROWS: list[Row] = [
    Row(
        "log_canary",
        "posted to VictoriaLogs as JSON lines",
        victorialogs("/insert/jsonline?_stream_fields=hostname", JSON_LINES, content_type="application/stream+json", query="app:=payments"),
        "pass",
        r"was found in \d+:\d+ of VictoriaLogs http://127\.0\.0\.1:\d+ within",
    ),
    Row("log_canary", "posted to VictoriaLogs as Loki takes it", victorialogs("/insert/loki/api/v1/push", LOKI), "pass", r"was found in"),
    Row(
        "log_canary",
        "posted to VictoriaLogs as a bulk",
        victorialogs(BULK_OF_VICTORIA, BULK, content_type="application/x-ndjson"),
        "pass",
        r"was found in",
    ),
    Row("log_canary", "a log, rsyslog, VictoriaLogs", shipped_by_rsyslog, "pass", r"was found in .*VictoriaLogs"),
    Row("log_canary", "a long line, rsyslog, VictoriaLogs", shipped_by_rsyslog_in_full, "pass", r"was found in .*VictoriaLogs"),
    Row(
        "log_canary",
        "posted to another tenant of VictoriaLogs",
        victorialogs("/insert/jsonline?_stream_fields=hostname", JSON_LINES, searched="another", deadline="4s"),
        "fail",
        r"arrived in VictoriaLogs .*, but not where it is searched: it lies in the tenant \d+:\d+, not in",
    ),
    Row("log_canary", "in VictoriaLogs, and the query does not match it", of_another_query, "fail", r"the query .* does not match it"),
    Row("log_canary", "in VictoriaLogs, once", put(whole()), "pass", r"was found in"),
    Row("log_canary", "in VictoriaLogs, twice", put(whole(), whole()), "warn", r"lies 2 times in"),
    Row("log_canary", "in VictoriaLogs, cut", put(cut), "fail", r"was cut: 200 of its \d+ bytes"),
    Row("log_canary", "in VictoriaLogs, in two halves", put(cut, halves), "fail", r"was split in two"),
    Row(
        "log_canary",
        "in VictoriaLogs, with the length of its frame",
        put(framed),
        "fail",
        r"the length of its frame in front \('514 <14>'\)",
    ),
    Row("log_canary", "in VictoriaLogs, under another name", put(whole(hostname="relay7")), "warn", r"under the name of relay7"),
    Row("log_canary", "in VictoriaLogs, two hours early", put(off(-2)), "fail", r"is 2 h too early: its time zone was lost"),
    Row("log_canary", "in VictoriaLogs, nine hours late", put(off(9)), "fail", r"is 9 h too late: its time zone was lost"),
    Row("log_canary", "in VictoriaLogs, twelve minutes late", put(off(0.2)), "warn", r"is 12 min(?: \d+ s)? too late: a clock on the way"),
    Row("log_canary", "in VictoriaLogs, five days early", put(off(-120)), "fail", r"not where it is searched: it lies under the time 20"),
    Row(
        "log_canary", "never in VictoriaLogs", put(), "fail", r"was not found in VictoriaLogs .* nor elsewhere in it: it is lost on the way"
    ),
    Row(
        "log_canary", "only what was searched is in VictoriaLogs", put(searched_for), "fail", r"was not found in VictoriaLogs .* it is lost"
    ),
    Row(
        "log_canary",
        "only the search for a request is in VictoriaLogs",
        only_the_search_is_logged,
        "fail",
        r"was not found in VictoriaLogs",
    ),
    Row("log_canary", "VictoriaLogs is read-only", read_only, "fail", r"was not found within 3 s: VictoriaLogs .*is read-only"),
    Row(
        "log_canary",
        "VictoriaLogs is read-only, and posted to",
        read_only_and_posted_to,
        "fail",
        r"does not take the line \(\d+\)|read-only",
    ),
    Row("log_canary", "the log store is out of reach", unreachable, "unknown", r"refused the connection: nothing listens there"),
    Row(
        "log_canary",
        "the log store is out of reach, nothing is written",
        unreachable_and_nothing_written,
        "unknown",
        r"refused the connection",
    ),
    Row("log_canary", "the log store refuses the query", query_refused, "unknown", r"refuses /select/logsql/query \(400\)"),
    Row("log_canary", "the log store has no address", without_an_address, "unknown", r"the address of the log store is not given \(url\)"),
    Row("log_canary", "OpenSearch: posted as a bulk", opensearch(), "pass", r"was found in logs-payments-\S+ of OpenSearch"),
    Row(
        "log_canary",
        "OpenSearch: in another index",
        opensearch("logs-default", reading="logs-payments", deadline="4s"),
        "fail",
        r"arrived in OpenSearch .*, but not where it is searched: .*logs-default",
    ),
    Row("log_canary", "OpenSearch: read-only", opensearch_read_only, "fail", r"was not found within 3 s: .*(?:read-only|writ|block)"),
    Row("log_canary", "OpenSearch: read-only, and posted to", opensearch_read_only_and_posted_to, "fail", r"refused the line: .*blocked"),
    Row("log_canary", "OpenSearch: refuses the query", opensearch(query="app:(shop"), "unknown", r"refuses /\S+/_search \(400\)"),
    Row("log_canary", "in the journal of a receiver", in_a_journal, "pass", r"was found in the journal of"),
    Row("log_canary", "in the journal of a receiver, of another host", in_a_journal_of_another_host, "warn", r"under the name of web9"),
    Row("log_canary", "not in the journal of a receiver", not_in_the_journal, "fail", r"was not found in the journal in .*/remote within"),
    Row(
        "log_canary",
        "in the journal of its own machine",
        in_the_journal_of_its_own_machine,
        "warn",
        r"locally, in the journal of the same host",
    ),
]
