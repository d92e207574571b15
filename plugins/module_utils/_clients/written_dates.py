# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dates as people write them, in English and French. PRIVATE to the collection.

Where a date can be read as two days (``01/06/2026``) both are given: whoever asks must not choose.
"""

from __future__ import annotations

import datetime as dt
import re

from .._folded_text import normalize

_LONGEST = 80
_MONTHS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "january jan janvier janv", "february feb fevrier fevr fev", "march mar mars", "april apr avril avr", "may mai",
            "june jun juin", "july jul juillet juil", "august aug aout", "september sep sept septembre", "october oct octobre",
            "november nov novembre", "december dec decembre",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)")
_COMPACT = re.compile(r"(20\d\d)([01]\d)([0-3]\d)(?!\d)")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
_MONTH_ALONE = re.compile(r"(?:(\d{4})[-/.](\d{1,2})|(\d{1,2})[-/.](\d{4}))(?![\d/.-])")
_WORDS = re.compile(r"[^\W\d_]+|\d+")
_WITHOUT_MEANING = ("le", "the", "on", "of", "du", "er", "st", "nd", "rd", "th", "a", "at", "the")
_WEEK = re.compile(r"(\d{4})-?W(\d{2})(?!\d)", re.IGNORECASE)
_SHORT = re.compile(r"(\d{1,2})[-/. ]([^\W\d_]{3,9})\.?[-/. ](\d{2})(?!\d)")  # 01-Oct-26
_BEFORE = re.compile(
    r"(?:(?:last |derniere )?(?:reviewed|review|verified|checked|validated|updated|tested|executed|rehearsed|done|revu|revue|relu|relue"
    r"|relecture|verifie|verifiee|valide|validee|teste|testee|execute|executee|fait|faite|joue|jouee)(?: (?:on|le|at|the|du))?)"
)
_PERSON = re.compile(r"[A-ZÀ-Ý][\w.'\u2019-]{0,30}(?: [A-ZÀ-Ý][\w.'\u2019-]{0,30}){1,3}(?: ?\([^()]{0,40}\))?")
_NO_PERSON = re.compile(
    r"\b(?:next|prochaine?|reviews?|revue|due|until|since|before|after|valid|expires?|planned|date|target|version|not|release)\b"
)
_BREAK = re.compile(r"\s*([,;(–—]|-(?=\s))\s*|\s*:\s*|\s+(?=\d)|\s+(?:on|le|at)\s+")
_DAYS = (
    *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "mon", "tue", "tues", "wed", "thu", "thur", "thurs"),
    *("fri", "sat", "sun", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche", "lun", "mer", "jeu", "ven", "sam"),
    *("dim",),
)


def days_meant(value: object, *, day_first: bool = False) -> list[dt.date]:
    """Each day that may be meant, the earliest first; none where it is no date. ``day_first``: 01/06 is known to be 1 June."""
    if isinstance(value, dt.datetime):
        return [value.date()]
    if isinstance(value, dt.date):
        return [value]
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return []
    text = str(value).strip()[:_LONGEST]
    found = _of_numbers(text, day_first)
    return sorted({day for day in (found if found is not None else _of_words(text)) if day is not None})


def days_within(value: object, *, day_first: bool = False) -> list[dt.date]:
    """As ``days_meant``; also of a date behind what was done (``Reviewed on ...``) or who has done it (``Jane Doe, ...``)."""
    days = days_meant(value, day_first=day_first)
    if days or not isinstance(value, str):
        return days
    text = value.strip()[:_LONGEST]
    for match in _BREAK.finditer(text):
        before = text[: match.start()]
        named = match.group(1) and _PERSON.fullmatch(before) and not _NO_PERSON.search(normalize(before))
        if named or _BEFORE.fullmatch(normalize(before)):
            days = days_meant(text[match.end() :], day_first=day_first)
            if days:
                return days
    return []


def _of_numbers(text: str, day_first: bool) -> list[dt.date | None] | None:
    match = _YEAR_FIRST.match(text) or None
    if match:
        return [_day(match.group(1), match.group(3), match.group(4))]
    match = _WEEK.match(text)
    if match:
        return _week(int(match.group(1)), int(match.group(2)))
    match = _SHORT.match(text)
    if match and normalize(match.group(2)) in _MONTHS:
        return [_day(f"20{match.group(3)}", str(_MONTHS[normalize(match.group(2))]), match.group(1))]
    match = _COMPACT.match(text)
    if match:
        return [_day(*match.groups())]
    match = _YEAR_LAST.match(text)
    if match:
        first, between, second, year = match.groups()
        if len(year) == 2:
            short = [_day(f"20{first}", second, year)] if len(first) == 2 and first >= "15" else []
            return [_day(f"20{year}", second, first), _day(f"20{year}", first, second), *short]
        # between dots the day stands first everywhere
        return [_day(year, second, first)] if day_first or between == "." else [_day(year, second, first), _day(year, first, second)]
    match = _MONTH_ALONE.match(text)
    if match:
        year, month = (match.group(1), match.group(2)) if match.group(1) else (match.group(4), match.group(3))
        return _month(int(year), int(month))
    return None


def _of_words(text: str) -> list[dt.date | None]:
    words = [word for word in _WORDS.findall(normalize(text)) if word not in _WITHOUT_MEANING and word not in _DAYS]
    numbers: list[int] = []
    month = 0
    for word in words[:4]:
        if word.isdigit() and len(word) <= 4:
            numbers.append(int(word))
        elif word in _MONTHS and not month:
            month = _MONTHS[word]
        else:
            break
        if month and numbers and numbers[-1] > 31:
            break
    if not month or not numbers:
        return []
    year = next((number for number in numbers if 1900 <= number <= 9999), 0)
    day = next((number for number in numbers if 1 <= number <= 31), 0)
    if not year:
        return []
    return [_day(str(year), str(month), str(day))] if day else _month(year, month)


def _month(year: int, month: int) -> list[dt.date | None]:
    """A month alone may mean each of its days."""
    first = _day(str(year), str(month), "1")
    if first is None:
        return []
    later = (first + dt.timedelta(days=32)).replace(day=1) if first < dt.date(9999, 12, 1) else first
    return [first, later - dt.timedelta(days=1)]


def _week(year: int, number: int) -> list[dt.date | None]:
    """A week alone may mean each of its days."""
    try:
        return [dt.date.fromisocalendar(year, number, day) for day in (1, 7)]
    except ValueError:
        return []


def _day(year: str, month: str, day: str) -> dt.date | None:
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


__all__ = ("days_meant", "days_within")
