# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets that are known by their name or their place: ``password=...``, ``user:...@host``. PRIVATE to the collection."""

from __future__ import annotations

import re
import typing as t

from .secret_values import (
    classes,
    is_hash,
    is_machine_made,
    is_masked,
    is_name,
    is_object,
    is_object_name,
    is_password,
    is_random,
    is_reference,
    is_scheme,
    is_short_secret,
    says_none,
)


class Found(t.NamedTuple):
    """A secret in a text. Whoever has it must not let it out."""

    family: str
    start: int
    end: int
    value: str
    weak: bool  # may be guessed: a person has made it, or there are not many of its kind


LONGEST = 300  # characters of a value
_KEY = 60  # characters of a name
_FOREIGN = (
    *("contraseña", "wachtwoord", "senha", "hasło", "lösenord", "пароль", "パスワード", "密码", "密碼", "비밀번호", "heslo", "salasana"),
    *("adgangskode", "parola", "clave"),
)
_WORDS = ("pass", "pwd", "mdp", "kennwort", "secret", "token", "credential", "key", *_FOREIGN)
_NAMES = r"pass(?:wor[dt]|wd|phrase|code|e)?|pwd|mdp|kennwort|secret|token|credentials?|key|" + "|".join(_FOREIGN)
_Q = r"\\{0,4}[\"']"  # a quotation mark, however often it is escaped
_WRAP = (
    r"(?:(?:Some|Ok|Just|Optional|Secret\w{0,12})\(|string\(\d{1,5}\)[ ]{1,2}|[bBuUrRN](?=\\{0,4}[\"'])"
    r"|\[{1,2}(?=\\{0,4}[\"']?[^\s\]\[\"'\\]{4,300}\\{0,4}[\"']?\]))?"
)
_ASSIGNED = re.compile(
    rf"(?:{_NAMES})(?P<closed>(?:{_Q})?\]?)(?P<gap>[ \t]{{0,20}})(?P<sign>=>|:=|->|[=:>：])"
    rf"(?P<space>[ \t]{{0,3}}(?:[|>]-?)?(?:\n[ \t]{{1,20}})?)(?P<wrap>{_WRAP})(?P<open>(?:{_Q})|)",
    re.I,
)
_SPACED = re.compile(
    r"(?:pass(?:wor[dt]|wd|phrase|code)?|pwd|secret|token|key)(?P<between>[ \t]{1,3}(?:(?:is|was|set to)[ ])?)(?P<open>['\"]|)"
    r"(?P<value>[^\s'\"\-=:<>|&;,)][^\s'\"]{3,200})",
    re.I,
)
# a name, and its value as another member, attribute or element beside it
_APART = re.compile(
    rf"(?:{_NAMES})(?:"
    rf"{_Q}[ \t]{{0,3}},?\s{{0,20}}{_Q}?(?P<keyed>value|val|v|content){_Q}?[ \t]{{0,2}}[=:][ \t]{{0,2}}(?:{_Q})(?P<v1>[^\"'\\\n]{{1,300}})"
    rf"|(?:{_Q})?[ \t]{{0,3}}\r?\n[ \t]{{0,20}}value:[ \t]{{1,3}}[\"']?(?P<v2>[^\s\"']{{1,300}})"
    rf"|{_Q}[ \t]{{0,3}},[ \t]{{0,3}}[bu]?(?:{_Q})(?P<v3>[^\s\"'\\]{{4,300}})(?:{_Q})[ \t]{{0,2}}[)\],]"
    rf"|{_Q}[^<>\n]{{0,100}}>(?P<v4>[^<\n]{{1,300}})</"
    rf"|{_Q};s:\d{{1,4}}:(?:{_Q})(?P<v6>[^\"'\\\n]{{1,300}})"
    rf"|{_Q}(?:\r?\n|(?:\\{{1,4}}r)?\\{{1,4}}n){{2}}(?P<v5>[^\s\"'\\-][^\s\"'\\]{{3,300}})"
    r")",
    re.I,
)
_ELEMENT_OF = re.compile(
    r"<(?:[\w.-]{1,40}:)?[\w.-]{0,60}?(?:"
    + _NAMES
    + r")(?:\s[^<>\n]{0,300})?>\s{0,20}(?:<!\[CDATA\[)?(?P<value>[^<\n]{1,300}?)(?:\]\]>)?\s{0,20}</",
    re.I,
)
_BY_ATTRIBUTE = re.compile(r"\b(?:name|key|property)\s{0,2}=\s{0,2}\\{0,4}[\"'][\w.:-]{0,60}$", re.I)
_BALANCED = re.compile(
    r"\{[A-Za-z0-9._-]{2,24}\}[^\s\"']{8,200}|\$\([^()\n\"']{0,200}\)"
    r"|[$#@%]?\{\{[^\n]{0,200}?\}\}|[$#@%]?\{[^{}\s\"']{0,200}\}|\$?\([^()\s\"']{0,200}\)|<[^<>\n\"']{0,200}>|\[[^\[\]\n\"']{0,200}\]"
)
_NO_PASS_BEFORE = re.compile(
    r"(?:first|second|third|last|next|final|single|boarding|ski|day|season|travel|test|each|per|one|this|another|gc|lint)[ _-]$",
    re.I,
)
_TEST = re.compile(r"/|^[Tt]ests?(?:[A-Z_-]|$)|\.(?:test|spec|py|sh|js|ts|tsx|go|t|rb|exe|c|cpp|php)$")
_SPEAKS_OF_HASH = re.compile(r"md5|sha-?\d|hash|bcrypt|digest|crypt(?!o)", re.I)
_NO_VALUE_OF_SENTENCE = re.compile(r"[=:/@]|^\d{1,4}[-.]|^\w{1,4}$")
_ONE_WORD_BEFORE = re.compile(r"([A-Za-z]{2,20})[ _-]$")
_PLAIN = re.compile(rf"<?[^\s\"'&;,)}}\]<>|\\]{{1,{LONGEST}}}")
_IN_QUOTES = {
    '"': re.compile(rf"(?:[^\"\\\n]|\\.){{1,{LONGEST}}}"),
    "'": re.compile(rf"(?:[^'\\\n]|\\.){{1,{LONGEST}}}"),
}
_IN_ESCAPED = re.compile(rf"[^\"'\\\n]{{1,{LONGEST}}}")
_OF_NAME = re.compile(r"[A-Za-z0-9_.$-]")
_PASSWORD = re.compile(r"(?:password|passwort|passwd|passphrase|passcode|motdepasse|kennwort|mdp|pwd)$")
_SHORT = re.compile(r"pass$")
_NO_PASS = re.compile(r"(?:bypass|compass|trespass|surpass|underpass|overpass|hallpass|onepass|singlepass|multipass)$")
_SECRET = re.compile(
    r"(?:secret|token|credentials?|(?:api|app|access|secret|private|encryption|signing|master|account|auth|shared|service|storage|subscription"
    r"|consumer|client|function|hmac|jwt|webhook|license|integration|aes|admin|openai|azure|algolia|cipher|crypto"
    r"|symmetric|rest|write|sas|kek|dek|ssh|session|cookie|stripe|sendgrid|datadog|newrelic|twilio|mailgun|sentry|maps|unseal|root|deploy"
    r"|sso|saml|server|internal)key|secretkeybase)$"
)
# what is called a token, or a secret, and opens nothing
_HARMLESS = re.compile(
    r"(?:next|page|paging|pagination|continuation|sync|csrf|xsrf|verification|antiforgery|cancel|cancellation|resume|start|end|stop|last|prev"
    r"|unexpected|device|push|registration|invalid|syntax"
    r"|change|delta|cursor|current|eos|bos|pad|max|min|num|total|prompt|completion|input|output|cached|fencing|lock"
    r"|design|skip|scroll|request|watch|batch|partition|concurrency|idempotency|clientrequest|requestid|public)token$|nosecret$|publickey$"
)
_PARAMETER = re.compile(r"[:@]\w*(?:p\d+|pass\w*|pwd|param\w*|value)$|\?|\$\d", re.I)
_AT_ITS_END = re.compile(r"[ \t]*(?:[,;.)}\]]?[ \t]*)?(?:\\[nr]|\r|\n|$)")
_SENTENCE = re.compile(r"[A-Za-z][a-z']{1,20}(?: (?:[A-Za-z][a-z']{0,20},?|\d{1,3})){2,40}\.?")
_PAM = re.compile(r"pam_\w{2,30}\(\S{0,20}$")
_LOGIN = re.compile(
    r"://(?P<user>[^\s:/@?#\"'<>\\]{0,100}):(?P<value>[^\s/\"'<>\\]{1,200}|(?!\d{1,5}/)[^\s/\"'<>\\]{1,100}(?:/[^\s/\"'<>\\]{1,60}){1,4})"
    r"@(?=[\w.-]{1,200}:\d|[\w\[](?<!\d{6}))"
)
_ORACLE = re.compile(r"jdbc:oracle:\w{3,4}:(?P<user>[\w$#.-]{1,60})/(?P<value>[^\s\"'<>@]{1,100})@")
# a key in the place of the user: https://KEY@github.com/
_USER_KEY = re.compile(r"://(?P<value>[A-Za-z0-9_-]{20,200})(?::(?:x-oauth-basic)?)?@(?=[\w\[])")
_USUAL = frozenset(("password", "passwd", "pass", "pwd", "pw", "token", "user", "username", "mypassword", "yourpassword"))


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
    if match is None or (match["sign"] == ">" and not match["gap"]):
        return _element(text, place) or _apart(text, place) or _after_space(text, place)
    name = _name(text, place, match.start("closed"))
    family = _family(name, text, place)
    if family is None or _PAM.search(text, max(0, place - 40), match.start("closed")):
        return None
    value = _value(text, match)
    if value is None or (name.lower() == "key" and (":" in value[0] or is_name(value[0]))):
        return None
    if name in ("PWD", "OLDPWD") and value[0].startswith(("/", "~")):
        return None  # where a shell is
    opened = bool(match["open"])
    if match["sign"] == "=" and match["space"] and not match["gap"] and not opened:
        return None  # "password= secret=null": nothing is assigned, and what follows is the next name
    told = match["sign"] == ":" and not opened and not match["closed"]  # as a sentence has it, or a name in two parts
    last = bool(match["space"] and _AT_ITS_END.match(text, value[2]))
    if "\n" in match["space"] and not (opened or (last and classes(value[0]) >= 2)):
        return None
    if told and name.lower() == "pass" and (_TEST.search(value[0]) or is_object_name(value[0])):
        return None  # what tests print
    if told and name.lower() == "pass" and _NO_PASS_BEFORE.search(text, max(0, place - 24), place):
        return None
    return _accepted(text, name, family, value, told=told, last=last)


def _accepted(text: str, name: str, family: str, value: tuple[str, int, int], *, told: bool = False, last: bool = True) -> Found | None:
    hashed = bool(_SPEAKS_OF_HASH.search(name) or _SPEAKS_OF_HASH.search(text, value[2], value[2] + 40))
    if family == "password":
        if not _is_password(value[0], name, told=told, last=last, hashed=hashed):
            return None
    elif _names_only(value[0]) or not (is_random(value[0]) or _is_short(value[0], told=told, last=last)):
        return None
    return Found(family, value[1], value[2], value[0], family == "password" or not is_machine_made(value[0]))


def _names_only(value: str) -> bool:
    """Whether what stands behind a name of a secret only says which one."""
    return bool(_PARAMETER.match(value)) or is_reference(value) or is_object_name(value) or is_scheme(value)


def _is_short(value: str, *, told: bool, last: bool) -> bool:
    return is_short_secret(value) and (not told or (last and len(value) >= 8 and classes(value) >= 3))


def _element(text: str, place: int) -> Found | None:
    """``<wsse:Password Type="...">VALUE</wsse:Password>``."""
    begins = text.rfind("<", max(0, place - 100), place)
    match = _ELEMENT_OF.match(text, begins) if begins >= 0 else None
    if match is None:
        return None
    name = _name(text, place, _end_of_name(text, place))
    family = _family(name, text, place)
    return _accepted(text, name, family, (match["value"].strip(), match.start("value"), match.end("value"))) if family else None


def _end_of_name(text: str, place: int) -> int:
    while place < len(text) and _OF_NAME.match(text, place):
        place += 1
    return place


def _apart(text: str, place: int) -> Found | None:
    """``{"name": "DB_PASSWORD", "value": "VALUE"}``, ``<param name="password">VALUE</param>``, ``('X-Api-Key', 'VALUE')``."""
    match = _APART.match(text, place)
    if match is None:
        return None
    name = _name(text, place, _end_of_name(text, place))
    family = _family(name, text, place)
    if family is None:
        return None
    kind = next(kind for kind in ("v1", "v2", "v3", "v4", "v5", "v6") if match[kind])
    value = match[kind]
    if kind in ("v3", "v5") and (is_name(value) or not (is_random(value) if family != "password" else _is_mixed(value))):
        return None  # ["password", "username"]
    if kind == "v4" and not _BY_ATTRIBUTE.search(text, max(0, place - 80), place):
        return None  # <label for="password">
    return _accepted(text, name, family, (value, match.start(kind), match.end(kind)))


def _is_mixed(value: str) -> bool:
    return classes(value) >= 3 and any(c.isdigit() for c in value)


def _after_space(text: str, place: int) -> Found | None:
    """``--password VALUE``, ``IDENTIFIED BY PASSWORD 'VALUE'``, ``The initial password is "VALUE"``."""
    match = _SPACED.match(text, place)
    if match is None:
        return None
    name = _name(text, place, match.start("between"))
    flag = name.startswith("-")
    family = _family(name, text, place)
    if family is None:
        return None
    value = match["value"].rstrip("'\",;.")
    if family == "password":
        hashed = bool(_SPEAKS_OF_HASH.search(text, match.end(), match.end() + 40))
        if not is_password(value, hashed=hashed) or _PARAMETER.match(value):
            return None
        if not flag and not (match["open"] == "'" and classes(value) >= 2) and not _stands_in_sentence(value):
            return None
    elif not flag or _names_only(value) or not (is_random(value) or is_short_secret(value)):
        return None
    weak = family == "password" or not is_machine_made(value)
    return Found(family, match.start("value"), match.start("value") + len(value), value, weak)


def _stands_in_sentence(value: str) -> bool:
    """Whether what follows a password without a sign is no word of the sentence: ``Login with password Kj29dkKa!``."""
    if len(value) < 8 or is_name(value) or _NO_VALUE_OF_SENTENCE.search(value):
        return False
    return any(c.isdigit() for c in value) and any(c.isupper() for c in value) and any(c.islower() for c in value)


def _name(text: str, place: int, end: int) -> str:
    """The whole name that ends here."""
    start = place
    while start > 0 and place - start < _KEY and _OF_NAME.match(text, start - 1):
        start -= 1
    return text[start:end]


def _family(name: str, text: str, place: int) -> str | None:
    """What a name says of its value."""
    if any(ord(c) > 127 for c in name) or name.lower() in _FOREIGN:
        return "password"
    if name.lower() == "key":  # "encryption key: ..."
        before = _ONE_WORD_BEFORE.search(text, max(0, place - 24), place)
        name = before[1] + name if before else name
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    if _HARMLESS.search(plain):
        return None
    if _PASSWORD.search(plain) or (_SHORT.search(plain) and not _NO_PASS.search(plain)):
        return "password"
    return "secret_value" if _SECRET.search(plain) else None


def _value(text: str, match: re.Match[str]) -> tuple[str, int, int] | None:
    opened = match["open"]
    if opened.startswith("\\"):
        found = _IN_ESCAPED.match(text, match.end())
    elif opened:
        found = _IN_QUOTES[opened].match(text, match.end())
    else:
        found = _BALANCED.match(text, match.end()) or _PLAIN.match(text, match.end())
    if found is None:
        return None
    value = found.group() if opened else found.group().rstrip(".:")
    return value, found.start(), found.start() + len(value)


def _is_password(value: str, name: str, *, told: bool, last: bool, hashed: bool) -> bool:
    if not is_password(value, hashed=hashed) or _PARAMETER.match(value):
        return False
    if re.search(r"(?:pass|clave|senha|parola)$", name, re.I) and (len(value) < 6 or classes(value) < 2):
        return False  # "pass=12 fail=0", "pass: all"
    if " " in value.strip() and (not any(c.isdigit() for c in value) or _SENTENCE.fullmatch(value.strip())):
        return False  # "password": "must have eight characters"
    if not told:
        return True
    if is_object(value):
        return False
    return len(value) >= 6 and (classes(value) >= 2 and any(c.isalnum() for c in value)) and (last or any(c.isdigit() for c in value))


def logins(text: str) -> t.Iterator[Found]:
    """Passwords in addresses: ``scheme://user:password@host``, ``jdbc:oracle:thin:user/password@//host``."""
    place = text.find("://")
    while place >= 0:
        match = _LOGIN.match(text, place)
        if match and _is_of_login(match["value"]):
            yield Found("url_password", match.start("value"), match.end("value"), match["value"], True)
        elif match is None:
            match = _USER_KEY.match(text, place)
            if match and is_random(match["value"]) and is_machine_made(match["value"]):
                yield Found("url_password", match.start("value"), match.end("value"), match["value"], False)
        place = text.find("://", place + 3)
    place = text.find("jdbc:oracle:")
    while place >= 0:
        match = _ORACLE.match(text, place)
        if match and _is_of_login(match["value"]):
            yield Found("url_password", match.start("value"), match.end("value"), match["value"], True)
        place = text.find("jdbc:oracle:", place + 12)


def _is_of_login(value: str) -> bool:
    """Whether it is a password: in an address everything is one that says nothing else, ``changeme`` too."""
    lowered = value.lower()
    if lowered in ("secret", "changeme", "changeit", "change_me", "test", "default"):
        return True
    if lowered in _USUAL or is_masked(value) or is_hash(value, bare=False):
        return False
    return not (is_reference(value) and not value.startswith("/")) and not says_none(value)


__all__ = ("Found", "assigned", "logins")
