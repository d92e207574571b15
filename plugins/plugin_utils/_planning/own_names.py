# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names of a service's own requirements: never those of the policy. PRIVATE to the collection. Pure."""

from __future__ import annotations

import re
import typing as t

from ...module_utils._phrase import phrase
from .._described.document import Document, Path, dotted
from .._described.policy import Policy, load, shipped_titles
from .._described.service import Description
from .remarks import Remarks
from .rules import policy_of

OF_THE_GATE = ("AUT", "DEC", "LVL", "MODE")  # what the gate itself raises: nobody else may pass under such a name
FAMILY_OF_A_SERVICE = "OWN"  # where its name makes none


def look(description: Description, above: Policy, remarks: Remarks, *, refused: bool) -> None:
    """Refuses, or tells, which of the service's own requirements bear a name that is the policy's."""
    asked = {name for name, rule in above.rules.items() if not rule.retired}
    chosen = policy_of(description.service)
    for more in (chosen.get("name"), *(chosen.get("add") or ())):
        asked |= set(load(str(more)).rules) - above.taken_out if more else set()
    gone = {*above.taken_out, *above.rules} - asked
    families = {family(name) for name in (*above.rules, *above.taken_out, *shipped_titles())} | {*OF_THE_GATE, "VSR"}
    if description.organisation:
        _reserved(description.organisation, _of_policy(description.organisation), description.name, families, remarks)
    _reserved(description.service, _own(description), description.name, families, remarks)
    for path, name in _own(description):
        if family(name) in OF_THE_GATE or name in asked or (name not in gone and family(name) not in families):
            continue
        place = description.service.where(path)
        proposal = _proposal(description.name, name, families)
        if refused and name in gone:
            why = "it has been taken out of the policy, and nothing comes back under its name"
            remarks.problems.append(f"{place}: {dotted(path)}: {why}; call a requirement of the service's own {proposal} for example")
        elif refused:
            why = f"the names {family(name)}-... are those of the policy"
            remarks.problems.append(f"{place}: {dotted(path)}: {why}; call a requirement of the service's own {proposal} for example")
        else:
            remarks.notices.append(
                phrase(
                    "{place:path}: {key:path}: the name is the policy's; call one of the service's own {proposal:path} for example",
                    place=place,
                    key=dotted(path),
                    proposal=proposal,
                )
            )


def family(name: str) -> str:
    """``BKP`` of ``BKP-01``."""
    return name.partition("-")[0]


def _own(description: Description) -> t.Iterator[tuple[Path, str]]:
    """What would be a requirement of the service's own, if the policy above does not ask for it."""
    for name, entry in description.requirements.items():
        if entry.get("title") and entry.get("check"):
            yield ("requirements", name), name
    yield from _of_policy(description.service)


def _of_policy(document: Document) -> t.Iterator[tuple[Path, str]]:
    for name, changed in (policy_of(document).get("requirements") or {}).items():
        if changed is not None:
            yield ("policy", "requirements", name), name


def _reserved(document: Document, own: t.Iterable[tuple[Path, str]], service: str, families: t.Container[str], remarks: Remarks) -> None:
    """Refuses names under which the gate itself speaks, in each mode: what stands under one would be read as its word."""
    for path, name in own:
        if family(name) in OF_THE_GATE:
            proposal = _proposal(service, name, families)
            remarks.problems.append(
                f"{document.where(path)}: {dotted(path)}: the gate itself speaks under the names {family(name)}-...; "
                f"call a requirement of your own {proposal} for example"
            )


def _proposal(service: str, name: str, families: t.Container[str]) -> str:
    own = re.sub(r"[^A-Z0-9]", "", service.upper()).lstrip("0123456789")[:8]
    return f"{own if own and own not in families else FAMILY_OF_A_SERVICE}-{name.partition('-')[2]}"


__all__ = ("family", "look")
