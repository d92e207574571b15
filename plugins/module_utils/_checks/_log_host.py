# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host alone knows of its log: its names, since when its unit runs, and what it has written itself. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import os
import re
import socket
import typing as t

from .._clients.journald import not_all_seen, parse_journal
from .._clients.log_files import rotated_files
from .._clients.log_tail import CANARY, LogTail
from .._clients.own_names import own_names
from .._clients.systemd import parse_time, show
from .._finding import CannotObserve, Finding, passed
from .._machine import lasting_identity
from .._message import first_line
from .._phrase import Message, phrase, verbatim
from .._runner import Runner, unreadable, user_name

DROPPED = "a596d6fe7bfa4994828e72309e95d61e"  # systemd.journal-fields: journald has suppressed messages of a unit
PROPERTIES = "LoadState,ActiveState,Type,ActiveEnterTimestamp,ExecMainStartTimestamp"
BUFFERED = 1200.0  # seconds that a line may wait in its program until it is written
AHEAD = 300.0  # seconds by which a line may lie after its file was written: file systems have clocks of their own
_SUPPRESSED = re.compile(r"Suppressed (\d{1,12}) messages from (\S{1,256})")


@dataclasses.dataclass
class Written:
    """What its own host has of a log."""

    until: float | None = None  # its newest line that must have arrived by now
    last: float | None = None  # when it was written to last
    identity: tuple[int, int] | None = None  # device and inode of the file
    dropped: int = 0
    timeless: bool = False  # it is written to, and the times in its lines do not tell until when
    hidden: Message | None = None  # why it could not be looked at


def seen(
    path: str | None, unit: str | None, tag: str | None, units: t.Sequence[str], max_lag: float, window: float, runner: Runner
) -> Finding:
    """What ``observed`` has is a marker for the half that looks into the store: it proves nothing by itself."""
    now = runner.now().timestamp()
    written = Written()
    try:
        if path:
            written = written_to_file(path, now - max_lag, runner)
        elif unit or (tag and runner.which("journalctl")):  # syslog needs no journal
            written = written_to_journal(unit, tag, now - max_lag, now - window, runner)
    except CannotObserve as exc:
        written = Written(hidden=exc.message)
    observed: dict[str, object] = {
        "host": socket.gethostname(),
        "names": own_names(runner),
        "machine": lasting_identity(),
        "started": started([unit] if unit else units, runner),
        "written": written.until,
        "writes": written.last,
        "identity": list(written.identity) if written.identity else None,
        "dropped": written.dropped,
        "timeless": written.timeless,
        "hidden": None if written.hidden is None else str(written.hidden),
    }
    return passed(phrase("{host} was asked for its names and for what it logs", host=socket.gethostname()), observed=observed)


def started(units: t.Sequence[str], runner: Runner) -> float | None:
    """Since when the units run, of several the earliest, as nobody knows which one writes the log. None for what is not to be known."""
    found = []
    for unit in units:
        try:
            shown = show(runner, unit if "." in unit else f"{unit}.service", PROPERTIES)
        except CannotObserve:
            return None
        if shown.get("Type") == "oneshot":
            continue  # it runs in its own rhythm, and need not log each time
        names = ("ExecMainStartTimestamp", "ActiveEnterTimestamp")
        moments = [moment for name in names if (moment := parse_time(shown.get(name))) is not None]
        if not moments:
            return None
        found.append(max(moment.timestamp() for moment in moments))
    return min(found) if found else None


def written_to_file(path: str, before: float, runner: Runner) -> Written:
    """What a log file has. CannotObserve where it may not be read."""
    try:
        with LogTail(os.path.realpath(path), runner) as tail:
            last = tail.modified if tail.size else None
            newest = tail.newest()
            timeless = last is not None and (newest is None or not -AHEAD <= last - newest <= BUFFERED)
            until = None if timeless else tail.newest(before)
            if timeless and last is not None and last <= before:
                until = last  # its lines do not say when they were written, and its last one is older than they may take
            found = Written(until, last, tail.identity, timeless=timeless)
    except FileNotFoundError:
        if not rotated_files(path):
            raise CannotObserve(
                phrase("{path:path} does not exist: nothing is written there, or it was never that one", path=path)
            ) from None
        found = Written()
    except OSError as exc:
        raise CannotObserve(unreadable(path, exc)) from None
    if found.last is None and not any(one.size for one in rotated_files(path)):
        raise CannotObserve(phrase("{path:path} is empty, and nothing of it was rotated away: is it still the log?", path=path))
    if found.until is None and not found.timeless:
        found.until = _newest_rotated(path, before, runner)
    return found


def _newest_rotated(path: str, before: float, runner: Runner) -> float | None:
    """The same of what was rotated away last: its lines are older than all of the new file."""
    rotated = [one for one in rotated_files(path) if one.size]
    if not rotated:
        return None
    newest = rotated[0]
    if newest.compressed:
        return newest.modified if newest.modified <= before else None
    try:
        with LogTail(newest.path, runner) as tail:
            return tail.newest(before) or (newest.modified if newest.modified <= before else None)
    except OSError:  # rotated away meanwhile
        return None


def written_to_journal(unit: str | None, tag: str | None, before: float, since: float, runner: Runner) -> Written:
    """What the journal of this host has of a unit, or of a tag. CannotObserve."""
    which = f"_SYSTEMD_UNIT={unit if '.' in unit else f'{unit}.service'}" if unit else f"SYSLOG_IDENTIFIER={tag}"
    found = Written(_newest_entry([which, f"--until=@{int(before)}"], runner), _newest_entry([which], runner))
    if unit and found.last is None:
        raise CannotObserve(phrase("the journal of this host has no entry of {unit:path}", unit=which.partition("=")[2]))
    if unit:
        said = _asked([f"MESSAGE_ID={DROPPED}", f"--since=@{int(since)}", "--lines=1000"], runner)
        for entry in parse_journal(said):
            match = _SUPPRESSED.search(entry.message)
            if match and match.group(2) == which.partition("=")[2]:
                found.dropped += int(match.group(1))
    return found


def _newest_entry(words: t.Sequence[str], runner: Runner) -> float | None:
    entries = [entry for entry in parse_journal(_asked([*words, "--lines=20"], runner)) if CANARY not in entry.message]
    return entries[-1].arrived if entries else None


def _asked(words: t.Sequence[str], runner: Runner) -> str:
    command = ["journalctl", "--no-pager", "--output=json", "--output-fields=MESSAGE,_HOSTNAME", *words]
    answer = runner.run(command)
    if not_all_seen(answer.stderr):
        raise CannotObserve(
            phrase("{user} may not read the system's journal; let the check run as a user who may (run_as, become)", user=user_name())
        )
    if answer.rc and answer.stderr.strip():
        said = verbatim(first_line(answer.stderr, "", 200))
        raise CannotObserve(phrase("journalctl could not read the journal: {reason}", reason=said))
    return answer.stdout


__all__ = ("Written", "seen", "started", "written_to_file", "written_to_journal")
