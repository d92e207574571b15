# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of a mailbox over IMAP: what has arrived since it was opened. Nothing in it is changed, nor marked as read. PRIVATE."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import email
import email.header
import email.message
import email.policy
import imaplib
import os
import re
import socket
import ssl
import threading
import typing as t

from .._finding import CannotObserve
from .._message import one_line
from .._phrase import Message, phrase
from .._runner import Runner
from .returned_mail import Returned, returned

PORTS = {"implicit": 993, "starttls": 143, "none": 143}
MOST_MESSAGES = 200  # of those that are new, in one look
MOST_BYTES = 2**20  # of one message that are read
_LITERAL = 4 * MOST_BYTES
Answer = tuple[str, t.Sequence[t.Any]]
V = t.TypeVar("V")


@dataclasses.dataclass(frozen=True)
class MailAccount:
    """``tls``: implicit, starttls, none."""

    host: str
    username: str
    password: str
    folder: str = "INBOX"
    port: int | None = None
    tls: str = "implicit"
    ca_path: str | None = None

    @property
    def name(self) -> str:
        """As it is told."""
        return f"{self.folder} of {self.username} on {self.host}"

    @property
    def number(self) -> int:
        return self.port or PORTS[self.tls]


class Mailbox:
    """Looks into one folder, each time over a connection of its own. Whatever prevents it is a CannotObserve."""

    def __init__(self, account: MailAccount, runner: Runner) -> None:
        self.account, self.runner = account, runner
        self._valid: bytes = b""
        self._next = 0  # the first number that a new message can have
        self._seen: set[int] = set()
        self.returned: Returned | None = None  # what has come back instead

    def prepare(self) -> None:
        """From now on, what arrives is new."""
        self._valid, self._next = self._within(self._examine)
        self._seen = set()

    def arrived(self, mark: str) -> bool:
        """Whether a message with this text has arrived since, in its subject or in a part of it that is text; see ``returned``."""
        return self._within(lambda client: self._find(client, mark))

    # -- one look

    def _within(self, look: t.Callable[[imaplib.IMAP4], V], allowed: float = 10.0) -> V:
        """What a look brings, or CannotObserve when time is over, whatever the server sends or does not send."""
        left = self.runner.remaining(allowed)
        outcome: list[V | BaseException] = []
        clients: list[imaplib.IMAP4] = []

        def work() -> None:
            try:
                client = self._connect(left)
                clients.append(client)
                with contextlib.closing(_Leaving(client)):
                    self._log_in(client)
                    outcome.append(look(client))
            except BaseException as exc:
                outcome.append(exc)

        thread = threading.Thread(target=work, daemon=True, name="imap")
        thread.start()
        thread.join(left + 0.3)
        if not outcome:
            for client in clients:
                with contextlib.suppress(OSError):
                    client.sock.shutdown(socket.SHUT_RDWR)
            raise CannotObserve(self._silent(left))
        found = outcome[0]
        if isinstance(found, BaseException):
            raise found if isinstance(found, CannotObserve) else CannotObserve(self._told(found, left)) from None
        return found

    def _connect(self, timeout: float) -> imaplib.IMAP4:
        account = self.account
        if account.tls == "none":
            return _Plain(account.host, account.number, timeout)
        if account.ca_path and not os.access(account.ca_path, os.R_OK):
            said = phrase("{path:path} (for {server}) does not exist or may not be read", path=account.ca_path, server=account.host)
            raise CannotObserve(said)
        context = ssl.create_default_context(cafile=account.ca_path)
        if account.tls == "implicit":
            return _Encrypted(account.host, account.number, ssl_context=context, timeout=timeout)
        client = _Plain(account.host, account.number, timeout)
        if "STARTTLS" not in client.capabilities:
            client.shutdown()
            said = phrase("the mail server {server} does not offer STARTTLS: the password was not sent", server=account.host)
            raise CannotObserve(said)
        client.starttls(context)
        return client

    def _log_in(self, client: imaplib.IMAP4) -> None:
        account = self.account
        try:
            if "AUTH=PLAIN" in client.capabilities:
                login = f"\0{account.username}\0{account.password}".encode()
                client.authenticate("PLAIN", lambda _asked: login)
            else:
                client.login(account.username, account.password)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            said = phrase("the mail server {server} refused the login of {user}", server=account.host, user=account.username)
            raise CannotObserve(said) from None

    def _examine(self, client: imaplib.IMAP4) -> tuple[bytes, int]:
        """What makes its numbers valid, and the number of the next message."""
        account = self.account
        said, _counted = client.select(quoted(account.folder), readonly=True)
        if said != "OK":
            raise CannotObserve(
                phrase(
                    "{user} has no folder {folder:path} on the mail server {server}, or may not open it",
                    user=account.username,
                    folder=account.folder,
                    server=account.host,
                )
            )
        following, valid = client.response("UIDNEXT")[1], client.response("UIDVALIDITY")[1]
        if not following or not following[0] or not following[0].isdigit():
            raise CannotObserve(phrase("the mail server {server} does not number its messages (UIDNEXT)", server=account.host))
        return (valid[0] if valid and valid[0] else b""), int(following[0])

    def _find(self, client: imaplib.IMAP4, mark: str) -> bool:
        valid, _following = self._examine(client)
        if valid != self._valid:
            said = phrase(
                "the folder {folder:path} on the mail server {server} was made anew meanwhile",
                folder=self.account.folder,
                server=self.account.host,
            )
            raise CannotObserve(said)
        _said, found = client.uid("SEARCH", "UID", f"{self._next}:*")
        numbers = sorted({int(number) for number in (found[0] or b"").split()} - self._seen, reverse=True)
        for number in [number for number in numbers if number >= self._next][:MOST_MESSAGES]:
            _said, parts = client.uid("FETCH", str(number), f"(BODY.PEEK[]<0.{MOST_BYTES}>)")
            for raw in [part[1] for part in parts or [] if isinstance(part, tuple) and mark in text_of(part[1])]:
                back = returned(raw)
                if back is None:
                    return True
                if self.returned is None or back.lost:
                    self.returned = back
            self._seen.add(number)
        return False

    # -- in words

    def _silent(self, allowed: float) -> Message:
        return phrase(
            "the mail server {server} did not answer within {allowed:duration}", server=self.account.host, allowed=float(round(allowed, 1))
        )

    def _told(self, exc: BaseException, allowed: float) -> Message:
        server = f"{self.account.host}:{self.account.number}"
        if isinstance(exc, ssl.SSLCertVerificationError):
            return phrase(
                "the mail server {server} has a certificate that cannot be trusted: {reason}", server=server, reason=exc.verify_message
            )
        if isinstance(exc, ssl.SSLError):
            return phrase("the mail server {server} does not speak TLS as expected ({reason})", server=server, reason=str(exc.reason or ""))
        if isinstance(exc, (TimeoutError, socket.timeout)):
            return self._silent(allowed)
        if isinstance(exc, socket.gaierror):
            return phrase("{host} cannot be resolved to an address", host=self.account.host)
        if isinstance(exc, ConnectionRefusedError):
            return phrase("the mail server {server} refused the connection: nothing listens there", server=server)
        reason = exc.strerror if isinstance(exc, OSError) and exc.strerror else one_line(str(exc), 120)
        return phrase("the mail server {server} gave no answer that IMAP has ({reason})", server=server, reason=reason)


class _Bounded(imaplib.IMAP4):
    """Takes no more at once than there is room for."""

    def read(self, size: int) -> bytes:
        if size > _LITERAL:
            raise self.abort("it announces more than was asked for")
        return super().read(size)


class _Plain(_Bounded):
    def __init__(self, host: str, port: int, timeout: float) -> None:
        super().__init__(host, port, timeout)


class _Encrypted(_Bounded, imaplib.IMAP4_SSL):
    """The same over TLS from the start."""


class _Leaving:
    """Ends the connection, without waiting for what a server says to that."""

    def __init__(self, client: imaplib.IMAP4) -> None:
        self.client = client

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self.client.send(b"bye LOGOUT\r\n")
        with contextlib.suppress(Exception):
            self.client.shutdown()


# -- texts


def quoted(folder: str) -> str:
    """The name of a folder as a command has it: between quotes, in IMAP's own UTF-7."""

    def shifted(match: re.Match[str]) -> str:
        encoded = base64.b64encode(match.group().encode("utf-16-be")).decode("ascii")
        return "&" + encoded.rstrip("=").replace("/", ",") + "-"

    named = re.sub("[^\x20-\x7e]+", shifted, folder.replace("&", "&-"))
    escaped = named.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def text_of(raw: bytes) -> str:
    """What people see of a message: its subject and its texts, decoded, each line break within a word of ours taken out."""
    message = email.message_from_bytes(raw, policy=email.policy.compat32)
    found = [_subject(message)]
    for part in message.walk():
        if part.get_content_maintype() == "text":
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                found.append(content.decode("utf-8", "replace"))
    return "\n".join(found)


def _subject(message: email.message.Message) -> str:
    try:
        return str(email.header.make_header(email.header.decode_header(str(message.get("Subject") or ""))))
    except (LookupError, UnicodeDecodeError, ValueError):
        return str(message.get("Subject") or "")


__all__ = ("MOST_BYTES", "PORTS", "MailAccount", "Mailbox", "quoted", "text_of")
