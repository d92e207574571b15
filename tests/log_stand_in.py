# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the stand-ins for log stores have in common: a server on 127.0.0.1 that can be told to answer badly."""

from __future__ import annotations

import contextlib
import dataclasses
import http.server
import json
import threading
import time
import typing as t
from urllib.parse import parse_qsl, unquote, urlsplit

from servers import LOCAL

Json = dict[str, t.Any]


@dataclasses.dataclass
class Asked:
    method: str
    path: str
    query: dict[str, str]  # of the address, and of a form
    headers: t.Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        return t.cast("Json", json.loads(self.body))


@dataclasses.dataclass
class Answer:
    status: int
    body: t.Any  # text, bytes, or what JSON has
    headers: t.Mapping[str, str] = dataclasses.field(default_factory=dict)


class StandIn:
    """``instead`` answers in the place of a path; ``busy`` questions are turned away first, ``seconds`` pass before each answer."""

    def __init__(self) -> None:
        self.instead: dict[str, Answer] = {}
        self.asked: list[Asked] = []
        self.busy: list[Answer] = []
        self.seconds = 0.0
        self.cut = 0  # bytes that are missing at the end of each answer
        self._server = http.server.ThreadingHTTPServer((LOCAL, 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://{LOCAL}:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> t.Any:
        return self

    def __exit__(self, *_unused: object) -> None:
        self.stop()

    def answer(self, asked: Asked) -> Answer:
        raise NotImplementedError

    def _answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        if self.seconds:
            time.sleep(self.seconds)
        if self.busy:
            return self.busy.pop(0)
        return self.instead.get(asked.path) or self.answer(asked)

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        stand_in = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _do(self) -> None:
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                query = dict(parse_qsl(parts.query))
                if "form-urlencoded" in self.headers.get("Content-Type", ""):
                    query.update(parse_qsl(body.decode()))
                given = {name.lower(): value for name, value in self.headers.items()}
                answer = stand_in._answer(Asked(self.command, unquote(parts.path), query, given, body))
                is_text = isinstance(answer.body, (str, bytes))
                text = answer.body if isinstance(answer.body, bytes) else (answer.body if is_text else json.dumps(answer.body)).encode()
                self.send_response(answer.status)
                kind = "text/plain" if is_text else "application/json"
                for name, value in {"Content-Type": kind, **answer.headers, "Content-Length": str(len(text))}.items():
                    self.send_header(name, value)
                self.end_headers()
                with contextlib.suppress(BrokenPipeError):  # whoever asked has given up
                    self.wfile.write(text[: len(text) - stand_in.cut] if stand_in.cut else text)
                self.close_connection = self.close_connection or bool(stand_in.cut)

            do_GET = do_POST = _do

            def log_message(self, *_unused: object) -> None:
                pass

        return Handler


__all__ = ("Answer", "Asked", "Json", "StandIn")
