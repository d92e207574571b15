#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: classic_monitoring
short_description: Verify that Icinga, Nagios or Centreon monitors hosts and services, and tells somebody of their problems
version_added: 0.2.0
description:
  - Asks Icinga 2 (its REST API), Centreon (its web API), a Livestatus socket (Checkmk, Naemon, Nagios, Icinga) or the files of a Nagios for
    the hosts and services that are named, and looks at one aspect of them.
  - "V(monitored): each is there; it is checked actively, or passively with freshness; its last check is not older than two of its intervals
    and two minutes; and each host, also one that is only the host of a service, is UP. A service that is CRITICAL or UNKNOWN is C(warn)."
  - "V(alerting): each is checked so, by a check that works (not UNKNOWN, its program is there); notifications are on, for the whole
    monitoring and for each; and at least one contact of each would be told, whose own notifications, options and hours do not prevent it."
  - "V(routing): the same of notifications, and at least one of O(contacts) is among those who would be told."
  - "V(hidden): no downtime lasts longer than O(max_duration), or ends after O(window_end). A flexible downtime counts with its duration.
    An acknowledgement without an end and flapping, both of which keep problems from being told, are C(warn)."
  - C(fail) where one of them is not so, also where a host or service is not there at all.
  - C(warn) where it is so only at times, such as outside of a notification period now, where a problem is told after more than two hours
    only (C(fail) after more than a day), where a dependency keeps it from being told now, or where the interface does not show all of it.
  - C(unknown) when the monitoring cannot be asked; when it has just started, so that what was never checked may still be; when the status
    file is older than five minutes, since no Nagios writes it; and when a poller of Centreon does not run.
notes:
  - A user of Icinga's API needs the permissions C(status/query) and C(objects/query/*) for Host, Service, Notification, User, TimePeriod,
    Downtime and Comment.
  - Livestatus of Icinga does not show which states and types its notifications have, so V(alerting) and V(routing) are C(warn) over it. Use
    O(system=icinga) there.
  - Escalations, dependencies of notifications and the programs of notification commands are looked at in the files of a Nagios, programs
    only where it runs on this host. Of Icinga, dependencies and the programs of its notification commands are not looked at.
  - Checkmk's own notification rules decide who is told, and Livestatus does not show them, so both are C(warn) over it too. Its passive
    services count as fresh while results come.
  - Livestatus does not show the notification options of hosts, services and contacts, nor the hours of a period, only whether now is in it.
  - Members of Centreon's contact groups are seen by an administrator of its API with user name and password only; for others, groups are
    C(warn). Whether a poller sends notifications at all is part of what Centreon says of each host.
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._check
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
  - operability.readiness._http
options:
  url:
    description:
      - Address of what is asked, needed for all but O(system=nagios).
      - Of Icinga, that of its API, such as V(https://icinga.example.org:5665); of Centreon, that of its web interface, such as
        V(https://centreon.example.org/centreon).
      - Of Livestatus, V(unix:/PATH) of a socket on the controller, V(tcp://HOST:PORT) or V(tls://HOST:PORT).
    type: str
  system:
    description:
      - What is asked.
    type: str
    required: true
    choices: [centreon, icinga, livestatus, nagios]
  status_file:
    description:
      - The status file of a Nagios on the controller, its setting C(status_file). Needed for O(system=nagios).
    type: path
  object_cache_file:
    description:
      - The object cache of that Nagios, its setting C(object_cache_file). By default C(objects.cache) beside O(status_file).
    type: path
  aspect:
    description:
      - What is verified of the hosts and services.
    type: str
    default: monitored
    choices: [monitored, alerting, routing, hidden]
  hosts:
    description:
      - Names of hosts, as the monitoring calls them.
    type: list
    elements: str
    default: []
  services:
    description:
      - Services, each by its host and its own name. Their hosts must be there and UP too.
    type: list
    elements: dict
    default: []
    suboptions:
      host:
        description: Name of the host, as the monitoring calls it.
        type: str
        required: true
      service:
        description: Name of the service on that host (its service description).
        type: str
        required: true
  contacts:
    description:
      - Contacts, users or groups of them of which one at least must be told. Needed for O(aspect=routing).
    type: list
    elements: str
    default: []
  window_end:
    description:
      - End of the change window, in ISO 8601 with a zone, such as V(2026-11-25T06:00:00Z).
        A downtime that ends later fails O(aspect=hidden).
      - When it is given, O(max_duration) does not count for downtimes.
    type: str
  max_duration:
    description:
      - The longest that a downtime may hide problems, as a duration.
    type: str
    default: 24h
seealso:
  - module: operability.readiness.prometheus_targets
  - module: operability.readiness.prometheus_alerts
  - module: operability.readiness.alertmanager_route
  - module: operability.readiness.alertmanager_silences
"""

EXAMPLES = r"""
- name: The web servers are monitored by Icinga and up
  operability.readiness.classic_monitoring:
    system: icinga
    url: https://icinga.example.org:5665
    url_username: readiness
    url_password: "{{ vault_icinga_password }}"
    ca_path: /etc/ssl/icinga-ca.crt
    hosts: [web1, web2]
    services:
      - {host: web1, service: http}
      - {host: web2, service: http}
  delegate_to: localhost

- name: Their problems are told to the team
  operability.readiness.classic_monitoring:
    system: nagios
    status_file: /var/lib/nagios4/status.dat
    aspect: routing
    hosts: [web1, web2]
    contacts: [team-payments]
  delegate_to: nagios.example.org
"""

RETURN = r"""
finding:
  description: The finding; the worst of them, where there are several.
  returned: always
  type: dict
  sample:
    check: classic_monitoring
    status: fail
    message: "web2 is not monitored: Icinga https://icinga.example.org:5665 does not have it"
findings:
  description: All findings, each as RV(finding).
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import classic_monitoring as check


def main() -> None:
    run_alone("classic_monitoring", check)


if __name__ == "__main__":
    main()
