# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A document of operations is complete, validated, for this version and up to date. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import re
import typing as t

from .._argspec import Spec, http_spec
from .._clients.document import Document, Reading
from .._clients.section_content import says_nothing
from .._clients.written_dates import days_meant
from .._finding import CannotObserve, Finding, Measurement, Status, failed, worst
from .._message import one_line
from .._phrase import Message, and_more, phrase, plural
from .._runner import Runner
from ._call_codes import codes_in, pattern_of
from ._code_answers import code_defects
from ._document_fields import OWNER, REVIEWED, Dated, Defect, first, newest, owner_defects, review
from ._document_head import above, with_head
from ._document_links import SITES, Linked
from ._document_presets import CALL_SCRIPT, KNOWN_ERRORS, PRESETS, names
from ._document_sections import section_defects
from ._document_source import PAGES_SPEC, SOURCE_CONSTRAINTS, SOURCE_SPEC, Source, SourceArguments, source_of
from ._document_status import status_defects
from ._document_validation import validator_defects
from ._document_version import UPDATED, age_defects, last_change, version_defects, versions_of, with_date
from ._known_errors import known_error_defects
from ._left_to_do import left_to_do

WHERE = "controller"
TIMEOUT = 120.0
ARGUMENT_SPEC: Spec = {
    **http_spec(),
    **SOURCE_SPEC,
    "preset": {"type": "str", "choices": list(PRESETS)},
    "sections": {"type": "list", "elements": "str"},
    "blocking_sections": {"type": "list", "elements": "str"},
    "owner_required": {"type": "bool", "default": True},
    "validators_required": {"type": "bool", "default": True},
    "validators": {"type": "list", "elements": "str", "default": []},
    "version_required": {"type": "bool", "default": True},
    "version": {"type": "str"},
    "max_age": {"type": "str", "default": "365d"},
    "service_folder": {"type": "path"},
    "changed_on": {"type": "str"},
    "behind": {"type": "str", "default": "0s"},
    "codes": {"type": "list", "elements": "str"},
    "codes_from": {"type": "list", "elements": "path", "default": []},
    "codes_pattern": {"type": "str"},
    "check_links": {"type": "bool", "default": True},
    "anchors": {"type": "str", "choices": list(SITES), "default": "github"},
    **PAGES_SPEC,
    "link_hosts": {"type": "list", "elements": "str", "default": []},
    "ignore_links": {"type": "list", "elements": "str", "default": []},
}
CONSTRAINTS = SOURCE_CONSTRAINTS
DURATIONS = ("max_age", "behind", "link_timeout")
SIZES = ("max_size",)
_PATIENCE = 15.0  # seconds to read it


class Arguments(SourceArguments):
    preset: str | None
    sections: list[str] | None
    blocking_sections: list[str] | None
    owner_required: bool
    validators_required: bool
    validators: list[str]
    version_required: bool
    version: str | None
    max_age: float
    service_folder: str | None
    changed_on: str | None
    behind: float
    codes: list[str] | None
    codes_from: list[str]
    codes_pattern: str | None
    check_links: bool
    anchors: str
    link_hosts: list[str]
    ignore_links: list[str]


def problems(args: Arguments, given: t.Mapping[str, object]) -> list[str]:
    """What else is wrong with arguments that fit the spec."""
    out = []
    if args["preset"] is None and not args["sections"]:
        out.append("preset or sections has to say what must be in the document")
    if bool(args["codes_from"]) != bool(args["codes_pattern"]):
        out.append("codes_from and codes_pattern belong together: the files, and what an error code looks like in them")
    elif args["codes_pattern"] and pattern_of(args["codes_pattern"]) is None:
        out.append("codes_pattern: write it as PAY-####, with a letter in it; # is a digit and @ a capital letter")
    if any(not re.search(r"[^\W_]", code) for code in args["codes"] or []):
        out.append("codes: a code has a letter or a digit in it; an empty list says that the service shows none")
    if args["changed_on"] is not None and len(days_meant(args["changed_on"])) != 1:
        out.append("changed_on: write the day as 2026-12-31")
    return out


def run(args: Arguments, runner: Runner) -> Finding:
    with contextlib.ExitStack() as stack:
        source = source_of(args, runner, stack)
        if isinstance(source, Finding):
            return source
        if not source.content.strip():
            return failed(phrase("the document {where:path} is empty", where=source.where), instance=source.where)
        reading = stack.enter_context(Reading())
        try:
            document = reading.read(source.content, source.form, runner.remaining(_PATIENCE), args["max_size"])
        except CannotObserve as exc:
            raise CannotObserve(phrase("{where:path} cannot be judged: {reason}", where=source.where, reason=exc.message)) from None
        return _Examination(args, runner, source, with_head(document)).finding(reading)


def _left(title: str, line: str, status: Status) -> Message:
    heading, said = one_line(title, 60), one_line(line.strip(), 60)
    if status == Status.UNKNOWN:
        return phrase(
            "whether the variable in '{heading}' is filled in where it is read cannot be told: '{said}'", heading=heading, said=said
        )
    return phrase("something is left to do in '{heading}': '{said}'", heading=heading, said=said)


class _Examination:
    def __init__(self, args: Arguments, runner: Runner, source: Source, document: Document) -> None:
        self.args, self.runner, self.source, self.document = args, runner, source, document
        given = args["sections"]
        self.sections = list(PRESETS[args["preset"]]) if given is None and args["preset"] else list(given or [])
        self.observed: dict[str, object] = {}

    def finding(self, reading: Reading) -> Finding:
        args, document = self.args, self.document
        defects: list[Defect] = []
        if document.front_problem is not None:
            status = Status.UNKNOWN if document.front_unread else Status.FAIL
            defects.append(Defect(status, document.front_problem, document.front_line))
        defects += status_defects(document, above(document))
        defects += self._sections()
        fields, reviewed = self._fields()
        # what stands in a front matter that was not read is not known to be missing
        defects += [defect for defect in fields if document.front_problem is None]
        if args["preset"] == KNOWN_ERRORS:
            found, self.observed["known_errors"] = known_error_defects(document, args["version"])
            defects += found
        defects += self._codes()
        if args["check_links"]:
            linked = Linked(document, self.source.url, self.source.place, t.cast("t.Any", args), reading, self.runner)
            defects += linked.defects()
            self.observed["links"] = linked.links
        return self._told(defects, reviewed)

    def _sections(self) -> list[Defect]:
        """Those that must be there are and say something; those that matter most have nothing left to do."""
        defects, found = section_defects(self.document, self.sections, names, self.source.name)
        self.observed["sections"] = found
        return defects + self._left_to_do()

    def _left_to_do(self) -> list[Defect]:
        blocking = self.args["blocking_sections"]
        chosen = self.sections if blocking is None else blocking
        whole = self.args["preset"] == KNOWN_ERRORS and blocking is None
        seen: set[tuple[int, str]] = set()
        codes = sorted({text for text, _line in self.document.codes}, key=len, reverse=True)[:1000]
        defects = []
        for section in self.document.sections:
            if says_nothing(section) or not (whole or any(names(section.title, name) for name in chosen)):
                continue
            for part in section.parts:
                for line in part.text.split("\n"):
                    status = left_to_do(line, codes, is_code=part.kind == "code")
                    if status is not None and (part.line, line) not in seen:
                        seen.add((part.line, line))
                        defects.append(Defect(status, _left(section.title, line, status), part.line))
        return defects

    def _fields(self) -> tuple[list[Defect], Dated]:
        args, document = self.args, self.document
        defects: list[Defect] = []
        if args["owner_required"]:
            defects += owner_defects(document.front)
        self.observed["owner"] = first(document.front, OWNER)
        if args["validators_required"] or args["validators"]:
            found, self.observed["validated_by"] = validator_defects(document, args["validators"], self.runner.now())
            defects += found
        head = above(document)
        self.observed["versions"] = versions_of(document, head)
        if args["version_required"]:
            defects += version_defects(document, head, args["version"])
        dated = dataclasses.replace(document, front=with_date(document.front, REVIEWED))
        reviewed = review(dated, self.source.place, args["max_age"], self.runner.now())
        self.observed["reviewed"] = reviewed.days[0].isoformat() if reviewed.days else None
        defects += reviewed.defects
        try:
            changed = self._changed()
            self.observed["service_changed"] = changed.isoformat() if changed else None
            defects += age_defects(newest(reviewed, document.front, UPDATED, self.runner.now()), changed, args["behind"])
        except CannotObserve as exc:
            defects.append(Defect(Status.UNKNOWN, exc.message))
        return defects, reviewed

    def _changed(self) -> dt.date | None:
        args = self.args
        if args["changed_on"]:
            return days_meant(args["changed_on"])[0]
        return last_change(args["service_folder"], self.runner) if args["service_folder"] else None

    def _codes(self) -> list[Defect]:
        args = self.args
        if args["codes"] is None and not args["codes_from"]:
            if args["preset"] != CALL_SCRIPT:
                return []
            said = phrase("which error codes the service shows is not declared (codes; an empty list says that it shows none)")
            return [Defect(Status.WARN, said)]
        codes = list(args["codes"] or [])
        try:
            codes += [code for code in codes_in(args["codes_from"], args["codes_pattern"] or "", self.runner) if code not in codes]
        except CannotObserve as exc:
            return [*code_defects(self.document, codes), Defect(Status.UNKNOWN, exc.message)]
        self.observed["codes"] = len(codes)
        return code_defects(self.document, codes)

    def _told(self, defects: list[Defect], reviewed: Dated) -> Finding:
        args, where = self.args, self.source.where
        status = worst(defect.status for defect in defects) or Status.PASS
        if defects:
            worst_first = sorted(defects, key=lambda defect: defect.status != status)
            message = phrase("the document {where:path}: {defects}", where=where, defects=and_more([one.said() for one in worst_first]))
        else:
            message = phrase("the document {where:path} has {parts:list}", where=where, parts=self._merits())
        future = any("future" in one.text.template for one in reviewed.defects)
        measured = reviewed.age is not None and bool(reviewed.days) and not future
        return Finding(
            status,
            message,
            observed=self.observed,
            expected={"sections": self.sections, "version": args["version"], "max_age_seconds": args["max_age"]},
            measurements=[Measurement("document_age_seconds", round(reviewed.age or 0), args["max_age"], "upper")] if measured else [],
            instance=where,
            details=[defect.said() for defect in sorted(defects, key=lambda defect: defect.line)],
        )

    def _merits(self) -> list[Message]:
        args, observed = self.args, self.observed
        parts = []
        if self.sections:
            parts.append(plural("{count:number} section", "{count:number} sections", count=len(self.sections)))
        if observed["owner"]:
            parts.append(phrase("an owner ({owner})", owner=observed["owner"]))
        if observed.get("validated_by"):
            parts.append(phrase("the validation of {names}", names=observed["validated_by"]))
        if args["version_required"]:
            parts.append(phrase("the version {version}", version=args["version"]))
        parts.append(phrase("a review of {date:day} (limit {limit:duration})", date=observed["reviewed"], limit=args["max_age"]))
        if "known_errors" in observed:
            count = int(str(observed["known_errors"]))
            parts.append(
                plural("{count:number} known error with its workaround", "{count:number} known errors with their workarounds", count=count)
            )
        if "codes" in observed:
            parts.append(plural("{count:number} error code", "{count:number} error codes", count=int(str(observed["codes"]))))
        return parts


__all__ = ("ARGUMENT_SPEC", "CONSTRAINTS", "DURATIONS", "PRESETS", "SIZES", "TIMEOUT", "WHERE", "problems", "run")
