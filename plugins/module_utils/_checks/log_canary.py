# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a line that is logged on a host arrives where logs are searched. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import glob
import json
import os
import re
import secrets
import socket
import stat
import struct
import time
import typing as t

from .._finding import CannotObserve, Finding, Measurement, failed, isoformat, passed, unknown, warned
from .._runner import Runner, unreadable, user_name
from .._units import humanize_seconds
from .log_rotation import rotated_files

WHERE = "both"
TIMEOUT = 90.0
SETTLES = ("find",)  # a line is written once
ARGUMENT_SPEC: dict[str, t.Any] = {
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
CONSTRAINTS: dict[str, t.Any] = {
    "required_one_of": [("via", "markers")],
    "required_if": [("via", "file", ["path"]), ("backend", "file", ["search"])],
}
DURATIONS = ("deadline", "interval")
COMPARABLE = {"found": {"kind": "holds", "what": "log"}}

PREFIX = "operability-canary"
SYSLOG_SOCKET = "/dev/log"
JOURNAL_SOCKET = "/run/systemd/journal/socket"
USER_INFO = 14  # facility user, severity info
SEND_TIMEOUT = 5.0
TAIL = 64 * 2**20  # what is read of a file in which the line may already be
CHUNK = 2**20
LONGEST_LINE = 65536
SKEW = 3600.0  # clocks of hosts differ; a file that was last written before that cannot have the line
_DESK = "Invoked with"  # how Ansible logs a module's arguments: a marker in there has not taken the service's way
_COMPRESSED = (".gz", ".bz2", ".xz", ".zst", ".lz4")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_REFUSALS = (errno.EACCES, errno.EPERM)


def writes(args: t.Mapping[str, t.Any]) -> bool:
    """Whether ``run`` would write: check mode asks."""
    return not args.get("markers")


def run(args: dict[str, t.Any], runner: Runner) -> Finding | list[Finding]:
    """Both halves on this host, or the second alone when there are markers."""
    if args["markers"]:
        return find(args, runner)
    _check_times(args, runner)
    if not args["via"]:
        raise CannotObserve("neither a way to write the line (via) nor markers to look for are named")
    search = _Files(args, [], runner) if args["backend"] == "file" else None
    if search:
        search.look_over(_patterns(args, _host(), args["tag"]))
    written = write(args, runner)
    if written.status != "pass":
        return written
    return _find([written.observed], args, runner, search)[0]


# -- the half that writes


def write(args: dict[str, t.Any], runner: Runner) -> Finding:
    """Writes the marked line; ``observed`` of the finding is the marker that ``find`` needs."""
    if not args["via"]:
        raise CannotObserve("no way to write the line is named (via)")
    moment = runner.now()
    token = f"{PREFIX} {secrets.token_hex(16)}"
    marker: dict[str, t.Any] = {
        "marker": token,
        "written_at": isoformat(moment),
        "written_epoch": round(moment.timestamp(), 3),
        "host": _host(),
        "via": args["via"],
        "tag": args["tag"],
    }
    line = render(args, token, moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"))
    if args["via"] == "file":
        refused = _append(args["path"], line, marker)
    elif args["via"] == "syslog":
        refused = _send(args["socket"] or SYSLOG_SOCKET, syslog_datagram(args["tag"], line, moment.timestamp()), "syslog")
    else:
        fields = {str(key).upper(): str(value) for key, value in args["fields"].items()}
        refused = _send(args["socket"] or JOURNAL_SOCKET, journal_datagram({**fields, **_entry(args["tag"], line)}), "journald")
    if refused:
        return failed(refused, observed={key: marker[key] for key in ("host", "via")})
    where = args["path"] if args["via"] == "file" else args["via"]
    return passed(f"wrote one line marked {token} to {where} as {user_name()}", observed=marker)


def _host() -> str:
    return socket.gethostname()


def render(args: t.Mapping[str, t.Any], token: str, timestamp: str) -> str:
    """The line that is written; CannotObserve when it would not be one line, would lack the marker, or would break a JSON log."""

    def fill(value: t.Any) -> t.Any:
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


def _append(path: str, line: str, marker: dict[str, t.Any]) -> str | None:
    """One appending write to a regular file that is there; the reason when it is not possible for the service either."""
    try:
        before = os.lstat(path)
        if stat.S_ISLNK(before.st_mode):
            # followed, it would let whoever owns the folder choose the file that we write into
            raise CannotObserve(f"{path} is a symbolic link to {os.path.realpath(path)}: name the file itself; nothing was written")
        if not stat.S_ISREG(before.st_mode):
            raise CannotObserve(f"{path} is not a regular file: nothing was written")
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return f"the log file {path} is not there, and it is not for this check to create it"
    except OSError as exc:
        return _refusal(path, exc)
    try:
        opened = os.fstat(handle)
        if not stat.S_ISREG(opened.st_mode):
            raise CannotObserve(f"{path} is not a regular file: nothing was written")
        data = line.encode("utf-8") + b"\n"
        count = os.write(handle, data)
    except OSError as exc:
        return _refusal(path, exc)
    finally:
        os.close(handle)
    if count != len(data):
        return f"only {count} of {len(data)} bytes could be written to {path}: is its file system full?"
    marker.update(path=path, offset=opened.st_size, device=opened.st_dev, inode=opened.st_ino)
    return None


def _refusal(path: str, exc: OSError) -> str:
    if exc.errno in _REFUSALS:
        raise CannotObserve(f"{path} may not be written by {user_name()}; let the check run as the service's user (run_as)") from None
    if exc.errno == errno.ELOOP:
        raise CannotObserve(f"{path} is a symbolic link: name the file itself; nothing was written") from None
    return f"nothing can be written to {path}: {exc.strerror or exc}"


def syslog_datagram(tag: str, line: str, moment: float) -> bytes:
    """RFC 3164 as the C library's syslog() sends it: local time, English month, no host name."""
    local = time.localtime(moment)
    date = f"{_MONTHS[local.tm_mon - 1]} {local.tm_mday:2d} {local.tm_hour:02d}:{local.tm_min:02d}:{local.tm_sec:02d}"
    return f"<{USER_INFO}>{date} {tag}[{os.getpid()}]: {line}".encode()


def _entry(tag: str, line: str) -> dict[str, str]:
    return {"MESSAGE": line, "PRIORITY": "6", "SYSLOG_IDENTIFIER": tag}


def journal_datagram(fields: t.Mapping[str, str]) -> bytes:
    """The native protocol of journald; fields whose names it would refuse are left out."""
    out = b""
    for name, value in fields.items():
        if not re.fullmatch(r"[A-Z0-9][A-Z0-9_]{0,63}", name):
            continue
        data = value.encode("utf-8")
        if b"\n" in data:
            out += name.encode("ascii") + b"\n" + struct.pack("<Q", len(data)) + data + b"\n"
        else:
            out += name.encode("ascii") + b"=" + data + b"\n"
    return out


def _send(path: str, data: bytes, kind: str) -> str | None:
    """One datagram to a socket of the host; the reason when nobody takes it."""
    try:
        _send_as(socket.SOCK_DGRAM, path, data)
    except OSError as exc:
        if exc.errno != errno.EPROTOTYPE:
            return _not_taken(path, kind, exc)
        try:
            _send_as(socket.SOCK_STREAM, path, data + b"\n")
        except OSError as stream_exc:
            return _not_taken(path, kind, stream_exc)
    return None


def _send_as(sort: int, path: str, data: bytes) -> None:
    with socket.socket(socket.AF_UNIX, sort) as client:
        client.settimeout(SEND_TIMEOUT)
        client.connect(path)
        client.sendall(data)


def _not_taken(path: str, kind: str, exc: OSError) -> str:
    if exc.errno in _REFUSALS:
        raise CannotObserve(f"{path} may not be written by {user_name()}; let the check run as the service's user (run_as)") from None
    if isinstance(exc, FileNotFoundError):
        return f"nothing takes {kind} messages on this host: {path} is not there"
    if isinstance(exc, ConnectionRefusedError):
        return f"nothing takes {kind} messages on this host: nobody listens on {path}"
    if isinstance(exc, (socket.timeout, BlockingIOError)):
        return f"whoever listens on {path} did not take a {kind} message within {SEND_TIMEOUT:g} s"
    return f"{path} does not take {kind} messages: {exc.strerror or exc}"


# -- the half that finds


def find(args: dict[str, t.Any], runner: Runner) -> list[Finding]:
    """One finding a marker; all are looked for together, within one deadline."""
    _check_times(args, runner)
    markers = [dict(marker) for marker in args["markers"] or []]
    if not markers:
        raise CannotObserve("there is no marker to look for: no line was written")
    for marker in markers:
        if not re.search(r"[0-9a-f]{32}$", str(marker.get("marker", ""))):
            raise CannotObserve("a marker to look for is not one that this check has written")
    return _find(markers, args, runner, None)


def _check_times(args: dict[str, t.Any], runner: Runner) -> None:
    left = runner.remaining(args["deadline"] + 3600)
    if left <= args["deadline"]:
        raise CannotObserve(f"the time allowed for this check ({left:.0f} s) must be longer than its deadline ({args['deadline']:g} s)")


@dataclasses.dataclass
class _Hit:
    where: str
    same_file: bool = False
    same_host: bool = False
    arrived: float | None = None  # when the backend says that it took the line


class _Backend(t.Protocol):
    def poll(self) -> None: ...
    def hit(self, marker: t.Mapping[str, t.Any]) -> _Hit | None: ...
    def missing(self, marker: t.Mapping[str, t.Any], waited: float) -> Finding: ...


def _find(markers: list[dict[str, t.Any]], args: dict[str, t.Any], runner: Runner, search: _Files | None) -> list[Finding]:
    backend: _Backend
    if args["backend"] == "journald":
        backend = _Journal(args, markers, runner)
    else:
        backend = search or _Files(args, markers, runner)
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
        finding = found.get(number) or backend.missing(marker, waited)
        finding.host = str(marker.get("inventory_host") or "")
        findings.append(finding)
    return findings


def _token(marker: t.Mapping[str, t.Any]) -> str:
    """The random part alone: no way of writing a message alters it."""
    return str(marker["marker"]).split()[-1]


def _epoch(marker: t.Mapping[str, t.Any]) -> float | None:
    value = marker.get("written_epoch")
    try:
        return None if value is None else float(value)
    except (TypeError, ValueError):
        return None


def _found(marker: t.Mapping[str, t.Any], hit: _Hit, args: dict[str, t.Any], now: float, waited: float) -> Finding:
    written = _epoch(marker)
    latency = (hit.arrived or now) - written if written is not None else waited
    if not 0 <= latency <= waited + SKEW:  # the clocks differ
        latency = waited
    late = latency > args["deadline"]  # looked for long after it was written, or the clocks differ: the latency is not known
    took = f"within {humanize_seconds(latency)}" if not late else f"{humanize_seconds(waited)} after the search began"
    observed = {
        "marker": marker["marker"],
        "host": marker.get("host"),
        "written_at": marker.get("written_at"),
        "found_in": hit.where,
        "latency_seconds": None if late else round(latency, 3),
    }
    fields: dict[str, t.Any] = {"observed": observed, "expected": {"deadline_seconds": args["deadline"], "search": args["search"]}}
    if not late:
        fields["measurements"] = [Measurement("log_canary_latency_seconds", round(latency, 3), args["deadline"], "upper")]
    if not (hit.same_file or hit.same_host):
        return passed(f"the line written on {marker.get('host')} was found in {hit.where} {took}", **fields)
    local = "the file that it was written to" if hit.same_file else "the journal of the same host"
    message = f"the line written on {marker.get('host')} was found {took} locally, in {local} ({hit.where})"
    if args["local"]:
        return passed(message, proof="derived", **fields)
    return warned(f"{message}: that it arrives centrally is not proven", proof="derived", **fields)


def _patterns(args: t.Mapping[str, t.Any], host: t.Any, tag: t.Any) -> tuple[str, ...]:
    """``search`` with its placeholders replaced, for the full and for the short name of the host."""
    names = dict.fromkeys([str(host or ""), str(host or "").split(".", 1)[0]])
    search = str(args["search"]).replace("{tag}", glob.escape(str(tag)))
    return tuple(dict.fromkeys(search.replace("{host}", glob.escape(name)) for name in names))


@dataclasses.dataclass
class _Reader:
    """How far a file has been read. Known by its inode, so that a rotation between two looks loses nothing."""

    position: int
    carry: bytes = b""
    new_lines: int = 0


class _Files:
    """Looks for markers in files, reading each byte once."""

    def __init__(self, args: dict[str, t.Any], markers: list[dict[str, t.Any]], runner: Runner) -> None:
        self.args, self.markers, self.runner = args, markers, runner
        self.readers: dict[tuple[int, int], _Reader] = {}
        self.paths: dict[tuple[str, ...], list[str]] = {}  # what matched at the last look
        self.refused: dict[tuple[str, ...], str] = {}
        self.modified: dict[str, float] = {}
        self.hits: dict[str, _Hit] = {}
        self.looked = False

    def look_over(self, patterns: tuple[str, ...]) -> None:
        """Before the line is written: notes where each file ends."""
        for path in self._matching(patterns):
            try:
                status = os.stat(path)
            except OSError:
                continue
            self.readers[status.st_dev, status.st_ino] = _Reader(status.st_size)
        self.looked = True

    def poll(self) -> None:
        pending: dict[tuple[str, ...], list[dict[str, t.Any]]] = {}
        for marker in self.markers:
            patterns = _patterns(self.args, marker.get("host"), marker.get("tag") or self.args["tag"])
            pending.setdefault(patterns, [])
            if _token(marker) not in self.hits:
                pending[patterns].append(marker)
        wanted: dict[str, list[dict[str, t.Any]]] = {}
        for patterns, markers in pending.items():
            self.paths[patterns] = self._matching(patterns)
            for path in self.paths[patterns]:
                wanted.setdefault(path, []).extend(markers)
        for path, markers in wanted.items():
            if markers:
                self._read_all(path, markers)
        self.looked = True

    def _matching(self, patterns: tuple[str, ...]) -> list[str]:
        self.refused.pop(patterns, None)
        found: list[str] = []
        for pattern in patterns:
            closed = _closed_folder(pattern)
            if closed:
                self.refused[patterns] = closed
            found += [path for path in sorted(glob.glob(pattern, recursive=True)) if not path.endswith(_COMPRESSED)]
        return [path for path in dict.fromkeys(found) if os.path.isfile(path)]

    def _read_all(self, path: str, markers: list[dict[str, t.Any]]) -> None:
        """The file, and what it was before a rotation that happened since the lines were written."""
        earliest = min([self.runner.now().timestamp(), *(epoch for epoch in map(_epoch, markers) if epoch is not None)]) - SKEW
        candidates = [path]
        with contextlib.suppress(CannotObserve):  # the file alone, then
            candidates += [one.path for one in rotated_files(path) if not one.compressed and one.modified >= earliest]
        for candidate in candidates:
            self._read(candidate, path, markers, earliest)

    def _read(self, candidate: str, path: str, markers: list[dict[str, t.Any]], earliest: float) -> None:
        try:
            with open(candidate, "rb") as handle:
                status = os.fstat(handle.fileno())
                if not stat.S_ISREG(status.st_mode):
                    return
                self.modified[path] = max(status.st_mtime, self.modified.get(path, 0.0))
                key = (status.st_dev, status.st_ino)
                first = key not in self.readers
                if first:
                    self.readers[key] = _Reader(_start(key, status, markers, earliest))
                reader = self.readers[key]
                if reader.position > status.st_size:  # emptied since the last look
                    reader.position, reader.carry = 0, b""
                self._scan(handle, reader, candidate, markers, count=self.looked or not first)
        except OSError as exc:
            if not isinstance(exc, FileNotFoundError):  # that one is a rotation in between
                for patterns, paths in self.paths.items():
                    if path in paths:
                        self.refused[patterns] = unreadable(candidate, exc)

    def _scan(self, handle: t.IO[bytes], reader: _Reader, path: str, markers: list[dict[str, t.Any]], *, count: bool) -> None:
        handle.seek(reader.position)
        while self.runner.remaining() > 0:
            chunk = handle.read(CHUNK)
            if not chunk:
                return
            reader.position += len(chunk)
            reader.new_lines += chunk.count(b"\n") if count else 0
            text = reader.carry + chunk
            for marker in markers:
                token = _token(marker)
                known = self.hits.get(token)
                if (known is None or known.same_file) and _logged(text, token):
                    same = self._same_file(handle, path, marker)
                    self.hits[token] = known if known and same else _Hit(path, same_file=same)
            tail = text[text.rfind(b"\n") + 1 :]
            reader.carry = tail[-LONGEST_LINE:]

    def _same_file(self, handle: t.IO[bytes], path: str, marker: t.Mapping[str, t.Any]) -> bool:
        """Whether the line was found in the file that it was written to, or in what a rotation has made of it."""
        own = marker.get("path")
        if not own or marker.get("host") != _host():
            return False
        status = os.fstat(handle.fileno())
        if (status.st_dev, status.st_ino) == (marker.get("device"), marker.get("inode")):
            return True
        real = os.path.realpath(path)
        try:
            return real == os.path.realpath(own) or real in {one.path for one in rotated_files(os.path.realpath(own))}
        except CannotObserve:
            return False

    def hit(self, marker: t.Mapping[str, t.Any]) -> _Hit | None:
        return self.hits.get(_token(marker))

    def missing(self, marker: t.Mapping[str, t.Any], waited: float) -> Finding:
        patterns = _patterns(self.args, marker.get("host"), marker.get("tag") or self.args["tag"])
        paths = self.paths.get(patterns, [])
        where = " or ".join(patterns)
        observed: dict[str, t.Any] = {"marker": marker["marker"], "host": marker.get("host"), "written_at": marker.get("written_at")}
        expected = {"deadline_seconds": self.args["deadline"], "search": self.args["search"]}
        if patterns in self.refused:
            return unknown(f"where the line of {marker.get('host')} should be cannot be read: {self.refused[patterns]}", observed=observed)
        start = f"the line written on {marker.get('host')} was not found within {humanize_seconds(self.args['deadline'])}"
        if not paths:
            nearest = f"the nearest folder that is there is {_existing_part(patterns[0])}"
            return failed(f"{start}: no file matches {where}, {nearest}", observed={**observed, "files": 0}, expected=expected)
        lines = sum(self.readers[key].new_lines for key in {_identity(path) for path in paths} if key in self.readers)
        newest = max((self.modified[path] for path in paths if path in self.modified), default=None)
        ago = "" if newest is None else f", last written {humanize_seconds(max(self.runner.now().timestamp() - newest, 0))} ago"
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


def _identity(path: str) -> tuple[int, int]:
    try:
        status = os.stat(path)
    except OSError:
        return (0, 0)
    return (status.st_dev, status.st_ino)


def _start(key: tuple[int, int], status: os.stat_result, markers: list[dict[str, t.Any]], earliest: float) -> int:
    """From where to read a file that is seen for the first time."""
    own = [marker for marker in markers if (marker.get("device"), marker.get("inode")) == key and marker.get("host") == _host()]
    offsets = [marker["offset"] for marker in own if isinstance(marker.get("offset"), int)]
    if offsets and min(offsets) <= status.st_size:
        return int(min(offsets))
    if status.st_mtime < earliest:
        return status.st_size
    return max(0, status.st_size - TAIL)


def _logged(text: bytes, token: str) -> bool:
    """Whether the token stands in a line of its own accord, not in what Ansible logs of a module's arguments."""
    needle, place = token.encode("ascii"), -1
    while True:
        place = text.find(needle, place + 1)
        if place < 0:
            return False
        line = text[text.rfind(b"\n", 0, place) + 1 : place]
        if _DESK.encode("ascii") not in line:
            return True


def _closed_folder(pattern: str) -> str | None:
    """A folder on the way that may not be looked into: glob passes over it in silence."""
    folder = os.path.dirname(pattern)
    parts = folder.split(os.sep)
    below = [*parts[1:], os.path.basename(pattern)]
    for count, name in enumerate(below, 1):
        part = os.sep.join(parts[:count]) or os.sep
        needed = os.X_OK | (os.R_OK if glob.has_magic(name) else 0)
        for path in glob.glob(part) if glob.has_magic(part) else [part]:
            if os.path.isdir(path) and not os.access(path, needed):
                return f"{path} may not be looked into by {user_name()}; let the check run as a user who may (run_as, become)"
    return None


def _existing_part(pattern: str) -> str:
    folder = os.path.dirname(pattern)
    while folder not in ("", os.sep) and (glob.has_magic(folder) or not os.path.isdir(folder)):
        folder = os.path.dirname(folder)
    return folder or "no such folder"


class _Journal:
    """Looks for markers in a journal with journalctl."""

    def __init__(self, args: dict[str, t.Any], markers: list[dict[str, t.Any]], runner: Runner) -> None:
        self.args, self.markers, self.runner = args, markers, runner
        self.hits: dict[str, _Hit] = {}
        self.entries = 0
        self.said = ""

    def poll(self) -> None:
        epochs = [epoch for epoch in map(_epoch, self.markers) if epoch is not None]
        since = int(min([self.runner.now().timestamp(), *epochs]) - 120)
        command = ["journalctl", "--output=json", "--no-pager", "--quiet", f"--since=@{since}", "--lines=20000"]
        command += [f"--directory={self.args['search']}"] if self.args["search"] else ["--merge"]
        tags = sorted({str(marker.get("tag") or self.args["tag"]) for marker in self.markers})
        if all(marker.get("via") in ("journald", "syslog") for marker in self.markers):
            command += [f"--identifier={tag}" for tag in tags]
        answer = self.runner.run(command, max_output=TAIL)
        self.said = answer.stderr
        if answer.rc:
            raise CannotObserve(f"journalctl could not read the journal: {_short(answer.stderr)}")
        entries = parse_journal(answer.stdout)
        self.entries = len(entries)
        for marker in self.markers:
            token = _token(marker)
            for entry in entries:
                if token in entry.message and _DESK not in entry.message and token not in self.hits:
                    same = entry.host == _host() == marker.get("host")
                    self.hits[token] = _Hit(f"the journal of {entry.host}", same_host=same, arrived=entry.arrived)

    def hit(self, marker: t.Mapping[str, t.Any]) -> _Hit | None:
        return self.hits.get(_token(marker))

    def missing(self, marker: t.Mapping[str, t.Any], waited: float) -> Finding:
        observed = {"marker": marker["marker"], "host": marker.get("host"), "written_at": marker.get("written_at"), "entries": self.entries}
        if "insufficient permissions" in self.said or "not seeing messages" in self.said:
            return unknown(f"{user_name()} may not read the whole journal; let the check run as a user who may (run_as)", observed=observed)
        where = f"the journal in {self.args['search']}" if self.args["search"] else "the journal"
        start = f"the line written on {marker.get('host')} was not found in {where} within {humanize_seconds(self.args['deadline'])}"
        return failed(
            f"{start}; {self.entries} other entries of the time were looked at",
            observed=observed,
            expected={"deadline_seconds": self.args["deadline"]},
        )


@dataclasses.dataclass(frozen=True)
class JournalEntry:
    message: str
    host: str
    arrived: float | None


def parse_journal(text: str) -> list[JournalEntry]:
    """The output of ``journalctl --output=json``; CannotObserve when it is something else."""
    entries = []
    lines = [line for line in text.split("\n") if line.strip()]
    for number, line in enumerate(lines):
        try:
            data = json.loads(line)
            message = data.get("MESSAGE")
            if isinstance(message, list):  # bytes that are not printable text
                message = bytes(message).decode("utf-8", "replace")
            stamp = str(data.get("__REALTIME_TIMESTAMP", ""))
            entries.append(JournalEntry(str(message or ""), str(data.get("_HOSTNAME", "")), int(stamp) / 1e6 if stamp.isdigit() else None))
        except (ValueError, TypeError, AttributeError):
            if number == len(lines) - 1 and number:  # cut off
                continue
            raise CannotObserve(f"journalctl did not answer in JSON: {line[:80]}") from None
    return entries


def _short(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[0][:200] if lines else "it gave no reason"


__all__ = ("ARGUMENT_SPEC", "CONSTRAINTS", "DURATIONS", "TIMEOUT", "WHERE", "find", "run", "write", "writes")
