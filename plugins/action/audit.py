# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pathlib
import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils._audit_spec import AUDIT_SPEC
from ..plugin_utils._acting.audit import NothingToAudit, Wanted, audit, result, told
from ..plugin_utils._recording.run_record import default_folder
from ..plugin_utils._running import core


class ActionModule(ActionBase):
    """Judges a folder of records again, offline, and fails where something in it is not as it was written."""

    _requires_connection = False
    BYPASS_HOST_LOOP = True

    @core.on_any_core
    def run(self, tmp: str | None = None, task_vars: dict[str, object] | None = None) -> dict[str, object]:
        variables = task_vars or {}
        out: dict[str, object] = super().run(tmp, variables)
        _validated, options = self.validate_argument_spec(argument_spec=AUDIT_SPEC)
        if options["head"] and not (options["service"] and options["environment"]):
            raise AnsibleActionFail("head: expected service and environment beside it, for a digest is that of a record of one of them")
        root = pathlib.Path(options["records"] or self._named_elsewhere(variables) or default_folder()).expanduser()
        try:
            found = audit(Wanted(root, options["service"], options["environment"], tuple(options["head"])))
        except NothingToAudit as exc:
            raise AnsibleActionFail(str(exc)) from None
        made = result(found, root)
        if options["show"]:
            Display().display("\n".join(told(found)))
        count = len(t.cast("list[object]", made["problems"]))
        said = "as they were written" if made["ok"] else f"{count} {'problem' if count == 1 else 'problems'}"
        out.update(made, changed=False, msg=f"records below {root}: {said}")
        if not made["ok"] and options["fail"]:
            out["failed"] = True
        return out

    def _named_elsewhere(self, variables: t.Mapping[str, object]) -> str | None:
        """The folder as the gate's variable names it."""
        named = self._templar.template(variables.get("readiness_records"))
        return str(named) if named else None
