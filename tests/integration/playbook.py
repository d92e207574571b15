# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small service on hosts that are this machine, and real ansible-playbook runs over it."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading
import time
import typing as t

import controller
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
STARTER = ("MON-01", "MON-03", "MON-04", "MON-06", "MON-07", "MON-10", "LOG-01", "LOG-05", "BKP-01", "BKP-05")
STARTER += ("RUN-01", "SUP-01", "DEL-01", "PLT-01", "PLT-02")
ROLE = """
- name: Gate
  hosts: web
  gather_facts: false
  roles:
    - role: operability.readiness.gate
"""
AFTER = """
- name: What comes after
  hosts: web
  gather_facts: false
  tasks:
    - name: Deploy
      ansible.builtin.debug:
        msg: DEPLOYED ON {{ inventory_hostname }}
"""


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What one ansible-playbook run left."""

    rc: int
    output: str
    seconds: float
    records: list[dict[str, t.Any]]  # those that this run wrote, oldest first

    @property
    def record(self) -> dict[str, t.Any]:
        assert self.records, self.output
        return self.records[-1]

    @property
    def verdict(self) -> str:
        return str(self.record["judgement"]["verdict"])

    def requirement(self, identifier: str) -> dict[str, t.Any]:
        found = [item for item in self.record["judgement"]["requirements"] if item["id"] == identifier]
        assert found, f"{identifier} is not in the record"
        return t.cast("dict[str, t.Any]", found[0])

    def says(self, *texts: str) -> bool:
        """Whether each text stands in the output, however its lines are broken."""
        flat = " ".join(self.output.replace("\\n", " ").split())  # before ansible-core 2.19 a message is shown as JSON
        return all(" ".join(text.split()) in flat for text in texts)


class Site:
    """The files of a service, of its organisation and of its inventory below one folder."""

    def __init__(self, folder: pathlib.Path, hosts: t.Sequence[str] = ("web1", "web2")) -> None:
        self.folder = folder
        self.hosts: dict[str, dict[str, t.Any]] = {name: {} for name in hosts}
        self.others: dict[str, dict[str, t.Any]] = {}
        self.records, self.metrics = folder / "records", folder / "metrics"
        for path in ("home", "metrics", "central", "state"):
            (folder / path).mkdir(parents=True)
        self.service: dict[str, t.Any] = {
            "schema_version": 1,
            "service": {"name": "shop", "owner": "team-shop", "hosts": "web"},
            "classification": {"criticality": 1},
            "traits": {"http": False, "data": False},
            "parts": {"web": {"hosts": "web", "support": "shop"}},
            "requirements": {"APP-01": self.answers()},
        }
        self.organisation: dict[str, t.Any] = {
            "schema_version": 1,
            "chains": {
                "shop": [
                    {"tier": "N1", "contact": "support@shop.example", "hours": "24x7", "response": "15m"},
                    {"tier": "N2", "contact": "team@shop.example", "hours": "24x7", "response": "1h"},
                ]
            },
            "policy": {"name": "starter", "requirements": {}},
            "publish": {"textfile_directory": str(self.metrics), "json": str(folder / "published.json"), "html": str(folder / "shop.html")},
        }
        self.demand("SUP-01")

    def demand(self, *identifiers: str) -> None:
        """Takes every requirement of the starter policy out but these."""
        self.organisation["policy"]["requirements"] = {name: None for name in STARTER if name not in identifiers}

    def answers(self, **more: t.Any) -> dict[str, t.Any]:
        """A requirement of the service's own: on each host, state/HOST has the exit code of a Nagios plugin."""
        state = f"{self.folder}/state/{{{{ inventory_hostname }}}}"
        script = f"code=$(cat {state} 2>/dev/null || echo 0); echo the application answers $code; exit $code"
        entry = {
            "title": "the application answers",
            "check": "command",
            "impact": "blocker",
            "with": {"command": ["/bin/sh", "-c", script]},
        }
        return {**entry, **more}

    def answer(self, host: str, code: int) -> None:
        (self.folder / "state" / host).write_text(f"{code}\n")

    def unreachable(self, *hosts: str) -> None:
        for host in hosts:
            self.hosts[host] = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1}

    def canary(self, on: str | None = "log1", deadline: str = "30s") -> None:
        """LOG-01 by a marked line in each host's own file, looked for in central/ on another host."""
        self.demand("SUP-01", "LOG-01")
        self.others = {on: {}} if on else {}
        self.organisation["servers"] = {
            "central": {"kind": "file", "search": f"{self.folder}/central/*.log", **({"on": on} if on else {})},
        }
        self.organisation["policy"]["requirements"]["LOG-01"] = {"impact": "blocker"}
        log = {"file": str(self.folder / "log" / "{{ inventory_hostname }}" / "app.log"), "deadline": deadline, "canary": "always"}
        self.service["parts"]["web"]["logs"] = [log]
        for host in self.hosts:
            path = self.folder / "log" / host / "app.log"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("started\n")

    def written_lines(self) -> str:
        return "".join(path.read_text() for path in sorted((self.folder / "log").glob("*/app.log")))

    @property
    def state(self) -> pathlib.Path:
        return self.records / "shop" / "production" / "state.json"

    @property
    def textfile(self) -> pathlib.Path:
        return self.metrics / "operability_shop_production.prom"

    def left(self) -> list[str]:
        """Everything that a run can have left: records, metrics, reports, and files of a half-finished write."""
        found = [path for top in (self.records, self.metrics, self.folder) for path in ([top, *top.glob(".*")] if top.exists() else [])]
        found += [path for top in (self.records, self.metrics) for path in top.rglob("*")]
        found += [self.folder / name for name in ("published.json", "shop.html") if (self.folder / name).exists()]
        return sorted({str(path.relative_to(self.folder)) for path in found} - {".", "metrics"})

    # -- running

    def write(self) -> None:
        local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
        groups = {
            "web": {"hosts": {name: {**local, **variables} for name, variables in self.hosts.items()}},
            "logs": {"hosts": {name: {**local, **variables} for name, variables in self.others.items()}},
        }
        self.save("inventory.yml", {"all": {"children": groups}})
        self.save("readiness.yml", self.service)
        self.save("organisation.yml", self.organisation)

    def save(self, name: str, data: t.Any) -> pathlib.Path:
        path = self.folder / name
        path.write_text(data if isinstance(data, str) else yaml.safe_dump(copy.deepcopy(data), sort_keys=False, width=1000))
        return path

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "XDG_", "PYTHONPATH"))}
        return {
            **kept,
            "HOME": str(self.folder / "home"),
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_RETRY_FILES_ENABLED": "0",
            "ANSIBLE_PIPELINING": "1",
            "ANSIBLE_SSH_RETRIES": "0",
            "ANSIBLE_HOST_KEY_CHECKING": "0",
            "COLUMNS": "140",
        }

    def run(
        self,
        playbook: str = ROLE,
        *words: str,
        env: t.Mapping[str, str] | None = None,
        write: bool = True,
        records: pathlib.Path | None = None,
        timeout: float = controller.TIMEOUT,
        **variables: t.Any,
    ) -> Outcome:
        """ansible-playbook with a playbook (its text, or the name of one of the collection); variables are readiness_NAME."""
        if write:
            self.write()
        before = set(self._records())
        started = time.monotonic()
        command = self.command(playbook, *words, records=records, **variables)[2:]
        done = controller.run(command, cwd=self.folder, env={**self.environment(), **(env or {})}, merged=True, timeout=timeout)
        assert "is unsupported in variable storage" not in done.stdout, "a result is to be plain data"
        new = [json.loads(path.read_text()) for path in self._records() if path not in before]
        return Outcome(done.returncode, done.stdout, time.monotonic() - started, new)

    def command(self, playbook: str = ROLE, *words: str, records: pathlib.Path | None = None, **variables: t.Any) -> list[str]:
        """The command line of ``run``, for tests that start a real process themselves."""
        name = str(self.save("playbook.yml", playbook)) if "\n" in playbook else playbook
        given = {"service_file": str(self.folder / "readiness.yml"), "organisation_file": str(self.folder / "organisation.yml")}
        given["records"] = str(records or self.records)
        extra = {f"readiness_{key}": value for key, value in {**given, "phase": "pre", **variables}.items() if value is not None}
        return [sys.executable, str(controller.PROGRAM), "-i", str(self.folder / "inventory.yml"), name, "-e", json.dumps(extra), *words]

    def start(self, *words: str, **variables: t.Any) -> subprocess.Popen[bytes]:
        """``run`` as a process that goes on, with whatever it starts in a session of its own."""
        silent = subprocess.DEVNULL
        command, env = self.command(*words, **variables), self.environment()
        return subprocess.Popen(command, cwd=self.folder, env=env, stdin=silent, stdout=silent, stderr=silent, start_new_session=True)

    def _records(self) -> list[pathlib.Path]:
        found = [*self.records.rglob("runs/*.json"), *(self.folder / "home").rglob("runs/*.json")]
        return sorted(found, key=lambda path: (path.stat().st_mtime_ns, path.name))


@contextlib.contextmanager
def shipping(site: Site) -> t.Iterator[None]:
    """A log shipper: what each host logs arrives in central/HOST.log."""
    over = threading.Event()

    def work() -> None:
        while not over.is_set():
            for path in (site.folder / "log").glob("*/app.log"):
                copied = site.folder / "central" / f".{path.parent.name}"
                shutil.copyfile(path, copied)
                copied.replace(site.folder / "central" / f"{path.parent.name}.log")
            over.wait(0.1)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


__all__ = ("AFTER", "ROLE", "ROOT", "Outcome", "Site", "shipping")
