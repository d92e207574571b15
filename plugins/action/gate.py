# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime as dt
import shutil
import sys
import typing as t

from ansible import constants
from ansible.plugins.action import ActionBase
from ansible.release import __version__ as ansible_version
from ansible.utils.color import ANSIBLE_COLOR
from ansible.utils.display import Display

from ..module_utils._argspec import RUN_SPEC
from ..plugin_utils._acting import emergency as _emergency
from ..plugin_utils._acting import play_variables
from ..plugin_utils._acting import refused as _refused
from ..plugin_utils._acting.context import Context, context_of, refuse
from ..plugin_utils._acting.gate import Gate, RunOptions, Subject, World
from ..plugin_utils._acting.source import source_of
from ..plugin_utils._described.document import Refused
from ..plugin_utils._described.version import collection_version
from ..plugin_utils._model.plain import from_plain, to_plain
from ..plugin_utils._model.planned import Plan
from ..plugin_utils._model.text import fit, fit_in
from ..plugin_utils._publish.table import render
from ..plugin_utils._recording.case import Play
from ..plugin_utils._recording.run_record import Records, default_folder
from ..plugin_utils._running import core
from ..plugin_utils._running import verification as _verification
from ..plugin_utils._running.spool import Word

SPEC = {
    **RUN_SPEC,
    "fail": {"type": "bool", "default": True},
    "only_if_needed": {"type": "bool", "default": False},
    "show": {"type": "bool", "default": True},
}


class ActionModule(ActionBase):
    """Gathers the findings of every expected host, judges, keeps the record, prints the table, and fails the play where mode says so."""

    _requires_connection = False
    BYPASS_HOST_LOOP = True

    @core.on_any_core
    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        variables = task_vars or {}
        result: dict[str, t.Any] = super().run(tmp, variables)
        started = _now()
        context = context_of(self, variables, SPEC)
        try:
            spoken = self._spoken(context, started)
        except Refused as exc:
            raise refuse(exc) from None
        except Exception as exc:
            if context.emergency is None:
                raise
            spoken = _emergency.helpless(context.emergency, exc, context.options)
        place = spoken.pop("spool", None)
        said = {name: value for name, value in spoken.items() if name not in ("record", "warnings")}
        Word(constants.DEFAULT_LOCAL_TMP).give(context.options["phase"], said, place)
        warnings = [*result.get("warnings", []), *spoken.pop("warnings", [])]
        return {**result, **spoken, **({"warnings": warnings} if warnings else {})}

    def _spoken(self, context: Context, started: dt.datetime) -> dict[str, t.Any]:
        plan, whole = _refused.plans(context)
        spool = context.spool(plan)
        before = spool.judged() if context.options["only_if_needed"] else None
        if before is not None:
            return {**before, "changed": False}
        records, proven = self._records(context, plan), context.still_proven(plan, spool)
        subject = Subject(
            plan,
            whole,
            from_plain(RunOptions, fit_in(context.options)),
            started,
            play=Play.of(context.task_vars, self._task.tags),
            emergency=context.emergency,
            proven=proven,
            variables=self._variables(context, plan),
            versions={"collection_version": collection_version(), "ansible_version": ansible_version},
            source=source_of(context.locate_service_file()),
        )
        world = World(
            now=_now,
            look=lambda: _verification.run_finds(_verification.without(plan, proven), spool),
            show=_show if context.options["show"] else lambda record: None,
            check_mode=self._task.check_mode,
        )
        spoken = Gate(subject, records, spool, world).speak()
        result: dict[str, t.Any] = {**to_plain(spoken.answer), "changed": False, "record": spoken.record, "warnings": list(spoken.warnings)}
        result["spool"] = [plan.name, context.options["environment"], context.options["phase"], plan.scope]
        if spoken.answer.stop and context.options["fail"]:
            result["failed"] = True
        return result

    def _variables(self, context: Context, plan: Plan) -> dict[str, str] | None:
        own = str(context.task_vars["inventory_hostname"]) in plan.expected_hosts  # a last play on localhost has none of theirs
        return play_variables.deciding(self._task, context.task_vars) if own else None

    def _records(self, context: Context, plan: Plan) -> Records:
        try:
            return context.records(plan)
        except Refused as exc:
            if context.emergency is None and plan.mode == "enforce":
                raise
            why = "this is an emergency" if context.emergency else "nothing stops in observe"
            self._display.warning(fit(f"{exc}; {why}: its record is kept on this machine"))
            return Records(default_folder(), plan.name, context.options["environment"])


def _now() -> dt.datetime:
    return dt.datetime.now(dt.timezone.utc)


def _show(record: t.Mapping[str, object]) -> None:
    Display().display(render(record, **_screen()))


def _screen() -> dict[str, t.Any]:
    width = shutil.get_terminal_size((120, 24)).columns
    encoding = (getattr(sys.__stdout__, "encoding", "") or "utf-8").lower()
    return {"width": max(80, min(width, 160)), "color": bool(ANSIBLE_COLOR), "unicode": "utf" in encoding}
