# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each part has exactly one chain of support, whose tiers can be reached and whose contracts last. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import re
import typing as t

from .._argspec import Spec
from .._finding import CannotObserve, Finding, Measurement, Status, worst
from .._hours import moment, parse_hours
from .._phrase import Message, and_more, phrase, plural, verbatim
from .._runner import Runner
from .._units import parse_duration
from .._weeks import UnknownZone, left_of
from ._contacts import all_gone, contacts_of, is_contact, is_placeholder
from ._support_path import can_be_called, distinct, is_somebody, judge_path, label

WHERE = "controller"
TIMEOUT = 10.0
ARGUMENT_SPEC: Spec = {
    "components": {"type": "dict", "required": True},
    "chains": {"type": "dict", "required": True},
    "horizon": {"type": "str", "default": "90d"},
    "hours": {"type": "str"},
    "max_response": {"type": "str"},
    "min_tiers": {"type": "int", "default": 1},
}
DURATIONS = ("horizon", "max_response")

Remark = tuple[Status, Message]
_KEYS = {"contact": phrase("contact"), "hours": phrase("hours"), "response": phrase("response")}


class Arguments(t.TypedDict):
    components: dict[str, object]
    chains: dict[str, object]
    horizon: float
    hours: str | None
    max_response: float | None
    min_tiers: int
    timeout: float


def run(args: Arguments, runner: Runner) -> list[Finding]:
    if not args["components"]:
        raise CannotObserve(phrase("no component is declared: there is nothing whose support could be judged"))
    today = runner.now().date()
    wanted = parse_hours(args["hours"]) if args["hours"] else None
    if args["hours"] and wanted is None:
        raise CannotObserve(
            phrase("hours: '{hours}' cannot be read; expected for example 24x7 or 'Mon-Fri 08:00-18:00'", hours=args["hours"])
        )
    return [_component(str(name), value, args, wanted, today) for name, value in args["components"].items()]


def _component(name: str, value: t.Any, args: Arguments, wanted: set[int] | None, today: dt.date) -> Finding:
    chains: dict[str, t.Any] = {str(key): tiers for key, tiers in args["chains"].items()}
    names = list(dict.fromkeys(str(item) for item in (value if isinstance(value, (list, tuple)) else [value]) if item not in (None, "")))
    remarks: list[Remark] = []
    measurements: list[Measurement] = []
    if isinstance(value, dict):
        said = phrase("{component}: its chain must be named by a text, this is a dictionary", component=name)
        remarks.append((Status.UNKNOWN, said))
    elif len(names) != 1:
        remarks.append((Status.FAIL, _not_one(name, names)))
    elif names[0] not in chains:
        remarks.append((Status.FAIL, _not_defined(name, names[0], sorted(chains))))
    else:
        remarks, measurements = judge_chain(names[0], chains[names[0]], wanted, args, today)
    status = worst(level for level, _said in remarks) or Status.PASS
    bad = [said for level, said in remarks if level == status]
    if status == Status.PASS:
        message = plural(
            "{component} is supported by the chain {chain}: {count:number} tier, with contact, hours and response",
            "{component} is supported by the chain {chain}: {count:number} tiers, each with contact, hours and response",
            count=len(chains[names[0]]),
            component=name,
            chain=names[0],
        )
    else:
        message = and_more(bad) if name in bad[0] else phrase("{component}: {remarks}", component=name, remarks=and_more(bad))
    return Finding(
        status,
        message,
        observed={"chains": names, "tiers": _tier_names(chains.get(names[0])) if len(names) == 1 else []},
        expected={"chains": 1, "min_tiers": args["min_tiers"], "hours": args["hours"], "horizon_seconds": args["horizon"]},
        measurements=measurements,
        instance=name,
        details=[said for _level, said in remarks],
    )


def _not_one(component: str, chains: t.Sequence[str]) -> Message:
    if not chains:
        return phrase("{component} has no chain of support", component=component)
    return phrase(
        "{component} has {number:number} chains of support ({chains:list}): exactly one must answer for it",
        component=component,
        number=len(chains),
        chains=chains,
    )


def _not_defined(component: str, chain: str, defined: t.Sequence[str]) -> Message:
    if not defined:
        return phrase("{component} is given to the chain {chain}, which is not defined (defined: none)", component=component, chain=chain)
    return phrase(
        "{component} is given to the chain {chain}, which is not defined (defined: {defined:list})",
        component=component,
        chain=chain,
        defined=defined,
    )


def _tier_names(tiers: t.Any) -> list[str]:
    listed = tiers if isinstance(tiers, (list, tuple)) else []
    return [str(label(tier, number)) for number, tier in enumerate(listed, 1) if isinstance(tier, dict)]


def judge_chain(
    chain: str, tiers: t.Any, wanted: set[int] | None, args: Arguments, today: dt.date
) -> tuple[list[Remark], list[Measurement]]:
    """What is wrong with the tiers of a chain, and how long its contracts last."""
    if not isinstance(tiers, (list, tuple)) or not all(isinstance(tier, dict) for tier in tiers):
        said = phrase("the chain {chain} is not a list of tiers, each with contact, hours and response", chain=chain)
        return [(Status.UNKNOWN, said)], []
    if len(tiers) < max(1, args["min_tiers"]):
        said = plural(
            "the chain {chain} has {count:number} tier, it needs {needed:number}",
            "the chain {chain} has {count:number} tiers, it needs {needed:number}",
            count=len(tiers),
            chain=chain,
            needed=max(1, args["min_tiers"]),
        )
        return [(Status.FAIL, said)], []
    remarks: list[Remark] = []
    measurements: list[Measurement] = []
    for number, tier in enumerate(tiers, 1):
        where = phrase("{tier} of the chain {chain}", tier=label(tier, number), chain=chain)
        remarks += _tier(where, tier, args["max_response"] if number == 1 else None)
        remarks += _lasts(where, tier, float(args["horizon"]), today, measurements)
    if 1 < distinct(tiers) < args["min_tiers"]:
        said = phrase(
            "the chain {chain} has {count:number} different contacts, it needs {needed:number} tiers",
            count=distinct(tiers),
            chain=chain,
            needed=args["min_tiers"],
        )
        remarks.append((Status.FAIL, said))
    remarks += judge_path(chain, tiers)
    if wanted is not None:
        remarks += _hours(chain, tiers, str(args["hours"]), today)
    return remarks, measurements


def _hours(chain: str, tiers: t.Sequence[t.Mapping[str, object]], committed: str, today: dt.date) -> list[Remark]:
    """When nobody of the chain answers, and the service was promised."""
    covering: list[str] = []
    ending: list[str] = []
    unread: list[Remark] = []
    for number, tier in enumerate(tiers, 1):
        hours = str(tier.get("hours") or "")
        if parse_hours(hours) is None:
            where = phrase("{tier} of the chain {chain}", tier=label(tier, number), chain=chain)
            unread += [] if _empty(hours) else [(Status.UNKNOWN, _unread(where, hours))]
            continue
        if can_be_called(tier.get("contact")):
            covering.append(hours)
            ending += [hours] if is_somebody(tier) else []
    try:
        left = left_of(committed, covering, today.year)
        alone = left_of(committed, ending, today.year)
    except UnknownZone as exc:
        where = next((label(tier, n) for n, tier in enumerate(tiers, 1) if str(tier.get("hours")) == exc.hours), verbatim(committed))
        where = phrase("{tier} of the chain {chain}", tier=where, chain=chain)
        return [(Status.UNKNOWN, phrase("{where} has hours in a time zone that is not known: '{hours}'", where=where, hours=exc.hours))]
    if left.gap and unread:
        return unread
    if left.depends:
        said = phrase(
            "whether the hours of the chain {chain} cover the committed {hours} depends on their time zone, which is not said: name it in "
            "them ('Mon-Fri 08:00-18:00 Europe/Paris')",
            chain=chain,
            hours=committed,
        )
        return [(Status.UNKNOWN, said)]
    if left.gap:
        said = phrase(
            "the hours of the chain {chain} do not cover the committed {hours}: nobody on {first} ({share:duration} a week)",
            chain=chain,
            hours=committed,
            first=moment(min(left.gap)),
            share=len(left.gap) * 60.0,
        )
        return [(Status.FAIL, said)]
    if alone.gap and not alone.depends:
        said = phrase(
            "in the committed {hours} all that answers of the chain {chain} on {first} is a queue, a list or a machine ({share:duration} a "
            "week): name a person, a desk or a number at which somebody answers then",
            chain=chain,
            hours=committed,
            first=moment(min(alone.gap)),
            share=len(alone.gap) * 60.0,
        )
        return [(Status.WARN, said)]
    return []


def _unread(where: Message, hours: str) -> Message:
    return phrase(
        "{where} has the hours '{hours}', which cannot be read; expected for example 24x7 or 'Mon-Fri 08:00-18:00'",
        where=where,
        hours=hours,
    )


def _tier(where: Message, tier: t.Mapping[str, object], max_response: float | None) -> list[Remark]:
    remarks: list[Remark] = []
    for key in ("contact", "hours", "response"):
        value = tier.get(key)
        if _empty(value):
            remarks.append((Status.FAIL, phrase("{where} has no {key}", where=where, key=_KEYS[key])))
        elif is_placeholder(str(value)):
            said = phrase("{where} has a placeholder for its {key}: '{value}'", where=where, key=_KEYS[key], value=str(value))
            remarks.append((Status.FAIL, said))
        elif key == "contact" and not all(is_contact(one) and not is_placeholder(one) for one in contacts_of(value)):
            said = phrase(
                "{where} has the contact '{value}': no address, telephone number, URL or name of a queue", where=where, value=str(value)
            )
            remarks.append((Status.FAIL, said))
        elif key == "contact" and all_gone(value):
            said = phrase(
                "{where} has the contact '{value}', who by these words is not there: name whoever answers instead",
                where=where,
                value=str(value),
            )
            remarks.append((Status.FAIL, said))
        elif key == "response":
            remarks += _response(where, value, max_response)
    return remarks


def _response(where: Message, value: object, most: float | None) -> list[Remark]:
    try:
        seconds = parse_duration(value if isinstance(value, (int, float)) else str(value))
    except ValueError:
        said = phrase(
            "the response target of {where}, '{value}', is not a duration; expected for example 90s, 15m, 24h or 30d",
            where=where,
            value=str(value),
        )
        return [(Status.UNKNOWN, said)]
    if seconds <= 0:
        return [(Status.FAIL, phrase("{where} has a response target of {value}", where=where, value=str(value)))]
    if most is not None and seconds > most:
        said = phrase(
            "{where} answers within {response:duration}; it must within {limit:duration}", where=where, response=seconds, limit=most
        )
        return [(Status.FAIL, said)]
    return []


def _lasts(where: Message, tier: t.Mapping[str, object], horizon: float, today: dt.date, measurements: list[Measurement]) -> list[Remark]:
    """Whether its contract and its product last."""
    remarks = []
    for key, name in (("contract_until", "contract_left_seconds"), ("end_of_life", "end_of_life_left_seconds")):
        value = tier.get(key)
        if value is None:
            continue
        until = parse_date(value)
        if until is None:
            remarks.append((Status.UNKNOWN, _no_date(key, where, str(value))))
            continue
        left = (until - today).days
        measurements.append(Measurement(name, left * 86400.0, horizon, "lower"))
        if left < 0:
            remarks.append((Status.FAIL, _ended(key, where, until.isoformat(), -left)))
        elif left * 86400 < horizon:
            remarks.append((Status.WARN, _ends(key, where, until.isoformat(), left, horizon)))
    return remarks


def _no_date(key: str, where: Message, value: str) -> Message:
    if key == "end_of_life":
        return phrase("the end of life of {where}, '{value}', is not a date; expected for example 2027-06-30", where=where, value=value)
    return phrase("the end of the contract of {where}, '{value}', is not a date; expected for example 2027-06-30", where=where, value=value)


def _ended(key: str, where: Message, until: str, days: int) -> Message:
    if key == "end_of_life":
        return plural(
            "what {where} supports has had no maker behind it since {until:day} (end of life), {count:number} day ago",
            "what {where} supports has had no maker behind it since {until:day} (end of life), {count:number} days ago",
            count=days,
            where=where,
            until=until,
        )
    return plural(
        "the contract of {where} ended on {until:day}, {count:number} day ago",
        "the contract of {where} ended on {until:day}, {count:number} days ago",
        count=days,
        where=where,
        until=until,
    )


def _ends(key: str, where: Message, until: str, days: int, horizon: float) -> Message:
    if key == "end_of_life":
        return plural(
            "what {where} supports reaches its end of life on {until:day}, in {count:number} day; it must last {horizon:duration}",
            "what {where} supports reaches its end of life on {until:day}, in {count:number} days; it must last {horizon:duration}",
            count=days,
            where=where,
            until=until,
            horizon=horizon,
        )
    return plural(
        "the contract of {where} ends on {until:day}, in {count:number} day; it must last {horizon:duration}",
        "the contract of {where} ends on {until:day}, in {count:number} days; it must last {horizon:duration}",
        count=days,
        where=where,
        until=until,
        horizon=horizon,
    )


def parse_date(value: t.Any) -> dt.date | None:
    """A date of YAML (date, datetime or text); None for whatever else."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    match = re.fullmatch(r"\s*(\d{4}-\d\d-\d\d)([T ].*)?\s*", str(value))
    try:
        return dt.date.fromisoformat(match.group(1)) if match else None
    except ValueError:
        return None


def _empty(value: t.Any) -> bool:
    return value is None or isinstance(value, bool) or not str(value).strip() or (isinstance(value, (dict, list)) and not value)


__all__ = (
    "ARGUMENT_SPEC",
    "DURATIONS",
    "TIMEOUT",
    "WHERE",
    "judge_chain",
    "parse_date",
    "run",
)
