# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notifications that arrive, and those that do not: a real Alertmanager, a real mail server, webhooks."""

from __future__ import annotations

import typing as t

import pytest
from certificates import TlsServer, issue
from mail_servers import PASSWORD, USER
from nasty import Nasty
from notified import Site, site
from servers import LOCAL, free_port
from table import Row, World

Arrange = t.Callable[[World], dict[str, t.Any]]


def sent(case: str = "oncall", receipt: str | None = "/seen", before: t.Callable[[Site], object] | None = None, **more: t.Any) -> Arrange:
    """Through the route of this case; ``receipt``: a path of the sink."""

    def arrange(world: World) -> dict[str, t.Any]:
        here = site(world.binaries)
        if before:
            before(here)
        receipts = {"receipt_url": here.sink.url + receipt} if receipt else {}
        args = {"url": here.url, "labels": {"case": case}, "interval": "100ms", "deadline": "10s", **receipts, **more}
        return args

    return arrange


def mailed(case: str = "mail", **changes: t.Any) -> Arrange:
    """The far end is the mailbox. Where the mail server cannot be had, there is no such row."""

    def arrange(world: World) -> dict[str, t.Any]:
        here = site(world.binaries)
        if here.mail is None:
            pytest.skip("there is no mail server here: run dev/debian-packages mail")
        account = {"imap_host": "localhost", "imap_port": here.mail.imaps, "imap_username": USER, "imap_password": PASSWORD}
        if changes.get("imap_tls"):
            account["imap_port"] = here.mail.imap
        return {**sent(case, None)(world), **account, "imap_ca_path": here.mail.ca_path, **changes}

    return arrange


def in_file(world: World) -> dict[str, t.Any]:
    return {**sent("file", None)(world), "receipt_file": str(site(world.binaries).sink.file)}


def from_far_end(kind: str) -> Arrange:
    return lambda world: {**sent(receipt=None)(world), "receipt_url": world.running.start(Nasty, kind).url}


def from_mail_server(greeting: bytes | None) -> Arrange:
    """IMAP from something that says this, or nothing."""

    def arrange(world: World) -> dict[str, t.Any]:
        if greeting is None:
            port = int(world.running.start(Nasty, "hang").url.rpartition(":")[2])
        else:
            port = world.running.start(TlsServer, [issue()], plain=greeting).port
        account = {"imap_host": LOCAL, "imap_port": port, "imap_username": USER, "imap_password": PASSWORD, "imap_tls": "none"}
        return {**sent(receipt=None)(world), **account, "deadline": "100ms", "timeout": "6.5s"}

    return arrange


def from_alertmanager(kind: str) -> Arrange:
    return lambda world: {**sent()(world), "url": world.running.start(Nasty, kind).url, "deadline": "100ms", "timeout": "6.5s"}


def that_takes_no_alerts(world: World) -> dict[str, t.Any]:
    return {**sent("file", None)(world), "url": site(world.binaries).sink.url + "/am", "receipt_file": str(site(world.binaries).sink.file)}


def group_is_known(here: Site) -> None:
    here.post(alertname="Earlier", case="grouped")


def inhibited(here: Site) -> None:
    here.post(alertname="ClusterDown", case="source", cluster="paris")


def row(state: str, arrange: Arrange, status: str, message: str) -> Row:
    return Row("alertmanager_delivery", state, arrange, status, message)


ROWS: list[Row] = [
    row(
        "a webhook arrives", sent(), "pass", r"arrived at http://127.0.0.1:\d+/seen within .*, the limit is 10 s \(by oncall \(webhook\)\)"
    ),
    row("a webhook arrives where one must search for it", sent(receipt="/search?{mark}"), "pass", r"arrived at http://.*/search within"),
    row("what arrives is added to a file", in_file, "pass", r"arrived at /.*notifications.log within"),
    row(
        "a mail arrives in its mailbox",
        mailed(),
        "pass",
        r"arrived at INBOX of alerts@example.org on localhost within .*\(by mail \(email\)\)",
    ),
    row("the mailbox speaks TLS after STARTTLS", mailed(imap_tls="starttls"), "pass", "arrived at INBOX"),
    row("the receiver that is asked is told", sent(receivers=["oncall", "others"]), "pass", "arrived at"),
    row("no far end is declared", sent(receipt=None), "warn", r"sent it by oncall \(webhook\): accepted, not proven delivered"),
    row(
        "one of two integrations fails",
        sent("partly", deadline="4s"),
        "warn",
        "arrived at .*; but notifications of partly by pushover fail",
    ),
    row("what is sent comes too late", sent("late", deadline="2s"), "fail", "no notification .* arrived at .* within 2 s"),
    row(
        "what is sent is lost on its way",
        sent("dropped", deadline="1s"),
        "fail",
        r"within 1 s: Alertmanager says that it was sent by dropped",
    ),
    row("another far end gets it", sent("elsewhere", deadline="1s"), "fail", "no notification .* sent by elsewhere"),
    row("another receiver is told", sent("elsewhere", receivers=["oncall"]), "fail", r'case="elsewhere".* reach elsewhere, not oncall'),
    row("the receiver has no integration", sent("mute"), "fail", "reach mute, which notifies nobody: it has no integration"),
    row("the mail server refuses what is sent", sent("refused", None, deadline="3s"), "fail", "notifications of refused by email fail"),
    row(
        "the mail server refuses it, and nothing arrives",
        mailed("refused", deadline="2s"),
        "fail",
        "within 2 s: notifications of refused by email fail",
    ),
    row("the service that is notified answers 500", sent("failing", None, deadline="2s"), "fail", "notifications of failing by slack fail"),
    row(
        "the mail comes back as undeliverable",
        mailed("bounced"),
        "fail",
        "no notification .* arrived at INBOX .*: the mail was returned as undeliverable .5.1.1 oncall@example.org.",
    ),
    row(
        "the receiver that is asked about fails, and another one's copy arrives",
        sent("copied", receivers=["failing"], deadline="3s"),
        "fail",
        "what arrived at .*/seen was that of another receiver: notifications of failing by slack fail",
    ),
    row(
        "one of two integrations of the same kind fails",
        sent("halved", deadline="3s"),
        "warn",
        "arrived at .*; but some notifications by slack failed meanwhile .* whether that of halved is among them",
    ),
    row("two receivers get it, one of them twice", sent("twice"), "pass", r"arrived at .* \(by oncall \(webhook\) and twin \(webhook\)\)"),
    row(
        "a silence covers it",
        sent("silenced", before=lambda here: here.silence(case="silenced")),
        "unknown",
        r'is silenced by silence \S+ of alice \("disk swap", until 20',
    ),
    row(
        "another alert inhibits it",
        sent("inhibited", before=inhibited, labels={"case": "inhibited", "cluster": "paris"}),
        "unknown",
        r"is inhibited by .*ClusterDown",
    ),
    row(
        "its route is active in 1999 only",
        sent("past"),
        "fail",
        "reach oncall at times only .time interval past., which is not once within the next year",
    ),
    row(
        "its route is muted for a season",
        sent("season"),
        "unknown",
        "time interval season.: nobody is told now, until 20.*: nothing was sent",
    ),
    row("its route is active around the clock", sent("always"), "pass", "arrived at"),
    row(
        "its route waits for an hour",
        sent("patient"),
        "unknown",
        "after 60 min at the earliest .group_wait., the deadline is 10 s: nothing was sent",
    ),
    row(
        "its group was told of just before",
        sent("grouped", before=group_is_known, deadline="1s"),
        "unknown",
        r"after 60 min only \(group_interval\)",
    ),
    row("the far end has whatever it is asked for", sent(receipt="/reflect?{mark}"), "unknown", "already before anything was sent"),
    row(
        "the far end has whatever it is asked for, later",
        sent(receipt="/reflect-later?{mark}"),
        "unknown",
        "has whatever mark it is asked for",
    ),
    row("the far end shows what Alertmanager holds", sent("shown", "/am/api/v2/alerts"), "unknown", "shows what Alertmanager holds"),
    row(
        "the far end is the Alertmanager",
        lambda world: {**sent()(world), "receipt_url": site(world.binaries).url + "/api/v2/alerts"},
        "unknown",
        "of the Alertmanager itself",
    ),
    row("the far end asks who we are", from_far_end("login"), "unknown", "answered with a login page"),
    row("the far end answers 500", from_far_end("500"), "unknown", "answered with status 500"),
    row("the far end is not there", sent(receipt="/nowhere"), "unknown", r"/nowhere is not there \(status 404\)"),
    row(
        "nothing listens at the far end",
        lambda world: {**sent()(world), "receipt_url": f"http://{LOCAL}:{free_port()}/"},
        "unknown",
        "refused the connection",
    ),
    row("the folder of the file is not there", sent(receipt=None, receipt_file="/nowhere/alerts.log"), "unknown", "nor does its folder"),
    row("the password of the mailbox is wrong", mailed(imap_password="an0ther"), "unknown", "refused the login of alerts@example.org"),
    row("the folder of the mailbox is not there", mailed(imap_folder="Alertes reçues"), "unknown", "has no folder Alertes reçues"),
    row("the certificate of the mail server is not trusted", mailed(imap_ca_path=None), "unknown", "certificate that cannot be trusted"),
    row("the mail server has another name", mailed(imap_host=LOCAL), "unknown", "certificate that cannot be trusted"),
    row(
        "the mail server does not speak TLS there",
        mailed(imap_tls="implicit"),
        "unknown",
        "does not speak TLS as expected|gave no answer that IMAP has",
    ),
    row("the mail server hangs", from_mail_server(None), "unknown", "did not answer within"),
    row(
        "something else answers than a mail server",
        from_mail_server(b"SSH-2.0-OpenSSH_9.2\r\n"),
        "unknown",
        "gave no answer that IMAP has",
    ),
    row("nothing listens at the mail server", mailed(imap_port=9), "unknown", "refused the connection"),
    row("Alertmanager does not take our alerts", that_takes_no_alerts, "unknown", r"does not let us post an alert \(status 403\)"),
    row(
        "Alertmanager is down", lambda world: {**sent()(world), "url": f"http://{LOCAL}:{free_port()}"}, "unknown", "refused the connection"
    ),
    row("Alertmanager hangs", from_alertmanager("hang"), "unknown", "did not answer"),
    row("a login page stands before Alertmanager", from_alertmanager("login"), "unknown", r"a login page\?"),
    row("something else answers at its address", from_alertmanager("404"), "unknown", "is there an Alertmanager"),
    row("its answer is garbage", from_alertmanager("garbage"), "unknown", "cannot be parsed"),
]
