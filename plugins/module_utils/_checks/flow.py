# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A declared flow opens from this host, or stays closed. PRIVATE to the collection."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import errno
import ipaddress
import re
import socket
import ssl
import threading
import typing as t

from .._argspec import ArgumentsRefused, Spec
from .._clients import tls
from .._destination import destination, is_address
from .._finding import CannotObserve, Facts, Finding, Measurement, failed, passed, unknown, warned
from .._runner import Runner
from .._units import humanize_seconds

WHERE = "host"
TIMEOUT = 30.0
SETTLES = True
ARGUMENT_SPEC: Spec = {
    "to": {"type": "str", "required": True},
    "protocol": {"type": "str", "choices": ["tcp", "tls", "dns"], "default": "tcp"},
    "closed": {"type": "bool", "default": False},
    "connect_timeout": {"type": "str", "default": "3s"},
    "expect": {"type": "list", "elements": "str", "default": []},
    "server_name": {"type": "str"},
    "ca_path": {"type": "path"},
    "validate_certs": {"type": "bool", "default": True},
}
DURATIONS = ("connect_timeout",)
COMPARABLE = {"holds": {"kind": "holds", "what": "flow to"}}
ADDRESSES = 16  # most addresses of one name that are tried
NAME_REMEDY = "Correct the name, or the name servers of this host"
SETTLE = 0.2  # seconds in which whoever has nothing behind it closes again

# what became of an attempt
OPEN, CUT, REFUSED, SILENT, UNREACHABLE, NO_ROUTE, FORBIDDEN, NO_TLS, UNSEEN = (
    "open",
    "cut",
    "refused",
    "silent",
    "unreachable",
    "no_route",
    "forbidden",
    "no_tls",
    "unseen",
)
_NO_ROUTE = (errno.ENETUNREACH, errno.EAFNOSUPPORT, errno.ENETDOWN)
_UNREACHABLE = (errno.EHOSTUNREACH, errno.EHOSTDOWN)
_FORBIDDEN = (errno.EPERM, errno.EACCES)
_NO_ADDRESS = {getattr(socket, name) for name in ("EAI_NONAME", "EAI_NODATA", "EAI_ADDRFAMILY") if hasattr(socket, name)}
# how TLS servers end a handshake when they ask for a client certificate and get none
_ALERT = re.compile("ALERT_HANDSHAKE_FAILURE|CERTIFICATE_REQUIRED|ALERT_BAD_CERTIFICATE|ALERT_UNKNOWN_CA|ALERT_ACCESS_DENIED")


class Arguments(t.TypedDict):
    to: str
    protocol: str
    closed: bool
    connect_timeout: float
    expect: list[str]
    server_name: str | None
    ca_path: str | None
    validate_certs: bool
    timeout: float


class NotResolved(Exception):
    """A name that leads to no address. ``answered``: a name server was there and said so."""

    def __init__(self, message: str, *, answered: bool) -> None:
        super().__init__(message)
        self.message, self.answered = message, answered


@dataclasses.dataclass(frozen=True)
class Address:
    family: int
    sockaddr: t.Any

    @property
    def text(self) -> str:
        return str(self.sockaddr[0])


@dataclasses.dataclass(frozen=True)
class Attempt:
    """What became of connecting to one address."""

    address: Address
    outcome: str
    text: str
    connected: float | None = None  # seconds
    handshake: float | None = None

    @property
    def line(self) -> str:
        return f"{self.address.text} {self.text}"


def run(args: Arguments, runner: Runner) -> Finding:
    host, port = destination(args["to"], args["protocol"])
    refused = []
    if args["connect_timeout"] <= 0:
        refused.append("connect_timeout: more than 0")
    if args["expect"] and (args["protocol"] != "dns" or args["closed"]):
        refused.append("expect: only for a name that must resolve (protocol: dns)")
    expect = [_plain_address(text, refused) for text in args["expect"]]
    if refused:
        raise ArgumentsRefused(refused)
    return look_up(host, expect, args, runner) if args["protocol"] == "dns" else connect(host, port, args, runner)


def _plain_address(text: str, refused: list[str]) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        refused.append(f"expect: '{text}' is not an address")
        return text


# -- names


def resolve(host: str, port: int, runner: Runner, *, usable: bool = True) -> list[Address]:
    """The addresses of a name as the programs of this host see them, ``usable``: of address families that it has. NotResolved."""
    literal = is_address(host)
    found: list[t.Any] = []

    def ask() -> None:
        flags = socket.AI_NUMERICHOST if literal else socket.AI_ADDRCONFIG if usable else 0
        try:
            try:
                found.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags))
            except socket.gaierror as exc:
                if exc.errno not in _NO_ADDRESS or not flags & socket.AI_ADDRCONFIG:
                    raise
                # of no family that this host has, or no such name at all
                found.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, ValueError) as exc:  # ValueError: a label that is too long
            found.append(exc)

    # the resolver knows no deadline
    allowed = runner.remaining()
    thread = threading.Thread(target=ask, daemon=True, name=f"resolve {host}")
    thread.start()
    thread.join(max(0.1, allowed - 1.0))
    if not found:
        raise NotResolved(f"{host} was not resolved within {allowed:.0f} s: its name servers do not answer", answered=False)
    if isinstance(found[0], Exception):
        raise _not_resolved(host, found[0])
    unique = {sockaddr[0]: Address(family, sockaddr) for family, _kind, _protocol, _canonical, sockaddr in found[0]}
    return list(unique.values())


def _not_resolved(host: str, exc: Exception) -> NotResolved:
    if not isinstance(exc, OSError):
        return NotResolved(f"{host} cannot be resolved: it is no name that can exist", answered=True)
    if exc.errno == socket.EAI_AGAIN:
        return NotResolved(f"{host} cannot be resolved: the name servers of this host do not answer", answered=False)
    if exc.errno in _NO_ADDRESS:
        return NotResolved(f"{host} cannot be resolved: this host knows no address of that name", answered=True)
    return NotResolved(f"{host} cannot be resolved ({exc.strerror or exc})", answered=False)


def look_up(name: str, expect: list[str], args: Arguments, runner: Runner) -> Finding:
    """A flow of protocol dns."""
    limit = float(args["connect_timeout"])
    fields: Facts = {"expected": {"to": name, "protocol": "dns", "closed": args["closed"], **({"addresses": expect} if expect else {})}}
    started = runner.clock.monotonic()
    try:
        found = [str(ipaddress.ip_address(address.text.partition("%")[0])) for address in resolve(name, 0, runner, usable=False)]
    except NotResolved as exc:
        fields["observed"] = {"to": name, "addresses": []}
        if not args["closed"]:
            fields["remedy"] = NAME_REMEDY
            return failed(exc.message, **fields)
        if exc.answered:
            return passed(f"{name} does not resolve here, as it must be", **fields)
        return unknown(f"{exc.message}; whether it would resolve is not known", **fields)
    taken = runner.clock.monotonic() - started
    fields["observed"] = {"to": name, "addresses": found}
    fields["measurements"] = [Measurement("flow_resolve_seconds", round(taken, 3), limit, "upper")]
    listed = _some(found)
    if args["closed"]:
        fields["remedy"] = "Take the name out of what this host can resolve"
        return failed(f"{name} resolves to {listed}, and must not be known here", **fields)
    missing, more = sorted(set(expect) - set(found)), sorted(set(found) - set(expect)) if expect else []
    if missing or more:
        fields["details"] = [*(f"{address} is missing" for address in missing), *(f"{address} is not expected" for address in more)]
        fields["remedy"] = "Correct the entry of the name"
        return failed(f"{name} resolves to {listed}; expected is {_some(expect)}", **fields)
    if taken > limit:
        return warned(f"{name} resolves to {listed}, but {_slow(taken, limit)}", **fields)
    return passed(f"{name} resolves to {listed} in {humanize_seconds(taken)}; the limit is {humanize_seconds(limit)}", **fields)


def _slow(taken: float, limit: float) -> str:
    return f"that takes {humanize_seconds(taken)}, the limit is {humanize_seconds(limit)}: one of its name servers may not answer"


# -- connections


def connect(host: str, port: int, args: Arguments, runner: Runner) -> Finding:
    """A flow of protocol tcp or tls."""
    to, limit, protocol, closed = args["to"], float(args["connect_timeout"]), args["protocol"], args["closed"]
    encrypted = protocol == "tls" and not closed
    context = _context(args) if encrypted else None
    expected: dict[str, object] = {"to": to, "protocol": protocol, "closed": closed, "connect_timeout_seconds": limit}
    started = runner.clock.monotonic()
    try:
        addresses = resolve(host, port, runner)
    except NotResolved as exc:
        fields: Facts = {"observed": {"to": to, "addresses": {}}, "expected": expected}
        if closed:
            return unknown(f"{exc.message}; whether {to} is closed is not known", **fields)
        fields["remedy"] = NAME_REMEDY
        return failed(f"{to} cannot be used: {exc.message}", **fields)
    resolving = runner.clock.monotonic() - started
    tried = addresses[:ADDRESSES]
    attempt = _Attempting(args, context, runner, runner.remaining(limit))
    with concurrent.futures.ThreadPoolExecutor(max_workers=len(tried)) as pool:
        attempts = list(pool.map(attempt, tried))
    finding = judge_closed(to, attempts) if closed else judge_open(to, attempts, limit)
    if finding.status.value == "pass" and not closed and resolving > limit:
        finding = warned(f"{to} opens, but its name is resolved slowly: {_slow(resolving, limit)}")
    finding.observed = {"to": to, "addresses": {item.address.text: item.outcome for item in attempts}}
    finding.expected = expected
    finding.measurements = _measurements(attempts, limit, resolving, literal=is_address(host))
    finding.details = [item.line for item in attempts]
    if len(addresses) > ADDRESSES:
        finding.details.append(f"{len(addresses) - ADDRESSES} more addresses were not tried")
    return finding


def _context(args: Arguments) -> ssl.SSLContext:
    if not args["validate_certs"]:
        return tls.looking_context()
    if not args["ca_path"] and not tls.has_authorities():
        raise CannotObserve("no certification authorities are installed on this host, so no server can be trusted; set ca_path")
    return tls.trusting_context(args["ca_path"])


def _measurements(attempts: list[Attempt], limit: float, resolving: float, *, literal: bool) -> list[Measurement]:
    found = [] if literal else [Measurement("flow_resolve_seconds", round(resolving, 3), limit, "upper")]
    for name, values in (
        ("flow_connect_seconds", [item.connected for item in attempts if item.connected is not None]),
        ("flow_tls_handshake_seconds", [item.handshake for item in attempts if item.handshake is not None]),
    ):
        if values:
            found.append(Measurement(name, round(max(values), 6), limit, "upper"))
    return found


@dataclasses.dataclass(frozen=True)
class _Attempting:
    """Connects to one address; told what becomes of it, it never raises."""

    args: Arguments
    context: ssl.SSLContext | None
    runner: Runner
    allowed: float

    def __call__(self, address: Address) -> Attempt:
        clock = self.runner.clock
        started = clock.monotonic()
        try:
            with socket.socket(address.family, socket.SOCK_STREAM) as plain:
                plain.settimeout(self.allowed)
                plain.connect(address.sockaddr)
                taken = clock.monotonic() - started
                if plain.getsockname() == plain.getpeername():  # it has met itself on a port that nobody listens on
                    return Attempt(address, REFUSED, _REFUSED)
                if self.context is not None:
                    return self._shake_hands(address, plain, taken)
                if self.args["closed"]:
                    return Attempt(address, OPEN, f"opens in {humanize_seconds(taken)}", taken)
                return _look_again(address, plain, taken)
        except OSError as exc:
            if isinstance(exc, ConnectionResetError) or exc.errno == errno.ENOTCONN:  # it was there: who never opens refuses
                return Attempt(address, CUT, _CUT, clock.monotonic() - started)
            return _not_connected(address, exc, self.allowed)

    def _shake_hands(self, address: Address, plain: socket.socket, taken: float) -> Attempt:
        name = self.args["server_name"] or destination(self.args["to"], "tls")[0].rstrip(".")
        clock, context = self.runner.clock, t.cast("ssl.SSLContext", self.context)
        started = clock.monotonic()
        try:
            with context.wrap_socket(plain, server_hostname=name) as wrapped:
                shaken = clock.monotonic() - started
                version = wrapped.version()
        except (OSError, ValueError) as exc:
            return _not_shaken(address, exc, name, self.allowed, taken)
        return Attempt(
            address, OPEN, f"opens in {humanize_seconds(taken)}, {version} after another {humanize_seconds(shaken)}", taken, shaken
        )


_REFUSED = "refuses the connection: nothing listens there, or a firewall rejects it"
_CUT = "opens and is closed at once: a forwarder or access control may stand before a server that is not reached"


def _look_again(address: Address, plain: socket.socket, taken: float) -> Attempt:
    """Forwarders accept a connection for a server that is not there, and close it at once."""
    plain.settimeout(SETTLE)
    try:
        gone = plain.recv(1) == b""
    except (socket.timeout, TimeoutError):
        gone = False
    except OSError:
        gone = True
    if gone:
        return Attempt(address, CUT, _CUT, taken)
    return Attempt(address, OPEN, f"opens in {humanize_seconds(taken)}", taken)


def _not_connected(address: Address, exc: OSError, allowed: float) -> Attempt:
    if isinstance(exc, ConnectionRefusedError):
        return Attempt(address, REFUSED, _REFUSED)
    if isinstance(exc, (socket.timeout, TimeoutError)):
        within = humanize_seconds(allowed)
        return Attempt(address, SILENT, f"does not answer within {within}: a firewall drops it, or the machine is down or overloaded")
    reason = exc.strerror or str(exc)
    six = address.family == socket.AF_INET6
    if exc.errno in _NO_ROUTE or (six and exc.errno == errno.EADDRNOTAVAIL):
        return Attempt(address, NO_ROUTE, f"has no route from this host ({reason})")
    if exc.errno in _UNREACHABLE:
        return Attempt(address, UNREACHABLE, f"is unreachable ({reason}): the machine is down, or a firewall rejects it")
    if exc.errno in _FORBIDDEN:
        return Attempt(address, FORBIDDEN, f"is forbidden by this host itself ({reason}): its own firewall or SELinux")
    return Attempt(address, UNSEEN, f"cannot be tried ({reason})")


def _not_shaken(address: Address, exc: Exception, name: str, allowed: float, taken: float) -> Attempt:
    """The port opens, TLS does not."""
    if isinstance(exc, ssl.SSLCertVerificationError):
        why = str(exc.verify_message or exc.reason).rstrip(".")
        hint = ": the server must send its intermediate certificates, or set ca_path" if exc.verify_code in tls.NO_ISSUER else ""
        return Attempt(address, NO_TLS, f"opens, but its certificate is not trusted for {name} ({why}){hint}", taken)
    if isinstance(exc, (socket.timeout, TimeoutError)):
        return Attempt(address, NO_TLS, f"opens, but does not answer in TLS within {humanize_seconds(allowed)}", taken)
    if isinstance(exc, ssl.SSLError) and exc.reason:
        words = exc.reason.replace("_", " ").lower()
        if _ALERT.search(exc.reason):
            text = (
                f"opens, but ends the TLS handshake ({words}): it may ask for a client certificate; protocol: tcp asks for the port alone"
            )
            return Attempt(address, UNSEEN, text, taken)
        if exc.reason in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "UNKNOWN_PROTOCOL", "HTTP_REQUEST"):
            return Attempt(address, NO_TLS, f"opens, but does not speak TLS ({words})", taken)
        if "EOF" not in exc.reason:
            return Attempt(address, NO_TLS, f"opens, but the TLS handshake fails ({words})", taken)
    if isinstance(exc, ValueError) and not isinstance(exc, OSError):
        return Attempt(address, UNSEEN, f"cannot be asked for {name}: that is no name of a server", taken)
    return Attempt(address, NO_TLS, "opens, but is closed before the TLS handshake is done", taken)


# -- verdicts

_REMEDIES = {
    REFUSED: "Start what must listen there, or correct the address; a firewall that rejects shows the same",
    FORBIDDEN: "Let this host's own firewall and SELinux allow it",
    NO_ROUTE: "Give this host a route there, or correct the address",
    NO_TLS: "Repair TLS on the server; the port itself is open",
}


def judge_open(to: str, attempts: list[Attempt], limit: float) -> Finding:
    """Of a flow that must open."""
    good = [item for item in attempts if item.outcome == OPEN]
    # a client goes on to the next address at once where this host has no IPv6
    bad = [item for item in attempts if item.outcome != OPEN and not (good and _lacks_family(item))]
    if not bad:
        slowest = max((item.connected or 0.0) + (item.handshake or 0.0) for item in good)
        where = f" at {len(good)} addresses" if len(good) > 1 else ""
        return passed(f"{to} opens{where} in {humanize_seconds(slowest)}; the limit is {humanize_seconds(limit)}")
    said = _some([item.line for item in bad], "; ")
    first = next((outcome for outcome in (*_REMEDIES, SILENT) if any(item.outcome == outcome for item in bad)), "")
    remedy = _REMEDIES.get(first)
    if good:
        return warned(f"{to} opens at {len(good)} of {len(good) + len(bad)} addresses: {said}", remedy=remedy)
    if any(item.outcome == UNSEEN for item in bad):
        return unknown(f"{to}: {said}")
    if any(item.outcome == CUT for item in bad):
        return warned(f"{to}: {said}", remedy="Look at what forwards this connection, and at whether the server behind it runs")
    return failed(f"{to} cannot be used: {said}", remedy=remedy)


def _lacks_family(item: Attempt) -> bool:
    return item.outcome == NO_ROUTE and item.address.family == socket.AF_INET6


def judge_closed(to: str, attempts: list[Attempt]) -> Finding:
    """Of a flow that must stay closed."""
    opened = [item for item in attempts if item.connected is not None]
    if opened:
        at = f" at {_some([item.address.text for item in opened])}" if len(attempts) > 1 else ""
        return failed(f"{to} opens{at}, and must stay closed", remedy="Close the flow, or stop what listens there")
    unseen = [item.line for item in attempts if item.outcome == UNSEEN]
    if unseen:
        return unknown(f"{to}: {_some(unseen, '; ')}")
    return passed(f"{to} is closed, as it must be: {_some([item.line for item in attempts], '; ')}")


def _some(texts: t.Sequence[str], between: str = ", ", most: int = 5) -> str:
    more = f"{between}and {len(texts) - most} more" if len(texts) > most else ""
    return between.join(texts[:most]) + more


__all__ = (
    "ARGUMENT_SPEC",
    "DURATIONS",
    "TIMEOUT",
    "WHERE",
    "Address",
    "Attempt",
    "judge_closed",
    "judge_open",
    "resolve",
    "run",
)
