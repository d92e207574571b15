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
from .._runner import user_name
from .log_files import MONTHS

SYSLOG_SOCKET = "/dev/log"
JOURNAL_SOCKET = "/run/systemd/journal/socket"
USER_INFO = 14  # facility user, severity info
SEND_TIMEOUT = 5.0
_REFUSALS = (errno.EACCES, errno.EPERM)


class NotTaken(Exception):
    """The line cannot be logged, by the service itself neither; says why."""


class Place(t.NamedTuple):
    """Where in a file the line begins."""

    offset: int
    device: int
    inode: int


def append(path: str, line: str) -> Place:
    """One appending write to a regular file that is there. CannotObserve, NotTaken."""
    try:
        before = os.lstat(path)
        if stat.S_ISLNK(before.st_mode):
            # followed, it would let whoever owns the folder choose the file that we write into
            raise CannotObserve(f"{path} is a symbolic link to {os.path.realpath(path)}: name the file itself; nothing was written")
        if not stat.S_ISREG(before.st_mode):
            raise CannotObserve(f"{path} is not a regular file: nothing was written")
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise NotTaken(f"the log file {path} is not there, and it is not for this check to create it") from None
    except OSError as exc:
        raise _refusal(path, exc) from None
    try:
        opened = os.fstat(handle)
        if not stat.S_ISREG(opened.st_mode):
            raise CannotObserve(f"{path} is not a regular file: nothing was written")
        data = line.encode("utf-8") + b"\n"
        count = os.write(handle, data)
    except OSError as exc:
        raise _refusal(path, exc) from None
    finally:
        os.close(handle)
    if count != len(data):
        raise NotTaken(f"only {count} of {len(data)} bytes could be written to {path}: is its file system full?")
    return Place(opened.st_size, opened.st_dev, opened.st_ino)


def _refusal(path: str, exc: OSError) -> Exception:
    if exc.errno in _REFUSALS:
        return CannotObserve(f"{path} may not be written by {user_name()}; let the check run as the service's user (run_as)")
    if exc.errno == errno.ELOOP:
        return CannotObserve(f"{path} is a symbolic link: name the file itself; nothing was written")
    return NotTaken(f"nothing can be written to {path}: {exc.strerror or exc}")


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
        return CannotObserve(f"{path} may not be written by {user_name()}; let the check run as the service's user (run_as)")
    if isinstance(exc, FileNotFoundError):
        return NotTaken(f"nothing takes {kind} messages on this host: {path} is not there")
    if isinstance(exc, ConnectionRefusedError):
        return NotTaken(f"nothing takes {kind} messages on this host: nobody listens on {path}")
    if isinstance(exc, (socket.timeout, BlockingIOError)):
        return NotTaken(f"whoever listens on {path} did not take a {kind} message within {SEND_TIMEOUT:g} s")
    return NotTaken(f"{path} does not take {kind} messages: {exc.strerror or exc}")


__all__ = ("JOURNAL_SOCKET", "SYSLOG_SOCKET", "NotTaken", "Place", "append", "journal_datagram", "send", "syslog_datagram")
