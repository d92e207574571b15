# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The crontabs of a host, wherever cron reads them, and whether cron runs. PRIVATE to the collection."""

from __future__ import annotations

import os
import stat
import typing as t

from .._finding import CannotObserve
from .._phrase import Message
from .._runner import Runner, unreadable
from .cron import Entry, entries_of

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
    "/etc/crontabs",
    *(f"/etc/periodic/{name}" for name in ("15min", "hourly", "daily", "weekly", "monthly")),
)
GENERATED = "/run/systemd/generator/cron.target.wants"  # systemd-cron makes timers of crontabs: it needs no daemon


def find_entries(runner: Runner, file: str | None, text: str, user: str | None) -> tuple[list[Entry], list[Message]]:
    """The entries with this text, commented ones too, and why some places could not be looked at. CannotObserve."""
    if file and not os.path.lexists(file):
        try:
            os.lstat(file)
        except PermissionError as exc:
            raise CannotObserve(unreadable(file, exc)) from None
        except OSError:
            return [], []
    hidden: list[Message] = []
    entries: list[Entry] = []
    for path in [file] if file else _default_files(hidden):
        try:
            content = runner.read_text(path)
        except CannotObserve as exc:
            hidden.append(exc.message)
            continue
        entries += entries_of(path, content, text)
    return [entry for entry in entries if user is None or entry.user in (None, user)], hidden


def _default_files(hidden: list[Message]) -> list[str]:
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


def cron_reads(entries: t.Sequence[Entry]) -> bool:
    """Whether they stand where a cron daemon looks; an entry elsewhere is another scheduler's."""
    return any(entry.path in CRON_PLACES or os.path.dirname(entry.path) in CRON_PLACES for entry in entries)


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


__all__ = ("CRON_PLACES", "cron_is_running", "cron_reads", "find_entries")
