# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Crontabs: their entries, which of them cron ignores, and how often a schedule runs. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import pwd
import re
import typing as t

DEBIAN_MARK = "/etc/debian_version"
_NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_FOLDERS = {"cron.hourly": "@hourly", "cron.daily": "@daily", "cron.weekly": "@weekly", "cron.monthly": "@monthly"}
_MONTHS = {
    name: number for number, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
_DAYS = {name: number for number, name in enumerate(["sun", "mon", "tue", "wed", "thu", "fri", "sat"])}
_FIELDS: tuple[tuple[str, int, int, dict[str, int]], ...] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of month", 1, 31, {}),
    ("month", 1, 12, _MONTHS),
    ("day of week", 0, 7, _DAYS),
)
_LINE = re.compile(r"(?P<schedule>@\w+|-?[\d*][\d*,/~-]*(?:\s+[\w*,/~-]+){4})\s+(?P<rest>\S.*)")
_HORIZON = 366 * 9  # days: the 29th of February comes again within 8 years
_DAY = 1440


@dataclasses.dataclass(frozen=True)
class Entry:
    """A line of a crontab, or a script in one of the folders cron.hourly to cron.monthly."""

    path: str
    line: int  # 0: a script
    schedule: str
    user: str | None
    command: str
    commented: bool = False
    newline: bool = True  # whether the file ends with a line end
    broken: int = 0  # the first line of the file that is no line of a crontab

    @property
    def where(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


def entries_of(path: str, content: str, text: str) -> list[Entry]:
    """The entries of a file whose command has ``text`` in it. What kind of file it is follows from its folder, as for cron."""
    folder = os.path.basename(os.path.dirname(path))
    if folder in _FOLDERS:
        lines = [line for line in content.splitlines() if not line.lstrip().startswith("#")]
        if text in os.path.basename(path) or any(text in line for line in lines):
            return [Entry(path, 0, _FOLDERS[folder], "root", "")]
        return []
    owner = os.path.basename(path) if folder in ("crontabs", "cron", "tabs") else None
    found = []
    newline = content.endswith("\n")
    broken = broken_line(content)
    for number, line in enumerate(content.splitlines(), 1):
        bare = line.strip()
        commented = bare.startswith("#")
        match = _LINE.fullmatch(bare.lstrip("# \t"))
        if not match or text not in match.group("rest"):
            continue
        user, command = (owner, match.group("rest")) if owner else _split_user(match.group("rest"))
        found.append(Entry(path, number, " ".join(match.group("schedule").split()), user, command, commented, newline, broken))
    return found


def broken_line(content: str) -> int:
    """The first line that is neither empty, a comment, a variable nor an entry; 0 for none.

    Only what begins with a letter is judged: no schedule does.
    """
    for number, line in enumerate(content.splitlines(), 1):
        if re.match(r"\s*[A-Za-z_]", line) and "=" not in line:
            return number
    return 0


def _split_user(rest: str) -> tuple[str, str]:
    user, *command = rest.split(None, 1)
    return user, command[0] if command else ""


def ignored_because(entry: Entry) -> str | None:
    """Why cron passes over the file of this entry; None when it does not."""
    path, folder, name = entry.path, os.path.basename(os.path.dirname(entry.path)), os.path.basename(entry.path)
    debian = os.path.exists(DEBIAN_MARK)
    in_folder = folder == "cron.d" or folder in _FOLDERS
    if in_folder and (name.startswith(".") or re.search(r"(~|,v|\.rpm(save|orig|new)|\.dpkg-\w+|\.swp)$", name)):
        return f"cron ignores {path}: its name is one of a backup copy"
    if in_folder and debian and not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        return f"cron ignores {path}: the name may have letters, digits, - and _ only (no dot)"
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return f"cron ignores {path}: it is a link to a file that does not exist"
    except OSError:
        return None
    if folder in _FOLDERS and not status.st_mode & 0o111:
        return f"cron ignores {path}: it is not executable"
    if folder == "cron.d" or name == "crontab":
        if status.st_mode & 0o022:
            return f"cron ignores {path}: others than its owner may write to it (mode {status.st_mode & 0o777:04o})"
        if path.startswith("/etc/") and status.st_uid != 0:
            return f"cron ignores {path}: it does not belong to root"
    if entry.broken and debian:
        return f"cron ignores the whole of {path}: its line {entry.broken} is neither a comment, a variable nor an entry"
    if entry.line and (not entry.command or "/" in str(entry.user)):
        return f"cron ignores {entry.where}: a line of this file needs a user between the schedule and the command"
    try:
        pwd.getpwnam(str(entry.user))
    except KeyError:
        return f"cron ignores {entry.where}: the user {entry.user} does not exist on this host"
    if entry.line and debian and not entry.newline:
        return f"cron ignores {path}: its last line has no line end"
    return None


def period_of(schedule: str, today: dt.date) -> tuple[float | None, str | None]:
    """The longest time between two runs in seconds, or what is wrong with the schedule; neither for ``@reboot``."""
    if schedule == "@reboot":
        return None, None
    fields = _NICKNAMES.get(schedule.lower(), schedule).split()
    if len(fields) != 5:
        return None, f"the schedule '{schedule}' is not one that cron knows"
    try:
        minutes, hours, days, months, weekdays = (_values(text, *field) for text, field in zip(fields, _FIELDS))
    except ValueError as exc:
        return None, str(exc)
    times = [hour * 60 + minute for hour in sorted(hours) for minute in sorted(minutes)]
    # cron's rule: with both day fields restricted, either is enough
    either = not fields[2].startswith("*") and not fields[4].startswith("*")
    weekdays = {day % 7 for day in weekdays}
    longest, last = 0, None
    for offset in range(_HORIZON):
        day = today + dt.timedelta(days=offset)
        by_month, by_week = day.day in days, day.isoweekday() % 7 in weekdays
        if day.month not in months or not ((by_month or by_week) if either else (by_month and by_week)):
            continue
        if last is not None:
            longest = max(longest, (offset * _DAY + times[0]) - last)
        last = offset * _DAY + times[-1]
    if last is None:
        return None, f"the schedule '{schedule}' names a day that never comes"
    longest = max([longest, *(after - before for before, after in zip(times, times[1:]))])
    return float(longest * 60), None


def _values(text: str, name: str, low: int, high: int, names: t.Mapping[str, int]) -> set[int]:
    """The numbers of one field. ValueError."""
    wrong = ValueError(f"'{text}' is not a value that cron knows for the {name}")
    found: set[int] = set()
    for part in text.lstrip("-").split(","):
        spread, _slash, step = part.partition("/")
        if _slash and not (step.isdigit() and int(step)):
            raise wrong
        if spread == "*":
            first, last = low, high if high != 7 else 6
        else:
            ends = [_number(end, names) for end in re.split(r"[-~]", spread)]
            if len(ends) > 2 or any(end is None for end in ends):
                raise wrong
            first, last = int(ends[0] or 0), int(ends[-1] or 0)
            if "~" in spread:  # some time between the two, the same each day: cronie
                last = first
            elif len(ends) == 1 and _slash:
                last = high
        if not low <= first <= last <= high:
            raise wrong
        found.update(range(first, last + 1, int(step or 1)))
    return found


def _number(text: str, names: t.Mapping[str, int]) -> int | None:
    if text.isdigit():
        return int(text)
    return names.get(text.lower())


__all__ = ("Entry", "entries_of", "ignored_because", "period_of")
