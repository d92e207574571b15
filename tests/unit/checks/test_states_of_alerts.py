# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Series that are gone: a state that is over and comes again, errors before a restart, or a name that was changed for good."""

from __future__ import annotations

import typing as t

import pytest
from alerts_stand_in import DAY, NOW, ORIGIN, Server, alert, series
from ansible_collections.operability.readiness.plugins.module_utils._checks._alert_values import alike, apart, opposite
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from promql_stand_in import Series

HOUR = 3600.0
UP = f"up{{{ORIGIN}}}"


def at_origin(selector: str, since: float = 30 * DAY, until: float | None = None, value: float = 3.0) -> Series:
    """Seconds before now."""
    text = selector.replace("{", f"{{{ORIGIN},") if "{" in selector else f"{selector}{{{ORIGIN}}}"
    return series(text, since=NOW - since, until=None if until is None else NOW - until, value=value)


def restarted() -> list[Series]:
    return [
        at_origin("process_start_time_seconds", until=HOUR, value=5.0),
        at_origin("process_start_time_seconds", since=HOUR - 10, value=9.0),
    ]


def fired(name: str = "Down", since: float = 2 * HOUR, until: float = HOUR) -> Series:
    labels = f'ALERTS{{alertname="{name}",alertstate="firing",severity="page",service="payments"}}'
    return series(labels, since=NOW - since, until=NOW - until)


def run(query: str, *world: Series, kinds: dict[str, str] | None = None, **args: t.Any) -> Finding:
    server = Server([alert(query=query)], now=[UP], world=world)
    server.kinds = kinds or {}
    return server.run(**args)


def outcome(query: str, *world: Series, **more: t.Any) -> str:
    return str(run(query, *world, **more).status)


# -- a state that is over

WAITING = 'waiting{pod="p",reason="CrashLoop"}'
CREATING = at_origin('waiting{pod="p",reason="ContainerCreating"}', since=HOUR - 10, value=1)


def test_a_reason_that_was_there_for_some_time_is_not_renamed() -> None:
    crashed = at_origin(WAITING, since=2 * HOUR, until=HOUR, value=1)
    found = run('waiting{reason="CrashLoop"} > 0', crashed, CREATING)
    assert (str(found.status), "had series until 2026-11-25T05:00:00Z and has none now" in found.message) == ("warn", True)
    assert outcome('waiting{reason="CrashLoop"} > 0', crashed, CREATING, fired()) == "pass", "the alert told of it, to its end"
    assert outcome('waiting{reason="CrashLoop"} > 0', crashed, CREATING, fired(until=90 * 60.0)) == "warn", "it ended before"
    assert outcome('waiting{reason="CrashLoop"} > 0', crashed, CREATING, fired("Other")) == "warn", "another alert"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("degraded", "ok"),
        ("slave", "master"),
        ("ErrImagePull", "ImagePullBackOff"),
        ("unhealthy", "healthy"),
        ("starting", "started"),
    ],
)
def test_a_state_that_was_there_all_the_time_is_not_renamed(old: str, new: str) -> None:
    world = [at_origin(f'role{{state="{old}"}}', until=HOUR, value=1), at_origin(f'role{{state="{new}"}}', since=HOUR - 10, value=1)]
    assert outcome(f'role{{state="{old}"}} == 1', *world) == "warn"
    assert outcome(f'role{{state="{old}"}} == 1', *world, *restarted()) == "warn"
    assert outcome(f'role{{state="{old}"}} == 1', *world, fired(since=5 * DAY)) == "pass", "the alert told of it, to its end"


def test_a_value_that_others_had_before_is_no_new_one() -> None:
    other = series('depth{job="a",instance="a:2",queue="post"}', value=3.0)
    gone = at_origin('depth{queue="mail"}', until=HOUR)
    now = at_origin('depth{queue="post"}', since=HOUR - 10)
    assert outcome('depth{queue="mail"} > 5', gone, now, *restarted()) == "fail"
    assert outcome('depth{queue="mail"} > 5', gone, now, *restarted(), other) == "warn"


def test_what_was_there_for_a_minute_is_told_with_its_time() -> None:
    world = [at_origin('state{phase="bad"}', since=2 * DAY + 100, until=2 * DAY + 40), at_origin('state{phase="good"}', since=2 * DAY)]
    found = run('state{phase="bad"} == 1', *world)
    assert (str(found.status), "had series until 2026-11-23T05:59:" in found.message) == ("warn", True), found.message


def test_a_state_between_two_others() -> None:
    world = [
        at_origin('state{phase="good"}', until=50 * HOUR),
        at_origin('state{phase="bad"}', since=50 * HOUR, until=48 * HOUR),
        at_origin('state{phase="good"}', since=48 * HOUR),
    ]
    assert outcome('state{phase="bad"} == 1', *world) == "warn"


def test_states_in_turn_are_not_renamed() -> None:
    world = [
        at_origin('turn{phase="a1"}', since=5 * DAY, until=3 * DAY),
        at_origin('turn{phase="b1"}', since=3 * DAY, until=2 * DAY),
        at_origin('turn{phase="a1"}', since=2 * DAY, until=HOUR),
        at_origin('turn{phase="b1"}', since=HOUR - 10),
    ]
    assert outcome('turn{phase="a1"} > 5', *world, *restarted()) in ("warn", "pass")


# -- a name that was changed for good


def test_a_steady_series_that_was_renamed() -> None:
    gone = at_origin('depth{queue="mail"}', until=HOUR)
    for new, more, status in (
        ("email", [], "fail"),
        ("post", [], "warn"),  # as a state may change, without a new process
        ("post", restarted(), "fail"),
    ):
        assert outcome('depth{queue="mail"} > 5', gone, at_origin(f'depth{{queue="{new}"}}', since=HOUR - 10), *more) == status


def test_one_of_several_that_was_renamed_though_the_alert_fired() -> None:
    others = [at_origin(f'depth{{queue="{queue}"}}') for queue in ("pay", "sms")]
    world = [*others, at_origin('depth{queue="mail"}', until=HOUR), at_origin('depth{queue="email"}', since=HOUR - 10)]
    assert outcome('depth{queue="mail"} > 5', *world) == "fail"
    assert outcome('depth{queue="mail"} > 5', *world, fired(since=3 * DAY, until=2 * DAY)) == "fail"
    assert outcome('depth{queue="mail"} > 5', *world, fired()) == "fail"


def test_one_of_several_that_is_always_one() -> None:
    others = [at_origin(f'enabled{{feature="{name}"}}', value=1) for name in ("pay", "sms")]
    world = [*others, at_origin('enabled{feature="mail"}', until=HOUR, value=1)]
    assert outcome('enabled{feature="mail"} < 1', *world, at_origin('enabled{feature="email"}', since=HOUR - 10, value=1)) == "fail"


def test_a_young_target_whose_series_was_renamed() -> None:
    young = Server([alert(query='depth{queue="mail"} > 5')], now=[])
    young.world = [
        at_origin("up", since=200, value=1),
        at_origin('depth{queue="mail"}', since=200, until=60),
        at_origin('depth{queue="email"}', since=45),
    ]
    assert str(young.run().status) == "fail"
    young.world[1] = at_origin('depth{queue="mail"}', since=90, until=60)
    assert str(young.run().status) == "warn", "it came long after its target"


def test_a_labelled_metric_of_some_hours_has_no_successor() -> None:
    new = at_origin('stage_size{pod="p"}', since=HOUR - 10)
    assert outcome("stage_length > 5", at_origin('stage_length{pod="p"}', until=HOUR), new) == "fail"
    assert outcome("stage_length > 5", at_origin('stage_length{pod="p"}', since=3 * HOUR, until=HOUR), new) == "warn"
    assert outcome("stage_length > 5", at_origin("stage_length", since=3 * HOUR, until=HOUR), new) == "fail"


def test_targets_that_were_restarted_one_after_the_other() -> None:
    world = [series('up{job="a",instance="a:2"}')]
    for instance, until in (("a:1", HOUR), ("a:2", HOUR - 600)):
        world += [
            series(f'depth{{job="a",instance="{instance}",queue="mail"}}', until=NOW - until, value=3.0),
            series(f'depth{{job="a",instance="{instance}",queue="email"}}', since=NOW - until + 15, value=3.0),
        ]
    assert outcome('depth{queue="mail"} > 5', *world) == "fail"


def test_a_target_that_replaces_another_has_the_next_name() -> None:
    world = [
        series('up{job="a",instance="a:0"}', until=NOW - HOUR),
        series('depth{job="a",instance="a:0",queue="mail"}', until=NOW - HOUR, value=3.0),
        at_origin('depth{queue="post"}', since=HOUR + 600),
    ]
    assert outcome('depth{queue="mail"} > 5', *world) == "fail"


# -- errors before a restart


def test_errors_before_a_restart_come_again() -> None:
    kinds = {"errs": "counter"}
    world = [at_origin('errs{code="200"}'), at_origin('errs{code="500"}', since=DAY, until=HOUR), *restarted()]
    query = 'rate(errs{code="500"}[5m]) > 0'
    assert outcome(query, *world, kinds=kinds) == "warn"
    assert outcome(query, *world, kinds=kinds, not_yet_seen="fail") == "warn", "it was seen"
    found = run(query, *world, kinds=kinds, not_yet_seen="pass")
    assert (str(found.status), found.observed["excused_selectors"]) == ("pass", ['errs{code="500"}'])
    assert outcome(query, *world, kinds=kinds, may_be_absent=['errs{code="500"}']) == "pass"
    assert outcome(query, *world, kinds={"errs": "gauge"}, not_yet_seen="pass") == "warn", "a gauge does not come with events"


def test_another_exception_after_a_restart() -> None:
    world = [
        at_origin('errs_total{exception="IOException"}', until=HOUR),
        at_origin('errs_total{exception="ConnectException"}', since=HOUR - 10),
    ]
    assert outcome('increase(errs_total{exception="IOException"}[5m]) > 5', *world, *restarted(), not_yet_seen="pass") == "warn"


def test_a_metric_that_is_still_declared_was_not_renamed() -> None:
    world = [at_origin('errs_total{why="x"}', since=DAY, until=HOUR), at_origin('errors_total{why="x"}', since=HOUR - 10)]
    found = run("rate(errs_total[5m]) > 0", *world, kinds={"errs_total": "counter"})
    assert (str(found.status), "though what is scraped declares it" in found.message) == ("warn", True), found.message
    assert outcome("rate(errs_total[5m]) > 0", *world, kinds={"errs_total": "counter"}, not_yet_seen="pass") == "pass"
    steady = [at_origin('errs_total{why="x"}', until=HOUR), world[1]]
    assert outcome("rate(errs_total[5m]) > 0", *steady, kinds={"errors_total": "counter"}) == "fail"
    gone = [at_origin("backlog", until=20), at_origin("backlogs", since=15)]
    assert outcome("backlog > 5", *gone, kinds={"backlog": "gauge"}) == "fail", "servers remember for some scrapes"


def test_errors_of_which_the_alert_told_until_the_restart() -> None:
    world = [at_origin('errs_total{code="200"}'), at_origin('errs_total{code="500"}', since=DAY, until=HOUR), *restarted(), fired()]
    query = 'rate(errs_total{code="500"}[5m]) > 0'
    assert outcome(query, *world) == "pass"
    assert outcome(query, *world, at_origin('errs_total{code="5xx"}', since=HOUR - 10)) == "warn", "it may be the new name"
    gone = [at_origin('faults_total{why="x"}', since=DAY, until=HOUR), fired()]
    assert outcome("rate(faults_total[5m]) > 0", *gone) == "warn", "nothing declares it any more"


# -- what negative matchers leave


@pytest.mark.parametrize(
    ("matchers", "status"),
    [
        ('code!~"2..|3.."', "warn"),
        ('code!="200"', "warn"),
        ('job="a",code!~"2.."', "warn"),
        ('code!~".*"', "fail"),
        ('zone!="b",code!~"5.."', "fail"),
        ('instance!~"a:.*"', "fail"),
        ('cod!="200",code=~"2.."', "pass"),
        ('error_type!=""', "warn"),
        ('reason=~".+"', "warn"),
        ('error_type="500"', "warn"),
        ('reason="500"', "fail"),
    ],
)
def test_a_negative_matcher_before_the_first_error(matchers: str, status: str) -> None:
    world = [series(f'up{{{ORIGIN},zone="b"}}'), series(f'reqs_total{{{ORIGIN},zone="b",code="200"}}')]
    server = Server([alert(query=f"rate(reqs_total{{{matchers}}}[5m]) > 0")], now=[], world=world)
    assert str(server.run().status) == status
    if status == "warn":
        assert str(server.run(not_yet_seen="pass").status) == "pass"


@pytest.mark.parametrize(
    ("one", "other", "is_alike"),
    [
        ("mail", "email", True),
        ("orders-mail", "orders-email", True),
        ("IOException", "ConnectException", False),
        ("eu-west-1", "eu-west-2", False),
        ("ErrImagePull", "ErrNeverPull", False),
    ],
)
def test_what_is_alike_but_for_common_words(one: str, other: str, is_alike: bool) -> None:
    assert (alike(*apart(one, other)) >= 0.6) is is_alike


def test_opposites() -> None:
    assert opposite("unhealthy", "Healthy")
    assert opposite("connected", "disconnected")
    assert opposite("enabled", "disabled")
    assert not opposite("mail", "email")
