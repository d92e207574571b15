# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Another tool's JUnit XML is fresh, of this version, and has no failure. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import email.utils
import glob
import os
import re
import stat
import typing as t

from .._argspec import ArgumentsRefused, Spec
from .._clients.junit_report import LISTED, Counts, NotAReport, Report, parse
from .._finding import CannotObserve, Finding, Measurement, Status, failed, isoformat, unknown, worst
from .._message import one_line
from .._phrase import Message, phrase, plural
from .._runner import Runner, unreadable
from .._versions import version_pattern

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
_AHEAD = dt.timedelta(hours=14)  # a time without a zone may be that of a place where it is tomorrow already
_NO_TIME = 2000  # a year below it is a writer's way to say that it knows none
BY_SUITE, BY_PATH = "suite name", "path"  # what tells of which version a report is


class Arguments(t.TypedDict):
    path: list[str]
    max_age: float
    version: str | None
    version_property: str
    min_tests: int
    allow_skipped: bool
    timeout: float


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
            remedy = phrase("Run the tests for this version and bring their report here")
            findings.append(failed(_missing(pattern), instance=pattern, remedy=remedy, absent=True))
        paths.update(dict.fromkeys(found))
    if len(paths) > REPORTS:
        raise CannotObserve(
            phrase("{number:number} reports match, and at most {most:number} are read: name fewer", number=len(paths), most=REPORTS)
        )
    for path in paths:
        try:
            findings.append(look(path, args, runner))
        except CannotObserve as exc:
            findings.append(unknown(exc.message, instance=path))
    return findings


def _missing(pattern: str) -> Message:
    if glob.has_magic(pattern):
        return phrase("no report matches {pattern:path}", pattern=pattern)
    return phrase("the report {path:path} does not exist", path=pattern)


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
        raise CannotObserve(
            phrase("{path:path} is not a file; a pattern such as {path:path}/*.xml names the reports in a folder", path=path)
        )
    data = runner.read_bytes(path, max_bytes=LARGEST + 1)
    if len(data) > LARGEST:
        raise CannotObserve(
            phrase("{path:path} has {size:bytes}, and at most {most:bytes} are read", path=path, size=about.st_size, most=LARGEST)
        )
    try:
        report = parse(data, args["version_property"])
    except NotAReport as exc:
        raise CannotObserve(phrase("{report:path} {problem}", report=path, problem=exc.why)) from None
    return judge(path, report, dt.datetime.fromtimestamp(about.st_mtime, dt.timezone.utc), args, runner.now())


# -- judging


def judge(path: str, report: Report, written: dt.datetime, args: Arguments, now: dt.datetime) -> Finding:
    counts, limit = report.counts, args["max_age"]
    moment, by_file = _moment(report, written)
    age = (now - moment).total_seconds()
    remarks = _test_remarks(report, args)
    proof, problem = version_of(path, report, args["version"], args["version_property"])
    if problem:
        remarks.append((Status.FAIL, problem))
    if age > limit:
        remarks.append((Status.FAIL, _old(age, isoformat(moment), limit, by_file)))
    elif moment > now + _AHEAD:
        remarks.append((Status.UNKNOWN, _ahead(-age, isoformat(moment), by_file)))
    if report.lies:
        remarks.append((Status.WARN, _contradiction(report)))
    if counts.skipped and not args["allow_skipped"] and report.ran:
        tests = _tests(counts.tests)
        skipped = plural("{count:number} of {tests} skipped", "{count:number} of {tests} skipped", count=counts.skipped, tests=tests)
        remarks.append((Status.WARN, skipped))
    facts = _facts(report, args, proof)
    status = worst([remark for remark, _text in remarks]) or Status.PASS
    if remarks:
        said = [text for _status, text in sorted(remarks, key=lambda item: -(item[0].code or 0))]
        said += [phrase("{facts:list}", facts=facts)] if status is Status.WARN else []
        message = phrase("{report:path}: {remarks:sentences}", report=path, remarks=said)
    else:
        facts.append(_young(max(0.0, age), by_file))
        message = phrase("{report:path}: {facts:list}; the limit is {limit:duration}", report=path, facts=facts, limit=limit)
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
            Measurement("report_tests_run", report.ran, args["min_tests"], "lower", count=True),
            Measurement("report_tests_failed", report.failing_count, 0.0, "upper", count=True),
        ],
        details=_details(report),
    )


def _old(age: float, moment: str, limit: float, by_file: bool) -> Message:
    if by_file:
        return phrase(
            "is {age:duration} old ({moment:moment}, by the time of the file), the limit is {limit:duration}",
            age=age,
            moment=moment,
            limit=limit,
        )
    return phrase("is {age:duration} old ({moment:moment}), the limit is {limit:duration}", age=age, moment=moment, limit=limit)


def _young(age: float, by_file: bool) -> Message:
    return phrase("{age:duration} old, by the time of the file", age=age) if by_file else phrase("{age:duration} old", age=age)


def _ahead(ahead: float, moment: str, by_file: bool) -> Message:
    if by_file:
        return phrase(
            "is dated {ahead:duration} ahead ({moment:moment}, by the time of the file): its age is not known", ahead=ahead, moment=moment
        )
    return phrase("is dated {ahead:duration} ahead ({moment:moment}): its age is not known", ahead=ahead, moment=moment)


def _contradiction(report: Report) -> Message:
    if report.lie_count == 1:
        return phrase("contradicts itself: {lie}", lie=report.lies[0])
    return plural(
        "contradicts itself: {lie} (and {count:number} more)",
        "contradicts itself: {lie} (and {count:number} more)",
        count=report.lie_count - 1,
        lie=report.lies[0],
    )


def _facts(report: Report, args: Arguments, proof: str | None) -> list[Message]:
    """What can be said for a report."""
    facts = [plural("{count:number} test passed", "{count:number} tests passed", count=report.ran)]
    if report.counts.skipped:
        facts.append(plural("{count:number} skipped", "{count:number} skipped", count=report.counts.skipped))
    if proof == BY_PATH:
        facts.append(phrase("for {version} by its path", version=args["version"]))
    elif proof == BY_SUITE:
        facts.append(phrase("for {version} by its suite name", version=args["version"]))
    elif proof:
        facts.append(phrase("for {version} by its property {name}", version=args["version"], name=args["version_property"]))
    return facts


def _test_remarks(report: Report, args: Arguments) -> list[tuple[Status, Message]]:
    counts = report.counts
    if counts.failures or counts.errors:
        return [(Status.FAIL, _failures(counts))]
    if not counts.tests:
        return [(Status.FAIL, phrase("is a report without a test"))]
    if not report.ran:
        said = plural(
            "the only test was skipped: nothing was tested",
            "every one of {count:number} tests was skipped: nothing was tested",
            count=counts.tests,
        )
        return [(Status.FAIL, said)]
    if report.ran < args["min_tests"]:
        said = plural(
            "{count:number} test ran, the limit is {least:number} at least",
            "{count:number} tests ran, the limit is {least:number} at least",
            count=report.ran,
            least=args["min_tests"],
        )
        return [(Status.FAIL, said)]
    return []


def _failures(counts: Counts) -> Message:
    tests = _tests(counts.tests)
    fail = plural("{count:number} fails", "{count:number} fail", count=counts.failures)
    broken = plural("{count:number} breaks off", "{count:number} break off", count=counts.errors)
    if counts.failures and counts.errors:
        return phrase("of {tests} {failures} and {errors}", tests=tests, failures=fail, errors=broken)
    return phrase("of {tests} {failures}", tests=tests, failures=fail if counts.failures else broken)


def _tests(number: int) -> Message:
    return plural("{count:number} test", "{count:number} tests", count=number)


def _details(report: Report) -> list[Message]:
    found = _first(report.failing, report.failing_count, LISTED)
    found += [phrase("contradiction: {lie}", lie=line) for line in _first(report.lies, report.lie_count, 10)]
    found += [phrase("skipped: {test}", test=line) for line in _first(report.skipped, report.counts.skipped, 10)]
    found += [phrase("passed only when repeated: {test}", test=line) for line in _first(report.flaky, report.flaky_count, 10)]
    return found


def _first(lines: t.Sequence[Message], number: int, most: int) -> list[Message]:
    """The first lines, and how many more there are."""
    left = number - most
    more = [plural("and {count:number} more", "and {count:number} more", count=left)] if left > 0 else []
    return [*lines[:most], *more]


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


def version_of(path: str, report: Report, version: str | None, name: str) -> tuple[str | None, Message | None]:
    """What proves that the report is of this version, and what speaks against it. A property has the last word."""
    if version is None:
        return None, None
    pattern = version_pattern(version)
    if report.versions:
        others = [value for value in report.versions if not pattern.search(value)]
        if not others:
            return f"property {name}", None
        return None, _another(name, one_line(others[0], 80), version)
    if any(pattern.search(suite) for suite in report.suites):
        return BY_SUITE, None
    if pattern.search(path):
        return BY_PATH, None
    return None, phrase(
        "is of another version, or does not tell: neither a property {name} nor a suite name nor the path has {version}",
        name=name,
        version=version,
    )


def _another(name: str, given: str, version: str) -> Message:
    if not given:
        return phrase("is of another version: its property {name} says nothing, expected is {version}", name=name, version=version)
    return phrase("is of another version: its property {name} says {given}, expected is {version}", name=name, given=given, version=version)


__all__ = (
    "ARGUMENT_SPEC",
    "DURATIONS",
    "TIMEOUT",
    "WHERE",
    "parse_time",
    "run",
    "version_of",
)
