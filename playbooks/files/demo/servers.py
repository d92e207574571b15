# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real servers on 127.0.0.1 and free ports, for the demo and for the tests: started, waited for, stopped again."""

from __future__ import annotations

import os
import pathlib
import signal
import socket
import subprocess
import time
import typing as t
import urllib.error
import urllib.request

LOCAL = "127.0.0.1"


class NotThere(Exception):
    """A program that was expected among the unpacked packages is not there."""


class Binaries:
    """Programs of Debian packages unpacked under ``root`` (dev/debian-packages does it); ``newer`` is looked into first."""

    def __init__(self, root: pathlib.Path | str, newer: pathlib.Path | str | None = None) -> None:
        self.root = pathlib.Path(root)
        self.newer = pathlib.Path(newer) if newer else None

    def path(self, name: str) -> pathlib.Path:
        """The full path of a program by its Debian name (``prometheus-alertmanager``). NotThere."""
        if self.newer:
            for candidate in (self.newer / name, self.newer / name.removeprefix("prometheus-")):
                if candidate.exists():
                    return candidate
        for folder in ("usr/bin", "usr/sbin", "bin", "sbin"):
            candidate = self.root / folder / name
            if candidate.exists():
                return candidate
        raise NotThere(f"{name} is not under {self.root}: run dev/debian-packages")

    def environment(self) -> dict[str, str]:
        """The variables with which an unpacked program finds its libraries."""
        return {**os.environ, "LD_LIBRARY_PATH": ":".join(str(p) for p in sorted(self.root.glob("usr/lib/*-linux-gnu")))}


def free_port(address: str = LOCAL) -> int:
    """A TCP port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


def alive(pid: int) -> bool:
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


class Server:
    """A child process in a folder of its own; its output is kept in ``output.log`` there."""

    ready_path = "/-/ready"

    def __init__(self, folder: pathlib.Path | str) -> None:
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://{LOCAL}:{self.port}"

    def command(self) -> list[str]:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return dict(os.environ)

    def working_folder(self) -> pathlib.Path:
        return self.folder

    def start(self, seconds: float = 30.0) -> t.Any:
        """Starts the process and waits until it is ready; returns itself."""
        with open(self.folder / "output.log", "ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.working_folder(),
                env=self.environment(),
                start_new_session=True,
            )
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.command()[0]} ended at once: {self.output()[-2000:]}")
            if self.is_ready():
                return self
            time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"{self.command()[0]} was not ready within {seconds:g} s: {self.output()[-2000:]}")

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(self.url + self.ready_path, timeout=1) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def output(self) -> str:
        return (self.folder / "output.log").read_text(errors="replace")

    def reload(self) -> None:
        """Asks the server to read its configuration again (HUP)."""
        if self.process:
            self.process.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        except ProcessLookupError:
            pass
        self.process = None

    def __enter__(self) -> t.Any:
        return self.start()

    def __exit__(self, *_unused: object) -> None:
        self.stop()


class Packaged(Server):
    """A server whose program comes from the unpacked packages."""

    def __init__(self, folder: pathlib.Path | str, binaries: Binaries) -> None:
        super().__init__(folder)
        self.binaries = binaries

    def environment(self) -> dict[str, str]:
        return self.binaries.environment()

    def working_folder(self) -> pathlib.Path:
        # dev/debian-packages makes Debian's Alertmanager look for its templates below its working folder
        return self.binaries.root


class Prometheus(Packaged):
    """Prometheus; ``config`` and ``rules`` are YAML texts. Scrapes and evaluates each second unless the text says otherwise."""

    def __init__(self, folder: pathlib.Path | str, binaries: Binaries, *, config: str = "", rules: str = "") -> None:
        super().__init__(folder, binaries)
        self.config, self.rules = config, rules

    def write(self) -> None:
        config = self.config or "scrape_configs: []\n"
        if "global:" not in config:
            config = "global: {scrape_interval: 1s, evaluation_interval: 1s}\n" + config
        if self.rules and "rule_files:" not in config:
            config += f"rule_files: ['{self.folder}/rules.yml']\n"
        (self.folder / "rules.yml").write_text(self.rules or "groups: []\n")
        (self.folder / "prometheus.yml").write_text(config)

    def command(self) -> list[str]:
        self.write()
        return [
            str(self.binaries.path("prometheus")),
            f"--config.file={self.folder}/prometheus.yml",
            f"--storage.tsdb.path={self.folder}/data",
            f"--web.listen-address={LOCAL}:{self.port}",
            "--web.enable-lifecycle",
            "--web.enable-admin-api",
        ]


class Alertmanager(Packaged):
    """Alertmanager without a cluster; ``config`` is its YAML text."""

    def __init__(self, folder: pathlib.Path | str, binaries: Binaries, *, config: str = "") -> None:
        super().__init__(folder, binaries)
        self.config = config or "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"

    def command(self) -> list[str]:
        (self.folder / "alertmanager.yml").write_text(self.config)
        return [
            str(self.binaries.path("prometheus-alertmanager")),
            f"--config.file={self.folder}/alertmanager.yml",
            f"--storage.path={self.folder}/data",
            f"--web.listen-address={LOCAL}:{self.port}",
            "--cluster.listen-address=",
        ]


class Pushgateway(Packaged):
    def command(self) -> list[str]:
        return [str(self.binaries.path("prometheus-pushgateway")), f"--web.listen-address={LOCAL}:{self.port}"]


class NodeExporter(Packaged):
    """node_exporter with the textfile collector alone, over ``folder/textfile``."""

    ready_path = "/metrics"

    @property
    def textfile(self) -> pathlib.Path:
        return self.folder / "textfile"

    def command(self) -> list[str]:
        self.textfile.mkdir(exist_ok=True)
        return [
            str(self.binaries.path("prometheus-node-exporter")),
            f"--web.listen-address={LOCAL}:{self.port}",
            "--collector.disable-defaults",
            "--collector.textfile",
            f"--collector.textfile.directory={self.textfile}",
        ]


class Rsyslog(Packaged):
    """rsyslogd that receives syslog over UDP and TCP on its port and on the socket ``folder/log``; writes ``central/HOST/PROGRAM.log``."""

    @property
    def central(self) -> pathlib.Path:
        return self.folder / "central"

    @property
    def socket(self) -> pathlib.Path:
        return self.folder / "log"

    def command(self) -> list[str]:
        modules = next(iter(self.binaries.root.glob("usr/lib/*-linux-gnu/rsyslog")), None)
        if modules is None:
            raise NotThere(f"rsyslog's modules are not under {self.binaries.root}: run dev/debian-packages")
        self.central.mkdir(exist_ok=True)
        (self.folder / "rsyslog.conf").write_text(
            f'global(workDirectory="{self.folder}")\n'
            'module(load="imuxsock" SysSock.Use="off")\n'
            f'input(type="imuxsock" Socket="{self.socket}")\n'
            'module(load="imudp")\n'
            f'input(type="imudp" address="{LOCAL}" port="{self.port}")\n'
            'module(load="imtcp")\n'
            f'input(type="imtcp" address="{LOCAL}" port="{self.port}")\n'
            f'template(name="perhost" type="string" string="{self.central}/%HOSTNAME%/%PROGRAMNAME%.log")\n'
            '*.* action(type="omfile" dynaFile="perhost" createDirs="on")\n'
        )
        return [
            str(self.binaries.path("rsyslogd")),
            "-n",
            f"-f{self.folder}/rsyslog.conf",
            f"-i{self.folder}/rsyslogd.pid",
            f"-M{modules}",
        ]

    def is_ready(self) -> bool:
        try:
            with socket.create_connection((LOCAL, self.port), timeout=1):
                return self.socket.exists()
        except OSError:
            return False
