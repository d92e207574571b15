# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of metrics that are scraped, and waiting until a server has their series."""

from __future__ import annotations

import http.server
import json
import threading
import time
import typing as t
import urllib.parse
import urllib.request

from servers import LOCAL


def wait_for(server: t.Any, query: str, seconds: float = 20.0) -> None:
    """Until the server has an answer to the query."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with urllib.request.urlopen(f"{server.url}/api/v1/query?{urllib.parse.urlencode({'query': query})}", timeout=30) as answer:
            if json.load(answer)["data"]["result"]:
                return
        time.sleep(0.2)
    raise RuntimeError(f"{query} had no result within {seconds:g} s")


class Pages:
    """What is scraped: a page of text that can be changed, on a port of its own. ``@late@`` is a time 100 s ago."""

    def __init__(self, text: str) -> None:
        pages = self
        self.text = text

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # noqa: N802 # a name of http.server
                body = pages.text.replace("@late@", str(int((time.time() - 100) * 1000))).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: t.Any) -> None:
                """Says nothing."""

        self.server = http.server.ThreadingHTTPServer((LOCAL, 0), Handler)
        self.port = int(self.server.server_address[1])
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
