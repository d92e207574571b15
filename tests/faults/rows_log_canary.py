# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of log_canary: real rsyslogd, as receiver and as shipper of a file."""

from __future__ import annotations

import os
import pathlib
import secrets
import socket
import threading
import time
import typing as t

from ansible_collections.operability.readiness.plugins.module_utils._argspec import parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import log_canary
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from servers import LOCAL, Rsyslog
from table import Row, World

HOST = socket.gethostname().split(".", 1)[0]
Arguments = dict[str, t.Any]


class Shipper(Rsyslog):
    """rsyslogd that follows the file ``follows`` and sends its lines over TCP to ``to``."""

    def __init__(self, folder: pathlib.Path, binaries: t.Any, *, follows: pathlib.Path, to: int) -> None:
        super().__init__(folder, binaries)
        self.follows, self.to = follows, to

    def command(self) -> list[str]:
        words = super().command()
        text = (self.folder / "rsyslog.conf").read_text().split("template(", 1)[0]
        text += (
            'module(load="imfile" mode="polling" pollingInterval="1")\n'
            f'input(type="imfile" File="{self.follows}" Tag="payments" reopenOnTruncate="on")\n'
            f'*.* action(type="omfwd" target="{LOCAL}" port="{self.to}" protocol="tcp")\n'
        )
        (self.folder / "rsyslog.conf").write_text(text)
        return words


class WithoutTools(Runner):
    def which(self, name: str) -> str | None:
        return None


def arguments(**changes: t.Any) -> Arguments:
    return {"via": "syslog", "backend": "file", "deadline": "20s", "interval": "200ms", **changes}


def central(world: World, **changes: t.Any) -> tuple[Rsyslog, Arguments]:
    server = world.running.start(Rsyslog, world.binaries)
    args = arguments(socket=str(server.socket), tag="payments", search=f"{server.central}/{{host}}/{{tag}}.log", **changes)
    return server, args


def log_file(world: World, text: str = "2026-11-25T05:59:00Z info started\n") -> pathlib.Path:
    path = world.folder / "app.log"
    path.write_text(text)
    return path


def shipped(world: World) -> tuple[Rsyslog, Shipper, Arguments]:
    server = world.running.start(Rsyslog, world.binaries)
    path = log_file(world)
    shipper = world.running.start(Shipper, world.binaries, follows=path, to=server.port)
    wait_for(server.central / HOST / "payments.log")  # the line that was there has arrived
    return server, shipper, arguments(via="file", path=str(path), search=f"{server.central}/{{host}}/payments.log")


def wait_for(path: pathlib.Path, seconds: float = 15.0) -> None:
    end = time.monotonic() + seconds
    while not path.exists() and time.monotonic() < end:
        time.sleep(0.05)
    if not path.exists():
        raise RuntimeError(f"{path} did not appear")


def by_syslog(world: World) -> Arguments:
    return central(world)[1]


def by_file(world: World) -> Arguments:
    return shipped(world)[2]


def json_by_file(world: World) -> Arguments:
    return {**shipped(world)[2], "format": "json", "fields": {"service": "payments"}}


def rotated_meanwhile(world: World) -> Arguments:
    """The local file is rotated right after the line was written."""
    path = log_file(world)
    args = arguments(via="file", path=str(path), search=str(path), local=True)
    marker = write(args)
    path.rename(f"{path}.1")
    path.write_text("2026-11-25T06:00:01Z info reopened\n")
    return {"backend": "file", "search": str(path), "markers": [marker], "deadline": "3s", "local": True}


def write(args: Arguments) -> Arguments:
    return log_canary.write(parse_arguments(log_canary, args), Runner()).observed


def shipper_stopped(world: World) -> Arguments:
    shipper, args = shipped(world)[1:]
    shipper.stop()
    return {**args, "deadline": "4s"}


def shipper_stopped_others_arrive(world: World) -> Arguments:
    """Something else still writes into the same central file."""
    server, shipper, args = shipped(world)
    shipper.stop()

    def others() -> None:
        for number in range(20):
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
                try:
                    client.sendto(b"<14>Nov 25 06:00:00 payments: another line %d" % number, str(server.socket))
                except OSError:
                    return
            time.sleep(0.2)

    threading.Thread(target=others, daemon=True).start()
    return {**args, "deadline": "4s"}


def receiver_stopped(world: World) -> Arguments:
    server, args = central(world)
    server.stop()
    return args


def wrong_pattern(world: World) -> Arguments:
    server, args = central(world)
    return {**args, "search": f"{server.central}/elsewhere/{{host}}/*.log", "deadline": "4s"}


def no_log_file(world: World) -> Arguments:
    return arguments(via="file", path=str(world.folder / "app.log"), search=str(world.folder / "central" / "*.log"))


def same_file(world: World) -> Arguments:
    path = log_file(world)
    return arguments(via="file", path=str(path), search=str(path))


def same_file_accepted(world: World) -> Arguments:
    return {**same_file(world), "local": True}


def symbolic_link(world: World) -> Arguments:
    target = log_file(world)
    link = world.folder / "current.log"
    link.symlink_to(target)
    return arguments(via="file", path=str(link), search=str(target))


def fifo(world: World) -> Arguments:
    path = world.folder / "app.log"
    os.mkfifo(path)
    return arguments(via="file", path=str(path), search=str(path))


def no_journalctl(world: World) -> Arguments:
    world.runner = WithoutTools()
    server, args = central(world)
    return {**args, "backend": "journald", "search": None}


def no_marker_in_template(world: World) -> Arguments:
    return {**same_file(world), "template": "{timestamp} hello"}


def broken_json_template(world: World) -> Arguments:
    return {**same_file(world), "format": "json", "template": '{"message": "{marker}"'}


def only_ansible_logged_it(world: World) -> Arguments:
    """The marker arrives, but in what Ansible logs of the arguments of its own module."""
    server, args = central(world)
    marker = {"marker": f"operability-canary {secrets.token_hex(16)}", "host": "web9.example.com", "written_epoch": time.time()}
    folder = server.central / "web9"
    folder.mkdir()
    line = f"Nov 25 06:00:00 web9 ansible-operability.readiness.log_canary: Invoked with markers=[{{'marker': '{marker['marker']}'}}]\n"
    (folder / "payments.log").write_text(line)
    return {"backend": "file", "search": args["search"], "markers": [marker], "deadline": "2s"}


ROWS: list[Row] = [
    Row("log_canary", "sent to syslog, found on the log server", by_syslog, "pass", r"was found in .*/payments\.log within"),
    Row("log_canary", "appended to the log, shipped by rsyslog", by_file, "pass", r"was found in .*/payments\.log within"),
    Row("log_canary", "appended as JSON, shipped by rsyslog", json_by_file, "pass", r"was found in"),
    Row("log_canary", "the log rotates between write and find", rotated_meanwhile, "pass", r"locally.*app\.log\.1"),
    Row("log_canary", "found in the file that it was written to", same_file, "unknown", r"locally.*no log has been sent anywhere"),
    Row("log_canary", "found in that file, and local is accepted", same_file_accepted, "pass", r"locally"),
    Row("log_canary", "the log shipper has stopped", shipper_stopped, "fail", r"no line at all arrived"),
    Row("log_canary", "this log is not shipped, others are", shipper_stopped_others_arrive, "fail", r"\d+ other lines? arrived"),
    Row("log_canary", "the syslog daemon has stopped", receiver_stopped, "fail", r"nothing takes syslog messages"),
    Row("log_canary", "no central file matches", wrong_pattern, "fail", r"no file matches .*nearest folder that is there is"),
    Row("log_canary", "the service's log file is not there", no_log_file, "fail", r"is not there"),
    Row("log_canary", "only Ansible's own log has the marker", only_ansible_logged_it, "fail", r"was not found"),
    Row("log_canary", "the log is a symbolic link", symbolic_link, "unknown", r"symbolic link to .*nothing was written"),
    Row("log_canary", "the log is a FIFO", fifo, "unknown", r"not a regular file"),
    Row("log_canary", "journalctl is missing", no_journalctl, "unknown", r"journalctl is not installed"),
    Row("log_canary", "the template has no marker", no_marker_in_template, "unknown", r"must keep \{marker\}"),
    Row("log_canary", "the template breaks the JSON log", broken_json_template, "unknown", r"does not make a JSON line"),
]
