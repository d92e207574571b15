# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible really sends to a host, and that the checks say there what each of them says alone."""

from __future__ import annotations

import ast
import base64
import dataclasses
import http.server
import io
import json
import os
import pathlib
import re
import tarfile
import threading
import time
import typing as t
import zipfile

import pytest
import yaml
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._registry import CHECKS
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from ansible_collections.operability.readiness.plugins.plugin_utils._running import sending
from integration.playbook import Site

VERIFY = [
    {
        "hosts": "web",
        "gather_facts": False,
        "tasks": [
            {"operability.readiness.verify": {"phase": "pre"}, "register": "seen"},
            {"ansible.builtin.copy": {"content": "{{ seen.readiness | to_json }}", "dest": "{{ told }}", "mode": "0600"}, "run_once": True},
        ],
    }
]


def sent_by(site: Site, **environment: str) -> list[zipfile.ZipFile]:
    """The archives of the programs of ours that lie on the host after a run."""
    kept = site.folder / "kept"
    env = {"ANSIBLE_KEEP_REMOTE_FILES": "1", "ANSIBLE_REMOTE_TMP": str(kept), "ANSIBLE_PIPELINING": "0", **environment}
    outcome = site.run(yaml.safe_dump([{**VERIFY[0], "tasks": VERIFY[0]["tasks"][:1]}]) + "\n", env=env)
    assert outcome.rc == 0, outcome.output
    found = []
    for path in kept.rglob("AnsiballZ_operability_readiness_*.py"):
        packed = max(re.findall(r"[A-Za-z0-9+/=]{1000,}", path.read_text()), key=len)
        found.append(zipfile.ZipFile(io.BytesIO(base64.b64decode(packed))))
    return found


def files_in(archive: zipfile.ZipFile) -> tuple[set[str], set[str]]:
    """The names of the files of Ansible, and those of ours, which travel as texts in one of them."""
    (program,) = [name for name in archive.namelist() if "operability_readiness_" in name]
    tree = ast.parse(archive.read(program))
    (sources,) = [node.value for node in tree.body if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "SOURCES"]
    return {name for name in archive.namelist() if name != program}, set(ast.literal_eval(sources))


@pytest.mark.parametrize("checks", [["command"], ["command", "host_capacity"], ["systemd_unit"]])
def test_what_lies_in_the_archive(tmp_path: pathlib.Path, checks: list[str]) -> None:
    site = Site(tmp_path / "site", hosts=("web1",))
    site.demand()
    given: dict[str, dict[str, t.Any]] = {"command": {"command": ["true"]}, "host_capacity": {}, "systemd_unit": {"unit": "none.service"}}
    site.service["requirements"] = {
        f"OWN-{number:02}": {"title": check, "impact": "minor", "check": check, "with": given[check]} for number, check in enumerate(checks)
    }
    (archive,) = sent_by(site)
    of_ansible, ours = files_in(archive)
    assert ours == set(sending.parts_of(checks))
    assert {name for name in ours if name.partition(".")[2] in CHECKS} == {f"_checks.{check}" for check in checks}
    assert not any("readiness" in name for name in of_ansible)
    assert "ansible/module_utils/urls.py" not in of_ansible


class Exporter(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # noqa: N802 # a name of http.server
        body = b"# TYPE jobs gauge\njobs 1\n"
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: t.Any) -> None:
        """Says nothing."""


def every_check_of_hosts(folder: pathlib.Path, port: int) -> dict[str, dict[str, t.Any]]:
    """Arguments with which each says something, good or bad."""
    backup = folder / f"backup-{time.strftime('%Y%m%d')}.tar.gz"
    with tarfile.open(backup, "w:gz") as archive:
        archive.add(__file__, arcname="data")
    os.utime(backup, (time.time() - 7200,) * 2)
    (folder / "app.log").write_text("a line\n")
    (folder / "canary.log").write_text("a line\n")
    (folder / "app.log.1").write_text("an older line\n")
    for number, name in enumerate(("app.log", "app.log.1"), 2):
        os.utime(folder / name, (time.time() - number * 3600,) * 2)
    url = f"http://127.0.0.1:{port}"
    return {
        "backup_integrity": {"tool": "file", "pattern": [f"{folder}/backup-%Y%m%d.tar.gz"]},
        "backup_record": {"path": f"{folder}/no-record.json", "max_age": "24h", "fields": {"time": "end"}},
        "backup_restore": {"tool": "file", "pattern": [f"{folder}/backup-%Y%m%d.tar.gz"], "record": f"{folder}/no-record.json"},
        "barman_backup": {"barman_server": "none", "max_age": "24h"},
        "borg_backup": {"repository": f"{folder}/no-repository", "max_age": "24h"},
        "clock": {"max_offset": "1h"},
        "command": {"command": ["/bin/echo", "all is well | load=3;5;9"]},
        "file_backup": {"pattern": [f"{folder}/backup-%Y%m%d.tar.gz"], "max_age": "48h"},
        "flow": {"to": f"127.0.0.1:{port}"},
        "host_capacity": {"min_free": "1MiB"},
        "http_probe": {"url": f"{url}/", "status": [404]},
        "log_canary": {"via": "file", "path": f"{folder}/canary.log", "backend": "file", "search": f"{folder}/none*.log", "deadline": "1s"},
        "log_flow": {"backend": "file", "search": f"{folder}/none-{{host}}.log", "expect": [{"instance": "web1"}]},
        "log_format": {"path": f"{folder}/app.log", "format": "json"},
        "log_retention": {"backend": "file", "path": f"{folder}/app.log", "rotated_by": "application", "min_retention": "1d"},
        "log_rotation": {"path": f"{folder}/app.log", "rotated_by": "application"},
        "log_secrets": {"path": f"{folder}/app.log"},
        "mariadb_backup": {"path": f"{folder}/no-folder", "max_age": "24h"},
        "metrics_endpoint": {"url": f"{url}/metrics"},
        "pgbackrest_backup": {"stanza": "none", "max_age": "24h"},
        "references": {"paths": [f"{folder}/app.log", f"{folder}/none"]},
        "restic_backup": {"repository": f"{folder}/no-repository", "max_age": "24h"},
        "scheduled_job": {"cron": {"contains": "no-such-job"}},
        "systemd_unit": {"unit": "no-such.service"},
        "tls_certificate": {"host": "127.0.0.1", "port": port},
    }


def said(finding: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """A finding without its times, and without numbers, which differ from one look to the next."""
    told = {key: value for key, value in finding.items() if key not in ("collected_at", "duration_seconds")}
    return t.cast("dict[str, t.Any]", json.loads(re.sub(r"\b[0-9a-f]{8,}\b|\d+(\.\d+)?", "0", json.dumps(told, default=str))))


def test_together_they_say_what_each_says_alone(tmp_path: pathlib.Path) -> None:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Exporter)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        checks = every_check_of_hosts(tmp_path, server.server_port)
        assert set(checks) == {name for name, where in CHECKS.items() if where in ("host", "both")}
        items = [Item(key=name, check=name, args=args, call="run") for name, args in checks.items()]
        alone = {item.key: [said(finding.as_dict()) for finding in run_item(item, Runner())] for item in items}
        together = run_program(tmp_path, items)
    finally:
        server.shutdown()
        server.server_close()
    assert {key: [said(finding) for finding in findings] for key, findings in together.items()} == alone
    assert {"pass", "fail"} <= {finding["status"] for findings in together.values() for finding in findings}
    assert not [finding for findings in together.values() for finding in findings if "please report this" in finding["message"]]


def run_program(folder: pathlib.Path, items: list[Item]) -> dict[str, list[dict[str, t.Any]]]:
    """As a host runs it: the module that is sent, by Ansible, with all checks at once."""
    made, name = sending.provide(folder / "run", [item.check for item in items])
    site = Site(folder / "site", hosts=("web1",))
    arguments = {"checks": [dataclasses.asdict(item) | {"secrets": {}} for item in items]}
    task = {name: arguments, "register": "answer"}
    told = folder / "answer.json"
    keep = {"ansible.builtin.copy": {"content": "{{ answer.found | to_json }}", "dest": str(told), "mode": "0600"}}
    outcome = site.run(
        yaml.safe_dump([{"hosts": "web", "gather_facts": False, "tasks": [task, keep]}]) + "\n", env={"ANSIBLE_LIBRARY": made}
    )
    assert outcome.rc == 0, outcome.output
    return t.cast("dict[str, list[dict[str, t.Any]]]", json.loads(told.read_text()))
