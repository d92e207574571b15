# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dashboard Portfolio: every service, the worst first."""

from __future__ import annotations

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models.dashboard import DataTransformerConfig, MatcherConfig

from . import parts
from .codes import NEUTRAL, RED, STATUSES, VERDICTS, YELLOW, absent, mapped
from .parts import BY, HOME, MANY, key, query

STATE, INFO = f"service:operability_state:current{{{MANY}}}", f"service:operability_info:current{{{MANY}}}"
SHORT = {  # the list is open: one that is not here has its own name
    "operators": "Operators",
    "service_monitoring": "Serv. mon.",
    "technical_monitoring": "Tech. mon.",
    "call_center": "Call centre",
    "support_chain": "Support",
}
NIGHT = 26 * 3600  # a nightly run and two hours


def counted(code: int) -> str:
    return f"count({STATE} == {code}) or vector(0)"


def verdicts() -> parts.Panel:
    refs = dict(zip("ABCD", sorted(VERDICTS, reverse=True)))
    panel = parts.tiles(
        "Services by verdict",
        "How many services have which verdict, over the newest findings that still count.",
        *(query(ref, counted(code), VERDICTS[code][0]) for ref, code in refs.items()),
        unit="short",
        size=34,
    )
    for code in refs.values():
        word, color = VERDICTS[code]
        panel = panel.override_by_name(word, parts.colors_at((None, NEUTRAL), (1.0, color)))
    return panel


def unseen() -> parts.Panel:
    expected = 'max by (service_name, deployment_environment) (operability_service_expected{deployment_environment=~"$environment"})'
    verified = "service:operability_state:current"
    return parts.tiles(
        "Not verified",
        """Last verified: services whose newest run ended more than 26 hours ago. Never verified: services that the portfolio names and that
        have no result at all; owner and service are not known of them, so those choices do not hold for this number.""",
        query("A", f"count(service:operability_run_age:seconds{{{MANY}}} > {NIGHT}) or vector(0)", "over 26 h ago"),
        query("B", f"count({expected} unless {BY} {verified}) or vector(0)", "never"),
        unit="short",
        thresholds=((None, NEUTRAL), (1.0, YELLOW)),
        size=34,
    )


def debts() -> parts.Panel:
    overdue = f"count(time() - service_requirement:operability_reservation_due:timestamp_seconds{{{MANY}}} >= 0) or vector(0)"
    override = f"count(service_requirement:operability_override_due:timestamp_seconds{{{MANY}}}) or vector(0)"
    return parts.tiles(
        "What is owed",
        """Overdue: reservations past their day. Overrides: services deployed in an emergency or against the verdict, not verified in full
        since.""",
        query("A", overdue, "overdue"),
        query("B", override, "overrides"),
        unit="short",
        thresholds=((None, NEUTRAL), (1.0, RED)),
        size=34,
    )


def services() -> parts.Panel:
    """One row a service. Stakeholders are an open list: each has a column, made of the label."""
    columns = {
        "Value #A": "Verdict",
        "service_name": "Service",
        "deployment_environment": "Environment",
        "level": "Level",
        "owner": "Owner",
        "verified": "Verified",
        **SHORT,
        "Value #D": "Last run",
    }
    known = f"{STATE} * {BY} group_left (level, owner) {INFO}"
    return parts.grid(
        "Services",
        """One row a service, the worst first. The verdict is over the newest findings that still count. Verified: how many of the required
        requirements something was really seen of. A stakeholder is as bad as its worst requirement. A click on the verdict opens the
        report, on the service its go-live dashboard.""",
        query(
            "A",
            key(known, "service_name", "deployment_environment", "level", "owner"),
            as_table=True,
        ),
        query("B", key(f"service_verified:operability_requirements:ratio{{{MANY}}}", "verified"), as_table=True),
        query("C", key(f"service_stakeholder:operability_state:current{{{MANY}}}", "stakeholder"), as_table=True),
        query("D", key(f"service:operability_run_age:seconds{{{MANY}}}"), as_table=True),
        transform=[
            parts.without("Time"),
            DataTransformerConfig(
                id_val="groupingToMatrix",
                filter_val=MatcherConfig(id_val="byRefId", options="C"),
                options={"columnField": "stakeholder", "rowField": "of", "valueField": "Value #C", "emptyValue": "null"},
            ),
            parts.arranged({"of\\stakeholder": "of"}),
            parts.joined("of"),
            parts.arranged(columns, drop=["of", "Value #B"]),
            parts.ordered("Service"),
            parts.ordered("Verdict", descending=True),
        ],
        columns={
            "Verdict": [*parts.words(mapped(VERDICTS)), *parts.links(Report=parts.REPORT_OF), *parts.width(128)],
            "Service": [*parts.plain(), *parts.links(**{"Go-live": parts.GO_LIVE}), *parts.at_least(90)],
            "Environment": [*parts.plain(), *parts.width(96)],
            "Level": [*parts.plain(), *parts.width(54)],
            "Owner": [*parts.plain(), *parts.width(118)],
            "Verified": [*parts.plain(), *parts.width(78)],
            "Last run": [
                *parts.measure("s", 0),
                *parts.words(absent()),
                *parts.colors_at((None, "transparent"), (NIGHT, YELLOW)),
                *parts.width(74),
            ],
        },
        mappings=mapped(STATUSES, "–"),
        colored=True,
    )


def over_time() -> parts.Panel:
    order = sorted(VERDICTS, reverse=True)
    return parts.curves(
        "Services by verdict over time",
        "How many services had which verdict. What falls here and does not come back is a service that is no longer published.",
        *(query(ref, counted(code), VERDICTS[code][0], over_time=True) for ref, code in zip("ABCD", order)),
        colors={VERDICTS[code][0]: VERDICTS[code][1] for code in order},
        stacked=True,
    )


def alerts() -> parts.Panel:
    page = 'label_replace(label_replace(ALERTS{alertname=~"Operability.+", alertstate="firing", deployment_environment=~"$environment"}, '
    page += '"page", "$1", "alertname", "(.+)"), "page", "OperabilityWaiverEnds", "alertname", "OperabilityWaiverEnd.+")'
    columns = {
        "severity": "Severity",
        "alertname": "Alert",
        "service_name": "Service",
        "deployment_environment": "Environment",
        "requirement": "Requirement",
        "page": "page",
    }
    return parts.grid(
        "Alerts that fire",
        "The alerts of this collection that fire now. A click on the alert opens its runbook.",
        query("A", f"max by ({', '.join(columns)}) ({page})", as_table=True),
        transform=[parts.without("Time", "Value"), parts.arranged(columns), parts.ordered("Service")],
        columns={
            "Severity": [*parts.width(78)],
            "Alert": [*parts.links(Runbook=f"{HOME}/runbooks/${{__data.fields.page}}.md"), *parts.width(226)],
            "Service": [*parts.at_least(90)],
            "Environment": [*parts.width(96)],
            "Requirement": [*parts.at_least(96)],
            "page": [*parts.hidden()],
        },
        no_value="None: no alert fires",
    )


def built() -> dashboard.Dashboard:
    return parts.board(
        "portfolio",
        "Portfolio",
        """Every service that the gate verifies: its verdict, level and owner, what each stakeholder can rely on, and how old the result is.
        The worst first.""",
        several=True,
        links=[
            parts.opened("estate", "Estate", service=True),
            parts.outside("How to read it", f"{HOME}/dashboards.md", "What the words and colours mean"),
        ],
        rows=[
            (4, [(1, 12, verdicts()), (2, 6, unseen()), (3, 6, debts())]),
            (13, [(4, 24, services())]),
            (8, [(5, 10, over_time()), (6, 14, alerts())]),
        ],
        since="now-7d",
    )
