# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether logrotate ran, and whether anything will start it again. PRIVATE to the collection."""

from __future__ import annotations

import os
import typing as t

from .._clients import crontabs, systemd
from .._clients.cron import ignored_because
from .._clients.logrotate import State
from .._finding import CannotObserve
from .._phrase import Message, listed, phrase
from .._runner import Runner
from ._rotation_verdict import DAY, Verdict

EVERY = 2 * DAY  # distributions run it once a day
CONFIG = "/etc/logrotate.conf"
TIMER = "logrotate.timer"
SYSTEMD_RUNS = "/run/systemd/system"  # where Debian's script in cron.daily leaves it to the timer
STAMPS = "/var/lib/systemd/timers/stamp-"  # when a timer that catches up last started something, also when it is off
SAME = 7200.0  # seconds within which a start and the end of the same run lie
FEW = 20  # timers that are looked at beside the usual one
_TIMER = (
    "LoadState,ActiveState,SubState,UnitFileState,Unit,NextElapseUSecRealtime,NextElapseUSecMonotonic,InactiveEnterTimestamp,"
    "WantedBy,RequiredBy,UpheldBy,BoundBy,TriggeredBy"
)
SERVICE = "LoadState,ActiveState,Result,ExecMainStatus,ExecMainStartTimestamp,ExecMainExitTimestamp,ExecStart"


class Starter(t.NamedTuple):
    """What may start logrotate: ``wrong`` says why it will not, ``weak`` why it may not some day."""

    wrong: Message | None = None
    weak: Message | None = None
    since: float | None = None  # when it ceased to
    unit: str = ""


class Asked(t.NamedTuple):
    config: str
    timer: str | None
    cron: str | None


def judge_runs(verdict: Verdict, state: State, asked: Asked, runner: Runner) -> tuple[bool, str]:
    """Whether something is seen that starts logrotate, and the service that a timer starts for that."""
    now = runner.now().timestamp()
    timer, unit = _timer(asked, runner)
    starts = _judge_starters(verdict, state, asked, timer, runner)
    if state.last_run is None:
        never = phrase("logrotate has not run yet: its state file {state:path} is not there", state=state.path)
        (verdict.remarks if starts else verdict.doubts).append(never)
    elif now - state.last_run > EVERY:
        verdict.doubts.append(
            phrase(
                "logrotate has not run for {ago:duration} (its state file {state:path}); is its timer or cron entry active?",
                ago=now - state.last_run,
                state=state.path,
            )
        )
    return starts, unit


# -- what starts it


def _judge_starters(verdict: Verdict, state: State, asked: Asked, timer: Starter | None, runner: Runner) -> bool:
    if timer is not None and timer.wrong is None:
        verdict.doubts += [timer.weak] if timer.weak else []
        return True
    cron = _cron(asked, runner, by_systemd=timer is not None)
    if cron is not None and cron.wrong is None:
        return True
    found = [one for one in (timer, cron) if one is not None]
    if not found or _another_timer(asked, runner):
        return bool(found)
    now, last = runner.now().timestamp(), state.last_run
    since = max((one.since for one in found if one.since is not None), default=None)
    reason = listed([one.wrong for one in found if one.wrong is not None])
    if last is not None and (now - last < EVERY if since is None else last > since + 60):
        verdict.doubts.append(
            phrase("{reason}; what has started logrotate {ago:duration} ago all the same is not seen", reason=reason, ago=now - last)
        )
    else:
        verdict.problems.append(phrase("nothing starts logrotate any more: {reason}", reason=reason))
    return False


def _timer(asked: Asked, runner: Runner) -> tuple[Starter | None, str]:
    """The timer of this configuration, and the service that it starts; None where there is none, or systemd does not run this host."""
    name = asked.timer or TIMER
    try:
        shown = systemd.show(runner, name, _TIMER)
    except CannotObserve:
        return None, ""
    load = shown["LoadState"]
    if load not in ("loaded", "masked"):
        missing = phrase("{timer:path} is not there ({load})", timer=name, load=load)
        return (Starter(missing) if asked.timer else None), ""
    unit = shown.get("Unit") or f"{name.removesuffix('.timer')}.service"
    if not asked.timer and asked.config != CONFIG and asked.config not in service_of(unit, runner).get("ExecStart", ""):
        return None, ""
    status, said = systemd.next_run(name, shown)
    if load == "masked":
        status, said = "fail", phrase("{timer:path} is masked", timer=name)
    if status == "fail":
        since = systemd.parse_time(shown.get("InactiveEnterTimestamp"))
        return Starter(said, since=since.timestamp() if since else _last_start(name, runner)), unit
    stays, said = systemd.enablement(name, shown)
    return Starter(weak=said if stays == "fail" and shown.get("UnitFileState") in ("disabled", "enabled-runtime") else None), unit


def _last_start(timer: str, runner: Runner) -> float | None:
    """After when nothing was started by a timer that is off, where systemd has forgotten when it was stopped."""
    try:
        return os.stat(STAMPS + timer).st_mtime + SAME
    except OSError:
        return _booted(runner)


def _booted(runner: Runner) -> float | None:
    try:
        lines = runner.read_text("/proc/stat").splitlines()
    except CannotObserve:
        return None
    return next((float(line.split()[1]) for line in lines if line.startswith("btime ")), None)


def service_of(unit: str, runner: Runner) -> systemd.Properties:
    try:
        return systemd.show(runner, unit, SERVICE)
    except CannotObserve:
        return {}


def _cron(asked: Asked, runner: Runner, *, by_systemd: bool) -> Starter | None:
    try:
        entries, _hidden = crontabs.find_entries(runner, asked.cron, "logrotate", None)
    except CannotObserve:
        return None
    wrong: list[Message] = []
    for entry in entries:
        if entry.commented:
            continue
        text = entry.command if entry.line else _script(entry.path, runner)
        if not asked.cron and asked.config != CONFIG and asked.config not in text:
            continue
        reason = ignored_because(entry)
        if reason is None and by_systemd and not entry.line and SYSTEMD_RUNS in text:
            reason = phrase("{path:path} leaves it to the timer, as systemd runs this host", path=entry.path)
        if reason is None and os.geteuid() == 0 and crontabs.cron_reads([entry]) and not crontabs.cron_is_running():
            reason = phrase("{place:path} would start it, but no cron daemon is running on this host", place=entry.where)
        if reason is None:
            return Starter()
        wrong.append(reason)
    if asked.cron and not wrong:
        wrong.append(phrase("no entry in {path:path} starts it", path=asked.cron))
    return Starter(wrong[0]) if wrong else None


def _script(path: str, runner: Runner) -> str:
    try:
        return runner.read_text(path, max_bytes=65536)
    except CannotObserve:
        return ""


def _another_timer(asked: Asked, runner: Runner) -> bool:
    """Whether a timer of another name starts a service that runs logrotate."""
    try:
        done = runner.run(["systemctl", "list-timers", "--no-pager", "--no-legend"], timeout=10.0)
    except CannotObserve:
        return False
    units = [words[-1] for line in done.stdout.splitlines() if (words := line.split()) and words[-1].endswith(".service")]
    for unit in units[:FEW]:
        command = service_of(unit, runner).get("ExecStart", "")
        if "logrotate" in command and (asked.config == CONFIG or asked.config in command):
            return True
    return False


__all__ = ("CONFIG", "Asked", "judge_runs", "service_of")
