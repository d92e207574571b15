# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A journal with entries of many hosts: how many of each, and the newest. PRIVATE to the collection."""

from __future__ import annotations

import fnmatch
import glob
import json
import os
import re

from .._finding import CannotObserve
from .._message import first_line
from .._phrase import phrase, verbatim
from .._runner import Completed, Runner, user_name
from .journald import not_all_seen
from .log_counted import Counted, Enough, Tally
from .log_days import FIRST_LOGS, jumped
from .log_tail import CANARY

MOST_BYTES = 512 * 2**20
MOST_OF_ONE = 64 * 2**20
MOST_HOSTS = 50  # that are looked for one by one
OLD_RUN_OF_ONE = 100_000  # older entries of one of them, after which there are no newer ones before them
_BROKEN = re.compile(r"(?i)corrupt|truncated|ignoring file|bad message|failed to (?:open|read|iterate|get|seek)|not a journal")


class GatheredJournal:
    """A journal with entries of many hosts, as systemd-journal-remote keeps it; without a folder the journal of this host."""

    def __init__(self, folder: str | None, unit: str | None, tag: str | None, runner: Runner) -> None:
        self.folder, self.runner = folder, runner
        self.name = folder or "journal"
        self.unit, self.tag = unit, tag
        self._matches: list[list[str]] | None = None

    @property
    def is_narrow(self) -> bool:
        return bool(self.unit or self.tag)

    def matches(self) -> list[list[str]]:
        """What an entry must match, one of several: units of the system, and those of users."""
        if self._matches is None:
            fields = ("_SYSTEMD_UNIT", "_SYSTEMD_USER_UNIT")
            if self.unit and any(sign in self.unit for sign in "*?["):
                pattern = self.unit
                known = {field: [name for name in self._values(field) if fnmatch.fnmatchcase(name, pattern)] for field in fields}
                self._matches = [[f"{field}={name}"] for field in fields for name in known[field]] or [[f"{fields[0]}={pattern}"]]
            elif self.unit:
                self._matches = [[f"{field}={self.unit}"] for field in fields]
            else:
                self._matches = [[f"SYSLOG_IDENTIFIER={self.tag}"] if self.tag else []]
        return self._matches

    def command(self, *words: str, also: str = "") -> list[str]:
        return ["journalctl", "--no-pager", *self._place(), "--output=json", *words, *self._terms(also)]

    def _place(self) -> list[str]:
        return [f"--directory={self.folder}"] if self.folder else ["--merge"]

    def _terms(self, also: str) -> list[str]:
        terms: list[str] = []
        for number, one in enumerate(self.matches()):
            terms += [*(["+"] if number else []), *one, *([also] if also else [])]
        return terms

    def _values(self, field: str) -> list[str]:
        answer = self.runner.run(["journalctl", "--no-pager", *self._place(), f"--field={field}"])
        self._complain(answer)
        return [line for line in answer.stdout.split("\n") if line and not line.startswith("-- ")]

    def count(self, by: str, since: float, until: float, satisfied: Enough) -> Counted:
        """Entries from the newest to the oldest, until all that is wanted has been found. CannotObserve.

        They lie there as they have arrived: journalctl itself would end at the first one that is older than a time.
        """
        self._must_be_there()
        counted = Counted()
        if self._read(by, Tally(since, until, counted, satisfied), MOST_BYTES) or satisfied(counted.flows):
            return counted
        left = [name for name in self._values(by) if name not in counted.flows]
        whole = True
        for name in left[:MOST_HOSTS]:  # the entries of each that was not found where not all could be read
            whole = self._read(by, Tally(since, until, counted, satisfied, OLD_RUN_OF_ONE), MOST_OF_ONE, f"{by}={name}") and whole
        if len(left) > MOST_HOSTS or not whole:
            counted.short = phrase("only the newest entries of the journal {path:path} were looked at", path=self.name)
        return counted

    def _read(self, by: str, tally: Tally, most: int, also: str = "") -> bool:
        """Whether all was read, or all that was wanted was found."""
        size, left = 0, b""
        with self.runner.piped(self.command("--reverse", f"--output-fields={by},MESSAGE", also=also)) as pipe:
            while chunk := pipe.read(65536):
                size += len(chunk)
                *lines, left = (left + chunk).split(b"\n")
                for line in lines:
                    self._take(line, by, tally)
                if tally.is_enough():
                    return True
                if size > most or tally.is_past():
                    tally.settle()
                    return False
            self._take(left, by, tally)
            self._complain(pipe.ended())
        tally.settle()
        return True

    def _must_be_there(self) -> None:
        if self.folder and not os.path.isdir(self.folder):
            raise CannotObserve(phrase("{path:path} is no folder: a journal was expected there", path=self.folder))
        ends = ("*.journal", "*/*.journal")
        if self.folder and not any(glob.glob(os.path.join(glob.escape(self.folder), end)) for end in ends):
            raise CannotObserve(phrase("there is no journal in {path:path}", path=self.folder))
        self._needs_journalctl()

    def oldest(self) -> float | None:
        """The time of the first entry whose time is one. CannotObserve."""
        return self._first_since(FIRST_LOGS)

    def filled(self, step: float) -> list[float]:
        """Moments of entries, one for each part of so many seconds or more. CannotObserve."""
        return jumped(self._first_since, step, self.runner.now().timestamp())

    def _first_since(self, since: float) -> float | None:
        """The time of the first entry since then."""
        counted = Counted()
        tally = Tally(FIRST_LOGS, float("inf"), counted, lambda _flows: False)
        self._needs_journalctl()
        with self.runner.piped(self.command("--output-fields=_HOSTNAME", f"--since=@{int(since)}")) as pipe:
            left = b""
            while not counted.flows and len(left) < 2**20 and (chunk := pipe.read(65536)):
                *lines, left = (left + chunk).split(b"\n")
                for line in [line for line in lines if not line.startswith(b"-- ")][:1]:  # -- Logs begin ... --
                    self._take(line, "_HOSTNAME", tally)
                tally.settle()
            if not counted.flows:
                self._complain(pipe.ended())
        return next((flow.newest for flow in counted.flows.values()), None)

    def _needs_journalctl(self) -> None:
        if self.runner.which("journalctl") is None:
            raise CannotObserve(phrase("journalctl is not installed on this host, or may not be run: its journal cannot be looked at"))

    def _complain(self, ended: Completed) -> None:
        """CannotObserve, where journalctl has not read all."""
        if not_all_seen(ended.stderr):
            raise CannotObserve(
                phrase(
                    "{user} may not read all of the journal {path:path}; let the check run as a user who may (run_as, become)",
                    user=user_name(),
                    path=self.name,
                )
            )
        if (ended.rc and ended.stderr.strip()) or _BROKEN.search(ended.stderr):
            said = verbatim(first_line(ended.stderr, "", 200))
            raise CannotObserve(phrase("journalctl could not read the journal {path:path}: {reason}", path=self.name, reason=said))

    @staticmethod
    def _take(line: bytes, by: str, tally: Tally) -> None:
        try:
            entry = json.loads(line)
            moment = int(entry["__REALTIME_TIMESTAMP"]) / 1e6
            value = entry.get(by)
        except (ValueError, TypeError, KeyError, RecursionError):
            return
        if CANARY in str(entry.get("MESSAGE")):
            return
        tally.take(str(value or ""), moment)


__all__ = ("GatheredJournal",)
