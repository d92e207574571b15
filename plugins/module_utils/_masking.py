# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must not be seen, taken out of a text: credentials in addresses of any form, and secrets that are known. PRIVATE to the collection.

Addresses are recognised as people write them, not as RFC 3986 has them: what is no valid address is where a secret gets lost.
"""

from __future__ import annotations

import base64
import html
import json
import re
import typing as t
from urllib.parse import quote, quote_plus, unquote, urlsplit, urlunsplit

from ._message import folded, harmless
from ._phrase import Message

HIDDEN = "********"
_CUT = re.compile(r"\u2026|\.{3,}")
SHORTEST = 4  # characters of a secret that can be told from the words of a sentence

_STRONG = r"passw(?:or)?d|passphrase|pwd|secret|token|jwt|api[_-]?key|access[_-]?key|account[_-]?key|private[_-]?key|signature|credentials?"
_SECRET_KEY = re.compile(rf"^(?!.*_(?:file|path|command)$)(?:auth$|pass$|.*(?:{_STRONG}|authorization|cookie))", re.I)
_SECRET_HEADER = re.compile(r"auth|token|key|secret|cookie|password|session|signature", re.I)
_FLAG = re.compile(rf"--?[\w-]*(?:{_STRONG}|pass|auth|key)|-u", re.I)
_VALUE = r"[^\s&;#\"'<>)\]}]*[^\s&;#\"'<>)\]},.:]"  # without the comma or the full stop of the sentence
_QUERY = re.compile(rf"([?&;](?:[\w.%-]*(?:{_STRONG}|auth|session)[\w.-]*|key|sig|code|pass|pw|sid)=)(\{{[^{{}}]*\}}|{_VALUE})", re.I)
_OF_STORE = re.compile(r"((?<![\w.+-])(?:s3|b2):[^\s:@/]+:)([^\s@/]+)(?=@)", re.I)  # s3:KEY:SECRET@/bucket
_REMOTE = re.compile(r"((?<=[\w:]),(?:[\w.-]*(?:pass|secret|token)|pw)=)([^\s,:;\"'<>)\]}]+)", re.I)  # rclone:name,user=x,pass=y:folder
_NO_PORT = re.compile(
    r"((?:^|(?<=[\s\"'(]))(?:[a-z][\w+.-]*:)*[a-z][\w+.-]*://[^\s/?#@\[\]{}:\"'<>]+:)(?!\d{1,5}(?!\w)|port\b)([^\s/?#@\"'<>{}]{3,})",
    re.I,
)
_SAID_PORT = re.compile(r"(\binvalid port \"?:)(?!\d{1,5}\b)([^\s\"]+)", re.I)  # as Go repeats what it could not parse
_NAMED = re.compile(rf"((?<![\w.-])[\w.-]*(?:{_STRONG})=)(?![=~])('[^']*'|\{{[^{{}}]*\}}|{_VALUE})", re.I)
_QUOTED = re.compile(rf"((?<![\w.-])[\w.-]*(?:{_STRONG}|authorization)[\"']?\s*:\s*)(\"(?:[^\"\\]|\\.)+\"|'[^']+')", re.I)
_HEADER = re.compile(r"((?:\bauthorization[\"']?\s*[:=]\s*[\"']?(?:[a-z]+\s+)?|\b(?:basic|bearer)\s+(?=\S*[\d=])))([\w+/=.~-]{6,})", re.I)
_HOOK = re.compile(  # where the path alone lets anybody in
    r"((?:\bhooks\.slack\.com/(?:services|workflows|triggers)|\bdiscord(?:app)?\.com/api/webhooks|\boutlook\.office(?:365)?\.com/webhook"
    r"|\.webhook\.office\.com/webhookb2)/|\bapi\.telegram\.org/(?:file/)?bot"
    r"|/(?:[\w-]*hooks?|integrations?(?:/v\d/[\w-]+)?)/(?=[\w/=+-]{16})(?=[\w/=+-]*\d))([^\s\"'<>)\]},;?#]+)",
    re.I,
)
_FILE = re.compile(r"/(?:data|etc|home|lib|mnt|opt|root|run|srv|tmp|usr|var)/")
_SCHEME = re.compile(r"(?<![\w+.-])(?:[a-z][\w+.-]*:){0,4}?([a-z][\w+.-]*):[/\\]{2,}", re.I)
_ALONE = re.compile(r"[^\s\"'<>`]+")
_IPV6 = re.compile(r"\[[^\]\s]*\](?::\d*)?")
_PORT = re.compile(r"\d{1,5}")
_NO_USER = re.compile(r"localhost|\d+(?:\.\d+){3}", re.I)
_DOMAIN = re.compile(r"[^/?#\\:@]+\\{1,2}(?=[^/?#\\:@]+:)")  # of a Windows login
_PARAMETER = re.compile(r"[?&#;][\w.%\[\]-]+=")
_WITH_SPACES = re.compile(r"[^\s:/\\@\[\"'<>]*:(?!\d{1,5}(?:$|[\s/?#,;:)\]}\"'.]))\S[^@]{0,200}@(?=[\w\[])")
# where a user without a password is a name, everywhere else it is a token
_SSH = ("ssh", "sftp", "scp", "rsync")
_MAIL = ("mailto", "sip", "sips", "xmpp", "acct")
_NAMING = frozenset(
    (*_SSH, *_MAIL, "git", "svn", "ftp", "ftps", "postgres", "postgresql", "mysql", "mariadb", "mongodb", "sqlserver", "mssql", "oracle")
    + ("ldap", "ldaps", "smtp", "smtps", "imap", "imaps", "amqp", "amqps", "smb", "cifs", "nfs", "afp", "vnc", "rdp", "telnet", "abfs")
    + ("abfss", "wasb", "wasbs", "hdfs")
)
_WEB = frozenset(("http", "https", "ws", "wss"))
_PREFIX = re.compile(
    r"(?:(?:https?|wss?|ftps?|s?ftp|scp|ssh|git|rsync|rest|s3|swift|rclone|jdbc|amqps?|rediss?|postgres(?:ql)?|mysql|mariadb|mongodb"
    r"|nats|tcp|udp|ldaps?|smtps?|imaps?|mailto|sips?|xmpp|acct)(?:\+[a-z]+)?:)+(?![/\\])",
    re.I,
)
_ORACLE = re.compile(r"jdbc:oracle:\w+:", re.I)
_CONNECT = re.compile(r"[\w$#.-]+/[^/@\s]+@[\w.-]+:\d{1,5}/\w", re.I)  # user/password@host:port/service, as Oracle's tools take it
_HOST = re.compile(r"(?:[\w.-]*[^\W\d][\w.-]*|\d+(?:\.\d+){3}|\[[\da-f:.%]+\])(?![\w.(-])", re.I)
_PORT_OR_PATH = re.compile(r":\d{1,5}(?!\w)|/")
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?"
_TIME = re.compile(rf"(?:\d{{4}}-?\d{{2}}-?\d{{2}}T)?{_CLOCK}(?:[-,/]{_CLOCK})*", re.I)
_WINDOWS = re.compile(r"[a-z]:[\\/]", re.I)
_NO_HOST = re.compile(
    r"sha(?:256|384|512):[0-9a-f]{6,}"
    r"|[\w.-]*\.(?:service|timer|socket|target|mount|slice|path|scope)(?![\w-]|\.\w|:\d|/)"  # a unit, no host of such a domain
    r"|(?:v\d[\d.]*|latest|main|master)(?![\w.-]|:\d|/)",  # a version
    re.I,
)
_PROPERTIES = re.compile(r"^([^/?#;]*);[^/?#]*")  # jdbc:sqlserver://host:port;user=...
_BEFORE = re.compile(r"^[(\[{<,;|=]+")
_ENCODED = re.compile(r"[^\s\"'<>`&=?#;]+")


# -- addresses


def public_url(url: str) -> str:
    """The address without user, password, query and fragment: fit for a message, and as the name of what it leads to."""
    text = str(url).strip()
    found = _SCHEME.match(text)
    if found is None:
        start, end = _login(text)
        return masked(re.split(r"[?#]", text[:start] + text[end:])[0])
    before, rest = text[: found.start(1)], text[found.end() :]
    rest = _PROPERTIES.sub(r"\1", rest[_end_of_login(rest, rest, found[1]) :])
    try:
        parts = urlsplit(f"{found[1]}://{rest}")
        host = parts.hostname or ""
    except ValueError:
        return "an address that cannot be parsed"
    if ":" in host:
        host = f"[{host}]"
    try:
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        port = ""
    return masked(before + urlunsplit((parts.scheme, host + port, re.sub(r";[^/]*", "", parts.path), "", "")))


def shown_address(address: str) -> str:
    """An address as it may be shown: one with ``//`` as ``public_url`` has it, any other (a path, ``sftp:user@host:/x``) masked."""
    return public_url(address) if "://" in address else masked(address)


def masked(text: str) -> str:
    """The text, in which every address has lost its login and what in its query is secret. Whatever is no address stays."""
    out = _OF_STORE.sub(_hide_value, text) if "@" in text else text
    out = _logins_hidden(out) if "@" in out else out
    if "://" in out or "invalid port" in out:
        out = _SAID_PORT.sub(_hide_value, _NO_PORT.sub(_hide_value, out))
    if "%40" in out:
        out = _ENCODED.sub(_encoded_hidden, out)
    if "=" in out:
        out = _NAMED.sub(_hide_value, _REMOTE.sub(_hide_value, _QUERY.sub(_hide_value, out)))
    if ":" in out:
        out = _QUOTED.sub(_hide_value, out)
    if "/" in out:
        out = _HOOK.sub(lambda found: found[0] if _is_of_file(found) else _hide_value(found), out)
    return _HEADER.sub(_hide_value, out)


def secrets_of(address: str) -> list[str]:
    """What is secret in an address: its password as written and as meant, a token in place of the user, secret values of its query."""
    text = str(address).strip()
    secret = []
    schemes = [*_SCHEME.finditer(text)]
    for number, found in enumerate(schemes):
        rest = text[found.end() : schemes[number + 1].start() if number + 1 < len(schemes) else len(text)]
        run = _ALONE.match(rest)
        login = rest[: _end_of_login(rest if number == found.start() == 0 else run[0] if run else "", rest, found[1])]
        secret.append(_secret_of_login(login[:-1], alone=not _is_naming(found[1])))
        near = re.split(r"[/?#\\]", login, maxsplit=1)[0].rpartition("@")[0]  # where a path with an @ was taken for more of the password
        secret.append(_secret_of_login(near, alone=False))
    for word in [] if schemes else _ALONE.findall(text):  # a sentence that ends with an address is no login
        start, end = _login(word)
        secret.append(_secret_of_login(word[start : end - 1], alone=start > 0) if end else "")
    secret += [
        piece for password in secret if len(pieces := re.split(r"[/?#:@\\]", password)) > 1 for piece in pieces if len(piece) >= SHORTEST
    ]
    named = [found for pattern in (_QUERY, _NAMED, _HOOK, _OF_STORE, _REMOTE, _NO_PORT) for found in pattern.finditer(text)]
    secret += [found[2] for found in named if not (found.re is _HOOK and _is_of_file(found))]
    return list(dict.fromkeys(form for value in secret if value for form in (value, unquote(value))))


def _secret_of_login(login: str, *, alone: bool) -> str:
    user, mark, password = login.partition(":" if ":" in login else "/")
    return password if mark else user if alone else ""


def _is_of_file(found: re.Match[str]) -> bool:
    """Whether it stands in a path of this host: ``/etc/letsencrypt/renewal-hooks/deploy/10-reload.sh``."""
    before = found.string[: found.end(1)]
    word = re.split(r"[\s\"'<>`=:,(\[]", before)[-1]
    return bool(_FILE.match(word))


def _hide_value(found: re.Match[str]) -> str:
    value = found[2]
    mark = value[0] if value[0] in "\"'" and value[-1] == value[0] else ""
    return f"{found[1]}{mark}{HIDDEN}{mark}"


def _logins_hidden(text: str) -> str:
    out, begin = [], 0
    starts = [*_SCHEME.finditer(text)]
    for number, found in enumerate(starts):
        end = starts[number + 1].start() if number + 1 < len(starts) else len(text)
        out += [_alone_hidden(text[begin : found.start()]), text[found.start() : found.end()]]
        begin = found.end()
        chunk = text[begin:end]
        run = _ALONE.match(chunk)
        login = _end_of_login(run[0] if run else "", chunk, found[1])
        if login:
            out.append(f"{HIDDEN}@")
            begin += login
        rest = _ALONE.match(text, begin, end)  # what follows the login is of this address
        if rest:
            out.append(_within_address(rest[0]))
            begin = rest.end()
    return "".join([*out, _alone_hidden(text[begin:])])


def _alone_hidden(text: str) -> str:
    """A text without schemes: what in it looks like ``user:password@host``."""
    if "@" not in text or ":" not in text:
        return text

    def hide(found: re.Match[str]) -> str:
        before = _BEFORE.match(found[0])
        start = before.end() if before else 0
        return found[0][:start] + _word_hidden(found[0][start:])

    return _ALONE.sub(hide, text)


def _word_hidden(word: str) -> str:
    start, end = _login(word)
    return f"{word[:start]}{HIDDEN}@{word[end:]}" if end else word


def _within_address(rest: str) -> str:
    """The path and the query of an address, in which another may stand."""
    if "@" not in rest or ":" not in rest:
        return rest
    path, *parameters = re.split(r"([?&;#])", rest)
    out = ["/".join(part if number == 0 else _word_hidden(part) for number, part in enumerate(path.split("/")))]
    for part in parameters:
        name, equals, value = part.partition("=")
        out.append(name + equals + _word_hidden(value) if equals else _word_hidden(part))
    return "".join(out)


def _encoded_hidden(found: re.Match[str]) -> str:
    """An address that stands percent-encoded in the query of another."""
    meant = unquote(found[0]) if "%40" in found[0] else found[0]
    shown = _logins_hidden(meant)
    return found[0] if shown == meant else quote(shown, safe="*:/@[],")


def _login(word: str) -> tuple[int, int]:
    """Where the login of an address without ``//`` begins and ends (behind its ``@``); 0, 0 where there is none."""
    oracle = _ORACLE.match(word)
    prefix = oracle or _PREFIX.match(word)
    start = prefix.end() if prefix else 0
    colon, first, at = word.find(":", start), word.find("@", start), word.rfind("@", start)
    if oracle:
        return (start, at + 1) if "/" in word[start : max(at, start)] else (0, 0)
    connecting = _CONNECT.match(word)
    if connecting:
        return 0, first + 1
    end = at
    while (at := end) >= 0:
        end = word.rfind("@", start, at)
        host = _HOST.match(word, at + 1)
        if host is None or _NO_HOST.match(word, at + 1):
            continue
        if not start <= colon < at:
            if prefix and at > start and _is_token(prefix[0], word[host.end() :]):
                return start, at + 1
            continue
        if colon == at - 1 or (at - start < 80 and _TIME.fullmatch(word, start, at)):
            continue
        leads_on = _PORT_OR_PATH.match(word, host.end())
        if _WINDOWS.match(word) and not (leads_on and leads_on[0] != "/"):
            continue
        if first < colon and "/" in word[colon:at] and not (leads_on or "." in host[0]):
            continue  # git@host:group/repository@branch
        return start, at + 1
    return 0, 0


def _is_token(prefix: str, rest: str) -> bool:
    """Whether what stands alone between ``scheme:`` and ``@host`` is a password: ``redis:secret@host``, not ``sftp:user@host:path``."""
    scheme = prefix[:-1].rpartition(":")[2].lower()
    if scheme in _MAIL:
        return False
    return scheme.rpartition("+")[2] not in _SSH or bool(re.match(r":\d{1,5}(?![\w/])", rest))


def _is_naming(scheme: str) -> bool:
    parts = set(scheme.lower().split("+"))
    return bool(parts & _NAMING) and not parts & _WEB


def _end_of_login(run: str, chunk: str, scheme: str) -> int:
    """Where the login ends that stands behind ``scheme://``; 0 where there is none. ``run``: the chunk up to its first space or quote."""
    authority = re.split(r"[/?#\\]", run, maxsplit=1)[0]
    if "@" in authority:
        login = authority[: authority.rindex("@")]
        if ":" not in unquote(login):
            return 0 if _is_naming(scheme) else len(login) + 1
        return max(len(login) + 1, _end_beyond_digits(run, len(authority)))
    if "@" not in run:
        spread = _WITH_SPACES.match(chunk) if "@" in chunk else None
        rest = _ALONE.match(chunk, spread.end()) if spread else None
        return (spread.end() if spread else 0) + (re.split(r"[/?#\\]", rest[0], maxsplit=1)[0].rfind("@") + 1 if rest else 0)
    domain = _DOMAIN.match(run)
    if domain:
        end = _end_of_login(run[domain.end() :], chunk[domain.end() :], scheme)
        return domain.end() + end if end else 0
    host, colon, port = authority.partition(":")
    if not colon or _IPV6.fullmatch(authority):
        return 0
    if _PORT.fullmatch(port):
        return 0 if _NO_USER.fullmatch(host) else _end_beyond_digits(run, len(authority))
    return run.rindex("@") + 1


def _end_beyond_digits(run: str, start: int) -> int:
    """Where a login ends whose password begins as a port does: ``user:12/34@host``; 0 for a path as others have it."""
    parameter = _PARAMETER.search(run, start)
    end = parameter.start() if parameter else len(run)
    while (end := run.rfind("@", start, end)) > 0:
        if run[end - 1] not in "/\\" and _HOST.match(run, end + 1) and not _NO_HOST.match(run, end + 1):
            return end + 1
    return 0


# -- secrets that are known


def forms(secret: str) -> list[str]:
    """A secret as tools and servers may say it: as it is, in an address, in JSON, in HTML, in base64, quoted for a shell, and each of its
    lines; and what becomes of it in one harmless line. Longest first."""
    lines = [line.strip() for line in secret.splitlines()]
    spelled = {form for part in (secret, *lines, folded(secret), harmless(secret)) for form in _spelled(part)}
    if len(secret) >= 8:
        encoded = base64.b64encode(secret.encode("utf-8", "replace")).decode("ascii").rstrip("=")
        spelled |= {encoded, encoded.replace("+", "-").replace("/", "_")}
    return sorted((form for form in spelled if len(form) >= SHORTEST), key=len, reverse=True)


def _spelled(secret: str) -> set[str]:
    quoted = {quote(secret, safe=""), quote(secret), quote_plus(secret)}
    written = json.dumps(secret)[1:-1]
    return {
        secret,
        *quoted,
        *(re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), form) for form in quoted),
        written,
        written.replace("/", "\\/"),
        re.sub("[<>&+]", lambda found: f"\\u{ord(found[0]):04x}", written),  # as Go has it
        json.dumps(secret, ensure_ascii=False)[1:-1],
        repr(secret)[1:-1],
        html.escape(secret),
        html.escape(secret).replace("&#x27;", "&#39;").replace("&quot;", "&#34;"),
        secret.replace("'", "'\"'\"'"),
        secret.replace("'", "'\\''"),
        folded(secret),
    }


def login_forms(user: str, password: str) -> list[str]:
    """What HTTP makes of a user and a password."""
    if not password:
        return []
    return [password, base64.b64encode(f"{user}:{password}".encode("utf-8", "replace")).decode("ascii")]


class Hiding:
    """Takes known secrets, and those in addresses, out of texts. A secret shorter than ``SHORTEST`` cannot be told from other words."""

    def __init__(self, secrets: t.Iterable[str] = ()) -> None:
        found = {form for secret in set(secrets) if len(secret) >= SHORTEST for form in forms(secret)}
        self._forms = sorted(found, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, self._forms))) if found else None

    def text(self, text: str) -> str:
        """The text without them."""
        return masked(self._without_beginnings(self._pattern.sub(HIDDEN, text)) if self._pattern else text)

    def _without_beginnings(self, text: str) -> str:
        """The text without what is left of a secret within which somebody else has cut."""
        out, end = [], 0
        for mark in _CUT.finditer(text):
            start = min((at for form in self._forms if (at := _beginning_of(form, text, end, mark.start())) >= 0), default=-1)
            if start >= 0:
                out += [text[end:start], HIDDEN]
                end = mark.start()
        return "".join([*out, text[end:]]) if out else text

    def message(self, message: Message) -> Message:
        """The message with its parameters cleaned; its own words are never taken for a secret."""
        clean = message.mapped(self.text)
        shown = masked(str(clean))  # an address that stands in template and parameter together
        return clean if shown == clean else Message(shown)

    def value(self, value: t.Any) -> t.Any:
        """A plain value with every text in it cleaned."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self._key(key): self.value(item) for key, item in value.items()}
        return [self.value(item) for item in value] if isinstance(value, (list, tuple)) else value

    def _key(self, key: t.Any) -> t.Any:
        # names of ours are words; a secret that is one must not rename them
        return key if not isinstance(key, str) or re.fullmatch(r"[a-z]+(?:_[a-z]+)*", key) else self.text(key)


def _beginning_of(form: str, text: str, begin: int, end: int) -> int:
    """Where the first characters of a form stand that end here, so many that they can be told; -1 where none do."""
    start = text.find(form[:SHORTEST], max(begin, end - len(form)), end)
    while start >= 0 and not form.startswith(text[start:end]):
        start = text.find(form[:SHORTEST], start + 1, end)
    return start


# -- secrets among what is given to a check


def is_secret(key: str) -> bool:
    """Whether a key says that its value is secret."""
    return bool(_SECRET_KEY.search(key))


def secrets_in(given: t.Mapping[str, object], options: t.Iterable[str] = ()) -> list[str]:
    """The secrets among arguments: in these ``options``, under keys and in headers that say so, and in addresses; at any depth."""
    found = [text for name in options for text in _texts(given.get(name))]
    found += _named_or_in_addresses(dict(given))
    return list(dict.fromkeys(found + [word for value in found for word in value.split() if len(word) > 8]))  # "Bearer TOKEN"


def _named_or_in_addresses(value: t.Any, depth: int = 20) -> list[str]:
    if depth < 0:
        return []
    if isinstance(value, str):
        return secrets_of(value)
    if isinstance(value, (list, tuple)):
        after = [str(item) for flag, item in zip(value, value[1:]) if isinstance(flag, str) and _FLAG.fullmatch(flag)]
        return after + [text for item in value for text in _named_or_in_addresses(item, depth - 1)]
    if not isinstance(value, dict):
        return []
    found = login_forms(str(value.get("url_username") or ""), str(value.get("url_password") or ""))
    for key, item in value.items():
        if key == "headers" and isinstance(item, dict):
            found += [str(text) for name, text in item.items() if _SECRET_HEADER.search(str(name))]
        else:
            found += _texts(item) if is_secret(str(key)) else _named_or_in_addresses(item, depth - 1)
    return found


def _texts(value: t.Any, depth: int = 20) -> list[str]:
    """What is secret in the value of a secret option, which may be a dict or a list."""
    if isinstance(value, (dict, list, tuple)):
        return [text for part in (value.values() if isinstance(value, dict) else value) for text in _texts(part, depth - 1) if depth]
    return [str(value)] if value and not isinstance(value, bool) else []


__all__ = (
    "HIDDEN",
    "SHORTEST",
    "Hiding",
    "is_secret",
    "login_forms",
    "masked",
    "public_url",
    "secrets_in",
    "secrets_of",
    "shown_address",
)
