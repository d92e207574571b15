# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is concluded from the selectors of a query that have series, and from those that have none."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._checks._panel_proofs import Proofs
from ansible_collections.operability.readiness.plugins.module_utils._checks._panel_queries import Query, _tree
from ansible_collections.operability.readiness.plugins.module_utils._clients.grafana_reading import GrafanaReader, Source
from ansible_collections.operability.readiness.plugins.module_utils._clients.grafana_time import Range
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from ansible_collections.operability.readiness.plugins.module_utils._http import Connection
from fakes import NOW, FakeRunner, Response
from grafana_data_stand_in import frame

END = NOW.timestamp()
WHOLE = Range(END - 6 * 3600, END)
PROM = Source("p1", "Prometheus", "prometheus")


def asking(expression: str, numbers: t.Mapping[str, float], status: int = 200) -> tuple[Proofs, Query, list[str]]:
    """Selectors have a series where they have the word ``live``; other expressions have these numbers, by a word in them."""
    asked: list[str] = []

    def answer(_method: str, url: str, options: t.Any) -> Response:
        results = {}
        for query in json.loads(options["body"])["queries"]:
            text = query["expr"]
            asked.append(text)
            number = next((value for word, value in numbers.items() if word in text), 1.0 if "live" in text else None)
            found = [] if number is None else [frame({}, [(END, str(number))])]
            results[query["refId"]] = {"frames": found, "status": 200} if status == 200 else {"error": "too much", "status": status}
        return Response(status, {"content-type": "application/json"}, json.dumps({"results": results}).encode(), url, 0.1)

    reader = GrafanaReader(Connection("http://grafana:3000"), FakeRunner(answers={"/api/ds/query": answer}))
    body = {"expr": expression, "datasource": {"uid": "p1", "type": "prometheus"}}
    return Proofs(reader, END), Query("A", body, PROM, 15.0, tree=_tree(expression, WHOLE)), asked


@pytest.mark.parametrize(
    ("expression", "missing"),
    [
        ("ALERTS", []),
        ("absent(dead)", []),
        ("live and on() ALERTS", []),
        ("ALERTS * on(a) group_left(b) live", []),
        ("ALERTS unless on() dead", []),
        ("(live or dead) * on() ALERTS", []),
        ("(dead or vector(0)) * on() ALERTS", []),
        ("dead and on() ALERTS", ["dead"]),
        ('sum(rate(dead{a="b"}[5m])) + on() count(ALERTS)', ['dead{a="b"}']),
        ("live * dead * absent(gone)", ["dead"]),
        ("(dead or gone) * on() ALERTS", ["dead", "gone"]),
    ],
)
def test_what_an_alert_cannot_excuse(expression: str, missing: list[str]) -> None:
    proofs, query, _asked = asking(expression, {})
    assert proofs.without_series(query, WHOLE) == missing


@pytest.mark.parametrize(
    ("expression", "made_up"),
    [
        ("vector(1)", True),
        ("time() - 5", True),
        ("hour()", True),
        ('count_values("x", vector(3))', True),
        ('dead or label_replace(vector(0), "a", "b", "", "")', True),
        ("absent(dead)", True),
        ("vector(scalar(dead)) or vector(1)", True),
        ("(1 > bool 2) * vector(1)", True),
        ("live", False),
        ("time() - live", False),
        ("hour(live)", False),
        ("live or vector(0)", False),
        ("vector(1) unless live", False),
        ("scalar(live) * 2", False),
        ("dead", False),  # no answer, which is told elsewhere
        ("sum(", False),  # cannot be read
    ],
)
def test_numbers_that_are_of_no_series(expression: str, made_up: bool) -> None:
    proofs, query, _asked = asking(expression, {})
    assert proofs.is_made_up(query, WHOLE) is made_up


@pytest.mark.parametrize(
    ("expression", "ended"),
    [
        ("max_over_time(dead[6h])", True),
        ("increase(dead[$__range])", True),
        ("max_over_time(dead[6h:1m])", True),
        ("dead or last_over_time(dead[1d])", True),
        ("last_over_time(dead[1d]) or vector(0)", True),
        ("live / on() last_over_time(dead[1d])", True),
        ("dead offset 1d", True),
        ("max_over_time(live[6h])", False),
        ("live or last_over_time(dead[1d])", False),
        ("rate(dead[5m])", False),  # is over by itself
        ("count_over_time(ALERTS[7d])", False),  # of which there are none just now
        ('increase(dead{code="500"}[1h])', True),
        ('increase({__name__="live",code="500"}[1h])', False),
    ],
)
def test_series_that_have_ended(expression: str, ended: bool) -> None:
    words = {" - min_over_time(": 3600.0, "max(max_over_time(": END - 7200, "max(count_over_time(": 361.0}
    proofs, query, _asked = asking(expression, words)
    has_ended, _age = proofs.ended(query, WHOLE)
    assert has_ended is ended


def test_a_series_that_is_written_seldom_has_not_ended() -> None:
    """Three samples in half a day: the next one is not late yet."""
    for last, many, ended in ((3600.0, 4.0, False), (1.0, 1.0, False), (7200.0, 4000.0, True)):
        words = {" - min_over_time(": 36000.0, "max(max_over_time(": END - last, "max(count_over_time(": many}
        proofs, query, asked = asking("max_over_time(dead[12h])", words)
        assert proofs.ended(query, WHOLE) == (ended, last if ended else None), asked


def test_what_cannot_be_asked_is_not_known_and_nothing_is_asked_twice() -> None:
    proofs, query, _asked = asking("absent(dead)", {}, status=400)
    with pytest.raises(CannotObserve, match="cannot be asked: too much"):
        proofs.is_made_up(query, WHOLE)
    proofs, query, asked = asking("live or vector(0)", {})
    assert [proofs.is_made_up(query, WHOLE) for _time in range(3)] == [False] * 3 and asked == ["count(live)"]
