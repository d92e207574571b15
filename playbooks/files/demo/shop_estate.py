# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's small estate: two instances of a service, and the servers that watch it, with six faults in it."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import time
import typing as t
import urllib.request

import servers
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HERE = pathlib.Path(__file__).resolve().parent
HOSTS = {"shop1": "127.0.0.2", "shop2": "127.0.0.3"}  # each has an address of the loopback network, so that ports can be the same
STAGING = "127.0.0.4"
PASSWORD = "demo-password"
DAYS_KEPT = 100  # of log lines, at the central place


class Program(servers.Server):
    """A Python program of the demo, started again with whatever its files say by then."""

    def __init__(self, folder: pathlib.Path, script: str, arguments: list[str], ready: pathlib.Path | None = None) -> None:
        super().__init__(folder)
        self.script, self.arguments, self.ready = script, arguments, ready

    def command(self) -> list[str]:
        return [sys.executable, str(HERE / self.script), *self.arguments]

    def is_ready(self) -> bool:
        return self.ready is None or self.ready.exists()


class Shop(Program):
    """One instance of the service."""

    def __init__(self, folder: pathlib.Path, address: str, port: int, metrics_port: int, certificate: pathlib.Path) -> None:
        super().__init__(folder, "sample_service.py", [])
        self.address, self.port, self.metrics_port = address, port, metrics_port
        self.arguments = ["--folder", str(folder), "--address", address, "--port", str(port), "--metrics-port", str(metrics_port)]
        self.arguments += ["--certificate", str(certificate)]

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://{self.address}:{self.metrics_port}/metrics", timeout=1):
                return True
        except OSError:
            return False


class Shipper(servers.Rsyslog):
    """rsyslog on the service's hosts: reads the files that ``inputs.conf`` names and sends them to the central one.

    One program stands for the shippers of all hosts, so each host's lines are sent under its own name.
    """

    def __init__(self, folder: pathlib.Path, binaries: servers.Binaries, central_port: int) -> None:
        super().__init__(folder, binaries)
        self.central_port = central_port

    def command(self) -> list[str]:
        command = super().command()
        (self.folder / "rsyslog.conf").write_text(
            f'global(workDirectory="{self.folder}" maxMessageSize="64k")\n'
            'module(load="imfile" mode="inotify")\n'
            + "".join(self._sent_as(host) for host in HOSTS)
            + f'include(file="{self.folder}/inputs.conf")\n'
        )
        return command

    def _sent_as(self, host: str) -> str:
        line = f"<%PRI%>%TIMESTAMP:::date-rfc3339% {host} %syslogtag:1:32%%msg:::sp-if-no-1st-sp%%msg%"
        return (
            f'template(name="{host}" type="string" string="{line}")\n'
            f'ruleset(name="{host}") {{ action(type="omfwd" target="{servers.LOCAL}" port="{self.central_port}" protocol="tcp" '
            f'template="{host}") }}\n'
        )

    def is_ready(self) -> bool:
        return (self.folder / "rsyslogd.pid").exists()


def entry_of(moment: dt.datetime) -> str:
    """A line as the service logs it."""
    return json.dumps({"timestamp": moment.isoformat(), "level": "info", "service": "shop", "message": "alive"})


def make_certificates(folder: pathlib.Path) -> None:
    """An authority and a certificate of 90 days for the addresses of the instances."""
    folder.mkdir(parents=True, exist_ok=True)
    now = dt.datetime.now(dt.timezone.utc)

    def build(
        name: str, issuer: x509.Name | None, key: t.Any, signer: t.Any, days: int, extensions: list[tuple[t.Any, bool]]
    ) -> x509.Certificate:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer or subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(hours=1))
            .not_valid_after(now + dt.timedelta(days=days))
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical=critical)
        return builder.sign(signer, hashes.SHA256())

    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    identifier = x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key())
    signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    authority = build(
        "demo authority",
        None,
        authority_key,
        authority_key,
        365,
        [(x509.BasicConstraints(True, None), True), (usage, True), (identifier, False)],
    )
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address)) for address in (*HOSTS.values(), STAGING)])
    leaf = build(
        "shop", authority.subject, key, authority_key, 90, [(names, False), (x509.BasicConstraints(False, None), True), (signer, False)]
    )
    (folder / "ca.pem").write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem = folder / "shop.pem"
    pem.touch(mode=0o600)
    pem.write_bytes(leaf.public_bytes(serialization.Encoding.PEM) + private)


class Estate:
    """Everything that runs, and what was laid on disk for it."""

    def __init__(self, folder: pathlib.Path, binaries: servers.Binaries | None) -> None:
        self.folder, self.binaries = folder, binaries
        self.running: dict[str, servers.Server] = {}
        self.facts: dict[str, t.Any] = {"mode": "real" if binaries else "embedded", "folder": str(folder)}

    def build(self) -> None:
        make_certificates(self.folder / "tls")
        port, metrics_port = servers.free_port("0.0.0.0"), servers.free_port("0.0.0.0")
        for host, address in HOSTS.items():
            self._lay_host(self.folder / host)
            self.running[host] = Shop(self.folder / host, address, port, metrics_port, self.folder / "tls" / "shop.pem")
        self._start(*HOSTS)
        self.facts.update(hosts=HOSTS, port=port, metrics_port=metrics_port)
        for part in ("data", "report", "records", "textfile"):
            (self.folder / part).mkdir(exist_ok=True)
        (self.folder / "data" / "orders.db").write_text("".join(f"order {number}\n" for number in range(2000)))
        (self.folder / "backup.stamp").touch()
        self._backup()
        if self.binaries:
            self._servers(metrics_port)
        else:
            self._embedded()

    def _lay_host(self, folder: pathlib.Path) -> None:
        for part in ("current", "log"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        (folder / "current" / "version.txt").write_text("1\n")
        rotated = folder / "log" / "shop.log.1"
        earlier = time.time() - 86400
        rotated.write_text(entry_of(dt.datetime.fromtimestamp(earlier, dt.timezone.utc)) + "\n")
        os.utime(rotated, (earlier, earlier))

    def _backup(self) -> None:
        """A backup of three days ago: fault 2."""
        old = dt.datetime.now() - dt.timedelta(days=3)
        if self.binaries:
            (self.folder / "restic.pw").touch(mode=0o600)
            (self.folder / "restic.pw").write_text(PASSWORD)
            restic = str(self.binaries.path("restic"))
            options = ["--repo", str(self.folder / "restic"), "--password-file", str(self.folder / "restic.pw"), "--no-cache", "--quiet"]
            subprocess.run([restic, *options, "init"], check=True, capture_output=True)
            when = old.strftime("%Y-%m-%d %H:%M:%S")
            subprocess.run([restic, *options, "backup", "--time", when, str(self.folder / "data")], check=True, capture_output=True)
            self.facts["restic"] = restic
            return
        (self.folder / "backups").mkdir(exist_ok=True)
        archive = self.folder / "backups" / f"shop-{old:%Y%m%d}.tar.gz"
        with tarfile.open(archive, "w:gz") as tar:
            tar.add(self.folder / "data", arcname="data")
        os.utime(archive, (old.timestamp(), old.timestamp()))

    def _servers(self, metrics_port: int) -> None:
        binaries = t.cast(servers.Binaries, self.binaries)
        running = self.running
        running["pushgateway"] = servers.Pushgateway(self.folder / "pushgateway", binaries)
        running["node_exporter"] = servers.NodeExporter(self.folder / "node_exporter", binaries)
        running["central"] = servers.Rsyslog(self.folder / "central", binaries)
        running["alertmanager"] = servers.Alertmanager(
            self.folder / "alertmanager",
            binaries,
            config="route:\n  receiver: nobody\n  routes:\n    - matchers: ['service=\"shop\"']\n      receiver: team-shop\n"
            "receivers:\n  - name: nobody\n  - name: team-shop\n    webhook_configs:\n"
            f"      - url: http://{HOSTS['shop1']}:{metrics_port}/alerts\n",
        )
        running["shipper"] = Shipper(self.folder / "shipper", binaries, running["central"].port)
        # fault 5: the shipper reads the path of before the last move of the log folder
        self._inputs("logs")
        self._lay_lines_of_before(t.cast("servers.Rsyslog", running["central"]).central)
        self._start("pushgateway", "node_exporter", "central", "alertmanager", "shipper")
        targets = ", ".join(f"'{address}:{metrics_port}'" for address in HOSTS.values())
        exporter, gateway, alertmanager = (
            f"'{servers.LOCAL}:{running[name].port}'" for name in ("node_exporter", "pushgateway", "alertmanager")
        )
        running["prometheus"] = servers.Prometheus(
            self.folder / "prometheus",
            binaries,
            config="scrape_configs:\n"
            f"  - job_name: shop\n    static_configs: [{{targets: [{targets}]}}]\n"
            f"  - job_name: node\n    static_configs: [{{targets: [{exporter}], labels: {{service: bastion}}}}]\n"
            f"  - job_name: pushgateway\n    honor_labels: true\n    static_configs: [{{targets: [{gateway}]}}]\n"
            f"rule_files: ['{self.folder}/prometheus/rules.yml']\n"
            f"alerting: {{alertmanagers: [{{static_configs: [{{targets: [{alertmanager}]}}]}}]}}\n",
            rules=(HERE / "rules-act1.yml").read_text(),
        )
        self._start("prometheus")
        self._silence(running["alertmanager"].url)
        for name in ("prometheus", "alertmanager", "pushgateway", "node_exporter"):
            self.facts[name] = running[name].url
        self.facts["central"] = str(self.folder / "central" / "central")

    @staticmethod
    def _lay_lines_of_before(central: pathlib.Path) -> None:
        """What the central place has kept of each host: a line a day."""
        now = dt.datetime.now(dt.timezone.utc)
        for host in HOSTS:
            (central / host).mkdir(parents=True)
            days = [now - dt.timedelta(days=days) for days in range(DAYS_KEPT, 0, -1)]
            kept = central / host / "shop.log"
            kept.write_text("".join(f"{day.isoformat()} {host} shop: {entry_of(day)}\n" for day in days))
            os.utime(kept, (days[-1].timestamp(),) * 2)

    def _inputs(self, subfolder: str) -> None:
        lines = [
            f'input(type="imfile" File="{self.folder}/{host}/{subfolder}/shop.log" Tag="shop:" freshStartTail="on" ruleset="{host}")\n'
            for host in HOSTS
        ]
        (self.folder / "shipper").mkdir(exist_ok=True)
        (self.folder / "shipper" / "inputs.conf").write_text("".join(lines))

    def _embedded(self) -> None:
        central = self.folder / "central"
        routes = {str(self.folder / host / "logs" / "shop.log"): str(central / "shop.log") for host in HOSTS}
        central.mkdir(exist_ok=True)
        (central / "shop.log").touch()
        (self.folder / "routes.json").write_text(json.dumps(routes))
        self.running["shipper"] = Program(self.folder / "shipper", "ship.py", [str(self.folder / "routes.json")])
        self._start("shipper")
        self.facts["central"] = str(central)

    def _silence(self, url: str) -> None:
        """Somebody silenced the service for 999 weeks, last year: fault 4."""
        now = dt.datetime.now(dt.timezone.utc)
        silence = {
            "matchers": [{"name": "service", "value": "shop", "isRegex": False, "isEqual": True}],
            "startsAt": now.isoformat(),
            "endsAt": (now + dt.timedelta(weeks=999)).isoformat(),
            "createdBy": "somebody",
            "comment": "too noisy",
        }
        body = json.dumps(silence).encode()
        request = urllib.request.Request(f"{url}/api/v2/silences", data=body, headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=5) as answer:
            answer.read()

    def _start(self, *names: str) -> None:
        for name in names:
            self.running[name].start()
            self._note(name)

    def _note(self, name: str) -> None:
        process = self.running[name].process
        if process:
            (self.folder / f"{name}.pid").write_text(f"{process.pid}\n")

    def supervise(self, owner: int) -> None:
        """Starts again what has ended, until the owner is gone or the stop file is there."""
        while not (self.folder / "stop").exists() and (owner == 0 or servers.alive(owner)):
            for name, server in self.running.items():
                if server.process and server.process.poll() is not None:
                    server.start()
                    self._note(name)
            time.sleep(0.1)

    def stop(self) -> None:
        for server in reversed(list(self.running.values())):
            server.stop()
