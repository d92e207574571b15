# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what a certificate says of itself (names, dates) with the standard library alone; verifies nothing. PRIVATE to the collection."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import hashlib
import ipaddress
import re
import typing as t

from ._phrase import Message, phrase

_SEQUENCE, _SET, _OID, _OCTETS, _UTC, _GENERALIZED = 0x30, 0x31, 0x06, 0x04, 0x17, 0x18
_VERSION, _EXTENSIONS, _DNS, _IP = 0xA0, 0xA3, 0x82, 0x87
_COMMON_NAME, _ALTERNATIVE_NAMES = "2.5.4.3", "2.5.29.17"
_SHORT = {_COMMON_NAME: "CN", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.10": "O", "2.5.4.11": "OU"}
_ENCODINGS = {0x1E: "utf-16-be", 0x1C: "utf-32-be", 0x0C: "utf-8"}
_TIMES = {_UTC: ("%y%m%d%H%M%SZ", 13), _GENERALIZED: ("%Y%m%d%H%M%SZ", 15)}
_PEM = re.compile(r"-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----(.*?)-----END (?:X509 |TRUSTED )?CERTIFICATE-----", re.DOTALL)


class NotACertificate(ValueError):
    """Bytes that are no X.509 certificate in DER."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


@dataclasses.dataclass(frozen=True)
class Certificate:
    """Names as ``CN=payments.example.org, O=Example``; ``same_names`` tells that it names itself as its issuer."""

    subject: str
    issuer: str
    not_before: dt.datetime
    not_after: dt.datetime
    dns_names: tuple[str, ...]
    addresses: tuple[str, ...]
    fingerprint: str  # SHA-256, hexadecimal
    same_names: bool
    raw_subject: bytes = dataclasses.field(repr=False)
    raw_issuer: bytes = dataclasses.field(repr=False)

    @property
    def lifetime(self) -> float:
        return (self.not_after - self.not_before).total_seconds()

    def left(self, now: dt.datetime) -> float:
        """Seconds until it ends."""
        return (self.not_after - now).total_seconds()

    def fits(self, name: str) -> bool:
        """Whether it is for this host name or address, by its alternative names alone, as TLS clients do it."""
        try:
            wanted = ipaddress.ip_address(name)
        except ValueError:
            return any(_name_fits(pattern, name) for pattern in self.dns_names)
        return any(ipaddress.ip_address(address) == wanted for address in self.addresses)


def _name_fits(pattern: str, name: str) -> bool:
    pattern, name = _ascii(pattern), _ascii(name)
    if pattern == name:
        return True
    # a star stands for the whole first label, and needs two labels behind it
    first, _dot, rest = pattern.partition(".")
    label, _dot, domain = name.partition(".")
    return first == "*" and bool(label) and rest == domain and "." in rest


def _ascii(name: str) -> str:
    name = name.rstrip(".").lower()
    try:
        return name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:
        return name


# -- DER


@dataclasses.dataclass(frozen=True)
class _Item:
    tag: int
    content: bytes
    raw: bytes


def _items(data: bytes) -> list[_Item]:
    """The items that follow one another in data, all of them whole."""
    found, at = [], 0
    while at < len(data):
        item = _read(data, at)
        found.append(item)
        at += len(item.raw)
    return found


def _read(data: bytes, at: int) -> _Item:
    if at + 2 > len(data):
        raise NotACertificate(phrase("it is cut short"))
    tag, length, start = data[at], data[at + 1], at + 2
    if tag & 0x1F == 0x1F:
        raise NotACertificate(phrase("it has a tag that certificates do not have"))
    if length & 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4 or start + count > len(data):
            raise NotACertificate(phrase("it has a length that DER does not allow"))
        length = int.from_bytes(data[start : start + count], "big")
        start += count
    if start + length > len(data):
        raise NotACertificate(phrase("it is cut short"))
    return _Item(tag, data[start : start + length], data[at : start + length])


def _expect(items: t.Sequence[_Item], at: int, tag: int) -> _Item:
    if at >= len(items) or items[at].tag != tag:
        raise NotACertificate(phrase("it is not built as a certificate"))
    return items[at]


def parse_certificate(der: bytes) -> Certificate:
    """NotACertificate for anything else; what follows the certificate (OpenSSL's trust settings) is passed over."""
    whole = _read(der, 0)
    if whole.tag != _SEQUENCE:
        raise NotACertificate(phrase("it is not built as a certificate"))
    fields = _items(_expect(_items(whole.content), 0, _SEQUENCE).content)
    at = 1 if fields and fields[0].tag == _VERSION else 0
    issuer, validity, subject = (_expect(fields, at + offset, _SEQUENCE) for offset in (2, 3, 4))
    times = _items(validity.content)
    if len(times) != 2:
        raise NotACertificate(phrase("it does not say from when to when it is valid"))
    dns_names, addresses = _alternative_names(fields)
    return Certificate(
        _name(subject.content),
        _name(issuer.content),
        _time(times[0]),
        _time(times[1]),
        dns_names,
        addresses,
        hashlib.sha256(whole.raw).hexdigest(),
        subject.raw == issuer.raw,
        subject.raw,
        issuer.raw,
    )


def _time(item: _Item) -> dt.datetime:
    form, size = _TIMES.get(item.tag, ("", 0))
    if len(item.content) != size:
        raise NotACertificate(phrase("it has a date that cannot be read"))
    text = item.content.decode("ascii", "replace")
    if item.tag == _UTC and text[:2].isdigit():
        # RFC 5280: 50 to 99 are of the last century
        text, form = ("19" if int(text[:2]) >= 50 else "20") + text, _TIMES[_GENERALIZED][0]
    try:
        return dt.datetime.strptime(text, form).replace(tzinfo=dt.timezone.utc)
    except ValueError:
        raise NotACertificate(phrase("it has a date that cannot be read")) from None


def _name(content: bytes) -> str:
    parts = []
    for group in _items(content):
        for attribute in _items(group.content):
            pair = _items(attribute.content)
            if len(pair) != 2 or pair[0].tag != _OID:
                raise NotACertificate(phrase("it has a name that cannot be read"))
            oid = _oid(pair[0].content)
            text = pair[1].content.decode(_ENCODINGS.get(pair[1].tag, "latin-1"), "replace")
            parts.append((oid, f"{_SHORT.get(oid, oid)}={text}"))
    # the common name first: it is what people know a certificate by
    return ", ".join(text for _oid_, text in sorted(parts, key=lambda part: part[0] != _COMMON_NAME))


def _oid(content: bytes) -> str:
    numbers, value = [], 0
    for byte in content:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(value)
            value = 0
    if not numbers:
        raise NotACertificate(phrase("it has an object identifier that cannot be read"))
    first = min(numbers[0] // 40, 2)
    return ".".join(str(number) for number in (first, numbers[0] - 40 * first, *numbers[1:]))


def _alternative_names(fields: t.Sequence[_Item]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names: list[str] = []
    addresses: list[str] = []
    for field in fields:
        if field.tag != _EXTENSIONS:
            continue
        for extension in _items(_expect(_items(field.content), 0, _SEQUENCE).content):
            parts = _items(extension.content)
            if not parts or parts[0].tag != _OID or _oid(parts[0].content) != _ALTERNATIVE_NAMES or parts[-1].tag != _OCTETS:
                continue
            for general in _items(_expect(_items(parts[-1].content), 0, _SEQUENCE).content):
                if general.tag == _DNS:
                    names.append(general.content.decode("ascii", "replace"))
                elif general.tag == _IP and len(general.content) in (4, 16):
                    addresses.append(str(ipaddress.ip_address(general.content)))
    return tuple(names), tuple(addresses)


def split_pem(text: str) -> list[bytes]:
    """The certificates of a PEM file, in order; keys and comments are passed over. NotACertificate for a block that is not base64."""
    blocks = []
    for block in _PEM.findall(text):
        try:
            blocks.append(base64.b64decode("".join(block.split()), validate=True))
        except ValueError:
            raise NotACertificate(phrase("it is not base64")) from None
    return blocks


__all__ = ("Certificate", "NotACertificate", "parse_certificate", "split_pem")
