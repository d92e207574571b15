# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `verify` costs, in whole ansible-playbook runs: beside a ping, in bytes sent to a host, and beside one task a check.

`make bench`, or `python tests/benchmarks/bench_verify.py [rounds]`. Nothing here passes or fails by a time: the runs of one
comparison take turns, and what counts is the ratio of their medians.
"""

from __future__ import annotations

import http.server
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import typing as t

import yaml

HERE = pathlib.Path(__file__).resolve()
for folder in (HERE.parents[2] / "collections", HERE.parents[1], HERE.parents[2] / "playbooks" / "files" / "demo"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from integration.playbook import Site  # noqa: E402 # found by the path above
from servers import LOCAL, Binaries, Prometheus, free_port  # noqa: E402 # found by the path above

ROUNDS = 7
PROMETHEUS_CHECKS = 20
EXPOSITION = b"# TYPE jobs gauge\n" + b"".join(b'jobs{queue="%d"} 1\n' % number for number in range(50))
Play = dict[str, t.Any]


class Exporter(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # noqa: N802 # a name of http.server
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(EXPOSITION)))
        self.end_headers()
        self.wfile.write(EXPOSITION)

    def log_message(self, *args: t.Any) -> None:
        """Says nothing."""


def machine() -> str:
    names = [
        line.partition(":")[2].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")
    ]
    version = subprocess.run(
        [sys.executable, "-c", "import ansible.release as r; print(r.__version__)"], capture_output=True, text=True, check=True
    ).stdout.strip()
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores, load {load}; "
        f"ansible-core {version} on Python {platform.python_version()}"
    )


def play(*tasks: dict[str, t.Any]) -> list[Play]:
    return [{"hosts": "web", "gather_facts": False, "tasks": list(tasks)}]


PING = play({"ansible.builtin.ping": {}})
VERIFY = play({"operability.readiness.verify": {"phase": "pre"}, "register": "seen"})


class Bench:
    """Playbooks over one local host, each in a file of its own."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.site = Site(folder)
        self.site.hosts = {"web1": {}}
        self.site.demand()

    def host_checks(self, url: str) -> None:
        """100 checks of the kinds that run on hosts."""
        folder = self.site.folder / "data"
        folder.mkdir(exist_ok=True)
        for number in range(20):
            backup = folder / f"backup-{number}-{time.strftime('%Y%m%d')}.tar.gz"
            with tarfile.open(backup, "w:gz") as archive:
                archive.add(HERE, arcname="data")
            os.utime(backup, (time.time() - 3600,) * 2)  # a younger one is looked at twice: it may still be growing
            (folder / f"app-{number}.log").write_text("a line\n")
            (folder / f"app-{number}.log.1").write_text("an older line\n")
        checks: list[dict[str, t.Any]] = [{"check": "command", "with": {"command": ["true"]}} for _unused in range(40)]
        checks += [
            {"check": "file_backup", "with": {"pattern": [f"{folder}/backup-{n}-%Y%m%d.tar.gz"], "max_age": "48h"}} for n in range(20)
        ]
        checks += [{"check": "host_capacity", "with": {"min_free": "1MiB"}} for _unused in range(10)]
        checks += [{"check": "log_rotation", "with": {"path": f"{folder}/app-{n}.log", "rotated_by": "application"}} for n in range(15)]
        checks += [{"check": "metrics_endpoint", "on": "web", "with": {"url": f"{url}/metrics?{n}"}} for n in range(15)]
        self.requirements(checks)

    def requirements(self, checks: list[dict[str, t.Any]]) -> None:
        self.site.service["requirements"] = {
            f"OWN-{number:02}": {"title": f"own requirement {number}", "impact": "minor", **check} for number, check in enumerate(checks)
        }

    def save(self, name: str, plays: list[Play]) -> str:
        return str(self.site.save(f"{name}.yml", yaml.safe_dump(plays, sort_keys=False)))

    def alternate(self, playbooks: dict[str, str], rounds: int) -> dict[str, float]:
        """The median of whole runs in seconds, of playbooks that take turns."""
        taken: dict[str, list[float]] = {name: [] for name in playbooks}
        self.site.write()
        for number in range(rounds + 1):
            for name, path in playbooks.items():
                outcome = self.site.run(path, write=False, env={"ANSIBLE_PIPELINING": "0"})
                if outcome.rc != 0:
                    raise SystemExit(outcome.output)
                if number:  # the first run of each warms the caches of the system
                    taken[name].append(outcome.seconds)
        return {name: statistics.median(values) for name, values in taken.items()}

    def payload(self, path: str) -> int:
        """The bytes of the program that Ansible sends to the host for the task of this playbook."""
        kept = self.site.folder / "kept" / pathlib.Path(path).stem
        outcome = self.site.run(
            path, write=False, env={"ANSIBLE_PIPELINING": "0", "ANSIBLE_KEEP_REMOTE_FILES": "1", "ANSIBLE_REMOTE_TMP": str(kept)}
        )
        sizes = [file.stat().st_size for file in kept.rglob("AnsiballZ_*.py")]
        if outcome.rc != 0 or not sizes:
            raise SystemExit(outcome.output)
        return max(sizes)


def table(title: str, rows: list[tuple[str, ...]]) -> None:
    print(f"\n{title}")
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print(
            "  "
            + "  ".join(text.ljust(width) if not column else text.rjust(width) for column, (text, width) in enumerate(zip(row, widths)))
        )


def hundred(bench: Bench, rounds: int) -> None:
    server = http.server.ThreadingHTTPServer((LOCAL, 0), Exporter)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    bench.host_checks(f"http://{LOCAL}:{server.server_port}")
    single = {**bench.site.service, "requirements": dict([next(iter(bench.site.service["requirements"].items()))])}
    one = play({"operability.readiness.verify": {"phase": "pre", "service_file": str(bench.site.save("one-check.yml", single))}})
    playbooks = {"ping": bench.save("ping", PING), "one": bench.save("one", one), "verify": bench.save("verify", VERIFY)}
    counted = bench.save(
        "counted", [{**VERIFY[0], "tasks": [*VERIFY[0]["tasks"], {"ansible.builtin.debug": {"var": "seen.readiness.counts"}}]}]
    )
    bench.site.write()
    counts = bench.site.run(counted, write=False).output.partition("seen.readiness.counts")[2].partition("PLAY RECAP")[0]
    found = bench.alternate(playbooks, rounds)
    table(
        f"One local host, whole playbooks, median of {rounds} (goal: at most 1.5 x ping)",
        [
            ("playbook", "seconds", "x ping"),
            ("one ansible.builtin.ping", f"{found['ping']:.2f}", "1.00"),
            ("one verify of 1 check", f"{found['one']:.2f}", f"{found['one'] / found['ping']:.2f}"),
            ("one verify of 100 checks", f"{found['verify']:.2f}", f"{found['verify'] / found['ping']:.2f}"),
        ],
    )
    print("  the 100 findings:", " ".join(counts.replace('"', "").split()).strip(":{} "))
    server.shutdown()
    server.server_close()


def sent(bench: Bench, rounds: int) -> None:
    alone = {
        "command": {"command": ["true"]},
        "file_backup": {"pattern": [f"{bench.site.folder}/data/backup-0-%Y%m%d.tar.gz"], "max_age": "48h"},
    }
    playbooks = {"ansible.builtin.ping": bench.save("ping", PING)}
    for name, args in alone.items():
        playbooks[f"operability.readiness.{name}"] = bench.save(name, play({f"operability.readiness.{name}": args}))
    playbooks["operability.readiness.verify, every host check"] = bench.save("verify", VERIFY)
    bench.requirements([{"check": "command", "with": {"command": ["true"]}}])
    bench.site.write()
    sizes = {name: bench.payload(path) for name, path in playbooks.items()}
    seconds = bench.alternate(playbooks, rounds)
    rows: list[tuple[str, ...]] = [("what Ansible sends for one task of", "KB", "whole playbook, s")]
    rows += [(name, f"{sizes[name] / 1000:.0f}", f"{seconds[name]:.2f}") for name in playbooks]
    table(f"Payload of one check (the program as it lies on the host), median of {rounds}", rows)


def one_server(bench: Bench, rounds: int) -> None:
    binaries = Binaries(HERE.parents[2] / ".cache" / "debian" / "root")
    if not binaries.root.exists():
        print("\nServer checks: left out, Prometheus is not here (dev/debian-packages)")
        return
    port = free_port()
    config = f"scrape_configs: [{{job_name: self, static_configs: [{{targets: ['{LOCAL}:{port}']}}]}}]"
    server = Prometheus(bench.site.folder / "prometheus", binaries, config=config)
    server.port = port
    server.start()
    try:
        selectors = ['{job="self"}' if not number else f'{{job="self",missing{number}=""}}' for number in range(PROMETHEUS_CHECKS)]
        checks = [{"check": "prometheus_targets", "with": {"url": server.url, "selector": selector}} for selector in selectors]
        bench.requirements(checks)
        tasks = [{"operability.readiness.prometheus_targets": {**check["with"], "enforce": False}} for check in checks]
        playbooks = {
            "one verify": bench.save("verify", VERIFY),
            "single modules": bench.save("single", play(*tasks)),
            "ping": bench.save("ping", PING),
        }
        found = bench.alternate(playbooks, rounds)
    finally:
        server.stop()
    table(
        f"{PROMETHEUS_CHECKS} checks that ask one Prometheus, whole playbooks, median of {rounds}",
        [
            ("playbook", "seconds"),
            ("one ansible.builtin.ping, for comparison", f"{found['ping']:.2f}"),
            (f"one verify of {PROMETHEUS_CHECKS} checks", f"{found['one verify']:.2f}"),
            (f"{PROMETHEUS_CHECKS} tasks of one module each", f"{found['single modules']:.2f}"),
        ],
    )
    print(f"  {found['single modules'] / found['one verify']:.1f} x as fast")


def main(rounds: int = ROUNDS) -> None:
    print(machine())
    with tempfile.TemporaryDirectory(prefix="bench-verify-") as folder:
        bench = Bench(pathlib.Path(folder) / "site")
        hundred(bench, rounds)
        sent(bench, max(3, rounds // 2))
        one_server(bench, max(3, rounds // 2))
    print()


def test_prints_what_verify_costs() -> None:
    """For `make bench`; no time is asserted."""
    main()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
