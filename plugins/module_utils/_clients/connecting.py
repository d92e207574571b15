# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How this host resolves a name and connects to an address, and what becomes of it. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import errno
import re
import socket
import ssl
import threading
import typing as t

from .._destination import is_address
from .._phrase import Message, phrase
from .._runner import Runner
from .tls import NO_ISSUER

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


class NotResolved(Exception):
    """A name that leads to no address. ``answered``: a name server was there and said so."""

    def __init__(self, message: Message, *, answered: bool) -> None:
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
    said: Message
    connected: float | None = None  # seconds
    handshake: float | None = None


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
        said = phrase(
            "{host:path} was not resolved within {allowed:duration}: its name servers do not answer",
            host=host,
            allowed=float(round(allowed)),
        )
        raise NotResolved(said, answered=False)
    if isinstance(found[0], Exception):
        raise _not_resolved(host, found[0])
    unique = {sockaddr[0]: Address(family, sockaddr) for family, _kind, _protocol, _canonical, sockaddr in found[0]}
    return list(unique.values())


def _not_resolved(host: str, exc: Exception) -> NotResolved:
    if not isinstance(exc, OSError):
        return NotResolved(phrase("{host:path} cannot be resolved: it is no name that can exist", host=host), answered=True)
    if exc.errno == socket.EAI_AGAIN:
        said = phrase("{host:path} cannot be resolved: the name servers of this host do not answer", host=host)
        return NotResolved(said, answered=False)
    if exc.errno in _NO_ADDRESS:
        return NotResolved(phrase("{host:path} cannot be resolved: this host knows no address of that name", host=host), answered=True)
    said = phrase("{host:path} cannot be resolved ({reason})", host=host, reason=exc.strerror or str(exc))
    return NotResolved(said, answered=False)


# -- connections


@dataclasses.dataclass(frozen=True)
class Attempting:
    """Connects to one address; told what becomes of it, it never raises."""

    runner: Runner
    allowed: float  # seconds for each step
    looks_again: bool  # whether who accepts the connection must keep it
    context: ssl.SSLContext | None = None  # of TLS, where that is asked for
    name: str = ""  # of the server that is asked for in TLS

    def __call__(self, address: Address) -> Attempt:
        clock = self.runner.clock
        started = clock.monotonic()
        try:
            with socket.socket(address.family, socket.SOCK_STREAM) as plain:
                plain.settimeout(self.allowed)
                plain.connect(address.sockaddr)
                taken = clock.monotonic() - started
                if plain.getsockname() == plain.getpeername():  # it has met itself on a port that nobody listens on
                    return _refused(address)
                if self.context is not None:
                    return self._shake_hands(address, plain, taken, self.context)
                return _look_again(address, plain, taken) if self.looks_again else _opened(address, taken)
        except OSError as exc:
            if isinstance(exc, ConnectionResetError) or exc.errno == errno.ENOTCONN:  # it was there: who never opens refuses
                return _cut(address, clock.monotonic() - started)
            return _not_connected(address, exc, self.allowed)

    def _shake_hands(self, address: Address, plain: socket.socket, taken: float, context: ssl.SSLContext) -> Attempt:
        clock = self.runner.clock
        started = clock.monotonic()
        try:
            with context.wrap_socket(plain, server_hostname=self.name) as wrapped:
                shaken = clock.monotonic() - started
                version = wrapped.version()
        except (OSError, ValueError) as exc:
            return _not_shaken(address, exc, self.name, self.allowed, taken)
        said = phrase(
            "{address:path} opens in {taken:duration}, {version} after another {shaken:duration}",
            address=address.text,
            taken=taken,
            version=version,
            shaken=shaken,
        )
        return Attempt(address, OPEN, said, taken, shaken)


def _refused(address: Address) -> Attempt:
    said = phrase("{address:path} refuses the connection: nothing listens there, or a firewall rejects it", address=address.text)
    return Attempt(address, REFUSED, said)


def _opened(address: Address, taken: float) -> Attempt:
    return Attempt(address, OPEN, phrase("{address:path} opens in {taken:duration}", address=address.text, taken=taken), taken)


def _cut(address: Address, taken: float) -> Attempt:
    said = phrase(
        "{address:path} opens and is closed at once: a forwarder or access control may stand before a server that is not reached",
        address=address.text,
    )
    return Attempt(address, CUT, said, taken)


def _look_again(address: Address, plain: socket.socket, taken: float) -> Attempt:
    """Forwarders accept a connection for a server that is not there, and close it at once."""
    plain.settimeout(SETTLE)
    try:
        gone = plain.recv(1) == b""
    except (socket.timeout, TimeoutError):
        gone = False
    except OSError:
        gone = True
    return _cut(address, taken) if gone else _opened(address, taken)


def _not_connected(address: Address, exc: OSError, allowed: float) -> Attempt:
    if isinstance(exc, ConnectionRefusedError):
        return _refused(address)
    at, reason = address.text, exc.strerror or str(exc)
    if isinstance(exc, (socket.timeout, TimeoutError)):
        said = phrase(
            "{address:path} does not answer within {allowed:duration}: a firewall drops it, or the machine is down or overloaded",
            address=at,
            allowed=allowed,
        )
        return Attempt(address, SILENT, said)
    six = address.family == socket.AF_INET6
    if exc.errno in _NO_ROUTE or (six and exc.errno == errno.EADDRNOTAVAIL):
        return Attempt(address, NO_ROUTE, phrase("{address:path} has no route from this host ({reason})", address=at, reason=reason))
    if exc.errno in _UNREACHABLE:
        said = phrase("{address:path} is unreachable ({reason}): the machine is down, or a firewall rejects it", address=at, reason=reason)
        return Attempt(address, UNREACHABLE, said)
    if exc.errno in _FORBIDDEN:
        said = phrase("{address:path} is forbidden by this host itself ({reason}): its own firewall or SELinux", address=at, reason=reason)
        return Attempt(address, FORBIDDEN, said)
    return Attempt(address, UNSEEN, phrase("{address:path} cannot be tried ({reason})", address=at, reason=reason))


def _not_shaken(address: Address, exc: Exception, name: str, allowed: float, taken: float) -> Attempt:
    """The port opens, TLS does not."""
    at = address.text
    if isinstance(exc, ssl.SSLCertVerificationError):
        return Attempt(address, NO_TLS, _untrusted(at, exc, name), taken)
    if isinstance(exc, (socket.timeout, TimeoutError)):
        said = phrase("{address:path} opens, but does not answer in TLS within {allowed:duration}", address=at, allowed=allowed)
        return Attempt(address, NO_TLS, said, taken)
    if isinstance(exc, ssl.SSLError) and exc.reason and "EOF" not in exc.reason:
        outcome, said = _broken(at, exc.reason)
        return Attempt(address, outcome, said, taken)
    if isinstance(exc, ValueError) and not isinstance(exc, OSError):
        said = phrase("{address:path} cannot be asked for {name:path}: that is no name of a server", address=at, name=name)
        return Attempt(address, UNSEEN, said, taken)
    said = phrase("{address:path} opens, but is closed before the TLS handshake is done", address=at)
    return Attempt(address, NO_TLS, said, taken)


def _untrusted(at: str, exc: ssl.SSLCertVerificationError, name: str) -> Message:
    reason = str(exc.verify_message or exc.reason).rstrip(".")
    if exc.verify_code in NO_ISSUER:
        return phrase(
            "{address:path} opens, but its certificate is not trusted for {name:path} ({reason}): "
            "the server must send its intermediate certificates, or set ca_path",
            address=at,
            name=name,
            reason=reason,
        )
    return phrase(
        "{address:path} opens, but its certificate is not trusted for {name:path} ({reason})", address=at, name=name, reason=reason
    )


def _broken(at: str, reason: str) -> tuple[str, Message]:
    words = reason.replace("_", " ").lower()
    if _ALERT.search(reason):
        said = phrase(
            "{address:path} opens, but ends the TLS handshake ({reason}): it may ask for a client certificate; "
            "protocol: tcp asks for the port alone",
            address=at,
            reason=words,
        )
        return UNSEEN, said
    if reason in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "UNKNOWN_PROTOCOL", "HTTP_REQUEST"):
        return NO_TLS, phrase("{address:path} opens, but does not speak TLS ({reason})", address=at, reason=words)
    return NO_TLS, phrase("{address:path} opens, but the TLS handshake fails ({reason})", address=at, reason=words)


__all__ = (
    "CUT",
    "FORBIDDEN",
    "NO_ROUTE",
    "NO_TLS",
    "OPEN",
    "REFUSED",
    "SILENT",
    "UNREACHABLE",
    "UNSEEN",
    "Address",
    "Attempt",
    "Attempting",
    "NotResolved",
    "resolve",
)
