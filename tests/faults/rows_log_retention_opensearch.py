# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of log_retention on a real OpenSearch; a gateway answers for its plugin of index state management."""

from __future__ import annotations

import datetime as dt
import typing as t

import log_servers
from flowing import DAY, Arguments
from gateway import Gateway
from rows_log_flow_opensearch import asking, line
from table import Row, World


def kept(world: World, *lines: dict[str, t.Any], days: int | None = 90, **more: t.Any) -> Arguments:
    """``days``: after which the policy of the index deletes it; None where no policy manages it."""
    args = asking(*lines)
    del args["expect"]
    index = args["index"]
    states = [
        {"name": "hot", "actions": [], "transitions": [{"state_name": "gone", "conditions": {"min_index_age": f"{days}d"}}]},
        {"name": "gone", "actions": [{"delete": {}}], "transitions": []},
    ]
    policy = {"policy_id": "logs", "default_state": "hot", "states": states}
    about: dict[str, object] = {"index": index, "policy_id": "logs", "policy": policy, "enabled": True}
    explained = {index: about if days else {"index": index, "policy_id": None}, "total_managed_indices": 1 if days else 0}
    url = world.running.start(Gateway, args["url"], {"/_plugins/_ism/explain": explained}).url
    return {**args, "url": url, "min_retention": "30d", **more}


def as_long_as_asked(world: World) -> Arguments:
    return kept(world, line("web1", 89 * DAY))


def young(world: World) -> Arguments:
    since = (dt.datetime.now(dt.timezone.utc) - dt.timedelta(days=10)).strftime("%Y-%m-%d")
    return kept(world, line("web1", 9 * DAY), since=since)


def without_times(_world: World) -> Arguments:
    """Its lines have their time in another field."""
    args = asking()
    document = {"time": "2026-01-01T00:00:00Z", "message": "an order was taken", "host": {"name": "web1"}}
    log_servers.opensearch().ask("POST", f"/{args['index']}/_doc?refresh=true", document)
    del args["expect"]
    return {**args, "min_retention": "30d"}


def one_line_of_a_wrong_clock(world: World) -> Arguments:
    """A device without a clock of its own has begun in 2015."""
    args = asking(*[line("web1", number * DAY) for number in range(5)], {**line("web1", 0), "@timestamp": "2015-01-01T00:00:10Z"})
    del args["expect"]
    return {**args, "url": world.running.start(Gateway, args["url"], {"/_plugins/_ism/explain": 403}).url, "min_retention": "90d"}


def a_wrong_clock_is_not_kept_too_long(world: World) -> Arguments:
    lines = [*[line("web1", number * DAY) for number in range(96)], {**line("web1", 0), "@timestamp": "2015-01-01T00:00:10Z"}]
    return kept(world, *lines, days=100, min_retention="90d", max_retention="120d")


def too_short(world: World) -> Arguments:
    return kept(world, line("web1", 6 * DAY), days=7)


def not_applied(world: World) -> Arguments:
    return kept(world, line("web1", 400 * DAY), days=45)


def without_policy(world: World) -> Arguments:
    return kept(world, line("web1", 300 * DAY), days=None)


def without_policy_and_personal(world: World) -> Arguments:
    return kept(world, line("web1", 300 * DAY), days=None, max_retention="365d")


def plugin_not_there(_world: World) -> Arguments:
    args = asking(line("web1", 40 * DAY))
    del args["expect"]
    return {**args, "min_retention": "30d"}


ROWS = [
    Row(
        "log_retention",
        "OpenSearch: the time stands in another field",
        without_times,
        "unknown",
        r"no index of \S+ has the field @timestamp",
    ),
    Row(
        "log_retention",
        "OpenSearch: one line of a wrong clock is no old line",
        one_line_of_a_wrong_clock,
        "unknown",
        r"the oldest line is [345] d.* whether it is a young log or lines are deleted cannot be told.*a few lines are 4\d\d\d d",
    ),
    Row(
        "log_retention",
        "OpenSearch: a line of a wrong clock is not kept too long",
        a_wrong_clock_is_not_kept_too_long,
        "warn",
        r"lines are kept for 100 d .*; a few lines are 4\d\d\d d",
    ),
    Row(
        "log_retention",
        "OpenSearch: a policy keeps what it must",
        as_long_as_asked,
        "pass",
        r"kept for 90 d \(the policy logs of payments-.* is 89 d old, 30 d is",
    ),
    Row("log_retention", "OpenSearch: a young log", young, "pass", r"kept for 90 d .*, the oldest line is 9 d old, as the log itself"),
    Row(
        "log_retention",
        "OpenSearch: no policy, old lines are there",
        without_policy,
        "pass",
        r"kept without end \(no policy .* is 300 d old, 30 d is asked",
    ),
    Row(
        "log_retention",
        "OpenSearch: no plugin, old lines are there",
        plugin_not_there,
        "pass",
        r"40 d old, lines must be kept for 30 d; the store does not say",
    ),
    Row(
        "log_retention",
        "OpenSearch: a policy that is too short",
        too_short,
        "fail",
        r"kept for 7 d \(the policy logs .*, they must be for 30 d; the oldest line there is 6 d",
    ),
    Row(
        "log_retention",
        "OpenSearch: no policy, and what is personal",
        without_policy_and_personal,
        "fail",
        r"kept without end .*, they may be for 365 d at most",
    ),
    Row(
        "log_retention",
        "OpenSearch: a policy that is not applied",
        not_applied,
        "warn",
        r"kept for 45 d .*, the oldest line is 400 d old: it is not applied to them",
    ),
]
