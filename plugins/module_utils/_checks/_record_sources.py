# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the records of another system's backups come from: files, an address, a Prometheus. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import glob
import os
import re
import typing as t
from urllib.parse import urlsplit

from .._argspec import ArgumentsRefused, Spec, http_spec
from .._clients.prometheus import Prometheus
from .._clients.records import NotRows, Row, decoded, format_of, mail_of, more_pages, rows
from .._finding import CannotObserve
from .._http import Connection, HttpArguments, public_url
from .._message import one_line
from .._phrase import Message, phrase, verbatim
from .._runner import Runner, unreadable
from ._dated_names import parts_of, translate

# documented by the module itself
SOURCE_SPEC: Spec = {
    **http_spec(),
    "path": {"type": "path"},
    "pattern": {"type": "list", "elements": "str"},
    "query": {"type": "str"},
    "gives": {"type": "str", "choices": ["time", "age"], "default": "time"},
    "format": {"type": "str", "choices": ["auto", "json", "csv", "logfmt", "keys", "mail"], "default": "auto"},
    "entries": {"type": "str", "default": ""},
    "fields": {"type": "dict", "default": {}},
}
MOST_FILES = 500  # the newest of those that match
LARGEST = 32 * 2**20
STUCK = 3600.0  # seconds after which an age that is measured has grown
_FOLLOWS = 90.0  # seconds from the moment of the question: what is that near, now and before, is no time of a backup
_BEFORE = 300.0
_UNFINISHED = (".part", ".partial", ".tmp", ".swp")


class SourceArguments(HttpArguments):
    """What ``SOURCE_SPEC`` makes."""

    url: str | None
    path: str | None
    pattern: list[str] | None
    query: str | None
    gives: str
    format: str
    entries: str
    fields: dict[str, object]
    max_age: float


@dataclasses.dataclass
class Source:
    """Rows of one file or answer; ``written``: when the file was changed. ``queries``: the values are numbers by the names of fields."""

    name: str
    rows: list[Row]
    kind: str
    written: float | None = None


@dataclasses.dataclass
class Gathered:
    """All that could be read, newest file first, and what could not."""

    shown: str
    sources: list[Source] = dataclasses.field(default_factory=list)
    unread: list[Message] = dataclasses.field(default_factory=list)  # the newest file, or what is newer than all that was read
    older: list[Message] = dataclasses.field(default_factory=list)  # unread as well, and there is a newer one
    further: bool = False  # the answer is the first of several pages


def gather(args: SourceArguments, runner: Runner) -> Gathered:
    """CannotObserve where nothing can be read."""
    if args["query"]:
        return _of_prometheus(args, runner)
    if args["url"]:
        return _of_answer(args, runner)
    return _of_files(args, runner)


# -- files


def _of_files(args: SourceArguments, runner: Runner) -> Gathered:
    shown = args["path"] or ", ".join(args["pattern"] or [])
    paths = _paths(args)
    gathered = Gathered(shown)
    for number, (path, written) in enumerate(paths):
        runner.remaining()
        try:
            gathered.sources.append(Source(path, *_parsed(_content(path), path, "", args), written))
        except OSError as exc:
            (gathered.older if number else gathered.unread).append(unreadable(path, exc))
        except NotRows as exc:
            (gathered.older if number else gathered.unread).append(phrase("{path:path}: {reason}", path=path, reason=exc.message))
    if not gathered.sources:
        raise CannotObserve(gathered.unread[0])
    return gathered


def _paths(args: SourceArguments) -> list[tuple[str, float]]:
    """The files with the time of their last change, newest first. CannotObserve where there are none."""
    if args["path"]:
        try:
            paths = _in_folder(args["path"]) if os.path.isdir(args["path"]) else [args["path"]]
            os.stat(args["path"])
        except OSError as exc:
            raise CannotObserve(unreadable(args["path"], exc), absent=isinstance(exc, FileNotFoundError)) from None
    else:
        paths = [path for pattern in args["pattern"] or [] for path in _matching(pattern)]
    found = []
    for path in dict.fromkeys(paths):
        try:
            if os.path.isfile(path) and not path.endswith(_UNFINISHED):
                found.append((path, os.stat(path).st_mtime))
        except OSError:  # gone meanwhile
            continue
    if not found:
        raise CannotObserve(
            phrase("there is no record in {place:path}", place=args["path"] or ", ".join(args["pattern"] or [])), absent=True
        )
    return sorted(found, key=_by_time, reverse=True)[:MOST_FILES]


def _by_time(found: tuple[str, float]) -> tuple[float, str]:
    return found[1], found[0]


def _in_folder(folder: str) -> list[str]:
    """The files of a folder; of a maildir those of its folders ``new`` and ``cur``."""
    folders = [folder]
    if os.path.isdir(os.path.join(folder, "new")) and os.path.isdir(os.path.join(folder, "cur")):
        folders = [os.path.join(folder, "new"), os.path.join(folder, "cur")]
    return [os.path.join(one, name) for one in folders for name in os.listdir(one) if not name.startswith(".")]


def _matching(pattern: str) -> list[str]:
    wildcards, expression = translate(pattern)
    if not os.path.isabs(pattern):
        raise ArgumentsRefused([f"pattern: '{pattern}' does not start with /"])
    found = [path for path in glob.glob(wildcards, recursive=True) if parts_of(expression, path) is not None]
    if not found:
        _reachable(os.path.dirname(wildcards))
    return found


def _reachable(folder: str) -> None:
    """CannotObserve where a folder before the wildcards is closed."""
    while glob.has_magic(folder):
        folder = os.path.dirname(folder)
    try:
        os.listdir(folder)
    except OSError as exc:
        raise CannotObserve(unreadable(folder, exc), absent=isinstance(exc, FileNotFoundError)) from None


def _content(path: str) -> bytes:
    with open(path, "rb") as handle:
        content = handle.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise NotRows(phrase("it is larger than {most:bytes}", most=LARGEST))
    return content


def _parsed(content: bytes, name: str, content_type: str, args: SourceArguments) -> tuple[list[Row], str]:
    text = decoded(content)
    mails = os.path.basename(os.path.dirname(name)) in ("new", "cur")
    kind = args["format"] if args["format"] != "auto" else "mail" if mails else format_of(text, name.lower(), content_type)
    return rows(mail_of(content) if kind == "mail" else text, kind, args["entries"]), kind


# -- an answer


def _of_answer(args: SourceArguments, runner: Runner) -> Gathered:
    url = re.sub(r"\s", "%20", (args["url"] or "").strip())
    where = public_url(url)
    if urlsplit(url).scheme not in ("http", "https"):
        raise ArgumentsRefused([f"url: '{where}' is not an http:// or https:// address"])
    response = runner.ask(where, "GET", url, connection=Connection.from_args(args), timeout=args["timeout"], max_bytes=LARGEST)
    if response.status in (401, 403):
        said = phrase("{url:path} refuses the request ({status}): look at the credentials of the check", url=where, status=response.status)
        raise CannotObserve(said, instrument=where)
    if response.status != 200:
        said = phrase("{url:path} answered with status {status}; expected 200", url=where, status=response.status)
        raise CannotObserve(said, instrument=where, absent=response.status in (404, 410))
    try:
        found, kind = _parsed(response.body, urlsplit(url).path, response.headers.get("content-type", "").lower(), args)
    except NotRows as exc:
        raise CannotObserve(phrase("{url:path}: {reason}", url=where, reason=exc.message), instrument=where) from None
    return Gathered(where, [Source(where, found, kind)], further=kind == "json" and more_pages(decoded(response.body)))


# -- a Prometheus


def _of_prometheus(args: SourceArguments, runner: Runner) -> Gathered:
    """A row for each series: its labels, and a number for each field."""
    query = args["query"] or ""
    server = Prometheus(Connection.from_args(args), runner)
    server.ready()
    now = runner.now().timestamp()
    answer = server.evaluate(query)
    if not answer.samples:
        raise CannotObserve(phrase("{server} has nothing for {query}", server=server.instrument, query=query), absent=True)
    before = {}
    if args["gives"] == "time" and args["max_age"] >= STUCK:  # what runs each minute is asked to be younger
        recent = {_series(sample.labels) for sample in answer.samples if abs(sample.value - now) < _FOLLOWS}
        if recent:
            _refuse_clock(server, query, now, recent)
    if args["gives"] == "age":
        before = {_series(sample.labels): sample.value for sample in server.query(query, at=now - STUCK)}
    found: dict[str, dict[str, object]] = {}
    for sample in answer.samples:
        series = _series(sample.labels)
        time = sample.value
        if args["gives"] == "age":
            time = now - sample.value
            if abs(before.get(series, -1.0) - sample.value) < 1.0:
                said = phrase(
                    "the age that {query} tells has not moved for {time:duration}: it is not measured any more, or was pushed once",
                    query=query,
                    time=STUCK,
                )
                raise CannotObserve(said, instrument=server.instrument)
        found[series] = {**sample.labels, "series": series, "time": time}
    for field, expression in args["fields"].items():
        if field not in ("time", "job"):
            for sample in server.evaluate(str(expression)).samples:
                row = found.get(_series(sample.labels)) or (next(iter(found.values())) if len(found) == 1 else None)
                if row is not None:
                    row[field] = int(sample.value) if sample.value.is_integer() else sample.value
    shown = phrase("{query} of {server}", query=query, server=server.instrument)
    return Gathered(shown, [Source(shown, list(found.values()), "metric")], [verbatim(one_line(one, 200)) for one in answer.warnings])


def _refuse_clock(server: Prometheus, query: str, now: float, recent: set[str]) -> None:
    """CannotObserve for ``time()``, or ``timestamp()`` of what is scraped: their value is always that of the moment of the question."""
    then = now - _BEFORE
    before = {_series(sample.labels): sample.value for sample in server.query(query, at=then)}
    if any(abs(before.get(series, 0.0) - then) < _FOLLOWS for series in recent):
        said = phrase("the value of {query} follows the clock: it is the time of the question, and not that of a backup", query=query)
        raise CannotObserve(said, instrument=server.instrument)


def _series(labels: t.Mapping[str, str]) -> str:
    inner = ", ".join(f'{name}="{value}"' for name, value in sorted(labels.items()) if name != "__name__")
    return f"{{{inner}}}" if inner else ""


__all__ = ("SOURCE_SPEC", "Gathered", "Source", "SourceArguments", "gather")
