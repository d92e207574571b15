# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for Loki, which answers as its HTTP API is documented: selectors, line filters, counts, limits, tenants."""

from __future__ import annotations

import dataclasses
import json
import re
import time
import typing as t

from log_stand_in import Answer, Asked, Json, StandIn

_STREAM = re.compile(r"\{([^}]*)\}\s*(.*)", re.DOTALL)
_MATCHER = re.compile(r'(\w+)(=~|!=|!~|=)"((?:[^"\\]|\\.)*)"')
_FILTER = re.compile(r'\|(=|~)\s*"((?:[^"\\]|\\.)*)"')
_COUNT = re.compile(r"sum by \((\w+)\) \(count_over_time\((.*) \[(\d+)s\]\)\)", re.DOTALL)
CONFIG = """\
target: all
auth_enabled: true
limits_config:
  ingestion_rate_mb: 4
  retention_period: {period}
  retention_stream:{streams}
  max_query_length: 30d1h
compactor:
  working_directory: /loki/retention
  retention_enabled: {enabled}
"""


@dataclasses.dataclass
class Line:
    tenant: str
    labels: dict[str, str]
    text: str
    moment: int  # ns


class Loki(StandIn):
    """``put`` lines into it; ``tenants`` says whether it asks for one."""

    def __init__(self, *, tenants: bool = False, longest: float = 721 * 3600.0, most: int = 5000) -> None:
        self.lines: list[Line] = []
        self.tenants, self.longest, self.most = tenants, longest, most
        self.config: str | None = CONFIG.format(period="31d", streams=" []", enabled="true")
        self.runtime = ""
        super().__init__()

    def put(self, labels: dict[str, str], text: str, *, moment: float | None = None, tenant: str = "fake") -> None:
        self.lines.append(Line(tenant, labels, text, int((time.time() if moment is None else moment) * 1e9)))

    def answer(self, asked: Asked) -> Answer:
        tenant = asked.headers.get("x-scope-orgid", "") if self.tenants else "fake"
        if asked.path == "/ready":
            return Answer(200, "ready\n")
        if asked.path in ("/config", "/runtime_config"):
            text = self.config if asked.path == "/config" else self.runtime
            return Answer(404, "404 page not found\n") if text is None else Answer(200, text)
        if not asked.path.startswith("/loki/api/v1/"):
            return Answer(404, "404 page not found\n")
        if not tenant:
            return Answer(401, "no org id\n")
        if asked.path == "/loki/api/v1/labels":
            names = sorted({name for line in self.lines if line.tenant == tenant for name in line.labels})
            return Answer(200, {"status": "success", "data": names})
        if asked.path == "/loki/api/v1/query_range":
            return self.query_range(asked.query, tenant)
        return Answer(404, "404 page not found\n")

    def query_range(self, asked: t.Mapping[str, str], tenant: str) -> Answer:
        start, end, query = int(asked["start"]), int(asked["end"]), asked["query"]
        if end < start:
            return Answer(400, "end timestamp must not be before or equal to start time\n")
        if (end - start) / 1e9 > self.longest:
            length = f"{int((end - start) / 3.6e12)}h0m0s"
            return Answer(400, f"the query time range exceeds the limit (query length: {length}, limit: {int(self.longest / 3600)}h)\n")
        counting = _COUNT.fullmatch(query)
        if counting:
            label, inner, step = counting.groups()
            return self.matrix(label, self.chosen(inner, tenant), start, end, int(step))
        if int(asked.get("limit", "100")) > self.most:
            return Answer(
                400, f"max entries limit per query exceeded, limit > max_entries_limit_per_query ({asked['limit']} > {self.most})\n"
            )
        found = self.chosen(query, tenant)
        if found is None:
            return Answer(400, "parse error at line 1, col 1: syntax error: unexpected IDENTIFIER\n")
        found = [line for line in found if start <= line.moment < end]
        found.sort(key=lambda line: line.moment, reverse=asked.get("direction", "backward") == "backward")
        streams: dict[str, Json] = {}
        for line in found[: int(asked.get("limit", "100"))]:
            stream = streams.setdefault(str(sorted(line.labels.items())), {"stream": line.labels, "values": []})
            stream["values"].append([str(line.moment), line.text])
        return Answer(200, {"status": "success", "data": {"resultType": "streams", "result": list(streams.values()), "stats": {}}})

    def matrix(self, label: str, lines: list[Line] | None, start: int, end: int, step: int) -> Answer:
        series: dict[str, dict[int, int]] = {}
        for at in range(start // 10**9, end // 10**9 + 1, step):
            for line in lines or []:
                if (at - step) * 10**9 < line.moment <= at * 10**9:
                    counts = series.setdefault(line.labels.get(label, ""), {})
                    counts[at] = counts.get(at, 0) + 1
        result = [
            {"metric": {label: name} if name else {}, "values": [[at, str(count)] for at, count in sorted(counts.items())]}
            for name, counts in series.items()
        ]
        return Answer(200, {"status": "success", "data": {"resultType": "matrix", "result": result}})

    def chosen(self, query: str, tenant: str) -> list[Line] | None:
        match = _STREAM.fullmatch(query)
        if not match or not _MATCHER.search(match[1]):
            return None
        matchers, filters = _MATCHER.findall(match[1]), _FILTER.findall(match[2])

        def fits(line: Line) -> bool:
            for name, operator, value in matchers:
                held = line.labels.get(name, "")
                same = bool(re.fullmatch(value, held)) if "~" in operator else held == value
                if same == operator.startswith("!"):
                    return False
            said = [(kind, json.loads(f'"{value}"')) for kind, value in filters]
            return all(re.search(value, line.text) if kind == "~" else value in line.text for kind, value in said)

        return [line for line in self.lines if line.tenant == tenant and fits(line)]


__all__ = ("CONFIG", "Loki")
