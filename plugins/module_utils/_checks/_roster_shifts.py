# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A roster as people write it down in YAML: shifts, and people who take turns. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import re
import typing as t

from .. import _yaml_bounds
from .._clients.calendar_times import UTC, in_utc, on_the_wall
from .._clients.roster_entries import PLAIN, Entry, Roster, Span
from .._finding import CannotObserve
from .._phrase import Message, phrase
from .._placeholders import plain
from .._runner import Runner

MOST = 20_000
LARGEST = 256 * 1024
KEYS = ("tier", "who", "from", "until", "rotation", "every", "title", "status")
STATUSES = ("", "confirmed", "tentative", "cancelled")
_SETTLED = frozenset(["confirme", "valide", "ok", "accepted", "accepte", "active", "actif", "approved", "approuve"])
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[T ]+(\d{1,2}:\d\d)(?::\d\d(?:\.\d+)?)?\s*(Z|UTC|[+-]\d\d:?\d\d)?", re.IGNORECASE)
_TURN = re.compile(r"(\d{1,3})\s*(d|w|h)", re.IGNORECASE)


class Unread(Exception):
    """A shift that cannot be read: why."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


def of_file(path: str, runner: Runner) -> list[object]:
    """The shifts of a file: a list, or a mapping with the key ``shifts``. CannotObserve."""
    import yaml

    content = runner.read_bytes(path, max_bytes=LARGEST + 1)
    if len(content) > LARGEST:
        raise CannotObserve(phrase("{path:path} is larger than {most:bytes}: it is not read", path=path, most=LARGEST))
    try:
        _yaml_bounds.check(content)
        data = yaml.load(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (_yaml_bounds.TooLarge, yaml.YAMLError, ValueError, RecursionError) as exc:
        raise CannotObserve(phrase("{path:path} is no YAML that can be read: {reason}", path=path, reason=str(exc))) from None
    shifts = data.get("shifts") if isinstance(data, dict) else data
    if not isinstance(shifts, list):
        raise CannotObserve(phrase("{path:path} has no list of shifts (shifts)", path=path))
    return shifts


def entries(shifts: t.Sequence[object], zone: dt.tzinfo | None, begin: float, end: float) -> Roster:
    """The entries of these shifts between two moments. CannotObserve where one of them cannot be read."""
    found: list[Entry] = []
    for number, shift in enumerate(shifts, 1):
        try:
            found += _entries(shift, zone, begin, end)
        except Unread as exc:
            raise CannotObserve(
                phrase("shift {number:number} of the roster cannot be read: {why}", number=number, why=exc.message)
            ) from None
        if len(found) > MOST:
            raise CannotObserve(phrase("the roster has more than {most:number} entries: it is not read", most=MOST))
    return Roster(tuple(found), len(shifts))


def _entries(shift: object, zone: dt.tzinfo | None, begin: float, end: float) -> t.Iterator[Entry]:
    if not isinstance(shift, dict):
        raise Unread(phrase("it is no mapping with who, from and until"))
    strange = sorted(str(key) for key in shift if key not in KEYS)
    if strange:
        raise Unread(phrase("it has the key {key:path}; known here: {known:list}", key=strange[0], known=list(KEYS)))
    if ("who" in shift) == ("rotation" in shift):
        raise Unread(phrase("it must say either who, or who take turns (rotation)"))
    first, place = _moment(shift, "from", zone)
    last = _seconds(*_moment(shift, "until", zone)) if shift.get("until") is not None else None
    if "who" in shift:
        if last is None:
            raise Unread(phrase("it does not say until when (until)"))
        if last <= _seconds(first, place):
            raise Unread(phrase("it ends before it begins"))
        yield _entry(shift, _names(shift["who"]), (_seconds(first, place), last), place)
        return
    yield from _turns(shift, first, place, last, begin, end)


def _turns(
    shift: t.Mapping[object, object], first: dt.datetime, place: dt.tzinfo, last: float | None, begin: float, end: float
) -> t.Iterator[Entry]:
    people = shift["rotation"]
    if not isinstance(people, list) or not people:
        raise Unread(phrase("rotation must be a list of people"))
    match = _TURN.fullmatch(str(shift.get("every", "7d")).strip())
    if not match or not int(match.group(1)):
        raise Unread(
            phrase("every: '{every}' is no number of hours, days or weeks; expected for example 7d", every=str(shift.get("every")))
        )
    count, unit = int(match.group(1)), match.group(2).lower()
    # days and weeks follow the clock on the wall: the hand-over stays at nine when the clocks are changed
    step = dt.timedelta(hours=count) if unit == "h" else dt.timedelta(days=count * (7 if unit == "w" else 1))
    start = _seconds(first, place)
    turn = max(0, int((begin - start) / step.total_seconds()) - 2)
    while True:
        if unit == "h":
            since, until = start + turn * step.total_seconds(), start + (turn + 1) * step.total_seconds()
        else:
            since, until = _seconds(first + turn * step, place), _seconds(first + (turn + 1) * step, place)
        if since >= end or (last is not None and since >= last):
            return
        span = (since, until if last is None else min(until, last))
        yield _entry(shift, _names(people[turn % len(people)]), span, place)
        turn += 1


def _entry(shift: t.Mapping[object, object], names: tuple[str, ...], span: Span, place: dt.tzinfo) -> Entry:
    begin, end = (on_the_wall(moment, place).replace(tzinfo=UTC).timestamp() for moment in span)
    return Entry(
        title=str(shift.get("title") or ", ".join(names)),
        spans={PLAIN: span},
        tier=str(shift["tier"]) if shift.get("tier") is not None else None,
        names=names,
        status=_status(shift),
        wall=(begin, end),
        titled=bool(shift.get("title")),
    )


def _status(shift: t.Mapping[object, object]) -> str:
    given = plain(str(shift.get("status") or ""))
    if given in _SETTLED:
        return "CONFIRMED"
    if given.startswith(("cancel", "annul")):
        return "CANCELLED"
    if given not in STATUSES:
        said = phrase("status: '{status}' is none of {known:list}", status=str(shift.get("status")), known=[one for one in STATUSES if one])
        raise Unread(said)
    return given.upper()


def _names(value: object) -> tuple[str, ...]:
    given = value if isinstance(value, list) else [value]
    return tuple(str(one) if one is not None else "" for one in given) or ("",)


def _moment(shift: t.Mapping[object, object], key: str, zone: dt.tzinfo | None) -> tuple[dt.datetime, dt.tzinfo]:
    """A time on the wall, and the zone of that wall."""
    value = shift.get(key)
    if value is None:
        raise Unread(phrase("it does not say {key:path}", key=key))
    text = value.isoformat(" ") if isinstance(value, dt.datetime) else str(value).strip()
    match = _MOMENT.fullmatch(text)
    if not match:
        said = phrase(
            "{key:path}: '{value}' is no day with a time of day; expected for example '2026-11-23T09:00' or '2026-11-23T08:00:00Z'",
            key=key,
            value=text,
        )
        raise Unread(said)
    try:
        wall = dt.datetime.fromisoformat(f"{match.group(1)}T{match.group(2).zfill(5)}")
    except ValueError:
        raise Unread(phrase("{key:path}: there is no such day or time: '{value}'", key=key, value=text)) from None
    if match.group(3):
        return wall, _offset(match.group(3).upper())
    if zone is None:
        raise Unread(phrase("{key:path}: '{value}' has no time zone, and none is declared for the roster (time_zone)", key=key, value=text))
    return wall, zone


def _offset(text: str) -> dt.tzinfo:
    if text in ("Z", "UTC"):
        return UTC
    digits = text[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return dt.timezone(dt.timedelta(minutes=-minutes if text[0] == "-" else minutes)) if minutes < 1440 else UTC


def _seconds(wall: dt.datetime, zone: dt.tzinfo) -> float:
    return in_utc(wall, zone)


__all__ = ("entries", "of_file")
