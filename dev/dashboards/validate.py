# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds what is wrong with a dashboard: in its JSON alone, and with a Prometheus that has what its queries ask for.

A dashboard that Grafana loads can still be wrong: a key that is misspelt is left out in silence, a query over a label that is not there
is an empty panel, a code without a word is a number that nobody understands.
"""

from __future__ import annotations

import collections
import itertools
import json
import re
import typing as t

import promql_parser
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from .codes import STATUSES, VERDICTS

Json = dict[str, t.Any]
Ask = t.Callable[..., t.Any]  # ask(path, **parameters): ``data`` of Prometheus' answer; RuntimeError in its words

COLUMNS = 24
UNITS = {"none", "short", "percentunit", "s", "dateTimeAsIso", "dateTimeFromNow"}
OVER_TIME = {"timeseries", "state-timeline"}
BUILT_IN = {"__range", "__interval", "__rate_interval", "__data", "__all", "__field", "__value"}
MAY_BE_EMPTY = "None: "  # how the text begins that says that nothing is good news
VERDICT_METRIC = re.compile(r"^(service:operability_state:current|service_phase:operability_gate_state:current)$")
STATUS_METRIC = re.compile(r"^service_(stakeholder|requirement):operability_(observed_)?state:current$")
_VARIABLE = re.compile(r"\$\{(\w+)(?:[:.][^}]*)?\}|\$(\w+)")
_LEGEND = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_LABEL_VALUES = re.compile(r"^label_values\((.*), (\w+)\)$", re.DOTALL)


def texts(value: t.Any) -> t.Iterator[str]:
    """Every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from itertools.chain.from_iterable(map(texts, value.values()))
    elif isinstance(value, list):
        yield from itertools.chain.from_iterable(map(texts, value))


def variables(board: Json) -> list[Json]:
    return list(board.get("templating", {}).get("list", []))


def named(panel: Json) -> str:
    return f"panel {panel.get('id')} ({panel.get('title')})"


# -- without a server


def static(board: Json) -> list[str]:
    """What is wrong with the JSON itself."""
    found = [*_round_trip(board), *_grid(board), *_variables(board), *_documents(board)]
    for panel in board.get("panels", []):
        found += [f"{named(panel)}: {text}" for text in (*_panel(panel), *_queries(panel), *_mappings(panel))]
    return found


def _round_trip(board: Json) -> list[str]:
    """The SDK reads what it knows: what it does not give back, Grafana would not know either."""
    register_default_plugins()
    try:
        again = json.loads(json.dumps(Dashboard.from_json(board), cls=JSONEncoder))
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        return [f"is no dashboard: {type(exc).__name__}: {exc}"]
    return [f"unknown to Grafana's schema: {path}" for path in _lost(board, again, "")]


def _lost(before: t.Any, after: t.Any, path: str) -> t.Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name, value in before.items():
            if name not in after:
                yield f"{path}.{name}"
            else:
                yield from _lost(value, after[name], f"{path}.{name}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (one, other) in enumerate(zip(before, after)):
            yield from _lost(one, other, f"{path}[{number}]")
    elif before != after:
        yield f"{path}: {before!r} becomes {after!r}"


def _grid(board: Json) -> list[str]:
    found, taken = [], {}
    for panel in board.get("panels", []):
        place = panel.get("gridPos") or {}
        x, y, w, h = (place.get(side, 0) for side in "xywh")
        if w < 1 or h < 2 or x + w > COLUMNS:
            found.append(f"{named(panel)}: lies outside the {COLUMNS} columns, or is too small")
        for cell in itertools.product(range(x, x + w), range(y, y + h)):
            if cell in taken and taken[cell] != panel.get("id"):
                found.append(f"{named(panel)}: overlaps panel {taken[cell]}")
                break
            taken[cell] = panel.get("id")
    for number, count in collections.Counter(panel.get("id") for panel in board.get("panels", [])).items():
        if count > 1 or not number:
            found.append(f"{count} panels have the id {number}")
    return found


def _variables(board: Json) -> list[str]:
    defined = [variable.get("name") for variable in variables(board)]
    used = set()
    for text in texts({**board, "description": ""}):
        used |= {one or other for one, other in _VARIABLE.findall(text)} - {"1"}
    found = [f"the variable {name} is used and not defined" for name in sorted(used - set(defined) - BUILT_IN)]
    found += [f"the variable {name} is defined and not used" for name in defined if name not in used]
    for variable in variables(board):
        if not variable.get("label") or not variable.get("description"):
            found.append(f"the variable {variable.get('name')} has no label or no description")
    return found


def _documents(board: Json) -> list[str]:
    found = []
    if board.get("editable") is not False:
        found.append("can be edited in Grafana, where the next installation overwrites it")
    if not board.get("uid") or not board.get("title") or not board.get("description"):
        found.append("has no uid, title or description")
    if not any("${report:raw}" in text for text in texts(board)) and "report" in [one.get("name") for one in variables(board)]:
        found.append("has an address of reports, and no link to one")
    return found


def _panel(panel: Json) -> t.Iterator[str]:
    defaults = panel.get("fieldConfig", {}).get("defaults", {})
    for name in ("title", "description"):
        if not panel.get(name):
            yield f"has no {name}"
    if defaults.get("unit") not in UNITS:
        yield f"its unit is {defaults.get('unit')}"
    for override in panel.get("fieldConfig", {}).get("overrides", []):
        for one in override["properties"]:
            if one["id"] == "unit" and one.get("value") not in UNITS:
                yield f"the unit of {override['matcher'].get('options')} is {one.get('value')}"
    if not defaults.get("noValue"):
        yield "says nothing when there is no data"
    if (panel.get("datasource") or {}).get("uid") != "${datasource}":
        yield "does not ask the data source that was chosen"


def _queries(panel: Json) -> t.Iterator[str]:
    targets = panel.get("targets", [])
    refs = [target.get("refId") for target in targets]
    if not targets:
        yield "has no query"
    if len(set(refs)) < len(refs) or not all(refs):
        yield f"its queries are called {refs}"
    for target in targets:
        ranged = bool(target.get("range"))
        if ranged == bool(target.get("instant")) or ranged != (panel.get("type") in OVER_TIME):
            yield f"query {target.get('refId')}: a {panel.get('type')} asks {'over time' if ranged else 'for one moment'}"
        if (target.get("format") == "table") != (panel.get("type") == "table"):
            yield f"query {target.get('refId')}: a {panel.get('type')} in the format {target.get('format')}"
        if (target.get("datasource") or {}).get("uid") != "${datasource}":
            yield f"query {target.get('refId')}: does not ask the data source that was chosen"
        try:
            parsed(target.get("expr", ""))
        except ValueError as exc:
            yield f"query {target.get('refId')}: is no PromQL: {exc}"


def parsed(expr: str) -> t.Any:
    """The tree of a query in which variables still stand. ValueError."""
    return promql_parser.parse(re.sub(r"\[\$__\w+\]", "[5m]", expr))


# -- codes and their words


def shown(tree: t.Any) -> list[str]:
    """The metrics whose own values a query shows: not those that it counts, or compares as ``bool``, or calculates with."""
    kind = type(tree).__name__
    if kind == "VectorSelector":
        return [str(tree.name)]
    if kind == "MatrixSelector":
        return shown(tree.vector_selector)
    if kind == "ParenExpr":
        return shown(tree.expr)
    if kind == "AggregateExpr":
        return shown(tree.expr) if str(tree.op) in ("max", "min", "topk", "bottomk") else []
    if kind == "Call":
        kept = ("label_join", "label_replace", "sort", "sort_desc", "max_over_time", "min_over_time", "last_over_time")
        return shown(tree.args[0]) if tree.func.name in kept else []
    if kind == "BinaryExpr":
        operator = str(tree.op)
        if operator == "or":
            return [*shown(tree.lhs), *shown(tree.rhs)]
        if operator in ("and", "unless", "==", "!=", ">", "<", ">=", "<="):
            return shown(tree.lhs)
        if operator == "*" and all(":operability_info:" in name for name in shown(tree.rhs)) and shown(tree.rhs):
            return shown(tree.lhs)
    return []


def codes_of(tree: t.Any) -> dict[int, tuple[str, str]] | None:
    """The codes that a query shows, by the metric that it is about."""
    for name in shown(tree):
        if VERDICT_METRIC.match(name):
            return VERDICTS
        if STATUS_METRIC.match(name):
            return STATUSES
    return None


def _mappings(panel: Json) -> t.Iterator[str]:
    for target in panel.get("targets", []):
        try:
            wanted = codes_of(parsed(target.get("expr", "")))
        except ValueError:
            continue
        if wanted is None:
            continue
        for text in _incomplete(_mappings_of(panel, target["refId"]), wanted):
            yield f"query {target['refId']}: {text}"


def _mappings_of(panel: Json, ref: str) -> list[Json]:
    """The mappings that hold for the values of a query: those of its column, or of the panel."""
    config = panel.get("fieldConfig", {})
    value = f"Value #{ref}" if len(panel.get("targets", [])) > 1 else "Value"
    for override in config.get("overrides", []):
        matcher = override["matcher"]
        if (matcher["id"], matcher.get("options")) in (("byFrameRefID", ref), ("byName", final_name(panel, value))):
            for one in override["properties"]:
                if one["id"] == "mappings":
                    return t.cast("list[Json]", one["value"])
    return t.cast("list[Json]", config.get("defaults", {}).get("mappings", []))


def final_name(panel: Json, name: str) -> str:
    """What a column is called after all transformations that rename it."""
    for one in panel.get("transformations", []):
        if one["id"] == "organize":
            name = one["options"].get("renameByName", {}).get(name, name)
    return name


def _incomplete(mappings: list[Json], wanted: dict[int, tuple[str, str]]) -> t.Iterator[str]:
    words: dict[str, Json] = {}
    nothing = False
    for mapping in mappings:
        if mapping["type"] == "value":
            words.update(mapping["options"])
        elif mapping["type"] == "special" and mapping["options"]["match"] == "null+nan":
            nothing = bool(mapping["options"]["result"].get("text"))
    for code, (word, color) in wanted.items():
        result = words.get(str(code), {})
        if not result.get("text"):
            yield f"the state code {code} ({word}) has no word"
        elif (result["text"], result.get("color")) != (word, color):
            yield f"the state code {code} is {result['text']} in {result.get('color')}, elsewhere {word} in {color}"
    for code in sorted(set(words) - set(map(str, wanted))):
        yield f"the state code {code} does not exist"
    if not nothing:
        yield "no value (null) has no word"


# -- with a Prometheus


def choices(board: Json, ask: Ask) -> t.Iterator[dict[str, tuple[str, ...]]]:
    """Every combination of values that can be chosen: each value alone, and all of them where that is offered."""

    def options(chosen: dict[str, tuple[str, ...]], left: list[Json]) -> t.Iterator[dict[str, tuple[str, ...]]]:
        if not left:
            yield chosen
            return
        variable = left[0]
        values = values_of(variable, chosen, ask)
        several = [tuple(values)] if variable.get("includeAll") and len(values) != 1 else []
        for one in (*several, *((value,) for value in values)):
            yield from options({**chosen, variable["name"]: one}, left[1:])

    yield from options({}, [one for one in variables(board) if one["type"] == "query"])


def values_of(variable: Json, chosen: t.Mapping[str, tuple[str, ...]], ask: Ask) -> list[str]:
    """The values that a variable offers after those before it have been chosen."""
    match = _LABEL_VALUES.match(variable["query"]["query"])
    if match is None:
        raise RuntimeError(f"the variable {variable['name']} asks {variable['query']['query']}")
    return sorted(ask(f"label/{match[2]}/values", **{"match[]": filled(match[1], chosen)}))


def filled(expr: str, chosen: t.Mapping[str, tuple[str, ...]]) -> str:
    """A query as Grafana sends it, for the last hour."""

    def value(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        if name in ("__range", "__interval", "__rate_interval"):
            return "1h" if name == "__range" else "1m"
        if name not in chosen:
            return match[0]
        escaped = [re.sub(r"([\\^$*+?.()|\[\]{}])", r"\\\\\1", one) for one in chosen[name]]
        return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"

    return _VARIABLE.sub(value, expr)


class Live:
    """Asks a Prometheus each question once."""

    def __init__(self, ask: Ask, now: float) -> None:
        self._ask, self.now = ask, now
        self.held: dict[tuple[t.Any, ...], t.Any] = {}
        self.asked = 0

    def ask(self, path: str, **parameters: t.Any) -> t.Any:
        key = (path, *sorted(parameters.items()))
        if key not in self.held:
            self.asked += 1
            self.held[key] = self._ask(path, **parameters)
        return self.held[key]

    def run(self, expr: str, ranged: bool) -> list[Json]:
        if ranged:
            return t.cast("list[Json]", self.ask("query_range", query=expr, start=self.now - 60, end=self.now, step=5)["result"])
        return t.cast("list[Json]", self.ask("query", query=expr, time=self.now)["result"])

    def labels(self, metric: str) -> set[str]:
        return set(self.ask("labels", **{"match[]": metric}))


def live(board: Json, asking: Live) -> list[str]:
    """What is wrong with the queries, for every combination of variable values."""
    found: dict[str, None] = {}
    for text in _defaults(board, asking):
        found[text] = None
    combinations = list(choices(board, asking.ask))
    if not combinations:
        return [*found, "the variables offer nothing"]
    for panel in board["panels"]:
        for text in _live_panel(panel, combinations, asking):
            found[f"{named(panel)}: {text}"] = None
    for annotation in board.get("annotations", {}).get("list", []):
        for text in _annotation(annotation, combinations, asking):
            found[f"annotation {annotation.get('name')}: {text}"] = None
    return list(found)


def _annotation(annotation: Json, combinations: list[dict[str, tuple[str, ...]]], asking: Live) -> t.Iterator[str]:
    """Nothing may have happened to a service, but not to all of them."""
    series: list[Json] = []
    for chosen in combinations:
        expr = filled(annotation["expr"], chosen)
        try:
            promql_parser.parse(expr)
            series += asking.run(expr, False)
        except (ValueError, RuntimeError) as exc:
            yield str(exc)
            return
        yield from _selectors(expr, asking)
    if not series:
        yield "is empty, whatever is chosen"
    for text in (annotation.get("titleFormat", ""), annotation.get("textFormat", "")):
        yield from (problem for one in series for problem in _legend({"legendFormat": text}, one["metric"]))
    if (annotation.get("target") or {}).get("expr") != annotation["expr"]:
        yield "asks two different questions"


def _defaults(board: Json, asking: Live) -> t.Iterator[str]:
    """What stands chosen at first must be among what can be chosen."""
    everything: dict[str, tuple[str, ...]] = {}
    for variable in variables(board):
        if variable["type"] != "query":
            continue
        values = values_of(variable, everything, asking.ask)
        everything[variable["name"]] = tuple(values)
        current = (variable.get("current") or {}).get("value")
        for one in current if isinstance(current, list) else [current] if current else []:
            if one not in values and not (one == "$__all" and variable.get("includeAll")):
                yield f"the variable {variable['name']}: {one} is chosen, and can not be chosen"


def _live_panel(panel: Json, combinations: list[dict[str, tuple[str, ...]]], asking: Live) -> t.Iterator[str]:
    may_be_empty = str(panel["fieldConfig"]["defaults"].get("noValue", "")).startswith(MAY_BE_EMPTY)
    fields: set[str] = set()
    names: set[str] = set()
    for target in panel["targets"]:
        ref, ever = target["refId"], False
        asked: set[str] = set()  # several choices may come to the same question
        fields.add(f"Value #{ref}" if len(panel["targets"]) > 1 else "Value")
        for chosen in combinations:
            expr = filled(target["expr"], chosen)
            if expr in asked:
                continue
            asked.add(expr)
            try:
                promql_parser.parse(expr)
                result = asking.run(expr, bool(target.get("range")))
            except (ValueError, RuntimeError) as exc:
                yield f"query {ref}: {exc}"
                break
            yield from (f"query {ref}: {text}" for text in _selectors(expr, asking))
            if not result and not may_be_empty:
                yield f"query {ref}: is empty for {_told(chosen)}"
            ever = ever or bool(result)
            for series in result:
                fields |= set(series["metric"])
                fields |= _pivoted(panel, series["metric"])
                yield from (f"query {ref}: {text}" for text in _legend(target, series["metric"]))
                names.add(_LEGEND.sub(lambda match, of=series["metric"]: of.get(match[1], ""), target.get("legendFormat", "")))  # type: ignore[misc]
            if panel["type"] == "stat" and panel["options"]["textMode"] == "value" and len(result) > 1:
                yield f"query {ref}: {len(result)} values without a name for {_told(chosen)}"
        if not ever:
            yield f"query {ref}: is empty, whatever is chosen"
    yield from _columns(panel, fields) if panel["type"] == "table" else _overridden(panel, names)


def _told(chosen: t.Mapping[str, tuple[str, ...]]) -> str:
    return ", ".join(f"{name} {values[0] if len(values) == 1 else 'All'}" for name, values in chosen.items())


def selectors(tree: t.Any) -> t.Iterator[t.Any]:
    """Every vector selector of a query."""
    kind = type(tree).__name__
    if kind == "VectorSelector":
        yield tree
    elif kind == "MatrixSelector":
        yield tree.vector_selector
    elif kind == "Call":
        for one in tree.args:
            yield from selectors(one)
    else:
        for name in ("lhs", "rhs", "expr"):
            if getattr(tree, name, None) is not None:
                yield from selectors(getattr(tree, name))


def _selectors(expr: str, asking: Live) -> t.Iterator[str]:
    for selector in selectors(promql_parser.parse(expr)):
        if not selector.name:
            continue
        known = asking.labels(selector.name)
        if not known:
            yield f"there is no metric {selector.name}"
            continue
        for matcher in selector.matchers.matchers:
            if matcher.name not in known:
                yield f"{selector.name} has no label {matcher.name}"


def _legend(target: Json, metric: Json) -> t.Iterator[str]:
    for name in _LEGEND.findall(target.get("legendFormat", "")):
        if name not in metric:
            yield f"the legend names {name}, which the result does not have"


def _pivoted(panel: Json, metric: Json) -> set[str]:
    """The columns that a matrix makes of the values of a label."""
    made = set()
    for one in panel.get("transformations", []):
        if one["id"] == "groupingToMatrix":
            options = one["options"]
            made |= {metric.get(options["columnField"], ""), f"{options['rowField']}\\{options['columnField']}"}
    return made - {""}


def _columns(panel: Json, fields: set[str]) -> t.Iterator[str]:
    """What is renamed, ordered, joined or overridden must be there."""
    columns = {*fields, "Time"}
    for one in panel.get("transformations", []):
        options = one["options"]
        asked: t.Iterable[str] = ()
        if one["id"] == "organize":
            asked = {*options.get("renameByName", {}), *options.get("excludeByName", {})}
            columns |= set(options.get("renameByName", {}).values())
        elif one["id"] == "joinByField":
            asked = [options["byField"]]
        elif one["id"] == "sortBy":
            asked = [sort["field"] for sort in options["sort"]]
        elif one["id"] == "groupingToMatrix":
            asked = [options["columnField"], options["rowField"], options["valueField"]]
        yield from (f"{one['id']}: there is no column {name}" for name in asked if name not in columns)
    renamed = {final_name(panel, name) for name in columns}
    for override in panel["fieldConfig"]["overrides"]:
        name = override["matcher"].get("options")
        if override["matcher"]["id"] == "byName" and name not in renamed:
            yield f"there is no column {name} to override"


def _overridden(panel: Json, names: set[str]) -> t.Iterator[str]:
    for override in panel["fieldConfig"]["overrides"]:
        name = override["matcher"].get("options")
        if override["matcher"]["id"] == "byName" and name not in names:
            yield f"there is no series {name} to override"


__all__ = ("Live", "choices", "codes_of", "live", "parsed", "selectors", "shown", "static", "texts", "variables")
