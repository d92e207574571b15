# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Loaded rules and series that a test makes up, answered as a Prometheus does."""

from __future__ import annotations

import datetime as dt
import json
import typing as t
from urllib.parse import parse_qs, urlsplit

from ansible_collections.operability.readiness.plugins.module_utils._argspec import parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import prometheus_alerts
from ansible_collections.operability.readiness.plugins.module_utils._clients.promql import parse, parse_selector
from ansible_collections.operability.readiness.plugins.module_utils._clients.promql_tree import Select
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from fakes import FakeRunner, Response
from promql_stand_in import Refused, Series, evaluate, selected

RECENT = "2026-11-25T05:59:50.1Z"


def alert(name: str = "Down", query: str = "up == 0", **changes: t.Any) -> dict[str, t.Any]:
    return {
        "type": "alerting",
        "name": name,
        "query": query,
        "labels": {"severity": "page", "service": "payments"},
        "annotations": {"summary": "it is down"},
        "state": "inactive",
        "health": "ok",
        "lastEvaluation": RECENT,
        "alerts": [],
        **changes,
    }


def record(name: str, query: str, **changes: t.Any) -> dict[str, t.Any]:
    return {"type": "recording", "name": name, "query": query, "health": "ok", "lastEvaluation": RECENT, **changes}


NOW = dt.datetime(2026, 11, 25, 6, 0, 0, tzinfo=dt.timezone.utc).timestamp()
DAY = 86_400.0


def series(selector: str, **changes: t.Any) -> Series:
    """One with the labels that a selector names, there since a month unless it is said otherwise."""
    chosen = parse_selector(selector)
    labels = {"__name__": chosen.metric or "", **{matcher.name: matcher.value for matcher in chosen.conditions}}
    return Series(labels, **{"since": NOW - 30 * DAY, **changes})


class Server:
    """Knows series by selectors: what is there ``now``, what was there ``earlier``, until two hours ago, and others as they are."""

    def __init__(
        self,
        rules: list[dict[str, t.Any]],
        now: t.Iterable[str] = ("up",),
        earlier: t.Iterable[str] = (),
        interval: float = 15,
        world: t.Iterable[Series] = (),
    ) -> None:
        self.rules, self.interval = rules, interval
        self.world = [*(series(one) for one in now), *(series(one, until=NOW - 2 * 3600) for one in earlier), *world]
        self.windows: list[float] = []
        self.asked: list[str] = []
        self.refused: set[str] = set()
        self.kinds: dict[str, str] = {}
        self.started: str | None = None
        self.posts = True

    def query(self, method: str, url: str, options: t.Any) -> t.Any:
        if method == "POST" and not self.posts:
            return Response(405, {}, b"not allowed", url, 0.1)
        asked = parse_qs(urlsplit(url).query) or parse_qs(options["body"].decode())
        text = asked["query"][0]
        self.asked.append(text)
        if text == "vector(1)":  # also without the library
            return {"status": "success", "data": {"resultType": "vector", "result": [{"metric": {}, "value": [NOW, "1"]}]}}
        tree = parse(text)
        if isinstance(tree, Select) and tree.range is not None:
            found = [(one.labels, one.samples(NOW - tree.range, NOW)) for one in selected(tree.choices[0], self.world)]
            matrix = [{"metric": labels, "values": [[at, str(value)] for at, value in values]} for labels, values in found if values]
            return {"status": "success", "data": {"resultType": "matrix", "result": matrix}}
        try:
            if any(one in text for one in self.refused):
                raise Refused("too many samples")
            rows = evaluate(text, self.world, float(asked["time"][0]) if "time" in asked else NOW)
        except Refused as exc:
            return Response(422, {}, json.dumps({"status": "error", "error": str(exc)}).encode(), url, 0.1)
        vector = [{"metric": labels, "value": [NOW, str(value)]} for labels, value in rows]
        return {"status": "success", "data": {"resultType": "vector", "result": vector}}

    def query_range(self, _method: str, url: str, options: t.Any) -> t.Any:
        asked = parse_qs(urlsplit(url).query) or parse_qs(options["body"].decode())
        start, end, step = (float(asked[name][0]) for name in ("start", "end", "step"))
        times = [start + number * step for number in range(int((end - start) / step) + 1)]
        found = [at for at in times if evaluate(asked["query"][0], self.world, at)]
        matrix = [{"metric": {}, "values": [[at, "1"] for at in found]}] if found else []
        return {"status": "success", "data": {"resultType": "matrix", "result": matrix}}

    def series(self, _method: str, url: str, options: t.Any) -> t.Any:
        asked = parse_qs(urlsplit(url).query) or parse_qs(options["body"].decode())
        start, end = float(asked["start"][0]), float(asked["end"][0])
        self.windows.append(end - start)
        wanted = [parse_selector(text) for text in asked["match[]"]]
        found = [one for one in self.world if any(one in selected(chosen, self.world) for chosen in wanted)]
        return {"status": "success", "data": [one.labels for one in found if one.samples(start, end)]}

    def run(self, **args: t.Any) -> Finding:
        groups = [{"name": "g", "interval": self.interval, "rules": self.rules}]
        runner = FakeRunner()
        wrap = {
            "/-/ready": "ready",
            "/api/v1/query": lambda *a: self._json(self.query(*a)),
            "/api/v1/query_range": lambda *a: self._json(self.query_range(*a)),
            "/api/v1/series": lambda *a: self._json(self.series(*a)),
            "/api/v1/rules": {"status": "success", "data": {"groups": groups}},
            "/api/v1/metadata": {"status": "success", "data": {name: [{"type": kind}] for name, kind in self.kinds.items()}},
            "/api/v1/targets": {"status": "success", "data": {"activeTargets": []}},
        }
        if self.started:
            wrap["/api/v1/status/runtimeinfo"] = {"status": "success", "data": {"startTime": self.started, "lastConfigTime": self.started}}
        runner.http.answers = wrap  # type: ignore[attr-defined] # the fake has it
        options = {"url": "http://prom:9090", "match": {"service": "payments"}, **args}
        return prometheus_alerts.run(parse_arguments(prometheus_alerts, options), runner)

    @staticmethod
    def _json(answer: t.Any) -> t.Any:
        return answer if isinstance(answer, Response) else FakeRunner(answers={"/": answer}).get("http://x/")
