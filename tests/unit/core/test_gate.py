# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From findings to a run record: who was reached, what is partial, what becomes of the state."""

from __future__ import annotations

import dataclasses
import datetime as dt
import getpass
import json
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._judging import state as _state
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.case import (
    make_record,
    partial_reason,
    reach_of,
    waiting_hosts,
)
from ansible_collections.operability.readiness.plugins.plugin_utils._running.verification import CONTROLLER
from unit.core.judged import asked, check, found, plan

NOW = dt.datetime(2026, 11, 25, 6, 0, tzinfo=dt.timezone.utc)
PLAN = plan(asked("R-01", checks=[check("R-01/0", hosts=("h1", "h2", "log1"))]), phase="post")
OPTIONS = {
    "phase": "post",
    "environment": "production",
    "version": "1.0",
    "deployment_id": None,
    "ticket": "CHG-1",
    "window": None,
    "first_deployment": False,
}


def left(host: str, **fields: t.Any) -> dict[str, t.Any]:
    return {"host": host, "findings": {}, "unreachable": None, "play_hosts": [], **fields}


def test_who_was_reached() -> None:
    reach = reach_of(PLAN, [left("h1"), left(CONTROLLER), left("h2", unreachable="no route")], limit=None)
    assert (reach.reached, reach.unreachable) == (("h1",), {"h2": "no route"})
    assert reach.absent == {"log1": "log1 was not part of this run: no verify task ran for it"}


def test_why_a_host_left_nothing() -> None:
    lost = reach_of(PLAN, [left("h1", play_hosts=["h1", "h2"])], limit="h1")
    assert lost.absent == {"h2": "h2 was lost earlier in this play", "log1": "log1 was not part of this run (--limit h1)"}


def test_a_host_that_is_still_there_was_not_lost() -> None:
    reach = reach_of(PLAN, [left("h1", play_hosts=["h1", "h2"])], limit=None, there={"h1", "h2"})
    assert reach.absent["h2"] == "no verify task ran for h2, which is still in this play (run_once? when?)"


def test_a_batch_is_always_partial() -> None:
    batch = dataclasses.replace(PLAN, scope="batch", expected_hosts=("h1",))
    for options in ({}, {"limit": "h1"}, {"tags": ["mon"]}):
        given: dict[str, t.Any] = {"limit": None, "tags": [], "skipped": [], **options}
        assert partial_reason(batch, [left("h1")], **given) == "a batch of the play (scope: batch): h1"
    none = dataclasses.replace(batch, expected_hosts=())
    assert partial_reason(none, [], limit=None, tags=[], skipped=[]) == "a batch of the play (scope: batch): no host of the service"


def test_hosts_that_are_called_like_the_controller_are_hosts() -> None:
    named = plan(
        asked("R-01", checks=[check("R-01/0", hosts=("controller", "controller-2"))]), expected_hosts=("controller", "controller-2")
    )
    reach = reach_of(named, [left("controller"), left("controller-2"), left(CONTROLLER)], limit=None)
    assert set(reach.reached) == {"controller", "controller-2"} and reach.absent == {}


@pytest.mark.parametrize(
    ("spooled", "options", "words"),
    [
        (["h1", "h2"], {}, None),
        (["h1", "h2"], {"limit": "all"}, None),
        (["h1"], {"limit": "h1"}, "limited to h1 (--limit); not looked at: h2"),
        (["h1"], {}, "on part of the hosts; not looked at: h2"),
        (["h1", "h2"], {"tags": ["all"]}, None),
        (["h1", "h2"], {"tags": ["mon", "log"]}, "limited to the tags mon, log (--tags)"),
        (["h1", "h2"], {"skipped": ["slow"]}, "without the tags slow (--skip-tags)"),
        ([], {}, None),
        ([], {"limit": "other"}, "limited to other (--limit); not looked at: h1, h2"),
    ],
)
def test_what_is_partial(spooled: list[str], options: dict[str, t.Any], words: str | None) -> None:
    given = {"limit": None, "tags": [], "skipped": [], **options}
    assert partial_reason(PLAN, [left(host) for host in spooled], **given) == words


def test_a_host_that_was_lost_makes_no_run_partial() -> None:
    assert partial_reason(PLAN, [left("h1", play_hosts=["h1", "h2"])], limit=None, tags=[], skipped=[]) is None
    assert partial_reason(PLAN, [left("h1"), left("h2", unreachable="x")], limit=None, tags=[], skipped=[]) is None


def test_hosts_whose_batch_is_still_to_come() -> None:
    variables = {"ansible_play_hosts": ["h1", "h2"], "ansible_play_batch": ["h1"]}
    assert waiting_hosts(PLAN, [left("h1")], variables) == ["h2"]
    assert waiting_hosts(PLAN, [left("h1"), left("h2")], variables) == [], "it has been here"
    assert waiting_hosts(PLAN, [], variables) == [] == waiting_hosts(PLAN, [left("h1")], {})
    reach = reach_of(PLAN, [left("h1", play_hosts=["h1", "h2"])], limit=None, waiting=["h2"])
    assert reach.waiting == ("h2",) and set(reach.absent) == {"log1"}


def made(*, partial: str | None = None, state: t.Any = None, **options: t.Any) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    findings = {"R-01/0": [found("pass", host=host) for host in ("h1", "h2", "log1")]}
    return make_record(
        PLAN,
        plan(asked("R-01", checks=[]), phase=None),
        state or _state.empty("payments", "production"),
        findings,
        reach_of(PLAN, [left("h1"), left("h2"), left("log1")], limit=None),
        options={**OPTIONS, **options},
        partial=partial,
        started=NOW - dt.timedelta(seconds=12.5),
        now=NOW,
        versions={"collection_version": "0.1.0", "ansible_version": "2.19"},
    )


def test_the_record_of_a_run() -> None:
    record, state = made()
    run = record["run"]
    assert run["id"].startswith("20261125T060000Z-post-") and (run["duration_seconds"], run["deployment_id"], run["ticket"]) == (
        12.5,
        "1.0",
        "CHG-1",
    )
    assert (run["mode"], run["enforced"], run["partial"], run["collection_version"]) == ("observe", False, None, "0.1.0")
    assert record["judgement"]["verdict"] == record["state"]["verdict"] == record["gates"]["post"]["verdict"] == "go"
    assert (record["hosts"]["expected"], record["hosts"]["reached"]) == (["h1", "h2"], ["h1", "h2"])
    assert record["deployments"] == state["deployments"] and state["deployments"][0]["version"] == "1.0"
    assert (run["scope"], run["settle_seconds"], run["recheck_interval_seconds"]) == ("service", 0.0, 86400.0)
    assert record["service"]["level"] == "A" and record["inputs"]["policy"]["name"] == "default"
    assert json.loads(json.dumps(record)) == record and record["schema_version"] == 1


def test_a_partial_run_never_becomes_the_services_state() -> None:
    before = _state.empty("payments", "production")
    record, state = made(partial="limited to h1 (--limit)", state=before)
    assert state == before and record["state"] is None and record["run"]["partial"] == "limited to h1 (--limit)"
    assert record["judgement"]["verdict"] == "go", "it is judged and shown"


def test_two_runs_of_one_second_have_names_of_their_own() -> None:
    assert len({made()[0]["run"]["id"] for _unused in range(200)}) == 200


def test_a_user_without_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 1000660000")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert made()[0]["run"]["user"].startswith("uid ")
