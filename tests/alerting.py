# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Prometheus that sends the alerts of many services to a real Alertmanager: each service is a state of its own."""

from __future__ import annotations

import atexit
import datetime as dt
import json
import pathlib
import shutil
import tempfile
import time
import typing as t
import urllib.request

import yaml
from servers import LOCAL, Alertmanager, Binaries, Packaged, Prometheus, free_port

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEBHOOK = {"webhook_configs": [{"url": "http://127.0.0.1:9/"}]}
UP = 'up{job="self"}'


def alert(name: str, service: str, expr: str = f"{UP} == 0", **labels: str) -> dict[str, t.Any]:
    return {"alert": name, "expr": expr, "labels": {"service": service, **labels}, "annotations": {"summary": "it is bad"}}


def rules() -> list[dict[str, t.Any]]:
    return [
        alert("OrdersDown", "orders", severity="critical"),
        alert("OrdersSlow", "orders", f"{UP} > 5", severity="warning"),
        alert("HealthyDown", "healthy", severity="critical"),
        alert("HealthyOdd", "healthy", f"{UP} > 5", severity="info"),
        alert("HealthySite", "healthy", f"{UP} > 5", severity="warning", site="{{ $externalLabels.cluster }}"),
        alert("FieldUp", "field", f"{UP} > 5", severity="critical"),
        alert("FieldSum", "field_sum", "sum(up) > 500", severity="critical"),
        alert("GoldUp", "gold", 'up{tier="gold"} > 5', severity="critical"),
        alert("SilverUp", "silver", 'up{tier="silver"} > 5', severity="critical"),
        alert("TemplateDown", "template", f"{UP} == 0", severity="{{ $labels.weight }}"),
        alert("ValueDown", "value", f"{UP} == 0", severity="{{ if gt $value 1.0 }}critical{{ else }}warning{{ end }}"),
        alert("GoneDown", "gone", 'never_there{job="gone"} > 0', severity="critical"),
        alert("AbsentDown", "absent", 'absent(never_there{env="prod"})', severity="critical"),
        alert("DroppedDown", "dropped", severity="critical", muted="by relabelling"),
        alert("HashedDown", "hashed", severity="critical"),
        alert("LastCenturyDown", "last_century", severity="critical"),
        alert("AlwaysDown", "always", severity="critical"),
        alert("TodayDown", "today", severity="critical"),
        alert("LaterDown", "later", severity="critical"),
        alert("HeldBackDown", "held_back", severity="critical"),
        alert("HeldBackInfo", "held_back_mildly", severity="critical"),
        alert("HeldBackMild", "held_back_mildly", severity="info"),
        alert("OwnDown", "held_back_by_its_own", f"{UP} == 1", severity="critical"),
        alert("OwnAlways", "held_back_by_its_own", "vector(1)", severity="none"),
        alert("GradedDown", "graded", f"{UP} == 1", severity="critical"),
        alert("GradedSlow", "graded", f"{UP} == 1", severity="warning"),
        alert("OnlyInfo", "only_info", severity="info"),
        alert("EitherDown", "either", severity="{{ if gt $value 1.0 }}critical{{ else }}warning{{ end }}"),
        alert("ShadowedUp", "field_shadowed", f"{UP} > 5 or on () sum(up) > 500", severity="critical"),
        alert("BothUp", "field_both", f"{UP} > 5 or up{{env='prod'}} > 50 or on () vector(0) > 1", severity="critical"),
        alert("LaterUp", "field_later", f"{UP} > 5 or never_there{{env='dev'}} > 5", severity="critical"),
        alert("TopUp", "field_top", "topk(1, label_replace(up, 'env', 'dev', '', '') or up) > 5", severity="critical"),
        alert("CountedUp", "field_counted", f"count_values('env', {UP}) > 5", severity="critical"),
        alert("SlowlyDown", "slowly", severity="critical"),
        alert("SeldomDown", "seldom", severity="critical"),
        alert("NeverDown", "in_100_days", severity="critical"),
        alert("PlatformDown", "platform", "vector(1)", severity="critical"),
        alert("Watchdog", "watchdog", "vector(1)", severity="none"),
    ]


def relabelling() -> list[dict[str, t.Any]]:
    return [
        {"action": "labeldrop", "regex": "replica"},
        {"action": "drop", "source_labels": ["muted"], "regex": "by .*"},
        {
            "source_labels": ["cluster", "service"],
            "separator": "/",
            "regex": "(?P<where>[^/]+)/(.+)",
            "target_label": "of",
            "replacement": "$2-${where}",
        },
        {"action": "hashmod", "source_labels": ["service"], "modulus": 8, "target_label": "shard"},
        {"action": "uppercase", "source_labels": ["severity"], "target_label": "loud"},
    ]


def route(service: str, receiver: str = "oncall", *more: str, **options: t.Any) -> dict[str, t.Any]:
    return {"matchers": [f'service="{service}"', *more], "receiver": receiver, **options}


def alertmanager_config(now: dt.datetime) -> str:
    """Time intervals are made around this moment."""
    today, later = (DAYS[(now + dt.timedelta(days=days)).weekday()] for days in (0, 3))
    tomorrow = DAYS[(now + dt.timedelta(days=1)).weekday()]
    never = {"times": [{"start_time": "00:00", "end_time": "24:00"}], "years": ["1999"]}
    config = {
        "route": {
            "receiver": "default",
            "group_wait": "1s",
            "routes": [
                route("orders", "oncall", 'severity="critical"'),
                route("orders", "nobody", 'severity="warning"'),
                route(
                    "healthy",
                    "oncall",
                    'cluster="paris"',
                    'replica=""',
                    'of=~"(healthy)-paris"',
                    'loud=~"CRITICAL|WARNING"',
                    'severity!="info"',
                ),
                {"matchers": ['service=~"field.*"'], "receiver": "audit", "continue": True},
                {"matchers": ['service=~"field.*"', 'env!~"prod|preprod"'], "receiver": "other"},
                route("field"),
                route("field_sum"),
                route("gold"),
                route("silver", "nobody"),
                route("template", "oncall", 'severity="heavy"'),
                route("value", "oncall", 'severity="critical"'),
                route("value", "oncall", 'severity=~"warning|info"'),
                route("gone", "oncall", 'env="prod"'),
                route("absent", "oncall", 'env="prod"'),
                route("dropped"),
                route("hashed", "oncall", 'shard=~"[0-7]"'),
                route("last_century", active_time_intervals=["last_century"]),
                route("always", active_time_intervals=["always"], mute_time_intervals=["last_century"]),
                route("today", mute_time_intervals=["today"]),
                route("later", mute_time_intervals=["later"]),
                {"matchers": ['service=~"held_back.*|graded"'], "receiver": "oncall"},
                *(route(f"field_{name}", "oncall", 'env="prod"') for name in ("shadowed", "both", "later", "top", "counted")),
                route("slowly", group_wait="45m"),
                route("seldom", group_interval="48h", repeat_interval="96h"),
                route("in_100_days", group_wait="2400h"),
            ],
        },
        "receivers": [{"name": "default"}, {"name": "oncall", **WEBHOOK}, {"name": "mail", **WEBHOOK}, {"name": "nobody"}]
        + [{"name": "audit", **WEBHOOK}, {"name": "other", **WEBHOOK}],
        "time_intervals": [
            {"name": "last_century", "time_intervals": [never]},
            {"name": "always", "time_intervals": [{"times": [{"start_time": "00:00", "end_time": "24:00"}], "location": "Europe/Paris"}]},
            {"name": "today", "time_intervals": [{"weekdays": [today, tomorrow]}]},
            {"name": "later", "time_intervals": [{"weekdays": [later]}]},
        ],
        "inhibit_rules": [
            {"source_matchers": ['alertname="PlatformDown"'], "target_matchers": ['service="held_back"'], "equal": ["cluster", "nothing"]},
            {"source_matchers": ['alertname="OwnAlways"'], "target_matchers": ['alertname="OwnDown"'], "equal": ["service"]},
            {
                "source_matchers": ['severity="critical"', 'service="graded"'],
                "target_matchers": ['severity="warning"'],
                "equal": ["service"],
            },
            {"source_matchers": ['alertname="Watchdog"'], "target_matchers": ['service="held_back_mildly"', 'severity="info"']},
        ],
    }
    return str(yaml.safe_dump(config, sort_keys=False))


def prometheus_config(port: int, *targets: str, **alerting: t.Any) -> str:
    labels = {"env": "prod", "weight": "heavy", "tier": "gold"}
    config = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s", "external_labels": {"cluster": "paris", "replica": "a"}},
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": list(targets)}]}] if targets else [], **alerting},
        "scrape_configs": [{"job_name": "self", "static_configs": [{"targets": [f"{LOCAL}:{port}"], "labels": labels}]}],
    }
    return str(yaml.safe_dump(config, sort_keys=False))


def ask(server: t.Any, path: str) -> t.Any:
    with urllib.request.urlopen(server.url + path, timeout=30) as answer:
        return json.load(answer)


def moment(hours: float) -> str:
    return (dt.datetime.now(dt.timezone.utc) + dt.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def matcher(name: str, value: str, *, regex: bool = False, equal: bool = True) -> dict[str, t.Any]:
    return {"name": name, "value": value, "isRegex": regex, "isEqual": equal}


def silence(
    url: str, hours: float, matchers: list[dict[str, t.Any]], *, start: float = 0, author: str = "alice", comment: str = "disk swap"
) -> str:
    """A silence from ``start`` hours on for ``hours``; its id."""
    data = {"matchers": matchers, "startsAt": moment(start), "endsAt": moment(start + hours), "createdBy": author, "comment": comment}
    request = urllib.request.Request(f"{url}/api/v2/silences", json.dumps(data).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return str(json.load(answer)["silenceID"])


def wait_until(true: t.Callable[[], t.Any], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise RuntimeError("the state was not reached")
        time.sleep(0.1)


class Resending(Prometheus):
    """Sends what fires each second: what it sent before it had found its Alertmanager comes soon again."""

    def command(self) -> list[str]:
        return [*super().command(), "--rules.alert.resend-delay=1s"]


class Monitored:
    """Both servers; ``args(service)`` are the options of a check that asks them for a service."""

    def __init__(self, folder: pathlib.Path, binaries: Binaries) -> None:
        self.alertmanager = Alertmanager(folder / "alertmanager", binaries, config=alertmanager_config(dt.datetime.now(dt.timezone.utc)))
        self.alertmanager.start()
        text = yaml.safe_dump({"groups": [{"name": "all", "rules": rules()}]}, sort_keys=False)
        self.prometheus = Resending(folder / "prometheus", binaries, rules=text)
        address = self.alertmanager.url.removeprefix("http://")
        self.prometheus.config = prometheus_config(self.prometheus.port, address, alert_relabel_configs=relabelling())
        self.prometheus.start()
        wait_until(lambda: ask(self.prometheus, f"/api/v1/query?query={urllib.request.quote(UP)}")["data"]["result"])
        wait_until(lambda: {one["labels"]["alertname"] for one in ask(self.alertmanager, "/api/v2/alerts")} >= {"PlatformDown", "Watchdog"})

    def args(self, service: str, **more: t.Any) -> dict[str, t.Any]:
        return {"url": self.alertmanager.url, "prometheus": [{"url": self.prometheus.url}], "match": {"service": service}, **more}

    def stop(self) -> None:
        self.prometheus.stop()
        self.alertmanager.stop()


_shared: dict[pathlib.Path, Monitored] = {}


def shared(binaries: Binaries) -> Monitored:
    """The same servers for all that asks in this process; nobody changes them but for silences of a service of its own."""
    key = binaries.newer or binaries.root
    if key not in _shared:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="alerting-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        _shared[key] = Monitored(folder, binaries)
        atexit.register(_shared[key].stop)
    return _shared[key]


class Clustered(Packaged):
    """An Alertmanager of a cluster."""

    def __init__(self, folder: pathlib.Path | str, binaries: Binaries, *peers: str, config: str = "") -> None:
        super().__init__(folder, binaries)
        self.gossip, self.peers = f"{LOCAL}:{free_port()}", peers
        self.config = config or "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"

    def command(self) -> list[str]:
        (self.folder / "alertmanager.yml").write_text(self.config)
        return [
            str(self.binaries.path("prometheus-alertmanager")),
            f"--config.file={self.folder}/alertmanager.yml",
            f"--storage.path={self.folder}/data",
            f"--web.listen-address={LOCAL}:{self.port}",
            f"--cluster.listen-address={self.gossip}",
            "--cluster.settle-timeout=1s",
            "--cluster.pushpull-interval=1s",
            *(f"--cluster.peer={peer}" for peer in self.peers),
        ]
