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
_PLACEHOLDER = re.compile(
    r"example|xxxx|x-x-x|\byour[_-]|placeholder|changeme|redacted|filtered|masked|removed|insert[_-]|replace[_-]?(?:me|with)|dummy|\.{3}|…"
    r"|0{8}|1{8}|1234567|abcdefg|deadbeef|cafebabe",
    re.I,
)
_REFERENCE = re.compile(
    r"\$(?:[{(]|[A-Za-z_][A-Z0-9_]*$|\w{1,16}\$)|%[({sdvrq]|[{<(\[]|!(?:vault|secret|env|ref)\b|/|~/|\./|\.\./|[A-Za-z]:\\|[a-z][a-z0-9+.-]{1,20}://"
    r"|(?:vault|secret|env|ref|file|arn|ssm|op|projects|aws|kms|awskms)[:/]|0x[0-9a-f]{1,8}$",
    re.I,
)
_HASH = re.compile(
    r"(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})|(?:sha\d{0,3}|md5|hmac|pbkdf2|argon2|bcrypt|scrypt)\S*",
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
    if _STARS.search(value) or not value.strip(_AROUND + "xX0•●…"):
        return True
    return value.strip(_AROUND).lower() in _MASKS


def is_placeholder(value: str) -> bool:
    """Whether a value of the right form is an example, as documentation has it."""
    return bool(_PLACEHOLDER.search(value)) or is_masked(value) or (len(value) >= 16 and len(set(value.lower())) < 8)


def is_reference(value: str) -> bool:
    """Whether a value only says where a secret is: a path, an address, ``${VARIABLE}``, ``vault:...``."""
    return bool(_REFERENCE.match(value))


def is_hash(value: str) -> bool:
    return bool(_HASH.fullmatch(value))


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


def is_password(value: str) -> bool:
    """Whether what is assigned to a password is one."""
    if not 4 <= len(value) <= 256 or is_masked(value) or is_reference(value) or is_hash(value):
        return False
    return not _PLACEHOLDER.search(value)


def decoded(value: str) -> bytes | None:
    """What a base64 text holds, of either alphabet, with or without its padding; None where it is none."""
    text = value.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


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
    "is_masked",
    "is_name",
    "is_object",
    "is_password",
    "is_placeholder",
    "is_random",
    "is_reference",
)
