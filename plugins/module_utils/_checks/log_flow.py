# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every instance logs: its lines are in the store, since its start and in its own rhythm. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import typing as t

from .._argspec import Spec
from .._clients.log_counted import Counted
from .._clients.log_store import Flow
from .._finding import CannotObserve, Finding, Measurement, Status, isoformat, unknown, worst
from .._machine import lasting_identity
from .._phrase import Message, and_more, phrase, plural, verbatim
from .._runner import Runner
from ._log_absence import LONGER, clues, explained, newest, store_is_behind
from ._log_drops import Drops, drops_of
from ._log_host import seen
from ._log_instances import Expected, Matched, domains, host_names, is_address, matched
from ._log_rhythm import ahead, of_patterns, shared_files, stands_still, too_few
from ._log_silence import AHEAD, Asked, Said, judge, together
from ._log_sources import FilesSource, JournalSource, Source, StoreSource
from ._log_stores import BACKENDS, StoreArguments, log_store_spec

WHERE = "both"
TIMEOUT = 120.0
SETTLES = True
ARGUMENT_SPEC: Spec = {
    **log_store_spec(),
    "backend": {"type": "str", "choices": [*BACKENDS, "file", "journald"], "required": True},
    "search": {"type": "str"},
    "tag": {"type": "str"},
    "unit": {"type": "str"},
    "by": {"type": "str"},
    "expect": {
        "type": "list",
        "elements": "dict",
        "options": {
            "instance": {"type": "str", "required": True},
            "names": {"type": "list", "elements": "str", "default": []},
        },
    },
    "instances": {"type": "list", "elements": "str"},
    "min_instances": {"type": "int"},
    "since": {"type": "str"},
    "every": {"type": "str"},
    "takes": {"type": "str", "default": "1h"},
    "min_lines": {"type": "int", "default": 1},
    "max_lag": {"type": "str", "default": "15m"},
    "path": {"type": "path"},
    "units": {"type": "list", "elements": "str", "default": []},
    "markers": {"type": "list", "elements": "dict"},
    "local": {"type": "bool", "default": False},
}
CONSTRAINTS = {"required_if": [("backend", "file", ["search"])]}
DURATIONS = ("every", "takes", "max_lag")
COMPARABLE = {
    "logging": {"kind": "set", "what": phrase("logging instance")},
    "lines_dropped": {"kind": "number", "what": phrase("log lines dropped by the store"), "worse": "upper", "absolute": 0, "then": "warn"},
}

DAY = 86400.0
RHYTHM = DAY  # how often an instance logs at least, where nobody says it
MOST = 10_000  # instances


class ExpectedHost(t.TypedDict):
    instance: str
    names: list[str]


class Arguments(StoreArguments):
    backend: str
    search: str | None
    tag: str | None
    unit: str | None
    by: str | None
    expect: list[ExpectedHost] | None
    instances: list[str] | None
    min_instances: int | None
    since: str | None
    every: float | None
    takes: float
    min_lines: int
    max_lag: float
    path: str | None
    units: list[str]
    markers: list[dict[str, object]] | None
    local: bool


def problems(args: Arguments, _given: t.Mapping[str, object]) -> list[str]:
    """What can be seen to be wrong with the arguments before anything is asked."""
    found = []
    if not (args["expect"] or args["instances"] or args["min_instances"] or args["markers"]):
        found.append("neither expect, instances nor min_instances says who must log: there is nothing to look for")
    if args["backend"] in BACKENDS and not args["url"]:
        found.append(f"url is required with backend {args['backend']}")
    if args["instances"] and not (args["by"] or args["host_field"]):
        found.append("instances needs the field that tells them apart (by)")
    if args["min_lines"] < 1:
        found.append("min_lines must be 1 or more: without a line nothing is seen")
    for name, value in (("every", args["every"]), ("max_lag", args["max_lag"])):
        if value is not None and value <= 0:
            found.append(f"{name} must be longer than nothing")
    if args["min_instances"] is not None and args["min_instances"] < 1:
        found.append("min_instances must be 1 or more")
    return found


# -- the half on the hosts


def see(args: Arguments, runner: Runner) -> Finding:
    """``observed`` of the finding is the marker that ``run`` takes: the host's names, its start, and what it has logged itself."""
    return seen(args["path"], args["unit"], args["tag"], args["units"], args["max_lag"], window_of(args), runner)


def window_of(args: Arguments) -> float:
    return (args["every"] or RHYTHM) + args["takes"]


# -- the half that looks into the store


def run(args: Arguments, runner: Runner) -> Finding:
    """CannotObserve."""
    now = runner.now().timestamp()
    since = moment_of(args["since"], now)
    asked = Asked(now, window_of(args), since, args["min_lines"], args["max_lag"], args["every"] is not None)
    expected = expected_of(args)
    source = source_of(args, runner)
    hinders = source.ready()
    drops = drops_of(args, source, runner)
    counted = source.count(expected, asked.begin, now + AHEAD, args["min_lines"])
    later = source.ahead(expected, counted, now + AHEAD)
    unnamed = counted.flows.pop("", Flow(0, None))
    found = matched(expected, counted.flows)
    said = judge(expected, found, counted.flows, asked)
    said += ahead(expected, said, later, asked)
    silent = {one.instance for one in said if one.silent}
    if counted.short is not None and silent:
        raise CannotObserve(
            phrase("of {instances:list} no line was seen, and {short}", instances=sorted(silent)[:20], short=counted.short),
            observed={"silent": sorted(silent)},
        )
    _told_apart(args, source, expected, counted, unnamed, silent, asked)
    behind = None
    if silent:
        told = clues(source, expected, silent, asked, found, runner)
        behind = store_is_behind(said, expected, told, asked)
        said = explained(said, expected, told, asked, hinders)
        if told.empty and not (counted.flows or told.astray or hinders):
            return _empty(source, expected, said)
    if behind is not None:
        return _behind(source, behind, expected, said, asked)
    said += of_patterns(source, expected, found, counted, asked)
    said += shared_files(expected, found, counted)
    said += _own_files(expected, found, counted, args)
    still = stands_still(source, expected, found, counted, asked, runner)
    hinders = [*hinders, *([still] if still is not None else [])]
    drops = drops.until_now(args, source, runner, asked)
    return _finding(args, source, expected, found, counted, said, unnamed, drops, asked, hinders)


def _told_apart(
    args: Arguments, source: Source, expected: t.Sequence[Expected], counted: Counted, unnamed: Flow, silent: set[str], asked: Asked
) -> None:
    """CannotObserve where lines have come, and do not say whose they are: what is missed may be among them."""
    missed = bool(silent) or too_few(args["min_instances"], counted, asked) is not None
    named = sum(flow.lines for flow in counted.flows.values())
    none_named = named <= unnamed.lines and len(silent) == len(expected)
    unclear = named == 0 if isinstance(source, StoreSource) else none_named  # a store is asked for the field
    if not (missed and unnamed.lines and unclear):
        return
    observed = {"unnamed": unnamed.lines, "silent": sorted(silent)}
    if isinstance(source, StoreSource):
        said = phrase(
            "no line of the last {window:duration} in {store} has the field {field:path}, so that whose they are cannot be told: "
            "say which field names the instance (by), or the host (host_field)",
            window=asked.now - asked.begin,
            store=source.name,
            field=source.field or "host",
        )
        raise CannotObserve(said, instrument=source.name, observed=observed)
    said = phrase(
        "lines of the last {window:duration} in {store} do not say which host has written them, so that whose they are cannot be told: "
        "have the receiver write the host into each line, or a file for each host, and say so ({{host}} in search)",
        window=asked.now - asked.begin,
        store=source.name,
    )
    raise CannotObserve(said, observed=observed)


def moment_of(text: str | None, now: float) -> float | None:
    """The moment since which lines must have come; without a zone it is UTC. CannotObserve."""
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        raise CannotObserve(phrase("since: '{text}' is not a time; expected for example 2026-11-25T22:00:00Z", text=text)) from None
    seconds = (moment if moment.tzinfo else moment.replace(tzinfo=dt.timezone.utc)).timestamp()
    if seconds > now + 300:
        raise CannotObserve(phrase("since: {when:moment} lies in the future", when=isoformat(moment)))
    return seconds


def expected_of(args: Arguments) -> list[Expected]:
    """Who must log: what the inventory says, with what hosts have said of themselves."""
    if args["instances"]:
        return [Expected(name, (name,), host=False) for name in dict.fromkeys(args["instances"])]
    said = {str(marker.get("inventory_host") or marker.get("host")): marker for marker in args["markers"] or []}
    given: dict[str, list[str]] = {entry["instance"]: [entry["instance"], *entry["names"]] for entry in args["expect"] or []}
    for name in said:
        given.setdefault(name, [name])
    out = [_expected(name, names, said.get(name, {})) for name, names in given.items()]
    everywhere = _of_several(out)
    return [
        Expected(one.instance, tuple(name for name in one.names if name not in everywhere), True, *_of_host(said.get(one.instance, {})))
        for one in out
    ]


def _expected(instance: str, names: t.Sequence[str], marker: t.Mapping[str, object]) -> Expected:
    own = marker.get("names")
    further = [str(name) for name in own] if isinstance(own, list) else []
    return Expected(instance, host_names([*names, *further]))


def _of_host(marker: t.Mapping[str, object]) -> tuple[float | None, float | None, float | None, int, bool]:
    def number(name: str) -> float | None:
        value = marker.get(name)
        return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None

    return number("started"), number("written"), number("writes"), int(number("dropped") or 0), marker.get("timeless") is True


def _of_several(expected: t.Sequence[Expected]) -> set[str]:
    """Addresses that several hosts have, as that of a bridge for containers: they tell nobody apart."""
    counted: dict[str, int] = {}
    for one in expected:
        for name in one.names:
            counted[name] = counted.get(name, 0) + 1
    return {name for name, count in counted.items() if count > 1 and is_address(name)}


def source_of(args: Arguments, runner: Runner) -> Source:
    if args["backend"] == "file":
        return FilesSource(args["search"] or "", args["tag"], runner)
    if args["backend"] == "journald":
        unit = args["unit"]
        full = f"{unit}.service" if unit and "." not in unit else unit
        return JournalSource(args["search"], full, args["tag"], args["by"], runner)
    return StoreSource(args["backend"], args, runner)


def _own_files(expected: t.Sequence[Expected], found: Matched, counted: Counted, args: Arguments) -> list[Said]:
    """Instances whose lines are only where they write them themselves: nothing has been sent anywhere."""
    if args["local"] or args["backend"] not in ("file", "journald"):
        return []
    here = {str(marker.get("inventory_host") or marker.get("host")): marker for marker in args["markers"] or []}
    here = {name: marker for name, marker in here.items() if marker.get("machine") == lasting_identity()}
    said = []
    for one in expected:
        marker = here.get(one.instance)
        if marker is None or not found.of[one.instance]:
            continue
        if args["backend"] == "journald" and not args["search"]:
            told = phrase(
                "{instance} logs into the journal of its own host: that it arrives centrally is not proven", instance=one.instance
            )
            said.append(Said(one.instance, Status.WARN, told))
            continue
        identity = marker.get("identity")
        files = set().union(*(counted.files.get(name, set()) for name in found.of[one.instance]))
        if isinstance(identity, list) and files == {tuple(identity)}:
            told = phrase(
                "what was looked at is the file that {instance} writes itself: no log has been sent anywhere; search where logs arrive",
                instance=one.instance,
            )
            said.append(Said(one.instance, Status.UNKNOWN, told))
    return said


# -- what is said


def _behind(source: Source, behind: float, expected: t.Sequence[Expected], said: t.Sequence[Said], asked: Asked) -> Finding:
    told = phrase(
        "nothing of anybody has come into {store} for {age:duration}: it, or the way to it, stands still, "
        "and what the instances log cannot be seen",
        store=source.name,
        age=asked.now - behind,
    )
    return unknown(
        told,
        instrument=source.name if isinstance(source, StoreSource) else None,
        observed={"silent": sorted(one.instance for one in said), "newest_of_anybody": round(behind)},
        details=[one.message for one in said],
        measurements=[Measurement("log_flow_instances", 0.0, float(len(expected)), "lower", count=True)],
    )


def _empty(source: Source, expected: t.Sequence[Expected], said: t.Sequence[Said]) -> Finding:
    return unknown(
        phrase(
            "there is no line of anybody in {store} of the last {time:duration}: is it the right place?", store=source.name, time=LONGER
        ),
        instrument=source.name if isinstance(source, StoreSource) else None,
        observed={"silent": sorted(one.instance for one in said)},
        details=[one.message for one in said],
        measurements=[Measurement("log_flow_instances", 0.0, float(len(expected)), "lower", count=True)],
    )


def _finding(
    args: Arguments,
    source: Source,
    expected: t.Sequence[Expected],
    found: Matched,
    counted: Counted,
    said: list[Said],
    unnamed: Flow,
    drops: Drops,
    asked: Asked,
    hinders: t.Sequence[Message],
) -> Finding:
    flows = {one.instance: together([counted.flows[name] for name in found.of[one.instance]]) for one in expected}
    bad = {one.instance for one in said if one.status in (Status.FAIL, Status.UNKNOWN)}
    told_of, late = {one.instance for one in said}, _late(said)
    logging = sorted(name for name, flow in flows.items() if (flow.lines or name in told_of) and name not in bad | late)
    lines = [one.message for one in sorted(said, key=lambda one: -(one.status.code or 0))]
    remarks = _remarks(args, source, expected, found, unnamed, drops, hinders)
    statuses = [*(one.status for one in said), *(status for status, _line in remarks)]
    fewer = too_few(args["min_instances"], counted, asked)
    if fewer is not None:
        statuses.append(fewer.status)
        lines.insert(0, fewer.message)
    status = worst([Status.PASS, *statuses]) or Status.PASS
    count = len(expected) if expected else len(counted.flows)
    good = len(logging) if expected else len(counted.flows)
    total = sum(flow.lines for flow in counted.flows.values())
    age = newest([flow.newest for flow in counted.flows.values()])
    message = _all_log(good, count, asked, age)
    if lines:
        wrong = sorted({one.instance for one in said if one.status is status}) or sorted(bad)
        message = lines[0] if fewer is not None and not said else _not_all_log(good, count, wrong, logging, lines[0])
    elif any(one is not Status.PASS for one, _line in remarks):
        message = phrase("{message}; {more}", message=message, more=and_more([line for one, line in remarks if one is not Status.PASS]))
    measurements = [Measurement("log_flow_instances", float(good), float(max(count, args["min_instances"] or 0)), "lower", count=True)]
    if age is not None:
        measurements.append(Measurement("log_flow_newest_age_seconds", round(max(asked.now - age, 0.0), 1)))
    if drops.counted is not None:
        measurements.append(Measurement("lines_dropped", float(drops.counted)))
    return Finding(
        status,
        message,
        observed={
            "logging": logging,
            "silent": sorted(one.instance for one in said if one.silent),
            "lines": total,
            "strangers": sorted(found.strangers)[:50] if expected else [],
            "field": source.field if isinstance(source, StoreSource) else args["by"],
        },
        expected={
            "instances": [one.instance for one in expected] or args["min_instances"],
            "since": isoformat(dt.datetime.fromtimestamp(asked.begin, dt.timezone.utc)),
            "min_lines": args["min_lines"],
        },
        measurements=measurements,
        details=[*lines, *(line for _status, line in remarks)],
        absent=(status is Status.FAIL and not counted.flows) or None,
    )


def _late(said: t.Sequence[Said]) -> set[str]:
    return {one.instance for one in said if one.silent}


def _shown(names: t.Sequence[str]) -> list[str | Message]:
    return [*names[:30], *([phrase("and {count:number} more", count=len(names) - 30)] if len(names) > 30 else [])]


def _not_all_log(good: int, count: int, wrong: t.Sequence[str], logging: t.Sequence[str], first: Message) -> Message:
    if len(wrong) < 2:
        return plural(
            "{good:number} of {count:number} instance logs: {first}",
            "{good:number} of {count:number} instances log: {first}",
            count=count,
            good=good,
            first=first,
        )
    if set(wrong) <= set(logging):
        return phrase(
            "{good:number} of {count:number} instances log; of {names:list} there is more to say: {first}",
            good=good,
            count=count,
            names=_shown(wrong),
            first=first,
        )
    return phrase(
        "{good:number} of {count:number} instances log, not so {names:list}: {first}",
        good=good,
        count=count,
        names=_shown(wrong),
        first=first,
    )


def _all_log(good: int, count: int, asked: Asked, age: float | None) -> Message:
    return plural(
        "{good:number} of {count:number} instance has logged within {window:duration}, the newest line is {age:duration} old",
        "{good:number} of {count:number} instances have logged within {window:duration}, the newest line is {age:duration} old",
        count=count,
        good=good,
        window=asked.now - asked.begin,
        age=max(asked.now - age, 0.0) if age is not None else 0.0,
    )


def _remarks(
    args: Arguments,
    source: Source,
    expected: t.Sequence[Expected],
    found: Matched,
    unnamed: Flow,
    drops: Drops,
    hinders: t.Sequence[Message],
) -> list[tuple[Status, Message]]:
    """What is to be said of the whole, whoever logs."""
    remarks = [(Status.WARN, line) for line in hinders]
    if not source.narrow() and (args["min_instances"] or any(one.host for one in expected)):
        told = phrase(
            "all lines of these hosts were counted, whoever wrote them: "
            "say which are those of the service (query, or an index or a stream of its own)"
        )
        remarks.append((Status.WARN, told))
    remarks += drops.remarks
    if expected and found.strangers:
        told = plural(
            "{names:list} logs there too, and is not expected",
            "{names:list} log there too, and are not expected",
            count=len(found.strangers),
            names=_shown(sorted(found.strangers)),
        )
        remarks.append((Status.PASS, told))
    foreign = sorted({domain for one in expected for domain in domains(one, found.of[one.instance])})
    if foreign:
        told = phrase(
            "hosts of which only the short name is known are there in {domains:list}: is that where they are (names)?", domains=foreign[:5]
        )
        remarks.append((Status.PASS if len(foreign) == 1 else Status.WARN, told))
    if unnamed.lines:
        told = plural(
            "{count:number} line there does not say whose it is",
            "{count:number} lines there do not say whose they are",
            count=unnamed.lines,
        )
        remarks.append((Status.PASS, told))
    hidden = sorted({str(marker["hidden"]) for marker in args["markers"] or [] if marker.get("hidden")})
    for one in hidden[:5]:
        remarks.append((Status.WARN, phrase("what a host has logged itself was not looked at: {reason}", reason=verbatim(one))))
    return remarks


__all__ = ("ARGUMENT_SPEC", "COMPARABLE", "CONSTRAINTS", "DURATIONS", "SETTLES", "TIMEOUT", "WHERE", "problems", "run", "see")
