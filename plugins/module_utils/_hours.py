# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hours of the week as people write them, in English and French: ``24x7``, ``Mon-Fri 08:00-18:00``. PRIVATE to the collection."""

from __future__ import annotations

import re
import zoneinfo

from ._phrase import Message, phrase

WEEK = 7 * 1440  # minutes
_DAY_NAMES = {
    name: number
    for number, names in enumerate(
        (
            ("mon", "monday", "mo", "lun", "lundi"),
            ("tue", "tuesday", "tu", "tues", "mar", "mardi"),
            ("wed", "wednesday", "we", "mer", "mercredi"),
            ("thu", "thursday", "th", "thur", "thurs", "jeu", "jeudi"),
            ("fri", "friday", "fr", "ven", "vendredi"),
            ("sat", "saturday", "sa", "sam", "samedi"),
            ("sun", "sunday", "su", "dim", "dimanche"),
        )
    )
    for name in names
}
LONGEST = 500  # characters of hours that can be read
_EVERY_DAY = ("daily", "every day", "everyday", "tous les jours", "7/7", "7j/7")
_ALWAYS = re.compile(
    r"24\s*h?\s*[x*/]\s*7|7\s*[x*/]\s*24|24\s*[x*/]\s*7\s*[x*/]\s*365|24\s*h\s*/\s*24|always|toujours"
    r"|24\s*h?\s*/\s*24\s*[,;-]?\s*7\s*j?\s*/\s*7|7\s*j?\s*/\s*7\s*[,;-]?\s*24\s*h?\s*/\s*24"
)


def parse_hours(text: str) -> set[int] | None:
    """The minutes of the week, from Monday 00:00; None for what cannot be read. A time zone at the end is left out."""
    if len(str(text)) > LONGEST:
        return None
    plain = re.sub(r"\s+", " ", str(text).strip().lower()).replace("–", "-")
    plain = re.sub(r" \(?(utc|gmt|cet|cest|[a-z]+/[a-z_]+)\)?$", "", plain)
    if not plain:
        return None
    if _ALWAYS.fullmatch(plain):
        return set(range(WEEK))
    minutes: set[int] = set()
    days: list[int] = list(range(7))
    waiting: list[int] = []  # days of "Mon, Wed, Fri 08:00-12:00" whose times are still to come
    parts = re.split(r"\s*[,;]\s*|\s+(?:and|et)\s+", plain)
    for number, part in enumerate(parts, 1):
        named, span = _split_days(part)
        if named is not None:
            days = [*waiting, *named]
            waiting = []
            if not span and number < len(parts):
                waiting = days
                continue
        times = _times(span)
        if times is None or not days:
            return None
        start, end = times
        for day in days:
            length = (end - start) % 1440 or 1440
            minutes.update((day * 1440 + start + offset) % WEEK for offset in range(length))
    return minutes or None


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


def _split_days(part: str) -> tuple[list[int] | None, str]:
    for name in _EVERY_DAY:
        if part.startswith(name):
            return list(range(7)), part[len(name) :].strip()
    match = re.match(r"([a-z]+)\.?(?:\s*(?:-|to|à|au|a)\s*([a-z]+)\.?)?(?=[\s:]|$)[\s:]*", part)
    if not match:
        return None, part
    first, last = _DAY_NAMES.get(match.group(1)), _DAY_NAMES.get(match.group(2) or match.group(1))
    if first is None or last is None:
        return [], part
    return [(first + offset) % 7 for offset in range((last - first) % 7 + 1)], part[match.end() :]


def _times(span: str) -> tuple[int, int] | None:
    if not span:
        return 0, 1440
    match = re.fullmatch(r"(\d{1,2})(?:[:h](\d\d)?)?\s*(?:-|to|à|a)\s*(\d{1,2})(?:[:h](\d\d)?)?", span)
    if not match:
        return None
    start, end = (int(match.group(i)) * 60 + int(match.group(i + 1) or 0) for i in (1, 3))
    return (start, end) if start < 1440 and end <= 1440 else None


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
