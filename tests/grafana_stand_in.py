# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small server that behaves as Grafana's API is documented to: folders, dashboards, annotations, queries. It is no Grafana."""

from __future__ import annotations

import base64
import http.server
import json
import threading
import typing as t
from urllib.parse import parse_qs, unquote, urlsplit

from grafana_data_stand_in import Sources

VIEWER = "glsa_viewer"  # who may look at dashboards and ask, and may not list the data sources
TOKEN, USER, PASSWORD = "glsa_opensesame", "editor", "p:ass wörd"
PAGE = b"<!doctype html><html><title>Log in</title></html>"


class StandIn:
    """``trouble``: a path prefix to (status, JSON or HTML bytes), which is answered instead; ``times`` limits how often."""

    def __init__(self) -> None:
        self.folders: dict[str, str] = {}
        self.dashboards: dict[str, dict[str, t.Any]] = {}  # as GET answers them
        self.annotations: list[dict[str, t.Any]] = []
        self.asked: list[tuple[str, str]] = []
        self.trouble: dict[tuple[str, str], tuple[int, t.Any]] = {}
        self.times: dict[tuple[str, str], int] = {}
        self.provisioned: set[str] = set()
        self.library: dict[str, dict[str, t.Any]] = {}  # models of library panels
        self.resources: dict[str, dict[str, t.Any]] = {}  # dashboards by version of the newer API and uid: "v2beta1/abc"
        self.data = Sources()
        self.health: tuple[int, t.Any] = (200, {"database": "ok", "version": "11.2.0", "commit": "x"})
        stand_in = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else None
                status, data = stand_in.answer(self.command, self.path, body, self.headers.get("Authorization"))
                raw = data if isinstance(data, bytes) else json.dumps(data).encode()
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", "/login?token=secret")
                self.send_header("Content-Type", "text/html" if isinstance(data, bytes) else "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            do_GET = do_POST = answer

            def log_message(self, *_words: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self) -> StandIn:
        self.thread.start()
        return self

    def __exit__(self, *_unused: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def written(self) -> list[str]:
        return [path for method, path in self.asked if method == "POST"]

    def answer(self, method: str, target: str, body: t.Any, login: str | None) -> tuple[int, t.Any]:
        parts = urlsplit(target)
        path = unquote(parts.path)
        self.asked.append((method, path))
        for (kind, start), answer in self.trouble.items():
            if kind == method and path.startswith(start) and self.times.get((kind, start), 1) > 0:
                if (kind, start) in self.times:
                    self.times[kind, start] -= 1
                return answer
        if path == "/api/health":
            return self.health
        basic = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if login not in (f"Bearer {TOKEN}", f"Basic {basic}", f"Bearer {VIEWER}"):
            return 401, {"message": "Invalid username or password"}
        name = path.rsplit("/", 1)[-1]
        if method == "GET" and path.startswith("/api/folders/"):
            return (200, {"uid": name, "title": self.folders[name]}) if name in self.folders else (404, {"message": "folder not found"})
        if (method, path) == ("POST", "/api/folders"):
            if body["uid"] in self.folders:
                return 412, {"message": "a folder with the same uid already exists in the organization", "status": "version-mismatch"}
            self.folders[body["uid"]] = body["title"]
            return 200, {"id": len(self.folders), **body}
        if method == "GET" and path.startswith("/api/dashboards/uid/"):
            return (200, self.dashboards[name]) if name in self.dashboards else (404, {"message": "Dashboard not found"})
        if (method, path) == ("POST", "/api/dashboards/db"):
            return self.save(body)
        if path.startswith("/apis/dashboard.grafana.app/"):
            _start, _apis, _group, version, _namespaces, namespace, *_rest = path.split("/")
            found = self.resources.get(f"{version}/{name}") if namespace == "org-2" else None
            return (200, found) if found else (404, {"kind": "Status", "status": "Failure", "reason": "NotFound", "code": 404})
        read = self.read(method, path, parts.query, body, may_list=login != f"Bearer {VIEWER}")
        if read is not None:
            return read
        if path == "/api/annotations":
            return self.annotate(body) if method == "POST" else (200, self.search(parse_qs(parts.query)))
        return 404, {"message": "Not found"}

    def read(self, method: str, path: str, query: str, body: t.Any, *, may_list: bool) -> tuple[int, t.Any] | None:
        """What a check asks."""
        name = path.rsplit("/", 1)[-1]
        if (method, path) == ("GET", "/api/search"):
            return 200, self.found(parse_qs(query))
        if (method, path) == ("GET", "/api/datasources"):
            return (200, self.data.listed()) if may_list else (403, {"message": "You'll need additional permissions"})
        if (method, path) == ("GET", "/api/frontend/settings"):
            return 200, self.data.frontend_settings()
        if (method, path) == ("POST", "/api/ds/query"):
            return self.data.query(body)
        if method == "GET" and path.startswith("/api/library-elements/"):
            model = self.library.get(name)
            return (200, {"result": {"uid": name, "model": model}}) if model else (404, {"message": "library element could not be found"})
        if method == "GET" and path.startswith("/api/datasources/uid/"):
            uid, _slash, rest = path.removeprefix("/api/datasources/uid/").partition("/")
            if rest == "health":
                return self.data.health(uid)
            if rest.startswith("resources/"):
                return self.data.resource(uid, rest.removeprefix("resources/"), query)
        return None

    def found(self, query: dict[str, list[str]]) -> list[dict[str, t.Any]]:
        tags, text = query.get("tag", []), query.get("query", [""])[0].lower()
        boards = [(uid, held["dashboard"]) for uid, held in self.dashboards.items()]
        return [
            {"uid": uid, "title": board.get("title"), "type": "dash-db", "tags": board.get("tags") or []}
            for uid, board in boards
            if set(tags) <= set(board.get("tags") or []) and text in str(board.get("title")).lower()
        ][: int(query.get("limit", ["1000"])[0])]

    def has(self, dashboard: dict[str, t.Any], folder: str = "") -> StandIn:
        """With this dashboard, as if somebody had saved it."""
        meta = {"folderUid": folder, "folderTitle": self.folders.get(folder, "General")}
        self.dashboards[dashboard["uid"]] = {"dashboard": dashboard, "meta": meta}
        return self

    def save(self, body: dict[str, t.Any]) -> tuple[int, t.Any]:
        dashboard, folder = body["dashboard"], body.get("folderUid", "")
        uid = dashboard["uid"]
        if folder and folder not in self.folders:
            return 400, {"message": "folder not found"}
        if uid in self.provisioned:
            return 400, {"message": "Cannot save provisioned dashboard"}
        held = self.dashboards.get(uid)
        if held and not body.get("overwrite"):
            return 412, {"status": "version-mismatch", "message": "The dashboard has been changed by someone else"}
        version = held["dashboard"]["version"] + 1 if held else 1
        stored = {**dashboard, "id": len(self.dashboards) + 1, "version": version}
        self.dashboards[uid] = {"dashboard": stored, "meta": {"folderUid": folder, "provisioned": False}}
        return 200, {"uid": uid, "status": "success", "version": version}

    def annotate(self, body: dict[str, t.Any]) -> tuple[int, t.Any]:
        if any(len(tag) > 100 for tag in body["tags"]):
            return 500, {"message": "Failed to save annotation"}
        self.annotations.append({"id": len(self.annotations) + 1, "timeEnd": body["time"], **body})
        return 200, {"message": "Annotation added", "id": len(self.annotations)}

    def search(self, query: dict[str, list[str]]) -> list[dict[str, t.Any]]:
        begin, end, tags = int(query["from"][0]), int(query["to"][0]), set(query.get("tags", []))
        return [item for item in self.annotations if tags <= set(item["tags"]) and item["time"] <= end and item["timeEnd"] >= begin]


__all__ = ("PAGE", "PASSWORD", "TOKEN", "USER", "StandIn")
