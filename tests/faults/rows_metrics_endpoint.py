# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import http.server
import ssl
import subprocess
import threading
import typing as t

from nasty import Nasty
from servers import LOCAL, NodeExporter, Prometheus, free_port
from table import Row, World

CHECK = "metrics_endpoint"
REQUESTS = "prometheus_http_requests_total"


class Page:
    """A metrics page that is written here: what a service of one's own may do wrong. ``texts`` are served one after the other."""

    def __init__(self, folder: t.Any, *texts: str, certificate: tuple[str, str] | None = None) -> None:
        queue = list(texts)

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # noqa: N802 # name of http.server
                body = (queue.pop(0) if len(queue) > 1 else queue[0]).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: t.Any) -> None:
                """Says nothing."""

        class Quiet(http.server.ThreadingHTTPServer):
            def handle_error(self, request: t.Any, client_address: t.Any) -> None:
                """A client that distrusts the certificate goes away."""

        self.server = Quiet((LOCAL, 0), Handler)
        self.url = f"http://{LOCAL}:{self.server.server_address[1]}/metrics"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            self.url = self.url.replace("http:", "https:")

    def start(self) -> Page:
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def page(*texts: str, **options: t.Any) -> t.Callable[[World], dict[str, t.Any]]:
    return lambda world: {"url": world.running.start(Page, *texts).url, **options}


def real(**options: t.Any) -> t.Callable[[World], dict[str, t.Any]]:
    """The page of a real Prometheus, which counts the requests that it gets."""
    return lambda world: {"url": world.running.start(Prometheus, world.binaries).url + "/metrics", "interval": "200ms", **options}


def textfile(content: str, **options: t.Any) -> t.Callable[[World], dict[str, t.Any]]:
    """A real node_exporter that exposes this."""

    def arrange(world: World) -> dict[str, t.Any]:
        exporter = world.running.start(NodeExporter, world.binaries)
        (exporter.textfile / "x.prom").write_text(content)
        return {"url": exporter.url + "/metrics", **options}

    return arrange


def stopped(world: World) -> dict[str, t.Any]:
    exporter = world.running.start(NodeExporter, world.binaries)
    exporter.stop()
    return {"url": exporter.url + "/metrics"}


def wrong_path(world: World) -> dict[str, t.Any]:
    return {"url": world.running.start(NodeExporter, world.binaries).url + "/metrix"}


def distrusted(world: World) -> dict[str, t.Any]:
    certificate, key = str(world.folder / "cert.pem"), str(world.folder / "key.pem")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate]
    subprocess.run([*command, "-days", "1", "-subj", "/CN=app", "-addext", f"subjectAltName=IP:{LOCAL}"], check=True, capture_output=True)
    return {"url": world.running.start(Page, "a 1\n", certificate=(certificate, key)).url}


def restarted(world: World) -> dict[str, t.Any]:
    """The service is restarted while the check waits between its two reads."""
    server = world.running.start(Prometheus, world.binaries)
    wait = world.runner.clock.sleep

    class Restart(type(world.runner.clock)):  # type: ignore[misc] # the real clock, but for what happens meanwhile
        def sleep(self, seconds: float) -> None:
            server.stop()
            server.start()
            wait(seconds)

    world.runner.clock = Restart()
    return {"url": server.url + "/metrics", "moving": ["prometheus_tsdb_head_series_created_total"], "interval": "1s"}


def bad(kind: str) -> t.Callable[[World], dict[str, t.Any]]:
    return lambda world: {"url": world.running.start(Nasty, kind).url + "/metrics", "timeout": "3s"}


ROWS: list[Row] = [
    Row(
        CHECK,
        "a real page, a counter that moves",
        real(families=["process_start_time_seconds", "prometheus_http_request_duration_seconds"], moving=[REQUESTS]),
        "pass",
        r"exposes \d+ series in \d+ families, the limit is 10000; prometheus_http_requests_total moved within 200 ms",
    ),
    Row(CHECK, "a metric was renamed", real(families=["http_requests_total"]), "fail", r"the metric http_requests_total is not there"),
    Row(
        CHECK,
        "a counter stands still",
        textfile("# TYPE jobs_total counter\njobs_total 5\n", moving=["jobs_total"], interval="200ms"),
        "fail",
        r"jobs_total did not move within 200 ms",
    ),
    Row(CHECK, "the service is restarted between two reads", restarted, "warn", r"began anew between two scrapes"),
    Row(
        CHECK,
        "a label with a value for each user",
        textfile("".join(f'logins{{user="{number}"}} 1\n' for number in range(500)), max_series=200),
        "fail",
        r"series are more than the limit of 200; most are of logins \(500\)",
    ),
    Row(CHECK, "a series stands twice", page('a{b="1"} 1\na{b="1"} 2\n'), "fail", r"a\{b=\"1\"\} is there twice"),
    Row(CHECK, "a family is declared twice", page("# TYPE a gauge\n# TYPE a gauge\na 1\n"), "fail", r"a has two TYPE lines"),
    Row(CHECK, "a name that is not valid", page("my-metric 1\n"), "fail", r"'my-metric' is not a valid metric name"),
    Row(CHECK, "samples with timestamps", page("a 1 1395066363000\n"), "pass", r"exposes 1 series"),
    Row(CHECK, "the service is stopped", stopped, "fail", r"refused the connection"),
    Row(CHECK, "the page is not there", wrong_path, "fail", r"answered with 404|is not an exposition"),
    Row(CHECK, "the service answers with 500", bad("500"), "fail", r"answered with 500"),
    Row(CHECK, "the service hangs", bad("hang"), "fail", r"did not answer( completely)? within"),
    Row(CHECK, "a web page instead of metrics", bad("login"), "fail", r"is not an exposition: it answered with a web page"),
    Row(CHECK, "JSON instead of metrics", bad("truncated"), "fail", r"is not an exposition: none of its 1 lines is a sample"),
    Row(CHECK, "200 MB instead of metrics", bad("huge"), "fail", r"more than 32\.0 MiB"),
    Row(CHECK, "a certificate that nobody trusts", distrusted, "fail", r"has a certificate that cannot be trusted"),
    Row(
        CHECK,
        "a name that does not resolve",
        lambda _world: {"url": f"http://nowhere.invalid:{free_port()}/metrics"},
        "unknown",
        r"nowhere\.invalid cannot be resolved",
    ),
]
