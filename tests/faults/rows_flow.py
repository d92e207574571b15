# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of flows, between real sockets on addresses of this machine. Nothing is sent anywhere else."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import typing as t

from certificates import DAY, Issued, TlsServer, authority, issue, write
from servers import LOCAL, free_port
from table import Row, World

OTHER = "127.0.0.2"
MULTICAST = "224.0.0.1"  # TCP leads nowhere there: the kernel refuses before it sends anything
NAME = "ldap.flow.test"
Arrange = t.Callable[[World], dict[str, t.Any]]


class Names:
    """Lets the C library's answers be these while a row runs: the addresses of a name, or what it fails with."""

    def __init__(self, _folder: object, answers: t.Mapping[str, t.Sequence[str] | int], takes: float = 0.0) -> None:
        self.answers, self.real, self.over, self.takes = answers, socket.getaddrinfo, threading.Event(), takes

    def start(self) -> Names:
        socket.getaddrinfo = self.ask  # type: ignore[assignment] # what the test stands in for
        return self

    def stop(self) -> None:
        socket.getaddrinfo = self.real
        self.over.set()

    def ask(self, host: t.Any, port: t.Any, *args: t.Any, **options: t.Any) -> t.Any:
        if host not in self.answers:
            return self.real(host, port, *args, **options)
        self.over.wait(self.takes)
        answer = self.answers[host]
        if isinstance(answer, int):
            raise socket.gaierror(answer, "as the row wants it")
        return [found for address in answer for found in self.real(address, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)]


class Listener:
    """Listens, takes connections, and does with each what ``manner`` says."""

    def __init__(self, _folder: object, manner: str = "wait", address: str = LOCAL, port: int = 0) -> None:
        self.manner = manner
        self.socket = socket.create_server((address, port), family=socket.AF_INET6 if ":" in address else socket.AF_INET)
        self.port = int(self.socket.getsockname()[1])
        self.kept: list[socket.socket] = []

    def start(self) -> Listener:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        for connection in [self.socket, *self.kept]:
            connection.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _peer = self.socket.accept()
            except OSError:
                return
            if self.manner == "greet":
                connection.sendall(b"220 ready\r\n")
                connection.close()
            elif self.manner == "close":
                connection.close()
            elif self.manner == "reset":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.close()
            else:
                self.kept.append(connection)


class Full:
    """Listens, but its queue is full: the kernel drops who comes, as a firewall does."""

    def __init__(self, _folder: object, address: str = LOCAL, port: int = 0) -> None:
        self.socket = socket.socket()
        self.socket.bind((address, port))
        self.socket.listen(0)
        self.port = int(self.socket.getsockname()[1])
        self.waiting: list[socket.socket] = []

    def start(self) -> Full:
        for _number in range(3):
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex(self.socket.getsockname())
            self.waiting.append(client)
        return self

    def stop(self) -> None:
        for each in [*self.waiting, self.socket]:
            each.close()


def listening(manner: str = "wait", address: str = LOCAL, **args: t.Any) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        server = world.running.start(Listener, manner, address)
        return {"to": f"[{address}]:{server.port}" if ":" in address else f"{address}:{server.port}", **args}

    return arrange


def nothing(address: str = LOCAL, **args: t.Any) -> Arrange:
    return lambda _world: {"to": f"{address}:{free_port()}", **args}


def full(**args: t.Any) -> Arrange:
    return lambda world: {"to": f"{LOCAL}:{world.running.start(Full).port}", "connect_timeout": "1s", **args}


def named(answer: t.Sequence[str] | int, *, listen: t.Sequence[str] = (), takes: float = 0.0, port: int = 0, **args: t.Any) -> Arrange:
    """A name with these addresses, on some of which something listens on the same port."""

    def arrange(world: World) -> dict[str, t.Any]:
        world.running.start(Names, {NAME: answer}, takes)
        wanted = port or free_port()
        for address in listen:
            world.running.start(Listener, "wait", address, wanted)
        return {"to": NAME if args.get("protocol") == "dns" else f"{NAME}:{wanted}", **args}

    return arrange


def half_full(world: World) -> dict[str, t.Any]:
    world.running.start(Names, {NAME: [LOCAL, OTHER]})
    port = world.running.start(Listener).port
    world.running.start(Full, OTHER, port)
    return {"to": f"{NAME}:{port}", "connect_timeout": "1s"}


def shown(make: t.Callable[[Issued], list[Issued]] = lambda root: [issue(issuer=root)], **args: t.Any) -> Arrange:
    """A TLS server with the chain that ``make`` makes below an authority that is trusted."""

    def arrange(world: World) -> dict[str, t.Any]:
        root = authority()
        server = world.running.start(TlsServer, make(root))
        return {"to": f"{LOCAL}:{server.port}", "protocol": "tls", "ca_path": write(world.folder / "root.pem", root), **args}

    return arrange


def plain(world: World) -> dict[str, t.Any]:
    server = world.running.start(TlsServer, [issue()], plain=b"220 mail.example.org ready\r\n")
    return {"to": f"{LOCAL}:{server.port}", "protocol": "tls", "validate_certs": False}


def mutual(world: World) -> dict[str, t.Any]:
    root = authority()
    server = world.running.start(TlsServer, [issue(issuer=root)], client_authority=root)
    server.context.maximum_version = server.context.maximum_version.TLSv1_2
    return {"to": f"{LOCAL}:{server.port}", "protocol": "tls", "ca_path": write(world.folder / "root.pem", root)}


def no_authorities(world: World) -> dict[str, t.Any]:
    return {**shown()(world), "ca_path": str(world.folder / "gone.pem")}


def row(state: str, arrange: Arrange, status: str, message: str) -> Row:
    return Row("flow", state, arrange, status, message)


ROWS = [
    row("something listens", listening(), "pass", r"^127\.0\.0\.1:\d+ opens in \d+ ms; the limit is 3 s$"),
    row("something listens on IPv6", listening(address="::1"), "pass", r"^\[::1\]:\d+ opens"),
    row("a server greets and ends", listening("greet"), "pass", "opens in"),
    row("nothing listens", nothing(), "fail", r"cannot be used: 127\.0\.0\.1 refuses the connection: nothing listens there"),
    row("nothing listens on another address", nothing(OTHER), "fail", r"127\.0\.0\.2 refuses"),
    row("connections are dropped", full(), "fail", "does not answer within 1 s: a firewall drops it"),
    row("no route", nothing(MULTICAST), "fail", r"224\.0\.0\.1 has no route from this host"),
    row("a forwarder with nothing behind it closes at once", listening("close"), "warn", "opens and is closed at once"),
    row("a forwarder with nothing behind it resets", listening("reset"), "warn", "opens and is closed at once"),
    # names
    row("every address of the name opens", named([LOCAL, OTHER], listen=[LOCAL, OTHER]), "pass", "opens at 2 addresses"),
    row("one of two addresses refuses", named([LOCAL, OTHER], listen=[LOCAL]), "warn", r"opens at 1 of 2 addresses: 127\.0\.0\.2 refuses"),
    row("one of two addresses is dropped", half_full, "warn", r"opens at 1 of 2 addresses: 127\.0\.0\.2 does not answer within 1 s"),
    row("no address of the name opens", named([LOCAL, OTHER]), "fail", r"127\.0\.0\.1 refuses .*; 127\.0\.0\.2 refuses"),
    row("the name does not exist", nothing("no-such-host.invalid"), "fail", r"cannot be used: no-such-host\.invalid cannot be resolved"),
    row("the name has no address", named(socket.EAI_NONAME), "fail", "this host knows no address of that name"),
    row("no name server answers", named(socket.EAI_AGAIN), "fail", "the name servers of this host do not answer"),
    row("name servers hang", named([LOCAL], takes=30, timeout="1500ms"), "fail", "was not resolved within .*do not answer"),
    row(
        "the name is resolved slowly",
        named([LOCAL], listen=[LOCAL], takes=1.5, connect_timeout="1s"),
        "warn",
        "opens, but its name is resolved slowly: that takes .*the limit is 1 s",
    ),
    # TLS
    row("TLS is trusted", shown(), "pass", "opens in .*the limit is 3 s"),
    row("TLS for another name is asked for", shown(server_name="payments.example.org"), "pass", "opens in"),
    row("TLS with a certificate for another name", shown(server_name="ldap.example.org"), "fail", "not trusted for ldap.example.org"),
    row("TLS with an expired certificate", shown(lambda root: [issue(issuer=root, end=-1 * DAY)]), "fail", "not trusted .*expired"),
    row(
        "TLS of an authority that is not trusted",
        shown(lambda _root: [issue(issuer=authority("Stranger"))]),
        "fail",
        "not trusted .*send its intermediate certificates, or set ca_path",
    ),
    row("TLS that need not be trusted", shown(lambda _root: [issue()], validate_certs=False), "pass", "opens in"),
    row("TLS is asked for and not spoken", plain, "fail", "opens, but does not speak TLS"),
    row(
        "TLS is asked for and not answered",
        listening(protocol="tls", validate_certs=False, connect_timeout="1s"),
        "fail",
        "opens, but does not answer in TLS within 1 s",
    ),
    row(
        "TLS is asked for and the connection closed",
        listening("close", protocol="tls", validate_certs=False),
        "fail",
        "opens, but is closed before the TLS handshake is done",
    ),
    row("TLS wants a client certificate", mutual, "unknown", "it may ask for a client certificate"),
    row("the authorities are not there", no_authorities, "unknown", r"gone\.pem does not exist"),
    # what must stay closed
    row("closed as it must be: refused", nothing(closed=True), "pass", r"is closed, as it must be: 127\.0\.0\.1 refuses"),
    row("closed as it must be: dropped", full(closed=True), "pass", "is closed, as it must be: .*does not answer within 1 s"),
    row("open and must be closed", listening(closed=True), "fail", r"127\.0\.0\.1:\d+ opens, and must stay closed"),
    row("open and must be closed, whatever it does then", listening("close", closed=True), "fail", "opens, and must stay closed"),
    row(
        "open at one of two addresses and must be closed",
        named([LOCAL, OTHER], listen=[OTHER], closed=True),
        "fail",
        r"opens at 127\.0\.0\.2, and must stay closed",
    ),
    row("must be closed and its name does not resolve", named(socket.EAI_NONAME, closed=True), "unknown", "is closed is not known"),
    # DNS
    row(
        "a name resolves", lambda _world: {"to": "localhost", "protocol": "dns", "expect": [LOCAL]}, "pass", r"localhost resolves to 127\."
    ),
    row("a name resolves to others", named([OTHER], protocol="dns", expect=[LOCAL]), "fail", r"to 127\.0\.0\.2; expected is 127\.0\.0\.1"),
    row("a name resolves to one more", named([LOCAL, OTHER], protocol="dns", expect=[LOCAL]), "fail", "expected is"),
    row("a name does not resolve", named(socket.EAI_NONAME, protocol="dns"), "fail", "knows no address of that name"),
    row("a name resolves slowly", named([LOCAL], protocol="dns", takes=1.5, connect_timeout="1s"), "warn", "one of its name servers"),
    row("a name must not resolve and does not", named(socket.EAI_NONAME, protocol="dns", closed=True), "pass", "does not resolve here"),
    row("a name must not resolve and does", named([LOCAL], protocol="dns", closed=True), "fail", "and must not be known here"),
    row("a name must not resolve and nobody answers", named(socket.EAI_AGAIN, protocol="dns", closed=True), "unknown", "is not known"),
    row("no port is given", lambda _world: {"to": "ldap.example.org"}, "unknown", "is not HOST:PORT"),
]
