# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes one line the way a service logs: into a file, to syslog, to journald. PRIVATE to the collection."""

from __future__ import annotations

import errno
import os
import re
import socket
import stat
import struct
import time
import typing as t

from .._finding import CannotObserve
from .._phrase import Message, phrase
from .._runner import Runner, user_name

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SYSLOG_SOCKET = "/dev/log"
JOURNAL_SOCKET = "/run/systemd/journal/socket"
USER_INFO = 14  # facility user, severity info
SEND_TIMEOUT = 5.0
COMES = 5  # seconds in which a line that was caused is waited for in the log itself
MOST_READ = 8 * 2**20
_REFUSALS = (errno.EACCES, errno.EPERM)


class NotTaken(Exception):
    """The line cannot be logged, by the service itself neither; says why."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


class Place(t.NamedTuple):
    """Where in a file the line begins."""

    offset: int
    device: int
    inode: int


def append(path: str, line: str, runner: Runner) -> Place:
    """One appending write to a regular file that is there, between two lines of it. CannotObserve, NotTaken."""
    try:
        before = os.lstat(path)
        if stat.S_ISLNK(before.st_mode):
            # followed, it would let whoever owns the folder choose the file that we write into
            raise CannotObserve(
                phrase(
                    "{path:path} is a symbolic link to {target:path}: name the file itself; nothing was written",
                    path=path,
                    target=os.path.realpath(path),
                )
            )
        if not stat.S_ISREG(before.st_mode):
            raise _no_file(path)
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise NotTaken(phrase("the log file {path:path} is not there, and it is not for this check to create it", path=path)) from None
    except OSError as exc:
        raise _refusal(path, exc) from None
    try:
        opened = os.fstat(handle)
        if not stat.S_ISREG(opened.st_mode):
            raise _no_file(path)
        data = line.encode("utf-8") + b"\n"
        _wait_for_line_end(path, handle, runner)
        count = os.write(handle, data)
        ends = os.lseek(handle, 0, os.SEEK_CUR)  # others may have written since it was opened
    except OSError as exc:
        raise _refusal(path, exc) from None
    finally:
        os.close(handle)
    if count != len(data):
        raise NotTaken(
            phrase(
                "only {written:number} of {size:number} bytes could be written to {path:path}: is its file system full?",
                written=count,
                size=len(data),
                path=path,
            )
        )
    return Place(ends - len(data), opened.st_dev, opened.st_ino)


def _wait_for_line_end(path: str, handle: int, runner: Runner) -> None:
    """Until the log ends with a line end: what writes in blocks leaves half a line there for a while. CannotObserve where it stays so."""
    for _look in range(COMES * 10):
        if _is_between_lines(handle):
            return
        runner.sleep(0.1)
    raise CannotObserve(
        phrase(
            "{path:path} does not end with a line end for {time:duration}: a line in there would stand in the middle of a record; "
            "nothing was written (canary: probe, or canary: never)",
            path=path,
            time=float(COMES),
        )
    )


def _is_between_lines(handle: int) -> bool:
    size = os.fstat(handle).st_size
    last = os.pread(handle, min(size, 2), max(0, size - 2))
    return not last or (last.endswith(b"\n") and last != b"\0\n")  # text of two bytes a character takes no line of ours


def end_of(path: str) -> Place | None:
    """Where a log ends now; None where it cannot be read, or is not there yet."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return Place(status.st_size, status.st_dev, status.st_ino) if stat.S_ISREG(status.st_mode) else None


def has_come(path: str, since: Place, text: str, runner: Runner) -> bool:
    """Whether a text comes into a log within a few seconds; a server may hold its lines back for a while."""
    needle = text.encode("utf-8")
    for _look in range(COMES * 5):
        try:
            with open(path, "rb") as handle:
                status = os.fstat(handle.fileno())
                same = (status.st_dev, status.st_ino) == (since.device, since.inode) and status.st_size >= since.offset
                handle.seek(max(since.offset if same else 0, status.st_size - MOST_READ))
                if needle in handle.read(MOST_READ):
                    return True
        except OSError:
            return False
        runner.sleep(0.2)
    return False


def _no_file(path: str) -> CannotObserve:
    return CannotObserve(phrase("{path:path} is not a regular file: nothing was written", path=path))


def _forbidden(path: str) -> CannotObserve:
    return CannotObserve(
        phrase("{path:path} may not be written by {user}; let the check run as the service's user (run_as)", path=path, user=user_name())
    )


def _refusal(path: str, exc: OSError) -> Exception:
    if exc.errno in _REFUSALS:
        return _forbidden(path)
    if exc.errno == errno.ELOOP:
        return CannotObserve(phrase("{path:path} is a symbolic link: name the file itself; nothing was written", path=path))
    return NotTaken(phrase("nothing can be written to {path:path}: {reason}", path=path, reason=exc.strerror or str(exc)))


def syslog_datagram(tag: str, line: str, moment: float) -> bytes:
    """RFC 3164 as the C library's syslog() sends it: local time, English month, no host name."""
    local = time.localtime(moment)
    date = f"{MONTHS[local.tm_mon - 1]} {local.tm_mday:2d} {local.tm_hour:02d}:{local.tm_min:02d}:{local.tm_sec:02d}"
    return f"<{USER_INFO}>{date} {tag}[{os.getpid()}]: {line}".encode()


def journal_datagram(fields: t.Mapping[str, str]) -> bytes:
    """The native protocol of journald; fields whose names it would refuse are left out."""
    out = b""
    for name, value in fields.items():
        if not re.fullmatch(r"[A-Z0-9][A-Z0-9_]{0,63}", name):
            continue
        data = value.encode("utf-8")
        if b"\n" in data:
            out += name.encode("ascii") + b"\n" + struct.pack("<Q", len(data)) + data + b"\n"
        else:
            out += name.encode("ascii") + b"=" + data + b"\n"
    return out


def send(path: str, data: bytes, kind: str) -> None:
    """One datagram to a socket of the host. CannotObserve, NotTaken."""
    try:
        _send_as(socket.SOCK_DGRAM, path, data)
    except OSError as exc:
        if exc.errno != errno.EPROTOTYPE:
            raise _not_taken(path, kind, exc) from None
        try:
            _send_as(socket.SOCK_STREAM, path, data + b"\n")
        except OSError as stream_exc:
            raise _not_taken(path, kind, stream_exc) from None


def _send_as(sort: int, path: str, data: bytes) -> None:
    with socket.socket(socket.AF_UNIX, sort) as client:
        client.settimeout(SEND_TIMEOUT)
        client.connect(path)
        client.sendall(data)


def _not_taken(path: str, kind: str, exc: OSError) -> Exception:
    if exc.errno in _REFUSALS:
        return _forbidden(path)
    if isinstance(exc, FileNotFoundError):
        return NotTaken(phrase("nothing takes {kind} messages on this host: {path:path} is not there", kind=kind, path=path))
    if isinstance(exc, ConnectionRefusedError):
        return NotTaken(phrase("nothing takes {kind} messages on this host: nobody listens on {path:path}", kind=kind, path=path))
    if isinstance(exc, (socket.timeout, BlockingIOError)):
        return NotTaken(
            phrase(
                "whoever listens on {path:path} did not take a {kind} message within {allowed:duration}",
                path=path,
                kind=kind,
                allowed=SEND_TIMEOUT,
            )
        )
    return NotTaken(phrase("{path:path} does not take {kind} messages: {reason}", path=path, kind=kind, reason=exc.strerror or str(exc)))


__all__ = (
    "JOURNAL_SOCKET",
    "MONTHS",
    "SYSLOG_SOCKET",
    "USER_INFO",
    "NotTaken",
    "Place",
    "append",
    "end_of",
    "has_come",
    "journal_datagram",
    "send",
    "syslog_datagram",
)
