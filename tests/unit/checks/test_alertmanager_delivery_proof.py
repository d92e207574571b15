# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is no proof of a delivery: a mark that is reflected, one that is there too early, and the copy of another receiver."""

from __future__ import annotations

import json
import re
import typing as t
from urllib.parse import parse_qs, urlsplit

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from fakes import FakeClock, FakeRunner, Response

CONFIG = """
route:
  receiver: oncall
  group_by: ['...']
  group_wait: 1s
  routes:
    - {receiver: audit, matchers: [case=copied], continue: true}
    - {receiver: broken, matchers: [case=copied], group_wait: 5s}
    - {receiver: audit, matchers: [case=mailed], continue: true}
    - {receiver: mail, matchers: [case=mailed]}
    - {receiver: half, matchers: [case=half]}
receivers:
  - {name: oncall, webhook_configs: [{url: <secret>}]}
  - {name: audit, webhook_configs: [{url: <secret>}]}
  - {name: broken, webhook_configs: [{url: <secret>}]}
  - {name: half, webhook_configs: [{url: <secret>}, {url: <secret>}]}
  - {name: mail, email_configs: [{to: a@b}]}
"""
Ended = t.Sequence[tuple[float, str, bool]]  # seconds after the alert was posted, kind of integration, whether it was taken


class World:
    """An Alertmanager whose attempts end as ``ended`` says, and a far end that has the mark ``arrives`` seconds after the alert.

    ``page``: what an address that searches answers with, of the mark that is asked for and of all that were asked for before.
    """

    def __init__(
        self,
        ended: Ended,
        arrives: float | None = None,
        page: t.Callable[[str, t.Sequence[tuple[float, str]], float], str] | None = None,
        counted: bool = True,
    ) -> None:
        self.ended, self.arrives, self.page, self.counted = ended, arrives, page, counted
        self.clock = FakeClock()
        self.posted: dict[str, t.Any] | None = None
        self.began = 0.0
        self.asked: list[tuple[float, str]] = []
        self.answers: dict[str, t.Any] = {
            "/api/v2/status": {"config": {"original": CONFIG}, "cluster": {"status": "ready", "peers": []}},
            "/api/v2/alerts": self.alerts,
            "/api/v2/alerts/groups": [],
            "/api/v2/silences": [],
            "/metrics": self.metrics,
            "/seen": self.seen,
        }

    def alerts(self, method: str, url: str, options: t.Mapping[str, t.Any]) -> object:
        if method == "POST":
            if self.posted is None:
                (self.posted,), self.began = json.loads(options["body"]), self.clock.monotonic()
            return Response(200, {}, b"", url, 0.1)
        now = {"state": "active", "silencedBy": [], "inhibitedBy": []}
        return [{**self.posted, "fingerprint": "f", "status": now}] if self.posted else []

    def metrics(self, _method: str, url: str, _options: t.Mapping[str, t.Any]) -> object:
        if not self.counted:
            return Response(404, {}, b"", url, 0.1)
        lines = []
        for kind in ("email", "webhook"):
            passed = self.clock.monotonic() - self.began if self.posted else -1.0
            over = [taken for after, of, taken in self.ended if of == kind and after <= passed]
            for name, number in (("notifications", len(over)), ("notification_requests", len(over))):
                lines.append(f'alertmanager_{name}_total{{integration="{kind}"}} {number}')
            lines.append(f'alertmanager_notification_requests_failed_total{{integration="{kind}"}} {over.count(False)}')
        return "\n".join(lines) + "\n"

    def seen(self, _method: str, url: str, _options: t.Mapping[str, t.Any]) -> object:
        now, mark = self.clock.monotonic(), parse_qs(urlsplit(url).query).get("q", [""])[0]
        text = self.page(mark, self.asked, now) if self.page else ""
        self.asked.append((now, mark))
        mine = self.posted["labels"]["operability_mark"] if self.posted else ""
        if mine and self.arrives is not None and now >= self.began + self.arrives and mark in ("", mine):
            text += mine
        return Response(200, {}, text.encode(), "http://far/seen", 0.1)

    def run(self, case: str = "oncall", search: bool = True, **args: t.Any) -> Finding:
        given = {
            "url": "http://am:9093",
            "deadline": "15s",
            "interval": "1s",
            "labels": {"case": case},
            "receipt_url": f"http://far/seen{'?q={mark}' if search else ''}",
            **args,
        }
        (finding,) = run_item(Item("x", "alertmanager_delivery", given), FakeRunner(answers=self.answers, clock=self.clock))
        return finding


TAKEN: Ended = [(1.0, "webhook", True)]


def earlier(mark: str, asked: t.Sequence[tuple[float, str]], now: float) -> str:
    return "recent searches: " + ", ".join(one for _when, one in asked)


def previous(mark: str, asked: t.Sequence[tuple[float, str]], now: float) -> str:
    return f"your previous search was {asked[-1][1] if asked else ''}, nothing was found"


def third(mark: str, asked: t.Sequence[tuple[float, str]], now: float) -> str:
    return f"you ask for {mark} again and again" if sum(one == mark for _when, one in asked) >= 2 else "nothing"


def popular(mark: str, asked: t.Sequence[tuple[float, str]], now: float) -> str:
    return "popular: " + ", ".join(one for when, one in asked if now - when > 3)


def at_once(mark: str, asked: t.Sequence[tuple[float, str]], now: float) -> str:
    return f"no results for {mark}"


@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize("page", [earlier, previous, third, popular, at_once])
def test_what_is_reflected_proves_nothing(page: t.Callable[..., str], counted: bool) -> None:
    finding = World(TAKEN, page=page, counted=counted).run()
    assert str(finding.status) in ("unknown", "fail"), finding.message
    assert str(finding.status) == "unknown" or page is previous


@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize("arrives", [1.0, 1.1, 4.0, 14.9])
def test_what_is_found_by_its_mark(arrives: float, counted: bool) -> None:
    world = World(TAKEN, arrives, counted=counted)
    finding = world.run()
    assert str(finding.status) == "pass", finding.message
    mine = finding.observed["mark"]
    assert min(when for when, mark in world.asked if mark == mine) >= world.began + 1.0, "it is not asked for before it can have been sent"


def test_the_mark_is_there_before_anybody_was_told() -> None:
    finding = World(TAKEN, 0.0).run(search=False)
    assert (str(finding.status), "before Alertmanager had begun to notify" in finding.message) == ("unknown", True), finding.message
    assert str(World(TAKEN, 1.0).run(search=False).status) == "pass"


def test_counters_of_another_alertmanager_do_not_make_it_lost() -> None:
    """Those of the other one behind a load balancer: nothing is known of it, which is no proof that nothing was sent."""
    finding = World([], 1.0).run()
    assert str(finding.status) == "unknown" and "Alertmanager has sent no notification" in finding.message


# -- the copy of another receiver


@pytest.mark.parametrize(
    ("case", "receivers", "ended", "status", "said"),
    [
        ("copied", ["broken"], [(1, "webhook", True), (5, "webhook", False), (6, "webhook", False)], "warn", "whether that of broken is"),
        ("copied", ["broken"], [(1, "webhook", True)], "warn", "has not ended each attempt by webhook .1 of 2."),
        ("copied", ["broken"], [(1, "webhook", True), (5, "webhook", True)], "pass", "arrived"),
        ("copied", [], [(1, "webhook", True), (5, "webhook", False)], "warn", "whether that of audit is among them"),
        ("mailed", ["mail"], [(1, "webhook", True), (1, "email", False)], "fail", "was that of another receiver: notifications of mail by"),
        ("mailed", ["mail"], [(1, "webhook", True), (1, "email", True)], "pass", "arrived"),
        ("mailed", [], [(1, "webhook", True), (1, "email", False)], "warn", "arrived at .*; but notifications of mail by email fail"),
        ("half", ["half"], [(1, "webhook", True), (1, "webhook", False)], "warn", "some notifications by webhook failed meanwhile"),
        ("half", ["half"], [(1, "webhook", True), (2, "webhook", True)], "pass", "arrived"),
        ("oncall", [], [(1, "webhook", False), (2, "webhook", True)], "pass", "arrived"),  # the second attempt was taken
    ],
)
def test_whose_notification_it_was(case: str, receivers: list[str], ended: Ended, status: str, said: str) -> None:
    finding = World(ended, 4.0).run(case, search=False, receivers=receivers)
    assert str(finding.status) == status, finding.message
    assert re.search(said, str(finding.message)), finding.message


def test_without_a_receipt_one_of_two_says_nothing_of_the_other() -> None:
    def run(ended: Ended) -> Finding:
        return World(ended).run("copied", receivers=["broken"], receipt_url=None)

    assert "accepted, not proven delivered" in str(run([(1, "webhook", True), (5, "webhook", True)]).message)
    only = run([(1, "webhook", True)])
    assert str(only.status) == "unknown" and "(1 of 2), and does not tell whether that of broken is among them" in str(only.message)
