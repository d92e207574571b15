# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The panels of a dashboard, whatever the schema in which it is stored. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

Json = t.Mapping[str, t.Any]

MIXED, OF_GRAFANA, OF_DASHBOARD, EXPRESSION = "-- Mixed --", ("-- Grafana --", "grafana"), "-- Dashboard --", "__expr__"
# that ask nothing, by what they are
WITHOUT_QUERY = (
    ("row", "text", "news", "dashlist", "alertlist", "alertGroups", "annolist", "pluginlist", "welcome", "gettingstarted", "debug")
)  # fmt: skip
# of Grafana itself that show nothing without a query; what else has none may be another one's plugin that does without
_WITH_QUERY = (
    ("timeseries", "graph", "stat", "singlestat", "gauge", "bargauge", "table", "table-old", "piechart", "barchart", "heatmap", "logs")
    + ("histogram", "state-timeline", "status-history", "xychart", "trend", "candlestick", "geomap", "nodeGraph", "traces", "flamegraph")
    + ("heatmap-new", "grafana-piechart-panel")
)  # fmt: skip
DEEPEST = 20  # rows within tabs within rows


@dataclasses.dataclass(frozen=True)
class Panel:
    """``repeats``: the variables for each of whose values there is one such panel, or one row or tab in which it stands."""

    id: str
    title: str
    kind: str
    model: Json
    repeats: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.title or f"#{self.id}"

    @property
    def targets(self) -> list[Json]:
        """The queries of the panel, those that are hidden too."""
        return [target for target in _list(self.model.get("targets")) if isinstance(target, dict)]

    @property
    def source(self) -> object:
        return self.model.get("datasource")

    @property
    def library(self) -> str | None:
        """The uid of the library panel that stands here and has not been put in its place."""
        ref = self.model.get("libraryPanel")
        return str(ref["uid"]) if isinstance(ref, dict) and ref.get("uid") and not self.targets else None

    @property
    def asks_nothing(self) -> bool:
        """Whether it is of a kind that has no queries."""
        return self.kind in WITHOUT_QUERY or (self.kind not in _WITH_QUERY and not self.targets and not self.library)

    def made_of(self, model: Json) -> Panel:
        """With what its library panel says. The title of the place wins."""
        kind = str(model.get("type") or self.kind)
        return dataclasses.replace(self, kind=kind, title=self.title or str(model.get("title") or ""), model={**self.model, **model})


def classic(model: Json) -> Json:
    """The dashboard in the first schema. ``elements`` and ``layout`` are of the second, of Grafana 12 and later."""
    if not isinstance(model.get("elements"), dict):
        return model
    times = _mapping(model.get("timeSettings"))
    return {
        "title": model.get("title"),
        "tags": model.get("tags"),
        "panels": [_panel_of_element(model["elements"], *place) for place in _placed(model.get("layout"), (), 0)],
        "templating": {"list": [_variable(_mapping(item)) for item in _list(model.get("variables"))]},
        "time": {"from": times.get("from"), "to": times.get("to")},
    }


def panels_of(model: Json) -> list[Panel]:
    """Every panel that is not a row, those in collapsed rows too."""
    found: list[Panel] = []
    for row in _list(model.get("rows")):  # before schema 16
        if isinstance(row, dict):
            _add(found, _list(row.get("panels")), _repeats(row))
    _add(found, _list(model.get("panels")), ())
    return found


def _add(found: list[Panel], items: t.Sequence[object], outer: tuple[str, ...]) -> None:
    of_row = outer
    for item in items:
        if not isinstance(item, dict) or item.get("repeatPanelId") or item.get("repeatedByRow"):
            continue  # copies that an older Grafana has saved, and makes anew
        if item.get("type") == "row":
            _add(found, _list(item.get("panels")), (*outer, *_repeats(item)))
            of_row = outer if item.get("collapsed") else (*outer, *_repeats(item))  # a collapsed one has its panels within
            continue
        repeats = tuple(dict.fromkeys((*of_row, *_list(item.get("_repeats")), *_repeats(item))))
        found.append(Panel(str(item.get("id", "")), str(item.get("title") or "").strip(), str(item.get("type") or ""), item, repeats))


def _repeats(item: Json) -> tuple[str, ...]:
    name = item.get("repeat")
    return (name,) if isinstance(name, str) and name else ()


# -- the second schema


def _placed(layout: object, outer: tuple[str, ...], depth: int) -> list[tuple[str, tuple[str, ...]]]:
    """The names of the elements that a layout shows, with the variables that repeat them, in their order."""
    if depth > DEEPEST:
        return []
    if isinstance(layout, list):
        return [place for item in layout for place in _placed(item, outer, depth + 1)]
    if not isinstance(layout, dict):
        return []
    repeat = _mapping(layout.get("repeat"))
    repeats = (*outer, str(repeat["value"])) if repeat.get("value") else outer
    element = _mapping(layout.get("element"))
    if element.get("name"):
        return [(str(element["name"]), repeats)]
    return [place for value in layout.values() for place in _placed(value, repeats, depth + 1)]


def _panel_of_element(elements: Json, name: str, repeats: tuple[str, ...]) -> Json:
    element = _mapping(elements.get(name))
    spec = _mapping(element.get("spec"))
    common = {"id": spec.get("id", name), "title": spec.get("title"), "_repeats": list(repeats)}
    if element.get("kind") == "LibraryPanel":
        return {**common, "libraryPanel": spec.get("libraryPanel"), "type": "library"}
    data, shown = _mapping(_mapping(spec.get("data")).get("spec")), _mapping(spec.get("vizConfig"))
    options = _mapping(data.get("queryOptions"))
    return {
        **common,
        "type": shown.get("group") or shown.get("kind"),
        "targets": [_target(_mapping(_mapping(query).get("spec"))) for query in _list(data.get("queries"))],
        **{key: options.get(key) for key in ("timeFrom", "timeShift", "maxDataPoints", "interval")},
    }


def _target(spec: Json) -> Json:
    query = _mapping(spec.get("query"))
    own = _mapping(query.get("spec"))
    return {**own, "refId": spec.get("refId"), "hide": bool(spec.get("hidden")), "datasource": _reference(spec, query)}


def _reference(spec: Json, query: Json) -> Json:
    """The data source of a query: its first form has it beside the query, its second within."""
    beside, within = _mapping(spec.get("datasource")), _mapping(query.get("datasource"))
    kind = query.get("group") or query.get("kind")
    uid = within.get("name") or beside.get("uid")
    return {"uid": EXPRESSION if kind == EXPRESSION else uid, "type": beside.get("type") or kind}


_KINDS = {"TextVariable": "textbox", "GroupByVariable": "groupby"}
_REFRESH = {"never": 0, "onDashboardLoad": 1, "onTimeRangeChanged": 2}
_SORT = {"disabled": 0, "alphabeticalAsc": 1, "alphabeticalDesc": 2, "numericalAsc": 3, "numericalDesc": 4}


def _variable(item: Json) -> Json:
    kind, spec = str(item.get("kind") or ""), dict(_mapping(item.get("spec")))
    spec["type"] = _KINDS.get(kind, kind.removesuffix("Variable").lower())
    if spec["type"] == "query":
        query = _mapping(spec.get("query"))
        own = _mapping(query.get("spec"))
        spec["datasource"] = _reference(spec, query)
        spec["query"] = own.get("query") or own.get("expr") or own.get("__legacyStringValue") or own
        spec["refresh"] = _REFRESH.get(str(spec.get("refresh")), spec.get("refresh"))
        spec["sort"] = _SORT.get(str(spec.get("sort")), 1)
    elif spec["type"] == "datasource":
        spec["query"] = spec.get("pluginId")
    return spec


def _list(value: object) -> list[t.Any]:
    return value if isinstance(value, list) else []


def _mapping(value: object) -> Json:
    return value if isinstance(value, dict) else {}


__all__ = ("EXPRESSION", "MIXED", "OF_DASHBOARD", "OF_GRAFANA", "WITHOUT_QUERY", "Json", "Panel", "classic", "panels_of")
