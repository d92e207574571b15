# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands before a real server and answers some of the questions itself, in the shape of servers.Server."""

from __future__ import annotations

import http.server
import json
import pathlib
import threading
import typing as t
import urllib.error
import urllib.request

LOCAL = "127.0.0.1"
Instead = t.Mapping[str, object]  # by the beginning of a path: a status, or what is answered as JSON
_KEPT = ("Content-Type", "AccountID", "ProjectID")


class Text(str):
    """What is answered as it is."""

    __slots__ = ()


class Gateway:
    """``running.start(Gateway, "http://127.0.0.1:9200", {"/_plugins/_ism": {...}}).url``"""

    def __init__(self, _folder: pathlib.Path | str, behind: str, instead: Instead) -> None:
        self.behind, self.instead, self.url = behind, instead, ""
        self.server: http.server.ThreadingHTTPServer | None = None

    def start(self) -> Gateway:
        gateway = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                gateway.answer(self)

            do_POST = do_GET

            def log_message(self, *_words: object) -> None:
                """Silent."""

        self.server = http.server.ThreadingHTTPServer((LOCAL, 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://{LOCAL}:{self.server.server_address[1]}"
        return self

    def answer(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        own = next((value for begin, value in self.instead.items() if handler.path.startswith(begin)), None)
        if isinstance(own, int):
            status, content, kind = own, b"{}", "application/json"
        elif isinstance(own, Text):
            status, content, kind = 200, own.encode(), "text/plain"
        elif own is not None:
            status, content, kind = 200, json.dumps(own).encode(), "application/json"
        else:
            status, content, kind = self._behind(handler, body)
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    def _behind(self, handler: http.server.BaseHTTPRequestHandler, body: bytes) -> tuple[int, bytes, str]:
        headers = {name: handler.headers[name] for name in _KEPT if name in handler.headers}
        asked = urllib.request.Request(self.behind + handler.path, body or None, headers, method=handler.command)
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(asked, timeout=60) as answer:
                return answer.status, answer.read(), str(answer.headers["Content-Type"])
        except urllib.error.HTTPError as exc:
            return exc.code, exc.read(), str(exc.headers["Content-Type"])

    def stop(self) -> None:
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()


__all__ = ("Gateway",)
