# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of log_format: real files, rsyslogd, a real journal; what docker prints is stood in for."""

from __future__ import annotations

import datetime as dt
import json
import typing as t

from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from logs_of_payments import (
    TRACE,
    Lines,
    access_line,
    at,
    binary,
    by_rsyslog,
    huge_lines,
    in_container,
    in_journal,
    iso,
    json_line,
    log,
    logfmt_line,
    of,
    rfc5424_line,
    right_after_a_rotation,
    sparse,
    text_line,
    without_ends,
    without_zone,
    zone,
)
from table import Row, World

Arguments = dict[str, t.Any]
PATTERN = r"^(?<time>\S+) (?<level>[A-Z]+) \[(?<thread>[^\]]+)\] (?<message>.*)$"
ALL = ["level", "message", "service", "correlation"]


class WithoutJournalctl(Runner):
    def which(self, name: str) -> str | None:
        return None if name == "journalctl" else super().which(name)


def row(state: str, arrange: t.Callable[[World], Arguments], status: str, message: str) -> Row:
    return Row("log_format", state, arrange, status, message)


def text_with_traces(world: World) -> Arguments:
    """Indented, with "Caused by", empty lines, a query over several lines, a table; a banner when it starts."""
    lines = Lines(text_line).lines
    lines[20] += "\n" + TRACE.rstrip("\n")
    lines[40] += "\n  SELECT *\n  FROM orders\n WHERE id = 7\nORDER BY 1"
    lines[60] += "\n\n| a | b |\n| 1 | 2 |"
    banner = "  .   ____\n /\\\\ / ___'\n :: Spring Boot ::\n"
    return log(world, banner + "".join(f"{line}\n" for line in lines))


def of_two_lines(moment: dt.datetime, number: int) -> str:
    return f"{moment.astimezone():%b %d, %Y %I:%M:%S %p} com.example.Orders take\nINFO: order {number} taken"


def latin_1(world: World) -> Arguments:
    return log(
        world,
        Lines(lambda moment, number: json_line(moment, number, msg="HERE")).text().encode().replace(b"HERE", b"\xe9t\xe9"),
        format="json",
    )


def banner_first(world: World) -> Arguments:
    return log(world, "  .   ____\n /\\\\ / ___'\n :: Spring Boot ::\n" + Lines(json_line, 100).text(), format="json")


def cut_by_docker(world: World) -> Arguments:
    """An engine cuts what is longer than 16 KiB."""
    lines = Lines(json_line).lines
    long = json_line(at(0.1), 300, msg="a" * 20_000)
    lines += [long[:16384], long[16384:]]
    return log(world, "".join(f"{line}\n" for line in lines), format="json", max_malformed="0.1%")


def another_format_since_the_deployment(world: World) -> Arguments:
    before = Lines(json_line, 20_000, hours_ago=1).text()
    return log(world, before + Lines(logfmt_line, 60).text(), format="json")


def nearly_all_before(world: World) -> Arguments:
    """A field that the version of before had."""
    before = Lines(json_line, 20_000, hours_ago=1).text()
    after = Lines(lambda moment, number: json_line(moment, number, service=None), 60).text()
    return log(world, before + after, format="json", required=["service"])


def own_lines(world: World) -> Arguments:
    """What log_canary has written is not of the service."""
    marked = "".join(f"{iso(at(0.1))} info operability-canary {number:032x}\n" for number in range(30))
    return log(world, Lines(logfmt_line, 100).text() + marked, format="logfmt")


def day_first(moment: dt.datetime, number: int) -> str:
    return f"{moment:%d/%m/%Y %H:%M:%S}Z INFO order {number} taken"


def of_last_april(moment: dt.datetime, number: int) -> str:
    """Of the third of April, or the fourth of March, of last year: of neither can be the file, which is written now."""
    return f"03/04/{moment.year - 1} 05:{number // 60:02d}:{number % 60:02d}Z INFO order {number} taken"


def stray_lines(world: World) -> Arguments:
    """A library that prints."""
    lines = [f"{line}\nConnection to {number} lost" for number, line in enumerate(Lines(text_line, 100).lines)]
    return log(world, "".join(f"{line}\n" for line in lines))


def numbered_times(world: World) -> Arguments:
    return log(world, "".join(f"cycle {number} of the pump: 12 bar\n" for number in range(100)))


def unknown_times(moment: dt.datetime, number: int) -> str:
    return json_line(moment, number, ts=None, time=f"stardate {number}.5")


def one_in_the_future(world: World) -> Arguments:
    lines = Lines(json_line).lines
    lines[100] = json_line(at(-48), 100)
    return log(world, "".join(f"{line}\n" for line in lines), format="json")


def with_garbage(world: World) -> Arguments:
    """What a runtime prints when it starts."""
    return log(world, "Picked up JAVA_TOOL_OPTIONS: -Xmx1g\n" + Lines(json_line, 300).text(), format="json")


def missing(world: World) -> Arguments:
    return {"path": str(world.folder / "app.log"), "format": "json"}


def no_journalctl(world: World) -> Arguments:
    world.runner = WithoutJournalctl()
    return {"unit": "payments.service"}


def counted(moment: dt.datetime, number: int) -> str:
    line = rfc5424_line(moment, number)
    return f"{len(line)} {line}"


def messages(count: int = 60) -> list[str]:
    return Lines(json_line, count).lines


def nested(moment: dt.datetime, number: int) -> str:
    data = {
        "@timestamp": iso(moment),
        "log.level": "info",
        "message": "x",
        "service": {"name": "payments"},
        "trace": {"id": f"{number:032x}"},
    }
    return json.dumps({**data, "order": {"id": number}})


ROWS = [
    # healthy
    row("JSON", of(json_line, format="json", required=ALL), "pass", r"the 300 records of \S+ can be parsed, the newest written [67] min"),
    row("JSON, with nested fields, as ECS has them", of(nested, format="json", required=[*ALL, "order.id"]), "pass", r"can be parsed"),
    row(
        "JSON, of which a runtime has printed a line when it started",
        with_garbage,
        "pass",
        r"the 300 records of",
    ),
    row("logfmt", of(logfmt_line, format="logfmt", required=["level", "message"]), "pass", r"the 300 records"),
    row("RFC 5424", of(rfc5424_line, format="rfc5424", required=["level", "service"]), "pass", r"the 300 records"),
    row("what rsyslogd writes today", by_rsyslog("RSYSLOG_FileFormat", format="rfc3164", required=["service"]), "pass", r"the 50 records"),
    row(
        "what rsyslogd writes by the new protocol",
        by_rsyslog("RSYSLOG_SyslogProtocol23Format", format="rfc5424"),
        "pass",
        r"the 50 records",
    ),
    row(
        "what rsyslogd has written before, on a host in UTC",
        zone("Etc/UTC", by_rsyslog("RSYSLOG_TraditionalFileFormat", format="rfc3164")),
        "pass",
        r"the 50 records",
    ),
    row("text with stack traces and messages of several lines", text_with_traces, "pass", r"the 300 records"),
    row("text with what is asked of it", of(text_line, required=["level", "correlation"]), "pass", r"the 300 records"),
    row("an access log", of(access_line), "pass", r"the 300 records"),
    row("JSON that nobody has declared", of(json_line), "pass", r"the 300 records"),
    row("times without a zone on a host in UTC", zone("UTC", of(without_zone)), "pass", r"the 300 records"),
    row("times without a zone, as it may be", zone("Europe/Paris", of(without_zone, require_zone=False)), "pass", r"the 300 records"),
    row("a day that may be a month, in a file that is written now", of(day_first), "pass", r"the 300 records"),
    row(
        "two lines a record, as java.util.logging writes them",
        of(of_two_lines, required=["level"], require_zone=False),
        "pass",
        r"the 300 records",
    ),
    row(
        "records of several lines of which only the first is told",
        of(lambda moment, number: f"# Time: {iso(moment)}\n# Query_time: 2.1\nSELECT {number};", record_start="^# Time: "),
        "pass",
        r"the 300 records",
    ),
    row("a pattern of its own", of(text_line, pattern=PATTERN, required=["thread", "correlation"]), "pass", r"the 300 records"),
    row("right after a rotation", right_after_a_rotation(json_line, format="json"), "pass", r"the 300 records"),
    row("a log of errors, of which there are none", lambda world: log(world, "", quiet=True), "pass", r"has no line, as it may be"),
    row("a log of errors, of which there were some", of(text_line, hours_ago=900, quiet=True), "pass", r"the newest written 37 d"),
    row("with lines that this collection has written", own_lines, "pass", r"the 100 records"),
    row(
        "50 GB",
        lambda world: sparse(world, sample_lines=300),
        "pass",
        r"can be parsed.* of 50\.0 GiB, the newest and some over all its length",
    ),
    row("a unit that prints JSON", in_journal(*messages(), format="json", required=ALL), "pass", r"the 60 records of payments.service"),
    row("a unit that logs text", in_journal("one", "two", "three", required=["service"]), "pass", r"the 3 records of payments.service"),
    row("a container that prints JSON", in_container(messages, format="json", required=ALL), "pass", r"the 60 records of payments can"),
    # faults
    row(
        "a stack trace among JSON",
        of(json_line, after=TRACE, format="json"),
        "fail",
        r"4 of 304 lines of \S+ are not JSON, the limit is 1%: lines 301-304 look like a stack trace",
    ),
    row(
        "objects that are cut",
        cut_by_docker,
        "fail",
        r"1 object of \S+ is cut in pieces: lines 301-302 are one object, cut after 16\.0 KiB",
    ),
    row("logfmt where JSON is declared", of(logfmt_line, format="json"), "fail", r"300 of 300 lines .* are not JSON.*look like logfmt"),
    row(
        "another format since the deployment", another_format_since_the_deployment, "fail", r"most of the newest lines .* look like logfmt"
    ),
    row(
        "a field that only the version of before had",
        nearly_all_before,
        "fail",
        r"most of the newest records of \S+ lack the field service",
    ),
    row(
        "a length in front of each frame",
        of(counted, format="rfc5424"),
        "fail",
        r"300 of 300 lines of \S+ are not RFC 5424",
    ),
    row("lines that a library prints without a time", stray_lines, "fail", r"100 of 200 records of \S+ have no time, the limit is 10%"),
    row(
        "records without a time",
        of(lambda moment, number: json_line(moment, number, ts=None), format="json"),
        "fail",
        r"300 of 300 records of \S+ have no time",
    ),
    row(
        "times without a zone in JSON, on a host that is not in UTC",
        zone("Europe/Paris", of(lambda moment, number: json_line(moment, number, ts=without_zone(moment, 0)[:23]), format="json")),
        "fail",
        r"the times of 300 of 300 records of \S+ have no zone, and this host is not in UTC",
    ),
    row(
        "a clock that is ahead",
        of(json_line, hours_ago=-3, format="json"),
        "fail",
        r"300 records of \S+ lie in the future, by up to (?:3 h|2 h 5\d min)",
    ),
    row(
        "a field that is missing",
        of(lambda moment, number: json_line(moment, number, level=None if number % 3 else "info"), format="json", required=["level"]),
        "fail",
        r"200 of 300 records of \S+ lack the field level, the limit is 1%",
    ),
    row(
        "a field under another name than the one that is asked for",
        of(lambda moment, number: json_line(moment, number, level=None, severity="info"), format="json", required=["/level"]),
        "fail",
        r"300 of 300 records of \S+ lack the field /level",
    ),
    row(
        "trace ids that are none",
        of(lambda moment, number: json_line(moment, number, trace_id="0" * 32), format="json", required=["correlation"]),
        "fail",
        r"0% of 300 records of \S+ carry a trace or request id, the limit is 10%",
    ),
    row(
        "trace ids that say that there is none",
        of(lambda moment, number: json_line(moment, number, trace_id="undefined"), format="json", required=["correlation"]),
        "fail",
        r"0% of 300 records of \S+ carry a trace or request id, the limit is 10%",
    ),
    row("JSON with bytes that are no UTF-8", latin_1, "fail", r"300 of 300 lines of \S+ are not JSON"),
    row("lines that do not fit the pattern", of(access_line, pattern=PATTERN), "fail", r"300 of 300 lines of \S+ do not fit the pattern"),
    row(
        "a unit that prints traces among JSON",
        in_journal(*messages(), *TRACE.split("\n")[:4], format="json"),
        "fail",
        r"4 of 64 lines .*trace",
    ),
    row("a unit that gives no level", in_journal("one", "two", required=["level"]), "fail", r"2 of 2 records .* lack the field level"),
    # it holds, and not for sure
    row(
        "times of text without a zone, on a host that is not in UTC",
        zone("Europe/Paris", of(without_zone)),
        "warn",
        r"have no zone, and this host is not in UTC",
    ),
    row(
        "times without a zone that are of another, on a host in UTC",
        zone("UTC", of(lambda moment, number: without_zone(moment - dt.timedelta(hours=5), number))),
        "warn",
        r"the last line of \S+ says 5 h(?: \d+ min)? less than when it was written",
    ),
    row(
        "one trace id for all",
        of(lambda moment, number: json_line(moment, number, trace_id="4bf92f35"), format="json", required=["correlation"]),
        "warn",
        r"all 300 records of \S+ that carry a trace or request id carry the same one, over 4 min 59 s",
    ),
    row(
        "times that name a zone and are of another, in a file that is written now",
        of(lambda moment, number: json_line(moment - dt.timedelta(hours=5), number), format="json", hours_ago=0.0),
        "warn",
        r"the last line of \S+ says 5 h(?: \d+ m?s)? less than when it was written: its zone seems to be another one",
    ),
    row("a banner in front of JSON", banner_first, "warn", r"3 of 103 lines of \S+ are not JSON"),
    row(
        "nothing new for two days",
        of(json_line, hours_ago=48, format="json"),
        "warn",
        r"newest line of \S+ is 2 d(?: \d+ min)? old, the limit is 24 h",
    ),
    row(
        "few records with a trace id",
        of(
            lambda moment, number: json_line(moment, number, trace_id=None if number % 20 else "4bf92f35"),
            format="json",
            required=["correlation"],
        ),
        "warn",
        r"5% of 300 records of \S+ carry a trace or request id, the limit is 10%",
    ),
    row("one line in the future", one_in_the_future, "warn", r"1 record of \S+ lies in the future, by (?:47|48) h|by 1 d 23 h|by 2 d"),
    row("a day that may be a month", of(of_last_april), "warn", r"which number is the day and which the month does not show"),
    row("it has crashed", of(json_line, count=2000, after=TRACE, format="json"), "warn", r"the last 4 lines of \S+ are of no record"),
    # it cannot be seen
    row("it is not there", missing, "unknown", r"app\.log does not exist"),
    row("it has no line yet", lambda world: log(world, "", format="json"), "unknown", r"has no line yet"),
    row("it has bytes that are no text", binary, "unknown", r"has bytes that are no text"),
    row("50 GB without the end of a line", without_ends, "unknown", r"has 50\.0 GiB without the end of a line"),
    row("lines of 10 MB", huge_lines, "unknown", r"has lines longer than 1\.0 MiB and no others"),
    row("it is UTF-16", lambda world: log(world, "\ufeffa line\n".encode("utf-16-le") * 50), "unknown", r"is written in UTF-16"),
    row(
        "times in a form that nobody knows",
        of(unknown_times, format="json"),
        "unknown",
        r"the time of 300 of 300 records .* is in no form that",
    ),
    row("text without a time", numbered_times, "unknown", r"no line of \S+ begins with a time in a form that is known here"),
    row(
        "a pattern that never ends",
        of(lambda moment, number: "a" * 60 + "!", pattern=r"^(?P<time>(a+)+)$"),
        "unknown",
        r"the pattern cannot be tried on \S+: .*did not end within",
    ),
    row("a unit that has logged nothing", in_journal("x", unit="orders.service"), "unknown", r"there is no entry of orders\.service"),
    row("journalctl is missing", no_journalctl, "unknown", r"journalctl is not installed"),
    row("a pattern that is none", of(text_line, pattern="(a"), "unknown", r"pattern: this is not a regular expression"),
]
