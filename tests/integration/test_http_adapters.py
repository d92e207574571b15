# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contract of Http over both adapters, against real servers that behave badly."""

from __future__ import annotations

import base64
import contextlib
import gzip
import http.server
import pathlib
import resource
import socket
import ssl
import subprocess
import threading
import time
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._http import Connection, Http, HttpFailure, OpenUrlHttp, Response
from ansible_collections.operability.readiness.plugins.plugin_utils._running.requests_http import RequestsHttp
from faults.nasty import nasty

Handler = t.Callable[[http.server.BaseHTTPRequestHandler], None]


@pytest.fixture(params=[OpenUrlHttp, RequestsHttp], ids=["open_url", "requests"])
def web(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Http:
    for name in (
        "http_proxy",
        "https_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "all_proxy",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
    ):
        monkeypatch.delenv(name, raising=False)
    return t.cast(Http, request.param())


class Served:
    """What a server was asked."""

    def __init__(self, url: str) -> None:
        self.url, self.requests = url, []  # type: ignore[var-annotated] # whatever the test puts in
        self.over = threading.Event()

    @property
    def headers(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.requests[-1][2].items()}


@contextlib.contextmanager
def serving(
    answer: t.Callable[[t.Any, Served], None], *, certificate: pathlib.Path | None = None, host: str = "127.0.0.1"
) -> t.Iterator[Served]:
    class Server(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            served.requests.append((self.command, self.path, dict(self.headers), self.body))
            with contextlib.suppress(OSError):
                answer(self, served)

        do_GET = do_POST = do_HEAD = do_OPTIONS = _answer  # noqa: N815 # names of http.server

        def log_message(self, *args: t.Any) -> None:
            """Says nothing."""

    server = http.server.ThreadingHTTPServer((host, 0), Server)
    server.daemon_threads = True
    server.handle_error = lambda *args: None  # type: ignore[method-assign] # what the test stands in for
    scheme = "http"
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        scheme = "https"
    served = Served(f"{scheme}://{host}:{server.server_address[1]}")
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield served
    finally:
        served.over.set()
        server.shutdown()
        server.server_close()


def say(status: int = 200, body: bytes = b'{"a": 1}', **headers: str) -> t.Callable[[t.Any, Served], None]:
    def answer(handler: t.Any, _served: Served) -> None:
        handler.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(body)

    return answer


@contextlib.contextmanager
def soon(seconds: float) -> t.Iterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started < seconds


def failure(web: Http, url: str, **options: t.Any) -> HttpFailure:
    with pytest.raises(HttpFailure) as raised:
        web.request("GET", url, **{"timeout": 1, **options})
    message = raised.value.message
    assert "error" not in message.lower() and "Traceback" not in message and "\n" not in message
    return raised.value


# -- answers


def test_an_answer(web: Http) -> None:
    with serving(say(X_Mine="yes")) as served:
        answer = web.request("GET", f"{served.url}/a?b=c%20d", headers={"X-Asked": "1"})
    assert (answer.status, answer.json(), answer.headers["x-mine"], answer.url) == (200, {"a": 1}, "yes", f"{served.url}/a?b=c%20d")
    assert 0 < answer.elapsed < 60
    assert served.requests[0][:2] == ("GET", "/a?b=c%20d")
    assert served.headers["user-agent"] == "operability.readiness" and served.headers["x-asked"] == "1"


def test_a_body_goes_out(web: Http) -> None:
    with serving(say()) as served:
        web.request("POST", served.url, body=b'[{"labels": {}}]', headers={"Content-Type": "application/json"})
    assert served.requests[0][0] == "POST" and served.requests[0][3] == b'[{"labels": {}}]'
    assert served.headers["content-type"] == "application/json"


@pytest.mark.parametrize("status", [204, 301, 401, 404, 429, 500, 503])
def test_any_status_is_an_answer(web: Http, status: int) -> None:
    with serving(say(status, b"" if status == 204 else b"text")) as served:
        answer = web.request("GET", served.url)
    assert (answer.status, answer.text) == (status, "" if status == 204 else "text")


def test_head_has_no_body(web: Http) -> None:
    with serving(say()) as served:
        answer = web.request("HEAD", served.url)
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", "8")


def test_a_login_page_with_200_is_not_json(web: Http) -> None:
    with nasty("login") as url:
        answer = web.request("GET", url)
    assert answer.status == 200 and answer.looks_like_html
    with pytest.raises(Exception, match="a web page instead of JSON"):
        answer.json()


@pytest.mark.parametrize("status", [404, 500, 302])
def test_compressed_answers_of_any_status_are_read(web: Http, status: int) -> None:
    with serving(say(status, gzip.compress(b'{"a": 2}'), Content_Encoding="gzip")) as served:
        answer = web.request("GET", served.url)
    assert (answer.status, answer.json()) == (status, {"a": 2})


def test_what_is_said_to_be_compressed_and_is_not(web: Http) -> None:
    with serving(say(Content_Encoding="gzip")) as served:
        assert failure(web, served.url).kind == "protocol"


def test_compressed_answers_are_read(web: Http) -> None:
    with serving(say(body=gzip.compress(b'{"a": 2}'), Content_Encoding="gzip")) as served:
        assert web.request("GET", served.url).json() == {"a": 2}


# -- no answer


def test_a_server_that_hangs(web: Http) -> None:
    with nasty("hang") as url, soon(20):
        assert failure(web, url).kind == "timeout"


def test_a_body_that_drips_for_ever(web: Http) -> None:
    with nasty("drip") as url, soon(20):
        assert failure(web, url).kind == "timeout"


def test_headers_that_drip_for_ever(web: Http) -> None:
    def drip(handler: t.Any, served: Served) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not served.over.wait(0.05):
            handler.wfile.write(b"X-A: b\r\n" if len(served.requests) > 9 else b"X")

    with serving(drip) as served, soon(20):
        assert failure(web, served.url).kind == "timeout"


def test_redirects_that_are_slow_each(web: Http) -> None:
    def slow(handler: t.Any, served: Served) -> None:
        time.sleep(0.4)
        say(302, b"", Location="/next")(handler, served)

    with serving(slow) as served, soon(20):
        assert failure(web, served.url).kind == "timeout"


def test_a_connection_that_is_never_accepted(web: Http) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listening, soon(20):
        blockers = [socket.socket() for _unused in range(4)]
        for blocker in blockers:
            blocker.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                blocker.connect(listening.getsockname())
        assert failure(web, f"http://127.0.0.1:{listening.getsockname()[1]}/").kind == "timeout"
        for blocker in blockers:
            blocker.close()


def test_nobody_listens(web: Http) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    found = failure(web, f"http://127.0.0.1:{port}/x?token=s3cr3t")
    assert (found.kind, found.message) == ("refused", f"http://127.0.0.1:{port}/x refused the connection: nothing listens there")


def test_a_name_that_nobody_knows(web: Http) -> None:
    found = failure(web, "http://no-such-host.invalid/", timeout=20)
    assert (found.kind, found.message) == ("name", "no-such-host.invalid cannot be resolved to an address")


def test_a_name_server_that_does_not_answer(web: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: over.wait(30) and [])
    with soon(20):
        assert failure(web, "http://slow.example/").kind == "timeout"
    over.set()


def test_a_connection_that_is_closed_without_an_answer(web: Http) -> None:
    with nasty("reset") as url:
        assert failure(web, url).kind in ("protocol", "refused")


def test_a_body_that_is_cut_short(web: Http) -> None:
    with nasty("cut") as url:
        found = failure(web, url)
    assert found.kind == "protocol" and "closed the connection" in found.message


def test_chunks_that_are_cut_short(web: Http) -> None:
    def cut(handler: t.Any, _served: Served) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n5\r\nab")
        handler.close_connection = True

    with serving(cut) as served:
        assert failure(web, served.url).kind == "protocol"


def test_what_is_no_http(web: Http) -> None:
    def nonsense(handler: t.Any, _served: Served) -> None:
        handler.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")
        handler.close_connection = True

    with serving(nonsense) as served:
        assert failure(web, served.url).kind in ("protocol", "refused")


def test_an_answer_that_is_too_large_stays_out_of_memory(web: Http) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with nasty("huge") as url, soon(60):
        found = failure(web, url, timeout=10)
    assert found.kind == "too_large" and "more than 32.0 MiB" in found.message
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 120 * 1024  # KiB; 200 MB were on offer


def test_a_limit_of_ones_own(web: Http) -> None:
    with serving(say(body=b"x" * 2**20 + b"y")) as served:
        assert failure(web, served.url, max_bytes=2**20).kind == "too_large"
        assert len(web.request("GET", served.url, max_bytes=2**21).body) == 2**20 + 1


def test_a_compressed_bomb_stays_out_of_memory(web: Http) -> None:
    bomb = gzip.compress(b"\0" * 400_000_000, 9)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with serving(say(body=bomb, Content_Encoding="gzip")) as served:
        assert failure(web, served.url, timeout=20).kind == "too_large"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024


# -- TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A self-signed certificate for 127.0.0.1, with its key in one file."""
    folder = tmp_path_factory.mktemp("tls")
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:TRUE", "-subj", "/CN=test"]
    files = ["-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem"]
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
        *names,
        *files,
    ]
    subprocess.run(command, check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_text((folder / "key.pem").read_text() + (folder / "cert.pem").read_text())
    return both


def test_a_certificate_that_nobody_trusts(web: Http, certificate: pathlib.Path) -> None:
    with serving(say(), certificate=certificate) as served:
        found = failure(web, served.url, timeout=30)
    assert found.kind == "tls" and "has a certificate that cannot be trusted: self-signed certificate" in found.message.replace(
        "self signed", "self-signed"
    )


def test_a_certificate_that_ca_path_trusts(web: Http, certificate: pathlib.Path) -> None:
    with serving(say(), certificate=certificate) as served:
        how = Connection(ca_path=str(certificate.parent / "cert.pem"))
        assert web.request("GET", served.url, connection=how, timeout=30).json() == {"a": 1}
        assert failure(web, served.url, timeout=30).kind == "tls", "trusted for that request alone"


def test_a_certificate_for_another_name(web: Http, certificate: pathlib.Path) -> None:
    with serving(say(), certificate=certificate) as served:
        how = Connection(ca_path=str(certificate.parent / "cert.pem"))
        found = failure(web, served.url.replace("127.0.0.1", "localhost"), connection=how, timeout=30)
    assert found.kind == "tls"


def test_certificates_are_not_looked_at_when_that_is_asked_for(web: Http, certificate: pathlib.Path) -> None:
    with serving(say(), certificate=certificate) as served:
        assert web.request("GET", served.url, connection=Connection(validate_certs=False), timeout=30).status == 200


def test_a_server_without_tls(web: Http) -> None:
    with serving(say()) as served:
        assert failure(web, served.url.replace("http:", "https:"), timeout=30).kind in ("tls", "refused", "protocol")


def test_a_ca_file_that_is_not_there(web: Http) -> None:
    assert "/no/such.pem" in failure(web, "https://127.0.0.1:1/", connection=Connection(ca_path="/no/such.pem")).message


def test_a_ca_file_that_is_none(web: Http, certificate: pathlib.Path, tmp_path: pathlib.Path) -> None:
    (tmp_path / "ca.pem").write_text("not a certificate")
    with serving(say(), certificate=certificate) as served:
        failure(web, served.url, connection=Connection(ca_path=str(tmp_path / "ca.pem")), timeout=30)


def test_a_client_certificate_is_shown(web: Http, certificate: pathlib.Path) -> None:
    """The server asks for one; without it there is no answer."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=certificate.parent / "cert.pem")
    context.load_cert_chain(certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                raw, _address = listening.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), context.wrap_socket(raw, server_side=True) as connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")

    threading.Thread(target=serve, daemon=True).start()
    url = f"https://127.0.0.1:{listening.getsockname()[1]}/"
    ca = str(certificate.parent / "cert.pem")
    both = Connection(ca_path=ca, client_cert=ca, client_key=str(certificate.parent / "key.pem"))
    assert web.request("GET", url, connection=both, timeout=30).text == "ok"
    assert web.request("GET", url, connection=Connection(ca_path=ca, client_cert=str(certificate)), timeout=30, fresh=True).text == "ok"
    failure(web, url, connection=Connection(ca_path=ca), timeout=30)
    listening.close()


# -- who asks


def test_basic_authentication_at_once(web: Http) -> None:
    with serving(say()) as served:
        web.request("GET", served.url, connection=Connection(url_username="mé", url_password="pa:55"))
    assert len(served.requests) == 1
    scheme, text = served.headers["authorization"].split()
    assert scheme == "Basic" and base64.b64decode(text).decode() in ("mé:pa:55",)


def test_user_and_password_in_the_address(web: Http) -> None:
    with serving(say()) as served:
        answer = web.request("GET", served.url.replace("//", "//me:pa%2055@"))
    assert served.headers["authorization"] == "Basic " + base64.b64encode(b"me:pa 55").decode()
    assert "pa" not in answer.url


def test_a_bearer_token_and_headers(web: Http) -> None:
    with serving(say()) as served:
        web.request("GET", served.url, connection=Connection(bearer_token="t0k3n", headers={"X-Scope-OrgID": "ops"}))
    assert served.headers["authorization"] == "Bearer t0k3n" and served.headers["x-scope-orgid"] == "ops"


def test_the_users_netrc_is_not_read(web: Http, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password s3cr3t\nmachine localhost login somebody password s3cr3t\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    with serving(say()) as far, serving(say(302, b"", Location=far.url.replace("127.0.0.1", "localhost"))) as served:
        web.request("GET", served.url)
    assert "authorization" not in served.headers and "authorization" not in far.headers


def test_cookies_of_one_check_are_not_those_of_another(web: Http) -> None:
    with serving(say(Set_Cookie="session=1; Path=/")) as served:
        web.request("GET", f"{served.url}/a")
        web.request("GET", f"{served.url}/b")
    assert "cookie" not in served.headers


# -- redirects


def test_redirects_are_followed_to_the_end(web: Http) -> None:
    def answer(handler: t.Any, served: Served) -> None:
        (say(302, b"", Location="/b") if handler.path == "/a" else say())(handler, served)

    with serving(answer) as served:
        followed = web.request("GET", f"{served.url}/a")
        stayed = web.request("GET", f"{served.url}/a", follow_redirects=False)
    assert (followed.status, followed.url) == (200, f"{served.url}/b")
    assert (stayed.status, stayed.headers["location"], stayed.url) == (302, "/b", f"{served.url}/a")


def test_a_redirect_in_a_circle_ends(web: Http) -> None:
    with serving(say(302, b"", Location="/a")) as served:
        found = failure(web, served.url, timeout=10)
    assert found.kind == "protocol" and "redirected more than 10 times" in found.message


def test_credentials_go_to_no_other_server(web: Http) -> None:
    secret = Connection(bearer_token="t0k3n", headers={"X-Api-Key": "k3y"})
    with serving(say()) as far, serving(say(307, b"", Location=f"{far.url}/")) as served:
        web.request("GET", served.url, connection=secret)
        assert served.headers["x-api-key"] == "k3y"
        assert "authorization" not in far.headers and "x-api-key" not in far.headers
        web.request("GET", served.url, connection=Connection(url_username="me", url_password="pa55"))
        assert "authorization" in served.headers and "authorization" not in far.headers


# -- one question, one answer: the controller's adapter


def ask_together(web: Http, url: str, count: int, **options: t.Any) -> list[t.Any]:
    outcomes: list[t.Any] = []

    def ask() -> None:
        try:
            outcomes.append(web.request("GET", url, **options))
        except HttpFailure as exc:
            outcomes.append(exc)

    threads = [threading.Thread(target=ask) for _unused in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return outcomes


def slowly(handler: t.Any, served: Served) -> None:
    time.sleep(0.2)
    say(body=str(len(served.requests)).encode())(handler, served)


def test_many_threads_ask_once() -> None:
    web = RequestsHttp()
    with serving(slowly) as served:
        answers = ask_together(web, served.url, 20)
        later = web.request("GET", served.url)
    assert len(served.requests) == web.asked == 1
    assert {answer.text for answer in [*answers, later]} == {"1"}


def test_a_fresh_question_goes_out_again() -> None:
    web = RequestsHttp()
    with serving(slowly) as served:
        texts = [web.request("GET", served.url, fresh=fresh).text for fresh in (False, True, True, False)]
    assert texts == ["1", "2", "3", "1"]


def test_what_is_forgotten_is_asked_again() -> None:
    web = RequestsHttp()
    with serving(slowly) as served:
        first = [web.request("GET", served.url).text for _unused in range(2)]
        web.forget()
        again = [web.request("GET", served.url).text for _unused in range(2)]
    assert (first, again) == (["1", "1"], ["2", "2"])


def test_other_questions_are_others() -> None:
    web = RequestsHttp()
    with serving(say()) as served:
        for options in ({}, {"headers": {"A": "1"}}, {"connection": Connection(bearer_token="x")}, {"body": b"x"}, {"max_bytes": 100}):
            web.request("GET", served.url, **t.cast("dict[str, t.Any]", options))
        web.request("GET", f"{served.url}/?a")
        web.request("POST", served.url)
        web.request("POST", served.url)
    assert len(served.requests) == 8


def test_a_failure_is_shared_too() -> None:
    web = RequestsHttp()
    with nasty("hang") as url, soon(20):
        outcomes = ask_together(web, url, 10, timeout=1)
    assert web.asked == 1
    assert len({id(outcome) for outcome in outcomes}) == 10, "an exception of its own for each"
    assert {outcome.kind for outcome in outcomes} == {"timeout"}


def test_who_was_in_a_hurry_does_not_spoil_it_for_others() -> None:
    def slow(handler: t.Any, served: Served) -> None:
        time.sleep(0.8)
        say()(handler, served)

    web = RequestsHttp()
    outcomes: list[t.Any] = []
    with serving(slow) as served:
        hurried = threading.Thread(target=lambda: outcomes.append(failure(web, served.url, timeout=0.3)))
        hurried.start()
        until = time.monotonic() + 30
        while not served.requests and time.monotonic() < until:
            time.sleep(0.01)
        assert web.request("GET", served.url, timeout=30).status == 200
        hurried.join()
        assert web.request("GET", served.url, timeout=0.2).status == 200, "the answer is there now"
    assert outcomes[0].kind == "timeout" and web.asked == 2


def test_an_answer_is_a_value() -> None:
    with serving(say()) as served:
        answer = RequestsHttp().request("GET", served.url)
    assert isinstance(answer, Response)
    with pytest.raises(AttributeError):
        answer.status = 1  # type: ignore[misc] # the test does what nobody should
