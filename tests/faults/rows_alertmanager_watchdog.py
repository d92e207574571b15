# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dead man's switches that are alive, and those that are not, in a real Alertmanager."""

from __future__ import annotations

import time
import typing as t

from nasty import Nasty
from notified import Site, site
from servers import LOCAL, Alertmanager, free_port
from table import Row, World

Arrange = t.Callable[[World], dict[str, t.Any]]
DAYS = 86400.0


def fired(
    name: str, before: t.Callable[[Site], object] | None = None, posted: t.Sequence[dict[str, str]] = ({},), **more: t.Any
) -> Arrange:
    """A switch of this name has fired for 54 days; ``posted``: its further labels, of each that there is."""

    def arrange(world: World) -> dict[str, t.Any]:
        here = site(world.binaries)
        for labels in posted:
            here.post(alertname=name, starts=-54 * DAYS, **labels)
        if before:
            before(here)
        return {"url": here.url, "alert": name, **more}

    return arrange


def waits(seconds: float) -> t.Callable[[Site], None]:
    return lambda _here: time.sleep(seconds)


def inhibits(here: Site) -> None:
    """As in the field: neither alert has the label that must be equal."""
    here.post(alertname="ClusterDown", case="source")


def listens(kind: str, timed: bool = True) -> Arrange:
    """A heartbeat service hears it, or does not."""

    def arrange(world: World) -> dict[str, t.Any]:
        timing = {"receipt_timestamp": "last_ping", "receipt_max_age": "15m"} if timed else {}
        url = f"{site(world.binaries).sink.url}/heartbeat/{kind}"
        return {**fired("Watchdog")(world), "receipt_url": url, "receipt_json": {"status": "up"}, **timing}

    return arrange


def heartbeat_from(kind: str) -> Arrange:
    return lambda world: {
        **fired("Watchdog")(world),
        "receipt_url": world.running.start(Nasty, kind).url,
        "receipt_json": {"status": "up"},
        "timeout": "3s",
    }


def just_started(world: World) -> dict[str, t.Any]:
    return {"url": world.running.start(Alertmanager, world.binaries).url}


def answered(kind: str) -> Arrange:
    return lambda world: {"url": world.running.start(Nasty, kind).url, "timeout": "3s"}


def row(state: str, arrange: Arrange, status: str, message: str) -> Row:
    return Row("alertmanager_watchdog", state, arrange, status, message)


TWO = [{"cluster": "paris"}, {"cluster": "lyon"}]
ROWS: list[Row] = [
    row(
        "it has fired for 54 days, and is fresh",
        fired("Watchdog"),
        "pass",
        r"is firing, was refreshed .* ago and reaches oncall \(webhook\)",
    ),
    row("it reaches who is asked", fired("Watchdog", receivers=["oncall"], labels={"severity": "none"}), "pass", "reaches oncall"),
    row("each of two servers has one", fired("Twin", posted=TWO, min_count=2), "pass", "all 2 alerts Twin are firing"),
    row("one of several is selected", fired("Twin", posted=TWO, labels={"cluster": "lyon"}), "pass", 'cluster="lyon".* is firing'),
    row(
        "it is inhibited",
        fired("Inhibited", inhibits, [{"case": "inhibited"}]),
        "fail",
        r"is inhibited by \{alertname=\"ClusterDown\".*: nobody is told",
    ),
    row(
        "it is silenced",
        fired("Silenced", lambda here: here.silence(alertname="Silenced")),
        "fail",
        r'is silenced by silence \S+ of alice \("disk swap"',
    ),
    row("it was not refreshed", fired("Stale", waits(2.2), max_age="1s"), "fail", "was not refreshed since 20.*; the limit is 1 s"),
    row(
        "it is not there",
        fired("Watchdog", waits(2.2), alert="DeadMansSwitch", max_age="1s"),
        "fail",
        "no alert .alertname=.DeadMansSwitch.. is firing",
    ),
    row(
        "it is of another cluster", fired("Watchdog", waits(2.2), labels={"cluster": "lyon"}, max_age="1s"), "fail", "no alert .* is firing"
    ),
    row("one of two servers has none", fired("Single", waits(2.2), min_count=2, max_age="1s"), "fail", "only 1 of 2 alerts"),
    row(
        "one of two is suppressed",
        fired("Half", inhibits, [{"cluster": "paris"}, {"case": "inhibited"}]),
        "fail",
        "case=.inhibited.* is inhibited",
    ),
    row("its receiver notifies nobody", fired("Mute", posted=[{"case": "mute"}]), "fail", "reach mute, which notifies nobody"),
    row("another receiver gets it", fired("Watchdog", receivers=["heartbeat"]), "fail", "reach oncall, not heartbeat"),
    row("it leaves the house in 1999 only", fired("Past", posted=[{"case": "past"}]), "fail", "time interval past., which is not once"),
    row(
        "it is muted for a season",
        fired("Season", posted=[{"case": "season"}]),
        "warn",
        "time interval season.: nobody is told now, until 20",
    ),
    row("it leaves the house around the clock", fired("Always", posted=[{"case": "always"}]), "pass", "reaches oncall"),
    row(
        "the heartbeat service hears it",
        listens("up"),
        "pass",
        r"reaches oncall \(webhook\); http://.*/heartbeat/up heard it 60 s ago|heard it 6\d s ago",
    ),
    row("the heartbeat service says that it is up", listens("up", timed=False), "pass", "/heartbeat/up hears it"),
    row(
        "the heartbeat service has not heard it for two hours",
        listens("old"),
        "fail",
        "heard it for the last time 2 h ago .*, the limit is 15 min",
    ),
    row(
        "the heartbeat service says that it is down",
        listens("down", timed=False),
        "fail",
        "does not hear it: status is 'down', expected 'up'",
    ),
    row("the heartbeat service has never heard it", listens("new"), "fail", "does not hear it: status is 'new'"),
    row("the heartbeat service is of the future", listens("future"), "unknown", "lies in the future"),
    row("the heartbeat service tells no time", listens("nonsense"), "unknown", "has no time in last_ping: 'yesterday'"),
    row("the heartbeat service knows of nothing", listens("other"), "unknown", "does not say what it is asked: the answer has no status"),
    row("the heartbeat service is a login page", heartbeat_from("login"), "unknown", "answered with a login page"),
    row("the heartbeat service answers 500", heartbeat_from("500"), "unknown", "answered with status 500"),
    row("the heartbeat service hangs", heartbeat_from("hang"), "unknown", "did not answer"),
    row(
        "that it answers is all that is asked",
        fired("Watchdog", receipt_url="http://127.0.0.1:9/"),
        "unknown",
        "name receipt_json or receipt_timestamp too",
    ),
    row("Alertmanager has just started", just_started, "unknown", "since Alertmanager started .* ago: too early to tell"),
    row("Alertmanager is down", lambda _world: {"url": f"http://{LOCAL}:{free_port()}"}, "unknown", "refused the connection"),
    row("Alertmanager hangs", answered("hang"), "unknown", "did not answer"),
    row("a login page stands before Alertmanager", answered("login"), "unknown", r"a login page\?"),
    row("something else answers at its address", answered("404"), "unknown", "is there an Alertmanager"),
    row("its answer is cut short", answered("truncated"), "unknown", "cannot be parsed"),
]
