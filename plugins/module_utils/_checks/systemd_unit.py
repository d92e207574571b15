# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A systemd unit is enabled, runs, and is stable; each kind of unit by its own rules. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import typing as t

from .._argspec import Spec
from .._clients.systemd import Properties, enablement, last_end, never_ran, next_run, parse_time, show
from .._finding import CannotObserve, Finding, Measurement, Status, isoformat, worst
from .._runner import Runner
from .._units import humanize_seconds

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
    "ActiveState": {"kind": "state", "what": "unit", "good": ["active", "reloading", "refreshing"]},
    "UnitFileState": {"kind": "state", "what": "unit", "good": ["enabled", "enabled-runtime"]},
}

PROPERTIES = (
    "Id,LoadState,ActiveState,SubState,UnitFileState,Type,Restart,NRestarts,Result,ActiveEnterTimestamp,StateChangeTimestamp,"
    "ExecMainStartTimestamp,ExecMainExitTimestamp,ExecMainStatus,ConditionResult,ConditionTimestamp,TriggeredBy,"
    "WantedBy,RequiredBy,BoundBy,UpheldBy,NeedDaemonReload,NextElapseUSecRealtime,NextElapseUSecMonotonic"
)
SETTLED = 3600.0  # an automatic restart longer ago than this, and before which nobody said when the deployment was, only warns
_RESTARTS_AFTER_A_CRASH = ("always", "on-failure", "on-abnormal", "on-abort")
_RESULTS = {
    "exit-code": "ended with exit code {status}",
    "signal": "was killed by signal {status}",
    "core-dump": "was killed by signal {status} and dumped its memory",
    "timeout": "did not start, stop or answer in time",
    "watchdog": "no longer answered its watchdog",
    "start-limit-hit": "was restarted too often, systemd has given up",
    "oom-kill": "was killed because memory ran out",
    "protocol": "did not follow its start protocol",
    "resources": "could not be given what it needs to start",
    "exec-condition": "was not started: its ExecCondition does not hold",
}

Remark = tuple[Status, str]


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


def full_name(unit: str) -> str:
    suffixes = ("service", "socket", "timer", "target", "mount", "automount", "path", "swap", "slice", "scope", "device")
    return unit if unit.rpartition(".")[2] in suffixes else f"{unit}.service"


def parse_since(text: str | None, now: dt.datetime) -> dt.datetime | None:
    """The time of the deployment; without a zone it is UTC. CannotObserve."""
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        raise CannotObserve(f"since: '{text}' is not a time; expected for example 2026-11-25T22:00:00Z") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.timezone.utc)
    if moment > now + dt.timedelta(minutes=5):
        raise CannotObserve(f"since: {isoformat(moment)} lies in the future, this host's clock says {isoformat(now)}")
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
        return [(Status.FAIL, f"{unit} is masked: it cannot be started")]
    if load == "not-found":
        return [(Status.FAIL, f"{unit} does not exist on this host")]
    if load != "loaded":
        return [(Status.FAIL, f"{unit} cannot be loaded by systemd ({load}): its unit file is not valid")]
    remarks: list[Remark] = []
    if active == "failed":
        remarks.append((Status.FAIL, f"{unit} has failed: it {_result(shown)}"))
    elif kind == "daemon":
        remarks += _daemon(unit, shown, triggers, args, since, now)
    elif kind == "oneshot":
        remarks += _oneshot(unit, shown, triggers, logged)
    elif kind == "timer":
        remarks += _timer(unit, shown)
    elif kind == "standby":
        remarks.append(_standby(unit, shown))
    elif active == "active":
        remarks.append((Status.PASS, f"{unit} is active ({sub})"))
    else:
        remarks.append((Status.FAIL, f"{unit} is {active} ({sub})"))
    remarks += _enabled(unit, kind, shown, triggers, bool(args["enabled"]))
    if shown.get("NeedDaemonReload") == "yes":
        remarks.append((Status.WARN, f"the unit file of {unit} has changed since systemd read it (systemctl daemon-reload, then restart)"))
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
        times = shown.get("NRestarts", "")
        return [
            (Status.FAIL, f"{unit} keeps ending and is being restarted{f' ({times} times so far)' if times else ''}: it {_result(shown)}")
        ]
    if active == "inactive" and args["kind"] == "auto":
        listening = [name for name, trigger in triggers.items() if trigger["ActiveState"] == "active" and not name.endswith(".timer")]
        if listening:
            return [(Status.PASS, f"{unit} is not running and {listening[0]}, which is active, starts it when it is needed")]
    if active not in ("active", "reloading", "refreshing"):
        return [(Status.FAIL, f"{unit} is {active} ({sub}), it must be running")]
    if sub == "exited":
        generated = shown.get("UnitFileState") == "generated"  # of an init script, whose processes systemd often does not know
        level, why = (Status.WARN, "systemd does not know its process") if generated else (Status.FAIL, "its process has ended")
        return [(level, f"{unit} is active (exited): {why}")]
    started = parse_time(shown.get("ActiveEnterTimestamp"))
    age = f" for {humanize_seconds((now - started).total_seconds())}" if started else ""
    remarks: list[Remark] = [(Status.PASS, f"{unit} is active ({sub}){age}")]
    if since and started and started < since:
        remarks.append(
            (
                Status.FAIL,
                f"{unit} has run since {isoformat(started)}, before the deployment at {isoformat(since)}: it was not restarted by it",
            )
        )
    remarks += _restarts(unit, shown, int(args["max_restarts"]), since, started, now)
    policy = shown.get("Restart", "")
    if args["restart_policy"] and policy not in _RESTARTS_AFTER_A_CRASH:
        remarks.append((Status.WARN, f"{unit} is not restarted after a crash (Restart={policy or 'no'})"))
    return remarks


def _restarts(
    unit: str, shown: Properties, most: int, since: dt.datetime | None, started: dt.datetime | None, now: dt.datetime
) -> list[Remark]:
    count = shown.get("NRestarts", "")
    if not count.isdigit() or int(count) <= most:
        return []
    age = (now - started).total_seconds() if started else 0.0
    said = f"{unit} was restarted by systemd {count} times, the limit is {most}; the last time {humanize_seconds(age)} ago"
    return [(Status.FAIL if since or age < SETTLED else Status.WARN, said)]


def _oneshot(
    unit: str, shown: Properties, triggers: t.Mapping[str, Properties], logged: tuple[bool, dt.datetime] | None = None
) -> list[Remark]:
    active, sub, result = shown["ActiveState"], shown.get("SubState", ""), shown.get("Result", "success")
    started = parse_time(shown.get("ExecMainStartTimestamp"))
    ended = parse_time(shown.get("ExecMainExitTimestamp"))
    if active in ("activating", "deactivating", "reloading"):
        if sub.startswith("auto-restart"):
            return [(Status.FAIL, f"{unit} keeps failing and is being restarted: it {_result(shown)}")]
        return [(Status.WARN, f"{unit} is running now ({active}), its result is not known yet")]
    if result != "success":
        return [(Status.FAIL, f"the last run of {unit} {_result(shown)}")]
    tested = parse_time(shown.get("ConditionTimestamp"))
    if shown.get("ConditionResult") == "no" and tested and (not ended or tested > ended):
        return [(Status.WARN, f"{unit} was last skipped: a condition of its unit file does not hold on this host")]
    if active == "active" or ended:
        when = f" at {isoformat(ended)}" if ended else ""
        return [(Status.PASS, f"the last run of {unit} succeeded{when}")]
    if started:
        return [(Status.PASS, f"the last run of {unit} succeeded")]
    if logged:
        ended_well, moment = logged
        return [
            (
                Status.PASS if ended_well else Status.FAIL,
                f"the last run of {unit} {'succeeded' if ended_well else 'failed'} at {isoformat(moment)}",
            )
        ]
    if triggers:
        return [(Status.WARN, f"systemd knows of no run of {unit} since this host was started; {next(iter(triggers))} starts it")]
    return [(Status.FAIL, f"{unit} has not run since this host was started, and nothing is known of its last run")]


def _timer(unit: str, shown: Properties) -> list[Remark]:
    active, sub = shown["ActiveState"], shown.get("SubState", "")
    if active != "active":
        return [(Status.FAIL, f"{unit} is {active} ({sub}): it starts nothing")]
    following = next_run(shown)
    if sub == "elapsed" or (following is None and sub != "running"):
        return [(Status.FAIL, f"{unit} is active and has no next run planned ({sub})")]
    return [(Status.PASS, f"{unit} is active, next run {following or 'after the one that runs now'}")]


def _standby(unit: str, shown: Properties) -> Remark:
    active, sub = shown["ActiveState"], shown.get("SubState", "")
    if active in ("active", "inactive", "reloading"):
        return (Status.PASS, f"{unit} is ready as a standby: {active} ({sub}), its last run did not fail")
    return (Status.FAIL, f"{unit} is {active} ({sub}): it neither runs nor stands by")


def _enabled(unit: str, kind: str, shown: Properties, triggers: t.Mapping[str, Properties], wanted: bool) -> list[Remark]:
    if not wanted:
        if shown.get("UnitFileState", "").startswith("enabled"):
            return [(Status.WARN, f"{unit} is {shown['UnitFileState']}, though it is not to start by itself (a cluster manager starts it)")]
        return []
    if kind in ("device", "scope", "slice", "swap", "mount", "automount") and shown.get("UnitFileState", "") in ("", "generated"):
        return []
    own = enablement(unit, {**shown, "TriggeredBy": ""})
    if own[0] == "pass" or not triggers:
        status, said = own
    else:  # what starts it counts; and is named, also where it is no better
        started_by = [enablement(name, trigger) for name, trigger in triggers.items()]
        status, said = min([*started_by, own], key=lambda verdict: ("pass", "warn", "fail").index(verdict[0]))
    return [(Status(status), said)]


def _result(shown: Properties) -> str:
    result, status = shown.get("Result", ""), shown.get("ExecMainStatus", "?")
    return _RESULTS.get(result, f"ended with the result {result or 'unknown'}").format(status=status)


def _finding(unit: str, kind: str, shown: Properties, remarks: list[Remark], args: Arguments, now: dt.datetime) -> Finding:
    status = worst(level for level, _said in remarks) or Status.UNKNOWN
    worst_ones = [said for level, said in remarks if level == status]
    measurements = []
    if shown.get("NRestarts", "").isdigit() and kind == "daemon":
        measurements.append(Measurement("unit_restarts", float(shown["NRestarts"]), float(args["max_restarts"]), "upper"))
    changed = parse_time(shown.get("StateChangeTimestamp"))
    kept = ("ActiveState", "SubState", "UnitFileState", "Type", "Restart", "NRestarts", "Result", "ActiveEnterTimestamp")
    return Finding(
        status,
        "; ".join(worst_ones)
        if status == Status.PASS
        else worst_ones[0] + (f" (and {len(worst_ones) - 1} more)" if len(worst_ones) > 1 else ""),
        observed={"kind": kind, **{name: shown[name] for name in kept if shown.get(name)}},
        expected={"enabled": args["enabled"], "max_restarts": args["max_restarts"]},
        measurements=measurements,
        instance=unit,
        since=isoformat(changed) if changed and changed <= now else None,
        details=[said for level, said in remarks if level != Status.PASS],
        remedy=f"systemctl status {unit}; journalctl -u {unit}" if status == Status.FAIL and shown["LoadState"] == "loaded" else None,
    )


__all__ = ("ARGUMENT_SPEC", "TIMEOUT", "WHERE", "full_name", "judge", "kind_of", "parse_since", "run")
