# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""log_canary and log_rotation against real rsyslogd, logrotate and journald, and with real users."""

from __future__ import annotations

import os
import pathlib
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients.canary_marker import PREFIX
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, execute, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from ansible_collections.operability.readiness.plugins.module_utils._runner import Completed, Runner
from servers import Rsyslog, Server

HOST = socket.gethostname().split(".", 1)[0]
JOURNALD = pathlib.Path("/usr/lib/systemd/systemd-journald")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become another user")


def run(check: str, runner: Runner | None = None, call: str = "run", **args: t.Any) -> Finding:
    return run_item(Item(key="x", check=check, args=args, call=call), runner or Runner())[0]


def as_nobody(check: str, **args: t.Any) -> Finding:
    return execute([Item(key="x", check=check, args=args, run_as="nobody")], Runner())["x"][0]


@pytest.fixture
def open_folder() -> t.Iterator[pathlib.Path]:
    """A folder that every user may look into."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="log-checks-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


class Rotation:
    """logrotate over the files that rsyslogd writes."""

    def __init__(self, binaries: t.Any, folder: pathlib.Path, logs: str, postrotate: str = "") -> None:
        self.program = str(binaries.path("logrotate"))
        self.environment = {**binaries.environment(), "PATH": f"{binaries.root}/usr/sbin:{os.environ['PATH']}"}
        self.config, self.state = folder / "logrotate.conf", folder / "status"
        script = f"sharedscripts\npostrotate\n{postrotate}\nendscript\n" if postrotate else ""
        self.config.write_text(f"{logs} {{\ndaily\nrotate 3\n{script}}}\n")

    def force(self) -> None:
        subprocess.run([self.program, "-f", "-s", str(self.state), str(self.config)], check=True, env=self.environment)

    def check(self, path: pathlib.Path) -> Finding:
        runner = Runner(environ=self.environment)
        crontab = self.config.with_name("crontab")
        crontab.write_text(f"17 3 * * * root {self.program} -s {self.state} {self.config}\n")
        files = {"logrotate_config": self.config, "logrotate_state": self.state, "logrotate_cron": crontab}
        return run("log_rotation", runner, path=str(path), **{name: str(file) for name, file in files.items()})


def canary(server: Rsyslog, **args: t.Any) -> Finding:
    given = {"via": "syslog", "socket": str(server.socket), "tag": "payments", "backend": "file", "deadline": "30s", "interval": "100ms"}
    return run("log_canary", **{**given, "search": f"{server.central}/{{host}}/{{tag}}.log", **args})


def test_rsyslogd_that_is_told_of_a_rotation(running: t.Any, binaries: t.Any, tmp_path: pathlib.Path) -> None:
    """The good case: HUP makes it open the new file, both checks pass on either side of the rotation."""
    server = running.start(Rsyslog, binaries)
    assert canary(server).status == "pass"
    log = server.central / HOST / "payments.log"
    rotation = Rotation(binaries, tmp_path, f"{server.central}/*/*.log", f"kill -HUP {server.process.pid}; sleep 0.5")
    rotation.force()
    after = canary(server)
    assert after.status == "pass"
    assert after.observed["found_in"] == str(log)
    finding = rotation.check(log)
    assert finding.status == "pass", finding.message
    assert finding.observed["rotated_files"] == 1


def test_rsyslogd_that_is_not_told(running: t.Any, binaries: t.Any, tmp_path: pathlib.Path) -> None:
    """It goes on writing into the rotated file: the canary still arrives, the rotation is broken all the same."""
    server = running.start(Rsyslog, binaries)
    assert canary(server).status == "pass"
    log = server.central / HOST / "payments.log"
    rotation = Rotation(binaries, tmp_path, f"{server.central}/*/*.log")
    rotation.force()
    log.touch()
    assert canary(server).observed["found_in"] == f"{log}.1"
    finding = rotation.check(log)
    assert finding.status == "fail"
    assert f"process {server.process.pid} (rsyslogd) still writes into the rotated file {log}.1" in finding.message


def test_the_two_halves(running: t.Any, binaries: t.Any) -> None:
    """Written on one host, found from another: here the same one, with a marker that travels as JSON."""
    server = running.start(Rsyslog, binaries)
    written = run("log_canary", call="write", via="syslog", socket=str(server.socket), tag="payments", backend="file", search="-")
    marker = {**written.observed, "inventory_host": "web1"}
    search = f"{server.central}/{{host}}/{{tag}}.log"
    found = run("log_canary", call="find", markers=[marker], backend="file", search=search, deadline="30s")
    assert (str(found.status), found.host) == ("pass", "web1")


def test_lines_of_many_processes_stay_whole(tmp_path: pathlib.Path) -> None:
    """A single appending write: no line is torn, neither ours nor the service's."""
    path = tmp_path / "app.log"
    path.touch()
    writer = subprocess.Popen(["sh", "-c", f"for i in $(seq 2000); do echo 'line of the service' >> {path}; done"])
    for _unused in range(50):
        assert run("log_canary", call="write", via="file", path=str(path), backend="file", search="-").status == "pass"
    writer.wait()
    lines = path.read_text().splitlines()
    assert len(lines) == 2050
    assert sum(line.endswith("line of the service") for line in lines) == 2000
    assert sum(PREFIX in line for line in lines) == 50


@as_root
def test_another_user_may_not_write(open_folder: pathlib.Path) -> None:
    path = open_folder / "app.log"
    path.write_text("x\n")
    path.chmod(0o644)
    finding = as_nobody("log_canary", via="file", path=str(path), backend="file", search=str(path), deadline="1s")
    assert str(finding.status) == "unknown"
    assert "may not be written by nobody" in finding.message
    assert path.read_text() == "x\n"


@as_root
@pytest.mark.parametrize(("mode", "file_mode"), [(0o700, 0o644), (0o755, 0o600)])
def test_another_user_may_not_search(open_folder: pathlib.Path, mode: int, file_mode: int) -> None:
    own, central = open_folder / "app.log", open_folder / "central" / "app.log"
    own.touch()
    os.chown(own, pwd.getpwnam("nobody").pw_uid, -1)
    central.parent.mkdir()
    central.write_text("x\n")
    central.chmod(file_mode)
    central.parent.chmod(mode)
    for search in (central, central.parent / "*.log"):
        finding = as_nobody("log_canary", via="file", path=str(own), backend="file", search=str(search), deadline="1s")
        assert str(finding.status) == "unknown", finding.message
        assert "cannot be read" in finding.message


@as_root
def test_another_user_may_not_read_the_log(open_folder: pathlib.Path) -> None:
    path = open_folder / "app.log"
    path.touch()
    path.chmod(0o600)
    finding = as_nobody("log_rotation", path=str(path), rotated_by="application")
    assert (str(finding.status), "may not be read by nobody" in finding.message) == ("unknown", True)


# -- journald, in a namespace of its own


class Journald(Server):
    def __init__(self, folder: pathlib.Path, namespace: str) -> None:
        super().__init__(folder)
        self.namespace = namespace
        self.sockets = pathlib.Path(f"/run/systemd/journal.{namespace}")
        machine = pathlib.Path("/etc/machine-id").read_text().strip()
        self.files = next(
            base / f"{machine}.{namespace}" for base in map(pathlib.Path, ("/var/log/journal", "/run/log/journal")) if base.exists()
        )

    def command(self) -> list[str]:
        return [str(JOURNALD), self.namespace]

    def is_ready(self) -> bool:
        return (self.sockets / "socket").exists() and self.files.exists()

    def stop(self) -> None:
        super().stop()
        for folder in (self.sockets, self.files):
            shutil.rmtree(folder, ignore_errors=True)


class InNamespace(Runner):
    """Asks journalctl of the namespace instead of the system's."""

    namespace = ""

    def run(self, argv: t.Sequence[str], **options: t.Any) -> Completed:
        words = [word for word in argv if word != "--merge"]
        return super().run([words[0], f"--namespace={self.namespace}", *words[1:]] if words[0] == "journalctl" else words, **options)


@pytest.fixture
def journald(running: t.Any) -> Journald:
    if os.geteuid() != 0 or not JOURNALD.exists() or shutil.which("journalctl") is None:
        pytest.skip("needs root, systemd-journald and journalctl")
    try:
        server: Journald = running.start(Journald, f"canary{secrets.token_hex(4)}")
    except (RuntimeError, StopIteration) as exc:
        pytest.skip(f"journald does not start here: {exc}")
    return server


@pytest.mark.parametrize(("via", "name"), [("journald", "socket"), ("syslog", "dev-log")])
def test_a_line_in_the_journal(journald: Journald, via: str, name: str) -> None:
    given = {"via": via, "socket": str(journald.sockets / name), "tag": "payments", "backend": "journald", "search": str(journald.files)}
    # waited for to the end, since it does not arrive elsewhere; a journald of a namespace ends itself after 30 s without a message
    finding = run("log_canary", **given, deadline="15s", interval="100ms", fields={"service": "payments"})
    assert (str(finding.status), finding.proof) == ("warn", "derived"), finding.message
    assert 0 <= finding.observed["latency_seconds"] < 30
    accepted = run("log_canary", **given, deadline="30s", interval="100ms", local=True)
    assert accepted.status == "pass", accepted.message


def test_journald_that_has_stopped(journald: Journald) -> None:
    given = {"via": "journald", "socket": str(journald.sockets / "socket"), "backend": "journald", "search": str(journald.files)}
    assert journald.process
    journald.process.kill()
    journald.process.wait()
    finding = run("log_canary", **given, deadline="1s")
    assert (str(finding.status), "nothing takes journald messages" in finding.message) == ("fail", True)


def test_the_journal_is_bounded(journald: Journald) -> None:
    runner = InNamespace()
    runner.namespace = journald.namespace
    time.sleep(0.5)
    finding = run("log_rotation", runner, journald=True, persistent=False)  # where its files lie is for this host to say
    assert finding.status == "pass", finding.message
    assert "journald's default" in finding.message
    assert finding.observed["files"] == 1
    small = run("log_rotation", runner, journald=True, max_age="0s")
    assert (str(small.status), "oldest entry" in small.message) == ("fail", True)
