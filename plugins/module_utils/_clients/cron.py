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

from .._phrase import Message, phrase

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
_PERIODIC = {"15min": "*/15 * * * *", "hourly": "@hourly", "daily": "@daily", "weekly": "@weekly", "monthly": "@monthly"}  # busybox
_MONTHS = {
    name: number for number, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
_DAYS = {name: number for number, name in enumerate(["sun", "mon", "tue", "wed", "thu", "fri", "sat"])}
_FIELDS: tuple[tuple[Message, int, int, dict[str, int]], ...] = (
    (phrase("minute"), 0, 59, {}),
    (phrase("hour"), 0, 23, {}),
    (phrase("day of month"), 1, 31, {}),
    (phrase("month"), 1, 12, _MONTHS),
    (phrase("day of week"), 0, 7, _DAYS),
)
_LINE = re.compile(r"(?P<schedule>@\w+|-?[\d*][\d*,/~-]*(?:\s+[\w*,/~-]+){4})\s+(?P<rest>\S.*)")
_HORIZON = 366 * 9  # days: the 29th of February comes again within 8 years
_DAY = 1440


class WrongField(ValueError):
    """A field of a schedule has a value that it cannot have."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


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
    schedule = _of_scripts(path)
    if schedule:
        lines = [line for line in content.splitlines() if not line.lstrip().startswith("#")]
        if text in os.path.basename(path) or any(text in line for line in lines):
            return [Entry(path, 0, schedule, "root", "")]
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


def _of_scripts(path: str) -> str | None:
    """How often the scripts in the folder of this file are run; None for a folder of another kind."""
    above, folder = os.path.split(os.path.dirname(path))
    return _PERIODIC.get(folder) if os.path.basename(above) == "periodic" else _FOLDERS.get(folder)


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


def ignored_because(entry: Entry) -> Message | None:
    """Why cron passes over the file of this entry; None when it does not."""
    path, folder, name = entry.path, os.path.basename(os.path.dirname(entry.path)), os.path.basename(entry.path)
    debian = os.path.exists(DEBIAN_MARK)
    scripts = _of_scripts(path) is not None
    in_folder = folder == "cron.d" or scripts
    if in_folder and (name.startswith(".") or re.search(r"(~|,v|\.rpm(save|orig|new)|\.dpkg-\w+|\.swp)$", name)):
        return phrase("cron ignores {path:path}: its name is one of a backup copy", path=path)
    if in_folder and debian and not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        return phrase("cron ignores {path:path}: the name may have letters, digits, - and _ only (no dot)", path=path)
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return phrase("cron ignores {path:path}: it is a link to a file that does not exist", path=path)
    except OSError:
        return None
    if scripts and not status.st_mode & 0o111:
        return phrase("cron ignores {path:path}: it is not executable", path=path)
    if folder == "cron.d" or name == "crontab":
        if status.st_mode & 0o022:
            mode = f"{status.st_mode & 0o777:04o}"
            return phrase("cron ignores {path:path}: others than its owner may write to it (mode {mode})", path=path, mode=mode)
        if path.startswith("/etc/") and status.st_uid != 0:
            return phrase("cron ignores {path:path}: it does not belong to root", path=path)
    if entry.broken and debian:
        return phrase(
            "cron ignores the whole of {path:path}: its line {line} is neither a comment, a variable nor an entry",
            path=path,
            line=entry.broken,
        )
    if entry.line and (not entry.command or "/" in str(entry.user)):
        return phrase("cron ignores {place:path}: a line of this file needs a user between the schedule and the command", place=entry.where)
    try:
        pwd.getpwnam(str(entry.user))
    except KeyError:
        return phrase("cron ignores {place:path}: the user {user} does not exist on this host", place=entry.where, user=str(entry.user))
    if entry.line and debian and not entry.newline:
        return phrase("cron ignores {path:path}: its last line has no line end", path=path)
    return None


def period_of(schedule: str, today: dt.date) -> tuple[float | None, Message | None]:
    """The longest time between two runs in seconds, or what is wrong with the schedule; neither for ``@reboot``."""
    if schedule == "@reboot":
        return None, None
    fields = _NICKNAMES.get(schedule.lower(), schedule).split()
    if len(fields) != 5:
        return None, phrase("the schedule '{schedule}' is not one that cron knows", schedule=schedule)
    try:
        minutes, hours, days, months, weekdays = (_values(text, *field) for text, field in zip(fields, _FIELDS))
    except WrongField as exc:
        return None, exc.message
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
        return None, phrase("the schedule '{schedule}' names a day that never comes", schedule=schedule)
    longest = max([longest, *(after - before for before, after in zip(times, times[1:]))])
    return float(longest * 60), None


def _values(text: str, name: Message, low: int, high: int, names: t.Mapping[str, int]) -> set[int]:
    """The numbers of one field. WrongField."""
    wrong = WrongField(phrase("'{text}' is not a value that cron knows for the {field}", text=text, field=name))
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


__all__ = ("Entry", "WrongField", "entries_of", "ignored_because", "period_of")
