# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time intervals, inhibition and silences as we evaluate them, against what real Alertmanagers do with generated alerts."""

from __future__ import annotations

import datetime as dt
import http.server
import json
import random
import threading
import time
import typing as t
import urllib.request

import alerting
import yaml
from ansible_collections.operability.readiness.plugins.module_utils._clients import alertmanager
from ansible_collections.operability.readiness.plugins.module_utils._clients.alertmanager_inhibition import Inhibition, read_inhibitions
from ansible_collections.operability.readiness.plugins.module_utils._clients.alertmanager_routes import quoted
from ansible_collections.operability.readiness.plugins.module_utils._clients.label_sets import LabelSet, decide_all
from ansible_collections.operability.readiness.plugins.module_utils._clients.time_intervals import Hours, read_intervals
from ansible_collections.operability.readiness.plugins.module_utils._http import Connection
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from generated import cases, seeded, tries_more
from servers import LOCAL, Alertmanager, Binaries

ALERTS, RULES, SILENCES, INTERVALS = 60, 12, 40, 150
NAMES, VALUES = ["a", "b", "c"], ["", "x", "y", "xy"]
PATTERNS = ["x|y", "x.*", ".+", ".*", "[^x]*", "y?"]
ZONES = ["UTC", "Europe/Paris", "America/St_Johns", "Pacific/Kiritimati", "Asia/Kathmandu", None, None]
DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")


def post(url: str, data: object) -> None:
    request = urllib.request.Request(url, json.dumps(data).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200


def labels_of(random_: random.Random, number: int) -> dict[str, str]:
    made = {name: random_.choice(VALUES) for name in NAMES}
    return {"alertname": f"A{number}", **{name: value for name, value in made.items() if value}}


def matchers_of(random_: random.Random) -> list[str]:
    made = []
    for name in random_.sample(NAMES, random_.randint(1, 2)):
        operator = random_.choice(["=", "!=", "=~", "!~"])
        made.append(f"{name}{operator}{quoted(random_.choice(PATTERNS if '~' in operator else VALUES))}")
    return made


def held_back(rules: t.Iterable[Inhibition], labels: dict[str, str], firing: t.Iterable[dict[str, str]]) -> bool | None:
    """Whether an alert is held back; None where newer Alertmanagers say it or not.

    They remember one alert for each combination of ``equal``: if that one fits both sides, they do not look for another.
    """
    unsure = False
    for rule in rules:
        sources = [other for other in firing if decide_all(rule.source, LabelSet(other)) and same(rule, labels, other)]
        answers = {rule.holds_back(LabelSet(labels), other) for other in sources}
        if answers == {True}:
            return True
        unsure = unsure or True in answers
    return None if unsure else False


def same(rule: Inhibition, labels: dict[str, str], other: dict[str, str]) -> bool:
    return all(labels.get(name, "") == other.get(name, "") for name in rule.equal)


@tries_more
def test_what_inhibits_what(each_binaries: Binaries, running: t.Any) -> None:
    random_ = seeded(20261130)
    held = 0
    for _round in range(cases(2, 20)):
        rules = [
            {
                "source_matchers": matchers_of(random_),
                "target_matchers": matchers_of(random_),
                "equal": random_.sample([*NAMES, "nowhere"], random_.randint(0, 2)),
            }
            for _unused in range(random_.randint(1, RULES))
        ]
        config = yaml.safe_dump({"route": {"receiver": "r"}, "receivers": [{"name": "r"}], "inhibit_rules": rules})
        server = running.start(Alertmanager, each_binaries, config=config)
        alerts = [labels_of(random_, number) for number in range(ALERTS)]
        post(f"{server.url}/api/v2/alerts", [{"labels": labels} for labels in alerts])
        read = read_inhibitions(alertmanager.Alertmanager(Connection(url=server.url), Runner()).config())
        expected = {labels["alertname"]: answer for labels in alerts if (answer := held_back(read, labels, alerts)) is not None}

        def state(server: t.Any = server, expected: t.Mapping[str, bool] = expected) -> dict[str, bool]:
            given = {one["labels"]["alertname"]: bool(one["status"]["inhibitedBy"]) for one in alerting.ask(server, "/api/v2/alerts")}
            return {name: answer for name, answer in given.items() if name in expected}

        try:
            alerting.wait_until(lambda state=state, expected=expected: state() == expected, 10)
        except RuntimeError:
            assert state() == expected, config
        held += sum(expected.values())
        server.stop()
    assert held  # else they say little


def test_what_silences_what(each_binaries: Binaries, running: t.Any) -> None:
    random_ = seeded(20261201)
    server = running.start(Alertmanager, each_binaries)
    alerts = [labels_of(random_, number) for number in range(ALERTS)]
    post(f"{server.url}/api/v2/alerts", [{"labels": labels} for labels in alerts])
    now = dt.datetime.now(dt.timezone.utc)
    for _unused in range(SILENCES):
        matchers = []
        for name in random_.sample([*NAMES, "alertname"], random_.randint(1, 3)):
            regex = random_.random() < 0.5
            value = random_.choice(PATTERNS if regex else VALUES) if name != "alertname" else f"A{random_.randrange(ALERTS)}"
            matchers.append({"name": name, "value": value, "isRegex": regex, "isEqual": random_.random() < 0.6})
        if all(one["isEqual"] and one["value"] in ("", ".*", "[^x]*", "y?") for one in matchers):
            continue  # fits what is not there: refused
        times = {"startsAt": (now - dt.timedelta(minutes=1)).isoformat(), "endsAt": (now + dt.timedelta(hours=1)).isoformat()}
        try:
            post(f"{server.url}/api/v2/silences", {"matchers": matchers, **times, "createdBy": "a", "comment": "b"})
        except urllib.error.HTTPError:
            continue
    silences = alertmanager.Alertmanager(Connection(url=server.url), Runner()).silences().readable
    assert len(silences) > SILENCES / 2

    def ours() -> dict[str, set[str]]:
        return {labels["alertname"]: {one.id for one in silences if decide_all(one.matchers, LabelSet(labels))} for labels in alerts}

    def theirs() -> dict[str, set[str]]:
        return {one["labels"]["alertname"]: set(one["status"]["silencedBy"]) for one in alerting.ask(server, "/api/v2/alerts")}

    alerting.wait_until(lambda: theirs() == ours(), 15)


# -- time intervals


def around(random_: random.Random, now: int, least: int, most: int, spread: int) -> tuple[int, int]:
    """A span that often has the number in it."""
    ends = sorted(max(least, min(most, now + random_.randint(-spread, spread))) for _unused in range(2))
    return ends[0], ends[1]


def an_interval(random_: random.Random, moment: dt.datetime) -> dict[str, t.Any]:
    made: dict[str, t.Any] = {}
    zone = random_.choice(ZONES)
    if zone:
        made["location"] = zone
    if random_.random() < 0.5:
        hour = (moment.hour + random_.randint(-2, 2)) % 24
        start, end = max(0, hour - random_.randint(0, 9)), min(24, hour + 1 + random_.randint(0, 9))
        made["times"] = [{"start_time": f"{start:02}:00", "end_time": f"{end:02}:00"}]
    if random_.random() < 0.5:
        first, last = around(random_, (moment.weekday() + 1) % 7, 0, 6, 2)
        made["weekdays"] = [random_.choice([f"{DAYS[first]}:{DAYS[last]}", DAYS[first]])]
    if random_.random() < 0.4:
        first, last = around(random_, moment.day, 1, 31, 3)
        made["days_of_month"] = [f"{first}:{last}"]
        if random_.random() < 0.4:
            made["days_of_month"] = [f"-{32 - first}:-{random_.randint(1, 32 - last)}", "31"]
            if 32 - first < 1:
                made["days_of_month"] = ["-1"]
    if random_.random() < 0.3:
        first, last = around(random_, moment.month, 1, 12, 1)
        made["months"] = [random_.choice([f"{first}:{last}", f"{MONTHS[first - 1]}:{MONTHS[last - 1]}"])]
    if random_.random() < 0.3:
        first, last = around(random_, moment.year, 1970, 2099, 1)
        made["years"] = [f"{first}:{last}"]
    return made


class Receiver(http.server.ThreadingHTTPServer):
    """Notes the path of each notification."""

    def __init__(self) -> None:
        told: set[str] = set()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                told.add(self.path)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_args: t.Any) -> None:
                """Says nothing."""

        super().__init__((LOCAL, 0), Handler)
        self.told = told
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()


def test_when_somebody_is_told(each_binaries: Binaries, running: t.Any) -> None:
    random_ = seeded(20261202)
    now = dt.datetime.now(dt.timezone.utc)
    if now.minute >= 57:
        time.sleep((60 - now.minute) * 60)  # what is evaluated must be the same in a minute
        now = dt.datetime.now(dt.timezone.utc)
    receiver = Receiver()
    names = [f"i{number}" for number in range(INTERVALS)]
    given = [
        {"name": name, "time_intervals": [an_interval(random_, now) for _unused in range(random_.choice([1, 1, 2]))]} for name in names
    ]
    routes, receivers = [], [{"name": "default"}]
    for name in names:
        key = random_.choice(["mute_time_intervals", "active_time_intervals"])
        for kind, more in (("limited", {key: [name]}), ("always", {})):
            routes.append({"matchers": [f"of={name}"], "receiver": f"{kind}-{name}", "continue": True, **more})
            receivers.append(
                {"name": f"{kind}-{name}", "webhook_configs": [{"url": f"http://{LOCAL}:{receiver.server_port}/{kind}/{name}"}]}
            )
    route = {"receiver": "default", "routes": routes, "group_wait": "1s", "group_interval": "1s"}
    config = {"route": route, "receivers": receivers, "time_intervals": given}
    server = running.start(Alertmanager, each_binaries, config=yaml.safe_dump(config, sort_keys=False))
    shown = alertmanager.Alertmanager(Connection(url=server.url), Runner()).config()
    read = read_intervals(shown, names)
    expected = set()
    for number, name in enumerate(names):
        limited = routes[2 * number]
        hours = Hours(*((read[name],) if name in limited.get(key, ()) else () for key in ("mute_time_intervals", "active_time_intervals")))
        if hours.open_at(now):
            expected.add(f"/limited/{name}")
    assert INTERVALS / 5 < len(expected) < INTERVALS * 4 / 5
    post(f"{server.url}/api/v2/alerts", [{"labels": {"alertname": "x", "of": name}} for name in names])
    everybody = {f"/always/{name}" for name in names}
    alerting.wait_until(lambda: everybody | expected <= receiver.told)
    time.sleep(2)  # for those who must not be told: they would have been by now
    assert receiver.told == everybody | expected
    receiver.shutdown()
    receiver.server_close()
