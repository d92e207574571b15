# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data sources of the stand-in for Grafana: those of Prometheus's kind hand each query to a real Prometheus."""

from __future__ import annotations

import json
import math
import re
import typing as t
import urllib.error
import urllib.request
from urllib.parse import parse_qs, urlencode

Json = dict[str, t.Any]
SCRAPED = 1.0  # seconds between two scrapes, as the data source has it in its settings


class Sources:
    """``sources`` by uid: name, type, url; ``canned``: by uid what answers a query of another kind, its frames or a reason."""

    def __init__(self) -> None:
        self.sources: dict[str, Json] = {}
        self.canned: dict[str, t.Callable[[Json], list[Json] | str]] = {}
        self.health_of: dict[str, tuple[int, t.Any]] = {}
        self.multi_status = False  # as newer ones answer where one query of several fails
        self.queries: list[Json] = []  # as they came

    def add_prometheus(self, url: str, uid: str = "prom", name: str = "Prometheus", **more: t.Any) -> None:
        self.sources[uid] = {"uid": uid, "name": name, "type": "prometheus", "url": url, "isDefault": not self.sources, **more}

    def add(self, uid: str, kind: str, answer: t.Callable[[Json], list[Json] | str], **more: t.Any) -> None:
        self.sources[uid] = {"uid": uid, "name": uid, "type": kind, "url": "", "isDefault": False, **more}
        self.canned[uid] = answer

    def listed(self) -> list[Json]:
        return [{"id": number, "access": "proxy", **source} for number, source in enumerate(self.sources.values(), 1)]

    def frontend_settings(self) -> Json:
        default = next((one["name"] for one in self.sources.values() if one["isDefault"]), "")
        named = {one["name"]: {"uid": one["uid"], "type": one["type"], "name": one["name"]} for one in self.sources.values()}
        return {
            "namespace": "org-2",
            "defaultDatasource": default,
            "datasources": {"-- Grafana --": {"uid": "grafana", "type": "datasource"}, **named},
        }

    def health(self, uid: str) -> tuple[int, t.Any]:
        source = self.sources.get(uid)
        if source is None:
            return 404, {"message": "Data source not found"}
        if uid in self.health_of:
            return self.health_of[uid]
        if source["type"] != "prometheus":
            return 404, {"message": "Plugin not found", "messageId": "plugin.notRegistered", "statusCode": 404}
        status, answer = _asked(source["url"], "/api/v1/query", {"query": "1+1"})
        if status == 200:
            return 200, {"message": "Successfully queried the Prometheus API.", "status": "OK"}
        return 400, {"message": f"There was an error returned querying the Prometheus API. {answer.get('error', '')}", "status": "ERROR"}

    def resource(self, uid: str, path: str, query: str) -> tuple[int, t.Any]:
        source = self.sources.get(uid)
        if source is None:
            return 404, {"message": "Data source not found"}
        form = dict(parse_qs(query))
        return _asked(source["url"], f"/{path}", form, method="GET")

    def query(self, body: Json) -> tuple[int, t.Any]:
        results: Json = {}
        self.queries.append(body)
        for query in body["queries"]:
            uid = query["datasource"]["uid"]
            if uid != "__expr__" and uid not in self.sources:
                return 404, {"message": "Data source not found", "messageId": "datasource.notFound", "statusCode": 404}
        for query in body["queries"]:
            uid = query["datasource"]["uid"]
            if uid == "__expr__":
                needed = str(query.get("expression") or "").lstrip("$")
                found = results.get(needed)
                results[query["refId"]] = found or {"status": 400, "error": f"could not find query {needed}"}
                continue
            answer = self.canned[uid](query) if uid in self.canned else _prometheus(self.sources[uid]["url"], query, body)
            if isinstance(answer, str):
                results[query["refId"]] = {"status": 400, "error": answer, "errorSource": "downstream"}
            else:
                results[query["refId"]] = {"status": 200, "frames": answer}
        failed = [one for one in results.values() if one.get("error")]
        return (200 if not failed else 207 if self.multi_status and len(failed) < len(results) else 400), {"results": results}


def _prometheus(url: str, query: Json, body: Json) -> list[Json] | str:
    start, end = int(body["from"]) / 1000, int(body["to"]) / 1000
    least = re.fullmatch(r"(\d+)([smh])", str(query.get("interval") or ""))
    own = float(least[1]) * {"s": 1, "m": 60, "h": 3600}[least[2]] if least else SCRAPED
    step = max(query["intervalMs"] / 1000, own)
    known = {"interval": step, "rate_interval": max(step + own, 4 * own), "range": end - start}

    def filled(match: re.Match[str]) -> str:
        milliseconds = int(known[match[1]] * 1000)
        return {"_ms": str(milliseconds), "_s": str(milliseconds // 1000)}.get(match[2] or "", f"{milliseconds}ms")

    expression = re.sub(r"\$\{?__(rate_interval|interval|range)(_ms|_s)?\}?", filled, query["expr"])
    if query.get("instant"):
        status, answer = _asked(url, "/api/v1/query", {"query": expression, "time": end})
    else:
        aligned = {"start": start // step * step, "end": end // step * step, "step": step}
        status, answer = _asked(url, "/api/v1/query_range", {"query": expression, **aligned})
    if status != 200:
        return f"{answer.get('errorType', 'execution')}: {answer.get('error', 'no answer')}"
    data = answer["data"]
    kind, result = data["resultType"], data["result"]
    if kind in ("scalar", "string"):
        result, kind = [{"metric": {}, "value": result}], "vector"
    meta = {"type": "numeric-multi" if kind == "vector" else "timeseries-multi", "custom": {"resultType": kind}}
    if not result:
        return [{"schema": {"refId": query["refId"], "meta": meta, "fields": []}, "data": {"values": []}}]
    return [frame(one["metric"], one.get("values") or [one["value"]], meta) for one in result]


def frame(labels: Json, points: t.Sequence[t.Sequence[t.Any]], meta: Json | None = None) -> Json:
    """A series as Grafana's JSON has it: what is no number is null, and told in the entities."""
    numbers = [float(value) for _at, value in points]
    odd: Json = {}
    for row, value in enumerate(numbers):
        if not math.isfinite(value):
            odd.setdefault("NaN" if math.isnan(value) else "Inf" if value > 0 else "NegInf", []).append(row)
    fields = [{"name": "Time", "type": "time"}, {"name": "Value", "type": "number", "labels": labels}]
    data: Json = {"values": [[int(at * 1000) for at, _value in points], [one if math.isfinite(one) else None for one in numbers]]}
    if odd:
        data["entities"] = [None, odd]
    return {"schema": {"refId": "", "meta": meta or {}, "fields": fields}, "data": data}


def logs(lines: t.Sequence[tuple[float, str]]) -> Json:
    """Log lines as Loki's plugin gives them."""
    fields = [{"name": "labels", "type": "other"}, {"name": "Time", "type": "time"}, {"name": "Line", "type": "string"}]
    values: list[list[t.Any]] = [[{} for _line in lines], [int(at * 1000) for at, _line in lines], [line for _at, line in lines]]
    return {"schema": {"meta": {"preferredVisualisationType": "logs"}, "fields": fields}, "data": {"values": values}}


def _asked(url: str, path: str, form: t.Mapping[str, t.Any], method: str = "POST") -> tuple[int, Json]:
    encoded = urlencode(form, doseq=True)
    request = urllib.request.Request(
        url + path + (f"?{encoded}" if method == "GET" else ""), data=encoded.encode() if method == "POST" else None, method=method
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return 200, json.load(answer)
    except urllib.error.HTTPError as exc:
        with exc:
            return exc.code, json.loads(exc.read() or b"{}")
    except OSError as exc:
        return 502, {"error": f'Post "{url}{path}": {exc}'}
