# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a VictoriaLogs may answer that the real one of the tests does not."""

from __future__ import annotations

import typing as t
from urllib.parse import parse_qs

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._checks._log_stores import log_store
from ansible_collections.operability.readiness.plugins.module_utils._clients.log_store import LogStore
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from fakes import NOW, FakeRunner, Response

TOKEN = "0123456789abcdef" * 2
QUERY = "/select/logsql/query"


def rows(text: str, status: int = 200, kind: str = "application/stream+json") -> Response:
    return Response(status, {"content-type": kind}, text.encode(), "http://logs.example:9428" + QUERY, 0.1)


def store_of(answers: dict[str, t.Any], **place: t.Any) -> tuple[LogStore, FakeRunner]:
    runner = FakeRunner(answers=answers)
    url = place.pop("url", "http://logs.example:9428/select/vmui/")
    return log_store("victorialogs", {"url": url, **place}, runner), runner


def asked(runner: FakeRunner, number: int = -1) -> tuple[str, dict[str, str], dict[str, str]]:
    _method, url, options = runner.http.asked[number]  # type: ignore[attr-defined] # the fake one
    form = {name: values[0] for name, values in parse_qs(options["body"].decode()).items()}
    return url, form, dict(options["connection"].headers)


def test_what_is_asked() -> None:
    store, runner = store_of({QUERY: rows("")}, tenant="12", query='{app="shop"}', headers={"X-Extra": "1"}, message_field='odd "name')
    assert store.find([TOKEN, "b" * 32], NOW.timestamp()) == []
    url, form, headers = asked(runner)
    assert url == "http://logs.example:9428/select/logsql/query"
    assert form["query"] == f'"odd \\"name":contains_any("{TOKEN}","{"b" * 32}")'
    assert form["extra_filters"] == '{app="shop"}' and form["allow_partial_response"] == "0"
    assert float(form["start"]) < NOW.timestamp() - 86400 and float(form["end"]) > NOW.timestamp() + 86400
    assert headers == {"X-Extra": "1", "AccountID": "12", "ProjectID": "0"}


def test_a_query_for_three_hundred_tokens_is_shorter_than_the_store_allows() -> None:
    store, runner = store_of({QUERY: rows("")})
    store.find([f"{number:032x}" for number in range(300)], NOW.timestamp())
    (question,) = runner.http.asked  # type: ignore[attr-defined] # the fake one
    assert len(parse_qs(question[2]["body"].decode())["query"][0]) < 16 * 1024


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            rows('{"_msg":"a"}\n\ncannot execute query: context deadline exceeded\n'),
            "broke off its answer: cannot execute query: context deadline",
        ),
        (rows('{"_msg":"a"}\n{"_msg":'), r'broke off its answer: \{"_msg":'),
        (rows("[1]\n"), r"broke off its answer: \[1\]"),
        (rows("<html>", kind="text/html"), "answered with a web page instead of lines"),
        (rows("OK", kind="text/plain"), "answered with what VictoriaLogs does not answer"),
        (rows("the request couldn't be executed in 30.000 seconds", 503, "text/plain"), r"\(503\): the request couldn't be executed in 30"),
    ],
)
def test_half_an_answer_is_none(answer: Response, message: str) -> None:
    store, _runner = store_of({QUERY: answer})
    with pytest.raises(CannotObserve, match=message):
        store.find([TOKEN], NOW.timestamp())


def test_lines_of_odd_types() -> None:
    text = f'{{"_msg":"{TOKEN}","_time":17,"hostname":5,"x":null}}\n{{"_msg":null}}\n{{"_msg":"other {TOKEN[:31]}"}}\n'
    store, _runner = store_of({QUERY: rows(text)})
    (line,) = store.find([TOKEN], NOW.timestamp())
    assert (line.text, line.moment, line.host) == (TOKEN, 17.0, "5")


@pytest.mark.parametrize("row", ['{"host":"a"}', '{"host":"a","operability_lines":"many","operability_newest":""}'])
def test_counts_that_are_none(row: str) -> None:
    store, _runner = store_of({QUERY: rows(row)})
    with pytest.raises(CannotObserve, match="answered with what VictoriaLogs does not answer"):
        store.flow("host", 0, 1)


def test_too_many_instances() -> None:
    many = "\n".join(f'{{"id":"{number}","operability_lines":"1","operability_newest":"2026-12-01T01:19:56Z"}}' for number in range(10_001))
    store, _runner = store_of({QUERY: rows(many)})
    with pytest.raises(CannotObserve, match="has more than 10000 values of the field id"):
        store.flow("id", 0, 1)


def flags(**given: str) -> str:
    return 'vl_storage_is_read_only{path="/data"} 0\n' + "".join(
        f'flag{{name="{name.replace("__", ".")}", value="{value}", is_set="true"}} 1\n' for name, value in given.items()
    )


@pytest.mark.parametrize(
    ("metrics", "seconds", "sooner"),
    [
        (flags(retentionPeriod="30d"), 30 * 86400, None),
        (flags(retentionPeriod="1w2d"), 9 * 86400, None),
        (flags(retentionPeriod="3"), 93 * 86400, None),  # months
        (flags(retentionPeriod="2y", retention__maxDiskUsagePercent="80"), 730 * 86400, "-retention.maxDiskUsagePercent=80"),
        (flags(retentionPeriod="30d", retention__maxDiskSpaceUsageBytes="0"), 30 * 86400, None),
        (flags(retentionPeriod="7d", storageNode="vl1:9428,vl2:9428"), None, None),
        (flags(retentionPeriod="7d", storageNode=""), 7 * 86400, None),
        ("nothing of use 1\n", None, None),
        (flags(retentionPeriod="5y").replace("vl_storage", "vm_storage"), None, None),  # of another product
        (rows("no", 401), None, None),
        (rows("no", 404), None, None),
    ],
)
def test_how_long_it_keeps_lines(metrics: t.Any, seconds: float | None, sooner: str | None) -> None:
    store, _runner = store_of({"/metrics": metrics})
    kept = store.kept()
    assert (kept.seconds if kept else None) == seconds
    assert (kept.sooner is None) if sooner is None and kept else sooner is None or bool(kept and sooner in str(kept.sooner))


def test_a_retention_that_cannot_be_read() -> None:
    store, _runner = store_of({"/metrics": flags(retentionPeriod="for ever")})
    with pytest.raises(CannotObserve, match="has a retention that cannot be read: for ever"):
        store.kept()


def test_what_cannot_be_looked_into_is_left_out() -> None:
    """Older stores know no search in all fields, list no tenants, and may be gone meanwhile."""

    def older(_method: str, _url: str, options: t.Any) -> Response:
        form = parse_qs(options["body"].decode())
        if form["query"][0].startswith("*:"):
            return rows("cannot parse `query` arg", 400, "text/plain")
        if "extra_filters" in form:
            return rows("")
        return rows(f'{{"_msg":"{TOKEN}","_time":"2026-11-25T06:00:00Z"}}\n')

    store, _runner = store_of({QUERY: older}, query="app:shop")
    (line,) = store.find_elsewhere([TOKEN, "b" * 32], NOW.timestamp())
    assert str(line.astray) == "the query app:shop does not match it"
    gone, _runner = store_of({QUERY: rows("no", 500, "text/plain")})
    assert gone.find_elsewhere([TOKEN], NOW.timestamp()) == []


def test_tenants_are_listed_without_naming_one() -> None:
    def by_tenant(_method: str, _url: str, options: t.Any) -> Response:
        named = options["connection"].headers
        return rows(f'{{"_msg":"{TOKEN}"}}\n' if named.get("AccountID") == "3" else "")

    listed = [{"account_id": 0, "project_id": 0}, {"account_id": 3, "project_id": 4}, "odd", {"account_id": 5, "project_id": 0}]
    headers = {"accountid": "0", "ProjectID": "0", "X-Extra": "1"}
    store, runner = store_of({QUERY: by_tenant, "/select/tenant_ids": listed}, headers=headers)
    (line,) = store.find_elsewhere([TOKEN], NOW.timestamp())
    assert (str(line.astray), line.place) == ("it lies in the tenant 3:4, not in 0:0", "3:4")
    tenants = next(options for _method, url, options in runner.http.asked if "tenant_ids" in url)  # type: ignore[attr-defined] # the fake one
    assert dict(tenants["connection"].headers) == {"X-Extra": "1"}
