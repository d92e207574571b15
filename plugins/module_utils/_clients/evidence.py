# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evidence that people name for what they state: a file in a folder, or a page. PRIVATE to the collection.

A file is reached from its folder step by step, and no step may be a link: what is read is what lies there.
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import hashlib
import os
import stat

from .._finding import CannotObserve
from .._http import HttpFailure, Response, public_url
from .._paths import is_within
from .._phrase import Message, phrase
from .._runner import Runner, unreadable
from .links import Asking, judge

LARGEST = 64 * 2**20


class NoEvidence(Exception):
    """It was looked at, and is not what it has to be."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


@dataclasses.dataclass(frozen=True)
class Content:
    """What was read of evidence: how much, and its digest."""

    size: int
    sha256: str
    blank: bool  # nothing but space


# -- a file


def of_file(path: str, folder: str, runner: Runner) -> Content:
    """A file that lies in a folder or below it. NoEvidence, CannotObserve."""
    base, wanted = os.path.abspath(folder), os.path.abspath(path)
    if not is_within(wanted, base) or wanted == base:
        raise NoEvidence(phrase("{path:path} does not lie in {folder:path}", path=path, folder=folder))
    steps = os.path.relpath(wanted, base).split(os.sep)
    with contextlib.ExitStack() as opened:
        handle = _opened(os.path.realpath(base), os.O_DIRECTORY, None, path, opened)
        for step in steps[:-1]:
            _refuse_link(step, handle, path)
            handle = _opened(step, os.O_DIRECTORY | os.O_NOFOLLOW, handle, path, opened)
        _refuse_link(steps[-1], handle, path)
        # a pipe would be waited for, a device read without end
        handle = _opened(steps[-1], os.O_NOFOLLOW | os.O_NONBLOCK, handle, path, opened)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise NoEvidence(phrase("{path:path} is not a regular file", path=path))
        return _read(handle, path, runner)


def _opened(name: str, flags: int, within: int | None, path: str, opened: contextlib.ExitStack) -> int:
    try:
        handle = os.open(name, os.O_RDONLY | os.O_CLOEXEC | flags, dir_fd=within)
    except (FileNotFoundError, NotADirectoryError):
        raise NoEvidence(phrase("{path:path} does not exist", path=path)) from None
    except OSError as exc:
        if exc.errno == errno.ELOOP:
            raise NoEvidence(_link(path, name)) from None
        if exc.errno == errno.ENXIO:
            raise NoEvidence(phrase("{path:path} is not a regular file", path=path)) from None
        raise CannotObserve(unreadable(path, exc)) from None
    opened.callback(os.close, handle)
    return handle


def _refuse_link(step: str, within: int, path: str) -> None:
    with contextlib.suppress(OSError):  # who opens it says so
        if stat.S_ISLNK(os.stat(step, dir_fd=within, follow_symlinks=False).st_mode):
            raise NoEvidence(_link(path, step))


def _link(path: str, step: str) -> Message:
    return phrase("{path:path} is reached through a link ({step:path}), which may lead elsewhere tomorrow", path=path, step=step)


def _read(handle: int, path: str, runner: Runner) -> Content:
    digest, size, blank = hashlib.sha256(), 0, True
    while True:
        runner.remaining()
        try:
            part = os.read(handle, 2**20)
        except OSError as exc:
            raise CannotObserve(unreadable(path, exc)) from None
        if not part:
            return Content(size, digest.hexdigest(), blank)
        size += len(part)
        if size > LARGEST:
            raise CannotObserve(phrase("{path:path} is larger than {most:bytes}; the rest was not read", path=path, most=LARGEST))
        digest.update(part)
        blank = blank and not part.strip()


# -- a page


def of_page(url: str, asking: Asking, runner: Runner) -> Content:
    """What answers under an address. NoEvidence where there is none; CannotObserve where nobody can tell."""
    answer = _answer(url, asking, runner)
    where = public_url(url)
    if answer.status >= 500:
        raise CannotObserve(phrase("{url:path} answers with status {status}", url=where, status=answer.status))
    verdict = judge(url, answer, asking.soft_404, asking.login_page)
    if verdict.state == "dead":
        raise NoEvidence(verdict.why)
    if verdict.state != "alive":
        raise CannotObserve(verdict.why)
    return Content(len(answer.body), hashlib.sha256(answer.body).hexdigest(), not answer.body.strip())


def _answer(url: str, asking: Asking, runner: Runner) -> Response:
    """The last answer of a chain of redirects, of which no step leads to an address that is never asked."""
    try:
        return runner.get(url, connection=asking.connection_for(url), timeout=asking.timeout, max_bytes=LARGEST)
    except HttpFailure as exc:
        where = public_url(url)
        said = exc.message if where in exc.message else phrase("{url:path}: {reason}", url=where, reason=exc.message)
        raise CannotObserve(said) from None


__all__ = ("LARGEST", "Content", "NoEvidence", "of_file", "of_page")
