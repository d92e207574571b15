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
  description: The pattern of each file; V(localhost) for a service without hosts of its own.
  type: list
  elements: str
"""

import typing as t

from ansible.errors import AnsibleError, AnsibleLookupError
from ansible.inventory.manager import InventoryManager
from ansible.plugins.lookup import LookupBase

from ..plugin_utils._acting.context import locate
from ..plugin_utils._acting.resolving import pattern_of
from ..plugin_utils._described.document import Refused, bounded
from ..plugin_utils._model.text import as_dict, as_list, first_line, fit
from ..plugin_utils._running import core


class LookupModule(LookupBase):
    def run(self, terms: list[str], variables: dict[str, object] | None = None, **kwargs: t.Any) -> list[str]:
        self.set_options(var_options=variables, direct=kwargs)
        emergency = bool(str((variables or {}).get("readiness_emergency") or "").strip())
        patterns = [self._pattern_of(str(term), emergency) for term in terms]
        if not emergency:
            self._refuse_nobody(patterns, variables or {})
        return patterns

    def _pattern_of(self, name: str, emergency: bool) -> str:
        try:
            return self._pattern(name)
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

    def _pattern(self, name: str) -> str:
        loader: t.Any = self._loader
        templar: t.Any = self._templar
        path = locate(loader, name)
        if path is None:
            raise AnsibleLookupError(f"the service file {name} does not exist")
        try:
            bounded(core.read_file(loader, path), name)
            data = core.load_file(loader, path, templates=True)
        except (AnsibleError, ValueError, Refused) as exc:
            raise AnsibleLookupError(f"the service file {name} cannot be read: {first_line(exc)}") from None
        service = data.get("service") if isinstance(data, t.Mapping) else None
        pattern = service.get("hosts") if isinstance(service, t.Mapping) else None
        return pattern_of(templar, pattern, f"the service file {name}") if pattern else "localhost"
