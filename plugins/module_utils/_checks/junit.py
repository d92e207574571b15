# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Another tool's JUnit XML is fresh, of this version, and has no failure. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import email.utils
import glob
import os
import re
import stat
import typing as t
from xml.parsers import expat

from .._argspec import ArgumentsRefused, Spec
from .._finding import CannotObserve, Finding, Measurement, Status, failed, isoformat, unknown, worst
from .._message import one_line
from .._runner import Runner, unreadable
from .._units import humanize_bytes, humanize_seconds

WHERE = "controller"
TIMEOUT = 60.0
ARGUMENT_SPEC: Spec = {
    "path": {"type": "list", "elements": "path", "required": True},
    "max_age": {"type": "str", "default": "30d"},
    "version": {"type": "str"},
    "version_property": {"type": "str", "default": "version"},
    "min_tests": {"type": "int", "default": 1},
    "allow_skipped": {"type": "bool", "default": True},
}
DURATIONS = ("max_age",)
LARGEST = 64 * 2**20
REPORTS = 1000  # most reports of one check
DEPTH = 200
LISTED = 50  # most failing tests that are named
NAMES = 10000  # most names of suites, and versions, that are looked at
_AHEAD = dt.timedelta(hours=14)  # a time without a zone may be that of a place where it is tomorrow already
_NO_TIME = 2000  # a year below it is a writer's way to say that it knows none
_SKIPPED = ("skipped", "notrun", "disabled", "suppressed", "ignored", "pending")
_FAILED = ("failed", "failure", "fail")
_COUNTS = ("tests", "failures", "errors", "skipped")
# what makes of a version another one, before and behind it
_BEFORE = r"(?<![0-9A-Za-z])(?<!\d[.])v?"
_BEHIND = r"(?![0-9A-Za-z+~])(?!\.[0-9])(?![-._](?:rc|alpha|beta|dev|pre|snapshot|m[0-9]|a[0-9]|b[0-9]))"


class Arguments(t.TypedDict):
    path: list[str]
    max_age: float
    version: str | None
    version_property: str
    min_tests: int
    allow_skipped: bool
    timeout: float


class NotAReport(Exception):
    """A text that is no JUnit report, or one that must not be read; the message says why."""


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
    failing: list[str] = dataclasses.field(default_factory=list)
    failing_count: int = 0
    skipped: list[str] = dataclasses.field(default_factory=list)
    flaky: list[str] = dataclasses.field(default_factory=list)
    flaky_count: int = 0
    lies: list[str] = dataclasses.field(default_factory=list)
    lie_count: int = 0
    timestamps: list[str] = dataclasses.field(default_factory=list)
    versions: list[str] = dataclasses.field(default_factory=list)  # values of the property that tells the version

    @property
    def ran(self) -> int:
        return self.counts.tests - self.counts.skipped


def run(args: Arguments, runner: Runner) -> list[Finding]:
    refused = [] if args["min_tests"] >= 1 else ["min_tests: at least 1"]
    if not args["path"] or not all(args["path"]):
        refused.append("path: at least one path")
    if args["version"] is not None and not args["version"].strip():
        refused.append("version: not empty")
    if refused:
        raise ArgumentsRefused(refused)
    findings: list[Finding] = []
    paths: dict[str, None] = {}
    for pattern in args["path"]:
        try:
            found = reports_of(pattern)
        except CannotObserve as exc:
            findings.append(unknown(exc.message, instance=pattern))
            continue
        if not found:
            what = f"no report matches {pattern}" if glob.has_magic(pattern) else f"the report {pattern} does not exist"
            findings.append(failed(what, instance=pattern, remedy="Run the tests for this version and bring their report here"))
        paths.update(dict.fromkeys(found))
    if len(paths) > REPORTS:
        raise CannotObserve(f"{len(paths)} reports match, and at most {REPORTS} are read: name fewer")
    for path in paths:
        try:
            findings.append(look(path, args, runner))
        except CannotObserve as exc:
            findings.append(unknown(exc.message, instance=path))
    return findings


def reports_of(pattern: str) -> list[str]:
    """The files that a path or a pattern names, none if there are none. CannotObserve where it may not be looked."""
    try:
        os.stat(pattern)
        return [pattern]
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as exc:
        raise CannotObserve(unreadable(pattern, exc)) from None
    if not glob.has_magic(pattern):
        return []
    folder = pattern
    while glob.has_magic(folder):
        folder = os.path.dirname(folder)
    try:
        with os.scandir(folder or "."):
            pass
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as exc:
        raise CannotObserve(unreadable(folder, exc)) from None
    return sorted(path for path in glob.glob(pattern, recursive=True) if not os.path.isdir(path))


def look(path: str, args: Arguments, runner: Runner) -> Finding:
    """The finding of one report. CannotObserve."""
    try:
        about = os.stat(path)
    except OSError as exc:
        raise CannotObserve(unreadable(path, exc)) from None
    if not stat.S_ISREG(about.st_mode):
        raise CannotObserve(f"{path} is not a file; a pattern such as {path}/*.xml names the reports in a folder")
    data = runner.read_bytes(path, max_bytes=LARGEST + 1)
    if len(data) > LARGEST:
        raise CannotObserve(f"{path} has {humanize_bytes(about.st_size)}, and at most {humanize_bytes(LARGEST)} are read")
    try:
        report = parse(data, args["version_property"])
    except NotAReport as exc:
        raise CannotObserve(f"{path} {exc}") from None
    return judge(path, report, dt.datetime.fromtimestamp(about.st_mtime, dt.timezone.utc), args, runner.now())


# -- reading


def parse(data: bytes, version_property: str = "version") -> Report:
    """A report, recounted from its test cases. NotAReport."""
    if not data.strip():
        raise NotAReport("is empty: its writer may have been stopped")
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
            raise NotAReport(f"is not a whole XML document, it ends too early (line {exc.lineno})") from None
        raise NotAReport(f"is not XML ({expat.ErrorString(exc.code)}, line {exc.lineno})") from None
    except (LookupError, ValueError) as exc:  # an encoding that Python does not know
        raise NotAReport(f"cannot be read as XML ({exc})") from None
    return reading.report


_CUT_OFF = {expat.errors.codes[text] for text in ("no element found", "unclosed token", "unclosed CDATA section", "partial character")}


def _refuse_entities(*_args: t.Any) -> t.NoReturn:
    raise NotAReport("has a document type (DTD) or entities, which no report needs: it was not read, and nothing in it expanded")


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
            raise NotAReport(f"is XML, but not a JUnit report: it begins with <{tag[:40]}>")
        if len(self.path) >= DEPTH:
            raise NotAReport(f"is nested more than {DEPTH} levels deep, which no report is")
        self.path.append(tag)
        if tag in ("testsuites", "testsuite"):
            if above not in ("", "testsuites", "testsuite"):
                return
            self.suites.append(Suite(attributes.get("name", ""), attributes))
            self.report.suite_count += tag == "testsuite"
            if attributes.get("name"):
                _keep(self.report.suites, attributes["name"][:1000], NAMES)
            if attributes.get("timestamp"):
                self.report.timestamps.append(attributes["timestamp"][:100])
        elif tag == "testcase" and above in ("testsuites", "testsuite"):
            self.case, self.outcomes = attributes, set()
        elif tag in ("failure", "error", "skipped", "flakyFailure", "flakyError") and above == "testcase" and self.case is not None:
            self.outcomes.add(tag)
        elif tag in ("failure", "error") and above in ("testsuites", "testsuite"):
            # what stands before or after its tests broke
            self._count(Counts(**{f"{tag}s": 1}))
            self._fails(f"{tag}: {one_line(self.suites[-1].name, 200) or 'a suite without a name'} (the suite itself)")
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
        name = (
            one_line(".".join(part for part in (case.get("classname", ""), case.get("name", "")) if part), 200) or "a test without a name"
        )
        if failure or error:
            self._fails(f"{' and '.join(['failure'] * failure + ['error'] * error)}: {name}")
        elif skipped:
            _keep(self.report.skipped, name)
        elif self.outcomes & {"flakyFailure", "flakyError"}:
            self.report.flaky_count += 1
            _keep(self.report.flaky, name)

    def _of_suite(self) -> bool:
        """Whether the property that has just begun is one of a suite, not of a single test."""
        return len(self.path) > 2 and self.path[-2] == "properties" and self.path[-3] in ("testsuites", "testsuite")

    def _tells(self, version: str) -> None:
        value = version[:1000].strip()
        if value not in self.report.versions:
            _keep(self.report.versions, value, NAMES)

    def _fails(self, line: str) -> None:
        self.report.failing_count += 1
        _keep(self.report.failing, line)

    def _count(self, counts: Counts) -> None:
        self.suites[-1].own.add(counts)


def _keep(texts: list[str], text: str, most: int = LISTED) -> None:
    if len(texts) < most:
        texts.append(text)


def lies_of(suite: Suite) -> list[str]:
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
            label = one_line(suite.name, 200) or "a suite without a name"
            found.append(f"{label} says {name}={number}, its test cases say {getattr(suite.whole, name)}")
    return found


# -- judging


def judge(path: str, report: Report, written: dt.datetime, args: Arguments, now: dt.datetime) -> Finding:
    counts, limit = report.counts, args["max_age"]
    moment, by_file = _moment(report, written)
    age = (now - moment).total_seconds()
    remarks = _test_remarks(report, args)
    proof, problem = version_of(path, report, args["version"], args["version_property"])
    if problem:
        remarks.append((Status.FAIL, problem))
    origin = ", by the time of the file" if by_file else ""
    if age > limit:
        remarks.append(
            (Status.FAIL, f"is {humanize_seconds(age)} old ({isoformat(moment)}{origin}), the limit is {humanize_seconds(limit)}")
        )
    elif moment > now + _AHEAD:
        remarks.append((Status.UNKNOWN, f"is dated {humanize_seconds(-age)} ahead ({isoformat(moment)}{origin}): its age is not known"))
    if report.lies:
        more = f" (and {report.lie_count - 1} more)" if report.lie_count > 1 else ""
        remarks.append((Status.WARN, f"contradicts itself: {report.lies[0]}{more}"))
    if counts.skipped and not args["allow_skipped"] and report.ran:
        remarks.append((Status.WARN, f"{counts.skipped} of {_tests(counts.tests)} skipped"))
    skipped = f", {counts.skipped} skipped" if counts.skipped else ""
    of_version = f", for {args['version']} by its {proof}" if proof else ""
    said = f"{_tests(report.ran)} passed{skipped}{of_version}"
    status = worst([remark for remark, _text in remarks]) or Status.PASS
    if remarks:
        message = f"{path}: " + "; ".join(text for remark, text in sorted(remarks, key=lambda item: -(item[0].code or 0)))
        message += f"; {said}" if status is Status.WARN else ""
    else:
        message = f"{path}: {said}, {humanize_seconds(max(0.0, age))} old{origin}; the limit is {humanize_seconds(limit)}"
    return Finding(
        status,
        message,
        instance=path,
        observed={
            "tests": counts.tests,
            "failures": counts.failures,
            "errors": counts.errors,
            "skipped": counts.skipped,
            "flaky": report.flaky_count,
            "suites": report.suite_count,
            "time": isoformat(moment),
            "time_of": "file" if by_file else "report",
            **({"version_by": proof} if args["version"] else {}),
            **({args["version_property"]: report.versions[:20]} if report.versions else {}),
        },
        expected={
            "max_age_seconds": limit,
            "min_tests": args["min_tests"],
            "allow_skipped": args["allow_skipped"],
            **({"version": args["version"]} if args["version"] else {}),
        },
        measurements=[
            Measurement("report_age_seconds", round(max(0.0, age)), limit, "upper"),
            Measurement("report_tests_run", report.ran, args["min_tests"], "lower"),
            Measurement("report_tests_failed", report.failing_count, 0.0, "upper"),
        ],
        details=_details(report),
    )


def _test_remarks(report: Report, args: Arguments) -> list[tuple[Status, str]]:
    counts = report.counts
    if counts.failures or counts.errors:
        fail = f"{counts.failures} fail{'s' if counts.failures == 1 else ''}" if counts.failures else ""
        broken = f"{counts.errors} break{'s' if counts.errors == 1 else ''} off" if counts.errors else ""
        return [(Status.FAIL, f"of {_tests(counts.tests)} {' and '.join(part for part in (fail, broken) if part)}")]
    if not counts.tests:
        return [(Status.FAIL, "is a report without a test")]
    if not report.ran:
        return [(Status.FAIL, f"every one of {_tests(counts.tests)} was skipped: nothing was tested")]
    if report.ran < args["min_tests"]:
        return [(Status.FAIL, f"{_tests(report.ran)} ran, the limit is {args['min_tests']} at least")]
    return []


def _tests(number: int) -> str:
    return f"{number} test{'' if number == 1 else 's'}"


def _details(report: Report) -> list[str]:
    found = []
    for names, number, prefix, most in (
        (report.failing, report.failing_count, "", LISTED),
        (report.lies, report.lie_count, "contradiction: ", 10),
        (report.skipped, report.counts.skipped, "skipped: ", 10),
        (report.flaky, report.flaky_count, "passed only when repeated: ", 10),
    ):
        found += [f"{prefix}{name}" for name in names[:most]]
        if number > most:
            found.append(f"{prefix}and {number - most} more")
    return found


def _moment(report: Report, written: dt.datetime) -> tuple[dt.datetime, bool]:
    """When the oldest suite ran, else when the file was written; and whether it is the latter."""
    times = [moment for text in report.timestamps if (moment := parse_time(text)) is not None]
    return (min(times), False) if times else (written, True)


def parse_time(text: str) -> dt.datetime | None:
    """A timestamp as tools write it, UTC where it names no zone; None for one that means nothing."""
    text = text.strip()
    # Python takes Z, and fractions of any length, from 3.11 on
    written = re.sub(r"(?<=:\d\d)[.,](\d{1,6})\d*", lambda found: f".{found.group(1):0<6}", re.sub(r"[zZ]$", "+00:00", text))
    try:
        moment = dt.datetime.fromisoformat(written)
    except ValueError:
        try:
            moment = email.utils.parsedate_to_datetime(text)
        except (ValueError, TypeError):
            return None
    if moment.year < _NO_TIME:
        return None
    return moment.replace(tzinfo=dt.timezone.utc) if moment.tzinfo is None else moment.astimezone(dt.timezone.utc)


def version_of(path: str, report: Report, version: str | None, name: str) -> tuple[str | None, str | None]:
    """What proves that the report is of this version, and what speaks against it. A property has the last word."""
    if version is None:
        return None, None
    pattern = version_pattern(version)
    if report.versions:
        others = [value for value in report.versions if not pattern.search(value)]
        if not others:
            return f"property {name}", None
        return None, f"is of another version: its property {name} says {one_line(others[0], 80) or 'nothing'}, expected is {version}"
    if any(pattern.search(suite) for suite in report.suites):
        return "suite name", None
    if pattern.search(path):
        return "path", None
    return None, f"is of another version, or does not tell: neither a property {name} nor a suite name nor the path has {version}"


def version_pattern(version: str) -> re.Pattern[str]:
    """Finds this version, and not 1.4.2 in 11.4.2, 1.4.20, 1.4.2.1 or 1.4.2-rc1."""
    return re.compile(_BEFORE + re.escape(re.sub(r"^[vV](?=\d)", "", version.strip())) + _BEHIND, re.I)


__all__ = (
    "ARGUMENT_SPEC",
    "DURATIONS",
    "TIMEOUT",
    "WHERE",
    "NotAReport",
    "Report",
    "parse",
    "parse_time",
    "run",
    "version_of",
    "version_pattern",
)
