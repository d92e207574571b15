# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions that a service asks in the place of those that follow from what it declares. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from ...module_utils._phrase import phrase
from ...module_utils._registry import load_check
from .._described.declarations import RequirementEntry
from .._described.document import Refused, unresolved
from .._described.policy import Rule
from .._described.service import Description, NoChecks
from .derive.instance import Instance
from .limits import is_looser, is_tighter
from .proofs import chosen_for
from .remarks import Remarks
from .stand_ins import GENERIC

# options that a check takes for everything where they are left out: given, they leave something aside
_NARROWER = ("host", "hosts", "keyword", "markers", "paths", "tags")
# how a check goes about it, not what it looks at
_MANNER = ("compare", "failover", "interval", "link_timeout", "connect_timeout", "samples", "timeout", "run_as")


def of_questions(
    above: Rule | None, rule: Rule, exception: RequirementEntry, description: Description, level: str, remarks: Remarks
) -> None:
    """Notes what a requirement's entry has looked at instead of what the service declares."""
    given = exception.get("with") or {}
    if above is None or not above.impact.get(level) or not (given or exception.get("check") or exception.get("on")):
        return
    try:
        chosen = chosen_for(rule, {}, description)
    except (NoChecks, Refused):
        return  # nothing is declared that could be replaced
    if chosen is None or not chosen.instances:
        return
    declared = [instance for instance in chosen.instances if instance.gap is None and instance.call == "run"]
    told = any(one.kind == "own_proofs" and one.requirement == rule.id for one in remarks.loosened)
    check = str(exception.get("check") or "")
    if check and given:
        replaced = declared and (check != declared[0].check or _bent(declared, given))
        if replaced and not told and check not in GENERIC:
            _note("own_proofs", "check", above, rule, description, remarks)
        return
    for option, kind in _bent(declared, given).items():
        if kind == "limits" or not told:
            _note(kind, f"with.{option}", above, rule, description, remarks)
    _hosts(declared, above, rule, exception, description, remarks)


def _bent(declared: t.Sequence[Instance], given: t.Mapping[str, object]) -> dict[str, str]:
    """The options with which something else is looked at than what is declared, or less of it; and the leave that takes."""
    out = {}
    for option, value in given.items():
        mine = [instance for instance in declared if option in load_check(instance.check).ARGUMENT_SPEC]
        if not mine or option in _MANNER or unresolved({"": value}) or (option == "url" and _is_server(mine[0].check)):
            continue
        before = [item for instance in mine if (item := instance.args.get(option)) is not None]
        if any(_is_other(option, item, value) for item in before) or (not before and option in _NARROWER):
            out[option] = "limits" if any(is_looser(option, item, value) for item in before) else "own_proofs"
    return out


def _is_server(check: str) -> bool:
    return check.partition("_")[0] in ("prometheus", "alertmanager")  # which one is asked is told apart


def _is_other(option: str, before: object, now: object) -> bool:
    if before == now or is_tighter(option, before, now):
        return False
    return is_looser(option, before, now) or not _is_limit(option)


def _is_limit(option: str) -> bool:
    return is_looser(option, 1, 2) != is_looser(option, 2, 1)


def _note(kind: str, key: str, above: Rule, rule: Rule, description: Description, remarks: Remarks) -> None:
    steps = ("requirements", rule.id, *key.split("."))
    remarks.loosen(
        kind,
        ".".join(steps),
        description.service.where(steps),
        phrase("{requirement:path} looks at something else than what the service declares", requirement=rule.id),
        phrase("the policy has it proved by what is declared ({origin})", origin=above.set_by),
        requirement=rule.id,
    )


def _hosts(
    declared: t.Sequence[Instance], above: Rule, rule: Rule, exception: RequirementEntry, description: Description, remarks: Remarks
) -> None:
    """A pattern that leaves out hosts on which what is declared would be looked at."""
    if not exception.get("on"):
        return
    there = set(description.hosts(str(exception["on"])))
    left_out = sorted({host for instance in declared for host in instance.hosts or ()} - there)
    if left_out and there <= set(description.hosts()):  # others are told as such
        steps = ("requirements", rule.id, "on")
        remarks.loosen(
            "hosts",
            ".".join(steps),
            description.service.where(steps),
            phrase("{requirement:path} is not looked at on {hosts:list}", requirement=rule.id, hosts=left_out),
            phrase("the parts of the service are there"),
            requirement=rule.id,
        )


__all__ = ("of_questions",)
