# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Icinga 2 and Nagios 4 of Debian's packages (dev/debian-packages classic), each in a folder of its own, as whoever runs the tests."""

from __future__ import annotations

import atexit
import functools
import getpass
import grp
import json
import os
import pathlib
import shutil
import ssl
import tempfile
import time
import typing as t
import urllib.error
import urllib.request

import certificates
from servers import LOCAL, Binaries, Packaged

ROOT = pathlib.Path(__file__).resolve().parent.parent
PACKAGES = ROOT / ".cache" / "debian" / "classic"
USER, PASSWORD = "readiness", "p:ass wörd"
PATIENCE = 60.0  # seconds within which a daemon on a busy machine must have come to its state


def binaries() -> Binaries | None:
    """The unpacked packages; None where they are not."""
    return Binaries(PACKAGES) if PACKAGES.exists() else None


def wait_for(what: str, holds: t.Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, f"{what} did not come within {PATIENCE:g} s"
        time.sleep(0.05)


class Icinga(Packaged):
    """Icinga 2 with its API (TLS, a certificate of its own) and its Livestatus socket; ``config`` is what is put below ``BASE``."""

    BASE = """\
const NodeName = "localhost"
const ZoneName = NodeName
object Endpoint NodeName { }
object Zone ZoneName { endpoints = [ NodeName ] }
object CheckerComponent "checker" { }
object LivestatusListener "livestatus" {
  socket_type = "unix"
  socket_path = "%(folder)s/live"
}
object ApiListener "api" {
  bind_host = "127.0.0.1"
  bind_port = %(port)d
}
object ApiUser "%(user)s" {
  password = "%(password)s"
  permissions = [ "*" ]
}
"""

    def __init__(self, folder: pathlib.Path | str, binaries: Binaries, *, config: str) -> None:
        super().__init__(folder, binaries)
        self.config = config

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def ca_path(self) -> str:
        return str(self.folder / "data" / "certs" / "ca.crt")

    @property
    def socket(self) -> str:
        return f"unix:{self.folder}/live"

    def environment(self) -> dict[str, str]:
        return {**self.binaries.environment(), "ICINGA2_USER": _user(), "ICINGA2_GROUP": _group()}

    def working_folder(self) -> pathlib.Path:
        return self.folder

    def command(self) -> list[str]:
        folders = {
            name: self.folder / name.lower().removesuffix("dir") for name in ("ConfigDir", "DataDir", "LogDir", "CacheDir", "SpoolDir")
        }
        for folder in (*folders.values(), self.folder / "data" / "certs", self.folder / "run"):
            folder.mkdir(exist_ok=True)
        issued = certificates.issue("localhost")
        for name, text in (("ca.crt", issued.pem), ("localhost.crt", issued.pem), ("localhost.key", issued.key_pem)):
            (self.folder / "data" / "certs" / name).write_text(text)
        filled = {"folder": self.folder, "port": self.port, "user": USER, "password": PASSWORD}
        (self.folder / "icinga2.conf").write_text(self.BASE % filled + self.config)
        program = next(iter(self.binaries.root.glob("usr/lib/*-linux-gnu/icinga2/sbin/icinga2")))
        share = self.binaries.root / "usr" / "share" / "icinga2"
        constants = {
            **folders,
            "InitRunDir": self.folder / "run",
            "PkgDataDir": share,
            "IncludeConfDir": share / "include",
            "Configuration.RunAsUser": _user(),
            "Configuration.RunAsGroup": _group(),
        }
        defined = [word for name, value in constants.items() for word in ("-D", f"{name}={value}")]
        return [str(program), "daemon", "-c", str(self.folder / "icinga2.conf"), *defined]

    def is_ready(self) -> bool:
        try:
            return bool(self.ask("/v1/status/IcingaApplication")) and (self.folder / "live").exists()
        except (OSError, urllib.error.URLError):
            return False

    def ask(self, path: str, body: object = None) -> list[dict[str, t.Any]]:
        """The results of a question to the API, or of an action."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Accept": "application/json"})
        passwords = urllib.request.HTTPPasswordMgrWithPriorAuth()
        passwords.add_password(None, self.url, USER, PASSWORD, is_authenticated=True)
        context = ssl.create_default_context(cafile=self.ca_path)
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=context),
            urllib.request.HTTPBasicAuthHandler(passwords),
        )
        with opener.open(request, timeout=10) as answer:
            return t.cast("list[dict[str, t.Any]]", json.load(answer)["results"])

    def result(self, kind: str, name: str, state: int, output: str = "said by hand") -> None:
        """A passive result of a host or a service."""
        body = {"type": kind, kind.lower(): name, "exit_status": state, "plugin_output": output}
        self.ask("/v1/actions/process-check-result", body)


class Nagios(Packaged):
    """Nagios 4 that writes its status each second; ``objects`` and ``settings`` are texts of its configuration."""

    def __init__(self, folder: pathlib.Path | str, binaries: Binaries, *, objects: str, settings: str = "") -> None:
        super().__init__(folder, binaries)
        self.objects, self.settings = objects, settings

    @property
    def status_file(self) -> pathlib.Path:
        return self.folder / "status.dat"

    def working_folder(self) -> pathlib.Path:
        return self.folder

    def command(self) -> list[str]:
        for name in ("spool", "rw", "archives"):
            (self.folder / name).mkdir(exist_ok=True)
        (self.folder / "objects.cfg").write_text(self.objects)
        (self.folder / "nagios.cfg").write_text(
            f"log_file={self.folder}/nagios.log\ncfg_file={self.folder}/objects.cfg\nobject_cache_file={self.folder}/objects.cache\n"
            f"status_file={self.status_file}\nstatus_update_interval=1\nnagios_user={_user()}\nnagios_group={_group()}\n"
            f"check_external_commands=1\ncommand_file={self.folder}/rw/nagios.cmd\nquery_socket={self.folder}/rw/nagios.qh\n"
            f"lock_file={self.folder}/nagios.pid\ntemp_file={self.folder}/nagios.tmp\ntemp_path={self.folder}\n"
            f"log_archive_path={self.folder}/archives\ncheck_result_path={self.folder}/spool\nuse_syslog=0\ncheck_for_updates=0\n"
            f"state_retention_file={self.folder}/retention.dat\nretain_state_information=1\ncheck_result_reaper_frequency=1\n"
            "service_inter_check_delay_method=n\nhost_inter_check_delay_method=n\ncheck_workers=3\ncheck_service_freshness=1\n"
            + self.settings
        )
        return [str(self.binaries.path("nagios4")), str(self.folder / "nagios.cfg")]

    def is_ready(self) -> bool:
        return self.status_file.exists() and (self.folder / "rw" / "nagios.cmd").exists()

    def order(self, command: str, moment: float | None = None) -> None:
        """An external command, such as ``DISABLE_NOTIFICATIONS``."""
        handle = os.open(self.folder / "rw" / "nagios.cmd", os.O_WRONLY)
        try:
            os.write(handle, f"[{int(moment or time.time())}] {command}\n".encode())
        finally:
            os.close(handle)


def _user() -> str:
    return getpass.getuser()


def _group() -> str:
    return grp.getgrgid(os.getgid()).gr_name


def shared(make: t.Callable[[pathlib.Path, Binaries], t.Any]) -> t.Callable[[], t.Any]:
    """What starts a server at the first call, and stops it when the tests of this process end."""

    @functools.cache
    def start() -> t.Any:
        found = binaries()
        assert found is not None, "Icinga and Nagios are not here: run dev/debian-packages classic"
        folder = pathlib.Path(tempfile.mkdtemp(prefix="classic-"))  # short: the name of a socket has at most 107 bytes
        server = make(folder, found)
        _STARTED.append(server)
        return server.start()

    return start


_STARTED: list[Packaged] = []


@atexit.register
def stop_all() -> None:
    """Stops what was started, and removes its folders."""
    while _STARTED:
        server = _STARTED.pop()
        server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)


__all__ = ("LOCAL", "PASSWORD", "USER", "Icinga", "Nagios", "binaries", "shared", "stop_all", "wait_for")
