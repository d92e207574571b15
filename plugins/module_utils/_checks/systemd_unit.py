# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A systemd unit is enabled, runs, and is stable; each kind of unit by its own rules. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import typing as t

from .._argspec import Spec
from .._clients.systemd import Properties, enablement, full_name, last_end, never_ran, next_run, parse_time, show
from .._finding import CannotObserve, Finding, Measurement, Status, isoformat, worst
from .._phrase import Message, and_more, listed, phrase, plural, verbatim
from .._runner import Runner

WHERE = "host"
TIMEOUT = 30.0
SETTLES = True
ARGUMENT_SPEC: Spec = {
    "unit": {"type": "str", "required": True},
    "kind": {"type": "str", "choices": ["auto", "daemon", "oneshot", "timer", "socket", "standby"], "default": "auto"},
    "enabled": {"type": "bool", "default": True},
    "since": {"type": "str"},
    "max_restarts": {"type": "int", "default": 0},
    "restart_policy": {"type": "bool", "default": True},
}
COMPARABLE = {
    "ActiveState": {"kind": "state", "what": phrase("unit"), "good": ["active", "reloading", "refreshing"]},
    "UnitFileState": {"kind": "state", "what": phrase("unit"), "good": ["enabled", "enabled-runtime"]},
}

PROPERTIES = (
    "Id,LoadState,ActiveState,SubState,UnitFileState,Type,Restart,NRestarts,Result,ActiveEnterTimestamp,StateChangeTimestamp,"
    "ExecMainStartTimestamp,ExecMainExitTimestamp,ExecMainStatus,ConditionResult,ConditionTimestamp,TriggeredBy,"
    "WantedBy,RequiredBy,BoundBy,UpheldBy,NeedDaemonReload,NextElapseUSecRealtime,NextElapseUSecMonotonic"
)
SETTLED = 3600.0  # an automatic restart longer ago than this, and before which nobody said when the deployment was, only warns
_RESTARTS_AFTER_A_CRASH = ("always", "on-failure", "on-abnormal", "on-abort")
_RESULTS = {
    "timeout": phrase("it did not start, stop or answer in time"),
    "watchdog": phrase("it no longer answered its watchdog"),
    "start-limit-hit": phrase("it was restarted too often, systemd has given up"),
    "oom-kill": phrase("it was killed because memory ran out"),
    "protocol": phrase("it did not follow its start protocol"),
    "resources": phrase("it could not be given what it needs to start"),
    "exec-condition": phrase("it was not started, as its ExecCondition does not hold"),
}

Remark = tuple[Status, Message]


class Arguments(t.TypedDict):
    unit: str
    kind: str
    enabled: bool
    since: str | None
    max_restarts: int
    restart_policy: bool
    timeout: float


def run(args: Arguments, runner: Runner) -> Finding:
    unit = full_name(args["unit"])
    now = runner.now()
    since = parse_since(args["since"], now)
    shown = show(runner, unit, PROPERTIES)
    kind = kind_of(unit, shown, args["kind"])
    triggers = {name: show(runner, name, PROPERTIES) for name in shown.get("TriggeredBy", "").split()[:4]}
    forgotten = kind == "oneshot" and shown["LoadState"] == "loaded" and never_ran(shown)
    remarks = judge(unit, kind, shown, triggers, args, since, now, last_end(runner, unit) if forgotten else None)
    return _finding(unit, kind, shown, remarks, args, now)


def parse_since(text: str | None, now: dt.datetime) -> dt.datetime | None:
    """The time of the deployment; without a zone it is UTC. CannotObserve."""
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        raise CannotObserve(phrase("since: '{text}' is not a time; expected for example 2026-11-25T22:00:00Z", text=text)) from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.timezone.utc)
    if moment > now + dt.timedelta(minutes=5):
        said = phrase(
            "since: {when:moment} lies in the future, this host's clock says {now:moment}", when=isoformat(moment), now=isoformat(now)
        )
        raise CannotObserve(said)
    return moment


def kind_of(unit: str, shown: t.Mapping[str, str], asked: str) -> str:
    """daemon, oneshot, timer, socket, standby, or the unit's own suffix (target, mount, path, ...)."""
    if asked != "auto":
        return asked
    suffix = unit.rpartition(".")[2]
    if suffix == "service":
        return "oneshot" if shown.get("Type") == "oneshot" else "daemon"
    return suffix


def judge(
    unit: str,
    kind: str,
    shown: Properties,
    triggers: t.Mapping[str, Properties],
    args: Arguments,
    since: dt.datetime | None,
    now: dt.datetime,
    logged: tuple[bool, dt.datetime] | None = None,
) -> list[Remark]:
    """Each thing that was looked at, the good ones too. ``logged``: what the journal says of a run that systemd has forgotten."""
    load, active, sub = shown["LoadState"], shown["ActiveState"], shown.get("SubState", "")
    if load == "masked" or shown.get("UnitFileState", "").startswith("masked"):
        return [(Status.FAIL, phrase("{unit:path} is masked: it cannot be started", unit=unit))]
    if load == "not-found":
        return [(Status.FAIL, phrase("{unit:path} does not exist on this host", unit=unit))]
    if load != "loaded":
        return [(Status.FAIL, phrase("{unit:path} cannot be loaded by systemd ({load}): its unit file is not valid", unit=unit, load=load))]
    remarks: list[Remark] = []
    if active == "failed":
        remarks.append((Status.FAIL, phrase("{unit:path} has failed: {result}", unit=unit, result=_result(shown))))
    elif kind == "daemon":
        remarks += _daemon(unit, shown, triggers, args, since, now)
    elif kind == "oneshot":
        remarks += _oneshot(unit, shown, triggers, logged)
    elif kind == "timer":
        level, said = next_run(unit, shown)
        remarks.append((Status(level), said))
    elif kind == "standby":
        remarks.append(_standby(unit, shown))
    else:
        said = phrase("{unit:path} is {active} ({sub})", unit=unit, active=active, sub=sub)
        remarks.append((Status.PASS if active == "active" else Status.FAIL, said))
    remarks += _enabled(unit, kind, shown, triggers, bool(args["enabled"]))
    if shown.get("NeedDaemonReload") == "yes":
        changed = phrase(
            "the unit file of {unit:path} has changed since systemd read it (systemctl daemon-reload, then restart)", unit=unit
        )
        remarks.append((Status.WARN, changed))
    return remarks


def _daemon(
    unit: str,
    shown: Properties,
    triggers: t.Mapping[str, Properties],
    args: Arguments,
    since: dt.datetime | None,
    now: dt.datetime,
) -> list[Remark]:
    active, sub = shown["ActiveState"], shown.get("SubState", "")
    if active == "activating" and sub.startswith("auto-restart"):
        return [(Status.FAIL, _keeps_ending(unit, shown))]
    if active == "inactive" and args["kind"] == "auto":
        listening = [name for name, trigger in triggers.items() if trigger["ActiveState"] == "active" and not name.endswith(".timer")]
        if listening:
            said = phrase(
                "{unit:path} is not running and {starter:path}, which is active, starts it when it is needed",
                unit=unit,
                starter=listening[0],
            )
            return [(Status.PASS, said)]
    if active not in ("active", "reloading", "refreshing"):
        return [(Status.FAIL, phrase("{unit:path} is {active} ({sub}), it must be running", unit=unit, active=active, sub=sub))]
    if sub == "exited":
        generated = shown.get("UnitFileState") == "generated"  # of an init script, whose processes systemd often does not know
        if generated:
            return [(Status.WARN, phrase("{unit:path} is active (exited): systemd does not know its process", unit=unit))]
        return [(Status.FAIL, phrase("{unit:path} is active (exited): its process has ended", unit=unit))]
    started = parse_time(shown.get("ActiveEnterTimestamp"))
    remarks: list[Remark] = [(Status.PASS, _running(unit, active, sub, (now - started).total_seconds() if started else None))]
    if since and started and started < since:
        said = phrase(
            "{unit:path} has run since {started:moment}, before the deployment at {since:moment}: it was not restarted by it",
            unit=unit,
            started=isoformat(started),
            since=isoformat(since),
        )
        remarks.append((Status.FAIL, said))
    remarks += _restarts(unit, shown, int(args["max_restarts"]), since, started, now)
    policy = shown.get("Restart", "")
    if args["restart_policy"] and policy not in _RESTARTS_AFTER_A_CRASH:
        uncared = phrase("{unit:path} is not restarted after a crash (Restart={policy})", unit=unit, policy=policy or "no")
        remarks.append((Status.WARN, uncared))
    return remarks


def _keeps_ending(unit: str, shown: Properties) -> Message:
    times, result = shown.get("NRestarts", ""), _result(shown)
    if not times.isdigit():
        return phrase("{unit:path} keeps ending and is being restarted: {result}", unit=unit, result=result)
    return plural(
        "{unit:path} keeps ending and is being restarted ({count:number} time so far): {result}",
        "{unit:path} keeps ending and is being restarted ({count:number} times so far): {result}",
        count=int(times),
        unit=unit,
        result=result,
    )


def _running(unit: str, active: str, sub: str, age: float | None) -> Message:
    if age is None:
        return phrase("{unit:path} is {active} ({sub})", unit=unit, active=active, sub=sub)
    return phrase("{unit:path} is {active} ({sub}) for {age:duration}", unit=unit, active=active, sub=sub, age=age)


def _restarts(
    unit: str, shown: Properties, most: int, since: dt.datetime | None, started: dt.datetime | None, now: dt.datetime
) -> list[Remark]:
    count = shown.get("NRestarts", "")
    if not count.isdigit() or int(count) <= most:
        return []
    age = (now - started).total_seconds() if started else 0.0
    said = plural(
        "{unit:path} was restarted by systemd {count:number} time, the limit is {most:number}; the last time {age:duration} ago",
        "{unit:path} was restarted by systemd {count:number} times, the limit is {most:number}; the last time {age:duration} ago",
        count=int(count),
        unit=unit,
        most=most,
        age=age,
    )
    return [(Status.FAIL if since or age < SETTLED else Status.WARN, said)]


def _oneshot(
    unit: str, shown: Properties, triggers: t.Mapping[str, Properties], logged: tuple[bool, dt.datetime] | None = None
) -> list[Remark]:
    active, sub, result = shown["ActiveState"], shown.get("SubState", ""), shown.get("Result", "success")
    started = parse_time(shown.get("ExecMainStartTimestamp"))
    ended = parse_time(shown.get("ExecMainExitTimestamp"))
    if active in ("activating", "deactivating", "reloading"):
        if sub.startswith("auto-restart"):
            failing = phrase("{unit:path} keeps failing and is being restarted: {result}", unit=unit, result=_result(shown))
            return [(Status.FAIL, failing)]
        return [(Status.WARN, phrase("{unit:path} is running now ({active}), its result is not known yet", unit=unit, active=active))]
    if result != "success":
        return [(Status.FAIL, phrase("the last run of {unit:path} failed: {result}", unit=unit, result=_result(shown)))]
    tested = parse_time(shown.get("ConditionTimestamp"))
    if shown.get("ConditionResult") == "no" and tested and (not ended or tested > ended):
        said = phrase("{unit:path} was last skipped: a condition of its unit file does not hold on this host", unit=unit)
        return [(Status.WARN, said)]
    if ended:
        return [(Status.PASS, _succeeded(unit, ended))]
    if active == "active" or started:
        return [(Status.PASS, phrase("the last run of {unit:path} succeeded", unit=unit))]
    if logged:
        ended_well, moment = logged
        if ended_well:
            return [(Status.PASS, _succeeded(unit, moment))]
        return [(Status.FAIL, phrase("the last run of {unit:path} failed at {when:moment}", unit=unit, when=isoformat(moment)))]
    if triggers:
        said = phrase(
            "systemd knows of no run of {unit:path} since this host was started; {starter:path} starts it",
            unit=unit,
            starter=next(iter(triggers)),
        )
        return [(Status.WARN, said)]
    said = phrase("{unit:path} has not run since this host was started, and nothing is known of its last run", unit=unit)
    return [(Status.FAIL, said)]


def _succeeded(unit: str, moment: dt.datetime) -> Message:
    return phrase("the last run of {unit:path} succeeded at {when:moment}", unit=unit, when=isoformat(moment))


def _standby(unit: str, shown: Properties) -> Remark:
    active, sub = shown["ActiveState"], shown.get("SubState", "")
    if active in ("active", "inactive", "reloading"):
        ready = phrase("{unit:path} is ready as a standby: {active} ({sub}), its last run did not fail", unit=unit, active=active, sub=sub)
        return (Status.PASS, ready)
    return (Status.FAIL, phrase("{unit:path} is {active} ({sub}): it neither runs nor stands by", unit=unit, active=active, sub=sub))


def _enabled(unit: str, kind: str, shown: Properties, triggers: t.Mapping[str, Properties], wanted: bool) -> list[Remark]:
    if not wanted:
        state = shown.get("UnitFileState", "")
        if not state.startswith("enabled"):
            return []
        unwanted = phrase(
            "{unit:path} is {state}, though it is not to start by itself (a cluster manager starts it)", unit=unit, state=state
        )
        return [(Status.WARN, unwanted)]
    if kind in ("device", "scope", "slice", "swap", "mount", "automount") and shown.get("UnitFileState", "") in ("", "generated"):
        return []
    own = enablement(unit, {**shown, "TriggeredBy": ""})
    if own[0] == "pass" or not triggers:
        status, said = own
    else:  # what starts it counts; and is named, also where it is no better
        started_by = [enablement(name, trigger) for name, trigger in triggers.items()]
        status, said = min([*started_by, own], key=lambda verdict: ("pass", "warn", "fail").index(verdict[0]))
    return [(Status(status), said)]


def _result(shown: Properties) -> Message:
    result, status = shown.get("Result", ""), shown.get("ExecMainStatus", "?")
    if result == "exit-code":
        return phrase("it ended with exit code {status}", status=status)
    if result == "signal":
        return phrase("it was killed by signal {status}", status=status)
    if result == "core-dump":
        return phrase("it was killed by signal {status} and dumped its memory", status=status)
    if result in _RESULTS:
        return _RESULTS[result]
    return phrase("it ended with the result {result}", result=result) if result else phrase("its result is not known")


def _finding(unit: str, kind: str, shown: Properties, remarks: list[Remark], args: Arguments, now: dt.datetime) -> Finding:
    status = worst(level for level, _said in remarks) or Status.UNKNOWN
    worst_ones = [said for level, said in remarks if level == status]
    measurements = []
    if shown.get("NRestarts", "").isdigit() and kind == "daemon":
        measurements.append(Measurement("unit_restarts", float(shown["NRestarts"]), float(args["max_restarts"]), "upper", count=True))
    changed = parse_time(shown.get("StateChangeTimestamp"))
    kept = ("ActiveState", "SubState", "UnitFileState", "Type", "Restart", "NRestarts", "Result", "ActiveEnterTimestamp")
    return Finding(
        status,
        listed(worst_ones) if status == Status.PASS else and_more(worst_ones),
        observed={"kind": kind, **{name: shown[name] for name in kept if shown.get(name)}},
        expected={"enabled": args["enabled"], "max_restarts": args["max_restarts"]},
        measurements=measurements,
        instance=unit,
        since=isoformat(changed) if changed and changed <= now else None,
        details=[said for level, said in remarks if level != Status.PASS],
        absent=shown["LoadState"] == "not-found" or None,
        remedy=_commands(unit) if status == Status.FAIL and shown["LoadState"] == "loaded" else None,
    )


def _commands(unit: str) -> Message:
    return verbatim(f"systemctl status {unit}; journalctl -u {unit}")


__all__ = ("ARGUMENT_SPEC", "TIMEOUT", "WHERE", "judge", "kind_of", "parse_since", "run")
