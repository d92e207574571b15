# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the gate was asked before a deployment, and heeded: seen at ``post``. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import datetime as dt

from ...module_utils._finding import Finding, Status, isoformat
from ...module_utils._phrase import Message, phrase
from .._model.deployments import Said
from .._model.planned import Plan
from .._model.run import Run

CHECK = "gate_asked"


@dataclasses.dataclass(frozen=True)
class Before:
    """What is known of the gate before a deployment. Nothing, where no deployment is named or none was asked."""

    said: Said | None = None
    enforced: bool = False
    overridden: str | None = None  # the decision that let it go on
    emergency: str | None = None
    trouble: Message | None = None  # why it cannot be told


def at_post(plan: Plan, before: Before, run: Run, now: dt.datetime) -> dict[str, list[Finding]]:
    """The finding for each check of the plan that asks; by its key."""
    status, message = _seen(before, run)
    return {
        check.key: [
            Finding(status, message, check=CHECK, requirement=check.requirement, instance=check.instance, collected_at=isoformat(now))
        ]
        for check in plan.checks
        if check.check == CHECK
    }


def _seen(before: Before, run: Run) -> tuple[Status, Message]:
    deployment, said = run.deployment_id, before.said
    if not deployment:
        return Status.UNKNOWN, phrase(
            "no deployment is named, so nobody can tell whether the gate was asked before it: "
            "set readiness_deployment_id or readiness_version, at pre and at post"
        )
    if before.trouble:
        return Status.UNKNOWN, phrase("whether the gate was asked before the deployment cannot be told: {reason}", reason=before.trouble)
    if before.emergency:
        return Status.PASS, phrase("the emergency {id:path} let deployment {deployment} go on", id=before.emergency, deployment=deployment)
    if said is None:
        return Status.FAIL, phrase(
            "there is no pre of deployment {deployment}: the gate was not asked before it "
            "(with the same deployment_id, version and records, on the whole service)",
            deployment=deployment,
        )
    verdict = said.verdict.said
    if said.verdict.good:
        return Status.PASS, phrase("the gate was asked on {day:day}, and said {verdict}", day=said.at[:10], verdict=verdict)
    if before.overridden:
        return Status.PASS, phrase(
            "the gate said {verdict}, and the decision {id:path} let it go on", verdict=verdict, id=before.overridden
        )
    if before.enforced:
        return Status.FAIL, phrase(
            "the gate said {verdict} on {day:day}, and deployment {deployment} went on",
            verdict=verdict,
            day=said.at[:10],
            deployment=deployment,
        )
    return Status.PASS, phrase(
        "the gate was asked on {day:day}, and said {verdict}; it was only observed", day=said.at[:10], verdict=verdict
    )


__all__ = ("CHECK", "Before", "at_post")
