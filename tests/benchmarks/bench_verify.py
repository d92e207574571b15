# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `verify` costs, in whole ansible-playbook runs: beside a ping, in bytes sent to a host, and beside one task a check.

`make bench`, or `python tests/benchmarks/bench_verify.py [rounds] [part ...]`. Nothing here passes or fails by a time: the runs of one
comparison take turns, as whole processes with the environment that a user has, and what counts is the ratio of their medians. The
seconds of the processor say the same on a machine that has other things to do.
"""

from __future__ import annotations

import dataclasses
import http.server
import json
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
ONE, HUNDRED, MANY_HOSTS, GATE = 1.15, 1.35, 1.1, 2.5  # goals: times a ping; the time of a host among a hundred, times that among ten
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


@dataclasses.dataclass(frozen=True)
class Cost:
    """Of one run: seconds on the clock, of the processor, and the megabytes of the largest process."""

    wall: float
    cpu: float
    memory: float

    @classmethod
    def median(cls, costs: list[Cost]) -> Cost:
        return cls(*(statistics.median(getattr(cost, field.name) for cost in costs) for field in dataclasses.fields(cls)))


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

    def run(self, command: list[str], env: t.Mapping[str, str] | None = None) -> Cost:
        """A process of its own, which may keep what Python has compiled, as a user's may."""
        environment = {**self.site.environment(), "ANSIBLE_PIPELINING": "0", **(env or {})}
        for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"):
            environment.pop(name, None)
        with tempfile.TemporaryFile() as output:
            started = time.monotonic()
            process = subprocess.Popen(
                command, cwd=self.site.folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )
            _pid, status, used = os.wait4(process.pid, 0)
            wall = time.monotonic() - started
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode != 0:
                output.seek(0)
                raise SystemExit(output.read().decode(errors="replace"))
        return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)

    def alternate(self, playbooks: dict[str, str], rounds: int, **options: t.Any) -> dict[str, Cost]:
        """The medians of whole runs of playbooks that take turns."""
        self.site.write()
        return self.take_turns({name: self.site.command(path, **options) for name, path in playbooks.items()}, rounds)

    def take_turns(self, commands: dict[str, list[str]], rounds: int) -> dict[str, Cost]:
        taken: dict[str, list[Cost]] = {name: [] for name in commands}
        for number in range(rounds + 1):
            for name, command in commands.items():
                cost = self.run(command)
                if number:  # the first run of each warms the caches of the system
                    taken[name].append(cost)
        return {name: Cost.median(costs) for name, costs in taken.items()}

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
    ping = found["ping"]
    table(
        f"One local host, whole playbooks, median of {rounds}",
        [
            ("playbook", "seconds", "x ping", "goal", "of the processor", "x ping"),
            *(
                (words, f"{cost.wall:.2f}", f"{cost.wall / ping.wall:.2f}", goal, f"{cost.cpu:.2f}", f"{cost.cpu / ping.cpu:.2f}")
                for words, cost, goal in (
                    ("one ansible.builtin.ping", ping, ""),
                    ("one verify of 1 check", found["one"], f"{ONE}"),
                    ("one verify of 100 checks", found["verify"], f"{HUNDRED}"),
                )
            ),
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
    playbooks["operability.readiness.verify, one command"] = bench.save("verify", VERIFY)
    bench.requirements([{"check": "command", "with": {"command": ["true"]}}])
    bench.site.write()
    sizes = {name: bench.payload(path) for name, path in playbooks.items()}
    seconds = bench.alternate(playbooks, rounds)
    rows: list[tuple[str, ...]] = [("what Ansible sends for one task of", "KB", "whole playbook, s")]
    rows += [(name, f"{sizes[name] / 1000:.0f}", f"{seconds[name].wall:.2f}") for name in playbooks]
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
            ("one ansible.builtin.ping, for comparison", f"{found['ping'].wall:.2f}"),
            (f"one verify of {PROMETHEUS_CHECKS} checks", f"{found['one verify'].wall:.2f}"),
            (f"{PROMETHEUS_CHECKS} tasks of one module each", f"{found['single modules'].wall:.2f}"),
        ],
    )
    print(f"  {found['single modules'].wall / found['one verify'].wall:.1f} x as fast")


def many_hosts(bench: Bench, rounds: int) -> None:
    """Ten checks on each of ten and of a hundred local hosts."""
    bench.requirements([{"check": "command", "with": {"command": ["true"]}} for _unused in range(10)])
    verify = bench.save("verify", VERIFY)
    found = {}
    for count in (10, 100):
        bench.site.hosts = {f"web{number:03}": {} for number in range(1, count + 1)}
        found[count] = bench.alternate({"verify": verify}, rounds)["verify"]
    bench.site.hosts = {"web1": {}}
    few = found[10].wall / 10
    table(
        f"10 checks on each of many local hosts, whole playbooks, median of {rounds}",
        [
            ("hosts", "seconds", "a host", f"x that of 10 (goal {MANY_HOSTS})", "of the processor, a host", "largest process, MB"),
            *(
                (str(count), f"{cost.wall:.2f}", f"{cost.wall / count:.3f}", f"{cost.wall / count / few:.2f}")
                + (f"{cost.cpu / count:.3f}", f"{cost.memory:.0f}")
                for count, cost in found.items()
            ),
        ],
    )


def gate(bench: Bench, rounds: int) -> None:
    """The demo's service after its last act, on what needs nothing but Python."""
    folder = bench.site.folder / "demo"
    demo = {"DEMO": "embedded", "KEEP": "1", "DEMO_FOLDER": str(folder)}
    stack = [sys.executable, str(HERE.parents[2] / "playbooks" / "files" / "demo" / "stack.py")]
    try:
        bench.run([str(HERE.parents[2] / "dev" / "demo")], demo)
        known = json.loads((folder / "stack.json").read_text())
        local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}", "demo": known}
        hosts = {name: {"ansible_host": address} for name, address in known["hosts"].items()}
        inventory = {"shop": {"hosts": hosts}, "logs": {"hosts": {"log1": {"ansible_host": "127.0.0.1"}}}}
        bench.site.save("demo-inventory.yml", {"all": {"vars": local, "children": inventory}})
        ping, role = ({"hosts": "shop", "gather_facts": False, **what} for what in _PING_AND_GATE)
        given = {
            "service_file": f"{folder}/readiness.yml",
            "organisation_file": f"{folder}/organisation.yml",
            "records": f"{folder}/records",
        }
        publish = {name: f"{folder}/report/shop.{name}" for name in ("html", "json")}
        options = {**given, "environment": "demo", "phase": "recheck", "version": "2", "publish": publish}
        extra = json.dumps({f"readiness_{name}": value for name, value in options.items()})
        start = [*bench.site.command("none")[:2], "-i", str(bench.site.folder / "demo-inventory.yml"), "-e", extra]
        books = {"ping": bench.save("demo-ping", [ping]), "gate": bench.save("demo-gate", [role])}
        found = bench.take_turns({name: [*start, path] for name, path in books.items()}, rounds)
    finally:
        subprocess.run([*stack, "down", "--folder", str(folder)], check=False, capture_output=True)
    table(
        f"A gate of the demo's service on its {len(hosts)} hosts: plan, verify, judge, publish; median of {rounds}",
        [
            ("playbook", "seconds", "x ping", "goal", "of the processor", "x ping"),
            *(
                (name, f"{cost.wall:.2f}", f"{cost.wall / found['ping'].wall:.2f}", goal)
                + (f"{cost.cpu:.2f}", f"{cost.cpu / found['ping'].cpu:.2f}")
                for (name, cost), goal in zip(found.items(), ("", f"{GATE}"))
            ),
        ],
    )


_FILES = {"service_file": "readiness.yml", "organisation_file": "organisation.yml", "records": "records"}
_PING_AND_GATE: tuple[dict[str, t.Any], ...] = (
    {"tasks": [{"ansible.builtin.ping": {}}]},
    {"roles": [{"role": "operability.readiness.gate"}]},
)
PARTS = ("hundred", "gate", "many_hosts", "sent", "one_server")


def main(rounds: int = ROUNDS, *parts: str) -> None:
    print(machine())
    with tempfile.TemporaryDirectory(prefix="bench-verify-") as folder:
        bench = Bench(pathlib.Path(folder) / "site")
        for part in parts or PARTS:
            globals()[part](bench, rounds if part == "hundred" else max(3, rounds // 2))
    print()


def test_prints_what_verify_costs() -> None:
    """For `make bench`; no time is asserted."""
    main()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS, *sys.argv[2:])
