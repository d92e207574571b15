# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who helps, and with what: the runbook and the support chains. PRIVATE to the collection. Pure."""

from __future__ import annotations

from ....module_utils._exchange import public_url
from ....module_utils._phrase import phrase
from ..._described.declarations import Tier
from ..._described.service import Description, NotDeclared
from .instance import Derivation, Instance


def _runbook(description: Description) -> list[Instance]:
    declared = (description.data.get("documents") or {}).get("runbook")
    if not declared:
        raise NotDeclared(phrase("documents.runbook is not declared"))
    given: dict[str, object] = dict(declared) if isinstance(declared, dict) else {"url" if "://" in str(declared) else "path": declared}
    args: dict[str, object] = {**description.default_values(lambda given: given.get("runbook")), **given}
    if args.get("path"):
        args["path"] = description.path(str(args["path"]))
    name = str(given["path"]) if given.get("path") else public_url(str(given.get("url")))
    return [Instance("runbook", name, args, path=("documents", "runbook"))]


def chains_in_use(description: Description) -> dict[str, list[Tier]]:
    """The support chains of the parts that are defined, with their tiers, by their name or by the part that writes one out."""
    return _given(description)[1]


def _given(description: Description) -> tuple[dict[str, str | None], dict[str, list[Tier]]]:
    """The chain of each part, by its name, and those that are defined."""
    chains = dict(description.chains)
    components: dict[str, str | None] = {}
    for name, part in description.parts.items():
        support = part.get("support")
        if isinstance(support, list):
            own = phrase("of part {part:path}", part=name)
            chains[own] = support
            support = own
        components[name] = support
    return components, {name: chains[name] for name in chains if name in components.values()}


def _support(description: Description) -> list[Instance]:
    if not description.parts:
        raise NotDeclared(phrase("no part is declared (parts), so no support chain either"))
    components, chains = _given(description)
    args: dict[str, object] = {"components": components, "chains": chains}
    args.update(description.default_values(lambda given: given.get("support")))
    hours = description.commitments.get("hours")
    if hours:
        args["hours"] = hours
    if "max_response" not in args and description.rto is not None:
        args["max_response"] = description.rto  # whoever answers first when it is over cannot keep it
    return [Instance("support_chain", "support chains", args, path=("parts",))]


DERIVATIONS: dict[str, Derivation] = {
    "runbook": _runbook,
    "support_chain": _support,
}

__all__ = ("DERIVATIONS",)
