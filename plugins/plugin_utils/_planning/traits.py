# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service says that it has not, held against what it declares. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ...module_utils._phrase import Message, phrase, plural
from .._described.declarations import RequirementEntry
from .._described.document import Path, dotted, unresolved
from .._described.policy import Proof, Rule
from .._described.service import Description
from .remarks import Remarks
from .rules import impact_of, order

TRAITS, KIND = "traits", "service.kind"
USUAL_KIND = "daemon"  # of a service that does not say
# the checks that look at what a trait is about: they prove nothing of a service without it
_ABOUT = {"http": ("http_probe",), "tls": ("tls_certificate",), "data": ("backup",), "on_call": ("oncall_roster",)}


@dataclasses.dataclass(frozen=True)
class SwitchedOff:
    """Why a requirement is not asked of this service. ``key``: what in its file says so; None where that follows from the rest of it."""

    why: Message
    key: str | None = None


def switched_off(rule: Rule, entry: RequirementEntry, description: Description, *, believed: bool = False) -> SwitchedOff | None:
    """Why a requirement is not asked, or None where it is: also where the service proves it by something else.

    ``believed``: a trait counts although something declared contradicts it.
    """
    if entry.get("check"):
        return None
    return _by_trait(rule, description, believed) or _by_kind(rule, description)


def _by_trait(rule: Rule, description: Description, believed: bool) -> SwitchedOff | None:
    trait = rule.applies_when
    lacking = description.lacks(trait) if trait else None
    if not trait or lacking is None or any(_is_declared(proof, trait, description) for proof in rule.proved_by):
        return None
    if not _stated(description, trait):
        others = description.data.get("traits") or {}
        deciding = next(
            (name for name, given in others.items() if given is False and _without(description, name).lacks(trait) is None), None
        )
        return SwitchedOff(lacking, f"{TRAITS}.{deciding}" if deciding else None)
    if contradicting(description, trait) and not believed:
        return None
    follows = _without(description, trait).lacks(trait) is not None  # from the rest of the file
    return SwitchedOff(lacking, None if follows else f"{TRAITS}.{trait}")


def _stated(description: Description, trait: str) -> bool:
    return (description.data.get("traits") or {}).get(trait) is False


def _without(description: Description, trait: str) -> Description:
    """The service as if its file did not speak of a trait."""
    others = {name: value for name, value in (description.data.get("traits") or {}).items() if name != trait}
    return dataclasses.replace(
        description, service=dataclasses.replace(description.service, data={**description.service.data, "traits": others})
    )


def _by_kind(rule: Rule, description: Description) -> SwitchedOff | None:
    if not rule.applies_to or description.kind in rule.applies_to:
        return None
    why = phrase(
        "it is asked of services of kind {kinds:list}; this one is {kind:path}", kinds=list(rule.applies_to), kind=description.kind
    )
    return SwitchedOff(why, KIND if USUAL_KIND in rule.applies_to else None)


def _is_declared(proof: Proof, trait: str, description: Description) -> bool:
    """Whether the service declares what a proof comes from that needs no such trait, as the series that tells its version."""
    if not proof.source or proof.check.endswith(_ABOUT.get(trait, ())):
        return False
    value: object = description.data
    for step in proof.source.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return bool(value)


def contradicting(description: Description, trait: str) -> list[Path]:
    """Where the service file declares what a service without this trait cannot have."""
    return _CONTRADICTING[trait](description) if trait in _CONTRADICTING else []


def _backups(description: Description) -> list[Path]:
    return [("parts", name, "backups") for name, part in _parts(description).items() if _there(part.get("backups"))]


def _addresses(description: Description, *schemes: str) -> list[Path]:
    found: list[Path] = []
    endpoints = description.service.data.get("endpoints")
    for index, endpoint in enumerate(endpoints) if isinstance(endpoints, list) else ():
        url = endpoint.get("url") if isinstance(endpoint, dict) else None
        if isinstance(url, str) and url.lower().startswith(schemes):
            found.append(("endpoints", index, "url"))
    return found


def _encrypted(description: Description) -> list[Path]:
    endpoints = description.service.data.get("endpoints")
    declared: list[Path] = [
        ("endpoints", index, "tls")
        for index, endpoint in enumerate(endpoints if isinstance(endpoints, list) else ())
        if isinstance(endpoint, dict) and _there(endpoint.get("tls"))
    ]
    declared += [("parts", name, "certificates") for name, part in _parts(description).items() if _there(part.get("certificates"))]
    return _addresses(description, "https:") + declared


def _rosters(description: Description) -> list[Path]:
    return [("rosters",)] if _there(description.service.data.get("rosters")) else []


def _parts(description: Description) -> dict[str, dict[str, object]]:
    parts = description.service.data.get("parts")
    return {str(name): part for name, part in (parts if isinstance(parts, dict) else {}).items() if isinstance(part, dict)}


def _there(value: object) -> bool:
    """Whether something is declared; what nobody knows yet is not."""
    return bool(value) and not unresolved(value)


_CONTRADICTING: dict[str, t.Callable[[Description], list[Path]]] = {
    "data": _backups,
    "http": lambda description: _addresses(description, "http:", "https:"),
    "on_call": _rosters,
    "tls": _encrypted,
}


def hold(
    rules: t.Mapping[str, Rule], description: Description, level: str, remarks: Remarks, *, enforced: bool, believed: bool = False
) -> None:
    """Tells which traits are contradicted by the service file itself, and notes those that switch off what is asked at this level."""
    off: dict[str, list[str]] = {}
    contradicted: dict[str, list[Path]] = {}
    for identifier in sorted(rules, key=order):
        rule, entry = rules[identifier], description.requirements.get(identifier) or {}
        if not impact_of(rule, entry, level):
            continue
        found = switched_off(rule, entry, description, believed=believed)
        if found and found.key:
            off.setdefault(found.key, []).append(identifier)
        trait = rule.applies_when
        if trait and _stated(description, trait) and (others := contradicting(description, trait)):
            contradicted[trait] = others
    for trait, others in contradicted.items():
        if not believed:
            _tell(trait, others, description, remarks, enforced=enforced)
    for key, names in off.items():
        _note(key, names, contradicted.get(key.partition(".")[2], []), description, level, remarks)


def _tell(trait: str, others: list[Path], description: Description, remarks: Remarks, *, enforced: bool) -> None:
    key, place = f"{TRAITS}.{trait}", description.service.where((TRAITS, trait))
    if enforced:
        named = " and ".join(f"{dotted(path)} ({description.service.where(path)})" for path in others)
        remarks.problems.append(
            f"{place}: {key}: it is false, and {named} says otherwise; take {key} out, or what the service does not have any more"
        )
        return
    remarks.notices.append(
        phrase(
            "{place:path}: {key:path} is false, and {others:list} says otherwise: it has no effect, what it is about is asked",
            place=place,
            key=key,
            others=_named(others, description),
        )
    )


def _named(others: list[Path], description: Description) -> list[Message]:
    return [phrase("{key:path} ({place:path})", key=dotted(path), place=description.service.where(path)) for path in others]


def _note(key: str, names: list[str], others: list[Path], description: Description, level: str, remarks: Remarks) -> None:
    steps: Path = tuple(key.split("."))
    message = plural(
        "{count:number} requirement is switched off: {names:list}",
        "{count:number} requirements are switched off: {names:list}",
        count=len(names),
        names=names,
    )
    if others:
        message = phrase("{message}; {others:list} says otherwise", message=message, others=_named(others, description))
    above = phrase("the policy asks for what a service has at level {level}", level=level)
    remarks.loosen("traits", key, description.service.where(steps), message, above)


__all__ = ("KIND", "SwitchedOff", "contradicting", "hold", "switched_off")
