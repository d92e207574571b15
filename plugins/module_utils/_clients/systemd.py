# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What systemctl and systemd-analyze say of units. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import json
import re
import typing as t

from .._finding import CannotObserve, isoformat
from .._message import first_line
from .._phrase import Message, phrase
from .._runner import Runner

Properties = dict[str, str]

_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(years?|months?|month|weeks?|days?|hours?|min|sec|us|ms|y|M|w|d|h|s)\b")
_SPAN_SECONDS = {"y": 31557600.0, "month": 2629800.0, "M": 2629800.0, "w": 604800.0, "d": 86400.0, "h": 3600.0, "min": 60.0, "s": 1.0}
_CALENDAR = re.compile(r"\{ OnCalendar=(.*?) ; next_elapse=")
_MONOTONIC = re.compile(r"\{ (On\w+?)U?Sec[= ](.*?) ; next_elapse=")
_ELAPSE = re.compile(r"^\s*(?:Next elapse|Iter\. #\d+): (.+?)\s*$", re.MULTILINE)
_PATTERN = set("*?[]")
# what systemd writes into the journal when a unit has ended: systemd.journal-fields(7), systemd's catalog
_SUCCEEDED = ("39f53479d3a045ac8e11786248231fbf", "7ad2d189f7e94e70a38c781354912448")  # start finished (a oneshot), deactivated
_FAILED = ("be02cf6855d2428ba40df7e9d022f03d", "d9b373ed55a64feb8242e02dbe79a49c")  # start failed, failed with result


def full_name(unit: str) -> str:
    """A unit's name as systemd has it: a service where nothing is said."""
    suffixes = ("service", "socket", "timer", "target", "mount", "automount", "path", "swap", "slice", "scope", "device")
    return unit if unit.rpartition(".")[2] in suffixes else f"{unit}.service"


def show(runner: Runner, unit: str, properties: str) -> Properties:
    """The named properties (separated by commas) of one unit; a property that stands several times is joined with line ends. CannotObserve.

    TZ=UTC: systemctl writes times in its own zone, and names of zones cannot be parsed.
    """
    if not unit or _PATTERN & set(unit) or any(c.isspace() for c in unit):
        raise CannotObserve(phrase("'{unit:path}' is not the name of one unit", unit=unit))
    if runner.which("systemctl") is None:
        raise CannotObserve(phrase("systemctl is not installed on this host: it is not run by systemd, units cannot be looked at"))
    done = runner.run(["systemctl", "show", "--no-pager", f"--property={properties}", "--", unit], env={"TZ": "UTC"})
    if "not been booted with systemd" in done.stderr:
        raise CannotObserve(phrase("this host is not run by systemd (it was booted with something else), units cannot be looked at"))
    if done.rc != 0:
        complaint = first_line(done.stderr.strip() or done.stdout, "", 200)
        if not complaint:
            raise CannotObserve(phrase("systemctl cannot ask systemd about {unit:path}: exit code {code}", unit=unit, code=done.rc))
        raise CannotObserve(phrase("systemctl cannot ask systemd about {unit:path}: {reason}", unit=unit, reason=complaint))
    found = parse_properties(done.stdout)
    if "LoadState" not in found or "ActiveState" not in found:
        raise CannotObserve(phrase("systemctl answered with something else than the properties of {unit:path}", unit=unit))
    return found


def parse_properties(text: str) -> Properties:
    found: Properties = {}
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if equals and re.fullmatch(r"[A-Za-z0-9]+", name):
            found[name] = f"{found[name]}\n{value}" if name in found else value
    return found


def parse_time(text: str | None) -> dt.datetime | None:
    """``Wed 2026-11-25 06:00:00 UTC``, ``@1795586400``; None for ``n/a`` and whatever else."""
    value = (text or "").strip()
    match = re.fullmatch(r"@(\d+(?:\.\d+)?)", value)
    if match:
        return dt.datetime.fromtimestamp(float(match.group(1)), dt.timezone.utc) if float(match.group(1)) else None
    match = re.fullmatch(r"(?:[A-Z][a-z]{2} )?(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.\d+)? (?:UTC|GMT)", value)
    if not match:
        return None
    try:
        return dt.datetime.strptime(match.group(1), "%Y-%m-%d %H:%M:%S").replace(tzinfo=dt.timezone.utc)
    except ValueError:
        return None


def parse_span(text: str) -> float | None:
    """Seconds of ``1d 2h``, ``15min``, ``1w 30s``; None for ``infinity`` and whatever else."""
    parts = _SPAN.findall(text)
    if not parts or _SPAN.sub("", text).strip():
        return None
    return float(sum(float(number) * _unit_seconds(unit) for number, unit in parts))


def _unit_seconds(unit: str) -> float:
    if unit in ("us", "ms"):
        return 1e-6 if unit == "us" else 1e-3
    if unit.startswith("month"):
        return _SPAN_SECONDS["month"]
    return _SPAN_SECONDS[unit if unit in _SPAN_SECONDS else unit[0]]


def last_end(runner: Runner, unit: str) -> tuple[bool, dt.datetime] | None:
    """Whether the last run of a oneshot succeeded, and when it ended, as the journal has it; None where it has nothing, or may not be read.

    systemd itself forgets both when the host restarts, and when no timer holds the unit any more.
    """
    if runner.which("journalctl") is None:
        return None
    try:
        done = runner.run(
            ["journalctl", "--quiet", "--no-pager", "--output=json", "--reverse", "--lines=40", f"--unit={unit}"], timeout=10.0
        )
    except CannotObserve:
        return None
    return parse_end(done.stdout) if done.rc == 0 else None


def parse_end(text: str) -> tuple[bool, dt.datetime] | None:
    """The newest end of a run in lines of ``journalctl --output=json --reverse``."""
    for line in text.splitlines():
        try:
            entry = json.loads(line)
            number = str(entry.get("MESSAGE_ID"))
            if number in _SUCCEEDED or number in _FAILED:
                return number in _SUCCEEDED, dt.datetime.fromtimestamp(int(entry["__REALTIME_TIMESTAMP"]) // 1_000_000, dt.timezone.utc)
        except (ValueError, TypeError, AttributeError, KeyError, OverflowError, OSError):
            continue
    return None


def timer_period(runner: Runner, timer: t.Mapping[str, str]) -> float | None:
    """The longest that a working timer leaves between two runs, in seconds; None where it does not repeat or that cannot be known."""
    periods: list[float] = []
    for _name, span in (m for m in _MONOTONIC.findall(timer.get("TimersMonotonic", "")) if m[0] in ("OnUnitActive", "OnUnitInactive")):
        seconds = parse_span(span)
        if seconds:
            periods.append(seconds)
    for expression in _CALENDAR.findall(timer.get("TimersCalendar", "")):
        gap = _calendar_gap(runner, expression)
        if gap:
            periods.append(gap)
    if periods:
        return min(periods)
    last, following = parse_time(timer.get("LastTriggerUSec")), parse_time(timer.get("NextElapseUSecRealtime"))
    return (following - last).total_seconds() if last and following and following > last else None


def _calendar_gap(runner: Runner, expression: str) -> float | None:
    # systemd's own parser; the option is not there before version 242
    if runner.which("systemd-analyze") is None:
        return None
    try:
        done = runner.run(["systemd-analyze", "calendar", "--iterations=200", expression], env={"TZ": "UTC"}, timeout=10.0)
    except CannotObserve:
        return None
    return longest_gap(done.stdout) if done.rc == 0 else None


def longest_gap(text: str) -> float | None:
    """The longest time between two elapses in the output of ``systemd-analyze calendar --iterations``."""
    times = [moment for moment in map(parse_time, _ELAPSE.findall(text)) if moment]
    gaps = [(after - before).total_seconds() for before, after in zip(times, times[1:])]
    return max(gaps) if gaps else None


def enablement(unit: str, shown: t.Mapping[str, str]) -> tuple[str, Message]:
    """How far a unit starts by itself: ("pass" | "warn" | "fail", what to say)."""
    state = shown.get("UnitFileState", "")
    pulled = " ".join(shown.get(name, "") for name in ("WantedBy", "RequiredBy", "UpheldBy", "BoundBy", "TriggeredBy")).split()
    if state in ("enabled", "generated", "alias"):
        return "pass", phrase("{unit:path} is {state}", unit=unit, state=state)
    if state in ("enabled-runtime", "linked-runtime", "transient"):
        return "warn", _lost_at_restart(unit, state)
    if state in ("static", "indirect") and pulled:
        return "pass", phrase("{unit:path} is {state} and started by {starter:path}", unit=unit, state=state, starter=pulled[0])
    if state == "indirect":
        return "pass", phrase("{unit:path} is indirect: another unit that its installation names is enabled", unit=unit)
    if state == "static":
        return "fail", phrase("{unit:path} is static and nothing starts it: it does not come back after a restart of the host", unit=unit)
    if not state and pulled:
        return "pass", phrase("{unit:path} has no unit file and is started by {starter:path}", unit=unit, starter=pulled[0])
    if not state:
        return "fail", phrase("{unit:path} is not enabled: it does not come back after a restart of the host", unit=unit)
    return "fail", _lost_at_restart(unit, state)


def _lost_at_restart(unit: str, state: str) -> Message:
    return phrase("{unit:path} is {state}: it does not come back after a restart of the host", unit=unit, state=state)


def never_ran(shown: t.Mapping[str, str]) -> bool:
    """Whether systemd knows of no run of a oneshot: since the host was started, or since it loaded the unit."""
    runs = ("ExecMainStartTimestamp", "ExecMainExitTimestamp")
    return shown.get("ActiveState") == "inactive" and not any(parse_time(shown.get(name)) for name in runs)


def next_run(timer: str, shown: Properties) -> tuple[str, Message]:
    """Whether a timer will start something: ("pass" | "fail", what to say)."""
    active, sub = shown["ActiveState"], shown.get("SubState", "")
    if active != "active":
        return "fail", phrase("{timer:path} is {active} ({sub}): it starts nothing", timer=timer, active=active, sub=sub)
    moment, uptime = parse_time(shown.get("NextElapseUSecRealtime")), shown.get("NextElapseUSecMonotonic", "").strip()
    never = moment is None and uptime in ("", "0", "n/a", "infinity")
    if sub == "elapsed" or (never and sub != "running"):
        return "fail", phrase("{timer:path} is active and has no next run planned ({sub})", timer=timer, sub=sub)
    if never:
        return "pass", phrase("{timer:path} is active, next run after the one that runs now", timer=timer)
    if moment:
        return "pass", phrase("{timer:path} is active, next run at {when:moment}", timer=timer, when=isoformat(moment))
    return "pass", phrase("{timer:path} is active, next run when the host has been up for {uptime}", timer=timer, uptime=uptime)


__all__ = (
    "Properties",
    "enablement",
    "full_name",
    "last_end",
    "longest_gap",
    "never_ran",
    "next_run",
    "parse_end",
    "parse_properties",
    "parse_span",
    "parse_time",
    "show",
    "timer_period",
)
