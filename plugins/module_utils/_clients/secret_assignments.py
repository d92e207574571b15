# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets that are known by their name or their place: ``password=...``, ``user:...@host``. PRIVATE to the collection."""

from __future__ import annotations

import re
import typing as t

from .secret_values import classes, is_hash, is_masked, is_object, is_password, is_placeholder, is_random, is_reference


class Found(t.NamedTuple):
    """A secret in a text. Whoever has it must not let it out."""

    family: str
    start: int
    end: int
    value: str
    weak: bool  # may be guessed: a person has made it, or there are not many of its kind


LONGEST = 300  # characters of a value
_KEY = 60  # characters of a name
_WORDS = ("pass", "pwd", "mdp", "kennwort", "secret", "token", "credential", "key")
_ASSIGNED = re.compile(
    r"(?:pass(?:wor[dt]|wd|phrase|code|e)?|pwd|mdp|kennwort|secret|token|credentials?|key)"
    r"(?P<closed>\\{0,4}[\"']?)(?P<gap>[ \t]{0,3})(?P<sign>=>|:=|[=:>])(?P<space>[ \t]{0,3})(?P<open>\\{0,4}[\"']|)",
    re.I,
)
_SPACED = re.compile(
    r"(?:pass(?:wor[dt]|wd|phrase|code)?|pwd|secret|token|key)[ \t]{1,3}(?P<open>'|)(?P<value>[^\s'\"\-=:<>|&;,)][^\s'\"]{3,200})", re.I
)
_PLAIN = re.compile(rf"[^\s\"'&;,)}}\]<>|\\]{{1,{LONGEST}}}")
_IN_QUOTES = {
    '"': re.compile(rf"(?:[^\"\\\n]|\\.){{1,{LONGEST}}}"),
    "'": re.compile(rf"(?:[^'\\\n]|\\.){{1,{LONGEST}}}"),
}
_IN_ESCAPED = re.compile(rf"[^\"'\\\n]{{1,{LONGEST}}}")
_ELEMENT = re.compile(rf"[^<\n]{{1,{LONGEST}}}(?=</)")
_OF_NAME = re.compile(r"[A-Za-z0-9_.$-]")
_PASSWORD = re.compile(r"(?:password|passwort|passwd|passphrase|passcode|motdepasse|kennwort|mdp|pwd)$")
_SHORT = re.compile(r"pass$")
_NO_PASS = re.compile(r"(?:bypass|compass|trespass|surpass|underpass|overpass|hallpass|onepass|singlepass|multipass)$")
_SECRET = re.compile(
    r"(?:secret|token|credentials?|(?:api|app|access|secret|private|encryption|signing|master|account|auth|shared|service|storage|subscription"
    r"|consumer|client|function|hmac|jwt|webhook|license|integration)key)$"
)
# what is called a token, or a secret, and opens nothing
_HARMLESS = re.compile(
    r"(?:next|page|paging|pagination|continuation|sync|csrf|xsrf|verification|antiforgery|cancel|cancellation|resume|start|end|stop|last|prev"
    r"|unexpected|invalid|syntax|change|delta|cursor|current|eos|bos|pad|max|min|num|total|prompt|completion|input|output|cached|fencing|lock"
    r"|design|skip|scroll|request|watch|batch|partition|concurrency|idempotency|clientrequest|requestid|public)token$|nosecret$|publickey$"
)
_PARAMETER = re.compile(r"[:@]\w*(?:p\d+|pass\w*|pwd|param\w*|value)$|\?|\$\d", re.I)
_AT_ITS_END = re.compile(r"[ \t]*(?:[,;.)}\]]?[ \t]*)?(?:\\[nr]|\r|\n|$)")
_LOGIN = re.compile(r"://(?P<user>[^\s:/@?#\"'<>\\]{0,100}):(?P<value>[^\s/\"'<>\\]{1,200})@(?=[\w\[])")
_USUAL = frozenset(("password", "passwd", "pass", "pwd", "pw", "secret", "token", "user", "username"))


def assigned(text: str, lowered: str) -> t.Iterator[Found]:
    """What is assigned to a name that says that it is secret. ``lowered``: the same text in lower case."""
    for word in _WORDS:
        place = lowered.find(word)
        while place >= 0:
            found = _assigned_at(text, place)
            if found:
                yield found
            place = lowered.find(word, place + len(word))


def _assigned_at(text: str, place: int) -> Found | None:
    match = _ASSIGNED.match(text, place)
    if match is None:
        return _after_space(text, place)
    name = _name(text, place, match.start("closed"))
    family = _family(name)
    if family is None:
        return None
    value = _value(text, match)
    if value is None:
        return None
    opened = bool(match["open"])
    if match["sign"] == "=" and match["space"] and not match["gap"] and not opened:
        return None  # "password= secret=null": nothing is assigned, and what follows is the next name
    told = match["sign"] == ":" and not opened and not match["closed"]  # as a sentence has it, or a name in two parts
    if family == "password":
        if not _is_password(value[0], name, told=told, last=bool(match["space"] and _AT_ITS_END.match(text, value[2]))):
            return None
    elif is_reference(value[0]) or _PARAMETER.match(value[0]) or not is_random(value[0]):
        return None
    return Found(family, value[1], value[2], value[0], family == "password" or len(value[0]) < 20)


def _after_space(text: str, place: int) -> Found | None:
    """``--password VALUE``, ``IDENTIFIED BY PASSWORD 'VALUE'``."""
    match = _SPACED.match(text, place)
    if match is None:
        return None
    name = _name(text, place, place + len(match.group().split()[0]))
    flag = name.startswith("-")
    family = _family(name)
    if family is None or not (flag or (match["open"] and family == "password")):
        return None
    value = match["value"].rstrip("'\",;")
    if family == "password":
        if not is_password(value) or _PARAMETER.match(value) or (not flag and classes(value) < 2):
            return None
    elif is_reference(value) or not is_random(value):
        return None
    return Found(family, match.start("value"), match.start("value") + len(value), value, family == "password")


def _name(text: str, place: int, end: int) -> str:
    """The whole name that ends here."""
    start = place
    while start > 0 and place - start < _KEY and _OF_NAME.match(text, start - 1):
        start -= 1
    return text[start:end]


def _family(name: str) -> str | None:
    """What a name says of its value."""
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    if _HARMLESS.search(plain):
        return None
    if _PASSWORD.search(plain) or (_SHORT.search(plain) and not _NO_PASS.search(plain)):
        return "password"
    return "secret_value" if _SECRET.search(plain) else None


def _value(text: str, match: re.Match[str]) -> tuple[str, int, int] | None:
    sign, opened = match["sign"], match["open"]
    if sign == ">":
        begins = text.rfind("<", max(0, match.start() - 200), match.start())
        found = _ELEMENT.match(text, match.end("sign")) if begins >= 0 and " " not in text[begins : match.start()] else None
    elif opened.startswith("\\"):
        found = _IN_ESCAPED.match(text, match.end())
    elif opened:
        found = _IN_QUOTES[opened].match(text, match.end())
    else:
        found = _PLAIN.match(text, match.end())
    if found is None:
        return None
    value = found.group()
    if not opened and sign != ">":
        value = value.rstrip(".:")
    return value, found.start(), found.start() + len(value)


def _is_password(value: str, name: str, *, told: bool, last: bool) -> bool:
    if not is_password(value) or _PARAMETER.match(value):
        return False
    if re.search(r"pass$", name, re.I) and (len(value) < 6 or classes(value) < 2):
        return False  # "pass=12 fail=0", "pass: all"
    if " " in value.strip() and not any(c.isdigit() for c in value):
        return False  # "password": "must have eight characters"
    if not told:
        return True
    if is_object(value):
        return False
    return len(value) >= 6 and (classes(value) >= 2 and any(c.isalnum() for c in value)) and (last or any(c.isdigit() for c in value))


def logins(text: str) -> t.Iterator[Found]:
    """Passwords in addresses: ``scheme://user:password@host``."""
    place = text.find("://")
    while place >= 0:
        match = _LOGIN.match(text, place)
        if match:
            value = match["value"]
            plain = is_masked(value) or is_reference(value) or value.lower() in _USUAL or is_hash(value)
            if not plain and not (is_placeholder(value) and len(value) < 16):
                yield Found("url_password", match.start("value"), match.end("value"), value, True)
        place = text.find("://", place + 3)


__all__ = ("Found", "assigned", "logins")
