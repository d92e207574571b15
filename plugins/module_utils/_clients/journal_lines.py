# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The newest entries of a unit, or of a syslog tag, in the journal of a host. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import json
import typing as t

from .._finding import CannotObserve, isoformat
from .._message import first_line
from .._phrase import phrase, verbatim
from .._runner import Runner, user_name
from .journald import not_all_seen
from .log_lines import LEAST, LONGEST, MOST, Line, Run, Sample

PER_ENTRY = 2048  # bytes of an entry in JSON
OWN = ("_CMDLINE",)  # what journald itself adds, and what may hold anything
MOST_FIELDS = 64


def of_journal(runner: Runner, wanted: int, *, unit: str | None = None, tag: str | None = None, folder: str | None = None) -> Sample:
    """The newest entries, oldest first. CannotObserve."""
    name = unit or tag or ""
    sample = Sample(name, journal=True)
    budget = min(MOST, max(LEAST, wanted * PER_ENTRY))
    # the newest first, so that what is cut off is the oldest
    # not --quiet, with which nobody hears that a part is hidden
    command = ["journalctl", "--output=json", "--all", "--no-pager", "--reverse", f"--lines={wanted}"]
    command += [f"--unit={unit}"] if unit else [f"--identifier={tag}"]
    command += [f"--directory={folder}"] if folder else []
    answer = runner.run(command, max_output=budget)
    if answer.rc and not answer.truncated:
        said = verbatim(first_line(answer.stderr, "", 200)) or phrase("it gave no reason")
        raise CannotObserve(phrase("journalctl could not read the journal: {reason}", reason=said))
    lines = parse_entries(answer.stdout)
    if not_all_seen(answer.stderr):
        said = phrase("{user} may not read the whole journal; let the check run as a user who may (run_as)", user=user_name())
        if not lines:
            raise CannotObserve(said)
        sample.unread.append(said)
    if answer.truncated:
        sample.unread.append(phrase("of the journal of {unit:path} only the newest {read:bytes} were read", unit=name, read=budget))
    sample.everything = len(lines) < wanted and not answer.truncated
    sample.size = len(answer.stdout)
    sample.runs = [Run(name, lines[::-1])] if lines else []
    return sample


def parse_entries(text: str) -> list[Line]:
    """The output of ``journalctl --output=json``, in its order; CannotObserve when it is something else. The last entry may be cut."""
    found = []
    rows = [row for row in text.split("\n") if row.strip() and not row.startswith("-- ")]  # -- No entries --, -- Boot ... --
    for number, row in enumerate(rows):
        try:
            data = json.loads(row)
        except (ValueError, RecursionError):
            data = None
        if isinstance(data, dict):
            found.append(_entry(data))
        elif number != len(rows) - 1 or not number:
            raise CannotObserve(phrase("journalctl did not answer in JSON"))  # not what it said: that is a line of the log
    return found


def _entry(data: t.Mapping[str, object]) -> Line:
    stamp = _text(data.get("__REALTIME_TIMESTAMP"))
    message = _text(data.get("MESSAGE"))
    fields = {}
    for name, value in list(data.items())[:MOST_FIELDS]:
        if name != "MESSAGE" and not name.startswith("__") and (not name.startswith("_") or name in _KEPT):
            fields[name] = _text(value)[:LONGEST]
    moment = int(stamp) / 1e6 if stamp.isdigit() and len(stamp) < 20 else None
    return Line(message[:LONGEST].rstrip("\r\n"), whole=len(message) <= LONGEST, moment=moment, fields=fields)


_KEPT = (*OWN, "_TRANSPORT", "_SYSTEMD_UNIT", "_HOSTNAME", "_COMM")


def _text(value: object) -> str:
    """Text, or the bytes of what is none; a field that is there several times as lines."""
    if isinstance(value, list):
        if value and all(isinstance(item, int) and 0 <= item < 256 for item in value):
            return bytes(t.cast("list[int]", value)).decode("utf-8", "replace")
        return "\n".join(_text(item) for item in value[:MOST_FIELDS])
    return "" if value is None else str(value)


def moment_of(line: Line) -> str:
    """When the journal took an entry."""
    return isoformat(dt.datetime.fromtimestamp(line.moment or 0.0, dt.timezone.utc))


__all__ = ("OWN", "moment_of", "of_journal", "parse_entries")
