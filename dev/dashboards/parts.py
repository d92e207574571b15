# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the dashboards share: variables, queries, panels and their places."""

from __future__ import annotations

import typing as t

from grafana_foundation_sdk.builders import bargauge, common, dashboard, prometheus, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.models.common import (
    BarGaugeDisplayMode,
    BarGaugeNamePlacement,
    BarGaugeSizing,
    BarGaugeValueMode,
    BigValueColorMode,
    BigValueGraphMode,
    BigValueTextMode,
    DataSourceRef,
    FieldTextAlignment,
    GraphDrawStyle,
    LegendDisplayMode,
    LegendPlacement,
    LineInterpolation,
    StackingMode,
    TooltipDisplayMode,
    VisibilityMode,
    VizOrientation,
)
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardLinkType,
    DataTransformerConfig,
    DynamicConfigValue,
    FieldColorModeId,
    GridPos,
    Threshold,
    ThresholdsMode,
    ValueMapping,
    VariableOption,
    VariableRefresh,
    VariableSort,
)
from grafana_foundation_sdk.models.dashboard import (
    DataSourceRef as PanelSource,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from .codes import GREEN, NEUTRAL, RED, YELLOW, absent

HOME = "https://github.com/operability/readiness/blob/main/docs"
STAKEHOLDERS = {
    "operators": "Operators",
    "service_monitoring": "Service monitoring",
    "technical_monitoring": "Technical monitoring",
    "call_center": "Call centre",
    "support_chain": "Support chain",
}
REPORTS = "https://readiness.example"  # where the reports are served from; the variable "report" holds the reader's own
BY = "on (service_name, deployment_environment)"
BY_REQUIREMENT = "on (service_name, deployment_environment, requirement)"
MANY = 'deployment_environment=~"$environment", service_name=~"$service"'
ONE = 'deployment_environment="$environment", service_name="$service"'
SOURCE = "${datasource}"
NO_DATA = "NO DATA"
NARROW = 70  # pixels: the id of a requirement and its state

Panel = t.Union[stat.Panel, table.Panel, bargauge.Panel, timeseries.Panel, statetimeline.Panel]


def source() -> PanelSource:
    return PanelSource(type_val="prometheus", uid=SOURCE)


def query(ref: str, expr: str, legend: str = "__auto", *, over_time: bool = False, as_table: bool = False) -> prometheus.Dataquery:
    """One query of a panel: its value now, unless ``over_time``."""
    made = prometheus.Dataquery().ref_id(ref).expr(" ".join(expr.split())).datasource(DataSourceRef(type_val="prometheus", uid=SOURCE))
    made = made.range() if over_time else made.instant()
    return made.format(PromQueryFormat.TABLE if as_table else PromQueryFormat.TIME_SERIES).legend_format(legend)


def key(expr: str, *labels: str) -> str:
    """``expr`` by "service / environment" in the label ``of``, for tables are joined by one label only."""
    by = ", ".join(("of", *labels))
    return f'max by ({by}) (label_join({expr}, "of", " / ", "service_name", "deployment_environment"))'


Steps = t.Sequence[tuple[float | None, str]]


def steps(values: Steps) -> dashboard.ThresholdsConfig:
    return (
        dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps([Threshold(value=value, color=color) for value, color in values])
    )


HEADROOM = ((None, RED), (0.0, YELLOW), (0.1, GREEN))
DAYS_LEFT = ((None, RED), (0.0, YELLOW), (7.0, GREEN))


# -- panels


def _common(panel: t.Any, title: str, description: str, unit: str, queries: t.Sequence[prometheus.Dataquery], no_value: str) -> t.Any:
    panel = panel.title(title).description(" ".join(description.split())).unit(unit).datasource(source()).no_value(no_value)
    for one in queries:
        panel = panel.with_target(one)
    return panel


def tiles(
    title: str,
    description: str,
    *queries: prometheus.Dataquery,
    mappings: list[ValueMapping] | None = None,
    unit: str = "none",
    thresholds: Steps = ((None, NEUTRAL),),
    names: BigValueTextMode = BigValueTextMode.VALUE_AND_NAME,
    size: int | None = None,
    no_value: str = NO_DATA,
    plain: bool = False,
    rows: bool = False,
) -> stat.Panel:
    """A tile for each series, side by side or in ``rows``, its background in the colour of its value unless ``plain``."""
    panel = _common(stat.Panel(), title, description, unit, queries, no_value)
    panel = panel.mappings(mappings or absent(NO_DATA)).thresholds(steps(thresholds))
    panel = panel.color_mode(BigValueColorMode.NONE if plain else BigValueColorMode.BACKGROUND_SOLID).graph_mode(BigValueGraphMode.NONE)
    panel = panel.text_mode(names).reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]).values(False).fields(""))
    panel = panel.color_scheme(dashboard.FieldColor().mode(FieldColorModeId.THRESHOLDS)).wide_layout(rows)
    panel = panel.orientation(VizOrientation.HORIZONTAL if rows else VizOrientation.AUTO)
    if size:
        panel = panel.text(common.VizTextDisplayOptions().value_size(size))
    return t.cast("stat.Panel", panel)


def grid(
    title: str,
    description: str,
    *queries: prometheus.Dataquery,
    transform: t.Sequence[DataTransformerConfig],
    columns: t.Mapping[str, t.Sequence[DynamicConfigValue]],
    mappings: list[ValueMapping] | None = None,
    unit: str = "none",
    no_value: str = "–",
    colored: bool = False,
) -> table.Panel:
    """A table; ``columns`` has the properties of those that differ from the others. ``colored``: each cell is a tile."""
    panel = _common(table.Panel(), title, description, unit, queries, no_value).mappings(mappings or absent())
    panel = panel.thresholds(steps(((None, NEUTRAL),))).color_scheme(dashboard.FieldColor().mode(FieldColorModeId.THRESHOLDS))
    if colored:
        panel = panel.cell_options(tile()[0].value).align(FieldTextAlignment.CENTER).min_width(NARROW)
    for one in transform:
        panel = panel.with_transformation(one)
    for name, properties in columns.items():
        panel = panel.override_by_name(name, list(properties))
    return t.cast("table.Panel", panel)


def bars(
    title: str,
    description: str,
    *queries: prometheus.Dataquery,
    unit: str,
    thresholds: Steps = ((None, NEUTRAL),),
    low: float | None = None,
    high: float | None = None,
    decimals: int = 0,
    no_value: str = NO_DATA,
) -> bargauge.Panel:
    panel = _common(bargauge.Panel(), title, description, unit, queries, no_value).mappings(absent(NO_DATA)).decimals(decimals)
    panel = panel.thresholds(steps(thresholds)).color_scheme(dashboard.FieldColor().mode(FieldColorModeId.THRESHOLDS))
    panel = panel.orientation(VizOrientation.HORIZONTAL).display_mode(BarGaugeDisplayMode.BASIC).value_mode(BarGaugeValueMode.TEXT)
    panel = panel.name_placement(BarGaugeNamePlacement.TOP).sizing(BarGaugeSizing.MANUAL).show_unfilled(True)
    panel = panel.min_viz_height(30).max_viz_height(44).min_viz_width(8).text(common.VizTextDisplayOptions().title_size(14).value_size(16))
    panel = panel.reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]).values(False).fields(""))
    if low is not None:
        panel = panel.min(low)
    return t.cast("bargauge.Panel", panel if high is None else panel.max(high))


def curves(title: str, description: str, *queries: prometheus.Dataquery, colors: t.Mapping[str, str], stacked: bool) -> timeseries.Panel:
    """Counts over time; ``colors`` by the name of the series."""
    panel = _common(timeseries.Panel(), title, description, "short", queries, NO_DATA).mappings(absent(NO_DATA))
    panel = (
        panel.draw_style(GraphDrawStyle.LINE)
        .line_interpolation(LineInterpolation.STEP_AFTER)
        .line_width(2)
        .show_points(VisibilityMode.NEVER)
    )
    panel = panel.fill_opacity(60 if stacked else 0).decimals(0).min(0).thresholds(steps(((None, NEUTRAL),)))
    panel = panel.stacking(common.StackingConfig().mode(StackingMode.NORMAL if stacked else StackingMode.NONE).group("A"))
    panel = panel.color_scheme(dashboard.FieldColor().mode(FieldColorModeId.PALETTE_CLASSIC))
    panel = panel.legend(_legend()).tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI))
    for name, color in colors.items():
        panel = panel.override_by_name(name, [DynamicConfigValue("color", {"mode": "fixed", "fixedColor": color})])
    return t.cast("timeseries.Panel", panel)


def history(
    title: str, description: str, *queries: prometheus.Dataquery, mappings: list[ValueMapping], no_value: str = NO_DATA
) -> statetimeline.Panel:
    """States over time, a row for each series."""
    panel = _common(statetimeline.Panel(), title, description, "none", queries, no_value).mappings(mappings)
    panel = panel.thresholds(steps(((None, NEUTRAL),))).color_scheme(dashboard.FieldColor().mode(FieldColorModeId.THRESHOLDS))
    panel = panel.merge_values(True).show_value(VisibilityMode.AUTO).row_height(0.85).fill_opacity(90).line_width(0)
    return t.cast("statetimeline.Panel", panel.legend(_legend()).tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.SINGLE)))


def named(panel: t.Any) -> t.Any:
    """The stakeholders by their names in words; one of the organisation's own keeps its label."""
    for label, name in STAKEHOLDERS.items():
        panel = panel.override_by_name(label, [DynamicConfigValue("displayName", name)])
    return panel


def _legend() -> common.VizLegendOptions:
    return common.VizLegendOptions().display_mode(LegendDisplayMode.LIST).placement(LegendPlacement.BOTTOM).show_legend(True).calcs([])


# -- properties of a column, and transformations


def width(pixels: int) -> list[DynamicConfigValue]:
    return [DynamicConfigValue("custom.width", pixels)]


def at_least(pixels: int) -> list[DynamicConfigValue]:
    return [DynamicConfigValue("custom.minWidth", pixels)]


def measure(unit: str, decimals: int | None = None) -> list[DynamicConfigValue]:
    return [DynamicConfigValue("unit", unit), *([DynamicConfigValue("decimals", decimals)] if decimals is not None else [])]


def tile() -> list[DynamicConfigValue]:
    return [
        DynamicConfigValue("custom.cellOptions", {"type": "color-background", "mode": "basic"}),
        DynamicConfigValue("custom.align", "center"),
    ]


def wrapped() -> list[DynamicConfigValue]:
    # the first since Grafana 13, the second before
    return [DynamicConfigValue("custom.wrapText", True), DynamicConfigValue("custom.cellOptions", {"type": "auto", "wrapText": True})]


def plain() -> list[DynamicConfigValue]:
    return [DynamicConfigValue("custom.cellOptions", {"type": "auto"}), DynamicConfigValue("custom.align", "left")]


def hidden() -> list[DynamicConfigValue]:
    # the first where newer tables look, the second where older ones do
    return [DynamicConfigValue("custom.hideFrom", {"viz": True}), DynamicConfigValue("custom.hidden", True)]


def words(mappings: list[ValueMapping]) -> list[DynamicConfigValue]:
    return [DynamicConfigValue("mappings", mappings)]


def colors_at(*values: tuple[float | None, str]) -> list[DynamicConfigValue]:
    return [DynamicConfigValue("thresholds", steps(values).build())]


GO_LIVE = "/d/operability-go-live?var-service=${__data.fields.Service}&var-environment=${__data.fields.Environment}"
GO_LIVE += "&${datasource:queryparam}&${report:queryparam}"
REPORT_OF = "${report:raw}/${__data.fields.Environment}/${__data.fields.Service}.html"


def links(**addresses: str) -> list[DynamicConfigValue]:
    """Where a click on the column leads, by title."""
    return [DynamicConfigValue("links", [{"title": title, "url": url, "targetBlank": False} for title, url in addresses.items()])]


def joined(label: str) -> DataTransformerConfig:
    return DataTransformerConfig(id_val="joinByField", options={"byField": label, "mode": "outer"})


def without(*fields: str) -> DataTransformerConfig:
    return DataTransformerConfig(
        id_val="organize", options={"excludeByName": dict.fromkeys(fields, True), "indexByName": {}, "renameByName": {}}
    )


def arranged(columns: t.Mapping[str, str], drop: t.Sequence[str] = ()) -> DataTransformerConfig:
    """The columns in this order under these names; those that are not named come after them."""
    order = {name: place for place, name in enumerate(columns)}
    options = {"excludeByName": dict.fromkeys(drop, True), "indexByName": order, "renameByName": dict(columns)}
    return DataTransformerConfig(id_val="organize", options=options)


def ordered(column: str, *, descending: bool = False) -> DataTransformerConfig:
    return DataTransformerConfig(id_val="sortBy", options={"fields": {}, "sort": [{"field": column, "desc": descending}]})


# -- variables, links, the whole


def _source_variable() -> dashboard.DatasourceVariable:
    made = dashboard.DatasourceVariable("datasource").label("Data source").type("prometheus")
    return made.description("The Prometheus that has the metrics and the recording rules of operability.readiness.")


def _choice(name: str, label: str, ask: str, description: str, *, several: bool) -> dashboard.QueryVariable:
    made = dashboard.QueryVariable(name).label(label).description(description)
    made = made.query({"query": ask, "refId": f"variable-{name}"}).definition(ask)
    made = made.datasource(source()).refresh(VariableRefresh.ON_TIME_RANGE_CHANGED).sort(VariableSort.ALPHABETICAL_ASC)
    if several:
        made = made.multi(True).include_all(True).current(VariableOption(selected=True, text=["All"], value=["$__all"]))
    return made


def variables(*, several: bool) -> list[t.Any]:
    """Data source, environment, owner, service and the address of the reports. ``several``: environment and service allow more than one."""
    known = '{__name__=~"service:operability_state:current|operability_service_expected"}'
    info = "service:operability_info:current"
    where = 'deployment_environment=~"$environment"'
    return [
        _source_variable(),
        _choice("environment", "Environment", f"label_values({known}, deployment_environment)", "Where the services run.", several=several),
        _choice("owner", "Owner", f"label_values({info}{{{where}}}, owner)", "The teams whose services are shown.", several=True),
        _choice(
            "service",
            "Service",
            f'label_values({info}{{{where}, owner=~"$owner"}}, service_name)',
            "The services of these owners.",
            several=several,
        ),
        dashboard.TextBoxVariable("report")
        .label("Reports")
        .default_value(REPORTS)
        .current(VariableOption(selected=True, text=REPORTS, value=REPORTS))
        .description("Address below which the HTML reports are served, as ENVIRONMENT/SERVICE.html."),
    ]


def opened(name: str, title: str, *, service: bool = False) -> dashboard.DashboardLink:
    """A link to another of the three dashboards, with what is chosen here."""
    made = dashboard.DashboardLink(title).type(DashboardLinkType.LINK).icon("dashboard").tooltip(f"The dashboard {title}").keep_time(False)
    return made.url(f"/d/operability-{name}").include_vars(service).target_blank(False)


def outside(title: str, url: str, tooltip: str) -> dashboard.DashboardLink:
    made = dashboard.DashboardLink(title).type(DashboardLinkType.LINK).icon("external link").tooltip(tooltip).url(url)
    return made.target_blank(True).include_vars(False).keep_time(False)


def board(
    name: str,
    title: str,
    description: str,
    *,
    several: bool,
    links: t.Sequence[dashboard.DashboardLink],
    rows: t.Sequence[tuple[int, t.Sequence[tuple[int, int, Panel]]]],
    since: str,
) -> dashboard.Dashboard:
    """``rows``: height, and the panels from left to right with their id and width."""
    made = dashboard.Dashboard(f"Operability: {title}").uid(f"operability-{name}").description(" ".join(description.split()))
    made = made.tags(["operability", "readiness"]).time(since, "now").refresh("1m").timezone("browser").readonly()
    made = made.tooltip(DashboardCursorSync.CROSSHAIR)
    for variable in variables(several=several):
        made = made.with_variable(variable)
    for one in links:
        made = made.link(one)
    down = 0
    for height, panels in rows:
        across = 0
        for number, wide, panel in panels:
            made = made.with_panel(panel.id(number).grid_pos(GridPos(h=height, w=wide, x=across, y=down)))
            across += wide
        down += height
    return made
