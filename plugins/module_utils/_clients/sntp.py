# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far this host's clock is from an NTP server's: one question over UDP, four timestamps (RFC 4330). PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import os
import re
import socket
import struct

from .._finding import CannotObserve
from .._phrase import Message, phrase
from .._runner import Runner
from .connecting import Address, NotResolved, resolve

PORT = 123
TRIES, PATIENCE = 3, 2.0  # questions to an address, and seconds for each answer
ADDRESSES = 3  # of one name that are asked
EPOCH = 2208988800  # seconds from 1900, NTP's first era, to 1970
ERA = 2**32
UNSYNCHRONISED, UNSPECIFIED = 3, 16  # leap indicator, stratum
_SERVER = 4  # mode
_KISSES = ("DENY", "RSTR", "RATE")  # the codes with which a server sends somebody away
_HEADER = struct.Struct("!BBbb4s4s4s8s8s8s8s")
_QUESTION = 0x23  # version 4, mode 3: a client


@dataclasses.dataclass(frozen=True)
class Answer:
    """Times in seconds; ``offset``: what must be added to this host's clock; ``distance``: how far the server itself may be off."""

    address: str
    offset: float
    delay: float
    stratum: int
    reference: str  # where the server has its time from: eight hexadecimal digits, or a name of up to four characters
    distance: float


@dataclasses.dataclass(frozen=True)
class Reply:
    """The fields of a packet that are used. Moments are seconds since 1970."""

    leap: int
    mode: int
    stratum: int
    distance: float
    reference: str
    origin: bytes
    received: float
    sent: float


def measure(server: str, host: str, port: int, runner: Runner) -> Answer:
    """What the first address of a host that gives a good answer says; ``server`` is what it is called. CannotObserve."""
    try:
        addresses = resolve(host, port, runner)
    except NotResolved as exc:
        raise CannotObserve(exc.message, instrument=server) from None
    refused: Message | None = None
    for address in addresses[:ADDRESSES]:
        try:
            return _ask(address, server, runner)
        except CannotObserve as exc:
            refused = refused or exc.message
    raise CannotObserve(refused or phrase("{server:path} has no address", server=server), instrument=server)


def _ask(address: Address, server: str, runner: Runner) -> Answer:
    why: Message | None = None
    try:
        with socket.socket(address.family, socket.SOCK_DGRAM) as asking:
            asking.connect(address.sockaddr)
            for _try in range(TRIES):
                found, why = _one(asking, address, server, runner)
                if found is not None:
                    return found
                if why is not None:
                    break
    except OSError as exc:
        if isinstance(exc, ConnectionRefusedError):
            said = phrase(
                "{server:path} refuses the question for its time: no NTP server listens there ({address:path})",
                server=server,
                address=address.text,
            )
        else:
            said = phrase(
                "{server:path} cannot be asked for its time: {reason} ({address:path})",
                server=server,
                reason=exc.strerror or str(exc),
                address=address.text,
            )
        raise CannotObserve(said) from None
    silent = phrase(
        "{server:path} does not answer when it is asked for its time (UDP, {address:path}): a firewall drops it, or the server is down",
        server=server,
        address=address.text,
    )
    raise CannotObserve(why or silent)


def _one(asking: socket.socket, address: Address, server: str, runner: Runner) -> tuple[Answer | None, Message | None]:
    """The answer to one question, or what came instead; neither where nothing did. CannotObserve, OSError."""
    clock = runner.clock
    nonce = os.urandom(8)  # in the place of the time: who has not seen the question cannot answer it
    started, first = clock.monotonic(), runner.now().timestamp()
    end = started + runner.remaining(PATIENCE)
    asking.send(_HEADER.pack(_QUESTION, 0, 0, 0, bytes(4), bytes(4), bytes(4), bytes(8), bytes(8), bytes(8), nonce))
    why: Message | None = None
    while (left := end - clock.monotonic()) > 0:
        asking.settimeout(left)
        try:
            packet = asking.recv(1024)
        except (socket.timeout, TimeoutError):
            break
        taken = clock.monotonic() - started
        reply = parse(packet, first)
        if reply is None or reply.mode != _SERVER:
            why = phrase(
                "{server:path} answers with something else than the time of an NTP server ({address:path})",
                server=server,
                address=address.text,
            )
        elif reply.origin != nonce:
            why = phrase("{server:path} answers another question than was asked ({address:path})", server=server, address=address.text)
        else:
            return _judged(reply, first, taken, address, server), None
    return None, why


def _judged(reply: Reply, first: float, taken: float, address: Address, server: str) -> Answer:
    """CannotObserve."""
    if reply.stratum == 0 and reply.reference in _KISSES:
        said = phrase("{server:path} does not want to be asked for its time by this host ({code})", server=server, code=reply.reference)
        raise CannotObserve(said)
    if reply.leap == UNSYNCHRONISED or reply.stratum == 0 or reply.stratum >= UNSPECIFIED:
        said = phrase("{server:path} says that its own clock is not synchronised ({address:path})", server=server, address=address.text)
        raise CannotObserve(said)
    last = first + taken
    offset = ((reply.received - first) + (reply.sent - last)) / 2
    delay = max(0.0, taken - (reply.sent - reply.received))
    return Answer(address.text, offset, delay, reply.stratum, reply.reference, reply.distance)


def parse(packet: bytes, now: float) -> Reply | None:
    """A packet of NTP, None for whatever else. ``now``: seconds since 1970, by which the era is known (the second begins in 2036)."""
    if len(packet) < _HEADER.size:
        return None
    first, stratum, _poll, _precision, delay, dispersion, reference, _set, origin, received, sent = _HEADER.unpack(packet[: _HEADER.size])
    if sent == bytes(8) and stratum:
        return None
    return Reply(
        leap=first >> 6,
        mode=first & 7,
        stratum=stratum,
        distance=_short(delay) / 2 + _short(dispersion),
        reference=reference_of(reference, stratum),
        origin=origin,
        received=_moment(received, now),
        sent=_moment(sent, now),
    )


def reference_of(raw: bytes, stratum: int) -> str:
    """Of a server without one above it, the name of its clock; of others the address of that, in hexadecimal digits."""
    name = raw.rstrip(b"\0")
    if stratum <= 1 and name and all(32 < byte < 127 for byte in name):
        return name.decode("ascii")
    return raw.hex().upper()


def _short(raw: bytes) -> float:
    return int.from_bytes(raw, "big") / 65536


def _moment(raw: bytes, now: float) -> float:
    return unfolded(int.from_bytes(raw[:4], "big"), now) + int.from_bytes(raw[4:], "big") / ERA


def unfolded(seconds: int, now: float) -> float:
    """Seconds since 1970 of seconds since 1900 modulo 2^32: those that are nearest to ``now``."""
    moment = float(seconds - EPOCH)
    return moment + ERA * round((now - moment) / ERA)


def is_own_clock(reference: str) -> bool:
    """Whether a reference says that a server follows nothing but its own clock: chrony's, ntpd's and Windows' ways to say so."""
    return bool(re.fullmatch(r"LOCL|LCL|LOCAL(\(\d+\))?|7F7F01[0-9A-F]{2}|127\.127\.1\.\d+", reference.strip(".")))


def follows_itself(reference: str) -> bool:
    """Whether a source with this reference follows nothing but itself: its own clock, as a name or in hexadecimal digits, or as an orphan.

    An orphan is a server of ntpd that has lost all of its sources, and says 127.0.0.1.
    """
    plain = reference.strip(".").upper()
    return is_own_clock(plain) or plain in ("127.0.0.1", "7F000001") or plain in ("4C4F434C", "4C434C00")  # LOCL, LCL


def is_this_host(address: str) -> bool:
    """Whether an address is one of this host."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as here:
            here.bind((address, 0))
    except (OSError, ValueError):
        return False
    return True


__all__ = ("Answer", "Reply", "follows_itself", "is_own_clock", "is_this_host", "measure", "parse", "reference_of", "unfolded")
