# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dead man's switch: an alert that always fires reaches Alertmanager, and whoever must notice when it stops. PRIVATE."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from .._argspec import ArgumentsRefused, Spec, http_spec
from .._clients.alertmanager import Alertmanager, label_sets, parse_timestamp
from .._clients.alertmanager_alerts import Alert, Alerts
from .._clients.alertmanager_routes import Labels, show_labels
from .._clients.far_end import is_login
from .._finding import CannotObserve, Facts, Finding, Measurement, failed, isoformat, passed, unknown, warned
from .._http import Connection, Response, public_url
from .._listing import every
from .._message import one_line
from .._phrase import Message, and_more, phrase
from .._runner import Runner
from ._json_answers import MISSING, json_problems, lacks, look_up, show
from ._notification_path import Path, find_path
from ._receipt import RECEIPT_SPEC, ReceiptArguments, receipt_connection
from ._suppressed import suppressed_by

WHERE = "controller"
TIMEOUT = 30.0
SETTLES = True
FUTURE = 300.0  # how far clocks may differ, in seconds
ARGUMENT_SPEC: Spec = {
    **http_spec(url={"required": True}),
    "alert": {"type": "str", "default": "Watchdog"},
    "labels": {"type": "dict", "default": {}},
    "receivers": {"type": "list", "elements": "str", "default": []},
    "max_age": {"type": "str", "default": "5m"},
    "min_count": {"type": "int", "default": 1},
    **RECEIPT_SPEC,
    "receipt_json": {"type": "dict", "default": {}},
    "receipt_timestamp": {"type": "str"},
    "receipt_max_age": {"type": "str"},
}
CONSTRAINTS = {"required_together": [("receipt_timestamp", "receipt_max_age")]}
DURATIONS = ("max_age", "receipt_max_age")
RAREST = 86400.0  # seconds between two notifications: who waits longer notices an outage when everybody else has


class Arguments(ReceiptArguments):
    url: str
    alert: str
    labels: dict[str, object]
    receivers: list[str]
    max_age: float
    min_count: int
    receipt_json: dict[str, object]
    receipt_timestamp: str | None
    receipt_max_age: float | None


@dataclasses.dataclass(frozen=True)
class Seen:
    """One dead man's switch, and what is wrong with it."""

    alert: Alert
    path: Path
    age: float | None  # seconds since it was sent for the last time
    problem: Message | None = None
    doubt: Message | None = None
    restriction: Message | None = None


def problems(args: Arguments, _given: t.Mapping[str, object]) -> list[str]:
    found = []
    asks = bool(args["receipt_json"] or args["receipt_timestamp"])
    if args["receipt_url"] and not asks:
        found.append("receipt_url: that it answers does not say that anything arrives there; name receipt_json or receipt_timestamp too")
    if asks and not args["receipt_url"]:
        found.append("receipt_json, receipt_timestamp: there is no receipt_url to ask")
    if args["min_count"] < 1:
        found.append("min_count: expected 1 or more")
    return found


def run(args: Arguments, runner: Runner) -> Finding:
    wanted = {"alertname": args["alert"], **label_sets([args["labels"]])[0]}
    if not wanted["alertname"]:
        raise ArgumentsRefused(["alert is empty: there is nothing to look at"])
    server = Alertmanager(Connection.from_args(args), runner)
    alerts = Alerts(server)
    now, held = alerts.now(), alerts.held()
    mine = [alert for alert in held if all(alert.labels.get(name, "") == value for name, value in wanted.items())]
    if len(mine) < args["min_count"]:
        return too_few(args, wanted, mine, since_start(server, now))
    seen = [look_at(alert, held, server, args, now) for alert in mine]
    finding = judge(seen, args)
    if finding.status.value in ("pass", "warn") and args["receipt_url"]:
        return heard(finding, args, runner)
    return finding


def since_start(server: Alertmanager, now: dt.datetime) -> float | None:
    """How long it has been running, in seconds; None where it does not tell."""
    try:
        return (now - parse_timestamp(str(server.status()["uptime"]))).total_seconds()
    except (KeyError, ValueError):
        return None


def too_few(args: Arguments, wanted: Labels, mine: t.Sequence[Alert], running: float | None) -> Finding:
    shown = show_labels(wanted)
    fields: Facts = {
        "observed": {"watchdogs": sorted(show_labels(alert.labels) for alert in mine)},
        "expected": {"labels": dict(wanted), "min_count": args["min_count"]},
        "measurements": [Measurement("watchdogs", float(len(mine)), float(args["min_count"]), "lower", count=True)],
    }
    if running is not None and running < args["max_age"]:
        said = phrase(
            "no alert {labels} has come since Alertmanager started {running:duration} ago: too early to tell, it may take {limit:duration}",
            labels=shown,
            running=float(max(1, round(running))),
            limit=args["max_age"],
        )
        return unknown(said, **fields)
    if not mine:
        said = phrase("no alert {labels} is firing in Alertmanager: whoever waits for it is told of nothing", labels=shown)
        fields["absent"] = True
        return failed(said, **fields)
    said = phrase(
        "only {seen:number} of {wanted:number} alerts {labels} are firing in Alertmanager",
        seen=len(mine),
        wanted=args["min_count"],
        labels=shown,
    )
    return failed(said, **fields)


def look_at(alert: Alert, held: t.Sequence[Alert], server: Alertmanager, args: Arguments, now: dt.datetime) -> Seen:
    """What is wrong with one of them."""
    path = find_path(server, alert.labels, "", args["receivers"])
    age = None if alert.updated is None else (now - alert.updated).total_seconds()
    shown = show_labels(alert.labels)
    suppressed = suppressed_by(alert, held, server)
    if path.restriction and alert.muted_by and not (alert.silenced_by or alert.inhibited_by):
        suppressed = None  # told with its hours
    problem: Message | None = None
    if suppressed is not None:
        problem = phrase("{alert} is {suppressed}: nobody is told of it", alert=shown, suppressed=suppressed)
    elif alert.ends is not None and alert.ends <= now:
        problem = phrase("{alert} has ended at {end:moment} and was not refreshed since", alert=shown, end=isoformat(alert.ends))
        if alert.updated is not None:
            problem = phrase("{alert} was not refreshed since {updated:moment}", alert=shown, updated=isoformat(alert.updated))
    elif age is not None and age > args["max_age"]:
        problem = phrase(
            "{alert} was not refreshed since {updated:moment}, {age:duration} ago; the limit is {limit:duration}",
            alert=shown,
            updated=isoformat(alert.updated or now),
            age=float(round(age)),
            limit=args["max_age"],
        )
    problem = problem or path.problem or _too_rare(path)
    doubt: Message | None = None
    if age is None:
        doubt = phrase("Alertmanager does not tell when {alert} was refreshed", alert=shown)
    elif age < -FUTURE:
        doubt = phrase("{alert} was refreshed in the future: one of the clocks is wrong", alert=shown)
    elif alert.state not in ("active", "suppressed"):
        doubt = phrase("Alertmanager has not yet decided about {alert} (state {state})", alert=shown, state=one_line(alert.state, 40))
    restriction = None
    if path.restriction and path.unread:
        doubt = doubt or path.restriction
    elif path.restriction:
        restriction = phrase("{restriction}; outside of them its silence says nothing", restriction=path.restriction)
    return Seen(alert, path, age, problem, doubt, restriction)


def _too_rare(path: Path) -> Message | None:
    """Why its receivers hear it too rarely to notice that it has stopped."""
    each = min(max(timing.wait, timing.repeat) for timing in (path.timings[id(route)] for route in path.useful)) if path.useful else 0.0
    if each <= RAREST:
        return None
    return phrase(
        "{receivers} is told of {alert} each {interval:duration} only (group_wait, repeat_interval), the limit is {limit:duration}",
        receivers=every(path.receivers),
        alert=path.shown,
        interval=each,
        limit=RAREST,
    )


def judge(seen: t.Sequence[Seen], args: Arguments) -> Finding:
    """The worst of them counts: each is the switch of another Prometheus."""
    faults = [item.problem for item in seen if item.problem]
    doubts = [item.doubt for item in seen if item.doubt]
    restrictions = [item.restriction for item in seen if item.restriction]
    ages = [item.age for item in seen if item.age is not None]
    fields: Facts = {
        "observed": {"watchdogs": sorted(show_labels(item.alert.labels) for item in seen), "switches": [as_dict(item) for item in seen]},
        "expected": {"max_age_seconds": args["max_age"], "receivers": list(args["receivers"])},
        "details": [*faults, *doubts, *restrictions],
    }
    if ages:
        fields["measurements"] = [Measurement("watchdog_age_seconds", round(max(*ages, 0.0), 1), args["max_age"], "upper")]
    if faults:
        return failed(and_more(faults), **fields)
    if doubts:
        return unknown(and_more(doubts), **fields)
    if restrictions:
        return warned(and_more(restrictions), **fields)
    first, age = seen[0], float(max(1, round(max(*ages, 0.0))))
    if len(seen) == 1:
        said = phrase(
            "{alert} is firing, was refreshed {age:duration} ago and reaches {receivers}",
            alert=show_labels(first.alert.labels),
            age=age,
            receivers=first.path.integrations,
        )
        return passed(said, **fields)
    names = list(dict.fromkeys(name for item in seen for name in item.path.receivers))
    said = phrase(
        "all {count:number} alerts {name} are firing, were refreshed within the last {age:duration} and reach {receivers}",
        count=len(seen),
        name=args["alert"],
        age=age,
        receivers=every(names),
    )
    return passed(said, **fields)


def as_dict(item: Seen) -> dict[str, object]:
    timing = [item.path.timings[id(route)] for route in item.path.useful]
    return {
        "labels": dict(item.alert.labels),
        "state": item.alert.state,
        "updated": isoformat(item.alert.updated) if item.alert.updated else None,
        "ends": isoformat(item.alert.ends) if item.alert.ends else None,
        "receivers": item.path.receivers,
        "repeated_each_seconds": max((one.repeat for one in timing), default=None),
    }


# -- the service that waits for it


def heard(finding: Finding, args: Arguments, runner: Runner) -> Finding:
    """The finding, with what the heartbeat service says; unknown where it cannot be asked."""
    how = receipt_connection(args)
    answer = _asked(how, runner)
    where = public_url(how.url)
    found, age = problems_of(args, answer, runner.now())
    if age is not None:
        finding.measurements = [
            *finding.measurements,
            Measurement("heartbeat_age_seconds", round(max(age, 0.0), 1), args["receipt_max_age"], "upper"),
        ]
    finding.observed = {**finding.observed, "receipt": where}
    if found:
        said = phrase("the heartbeat service {receipt:path} does not hear it: {problem}", receipt=where, problem=and_more(found))
        return dataclasses.replace(finding, status=failed(said).status, message=said, details=[*found, *finding.details])
    if finding.status.value == "warn":
        return finding
    if age is None:
        said = phrase("{seen}; {receipt:path} hears it", seen=finding.message, receipt=where)
    else:
        said = phrase(
            "{seen}; {receipt:path} heard it {age:duration} ago", seen=finding.message, receipt=where, age=float(round(max(age, 0.0)))
        )
    return dataclasses.replace(finding, message=said)


def _asked(how: Connection, runner: Runner) -> Response:
    where = public_url(how.url)
    answer = runner.get(how.url, connection=how, timeout=10.0)
    if answer.status in (401, 403):
        said = phrase("the heartbeat service {receipt:path} refused the credentials (status {status})", receipt=where, status=answer.status)
        raise CannotObserve(said)
    if not 200 <= answer.status < 300:
        raise CannotObserve(
            phrase("the heartbeat service {receipt:path} answered with status {status}", receipt=where, status=answer.status)
        )
    if is_login(answer):
        raise CannotObserve(phrase("the heartbeat service {receipt:path} answered with a login page", receipt=where))
    return answer


def problems_of(args: Arguments, answer: Response, now: dt.datetime) -> tuple[list[Message], float | None]:
    """What its answer says against it, and how long ago it heard the last time. CannotObserve where the answer says nothing."""
    try:
        data = answer.json()
    except RecursionError:
        said = phrase("{url:path} answered with JSON that cannot be parsed (nested too deeply)", url=public_url(answer.url))
        raise CannotObserve(said) from None
    path = args["receipt_timestamp"]
    unseen = [lacks(data, name) for name in [*args["receipt_json"], *([path] if path else [])] if look_up(data, str(name)) is MISSING]
    if unseen:
        said = phrase(
            "the heartbeat service {receipt:path} does not say what it is asked: {problem}",
            receipt=public_url(answer.url),
            problem=unseen[0],
        )
        raise CannotObserve(said)
    found = json_problems(args["receipt_json"], answer)
    if not path or args["receipt_max_age"] is None:
        return found, None
    told = look_up(data, path)
    if told is None or told == "":
        return [*found, phrase("it has never heard anything ({path:path} is empty)", path=path)], None
    moment = read_moment(told)
    if moment is None:
        said = phrase(
            "the heartbeat service {receipt:path} has no time in {path:path}: '{told}'",
            receipt=public_url(answer.url),
            path=path,
            told=one_line(show(told), 80),
        )
        raise CannotObserve(said)
    age = (now - moment).total_seconds()
    if age < -FUTURE:
        said = phrase(
            "{path:path} of {receipt:path} lies in the future: one of the clocks is wrong", path=path, receipt=public_url(answer.url)
        )
        raise CannotObserve(said)
    if age > args["receipt_max_age"]:
        said = phrase(
            "it heard it for the last time {age:duration} ago (at {moment:moment}), the limit is {limit:duration}",
            age=float(round(age)),
            moment=isoformat(moment),
            limit=args["receipt_max_age"],
        )
        return [*found, said], age
    return found, age


def read_moment(told: object) -> dt.datetime | None:
    """A time as services tell it: ISO 8601 with a zone, or seconds or milliseconds since 1970."""
    if isinstance(told, bool):
        return None
    try:
        number = float(told) if isinstance(told, (int, float, str)) else None
    except ValueError:
        number = None
    try:
        if number is not None:
            return dt.datetime.fromtimestamp(number / 1000 if number > 1e11 else number, dt.timezone.utc)
        return parse_timestamp(str(told))
    except (ValueError, OverflowError, OSError):
        return None


__all__ = (
    "ARGUMENT_SPEC",
    "CONSTRAINTS",
    "DURATIONS",
    "TIMEOUT",
    "WHERE",
    "judge",
    "problems",
    "problems_of",
    "read_moment",
    "run",
)
