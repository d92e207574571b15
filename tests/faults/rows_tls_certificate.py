# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of certificates, shown by real TLS servers and in files."""

from __future__ import annotations

import socket
import typing as t

from certificates import DAY, Issued, TlsServer, authority, issue, write
from servers import LOCAL, free_port
from table import Row, World


def shown(
    make: t.Callable[[Issued], list[Issued]] = lambda root: [issue(issuer=root)], args: dict[str, t.Any] | None = None, **options: t.Any
) -> t.Callable[[World], dict[str, t.Any]]:
    """A server that shows the chain that ``make`` makes below an authority that is trusted."""

    def arrange(world: World) -> dict[str, t.Any]:
        root = authority()
        server = world.running.start(TlsServer, make(root), **options)
        return {"host": LOCAL, "port": server.port, "ca_path": write(world.folder / "root.pem", root), **(args or {})}

    return arrange


def without_middle(root: Issued) -> list[Issued]:
    return [issue(issuer=authority("Example Issuing", root))]


def with_old_middle(root: Issued) -> list[Issued]:
    middle = authority("Example Issuing", root, end=-1 * DAY)
    return [issue(issuer=middle), middle]


def of_stranger(_root: Issued) -> list[Issued]:
    stranger = authority("Stranger Root")
    return [issue(issuer=stranger), stranger]


def mutual(world: World) -> dict[str, t.Any]:
    root = authority()
    server = world.running.start(TlsServer, [issue(issuer=root)], client_authority=root)
    server.context.maximum_version = server.context.maximum_version.TLSv1_2
    return {"host": LOCAL, "port": server.port, "ca_path": write(world.folder / "root.pem", root)}


class Silent:
    """Accepts connections and says nothing."""

    def __init__(self, _folder: object) -> None:
        self.listener = socket.create_server((LOCAL, 0))

    def start(self) -> Silent:
        return self

    def stop(self) -> None:
        self.listener.close()


def hung(world: World) -> dict[str, t.Any]:
    return {"host": LOCAL, "port": world.running.start(Silent).listener.getsockname()[1], "timeout": "1s"}


def filed(*ends: int, start: int = -10, args: dict[str, t.Any] | None = None) -> t.Callable[[World], dict[str, t.Any]]:
    """A file with a chain whose certificates end in so many days."""

    def arrange(world: World) -> dict[str, t.Any]:
        chain: list[Issued] = []
        for number, end in reversed(list(enumerate(ends))):
            issuer = chain[0] if chain else None
            chain.insert(0, issue(f"level {number}", issuer, start=start * DAY, end=end * DAY, authority=number > 0))
        return {"path": write(world.folder / "server.pem", *chain, key=True), **(args or {})}

    return arrange


def not_pem(world: World) -> dict[str, t.Any]:
    (world.folder / "server.pem").write_bytes(issue().der)
    return {"path": str(world.folder / "server.pem")}


def row(state: str, arrange: t.Callable[[World], dict[str, t.Any]], status: str, message: str) -> Row:
    return Row("tls_certificate", state, arrange, status, message)


ROWS: list[Row] = [
    row(
        "trusted, for the name, 80 days left", shown(), "pass", "is trusted, fits 127.0.0.1 and ends in 79 d 23 h, on .*; the limit is 18 d"
    ),
    row("after STARTTLS of SMTP", shown(args={"starttls": "smtp"}, starttls="smtp"), "pass", "is trusted"),
    row("after STARTTLS of IMAP", shown(args={"starttls": "imap"}, starttls="imap"), "pass", "is trusted"),
    row("of PostgreSQL", shown(args={"starttls": "postgres"}, starttls="postgres"), "pass", "is trusted"),
    row("expired", shown(lambda root: [issue(issuer=root, end=-2 * DAY)]), "fail", "expired 2 d ago, on "),
    row("not valid yet", shown(lambda root: [issue(issuer=root, start=1 * DAY)]), "fail", "is not valid yet: it starts on "),
    row(
        "5 days left of 90",
        shown(lambda root: [issue(issuer=root, start=-85 * DAY, end=5 * DAY)]),
        "fail",
        "ends in 4 d 23 h.*the limit is 18 d",
    ),
    row(
        "30 days left, 45 asked for", shown(lambda root: [issue(issuer=root, end=30 * DAY)], {"min_days": 45}), "fail", "the limit is 45 d"
    ),
    row(
        "for another name",
        shown(lambda root: [issue(issuer=root, names=["a.example.org"])]),
        "fail",
        "is not for 127.0.0.1: it is for a.example.org",
    ),
    row("self-signed", shown(lambda _root: [issue()]), "fail", "is self-signed"),
    row("the intermediate certificate is not sent", shown(without_middle), "fail", "the chain of .* is not complete"),
    row("the intermediate certificate has expired", shown(with_old_middle), "fail", "a certificate in the chain of .* has expired"),
    row("by an authority that nobody trusts", shown(of_stranger), "fail", "authority that is not trusted here"),
    row(
        "self-signed, and only the dates are asked for",
        shown(lambda _root: [issue()], {"validate_certs": False}),
        "pass",
        "ends in 79 d 23 h",
    ),
    row("nothing listens", lambda _world: {"host": LOCAL, "port": free_port()}, "fail", "nothing listens on"),
    row("the server hangs", hung, "fail", r"did not answer within (1 s|\d+ ms)"),
    row("the server does not speak TLS", shown(plain=b"HTTP/1.1 400 Bad Request\r\n\r\n"), "fail", "does not speak TLS"),
    row(
        "the mail server does not offer STARTTLS",
        shown(args={"starttls": "smtp"}, starttls="smtp", offers=False),
        "fail",
        "does not offer TLS",
    ),
    row("the server asks for a client certificate first", mutual, "unknown", "may ask for a client certificate"),
    row("the name cannot be resolved", lambda _world: {"host": "no-such-host.invalid"}, "unknown", "cannot be resolved"),
    row("the authorities to trust are not there", shown(args={"ca_path": "/nowhere.pem"}), "unknown", "/nowhere.pem does not exist"),
    row("in a file, good", filed(80, 900), "pass", "of the 2 certificates in .* the first to end ends in 79 d 23 h"),
    row("in a file, the intermediate one ends soon", filed(80, 3), "fail", "certificate 2 in .* ends in 2 d 23 h"),
    row("in a file, for another name", filed(80, args={"server_name": "b.example.org"}), "fail", "is not for b.example.org"),
    row("the file does not exist", lambda world: {"path": str(world.folder / "gone.pem")}, "fail", "gone.pem does not exist"),
    row("the file is not PEM", not_pem, "unknown", "has no certificate in PEM"),
]
