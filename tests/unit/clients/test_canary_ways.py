# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a line is sent, byte by byte; into which logs none is; what a receiver's answer means."""

from __future__ import annotations

import os
import re
import socket
import threading
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import ArgumentsRefused, parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import _canary_lines, log_canary
from ansible_collections.operability.readiness.plugins.module_utils._clients import http_logging, log_writing, syslog_sending
from ansible_collections.operability.readiness.plugins.module_utils._clients.canary_marker import Marker
from ansible_collections.operability.readiness.plugins.module_utils._clients.counted_lines import why_counted_by_lines
from ansible_collections.operability.readiness.plugins.module_utils._counted_logs import why_counted
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from ansible_collections.operability.readiness.plugins.module_utils._http import Connection
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from fakes import NOW, FakeRunner, HttpFailure, Response

HEX = "0123456789abcdef" * 2
HOST = socket.gethostname()


def arguments(**given: t.Any) -> t.Any:
    return parse_arguments(log_canary, {"backend": "journald", **given})


# -- syslog


def test_a_message_of_rfc_5424() -> None:
    text = syslog_sending.message("5424", "pay ments", "a line", NOW.timestamp()).decode()
    assert re.fullmatch(rf"<14>1 2026-11-25T06:00:00\.000Z {re.escape(HOST)} pay-ments \d+ - - a line", text)
    assert syslog_sending.message("5424", "x" * 60, "ä", NOW.timestamp()).decode().endswith("- - \ufeffä")
    assert f" {'x' * 48} " in syslog_sending.message("5424", "x" * 60, "a", NOW.timestamp()).decode()


def test_a_message_of_rfc_3164() -> None:
    text = syslog_sending.message("3164", "payments", "a line", NOW.timestamp()).decode()
    assert re.fullmatch(rf"<14>Nov 2\d \d\d:00:00 {re.escape(HOST.split('.')[0])} payments\[\d+\]: a line", text)


def test_frames() -> None:
    assert syslog_sending.framed(b"<14>1 x", "octet_counting") == b"7 <14>1 x"
    assert syslog_sending.framed("ä".encode(), "octet_counting") == b"2 \xc3\xa4"
    assert syslog_sending.framed(b"<14>1 x", "newline") == b"<14>1 x\n"


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("log1:514", ("log1", 514)),
        ("[fd00::1]:6514", ("fd00::1", 6514)),
        (" log1.example:1 ", ("log1.example", 1)),
        ("log1", None),
        ("fd00::1:514", None),
        ("log1:0", None),
        ("log1:65536", None),
        ("tcp://log1:514", None),
        ("log1:514/x", None),
    ],
)
def test_receivers(to: str, expected: tuple[str, int] | None) -> None:
    assert syslog_sending.split(to) == expected


def listening(answer: bytes | None = None, *, resets: bool = False) -> tuple[socket.socket, list[bytes]]:
    """Somebody who takes one connection."""
    server = socket.create_server(("127.0.0.1", 0))
    taken: list[bytes] = []

    def work() -> None:
        connection, _address = server.accept()
        with connection:
            if resets:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
                return
            while chunk := connection.recv(65536):
                taken.append(chunk)
            if answer:
                connection.sendall(answer)

    threading.Thread(target=work, daemon=True).start()
    return server, taken


def receiver(server: socket.socket, **more: t.Any) -> syslog_sending.Receiver:
    return syslog_sending.Receiver("127.0.0.1", server.getsockname()[1], "tcp", **more)


def test_a_stream_has_the_whole_frame() -> None:
    server, taken = listening()
    with server:
        syslog_sending.send(receiver(server, framing="octet_counting"), b"<14>1 x", Runner().within(20))
    assert b"".join(taken) == b"7 <14>1 x"


def test_who_closes_instead_of_taking_it_has_not_taken_it() -> None:
    server, _taken = listening(resets=True)
    with server, pytest.raises(log_writing.NotTaken, match="closes the connection|does not take the message"):
        syslog_sending.send(receiver(server), b"x" * 10_000_000, Runner().within(20))


def test_certificates_that_cannot_be_read_are_ours(tmp_path: t.Any) -> None:
    tls = syslog_sending.Receiver("127.0.0.1", 1, "tls", client_cert=str(tmp_path / "none.pem"))
    with pytest.raises(CannotObserve, match=r"none\.pem"):
        syslog_sending.send(tls, b"x", Runner().within(5))
    with pytest.raises(CannotObserve, match=r"ca\.pem"):
        syslog_sending.send(syslog_sending.Receiver("127.0.0.1", 1, "tls", ca_path=str(tmp_path / "ca.pem")), b"x", Runner().within(5))


# -- HTTP


def posted(answer: t.Any, url: str = "http://logs.example/insert") -> FakeRunner:
    runner = FakeRunner(answers={"/insert": answer})
    http_logging.post(url, b"{}", "application/json", Connection(bearer_token="s3cr3t-token"), runner)
    return runner


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_a_line_that_is_taken(status: int) -> None:
    runner = posted(Response(status, {}, b"", "http://logs.example/insert", 0.1))
    ((method, _url, options),) = runner.http.asked  # type: ignore[attr-defined] # of the fake
    assert (method, options["headers"], options["follow_redirects"]) == ("POST", {"Content-Type": "application/json"}, False)


@pytest.mark.parametrize(
    ("answer", "kind", "message"),
    [
        (Response(400, {}, b"bad stream", "u", 0.1), log_writing.NotTaken, r"does not take the line \(400\): bad stream"),
        (Response(500, {}, b"", "u", 0.1), log_writing.NotTaken, r"\(500\): no reason given"),
        (Response(302, {"location": "/login"}, b"", "u", 0.1), log_writing.NotTaken, r"\(302\)"),
        (Response(401, {}, b"", "u", 0.1), CannotObserve, r"with these credentials \(401\)"),
        (Response(200, {}, b'{"took":1,"errors": true,"items":[]}', "u", 0.1), log_writing.NotTaken, r"refused the line: no reason given"),
        (Response(200, {}, b"<!DOCTYPE html><html>", "u", 0.1), CannotObserve, r"a web page \(a login\?\)"),
        (HttpFailure("refused", "nothing listens"), log_writing.NotTaken, r"nothing takes log lines over HTTP: nothing listens"),  # type: ignore[arg-type]
    ],
)
def test_a_line_that_is_not_taken(answer: t.Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as told:
        posted(answer, "http://me:s3cr3t@logs.example/insert")
    said = t.cast("t.Any", told.value).message
    assert re.search(message, said), said
    assert "s3cr3t" not in said


def test_who_takes_no_more_for_the_moment_is_asked_again_a_few_times() -> None:
    answers = [Response(429, {"retry-after": "2"}, b"", "u", 0.1), Response(503, {}, b"", "u", 0.1), Response(204, {}, b"", "u", 0.1)]
    runner = posted(lambda *_: answers.pop(0))
    assert not answers and runner.clock.monotonic() == 4.0
    with pytest.raises(log_writing.NotTaken, match=r"\(429\)"):
        posted(Response(429, {"retry-after": "100000"}, b"", "u", 0.1))


def test_what_is_posted() -> None:
    marker = Marker(f"operability-canary {HEX}", host='web"1')
    args = arguments(
        via="http", to="http://x.example", payload='{"m": "{line}", "h": "{host}", "t": {epoch}, "ns": "{epoch_ns}", "x": {n}}'
    )
    body = _canary_lines.payload(args, f'operability-canary {HEX} said="a b" end {HEX}', marker, 1795500000.25).decode()
    assert (
        body == f'{{"m": "operability-canary {HEX} said=\\"a b\\" end {HEX}", "h": "web\\"1", "t": 1795500000.250, '
        '"ns": "1795500000250000000", "x": {n}}'
    )
    plain = arguments(via="http", to="http://x.example", payload="{host} {marker} {end}", content_type="text/plain")
    assert _canary_lines.payload(plain, "", marker, 1.0).decode() == f'web"1 operability-canary {HEX} end {HEX}'
    with pytest.raises(CannotObserve, match=r"payload must keep \{line\} or \{marker\}"):
        _canary_lines.payload(arguments(via="http", to="http://x.example", payload="hello"), "", marker, 1.0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"via": "http", "to": "http://x.example"}, "payload: with via http it is needed"),
        ({"via": "http", "to": "x.example", "payload": "{line}"}, "to: with via http an http:// or https:// address is needed"),
        ({"via": "probe"}, "to: with via probe an http:// or https:// address is needed"),
        ({"via": "probe", "to": "http://["}, "to: with via probe"),
        ({"via": "syslog", "to": "log1"}, "to: expected HOST:PORT"),
        ({"via": "syslog", "length": "2MiB"}, "length: expected at most 1048576 bytes"),
        ({"via": "journald", "after_rotation": True}, "after_rotation: only a log file is rotated"),
    ],
)
def test_arguments_that_fit_no_way_in(given: dict[str, t.Any], message: str) -> None:
    with pytest.raises(ArgumentsRefused, match=re.escape(message)):
        arguments(**given)


def test_the_half_that_looks_is_asked_for_nothing_of_the_half_that_writes() -> None:
    arguments(markers=[{"marker": f"operability-canary {HEX}"}], to="log1")


# -- logs to which nothing is added


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/var/log/nginx/access.log",
            "/var/log/nginx/shop.access.log",
            "/var/log/nginx/access-shop.example.log",
            "/var/log/apache2/access.log",
        ),
        *(
            "/var/log/apache2/other_vhosts_access.log",
            "/var/log/httpd/ssl_access_log",
            "/var/log/httpd/access_log-20261125",
            "/srv/a/access.json",
        ),
        *(
            "/opt/tomcat9/logs/localhost_access_log.2026-11-25.txt",
            "/srv/app/payments_access.log",
            "/srv/app/request.log",
            "/a/2026_11_25.request.log",
        ),
        *("/var/log/traefik/access.log", "/srv/app/http-access.log.1", "/srv/ACCESS.LOG"),
        *(
            "/var/log/audit/audit.log",
            "/var/log/audit/any.log",
            "/var/log/payments/audit.json",
            "/srv/app/payments-audit.log",
            "/srv/auditd.log",
        ),
        *("/var/log/wtmp", "/var/log/btmp", "/var/log/lastlog", "/var/log/tallylog"),
        *("/var/log/auth.log", "/var/log/auth.log.1", "/var/log/secure", "/var/log/secure-20261125", "/var/log/mail.log", "/var/adm/sulog"),
        *("/var/log/maillog", "/var/log/xferlog", "/var/log/vsftpd.log", "/srv/radius/radacct/10.0.0.1/detail", "/a/cdr-csv/Master.csv"),
        *("/var/log/haproxy.log", "/var/log/haproxy/traffic.log", "/var/log/varnish/varnishncsa.log", "/var/log/varnishncsa.log"),
        *("/var/log/nginx/shop.example.com.log", "/var/log/nginx/traffic.json", "/var/log/apache2/shop.log", "/var/log/httpd/shop-ssl.log"),
        *("/inetpub/logs/LogFiles/W3SVC1/u_ex261125.log", "/mnt/iis/u_ex26112507.log", "/var/log/traefik/traffic.json"),
    ],
)
def test_a_log_is_known_by_its_name(path: str) -> None:
    assert why_counted(path, None) is not None
    assert why_counted(path, False) is None


@pytest.mark.parametrize(
    "path",
    [
        *("/var/log/payments/app.log", "/var/log/nginx/error.log", "/var/log/syslog", "/var/log/messages", "/srv/app/accessibility.log"),
        *(
            "/srv/app/access-manager.log",
            "/srv/app/data-access-layer.log",
            "/srv/app/auditorium.log",
            "/srv/requests/app.log",
            "/srv/accounting.log",
        ),
        *("/srv/access/app.log", "/srv/auth/auth.log", "/var/log/auth/auth.log", "/srv/mail/mail.log", "/var/log/nginx/shop.error.log"),
        *("/var/log/apache2/error_log", "/var/log/httpd/ssl_error_log", "/var/log/nginx/error.log.1", "/opt/tomcat9/logs/catalina.out"),
        *(
            "/var/log/traefik/traefik.log",
            "/var/log/squid/cache.log",
            "/var/log/php-fpm/www.log",
            "/srv/app/excel.log",
            "/srv/app/index.log",
        ),
    ],
)
def test_a_log_is_not_taken_for_another(path: str) -> None:
    assert why_counted(path, None) is None
    assert why_counted(path, True) is not None


def test_nothing_is_written_into_a_log_that_is_counted(tmp_path: t.Any) -> None:
    path = tmp_path / "access.log"
    path.write_text("a request\n")
    with pytest.raises(CannotObserve, match=r"access\.log is not written to"):
        log_canary.write(arguments(via="file", path=str(path)), FakeRunner())
    assert path.read_text() == "a request\n"
    assert log_canary.write(arguments(via="file", path=str(path), counted=False), FakeRunner()).status == "pass"


# -- a line that a request causes


def test_a_request_has_the_mark_where_it_is_wanted(tmp_path: t.Any) -> None:
    log = tmp_path / "access.log"
    log.write_text("before\n")
    runner = FakeRunner(answers={})
    finding = log_canary.write(arguments(via="probe", to="http://localhost/x?c={marker}", path=str(log)), runner)
    ((method, url, options),) = runner.http.asked  # type: ignore[attr-defined] # of the fake
    token = finding.observed["marker"].split()[-1]
    assert (method, url) == ("GET", f"http://localhost/x?c=operability-canary-{token}")
    assert "User-Agent" not in options["connection"].headers
    assert finding.observed["unseen_at_home"] is True and finding.observed["offset"] == len("before\n")
    runner = FakeRunner(answers={})
    log_canary.write(arguments(via="probe", to="http://localhost/x", to_headers={"X-Tenant": "a"}), runner)
    ((_method, _url, options),) = runner.http.asked  # type: ignore[attr-defined] # of the fake
    assert (
        options["connection"].headers["User-Agent"].startswith("operability-canary-") and options["connection"].headers["X-Tenant"] == "a"
    )


LINES = {
    "combined": '10.0.0.1 - - [25/Nov/2026:05:59:00 +0000] "GET / HTTP/1.1" 200 5 "-" "curl/8"',
    "of a site, with its name": 'shop.example:443 10.0.0.1 - - [25/Nov/2026:05:59:00 +0000] "GET / HTTP/1.1" 200 5',
    "HAProxy": 'Nov 25 05:59:00 lb haproxy[7]: 10.0.0.1:5 [25/Nov/2026:05:59:00.123] web shop/web1 0/0/0/1/1 200 5 - - ---- 1/1 "GET"',
    "HAProxy, TCP": "Nov 25 05:59:00 lb haproxy[7]: 10.0.0.1:5 [25/Nov/2026:05:59:00.123] db db/db1 1/0/500 212 -- 1/1/0/0/0 0/0",
    "Squid": "1795500000.123    45 10.0.0.1 TCP_MISS/200 512 GET http://shop.example/ - HIER_DIRECT/10.0.0.2 text/html",
    "JSON of nginx": '{"time":"2026-11-25T05:59:00+00:00","request":"GET / HTTP/1.1","status":"200","body_bytes_sent":"5"}',
    "JSON of Traefik": '{"DownstreamStatus":200,"RequestMethod":"GET","RequestPath":"/","level":"info"}',
    "JSON of Caddy": '{"level":"info","ts":1795500000.1,"logger":"http.log.access.log0","msg":"handled request","status":200}',
    "W3C": "#Fields: date time s-ip cs-method cs-uri-stem sc-status\n2026-11-25 05:59:00 10.0.0.1 GET / 200",
    "logins": "Nov 25 05:59:00 web1 sshd[7]: Accepted publickey for deploy from 10.0.0.9 port 5 ssh2",
    "logins, a time in full": "2026-11-25T05:59:00.123456+00:00 web1 sudo:   deploy : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/true",
    "transfers": "Wed Nov 25 05:59:00 2026 1 10.0.0.1 5 /srv/a.txt b _ i r deploy ftp 0 * c",
    "audit": "type=USER_LOGIN msg=audit(1795500000.123:42): pid=7 uid=0 res=success",
    "audit of Kubernetes": '{"kind":"Event","auditID":"0f2f","stage":"ResponseComplete","verb":"get"}',
}


@pytest.mark.parametrize("name", LINES)
def test_a_log_is_known_by_its_lines(tmp_path: t.Any, name: str) -> None:
    path = tmp_path / "shop.log"
    path.write_text(f"{LINES[name]}\n" * 5)
    assert why_counted_by_lines(str(path)) is not None
    path.write_text(f"{LINES[name]}\n" * 5000)
    assert why_counted_by_lines(str(path)) is not None


def test_an_application_that_logs_its_requests_too_is_none(tmp_path: t.Any) -> None:
    path = tmp_path / "shop.log"
    other = "2026-11-25T05:59:00Z INFO an order was taken"
    for lines in ([], [other], [LINES["combined"], other], [*([LINES["combined"]] * 3), other], [LINES["logins"], other], ["#Fields"]):
        path.write_text("".join(f"{line}\n" for line in lines))
        assert why_counted_by_lines(str(path)) is None
    path.write_text('INFO:     127.0.0.1:5 - "GET / HTTP/1.1" 200 OK\n')
    assert why_counted_by_lines(str(path)) is None
    path.write_bytes(bytes(range(256)) * 1000)
    assert why_counted_by_lines(str(path)) is None
    assert why_counted_by_lines(str(tmp_path)) is None


def test_what_is_no_file_is_not_opened_for_its_lines(tmp_path: t.Any) -> None:
    os.mkfifo(tmp_path / "app.log")
    assert why_counted_by_lines(str(tmp_path / "app.log")) is None
    assert why_counted_by_lines(str(tmp_path / "gone.log")) is None
