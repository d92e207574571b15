# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hours of the week as people write them, in English and French: ``24x7``, ``Mon-Fri 08:00-18:00``. PRIVATE to the collection."""

from __future__ import annotations

import re
import typing as t
import zoneinfo

from ._phrase import Message, phrase

WEEK = 7 * 1440  # minutes
_ENGLISH = (
    ("mon", "monday", "mondays", "mo"),
    ("tue", "tuesday", "tuesdays", "tu", "tues"),
    ("wed", "wednesday", "wednesdays"),
    ("thu", "thursday", "thursdays", "th", "thur", "thurs"),
    ("fri", "friday", "fridays", "fr"),
    ("sat", "saturday", "saturdays"),
    ("sun", "sunday", "sundays", "su"),
)
_FRENCH = (
    ("lun", "lundi", "lundis", "lu"),
    ("mar", "mardi", "mardis", "ma"),
    ("mer", "mercredi", "mercredis", "me"),
    ("jeu", "jeudi", "jeudis", "je"),
    ("ven", "vendredi", "vendredis", "ve"),
    ("sam", "samedi", "samedis"),
    ("dim", "dimanche", "dimanches", "di"),
)
_SATURDAY, _WEDNESDAY = 5, 2
_DAY_NAMES = {name: number for names in (_ENGLISH, _FRENCH) for number, some in enumerate(names) for name in some} | {"sa": _SATURDAY}
_SAYS_ENGLISH = frozenset(name for some in _ENGLISH for name in some) | {"am", "pm", "to", "and", "from"}
_SAYS_FRENCH = frozenset(name for some in _FRENCH for name in some) | {"h", "du", "au", "de", "et", "le", "les", "à"}
LONGEST = 500  # characters of hours that can be read
_GROUPS = {
    **dict.fromkeys(("daily", "every day", "everyday", "7 days a week", "seven days a week"), range(7)),
    **dict.fromkeys(("tous les jours", "chaque jour", "7 jours sur 7", "7/7", "7j/7", "7 j/7"), range(7)),
    **dict.fromkeys(("weekdays", "weekday", "en semaine"), range(_SATURDAY)),
    **dict.fromkeys(("weekends", "weekend", "week-ends", "week-end", "week end"), range(_SATURDAY, 7)),
}
_ALL_DAY = r"(?:h\s?24|24\s*h?\s*/\s*24|24\s*(?:h|heures) sur 24|24 hours a day|24 hours)"
_ALL_WEEK = r"(?:7\s*j?\s*/\s*7|7\s*(?:j|jours) sur 7|(?:7|seven) days a week)"
_BETWEEN = r"\s*(?:[,;/-]|et|and)?\s*"
_ALWAYS = re.compile(
    r"24\s*h?\s*[x*/]\s*7|7\s*[x*/]\s*24|24\s*[x*/]\s*7\s*[x*/]\s*365|24\s*h\s*/\s*24|h\s?24|24\s*(?:h|heures) sur 24|24 hours a day"
    rf"|always|toujours|en permanence|(?:a)?round the clock|{_ALL_DAY}{_BETWEEN}{_ALL_WEEK}|{_ALL_WEEK}{_BETWEEN}{_ALL_DAY}"
)
_CLOCK = r"(?:\d{4}|\d{1,2}(?:\s?h(?:\s?\d\d)?|:\d\d(?::59)?)?(?:\s?(?:am|pm))?|midnight|minuit|noon|midi)"
_SPAN = re.compile(rf"(?:(?:from|de)\s+)?({_CLOCK})\s*(?:-|\b(?:to|until|till)\b|à|\ba\b)\s*({_CLOCK})(?![\w:])")
_MIDNIGHT = 1440


def parse_hours(text: str) -> set[int] | None:
    """The minutes of the week, from Monday 00:00; None for what cannot be read. A time zone at the end is left out."""
    if len(str(text)) > LONGEST:
        return None
    plain = " ".join(str(text).lower().split())
    for sign, written in (("–", "-"), ("—", "-"), ("×", "x"), ("\u2019", "'"), ("a.m.", "am"), ("p.m.", "pm")):
        plain = plain.replace(sign, written)
    plain = re.sub(r" \(?(utc|gmt|cet|cest|[a-z]+/[a-z_]+(?:/[a-z_]+)?)\)?$", "", plain)
    if not plain:
        return None
    if _ALWAYS.fullmatch(plain):
        return set(range(WEEK))
    parts = re.split(r"\s*[,;]\s*|\s+(?:and|et)\s+", plain)
    read = [_read(part, _end_of_week(plain)) for part in parts]
    if any(one is None for one in read):
        return None
    known = [one for one in read if one is not None]
    groups = _days_last(known) if any(one.days_last for one in known) else _days_first(known)
    if groups is None:
        return None
    minutes: set[int] = set()
    for days, (start, end) in groups:
        length = (end - start) % 1440 or 1440
        minutes.update((day * 1440 + start + offset) % WEEK for day in days for offset in range(length))
    return minutes or None


class _Part(t.NamedTuple):
    """Days and times between two commas; ``days_last``: ``08:00-18:00 Mon-Fri``."""

    days: list[int]
    times: list[tuple[int, int]]
    days_last: bool


_Groups = list[tuple[list[int], tuple[int, int]]]


def _days_first(parts: t.Sequence[_Part]) -> _Groups:
    found: _Groups = []
    days: list[int] = list(range(7))
    waiting: list[int] = []  # days of "Mon, Wed, Fri 08:00-12:00" whose times are still to come
    for number, part in enumerate(parts, 1):
        if part.days:
            days = [*waiting, *part.days]
            if not part.times and number < len(parts):
                waiting = days
                continue
        waiting = []
        found += [(days, times) for times in part.times or [(0, _MIDNIGHT)]]
    return found


def _days_last(parts: t.Sequence[_Part]) -> _Groups | None:
    found: _Groups = []
    waiting: list[tuple[int, int]] = []  # times whose days are still to come
    last: list[tuple[int, int]] = []
    for part in parts:
        if part.days and part.times and not part.days_last:
            return None  # once before, once behind: which days belong to which times is not certain
        if part.times and not part.days:
            waiting += part.times
            continue
        last = [*waiting, *part.times] or last
        waiting = []
        found += [(part.days, times) for times in last]
    return None if waiting else found


def _read(part: str, end_of_week: bool | None) -> _Part | None:
    """Days and times, whichever comes first; None for what says anything else. ``end_of_week``: whether ``we`` is, None: who knows."""
    days, rest = _split_days(part, end_of_week)
    if days is None:
        return None
    times: list[tuple[int, int]] = []
    while rest:
        match = _SPAN.match(rest)
        span = _times(match.group(1), match.group(2)) if match else None
        if match is None or span is None:
            break
        times.append(span)
        rest = rest[match.end() :].strip()
    if not rest:
        return _Part(days, times, days_last=False)
    if days or not times:
        return None
    days, rest = _split_days(rest, end_of_week)
    return _Part(days, times, days_last=True) if days and not rest else None


def _end_of_week(text: str) -> bool | None:
    """Whether ``we`` is the week-end, as in French, or Wednesday; None where the language is not certain."""
    said = set(re.findall(r"[^\W\d_]+", text)) - {"we"}
    english, french = bool(said & _SAYS_ENGLISH), bool(said & _SAYS_FRENCH)
    return None if english == french else french


def zone_named(text: str) -> str | None:
    """The time zone at the end of hours, as it is known elsewhere; None where there is none."""
    match = re.search(r" \(?(utc|gmt|cet|cest|[a-z]+/[a-z_]+(?:/[a-z_]+)?)\)?$", " ".join(str(text)[:LONGEST].split()), re.IGNORECASE)
    name = match.group(1) if match else None
    return {"cest": "CET", "cet": "CET", "utc": "UTC", "gmt": "UTC"}.get(name.lower(), name) if name else None


def is_zone(name: str) -> bool:
    """Whether a time zone has this name."""
    try:
        return zoneinfo.ZoneInfo(name) is not None
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False


def _split_days(part: str, end_of_week: bool | None) -> tuple[list[int] | None, str]:
    """The days with which a text begins (none: it begins with something else; None: with what are none), and what comes then."""
    part = re.sub(r"^(?:du|le|les|from)\s+(?!\d)", "", part)
    for name, days in _GROUPS.items():
        if re.match(rf"{name}(?![\w-])", part):
            return list(days), part[len(name) :].lstrip(" :")
    if re.match(r"\d|(?:de|from)\s+\d|midnight|minuit|noon|midi", part):
        return [], part
    match = re.match(r"([a-z]+)\.?(?:\s*(?:-|\bto\b|\bthrough\b|\bthru\b|à|\bau\b|\ba\b)\s*([a-z]+)\.?)?(?=[\s:]|$)[\s:]*", part)
    if not match:
        return None, part
    rest = part[match.end() :]
    if match.group(1) == "we" and not match.group(2) and end_of_week is not False:
        return (list(_GROUPS["weekend"]) if end_of_week else None), rest
    first, last = _day(match.group(1), end_of_week), _day(match.group(2) or match.group(1), end_of_week)
    if first is None or last is None:
        return None, part
    return [(first + offset) % 7 for offset in range((last - first) % 7 + 1)], rest


def _day(name: str, end_of_week: bool | None) -> int | None:
    if name == "we":
        return _WEDNESDAY if end_of_week is False else None
    return _DAY_NAMES.get(name)


def _times(first: str, last: str) -> tuple[int, int] | None:
    """From when until when; 23:59 at the end is midnight, as programs write it. With am at one of them alone it is not certain."""
    if re.search(r"\d$|h$", first) and last.endswith("m") or first.endswith("m") and re.search(r"\d$|h$", last):
        return None
    start, end = _minute(first), _minute(last)
    if start is None or end is None or start >= _MIDNIGHT:
        return None
    return start, _MIDNIGHT if end == _MIDNIGHT - 1 else end


def _minute(clock: str) -> int | None:
    named = {"midnight": 0, "minuit": 0, "noon": 720, "midi": 720}.get(clock)
    if named is not None:
        return named
    half = clock[-2:] if clock.endswith("m") else ""
    digits = re.findall(r"\d+", clock)
    hours, minutes = (digits[0][:2], digits[0][2:]) if len(digits[0]) == 4 else (digits[0], digits[1] if len(digits) > 1 else "0")
    if len(digits) == 3 and clock != "23:59:59":
        return None
    hour, minute = int(hours), int(minutes)
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return hour * 60 + minute if minute < 60 and hour * 60 + minute <= _MIDNIGHT else None


_DAYS = (
    phrase("Monday"),
    phrase("Tuesday"),
    phrase("Wednesday"),
    phrase("Thursday"),
    phrase("Friday"),
    phrase("Saturday"),
    phrase("Sunday"),
)


def moment(minute: int) -> Message:
    """``Saturday 00:00``."""
    time = f"{minute % 1440 // 60:02d}:{minute % 60:02d}"
    return phrase("{weekday} {time}", weekday=_DAYS[minute // 1440], time=time)


__all__ = ("WEEK", "is_zone", "moment", "parse_hours", "zone_named")
