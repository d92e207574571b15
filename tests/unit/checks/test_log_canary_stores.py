# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""log_canary in the log stores that cannot be had here: servers stand in for them that answer as their documentation says."""

from __future__ import annotations

import secrets
import time
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from elasticsearch_stand_in import Elasticsearch
from graylog_stand_in import TOKEN, Graylog
from loki_stand_in import Loki

Marker = dict[str, t.Any]


def written(host: str = "web1") -> Marker:
    token = secrets.token_hex(16)
    made = {"marker": f"operability-canary {token}", "host": host, "inventory_host": host, "written_epoch": time.time()}
    return {**made, "via": "file", "ends": True, "begin": "", "size": 87}


def line(marker: Marker) -> str:
    return f"{marker['marker']} end {marker['marker'].split()[-1]}"


def found(*markers: Marker, **args: t.Any) -> list[Finding]:
    asked = {"markers": list(markers), "deadline": "2s", "interval": "200ms", **args}
    return run_item(Item(key="x", check="log_canary", args=asked, call="find"), Runner())


def statuses(findings: t.Sequence[Finding]) -> list[str]:
    return [str(finding.status) for finding in findings]


def test_loki() -> None:
    here, lost, relayed, twice = written(), written("web2"), written("web3"), written("web4")
    with Loki() as loki:
        args = {"backend": "loki", "url": loki.url, "query": '{app="payments"}', "host_field": "host"}
        loki.put({"app": "payments", "host": "web1"}, line(here))
        loki.put({"app": "payments", "host": "relay7"}, line(relayed))
        for _time in range(2):
            loki.put({"app": "payments", "host": "web4"}, line(twice))
        findings = found(here, lost, relayed, twice, **args)
        assert statuses(findings) == ["pass", "fail", "warn", "warn"], [finding.message for finding in findings]
        assert "it is lost on the way" in findings[1].message and "under the name of relay7" in findings[2].message
        assert "lies 2 times" in findings[3].message
        other = written()
        loki.put({"app": "mail", "host": "web1"}, line(other))
        (astray,) = found(other, **args)
        assert (str(astray.status), "but not where it is searched" in astray.message) == ("fail", True)


def test_loki_without_a_selector() -> None:
    with Loki() as loki:
        (finding,) = found(written(), backend="loki", url=loki.url)
    assert str(finding.status) == "unknown" and "stream selector" in finding.message


def test_graylog() -> None:
    here, cut = written(), written("web2")
    with Graylog() as graylog:
        stream = graylog.add_stream("payments")
        graylog.put(line(here), streams=[stream], source="web1")
        graylog.put(line(cut)[:70], streams=[stream], source="web2")
        args = {"backend": "graylog", "url": graylog.url, "stream": "payments", "bearer_token": TOKEN}
        findings = found(here, cut, **args)
        assert statuses(findings) == ["pass", "fail"], [finding.message for finding in findings]
        assert "was cut: 70 of its 87 bytes" in findings[1].message
        relayed = written("web3")
        graylog.put(line(relayed), streams=[stream], source="localhost")
        (finding,) = found(relayed, **args)
        assert str(finding.status) == "fail" and "which tells no host from another" in finding.message  # source is the host in Graylog


def test_elasticsearch() -> None:
    here = written()
    with Elasticsearch() as elastic:
        elastic.put("logs-payments", message=line(here), host={"name": "web1"})
        (finding,) = found(here, backend="elasticsearch", url=elastic.url, index="logs-payments")
        assert str(finding.status) == "pass", finding.message


@pytest.mark.parametrize("kind", ["loki", "graylog", "elasticsearch", "opensearch", "victorialogs"])
def test_a_secret_of_a_store_is_told_nowhere(kind: str) -> None:
    with Loki() as server:
        server.url = server.url.replace("http://", "http://me:s3cr3t-word@")
        (finding,) = found(written(), backend=kind, url=server.url, bearer_token="t0ken-s3cr3t", query="{a=")
    assert str(finding.status) == "unknown"
    assert "s3cr3t" not in str(finding.as_dict())
