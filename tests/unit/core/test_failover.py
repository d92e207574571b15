# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Further addresses of a server: when the next one is asked, and that it is said."""

from __future__ import annotations

import pathlib
import typing as t
from urllib.parse import urlsplit

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._failover import addresses
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from ansible_collections.operability.readiness.plugins.module_utils._http import Connection, HttpFailure
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from ansible_collections.operability.readiness.plugins.plugin_utils._planning.proofs import SERVER_ONLY
from ansible_collections.operability.readiness.plugins.plugin_utils._running.outages import Outages
from fakes import FakeClock, FakeHttp, Response

ONE, TWO, THREE = "http://one:9090", "http://two:9090", "http://three:9090"
VECTOR = '{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"1"]}]}}'


class Hosts(FakeHttp):
    """Answers by host: an HttpFailure to raise, a status, or None for a Prometheus that is well."""

    def __init__(self, **hosts: t.Any) -> None:
        super().__init__({})
        self.hosts, self.seen = hosts, []  # type: ignore[var-annotated] # texts

    def request(self, method: str, url: str, **options: t.Any) -> Response:
        host = str(urlsplit(url).hostname)
        self.seen.append(f"{host}{urlsplit(url).path}")
        how = self.hosts[host]
        if isinstance(how, list):
            how = how.pop(0) if len(how) > 1 else how[0]
        if isinstance(how, Exception):
            raise how
        body = VECTOR if "query" in url else "ready"
        return Response(how or 200, {"content-type": "application/json"}, body.encode(), url, 0.01)


def failure(kind: str, host: str = "one") -> HttpFailure:
    return HttpFailure(kind, f"http://{host}:9090 said nothing ({kind})")  # type: ignore[arg-type] # a text will do


def asked(http: Hosts, *further: str, outages: Outages | None = None, **args: t.Any) -> Finding:
    runner = Runner(http=http, clock=FakeClock(), environ={})
    runner.outages = outages
    given = {"url": ONE, "failover": list(further), "query": "up", "pass_when": ">= 1", **args}
    return run_item(Item("k", "prometheus_query", given), runner)[0]


@pytest.mark.parametrize("how", [failure("refused"), failure("timeout"), failure("name"), 500, 502, 503])
def test_the_next_one_is_asked_and_said(how: t.Any) -> None:
    http = Hosts(one=how, two=None)
    found = asked(http, TWO)
    assert str(found.status) == "pass" and found.observed["answered_by"] == [TWO]
    assert found.message.startswith("the value of up: 1, it must be >= 1 (answered by http://two:9090; http://one:9090 ")
    assert http.seen.count("one/-/ready") == 1 and "one/api/v1/query" not in http.seen, "the check stays with who has answered"


@pytest.mark.parametrize(("how", "said"), [(401, "refuses the request (401)"), (403, "(403)"), (failure("tls"), "(tls)"), (404, "(404)")])
def test_what_is_an_answer_is_not_taken_for_none(how: t.Any, said: str) -> None:
    http = Hosts(one=how, two=None)
    found = asked(http, TWO)
    assert str(found.status) == "unknown" and said in found.message and "answered by" not in found.message
    assert not [place for place in http.seen if place.startswith("two")]


def test_a_server_that_is_well_is_asked_alone() -> None:
    http = Hosts(one=None, two=None)
    found = asked(http, TWO)
    assert str(found.status) == "pass" and "answered" not in found.message + str(found.observed)
    assert {place.partition("/")[0] for place in http.seen} == {"one"}


def test_none_of_them_can_be_used() -> None:
    found = asked(Hosts(one=failure("refused"), two=503, three=failure("timeout", "three")), TWO, THREE)
    assert (str(found.status), found.instrument) == ("unknown", "Prometheus http://one:9090")
    assert found.message == (
        "none of the addresses of Prometheus http://one:9090 can be used: http://one:9090 said nothing (refused); "
        "http://two:9090 answers with 503; http://three:9090 said nothing (timeout)"
    )


def test_one_that_dies_in_the_middle_is_said_too() -> None:
    found = asked(Hosts(one=[200, failure("refused")], two=None), TWO)
    assert str(found.status) == "pass" and "answered by http://two:9090" in found.message
    found = asked(Hosts(one=[None, 500], two=None), TWO)
    assert str(found.status) == "unknown" and "with 500" in found.message, "who was well and cannot answer this has answered"


def test_who_is_out_of_reach_is_asked_once_in_a_run(tmp_path: pathlib.Path) -> None:
    outages = Outages(tmp_path)
    first, second = Hosts(one=failure("timeout"), two=None), Hosts(one=None, two=None)
    assert "answered by" in asked(first, TWO, outages=outages).message
    assert "answered by" in asked(second, TWO, outages=outages).message
    assert not [place for place in second.seen if place.startswith("one")]


def test_a_check_that_knows_of_no_further_address_asks_the_first_alone() -> None:
    found = asked(Hosts(one=failure("refused"), two=None))
    assert str(found.status) == "unknown" and found.message == "http://one:9090 said nothing (refused)"


def test_paths_and_prefixes_go_along() -> None:
    def places(url: str, own: str, *further: str) -> list[str]:
        return [place.url for place in addresses(url, Connection(url=own, failover=further))]

    assert places("http://a/p/-/ready", "http://a/p/", "http://b/q/") == ["http://a/p/-/ready", "http://b/q/-/ready"]
    assert places("http://a/api/v1/query?query=x", "http://a", "http://b/api/v1") == [
        "http://a/api/v1/query?query=x",
        "http://b/api/v1/query?query=x",
    ]
    assert places("http://a/-/ready", "http://a/api/v1", "http://b/api/v1") == ["http://a/-/ready", "http://b/-/ready"]
    assert places("http://elsewhere/x", "http://a", "http://b") == ["http://elsewhere/x"]
    assert "failover" in SERVER_ONLY
