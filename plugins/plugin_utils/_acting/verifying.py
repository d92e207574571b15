# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``verify``. PRIVATE to the collection."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import datetime as dt
import gc
import threading
import time
import typing as t

from ansible import constants
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase

from ...module_utils._argspec import VERIFY_SPEC
from ...module_utils._engine import Item
from ...module_utils._files import NotWritten
from ...module_utils._finding import Finding, Status
from ...module_utils._masking import Hiding
from ...module_utils._message import lines_of
from ...module_utils._phrase import Message, phrase, verbatim
from .._described.document import Refused
from .._model.completion import as_stand_in
from .._model.plain import to_plain
from .._model.planned import Plan, PlannedCheck
from .._model.text import as_list, in_short, not_reached, said_by
from .._planning.remembered import HERE
from .._recording.delegated_host import another_machine, names_connection
from .._running import core
from .._running import sending as _sending
from .._running import verification as _verification
from .._running.connections import Connections
from .._running.foreign_modules import ModuleRunner
from .._running.host_python import too_old
from .._running.outages import Outages
from .._running.received import about, machine_of, received
from .._running.spool import Spool
from . import emergency as _emergency
from . import play_variables
from . import refused as _refused
from .context import Context, context_of, refuse

SCOREBOARD = "operability.readiness.scoreboard"  # the callback that shows every finding; nobody else needs those that pass here
LEAST = 1.0  # seconds without which nothing is begun


class Verifying(ActionBase):
    """Plans for a phase; runs this host's checks in one module execution, and once a service those of the controller beside it."""

    _requires_connection = False
    _hiding = Hiding()  # the secrets of all that this host is asked
    _machine: str | None = None  # which has answered, where the inventory does not say that it is this one
    _lasting: str | None = None  # the same, as it stays when the machine is started again

    @core.on_any_core
    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        variables = task_vars or {}
        result: dict[str, t.Any] = super().run(tmp, variables)
        started = time.monotonic()
        context = context_of(self, variables, VERIFY_SPEC, aside=("remember_outages",))
        if context.left_out:
            result.setdefault("warnings", []).extend(context.left_out)
        host = str(self._task.delegate_to or variables["inventory_hostname"])
        try:
            return self._verify(context, host, variables, result, started)
        except Refused as exc:
            raise refuse(exc) from None
        except Exception as exc:
            if context.emergency is None:
                raise
            reason = f"{host} was not verified, and the play goes on: {str(exc) or type(exc).__name__}"
            return {**result, "changed": False, "warnings": [*result.get("warnings", []), reason]}

    def _verify(
        self, context: Context, host: str, variables: dict[str, t.Any], result: dict[str, t.Any], started: float
    ) -> dict[str, t.Any]:
        common = _refused.plan(context)
        spool = context.spool(common)
        try:
            own = context.plan(host) if host in {name for check in common.checks for name in check.hosts or ()} else common
        except Refused as exc:
            if common.mode == "enforce" and context.emergency is None:
                raise
            why = phrase("the input is refused with the variables of {host:path}: {problem}", host=host, problem=exc.problems[0])
            spool.save(host, {}, unreachable=why, play_hosts=[str(name) for name in variables.get("ansible_play_hosts_all", [])])
            return {**result, "changed": False, "warnings": [*result.get("warnings", []), str(why)]}
        proven = context.still_proven(common, spool)
        common, own = _verification.without(common, proven), _verification.without(own, proven)
        self._hiding = Hiding(_verification.secrets_of(own))
        core.without_warnings(self, lambda said: core.told(said, self._hiding.text))
        lost: Message | None = None
        found: dict[str, list[Finding]] = {}
        controller, looked_once = self._start_controller(context, common, spool)
        left = _emergency.time_left(context.emergency, spool.started(), _now())
        play_hosts = [str(name) for name in variables.get("ansible_play_hosts_all", [])]
        try:
            try:
                lost = another_machine(self, variables)
                if lost is None:
                    found = self._run_on_host(own, host, spool, variables, result, left)
                    if left is None:
                        lost = self._run_modules(context, own, host, variables, result, found)
            except AnsibleConnectionFailure as exc:
                # not raised: an unreachable host is a finding; under run_once or any_errors_fatal it would end the play without a verdict
                lost = in_short(exc)
            if lost:
                result.setdefault("warnings", []).append(f"{host} could not be reached: {lost}")
            spool.save(
                host,
                found,
                unreachable=lost,
                play_hosts=play_hosts,
                variables=play_variables.deciding(self._task, variables),
                machine=self._machine,
                lasting=self._lasting,
            )
        except BaseException:
            looked_once.wait()  # a task that is broken off (timeout) does not wait for the settling time
            raise
        if controller:
            controller.join()
        if left is None:
            found.update(self._find(own, host, spool, variables, result, lost is not None))
        shown = {**spool.findings_of(_verification.CONTROLLER), **found} if controller else found
        result["readiness"] = {**self._summary(context, own, host, shown, time.monotonic() - started), "unreachable": to_plain(lost)}
        result["changed"] = False
        return result

    # -- the controller's part

    def _start_controller(self, context: Context, plan: Plan, spool: Spool) -> tuple[threading.Thread | None, threading.Event]:
        """Server checks of the service, once in a run, while the host is at work; and whether each has been made once."""
        looked_once = threading.Event()
        if not spool.claim(_verification.CONTROLLER):
            looked_once.set()
            return None, looked_once
        outages = Outages(constants.DEFAULT_LOCAL_TMP) if context.options["remember_outages"] else None
        connections = Connections(self, context.task_vars)
        visits = {  # templates are resolved here: a thread must not
            check.key: connections.visit(context.hosts_to_visit(check, plan), plan.expected_hosts) for check in _verification.visiting(plan)
        }

        def keep(found: dict[str, list[Finding]]) -> None:
            spool.save(_verification.CONTROLLER, found)
            looked_once.set()

        within = _emergency.time_left(context.emergency, None, _now())
        quick = self._task.check_mode or within is not None
        left_out = {
            check.key: _not_written(check, check_mode=self._task.check_mode)
            for check in _verification.of_controller(plan)
            if quick and _verification.writes(check)
        }

        def work() -> None:
            try:
                with connections.inventory() if visits else contextlib.nullcontext("") as inventory:
                    keep(
                        _verification.run_controller(
                            plan,
                            on_first=keep,
                            visits=visits,
                            inventory=inventory,
                            within=within,
                            outages=outages,
                            left_out=left_out,
                        )
                    )
            finally:
                looked_once.set()

        thread = threading.Thread(target=work, daemon=True, name="readiness controller")
        thread.start()
        return thread, looked_once

    def _find(
        self, plan: Plan, host: str, spool: Spool, variables: dict[str, t.Any], result: dict[str, t.Any], unreachable: bool
    ) -> dict[str, list[Finding]]:
        """Looks for lines, here and on the controller, as soon as the last host has written its own."""
        found: dict[str, list[Finding]] = {}
        found.update(_verification.run_finds(plan, spool))
        here = [] if unreachable else [check for check in _verification.finds(plan, host, spool) if spool.claim(f"{check.key}@{host}")]
        items = _verification.find_items(here, host, spool)
        if items:
            try:
                answers = self._execute(items, variables, result, plan.settling)
            except AnsibleConnectionFailure as exc:
                answers = {item.key: [about(item, not_reached(host, in_short(exc)))] for item in items}
            seen = _verification.named_as_written(here, answers, spool)
            spool.save(host, seen)
            found.update(seen)
        return found

    # -- the host's part

    def _run_on_host(
        self, plan: Plan, host: str, spool: Spool, variables: dict[str, t.Any], result: dict[str, t.Any], left: float | None
    ) -> dict[str, list[Finding]]:
        """``left``: the seconds that there are, in an emergency."""
        if left is not None:
            _emergency.hurry(self._connection)
        checks = _verification.items_of_host(plan, host)
        slow = [] if left is None else _verification.items_of_action(plan, host)
        if left is not None and left < LEAST:
            return {check.key: [about(_verification.as_item(check, host), _too_late(check, host))] for check in [*checks, *slow]}
        quick = self._task.check_mode or left is not None
        left_out = [check for check in checks if quick and _verification.writes(check)]
        told = {check.key: _verification.told_by_controller(plan, check, spool) for check in checks if check.first_half and left is None}
        items = [_verification.as_item(check, host, told.get(check.key)) for check in checks if check not in left_out]
        found = self._execute(items, variables, result, plan.settling, left) if items else {}
        for check in left_out:
            found[check.key] = [about(_verification.as_item(check, host), _not_written(check, check_mode=self._task.check_mode))]
        for check in slow:
            found[check.key] = [about(_verification.as_item(check, host), _not_waited_for(check))]
        return found

    def _run_modules(
        self,
        context: Context,
        plan: Plan,
        host: str,
        variables: dict[str, t.Any],
        result: dict[str, t.Any],
        found: dict[str, list[Finding]],
    ) -> Message | None:
        """The checks that are modules of others, after the batch. Why the host could not be reached, if it never was."""
        checks = _verification.items_of_action(plan, host)
        if not checks:
            return None
        runner = ModuleRunner(self, variables, context.templar(host), host, hide=self._hiding.text)
        reached = bool(found)
        found.update(_verification.run_actions(checks, host, runner))
        if runner.warnings:
            result.setdefault("warnings", []).extend(core.told(runner.warnings))
        return verbatim(runner.lost[0]) if runner.lost and not reached else None

    def _execute(
        self, items: list[Item], variables: dict[str, t.Any], result: dict[str, t.Any], settling: float, within: float | None = None
    ) -> dict[str, list[Finding]]:
        """All items in one module execution; when the module itself cannot run, each of them is unknown."""
        secrets: dict[str, t.Any] = {}
        checks = []
        for item in items:
            data = dataclasses.asdict(item)
            names = {}
            for option, value in item.secrets.items():
                names[option] = f"{item.key}.{option}"
                secrets[names[option]] = value
            checks.append({**data, "args": dict(item.args), "secrets": names})
        try:
            with _collector_at_rest():
                arguments: dict[str, t.Any] = {"checks": checks, "secrets": secrets, "settling": settling}
                if within is not None:
                    arguments["within"] = within
                folder, program = _sending.provide(constants.DEFAULT_LOCAL_TMP, {item.check for item in items})
                self._shared_loader_obj.module_loader.add_directory(folder)
                name = f"ansible.legacy.{program}"  # the only name under which a role of a collection finds it, too
                answer: dict[str, t.Any] = self._execute_module(module_name=name, module_args=arguments, task_vars=variables)
        except AnsibleConnectionFailure:
            raise
        except (AnsibleError, NotWritten) as exc:  # a password that is missing, a temporary folder that cannot be made, or is full
            answer = {"msg": said_by(exc) if isinstance(exc, NotWritten) else in_short(exc)}
        if warnings := core.told(as_list(answer.get("warnings")), self._hiding.text):
            result.setdefault("warnings", []).extend(warnings)
        host = str(self._task.delegate_to or variables["inventory_hostname"])
        if getattr(self._connection, "transport", None) == "local" and names_connection(host, variables):
            self._lasting = HERE
        else:
            self._machine, self._lasting = machine_of(answer), machine_of(answer, "lasting")
        if "found" not in answer:
            reason = too_old(self) or self._hiding.message(verbatim(_why_none(answer)))
            return {
                item.key: [about(item, phrase("the checks could not be run on {host:path}: {reason}", host=item.host, reason=reason))]
                for item in items
            }
        return received(items, answer["found"])

    # -- the result

    def _summary(self, context: Context, plan: Plan, host: str, found: t.Mapping[str, list[Finding]], seconds: float) -> dict[str, t.Any]:
        keep = {check.key: check for check in plan.checks if not check.first_half and not check.aside}
        findings = [as_stand_in(keep[key], finding) for key, values in found.items() if key in keep for finding in values]
        counts = collections.Counter(finding.status.value for finding in findings)
        summary = {
            "service": plan.service["name"],
            "environment": context.options["environment"],
            "phase": context.options["phase"],
            "host": host,
            "counts": dict(counts),
            **({"checks": [_line(finding) for finding in findings]} if SCOREBOARD in constants.CALLBACKS_ENABLED else {}),
            "findings": [finding.as_dict() for finding in findings if finding.status is not Status.PASS],
            "not_passed": [
                {
                    "requirement": finding.requirement,
                    "check": finding.check,
                    "instance": finding.instance,
                    "status": finding.status.value,
                    "message": finding.message,
                }
                for finding in findings
                if finding.status is not Status.PASS
            ],
            "later_hosts": plan.later_hosts,
            "duration_seconds": round(seconds, 3),
        }
        return dict(to_plain(summary))


@contextlib.contextmanager
def _collector_at_rest() -> t.Iterator[None]:
    """Ansible parses all that it sends to the host; with the collector walking its heap meanwhile that takes twice as long."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _line(finding: Finding) -> dict[str, t.Any]:
    """A finding as the scoreboard shows it."""
    return {
        "requirement": finding.requirement,
        "check": finding.check,
        "instance": finding.instance,
        "status": finding.status.value,
        "duration_seconds": finding.duration_seconds,
    }


def _too_late(check: PlannedCheck, host: str) -> Message:
    return phrase(
        "{check:path} was not run on {host:path}: the {seconds:duration} that an emergency allows were over",
        check=check.check,
        host=host,
        seconds=_emergency.ALLOWED,
    )


def _not_written(check: PlannedCheck, *, check_mode: bool) -> Message:
    if check_mode:
        return phrase("{check:path} was not run: it leaves something behind, and this is check mode", check=check.check)
    return phrase("{check:path} was not run: it leaves something behind, and in an emergency nobody waits for it", check=check.check)


def _not_waited_for(check: PlannedCheck) -> Message:
    return phrase("{check:path} was not run: it is a module of its own, and in an emergency nobody waits for it", check=check.check)


def _why_none(answer: t.Mapping[str, object]) -> str:
    """Why a module gave no findings."""
    given = answer.get("msg")
    if isinstance(given, Message):
        return given
    said = lines_of(core.said_by_module(answer))
    return said[-1] if said else phrase("it gave no answer")


def _now() -> dt.datetime:
    return dt.datetime.now(dt.timezone.utc)


__all__ = ("Verifying",)
