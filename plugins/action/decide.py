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
from ..plugin_utils._acting.context import context_of, refuse
from ..plugin_utils._described.document import Refused
from ..plugin_utils._model import emergency as _emergency_value
from ..plugin_utils._model.plain import from_plain
from ..plugin_utils._model.record import PastRun
from ..plugin_utils._model.text import fit_in
from ..plugin_utils._promises import decisions as _decisions
from ..plugin_utils._promises.decisions import Candidate, Wording
from ..plugin_utils._recording.record_json import to_json
from ..plugin_utils._recording.run_record import Records, Unreadable
from ..plugin_utils._running import core


class ActionModule(ActionBase):
    """Records a decision about a complete run; the run is looked for where the gate left it."""

    _requires_connection = False
    BYPASS_HOST_LOOP = True

    @core.on_any_core
    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        variables = task_vars or {}
        result: dict[str, t.Any] = super().run(tmp, variables)
        context = context_of(self, variables, DECIDE_SPEC)
        options, now = context.options, dt.datetime.now(dt.timezone.utc)
        try:
            plan = context.service_plan(phase=None)
            records = context.records(plan)
            wording = from_plain(Wording, fit_in(options))
            candidate = _candidate(records, wording, options["run"])
            decision = _decisions.decided(wording, candidate, now=now, recorded_by=_emergency_value.who(variables))
            path = None if self._task.check_mode else records.together(lambda: records.save_decision(decision))
        except Refused as exc:
            raise refuse(exc, "was recorded") from None
        except (Changed, NotWritten) as exc:
            raise AnsibleActionFail(f"the decision was not recorded: {exc}") from None
        told, terms = [_decisions.sentence(decision)], plan.decision_terms
        asked = _decisions.request_of(decision, terms)
        if asked is not None and terms is not None:
            told.append(f"It is a request and lets nothing go on: {asked}")
            if set(decision.decided_by) & set(terms.deciders):
                result.update(to_copy=_decisions.line_of(decision), copy_into=terms.file)
                told += [f"Operations confirms it with this line in {terms.file}", f"  {result['to_copy']}"]
        result.update(
            changed=True,
            decision=to_json(decision),
            decision_path=str(path) if path else None,
            digest=decision.digest,
            run=decision.run,
            counts=asked is None,
            against_verdict=decision.against_verdict,
            msg="\n".join(told),
        )
        return result


def _candidate(records: Records, wording: Wording, run: str | None) -> Candidate:
    """The run that the decision is about. Refused."""
    if run:
        try:
            return _as_candidate(records.past(records.run_of(run)))
        except Unreadable as exc:
            raise Refused([f"run: {exc}"]) from None
    named = {key: value for key, value in (("version", wording.version), ("deployment_id", wording.deployment_id)) if value}
    found = records.newest_past(
        wording.phase,
        whole=True,
        where=lambda past: (
            not _decisions.incomplete(_as_candidate(past)) and all(getattr(past.run, key) == value for key, value in named.items())
        ),
    )
    if found is None:
        about = "".join(f", {key} {value}" for key, value in named.items())
        raise Refused(
            [
                f"there is no complete run of phase {wording.phase} of {records.service} in {records.environment}{about} below "
                f"{records.folder}: run the gate first"
            ]
        )
    return _as_candidate(found)


def _as_candidate(past: PastRun) -> Candidate:
    judgement = past.judgement
    return Candidate(past.run, past.evidence, judgement.verified if judgement else None, judgement.required if judgement else None)
