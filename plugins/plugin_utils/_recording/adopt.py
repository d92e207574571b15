# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Adopting a service that does not pass: from its state to the debt file, which only shrinks. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

import yaml

from ...module_utils._finding import isoformat
from ...module_utils._units import parse_duration
from .._described.document import Document
from .._judging import state as _state
from .._model.planned import Plan
from .._model.text import escape
from .._promises import debt as _debt
from .._publish.telling import instrument

OBSERVED_LENGTH = 300
HEADER = """\
# The debt of a service: what did not pass when it was adopted. Written by operability.readiness.adopt; keep it in git.
# Each line turns a refusal into a reservation until its day, and covers nothing after it. The file only shrinks: what has
# passed once is struck out, and adopt takes its line away. Lines can be deleted. One that is added or changed by hand is
# refused (seal); a deviation that somebody accepts is a waiver. Comments of your own are lost.
"""


class NothingToAdopt(Exception):
    """There is no observation that could be adopted."""


@dataclasses.dataclass
class Adoption:
    """What became of the debt file; identifiers of requirements by what happened to them."""

    lines: list[dict[str, t.Any]]  # of this environment
    text: str
    first: bool
    added: list[str] = dataclasses.field(default_factory=list)
    struck: dict[str, str] = dataclasses.field(default_factory=dict)  # with the reason
    left_out: dict[str, str] = dataclasses.field(default_factory=dict)  # with the reason
    instruments: list[str] = dataclasses.field(default_factory=list)


def adopt(
    document: Document | None,
    plan: Plan,
    state: t.Mapping[str, t.Any],
    *,
    environment: str,
    by: str,
    ends: t.Mapping[str, str],
    now: dt.datetime,
) -> Adoption:
    """The debt file after today's adoption; ``plan`` is that of all phases. NothingToAdopt."""
    if not state["requirements"]:
        raise NothingToAdopt(f"nothing of {plan.service['name']} in {environment} was ever verified completely")
    held = [dict(line) for line in (document.data["debt"] or [])] if document else []
    adopted = dict(document.data["adopted"] or {}) if document else {}
    others = [line for line in held if line["environment"] != environment]
    own = [line for line in held if line["environment"] == environment]
    if environment in adopted or own:
        result = _shrunk(own, plan, state)
        adopted.setdefault(environment, {"at": own[0]["adopted"], "by": own[0]["by"], "lines": len(own)} if own else {})
    else:
        result = _first(plan, state, environment, by, ends, now)
        adopted[environment] = {"at": now.date().isoformat(), "by": escape(by, 120), "lines": len(result.lines)}
    result.text = render(str(plan.service["name"]), adopted, [*others, *result.lines])
    return result


def _shrunk(own: list[dict[str, t.Any]], plan: Plan, state: t.Mapping[str, t.Any]) -> Adoption:
    """The lines that are still needed, unchanged."""
    result = Adoption([], "", first=False)
    asked = {waiver["requirement"] for waiver in _debt.lines(plan)}
    for line in own:
        name = line["requirement"]
        passed = _passed(name, state)
        if name not in asked:
            result.struck[name] = "the policy does not ask for it any more"
        elif passed:
            result.struck[name] = f"it passed on {passed}"
        else:
            result.lines.append(line)
    return result


def _passed(name: str, state: t.Mapping[str, t.Any]) -> str | None:
    """The day on which a requirement in debt has passed since it was adopted."""
    remembered = (state.get("debt") or {}).get(name) or {}
    if remembered.get("passed_at"):
        return str(remembered["passed_at"])[:10]
    newest = state["requirements"].get(name) or {}
    if newest.get("observed_status") == "pass" and newest.get("verified"):
        return str(newest["collected_at"])[:10]
    return None


def _first(plan: Plan, state: t.Mapping[str, t.Any], environment: str, by: str, ends: t.Mapping[str, str], now: dt.datetime) -> Adoption:
    """A line for each requirement that was looked at, does not pass, and is not covered otherwise."""
    result = Adoption([], "", first=True)
    judged = _state.judge_state(_debt.without(plan), state, now)
    result.instruments = [instrument(item) for item in judged["instruments"]]
    rules = {item.rule.id: item.rule for item in plan.requirements}
    for requirement in judged["requirements"]:
        name, status = requirement["id"], requirement["status"]
        if requirement["impact"] == "minor" or status not in ("fail", "warn", "unknown", "waived"):
            continue
        reason = _left_out(requirement, rules[name], plan, state, now)
        if reason:
            result.left_out[name] = reason
            continue
        until = (now.date() + dt.timedelta(seconds=parse_duration(ends[_end_of(requirement)]))).isoformat()
        earlier = (state.get("debt") or {}).get(name)
        line = {
            "requirement": name,
            "environment": environment,
            "impact": requirement["impact"],
            "status": status,
            "observed": escape(requirement["message"], OBSERVED_LENGTH),
            "adopted": now.date().isoformat(),
            "by": escape(by, 120),
            "until": min(until, earlier["until"]) if earlier else until,
        }
        result.lines.append({**line, "seal": _debt.seal(line, str(plan.service["name"]))})
        result.added.append(name)
    return result


def _end_of(requirement: t.Mapping[str, t.Any]) -> str:
    return "unknown" if requirement["status"] == "unknown" else str(requirement["impact"])


def _left_out(requirement: t.Mapping[str, t.Any], rule: t.Any, plan: Plan, state: t.Mapping[str, t.Any], now: dt.datetime) -> str | None:
    """Why a requirement that does not pass gets no line; None where it gets one."""
    name = requirement["id"]
    held = state["requirements"].get(name)
    if requirement["status"] == "waived":
        return f"a waiver covers it until {requirement['waiver']['until']}"
    if held is None:
        return f"it was never verified: run {' or '.join(phase for phase in rule.phases if phase != 'design')} before adopting"
    if held["valid_until"] < isoformat(now):
        return f"it was last verified on {held['collected_at'][:10]}, which no longer counts: verify it again"
    if not rule.waivable:
        return "the policy does not allow a waiver of it"
    earlier = ((state.get("debt") or {}).get(name) or {}).get("passed_at")
    if earlier:
        return f"it was in debt before, and passed on {earlier[:10]}: what has passed is no debt any more"
    passed = (state.get("passed") or {}).get(name)
    if passed and (plan.ratchet if rule.ratchet is None else rule.ratchet):
        return f"it passed on {passed['last'][:10]}, and what has passed once may not be lost (ratchet)"
    return None


def render(service: str, adopted: t.Mapping[str, t.Mapping[str, t.Any]], lines: t.Sequence[t.Mapping[str, t.Any]]) -> str:
    """The debt file."""
    head = {"schema_version": 1, "service": service, "adopted": {name: _dated(entry) for name, entry in adopted.items()}}
    parts = [HEADER, _dump(head)]
    parts.append("debt:\n" if lines else "debt: []\n")
    for line in lines:
        first, *rest = _dump(_dated({key: line[key] for key in (*_debt.SEALED, "seal")})).splitlines()
        parts.append("\n".join([f"  - {first}", *(f"    {text}" for text in rest)]) + "\n")
    return "".join(parts)


def _dated(entry: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """With days as YAML writes them, not in quotes."""
    return {key: dt.date.fromisoformat(value) if key in ("at", "adopted", "until") else value for key, value in entry.items()}


def _dump(data: t.Any) -> str:
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=10_000)


__all__ = ("Adoption", "NothingToAdopt", "adopt", "render")
