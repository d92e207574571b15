# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what stands where a secret would stand is one: not masked, no placeholder, no reference, no hash. PRIVATE to the collection."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
import urllib.parse

# what people and programs write in the place of a secret; lower case, without the signs around it
_MASKS = frozenset(
    ("redacted", "filtered", "masked", "hidden", "removed", "secret", "censored", "scrubbed", "sanitized", "sanitised", "obfuscated")
    + ("sensitive", "protected", "private", "confidential", "omitted", "suppressed", "stripped", "encrypted", "hashed", "anonymized")
    + ("masqué", "masque", "caché", "cache", "supprimé", "confidentiel", "value", "string", "str", "text", "varchar", "char", "object")
    + ("null", "none", "nil", "undefined", "empty", "unset", "set", "not set", "n/a", "na", "true", "false", "yes", "no", "ok", "on", "off")
    + ("missing", "invalid", "incorrect", "wrong", "required", "changed", "change", "reset", "expired", "provided", "given", "failed")
    + ("success", "successful", "failure", "accepted", "rejected", "denied", "mismatch", "updated", "unchanged", "unknown", "default")
    + ("password", "passwd", "passphrase", "pass", "pwd", "token", "key", "apikey", "api_key", "user", "username", "changeme", "change_me")
    + ("changeit", "mypassword", "yourpassword", "your_password", "your-password", "yourtoken", "dummy", "placeholder", "example", "foobar")
    + ("sample", "test", "testing", "todo", "tbd", "xxx", "abc", "foo", "bar", "basic", "bearer", "auth", "md5", "sha256", "plain", "login")
    + ("amd64", "arm64", "armhf", "armel", "i386", "ppc64el", "riscv64", "s390x", "x86_64", "aarch64", "noarch", "all", "any")
    + ("authentication", "authorization", "policy", "prompt", "prompted", "stdin", "file", "env", "vault", "keyring", "generated")
)
# the same in other languages, and what they say of a password
_MASKS_OF_LANGUAGES = frozenset(
    ("ungültig", "gültig", "falsch", "falsches", "abgelaufen", "geändert", "zurückgesetzt", "leer", "fehlt", "fehlend", "erforderlich")
    + ("pflichtfeld", "passwort", "kennwort", "geheim", "verborgen", "maskiert", "gelöscht", "vergessen", "unbekannt", "richtig", "korrekt")
    + (
        "invalide",
        "valide",
        "incorrecte",
        "oublié",
        "oubliée",
        "expiré",
        "expirée",
        "modifié",
        "modifiée",
        "réinitialisé",
        "vide",
        "absent",
    )
    + ("manquant", "requis", "obligatoire", "inconnu", "faux", "mauvais", "erroné", "masquée", "refusé", "accepté", "mdp", "motdepasse")
    + ("contraseña", "incorrecta", "incorrecto", "caducada", "obligatorio", "olvidada", "inválida", "inválido", "senha", "clave")
    + ("scaduta", "errata", "dimenticata", "wachtwoord", "verlopen", "ongeldig", "vergeten", "hasło", "lösenord", "forgotten", "valid")
    + (
        "empty string",
        "too short",
        "too long",
        "too weak",
        "weak",
        "strong",
        "correct",
        "confirmed",
        "cleared",
        "rotated",
        "verified",
        "secure",
        "secured",
        "set by user",
        "keep",
        "none given",
    )
)
_PLACEHOLDER = re.compile(
    r"example|xxxx|x-x-x|\byour[_-]|placeholder|changeme|redacted|filtered|masked|removed|insert[_-]|replace[_-]?(?:me|with)|dummy|\.{3}|…"
    r"|0{8}|1{8}|1234567|abcdefg|deadbeef|cafebabe",
    re.I,
)
# a word that says that this is none, and what a person may have made of it
_SAYS_NONE = re.compile(
    r"example|xxxx|x-x-x|\byour[_-]|placeholder|redacted|filtered|masked|removed|insert[_-]|replace[_-]?(?:me|with)|dummy|\.{3}|…", re.I
)
_REFERENCE = re.compile(
    r"[$#@%]\{[^\n]{1,200}?\}|\{\{[^\n]{1,200}?\}\}|\$\{[A-Z_]{3,60}(?:$|:)|\{\{"
    r"|\$\([^)\n]{1,200}\)|%\(\w{1,60}(?:\)|$)|pass:[a-z_-]{1,40}/[a-z/_-]{1,60}$|%[sdvqr]$|%\w{1,60}%$"
    r"|(?-i:\$(?:[A-Z_][A-Z0-9_]{1,60}|[a-z]{2,}(?:_[a-z]+){0,6}|[a-z]{2,}(?:[A-Z][a-z]+){1,6}|[a-z]{1,30}->\w{1,60})$)|!(?:vault|secret|env|ref|sub)\b"
    r"|[A-Za-z]:\\|[a-z][a-z0-9+.-]{1,20}://|0x[0-9a-f]{1,8}$"
    r"|(?:required|nullable|sometimes|bail|string|confirmed)[|:]\w"
    r"|(?:vault|secret|env|ref|file|arn|ssm|op|projects|aws|kms|awskms|gcp|gcpkms|keyring|keychain|secretmanager|secretsmanager|azurekeyvault"
    r"|conjur|infisical)[:/]"
    r"|ENC(?:RYPTED)?[(\[]|CRYPT\(|\{cipher\}|@Microsoft\.KeyVault\(|\$ANSIBLE_VAULT|Ag[A-D][A-Za-z0-9+/]{150}",
    re.I,
)
_WRAPPED = re.compile(r"<[^<>\n]{1,200}>|\[[^\[\]\n]{1,200}\]|\([^()\n]{1,200}\)|\{[^{}\n]{1,200}\}")
_PATH = re.compile(r"(?:~|\.{1,2})?(?:/[A-Za-z0-9_.@+-]{1,100}){1,20}/?")
_SEGMENT = re.compile(r"[a-z0-9_.@-]{1,100}|[A-Z]?[a-z]{2,60}|[A-Z_]{2,60}")
_ROOTS = frozenset(
    (
        "process",
        "os",
        "sys",
        "var",
        "local",
        "data",
        "module",
        "this",
        "self",
        "user",
        "req",
        "request",
        "config",
        "cfg",
        "conf",
        "settings",
    )
    + ("props", "properties", "env", "environ", "ctx", "context", "args", "opts", "options", "params", "form", "body", "values", "creds")
    + ("credentials", "account", "input", "event", "each", "models", "java", "javax", "org", "com", "net", "system", "string", "secrets")
    + ("state", "db", "database", "app", "application", "session", "client", "messages", "errors", "labels", "i18n", "random_password")
)
_DOTTED = re.compile(r"[A-Za-z_$][A-Za-z_$]{0,60}[0-9]?(?:\??\.[A-Za-z_$][A-Za-z_$]{0,60}[0-9]?){1,8}")
_CALL = re.compile(r"(?:new )?[A-Za-z_]{2,60}(?:\.[A-Za-z_]{1,60}){0,6}(?:\((?:$|[)\"']|[a-z_]{1,40}[=,)]?)|\[(?:$|[\"']))")
_BARE_HASH = re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128}", re.I)
_MARKED_HASH = re.compile(
    r"(?:sha-?\d{1,3}|md5|hmac[a-z0-9_-]{0,20}|pbkdf2[a-z0-9_-]{0,20}|argon2[a-z]{0,2}|bcrypt[a-z0-9_]{0,12}|scrypt|scram-sha-\d{1,3})[:$-]\S*"
    r"|md5[0-9a-f]{32}|\{[a-z0-9._-]{2,24}\}\S{8,}|\$[a-z0-9-]{1,16}\$\S{6,}|\*[0-9a-f]{40}",
    re.I,
)
_WORDS = re.compile(r"[A-Za-z]{2,}(?:[-_.:/ ][A-Za-z]{2,}|[-_.:/ ][0-9]{1,4}){0,12}")
_STARS = re.compile(r"\*{3}|•{2}|●{2}|#{4}|_{6}|-{6}|x{5}|X{4}|\.{3}|…|█|\?{4}")
_OBJECT = re.compile(
    r"[A-Za-z_][\w.$]*(?:[{(\[<]|@[0-9a-f]{4,8}$)"
)  # as programs show what they hold: Token{9f4ef63, java.lang.Object@2bd79ce
_AROUND = "\"'`<>[](){}*#:;,.!? -_=\\"


def is_masked(value: str) -> bool:
    """Whether a value is masked, or says that there is none: ``********``, ``<redacted>``, ``null``, ``sk_live_****1234``."""
    if "%2" in value or "%3" in value:
        value = (
            value.replace("%2A", "*").replace("%2a", "*").replace("%3C", "<").replace("%3E", ">").replace("%5B", "[").replace("%5D", "]")
        )
    if _STARS.search(value) or not value.strip(_AROUND + "xX0•●…%"):
        return True
    plain = value.strip(_AROUND).lower()
    return plain in _MASKS or plain in _MASKS_OF_LANGUAGES


def is_placeholder(value: str) -> bool:
    """Whether a value of the right form is an example, as documentation has it."""
    return bool(_PLACEHOLDER.search(value)) or is_masked(value) or (len(value) >= 16 and len(set(value.lower())) < 8)


def is_reference(value: str) -> bool:
    """Whether a value only says where a secret is: a path, an address, ``${VARIABLE}``, ``vault:...``, ``var.db_password``."""
    if _REFERENCE.match(value) or _CALL.match(value):
        return True
    if _WRAPPED.fullmatch(value):
        inner = value[1:-1]
        return " " in inner or classes(inner) <= 2 or is_name(inner)
    if "/" in value and _PATH.fullmatch(value):
        return all(_SEGMENT.fullmatch(part) for part in value.strip("~./").split("/") if part)
    if _DOTTED.fullmatch(value):
        parts = re.split(r"\??\.", value)
        return parts[0].lower() in _ROOTS or "_" in value or len(parts) > 2
    return False


def is_hash(value: str, *, bare: bool = True) -> bool:
    """Whether a value is a hash: by the mark in front of it, and ``bare`` by its length too, as where hashes are usual."""
    return bool(_MARKED_HASH.fullmatch(value) or (bare and _BARE_HASH.fullmatch(value)))


def is_name(value: str) -> bool:
    """Whether a value is made of words, as names are: ``payments-db-credentials``, ``app.tls.2``."""
    return bool(_WORDS.fullmatch(value))


def is_object(value: str) -> bool:
    """Whether a program shows what it holds, or calls something."""
    return bool(_OBJECT.match(value))


def classes(value: str) -> int:
    """How many of the four kinds of characters a value has."""
    kinds = (any(c.islower() for c in value), any(c.isupper() for c in value), any(c.isdigit() for c in value))
    return sum(kinds) + any(not c.isalnum() for c in value)


def entropy(value: str) -> float:
    """Bits a character, by how often each character is there."""
    size = len(value)
    return -sum(count / size * math.log2(count / size) for count in (value.count(c) for c in set(value))) if size else 0.0


def is_random(value: str, shortest: int = 16) -> bool:
    """Whether a value is as keys and tokens are that a machine has made: without words, its kinds of characters mixed."""
    if len(value) < shortest or value.isdigit() or is_placeholder(value) or is_name(value) or is_object(value):
        return False
    kinds = ["d" if c.isdigit() else "u" if c.isupper() else "l" for c in value if c.isalnum()]
    changes = sum(one != other for one, other in zip(kinds, kinds[1:]))
    least = max(3.0, len(kinds) / 9) if "d" in kinds else max(8.0, len(kinds) / 3)
    return changes >= least and entropy(value) >= (2.8 if len(value) < 24 else 3.0)


def is_password(value: str, *, hashed: bool = False) -> bool:
    """Whether what is assigned to a password is one. ``hashed``: what stands around it speaks of hashes."""
    if not 4 <= len(value) <= 256 or is_masked(value) or is_reference(value) or is_hash(value, bare=hashed):
        return False
    return not says_none(value) and not is_scheme(value)


def says_none(value: str) -> bool:
    """Whether a value says that it is none (``your-password``), with nothing beside it that would make it one (``example-Kj29dkKa!``)."""
    match = _SAYS_NONE.search(value)
    if match is None:
        return False
    rest = re.sub(r"[^A-Za-z0-9]", "", value[: match.start()] + value[match.end() :])
    return match.group() in ("...", "…") or len(rest) < 6 or classes(rest) < 3


def is_short_secret(value: str) -> bool:
    """Whether a value of less than sixteen characters is a secret, under a name that says so: ``Marseille13``, ``Wx7kQ2mLp9Z``."""
    if not 6 <= len(value) < 16 or is_placeholder(value) or is_reference(value) or is_name(value) or is_object(value):
        return False
    letters, figures = sum(c.isalpha() for c in value), sum(c.isdigit() for c in value)
    if letters < 3 or not figures or _TECHNICAL.fullmatch(value) or is_scheme(value):
        return False
    return figures >= 2 or classes(value) >= 3


_TECHNICAL = re.compile(
    r"v?\d{1,4}(?:[.:_-]\w{1,12}){1,5}|\d{1,12}(?:\.\d+)?\s?(?:ns|us|ms|s|m|h|d|b|kb|mb|gb|kib|mib|gib|px|tokens?|%)|[a-z]{2,12}[-_.]\w{1,6}"
    r"|[0-9a-f]{6,8}|[0-9a-fx:]{6,15}|\d{4}-?\d\d-?\d\d\w{0,8}|[a-z]+\d{1,3}|[A-Z_]{2,12}\d{1,3}|\w{1,12}:\w{1,12}|\d+/\d+"
)


_SCHEME = re.compile(
    r"(?:(?:id_)?(?:rsa|dsa|ecdsa|ed|x|curve|secp|aes|sha|hs|rs|es|ps)-?\d{2,5}(?:[_-]?(?:sk|gcm|cbc|ctr|crypt|rsa|hmac))?|scram-sha-\d{1,3}(?:-plus)?"
    r"|(?:bcrypt|scrypt|yescrypt|argon2(?:id?|d)?|pbkdf2|md5|ssha|apr1)(?:crypt)?[\w-]{0,12}|oauth-?\d|webauthn\d?|fido2|u2f|pkcs\d{1,2}"
    r"|\d{1,3} ?(?:chars?|characters|words?|digits)|(?:min|max)\d{1,3}|(?:error|err|http|auth|e)[-_]?\d{3,5}|0x[0-9a-f]{40})",
    re.I,
)


def is_scheme(value: str) -> bool:
    """Whether a value says how something is protected, or why not, or is a public address: ``scram-sha-256``, ``HTTP401``."""
    return bool(_SCHEME.fullmatch(value))


def is_object_name(value: str) -> bool:
    """Whether a value is the name of an object, as those of Kubernetes are: ``prod/db-v2``, ``bootstrap-token-a1b2c3``."""
    if not _OBJECT_NAME.fullmatch(value):
        return False
    parts = re.split(r"[-_./:]", value)
    words = [part for part in parts if len(part) >= 2 and part.isalpha()]
    return len(parts) >= 2 and len(words) * 2 >= len(parts) and sum(map(len, parts)) - sum(map(len, words)) <= 8


_OBJECT_NAME = re.compile(r"[a-z0-9]{1,40}(?:[-_./:][a-z0-9]{1,40}){1,16}")


def is_machine_made(value: str) -> bool:
    """Whether nobody can guess a value, with whatever list: long enough, and not made of words."""
    if len(value) < 20 or not is_random(value, 20):
        return False
    words = sum(len(word) for word in re.findall(r"[A-Za-z][a-z]{4,}|[A-Z]{5,}", value))
    return words * 3 < len(value)


def decoded(value: str) -> bytes | None:
    """What a base64 text holds, of either alphabet, with or without its padding; None where it is none."""
    text = value.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def password_of(family: str, value: str) -> str:
    """What somebody has made of a secret that was found: of a login the password, of an address what its signs mean."""
    if family == "url_password":
        return urllib.parse.unquote(value)
    raw = decoded(value) if family == "basic_auth" else None
    if raw is None:
        return value
    sign = b"\0" if b"\0" in raw else b":"
    return raw.partition(sign)[2].rpartition(b"\0")[2].decode("utf-8", "replace") or value


def is_jwt(value: str) -> bool:
    """Whether this is a JSON web token that is signed, and not the one that everybody's documentation shows."""
    parts = value.split(".")
    if len(parts) not in (3, 5) or not parts[-1]:
        return False
    header = _object(parts[0])
    if header is None or "alg" not in header or str(header["alg"]).lower() == "none":
        return False
    payload = _object(parts[1]) if len(parts) == 3 else {}
    return payload is not None and not (payload.get("sub") == "1234567890" and payload.get("name") in ("John Doe", None))


def _object(part: str) -> dict[str, object] | None:
    raw = decoded(part)
    try:
        found = json.loads(raw or b"")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def is_login(value: str) -> bool:
    """Whether a base64 text is ``user:password``, as basic authentication has it."""
    raw = decoded(value)
    if raw is None or b":" not in raw:
        return False
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    password = text.partition(":")[2]
    return text.isprintable() and bool(password) and not is_masked(password) and not _PLACEHOLDER.search(password)


__all__ = (
    "classes",
    "decoded",
    "entropy",
    "is_hash",
    "is_jwt",
    "is_login",
    "is_machine_made",
    "is_masked",
    "is_name",
    "is_object",
    "is_object_name",
    "is_password",
    "is_placeholder",
    "is_random",
    "is_reference",
    "is_scheme",
    "is_short_secret",
    "password_of",
    "says_none",
)
