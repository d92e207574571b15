# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of files with a date in them: patterns that find them, and the moment that a name means. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import fnmatch
import re
import typing as t

from .._argspec import ArgumentsRefused
from .._finding import CannotObserve
from .._patterns import NotSearched, find
from .._phrase import phrase

_DIGITS = {"Y": 4, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2, "j": 3, "y": 2}
_FREE = {"a", "A", "b", "B", "U", "W", "V", "u", "w", "G", "s", "Z", "z", "p", "I"}  # become a wildcard, say nothing of the date
FEW = 3  # wildcards with which every name is told in no time
_SHORT = {"%F": "%Y-%m-%d", "%T": "%H:%M:%S", "%D": "%m/%d/%y", "%R": "%H:%M"}


def translate(pattern: str) -> tuple[str, re.Pattern[str]]:
    """A glob pattern, and an expression that finds the parts of the date. ArgumentsRefused for a field that is not known."""
    for short, long in _SHORT.items():
        pattern = pattern.replace(short, long)
    wildcards, expression, seen = "", "", set()  # type: tuple[str, str, set[str]]
    position = 0
    while position < len(pattern):
        char = pattern[position]
        following = pattern[position + 1 : position + 2]
        bracket = re.match(r"\[[!^]?\]?[^\]]*\]", pattern[position:])
        if char == "%" and following:
            position += 2
            if following == "%":
                wildcards, expression = wildcards + "%", expression + "%"
            elif following in _DIGITS:
                wildcards += "[0-9]" * _DIGITS[following]
                digits = rf"\d{{{_DIGITS[following]}}}"
                expression += f"(?P={following})" if following in seen else f"(?P<{following}>{digits})"
                seen.add(following)
            elif following in _FREE:
                wildcards, expression = wildcards + "*", expression + "[^/]*"
            else:
                raise ArgumentsRefused([f"pattern: %{following} in '{pattern}' is not a field of a date that is known"])
        elif pattern.startswith("**/", position):
            wildcards, expression, position = wildcards + "**/", expression + "(?:.*/)?", position + 3
        elif char in "*?":
            wildcards, expression, position = wildcards + char, expression + ("[^/]*" if char == "*" else "[^/]"), position + 1
        elif bracket:
            text = bracket.group(0)
            wildcards, position = wildcards + text, position + len(text)
            expression += fnmatch.translate(text).removeprefix("(?s:").rsplit(")", 1)[0]
        else:
            wildcards, expression, position = wildcards + char, expression + re.escape(char), position + 1
    return wildcards, re.compile(expression, re.S)


def parts_of(expression: re.Pattern[str], path: str) -> dict[str, str] | None:
    """The fields of the date in a path; None where it does not fit. CannotObserve where that cannot be told in time."""
    if expression.pattern.count("*") <= FEW:
        match = expression.fullmatch(path)
        return match.groupdict() if match else None
    try:
        found = find(rf"\A(?:{expression.pattern})\Z", path, flags=expression.flags)
    except NotSearched:
        raise CannotObserve(phrase("the pattern has more wildcards than can be tried in time")) from None
    return None if found is None else {name: str(value) for name, value in found.items()}


def name_time(parts: t.Mapping[str, str]) -> float | None:
    """The last moment that the date in a name can mean, in this host's zone: a backup of a day may be made at its end."""
    year = int(parts["Y"]) if "Y" in parts else 2000 + int(parts["y"]) if "y" in parts else None
    if year is None:
        return None
    try:
        if "j" in parts:
            start = dt.datetime(year, 1, 1) + dt.timedelta(days=int(parts["j"]) - 1)
            span = dt.timedelta(days=1)
        elif "m" in parts and "d" in parts:
            start, span = dt.datetime(year, int(parts["m"]), int(parts["d"])), dt.timedelta(days=1)
        else:
            return None
        for field, unit in (("H", "hours"), ("M", "minutes"), ("S", "seconds")):
            if field not in parts:
                break
            start += dt.timedelta(**{unit: int(parts[field])})
            span = dt.timedelta(**{unit: 1})
        return (start + span).timestamp()
    except (ValueError, OverflowError):
        return None


# -- without a pattern that says where the date is

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(
    r"(?<!\d)(?P<Y>20\d\d)(?P<s>[-_.]?)(?P<m>0[1-9]|1[0-2])(?P=s)(?P<d>0[1-9]|[12]\d|3[01])"
    r"(?:(?:[T_\-. @]|at)?(?P<H>[01]\d|2[0-3])[-_.:hH]?(?P<M>[0-5]\d)(?:[-_.:mM]?(?P<S>[0-5]\d))?|T?(?P<h>[01]\d|2[0-3]))?"
    r"(?:[.,]\d{1,9})?(?P<z>Z|UTC|[+-]\d\d:?\d\d)?(?!\d)"
)
_OTHER_ORDER = re.compile(r"(?<!\d)(?P<a>\d\d)(?P<s>[-_.])(?P<b>\d\d)(?P=s)(?P<Y>20\d\d)(?!\d)")
_OF_WORDS = re.compile(
    r"(?<![A-Za-z\d])(?:(?P<d>\d{1,2})[-_. ]?(?P<m>MON)[a-z]*[-_. ,]*(?P<Y>20\d\d)"
    r"|(?P<y>20\d\d)[-_. ]?(?P<n>MON)[a-z]*[-_. ]?(?P<e>\d{1,2}))(?!\d)".replace("MON", "|".join(_MONTHS)),
    re.I,
)
_WEEK = re.compile(r"(?<!\d)(?P<Y>20\d\d)[-_.]?(?:W|KW|week)[-_]?(?P<w>[0-5]\d)(?:-?(?P<d>[1-7]))?(?!\d)", re.I)
_EPOCH = re.compile(r"(?<![\dA-Za-z])(?P<t>1[5-9]\d{8})(?:\d{3})?(?!\d)")
_MONTH = re.compile(r"(?<!\d)(?P<Y>20\d\d)[-_](?P<m>0[1-9]|1[0-2])(?![-_.]?\d)")
_SHORT_DATE = re.compile(r"(?<!\d)[23]\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)")
_WORDS = re.compile(
    r"(?<![A-Za-z])(?:mon|tue|wed|thu|fri|sat|sun)(?:day|s|nes|nesday|rs|rsday|ur|urday|sday)?(?![A-Za-z])"
    r"|(?<![A-Za-z])(?:lun|mar|mer|jeu|ven|same|diman?)(?:di|credi|dredi|che)?(?![A-Za-z])"
    r"|(?<![A-Za-z])(?:hour|dai|night|week|month|quarter|year)ly(?![A-Za-z])|(?<![A-Za-z])(?:latest|current|previous)(?![A-Za-z])",
    re.I,
)
_VARIANT = re.compile(r"(?<![A-Za-z])(?:full|incr?|incremental|diff?|differential)(?![A-Za-z])", re.I)
_UUID = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,64})(?![0-9A-Za-z])", re.I
)
_VERSION = re.compile(r"(?<![A-Za-z0-9.])\d+(?:\.\d+)+(?![A-Za-z0-9])")
_ROTATION = re.compile(r"\.\d{1,3}\Z")
_ALONE = re.compile(r"(?<![A-Za-z0-9])\d+(?![A-Za-z0-9])")
_PACKED = re.compile(r"\.(?:gz|bz2|xz|zst|lz4|gpg|pgp|age|enc|asc|aes)\Z", re.I)
FIELD = "*"


@dataclasses.dataclass(frozen=True)
class Dated:
    """What a name says. ``series``: the name with its dates and counters taken out; ``variant``: the same, with whether it is a full one.

    ``time``: the last moment that its date can mean; ``unclear``: a date that can mean several days.
    """

    series: str
    variant: str
    time: float | None
    unclear: str = ""
    exact: str = ""  # the series with the numbers and hashes that may say which of several things it is


def read_name(name: str, given: str = "", *, day_first: bool | None = None) -> Dated:
    """What a name, or the end of a path, says of its date. A date that stands in ``given``, the pattern, is none of the backup's own."""
    rest = _PACKED.sub("", _PACKED.sub("", name))
    rest = _PACKED.sub("", _ROTATION.sub("", rest))
    times: list[float] = []
    unclear = ""
    for expression, moment in ((_ISO, _of_iso), (_WEEK, _of_week), (_OF_WORDS, _of_words), (_EPOCH, _of_epoch)):
        rest, found = _taken(rest, expression, moment, given)
        times += found
    orders = [match for match in _OTHER_ORDER.finditer(rest) if match.group(0) not in given]
    for match in orders:
        first, second = int(match["a"]), int(match["b"])
        if first > 12 or second > 12 or first == second or day_first is not None:
            days_first = first > 12 or (second <= 12 and day_first is not False)
            day, month = (first, second) if days_first else (second, first)
            found_time = _end_of(int(match["Y"]), month, day)
            if found_time is not None:
                times.append(found_time)
        else:
            unclear = match.group(0)
        rest = rest.replace(match.group(0), FIELD, 1)
    rest, found = _taken(rest, _MONTH, _of_month, given)
    times += found
    dated = bool(times) or bool(unclear)
    for expression in (_SHORT_DATE, _VERSION, _WORDS):
        rest, _none = _taken(rest, expression, _of_nothing, given)
    exact = _shortened(_VARIANT.sub(FIELD, rest))
    rest, _none = _taken(rest, _UUID, _of_nothing, given)
    rest = _ALONE.sub(_counter_beside_date if dated else FIELD, rest)
    series = _shortened(_VARIANT.sub(FIELD, rest))
    return Dated(series, _shortened(rest), max(times) if times else None, "" if times else unclear, exact)


def _shortened(text: str) -> str:
    """With one mark for fields that stand beside each other."""
    return re.sub(r"\*(?:[-_.T ]*\*)+", FIELD, text)


def _counter_beside_date(match: re.Match[str]) -> str:
    """A number beside a date: a short one says which of several things it is, a long one which run."""
    return FIELD if len(match.group(0)) >= 4 else match.group(0)


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
    parts = {name: match[name] for name in "YmdHMS" if match[name]}
    if match["h"]:
        parts["H"] = match["h"]
    zone = match["z"]
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
    year, month, day = (match["Y"], match["m"], match["d"]) if match["Y"] else (match["y"], match["n"], match["e"])
    return _end_of(int(year), _MONTHS.index(month.lower()) + 1, int(day))


def _of_epoch(match: re.Match[str]) -> float | None:
    return float(match["t"]) + 1


def _of_month(match: re.Match[str]) -> float | None:
    year, month = int(match["Y"]), int(match["m"])
    following = dt.datetime(year + month // 12, month % 12 + 1, 1)
    return following.timestamp()


def _of_nothing(_match: re.Match[str]) -> float | None:
    return None


def days_come_first(names: t.Iterable[str]) -> bool | None:
    """Whether 03-04-2026 is a day in April, by other names of the same series; None where they do not say."""
    for name in names:
        for match in _OTHER_ORDER.finditer(name):
            if int(match["a"]) > 12:
                return True
            if int(match["b"]) > 12:
                return False
    return None


__all__ = ("FIELD", "Dated", "days_come_first", "name_time", "parts_of", "read_name", "translate")
