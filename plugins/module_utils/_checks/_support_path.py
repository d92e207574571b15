# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way through the tiers of a support chain: its order, where it leads, and who is at its end. PRIVATE to the collection."""

from __future__ import annotations

import re
import typing as t

from .._finding import Status
from .._hours import parse_hours
from .._phrase import Message, phrase, verbatim
from ._contacts import are_one, contacts_of, is_impersonal, is_placeholder, is_role_mailbox, names_somebody, plain, reaches

Remark = tuple[Status, Message]
TierGiven = t.Mapping[str, object]
_NUMBERED = re.compile(r"\D*?(\d{1,2})\D*")


def label(tier: TierGiven, number: int) -> Message:
    given = tier.get("tier") or tier.get("name")
    return verbatim(str(given)) if given else phrase("tier {number}", number=number)


def judge_path(chain: str, tiers: t.Sequence[TierGiven]) -> list[Remark]:
    """What is wrong with the order of the tiers, with their escalation, with contacts that are one, and with the end."""
    names = [str(label(tier, number)) for number, tier in enumerate(tiers, 1)]
    remarks = _order(chain, names)
    way, more = _way(chain, tiers, names)
    return [*remarks, *more, *_one_contact(chain, tiers, names), *_end(chain, tiers[way[-1]], names[way[-1]])]


def _order(chain: str, names: t.Sequence[str]) -> list[Remark]:
    twice = sorted({name for name in names if sum(plain(name) == plain(other) for other in names) > 1})
    if twice:
        said = phrase(
            "the chain {chain} has more than one tier with the name {name}: which one is called first?", chain=chain, name=twice[0]
        )
        return [(Status.FAIL, said)]
    numbers = [int(match.group(1)) for name in names if (match := _NUMBERED.fullmatch(name))]
    if len(numbers) == len(names) and numbers != sorted(numbers):
        said = phrase(
            "the tiers of the chain {chain} are not in their order: {names:list}; the first one is called first", chain=chain, names=names
        )
        return [(Status.FAIL, said)]
    return []


def _way(chain: str, tiers: t.Sequence[TierGiven], names: t.Sequence[str]) -> tuple[list[int], list[Remark]]:
    """The tiers in the order in which they are called, by their places."""
    places = {plain(name): number for number, name in enumerate(names)}
    way = [0]
    while True:
        at = way[-1]
        following = tiers[at].get("escalates_to")
        if following is None and at + 1 == len(tiers):
            break
        after = at + 1 if following is None else places.get(plain(str(following)))
        if after is None:
            said = phrase(
                "{tier} of the chain {chain} escalates to {name}, which is none of its tiers",
                tier=names[at],
                chain=chain,
                name=str(following),
            )
            return way, [(Status.FAIL, said)]
        if after in way:
            round_trip = [names[number] for number in [*way[way.index(after) :], after]]
            said = phrase("the escalation of the chain {chain} goes round in a circle: {names:list}", chain=chain, names=round_trip)
            return way, [(Status.FAIL, said)]
        way.append(after)
    left = [name for number, name in enumerate(names) if number not in way]
    if left:
        return way, [(Status.WARN, phrase("no escalation of the chain {chain} leads to {names:list}", chain=chain, names=left))]
    return way, []


def _one_contact(chain: str, tiers: t.Sequence[TierGiven], names: t.Sequence[str]) -> list[Remark]:
    """Tiers that answer at the same time and are one contact: whoever does not answer in the first does not in the next."""
    groups: list[list[int]] = []
    for number, tier in enumerate(tiers):
        if contacts_of(tier.get("contact")):
            known = next((group for group in groups if _are_one(tiers[group[0]], tier)), None)
            if known is None:
                groups.append([number])
            else:
                known.append(number)
    remarks: list[Remark] = []
    for members in groups:
        same = [number for number in members if any(number != other and _overlap(tiers[number], tiers[other]) for other in members)]
        if len(same) < 2:
            continue
        shown = [names[number] for number in same]
        if len(same) == len(tiers):
            said = phrase(
                "{names:list} of the chain {chain} are one contact ({contact}): nobody is behind the first",
                names=shown,
                chain=chain,
                contact=str(tiers[same[0]].get("contact")),
            )
            remarks.append((Status.FAIL, said))
        else:
            said = phrase(
                "{names:list} of the chain {chain} are one contact ({contact}): that escalation leads nowhere",
                names=shown,
                chain=chain,
                contact=str(tiers[same[0]].get("contact")),
            )
            remarks.append((Status.WARN, said))
    return remarks


def _overlap(one: TierGiven, other: TierGiven) -> bool:
    first, second = parse_hours(str(one.get("hours") or "")), parse_hours(str(other.get("hours") or ""))
    return bool(first is None or second is None or first & second)


def _are_one(one: TierGiven, other: TierGiven) -> bool:
    """Whether each contact of the one is a contact of the other, however it is written."""
    first, second = (contacts_of(tier.get("contact")) for tier in (one, other))
    return all(any(are_one(a, b) for b in second) for a in first) and all(any(are_one(a, b) for a in first) for b in second)


def distinct(tiers: t.Sequence[TierGiven]) -> int:
    """How many tiers there are, those of one contact counted once."""
    return sum(
        not contacts_of(tier.get("contact"))
        or not any(_are_one(before, tier) for before in tiers[:number] if contacts_of(before.get("contact")))
        for number, tier in enumerate(tiers)
    )


def is_somebody(tier: TierGiven) -> bool:
    """Whether a tier leads to somebody who has to answer: a queue, a list or a bot only where its roster says who is on call."""
    given = contacts_of(tier.get("contact"))
    return bool(tier.get("roster")) or not given or not all(is_impersonal(one) for one in given)


def _end(chain: str, tier: TierGiven, name: str) -> list[Remark]:
    """The last tier must be somebody: what is sent to a queue, a list or a bot waits there."""
    contact = str(tier.get("contact") or "")
    given = contacts_of(contact)
    if not is_placeholder(contact) and not is_somebody(tier):
        said = phrase(
            "the chain {chain} ends with {tier}, whose contact '{contact}' is a queue, a list or a machine: name a person, a desk or a "
            "number at which somebody answers",
            chain=chain,
            tier=name,
            contact=contact,
        )
        return [(Status.FAIL, said)]
    if tier.get("roster") or is_placeholder(contact):
        return []
    promised = tier.get("contract_until")  # by contract a maker's support@ has to answer
    anybody = not promised and all(is_impersonal(one) or is_role_mailbox(one) for one in given)
    if given and (anybody or not any(names_somebody(one) for one in given)):
        said = phrase(
            "the chain {chain} ends with {tier}, whose contact '{contact}' names nobody in particular: say who, with a number or "
            "an address",
            chain=chain,
            tier=name,
            contact=contact,
        )
        return [(Status.WARN, said)]
    return []


# -- hours


def can_be_called(contact: object) -> bool:
    """Whether one of the contacts is more than a placeholder."""
    return any(not is_placeholder(one) and (reaches(one) or len(one) >= 3) for one in contacts_of(contact))


__all__ = ("can_be_called", "distinct", "is_somebody", "judge_path", "label")
