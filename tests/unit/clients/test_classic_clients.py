# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the clients of Livestatus, Nagios and Centreon read, beyond what the rows of faults show."""

from __future__ import annotations

import json
import pathlib
import socket
import ssl
import threading
import typing as t

import centreon_stand_in as centreon
import certificates
import livestatus_stand_in as checkmk
import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients.centreon import Centreon
from ansible_collections.operability.readiness.plugins.module_utils._clients.classic import Seen
from ansible_collections.operability.readiness.plugins.module_utils._clients.icinga import Icinga
from ansible_collections.operability.readiness.plugins.module_utils._clients.livestatus import Livestatus
from ansible_collections.operability.readiness.plugins.module_utils._clients.nagios_status import NagiosStatus, parse_blocks
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from ansible_collections.operability.readiness.plugins.module_utils._http import Connection
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from fakes import FakeRunner

WEB = (("web1", ""), ("web1", "http"))


def refused(look: t.Callable[[], object]) -> str:
    with pytest.raises(CannotObserve) as raised:
        look()
    assert raised.value.instrument, "the instrument is to blame"
    return str(raised.value.message)


# -- Livestatus


def ask(url: str, **how: t.Any) -> Seen:
    return Livestatus(Connection(url=url, **how), Runner().within(10)).look(WEB, ways=True, hidings=True)


def test_over_tls_only_with_a_certificate_that_is_trusted(tmp_path: pathlib.Path) -> None:
    issued = certificates.issue("localhost")
    (tmp_path / "ca.pem").write_text(issued.pem)
    (tmp_path / "both.pem").write_text(issued.pem + issued.key_pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "both.pem")
    with checkmk.StandIn(tmp_path / "live", context=context) as server:
        assert set(ask(server.url, ca_path=str(tmp_path / "ca.pem")).objects) == set(WEB)
        assert set(ask(server.url, validate_certs=False).objects) == set(WEB)
        assert "has a certificate that cannot be trusted" in refused(lambda: ask(server.url))
    with checkmk.StandIn(tmp_path / "plain", tcp=True) as server:
        assert "TLS" in refused(lambda: ask(server.url.replace("tcp:", "tls:")))


@pytest.mark.parametrize("url", ["http://localhost:6557", "tcp://", "/run/live"])
def test_what_is_no_address_of_it(url: str) -> None:
    assert "is no address of Livestatus; expected unix:/PATH" in refused(lambda: ask(url))


def test_a_socket_that_may_not_be_used(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    def connect(*_unused: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "connect", connect)
    assert "the socket does not allow it" in refused(lambda: ask(f"unix:{tmp_path}/live"))


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (b"200 99999999999\n", "answered with more than 64.0 MiB"),
        (checkmk.fixed16(200, b"{}"), "rows that make no sense"),
        (checkmk.fixed16(200, b"[[1]]"), "rows that make no sense"),
        (checkmk.fixed16(200, b"[]"), "shows no monitoring core behind it"),
        (b"200          20\n[[1]", "closed the connection before it had answered"),
        (checkmk.fixed16(200, b"[" * 100_000), "cannot be parsed"),
    ],
)
def test_answers_that_are_none(tmp_path: pathlib.Path, answer: bytes, problem: str) -> None:
    with checkmk.StandIn(tmp_path, answer=answer) as server:
        assert problem in refused(lambda: ask(server.url))


def test_one_byte_at_a_time_ends_with_the_time_that_is_allowed(tmp_path: pathlib.Path) -> None:
    over = threading.Event()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{tmp_path}/live")
        listener.listen()

        def drip() -> None:
            with listener.accept()[0] as there:
                there.recv(65536)
                there.sendall(checkmk.fixed16(200, b"x" * 10_000)[:16])
                while not over.wait(0.05):
                    there.sendall(b" ")

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        client = Livestatus(Connection(url=f"unix:{tmp_path}/live"), Runner().within(0.5))
        assert "did not answer within" in refused(lambda: client.look(WEB, ways=False, hidings=False))
        over.set()
        thread.join(5)


def test_names_are_asked_for_and_nothing_else(tmp_path: pathlib.Path) -> None:
    with checkmk.StandIn(tmp_path, checkmk.tables(hosts=[checkmk.watched("a b; OR"), checkmk.watched("web1")])) as server:
        client = Livestatus(Connection(url=server.url), Runner().within(10))
        assert set(client.look((("a b; OR", ""), ("web1", "")), ways=False, hidings=False).objects) == {("a b; OR", ""), ("web1", "")}
        hosts = next(question for question in server.questions if question.startswith("GET hosts"))
        assert "Filter: name = a b; OR\nFilter: name = web1\nOr: 2\n" in hosts


def test_downtimes_and_acknowledgements_of_checkmk(tmp_path: pathlib.Path) -> None:
    hides = {"author": "alice", "comment": "swap", "duration": 0, "end_time": 9e9, "fixed": 1, "start_time": 1.0}
    known = {"author": "bob", "comment": "known", "entry_type": 4, "expire_time": 8e9, "expires": 1}
    named = {"host_name": "web1", "service_description": ""}
    content = checkmk.tables(
        hosts=[checkmk.watched("web1", acknowledged=1, acknowledgement_type=2)],
        downtimes=[{**hides, **named}],
        comments=[{**known, **named}, {**known, **named, "entry_type": 1, "author": "other"}],
    )
    with checkmk.StandIn(tmp_path, content) as server:
        web = ask(server.url).objects[("web1", "")]
    assert (web.downtimes[0].author, web.downtimes[0].end) == ("alice", 9e9)
    assert web.acknowledgement and (web.acknowledgement.author, web.acknowledgement.expires) == ("bob", 8e9)


# -- Nagios

CACHE = """\
define timeperiod {
\ttimeperiod_name\t24x7
\talias\t24 hours = 7 days
\tmonday\t00:00-24:00
\t}

define contact {
\tcontact_name\talice
"""


def test_blocks() -> None:
    assert parse_blocks(CACHE, ("timeperiod", "contact")) == {
        "timeperiod": [{"timeperiod_name": "24x7", "alias": "24 hours = 7 days", "monday": "00:00-24:00"}]
    }, "a block that does not end is none"
    text = "info {\n\tcreated=12\n\t}\nhoststatus {\n\thost_name=web1\n\tplugin_output=OK a=1 } {\n\t}\nother {\n\tx=1\n\t}\n"
    assert parse_blocks(text, ("info", "hoststatus")) == {
        "info": [{"created": "12"}],
        "hoststatus": [{"host_name": "web1", "plugin_output": "OK a=1 } {"}],
    }
    assert parse_blocks("", ("info",)) == {}


@pytest.mark.parametrize(
    ("created", "problem"),
    [
        ("created=soon", "does not tell when it was written"),
        ("created=1999999999", "was written in the future"),
        ("created=1", "was written"),
    ],
)
def test_a_status_file_of_another_time(tmp_path: pathlib.Path, created: str, problem: str) -> None:
    (tmp_path / "status.dat").write_text(f"info {{\n\t{created}\n\t}}\nprogramstatus {{\n\tprogram_start=1\n\t}}\n")
    client = NagiosStatus(str(tmp_path / "status.dat"), None, FakeRunner())
    assert problem in refused(lambda: client.look(WEB, ways=False, hidings=False))


# -- Icinga


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ([], "with JSON of another kind than expected"),
        ({"results": [{"name": "IcingaApplication", "status": {}}]}, "does not show its status"),
        ({"results": [1]}, "objects that make no sense"),
    ],
)
def test_answers_that_are_not_icingas(answer: object, problem: str) -> None:
    runner = FakeRunner(answers={"/v1/status": answer})
    assert problem in refused(lambda: Icinga(Connection(url="https://icinga/v1"), runner).look(WEB, ways=False, hidings=False))


def test_a_node_that_leaves_notifications_to_its_peers_is_not_asked() -> None:
    application = {"enable_host_checks": True, "enable_service_checks": True, "enable_notifications": True}
    status = [
        {"name": "IcingaApplication", "status": {"icingaapplication": {"app": application}}},
        {"name": "NotificationComponent", "status": {"notificationcomponent": {}}},
        {"name": "ApiListener", "status": {"api": {"num_endpoints": 1}}},
    ]
    client = Icinga(Connection(url="https://icinga"), FakeRunner(answers={"/v1/status": {"results": status}}))
    assert "has peers that may: ask the one that does" in refused(lambda: client.look(WEB, ways=True, hidings=False))


# -- Centreon


def seen(server: centreon.StandIn, **how: t.Any) -> Seen:
    login = how or {"url_username": centreon.USER, "url_password": centreon.PASSWORD}
    return Centreon(Connection(url=server.url, **login), Runner().within(20)).look(WEB, ways=True, hidings=True)


def test_a_session_is_closed_again() -> None:
    with centreon.StandIn() as server:
        seen(server)
        assert server.open == 0 and server.asked[0] == "POST /api/latest/login" and server.asked[-1] == "GET /api/latest/logout"
    with centreon.StandIn(running=False) as server:
        refused(lambda: seen(server))
        assert server.open == 0, "also where something went wrong"


def test_a_token_needs_no_session() -> None:
    with centreon.StandIn() as server:
        found = seen(server, bearer_token=centreon.TOKEN)
        assert not any(address.endswith(("/login", "/logout", "index.php")) for address in server.asked)
        ways = found.objects[("web1", "")].ways
        assert [(way.contact, way.restriction is None) for way in ways] == [("alice", True), ("team-payments", False)]
        assert "refused the credentials" in refused(lambda: seen(server, bearer_token="another"))


def test_there_may_be_more_than_a_page() -> None:
    services = [centreon.service(number, f"other {number}") for number in range(10, 260)] + [centreon.service(5, "http")]
    with centreon.StandIn(hosts=[(centreon.host(12, "web1"), services)]) as server:
        assert set(seen(server).objects) == set(WEB)


@pytest.mark.parametrize(
    ("period", "days", "told"),
    [("never-ever", [], False), ("24x7", None, True), ("office", None, False), ("office", [{"day": 1, "time_range": "00:00-24:00"}], True)],
)
def test_periods_that_can_be_seen_or_not(period: str, days: list[dict[str, t.Any]] | None, told: bool) -> None:
    periods = None if days is None else [{"name": period, "days": days, "templates": [], "exceptions": []}]
    web = centreon.host(12, "web1", check_period="", notification_period="")
    with centreon.StandIn(
        hosts=[(web, [])], told=centreon.policy(centreon.contact("alice", period)), periods=periods, administrator=False
    ) as server:
        (way,) = seen(server).objects[("web1", "")].ways
        assert (way.obstacle is None and way.restriction is None) is told


def test_what_it_is_told_of_downtimes() -> None:
    cancelled = centreon.downtime(999, is_cancelled=True)
    with centreon.StandIn(downtimes=[centreon.downtime(3600), centreon.downtime(60, service_id=5), cancelled]) as server:
        objects = seen(server).objects
    assert [len(objects[key].downtimes) for key in WEB] == [1, 1]


def test_no_secret_is_shown() -> None:
    with centreon.StandIn() as server:
        login = {"url_username": centreon.USER, "url_password": "another word"}
        assert "another word" not in refused(lambda: seen(server, **login))
        assert centreon.TOKEN not in json.dumps([str(way) for one in seen(server).objects.values() for way in one.ways])
