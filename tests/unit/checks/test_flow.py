# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import errno
import os
import re
import socket
import ssl
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import ArgumentsRefused, parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import flow as check
from ansible_collections.operability.readiness.plugins.module_utils._checks.flow import (
    destination,
    judge_closed,
    judge_open,
)
from ansible_collections.operability.readiness.plugins.module_utils._clients import connecting, tls
from ansible_collections.operability.readiness.plugins.module_utils._clients.connecting import Address, Attempt
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from ansible_collections.operability.readiness.plugins.module_utils._phrase import phrase, verbatim
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from ansible_collections.operability.readiness.plugins.plugin_utils._described.document import Refused
from ansible_collections.operability.readiness.plugins.plugin_utils._described.policy import Proof
from ansible_collections.operability.readiness.plugins.plugin_utils._described.service import NoHost, NotApplicable, NotDeclared
from ansible_collections.operability.readiness.plugins.plugin_utils._planning.derive.derivations import derive
from ansible_collections.operability.readiness.plugins.plugin_utils._planning.derive.instance import Instance
from certificates import TlsServer, authority, issue, write
from fakes import FakeRunner
from unit.core.described import describe

FOUR, SIX = Address(socket.AF_INET, ("192.0.2.1", 636)), Address(socket.AF_INET6, ("2001:db8::1", 636, 0, 0))
OPENS = Attempt(FOUR, connecting.OPEN, phrase("{address:path} opens in {taken:duration}", address=FOUR.text, taken=0.002), 0.002)


def look(runner: Runner | None = None, **args: t.Any) -> Finding:
    (finding,) = run_item(Item(key="x", check="flow", args=args), runner or Runner())
    return finding


def answers(monkeypatch: pytest.MonkeyPatch, *found: t.Any) -> list[int]:
    """Lets getaddrinfo answer so, one after the other; returns the flags that it is given."""
    asked: list[int] = []
    queue = list(found)

    def getaddrinfo(_host: t.Any, port: t.Any, *_args: t.Any, flags: int = 0, **_options: t.Any) -> t.Any:
        asked.append(flags)
        answer = queue.pop(0) if len(queue) > 1 else queue[0]
        if isinstance(answer, Exception):
            raise answer
        return [
            (
                socket.AF_INET6 if ":" in text else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (text, port, 0, 0) if ":" in text else (text, port),
            )
            for text in answer
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def fails_with(monkeypatch: pytest.MonkeyPatch, exc: Exception) -> None:
    class Broken(socket.socket):
        def connect(self, _address: t.Any) -> None:
            raise exc

    monkeypatch.setattr(socket, "socket", Broken)


# -- where to


@pytest.mark.parametrize(
    ("to", "found"),
    [
        ("ldap.example:636", ("ldap.example", 636)),
        ("127.0.0.1:1", ("127.0.0.1", 1)),
        ("[::1]:65535", ("::1", 65535)),
        ("[fe80::1%eth0]:22", ("fe80::1%eth0", 22)),
        ("db_1:5432", ("db_1", 5432)),
    ],
)
def test_destination(to: str, found: tuple[str, int]) -> None:
    assert destination(to, "tcp") == destination(to, "tls") == found


@pytest.mark.parametrize(
    "to",
    ["ldap.example", "ldap:0", "ldap:65536", "ldap:99999999999999999999", "ldap:ssh", ":22", "[ldap]:22", "fd00::1:22", "[::1]", "::1"]
    + ["tcp://ldap:22", "ldap:22/x", "me@ldap:22", "a b:22", "", "ldap:22\n", "ldap:-1", "ldap:\u0662\u0662"],
)
def test_what_is_no_destination(to: str) -> None:
    with pytest.raises(ArgumentsRefused, match="is not HOST:PORT; expected for example"):
        destination(to, "tcp")


@pytest.mark.parametrize("to", ["ldap:53", "127.0.0.1", "127.1", "::1", "", "a b", "http://x"])
def test_what_is_no_name(to: str) -> None:
    with pytest.raises(ArgumentsRefused, match="is not a name"):
        destination(to, "dns")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"to": "a:1", "connect_timeout": "0s"}, "connect_timeout: more than 0"),
        ({"to": "a:1", "connect_timeout": "soon"}, "is not a duration"),
        ({"to": "a:1", "protocol": "udp"}, "value of protocol must be one of"),
        ({"to": "a:1", "expect": ["127.0.0.1"]}, "expect: only for a name"),
        ({"to": "a", "protocol": "dns", "closed": True, "expect": ["127.0.0.1"]}, "expect: only for a name"),
        ({"to": "a", "protocol": "dns", "expect": ["other"]}, "'other' is not an address"),
        ({}, "missing required .*: to"),
    ],
)
def test_arguments_that_do_not_fit(args: dict[str, t.Any], said: str) -> None:
    finding = look(**args)
    assert str(finding.status) == "unknown"
    assert finding.message.startswith("flow cannot work with its arguments")
    with pytest.raises(ArgumentsRefused, match=said):
        check.run(parse_arguments(check, args), FakeRunner())


# -- names


def test_only_addresses_of_families_that_the_host_has_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answers(monkeypatch, ["192.0.2.1", "192.0.2.1", "192.0.2.2"])
    assert [address.text for address in connecting.resolve("ldap.example", 636, FakeRunner())] == ["192.0.2.1", "192.0.2.2"]
    assert asked == [socket.AI_ADDRCONFIG]
    connecting.resolve("ldap.example", 636, FakeRunner(), usable=False)
    connecting.resolve("192.0.2.1", 636, FakeRunner())
    assert asked[1:] == [0, socket.AI_NUMERICHOST]


def test_a_name_of_another_family_is_tried_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answers(monkeypatch, socket.gaierror(socket.EAI_NONAME, "x"), ["2001:db8::1"])
    assert [address.family for address in connecting.resolve("six.example", 1, FakeRunner())] == [socket.AF_INET6]
    assert asked == [socket.AI_ADDRCONFIG, 0]


@pytest.mark.parametrize(
    ("exc", "said", "answered"),
    [
        (socket.gaierror(socket.EAI_NONAME, "x"), "knows no address of that name", True),
        (socket.gaierror(socket.EAI_AGAIN, "x"), "the name servers of this host do not answer", False),
        (socket.gaierror(socket.EAI_FAIL, "refused"), r"cannot be resolved \(refused\)", False),
        (UnicodeError("label too long"), "no name that can exist", True),
        (OSError(errno.EMFILE, "Too many open files"), r"cannot be resolved \(Too many open files\)", False),
    ],
)
def test_names_that_lead_nowhere(monkeypatch: pytest.MonkeyPatch, exc: Exception, said: str, answered: bool) -> None:
    answers(monkeypatch, exc)
    with pytest.raises(connecting.NotResolved, match=said) as refused:
        connecting.resolve("x.example", 1, FakeRunner())
    assert refused.value.answered is answered


def test_a_label_that_is_too_long_is_no_defect() -> None:
    assert "no name that can exist" in look(to="a" * 64 + ".example:1").message


# -- attempts


@pytest.mark.parametrize(
    ("exc", "outcome"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), connecting.REFUSED),
        (socket.timeout("timed out"), connecting.SILENT),
        (TimeoutError(errno.ETIMEDOUT, "Connection timed out"), connecting.SILENT),
        (OSError(errno.EHOSTUNREACH, "No route to host"), connecting.UNREACHABLE),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), connecting.NO_ROUTE),
        (PermissionError(errno.EPERM, "Operation not permitted"), connecting.FORBIDDEN),
        (OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address"), connecting.UNSEEN),
        (OSError(errno.EMFILE, "Too many open files"), connecting.UNSEEN),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), connecting.CUT),
    ],
)
def test_why_a_connection_is_not_there(monkeypatch: pytest.MonkeyPatch, exc: OSError, outcome: str) -> None:
    fails_with(monkeypatch, exc)
    finding = look(to="127.0.0.1:9")
    assert finding.observed["addresses"] == {"127.0.0.1": outcome}
    assert str(finding.status) == {connecting.UNSEEN: "unknown", connecting.CUT: "warn"}.get(outcome, "fail")
    assert "error" not in finding.message.lower()
    closed = look(to="127.0.0.1:9", closed=True)
    assert str(closed.status) == {connecting.UNSEEN: "unknown", connecting.CUT: "fail"}.get(outcome, "pass")


def test_no_source_address_on_ipv6_is_no_route(monkeypatch: pytest.MonkeyPatch) -> None:
    fails_with(monkeypatch, OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address"))
    assert look(to="[::1]:9").observed["addresses"] == {"::1": connecting.NO_ROUTE}


def test_each_reason_has_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Start what must listen" in str(look(to="127.0.0.1:1").remedy)
    fails_with(monkeypatch, socket.timeout())
    assert look(to="127.0.0.1:1").remedy is None, "the policy says it: ask for the opening"


@pytest.mark.parametrize(
    ("reason", "outcome", "said"),
    [
        ("WRONG_VERSION_NUMBER", connecting.NO_TLS, "does not speak TLS"),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", connecting.UNSEEN, "client certificate"),
        ("UNSUPPORTED_PROTOCOL", connecting.NO_TLS, r"handshake fails \(unsupported protocol\)"),
        ("UNEXPECTED_EOF_WHILE_READING", connecting.NO_TLS, "closed before"),
    ],
)
def test_why_tls_is_not_there(reason: str, outcome: str, said: str) -> None:
    exc = ssl.SSLError(1, reason)
    exc.reason = reason
    attempt = connecting._not_shaken(FOUR, exc, "ldap.example", 3.0, 0.1)
    assert attempt.outcome == outcome and attempt.connected == 0.1
    assert re.search(said, attempt.said)


def test_a_name_that_cannot_be_asked_for() -> None:
    attempt = connecting._not_shaken(FOUR, ValueError("server_hostname cannot be an empty string"), ".x", 3.0, 0.1)
    assert attempt.outcome == connecting.UNSEEN


def test_measurements_and_what_is_asked_for(tmp_path: t.Any) -> None:
    root = authority()
    server = TlsServer(tmp_path / "server", [issue(issuer=root)]).start()
    try:
        finding = look(to=f"localhost:{server.port}", protocol="tls", ca_path=write(tmp_path / "root.pem", root), connect_timeout="20s")
        assert server.names == ["localhost"]
        other = look(to=f"127.0.0.1:{server.port}", protocol="tls", ca_path=str(tmp_path / "root.pem"), server_name="payments.example.org")
        assert server.names[1:] == ["payments.example.org"] and str(other.status) == "pass"
    finally:
        server.stop()
    assert [item.name for item in finding.measurements] == ["flow_resolve_seconds", "flow_connect_seconds", "flow_tls_handshake_seconds"]
    assert all(item.limit == 20.0 and item.bound == "upper" and 0 <= item.value < 20 for item in finding.measurements)
    assert finding.observed["addresses"] == {"127.0.0.1": "open"} and "TLSv1.3 after another" in finding.details[0]
    assert finding.expected == {"to": f"localhost:{server.port}", "protocol": "tls", "closed": False, "connect_timeout_seconds": 20.0}


def test_no_authorities_on_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls, "has_authorities", lambda: False)
    assert "no certification authorities are installed" in look(to="127.0.0.1:1", protocol="tls").message
    assert str(look(to="127.0.0.1:1", protocol="tls", validate_certs=False).status) == "fail"
    assert str(look(to="127.0.0.1:1", protocol="tls", closed=True).status) == "pass", "what must be closed needs none"


def test_a_connection_with_itself_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client may be given the very port that it connects to, and meets itself."""

    class Mirror(socket.socket):
        def connect(self, address: t.Any) -> None:
            self.bind(address)
            super().connect(address)

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    monkeypatch.setattr(socket, "socket", Mirror)
    assert look(to=f"127.0.0.1:{port}").observed["addresses"] == {"127.0.0.1": "refused"}


def test_no_more_addresses_than_sixteen(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, [f"127.0.1.{number}" for number in range(1, 21)])
    finding = look(to="many.example:1")
    assert str(finding.status) == "fail" and "and 11 more" in finding.message
    assert len(finding.details) == 17 and finding.details[-1] == "4 more addresses were not tried"


# -- verdicts


def test_a_host_without_ipv6_is_no_fault_of_the_flow() -> None:
    six = Attempt(SIX, connecting.NO_ROUTE, verbatim("has no route"))
    assert str(judge_open("x:1", [OPENS, six], 3.0).status) == "pass"
    assert str(judge_open("x:1", [six], 3.0).status) == "fail"
    four = Attempt(FOUR, connecting.NO_ROUTE, verbatim("has no route"))
    assert str(judge_open("x:1", [OPENS, four], 3.0).status) == "warn"
    silent = Attempt(SIX, connecting.SILENT, verbatim("does not answer"))
    assert str(judge_open("x:1", [OPENS, silent], 3.0).status) == "warn", "a client waits for it"


@pytest.mark.parametrize(
    ("outcomes", "opened", "closed"),
    [
        ((connecting.REFUSED, connecting.UNSEEN), "unknown", "unknown"),
        ((connecting.REFUSED, connecting.CUT), "warn", "fail"),
        ((connecting.SILENT, connecting.REFUSED), "fail", "pass"),
        ((connecting.OPEN, connecting.UNSEEN), "warn", "fail"),
        ((connecting.NO_TLS,), "fail", "fail"),
    ],
)
def test_verdicts(outcomes: tuple[str, ...], opened: str, closed: str) -> None:
    taken = {connecting.OPEN: 0.1, connecting.CUT: 0.1, connecting.NO_TLS: 0.1}
    attempts = [Attempt(FOUR, outcome, verbatim(outcome), taken.get(outcome)) for outcome in outcomes]
    assert str(judge_open("x:1", attempts, 3.0).status) == opened
    assert str(judge_closed("x:1", attempts).status) == closed


def test_dns_compares_addresses_not_their_spelling(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, ["2001:db8::1", "fe80::1%eth0"])
    finding = look(to="six.example", protocol="dns", expect=["2001:0DB8:0::1", "fe80::1"])
    assert str(finding.status) == "pass" and finding.measurements[0].name == "flow_resolve_seconds"
    finding = look(to="six.example", protocol="dns", expect=["2001:db8::2"])
    assert finding.details == ["2001:db8::2 is missing", "2001:db8::1 is not expected", "fe80::1 is not expected"]


# -- from the description of a service

BASE = "schema_version: 1\nservice: {name: payments, owner: team, hosts: payments}\nparts: {web: {hosts: payments_web}}\n"


def derived(text: str) -> list[Instance]:
    found = derive(Proof("flow"), describe(BASE + text))
    for instance in found:
        parse_arguments(check, instance.args)
    return found


def test_flows_of_a_service() -> None:
    one, two, three, four = derived(
        """\
flows:
  - {to: "ldap.example:636", protocol: tls, ca_path: /etc/ca.pem, server_name: ldap.example, connect_timeout: 5s}
  - {to: "db1:5432", from: web}
  - {to: "10.0.0.1:22", from: probes, closed: true, validate_certs: false}
  - {to: broker.example, protocol: dns, expect: [192.0.2.1]}
"""
    )
    assert one.args == {
        "to": "ldap.example:636",
        "protocol": "tls",
        "ca_path": "/etc/ca.pem",
        "server_name": "ldap.example",
        "connect_timeout": "5s",
    }
    assert (one.instance, one.hosts, one.path) == ("ldap.example:636", ("pay1", "pay2", "db1"), ("flows", 0))
    assert (two.hosts, two.args) == (("pay1", "pay2"), {"to": "db1:5432"}), "a part's name stands for its hosts"
    assert three.hosts == ("probe1",) and three.args["closed"] is True
    assert four.args == {"to": "broker.example", "protocol": "dns", "expect": ["192.0.2.1"]}


def test_flows_that_are_not_there() -> None:
    with pytest.raises(NotDeclared, match="flows is not declared"):
        derived("")
    with pytest.raises(NotApplicable, match="the service declares no flow"):
        derived("flows: []\n")
    with pytest.raises(NoHost, match="no host for the pattern 'nobody'"):
        derived("flows: [{to: 'a:1', from: nobody}]\n")


@pytest.mark.parametrize(("flow", "said"), [("to: ldap.example", "is not HOST:PORT"), ("to: 'a:53', protocol: dns", "is not a name")])
def test_a_flow_to_nowhere_is_refused_with_its_place(flow: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        derived(f"flows: [{{{flow}}}]\n")
    assert refused.value.problems[0].startswith("readiness.yml:4: flows.0.to: ") and said in refused.value.problems[0]


def test_an_unknown_key_of_a_flow_is_refused() -> None:
    with pytest.raises(Refused):
        derived("flows: [{to: 'a:1', port: 5}]\n")


def test_it_sends_nothing(tmp_path: t.Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        finding = look(to=f"127.0.0.1:{server.getsockname()[1]}")
        connection, _peer = server.accept()
        with connection:
            connection.settimeout(2)
            assert connection.recv(10) == b"" and str(finding.status) == "pass"
    assert os.listdir(tmp_path) == []
