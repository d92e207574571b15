# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alerts that wait for what has not happened yet, and those that their exception keeps silent."""

from __future__ import annotations

import pytest
from alerts_stand_in import DAY, NOW, Server, alert, record, series

ERRORS = 'r_total{code=~"5.."}'
WORLD = [
    *(series(f'r_total{{code="{code}",path="/",job="orders",instance="o:1"}}') for code in ("200", "404")),
    series('pay_queue{job="pay",instance="p:1"}'),
    series('pay_info{job="pay",instance="p:1",node="n"}'),
    series('limit{code="503"}'),
    series('slow{path="/pay"}'),
    series('up{job="orders",instance="o:1"}'),
    series('up{job="pay",instance="p:1"}'),
]


def told(query: str, **args: object) -> tuple[str, str]:
    found = Server([alert(query=query), record("rec:errors", f"sum by (job) (rate({ERRORS}[1m]))")], now=(), world=WORLD).run(**args)
    return str(found.status), " ".join(str(one) for one in [found.message, *found.details])


@pytest.mark.parametrize("how", [{"not_yet_seen": "pass"}, {"may_be_absent": [ERRORS, 'r_total{code="500"}']}, {}])
@pytest.mark.parametrize(
    ("query", "apart"),
    [
        (f"sum by (job) (rate({ERRORS}[1m])) / sum(rate(r_total[1m])) > 0.1", "have no job in common"),
        (f"sum(rate({ERRORS}[1m])) / sum by (job) (rate(r_total[1m])) > 0.1", "have no job in common"),
        (f'rate({ERRORS}[1m]) / rate(r_total{{code="200"}}[1m]) > 0.1', "have no code in common"),
        (f'rate({ERRORS}[1m]) > 1 and rate(r_total{{code="404"}}[1m]) > 1', "have no code in common"),
        (f"rate({ERRORS}[1m]) > 1 and on (instance) pay_queue", "have no instance in common"),
        (f"rate({ERRORS}[1m]) > 1 and on (nolabel, job) pay_queue > 1", "have no job in common"),
        (f"rate({ERRORS}[1m]) * on (instance) group_left (node) pay_info > 0", "have no instance in common"),
        (f"sum by (code) (rate({ERRORS}[1m])) > 0 and sum by (job) (rate(r_total[1m])) > 0", "have no code, job in common"),
        (f"rate({ERRORS}[5s]) > 1", "needs two samples within 5 s"),
        (f"rate({ERRORS}[20s]) > 1 unless on (job) up", "taken away by its exception, always: unless up"),
        ('r_total{code="500"} > 1 and r_total{code=~"4.."} > 1', "have no code in common"),
    ],
)
def test_the_rest_can_never_meet_what_has_not_been_seen(query: str, apart: str, how: dict[str, object]) -> None:
    status, said = told(query, **how)
    assert (status, apart in said) == ("fail", True), said
    assert "label_replace" not in said


@pytest.mark.parametrize(
    "query",
    [
        f"rate({ERRORS}[1m]) > 5",
        f"sum(rate({ERRORS}[1m])) / sum(rate(r_total[1m])) > 0.1",
        f"sum by (job) (rate({ERRORS}[1m])) / sum by (job) (rate(r_total[1m])) > 0.1",
        f"rate({ERRORS}[1m]) / ignoring (code) group_left () sum without (code) (rate(r_total[1m])) > 0.1",
        f"rate({ERRORS}[1m]) / rate(r_total[1m]) > 0.1",
        f'rate({ERRORS}[1m]) > 1 and rate(r_total{{code="500"}}[1m]) > 0.1',
        f"sum by (code) (rate({ERRORS}[1m])) > on (code) limit",
        f"rate({ERRORS}[1m]) > 1 and on (path) slow",  # a request of another path may come
        f"rate({ERRORS}[1m]) > 1 unless on (job) pay_queue",
        f"rate({ERRORS}[1m]) > 1 and on (job, instance) up",
        f"sum by (job) (rate({ERRORS}[1m])) > 1 or sum(rate({ERRORS}[1m])) > 5",
        f'label_replace(rate({ERRORS}[1m]), "kind", "$1xx", "code", "(.)..") > 1 and on (kind) label_replace(limit, "kind", "5xx", "", "")',
    ],
)
def test_what_meets_as_soon_as_it_comes(query: str) -> None:
    assert told(query, not_yet_seen="pass")[0] == "pass", told(query, not_yet_seen="pass")
    assert told(query)[0] == "warn", told(query)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ('up{job="orders"} offset 10m unless up{job="orders"}', "pass"),
        ('up{job="orders"} unless up{job="orders"} offset 10m', "pass"),
        ("up offset 1h unless on (job) up", "pass"),
        ("max_over_time(up[1h]) unless up", "pass"),
        ("pay_queue unless on (job) rate(r_total[1m])", "pass"),
        ('count(up{job=~"orders|pay"} unless up == 1) > 0', "pass"),
        ('up{job="pay"} == 1 unless on (job, instance) pay_info', "pass"),
        ('group by (instance) (up{job="pay"}) unless on (instance) group by (instance) (pay_info)', "pass"),
        ('up{job="pay"} unless on () up{job="orders"}', "pass"),
        ("max(pay_queue unless on (job) pay_info) * max(up) > 0", "pass"),
        ("(pay_queue > 5 unless on (job) up) or r_total > 100", "warn"),
        ("pay_queue > 5 unless on (job) up", "fail"),
        ("pay_queue > 5 unless on (instance, job) up", "fail"),
        ("pay_queue > 5 unless on () count(up)", "fail"),
        ("pay_queue > 5 unless on () vector(0)", "fail"),
        ("pay_queue > 5 unless on (job) pay_info", "fail"),  # it is 1 and was there all the time
        ("pay_queue > 5 unless on (job) pay_limits", "warn"),
        ("rate(r_total[1m]) > 5 unless on (job) r_total", "fail"),
        ("pay_queue > 5 unless pay_queue", "fail"),
        ("pay_queue > 5 unless on (job) (pay_limits == bool 1)", "fail"),
        ("pay_queue > 5 unless on (job) (pay_limits == 1)", "pass"),
        ("pay_queue > 5 unless on () (hour() >= 0)", "fail"),
        ("pay_queue > 5 unless on () (hour() >= 9)", "pass"),
    ],
)
def test_what_an_exception_takes_away(query: str, status: str) -> None:
    world = [*WORLD, series('pay_limits{job="pay",instance="p:1"}', value=50)]
    found = Server([alert(query=query)], now=(), world=world).run()
    assert str(found.status) == status, found.message


def test_what_is_silent_by_its_exception_is_told() -> None:
    said = told('up{job="pay"} == 1 unless on (job, instance) pay_info')[1]
    assert "Down does not fire: all that it gives is taken away by its exception at present: unless pay_info" in said


@pytest.mark.parametrize(("query", "status"), [("r_total > 5 and pay_queue > 5", "warn"), ("vector(0) > 1", "fail")])
def test_an_alert_that_has_fired_is_not_said_to_be_unable_by_what_was_seen(query: str, status: str) -> None:
    fired = series('ALERTS{alertname="Down",alertstate="firing",severity="page",service="payments"}', since=NOW - DAY, until=NOW - DAY + 60)
    assert str(Server([alert(query=query)], now=(), world=[*WORLD, fired]).run().status) == status
    assert str(Server([alert(query=query)], now=(), world=WORLD).run().status) == "fail"


@pytest.mark.parametrize("how", [{"not_yet_seen": "pass"}, {"may_be_absent": ["r_total"]}, {}])
@pytest.mark.parametrize(
    "matchers", ['code="200",code=~"5.."', 'code=~"5..",code!~"5.."', 'code="200",code!="200"', 'code!~".*"', 'code=~"200|404",code=~"5.."']
)
def test_matchers_that_no_value_meets(matchers: str, how: dict[str, object]) -> None:
    status, said = told(f"r_total{{{matchers}}} > 5", **how)
    assert (status, "no value meets" in said) == ("fail", True), said


@pytest.mark.parametrize(
    "matchers", ['code=~"2..",code!="200",code!~"404"', 'code=~"200|404",code!="404"', 'code="",code!="200"', 'code=~".+"']
)
def test_matchers_of_one_label_that_a_value_meets(matchers: str) -> None:
    assert "no value meets" not in told(f"r_total{{{matchers}}} > 5")[1]


@pytest.mark.parametrize(
    ("query", "status"), [("ALERTS == 0", "fail"), ("ALERTS > 1", "fail"), ("ALERTS == 1", "pass"), ("sum(ALERTS) > 1", "pass")]
)
def test_the_value_of_alerts(query: str, status: str) -> None:
    assert told(query)[0] == status


def test_names_by_a_pattern() -> None:
    world = [series('q_mail{job="a"}'), series('q_pay{job="a"}'), series("up")]
    server = Server([alert(query='{__name__=~"q_.*"} > 1000')], now=(), world=world)
    server.refused = {"> bool"}
    assert str(server.run().status) == "pass"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ('up{job="pay"} == bool 0', "warn"),
        ("pay_queue > bool 500", "warn"),
        ("pay_queue or vector(1)", "warn"),
        ("sum(pay_queue > 500) or vector(0)", "warn"),
        ("vector(1)", "pass"),
        ("(pay_queue > bool 500) == 0", "pass"),
        ("pay_queue > 0", "pass"),
    ],
)
def test_what_fires_always(query: str, status: str) -> None:
    found = Server([alert(query=query, state="firing")], now=(), world=WORLD).run()
    assert (str(found.status), "fires always" in found.message) == (status, status == "warn"), found.message


BUCKETS = [series(f'h_bucket{{le="{le}",job="orders",instance="o:1"}}') for le in ("0.5", "5", "+Inf")]


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ('up{job="pay"} == 0 and on (instance) pay_queue > 5', "fail", "needs pay_queue while its target is down"),
        ('(up{job="pay"} == 0) * on (instance, job) group_left (node) pay_info', "fail", "needs pay_info while"),
        ('pay_queue > 5 and on (job, instance) up{job="pay"} < 1', "fail", "never meet"),
        ("up == 0 and on (job, instance) h_bucket", "fail", "needs h_bucket"),
        ('up{job="pay"} == 1 and on (instance) pay_queue > 5', "pass", ""),
        ('up{job="pay"} == 0 and on (instance) max_over_time(pay_queue[10m]) > 5', "pass", ""),
        ('up{job="pay"} == 0 and on (instance) pay_queue offset 10m > 5', "pass", ""),
        ('up{job="node"} == 0 and on (instance) pay_queue > 5', "pass", ""),  # another target of the same instance
        ("up == 0 and on (instance) pay_queue > 5", "pass", ""),
        ('up{job="pay"} == 0 and on () pay_queue > 5', "pass", ""),
        ('up{job="late"} == 0 and on (instance) stamped', "pass", ""),  # with a time of its own it is not marked as gone
        ('up{job="pay"} == 0 unless on (instance) planned', "pass", ""),
        ("histogram_quantile(0.99, sum by (le) (rate(h_bucket[5m]))) > 10", "fail", "the highest bucket but +Inf is 5"),
        ("histogram_quantile(0.99, sum by (le) (rate(h_bucket[5m]))) * 1000 > 5000", "fail", "the highest bucket but +Inf is 5"),
        ("histogram_quantile(0.99, sum by (le) (rate(h_bucket[5m]))) > 2", "pass", ""),
        ("histogram_quantile(0.99, sum by (le) (rate(h_bucket[5m]))) >= 5", "pass", ""),
        ("histogram_quantile(0.99, sum by (le) (rate(h_bucket[5m]))) < 10", "pass", ""),
    ],
)
def test_what_the_series_make_impossible(query: str, status: str, said: str) -> None:
    others = [
        series('up{job="node",instance="p:1"}'),
        series('up{job="late",instance="l:1"}'),
        series('stamped{job="late",instance="l:1"}', since=NOW - 30 * DAY + 3),
        series('planned{instance="x"}'),
    ]
    found = Server([alert(query=query)], now=(), world=[*WORLD, *BUCKETS, *others]).run()
    assert (str(found.status), said in found.message) == (status, True), found.message
