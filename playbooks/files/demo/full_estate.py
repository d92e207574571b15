# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estate of a service of level A with everything in place: what watches it, its backups, its documents, and the people behind it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import time
import typing as t
import urllib.parse
import urllib.request

import servers
import shop_estate
from shop_estate import HERE, HOSTS, PASSWORD, STAGING, Estate, Program, Shop

LAID = HERE / "full"
DAYS_SEEN = 31  # by Prometheus, before today
SHIFTS = {  # who is on call, by tier and by the hour (UTC) at which twelve hours begin: no change of the clocks opens a gap
    ("tier1", 8): "Alice Martin",
    ("tier1", 20): "Bob Petit",
    ("tier2", 8): "Carol Durand",
    ("tier2", 20): "Dora Klein",
}


class HostExporter(servers.NodeExporter):
    """node_exporter of one host, at its address: file systems, and what is laid into its folder."""

    def __init__(self, folder: pathlib.Path, binaries: servers.Binaries, address: str, port: int) -> None:
        super().__init__(folder, binaries)
        self.address, self.port = address, port

    @property
    def url(self) -> str:
        return f"http://{self.address}:{self.port}"

    def command(self) -> list[str]:
        program, _listens, *rest = super().command()
        return [program, f"--web.listen-address={self.address}:{self.port}", *rest, "--collector.filesystem"]


class LongPrometheus(servers.Prometheus):
    """Prometheus that keeps what it saw for 90 days, and has seen the service for a month."""

    def command(self) -> list[str]:
        # before it has found the Alertmanager it sends to nobody: the next time is soon
        return [*super().command(), "--storage.tsdb.retention.time=90d", "--rules.alert.resend-delay=5s"]

    def remember(self, instances: t.Iterable[str]) -> None:
        """Lays the month before as Prometheus would have kept it: both instances were up at all times but for twenty minutes."""
        now = int(dt.datetime.now().timestamp())
        since, until, missed = now - DAYS_SEEN * 86400, now - 3 * 3600, now - 12 * 86400
        lines = ["# TYPE up gauge"]
        for instance in instances:
            lines += [
                f'up{{job="shop",instance="{instance}"}} {int(not missed <= at < missed + 1200)} {at}' for at in range(since, until, 240)
            ]
        text = self.folder / "month.txt"
        text.write_text("\n".join([*lines, "# EOF", ""]))
        promtool = str(self.binaries.path("promtool"))
        # in few blocks: for each it reads all of the text again
        command = [promtool, "tsdb", "create-blocks-from", "--max-block-duration=300h", "openmetrics", str(text), str(self.folder / "data")]
        subprocess.run(command, check=True, capture_output=True, env=self.environment())


class Pages(Program):
    """The wiki: the files of a folder, as they are."""

    ready_path = "/"

    def command(self) -> list[str]:
        return [sys.executable, "-m", "http.server", "--bind", servers.LOCAL, "--directory", str(self.folder), str(self.port)]

    def is_ready(self) -> bool:
        return servers.Server.is_ready(self)


class FullEstate(Estate):
    """Two instances and everything that operations asks of level A. ``answers`` says what stands where the laid files have __NAME__."""

    def build(self) -> None:
        if self.binaries is None:
            raise servers.NotThere("the estate of a service of level A needs the real servers: run dev/debian-packages")
        super().build()
        self._accept()
        self._settle()

    # what super().build() calls

    def _backup(self) -> None:
        """The repositories; the backups are made when the host's exporter has its folder."""
        binaries = t.cast("servers.Binaries", self.binaries)
        (self.folder / "restic.pw").touch(mode=0o600)
        (self.folder / "restic.pw").write_text(PASSWORD)
        self.facts["restic"] = restic = str(binaries.path("restic"))
        for repository in ("restic", "vault/restic"):
            options = ["--repo", str(self.folder / repository), "--password-file", str(self.folder / "restic.pw"), "--no-cache", "--quiet"]
            subprocess.run([restic, *options, "init"], check=True, capture_output=True)

    def _servers(self, metrics_port: int) -> None:
        binaries = t.cast("servers.Binaries", self.binaries)
        node_port, folder, running = servers.free_port("0.0.0.0"), self.folder, self.running
        (folder / "gateway").mkdir()
        running["pushgateway"] = servers.Pushgateway(folder / "pushgateway", binaries)
        running["central"] = servers.Rsyslog(folder / "central", binaries)
        running["wiki"] = Pages(folder / "wiki", "", [])
        running["gateway"] = gateway = Program(folder / "gateway", "gateway.py", [], folder / "gateway" / "sent.log")
        gateway.arguments = [str(gateway.port), str(folder / "gateway" / "sent.log")]
        right, wrong = servers.free_port(), servers.free_port()
        running["time"] = Program(folder / "time", "time_servers.py", [str(right), str(wrong)])
        nodes = [f"{host}-node" for host in HOSTS]
        for host, address in HOSTS.items():
            running[f"{host}-node"] = HostExporter(folder / f"{host}-node", binaries, address, node_port)
        running["alertmanager"] = servers.Alertmanager(
            folder / "alertmanager",
            binaries,
            config="route:\n  receiver: nobody\n  group_wait: 1s\n  routes:\n"
            "    - matchers: ['service=\"shop\"']\n      receiver: team-shop\n      group_by: [alertname, operability_mark]\n"
            "    - matchers: ['alertname=\"Watchdog\"']\n      receiver: heartbeat\n      group_interval: 1s\n      repeat_interval: 5s\n"
            "receivers:\n  - name: nobody\n"
            f"  - name: team-shop\n    webhook_configs: [{{url: '{gateway.url}/alerts'}}]\n"
            f"  - name: heartbeat\n    webhook_configs: [{{url: '{gateway.url}/heartbeat'}}]\n",
        )
        running["shipper"] = shop_estate.Shipper(folder / "shipper", binaries, running["central"].port)
        self._inputs("log")
        self._lay_lines_of_before(t.cast("servers.Rsyslog", running["central"]).central)
        names = ["pushgateway", "central", "wiki", "gateway", "time", *nodes, "alertmanager"]
        self._start(*names, "shipper")
        addresses = list(HOSTS.values())
        running["prometheus"] = prometheus = LongPrometheus(folder / "prometheus", binaries)
        running["boards"] = boards = Program(folder / "boards", "boards.py", [])
        boards.arguments = [str(boards.port), str(folder / "boards"), prometheus.url]
        self.facts.update({name: running[name].url for name in ("prometheus", "alertmanager", "pushgateway", "wiki", "gateway", "boards")})
        self.facts.update(central=str(folder / "central" / "central"), central_port=running["central"].port, node_port=node_port)
        self.facts.update(closed_port=servers.free_port(), time_port=right, wrong_time_port=wrong, programs=str(HERE), node="shop1-node")
        lay(folder, self.facts)
        moment = dt.datetime.now() - dt.timedelta(days=1)
        self._night("--time", moment.strftime("%Y-%m-%d %H:%M:%S"))
        self._night()
        jobs = {
            "shop": [f"{address}:{metrics_port}" for address in addresses],
            "node": [f"{address}:{node_port}" for address in addresses],
            "pushgateway": [f"{servers.LOCAL}:{running['pushgateway'].port}"],
        }
        scraped = [f"{{job_name: {job}, honor_labels: true, static_configs: [{{targets: {targets}}}]}}" for job, targets in jobs.items()]
        prometheus.config = (
            f"scrape_configs: [{', '.join(scraped)}]\n"
            f"alerting: {{alertmanagers: [{{static_configs: [{{targets: ['{servers.LOCAL}:{running['alertmanager'].port}']}}]}}]}}\n"
        )
        prometheus.rules = (folder / "prometheus" / "rules.yml").read_text()
        prometheus.remember(f"{address}:{metrics_port}" for address in addresses)
        self._start("prometheus", "boards")

    def _night(self, *options: str) -> None:
        subprocess.run(["/bin/sh", str(self.folder / "nightly-backup"), *options], check=True, capture_output=True)

    def _accept(self) -> None:
        """Tests version 2 on a staging host of its own, as a pipeline would: the reports are what pytest wrote."""
        staging = Shop(self.folder / "staging", STAGING, self.facts["port"], self.facts["metrics_port"], self.folder / "tls" / "shop.pem")
        self._lay_host(self.folder / "staging")
        (self.folder / "staging" / "current" / "version.txt").write_text("2\n")
        given = {"SHOP_CANDIDATE": f"{STAGING}:{self.facts['port']}", "SHOP_CA": str(self.folder / "tls" / "ca.pem")}
        with staging:
            for kind in ("load", "security"):
                report = self.folder / "reports" / "2" / f"{kind}.xml"
                words = ["-q", "-p", "no:cacheprovider", "-o", "addopts=", "--rootdir", str(self.folder / "acceptance")]
                command = [sys.executable, "-m", "pytest", *words, f"--junitxml={report}", f"acceptance/test_{kind}.py"]
                done = subprocess.run(command, cwd=self.folder, env={**os.environ, **given}, capture_output=True, text=True, check=False)
                if done.returncode:
                    raise RuntimeError(f"the {kind} test did not pass: {done.stdout[-2000:]}")

    def _settle(self, seconds: float = 90.0) -> None:
        """Waits until what watches the service has watched it for a moment, as it would have for long: rates, and a first heartbeat."""
        asked = f"{self.facts['prometheus']}/api/v1/query"
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            rates = answered(asked, query="count(shop:request_errors:ratio_rate5m and on(instance) rate(shop_requests_total[10s]) > 0)")
            heard = answered(f"{self.facts['gateway']}/heartbeat/status")
            if [one["value"][1] for one in rates["data"]["result"]] == [str(len(HOSTS))] and heard["status"] == "up":
                return
            time.sleep(0.5)
        raise RuntimeError(f"within {seconds:g} s the monitoring has not seen the service, or no heartbeat was heard")


def answered(url: str, **form: str) -> t.Any:
    with urllib.request.urlopen(f"{url}?{urllib.parse.urlencode(form)}" if form else url, timeout=5) as answer:
        return json.load(answer)


def lay(folder: pathlib.Path, facts: t.Mapping[str, t.Any]) -> None:
    """Lays the files below full/ into ``folder``, with what this estate has in the place of each __NAME__; the roster and the artefacts."""
    known = {name: str(value) for name, value in facts.items()}
    today = dt.datetime.now(dt.timezone.utc).date()
    for name, days in (("today", 0), ("three_days_ago", -3), ("in_sixty_days", 60), ("in_two_years", 730)):
        known[name] = (today + dt.timedelta(days=days)).isoformat()
    for evidence in (LAID / "evidence").iterdir():
        known[evidence.stem] = hashlib.sha256(evidence.read_bytes()).hexdigest()
    for source in sorted(path for path in LAID.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        target, text = folder / source.relative_to(LAID), source.read_text()
        for name, value in known.items():
            text = text.replace(f"__{name}__", value)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    (folder / "crontab").write_text(f"30 2 * * * root /bin/sh {folder}/nightly-backup\n")
    (folder / "on-call.ics").write_text(roster(today - dt.timedelta(days=7)))
    (folder / "scratch").mkdir(mode=0o700, exist_ok=True)
    (folder / "artefacts").mkdir(exist_ok=True)
    for version in ("1", "2"):
        artefact = folder / "artefacts" / f"shop-{version}.tar"
        artefact.write_bytes(f"the shop, version {version}\n".encode() * 1000)
        digest = hashlib.sha256(artefact.read_bytes()).hexdigest()
        artefact.with_suffix(".sha256").write_text(f"{digest}  {artefact.name}\n")


def roster(first: dt.date) -> str:
    """A calendar in which each tier has its day and its night, every day from ``first`` on."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//demo//on call//EN"]
    for (tier, hour), who in SHIFTS.items():
        lines += ["BEGIN:VEVENT", f"UID:{tier}-{hour}@shop.example", "DTSTAMP:20260101T000000Z", f"SUMMARY:{tier}: {who}"]
        lines += [f"DTSTART:{first:%Y%m%d}T{hour:02}0000Z", "DURATION:PT12H", "RRULE:FREQ=DAILY", "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])
