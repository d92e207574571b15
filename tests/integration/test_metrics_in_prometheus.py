# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is published, from several places, as a real Prometheus with our own rules sees it."""

from __future__ import annotations

import copy
import datetime as dt
import json
import time
import typing as t
import urllib.parse
import urllib.request

import pytest
import yaml
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from ansible_collections.operability.readiness.plugins.module_utils._http import Connection
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from ansible_collections.operability.readiness.plugins.plugin_utils._publish import expected, metrics, textfile
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.pushgateway import Pushgateway
from conftest import Running
from integration.playbook import ROOT
from servers import LOCAL, Binaries, NodeExporter, Prometheus
from servers import Pushgateway as PushgatewayServer
from unit.publish.records import record

RULES = (ROOT / "roles" / "observability" / "files" / "operability.rules.yml").read_text()
NOW = dt.datetime.now(dt.timezone.utc)
CONFIG = """
scrape_configs:
- job_name: node
  static_configs:
  - {{targets: ['{local}:{new}'], labels: {{service: bastion, environment: admin}}}}
  - {{targets: ['{local}:{old}']}}
- job_name: push
  honor_labels: true
  static_configs: [{{targets: ['{local}:{push}']}}]
"""
# there may be nothing of it in an estate that is well
NOT_ALWAYS = [
    "service_requirement:operability_override_due:timestamp_seconds",
    "operability_service_expected",
    "operability_recheck_run_exit_code",
]


def ago(days: float) -> str:
    return (NOW - dt.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def gate(verdict: str, days: float) -> dict[str, t.Any]:
    codes = {"go": 0, "no_go": 3}
    return {"verdict": verdict, "code": codes[verdict], "at": ago(days), "enforced": True, "version": "1.5.0", "duration_seconds": 4.2}


def payments(verdict: str, gates: dict[str, dict[str, t.Any]], days: float, **service: t.Any) -> dict[str, t.Any]:
    """A record of that verdict which was written that many days ago."""
    made = record(gates=gates, run__finished_at=ago(days), run__started_at=ago(days))
    made["service"].update(service)
    made["state"].update(verdict=verdict, code=gate(verdict, 0)["code"])
    for requirement in made["state"]["requirements"]:
        requirement["title"] += f", as {made['service']['owner']} says"
        if verdict == "go" and requirement["status"] == "fail":
            requirement.update(status="pass", observed_status="pass")
    return made


class Estate:
    """A new controller whose file is served, an old one's, and a Pushgateway to which somebody pushed long ago."""

    def __init__(self, running: Running, binaries: Binaries) -> None:
        self.new, self.old = running.start(NodeExporter, binaries), running.start(NodeExporter, binaries)
        self.push = running.start(PushgatewayServer, binaries)
        # a release that was given up two days ago; the night's verification is good; two versions are in service
        self.good = payments("go", {"pre": gate("no_go", 2), "recheck": gate("go", 0.01)}, 0, owner="team-new")
        self.good["deployments"] = [{"version": "1.4.0", "at": ago(40)}, {"version": "1.5.0", "at": ago(9)}]
        dead = payments("no_go", {"pre": gate("no_go", 30)}, 30, owner="team-old")
        deader = payments("no_go", {"recheck": gate("no_go", 60)}, 60, owner="team-older", level="B")
        # a release that was given up, after which nobody looked again
        left = payments("no_go", {"pre": gate("no_go", 8)}, 8, name="billing")
        self.publish(self.new, self.good)
        self.publish(self.old, dead, left)
        Pushgateway(Connection(url=self.push.url)).push(metrics.exposition(deader), *metrics.identity(deader))
        config = CONFIG.format(local=LOCAL, new=self.new.port, old=self.old.port, push=self.push.port)
        quick = RULES.replace("interval: 1m", "interval: 1s")
        assert quick.count("interval: 1s") == 2
        self.server = running.start(Prometheus, binaries, config=config, rules=quick)

    def publish(self, exporter: NodeExporter, *records: dict[str, t.Any]) -> None:
        for made in records:
            textfile.write_metrics(str(exporter.textfile), *metrics.identity(made), metrics.exposition(made))

    def get(self, path: str, **query: str) -> t.Any:
        with urllib.request.urlopen(f"{self.server.url}/api/v1/{path}?{urllib.parse.urlencode(query)}", timeout=10) as answer:
            found = json.load(answer)
        assert found["status"] == "success", found
        return found["data"]

    def query(self, text: str) -> list[tuple[dict[str, str], float]]:
        return [(sample["metric"], float(sample["value"][1])) for sample in self.get("query", query=text)["result"]]

    def until(self, text: str) -> None:
        end = time.monotonic() + 30
        while not self.query(text):
            assert time.monotonic() < end, f"{text} found nothing: {self.server.output()[-2000:]}"
            time.sleep(0.2)

    def alerts(self, **args: t.Any) -> Finding:
        names = [rule["alert"] for group in yaml.safe_load(RULES)["groups"] for rule in group["rules"] if "alert" in rule]
        wanted = {"must_include": names, "required_annotations": ["summary", "description", "runbook_url"], "url": self.server.url}
        return run_item(Item(key="k", check="prometheus_alerts", args={**wanted, **args}), Runner())[0]


@pytest.fixture(scope="module")
def estate(each_binaries: Binaries, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Estate]:
    running = Running(tmp_path_factory.mktemp("estate"))
    try:
        made = Estate(running, each_binaries)
        made.until('count(operability_service_state{service_name="payments"}) == 3')
        made.until('ALERTS{alertname="OperabilityResultsStale", service_name="billing"}')
        made.until('service:operability_state:current{service_name="payments"} == 0')
        # the rules may have been evaluated before all publishers were scraped
        made.until('absent(ALERTS{alertname="OperabilityNoGo", service_name="payments"})')
        yield made
    finally:
        running.stop()


def test_a_verdict_of_a_publisher_that_is_no_more_does_not_live_on(estate: Estate) -> None:
    raw = estate.query('operability_service_state{service_name="payments", deployment_environment="production"}')
    assert sorted(value for _labels, value in raw) == [0, 3, 3], "what the three places say"
    ((labels, value),) = estate.query('service:operability_state:current{service_name="payments"}')
    assert value == 0 and labels["deployment_environment"] == "production"
    assert not estate.query('ALERTS{alertname="OperabilityNoGo", service_name="payments"}')
    assert estate.query('ALERTS{alertname="OperabilityNoGo", service_name="billing"}'), "what has no newer verdict counts"
    ((_labels, interval),) = estate.query('service:operability_recheck_interval:seconds{service_name="payments"}')
    assert interval == 43200


def test_joins_hold_with_three_publishers_and_two_versions(estate: Estate) -> None:
    for group in estate.get("rules")["groups"]:
        assert [(rule["name"], rule["lastError"]) for rule in group["rules"] if rule.get("lastError")] == []
    owned = (
        "service:operability_state:current * on (service_name, deployment_environment) group_left (owner) service:operability_info:current"
    )
    assert {(labels["service_name"], labels["owner"]) for labels, _value in estate.query(owned)} == {
        ("payments", "team-new"),
        ("billing", "team-payments"),
    }
    titled = (
        'service_requirement:operability_state:current{service_name="payments"} * on (service_name, deployment_environment, requirement)'
        " group_left (title) service_requirement:operability_info:current"
    )
    titles = [labels["title"] for labels, _value in estate.query(titled)]
    assert len(titles) > 5 and all(title.endswith(", as team-new says") for title in titles)
    versions = 'max by (version) (operability_deployment_timestamp_seconds{service_name="payments"})'
    assert {"1.4.0", "1.5.0"} == {labels["version"] for labels, _value in estate.query(versions)}
    newest = f"topk(1, {versions}) and on () service:operability_state:current == 0"
    assert [labels["version"] for labels, _value in estate.query(newest)] == ["1.5.0"]


def test_a_release_that_was_given_up_does_not_stay_red(estate: Estate) -> None:
    current = "service_phase:operability_gate_state:current"
    assert {labels["phase"]: value for labels, value in estate.query(f'{current}{{service_name="payments"}}')} == {"pre": 3, "recheck": 0}
    assert [value for _labels, value in estate.query('operability_gate_state{service_name="billing"}')] == [3]
    assert not estate.query(f'{current}{{service_name="billing"}}'), "eight days ago, and nobody published since"


def test_our_own_check_of_our_own_rules(estate: Estate) -> None:
    lacking = estate.alerts()
    assert str(lacking.status) == "fail", lacking
    told = json.dumps([lacking.message, *lacking.details])
    assert "OperabilityOverrideOverdue" in told and "OperabilityNeverVerified" in told and "operability_service_expected" in told
    assert "OperabilityResultsStale" not in told and "OperabilityWaiverEnds" not in told
    tolerant = estate.alerts(may_be_absent=NOT_ALWAYS)
    assert str(tolerant.status) == "pass", tolerant
    overridden = copy.deepcopy(estate.good)
    overridden["state"]["overrides"] = [{"requirement": "ALL", "due": "2099-01-01", "id": "INC0042"}]
    estate.publish(estate.new, overridden)
    content = expected.exposition([("payments", "production"), ("ledger", "production")])
    textfile.write_file(str(estate.new.textfile), expected.filename("default"), content)
    (estate.new.textfile / "operability-recheck-nightly.prom").write_text('operability_recheck_run_exit_code{recheck="nightly"} 0\n')
    estate.until("service_requirement:operability_override_due:timestamp_seconds and on () operability_service_expected")
    estate.until("operability_recheck_run_exit_code")
    whole = estate.alerts()
    count = len(yaml.safe_load(RULES)["groups"][1]["rules"])
    assert str(whole.status) == "pass" and whole.message.startswith(f"{count} alerts loaded"), whole
    estate.until('ALERTS{alertname="OperabilityNeverVerified", service_name="ledger"}')
    assert not estate.query('ALERTS{alertname="OperabilityNeverVerified", service_name="payments"}')
