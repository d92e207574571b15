# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import os
import pathlib
import socket
import ssl
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils import _x509
from ansible_collections.operability.readiness.plugins.module_utils._checks import tls_certificate as check
from ansible_collections.operability.readiness.plugins.module_utils._clients import tls
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.translating import told
from certificates import DAY, Issued, TlsServer, authority, issue, write
from fakes import NOW, FakeRunner
from generated import TIMES, tries_more


@pytest.fixture(scope="module")
def root() -> Issued:
    return authority()


@pytest.fixture(scope="module")
def trust(root: Issued, tmp_path_factory: pytest.TempPathFactory) -> str:
    return write(tmp_path_factory.mktemp("trust") / "root.pem", root)


def look(runner: Runner | None = None, **args: t.Any) -> Finding:
    (finding,) = run_item(Item(key="x", check="tls_certificate", args=args), runner or Runner())
    return finding


def look_at(server: TlsServer, **args: t.Any) -> Finding:
    return look(host="127.0.0.1", port=server.port, **args)


# -- servers


def test_all_is_well(running: t.Any, root: Issued, trust: str) -> None:
    middle = authority("Example Issuing", root)
    server = running.start(TlsServer, [issue(issuer=middle), middle])
    finding = look_at(server, ca_path=trust)
    assert str(finding.status) == "pass", finding.message
    assert f"the certificate of 127.0.0.1:{server.port} is trusted, fits 127.0.0.1 and ends in 79 d 23 h, on " in finding.message
    assert finding.message.endswith("the limit is 18 d")
    assert finding.observed["subject"] == "CN=payments.example.org, O=Example"
    assert finding.observed["issuer"] == "CN=Example Issuing, O=Example"
    measured = finding.measurements[0]
    assert (measured.limit, measured.bound) == (18 * 86400, "lower")
    assert 79 * 86400 < measured.value < 80 * 86400


def test_the_name_that_is_asked_for(running: t.Any, root: Issued, trust: str) -> None:
    server = running.start(TlsServer, [issue(issuer=root, names=["*.example.org"])])
    assert str(look_at(server, ca_path=trust, server_name="payments.example.org").status) == "pass"
    assert server.names == ["payments.example.org"] * 2
    finding = look_at(server, ca_path=trust, server_name="payments.example.com")
    assert str(finding.status) == "fail"
    assert "is not for payments.example.com: it is for *.example.org" in finding.message
    assert str(look_at(server, validate_certs=False).status) == "pass"


@pytest.mark.parametrize(
    ("options", "args", "messages"),
    [
        ({"end": -2 * DAY}, {}, ["expired 2 d ago, on "]),
        ({"start": 2 * DAY}, {}, ["is not valid yet: it starts on "]),
        ({"end": 5 * DAY, "start": -85 * DAY}, {}, ["ends in 4 d 23 h, on ", "the limit is 18 d"]),
        ({}, {"min_days": 100}, ["the limit is 100 d"]),
        ({"names": ["ledger.example.org"]}, {}, ["is not for 127.0.0.1: it is for ledger.example.org"]),
        ({"names": []}, {"server_name": "payments.example.org"}, ["is not for payments.example.org: it is for no name at all"]),
        ({"end": -2 * DAY, "names": ["a.example.org"]}, {}, ["expired 2 d ago", "is not for 127.0.0.1: it is for a.example.org"]),
    ],
)
def test_what_is_wrong_with_a_certificate(
    running: t.Any, root: Issued, trust: str, options: dict[str, t.Any], args: dict[str, t.Any], messages: list[str]
) -> None:
    server = running.start(TlsServer, [issue(issuer=root, **options)])
    finding = look_at(server, ca_path=trust, **args)
    assert str(finding.status) == "fail"
    for message in messages:
        assert message in finding.message
    assert "is trusted" not in finding.message
    assert "self-signed" not in finding.message


def test_since_when_it_has_expired(running: t.Any, root: Issued, trust: str) -> None:
    finding = look_at(running.start(TlsServer, [issue(issuer=root, end=-2 * DAY)]), ca_path=trust)
    assert finding.since == finding.observed["not_after"]


def test_chains_that_are_not_trusted(running: t.Any, root: Issued, trust: str) -> None:
    middle = authority("Example Issuing", root)
    stranger = authority("Stranger Root")
    old = authority("Example Old", root, end=-1 * DAY)
    for chain, message in (
        ([issue()], "is self-signed: no client trusts it"),
        ([issue(issuer=middle)], "is not complete or its authority is not trusted here (issuer CN=Example Issuing, O=Example)"),
        ([issue(issuer=stranger), stranger], "ends in a certification authority that is not trusted here"),
        ([issue(issuer=old), old], "a certificate in the chain of"),
    ):
        server = running.start(TlsServer, chain)
        finding = look_at(server, ca_path=trust)
        assert str(finding.status) == "fail"
        assert message in finding.message
        assert "is not for" not in finding.message
        # the days left are known all the same
        assert finding.measurements[0].value > 79 * 86400
        assert str(look_at(server, validate_certs=False).status) == "pass"


def test_a_self_signed_one_for_another_name_that_ends_soon_has_three_faults(running: t.Any, trust: str) -> None:
    finding = look_at(running.start(TlsServer, [issue(names=["a.example.org"], end=1 * DAY)]), ca_path=trust)
    assert len(finding.details) == 3


@pytest.mark.parametrize("protocol", ["smtp", "imap", "postgres"])
def test_starttls(running: t.Any, root: Issued, trust: str, protocol: str) -> None:
    finding = look_at(running.start(TlsServer, [issue(issuer=root)], starttls=protocol), ca_path=trust, starttls=protocol)
    assert str(finding.status) == "pass", finding.message
    finding = look_at(running.start(TlsServer, [issue(issuer=root)], starttls=protocol, offers=False), starttls=protocol)
    assert str(finding.status) == "fail"
    assert f"speaks {protocol}, but does not offer TLS" in finding.message
    finding = look_at(running.start(TlsServer, [issue(issuer=root)], plain=b"\x00garbage\r\n"), starttls=protocol)
    assert f"does not speak {protocol} as expected" in finding.message


def test_servers_that_do_not_speak_tls(running: t.Any) -> None:
    finding = look_at(running.start(TlsServer, [issue()], plain=b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    assert str(finding.status) == "fail"
    assert "does not speak TLS" in finding.message
    finding = look_at(running.start(TlsServer, [issue()], plain=b""), timeout="1s")
    assert str(finding.status) == "fail"


def test_a_server_that_says_nothing_or_only_a_little() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        for more in ({}, {"starttls": "smtp"}):
            finding = look(host="127.0.0.1", port=port, timeout="1s", **more)
            assert str(finding.status) == "fail"
            assert f"127.0.0.1:{port} did not answer within " in finding.message


def test_nothing_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    finding = look(host="127.0.0.1", port=port)
    assert (str(finding.status), finding.message) == ("fail", f"nothing listens on 127.0.0.1:{port}: it refused the connection")


def test_a_name_that_cannot_be_resolved() -> None:
    finding = look(host="no-such-host.invalid")
    assert str(finding.status) == "unknown"
    assert "no-such-host.invalid cannot be resolved to an address where this check runs" in finding.message
    assert str(look(host="a" * 300).status) == "unknown"
    assert str(look(host=".").status) in ("unknown", "fail")


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_server_that_asks_for_a_client_certificate(running: t.Any, root: Issued, trust: str, newest: ssl.TLSVersion) -> None:
    server = running.start(TlsServer, [issue(issuer=root)], client_authority=root)
    server.context.maximum_version = newest
    finding = look_at(server, ca_path=trust)
    assert str(finding.status) == ("pass" if newest is ssl.TLSVersion.TLSv1_3 else "unknown"), finding.message


def test_authorities_that_cannot_be_used(running: t.Any, tmp_path: pathlib.Path) -> None:
    server = running.start(TlsServer, [issue()])
    finding = look_at(server, ca_path=str(tmp_path / "nowhere.pem"))
    assert (str(finding.status), finding.message) == ("unknown", f"{tmp_path}/nowhere.pem does not exist")
    (tmp_path / "empty.pem").write_text("nothing\n")
    assert look_at(server, ca_path=str(tmp_path / "empty.pem")).message == f"{tmp_path}/empty.pem has no certificate in PEM"


def test_a_machine_without_authorities(running: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls, "has_authorities", lambda: False)
    finding = look_at(running.start(TlsServer, [issue(issuer=authority())]))
    assert str(finding.status) == "unknown"
    assert "no certification authorities are installed" in finding.message


@pytest.mark.parametrize(
    "args", [{}, {"host": "a", "path": "/b"}, {"host": "a", "port": 0}, {"host": "a", "min_days": -1}, {"host": "a", "starttls": "ftp"}]
)
def test_arguments_that_do_not_fit(args: dict[str, t.Any]) -> None:
    finding = look(**args)
    assert str(finding.status) == "unknown"
    assert "cannot work with its arguments" in finding.message


# -- files


def test_files(tmp_path: pathlib.Path, root: Issued) -> None:
    middle = authority("Example Issuing", root, end=200 * DAY)
    leaf = issue(issuer=middle)
    path = write(tmp_path / "one.pem", leaf, key=True)
    finding = look(path=path)
    assert str(finding.status) == "pass"
    assert finding.message.startswith(f"the certificate in {path} ends in 79 d 23 h, on ")
    assert "PRIVATE" not in str(finding)
    finding = look(path=write(tmp_path / "chain.pem", leaf, middle, root))
    assert str(finding.status) == "pass"
    assert "of the 3 certificates in" in finding.message
    finding = look(path=write(tmp_path / "mixed.pem", leaf, root))
    assert str(finding.status) == "warn"
    assert "certificate 2 did not issue certificate 1" in finding.message
    assert str(look(path=str(tmp_path / "mixed.pem"), validate_certs=False).status) == "pass"
    # a bundle of authorities is no chain
    assert str(look(path=write(tmp_path / "bundle.pem", root, authority("Other"))).status) == "pass"


def test_of_many_names_five_are_told_also_in_french(tmp_path: pathlib.Path, root: Issued) -> None:
    path = write(tmp_path / "many.pem", issue(issuer=root, names=[f"{letter}.example" for letter in "abcdefg"]))
    message = look(path=path, server_name="z.example").message
    assert (
        message
        == f"the certificate in {path} is not for z.example: it is for a.example, b.example, c.example, d.example, e.example and 2 more"
    )
    assert (message.params["count"], message.params["certificate"]) == (2, f"the certificate in {path}")
    said = told(message, "fr")
    assert said.startswith(f"le certificat de {path} n\u2019est pas \u00e9mis pour z.example")
    assert said.endswith("e.example et 2 autres")


def test_each_certificate_of_a_file_is_looked_at(tmp_path: pathlib.Path, root: Issued) -> None:
    middle = authority("Example Issuing", root, end=3 * DAY)
    finding = look(path=write(tmp_path / "chain.pem", issue(issuer=middle), middle))
    assert str(finding.status) == "fail"
    assert "certificate 2 in" in finding.message
    assert "(CN=Example Issuing, O=Example) ends in 2 d 23 h" in finding.message


def test_the_name_of_a_file(tmp_path: pathlib.Path) -> None:
    path = write(tmp_path / "one.pem", issue(names=["a.example.org"]))
    assert str(look(path=path, server_name="a.example.org").status) == "pass"
    assert "is not for b.example.org: it is for a.example.org" in look(path=path, server_name="b.example.org").message
    assert str(look(path=path, server_name="b.example.org", validate_certs=False).status) == "pass"


def test_files_that_are_none(tmp_path: pathlib.Path) -> None:
    finding = look(path=str(tmp_path / "nowhere.pem"))
    assert (str(finding.status), finding.message) == ("fail", f"{tmp_path}/nowhere.pem does not exist")
    assert look(path=str(tmp_path)).message == f"{tmp_path} is not a file"
    for text, message in (
        ("", "has no certificate in PEM"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "has no certificate in PEM"),
        ("-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n", "cannot be read: it is not base64"),
        ("-----BEGIN CERTIFICATE-----\nMAYwBA==\n-----END CERTIFICATE-----\n", "cannot be read: it is cut short"),
    ):
        (tmp_path / "x.pem").write_text(text)
        finding = look(path=str(tmp_path / "x.pem"))
        assert str(finding.status) == "unknown"
        assert message in finding.message


def test_a_file_that_may_not_be_read(tmp_path: pathlib.Path) -> None:
    path = write(tmp_path / "one.pem", issue())
    os.chmod(path, 0)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)  # root may read everything
    try:
        assert "may not be read" in look(path=path).message
    finally:
        os.seteuid(user)


def test_the_clock_of_the_runner_counts(tmp_path: pathlib.Path) -> None:
    path = write(tmp_path / "one.pem", issue(now=NOW, end=80 * DAY))
    assert look(FakeRunner(), path=path).measurements[0].value == 80 * 86400


@pytest.mark.parametrize(
    ("days", "limit"),
    [(398, 79.6), (90, 18), (35, 7), (30, 7), (28, 7), (6, 1.5), (1, 0.25)],
)
def test_the_limit_by_itself(days: float, limit: float) -> None:
    certificate = _x509.parse_certificate(issue(start=0 * DAY, end=days * DAY).der)
    assert check.limit_of(certificate, None) == pytest.approx(limit * 86400)
    assert check.limit_of(certificate, 3) == 3 * 86400


# -- DER


def test_what_a_certificate_says() -> None:
    made = issue("Ünïcode, O=evil", names=["a.example.org", "*.b.example.org", "10.0.0.1", "2001:db8::1"], now=NOW, end=80 * DAY)
    certificate = _x509.parse_certificate(made.der)
    assert certificate.subject == "CN=Ünïcode, O=evil, O=Example"
    assert certificate.same_names
    assert certificate.dns_names == ("a.example.org", "*.b.example.org")
    assert certificate.addresses == ("10.0.0.1", "2001:db8::1")
    assert certificate.not_after == NOW + 80 * DAY
    assert certificate.not_before == NOW - 10 * DAY


def test_dates_of_other_centuries() -> None:
    for year in (1999, 2049, 2050, 2999):
        end = dt.datetime(year, 12, 31, 23, 59, 59, tzinfo=dt.timezone.utc)
        made = issue(now=end - 3 * DAY, start=-1 * DAY, end=3 * DAY)
        assert _x509.parse_certificate(made.der).not_after == end


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("a.example.org", "A.example.org.", True),
        ("*.example.org", "a.example.org", True),
        ("*.example.org", "a.b.example.org", False),
        ("*.example.org", "example.org", False),
        ("*.example.org", ".example.org", False),
        ("a*.example.org", "ab.example.org", False),
        ("*.org", "example.org", False),
        ("*", "localhost", False),
        ("xn--bcher-kva.example", "bücher.example", True),
        ("10.0.0.1", "10.0.0.1", True),
        ("2001:db8::1", "2001:DB8:0::1", True),
        ("10.0.0.1", "10.0.0.2", False),
    ],
)
def test_names(pattern: str, name: str, fits: bool) -> None:
    assert _x509.parse_certificate(issue(names=[pattern]).der).fits(name) is fits


def test_an_address_as_a_dns_name_fits_no_address() -> None:

    certificate = dataclasses.replace(_x509.parse_certificate(issue(names=["a.example.org"]).der), dns_names=("10.0.0.1",))
    assert not certificate.fits("10.0.0.1")


@tries_more
def test_no_bytes_make_it_stumble() -> None:
    der = issue().der
    for cut in range(0, len(der), 3):
        with pytest.raises(_x509.NotACertificate):
            _x509.parse_certificate(der[:cut])
    for at in range(len(der)):
        for flipped in range(256) if TIMES > 1 else (der[at] ^ 0xFF, 0x80, 0xFF, 0):
            with contextlib.suppress(_x509.NotACertificate):
                _x509.parse_certificate(der[:at] + bytes([flipped]) + der[at + 1 :])
    for garbage in (b"", b"0", b"0\x84\xff\xff\xff\xff", b"0\x80\x00\x00", b"\x1f\x1f\x1f", b"<html>", bytes(range(256))):
        with pytest.raises(_x509.NotACertificate):
            _x509.parse_certificate(garbage)
