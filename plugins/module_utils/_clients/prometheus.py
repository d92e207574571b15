# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP API of Prometheus, and of what speaks it (Thanos, Mimir, VictoriaMetrics). PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import email.utils
import functools
import re
import typing as t
from urllib.parse import urlencode

from .._finding import CannotObserve
from .._http import Connection, HttpFailure, Response, public_url
from .._message import one_line
from .._phrase import Message, phrase, verbatim
from .._runner import Runner
from . import prometheus_json
from .prometheus_times import moment, prometheus_duration
from .promql import Tree, from_server

# longer ones are posted: servers and proxies refuse long addresses
LONGEST_ADDRESS = 4000
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
# /-/ready is not there (Thanos, Mimir, VictoriaMetrics behind a gateway), or a proxy lets only the API through
NO_READY = (401, 403, 404, 405)


class QueryRefused(CannotObserve):
    """The server understood the request and refuses it: a wrong query, or one that costs too much."""


NO_POST = (403, 405)


class PostRefused(CannotObserve):
    """What stands before the server lets only questions through that fit an address."""


class QueryTooSlow(CannotObserve):
    """No answer to a query in time, though the server is there."""


@dataclasses.dataclass(frozen=True)
class Sample:
    labels: t.Mapping[str, str]
    time: float
    value: float


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """What an expression came to; ``warnings`` say why the answer may be incomplete (a store that did not answer)."""

    samples: t.Sequence[Sample]
    warnings: t.Sequence[str] = ()


@dataclasses.dataclass(frozen=True)
class Range:
    labels: t.Mapping[str, str]
    samples: t.Sequence[tuple[float, float]]


@dataclasses.dataclass(frozen=True)
class Target:
    """An active target; ``scraped`` is None before its first scrape."""

    labels: t.Mapping[str, str]
    discovered: t.Mapping[str, str]
    scrape_url: str
    health: str  # up, down, unknown
    last_error: str
    scraped: dt.datetime | None
    interval: float | None

    @property
    def name(self) -> str:
        return f"{self.labels.get('job', '')}/{self.labels.get('instance', '')}"


@dataclasses.dataclass(frozen=True)
class Rule:
    """A rule as it is loaded; ``evaluated`` is None before its first evaluation, ``active`` since when it is pending or firing."""

    kind: str  # alerting, recording
    name: str
    query: str
    labels: t.Mapping[str, str]
    annotations: t.Mapping[str, str]
    state: str
    health: str  # ok, err, unknown
    last_error: str
    evaluated: dt.datetime | None
    group: str
    interval: float
    active: dt.datetime | None = None
    group_took: float = 0.0  # seconds of the last evaluation of its group
    holds_for: float = 0.0  # seconds that it has to be true before it fires
    group_key: str = ""  # tells groups of the same name in different files apart


Item = t.TypeVar("Item")


class Prometheus:
    """Everything that goes wrong is a CannotObserve whose instrument is this server."""

    def __init__(self, connection: Connection, runner: Runner) -> None:
        self.connection, self.runner = connection, runner
        self.base = connection.url.rstrip("/").removesuffix("/api/v1")
        self.instrument = f"Prometheus {public_url(self.base)}"

    # -- the instrument itself

    def ready(self) -> None:
        """CannotObserve unless /-/ready says so, or there is no such page."""
        response = self._request("GET", self.base + "/-/ready", light=True)
        if response.status in NO_READY:
            return
        if response.status != 200:
            raise self._cannot(
                phrase("{server} is not ready (/-/ready answered with {status})", server=self.instrument, status=response.status)
            )
        # VictoriaMetrics says that its one line of text is HTML when it packs it
        if response.looks_like_html and b"<" in response.body:
            raise self._cannot(
                phrase("{server} answered with a web page (a login page?) when it was asked whether it is ready", server=self.instrument)
            )

    def probe(self, query: str | None = None) -> None:
        """CannotObserve unless it is ready and can calculate; with ``query``, unless that returns something here."""
        self.ready()
        if [sample.value for sample in self.query("vector(1)")] != [1.0]:
            raise self._cannot(phrase("{server} does not answer vector(1) with 1", server=self.instrument))
        if query and not self.query(query):
            said = phrase(
                "{server} has nothing for {query}: is it the right server, and the right tenant?", server=self.instrument, query=query
            )
            raise self._cannot(said)

    def now(self, response: Response | None = None) -> dt.datetime:
        """The server's own time where the answer tells it: its times are compared with its clock."""
        try:
            moment = email.utils.parsedate_to_datetime(response.headers["date"]) if response else self.runner.now()
        except (KeyError, TypeError, ValueError):
            return self.runner.now()
        return moment if moment.tzinfo else moment.replace(tzinfo=dt.timezone.utc)

    # -- queries

    def query(self, expression: str, *, at: float | None = None) -> list[Sample]:
        """The instant vector (or the one scalar) of an expression."""
        data = self._found("/api/v1/query", {"query": expression, "time": at})[1]
        result, kind = self._listed(data.get("result")), data.get("resultType")
        try:
            if kind in ("scalar", "string"):
                return [_scalar(result, number=kind == "scalar")]
            if kind == "vector":
                return [_sample(item) for item in result]
        except (KeyError, IndexError, TypeError, ValueError):
            raise self._nonsense() from None
        raise self._cannot(
            phrase("{server} answered with a {kind} where an instant vector was asked for", server=self.instrument, kind=kind)
        )

    def evaluate(self, expression: str, *, fresh: bool = False) -> Evaluation:
        """The numbers of an expression, NaN and infinities too. CannotObserve for a range, a string or histograms."""
        _unused, data, warnings = self._found("/api/v1/query", {"query": expression}, fresh=fresh)
        result, kind = self._listed(data.get("result")), data.get("resultType")
        if kind not in ("scalar", "vector"):
            said = phrase(
                "{server} answered with a {kind}, and a number for each series was asked for: {query}",
                server=self.instrument,
                kind=kind,
                query=one_line(expression, 200),
            )
            raise self._cannot(said)
        try:
            if kind == "scalar":
                return Evaluation([_scalar(result)], warnings)
            if any("value" not in item for item in result):
                said = phrase(
                    "{server} answered with histograms, and a number for each series was asked for: {query}",
                    server=self.instrument,
                    query=one_line(expression, 200),
                )
                raise self._cannot(said)
            return Evaluation([_sample(item) for item in result], warnings)
        except (KeyError, IndexError, TypeError, ValueError):
            raise self._nonsense() from None

    def query_range(self, expression: str, start: float, end: float, step: float) -> list[Range]:
        found = self._found("/api/v1/query_range", {"query": expression, "start": start, "end": end, "step": step})
        try:
            return [
                Range(item["metric"], [(float(time), float(value)) for time, value in item.get("values", [])])
                for item in self._listed(found[1].get("result"))
            ]
        except (KeyError, TypeError, ValueError):
            raise self._nonsense() from None

    def series(self, selectors: t.Sequence[str], start: float, end: float, limit: int = 0) -> list[dict[str, str]]:
        """The label sets that had samples between two times; ``limit`` is heeded by newer servers only."""
        asked = {"match[]": list(selectors), "start": start, "end": end, "limit": limit or None}
        found: list[dict[str, str]] | None = self._answer("/api/v1/series", asked)[1]
        if not all(isinstance(labels, dict) for labels in self._listed(found)):
            raise self._nonsense()
        return self._listed(found)

    def has_metrics(self, start: float, end: float) -> bool:
        """Whether there was any series at all between two times."""
        found = self._answer("/api/v1/label/__name__/values", {"start": start, "end": end, "limit": 1})[1]
        return bool(self._listed(found))

    def samples(self, selector: str, window: str, most: int = 1) -> list[Range]:
        """The raw samples of a selector's series within a PromQL duration, of at most ``most`` series."""
        data = self._found("/api/v1/query", {"query": f"{selector}[{window}]"})[1]
        try:
            found = self._listed(data.get("result"))[:most]
            return [Range(item["metric"], [(float(time), float(value)) for time, value in item.get("values", [])]) for item in found]
        except (KeyError, TypeError, ValueError):
            raise self._nonsense() from None

    def metric_kinds(self) -> dict[str, str]:
        """The type of each metric (counter, gauge, ...) that the targets declare; nothing where the server does not say."""
        data = self._answer("/api/v1/metadata", {"limit_per_metric": 1}, missing=True)[1]
        try:
            return {str(name): str(found[0]["type"]) for name, found in (data or {}).items() if found}
        except (KeyError, IndexError, TypeError, AttributeError):
            raise self._nonsense() from None

    def declaring(self, metric: str, target: str | None = None) -> list[dict[str, str]] | None:
        """The labels of the targets that declare a metric (``# TYPE``), also one without samples; None where the server does not say.

        With ``target``, a selector of their labels, of one of those alone.
        """
        asked = {"metric": metric, "match_target": target, "limit": 1 if target else None}
        response, data, _warnings = self._answer("/api/v1/targets/metadata", asked, missing=True)
        if data is None:  # it says not_found of a metric that nobody declares
            return [] if b"not_found" in response.body else None
        try:
            return [dict(item["target"]) for item in data]
        except (KeyError, TypeError, ValueError):
            raise self._nonsense() from None

    def configured(self) -> dt.datetime | None:
        """Since when it runs with this configuration; None where the server does not say."""
        try:
            data = self._answer("/api/v1/status/runtimeinfo", {}, missing=True)[1]
            times = [moment(data.get(name)) for name in ("startTime", "lastConfigTime")]
        except (CannotObserve, AttributeError, TypeError, ValueError):
            return None
        return max((time for time in times if time), default=None)

    def parse_query(self, expression: str) -> Tree | None:
        """The expression as the server itself parses it; None where it does not offer that (before Prometheus 3)."""
        data = self._answer("/api/v1/parse_query", {"query": expression}, missing=True)[1]
        try:
            return None if data is None else from_server(data)
        except ValueError:
            raise self._cannot(phrase("{server} reads it in a way that is not known here", server=self.instrument)) from None

    # -- what it scrapes and evaluates

    def targets(self) -> tuple[list[Target], dt.datetime]:
        """The active targets, and the server's time."""
        response, data, _unused = self._found("/api/v1/targets", {"state": "active"})
        try:
            return [_target(item) for item in self._listed(data.get("activeTargets"))], self.now(response)
        except (KeyError, TypeError, AttributeError, ValueError):
            raise self._nonsense() from None

    def dropped(self) -> tuple[list[Target], dict[str, int]]:
        """The targets that relabelling dropped, as far as the server keeps them, and how many there are by scrape job."""
        _unused, data, _warnings = self._found("/api/v1/targets", {"state": "dropped"})
        try:
            found = [_target({"discoveredLabels": item.get("discoveredLabels")}) for item in data.get("droppedTargets") or []]
            counts = {str(job): int(count) for job, count in (data.get("droppedTargetCounts") or {}).items()}
        except (KeyError, TypeError, AttributeError, ValueError):
            raise self._nonsense() from None
        return [dataclasses.replace(one, labels={"job": one.discovered.get("job", "")}) for one in found], counts

    def scrapes(self) -> bool:
        """Whether its configuration has scrape jobs; False also where it shows none."""
        try:
            data = self._answer("/api/v1/status/config", {}, missing=True)[1]
        except CannotObserve:
            return False
        return isinstance(data, dict) and re.search(r"^scrape_configs:\s+- ", str(data.get("yaml")), re.MULTILINE) is not None

    @functools.cached_property
    def evaluator(self) -> Prometheus:
        """Whoever evaluates the rules and sends their alerts, where that is another program than the one that is queried."""
        if not self.connection.rules_url:
            return self
        how = dataclasses.replace(self.connection, url=self.connection.rules_url, failover=(), rules_url=None)
        return Prometheus(how, self.runner)

    def rules(self) -> tuple[list[Rule], dt.datetime]:
        """The loaded rules of every group, and the time of the program that evaluates them. CannotObserve where there is none."""
        if self.evaluator is not self:
            return self.evaluator.rules()
        response, data, _unused = self._found("/api/v1/rules", {})
        try:
            groups = self._listed(data.get("groups"))
            rules = [_rule(rule, group) for group in groups for rule in group.get("rules") or []]
        except (KeyError, TypeError, AttributeError, ValueError):
            raise self._nonsense() from None
        if not rules:
            said = phrase(
                "{server} evaluates no rules at all: give the address of what evaluates them (for VictoriaMetrics vmalert's), "
                "or look whether its rule files are loaded",
                server=self.instrument,
            )
            raise self._cannot(said)
        return rules, self.now(response)

    # -- the wire

    def _request(self, method: str, url: str, **options: t.Any) -> Response:
        try:
            return self.runner.ask(self.instrument, method, url, connection=self.connection, **options)
        except HttpFailure as exc:
            slow = exc.kind == "timeout" and "/api/v1/query" in url
            raise (QueryTooSlow if slow else CannotObserve)(exc.message, instrument=self.instrument) from None
        except CannotObserve as exc:
            raise CannotObserve(exc.message, instrument=self.instrument) from None

    def _found(
        self, path: str, parameters: t.Mapping[str, object], *, fresh: bool = False
    ) -> tuple[Response, prometheus_json.Data, list[str]]:
        """The answer, its ``data``, which is a mapping, and its warnings."""
        response, data, warnings = self._answer(path, parameters, fresh=fresh)
        found: prometheus_json.Data = data
        if not isinstance(found, dict):
            raise self._nonsense()
        return response, found, warnings

    def _listed(self, value: list[Item] | None) -> list[Item]:
        if not isinstance(value, list):
            raise self._nonsense()
        return value

    def _answer(
        self, path: str, parameters: t.Mapping[str, object], missing: bool = False, *, fresh: bool = False
    ) -> tuple[Response, t.Any, list[str]]:
        """The answer, its ``data`` and its warnings; with ``missing``, None for a page that the server does not have.

        ``fresh`` does not take one that somebody else got.
        """
        form = urlencode({name: value for name, value in parameters.items() if value is not None}, doseq=True)
        url = self.base + path
        if len(url) + len(form) < LONGEST_ADDRESS:
            response = self._request("GET", f"{url}?{form}" if form else url, **({"fresh": True} if fresh else {}))
        else:
            response = self._request("POST", url, headers=FORM, body=form.encode())
            if response.status in NO_POST:
                said = phrase(
                    "{server} refuses the request ({status}): look at the credentials and the tenant",
                    server=self.instrument,
                    status=response.status,
                )
                raise PostRefused(said, instrument=self.instrument)
        if response.status == 404 and missing:
            return response, None, []
        answer = self._success(response, path)
        data = answer.get("data")
        # a server that fans out (Thanos) says success with what it could reach: nothing from that is no proof of nothing
        result = data.get("result") if isinstance(data, dict) else data
        incomplete = [warning for warning in answer.get("warnings") or [] if not str(warning).startswith("PromQL ")]
        if incomplete and result == []:
            warning = one_line(incomplete[0], 200)
            raise self._cannot(
                phrase("{server} answered with nothing, and with a warning: {warning}", server=self.instrument, warning=warning)
            )
        return response, data, [one_line(warning, 200) for warning in answer.get("warnings") or []]

    def _success(self, response: Response, path: str) -> dict[str, t.Any]:
        """What the server answered, where that is a success."""
        status = response.status
        if status in (401, 403):
            said = phrase(
                "{server} refuses the request ({status}): look at the credentials and the tenant", server=self.instrument, status=status
            )
            raise self._cannot(said)
        if status == 404:
            said = phrase(
                "{server} has no {path:path} (404): is it a Prometheus, and is the path of its address right?",
                server=self.instrument,
                path=path,
            )
            raise self._cannot(said)
        unusable = phrase("{server} answered {path:path} with {status}", server=self.instrument, path=path, status=status)
        if status not in (200, 400, 422, 503):
            raise self._cannot(unusable)
        try:
            answer = response.json()
        except CannotObserve as exc:
            raise self._cannot(unusable if status != 200 else exc.message) from None
        if not isinstance(answer, dict):
            raise self._nonsense()
        if status != 200 and "Prometheus Agent" in str(answer.get("error")):
            raise self._cannot(
                phrase("{server} is a Prometheus agent, which answers no queries and evaluates no rules", server=self.instrument)
            )
        if status != 200 or answer.get("status") != "success":
            said = phrase(
                "{server} refuses the request ({status}): {reason}",
                server=self.instrument,
                status=status,
                reason=told(answer.get("error"), 200),
            )
            raise QueryRefused(said, instrument=self.instrument)
        return answer

    def _cannot(self, message: Message) -> CannotObserve:
        return CannotObserve(message, instrument=self.instrument)

    def _nonsense(self) -> CannotObserve:
        return self._cannot(phrase("{server} answered with JSON that is not as Prometheus's", server=self.instrument))


def told(reason: object, limit: int) -> Message:
    """The reason that a server gave."""
    said = one_line(reason, limit)
    return verbatim(said) if said else phrase("no reason given")


def _scalar(result: t.Sequence[object], *, number: bool = True) -> Sample:
    return Sample({}, float(str(result[0])), float(str(result[1])) if number else float("nan"))


def _sample(item: prometheus_json.Series) -> Sample:
    if not isinstance(item["metric"], dict):
        raise TypeError("labels are a mapping")
    if "value" in item:
        return Sample(item["metric"], float(item["value"][0]), float(item["value"][1]))
    return Sample(item["metric"], float(item["histogram"][0]), float(item["histogram"][1]["count"]))


def _target(item: prometheus_json.Target) -> Target:
    labels, discovered = item.get("labels") or {}, item.get("discoveredLabels") or {}
    return Target(
        {str(name): str(value) for name, value in labels.items()},
        {str(name): str(value) for name, value in discovered.items()},
        str(item.get("scrapeUrl") or ""),
        str(item.get("health") or "unknown").lower(),
        str(item.get("lastError") or ""),
        moment(item.get("lastScrape")),
        prometheus_duration(str(item.get("scrapeInterval") or discovered.get("__scrape_interval__") or "")),
    )


def _rule(item: prometheus_json.Rule, group: prometheus_json.Group) -> Rule:
    return Rule(
        str(item["type"]),
        str(item["name"]),
        str(item["query"]),
        dict(item.get("labels") or {}),
        dict(item.get("annotations") or {}),
        str(item.get("state") or ""),
        str(item.get("health") or "unknown").lower(),
        str(item.get("lastError") or ""),
        moment(item.get("lastEvaluation")),
        str(group.get("name") or ""),
        float(group.get("interval") or 0),
        active=min((since for since in (moment(alert.get("activeAt")) for alert in item.get("alerts") or []) if since), default=None),
        group_took=float(group.get("evaluationTime") or 0),
        holds_for=float(item.get("duration") or 0),
        group_key=f"{group.get('file') or ''};{group.get('name') or ''}",
    )


__all__ = (
    "Evaluation",
    "PostRefused",
    "Prometheus",
    "QueryRefused",
    "QueryTooSlow",
    "Range",
    "Rule",
    "Sample",
    "Target",
    "moment",
    "prometheus_duration",
    "told",
)
