# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of a service that answers HTTP, over real connections."""

from __future__ import annotations

import http.server
import json
import pathlib
import ssl
import threading
import typing as t

from certificates import authority, issue, write
from nasty import Nasty
from servers import LOCAL, free_port
from table import Row, World


class Service:
    """A service that tells its version; every ``bad_each``-th answer is 503, ``slow`` seconds are taken for each."""

    def __init__(
        self, folder: pathlib.Path | str, *, bad_each: int = 0, slow: float = 0.0, pem: str | None = None, moved_to: str = ""
    ) -> None:
        service = self
        self.answers = 0

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                service.answers += 1
                bad = bad_each and service.answers % bad_each == 0
                threading.Event().wait(slow)
                body = json.dumps({"status": "UP", "build": {"version": "1.4.0"}, "checks": [{"name": "db", "ok": True}]}).encode()
                self.send_response(503 if bad else 302 if moved_to and self.path == "/" else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                if moved_to:
                    self.send_header("Location", moved_to)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: t.Any) -> None:
                """Says nothing."""

        self.server = http.server.ThreadingHTTPServer((LOCAL, 0), Handler)
        self.server.daemon_threads = True
        scheme = "http"
        if pem:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(pem)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            scheme = "https"
        self.url = f"{scheme}://{LOCAL}:{self.server.server_address[1]}/"

    def start(self) -> Service:
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def served(args: dict[str, t.Any] | None = None, **options: t.Any) -> t.Callable[[World], dict[str, t.Any]]:
    return lambda world: {"url": world.running.start(Service, **options).url, **(args or {})}


def answered(kind: str, **args: t.Any) -> t.Callable[[World], dict[str, t.Any]]:
    return lambda world: {"url": world.running.start(Nasty, kind).url, "timeout": "3s", **args}


def over_tls(trusted: bool) -> t.Callable[[World], dict[str, t.Any]]:
    def arrange(world: World) -> dict[str, t.Any]:
        root = authority()
        pem = write(world.folder / "server.pem", issue(issuer=root), key=True)
        args: dict[str, t.Any] = {"url": world.running.start(Service, pem=pem).url}
        return {**args, "ca_path": write(world.folder / "root.pem", root)} if trusted else args

    return arrange


def sent_to_login(world: World) -> dict[str, t.Any]:
    login = world.running.start(Nasty, "login").url.replace(LOCAL, "localhost")
    return {"url": world.running.start(Service, moved_to=f"{login}/login").url}


def row(state: str, arrange: t.Callable[[World], dict[str, t.Any]], status: str, message: str) -> Row:
    return Row("http_probe", state, arrange, status, message)


VERSION = {"build.version": "1.4.0", "checks.0.ok": True}
ROWS: list[Row] = [
    row("it answers with the version deployed", served({"json": VERSION}), "pass", "answered 200 after"),
    row("it answers over TLS by an authority of our own", over_tls(True), "pass", "answered 200 after"),
    row(
        "it answers 20 times",
        served({"samples": 20, "max_latency": "2s"}),
        "pass",
        "95th percentile of 20 requests is .*, the limit is 2 s",
    ),
    row("a redirect that is expected", served({"status": [302], "follow_redirects": False}, moved_to="/new"), "pass", "answered 302"),
    row("the text has the version of its own accord", served({"version": "1.4.0"}), "pass", "answered 200 after"),
    row("the text has a longer version", served({"version": "1.4"}), "fail", "has '1.4' only as a part of something else"),
    row("the text has a version that ends alike", served({"version": "4.0"}), "fail", "has '4.0' only as a part of something else"),
    row("the text has another version", served({"version": "1.5.0"}), "fail", "does not have the text '1.5.0'"),
    row(
        "the version stands elsewhere than the text says",
        served({"body": '"status": "{version}"', "version": "1.4.0"}),
        "fail",
        "does not have the text",
    ),
    row("another version answers", served({"json": {"build.version": "1.5.0"}}), "fail", "^build.version is '1.4.0', expected '1.5.0'$"),
    row("it does not tell what it must", served({"json": {"build.commit": "abc"}}), "fail", "the answer has no build.commit"),
    row("one answer of ten is 503", served({"samples": 20}, bad_each=10), "fail", "2 of 20 requests failed: .* status 503; expected 200"),
    row(
        "it is slow", served({"max_latency": "50ms", "samples": 3}, slow=0.2), "fail", "percentile of 3 requests is .*, the limit is 50 ms"
    ),
    row("nothing listens", lambda _world: {"url": f"http://{LOCAL}:{free_port()}/"}, "fail", "nothing listens there"),
    row("it hangs", answered("hang"), "fail", "did not answer( completely)? within 3 s"),
    row("it answers drop by drop", answered("drip"), "fail", "did not answer completely within 3 s"),
    row("it answers 500", answered("500"), "fail", "status 500; expected 200"),
    row("it closes the connection", answered("reset"), "fail", "gave no usable answer"),
    row("it closes in the middle of its answer", answered("cut"), "fail", "closed the connection after"),
    row("its certificate is not trusted", over_tls(False), "fail", "certificate that cannot be trusted"),
    row("a login page stands before it", answered("login", json=VERSION), "fail", "a login page"),
    row("a login page that is known stands before it", answered("login", not_body=["Sign in"]), "fail", "has the text 'Sign in'"),
    row("it redirects to a login page elsewhere", sent_to_login, "warn", "but from http://localhost:.*/login, to where it redirects"),
    row("its answer is empty", answered("empty", body="Payments"), "fail", "does not have the text 'Payments'"),
    row("its JSON is cut short", answered("truncated", json=VERSION), "fail", "cannot be parsed"),
    row("its answer is garbage", answered("garbage", body_pattern="Payments"), "fail", "does not match 'Payments'"),
    row("its answer has 200 MB", answered("huge", timeout="20s"), "unknown", r"more than 32\.0 MiB"),
    row(
        "its name cannot be resolved",
        lambda _world: {"url": "http://no-such-host.invalid/"},
        "unknown",
        "cannot be resolved .*on the machine that probes",
    ),
    row(
        "the authorities to trust are not there",
        lambda _world: {"url": "https://127.0.0.1:9/", "ca_path": "/nowhere"},
        "unknown",
        "/nowhere does not exist",
    ),
]
