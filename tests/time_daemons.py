# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real time daemons that never touch this machine's clock, and what a check sees of them: their tools and their processes."""

from __future__ import annotations

import getpass
import os
import pathlib
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import typing as t

import ntp_server
import pytest
from ntp_server import LOCAL
from servers import Binaries, Server

ROOT = pathlib.Path(__file__).resolve().parent.parent
PACKAGES = ROOT / ".cache" / "debian" / "clocks"
SECONDS = 60.0  # the most that a state may take to come about


def program(name: str) -> str:
    if not PACKAGES.exists():
        pytest.skip("real time daemons are not here: run dev/debian-packages clocks")
    return str(Binaries(PACKAGES).path(name))


def free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((LOCAL, 0))
        return int(probe.getsockname()[1])


def until(holds: t.Callable[[], bool], what: str) -> None:
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end, f"not within {SECONDS:g} s: {what}"
        time.sleep(0.1)


class Host:
    """A host as a check sees it: the folder ``bin`` in its PATH, ``proc`` with the processes that are shown, a ``root`` of its own."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.bin, self.proc, self.root = folder / "bin", folder / "proc", folder / "root"
        for made in (self.bin, self.proc / "1", self.root):
            made.mkdir(parents=True)
        (self.proc / "1" / "comm").write_text("systemd\n")
        (self.proc / "1" / "status").write_text("Name:\tsystemd\nState:\tS (sleeping)\nNSpid:\t1\n")

    def show(self, pid: int) -> None:
        """Lets a real process of this machine be one of the host's."""
        (self.proc / str(pid)).symlink_to(f"/proc/{pid}")

    def pretend(self, pid: int, name: str, command_line: str = "", state: str = "S (sleeping)", numbers: str = "") -> None:
        """A process that is not there."""
        folder = self.proc / str(pid)
        folder.mkdir()
        (folder / "comm").write_text(f"{name}\n")
        (folder / "cmdline").write_text(f"{command_line or name}\0")
        (folder / "status").write_text(f"Name:\t{name}\nState:\t{state}\nNSpid:\t{numbers or pid}\n")

    def tool(self, name: str, script: str) -> None:
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def file(self, path: str, text: str = "") -> pathlib.Path:
        made = self.root / path
        made.parent.mkdir(parents=True, exist_ok=True)
        made.write_text(text)
        return made

    def arguments(self, **more: t.Any) -> dict[str, t.Any]:
        return {"root": str(self.root), "proc": str(self.proc), **more}


class Chronyd(Server):
    """chronyd of Debian, which is told not to control the clock (-x) and to need no rights (-U)."""

    def __init__(self, folder: pathlib.Path, host: Host | None, *lines: str, port: int = 0) -> None:
        super().__init__(folder)
        self.host, self.lines, self.serves = host, lines, port
        # in a folder whose name is short, as chronyc's own is put there too: the path of a socket has 107 characters at the most
        self.sockets = tempfile.TemporaryDirectory(prefix="chronyd-")
        pathlib.Path(self.sockets.name).chmod(0o750)  # it takes no other
        self.socket = f"{self.sockets.name}/s"
        self.daemon, self.client = program("chronyd"), program("chronyc")

    def command(self) -> list[str]:
        settings = [*self.lines, f"port {self.serves}", "cmdport 0", f"bindcmdaddress {self.socket}", f"pidfile {self.folder}/pid"]
        settings += [f"bindaddress {LOCAL}", "allow 127.0.0.0/8"] if self.serves else []
        (self.folder / "chrony.conf").write_text("\n".join(settings) + "\n")
        return [self.daemon, "-x", "-U", "-d", "-u", getpass.getuser(), "-f", str(self.folder / "chrony.conf")]

    def start(self, seconds: float = SECONDS) -> Chronyd:
        super().start(seconds)
        if self.host is not None and self.process is not None:
            self.host.show(self.process.pid)
            self.host.tool("chronyc", f'exec {shlex.quote(self.client)} -h {shlex.quote(self.socket)} "$@"')
        return self

    def report(self, *words: str) -> str:
        done = subprocess.run([self.client, "-h", self.socket, "-n", "-c", *words], capture_output=True, text=True, check=False)
        return done.stdout if done.returncode == 0 else ""

    def is_ready(self) -> bool:
        return bool(self.report("tracking"))

    def until_synchronised(self) -> Chronyd:
        until(lambda: "^,*," in self.report("sources"), "chronyd has chosen its source")
        return self

    def freeze(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
        super().stop()
        self.sockets.cleanup()


# where ntpd may use the port of NTP, and may not touch the clock: a network and a user of its own
_ENTER = "ip link set lo up && ip addr add 192.0.2.1/32 dev lo && ip addr add 192.0.2.2/32 dev lo || exit 9; "
UPSTREAM = "192.0.2.2"  # ntpd takes no server on 127.0.0.0/8
_OF_ITS_OWN = (
    "restrict 127.0.0.1",
    "interface ignore all",
    "interface ignore wildcard",
    "interface listen 127.0.0.1",
    "interface listen 192.0.2.1",
)
# its library lies where Debian installs it
_NTPQ = """\
import ctypes.util, glob, runpy, sys
usual, packed = ctypes.util.find_library, glob.glob({packages!r} + "/usr/lib/*/ntp/libntpc.so*")
ctypes.util.find_library = lambda name: packed[0] if name == "ntpc" else usual(name)
sys.path.insert(0, {packages!r} + "/usr/lib/python3/dist-packages")
sys.argv[0] = "ntpq"
runpy.run_path({packages!r} + "/usr/bin/ntpq", run_name="__main__")
"""


class Ntpd(Server):
    """NTPsec's ntpd of Debian; with ``upstream`` a server beside it (UPSTREAM), with this shift of its clock."""

    def __init__(self, folder: pathlib.Path, host: Host, *lines: str, upstream: float | None = None) -> None:
        super().__init__(folder)
        self.host, self.lines, self.upstream = host, lines, upstream
        self.daemon = program("ntpd")
        if (
            not all(shutil.which(name) for name in ("unshare", "nsenter", "ip"))
            or subprocess.run(["unshare", "-Urn", "sh", "-c", f"{_ENTER}true"], capture_output=True, check=False).returncode
        ):
            pytest.skip("this machine gives nobody a network of their own (unshare -Urn), so ntpd cannot run here")

    def command(self) -> list[str]:
        (self.folder / "ntp.conf").write_text("\n".join([*_OF_ITS_OWN, *self.lines]) + "\n")
        (self.folder / "ntpq.py").write_text(_NTPQ.format(packages=str(PACKAGES)))
        beside = ""
        if self.upstream is not None:
            script = shlex.join([sys.executable, ntp_server.__file__, UPSTREAM, "123", str(self.upstream)])
            beside = f"({script} & echo $! >upstream.pid); "  # no child of ntpd
        ntpd = shlex.join([self.daemon, "-n", "-g", "-c", str(self.folder / "ntp.conf")])
        return ["unshare", "-Urn", "sh", "-c", f"{_ENTER}{beside}exec {ntpd}"]

    def start(self, seconds: float = SECONDS) -> Ntpd:
        super().start(seconds)
        assert self.process is not None
        self.host.show(self.process.pid)
        self.host.tool("ntpq", f'exec {shlex.join(self.ntpq())} "$@"')
        return self

    def ntpq(self) -> list[str]:
        assert self.process is not None
        entered = ["nsenter", "-t", str(self.process.pid), "-U", "-n", "--preserve-credentials"]
        return [*entered, sys.executable, str(self.folder / "ntpq.py")]

    def report(self, *words: str) -> str:
        return subprocess.run([*self.ntpq(), *words], capture_output=True, text=True, check=False).stdout

    def is_ready(self) -> bool:
        return "stratum=" in self.report("-c", "rv")

    def until_synchronised(self) -> Ntpd:
        until(lambda: "leap_none" in self.report("-c", "rv"), "ntpd has chosen its source")
        return self

    def end_upstream(self) -> None:
        os.kill(int((self.folder / "upstream.pid").read_text()), signal.SIGKILL)


__all__ = ("UPSTREAM", "Chronyd", "Host", "Ntpd", "free_udp_port", "until")
