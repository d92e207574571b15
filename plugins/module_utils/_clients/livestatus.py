# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Livestatus, the query language of Checkmk, Naemon, Nagios and Icinga over a socket. PRIVATE to the collection."""

from __future__ import annotations

import collections
import dataclasses
import json
import os
import socket
import ssl
import typing as t
from urllib.parse import urlsplit

from .._finding import CannotObserve
from .._http import Connection, public_url
from .._message import one_line
from .._phrase import Message, phrase
from .._runner import Runner, user_name
from .classic import Acknowledgement, Downtime, Key, Period, Seen, Watched, Way, as_seconds, blocked, finite, is_pretence, switched_off

Row = dict[str, t.Any]
LARGEST = 64 * 2**20  # bytes of an answer
PORT = 6557
_AT_ONCE = 100  # names in one question
_HEADER = 16  # bytes before an answer: status and length
_PROGRAM = (
    ("check_host_freshness", "check_service_freshness", "enable_notifications", "execute_host_checks", "execute_service_checks")
    + ("interval_length", "program_start", "program_version")
)  # fmt: skip
_OBJECT = (
    ("accept_passive_checks", "acknowledged", "acknowledgement_type", "active_checks_enabled", "check_command", "check_freshness")
    + ("check_interval", "check_period", "check_type", "contact_groups", "contacts", "first_notification_delay", "has_been_checked")
    + ("in_check_period", "in_notification_period", "is_flapping", "last_check", "max_check_attempts", "next_check")
    + ("notification_period", "notifications_enabled", "plugin_output", "retry_interval", "scheduled_downtime_depth", "state", "state_type")
)  # fmt: skip
_CONTACT = (
    ("host_notification_period", "host_notifications_enabled", "in_host_notification_period", "in_service_notification_period", "name")
    + ("service_notification_period", "service_notifications_enabled")
)  # fmt: skip
_DOWNTIME = ("author", "comment", "duration", "end_time", "fixed", "host_name", "service_description", "start_time")
_COMMENT = ("author", "comment", "entry_type", "expire_time", "expires", "host_name", "service_description")
_ACKNOWLEDGED = 4  # the kind of a comment


@dataclasses.dataclass(frozen=True)
class _Told:
    """Contacts by name, members of groups, periods."""

    contacts: t.Mapping[str, Row]
    groups: t.Mapping[str, t.Collection[str]]
    periods: t.Mapping[str, Period]


class Livestatus:
    """Asks one socket: ``unix:/path``, ``tcp://host:port`` or ``tls://host:port``. Whatever is wrong is a CannotObserve that names it."""

    def __init__(self, connection: Connection, runner: Runner) -> None:
        self.connection, self.runner = connection, runner
        self.name = f"Livestatus {public_url(connection.url)}"

    def trouble(self, message: Message) -> CannotObserve:
        return CannotObserve(message, instrument=self.name)

    def look(self, wanted: t.Sequence[Key], *, ways: bool, hidings: bool) -> Seen:
        try:
            return self._look(wanted, ways=ways, hidings=hidings)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            raise self.trouble(phrase("{server} answered with rows that make no sense", server=self.name)) from None

    def _look(self, wanted: t.Sequence[Key], *, ways: bool, hidings: bool) -> Seen:
        status = self._ask("status", _PROGRAM)
        if len(status) != 1:
            raise self.trouble(phrase("{server} shows no monitoring core behind it", server=self.name))
        program = status[0]
        names = sorted({host for host, _service in wanted})
        found: dict[Key, Row] = {(str(row["name"]), ""): row for row in self._of_hosts("hosts", "name", names, ("name", *_OBJECT))}
        if any(service for _host, service in wanted):
            for row in self._of_hosts("services", "host_name", names, ("host_name", "description", *_OBJECT)):
                found[(str(row["host_name"]), str(row["description"]))] = row
        told = self._told(ways=ways)
        downtimes, comments = self._hidings(names) if hidings else ({}, {})
        version = str(program["program_version"])
        of_icinga = "icinga" in version.lower()
        objects = {
            key: _watched(key, found[key], program, told, downtimes.get(key, ()), comments.get(key), of_icinga=of_icinga)
            for key in wanted
            if key in found
        }
        return Seen(
            self.name,
            objects,
            started=as_seconds(program["program_start"]),
            host_checks=bool(program["execute_host_checks"]),
            service_checks=bool(program["execute_service_checks"]),
            mute=None if program["enable_notifications"] else switched_off(self.name),
            untold=_untold(self.name, version) if ways else None,
        )

    def _told(self, *, ways: bool) -> _Told:
        periods = {str(row["name"]): Period(str(row["name"]), None, bool(row["in"])) for row in self._ask("timeperiods", ("name", "in"))}
        if not ways:
            return _Told({}, {}, periods)
        return _Told(
            {str(row["name"]): row for row in self._ask("contacts", _CONTACT)},
            {str(row["name"]): {str(name) for name in row["members"] or ()} for row in self._ask("contactgroups", ("name", "members"))},
            periods,
        )

    def _hidings(self, names: t.Sequence[str]) -> tuple[dict[Key, list[Downtime]], dict[Key, Row]]:
        downtimes: dict[Key, list[Downtime]] = collections.defaultdict(list)
        for row in self._of_hosts("downtimes", "host_name", names, _DOWNTIME):
            downtimes[_key(row)].append(
                Downtime(
                    finite(row["start_time"]),
                    finite(row["end_time"]),
                    bool(row["fixed"]),
                    finite(row["duration"] or 0),
                    one_line(row["author"], 80),
                    one_line(row["comment"], 120),
                )
            )
        comments = self._of_hosts("comments", "host_name", names, _COMMENT)
        return downtimes, {_key(row): row for row in comments if row["entry_type"] == _ACKNOWLEDGED}

    # -- asking

    def _of_hosts(self, table: str, column: str, names: t.Sequence[str], columns: t.Sequence[str]) -> list[Row]:
        rows: list[Row] = []
        for start in range(0, len(names), _AT_ONCE):
            some = names[start : start + _AT_ONCE]
            filters = [f"Filter: {column} = {name}" for name in some]
            rows += self._ask(table, columns, [*filters, f"Or: {len(some)}"] if len(some) > 1 else filters)
        return rows

    def _ask(self, table: str, columns: t.Sequence[str], filters: t.Sequence[str] = ()) -> list[Row]:
        """The rows of a table. A name cannot have a line break here: the check refuses those."""
        lines = [f"GET {table}", f"Columns: {' '.join(columns)}", *filters, "OutputFormat: json", "ResponseHeader: fixed16"]
        raw = self._exchange(("\n".join(lines) + "\n\n").encode("utf-8"))
        try:
            data = json.loads(raw.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            raise self.trouble(phrase("{server} answered with something that cannot be parsed", server=self.name)) from None
        if not isinstance(data, list) or not all(isinstance(row, list) and len(row) == len(columns) for row in data):
            raise self.trouble(phrase("{server} answered with rows that make no sense", server=self.name))
        return [dict(zip(columns, row)) for row in data]

    def _exchange(self, question: bytes) -> bytes:
        allowed = self.runner.remaining(10.0)
        deadline = self.runner.clock.monotonic() + allowed
        try:
            with self._connected(allowed) as there:
                there.sendall(question)
                head = self._take(there, _HEADER, deadline)
                status, length = head[:3].decode("ascii", "replace"), head[3:].strip()
                if not status.isdigit() or not length.isdigit():
                    raise self.trouble(phrase("{server} does not speak Livestatus: is another service there?", server=self.name))
                if int(length) > LARGEST:
                    raise self.trouble(phrase("{server} answered with more than {most:bytes}", server=self.name, most=LARGEST))
                body = self._take(there, int(length), deadline)
        except CannotObserve:
            raise
        except (TimeoutError, socket.timeout):
            raise self.trouble(phrase("{server} did not answer within {allowed:duration}", server=self.name, allowed=allowed)) from None
        except OSError as exc:
            raise self.trouble(_unreachable(self.name, exc)) from None
        if status != "200":
            said = one_line(body.decode("utf-8", "replace").strip().split("\n", 1)[0], 160)
            raise self.trouble(
                phrase("{server} refuses the question (status {status}): {said}", server=self.name, status=status, said=said)
            )
        return body

    def _connected(self, allowed: float) -> socket.socket:
        parts = urlsplit(self.connection.url)
        if parts.scheme == "unix":
            there = socket.socket(socket.AF_UNIX)
            there.settimeout(allowed)
            try:
                there.connect(parts.path)
            except OSError:
                there.close()
                raise
            return there
        host = parts.hostname
        if parts.scheme not in ("tcp", "tls") or not host:
            said = phrase(
                "{url:path} is no address of Livestatus; expected unix:/PATH, tcp://HOST:PORT or tls://HOST:PORT",
                url=public_url(self.connection.url),
            )
            raise self.trouble(said)
        plain = socket.create_connection((host, parts.port or PORT), timeout=allowed)
        if parts.scheme == "tcp":
            return plain
        try:
            return self._context().wrap_socket(plain, server_hostname=host)
        except OSError:
            plain.close()
            raise

    def _context(self) -> ssl.SSLContext:
        how = self.connection
        context = ssl.create_default_context()
        if how.ca_path:
            where = {"capath": how.ca_path} if os.path.isdir(how.ca_path) else {"cafile": how.ca_path}
            context.load_verify_locations(**where)
        if not how.validate_certs:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if how.client_cert:
            context.load_cert_chain(how.client_cert, how.client_key)
        return context

    def _take(self, there: socket.socket, size: int, deadline: float) -> bytes:
        parts, missing = [], size
        while missing:
            left = deadline - self.runner.clock.monotonic()
            if left <= 0:
                raise TimeoutError
            there.settimeout(left)
            chunk = there.recv(min(missing, 65536))
            if not chunk:
                raise self.trouble(phrase("{server} closed the connection before it had answered", server=self.name))
            parts.append(chunk)
            missing -= len(chunk)
        return b"".join(parts)


def _untold(server: str, version: str) -> Message | None:
    """What a socket of this version of a monitoring core does not show of how problems are told."""
    if "icinga" in version.lower():
        return phrase(
            "{server} is Icinga's, which does not show all of its notifications (states, types, whether they are sent): ask its own "
            "API (kind: icinga)",
            server=server,
        )
    if version.lower().startswith(("check_mk", "checkmk", "cmk")):
        return phrase("{server} is Checkmk's, which does not show its notification rules: they decide who is told", server=server)
    return None


def _unreachable(server: str, exc: OSError) -> Message:
    if isinstance(exc, ssl.SSLCertVerificationError):
        return phrase("{server} has a certificate that cannot be trusted: {reason}", server=server, reason=exc.verify_message)
    if isinstance(exc, ssl.SSLError):
        return phrase("{server} does not speak TLS as expected ({reason})", server=server, reason=exc.reason or str(exc))
    if isinstance(exc, FileNotFoundError):
        return phrase("{server} is not there: the monitoring does not run, or its socket is elsewhere", server=server)
    if isinstance(exc, PermissionError):
        return phrase("{server} may not be used by {user}: the socket does not allow it", server=server, user=user_name())
    if isinstance(exc, ConnectionRefusedError):
        return phrase("{server} refuses the connection: nothing listens there", server=server)
    if isinstance(exc, socket.gaierror):
        return phrase("{server} cannot be found: its name cannot be resolved", server=server)
    return phrase("{server} gave no usable answer ({reason})", server=server, reason=exc.strerror or type(exc).__name__)


def _key(row: Row) -> Key:
    return (str(row["host_name"]), str(row["service_description"] or ""))


def _period(name: object, inside: object, told: _Told) -> Period | None:
    """A period by its name; where only the object tells whether now is in it, that one."""
    if name in (None, ""):
        return Period("", False, False) if inside == 0 else None
    return told.periods.get(str(name), Period(str(name), None, None if inside is None else bool(inside)))


def _watched(
    key: Key, row: Row, program: Row, told: _Told, downtimes: t.Iterable[Downtime], comment: Row | None, *, of_icinga: bool
) -> Watched:
    kind = "service" if key[1] else "host"
    unit = finite(program["interval_length"] or 60)
    each = finite(row["check_interval"]) * unit
    attempts = ((as_seconds(row["max_check_attempts"]) or 1.0) - 1) * (as_seconds(row["retry_interval"]) or 0.0) * unit
    waits = (as_seconds(row["first_notification_delay"]) or 0.0) * unit
    # Icinga says of each object that its freshness is checked; it does that by active checks alone
    fresh = bool(row["check_freshness"]) and bool(program[f"check_{kind}_freshness"]) and not of_icinga
    # Checkmk brings the results of most services by the active check of its agent, which fails when they do not come
    fresh = fresh or str(row["check_command"]).startswith("check_mk-")
    inside = row["in_notification_period"]
    ways = tuple(_ways(kind, row, told))
    # what has no contact is in no period for Icinga
    period = _period(row["notification_period"], inside if ways else None, told)
    obstacle, restriction = blocked(period, phrase("its notification period"))
    return Watched(
        *key,
        state=int(row["state"]),
        hard=bool(row["state_type"]),
        output=one_line(row["plugin_output"], 200),
        checked=bool(row["has_been_checked"]),
        last_check=as_seconds(row["last_check"]),
        next_check=as_seconds(row["next_check"]),
        interval=each,
        active=bool(row["active_checks_enabled"]),
        passive=bool(row["accept_passive_checks"]),
        freshness=each if fresh else None,
        pretends=is_pretence(row["check_command"], active=row["check_type"] == 0, state=int(row["state"])),
        period=_period(row["check_period"], row["in_check_period"], told),
        notifies=bool(row["notifications_enabled"]),
        mute=obstacle,
        restriction=restriction,
        ways=ways,
        told_after=waits + (attempts if row["active_checks_enabled"] else 0.0),
        in_downtime=bool(row["scheduled_downtime_depth"]),
        downtimes=tuple(downtimes),
        acknowledgement=_acknowledgement(row, comment),
        flapping=bool(row["is_flapping"]),
    )


def _ways(kind: str, row: Row, told: _Told) -> t.Iterator[Way]:
    of_object = [str(name) for name in row["contact_groups"] or ()]
    for name in sorted({str(name) for name in row["contacts"] or ()}):
        groups = tuple(group for group in of_object if name in told.groups.get(group, ()))
        contact = told.contacts.get(name)
        if contact is None:
            yield Way(name, groups, phrase("the contact {contact} is not known", contact=name))
            continue
        period = _period(contact[f"{kind}_notification_period"], contact[f"in_{kind}_notification_period"], told)
        obstacle, restriction = blocked(period, phrase("the notification period of the contact {contact}", contact=name))
        if not contact[f"{kind}_notifications_enabled"]:
            obstacle = phrase("notifications of the contact {contact} are off", contact=name)
        yield Way(name, groups, obstacle, restriction)


def _acknowledgement(row: Row, comment: Row | None) -> Acknowledgement | None:
    if not row["acknowledged"]:
        return None
    said = comment or {}
    return Acknowledgement(
        row["acknowledgement_type"] == 2,
        as_seconds(said.get("expire_time")) if said.get("expires") else None,
        one_line(said.get("author"), 80),
        one_line(said.get("comment"), 120),
    )


__all__ = ("Livestatus",)
