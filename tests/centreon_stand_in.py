# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small server that behaves as Centreon's web API is documented to: logins, hosts, services, contacts, downtimes. It is no Centreon."""

from __future__ import annotations

import dataclasses
import datetime as dt
import http.server
import json
import pathlib
import re
import threading
import typing as t
from urllib.parse import parse_qs, urlsplit

TOKEN, OLD_TOKEN, USER, PASSWORD = "9ed937d3911d212eae59300ac6977352", "NTc1MDU3MGE3M2Ji", "readiness", "p:ass wörd"
_Json = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Moment:
    """So many seconds from when it is asked for."""

    seconds: float


def written(moment: Moment) -> str:
    """As Centreon writes times."""
    return (dt.datetime.now(dt.timezone.utc) + dt.timedelta(seconds=moment.seconds)).replace(microsecond=0).isoformat()


def host(number: int, name: str, **changes: t.Any) -> _Json:
    return {
        "id": number,
        "name": name,
        "poller_id": 1,
        "state": 0,
        "state_type": 1,
        "output": "OK - rta 0.1ms",
        "checked": True,
        "acknowledged": False,
        "acknowledgement": None,
        "active_checks": True,
        "passive_checks": False,
        "check_interval": 5.0,
        "check_period": "24x7",
        "notification_period": "24x7",
        "notify": True,
        "notify_on_down": True,
        "flapping": False,
        "last_check": Moment(-60),
        "next_check": Moment(240),
        "scheduled_downtime_depth": 0,
        **changes,
    }


def service(number: int, description: str, **changes: t.Any) -> _Json:
    return {
        "id": number,
        "description": description,
        "state": 0,
        "state_type": 1,
        "output": "OK",
        "is_checked": True,
        "is_acknowledged": False,
        "acknowledgement": None,
        "is_active_check": True,
        "check_interval": 5.0,
        "check_period": "24x7",
        "flapping": False,
        "last_check": Moment(-60),
        "next_check": Moment(240),
        "scheduled_downtime_depth": 0,
        **changes,
    }


def contact(name: str, period: str = "24x7", events: tuple[str, ...] = ("CRITICAL", "DOWN", "OK", "UP")) -> _Json:
    one = {"events": list(events), "time_period": {"id": 1, "name": period, "alias": period}}
    return {"id": 14, "name": name, "alias": name, "email": f"{name}@localhost", "notifications": {"host": one, "service": one}}


def policy(*contacts: _Json, groups: tuple[str, ...] = (), enabled: bool = True) -> _Json:
    named = [{"id": number, "name": name, "alias": name} for number, name in enumerate(groups)]
    return {"contacts": list(contacts), "contact_groups": named, "is_notification_enabled": enabled}


class StandIn:
    """``hosts`` with their services; ``policies`` by the path of an object, else ``told``; in the shape of servers.Server."""

    def __init__(self, folder: pathlib.Path | str = ".", **changes: t.Any) -> None:
        self.hosts: list[tuple[_Json, list[_Json]]] = changes.get("hosts", [(host(12, "web1"), [service(5, "http")])])
        self.told: _Json = changes.get("told", policy(contact("alice"), groups=("team-payments",)))
        self.policies: dict[str, _Json] = changes.get("policies", {})
        self.members: dict[str, list[str]] = changes.get("members", {"team-payments": ["alice"]})
        self.administrator: bool = changes.get("administrator", True)
        self.running: bool = changes.get("running", True)
        self.downtimes: list[_Json] = changes.get("downtimes", [])
        self.periods: list[_Json] | None = changes.get("periods", [_always("24x7")])
        self.asked: list[str] = []
        self.open = 0  # sessions
        stand_in = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                status, data = stand_in.answer(self.command, self.path, raw, self.headers)
                body = json.dumps(data, default=written).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = answer  # noqa: N815 # names of http.server

            def log_message(self, *_words: object) -> None:
                """Says nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/centreon"

    def answer(self, method: str, address: str, raw: str, headers: t.Any) -> tuple[int, t.Any]:
        parts = urlsplit(address)
        path, query = parts.path.removeprefix("/centreon"), {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.asked.append(f"{method} {path}")
        if path == "/api/index.php":
            return self._older(query, raw, headers)
        path = path.removeprefix("/api/latest")
        if path == "/login":
            given = json.loads(raw)["security"]["credentials"]
            if given != {"login": USER, "password": PASSWORD}:
                return 401, {"code": 401, "message": "Authentication failed"}
            self.open += 1
            return 200, {"contact": {"id": 3, "name": USER, "is_admin": False}, "security": {"token": TOKEN}}
        if headers.get("X-AUTH-TOKEN") != TOKEN:
            return 401, {"code": 401, "message": "Bad credentials"}
        if path == "/logout":
            self.open -= 1
            return 200, {"message": "Successful logout"}
        return self._resource(path, query)

    def _older(self, query: t.Mapping[str, str], raw: str, headers: t.Any) -> tuple[int, t.Any]:
        if query.get("action") == "authenticate":
            given = {name: values[0] for name, values in parse_qs(raw).items()}
            return (200, {"authToken": OLD_TOKEN}) if given == {"username": USER, "password": PASSWORD} else (403, "Bad credentials")
        if headers.get("centreon-auth-token") != OLD_TOKEN or not self.administrator:
            return 401, "Unauthorized"
        asked = json.loads(raw)
        return 200, {"result": [{"id": str(number), "name": name} for number, name in enumerate(self.members[asked["values"]])]}

    def _resource(self, path: str, query: t.Mapping[str, str]) -> tuple[int, t.Any]:
        search = json.loads(query.get("search", "{}"))
        names = search.get("host.name", {}).get("$in", [])
        chosen = [(one, services) for one, services in self.hosts if one["name"] in names]
        if path == "/monitoring/servers":
            return 200, _page([{"id": 1, "name": "Central", "isRunning": self.running, "lastAlive": 1}], query)
        if path == "/monitoring/hosts":
            return 200, _page([one for one, _services in chosen], query)
        if path == "/monitoring/services":
            found = [{**item, "host": {"id": one["id"], "name": one["name"]}} for one, services in chosen for item in services]
            return 200, _page(found, query)
        if path == "/monitoring/downtimes":
            numbers = {one["id"] for one, _services in chosen}
            return 200, _page([item for item in self.downtimes if item["host_id"] in numbers], query)
        if path == "/configuration/timeperiods":
            if self.periods is None:
                return 403, {"code": 403, "message": "You are not allowed to access time periods"}
            return 200, _page([item for item in self.periods if item["name"] == search["name"]["$eq"]], query)
        asked = re.fullmatch(r"/(monitoring|configuration)(/hosts/(\d+)(?:/services/(\d+))?)(/notification-policy)?", path)
        for one, services in self.hosts if asked else ():
            assert asked
            if one["id"] == int(asked[3]):
                if asked[5]:
                    return 200, self.policies.get(asked[2], self.told)
                return 200, next((item for item in services if asked[4] and item["id"] == int(asked[4])), one)
        return 404, {"code": 404, "message": "Not found"}

    def start(self) -> StandIn:
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self) -> StandIn:
        return self.start()

    def __exit__(self, *_unused: object) -> None:
        self.stop()


def _always(name: str) -> _Json:
    return {
        "id": 1,
        "name": name,
        "days": [{"day": day, "time_range": "00:00-24:00"} for day in range(1, 8)],
        "templates": [],
        "exceptions": [],
    }


def _page(items: list[_Json], query: t.Mapping[str, str]) -> _Json:
    limit, page = int(query.get("limit", 10)), int(query.get("page", 1))
    return {"result": items[(page - 1) * limit : page * limit], "meta": {"page": page, "limit": limit, "total": len(items)}}


def downtime(end: float, *, start: float = -60, service_id: int | None = None, **changes: t.Any) -> _Json:
    """A fixed downtime of the host 12; times are seconds from now."""
    return {
        "id": 329,
        "host_id": 12,
        "service_id": service_id,
        "author_name": "alice",
        "comment": "disk swap",
        "start_time": Moment(start),
        "end_time": Moment(end),
        "duration": int(end - start),
        "is_fixed": True,
        "is_cancelled": False,
        "deletion_time": None,
        **changes,
    }


__all__ = ("PASSWORD", "TOKEN", "USER", "Moment", "StandIn", "contact", "downtime", "host", "policy", "service")
