# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was found of a marked line, against what was written. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._phrase import Message, phrase, plural
from .canary_marker import END, PAD, PREFIX, Marker

TOLERANCE = 300.0  # seconds by which clocks may differ before it is told
HOUR = 3600.0
_QUARTER, _ROUNDING, _WIDEST = 900.0, 120.0, 15 * HOUR  # time zones are quarters of an hour, and 14 hours at most, from UTC
# how Ansible logs the arguments of a module, and what it says of its results: a mark in there has not taken the way of the service
_DESK = ("Invoked with", "written_epoch")
_FRAME = re.compile(r"(?:^|[\s\"':=|>\[])(\d{1,6} <\d{1,3}>)")
_NOBODY = re.compile(r"localhost(?:\..*)?|127\.[\d.]+|::1|0\.0\.0\.0|unknown(?:-host)?|\(none\)|none|null", re.I)


@dataclasses.dataclass(frozen=True)
class Found:
    """One record in which the token of a line stands, as the store has it."""

    text: str
    where: Message  # as it is shown
    place: str  # the file, index, stream or journal: what lies twice in one of them was sent twice
    identity: str = ""  # of the record: it is one, however often it is read
    host: str | None = None  # under the name of which host it lies
    moment: float | None = None  # the time that it has there
    others: tuple[float, ...] = ()  # what else that time may mean
    zoned: bool = True  # whether that time says of which zone it is
    arrived: float | None = None  # when the store says that it took it
    own: str | None = None  # it lies where it was written: "file", "beside" it, or "journal"


@dataclasses.dataclass(frozen=True)
class Deviation:
    """One way in which what was found is not what was written."""

    kind: str
    fails: bool
    message: Message


def is_of_line(text: str, marker: Marker) -> bool:
    """Whether a text is of the line itself: a log of what was searched, or of what Ansible did, has the token too."""
    before = f"{PREFIX}-" if marker.via == "probe" else rf"(?:{PREFIX}|\b{END})[^0-9A-Za-z]{{1,6}}"
    return bool(re.search(before + marker.token, text)) and not any(word in text for word in _DESK)


class Shape(t.NamedTuple):
    """How much of a line a record has."""

    start: bool
    end: bool
    padding: int
    size: int  # bytes from the mark on


def shape_of(text: str, marker: Marker) -> Shape:
    """What of the line stands in a text."""
    token = marker.token
    places = [found.start() for found in re.finditer(token, text)]
    ends = [found.start(1) for found in re.finditer(rf"\b{END}\W{{1,3}}({token})", text)]
    starts = [place for place in places if place not in ends]
    sign = text.find(marker.marker)
    first = sign if sign >= 0 else (starts or places or [0])[0]
    last = max(ends) + len(token) if ends else len(text)
    between = text[first:last]
    return Shape(bool(starts), bool(ends), len(re.findall(rf"\b{PAD}\b", between)), len(between.encode("utf-8", "replace")))


def is_whole(text: str, marker: Marker) -> bool:
    """Whether a record has the line from its beginning to its end, as far as the line can tell."""
    if not marker.ends:
        return marker.token in text
    shape = shape_of(text, marker)
    return shape.start and shape.end and shape.padding >= marker.padding


def compare(
    marker: Marker, found: t.Sequence[Found], others: t.Sequence[Marker] = (), *, late: float = 0.0, zone: int = 0
) -> list[Deviation]:
    """Everything in which what was found is not what was written, the gravest first.

    ``others``: the lines of other hosts; ``late``: the seconds that it may have taken; ``zone``: of whoever looks, seconds ahead of UTC.
    """
    whole = [one for one in found if is_whole(one.text, marker)]
    if not whole:
        return [_incomplete(marker, found)] if found else []
    framed = [(one, frame) for one in whole if (frame := frame_in_front(one.text, marker))]
    if len(framed) == len(whole):
        deviations = [_framed(marker, *framed[0])]  # whatever else is wrong with it comes of that
    else:
        deviations = [made for made in (_other_host(marker, whole, others), _other_time(marker, whole, late, zone)) if made]
    deviations += [made for made in (_joined(marker, whole), _several(marker, whole)) if made]
    return sorted(deviations, key=lambda one: not one.fails)


# -- as a text


def _incomplete(marker: Marker, found: t.Sequence[Found]) -> Deviation:
    shapes = [(one, shape_of(one.text, marker)) for one in found]
    first = next((one for one, shape in shapes if shape.start and not shape.end), None)
    last = next((one for one, shape in shapes if shape.end and not shape.start), None)
    both = next(((one, shape) for one, shape in shapes if shape.start and shape.end), None)
    written = marker.size or 0
    if both:
        message = phrase(
            "of the line written on {host} a part in the middle is missing in {where}: "
            "{found:number} of its {written:number} bytes are there",
            host=marker.host,
            where=both[0].where,
            found=both[1].size,
            written=written,
        )
        return Deviation("cut", fails=True, message=message)
    if first and last:
        message = phrase(
            "the line written on {host} was split in two in {where}: a longest length on the way is shorter than its "
            "{written:number} bytes, or two ways of framing meet",
            host=marker.host,
            where=first.where,
            written=written,
        )
        return Deviation("split", fails=True, message=message)
    if last:
        message = phrase(
            "of the line written on {host} only the end arrived in {where}: its first part is lost", host=marker.host, where=last.where
        )
        return Deviation("cut", fails=True, message=message)
    one, shape = shapes[0]
    message = phrase(
        "the line written on {host} was cut: {found:number} of its {written:number} bytes are in {where}, its end is lost "
        "(a longest length on the way?)",
        host=marker.host,
        where=one.where,
        found=min(shape.size, written) if written else shape.size,
        written=written,
    )
    return Deviation("cut", fails=True, message=message)


def frame_in_front(text: str, marker: Marker) -> str | None:
    """The length of a frame that stands before the line, as octet counting sends it (``114 <14>``)."""
    found = _FRAME.findall(text[: text.find(marker.token)][-2048:])
    return str(found[-1]) if found else None


def _framed(marker: Marker, one: Found, frame: str) -> Deviation:
    message = phrase(
        "the line written on {host} has the length of its frame in front ('{frame:path}') in {where}: "
        "sender and receiver frame messages differently (octet counting, or line ends)",
        host=marker.host,
        frame=frame,
        where=one.where,
    )
    return Deviation("framed", fails=True, message=message)


def _joined(marker: Marker, whole: t.Sequence[Found]) -> Deviation | None:
    one = next((one for one in whole if len([line for line in re.split(r"[\r\n]+|#012", one.text) if line.strip()]) > 1), None)
    if one is None or any(len(re.split(r"[\r\n]+|#012", other.text.strip())) == 1 for other in whole):
        return None
    message = phrase(
        "the line written on {host} is one record with other lines in {where}: what joins lines (multiline) takes it for a part of another",
        host=marker.host,
        where=one.where,
    )
    return Deviation("joined", fails=False, message=message)


def _several(marker: Marker, whole: t.Sequence[Found]) -> Deviation | None:
    by_place: dict[str, dict[str, Found]] = {}
    for number, one in enumerate(whole):
        by_place.setdefault(one.place, {})[one.identity or str(number)] = one
    place = max(by_place.values(), key=len)
    if len(place) < 2:
        return None
    message = plural(
        "the line written on {host} lies {count:number} time in {where}",
        "the line written on {host} lies {count:number} times in {where}: "
        "it is sent more than once, and whatever counts lines counts it so",
        count=len(place),
        host=marker.host,
        where=next(iter(place.values())).where,
    )
    return Deviation("twice", fails=False, message=message)


# -- whose it is


def _other_host(marker: Marker, whole: t.Sequence[Found], others: t.Sequence[Marker]) -> Deviation | None:
    named = [one for one in whole if one.host and one.host.strip() not in ("", "-")]
    if not named or any(marker.is_of_host(str(one.host)) for one in named):
        return None
    one = named[0]
    name = str(one.host)
    if any(other.is_of_host(name) for other in others):
        message = phrase(
            "the line written on {host} lies in {where} under the name of {name:path}, another host of the service",
            host=marker.host,
            where=one.where,
            name=name,
        )
        return Deviation("host", fails=True, message=message)
    if _NOBODY.fullmatch(name.strip()):
        message = phrase(
            "the line written on {host} lies in {where} under the name {name:path}, which tells no host from another",
            host=marker.host,
            where=one.where,
            name=name,
        )
        return Deviation("host", fails=True, message=message)
    message = phrase(
        "the line written on {host} lies in {where} under the name of {name:path}: whoever looks for {host} does not find it there",
        host=marker.host,
        where=one.where,
        name=name,
    )
    return Deviation("host", fails=False, message=message)


# -- when it was


def _other_time(marker: Marker, whole: t.Sequence[Found], late: float, zone: int) -> Deviation | None:
    known = marker.written_epoch
    offs = [(one, _off(one, known, late, marker.zone, zone)) for one in whole if one.moment is not None] if known is not None else []
    if not offs or any(off == 0 for _one, off in offs):
        return None
    one, off = offs[0]
    size = abs(off)
    quarters = round(size / _QUARTER)
    if quarters >= 4 and abs(size - quarters * _QUARTER) <= _ROUNDING + late and size <= _WIDEST:
        if off < 0:
            message = phrase(
                "the line written on {host} has a time in {where} that is {off:duration} too early: its time zone was lost on the way",
                host=marker.host,
                where=one.where,
                off=quarters * _QUARTER,
            )
        else:
            message = phrase(
                "the line written on {host} has a time in {where} that is {off:duration} too late: its time zone was lost on the way",
                host=marker.host,
                where=one.where,
                off=quarters * _QUARTER,
            )
        return Deviation("time", fails=True, message=message)
    if off < 0:
        message = phrase(
            "the line written on {host} has a time in {where} that is {off:duration} too early: a clock on the way is wrong",
            host=marker.host,
            where=one.where,
            off=size,
        )
    else:
        message = phrase(
            "the line written on {host} has a time in {where} that is {off:duration} too late: a clock on the way is wrong",
            host=marker.host,
            where=one.where,
            off=size,
        )
    return Deviation("time", fails=size > HOUR, message=message)


def _off(one: Found, written: float, late: float, zone_there: int | None, zone: int) -> float:
    """How many seconds the time of a record is off; 0 where it may be right."""
    moment = one.moment or 0.0
    readings = [moment, *one.others]
    if not one.zoned:  # nobody says of which zone it is: of the host that wrote it, or of UTC, it may be too
        readings += [reading + there for reading in readings for there in (zone, zone - (zone_there or 0))]
    offs = [reading - written for reading in readings]
    if any(-TOLERANCE <= off <= TOLERANCE + late for off in offs):
        return 0.0
    return offs[0]


__all__ = ("Deviation", "Found", "Shape", "compare", "frame_in_front", "is_of_line", "is_whole", "shape_of")
