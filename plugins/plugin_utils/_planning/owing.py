# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which statements a service owes, in whatever phase they will be asked for. PRIVATE to the collection. Pure."""

from __future__ import annotations

import contextlib
import datetime as dt
import typing as t

from ...module_utils._phrase import Message, phrase
from .._described.document import Refused, unresolved
from .._described.policy import Policy
from .._described.service import Description, NoChecks, NotDeclared
from .._model.attestation import Owed
from .._model.planned import PlannedRequirement, PlanState
from .approving import Approving
from .attesting import allowed_for
from .derive.attestations import CHECK, asked_of, longest
from .derive.instance import Instance
from .proofs import chosen_for
from .statements_asked import owed

SOON = dt.timedelta(days=14)
_NOT_ASKED = (PlanState.NOT_APPLICABLE, PlanState.DECISION)


def owed_by(
    description: Description, requirements: t.Sequence[PlannedRequirement], standing: Policy, level: str, approving: Approving
) -> tuple[Owed, ...]:
    """The statements that are missing, or end soon."""
    found = []
    for planned in requirements:
        exception = description.requirements.get(planned.rule.id) or {}
        proof = asked_of(planned.rule, exception)
        why = _missing(planned, description) if proof and planned.state not in _NOT_ASKED else None
        if proof is None or why is None:
            continue
        impact = approving.impact_asked(planned.impact, planned.rule.impact.get(level))
        names = allowed_for(standing.rules.get(planned.rule.id, planned.rule), impact, approving).names
        given = {**planned.rule.args, **proof.args, **(exception.get("with") or {})}
        most = longest(description, planned.rule, proof)
        found.append(owed(description, planned.rule.id, planned.rule.title, why, names, most, of_version=bool(given.get("of_version"))))
    return tuple(found)


def _missing(planned: PlannedRequirement, description: Description) -> Message | None:
    """Why a statement is wanted; None where none is."""
    exception = description.requirements.get(planned.rule.id) or {}
    instances: tuple[Instance, ...] = ()
    with contextlib.suppress(Refused):
        try:
            chosen = chosen_for(planned.rule, exception, description)
        except NotDeclared as exc:
            return exc.message
        except NoChecks:
            return None
        instances = chosen.instances if chosen else ()
    statement = next((instance for instance in instances if instance.check == CHECK), None)
    if statement is not None:
        return _ending(statement, description)
    beside = asked_of(planned.rule, exception)
    if beside is None or not beside.besides or not instances:
        return None
    found = description.attested.get(planned.rule.id)
    return found.why if found else None


def _ending(statement: Instance, description: Description) -> Message | None:
    until = statement.args.get("until")
    if unresolved({"": until}) or dt.date.fromisoformat(str(until)) - dt.date.fromisoformat(description.run.today) > SOON:
        return None
    return phrase("what is stated ends on {until:day}", until=str(until))


__all__ = ("owed_by",)
