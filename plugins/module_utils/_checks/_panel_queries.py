# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The queries of a panel as they are sent to Grafana when somebody opens the dashboard. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import re
import typing as t

from .._clients.grafana_filters import NotFiltered, with_filters
from .._clients.grafana_options import NotFilled
from .._clients.grafana_panels import EXPRESSION, MIXED, OF_DASHBOARD, OF_GRAFANA, Json, Panel
from .._clients.grafana_reading import Forbidden, GrafanaReader, Missing, Source
from .._clients.grafana_templates import LOKI, PROMETHEUS, Value, filled, filled_within, ways_of
from .._clients.grafana_time import Range, overridden, seconds, step_of, whole_number
from .._clients.grafana_variables import NoValue, Variables
from .._clients.promql import ALERT_METRICS, NotParsed, Tree, parse, selectors
from .._clients.promql_tree import ABSENT, Binary, Call, Select, everything, parts
from .._message import one_line
from .._phrase import Message, phrase

POINTS = 500  # of a curve, where the panel does not say
MOST_POINTS = 1000
MOST_QUERIES = 100  # of one panel
LOOKBACK = 3600.0  # seconds
TEST_DATA = ("testdata", "grafana-testdata-datasource")
_CONSTANT = re.compile(r"\bor\b\s*(?:on\s*\(\s*\)\s*)?\(?\s*(?:vector|absent|absent_over_time)\s*\(", re.IGNORECASE)


class Kind(enum.Enum):
    """What became of a panel."""

    DATA = "data"
    CONSTANT = "constant"  # data, but only the number that the query itself makes up where there is nothing
    EXCUSED = "excused"
    WITHOUT = "without"  # it asks nothing
    PARTIAL = "partial"
    UNSEEN = "unseen"
    FAULT = "fault"
    EMPTY = "empty"  # a fault that may be excused


@dataclasses.dataclass(frozen=True)
class Seen:
    """What is said of a panel."""

    panel: Panel
    label: str
    kind: Kind
    message: Message
    sources: tuple[Source, ...] = ()


@dataclasses.dataclass(frozen=True)
class Query:
    """One query, filled in. ``now``: the end of the curve is asked too, since its last point may lie a step before it."""

    ref: str
    body: Json
    source: Source
    step: float  # seconds
    is_shown: bool = True
    is_constant: bool = False
    is_quiet: bool = False  # empty while all is well, by what it asks for
    now: bool = False
    needs: tuple[str, ...] = ()  # selectors that must have series all the same, of one that is quiet
    made_of: tuple[str, ...] | None = None  # all of its selectors, where it may have made up all that it shows


@dataclasses.dataclass(frozen=True)
class Job:
    """A panel to ask. ``together``: its queries need each other, and keep their names."""

    panel: Panel
    label: str
    queries: tuple[Query, ...]
    whole: Range
    together: bool = False

    @property
    def sources(self) -> tuple[Source, ...]:
        return tuple(dict.fromkeys(query.source for query in self.queries if query.source.uid != EXPRESSION))


class Preparing:
    """Makes jobs of panels. ``others``: all panels, by id, for those that show what another one has asked."""

    def __init__(self, reader: GrafanaReader, variables: Variables, whole: Range, now: dt.datetime, others: t.Mapping[str, Panel]) -> None:
        self.reader, self.variables, self.whole, self.now, self.others = reader, variables, whole, now, others

    def jobs(self, panel: Panel) -> list[Job | Seen]:
        """One for each value for which the panel is repeated."""
        try:
            if panel.library:
                panel = panel.made_of(self.reader.library_panel(panel.library))
            if panel.asks_nothing:
                return [Seen(panel, panel.name, Kind.WITHOUT, phrase("it asks nothing"))]
            scopes = self.variables.repeated(panel.repeats)
        except Missing:
            return [Seen(panel, panel.name, Kind.FAULT, phrase("its library panel {uid} does not exist", uid=one_line(panel.library, 100)))]
        except (Forbidden, NotFilled) as exc:
            return [Seen(panel, panel.name, Kind.UNSEEN, exc.message)]
        except NoValue as exc:
            return [Seen(panel, panel.name, Kind.EMPTY, exc.message)]
        return [self._one(panel, scope) for scope in scopes]

    def _one(self, panel: Panel, scope: t.Mapping[str, Value]) -> Job | Seen:
        label = self._label(panel, scope)
        try:
            return self._job(panel, label, scope)
        except NoValue as exc:
            return Seen(panel, label, Kind.EMPTY, exc.message)
        except (NotFilled, NotFiltered) as exc:
            return Seen(panel, label, Kind.UNSEEN, exc.message)

    def _label(self, panel: Panel, scope: t.Mapping[str, Value]) -> str:
        try:
            title = filled(panel.name, self.variables.scoped(scope), "text")
        except (NotFilled, NoValue):
            title = panel.name
        chosen = [value.shown[0] for value in scope.values() if value.shown[0] not in title]
        return one_line(f"{title} ({', '.join(chosen)})" if chosen else title, 100)

    def _job(self, panel: Panel, label: str, scope: t.Mapping[str, Value]) -> Job | Seen:
        asked = panel
        if _is(panel.source, OF_DASHBOARD) or any(_is(target.get("datasource"), OF_DASHBOARD) for target in panel.targets):
            other = next((str(target["panelId"]) for target in panel.targets if target.get("panelId") is not None), "")
            if other not in self.others or self.others[other] is panel:
                return Seen(panel, label, Kind.FAULT, phrase("it shows what the panel {id} has asked, which is not there", id=other))
            asked = self.others[other]
            if _is(asked.source, OF_DASHBOARD):
                raise NotFilled(phrase("it shows what a panel has asked that shows what another one has asked"))
        model = asked.model
        whole = overridden(self.whole, model.get("timeFrom"), model.get("timeShift"), self.now)
        if len(asked.targets) > MOST_QUERIES:
            raise NotFilled(phrase("it has more than {most:number} queries", most=MOST_QUERIES))
        queries = [query for number, target in enumerate(asked.targets) if (query := self._query(asked, target, number, whole, scope))]
        shown = [query for query in queries if query.is_shown]
        if not shown:
            return Seen(panel, label, Kind.EMPTY, _without_queries(asked))
        made_up = [query for query in shown if query.source.kind in TEST_DATA or _is_random(query)]
        if made_up:
            return Seen(panel, label, Kind.FAULT, phrase("it shows made up numbers, from {source}", source=made_up[0].source.name))
        if all(query.source.uid in OF_GRAFANA for query in shown):
            return Seen(panel, label, Kind.WITHOUT, phrase("it shows what Grafana itself has"))
        together = any(query.source.uid == EXPRESSION for query in queries)
        return Job(panel, label, tuple(queries if together else shown), whole, together)

    def _query(self, panel: Panel, target: Json, number: int, whole: Range, scope: t.Mapping[str, Value]) -> Query | None:
        """None where there is nothing to send: Grafana does not send a query without an expression either."""
        ref = str(target.get("refId") or chr(ord("A") + number % 26))
        hidden = bool(target.get("hide"))
        own = target.get("datasource")
        if _is(own, EXPRESSION):
            source = Source(EXPRESSION, EXPRESSION, EXPRESSION)
        else:
            # a panel of one data source asks that one, whatever its queries have kept of an earlier one
            reference = own if panel.source is None or _is(panel.source, MIXED) else panel.source
            source = _of_grafana(reference) or self.variables.source_of(reference, scope)
        values = self.variables.scoped(scope)
        ways, otherwise = ways_of(source.kind)
        plain = {key: value for key, value in target.items() if key not in ("datasource", "hide")}
        body: dict[str, object] = filled_within(plain, values, ways, otherwise)
        body["refId"] = ref
        body["datasource"] = {"uid": source.uid, "type": source.kind}
        points = min(whole_number(panel.model.get("maxDataPoints"), POINTS), MOST_POINTS)
        least = seconds(filled(str(panel.model.get("interval") or ""), values)) or 0.0
        step = step_of(whole, points, least)
        body.update(intervalMs=step, maxDataPoints=points)
        if source.kind in (*PROMETHEUS, *LOKI) and not str(body.get("expr") or "").strip():
            return None
        if source.uid != EXPRESSION:
            self._filter(body, source)
        if source.kind not in PROMETHEUS:
            return Query(ref, body, source, step / 1000, not hidden)
        instant = bool(body.get("instant"))
        curve = bool(body.get("range")) or not instant
        body.update(instant=instant and not curve, range=curve, exemplar=False)
        own_step = seconds(str(body.get("interval") or "")) or 0.0
        expression = str(body["expr"])
        return Query(
            ref,
            body,
            source,
            max(step / 1000, own_step),
            is_shown=not hidden,
            is_constant=is_constant(expression),
            is_quiet=is_quiet(expression),
            now=curve and whole.end <= self.now.timestamp(),
            needs=needs(expression),
            made_of=made_of(expression),
        )

    def _filter(self, body: dict[str, object], source: Source) -> None:
        """Adds the filters that the dashboard adds to every query of this data source. NotFiltered."""
        for item, filters in self.variables.filters:
            try:
                meant = self.variables.source_of(item.get("datasource"))
            except NoValue:
                continue
            if meant.uid != source.uid:
                continue
            if source.kind not in PROMETHEUS:
                raise NotFiltered(
                    phrase("the filters of the variable {name} cannot be added to its query here", name=str(item.get("name") or ""))
                )
            body["expr"] = with_filters(str(body["expr"]), filters)


def is_constant(expression: str) -> bool:
    """Whether the query makes a number up where there is nothing: ``or vector(0)``, or no series in it at all."""
    tree = _tree(expression)
    return bool(_CONSTANT.search(expression)) or (tree is not None and not list(selectors(tree)))


def is_quiet(expression: str) -> bool:
    """Whether the query asks for alerts that fire, or for what is absent: that there is none is good news."""
    tree = _tree(expression)
    return tree is not None and _needs_trouble(tree)


def _needs_trouble(tree: Tree) -> bool:
    if isinstance(tree, Select):
        return all(selector.metric in ALERT_METRICS for selector in tree.choices)
    if isinstance(tree, Call) and tree.function in ABSENT:
        return True
    if isinstance(tree, Binary) and tree.operator == "or":
        return _needs_trouble(tree.left) and _needs_trouble(tree.right)
    if isinstance(tree, Binary) and tree.operator == "unless":
        return _needs_trouble(tree.left)
    return any(_needs_trouble(part) for part in parts(tree))


def needs(expression: str) -> tuple[str, ...]:
    """The selectors of a quiet query besides those of alerts and of what is absent, as ``x`` in ``x and on () ALERTS``."""
    tree = _tree(expression)
    return tuple(dict.fromkeys(_besides_trouble(tree))) if tree is not None and _needs_trouble(tree) else ()


def _besides_trouble(tree: Tree) -> t.Iterator[str]:
    if isinstance(tree, Select) and len(tree.choices) == 1 and tree.choices[0].metric not in ALERT_METRICS:
        yield tree.choices[0].text
    elif isinstance(tree, Binary) and tree.operator == "unless":
        yield from _besides_trouble(tree.left)
    elif not (isinstance(tree, Call) and tree.function in ABSENT):
        for part in parts(tree):
            yield from _besides_trouble(part)


def made_of(expression: str) -> tuple[str, ...] | None:
    """The selectors of a query that has a result also where none of them has a series; None for any other query.

    And for one that looks back: whether it has series now does not tell whether it had some.
    """
    tree = _tree(expression)
    if tree is None or not _makes_up(tree):
        return None
    found = [one for one in everything(tree) if isinstance(one, Select)]
    if any(one.offset or one.at is not None or (one.range or 0.0) > LOOKBACK for one in found):
        return None
    return tuple(dict.fromkeys(choice.text for one in found for choice in one.choices))


def _makes_up(tree: Tree) -> bool:
    """Whether it has a result where no selector has a series."""
    if isinstance(tree, Select):
        return False
    if isinstance(tree, Call):
        return tree.function in ABSENT or all(_makes_up(part) for part in tree.args)
    if isinstance(tree, Binary) and tree.operator in ("or", "unless"):
        return _makes_up(tree.left) or (tree.operator == "or" and _makes_up(tree.right))
    return all(_makes_up(part) for part in parts(tree))


def _tree(expression: str) -> Tree | None:
    """None for what cannot be parsed. What only the data source fills in stands for a minute."""
    try:
        return parse(re.sub(r"\$\{?__\w+\}?", "1m", expression))
    except NotParsed:
        return None


def _without_queries(panel: Panel) -> Message:
    if panel.targets:
        return phrase("it has no query that is shown: they are hidden, or empty")
    return phrase("it has no query")


def _is(reference: object, name: str) -> bool:
    uid = (reference.get("uid") or reference.get("type")) if isinstance(reference, dict) else reference
    return uid == name or (name == EXPRESSION and isinstance(reference, dict) and reference.get("type") == EXPRESSION)


def _of_grafana(reference: object) -> Source | None:
    uid = reference.get("uid") if isinstance(reference, dict) else reference
    return Source("grafana", "-- Grafana --", "datasource") if uid in OF_GRAFANA else None


def _is_random(query: Query) -> bool:
    """What Grafana itself offers where nobody has chosen a data source."""
    return query.source.uid in OF_GRAFANA and query.body.get("queryType") in (None, "", "randomWalk")


__all__ = ("Job", "Kind", "Preparing", "Query", "Seen", "is_constant", "is_quiet", "made_of", "needs")
