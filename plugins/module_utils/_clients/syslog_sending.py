# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends one syslog message over the network: UDP, TCP or TLS, framed as its receiver expects it. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import os
import re
import socket
import ssl
import time

from .._finding import CannotObserve
from .._phrase import Message, phrase
from .._runner import Runner, unreadable
from .connecting import Address, NotResolved, resolve
from .log_writing import MONTHS, USER_INFO, NotTaken
from .tls import NO_ISSUER, trusting_context

TIMEOUT = 10.0
AFTERWARDS = 0.5  # seconds in which a receiver that does not want the message closes the connection, or says so
_SELF_SIGNED = (18, 19)  # of OpenSSL: an authority, or a server, that nobody here trusts
NAME = re.compile(r"[^!-~]")


@dataclasses.dataclass(frozen=True)
class Receiver:
    """Whoever takes syslog over the network."""

    host: str
    port: int
    protocol: str  # udp, tcp or tls
    framing: str = "newline"  # or octet_counting; of no meaning with udp
    validate_certs: bool = True
    ca_path: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    server_name: str | None = None

    @property
    def name(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def split(to: str) -> tuple[str, int] | None:
    """Host and port of ``HOST:PORT`` or ``[ADDRESS]:PORT``; None where it is something else."""
    found = re.fullmatch(r"(?:\[([0-9A-Fa-f:.%\w]+)\]|([^\s:/\[\]]+)):(\d{1,5})", to.strip())
    if not found or not 0 < int(found[3]) < 65536:
        return None
    return found[1] or found[2], int(found[3])


def message(rfc: str, tag: str, line: str, moment: float) -> bytes:
    """The message as RFC 5424, or as RFC 3164 with the name of this host."""
    host = NAME.sub("-", socket.gethostname())[:255] or "-"
    if rfc == "3164":
        local = time.localtime(moment)
        date = f"{MONTHS[local.tm_mon - 1]} {local.tm_mday:2d} {local.tm_hour:02d}:{local.tm_min:02d}:{local.tm_sec:02d}"
        return f"<{USER_INFO}>{date} {host.split('.', 1)[0]} {NAME.sub('-', tag)}[{os.getpid()}]: {line}".encode()
    stamp = dt.datetime.fromtimestamp(moment, dt.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    mark = "" if line.isascii() else "\ufeff"
    return f"<{USER_INFO}>1 {stamp} {host} {NAME.sub('-', tag)[:48] or '-'} {os.getpid()} - - {mark}{line}".encode()


def framed(data: bytes, framing: str) -> bytes:
    """As a stream has it (RFC 6587)."""
    return b"%d %b" % (len(data), data) if framing == "octet_counting" else data + b"\n"


def send(receiver: Receiver, data: bytes, runner: Runner) -> None:
    """CannotObserve where our own files for TLS cannot be read; NotTaken where nobody takes the message."""
    context = _context(receiver) if receiver.protocol == "tls" else None
    try:
        addresses = resolve(receiver.host, receiver.port, runner)
    except NotResolved as exc:
        raise NotTaken(exc.message) from None
    reasons: list[Message] = []
    for address in addresses:
        try:
            if receiver.protocol == "udp":
                _datagram(address, receiver, data, runner)
            else:
                _stream(address, receiver, framed(data, receiver.framing), context, runner)
            return
        except OSError as exc:
            reasons.append(_refusal(receiver, address, exc))
    raise NotTaken(reasons[-1] if reasons else phrase("{receiver:path} has no address", receiver=receiver.name))


def _datagram(address: Address, receiver: Receiver, data: bytes, runner: Runner) -> None:
    with socket.socket(address.family, socket.SOCK_DGRAM) as client:
        client.settimeout(runner.remaining(TIMEOUT))
        client.connect((address.sockaddr[0], receiver.port, *address.sockaddr[2:]))
        client.send(data)
        client.settimeout(min(AFTERWARDS, runner.remaining()))
        with contextlib.suppress(socket.timeout, TimeoutError):
            client.recv(1)  # nobody answers; but a host on which nobody listens says so


def _stream(address: Address, receiver: Receiver, data: bytes, context: ssl.SSLContext | None, runner: Runner) -> None:
    with socket.socket(address.family, socket.SOCK_STREAM) as plain:
        plain.settimeout(runner.remaining(TIMEOUT))
        plain.connect(address.sockaddr)
        if context is None:
            plain.sendall(data)
            plain.shutdown(socket.SHUT_WR)
            _listen(plain, runner)
            return
        with context.wrap_socket(plain, server_hostname=receiver.server_name or receiver.host) as wrapped:
            wrapped.sendall(data)
            _listen(wrapped, runner)  # with TLS 1.3 a certificate of ours that is refused is told only now
            with contextlib.suppress(OSError, ValueError):
                wrapped.unwrap()


def _listen(client: socket.socket, runner: Runner) -> None:
    """OSError where the receiver breaks the connection off. It says nothing where all is well."""
    client.settimeout(min(AFTERWARDS, runner.remaining()))
    with contextlib.suppress(socket.timeout, TimeoutError, ssl.SSLWantReadError, ssl.SSLEOFError, ssl.SSLZeroReturnError):
        client.recv(1)


def _context(receiver: Receiver) -> ssl.SSLContext:
    context = trusting_context(receiver.ca_path)
    if not receiver.validate_certs:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if receiver.client_cert:
        try:
            context.load_cert_chain(receiver.client_cert, receiver.client_key)
        except ssl.SSLError:
            raise CannotObserve(
                phrase("{path:path} has no certificate in PEM with the key that belongs to it", path=receiver.client_cert)
            ) from None
        except OSError as exc:
            raise CannotObserve(unreadable(exc.filename or receiver.client_cert, exc)) from None
    return context


def _refusal(receiver: Receiver, address: Address, exc: OSError) -> Message:
    at, protocol = f"{receiver.name} ({address.text})" if address.text != receiver.host else receiver.name, receiver.protocol
    if isinstance(exc, ConnectionRefusedError):
        return phrase("nobody takes syslog messages at {receiver:path} ({protocol}): nothing listens there", receiver=at, protocol=protocol)
    if isinstance(exc, ssl.SSLCertVerificationError):
        reason = str(exc.verify_message or exc.reason).rstrip(".")
        if exc.verify_code in (*NO_ISSUER, *_SELF_SIGNED):
            return phrase(
                "{receiver:path} takes syslog messages with a certificate that is not trusted here ({reason}): set to_ca_path",
                receiver=at,
                reason=reason,
            )
        return phrase("{receiver:path} takes syslog messages with a certificate that is not valid ({reason})", receiver=at, reason=reason)
    if isinstance(exc, ssl.SSLError):
        reason = (exc.reason or str(exc)).replace("_", " ").lower()
        return phrase("{receiver:path} does not take the message in TLS ({reason})", receiver=at, reason=reason)
    if isinstance(exc, (socket.timeout, TimeoutError)):
        return phrase("{receiver:path} does not take the message within {allowed:duration}", receiver=at, allowed=TIMEOUT)
    if isinstance(exc, (ConnectionResetError, BrokenPipeError)):
        return phrase("{receiver:path} closes the connection instead of taking the message", receiver=at)
    return phrase("{receiver:path} does not take the message: {reason}", receiver=at, reason=exc.strerror or str(exc))


__all__ = ("Receiver", "framed", "message", "send", "split")
