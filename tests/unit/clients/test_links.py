# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that cannot be resolved, hosts that get credentials, places of pages, and what pages show."""

from __future__ import annotations

import datetime as dt
import socket
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients.link_places import carries, is_home, is_login, same_page
from ansible_collections.operability.readiness.plugins.module_utils._clients.link_queue import seconds_of
from ansible_collections.operability.readiness.plugins.module_utils._clients.link_texts import SOFT_404, says_nothing_else
from ansible_collections.operability.readiness.plugins.module_utils._clients.links import Asking, ask_all
from ansible_collections.operability.readiness.plugins.module_utils._clients.page_scan import decoded, scan
from ansible_collections.operability.readiness.plugins.module_utils._http import Connection, HttpFailure, Response
from fakes import FakeRunner


def page(text: str = "<h1>Payments</h1><p>words</p>", status: int = 200, **headers: str) -> Response:
    return Response(status, {"content-type": "text/html", **headers}, text.encode(), "", 0.01)


def asked(answers: t.Mapping[str, t.Any], *urls: str, hosts: t.Iterable[str] = ()) -> dict[str, tuple[str, str]]:
    asking = Asking(Connection(bearer_token="s3cret-token"), frozenset(hosts), 5.0, SOFT_404, ())
    return {url: (one.state, str(one.why)) for url, one in ask_all(urls, asking, FakeRunner(answers=answers)).items()}


ABSENT = HttpFailure("name", "gone.example cannot be resolved to an address", "no_such_name")
AGAIN = HttpFailure("name", "gone.example cannot be resolved to an address")


def nobody(*_args: t.Any, **_options: t.Any) -> t.Any:
    raise socket.gaierror(socket.EAI_NONAME, "nothing is known")


def test_a_name_that_is_gone_while_others_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    found = asked({"/gone": ABSENT, "/here": page()}, "http://gone.example/gone", "http://wiki.example/here")
    assert found["http://gone.example/gone"] == (
        "dead",
        "http://gone.example/gone: the name servers of this controller know no gone.example (they know wiki.example)",
    )


@pytest.mark.parametrize("other", ["http://127.0.0.1/here", "http://localhost/here", "http://[::1]/here", "http://wiki/here"])
def test_what_is_known_without_name_servers_proves_nothing_of_them(monkeypatch: pytest.MonkeyPatch, other: str) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    found = asked({"/gone": ABSENT, "/here": page()}, "http://gone.example/gone", other)
    assert found["http://gone.example/gone"][0] == "unknown" and "it may be the name servers" in found["http://gone.example/gone"][1]


def test_a_name_above_it_that_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *args, **more: [] if host == "corp.example" else nobody())
    found = asked({"/gone": ABSENT}, "http://gone.wiki.corp.example/gone")
    assert found["http://gone.wiki.corp.example/gone"][0] == "dead"


def test_no_name_server_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: [])
    found = asked({"/gone": AGAIN, "/here": page()}, "http://gone.example/gone", "http://wiki.example/here")
    assert found["http://gone.example/gone"][0] == "unknown"


@pytest.mark.parametrize(
    ("host", "url", "sent"),
    [
        ("wiki.example", "https://wiki.example/x", True),
        ("wiki.example", "http://wiki.example/x", True),
        ("wiki.example", "https://wiki.example:8443/x", False),
        ("wiki.example", "https://other.example/wiki.example", False),
        ("wiki.example:8443", "https://wiki.example:8443/x", True),
        ("wiki.example:8443", "https://wiki.example/x", False),
        ("https://wiki.example", "https://wiki.example/x", True),
        ("https://wiki.example", "http://wiki.example/x", False),
        ("wiki.example", "https://wiki.example.evil.example/x", False),
        ("wiki.example", "https://wiki.example@evil.example/x", False),
        ("[::1]:8080", "http://[::1]:8080/x", True),
    ],
)
def test_who_gets_credentials(host: str, url: str, sent: bool) -> None:
    asking = Asking(Connection(bearer_token="s3cret-token"), frozenset([host]), 5.0, (), ())
    how = asking.connection_for(url)
    assert (how.bearer_token == "s3cret-token", how.foreign) == (sent, True)


def test_each_of_several_hosts_has_its_own() -> None:
    more = [(frozenset(["wiki.example"]), Connection(bearer_token="of-the-wiki"))]
    asking = Asking(Connection(), frozenset(), 5.0, (), (), more)
    assert asking.connection_for("https://wiki.example/x").bearer_token == "of-the-wiki"
    assert asking.connection_for("https://git.example/x").bearer_token is None


@pytest.mark.parametrize(
    ("url", "home"),
    [
        *(
            (url, True)
            for url in ("https://h", "https://h/", "https://h/en/", "https://h/fr-FR", "https://h/index.html", "https://h/?lang=fr")
        ),
        *((url, False) for url in ("https://h/wiki/x", "https://h/?p=12", "https://h/index.php?title=X", "https://h/#/x", "https://h/app")),
    ],
)
def test_home_pages(url: str, home: bool) -> None:
    assert is_home(url) is home


def test_other_places() -> None:
    assert is_login("https://h/login") and is_login("https://sso.corp.example/x") and is_login("https://h/auth/realms/x")
    assert not is_login("https://h/authors") and not is_login("https://h/wiki/login-of-payments-fails")
    assert carries("https://sso/x?next=%2Fwiki%2Fp", "https://h/wiki/p") and not carries("https://sso/x?next=%2F", "https://h/")
    assert same_page("http://www.h/x/", "https://h/x") and not same_page("https://h/x?a=1", "https://h/x")


@pytest.mark.parametrize(
    ("title", "said"),
    [
        *(
            (title, True)
            for title in (
                "404",
                "404 | Wiki",
                "Error 404",
                "Page not found - Wiki",
                "Wiki: Page introuvable | ACME",
                "Oops - 404 Not Found",
            )
        ),
        *(
            (title, True)
            for title in (
                "Sorry, this page does not exist",
                "HTTP Status 404 – Not Found",
                "La page demandée n\N{RIGHT SINGLE QUOTATION MARK}existe pas",
            )
        ),
        *(
            (title, False)
            for title in (
                "Payments: certificate not found",
                "HTTP 404 errors of the shop",
                "Order 404",
                "What to do when a file is not found",
            )
        ),
    ],
)
def test_titles_that_say_nothing_else(title: str, said: bool) -> None:
    parts = title.replace("Wiki: ", "Wiki | ")
    assert bool(says_nothing_else(parts, SOFT_404)) is said


def test_how_long_a_server_asks_to_wait() -> None:
    now = dt.datetime(2026, 11, 25, 6, tzinfo=dt.timezone.utc)
    assert seconds_of("120", now) == 120.0 and seconds_of("Wed, 25 Nov 2026 06:01:00 GMT", now) == 60.0
    assert seconds_of("Wed, 25 Nov 2026 05:00:00 GMT", now) == 0.0 and seconds_of("soon", now) == seconds_of("", now) == 2.0


def test_what_a_page_shows() -> None:
    found = scan(
        "<title>A &amp; B</title><nav>menu</nav><h2 id=q>Queue <b>deep</b></h2><!-- <p id=gone> --><p>one<p>two"
        "<script>if (a < b) { '<p id=no>' }</script><noscript>Enable JavaScript</noscript><a name='old'></a><img src=x>"
        "<meta http-equiv=refresh content='0; url=/next'><input type=password name=p>"
    )
    assert (found.title, found.headings, found.words, found.around) == ("A & B", [(2, "Queue deep")], "Queue deep one two", "menu")
    assert (found.anchors, found.refresh, found.password) == (frozenset(["q", "old"]), "/next", True)
    assert (found.scripts, found.pictures, found.without_script) == (1, 1, "Enable JavaScript")
    assert (
        decoded("été".encode("latin-1"), "text/html; charset=ISO-8859-1") == decoded("<meta charset=utf-8>été".encode(), "")[20:] == "été"
    )


@pytest.mark.parametrize(
    "start", ["<a ", "<!-- ", '<a b="', "<a b='x' ", "<h1>x", "<", "<script>", "</a", "<a = ", "&#" + "9" * 5000 + ";"]
)
def test_long_pages_are_read_once(start: str) -> None:
    scan((start * (200_000 // len(start) + 1))[:200_000])
