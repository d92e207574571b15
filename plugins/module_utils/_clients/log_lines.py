# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bounded sample of the lines of a log file: the newest, and some of all its length. PRIVATE to the collection.

Whatever the file is (50 GB, without line ends, of binary bytes, with a hole in front), no more than ``MOST`` bytes of it are read, and what
was not looked at is said.
"""

from __future__ import annotations

import bisect
import bz2
import dataclasses
import errno
import gzip
import io
import lzma
import os
import re
import stat
import typing as t
import zlib

from .._finding import CannotObserve
from .._phrase import Message, phrase
from .._runner import Runner, unreadable
from .log_files import rotated_files
from .streams import Readable

MOST = 64 << 20  # bytes of all that is read of a log
LEAST = 1 << 20
PER_LINE = 1024  # bytes that are read for each line that is wanted
LONGEST = 1 << 20  # bytes of a line that is looked at whole
OVERLAP = 512  # bytes that two pieces of a longer one share
SPREAD = 16  # places between the beginning of a file and its newest lines
FEW = 200  # lines with which a log is nearly empty: the rotated file before it is looked at too
UNPACKED = 256 << 20  # bytes of a compressed file that are unpacked
COUNTED = 512 << 20  # bytes before a line in which lines are counted to tell its number
CHUNK = 1 << 20
PROBE = 1 << 16  # bytes by which the length of lines is estimated
EXTENTS = 1000
OPENERS: dict[str, t.Callable[[t.IO[bytes]], object]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open, ".lzma": lzma.open}
OTHERS = (".zst", ".lz4", ".Z", ".zip")  # which the standard library does not unpack
_CONTROL = bytes(code for code in range(32) if code not in (9, 10, 12, 13, 27)) + b"\x7f"
_HOLES = re.compile(rb"\0{64,}")
_MOST_CONTROL, _MOST_UNDECODED = 0.1, 0.25  # share of a text that may be neither letters nor signs
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclasses.dataclass(frozen=True)
class Line:
    """One line without its end, or one entry of a journal, which may have several."""

    text: str
    offset: int = 0  # of its first byte, in the file as it is unpacked
    number: int | None = None  # from 1, where it is known without counting
    whole: bool = True  # else it is a piece of one that is longer than LONGEST, or that has no end yet
    moment: float | None = None  # when the journal took it
    fields: t.Mapping[str, str] = dataclasses.field(default_factory=dict)  # what else the journal has of it
    broken: bool = False  # it has bytes that are no UTF-8


@dataclasses.dataclass
class Run:
    """Lines that follow one another."""

    source: str  # the path of the file, or the journal
    lines: list[Line]
    identity: tuple[int, int] | None = None
    starts: bool = False  # with the first line of the file
    counted: list[tuple[int, int]] = dataclasses.field(default_factory=list, repr=False)  # places of the file, and their lines' numbers


@dataclasses.dataclass
class Sample:
    """What was read of a log, oldest first."""

    name: str  # as messages name the log
    runs: list[Run] = dataclasses.field(default_factory=list)
    size: int = 0  # bytes of all files that were looked into, packed as they are
    everything: bool = True  # nothing of them was left out
    unread: list[Message] = dataclasses.field(default_factory=list)  # what could not be read, and why
    binary: bool = False
    utf16: bool = False
    journal: bool = False
    ends: bool = False  # one line at least ends
    modified: float | None = None  # when the log itself was last written, where it has lines

    @property
    def lines(self) -> list[Line]:
        """All that are whole."""
        return [line for run in self.runs for line in run.lines if line.whole]

    @property
    def pieces(self) -> int:
        """How many pieces there are of lines that are longer than what is looked at, or have no end."""
        return sum(not line.whole for run in self.runs for line in run.lines)

    @property
    def has_no_ends(self) -> bool:
        """Whether there is text, and not one line in it that ends."""
        return bool(self.pieces) and not self.ends


def of_file(path: str, runner: Runner, wanted: int) -> Sample:
    """At most about ``wanted`` lines of a log file, half of them its newest. CannotObserve."""
    sample = Sample(path)
    real = os.path.realpath(path)
    budget = min(MOST, max(LEAST, wanted * PER_LINE))
    there = _add(sample, real, runner, wanted, budget)
    if not there or (sum(len(run.lines) for run in sample.runs) < min(FEW, wanted) and sample.size < LEAST):
        _add_rotated(sample, real, runner, wanted, budget)
    if not there and not sample.runs and not sample.unread:
        raise CannotObserve(phrase("{path:path} does not exist", path=path), absent=True)
    return sample


def _add_rotated(sample: Sample, real: str, runner: Runner, wanted: int, budget: int) -> None:
    """The newest rotated file, before the lines that are there: right after a rotation the log itself has none."""
    try:
        siblings = [one for one in rotated_files(real) if one.size]
    except CannotObserve as exc:
        sample.unread.append(exc.message)
        return
    for sibling in siblings[:3]:  # one may be rotated away meanwhile
        if _add(sample, sibling.path, runner, wanted, budget):
            return


def _add(sample: Sample, path: str, runner: Runner, wanted: int, budget: int) -> bool:
    """Reads a file into the sample, before what is there; whether it is there."""
    suffix = os.path.splitext(path)[1]
    if suffix in OTHERS:
        sample.unread.append(phrase("{path:path} is packed in a way that is not read here", path=path))
        sample.everything = False
        return True
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except OSError as exc:
        raise CannotObserve(unreadable(path, exc)) from None
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise CannotObserve(phrase("{path:path} is not a regular file", path=path))
    with open(descriptor, "rb", buffering=0) as handle:
        sample.size += status.st_size
        if sample.modified is None and status.st_size:
            sample.modified = status.st_mtime
        reader = _Reader(path, (status.st_dev, status.st_ino), sample, runner, wanted)
        packed = suffix in OPENERS
        try:
            runs = reader.packed(_unpacking(suffix, handle), budget) if packed else reader.plain(descriptor, status, budget)
        except (OSError, EOFError, zlib.error, lzma.LZMAError) as exc:
            if not packed and isinstance(exc, OSError):
                raise CannotObserve(unreadable(path, exc)) from None
            sample.unread.append(phrase("{path:path} cannot be unpacked to its end", path=path))
            sample.everything, runs = False, []
    sample.runs[:0] = [run for run in runs if run.lines]
    return True


class _Reader:
    """Reads one file."""

    def __init__(self, path: str, identity: tuple[int, int], sample: Sample, runner: Runner, wanted: int) -> None:
        self.path, self.identity, self.sample, self.runner, self.wanted = path, identity, sample, runner, wanted
        self.control = self.undecoded = self.characters = 0
        self.counted: list[tuple[int, int]] = [(0, 1)]

    def plain(self, descriptor: int, status: os.stat_result, budget: int) -> list[Run]:
        extents = _extents(descriptor, status)
        held = sum(end - start for start, end in extents)
        if sum(os.pread(descriptor, 2, start) in _UTF16 for start, _end in extents[:1]):
            self.sample.utf16 = True
        if held <= budget:
            blocks = [(start, end, self.wanted) for start, end in extents]
            if len(extents) > 1:
                return self._newest_first(descriptor, status, blocks)
        else:
            begin, end = extents[-1]
            near = _read(descriptor, max(begin, end - PROBE), end)
            newest = (self.wanted // 2 + 2) * len(near) // max(near.count(b"\n"), 1)
            blocks = _spread(extents, held, budget, self.wanted, min(budget // 2, max(newest, PROBE)))
            self.sample.everything = False
        runs = [self._block(descriptor, status, block, newest=block is blocks[-1]) for block in blocks]
        return self._judged(runs)

    def _newest_first(self, descriptor: int, status: os.stat_result, blocks: t.Sequence[tuple[int, int, int]]) -> list[Run]:
        """What stands between holes: of all of it no more lines than are wanted, the last ones."""
        runs: list[Run] = []
        left = self.wanted
        for start, end, _most in reversed(blocks):
            if left <= 0:
                self.sample.everything = False
                break
            runs.insert(0, self._block(descriptor, status, (start, end, left), newest=True))
            left -= len(runs[0].lines)
        return self._judged(runs)

    def _block(self, descriptor: int, status: os.stat_result, block: tuple[int, int, int], *, newest: bool) -> Run:
        self.runner.remaining()
        start, end, most = block
        data = _read(descriptor, start, end)
        begins = start == 0 or os.pread(descriptor, 1, start - 1) in (b"\n", b"\0")
        return self._run(data, start, begins=begins, most=most, newest=newest, last=end >= status.st_size)

    def packed(self, unpacked: Readable, budget: int) -> list[Run]:
        """From its beginning, and what stands at the end of what is unpacked."""
        head, tail, count, ends, ended = bytearray(), bytearray(), 0, 0, False
        half = budget // 2
        while count < UNPACKED and not ended:
            self.runner.remaining()
            try:
                chunk = unpacked.read(CHUNK)
            except (OSError, EOFError, zlib.error, lzma.LZMAError):
                if not count:
                    raise
                self.sample.unread.append(phrase("{path:path} cannot be unpacked to its end", path=self.path))
                chunk = b""
            ended = not chunk
            room = max(half - len(head), 0)
            head += chunk[:room]
            tail += chunk[room:]
            count += len(chunk)
            ends += chunk.count(b"\n")
            if len(tail) > 2 * half:
                del tail[:-half]
        if not ended:
            self.sample.unread.append(phrase("of {path:path} only the first {read:bytes} were unpacked", path=self.path, read=count))
            self.sample.everything = False
        if len(head) + len(tail) == count:
            return self._judged([self._run(bytes(head + tail), 0, begins=True, most=self.wanted, newest=True, last=ended)])
        self.sample.everything = False
        del tail[:-half]
        runs = [self._run(bytes(head), 0, begins=True, most=self.wanted // 2, newest=False, last=False)]
        before = ends - tail.count(b"\n")
        runs.append(self._run(bytes(tail), count - len(tail), begins=False, most=self.wanted // 2, newest=True, last=ended, before=before))
        return self._judged(runs)

    def _run(self, data: bytes, start: int, *, begins: bool, most: int, newest: bool, last: bool, before: int | None = None) -> Run:
        """The lines of a block; of more than are wanted the last ones where it is the newest, else the first.

        ``before``: how many lines end before it, where that is known.
        """
        before = 0 if start == 0 else before
        self._weigh(data)
        self.sample.ends = self.sample.ends or b"\n" in data
        first = 0 if begins else data.find(b"\n", 0) + 1
        if not begins and (first == 0 or first > LONGEST):
            pieces = self._pieces(data, start, 0, first or len(data), ended=False)
            if first == 0:
                return Run(self.path, pieces, self.identity, counted=self.counted)
        else:
            pieces = []
        final = data.rfind(b"\n") + 1
        bounds = list(_backward(data, first, final, most)) if newest else list(_forward(data, first, final, most))
        all_of_it = not bounds or (bounds[0][0] == first and bounds[-1][1] == final - 1)
        if not all_of_it:
            self.sample.everything = False
        number = None if before is None or not bounds else before + 1 + data.count(b"\n", 0, bounds[0][0])
        lines: list[Line] = []
        for begin, end in bounds:
            lines += self._line(data, start, begin, end, number)
            number = None if number is None else number + 1
        if last and final < len(data) or len(data) - final > LONGEST:
            lines += self._pieces(data, start, final, len(data), ended=False)
        at_start = begins and start == 0 and not (newest and not all_of_it)
        return Run(self.path, [*pieces, *lines], self.identity, starts=at_start, counted=self.counted)

    def _line(self, data: bytes, start: int, begin: int, end: int, number: int | None) -> list[Line]:
        if end - begin > LONGEST:
            return self._pieces(data, start, begin, end, ended=True)
        raw = data[begin:end]
        bare = raw.strip(b"\0")
        if not bare and raw:
            return []  # a hole, as copytruncate leaves it
        if start + begin == 0 and bare.startswith(b"\xef\xbb\xbf"):
            bare = bare[3:]
        text = bare.decode("utf-8", "replace")
        broken = "\ufffd" in text and text.count("\ufffd") > bare.count(b"\xef\xbf\xbd")
        return [Line(text.rstrip("\r"), start + begin, number, broken=broken)]

    def _pieces(self, data: bytes, start: int, begin: int, end: int, *, ended: bool) -> list[Line]:
        found: list[Line] = []
        for place in range(begin, end, LONGEST - OVERLAP):
            raw = data[place : min(place + LONGEST, end)].strip(b"\0")
            if raw and not (found and len(raw) <= OVERLAP and not ended):
                found.append(Line(raw.decode("utf-8", "replace"), start + place, whole=False))
        return found

    def _weigh(self, data: bytes) -> None:
        """Whether this is text at all."""
        part = _HOLES.sub(b"", data[: 1 << 18])  # a file may have some after a loss of power, or by copytruncate
        self.characters += len(part)
        self.control += len(part) - len(part.translate(None, _CONTROL))
        self.undecoded += part.decode("utf-8", "replace").count("\ufffd")

    def _judged(self, runs: list[Run]) -> list[Run]:
        if self.characters:
            shares = self.control / self.characters, self.undecoded / self.characters
            self.sample.binary = self.sample.binary or shares[0] > _MOST_CONTROL or shares[1] > _MOST_UNDECODED
        return runs


def _unpacking(suffix: str, handle: t.IO[bytes] | io.RawIOBase) -> Readable:
    return t.cast("Readable", OPENERS[suffix](t.cast("t.IO[bytes]", handle)))


def _spread(extents: t.Sequence[tuple[int, int]], held: int, budget: int, wanted: int, newest: int) -> list[tuple[int, int, int]]:
    """Where to read and how many lines: at places all over what the file holds, and the newest bytes."""
    begin, end = extents[-1]
    tail = (max(begin, end - newest), end, max(wanted // 2, 1))
    size, most = budget // 2 // SPREAD, max(wanted // 2 // SPREAD, 1)
    before = held - (tail[1] - tail[0])
    blocks: list[tuple[int, int, int]] = []
    for number in range(SPREAD):
        place = before * number // SPREAD
        for start, stop in extents:
            if place < stop - start:
                first = start + place
                last = min(first + size, stop, tail[0] if tail[0] >= first else stop)
                if last > first and not (blocks and blocks[-1][0] == first):
                    blocks.append((first, last, most))
                break
            place -= stop - start
    return [*sorted(blocks), tail]


def _extents(descriptor: int, status: os.stat_result) -> list[tuple[int, int]]:
    """Where a file with holes holds something; of one without, all of it."""
    size = status.st_size
    if status.st_blocks * 512 >= size or not size:
        return [(0, size)]
    found: list[tuple[int, int]] = []
    place = 0
    try:
        while place < size and len(found) < EXTENTS:
            start = os.lseek(descriptor, place, os.SEEK_DATA)
            place = os.lseek(descriptor, start, os.SEEK_HOLE)
            found.append((start, min(place, size)))
    except OSError as exc:
        if exc.errno != errno.ENXIO:  # which says that there is nothing more
            return [(0, size)]
    if len(found) == EXTENTS:
        found[-1] = (found[-1][0], size)
    return found or [(0, 0)]


def _read(descriptor: int, start: int, end: int) -> bytes:
    parts = []
    while start < end:
        part = os.pread(descriptor, min(end - start, CHUNK), start)
        if not part:
            break
        parts.append(part)
        start += len(part)
    return b"".join(parts)


def _forward(data: bytes, first: int, final: int, most: int) -> t.Iterator[tuple[int, int]]:
    count = 0
    while first < final and count < most:
        end = data.find(b"\n", first, final)
        yield first, end
        first, count = end + 1, count + 1


def _backward(data: bytes, first: int, final: int, most: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    while first < final and len(found) < most:
        begin = data.rfind(b"\n", first, final - 1) + 1 or first
        found.append((begin, final - 1))
        final = begin
    return found[::-1]


def number_of(run: Run, line: Line, runner: Runner) -> int | None:
    """The number of a line in its file, from 1; None where so much stands before it that it is not counted, or the file is another one.

    What was counted for one line is not counted again for the next.
    """
    if line.number is not None:
        return line.number
    if run.identity is None or line.offset > COUNTED or os.path.splitext(run.source)[1] in OPENERS:
        return None
    nearest = bisect.bisect_right(run.counted, (line.offset, COUNTED)) - 1
    place, number = run.counted[nearest] if nearest >= 0 else (0, 1)
    try:
        with open(run.source, "rb", buffering=0) as handle:
            status = os.fstat(handle.fileno())
            if (status.st_dev, status.st_ino) != run.identity:
                return None
            while place < line.offset:
                runner.remaining()
                chunk = os.pread(handle.fileno(), min(line.offset - place, CHUNK), place)
                if not chunk:
                    return None
                number += chunk.count(b"\n")
                place += len(chunk)
    except (OSError, CannotObserve):
        return None
    bisect.insort(run.counted, (place, number))
    return number


__all__ = ("FEW", "LONGEST", "MOST", "Line", "Run", "Sample", "number_of", "of_file")
