# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When somebody is on call by the title of an entry, and whether that is less than the entry lasts. PRIVATE to the collection.

Whole days with ``Alice 8h-18h``, or a week with ``Alice nights``, is how calendars without hours are written: the title narrows the entry.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
import typing as t

Times = tuple[dt.datetime, dt.datetime]  # on the wall

_DAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday mon lundi lun montag",
            "tuesday tue tues mardi mar dienstag",
            "wednesday wed mercredi mer mittwoch",
            "thursday thu thur thurs jeudi jeu donnerstag",
            "friday fri vendredi ven freitag",
            "saturday sat samedi sam samstag",
            "sunday sun dimanche dim sonntag",
        )
    )
    for name in names.split()
}
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan janvier janv",
            "february feb fevrier fev fevr",
            "march mars",
            "april apr avril avr",
            "may mai",
            "june jun juin",
            "july jul juillet juil",
            "august aug aout",
            "september sep sept septembre",
            "october oct octobre",
            "november nov novembre",
            "december dec decembre",
        ),
        1,
    )
    for name in names.split()
}
# parts of a day, as wide as anybody takes them: from and until, in hours
_PARTS = {
    **dict.fromkeys(["night", "nights", "nightly", "overnight", "nuit", "nuits", "nacht"], (17.0, 34.0)),
    **dict.fromkeys(["day", "days", "daytime", "jour", "jours", "journee", "tag"], (5.0, 23.0)),
    **dict.fromkeys(["morning", "mornings", "matin", "matins", "matinee", "am", "a.m."], (0.0, 14.0)),
    **dict.fromkeys(["afternoon", "afternoons", "apres-midi", "pm", "p.m."], (11.0, 24.0)),
    **dict.fromkeys(["evening", "evenings", "soir", "soirs", "soiree", "soirees", "abend"], (15.0, 26.0)),
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True)).replace("|mar|", "|")
MEETING = re.compile(r"1 ?[:-] ?1")
_CLOCK = r"(?:[01]?\d|2[0-4])"
_TOKEN = re.compile(
    r"(?P<always>\b24 ?[x×*/] ?7\b|\b24 ?h? ?/ ?24(?: ?h)?\b|\b7 ?j?(?:ours?)? ?(?:/|sur) ?7(?: ?j)?\b|\bh ?24\b|\b24 ?h\b(?! ?[-–])"
    r"|\b(?:all|whole|full) day\b|\bjournee (?:entiere|complete)\b|\bround the clock\b)"
    r"|(?P<meeting>(?<![\d:/.-])1 ?[:-] ?1(?![\d:/.-]))"
    r"|\b(?P<week>(?:semaines?|weeks?|sem|kw|cw|wk|s|w)\.? ?(?:n°|no?\.?|#)? ?(?P<number>[0-5]?\d))"
    r"(?: ?/ ?(?=20\d\d)|(?![\dh]|[:/.]\d|-\d))"
    r"|(?P<length>\b\d{1,2} ?(?:days?|jours?|weeks?|semaines?)\b)"
    r"|(?P<date>\b\d{4}-\d\d-\d\d\b|\b\d{1,2}-\d{1,2}-\d{4}\b|(?<![\d.,/])\d{1,2}[/.]\d{1,2}(?:[/.](?:\d{4}|\d\d))?(?![\d/])"
    r"|\b(?:\d{1,2}(?:st|nd|rd|th|er)? ?(?:-|–|au|to|et|and) ?)?"
    rf"\d{{1,2}}(?:st|nd|rd|th|er)? (?:of )?(?:{_MONTH}|mar)\b\.?(?: \d{{4}}\b)?"
    rf"|\b(?:{_MONTH}|mar)\b\.? \d{{1,2}}(?:st|nd|rd|th)?\b(?!:\d|h)(?:,? \d{{4}}\b)?)"
    r"|\b(?P<year>(?:19|20)\d\d)\b"
    rf"|\b(?P<month>{_MONTH})\b"
    rf"|\b(?P<day>{'|'.join(sorted(_DAYS, key=len, reverse=True))})s?\b(?!\.? \d{{1,2}}$)"
    r"|\b(?P<weekend>week[ -]?ends?|we)\b|\b(?P<weekdays>weekdays?)\b"
    r"|\b(?P<feast>(?:jours? )?feries?|(?:bank )?holidays?|feiertage?)\b"
    rf"|\b(?P<part>{'|'.join(re.escape(one) for one in sorted(_PARTS, key=len, reverse=True))})(?![\w])"
    rf"|(?<![\d/.:+])(?P<hour>{_CLOCK}(?: ?: ?[0-5]\d(?: ?h)?| ?h(?:eures?|rs?)? ?(?:[0-5]\d)?|h)?(?: ?[ap]\.?m\b\.?)?(?![\d/:.%])"
    r"|\b(?:noon|midi|midnight|minuit)\b)"
)
_TO = re.compile(r"[ ,]*(?:-|–|—|->|to|till|until|through|au|a|bis|jusqu'au|jusqu'a)[ ,]*")
_AND = re.compile(r"[ ]*(?:,|/|&|\+|et|and|und)[ ]*")
_FROM = re.compile(r"(?:\bfrom|\bsince|\bdes|\bdepuis|\ba partir d[eu]|\bab|\bstarting) ?$")
_UNTIL = re.compile(r"(?:\buntil|\btill|jusqu'au|jusqu'a|\bbis|\bau|\bbefore|\bavant) ?$")
_OTHER_ZONE = re.compile(r"\b(est|edt|cst|cdt|pst|pdt|bst|ist|jst|utc|gmt)\b")
_SLACK = dt.timedelta(hours=10)  # whoever has a day is relieved in the morning after it
_MINUTE = dt.timedelta(minutes=1)
_DAY = dt.timedelta(days=1)
_TO_A_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er)? ?(?:-|–|au|to|et|and) ?(?=\d{1,2}(?:st|nd|rd|th|er)? (?:of )?[a-z])")


class _Token(t.NamedTuple):
    kind: str
    text: str
    start: int
    end: int
    number: int = 0


def less_than(title: str, times: Times) -> tuple[str, list[str]]:
    """A plain title (whose people are taken out) without what it says of when; and of that, what may be less than the entry lasts."""
    tokens = []
    for match in _TOKEN.finditer(title):
        kind = next(key for key in (match.lastgroup, "week") if key in _KINDS) if match.lastgroup != "number" else "week"
        tokens.append(_Token(kind, match.group(0).strip(), match.start(), match.end(), int(match.group("number") or 0)))
    tokens = [one for one in tokens if one.kind != "hour" or not one.text.isdigit() or _is_hour(one, tokens, title)]
    rest, at = "", 0
    for one in tokens:
        rest += title[at : one.start] + " "
        at = one.end
    said = [one for one in tokens if one.kind != "always"]
    try:
        narrow = _narrow(said, title, times)
    except (ValueError, OverflowError):  # a day that there is not
        narrow = [one.text for one in said]
    return rest + title[at:], list(dict.fromkeys(narrow))


_KINDS = ("always", "meeting", "week", "length", "date", "year", "month", "day", "weekend", "weekdays", "feast", "part", "hour")


def _is_hour(one: _Token, tokens: t.Sequence[_Token], title: str) -> bool:
    """Of bare digits: those between hours (``9-17``, ``9 to 5pm``) or after ``at``."""
    place = tokens.index(one)
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    before = tokens[place - 1] if place else None
    if after and after.kind in ("hour", "date") and _TO.fullmatch(title[one.end : after.start]):
        return True
    if before and before.kind == "hour" and _TO.fullmatch(title[before.end : one.start]):
        return True
    return bool(re.search(r"\b(at|a|from|until|till|des|jusqu'a|um|bis|ab) $", title[: one.start]))


def _narrow(tokens: t.Sequence[_Token], title: str, times: Times) -> list[str]:
    found = [one.text for one in tokens if one.kind == "meeting"]
    dates = [one for one in tokens if one.kind == "date"]
    days = [one for one in tokens if one.kind in ("day", "weekdays")]
    hours = [one for one in tokens if one.kind == "hour"]
    parts = [one for one in tokens if one.kind == "part"]
    rests = [one for one in tokens if one.kind in ("weekend", "feast")]
    weeks = [one for one in tokens if one.kind == "week"]
    ends = _ends(dates, days, hours, title)  # Monday 9:00 to Friday 18:00
    weekly = bool(weeks or re.search(r"\b(semaine|week|woche|w/c)\b", title))
    dated = bool(days) and all(any(not title[one.end : date.start].strip(" .,") for date in dates if date.start > one.end) for one in days)
    early = any(one.kind == "weekend" for one in rests)
    if dates and not _in_dates(dates, title, times, ends, weekly, early):
        found += [one.text for one in dates]
    if days and not dated and not _in_days(days, title, times, ends if not dates else None):
        found += [one.text for one in days]
    if hours and ends is None and not _in_hours(hours, title, times):
        found += [one.text for one in hours]
    if weeks and not dates and not _in_weeks([one.number for one in weeks], times):
        found += [one.text for one in weeks]
    resting = all(_rests(one, times) for one in rests) if len(rests) == 1 else any(_rests(one, times) for one in rests)
    halves = any(_in_part(_PARTS[one.text], times) for one in parts)
    if parts and rests and any(_joined(one, other, title) for one in parts for other in rests):
        if not (resting or halves):
            found += [one.text for one in (*parts, *rests)]
    else:
        found += [one.text for one in rests if not resting]
        found += [one.text for one in parts if not halves]
    for one in tokens:
        if (one.kind == "year" and not _in_year(int(one.text), times)) or (one.kind == "month" and not _in_months(tokens, times)):
            found.append(one.text)
        if one.kind == "length" and not _in_length(one.text, times):
            found.append(one.text)
    if hours and _OTHER_ZONE.search(title):
        found += [one.text for one in hours]
    return found


def _between(first: _Token, second: _Token, title: str) -> bool:
    return bool(_TO.fullmatch(title[first.end : second.start]))


def _joined(one: _Token, other: _Token, title: str) -> bool:
    first, second = sorted((one, other), key=lambda token: token.start)
    return bool(_AND.fullmatch(title[first.end : second.start]))


def _ends(dates: t.Sequence[_Token], days: t.Sequence[_Token], hours: t.Sequence[_Token], title: str) -> tuple[float, float] | None:
    """The hours of two moments of which each has its day and its hour."""
    whole = dates if len(dates) == 2 else days
    if len(whole) != 2 or len(hours) != 2 or not whole[0].start < hours[0].start < whole[1].start < hours[1].start:
        return None
    return (_hour(hours[0].text), _hour(hours[1].text)) if _between(hours[0], whole[1], title) else None


def _hour(text: str) -> float:
    if text in ("noon", "midi"):
        return 12.0
    if text in ("midnight", "minuit"):
        return 24.0
    numbers = [int(one) for one in re.findall(r"\d+", text)]
    hour = numbers[0] + (numbers[1] if len(numbers) > 1 else 0) / 60
    half = re.search(r"([ap])\.?m", text)
    if half:
        hour = hour % 12 + (12 if half.group(1) == "p" else 0)
    return hour


def _at(day: dt.datetime, hours: float) -> dt.datetime:
    return day + dt.timedelta(hours=hours)


def _midnight(moment: dt.datetime) -> dt.datetime:
    return dt.datetime(moment.year, moment.month, moment.day)


def _inside(times: Times, begin: dt.datetime, end: dt.datetime) -> bool:
    return begin - _MINUTE <= times[0] and times[1] <= end + _MINUTE


def _in_part(part: tuple[float, float], times: Times) -> bool:
    """In that part of one day, which may begin on the day before."""
    days = (_midnight(times[0]) - number * _DAY for number in (0, 1))
    return any(_inside(times, _at(day, part[0]), _at(day, part[1])) for day in days)


def _in_hours(hours: t.Sequence[_Token], title: str, times: Times) -> bool:
    ranges = [(one, other) for one, other in zip(hours, hours[1:]) if _between(one, other, title)]
    for one, other in ranges:
        first, last = _hour(one.text), _hour(other.text)
        if _in_part((first, last if last > first else last + 24), times):
            return True
    if ranges:
        return False
    return all(_agrees(one, title, times) for one in hours)


def _agrees(one: _Token, title: str, times: Times) -> bool:
    """An hour by itself is the one at which the entry begins or ends."""
    hour, before = _hour(one.text) % 24, title[: one.start]
    begins, ends = (_clock(moment) == hour for moment in times)
    if _UNTIL.search(before):
        return ends and times[1] - times[0] <= _DAY
    if _FROM.search(before):
        return begins
    return begins or ends


def _clock(moment: dt.datetime) -> float:
    return moment.hour + moment.minute / 60


def _rests(one: _Token, times: Times) -> bool:
    if one.kind == "feast":  # with the days between it and the week-end
        return times[1] - times[0] <= 4 * _DAY + _SLACK
    return _in_weekend(times)


def _in_weekend(times: Times) -> bool:
    friday = _midnight(times[0]) - ((times[0].weekday() - 4) % 7) * _DAY
    return _inside(times, _at(friday, 12), _at(friday, 72 + 14))


def _in_days(days: t.Sequence[_Token], title: str, times: Times, ends: tuple[float, float] | None) -> bool:
    names = [one for one in days if one.kind == "day"]
    if len(names) == 2 and (ends or _between(names[0], names[1], title)):
        first, last = (_DAYS.get(one.text, _DAYS.get(one.text.rstrip("s"), 0)) for one in names)
        begin = _midnight(times[0]) - ((times[0].weekday() - first) % 7) * _DAY
        length = (last - first) % 7 or 7
        end = begin + length * _DAY
        return _inside(times, _at(begin, ends[0]), _at(end, ends[1])) if ends else _inside(times, begin, end + _DAY + _SLACK)
    if len(names) == 1 and _FROM.search(title[: names[0].start]):
        return times[0].weekday() == _DAYS.get(names[0].text)
    wanted = {_DAYS.get(one.text, _DAYS.get(one.text.rstrip("s"), 0)) for one in names}
    if any(one.kind == "weekdays" for one in days):
        wanted |= {0, 1, 2, 3, 4}
    if wanted == {5, 6}:
        return _in_weekend(times)
    at = times[0]
    for _number in range(40):
        if at >= times[1]:
            return True
        if at.weekday() in wanted:
            end = _midnight(at) + _DAY
        elif (at - _DAY).weekday() in wanted:
            return times[1] <= _midnight(at) + _SLACK
        else:
            return False
        at = end
    return False


def _in_dates(dates: t.Sequence[_Token], title: str, times: Times, ends: tuple[float, float] | None, weekly: bool, early: bool) -> bool:
    """``early``: on the evening before, as week-ends begin."""
    front = dt.timedelta(hours=12 if early else 0)
    elided = _TO_A_DAY.match(dates[0].text) if len(dates) == 1 else None  # 1 to 7 December
    if elided:
        lasts = _dates(dates[0].text[elided.end() :], times)
        return any(_inside(times, day.replace(day=int(elided.group(1))) - front, day + _DAY + _SLACK) for day in lasts)
    if len(dates) == 1:
        days, before = [*_dates(dates[0].text, times), *_dates(dates[0].text, times, month_first=True)], title[: dates[0].start]
        if _FROM.search(before) and not weekly:
            return any(abs(_midnight(times[0]) - day) < _DAY for day in days)
        if _UNTIL.search(before):
            return any(times[1] <= day + _DAY + _SLACK for day in days if abs(day - times[1]) < 180 * _DAY)
        length = (8 if weekly else 3 if early else 1) * _DAY
        return any(_inside(times, day - front, day + length + _SLACK) for day in days)
    if len(dates) > 2:
        return False
    for order in (False, True):
        for first, last in itertools.product(*(_dates(one.text, times, month_first=order) for one in dates)):
            begin, end = (_at(first, ends[0]), _at(last, ends[1])) if ends else (first - front, last + _DAY + _SLACK)
            if first <= last < first + 365 * _DAY and _inside(times, begin, end):
                return True
    return False


def _dates(text: str, times: Times, month_first: bool = False) -> list[dt.datetime]:
    """All that a date can be: its year may be missing."""
    numbers = [int(one) for one in re.findall(r"\d+", text)]
    month = next((_MONTHS.get(word, 3) for word in re.findall(r"[a-z]{3,}", text) if word in _MONTHS or word == "mar"), None)
    years = [number if number > 99 else 2000 + number for number in numbers[2:]]
    orders: list[tuple[int, int]]
    if re.match(r"\d{4}-", text):
        years, orders = [numbers[0]], [(numbers[1], numbers[2])]
    elif month is not None:
        years, orders = numbers[1:2], [(month, numbers[0])]
    else:
        orders = [(numbers[0], numbers[1]) if month_first else (numbers[1], numbers[0])]
    found = []
    for year, (number, day) in itertools.product(years or range(times[0].year - 1, times[1].year + 2), orders):
        try:
            found.append(dt.datetime(year, number, day))
        except ValueError:
            continue
    return found


def _in_weeks(numbers: t.Sequence[int], times: Times) -> bool:
    """From the days before it, when it is handed on in the middle of the week, until those after it."""
    for year in (times[0].year - 1, times[0].year, times[0].year + 1):
        first = dt.datetime(year, 1, 4)
        monday = first - first.weekday() * _DAY
        spans = sorted((monday + (number - 1) * 7 * _DAY - 4 * _DAY, monday + number * 7 * _DAY + 4 * _DAY + _SLACK) for number in numbers)
        end = spans[0][1]
        for begin, last in spans[1:]:
            end = max(end, last) if begin <= end else end
        if _inside(times, spans[0][0], end) and times[1] - times[0] <= 7 * len(numbers) * _DAY + _DAY + _SLACK:
            return True
    return False


def _in_year(year: int, times: Times) -> bool:
    return _inside(times, dt.datetime(year, 1, 1) - 8 * _DAY, dt.datetime(year + 1, 1, 1) + 8 * _DAY)


def _in_months(tokens: t.Sequence[_Token], times: Times) -> bool:
    numbers = [_MONTHS[one.text] for one in tokens if one.kind == "month"]
    for year in (times[0].year - 1, times[0].year):
        begin = dt.datetime(year, numbers[0], 1)
        last = numbers[-1]
        end = dt.datetime(year + (last < numbers[0]) + (last == 12), last % 12 + 1, 1)
        if _inside(times, begin - 7 * _DAY, end + 7 * _DAY):
            return True
    return False


def _in_length(text: str, times: Times) -> bool:
    number = int(re.findall(r"\d+", text)[0])
    return times[1] - times[0] <= number * (7 if text.rstrip("s").endswith(("week", "semaine")) else 1) * _DAY + _SLACK


__all__ = ("MEETING", "less_than")
