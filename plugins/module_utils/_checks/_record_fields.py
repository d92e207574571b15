# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a record of another system says of a backup, by the names of its fields. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import re
import typing as t

from .._clients.record_times import moment_of
from .._clients.records import Row, keys_of
from .._finding import CannotObserve
from .._message import one_line
from .._patterns import NotSearched, find
from .._phrase import Message, phrase
from .._units import parse_duration, parse_size
from ._json_answers import MISSING, look_up, same, show
from ._record_sources import Source
from ._record_states import BAD, GOOD, NEVER, States

FIELDS = ("duration", "encrypted", "items", "job", "size", "start", "state", "time")
_LIKE_STATES = re.compile(r"(?:^|[_. -])(?:state|status|result|outcome|success|succeeded|exit_?code|rc|phase|jobstatus)$", re.IGNORECASE)
_SHOWN = 80
UNITS = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}


@dataclasses.dataclass
class Record:
    """One run of a backup; ``state`` one of the constants of ``_record_states``."""

    time: float
    naive: bool
    state: str
    said: str
    job: str
    source: Source
    size: float | None = None
    items: float | None = None
    duration: float | None = None
    encrypted: bool | None = None


class Reading:
    """Reads rows by the names of fields, and counts what cannot be read."""

    def __init__(
        self,
        fields: t.Mapping[str, object],
        match: t.Mapping[str, object],
        states: States,
        zone: dt.tzinfo | None,
        form: str | None,
        unit: str,
    ) -> None:
        self.fields = {name: str(path) for name, path in fields.items()}
        self.match, self.states, self.zone, self.form, self.unit = match, states, zone, form, unit
        self.rows = 0
        self.others: dict[str, None] = {}  # what the rows have that do not match
        self.timeless: list[tuple[str, str]] = []  # the state and the time of rows whose time is none
        self.unmapped = ""
        self.lacking: Message | None = None

    def records(self, source: Source) -> list[Record]:
        """The records of a source that match, in their order. CannotObserve."""
        found = []
        for row in source.rows:
            self.rows += 1
            if not self._matches(row, source.kind):
                continue
            record = self._record(row, source)
            if record:
                found.append(record)
        return found

    def value(self, row: Row, field: str, kind: str) -> object:
        """What a row says; MISSING where it says nothing."""
        name = self.fields.get(field)
        if kind == "metric":
            return row.get(name or "series", MISSING) if field == "job" else row.get(field, MISSING)
        if name is None:
            return row.get("date", MISSING) if kind == "mail" and field == "time" else MISSING
        if kind == "mail" and name not in row:
            return self._in_mail(name, str(row["text"]))
        return look_up(row, name)

    @staticmethod
    def _in_mail(expression: str, text: str) -> object:
        """What the first group of an expression holds."""
        named = re.sub(r"(?<!\\)\((?!\?)", "(?P<value>", expression, count=1) if "(?P<value>" not in expression else expression
        try:
            found = find(named, text, flags=re.MULTILINE)
        except NotSearched as exc:
            raise CannotObserve(
                phrase("'{pattern}' cannot be looked for in a mail: {reason}", pattern=expression, reason=str(exc))
            ) from None
        value = found.get("value") if found else None
        return MISSING if value is None else value

    def _matches(self, row: Row, kind: str) -> bool:
        for name, wanted in self.match.items():
            seen = row.get(str(name).lower(), MISSING) if kind == "mail" else look_up(row, str(name))
            words = wanted if isinstance(wanted, list) else [wanted]
            if seen is MISSING:
                self.lacking = self.lacking or _lacks(row, str(name))
                return False
            fits = any(str(word).casefold() in str(seen).casefold() if kind == "mail" else same(seen, word) for word in words)
            if not fits:
                self.others.setdefault(one_line(show(seen), _SHOWN))
                return False
        return True

    def _record(self, row: Row, source: Source) -> Record | None:
        kind = source.kind
        said = self.value(row, "state", kind)
        word = "" if said is MISSING or said is None else one_line(show(said), _SHOWN)
        if "state" in self.fields:
            if said is MISSING:
                self.lacking = self.lacking or _lacks(row, self.fields["state"])
            state = self.states.kind(word)
        else:
            state = GOOD
            self.unmapped = self.unmapped or next((str(key) for key in row if _LIKE_STATES.search(str(key))), "")
        value = self.value(row, "time", kind)
        if kind == "metric" and isinstance(value, float) and value <= 0:  # as exporters say that there was none yet
            return Record(0.0, False, BAD, NEVER, str(row.get(self.fields.get("job", "series"), "")), source)
        moment = moment_of(value, self.zone, self.form if kind != "metric" else None) if value is not MISSING else None
        if moment is None:
            if value is MISSING:
                self.lacking = self.lacking or _lacks(row, self.fields.get("time", "time"))
            self.timeless.append((state, "" if value in (MISSING, None) else one_line(show(value), _SHOWN)))
            return None
        job = self.value(row, "job", kind)
        record = Record(moment.time, moment.naive, state, word, "" if job is MISSING else one_line(show(job), _SHOWN), source)
        record.size = self._size(self.value(row, "size", kind))
        record.items = _number(self.value(row, "items", kind))
        record.duration = _duration(self.value(row, "duration", kind))
        start = self.value(row, "start", kind)
        begun = moment_of(start, self.zone, self.form) if start is not MISSING else None
        if record.duration is None and begun and begun.time <= record.time:
            record.duration = record.time - begun.time
        encrypted = self.value(row, "encrypted", kind)
        record.encrypted = None if encrypted is MISSING else _is_yes(encrypted)
        return record

    def _size(self, value: object) -> float | None:
        """Bytes; None for what is no size."""
        number = _number(value)
        if number is not None:
            return number * UNITS[self.unit]
        try:
            return float(parse_size(str(value))) if isinstance(value, str) else None
        except ValueError:
            return None


def _lacks(row: Row, name: str) -> Message:
    return phrase("a record has no {field:path} (it has {keys:list})", field=name, keys=keys_of(row))


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _duration(value: object) -> float | None:
    """Seconds of a number, of ``1h30m`` and of ``[D.]HH:MM:SS``."""
    if value is MISSING or value is None or isinstance(value, bool):
        return None
    clock = re.fullmatch(r"(?:(\d{1,4})[. ])?(\d{1,3}):(\d\d):(\d\d)(?:\.\d+)?", str(value).strip())
    if clock:
        days, hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return float(((days * 24 + hours) * 60 + minutes) * 60 + seconds)
    try:
        return parse_duration(str(value)[:60])
    except ValueError:
        return None


def _is_yes(value: object) -> bool | None:
    word = show(value).strip().casefold()
    if word in ("", "false", "no", "n", "0", "none", "null", "off", "unencrypted", "disabled"):
        return False
    return True if word in ("true", "yes", "y", "1", "1.0", "on", "encrypted", "enabled") or word.startswith("aes") else None


__all__ = ("FIELDS", "UNITS", "Reading", "Record")
