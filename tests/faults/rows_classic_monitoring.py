# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts and services in a real Icinga and a real Nagios; Naemon, Checkmk and Centreon by servers that answer as documented."""

from __future__ import annotations

import datetime as dt
import re
import time
import typing as t

import centreon_stand_in as centreon
import classic_worlds as worlds
import livestatus_stand_in as naemon
from ansible_collections.operability.readiness.plugins.module_utils._runner import Clock, Runner
from classic_servers import PASSWORD, USER, Icinga
from nasty import Nasty
from servers import LOCAL, free_port
from table import Row, World

Args = dict[str, t.Any]
Arrange = t.Callable[[World], Args]
WEB = {"hosts": ["web1", "web2"], "services": [{"host": "web1", "service": "http"}, {"host": "web2", "service": "http"}]}
DAY = 86400
READ = time.time()


class Later(Clock):
    """So many seconds after the real time, as it is when nothing has changed for so long."""

    def __init__(self, seconds: float) -> None:
        self.ahead = dt.timedelta(seconds=seconds)

    def now(self) -> dt.datetime:
        return super().now() + self.ahead


def with_login(server: Icinga, **changes: t.Any) -> Args:
    return {"system": "icinga", "url": server.url, "ca_path": server.ca_path, "url_username": USER, "url_password": PASSWORD, **changes}


def icinga(aspect: str = "monitored", *services: str, later: float = 0, **asked: t.Any) -> Arrange:
    """These services of web1, or what is asked, in the Icinga that has all states."""

    def arrange(world: World) -> Args:
        if later:
            world.runner = Runner(clock=Later(later))
        found = asked or {"services": [{"host": "web1", "service": name} for name in services]}
        if aspect == "routing":
            found = {"contacts": ["team-payments"], **found}
        return {**with_login(worlds.icinga()), "aspect": aspect, **found}

    return arrange


def of(server: t.Callable[[], Icinga], aspect: str) -> Arrange:
    return lambda world: {**with_login(server()), "aspect": aspect, "hosts": ["web1"]}


def over_livestatus(aspect: str, **asked: t.Any) -> Arrange:
    more = {"contacts": ["alice"]} if aspect == "routing" else {}
    return lambda world: {"system": "livestatus", "url": worlds.icinga().socket, "aspect": aspect, **more, **(asked or WEB)}


def of_naemon(aspect: str = "alerting", *, tcp: bool = False, **tables: list[naemon.Row]) -> Arrange:
    def arrange(world: World) -> Args:
        passed = time.time() - READ  # the tables were written when this file was read
        now = {name: [naemon.moved(row, passed) for row in rows] for name, rows in tables.items()}
        server = world.running.start(naemon.StandIn, naemon.tables(**now), tcp=tcp)
        contacts = {"contacts": ["team-payments"]} if aspect == "routing" else {}
        return {"system": "livestatus", "url": server.url, "aspect": aspect, **contacts, **one("http")}

    return arrange


def one(*services: str) -> Args:
    return {"hosts": ["web1"], "services": [{"host": "web1", "service": name} for name in services]}


def nagios(aspect: str = "monitored", *services: str, later: float = 0, **asked: t.Any) -> Arrange:
    def arrange(world: World) -> Args:
        if later:
            world.runner = Runner(clock=Later(later))
        found = asked or {"services": [{"host": "web1", "service": name} for name in services]}
        contacts = {"contacts": ["team-payments"]} if aspect == "routing" else {}
        return {"system": "nagios", "status_file": str(worlds.nagios().status_file), "aspect": aspect, **contacts, **found}

    return arrange


def quiet(aspect: str) -> Arrange:
    return lambda world: {"system": "nagios", "status_file": str(worlds.quiet().status_file), "aspect": aspect, **one("http")}


def hung(started: float) -> Arrange:
    """What Nagios has written, as of one that started so many seconds ago."""

    def arrange(world: World) -> Args:
        args = kept_file()(world)
        status = world.folder / "status.dat"
        status.write_text(re.sub(r"program_start=\d+", f"program_start={int(time.time() - started)}", status.read_text()))
        return {**args, "aspect": "monitored", "hosts": [], "services": [{"host": "web1", "service": "stale"}]}

    return arrange


def just_started(world: World) -> Args:
    """The Icinga that has all states, ten seconds after its start."""
    server = worlds.icinga()
    (status,) = server.ask("/v1/status/IcingaApplication")
    world.runner = Runner(clock=Later(status["status"]["icingaapplication"]["app"]["program_start"] + 10 - time.time()))
    return {**with_login(server), "hosts": ["pending"]}


def dead(world: World) -> Args:
    """As it is an hour after Nagios has died: its file stays."""
    args = kept_file()(world)
    world.runner = Runner(clock=Later(3600))
    return args


def kept_file(text: str | None = None, *, cache: bool = True, name: str = "status.dat") -> Arrange:
    """A status file that was kept, or some other text in its place."""

    def arrange(world: World) -> Args:
        running = worlds.nagios()
        (world.folder / name).write_text(running.status_file.read_text() if text is None else text)
        if cache:
            (world.folder / "objects.cache").write_text((running.folder / "objects.cache").read_text())
        return {"system": "nagios", "status_file": str(world.folder / "status.dat"), "aspect": "alerting", **one("http")}

    return arrange


def of_centreon(aspect: str = "monitored", password: str = centreon.PASSWORD, **changes: t.Any) -> Arrange:
    def arrange(world: World) -> Args:
        server = world.running.start(centreon.StandIn, **changes)
        contacts = {"contacts": ["team-payments"]} if aspect == "routing" else {}
        login = {"url_username": centreon.USER, "url_password": password}
        return {"system": "centreon", "url": server.url, **login, "aspect": aspect, **contacts, **one("http")}

    return arrange


def nasty(kind: str, system: str = "icinga") -> Arrange:
    return lambda world: {"system": system, "url": world.running.start(Nasty, kind).url, "hosts": ["web1"], "timeout": "3s"}


def elsewhere(**changes: t.Any) -> Arrange:
    """Icinga, asked in a wrong way."""
    return lambda world: {**with_login(worlds.icinga()), "hosts": ["web1"], **changes}


def at_socket(answer: bytes | None) -> Arrange:
    def arrange(world: World) -> Args:
        server = world.running.start(naemon.StandIn, answer=answer)
        return {"system": "livestatus", "url": server.url, "hosts": ["web1"], "timeout": "2s"}

    return arrange


def no_socket(world: World) -> Args:
    return {"system": "livestatus", "url": f"unix:{world.folder}/live", "hosts": ["web1"]}


def deserted_socket(world: World) -> Args:
    naemon.closed_socket(str(world.folder / "live"))
    return {"system": "livestatus", "url": f"unix:{world.folder}/live", "hosts": ["web1"]}


def nothing_there(system: str, scheme: str = "http") -> Arrange:
    return lambda world: {"system": system, "url": f"{scheme}://{LOCAL}:{free_port()}", "hosts": ["web1"]}


def by_certificate(world: World) -> Args:
    server = worlds.icinga()
    certificates = server.folder / "data" / "certs"
    login = {"client_cert": str(certificates / "localhost.crt"), "client_key": str(certificates / "localhost.key")}
    return {"system": "icinga", "url": server.url, "ca_path": server.ca_path, **login, "hosts": ["web1"]}


def untrusted(world: World) -> Args:
    return {**with_login(worlds.icinga()), "ca_path": None, "hosts": ["web1"]}


def row(state: str, arrange: Arrange, status: str, message: str) -> Row:
    return Row("classic_monitoring", state, arrange, status, message)


def changed(**changes: t.Any) -> list[naemon.Row]:
    return [naemon.watched("web1", "http", **changes)]


DENIED = {"url_username": "narrow", "url_password": "narrow"}
FILTERED = {"url_username": "filtered", "url_password": "filtered"}
AGENT = [{"host": "agent", "service": "agent"}]
OF_CHECKMK = {"active_checks_enabled": 0, "check_type": 1, "check_command": "check_mk-cpu_loads"}
NASTY_NAME = 'http" || true || service.name == "'
ROWS: list[Row] = [
    # healthy
    row("Icinga: hosts and services are monitored and up", icinga(**WEB), "pass", "monitors all 4 hosts and services"),
    row("Icinga: they can tell of their problems", icinga("alerting", **WEB), "pass", "tells of their problems"),
    row("Icinga: the team is told", icinga("routing", **WEB), "pass", "tells team-payments of the problems of all 4"),
    row("Icinga: nothing hides them", icinga("hidden", **WEB), "pass", "hides one of 4"),
    row("Icinga's Livestatus: monitored and up", over_livestatus("monitored"), "pass", "monitors all 4 hosts and services"),
    row("Icinga's Livestatus: nothing hides them", over_livestatus("hidden"), "pass", "hides one of 4"),
    row("Nagios: monitored and up", nagios(**one("http")), "pass", "monitors all 2 hosts and services"),
    row("Nagios: they can tell of their problems", nagios("alerting", **one("http")), "pass", "tells of their problems"),
    row("Nagios: the team is told", nagios("routing", **one("http")), "pass", "tells team-payments of the problems of all 2"),
    row("Nagios: nothing hides them", nagios("hidden", **one("http")), "pass", "hides one of 2"),
    row("Nagios: passive with freshness", nagios("monitored", "fresh"), "pass", "monitors 1 host or service"),
    row("Naemon: monitored and up", of_naemon("monitored"), "pass", "monitors all 2"),
    row("Naemon: they can tell of their problems", of_naemon("alerting", tcp=True), "pass", "tells of their problems"),
    row("Naemon: the team is told", of_naemon("routing"), "pass", "tells team-payments"),
    row("Centreon: monitored and up", of_centreon(), "pass", "monitors all 2"),
    row("Centreon: they can tell of their problems", of_centreon("alerting"), "pass", "tells of their problems"),
    row("Centreon: the team is told", of_centreon("routing"), "pass", "tells team-payments"),
    row("Centreon: nothing hides them", of_centreon("hidden", downtimes=[centreon.downtime(-30)]), "pass", "hides one of 2"),
    row(
        "Icinga: a downtime that ends today",
        icinga("hidden", hosts=["maintained"]),
        "pass",
        r'downtime of maintained by alice \("disk swap"\)',
    ),
    row(
        "Icinga: a flexible downtime of an hour",
        icinga("hidden", hosts=["flexible"]),
        "pass",
        "flexible downtime .* 60 min from",
    ),
    row("Icinga: acknowledged for an hour", icinga("hidden", "acknowledged_for_an_hour"), "pass", "acknowledged by alice until 20"),
    row("Icinga: by a client certificate", by_certificate, "pass", "monitors 1 host or service"),
    # not monitored
    row("Icinga: a host is not monitored", icinga(hosts=["web1", "web3"]), "fail", "web3 is not monitored: Icinga .* does not have it"),
    row("Icinga: a service is not monitored", icinga("monitored", "http", "https"), "fail", "https on web1 is not monitored"),
    row("Icinga: a name that is a filter", icinga("monitored", NASTY_NAME), "fail", r'http" .* on web1 is not monitored'),
    row("Icinga: a host is down", icinga(hosts=["web1", "db1"]), "fail", "db1 is DOWN: connection refused"),
    row(
        "Icinga: the host of a service is down", icinga("monitored", services=[{"host": "db1", "service": "x"}]), "fail", "x on db1 is not"
    ),
    row("Icinga: a host that always says UP", icinga(hosts=["doll"]), "warn", "it says that all is well whatever happens"),
    row("Icinga: a service is critical", icinga("monitored", "queue"), "warn", "queue on web1 is CRITICAL: connection refused"),
    row("Icinga: active checks are off", icinga(hosts=["off"]), "fail", "off is not checked actively, and nobody notices"),
    row("Icinga: the check period is empty", icinga(hosts=["shut"]), "fail", "its check period 'never' has no hour"),
    row(
        "Icinga: outside of the check period",
        icinga(hosts=["resting"]),
        "warn",
        "resting is not checked now: its check period is 'not now'",
    ),
    row(
        "Icinga: checks are off for all",
        of(worlds.silent, "monitored"),
        "fail",
        "active checks of hosts are switched off for all of Icinga",
    ),
    row(
        "Icinga: the check has hung for an hour",
        icinga(later=3600, hosts=["stale"]),
        "fail",
        "stale was last checked 6[0-9] min .* ago, the limit is",
    ),
    row("Icinga: not yet checked, just started", just_started, "unknown", "pending has not been checked yet: Icinga .* started"),
    row("Icinga: never checked", icinga(later=3600, hosts=["pending"]), "fail", "pending has never been checked"),
    row("Icinga's Livestatus: not monitored", over_livestatus("monitored", hosts=["web3"]), "fail", "web3 is not monitored"),
    row("Icinga's Livestatus: checks off", over_livestatus("monitored", hosts=["off"]), "fail", "off is not checked actively"),
    row("Nagios: a host is not monitored", nagios(hosts=["web3"]), "fail", "web3 is not monitored: Nagios"),
    row("Nagios: passive without freshness", nagios("monitored", "passive"), "fail", "passive on web1 is not checked actively, and nobody"),
    row("Nagios: the check has hung for an hour", hung(DAY), "fail", "stale on web1 was last checked 6[0-9] min .* ago, the limit is"),
    row(
        "Nagios: it has hung, or Nagios has just started", hung(10), "unknown", "was last checked 6[0-9] min .* ago, and Nagios .* started"
    ),
    row("Nagios: checks are off for all", quiet("monitored"), "fail", "active checks of services are switched off for all of Nagios"),
    row(
        "Naemon: not checked for an hour",
        of_naemon("monitored", services=changed(last_check=time.time() - 3660)),
        "fail",
        "last checked 6[0-9] min",
    ),
    row(
        "Centreon: a service is not monitored",
        of_centreon(hosts=[(centreon.host(12, "web1"), [])]),
        "fail",
        "http on web1 is not monitored",
    ),
    row(
        "Centreon: pending",
        of_centreon(hosts=[(centreon.host(12, "web1"), [centreon.service(5, "http", state=4, last_check=None)])]),
        "fail",
        "http on web1 has never been checked",
    ),
    row("Checkmk: passive, by its agent", of_naemon("monitored", services=changed(**OF_CHECKMK)), "pass", "monitors all 2"),
    row(
        "Checkmk: the agent's results stay away",
        of_naemon("monitored", services=changed(**OF_CHECKMK, last_check=time.time() - 3660)),
        "fail",
        "http on web1 was last checked 6[0-9] min",
    ),
    # nobody can be told
    row("Icinga: notifications of a host are off", icinga("alerting", hosts=["mute"]), "fail", "notifications of mute are off"),
    row("Icinga: notifications of a service are off", icinga("alerting", "quiet"), "fail", "notifications of quiet on web1 are off"),
    row("Icinga: notifications are off for all", of(worlds.silent, "alerting"), "fail", "notifications are switched off for all of Icinga"),
    row(
        "Icinga: nothing sends notifications",
        of(worlds.featureless, "alerting"),
        "fail",
        "sends no notifications: its feature 'notification'",
    ),
    row("Icinga: no contact", icinga("alerting", "unheard"), "fail", "unheard on web1 tells nobody: it has no contact"),
    row("Icinga: the user's notifications are off", icinga("alerting", "for_bob"), "fail", "notifications of the user bob are off"),
    row(
        "Icinga: the user's period is empty",
        icinga("alerting", "for_carol"),
        "fail",
        "the period of the user carol, 'never', has no hour",
    ),
    row("Icinga: the user leaves out critical", icinga("alerting", "for_dave"), "fail", "the user dave leaves out the state Critical"),
    row("Icinga: the user is not told now", icinga("alerting", "for_erin"), "warn", "only at times: .*'not now', is not now"),
    row("Icinga: the notification was for 1999", icinga("alerting", "of_1999"), "fail", "'summer of 1999', has no hour"),
    row(
        "Icinga: the notification leaves out critical",
        icinga("alerting", "warned"),
        "fail",
        "the notification leaves out the state Critical",
    ),
    row("Icinga: a check that finds nothing out", icinga("alerting", "snmp"), "fail", "finds nothing out, it is UNKNOWN: SNMP timeout"),
    row("Icinga: the program of a check is not there", icinga("alerting", "disk"), "fail", "the check of disk on web1 cannot be run"),
    row("Icinga's Livestatus shows not all", over_livestatus("alerting"), "warn", "is Icinga's, which does not show all"),
    row(
        "Icinga's Livestatus: no contact",
        over_livestatus("alerting", **{"services": [{"host": "web1", "service": "unheard"}]}),
        "fail",
        "no contact",
    ),
    row("Icinga: the notification is for 2099", icinga("alerting", "of_2099"), "fail", "'new year 2099', has no hour within the next year"),
    row("Icinga: all hours are taken out", icinga("alerting", "excluded"), "fail", "'all taken out', has no hour within the next year"),
    row("Icinga: each day of a month", icinga("alerting", "monthly", "begins"), "pass", "tells of their problems"),
    row("Icinga: told after 500 days", icinga("alerting", "begins_late"), "fail", "the notification begins after 500 d only"),
    row("Icinga: soft for days", icinga("alerting", "patient"), "fail", "patient on web1 is told after 11 d .* the limit is 24 h"),
    row("Nagios: the contact is told in 2099", nagios("alerting", "for_2099"), "fail", "'2099', has no hour within the next year"),
    row("Nagios: the mail program is not there", nagios("alerting", "for_untellable"), "fail", "is not there: /usr/bin/mail-that-is-not"),
    row("Nagios: soft for days", nagios("alerting", "patient"), "fail", "a problem of patient on web1 is told after 69 d"),
    row("Nagios: told after days", nagios("alerting", "late"), "fail", "a problem of late on web1 is told after 69 d"),
    row("Nagios: escalated to nobody at once", nagios("alerting", "escalated"), "fail", "escalated on web1 does not reach bob"),
    row("Nagios: another one is told at once", nagios("routing", "escalated"), "fail", "are told to bob, not to team-payments"),
    row(
        "Nagios: held back as another one has a problem",
        nagios("alerting", "dependent"),
        "warn",
        "it depends on acknowledged on web1, which is WARNING",
    ),
    row(
        "Nagios: calendar days, delays, escalations, dependencies and second commands that do no harm",
        nagios("alerting", "monthly", "soon", "escalated_later", "dependent_on_http", "for_twofold"),
        "pass",
        "tells of their problems",
    ),
    row("Naemon: soft for days", of_naemon(services=changed(max_check_attempts=99999)), "fail", "http on web1 is told after 69 d"),
    row("Naemon: told late", of_naemon(services=changed(first_notification_delay=180)), "warn", "told after 3 h .* the limit is 2 h"),
    row("Nagios: notifications are off for all", quiet("alerting"), "fail", "notifications are switched off for all of Nagios"),
    row("Nagios: the contact's notifications are off", nagios("alerting", "for_bob"), "fail", "notifications of the contact bob are off"),
    row(
        "Nagios: the contact's period is none",
        nagios("alerting", "for_carol"),
        "fail",
        "of the contact carol, 'none', has no hour",
    ),
    row("Nagios: the contact leaves out critical", nagios("alerting", "for_dave"), "fail", "the contact dave leaves out CRITICAL"),
    row("Nagios: the notification period was 1999", nagios("alerting", "of_1999"), "fail", "its notification period, '1999', has no hour"),
    row("Nagios: the period takes all out again", nagios("alerting", "excluded"), "fail", "period, 'excluded', has no hour"),
    row("Nagios: not in the notification period", nagios("alerting", "not_now"), "warn", "only at times: .*'yesterday', is not now"),
    row("Nagios: the service leaves out critical", nagios("alerting", "warned"), "fail", "its notification options leave out CRITICAL"),
    row("Naemon: notifications off for all", of_naemon(status=[naemon.program(enable_notifications=0)]), "fail", "switched off for all"),
    row(
        "Naemon: period none",
        of_naemon(services=changed(notification_period="none", in_notification_period=0)),
        "fail",
        "'none', has no",
    ),
    row(
        "Naemon: the contact is off",
        of_naemon(contacts=[naemon.contact("alice", service_notifications_enabled=0)]),
        "fail",
        "notifications of the contact alice are off",
    ),
    row(
        "Centreon: notifications are off",
        of_centreon("alerting", told=centreon.policy(centreon.contact("a"), enabled=False)),
        "fail",
        "are off",
    ),
    row("Centreon: no contact", of_centreon("alerting", told=centreon.policy()), "fail", "web1 tells nobody: it has no contact"),
    row(
        "Centreon: an empty group",
        of_centreon("alerting", told=centreon.policy(groups=("team-payments",)), members={"team-payments": []}),
        "fail",
        "the contact group team-payments has nobody in it",
    ),
    row(
        "Centreon: a group that cannot be seen",
        of_centreon("alerting", told=centreon.policy(groups=("team-payments",)), administrator=False),
        "warn",
        "who is in the contact group team-payments cannot be seen",
    ),
    row("Icinga: a check that looks at nothing", icinga("alerting", hosts=["doll"]), "fail", "the check of doll looks at nothing"),
    row("Icinga: only its host is not looked at", icinga("alerting", hosts=["agent"], services=AGENT), "pass", "tells of their problems"),
    row(
        "Checkmk's own rules decide", of_naemon(status=[naemon.program(program_version="Check_MK 2.3.0p6")]), "warn", "is Checkmk's, which"
    ),
    # others are told
    row("Icinga: not the one who must be", icinga("routing", **{**WEB, "contacts": ["ops"]}), "fail", "are told to alice, not to ops"),
    row("Nagios: not the one who must be", nagios("routing", "for_bob"), "fail", "are told to bob, not to team-payments"),
    row(
        "Centreon: not the one who must be",
        of_centreon("routing", told=centreon.policy(centreon.contact("bob"))),
        "fail",
        "told to bob, not",
    ),
    # hidden
    row(
        "Icinga: a downtime until 2038",
        icinga("hidden", hosts=["hidden"]),
        "fail",
        r"it hides problems for \d+ d(?: \d+ h)?, the limit is 24 h",
    ),
    row("Icinga: a downtime each day, all day", icinga("hidden", hosts=["daily"]), "fail", "downtimes of daily follow each other until"),
    row("Icinga: acknowledged without an end", icinga("hidden", "acknowledged"), "warn", "acknowledged by alice without an end"),
    row("Icinga: flapping", icinga("hidden", "flapping"), "warn", "flapping on web1 is flapping"),
    row("Icinga's Livestatus: a downtime until 2038", over_livestatus("hidden", hosts=["hidden"]), "fail", "it hides problems for"),
    row(
        "Nagios: a downtime until 2038",
        nagios("hidden", hosts=["hidden"]),
        "fail",
        r"it hides problems for \d+ d(?: \d+ h)?, the limit is 24 h",
    ),
    row("Nagios: acknowledged without an end", nagios("hidden", "acknowledged"), "warn", "acknowledged by alice without an end"),
    row(
        "Centreon: a downtime of a month", of_centreon("hidden", downtimes=[centreon.downtime(30 * DAY)]), "fail", "hides problems for 30 d"
    ),
    row(
        "Centreon: a downtime of a month that will begin",
        of_centreon("hidden", downtimes=[centreon.downtime(60 * DAY, start=30 * DAY, service_id=5)]),
        "fail",
        "downtime of http on web1 by alice .* hides problems for 30 d",
    ),
    # nothing can be seen
    row("Icinga is down", nothing_there("icinga"), "unknown", "refused the connection"),
    row("Icinga: wrong password", elsewhere(url_password="wrong"), "unknown", "refused the credentials"),
    row("Icinga: its certificate is not trusted", untrusted, "unknown", "certificate that cannot be trusted"),
    row(
        "Icinga: the user may not see services",
        elsewhere(**DENIED, services=WEB["services"]),
        "unknown",
        "permission objects/query/Service",
    ),
    row("Icinga: the user sees only a part", elsewhere(**FILTERED, hosts=["web2"]), "unknown", "may see only a part"),
    row("Icinga hangs", nasty("hang"), "unknown", "did not answer"),
    row("Icinga: a login page", nasty("login"), "unknown", "login page"),
    row("Icinga: another server answers", nasty("truncated"), "unknown", "cannot be parsed"),
    row("Livestatus: no socket", no_socket, "unknown", "is not there: the monitoring does not run"),
    row("Livestatus: nobody at the socket", deserted_socket, "unknown", "refuses the connection: nothing listens"),
    row("Livestatus: nobody at the port", nothing_there("livestatus", "tcp"), "unknown", "refuses the connection: nothing listens"),
    row("Livestatus hangs", at_socket(None), "unknown", "did not answer within"),
    row("Livestatus: another service answers", at_socket(b"220 mail.example ESMTP ready\r\n"), "unknown", "does not speak Livestatus"),
    row("Livestatus: closed at once", at_socket(b""), "unknown", "closed the connection"),
    row("Livestatus: garbage", at_socket(naemon.fixed16(200, b"\xff[[1,")), "unknown", "cannot be parsed"),
    row("Livestatus: refuses", at_socket(naemon.fixed16(452, b"Completely invalid GET request\n")), "unknown", r"refuses .*452"),
    row(
        "Nagios: dead for an hour",
        dead,
        "unknown",
        r"status.dat was written 6[0-9] min(?: \d+ s)? ago, the limit is 5 min: Nagios does not run",
    ),
    row("Nagios: no status file", kept_file(None, cache=False, name="status.log"), "unknown", "status.dat does not exist"),
    row("Nagios: no object cache", kept_file(cache=False), "unknown", "objects.cache does not exist"),
    row("Nagios: the status file is another one", kept_file("<html>hello</html>\n"), "unknown", "is no status file of Nagios"),
    row("Centreon: wrong password", of_centreon(password="wrong"), "unknown", "refused the credentials"),
    row("Centreon: a poller does not run", of_centreon(running=False), "unknown", "its poller Central does not run"),
    row("Centreon: a login page", nasty("login", "centreon"), "unknown", "login page|a Centreon"),
    row("Centreon is down", nothing_there("centreon"), "unknown", "refused the connection"),
]
