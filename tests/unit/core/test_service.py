# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both files seen as one: what wins, servers, hosts, traits, paths."""

from __future__ import annotations

import dataclasses
import os
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._described.service import LOG_STORES, Description, NotDeclared
from unit.core.described import describe, templates

BASE = """\
schema_version: 1
service: {name: payments, owner: team, hosts: payments}
"""


def described(text: str = "", organisation: str = "", **options: t.Any) -> Description:
    return describe(BASE + text, "schema_version: 1\n" + organisation, **options)


def test_the_basics() -> None:
    one = described()
    assert (one.name, one.owner, one.kind, one.parts, one.hosts()) == ("payments", "team", "daemon", {}, ["pay1", "pay2", "db1"])
    assert described("parts: {web: {}, db: {hosts: payments_db}}\n").parts == {"web": {}, "db": {"hosts": "payments_db"}}


def test_the_service_file_wins_one_level_deep() -> None:
    one = described("chains: {a: [{tier: N1}]}\n", "chains: {a: [{tier: N2}], b: [{tier: N3}]}\n")
    assert one.chains == {"a": [{"tier": "N1"}], "b": [{"tier": "N3"}]}
    assert one.servers == {} and describe(BASE, None).chains == {}


def test_defaults_of_the_service_file_then_of_the_organisation() -> None:
    one = described(
        "defaults: {logs: mine, alerts: {receivers: [a]}}\n", "defaults: {logs: theirs, reservation_due: 7d, alerts: {labels: {a: b}}}\n"
    )
    assert one.default(lambda given: given.get("logs")) == "mine"
    assert one.default(lambda given: given.get("reservation_due")) == "7d"
    assert one.default(lambda given: given.get("runbook")) is None
    assert one.default(lambda given: given.get("alerts", {}).get("receivers")) == ["a"]
    assert one.default(lambda given: given.get("alerts", {}).get("labels")) == {"a": "b"}


def test_a_mapping_of_defaults_that_nobody_knows_yet_has_none() -> None:
    theirs = "defaults: {alerts: {receivers: [b]}}\n"
    one = described('defaults: {alerts: "{{ later }}"}\n', theirs, resolve=templates())
    assert one.default(lambda given: given.get("alerts", {}).get("receivers")) == ["b"]
    none = described('defaults: "{{ later }}"\n', 'defaults: "{{ later }}"\n', resolve=templates())
    assert none.default(lambda given: given.get("settle")) is None


def test_mappings_of_defaults_are_laid_over_each_other_value_by_value() -> None:
    mine = "defaults: {with: {clock: {a: 1}, flow: {}}, runbook: {max_age: 1d}}\n"
    theirs = "defaults: {with: {clock: {a: 2, b: 2}, flow: {c: 3}}, support: {horizon: 1d}}\n"
    one = described(mine, theirs)
    assert one.default_values(lambda given: (given.get("with") or {}).get("clock")) == {"a": 1, "b": 2}
    assert one.default_values(lambda given: (given.get("with") or {}).get("flow")) == {"c": 3}
    assert one.default_values(lambda given: given.get("runbook")) == {"max_age": "1d"}
    assert one.default_values(lambda given: given.get("support")) == {"horizon": "1d"}
    assert one.default_values(lambda given: (given.get("with") or {}).get("junit")) == {}
    bare = dataclasses.replace(one, bare=True)
    assert bare.default_values(lambda given: (given.get("with") or {}).get("clock")) == {"a": 2, "b": 2}
    assert bare.default_values(lambda given: given.get("runbook")) == {}
    later = described('defaults: {with: "{{ later }}"}\n', theirs, resolve=templates())
    assert later.default_values(lambda given: (given.get("with") or {}).get("flow")) == {"c": 3}


def test_commitments_have_aliases() -> None:
    assert described("commitments: {rpo: 1h, pdma: 4h}\n").rpo == "1h"
    assert described("commitments: {pdma: 4h, dima: 2h}\n").rpo == "4h"
    assert described().rpo is None


def test_hosts_of_a_part() -> None:
    one = described()
    assert one.part_hosts({"hosts": "payments_web"}) == ["pay1", "pay2"]
    assert one.part_hosts({}) == ["pay1", "pay2", "db1"] and one.part_hosts({"hosts": "payments_web"}, "backup") == ["bck1"]
    with pytest.raises(NotDeclared, match="the inventory has no host for the pattern 'nobody'"):
        one.part_hosts({}, "nobody")
    with pytest.raises(NotDeclared, match="service.hosts: no inventory pattern"):
        describe("schema_version: 1\nservice: {name: x, owner: y}\n", None).part_hosts({})


SERVERS = """\
servers:
  one: {kind: prometheus, url: "http://one"}
  two: {kind: prometheus, url: "http://two", timeout: 5s, probe_query: up, headers: {A: b}}
  am: {kind: alertmanager, url: "http://am", probe_query: up}
  bare: {kind: grafana}
"""


def test_the_only_server_of_a_kind_is_the_default() -> None:
    assert described("", SERVERS).connection("alertmanager") == {"url": "http://am"}


def test_several_servers_without_a_default() -> None:
    with pytest.raises(NotDeclared, match=r"several servers of kind prometheus are declared \(one, two\) and none is the default"):
        described("", SERVERS).connection("prometheus")
    assert (
        described("", SERVERS.replace("http://two", 'http://two", default: true, url_username: "me')).connection("prometheus")[
            "url_username"
        ]
        == "me"
    )


def test_a_named_server() -> None:
    one = described("", SERVERS)
    assert one.connection("prometheus", "two") == {"url": "http://two", "timeout": "5s", "probe_query": "up", "headers": {"A": "b"}}
    with pytest.raises(NotDeclared, match="there is no server 'three'; known: am, bare, one, two"):
        one.connection("prometheus", "three")
    with pytest.raises(NotDeclared, match="the server 'am' is of kind alertmanager; expected prometheus"):
        one.connection("prometheus", "am")
    with pytest.raises(NotDeclared, match="the server 'bare' has no url"):
        one.connection("grafana")
    with pytest.raises(NotDeclared, match="no server of kind loki is declared"):
        one.connection("loki")


def test_what_says_where_lines_lie_goes_with_the_server() -> None:
    text = """servers:
  logs: {kind: opensearch, url: http://os, index: "logs-*", query: "app:shop", host_field: host.name, failover: [http://other]}
  alerts: {kind: alertmanager, url: http://am, query: nobody asks with it}
"""
    one = described("", text)
    kind, options = one.reached(LOG_STORES, "logs")
    assert (kind, options) == (
        "opensearch",
        {"url": "http://os", "index": "logs-*", "query": "app:shop", "host_field": "host.name"},
    )
    assert one.connection("alertmanager") == {"url": "http://am"}
    with pytest.raises(NotDeclared, match="the server 'logs' is of kind opensearch; expected loki"):
        one.reached(("loki",), "logs")


def test_the_files_of_a_server_are_relative_to_the_file_that_declares_it() -> None:
    text = "servers: {%s: {kind: prometheus, url: 'https://x', ca_path: tls/ca.pem, client_cert: ../c.pem, client_key: /k.pem}}\n"
    theirs = described("", text % "p").connection("prometheus")
    assert (theirs["ca_path"], theirs["client_cert"], theirs["client_key"]) == ("/etc/org/tls/ca.pem", "/etc/c.pem", "/k.pem")
    assert described(text % "p").connection("prometheus")["ca_path"] == "/srv/app/tls/ca.pem"
    assert described(text % "p", text % "p").connection("prometheus")["ca_path"] == "/srv/app/tls/ca.pem", "the service file's server wins"


def test_paths_are_relative_to_the_service_file() -> None:
    one = described()
    assert one.path("docs/a.md") == "/srv/app/docs/a.md" and one.path("../a.md") == "/srv/a.md" and one.path("/a/./b") == "/a/b"
    assert one.path("~/x") == os.path.expanduser("~/x")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", None),
        ("traits: {http: false}\n", "no https endpoint, TLS server or certificate file is declared"),
        ("traits: {tls: false}\n", "traits.tls is false"),
        ("traits: {tls: true, http: false}\n", None),
        ("endpoints: [{url: 'http://x'}]\n", "no https endpoint, TLS server or certificate file is declared"),
        ("endpoints: [{url: 'HTTPS://x'}]\n", None),
        ("endpoints: [{url: 'http://x'}, {tls: 'x:636'}]\n", None),
        ("endpoints: [{url: 'http://x'}]\nparts: {a: {certificates: [/x.pem]}}\n", None),
        ("endpoints: [{url: '{{ later }}'}]\n", None),
        ("endpoints: [{url: 'http://[::1'}]\n", "no https endpoint, TLS server or certificate file is declared"),
    ],
)
def test_whether_there_is_anything_about_certificates(text: str, reason: str | None) -> None:
    assert described(text, resolve=templates()).lacks("tls") == reason


def test_traits_that_are_not_mentioned_apply() -> None:
    assert described().lacks("data") is None and described("traits: {data: true}\n").lacks("data") is None
    assert described("traits: {data: false}\n").lacks("data") == "traits.data is false"
