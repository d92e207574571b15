# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The register on a terminal, and as Markdown for a merge request. PRIVATE to the collection."""

from __future__ import annotations

import re
import textwrap

from . import markdown
from .register import (
    Data,
    Row,
    asks_for_keys,
    counted,
    due_words,
    head_of,
    proof_words,
    verifiable,
    waived_words,
    who,
)
from .words import Words

_SYMBOLS = {"verifiable": "✅", "later": "🔷", "incomplete": "🔶", "not_declared": "❌", "no_check": "❔", "not_applicable": "➖"}
_WIDTH = 150
_INDENT = 20  # before the state


def as_table(data: Data, say: Words) -> str:
    """The register as text: by area, a line a requirement, below it what is to be done about it."""
    service = data["service"]
    lines = [head_of(data, say), *_wrapped(_facts(data, say), 0)]
    states = {row["state"]: say.name("declared", row["state"]) for row in data["requirements"]}
    wide = max(map(len, states.values()), default=0) + 2
    area = None
    for row in data["requirements"]:
        if row["area"] != area:
            area = row["area"]
            lines += ["", say.name("area", area, area).upper()]
        state = states[row["state"]]
        state = state.upper() if row["state"] in ("not_declared", "incomplete", "no_check") else state.lower()
        lines.append(f"  {row['id']:<8}{say.name('impact', row['impact'], row['impact']):<10}{state:<{wide}}{row['title']}")
        for text in _below(row, say):
            lines += _wrapped(text, _INDENT + wide)
    lines += ["", f"{verifiable(data, say)}{say('semicolon')} {', '.join(counted(data, say))}".rstrip("; ")]
    if data["counts"]["open_blockers"]:
        lines.append(say.counted("register_blockers", data["counts"]["open_blockers"]))
    for part in data["responsible"]:
        if part["open"]:
            lines += _wrapped(say("register_acts", who=part["name"], requirements=", ".join(part["open"])), 0)
    lines += [_colon(say, say("loosened").lower(), line) for line in data["loosened"]]
    for waiver in data["requests"]:
        lines.append(_colon(say, say("requests").lower(), f"{waiver['requirement']} ({waiver['declared_in']} -> {waiver['copy_into']})"))
        lines.append(f"  {waiver['copy']}")
    lines += [_colon(say, say("notices").lower(), notice) for notice in data["notices"]]
    return "\n".join(lines) if service else ""


def _facts(data: Data, say: Words) -> str:
    service, policy = data["service"], data["policy"]
    level = f"{say('level').lower()} {service['level']} ({service['level_reason']})"
    facts = [
        level,
        f"{say('policy').lower()} {policy['name']} {policy['version']}",
        f"{say('mode').lower()} {say.name('mode', data['mode'])}",
    ]
    facts.append(f"{say('hosts').lower()} {', '.join(data['hosts']) or say('register_hosts_later')}")
    return ", ".join(facts)


def _below(row: Row, say: Words) -> list[str]:
    """What stands below a requirement: when it is due and who acts, what is missing, what will prove it."""
    if row["state"] == "not_applicable":
        return row["why"]
    out = [", ".join([due_words(row, say), say("register_by", responsible=row["responsible"], stakeholder=who(row["stakeholder"], say))])]
    out += [proof_words(row, say), *row["why"]]
    if asks_for_keys(row):
        out.append(_colon(say, say("register_declare"), ", ".join(row["declare"])))
    waived = waived_words(row, say)
    return [*out, waived] if waived else out


def _wrapped(text: str, indent: int) -> list[str]:
    found = textwrap.wrap(text, _WIDTH - indent, break_long_words=False, break_on_hyphens=False)
    return [" " * indent + line for line in found]


def _colon(say: Words, name: str, what: str) -> str:
    return say("colon", name=name, what=what)


def as_markdown(data: Data, say: Words) -> str:
    """The whole text, with a line break at its end."""
    text = markdown.text
    service, policy = data["service"], data["policy"]
    facts = ", ".join(
        [
            f"{say('level').lower()} {text(service['level'])} ({text(service['level_reason'])})",
            f"{say('policy').lower()} {text(policy['name'])} {text(policy['version'])}",
            f"{say('mode').lower()} {say.name('mode', data['mode'])}",
        ]
    )
    lines = [f"## {text(head_of(data, say))}", "", f"**{verifiable(data, say)}**", ""]
    lines += [f"- {each}" for each in counted(data, say)]
    lines += ["", facts]
    if data["counts"]["open_blockers"]:
        lines += ["", f"**{say.counted('register_blockers', data['counts']['open_blockers'])}**"]
    acting = [part for part in data["responsible"] if part["open"]]
    if acting:
        lines += ["", f"### {say('register_acting')}", ""]
        lines += [f"- **{text(part['name'])}**{_colon(say, '', ', '.join(part['open']))}" for part in acting]
    lines += ["", f"### {say('requirements')}", "", _head(say), f"|{' --- |' * 6}", *(_cells(row, say) for row in data["requirements"])]
    for key in ("loosened", "notices"):
        if items := data[key]:
            lines += ["", f"### {say(key)}", "", *(f"- {text(item)}" for item in items)]
    if data["requests"]:
        lines += ["", f"### {say('requests')}", ""]
        for item in data["requests"]:
            copied = str(item["copy"])
            fence = "`" * (1 + max(map(len, re.findall("`+", copied)), default=0))
            lines.append(f"- **{text(item['requirement'])}** ({text(item['copy_into'])}) {fence} {copied} {fence}")
    return "\n".join(
        [*lines, "", f"<sub>{say('register_made', version=data['collection_version'], at=say.moment(data['made_at']))}</sub>", ""]
    )


def _head(say: Words) -> str:
    return f"| {' | '.join(say(key) for key in ('state', 'requirement', 'impact', 'responsible', 'due', 'register_proof_head'))} |"


def _cells(row: Row, say: Words) -> str:
    text = markdown.text
    below = [text(line) for line in row["why"]]
    if asks_for_keys(row):
        below.append(_colon(say, say("register_declare"), ", ".join(f"`{key}`" for key in row["declare"])))
    if waived := waived_words(row, say):
        below.append(f"_{text(waived)}_")
    what = "<br>".join([f"**{row['id']}** {text(row['title'])}", *below])
    acts = f"{text(row['responsible'])} ({text(who(row['stakeholder'], say))})"
    state = f"{_SYMBOLS[row['state']]} {say.name('declared', row['state'])}"
    cells = (state, what, say.name("impact", row["impact"], row["impact"]), acts, text(due_words(row, say)), text(proof_words(row, say)))
    return f"| {' | '.join(cells)} |"


__all__ = ("as_markdown", "as_table")
