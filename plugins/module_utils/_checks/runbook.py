# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A runbook is complete, owned, reviewed lately, and its links lead somewhere. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import datetime as dt
import typing as t

from .._argspec import Spec, http_spec
from .._clients.document import Reading, borrowed
from .._clients.section_names import meant
from .._finding import CannotObserve, Finding, Measurement, Status, failed, isoformat, worst
from .._phrase import Message, and_more, phrase, plural
from .._runner import Runner
from ._document_fields import OWNER, Dated, Defect, executed_defects, first, owner_defects, review, review_measurements
from ._document_head import above, with_head
from ._document_links import SITES, Linked
from ._document_sections import section_defects
from ._document_source import PAGES_SPEC, SOURCE_CONSTRAINTS, SOURCE_SPEC, Source, Wording, source_of
from ._document_status import status_defects
from ._runbook_references import SPEC as REFERENCES
from ._runbook_references import ReferenceArguments, for_hosts, judged

WHERE = "controller"
TIMEOUT = 120.0
ARGUMENT_SPEC: Spec = {
    **http_spec(),
    **SOURCE_SPEC,
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
    **PAGES_SPEC,
    "link_hosts": {"type": "list", "elements": "str", "default": []},
    "ignore_links": {"type": "list", "elements": "str", "default": []},
    **REFERENCES,
}
CONSTRAINTS = SOURCE_CONSTRAINTS
DURATIONS = ("max_age", "executed_max_age", "link_timeout")
SIZES = ("max_size",)
_PATIENCE = 15.0  # seconds to read it
RUNBOOK = Wording(
    lambda why: phrase("there is no runbook: {why}", why=why),
    lambda why: phrase("the runbook cannot be read: {why}", why=why),
    lambda path: phrase("the runbook {path:path} does not exist", path=path),
    lambda path: phrase("the runbook {path:path} is a folder, not a file", path=path),
)


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
        source = source_of(args, runner, stack, RUNBOOK)
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
    defects += status_defects(document, above(document))
    missing, found = section_defects(document, args["sections"], where=source.name)
    defects += missing
    fields: list[Defect] = []
    if args["owner_required"]:
        fields += owner_defects(document.front)
    if args["executed_by_other"] or args["executed_max_age"] is not None:
        fields += executed_defects(document, args["executed_max_age"], now)
    reviewed = review(document, source.place, args["max_age"], now)
    fields += reviewed.defects
    # what stands in a front matter that was not read is not known to be missing
    defects += [defect for defect in fields if document.front_problem is None]
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
