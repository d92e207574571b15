# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A systemd timer or a cron entry exists, is enabled, and its last run succeeded within its period. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import os
import stat
import typing as t

from .._argspec import Spec
from .._clients.cron import Entry, entries_of, ignored_because, period_of
from .._clients.systemd import Properties, enablement, last_end, never_ran, next_run, parse_time, show, timer_period
from .._finding import CannotObserve, Finding, Measurement, Status, isoformat, worst
from .._runner import Runner, unreadable
from .._units import humanize_seconds

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
COMPARABLE = {"scheduled": {"kind": "state", "what": "job", "good": [True], "words": {True: "scheduled", False: "not scheduled"}}}

CRON_PLACES = (
    "/etc/crontab",
    "/etc/cron.d",
    "/var/spool/cron/crontabs",
    "/var/spool/cron/tabs",
    "/var/spool/cron",
    "/etc/cron.hourly",
    "/etc/cron.daily",
    "/etc/cron.weekly",
    "/etc/cron.monthly",
)
TIMER_PROPERTIES = (
    "Id,LoadState,ActiveState,SubState,UnitFileState,Unit,LastTriggerUSec,NextElapseUSecRealtime,NextElapseUSecMonotonic,TimersCalendar,"
    "TimersMonotonic,ActiveEnterTimestamp,WantedBy,RequiredBy,UpheldBy,BoundBy,TriggeredBy"
)
JOB_PROPERTIES = (
    "Id,LoadState,ActiveState,SubState,UnitFileState,Type,Result,ExecMainStatus,ExecMainStartTimestamp,ExecMainExitTimestamp,"
    "ConditionResult,ConditionTimestamp"
)
GENERATED = "/run/systemd/generator/cron.target.wants"  # systemd-cron makes timers of crontabs: it needs no daemon
FUTURE = 300.0  # how far clocks may differ

Remark = tuple[Status, str]


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
    raise CannotObserve("neither a timer nor an entry of cron is named")


# -- systemd timers


def _timer(asked: str, args: Arguments, runner: Runner) -> Finding:
    name = asked if asked.endswith(".timer") else f"{asked}.timer"
    now = runner.now()
    timer = show(runner, name, TIMER_PROPERTIES)
    remarks = timer_remarks(name, timer)
    observed: dict[str, object] = {key: timer[key] for key in ("ActiveState", "UnitFileState", "LastTriggerUSec") if timer.get(key)}
    observed["scheduled"] = timer["LoadState"] == "loaded" and timer["ActiveState"] == "active"
    if timer["LoadState"] != "loaded":
        return _finding(name, remarks, observed, None, None)
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
        remarks.append((Status.FAIL, f"the last run of {unit} failed ({_result(job)})"))
    return _finding(name, remarks, observed, success, limit, now)


def timer_remarks(name: str, timer: Properties) -> list[Remark]:
    """What the timer itself says: there, enabled, active, planned."""
    load, active, sub = timer["LoadState"], timer["ActiveState"], timer.get("SubState", "")
    if load == "masked" or timer.get("UnitFileState", "").startswith("masked"):
        return [(Status.FAIL, f"{name} is masked: it starts nothing")]
    if load == "not-found":
        return [(Status.FAIL, f"{name} does not exist on this host")]
    if load != "loaded":
        return [(Status.FAIL, f"{name} cannot be loaded by systemd ({load}): its unit file is not valid")]
    remarks: list[Remark] = []
    following = next_run(timer)
    if active != "active":
        remarks.append((Status.FAIL, f"{name} is {active} ({sub}): it starts nothing"))
    elif sub == "elapsed" or (following is None and sub != "running"):
        remarks.append((Status.FAIL, f"{name} is active and has no next run planned ({sub})"))
    else:
        remarks.append((Status.PASS, f"{name} is active, next run {following or 'after the one that runs now'}"))
    level, said = enablement(name, timer)
    remarks.append((Status(level), said))
    return remarks


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
        return (Status.FAIL, f"{name} starts {unit}, which {_missing(job['LoadState'])}"), None
    triggered = parse_time(timer.get("LastTriggerUSec"))
    started, ended = parse_time(job.get("ExecMainStartTimestamp")), parse_time(job.get("ExecMainExitTimestamp"))
    result = job.get("Result", "success")
    if job["ActiveState"] == "failed" or result != "success":
        when = f" at {isoformat(ended)}" if ended else ""
        return (Status.FAIL, f"the last run of {unit} failed{when} ({_result(job)})"), None
    if job["ActiveState"] in ("activating", "active", "deactivating", "reloading") and not ended and started:
        age = (now - started).total_seconds()
        if limit is not None and age > limit:
            return (Status.FAIL, f"{unit} has been running for {humanize_seconds(age)}, the limit is {humanize_seconds(limit)}"), None
        return (Status.WARN, f"{unit} is running now, for {humanize_seconds(age)}: the result is not known yet"), None
    tested = parse_time(job.get("ConditionTimestamp"))
    skipped = job.get("ConditionResult") == "no" and tested is not None and (ended is None or tested > ended)
    if ended:
        note = "; it was skipped since, a condition of its unit file does not hold" if skipped else ""
        return (Status.WARN if skipped else Status.PASS, f"{unit} last succeeded at {isoformat(ended)}{note}"), ended
    if skipped:
        return (Status.FAIL, f"{unit} was skipped: a condition of its unit file does not hold on this host"), None
    if logged:
        ended_well, moment = logged
        said = f"{'last succeeded' if ended_well else 'failed'} at {isoformat(moment)}, as the journal says"
        return (Status.PASS if ended_well else Status.FAIL, f"{unit} {said}"), moment if ended_well else None
    if triggered:
        return _lost_result(unit, triggered, limit, now), None
    return _never_ran(name, unit, timer, period, now), None


def _lost_result(unit: str, triggered: dt.datetime, limit: float | None, now: dt.datetime) -> Remark:
    # a persistent timer remembers over a restart of the host, its unit does not; nor does a unit whose timer was stopped meanwhile
    age = (now - triggered).total_seconds()
    said = (
        f"{unit} was last started {humanize_seconds(age)} ago and its result is no longer known (the host or the timer was restarted since)"
    )
    if limit is not None and age > limit:
        return (Status.FAIL, f"{said}; the limit is {humanize_seconds(limit)}")
    return (Status.WARN, said)


def _never_ran(name: str, unit: str, timer: Properties, period: float | None, now: dt.datetime) -> Remark:
    active = parse_time(timer.get("ActiveEnterTimestamp"))
    if active is None:
        return (Status.FAIL, f"{unit} has never run")
    age = (now - active).total_seconds()
    said = f"{unit} has not run since {name} was started {humanize_seconds(age)} ago"
    if period is None or age <= period:
        return (Status.WARN, f"{said}, its first run is still to come")
    return (Status.FAIL, f"{said}, its period is {humanize_seconds(period)}")


def _missing(load: str) -> str:
    return {"not-found": "does not exist on this host", "masked": "is masked: it cannot be started"}.get(load, f"cannot be loaded ({load})")


def _result(job: Properties) -> str:
    result = job.get("Result") or "unknown"
    return f"{result} {job['ExecMainStatus']}" if result in ("exit-code", "signal", "core-dump") and job.get("ExecMainStatus") else result


# -- cron


def _cron(wanted: CronArguments, args: Arguments, runner: Runner) -> Finding:
    text, user = wanted["contains"], wanted["user"]
    now = runner.now()
    found, hidden = find_entries(runner, wanted["file"], text, user)
    live = [entry for entry in found if not entry.commented]
    if not live:
        return _finding(text, [_no_entry(text, user, found, hidden, wanted["file"])], {"entries": [], "scheduled": False}, None, None)
    good = [entry for entry in live if ignored_because(entry) is None]
    if not good:
        return _finding(
            text,
            [(Status.FAIL, str(ignored_because(live[0])))],
            {"entries": [entry.where for entry in live], "scheduled": False},
            None,
            None,
        )
    remarks: list[Remark] = []
    periods = []
    for entry in good:
        period, problem = period_of(entry.schedule, now.date())
        if problem:
            remarks.append((Status.FAIL, f"{entry.where}: {problem}"))
        elif period:
            periods.append(period)
        program = _absent_program(entry)
        if program:
            remarks.append((Status.FAIL, f"{entry.where} runs {program}, which does not exist"))
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
            remarks.append((Status.PASS, f"{good[0].where} runs '{text}' ({good[0].schedule}); it last succeeded at {isoformat(when)}"))
        if os.geteuid() == 0 and _cron_reads(good) and not cron_is_running():
            remarks.append((Status.FAIL, f"{good[0].where} schedules '{text}', but no cron daemon is running on this host"))
    elif not remarks:
        remarks.append(_unproven(good[0], text))
    return _finding(text, remarks, observed, success, limit, now)


def find_entries(runner: Runner, file: str | None, text: str, user: str | None) -> tuple[list[Entry], list[str]]:
    """The entries with this text, commented ones too, and why some places could not be looked at."""
    if file and not os.path.lexists(file):
        try:
            os.lstat(file)
        except PermissionError as exc:
            raise CannotObserve(unreadable(file, exc)) from None
        except OSError:
            return [], []
    hidden: list[str] = []
    entries: list[Entry] = []
    for path in [file] if file else _default_files(hidden):
        try:
            content = runner.read_text(path)
        except CannotObserve as exc:
            hidden.append(exc.message)
            continue
        entries += entries_of(path, content, text)
    return [entry for entry in entries if user is None or entry.user in (None, user)], hidden


def _default_files(hidden: list[str]) -> list[str]:
    paths: list[str] = []
    for place in CRON_PLACES:
        try:
            mode = os.stat(place).st_mode
            if stat.S_ISDIR(mode):
                paths += [item.path for item in sorted(os.scandir(place), key=lambda item: item.name) if not item.is_dir()]
            else:
                paths.append(place)
        except FileNotFoundError:
            continue
        except OSError as exc:
            hidden.append(unreadable(place, exc))
    return paths


def _no_entry(text: str, user: str | None, found: list[Entry], hidden: list[str], file: str | None) -> Remark:
    whose = f" of {user}" if user else ""
    if found:
        return (Status.FAIL, f"the cron entry{whose} with '{text}' is commented out ({found[0].where})")
    if hidden:
        raise CannotObserve(f"no cron entry{whose} with '{text}' was found where it could be looked for, and {hidden[0]}")
    if file and not os.path.lexists(file):
        return (Status.FAIL, f"{file} does not exist: no cron entry{whose} with '{text}'")
    return (Status.FAIL, f"no cron entry{whose} with '{text}' in {file or 'the crontabs of this host'}")


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


def _cron_reads(entries: t.Sequence[Entry]) -> bool:
    """Whether they stand where a cron daemon looks; an entry elsewhere is another scheduler's."""
    return any(entry.path in CRON_PLACES or os.path.dirname(entry.path) in CRON_PLACES for entry in entries)


def _unproven(entry: Entry, text: str) -> Remark:
    said = (
        f"{entry.where} schedules '{text}' ({entry.schedule}), but nothing proves that it runs: cron keeps no record, name a success_file"
    )
    if not cron_is_running():
        if os.geteuid() == 0:  # others may be kept from seeing root's processes
            return (Status.FAIL, f"{entry.where} schedules '{text}', but no cron daemon is running on this host")
        said += "; no cron daemon is seen running"
    return (Status.WARN, said)


def cron_is_running(proc: str = "/proc") -> bool:
    """Whether a process of this host has cron in its name (cron, crond, fcron, anacron, supercronic); one of a container does not count."""
    if os.path.exists(GENERATED):
        return True
    try:
        numbers = [name for name in os.listdir(proc) if name.isdigit()]
    except OSError:
        return True
    ours = _pid_namespace(proc, "self")
    for number in numbers:
        try:
            with open(os.path.join(proc, number, "comm"), encoding="utf-8", errors="replace") as handle:
                named = "cron" in handle.read()
        except OSError:
            continue
        if named and _pid_namespace(proc, number) in (None, ours):
            return True
    return False


def _pid_namespace(proc: str, number: str) -> str | None:
    try:
        return os.readlink(os.path.join(proc, number, "ns", "pid"))
    except OSError:
        return None


# -- both


def _file_time(path: str, now: dt.datetime) -> dt.datetime | Remark:
    try:
        moment = dt.datetime.fromtimestamp(os.stat(path).st_mtime, dt.timezone.utc)
    except (FileNotFoundError, NotADirectoryError):
        return (Status.FAIL, f"{path} does not exist: no success has been recorded")
    except OSError as exc:
        raise CannotObserve(unreadable(path, exc)) from None
    if (moment - now).total_seconds() > FUTURE:
        return (Status.FAIL, f"{path} has a time in the future ({isoformat(moment)}): it proves nothing")
    return moment


def _finding(
    instance: str,
    remarks: list[Remark],
    observed: dict[str, object],
    success: dt.datetime | None,
    limit: float | None,
    now: dt.datetime | None = None,
) -> Finding:
    measurements = []
    remarks = list(remarks)
    since = None
    if success and now:
        age = max(0.0, (now - success).total_seconds())
        observed["last_success"] = isoformat(success)
        if limit is not None:
            measurements.append(Measurement("job_success_age_seconds", round(age), limit, "upper"))
            said = f"{instance} last succeeded {humanize_seconds(age)} ago, the limit is {humanize_seconds(limit)}"
            if age > limit:
                since = isoformat(success + dt.timedelta(seconds=limit))
            remarks.append((Status.FAIL if age > limit else Status.PASS, said))
        else:
            remarks.append((Status.PASS, f"{instance} last succeeded {humanize_seconds(age)} ago"))
    status = worst(level for level, _said in remarks) or Status.UNKNOWN
    said_so = [said for level, said in remarks if level == status]
    return Finding(
        status,
        said_so[-1] if status == Status.PASS else said_so[0] + (f" (and {len(said_so) - 1} more)" if len(said_so) > 1 else ""),
        observed=observed,
        expected={"max_age_seconds": limit} if limit is not None else {},
        measurements=measurements,
        instance=instance,
        since=since,
        details=[said for level, said in remarks if level != Status.PASS],
    )


__all__ = (
    "ARGUMENT_SPEC",
    "CONSTRAINTS",
    "DURATIONS",
    "TIMEOUT",
    "WHERE",
    "cron_is_running",
    "find_entries",
    "job_remark",
    "run",
    "timer_remarks",
)
