# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ntpq says of ntpd, the classic one and NTPsec's, and ntpctl of OpenNTPD. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import re

from .._finding import CannotObserve
from .._phrase import phrase
from .._runner import Completed, Runner
from .sntp import UNSPECIFIED, follows_itself, is_own_clock, unfolded
from .time_daemons import NTPD, OPENNTPD
from .time_reading import Reading, not_answered, not_set_yet, not_understood, number, own_clock

_SECONDS = 20.0  # ntpq asks each question twice, for five seconds
_VARIABLE = re.compile(r'([a-z_]+)=("[^"]*"|[^,\s]*)')
_COLUMNS = 10  # of a line of the peers
_ALARM = ("11", "3")  # leap, as two bits or as a number
_ORPHAN = "127.0.0.1"
_STATUS = re.compile(
    r"(?P<valid>\d+)/(?P<peers>\d+) peers valid.*?, clock (?P<not>un)?synced(?:, stratum (?P<stratum>\d+))?"
    r"(?:, clock offset is (?P<offset>-?[\d.]+)ms)?",
    re.DOTALL,
)
# the line of the peer that is followed, after the one with its name
_FOLLOWED = re.compile(r"^(?P<peer>\S+)[^\n]*\n[ \t]*\*(?:[ \t]+\S+){5}[ \t]+(?P<offset>-?\d+(?:\.\d+)?)ms", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Peer:
    """``tally``: what ntpd thinks of it, ``*`` and ``o`` of the one that it follows; ``refid``: what it follows itself."""

    tally: str
    remote: str
    refid: str
    reach: int
    offset: float = 0.0  # seconds, without a sign


def read(runner: Runner) -> Reading:
    """CannotObserve."""
    variables = parse_variables(_ntpq(runner, ["-c", "rv"]))
    peers = parse_peers(_ntpq(runner, ["-pn"]))
    chosen = next((peer for peer in peers if peer.tally in "*o"), None)
    if is_own_clock(variables.refid) or variables.refid == _ORPHAN or (chosen and is_own_clock(chosen.remote)):
        return Reading(NTPD, own_clock(NTPD, variables.refid))
    offset = max(variables.offset, chosen.offset if chosen else 0.0)  # the first is 0 after a step that has failed
    if variables.leap in _ALARM and chosen:
        said = phrase(
            "ntpd is not synchronised: it follows {source:path}, from which the clock is {offset:duration} off, and has not set it",
            source=chosen.remote,
            offset=offset,
        )
        return Reading(NTPD, said)
    if variables.leap in _ALARM or variables.stratum >= UNSPECIFIED:
        others = [peer for peer in peers if peer.refid != ".POOL." and not is_own_clock(peer.remote)]
        return Reading(NTPD, not_set_yet(NTPD, len(others), sum(peer.reach > 0 for peer in others)))
    return Reading(
        NTPD,
        source=chosen.remote if chosen else variables.refid,
        stratum=variables.stratum,
        offset=offset,
        distance=variables.distance,
        age=runner.now().timestamp() - unfolded(variables.last_set, runner.now().timestamp()),
        lost=chosen is None or not chosen.reach,
        isolated=chosen is not None and follows_itself(chosen.refid),
    )


def _ntpq(runner: Runner, question: list[str]) -> Completed:
    if runner.which("ntpq") is None:
        raise CannotObserve(phrase("ntpd runs, but ntpq, which tells what it does, is not installed on this host"))
    done = runner.run(["ntpq", *question], timeout=_SECONDS)
    complaint = f"{done.stdout}{done.stderr}"
    if done.rc != 0 or "timed out" in complaint or "Connection refused" in complaint:
        raise not_answered(NTPD, "ntpq", done)
    return done


@dataclasses.dataclass(frozen=True)
class Variables:
    """Times in seconds; ``last_set`` since 1900, modulo 2^32."""

    leap: str
    stratum: int
    refid: str
    last_set: int
    offset: float
    distance: float


def parse_variables(done: Completed) -> Variables:
    """Of ``ntpq -c rv``. CannotObserve."""
    found = {name: value.strip('"') for name, value in _VARIABLE.findall(done.stdout)}
    try:
        return Variables(
            leap=found["leap"],
            stratum=int(found["stratum"]),
            refid=found.get("refid", ""),
            last_set=int(re.sub(r"^0x", "", found["reftime"]).split(".")[0], 16),
            offset=abs(number(found["offset"])) / 1000,
            distance=abs(number(found["rootdelay"])) / 2000 + number(found["rootdisp"]) / 1000,
        )
    except (KeyError, ValueError):
        raise not_understood("ntpq -c rv", done) from None


def parse_peers(done: Completed) -> list[Peer]:
    """Of ``ntpq -pn``. CannotObserve."""
    found = []
    head, _rule, body = done.stdout.partition("\n===")
    if "remote" not in head and "No association" not in f"{done.stdout}{done.stderr}":
        raise not_understood("ntpq -pn", done)
    before = ""
    for part in body.splitlines()[1:]:
        line = before + part
        values = line[1:].split()
        before = line if len(values) < _COLUMNS else ""  # after a long address the rest stands on the next line
        if before:
            continue
        try:
            found.append(Peer(line[0], values[0], values[1], int(values[6], 8), abs(number(values[8])) / 1000))
        except ValueError:
            raise not_understood("ntpq -pn", done) from None
    return found


def read_openntpd(runner: Runner) -> Reading:
    """OpenNTPD does not tell when the clock was last set: it is no longer synchronised once no peer is valid. CannotObserve."""
    if runner.which("ntpctl") is None:
        raise CannotObserve(phrase("OpenNTPD runs, but ntpctl, which tells what it does, is not installed on this host"))
    done = runner.run(["ntpctl", "-s", "all"], timeout=_SECONDS)
    if done.rc != 0:
        raise not_answered(OPENNTPD, "ntpctl", done)
    found = _STATUS.search(done.stdout)
    if not found:
        if "no peers" in done.stdout:
            return Reading(OPENNTPD, not_set_yet(OPENNTPD, 0, 0))
        raise not_understood("ntpctl", done)
    if found["not"]:
        return Reading(OPENNTPD, not_set_yet(OPENNTPD, int(found["peers"]), int(found["valid"])))
    chosen = _FOLLOWED.search(done.stdout)
    return Reading(
        OPENNTPD,
        source=chosen["peer"] if chosen else "",
        stratum=int(found["stratum"] or 0) or None,
        offset=abs(number(chosen["offset"])) / 1000 if chosen else None,
        lost=found["valid"] == "0",
    )


__all__ = ("Peer", "Variables", "parse_peers", "parse_variables", "read", "read_openntpd")
