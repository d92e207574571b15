# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dashboard Go-live: one service in one environment, for the meeting that decides."""

from __future__ import annotations

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.models.common import BigValueTextMode, DataSourceRef

from . import parts
from .codes import NEUTRAL, PURPLE, STATUSES, VERDICTS, YELLOW, mapped
from .parts import BY, BY_REQUIREMENT, HOME, ONE, query

STATE = f"service_requirement:operability_state:current{{{ONE}}}"
OBSERVED = f"service_requirement:operability_observed_state:current{{{ONE}}}"
INFO = f"service_requirement:operability_info:current{{{ONE}}}"
SERVICE_INFO = f"service:operability_info:current{{{ONE}}}"
HEADROOM = f"service_requirement:operability_headroom:ratio{{{ONE}}}"
WAIVERS = f"service_requirement:operability_waiver_expiry:timestamp_seconds{{{ONE}}}"
RESERVATIONS = f"service_requirement:operability_reservation_due:timestamp_seconds{{{ONE}}}"
OVERRIDES = f"service_requirement:operability_override_due:timestamp_seconds{{{ONE}}}"
DEPLOYMENTS = f"service_version:operability_deployment:timestamp_seconds{{{ONE}}}"
REPORT = "${report:raw}/${environment}/${service}.html"


def days(moment: str) -> str:
    """Whole days until a moment: 0 on its last day, negative when it is over."""
    return f"floor(({moment} - time()) / 86400)"


def verdict() -> parts.Panel:
    return parts.tiles(
        "Verdict",
        """Over the newest findings that still count, whatever the phase that made them. The worst blocking requirement decides; nothing is
        averaged.""",
        query("A", f"service:operability_state:current{{{ONE}}}", "{{service_name}}"),
        mappings=mapped(VERDICTS),
        names=BigValueTextMode.VALUE,
        size=44,
    ).links([parts.outside("Report", REPORT, "The report of the last run")])


def verified() -> parts.Panel:
    return parts.tiles(
        "Verified",
        "Requirements of which something was really seen, of those that are asked. What is missing to all was not looked at, or not seen.",
        query("A", f"service_verified:operability_requirements:ratio{{{ONE}}}", "{{verified}}"),
        unit="percentunit",
        thresholds=((None, YELLOW), (1.0, NEUTRAL)),
        names=BigValueTextMode.NAME,
        size=30,
    )


def service() -> parts.Panel:
    return parts.tiles(
        "Level and owner",
        "Level, mode and owner. In mode enforce a bad verdict ends the play of a deployment; in mode observe it is only told.",
        query("A", SERVICE_INFO, "{{level}} · {{mode}} · {{owner}}"),
        names=BigValueTextMode.NAME,
        plain=True,
        size=20,
    )


def age() -> parts.Panel:
    return parts.tiles(
        "Last run",
        "How long ago the newest run of any phase ended.",
        query("A", f"service:operability_run_age:seconds{{{ONE}}}", "last run"),
        unit="s",
        thresholds=((None, NEUTRAL), (26 * 3600.0, YELLOW)),
        names=BigValueTextMode.VALUE,
        size=30,
    )


def gates() -> parts.Panel:
    return parts.tiles(
        "Before and after",
        """What the last gate of each phase said: pre before a deployment, post just after it, recheck in service. A gate is dropped after 7
        days. What was there before a deployment and is gone after it is the requirement DEL-04.""",
        query("A", f"service_phase:operability_gate_state:current{{{ONE}}}", "{{phase}}"),
        mappings=mapped(VERDICTS),
        size=18,
        rows=True,
        no_value="None: no gate within 7 days",
    )


def stakeholders() -> parts.Panel:
    panel = parts.tiles(
        "Stakeholders",
        "The worst among the requirements of each stakeholder.",
        query("A", f"service_stakeholder:operability_state:current{{{ONE}}}", "{{stakeholder}}"),
        mappings=mapped(STATUSES),
        size=26,
    )
    return parts.named(panel)


def requirements() -> parts.Panel:
    columns = {
        "Value #A": "State",
        "requirement": "Requirement",
        "title": "Title",
        "impact": "Impact",
        "Value #C": "Since",
        "Value #D": "Headroom",
        "responsible": "Responsible",
        "proof": "Proof",
    }
    return parts.grid(
        "Requirements",
        """The worst first. Since: when what is seen now began. Headroom: room to the limit of the number that is nearest to it; 100 % far
        from it, 0 % at it, negative beyond it. Proof: observed now, derived from a record,
        attested by a person, stand_in where a check of somebody's choice proves it in place of the policy's, or none where nothing
        was seen.""",
        query("A", f"max by (requirement, impact) ({STATE})", as_table=True),
        query("B", f"max by (requirement, title, responsible, proof) ({INFO})", as_table=True),
        query("C", f"max by (requirement) (service_requirement:operability_since:timestamp_seconds{{{ONE}}}) * 1000", as_table=True),
        query("D", f"min by (requirement) ({HEADROOM}) or max by (requirement) ({STATE}) * NaN", as_table=True),
        transform=[
            parts.without("Time"),
            parts.joined("requirement"),
            parts.arranged(columns, drop=["Value #B"]),
            parts.ordered("Requirement"),
            parts.ordered("State", descending=True),
        ],
        columns={
            "State": [*parts.tile(), *parts.words(mapped(STATUSES)), *parts.width(90)],
            "Requirement": [*parts.links(Report=REPORT), *parts.width(110)],
            "Title": [*parts.wrapped(), *parts.at_least(240)],
            "Impact": [*parts.width(80)],
            "Since": [*parts.measure("dateTimeFromNow"), *parts.width(130)],
            "Headroom": [*parts.tile(), *parts.measure("percentunit", 0), *parts.colors_at(*parts.HEADROOM), *parts.width(100)],
            "Responsible": [*parts.width(140)],
            "Proof": [*parts.width(90)],
        },
    )


def reservations() -> parts.Panel:
    own = f"{days(RESERVATIONS)} * {BY_REQUIREMENT} group_left (title, responsible) {INFO}"
    promised = (
        f'label_replace(label_replace({days(OVERRIDES)} * {BY} group_left (owner) {SERVICE_INFO}, "responsible", "$1", "owner", "(.*)"), '
    )
    promised += '"title", "went live against the gate; owes the whole verification", "", "")'
    by = "requirement, title, responsible"
    return parts.grid(
        "Reservations",
        """What stands between this service and GO, and who puts it right until when. Negative days are overdue: then the reservation stops
        the next deployment. ALL stands for an emergency or a deployment against the verdict.""",
        query("A", f"max by ({by}) ({own}) or max by ({by}) ({promised})", as_table=True),
        transform=[
            parts.without("Time"),
            parts.arranged({"Value": "Days left", "requirement": "Requirement", "title": "Title", "responsible": "Responsible"}),
            parts.ordered("Days left"),
        ],
        columns={
            "Days left": [*parts.tile(), *parts.colors_at(*parts.DAYS_LEFT), *parts.measure("none", 0), *parts.width(90)],
            "Requirement": [*parts.width(102)],
            "Title": [*parts.wrapped(), *parts.at_least(160)],
            "Responsible": [*parts.width(130)],
        },
        no_value="None: no reservation is open",
    )


def waivers() -> parts.Panel:
    left = f"{days(WAIVERS)} * {BY_REQUIREMENT} group_left (title) {INFO}"
    return parts.grid(
        "Waivers",
        """What was accepted, by whom and for how many days more. Observed: what is really seen; a waiver of what passes is no longer
        needed.""",
        query("A", f"max by (requirement, approver, title) ({left})", as_table=True),
        query("B", f"max by (requirement) ({OBSERVED} and {BY_REQUIREMENT} {WAIVERS})", as_table=True),
        transform=[
            parts.without("Time"),
            parts.joined("requirement"),
            parts.arranged(
                {"Value #A": "Days left", "requirement": "Requirement", "Value #B": "Observed", "title": "Title", "approver": "Accepted by"}
            ),
            parts.ordered("Days left"),
        ],
        columns={
            "Days left": [*parts.tile(), *parts.colors_at(*parts.DAYS_LEFT), *parts.measure("none", 0), *parts.width(90)],
            "Requirement": [*parts.width(110)],
            "Observed": [*parts.tile(), *parts.words(mapped(STATUSES)), *parts.width(90)],
            "Title": [*parts.wrapped(), *parts.at_least(110)],
            "Accepted by": [*parts.wrapped(), *parts.width(124)],
        },
        no_value="None: nothing is waived",
    )


def headroom() -> parts.Panel:
    nearest = f"bottomk(10, clamp({HEADROOM}, -1, 1))"
    return parts.bars(
        "Nearest to their limit",
        "The ten requirements whose number has the least room to its limit: 100 % far from it, 0 % at it, beyond it cut at -100 %.",
        query("A", f"sort({nearest} * {BY_REQUIREMENT} group_left (title) {INFO})", "{{requirement}} {{title}}"),
        unit="percentunit",
        thresholds=parts.HEADROOM,
        low=-1.0,
        high=1.0,
        no_value="None: nothing is measured against a limit",
    )


def proofs() -> parts.Panel:
    return parts.bars(
        "Proof",
        """How many requirements are observed by a machine, derived from a dated record, attested by a person, or proved by a check in place
        of the policy's (stand_in); none: nothing was seen of them.""",
        query("A", f"count by (proof) ({INFO})", "{{proof}}"),
        unit="short",
        thresholds=((None, PURPLE),),
        low=0.0,
    )


def verdict_history() -> parts.Panel:
    return parts.history(
        "History of the verdict",
        "The state of the service, and what the gates of each phase said. The lines are deployments.",
        query("A", f"service:operability_state:current{{{ONE}}}", "service", over_time=True),
        query("B", f"service_phase:operability_gate_state:current{{{ONE}}}", "gate {{phase}}", over_time=True),
        mappings=mapped(VERDICTS),
    )


def stakeholder_history() -> parts.Panel:
    panel = parts.history(
        "History of the stakeholders",
        "What each stakeholder could rely on.",
        query("A", f"service_stakeholder:operability_state:current{{{ONE}}}", "{{stakeholder}}", over_time=True),
        mappings=mapped(STATUSES),
    )
    return parts.named(panel)


def requirement_history() -> parts.Panel:
    bad = f"max_over_time({STATE}[$__range]) > 0"
    return parts.history(
        "Requirements that did not always pass",
        "Each requirement that was not passed at some moment of the time that is shown.",
        query("A", f"{STATE} and {BY_REQUIREMENT} ({bad})", "{{requirement}}", over_time=True),
        mappings=mapped(STATUSES),
        no_value="None: every requirement passed all the time",
    )


def deployments() -> parts.Panel:
    return parts.grid(
        "Deployments",
        "The newest versions, and when each was deployed.",
        query("A", f"max by (version) ({DEPLOYMENTS}) * 1000", as_table=True),
        transform=[
            parts.without("Time"),
            parts.arranged({"version": "Version", "Value": "Deployed"}),
            parts.ordered("Deployed", descending=True),
        ],
        columns={"Deployed": [*parts.measure("dateTimeAsIso")], "Version": [*parts.at_least(80)]},
        no_value="None: no deployment is on record",
    )


def lines() -> dashboard.AnnotationQuery:
    asked = (
        Dataquery().ref_id("deployments").expr(f"{DEPLOYMENTS} * 1000").datasource(DataSourceRef(type_val="prometheus", uid=parts.SOURCE))
    )
    made = dashboard.AnnotationQuery().name("Deployments").datasource(DataSourceRef(type_val="prometheus", uid=parts.SOURCE)).enable(True)
    made = made.icon_color(PURPLE).expr(f"{DEPLOYMENTS} * 1000").use_value_for_time(True).target(asked)
    return made.title_format("Version {{version}}").text_format("Deployed in {{deployment_environment}}").step("60s")


def built() -> dashboard.Dashboard:
    made = parts.board(
        "go-live",
        "Go-live",
        """One service in one environment, for the meeting that decides: can it be operated, what is missing, who puts it right until when,
        and what has changed.""",
        several=False,
        links=[
            parts.outside("Report", REPORT, "The report of the last run of this service"),
            parts.opened("portfolio", "Portfolio"),
            parts.opened("estate", "Estate"),
            parts.outside("How to read it", f"{HOME}/dashboards.md", "What the words and colours mean"),
        ],
        rows=[
            (5, [(1, 6, verdict()), (2, 4, verified()), (3, 5, service()), (4, 3, age()), (5, 6, gates())]),
            (4, [(6, 24, stakeholders())]),
            (15, [(7, 24, requirements())]),
            (7, [(8, 12, reservations()), (9, 12, waivers())]),
            (12, [(10, 12, headroom()), (11, 5, proofs()), (12, 7, deployments())]),
            (6, [(13, 12, verdict_history()), (14, 12, stakeholder_history())]),
            (9, [(15, 24, requirement_history())]),
        ],
        since="now-7d",
    )
    return made.annotation(lines())
