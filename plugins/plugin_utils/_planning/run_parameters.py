# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What whoever starts a run makes easier with its parameters. PRIVATE to the collection. Pure.

The mode is read with the files' own (``plan.py``); what only the memory of the service can tell stands in ``remembered.py``.
"""

from __future__ import annotations

import os.path
import typing as t

from ...module_utils._phrase import phrase
from .._described.service import Description
from .._model.loosening import RUN
from .._model.planned import PlannedRequirement
from .._promises.mode import enforced_somewhere, mode_said
from .places import led_away
from .remarks import Remarks


def run_loosened(description: Description, level: str, requirements: t.Sequence[PlannedRequirement], remarks: Remarks) -> None:
    """Notes what a run leaves out or puts in the place of what stands above it; an environment that there is not is a problem."""
    run, started = description.run, description.run.started
    _environment(description, remarks)
    _milder_environment(description, level, remarks)
    _records(description, remarks)
    _connections(description, requirements, remarks)
    _targets(description, remarks)
    if run.first_deployment:
        less = phrase("what cannot exist before the first deployment is not asked, nor is anything compared with before")
        remarks.loosen("first_deployment", "readiness_first_deployment", "", less, phrase("every other run asks it"), by=RUN)
    left_out = [host for host in description.hosts() if host in started.left_out]
    if left_out:
        less = phrase("{hosts:list} are not looked at (--limit {limit:path})", hosts=left_out, limit=started.limit or "")
        remarks.loosen("limit", "--limit", "", less, phrase("service.hosts names them"), by=RUN)
    if run.scope == "batch" and not started.serial:
        less = phrase("servers are not asked: a batch is judged, and the play has none")
        remarks.loosen("limit", "readiness_scope", "", less, phrase("a play without serial deploys the whole service"), by=RUN)
    if started.tags:
        less = phrase("only tasks with some tags are run ({tags:list})", tags=list(started.tags))
        above = phrase("the tasks of verify and gate are all run where they have the tag always")
        remarks.loosen("tags", "--tags", "", less, above, by=RUN)


def _connections(description: Description, requirements: t.Sequence[PlannedRequirement], remarks: Remarks) -> None:
    """What the command line says of connections: another machine, or another program, would answer for a host."""
    hosts = {*description.hosts(), *(host for planned in requirements for check in planned.checks for host in check.hosts or ())}
    led: dict[str, list[str]] = {}
    for host in sorted(hosts) if any(planned.checks for planned in requirements) else ():
        for name in description.inventory.led_elsewhere(host):
            led.setdefault(name, []).append(host)
    for name, there in led.items():
        less = phrase("the command line says how {hosts:list} are reached, and what answers for them", hosts=there)
        remarks.loosen("connection", name, "", less, phrase("inventory and play say it (put it there)"), by=RUN)


def _environment(description: Description, remarks: Remarks) -> None:
    run, organisation = description.run, description.organisation
    if organisation is None:
        return
    known = organisation.of_organisation.get("environments") or []
    if known and run.environment not in known and not run.emergency:
        place = organisation.where(("environments",))
        remarks.problems.append(
            f"environment (readiness_environment): there is no '{run.environment}'; {place}: environments: {', '.join(known)}"
        )
    above = run.started.environment
    if above and above != run.environment:
        less = phrase("the run calls the environment {environment:path}", environment=run.environment)
        strict = phrase("the inventory calls it {environment:path}", environment=above)
        remarks.loosen("environment", "readiness_environment", "", less, strict, by=RUN)


def _milder_environment(description: Description, level: str, remarks: Remarks) -> None:
    """An environment that only the command line says, where the organisation enforces in others and not there."""
    run, organisation = description.run, description.organisation
    if organisation is None or not run.started.environment_alone:
        return
    here, path = mode_said(organisation, run.environment, level, description.name)
    if here == "enforce" or not enforced_somewhere(organisation, level, description.name):
        return
    less = phrase("only the command line says that this is {environment:path}, which is observed", environment=run.environment)
    strict = phrase(
        "{place:path} enforces in other environments (say the environment in the inventory or in the play)", place=organisation.where(path)
    )
    remarks.loosen("environment", "readiness_environment", "", less, strict, by=RUN)


def _targets(description: Description, remarks: Remarks) -> None:
    organisation = description.organisation
    for name in led_away(description) if organisation else ():
        less = phrase("what comes of the run is not published to the {target:path} of the organisation", target=name)
        strict = phrase("{place:path} names it", place=organisation.where(("publish", name)) if organisation else "")
        remarks.loosen("records", f"readiness_publish.{name}", "", less, strict, by=RUN)


def _records(description: Description, remarks: Remarks) -> None:
    given, organisation = description.run.started.records, description.organisation
    named = organisation.declared.get("records") if organisation else None
    if organisation is None or not named or not given:
        return
    folder = organisation.path(str(named))
    if os.path.normpath(given) != os.path.normpath(folder):
        less = phrase("what is known of the service is looked for in {folder:path}", folder=given)
        strict = phrase("{place:path} says {folder:path}", place=organisation.where(("records",)), folder=folder)
        remarks.loosen("records", "readiness_records", "", less, strict, by=RUN)


__all__ = ("run_loosened",)
