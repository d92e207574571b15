# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An estate of services, verified by real ansible-playbook runs, and a real Prometheus that has what they published."""

from __future__ import annotations

import copy
import datetime as dt
import json
import pathlib
import re
import shutil
import sys
import time
import typing as t
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
for folder in (ROOT / "tests", ROOT / "playbooks" / "files" / "demo"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from integration.playbook import Outcome, Site  # noqa: E402 # found by the path above
from servers import Binaries, NodeExporter, Prometheus  # noqa: E402 # found by the path above

RULES = ROOT / "roles" / "observability" / "files" / "operability.rules.yml"
PASS, WARN, FAIL, UNKNOWN = 0, 1, 2, 3  # exit codes of a monitoring plugin


class Demand(t.NamedTuple):
    """One requirement of the estate's services; ``measured``: name, value, limit as performance data."""

    title: str
    area: str
    stakeholder: str
    responsible: str
    impact: str
    measured: str = ""


DEMANDS = {
    "MON-01": Demand("every instance is scraped and up", "monitoring", "technical_monitoring", "team-monitoring", "major"),
    "MON-03": Demand("the alerts are loaded and able to fire", "monitoring", "technical_monitoring", "team-monitoring", "blocker"),
    "MON-07": Demand(
        "the service answers as its users see it", "monitoring", "service_monitoring", "team-app", "blocker", "latency=0.21s;;0.5"
    ),
    "MON-10": Demand("certificates outlive the horizon", "monitoring", "operators", "team-platform", "blocker", "cert_left=42;14:;7:"),
    "LOG-01": Demand("a line logged on the host is found centrally", "logs", "operators", "team-logging", "major", "delay=3s;;30"),
    "LOG-05": Demand("logs rotate and are bounded", "logs", "operators", "team-platform", "major", "log_size=61;;100"),
    "BKP-01": Demand("a good backup is younger than the RPO", "backups", "operators", "team-backup", "blocker", "age=14400s;;86400"),
    "BKP-03": Demand("a restore was proven within the RTO", "backups", "operators", "team-backup", "blocker", "restore=5100s;;14400"),
    "RUN-01": Demand("a runbook, complete, reviewed, alive", "runbooks", "operators", "team-app", "blocker"),
    "RUN-04": Demand("known errors of this version are published", "runbooks", "call_center", "team-app", "minor"),
    "SUP-02": Demand("somebody is on call for the window", "support", "support_chain", "team-app", "major"),
    "SUP-03": Demand("the call centre is trained", "support", "call_center", "team-desk", "major"),
    "DEL-01": Demand("the version that answers is the one deployed", "delivery", "operators", "team-app", "blocker"),
    "PLT-01": Demand("units are enabled, running, stable", "platform", "operators", "team-platform", "blocker"),
    "PLT-02": Demand("capacity has headroom", "platform", "operators", "team-platform", "major", "disk_used=71%;;90"),
}
Answers = t.Mapping[str, tuple[int, str]]  # by requirement: exit code, performance data
# what does not pass, by service and environment; who owns it, its criticality
SERVICES: dict[tuple[str, str], tuple[str, int, Answers]] = {
    ("payments", "production"): (
        "team-payments",
        3,
        {
            "BKP-01": (FAIL, "age=273600s;;86400"),
            "LOG-05": (WARN, "log_size=97;;100"),
            "SUP-03": (FAIL, ""),
            "BKP-03": (FAIL, ""),
            "PLT-02": (PASS, "disk_used=84%;;90"),
        },
    ),
    ("payments", "staging"): ("team-payments", 3, {}),
    ("ledger", "production"): ("team-payments", 3, {"BKP-01": (WARN, "age=79000s;;86400"), "RUN-04": (FAIL, "")}),
    ("shop", "production"): ("team-shop", 2, {}),
    ("search", "production"): ("team-shop", 1, {"BKP-03": (FAIL, "")}),
    ("mail", "production"): ("team-platform", 2, {"MON-03": (UNKNOWN, ""), "MON-01": (UNKNOWN, "")}),
    ("mail", "staging"): ("team-platform", 2, {"PLT-01": (FAIL, ""), "SUP-03": (FAIL, "")}),
    ("archive", "production"): ("team-platform", 1, {"MON-03": (FAIL, ""), "LOG-01": (FAIL, ""), "SUP-03": (FAIL, "")}),
}
WAIVED = {("payments", "production"): (("BKP-03", 126),), ("search", "production"): (("BKP-03", 20), ("PLT-02", 4))}
ADOPTED = ("archive", "production")
EMERGENCY = ("mail", "production")
DEPLOYED = ("payments", "production")
NEVER = ("fax", "production")
VERDICTS = {
    ("payments", "production"): "no_go",
    ("payments", "staging"): "go",
    ("ledger", "production"): "go_with_reservations",
    ("shop", "production"): "go",
    ("search", "production"): "go_with_reservations",
    ("mail", "production"): "undetermined",
    ("mail", "staging"): "no_go",
    ("archive", "production"): "go_with_reservations",
}


def day(after: int) -> str:
    return (dt.datetime.now(dt.timezone.utc).date() + dt.timedelta(days=after)).isoformat()


class Estate(Site):
    """The services above on two hosts that are this machine."""

    def __init__(self, folder: pathlib.Path) -> None:
        super().__init__(folder)
        self.demand()
        self.hosts = {"app1": {}, "app2": {}}
        self.reports = folder / "reports"
        self.organisation["publish"] = {"textfile_directory": str(self.metrics)}
        self.organisation["service_paths"] = [str(self.folder)]
        for number, (name, environment) in enumerate(SERVICES):
            self.add(name, environment, f"app{number % 2 + 1}")
        broken = copy.deepcopy(self.service)
        broken["service"] = {"name": NEVER[0], "owner": "team-desk", "hosts": "app1"}
        self.save_service(*NEVER, {**broken, "servces": {}})

    def add(self, name: str, environment: str, host: str) -> None:
        owner, criticality, answers = SERVICES[name, environment]
        self.answers_are(name, environment, answers)
        service = copy.deepcopy(self.service)
        service["service"] = {"name": name, "owner": owner, "hosts": host}
        service["classification"] = {"criticality": criticality}
        service["parts"] = {"web": {"hosts": host, "support": "shop"}}
        service["requirements"] = {
            identifier: {
                **{key: value for key, value in demand._asdict().items() if key != "measured"},
                "check": "command",
                "phases": ["pre", "post", "recheck"],
                "with": {"command": ["/bin/sh", str(self.state_of(name, environment) / identifier)]},
            }
            for identifier, demand in DEMANDS.items()
        }
        waivers = WAIVED.get((name, environment), ())
        service["waivers"] = [
            {
                "requirement": requirement,
                "reason": "the scratch host is delivered later",
                "approved_by": "head of operations",
                "from": day(-10),
                "until": day(left),
                "compensating": "weekly manual restore",
            }
            for requirement, left in waivers
        ]
        (self.reports / environment).mkdir(parents=True, exist_ok=True)
        service["publish"] = {**self.organisation["publish"], "html": str(self.reports / environment / f"{name}.html")}
        self.save_service(name, environment, service)

    def state_of(self, name: str, environment: str) -> pathlib.Path:
        return self.folder / "state" / f"{name}-{environment}"

    def answers_are(self, name: str, environment: str, answers: Answers) -> None:
        """What each plugin of a service says from now on; those that are not named pass."""
        folder = self.state_of(name, environment)
        folder.mkdir(parents=True, exist_ok=True)
        for identifier, demand in DEMANDS.items():
            code, performance = answers.get(identifier, (PASS, demand.measured))
            (folder / identifier).write_text(f"echo '{demand.title}: answer {code} | {performance}'\nexit {code}\n")

    def file_of(self, name: str, environment: str) -> str:
        return f"{name}-{environment}/readiness.yml"

    def save_service(self, name: str, environment: str, service: t.Any) -> None:
        (self.folder / "services" / f"{name}-{environment}").mkdir(parents=True, exist_ok=True)
        self.save(f"services/{self.file_of(name, environment)}", service)

    # -- runs

    def deploy(self) -> Outcome:
        """One run: a debt is adopted, an emergency goes live, and payments gets a version and then its hotfix."""
        plays = [
            self.play(*ADOPTED, phase="recheck"),
            self.play(*ADOPTED, task="adopt"),
            self.play(*EMERGENCY, phase="post", version="7.0.2", emergency="INC0042", emergency_reason="payments are lost"),
            self.play(*DEPLOYED, phase="post", version="1.4.0"),
            self.play(*DEPLOYED, phase="pre", version="1.4.1", deployment_kind="hotfix", cause="INC0041: payments are slow"),
            self.play(*DEPLOYED, phase="post", version="1.4.1", deployment_kind="hotfix", cause="INC0041: payments are slow"),
        ]
        return self.run(json.dumps(plays) + "\n", service_file=None, phase=None)

    def play(self, name: str, environment: str, *, task: str | None = None, **variables: str) -> dict[str, t.Any]:
        number = list(SERVICES).index((name, environment))
        given = {"service_file": str(self.folder / "services" / self.file_of(name, environment)), "environment": environment, **variables}
        if task:
            given["phase"] = "recheck"
        return {
            "name": f"{task or variables['phase']} {name}",
            "hosts": "localhost" if task else f"app{number % 2 + 1}",
            "gather_facts": False,
            **({"connection": "local"} if task else {}),
            "vars": {f"readiness_{key}": value for key, value in given.items()},
            **(
                {"tasks": [{"name": "Adopt", f"operability.readiness.{task}": None}]} if task else {"roles": ["operability.readiness.gate"]}
            ),
        }

    def recheck(self) -> Outcome:
        """One run over all services."""
        entries: list[t.Any] = [{"service_file": self.file_of(*one), "environment": one[1]} for one in SERVICES]
        entries.append({"service_file": self.file_of(*NEVER), "environment": NEVER[1], "service": NEVER[0]})
        path = self.save("services/portfolio.yml", {"services": entries})
        return self.run("operability.readiness.portfolio", portfolio=str(path), service_file=None, phase=None)


def judged(outcome: Outcome) -> dict[tuple[str, str], str]:
    return {
        (record["service"]["name"], record["run"]["environment"]): record["state"]["verdict"]
        for record in outcome.records
        if record["state"]
    }


# -- Prometheus


class Watched:
    """A node_exporter that serves what was published, and a Prometheus with the rules of the collection that scrapes it."""

    def __init__(self, folder: pathlib.Path, binaries: Binaries, lookback: str = "5m") -> None:
        self.exporter = NodeExporter(folder / "exporter", binaries)
        self.binaries = binaries
        rules = re.sub(r"interval: 1m\b", "interval: 1s", RULES.read_text())
        config = f"scrape_configs: [{{job_name: node, static_configs: [{{targets: ['127.0.0.1:{self.exporter.port}']}}]}}]\n"
        self.prometheus = _Prometheus(folder / "prometheus", binaries, config=config, rules=rules)
        self.prometheus.lookback = lookback

    def start(self, published: pathlib.Path) -> Watched:
        self.exporter.textfile.mkdir(exist_ok=True, parents=True)
        self.serve(published)
        self.exporter.start()
        self.prometheus.start()
        return self

    def serve(self, published: pathlib.Path) -> None:
        for path in published.glob("*.prom"):
            shutil.copyfile(path, self.exporter.textfile / path.name)

    def stop(self) -> None:
        self.prometheus.stop()
        self.exporter.stop()

    @property
    def url(self) -> str:
        return str(self.prometheus.url)

    def ask(self, path: str, **parameters: t.Any) -> t.Any:
        """``data`` of an answer of the API. RuntimeError with Prometheus' own words when it refuses."""
        request = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters, doseq=True)}"
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as exc:
            raise RuntimeError(json.load(exc).get("error", str(exc))) from None

    def wait_for(self, query: str, enough: t.Callable[[list[t.Any]], bool], seconds: float = 30.0) -> list[t.Any]:
        end = time.monotonic() + seconds
        while True:
            found = self.ask("query", query=query)["result"]
            if enough(found):
                return t.cast("list[t.Any]", found)
            if time.monotonic() > end:
                raise RuntimeError(f"Prometheus did not come to know {query}: {found[:3]}")
            time.sleep(0.1)

    def settle(self) -> None:
        """Waits until the rules have seen every service, and the last of the alerts that need no time."""
        self.wait_for("service_verified:operability_requirements:ratio", lambda found: len(found) == len(SERVICES))
        self.wait_for("service:operability_last_unplanned_deployment:timestamp_seconds", lambda found: len(found) >= 2)
        self.wait_for('ALERTS{alertname=~"OperabilityWaiverEnds.*", alertstate="firing"}', lambda found: len(found) >= 2)


class _Prometheus(Prometheus):
    lookback = "5m"

    def command(self) -> list[str]:
        return [*super().command(), f"--query.lookback-delta={self.lookback}"]


__all__ = ("DEMANDS", "NEVER", "SERVICES", "VERDICTS", "Estate", "Watched", "judged")
