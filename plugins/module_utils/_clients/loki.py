# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Loki as a log store: LogQL over HTTP. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import json
import re
import typing as t

from .._finding import CannotObserve
from .._http import Connection
from .._message import one_line
from .._phrase import Message, phrase
from .._runner import Runner
from .log_store import Flow, Kept, Place, Stored
from .log_values import around, as_moment, cut, duration_of, host_of, moment_of
from .log_wire import SKEW, LogServer, Refused, gather, look_on, not_in
from .loki_settings import Settings, settings_of

RANGE = "/loki/api/v1/query_range"
QUICK = 10.0  # seconds for what is only looked for because something is amiss
WINDOW = 30 * 86_400.0  # a little less than the longest time that a query may span, unless told otherwise
LONG_AGO = 400 * 86_400.0
MOST_WINDOWS = 72
NARROW = 3600.0  # how far times may be off where a query may not span days
STEPS = 240  # of the window in which lines are counted
LABELS = ("service_name", "job", "app", "host", "hostname", "instance", "namespace", "filename", "unit")  # labels that streams usually have
MOST_LABELS = 4
_TOO_LONG = re.compile(r"time range exceeds the limit|query length", re.I)
Json = dict[str, object]


class Loki:
    """A log store behind the Protocol LogStore. ``place.query`` is a stream selector, with filters behind it or without."""

    def __init__(self, connection: Connection, place: Place, runner: Runner) -> None:
        self.place, self.runner = place, runner
        base = connection.url.rstrip("/").removesuffix("/loki/api/v1").removesuffix("/loki")
        # it remembers that there was nothing at an earlier time, where a line may come late
        self.server = LogServer("Loki", base, connection, runner).with_headers({"Cache-Control": "no-cache"})
        if place.tenant:
            self.server = self.server.with_headers({"X-Scope-OrgID": place.tenant})
        self.name = self.server.name

    @property
    def tenant(self) -> str:
        given = {name.lower(): value for name, value in self.server.connection.headers.items()}
        return given.get("x-scope-orgid", "")

    @property
    def selector(self) -> str:
        """CannotObserve where there is none: Loki searches no streams that are not chosen."""
        query = (self.place.query or "").strip()
        if not query.startswith("{"):
            said = phrase("{server} needs a stream selector as its query, such as {example}", server=self.name, example='{app="payments"}')
            raise self.server.trouble(said)
        return query

    # -- the instrument itself

    def ready(self) -> list[Message]:
        selector = self.selector
        response = self.server.get("/ready", light=True, missing=(401, 403, 404, 405, 503))
        if response.status == 503:
            said = one_line(response.text, 200)
            raise self.server.trouble(phrase("{server} is not ready: {said}", server=self.name, said=said))
        now = self._now()
        self._streams(self.server, selector, now - 1, now, 1)
        return []

    # -- lines

    def find(self, tokens: t.Sequence[str], since: float) -> list[Stored]:
        selector, now = self.selector, self._now()
        try:
            return self._find(selector, tokens, since - SKEW, now + SKEW)
        except Refused as exc:
            if not _TOO_LONG.search(exc.reason):
                raise
            return self._find(selector, tokens, since - NARROW, now + NARROW)

    def find_elsewhere(self, tokens: t.Sequence[str], since: float) -> list[Stored]:
        """In other streams of the tenant, and under other times; of other tenants nothing can be seen without their names."""
        return look_on((self._in_other_streams, self._at_another_time), tokens, since)

    def _in_other_streams(self, tokens: t.Sequence[str], since: float) -> list[Stored]:
        now = self._now()
        times = {"start": _nanos(since - SKEW), "end": _nanos(now)}
        names = self._data(self.server.json(self.server.get("/loki/api/v1/labels", times, timeout=QUICK)))
        known = [str(name) for name in names] if isinstance(names, list) else []
        chosen = [name for name in LABELS if name in known] + [name for name in known if name not in LABELS and not name.startswith("__")]
        found: list[Stored] = []
        for name in chosen[:MOST_LABELS]:
            left = not_in(found, tokens)
            if left:
                found += self._find(f'{{{name}=~".+"}}', left, since - SKEW, now + SKEW, QUICK)
        hit = [token for token in tokens if token not in not_in(found, tokens)]
        inside = {(line.text, line.moment) for line in self.find(hit, since)} if hit else set()
        return [
            dataclasses.replace(
                line,
                astray=phrase("it lies in the stream {stream}, which {query} does not choose", stream=line.place, query=self.selector),
            )
            for line in found
            if (line.text, line.moment) not in inside
        ]

    def _at_another_time(self, tokens: t.Sequence[str], since: float) -> list[Stored]:
        begin = since - SKEW
        lines = self._find(self.selector, tokens, begin - WINDOW, begin, QUICK)
        return [
            dataclasses.replace(line, astray=phrase("it lies under the time {moment:moment}", moment=as_moment(line.moment)))
            for line in lines
        ]

    def flow(self, by: str, since: float, until: float) -> dict[str, Flow]:
        """``newest`` is known to a part of the window (STEPS), and never said to be later than it is."""
        step = max(int((until - since) / STEPS), 1)
        label = re.sub(r"\W", "_", by)
        counting = f"sum by ({label}) (count_over_time({self.selector} [{step}s]))"
        flow: dict[str, Flow] = {}
        for labels, points in self._counted(counting, since, until, step):
            moments = [moment for moment, count in points if count]
            if moments:
                flow[str(labels.get(label, ""))] = Flow(sum(count for _moment, count in points), max(moments) - step)
        return flow

    def oldest(self) -> float | None:
        """Window by window, from long ago on: a query may span a month only."""
        now = self._now()
        kept = self._quietly_kept()
        back = LONG_AGO if kept is None or kept.seconds is None else kept.seconds + 2 * WINDOW
        begin = now - min(back, MOST_WINDOWS * WINDOW)
        while begin < now:
            lines = self._streams(self.server, self.selector, begin, min(begin + WINDOW, now), 1, direction="forward")
            moments = [line.moment for line in lines if line.moment is not None]
            if moments:
                return min(moments)
            begin += WINDOW
        return None

    def filled(self, step: float) -> list[float]:
        """Window by window, as ``oldest``; a moment is that of the end of what was counted, less the step."""
        now, begin = self._now(), self.oldest()
        found: list[float] = []
        while begin is not None and begin < now:
            end = min(begin + WINDOW, now)
            counting = f"sum(count_over_time({self.selector} [{int(step)}s]))"
            for _labels, points in self._counted(counting, begin, end + step, step):
                found += [moment - step for moment, count in points if count]
            begin = end
        return found

    def _counted(
        self, counting: str, since: float, until: float, step: float
    ) -> list[tuple[t.Mapping[str, object], list[tuple[float, int]]]]:
        """The labels of each series, and its values, each at the end of its step."""
        asked = {"query": counting, "start": _nanos(since + step), "end": _nanos(until), "step": f"{int(step)}s"}
        data = self._mapping(self.server.post_form(RANGE, asked))
        try:
            if data["resultType"] != "matrix":
                raise self.server.nonsense()
            return [
                (dict(series["metric"]), [(float(moment), int(float(count))) for moment, count in series["values"]])
                for series in t.cast("list[dict[str, t.Any]]", data["result"])
            ]
        except (KeyError, TypeError, ValueError, AttributeError):
            raise self.server.nonsense() from None

    # -- how long

    def kept(self) -> Kept | None:
        settings = self._settings()
        if settings is None:
            return None
        if not settings.deletes:
            return Kept(None, phrase("{server} deletes nothing: compactor.retention_enabled is not set", server=self.name))
        given = settings.of_tenant.get(self.tenant, settings.period)
        seconds = duration_of(given)
        if seconds is None:
            raise self.server.trouble(
                phrase("{server} has a retention that cannot be read: {given}", server=self.name, given=one_line(given, 80))
            )
        sooner = None
        shorter = [period for period in settings.of_streams if (one := duration_of(period)) is not None and (one < seconds or not seconds)]
        if shorter:
            sooner = phrase("retention_stream drops some streams after {periods:list}", periods=shorter)
        said = phrase("retention_period={given} of {server}", given=given, server=self.name)
        return Kept(seconds or None, said, sooner)

    def _quietly_kept(self) -> Kept | None:
        try:
            return self.kept()
        except CannotObserve:
            return None

    def _settings(self) -> Settings | None:
        """None where a gateway does not show them."""
        response = self.server.get("/config", missing=range(300, 600), timeout=QUICK)
        if response.status != 200 or response.looks_like_html or "limits_config:" not in response.text:
            return None
        own = self.server.get("/runtime_config", missing=range(300, 600), timeout=QUICK)
        return settings_of(response.text, own.text if own.status == 200 and not own.looks_like_html else "")

    # -- the wire

    def _now(self) -> float:
        return self.runner.now().timestamp()

    def _find(self, query: str, tokens: t.Sequence[str], start: float, end: float, timeout: float = 30.0) -> list[Stored]:
        def search(wanted: list[str], most: int) -> tuple[list[Stored], bool]:
            marked = f"{query} |~ {json.dumps('|'.join(map(re.escape, wanted)))}"
            lines = self._streams(self.server, marked, start, end, most, timeout=timeout)
            kept = [dataclasses.replace(line, text=around(line.text, wanted)) for line in lines if any(one in line.text for one in wanted)]
            return kept, len(lines) >= most

        return gather(self.server, tokens, search)

    def _streams(
        self, server: LogServer, query: str, start: float, end: float, limit: int, *, direction: str = "backward", timeout: float = 30.0
    ) -> list[Stored]:
        asked = {"query": query, "start": _nanos(start), "end": _nanos(end), "limit": limit, "direction": direction}
        data = self._mapping(server.post_form(RANGE, asked, timeout=timeout))
        if data.get("resultType") != "streams":
            said = phrase(
                "{server} answers {query} with numbers: a stream selector is needed, not a metric", server=self.name, query=self.place.query
            )
            raise self.server.trouble(said)
        lines: list[Stored] = []
        try:
            for stream in t.cast("list[dict[str, t.Any]]", data["result"]):
                labels = {str(name): str(value) for name, value in stream["stream"].items()}
                for entry in stream["values"]:
                    lines.append(self._stored(labels, entry))
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            raise self.server.nonsense() from None
        return lines

    def _stored(self, labels: t.Mapping[str, str], entry: t.Sequence[t.Any]) -> Stored:
        more = entry[2] if len(entry) > 2 and isinstance(entry[2], dict) else {}
        fields = {**{str(name): str(value) for name, value in more.items()}, **labels}
        field = self.place.host_field
        return Stored(
            text=str(entry[1]),
            moment=moment_of(str(entry[0])),
            host=host_of(fields, re.sub(r"\W", "_", field) if field and field not in fields else field),
            place="{" + ", ".join(f"{name}={json.dumps(value)}" for name, value in sorted(labels.items())[:10]) + "}",
            fields=cut(fields, ()),
            field="line",
        )

    def _mapping(self, response: t.Any) -> Json:
        data = self._data(self.server.json(response))
        if not isinstance(data, dict):
            raise self.server.nonsense()
        return data

    def _data(self, answer: object) -> object:
        """What an answer holds. CannotObserve where it may be a part only."""
        if not isinstance(answer, dict) or answer.get("status") != "success":
            raise self.server.nonsense()
        data = answer.get("data")
        warnings = answer.get("warnings")
        if warnings and isinstance(data, dict) and not data.get("result"):
            warning = one_line(warnings[0] if isinstance(warnings, list) else warnings, 200)
            raise self.server.trouble(
                phrase("{server} answered with nothing, and with a warning: {warning}", server=self.name, warning=warning)
            )
        return data


def _nanos(seconds: float) -> str:
    return str(int(seconds * 1000) * 1_000_000)


__all__ = ("Loki",)
