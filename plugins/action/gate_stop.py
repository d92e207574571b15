# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible import constants
from ansible.plugins.action import ActionBase

from ..module_utils._argspec import GATE_STOP_SPEC
from ..plugin_utils._acting.context import context_of
from ..plugin_utils._running import core
from ..plugin_utils._running.spool import Word


class ActionModule(ActionBase):
    """Fails each host where the last gate of this run of Ansible says so. It asks the gate's own file: extra variables win over results."""

    _requires_connection = False

    @core.on_any_core
    def run(self, tmp: str | None = None, task_vars: dict[str, object] | None = None) -> dict[str, object]:
        variables = task_vars or {}
        result: dict[str, object] = super().run(tmp, variables)
        context = context_of(self, variables, GATE_STOP_SPEC)
        result["changed"] = False
        phase = context.options["phase"]
        word = Word(constants.DEFAULT_LOCAL_TMP).last()
        if word is None or word.phase != phase:
            if context.emergency:
                return {**result, "msg": f"EMERGENCY {context.emergency.id}: the play goes on without the word of a gate at {phase}"}
            said = "no gate has judged" if word is None else f"the last gate judged {word.phase}"
            return {**result, "failed": True, "msg": f"{said} in this run of Ansible, and the play asks for {phase}: it does not go on"}
        verdict = word.verdict
        batch = variables.get("ansible_play_batch")
        first = not isinstance(batch, list) or not batch or variables.get("inventory_hostname") == batch[0]
        return {**result, "msg": verdict["msg"] if first else verdict["words"], **({"failed": True} if verdict["stop"] else {})}
