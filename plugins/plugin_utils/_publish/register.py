# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The register of a service in the language of its reader, as JSON has it; all other forms of it are made of that. PRIVATE.

Keys and states are the same in every language, sentences and titles are not.
"""

from __future__ import annotations

import json
import typing as t

from .._described.policy import IMPACTS
from .._model.register import Declared, Entry, Line, Register
from .._model.text import escape
from .._model.waiver import Waiver
from . import page
from .signs import SYMBOLS
from .telling import loosened
from .translating import told
from .words import Words

SCHEMA_VERSION = 1
# the status whose symbol and colour stand for it
TONES: t.Mapping[str, str] = {
    Declared.VERIFIABLE.value: "pass",
    Declared.LATER.value: "waived",
    Declared.INCOMPLETE.value: "warn",
    Declared.NOT_DECLARED.value: "fail",
    Declared.NO_CHECK.value: "unknown",
    Declared.NOT_APPLICABLE.value: "not_applicable",
}
_LONGEST = 600


class Counts(t.TypedDict):
    """How many requirements there are of each state; ``required`` without those that are not applicable."""

    required: int
    verifiable: int
    later: int
    incomplete: int
    not_declared: int
    no_check: int
    not_applicable: int
    waived: int
    open_blockers: int


class Row(t.TypedDict):
    """One requirement."""

    id: str
    title: str
    reason: str
    area: str
    stakeholder: str
    responsible: str
    impact: str
    state: str
    why: list[str]
    declare: list[str]
    declared_in: str
    proved_by: list[str]
    proof: str
    checks: list[dict[str, object]]
    phases: list[str]
    observed_in: list[str]
    due: dict[str, str | None]
    mode: str
    waiver: dict[str, object] | None
    origin: str
    remedy: str


class Part(t.TypedDict):
    """What concerns one stakeholder, or one who must act."""

    name: str
    required: int
    verifiable: int
    open: list[str]


class Data(t.TypedDict):
    """The whole register."""

    schema_version: int
    kind: str
    collection_version: str
    language: str
    made_at: str
    service: dict[str, str]
    environment: str
    version: str | None
    window: dict[str, str]
    first_deployment: bool
    mode: str
    policy: dict[str, str]
    hosts: list[str]
    counts: Counts
    stakeholders: list[Part]
    responsible: list[Part]
    requirements: list[Row]
    waivers: list[dict[str, object]]
    requests: list[dict[str, object]]
    loosened: list[str]
    notices: list[str]
    inputs: dict[str, dict[str, str | None] | None]


def data_of(register: Register, say: Words, version: str) -> Data:
    """The register as JSON has it; ``version`` is that of the collection."""
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": "register",
        "collection_version": version,
        "language": say.language,
        "made_at": register.made_at,
        "service": {
            **{key: escape(value, 120) for key, value in register.service.items()},
            "level": register.level,
            "level_reason": _said(register.level_reason, say),
        },
        "environment": escape(register.environment, 80),
        "version": escape(register.version, 80) if register.version else None,
        "window": {key: escape(value, 40) for key, value in register.window.items()},
        "first_deployment": register.first_deployment,
        "mode": register.mode,
        "policy": {key: escape(value, 120) for key, value in register.policy.items()},
        "hosts": [escape(host, 120) for host in register.hosts],
        "counts": _counts(register),
        "stakeholders": _parts(register, "stakeholder"),
        "responsible": _parts(register, "responsible"),
        "requirements": [_row(entry, say) for entry in register.entries],
        "waivers": [_waiver(waiver, say) for waiver in register.waivers],
        "requests": [
            {**_waiver(waiver, say), "copy": waiver.to_copy or "", "copy_into": waiver.copy_into or ""} for waiver in register.requests
        ],
        "loosened": loosened({"loosened": [_loosening(item, say) for item in register.loosened]}, say),
        "notices": [_said(notice, say) for notice in register.notices],
        "inputs": {key: dict(item) if item else None for key, item in register.inputs.items()},
    }


def _said(message: str, say: Words) -> str:
    return escape(told(message, say.language), _LONGEST)


def _loosening(item: t.Any, say: Words) -> dict[str, object]:
    texts = {"message": _said(item.message, say), "above": _said(item.above, say)}
    return {**texts, "declared_in": item.declared_in, "key": item.key, "kind": item.kind, "leave": item.leave.value, "by": item.by}


def _counts(register: Register) -> Counts:
    counts = register.counts
    return {
        "required": len(register.asked),
        "verifiable": counts["verifiable"],
        "later": counts["later"],
        "incomplete": counts["incomplete"],
        "not_declared": counts["not_declared"],
        "no_check": counts["no_check"],
        "not_applicable": counts["not_applicable"],
        "waived": sum(1 for entry in register.asked if entry.waiver and entry.waiver.active),
        "open_blockers": len(register.blockers),
    }


def _parts(register: Register, key: t.Literal["stakeholder", "responsible"]) -> list[Part]:
    names = list(dict.fromkeys(getattr(entry, key) for entry in register.asked))
    out: list[Part] = []
    for name in names:
        of_name = [entry for entry in register.asked if getattr(entry, key) == name]
        out.append(
            {
                "name": escape(name, 120),
                "required": len(of_name),
                "verifiable": sum(entry.declared is Declared.VERIFIABLE for entry in of_name),
                "open": [entry.id for entry in _worst_first(of_name) if entry.open],
            }
        )
    return sorted(out, key=lambda part: -len(part["open"]))


def _worst_first(entries: t.Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: -IMPACTS.index(entry.impact) if entry.impact in IMPACTS else 0)


def _row(entry: Entry, say: Words) -> Row:
    return {
        "id": entry.id,
        "title": say.term(escape(entry.title, 300)),
        "reason": say.term(escape(entry.reason, _LONGEST)),
        "area": escape(entry.area, 40),
        "stakeholder": escape(entry.stakeholder, 60),
        "responsible": escape(entry.responsible, 120),
        "impact": entry.impact,
        "state": entry.declared.value,
        "why": [_said(message, say) for message in entry.why],
        "declare": list(entry.keys),
        "declared_in": escape(entry.declared_in, 300),
        "proved_by": list(entry.proved_by),
        "proof": entry.proof,
        "checks": [_line(line, say) for line in entry.lines],
        "phases": list(entry.phases),
        "observed_in": list(entry.observed),
        "due": {"phase": entry.due.phase, "day": entry.due.day, "because": entry.due.because},
        "mode": entry.mode,
        "waiver": _waiver(entry.waiver, say) if entry.waiver else None,
        "origin": _said(entry.origin, say),
        "remedy": say.term(escape(entry.remedy, _LONGEST)),
    }


def _line(line: Line, say: Words) -> dict[str, object]:
    return {
        "check": line.check,
        "instance": _said(line.instance, say),
        "hosts": [escape(host, 120) for host in line.hosts] if line.hosts is not None else ["controller"],
        "missing": _said(line.missing, say) if line.missing else None,
        "later": [_said(message, say) for message in line.later],
    }


def _waiver(waiver: Waiver, say: Words) -> dict[str, object]:
    return {
        "requirement": escape(waiver.requirement, 40),
        "kind": waiver.kind or "waiver",
        "state": waiver.state.value,
        "reason": _said(waiver.reason, say),
        "approved_by": escape(waiver.approved_by, 120),
        "from": waiver.begins,
        "until": escape(waiver.until, 40),
        "compensating": escape(waiver.compensating, 300) if waiver.compensating else None,
        "declared_in": escape(waiver.declared_in, 300),
    }


# -- in words, for every form


def head_of(data: Data, say: Words) -> str:
    """``Register of requirements of payments in production``."""
    return say("register_title", name=data["service"]["name"], environment=data["environment"])


def tone_of(data: Data) -> str:
    """The worst of it as a status: a blocker that nobody has declared, anything else that is open, what is known later, or nothing."""
    counts = data["counts"]
    if counts["open_blockers"]:
        return "fail"
    if counts["incomplete"] + counts["not_declared"] + counts["no_check"] or not counts["required"]:
        return "warn"
    return "waived" if counts["later"] else "pass"


def counted(data: Data, say: Words) -> list[str]:
    """How many requirements are declared how far, without those of which there is none."""
    counts = data["counts"]
    told = (
        (counts["later"], say.counted("register_later", counts["later"])),
        (counts["incomplete"], say.counted("register_incomplete", counts["incomplete"])),
        (counts["not_declared"], say.counted("register_not_declared", counts["not_declared"])),
        (counts["no_check"], say.counted("register_no_check", counts["no_check"])),
        (counts["not_applicable"], say.counted("register_not_applicable", counts["not_applicable"])),
        (counts["waived"], say.counted("register_waived", counts["waived"])),
    )
    return [words for count, words in told if count]


def verifiable(data: Data, say: Words) -> str:
    counts = data["counts"]
    return say("register_verifiable", verifiable=counts["verifiable"], required=counts["required"])


def due_words(row: Row, say: Words) -> str:
    """When a requirement is due: the phase, the day where one is known, and from which day on it is enforced."""
    due = row["due"]
    phase = say.name("register_due", due["phase"], str(due["phase"]))
    if due["day"] and due["because"] == "enforce_from":
        return say("register_enforced_from", phase=phase, day=due["day"])
    return say("register_due_on", phase=phase, day=due["day"]) if due["day"] else phase


def proof_words(row: Row, say: Words) -> str:
    """What will prove it."""
    checks = ", ".join(row["proved_by"])
    if row["proof"] == "none":
        return (
            say("register_would_prove", checks=checks) if checks and row["state"] != Declared.NOT_APPLICABLE else say("register_no_proof")
        )
    return say("register_proof", proof=say.name("proof", row["proof"]), checks=checks)


def waived_words(row: Row, say: Words) -> str:
    """That somebody accepts it, and until when; empty where nobody does."""
    waiver = row["waiver"]
    if not waiver:
        return ""
    if waiver["state"] == "not_yet":
        return say("register_waived_later", begins=waiver["from"] or "", until=waiver["until"], by=waiver["approved_by"])
    return say("waived_until", until=waiver["until"], by=waiver["approved_by"])


def asks_for_keys(row: Row) -> bool:
    """Whether the reader is told what to declare."""
    return bool(row["declare"]) and row["state"] in (Declared.NOT_DECLARED, Declared.INCOMPLETE, Declared.NO_CHECK)


def who(name: str, say: Words) -> str:
    return say.name("stakeholder", name, name.replace("_", " ").capitalize())


def as_json(data: Data) -> str:
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def as_html(data: Data, say: Words) -> str:
    """One page that loads nothing."""
    areas: dict[str, list[dict[str, object]]] = {}
    for row in data["requirements"]:
        areas.setdefault(row["area"], []).append(
            {
                **row,
                "badge": badge(row["state"], say),
                "impact_words": say.name("impact", row["impact"], row["impact"]),
                "who": who(row["stakeholder"], say),
                "due_words": due_words(row, say),
                "phases_words": ", ".join(row["phases"]),
                "proof_words": proof_words(row, say),
                "waived": waived_words(row, say),
                "keys": row["declare"] if asks_for_keys(row) else [],
            }
        )
    tone = tone_of(data)
    shown = {
        "data": data,
        "title": head_of(data, say),
        "tone": tone,
        "symbol": SYMBOLS[tone],
        "verifiable": verifiable(data, say),
        "counted": counted(data, say),
        "segments": [{"count": count, **badge(state, say)} for state, count in data["counts"].items() if state in TONES and count],
        "areas": [(say.name("area", area, area.capitalize()), rows) for area, rows in areas.items()],
        "blockers": [row for row in data["requirements"] if _is_open_blocker(row)],
        "stakeholders": [{**part, "who": who(part["name"], say)} for part in data["stakeholders"]],
        "responsible": [part for part in data["responsible"] if part["open"]],
        "anchors": {row["id"] for row in data["requirements"]},
        "mode": say.name("mode", data["mode"], data["mode"]),
        "outcomes": [say.name("register_outcome", key) for key in ("continue", "continue_with_conditions", "stop")],
        "opinions": [say.name("opinion", key) for key in ("favourable", "with_reservations", "unfavourable")],
        "waiver_state": lambda waiver: say.name("waiver", waiver["state"], str(waiver["state"])),
    }
    return page.render("register.html.j2", say, shown)


def _is_open_blocker(row: Row) -> bool:
    waived = row["waiver"] is not None and row["waiver"]["state"] == "active"
    return row["impact"] == "blocker" and row["state"] in ("not_declared", "incomplete", "no_check") and not waived


def badge(state: str, say: Words) -> dict[str, str]:
    """Colour, word and symbol of a state."""
    return {"key": TONES[state], "word": say.name("declared", state), "symbol": SYMBOLS[TONES[state]]}


__all__ = (
    "TONES",
    "Data",
    "Row",
    "as_html",
    "as_json",
    "asks_for_keys",
    "badge",
    "counted",
    "data_of",
    "due_words",
    "head_of",
    "proof_words",
    "tone_of",
    "verifiable",
    "waived_words",
    "who",
)
