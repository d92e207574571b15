# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What operations demands: the policies that ship, and an organisation's overlay over them. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import difflib
import functools
import hashlib
import pathlib
import typing as t

import yaml

from ...module_utils._phrase import Message, phrase
from ...module_utils._registry import CHECKS, COMPUTED
from .declarations import Classification, Duration, Impacts, Options, PolicyEntry, PolicyOverlay, ProofEntry
from .document import Document, FastLoader, Refused, unresolved

FOLDER = pathlib.Path(__file__).parent / "policies"
LEVELS = ("C", "B", "A")
IMPACTS = ("minor", "major", "blocker")
LONGEST_WAIVER = "400d"  # what the policies that ship say
PHASES = ("design", "pre", "post", "smoke", "recheck")


@dataclasses.dataclass(frozen=True)
class Proof:
    """One way to prove a requirement: a check, and what of the service's description its arguments come from."""

    check: str
    source: str | None = None  # the policy's "from"
    option: str | None = None  # the policy's "as"
    on: str | None = None
    args: Options = dataclasses.field(default_factory=dict)
    besides: bool = False  # asked also where another proof is used


@dataclasses.dataclass(frozen=True)
class Rule:
    """One requirement of a policy. ``origin`` says of each field where it was set."""

    id: str
    title: str
    reason: str = ""
    area: str = "platform"
    stakeholder: str = "operators"
    impact: t.Mapping[str, str] = dataclasses.field(default_factory=dict)  # by level; absent: not asked
    phases: tuple[str, ...] = ("pre", "post", "recheck")
    observe: tuple[str, ...] = ()
    proved_by: tuple[Proof, ...] = ()
    remedy: str = ""
    responsible: str | None = None
    valid_for: Duration = "7d"
    repeat: str = "each_run"  # or when_due: at recheck only when the last proof nears its end
    applies_when: str | None = None
    applies_to: tuple[str, ...] = ()
    not_before_first_deployment: bool = False
    not_applicable_allowed: bool = False
    waivable: bool = True
    max_waiver: Duration | None = None
    enforce_from: str | None = None
    mode: str | None = None
    ratchet: bool | None = None
    retired: bool = False
    args: Options = dataclasses.field(default_factory=dict)  # the policy's "with"
    bounds: Options = dataclasses.field(default_factory=dict)  # how far out options may lie, for all levels or by level
    origin: t.Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def set_by(self) -> str:
        """Every place that had a say, the policy first."""
        places = list(dict.fromkeys(self.origin.values()))
        return phrase("{places:list}", places=places) if len(places) > 1 else next(iter(places), "")


class PolicyFile(t.TypedDict):
    """A policy that ships."""

    version: str
    valid_for: Duration
    max_waiver: Duration
    requirements: dict[str, PolicyEntry]


@dataclasses.dataclass(frozen=True)
class Policy:
    name: str
    version: str
    sha256: str
    rules: t.Mapping[str, Rule]
    max_waiver: Duration = LONGEST_WAIVER  # of what has no bound of its own
    taken_out: frozenset[str] = frozenset()  # by an overlay; what refers to them is told, not refused
    notices: tuple[Message, ...] = ()


def shipped() -> list[str]:
    """The names of the policies that ship."""
    return sorted(path.stem for path in FOLDER.glob("*.yml"))


@functools.cache
def shipped_titles() -> dict[str, str]:
    """The titles of the requirements of the policies that ship."""
    return {name: rule.title for policy in shipped() for name, rule in load(policy).rules.items()}


def load(name: str = "default", *, where: str = "") -> Policy:
    """A policy that ships. Refused for any other name; ``where`` is the place that names it."""
    if name not in shipped():
        raise Refused([f"{where + ': ' if where else ''}there is no policy '{name}'; these ship: {', '.join(shipped())}"])
    return _load(name)


@functools.cache
def _load(name: str) -> Policy:
    path = FOLDER / f"{name}.yml"
    text = path.read_text(encoding="utf-8")
    data: PolicyFile = yaml.load(text, Loader=FastLoader)
    label = phrase("{policy:path} policy {version}", policy=name, version=str(data["version"]))
    rules: dict[str, Rule] = {}
    problems: list[str] = []
    for identifier, entry in data["requirements"].items():
        given: PolicyEntry = {"valid_for": data["valid_for"], **entry}
        rules[identifier] = _rule(identifier, given, None, label, problems, path.name)
    if problems:
        raise Refused(problems)
    return Policy(name, str(data["version"]), hashlib.sha256(text.encode()).hexdigest(), rules, data["max_waiver"])


def added(policy: Policy, more: Policy) -> Policy:
    """The policy with the requirements of another that ships; none becomes milder by that."""
    digest = hashlib.sha256((policy.sha256 + more.sha256).encode()).hexdigest()
    rules = {**policy.rules, **{name: _stricter(policy.rules.get(name), rule) for name, rule in more.rules.items()}}
    return Policy(f"{policy.name} + {more.name}", policy.version, digest, rules, policy.max_waiver)


def _stricter(rule: Rule | None, other: Rule) -> Rule:
    """A requirement that both have: as the first says it, at each level with the heavier impact, in the phases of both."""
    if rule is None:
        return other
    asked = {
        level: max(found, key=IMPACTS.index) for level in LEVELS if (found := [*filter(None, (r.impact.get(level) for r in (rule, other)))])
    }
    phases = tuple(phase for phase in PHASES if phase in (*rule.phases, *other.phases))
    return dataclasses.replace(rule, impact=asked, phases=phases)


def overlay(policy: Policy, document: Document) -> Policy:
    """The policy with the changes of ``policy.requirements`` of a document merged over it, field by field."""
    part: PolicyOverlay = document.declared.get("policy") or {}
    later = unresolved(part)
    if later:
        raise Refused([f"{item.place}: {item.path}: {item.reason} (the policy is needed in every phase)" for item in later])
    entries = part.get("requirements") or {}
    rules, taken_out = dict(policy.rules), set(policy.taken_out)
    problems: list[str] = []
    notices = list(policy.notices)
    if part.get("version") and str(part["version"]) != policy.version:
        notices.append(
            phrase(
                "{place:path}: policy.version: the file was written for version {written} of the {policy:path} policy; "
                "this collection ships {shipped}, which holds",
                place=document.where(("policy", "version")),
                written=str(part["version"]),
                policy=policy.name,
                shipped=policy.version,
            )
        )
    for identifier, entry in entries.items():
        place = document.where(("policy", "requirements", identifier))
        if entry is None:
            if identifier not in rules:
                problems.append(f"{place}: policy.requirements.{identifier}: there is no such requirement to take out")
            rules.pop(identifier, None)
            taken_out.add(identifier)
            continue
        if identifier not in rules and not (entry.get("title") and entry.get("impact")):
            close = difflib.get_close_matches(identifier, list(rules), n=1, cutoff=0.8)
            meant = f"; did you mean {close[0]}?" if close else ""
            problems.append(
                f"{place}: policy.requirements.{identifier}: the {policy.name} policy has no such requirement{meant}; "
                "one of your own needs at least title, impact and proved_by"
            )
            continue
        rules[identifier] = _rule(identifier, entry, rules.get(identifier), place, problems, place)
        taken_out.discard(identifier)
    if problems:
        raise Refused(problems)
    digest = hashlib.sha256((policy.sha256 + document.sha256).encode()).hexdigest() if entries or "max_waiver" in part else policy.sha256
    return dataclasses.replace(
        policy,
        rules=rules,
        sha256=digest,
        max_waiver=part.get("max_waiver", policy.max_waiver),
        taken_out=frozenset(taken_out),
        notices=tuple(notices),
    )


def _rule(identifier: str, entry: PolicyEntry, below: Rule | None, origin: str, problems: list[str], place: str) -> Rule:
    base = below or Rule(id=identifier, title=identifier)
    phases = tuple(entry["phases"]) if "phases" in entry else base.phases
    if "observe" in entry:
        observe = tuple(entry["observe"])
    elif "phases" in entry:
        observe = tuple(phase for phase in base.observe if phase not in phases)
    else:
        observe = base.observe
    proved_by = base.proved_by
    if "proved_by" in entry:
        proved_by = tuple(_proof(item, identifier, problems, place) for item in entry["proved_by"])
    return Rule(
        id=identifier,
        title=entry.get("title", base.title),
        reason=entry.get("reason", base.reason),
        area=entry.get("area", base.area),
        stakeholder=entry.get("stakeholder", base.stakeholder),
        impact=_impact(entry["impact"], base) if "impact" in entry else base.impact,
        phases=phases,
        observe=observe,
        proved_by=proved_by,
        remedy=entry.get("remedy", base.remedy),
        responsible=entry.get("responsible", base.responsible),
        valid_for=entry.get("valid_for", base.valid_for),
        repeat=entry.get("repeat", base.repeat),
        applies_when=entry.get("applies_when", base.applies_when),
        applies_to=tuple(entry.get("applies_to", base.applies_to)),
        not_before_first_deployment=entry.get("not_before_first_deployment", base.not_before_first_deployment),
        not_applicable_allowed=entry.get("not_applicable_allowed", base.not_applicable_allowed),
        waivable=entry.get("waivable", base.waivable),
        max_waiver=entry.get("max_waiver", base.max_waiver),
        enforce_from=entry.get("enforce_from", base.enforce_from),
        mode=entry.get("mode", base.mode),
        ratchet=entry.get("ratchet", base.ratchet),
        retired=entry.get("retired", base.retired),
        args={**base.args, **entry.get("with", {})},
        bounds={**base.bounds, **entry.get("bounds", {})},
        origin={**base.origin, **{"args" if key == "with" else key: origin for key in entry}},
    )


def _impact(given: str | Impacts, base: Rule) -> dict[str, str]:
    """The impact by level, with what the levels had that are not named; a level without one is not asked."""
    merged = {**base.impact, **(dict.fromkeys(LEVELS, given) if isinstance(given, str) else given)}
    return {level: impact for level, impact in merged.items() if impact}


def _proof(item: str | ProofEntry, identifier: str, problems: list[str], place: str) -> Proof:
    entry: ProofEntry = {"check": item} if isinstance(item, str) else item
    if entry["check"] not in (*CHECKS, *COMPUTED):
        known = ", ".join(sorted((*CHECKS, *COMPUTED)))
        problems.append(f"{place}: {identifier}.proved_by: there is no check '{entry['check']}'; known: {known}")
    return Proof(entry["check"], entry.get("from"), entry.get("as"), entry.get("on"), entry.get("with") or {}, bool(entry.get("besides")))


def level_of(classification: Classification) -> tuple[str, Message]:
    """The level that a classification asks for, and the reason in words."""
    criticality = int(classification.get("criticality", 0))
    risk = int(classification.get("technical_risk", 0))
    complexity = int(classification.get("complexity", 0))
    index = {3: 2, 2: 1}.get(criticality, 0)
    raised = (risk == 3 or complexity == 3 or risk + complexity >= 4) and index < 2
    graded = phrase(
        "criticality {criticality:number}, technical risk {risk:number}, complexity {complexity:number}",
        criticality=criticality,
        risk=risk,
        complexity=complexity,
    )
    reason = phrase("{graded}: one level above {level}", graded=graded, level=LEVELS[index]) if raised else graded
    return LEVELS[index + 1 if raised else index], reason


__all__ = (
    "IMPACTS",
    "LEVELS",
    "LONGEST_WAIVER",
    "PHASES",
    "Policy",
    "Proof",
    "Rule",
    "added",
    "level_of",
    "load",
    "overlay",
    "shipped",
    "shipped_titles",
)
