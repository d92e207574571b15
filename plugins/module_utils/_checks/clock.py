# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clock of a host is synchronised, as its time daemon says and as an NTP server measures it. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from .._argspec import ArgumentsRefused, Spec
from .._clients import chrony, ntpd, sntp, time_daemons, timesyncd
from .._clients.kernel_clock import KernelClock, kernel_clock
from .._clients.time_daemons import BUSYBOX, CHRONYD, NTPD, NTPD_RS, OPENNTPD, TIMESYNCD
from .._clients.time_reading import Reading
from .._destination import server_of
from .._finding import CannotObserve, Facts, Finding, Measurement
from .._phrase import Message, listed, phrase
from .._runner import Runner
from ._judgement import Judgement

WHERE = "host"
TIMEOUT = 60.0
SETTLES = True
ARGUMENT_SPEC: Spec = {
    # a healthy client stays below a tenth of it, also over wide networks, and lines of logs with whole seconds are one apart at the most
    "max_offset": {"type": "str", "default": "500ms"},
    # in which a usual clock drifts by that much (50 ppm); the daemons ask every 34 minutes at the least, as they are delivered
    "max_age": {"type": "str", "default": "3h"},
    "server": {"type": "str"},
    "root": {"type": "path", "default": "/"},
    "proc": {"type": "path", "default": "/proc"},
}
DURATIONS = ("max_offset", "max_age")
SET_BACK = -60.0  # an age below it is no matter of rounding

_READERS: dict[str, t.Callable[[Runner, str], Reading]] = {
    CHRONYD: lambda runner, _root: chrony.read(runner),
    NTPD: lambda runner, _root: ntpd.read(runner),
    OPENNTPD: lambda runner, _root: ntpd.read_openntpd(runner),
    TIMESYNCD: timesyncd.read,
}
_SET_THE_CLOCK = (CHRONYD, NTPD, OPENNTPD, TIMESYNCD, BUSYBOX, NTPD_RS)  # phc2sys may only hand a clock on to one of these
_START = phrase("Start and enable one time daemon (chronyd, ntpd or systemd-timesyncd)")


class Arguments(t.TypedDict):
    max_offset: float
    max_age: float
    server: str | None
    root: str
    proc: str
    timeout: float


@dataclasses.dataclass
class Clock:
    """What was seen of it. ``measured``: what an NTP server that was asked says."""

    kernel: KernelClock | None
    container: bool
    daemons: list[str] = dataclasses.field(default_factory=list)
    machine: time_daemons.VirtualMachine | None = None
    reading: Reading | None = None  # of the daemon that is believed
    measured: sntp.Answer | None = None


def problems(args: Arguments, _given: t.Mapping[str, object]) -> list[str]:
    """What can be seen to be wrong with the arguments before anything is asked."""
    found = [f"{name}: expected more than 0" for name in DURATIONS if args[name] <= 0]  # type: ignore[literal-required] # both are there
    if args["server"] is not None:
        try:
            server_of("server", args["server"], sntp.PORT)
        except ArgumentsRefused as exc:
            found += exc.problems
    return found


def run(args: Arguments, runner: Runner) -> Finding:
    clock = Clock(kernel_clock(), time_daemons.is_container(args["root"], args["proc"]))
    judgement = Judgement()
    _measure(clock, args, runner, judgement)
    try:
        found = time_daemons.running(args["proc"], runner)
    except CannotObserve as exc:
        _unseen(clock, [exc.message], args, judgement)
        return _finding(clock, args, judgement, _said(clock, args))
    clock.daemons = found.daemons
    if found.daemons:
        good = _daemons(clock, args, runner, judgement)
    elif clock.container:
        good = _container(clock, args, judgement)
    else:
        clock.machine = time_daemons.virtual_machine(args["root"], args["proc"], found.guests)
        good = _nothing(clock, args, judgement)
    return _finding(clock, args, judgement, good)


# -- what an NTP server says


def _measure(clock: Clock, args: Arguments, runner: Runner, judgement: Judgement) -> None:
    server, limit = args["server"], args["max_offset"]
    if server is None:
        return
    host, port = server_of("server", server, sntp.PORT)
    try:
        answer = sntp.measure(server, host, port, runner)
    except CannotObserve as exc:
        judgement.unseen.append(exc.message)
        return
    if port == sntp.PORT and sntp.is_this_host(answer.address):
        said = phrase(
            "{server:path} is this host itself ({address}): it cannot measure its own clock", server=server, address=answer.address
        )
        judgement.warns.append(said)
        return
    clock.measured = answer
    offset, doubt = abs(answer.offset), answer.delay / 2
    if offset - doubt > limit:
        said = phrase(
            "the clock of this host is {offset:duration} off from that of {server:path}; the limit is {limit:duration}",
            offset=offset,
            server=server,
            limit=limit,
        )
        judgement.fails.append(said)
    elif offset + doubt > limit:
        said = phrase(
            "{server:path} answers so slowly ({delay:duration}) that the clock of this host may be further off than "
            "the limit of {limit:duration}",
            server=server,
            delay=answer.delay,
            limit=limit,
        )
        judgement.warns.append(said)
    if sntp.follows_itself(answer.reference):
        judgement.warns.append(_isolated(server))


def _isolated(server: str) -> Message:
    return phrase("{server:path} follows its own clock, which nothing sets: hosts that ask it agree, but may all be wrong", server=server)


def _is_seen_by_effect(clock: Clock, args: Arguments) -> bool:
    """Whether a clock that no daemon explains is right all the same, and was set lately."""
    measured, kernel = clock.measured, clock.kernel
    return bool(
        measured
        and abs(measured.offset) + measured.delay / 2 <= args["max_offset"]
        and kernel
        and kernel.synchronised
        and kernel.age <= args["max_age"]
    )


# -- what the daemons say


def _daemons(clock: Clock, args: Arguments, runner: Runner, judgement: Judgement) -> Message:
    rivals = [name for name in clock.daemons if name in _SET_THE_CLOCK]
    asked = rivals or clock.daemons
    judged: list[tuple[Reading, Judgement]] = []
    unread: list[Message] = []
    for name in asked:
        reader = _READERS.get(name)
        try:
            if reader is None:
                raise CannotObserve(phrase("{daemon:path} sets the clock of this host, and cannot be asked how far off it is", daemon=name))
            reading = reader(runner, args["root"])
        except CannotObserve as exc:
            unread.append(exc.message)
        else:
            own = Judgement()
            _judge(reading, args, own, measured=clock.measured is not None)
            judged.append((reading, own))
    if len(rivals) > 1:
        said = phrase("several time daemons run and set the clock against each other: {daemons:list}; stop all but one", daemons=rivals)
        judgement.warns.append(said)
    judged.sort(key=lambda one: (len(one[1].fails) + len(one[1].unseen), len(one[1].warns)))
    for reading, own in judged[:1]:
        clock.reading = reading
        judgement.fails += own.fails
        judgement.unseen += own.unseen
        judgement.warns += own.warns
    for _reading, own in judged[1:]:
        judgement.notes += [*own.fails, *own.unseen, *own.warns]
    if unread and not judged:
        _unseen(clock, unread, args, judgement)
    else:
        judgement.notes += unread
    return _said(clock, args)


def _judge(reading: Reading, args: Arguments, judgement: Judgement, *, measured: bool) -> None:
    daemon, source = reading.daemon, reading.source
    if reading.against is not None:
        judgement.fails.append(reading.against)
        return
    _judge_age(reading, args, judgement)
    limit, offset = args["max_offset"], reading.offset
    if offset is None:
        if not measured:
            judgement.warns.append(
                phrase("{daemon:path} is synchronised, but how far off the clock is cannot be told; name a server", daemon=daemon)
            )
    elif offset > limit and reading.first:
        said = phrase(
            "{daemon:path} has just set the clock by {offset:duration} to that of {source:path}; whether it stays is not known yet",
            daemon=daemon,
            offset=offset,
            source=source,
        )
        judgement.warns.append(said)
    elif offset > limit:
        said = phrase(
            "the clock is {offset:duration} off from that of {source:path}, as {daemon:path} says; the limit is {limit:duration}",
            offset=offset,
            source=source,
            daemon=daemon,
            limit=limit,
        )
        judgement.fails.append(said)
    if reading.isolated:
        judgement.warns.append(_isolated(source))


def _judge_age(reading: Reading, args: Arguments, judgement: Judgement) -> None:
    daemon, source, age = reading.daemon, reading.source, reading.age
    if age is not None and age < SET_BACK:
        said = phrase(
            "{daemon:path} has set the clock last at a time that lies {ahead:duration} in the future: something else has set it back since",
            daemon=daemon,
            ahead=-age,
        )
        judgement.unseen.append(said)
    elif age is not None and age > args["max_age"]:
        said = phrase(
            "{daemon:path} has not compared the clock with any source for {age:duration}, the limit is {limit:duration}",
            daemon=daemon,
            age=age,
            limit=args["max_age"],
        )
        judgement.fails.append(said)
    elif reading.lost:
        said = (
            phrase("{daemon:path} is synchronised, but no source answers it any more", daemon=daemon)
            if age is None
            else phrase(
                "{daemon:path} has had no answer from {source:path} since {age:duration}: the clock runs by itself",
                daemon=daemon,
                source=source or "?",
                age=max(0.0, age),
            )
        )
        judgement.warns.append(said)


def _unseen(clock: Clock, why: list[Message], args: Arguments, judgement: Judgement) -> None:
    """What daemons do is not told: that the clock is right and was set lately is proof too."""
    if _is_seen_by_effect(clock, args):
        judgement.notes += why
    elif args["server"] is not None:
        judgement.unseen += why
    else:
        judgement.unseen += [phrase("{why}; or name a server to measure the clock by", why=one) for one in why]


# -- where no daemon runs


def _container(clock: Clock, args: Arguments, judgement: Judgement) -> Message:
    kernel, limit = clock.kernel, args["max_age"]
    if kernel is not None and kernel.synchronised and kernel.age <= limit:
        return phrase(
            "this is a container, whose clock is its host's: the kernel says that it was set less than {age:duration} ago",
            age=max(60.0, kernel.age),
        )
    if clock.measured is not None:
        said = phrase("this is a container, whose clock is its host's: what sets it there cannot be seen from here")
        judgement.warns.append(said)
        return said
    if kernel is not None and kernel.synchronised:
        said = phrase(
            "this is a container, whose clock is its host's: it may not have been set for {age:duration}, the limit is {limit:duration}",
            age=kernel.age,
            limit=limit,
        )
        judgement.warns.append(said)
        return said
    said = phrase(
        "this is a container, whose clock is its host's, and the kernel does not say that it is synchronised: "
        "look at the host, or let a server measure the clock"
    )
    judgement.unseen.append(said)
    return said


def _nothing(clock: Clock, args: Arguments, judgement: Judgement) -> Message:
    there, machine = time_daemons.installed(args["root"]), clock.machine
    # systemd brings timesyncd along, and does not start it where a guest program keeps the clock
    if machine is not None and machine.channels and (not there or (machine.kept and there == [TIMESYNCD])):
        channels = machine.channels
        if clock.measured is not None:
            said = phrase(
                "no time daemon runs on this virtual machine: the clock is right now, and whether {channels:list} keeps it so is not known",
                channels=channels,
            )
            judgement.warns.append(said)
        else:
            said = phrase(
                "no time daemon runs on this virtual machine; {channels:list} may set its clock from its host, which cannot be seen "
                "from inside: run a time daemon, or let a server measure the clock",
                channels=channels,
            )
            judgement.unseen.append(said)
        return said
    if there:
        said = phrase("no time daemon runs on this host: {daemons:list} is installed, and stopped", daemons=there)
    elif machine is not None:
        said = phrase("no time daemon runs on this virtual machine, and nothing else is known to set its clock")
    else:
        said = phrase("no time daemon runs on this host: nothing sets its clock")
    judgement.fails.append(said)
    return said


# -- all of it


def _said(clock: Clock, args: Arguments) -> Message:
    """Of a clock with nothing against it."""
    reading, measured = clock.reading, clock.measured
    parts: list[Message] = []
    if reading is None:
        parts.append(phrase("the kernel says that the clock is synchronised ({daemons:list})", daemons=clock.daemons or ["?"]))
    elif reading.offset is None:
        parts.append(phrase("{daemon:path} is synchronised", daemon=reading.daemon))
    else:
        said = phrase(
            "{daemon:path} is synchronised with {source:path}, {offset:duration} off; the limit is {limit:duration}",
            daemon=reading.daemon,
            source=reading.source or "?",
            offset=reading.offset,
            limit=args["max_offset"],
        )
        parts.append(said)
    if measured is not None:
        said = phrase(
            "{server:path} measures {offset:duration}; the limit is {limit:duration}",
            server=args["server"],
            offset=abs(measured.offset),
            limit=args["max_offset"],
        )
        parts.append(said)
    return listed(parts)


def _finding(clock: Clock, args: Arguments, judgement: Judgement, good: Message) -> Finding:
    reading, measured, kernel, limit = clock.reading, clock.measured, clock.kernel, args["max_offset"]
    observed: dict[str, object] = {"daemons": clock.daemons, "container": clock.container}
    measurements = []
    if clock.machine is not None:
        observed["virtual_machine"] = clock.machine.channels or ["?"]
    if kernel is not None:
        observed["kernel"] = {"synchronised": kernel.synchronised, "possible_error_seconds": round(kernel.possible_error, 6)}
    if reading is not None:
        observed |= {"source": reading.source, "stratum": reading.stratum, "root_distance_seconds": reading.distance}
        observed |= {"offset_seconds": reading.offset, "age_seconds": reading.age}
    if measured is not None:
        observed["measured"] = {
            "address": measured.address,
            "offset_seconds": round(measured.offset, 6),
            "delay_seconds": round(measured.delay, 6),
            "stratum": measured.stratum,
            "reference": measured.reference,
            "root_distance_seconds": round(measured.distance, 6),
        }
    offset = abs(measured.offset) if measured is not None else reading.offset if reading is not None else None
    if offset is not None:
        measurements.append(Measurement("clock_offset_seconds", round(offset, 6), limit, "upper"))
    if reading is not None and reading.age is not None:
        measurements.append(Measurement("clock_age_seconds", round(max(0.0, reading.age), 3), args["max_age"], "upper"))
    facts: Facts = {"observed": observed, "expected": _expected(args), "measurements": measurements}
    if clock.container and not clock.daemons and not measured and not judgement.unseen:
        facts["proof"] = "derived"
    if judgement.fails and not clock.daemons:
        facts["remedy"] = _START
    return judgement.finding(good, **facts)


def _expected(args: Arguments) -> dict[str, object]:
    return {"max_offset_seconds": args["max_offset"], "max_age_seconds": args["max_age"], "server": args["server"]}


__all__ = ("ARGUMENT_SPEC", "DURATIONS", "SETTLES", "TIMEOUT", "WHERE", "problems", "run")
