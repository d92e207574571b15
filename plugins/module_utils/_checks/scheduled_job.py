# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A systemd timer or a cron entry exists, is enabled, and its last run succeeded within its period. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import os
import typing as t

from .._argspec import Spec
from .._clients import crontabs
from .._clients.cron import Entry, ignored_because, period_of
from .._clients.systemd import Properties, enablement, last_end, never_ran, next_run, parse_time, show, timer_period
from .._finding import CannotObserve, Finding, Measurement, Status, isoformat, worst
from .._phrase import Message, and_more, listed, phrase
from .._runner import Runner, unreadable

WHERE = "host"
TIMEOUT = 30.0
ARGUMENT_SPEC: Spec = {
    "timer": {"type": "str"},
    "cron": {
        "type": "dict",
        "options": {
            "file": {"type": "path"},
            "contains": {"type": "str", "required": True},
            "user": {"type": "str"},
        },
    },
    "max_age": {"type": "str"},
    "success_file": {"type": "path"},
}
CONSTRAINTS = {"required_one_of": [("timer", "cron")], "mutually_exclusive": [("timer", "cron")]}
DURATIONS = ("max_age",)
COMPARABLE = {
    "scheduled": {
        "kind": "state",
        "what": phrase("job"),
        "good": [True],
        "words": {True: phrase("scheduled"), False: phrase("not scheduled")},
    }
}

TIMER_PROPERTIES = (
    "Id,LoadState,ActiveState,SubState,UnitFileState,Unit,LastTriggerUSec,NextElapseUSecRealtime,NextElapseUSecMonotonic,TimersCalendar,"
    "TimersMonotonic,ActiveEnterTimestamp,WantedBy,RequiredBy,UpheldBy,BoundBy,TriggeredBy"
)
JOB_PROPERTIES = (
    "Id,LoadState,ActiveState,SubState,UnitFileState,Type,Result,ExecMainStatus,ExecMainStartTimestamp,ExecMainExitTimestamp,"
    "ConditionResult,ConditionTimestamp"
)
FUTURE = 300.0  # how far clocks may differ

Remark = tuple[Status, Message]


class CronArguments(t.TypedDict):
    file: str | None
    contains: str
    user: str | None


class Arguments(t.TypedDict):
    timer: str | None
    cron: CronArguments | None
    max_age: float | None
    success_file: str | None
    timeout: float


def run(args: Arguments, runner: Runner) -> Finding:
    if args["timer"]:
        return _timer(args["timer"], args, runner)
    if args["cron"]:
        return _cron(args["cron"], args, runner)
    raise CannotObserve(phrase("neither a timer nor an entry of cron is named"))


# -- systemd timers


def _timer(asked: str, args: Arguments, runner: Runner) -> Finding:
    name = asked if asked.endswith(".timer") else f"{asked}.timer"
    now = runner.now()
    timer = show(runner, name, TIMER_PROPERTIES)
    remarks = timer_remarks(name, timer)
    observed: dict[str, object] = {key: timer[key] for key in ("ActiveState", "UnitFileState", "LastTriggerUSec") if timer.get(key)}
    observed["scheduled"] = timer["LoadState"] == "loaded" and timer["ActiveState"] == "active"
    if timer["LoadState"] != "loaded":
        return _finding(name, remarks, observed, None, None, absent=timer["LoadState"] == "not-found")
    period = timer_period(runner, timer)
    limit = args["max_age"] if args["max_age"] is not None else (2 * period if period else None)
    unit = timer.get("Unit") or name[: -len(".timer")] + ".service"
    job = show(runner, unit, JOB_PROPERTIES)
    observed.update({"unit": unit, **{key: job[key] for key in ("Result", "ExecMainStatus", "ExecMainExitTimestamp") if job.get(key)}})
    observed["period_seconds"] = period
    success = _file_time(args["success_file"], now) if args["success_file"] else None
    if success is None:
        logged = last_end(runner, unit) if job["LoadState"] == "loaded" and never_ran(job) else None
        remark, success = job_remark(name, unit, timer, job, limit, period, now, logged)
        remarks.append(remark)
    elif isinstance(success, tuple):
        remarks.append(success)
        success = None
    if args["success_file"] and job.get("Result", "success") != "success":
        remarks.append((Status.FAIL, phrase("the last run of {unit:path} failed ({result})", unit=unit, result=_result(job))))
    return _finding(name, remarks, observed, success, limit, now)


def timer_remarks(name: str, timer: Properties) -> list[Remark]:
    """What the timer itself says: there, enabled, active, planned."""
    load = timer["LoadState"]
    if load == "masked" or timer.get("UnitFileState", "").startswith("masked"):
        return [(Status.FAIL, phrase("{timer:path} is masked: it starts nothing", timer=name))]
    if load == "not-found":
        return [(Status.FAIL, phrase("{unit:path} does not exist on this host", unit=name))]
    if load != "loaded":
        return [(Status.FAIL, phrase("{unit:path} cannot be loaded by systemd ({load}): its unit file is not valid", unit=name, load=load))]
    return [(Status(level), said) for level, said in (next_run(name, timer), enablement(name, timer))]


def job_remark(
    name: str,
    unit: str,
    timer: Properties,
    job: Properties,
    limit: float | None,
    period: float | None,
    now: dt.datetime,
    logged: tuple[bool, dt.datetime] | None = None,
) -> tuple[Remark, dt.datetime | None]:
    """What the unit that the timer starts says of its last run, or else the journal (``logged``), and when that succeeded."""
    if job["LoadState"] != "loaded":
        return (Status.FAIL, _missing(name, unit, job["LoadState"])), None
    triggered = parse_time(timer.get("LastTriggerUSec"))
    started, ended = parse_time(job.get("ExecMainStartTimestamp")), parse_time(job.get("ExecMainExitTimestamp"))
    result = job.get("Result", "success")
    if job["ActiveState"] == "failed" or result != "success":
        return (Status.FAIL, _failed(unit, job, ended)), None
    if job["ActiveState"] in ("activating", "active", "deactivating", "reloading") and not ended and started:
        return _running(unit, (now - started).total_seconds(), limit), None
    tested = parse_time(job.get("ConditionTimestamp"))
    skipped = job.get("ConditionResult") == "no" and tested is not None and (ended is None or tested > ended)
    if ended:
        said = phrase("{unit:path} last succeeded at {when:moment}", unit=unit, when=isoformat(ended))
        if not skipped:
            return (Status.PASS, said), ended
        return (Status.WARN, listed([said, phrase("it was skipped since, a condition of its unit file does not hold")])), ended
    if skipped:
        return (Status.FAIL, phrase("{unit:path} was skipped: a condition of its unit file does not hold on this host", unit=unit)), None
    if logged:
        ended_well, moment = logged
        when = isoformat(moment)
        if ended_well:
            return (Status.PASS, phrase("{unit:path} last succeeded at {when:moment}, as the journal says", unit=unit, when=when)), moment
        return (Status.FAIL, phrase("{unit:path} failed at {when:moment}, as the journal says", unit=unit, when=when)), None
    if triggered:
        return _lost_result(unit, triggered, limit, now), None
    return _never_ran(name, unit, timer, period, now), None


def _failed(unit: str, job: Properties, ended: dt.datetime | None) -> Message:
    result = _result(job)
    if ended is None:
        return phrase("the last run of {unit:path} failed ({result})", unit=unit, result=result)
    return phrase("the last run of {unit:path} failed at {when:moment} ({result})", unit=unit, when=isoformat(ended), result=result)


def _running(unit: str, age: float, limit: float | None) -> Remark:
    if limit is not None and age > limit:
        said = phrase("{unit:path} has been running for {age:duration}, the limit is {limit:duration}", unit=unit, age=age, limit=limit)
        return (Status.FAIL, said)
    return (Status.WARN, phrase("{unit:path} is running now, for {age:duration}: the result is not known yet", unit=unit, age=age))


def _lost_result(unit: str, triggered: dt.datetime, limit: float | None, now: dt.datetime) -> Remark:
    # a persistent timer remembers over a restart of the host, its unit does not; nor does a unit whose timer was stopped meanwhile
    age = (now - triggered).total_seconds()
    said = phrase(
        "{unit:path} was last started {age:duration} ago and its result is no longer known (the host or the timer was restarted since)",
        unit=unit,
        age=age,
    )
    if limit is not None and age > limit:
        return (Status.FAIL, listed([said, phrase("the limit is {limit:duration}", limit=limit)]))
    return (Status.WARN, said)


def _never_ran(name: str, unit: str, timer: Properties, period: float | None, now: dt.datetime) -> Remark:
    active = parse_time(timer.get("ActiveEnterTimestamp"))
    if active is None:
        return (Status.FAIL, phrase("{unit:path} has never run", unit=unit))
    age = (now - active).total_seconds()
    if period is None or age <= period:
        waiting = phrase(
            "{unit:path} has not run since {timer:path} was started {age:duration} ago, its first run is still to come",
            unit=unit,
            timer=name,
            age=age,
        )
        return (Status.WARN, waiting)
    late = phrase(
        "{unit:path} has not run since {timer:path} was started {age:duration} ago, its period is {period:duration}",
        unit=unit,
        timer=name,
        age=age,
        period=period,
    )
    return (Status.FAIL, late)


def _missing(timer: str, unit: str, load: str) -> Message:
    if load == "not-found":
        return phrase("{timer:path} starts {unit:path}, which does not exist on this host", timer=timer, unit=unit)
    if load == "masked":
        return phrase("{timer:path} starts {unit:path}, which is masked: it cannot be started", timer=timer, unit=unit)
    return phrase("{timer:path} starts {unit:path}, which cannot be loaded ({load})", timer=timer, unit=unit, load=load)


def _result(job: Properties) -> str:
    """In systemd's own words."""
    result = job.get("Result") or "?"
    return f"{result} {job['ExecMainStatus']}" if result in ("exit-code", "signal", "core-dump") and job.get("ExecMainStatus") else result


# -- cron


def _cron(wanted: CronArguments, args: Arguments, runner: Runner) -> Finding:
    text, user = wanted["contains"], wanted["user"]
    now = runner.now()
    found, hidden = crontabs.find_entries(runner, wanted["file"], text, user)
    live = [entry for entry in found if not entry.commented]
    if not live:
        nothing = _no_entry(text, user, found, hidden, wanted["file"])
        return _finding(text, [nothing], {"entries": [], "scheduled": False}, None, None, absent=not found)
    ignored = {entry: reason for entry in live if (reason := ignored_because(entry)) is not None}
    good = [entry for entry in live if entry not in ignored]
    if not good:
        return _finding(
            text, [(Status.FAIL, ignored[live[0]])], {"entries": [entry.where for entry in live], "scheduled": False}, None, None
        )
    remarks: list[Remark] = []
    periods = []
    for entry in good:
        period, problem = period_of(entry.schedule, now.date())
        if problem:
            remarks.append((Status.FAIL, phrase("{place:path}: {problem}", place=entry.where, problem=problem)))
        elif period:
            periods.append(period)
        program = _absent_program(entry)
        if program:
            absent = phrase("{place:path} runs {program:path}, which does not exist", place=entry.where, program=program)
            remarks.append((Status.FAIL, absent))
    period = min(periods) if periods else None
    limit = args["max_age"] if args["max_age"] is not None else (2 * period if period else None)
    observed = {"entries": [f"{entry.where}: {entry.schedule}" for entry in good], "scheduled": True, "period_seconds": period}
    success: dt.datetime | None = None
    if args["success_file"]:
        when = _file_time(args["success_file"], now)
        if isinstance(when, tuple):
            remarks.append(when)
        else:
            success = when
            succeeded = phrase(
                "{place:path} runs '{text}' ({schedule}); it last succeeded at {when:moment}",
                place=good[0].where,
                text=text,
                schedule=good[0].schedule,
                when=isoformat(when),
            )
            remarks.append((Status.PASS, succeeded))
        if os.geteuid() == 0 and crontabs.cron_reads(good) and not crontabs.cron_is_running():
            remarks.append(_no_daemon(good[0], text))
    elif not remarks:
        remarks.append(_unproven(good[0], text))
    return _finding(text, remarks, observed, success, limit, now)


def _no_entry(text: str, user: str | None, found: list[Entry], hidden: list[Message], file: str | None) -> Remark:
    wanted = phrase("'{text}' (user {user})", text=text, user=user) if user else phrase("'{text}'", text=text)
    if found:
        return (Status.FAIL, phrase("the cron entry with {wanted} is commented out ({place:path})", wanted=wanted, place=found[0].where))
    if hidden:
        nowhere = phrase("no cron entry with {wanted} was found where it could be looked for", wanted=wanted)
        raise CannotObserve(listed([nowhere, hidden[0]]))
    if not file:
        return (Status.FAIL, phrase("no cron entry with {wanted} in the crontabs of this host", wanted=wanted))
    if not os.path.lexists(file):
        return (Status.FAIL, phrase("{path:path} does not exist: no cron entry with {wanted}", path=file, wanted=wanted))
    return (Status.FAIL, phrase("no cron entry with {wanted} in {path:path}", wanted=wanted, path=file))


def _absent_program(entry: Entry) -> str | None:
    words = entry.command.split()
    if not words or not words[0].startswith("/"):
        return None
    try:
        os.stat(words[0])
    except (FileNotFoundError, NotADirectoryError):
        return words[0]
    except OSError:
        pass
    return None


def _unproven(entry: Entry, text: str) -> Remark:
    said = phrase(
        "{place:path} schedules '{text}' ({schedule}), but nothing proves that it runs: cron keeps no record, name a success_file",
        place=entry.where,
        text=text,
        schedule=entry.schedule,
    )
    if crontabs.cron_is_running():
        return (Status.WARN, said)
    if os.geteuid() == 0:  # others may be kept from seeing root's processes
        return _no_daemon(entry, text)
    return (Status.WARN, listed([said, phrase("no cron daemon is seen running")]))


def _no_daemon(entry: Entry, text: str) -> Remark:
    said = phrase("{place:path} schedules '{text}', but no cron daemon is running on this host", place=entry.where, text=text)
    return (Status.FAIL, said)


# -- both


def _file_time(path: str, now: dt.datetime) -> dt.datetime | Remark:
    try:
        moment = dt.datetime.fromtimestamp(os.stat(path).st_mtime, dt.timezone.utc)
    except (FileNotFoundError, NotADirectoryError):
        return (Status.FAIL, phrase("{path:path} does not exist: no success has been recorded", path=path))
    except OSError as exc:
        raise CannotObserve(unreadable(path, exc)) from None
    if (moment - now).total_seconds() > FUTURE:
        said = phrase("{path:path} has a time in the future ({when:moment}): it proves nothing", path=path, when=isoformat(moment))
        return (Status.FAIL, said)
    return moment


def _finding(
    instance: str,
    remarks: list[Remark],
    observed: dict[str, object],
    success: dt.datetime | None,
    limit: float | None,
    now: dt.datetime | None = None,
    *,
    absent: bool = False,
) -> Finding:
    measurements = []
    remarks = list(remarks)
    since = None
    if success and now:
        age = max(0.0, (now - success).total_seconds())
        observed["last_success"] = isoformat(success)
        if limit is not None:
            measurements.append(Measurement("job_success_age_seconds", round(age), limit, "upper"))
            said = phrase("{job:path} last succeeded {age:duration} ago, the limit is {limit:duration}", job=instance, age=age, limit=limit)
            if age > limit:
                since = isoformat(success + dt.timedelta(seconds=limit))
            remarks.append((Status.FAIL if age > limit else Status.PASS, said))
        else:
            remarks.append((Status.PASS, phrase("{job:path} last succeeded {age:duration} ago", job=instance, age=age)))
    status = worst(level for level, _said in remarks) or Status.UNKNOWN
    said_so = [said for level, said in remarks if level == status]
    return Finding(
        status,
        said_so[-1] if status == Status.PASS else and_more(said_so),
        observed=observed,
        expected={"max_age_seconds": limit} if limit is not None else {},
        measurements=measurements,
        instance=instance,
        since=since,
        absent=absent or None,
        details=[said for level, said in remarks if level != Status.PASS],
    )


__all__ = (
    "ARGUMENT_SPEC",
    "CONSTRAINTS",
    "DURATIONS",
    "TIMEOUT",
    "WHERE",
    "job_remark",
    "run",
    "timer_remarks",
)
