# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates are trusted, fit their name, and outlive the horizon. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import re
import socket
import ssl
import stat
import struct
import typing as t

from .._argspec import ArgumentsRefused, Spec
from .._clients import tls
from .._finding import CannotObserve, Facts, Finding, Measurement, failed, isoformat, passed, warned
from .._phrase import Message, listed, phrase, plural
from .._runner import Runner, unreadable
from .._x509 import Certificate, NotACertificate, parse_certificate, split_pem

WHERE = "both"
TIMEOUT = 30.0
ARGUMENT_SPEC: Spec = {
    "host": {"type": "str"},
    "port": {"type": "int", "default": 443},
    "server_name": {"type": "str"},
    "starttls": {"type": "str", "choices": ["smtp", "imap", "postgres"]},
    "path": {"type": "path"},
    "min_days": {"type": "float"},
    "ca_path": {"type": "path"},
    "validate_certs": {"type": "bool", "default": True},
}
CONSTRAINTS = {
    "mutually_exclusive": [("host", "path"), ("starttls", "path")],
    "required_one_of": [("host", "path")],
}
COMPARABLE = {
    "valid": {"kind": "holds", "what": phrase("certificate")},
    "tls_certificate_seconds_left": {
        "kind": "number",
        "what": phrase("time left of the certificate"),
        "worse": "lower",
        "relative": 0.5,
        "then": "warn",
    },
}
DAY = 86400.0
PATIENCE = 10.0  # seconds for one connection
LINES = 64 * 1024  # most bytes of a greeting
NAMES = 5  # of a certificate that are told at the most
# OpenSSL's X509_V_ERR_*
_NOT_YET, _EXPIRED = (9, 13), (10, 14)
_SELF_SIGNED, _SELF_SIGNED_IN_CHAIN, _WRONG_NAME = 18, 19, (62, 64)
# how TLS servers end a handshake when they ask for a client certificate and get none
_ALERTS = re.compile("CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|ALERT_BAD_CERTIFICATE|ALERT_UNKNOWN_CA|ALERT_ACCESS_DENIED")


class Arguments(t.TypedDict):
    host: str | None
    port: int
    server_name: str | None
    starttls: str | None
    path: str | None
    min_days: float | None
    ca_path: str | None
    validate_certs: bool
    timeout: float


class Unreached(Exception):
    """The service's own endpoint did not do what it must: a fail, with this message."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


@dataclasses.dataclass(frozen=True)
class Target:
    """What is connected to."""

    host: str
    port: int
    name: str
    starttls: str | None

    @property
    def where(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def certificate(self) -> Message:
        return phrase("the certificate of {endpoint:path}", endpoint=self.where)


def run(args: Arguments, runner: Runner) -> Finding:
    if args["min_days"] is not None and args["min_days"] < 0:
        raise ArgumentsRefused(["min_days: not less than 0"])
    if not 1 <= args["port"] <= 65535:
        raise ArgumentsRefused(["port: between 1 and 65535"])
    if args["path"]:
        return look_at_file(args["path"], args, runner)
    host = args["host"] or ""
    return look_at_server(Target(host, args["port"], args["server_name"] or host, args["starttls"]), args, runner)


def limit_of(certificate: Certificate, min_days: float | None) -> float:
    """Seconds that must be left: ``min_days``, else a fifth of the lifetime, at least 7 d (but a quarter of a lifetime below 28 d)."""
    if min_days is not None:
        return min_days * DAY
    return max(certificate.lifetime / 5, min(7 * DAY, certificate.lifetime / 4))


def date_problem(certificate: Certificate, called: Message, now: dt.datetime, limit: float) -> Message | None:
    """What is wrong with its dates; ``called`` is the certificate in words, the subject of the sentence."""
    left = certificate.left(now)
    if left <= 0:
        end = isoformat(certificate.not_after)
        return phrase("{certificate} expired {ago:duration} ago, on {end:moment}", certificate=called, ago=-left, end=end)
    if certificate.not_before > now:
        start = isoformat(certificate.not_before)
        return phrase("{certificate} is not valid yet: it starts on {start:moment}", certificate=called, start=start)
    return _ends(certificate, called, now, limit) if left < limit else None


def _ends(certificate: Certificate, called: Message, now: dt.datetime, limit: float) -> Message:
    return phrase(
        "{certificate} ends in {left:duration}, on {end:moment}; the limit is {limit:duration}",
        certificate=called,
        left=certificate.left(now),
        end=isoformat(certificate.not_after),
        limit=limit,
    )


def _wrong_name(certificate: Certificate, called: Message, wanted: str) -> Message:
    names = [*certificate.dns_names, *certificate.addresses]
    if not names:
        return phrase("{certificate} is not for {wanted:path}: it is for no name at all", certificate=called, wanted=wanted)
    if len(names) <= NAMES:
        return phrase("{certificate} is not for {wanted:path}: it is for {names:list}", certificate=called, wanted=wanted, names=names)
    return plural(
        "{certificate} is not for {wanted:path}: it is for {names:list} and {count:number} more",
        "{certificate} is not for {wanted:path}: it is for {names:list} and {count:number} more",
        count=len(names) - NAMES,
        certificate=called,
        wanted=wanted,
        names=names[:NAMES],
    )


def _as_dict(certificate: Certificate) -> dict[str, object]:
    return {
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "not_before": isoformat(certificate.not_before),
        "not_after": isoformat(certificate.not_after),
        "names": [*certificate.dns_names, *certificate.addresses],
        "sha256": certificate.fingerprint,
    }


def _measure(left: float, limit: float) -> list[Measurement]:
    return [Measurement("tls_certificate_seconds_left", round(left, 3), limit, "lower")]


def _since(certificate: Certificate, now: dt.datetime) -> str | None:
    return isoformat(certificate.not_after) if certificate.left(now) <= 0 else None


# -- a server


def look_at_server(target: Target, args: Arguments, runner: Runner) -> Finding:
    verifying = tls.trusting_context(args["ca_path"]) if args["validate_certs"] else None
    observed: dict[str, object] = {"endpoint": target.where}
    expected: dict[str, object] = {"server_name": target.name} if verifying else {}
    try:
        certificate = _parse(fetch(target, tls.looking_context(), runner), target)
        verdict = verify(target, verifying, runner) if verifying else None
    except Unreached as exc:
        return failed(exc.message, observed=observed, expected=expected)
    if verdict is not None and verdict.verify_code in tls.NO_ISSUER and not args["ca_path"] and not tls.has_authorities():
        raise CannotObserve(
            phrase(
                "no certification authorities are installed where this check runs: nothing can be said of {endpoint:path}; set ca_path",
                endpoint=target.where,
            )
        )
    now = runner.now()
    limit = limit_of(certificate, args["min_days"])
    dates = date_problem(certificate, target.certificate, now, limit)
    found = [dates] if dates else []
    if verdict is not None:
        found += trust_problems(verdict, certificate, target, now)
    left = certificate.left(now)
    fields: Facts = {
        "observed": {**observed, **_as_dict(certificate), "trusted": None if verifying is None else verdict is None},
        "expected": {**expected, "days_left": round(limit / DAY, 2)},
        "measurements": _measure(left, limit),
        "details": found,
    }
    if found:
        fields["since"] = _since(certificate, now)
        return failed(listed(found), **fields)
    if not verifying:
        return passed(_ends(certificate, target.certificate, now, limit), **fields)
    said = phrase(
        "{certificate} is trusted, fits {name:path} and ends in {left:duration}, on {end:moment}; the limit is {limit:duration}",
        certificate=target.certificate,
        name=target.name,
        left=left,
        end=isoformat(certificate.not_after),
        limit=limit,
    )
    return passed(said, **fields)


def trust_problems(verdict: ssl.SSLCertVerificationError, certificate: Certificate, target: Target, now: dt.datetime) -> list[Message]:
    """Why the chain is not valid for the name, but for what the certificate's own dates tell already."""
    chain = _chain_problem(verdict, certificate, target.where, now)
    found = [chain] if chain else []
    if verdict.verify_code in _WRONG_NAME or not certificate.fits(target.name):
        found.append(_wrong_name(certificate, target.certificate, target.name))
    return found


def _chain_problem(verdict: ssl.SSLCertVerificationError, certificate: Certificate, where: str, now: dt.datetime) -> Message | None:
    code = verdict.verify_code
    if code == _SELF_SIGNED:
        return phrase("the certificate of {endpoint:path} is self-signed: no client trusts it", endpoint=where)
    if code == _SELF_SIGNED_IN_CHAIN:
        return phrase("the chain of {endpoint:path} ends in a certification authority that is not trusted here", endpoint=where)
    if code in tls.NO_ISSUER:
        return phrase(
            "the chain of {endpoint:path} is not complete or its authority is not trusted here (issuer {issuer}): "
            "the server must send its intermediate certificates",
            endpoint=where,
            issuer=certificate.issuer,
        )
    if code in _EXPIRED:
        left = certificate.left(now)
        said = phrase("a certificate in the chain of {endpoint:path} has expired, though its own has not", endpoint=where)
        return said if left > 0 else None
    if code in _NOT_YET:
        said = phrase("a certificate in the chain of {endpoint:path} is not valid yet, though its own is", endpoint=where)
        return said if certificate.not_before <= now else None
    if code in _WRONG_NAME:
        return None
    reason = verdict.verify_message or verdict.reason
    return phrase("the chain of {endpoint:path} is not trusted: {reason}", endpoint=where, reason=reason)


def fetch(target: Target, context: ssl.SSLContext, runner: Runner) -> bytes:
    """The server's certificate in DER. Unreached, CannotObserve, ssl.SSLCertVerificationError."""
    end = runner.clock.monotonic() + runner.remaining(PATIENCE)
    allowed = end - runner.clock.monotonic()
    try:
        with socket.create_connection((target.host, target.port), timeout=allowed) as plain:
            if target.starttls:
                _Dialogue(plain, target, runner, end).start()
            plain.settimeout(max(0.05, end - runner.clock.monotonic()))
            with context.wrap_socket(plain, server_hostname=target.name) as wrapped:
                der = wrapped.getpeercert(binary_form=True)
    except ssl.SSLCertVerificationError:
        raise
    except ssl.SSLError as exc:
        raise _handshake(exc, target) from None
    except socket.gaierror:
        unresolved = phrase(
            "{host:path} cannot be resolved to an address where this check runs: nothing is known of its certificate", host=target.host
        )
        raise CannotObserve(unresolved) from None
    except (socket.timeout, TimeoutError):
        silent = phrase("{endpoint:path} did not answer within {allowed:duration}", endpoint=target.where, allowed=float(round(allowed, 1)))
        raise Unreached(silent) from None
    except ConnectionRefusedError:
        raise Unreached(phrase("nothing listens on {endpoint:path}: it refused the connection", endpoint=target.where)) from None
    except (UnicodeError, ValueError) as exc:
        unusable = phrase("{name:path} cannot be used as the name of a server ({reason})", name=target.name, reason=str(exc))
        raise CannotObserve(unusable) from None
    except (ConnectionResetError, BrokenPipeError):
        raise _closed(target) from None
    except OSError as exc:
        broken = phrase(
            "{endpoint:path} cannot be reached ({reason}) before it showed a certificate",
            endpoint=target.where,
            reason=exc.strerror or str(exc),
        )
        raise Unreached(broken) from None
    if not der:
        raise Unreached(phrase("{endpoint:path} showed no certificate", endpoint=target.where))
    return der


def _closed(target: Target) -> Unreached:
    return Unreached(phrase("{endpoint:path} closed the connection before it showed a certificate", endpoint=target.where))


def _handshake(exc: ssl.SSLError, target: Target) -> Exception:
    reason = str(exc.reason or type(exc).__name__)
    words = reason.replace("_", " ").lower()
    if isinstance(exc, ssl.SSLEOFError) or "EOF" in reason:
        return _closed(target)
    if reason in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "UNKNOWN_PROTOCOL", "HTTP_REQUEST"):
        silent = phrase("{endpoint:path} does not speak TLS ({reason})", endpoint=target.where, reason=words)
        hint = phrase("if it changes to TLS only when asked to, set starttls")
        return Unreached(silent if target.starttls else listed([silent, hint]))
    if _ALERTS.search(reason):
        said = phrase(
            "{endpoint:path} ended the TLS handshake ({reason}): it may ask for a client certificate, and showed none of its own",
            endpoint=target.where,
            reason=words,
        )
        return CannotObserve(said)
    return Unreached(phrase("the TLS handshake with {endpoint:path} fails ({reason})", endpoint=target.where, reason=words))


def verify(target: Target, context: ssl.SSLContext, runner: Runner) -> ssl.SSLCertVerificationError | None:
    """What OpenSSL says of the chain and the name; None when all is well."""
    try:
        fetch(target, context, runner)
    except ssl.SSLCertVerificationError as exc:
        return exc
    return None


def _parse(der: bytes, target: Target) -> Certificate:
    try:
        return parse_certificate(der)
    except NotACertificate as exc:
        said = phrase("the certificate of {endpoint:path} cannot be read: {reason}", endpoint=target.where, reason=exc.message)
        raise CannotObserve(said) from None


class _Dialogue:
    """Asks a server for TLS in the words of its protocol."""

    def __init__(self, plain: socket.socket, target: Target, runner: Runner, end: float) -> None:
        self.plain, self.target, self.runner, self.end, self.buffer = plain, target, runner, end, b""

    def start(self) -> None:
        {"smtp": self.smtp, "imap": self.imap, "postgres": self.postgres}[str(self.target.starttls)]()

    def receive(self, size: int) -> bytes:
        left = self.end - self.runner.clock.monotonic()
        if left <= 0:
            raise socket.timeout
        self.plain.settimeout(left)
        data = self.plain.recv(size)
        if not data:
            raise _closed(self.target)
        return data

    def line(self) -> str:
        while b"\n" not in self.buffer:
            if len(self.buffer) > LINES:
                raise self.stranger()
            self.buffer += self.receive(4096)
        line, _newline, self.buffer = self.buffer.partition(b"\n")
        return line.decode("ascii", "replace").rstrip("\r")

    def stranger(self) -> Unreached:
        where, protocol = self.target.where, self.target.starttls
        return Unreached(phrase("{endpoint:path} does not speak {protocol} as expected", endpoint=where, protocol=protocol))

    def refused(self) -> Unreached:
        where, protocol = self.target.where, self.target.starttls
        return Unreached(phrase("{endpoint:path} speaks {protocol}, but does not offer TLS", endpoint=where, protocol=protocol))

    def smtp_reply(self) -> tuple[str, list[str]]:
        lines: list[str] = []
        while not lines or lines[-1][3:4] == "-":
            lines.append(self.line())
            if not lines[-1][:3].isdigit() or len(lines) > 200:
                raise self.stranger()
        return lines[0][:3], [line[4:] for line in lines]

    def smtp(self) -> None:
        if self.smtp_reply()[0] != "220":
            raise self.stranger()
        self.plain.sendall(b"EHLO readiness.invalid\r\n")
        code, lines = self.smtp_reply()
        if code != "250":
            raise self.stranger()
        if not any(line.upper().split()[:1] == ["STARTTLS"] for line in lines):
            raise self.refused()
        self.plain.sendall(b"STARTTLS\r\n")
        if self.smtp_reply()[0] != "220":
            raise self.refused()

    def imap(self) -> None:
        if not self.line().upper().startswith(("* OK", "* PREAUTH")):
            raise self.stranger()
        self.plain.sendall(b"a1 STARTTLS\r\n")
        for _count in range(50):
            answer = self.line().upper()
            if answer.startswith("A1 "):
                if not answer.startswith("A1 OK"):
                    raise self.refused()
                return
        raise self.stranger()

    def postgres(self) -> None:
        self.plain.sendall(struct.pack("!ii", 8, 80877103))
        answer = self.receive(1)
        if answer == b"N":
            raise self.refused()
        if answer != b"S":
            raise self.stranger()


# -- a file


def look_at_file(path: str, args: Arguments, runner: Runner) -> Finding:
    try:
        regular = stat.S_ISREG(os.stat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return failed(phrase("{path:path} does not exist", path=path), observed={"path": path}, absent=True)
    except OSError as exc:
        raise CannotObserve(unreadable(path, exc)) from None
    if not regular:
        raise CannotObserve(phrase("{path:path} is not a file", path=path))
    certificates = certificates_of(path, runner.read_text(path))
    now = runner.now()
    limit = limit_of(certificates[0], args["min_days"])
    alone = phrase("the certificate in {path:path}", path=path)
    found = []
    for number, certificate in enumerate(certificates, 1):
        called = alone if len(certificates) == 1 else _numbered(number, path, certificate)
        problem = date_problem(certificate, called, now, limit)
        found += [problem] if problem else []
    leaf, name = certificates[0], args["server_name"]
    if name and args["validate_certs"] and not leaf.fits(name):
        found.append(_wrong_name(leaf, alone, name))
    first = min(certificates, key=lambda item: item.not_after)
    left = first.left(now)
    fields: Facts = {
        "observed": {"path": path, **_as_dict(leaf), "certificates": len(certificates)},
        "expected": {"days_left": round(limit / DAY, 2), **({"server_name": name} if name else {})},
        "measurements": _measure(left, limit),
        "details": found,
    }
    if found:
        fields["since"] = _since(first, now)
        return failed(listed(found), **fields)
    count = len(certificates)
    if count > 1:
        alone = phrase("of the {count:number} certificates in {path:path} the first to end", count=count, path=path)
    ends = _ends(first, alone, now, limit)
    if args["validate_certs"] and not leaf.same_names:
        for number, (one, following) in enumerate(zip(certificates, certificates[1:]), 1):
            if one.raw_issuer != following.raw_subject:
                return warned(_disordered(ends, number), **fields)
    return passed(ends, **fields)


def _numbered(number: int, path: str, certificate: Certificate) -> Message:
    return phrase("certificate {number:number} in {path:path} ({subject})", number=number, path=path, subject=certificate.subject)


def _disordered(ends: Message, number: int) -> Message:
    return phrase(
        "{ends}, but certificate {issuer:number} did not issue certificate {number:number}: some clients refuse such a chain",
        ends=ends,
        issuer=number + 1,
        number=number,
    )


def certificates_of(path: str, text: str) -> list[Certificate]:
    """CannotObserve for a file in which not every certificate can be read."""
    try:
        found = [parse_certificate(der) for der in split_pem(text)]
    except NotACertificate as exc:
        said = phrase("{path:path} has a certificate that cannot be read: {reason}", path=path, reason=exc.message)
        raise CannotObserve(said) from None
    if not found:
        raise CannotObserve(phrase("{path:path} has no certificate in PEM", path=path))
    return found


__all__ = (
    "ARGUMENT_SPEC",
    "CONSTRAINTS",
    "TIMEOUT",
    "WHERE",
    "certificates_of",
    "date_problem",
    "limit_of",
    "run",
    "trust_problems",
)
