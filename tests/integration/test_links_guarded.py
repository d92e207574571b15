# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where links may lead, over both adapters: the address that was looked at is the one that is connected to."""

from __future__ import annotations

import pathlib
import socket
import subprocess
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._addresses import is_forbidden
from ansible_collections.operability.readiness.plugins.module_utils._http import Connection, Http, HttpFailure, OpenUrlHttp
from ansible_collections.operability.readiness.plugins.plugin_utils._running.requests_http import RequestsHttp
from integration.test_http_adapters import say, serving

FOREIGN = Connection(foreign=True)
METADATA = "169.254.169.254"


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


def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: t.Any) -> list[str]:
    """A name server that gives one answer after the other, the last one again and again; what was asked."""
    asked: list[str] = []
    left = list(addresses)

    def answer(host: str, port: int, *args: t.Any, **options: t.Any) -> list[t.Any]:
        asked.append(host)
        found = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(found, Exception):
            raise found
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (found, port))]

    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *args, **more: (answer if "." in host and not host[0].isdigit() else real)(host, *args, **more)
    )
    return asked


def failure(web: Http, url: str, connection: Connection = FOREIGN) -> HttpFailure:
    with pytest.raises(HttpFailure) as raised:
        web.request("GET", url, connection=connection, timeout=10)
    return raised.value


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_name_that_leads_to_the_metadata_of_the_machine(web: Http, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    resolving(monkeypatch, METADATA)
    found = failure(web, f"{scheme}://wiki.example/latest/meta-data")
    assert found.kind == "forbidden" and "is not asked" in found.message


def test_a_name_that_leads_elsewhere_when_it_is_asked_again(web: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(say(body=b"fine")) as served:
        asked = resolving(monkeypatch, "127.0.0.1", METADATA)
        answer = web.request("GET", served.url.replace("127.0.0.1", "wiki.example"), connection=FOREIGN, timeout=10)
    assert (answer.text, asked) == ("fine", ["wiki.example"]), "the connection is made to the address that was looked at"


def test_a_redirect_to_the_metadata_of_the_machine(web: Http) -> None:
    with serving(say(302, Location=f"http://{METADATA}/latest")) as served:
        assert failure(web, served.url).kind == "forbidden"


def test_a_password_in_an_address_is_not_sent(web: Http) -> None:
    with serving(say()) as served:
        web.request("GET", served.url.replace("://", "://jane:s3cret@"), connection=FOREIGN)
        assert "authorization" not in served.headers
        web.request("GET", served.url.replace("://", "://jane:s3cret@"), fresh=True)
        assert "authorization" in served.headers


def test_a_long_answer_is_cut(web: Http) -> None:
    with serving(say(body=b"x" * 5000)) as served:
        answer = web.request("GET", served.url, connection=FOREIGN, max_bytes=1000, cut=True)
        whole = web.request("GET", served.url, connection=FOREIGN, max_bytes=10_000, cut=True)
    assert (len(answer.body), answer.cut, len(whole.body), whole.cut) == (1000, True, 5000, False)


def test_a_certificate_is_looked_at_as_always(web: Http, tmp_path: pathlib.Path) -> None:
    pem = tmp_path / "wiki.pem"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost",
        ]
        + ["-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "cert.pem")],
        check=True,
        capture_output=True,
    )
    pem.write_text((tmp_path / "key.pem").read_text() + (tmp_path / "cert.pem").read_text())
    with serving(say(body=b"fine"), certificate=pem) as served:
        url = f"https://localhost:{served.url.rpartition(':')[2]}"
        assert failure(web, url).kind == "tls"
        trusted = Connection(foreign=True, ca_path=str(tmp_path / "cert.pem"))
        assert web.request("GET", url, connection=trusted, timeout=20).text == "fine"
        assert failure(web, url.replace("localhost", "127.0.0.1"), trusted).kind == "tls", "of another name"
        assert web.request("GET", url, connection=Connection(foreign=True, validate_certs=False), timeout=20).text == "fine"


@pytest.mark.parametrize(("code", "detail"), [(socket.EAI_NONAME, "no_such_name"), (socket.EAI_AGAIN, ""), (socket.EAI_FAIL, "")])
def test_what_name_servers_say(web: Http, monkeypatch: pytest.MonkeyPatch, code: int, detail: str) -> None:
    resolving(monkeypatch, socket.gaierror(code, "told"))
    found = failure(web, "http://wiki.example/")
    assert (found.kind, found.detail) == ("name", detail)


def test_a_port_where_nothing_listens(web: Http) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found = failure(web, f"http://127.0.0.1:{free.getsockname()[1]}/")
    assert (found.kind, found.detail) == ("refused", "nothing_listens")


@pytest.mark.parametrize(
    ("address", "forbidden"),
    [
        *((one, True) for one in ("169.254.1.1", "0.0.0.0", "0.1.2.3", "224.0.0.1", "255.255.255.255", "100.100.100.200", "168.63.129.16")),
        *((one, True) for one in ("fe80::1", "fe80::1%eth0", "ff02::1", "::", "fd00:ec2::254", "::ffff:169.254.169.254", "::a9fe:a9fe")),
        *((one, True) for one in ("64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::", "fec0::1", "no address")),
        *((one, False) for one in ("127.0.0.1", "::1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "93.184.216.34", "fd12::1", "2001:db8::1")),
        *((one, False) for one in ("::ffff:10.0.0.1", "2002:0a00:0001::")),
    ],
)
def test_addresses(address: str, forbidden: bool) -> None:
    assert is_forbidden(address) is forbidden
