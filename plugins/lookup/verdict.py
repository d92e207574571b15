# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: verdict
short_description: State and last verdicts of a service
version_added: 0.1.0
author: The operability.readiness contributors (@operability)
description:
  - Reads the newest run record of a service.
options:
  _terms:
    description: Names of services.
    required: true
    type: list
    elements: str
  environment:
    description: Name of the environment.
    type: str
    default: production
  records:
    description: Folder where run records live. Default is that of M(operability.readiness.gate).
    type: path
    vars:
      - name: readiness_records
  failed_within:
    description: How soon after a deployment a rollback or hotfix means that it failed, for RV(_raw[].delivery_performance).
    type: str
    default: 7d
    version_added: 0.2.0
"""

EXAMPLES = r"""
- name: Say how the service stands
  ansible.builtin.debug:
    msg: "{{ lookup('operability.readiness.verdict', 'payments').state }}"
"""

RETURN = r"""
_raw:
  description: A mapping for each service.
  type: list
  elements: dict
  contains:
    service:
      description: Name of the service.
      type: str
    state:
      description: Verdict over the newest findings, V(none) when the service was never judged whole.
      type: str
    gates:
      description: The last gate of each phase within seven days.
      type: dict
    at:
      description: When the newest run ended.
      type: str
    record_path:
      description: The newest run record.
      type: str
    deployments:
      description: The newest deployments, oldest first, from the ledger.
      type: list
      elements: dict
    delivery_performance:
      description: What the ledger says of them as of now - by window, the figures and the number of deployments that they are based on.
      type: dict
"""

import datetime as dt
import typing as t

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ..module_utils._units import parse_duration
from ..plugin_utils._model.text import as_dict, fit
from ..plugin_utils._promises import ledger as _ledger
from ..plugin_utils._recording.record_json import to_json
from ..plugin_utils._recording.run_record import Records, Unreadable, default_folder
from ..plugin_utils._running import core


class LookupModule(LookupBase):
    def run(self, terms: list[str], variables: dict[str, object] | None = None, **kwargs: t.Any) -> list[dict[str, object]]:
        self.set_options(var_options=variables, direct=kwargs)
        folder = self.get_option("records") or default_folder()
        return core.untemplated([self._one(Records(folder, str(term), self.get_option("environment")), str(term)) for term in terms])

    def _one(self, records: Records, service: str) -> dict[str, object]:
        answer: dict[str, object] = {"service": service, "state": "none", "gates": {}, "at": None, "record_path": None}
        try:
            for name in reversed(records.runs()):
                record = records.run(name)
                records.refuse_changed(record, name)
                if answer["record_path"] is None:
                    at = as_dict(record.get("run")).get("finished_at")
                    answer.update(record_path=str(records.store.place(name)), at=at, gates=as_dict(record.get("gates")))
                state = as_dict(record.get("state"))
                if state:
                    answer["state"] = state.get("verdict")
                    break
        except Unreadable as exc:
            raise AnsibleLookupError(str(exc)) from None
        answer.update(self._delivery(records))
        return answer

    def _delivery(self, records: Records) -> dict[str, object]:
        try:
            ledger = records.load_ledger()
        except Unreadable as exc:
            self._display.warning(fit(str(exc)))
            return {"deployments": [], "delivery_performance": None}
        now = dt.datetime.now(dt.timezone.utc)
        within = parse_duration(self.get_option("failed_within"))
        return {
            "deployments": [to_json(entry) for entry in _ledger.newest(ledger)],
            "delivery_performance": to_json(_ledger.performance(ledger, now, within)),
        }
