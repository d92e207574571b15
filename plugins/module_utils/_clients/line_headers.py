# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What whoever took a line has put before it, or around it: a host and a time. PRIVATE to the collection. Pure."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import re
import typing as t

from .log_times import Stamp, read_time
from .log_values import flat
from .log_wire import SKEW

# fields that name the host of a line and nothing else; the surest first
SURE_HOSTS = ("host.name", "host.hostname", "hostname", "_HOSTNAME", "syslog.hostname", "host", "HOST")
# what shippers call the part in which they say where a line is from
_HOLDERS = ("resource.attributes.", "resource.labels.", "resource.", "labels.", "stream.", "fields.", "tags.", "metadata.", "log.")
_OF_ATTRIBUTES = ("attributes.host.name", "attributes.host.hostname", "attributes.hostname")
_DEEPEST, _MOST_ITEMS, _MOST_STARTS = 16, 10_000, 8
_RFC3164 = r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,9})?(?: \d{4})?"
_ISO = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z| ?[+-]\d\d:?\d\d)?"
_FULL = r"[A-Z][a-z]{2} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})? [A-Z]{2,5}"  # of journalctl, as is the one in seconds
_TIMED = re.compile(rf"(?P<priority><\d{{1,3}}>)?(?:1 )?(?:(?P<syslog>{_RFC3164}|{_FULL})|(?P<iso>{_ISO})|\d{{10}}\.\d{{6}})[\s:]")
_RFC5424 = re.compile(rf"(?:<\d{{1,3}}>)?1 (?:{_ISO}|-) (?P<host>\S{{1,255}}) \S{{1,128}} \S{{1,128}} \S{{1,128}} (?:-|\[)")
_WORD = re.compile(r" ?(?P<word>[^\s:\[\]<>]{1,255}) (?P<rest>.{0,300})", re.DOTALL)
_TAG = re.compile(r"(?P<tag>[^\s:\[\]]{1,128})(?P<process>\[\d{1,10}\])?(?P<colon>:)? ")
_RECEIVERS_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?[+-]\d\d:\d\d")  # as rsyslog and syslog-ng write it
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}")
_LOCAL = re.compile(r"localhost(?:[.-].*)?|127(?:\.\d{1,3}){3}|::1", re.IGNORECASE)
_NO_NAME = re.compile(
    r"(?:(?:kern|user|mail|daemon|auth|authpriv|syslog|cron|local\d)\.)?"
    r"(?:trace|debug|dbg|verbose|fine[rs]?t?|config|info|inf|information|notice|note|warn|warning|wrn|err|error|severe|fail|failure"
    r"|crit|critical|alert|emerg|emergency|panic|fatal|log|stdout|stderr|main|root|[a-z])",
    re.IGNORECASE,
)
_PAIR = re.compile(r"(?:^|[\s,{])\"?(?:host|hostname|host\.name|host_name)\"?(?:=|:(?=\S))\"?(?P<host>[^\s\",;{}]{1,255})")
Known = t.Callable[[str], bool]


class Header(t.NamedTuple):
    """What a record says of its line, beside the line itself."""

    host: str | None = None
    stamp: Stamp | None = None


def _nobody(_name: str) -> bool:
    return False


def header_of(
    text: str,
    token: str,
    begin: str | None,
    now: dt.datetime,
    *,
    tags: t.Collection[str] = (),
    known: Known = _nobody,
    near: t.Sequence[str] = (),
) -> Header:
    """The host and the time that a record of a file gives the line.

    ``begin``: what stood before the token as it was written; ``tags``: the tags under which it may have been sent; ``known``: whether a
    word is the name of one of the hosts; ``near``: other lines of the file, whose form tells that of this one where it alone does not.
    A time may lie in the future, as one of another zone does.
    """
    later = now + dt.timedelta(seconds=SKEW)
    place = text.find(token)
    own = text.find(begin, 0, max(place, 0)) if begin else -1
    if own == 0:
        return Header()  # the line itself begins there
    around = _json_around(text, token, own)
    if around is not None:
        stamp = read_time(text, later)
        return Header(host_around(around, token) or _host_before(text[: text.find("{")], tags, known, sure=True), stamp)
    before = text[:own] if own > 0 else text[: max(place, 0)]
    if not before.strip():
        return Header()
    sure = own > 0 or begin == ""
    host = _host_before(before, tags, known, sure=sure, near=near)
    timed = _TIMED.match(before) if host or sure else None
    if host is None and own > 0:
        pair = _PAIR.search(before) or _PAIR.search(text, text.rfind(token) + len(token))
        host = pair["host"] if pair else None
    return Header(host, read_time(before, later) if timed or _RFC5424.match(before) else None)


# -- a word that is a host


def host_of_header(text: str, known: Known = _nobody) -> str | None:
    """The host that a line of syslog names, as receivers write it into files."""
    return _host_before(text[:1024], (), known, sure=True)


def _host_before(before: str, tags: t.Collection[str], known: Known, *, sure: bool, near: t.Sequence[str] = ()) -> str | None:
    """The word that is the host, where what stands before a line has a place for it: not each word after a time is one.

    ``sure``: all of it was put there by whoever took the line.
    """
    found = _RFC5424.match(before)
    if found:
        return found["host"]
    timed = _TIMED.match(before)
    after = _WORD.match(before, timed.end()) if timed else None
    if timed is None or after is None:
        return None
    word, tag = after["word"], _TAG.match(after["rest"])
    ends = tag is not None and tag["colon"] is not None
    if known(word) or _LOCAL.fullmatch(word):
        return word if sure or ends else None
    if not is_name(word) or tag is None:
        return None
    framed = bool(timed["priority"] or timed["syslog"]) and (sure or ends)
    told = ends and bool(tag["process"] or tag["tag"] in tags or _RECEIVERS_TIME.fullmatch(timed["iso"] or ""))
    return word if framed or told or ((sure or ends) and _name_hosts(near, known)) else None


def _name_hosts(lines: t.Sequence[str], known: Known) -> bool:
    """Whether lines have hosts after their times: most have a word there that may be one, and some one that is."""
    words = [found["word"] for line in lines if (timed := _TIMED.match(line)) and (found := _WORD.match(line, timed.end()))]
    named = [word for word in words if is_name(word)]
    sure = [line for line in lines if host_of_header(line, known)]
    return bool(sure) and len(named) == len(words) >= len(lines) / 2


def is_name(word: str) -> bool:
    """Whether a word may be the name or the address of a host at all: levels, streams, paths and numbers are none."""
    try:
        ipaddress.ip_address(word)
    except ValueError:
        return bool(_NAME.fullmatch(word)) and not word.replace(".", "").isdigit() and not _NO_NAME.fullmatch(word)
    return True


# -- a field that is a host


def _json_around(text: str, token: str, own: int) -> object | None:
    """The JSON in which a line lies, also behind a time and a tag; None where there is none, or it is the line itself."""
    place, start = text.find(token), text.find("{")
    for _try in range(_MOST_STARTS):
        if start < 0 or start > place or start == own:
            return None
        try:
            value, end = json.JSONDecoder().raw_decode(text, start)
        except (ValueError, RecursionError):
            start = text.find("{", start + 1)
            continue
        if end > place:
            return t.cast("object", value)
        start = text.find("{", end)
    return None


def host_around(document: object, token: str) -> str | None:
    """The host that the parts of a document name in which a line lies, the nearest one first: other lines in it have theirs."""
    return next((host for part in _parts_around(document, token, 0) or () if (host := host_of_document(part))), None)


def host_of_document(document: dict[str, object]) -> str | None:
    """The host that the fields of a document name, or the part of it in which shippers say where a line is from."""
    fields = flat(_with_attributes(document))
    names = [*SURE_HOSTS, *_OF_ATTRIBUTES, *(f"{holder}{name}" for holder in _HOLDERS for name in SURE_HOSTS)]
    return next((fields[name] for name in names if fields.get(name)), None)


def _parts_around(value: object, token: str, depth: int) -> list[dict[str, object]] | None:
    """The objects in which a token stands, from the inmost one to the outmost."""
    if isinstance(value, str):
        return [] if token in value else None
    if depth > _DEEPEST or not isinstance(value, (dict, list)):
        return None
    for item in list(value.values() if isinstance(value, dict) else value)[:_MOST_ITEMS]:
        inner = _parts_around(item, token, depth + 1)
        if inner is not None:
            return [*inner, value] if isinstance(value, dict) else inner
    return None


def _with_attributes(value: object, depth: int = 0) -> object:
    """The same with lists of keys and values, as OpenTelemetry has its attributes, as objects."""
    if depth > 4:
        return value
    if isinstance(value, list) and value and all(isinstance(item, dict) and "key" in item and "value" in item for item in value[:100]):
        return {str(item["key"]): _plain(item["value"]) for item in value[:100]}
    return {key: _with_attributes(item, depth + 1) for key, item in value.items()} if isinstance(value, dict) else value


def _plain(value: object) -> object:
    return next(iter(value.values())) if isinstance(value, dict) and len(value) == 1 else value


__all__ = ("SURE_HOSTS", "Header", "Known", "header_of", "host_around", "host_of_document", "host_of_header", "is_name")
