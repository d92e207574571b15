# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the files of barman's complete backups and the WAL after them, against their checksums. PRIVATE to the collection.

That each file of a manifest is there and has its size is looked at each time, content by shares. ``pg_verifybackup`` reckons the checksums
where it is to be had, Python otherwise; ``barman verify-backup`` calls the same program, but has no share.
"""

from __future__ import annotations

import dataclasses
import os
import re
import tarfile
import typing as t
import zlib

from .._clients.barman import DAMAGED, BarmanFailed, Told
from .._clients.barman_files import Archive, read_xlogdb
from .._clients.pg_manifest import LARGEST, NAME, Listed, Sum, parse
from .._clients.pg_programs import find
from .._clients.wal_content import Damaged, look, records, unpack
from .._clients.wal_names import Segment, name_of
from .._finding import CannotObserve
from .._message import one_line
from .._phrase import Message, phrase, plural, verbatim
from .._runner import Runner, unreadable
from ._backup_proofs import Share, Verified
from ._barman_catalogue import Kept, complete
from ._barman_wal import judge_as_archived
from ._judgement import Judgement

PART = 2**20
CHUNK = 16  # segments that are read together
MOST_WORDS = 1_000_000  # bytes of a command line
MOST_TOLD = 20


@dataclasses.dataclass
class _Read:
    files: int = 0
    bytes: int = 0
    segments: int = 0
    backups: int = 0
    seen: set[tuple[int, int]] = dataclasses.field(default_factory=set)  # files that several backups share


def verify(args: t.Any, runner: Runner, share: Share) -> Verified:
    """CannotObserve where there is no backup that could be read."""
    found = Verified(phrase("nothing"))
    judgement = Judgement()
    try:
        told, kept, archive = complete(args, runner, judgement)
    except CannotObserve as exc:
        damaged = isinstance(exc, BarmanFailed) and exc.kind == DAMAGED
        if not damaged and not (exc.absent and judgement.warns):
            raise
        found.damages += [exc.message, *judgement.warns]  # there are backups, and what they need is gone
        return found
    found.warns += judgement.warns
    _listed(told, kept, archive, runner, found)
    read = _Read()
    try:
        for one in reversed(kept):
            _backup(told, one, runner, share, found, read)
            read.backups += 1
        _wal(told, archive, kept, runner, share, found, read)
    except CannotObserve as exc:
        found.unseen.append(exc.message)
    found.read = plural(
        "part {number:number} of {of:number}: {files:number} files of {count:number} backup, {bytes:bytes}, and {segments:number} WAL"
        " segments",
        "part {number:number} of {of:number}: {files:number} files of {count:number} backups, {bytes:bytes}, and {segments:number} WAL"
        " segments",
        count=read.backups,
        number=share.number,
        of=share.of,
        files=read.files,
        bytes=read.bytes,
        segments=read.segments,
    )
    found.observed = {"backups": [one.backup.id for one in kept], "files": read.files, "bytes": read.bytes, "wal_segments": read.segments}
    return found


def _listed(told: Told, kept: t.Sequence[Kept], archive: Archive, runner: Runner, found: Verified) -> None:
    """Whether barman knows of the WAL that it has."""
    judgement = Judgement()
    judge_as_archived(archive, read_xlogdb(told), min(one.first(archive.size) for one in kept), False, runner.now(), judgement)
    found.damages += judgement.fails
    found.warns += judgement.warns


def _backup(told: Told, one: Kept, runner: Runner, share: Share, found: Verified, read: _Read) -> None:
    data = os.path.join(told.text("basebackups_directory") or "", one.backup.id, "data")
    if one.info.snapshots:
        found.unseen.append(phrase("{backup} is a snapshot of disks elsewhere: it is not read here", backup=one.shown))
        return
    try:
        names = os.listdir(data)
    except (FileNotFoundError, NotADirectoryError):
        found.damages.append(phrase("{backup} has no data: {path:path} does not exist", backup=one.shown, path=data))
        return
    except OSError as exc:
        raise CannotObserve(unreadable(data, exc)) from None
    if NAME not in names:
        found.unseen.append(
            phrase(
                "{backup} has no manifest, so that nothing tells what its files are to hold; barman generate-manifest, run after each"
                " backup, writes one",
                backup=one.shown,
            )
        )
        return
    manifest = parse(runner.read_bytes(os.path.join(data, NAME), max_bytes=LARGEST))
    if not manifest.sound:
        found.damages.append(phrase("{backup}: its manifest is not as it was written", backup=one.shown))
        return
    mine = [listed for listed in manifest.files if zlib.crc32(os.fsencode(listed.path)) % share.of == share.number - 1]
    packed = sorted(name for name in names if re.match(r"(base|\d+)\.tar(\.|$)", name))
    if packed:
        _packed(data, packed, manifest.files, mine, one, runner, found, read)
        return
    there = [listed for listed in manifest.files if _is_there(data, listed, one, found)]
    here = {listed.path for listed in there}
    mine = [listed for listed in mine if listed.path in here]
    if not _with_program(told, data, manifest.files, mine, one, runner, found):
        for listed in mine:
            _content(os.path.join(data, listed.path), listed, one, runner, found, read)
    read.files += len(mine)
    read.bytes += sum(listed.size for listed in mine)


def _is_there(data: str, listed: Listed, one: Kept, found: Verified) -> bool:
    try:
        size = os.stat(os.path.join(data, listed.path)).st_size
    except (FileNotFoundError, NotADirectoryError):
        _damage(found, phrase("{backup} lacks {path:path}", backup=one.shown, path=listed.path))
        return False
    except OSError as exc:
        raise CannotObserve(unreadable(os.path.join(data, listed.path), exc)) from None
    if size != listed.size:
        said = phrase(
            "{backup}: {path:path} has {size:bytes}, {wanted:bytes} were backed up",
            backup=one.shown,
            path=listed.path,
            size=size,
            wanted=listed.size,
        )
        _damage(found, said)
        return False
    return True


def _damage(found: Verified, message: Message) -> None:
    if len(found.damages) < MOST_TOLD:
        found.damages.append(message)


def _differs(one: Kept, path: str) -> Message:
    return phrase("{backup}: the content of {path:path} is not what was backed up", backup=one.shown, path=path)


def _with_program(told: Told, data: str, every: list[Listed], mine: list[Listed], one: Kept, runner: Runner, found: Verified) -> bool:
    """Whether pg_verifybackup could read the share; what is missing or has another size is known already."""
    program = find(runner, "pg_verifybackup", one.info.version, told.text("path_prefix"))
    chosen = {listed.path for listed in mine}
    left_out = [f"--ignore={listed.path}" for listed in every if listed.path not in chosen]
    if program is None or sum(map(len, left_out)) + 10 * len(left_out) > MOST_WORDS:
        return False
    done = runner.run([program, "--no-parse-wal", *left_out, "--", data], timeout=86400.0, max_output=PART)
    if done.rc == 0 and "successfully verified" in done.stdout:
        return True
    lines = [line.partition("error: ")[2] for line in (done.stdout + "\n" + done.stderr).splitlines() if "error: " in line]
    bad = [line for line in lines if line.startswith("checksum mismatch")]
    extra = [line for line in lines if "is present on disk but not in the manifest" in line]
    for line in bad:
        quoted = re.search(r'"(.*)"', line)
        _damage(found, _differs(one, quoted.group(1) if quoted else line))
    if extra:
        found.warns.append(phrase("{backup}: {reason}", backup=one.shown, reason=verbatim(one_line(extra[0], 200))))
    for line in lines:
        if "could not" in line or "ermission" in line:
            found.unseen.append(phrase("{backup}: {reason}", backup=one.shown, reason=verbatim(one_line(line, 200))))
    return bool(bad) and len(bad) + len(extra) == len(lines)


def _content(path: str, listed: Listed, one: Kept, runner: Runner, found: Verified, read: _Read) -> None:
    try:
        with open(path, "rb") as stream:
            status = os.fstat(stream.fileno())
            if (status.st_dev, status.st_ino) in read.seen:
                return
            same = _is_same(stream, listed, runner)
            if same:
                read.seen.add((status.st_dev, status.st_ino))
    except OSError as exc:
        if exc.errno is not None and not isinstance(exc, PermissionError):
            _damage(
                found,
                phrase("{backup}: {path:path} cannot be read: {reason}", backup=one.shown, path=listed.path, reason=str(exc.strerror)),
            )
            return
        raise CannotObserve(unreadable(path, exc)) from None
    if not same:
        _damage(found, _differs(one, listed.path))


def _is_same(stream: t.IO[bytes], listed: Listed, runner: Runner) -> bool:
    """CannotObserve without a checksum that can be reckoned, and when the time is over."""
    total = Sum(listed.algorithm or "NONE")
    if not total.known:
        raise CannotObserve(
            phrase("the manifest has no checksums of a kind that can be reckoned here ({kind})", kind=listed.algorithm or "NONE")
        )
    while part := stream.read(PART):
        runner.remaining()
        total.add(part)
    return total.is_of(listed.checksum)


def _packed(
    data: str, names: list[str], every: list[Listed], mine: list[Listed], one: Kept, runner: Runner, found: Verified, read: _Read
) -> None:
    """A backup that pg_basebackup compressed: tar files must be unpacked to their end, whatever the share."""
    if any(not re.search(r"\.tar(\.gz)?$", name) for name in names):
        found.unseen.append(
            phrase("{backup} is compressed so that it is not read here ({name}); a restore reads it", backup=one.shown, name=names[0])
        )
        return
    chosen = {listed.path: listed for listed in mine}
    wanted = {listed.path: listed for listed in every if not listed.path.startswith("pg_wal/")}
    got: set[str] = set()
    for name in names:
        below = "" if name.startswith("base.") else f"pg_tblspc/{name.partition('.')[0]}/"
        try:
            with tarfile.open(os.path.join(data, name), "r|*") as archive:
                for member in archive:
                    runner.remaining()
                    path = below + member.name.removeprefix("./")
                    listed = wanted.get(path)
                    if listed is None or not member.isreg():
                        continue
                    got.add(path)
                    stream = archive.extractfile(member)
                    if member.size != listed.size or (path in chosen and stream is not None and not _is_same(stream, listed, runner)):
                        _damage(found, _differs(one, path))
        except (tarfile.TarError, EOFError, zlib.error, OSError) as exc:
            if isinstance(exc, PermissionError):
                raise CannotObserve(unreadable(os.path.join(data, name), exc)) from None
            _damage(found, phrase("{backup}: {path:path} cannot be unpacked", backup=one.shown, path=name))
            return
    for path in sorted(set(wanted) - got):
        _damage(found, phrase("{backup} lacks {path:path}", backup=one.shown, path=path))
    read.files += len(mine)
    read.bytes += sum(listed.size for listed in mine)


# -- WAL


def _wal(told: Told, archive: Archive, kept: t.Sequence[Kept], runner: Runner, share: Share, found: Verified, read: _Read) -> None:
    """What the archive has from the begin of the oldest backup on."""
    info = kept[-1].info
    first = min(one.first(archive.size).number for one in kept)
    mine = [one for one in sorted(archive.segments) if one.number >= first and one.number // CHUNK % share.of == share.number - 1]
    program = find(runner, "pg_waldump", info.version, told.text("path_prefix"))
    plain: list[Segment] = []
    not_unpacked = ""
    for segment in mine:
        runner.remaining()
        path = archive.segments[segment]
        try:
            content = unpack(path, archive.size)
            if content.data is None:
                not_unpacked = content.compression or not_unpacked
                continue
            look(content.data, segment, archive.size, info.systemid)
        except Damaged as exc:
            _damage(found, phrase("WAL segment {name} is damaged: {reason}", name=name_of(segment, archive.size), reason=exc.message))
            continue
        except CannotObserve:
            if os.path.exists(path):
                raise
            continue  # barman moved or removed it meanwhile
        read.segments += 1
        if content.compression is None:
            plain.append(segment)
    if not_unpacked:
        found.unseen.append(phrase("WAL that is compressed with {kind} is not read here", kind=not_unpacked))
    if plain and program is None:
        found.unseen.append(phrase("pg_waldump is not here, so that of plain WAL only the headers were read"))
    elif program is not None:
        for run in _runs(plain, archive):
            said = records(runner, program, os.path.dirname(archive.segments[run[0]]), run[0], run[-1], archive.size)
            if said:
                ends = [name_of(end, archive.size) for end in (run[0], run[-1])]
                _damage(found, phrase("WAL from {first} to {last} is damaged: {reason}", first=ends[0], last=ends[1], reason=said))


def _runs(segments: t.Sequence[Segment], archive: Archive) -> t.Iterator[list[Segment]]:
    """Segments that follow each other in one folder and timeline."""
    run: list[Segment] = []
    for segment in segments:
        follows = run and segment == Segment(run[-1].timeline, run[-1].number + 1)
        if run and not (follows and os.path.dirname(archive.segments[segment]) == os.path.dirname(archive.segments[run[0]])):
            yield run
            run = []
        run.append(segment)
    if run:
        yield run


__all__ = ("verify",)
