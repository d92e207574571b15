# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime as dt
import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..module_utils._argspec import DECIDE_SPEC
from ..module_utils._files import NotWritten
from ..module_utils._store import Changed
from ..plugin_utils._acting.context import make, refuse
from ..plugin_utils._described.document import Refused
from ..plugin_utils._model import emergency as _emergency_value
from ..plugin_utils._promises import decisions as _decisions
from ..plugin_utils._recording.run_record import Records, Unreadable


class ActionModule(ActionBase):
    """Records a decision about a complete run; the run is looked for where the gate left it."""

    _requires_connection = False
    BYPASS_HOST_LOOP = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        variables = task_vars or {}
        result: dict[str, t.Any] = super().run(tmp, variables)
        context = make(self, variables, DECIDE_SPEC)
        options, now = context.options, dt.datetime.now(dt.timezone.utc)
        try:
            records = context.records(context.service_plan(phase=None))
            record = _judged(records, options)
            decision = _decisions.make(options, record, now=now, recorded_by=_emergency_value.who(variables))
            path = None if self._task.check_mode else records.together(lambda: records.save_decision(decision))
        except Refused as exc:
            raise refuse(exc, "was recorded") from None
        except (Changed, NotWritten) as exc:
            raise AnsibleActionFail(f"the decision was not recorded: {exc}") from None
        result.update(
            changed=True,
            decision=decision,
            decision_path=str(path) if path else None,
            digest=decision["digest"],
            run=decision["run"],
            against_verdict=decision["against_verdict"],
            msg=_decisions.sentence(decision),
        )
        return result


def _judged(records: Records, options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The run record that the decision is about. Refused."""
    if options["run"]:
        try:
            return records.run_of(options["run"])
        except Unreadable as exc:
            raise Refused([f"run: {exc}"]) from None
    named = {key: options[key] for key in ("version", "deployment_id") if options[key]}
    found = records.newest(
        options["phase"],
        whole=True,
        where=lambda record: not _decisions.incomplete(record) and all(record["run"].get(key) == value for key, value in named.items()),
    )
    if found is None:
        about = "".join(f", {key} {value}" for key, value in named.items())
        raise Refused(
            [
                f"there is no complete run of phase {options['phase']} of {records.service} in {records.environment}{about} below "
                f"{records.folder}: run the gate first"
            ]
        )
    return found
