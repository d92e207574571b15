# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a log line says that it was written: where in a line the time stands. PRIVATE to the collection.

The forms themselves are in ``log_time_forms``.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import typing as t

from .log_time_forms import EARLIEST, Stamp, of_number, of_text

DAY = 86400.0
LONGEST = 16384  # characters of a line that are looked at
LEAD = 240  # characters within which the time of a line of text begins
TOKENS = 8  # words before it
HEAD_LINES = 50

# in the order in which they are looked for; lower case
KEYS = (
    *(
        "@timestamp",
        "stagetimestamp",
        "requestreceivedtimestamp",
        "timestamp",
        "timestampseconds",
        "time",
        "ts",
        "@t",
        "datetime",
        "eventtime",
        "event_time",
        "instant",
        "timemillis",
        "log_time",
        "logtime",
    ),
    *("logged_at", "asctime", "time_iso8601", "time_local", "msec", "startutc", "_time", "t", "date", "__realtime_timestamp"),
    *(
        "timeunixnano",
        "observedtimeunixnano",
        "written_at",
        "@time",
        "starttime",
        "start_time",
        "log_timestamp",
        "epoch",
        "unixtime",
        "isotime",
    ),
    *("_source_realtime_timestamp", "syslog_timestamp", "created_at", "createdat", "created", "rt", "devtime", "event.created", "event"),
)
# these may also be dates of what a line is about
DOUBTFUL = frozenset({"date", "created_at", "createdat", "created", "rt", "devtime", "event", "event.created", "t", "start"})
_RANK = {key: place for place, key in enumerate(KEYS)}
_NESTED = ("$date", "created", "start", "iso")
_KEYED = re.compile(
    r"(?<![^\s{(,;<\[|])(?P<key>[@A-Za-z_][\w@.-]{0,40})=(?:\"(?P<quoted>[^\"]{1,60})\"|'(?P<single>[^']{1,60})'|(?P<plain>[^\s,;|\"']{1,60}))"
)
_MEMBER = re.compile(
    r'"(?P<key>[@A-Za-z_][\w@.]{0,40})"\s{0,4}:\s{0,4}(?:"(?P<quoted>[^"\\]{1,60})"|(?P<number>\d{9,19}(?:\.\d{1,9})?)(?![\d.]))'
)
_DRESS = re.compile(r"(?:\x1b\[[0-9;]{0,12}m|[\s\ufeff\x00-\x1a]){1,200}")
_SYSLOG = re.compile(r"(?:\d{1,5} )?<\d{1,3}>(?:1 )?")
_OPENING = re.compile(r"[\[(<{\"'|*#=:,;-]{1,8}\s{0,4}")
_CLOCK_FIRST = re.compile(r"[\[(\"']?\d{1,2}:\d\d:\d\d(?:[.,]\d{1,9})?(?![\d:])")
_UPTIME = re.compile(r"\[ {0,8}\d{1,9}\.\d{3,6}\] ")
_LEVEL = re.compile(
    r"(?:trace|debug|info|information|notice|note|warn|warning|err|error|crit|critical|fatal|alert|emerg|severe|fine|finer|finest|config|log|"
    r"dbg|inf|wrn|ftl|vrb|trc|panic|verbose|[tdiwefnvc])[\]):|>,-]{0,3}(?:\s{1,8}|$|(?=\[)|(?<=[:|]))",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"(?:\[[^\[\]]{0,100}\]|\([^()]{0,100}\)|<[^<>]{0,100}>|\{[^{}]{0,100}\})[:,;|-]{0,2}\s{0,8}")
_WORD = re.compile(r"[^\s\[(<{|]{1,100}[|]?\s{0,8}")
_PROSE = re.compile(r"[^\d=]*[^\W\d_][^\d=]*(?<![:|])")
COLOUR = re.compile(r"\x1b\[[0-9;]{0,20}m")
_TABBED = re.compile(r"(?P<key>[@A-Za-z_][\w@.-]{0,40}):(?P<value>[^\t]{1,60})")  # LTSV
_STARTED = re.compile(r"Started [A-Z]{3,10} \"[^\"]{0,2000}\" for \S{1,60} at ")  # Rails
_SPID = re.compile(r"\d\d:\d{4}:\d{5}:\d{5}:")  # Sybase
_UNIX_NANO = re.compile(r"\"(?:timeUnixNano|observedTimeUnixNano)\"\s{0,4}:\s{0,4}\"?(\d{19})\b")  # OpenTelemetry
_BRACKET = re.compile(r"\[(?=[A-Z\d])")


def read_time(line: str, now: dt.datetime) -> Stamp | None:
    """When this line says that it was written; None where it says nothing that is understood.

    A moment may lie in the future: what is read is told, not judged. Where a form leaves open what it means (no year, ``10/11/2026``), the
    stamp is ``ambiguous`` and has the latest of the readings that do not lie in the future. At most 16 KiB of the line are looked at.
    """
    whole = len(line) <= LONGEST
    line = line[:LONGEST]
    if "\x1b" in line:
        line = COLOUR.sub("", line)
    start = _dressed(line, 0)
    special = _STARTED.match(line, start) or _SPID.match(line, start)
    if special:
        return of_text(line, special.end(), now)
    syslog = _SYSLOG.match(line, start)
    if syslog:
        found = of_text(line, syslog.end(), now)
        if found:
            form = "rfc5424" if syslog.group().endswith("1 ") else found.form
            return found._replace(form=form)
        start = syslog.end()
    if line.startswith("{", start):
        return _of_json(line[start:], now, whole=whole)
    if _UPTIME.match(line, start):
        return None
    found = of_text(line, start, now)
    if found:
        return found
    if _CLOCK_FIRST.match(line, start):
        return None  # a time of day without a date: any date further on is another one
    return _of_keys(line, start, now) or _after_words(line, start, now) or _in_brackets(line, now) or _json_within(line, now, whole=whole)


def has_clock_only(line: str) -> bool:
    """Whether a line begins with a time of day, without a date."""
    return bool(_CLOCK_FIRST.match(line, _dressed(line[:LONGEST], 0)))


def first_time(text: str, now: dt.datetime) -> Stamp | None:
    """The time of the first of these lines that has a plausible one: after 1999, at most a day in the future.

    Where day and month may be either way round, the other lines are asked which way it is.
    """
    stamps = [stamp for line in text.splitlines()[:HEAD_LINES] if (stamp := _plausible(line, now))]
    if not stamps:
        return None
    first = stamps[0]
    if not first.others or _is_reset(first):
        later = next((one for one in stamps if one.moment > first.moment + DAY), None) if _is_reset(first) else None
        return later or first
    orders = {one.orders[0] for one in stamps if one.form == first.form and len(one.orders) == 1}
    return first.settled(orders.pop()) if len(orders) == 1 else first


def _is_reset(stamp: Stamp) -> bool:
    """Whether it is of the first hour of a year, in which a host without a clock begins each time that it is started."""
    return any(
        (moment.month, moment.day, moment.hour) == (1, 1, 0)
        for moment in (dt.datetime.fromtimestamp(stamp.moment), dt.datetime.fromtimestamp(stamp.moment, dt.timezone.utc))
    )


def _plausible(line: str, now: dt.datetime) -> Stamp | None:
    stamp = read_time(line, now)
    return stamp if stamp and EARLIEST < stamp.moment < now.timestamp() + DAY else None


def _dressed(line: str, start: int) -> int:
    match = _DRESS.match(line, start)
    return match.end() if match else start


# -- a line of text


def _after_words(line: str, start: int, now: dt.datetime) -> Stamp | None:
    """The time behind what usually stands before it: a level, a thread in brackets, an address, a process."""
    place, proses = start, 0
    for _unused in range(TOKENS):
        opening = _OPENING.match(line, place)
        if opening and opening.end() < len(line):
            found = of_text(line, opening.end(), now)
            if found:
                return found
        token = _LEVEL.match(line, place) or _GROUPED.match(line, place)
        if token is None:
            token = _WORD.match(line, opening.end() if opening else place)
            if token is None:
                return None
            proses += bool(_PROSE.fullmatch(token.group().strip()))
            if proses > 1:
                return None  # it is a sentence, and a date in it would be one that it is about
        place = _dressed(line, token.end())
        if place >= min(len(line), LEAD):
            return None
        if _CLOCK_FIRST.match(line, place):
            return of_text(line, place, now)
        found = of_text(line, place, now)
        if found:
            return found
    return None


def _in_brackets(line: str, now: dt.datetime) -> Stamp | None:
    """A full time in brackets, as in access logs; the user before it may have any name."""
    for count, match in enumerate(_BRACKET.finditer(line, 0, 2 * LEAD)):
        found = of_text(line, match.end(), now)
        if found and found.form in ("clf", "ctime", "iso"):
            return found
        if count == TOKENS:
            break
    return None


def _of_keys(line: str, start: int, now: dt.datetime) -> Stamp | None:
    """``ts=... level=...``: the best of the usual keys."""
    given: dict[str, str] = {}
    for match in _KEYED.finditer(line, start, LONGEST // 4):
        given.setdefault(match["key"].lower(), match["quoted"] or match["single"] or match["plain"])
    if not given and "\t" in line:
        for part in line[start:].split("\t")[:100]:
            tabbed = _TABBED.fullmatch(part)
            if tabbed:
                given.setdefault(tabbed["key"].lower(), tabbed["value"])
    if not given:
        audit = re.search(r"\bmsg=audit\((\d{10}(?:\.\d{1,3})?):", line[:LEAD])
        return of_number(float(audit[1]), "audit") if audit else None
    audit = re.match(r"audit\((\d{10}(?:\.\d{1,3})?):", given.get("msg", ""))
    if audit:
        return of_number(float(audit[1]), "audit")
    if "date" in given and re.fullmatch(r"\d\d:\d\d:\d\d(?:\.\d{1,9})?", given.get("time", "")):
        found = of_text(f"{given['date']} {given['time']}", 0, now)
        return found._replace(form="logfmt") if found else None
    return _of_ranked([(key, value) for key, value in given.items() if key in _RANK], now, "logfmt")


def _of_ranked(given: t.Sequence[tuple[str, object]], now: dt.datetime, form: str) -> Stamp | None:
    """The best of the usual keys. A line is written after what it is about: where two differ by days, the later one counts."""
    best: Stamp | None = None
    for key, value in sorted(given, key=lambda one: _RANK[one[0].lower()]):
        doubtful = key.lower() in DOUBTFUL
        if best is not None and doubtful:
            continue
        found = _of_value(value, now, form)
        if found is None:
            continue
        if best is None:
            best = found._replace(doubtful=doubtful)
        elif best.moment + DAY < found.moment < now.timestamp() + DAY:
            best = found._replace(doubtful=False)
    return best


# -- JSON


def _of_json(text: str, now: dt.datetime, *, whole: bool) -> Stamp | None:
    if whole:
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            data = None
        if isinstance(data, dict):
            return _of_object(data, now) or _of_telemetry(text)
    given: dict[str, str] = {}  # cut off, or not quite JSON
    for match in _MEMBER.finditer(text):
        given.setdefault(match["key"], match["quoted"] or match["number"])
    return _of_object(given, now) or _of_telemetry(text)


def _of_telemetry(text: str) -> Stamp | None:
    match = _UNIX_NANO.search(text)
    return of_number(float(match[1]), "json") if match else None


def _of_object(data: t.Mapping[str, object], now: dt.datetime) -> Stamp | None:
    return _of_ranked([(key, value) for key, value in data.items() if isinstance(key, str) and key.lower() in _RANK], now, "json")


def _of_value(value: object, now: dt.datetime, form: str) -> Stamp | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return of_number(value, form)
    if isinstance(value, dict):
        return _of_parts(value, now, form)
    if not isinstance(value, str):
        return None
    text = value.strip()[:100]
    if re.fullmatch(r"\d{9,19}(?:\.\d{1,9})?", text):
        found = of_number(float(text), form)
        if found:
            return found
    found = of_text(text, 1 if text.startswith("[") else 0, now)
    return found._replace(form=form) if found else None


def _of_parts(value: dict[str, object], now: dt.datetime, form: str) -> Stamp | None:
    """``{"epochSecond": ..., "nanoOfSecond": ...}``, ``{"seconds": ..., "nanos": ...}``, ``{"$date": ...}``."""
    for seconds, rest in (("epochSecond", "nanoOfSecond"), ("seconds", "nanos")):
        number, fraction = value.get(seconds), value.get(rest, 0)
        if isinstance(number, (int, float)) and isinstance(fraction, (int, float)):
            try:
                return of_number(number + fraction / 1e9, form)
            except OverflowError:
                return None
    date, zone = value.get("date"), value.get("timezone")
    if isinstance(date, str):  # as PHP writes a time as an object
        return _of_value(f"{date} {zone}" if isinstance(zone, str) and zone[:1] not in "+-" else f"{date}{zone or ''}", now, form)
    for key in _NESTED:
        inner = value.get(key)
        if isinstance(inner, (str, int, float)):
            return _of_value(inner, now, form)
    return None


def _json_within(line: str, now: dt.datetime, *, whole: bool) -> Stamp | None:
    """JSON behind a word or two: ``@cee: {...}``, ``app[12]: {...}``."""
    place = line.find('{"', 0, LEAD)
    return _of_json(line[place:], now, whole=whole) if place > 0 else None


__all__ = ("COLOUR", "HEAD_LINES", "KEYS", "Stamp", "first_time", "has_clock_only", "read_time")
