# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is on call: the rosters that the tiers of the support chains name. PRIVATE to the collection. Pure."""

from __future__ import annotations

import re
import typing as t

from ....module_utils._hours import moment as moment_of_week
from ....module_utils._hours import parse_hours, zone_named
from ....module_utils._phrase import Message, phrase
from ....module_utils._registry import load_check
from ....module_utils._weeks import UnknownZone, left_of
from ..._described.document import Unresolved, unresolved
from ..._described.service import PATHS, Description, NotDeclared
from .instance import Derivation, Instance, Several, Steps
from .support import chains_in_use

CHECK = "oncall_roster"


def _rosters(description: Description) -> list[Instance]:
    if not description.rosters and not any(tier.get("roster") for tiers in chains_in_use(description).values() for tier in tiers):
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
    together = _by_chain(chains, named)
    for chain, names in together.items():
        left = _left_out(description, names)
        if left is not None:
            several.gap(Instance(CHECK, chain, path=("rosters", names[0]) if names[0] in own else ("parts",), gap=left))
    for name, wanted in named.items():
        path: Steps = ("rosters", name) if name in own else ("parts",)
        with several.one(CHECK, name, path) as found:
            args = _args(name, wanted, description)
            if len(wanted) == 1 and not args.get("tiers") and not args.get("provider"):
                args.update(_only_tier(name, wanted[0], chains.values()))
            beside = _beside(name, named, list(together.values()), description)
            found.append(Instance(CHECK, name, {**args, "beside": beside} if beside else args, path=path))
    return several.all()


def _by_chain(chains: t.Mapping[str, t.Sequence[t.Mapping[str, object]]], named: t.Mapping[str, object]) -> dict[str, list[str]]:
    """The rosters that say together when somebody of a chain is on call; those that no chain names together for all."""
    found = {chain: [str(tier["roster"]) for tier in tiers if tier.get("roster")] for chain, tiers in chains.items()}
    found = {str(chain): list(dict.fromkeys(names)) for chain, names in found.items() if names}
    return found or ({" ".join(named): list(named)} if named else {})


def _only_tier(name: str, tier: str, chains: t.Iterable[t.Sequence[t.Mapping[str, object]]]) -> dict[str, object]:
    """The tier for which a whole roster is, where it is known which one that is: by its number, or as the first."""
    if re.search(r"\d", tier):
        return {"tier": tier}
    first = all(tiers[0].get("roster") == name for tiers in chains if any(one.get("roster") == name for one in tiers))
    return {"tier": "tier 1"} if first else {}


def _beside(
    name: str, named: t.Mapping[str, t.Sequence[str]], together: t.Sequence[t.Sequence[str]], description: Description
) -> list[dict[str, object]]:
    """The other rosters of its chains: those before it to be read with it, and the hours of those that share the window with it."""
    mine = [names for names in together if name in names]
    options = load_check(CHECK).ARGUMENT_SPEC["beside"]["options"]
    found: list[dict[str, object]] = []
    for other in dict.fromkeys(one for names in mine for one in names if one != name):
        if other not in description.rosters:
            continue  # which is told of itself
        given = description.rosters[other]
        args: dict[str, object] = {"name": other}
        if named[name] and named[other] and any(other in names[: names.index(name)] for names in mine):
            try:
                args = {key: value for key, value in _args(other, named[other], description).items() if key in options and key != "hours"}
            except NotDeclared:
                continue
        shared = all(other in names and all(_has_hours(description.rosters.get(one)) for one in names) for names in mine)
        if shared and isinstance(given, dict):
            args.update({key: given[key] for key in ("hours", "time_zone") if given.get(key)})
        if len(args) > 1:
            found.append(args)
    return found


def _has_hours(roster: object) -> bool:
    return isinstance(roster, dict) and bool(roster.get("hours"))


def _left_out(description: Description, names: t.Sequence[str]) -> Message | None:
    """The committed hours for which none of these rosters is asked, by hours of their own."""
    committed = str(description.commitments.get("hours") or "24x7")
    hours: list[str] = []
    for name in names:
        roster = description.rosters.get(name)
        given = roster.get("hours") if isinstance(roster, dict) else None
        if given is None or not isinstance(roster, dict) or unresolved([given, roster.get("time_zone")]):
            return None  # it is asked in all of the committed hours, or in which ones is known later
        zone = roster.get("time_zone")
        hours.append(f"{given} {zone}" if zone and zone_named(str(given)) is None else str(given))
    try:
        if any(parse_hours(one) is None for one in (committed, *hours)):
            return None  # which is refused elsewhere
        left = left_of(committed, hours, int(description.run.today[:4]))
    except UnknownZone:
        return None
    if not left.gap:
        return None
    return phrase(
        "the service is promised in the hours {committed}, and by their own hours the rosters {names:list} are not asked who is on call on "
        "{first} ({share:duration} a week)",
        committed=committed,
        names=names,
        first=moment_of_week(min(left.gap)),
        share=len(left.gap) * 60.0,
    )


def _args(name: str, wanted: t.Sequence[str], description: Description) -> dict[str, object]:
    if name not in description.rosters:
        raise NotDeclared(phrase("the roster {name:path} is named by a support chain, and not declared (rosters)", name=name))
    given = description.rosters[name]
    home = description.service if name in (description.data.get("rosters") or {}) else description.organisation
    if isinstance(given, dict):
        args: dict[str, object] = dict(given)
    else:
        args = {"calendar_url" if isinstance(given, Unresolved) or "://" in given else "path": given}
    _told_nothing(name, args)
    for key in ("path", *PATHS):
        if isinstance(args.get(key), str):
            args[key] = description.path(str(args[key]), home)
    _tiers(name, wanted, args)
    args["name"] = name
    of_service = (str(description.data["service"].get(key) or "") for key in ("name", "owner"))
    args["called"] = [name, *filter(None, of_service)]
    if "hours" not in args and description.commitments.get("hours"):
        args["hours"] = description.commitments["hours"]
    for key, moment in description.run.window.items():
        if key in ("start", "end") and moment:
            args[f"window_{key}"] = moment
    return args


def _told_nothing(name: str, args: t.Mapping[str, object]) -> None:
    """A roster of which all is written but what makes it one."""
    if args.get("shifts") == []:
        raise NotDeclared(phrase("the roster {name:path} has no shift (shifts), so nobody is on call", name=name))
    if args.get("provider") and not any(args.get(key) for key in ("bearer_token", "headers")):
        raise NotDeclared(phrase("the roster {name:path} has nothing with which its service can be asked (bearer_token)", name=name))


def _tiers(name: str, wanted: t.Sequence[str], args: dict[str, object]) -> None:
    """Each tier that names the roster must be told apart there, by what the roster says of it or by its own name."""
    known = args.get("tiers")
    if isinstance(known, Unresolved):
        return
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
