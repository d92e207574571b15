# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dashboard Estate: what is common to many services."""

from __future__ import annotations

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models.common import BigValueTextMode
from grafana_foundation_sdk.models.dashboard import DataTransformerConfig

from . import parts
from .codes import GREY, NEUTRAL, PURPLE, RED, SKY, STATUSES, YELLOW, mapped
from .parts import BY_REQUIREMENT, HOME, MANY, key, query

STATE = f"service_requirement:operability_state:current{{{MANY}}}"
OBSERVED = f"service_requirement:operability_observed_state:current{{{MANY}}}"
INFO = f"service_requirement:operability_info:current{{{MANY}}}"
WAIVERS = f"service_requirement:operability_waiver_expiry:timestamp_seconds{{{MANY}}}"
RESERVATIONS = f"service_requirement:operability_reservation_due:timestamp_seconds{{{MANY}}}"
DEBT = f'service_state:operability_debt_requirements:count{{{MANY}, state="left"}}'
WINDOW = "90d"


def heat_map() -> parts.Panel:
    return parts.grid(
        "Requirements of every service",
        """One row a service, one column a requirement, the worst columns first. A column of one colour is a fault of the platform
        or of the policy, a row of one colour a service that needs help. A dash: not asked of this service.""",
        query("A", key(STATE, "requirement"), as_table=True),
        transform=[
            parts.without("Time"),
            parts.ordered("requirement"),
            parts.ordered("Value", descending=True),
            DataTransformerConfig(
                id_val="groupingToMatrix",
                options={"columnField": "requirement", "rowField": "of", "valueField": "Value", "emptyValue": "null"},
            ),
            parts.arranged({"of\\requirement": "Service / environment"}),
            parts.ordered("Service / environment"),
        ],
        columns={"Service / environment": [*parts.plain(), *parts.width(190)]},
        mappings=mapped(STATUSES, "–"),
        colored=True,
    )


def commonest(title: str, code: str, description: str, color: str) -> parts.Panel:
    worst = f"({STATE} {code}) * {BY_REQUIREMENT} group_left (title) {INFO}"
    return parts.bars(
        title,
        description,
        query("A", f"sort_desc(topk(10, count by (requirement, title) ({worst})))", "{{requirement}} {{title}}"),
        unit="short",
        thresholds=((None, color),),
        low=0.0,
        no_value="None: there is no such requirement",
    )


def debt() -> parts.Panel:
    return parts.curves(
        "What is put up with, over time",
        """Waived: requirements that do not hold and are accepted until a day. In debt: those that did not hold when the service was
        adopted, and do not yet. Overdue: reservations past their day. Waivers ended: they cover nothing any more.""",
        query("A", f"count({STATE} == 1) or vector(0)", "waived", over_time=True),
        query("B", f"sum({DEBT}) or vector(0)", "in debt", over_time=True),
        query("C", f"count(time() - {RESERVATIONS} >= 0) or vector(0)", "overdue", over_time=True),
        query("D", f"count(time() - {WAIVERS} >= 0) or vector(0)", "waivers ended", over_time=True),
        colors={"waived": SKY, "in debt": PURPLE, "overdue": RED, "waivers ended": YELLOW},
        stacked=False,
    )


def waivers() -> parts.Panel:
    columns = {
        "Value #A": "Days left",
        "service_name": "Service",
        "deployment_environment": "Environment",
        "requirement": "Requirement",
        "Value #B": "Observed",
        "approver": "Accepted by",
    }
    one = "service_name, deployment_environment, requirement"
    whole = f'label_join({{}}, "key", "/", {", ".join(chr(34) + name + chr(34) for name in one.split(", "))})'
    left = f"floor(({WAIVERS} - time()) / 86400)"
    seen = f"{OBSERVED} and {BY_REQUIREMENT} {WAIVERS}"
    return parts.grid(
        "Waivers",
        "All that is accepted, what ends first at the top. Observed pass: the waiver is no longer needed.",
        query("A", f"max by (key, {one}, approver) ({whole.format(left)})", as_table=True),
        query("B", f"max by (key) ({whole.format(seen)})", as_table=True),
        transform=[parts.without("Time"), parts.joined("key"), parts.arranged(columns, drop=["key"]), parts.ordered("Days left")],
        columns={
            "Days left": [*parts.tile(), *parts.colors_at(*parts.DAYS_LEFT), *parts.measure("none", 0), *parts.width(90)],
            "Observed": [*parts.tile(), *parts.words(mapped(STATUSES)), *parts.width(90)],
            "Environment": [*parts.width(96)],
            "Requirement": [*parts.width(102)],
            "Accepted by": [*parts.wrapped(), *parts.at_least(110)],
            "Service": [*parts.links(**{"Go-live": parts.GO_LIVE, "Report": parts.REPORT_OF}), *parts.at_least(90)],
        },
        no_value="None: nothing is waived",
    )


def delivery() -> parts.Panel:
    columns = {
        "service_name": "Service",
        "deployment_environment": "Environment",
        "Value #A": "Deployments",
        "Value #B": "Rework rate",
        "Value #C": "Failed",
        "Value #D": "Days since unplanned",
    }
    window = f'{MANY}, window="{WINDOW}"'
    counted = f"sum by (service_name, deployment_environment) (service_kind_window:operability_deployments:count{{{window}}})"
    total = key(counted, "service_name", "deployment_environment")
    unplanned = f"floor((time() - service:operability_last_unplanned_deployment:timestamp_seconds{{{MANY}}}) / 86400)"
    nothing = f"{key(counted)} * NaN"
    return parts.grid(
        "Releases within 90 days",
        """Rework rate: unplanned releases (hotfix, rollback, emergency) of all. Failed: releases that failed or were followed by a
        hotfix or rollback, of those judged. Days since unplanned: since the last hotfix, rollback or emergency.""",
        query("A", total, as_table=True),
        query("B", f"{key(f'service_window:operability_deployment_rework:ratio{{{window}}}')} or {nothing}", as_table=True),
        query("C", f"{key(f'service_window:operability_change_fail:ratio{{{window}}}')} or {nothing}", as_table=True),
        query("D", f"{key(unplanned)} or {nothing}", as_table=True),
        transform=[
            parts.without("Time"),
            parts.joined("of"),
            parts.arranged(columns, drop=["of"]),
            parts.ordered("Service"),
            parts.ordered("Rework rate", descending=True),
        ],
        columns={
            "Service": [*parts.links(**{"Go-live": parts.GO_LIVE, "Report": parts.REPORT_OF}), *parts.at_least(90)],
            "Deployments": [*parts.measure("short", 0), *parts.width(100)],
            "Rework rate": [
                *parts.tile(),
                *parts.measure("percentunit", 0),
                *parts.colors_at((None, NEUTRAL), (0.1, YELLOW), (0.3, RED)),
                *parts.width(100),
            ],
            "Failed": [*parts.measure("percentunit", 0), *parts.width(80)],
            "Days since unplanned": [*parts.measure("none", 0), *parts.width(160)],
        },
        no_value="None: no deployment is on record",
    )


def last_unplanned() -> parts.Panel:
    return parts.tiles(
        "Last unplanned",
        "The last unplanned release of any of these services: a hotfix, a rollback or an emergency.",
        query("A", f"max(service:operability_last_unplanned_deployment:timestamp_seconds{{{MANY}}}) * 1000", "last"),
        unit="dateTimeFromNow",
        names=BigValueTextMode.VALUE,
        size=28,
        no_value="None: no unplanned release is on record",
    )


def built() -> dashboard.Dashboard:
    return parts.board(
        "estate",
        "Estate",
        """What is common to many services: which requirements fail most, what is put up with and for how long, and how often releases are
        repaired.""",
        several=True,
        links=[
            parts.opened("portfolio", "Portfolio", service=True),
            parts.outside("How to read it", f"{HOME}/dashboards.md", "What the words and colours mean"),
        ],
        rows=[
            (12, [(1, 24, heat_map())]),
            (
                9,
                [
                    (2, 12, commonest("Commonest failing requirements", "== 4", "Requirements that fail, by the number of services.", RED)),
                    (
                        3,
                        12,
                        commonest(
                            "Commonest not verified",
                            "== 3",
                            "Requirements that could not be looked at, by the number of services.",
                            GREY,
                        ),
                    ),
                ],
            ),
            (8, [(4, 11, debt()), (5, 13, waivers())]),
            (8, [(6, 5, last_unplanned()), (7, 19, delivery())]),
        ],
        since="now-30d",
    )
