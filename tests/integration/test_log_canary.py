# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""log_canary where more than one process, or more than one host, is needed to see it: many hosts, mounts, a rotation, a clock."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import secrets
import subprocess
import sys
import tempfile
import time
import typing as t

import journals
import log_servers
import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients import forced_rotation
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve, Finding
from ansible_collections.operability.readiness.plugins.module_utils._runner import Clock, Runner
from ansible_collections.operability.readiness.plugins.plugin_utils._running.requests_http import RequestsHttp
from canary_worlds import Receiver, Shipper
from faults.flowing import own_store
from integration.playbook import ROLE, Site
from journal_receiver import JournalReceiver

ROOT = pathlib.Path(__file__).resolve().parents[2]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount")


def find(runner: Runner | None = None, **args: t.Any) -> list[Finding]:
    return run_item(Item(key="x", check="log_canary", args=args, call="find"), runner or Runner())


class Counting(RequestsHttp):
    """Counts the searches that go out, as the controller sends them."""

    def __init__(self) -> None:
        super().__init__()
        self.searches: list[str] = []

    def request(self, method: str, url: str, **options: t.Any) -> t.Any:
        if "/select/logsql/query" in url and "contains_any" in (url + str(options.get("body"))):
            self.searches.append(url)
        return super().request(method, url, **options)


class Counted(Clock):
    """The real time; after the second sleep the lines that were late arrive."""

    def __init__(self, late: t.Callable[[], object]) -> None:
        self.slept: list[float] = []
        self.late = late

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if len(self.slept) == 2:
            self.late()
        super().sleep(min(seconds, 0.2))


def marker(number: int) -> dict[str, t.Any]:
    token = secrets.token_hex(16)
    return {
        "marker": f"operability-canary {token}",
        "written_epoch": time.time(),
        "host": f"web{number}.example.com",
        "inventory_host": f"web{number}",
        "via": "file",
        "tag": "payments",
        "ends": True,
        "begin": "",
        "size": 87,
    }


def line(written: dict[str, t.Any]) -> dict[str, str]:
    return {"_msg": f"{written['marker']} end {written['marker'].split()[-1]}", "hostname": written["host"]}


def test_the_lines_of_200_hosts_cost_one_search_a_look() -> None:
    server = own_store()  # in another's tenants the one that is nowhere would be looked for too
    tenant = server.own_tenant()
    markers = [marker(number) for number in range(200)]
    server.put(tenant, *[line(written) for written in markers[:150]])
    http, clock = Counting(), Counted(lambda: server.put(tenant, *[line(written) for written in markers[150:199]]))
    runner = Runner(http=http, clock=clock)
    found = find(runner, backend="victorialogs", url=server.url, tenant=tenant, markers=markers, deadline="20s", timeout="60s")
    assert [str(finding.status) for finding in found] == ["pass"] * 199 + ["fail"]
    assert [finding.host for finding in found] == [f"web{number}" for number in range(200)]
    assert all(finding.observed["latency_seconds"] is not None for finding in found[:199])
    looks = len(clock.slept) + 1
    # one a look for all that are still looked for, and a few at the end for the one that is nowhere
    assert looks <= len(http.searches) <= looks + 8
    assert clock.slept[:4] == sorted(clock.slept[:4]) and max(clock.slept) <= 5.0


def test_each_of_200_lines_is_told_by_its_own_finding() -> None:
    """Half of them lie under the name of the first host, and every one of those is told."""
    server = log_servers.victorialogs()
    tenant = server.own_tenant()
    markers = [marker(number) for number in range(200)]
    server.put(tenant, *[{**line(written), **({"hostname": "web0"} if number % 2 else {})} for number, written in enumerate(markers)])
    found = find(backend="victorialogs", url=server.url, tenant=tenant, markers=markers, deadline="20s", timeout="60s")
    assert [str(finding.status) for finding in found] == ["pass", "fail"] * 100
    assert all("under the name of web0, another host of the service" in finding.message for finding in found[1::2])


# -- the writing host's own files, however they are reached

MOUNTED = """
import json, sys
sys.path[:0] = {paths!r}
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
given = {given!r}
written = run_item(Item(key="x", check="log_canary", args=given, call="write"), Runner())[0]
marker = {{**written.observed, "host": "container7", "inventory_host": "container7"}}
asked = {{"backend": "file", "search": {search!r}, "markers": [marker], "deadline": "2s", "interval": "200ms"}}
found = run_item(Item(key="x", check="log_canary", args=asked, call="find"), Runner())[0]
print(json.dumps([str(written.status), str(found.status), str(found.message)]))
"""


def in_mounts(script: str, path: pathlib.Path, search: str) -> list[str]:
    """What a line that is written to ``path`` becomes where it is looked for under ``search``, with mounts that nobody else sees."""
    given = {"via": "file", "path": str(path), "backend": "file", "search": "-"}
    program = MOUNTED.format(paths=[str(ROOT / "collections")], given=given, search=search)
    command = ["unshare", "-m", "sh", "-e", "-c", f'{script}\nexec "$0" -c "$1"', sys.executable, program]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": ""})
    assert done.returncode == 0, done.stderr
    return t.cast("list[str]", json.loads(done.stdout))


@as_root
def test_the_own_log_is_not_central_through_a_bind_mount(tmp_path: pathlib.Path) -> None:
    own, central = tmp_path / "own", tmp_path / "central"
    own.mkdir()
    central.mkdir()
    (own / "app.log").write_text("started\n")
    told = in_mounts(f"mount --bind {own} {central}", own / "app.log", f"{central}/*.log")
    assert told[:2] == ["pass", "unknown"] and "no log has been sent anywhere" in told[2]


@as_root
def test_the_own_log_is_not_central_as_a_container_has_it(tmp_path: pathlib.Path) -> None:
    """A container writes through a file system that lies over another one, of another device; the host sees what lies below."""
    for name in ("own", "container"):
        (tmp_path / name).mkdir()
    script = (
        f"mount -t tmpfs tmpfs {tmp_path}/own; cd {tmp_path}/own; mkdir lower upper work; echo started >upper/app.log\n"
        f"mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work {tmp_path}/container; cd /"
    )
    told = in_mounts(script, tmp_path / "container" / "app.log", f"{tmp_path}/own/upper/*.log")
    assert told[:2] == ["pass", "unknown"] and "no log has been sent anywhere" in told[2]


def test_a_copy_of_the_log_elsewhere_is_central(tmp_path: pathlib.Path) -> None:
    own, central = tmp_path / "app.log", tmp_path / "central"
    own.write_text("started\n")
    central.mkdir()
    given = {"via": "file", "path": str(own), "backend": "file", "search": "-"}
    written = run_item(Item(key="x", check="log_canary", args=given, call="write"), Runner())[0]
    (central / "app.log").write_text(own.read_text())
    (found,) = find(backend="file", search=f"{central}/*.log", markers=[written.observed], deadline="2s")
    assert found.status == "pass", found.message


# -- a rotation that is forced: of this one log, and of nothing else


class Rotating:
    """logrotate over two logs of one rule, and another log beside them."""

    def __init__(self, folder: pathlib.Path, binaries: t.Any, rule: str) -> None:
        folder.chmod(0o755)
        self.log, self.twin, self.other = (folder / name for name in ("app.log", "twin.log", "other.log"))
        for path in (self.log, self.twin, self.other):
            path.write_text("a line\n")
        self.config, self.state = folder / "logrotate.conf", folder / "status"
        (folder / "d").mkdir()
        (folder / "d" / "payments").write_text(rule.format(log=self.log, twin=self.twin, ran=folder / "ran"))
        (folder / "d" / "other").write_text(f"{self.other} {{\n  hourly\n}}\n")
        self.config.write_text(f"# globals\nweekly\nrotate 4\ncreate\ninclude {folder}/d\n")
        self.ran = folder / "ran"
        program = binaries.path("logrotate")
        environment = {**binaries.environment(), "PATH": f"{program.parent}:{os.environ['PATH']}"}
        self.runner = Runner(environ=environment)

    def force(self) -> None:
        forced_rotation.rotate(str(self.log), str(self.config), str(self.state), self.runner)

    def files(self) -> set[str]:
        return {path.name for path in self.log.parent.glob("*.log*")}


BLOCKS = {
    "as most are written": "{log} {twin} {{\n  daily\n  postrotate\n    if [ -d / ]; then echo }} >{ran}; fi\n  endscript\n}}\n",
    "with its bracket on a line of its own": '# the logs\n"{log}"\n{twin}\n{{\n\tdaily\n\tpostrotate\n\t\ttouch {ran}\n\tendscript\n}}\n',
    "by a pattern": "compress\n{log}* {{\n  nocompress\n  daily\n  lastaction\n touch {ran}\n endscript\n}}\n",
    "by copytruncate": "{log} {{\n copytruncate\n postrotate\n touch {ran}\n endscript\n}}\n",
}


@pytest.mark.parametrize("name", BLOCKS)
def test_one_log_is_rotated_by_its_own_rule_and_no_other_is_touched(binaries: t.Any, tmp_path: pathlib.Path, name: str) -> None:
    made = Rotating(tmp_path, binaries, BLOCKS[name])
    made.force()
    rotated = {path for path in made.files() if path.startswith("app.log.")}
    assert len(rotated) == 1 and made.log.read_text() == "" and made.ran.exists()
    assert made.files() - rotated == {"app.log", "twin.log", "other.log"}
    assert made.twin.read_text() == made.other.read_text() == "a line\n"
    assert str(made.log) in made.state.read_text() and str(made.other) not in made.state.read_text()


def test_a_log_without_a_rule_is_not_rotated(binaries: t.Any, tmp_path: pathlib.Path) -> None:
    made = Rotating(tmp_path, binaries, "{twin} {{\n daily\n}}\n")
    with pytest.raises(CannotObserve, match="no rule of .* is about it"):
        made.force()
    assert made.files() == {"app.log", "twin.log", "other.log"}


def test_what_logrotate_refuses_is_said_in_its_words(binaries: t.Any, tmp_path: pathlib.Path) -> None:
    made = Rotating(tmp_path, binaries, "{log} {{\n daily\n su no-such-user no-such-group\n}}\n")
    with pytest.raises(CannotObserve, match="no-such-user"):
        made.force()
    assert made.files() == {"app.log", "twin.log", "other.log"}


def test_a_host_without_logrotate(tmp_path: pathlib.Path) -> None:
    (tmp_path / "app.log").write_text("a line\n")
    config = tmp_path / "logrotate.conf"
    config.write_text(f"{tmp_path}/app.log {{\n daily\n}}\n")

    class Without(Runner):
        def which(self, name: str) -> str | None:
            return None

    with pytest.raises(CannotObserve, match="logrotate is not installed"):
        forced_rotation.rotate(str(tmp_path / "app.log"), str(config), None, Without())


def test_nothing_is_rotated_unless_it_is_asked_for(binaries: t.Any, tmp_path: pathlib.Path) -> None:
    made = Rotating(tmp_path, binaries, "{log} {{\n daily\n}}\n")
    given = {"via": "file", "path": str(made.log), "backend": "file", "search": "-", "logrotate_config": str(made.config)}
    assert run_item(Item(key="x", check="log_canary", args=given, call="write"), made.runner)[0].status == "pass"
    assert made.files() == {"app.log", "twin.log", "other.log"} and not made.state.exists()


# -- a journal, sent as hosts send theirs


@as_root
@pytest.mark.parametrize(("via", "name"), [("journald", "socket"), ("syslog", "dev-log")])
def test_a_line_in_the_journal_arrives_at_the_receiver(tmp_path: pathlib.Path, via: str, name: str) -> None:
    """journald takes it, systemd-journal-upload sends it, systemd-journal-remote keeps it: there it is central, and at home it is not."""
    with contextlib.ExitStack() as stack:
        short = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="j")))  # the path of a socket is
        daemon: journals.Journald = stack.enter_context(journals.Journald(short / "h"))
        receiver: JournalReceiver = stack.enter_context(JournalReceiver(tmp_path / "receiver"))
        given = {"via": via, "socket": str(daemon.sockets / name), "tag": "payments", "backend": "journald"}
        daemon.say("another line")
        (own,) = [path.parent for path in daemon.root.glob("*/log/journal/*/*.journal")]
        sending = [
            journals.program("systemd-journal-upload"),
            f"--url={receiver.url}",
            f"--directory={own}",
            f"--save-state={tmp_path}/sent",
        ]
        sender = subprocess.Popen([*sending, "--follow"], env=journals.environment(), stderr=subprocess.DEVNULL)
        stack.callback(sender.wait)
        stack.callback(sender.kill)
        runner = Runner(environ=receiver.journalctl(tmp_path))
        asked = {**given, "search": str(receiver.received), "deadline": "40s", "interval": "300ms"}
        found = run_item(Item(key="x", check="log_canary", args=asked), runner)[0]
        assert found.status == "pass", found.message
        assert "was found in the journal of" in found.message and found.proof == "observed"
        home = run_item(Item(key="x", check="log_canary", args={**asked, "search": str(own), "deadline": "3s"}), runner)[0]
        assert (str(home.status), "that it arrives centrally is not proven" in home.message) == ("warn", True), home.message


# -- a whole run


def test_lines_of_a_service_are_found_in_its_log_store_by_the_gate(tmp_path: pathlib.Path) -> None:
    """Each host posts its line with a token of its own; the controller looks for both in one place; nothing secret is told."""
    server = log_servers.victorialogs()
    tenant = server.own_tenant()
    account, project = tenant.split(":")
    site = Site(tmp_path / "site")
    site.canary(on=None)
    site.organisation["servers"] = {
        "logs": {"kind": "victorialogs", "url": server.url, "tenant": tenant, "bearer_token": "t0ken-that-reads"}
    }
    site.service["parts"]["web"]["logs"] = [
        {
            "http": f"{server.url}/insert/jsonline?_stream_fields=hostname",
            "payload": '{"_msg": "{line}", "_time": "{timestamp}", "hostname": "{host}"}',
            "headers": {"AccountID": account, "ProjectID": project},
            "bearer_token": "t0ken-that-writes",
            "canary": "always",
            "deadline": "30s",
        }
    ]
    outcome = site.run(ROLE, mode="enforce")
    assert (outcome.rc, outcome.verdict) == (0, "go"), outcome.output
    found = outcome.requirement("LOG-01")["findings"]
    assert {finding["host"]: finding["status"] for finding in found} == {"web1": "pass", "web2": "pass"}
    assert all("was found in" in finding["message"] and "VictoriaLogs" in finding["message"] for finding in found)
    everything = outcome.output + "".join(path.read_text(errors="replace") for path in site.folder.rglob("*") if path.is_file())
    for secret in ("t0ken-that-reads", "t0ken-that-writes"):
        assert everything.count(secret) == 1  # in the files of the user alone


def test_twenty_healthy_rounds_without_one_false_alarm(running: t.Any, binaries: t.Any, tmp_path: pathlib.Path) -> None:
    """Every way in by turns, short lines and long ones, text and JSON, into files and into a store."""
    receiver = running.start(Receiver, binaries)
    log = tmp_path / "app.log"
    log.write_text("2026-11-25T05:59:00Z info started\n")
    running.start(Shipper, binaries, follows=log, to=receiver.port)
    server = log_servers.victorialogs()
    tenant = server.own_tenant()
    account, project = tenant.split(":")
    central = {"backend": "file", "search": f"{receiver.central}/{{host}}/payments.log", "tag": "payments"}
    network = {**central, "via": "syslog", "to": f"127.0.0.1:{receiver.port}"}
    posts = {
        "via": "http",
        "to": f"{server.url}/insert/jsonline?_stream_fields=host",
        "to_headers": {"AccountID": account, "ProjectID": project},
    }
    store = {"backend": "victorialogs", "url": server.url, "tenant": tenant}
    ways: list[dict[str, t.Any]] = [
        {**central, "via": "file", "path": str(log)},
        {**central, "via": "syslog", "socket": str(receiver.socket)},
        {**network, "protocol": "udp"},
        {**network, "framing": "octet_counting"},
        {**network, "rfc": "3164", "length": "2KiB"},
        {**central, "via": "file", "path": str(log), "format": "json", "fields": {"service": "payments"}, "length": "1KiB"},
        {**posts, **store, "payload": '{"_msg": "{line}", "_time": "{timestamp}", "host": "{host}"}'},
    ]
    told = []
    for number in range(20):
        given = {**ways[number % len(ways)], "deadline": "60s", "interval": "200ms"}
        told += run_item(Item(key="x", check="log_canary", args=given), Runner())
    assert [str(finding.status) for finding in told] == ["pass"] * 20, [
        str(finding.message) for finding in told if finding.status != "pass"
    ]
    assert all(isinstance(finding.observed["latency_seconds"], float) for finding in told)
