# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that say which log is looked at and how much of it, and its sample. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._argspec import Spec
from .._clients.container_lines import of_container
from .._clients.containers import ENGINES
from .._clients.journal_lines import of_journal
from .._clients.log_lines import Sample, of_file
from .._finding import CannotObserve
from .._phrase import Message, phrase, plural
from .._runner import Runner

# documented by the fragment _log_source
SOURCE_SPEC: Spec = {
    "path": {"type": "path"},
    "unit": {"type": "str"},
    "tag": {"type": "str"},
    "journal": {"type": "path"},
    "container": {"type": "str"},
    "engine": {"type": "str", "choices": list(ENGINES)},
    "sample_lines": {"type": "int", "default": 20000},
    "quiet": {"type": "bool", "default": False},
}
ONE_SOURCE = ("path", "unit", "tag", "container")
SOURCE_CONSTRAINTS: dict[str, object] = {"required_one_of": [ONE_SOURCE], "mutually_exclusive": [ONE_SOURCE]}
MOST_LINES = 1_000_000


class SourceArguments(t.TypedDict):
    path: str | None
    unit: str | None
    tag: str | None
    journal: str | None
    container: str | None
    engine: str | None
    sample_lines: int
    quiet: bool


def wrong_source(args: SourceArguments) -> list[str]:
    """What is wrong with these options beyond their types."""
    lines = args["sample_lines"]
    return [] if 1 <= lines <= MOST_LINES else [f"sample_lines: expected 1 to {MOST_LINES}, found {lines}"]


def taken(args: SourceArguments, runner: Runner) -> Sample:
    """The sample. CannotObserve, also for what is no text in lines; it may have no line."""
    if args["path"]:
        sample = of_file(args["path"], runner, args["sample_lines"])
    elif args["container"]:
        sample = of_container(args["container"], args["engine"], runner, args["sample_lines"])
    else:
        sample = of_journal(runner, args["sample_lines"], unit=args["unit"], tag=args["tag"], folder=args["journal"])
    if sample.utf16:
        raise CannotObserve(phrase("{log:path} is written in UTF-16, which is not read here", log=sample.name))
    if sample.binary:
        raise CannotObserve(phrase("{log:path} has bytes that are no text: it is no log of lines", log=sample.name))
    return sample


def no_line(sample: Sample) -> CannotObserve:
    """Why a log without lines says nothing."""
    if sample.unread:
        return CannotObserve(sample.unread[0])
    if sample.journal:
        return CannotObserve(phrase("there is no entry of {unit:path}", unit=sample.name))
    if sample.has_no_ends:
        return CannotObserve(phrase("{log:path} has {size:bytes} without the end of a line", log=sample.name, size=sample.size))
    return CannotObserve(phrase("{log:path} has no line yet", log=sample.name))


def extent(sample: Sample, count: int) -> Message:
    """How much of a log was looked at."""
    if sample.everything:
        return plural("{count:number} line, all that there is", "{count:number} lines, all that there are", count=count)
    if sample.journal:
        return plural("the newest entry", "the newest {count:number} entries", count=count)
    return plural(
        "{count:number} line of {size:bytes}, of the newest and of some over all its length",
        "{count:number} lines of {size:bytes}, the newest and some over all its length",
        count=count,
        size=sample.size,
    )


__all__ = ("SOURCE_CONSTRAINTS", "SOURCE_SPEC", "SourceArguments", "extent", "no_line", "taken", "wrong_source")
