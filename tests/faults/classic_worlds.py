# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Icinga and Nagios with a host for each state that the rows of classic_monitoring look at."""

from __future__ import annotations

import datetime as dt
import pathlib
import time

from classic_servers import Icinga, Nagios, shared, wait_for
from servers import Binaries

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
YESTERDAY = DAYS[(dt.datetime.now(dt.timezone.utc).weekday() - 2) % 7]  # not today in any zone
FOR_EVER = 2145916800  # the year 2038

COMMON = f"""
object CheckCommand "ok" {{ command = [ "/bin/true" ] }}
object CheckCommand "dummy" {{ command = [ "/bin/true" ] }}
object CheckCommand "hang" {{
  command = [ "/bin/sh", "-c", "while test -d " + Folder + "; do sleep 1; done" ]
  timeout = 10h
}}
object CheckCommand "down" {{ command = [ "/bin/sh", "-c", "echo connection refused; exit 2" ] }}
object CheckCommand "unknown" {{ command = [ "/bin/sh", "-c", "echo SNMP timeout; exit 3" ] }}
object CheckCommand "no_plugin" {{ command = [ "/usr/lib/nagios/plugins/check_that_is_not_there" ] }}
object NotificationCommand "mail" {{ command = [ "/bin/true" ] }}
object TimePeriod "24x7" {{ ranges = {{ {"; ".join(f'"{day}" = "00:00-24:00"' for day in DAYS)} }} }}
object TimePeriod "never" {{ ranges = {{ }} }}
object TimePeriod "summer of 1999" {{ ranges = {{ "1999-06-01 - 1999-08-31" = "00:00-24:00" }} }}
object TimePeriod "not now" {{ ranges = {{ "{YESTERDAY}" = "00:00-24:00" }} }}
object TimePeriod "all taken out" {{
  ranges = {{ {"; ".join(f'"{day}" = "00:00-24:00"' for day in DAYS)} }}
  excludes = [ "24x7" ]
}}
object TimePeriod "new year 2099" {{ ranges = {{ "2099-01-01" = "00:00-24:00" }} }}
object TimePeriod "each day of a month" {{ ranges = {{ "day 1 - 31" = "00:00-24:00" }} }}
object UserGroup "team-payments" {{ }}
object User "alice" {{
  groups = [ "team-payments" ]
  period = "24x7"
}}
object User "bob" {{ enable_notifications = false }}
object User "carol" {{ period = "never" }}
object User "dave" {{ states = [ Warning, Up, OK ] }}
object User "erin" {{ period = "not now" }}
template Host "host" {{
  check_command = "ok"
  check_interval = 2s
  retry_interval = 1s
  max_check_attempts = 1
}}
template Service "service" {{
  check_command = "ok"
  check_interval = 2s
  retry_interval = 1s
  max_check_attempts = 1
}}
template Notification "notification" {{
  command = "mail"
  period = "24x7"
  interval = 30m
}}
"""


def host(name: str, more: str = "", tells: str = 'user_groups = [ "team-payments" ]') -> str:
    told = f'object Notification "tells" {{\n  import "notification"\n  host_name = "{name}"\n  {tells}\n}}\n' if tells else ""
    return f'object Host "{name}" {{\n  import "host"\n  {more}\n}}\n{told}'


def service(name: str, more: str = "", tells: str = 'user_groups = [ "team-payments" ]', on: str = "web1") -> str:
    told = ""
    if tells:
        told = f'object Notification "tells" {{\n  import "notification"\n  host_name = "{on}"\n  service_name = "{name}"\n  {tells}\n}}\n'
    return f'object Service "{name}" {{\n  import "service"\n  host_name = "{on}"\n  {more}\n}}\n{told}'


HANGING = ("stale", "pending")  # hosts whose check never ends
ICINGA = "".join(
    (
        'object IcingaApplication "app" { }\nobject NotificationComponent "notification" { }\n',
        'object ApiUser "by certificate" {\n  client_cn = "localhost"\n  permissions = [ "*" ]\n}\n',
        'object ApiUser "narrow" {\n  password = "narrow"\n  permissions = [ "status/query", "objects/query/Host" ]\n}\n',
        'object ApiUser "filtered" {\n  password = "filtered"\n  permissions = [ "status/query", {\n    permission = "objects/query/*"\n'
        '    filter = {{ host.name == "web1" }}\n  } ]\n}\n',
        COMMON,
        host("web1"),
        host("web2"),
        service("http"),
        service("http", on="web2"),
        service("queue", 'check_command = "down"'),
        service("snmp", 'check_command = "unknown"'),
        service("disk", 'check_command = "no_plugin"'),
        service("quiet", "enable_notifications = false"),
        service("unheard", tells=""),
        service("for_bob", tells='users = [ "bob" ]'),
        service("for_carol", tells='users = [ "carol" ]'),
        service("for_dave", tells='users = [ "dave" ]'),
        service("for_erin", tells='users = [ "erin" ]'),
        service("of_1999", tells='users = [ "alice" ]\n  period = "summer of 1999"'),
        service("of_2099", tells='users = [ "alice" ]\n  period = "new year 2099"'),
        service("excluded", tells='users = [ "alice" ]\n  period = "all taken out"'),
        service("monthly", tells='users = [ "alice" ]\n  period = "each day of a month"'),
        service("begins_late", tells='users = [ "alice" ]\n  times = { begin = 500d }'),
        service("begins", tells='users = [ "alice" ]\n  times = { begin = 10m }'),
        service("patient", "max_check_attempts = 999999"),
        service("warned", tells='users = [ "alice" ]\n  states = [ Warning, OK ]'),
        service("acknowledged", 'check_command = "down"'),
        service("acknowledged_for_an_hour", 'check_command = "down"'),
        service("flapping", "enable_active_checks = false\n  enable_flapping = true"),
        host("agent", 'check_command = "dummy"'),
        service("agent", on="agent"),
        host("doll", 'check_command = "dummy"'),
        host("daily"),
        host("db1", 'check_command = "down"'),
        host("off", "enable_active_checks = false"),
        host("shut", 'check_period = "never"'),
        host("resting", 'check_period = "not now"'),
        host("mute", "enable_notifications = false"),
        host("hidden"),
        host("maintained"),
        host("flexible"),
        host("stale", 'check_command = "hang"'),
        host("pending", 'check_command = "hang"'),
    )
)
UNCHECKED = ("off", "shut", "resting", *HANGING)
# with nothing switched on: notifications, the feature that sends them, active checks
SILENT = "".join(
    (
        'object IcingaApplication "app" {\n  enable_notifications = false\n  enable_host_checks = false\n',
        "  enable_service_checks = false\n}\n",
        'object NotificationComponent "notification" { }\n',
        COMMON,
        host("web1"),
        service("http"),
    )
)
# where Debian's package leaves the feature out
FEATURELESS = "".join(('object IcingaApplication "app" { }\n', COMMON, host("web1"), service("http")))


@shared
def _icinga(folder: pathlib.Path, binaries: Binaries) -> Icinga:
    return Icinga(folder, binaries, config=ICINGA)


@shared
def silent(folder: pathlib.Path, binaries: Binaries) -> Icinga:
    return Icinga(folder, binaries, config=SILENT)


@shared
def featureless(folder: pathlib.Path, binaries: Binaries) -> Icinga:
    return Icinga(folder, binaries, config=FEATURELESS)


def _are_checked(server: Icinga, left_out: tuple[str, ...] = ()) -> bool:
    found = [item["attrs"] for kind in ("hosts", "services") for item in server.ask(f"/v1/objects/{kind}")]
    return all(item["last_check_result"] or item["__name"] in left_out for item in found)


_PREPARED: set[int] = set()


def icinga() -> Icinga:
    """The Icinga with a host for each state, in those states."""
    server: Icinga = _icinga()
    if id(server) in _PREPARED:
        return server
    for state in (0, 2) * 15:
        server.result("Service", "web1!flapping", state)
    server.result("Host", "stale", 0)
    wait_for("the first check of each", lambda: _are_checked(server, UNCHECKED))
    now = time.time()
    for name, end, fixed, duration in (
        ("hidden", FOR_EVER, True, 0),
        ("daily", now + 86000, True, 0),
        ("maintained", now + 3600, True, 0),
        ("flexible", now + 86400, False, 3600),
    ):
        asked = {"type": "Host", "host": name, "author": "alice", "comment": "disk swap", "start_time": now - 60, "end_time": end}
        server.ask("/v1/actions/schedule-downtime", {**asked, "fixed": fixed, "duration": duration})
    asked = {"type": "Host", "host": "daily", "author": "cron", "comment": "each day", "start_time": now + 86000, "end_time": now + 172000}
    server.ask("/v1/actions/schedule-downtime", {**asked, "fixed": True})
    for name, more in (("acknowledged", {}), ("acknowledged_for_an_hour", {"expiry": now + 3600})):
        asked = {"type": "Service", "service": f"web1!{name}", "author": "alice", "comment": "known", "sticky": True}
        server.ask("/v1/actions/acknowledge-problem", {**asked, **more})
    _PREPARED.add(id(server))
    return server


def checked(server: Icinga) -> Icinga:
    wait_for("the first check of each", lambda: _are_checked(server))
    return server


# -- Nagios

NAGIOS_COMMON = f"""
define command {{
  command_name ok
  command_line /bin/true
}}
define command {{
  command_name down
  command_line /bin/false
}}
define command {{
  command_name hang
  command_line /bin/sh -c 'while test -e @FOLDER@\\; do sleep 1\\; done'
}}
define timeperiod {{
  timeperiod_name 24x7
  alias always
{"".join(f"  {day} 00:00-24:00{chr(10)}" for day in DAYS)}}}
define timeperiod {{
  timeperiod_name none
  alias no time
}}
define timeperiod {{
  timeperiod_name 1999
  alias long ago
  1999-01-01 - 1999-12-31 00:00-24:00
}}
define timeperiod {{
  timeperiod_name 2099
  alias far away
  2099-01-01 00:00-24:00
}}
define timeperiod {{
  timeperiod_name monthly
  alias each day
  day 1 - 31 00:00-24:00
}}
define command {{
  command_name gone
  command_line /usr/bin/printf "%b" "x" | /usr/bin/mail-that-is-not-there -s x $CONTACTEMAIL$
}}
define timeperiod {{
  timeperiod_name yesterday
  alias not now
  {YESTERDAY} 00:00-24:00
}}
define timeperiod {{
  timeperiod_name excluded
  alias all taken out
{"".join(f"  {day} 00:00-24:00{chr(10)}" for day in DAYS)}  exclude 24x7
}}
define contactgroup {{
  contactgroup_name team-payments
  members alice
}}
define contactgroup {{
  contactgroup_name nobody
}}
"""


def contact(name: str, period: str = "24x7", options: str = "w,u,c,r", more: str = "") -> str:
    return f"""
define contact {{
  contact_name {name}
  host_notification_period {period}
  service_notification_period {period}
  host_notification_options d,u,r
  service_notification_options {options}
  host_notification_commands ok
  service_notification_commands ok
  {more}
}}
"""


def nagios_host(name: str, more: str = "", tells: str = "contact_groups team-payments") -> str:
    return f"""
define host {{
  host_name {name}
  address 127.0.0.1
  check_command ok
  check_interval 1
  retry_interval 1
  max_check_attempts 1
  check_period 24x7
  notification_period 24x7
  {tells}
  {more}
}}
"""


def nagios_service(name: str, more: str = "", tells: str = "contact_groups team-payments") -> str:
    return f"""
define service {{
  host_name web1
  service_description {name}
  check_command ok
  check_interval 1
  retry_interval 1
  max_check_attempts 1
  check_period 24x7
  notification_period 24x7
  {tells}
  {more}
}}
"""


def escalation(service: str, first: int, contact: str) -> str:
    return f"""
define serviceescalation {{
  host_name web1
  service_description {service}
  first_notification {first}
  last_notification 0
  notification_interval 30
  contacts {contact}
}}
"""


def dependency(service: str, on: str) -> str:
    return f"""
define servicedependency {{
  host_name web1
  service_description {on}
  dependent_host_name web1
  dependent_service_description {service}
  notification_failure_criteria w,u,c,p
}}
"""


PASSIVE = "active_checks_enabled 0\n  passive_checks_enabled 1"
NAGIOS = "".join(
    (
        NAGIOS_COMMON,
        contact("alice"),
        contact("bob", more="service_notifications_enabled 0"),
        contact("carol", period="none"),
        contact("dave", options="w,r"),
        contact("of_2099", period="2099"),
        contact("untellable", more="service_notification_commands gone"),
        contact("twofold", more="service_notification_commands gone,ok"),
        nagios_host("web1"),
        nagios_host("hidden"),
        nagios_host("stale"),
        nagios_service("http"),
        nagios_service("passive", PASSIVE),
        nagios_service("fresh", f"{PASSIVE}\n  check_freshness 1\n  freshness_threshold 3600"),
        nagios_service("for_bob", tells="contacts bob"),
        nagios_service("for_carol", tells="contacts carol"),
        nagios_service("for_dave", tells="contacts dave"),
        nagios_service("of_1999", "notification_period 1999"),
        nagios_service("excluded", "notification_period excluded"),
        nagios_service("not_now", "notification_period yesterday"),
        nagios_service("for_2099", tells="contacts of_2099"),
        nagios_service("monthly", "notification_period monthly"),
        nagios_service("for_untellable", tells="contacts untellable"),
        nagios_service("for_twofold", tells="contacts twofold"),
        nagios_service("patient", "max_check_attempts 99999"),
        nagios_service("late", "first_notification_delay 99999"),
        nagios_service("soon", "first_notification_delay 10\n  max_check_attempts 5"),
        nagios_service("escalated"),
        escalation("escalated", 1, "bob"),
        nagios_service("escalated_later"),
        escalation("escalated_later", 3, "bob"),
        nagios_service("dependent"),
        dependency("dependent", "acknowledged"),
        nagios_service("dependent_on_http"),
        dependency("dependent_on_http", "http"),
        nagios_service("warned", "notification_options w,r"),
        nagios_service("acknowledged", "check_command down"),
        nagios_service("stale", "check_command hang"),
    )
)
QUIET = "".join((NAGIOS_COMMON, contact("alice"), nagios_host("web1"), nagios_service("http")))


@shared
def _nagios(folder: pathlib.Path, binaries: Binaries) -> Nagios:
    return Nagios(folder, binaries, objects=_once(NAGIOS).replace("@FOLDER@", str(folder)))


@shared
def quiet(folder: pathlib.Path, binaries: Binaries) -> Nagios:
    return Nagios(
        folder, binaries, objects=QUIET.replace("@FOLDER@", str(folder)), settings="enable_notifications=0\nexecute_service_checks=0\n"
    )


def _once(text: str) -> str:
    """Each setting of an object once, the last one: Nagios takes the first and warns."""
    out: list[str] = []
    block: dict[str, str] = {}
    for line in text.splitlines():
        words = line.split(None, 1)
        if line.startswith("define"):
            block = {}
            out.append(line)
        elif line == "}":
            out += [*block.values(), line]
        elif words:
            block[line.rsplit(None, 1)[0] if words[0][:1].isdigit() else words[0]] = line
    return "\n".join(out) + "\n"


def _has(server: Nagios, *texts: str) -> bool:
    status = server.status_file.read_text(errors="replace")
    return all(text in status for text in texts)


def _nagios_checked(server: Nagios, left_out: int) -> bool:
    status = server.status_file.read_text(errors="replace")
    return status.count("\thas_been_checked=") > 0 and status.count("\thas_been_checked=0") <= left_out


def nagios() -> Nagios:
    """The Nagios with a service for each state, in those states."""
    server: Nagios = _nagios()
    if id(server) in _PREPARED:
        return server
    now = int(time.time())
    for name in ("passive", "fresh"):
        server.order(f"PROCESS_SERVICE_CHECK_RESULT;web1;{name};0;sent")
    server.order("PROCESS_SERVICE_CHECK_RESULT;web1;stale;0;sent", now - 3600)
    wait_for("the first check of each", lambda: _nagios_checked(server, 0) and _has(server, f"last_check={now - 3600}"))
    server.order(f"SCHEDULE_HOST_DOWNTIME;hidden;{now - 60};{FOR_EVER};1;0;0;alice;for ever")
    server.order("ACKNOWLEDGE_SVC_PROBLEM;web1;acknowledged;2;0;1;alice;known")
    wait_for("downtime and acknowledgement", lambda: _has(server, "hostdowntime {", "acknowledgement_type=2"))
    _PREPARED.add(id(server))
    return server


__all__ = ("FOR_EVER", "checked", "featureless", "icinga", "nagios", "quiet", "silent")
