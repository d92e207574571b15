# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks into a file that is said to be a backup: its kind by its content, read to its end mark. PRIVATE to the collection."""

from __future__ import annotations

import os
import re
import typing as t

from .._finding import CannotObserve
from .._message import first_line
from .._phrase import Message, phrase, verbatim
from .._runner import Runner
from . import database_files as databases
from . import dumps, frames
from .archives import is_cpio, is_tar, read_cpio, read_tar, read_zip
from .envelopes import envelope_of, read_envelope
from .inside import Inside
from .messages import told
from .pg_archives import MAGIC as PG_ARCHIVE
from .pg_archives import read_custom
from .streams import BY_TOOL, SUFFIXES, Damaged, NotVerifiable, ReadEnough, Stream, compression_of, named_compression, opened

FIRST = 4 << 20  # bytes unpacked of what is too large to be read to its end
ENCRYPTIONS = (".gpg", ".pgp", ".age", ".enc", ".asc", ".aes", ".openssl")
_NAMED_TAR = re.compile(r"\.(tar(\.(gz|bz2|xz|zst|lz4))?|tgz|tbz2?|txz|tzst)\Z", re.I)
_NAMED_ENCRYPTED = re.compile(r"\.(gpg|pgp|age|enc|aes|openssl)\Z", re.I)
_PART = re.compile(r"\.(?:x?[a-z]{2}|\d{2,3}|[zr]\d\d|part\d+)\Z")
_SEVEN_ZIP = ("7zz", "7z", "7za", "7zr")
_OTHERS = (
    (b"QFI\xfb", "qcow2"),
    (b"VMA\x00", "vma"),
    (b"Rar!", "rar"),
    (b"XBSTCK01", "xbstream"),
    (b"TAPE\x00", "Microsoft Tape Format"),
    (b"LUKS\xba\xbe", "LUKS"),
    (b"\x7fELF", "ELF"),
    (b"%PDF", "PDF"),
    (b"KDMV", "vmdk"),
    (b"hsqs", "squashfs"),
    (b"LZIP", "lzip"),
    (b"\x1f\x9d", "compress"),
    (b"\x89LZO", "lzop"),
)


class Asked(t.NamedTuple):
    """How a file is to be looked at. ``most``: bytes, larger ones are not read to their end; ``thorough``: whatever time it takes."""

    runner: Runner
    tick: t.Callable[[], object]
    most: int | None = None
    thorough: bool = False


def look_into(path: str, size: int, inside: Inside, asked: Asked) -> None:
    """Reads a backup to its end, and tells ``inside`` what it is. Damaged, OSError, CannotObserve, and what ``tick`` raises."""
    with open(path, "rb") as handle:
        head = handle.read(dumps.HEAD)
    if _is_part(path):
        inside.unseen.append(phrase("it is a part of a backup that is split into several files, which cannot be looked into here"))
        return
    container = _container(head)
    _compare_with_name(path, head, container)
    try:
        if container == "zip":
            read_zip(path, inside, asked.tick, directory_alone=_is_large(size, asked))
            if _is_large(size, asked):
                inside.derived.append(_not_to_its_end(asked))
        elif container == "7z":
            _seven(path, size, inside, asked)
        elif container:
            _compressed(path, size, container, inside, asked)
        else:
            _plain(path, size, inside, asked)
    except NotVerifiable as exc:
        inside.kind = inside.kind or verbatim("" if inside.container else container)
        inside.closed = True
        inside.derived.append(exc.message)


def _is_part(path: str) -> bool:
    """Whether a file is one of the parts into which split, zip -s and 7z -v cut a backup: others of them are beside it."""
    stem, ending = os.path.splitext(path)
    if ending.lower() == ".zip":
        return os.path.exists(f"{stem}.z01")
    if not _PART.search(ending) or ending in SUFFIXES:
        return False
    letters = ending.rstrip("0123456789") if ending[-1].isdigit() else ending[:-1]
    first = {f"{letters}{number}" for number in ("a", "b", "0", "1", "2", "00", "01", "02", "001", "002")} - {ending}
    packed = os.path.splitext(stem)[1].lower()
    return (
        (packed in SUFFIXES or packed in (".tar", ".zip", ".7z", *ENCRYPTIONS))
        and not (ending[1:].isdigit() and len(ending) < 4)
        and any(os.path.exists(stem + other) for other in first)
    )


def _container(head: bytes) -> str:
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    return "7z" if head.startswith(frames.SEVEN) else compression_of(head)


def _is_large(size: int, asked: Asked) -> bool:
    return asked.most is not None and size > asked.most


def _not_to_its_end(asked: Asked) -> Message:
    return phrase("not read to its end because larger than {most:bytes}", most=asked.most or 0)


def _compare_with_name(path: str, head: bytes, container: str) -> None:
    """Damaged when the name says another container."""
    low = path.lower()
    closed = _NAMED_ENCRYPTED.search(path)
    if closed and not envelope_of(head):
        kind = container or ("tar" if is_tar(head) else "") or ("PostgreSQL" if head.startswith(PG_ARCHIVE) else "")
        if kind and kind not in ("zip", "7z"):  # which may be encrypted themselves
            raise Damaged(phrase("it is named like {named}, but is {kind}: it is not encrypted", named=closed[1], kind=kind))
        if not container and head.strip(b"\0") and dumps.is_text(head):
            what = dumps.told_kind(head)
            raise Damaged(phrase("it is named like {named}, but is {kind}: it is not encrypted", named=closed[1], kind=what))
    named = named_compression(path) or next((kind for kind in ("zip", "7z", "tar") if low.endswith(f".{kind}")), "")
    if not named or container == named or (named == "tar" and not container and is_tar(head)):
        return
    if container or envelope_of(head):
        raise Damaged(phrase("it is named like {named}, but is {kind}", named=named, kind=container or envelope_of(head)))
    if not head.strip(b"\0"):
        raise Damaged(phrase("it is named like {named}, but holds zero bytes", named=named))
    if dumps.is_text(head):
        raise Damaged(phrase("it is named like {named}, but is something else: {message}", named=named, message=told(head)))
    raise Damaged(phrase("it is named like {named}, but is something else", named=named))


def _compressed(path: str, size: int, container: str, inside: Inside, asked: Asked) -> None:
    inside.container = container
    if container in BY_TOOL and asked.runner.which(container) is None:
        with opened(path, "", asked.runner, asked.tick) as stream:
            frames.walk(stream, container)
        raise NotVerifiable(
            phrase("not looked into, because {program} is not installed on this host; its frames are there to its end", program=container)
        )
    large = _is_large(size, asked)
    try:
        with opened(path, container, asked.runner, asked.tick, most=FIRST if large else None) as stream:
            try:
                _content(stream, path, inside, asked)
            finally:
                inside.size = stream.count
    except ReadEnough:
        inside.derived.append(_not_to_its_end(asked))


def _plain(path: str, size: int, inside: Inside, asked: Asked) -> None:
    with opened(path, "", asked.runner, asked.tick, most=asked.most) as stream:
        head = stream.peek(dumps.HEAD)
        if _is_large(size, asked) and dumps.is_text(head) and not envelope_of(head):
            with open(path, "rb") as handle:
                handle.seek(-dumps.TAIL, os.SEEK_END)
                tail = handle.read()
            dumps.read_ends(head, tail, inside, bare_name(path))
            inside.derived.append(phrase("only its beginning and its end were looked at"))
            return
        if _is_large(size, asked) and not head.strip(b"\0") and _is_empty_everywhere(path, size):
            inside.damages.append(phrase("there is nothing but zero bytes in it, wherever it was looked at"))
            return
        try:
            _content(stream, path, inside, asked)
        except ReadEnough:
            inside.derived.append(_not_to_its_end(asked))


def _is_empty_everywhere(path: str, size: int) -> bool:
    """Whether a large file has nothing but zero bytes at places all over it."""
    with open(path, "rb") as handle:
        for place in range(256):
            handle.seek(size // 256 * place)
            if handle.read(65536).strip(b"\0"):
                return False
        handle.seek(max(0, size - 65536))
        return not handle.read().strip(b"\0")


def bare_name(path: str) -> str:
    """The name without what compresses and encrypts it."""
    name = os.path.basename(path)
    while name.lower().endswith((*SUFFIXES, *ENCRYPTIONS)):
        name = name.rpartition(".")[0]
    return re.sub(r"\.\d{1,3}\Z", "", name)


def _content(stream: Stream, path: str, inside: Inside, asked: Asked) -> None:
    head = stream.peek(dumps.HEAD)
    if not head:
        inside.damages.append(phrase("there is nothing in it"))
        return
    envelope = envelope_of(head)
    if envelope:
        read_envelope(stream, envelope, inside)
    elif is_tar(head) or (_NAMED_TAR.search(path) and head[:512].strip(b"\0")):
        read_tar(stream, inside, _of_member)
    elif is_cpio(head):
        read_cpio(stream, inside)
    elif head.startswith(PG_ARCHIVE):
        read_custom(stream, inside, bare_name(path))
    elif head.startswith(databases.SQLITE):
        databases.read_sqlite(stream, inside, None if inside.container else path, thorough=asked.thorough)
    elif head.startswith(databases.MONGO):
        databases.read_mongo(stream, inside)
    elif head.startswith(databases.REDIS):
        databases.read_redis(stream, inside)
    elif not head.strip(b"\0") and _only_zeros(stream):
        inside.damages.append(
            phrase("there is nothing in it")
            if _NAMED_TAR.search(path) and stream.count <= 1 << 20
            else phrase("there is nothing but zero bytes in it")
        )
    elif dumps.is_text(head):
        dumps.read_text(stream, inside, bare_name(path))
    elif databases.is_bson(head, len(head) if stream.plain is None else stream.plain) and ".bson" in path.lower():
        databases.read_bson(stream, inside)
    else:
        kind = next((name for magic, name in _OTHERS if head.startswith(magic)), "")
        inside.kind, inside.closed = verbatim(kind), True
        if inside.container:  # what compresses it has a mark at its end, and sums
            stream.drain()
            inside.derived.append(
                phrase("{kind} cannot be looked into here", kind=kind) if kind else phrase("what is in it is of no kind that is known here")
            )
            return
        inside.unseen.append(
            phrase("{kind} cannot be looked into here", kind=kind)
            if kind
            else phrase("it is of no kind that is known here, so that nothing in it was looked at (verify: none takes it as it is)")
        )


def _of_member(stream: Stream, name: str, inside: Inside) -> None:
    """Looks into a dump that is a member of an archive."""
    head = stream.peek(dumps.HEAD)
    if head.startswith(PG_ARCHIVE):
        read_custom(stream, inside, name)
    elif dumps.is_text(head):
        dumps.read_text(stream, inside, name)


def _only_zeros(stream: Stream) -> bool:
    return all(not chunk.strip(b"\0") for chunk in stream.chunks())


def _seven(path: str, size: int, inside: Inside, asked: Asked) -> None:
    inside.kind = verbatim("7z")
    with opened(path, "", asked.runner, asked.tick) as stream:
        frames.walk_seven(stream, size)
    program = next((name for name in _SEVEN_ZIP if asked.runner.which(name)), None)
    if program is None:
        raise NotVerifiable(phrase("not looked into, because {program} is not installed on this host; its index is whole", program="7z"))
    # a password, so that none is asked for: the archive has another one, or none
    listing = asked.runner.run([program, "l", "-slt", "-pnone", "--", path], timeout=3600.0, max_output=64 << 20)
    text = listing.stdout + listing.stderr
    if listing.rc != 0 and re.search(r"Wrong password|encrypted archive", text):
        inside.encrypted = True
        inside.derived.append(phrase("encrypted, not looked into"))
        return
    if listing.rc != 0:
        raise Damaged(phrase("it is not a whole {kind} file: {reason}", kind="7z", reason=_reason(text)))
    if "\n----------\n" not in listing.stdout:
        raise CannotObserve(phrase("{program:path} said nothing that can be understood: {reason}", program=program, reason=_reason(text)))
    entries = listing.stdout.partition("\n----------\n")[2].split("\n\n")
    files = [entry for entry in entries if "Path = " in entry and not re.search(r"^(?:Folder = \+|Attributes = D)", entry, re.M)]
    for entry in entries:
        found = re.search(r"^Path = (.*)$", entry, re.M)
        if found:
            inside.on_name(found.group(1))
    inside.listed = True
    closed = [entry for entry in files if "\nEncrypted = +" in entry]
    if not files:
        inside.damages.append(phrase("there is nothing in it"))
    elif closed:
        inside.encrypted = len(closed) == len([entry for entry in files if not re.search(r"^Size = 0$", entry, re.M)])
        inside.derived.append(phrase("encrypted, not looked into"))
    elif _is_large(size, asked):
        inside.derived.append(_not_to_its_end(asked))
    else:
        tested = asked.runner.run([program, "t", "-bd", "-pnone", "--", path], timeout=3600.0)
        if tested.rc != 0 or "Everything is Ok" not in tested.stdout:
            raise Damaged(phrase("it is not a whole {kind} file: {reason}", kind="7z", reason=_reason(tested.stdout + tested.stderr)))


def _reason(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if re.search(r"error|unexpected|cannot|can not|wrong|CRC", line, re.I)]
    lines.sort(key=_is_no_error)
    return first_line(lines[0] if lines else text.strip()[-200:], limit=200)


def _is_no_error(line: str) -> bool:
    return not line.startswith("ERROR")


def head_of(path: str) -> bytes:
    """The first bytes of the content of a file, unpacked where the standard library can. Nothing where it cannot be read."""
    try:
        with open(path, "rb") as handle:
            kind = compression_of(handle.read(8))
        if kind in BY_TOOL:
            return b""
        with opened(path, kind, Runner(environ={}), _never) as stream:
            return stream.peek(4096)
    except (OSError, Damaged, NotVerifiable, CannotObserve):
        return b""


def is_plain_text(path: str) -> bool:
    """Whether a file is text of no kind that is known, which a backup may be, and much else."""
    head = head_of(path)
    return dumps.is_text(head) and not dumps.kind_of(head)


def _never() -> None:
    return None


__all__ = ("ENCRYPTIONS", "FIRST", "Asked", "bare_name", "head_of", "is_plain_text", "look_into")
