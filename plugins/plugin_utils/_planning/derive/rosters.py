# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is on call: the rosters that the tiers of the support chains name. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from ....module_utils._phrase import phrase
from ..._described.service import PATHS, Description, NotDeclared
from .instance import Derivation, Instance, Several, Steps
from .support import chains_in_use

CHECK = "oncall_roster"


def _rosters(description: Description) -> list[Instance]:
    if not description.rosters:
        raise NotDeclared(phrase("rosters is not declared: nothing says where it is known who is on call"))
    own = description.data.get("rosters") or {}
    named: dict[str, list[str]] = {}
    several = Several()
    chains = {chain: [dict(tier) for tier in tiers] for chain, tiers in chains_in_use(description).items()}
    silent = [chain for chain, tiers in chains.items() if not any(tier.get("roster") for tier in tiers)]
    if len(silent) == len(chains):
        if not own:
            raise NotDeclared(phrase("no tier of its support chains names a roster (roster), so nothing says who is on call"))
        named, silent = {str(name): [] for name in own}, []
    for tiers in chains.values():
        for tier in tiers:
            if tier.get("roster"):
                wanted = named.setdefault(str(tier["roster"]), [])
                wanted += [name for name in (str(tier["tier"]),) if name not in wanted]
    for chain in silent:
        gap = phrase("no tier of the chain {chain} names a roster (roster), so nothing says who is on call", chain=chain)
        several.gap(Instance(CHECK, str(chain), path=("parts",), gap=gap))
    for name, wanted in named.items():
        path: Steps = ("rosters", name) if name in own else ("parts",)
        with several.one(CHECK, name, path) as found:
            found.append(Instance(CHECK, name, _args(name, wanted, description), path=path))
    return several.all()


def _args(name: str, wanted: t.Sequence[str], description: Description) -> dict[str, object]:
    if name not in description.rosters:
        raise NotDeclared(phrase("the roster {name:path} is named by a support chain, and not declared (rosters)", name=name))
    given = description.rosters[name]
    home = description.service if name in (description.data.get("rosters") or {}) else description.organisation
    args: dict[str, object] = dict(given) if isinstance(given, dict) else {"calendar_url" if "://" in str(given) else "path": given}
    for key in ("path", *PATHS):
        if isinstance(args.get(key), str):
            args[key] = description.path(str(args[key]), home)
    _tiers(name, wanted, args)
    args["name"] = name
    # titles name the service, its team or the roster itself
    usual = [name, str(description.data["service"].get("name") or ""), str(description.data["service"].get("owner") or "")]
    args["words"] = [*(args.get("words") or ()), *filter(None, usual)]  # type: ignore[misc]
    if "hours" not in args and description.commitments.get("hours"):
        args["hours"] = description.commitments["hours"]
    for key, moment in description.run.window.items():
        if key in ("start", "end") and moment:
            args[f"window_{key}"] = moment
    return args


def _tiers(name: str, wanted: t.Sequence[str], args: dict[str, object]) -> None:
    """Each tier that names the roster must be told apart there, by what the roster says of it or by its own name."""
    known = args.get("tiers")
    if isinstance(known, dict) and known:
        missing = [tier for tier in wanted if tier not in known]
        if missing:
            raise NotDeclared(
                phrase(
                    "the roster {name:path} has no tier {missing:list} (tiers), which a support chain looks for there",
                    name=name,
                    missing=missing,
                )
            )
    elif len(wanted) > 1 and not args.get("provider"):
        args["tiers"] = {tier: tier for tier in wanted}


DERIVATIONS: dict[str, Derivation] = {CHECK: _rosters}

__all__ = ("DERIVATIONS",)
