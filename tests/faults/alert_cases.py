# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alerts that can fire, and alerts that cannot though each part of them looks well: all in one real Prometheus."""

from __future__ import annotations

import json
import typing as t

CHECK = "prometheus_alerts"
RECORDED = {
    "orders:dead:rate5m": "sum(rate(orders_faults_total[5m])) or vector(0)",
    "orders:gone:rate5m": "rate(orders_faults_total[5m])",
    "orders:apart": "orders_workers and orders_limit",
    "orders:live:rate5m": "sum(rate(orders_requests_total[5m]))",
    "orders:full:now": "orders_queue_depth > 1000",
}


class Case(t.NamedTuple):
    name: str
    state: str
    expression: str
    status: str
    message: str
    options: dict[str, t.Any] = {}
    labels: dict[str, str] = {"severity": "page", "service": "orders"}
    annotations: dict[str, str] = {"summary": "it is bad"}
    holds: str = "0s"


WELL = "able to fire: each selector matches"
CASES = [
    # the rules themselves
    Case(
        "Bare",
        "an alert without severity and summary",
        "orders_workers < 1",
        "fail",
        r"Bare has no label severity",
        {},
        {"service": "bare"},
        {},
    ),
    Case(
        "Broken",
        "an expression that cannot be evaluated",
        'up * on () scrape_duration_seconds * on () {job="orders"} > 0',
        "fail",
        r"Broken cannot be evaluated: .*duplicate series",
    ),
    Case(
        "Firing",
        "an alert fires",
        "orders_workers > 1",
        "pass",
        r"firing now: Firing",
        {"match": {"service": "firing"}},
        {"severity": "page", "service": "firing"},
    ),
    Case(
        "Other",
        "the rules of the service are not loaded",
        "orders_workers < 1",
        "fail",
        r"none of the \d+ loaded alerts has the labels service=nobody",
        {"match": {"service": "nobody"}, "must_include": []},
    ),
    Case(
        "Lonely",
        "one of the alerts is not loaded",
        "orders_workers < 1",
        "fail",
        r"OrdersSlow is not loaded",
        {"must_include": ["Lonely", "OrdersSlow"]},
    ),
    Case(
        "Elsewhere",
        "a Prometheus that is not the service's",
        "orders_workers < 1",
        "unknown",
        r"is it the right server",
        {"probe_query": "up{job='x'}"},
    ),
    # whose they are
    Case(
        "Selected",
        "a selector says whose alert it is",
        'orders_workers{pool="fast"} < 1 or orders_gone{pool="fast"}',
        "warn",
        r"Selected can fire, but a part of it is without effect: there is no metric orders_gone",
        {"match": {"pool": "fast"}, "must_include": []},
        {"severity": "page"},
    ),
    Case(
        "OfSeries", "the series say whose alert it is", "orders_limit < 1", "pass", WELL, {"match": {"queue": "pay"}}, {"severity": "page"}
    ),
    Case(
        "OfOthers",
        "the series say that it is another's alert",
        "orders_limit < 2",
        "fail",
        r"OfOthers is loaded, but without the labels queue=sms",
        {"match": {"queue": "sms"}},
        {"severity": "page"},
    ),
    # a value in a label
    Case(
        "ValueInLabel",
        "a label takes the value, and each value begins anew",
        "orders_workers < 1",
        "warn",
        r"ValueInLabel may never fire: its label current takes the value, .* hold for 5 min again",
        {},
        {"severity": "page", "current": "{{ $value | humanize }}"},
        holds="5m",
    ),
    Case(
        "OneValueInLabel",
        "a label takes a value that is always the same",
        'up{job="orders"} == 0',
        "pass",
        WELL,
        {},
        {"severity": "page", "current": "{{ $value }}"},
        holds="5m",
    ),
    Case(
        "SeverityByValue",
        "a label is chosen by the value",
        "orders_workers < 1",
        "pass",
        WELL,
        {},
        {"severity": "{{ if lt $value 1.0 }}page{{ else }}ticket{{ end }}"},
        holds="5m",
    ),
    # what is only in the past
    Case(
        "ValueRenamed",
        "the value of a label was renamed",
        'orders_queue_depth{queue="mail"} > 100',
        "fail",
        r'ValueRenamed can never fire: .*queue="mail".* had series until 20.*gives queue="email" since',
    ),
    Case(
        "CounterValueRenamed",
        "the value of a label of a counter was renamed",
        'rate(orders_processed_total{queue="mail"}[5m]) > 100',
        "fail",
        r'had series until .*gives queue="email" since',
    ),
    Case(
        "MetricRenamed",
        "a metric was renamed",
        "orders_backlog_length > 100",
        "fail",
        r"metric orders_backlog_length was there until .* and is gone, .*gives orders_backlog_size since",
    ),
    Case("StateOver", "a state is over of which the alert told", 'orders_state{state="degraded"} == 1', "pass", WELL),
    Case(
        "RoleOver",
        "a state is over of which no alert told",
        'count(orders_role{role="follower"}) > 3',
        "warn",
        r"RoleOver may never fire: orders_role.* had series until 20.* and has none now",
    ),
    Case("JobRenamed", "the job of a target was renamed", 'up{job="shop"} == 0', "fail", r"is scraped as job shop-front by now"),
    Case(
        "TargetGone",
        "the target of an alert is not scraped any more",
        'up{job="left"} == 0',
        "fail",
        r"left:9100 of job left, which gave them, is scraped no more",
    ),
    Case(
        "EventNotYet",
        "a counter has not counted since the restart",
        'rate(orders_rejected_total{reason="timeout"}[1m]) > 1',
        "warn",
        r'may never fire: orders_rejected_total.reason="timeout". had series until .* and has none now',
    ),
    Case(
        "SeldomGone",
        "a metric went without a successor",
        "orders_seldom_total > 5",
        "warn",
        r"metric orders_seldom_total was there until .* and is gone, though .* is up: was it renamed\?",
    ),
    Case("BatchComes", "the series of a batch job come and go", "orders_batch_rows < 1", "pass", WELL),
    Case("MonthEnd", "a series that had an end a day ago is quiet", 'orders_month{end="x"} > 5', "warn", r"orders_month.* is gone"),
    Case("Down", "its target is down", 'up{job="down"} == 0', "pass", r"firing now: Down"),
    # what does not meet
    Case(
        "AndApart",
        "two sides of and have no label value in common",
        'orders_queue_depth{queue="sms"} > 1 and orders_limit{queue="pay"} > 1',
        "fail",
        r'the two sides of and have no queue in common, as \{queue="sms"\} and \{queue="pay"\}',
    ),
    Case(
        "JoinApart",
        "a join whose sides share no label",
        "orders_queue_depth / orders_workers > 10",
        "fail",
        r"two sides of / have no pool, queue in common",
    ),
    Case(
        "TwoSamples",
        "a range shorter than the scrape interval",
        "rate(orders_requests_total[500ms]) > 1",
        "fail",
        r"needs two samples within .*, and there is one each 1",
    ),
    Case(
        "NoBuckets",
        "a quantile over an aggregation without le",
        "histogram_quantile(0.9, sum by (route) (rate(orders_latency_seconds_bucket[1m]))) > 2",
        "fail",
        r"histogram_quantile needs the label le, which is dropped by sum by \(route\)",
    ),
    Case(
        "NoBucketsAtAll",
        "a quantile of what has no buckets, by a label that it does not have",
        "histogram_quantile(0.9, sum by (route, le) (rate(orders_latency_seconds_sum[1m]))) > 2",
        "fail",
        r"histogram_quantile needs the label le, which rate\(orders_latency_seconds_sum\[1m\]\) does not have",
    ),
    Case(
        "WeekAgo",
        "an offset longer than the series are old",
        "orders_last_success_seconds < 0.1 * (orders_last_success_seconds offset 1w)",
        "warn",
        r"WeekAgo cannot fire at present: .* looks back 7 d, and its series are there since 20.*it can fire from 20",
    ),
    Case(
        "DayAgo",
        "an offset within the past of the series",
        "orders_last_success_seconds < 0.1 * (orders_last_success_seconds offset 1d)",
        "pass",
        WELL,
    ),
    Case(
        "TakenAway",
        "all is taken away by unless",
        "orders_queue_depth > 100 unless orders_queue_depth > 50",
        "fail",
        r"is never true, whatever the values are",
    ),
    Case(
        "NeverTaken",
        "an exception in an alert matches nothing",
        "orders_workers > 100 unless on () maintenance_window == 1",
        "warn",
        r"can fire, but a part of it is without effect: there is no metric maintenance_window",
    ),
    Case(
        "TakenAwayByUp",
        "all is taken away by what is always there",
        "orders_queue_depth > 100 unless on (job) up",
        "fail",
        r"taken away by its exception, always: unless up",
    ),
    Case(
        "DownAndThere",
        "a target that is down joined with what it gives itself",
        '(up{job="orders"} == 0) * on (instance, job) group_left (version) orders_build_info',
        "fail",
        r"needs orders_build_info while its target is down",
    ),
    Case("DownAndElse", "a target that is down joined with another", 'up{job="orders"} == 0 and on () shop_carts > 1', "pass", WELL),
    Case(
        "AboveBuckets",
        "a quantile above the highest bucket",
        "histogram_quantile(0.9, sum by (le) (rate(orders_latency_seconds_bucket[1m]))) > 10",
        "fail",
        r"the highest bucket but \+Inf is 1",
    ),
    Case(
        "PerCent",
        "a share held against per cent",
        'sum(rate(orders_requests_total{code="404"}[1m])) / sum(rate(orders_requests_total[1m])) > 5',
        "fail",
        r"PerCent can never fire: .* is never true",
    ),
    Case("NoValue", "matchers that no value meets", 'orders_requests_total{code="200",code=~"5.."} > 1', "fail", r"no value meets"),
    Case(
        "AlwaysBool", "bool where a filter is meant", 'up{job="orders"} == bool 0', "warn", r"AlwaysBool fires always: bool makes 0 and 1"
    ),
    Case("Vanished", "a target that vanishes", 'up{job="orders"} offset 1s unless up{job="orders"}', "pass", WELL),
    Case("Companion", "metrics without which a target is ill", 'up{job="orders"} == 1 unless on (job) orders_workers', "pass", WELL),
    Case("ManyNames", "metrics by a pattern of names", '{__name__=~"orders_(workers|last_success_seconds)"} > 1e12', "pass", WELL),
    Case(
        "UnseenApart",
        "a share of errors whose sides share no label, before the first one",
        'sum by (job) (rate(orders_requests_total{code=~"5.."}[1m])) / sum(rate(orders_requests_total[1m])) > 0.1',
        "fail",
        r"UnseenApart can never fire: the two sides of / have no job in common",
    ),
    Case(
        "UnseenMeets",
        "a share of errors before the first one",
        'sum by (job) (rate(orders_requests_total{code=~"5.."}[1m])) / sum by (job) (rate(orders_requests_total[1m])) > 0.1',
        "pass",
        r"can fire but for what may be absent",
        {"not_yet_seen": "pass"},
    ),
    Case(
        "SameMetric",
        "all is taken away by the same metric",
        "sum by (job) (up) < 1 unless on (job) up",
        "fail",
        r"taken away by its exception, always: unless up",
    ),
    # constants
    Case("NeverTrue", "a constant that is never true", "vector(0) > 1", "fail", r"vector\(0\) > 1 is never true"),
    Case("AbsentTwice", "absent() is never more than 1", "absent(orders_requests_total) > 1", "fail", r"is never true"),
    Case("CountNone", "count() is never less than 1", 'count(up{job="orders"}) < 1', "fail", r"is never true"),
    Case("AlwaysTrue", "a comparison that is always true", 'up{job="orders"} >= 0', "warn", r"AlwaysTrue fires always"),
    Case("Watchdog", "a watchdog", "vector(1)", "pass", r"able to fire.*firing now: Watchdog"),
    # absent
    Case("OrdersAbsent", "absent() of a healthy series", 'absent(orders_requests_total{code="200"})', "pass", WELL),
    Case(
        "BackupAbsent",
        "absent() of what was never there",
        "absent(orders_backup_last_success_seconds)",
        "warn",
        r"BackupAbsent fires since 20.*absent looks at what was never there: there is no metric orders_backup",
    ),
    Case(
        "TypoAbsent", "absent() of a job that does not exist", 'absent(up{job="ordres"} == 1)', "warn", r"nothing is scraped as job=.ordres"
    ),
    Case("QueueOneGone", "absent_over_time() compared", "absent_over_time(orders_queue_depth[10m]) > 0", "pass", WELL),
    Case("LowOrAbsent", "a comparison, or the absence", "orders_workers < 1 or absent(orders_workers)", "pass", WELL),
    # alternatives
    Case(
        "Compat",
        "one of two alternatives never matches",
        "rate(orders_errors_total[5m]) > 1 or rate(orders_failures_total[5m]) > 1",
        "warn",
        r"can fire, but a part of it is without effect: there is no metric orders_failures_total",
    ),
    Case(
        "BothGone",
        "no alternative matches",
        "rate(orders_failures_total[5m]) > 1 or rate(orders_faults_total[5m]) > 1",
        "fail",
        r"no metric orders_failures_total in .* \(and 1 more\)",
    ),
    Case(
        "OneApart",
        "one of two alternatives never meets",
        'orders_workers > 100 or (orders_queue_depth{queue="sms"} and orders_limit) > 1',
        "warn",
        r"can fire, but a part of it is without effect: the two sides of and",
    ),
    # the first event
    Case(
        "Ratio",
        "no failure has happened yet",
        'sum(rate(orders_requests_total{job="orders",code=~"5.."}[5m])) / sum(rate(orders_requests_total{job="orders"}[5m])) > 0.05',
        "warn",
        r'no series has code=~"5.." yet in .*, while orders_requests_total has 2 \(code: 200, 404\)',
    ),
    Case(
        "NotWell",
        "no failure has happened yet, which are told by what they are not",
        'sum(rate(orders_requests_total{job="orders",code!~"[234].."}[5m])) > 5',
        "warn",
        r'no series has code!~"\[234\]\.\." yet in .*, while orders_requests_total has 2 \(code: 200, 404\)',
    ),
    Case(
        "RatioExcused",
        "no failure has happened yet, as is said",
        'sum(rate(orders_requests_total{job="orders",code=~"5.."}[5m])) / sum(rate(orders_requests_total{job="orders"}[5m])) > 0.05',
        "pass",
        r"it can fire but for what may be absent, and is: orders_requests_total",
        {"may_be_absent": ['orders_requests_total{code=~"5..", job="orders"}']},
    ),
    Case(
        "NoMetric",
        "the metric of an alert does not exist",
        "rate(orders_refused_total[5m]) > 0",
        "fail",
        r"NoMetric can never fire: there is no metric orders_refused_total in the last 7 d",
    ),
    Case(
        "Typo",
        "a job that does not exist",
        'sum(rate(orders_requests_total{job="ordres"}[5m])) < 1',
        "fail",
        r'nothing is scraped as job="ordres"',
        {"may_be_absent": ['orders_requests_total{job="orders"}']},
    ),
    Case(
        "TypoExcused",
        "a job that does not exist, of a metric that may be absent",
        'rate(orders_requests_total{job="ordres"}[5m]) > 1',
        "warn",
        r'may be absent, but nothing at all has job="ordres": is orders meant\?',
        {"may_be_absent": ["orders_requests_total"]},
    ),
    Case(
        "BatchExcused",
        "a job that has not run, of a metric that may be absent",
        'rate(orders_requests_total{job="nightly"}[5m]) > 1',
        "pass",
        r"it can fire but for what may be absent",
        {"may_be_absent": ["orders_requests_total"]},
    ),
    Case("TypoZone", "a label of the target that it does not have", 'orders_workers{zone="b"} < 1', "fail", r'but none with zone="b"'),
    Case(
        "NoLabel",
        "a label that the metric does not have",
        'rate(orders_requests_total{status=~"5.."}[5m]) > 1',
        "fail",
        r"orders_requests_total is there, but has no label status",
    ),
    Case(
        "Guarded",
        "no failure has happened yet, and zero is said for it",
        '(sum(rate(orders_requests_total{job="orders",code=~"5.."}[5m])) or vector(0)) / sum(rate(orders_requests_total{job="orders"}[5m]))'
        " > 0.05",
        "pass",
        WELL,
    ),
    Case(
        "GuardedDead",
        "zero is said for a metric that does not exist",
        "(sum(rate(orders_faults_total[5m])) or vector(0)) / sum(rate(orders_requests_total[5m])) > 0.05",
        "fail",
        r"is never true without orders_faults_total: there is no metric",
    ),
    # recording rules and other alerts
    Case(
        "RecordedDead",
        "what is recorded is always zero",
        "orders:dead:rate5m > 5",
        "fail",
        r"is never true without orders_faults_total: there is no metric orders_faults_total",
    ),
    Case(
        "RecordedGone",
        "the recording rule under an alert is on a metric that does not exist",
        "orders:gone:rate5m > 0",
        "fail",
        r"the recording rule orders:gone:rate5m gives nothing: there is no metric orders_faults_total",
    ),
    Case("RecordedLive", "a recording rule on a live metric", "orders:live:rate5m > 500", "pass", WELL),
    Case("RecordedNothing", "a recording rule that gives something only when something happens", "orders:full:now > 5", "pass", WELL),
    Case(
        "RecordedApart",
        "a recording rule whose parts never meet",
        "orders:apart > 5",
        "fail",
        r"the recording rule orders:apart gives nothing: the two sides of and have no pool, queue in common",
    ),
    Case(
        "NoScalar",
        "scalar() of several series",
        "orders_workers > scalar(orders_queue_depth)",
        "fail",
        r"scalar\(\) takes one series, and orders_queue_depth has 3",
    ),
    Case(
        "Inhibitor",
        "an alert on other alerts",
        'ALERTS{severity="info"} == 1 unless on (team) ALERTS{alertname!="Inhibitor",severity=~"page|critical",alertstate="firing"} == 1',
        "pass",
        WELL,
    ),
    Case(
        "Dangling",
        "an alert on one that is not loaded",
        'ALERTS{alertname="NoSuchAlert",alertstate="firing"} == 1',
        "fail",
        r'refers to an alert that is not loaded \(alertname="NoSuchAlert"\)',
    ),
    Case(
        "WrongState",
        "an alert on a state that does not exist",
        'ALERTS{alertname="Typo",alertstate="active"} == 1',
        "fail",
        r"names a state that does not exist .*firing or pending",
    ),
    # healthy ones of every kind
    Case("Stale", "the age of a success", "time() - orders_last_success_seconds > 1e10", "pass", WELL),
    Case("Predicted", "a prediction", "predict_linear(orders_workers[1m], 3600) < 0", "pass", WELL),
    Case("Changes", "changes and resets", "changes(orders_workers[1m]) > 5 or resets(orders_requests_total[1m]) > 2", "pass", WELL),
    Case("Topk", "topk and label_replace", 'topk(3, label_replace(orders_queue_depth, "q", "$1", "queue", "(.*)")) > 1000', "pass", WELL),
    Case("Values", "count_values", 'count(count_values("version", orders_build_info)) > 1', "pass", WELL),
    Case(
        "Grouped",
        "a join with group_left",
        "orders_queue_depth * on (instance, job) group_left (version) orders_build_info > 1000",
        "pass",
        WELL,
    ),
    Case("SubMax", "a subquery", "max_over_time(rate(orders_requests_total[10s])[30s:1s]) > 1000", "pass", WELL),
    Case("AtEnd", "the end of the range", "orders_queue_depth @ end() > 100", "pass", WELL),
    Case("Maintenance", "an exception that has ever matched", "orders_workers < 1 unless on () orders_batch_rows == 1", "pass", WELL),
    Case("Nameless", "without a name", '{__name__="orders_workers", pool=~"f.*"} < 1', "pass", WELL),
]


def rules() -> str:
    loaded: list[dict[str, t.Any]] = [{"record": name, "expr": expression} for name, expression in RECORDED.items()]
    for case in CASES:
        loaded.append(
            {"alert": case.name, "expr": case.expression, "labels": case.labels, "annotations": case.annotations, "for": case.holds}
        )
    return json.dumps({"groups": [{"name": "orders", "rules": loaded}]})


__all__ = ("CASES", "CHECK", "rules")
