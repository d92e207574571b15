# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files and mailboxes in which a mark is looked for, as they are replaced, cut off, encoded, or lie."""

from __future__ import annotations

import base64
import contextlib
import email.message
import os
import pathlib
import socket
import subprocess
import threading
import time
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients.far_end import File, is_login, same_server
from ansible_collections.operability.readiness.plugins.module_utils._clients.last_will import LastWill
from ansible_collections.operability.readiness.plugins.module_utils._clients.mailbox import MailAccount, Mailbox, quoted, text_of
from ansible_collections.operability.readiness.plugins.module_utils._clients.returned_mail import returned
from ansible_collections.operability.readiness.plugins.module_utils._exchange import Connection, Response
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner

MARK = "operability-delivery-0123456789abcdef01234567"


# -- files


def test_only_what_is_added_counts(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "alerts.log"
    path.write_text(f"before {MARK}\n")
    far = File(str(path))
    far.prepare(MARK)
    assert not far.arrived(MARK)
    with path.open("a") as file:
        file.write(f"x{MARK[:10]}")
        file.flush()
        assert not far.arrived(MARK)
        file.write(f"{MARK[10:]}\n")
    assert far.arrived(MARK), "written in two pieces"


@pytest.mark.parametrize("how", ["replaced", "cut off", "made"])
def test_a_file_that_begins_anew_is_read_from_its_start(tmp_path: pathlib.Path, how: str) -> None:
    path = tmp_path / "alerts.log"
    if how != "made":
        path.write_text("old\n" * 1000)
    far = File(str(path))
    far.prepare(MARK)
    assert not far.arrived(MARK)
    if how == "replaced":
        other = tmp_path / "other"
        other.write_text("y" * 5000 + MARK)
        other.replace(path)
    else:
        path.write_text(MARK)
    assert far.arrived(MARK)


def test_what_is_no_file_is_told(tmp_path: pathlib.Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, tmp_path / "none" / "alerts.log", tmp_path / ("x" * 300)):
        far = File(str(path))
        with pytest.raises(CannotObserve):
            far.prepare(MARK)


def test_addresses_of_one_server() -> None:
    assert same_server("http://am:9093/api", "http://AM:9093/x") and same_server("http://am/", "http://user@am:80")
    assert not same_server("http://am:9093", "http://am:9094") and not same_server("http://am", "https://am")


@pytest.mark.parametrize(
    ("page", "login"),
    [
        ("<html><title>Sign in - SSO</title>", True),
        ("<html><form><input name=p type=password>", True),
        ("<html><form action='/oauth2/login'>", True),
        ("<html><h1>Messages</h1>", False),
        ("<html><title>Blog in French</title>", False),
        ('{"login": "password"}', False),
    ],
)
def test_login_pages(page: str, login: bool) -> None:
    assert is_login(Response(200, {}, page.encode(), "http://far/", 0.1)) is login


# -- mails


def mail(text: str, kind: str = "plain", encoding: str = "7bit", subject: str = "") -> bytes:
    message = email.message.EmailMessage()
    message["Subject"] = subject
    message.set_content(text, subtype=kind, cte=encoding)
    return message.as_bytes()


@pytest.mark.parametrize("encoding", ["7bit", "quoted-printable", "base64"])
@pytest.mark.parametrize("kind", ["plain", "html"])
def test_texts_are_decoded(encoding: str, kind: str) -> None:
    assert MARK in text_of(mail(f"<p>{'x' * 60} {MARK} is here</p>", kind, encoding))


def test_subjects_are_decoded() -> None:
    assert MARK in text_of(mail("", subject=f"[FIRING:1] Préparation {'x' * 60} {MARK}"))
    words = " ".join(f"=?utf-8?b?{base64.b64encode(part.encode()).decode()}?=" for part in (MARK[:7], MARK[7:]))
    assert MARK in text_of(f"Subject: {words}\r\n\r\n".encode())


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\x00", b"Subject: =?nope?q?x?=\n\n", b"Content-Type: text/plain; charset=nope\n\nx", b"a" * 100_000]
)
def test_what_is_no_mail_has_no_mark(raw: bytes) -> None:
    assert MARK not in text_of(raw)


def test_names_of_folders() -> None:
    assert quoted("INBOX") == '"INBOX"'
    assert quoted('a "b" \\ & c') == '"a \\"b\\" \\\\ &- c"'
    assert quoted("Alertes reçues") == '"Alertes re&AOc-ues"'
    assert quoted("台北") == '"&U,BTFw-"'
    assert "\r" not in quoted("a\r\nb LOGOUT")


BOUNCE = """\
From: {sender}
To: alerts@example.org
Subject: Undelivered Mail Returned to Sender
{more}MIME-Version: 1.0
Content-Type: multipart/report; report-type={kind}; boundary="B"

--B
Content-Type: text/plain

This is the mail system at host mx.example.org.

--B
Content-Type: message/{kind}

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; oncall@example.org
Action: {action}
Status: {status}

--B
Content-Type: message/rfc822

Subject: [FIRING:1] OperabilityDeliveryTest {mark}

{mark}

--B--
"""


def report(**changes: str) -> bytes:
    given = {"sender": "MAILER-DAEMON@mx.example.org (Mail Delivery System)", "more": "Auto-Submitted: auto-replied\n", "mark": MARK}
    return BOUNCE.format(**{**given, "kind": "delivery-status", "action": "failed", "status": "5.1.1", **changes}).encode()


@pytest.mark.parametrize(
    ("raw", "lost", "said"),
    [
        (report(), True, "returned as undeliverable (5.1.1 oncall@example.org)"),
        (report(sender="Microsoft Outlook <outlook@example.org>", more=""), True, "(5.1.1 oncall@example.org)"),
        (report(action="delayed", status="4.4.1"), False, "a report on the mail came back (4.4.1 oncall@example.org)"),
        (report(action="relayed", status="2.0.0"), False, "a report on the mail came back (2.0.0"),
        (report(kind="disposition-notification"), False, "a report on the mail came back (MAILER-DAEMON@mx.example.org)"),
        (f"From: MAILER-DAEMON@mx.example.org\n\nunknown user\n{MARK}".encode(), True, "(MAILER-DAEMON@mx.example.org)"),
        (f"From: x@a\nX-Failed-Recipients: oncall@example.org\n\n{MARK}".encode(), True, "(oncall@example.org)"),
        (f"From: bob@example.org\nAuto-Submitted: auto-replied (vacation)\n\n> {MARK}".encode(), False, "(from bob@example.org)"),
    ],
)
def test_what_quotes_a_mail_is_no_receipt_of_it(raw: bytes, lost: bool, said: str) -> None:
    back = returned(raw)
    assert MARK in text_of(raw) and back is not None
    assert (back.lost, said in str(back.message)) == (lost, True), str(back.message)


@pytest.mark.parametrize(
    "raw",
    [
        mail(MARK),
        b"Auto-Submitted: auto-generated\r\n\r\n" + MARK.encode(),
        b"Auto-Submitted: no\r\n\r\n" + MARK.encode(),
        b"From: postmaster@example.org\r\nReturn-Path: <alerts@example.org>\r\n\r\n" + MARK.encode(),
        b'Content-Type: multipart/alternative; boundary="B"\r\n\r\n--B\r\n\r\n' + MARK.encode() + b"\r\n--B--\r\n",
        b"\xff\x00",
    ],
)
def test_notifications_are_no_bounces(raw: bytes) -> None:
    assert returned(raw) is None


class Says:
    """A mail server that says what it is told to, each line as an answer to one command; "" is the greeting alone."""

    def __init__(self, *answers: bytes, silent: bool = False) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        self.answers, self.silent, self.heard = answers, silent, b""
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection = self.listener.accept()[0]
                with contextlib.suppress(OSError), connection:
                    connection.settimeout(5)
                    for answer in self.answers:
                        connection.sendall(answer)
                        self.heard += connection.recv(4096)
                    if self.silent:
                        connection.recv(4096)


@pytest.mark.parametrize(
    "answers",
    [
        (b"",),
        (b"\r\n" * 10,),
        (b"* BYE too busy\r\n",),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n",),
        (b"* PREAUTH hello\r\n", b"a BAD\r\n"),
        (b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\r\n", b"* BYE\r\n"),
        (b"* OK hi {99999999999}\r\n", b"x"),
        (b"x" * 3_000_000,),
        (b"* OK \xff\xfe\r\n", b"\x00\r\n"),
    ],
)
def test_servers_that_speak_something_else_are_told(answers: tuple[bytes, ...]) -> None:
    server = Says(*answers)
    box = Mailbox(MailAccount("127.0.0.1", "me", "pa55-w0rd", port=server.port, tls="none"), Runner().within(4))
    started = time.monotonic()
    with pytest.raises(CannotObserve) as told:
        box.prepare()
    assert time.monotonic() - started < 6 and "pa55-w0rd" not in str(told.value)
    server.listener.close()


def test_no_password_is_sent_where_starttls_is_not_offered() -> None:
    server = Says(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\r\n", b"", silent=True)
    box = Mailbox(MailAccount("127.0.0.1", "me", "pa55-w0rd", port=server.port, tls="starttls"), Runner().within(3))
    with pytest.raises(CannotObserve):
        box.prepare()
    assert b"pa55" not in server.heard and base64.b64encode(b"\0me\0pa55-w0rd") not in server.heard
    server.listener.close()


# -- what is done for whoever is killed


class Taking:
    """Takes one request after the other, and keeps it."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/api"
        self.taken: list[bytes] = []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection = self.listener.accept()[0]
                with connection:
                    connection.settimeout(5)
                    request = b""
                    with contextlib.suppress(OSError):
                        while b"body!" not in request and (chunk := connection.recv(4096)):
                            request += chunk
                    self.taken.append(request)
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


@pytest.fixture
def taking() -> t.Iterator[Taking]:
    made = Taking()
    yield made
    made.listener.close()


def will(taking: Taking, waits: float = 60.0) -> LastWill:
    url = taking.url.replace("://", "://me:pa55@")
    return LastWill(Connection(url, headers={"X-Scope-OrgID": "t"}), "POST", url, "body!", {"Content-Type": "text/x"}, waits)


def test_what_is_not_taken_back_is_done_at_the_end(taking: Taking) -> None:
    with will(taking):
        assert taking.taken == []
    end = time.monotonic() + 20
    while not taking.taken and time.monotonic() < end:
        time.sleep(0.02)
    (request,) = taking.taken
    head = request.decode().lower()
    assert request.startswith(b"POST /api ") and "x-scope-orgid: t" in head
    assert f"authorization: basic {base64.b64encode(b'me:pa55').decode().lower()}" in head


def test_what_is_taken_back_is_not_done(taking: Taking) -> None:
    with will(taking) as keeper:
        keeper.take_back()
        process = keeper._keeper
    assert isinstance(process, subprocess.Popen) and process.wait(timeout=10) == 0
    assert taking.taken == []


def test_nobody_waits_for_ever(taking: Taking) -> None:
    with will(taking, waits=0.1) as keeper:
        process = keeper._keeper
        assert isinstance(process, subprocess.Popen) and process.wait(timeout=10) == 0
    assert taking.taken == []
