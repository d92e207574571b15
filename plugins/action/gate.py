# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime as dt
import pathlib
import shutil
import sys
import typing as t

from ansible.plugins.action import ActionBase
from ansible.release import __version__ as ansible_version
from ansible.utils.color import ANSIBLE_COLOR
from ansible.utils.display import Display

from ..module_utils._argspec import RUN_SPEC
from ..module_utils._files import NotWritten
from ..module_utils._finding import Finding
from ..module_utils._http import public_url
from ..module_utils._store import Changed
from ..plugin_utils._acting import emergency as _emergency
from ..plugin_utils._acting.context import Context, make, refuse
from ..plugin_utils._described.document import Refused
from ..plugin_utils._described.version import collection_version
from ..plugin_utils._judging import state as _state
from ..plugin_utils._model.planned import Plan
from ..plugin_utils._model.verdict import stops
from ..plugin_utils._publish.table import render
from ..plugin_utils._recording import case as _gate
from ..plugin_utils._recording.remote_store import RemoteFolder
from ..plugin_utils._recording.run_record import Records, Unreadable, default_folder
from ..plugin_utils._running import verification as _verification
from ..plugin_utils._running.spool import Spool

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

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        variables = task_vars or {}
        result: dict[str, t.Any] = super().run(tmp, variables)
        started = dt.datetime.now(dt.timezone.utc)
        context = make(self, variables, SPEC)
        try:
            return self._run(context, result, variables, started)
        except Refused as exc:
            raise refuse(exc) from None
        except Exception as exc:
            if context.emergency is None:
                raise
            return {**result, **_emergency.helpless(context.emergency, exc, context.options)}

    def _run(self, context: Context, result: dict[str, t.Any], variables: dict[str, t.Any], started: dt.datetime) -> dict[str, t.Any]:
        plan, whole = _emergency.plans(context)
        spool = context.spool(plan)
        spoken = spool.judged() if context.options["only_if_needed"] else None
        if spoken is not None:
            return {**result, **spoken, "changed": False}
        waiting = _gate.waiting_hosts(plan, spool.load(), variables) if plan.scope == "service" else []
        records = self._records(context, plan)
        record, path, trouble = self._judge(context, plan, whole, records, spool, variables, started, waiting)
        if context.options["show"]:
            Display().display(render(record, **_screen()))
        judgement = record["judgement"]
        verdict = {
            "verdict": judgement["verdict"],
            "words": judgement["words"],
            "code": judgement["code"],
            "advice": judgement["advice"],
            "verified": judgement["verified"],
            "required": judgement["required"],
            "reasons": judgement["reasons"],
            "mode": plan.mode,
            "phase": plan.phase,
            "scope": plan.scope,
            "partial": record["run"]["partial"],
            "service": plan.service["name"],
            "record_path": str(path) if path else None,
            "publish": _visible(plan.publish),
            "state": (record["state"] or {}).get("verdict"),
        }
        verdict["emergency"], verdict["overridden"] = record["run"]["emergency"], judgement["overridden"]
        bad = stops(judgement["enforced_verdict"])
        verdict["stop"] = bool(record["run"]["enforced"] and bad and not verdict["emergency"] and not verdict["overridden"])
        verdict["msg"] = _sentence(verdict)
        spool.close(verdict, plan.publish, more_to_come=bool(waiting))
        result.update(verdict, changed=False, record=record)
        if trouble:
            result.setdefault("warnings", []).extend(trouble)
        if verdict["stop"] and context.options["fail"]:
            result["failed"] = True
        return result

    def _records(self, context: Context, plan: Plan) -> Records:
        try:
            return context.records(plan)
        except Refused as exc:
            if context.emergency is None:
                raise
            self._display.warning(f"{exc}; this is an emergency: its record is kept on this machine")
            return Records(default_folder(), plan.service["name"], context.options["environment"])

    def _judge(
        self,
        context: Context,
        plan: Plan,
        whole: Plan,
        records: Records,
        spool: Spool,
        variables: dict[str, t.Any],
        started: dt.datetime,
        waiting: list[str],
    ) -> tuple[dict[str, t.Any], pathlib.PurePath | None, list[str]]:
        if context.emergency is None:
            _verification.run_finds(_verification.without(plan, context.held(plan, spool)), spool)
        spooled = spool.load()
        limit = variables.get("ansible_limit")
        there = {str(host) for host in variables.get("ansible_play_hosts", [])}
        reach = _gate.reach_of(plan, spooled, limit=limit, waiting=waiting, there=there)
        partial = _gate.partial_reason(
            plan,
            spooled,
            limit=limit,
            tags=[str(tag) for tag in variables.get("ansible_run_tags", [])],
            skipped=[str(tag) for tag in variables.get("ansible_skip_tags", [])],
            waiting=waiting,
        )
        findings = spool.findings()
        trouble: list[str] = []
        lost_ledger: list[str] = []
        path: pathlib.PurePath | None = None
        record: dict[str, t.Any] = {}

        def judge(readable: bool = True) -> tuple[dict[str, t.Any], dict[str, t.Any], dict[str, t.Any] | None]:
            held = self._state(records, trouble) if readable else None
            state = held or _state.empty(records.service, records.environment)
            trouble.extend(_gate.clock_trouble(state, dt.datetime.now(dt.timezone.utc)))
            decisions, unusable = _decisions_of(records) if readable else ([], [])
            known = records if readable else None
            record, changed = self._record(context, plan, whole, state, decisions, spool, findings, reach, partial, started, known)
            record["judgement"]["notices"] += unusable
            if context.emergency and (plan.refused or held is None):
                # what was known of the service before stands, but for what it owes
                earlier = records.newest(where=lambda one: bool(one.get("state"))) if readable else None
                stands = earlier or (record if held else None)
                record["state"] = {**stands["state"], "overrides": record["judgement"]["overrides"]} if stands else None
            elif trouble and not context.emergency:
                record["state"] = None  # over findings that cannot be read nothing can be said
            ledger = self._ledger(context, plan, records, state, record, lost_ledger) if readable else None
            if ledger and trouble and not records.has_ledger():
                ledger = None  # a first one begins with what the state has
            return record, changed, ledger

        def keep() -> None:
            nonlocal record, path
            path = None
            trouble.clear()
            record, changed, ledger = judge()
            if not trouble:
                record["judgement"]["notices"] += self._keep_baseline(context, plan, whole, findings, reach, record, records)
            path = records.save_run(record)
            if ledger:
                records.save_ledger(ledger)
            if (not partial or context.emergency) and not trouble:
                records.save_state(changed)

        if self._task.check_mode:
            return judge()[0], None, [*trouble, *lost_ledger]
        readable = True
        try:
            if context.emergency:
                _emergency.within(_emergency.SAVING, lambda: records.together(keep), f"the records folder {records.folder}")
            else:
                records.together(keep)
        except Changed as exc:  # other gates of this service were faster, again and again
            path = None
            trouble[:] = [f"the verdict stands, but its record was not kept: {exc}"]
        except NotWritten as exc:
            away = isinstance(records.store, RemoteFolder)
            path = None if away else path  # all or nothing goes over
            readable = not (context.emergency and (away or isinstance(exc, _emergency.TooSlow)))
            lost = "the service's state was not updated" if path else "its record was not kept"
            trouble.append(f"the verdict stands, but {lost}: {exc}")
        record = record or judge(readable)[0]
        return record, path, [*trouble, *lost_ledger]

    def _record(
        self,
        context: Context,
        plan: Plan,
        whole: Plan,
        state: dict[str, t.Any],
        decisions: list[dict[str, t.Any]],
        spool: Spool,
        findings: dict[str, list[Finding]],
        reach: t.Any,
        partial: str | None,
        started: dt.datetime,
        records: Records | None,
    ) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
        return _gate.make_record(
            plan,
            whole,
            state,
            findings,
            reach,
            options=context.options,
            partial=partial,
            started=spool.started() or started,
            now=dt.datetime.now(dt.timezone.utc),
            held=context.held(plan, spool),
            previous=self._previous(records, plan) if records else None,
            **({"before": _gate.load_baseline(records, context.options)} if records else {}),
            versions={"collection_version": collection_version(), "ansible_version": ansible_version},
            emergency=context.emergency,
            decisions=decisions,
        )

    def _ledger(
        self, context: Context, plan: Plan, records: t.Any, state: t.Mapping[str, t.Any], record: dict[str, t.Any], trouble: list[str]
    ) -> dict[str, t.Any] | None:
        """The ledger of deployments after this run, None where it stays as it is."""
        trouble.clear()
        try:
            ledger = records.load_ledger(state)
        except Unreadable as exc:
            trouble.append(f"the verdict stands, but the ledger of deployments was not updated: {exc}")
            return None
        except NotWritten:  # records on a host that cannot be reached: the state has said it
            return None
        emergency = context.emergency.id if context.emergency else None
        return _gate.enter_deployment(
            record, ledger, dt.datetime.now(dt.timezone.utc), failed_within=plan.failed_within, emergency=emergency
        )

    def _keep_baseline(
        self,
        context: Context,
        plan: Plan,
        whole: Plan,
        findings: dict[str, list[Finding]],
        reach: t.Any,
        record: dict[str, t.Any],
        records: Records,
    ) -> list[str]:
        now = dt.datetime.now(dt.timezone.utc)
        return _gate.keep_baseline(records, plan, whole, findings, reach, record, scope=context.options["scope"], now=now)

    def _previous(self, records: Records, plan: Plan) -> dict[str, t.Any] | None:
        if plan.scope == "batch":
            return None  # of another sort
        try:
            return records.newest(plan.phase, whole=True)
        except NotWritten:  # records on a host that cannot be reached
            return None

    def _state(self, records: Records, trouble: list[str]) -> dict[str, t.Any] | None:
        try:
            return records.load_state()
        except (Unreadable, NotWritten) as exc:
            if not trouble:  # else it was said when the folder was to be locked
                trouble.append(f"the verdict stands, but the service's state was not updated: {exc}")
            return None


def _decisions_of(records: Records) -> tuple[list[dict[str, t.Any]], list[str]]:
    try:
        return records.decisions()
    except NotWritten:  # records on a host that cannot be reached
        return [], []


def _visible(targets: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Targets as a result may show them. What is left out waits for ``publish`` in the spool."""
    out = dict(targets)
    for name in ("pushgateway", "grafana"):
        if out.get(name):
            shown = {key: value for key, value in out[name].items() if key not in ("url_password", "bearer_token", "headers")}
            out[name] = {**shown, "url": public_url(str(out[name]["url"]))}
    return out


def _screen() -> dict[str, t.Any]:
    width = shutil.get_terminal_size((120, 24)).columns
    encoding = (getattr(sys.__stdout__, "encoding", "") or "utf-8").lower()
    return {"width": max(80, min(width, 160)), "color": bool(ANSIBLE_COLOR), "unicode": "utf" in encoding}


def _sentence(verdict: t.Mapping[str, t.Any]) -> str:
    seen = f"{verdict['service']}: {verdict['words']}, {verdict['verified']} of {verdict['required']} verified"
    parts = [seen + (f", partial ({verdict['partial']})" if verdict["partial"] else "")]
    if verdict["emergency"]:
        parts[0] = f"EMERGENCY {verdict['emergency']['id']}: the play goes on. {parts[0]}"
    elif verdict["overridden"]:
        parts[0] += f" (the decision {verdict['overridden']['id']} overrides it: the play goes on)"
    elif not verdict["stop"] and stops(verdict["verdict"]):
        parts[0] += f" ({verdict['mode']} mode: the play goes on)"
    return "\n".join([*parts, *(f"  {reason}" for reason in verdict["reasons"][:20])]) if verdict["reasons"] else parts[0]
