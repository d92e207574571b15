# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The moment that a name of a file means, and its series, where no pattern says where the date is. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import typing as t

from ._dated_names import name_time
from ._words_of_dates import DAYS, LONG_MONTHS, MONTHS, plain, short_days

_MON = "|".join(sorted(MONTHS, key=len, reverse=True))
_DAY_OF_ISO = (
    r"(?<!\d)(?P<Y>20\d\d)(?P<s>[-_./]?)(?P<m>0[1-9]|1[0-2])(?:(?P=s)|/|(?<=/\d\d)[-_.]?)(?P<d>0[1-9]|[12]\d|3[01])"
    r"(?:(?:[T_\-. @/]|at)?(?P<H>[01]\d|2[0-3])[-_.:hH]?(?P<M>[0-5]\d)(?:[-_.:mM]?(?P<S>[0-5]\d)[sS]?|[mM](?![^\W_]))?"
    r"|T?(?P<h>[01]\d|2[0-3])[hH]?|[_\-. /](?P<i>[01]\d|2[0-3])[hH]HOUR(?!\.\d))?"
    r"(?:[.,]\d{1,9})?(?P<z>Z|UTC|[+-]\d\d:?\d\d)?(?!\d)"
)
_ISO = re.compile(_DAY_OF_ISO.replace("HOUR", ""))
_ISO_HOURS = re.compile(_DAY_OF_ISO.replace("HOUR", "?"))  # 2026-11-25-14, where 14 may also be a number
_ISO_SHORT = re.compile(r"(?<!\d)(?P<Y>20\d\d)(?P<s>[-_./])(?P<m>1[0-2]|0?[1-9])(?P=s)(?P<d>[12]\d|3[01]|0?[1-9])(?!\d)")
_OF_WORDS = re.compile(
    rf"(?<![A-Za-z\d])(?:(?P<d>\d{{1,2}})[-_. ]?(?P<m>{_MON})[-_. ,]*(?P<Y>20\d\d)"
    rf"|(?P<y>20\d\d)[-_. ]?(?P<n>{_MON})[-_. ]?(?P<e>\d{{1,2}})"
    rf"|(?P<k>{_MON})[-_. ]?(?P<f>\d{{1,2}})[-_. ,]+(?P<v>20\d\d))(?!\d)",
    re.I,
)
_WEEK = re.compile(r"(?<!\d)(?P<Y>20\d\d)[-_.]?(?:W|KW|week)[-_]?(?P<w>[0-5]\d)(?:-?(?P<d>[1-7]))?(?!\d)", re.I)
_EPOCH = re.compile(r"(?<![\dA-Za-z])(?P<t>1[5-9]\d{8})(?:\d{3})?(?!\d)")
_MONTH = re.compile(r"(?<!\d)(?P<Y>20\d\d)[-_](?P<m>0[1-9]|1[0-2])(?![-_.]?\d)")
_TIME = r"(?:[-_T]?(?:\d{6}|\d{4}|\d\d))?"
# what may be a date, with the readings that it can have: the digits in turn
_UNSURE: tuple[tuple[str, re.Pattern[str], tuple[str, ...]], ...] = (
    ("dmY", re.compile(r"(?<!\d)(?<!\d[.])\d\d(?P<s>[-_.])\d\d(?P=s)20\d\d(?!\d)"), ("dmY", "mdY")),
    ("dmY8", re.compile(r"(?<!\d)[0-3]\d[0-3]\d20\d\d(?!\d)"), ("dmY", "mdY")),
    ("ymd", re.compile(r"(?<![\dvV])(?<!\d[.])\d\d(?P<s>[-_.])\d\d(?P=s)\d\d(?:[-_T]\d{4,6})?(?![.]?\d)"), ("ymd", "dmy", "mdy")),
    ("dby", re.compile(rf"(?<![A-Za-z\d])\d{{1,2}}[-_.]?(?:{_MON})[-_.]?\d\d(?!\d)", re.I), ("dmy", "ymd")),
    ("Yj", re.compile(r"(?<!\d)20\d\d[-_.]?[0-3]\d\d(?!\d)"), ("Yj",)),
    ("ymd6", re.compile(rf"(?<!\d)\d{{6}}{_TIME}(?!\d)"), ("ymd", "dmy", "mdy", "Ym")),
)
_TIME_BEHIND = re.compile(r"\*(?:[-_T. @]|at)(?:[01]\d|2[0-3])[-_.:hH]?[0-5]\d(?:[-_.:mM]?[0-5]\d)?[mMsS]?(?![A-Za-z0-9])")
_LONG_DAYS = "|".join(sorted(DAYS, key=len, reverse=True))
_WORDS = re.compile(
    rf"(?<![^\W\d_])(?:{'|'.join(sorted(LONG_MONTHS, key=len, reverse=True))}"
    r"|(?:hour|dai|night|week|month|quarter|year)ly|latest|current|previous|prev|today|yesterday"
    r"|(?:week|kw)[-_. ]?[0-5]?\d)(?![^\W_])",
    re.I,
)
_VARIANT = re.compile(r"(?<![A-Za-z])(?:full|master|incr?|incremental|diff?|differential|cumulative)(?![A-Za-z])", re.I)
_UUID = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,64})(?![0-9A-Za-z])", re.I
)
_ADDRESS = re.compile(r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d]|\.\d)")
_VERSION = re.compile(r"(?<![A-Za-z0-9.])[vV]?\d+(?:\.\d+)+(?![A-Za-z0-9])")
_ROTATION_BEFORE = re.compile(r"\.(?:old|bak|prev|previous|orig)(?=\.[A-Za-z0-9]{1,8}\Z)", re.I)
_ROTATION = re.compile(r"(?:\.(?:\d{1,3}|old|bak|prev|previous|orig|~\d+~)|~)\Z", re.I)
_ALONE = re.compile(r"(?<![A-Za-z0-9])\d+(?![A-Za-z0-9])")
_PACKED = re.compile(r"\.(?:gz|bz2|xz|zst|lz4|gpg|pgp|age|enc|asc|aes)\Z", re.I)
FIELD = "*"
_DAY = 86400.0
_PLAUSIBLE = 400 * _DAY  # between the last change of the newest, and what its digits mean where they are a date
_NONE = "-"  # of the readings: none yet, not even where only one fits
_HOURS = 1800.0  # seconds by which the hours of one series start apart


@dataclasses.dataclass(frozen=True)
class Dated:
    """What a name says. ``series``: the name with its dates and counters taken out; ``variant``: the same, with whether it is a full one.

    ``time``: the last moment that its date can mean; ``unclear``: digits that may be a date, of ``form``.
    """

    series: str
    variant: str
    time: float | None
    unclear: str = ""
    exact: str = ""  # the series with the numbers, versions and hashes that may say which of several things it is
    form: str = ""
    thing: str = ""  # ``exact`` without its versions


@dataclasses.dataclass(frozen=True)
class Reading:
    """How the names of one series are read: a form of digits (as dmY), and whether a number behind the date is the hour."""

    digits: str = ""
    hours: bool = False
    words: frozenset[str] = frozenset()  # short words that are days


def read_names(names: t.Sequence[str], changed: t.Sequence[float], given: str = "") -> list[Dated]:
    """What each name says, with digits that may be a date read as all names of its series agree with. ``changed``: their last changes."""
    words = short_days(list(names))
    read = [read_name(name, given, Reading(_NONE, words=words)) for name in names]
    hourly = [read_name(name, given, Reading(_NONE, hours=True, words=words)) for name in names]
    groups: dict[tuple[str, str], list[int]] = {}
    hours: dict[str, list[int]] = {}
    for number, (one, other) in enumerate(zip(read, hourly)):
        if one.time is None and one.form:
            groups.setdefault((one.form, one.series), []).append(number)
        if other.series != one.series or other.time != one.time:
            hours.setdefault(other.series, []).append(number)
    for (form, _series), members in groups.items():
        known, digits = _reading_of(form, [(read[number].unclear, changed[number]) for number in members])
        for number in members:
            if digits:
                read[number] = read_name(names[number], given, Reading(digits, words=words))
            else:
                read[number] = read_name(names[number], given, Reading(words=words))
            if not known:
                read[number] = dataclasses.replace(read[number], unclear="")
    for members in hours.values():
        found = _are_hours([(hourly[number].time or 0.0, changed[number]) for number in members])
        for number in members:
            if found is not None:
                read[number] = hourly[number] if found else dataclasses.replace(hourly[number], time=read[number].time)
    return read


def read_name(name: str, given: str = "", reading: Reading | None = None) -> Dated:
    """What a name, or the end of a path, says of its date. A date that stands in ``given``, the pattern, is none of the backup's own."""
    reading = reading or Reading()
    rest = _PACKED.sub("", _PACKED.sub("", name))
    rest = _PACKED.sub("", rest if re.search(rf"{_ADDRESS.pattern}\Z", rest) else _ROTATION.sub("", rest))
    rest = _ROTATION_BEFORE.sub("", rest)
    times: list[float] = []
    iso = _ISO_HOURS if reading.hours else _ISO
    sure = (iso, _of_iso), (_ISO_SHORT, _of_iso), (_WEEK, _of_week), (_OF_WORDS, _of_words), (_EPOCH, _of_epoch)
    for expression, moment in sure:
        rest, found = _taken(rest, expression, moment, given)
        times += found
    unclear, form = "", ""
    for kind, expression, readings in _UNSURE:
        if times and kind != "dmY":
            break
        match = next((match for match in expression.finditer(rest) if match.group(0) not in given), None)
        if match is None:
            continue
        digits = _digits_of(match.group(0))
        only = [each for each in readings if _moment(digits, each)]
        alone = not reading.digits and kind.startswith("dmY") and _is_one_day(digits, only)
        chosen = reading.digits if reading.digits in only else only[0] if alone else ""
        if not only:
            continue
        span = _moment(digits, chosen) if chosen else None
        if span:
            times.append(span[1])
        else:
            unclear, form = match.group(0), kind
        rest = rest[: match.start()] + FIELD + rest[match.end() :]
        break
    rest, found = _taken(rest, _MONTH, _of_month, given)
    times += found
    dated = bool(times) or bool(unclear)
    if times:
        rest = _without_parts_of(rest, max(times))
    rest = _without_days(rest, given, reading.words)
    addresses = {f"\0{chr(97 + number)}\0": match.group(0) for number, match in enumerate(list(_ADDRESS.finditer(rest))[:20])}
    for mark, address in addresses.items():
        rest = rest.replace(address, mark, 1)
    rest, _none = _taken(rest, _WORDS, _of_nothing, given)
    exact = _shortened(_VARIANT.sub(FIELD, rest))
    rest, _none = _taken(rest, _VERSION, _of_nothing, given)
    thing = _shortened(_VARIANT.sub(FIELD, rest))
    rest, _none = _taken(rest, _UUID, _of_nothing, given)
    rest = _ALONE.sub(_counter_beside_date if dated else FIELD, rest)
    series = _shortened(_VARIANT.sub(FIELD, rest))
    forms = [series, _shortened(rest), exact, thing]
    for mark, address in addresses.items():
        forms = [text.replace(mark, address) for text in forms]
    return Dated(forms[0], forms[1], max(times) if times else None, "" if times else unclear, forms[2], "" if times else form, forms[3])


def _shortened(text: str) -> str:
    """With one mark for fields that stand beside each other."""
    return re.sub(r"\*(?:[-_.T ]*\*)+", FIELD, text)


def _counter_beside_date(match: re.Match[str]) -> str:
    """A number beside a date: a short one says which of several things it is, a long one which run."""
    return FIELD if len(match.group(0)) >= 4 else match.group(0)


def _without_parts_of(text: str, time: float) -> str:
    """Without the time behind the date, folders that say the month or day of the date once more, and its number of the week at the end."""
    day = dt.datetime.fromtimestamp(time - 1)
    text = _TIME_BEHIND.sub(FIELD, text)
    folders, slash, last = text.rpartition("/")
    parts = [FIELD if part in (day.strftime("%m"), day.strftime("%d"), day.strftime("%Y")) else part for part in folders.split("/")]
    weeks = "|".join(sorted({day.strftime("%V"), day.strftime("%U"), day.strftime("%W")}))
    return "/".join(parts) + slash + re.sub(rf"\*[-_.](?:{weeks})(?![0-9A-Za-z])", FIELD, last)


def _without_days(text: str, given: str, words: frozenset[str]) -> str:
    """Without days of the week, whatever their accents, and without short words that are known to be days."""
    for days in (_LONG_DAYS, "|".join(sorted(words, key=len, reverse=True))):
        flat = plain(text)
        if not days or len(flat) != len(text):
            continue
        for match in reversed(list(re.finditer(rf"(?<![^\W\d_])(?:{days})(?![^\W\d_])", flat))):
            if match.group(0) not in plain(given):
                text = text[: match.start()] + FIELD + text[match.end() :]
    return text


def _taken(
    text: str, expression: re.Pattern[str], moment: t.Callable[[re.Match[str]], float | None], given: str
) -> tuple[str, list[float]]:
    """The text without what the expression finds, and the moments that this means."""
    times: list[float] = []
    parts, position = [], 0
    for match in expression.finditer(text):
        if match.group(0) in given:
            continue
        time = moment(match)
        if time is not None:
            times.append(time)
        parts += [text[position : match.start()], FIELD]
        position = match.end()
    return "".join([*parts, text[position:]]), times


def _end_of(year: int, month: int, day: int) -> float | None:
    return name_time({"Y": str(year), "m": str(month), "d": str(day)})


def _of_iso(match: re.Match[str]) -> float | None:
    found = match.groupdict()
    parts = {name: found[name] for name in "YmdHMS" if found.get(name)}
    hour = found.get("h") or found.get("i")
    if hour:
        parts["H"] = hour
    zone = found.get("z")
    if not zone or "H" not in parts:
        return name_time(parts)
    numbers = [int(parts.get(name, 0)) for name in "YmdHMS"]
    try:
        moment = dt.datetime(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], tzinfo=dt.timezone.utc)
    except ValueError:
        return None
    shift = 0.0
    if zone[0] in "+-":
        digits = zone[1:].replace(":", "")
        shift = (int(digits[:2]) * 3600.0 + int(digits[2:]) * 60.0) * (1 if zone[0] == "+" else -1)
    return moment.timestamp() - shift + (1 if "S" in parts else 60 if "M" in parts else 3600)


def _of_week(match: re.Match[str]) -> float | None:
    try:
        day = dt.datetime.strptime(f"{match['Y']}-{match['w']}-{match['d'] or 7}", "%G-%V-%u")
    except ValueError:
        return None
    return _end_of(day.year, day.month, day.day)


def _of_words(match: re.Match[str]) -> float | None:
    for year, month, day in (("Y", "m", "d"), ("y", "n", "e"), ("v", "k", "f")):
        if match[year]:
            return _end_of(int(match[year]), MONTHS[match[month].lower()], int(match[day]))
    return None


def _of_epoch(match: re.Match[str]) -> float | None:
    return float(match["t"]) + 1


def _of_month(match: re.Match[str]) -> float | None:
    return _end_of_month(int(match["Y"]), int(match["m"]))


def _end_of_month(year: int, month: int) -> float:
    return dt.datetime(year + month // 12, month % 12 + 1, 1).timestamp()


def _of_nothing(_match: re.Match[str]) -> float | None:
    return None


# -- digits that may be a date


def _digits_of(token: str) -> str:
    """Its digits, with a name of a month as its number."""
    word = re.search(r"[A-Za-z]{3,}", token)
    if word is None:
        return re.sub(r"\D", "", token)
    day, rest = token[: word.start()].strip("-_."), token[word.end() :].strip("-_.")
    return f"{day.zfill(2)}{MONTHS[word.group(0).lower()]:02d}{rest}"


_LENGTHS = {"Y": 4, "y": 2, "m": 2, "d": 2, "j": 3}


def _moment(digits: str, reading: str) -> tuple[float, float] | None:
    """The first and the last moment that digits mean, read so; None where they do not fit."""
    parts: dict[str, str] = {}
    position = 0
    for field in reading:
        parts[field] = digits[position : position + _LENGTHS[field]]
        position += _LENGTHS[field]
    rest = digits[position:]
    if len(rest) not in (0, 2, 4, 6) or (rest and reading in ("Ym", "Yj")) or ("Y" in parts and not parts["Y"].startswith("20")):
        return None
    parts.update({name: rest[2 * number : 2 * number + 2] for number, name in enumerate("HMS") if rest[2 * number : 2 * number + 2]})
    if reading == "Ym":
        year, month = int(parts["Y"]), int(parts["m"])
        if not 1 <= month <= 12:
            return None
        return dt.datetime(year, month, 1).timestamp(), _end_of_month(year, month)
    if "j" in parts and not 1 <= int(parts["j"]) <= 366:
        return None
    if any(int(parts.get(name, "0")) > most for name, most in (("H", 23), ("M", 59), ("S", 59))):
        return None
    end = name_time(parts)
    return None if end is None else (end - (_DAY if not rest else 3600.0 if len(rest) == 2 else 60.0), end)


def _is_one_day(digits: str, readings: t.Sequence[str]) -> bool:
    return len({_moment(digits, reading) for reading in readings}) == 1


def _reading_of(form: str, members: t.Sequence[tuple[str, float]]) -> tuple[bool, str]:
    """Whether they may be dates, and the reading with which all agree, or an empty text. ``members``: digits and last changes."""
    readings = next(readings for kind, _expression, readings in _UNSURE if kind == form)
    found: dict[str, list[tuple[float, float]]] = {}
    newest = max(changed for _token, changed in members)
    for reading in readings:
        spans = [_moment(_digits_of(token), reading) for token, _changed in members]
        whole = [span for span in spans if span is not None]
        if len(whole) < len(spans) or any(span[0] > changed + 2 * _DAY for span, (_token, changed) in zip(whole, members)):
            continue
        if max(span[1] for span in whole) > newest - _PLAUSIBLE:
            found[reading] = whole
    agreeing = [
        reading
        for reading, spans in found.items()
        if sum(span[0] - _DAY < changed < span[1] + _DAY for span, (_token, changed) in zip(spans, members)) * 5 >= len(members) * 4
    ]
    if len(agreeing) == 1:
        return True, agreeing[0]
    different = len({token for token, _changed in members})
    if len(found) == 1 and (different >= 2 or form.startswith("dmY")):
        return True, next(iter(found))
    if len(found) > 1 and different >= 3:
        spans_of = sorted((max(span[1] for span in spans) - min(span[0] for span in spans), reading) for reading, spans in found.items())
        if spans_of[0][0] * 5 < spans_of[1][0]:
            return True, spans_of[0][1]
    return bool(found), ""


def _are_hours(members: t.Sequence[tuple[float, float]]) -> bool | None:
    """Whether a number of two digits behind the date is the hour: that of this zone (True), or of another (False); None where it is not.

    ``members``: the last moment of that hour, and the last change.
    """
    shifts = sorted(changed - end + 3600.0 for end, changed in members)
    most = shifts[len(shifts) // 10 : len(shifts) - len(shifts) // 10]
    if len(most) >= 2 and most[-1] - most[0] <= _HOURS and abs(most[0]) <= 14 * 3600:
        return -600 <= most[0] <= 5400
    numbers = {dt.datetime.fromtimestamp(end - 1).hour for end, _changed in members}
    return True if len(numbers) >= 3 and 0 in numbers else None


__all__ = ("FIELD", "Dated", "Reading", "read_name", "read_names")
