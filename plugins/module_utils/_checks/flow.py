# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A declared flow opens from this host, or stays closed. PRIVATE to the collection."""

from __future__ import annotations

import concurrent.futures
import ipaddress
import socket
import ssl
import typing as t

from .._argspec import ArgumentsRefused, Spec
from .._clients import tls
from .._clients.connecting import CUT, FORBIDDEN, NO_ROUTE, NO_TLS, OPEN, REFUSED, SILENT, UNSEEN, Attempt, Attempting, NotResolved, resolve
from .._destination import destination, is_address
from .._finding import CannotObserve, Facts, Finding, Measurement, failed, passed, unknown, warned
from .._phrase import Message, listed, phrase, plural
from .._runner import Runner

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
COMPARABLE = {"holds": {"kind": "holds", "what": phrase("flow to")}}
ADDRESSES = 16  # most addresses of one name that are tried
NAME_REMEDY = phrase("Correct the name, or the name servers of this host")
MOST = 5  # addresses, or what became of them, that a message tells


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
            return passed(phrase("{name:path} does not resolve here, as it must be", name=name), **fields)
        return unknown(listed([exc.message, phrase("whether it would resolve is not known")]), **fields)
    taken = runner.clock.monotonic() - started
    fields["observed"] = {"to": name, "addresses": found}
    fields["measurements"] = [Measurement("flow_resolve_seconds", round(taken, 3), limit, "upper")]
    addresses = _addresses(found)
    if args["closed"]:
        fields["remedy"] = phrase("Take the name out of what this host can resolve")
        said = phrase("{name:path} resolves to {addresses}, and must not be known here", name=name, addresses=addresses)
        return failed(said, **fields)
    missing, more = sorted(set(expect) - set(found)), sorted(set(found) - set(expect)) if expect else []
    if missing or more:
        lost = [phrase("{address:path} is missing", address=address) for address in missing]
        strange = [phrase("{address:path} is not expected", address=address) for address in more]
        fields["details"] = [*lost, *strange]
        fields["remedy"] = phrase("Correct the entry of the name")
        said = phrase(
            "{name:path} resolves to {addresses}; expected is {expected}", name=name, addresses=addresses, expected=_addresses(expect)
        )
        return failed(said, **fields)
    if taken > limit:
        said = phrase(
            "{name:path} resolves to {addresses}, but that takes {taken:duration}, the limit is {limit:duration}: "
            "one of its name servers may not answer",
            name=name,
            addresses=addresses,
            taken=taken,
            limit=limit,
        )
        return warned(said, **fields)
    said = phrase(
        "{name:path} resolves to {addresses} in {taken:duration}; the limit is {limit:duration}",
        name=name,
        addresses=addresses,
        taken=taken,
        limit=limit,
    )
    return passed(said, **fields)


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
            return unknown(listed([exc.message, phrase("whether {to:path} is closed is not known", to=to)]), **fields)
        fields["remedy"] = NAME_REMEDY
        return failed(phrase("{to:path} cannot be used: {why}", to=to, why=exc.message), **fields)
    resolving = runner.clock.monotonic() - started
    tried = addresses[:ADDRESSES]
    name = args["server_name"] or host.rstrip(".")
    attempt = Attempting(runner, runner.remaining(limit), looks_again=not closed, context=context, name=name)
    with concurrent.futures.ThreadPoolExecutor(max_workers=len(tried)) as pool:
        attempts = list(pool.map(attempt, tried))
    finding = judge_closed(to, attempts) if closed else judge_open(to, attempts, limit)
    if finding.status.value == "pass" and not closed and resolving > limit:
        finding = warned(_slowly_resolved(to, resolving, limit))
    finding.observed = {"to": to, "addresses": {item.address.text: item.outcome for item in attempts}}
    finding.expected = expected
    finding.measurements = _measurements(attempts, limit, resolving, literal=is_address(host))
    finding.details = [item.said for item in attempts]
    if len(addresses) > ADDRESSES:
        untried = plural(
            "{count:number} more address was not tried",
            "{count:number} more addresses were not tried",
            count=len(addresses) - ADDRESSES,
        )
        finding.details.append(untried)
    return finding


def _slowly_resolved(to: str, taken: float, limit: float) -> Message:
    return phrase(
        "{to:path} opens, but its name is resolved slowly: that takes {taken:duration}, the limit is {limit:duration}: "
        "one of its name servers may not answer",
        to=to,
        taken=taken,
        limit=limit,
    )


def _context(args: Arguments) -> ssl.SSLContext:
    if not args["validate_certs"]:
        return tls.looking_context()
    if not args["ca_path"] and not tls.has_authorities():
        raise CannotObserve(phrase("no certification authorities are installed on this host, so no server can be trusted; set ca_path"))
    return tls.trusting_context(args["ca_path"])


def _measurements(attempts: list[Attempt], limit: float, resolving: float, *, literal: bool) -> list[Measurement]:
    found = [] if literal else [Measurement("flow_resolve_seconds", round(resolving, 3), limit, "upper")]
    connected = [item.connected for item in attempts if item.connected is not None]
    if connected:
        found.append(Measurement("flow_connect_seconds", round(max(connected), 6), limit, "upper"))
    shaken = [item.handshake for item in attempts if item.handshake is not None]
    if shaken:
        found.append(Measurement("flow_tls_handshake_seconds", round(max(shaken), 6), limit, "upper"))
    return found


# -- verdicts

_REMEDIES = {
    REFUSED: phrase("Start what must listen there, or correct the address; a firewall that rejects shows the same"),
    FORBIDDEN: phrase("Let this host's own firewall and SELinux allow it"),
    NO_ROUTE: phrase("Give this host a route there, or correct the address"),
    NO_TLS: phrase("Repair TLS on the server; the port itself is open"),
}


def judge_open(to: str, attempts: list[Attempt], limit: float) -> Finding:
    """Of a flow that must open."""
    good = [item for item in attempts if item.outcome == OPEN]
    # a client goes on to the next address at once where this host has no IPv6
    bad = [item for item in attempts if item.outcome != OPEN and not (good and _lacks_family(item))]
    if not bad:
        slowest = max((item.connected or 0.0) + (item.handshake or 0.0) for item in good)
        opens = plural(
            "{to:path} opens in {slowest:duration}; the limit is {limit:duration}",
            "{to:path} opens at {count:number} addresses in {slowest:duration}; the limit is {limit:duration}",
            count=len(good),
            to=to,
            slowest=slowest,
            limit=limit,
        )
        return passed(opens)
    said = _outcomes(bad)
    first = next((outcome for outcome in (*_REMEDIES, SILENT) if any(item.outcome == outcome for item in bad)), "")
    remedy = _REMEDIES.get(first)
    if good:
        some = phrase(
            "{to:path} opens at {good:number} of {all:number} addresses: {outcomes}",
            to=to,
            good=len(good),
            all=len(good) + len(bad),
            outcomes=said,
        )
        return warned(some, remedy=remedy)
    if any(item.outcome == UNSEEN for item in bad):
        return unknown(phrase("{to:path}: {outcomes}", to=to, outcomes=said))
    if any(item.outcome == CUT for item in bad):
        remedy = phrase("Look at what forwards this connection, and at whether the server behind it runs")
        return warned(phrase("{to:path}: {outcomes}", to=to, outcomes=said), remedy=remedy)
    return failed(phrase("{to:path} cannot be used: {why}", to=to, why=said), remedy=remedy)


def _lacks_family(item: Attempt) -> bool:
    return item.outcome == NO_ROUTE and item.address.family == socket.AF_INET6


def judge_closed(to: str, attempts: list[Attempt]) -> Finding:
    """Of a flow that must stay closed."""
    opened = [item for item in attempts if item.connected is not None]
    if opened:
        at = _addresses([item.address.text for item in opened])
        said = (
            phrase("{to:path} opens, and must stay closed", to=to)
            if len(attempts) == 1
            else phrase("{to:path} opens at {addresses}, and must stay closed", to=to, addresses=at)
        )
        return failed(said, remedy=phrase("Close the flow, or stop what listens there"))
    unseen = [item for item in attempts if item.outcome == UNSEEN]
    if unseen:
        return unknown(phrase("{to:path}: {outcomes}", to=to, outcomes=_outcomes(unseen)))
    return passed(phrase("{to:path} is closed, as it must be: {outcomes}", to=to, outcomes=_outcomes(attempts)))


def _outcomes(attempts: t.Sequence[Attempt]) -> Message:
    said = [item.said for item in attempts]
    if len(said) <= MOST:
        return listed(said)
    return plural(
        "{outcomes:sentences}; and {count:number} more",
        "{outcomes:sentences}; and {count:number} more",
        count=len(said) - MOST,
        outcomes=said[:MOST],
    )


def _addresses(texts: t.Sequence[str]) -> Message:
    if len(texts) <= MOST:
        return phrase("{addresses:list}", addresses=list(texts))
    return plural(
        "{addresses:list}, and {count:number} more",
        "{addresses:list}, and {count:number} more",
        count=len(texts) - MOST,
        addresses=list(texts[:MOST]),
    )


__all__ = (
    "ARGUMENT_SPEC",
    "DURATIONS",
    "TIMEOUT",
    "WHERE",
    "judge_closed",
    "judge_open",
    "run",
)
