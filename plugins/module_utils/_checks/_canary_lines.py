# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The marked line: how it reads, and how it is logged. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
import secrets
import typing as t
from urllib.parse import quote, urlsplit

from .._argspec import Spec
from .._clients import http_logging, log_writing, syslog_sending
from .._clients.canary_comparison import shape_of
from .._clients.canary_marker import END, PAD, PREFIX, Marker, folder_of, host_name, machine_id, zone_of
from .._clients.counted_lines import why_counted_by_lines
from .._clients.line_headers import SURE_HOSTS
from .._clients.log_values import flat
from .._clients.own_names import own_names
from .._counted_logs import why_counted
from .._finding import CannotObserve, isoformat
from .._http import Connection
from .._phrase import phrase
from .._runner import Runner

VIA = ("file", "journald", "syslog", "http", "probe")
WRITING_SPEC: Spec = {
    "via": {"type": "str", "choices": [*VIA]},
    "path": {"type": "path"},
    "tag": {"type": "str", "default": "operability-canary"},
    "socket": {"type": "path"},
    "to": {"type": "str"},
    "protocol": {"type": "str", "choices": ["udp", "tcp", "tls"], "default": "tcp"},
    "rfc": {"type": "str", "choices": ["3164", "5424"], "default": "5424"},
    "framing": {"type": "str", "choices": ["octet_counting", "newline"]},
    "to_username": {"type": "str"},
    "to_password": {"type": "str", "no_log": True},
    "to_bearer_token": {"type": "str", "no_log": True},
    "to_headers": {"type": "dict", "default": {}},
    "to_validate_certs": {"type": "bool", "default": True},
    "to_ca_path": {"type": "path"},
    "to_client_cert": {"type": "path"},
    "to_client_key": {"type": "path", "no_log": False},
    "to_server_name": {"type": "str"},
    "format": {"type": "str", "choices": ["text", "json"], "default": "text"},
    "template": {"type": "str"},
    "fields": {"type": "dict", "default": {}},
    "length": {"type": "str"},
    "payload": {"type": "str"},
    "content_type": {"type": "str", "default": "application/json"},
    "counted": {"type": "bool"},
    "after_rotation": {"type": "bool", "default": False},
    "logrotate_config": {"type": "path", "default": "/etc/logrotate.conf"},
    "logrotate_state": {"type": "path"},
}
LONGEST = 2**20
_PLACEHOLDER = re.compile(r"\{(marker|end|timestamp)\}")
_OF_PAYLOAD = re.compile(r"\{(marker|end|timestamp|line|host|tag|epoch|epoch_ms|epoch_ns)\}")


class Writing(t.TypedDict):
    """The options that say how a line is logged."""

    via: str | None
    path: str | None
    tag: str
    socket: str | None
    to: str | None
    protocol: str
    rfc: str
    framing: str | None
    to_username: str | None
    to_password: str | None
    to_bearer_token: str | None
    to_headers: dict[str, object]
    to_validate_certs: bool
    to_ca_path: str | None
    to_client_cert: str | None
    to_client_key: str | None
    to_server_name: str | None
    format: str
    template: str | None
    fields: dict[str, object]
    length: int | None
    payload: str | None
    content_type: str
    counted: bool | None
    after_rotation: bool
    logrotate_config: str
    logrotate_state: str | None


def problems(args: t.Mapping[str, object]) -> list[str]:
    """What is wrong with the options of the writing half, beyond what their types say."""
    found = []
    via, to, length = args.get("via"), str(args.get("to") or ""), args.get("length")
    if via == "http" and not args.get("payload"):
        found.append("payload: with via http it is needed, and holds {line} or {marker}")
    if via in ("http", "probe") and not _is_address(to):
        found.append(f"to: with via {via} an http:// or https:// address is needed")
    if via == "syslog" and to and syslog_sending.split(to) is None:
        found.append("to: expected HOST:PORT, as log1.example:6514")
    if isinstance(length, int) and not 0 < length <= LONGEST:
        found.append(f"length: expected at most {LONGEST} bytes")
    if args.get("after_rotation") and via not in (None, "file"):
        found.append("after_rotation: only a log file is rotated (via: file)")
    return found


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def new_marker(args: Writing, via: str, runner: Runner) -> Marker:
    """The mark of a line that is about to be written."""
    moment = runner.now()
    epoch = moment.timestamp()
    return Marker(
        f"{PREFIX} {secrets.token_hex(16)}",
        written_at=isoformat(moment),
        written_epoch=round(epoch, 3),
        host=host_name(),
        via=via,
        tag=args["tag"],
        names=tuple(own_names(runner)),
        machine=machine_id(),
        zone=zone_of(epoch),
    )


def write(args: Writing, via: str, runner: Runner) -> Marker:
    """Logs one marked line. CannotObserve where it may not be written, NotTaken where the service itself could not log it either."""
    if via == "probe":
        return _probed(args, runner)
    if via == "file":
        refuse_counted(args["path"] or "", args["counted"])
    marker = new_marker(args, via, runner)
    moment = runner.now()
    timestamp = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line = render(args, marker.marker, timestamp)
    marker = described(marker, line)
    if via == "file":
        path = args["path"] or ""
        folder = folder_of(path) or (None, None)
        place = log_writing.append(path, line, runner)
        return dataclasses.replace(marker, path=path, folder_device=folder[0], folder_inode=folder[1], **place._asdict())
    if via == "http":
        http_logging.post(
            args["to"] or "", payload(args, line, marker, moment.timestamp()), args["content_type"], _connection(args), runner
        )
    elif via == "journald":
        fields = {str(key).upper(): str(value) for key, value in args["fields"].items()}
        entry = {"MESSAGE": line, "PRIORITY": "6", "SYSLOG_IDENTIFIER": args["tag"]}
        log_writing.send(args["socket"] or log_writing.JOURNAL_SOCKET, log_writing.journal_datagram({**fields, **entry}), via)
    elif args["to"]:
        syslog_sending.send(_receiver(args), syslog_sending.message(args["rfc"], args["tag"], line, moment.timestamp()), runner)
    else:
        datagram = log_writing.syslog_datagram(args["tag"], line, moment.timestamp())
        log_writing.send(args["socket"] or log_writing.SYSLOG_SOCKET, datagram, via)
    return marker


def refuse_counted(path: str, counted: bool | None) -> None:
    """CannotObserve for a log whose lines other programs count."""
    why = why_counted(path, counted) or (why_counted_by_lines(path) if counted is None else None)
    if why:
        raise CannotObserve(
            phrase(
                "{path:path} is not written to: {why}; have a request cause a line (via: probe), or say that nothing counts its lines "
                "(counted: false)",
                path=path,
                why=why,
            )
        )


def _connection(args: Writing) -> Connection:
    names = ("validate_certs", "ca_path", "client_cert", "client_key", "bearer_token", "headers")
    given = {name: args[f"to_{name}"] for name in names}  # type: ignore[literal-required] # the names above
    return Connection.from_args({**given, "url_username": args["to_username"], "url_password": args["to_password"]})


def _receiver(args: Writing) -> syslog_sending.Receiver:
    host, port = syslog_sending.split(args["to"] or "") or ("", 0)
    return syslog_sending.Receiver(
        host,
        port,
        args["protocol"],
        args["framing"] or ("octet_counting" if args["protocol"] == "tls" else "newline"),
        validate_certs=args["to_validate_certs"],
        ca_path=args["to_ca_path"],
        client_cert=args["to_client_cert"],
        client_key=args["to_client_key"],
        server_name=args["to_server_name"],
    )


# -- a line that a request causes


def _probed(args: Writing, runner: Runner) -> Marker:
    """Makes a request that has the mark in its address, or else in its agent; the log has a line of it then."""
    marker = new_marker(args, "probe", runner)
    sign = f"{PREFIX}-{marker.token}"
    url = args["to"] or ""
    if "{marker}" in url:
        connection, url = _connection(args), url.replace("{marker}", quote(sign))
    else:
        connection = _connection(args)
        connection = dataclasses.replace(connection, headers={**connection.headers, "User-Agent": sign})
    path = args["path"]
    begins = log_writing.end_of(path) if path else None
    http_logging.cause(url, connection, runner)
    if path is None or begins is None:
        return marker
    marker = dataclasses.replace(marker, path=path, device=begins.device, inode=begins.inode, offset=begins.offset)
    seen = log_writing.has_come(path, begins, marker.token, runner)
    folder = folder_of(path) or (None, None)
    return dataclasses.replace(marker, folder_device=folder[0], folder_inode=folder[1], unseen_at_home=not seen)


# -- how it reads


def render(args: Writing, marker: str, timestamp: str) -> str:
    """The line that is written; CannotObserve when it would not be one line, would lack the marker, or would break a JSON log."""
    line = _rendered(args, marker, timestamp, 0)
    lacking = (args["length"] or 0) - len(line.encode("utf-8"))
    if lacking > 0:
        line = _rendered(args, marker, timestamp, -(-lacking // (len(PAD) + 1)))
    token = marker.split()[-1]
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


def _rendered(args: Writing, marker: str, timestamp: str, words: int) -> str:
    token = marker.split()[-1]
    end = f"{f'{PAD} ' * words}{END} {token}"
    whole = f"{marker} {end}"

    def fill(value: object, marked: str) -> object:
        values = {"marker": marked, "end": end, "timestamp": timestamp}
        return _PLACEHOLDER.sub(lambda found: values[found[1]], value) if isinstance(value, str) else value

    template = args["template"]
    if template:
        return str(fill(template, marker if "{end}" in template else whole))
    if args["format"] == "json":
        data = {"timestamp": timestamp, "level": "info", "message": whole}
        return json.dumps({**data, **{str(key): fill(value, marker) for key, value in args["fields"].items()}}, default=str)
    # journald takes the fields as fields
    extra = "" if args["via"] == "journald" else "".join(f" {key}={fill(value, marker)}" for key, value in args["fields"].items())
    return f"{timestamp} info {marker}{extra} {end}" if args["via"] == "file" else f"{marker}{extra} {end}"


def described(marker: Marker, line: str) -> Marker:
    """The marker with what has to be known of its line to compare it with what is found."""
    shape = shape_of(line, marker)
    place = line.find(marker.marker)
    return dataclasses.replace(
        marker,
        ends=shape.start and shape.end,
        padding=shape.padding,
        size=shape.size,
        begin=line[: place if place >= 0 else line.find(marker.token)][:200],
        said=_hosts_said(line),
    )


def _hosts_said(line: str) -> tuple[str, ...]:
    """What a line of JSON says itself in fields that usually name a host: an application may mean something else by them."""
    try:
        fields = flat(json.loads(line))
    except (ValueError, RecursionError):
        return ()
    return tuple(dict.fromkeys(fields[name] for name in SURE_HOSTS if fields.get(name)))


def payload(args: Writing, line: str, marker: Marker, moment: float) -> bytes:
    """The body that is posted. CannotObserve where it would lack the marker."""
    values = {
        "marker": marker.marker,
        "end": f"{END} {marker.token}",
        "line": line,
        "host": marker.host or "",
        "tag": args["tag"],
        "timestamp": _iso(moment),
        "epoch": f"{moment:.3f}",
        "epoch_ms": str(int(moment * 1000)),
        "epoch_ns": str(int(moment * 1000) * 10**6),
    }
    as_json = "json" in args["content_type"]
    shown = {name: json.dumps(value)[1:-1] if as_json else value for name, value in values.items()}
    text = _OF_PAYLOAD.sub(lambda found: shown[found[1]], args["payload"] or "")
    if marker.token not in text:
        raise CannotObserve(phrase("what would be posted would not have the marker: payload must keep {{line}} or {{marker}}"))
    return text.encode("utf-8")


def _iso(moment: float) -> str:
    return dt.datetime.fromtimestamp(moment, dt.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


__all__ = (
    "WRITING_SPEC",
    "Writing",
    "described",
    "new_marker",
    "payload",
    "problems",
    "refuse_counted",
    "render",
    "write",
)
