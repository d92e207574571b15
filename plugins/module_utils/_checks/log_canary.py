# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a line that is logged on a host arrives where logs are searched. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import json
import secrets
import typing as t

from .._argspec import Spec
from .._clients import log_writing
from .._clients.log_search import SKEW, FileSearch, Hit, JournalSearch, Marker, Searched, host_name
from .._finding import CannotObserve, Facts, Finding, Measurement, failed, isoformat, passed, unknown, warned
from .._phrase import Message, phrase, plural, verbatim
from .._runner import Runner, user_name

WHERE = "both"
TIMEOUT = 90.0
SETTLES = ("find",)  # a line is written once
ARGUMENT_SPEC: Spec = {
    "via": {"type": "str", "choices": ["file", "journald", "syslog"]},
    "path": {"type": "path"},
    "tag": {"type": "str", "default": "operability-canary"},
    "socket": {"type": "path"},
    "format": {"type": "str", "choices": ["text", "json"], "default": "text"},
    "template": {"type": "str"},
    "fields": {"type": "dict", "default": {}},
    "backend": {"type": "str", "choices": ["file", "journald"], "required": True},
    "search": {"type": "str"},
    "deadline": {"type": "str", "default": "60s"},
    "interval": {"type": "str", "default": "1s"},
    "markers": {"type": "list", "elements": "dict"},
    "local": {"type": "bool", "default": False},
}
CONSTRAINTS = {
    "required_one_of": [("via", "markers")],
    "required_if": [("via", "file", ["path"]), ("backend", "file", ["search"])],
}
DURATIONS = ("deadline", "interval")
COMPARABLE = {"found": {"kind": "holds", "what": phrase("log")}}

PREFIX = "operability-canary"


class Arguments(t.TypedDict):
    via: str | None
    path: str | None
    tag: str
    socket: str | None
    format: str
    template: str | None
    fields: dict[str, object]
    backend: str
    search: str | None
    deadline: float
    interval: float
    markers: list[dict[str, object]] | None
    local: bool
    timeout: float


def writes(args: t.Mapping[str, object]) -> bool:
    """Whether ``run`` would write: check mode asks."""
    return not args.get("markers")


def run(args: Arguments, runner: Runner) -> Finding | list[Finding]:
    """Both halves on this host, or the second alone when there are markers."""
    if args["markers"]:
        return find(args, runner)
    _check_times(args, runner)
    if not args["via"]:
        raise CannotObserve(phrase("neither a way to write the line (via) nor markers to look for are named"))
    search = FileSearch(args["search"] or "", args["tag"], [], runner) if args["backend"] == "file" else None
    if search:
        search.look_over()
    try:
        marker = _write(args, args["via"], runner)
    except log_writing.NotTaken as exc:
        return _not_written(args, exc)
    return _find([marker], args, runner, search)[0]


# -- the half that writes


def write(args: Arguments, runner: Runner) -> Finding:
    """Writes the marked line; ``observed`` of the finding is the marker that ``find`` needs."""
    if not args["via"]:
        raise CannotObserve(phrase("no way to write the line is named (via)"))
    try:
        marker = _write(args, args["via"], runner)
    except log_writing.NotTaken as exc:
        return _not_written(args, exc)
    said = phrase(
        "wrote one line marked {marker} to {place:path} as {user}",
        marker=marker.marker,
        place=marker.path or args["via"],
        user=user_name(),
    )
    return passed(said, observed=marker.as_dict())


def _not_written(args: Arguments, why: log_writing.NotTaken) -> Finding:
    return failed(why.message, observed={"host": host_name(), "via": args["via"]})


def _write(args: Arguments, via: str, runner: Runner) -> Marker:
    """CannotObserve, NotTaken."""
    moment = runner.now()
    token = f"{PREFIX} {secrets.token_hex(16)}"
    marker = Marker(token, isoformat(moment), round(moment.timestamp(), 3), host_name(), via, args["tag"])
    line = render(args, token, moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"))
    if via == "file":
        path = args["path"] or ""
        return dataclasses.replace(marker, path=path, **log_writing.append(path, line)._asdict())
    if via == "syslog":
        datagram = log_writing.syslog_datagram(args["tag"], line, moment.timestamp())
        log_writing.send(args["socket"] or log_writing.SYSLOG_SOCKET, datagram, via)
    else:
        fields = {str(key).upper(): str(value) for key, value in args["fields"].items()}
        datagram = log_writing.journal_datagram({**fields, **_entry(args["tag"], line)})
        log_writing.send(args["socket"] or log_writing.JOURNAL_SOCKET, datagram, via)
    return marker


def render(args: Arguments, token: str, timestamp: str) -> str:
    """The line that is written; CannotObserve when it would not be one line, would lack the marker, or would break a JSON log."""

    def fill(value: object) -> object:
        return value.replace("{marker}", token).replace("{timestamp}", timestamp) if isinstance(value, str) else value

    if args["template"]:
        line = str(fill(args["template"]))
    elif args["format"] == "json":
        data = {"timestamp": timestamp, "level": "info", "message": token}
        line = json.dumps({**data, **{str(key): fill(value) for key, value in args["fields"].items()}}, default=str)
    else:
        # journald takes the fields as fields
        extra = "" if args["via"] == "journald" else "".join(f" {key}={fill(value)}" for key, value in args["fields"].items())
        line = f"{timestamp} info {token}{extra}" if args["via"] == "file" else token + extra
    if token not in line:
        raise CannotObserve(phrase("the line to write would not have the marker: template, or fields, must keep {{marker}}"))
    if "\n" in line or "\r" in line or "\0" in line:
        raise CannotObserve(phrase("the line to write would be more than one line: nothing was written"))
    if args["format"] == "json":
        try:
            json.loads(line)
        except ValueError:
            raise CannotObserve(phrase("the template does not make a JSON line (format: json): nothing was written")) from None
    return line


def _entry(tag: str, line: str) -> dict[str, str]:
    return {"MESSAGE": line, "PRIORITY": "6", "SYSLOG_IDENTIFIER": tag}


# -- the half that finds


def find(args: Arguments, runner: Runner) -> list[Finding]:
    """One finding a marker; all are looked for together, within one deadline."""
    _check_times(args, runner)
    markers = [Marker.from_dict(marker) for marker in args["markers"] or []]
    if not markers:
        raise CannotObserve(phrase("there is no marker to look for: no line was written"))
    return _find(markers, args, runner, None)


def _check_times(args: Arguments, runner: Runner) -> None:
    left = runner.remaining(args["deadline"] + 3600)
    if left <= args["deadline"]:
        said = phrase(
            "the time allowed for this check ({allowed:duration}) must be longer than its deadline ({deadline:duration})",
            allowed=float(round(left)),
            deadline=args["deadline"],
        )
        raise CannotObserve(said)


def _find(markers: list[Marker], args: Arguments, runner: Runner, search: FileSearch | None) -> list[Finding]:
    backend: FileSearch | JournalSearch
    if args["backend"] == "journald":
        backend = JournalSearch(args["search"], args["tag"], markers, runner)
    else:
        backend = search or FileSearch(args["search"] or "", args["tag"], markers, runner)
        backend.markers = markers
    started = runner.clock.monotonic()
    found: dict[int, Finding] = {}
    while True:
        backend.poll()
        waited = runner.clock.monotonic() - started
        for number, marker in enumerate(markers):
            hit = None if number in found else backend.hit(marker)
            # what is found where it was written may yet arrive elsewhere
            if hit and (args["local"] or not hit.same_file or waited >= args["deadline"]):
                found[number] = _found(marker, hit, args, runner.now().timestamp(), waited)
        if len(found) == len(markers) or waited >= args["deadline"]:
            break
        runner.sleep(max(0.05, min(args["interval"], args["deadline"] - waited)))
    findings = []
    for number, marker in enumerate(markers):
        finding = found.get(number) or _missing(marker, backend, args, runner)
        finding.host = marker.inventory_host
        findings.append(finding)
    return findings


def _found(marker: Marker, hit: Hit, args: Arguments, now: float, waited: float) -> Finding:
    written = marker.written_epoch
    latency = (hit.arrived or now) - written if written is not None else waited
    if not 0 <= latency <= waited + SKEW:  # the clocks differ
        latency = waited
    late = latency > args["deadline"]  # looked for long after it was written, or the clocks differ: the latency is not known
    took = phrase("{waited:duration} after the search began", waited=waited) if late else phrase("within {time:duration}", time=latency)
    observed: dict[str, object] = {
        "marker": marker.marker,
        "host": marker.host,
        "written_at": marker.written_at,
        "found_in": str(hit.where),
        "latency_seconds": None if late else round(latency, 3),
    }
    fields: Facts = {"observed": observed, "expected": {"deadline_seconds": args["deadline"], "search": args["search"]}}
    if not late:
        fields["measurements"] = [Measurement("log_canary_latency_seconds", round(latency, 3), args["deadline"], "upper")]
    if not (hit.same_file or hit.same_host):
        return passed(
            phrase("the line written on {host} was found in {where} {took}", host=marker.host, where=hit.where, took=took), **fields
        )
    message = phrase(
        "the line written on {host} was found {took} locally, in {local} ({where})",
        host=marker.host,
        took=took,
        local=phrase("the file that it was written to") if hit.same_file else phrase("the journal of the same host"),
        where=hit.where,
    )
    fields["proof"] = "derived"
    if args["local"]:
        return passed(message, **fields)
    if hit.same_file:
        said = phrase("{found}: no log has been sent anywhere; search where logs arrive, not where they are written", found=message)
        return unknown(said, **fields)
    return warned(phrase("{found}: that it arrives centrally is not proven", found=message), **fields)


def _missing(marker: Marker, search: FileSearch | JournalSearch, args: Arguments, runner: Runner) -> Finding:
    if isinstance(search, JournalSearch):
        return _not_in_journal(marker, search, args)
    return _not_in_files(marker, search, args, runner)


def _not_in_files(marker: Marker, search: FileSearch, args: Arguments, runner: Runner) -> Finding:
    looked = search.searched(marker)
    paths = looked.paths
    observed: dict[str, object] = {"marker": marker.marker, "host": marker.host, "written_at": marker.written_at}
    expected: dict[str, object] = {"deadline_seconds": args["deadline"], "search": args["search"]}
    if looked.refused:
        said = phrase("where the line of {host} should be cannot be read: {reason}", host=marker.host, reason=looked.refused)
        return unknown(said, observed=observed)
    if not paths:
        return failed(_no_file(marker, looked, args["deadline"]), observed={**observed, "files": 0}, expected=expected, absent=True)
    ago = None if looked.newest is None else max(runner.now().timestamp() - looked.newest, 0.0)
    return failed(
        phrase("{missed}; {hint}", missed=_not_there(marker, looked, args["deadline"], ago), hint=_hint(looked.new_lines)),
        observed={**observed, "files": len(paths), "new_lines": looked.new_lines},
        expected=expected,
        details=[phrase("looked at {path:path}", path=path) for path in paths[:20]],
        measurements=[Measurement("log_canary_new_lines", float(looked.new_lines))],
    )


def _no_file(marker: Marker, looked: Searched, deadline: float) -> Message:
    places = _places(looked.patterns)
    if looked.nearest is None:
        return phrase(
            "the line written on {host} was not found within {deadline:duration}: no file matches {places}",
            host=marker.host,
            deadline=deadline,
            places=places,
        )
    return phrase(
        "the line written on {host} was not found within {deadline:duration}: "
        "no file matches {places}, the nearest folder that is there is {nearest:path}",
        host=marker.host,
        deadline=deadline,
        places=places,
        nearest=looked.nearest,
    )


def _places(patterns: t.Sequence[str]) -> Message:
    """What was searched: for the full name of the host, and for its short one."""
    if len(patterns) == 1:
        return verbatim(patterns[0])
    return phrase("{first:path} or {second:path}", first=patterns[0], second=patterns[1])


def _not_there(marker: Marker, looked: Searched, deadline: float, ago: float | None) -> Message:
    places = _places(looked.patterns)
    if ago is None:
        return plural(
            "the line written on {host} was not found within {deadline:duration} in {places} ({count:number} file)",
            "the line written on {host} was not found within {deadline:duration} in {places} ({count:number} files)",
            count=len(looked.paths),
            host=marker.host,
            deadline=deadline,
            places=places,
        )
    return plural(
        "the line written on {host} was not found within {deadline:duration} in {places} "
        "({count:number} file, last written {ago:duration} ago)",
        "the line written on {host} was not found within {deadline:duration} in {places} "
        "({count:number} files, last written {ago:duration} ago)",
        count=len(looked.paths),
        host=marker.host,
        deadline=deadline,
        places=places,
        ago=ago,
    )


def _hint(lines: int) -> Message:
    if not lines:
        return phrase("no line at all arrived there meanwhile: what ships the logs may have stopped")
    return plural(
        "{count:number} other line arrived there meanwhile: logs arrive, but not this one (path, tag or filter?)",
        "{count:number} other lines arrived there meanwhile: logs arrive, but not this one (path, tag or filter?)",
        count=lines,
    )


def _not_in_journal(marker: Marker, search: JournalSearch, args: Arguments) -> Finding:
    observed: dict[str, object] = {"marker": marker.marker, "host": marker.host, "written_at": marker.written_at}
    observed["entries"] = search.entries
    if search.part_hidden:
        said = phrase("{user} may not read the whole journal; let the check run as a user who may (run_as)", user=user_name())
        return unknown(said, observed=observed)
    said = plural(
        "the line written on {host} was not found in {journal} within {deadline:duration}; "
        "{count:number} other entry of the time was looked at",
        "the line written on {host} was not found in {journal} within {deadline:duration}; "
        "{count:number} other entries of the time were looked at",
        count=search.entries,
        host=marker.host,
        journal=phrase("the journal in {folder:path}", folder=args["search"]) if args["search"] else phrase("the journal"),
        deadline=args["deadline"],
    )
    return failed(said, observed=observed, expected={"deadline_seconds": args["deadline"]})


__all__ = ("ARGUMENT_SPEC", "CONSTRAINTS", "DURATIONS", "TIMEOUT", "WHERE", "find", "run", "write", "writes")
