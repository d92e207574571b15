# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether logrotate ran, and whether anything will start it again. PRIVATE to the collection."""

from __future__ import annotations

import os
import pwd
import typing as t

from .._clients import crontabs, logrotate_command, systemd, unit_sandbox
from .._clients.cron import Entry, ignored_because, period_of
from .._clients.logrotate import State
from .._finding import CannotObserve
from .._phrase import Message, listed, phrase
from .._runner import Runner
from ._rotation_rights import may_rename
from ._rotation_verdict import DAY, Verdict

EVERY = 2 * DAY  # distributions run it once a day
CONFIG = "/etc/logrotate.conf"
TIMER = "logrotate.timer"
ANACRONTAB = "/etc/anacrontab"
SYSTEMD_RUNS = "/run/systemd/system"  # where Debian's script in cron.daily leaves it to the timer
STAMPS = "/var/lib/systemd/timers/stamp-"  # when a timer that catches up last started something, also when it is off
SAME = 7200.0  # seconds within which a start and the end of the same run lie
HANGS = 6 * 3600.0  # seconds
LATE = 1.25  # timers spread their runs by an hour or more
SPREAD = 7200.0  # seconds: of a timer of less than a day
FEW = 20  # timers that are looked at beside the usual one
_TIMER = (
    "LoadState,ActiveState,SubState,UnitFileState,Unit,NextElapseUSecRealtime,NextElapseUSecMonotonic,InactiveEnterTimestamp,"
    "WantedBy,RequiredBy,UpheldBy,BoundBy,TriggeredBy,TimersCalendar,TimersMonotonic,LastTriggerUSec"
)
_SERVICE = f"LoadState,ActiveState,Result,ExecMainStatus,ExecMainStartTimestamp,ExecMainExitTimestamp,ExecStart,{unit_sandbox.PROPERTIES}"


class Starter(t.NamedTuple):
    """What may start logrotate: ``wrong`` says why it will not, ``weak`` why it may not some day."""

    wrong: Message | None = None
    weak: Message | None = None
    since: float | None = None  # when it ceased to
    refused: Message | None = None  # why what it starts cannot rotate this log


class Timer(t.NamedTuple):
    """The timer that is to start logrotate, and the service that it starts, as systemd shows them; nothing where it cannot be asked."""

    name: str
    shown: systemd.Properties
    unit: str
    service: systemd.Properties


class Asked(t.NamedTuple):
    config: str
    timer: str | None
    cron: str | None
    period: float | None = None  # of the rule, in seconds
    folders: tuple[str, ...] = ()  # where the log, its rotated files and the state file lie
    renames: tuple[str, ...] = ()  # in which of them files are renamed


def timer_of(asked: Asked, runner: Runner) -> Timer:
    """Asks systemd once."""
    name = asked.timer or TIMER
    try:
        shown = systemd.show(runner, name, _TIMER)
    except CannotObserve:
        return Timer(name, {}, "", {})
    unit = shown.get("Unit") or f"{name.removesuffix('.timer')}.service"
    return Timer(name, shown, unit, _service(unit, runner) if shown["LoadState"] in ("loaded", "masked") else {})


def judge_runs(verdict: Verdict, state: State, asked: Asked, timer: Timer, runner: Runner) -> tuple[bool, bool]:
    """Whether something is seen that starts logrotate, and whether the service of the timer is that of this configuration."""
    now = runner.now().timestamp()
    starter, ours = _timer(asked, timer, runner)
    starts = _judge_starters(verdict, state, asked, starter, runner)
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
    return starts, ours


def state_named(asked: Asked, timer: Timer, runner: Runner) -> str | None:
    """The state file that what starts logrotate names; None where it names none: then it is the usual one."""
    if timer.shown.get("LoadState") == "loaded" and timer.shown.get("ActiveState") == "active":
        for command in logrotate_command.of_service(timer.service.get("ExecStart", "")):
            text = command if "logrotate" in command else _script_of(command, runner)
            if logrotate_command.not_rotating(text, asked.config) is None:
                return logrotate_command.state_file(text)
    try:
        entries = _entries(asked, runner)
    except CannotObserve:
        return None
    for entry, text in entries:
        left = bool(timer.shown) and not entry.line and SYSTEMD_RUNS in text
        if not left and ignored_because(entry) is None and logrotate_command.not_rotating(text, asked.config) is None:
            return logrotate_command.state_file(text)
    return None


# -- what starts it


def _judge_starters(verdict: Verdict, state: State, asked: Asked, timer: Starter | None, runner: Runner) -> bool:
    if timer is not None and timer.wrong is None:
        verdict.problems += [timer.refused] if timer.refused else []
        verdict.doubts += [timer.weak] if timer.weak else []
        return True
    cron = _cron(asked, runner, by_systemd=timer is not None)
    if cron is not None and cron.wrong is None:
        verdict.doubts += [cron.weak] if cron.weak else []
        return True
    found = [one for one in (timer, cron) if one is not None]
    if _another_timer(asked, runner):
        return True
    if not found:
        verdict.last.append(phrase("what starts logrotate is not seen: no timer of systemd does, and no entry of cron"))
        return False
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


def _timer(asked: Asked, timer: Timer, runner: Runner) -> tuple[Starter | None, bool]:
    """The timer of this configuration, and whether it is one; None where there is none, or systemd does not run this host."""
    name, shown, unit, service = timer
    if not shown:
        return None, False
    load = shown["LoadState"]
    if load not in ("loaded", "masked"):
        missing = phrase("{timer:path} is not there ({load})", timer=name, load=load)
        return (Starter(missing) if asked.timer else None), False
    if not asked.timer and asked.config != CONFIG and asked.config not in service.get("ExecStart", ""):
        return None, False
    status, said = systemd.next_run(name, shown)
    if load == "masked":
        status, said = "fail", phrase("{timer:path} is masked", timer=name)
    if status == "fail":
        return Starter(said, since=_off_since(name, shown, runner)), True
    useless = _starts_nothing(name, unit, service, asked, runner)
    if useless is not None:
        return Starter(useless), True
    stays, said = systemd.enablement(name, shown)
    lost = stays == "fail" and shown.get("UnitFileState") in ("disabled", "enabled-runtime")
    weak = said if lost else _runs_seldom(name, shown, service, asked, runner)
    return Starter(weak=weak, refused=_confined(unit, service, asked)), True


def _confined(unit: str, service: systemd.Properties, asked: Asked) -> Message | None:
    """What the sandbox of the service keeps it from."""
    for folder in asked.folders:
        kept = unit_sandbox.kept_from(folder, service)
        if kept is not None and kept.hidden:
            return phrase("{unit:path} does not see {folder:path}, by {setting}", unit=unit, folder=folder, setting=kept.setting)
        if kept is not None:
            return phrase(
                "{unit:path} may not write in {folder:path}, by {setting}; name it in ReadWritePaths",
                unit=unit,
                folder=folder,
                setting=kept.setting,
            )
    return None


def _starts_nothing(timer: str, unit: str, service: systemd.Properties, asked: Asked, runner: Runner) -> Message | None:
    """Why the service of a timer that is well does not rotate."""
    load = service.get("LoadState", "loaded")
    if load != "loaded":
        return phrase("{unit:path}, which {timer:path} starts, is not to be started ({load})", unit=unit, timer=timer, load=load)
    reason = None
    for command in logrotate_command.of_service(service.get("ExecStart", "")):
        reason = _not_rotating(command, asked.config, runner)
        if reason is None:
            return None
    return phrase("{unit:path} does not rotate: {reason}", unit=unit, reason=reason) if reason is not None else None


def _not_rotating(command: str, config: str, runner: Runner) -> Message | None:
    """A command that is a script of another name is looked into."""
    reason = logrotate_command.not_rotating(command, config)
    words = command.split()
    if reason is None or not words or "logrotate" in command:
        return reason
    text = _script_of(command, runner)
    return logrotate_command.not_rotating(text, config) if text.startswith("#!") else reason


def _script_of(command: str, runner: Runner) -> str:
    words = command.split()
    script = next(
        (word for word in words if word.startswith("/") and not word.startswith(("/bin/", "/usr/bin/"))), words[0] if words else ""
    )
    return _script(script, runner)


def _runs_seldom(timer: str, shown: systemd.Properties, service: systemd.Properties, asked: Asked, runner: Runner) -> Message | None:
    """Whether a run lasts so long that none follows, or the next one is far away."""
    now = runner.now().timestamp()
    since = systemd.parse_time(service.get("ExecMainStartTimestamp"))
    if service.get("ActiveState") == "activating" and since is not None and now - since.timestamp() > HANGS:
        return phrase(
            "logrotate has been running for {ago:duration} without an end (a script of a rule, or compressing): no other run is started "
            "meanwhile",
            ago=now - since.timestamp(),
        )
    if asked.period is None:
        return None
    following = systemd.parse_time(shown.get("NextElapseUSecRealtime"))
    gap = max(systemd.timer_period(runner, shown) or 0.0, following.timestamp() - now if following is not None else 0.0)
    return _seldom(timer, gap, asked.period, spread=0.0 if asked.period >= DAY else SPREAD)


def _seldom(place: str, gap: float, period: float, spread: float = 0.0) -> Message | None:
    if gap <= period * LATE + spread:
        return None
    return phrase(
        "{place:path} starts logrotate every {gap:duration} only, the rule rotates every {period:duration}",
        place=place,
        gap=gap,
        period=period,
    )


def _off_since(timer: str, shown: systemd.Properties, runner: Runner) -> float | None:
    """After when nothing was started by a timer that is off, also where systemd has forgotten when it was stopped."""
    stopped, triggered = (systemd.parse_time(shown.get(name)) for name in ("InactiveEnterTimestamp", "LastTriggerUSec"))
    if stopped is not None:
        return stopped.timestamp()
    if triggered is not None:
        return triggered.timestamp() + SAME
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


def _service(unit: str, runner: Runner) -> systemd.Properties:
    try:
        return systemd.show(runner, unit, _SERVICE)
    except CannotObserve:
        return {}


def _cron(asked: Asked, runner: Runner, *, by_systemd: bool) -> Starter | None:
    wrong: list[Message] = []
    weak: list[Message] = []
    try:
        entries = _entries(asked, runner)
    except CannotObserve:
        return None
    for entry, text in entries:
        reason = ignored_because(entry) or _left_or_other(entry, text, asked, by_systemd=by_systemd)
        if reason is None and os.geteuid() == 0 and crontabs.cron_reads([entry]) and not _is_read(entry, runner):
            reason = phrase("{place:path} would start it, but no cron daemon is running on this host", place=entry.where)
        seldom = _seldom_by_cron(entry, asked, runner) if reason is None else None
        if reason is None and seldom is None:
            return Starter()
        if reason is not None:
            wrong.append(reason)
        elif seldom is not None:
            weak.append(seldom)
    if weak:
        return Starter(weak=weak[0])
    if asked.cron and not wrong:
        wrong.append(phrase("no entry in {path:path} starts it", path=asked.cron))
    return Starter(wrong[0]) if wrong else None


def _entries(asked: Asked, runner: Runner) -> list[tuple[Entry, str]]:
    """The entries of cron that are of this configuration, each with what it runs. CannotObserve."""
    entries, _hidden = crontabs.find_entries(runner, asked.cron, "logrotate", None)
    texts = [(entry, entry.command if entry.line else _script(entry.path, runner)) for entry in entries if not entry.commented]
    return [one for one in texts if asked.cron or asked.config == CONFIG or asked.config in one[1]]


def _is_read(entry: Entry, runner: Runner) -> bool:
    """Whether a cron daemon runs, or a timer starts the scripts of the folder: of systemd-cron, or anacron's."""
    if crontabs.cron_is_running():
        return True
    if entry.line:
        return False
    folder = os.path.dirname(entry.path)
    often = os.path.basename(folder).rpartition(".")[2]
    timers = [f"cron-{often}.timer"]
    if often != "hourly" and folder in (_script(ANACRONTAB, runner) or folder):
        timers.append("anacron.timer")
    for timer in timers:
        try:
            shown = systemd.show(runner, timer, _TIMER)
        except CannotObserve:
            return False
        if shown["LoadState"] == "loaded" and systemd.next_run(timer, shown)[0] == "pass":
            return True
    return False


def _left_or_other(entry: Entry, text: str, asked: Asked, *, by_systemd: bool) -> Message | None:
    """Why what cron runs does not rotate."""
    if by_systemd and not entry.line and SYSTEMD_RUNS in text:
        return phrase("{path:path} leaves it to the timer, as systemd runs this host", path=entry.path)
    missing = logrotate_command.missing_program(text)
    if missing is not None:
        return phrase("{place:path} does not start it: {program:path} is not there", place=entry.where, program=missing)
    reason = logrotate_command.not_rotating(text, asked.config) if text else None
    if reason is not None:
        return phrase("{place:path} does not rotate: {reason}", place=entry.where, reason=reason)
    folder = _refusing(entry.user, asked.renames)
    if folder is None:
        return None
    return phrase(
        "{place:path} starts it as {user}, who may not rename files in {folder:path}",
        place=entry.where,
        user=entry.user or "?",
        folder=folder,
    )


def _refusing(user: str | None, folders: t.Sequence[str]) -> str | None:
    """The folder in which this user may not rename files."""
    try:
        known = pwd.getpwnam(user or "root")
        groups = set(os.getgrouplist(known.pw_name, known.pw_gid))
    except (KeyError, OSError):
        return None
    return next((folder for folder in folders if not may_rename(folder, known.pw_uid, groups)), None)


def _seldom_by_cron(entry: Entry, asked: Asked, runner: Runner) -> Message | None:
    gap, problem = period_of(entry.schedule, runner.now().date())
    if problem is not None:
        return phrase("{place:path} does not start it: {reason}", place=entry.where, reason=problem)
    if gap is None:
        return phrase("{place:path} starts logrotate only when the host starts", place=entry.where)
    return _seldom(entry.where, gap, asked.period) if asked.period is not None else None


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
        command = _service(unit, runner).get("ExecStart", "")
        if "logrotate" in command and (asked.config == CONFIG or asked.config in command):
            return True
    return False


__all__ = ("CONFIG", "Asked", "judge_runs", "state_named", "timer_of")
