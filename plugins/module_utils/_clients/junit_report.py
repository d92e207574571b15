# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JUnit XML as tools write it, recounted from its test cases. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import re
import typing as t
from xml.parsers import expat

from .._message import hidden, one_line
from .._phrase import Message, phrase

DEPTH = 200
LISTED = 50  # most failing tests that are named
NAMES = 10000  # most names of suites, and versions, that are looked at
_SKIPPED = ("skipped", "notrun", "disabled", "suppressed", "ignored", "pending")
_FAILED = ("failed", "failure", "fail")
_COUNTS = ("tests", "failures", "errors", "skipped")

Kept = t.TypeVar("Kept", bound=str)


class NotAReport(Exception):
    """A text that is no JUnit report, or one that must not be read; the message says why, of the report."""

    def __init__(self, why: Message) -> None:
        super().__init__(why)
        self.why = why


@dataclasses.dataclass
class Counts:
    tests: int = 0
    failures: int = 0
    errors: int = 0
    skipped: int = 0
    disabled: int = 0  # of the skipped, those that the tool counts apart

    def add(self, other: Counts) -> None:
        for field in dataclasses.fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))


@dataclasses.dataclass
class Suite:
    """A ``testsuite`` or ``testsuites``: what it says of itself, and what stands in it."""

    name: str
    attributes: t.Mapping[str, str]
    own: Counts = dataclasses.field(default_factory=Counts)
    whole: Counts = dataclasses.field(default_factory=Counts)  # with the suites within


@dataclasses.dataclass
class Report:
    """A report, recounted."""

    counts: Counts = dataclasses.field(default_factory=Counts)
    # the first of each, and how many there are
    suites: list[str] = dataclasses.field(default_factory=list)
    suite_count: int = 0
    failing: list[Message] = dataclasses.field(default_factory=list)
    failing_count: int = 0
    skipped: list[Message] = dataclasses.field(default_factory=list)
    flaky: list[Message] = dataclasses.field(default_factory=list)
    flaky_count: int = 0
    lies: list[Message] = dataclasses.field(default_factory=list)
    lie_count: int = 0
    timestamps: list[str] = dataclasses.field(default_factory=list)
    versions: list[str] = dataclasses.field(default_factory=list)  # values of the property that tells the version

    @property
    def ran(self) -> int:
        return self.counts.tests - self.counts.skipped


def parse(data: bytes, version_property: str = "version") -> Report:
    """A report, recounted from its test cases. NotAReport."""
    if not data.strip():
        raise NotAReport(phrase("is empty: its writer may have been stopped"))
    reading = _Reading(version_property)
    # no document type, so no entity is ever declared, expanded or fetched
    parser = expat.ParserCreate()
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ExternalEntityRefHandler = _refuse_entities
    parser.buffer_text = True
    try:
        parser.Parse(data, True)
    except expat.ExpatError as exc:
        if exc.code in _CUT_OFF:
            raise NotAReport(phrase("is not a whole XML document, it ends too early (line {line})", line=exc.lineno)) from None
        why = phrase("is not XML ({reason}, line {line})", reason=expat.ErrorString(exc.code), line=exc.lineno)
        raise NotAReport(why) from None
    except (LookupError, ValueError) as exc:  # an encoding that Python does not know
        raise NotAReport(phrase("cannot be read as XML ({reason})", reason=str(exc))) from None
    return reading.report


_CUT_OFF = {expat.errors.codes[text] for text in ("no element found", "unclosed token", "unclosed CDATA section", "partial character")}


def _refuse_entities(*_args: t.Any) -> t.NoReturn:
    raise NotAReport(phrase("has a document type (DTD) or entities, which no report needs: it was not read, and nothing in it expanded"))


class _Reading:
    """What expat calls."""

    def __init__(self, version_property: str) -> None:
        self.version_property = version_property
        self.report = Report()
        self.path: list[str] = []
        self.suites: list[Suite] = []
        self.case: dict[str, str] | None = None
        self.outcomes: set[str] = set()
        self.property: list[str] | None = None  # the text of one without an attribute value

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        above = self.path[-1] if self.path else ""
        if not self.path and tag not in ("testsuites", "testsuite"):
            raise NotAReport(phrase("is XML, but not a JUnit report: it begins with <{element:path}>", element=one_line(tag, 40)))
        if len(self.path) >= DEPTH:
            raise NotAReport(phrase("is nested more than {depth:number} levels deep, which no report is", depth=DEPTH))
        self.path.append(tag)
        if tag in ("testsuites", "testsuite"):
            if above not in ("", "testsuites", "testsuite"):
                return
            self.suites.append(Suite(attributes.get("name", ""), attributes))
            self.report.suite_count += tag == "testsuite"
            if attributes.get("name"):
                _keep(self.report.suites, hidden(attributes["name"])[:1000], NAMES)
            if attributes.get("timestamp"):
                self.report.timestamps.append(attributes["timestamp"][:100])
        elif tag == "testcase" and above in ("testsuites", "testsuite"):
            self.case, self.outcomes = attributes, set()
        elif tag in ("failure", "error", "skipped", "flakyFailure", "flakyError") and above == "testcase" and self.case is not None:
            self.outcomes.add(tag)
        elif tag in ("failure", "error") and above in ("testsuites", "testsuite"):
            # what stands before or after its tests broke
            self._count(Counts(**{f"{tag}s": 1}))
            self._fails(lambda: _of_itself(tag, self.suites[-1]))
        elif tag == "property" and self._of_suite() and attributes.get("name") == self.version_property:
            if "value" in attributes:
                self._tells(attributes["value"])
            else:
                self.property = []

    def text(self, data: str) -> None:
        if self.property is not None and self.path[-1] == "property" and len(self.property) < 100:
            self.property.append(data[:1000])

    def end(self, _tag: str) -> None:
        tag = self.path.pop()
        above = self.path[-1] if self.path else ""
        if tag == "property" and self.property is not None:
            self._tells("".join(self.property))
            self.property = None
        elif tag == "testcase" and self.case is not None and above in ("testsuites", "testsuite"):
            self._end_case(self.case)
            self.case = None
        elif tag in ("testsuites", "testsuite") and above in ("", "testsuites", "testsuite"):
            suite = self.suites.pop()
            suite.whole.add(suite.own)
            lies = lies_of(suite)
            self.report.lie_count += len(lies)
            for lie in lies:
                _keep(self.report.lies, lie)
            (self.suites[-1].whole if self.suites else self.report.counts).add(suite.whole)

    def _end_case(self, case: t.Mapping[str, str]) -> None:
        words = {case.get(key, "").lower() for key in ("status", "result")}
        failure = "failure" in self.outcomes or (not self.outcomes and bool(words & set(_FAILED)))
        error = "error" in self.outcomes or (not self.outcomes and "error" in words)
        disabled = not self.outcomes and bool(words & set(_SKIPPED))
        skipped = not failure and not error and ("skipped" in self.outcomes or disabled)
        self._count(Counts(1, int(failure), int(error), int(skipped), int(skipped and disabled)))
        given = one_line(".".join(part for part in (case.get("classname", ""), case.get("name", "")) if part), 200)
        name = Message(given) if given else phrase("a test without a name")
        if failure or error:
            self._fails(lambda: _failing(name, failure=failure, error=error))
        elif skipped:
            _keep(self.report.skipped, name)
        elif self.outcomes & {"flakyFailure", "flakyError"}:
            self.report.flaky_count += 1
            _keep(self.report.flaky, name)

    def _of_suite(self) -> bool:
        """Whether the property that has just begun is one of a suite, not of a single test."""
        return len(self.path) > 2 and self.path[-2] == "properties" and self.path[-3] in ("testsuites", "testsuite")

    def _tells(self, version: str) -> None:
        value = (version if len(version) <= 1000 else hidden(version)[:1000]).strip()
        if value not in self.report.versions:
            _keep(self.report.versions, value, NAMES)

    def _fails(self, line: t.Callable[[], Message]) -> None:
        self.report.failing_count += 1
        if len(self.report.failing) < LISTED:  # there may be very many
            self.report.failing.append(line())

    def _count(self, counts: Counts) -> None:
        self.suites[-1].own.add(counts)


def _keep(texts: list[Kept], text: Kept, most: int = LISTED) -> None:
    if len(texts) < most:
        texts.append(text)


def _failing(test: Message, *, failure: bool, error: bool) -> Message:
    if failure and error:
        return phrase("failure and error: {test}", test=test)
    return phrase("error: {test}", test=test) if error else phrase("failure: {test}", test=test)


def _of_itself(tag: str, suite: Suite) -> Message:
    if tag == "error":
        return phrase("error: {suite} (the suite itself)", suite=_name(suite))
    return phrase("failure: {suite} (the suite itself)", suite=_name(suite))


def _name(suite: Suite) -> Message:
    given = one_line(suite.name, 200)
    return Message(given) if given else phrase("a suite without a name")


def lies_of(suite: Suite) -> list[Message]:
    """Where a suite says other numbers of itself than its test cases do."""
    said = {}
    for name in _COUNTS:
        text = suite.attributes.get(name) or (suite.attributes.get("skip") if name == "skipped" else None) or ""
        if re.fullmatch(r"\s*[0-9]{1,12}(\.0*)?\s*", text):
            said[name] = int(float(text))
    found = []
    for name, number in said.items():
        # with the suites within or without them; what is disabled is counted apart by some
        fitting = {getattr(counts, name) for counts in (suite.own, suite.whole)}
        if name == "skipped":
            fitting |= {counts.skipped - counts.disabled for counts in (suite.own, suite.whole)}
        bad = said.get("failures", 0) + said.get("errors", 0)
        if name in ("failures", "errors") and bad == suite.whole.failures + suite.whole.errors:
            continue  # they are told apart in another way
        if number not in fitting:
            lie = phrase(
                "{suite} says {name}={number}, its test cases say {counted:number}",
                suite=_name(suite),
                name=name,
                number=number,
                counted=getattr(suite.whole, name),
            )
            found.append(lie)
    return found


__all__ = ("DEPTH", "LISTED", "NAMES", "Counts", "NotAReport", "Report", "parse")
