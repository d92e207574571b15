# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many services in one Prometheus, each with its own hosts and alerts, shared by the rows that ask which of them are told of."""

from __future__ import annotations

import atexit
import dataclasses
import json
import pathlib
import shutil
import tempfile
import time
import typing as t
import urllib.parse
import urllib.request

from servers import LOCAL, Binaries, NodeExporter, Prometheus
from table import World

FILESYSTEMS = {"/": "ext4", "/boot": "ext4", "/srv": "xfs", "/run": "tmpfs"}
ALL_KINDS = ["down", "errors", "latency", "disk", "certificate", "backup_age"]


@dataclasses.dataclass(frozen=True)
class Watched:
    """A service in the world: what its rules are, and further lines of metrics."""

    name: str
    rules: tuple[str, ...]
    metrics: str = ""


def alert(name: str, expression: str, *, severity: str = "critical", **labels: str) -> str:
    given = json.dumps({"severity": severity, "service": "SERVICE", **labels})
    return f"  - alert: {name}\n    expr: {json.dumps(expression)}\n    labels: {given}\n    annotations: {{summary: it is bad}}\n"


def record(name: str, expression: str, **labels: str) -> str:
    return f"  - record: {name}\n    expr: {json.dumps(expression)}\n    labels: {json.dumps(labels)}\n"


def metrics_of(service: str) -> str:
    """What is scraped of a service on two hosts: itself, the hosts, a probe of its address, its backup."""
    lines = []
    for host in (f"{service}1", f"{service}2"):
        app, node = f'job="{service}",instance="{host}:8080"', f'job="node",instance="{host}:9100"'
        lines += [
            f"up{{{app}}} 1",
            f"up{{{node}}} 1",
            f'http_requests_total{{{app},code="200"}} 100',
            f'http_server_requests_seconds_count{{{app},status="200",uri="/pay"}} 100',
            f'http_request_duration_seconds_bucket{{{app},le="0.3"}} 90',
            f'http_request_duration_seconds_bucket{{{app},le="+Inf"}} 100',
            f"http_request_duration_seconds_sum{{{app}}} 12",
            f"http_request_duration_seconds_count{{{app}}} 100",
            f"queue_of_orders{{{app}}} 3",
            f'restic_last_success_timestamp_seconds{{{node},repository="/srv/restic/{service}"}} {time.time() - 3600:.0f}',
        ]
        for mount, kind in FILESYSTEMS.items():
            where = f'{node},mountpoint="{mount}",fstype="{kind}"'
            lines += [f"node_filesystem_size_bytes{{{where}}} 100", f"node_filesystem_avail_bytes{{{where}}} 60"]
            lines += [f"node_filesystem_files_free{{{where}}} 60"]
    probe = f'job="blackbox",instance="https://{service}.example/health"'
    lines += [f"probe_success{{{probe}}} 1", f"probe_ssl_earliest_cert_expiry{{{probe}}} {time.time() + 9e6:.0f}"]
    lines += [f"probe_duration_seconds{{{probe}}} 0.1"]
    return "\n".join(lines) + "\n"


class Estate:
    """A Prometheus that scrapes all of them through one exporter, which says of what job and instance each series is."""

    def __init__(self, binaries: Binaries, services: t.Sequence[Watched]) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="estate-"))
        exporter = NodeExporter(self.folder / "exporter", binaries)
        exporter.textfile.mkdir(parents=True)
        (exporter.textfile / "all.prom").write_text("".join(metrics_of(one.name) + one.metrics for one in services))
        groups = "".join(
            f"- name: {one.name}\n  rules:\n" + "".join(one.rules).replace("SERVICE", one.name) for one in services if one.rules
        )
        scrapes = [{"job_name": "exporter", "honor_labels": True, "static_configs": [{"targets": [f"{LOCAL}:{exporter.port}"]}]}]
        self.servers = [
            exporter,
            Prometheus(self.folder / "prometheus", binaries, config=f"scrape_configs: {json.dumps(scrapes)}\n", rules=f"groups:\n{groups}"),
        ]
        atexit.register(self.stop)
        for server in self.servers:
            server.start()
        self.url = self.servers[1].url
        wait_until(lambda: ask(self.url, f'query?query=up{{job="{services[-1].name}"}}')["result"])
        wait_until(lambda: all(rule["lastEvaluation"] > "2" for group in ask(self.url, "rules")["groups"] for rule in group["rules"]))

    def stop(self) -> None:
        for server in reversed(self.servers):
            server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


_ESTATES: dict[int, Estate] = {}


def estate_of(world: World, services: t.Sequence[Watched]) -> Estate:
    """The estate of these services, started by the first row of the process that needs it."""
    if id(services) not in _ESTATES:
        _ESTATES[id(services)] = Estate(world.binaries, services)
    return _ESTATES[id(services)]


def ask(url: str, path: str) -> t.Any:
    name, _mark, query = path.partition("?query=")
    full = f"{url}/api/v1/{name}" + (f"?query={urllib.parse.quote(query)}" if query else "")
    with urllib.request.urlopen(full, timeout=30) as answer:
        return json.load(answer)["data"]


def wait_until(true: t.Callable[[], t.Any], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise RuntimeError("the state was not reached")
        time.sleep(0.2)


def asked(service: str, **options: t.Any) -> dict[str, t.Any]:
    """The options of the check as they are derived for a service that declares all of it."""
    return {
        "kinds": ALL_KINDS,
        "match": {"service": service},
        "names": [service, f"{service}.service"],
        "jobs": [service],
        "addresses": [f"{service}1", f"{service}2", f"{service}1.example", f"{service}2.example"],
        "endpoints": [f"https://{service}.example/health"],
        **options,
    }
