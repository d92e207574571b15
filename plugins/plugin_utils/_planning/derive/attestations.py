# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people state, as a check of what they state. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from ....module_utils._phrase import phrase
from ..._described.approvals import ATTESTATIONS
from ..._described.declarations import Duration, Options, RequirementEntry
from ..._described.document import Refused
from ..._described.policy import Proof, Rule
from ..._described.service import Description, NotDeclared
from .instance import Instance

CHECK = "attestation"
# what stands in the statement itself, or follows from where it stands: nobody says it in another place
OF_STATEMENT = (*("attested_by", "attesters", "date", "evidence", "folder", "for_version", "result", "statement", "until", "version"),)


def asked_of(rule: Rule, exception: RequirementEntry) -> Proof | None:
    """The proof of a requirement that is a statement; None where nobody asks for one."""
    named = next((proof for proof in rule.proved_by if proof.check == CHECK), None)
    return named or (Proof(CHECK) if exception.get("check") == CHECK else None)


def longest(description: Description, rule: Rule, proof: Proof) -> Duration:
    """How long a statement may hold: as the policy says of statements, else as long as a finding of the requirement counts."""
    given = ((description.requirements.get(rule.id) or {}).get("with") or {}).get("max_validity")
    return longest_of(rule, proof) if given is None else t.cast("Duration", given)


def longest_of(rule: Rule, proof: Proof) -> Duration:
    """The same, as the policy alone says it."""
    said = {**rule.args, **proof.args}.get("max_validity")
    return rule.valid_for if said is None else t.cast("Duration", said)


def statements(rule: Rule, proof: Proof, usual: Options, description: Description) -> list[Instance]:
    """The statement that counts, as an instance. NotDeclared where none does."""
    found = description.attested.get(rule.id)
    if found is None:
        raise NotDeclared(phrase("nobody attests it ({key:path} in {file:path})", key=ATTESTATIONS, file=description.service.name))
    if found.args is None:
        raise NotDeclared(found.why)
    return [Instance(CHECK, CHECK, {**usual, **rule.args, **proof.args, **found.args})]


def is_contrary(rule: Rule, description: Description) -> bool:
    """Whether somebody states that the requirement is not met."""
    found = description.attested.get(rule.id)
    return found is not None and found.contrary


def refuse_given(rule: Rule, exception: RequirementEntry, description: Description) -> None:
    """Refused where a service says in its exception what only a statement says."""
    given = [name for name in exception.get("with") or {} if name in OF_STATEMENT]
    if given and asked_of(rule, exception) is not None:
        place = description.service.where(("requirements", rule.id, "with", given[0]))
        raise Refused(
            [f"{place}: requirements.{rule.id}.with.{given[0]}: what is stated, and by whom, stands under attestations, and nowhere else"]
        )


def refuse_instead(rule: Rule, others: t.Sequence[str], description: Description) -> None:
    """Refused where a service picks a statement for what a check can see: nobody's word outvotes what is observed."""
    place = description.service.where(("requirements", rule.id, "check"))
    raise Refused(
        [
            f"{place}: requirements.{rule.id}.check: {' and '.join(others)} can see it here, by what the file declares; a statement "
            "stands in for no check. Take this line out, or have the requirement waived"
        ]
    )


__all__ = ("CHECK", "OF_STATEMENT", "asked_of", "is_contrary", "longest", "longest_of", "refuse_given", "refuse_instead", "statements")
