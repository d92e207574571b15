# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of log_canary: each way in, to real receivers, and each way in which nobody takes a line."""

from __future__ import annotations

import pathlib
import socket
import time
import typing as t

from canary_worlds import HOST, RFC3339, Background, Copies, Ingest, Receiver, Shipper, Tls, WebServer, wait_for
from certificates import TlsServer, authority, issue
from servers import LOCAL, Rsyslog, free_port
from table import Row, World

Arguments = dict[str, t.Any]
Arrange = t.Callable[[World], Arguments]


def over_the_network(world: World, server: Receiver, **changes: t.Any) -> Arguments:
    given = {"via": "syslog", "to": f"{LOCAL}:{server.port}", "tag": "payments", "backend": "file"}
    return {**given, "search": f"{server.central}/{{host}}/{{tag}}.log", "deadline": "30s", "interval": "200ms", **changes}


def received(**changes: t.Any) -> Arrange:
    return lambda world: over_the_network(world, world.running.start(Receiver, world.binaries), **changes)


def tls_to(world: World, *, asks: bool = False, **options: t.Any) -> tuple[Receiver, Tls]:
    files = Tls(world.folder / "tls", **options)
    return world.running.start(Receiver, world.binaries, tls=files, asks_for_certificate=asks), files


def tls(world: World) -> Arguments:
    server, files = tls_to(world)
    return over_the_network(world, server, protocol="tls", to_ca_path=files.ca)


def tls_by_line_ends(world: World) -> Arguments:
    return {**tls(world), "framing": "newline"}


def tls_on_both_sides(world: World) -> Arguments:
    server, files = tls_to(world, asks=True)
    mine = {"to_client_cert": files.client, "to_client_key": files.client_key}
    return over_the_network(world, server, protocol="tls", to_ca_path=files.ca, **mine)


def tls_under_another_name(world: World) -> Arguments:
    server, files = tls_to(world, names=("logs.example",))
    return over_the_network(world, server, protocol="tls", to_ca_path=files.ca, to_server_name="logs.example")


def not_trusted(world: World) -> Arguments:
    server, _files = tls_to(world)
    other = Tls(world.folder / "other")
    return over_the_network(world, server, protocol="tls", to_ca_path=other.ca)


def of_another_name(world: World) -> Arguments:
    server, files = tls_to(world, names=("elsewhere.example",))
    return over_the_network(world, server, protocol="tls", to_ca_path=files.ca)


def expired(world: World) -> Arguments:
    server, files = tls_to(world, expired=True)
    return over_the_network(world, server, protocol="tls", to_ca_path=files.ca)


def without_our_certificate(world: World) -> Arguments:
    root = authority()
    chain = [issue("log1.example", root)]
    server = world.running.start(TlsServer, chain, client_authority=authority("Clients"))
    path = world.folder / "ca.pem"
    path.write_text(root.pem)
    return {**nobody_listens(world), "to": f"{LOCAL}:{server.port}", "protocol": "tls", "to_ca_path": str(path)}


def certificate_that_is_none(world: World) -> Arguments:
    server, files = tls_to(world)
    return over_the_network(world, server, protocol="tls", to_ca_path=files.ca, to_client_cert=files.server_key)


def no_tls_there(world: World) -> Arguments:
    files = Tls(world.folder / "tls")
    return over_the_network(world, world.running.start(Receiver, world.binaries), protocol="tls", to_ca_path=files.ca)


def nobody_listens(world: World, **changes: t.Any) -> Arguments:
    given = {"via": "syslog", "to": f"{LOCAL}:{free_port()}", "backend": "file", "search": f"{world.folder}/*.log", "deadline": "5s"}
    return {**given, **changes}


def no_such_name(world: World) -> Arguments:
    return nobody_listens(world, to="log1.invalid:514")


def no_receiver(world: World) -> Arguments:
    return nobody_listens(world, to="log1.example")


# -- HTTP


def posted(world: World, **changes: t.Any) -> Arguments:
    central = world.folder / "central.log"
    central.touch()
    server = world.running.start(Ingest, into=central, **changes)
    given = {"via": "http", "to": f"{server.url}/insert", "backend": "file", "search": str(central), "deadline": "10s", "interval": "200ms"}
    return {**given, "payload": '{"_msg": "{line}", "_time": "{timestamp}", "host": "{host}"}'}


def answered(**changes: t.Any) -> Arrange:
    return lambda world: posted(world, **changes)


def nobody_takes_posts(world: World) -> Arguments:
    return {**posted(world), "to": f"http://{LOCAL}:{free_port()}/insert"}


def payload_without_a_line(world: World) -> Arguments:
    return {**posted(world), "payload": '{"_msg": "hello"}'}


REFUSED_IN_BULK = (
    '{"errors":true,"items":[{"create":{"status":403,"error":{"reason":"index [logs] blocked by: [read-only / allow delete]"}}}]}'
)


# -- a request of which a line is logged


def probed(world: World, *, logs: bool = True, ships: bool = True, url: str = "/?readiness={marker}", **changes: t.Any) -> Arguments:
    log = world.folder / "nginx" / "access.log"
    log.parent.mkdir()
    log.write_text('127.0.0.1 - - [25/Nov/2026:05:59:00 +0000] "GET / HTTP/1.1" 200 5 "-" "curl/8"\n')
    web = world.running.start(WebServer, log=log, logs=logs)
    server: Rsyslog = world.running.start(Rsyslog, world.binaries)
    if ships:
        world.running.start(Shipper, world.binaries, follows=log, to=server.port, tag="nginx")
        wait_for(pathlib.Path(server.central) / HOST / "nginx.log")
    given = {"via": "probe", "to": f"{web.url}{url}", "path": str(log), "backend": "file", "search": f"{server.central}/{{host}}/nginx.log"}
    return {**given, "deadline": "20s" if ships and logs else "3s", "interval": "200ms", **changes}


def by_agent(world: World) -> Arguments:
    return probed(world, url="/")


def not_logged(world: World) -> Arguments:
    return probed(world, logs=False)


def logged_and_not_shipped(world: World) -> Arguments:
    return probed(world, ships=False)


def nobody_answers(world: World) -> Arguments:
    return {**probed(world, ships=False), "to": f"http://{LOCAL}:{free_port()}/?readiness={{marker}}"}


def written_into_an_access_log(world: World) -> Arguments:
    path = world.folder / "access.log"
    path.touch()
    return {"via": "file", "path": str(path), "backend": "file", "search": f"{world.folder}/central.log", "deadline": "3s"}


def of_requests_by_its_lines(world: World, **changes: t.Any) -> Arguments:
    """A real web server writes it, under a name that says nothing."""
    args = probed(world, ships=False)
    log = pathlib.Path(args["path"])
    named = world.folder / "app" / "shop.log"
    named.parent.mkdir()
    log.rename(named)
    return {**written_into_an_access_log(world), "path": str(named), **changes}


def of_logins_by_its_lines(world: World) -> Arguments:
    """A real rsyslogd writes what is logged of logins, under a name that says nothing."""
    server = world.running.start(Receiver, world.binaries, to="{central}/shop.log", template=RFC3339)
    stamp = time.strftime("%b %e %H:%M:%S")
    with socket.create_connection((LOCAL, server.port)) as client:
        client.sendall(b"".join(f"<86>{stamp} web1 sshd[{number}]: Accepted publickey for deploy\n".encode() for number in range(5)))
    path = pathlib.Path(server.central) / "shop.log"
    wait_for(path)
    return {**written_into_an_access_log(world), "path": str(path)}


def of_requests_and_declared_not_counted(world: World) -> Arguments:
    args = of_requests_by_its_lines(world, counted=False)
    central = world.folder / "central" / "shop.log"
    world.running.start(Copies, follows=pathlib.Path(args["path"]), into=[central])
    return {**args, "search": str(central), "deadline": "10s", "interval": "200ms"}


def of_an_application_that_logs_requests_too(world: World) -> Arguments:
    args = of_requests_and_declared_not_counted(world)
    with open(args["path"], "a", encoding="utf-8") as log:
        log.write("2026-11-25T05:59:00Z INFO an order was taken\n" * 3)
    return {key: value for key, value in args.items() if key != "counted"}


def written_into_a_log_that_is_declared_counted(world: World) -> Arguments:
    path = world.folder / "billing.log"
    path.touch()
    return {**written_into_an_access_log(world), "path": str(path), "counted": True}


# -- a log into which another one is just writing


def half_written(rest: bytes = b"", *, half: bytes = b'{"time": "2026-11-25T06:00:00Z", "msg": "half') -> Arrange:
    """The log ends in the middle of a line; ``rest``: what comes of it a little later."""

    def arrange(world: World) -> Arguments:
        log = world.folder / "app.log"
        log.write_bytes(b"2026-11-25T05:59:00Z info started\n" + half)
        central = world.folder / "central" / "app.log"
        world.running.start(Copies, follows=log, into=[central])
        if rest:
            world.running.start(Finishes, log=log, rest=rest)
        given = {"via": "file", "path": str(log), "backend": "file", "search": str(central), "deadline": "10s", "interval": "200ms"}
        return given

    return arrange


class Finishes(Background):
    """Writes the rest of a line, a while after its beginning."""

    def __init__(self, folder: pathlib.Path | str, *, log: pathlib.Path, rest: bytes) -> None:
        super().__init__(folder)
        self.log, self.rest = log, rest

    def work(self) -> None:
        if not self.over.wait(1.5):
            with open(self.log, "ab") as log:
                log.write(self.rest)
            self.over.set()


FOUND = r"was found in .*/payments\.log within"
ROWS: list[Row] = [
    Row("log_canary", "syslog over UDP, RFC 5424", received(protocol="udp"), "pass", FOUND),
    Row("log_canary", "syslog over UDP, RFC 3164", received(protocol="udp", rfc="3164"), "pass", FOUND),
    Row("log_canary", "syslog over TCP, line ends, RFC 5424", received(), "pass", FOUND),
    Row("log_canary", "syslog over TCP, line ends, RFC 3164", received(rfc="3164"), "pass", FOUND),
    Row("log_canary", "syslog over TCP, octet counting", received(framing="octet_counting"), "pass", FOUND),
    Row("log_canary", "syslog over TCP, octet counting, RFC 3164", received(framing="octet_counting", rfc="3164"), "pass", FOUND),
    Row("log_canary", "syslog over TCP, a line of 4 KiB", received(length="4KiB"), "pass", FOUND),
    Row("log_canary", "syslog over TLS", tls, "pass", FOUND),
    Row("log_canary", "syslog over TLS, line ends", tls_by_line_ends, "pass", FOUND),
    Row("log_canary", "syslog over TLS, certificates on both sides", tls_on_both_sides, "pass", FOUND),
    Row("log_canary", "syslog over TLS, asked for another name", tls_under_another_name, "pass", FOUND),
    Row(
        "log_canary",
        "the receiver's certificate is not trusted",
        not_trusted,
        "fail",
        r"certificate that is not trusted here .*set to_ca_path",
    ),
    Row(
        "log_canary", "the receiver's certificate is of another name", of_another_name, "fail", r"certificate that is not valid .*mismatch"
    ),
    Row("log_canary", "the receiver's certificate has expired", expired, "fail", r"certificate that is not valid .*expired"),
    Row(
        "log_canary", "the receiver asks for a certificate", without_our_certificate, "fail", r"does not take the message in TLS|closes the"
    ),
    Row("log_canary", "our certificate is none", certificate_that_is_none, "unknown", r"server\.key has no certificate in PEM"),
    Row("log_canary", "the receiver does not speak TLS", no_tls_there, "fail", r"does not take the message in TLS|closes the|within 10 s"),
    Row("log_canary", "nobody listens for syslog over TCP", nobody_listens, "fail", r"nobody takes syslog messages at .*\(tcp\)"),
    Row(
        "log_canary",
        "nobody listens for syslog over UDP",
        lambda world: nobody_listens(world, protocol="udp"),
        "fail",
        r"nobody takes syslog messages at .*\(udp\)",
    ),
    Row("log_canary", "the receiver has a name that is none", no_such_name, "fail", r"log1\.invalid (?:cannot be|was not) resolved"),
    Row("log_canary", "the receiver has no port", no_receiver, "unknown", r"to: expected HOST:PORT"),
    Row("log_canary", "posted over HTTP", posted, "pass", r"was found in .*central\.log within"),
    Row("log_canary", "posted as a bulk that was taken", answered(status=200, answer='{"errors":false}'), "pass", r"was found in"),
    Row(
        "log_canary", "posted, and refused within a bulk", answered(status=200, answer=REFUSED_IN_BULK), "fail", r"refused the line: index"
    ),
    Row(
        "log_canary",
        "posted, and refused",
        answered(status=400, answer="no such stream"),
        "fail",
        r"does not take the line \(400\): no such",
    ),
    Row("log_canary", "posted to a server that is full", answered(status=507), "fail", r"does not take the line \(507\)"),
    Row("log_canary", "posted to one that takes no more for now", answered(status=429), "fail", r"does not take the line \(429\)"),
    Row(
        "log_canary",
        "posted without the rights for it",
        answered(status=403),
        "unknown",
        r"does not take lines with these credentials \(403\)",
    ),
    Row("log_canary", "posted to a login page", answered(status=200, answer="<html>Login</html>"), "unknown", r"web page \(a login\?\)"),
    Row(
        "log_canary",
        "nobody takes lines over HTTP",
        nobody_takes_posts,
        "fail",
        r"nothing takes log lines over HTTP: .*refused the connection",
    ),
    Row("log_canary", "what is posted has no line in it", payload_without_a_line, "unknown", r"payload must keep \{line\} or \{marker\}"),
    Row("log_canary", "a request has the mark in its address", probed, "pass", r"was found in .*/nginx\.log within"),
    Row("log_canary", "a request has the mark in its agent", by_agent, "pass", r"was found in .*/nginx\.log within"),
    Row("log_canary", "a request is logged, and its log not shipped", logged_and_not_shipped, "fail", r"was not found within 3 s"),
    Row("log_canary", "a request is not logged", not_logged, "fail", r"was not found within 3 s"),
    Row("log_canary", "nobody answers the request", nobody_answers, "unknown", r"no request could be made of which a line is logged"),
    Row("log_canary", "half a line, and the rest comes a little later", half_written(b' a line"}\n'), "pass", r"was found in"),
    Row("log_canary", "half a line, and no more comes", half_written(), "unknown", r"does not end with a line end .*nothing was written"),
    Row(
        "log_canary",
        "a text of two bytes a character",
        half_written(half="started\n".encode("utf-16")),
        "unknown",
        r"does not end with a line end .*nothing was written",
    ),
    Row(
        "log_canary",
        "an access log is not written to",
        written_into_an_access_log,
        "unknown",
        r"access\.log is not written to: it is an access log",
    ),
    Row("log_canary", "an access log by its lines", of_requests_by_its_lines, "unknown", r"is not written to: it is an access log by its"),
    Row("log_canary", "a record of logins by its lines", of_logins_by_its_lines, "unknown", r"is not written to: it is a record of logins"),
    Row("log_canary", "an access log, of which nobody counts", of_requests_and_declared_not_counted, "pass", r"was found in"),
    Row("log_canary", "an application logs its requests too", of_an_application_that_logs_requests_too, "pass", r"was found in"),
    Row(
        "log_canary",
        "a log that is declared to be counted is not written to",
        written_into_a_log_that_is_declared_counted,
        "unknown",
        r"billing\.log is not written to: it is declared that other programs count",
    ),
]
