# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Before and after a deployment through real runs: a real Prometheus, a service over HTTP, backups and ports of this machine."""

from __future__ import annotations

import contextlib
import http.server
import json
import pathlib
import socket
import threading
import time
import typing as t
import urllib.request

import pytest
from conftest import Running
from integration.acts import Acts
from integration.playbook import Outcome, Site
from servers import Binaries, Prometheus, free_port

ADDRESSES = {"web1": "127.0.0.2", "web2": "127.0.0.3"}  # each host has its own, so that ports can be the same
DOWN = 'up{job="shop"} == 0'
BUSY = "shop_queue > 10"
PHASES = {"phases": ["pre", "post", "recheck"]}


class Shop(http.server.ThreadingHTTPServer):
    """The service: /health as slowly as it is told, and metrics."""

    def __init__(self) -> None:
        self.delay, self.queue, self.metric = 0.1, 1, "shop_queue"
        super().__init__(("0.0.0.0", 0), _Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # noqa: N802 # a name of http.server
        shop = t.cast(Shop, self.server)
        if self.path == "/health":
            time.sleep(shop.delay)
        body = f"{shop.metric} {shop.queue}\n".encode() if self.path == "/metrics" else b"UP"
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_unused: object) -> None:
        """Says nothing."""


class Estate:
    """A service with its monitoring, whose faults can be made and undone."""

    def __init__(self, folder: pathlib.Path, binaries: Binaries, running: Running) -> None:
        self.shop = Shop()
        self.listener = self.listen(0)
        self.port = self.shop.server_port
        self.open_port = self.listener.getsockname()[1]
        self.prometheus = Prometheus(
            folder / "prometheus", binaries, config=self.config(ADDRESSES.values()), rules=self.rules("Down", "Busy")
        )
        running.started.append(self.prometheus)
        self.prometheus.start()
        self.backups = folder / "backups"
        self.backups.mkdir()
        (self.backups / "orders.tar.txt").write_text("orders\n" * 100)
        self.site = self.site_of(folder / "site")
        self.settled()

    def listen(self, port: int) -> socket.socket:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("0.0.0.0", port))
        listener.listen(32)
        return listener

    def config(self, addresses: t.Iterable[str]) -> str:
        targets = ", ".join(f"'{address}:{self.port}'" for address in addresses)
        return f"scrape_configs: [{{job_name: shop, static_configs: [{{targets: [{targets}]}}]}}]\n"

    def rules(self, *names: str) -> str:
        expressions = {"Down": DOWN, "Busy": BUSY}
        lines = ["groups:", "- name: shop", "  rules:"]
        for name in names:
            lines += [f"  - alert: {name}", f"    expr: '{expressions[name]}'", "    labels: {severity: page, service: shop}"]
            lines += ["    annotations: {summary: it is bad}"]
        return "\n".join(lines) + "\n"

    def site_of(self, folder: pathlib.Path) -> Site:
        site = Site(folder)
        site.demand("MON-01", "MON-03", "MON-07", "BKP-01")
        site.hosts = {name: {"ansible_host": address} for name, address in ADDRESSES.items()}
        site.organisation["services_may"] = ["limits"]
        site.organisation["servers"] = {"prom": {"kind": "prometheus", "url": self.prometheus.url}}
        site.organisation["policy"]["requirements"].update(
            {
                "DEL-04": {"title": "nothing is gone", "impact": "blocker", "phases": ["post"], "proved_by": ["baseline"]},
                "PLT-03": {"title": "flows open", "impact": "major", **PHASES, "proved_by": ["flow"]},
            }
        )
        del site.service["requirements"]
        site.service["traits"] = {"http": True, "data": True}
        site.service["parts"]["web"].update(
            scrape=[{"job": "shop", "port": self.port}],
            backups=[{"tool": "file", "pattern": f"{self.backups}/*.txt", "max_age": "7d", "on": "web1"}],
        )
        site.service["endpoints"] = [{"url": f"http://127.0.0.1:{self.port}/health", "samples": 6}]
        # this machine may be busy: what is 400 ms slower is slower for a reason
        site.service["baseline"] = {"tolerances": {"http_latency_seconds": {"relative": 0.5, "absolute": "400ms", "then": "fail"}}}
        site.service["alerts"] = {"match": {"service": "shop"}, "must_include": ["Down"]}
        site.service["flows"] = [{"to": f"127.0.0.1:{self.open_port}"}]
        return site

    # -- Prometheus

    def ask(self, path: str) -> t.Any:
        with urllib.request.urlopen(f"{self.prometheus.url}/api/v1/{path}", timeout=30) as answer:
            return json.load(answer)["data"]

    def states(self) -> dict[str, str]:
        """The loaded alerts that have been evaluated, each with its state."""
        groups = self.ask("rules")["groups"]
        return {rule["name"]: rule["state"] for group in groups for rule in group["rules"] if rule["health"] == "ok"}

    def targets(self) -> set[str]:
        return {target["scrapeUrl"].split("/")[2] for target in self.ask("targets")["activeTargets"] if target["health"] == "up"}

    def reload(self, config: str, rules: str) -> None:
        self.prometheus.config, self.prometheus.rules = config, rules
        self.prometheus.write()
        self.prometheus.reload()

    def wait(self, true: t.Callable[[], bool]) -> None:
        end = time.monotonic() + 60
        while not true():
            if time.monotonic() > end:
                raise RuntimeError(f"the state was not reached: {self.states()} {self.targets()}")
            time.sleep(0.2)

    def settled(self) -> None:
        everything = {f"{address}:{self.port}" for address in ADDRESSES.values()}
        self.wait(lambda: self.states() == {"Down": "inactive", "Busy": "inactive"} and self.targets() == everything)

    # -- faults

    @contextlib.contextmanager
    def without_target(self) -> t.Iterator[None]:
        rules = self.prometheus.rules
        self.reload(self.config(["127.0.0.2"]), rules)
        self.wait(lambda: self.targets() == {f"127.0.0.2:{self.port}"})
        yield
        self.reload(self.config(ADDRESSES.values()), rules)
        self.settled()

    @contextlib.contextmanager
    def without_alert(self) -> t.Iterator[None]:
        self.reload(self.prometheus.config, self.rules("Down"))
        self.wait(lambda: set(self.states()) == {"Down"})
        yield
        self.reload(self.prometheus.config, self.rules("Down", "Busy"))
        self.settled()

    @contextlib.contextmanager
    def firing(self) -> t.Iterator[None]:
        self.shop.queue = 20
        self.wait(lambda: self.states().get("Busy") == "firing")
        yield
        self.shop.queue = 1
        self.settled()

    @contextlib.contextmanager
    def renamed_metric(self) -> t.Iterator[None]:
        self.shop.metric = "shop_queue_length"
        self.wait(lambda: not self.ask("query?query=shop_queue")["result"])
        yield
        self.shop.metric = "shop_queue"
        self.wait(lambda: bool(self.ask("query?query=shop_queue")["result"]))

    @contextlib.contextmanager
    def slow(self) -> t.Iterator[None]:
        self.shop.delay = 0.8
        yield
        self.shop.delay = 0.1

    @contextlib.contextmanager
    def closed_port(self) -> t.Iterator[None]:
        self.listener.close()
        yield
        self.listener = self.listen(self.open_port)

    @contextlib.contextmanager
    def without_backup(self) -> t.Iterator[None]:
        away = self.backups.with_name("backups-away")
        self.backups.rename(away)
        yield
        away.rename(self.backups)

    # -- records

    def baseline(self, deployment: str = "D1") -> pathlib.Path:
        return self.site.records / "shop" / "production" / "baselines" / f"{deployment}.json"


FAULTS: dict[str, t.Callable[[Estate], tuple[t.Any, str, str, str]]] = {
    "target": lambda estate: (estate.without_target(), f"target shop/127.0.0.3:{estate.port}", "", "is gone"),
    "alert": lambda estate: (estate.without_alert(), "alert Busy", "", "alert Busy, which was there before the deployment, is gone"),
    "firing": lambda estate: (estate.firing(), "alert Busy", "", "alert Busy is firing, and was not before the deployment"),
    "metric": lambda estate: (estate.renamed_metric(), "metric shop_queue", "", "metric shop_queue, which was there before"),
    "latency": lambda estate: (estate.slow(), f"latency of http://127.0.0.1:{estate.port}/health", "", "the limit is"),
    "backup": lambda estate: (estate.without_backup(), f"backup {estate.backups}/*.txt", "web1", "is gone"),
}


class Story:
    """What happened to a service around its deployments, one after the other in one ansible-playbook run, and what each gate said."""

    def __init__(self, estate: Estate, folder: pathlib.Path) -> None:
        self.estate, self.site, self.folder = estate, estate.site, folder
        self.acts, self.faults = Acts(estate.site), contextlib.ExitStack()
        self.kept: dict[str, bytes | None] = {}
        self.seen: dict[str, Outcome] = {}

    def gate(
        self,
        name: str,
        phase: str,
        *,
        fault: t.Any = None,
        same: bool = False,
        before: t.Callable[[], object] | None = None,
        deployment: str | None = "D1",
        version: str | None = "2",
        **options: t.Any,
    ) -> None:
        """A gate while there is a fault (the ``same`` as before); ``before`` comes when the fault is there."""

        def world() -> None:
            if not same:
                self.faults.close()
                if fault:
                    self.faults.enter_context(fault)
            if before:
                before()

        self.acts.gate(name, before=world, phase=phase, deployment_id=deployment, version=version, **options)

    def keep(self, name: str, path: pathlib.Path) -> t.Callable[[], object]:
        """What is in the file between two gates, None where it is not there."""
        return lambda: self.kept.update({name: path.read_bytes() if path.exists() else None})

    def play(self) -> None:
        estate, site, hosts = self.estate, self.site, dict(self.site.hosts)
        self.gate("pre", "pre")
        self.gate("nothing", "post", before=self.keep("first baseline", estate.baseline()))
        for number, (name, fault) in enumerate(FAULTS.items()):
            report = self.keep("report", site.folder / "shop.html") if not number else None
            self.gate(name, "post", fault=fault(estate)[0], before=report)
        self.gate("closed port", "post", fault=estate.closed_port())

        site.service["removed"] = [
            {"what": f"target 127.0.0.3:{estate.port}", "version": "2", "reason": "web2 is retired"},
            {"what": "alert Nobody*", "version": "2", "reason": "no longer needed"},
            {"what": "alert Down", "version": "1", "reason": "of another version"},
        ]
        # expected is what the inventory has: two, whoever announces what
        site.service["requirements"] = {"MON-01": {"impact": "blocker"}}
        self.gate("announced", "post", fault=estate.without_target())
        del site.service["removed"], site.service["requirements"]

        self.gate("second pre", "pre", fault=estate.without_alert(), before=self.keep("before", estate.baseline()))
        self.gate("after a second pre", "post", same=True, before=self.keep("after", estate.baseline()))
        self.gate("part", "pre", hosts="web1", deployment="D2")
        self.gate("check mode", "pre", deployment="D2", before=self.keep("after part", estate.baseline("D2")))
        self.acts.plays[-1]["tasks"][-1]["check_mode"] = True
        self.gate("no baseline", "post", deployment="D2", before=self.keep("after check mode", estate.baseline("D2")))
        self.gate("pre without a name", "pre", deployment=None, version=None)
        self.gate("post without a name", "post", deployment=None, version=None)
        other = estate.site_of(self.folder / "other")
        self.gate("another folder", "post", fault=estate.without_alert(), site=other, records=str(site.records))

        self.acts.inventory("web3 joins", {**hosts, "web3": {"ansible_host": "127.0.0.2"}})
        self.gate("joined", "post")
        self.acts.inventory("web2 leaves", {"web1": hosts["web1"]})
        self.gate("left", "post")
        away = {"ansible_connection": "ssh", "ansible_host": "127.0.0.3", "ansible_port": free_port()}
        self.acts.inventory("web2 dies", {**hosts, "web2": away})
        self.gate("died", "post")
        self.acts.inventory("all are back", hosts)

        kept = estate.baseline()
        self.gate("torn", "post", before=lambda: kept.write_bytes(kept.read_bytes()[: kept.stat().st_size // 2]))
        self.gate("pre over a torn one", "pre", before=self.keep("torn", kept))
        blocked = self.folder / "records" / "shop" / "production"
        blocked.mkdir(parents=True)
        (blocked / "baselines").write_text("a file where a folder should be\n")
        self.gate("blocked", "pre", before=self.keep("left alone", kept), records=str(self.folder / "records"))
        try:
            self.seen = self.acts.play()
        finally:
            self.faults.close()


@pytest.fixture(scope="module")
def story(binaries: Binaries, module_running: Running, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Story]:
    folder = tmp_path_factory.mktemp("estate")
    estate = Estate(folder, binaries, module_running)
    made = Story(estate, folder)
    made.play()
    yield made
    estate.shop.shutdown()


def bad(outcome: Outcome) -> list[tuple[str, str, str]]:
    """What the comparison found, but for what is as it was."""
    found = outcome.requirement("DEL-04")["findings"]
    return [(finding["status"], finding["instance"], finding["host"]) for finding in found if finding["status"] != "pass"]


def readable(outcome: Outcome) -> None:
    for word in ("Traceback", "KeyError", "TypeError", "AttributeError", "unhandled exception"):
        assert word not in outcome.output, outcome.output


def test_nothing_has_happened(story: Story) -> None:
    before, outcome = story.seen["pre"], story.seen["nothing"]
    assert (before.rc, before.verdict) == (0, "go"), before.output
    assert (outcome.rc, outcome.verdict) == (0, "go"), outcome.output
    comparison = outcome.record["judgement"]["comparison"]
    assert bad(outcome) == [] and comparison["compared"] >= 9
    assert outcome.says("Before and after, against the baseline of deployment D1 of", "0 gone")
    assert b"Before and after" in (story.kept["report"] or b"")
    names = {(entry["requirement"], entry["check"]) for entry in json.loads(story.kept["first baseline"] or b"")["observations"]}
    assert names == {
        ("MON-01", "prometheus_targets"),
        ("MON-03", "prometheus_alerts"),
        ("MON-07", "http_probe"),
        ("BKP-01", "file_backup"),
        ("PLT-03", "flow"),
    }
    readable(outcome)


@pytest.mark.parametrize("name", FAULTS)
def test_exactly_what_went_wrong_is_named(story: Story, name: str) -> None:
    _fault, instance, host, words = FAULTS[name](story.estate)
    outcome = story.seen[name]
    assert outcome.verdict == "no_go", outcome.output
    assert bad(outcome) == [("fail", instance, host)]
    assert any(words in finding["message"] for finding in outcome.requirement("DEL-04")["findings"])
    assert any(reason.startswith("DEL-04 nothing is gone: ") for reason in outcome.record["judgement"]["reasons"])
    readable(outcome)


def test_a_port_that_is_closed(story: Story) -> None:
    outcome = story.seen["closed port"]
    flow = f"flow to 127.0.0.1:{story.estate.open_port}"
    assert bad(outcome) == [("fail", flow, "web1"), ("fail", flow, "web2")]
    assert {gone["what"] for gone in outcome.record["judgement"]["comparison"]["gone"]} == {flow}


def test_what_was_announced_is_no_fault(story: Story) -> None:
    outcome = story.seen["announced"]
    assert bad(outcome) == [] and outcome.requirement("DEL-04")["status"] == "pass"
    target = f"target shop/127.0.0.3:{story.estate.port}"
    assert f"gone as announced: {target}" in outcome.requirement("DEL-04")["message"]
    assert [(gone["what"], gone["announced"]) for gone in outcome.record["judgement"]["comparison"]["gone"]] == [
        (target, "web2 is retired")
    ]
    assert outcome.says("removed: 'alert Nobody*' matches nothing that was there before the deployment")


def test_a_second_pre_keeps_the_first_baseline(story: Story) -> None:
    outcome = story.seen["second pre"]
    assert outcome.says("the baseline of deployment D1, taken at", "is kept")
    assert story.kept["after"] and story.kept["after"] == story.kept["before"]
    assert ("fail", "alert Busy", "") in bad(story.seen["after a second pre"])


def test_runs_that_leave_no_baseline(story: Story) -> None:
    assert story.seen["part"].record["run"]["partial"] and story.kept["after part"] is None
    assert story.seen["check mode"].rc == 0 and story.seen["check mode"].records == [] and story.kept["after check mode"] is None
    outcome = story.seen["no baseline"]
    assert outcome.verdict == "undetermined" and bad(outcome) == [("unknown", "shop", "")]
    assert outcome.says("there is no baseline of deployment D2: run the gate at pre with the same deployment_id")
    readable(outcome)


def test_without_the_name_of_a_deployment(story: Story) -> None:
    before = story.seen["pre without a name"]
    assert before.says("no baseline is kept for post: no deployment is named (readiness_deployment_id or readiness_version)")
    after = story.seen["post without a name"]
    assert bad(after) == [("unknown", "shop", "")]
    assert after.says("no deployment is named, so nothing can be compared: set readiness_deployment_id or readiness_version")


def test_another_folder_and_another_user(story: Story) -> None:
    """As two jobs of an AWX: nothing is shared but the folder of the records."""
    outcome = story.seen["another folder"]
    assert outcome.says("alert Busy, which was there before the deployment, is gone")
    assert outcome.record["judgement"]["comparison"]["baseline"]["deployment_id"] == "D1"
    assert list(story.site.records.rglob(f"{outcome.record['run']['id']}.json")), "it is kept where the others are"


def test_a_host_that_joined_and_one_that_left(story: Story) -> None:
    joined, left = story.seen["joined"], story.seen["left"]
    assert bad(joined) == [] and "new: host web3" in joined.requirement("DEL-04")["message"]
    assert bad(left) == []
    assert left.record["judgement"]["comparison"]["not_compared"] == {"web2 has left the inventory": 2}, "its flow and its target"


def test_a_host_that_died_in_between(story: Story) -> None:
    outcome = story.seen["died"]
    assert bad(outcome) == [("unknown", f"127.0.0.1:{story.estate.open_port}", "web2")]
    assert outcome.requirement("DEL-04")["status"] == "unknown"
    assert "web2 could not be reached" in outcome.requirement("DEL-04")["message"]


def test_a_baseline_that_is_not_whole(story: Story) -> None:
    outcome, again = story.seen["torn"], story.seen["pre over a torn one"]
    assert story.kept["torn"] and story.kept["left alone"] == story.kept["torn"] != story.kept["after"], "it is left as it is"
    assert bad(outcome) == [("unknown", "shop", "")] and outcome.verdict == "undetermined"
    assert "D1.json is not whole: it is not JSON that can be parsed" in outcome.requirement("DEL-04")["message"]
    assert again.says("no baseline of deployment D1 is kept: ", "D1.json is not whole")
    readable(outcome)


def test_a_baseline_that_cannot_be_written(story: Story) -> None:
    outcome = story.seen["blocked"]
    assert outcome.rc == 0 and outcome.says("no baseline of deployment D1 is kept: ", "could not be written")
    readable(outcome)
