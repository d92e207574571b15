# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What journald keeps, within which bounds, and what stands in it. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import glob
import json
import os
import re
import typing as t

from .._finding import CannotObserve
from .._listing import every
from .._message import first_line, one_line
from .._phrase import Message, phrase, verbatim
from .._runner import Runner, unreadable, user_name
from .systemd import parse_time

DAY = 86400.0
CONFIG = [
    "/usr/lib/systemd/journald.conf",
    "/etc/systemd/journald.conf",
    "/usr/lib/systemd/journald.conf.d/*.conf",
    "/usr/local/lib/systemd/journald.conf.d/*.conf",
    "/run/systemd/journald.conf.d/*.conf",
    "/etc/systemd/journald.conf.d/*.conf",
]
_JOURNAL_UNITS = {"": 1, "B": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40, "P": 2**50, "E": 2**60}
_SPANS = {"us": 1e-6, "ms": 1e-3, "s": 1, "min": 60, "m": 60, "h": 3600, "d": DAY, "w": 7 * DAY, "M": 2629800, "y": 31557600}
_SPAN_NAMES = {"sec": "s", "second": "s", "minute": "min", "hr": "h", "hour": "h", "day": "d", "week": "w", "month": "M", "year": "y"}
LONGEST = 100  # characters of a size
DROPPED = "a596d6fe7bfa4994828e72309e95d61e"  # the MESSAGE_ID of "Suppressed N messages from UNIT"
DEFAULT_SHARE, DEFAULT_MOST = 0.10, 4 * 2**30  # journald.conf(5): 10 % of the file system, at most 4 GiB


@dataclasses.dataclass(frozen=True)
class Usage:
    """How much lies in the journal, and in which files."""

    used: int
    files: list[JournalFile]


def usage(runner: Runner) -> Usage:
    """What journalctl says of the system's journal. CannotObserve."""
    answer = runner.run(["journalctl", "--disk-usage"])
    used = parse_disk_usage(answer.stdout + answer.stderr)
    if answer.rc or used is None:
        said = verbatim(first_line(answer.stdout + answer.stderr, "", 200)) or phrase("it said nothing")
        raise CannotObserve(phrase("journalctl --disk-usage did not tell a size: {reason}", reason=said))
    header = runner.run(["journalctl", "--header"])
    if not_all_seen(answer.stderr + header.stderr):
        raise CannotObserve(
            phrase("{user} may not read the system's journal; let the check run as a user who may (run_as, become)", user=user_name())
        )
    return Usage(used, parse_journal_header(header.stdout))


def not_all_seen(said: str) -> bool:
    """Whether journalctl hints that this user does not see all of the journal. With ``--quiet`` it does not say so."""
    return "insufficient permissions" in said or "not seeing messages" in said


def parse_disk_usage(text: str) -> int | None:
    """Bytes in "Archived and active journals take up 1.5G in the file system."; old versions say "on disk"."""
    match = re.search(r"take up ([\d.]+)([BKMGTPE]?)B? (?:in|on)", text)
    return int(float(match.group(1)) * _JOURNAL_UNITS[match.group(2)]) if match else None


@dataclasses.dataclass(frozen=True)
class JournalFile:
    path: str
    archived: bool
    head: float | None
    tail: float | None = None

    @property
    def volatile(self) -> bool:
        """Whether it lies in memory, and is gone when the host restarts."""
        return self.path.startswith("/run/")


def parse_journal_header(text: str) -> list[JournalFile]:
    """The files that ``journalctl --header`` describes."""
    files = []
    for block in re.split(r"^File [Pp]ath: ", text, flags=re.MULTILINE)[1:]:
        path = block.split("\n", 1)[0].strip()
        state = re.search(r"^State: (\w+)", block, re.MULTILINE)
        head, tail = (_header_time(block, end) for end in ("Head", "Tail"))
        files.append(JournalFile(path, bool(state and state.group(1) == "ARCHIVED"), head, tail))
    return files


def _header_time(block: str, end: str) -> float | None:
    found = re.search(rf"^{end} realtime timestamp: (.*?)(?:\(([0-9a-f]{{1,16}})\))?\s*$", block, re.MULTILINE)
    if found is None:
        return None
    if found.group(2):  # the same in every zone: microseconds
        return int(found.group(2), 16) / 1e6 or None  # 0: it has no entry yet
    moment = parse_time(found.group(1).strip())
    return moment.timestamp() if moment else None


class Settings(t.NamedTuple):
    """What holds by the section [Journal], and what stands there and is ignored, as journald cannot read the value."""

    holding: dict[str, str]
    ignored: dict[str, str]


def journald_settings(patterns: t.Sequence[str], runner: Runner) -> dict[str, str]:
    """What holds by the section [Journal]. CannotObserve."""
    return read_settings(patterns, runner).holding


def read_settings(patterns: t.Sequence[str], runner: Runner) -> Settings:
    """As journald reads it: main files in the order given, then drop-ins by name; later ones win where they are valid. CannotObserve."""
    main = [path for pattern in patterns if "*" not in pattern for path in [pattern] if os.path.exists(path)]
    drop_ins = {os.path.basename(path): path for pattern in patterns if "*" in pattern for path in glob.glob(pattern)}
    settings = Settings({}, {})
    for path in [*main, *(drop_ins[name] for name in sorted(drop_ins))]:
        for key, value in _assignments(runner.read_text(path)):
            if _is_valid(key, value):
                settings.holding[key] = value
                settings.ignored.pop(key, None)
            else:
                settings.ignored[key] = value
    return settings


def _assignments(text: str) -> t.Iterator[tuple[str, str]]:
    """Of the section [Journal]; journald passes over all lines outside of a section."""
    section = ""
    for line in re.sub(r"\\\r?\n", " ", text).splitlines():
        bare = line.strip()
        if bare.startswith("[") and bare.endswith("]"):
            section = bare[1:-1]
        key, equals, value = bare.partition("=")
        if equals and section == "Journal" and not bare.startswith(("#", ";")):
            yield key.strip(), value.strip()


def _is_valid(key: str, value: str) -> bool:
    if key == "Storage":
        return value in ("", "volatile", "persistent", "auto", "none")
    return key not in ("SystemMaxUse", "RuntimeMaxUse") or not value or _journal_size(value) is not None


def shipped_default(patterns: t.Sequence[str], key: str, runner: Runner) -> str | None:
    """What holds where nothing is set: distributions ship the main file with each default in it, behind a number sign."""
    for path in (pattern for pattern in patterns if "*" not in pattern and os.path.exists(pattern)):
        found = re.search(rf"^#\s?{re.escape(key)}=(\S+)\s*$", runner.read_text(path), re.MULTILINE)
        if found:
            return found.group(1)
    return None


def is_off(value: str | None) -> bool:
    """Whether a setting is switched off, in systemd's words."""
    return (value or "").strip().lower() in ("no", "false", "off", "0", "n", "f")


def journal_limit(settings: t.Mapping[str, str], files: t.Sequence[JournalFile]) -> tuple[int, Message]:
    """The bytes that journald lets these files take, and which settings say so. CannotObserve."""
    limits: list[int] = []
    reasons: list[Message] = []
    persistent = [one.path for one in files if not one.volatile]
    volatile = [one.path for one in files if one.volatile]
    for key, paths in (("SystemMaxUse", persistent), ("RuntimeMaxUse", volatile)):
        if not paths:
            continue
        configured = _journal_size(settings.get(key, ""))
        if configured is not None:
            limits.append(configured)
            reasons.append(verbatim(key))
            continue
        folder = os.path.dirname(paths[0])
        while not os.path.exists(folder) and folder != os.path.dirname(folder):
            folder = os.path.dirname(folder)
        try:
            system = os.statvfs(folder)
        except OSError as exc:
            raise CannotObserve(unreadable(folder, exc)) from None
        limits.append(min(int(system.f_blocks * system.f_frsize * DEFAULT_SHARE), DEFAULT_MOST))
        reasons.append(phrase("journald's default for {setting}", setting=key))
    return sum(limits), every(reasons)


def _journal_size(text: str) -> int | None:
    """Bytes of ``500M`` or ``1G 512M``; None for what journald does not take, such as ``500MB``."""
    number = r"\s*\d{1,18}(?:\.\d{0,18})?\s*"
    if not text or len(text) > LONGEST or not re.fullmatch(rf"(?:{number}[EPTGMKB])*(?:{number})?", text):
        return None
    parts = re.findall(r"(\d+(?:\.\d*)?)\s*([EPTGMKB]?)", text)
    order = [list(_JOURNAL_UNITS).index(unit) for _amount, unit in parts]
    if any(after >= before for before, after in zip(order, order[1:])):  # the larger unit stands first
        return None
    return sum(int(float(amount) * _JOURNAL_UNITS[unit]) for amount, unit in parts)


def parse_timespan(text: str) -> float:
    """Seconds of a time span of systemd such as ``1month 2day``; 0 when there is none."""
    total = 0.0
    for number, unit in re.findall(r"([\d.]+)\s*([A-Za-z]*)", text):
        name = unit if unit in _SPANS else _SPAN_NAMES.get(unit.rstrip("s"), unit)
        try:
            total += float(number) * _SPANS.get(name or "s", 0)
        except ValueError:
            return 0.0
    return total


def dropped(since: float, runner: Runner) -> dict[str, int]:
    """How many messages the rate limit has dropped since then, by the unit that sent them. CannotObserve."""
    done = runner.run(
        ["journalctl", "--quiet", "--no-pager", "--output=json", "--lines=10000", f"--since=@{int(since)}", f"MESSAGE_ID={DROPPED}"],
        timeout=20.0,
    )
    if done.rc not in (0, 1) or (done.rc == 1 and done.stderr.strip()):  # 1 without a word: there is no such entry
        raise CannotObserve(phrase("journalctl did not tell what was dropped: {reason}", reason=first_line(done.stderr, "", 200)))
    counts: dict[str, int] = {}
    for entry in parse_journal(done.stdout):
        found = re.match(r"Suppressed (\d{1,18}) messages from (\S{1,300})", entry.message)
        if found:
            unit = found.group(2).rstrip("/").rpartition("/")[2]
            counts[unit] = counts.get(unit, 0) + int(found.group(1))
    return counts


def newest_until(moment: float, runner: Runner) -> float | None:
    """When the newest entry was received that is not of later than this; None where there is none, or it cannot be asked for."""
    command = ["journalctl", "--quiet", "--no-pager", "--output=json", "--reverse", "--lines=1", f"--until=@{int(moment)}"]
    try:
        entries = parse_journal(runner.run(command, timeout=20.0).stdout)
    except CannotObserve:
        return None
    return max((entry.arrived for entry in entries if entry.arrived is not None), default=None)


@dataclasses.dataclass(frozen=True)
class JournalEntry:
    message: str
    host: str
    arrived: float | None
    machine: str = ""  # the id of the machine that wrote it
    identity: str = dataclasses.field(default="", compare=False)  # the same for each copy of one entry


def parse_journal(text: str) -> list[JournalEntry]:
    """The output of ``journalctl --output=json``; CannotObserve when it is something else."""
    entries = []
    lines = [line for line in text.split("\n") if line.strip() and not line.startswith("-- ")]  # -- No entries --
    for number, line in enumerate(lines):
        try:
            data = json.loads(line)
            message = data.get("MESSAGE")
            if isinstance(message, list):  # bytes that are not printable text
                message = bytes(message).decode("utf-8", "replace")
            stamp = str(data.get("__REALTIME_TIMESTAMP", ""))
            arrived = int(stamp) / 1e6 if stamp.isdigit() else None
            identity = "/".join(str(data.get(name, "")) for name in ("__REALTIME_TIMESTAMP", "_BOOT_ID", "__MONOTONIC_TIMESTAMP"))
            named = str(data.get("_HOSTNAME", "")), arrived, str(data.get("_MACHINE_ID", ""))
            entries.append(JournalEntry(str(message or ""), *named, identity=identity))
        except (ValueError, TypeError, AttributeError):
            if number == len(lines) - 1 and number:  # cut off
                continue
            raise CannotObserve(phrase("journalctl did not answer in JSON: {said}", said=one_line(line, 80))) from None
    return entries


__all__ = (
    "CONFIG",
    "JournalEntry",
    "JournalFile",
    "Settings",
    "Usage",
    "dropped",
    "is_off",
    "journal_limit",
    "journald_settings",
    "newest_until",
    "not_all_seen",
    "parse_disk_usage",
    "parse_journal",
    "parse_journal_header",
    "parse_timespan",
    "read_settings",
    "shipped_default",
    "usage",
)
