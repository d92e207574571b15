# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which alerts count for a service: its own, those of the platform, those that it names. The server is a stand-in."""

from __future__ import annotations

import re
import typing as t
from urllib.parse import parse_qs, urlsplit

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import ArgumentsRefused, parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import alert_coverage
from ansible_collections.operability.readiness.plugins.module_utils._checks._alert_scope import Scope, host_of
from ansible_collections.operability.readiness.plugins.module_utils._clients.prometheus import Target
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve, Finding
from fakes import FakeRunner, Response

PART = re.compile(r'count without \([^)]*\) \((?P<selector>[^()]*)\), "readiness_selector", "(?P<number>\d+)"')
APP = {"job": "shop", "instance": "shop1:8080"}
NODE = {"job": "node", "instance": "shop1:9100"}
UP = 'up{job="shop"}'
Labels = dict[str, str]


def rule(name: str, query: str, kind: str = "alerting", **changes: t.Any) -> dict[str, t.Any]:
    labels = {"severity": "page", "service": "shop"} if kind == "alerting" else {}
    said = {"type": kind, "name": name, "query": query, "labels": labels, "health": "ok", "lastEvaluation": "2026-11-25T05:59:50Z"}
    return {**said, **changes}


def of_platform(name: str, query: str, **changes: t.Any) -> dict[str, t.Any]:
    return rule(name, query, labels={"severity": "warning"}, **changes)


class Server:
    def __init__(self, rules: list[dict[str, t.Any]], series: t.Mapping[str, list[Labels]], targets: list[Labels] | None = None) -> None:
        self.rules, self.there, self.targets = rules, series, targets
        self.asked: list[str] = []
        self.refused: set[str] = set()
        self.known = ["count(up)"]

    def query(self, _method: str, url: str, options: t.Any) -> Response | dict[str, t.Any]:
        form = parse_qs(urlsplit(url).query) or parse_qs((options.get("body") or b"").decode())
        text = form["query"][0]
        self.asked.append(text)
        found: list[tuple[Labels, str]] = [({}, "1")] if text in ("vector(1)", *self.known) else []
        for part in PART.finditer(text):
            if part["selector"] in self.refused:
                return Response(422, {}, b'{"status":"error","error":"too many samples"}', url, 0.1)
            found += [({**labels, "readiness_selector": part["number"]}, "1") for labels in self.there.get(part["selector"], [])]
        if "node_filesystem_size_bytes" in text and not PART.search(text):
            found += [(labels, "1") for labels in self.there.get("filesystems", [])]
        result = [{"metric": labels, "value": [1, value]} for labels, value in found]
        return {"status": "success", "data": {"resultType": "vector", "result": result}}

    def answers(self) -> dict[str, t.Any]:
        active = [{"labels": one, "discoveredLabels": {"__address__": one["instance"]}, "health": "up"} for one in self.targets or []]
        answers: dict[str, t.Any] = {
            "/-/ready": "ready",
            "/api/v1/query": lambda *a: _response(self.query(*a)),
            "/api/v1/rules": {"status": "success", "data": {"groups": [{"name": "g", "interval": 15, "rules": self.rules}]}},
        }
        if self.targets is not None:
            answers["/api/v1/targets"] = {"status": "success", "data": {"activeTargets": active}}
        return answers

    def run(self, *kinds: str, **args: t.Any) -> Finding:
        runner = FakeRunner()
        runner.http.answers = self.answers()  # type: ignore[attr-defined] # the fake has it
        known = {"names": ["shop"], "jobs": ["shop"], "addresses": ["shop1"], "endpoints": ["https://shop.example/"]}
        options = {"url": "http://prom:9090", "kinds": list(kinds), "match": {"service": "shop"}, **known, **args}
        return alert_coverage.run(parse_arguments(alert_coverage, options), runner)


def _response(answer: Response | dict[str, t.Any]) -> Response:
    return answer if isinstance(answer, Response) else FakeRunner(answers={"/": answer}).get("http://x/")


def test_one_of_its_own() -> None:
    found = Server([rule("Down", f"{UP} == 0")], {UP: [APP]}).run("down")
    assert (str(found.status), found.message) == ("pass", "an alert tells of each: being down (Down)")
    assert found.observed["alerts"] == {"down": ["Down"]} and found.measurements[0].value == 1


def test_a_kind_that_nobody_tells_of() -> None:
    found = Server([rule("Down", f"{UP} == 0")], {UP: [APP]}).run("down", "errors")
    assert (str(found.status), found.message) == ("fail", "no alert tells of failing requests")
    assert found.observed["missing"] == ["errors"] and found.remedy


def test_nothing_asked_is_refused() -> None:
    with pytest.raises(ArgumentsRefused, match="kinds has to say"):
        Server([], {}).run()


@pytest.mark.parametrize("covers", [{"rain": ["A"]}, {"down": "A"}, {"down": [""]}])
def test_what_covers_may_be(covers: dict[str, t.Any]) -> None:
    with pytest.raises(ArgumentsRefused, match=r"covers\."):
        Server([rule("Down", "up == 0")], {}).run("down", covers=covers)


def test_without_rules_it_is_the_wrong_server() -> None:
    with pytest.raises(CannotObserve, match="no rule"):
        Server([], {}).run("down")


def test_a_server_that_has_just_been_started() -> None:
    server = Server([rule("Down", f"{UP} == 0")], {})
    assert str(server.run("down").status) == "fail"
    server.known = []
    with pytest.raises(CannotObserve, match="just been started"):
        server.run("down")


def test_one_of_the_platform_counts_where_it_takes_series_of_the_service() -> None:
    platform = [of_platform("TargetDown", "up == 0")]
    assert str(Server(platform, {"up": [{"job": "other", "instance": "x:1"}, APP]}).run("down").status) == "pass"
    other = Server(platform, {"up": [{"job": "other", "instance": "x:1"}]}).run("down")
    assert (str(other.status), other.details) == ("fail", ["no alert tells of being down"])


def test_what_runs_beside_it_on_its_host_is_not_the_service() -> None:
    neighbour = {"job": "billing", "instance": "shop1:9999"}
    server = Server([of_platform("BillingDown", 'up{job="billing"} == 0')], {'up{job="billing"}': [neighbour]}, [APP, neighbour])
    assert str(server.run("down").status) == "fail"


def test_jobs_of_others_are_not_even_asked_for() -> None:
    rules = [of_platform(f"Down{number}", f'up{{job="job{number}"}} == 0') for number in range(500)]
    server = Server([*rules, rule("Down", f"{UP} == 0")], {UP: [APP]}, [APP])
    server.run("down", "errors", "latency", "disk", "certificate")
    assert len(server.asked) < 6
    many = Server([of_platform(f"D{n}", f'app_{n}_errors_total{{a="{n}"}} > 0') for n in range(200)], {UP: [APP]}, [APP])
    many.run("errors")
    assert len(many.asked) < 20


def test_a_failure_that_has_not_happened_yet() -> None:
    query = 'rate(http_requests_total{job="shop",code=~"5.."}[5m]) > 0'
    healthy = {'http_requests_total{job="shop"}': [{**APP, "code": "200"}]}
    assert str(Server([rule("Failing", query)], healthy).run("errors").status) == "pass"
    without_label = {'http_requests_total{job="shop"}': [APP]}
    found = Server([rule("Failing", query)], without_label).run("errors")
    assert found.message.startswith("no alert tells of failing requests: Failing cannot fire: nothing matches http_requests_total")


def test_what_is_gone_when_the_service_is() -> None:
    gone = rule("Gone", "absent(shop_build_info)")
    assert str(Server([gone], {"shop_build_info": [APP]}).run("down").status) == "pass"
    never = Server([gone], {}).run("down")
    assert never.message == "no alert tells of being down: Gone waits for shop_build_info to vanish, which is not there"
    assert str(Server([rule("Gone", f"absent({UP})")], {}).run("down").status) == "pass"  # it is down now, and that is told
    host = Server([rule("Gone", "absent(node_load1)")], {"node_load1": [NODE]}).run("down")
    assert str(host.status) == "fail"


def test_a_counter_that_comes_with_the_first_failure() -> None:
    rules = [rule("Failing", 'rate(shop_errors_total{job="shop"}[5m]) > 0')]
    assert str(Server(rules, {}).run("errors").status) == "fail"
    assert str(Server(rules, {}).run("errors", may_be_absent=["shop_errors_total"]).status) == "pass"
    rules = [rule("Failing", 'rate(shop_errors_total{job="shop",a="b"}[5m]) > 0')]
    assert str(Server(rules, {}).run("errors", may_be_absent=["shop_errors_total{a='b', job=\"shop\"}"]).status) == "pass"
    with pytest.raises(ArgumentsRefused, match="may_be_absent"):
        Server(rules, {}).run("errors", may_be_absent=["shop_errors_total{a="])
    others = [rule("Failing", 'rate(shop_errors_total{job="billing"}[5m]) > 0')]
    assert str(Server(others, {}).run("errors", may_be_absent=["shop_errors_total"]).status) == "fail"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"labels": {"service": "shop", "severity": "info"}}, "Down only informs: its severity is info"),
        ({"health": "err"}, "Down cannot be evaluated"),
        ({"query": f"{UP} == 0 and on () gone > 1"}, "Down cannot fire: nothing matches gone"),
        ({"query": f"{UP} == 1"}, 'Down does not fire when it should tell of being down: up{job="shop"} == 1'),
        ({"query": 'up{job="bil"} == 0'}, 'Down cannot fire: nothing matches up{job="bil"}'),
        ({"query": 'up{job="o"} == 0'}, "Down watches job=o instance=o1:1, which nothing that the service declares calls its own"),
    ],
)
def test_one_that_comes_near(changes: dict[str, t.Any], said: str) -> None:
    series = {UP: [APP], 'up{job="o"}': [{"job": "o", "instance": "o1:1"}]}
    found = Server([rule("Down", f"{UP} == 0", **changes) if "query" not in changes else rule("Down", **changes)], series).run("down")
    assert (str(found.status), found.message) == ("fail", f"no alert tells of being down: {said}")


def test_a_recorded_ratio_and_the_labels_by_which_it_is_chosen() -> None:
    ratio = rule("job:errors:ratio", 'sum by (job) (rate(req_total{code=~"5.."}[5m])) / sum by (job) (rate(req_total[5m]))', "recording")
    series = {"req_total": [{**APP, "code": "200"}, {"job": "billing", "instance": "b1:1", "code": "200"}]}
    assert str(Server([ratio, rule("Burns", 'job:errors:ratio{job="shop"} > 0.1')], series).run("errors").status) == "pass"
    assert str(Server([ratio, of_platform("Burns", 'job:errors:ratio{job="billing"} > 0.1')], series).run("errors").status) == "fail"


def test_names_that_the_service_gives() -> None:
    queue = {"job": "shop", "instance": "shop1:8080"}
    stuck = of_platform("Stuck", "queue_length > 5")
    named = {"errors": ["Stuck"]}
    found = Server([stuck], {"queue_length": [queue]}).run("errors", covers=named)
    assert str(found.status) == "pass" and found.details == ["that Stuck tells of failing requests is what the service says"]
    assert str(Server([stuck], {}).run("errors", covers=named).status) == "fail"
    down = Server([rule("Stuck", f"{UP} == 0")], {UP: [APP]}).run("errors", covers=named)
    assert down.message.endswith('Stuck, which is named for failing requests, does not tell of it: up{job="shop"} == 0')
    constant = Server([rule("Stuck", "vector(1)")], {}).run("errors", covers=named)
    assert str(constant.status) == "fail"
    twice = [stuck, rule("Stuck", "own_queue > 1")]  # another team's of that name does not stand for the service's
    assert str(Server(twice, {"queue_length": [queue]}).run("errors", covers=named).status) == "fail"


def test_naming_an_alert_makes_no_targets_of_others_its_own() -> None:
    named = {"down": ["BillingDown"]}
    billing = {"job": "billing", "instance": "b1:1"}
    server = Server([of_platform("BillingDown", 'up{job="billing"} == 0')], {'up{job="billing"}': [billing]}, [APP, billing])
    assert str(server.run("down", covers=named).status) == "fail"
    balancer = {"job": "haproxy", "instance": "lb:1", "proxy": "web"}
    proxy = Server(
        [of_platform("ProxyDown", 'haproxy_backend_up{proxy="web"} == 0')], {'haproxy_backend_up{proxy="web"}': [balancer]}, [APP]
    )
    found = proxy.run("down", covers={"down": ["ProxyDown"]})
    assert (str(found.status), found.details) == ("pass", ["that ProxyDown watches this service is what the service says"])


def test_an_expression_that_cannot_be_read_is_unknown() -> None:
    found = Server([rule("Down", 'up{job="shop"} anchored == 0')], {UP: [APP]}).run("down")
    assert str(found.status) == "unknown" and found.message.startswith("whether an alert tells of being down cannot be told: Down cannot")
    of_others = Server([of_platform("Down", "up anchored == 0"), rule("Other", "x > 1")], {}).run("down")
    assert str(of_others.status) == "fail"


def test_a_selector_that_the_server_refuses_takes_no_other_along() -> None:
    server = Server([rule("Down", f"{UP} == 0"), rule("Slow", "big_duration_seconds > 1")], {UP: [APP]})
    server.refused.add("big_duration_seconds")
    found = server.run("down", "latency")
    assert str(found.status) == "unknown" and found.observed["alerts"] == {"down": ["Down"]}


def test_alerts_of_one_service_on_two_servers() -> None:
    one, other = (
        Server([rule("Down", f"{UP} == 0")], {UP: [APP]}),
        Server([rule("Slow", "a_duration_seconds > 1")], {"a_duration_seconds": [APP]}),
    )

    def both(*kinds: str) -> Finding:
        runner = FakeRunner()
        answers = {f"/a{path}": answer for path, answer in one.answers().items()}
        answers.update({f"/b{path}": answer for path, answer in other.answers().items()})
        runner.http.answers = answers  # type: ignore[attr-defined] # the fake has it
        options = {"url": "http://prom/a", "others": [{"url": "http://prom/b"}], "kinds": list(kinds), "match": {"service": "shop"}}
        return alert_coverage.run(parse_arguments(alert_coverage, {**options, "jobs": ["shop"]}), runner)

    assert both("down", "latency").observed["alerts"] == {"down": ["Down"], "latency": ["Slow"]}
    assert str(both("down", "latency").status) == "pass"
    assert both("down", "errors").message == "no alert tells of failing requests"
    other.rules = []
    found = both("down", "latency")
    assert str(found.status) == "unknown" and found.observed["not_known"] == ["latency"]
    assert str(both("down").status) == "pass"


def filesystems(*mounts: tuple[str, str, str]) -> list[Labels]:
    return [{"job": "node", "instance": instance, "mountpoint": mount, "fstype": kind} for instance, mount, kind in mounts]


@pytest.mark.parametrize(
    ("watched", "paths", "status", "said"),
    [
        (["/", "/boot", "/srv"], ["/srv/data"], "pass", ""),
        (["/"], [], "pass", ""),
        (["/"], ["/srv/data"], "warn", "no alert tells that /srv of shop1:9100 is full"),
        (["/"], ["/srvother"], "pass", ""),
        (["/srv"], ["/srv/data"], "warn", "no alert tells that / of shop1:9100 is full"),
        (["/boot"], [], "fail", "no alert tells of full disks: of the disks of shop1:9100 the alerts watch only /boot"),
    ],
)
def test_the_file_systems_that_are_watched(watched: list[str], paths: list[str], status: str, said: str) -> None:
    all_of_them = filesystems(
        ("shop1:9100", "/", "ext4"), ("shop1:9100", "/boot", "ext4"), ("shop1:9100", "/srv", "xfs"), ("shop1:9100", "/run", "tmpfs")
    )
    series = {
        "node_filesystem_avail_bytes": [labels for labels in all_of_them if labels["mountpoint"] in watched],
        "filesystems": all_of_them,
    }
    found = Server([rule("Full", "node_filesystem_avail_bytes < 5")], series).run("disk", paths=paths)
    assert (str(found.status), found.message if said else "") == (status, said)


def test_one_host_of_two_has_no_disk_alert() -> None:
    both = filesystems(("shop1:9100", "/", "ext4"), ("shop2:9100", "/", "ext4"))
    targets = [{"job": "node", "instance": labels["instance"]} for labels in both]
    series = {'node_filesystem_avail_bytes{instance="shop1:9100"}': both[:1], "filesystems": both}
    server = Server([rule("Full", 'node_filesystem_avail_bytes{instance="shop1:9100"} < 5')], series, targets)
    found = server.run("disk", addresses=["shop1", "shop2"])
    assert (str(found.status), found.message) == ("warn", "no alert tells that a disk of shop2:9100 is full")


def test_certificates_of_two_endpoints() -> None:
    probe = {"job": "blackbox", "instance": "https://shop.example/"}
    server = Server([of_platform("Cert", "probe_ssl_earliest_cert_expiry - time() < 9")], {"probe_ssl_earliest_cert_expiry": [probe]})
    assert str(server.run("certificate").status) == "pass"
    found = server.run("certificate", endpoints=["https://shop.example/", "https://api.example/", "http://plain.example/"])
    assert found.message == "no alert tells that the certificate of api.example expires, as for other endpoints"


# -- what is the service's


def scope(**changes: t.Any) -> Scope:
    return Scope(**{"names": ["shop", "shop.service"], "jobs": ["shop"], "addresses": ["shop1.example", "10.0.0.5"], **changes})


@pytest.mark.parametrize(
    ("labels", "about", "application"),
    [
        ({"job": "shop", "instance": "anything:1"}, True, True),
        ({"job": "node", "instance": "10.0.0.5:9100"}, True, False),
        ({"job": "node", "instance": "shop1.example:9100"}, True, False),
        ({"job": "node", "instance": "shop1:9100"}, True, False),
        ({"job": "node", "instance": "shop10:9100"}, False, False),
        ({"job": "node", "instance": "10.0.0.50:9100"}, False, False),
        ({"job": "ingress", "ingress": "shop"}, True, True),
        ({"job": "ingress", "ingress": "shop-archive"}, False, False),
        ({"job": "shop-archive", "instance": "x:1"}, False, False),
        ({"job": "systemd", "name": "shop.service", "instance": "x"}, True, True),
        ({"job": "blackbox", "instance": "https://shop.example/health"}, True, True),
        ({"job": "blackbox", "instance": "shop.example:443"}, True, True),
        ({"job": "kube-state-metrics", "deployment": "shop"}, True, True),
        ({"job": "billing", "instance": "b1:1", "team": "shop"}, False, False),
        ({"exported_job": "shop", "job": "pushgateway"}, True, True),
        ({}, False, False),
    ],
)
def test_whose_a_series_is(labels: Labels, about: bool, application: bool) -> None:
    known = scope(endpoints=["https://shop.example/"])
    assert (known.is_about(labels), known.is_application(labels)) == (about, application)


def test_an_instance_may_be_called_anything() -> None:
    known = scope(jobs=["api"])
    target = Target({"job": "node", "instance": "front"}, {"__address__": "10.0.0.5:9100"}, "", "up", "", None, None)
    other = Target({"job": "node", "instance": "back"}, {"__address__": "10.0.0.6:9100"}, "", "up", "", None, None)
    known.learn([target, other])
    assert known.is_about({"job": "node", "instance": "front"}) and not known.is_about({"job": "node", "instance": "back"})
    assert [one.labels["instance"] for one in known.targets] == ["front"]


def test_a_job_of_its_own_that_runs_elsewhere_than_the_inventory_says() -> None:
    known = scope(jobs=["api"])
    pod = Target({"job": "api", "instance": "10.244.0.7:80"}, {"__address__": "10.244.0.7:80"}, "", "up", "", None, None)
    known.learn([pod])
    assert known.is_application({"job": "api", "instance": "10.244.0.8:80"})


def test_what_an_alert_of_its_own_may_be_tied_to() -> None:
    known = scope()
    assert known.is_tied({"job": "haproxy", "instance": "lb:1", "proxy": "be_shop"}, application=True)
    assert not known.is_tied({"job": "haproxy", "instance": "lb:1", "proxy": "workshop"}, application=True)
    assert known.is_tied({"slo": "availability"}, application=True)  # nothing says whose it is but the alert
    assert Scope(names=["shop"]).is_tied({"job": "x", "instance": "y"}, application=True)  # nothing is declared to hold it against


@pytest.mark.parametrize(
    ("address", "host"),
    [("https://A.example:8443/x", "a.example"), ("a:1", "a"), ("[::1]:9100", "::1"), ("/srv", ""), ("", ""), ("http://[", "")],
)
def test_the_host_of_an_address(address: str, host: str) -> None:
    assert host_of(address) == host


class Joins(Server):
    """Knows what some expressions give."""

    def __init__(self, expression: str, gives: list[Labels], query: str) -> None:
        super().__init__([of_platform("TargetDown", query)], {"up": [APP, OTHER], UP: [APP]}, [APP, OTHER])
        self.expression, self.gives = expression, gives

    def query(self, method: str, url: str, options: t.Any) -> Response | dict[str, t.Any]:
        form = parse_qs(urlsplit(url).query) or parse_qs((options.get("body") or b"").decode())
        if form["query"][0] != self.expression:
            return super().query(method, url, options)
        result = [{"metric": labels, "value": [1, "1"]} for labels in self.gives]
        return {"status": "success", "data": {"resultType": "vector", "result": result}}


OTHER = {"job": "pay", "instance": "pay1:8080"}


@pytest.mark.parametrize(
    ("query", "asked", "gives", "status"),
    [
        ('up == 0 unless on (job) up{job="shop"}', '(up == bool 0) unless on (job) up{job="shop"}', [OTHER], "fail"),
        ('up == 0 and on (job) up{job="pay"}', '(up == bool 0) and on (job) up{job="pay"}', [OTHER], "fail"),
        ('up == 0 and on (job) up{job=~"pay|shop"}', '(up == bool 0) and on (job) up{job=~"pay|shop"}', [OTHER, APP], "pass"),
        ("max by (job) (up) == 0 unless on (job) x", "(max by (job) (up) == bool 0) unless on (job) x", [{"job": "pay"}], "fail"),
        ("max by (job) (up) == 0 unless on (job) x", "(max by (job) (up) == bool 0) unless on (job) x", [{"job": "shop"}], "pass"),
        ("up == 0 unless on (job) maintenance == 1", "up == bool 0", [OTHER, APP], "pass"),  # it is over some day
        ("up == 0 and on (job) x", "(up == bool 0) and on (job) x", [], "pass"),  # told by who looks whether it can fire
    ],
)
def test_what_joins_and_exceptions_leave_of_it(query: str, asked: str, gives: list[Labels], status: str) -> None:
    found = Joins(asked, gives, query)
    found.there = {**found.there, "x": [OTHER], "maintenance": [OTHER], 'up{job="pay"}': [OTHER], 'up{job=~"pay|shop"}': [APP, OTHER]}
    assert str(found.run("down").status) == status


@pytest.mark.parametrize("query", ['up{job="blackbox"} == 0', 'absent(up{job="blackbox"})'])
def test_that_a_prober_answers_says_nothing_of_what_it_probes(query: str) -> None:
    probe = {"job": "blackbox", "instance": "https://shop.example/"}
    server = Server([rule("ProberDown", query)], {'up{job="blackbox"}': [probe]})

    def answers() -> dict[str, t.Any]:
        targets = [{"labels": probe, "discoveredLabels": {"__param_target": "https://shop.example/"}, "health": "up"}]
        return {**Server.answers(server), "/api/v1/targets": {"status": "success", "data": {"activeTargets": targets}}}

    server.answers = answers  # type: ignore[method-assign]
    assert str(server.run("down").status) == "fail"
    server.rules = [rule("Probed", 'probe_success{job="blackbox"} == 0')]
    server.there = {'probe_success{job="blackbox"}': [probe]}
    assert str(server.run("down").status) == "pass"


@pytest.mark.parametrize(
    ("severity", "status"), [("info ", "fail"), ("log", "fail"), ("Information", "fail"), ("P5", "fail"), ("page", "pass")]
)
def test_severities_for_which_nobody_acts(severity: str, status: str) -> None:
    server = Server([rule("Down", f"{UP} == 0", labels={"severity": severity, "service": "shop"})], {UP: [APP]})
    assert str(server.run("down").status) == status


def test_up_of_a_probe_tells_of_the_exporter() -> None:
    probe = {"job": "blackbox", "instance": "https://shop.example/"}
    for query in ('up{job="blackbox"} == 0', 'absent(up{job="blackbox"})'):
        selector = 'up{job="blackbox"}'
        for alert in (rule("Down", query), of_platform("Down", query)):
            assert str(Server([alert], {selector: [probe]}, [APP, probe]).run("down").status) == "fail"
    found = Server([rule("Down", 'up{job="blackbox"} == 0')], {'up{job="blackbox"}': [probe]}, [APP, probe]).run("down")
    assert "the exporter of probes does not answer" in found.message
    others = Server([of_platform("Down", 'up{job!="shop"} == 0')], {'up{job!="shop"}': [probe, NODE]}, [APP, NODE, probe])
    assert str(others.run("down").status) == "fail"
    seen = Server([of_platform("Down", "probe_success == 0")], {"probe_success": [probe]}, [APP, probe]).run("down")
    assert str(seen.status) == "pass"


def test_a_declared_job_of_which_nobody_tells() -> None:
    found = Server([rule("Down", f"{UP} == 0")], {UP: [APP]}, [APP]).run("down", jobs=["ghost"])
    assert (str(found.status), found.message) == ("warn", "no alert tells that ghost is down, as for other jobs of the service")


@pytest.mark.parametrize("severity", ["Information", "info ", "log", "test", "audit", "trace", "silent", "ignore", "P5"])
def test_severities_that_only_inform(severity: str) -> None:
    alert = rule("Down", f"{UP} == 0", labels={"severity": severity, "service": "shop"})
    assert "only informs" in Server([alert], {UP: [APP]}).run("down").message


@pytest.mark.parametrize("severity", ["", "1", "P1", "sev2", "ticket", "email", "major", "team-b"])
def test_severities_for_which_somebody_comes(severity: str) -> None:
    alert = rule("Down", f"{UP} == 0", labels={"severity": severity, "service": "shop"})
    assert str(Server([alert], {UP: [APP]}).run("down").status) == "pass"


@pytest.mark.parametrize(
    ("kind", "query", "selector"),
    [
        ("errors", "absent(shop_errors_total)", "shop_errors_total"),
        ("errors", "rate(shop_errors_total[5m]) >= 0", "shop_errors_total"),
        ("latency", "absent(shop_duration_seconds_bucket)", "shop_duration_seconds_bucket"),
        ("certificate", "absent(probe_ssl_earliest_cert_expiry)", "probe_ssl_earliest_cert_expiry"),
        ("disk", "absent(node_filesystem_avail_bytes)", "node_filesystem_avail_bytes"),
        ("backup_age", "absent(shop_backup_last_success_timestamp_seconds)", "shop_backup_last_success_timestamp_seconds"),
    ],
)
def test_that_nothing_is_measured_tells_of_no_other_kind(kind: str, query: str, selector: str) -> None:
    found = Server([rule("A", query)], {selector: [APP]}).run(kind)
    assert "A does not fire when it should" in found.message


@pytest.mark.parametrize(("kind", "metric"), [("disk", "node_filesystem_files_free"), ("backup_age", "shop_backup_duration_seconds")])
def test_an_alert_that_is_named_and_plainly_tells_of_something_else(kind: str, metric: str) -> None:
    found = Server([rule("A", f"{metric} < 5")], {metric: [APP]}).run(kind, covers={kind: ["A"]})
    assert "does not tell of it" in found.message


def test_a_path_on_the_host_of_others_makes_it_no_host_of_the_service() -> None:
    elsewhere = {"job": "node", "instance": "pay1:9100", "mountpoint": "/var/lib/shop"}
    found = Server([rule("Full", "node_filesystem_avail_bytes < 1e8")], {"node_filesystem_avail_bytes": [elsewhere]}).run("disk")
    assert (str(found.status), "Full watches job=node instance=pay1:9100" in found.message) == ("fail", True)


@pytest.mark.parametrize("query", ["shop_queue", "shop_queue >= 0", "absent(shop_queue)"])
def test_an_alert_that_is_named_and_has_no_limit(query: str) -> None:
    found = Server([rule("A", query)], {"shop_queue": [APP]}).run("errors", covers={"errors": ["A"]})
    assert (str(found.status), found.message.startswith("no alert tells of failing requests: A")) == ("fail", True)


@pytest.mark.parametrize("query", ["shop_queue > 0", "shop_queue < 0", "0 > shop_queue", "shop_queue == 0", "shop_stuck"])
def test_an_alert_that_is_named_and_has_one(query: str) -> None:
    rules = [rule("A", query), rule("shop_stuck", "shop_queue > 5", "recording")]
    assert str(Server(rules, {"shop_queue": [APP]}).run("errors", covers={"errors": ["A"]}).status) == "pass"


def test_an_instance_that_is_a_url_is_no_probe_where_the_job_is_declared() -> None:
    at_url = {"job": "shop", "instance": "http://shop1:8080"}
    assert str(Server([rule("Down", f"{UP} == 0")], {UP: [at_url]}, [at_url]).run("down").status) == "pass"
