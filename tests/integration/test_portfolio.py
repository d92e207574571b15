# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many services in one real ansible-playbook run: each judged by itself, what fails for all of them told once."""

from __future__ import annotations

import contextlib
import copy
import http.server
import json
import pathlib
import subprocess
import threading
import typing as t
import urllib.request

import pytest
from integration.playbook import Outcome, Site
from servers import LOCAL, Binaries, Pushgateway, free_port

PLAYBOOK = "operability.readiness.portfolio"


class Estate(Site):
    """Services a, b, c on web1, web2 and web1, and whatever else a test adds."""

    def __init__(self, folder: pathlib.Path) -> None:
        super().__init__(folder)
        self.listed: list[t.Any] = []
        del self.organisation["publish"]["html"], self.organisation["publish"]["json"]
        for name, host in (("a", "web1"), ("b", "web2"), ("c", "web1")):
            self.add(name, host)

    def add(self, name: str, host: str | None, **changes: t.Any) -> dict[str, t.Any]:
        service = copy.deepcopy(self.service)
        service["service"] = {"name": name, "owner": f"team-{name}", **({"hosts": host} if host else {})}
        service["parts"] = {"web": {"support": "shop", **({"hosts": host} if host else {})}}
        state = f"{self.folder}/state/{name}"
        script = f"code=$(cat {state} 2>/dev/null || echo 0); echo {name} answers $code; exit $code"
        service["requirements"]["APP-01"]["with"]["command"] = ["/bin/sh", "-c", script]
        if not host:
            del service["requirements"]
        service.update(changes)
        self.save_service(name, service)
        self.listed.append(f"{name}.yml")
        return service

    def save_service(self, name: str, service: t.Any) -> None:
        (self.folder / "services").mkdir(exist_ok=True)
        self.save(f"services/{name}.yml", service)

    def asks_prometheus(self, url: str, *names: str) -> None:
        """APP-02: the answer of one Prometheus, for each of these services."""
        self.organisation["servers"] = {"prometheus": {"kind": "prometheus", "url": url}}
        for name in names:
            asks = {
                "title": "the queue is short",
                "check": "prometheus_query",
                "impact": "blocker",
                "with": {"query": "up", "pass_when": "> 0"},
            }
            service = copy.deepcopy(self.service)
            service["service"] = {"name": name, "owner": "o", "hosts": "web2" if name == "b" else "web1"}
            service["requirements"] = {"APP-02": asks}
            self.save_service(name, service)

    def recheck(self, *words: str, **variables: t.Any) -> Outcome:
        path = self.save("services/portfolio.yml", {"services": self.listed})
        return self.run(PLAYBOOK, *words, **{"portfolio": str(path), "phase": None, "service_file": None, **variables})

    def summary(self, outcome: Outcome) -> dict[str, list[str]]:
        """The lines of the printed table by their first word."""
        lines = [line.split() for line in outcome.output.splitlines()]
        begin = next(number for number, words in enumerate(lines) if words[:2] == ["SERVICE", "ENVIRONMENT"])
        return {words[0]: words for words in lines[begin + 1 : begin + 1 + len(self.listed)]}

    def expected(self) -> list[str]:
        text = (self.metrics / "operability-portfolio-default.prom").read_text()
        return sorted(line for line in text.splitlines() if line.startswith("operability_service_expected"))


@contextlib.contextmanager
def hanging() -> t.Iterator[tuple[str, list[str]]]:
    """A server that accepts and never answers; what it was asked."""
    over, asked = threading.Event(), []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            over.wait()

        def log_message(self, *_unused: t.Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer((LOCAL, 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{LOCAL}:{server.server_port}", asked
    finally:
        over.set()
        server.shutdown()
        server.server_close()


@pytest.fixture
def estate(tmp_path: pathlib.Path) -> Estate:
    return Estate(tmp_path / "site")


def verdicts(outcome: Outcome) -> dict[str, str]:
    return {record["service"]["name"]: record["judgement"]["verdict"] for record in outcome.records}


def never_verified(outcome: Outcome) -> str:
    """The names, without the spaces at which long ones are broken."""
    return "".join(outcome.output.partition("EXPECTED AND NEVER VERIFIED")[2].partition(" services: ")[0].split())


def test_each_service_has_its_own_verdict_record_and_metrics(estate: Estate, binaries: Binaries) -> None:
    estate.add("d", None)
    estate.listed[-1] = {"service_file": "d.yml", "environment": "staging"}
    estate.answer("b", 2)
    outcome = estate.recheck()
    assert outcome.rc == 0, outcome.output
    assert verdicts(outcome) == {"a": "go", "b": "no_go", "c": "go", "d": "go"}
    assert {record["service"]["name"]: record["hosts"]["reached"] for record in outcome.records}["b"] == ["web2"]
    table = estate.summary(outcome)
    assert list(table) == ["b", "a", "c", "d"], "the worst first"
    assert table["b"][:7] == ["b", "production", "2", "of", "2", "NO-GO", "now"] and table["d"][1] == "staging"
    assert outcome.says("APP-01 the application answers: web2: b answers 2", "4 services: 1 NO-GO, 3 GO")
    assert "BACKUPS" not in outcome.output, "the tables of the services are not printed"
    assert (estate.metrics / "operability_b_production.prom").exists() and (estate.metrics / "operability_d_staging.prom").exists()
    assert (estate.records / "b" / "production" / "state.json").exists()
    assert len(estate.expected()) == 4
    assert 'operability_service_expected{deployment_environment="staging",service_name="d"} 1.0' in estate.expected()
    done = subprocess.run(
        [str(binaries.path("promtool")), "check", "metrics"],
        input=(estate.metrics / "operability-portfolio-default.prom").read_text(),
        env=binaries.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_one_that_is_refused_does_not_stop_the_others_and_is_told(estate: Estate) -> None:
    estate.add("broken", "web1", servces={})
    (estate.folder / "services" / "torn.yml").write_text("service: {name: torn\n")
    estate.listed += ["torn.yml", {"service_file": "gone.yml", "service": "gone"}, "nameless.yml"]
    outcome = estate.recheck()
    # what is refused is recorded and published, too
    assert outcome.rc == 0 and verdicts(outcome) == {"a": "go", "b": "go", "c": "go", "broken": "undetermined"}
    assert "operability_gate_state{" in (estate.metrics / "operability_broken_production.prom").read_text()
    assert "Traceback" not in outcome.output
    table = estate.summary(outcome)
    assert table["broken"][1:6] == ["production", "-", "UNDETERMINED", "never", "input"]
    assert outcome.says("broken.yml:", "servces", "torn.yml", "the service file", "gone.yml does not exist")
    assert outcome.says("7 services: 4 UNDETERMINED, 3 GO")
    assert all(name in never_verified(outcome) for name in ("broken", "gone", "torn.yml", "nameless.yml"))
    # a name that cannot be read cannot be expected
    assert [line.partition("service_name=")[2].split('"')[1] for line in estate.expected()] == ["a", "b", "broken", "c", "gone"]

    # once it was verified, its age is told
    estate.save_service("broken", {**estate.service, "service": {"name": "broken", "owner": "o", "hosts": "web1"}})
    assert verdicts(estate.recheck())["broken"] == "go"
    estate.save_service("broken", {**estate.service, "servces": {}, "service": {"name": "broken", "owner": "o", "hosts": "web1"}})
    again = estate.recheck()
    assert estate.summary(again)["broken"][4] == "now"
    assert "broken" not in never_verified(again) and "gone" in never_verified(again)


def test_a_prometheus_that_is_down_is_told_once_with_those_it_left_unknown(estate: Estate) -> None:
    url = f"http://{LOCAL}:{free_port()}"
    estate.asks_prometheus(url, "a", "b", "c")
    estate.add("d", "web1")
    outcome = estate.recheck()
    assert verdicts(outcome) == {"a": "undetermined", "b": "undetermined", "c": "undetermined", "d": "go"}
    below = outcome.output.partition("WHAT FAILED FOR THE PLATFORM")[2]
    assert f"1. {url}/-/ready refused the connection" in " ".join(below.split())
    assert "leaves 3 requirements of 3 services unknown (a, b, c)" in " ".join(below.split())
    assert outcome.output.count("refused the connection") == 1
    assert estate.summary(outcome)["a"][-4:] == ["see", "1", "below"] or "see 1 below" in outcome.output


def test_a_prometheus_that_hangs_is_waited_for_once(estate: Estate) -> None:
    for name in ("d", "e", "f"):
        estate.add(name, "web1")
    with hanging() as (url, asked):
        estate.asks_prometheus(url, "a", "b", "c", "d", "e", "f")
        outcome = estate.recheck("--forks", "1")
    assert set(verdicts(outcome).values()) == {"undetermined"}
    assert asked == ["/-/ready"], "one wait for six services"
    assert outcome.says("leaves 6 requirements of 6 services unknown (a, b, c, d, e, f)")


def test_enforce_fails_once_at_the_end_and_names_all(estate: Estate) -> None:
    estate.answer("a", 2)
    estate.answer("c", 2)
    estate.add("broken", "web1", servces={})
    outcome = estate.recheck(mode="enforce")
    assert outcome.rc != 0 and len(outcome.records) == 4, "what is refused has its record, too"
    assert outcome.output.count("FAILED!") + outcome.output.count("[ERROR]: Task failed") >= 1
    flat = " ".join(outcome.output.split())
    assert "a: NO-GO: APP-01" in flat and "c: NO-GO: APP-01" in flat and "broken: UNDETERMINED: input refused" in flat
    assert "b: " not in flat.partition("4 services: ")[2]
    assert estate.expected() and (estate.metrics / "operability_c_production.prom").exists(), "published all the same"
    assert estate.recheck(mode="observe").rc == 0
    # where only the organisation's file says so
    estate.organisation["mode"] = {"default": "observe", "environments": {"production": "enforce"}}
    assert estate.recheck().rc != 0


def test_hosts_that_cannot_be_reached_cost_their_own_services_only(estate: Estate) -> None:
    estate.unreachable("web2")
    outcome = estate.recheck()
    assert verdicts(outcome) == {"a": "go", "b": "undetermined", "c": "go"}
    assert outcome.says("web2 could not be reached")


def test_lines_are_looked_for_on_another_host(estate: Estate) -> None:
    estate.canary(deadline="1s")
    estate.save_service("a", {**estate.service, "service": {"name": "a", "owner": "o", "hosts": "web"}})
    estate.listed = ["a.yml", "b.yml"]
    outcome = estate.recheck()
    findings = {record["service"]["name"]: record for record in outcome.records}
    (logged,) = [item for item in findings["a"]["judgement"]["requirements"] if item["id"] == "LOG-01"]
    assert logged["status"] == "fail" and "was not found within 1 s" in logged["message"], (
        "written, looked for on log1, and nobody ships it"
    )


def test_a_portfolio_of_which_nothing_can_be_used(estate: Estate) -> None:
    estate.listed = ["nowhere.yml"]
    outcome = estate.recheck(mode="enforce")
    assert outcome.rc != 0 and outcome.records == [] and "Traceback" not in outcome.output
    assert outcome.says("nowhere.yml does not exist", "1 service: 1 UNDETERMINED") and "Unexpected" not in outcome.output


def test_the_same_service_twice_and_a_portfolio_that_is_none(estate: Estate) -> None:
    estate.save_service("twin", json.loads(json.dumps({**estate.service, "service": {"name": "a", "owner": "o", "hosts": "web1"}})))
    estate.listed.append("twin.yml")
    outcome = estate.recheck()
    assert outcome.says("a in production is described by", "a.yml too") and len(outcome.records) == 3
    for given, said in (
        ([], "expected a list of service files"),
        ([{"environment": "x"}], "portfolio: services.0: expected the path of a service file"),
        ([{"service_file": "a.yml", "file": "x"}], "portfolio: services.0: unknown key file; known here: service_file, "),
        (["a.yml", "a.yml"], "a.yml is listed twice for production"),
        ("nowhere.yml", "the portfolio file nowhere.yml does not exist"),
    ):
        refused = estate.run(PLAYBOOK, portfolio=given, phase=None)
        assert refused.rc != 0 and refused.records == [] and refused.says(said), refused.output
        assert "Traceback" not in refused.output


def test_the_expected_services_in_a_pushgateway(estate: Estate, running: t.Any, binaries: Binaries) -> None:
    gateway = running.start(Pushgateway, binaries)
    estate.organisation["publish"] = {"pushgateway": {"url": gateway.url}}
    assert estate.recheck().rc == 0
    with urllib.request.urlopen(gateway.url + "/metrics", timeout=30) as answer:
        text = answer.read().decode()
    found = [line for line in text.splitlines() if line.startswith("operability_service_expected{")]
    assert len(found) == 3 and all('job="operability_portfolio"' in line and 'portfolio="default"' in line for line in found)
    gateway.stop()
    estate.listed = ["a.yml"]
    outcome = estate.recheck()
    assert outcome.rc == 0 and outcome.says("pushgateway: Pushgateway")


def test_reports_of_their_own_and_one_of_all(estate: Estate) -> None:
    site = estate.folder / "site"
    site.mkdir()
    estate.organisation["publish"] = {"html": f"{site}/{{service}}-{{environment}}.html", "junit": f"{site}/{{service}}.xml"}
    estate.organisation["defaults"] = {"language": "fr"}
    estate.answer("b", 2)
    report = site / "portfolio.html"
    outcome = estate.recheck(report=str(report))
    assert outcome.rc == 0, outcome.output
    assert sorted(path.name for path in site.iterdir()) == sorted(
        [*(f"{name}-production.html" for name in "abc"), *(f"{name}.xml" for name in "abc"), "portfolio.html"]
    )
    assert "Exploitabilité de b" in (site / "b-production.html").read_text(encoding="utf-8")
    text = report.read_text(encoding="utf-8")
    assert "Exploitabilité du portefeuille" in text and "1 NO-GO, 2 GO" in text and "team-b" in text and "APP-01" in text

    # later, over the records, without verifying anything; one service was never verified, one cannot be read any more
    estate.add("d", "web1")
    estate.save_service("a", {**estate.service, "servces": {}, "service": {"name": "a", "owner": "o", "hosts": "web1"}})
    later = estate.run(
        "operability.readiness.portfolio_report",
        portfolio=str(estate.folder / "services" / "portfolio.yml"),
        phase=None,
        service_file=None,
        report=str(report),
        language="en",
        mode="enforce",
    )
    assert later.rc == 0 and later.records == [], later.output
    text = report.read_text(encoding="utf-8")
    assert "Operability of the portfolio" in text and "last known verdict; not judged in this run" in text
    assert later.says("3 services: 1 NO-GO, 1 UNDETERMINED, 1 GO")


def test_several_services_never_write_one_report(estate: Estate) -> None:
    shared = estate.folder / "report.html"
    estate.organisation["publish"] = {"html": str(shared)}
    refused = estate.recheck()
    assert refused.rc != 0 and refused.records == [] and "Traceback" not in refused.output
    assert refused.says("would be written by a in production, b in production, c in production, one over the other; put {service} into it")
    # also where the run says so
    estate.organisation["publish"] = {}
    again = estate.recheck(publish={"csv": str(estate.folder / "all.csv")})
    assert again.rc != 0 and again.records == [] and again.says("publish.csv:", "one over the other")
    assert not shared.exists()
