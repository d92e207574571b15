# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import ArgumentsRefused
from ansible_collections.operability.readiness.plugins.module_utils._checks import _alert_liveness
from ansible_collections.operability.readiness.plugins.module_utils._clients import promql
from ansible_collections.operability.readiness.plugins.module_utils._clients.promql import parse_selector
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve, Finding
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.translating import told
from promql_stand_in import Series
from rules_and_series import DAY, NOW, Server, alert, record, series


def run(rules: list[dict[str, t.Any]], now: t.Iterable[str] = ("up",), earlier: t.Iterable[str] = (), **args: t.Any) -> Finding:
    return Server(rules, now, earlier).run(**args)


def test_alerts_that_can_fire() -> None:
    found = run([alert(), alert("Other", labels={"service": "x"}), alert("Firing", state="firing")], must_include=["Down"])
    assert (str(found.status), found.observed["alerts"], found.observed["firing"]) == ("pass", ["Down", "Firing"], ["Firing"])
    assert found.message == (
        "2 alerts loaded, evaluated lately, and able to fire: each selector matches series of the last 7 d, "
        "and they meet; firing now: Firing"
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"labels": {"service": "payments"}}, "Down has no label severity"),
        ({"annotations": {"summary": " "}}, "Down has no annotation summary"),
        ({"annotations": None}, "Down has no annotation summary"),
        (
            {"health": "err", "lastError": "many-to-many matching\nnot allowed"},
            "Down cannot be evaluated: many-to-many matching not allowed",
        ),
        ({"lastEvaluation": "2026-11-25T05:00:00Z"}, "Down was last evaluated 60 min ago, the limit is 10 min"),
    ],
)
def test_an_alert_that_is_not_as_it_must_be(changes: dict[str, t.Any], said: str) -> None:
    found = run([alert(**changes)])
    assert (str(found.status), found.details) == ("fail", [said])


def test_the_limit_of_the_last_evaluation() -> None:
    late = [alert(lastEvaluation="2026-11-25T05:40:00Z")]
    assert str(Server(late, interval=600).run().status) == "pass"
    assert str(Server(late, interval=600).run(evaluated_within="5m").status) == "fail"


def test_none_matches_or_one_is_missing() -> None:
    assert run([alert(labels={})]).message == "none of the 1 loaded alerts has the labels service=payments"
    found = run([alert(), alert("Bare", labels={"severity": "page"})], must_include=["Gone", "Bare"])
    assert found.details == ["Gone is not loaded", "Bare is loaded, but without the labels service=payments"]
    assert str(run([alert("Bare", labels={"severity": "page"})], match=None, must_include=["Bare"]).status) == "pass"


def test_something_must_say_which_alerts() -> None:
    for match in (None, {}):
        with pytest.raises(ArgumentsRefused, match="match or must_include"):
            run([], match=match)


def test_a_metric_that_does_not_exist() -> None:
    found = run([alert("Slow", 'rate(latency_count{job="a"}[5m]) > 1 and up')])
    assert found.message == "Slow can never fire: there is no metric latency_count in the last 7 d"
    assert found.observed["dead_selectors"] == [{"alert": "Slow", "selector": 'latency_count{job="a"}'}]


def test_a_label_value_that_does_not_exist() -> None:
    found = run([alert("Slow", 'up{job="a",zone="b"} == 0')], now=["up", 'up{zone="b"}'])
    assert found.message == 'Slow can never fire: up is there, but nothing is scraped as job="a"'


def test_labels_that_do_not_meet() -> None:
    found = run([alert("Slow", 'up{job="a",zone="b"} == 0')], now=["up", 'up{zone="b"}', 'up{job="a"}'])
    assert found.message == 'Slow can never fire: up is there, but none with job="a",zone="b" together in the last 7 d'
    world = [series('up{job="a",zone="c"}'), series('up{job="d",zone="b"}')]
    found = Server([alert("Slow", 'up{job="a",zone="b"} == 0')], world=world).run()
    assert found.message == 'Slow can never fire: up is there, but none with job="a",zone="b" together in the last 7 d'


def test_what_was_there_earlier_is_alive_but_quiet() -> None:
    found = run([alert(query="errs_total > 0")], earlier=["errs_total"])
    assert (str(found.status), found.observed["quiet_selectors"]) == ("warn", ["errs_total"])
    assert found.message == "Down may never fire: errs_total had series until 2026-11-25T04:00:00Z and has none now"


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("absent(gone)", "warn", "Down fires always, as absent looks at what was never there: there is no metric gone"),
        ("absent(up)", "pass", ""),
        ('up unless on() ALERTS{alertname="Down"}', "pass", ""),
        ('up unless on() ALERTS{alertname="X"}', "warn", "a part of it is without effect: ALERTS"),
        ('ALERTS{alertname=~"D.*",alertstate="pending"}', "pass", ""),
        ('ALERTS{alertname="X"}', "fail", 'refers to an alert that is not loaded (alertname="X")'),
        ('ALERTS{alertstate="on"}', "fail", 'names a state that does not exist (alertstate="on")'),
        ("up unless gone", "warn", "a part of it is without effect: there is no metric gone"),
        ("up or gone", "warn", "a part of it is without effect"),
        ("gone or lost", "fail", "there is no metric gone"),
        ("vector(1)", "pass", ""),
    ],
)
def test_what_may_be_without_series(query: str, status: str, said: str) -> None:
    found = run([alert(query=query)])
    assert str(found.status) == status
    assert said in found.message


def test_may_be_absent_names_metrics_or_alerts() -> None:
    rules = [alert(query="gone > 1")]
    assert str(run(rules).status) == "fail"
    found = run(rules, may_be_absent=["gone"])
    assert (str(found.status), found.observed["excused_selectors"]) == ("pass", ["gone"])
    assert found.message == "1 alert loaded and evaluated lately; it can fire but for what may be absent, and is: gone"
    found = run(rules, may_be_absent=["Down"])
    assert (str(found.status), "not examined, as may_be_absent says: Down" in found.message) == ("pass", True)


def test_may_be_absent_names_whole_selectors() -> None:
    rules = [alert(query='gone{a="1",b=~"2.*"} > 1')]
    assert str(run(rules, may_be_absent=['{b=~"2.*", __name__="gone", a="1"}']).status) == "pass"
    assert str(run(rules, may_be_absent=['gone{a="1"}']).status) == "fail"
    both = [alert(query='gone{a="1"} > 1 and gone{a="2"} > 1')]
    assert run(both, may_be_absent=['gone{a="1"}']).observed["dead_selectors"] == [{"alert": "Down", "selector": 'gone{a="2"}'}]
    with pytest.raises(ArgumentsRefused, match="may_be_absent"):
        run(rules, may_be_absent=["gone{"])


def test_recording_rules_are_followed() -> None:
    rules = [alert(query="job:errs:rate5m > 1"), record("job:errs:rate5m", "rate(errs_total[5m])")]
    assert run(rules).message == (
        "Down can never fire: the recording rule job:errs:rate5m gives nothing: there is no metric errs_total in the last 7 d"
    )
    found = run(rules, now=["up", "errs_total"])
    assert (str(found.status), found.message) == (
        "warn",
        "Down may never fire: the recording rule job:errs:rate5m gives nothing at present, though what it is made of is there",
    )
    seldom = [alert(query="a:b > 1"), record("a:b", "up > 5")]
    assert str(run(seldom).status) == "pass", "it gives something only when something happens"
    zero = [alert(query="a:b > 1"), record("a:b", "sum(rate(gone[5m])) or vector(0)")]
    found = run(zero, now=["up", "a:b"])
    assert found.message == "Down can never fire: a:b > 1 is never true without gone: there is no metric gone in the last 7 d"
    half = [alert(query="a:b > 0"), record("a:b", "up or gone")]
    found = run(half, now=["up", "a:b"])
    assert found.message == "Down can fire, but a part of it is without effect: there is no metric gone in the last 7 d"
    broken = [alert(query="a:b > 1"), record("a:b", "up * up", health="err", lastError="many-to-many")]
    assert run(broken).message == "Down can never fire: the recording rule a:b cannot be evaluated: many-to-many"
    endless = [alert(query="a > 1"), record("a", "b"), record("b", "a")]
    assert str(run(endless).status) == "fail"


def test_how_far_back_is_asked() -> None:
    server = Server([alert(query="gone offset 30d"), alert("B", query="gone2[5m:1m] > 0"), alert("C", query="lost > 0")])
    server.rules[1]["query"] = "max_over_time(gone2[5m]) > 0"
    server.run(lookback="1h")
    assert max(server.windows) == 30 * 86400
    assert min(server.windows) == 3600


def test_each_selector_is_asked_for_once() -> None:
    server = Server([alert(f"A{number}", query="gone > 0") for number in range(20)])
    server.run()
    assert len(server.windows) == 1


def test_what_cannot_be_parsed_is_unknown_and_a_fail_is_worse() -> None:
    odd = alert("Odd", "rate(up[5m] smoothed) > 0")
    found = run([odd, alert()])
    assert (str(found.status), "Odd cannot be examined" in found.message) == ("unknown", True)
    found = run([odd, alert(query="gone > 0")])
    assert (str(found.status), len(found.details)) == ("fail", 2)


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server([alert()])

    def no_library(_expression: str) -> t.Any:
        raise promql.NotParsed(promql.NO_LIBRARY)

    monkeypatch.setattr(_alert_liveness, "parse", no_library)
    found = server.run()
    assert (str(found.status), "promql-parser" in found.message) == ("unknown", True)


def test_a_query_that_the_server_refuses_is_unknown_for_that_alert() -> None:
    server = Server([alert(), alert("Wide", query="wide > 0")])
    server.refused = {"wide"}
    found = server.run()
    assert (str(found.status), found.details) == (
        "unknown",
        ["Wide cannot be examined: Prometheus http://prom:9090 refuses the request (422): too many samples"],
    )


def test_what_can_be_compared_with_earlier() -> None:
    rules = [
        alert("Firing", state="firing"),
        alert("Told", state="firing", labels={"severity": "info", "service": "payments"}),
        alert("Renamed", query="old_total > 0"),
        alert("Rate", query="a:b > 0"),
        record("a:b", "up"),
    ]
    seen = run(rules, now=["up", "a:b"], earlier=["old_total"]).observed
    assert (seen["firing"], seen["urgent"]) == (["Firing", "Told"], ["Firing"])
    assert (seen["needed_metrics"], seen["live_metrics"]) == (["old_total", "up"], ["up"])
    other = run([alert(query='up{job="a"} == 0')], now=["up"], earlier=['up{job="a"}']).observed
    assert other["live_metrics"] == ["up"], "the metric is there, whatever its labels"
    world = [old(f'depth{{{ORIGIN},queue="mail"}}'), new(f'depth{{{ORIGIN},queue="email"}}')]
    renamed = Server([alert(query='depth{queue="mail"} > 5')], now=[f"up{{{ORIGIN}}}"], world=world).run().observed
    assert (renamed["needed_selectors"], renamed["live_selectors"]) == (['depth{queue="mail"}'], [])
    quiet = (
        Server(
            [alert(query='errs_total{queue="mail"} > 5')],
            now=[f"up{{{ORIGIN}}}", f"errs_total{{{ORIGIN}}}"],
            world=[old(f'errs_total{{{ORIGIN},queue="mail"}}')],
        )
        .run()
        .observed
    )
    assert quiet["live_metrics"] == ["errs_total"]


def french(message: str) -> str:
    return told(message, "fr").replace("\u202f", " ").replace("\u00a0", " ")


def test_in_french() -> None:
    found = run([alert(health="err")])
    assert found.details[0].template == "{alert} cannot be evaluated: {reason}"
    assert french(found.details[0]) == "l\u2019alerte Down ne peut pas être évaluée : aucune raison donnée"
    slow = run([alert("Slow", 'up{job="a",zone="b"} == 0')], now=["up"]).message
    assert slow == 'Slow can never fire: up is there, but nothing is scraped as job="a"'


# -- a series of the past is not a live one

ORIGIN = 'job="a",instance="a:1"'


def moved(query: str, *world: Series, kinds: dict[str, str] | None = None, **changes: t.Any) -> Finding:
    """An alert in a world whose target has been restarted an hour ago."""
    server = Server([alert(query=query, **changes)], now=[f"up{{{ORIGIN}}}"], world=world)
    server.kinds = kinds or {}
    return server.run()


def old(selector: str) -> Series:
    return series(selector, until=NOW - 3600)


def new(selector: str) -> Series:
    return series(selector, since=NOW - 3590)


@pytest.mark.parametrize(
    ("query", "before", "after", "kind", "status", "said"),
    [
        ('depth{queue="mail"}', 'depth{queue="mail"}', 'depth{queue="email"}', "gauge", "fail", 'gives queue="email" since'),
        ('depth{queue="mail"}', 'depth{queue="mail"}', 'depth{queue="post"}', "gauge", "fail", 'gives queue="post" since'),
        ('done_total{queue="mail"}', 'done_total{queue="mail"}', 'done_total{queue="email"}', "counter", "fail", 'gives queue="email"'),
        ('errs_total{code="500"}', 'errs_total{code="500"}', 'errs_total{code="501"}', "counter", "warn", "has none now"),
        ('errs_total{why="timeout"}', 'errs_total{why="timeout"}', 'errs_total{why="refused"}', "counter", "warn", "has none now"),
        ('depth{queue="mail"}', 'depth{queue="mail"}', 'depth{topic="mail"}', "gauge", "fail", "has no label queue any more"),
        ("backlog_length", "backlog_length", "backlog_size", "gauge", "fail", "gives backlog_size since: was it renamed?"),
        ("jobs_waiting", "jobs_waiting", "jobs_backlog", "gauge", "fail", "gives jobs_backlog since"),
        ("errs_total", 'errs_total{why="x"}', "requests_total", "counter", "warn", "is gone, though a:1 is up: was it renamed?"),
        ("a_errors_total", 'a_errors_total{why="x"}', "a_requests_total", "counter", "warn", "is gone, though a:1 is up: was it renamed?"),
        ("a_done_total", "a_done_total", "a_finished_total", "counter", "fail", "gives a_finished_total since"),
        ("errs_total", "errs_total", "latency", "counter", "warn", "is gone, though a:1 is up: was it renamed?"),
    ],
)
def test_what_came_when_a_series_went(query: str, before: str, after: str, kind: str, status: str, said: str) -> None:
    def at_target(selector: str) -> str:
        chosen = parse_selector(selector)
        return chosen.with_only((*chosen.matchers, *parse_selector(f"{{{ORIGIN}}}").matchers)).text

    kinds = {parse_selector(one).metric or "": kind for one in (before, after)}
    found = moved(f"{query} > 5", old(at_target(before)), new(at_target(after)), kinds=kinds)
    assert (str(found.status), said in found.message) == (status, True), found.message


def test_what_comes_much_later_is_no_successor() -> None:
    gone = series(f"backlog_length{{{ORIGIN}}}", until=NOW - 5 * DAY)
    found = moved("backlog_length > 5", gone, series(f"backlog_size{{{ORIGIN}}}", since=NOW - DAY))
    assert str(found.status) == "warn"


def test_another_target_of_the_job_has_the_next_version() -> None:
    world = [series('up{job="a",instance="a:0"}', until=NOW - 3600), series('depth_length{job="a",instance="a:0"}', until=NOW - 3600)]
    found = moved("depth_length > 5", *world, series(f"depth_size{{{ORIGIN}}}", since=NOW - 3700))
    assert (str(found.status), "a is up, which gives depth_size since" in found.message) == ("fail", True), found.message
    found = moved('depth_length{instance="a:0"} > 5', *world, series(f"depth_size{{{ORIGIN}}}", since=NOW - 3700))
    assert (str(found.status), "a:0 of job a, which gave them, is scraped no more" in found.message) == ("fail", True)


def test_a_renamed_job_and_a_target_that_is_gone() -> None:
    found = moved('up{job="b"} == 0', old('up{job="b",instance="a:1"}'))
    assert (str(found.status), "a:1, which gave them, is scraped as job a by now" in found.message) == ("fail", True)
    found = moved('up{job="b"} == 0', old('up{job="b",instance="b:1"}'))
    assert (str(found.status), "b:1 of job b, which gave them, is scraped no more" in found.message) == ("fail", True)


def test_a_target_that_is_down() -> None:
    world = [series('up{job="b",instance="b:1"}', value=0), old('depth{job="b",instance="b:1"}')]
    found = moved("depth > 5", *world)
    assert (str(found.status), found.message) == ("warn", "Down may never fire: b:1, which gave depth, is down")


def test_what_comes_and_goes_is_alive() -> None:
    runs = [series('rows{job="b",instance="b:1"}', since=NOW - days * DAY, until=NOW - days * DAY + 7200) for days in (5, 4, 3, 2, 1)]
    assert str(moved("rows < 1", *runs).status) == "pass"
    assert str(moved("rows < 1", *runs[:2]).status) == "fail", "it has not come for days"


def test_what_an_alert_looks_back_for_is_alive() -> None:
    assert str(run([alert(query="max_over_time(rows[6h]) < 1")], earlier=["rows"]).status) == "pass"


# -- the first event


def test_an_event_that_has_not_happened_yet() -> None:
    world = [series(f'reqs_total{{{ORIGIN},code="200"}}'), series(f"up{{{ORIGIN}}}")]
    query = 'rate(reqs_total{job="a",code=~"5.."}[5m]) > 1'
    found = Server([alert(query=query)], now=[], world=world).run()
    assert (str(found.status), found.message) == (
        "warn",
        'Down may never fire: no series has code=~"5.." yet in the last 7 d, while reqs_total has 1 (code: 200): say in may_be_absent that '
        'reqs_total{job="a",code=~"5.."} comes with the first event, or correct it',
    )
    statuses = {
        said: str(Server([alert(query=query)], now=[], world=world).run(not_yet_seen=said).status) for said in ("fail", "warn", "pass")
    }
    assert statuses == {"fail": "fail", "warn": "warn", "pass": "pass"}
    found = Server([alert(query=query)], now=[], world=world).run(not_yet_seen="pass")
    assert "but for what may be absent, and is: reqs_total{" in found.message
    found = Server([alert(query=f"({query.replace(' > 1', '')} or vector(0)) / scalar(up) > 5")], now=[], world=world).run()
    assert (str(found.status), found.details) == ("pass", [])


def test_a_metric_that_is_declared_and_has_no_sample() -> None:
    server = Server([alert(query="rate(errs_total[5m]) > 1")])
    server.kinds = {"errs_total": "counter"}
    found = server.run()
    assert (str(found.status), "is declared by what is scraped, and has no series yet" in found.message) == ("warn", True)


# -- what does not meet


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ('a{q="1"} > 5 and b > 5', "fail", 'the two sides of and have no q in common, as {q="1"} and {q="2"}'),
        ("a * on (q) b > 5", "fail", "the two sides of * on (q) have no q in common"),
        ("a * on () b > 5", "pass", ""),
        ("a > 5 or (a and b) > 5", "warn", "a part of it is without effect: the two sides of and"),
        ("rate(a[10s]) > 5", "fail", "needs two samples within 10 s, and there is one each 15 s"),
        ("rate(odd[20s]) > 5", "warn", "has two samples within 20 s only at times, as there is one each 15 s"),
        ("max_over_time(odd[5s]) > 5", "warn", "has a sample within 5 s only at times"),
        ("rate(a[1m]) > 5", "pass", ""),
        ("max_over_time(rate(a[1m])[10m:1m]) > 5", "pass", ""),
        ("max_over_time(rate(fresh[1m])[30m:10m]) > 5", "pass", ""),
        ("deriv(fresh[30m:10m]) > 5", "pass", ""),
        ("rate(a[1m:5m]) > 5", "fail", "needs two samples within 60 s, and there is one each 5 min"),
        ("histogram_quantile(0.9, sum by (q) (rate(h_bucket[5m]))) > 5", "fail", "needs the label le, which is dropped by sum by (q)"),
        ("histogram_quantile(0.9, sum by (le) (rate(h_bucket[5m]))) > 5", "pass", ""),
        (
            "young < young offset 1w",
            "warn",
            "looks back 7 d, and its series are there since 2026-11-23T06:",
        ),
        ("a offset 1w > 5", "pass", ""),
        ("a > 5 unless a > 3", "fail", "is never true, whatever the values are"),
        ("a > 5 unless on () up", "fail", "all that it gives is taken away by its exception, always: unless up"),
        ("a > 5 unless on () young", "fail", "taken away by its exception, always: unless young"),
        ("a > 5 unless on () up == 0", "pass", ""),
        ("vector(0) > 1", "fail", "vector(0) > 1 is never true"),
        ("count(a) < 1", "fail", "count(a) < 1 is never true"),
        ("sum(rate(a[5m])) < 0", "fail", "is never true"),
        ("(sum(gone) or vector(0)) * sum(a) > 5", "fail", "is never true without gone: there is no metric gone"),
        ("a > scalar(two)", "fail", "scalar() takes one series, and two has 2"),
        ("a > scalar(up)", "pass", ""),
        ("rec:apart > 5", "fail", "the recording rule rec:apart gives nothing: the two sides of and have no q in common"),
        ("a / ignoring (q) group_left () sum without (q) (a) > 5", "pass", ""),
    ],
)
def test_parts_that_do_not_meet(query: str, status: str, said: str) -> None:
    world = [
        *(series(one) for one in ('a{q="1"}', 'b{q="2"}', 'h_bucket{q="1",le="1"}')),
        series("young", since=NOW - 2 * DAY),
        series("odd", since=NOW - DAY - 7),
        series("fresh", since=NOW - 40),
        *(series(one) for one in ('two{q="1"}', 'two{q="2"}')),
    ]
    if "on () young" in query:
        world = [series("up"), *(dataclasses.replace(one, since=NOW - 2 * DAY) for one in world)]
    found = Server([alert(query=query), record("rec:apart", "a and b")], world=world).run()
    assert (str(found.status), said in found.message) == (status, True), found.message


def test_labels_that_met_now_and_then_may_meet_again() -> None:
    left = [series('a{q="1"}'), series('b{q="2"}')]
    met = [series('b{q="1"}', since=NOW - days * DAY, until=NOW - days * DAY + 7200) for days in (5, 4, 3, 2)]
    assert str(Server([alert(query="a > 5 and b > 5")], world=[*left, *met]).run().status) == "warn"


def test_too_early_to_tell() -> None:
    world = [series("a", since=NOW - 10)]
    found = Server([alert(query="rate(a[5m]) > 5")], world=world).run()
    assert (str(found.status), "needs two samples, and there is only one yet" in found.message) == ("unknown", True)


def test_what_is_refused_without_its_comparisons() -> None:
    """The phase of a pod: without == 1 there are many of each."""
    world = [series('phase{pod="x",phase="Running"}'), series('phase{pod="x",phase="Failed"}', value=0), series('info{pod="x"}')]
    query = "(phase == 1) * on (pod) group_left () info > 5"
    assert str(Server([alert(query=query)], world=world).run().status) == "pass"
    query = "info * on (pod) (phase == 2) > 5"
    found = Server([alert(query=query)], world=world).run()
    assert (str(found.status), "many-to-many matching not allowed" in found.message) == ("unknown", True)
    assert str(Server([alert(query=query, state="firing")], world=world).run().status) == "pass", "it has a result"


# -- the wrong instrument


def test_a_server_that_evaluates_nothing_or_has_nothing() -> None:
    with pytest.raises(CannotObserve, match="evaluates no rules at all: give the address of what evaluates them"):
        run([])
    with pytest.raises(CannotObserve, match="has no target in any job, and nothing of what the alerts look at"):
        run([alert()], now=[])
    assert str(run([alert(query="vector(1)")], now=[]).status) == "pass"


def test_what_has_never_been_evaluated() -> None:
    never = {"lastEvaluation": "0001-01-01T00:00:00Z", "health": "unknown"}
    server = Server([alert(**never)])
    assert server.run().message == "Down has not been evaluated yet: the server has just begun, or does not say"
    server.started = "2026-11-25T05:59:00Z"
    assert str(server.run().status) == "unknown"
    server.started = "2026-11-25T05:00:00Z"
    found = server.run()
    assert (str(found.status), found.message) == ("fail", "Down has never been evaluated since 2026-11-25T05:00:00Z")


# -- the number of requests


def test_five_hundred_alerts_in_few_requests() -> None:
    names = [f"metric_{number}" for number in range(250)]
    rules = [alert(f"A{number}", query=f'{name}{{q="x"}} > {limit}') for limit in (5, 7) for number, name in enumerate(names)]
    server = Server(rules, world=[series(f'{name}{{q="x"}}') for name in names])
    assert str(server.run().status) == "pass"
    assert len(server.asked) + len(server.windows) < 16


def test_a_proxy_that_lets_no_post_through() -> None:
    rules = [alert(f"A{number}", query=f'metric_{number}{{q="x"}} > 5') for number in range(60)]
    server = Server(rules, world=[series(f'metric_{number}{{q="x"}}') for number in range(60)])
    server.posts = False
    assert str(server.run().status) == "pass"
