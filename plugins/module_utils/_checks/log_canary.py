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
from .._clients.log_search import SKEW, FileSearch, Hit, JournalSearch, Marker, host_name
from .._finding import CannotObserve, Facts, Finding, Measurement, failed, isoformat, passed, unknown, warned
from .._runner import Runner, user_name
from .._units import humanize_seconds

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
COMPARABLE = {"found": {"kind": "holds", "what": "log"}}

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
        raise CannotObserve("neither a way to write the line (via) nor markers to look for are named")
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
        raise CannotObserve("no way to write the line is named (via)")
    try:
        marker = _write(args, args["via"], runner)
    except log_writing.NotTaken as exc:
        return _not_written(args, exc)
    where = marker.path or args["via"]
    return passed(f"wrote one line marked {marker.marker} to {where} as {user_name()}", observed=marker.as_dict())


def _not_written(args: Arguments, why: log_writing.NotTaken) -> Finding:
    return failed(str(why), observed={"host": host_name(), "via": args["via"]})


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
        raise CannotObserve("the line to write would not have the marker: template, or fields, must keep {marker}")
    if "\n" in line or "\r" in line or "\0" in line:
        raise CannotObserve("the line to write would be more than one line: nothing was written")
    if args["format"] == "json":
        try:
            json.loads(line)
        except ValueError:
            raise CannotObserve("the template does not make a JSON line (format: json): nothing was written") from None
    return line


def _entry(tag: str, line: str) -> dict[str, str]:
    return {"MESSAGE": line, "PRIORITY": "6", "SYSLOG_IDENTIFIER": tag}


# -- the half that finds


def find(args: Arguments, runner: Runner) -> list[Finding]:
    """One finding a marker; all are looked for together, within one deadline."""
    _check_times(args, runner)
    markers = [Marker.from_dict(marker) for marker in args["markers"] or []]
    if not markers:
        raise CannotObserve("there is no marker to look for: no line was written")
    return _find(markers, args, runner, None)


def _check_times(args: Arguments, runner: Runner) -> None:
    left = runner.remaining(args["deadline"] + 3600)
    if left <= args["deadline"]:
        raise CannotObserve(f"the time allowed for this check ({left:.0f} s) must be longer than its deadline ({args['deadline']:g} s)")


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
            if hit:
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
    took = f"within {humanize_seconds(latency)}" if not late else f"{humanize_seconds(waited)} after the search began"
    observed: dict[str, object] = {
        "marker": marker.marker,
        "host": marker.host,
        "written_at": marker.written_at,
        "found_in": hit.where,
        "latency_seconds": None if late else round(latency, 3),
    }
    fields: Facts = {"observed": observed, "expected": {"deadline_seconds": args["deadline"], "search": args["search"]}}
    if not late:
        fields["measurements"] = [Measurement("log_canary_latency_seconds", round(latency, 3), args["deadline"], "upper")]
    if not (hit.same_file or hit.same_host):
        return passed(f"the line written on {marker.host} was found in {hit.where} {took}", **fields)
    local = "the file that it was written to" if hit.same_file else "the journal of the same host"
    message = f"the line written on {marker.host} was found {took} locally, in {local} ({hit.where})"
    fields["proof"] = "derived"
    if args["local"]:
        return passed(message, **fields)
    return warned(f"{message}: that it arrives centrally is not proven", **fields)


def _missing(marker: Marker, search: FileSearch | JournalSearch, args: Arguments, runner: Runner) -> Finding:
    if isinstance(search, JournalSearch):
        return _not_in_journal(marker, search, args)
    return _not_in_files(marker, search, args, runner)


def _not_in_files(marker: Marker, search: FileSearch, args: Arguments, runner: Runner) -> Finding:
    looked = search.searched(marker)
    paths = looked.paths
    where = " or ".join(looked.patterns)
    observed: dict[str, object] = {"marker": marker.marker, "host": marker.host, "written_at": marker.written_at}
    expected: dict[str, object] = {"deadline_seconds": args["deadline"], "search": args["search"]}
    if looked.refused:
        return unknown(f"where the line of {marker.host} should be cannot be read: {looked.refused}", observed=observed)
    start = f"the line written on {marker.host} was not found within {humanize_seconds(args['deadline'])}"
    if not paths:
        nearest = f"the nearest folder that is there is {looked.nearest}"
        return failed(f"{start}: no file matches {where}, {nearest}", observed={**observed, "files": 0}, expected=expected)
    lines = looked.new_lines
    ago = "" if looked.newest is None else f", last written {humanize_seconds(max(runner.now().timestamp() - looked.newest, 0))} ago"
    if lines:
        hint = f"{lines} other line(s) arrived there meanwhile: logs arrive, but not this one (path, tag or filter?)"
    else:
        hint = "no line at all arrived there meanwhile: what ships the logs may have stopped"
    return failed(
        f"{start} in {where} ({len(paths)} file(s){ago}); {hint}",
        observed={**observed, "files": len(paths), "new_lines": lines},
        expected=expected,
        details=[f"looked at {path}" for path in paths[:20]],
        measurements=[Measurement("log_canary_new_lines", float(lines))],
    )


def _not_in_journal(marker: Marker, search: JournalSearch, args: Arguments) -> Finding:
    observed: dict[str, object] = {"marker": marker.marker, "host": marker.host, "written_at": marker.written_at}
    observed["entries"] = search.entries
    if search.part_hidden:
        return unknown(f"{user_name()} may not read the whole journal; let the check run as a user who may (run_as)", observed=observed)
    where = f"the journal in {args['search']}" if args["search"] else "the journal"
    start = f"the line written on {marker.host} was not found in {where} within {humanize_seconds(args['deadline'])}"
    return failed(
        f"{start}; {search.entries} other entries of the time were looked at",
        observed=observed,
        expected={"deadline_seconds": args["deadline"]},
    )


__all__ = ("ARGUMENT_SPEC", "CONSTRAINTS", "DURATIONS", "TIMEOUT", "WHERE", "find", "run", "write", "writes")
