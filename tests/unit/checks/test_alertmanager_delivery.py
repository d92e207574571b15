# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._alone import outcome
from ansible_collections.operability.readiness.plugins.module_utils._checks import alertmanager_delivery
from ansible_collections.operability.readiness.plugins.module_utils._checks._notification_path import find_path, sent_by
from ansible_collections.operability.readiness.plugins.module_utils._clients.alertmanager import Alertmanager, read_yaml
from ansible_collections.operability.readiness.plugins.module_utils._clients.alertmanager_alerts import (
    read_counters,
    seconds,
    timings,
)
from ansible_collections.operability.readiness.plugins.module_utils._clients.alertmanager_routes import read_tree
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from ansible_collections.operability.readiness.plugins.module_utils._http import Connection
from fakes import FakeRunner, Response

CONFIG = """
route:
  receiver: oncall
  group_by: [alertname]
  routes:
    - {receiver: both, matchers: [case=both], group_wait: 1m30s, group_by: ['...']}
    - {receiver: mute, matchers: [case=mute]}
receivers:
  - {name: oncall, webhook_configs: [{url: <secret>}]}
  - {name: both, webhook_configs: [{url: <secret>}], email_configs: [{to: a@b}]}
  - {name: mute}
"""
COUNTERS = """\
# TYPE alertmanager_notifications_total counter
alertmanager_notifications_total{{integration="webhook"{more}}} {begun}
# TYPE alertmanager_notification_requests_total counter
alertmanager_notification_requests_total{{integration="webhook"{more}}} {tried}
# TYPE alertmanager_notification_requests_failed_total counter
alertmanager_notification_requests_failed_total{{integration="webhook"{more}}} {failed}
"""


class Fake:
    """An Alertmanager that holds what is posted, and counts as ``counts`` says: each question for its counters takes the next of them."""

    def __init__(self, counts: t.Sequence[tuple[int, int, int]] = (), status: int = 200, peers: int = 0, more: str = "") -> None:
        self.counts, self.status, self.posted = list(counts), status, list[dict[str, t.Any]]()
        self.more = more
        self.answers: dict[str, t.Any] = {
            "/api/v2/status": {"config": {"original": CONFIG}, "cluster": {"status": "ready", "peers": [{}] * peers}},
            "/api/v2/alerts": self.alerts,
            "/api/v2/alerts/groups": [],
            "/api/v2/silences": [],
            "/metrics": self.metrics,
        }

    def alerts(self, method: str, url: str, options: t.Mapping[str, t.Any]) -> object:
        import json

        if method == "POST":
            self.posted += json.loads(options["body"])
            return Response(self.status, {}, b"", url, 0.1)
        now = {"state": "active", "silencedBy": [], "inhibitedBy": []}
        return [{**alert, "fingerprint": "f", "status": now} for alert in self.posted[-1:]]

    def metrics(self, _method: str, url: str, _options: t.Mapping[str, t.Any]) -> object:
        if not self.counts:
            return Response(404, {}, b"", url, 0.1)
        begun, tried, failed = self.counts.pop(0) if len(self.counts) > 1 else self.counts[0]
        return COUNTERS.format(begun=begun, tried=tried, failed=failed, more=self.more)


def run(fake: Fake, **args: t.Any) -> Finding:
    given = {"url": "http://am:9093", "deadline": "40s", "labels": {"service": "payments"}, **args}
    (finding,) = run_item(Item("x", "alertmanager_delivery", given), FakeRunner(answers=fake.answers))
    return finding


def withdrawn(fake: Fake) -> bool:
    first, last = fake.posted[0], fake.posted[-1]
    return len(fake.posted) == 2 and first["labels"] == last["labels"] and last["endsAt"] < first["endsAt"]


# -- without a far end


def test_accepted_is_not_delivered() -> None:
    fake = Fake([(5, 5, 0), (5, 5, 0), (6, 6, 0)])
    finding = run(fake)
    assert str(finding.status) == "warn" and "accepted, not proven delivered" in finding.message
    assert withdrawn(fake)
    labels = fake.posted[0]["labels"]
    assert labels["alertname"] == "OperabilityDeliveryTest" and labels["severity"] == "critical" and labels["service"] == "payments"


@pytest.mark.parametrize(
    ("counts", "status", "said"),
    [
        ([(5, 5, 0), (6, 8, 3)], "fail", "notifications of oncall by webhook fail (3 of 3 attempts meanwhile)"),
        ([(5, 5, 0), (8, 8, 1)], "unknown", "some notifications by webhook failed meanwhile (1 of 3 attempts)"),
        ([(5, 5, 0)], "unknown", "is told of again after 5 min only (group_interval)"),
        ([], "unknown", "does not show its counters (/metrics), and no receipt is declared"),
    ],
)
def test_what_its_counters_are_worth(counts: list[tuple[int, int, int]], status: str, said: str) -> None:
    fake = Fake(counts)
    finding = run(fake)
    assert (str(finding.status), said in finding.message) == (status, True), finding.message
    assert not fake.posted or withdrawn(fake)


def test_a_counter_that_begins_anew() -> None:
    """Alertmanager was started again meanwhile."""
    assert str(run(Fake([(5, 5, 0), (1, 1, 0)])).status) == "warn"


def test_no_notification_at_all() -> None:
    finding = run(Fake([(5, 5, 0)]), deadline="301s")
    assert str(finding.status) == "fail"
    assert "accepted the synthetic alert and sent no notification of it within 5 min 1 s (oncall)" in finding.message
    late = run(Fake([(5, 5, 0)], peers=3), deadline="301s")
    assert str(late.status) == "unknown" and "one of 3 peers of a cluster may take up to" in late.message


def test_what_others_send_is_told_apart_where_that_is_counted() -> None:
    mine = ', receiver_name="oncall"'
    other = ', receiver_name="others"'
    assert str(run(Fake([(5, 5, 0), (6, 6, 0)], more=mine)).status) == "warn"
    assert str(run(Fake([(5, 5, 0), (6, 6, 0)], more=other), deadline="301s").status) == "fail"


# -- with a far end


def test_the_mark_of_an_earlier_run_is_not_ours(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "alerts.log"
    fake = Fake([(5, 5, 0), (6, 6, 0)])
    run(fake, receipt_file=str(file))
    earlier = fake.posted[0]["labels"]["operability_mark"]
    file.write_text(earlier)
    finding = run(Fake([(5, 5, 0), (6, 6, 0)]), receipt_file=str(file))
    assert str(finding.status) == "fail" and "Alertmanager says that it was sent by oncall (webhook)" in finding.message


class Gateway(Fake):
    """Its file has what was posted, however it came there."""

    def __init__(self, file: pathlib.Path, counts: t.Sequence[tuple[int, int, int]], after: int = 1) -> None:
        super().__init__(counts)
        self.file, self.after, self.looks = file, after, 0
        self.answers["/seen"] = self.seen

    def seen(self, _method: str, _url: str, _options: t.Mapping[str, t.Any]) -> object:
        self.looks += 1
        known = [alert["annotations"]["summary"] for alert in self.posted] if self.looks > self.after else []
        return Response(200, {}, "\n".join(known).encode(), "http://far/seen", 0.1)


def test_arrived(tmp_path: pathlib.Path) -> None:
    fake = Gateway(tmp_path, [(5, 5, 0), (6, 6, 0)], after=20)
    finding = run(fake, receipt_url="http://far/seen")
    assert str(finding.status) == "pass", finding.message
    assert finding.measurements[0].name == "alert_delivery_seconds" and finding.measurements[0].value >= 28
    assert withdrawn(fake)


def test_what_shows_the_alerts_of_alertmanager_is_no_far_end(tmp_path: pathlib.Path) -> None:
    finding = run(Gateway(tmp_path, [(5, 5, 0), (6, 6, 0)]), receipt_url="http://far/seen")
    assert str(finding.status) == "unknown" and "it shows what Alertmanager holds" in finding.message
    finding = run(Gateway(tmp_path, [(5, 5, 0)], after=20), receipt_url="http://far/seen")
    assert str(finding.status) == "unknown" and "it was not a notification that brought it there" in finding.message


def test_a_far_end_that_fails_at_times_is_asked_again(tmp_path: pathlib.Path) -> None:
    fake = Gateway(tmp_path, [(5, 5, 0), (6, 6, 0)], after=20)
    whole = fake.seen

    def at_times(method: str, url: str, options: t.Mapping[str, t.Any]) -> object:
        return Response(502, {}, b"", url, 0.1) if 1 < fake.looks < 5 and whole(method, url, options) else whole(method, url, options)

    fake.answers["/seen"] = at_times
    assert str(run(fake, receipt_url="http://far/seen").status) == "pass"
    broken = Gateway(tmp_path, [(5, 5, 0), (6, 6, 0)])
    broken.answers["/seen"] = lambda _method, url, _options: Response(502 if broken.posted else 200, {}, b"", url, 0.1)
    finding = run(broken, receipt_url="http://far/seen")
    assert str(finding.status) == "unknown" and "whether the notification arrived is not known" in finding.message


def test_an_alert_that_cannot_be_withdrawn_is_told() -> None:
    fake = Fake([(5, 5, 0), (6, 6, 0)])
    take = fake.alerts

    def only_once(method: str, url: str, options: t.Mapping[str, t.Any]) -> object:
        if method == "POST" and fake.posted:
            return Response(503, {}, b"", url, 0.1)
        return take(method, url, options)

    fake.answers["/api/v2/alerts"] = only_once
    finding = run(fake)
    assert any("could not be withdrawn" in line and "ends by itself at 2026-11-25T06:01:10Z" in line for line in finding.details)


# -- nothing is sent


@pytest.mark.parametrize(
    ("args", "status", "said"),
    [
        ({"labels": {"case": "mute"}}, "fail", "reach mute, which notifies nobody"),
        ({"receivers": ["team"]}, "fail", "reach oncall, not team"),
        ({"labels": {"case": "both"}}, "unknown", "both would be told after 90 s at the earliest (group_wait), the deadline is 40 s"),
        ({"timeout": "45s"}, "unknown", "at least 6 s longer than its deadline"),
        ({"receipt_url": "http://am:9093/x"}, "unknown", "of the Alertmanager itself"),
        ({"receipt_url": "http://far/", "receipt_file": "/x"}, "unknown", "mutually exclusive"),
        ({"imap_host": "imap.example"}, "unknown", "imap_password|missing"),
        ({"imap_host": "imap.example", "imap_username": "a\r\nb", "imap_password": "x"}, "unknown", "expected one line of text"),
        ({"receipt_file": "/dev/null"}, "unknown", "is not a file"),
    ],
)
def test_nothing_is_sent(args: dict[str, t.Any], status: str, said: str) -> None:
    fake = Fake([(5, 5, 0), (6, 6, 0)])
    finding = run(fake, **args)
    assert str(finding.status) == status, finding.message
    assert any(part in finding.message for part in said.split("|")), finding.message
    assert fake.posted == []


def test_it_writes() -> None:
    assert alertmanager_delivery.writes({})
    assert not getattr(alertmanager_delivery, "SETTLES", False), "an alert is not posted again and again"


def test_no_secret_is_shown() -> None:
    secrets = {"receipt_password": "pa55-w0rd", "receipt_headers": {"X-Api-Key": "k3y-of-it"}, "receipt_bearer_token": "t0ken-of-it"}
    fake = Fake([(5, 5, 0), (6, 6, 0)])
    fake.answers["/seen"] = lambda _method, url, _options: Response(500, {}, b"pa55-w0rd k3y-of-it t0ken-of-it", url, 0.1)
    finding = run(fake, receipt_url="http://far/seen?token=k3y-of-it", receipt_username="me", **secrets)
    told = str(outcome("alertmanager_delivery", [finding], enforce=True))
    assert not any(secret in told for secret in ("pa55-w0rd", "k3y-of-it", "t0ken-of-it"))


# -- its way


def test_timings_are_inherited() -> None:
    config = read_yaml(CONFIG)
    tree = read_tree(config)
    timed = timings(config, tree)
    root, both, mute = (timed[id(route)] for route in (tree, *tree.routes))
    assert (root.by, root.wait, root.interval, root.repeat) == (("alertname",), 30.0, 300.0, 14400.0)
    assert (both.by, both.wait) == (None, 90.0)
    assert (mute.by, mute.wait) == (("alertname",), 30.0)
    assert [seconds(text, 7.0) for text in ("1h30m", "500ms", "1d", "", None, "x")] == [5400.0, 0.5, 86400.0, 7.0, 7.0, 7.0]


def test_each_integration_must_have_notified() -> None:
    server = Alertmanager(Connection("http://am:9093"), FakeRunner(answers=Fake().answers))
    path = find_path(server, {"case": "both"}, "", [])
    text = COUNTERS.format(begun=1, tried=1, failed=0, more="")
    counters = read_counters(text)
    assert counters is not None and path.pairs == [("both", "email"), ("both", "webhook")]
    sent = sent_by(path, counters)
    assert (sent.begun, sent.all_tried, sent.all_succeeded, sent.succeeded) == (True, False, False, True)


@pytest.mark.parametrize("text", ["", "<html>", "a 1\n", "alertmanager_notifications_total{integration=", "\x00\xff"])
def test_what_are_no_counters(text: str) -> None:
    assert read_counters(text) is None
