# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where notifications arrive, and whether one with a mark of ours has: an address, a file, a mailbox. PRIVATE to the collection.

``prepare`` is called before anything is sent: whatever cannot be looked at then is a CannotObserve, and nothing is sent. ``arrived`` may
fail at times; whoever waits asks again. An address that is asked for a mark may show it for no other reason, now or later: it is asked for
another one that nobody has sent, a control, more often than for ours and since before.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
import typing as t
from urllib.parse import urlsplit

from .._exchange import Connection, Response, public_url
from .._finding import CannotObserve
from .._phrase import phrase
from .._runner import Runner, unreadable
from .mailbox import MailAccount, Mailbox
from .returned_mail import Returned

PREFIX = "operability-delivery-"
MARK = "{mark}"
MOST_BYTES = 16 * 2**20
_LOGIN = re.compile(
    rb"<input\b[^>]{0,400}\btype\s*=\s*[\"']?password"
    rb"|<title>[^<]{0,200}\b(?:sign|log)[ -]?(?:in|on)\b"
    rb"|<form\b[^>]{0,400}\baction\s*=\s*[\"']?[^\"'>]{0,200}log[-_]?in",
    re.I,
)


def new_mark() -> str:
    """Of letters, digits and hyphens alone, so that no encoding changes it."""
    return PREFIX + secrets.token_hex(12)


class FarEnd(t.Protocol):
    """``name``: as it is told. ``reflects``: it has shown a mark that nobody has sent. ``returned``: what came back instead."""

    name: str

    @property
    def reflects(self) -> bool: ...

    @property
    def returned(self) -> Returned | None: ...

    def prepare(self, mark: str) -> None: ...

    def arrived(self, mark: str, *, sent: bool) -> bool:
        """``sent``: False while Alertmanager cannot have notified yet; who must be asked for the mark is not told of it before."""

    def proves(self) -> bool:
        """Asked after the mark was seen: False where it says the same of a mark that nobody has sent."""


class Address:
    """Any text that an address answers with. ``{mark}`` in the address is the mark that is looked for."""

    def __init__(self, connection: Connection, runner: Runner) -> None:
        self.connection, self.runner = connection, runner
        self.name = public_url(connection.url.replace(MARK, ""))
        self.control, self.reflects = new_mark(), False
        self.returned: Returned | None = None

    def prepare(self, mark: str) -> None:
        if self._has(self.control if self._asks_for_it else mark):
            raise CannotObserve(
                phrase("{far_end:path} has the mark already before anything was sent: it proves nothing", far_end=self.name)
            )

    def arrived(self, mark: str, *, sent: bool) -> bool:
        if not self._asks_for_it:
            return self._has(mark)
        self.reflects = self.reflects or self._has(self.control)
        return sent and not self.reflects and self._has(mark)

    def proves(self) -> bool:
        if self._asks_for_it and not self.reflects:
            self.reflects = self._has(self.control) or self._has(new_mark())
        return not self.reflects

    def _has(self, mark: str) -> bool:
        url = self.connection.url.replace(MARK, mark)
        answer = self.runner.get(url, connection=self.connection, fresh=True, max_bytes=MOST_BYTES, timeout=10.0)
        if not self._asks_for_it and answer.status == 404:
            raise CannotObserve(phrase("{far_end:path} is not there (status {status})", far_end=self.name, status=answer.status))
        if answer.status in (401, 403):
            raise CannotObserve(phrase("{far_end:path} refused the credentials (status {status})", far_end=self.name, status=answer.status))
        if answer.status >= 300 and answer.status != 404:
            raise CannotObserve(phrase("{far_end:path} answered with status {status}", far_end=self.name, status=answer.status))
        elsewhere = answer.looks_like_html and urlsplit(answer.url).hostname != urlsplit(url).hostname
        if elsewhere or is_login(answer):
            raise CannotObserve(phrase("{far_end:path} answered with a login page", far_end=self.name))
        # what is not there may be named in the answer that says so
        return answer.status < 300 and mark.encode("ascii") in answer.body

    @property
    def _asks_for_it(self) -> bool:
        return MARK in self.connection.url


def is_login(answer: Response) -> bool:
    """Whether it is a page that asks who one is."""
    return answer.looks_like_html and bool(_LOGIN.search(answer.body[: 2**20]))


def same_server(one: str, other: str) -> bool:
    """Whether two addresses are of one server."""
    first, second = urlsplit(one), urlsplit(other)
    ports = [parts.port or {"http": 80, "https": 443}.get(parts.scheme) for parts in (first, second)]
    return first.hostname == second.hostname and ports[0] == ports[1]


class File:
    """What is added to a file of this machine. It may be made, begun anew or replaced meanwhile."""

    def __init__(self, path: str) -> None:
        self.path = self.name = path
        self.reflects = False
        self.returned: Returned | None = None
        self._known: tuple[int, int] | None = None  # device and number of the file that is read
        self._read_to = 0
        self._rest = b""

    def prepare(self, mark: str) -> None:
        about = self._about()
        if about is None:
            folder = os.path.dirname(os.path.abspath(self.path))
            if not os.path.isdir(folder):
                raise CannotObserve(phrase("{path:path} does not exist, nor does its folder", path=self.path))
            return
        self._open().close()
        self._known, self._read_to = (about.st_dev, about.st_ino), about.st_size

    def arrived(self, mark: str, *, sent: bool = True) -> bool:
        about = self._about()
        if about is None:
            return False
        if self._known != (about.st_dev, about.st_ino) or about.st_size < self._read_to:
            self._known, self._read_to, self._rest = (about.st_dev, about.st_ino), 0, b""
        wanted = mark.encode("ascii")
        with self._open() as handle:
            handle.seek(self._read_to)
            while chunk := handle.read(2**20):
                self._read_to += len(chunk)
                text = self._rest + chunk
                if wanted in text:
                    return True
                self._rest = text[-len(wanted) :]
        return False

    def proves(self) -> bool:
        return True

    def _about(self) -> os.stat_result | None:
        try:
            about = os.stat(self.path)
        except FileNotFoundError:
            return None
        except OSError as exc:
            raise CannotObserve(unreadable(self.path, exc)) from None
        if not stat.S_ISREG(about.st_mode):
            raise CannotObserve(phrase("{path:path} is not a file", path=self.path))
        return about

    def _open(self) -> t.BinaryIO:
        try:
            return open(self.path, "rb")
        except OSError as exc:
            raise CannotObserve(unreadable(self.path, exc)) from None


class Mail:
    """What arrives in a folder of a mailbox."""

    def __init__(self, account: MailAccount, runner: Runner) -> None:
        self.mailbox = Mailbox(account, runner)
        self.name = account.name
        self.reflects = False

    @property
    def returned(self) -> Returned | None:
        return self.mailbox.returned

    def prepare(self, mark: str) -> None:
        self.mailbox.prepare()

    def arrived(self, mark: str, *, sent: bool = True) -> bool:
        return self.mailbox.arrived(mark)

    def proves(self) -> bool:
        return True


__all__ = ("MARK", "Address", "FarEnd", "File", "Mail", "is_login", "new_mark", "same_server")
