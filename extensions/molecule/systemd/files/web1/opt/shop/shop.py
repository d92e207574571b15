# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service: it answers, counts, and logs; into a file that may be rotated under it, and to the journal."""

from __future__ import annotations

import http.server
import json
import logging
import logging.handlers
import threading
import time

VERSION = "1.0.0"
requests = 0


class Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        return json.dumps({"timestamp": stamp, "level": record.levelname.lower(), "message": record.getMessage()})


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        global requests
        requests += 1
        answers = {"/health": json.dumps({"status": "UP"}), "/info": json.dumps({"version": VERSION})}
        answers["/metrics"] = f"# TYPE shop_requests_total counter\nshop_requests_total {requests}\n"
        body = answers.get(self.path, "").encode()
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/plain; version=0.0.4" if self.path == "/metrics" else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        logging.info(*words)


def main() -> None:
    file = logging.handlers.WatchedFileHandler("/var/log/shop/shop.log")
    file.setFormatter(Lines())
    logging.basicConfig(level=logging.INFO, handlers=[file, logging.StreamHandler()])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 8080), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    while True:
        logging.info("%d requests so far", requests)
        time.sleep(1)


if __name__ == "__main__":
    main()
