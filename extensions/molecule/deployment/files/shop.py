# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service: it takes orders, counts and measures them, and logs into a file. What a version makes of that stands in its shop.env."""

from __future__ import annotations

import http.server
import json
import logging
import logging.handlers
import os
import random
import signal
import socket
import threading
import time

VERSION = os.environ["VERSION"]
ORDER_SECONDS = float(os.environ["ORDER_SECONDS"])  # the slowest orders take so long, the quickest three quarters of it
QUEUE_METRIC = os.environ["QUEUE_METRIC"]
BOUNDS = (0.1, 0.2, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.25, 1.5, 2.5, 5.0)


class Metrics:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.requests = {"200": 0, "500": 0}
        self.durations: list[int] = [0] * (len(BOUNDS) + 1)
        self.total = 0.0
        self.queue = 0

    def entered(self) -> None:
        with self.lock:
            self.queue += 1

    def left(self, code: int, seconds: float) -> None:
        with self.lock:
            self.queue -= 1
            self.requests[str(code)] += 1
            self.total += seconds
            self.durations[next((number for number, bound in enumerate(BOUNDS) if seconds <= bound), len(BOUNDS))] += 1

    def text(self) -> str:
        with self.lock:
            lines = ["# TYPE shop_requests_total counter"]
            lines += [f'shop_requests_total{{code="{code}"}} {count}' for code, count in self.requests.items()]
            lines += [f"# TYPE {QUEUE_METRIC} gauge", f"{QUEUE_METRIC} {self.queue}", "# TYPE shop_request_duration_seconds histogram"]
            for number, bound in enumerate([*BOUNDS, "+Inf"]):
                lines.append(f'shop_request_duration_seconds_bucket{{le="{bound}"}} {sum(self.durations[: number + 1])}')
            lines += [f"shop_request_duration_seconds_sum {self.total}", f"shop_request_duration_seconds_count {sum(self.durations)}"]
        return "\n".join(lines) + "\n"


METRICS = Metrics()


class Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        return json.dumps({"timestamp": stamp, "level": record.levelname.lower(), "version": VERSION, "message": record.getMessage()})


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        kind = "application/json"
        if self.path == "/orders":
            body = self.order()
        elif self.path == "/metrics":
            body, kind = METRICS.text(), "text/plain; version=0.0.4"
        else:
            body = json.dumps({"/health": {"status": "UP"}, "/version": {"version": VERSION}}.get(self.path))
        self.send_response(200 if body != "null" else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def order(self) -> str:
        started = time.monotonic()
        METRICS.entered()
        time.sleep(ORDER_SECONDS * random.uniform(0.75, 1.0))
        METRICS.left(200, time.monotonic() - started)
        return json.dumps({"order": "taken"})

    def log_message(self, *words: object) -> None:
        if self.path == "/orders":
            logging.info(*words)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = False  # what has begun is finished before the service ends
    request_queue_size = 64


def ready() -> None:
    """Tells systemd that requests are answered from now on."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
        client.sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])


def main() -> None:
    file = logging.handlers.WatchedFileHandler("/var/log/shop/shop.log")
    file.setFormatter(Lines())
    logging.basicConfig(level=logging.INFO, handlers=[file])
    server = Server((os.environ["ADDRESS"], int(os.environ["PORT"])), Handler)
    signal.signal(signal.SIGTERM, lambda *_unused: threading.Thread(target=server.shutdown).start())
    ready()
    server.serve_forever(poll_interval=0.05)
    server.server_close()


if __name__ == "__main__":
    main()
