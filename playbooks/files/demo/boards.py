# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands for Grafana in the demo: its API, as far as a check asks it, over one dashboard and a real Prometheus. It is no Grafana."""

from __future__ import annotations

import http.server
import json
import pathlib
import sys
import typing as t
import urllib.parse
import urllib.request

Json = dict[str, t.Any]
UID = "prometheus"


class Boards:
    """The dashboards of a folder, NAME.json each, and one data source."""

    def __init__(self, folder: pathlib.Path, prometheus: str) -> None:
        self.folder, self.prometheus = folder, prometheus

    def got(self, path: str) -> tuple[int, t.Any]:
        if path == "/api/health":
            return 200, {"database": "ok", "version": "11.2.0"}
        if path == "/api/datasources":
            return 200, [{"id": 1, "uid": UID, "name": "Prometheus", "type": "prometheus", "url": self.prometheus, "isDefault": True}]
        if path == f"/api/datasources/uid/{UID}/health":
            self.asked("query", query="1")
            return 200, {"status": "OK", "message": "Successfully queried the Prometheus API."}
        name = path.removeprefix("/api/dashboards/uid/")
        saved = self.folder / f"{name}.json"
        if name != path and name.isalnum() and saved.exists():
            return 200, {"dashboard": json.loads(saved.read_text()), "meta": {"folderTitle": "Shop"}}
        return 404, {"message": "Not found"}

    def queried(self, body: Json) -> tuple[int, t.Any]:
        start, end = int(body["from"]) / 1000, int(body["to"]) / 1000
        return 200, {"results": {query["refId"]: {"status": 200, "frames": self.frames(query, start, end)} for query in body["queries"]}}

    def frames(self, query: Json, start: float, end: float) -> list[Json]:
        step = max(query["intervalMs"] / 1000, 1.0)
        found = self.asked("query_range", query=query["expr"], start=start, end=end, step=step)
        return [
            {
                "schema": {"fields": [{"name": "Time", "type": "time"}, {"name": "Value", "type": "number", "labels": one["metric"]}]},
                "data": {"values": [[int(at * 1000) for at, _value in one["values"]], [float(value) for _at, value in one["values"]]]},
            }
            for one in found["data"]["result"]
        ]

    def asked(self, what: str, **form: object) -> Json:
        encoded = urllib.parse.urlencode(form).encode()
        with urllib.request.urlopen(f"{self.prometheus}/api/v1/{what}", data=encoded, timeout=10) as answer:
            return t.cast("Json", json.load(answer))


def main() -> None:
    port, boards = int(sys.argv[1]), Boards(pathlib.Path(sys.argv[2]), sys.argv[3])

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802 - http.server wants this name
            self.tell(*boards.got(urllib.parse.urlsplit(self.path).path))

        def do_POST(self) -> None:  # noqa: N802 - http.server wants this name
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            self.tell(*(boards.queried(body) if self.path == "/api/ds/query" else (404, {"message": "Not found"})))

        def tell(self, status: int, content: t.Any) -> None:
            raw = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_unused: object) -> None:
            pass

    http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main()
