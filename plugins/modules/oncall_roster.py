#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: oncall_roster
short_description: Verify that somebody who can be reached is on call in each tier, without a gap, during the change and after it
version_added: 0.3.0
description:
  - Reads who is on call from a calendar (iCalendar, a file or an address), from shifts in YAML, or from PagerDuty, Opsgenie or
    Grafana OnCall.
  - Somebody must be on call during the whole window (O(window_start) to O(window_end)), and in the hours of the service (O(hours)) for
    O(horizon) after it. Each time in which nobody is, is C(fail), and named to the minute.
  - An entry covers when it names somebody who can be reached (O(people), or an attendee with an address). One that is cancelled,
    declined by
    all, marked as free, leave, a holiday or a placeholder covers nothing.
  - What may be read in several ways is read in all of them. What only some of them cover is C(warn), as is what only a tentative entry
    covers. Where an entry cannot be dated for sure, since its time zone is named and not defined or since its times have none, what only it
    covers is C(unknown), and never read as UTC.
  - An overlap is no fault. A gap of up to one minute is none either, as 23:59 to 00:00 is how programs write that one entry follows
    another.
  - The whole is C(unknown) where the roster cannot be read, as a login page instead of a calendar, one that is cut short, or a
    refused token.
  - There is one finding for each tier.
author:
  - The operability.readiness contributors (@operability)
requirements:
  - icalendar and recurring-ical-events on the controller, for calendars
extends_documentation_fragment:
  - operability.readiness._check
  - operability.readiness._http
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
options:
  url:
    description:
      - The address of the API where O(provider) is given. Needed for V(grafana_oncall); the others have one of their own, other than in
        Europe.
      - The token is given in O(bearer_token), and sent as each of these services wants it.
    type: str
  calendar_url:
    description:
      - The address of a calendar, V(https) or V(webcal). It is a secret, and no more than its host is ever shown.
    type: str
  path:
    description:
      - A calendar (C(.ics)) or a YAML file with O(shifts), on the controller.
    type: path
  shifts:
    description:
      - "A list of mappings: C(who) (a name, or a list of them), C(from), C(until), and optionally C(tier), C(title) and C(status)."
      - "People who take turns: C(rotation) (a list of names) instead of C(who), with C(from), C(every) (V(7d), V(2w), V(12h)) and
        optionally C(until). Days and weeks follow the clock on the wall, hours do not."
      - A time is a day with a time of day, such as V(2026-11-23T09:00). Without a zone of its own it is one of O(time_zone).
    type: list
    elements: dict
  provider:
    description:
      - The service that keeps the roster. O(tiers) then has the id of a schedule for each tier; Opsgenie and Grafana OnCall know names,
        too.
    type: str
    choices: [grafana_oncall, opsgenie, pagerduty]
  name:
    description:
      - What the roster is called in findings.
    type: str
  tiers:
    description:
      - By the name of each tier what its entries are known by, a text or a list of texts, which stand in their titles as whole words or
        are one
        of their categories; for O(provider) the schedules.
      - Without it the tiers are those that O(shifts) name, else all entries are those of one tier. It must be given where titles speak of
        several.
    type: dict
    default: {}
  people:
    description:
      - "By the name of each person how it is reached: a number, an address, a list of them, or a mapping with C(phone), C(mail),
        C(contact) and
        C(aliases), the other names that the roster has for it. C(team: true) is a desk, whose people relieve each other."
      - Where it is given, only who is in it can be on call, so that the entries of another team in the same calendar count for nothing.
    type: dict
    default: {}
  reachable:
    description:
      - Whether an entry must name somebody for whom a number or an address is known.
    type: bool
    default: true
  free_counts:
    description:
      - Whether an entry covers that is marked as free time (C(TRANSP:TRANSPARENT)), as some programs mark all that lasts whole days.
    type: bool
    default: false
  words:
    description:
      - Words that the titles of entries have and that mean nothing, such as the name of a team.
      - Beside the names of O(people), of tiers, and what is usual in the title of a time on call, any other word makes an entry doubtful,
        since it may be leave, a meeting, or somebody else.
    type: list
    elements: str
    default: []
  called:
    description:
      - The names of the roster, of the service and of its team, which titles have and which mean nothing either. In a service file they are
        those that it declares.
    type: list
    elements: str
    default: []
  time_zone:
    description:
      - The zone of times that have none, such as V(Europe/Paris), and of O(hours).
    type: str
  hours:
    description:
      - The hours of the service, such as V(24x7) or V(Mon-Fri 08:00-18:00 Europe/Paris). Outside of them nobody needs to be on call after
        the
        window. By default always.
    type: str
  tier:
    description:
      - The tier of a support chain that the whole roster is for, where O(tiers) is not given. An entry whose title speaks of another one
        (V(N2 Alice), V(Backup Alice)) is doubtful. In a service file it follows from the chain.
    type: str
    version_added: 0.4.0
  beside:
    description:
      - The other rosters of the same chain. One person who is alone in a tier of one of them and in a tier of this one at the same time is
        C(warn). Of one that has nothing but C(hours), only these are known.
      - In a service file they follow from the chains.
    type: list
    elements: dict
    default: []
    version_added: 0.4.0
    suboptions:
      name:
        description:
          - What it is called in findings.
        type: str
      calendar_url:
        description:
          - As O(calendar_url).
        type: str
      path:
        description:
          - As O(path).
        type: path
      shifts:
        description:
          - As O(shifts).
        type: list
        elements: dict
      provider:
        description:
          - As O(provider).
        type: str
        choices: [grafana_oncall, opsgenie, pagerduty]
      tiers:
        description:
          - As O(tiers).
        type: dict
        default: {}
      people:
        description:
          - As O(people).
        type: dict
        default: {}
      reachable:
        description:
          - As O(reachable).
        type: bool
        default: true
      free_counts:
        description:
          - As O(free_counts).
        type: bool
        default: false
      words:
        description:
          - As O(words).
        type: list
        elements: str
        default: []
      called:
        description:
          - As O(called).
        type: list
        elements: str
        default: []
      time_zone:
        description:
          - As O(time_zone).
        type: str
      hours:
        description:
          - When it is the one that is asked. A minute of the window that lies in them, and not in O(hours), is not asked of this roster.
        type: str
      url:
        description:
          - As O(url).
        type: str
      url_username:
        description:
          - As O(url_username).
        type: str
      url_password:
        description:
          - As O(url_password).
        type: str
      bearer_token:
        description:
          - As O(bearer_token).
        type: str
      headers:
        description:
          - As O(headers).
        type: dict
        default: {}
      validate_certs:
        description:
          - As O(validate_certs).
        type: bool
        default: true
      ca_path:
        description:
          - As O(ca_path).
        type: path
      client_cert:
        description:
          - As O(client_cert).
        type: path
      client_key:
        description:
          - As O(client_key).
        type: path
  window_start:
    description:
      - When the change begins, ISO 8601 with a zone. By default now.
    type: str
  window_end:
    description:
      - When the change ends, ISO 8601 with a zone. By default when it begins.
    type: str
  horizon:
    description:
      - How long after the window somebody must be on call, as a duration; at most 400 days, and 89 days for PagerDuty.
    type: str
    default: 7d
  max_stretch:
    description:
      - How long one person may be on call alone without a break, as a duration. More is C(warn).
    type: str
    default: 14d
  max_bytes:
    description:
      - How large a calendar may be, as a size.
    type: str
    default: 8MiB
seealso:
  - module: operability.readiness.support_chain
"""

EXAMPLES = r"""
- name: Somebody is on call for payments, by the team's calendar
  operability.readiness.oncall_roster:
    calendar_url: "{{ vault_oncall_calendar }}"
    tiers: {N1: tier1, N2: [tier2, backup]}
    people:
      Alice Martin: {phone: "+33 6 44 55 66 01", mail: alice.martin@payments.example}
      Bob Petit: {phone: "+33 6 44 55 66 02", aliases: [Bob]}
    time_zone: Europe/Paris
    window_start: "2026-11-25T20:00:00Z"
    window_end: "2026-11-25T23:00:00Z"
    horizon: 14d
  delegate_to: localhost
  run_once: true

- name: The same, by a schedule of PagerDuty
  operability.readiness.oncall_roster:
    provider: pagerduty
    bearer_token: "{{ vault_pagerduty_token }}"
    tiers: {N1: PI7DH85}
  delegate_to: localhost
  run_once: true

- name: Three people take turns, each week at nine
  operability.readiness.oncall_roster:
    shifts:
      - {tier: N1, rotation: [alice, bob, carol], from: "2026-11-02T09:00", every: 7d}
    people: {alice: "+33 6 44 55 66 01", bob: "+33 6 44 55 66 02", carol: "+33 6 44 55 66 03"}
    time_zone: Europe/Paris
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
finding:
  description: The finding, the worst where there are several.
  returned: always
  type: dict
  sample:
    check: oncall_roster
    status: fail
    message: "N1: nobody is on call from 2026-10-25T01:00:00Z to 2026-10-25T01:07:00Z (7 min)"
    instance: N1
    observed: {roster: "https://calendar.example", entries: 14, people: [Alice Martin], gaps: [["2026-10-25T01:00:00Z", "..."]]}
findings:
  description: One finding for each tier.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import oncall_roster


def main() -> None:
    run_alone("oncall_roster", oncall_roster)


if __name__ == "__main__":
    main()
