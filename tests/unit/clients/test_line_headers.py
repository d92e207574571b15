# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a record of a file says of the host and the time of its line, and when it says nothing of them."""

from __future__ import annotations

import json

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients.line_headers import header_of
from fakes import NOW

HEX = "0123456789abcdef" * 2
BEGIN = "2026-11-25T06:00:00.000Z info "
LINE = f"{BEGIN}operability-canary {HEX} end {HEX}"
BARE = f"operability-canary {HEX} end {HEX}"


def otel(host: str, line: str) -> dict[str, object]:
    """The lines of one host as the file exporter of OpenTelemetry writes them."""
    said = [{"key": "service.name", "value": {"stringValue": "shop"}}, {"key": "host.name", "value": {"stringValue": host}}]
    return {"resource": {"attributes": said}, "scopeLogs": [{"logRecords": [{"body": {"stringValue": line}}]}]}


SAID = {
    "RFC 3164": (f"Nov 25 07:00:00 web1 payments[12]: {LINE}", BEGIN, "web1", True),
    "RFC 3164, a tag without a colon": (f"Nov 25 07:00:00 web1 payments {LINE}", BEGIN, "web1", True),
    "a time in full": (f"2026-11-25T07:00:00.123456+01:00 web1.example.com payments: {LINE}", BEGIN, "web1.example.com", True),
    "RFC 5424": (f"<14>1 2026-11-25T06:00:00.1Z web1 payments 12 - - {LINE}", BEGIN, "web1", True),
    "of a message that came by syslog": (f"2026-11-25T06:00:00Z web1 payments[12]: {BARE}", "", "web1", True),
    "JSON around it": (json.dumps({"@timestamp": "2026-11-25T06:00:00Z", "host": {"name": "web1"}, "message": LINE}), BEGIN, "web1", True),
    "JSON around it, without a host": (json.dumps({"time": "2026-11-25T06:00:00Z", "message": LINE}), BEGIN, None, True),
    "the line alone": (LINE, BEGIN, None, False),
    "the line alone, of a message": (BARE, "", None, False),
    "its own JSON": (
        f'{{"timestamp": "2026-11-25T06:00:00Z", "message": "{BARE}"}}',
        '{"timestamp": "2026-11-25T06:00:00Z", "message": "',
        None,
        False,
    ),
    "without its time, which was taken out": (BARE, BEGIN, None, False),
    "a log of the application's own form": (f"2026-11-25T06:00:00Z INFO orders: {BARE}", "2026-11-25T06:00:00Z INFO orders: ", None, False),
    "a form that nobody knows": (f"web1|payments|{LINE}", BEGIN, None, False),
    "a tag, and a full time of a receiver": (f"2026-11-25T06:00:00.123456+00:00 relay7 payments: {LINE}", BEGIN, "relay7", True),
    "a process in brackets": (f"2026-11-25T06:00:00Z relay7 payments[7]: {LINE}", BEGIN, "relay7", True),
    "a tag that is known": (f"2026-11-25T06:00:00Z relay7 shop: {LINE}", BEGIN, "relay7", True),
    "localhost, before any word": (f"2026-11-25T06:00:00Z localhost payments {LINE}", BEGIN, "localhost", True),
    "another host, before any word": (f"2026-11-25 06:00:00 web9 payments {LINE}", BEGIN, "web9", True),
    "another host, in a log of its own form": (f"2026-11-25 06:00:00 INFO web9 {LINE}", BEGIN, None, True),
    "of a container (CRI)": (f"2026-11-25T06:00:00.1Z stdout F {LINE}", BEGIN, None, True),
    "of a container, to the other stream": (f"2026-11-25T06:00:00.123456789+02:00 stderr F {LINE}", BEGIN, None, True),
    "a level": (f"2026-11-25T06:00:00.123456+00:00 INFO app: {LINE}", BEGIN, None, True),
    "a level, as syslog has its time": (f"Nov 25 07:00:00 warning app[7]: {LINE}", BEGIN, None, True),
    "a thread": (f"2026-11-25 06:00:00,123 http-nio-8080-exec-1 com.example.Shop: {LINE}", BEGIN, None, True),
    "a path": (f"2026-11-25T06:00:00Z /var/log/app.log {LINE}", BEGIN, None, True),
    "the name of a service": (f"2026-11-25T06:00:00Z payments-web {LINE}", BEGIN, None, True),
    "a number": (f"2026-11-25T06:00:00Z 4711 app[7]: {LINE}", BEGIN, None, True),
    "compose": (f"web-1  | {LINE}", BEGIN, None, False),
    "pairs before it": (f'ts=2026-11-25T06:00:00Z host=web9 line="{LINE}"', BEGIN, "web9", False),
    "pairs after it": (f'level=info msg="{LINE}" host=web9', BEGIN, "web9", False),
    "a journal, in full": (f"Wed 2026-11-25 06:00:00 UTC web9 payments[7]: {LINE}", BEGIN, "web9", True),
    "a journal, short and with a zone": (f"2026-11-25T06:00:00+0000 web9 payments[7]: {LINE}", BEGIN, "web9", True),
    "a journal, in seconds": (f"1795586400.123456 web9 payments[7]: {LINE}", BEGIN, "web9", True),
    "JSON in a list": (f'[{{"hostname": "web9", "message": "{LINE}"}}]', BEGIN, "web9", True),
    "a time, a tag and JSON": (
        "2026-11-25T06:00:00+00:00\tapp.log\t" + json.dumps({"message": LINE, "host": "web9"}),
        BEGIN,
        "web9",
        True,
    ),
    "syslog that carries JSON": (f"Nov 25 06:00:00 web9 shop: {json.dumps({'message': LINE})}", BEGIN, "web9", True),
    "OpenTelemetry, in a batch of two hosts": (
        json.dumps({"resourceLogs": [otel("web1", "another line"), otel("web9", LINE)]}),
        BEGIN,
        "web9",
        False,
    ),
    "labels": (json.dumps({"labels": {"host": "web9", "job": "shop"}, "line": LINE}), BEGIN, "web9", False),
    "streams": (json.dumps({"streams": [{"stream": {"hostname": "web9"}, "values": [["1", LINE]]}]}), BEGIN, "web9", False),
    "attributes of a request": (json.dumps({"body": LINE, "attributes": {"host": "shop.example.com"}}), BEGIN, None, False),
    "the object beside it": (json.dumps({"message": LINE, "peer": {"host": "db1", "hostname": "db1"}}), BEGIN, None, False),
    "JSON that is cut": (f'{{"host": "web1", "message": "{LINE}', BEGIN, None, False),
}


@pytest.mark.parametrize("name", SAID)
def test_what_a_record_says(name: str) -> None:
    text, begin, host, timed = SAID[name]
    header = header_of(text, HEX, begin, NOW, tags=["shop"], known=lambda name: name in ("web1", "web9"))
    assert header.host == host
    assert (header.stamp is not None) is timed


def test_a_time_of_another_zone_may_lie_in_the_future() -> None:
    header = header_of(f"2026-11-25T15:00:00Z web1 payments: {BARE}", HEX, "", NOW)
    assert header.stamp and header.stamp.moment - NOW.timestamp() == 9 * 3600


FORMS: dict[str, tuple[list[str], str | None]] = {
    "a receiver's, as a process in brackets shows": (["web2 sshd[7]: a login", "web1 shop: started"], "relay7"),
    "a receiver's, as a host that is known shows": (["web1 shop: started", "relay7 shop: started"], "relay7"),
    "that of an application": (["INFO shop: started", "relay7 shop: started"], None),
    "that of an application, with hosts among its words": (["INFO shop: started", "web1 shop: asked", "WARN shop: late"], None),
    "one of threads": (["main shop: started", "worker-1 shop: started"], None),
    "none that can be told": ([], None),
    "mostly none": (["web1 shop: started", *["  at com.example.Shop"] * 9], None),
}


@pytest.mark.parametrize("name", FORMS)
def test_other_lines_tell_the_form_of_one(name: str) -> None:
    words, host = FORMS[name]
    near = [word if word.startswith(" ") else f"2026-11-25T05:00:00Z {word}" for word in words]
    text = f"2026-11-25T06:00:00Z relay7 payments: {LINE}"
    assert header_of(text, HEX, BEGIN, NOW, known=lambda name: name == "web1", near=near).host == host


def test_a_document_without_an_end_of_depth() -> None:
    text = '{"a": ' * 5000 + f'"{LINE}"' + "}" * 5000
    assert header_of(text, HEX, BEGIN, NOW).host is None
    assert header_of("{" * 50_000 + LINE, HEX, BEGIN, NOW).host is None
