# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Encrypted files (OpenPGP, age, openssl): whether their envelope is whole, which needs no key. PRIVATE to the collection."""

from __future__ import annotations

import re

from .._phrase import phrase, verbatim
from .inside import Inside
from .streams import CutShort, Damaged, Stream

_AGE_CHUNK = 65536 + 16  # with its tag
_AGE_NONCE = 16
_ARMOUR = re.compile(rb"^-----BEGIN (PGP MESSAGE|AGE ENCRYPTED FILE)-----")
_ENCRYPTED = (9, 18, 20)  # packets
_LEAST = 80  # bytes: what encrypts nothing, or gzip of nothing, is no longer
_PEM = re.compile(rb"^-----BEGIN (?:CMS|PKCS7|PKCS #7 SIGNED DATA)-----")
_SMIME = re.compile(rb"\A(?:[\w-]+: [^\n]*\n|[ \t]+[^\n]*\n)*Content-Type: application/(?:x-)?pkcs7-mime", re.I)
_CMS = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07"  # the beginning of the name of each of its kinds
_NOTHING = phrase("there is nothing in it")


def envelope_of(head: bytes) -> str:
    """What encrypts a file, by its first bytes: openpgp, age, openssl, armour, or nothing."""
    if head.startswith(b"age-encryption.org/"):
        return "age"
    if head.startswith(b"Salted__"):
        return "openssl"
    if _ARMOUR.match(head):
        return "armour"
    if head.startswith(b"U2FsdGVkX1"):  # "Salted__" in base64
        return "openssl in base64"
    if _PEM.match(head) or _SMIME.match(head.replace(b"\r\n", b"\n")[:4096]) or (head[:1] == b"\x30" and _CMS in head[:20]):
        return "CMS"
    return "openpgp" if _is_openpgp(head) else ""


def _is_openpgp(head: bytes) -> bool:
    """Whether the first packet holds a session key: of a version and a length that there are."""
    if len(head) < 4:
        return False
    if head[0] in (0x84, 0x85, 0xC1):  # for a public key
        return (head[2] if head[0] != 0x85 else head[3]) in (3, 6)
    return head[0] in (0x8C, 0xC3) and head[2] in (4, 5, 6) and 3 <= head[1] < 192


def read_envelope(stream: Stream, envelope: str, inside: Inside) -> None:
    """Reads the envelope to its end. Damaged."""
    if envelope == "armour":
        _armour(stream, inside)
    elif envelope == "age":
        _age(stream, inside)
    elif envelope == "openssl":
        _openssl(stream, inside)
    elif envelope == "openssl in base64":
        _in_base64(stream, inside)
    elif envelope == "CMS":
        _cms(stream, inside)
    else:
        _openpgp(stream, inside)
    if inside.encrypted:
        inside.derived.append(phrase("encrypted, not looked into"))


def _armour(stream: Stream, inside: Inside) -> None:
    first = stream.peek(80).split(b"\n", 1)[0].strip()
    inside.kind = verbatim("OpenPGP" if b"PGP" in first else "age")
    inside.encrypted = True
    tail = b""
    for chunk in stream.chunks():
        tail = (tail + chunk)[-200:]
    if not tail.rstrip().endswith(first.replace(b"BEGIN", b"END")):
        raise Damaged(phrase("it is not a whole {kind} file: it ends too early", kind=str(inside.kind)))


def _age(stream: Stream, inside: Inside) -> None:
    inside.kind, inside.encrypted = verbatim("age"), True
    too_early = Damaged(phrase("it is not a whole {kind} file: it ends too early", kind="age"))
    while True:
        line = stream.peek(4096).split(b"\n", 1)
        if len(line) < 2:
            raise too_early
        stream.read(len(line[0]) + 1)
        if line[0].startswith(b"---"):
            break
    before = stream.count
    stream.drain()
    rest = (stream.count - before - _AGE_NONCE) % _AGE_CHUNK
    if stream.count - before < _AGE_NONCE + 16 or 0 < rest < 16:
        raise too_early
    if stream.count - before <= _AGE_NONCE + 16 + 32:
        inside.damages.append(_NOTHING)


def _in_base64(stream: Stream, inside: Inside) -> None:
    inside.kind, inside.encrypted = verbatim("openssl"), True
    count, last = 0, b""
    for chunk in stream.chunks():
        count += len(chunk) - chunk.count(b"\n") - chunk.count(b"\r")
        last = (last + chunk)[-8:]
    if count % 4 or (not last.endswith(b"\n") and count > 64):
        raise Damaged(phrase("it is not a whole {kind} file: it ends too early", kind="openssl"))
    if count <= 64:
        inside.damages.append(_NOTHING)


def _cms(stream: Stream, inside: Inside) -> None:
    inside.kind, inside.encrypted = verbatim("CMS"), True
    head, tail = stream.peek(32), b""
    for chunk in stream.chunks():
        tail = (tail + chunk)[-200:]
    whole = True
    if head.startswith(b"-----BEGIN "):
        whole = tail.rstrip().endswith(head.split(b"\n", 1)[0].strip().replace(b"BEGIN", b"END"))
    elif head[:2] == b"\x30\x80":
        whole = tail.endswith(b"\0\0\0\0")
    elif head[:1] == b"\x30":
        length = head[1] & 0x7F if head[1] & 0x80 else 0
        whole = stream.count >= 2 + length + int.from_bytes(head[2 : 2 + length] if length else head[1:2], "big")
    if not whole:
        raise Damaged(phrase("it is not a whole {kind} file: it ends too early", kind="CMS"))


def _openssl(stream: Stream, inside: Inside) -> None:
    inside.kind, inside.encrypted = verbatim("openssl"), True
    stream.drain()
    if stream.count <= 16:
        raise Damaged(phrase("it is not a whole {kind} file: it ends too early", kind="openssl"))
    if stream.count <= 48:
        inside.damages.append(_NOTHING)
    elif stream.count % 16:  # a cipher of streams may be of any length, and hardly anybody uses one
        inside.warns.append(phrase("its length is no whole number of blocks: it may have been cut"))


def _openpgp(stream: Stream, inside: Inside) -> None:
    inside.kind = verbatim("OpenPGP")
    too_early = Damaged(phrase("it is not a whole {kind} file: it ends too early", kind="OpenPGP"))
    has_content, size = False, 0
    while stream.peek(1):
        mark = stream.read(1)[0]
        if not mark & 0x80:
            raise Damaged(phrase("it has a damaged packet"))
        tag = mark & 0x3F if mark & 0x40 else (mark >> 2) & 0x0F
        inside.encrypted = inside.encrypted or tag in _ENCRYPTED
        has_content, before = has_content or tag in _ENCRYPTED, stream.count
        try:
            if mark & 0x40:
                _new_body(stream)
            elif mark & 3 == 3:
                stream.drain()  # as long as the file is
            else:
                stream.skip(int.from_bytes(stream.exactly(1 << (mark & 3)), "big"))
        except CutShort:
            raise too_early from None
        size += stream.count - before if tag in _ENCRYPTED else 0
    if not has_content:
        raise too_early
    if size <= _LEAST:
        inside.damages.append(_NOTHING)


def _new_body(stream: Stream) -> None:
    while True:
        first = stream.exactly(1)[0]
        if first < 192:
            stream.skip(first)
        elif first < 224:
            stream.skip(((first - 192) << 8) + stream.exactly(1)[0] + 192)
        elif first == 255:
            stream.skip(int.from_bytes(stream.exactly(4), "big"))
        else:
            stream.skip(1 << (first & 0x1F))
            continue
        return


__all__ = ("envelope_of", "read_envelope")
