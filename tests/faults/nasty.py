# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small HTTP servers on 127.0.0.1 that answer wrongly, whatever path and method they are asked.

``with nasty("hang") as url:`` in a test, ``url, stop = start_nasty("hang")`` elsewhere.
In a row of the fault table: ``world.running.start(Nasty, "hang").url``, which the table stops.
"""

from __future__ import annotations

import contextlib
import http.server
import pathlib
import threading
import typing as t

# what a kind does
KINDS = {
    "hang": "accepts the request and never answers",
    "drip": "answers with one byte each 100 ms for ever: no single read is ever slow",
    "500": "500 with a short text",
    "404": "404 with a short text",
    "login": "200 with an HTML login page, as a proxy in front of a server does",
    "redirect": "302 to a login page on another host, which does not exist",
    "truncated": "200 with JSON (a Prometheus answer) cut in the middle, its Content-Length that of what is sent",
    "cut": "200 that announces more bytes than it sends before it closes",
    "huge": "200 with 200 MB of JSON",
    "empty": "200 without a body",
    "garbage": "200 with bytes that mean nothing",
    "reset": "closes the connection without an answer",
}

HUGE = 200 * 10**6
LOGIN = b'<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><form action="/login"><input name="user"></form></body></html>\n'
TRUNCATED = b'{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"up","instance":"127.0.0.1:9'
GARBAGE = bytes(range(256)) * 4


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, kind: str) -> None:
        if kind not in KINDS:
            raise ValueError(f"{kind} is none of {', '.join(KINDS)}")
        super().__init__(("127.0.0.1", 0), _Handler)
        self.kind, self.over = kind, threading.Event()

    def handle_error(self, request: t.Any, client_address: t.Any) -> None:
        """A client that goes away in the middle is what we are here for."""


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.close_connection = True
        kind = self.server.kind
        if kind == "hang":
            self.server.over.wait()
        elif kind == "500":
            self._send(500, "text/plain", b"internal problem\n")
        elif kind == "404":
            self._send(404, "text/plain", b"404 page not found\n")
        elif kind == "login":
            self._send(200, "text/html; charset=utf-8", LOGIN)
        elif kind == "redirect":
            self._send(
                302, "text/html", b'<a href="https://sso.example.test/">Found</a>', location="https://sso.example.test/auth?client=prom"
            )
        elif kind == "truncated":
            self._send(200, "application/json", TRUNCATED)
        elif kind == "cut":
            self._send(200, "application/json", TRUNCATED, length=10 * len(TRUNCATED))
        elif kind == "empty":
            self._send(200, "application/json", b"")
        elif kind == "garbage":
            self._send(200, "application/octet-stream", GARBAGE)
        elif kind == "drip":
            self._send(200, "application/json", b"{", length=10**6)
            while not self.server.over.wait(0.1):
                self.wfile.write(b" ")
        elif kind == "huge":
            self._send(200, "application/json", b'{"status":"success","data":"', length=HUGE)
            block, sent = b"a" * 2**20, 28
            while sent < HUGE and not self.server.over.is_set():
                self.wfile.write(block[: HUGE - sent])
                sent += len(block)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _answer  # noqa: N815 # names of http.server

    def _send(self, status: int, content_type: str, body: bytes, length: int | None = None, location: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: t.Any) -> None:
        """Says nothing."""


def start_nasty(kind: str) -> tuple[str, t.Callable[[], None]]:
    """The address of a server of that kind, and what stops it."""
    server = _Server(kind)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True, name=f"nasty {kind}").start()

    def stop() -> None:
        server.over.set()
        server.shutdown()
        server.server_close()

    return f"http://127.0.0.1:{server.server_address[1]}", stop


@contextlib.contextmanager
def nasty(kind: str) -> t.Iterator[str]:
    """The address of a server of that kind while the block runs."""
    url, stop = start_nasty(kind)
    try:
        yield url
    finally:
        stop()


class Nasty:
    """The same in the shape of servers.Server, for ``running.start(Nasty, "hang")``."""

    def __init__(self, folder: pathlib.Path | str, kind: str) -> None:
        self.kind, self.url = kind, ""
        self._stop: t.Callable[[], None] | None = None

    def start(self) -> Nasty:
        self.url, self._stop = start_nasty(self.kind)
        return self

    def stop(self) -> None:
        if self._stop:
            self._stop()
            self._stop = None


__all__ = ("KINDS", "Nasty", "nasty", "start_nasty")
