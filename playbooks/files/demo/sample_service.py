# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's service, one instance: /health and /info over HTTPS, /metrics over HTTP, JSON log lines in a file that it rotates itself."""

from __future__ import annotations

import argparse
import datetime as dt
import http.server
import json
import logging.handlers
import pathlib
import ssl
import threading
import time

from cryptography import x509

LIMITS = (0.005, 0.05, 0.5, 5.0)  # seconds


class Service:
    """What one instance knows of itself."""

    def __init__(self, folder: pathlib.Path, certificate: pathlib.Path) -> None:
        self.folder = folder
        shown = x509.load_pem_x509_certificate(certificate.read_bytes())
        ends = getattr(shown, "not_valid_after_utc", None) or shown.not_valid_after.replace(tzinfo=dt.timezone.utc)
        self.certificate_ends = ends.timestamp()
        self.version = (folder / "current" / "version.txt").read_text().strip()
        self.started = time.time()
        self.requests, self.seconds, self.busy = 0, 0.0, 0
        self.under = dict.fromkeys(LIMITS, 0)  # answers that took no longer than that
        handler = logging.handlers.RotatingFileHandler(folder / "log" / "shop.log", maxBytes=200_000, backupCount=3)
        self.log = logging.getLogger("shop")
        self.log.addHandler(handler)
        self.log.setLevel(logging.INFO)

    def say(self, message: str) -> None:
        now = dt.datetime.now(dt.timezone.utc).isoformat()
        self.log.info(json.dumps({"timestamp": now, "level": "info", "service": "shop", "message": message}))

    def answered(self, seconds: float) -> None:
        self.requests += 1
        self.seconds += seconds
        for limit in LIMITS:
            self.under[limit] += seconds <= limit

    def metrics(self) -> str:
        return (
            "# HELP shop_requests_total Requests answered.\n"
            "# TYPE shop_requests_total counter\n"
            f"shop_requests_total {self.requests}\n"
            "# HELP shop_errors_total Requests that failed.\n"
            "# TYPE shop_errors_total counter\n"
            "shop_errors_total 0\n"
            "# HELP shop_build_info The version that runs.\n"
            "# TYPE shop_build_info gauge\n"
            f'shop_build_info{{version="{self.version}"}} 1\n'
            "# HELP shop_request_duration_seconds How long answers take.\n"
            "# TYPE shop_request_duration_seconds histogram\n"
            + "".join(f'shop_request_duration_seconds_bucket{{le="{limit:g}"}} {count}\n' for limit, count in self.under.items())
            + f'shop_request_duration_seconds_bucket{{le="+Inf"}} {self.requests}\n'
            f"shop_request_duration_seconds_sum {self.seconds:.6f}\n"
            f"shop_request_duration_seconds_count {self.requests}\n"
            "# HELP shop_busy_threads Requests that are being answered.\n"
            "# TYPE shop_busy_threads gauge\n"
            f"shop_busy_threads {self.busy}\n"
            "# HELP shop_certificate_not_after_timestamp_seconds When the certificate that it shows ends.\n"
            "# TYPE shop_certificate_not_after_timestamp_seconds gauge\n"
            f"shop_certificate_not_after_timestamp_seconds {self.certificate_ends:.0f}\n"
            "# HELP process_start_time_seconds When it started.\n"
            "# TYPE process_start_time_seconds gauge\n"
            f"process_start_time_seconds {self.started:.3f}\n"
        )


def serve(service: Service, address: str, port: int, certificate: pathlib.Path | None) -> http.server.ThreadingHTTPServer:
    """A server in a thread of its own; TLS where there is a certificate."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802 - http.server wants this name
            began = time.monotonic()
            service.busy += 1
            answers = {
                "/health": ("application/json", json.dumps({"status": "UP"})),
                "/info": ("application/json", json.dumps({"build": {"version": service.version}})),
                "/metrics": ("text/plain; version=0.0.4", service.metrics()),
            }
            kind, body = answers.get(self.path, ("text/plain", "not found"))
            self.send_response(200 if self.path in answers else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())
            service.busy -= 1
            service.answered(time.monotonic() - began)

        def do_POST(self) -> None:  # noqa: N802 - notifications of the Alertmanager
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_unused: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer((address, port), Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--address", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--metrics-port", type=int, required=True)
    parser.add_argument("--certificate", type=pathlib.Path, required=True)
    options = parser.parse_args()
    service = Service(options.folder, options.certificate)
    serve(service, options.address, options.port, options.certificate)
    serve(service, options.address, options.metrics_port, None)
    service.say(f"version {service.version} is up")
    while True:
        time.sleep(1)
        service.say("alive")


if __name__ == "__main__":
    main()
