# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a record of another system says of a backup, by the names of its fields. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import email.errors
import email.headerregistry
import email.policy
import re
import typing as t
import unicodedata

from .._clients.record_amounts import number_of, size_of
from .._clients.record_times import moment_of
from .._clients.records import Row, keys_of
from .._finding import CannotObserve
from .._message import one_line
from .._patterns import NotSearched, find
from .._phrase import Message, phrase
from .._units import parse_duration
from ._json_answers import MISSING, look_up, same, show
from ._record_sources import Source
from ._record_states import BAD, GOOD, NEVER, OTHER, PARTIAL, RUNNING, States
from ._record_unnamed import Owners, level_in, level_of, moment_in

FIELDS = ("duration", "encrypted", "items", "job", "level", "size", "start", "state", "time")
_LIKE_STATES = re.compile(r"(?:^|[_. -])(?:state|status|result|outcome|success|succeeded|exit_?code|rc|phase|jobstatus)$", re.IGNORECASE)
_SHOWN = 80
_MOST_STATES = 20  # of a mail
_ADDRESSES = ("from", "to", "cc", "sender", "reply-to", "delivered-to", "return-path", "envelope-to")
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
    level: str = ""  # FULL or PART of ``_record_unnamed``, empty where none is told


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
        self.dateless: list[str] = []  # the states of failures of which nothing says when they were
        self.running = 0  # rows without a time of runs that have not ended
        self.owners = Owners()
        self.unmapped = ""
        self.lacking: Message | None = None

    def records(self, source: Source) -> list[Record]:
        """The records of a source that match, in their order. CannotObserve."""
        found = []
        for row in source.rows:
            self.rows += 1
            if not self._matches(row, source.kind):
                continue
            if "job" not in self.fields and source.kind not in ("mail", "metric"):
                self.owners.note(row)
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
            return self._state_in_mail(name, str(row["text"])) if field == "state" else _in_mail(name, str(row["text"]))
        return look_up(row, name)

    def _state_in_mail(self, expression: str, text: str) -> object:
        """The state; all of them where a mail tells several that do not mean the same."""
        said: list[str] = []
        for _number in range(_MOST_STATES):
            found = _found_in(expression, text)
            value = found.get("value") if found else None
            if found is None or value is None:
                break
            said.append(value)
            whole = found.get("whole") or value
            if not whole:
                break
            text = text[text.index(whole) + len(whole) - 1 :]  # its last sign is kept: what follows begins no line
            text = " " + text[1:] if not text.startswith("\n") else text
        if not said:
            return MISSING
        return said[0] if len({self.states.kind(one) for one in said}) == 1 else ", ".join(dict.fromkeys(one.strip() for one in said))

    def _matches(self, row: Row, kind: str) -> bool:
        for name, wanted in self.match.items():
            seen = row.get(str(name).lower(), MISSING) if kind == "mail" else look_up(row, str(name))
            words = wanted if isinstance(wanted, list) else [wanted]
            if seen is MISSING:
                self.lacking = self.lacking or _lacks(row, str(name))
                return False
            fits = any(_in_header(str(name), str(seen), str(word)) if kind == "mail" else same(seen, word) for word in words)
            if not fits:
                self.others.setdefault(one_line(show(seen), _SHOWN))
                return False
        return True

    def _record(self, row: Row, source: Source) -> Record | None:
        kind = source.kind
        said = self.value(row, "state", kind)
        word = "" if said is MISSING or said is None else one_line(unicodedata.normalize("NFC", show(said)), _SHOWN)
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
            return self._without_time(row, source, state, word, "" if value in (MISSING, None) else one_line(show(value), _SHOWN))
        job = self.value(row, "job", kind)
        record = Record(moment.time, moment.naive, state, word, "" if job is MISSING else one_line(show(job), _SHOWN), source)
        record.size = self._size(self.value(row, "size", kind))
        record.items = number_of(self.value(row, "items", kind))
        record.duration = _duration(self.value(row, "duration", kind))
        start = self.value(row, "start", kind)
        begun = moment_of(start, self.zone, self.form) if start is not MISSING else None
        if record.duration is None and begun and begun.time <= record.time:
            record.duration = record.time - begun.time
        level = self.value(row, "level", kind)
        record.level = level_in(row) if level is MISSING and kind not in ("mail", "metric") else level_of(show(level))
        encrypted = self.value(row, "encrypted", kind)
        record.encrypted = None if encrypted is MISSING else _is_yes(encrypted)
        return record

    def _size(self, value: object) -> float | None:
        """Bytes; None for what is no size."""
        number = number_of(value)
        if number is not None:
            return number * UNITS[self.unit]
        return size_of(value) if isinstance(value, str) else None

    def _without_time(self, row: Row, source: Source, state: str, word: str, said: str) -> Record | None:
        """A record whose time is none: that of a run that has not ended, a failure, or one that is not understood."""
        nothing = not re.search(r"[1-9]", said)  # null, empty, 0000-00-00, 0
        if nothing and "state" in self.fields and (state == RUNNING or (state == OTHER and not word)):
            self.running += 1
            return None
        if state in (BAD, PARTIAL):
            since = moment_in(row) if source.kind not in ("mail", "metric") else None
            if since is not None:
                job = self.value(row, "job", source.kind)
                return Record(since, False, state, word, "" if job is MISSING else one_line(show(job), _SHOWN), source)
            self.dateless.append(word)
        self.timeless.append((state, said))
        return None


def _in_mail(expression: str, text: str) -> object:
    """What the first group of an expression holds."""
    found = _found_in(expression, text)
    value = found.get("value") if found else None
    return MISSING if value is None else value


def _found_in(expression: str, text: str) -> dict[str, str | None] | None:
    """``value``: its first group; ``whole``: all that it fits."""
    named = re.sub(r"(?<!\\)\((?!\?)", "(?P<value>", expression, count=1) if "(?P<value>" not in expression else expression
    flags = re.match(r"\(\?[a-zA-Z]{1,8}\)", named)
    first = flags[0] if flags else ""
    try:
        return find(f"{first}(?P<whole>{named[len(first) :]})", text, flags=re.MULTILINE)
    except NotSearched as exc:
        raise CannotObserve(phrase("'{pattern}' cannot be looked for in a mail: {reason}", pattern=expression, reason=str(exc))) from None


def _in_header(name: str, seen: str, word: str) -> bool:
    """Whether a header has this word. An address or the name of a host must be that of the header, whatever name is shown beside it."""
    word, wanted = word.strip(), word.strip().strip("<>").casefold()
    if name.lower() not in _ADDRESSES or not re.fullmatch(r"\S*@\S+|[\w-]+(?:\.[\w-]+)+", wanted):
        return word.casefold() in seen.casefold()
    try:
        header = email.policy.default.header_factory(name, seen)
        there = [one.addr_spec.casefold() for one in t.cast("email.headerregistry.AddressHeader", header).addresses]
    except (AttributeError, IndexError, ValueError, TypeError, email.errors.MessageError):
        return False
    return any(one == wanted or one.rpartition("@")[2] == wanted.removeprefix("@") for one in there)


def _lacks(row: Row, name: str) -> Message:
    return phrase("a record has no {field:path} (it has {keys:list})", field=name, keys=keys_of(row))


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
