# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What timedatectl says of systemd-timesyncd, or the file that it touches whenever it has set the clock. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import re

from .._finding import CannotObserve
from .._message import first_line
from .._phrase import Message, phrase
from .._runner import Completed, Runner, user_name
from .sntp import UNSPECIFIED, follows_itself
from .systemd import parse_properties, parse_span, parse_time
from .time_daemons import TIMESYNCD
from .time_reading import Reading, not_understood

TOUCHED = "run/systemd/timesync/synchronized"
_MISSED = 3  # intervals without an answer after which the server is lost
_GRACE = 60.0  # seconds
_PACKET = re.compile(r"(\w+)=([^,}]*?)(?=,|\s*\}|\s+\w+=)")
_NAME_OF = re.compile(r"^\s*([A-Z][A-Za-z ]*?): (.*?)\s*$", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Exchange:
    """What timesyncd tells of the server that it asks and of its last answer. Times in seconds."""

    server: str
    interval: float | None
    packets: int
    leap: int
    stratum: int
    reference: str
    answered: dt.datetime | None


def read(runner: Runner, root: str) -> Reading:
    """CannotObserve."""
    try:
        shown = parse_exchange(_timedatectl(runner, "show-timesync"))
        status = parse_status(_timedatectl(runner, "timesync-status"))
    except CannotObserve as exc:
        return _by_file(runner, os.path.join(root, TOUCHED), exc)
    server = shown.server
    if not shown.packets or not shown.answered:
        return Reading(TIMESYNCD, _without_answer(server))
    if shown.leap == 3 or shown.stratum == 0 or shown.stratum >= UNSPECIFIED:
        said = phrase("systemd-timesyncd is not synchronised: {server:path} says that its own clock is not", server=server)
        return Reading(TIMESYNCD, said)
    age = (runner.now() - shown.answered).total_seconds()
    return Reading(
        TIMESYNCD,
        source=server,
        stratum=shown.stratum,
        offset=status[0],
        distance=status[1],
        age=age,
        lost=not server or (shown.interval is not None and age > _MISSED * shown.interval + _GRACE),
        isolated=follows_itself(shown.reference),
        first=shown.packets == 1,
    )


def _without_answer(server: str) -> Message:
    if not server:
        return phrase("systemd-timesyncd is not synchronised: it has no server that it could ask")
    return phrase("systemd-timesyncd is not synchronised: {server:path} has not answered since it was started", server=server)


def _timedatectl(runner: Runner, verb: str) -> Completed:
    """Only asked while timesyncd runs: D-Bus would start it."""
    if runner.which("timedatectl") is None:
        raise CannotObserve(phrase("systemd-timesyncd runs, but timedatectl, which tells what it does, is not installed on this host"))
    done = runner.run(["timedatectl", "--no-pager", *(["--all"] if verb == "show-timesync" else []), verb], env={"TZ": "UTC"}, timeout=15.0)
    if done.rc != 0:
        complaint = first_line(done.stderr.strip() or done.stdout, "", 200) or f"exit code {done.rc}"
        said = phrase("systemd-timesyncd runs, but timedatectl cannot ask it as {user}: {said}", user=user_name(), said=complaint)
        raise CannotObserve(said)
    return done


def _by_file(runner: Runner, path: str, exc: CannotObserve) -> Reading:
    """Without an offset, which the file does not tell."""
    try:
        touched = dt.datetime.fromtimestamp(os.stat(path).st_mtime, dt.timezone.utc)
    except OSError:
        raise exc from None
    return Reading(TIMESYNCD, age=(runner.now() - touched).total_seconds())


def parse_exchange(done: Completed) -> Exchange:
    """Of ``timedatectl show-timesync --all`` with TZ=UTC. CannotObserve."""
    properties = parse_properties(done.stdout)
    if "NTPMessage" not in properties and "ServerName" not in properties and "PollIntervalMinUSec" not in properties:
        raise not_understood("timedatectl show-timesync", done)
    packet = dict(_PACKET.findall(properties.get("NTPMessage", "").partition("{")[2]))
    server = properties.get("ServerName") or properties.get("ServerAddress") or ""
    try:
        return Exchange(
            server=server,
            interval=parse_span(properties.get("PollIntervalUSec", "")),
            packets=int(packet.get("PacketCount", "0")),
            leap=int(packet.get("Leap", "3")),
            stratum=int(packet.get("Stratum", "0")),
            reference=packet.get("Reference", "").strip(),
            answered=parse_time(packet.get("DestinationTimestamp")),
        )
    except ValueError:
        raise not_understood("timedatectl show-timesync", done) from None


def parse_status(done: Completed) -> tuple[float | None, float | None]:
    """Offset without its sign, and root distance, of ``timedatectl timesync-status``; None for what it does not tell. CannotObserve."""
    found = dict(_NAME_OF.findall(done.stdout))
    if "Server" not in found and "Poll interval" not in found:
        raise not_understood("timedatectl timesync-status", done)
    offset, distance = found.get("Offset", ""), found.get("Root distance", "")
    return _span(offset.lstrip("+-")), _span(distance.partition("(")[0])


def _span(text: str) -> float | None:
    return 0.0 if text.strip() == "0" else parse_span(text)


__all__ = ("TOUCHED", "Exchange", "parse_exchange", "parse_status", "read")
