# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on the way of loaded alerts to a person: a real Prometheus that sends to a real Alertmanager."""

from __future__ import annotations

import datetime as dt
import typing as t

import alerting
import yaml
from alerting import matcher, moment, silence
from nasty import Nasty
from servers import LOCAL, Alertmanager, Prometheus, free_port
from table import Row, World

Arrange = t.Callable[[World], dict[str, t.Any]]
ROUTE, SILENCES = "alertmanager_route", "alertmanager_silences"


def service(name: str, **more: t.Any) -> Arrange:
    return lambda world: {"receivers": ["oncall"], **alerting.shared(world.binaries).args(name, **more)}


def by_severity(name: str, **severities: list[str]) -> Arrange:
    return lambda world: alerting.shared(world.binaries).args(name, receivers_by_severity=severities)


def within_window(world: World) -> dict[str, t.Any]:
    return alerting.shared(world.binaries).args("later", receivers=["oncall"], window_start=moment(24), window_end=moment(96))


def another_alertmanager(world: World) -> dict[str, t.Any]:
    config = alerting.alertmanager_config(dt.datetime.now(dt.timezone.utc))
    other = world.running.start(Alertmanager, world.binaries, config=config)
    return alerting.shared(world.binaries).args("healthy", receivers=["oncall"]) | {"url": other.url}


def sending(**options: t.Any) -> Arrange:
    """A Prometheus of its own that has the same rules, and not the same Alertmanagers."""

    def arrange(world: World) -> dict[str, t.Any]:
        args = alerting.shared(world.binaries).args("healthy", receivers=["oncall"])
        config = alerting.prometheus_config(free_port(), alert_relabel_configs=alerting.relabelling(), **options)
        text = yaml.safe_dump({"groups": [{"name": "all", "rules": alerting.rules()}]}, sort_keys=False)
        server = world.running.start(Prometheus, world.binaries, config=config, rules=text)
        return {**args, "prometheus": [{"url": server.url}]}

    return arrange


def asked_instead(kind: str) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        args = alerting.shared(world.binaries).args("healthy", receivers=["oncall"], timeout="3s")
        return {**args, "prometheus": [{"url": world.running.start(Nasty, kind).url}]}

    return arrange


def no_prometheus(world: World) -> dict[str, t.Any]:
    args = alerting.shared(world.binaries).args("healthy", receivers=["oncall"])
    return {**args, "prometheus": [{"url": f"http://{LOCAL}:{free_port()}"}]}


def clustered(*, second: str | None = None, apart: bool = False, stopped: bool = False) -> Arrange:
    """Two Alertmanagers; ``second``: the configuration of the other one."""

    def arrange(world: World) -> dict[str, t.Any]:
        config = "route: {receiver: oncall}\nreceivers: [{name: oncall, webhook_configs: [{url: 'http://127.0.0.1:9/'}]}]\n"
        one = world.running.start(alerting.Clustered, world.binaries, config=config)
        two = world.running.start(alerting.Clustered, world.binaries, *([] if apart else [one.gossip]), config=second or config)
        members = 1 if apart else 2
        for server in (one, two):
            alerting.wait_until(lambda server=server: len(alerting.ask(server, "/api/v2/status")["cluster"]["peers"]) == members)
        if stopped:
            two.stop()
        return {"url": one.url, "peers": [two.url], "labels": [{"service": "payments"}], "receivers": ["oncall"]}

    return arrange


def silenced(name: str, *silences: t.Mapping[str, t.Any], **more: t.Any) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        both = alerting.shared(world.binaries)
        for options in silences:
            matchers = [
                {**one, "value": one["value"].replace("OURS", f"{LOCAL}:{both.prometheus.port}")} for one in options.get("matchers", ())
            ]
            silence(both.alertmanager.url, **{**options, "matchers": matchers})
        return both.args(name, **more)

    return arrange


def foreign(**more: t.Any) -> dict[str, t.Any]:
    return {"hours": 90 * 24 + 0.1, **more}  # Alertmanager begins it when it takes it, which may be some seconds later


ROUTES: list[Row] = [
    Row(
        ROUTE, "each alert that is loaded reaches the team", service("healthy"), "pass", r"all 2 label sets of the 3 alerts .* reach oncall"
    ),
    Row(
        ROUTE,
        "one of two loaded alerts reaches a receiver that notifies nobody",
        service("orders", receivers=["oncall", "nobody"]),
        "fail",
        r'OrdersSlow".*service="orders", severity="warning".*\} reach nobody, which notifies nobody: it has no integration \(1 of 2',
    ),
    Row(ROUTE, "one of two loaded alerts reaches somebody else", service("orders"), "fail", "OrdersSlow.* reach nobody, not oncall"),
    Row(ROUTE, "the series give the label on which the route depends", service("field"), "pass", 'env="prod".* reach oncall'),
    Row(
        ROUTE,
        "an aggregation loses the label on which the route depends",
        service("field_sum"),
        "fail",
        r'alerts with \{alertname="FieldSum"[^}]*service="field_sum", severity="critical"[^}]*\} reach audit and other, not oncall',
    ),
    Row(
        ROUTE,
        "the selector says whose alert it is",
        service("", match={"tier": "gold"}),
        "pass",
        r'alerts with .*alertname="GoldUp".* reach oncall',
    ),
    Row(
        ROUTE,
        "the selector says whose alert it is, and nobody is told of it",
        service("", match={"tier": "silver"}),
        "fail",
        r"SilverUp.* reach nobody",
    ),
    Row(
        ROUTE,
        "what is added to all alerts says whose they are",
        service("", match={"cluster": "paris"}),
        "fail",
        r"OrdersSlow.* reach nobody, not oncall",
    ),
    Row(
        ROUTE,
        "the series say whose alert it is",
        service("", match={"weight": "heavy"}, must_include=["FieldUp"]),
        "pass",
        r'alerts with .*alertname="FieldUp".* reach oncall',
    ),
    Row(
        ROUTE,
        "the series say that it is another's alert",
        service("", match={"weight": "light"}, must_include=["FieldUp"]),
        "fail",
        r"FieldUp",
    ),
    Row(ROUTE, "the severity comes from a label of the series", service("template"), "pass", 'severity="heavy".* reach oncall'),
    Row(
        ROUTE,
        "the severity depends on the value, and the template is not evaluated",
        service("value"),
        "unknown",
        r"whether alerts with .*severity=\?.* reach oncall depends on severity, which cannot be told",
    ),
    Row(
        ROUTE,
        "nothing tells a label on which the route depends",
        service("gone"),
        "unknown",
        r"whether alerts with .*GoneDown.* reach oncall depends on env, which cannot be told",
    ),
    Row(
        ROUTE,
        "an alert for what is absent has the labels of its selector",
        service("absent"),
        "pass",
        'AbsentDown", .*env="prod".* reach oncall',
    ),
    Row(ROUTE, "relabelling drops an alert", service("dropped"), "fail", "DroppedDown.* are dropped by relabelling and never sent"),
    Row(ROUTE, "relabelling makes a label by hash", service("hashed"), "pass", r'shard="\d"'),
    Row(
        ROUTE,
        "the route was active in the last century only",
        service("last_century"),
        "fail",
        "LastCenturyDown.* reach oncall only during last_century, which is not once within the next year",
    ),
    Row(ROUTE, "the route is always active, and was muted in the last century", service("always"), "pass", "AlwaysDown.* reach oncall"),
    Row(ROUTE, "the route is muted now", service("today"), "warn", r"not during today: nobody is told now, until 20\d\d-"),
    Row(
        ROUTE,
        "the route is muted within the change window",
        within_window,
        "warn",
        r"not during later: nobody is told within the window, from 20\d\d-.* to 20\d\d-",
    ),
    Row(
        ROUTE,
        "an alert of others that fires inhibits the alerts",
        service("held_back"),
        "warn",
        "HeldBackDown.* are held back now: PlatformDown fires and inhibits them",
    ),
    Row(ROUTE, "an alert for which nobody acts is inhibited", service("held_back_mildly"), "pass", "label sets? .*|reach oncall"),
    Row(
        ROUTE,
        "an alert of the service that always fires inhibits another",
        service("held_back_by_its_own"),
        "warn",
        "OwnDown.* are held back at any time: OwnAlways always fires and inhibits them",
    ),
    Row(ROUTE, "a critical alert inhibits the warning of the same problem", service("graded"), "pass", "all 2 label sets .* reach oncall"),
    Row(ROUTE, "only an alert is loaded on which nobody acts", service("only_info"), "warn", r"nobody has to act \(OnlyInfo\)"),
    Row(
        ROUTE,
        "whatever severity the value gives, nobody is told",
        by_severity("either", critical=["oncall"], warning=["oncall"]),
        "fail",
        r"EitherDown.*severity=\?.* reach default, not oncall",
    ),
    Row(
        ROUTE,
        "the receivers of each severity that the value may give are reached",
        by_severity("value", critical=["oncall"], warning=["oncall"]),
        "pass",
        r"ValueDown.* reach oncall",
    ),
    Row(ROUTE, "the left side of an or hides labels of the right one", service("field_shadowed"), "fail", "ShadowedUp.* not oncall"),
    Row(ROUTE, "each side of an or has the label", service("field_both"), "pass", 'BothUp".*env="prod".* reach oncall'),
    Row(ROUTE, "a side of an or has no series yet", service("field_later"), "fail", 'LaterUp".*env="dev".* not oncall'),
    Row(ROUTE, "another one will be at the top tomorrow", service("field_top"), "fail", 'TopUp".*env="dev".* not oncall'),
    Row(ROUTE, "the label is a value that is counted", service("field_counted"), "unknown", "depends on env, which cannot be told"),
    Row(ROUTE, "the route waits for most of an hour", service("slowly"), "warn", r"told to oncall only 45 min after they fire"),
    Row(ROUTE, "the route waits for months", service("in_100_days"), "fail", r"told to oncall only 100 d after they fire"),
    Row(ROUTE, "a group is told of more every other day", service("seldom"), "warn", r"up to 2 d later \(group_interval\)"),
    Row(
        ROUTE,
        "each severity reaches its receiver",
        by_severity("healthy", critical=["oncall"], warning=["oncall", "mail"]),
        "pass",
        "reach oncall",
    ),
    Row(
        ROUTE,
        "a severity reaches the receiver of another",
        by_severity("healthy", critical=["oncall"], warning=["mail"]),
        "fail",
        'severity="warning".* reach oncall, not mail',
    ),
    Row(
        ROUTE,
        "a severity is not named",
        by_severity("healthy", critical=["oncall"]),
        "warn",
        r"no receiver is named for the severity warning \(HealthySite\)",
    ),
    Row(
        ROUTE,
        "no alert of the service is loaded yet",
        service("field_new", extra_labels={"env": "prod"}, receivers=["audit"]),
        "warn",
        r"reach audit \(webhook\); the labels are as declared: no alert of the service is loaded in Prometheus",
    ),
    Row(
        ROUTE,
        "Prometheus sends to another Alertmanager",
        another_alertmanager,
        "fail",
        r"Prometheus .* sends its alerts to http://127.0.0.1:\d+, which is not Alertmanager",
    ),
    Row(ROUTE, "Prometheus sends to no Alertmanager", sending(), "fail", "sends its alerts to no Alertmanager"),
    Row(
        ROUTE,
        "Prometheus has just started and found no Alertmanager yet",
        sending(alertmanagers=[{"file_sd_configs": [{"files": ["/does/not/exist.yml"]}]}]),
        "unknown",
        "has just been started and has not found an Alertmanager yet",
    ),
    Row(ROUTE, "no Prometheus listens", no_prometheus, "unknown", "refused the connection"),
    Row(ROUTE, "the Prometheus hangs", asked_instead("hang"), "unknown", "did not answer"),
    Row(ROUTE, "a login page stands before the Prometheus", asked_instead("login"), "unknown", "login page"),
    Row(ROUTE, "both Alertmanagers of a cluster agree", clustered(), "pass", "reach oncall"),
    Row(ROUTE, "one Alertmanager of a cluster is down", clustered(stopped=True), "warn", "cannot be asked: .*refused the connection"),
    Row(
        ROUTE,
        "the Alertmanagers of a cluster have different configurations",
        clustered(second="route: {receiver: mail}\nreceivers: [{name: mail}, {name: oncall}]\n"),
        "fail",
        "reach mail, not oncall",
    ),
    Row(ROUTE, "two Alertmanagers are not of one cluster", clustered(apart=True), "warn", "are not of one cluster"),
]
SILENCED: list[Row] = [
    Row(
        SILENCES,
        "one of two loaded alerts is silenced for 90 days without an author",
        silenced("orders", foreign(matchers=[matcher("service", "orders"), matcher("severity", "warning")], author="")),
        "fail",
        r"by nobody .* covers the service with .*: it is 90 d long, the limit is 24 h and it has no author",
    ),
    Row(
        SILENCES,
        "silences of another team's instance and alert",
        silenced(
            "healthy",
            foreign(matchers=[matcher("instance", "elsewhere:9100")]),
            foreign(matchers=[matcher("alertname", "DiskFull|LinkDown", regex=True), matcher("cluster", "paris")]),
            foreign(matchers=[matcher("site", "lyon")]),
        ),
        "pass",
        r"no silence covers the service \(\d+ in force for others\)",
    ),
    Row(
        SILENCES,
        "a silence of the instance on which the service runs",
        silenced("field", foreign(matchers=[matcher("instance", "OURS"), matcher("service", "field")])),
        "fail",
        "covers the service with .*it is 90 d long",
    ),
    Row(
        SILENCES,
        "a silence for a label that relabelling makes",
        silenced("hashed", foreign(matchers=[matcher("of", "hashed-paris")])),
        "fail",
        'covers the service with {of="hashed-paris"}',
    ),
    Row(
        SILENCES,
        "silences of 20 hours follow one another for days",
        silenced("slowly", *({"hours": 20.0, "start": 20.0 * number, "matchers": [matcher("service", "slowly")]} for number in range(4))),
        "fail",
        r"4 silences hide alerts of the service one after the other, in one piece of 3 d 8 h until",
    ),
    Row(
        SILENCES,
        "silences with a day between them",
        silenced("seldom", *({"hours": 20.0, "start": 44.0 * number, "matchers": [matcher("service", "seldom")]} for number in range(3))),
        "pass",
        "none does for more than 24 h",
    ),
    Row(
        SILENCES,
        "a silence for a label that nothing tells",
        silenced("gone", foreign(matchers=[matcher("service", "gone"), matcher("env", "staging")])),
        "warn",
        "may cover the service with",
    ),
]
