# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks for marked lines in a journal, this host's own or one that came from others. PRIVATE to the collection."""

from __future__ import annotations

import glob
import os
import typing as t

from .._finding import CannotObserve
from .._message import first_line
from .._phrase import Message, phrase, verbatim
from .._runner import Runner
from .canary_comparison import Found, is_of_line
from .canary_marker import Marker, host_name, machine_id, written
from .journald import JournalEntry, not_all_seen, parse_journal

MOST = 64 * 2**20  # bytes of what journalctl says
EARLIER = 120.0  # seconds before the first line was written, for clocks that differ a little


class JournalSearch:
    """Asks journalctl for all lines at once."""

    def __init__(self, folder: str | None, tag: str, runner: Runner) -> None:
        self.folder, self.tag, self.runner = folder, tag, runner
        self.records: dict[str, dict[str, JournalEntry]] = {}  # by token
        self.entries = 0
        self.part_hidden = False  # this user does not see all of the journal

    def look_over(self) -> None:
        """Nothing has to be known before a line is written."""

    def poll(self, markers: t.Sequence[Marker]) -> None:
        """Asks for all entries since the first line was written. CannotObserve."""
        since = int(min([self.runner.now().timestamp(), *written(markers)]) - EARLIER)
        command = ["journalctl", "--output=json", "--no-pager", f"--since=@{since}", "--lines=20000"]
        command += [f"--directory={self.folder}"] if self.folder else ["--merge"]
        if all(marker.via in ("journald", "syslog") for marker in markers):
            command += [f"--identifier={tag}" for tag in sorted({marker.tag or self.tag for marker in markers})]
        answer = self.runner.run(command, max_output=MOST)
        self.part_hidden = not_all_seen(answer.stderr)
        if answer.rc:
            said = verbatim(first_line(answer.stderr, "", 200)) or phrase("it gave no reason")
            raise CannotObserve(phrase("journalctl could not read the journal: {reason}", reason=said))
        entries = parse_journal(answer.stdout)
        self.entries = len(entries)
        for marker in markers:
            for entry in entries:
                if is_of_line(entry.message, marker):
                    self.records.setdefault(marker.token, {})[entry.identity] = entry

    def found(self, marker: Marker) -> list[Found]:
        return [
            Found(
                entry.message,
                phrase("the journal of {host}", host=entry.host),
                self.folder or "journal",
                identity=entry.identity,
                host=entry.host or None,
                moment=entry.arrived,
                arrived=entry.arrived,
                own="journal" if self._is_own(entry, marker) else None,
            )
            for entry in self.records.get(marker.token, {}).values()
        ]

    def _is_own(self, entry: JournalEntry, marker: Marker) -> bool:
        """Whether the entry lies in the journal of the machine that wrote it, wherever that is seen from."""
        if not self.folder:
            same = bool(entry.machine) and entry.machine == machine_id() == marker.machine
            return same or entry.host == host_name() == marker.host
        machine = entry.machine or marker.machine
        return _is_of_journald(os.path.realpath(self.folder), machine)

    def elsewhere(self, _markers: t.Sequence[Marker]) -> dict[str, Message]:
        return {}

    def hindrances(self) -> t.Sequence[Message]:
        return ()


def _is_of_journald(folder: str, machine: str | None) -> bool:
    """Whether a folder is one into which journald itself writes; a receiver names its files after the hosts from which they come."""
    if machine and (os.path.basename(folder).split(".", 1)[0] == machine or glob.glob(f"{glob.escape(folder)}/{machine}*")):
        return True
    return os.path.exists(os.path.join(folder, "system.journal"))


__all__ = ("JournalSearch",)
