# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service changes in the policy that stands above it, and whether that is looser. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from ...module_utils._phrase import Message, phrase
from ...module_utils._units import parse_duration
from .._described.policy import IMPACTS, Policy, Rule
from .._described.service import Description
from .derive.attestations import CHECK as STATED
from .remarks import Remarks
from .rules import policy_of


class Change(t.NamedTuple):
    """One field of a requirement that is looser: the name under which leave is given, the field, what it says."""

    kind: str
    field: str
    message: Message
    above: Message


def of_policy(above: Policy, policy: Policy, description: Description, level: str, remarks: Remarks) -> None:
    """Notes what of the policy above a service does without. What it changes in a requirement is noted with the requirement."""
    chosen = policy_of(description.service).get("name")
    named = policy_of(description.organisation).get("name") if description.organisation else None
    place = description.service.where(("policy", "name"))
    asked = {name: rule for name, rule in above.rules.items() if rule.impact.get(level) and not rule.retired}
    entries = policy_of(description.service).get("requirements") or {}
    other = description.organisation is not None and chosen not in (None, named or "default")
    lost = sorted(name for name, rule in asked.items() if _is_lost(rule, policy.rules.get(name), level, description.run.today))
    if other and lost:
        remarks.loosen(
            "policy",
            "policy.name",
            place,
            phrase("the policy {other:path} does not ask, or asks less, for {names:list}", other=str(chosen), names=lost),
            phrase("operations asks for the policy {policy:path}", policy=above.name),
        )
    for name in entries:
        below = policy.rules.get(name)
        if name in asked and (below is None or below.retired):
            rule = asked[name]
            remarks.loosen(
                "policy",
                f"policy.requirements.{name}",
                description.service.where(("policy", "requirements", name)),
                phrase("{requirement:path} is taken out", requirement=name),
                _asked(rule, level),
                requirement=name,
            )


def _is_lost(rule: Rule, below: Rule | None, level: str, today: str) -> bool:
    return below is None or below.retired or any(change.field in ("impact", "phases") for change in changes(rule, below, level, today))


def of_rule(above: Rule | None, rule: Rule, impact: str, description: Description, level: str, remarks: Remarks) -> None:
    """Notes what is looser in a requirement as the service has it; one of the service's own has nothing above it."""
    if above is None or not above.impact.get(level):
        return
    exception: t.Mapping[str, object] = description.requirements.get(rule.id) or {}
    entry: t.Mapping[str, object] = (policy_of(description.service).get("requirements") or {}).get(rule.id) or {}
    for change in changes(above, rule, level, description.run.today, impact=impact):
        if change.field not in exception and change.field not in entry:
            continue  # it comes with another policy, which is told as such
        steps = ("requirements", rule.id) if change.field in exception else ("policy", "requirements", rule.id)
        key = ".".join((*steps, change.field))
        place = description.service.where((*steps, change.field))
        remarks.loosen(change.kind, key, place, change.message, change.above, requirement=rule.id)


def changes(above: Rule, below: Rule, level: str, today: str, *, impact: str | None = None) -> list[Change]:
    """What is looser in ``below`` than in ``above``, field by field."""
    finds = (_of_impact, _of_phases, _of_exits, _of_time, _of_reach)
    found = [change for find in finds for change in find(above, below, level, impact)]
    return [*found, *_of_enforcement(above, below, today)]


def _asked(rule: Rule, level: str) -> Message:
    return phrase(
        "the policy asks for it as {impact} at level {level} ({origin})",
        impact=str(rule.impact.get(level)),
        level=level,
        origin=rule.set_by,
    )


def _rank(impact: str | None) -> int:
    return IMPACTS.index(impact) if impact in IMPACTS else -1


def _of_impact(above: Rule, below: Rule, level: str, impact: str | None) -> t.Iterator[Change]:
    now = impact or below.impact.get(level)
    if _rank(now) < _rank(above.impact.get(level)):
        said = (
            phrase("{requirement:path} is lowered to {impact}", requirement=above.id, impact=now)
            if now
            else phrase("{requirement:path} is not asked any more", requirement=above.id)
        )
        yield Change("policy", "impact", said, _asked(above, level))


def _of_phases(above: Rule, below: Rule, level: str, _impact: str | None) -> t.Iterator[Change]:
    left_out = [phase for phase in above.phases if phase not in below.phases]
    if left_out:
        yield Change(
            "policy",
            "phases",
            phrase("{requirement:path} does not decide at {phases:list}", requirement=above.id, phases=left_out),
            phrase("the policy has it decide at {phases:list}", phases=list(above.phases)),
        )


def _of_exits(above: Rule, below: Rule, level: str, _impact: str | None) -> t.Iterator[Change]:
    strict = _asked(above, level)
    if below.not_applicable_allowed and not above.not_applicable_allowed:
        yield Change(
            "policy",
            "not_applicable_allowed",
            phrase("{requirement:path} may be left out without an approver", requirement=above.id),
            strict,
        )
    if below.waivable and not above.waivable:
        yield Change(
            "policy",
            "waivable",
            phrase("{requirement:path} may be waived", requirement=above.id),
            phrase("the policy allows no waiver of it"),
        )
    if below.not_before_first_deployment and not above.not_before_first_deployment:
        yield Change(
            "policy",
            "not_before_first_deployment",
            phrase("{requirement:path} is not due before the first deployment", requirement=above.id),
            strict,
        )
    new = [proof.check for proof in below.proved_by if proof not in above.proved_by]
    left = {proof.check for proof in below.proved_by}
    unseen = [proof.check for proof in above.proved_by if proof.check not in left] if STATED in left else []
    if unseen:
        yield Change(
            "own_proofs",
            "proved_by",
            phrase("{requirement:path} is stated, and not proved by {checks:list}", requirement=above.id, checks=unseen),
            phrase("the policy has it proved by {checks:list}", checks=[proof.check for proof in above.proved_by]),
        )
    if new:
        yield Change(
            "own_proofs",
            "proved_by",
            phrase("{requirement:path} is proved by {checks:list} of the service's own choice", requirement=above.id, checks=new),
            phrase("the policy has it proved by {checks:list}", checks=[proof.check for proof in above.proved_by] or ["-"]),
        )


def _of_time(above: Rule, below: Rule, level: str, _impact: str | None) -> t.Iterator[Change]:
    if parse_duration(below.valid_for) > parse_duration(above.valid_for):
        yield Change(
            "limits",
            "valid_for",
            phrase(
                "what was found on {requirement:path} counts for {longer:duration}",
                requirement=above.id,
                longer=parse_duration(below.valid_for),
            ),
            phrase("the policy says {limit:duration}", limit=parse_duration(above.valid_for)),
        )
    longest = parse_duration(above.max_waiver) if above.max_waiver else None
    if longest is not None and (below.max_waiver is None or parse_duration(below.max_waiver) > longest):
        yield Change(
            "limits",
            "max_waiver",
            phrase("a waiver of {requirement:path} may last longer", requirement=above.id),
            phrase("the policy says {limit:duration}", limit=longest),
        )
    if below.repeat != above.repeat and below.repeat == "when_due":
        yield Change(
            "limits",
            "repeat",
            phrase("{requirement:path} is looked at only when it is due", requirement=above.id),
            phrase("the policy has it looked at in each run"),
        )


def _of_reach(above: Rule, below: Rule, level: str, _impact: str | None) -> t.Iterator[Change]:
    strict = _asked(above, level)
    if below.applies_when and below.applies_when != above.applies_when:
        yield Change(
            "policy",
            "applies_when",
            phrase("{requirement:path} is asked only when {trait:path} applies", requirement=above.id, trait=below.applies_when),
            strict,
        )
    if below.applies_to and (not above.applies_to or set(above.applies_to) - set(below.applies_to)):
        yield Change(
            "policy",
            "applies_to",
            phrase("{requirement:path} is asked only of {kinds:list}", requirement=above.id, kinds=list(below.applies_to)),
            strict,
        )


def _of_enforcement(above: Rule, below: Rule, today: str) -> t.Iterator[Change]:
    # what is enforced already is no later than at once
    if below.enforce_from and below.enforce_from > max(above.enforce_from or "", today):
        said = (
            phrase("the policy enforces it from {day:day}", day=above.enforce_from)
            if above.enforce_from
            else phrase("the policy enforces it at once")
        )
        yield Change(
            "mode",
            "enforce_from",
            phrase("{requirement:path} stops nothing before {day:day}", requirement=above.id, day=below.enforce_from),
            said,
        )
    if below.mode == "observe" and above.mode != "observe":
        yield Change(
            "mode",
            "mode",
            phrase("{requirement:path} is only observed", requirement=above.id),
            phrase("the policy leaves it to the mode of the service"),
        )
    if below.ratchet is False and above.ratchet is not False:
        yield Change(
            "mode",
            "ratchet",
            phrase("{requirement:path} may be lost after it has passed", requirement=above.id),
            phrase("the policy leaves that to the ratchet of the service"),
        )


__all__ = ("Change", "changes", "of_policy", "of_rule")
