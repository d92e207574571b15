# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Log stores that refuse, are busy, answer with nonsense, in part or not at all: whatever the brand, each is told apart."""

from __future__ import annotations

import email.utils
import json
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._checks._log_stores import BACKENDS, log_store, log_store_spec
from ansible_collections.operability.readiness.plugins.module_utils._clients.log_store import LogStore, Stored
from ansible_collections.operability.readiness.plugins.module_utils._clients.log_wire import LogServer, Refused, gather
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from ansible_collections.operability.readiness.plugins.module_utils._http import Connection
from fakes import NOW, FakeClock, FakeHttp, FakeRunner, HttpFailure, Response

TOKENS = ["0123456789abcdef" * 2, "fedcba9876543210" * 2]
SINCE = NOW.timestamp()
URL = "http://logs.example:9"
BRANDS = {
    "victorialogs": "VictoriaLogs",
    "opensearch": "OpenSearch",
    "elasticsearch": "Elasticsearch",
    "loki": "Loki",
    "graylog": "Graylog",
}
CALLS: dict[str, t.Callable[[LogStore], object]] = {
    "ready": lambda store: store.ready(),
    "find": lambda store: store.find(TOKENS, SINCE),
    "flow": lambda store: store.flow("host", SINCE - 60, SINCE),
    "oldest": lambda store: store.oldest(),
}


class Always(FakeHttp):
    """The same answer, whatever is asked."""

    def __init__(self, answer: t.Any) -> None:
        super().__init__({})
        self.answer = answer

    def request(self, method: str, url: str, **options: t.Any) -> Response:
        self.asked.append((method, url, options))
        answer = self.answer(len(self.asked)) if callable(self.answer) else self.answer
        if isinstance(answer, Exception):
            raise answer
        return t.cast("Response", answer)


def said(status: int, body: object = "", **headers: str) -> Response:
    text = body if isinstance(body, str) else json.dumps(body)
    return Response(status, {"content-type": "application/json", **headers}, text.encode(), URL, 0.1)


def store_of(backend: str, answer: t.Any, clock: FakeClock | None = None) -> tuple[LogStore, Always, FakeRunner]:
    runner = FakeRunner(clock=clock)
    runner._http = http = Always(answer)
    runner.deadline = 90.0
    return log_store(backend, {"url": URL, "query": '{app="shop"}' if backend == "loki" else None}, runner), http, runner


def refusal(backend: str, call: str, answer: t.Any) -> str:
    store, _http, _runner = store_of(backend, answer)
    with pytest.raises(CannotObserve) as told:
        CALLS[call](store)
    assert str(told.value.instrument) == f"{BRANDS[backend]} {URL}"
    return str(told.value.message)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("backend", BACKENDS)
def test_what_is_wrong_is_told_apart(backend: str, call: str) -> None:
    # of itself an OpenSearch says nothing to some
    named = f"{BRANDS[backend]} {URL}"
    assert f"{named} refuses the credentials (401): who are you" in refusal(backend, call, said(401, "who are you"))
    html = said(200, "<!doctype html><p>login", **{"content-type": "text/html"})
    assert "web page" in refusal(backend, call, html)
    assert "timed out" in refusal(backend, call, HttpFailure("timeout", "timed out"))  # type: ignore[arg-type] # a text will do
    assert "nothing listens" in refusal(backend, call, HttpFailure("refused", "nothing listens"))  # type: ignore[arg-type] # the same
    if not (call == "ready" and backend in ("opensearch", "elasticsearch")):
        assert "does not allow" in refusal(backend, call, said(403, {"message": "no permissions for [indices:data/read/search]"}))
        assert "is the path of its address right?" in refusal(backend, call, said(404, "not found"))
    for nonsense in ("{", "null", "[]", "1", '"x"', '{"hits": 3}', '{"status": "success", "data": []}', "[" * 100_000):
        if backend == "victorialogs" and nonsense in ('{"hits": 3}', '{"status": "success", "data": []}') and call != "flow":
            continue  # a line of its own
        assert named in refusal(backend, call, said(200, nonsense)) or URL in refusal(backend, call, said(200, nonsense))


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_store_that_is_busy_is_asked_again_when_it_says(backend: str) -> None:
    clock = FakeClock()
    store, http, _runner = store_of(backend, lambda number: said(429, "busy", **{"retry-after": "7"}) if number < 3 else said(401), clock)
    with pytest.raises(CannotObserve, match="refuses the credentials"):
        store.find(TOKENS, SINCE)
    assert clock.passed == pytest.approx(14.0) and len(http.asked) in (3, 4)


@pytest.mark.parametrize(
    ("headers", "message", "waited"),
    [
        ({"retry-after": "3600"}, r"wants none for 60 min", 0.0),
        ({"retry-after": "20"}, r"wants none for 20 s", 60.0),
        ({"retry-after": "in a while"}, r"also when asked again", 7.0),
        ({}, r"also when asked again", 7.0),
        ({"retry-after": "-5"}, r"also when asked again", 7.0),
        ({"retry-after": "9" * 400}, r"also when asked again", 7.0),
    ],
)
def test_a_store_that_stays_busy_is_given_up(headers: dict[str, str], message: str, waited: float) -> None:
    clock = FakeClock()
    store, _http, _runner = store_of("victorialogs", said(429, "", **headers), clock)
    with pytest.raises(CannotObserve, match=rf"takes no more questions just now \(429\).*{message}"):
        store.find(TOKENS, SINCE)
    assert clock.passed == pytest.approx(waited)


def test_a_time_of_the_store_is_taken_by_its_own_clock() -> None:
    """Whose clock is a year behind."""
    clock = FakeClock()
    then, now = (email.utils.formatdate(NOW.timestamp() - 365 * 86400 + more, usegmt=True) for more in (10, 0))
    store, _http, _runner = store_of(
        "loki", lambda number: said(503, "", **{"retry-after": then, "date": now}) if number == 1 else said(401), clock
    )
    with pytest.raises(CannotObserve, match="refuses the credentials"):
        store.find(TOKENS, SINCE)
    assert clock.passed == pytest.approx(10.0)


def test_nobody_waits_longer_than_the_check_may_take() -> None:
    clock = FakeClock()
    store, _http, runner = store_of("graylog", said(429, "", **{"retry-after": "25"}), clock)
    runner.deadline = 10.0
    with pytest.raises(CannotObserve, match="wants none for 25 s"):
        store.find(TOKENS, SINCE)
    assert clock.passed == 0


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (said(400, {"error": {"root_cause": [{"reason": "no [query]"}], "reason": "all shards failed"}}), "no [query]"),
        (said(400, {"error": {"root_cause": 3, "reason": "all shards failed"}}), "all shards failed"),
        (said(400, {"type": "ApiError", "message": "Cannot parse query"}), "Cannot parse query"),
        (said(400, "parse error at line 1"), "parse error at line 1"),
        (said(400, {"error": {}}), '{"error": {}}'),
        (said(400, ""), "no reason given"),
        (said(500, "<html>", **{"content-type": "text/html"}), "no reason given"),
    ],
)
def test_the_reason_is_the_stores_own(answer: Response, reason: str) -> None:
    store, _http, _runner = store_of("victorialogs", answer)
    with pytest.raises(Refused) as told:
        store.oldest()
    assert str(told.value.message) == f"VictoriaLogs {URL} refuses /select/logsql/query ({answer.status}): {reason}"
    assert (told.value.status, told.value.reason) == (answer.status, reason)


# -- many tokens


def line_of(token: str) -> Stored:
    return Stored(token, None, None, "")


def server() -> LogServer:
    return LogServer("Loki", URL, Connection(url=URL), FakeRunner())


def test_tokens_are_searched_three_hundred_at_a_time() -> None:
    asked: list[int] = []

    def search(tokens: list[str], most: int) -> tuple[list[Stored], bool]:
        asked.append(len(tokens))
        assert most > len(tokens) * 2
        return [line_of(token) for token in tokens], False

    tokens = [f"{number:032x}" for number in range(650)]
    assert [line.text for line in gather(server(), tokens, search)] == tokens
    assert asked == [300, 300, 50]


def test_lines_that_leave_no_room_are_searched_around() -> None:
    def search(tokens: list[str], most: int) -> tuple[list[Stored], bool]:
        return [line_of(tokens[0])] * most, len(tokens) > 1

    found = {line.text for line in gather(server(), ["a", "b", "c", "d"], search)}
    assert found == {"a", "b", "c", "d"}


@pytest.mark.parametrize(("line", "message"), [(None, "nothing stands of what was searched for"), ("first", "so often that others")])
def test_a_search_that_leads_nowhere_ends(line: str | None, message: str) -> None:
    def search(tokens: list[str], most: int) -> tuple[list[Stored], bool]:
        return [line_of(tokens[0] if line else "x")] * most, True

    with pytest.raises(CannotObserve, match=message):
        gather(server(), [f"{number:032x}" for number in range(50)], search)


def test_a_store_without_an_address_or_of_an_unknown_kind() -> None:
    with pytest.raises(CannotObserve, match="address of the log store is not given"):
        log_store("loki", {}, FakeRunner())
    with pytest.raises(CannotObserve, match="kind splunk cannot be asked"):
        log_store("splunk", {"url": URL}, FakeRunner())
    assert {"url", "index", "tenant", "url_password"} <= set(log_store_spec())
