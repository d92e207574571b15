# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small server that answers as Livestatus is documented to: tables, columns, equality, fixed16. It is no Nagios."""

from __future__ import annotations

import contextlib
import json
import pathlib
import socket
import socketserver
import ssl
import threading
import time
import typing as t

Row = dict[str, t.Any]


def program(**changes: t.Any) -> Row:
    return {
        "check_host_freshness": 0,
        "check_service_freshness": 1,
        "enable_notifications": 1,
        "execute_host_checks": 1,
        "execute_service_checks": 1,
        "interval_length": 60,
        "program_start": time.time() - 86400,
        "program_version": "Naemon 1.4.1-pkg",
        **changes,
    }


def watched(name: str, description: str | None = None, **changes: t.Any) -> Row:
    """A row of hosts, or of services where there is a description."""
    named = {"name": name} if description is None else {"host_name": name, "description": description}
    return {
        **named,
        "accept_passive_checks": 1,
        "acknowledged": 0,
        "acknowledgement_type": 0,
        "active_checks_enabled": 1,
        "check_command": "check_http!80",
        "check_freshness": 0,
        "check_interval": 1.0,
        "first_notification_delay": 0.0,
        "max_check_attempts": 3,
        "retry_interval": 1.0,
        "check_period": "24X7",
        "check_type": 0,
        "contact_groups": ["team-payments"],
        "contacts": ["alice"],
        "has_been_checked": 1,
        "in_check_period": 1,
        "in_notification_period": 1,
        "is_flapping": 0,
        "last_check": int(time.time()) - 20,
        "next_check": int(time.time()) + 40,
        "notification_period": "24X7",
        "notifications_enabled": 1,
        "plugin_output": "OK",
        "scheduled_downtime_depth": 0,
        "state": 0,
        "state_type": 1,
        **changes,
    }


def contact(name: str, **changes: t.Any) -> Row:
    return {
        "host_notification_period": "24X7",
        "host_notifications_enabled": 1,
        "in_host_notification_period": 1,
        "in_service_notification_period": 1,
        "name": name,
        "service_notification_period": "24X7",
        "service_notifications_enabled": 1,
        **changes,
    }


def moved(row: Row, seconds: float) -> Row:
    """The row with its moments so much later."""
    return {key: value + seconds if key in ("last_check", "next_check", "program_start") and value else value for key, value in row.items()}


def tables(**changes: list[Row]) -> dict[str, list[Row]]:
    """A healthy monitoring: web1 with the service http."""
    return {
        "status": [program()],
        "hosts": [watched("web1")],
        "services": [watched("web1", "http")],
        "contacts": [contact("alice")],
        "contactgroups": [{"name": "team-payments", "members": ["alice"]}],
        "timeperiods": [{"name": "24X7", "in": 1}, {"name": "none", "in": 0}, {"name": "workhours", "in": 0}],
        "downtimes": [],
        "comments": [],
        **changes,
    }


class StandIn:
    """On a socket below ``folder``, or on a port of 127.0.0.1 where there is none; in the shape of servers.Server.

    ``answer``: bytes that are sent whatever is asked; empty ones close the connection, None hangs.
    """

    def __init__(
        self,
        folder: pathlib.Path | str,
        content: dict[str, list[Row]] | None = None,
        *,
        tcp: bool = False,
        context: ssl.SSLContext | None = None,
        answer: bytes | None | t.Literal[False] = False,
    ) -> None:
        self.content, self.fixed, self.over = content or tables(), answer, threading.Event()
        self.questions: list[str] = []
        stand_in = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError):
                    if context is not None:
                        self.rfile.close()
                        self.wfile.close()
                        wrapped = context.wrap_socket(self.request, server_side=True)
                        self.rfile, self.wfile = wrapped.makefile("rb"), wrapped.makefile("wb")
                    lines: list[str] = []
                    while line := self.rfile.readline().decode().strip():
                        lines.append(line)
                    stand_in.questions.append("\n".join(lines))
                    if stand_in.fixed is None:
                        stand_in.over.wait()
                    elif stand_in.fixed is not False:
                        self.wfile.write(stand_in.fixed)
                    else:
                        self.wfile.write(stand_in.reply(lines))
                    self.wfile.flush()

        kind = socketserver.ThreadingTCPServer if tcp or context else socketserver.ThreadingUnixStreamServer
        self.path = str(pathlib.Path(folder) / "live")
        pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
        self.server: t.Any = kind(("127.0.0.1", 0) if tcp or context else self.path, Handler)  # type: ignore[arg-type] # one of both
        self.server.daemon_threads = True
        self.server.block_on_close = False
        self.url = f"unix:{self.path}"
        if tcp or context:
            self.url = f"{'tls' if context else 'tcp'}://localhost:{self.server.server_address[1]}"

    def reply(self, lines: t.Sequence[str]) -> bytes:
        table = lines[0].removeprefix("GET ")
        headers = [line.partition(": ") for line in lines[1:]]
        if table not in self.content:
            return fixed16(404, f"Invalid GET request, no such table '{table}'\n".encode())
        columns = next(value.split() for name, _colon, value in headers if name == "Columns")
        wanted = [value.split(" = ", 1) for name, _colon, value in headers if name == "Filter"]
        rows = [row for row in self.content[table] if not wanted or any(str(row.get(column)) == value for column, value in wanted)]
        return fixed16(200, json.dumps([[row.get(column) for column in columns] for row in rows]).encode() + b"\n")

    def start(self) -> StandIn:
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def stop(self) -> None:
        self.over.set()
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self) -> StandIn:
        return self.start()

    def __exit__(self, *_unused: object) -> None:
        self.stop()


def fixed16(status: int, body: bytes) -> bytes:
    return f"{status:3d} {len(body):11d}\n".encode() + body


def closed_socket(path: str) -> None:
    """A socket on which nobody listens any more."""
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(path)


__all__ = ("StandIn", "closed_socket", "contact", "fixed16", "program", "tables", "watched")
