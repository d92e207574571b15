# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forms in which logs write a time, each read at a given place of a text. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import math
import re
import time
import typing as t

DAY = 86400.0
EARLIEST, LATEST = 946684800.0, 4102444800.0  # 2000 to 2100
UNNAMED = 10 * 366 * DAY  # a bare number further back than this is some other number


class Stamp(t.NamedTuple):
    """A time that stands in a line."""

    moment: float  # seconds since 1970
    form: str
    zoned: bool  # it names its zone; else it is taken for a time of this host
    ambiguous: bool  # the year, the time of day, or which number is the day and which the month is left open
    others: tuple[float, ...] = ()  # what else it may mean, where a line has several readings
    orders: tuple[
        str, ...
    ] = ()  # of day, month and year (dmy, mdy, ymd), where they are only numbers: of moment, then of each of the others
    doubtful: bool = False  # it may be the time of something else, unless the last line of the log bears it out

    def settled(self, order: str) -> Stamp:
        """The same line, where other lines show in which order it is."""
        if order not in self.orders:
            return self
        return Stamp((self.moment, *self.others)[self.orders.index(order)], self.form, self.zoned, False, (), (order,))


MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONG = ("january", "february", "march", "april", "june", "july", "august", "september", "october", "november", "december", "sept")
_FRENCH = {
    **{"janv": 1, "janvier": 1, "févr": 2, "fevr": 2, "février": 2, "mars": 3, "avr": 4, "avril": 4, "mai": 5, "juin": 6, "juil": 7},
    **{"juillet": 7, "août": 8, "aout": 8, "septembre": 9, "octobre": 10, "novembre": 11, "déc": 12, "décembre": 12},
}
_GERMAN = {"januar": 1, "februar": 2, "mär": 3, "märz": 3, "juni": 6, "juli": 7, "okt": 10, "oktober": 10, "dez": 12, "dezember": 12}
_MONTH = {
    **{name: place + 1 for place, name in enumerate(MONTHS)},
    **{name: MONTHS.index(name[:3]) + 1 for name in _LONG},
    **_FRENCH,
    **_GERMAN,
}
# hours from UTC; of names that mean several zones (CST, IST) none, except where it is this host's own
_ZONES = {
    **{"z": 0, "utc": 0, "gmt": 0, "ut": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "met": 1, "cest": 2, "mest": 2, "eet": 2, "eest": 3},
    **{"msk": 3, "est": -5, "edt": -4, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "jst": 9, "kst": 9, "aest": 10, "aedt": 11},
}

_HOURS = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)"
_FULL = _HOURS + r":(?P<second>\d\d)(?:[.,:](?P<fraction>\d{1,9}))?"
_SHORT = _HOURS + r"(?::(?P<second>\d\d)(?:[.,:](?P<fraction>\d{1,9}))?)?"
_HALF = r"(?:[ \u202f]?(?P<half>[AaPp])\.?[Mm]\b\.?)?"
_OFFSET = r"[+-]\d\d:?\d\d(?!\d)"
_ZONE = (
    rf"(?: ?(?P<zone>Z(?![A-Za-z])|{_OFFSET}|(?:UTC|GMT){_OFFSET}|(?<! )[+-]\d\d(?!\d)|[A-Z]{{2,4}}(?![A-Za-z\d_=:.-])"
    r"|[A-Z][a-z]{2,20}/[A-Z][A-Za-z_]{2,30}))?"
)
_WEEKDAY = r"(?:[^\W\d_]{2,9}\.?,? {1,2})?"
_NAME = r"(?P<name>[^\W\d_]{3,9})\.?"
_YMD = r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"


def _form(name: str, pattern: str) -> tuple[str, re.Pattern[str]]:
    return name, re.compile(pattern)


# the first of these that fits and is a date counts
_FORMS: list[tuple[str, re.Pattern[str]]] = [
    _form("iso", rf"{_WEEKDAY}{_YMD}(?:[Tt _,]| at |, |  ){_SHORT}{_HALF}{_ZONE}"),
    _form("iso", rf"{_YMD}T(?P<hour>\d\d)(?P<zone>Z|[+-]\d\d:?\d\d)?(?![\d:.])"),
    _form(
        "db2", rf"{_YMD}-(?P<hour>\d\d)\.(?P<minute>\d\d)\.(?P<second>\d\d)(?:\.(?P<fraction>\d{{1,9}}))?(?P<minutes>[+-]\d{{3}}(?!\d))?"
    ),
    _form("iso_week", rf"(?P<year>\d{{4}})-?W(?P<week>\d\d)-?(?P<weekday>\d)T{_SHORT}{_ZONE}"),
    _form("iso_ordinal", rf"(?P<year>\d{{4}})-(?P<days>\d{{3}})[T ]{_SHORT}{_ZONE}"),
    _form("slashed", rf"(?P<year>\d{{4}})/(?P<month>\d\d)/(?P<day>\d\d)(?: - |[ T-]|  |, ){_SHORT}{_ZONE}"),
    _form("dotted_ymd", rf"(?P<year>\d{{4}})\.(?P<month>\d\d)\.(?P<day>\d\d)[ T_-]{_SHORT}{_ZONE}"),
    _form("iso_basic", rf"(?P<year>\d{{4}})(?P<month>\d\d)(?P<day>\d\d)[Tt _-]{{1,2}}{_FULL}{_ZONE}"),
    _form(
        "iso_basic",
        r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)[Tt _-]?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?(?:[.,](?P<fraction>\d{1,9}))?"
        rf"(?!\d){_ZONE}",
    ),
    _form("clf", rf"(?P<day>\d{{1,2}})/{_NAME}/(?P<year>\d{{4}})[: ]{_FULL}{_ZONE}"),
    _form("day_month", rf"{_WEEKDAY}(?P<day>\d{{1,2}})[ /-]{_NAME}[ /-](?P<year>\d{{4}})(?:,? {{1,2}}|::?|T|, ){_SHORT}{_HALF}{_ZONE}"),
    _form("day_month", rf"(?P<day>\d{{1,2}})-{_NAME}-(?P<yy>\d\d) {{1,2}}{_FULL}{_HALF}{_ZONE}"),
    _form(
        "ctime", rf"{_WEEKDAY}{_NAME} {{1,2}}(?P<day>\d{{1,2}}),? {_FULL}{_HALF}(?: (?P<zone>[A-Z]{{1,5}}|{_OFFSET}))? (?P<year>\d{{4}})\b"
    ),
    _form("month_day", rf"{_WEEKDAY}{_NAME} {{1,2}}(?P<day>\d{{1,2}}),? (?P<year>\d{{4}}),?(?: at)? {{1,2}}{_FULL}{_HALF}{_ZONE}"),
    _form("rfc3164", rf"{_WEEKDAY}{_NAME} {{1,2}}(?P<day>\d{{1,2}}) {_FULL}(?: (?P<zone>UTC|GMT|{_OFFSET}))?"),
    _form("rfc3164", rf"(?P<day>\d{{1,2}}) {_NAME} {_FULL}"),
    _form("crdb", rf"[IWEF](?P<yy>\d\d)(?P<month>\d\d)(?P<day>\d\d) {_FULL}"),
    _form("klog", rf"[IWEF](?P<year>\d{{4}})?(?P<month>\d\d)(?P<day>\d\d) {_FULL}"),
    _form("dotted", rf"{_WEEKDAY}(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.(?P<year>\d{{4}})(?:,? {{1,2}}|T|, | - ){_SHORT}{_HALF}{_ZONE}"),
    _form("dotted", rf"(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.(?P<yy>\d\d)(?:,? {{1,2}}|T){_FULL}{_HALF}{_ZONE}"),
    _form(
        "numbers",
        rf"(?P<a>\d{{1,2}})(?P<sign>[/-])(?P<b>\d{{1,2}})(?P=sign)(?P<year>\d{{4}})(?:,? {{1,2}}|[T:-]|, | - ){_SHORT}{_HALF}{_ZONE}",
    ),
    _form("numbers", rf"(?P<a>\d{{1,2}})(?P<sign>[/-])(?P<b>\d{{1,2}})(?P=sign)(?P<c>\d\d)(?:,? {{1,2}}|[T:]){_FULL}{_HALF}{_ZONE}"),
    _form("snort", rf"(?P<month>\d\d)/(?P<day>\d\d)-{_FULL}"),
    _form("dotted_day", rf"(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\. {_FULL}"),
    _form("mysql", rf"(?P<yy>\d\d)(?P<month>\d\d)(?P<day>\d\d) {{1,2}}{_FULL}"),
    _form("tai64n", r"@(?P<tai>4[0-9a-f]{15})(?P<nanos>[0-9a-f]{8})?\b"),
    _form("epoch", r"(?P<epoch>\d{10}(?:[.,]\d{1,9})?|\d{13}(?:\.\d{1,6})?|\d{16}|\d{19})(?=[\s\]):|,;\"'}]|$)"),
    _form("date", rf"(?P<dated>){_YMD}(?![\d-]|T\d|[ T_,]\d{{1,2}}:\d\d)"),
]
_DIGIT = re.compile(r"(?:[^\W\d_]{2,9}[.,]{0,2} {1,2}){0,2}[@IWEF]?\d")


def of_text(text: str, place: int, now: dt.datetime) -> Stamp | None:
    """The time that begins at this place of the text."""
    if not _DIGIT.match(text, place):
        return None
    for name, pattern in _FORMS:
        match = pattern.match(text, place)
        if match is None:
            continue
        try:
            found = _read(name, match.groupdict(), now)
        except (ValueError, OverflowError, OSError):
            continue
        if found:
            return found._replace(doubtful=True) if match.group().isdigit() else found  # it may be the number of something
    return None


def of_number(number: float, form: str) -> Stamp | None:
    """Seconds since 1970, or thousandths, millionths, billionths of them: only one of these lies between 2000 and 2100."""
    try:
        number = float(number)
    except OverflowError:
        return None
    for scale in (1.0, 1e3, 1e6, 1e9):
        if math.isfinite(number) and EARLIEST <= number / scale <= LATEST:
            return Stamp(number / scale, form, True, False)
    return None


def _read(form: str, given: dict[str, str | None], now: dt.datetime) -> Stamp | None:
    if given.get("epoch"):
        found = of_number(float(str(given["epoch"]).replace(",", ".")), form)
        return found if found and now.timestamp() - UNNAMED < found.moment < now.timestamp() + 2 * DAY else None
    if given.get("tai"):
        atomic = int(str(given["tai"]), 16) - 2**62 - 10 + int(given.get("nanos") or "0", 16) / 1e9  # as multilog and svlogd count
        return Stamp(atomic, form, True, False) if EARLIEST <= atomic <= LATEST else None
    clock = _clock(given)
    zone, zoned = _zone(given.get("zone"), given.get("minutes"))
    readings = {order: moment for order, date in _dates(given, now) if (moment := _moment(date, clock, zone)) is not None}
    limit = now.timestamp() + DAY
    past = sorted(((moment, order) for order, moment in readings.items() if moment <= limit), reverse=True)
    if _lacks_year(given):
        return Stamp(past[0][0], form, zoned, True) if past else None
    if not past:
        past = sorted((moment, order) for order, moment in readings.items())[:1]
    if not past:
        return None
    if "dated" in given:
        midnight = past[0][0]
        return Stamp(max(midnight, min(now.timestamp(), midnight + DAY - 1)), form, False, True, (midnight,))
    if len({moment for moment, _order in past}) == 1:
        return Stamp(past[0][0], form, zoned, False, (), (past[0][1],) if len(past) == 1 and past[0][1] else ())
    moments, orders = zip(*past)
    return Stamp(moments[0], form, zoned, True, moments[1:], orders)


def _lacks_year(given: t.Mapping[str, str | None]) -> bool:
    return not (given.get("year") or given.get("yy") or given.get("c"))


def _clock(given: t.Mapping[str, str | None]) -> dt.timedelta:
    hour, minute, second = (int(given.get(name) or 0) for name in ("hour", "minute", "second"))
    half = given.get("half")
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(hour)
        hour = hour % 12 + (12 if half in "Pp" else 0)
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
        raise ValueError(hour)
    fraction = given.get("fraction")
    return dt.timedelta(hours=hour, minutes=minute, seconds=second, microseconds=float(f"0.{fraction}") * 1e6 if fraction else 0)


def _dates(given: t.Mapping[str, str | None], now: dt.datetime) -> list[tuple[str, tuple[int, int, int]]]:
    """The readings as (order, (year, month, day)); some may be no date."""

    def of(name: str) -> int:
        return int(given.get(name) or 0)

    if given.get("week"):
        date = dt.date.fromisocalendar(of("year"), of("week"), of("weekday"))
        return [("", (date.year, date.month, date.day))]
    if given.get("days"):
        date = dt.date(of("year"), 1, 1) + dt.timedelta(days=of("days") - 1)
        return [("", (date.year, date.month, date.day))] if date.year == of("year") else []
    if given.get("a"):
        first, second = of("a"), of("b")
        if given.get("c"):
            last = of("c")
            return [
                ("ymd", (2000 + first, second, last)),
                ("dmy", (2000 + last, second, first)),
                ("mdy", (2000 + last, first, second)),
            ]
        return [("dmy", (of("year"), second, first)), ("mdy", (of("year"), first, second))]
    name = given.get("name")
    month = _MONTH.get(name.lower(), 0) if name else of("month")
    if _lacks_year(given):
        this = now.year + 1
        return [(str(year), (year, month, of("day"))) for year in range(this, this - 9, -1)]
    return [("", (of("year") if given.get("year") else 2000 + of("yy"), month, of("day")))]


def _moment(date: tuple[int, int, int], clock: dt.timedelta, zone: dt.tzinfo | None) -> float | None:
    try:
        return (dt.datetime(*date, tzinfo=zone) + clock).timestamp()
    except (ValueError, OverflowError):
        return None


def _zone(name: str | None, minutes: str | None) -> tuple[dt.tzinfo | None, bool]:
    """The zone, None for that of this host; and whether the text names it."""
    if minutes:
        return dt.timezone(dt.timedelta(minutes=int(minutes))), True
    if not name:
        return None, False
    if name[:3] in ("UTC", "GMT") and len(name) > 3:
        name = name[3:]
    if name[0] in "+-":
        digits = name[1:].replace(":", "")
        offset = dt.timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
        return dt.timezone(-offset if name[0] == "-" else offset), True
    hours = _ZONES.get(name.lower())
    if hours == 0:
        return dt.timezone.utc, True
    if name in time.tzname:
        return None, True
    if hours is not None:
        return dt.timezone(dt.timedelta(hours=hours)), True
    if "/" in name:
        import zoneinfo  # rare, and slow to import

        try:
            return zoneinfo.ZoneInfo(name), True
        except (KeyError, ValueError, OSError):
            pass
    return None, False


__all__ = ("EARLIEST", "LATEST", "Stamp", "of_number", "of_text")
