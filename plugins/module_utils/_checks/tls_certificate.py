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
from .._runner import Runner, unreadable
from .._units import humanize_seconds
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
    "valid": {"kind": "holds", "what": "certificate"},
    "tls_certificate_seconds_left": {
        "kind": "number",
        "what": "time left of the certificate",
        "worse": "lower",
        "relative": 0.5,
        "then": "warn",
    },
}
DAY = 86400.0
PATIENCE = 10.0  # seconds for one connection
LINES = 64 * 1024  # most bytes of a greeting
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


def date_problem(certificate: Certificate, what: str, now: dt.datetime, limit: float) -> str | None:
    """What is wrong with its dates, told of ``what``."""
    left = certificate.left(now)
    if left <= 0:
        return f"{what} expired {humanize_seconds(-left)} ago, on {isoformat(certificate.not_after)}"
    if certificate.not_before > now:
        return f"{what} is not valid yet: it starts on {isoformat(certificate.not_before)}"
    if left < limit:
        return f"{what} ends in {humanize_seconds(left)}, on {isoformat(certificate.not_after)}; the limit is {humanize_seconds(limit)}"
    return None


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
        return failed(str(exc), observed=observed, expected=expected)
    if verdict is not None and verdict.verify_code in tls.NO_ISSUER and not args["ca_path"] and not tls.has_authorities():
        raise CannotObserve(
            f"no certification authorities are installed where this check runs: nothing can be said of {target.where}; set ca_path"
        )
    now = runner.now()
    limit = limit_of(certificate, args["min_days"])
    dates = date_problem(certificate, f"the certificate of {target.where}", now, limit)
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
        return failed("; ".join(found), **fields)
    ends = f"in {humanize_seconds(left)}, on {isoformat(certificate.not_after)}; the limit is {humanize_seconds(limit)}"
    proven = f"is trusted, fits {target.name} and ends" if verifying else "ends"
    return passed(f"the certificate of {target.where} {proven} {ends}", **fields)


def trust_problems(verdict: ssl.SSLCertVerificationError, certificate: Certificate, target: Target, now: dt.datetime) -> list[str]:
    """Why the chain is not valid for the name, but for what the certificate's own dates tell already."""
    code, found = verdict.verify_code, []
    if code == _SELF_SIGNED:
        found.append(f"the certificate of {target.where} is self-signed: no client trusts it")
    elif code == _SELF_SIGNED_IN_CHAIN:
        found.append(f"the chain of {target.where} ends in a certification authority that is not trusted here")
    elif code in tls.NO_ISSUER:
        found.append(
            f"the chain of {target.where} is not complete or its authority is not trusted here (issuer {certificate.issuer}): "
            "the server must send its intermediate certificates"
        )
    elif code in _EXPIRED and certificate.left(now) > 0:
        found.append(f"a certificate in the chain of {target.where} has expired, though its own has not")
    elif code in _NOT_YET and certificate.not_before <= now:
        found.append(f"a certificate in the chain of {target.where} is not valid yet, though its own is")
    elif code not in (*_EXPIRED, *_NOT_YET, *_WRONG_NAME):
        found.append(f"the chain of {target.where} is not trusted: {verdict.verify_message or verdict.reason}")
    if code in _WRONG_NAME or not certificate.fits(target.name):
        names = [*certificate.dns_names, *certificate.addresses]
        listed = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "") if names else "no name at all"
        found.append(f"the certificate of {target.where} is not for {target.name}: it is for {listed}")
    return found


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
        raise CannotObserve(
            f"{target.host} cannot be resolved to an address where this check runs: nothing is known of its certificate"
        ) from None
    except (socket.timeout, TimeoutError):
        raise Unreached(f"{target.where} did not answer within {allowed:.0f} s") from None
    except ConnectionRefusedError:
        raise Unreached(f"nothing listens on {target.where}: it refused the connection") from None
    except (UnicodeError, ValueError) as exc:
        raise CannotObserve(f"{target.name} cannot be used as the name of a server ({exc})") from None
    except OSError as exc:
        what = (
            "closed the connection"
            if isinstance(exc, (ConnectionResetError, BrokenPipeError))
            else f"cannot be reached ({exc.strerror or exc})"
        )
        raise Unreached(f"{target.where} {what} before it showed a certificate") from None
    if not der:
        raise Unreached(f"{target.where} showed no certificate")
    return der


def _handshake(exc: ssl.SSLError, target: Target) -> Exception:
    reason = str(exc.reason or type(exc).__name__)
    words = reason.replace("_", " ").lower()
    if isinstance(exc, ssl.SSLEOFError) or "EOF" in reason:
        return Unreached(f"{target.where} closed the connection before it showed a certificate")
    if reason in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "UNKNOWN_PROTOCOL", "HTTP_REQUEST"):
        hint = "" if target.starttls else "; if it changes to TLS only when asked to, set starttls"
        return Unreached(f"{target.where} does not speak TLS ({words}){hint}")
    if _ALERTS.search(reason):
        return CannotObserve(
            f"{target.where} ended the TLS handshake ({words}): it may ask for a client certificate, and showed none of its own"
        )
    return Unreached(f"the TLS handshake with {target.where} fails ({words})")


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
        raise CannotObserve(f"the certificate of {target.where} cannot be read: {exc}") from None


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
            raise Unreached(f"{self.target.where} closed the connection before it showed a certificate")
        return data

    def line(self) -> str:
        while b"\n" not in self.buffer:
            if len(self.buffer) > LINES:
                raise self.stranger()
            self.buffer += self.receive(4096)
        line, _newline, self.buffer = self.buffer.partition(b"\n")
        return line.decode("ascii", "replace").rstrip("\r")

    def stranger(self) -> Unreached:
        return Unreached(f"{self.target.where} does not speak {self.target.starttls} as expected")

    def refused(self) -> Unreached:
        return Unreached(f"{self.target.where} speaks {self.target.starttls}, but does not offer TLS")

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
        return failed(f"{path} does not exist", observed={"path": path})
    except OSError as exc:
        raise CannotObserve(unreadable(path, exc)) from None
    if not regular:
        raise CannotObserve(f"{path} is not a file")
    certificates = certificates_of(path, runner.read_text(path))
    now = runner.now()
    limit = limit_of(certificates[0], args["min_days"])
    found = []
    for number, certificate in enumerate(certificates):
        what = f"the certificate in {path}" if len(certificates) == 1 else f"certificate {number + 1} in {path} ({certificate.subject})"
        problem = date_problem(certificate, what, now, limit)
        found += [problem] if problem else []
    leaf, name = certificates[0], args["server_name"]
    if name and args["validate_certs"] and not leaf.fits(name):
        listed = ", ".join([*leaf.dns_names, *leaf.addresses][:5]) or "no name at all"
        found.append(f"the certificate in {path} is not for {name}: it is for {listed}")
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
        return failed("; ".join(found), **fields)
    ends = f"ends in {humanize_seconds(left)}, on {isoformat(first.not_after)}; the limit is {humanize_seconds(limit)}"
    which = (
        f"the certificate in {path}" if len(certificates) == 1 else f"of the {len(certificates)} certificates in {path} the first to end"
    )
    if args["validate_certs"] and not leaf.same_names:
        for number, (one, following) in enumerate(zip(certificates, certificates[1:])):
            if one.raw_issuer != following.raw_subject:
                order = f"certificate {number + 2} did not issue certificate {number + 1}: some clients refuse such a chain"
                return warned(f"{which} {ends}, but {order}", **fields)
    return passed(f"{which} {ends}", **fields)


def certificates_of(path: str, text: str) -> list[Certificate]:
    """CannotObserve for a file in which not every certificate can be read."""
    try:
        found = [parse_certificate(der) for der in split_pem(text)]
    except NotACertificate as exc:
        raise CannotObserve(f"{path} has a certificate that cannot be read: {exc}") from None
    if not found:
        raise CannotObserve(f"{path} has no certificate in PEM")
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
