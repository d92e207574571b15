# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: service_hosts
short_description: The inventory pattern of a service
version_added: 0.1.0
author: The operability.readiness contributors (@operability)
description:
  - Reads C(service.hosts) from a service file, for the C(hosts) of a play.
  - A regular expression (V(~web\\d+)) is tried here, where it can be ended, and yields the names of the hosts that it finds.
  - Fails when C(--limit) leaves none of these hosts, nor localhost. Ansible would skip every play and end well, without a verdict.
options:
  _terms:
    description: Paths of service files, relative to the playbook.
    required: true
    type: list
    elements: path
notes:
  - In an emergency (the variable C(readiness_emergency)) a file that is missing or cannot be read yields V(localhost).
"""

EXAMPLES = r"""
- name: Verify a service on its own hosts
  hosts: "{{ lookup('operability.readiness.service_hosts', 'readiness.yml') }}"
  gather_facts: false
  tasks:
    - name: Verify
      operability.readiness.verify:
        service_file: readiness.yml
        phase: recheck
"""

RETURN = r"""
_raw:
  description: >-
    The pattern of each file, or the names of its hosts where a regular expression stands in it; V(localhost) for a service without hosts of
    its own.
  type: list
  elements: str
"""

import typing as t

from ansible.errors import AnsibleError, AnsibleLookupError
from ansible.inventory.manager import InventoryManager
from ansible.plugins.lookup import LookupBase

from ..plugin_utils._acting.given_files import load, locate
from ..plugin_utils._acting.resolving import pattern_of
from ..plugin_utils._described.document import Refused
from ..plugin_utils._model.text import as_dict, as_list, first_line, fit
from ..plugin_utils._running.host_patterns import HostPatterns, NotAPattern, has_expression, refuse_unfit

NOBODY = "no_host_for_the_pattern_of_the_service"  # Ansible finds none, says so, and goes on with the next play


class LookupModule(LookupBase):
    def run(self, terms: list[str], variables: dict[str, object] | None = None, **kwargs: t.Any) -> list[str]:
        self.set_options(var_options=variables, direct=kwargs)
        emergency = bool(str((variables or {}).get("readiness_emergency") or "").strip())
        patterns = [self._pattern_of(str(term), emergency, variables or {}) for term in terms]
        if not emergency:
            self._refuse_nobody(patterns, variables or {})
        return patterns

    def _pattern_of(self, name: str, emergency: bool, variables: dict[str, object]) -> str:
        try:
            return self._without_expressions(name, self._pattern(name), variables)
        except AnsibleError as exc:
            if not emergency:
                raise
            self._display.warning(fit(f"{exc}; this is an emergency: the play goes on with localhost"))
            return "localhost"

    def _refuse_nobody(self, patterns: list[str], variables: dict[str, object]) -> None:
        limit = variables.get("ansible_limit")
        if not limit:
            return
        loader: t.Any = self._loader
        manager = InventoryManager(loader, parse=False)
        for group, hosts in as_dict(variables.get("groups")).items():
            manager.add_group(group)
            for host in as_list(hosts):
                manager.add_host(host, group=group)
        manager.subset(str(limit))
        if not any(manager.get_hosts(pattern) for pattern in [*patterns, "localhost"]):
            raise AnsibleLookupError(
                f"--limit {limit} leaves no host of the service ({', '.join(patterns)}): nothing would be verified or judged; "
                "with localhost in the limit there is a verdict all the same"
            )

    def _without_expressions(self, name: str, pattern: str, variables: dict[str, object]) -> str:
        """The pattern, or the hosts that its regular expressions find: Ansible would try them where nothing ends them."""
        try:
            refuse_unfit(pattern)
            if not has_expression(pattern):
                return pattern
            groups = {group: [str(host) for host in as_list(hosts)] for group, hosts in as_dict(variables.get("groups")).items()}
            return ",".join(HostPatterns(self._loader, groups).hosts(pattern)) or NOBODY
        except NotAPattern as exc:
            raise AnsibleLookupError(f"the service file {name}: service.hosts: {exc}") from None

    def _pattern(self, name: str) -> str:
        loader: t.Any = self._loader
        templar: t.Any = self._templar
        path = locate(loader, name)
        if path is None:
            raise AnsibleLookupError(f"the service file {name} does not exist")
        try:
            data = load(loader, path, name)
        except Refused as exc:
            raise AnsibleLookupError(f"the service file {name} cannot be read: {first_line(exc)}") from None
        service = data.get("service") if isinstance(data, t.Mapping) else None
        pattern = service.get("hosts") if isinstance(service, t.Mapping) else None
        return pattern_of(templar, pattern, f"the service file {name}") if pattern else "localhost"
