# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's gateway to telephones, and its watch from outside: it notes each notification, and knows when it heard a heartbeat."""

from __future__ import annotations

import datetime as dt
import http.server
import json
import pathlib
import sys


def main() -> None:
    port, sent = int(sys.argv[1]), pathlib.Path(sys.argv[2])
    heard: dict[str, str] = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # noqa: N802 - http.server wants this name
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.path == "/heartbeat":
                heard["last_ping"] = dt.datetime.now(dt.timezone.utc).isoformat()
            else:
                with sent.open("ab") as file:
                    file.write(body.replace(b"\n", b" ") + b"\n")
            self.tell(200, {})

        def do_GET(self) -> None:  # noqa: N802 - http.server wants this name
            if self.path == "/heartbeat/status":
                self.tell(200, {"status": "up" if heard else "new", **heard})
            else:
                self.tell(404, {"message": "not found"})

        def tell(self, status: int, content: dict[str, str]) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_unused: object) -> None:
            pass

    sent.touch()
    http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main()
