# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: open_hours_rules
short_description: Prometheus rules for the hours in which a service is used
version_added: 0.2.0
author: The operability.readiness contributors (@operability)
description:
  - Makes a Prometheus rule file that records C(operability_open_hours{calendar="..."}), which is 1 in hours of use and 0 outside them,
    each minute.
  - PromQL knows UTC alone. The changes of the zone's clocks and the holidays are written into the rules, for the years that are asked
    for. Outside those years there is no series, and what is measured with it is unknown instead of wrong.
options:
  _terms:
    description: Hours as in C(commitments.hours), for example V(Mon-Fri 08:00-18:00) or V(24x7).
    required: true
    type: list
    elements: str
  calendar:
    description: Value of the label C(calendar). Several calendars need several names.
    type: str
    default: default
  zone:
    description: Name of a time zone, for example V(Europe/Paris).
    type: str
    default: UTC
  holidays:
    description: Days on which it is never in use, as C(YYYY-MM-DD).
    type: list
    elements: str
    default: []
  first_year:
    description: The first year that the rules know.
    type: int
    required: true
  last_year:
    description: The last year that the rules know. The holidays of all these years should be there.
    type: int
    required: true
"""

EXAMPLES = r"""
- name: Hours of use for the verification of regular service
  ansible.builtin.copy:
    dest: /etc/prometheus/rules/open_hours.yml
    mode: "0644"
    content: >-
      {{ lookup('operability.readiness.open_hours_rules', 'Mon-Fri 08:00-18:00', calendar='office', zone='Europe/Paris',
      holidays=['2026-12-25', '2027-01-01'], first_year=2026, last_year=2027) }}
"""

RETURN = r"""
_raw:
  description: The rule file as YAML, for each of the terms.
  type: list
  elements: str
"""

import functools
import typing as t

import yaml
from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ..plugin_utils._described.document import plain
from ..plugin_utils._model.text import as_int, as_list
from ..plugin_utils._publish.open_hours import NotHours, rules


class LookupModule(LookupBase):
    def run(self, terms: list[str], variables: dict[str, object] | None = None, **kwargs: t.Any) -> list[str]:
        self.set_options(var_options=variables, direct=kwargs)
        make = functools.partial(
            rules,
            calendar=str(plain(self.get_option("calendar"))),
            zone=str(plain(self.get_option("zone"))),
            holidays=[str(day) for day in as_list(plain(self.get_option("holidays")))],
            first_year=as_int(self.get_option("first_year")),
            last_year=as_int(self.get_option("last_year")),
        )
        try:
            return [yaml.safe_dump(make(str(term)), sort_keys=False, width=10000) for term in terms]
        except NotHours as exc:
            raise AnsibleLookupError(str(exc)) from None
