# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Passwords that are known by what is said or done with them: SQL, command lines, protocols, first passwords. PRIVATE to the collection."""

from __future__ import annotations

import re
import typing as t

from .secret_assignments import Found
from .secret_values import classes, decoded, is_login, is_machine_made, is_masked, is_name, is_password, is_random, is_short_secret

_V = r"(?P<value>[^\s'\"]{4,200})"
_Q = r"\\{0,2}['\"]"
_SAID = r"(?P<value>[^\s'\"\\]{4,100})(?=\s*(?:\\r|\\n|[\"']|$))"
_NO = r"(?:(?!&&|\|\||[;|\n]).){0,200}?"  # the rest of the same command


# "Password:" in base64, and what is answered in the next line
_AFTER_CHALLENGE = r"334 UGFzc3dvcmQ6[^\n]{0,20}\n[^\n]{0,80}?(?<![A-Za-z0-9+/=])(?P<value>[A-Za-z0-9+/]{8,200}={0,2})(?=\s*$)"


class Statement(t.NamedTuple):
    """One form. It is only looked for where its hint stands, in lower case."""

    hint: str
    pattern: re.Pattern[str]
    accepts: t.Callable[[str], bool]
    family: str = "password"


def _is_password(value: str) -> bool:
    return is_password(value) and not re.match(r"[-?:@%]", value)


def _is_given(value: str) -> bool:
    """Behind the option of a tool: no other option, and no file."""
    return (
        is_password(value, hashed=False)
        and not value.startswith(("-", "@", "?", ":", "%"))
        and not re.fullmatch(r"\d{1,5}(?::\d{1,5})?|\$\w+", value)
    )


def _is_of_protocol(value: str) -> bool:
    """Behind ``PASS``: no name of a test or of a file."""
    return _is_given(value) and classes(value) >= 3 and not re.search(r"[/()]|\.\w{1,4}$", value) and not is_name(value)


def _is_plain_login(value: str) -> bool:
    """``\\0user\\0password`` in base64."""
    raw = decoded(value)
    parts = raw.split(b"\0") if raw else []
    return len(parts) == 3 and bool(parts[1]) and len(parts[2]) >= 4 and not is_masked(parts[2].decode("utf-8", "replace"))


def _is_base64_of_password(value: str) -> bool:
    raw = decoded(value)
    try:
        text = raw.decode("utf-8") if raw else ""
    except UnicodeDecodeError:
        return False
    return text.isprintable() and is_password(text)


def _is_secret(value: str) -> bool:
    return is_random(value) or is_short_secret(value)


def _row(hint: str, pattern: str, accepts: t.Callable[[str], bool] = _is_given, family: str = "password") -> Statement:
    return Statement(hint, re.compile(pattern, re.I | re.M), accepts, family)


SQL = (
    _row(
        "identified ",
        rf"identified(?: with \S{{1,60}})? (?:by|as) (?:{_Q}|(?=[^\s']*[0-9!@#$%]))(?P<value>[^\s'\";]{{4,200}})",
        _is_password,
    ),
    _row("password(", rf"password\({_Q}(?P<value>[^'\"\\\n]{{4,200}}){_Q}\)", _is_password),
)
COMMANDS = (
    _row("curl ", rf"curl(?=\s){_NO}\s(?:-u|--user|--proxy-user|-U)[ =]?{_Q}?[^\s:'\"]{{1,100}}:{_V}"),
    _row("wget ", rf"wget(?=\s){_NO}\s--(?:http-|ftp-)?password[ =]{_Q}?{_V}"),
    _row("mysql", rf"mysql(?:dump|admin|sh|check|import|pump)?(?=\s){_NO}\s-p{_Q}?(?P<value>[^\s'\"-][^\s'\"]{{3,200}})"),
    _row("mariadb", rf"mariadb(?:-\w{{2,12}})?(?=\s){_NO}\s-p{_Q}?(?P<value>[^\s'\"-][^\s'\"]{{3,200}})"),
    _row("sshpass ", rf"sshpass(?=\s){_NO}-p ?{_Q}?{_V}"),
    _row(" login ", rf" login(?=\s){_NO}\s(?:-p|--password)[ =]{_Q}?{_V}"),
    _row("mongo", rf"mongo(?:sh|dump|restore|export|import)?(?=\s){_NO}\s-p[ =]?{_Q}?{_V}"),
    _row("redis-cli ", rf"redis-cli(?=\s){_NO}-a[ =]?{_Q}?{_V}"),
    _row("ldap", rf"ldap(?:search|modify|add|delete|whoami|passwd)(?=\s){_NO}\s-w ?{_Q}?{_V}"),
    _row("sqlcmd ", rf"sqlcmd(?=\s){_NO}(?-i:-P) ?{_Q}?{_V}"),
    _row("ipmitool ", rf"ipmitool(?=\s){_NO}(?-i:-P) ?{_Q}?{_V}"),
    _row("smbclient ", rf"smbclient(?=\s){_NO}(?-i:-U) ?{_Q}?[^\s%'\"]{{1,100}}%{_V}"),
    _row("htpasswd ", rf"htpasswd\s+-\w{{0,6}}b\w{{0,6}}\s+\S{{1,200}}\s+\S{{1,100}}\s+{_Q}?{_V}"),
    _row(
        "echo ",
        rf"echo\s+(?:-n\s+)?{_Q}?{_V}{_Q}?\s*\|{{1,2}}\s*\S{{0,60}}(?:docker|podman|helm|nerdctl|skopeo|buildah)\b[^\n]{{0,200}}--password-stdin",
    ),
    _row("echo ", rf"echo\s+(?:-e\s+)?{_Q}?[^\s:'\"]{{1,60}}:{_V}{_Q}?\s*\|\s*(?:sudo )?\S{{0,40}}chpasswd"),
    _row("net use ", rf"net use(?=\s){_NO}\s\\\\\S{{1,200}}\s+(?P<value>[^\s/'\"*]{{4,200}})\s{_NO}/user:"),
)
PROTOCOLS = (
    _row("auth", r"auth(?:enticate)? plain (?P<value>[A-Za-z0-9+/]{8,400}={0,2})(?![A-Za-z0-9+/])", _is_plain_login, "basic_auth"),
    _row("pass ", rf"(?-i:(?:(?<=[CS]: )|(?<=> )|(?<=>)|(?<=\"))PASS) {_SAID}", _is_given),
    _row("pass ", rf"(?-i:(?<![^\s\]])PASS) {_SAID}", _is_of_protocol),
    _row(" login ", r"(?-i:(?<=[0-9]) LOGIN) \"?[^\s\"]{1,100}\"? \"?(?P<value>[^\s\"]{4,100})\"?(?=\s*(?:\\r|\\n|$))", _is_given),
    _row('"auth"', r"\"auth\"\s{1,3}(?:\"[^\"\s]{1,100}\"\s{1,3})?\"(?P<value>[^\"\s]{4,200})\"", _is_given),
    _row("requirepass", r"requirepass\\?[\"']?\s{1,3}\\?[\"']?(?P<value>[^\s\"'\\]{4,200})", _is_given),
    _row("masterauth", r"masterauth\\?[\"']?\s{1,3}\\?[\"']?(?P<value>[^\s\"'\\]{4,200})", _is_given),
    _row("334 ugfzc3dvcmq6", _AFTER_CHALLENGE, _is_base64_of_password),
    _row('"auth"', r"\"auth\"\s{0,2}:\s{0,2}\"(?P<value>[A-Za-z0-9+/]{8,400}={0,2})\"", is_login, "basic_auth"),
)
FIRST = (
    _row(
        "following password to proceed to installation",
        r"following password to proceed to installation:?[^\n]{0,40}\n(?:[^\n]{0,40}\n){0,2}?[^\n]{0,60}?(?P<value>[0-9a-f]{32})\b",
        lambda value: True,
        "generated_password",
    ),
    _row(
        "password for the ",
        r"password for the \[?\w{2,30}\]? user[^\n:]{0,120}:\s{0,3}(?:\n\s{0,8})?(?P<value>\S{8,100})",
        _is_given,
        "generated_password",
    ),
    _row(
        "password for user ",
        r"password for user \S{1,60}(?: is)?:? {1,3}[\"']?(?P<value>[^\s\"']{8,100})",
        _is_secret,
        "generated_password",
    ),
    _row(
        "password of user ", r"password of user \S{1,60}(?: is)?:? {1,3}[\"']?(?P<value>[^\s\"']{8,100})", _is_secret, "generated_password"
    ),
    _row("unseal key", r"unseal key(?: \d{1,2})?:? {1,3}(?P<value>[A-Za-z0-9+/=]{40,100})", is_random, "secret_value"),
    _row("initial root token", r"initial root token:? {1,3}(?P<value>[A-Za-z0-9.-]{20,100})", is_random, "secret_value"),
)
_TABLE = (*SQL, *COMMANDS, *PROTOCOLS, *FIRST)
_INSERT = re.compile(
    r"(?:insert|replace)\s+(?:\w{1,12}\s+)?into\s+[^\s(]{1,100}\s*\((?P<columns>[^()\n]{1,1000})\)\s*values\s*\((?P<values>[^\n]{1,2000})",
    re.I,
)
_OF_COLUMN = re.compile(
    r"\s*(?:[NEe]?'(?P<quoted>(?:[^'\\\n]|\\.|''){0,300})'|(?P<plain>[^,()'\n]{0,300}(?:\([^()\n]{0,300}\))?))\s*(?:,|\)|$)"
)
_PASSWORD = re.compile(r"(?:password|passwd|passwort|mot_?de_?passe|pwd|kennwort|secret|token)[`\"\]]?\s*$", re.I)


def stated(text: str, lowered: str) -> t.Iterator[Found]:
    """What is given to a statement, a command or a server as its password. ``lowered``: the same text in lower case."""
    for row in _TABLE:
        place = lowered.find(row.hint)
        while place >= 0:
            end = place + len(row.hint)
            match = row.pattern.match(text, place)
            if match and row.accepts(match["value"]):
                value = match["value"].rstrip("'\";,") or match["value"]
                weak = row.family != "secret_value" or not is_machine_made(value)
                yield Found(row.family, match.start("value"), match.start("value") + len(value), value, weak)
                end = max(end, match.end("value"))
            place = lowered.find(row.hint, end)
    place = lowered.find(" into ")
    while place >= 0:
        yield from _inserted(text, lowered, place)
        place = lowered.find(" into ", place + 6)


def _inserted(text: str, lowered: str, place: int) -> t.Iterator[Found]:
    """``INSERT INTO users (login, password) VALUES ('marc', 'VALUE')``."""
    begins = max(lowered.rfind("insert", max(0, place - 24), place), lowered.rfind("replace", max(0, place - 24), place))
    match = _INSERT.match(text, begins) if begins >= 0 else None
    if match is None:
        return
    columns = match["columns"].split(",")
    at = match.start("values")
    for column in columns:
        value = _OF_COLUMN.match(text, at)
        if value is None:
            return
        at = value.end()
        if _PASSWORD.search(column) and value["quoted"] and is_password(value["quoted"], hashed=True):
            yield Found("password", value.start("quoted"), value.end("quoted"), value["quoted"], True)


__all__ = ("COMMANDS", "FIRST", "PROTOCOLS", "SQL", "Statement", "stated")
