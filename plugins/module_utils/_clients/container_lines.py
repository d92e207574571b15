# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The newest lines that a container has printed, as its engine keeps them. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import re

from .._finding import CannotObserve
from .._message import first_line
from .._phrase import phrase, verbatim
from .._runner import Runner
from .containers import inspect
from .log_lines import LEAST, LONGEST, MOST, PER_LINE, Line, Run, Sample

_STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d) ?")


def of_container(name: str, engine: str | None, runner: Runner, wanted: int) -> Sample:
    """What it has printed to both of its outputs, oldest first. CannotObserve."""
    container = inspect(name, engine, runner)
    if container is None:
        raise CannotObserve(phrase("there is no container {name:path} on this host", name=name), absent=True)
    sample = Sample(name, journal=True)
    budget = min(MOST, max(LEAST, wanted * PER_LINE))
    answer = runner.run([container.engine, "logs", "--timestamps", "--tail", str(wanted), name], timeout=120.0, max_output=budget)
    if answer.rc and not answer.truncated:
        own = "\n".join(row for row in answer.stderr.split("\n") if not _STAMP.match(row))  # the others are lines of the log
        said = verbatim(first_line(own, "", 200)) or phrase("it gave no reason")
        raise CannotObserve(phrase("the log of the container {name:path} cannot be read: {reason}", name=name, reason=said))
    lines = [line for text in (answer.stdout, answer.stderr) for row in text.split("\n") if (line := _line(row)) is not None]
    lines.sort(key=lambda line: line.moment or 0.0)
    if answer.truncated:  # the oldest come first, so the newest are lost
        sample.unread.append(phrase("of the container {name:path} only {read:bytes} were read", name=name, read=budget))
    sample.everything = len(lines) < wanted and not answer.truncated
    sample.size = len(answer.stdout) + len(answer.stderr)
    sample.runs = [Run(name, lines)] if lines else []
    return sample


def _line(row: str) -> Line | None:
    match = _STAMP.match(row)
    if match is None:
        return None  # the end of the output, or what the engine itself says
    text = row[match.end() :].rstrip("\r")
    offset = "+00:00" if match[3] == "Z" else match[3]
    try:
        moment = dt.datetime.fromisoformat(match[1] + offset).timestamp() + float(f"0.{match[2] or 0}")
    except (ValueError, OverflowError):
        return None
    return Line(text[:LONGEST], whole=len(text) <= LONGEST, moment=moment)


__all__ = ("of_container",)
