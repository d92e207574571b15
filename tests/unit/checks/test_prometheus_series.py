# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rows of the fault table, which are real, do not reach: native histograms, servers without targets or rules, refusals."""

from __future__ import annotations

import typing as t
from urllib.parse import parse_qs, urlsplit

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import ArgumentsRefused, parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import prometheus_series
from ansible_collections.operability.readiness.plugins.module_utils._checks._golden_signal import normal
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from fakes import NOW, FakeRunner
from unit.checks.test_prometheus_targets import target

BY = "job, instance, exported_job, exported_instance"
OF_SHOP = {"job": "shop", "instance": "web1:8080"}
EXPECT = [{"job": "shop", "addresses": ["web1"], "port": 8080}, {"job": "shop", "addresses": ["web2"], "port": 8080}]


def success(data: t.Any, **more: t.Any) -> dict[str, t.Any]:
    return {"status": "success", "data": data, **more}


class Server:
    """Answers from what series there are: by selector, the labels of each, its value and the age of its sample."""

    def __init__(self, **series: t.Any) -> None:
        self.answers: dict[str, list[tuple[dict[str, str], float]]] = {"vector(1)": [({}, 1.0)]}
        self.lately: dict[str, list[dict[str, str]]] = {}
        self.declared: dict[str, list[dict[str, str]]] = {}
        self.asked: list[str] = []
        self.lines: t.Any = None
        self.targets: t.Any = success({"activeTargets": []})
        self.rules: t.Any = success({"groups": []})
        self.names: list[str] = ["up"]

    def live(self, selector: str, *labels: dict[str, str], age: float = 1.0, numbers: bool = True) -> Server:
        found = list(labels) or [OF_SHOP]
        self.answers[f"count by ({BY}) ({selector})"] = [(one, 1.0) for one in found]
        self.answers[f"time() - max by ({BY}) (timestamp({selector}))"] = [(one, age) for one in found]
        self.answers[f"count by ({BY}) ({selector} == {selector})"] = [(one, 1.0) for one in found] if numbers else []
        return self

    def run(self, **args: t.Any) -> list[Finding]:
        def query(_method: str, url: str, _options: t.Any) -> t.Any:
            asked = parse_qs(urlsplit(url).query)["query"][0]
            self.asked.append(asked)
            result = [{"metric": labels, "value": [NOW.timestamp(), str(value)]} for labels, value in self.answers.get(asked, [])]
            return success({"resultType": "vector", "result": result})

        def lately(_method: str, url: str, _options: t.Any) -> t.Any:
            return success(self.lately.get(parse_qs(urlsplit(url).query)["match[]"][0], []))

        def declared(_method: str, url: str, _options: t.Any) -> t.Any:
            metric = parse_qs(urlsplit(url).query)["metric"][0]
            return success([{"target": labels, "metric": metric, "type": "counter"} for labels in self.declared.get(metric, [])])

        answers = {
            "/-/ready": "ready",
            "/api/v1/query": query,
            "/api/v1/query_range": self.lines or success({"resultType": "matrix", "result": []}),
            "/api/v1/targets/metadata": declared,
            "/api/v1/series": lately,
            "/api/v1/targets": self.targets,
            "/api/v1/rules": self.rules,
            "/api/v1/label/__name__/values": success(self.names),
        }
        given = {"url": "http://prom:9090", "required": [], **args}
        return run_item(Item("k", "prometheus_series", given), FakeRunner(answers=answers))


def statuses(found: t.Iterable[Finding]) -> dict[str, str]:
    return {finding.instance: str(finding.status) for finding in found}


def said(found: t.Iterable[Finding], signal: str) -> str:
    return next(str(finding.message) for finding in found if finding.instance == signal)


# -- the way signals are written


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("requests_total[5m]", "selects a range; expected what is there now, for example requests_total"),
        ("requests_total offset 1d", "looks at another time"),
        ("requests_total @ 5", "looks at another time"),
        ('{job="shop"}', "names no metric"),
        ([], "it names no series"),
        ({"jobs": ["x"]}, "it names no series"),
        ({"serie": "x"}, "unknown key 'serie'; known here: jobs, series"),
        ([{"series": "x"}], "expected a text or a list of texts"),
    ],
)
def test_signals_that_are_refused(value: t.Any, problem: str) -> None:
    with pytest.raises(ArgumentsRefused, match="signals.traffic") as refused:
        parse_arguments(prometheus_series, {"url": "http://p", "signals": {"traffic": value}})
    assert problem in str(refused.value)


def test_a_selector_is_compared_whatever_the_order_of_its_matchers() -> None:
    assert normal('x{b="1",a=~"2"}') == normal('{__name__="x", a=~"2", b="1"}') != normal('x{a=~"2"}')
    assert normal(" rate(x[5m]) ") == "rate(x[5m])"


def test_each_of_several_selectors_must_be_alive() -> None:
    server = Server().live("http_requests_total")
    found = server.run(signals={"traffic": ["http_requests_total", "grpc_requests_total"]})
    assert statuses(found) == {"traffic": "fail"}
    assert said(found, "traffic") == "traffic: there is no metric grpc_requests_total, nor was there in the last 7 d"
    assert found[0].observed["live"] == ["http_requests_total"] and len(found[0].observed["needed"]) == 2  # type: ignore[arg-type] # a list


def test_what_is_required_and_not_declared_has_a_finding_of_its_own() -> None:
    found = Server().live("x").run(signals={"traffic": "x"}, required=["traffic", "latency"])
    assert statuses(found) == {"traffic": "pass", "latency": "fail"}


# -- what is alive


def test_a_native_histogram_is_alive_and_may_carry_latency_and_traffic_but_not_errors() -> None:
    server = Server().live("http_request_duration_seconds", numbers=False)
    server.answers[f"count by ({BY}) (histogram_count(http_request_duration_seconds))"] = [(OF_SHOP, 1.0)]
    both = dict.fromkeys(("latency", "traffic"), "http_request_duration_seconds")
    assert statuses(server.run(signals=both)) == {"latency": "pass", "traffic": "pass"}
    wrong = dict.fromkeys(("traffic", "errors"), "http_request_duration_seconds")
    assert statuses(server.run(signals=wrong)) == {"traffic": "pass", "errors": "fail"}


def test_all_four_on_one_series_are_three_faults() -> None:
    found = Server().live("requests_total").run(signals=dict.fromkeys(("latency", "traffic", "errors", "saturation"), "requests_total"))
    assert statuses(found) == {"latency": "pass", "traffic": "fail", "errors": "fail", "saturation": "fail"}
    assert said(found, "errors").startswith("errors: errors is mapped to the very series of latency (requests_total)")


def test_an_expression_that_compares_is_no_proof() -> None:
    found = Server().live("queue_length").run(signals={"saturation": "queue_length > 100"})
    assert statuses(found) == {"saturation": "warn"} and "leaves out what does not meet it" in said(found, "saturation")
    found = Server().live("a").live("b").run(signals={"saturation": "a / b"})
    assert statuses(found) == {"saturation": "fail"} and "though each of its selectors has some" in said(found, "saturation")
    found = Server().run(signals={"saturation": "vector(1)"})
    assert statuses(found) == {"saturation": "fail"} and "is a constant" in said(found, "saturation")


def test_more_than_five_minutes_find_what_the_server_shows_no_more() -> None:
    server = Server()
    server.answers[f"count by ({BY}) (last_over_time(batch_total[93600s]))"] = [({"job": "batch"}, 1.0)]
    assert statuses(server.run(signals={"traffic": "batch_total"}, within="26h")) == {"traffic": "fail"}, "it was never a number"
    most = "max_over_time(batch_total[604800s])"
    server.answers[f"count by ({BY}) ({most} == {most})"] = [({"job": "batch"}, 1.0)]
    assert statuses(server.run(signals={"traffic": "batch_total"}, within="26h")) == {"traffic": "pass"}
    assert statuses(server.run(signals={"traffic": "batch_total"})) == {"traffic": "fail"}


# -- whose it is


def test_series_of_others_by_the_labels_that_there_are() -> None:
    def of(*labels: dict[str, str], signal: str = "traffic", text: str = "x", **args: t.Any) -> str:
        found = Server().live(text, *labels).run(signals={signal: text}, expect=EXPECT, service="shop", **args)
        return statuses(found)[signal]

    assert of(OF_SHOP, {"job": "shop", "instance": "web2:8080"}) == "pass"
    assert of({"job": "ingress", "instance": "lb:1"}) == "fail"
    assert of({"job": "shop-worker", "instance": "lb:1"}) == "pass"  # called after the service
    assert of({"job": "shopping", "instance": "lb:1"}) == "fail"
    assert of({"job": "federate", "instance": "p:9090", "exported_job": "shop", "exported_instance": "web1:8080"}) == "pass"
    assert of({}) == "warn"
    assert of({"job": "node", "instance": "web1:9100"}, signal="saturation") == "pass"  # of its host
    assert of({"job": "node", "instance": "web1:9100"}) == "fail"
    assert of({"job": "ingress", "instance": "lb:1"}, text='x{ingress="prod/shop"}') == "pass"


def test_an_alternative_that_names_the_service_has_to_match_something() -> None:
    def of(text: str, label: str, value: str) -> str:
        server = Server().live(text, {"job": "ingress", "instance": "lb:1"})
        server.answers[f"count by ({label}) ({text})"] = [({label: value}, 1.0)]
        return statuses(server.run(signals={"traffic": text}, expect=EXPECT, service="shop"))["traffic"]

    assert of('x{backend=~"pay|shop"}', "backend", "pay") == "fail"
    assert of('x{backend=~"pay|shop"}', "backend", "shop") == of('x{backend=~"shop-.*"}', "backend", "shop-api") == "pass"
    assert of('x{ingress=~"prod/shop"}', "ingress", "prod/shop") == "pass"


def test_a_target_that_is_up_and_lacks_what_the_others_have_is_told() -> None:
    server = Server().live("x", OF_SHOP)
    server.targets = success({"activeTargets": [target("web1:8080", job="shop"), target("web2:8080", job="shop")]})
    found = server.run(signals={"traffic": "x"}, expect=EXPECT)
    assert statuses(found) == {"traffic": "warn"} and "there is none of web2 port 8080 of the job shop" in said(found, "traffic")
    server.targets = success({"activeTargets": [target("web1:8080", job="shop"), target("web2:8080", "down", job="shop")]})
    assert statuses(server.run(signals={"traffic": "x"}, expect=EXPECT)) == {"traffic": "pass"}, "MON-01 tells that it is down"
    renamed = Server().live("x", {"job": "shop", "instance": "web-one"})
    renamed.targets = success({"activeTargets": [target("web-one", job="shop", address="web1:8080")]})
    assert statuses(renamed.run(signals={"traffic": "x"}, expect=EXPECT[:1])) == {"traffic": "pass"}


def test_errors_that_are_all_the_traffic_tell_nothing() -> None:
    server = Server().live("requests_total").live('requests_total{code!=""}')
    signals = {"traffic": "requests_total", "errors": 'requests_total{code!=""}'}
    found = server.run(signals=signals)
    assert statuses(found) == {"traffic": "pass", "errors": "warn"} and "what fails is not told from the rest" in said(found, "errors")
    server.answers['count(requests_total unless requests_total{code!=""})'] = [({}, 3.0)]
    assert statuses(server.run(signals=signals)) == {"traffic": "pass", "errors": "pass"}


def test_the_name_that_a_library_was_given_is_told_with_what_the_page_has() -> None:
    server = Server()
    server.answers['count by (__name__) ({__name__=~"http_requests_(bucket|count|sum|total)"})'] = [
        ({"__name__": "http_requests_total"}, 3.0)
    ]
    (found,) = server.run(signals={"traffic": "http_requests"})
    assert found.message.endswith("nor was there in the last 7 d; there is http_requests_total")


# -- errors that come with the first one


def test_a_value_that_comes_with_the_first_error() -> None:
    server = Server().live("requests_total").live('requests_total{job="shop"}')
    server.answers["count by (code) (requests_total)"] = [({"code": "200"}, 2.0)]
    found = server.run(signals={"traffic": "requests_total", "errors": 'requests_total{job="shop",code=~"5.."}'})
    assert statuses(found) == {"traffic": "pass", "errors": "warn"}
    assert 'no series with code=~"5.." yet; requests_total{job="shop"} itself is live (1 series)' in said(found, "errors")
    assert found[1].observed["needed"] == [], "it comes and goes while all is well"
    same_of_another = server.run(signals={"traffic": 'requests_total{code=~"5.."}'})
    assert statuses(same_of_another) == {"traffic": "fail"}
    server.answers["count by (code) (requests_total)"] = [({}, 2.0)]
    assert statuses(server.run(signals={"errors": 'requests_total{job="shop",code=~"5.."}'})) == {"errors": "fail"}, "no such label"


def test_who_says_what_is_meant_without_errors_has_no_warning() -> None:
    server = Server().live("requests_total").live("shop:errors")
    server.answers["count by (code) (requests_total)"] = [({"code": "200"}, 2.0)]
    failing = 'sum(rate(requests_total{code=~"5.."}[5m]))'
    guarded = f"({failing} or vector(0)) / sum(rate(requests_total[5m]))"
    for filled in (guarded, f"{failing} or vector(0)", "sum(rate(failures_total[5m])) or vector(0)"):
        server.answers[filled] = [({}, 0.0)]
    assert statuses(server.run(signals={"traffic": "requests_total", "errors": guarded}))["errors"] == "pass"
    assert statuses(server.run(signals={"traffic": "requests_total", "errors": failing}))["errors"] == "warn"
    rule = {"type": "recording", "name": "shop:errors", "query": f"{failing} or vector(0)", "health": "ok"}
    server.rules = success({"groups": [{"rules": [rule]}]})
    assert statuses(server.run(signals={"traffic": "requests_total", "errors": "shop:errors"}))["errors"] == "pass"
    never = "sum(rate(failures_total[5m])) or vector(0)"
    assert statuses(server.run(signals={"traffic": "requests_total", "errors": never}))["errors"] == "fail"


FAILING = 'sum by (job) (rate(requests_total{code=~"5.."}[5m]))'
ALL = "sum by (job) (rate(requests_total[5m]))"


@pytest.mark.parametrize(
    "filler",
    [
        f"{ALL} * 0",
        f"0 * {ALL}",
        'sum by (job) (up{job="shop"}) * 0',
        '0 * sum by (job) (up{job="shop"})',
        'sum by (job) (0 * up{job="shop"})',
        'max by (job) (up{job="shop"}) * 0',
        f"({ALL} - {ALL})",
        'label_replace(vector(0), "job", "shop", "", "")',
        'clamp_max(up{job="shop"}, 0)',
        'absent(requests_total{code=~"5..",job="shop"}) * 0',
        'absent(requests_total{code=~"5..",job="shop"}) - 1',
        "on (job) (0 / " + ALL + ")",
        'vector(0) and on () up{job="shop"}',
    ],
)
def test_what_fills_an_error_ratio_is_no_signal(filler: str) -> None:
    def status(whole: str, value: float | None = 0.0, **signals: str) -> str:
        server = Server().live("requests_total").live('up{job="shop"}')
        server.answers["count by (code) (requests_total)"] = [({"code": "200"}, 2.0)]
        server.answers[whole] = [({"job": "shop"}, value)] if value is not None else []
        return statuses(server.run(signals={**signals, "errors": whole}))["errors"]

    ratio = f"({FAILING} or {filler}) / {ALL}"
    assert status(ratio) == status(ratio, traffic="requests_total") == "pass"
    assert status(f"{FAILING} or {filler}") == "pass"
    assert status(ratio, None) == "warn", "it fills nothing: its labels are others"
    assert status(ratio.replace('requests_total{code=~"5.."}', "failures_total"), traffic="requests_total") == "fail"
    assert status(ratio.replace("code=~", 'job="shpo",code=~'), traffic="requests_total") == "fail"
    alone = filler.removeprefix("on (job) ")
    assert status(alone, traffic="requests_total") == "fail", "a constant"


@pytest.mark.parametrize(
    "text",
    [
        "x * 0",
        "sum(x) * 0",
        "x - x",
        "x * NaN",
        "0 / 0 * x",
        "clamp(x, 5, 5)",
        "absent(x)",
        "absent_over_time(x[5m])",
        "absent(x) or vector(0)",
    ],
)
def test_what_is_the_same_whatever_the_service_does_is_no_signal(text: str) -> None:
    server = Server().live("x").live("shop:x")
    server.answers[text] = [({}, 0.0)]
    rule = {"type": "recording", "name": "shop:x", "query": text, "health": "ok"}
    server.rules = success({"groups": [{"rules": [rule]}]})
    for signal in (text, "shop:x"):
        (found,) = server.run(signals={"saturation": signal})
        assert str(found.status) == "fail" and "is a constant" in found.message, found.message


@pytest.mark.parametrize(
    "text", ["x * 1", "1 - x", "x - y", "clamp(x, 0, 1)", "clamp_max(x, 1)", "x / y", "x - x offset 5m", "x * on () group_left () y"]
)
def test_what_is_measured_is_no_constant(text: str) -> None:
    server = Server().live("x").live("y")
    server.answers[text] = [({}, 0.0)]
    assert statuses(server.run(signals={"saturation": text})) == {"saturation": "pass"}


def test_what_stands_behind_a_constant_is_never_seen() -> None:
    server = Server().live("requests_total")
    server.answers["vector(0) or sum(rate(requests_total[5m]))"] = [({}, 0.0)]
    (found,) = server.run(signals={"errors": "vector(0) or sum(rate(requests_total[5m]))"})
    assert str(found.status) == "fail" and "is a constant" in found.message


def test_a_warning_of_an_expression_says_why() -> None:
    server = Server().live("requests_total")
    server.answers["sum(requests_total) or sum(panics_total)"] = [({}, 1.0)]
    (found,) = server.run(signals={"errors": "sum(requests_total) or sum(panics_total)"})
    assert str(found.status) == "warn" and "is without effect: there is no metric panics_total" in found.message


def test_errors_of_which_the_service_says_that_they_are_to_come() -> None:
    def found(declared: dict[str, list[dict[str, str]]], text: str = 'failures_total{job="shop"}', **args: t.Any) -> tuple[str, str]:
        server = Server()
        server.declared = declared
        server.targets = success({"activeTargets": [target("web1:8080", job="shop")]})
        (one,) = server.run(**{"signals": {"errors": text}, "expect": EXPECT[:1], **args})
        return str(one.status), one.message

    for name in ("failures_total", "failures"):
        status, message = found({name: [OF_SHOP]})
        assert status == "warn" and "is declared by what is scraped" in message and "may_be_absent: [errors]" in message
    assert found({"failures_total": [OF_SHOP]}, "sum(rate(failures_total[5m]))")[0] == "warn"
    assert found({"failures_total": [OF_SHOP]}, may_be_absent=["errors"])[0] == "pass"
    assert found({"failures_total": [{"job": "other", "instance": "x:1"}]}, "failures_total")[0] == "fail"
    assert found({"failures_total": [OF_SHOP]}, 'failures_total{job="shpo"}')[0] == "fail"
    assert found({})[0] == "fail" and found({}, may_be_absent=["errors"])[0] == "fail"
    assert found({"failures_total": [OF_SHOP]}, signals={"traffic": "failures_total"})[0] == "fail"


def ended(seconds: float) -> t.Any:
    """Answers to ranges of a series whose last sample is so old, after a minute of its life."""

    def lines(_method: str, url: str, _options: t.Any) -> t.Any:
        asked = {name: value[0] for name, value in parse_qs(urlsplit(url).query).items()}
        start, end, step = (float(asked[name]) for name in ("start", "end", "step"))
        reach = step if "last_over_time" in asked["query"] else 0.0
        times = [start + step * index for index in range(int((end - start) / step + 1e-6) + 1)]
        gone = NOW.timestamp() - seconds
        values = [[time, "1"] for time in times if gone - 60 <= time <= gone + reach and time - reach <= gone]
        return success({"resultType": "matrix", "result": [{"metric": {}, "values": values}] if values else []})

    return lines


def test_a_range_shows_what_has_ended() -> None:
    def found(seconds: float, **args: t.Any) -> tuple[str, str]:
        server = Server()
        server.lately["old_total"] = [{"__name__": "old_total"}]
        server.lines = ended(seconds)
        text = "max_over_time(old_total[1h])"
        server.answers[text] = [({}, 1.0)]
        (one,) = server.run(signals={"traffic": text}, **args)
        return str(one.status), one.message

    status, message = found(1200)
    assert status == "warn" and "old_total has had no sample for 20 min" in message and "(within)" in message
    assert found(1200, within="26h")[0] == found(200)[0] == "pass"


def test_a_value_that_was_there_is_not_said_to_come_yet() -> None:
    server = Server().live("requests_total")
    server.answers["count by (code) (requests_total)"] = [({"code": "200"}, 2.0)]
    text = 'requests_total{code=~"5.."}'
    server.lately[text] = [{"__name__": "requests_total", "code": "500"}]

    server.lines = ended(300)
    (found,) = server.run(signals={"errors": text})
    assert str(found.status) == "warn" and "yet" not in found.message
    assert 'no series with code=~"5.." at present, the last one ended 5 min' in found.message


def test_a_rate_that_has_one_sample_only_is_awaited() -> None:
    def status(range_: str = "1m", seconds: int = 60, *, samples: int = 1, before: bool = False, recorded: bool = False) -> str:
        server = Server().live("seconds_bucket")
        text = f"sum(rate(seconds_bucket[{range_}]))"
        server.answers[f"max(count_over_time(seconds_bucket[{seconds}s]))"] = [({}, float(samples))]
        server.answers[f"count(seconds_bucket offset {seconds}s)"] = [({}, 1.0)] if before else []
        rule = {"type": "recording", "name": "shop:latency", "query": text, "health": "ok"}
        server.rules = success({"groups": [{"rules": [rule]}]})
        return statuses(server.run(signals={"latency": "shop:latency" if recorded else text}))["latency"]

    assert status() == status("2m", 120) == status(recorded=True) == "unknown"
    assert status(before=True) == status(samples=2) == status(before=True, recorded=True) == "fail"


def test_a_whole_selector_may_be_absent() -> None:
    server = Server().live("requests_total")
    signals = {"traffic": "requests_total", "errors": ['failures_total{kind="a"}', "panics_total"]}
    found = server.run(signals=signals, may_be_absent=['failures_total{ kind = "a" }'])
    assert statuses(found)["errors"] == "fail" and said(found, "errors").startswith("errors: there is no metric panics_total")
    assert statuses(server.run(signals=signals, may_be_absent=["errors"]))["errors"] == "pass"


# -- what cannot be seen


def test_what_a_recorded_series_is_made_of_is_asked_of_who_evaluates_the_rules() -> None:
    server = Server().live("shop:requests:rate")
    found = server.run(signals={"traffic": "shop:requests:rate"})
    assert statuses(found) == {"traffic": "warn"} and "what evaluates them is to be named (rules_url)" in said(found, "traffic")
    rule = {"type": "recording", "name": "shop:requests:rate", "query": "vector(0)", "health": "ok"}
    server.rules = lambda _method, url, _options: success({"groups": [{"rules": [rule]}] if "vmalert" in url else []})
    assert statuses(server.run(signals={"traffic": "shop:requests:rate"}, rules_url="http://vmalert:8880/")) == {"traffic": "fail"}


def test_a_server_without_targets_and_rules_is_asked_all_the_same() -> None:
    server = Server().live("x", OF_SHOP)
    server.targets = server.rules = None
    assert statuses(server.run(signals={"traffic": "x"}, expect=EXPECT[:1])) == {"traffic": "pass"}


def test_a_server_without_any_series_is_the_wrong_one() -> None:
    server = Server()
    server.names = []
    (found,) = server.run(signals={"traffic": "x"})
    assert str(found.status) == "unknown" and found.instrument == "Prometheus http://prom:9090"
    assert "has no series at all" in found.message


def test_targets_that_wait_for_their_first_scrape() -> None:
    server = Server()
    server.targets = success({"activeTargets": [target("web1:8080", "unknown", job="shop", lastScrape="0001-01-01T00:00:00Z")]})
    (found,) = server.run(signals={"traffic": "x"}, expect=EXPECT)
    assert str(found.status) == "unknown" and "has not scraped the targets yet" in found.message


def test_few_questions_are_asked() -> None:
    server = Server().live("a").live("b").live("c").live("d")
    server.run(signals={"latency": "a", "traffic": "b", "errors": "c", "saturation": "d"})
    assert len(server.asked) <= 2 + 1 + 4 * 3
