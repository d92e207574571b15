# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What whoever took a line has put before it, or around it: a host and a time. PRIVATE to the collection. Pure."""

from __future__ import annotations

import datetime as dt
import json
import re
import typing as t

from .log_times import Stamp, read_time
from .log_values import flat
from .log_wire import SKEW

# fields that name the host of a line and nothing else; the surest first
SURE_HOSTS = ("host.name", "host.hostname", "hostname", "_HOSTNAME", "syslog.hostname", "host")
_RFC3164 = r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,9})?"
_ISO = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?"
_HOST = r"(?P<host>[^\s:\[\]<>]{1,255})"
_RFC5424 = re.compile(rf"(?:<\d{{1,3}}>)?1 (?:{_ISO}|-) {_HOST} ")
_KNOWN = re.compile(rf"(?:<\d{{1,3}}>)?(?:{_RFC3164}|{_ISO}) {_HOST} ")
_LIKELY = re.compile(rf"(?:<\d{{1,3}}>)?(?:{_RFC3164}|{_ISO}) {_HOST} [^\s:\[\]]{{1,128}}(?:\[\d{{1,10}}\])?: ")


class Header(t.NamedTuple):
    """What a record says of its line, beside the line itself."""

    host: str | None = None
    stamp: Stamp | None = None


def header_of(text: str, token: str, begin: str | None, now: dt.datetime) -> Header:
    """The host and the time that a record of a file gives the line.

    ``begin``: what stood before the token as it was written. A time may lie in the future, as one of another zone does.
    """
    later = now + dt.timedelta(seconds=SKEW)
    place = text.find(token)
    known = text.find(begin, 0, max(place, 0)) if begin else -1
    if known == 0:
        return Header()  # the line itself begins there
    if text.lstrip().startswith("{"):
        return Header(_host_of_json(text), read_time(text, later))
    before = text[:known] if known > 0 else text[: max(place, 0)]
    if not before.strip():
        return Header()
    found = _RFC5424.match(before) or (_KNOWN if known > 0 or begin == "" else _LIKELY).match(before)
    stamp = read_time(before, later) if found else None
    return Header(found["host"] if found else None, stamp)


def _host_of_json(text: str) -> str | None:
    try:
        fields = flat(json.loads(text))
    except (ValueError, RecursionError):
        return None
    return next((fields[name] for name in SURE_HOSTS if fields.get(name)), None)


__all__ = ("SURE_HOSTS", "Header", "header_of")
