# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP API of Prometheus, and of what speaks it (Thanos, Mimir, VictoriaMetrics). PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import email.utils
import re
import typing as t
from urllib.parse import urlencode

from .._finding import CannotObserve
from .._http import Connection, Response, public_url
from .._message import one_line
from .._phrase import Message, phrase, verbatim
from .._runner import Runner
from .promql import Node, from_server

# longer ones are posted: servers and proxies refuse long addresses
LONGEST_ADDRESS = 4000
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
# /-/ready is not there (Thanos, Mimir, VictoriaMetrics behind a gateway), or a proxy lets only the API through
NO_READY = (401, 403, 404, 405)


class QueryRefused(CannotObserve):
    """The server understood the request and refuses it: a wrong query, or one that costs too much."""


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
    """A rule as it is loaded; ``evaluated`` is None before its first evaluation."""

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


# what the server's JSON has, as far as it is read here; what it lacks or has otherwise is told as nonsense


class _Histogram(t.TypedDict):
    count: str


class _Series(t.TypedDict, total=False):
    metric: dict[str, str]
    value: tuple[float, str]
    values: list[tuple[float, str]]
    histogram: tuple[float, _Histogram]


class _Target(t.TypedDict, total=False):
    labels: dict[str, str] | None
    discoveredLabels: dict[str, str] | None
    scrapeUrl: str
    health: str
    lastError: str
    lastScrape: str
    scrapeInterval: str


class _Rule(t.TypedDict, total=False):
    type: str
    name: str
    query: str
    labels: dict[str, str] | None
    annotations: dict[str, str] | None
    state: str
    health: str
    lastError: str
    lastEvaluation: str


class _Group(t.TypedDict, total=False):
    name: str
    interval: float
    rules: list[_Rule] | None


class _Data(t.TypedDict, total=False):
    resultType: str
    result: list[_Series]
    activeTargets: list[_Target]
    droppedTargets: list[_Target] | None
    droppedTargetCounts: dict[str, int] | None
    groups: list[_Group]


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

    def parse_query(self, expression: str) -> Node | None:
        """The expression as the server itself parses it; None where it does not offer that (before Prometheus 3)."""
        try:
            data = self._answer("/api/v1/parse_query", {"query": expression}, missing=True)[1]
            return None if data is None else from_server(data)
        except ValueError:
            raise self._nonsense() from None

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

    def rules(self) -> tuple[list[Rule], dt.datetime]:
        """The loaded rules of every group, and the server's time; of the program that evaluates them, where that is another one."""
        if self.connection.rules_url:
            how = dataclasses.replace(self.connection, url=self.connection.rules_url, failover=(), rules_url=None)
            return Prometheus(how, self.runner).rules()
        response, data, _unused = self._found("/api/v1/rules", {})
        try:
            groups = self._listed(data.get("groups"))
            return [_rule(rule, group) for group in groups for rule in group.get("rules") or []], self.now(response)
        except (KeyError, TypeError, AttributeError, ValueError):
            raise self._nonsense() from None

    # -- the wire

    def _request(self, method: str, url: str, **options: t.Any) -> Response:
        try:
            return self.runner.ask(self.instrument, method, url, connection=self.connection, **options)
        except CannotObserve as exc:
            raise CannotObserve(exc.message, instrument=self.instrument) from None

    def _found(self, path: str, parameters: t.Mapping[str, object], *, fresh: bool = False) -> tuple[Response, _Data, list[str]]:
        """The answer, its ``data``, which is a mapping, and its warnings."""
        response, data, warnings = self._answer(path, parameters, fresh=fresh)
        found: _Data = data
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
        if response.status == 404 and missing:
            return response, None, []
        answer = self._success(response, path)
        data = answer.get("data")
        # a server that fans out (Thanos) says success with what it could reach: nothing from that is no proof of nothing
        result = data.get("result") if isinstance(data, dict) else data
        if answer.get("warnings") and result == []:
            warning = one_line(answer["warnings"][0], 200)
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
            said = phrase(
                "{server} is a Prometheus agent, which answers no queries: name the server to which it writes", server=self.instrument
            )
            raise self._cannot(said)
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


def _sample(item: _Series) -> Sample:
    if not isinstance(item["metric"], dict):
        raise TypeError("labels are a mapping")
    if "value" in item:
        return Sample(item["metric"], float(item["value"][0]), float(item["value"][1]))
    return Sample(item["metric"], float(item["histogram"][0]), float(item["histogram"][1]["count"]))


def _target(item: _Target) -> Target:
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


def _rule(item: _Rule, group: _Group) -> Rule:
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
    )


def moment(text: str | None) -> dt.datetime | None:
    """A time as Go writes it (nanoseconds); None for Go's zero time and for none. ValueError."""
    if not text or str(text).startswith("0001-01-01"):
        return None
    match = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)", str(text))
    if not match:
        raise ValueError(f"{text} is not a time")
    fraction = (match.group(2) or "")[:6].ljust(6, "0")
    zone = "+00:00" if match.group(3) == "Z" else match.group(3)
    return dt.datetime.fromisoformat(f"{match.group(1)}.{fraction}{zone}")


def prometheus_duration(text: str) -> float | None:
    """Seconds of ``1m30s`` as Prometheus writes it, or of Go's ``1m0s``; None for anything else."""
    units = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31536000}
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|[smhdwy])", text) if len(text) <= 100 else []
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    return float(sum(float(number) * units[unit] for number, unit in parts))


__all__ = ("Evaluation", "Prometheus", "QueryRefused", "Range", "Rule", "Sample", "Target", "moment", "prometheus_duration", "told")
