# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is made of what a monitoring says, whichever it is. Real ones, and those that stand in, are in the rows of faults."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._checks._classic_aspects import ASPECTS, Look, Verdict
from ansible_collections.operability.readiness.plugins.module_utils._checks.classic_monitoring import conclude
from ansible_collections.operability.readiness.plugins.module_utils._clients.classic import (
    Acknowledgement,
    Downtime,
    Key,
    Period,
    Seen,
    Watched,
    Way,
    blocked,
    has_no_hours,
)
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from ansible_collections.operability.readiness.plugins.module_utils._phrase import phrase
from fakes import FakeRunner

NOW = 1_800_000_000.0
HOUR, DAY = 3600.0, 86400.0


def web(service: str = "", **changes: t.Any) -> Watched:
    given: dict[str, t.Any] = {"last_check": NOW - 60, "ways": (Way("alice", ("team",)),), **changes}
    return Watched("web1", service, **given)


def look(*objects: Watched, declared: tuple[Key, ...] = (), implied: tuple[Key, ...] = (), **more: t.Any) -> Look:
    seen: dict[str, t.Any] = {"started": NOW - DAY, **{key: more.pop(key) for key in list(more) if key in Seen.__dataclass_fields__}}
    given = declared or tuple(one.key for one in objects)
    return Look(Seen("Icinga", {one.key: one for one in objects}, **seen), given, implied, NOW, **{"contacts": ("team",), **more})


def verdict(aspect: str, *objects: Watched, **more: t.Any) -> Verdict:
    return ASPECTS[aspect](look(*objects, **more))


def said(aspect: str, *objects: Watched, **more: t.Any) -> tuple[str, str]:
    """Status and message."""
    given = look(*objects, **more)
    finding = conclude(aspect, given, ASPECTS[aspect](given))
    return str(finding.status), str(finding.message)


@pytest.mark.parametrize("aspect", ASPECTS)
def test_a_healthy_one(aspect: str) -> None:
    assert said(aspect, web(), web("http"))[0] == "pass"


@pytest.mark.parametrize("aspect", ASPECTS)
def test_what_is_not_there_fails_whatever_is_asked(aspect: str) -> None:
    assert said(aspect, web(), declared=(("web1", ""), ("web2", ""))) == ("fail", "web2 is not monitored: Icinga does not have it")


def test_a_missing_host_is_told_and_its_services_are_not() -> None:
    found = verdict("monitored", declared=(("web1", "http"), ("web1", "ssh")), implied=(("web1", ""),)).fails
    assert [str(line) for line in found] == ["web1 is not monitored: Icinga does not have it"]


# -- checks


def test_the_age_of_the_last_check() -> None:
    assert said("monitored", web(last_check=NOW - 720))[0] == "pass", "two intervals of five minutes, and two minutes"
    status, message = said("monitored", web(last_check=NOW - 721))
    assert status == "fail" and message.endswith("ago, the limit is 12 min (it should be each 5 min)")
    assert said("monitored", web(interval=DAY, last_check=NOW - 2 * DAY))[0] == "pass"


def test_what_a_restart_explains_is_not_known_yet() -> None:
    stale, pending = web(last_check=NOW - DAY), web(checked=False, last_check=None)
    for watched in (stale, pending):
        assert said("monitored", watched, started=NOW - 60)[0] == "unknown"
        assert said("monitored", watched, started=NOW - HOUR)[0] == "fail"
        assert said("monitored", watched, started=None)[0] == "fail", "who does not tell it has no excuse"
    assert said("monitored", web(last_check=NOW - 120), started=NOW - 60)[0] == "pass", "what was kept over the restart is young enough"
    assert said("monitored", stale, Watched("web2", active=False), started=NOW - 60)[0] == "fail", "what is known weighs more"


def test_passive_checks() -> None:
    assert said("monitored", web(active=False))[0] == "fail"
    assert said("monitored", web(active=False, freshness=HOUR, last_check=NOW - HOUR))[0] == "pass"
    assert said("monitored", web(active=False, freshness=HOUR, last_check=NOW - 3 * HOUR))[0] == "fail"
    assert said("monitored", web(active=False, passive=False, freshness=HOUR)) == (
        "fail",
        "web1 is not checked: active and passive checks are off",
    )
    assert said("monitored", web(active=False, freshness=HOUR), host_checks=False)[0] == "pass", "nobody has to run those"


def test_checks_that_are_off_for_all() -> None:
    assert said("monitored", web(), web("http"), service_checks=False)[0] == "fail"
    assert said("monitored", web(), service_checks=False)[0] == "pass"
    assert said("alerting", web(), host_checks=False)[0] == "fail"


def test_check_periods() -> None:
    assert said("monitored", web(period=Period("24x7", False, True)))[0] == "pass"
    assert said("monitored", web(period=Period("office", False, False), last_check=NOW - DAY))[0] == "warn"
    assert said("monitored", web(period=Period("none")))[0] == "fail"


def test_states() -> None:
    assert said("monitored", web(state=1, output="no route"), web("http")) == ("fail", "web1 is DOWN: no route")
    assert said("monitored", web(state=2))[1] == "web1 is UNREACHABLE: it says nothing"
    assert said("monitored", web(state=1, hard=False))[0] == "warn"
    assert said("monitored", web("http", state=1, output="slow")) == (
        "pass",
        "Icinga monitors 1 host or service, whose last check is 60 s old; http on web1 is WARNING: slow",
    )
    assert said("monitored", web("http", state=2))[0] == "warn"
    assert said("monitored", web("http", state=3))[0] == "warn"
    assert said("monitored", web("http"), web(state=1), declared=(("web1", "http"),), implied=(("web1", ""),))[0] == "fail"


def test_checks_that_find_nothing_out() -> None:
    assert said("alerting", web("http", state=3))[0] == "fail"
    assert said("alerting", web("http", state=3, hard=False))[0] == "warn"
    assert said("alerting", web("http", state=2, output="connection refused"))[0] == "pass", "it works: it has found something"
    for output in (
        "(Return code of 127 is out of bounds - plugin may be missing)",
        "execvpe(/x) failed: No such file or directory",
        "(return code of 126 is out of bounds)",
    ):
        assert said("alerting", web("http", state=2, output=output))[0] == "fail"
        assert said("alerting", web(state=1, output=output))[0] == "fail"


def test_checks_that_look_at_nothing() -> None:
    assert said("alerting", web(pretends=True))[0] == "fail"
    assert said("monitored", web(pretends=True))[0] == "warn"
    assert said("alerting", web(pretends=True), web("http"))[0] == "pass", "a service of it is looked at"
    assert said("alerting", web(), web("http", pretends=True))[0] == "fail"


# -- who is told

CLOSED = Way("bob", ("team",), phrase("notifications of the user {user} are off", user="bob"))
AT_TIMES = Way("carol", ("team",), None, phrase("{whose} is not now", whose="x"))


@pytest.mark.parametrize("aspect", ["alerting", "routing"])
def test_who_is_told(aspect: str) -> None:
    assert said(aspect, web(ways=()))[0] == "fail"
    assert said(aspect, web(ways=(CLOSED,))) == ("fail", "web1 does not reach bob: notifications of the user bob are off")
    assert said(aspect, web(ways=(CLOSED, Way("alice", ("team",)))))[0] == "pass"
    assert said(aspect, web(ways=(CLOSED, AT_TIMES)))[0] == "warn"
    assert said(aspect, web(restriction=phrase("{whose} is not now", whose="x")))[0] == "warn"
    assert said(aspect, web(mute=phrase("its notification options leave out {state}", state="DOWN")))[0] == "fail"
    assert said(aspect, web(notifies=False)) == ("fail", "notifications of web1 are off")
    assert said(aspect, web(), mute=phrase("notifications are switched off for all of {server}", server="Icinga"))[0] == "fail"
    assert said(aspect, web(), untold=phrase("{whose} is not now", whose="x"))[0] == "warn"


def test_to_whom() -> None:
    assert said("routing", web(), contacts=("alice",))[0] == "pass"
    assert said("routing", web(), contacts=("ops", "team"))[0] == "pass", "one is enough"
    assert said("routing", web(), contacts=("ops",)) == ("fail", "problems of web1 are told to alice, not to ops")
    ways = (Way("alice"), CLOSED)
    assert said("routing", web(ways=ways))[0] == "fail", "that somebody else is told is not enough"
    assert said("routing", web(ways=()))[1] == "problems of web1 are told to nobody, not to team"


def test_an_implied_host_need_not_tell() -> None:
    quiet = web(notifies=False, ways=())
    assert said("alerting", web("http"), quiet, declared=(("web1", "http"),), implied=(("web1", ""),))[0] == "pass"


@pytest.mark.parametrize("aspect", ["alerting", "routing"])
def test_when_it_is_told(aspect: str) -> None:
    assert said(aspect, web(told_after=2 * HOUR))[0] == "pass"
    assert said(aspect, web(told_after=3 * HOUR)) == (
        "warn",
        "a problem of web1 is told after 3 h at the earliest (max_check_attempts, first_notification_delay), the limit is 2 h",
    )
    assert said(aspect, web(told_after=2 * DAY))[0] == "fail"
    held = phrase("it depends on {master}, which is {state}", master="db1", state="DOWN")
    assert said(aspect, web(held_back=held)) == ("warn", "problems of web1 are not told now: it depends on db1, which is DOWN")


# -- what hides it


def down(start: float, end: float, **more: t.Any) -> Downtime:
    return Downtime(NOW + start, NOW + end, author="alice", comment="swap", **more)


def test_downtimes() -> None:
    assert said("hidden", web(downtimes=(down(-HOUR, 23 * HOUR),)))[0] == "pass"
    assert said("hidden", web(downtimes=(down(-HOUR, 24 * HOUR),)))[0] == "fail"
    assert said("hidden", web(downtimes=(down(-30 * DAY, -HOUR),)))[0] == "pass", "it is over"
    assert said("hidden", web(downtimes=(down(DAY, 9 * DAY),)))[0] == "fail", "it will begin"
    assert said("hidden", web(), web("http", downtimes=(down(0, 9 * DAY),)))[0] == "fail"
    assert (
        said("hidden", web("http"), web(downtimes=(down(0, 9 * DAY),)), declared=(("web1", "http"),), implied=(("web1", ""),))[0] == "fail"
    )


def test_a_flexible_downtime_hides_for_its_duration() -> None:
    assert said("hidden", web(downtimes=(down(0, 30 * DAY, fixed=False, duration=HOUR),)))[0] == "pass"
    assert said("hidden", web(downtimes=(down(0, DAY, fixed=False, duration=9 * DAY),)))[0] == "fail"


def test_downtimes_that_follow_each_other_are_one() -> None:
    days = tuple(down(n * DAY, (n + 1) * DAY) for n in range(3))
    status, message = said("hidden", web(downtimes=days))
    assert status == "fail" and "follow each other until" in message and "for 3 d" in message
    nights = tuple(down(n * DAY, n * DAY + HOUR) for n in range(9))
    assert said("hidden", web(downtimes=nights))[0] == "pass"


def test_a_window() -> None:
    end = NOW + 2 * HOUR
    assert said("hidden", web(downtimes=(down(-2 * DAY, HOUR),)), window_end=end)[0] == "pass", "as long as it ends with the window"
    status, message = said("hidden", web(downtimes=(down(-HOUR, 3 * HOUR),)), window_end=end)
    assert status == "fail" and "it hides problems until 60 min after the window" in message
    assert said("hidden", web(downtimes=(down(9 * HOUR, 10 * HOUR),)), window_end=end)[0] == "pass", "that of the next night"
    assert said("hidden", web(downtimes=(down(9 * HOUR, 9 * DAY),)), window_end=end)[0] == "fail"


def test_acknowledgements_and_flapping() -> None:
    assert said("hidden", web(state=1, acknowledgement=Acknowledgement(True)))[0] == "warn"
    assert said("hidden", web(state=1, acknowledgement=Acknowledgement(None)))[0] == "warn"
    assert said("hidden", web(state=1, acknowledgement=Acknowledgement(False, author="bob")))[0] == "pass"
    assert said("hidden", web(state=1, acknowledgement=Acknowledgement(True, NOW + HOUR)))[0] == "pass"
    assert said("hidden", web(state=1, acknowledgement=Acknowledgement(True, NOW + 9 * DAY)))[0] == "warn"
    assert said("hidden", web(flapping=True))[0] == "warn"


def test_who_may_see_only_a_part_proves_nothing() -> None:
    filtered = phrase("the API user may see only a part of the objects (its permissions have filters)")
    with pytest.raises(CannotObserve):
        said("hidden", web(), may_hide=filtered)
    with pytest.raises(CannotObserve):
        said("monitored", web(), declared=(("web2", ""),), may_hide=filtered)
    assert said("monitored", web(), may_hide=filtered)[0] == "pass"


# -- periods


def test_hours_that_never_come() -> None:
    assert has_no_hours([], 2026)
    assert has_no_hours([("monday", "00:00-00:00")], 2026)
    assert has_no_hours([("1999-01-01 - 1999-12-31", "00:00-24:00")], 2026)
    assert not has_no_hours([("1999-01-01 - 2099-12-31", "00:00-24:00")], 2026)
    assert not has_no_hours([("monday", "9:00-17:00")], 2026)


def test_what_a_period_keeps_from_being_told() -> None:
    assert blocked(None, phrase("x")) == (None, None)
    assert blocked(Period("24x7"), phrase("x")) == (None, None)
    assert blocked(Period("never", True), phrase("x"))[0] is not None
    assert blocked(Period("none", None, False), phrase("x"))[0] is not None
    assert blocked(Period("none", False, True), phrase("x")) == (None, None), "whatever it is called"
    assert blocked(Period("office", False, False), phrase("x"))[1] is not None
    assert blocked(Period("office"), phrase("x"))[1] is not None, "nobody has seen its hours"
    assert blocked(Period("", False, False), phrase("x"))[1] is not None


# -- arguments


@pytest.mark.parametrize(
    ("args", "problem"),
    [
        ({"hosts": []}, "hosts and services are both empty"),
        ({"hosts": ["web1\nFilter: name = x"]}, "line breaks or control characters"),
        ({"hosts": ["web1"], "services": [{"host": "web1", "service": " "}]}, "is empty"),
        ({"hosts": ["web1"], "aspect": "routing"}, "contacts is needed"),
        ({"hosts": ["web1"], "window_end": "tomorrow"}, "window_end"),
        ({"hosts": ["web1"], "system": "nagios"}, "status_file"),
        ({"hosts": ["web1"], "url": None}, "url"),
    ],
)
def test_arguments_that_ask_nothing(args: dict[str, t.Any], problem: str) -> None:
    given = {"system": "icinga", "url": "https://icinga", **args}
    (finding,) = run_item(Item(key="x", check="classic_monitoring", args=given), FakeRunner())
    assert str(finding.status) == "unknown" and problem in finding.message
