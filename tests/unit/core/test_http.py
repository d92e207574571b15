# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of HTTP needs no server: connections, answers, addresses, redirects, failures in words."""

from __future__ import annotations

import socket
import ssl
import typing as t
from urllib.error import URLError

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from ansible_collections.operability.readiness.plugins.module_utils._http import (
    Connection,
    Http,
    HttpFailure,
    Question,
    Response,
    as_failure,
    public_url,
)


class Scripted(Http):
    """Answers in turn; remembers what it was asked."""

    def __init__(self, *answers: Response) -> None:
        self.answers, self.asked = list(answers), []  # type: ignore[var-annotated] # whatever the test puts in

    def _exchange(self, question: Question, timeout: float) -> Response:
        self.asked.append(question)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def to(place: str, status: int = 302) -> Response:
    return Response(status, {"location": place}, b"", "", 0.0)


OK = Response(200, {}, b"{}", "", 0.0)
SECRET = Connection(
    url_username="me", url_password="pa55", bearer_token="tok", headers={"X-Key": "k"}, client_cert="/etc/hostname", validate_certs=False
)


def test_a_connection_from_arguments() -> None:
    made = Connection.from_args({"url": "http://x", "headers": {"A": 1}, "validate_certs": False, "bearer_token": None, "other": 3})
    assert made == Connection(url="http://x", headers={"A": 1}, validate_certs=False)
    assert made.all_headers == {"User-Agent": "operability.readiness", "A": "1"}
    assert Connection(bearer_token="t").all_headers["Authorization"] == "Bearer t"


def test_json_or_why_not() -> None:
    def answer(body: bytes, kind: str = "application/json") -> Response:
        return Response(200, {"content-type": kind}, body, "http://me:pa55@h/api?q=1", 0.1)

    assert answer(b'{"a": 1}').json() == {"a": 1}
    with pytest.raises(CannotObserve, match=r"^http://h/api answered with a web page instead of JSON \(a login page\?\)$"):
        answer(b" <!DOCTYPE html><p>", "text/plain").json()
    with pytest.raises(CannotObserve, match="JSON that cannot be parsed .8 bytes, cut short"):
        answer(b'{"a": [1').json()
    with pytest.raises(CannotObserve, match="cannot be parsed"):
        answer(b"\xff\xfe").json()
    assert answer(b"\xff").text == "\ufffd"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://me:pa55@host.example:8443/a/b?token=x#y", "https://host.example:8443/a/b"),
        ("http://[fd00::1]:80/x", "http://[fd00::1]:80/x"),
        ("http://host:99999999/x", "http://host/x"),
        ("http://host:abc/x", "http://host/x"),
        ("http://[::1", "an address that cannot be parsed"),
        ("", ""),
    ],
)
def test_an_address_fit_for_a_message(url: str, shown: str) -> None:
    assert public_url(url) == shown


@pytest.mark.parametrize(
    "url", ["ftp://h/x", "file:///etc/passwd", "h/x", "", "http://[::1", "http://h:abc/", "http://h:99999/", "https:///x", "http://h:0/"]
)
def test_what_is_no_address_is_asked_nowhere(url: str) -> None:
    http = Scripted(OK)
    with pytest.raises(HttpFailure) as failure:
        http.request("GET", url)
    assert failure.value.kind == "protocol" and not http.asked


def test_user_and_password_in_an_address_become_a_login() -> None:
    http = Scripted(OK)
    http.request("GET", "https://m%40e:pa%3A55@h:8443/x?q=1")
    assert http.asked[0].url == "https://h:8443/x?q=1"
    assert (http.asked[0].how.url_username, http.asked[0].how.url_password) == ("m@e", "pa:55")
    http.request("GET", "https://a:b@h/", connection=SECRET)
    assert http.asked[1].how.url_username == "me", "an option wins"


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(HttpFailure, match=r"/no/such/ca.pem \(for https://h/\) does not exist or may not be read") as failure:
        Scripted(OK).request("GET", "https://h/", connection=Connection(ca_path="/no/such/ca.pem"))
    assert failure.value.kind == "tls"


@pytest.mark.parametrize("place", ["/b", "b", "https://h/b", "https://h:443/b", "HTTPS://H/b"])
def test_the_same_server_gets_the_credentials_again(place: str) -> None:
    http = Scripted(to(place), OK)
    answer = http.request("GET", "https://h/a", connection=SECRET, headers={"Accept": "x"})
    assert answer.status == 200 and http.asked[1].how == SECRET and http.asked[1].headers == {"Accept": "x"}


def test_an_upgrade_to_https_keeps_the_credentials() -> None:
    http = Scripted(to("https://h/b"), OK)
    http.request("GET", "http://h/b", connection=SECRET)
    assert http.asked[1].how == SECRET


@pytest.mark.parametrize("place", ["https://other/b", "http://h/b", "https://h:8443/b", "//other/b", "https://other@evil/"])
def test_another_server_gets_no_credentials(place: str) -> None:
    http = Scripted(to(place), OK)
    http.request("GET", "https://h/a", connection=SECRET)
    how = http.asked[1].how
    assert (how.bearer_token, how.headers, how.client_cert, how.url_password or "") == (None, {}, None, "") and how.url_username != "me"
    assert how.validate_certs is False


@pytest.mark.parametrize(
    ("method", "status", "then", "body"),
    [
        ("GET", 301, "GET", b"x"),
        ("HEAD", 303, "HEAD", b"x"),
        ("POST", 301, "GET", None),
        ("POST", 302, "GET", None),
        ("PUT", 303, "GET", None),
        ("POST", 307, "POST", b"x"),
        ("POST", 308, "POST", b"x"),
    ],
)
def test_the_method_of_a_redirect(method: str, status: int, then: str, body: bytes | None) -> None:
    http = Scripted(to("/b", status), OK)
    http.request(method, "http://h/a", body=b"x")
    assert (http.asked[1].method, http.asked[1].body) == (then, body)


def test_no_redirect_when_it_is_not_wanted() -> None:
    http = Scripted(to("/b"), OK)
    assert http.request("GET", "http://h/a", follow_redirects=False).status == 302
    assert len(http.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [Response(302, {}, b"", "", 0.0), Response(304, {"location": "/b"}, b"", "", 0.0), Response(201, {"location": "/b"}, b"", "", 0.0)],
)
def test_what_only_looks_like_a_redirect(answer: Response) -> None:
    assert Scripted(answer).request("GET", "http://h/a").status == answer.status


@pytest.mark.parametrize(
    ("place", "words"), [("/a", "redirected more than 10 times"), ("http://[::1", "no address"), ("file:///etc/passwd", "is not an http")]
)
def test_redirects_that_lead_nowhere(place: str, words: str) -> None:
    with pytest.raises(HttpFailure, match=words):
        Scripted(to(place)).request("GET", "http://h/a")


def _chained(inner: BaseException) -> Exception:
    outer = ConnectionError("outer")
    outer.__cause__ = inner
    return outer


@pytest.mark.parametrize(
    ("exc", "kind", "words"),
    [
        (TimeoutError("timed out"), "timeout", "http://h/ did not answer within 3 s"),
        (URLError(TimeoutError()), "timeout", "did not answer"),
        (URLError(ConnectionRefusedError(111, "Connection refused")), "refused", "nothing listens there"),
        (URLError(socket.gaierror(-2, "Name or service not known")), "name", "h cannot be resolved"),
        (_chained(socket.gaierror(-2, "x")), "name", "h cannot be resolved"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER]"), "tls", "does not speak TLS as expected"),
        (ssl.SSLCertVerificationError(1, "CERTIFICATE_VERIFY_FAILED"), "tls", "cannot be trusted"),
        (ConnectionResetError(104, "Connection reset by peer"), "refused", "Connection reset by peer"),
        (ValueError("s3cr3t"), "protocol", "gave no usable answer (value)"),
    ],
)
def test_failures_in_words(exc: Exception, kind: str, words: str) -> None:
    failure = as_failure(exc, "http://me:pa55@h/?s3cr3t", 3)
    assert failure.kind == kind and words in failure.message
    assert "s3cr3t" not in failure.message and "pa55" not in failure.message and "error" not in failure.message.lower()


def test_a_chain_of_causes_that_turns_in_a_circle() -> None:
    one, two = ValueError("a"), KeyError("b")
    one.__cause__, two.__cause__ = two, one
    assert as_failure(one, "http://h/", 1).kind == "protocol"


def test_the_port_alone_answers_nothing() -> None:
    with pytest.raises(NotImplementedError):
        Http().request("GET", "http://h/")


def test_hooks_are_typed() -> None:
    assert t.get_type_hints(Connection)["url"] is str
