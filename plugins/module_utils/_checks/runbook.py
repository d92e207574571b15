# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A runbook is complete, owned, reviewed lately, and its links lead somewhere. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import os
import stat
import typing as t

from .._argspec import Spec, http_spec
from .._clients.document import Reading, borrowed, form_of
from .._clients.document_places import Commit, Folder
from .._clients.git_source import TRANSPORTS, NoSuchFile, fetched, within
from .._clients.links import LOGIN_PAGE, SOFT_404, judge
from .._clients.section_names import meant
from .._finding import CannotObserve, Finding, Measurement, Status, failed, isoformat, worst
from .._http import Connection, public_url
from .._phrase import Message, and_more, phrase, plural
from .._runner import Runner, unreadable
from ._document_fields import OWNER, Dated, Defect, executed_defects, first, owner_defects, review, review_measurements
from ._document_head import with_head
from ._document_links import SITES, Linked
from ._document_sections import section_defects
from ._document_source import LARGEST, GitArguments, Source
from ._runbook_references import SPEC as REFERENCES
from ._runbook_references import ReferenceArguments, for_hosts, judged

WHERE = "controller"
TIMEOUT = 120.0
ARGUMENT_SPEC: Spec = {
    **http_spec(),
    "path": {"type": "path"},
    "git": {
        "type": "dict",
        "options": {
            "url": {"type": "str", "required": True},
            "ref": {"type": "str", "default": "HEAD"},
            "path": {"type": "str", "required": True},
        },
    },
    "git_transports": {"type": "list", "elements": "str", "default": list(TRANSPORTS)},
    "max_size": {"type": "str", "default": "256KiB"},
    "sections": {
        "type": "list",
        "elements": "str",
        "default": ["symptoms", "diagnosis", "mitigation", "escalation", "rollback"],
    },
    "max_age": {"type": "str", "default": "365d"},
    "owner_required": {"type": "bool", "default": True},
    "executed_by_other": {"type": "bool", "default": False},
    "executed_max_age": {"type": "str"},
    "check_links": {"type": "bool", "default": True},
    "anchors": {"type": "str", "choices": list(SITES), "default": "github"},
    "link_timeout": {"type": "str", "default": "10s"},
    "link_hosts": {"type": "list", "elements": "str", "default": []},
    "ignore_links": {"type": "list", "elements": "str", "default": []},
    "soft_404": {"type": "list", "elements": "str", "default": list(SOFT_404)},
    "login_page": {"type": "list", "elements": "str", "default": list(LOGIN_PAGE)},
    **REFERENCES,
}
CONSTRAINTS = {"required_one_of": [("path", "url", "git")], "mutually_exclusive": [("path", "url", "git")]}
DURATIONS = ("max_age", "executed_max_age", "link_timeout")
SIZES = ("max_size",)
_PATIENCE = 15.0  # seconds to read it


class Arguments(ReferenceArguments):
    sections: list[str]
    max_age: float
    owner_required: bool
    executed_by_other: bool
    executed_max_age: float | None
    check_links: bool
    anchors: str
    link_hosts: list[str]
    ignore_links: list[str]


def run(args: Arguments, runner: Runner) -> Finding:
    with contextlib.ExitStack() as stack:
        source = _source(args, runner, stack)
        if isinstance(source, Finding):
            return source
        reading = stack.enter_context(borrowed())
        return _examined(source, args, runner, reading)


def references(args: Arguments, runner: Runner) -> Finding:
    """Whether what its commands name exists, by what the hosts of the service saw (``markers``). CannotObserve."""
    return judged(args, runner)


def _examined(source: Source, args: Arguments, runner: Runner, reading: Reading) -> Finding:
    if not source.content.strip():
        return failed(phrase("the runbook {where:path} is empty", where=source.where), instance=source.where)
    try:
        document = with_head(reading.read(source.content, source.form, runner.remaining(_PATIENCE), args["max_size"]))
    except CannotObserve as exc:
        raise CannotObserve(phrase("{where:path} cannot be judged: {reason}", where=source.where, reason=exc.message)) from None
    now = runner.now()
    defects: list[Defect] = []
    if document.front_problem is not None:
        status = Status.UNKNOWN if document.front_unread else Status.FAIL
        defects.append(Defect(status, document.front_problem, document.front_line))
    missing, found = section_defects(document, args["sections"])
    defects += missing
    fields: list[Defect] = []
    if args["owner_required"]:
        fields += owner_defects(document.front)
    if args["executed_by_other"] or args["executed_max_age"] is not None:
        fields += executed_defects(document, args["executed_max_age"], now)
    reviewed = review(document, source.place, args["max_age"], now)
    fields += reviewed.defects
    # what stands in a front matter that was not read is not known to be missing
    defects += [defect for defect in fields if not document.front_unread]
    counts = {"links": 0, "ignored": 0}
    if args["check_links"]:
        linked = Linked(document, source.url, source.place, t.cast("t.Any", args), reading, runner)
        defects += linked.defects()
        counts = {"links": linked.links, "ignored": linked.ignored}
    if args["verify_references"] and not args["seen_on"]:
        said = phrase(
            "whether what its commands name exists was not looked at: hosts do that where documents.runbook of a service has "
            "verify_references"
        )
        defects.append(Defect(Status.UNKNOWN, said))
    observed: dict[str, object] = {
        "sections": found,
        "owner": first(document.front, OWNER),
        "reviewed": reviewed.days[0].isoformat() if reviewed.days else None,
        "links": counts["links"],
        "links_ignored": counts["ignored"],
    }
    return _finding(source, defects, args, observed, reviewed, now)


# -- the text


def _source(args: Arguments, runner: Runner, stack: contextlib.ExitStack) -> Source | Finding:
    if args["git"]:
        return _fetched(args["git"], args, runner, stack)
    return _asked(args["url"], args, runner) if args["url"] else _read(args["path"] or "", runner, args["max_size"])


def _asked(url: str, args: Arguments, runner: Runner) -> Source | Finding:
    where = public_url(url)
    how = dataclasses.replace(Connection.from_args(args), foreign=True)
    answer = runner.get(url, connection=how, max_bytes=LARGEST, timeout=max(args["link_timeout"], 1.0))
    verdict = judge(url, answer, args["soft_404"], args["login_page"])
    if verdict.state == "dead" and answer.status < 500:
        return failed(phrase("there is no runbook: {why}", why=verdict.why), instance=where, absent=True)
    if verdict.state != "alive":
        raise CannotObserve(phrase("the runbook cannot be read: {why}", why=verdict.why))
    form = form_of(url, "text/html" if answer.looks_like_html else None)
    return Source(where, answer.body, form, url=answer.url or url)


def _read(path: str, runner: Runner, limit: int) -> Source | Finding:
    try:
        mode = os.stat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return failed(phrase("the runbook {path:path} does not exist", path=path), instance=path, absent=True)
    except OSError as exc:
        raise CannotObserve(unreadable(path, exc)) from None
    if stat.S_ISDIR(mode):
        return failed(phrase("the runbook {path:path} is a folder, not a file", path=path), instance=path)
    if not stat.S_ISREG(mode):
        raise CannotObserve(phrase("{path:path} is not a regular file", path=path))
    form = form_of(path)
    content = runner.read_bytes(path, max_bytes=min(limit, LARGEST) + 1)
    return Source(path, content, form, place=Folder(os.path.realpath(path), runner))


def _fetched(source: GitArguments, args: Arguments, runner: Runner, stack: contextlib.ExitStack) -> Source | Finding:
    path = within("", source["path"])
    where = phrase("{path:path} of {url:path} ({ref:path})", path=source["path"], url=public_url(source["url"]), ref=source["ref"])
    try:
        given = fetched(source["url"], source["ref"], Connection.from_args(args), args["git_transports"], runner)
        tree = stack.enter_context(given)
    except NoSuchFile as exc:
        return failed(phrase("there is no runbook: {why}", why=exc.message), instance=where, absent=True)
    if path is None or path not in tree.names:
        return failed(phrase("the runbook {path:path} does not exist", path=where), instance=where, absent=True)
    form = form_of(path)
    return Source(where, tree.read(path, min(args["max_size"], LARGEST) + 1), form, place=Commit(path, tree))


# -- the finding


def _finding(
    source: Source, defects: list[Defect], args: Arguments, observed: dict[str, object], reviewed: Dated, now: dt.datetime
) -> Finding:
    status = worst(defect.status for defect in defects) or Status.PASS
    if defects:
        worst_first = sorted(defects, key=lambda defect: defect.status != status)
        message = phrase("the runbook {where:path}: {defects}", where=source.where, defects=and_more([one.said() for one in worst_first]))
    else:
        message = phrase("the runbook {where:path} has {parts:list}", where=source.where, parts=_merits(args, observed, reviewed))
    measurements = review_measurements(reviewed, args["max_age"])
    return Finding(
        status,
        message,
        observed=observed,
        expected={"sections": args["sections"], "max_age_seconds": args["max_age"]},
        measurements=measurements,
        instance=source.where,
        since=_since(measurements, args["max_age"], now),
        details=[defect.said() for defect in sorted(defects, key=lambda defect: defect.line)],
    )


def _since(measurements: list[Measurement], limit: float, now: dt.datetime) -> str | None:
    """Since when the review is too old."""
    if not measurements or measurements[0].value <= limit:
        return None
    return isoformat(now - dt.timedelta(seconds=measurements[0].value - limit))


def _merits(args: Arguments, observed: t.Mapping[str, object], reviewed: Dated) -> list[Message]:
    """What a runbook without a defect has."""
    parts = []
    if args["sections"]:
        parts.append(plural("{count:number} section", "{count:number} sections", count=len(args["sections"])))
    if observed["owner"]:
        parts.append(phrase("an owner ({owner})", owner=observed["owner"]))
    if len(reviewed.days) > 1:
        parts.append(
            phrase(
                "a review of {date:day} or {other:day}, as '{written}' may mean either (limit {limit:duration})",
                date=reviewed.days[0].isoformat(),
                other=reviewed.days[-1].isoformat(),
                written=reviewed.written,
                limit=args["max_age"],
            )
        )
    else:
        parts.append(phrase("a review of {date:day} (limit {limit:duration})", date=observed["reviewed"], limit=args["max_age"]))
    if args["check_links"]:
        links = int(str(observed["links"]))
        parts.append(plural("{count:number} link that leads somewhere", "{count:number} links that lead somewhere", count=links))
    return parts


__all__ = (
    "ARGUMENT_SPEC",
    "CONSTRAINTS",
    "DURATIONS",
    "SIZES",
    "TIMEOUT",
    "WHERE",
    "for_hosts",
    "meant",
    "references",
    "run",
)
