# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as Markdown, for a merge request or a change ticket. PRIVATE to the collection."""

from __future__ import annotations

import re
import typing as t

from .._text import (
    STATUS_WORDS,
    STATUSES,
    as_dict,
    as_dicts,
    as_int,
    as_list,
    before_and_after,
    consequence,
    debt_words,
    decisions,
    emergency,
    escape,
    instrument,
    lost_hosts,
    others,
    overrides,
    since_decision,
    since_last,
    verdict_words,
    waiver_words,
)
from . import delivery

_SYMBOLS = {"pass": "✅", "waived": "🔷", "warn": "🔶", "unknown": "❔", "fail": "❌", "not_applicable": "➖", "not_due": "⏳"}
_VERDICTS = {"go": "✅", "ready_to_continue": "✅", "go_with_reservations": "🔶", "undetermined": "❔"}
_SPECIAL = re.compile(r"([\\`*_\[\]#|~$])")
_START = re.compile(r"^((?=[-+=])|\d+(?=[.)](?:\s|$)))(.)")  # what would begin a list or a heading at the start of an item
_MAX_LINES = 10
_MAX_ROWS = 30


def text(value: object, limit: int = 500) -> str:
    """Text that Markdown shows as it is: no markup, no HTML, no table cell's end, no mention of anybody."""
    clean = escape(value, limit).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # a word joiner after it keeps GitLab and GitHub from telling a person or a group
    marked = _START.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", clean))
    return marked.replace("@", "@\u2060")


def render(record: t.Mapping[str, t.Any]) -> str:
    """The whole text, with a line break at its end."""
    run, service, judgement = as_dict(record.get("run")), as_dict(record.get("service")), as_dict(record.get("judgement"))
    requirements = as_dicts(judgement.get("requirements"))
    verdict = str(judgement.get("verdict"))
    title = " ".join(text(part, 80) for part in (service.get("name") or "(no name)", run.get("version")) if part)
    lines = [
        f"## {_VERDICTS.get(verdict, '❌')} {text(verdict_words(judgement))}: {title}",
        "",
        f"**{as_int(judgement.get('verified'))} of {as_int(judgement.get('required'))} verified**"
        + (f" ({text(consequence(record))})" if consequence(record) else "")
        + ", "
        + ", ".join(
            f"{name} {text(value, 60)}"
            for name, value in (
                ("environment", run.get("environment")),
                ("phase", run.get("phase")),
                ("level", service.get("level")),
                ("ended", run.get("finished_at")),
            )
            if value
        ),
    ]
    if emergency(record):
        lines += ["", f"> 🚨 **{text(emergency(record), 900)}.**"]
    if debt_words(judgement):
        lines += ["", text(debt_words(judgement)).capitalize() + "."]
    if run.get("partial"):
        lines += ["", f"> **Partial run:** {text(run['partial'])}. This verdict stands for what was looked at, not for the service."]
    lines += _list("What is missing" if verdict == "not_ready" else "Why", as_list(judgement.get("reasons")))
    lines += _requirements(requirements)
    lines += _comparison(record)
    lines += _reservations(as_dicts(judgement.get("reservations")))
    lines += _overrides(overrides(judgement))
    lines += _decisions(decisions(record))
    lines += _delivery(record)
    lines += _list("Instruments that could not be used", [instrument(item) for item in as_dicts(judgement.get("instruments"))])
    lines += _list("Hosts not reached", [f"{host}: {why}" for host, why in lost_hosts(record).items()])
    if delta := as_dict(record.get("delta")):
        lines += _list("Since the last run", [since_last(delta)])
    if delta := as_dict(record.get("decision_delta")):
        lines += _list("Since the last decision", [since_decision(delta)])
    lines += _list("Notices", as_list(judgement.get("notices")))
    lines += ["", f"<sub>operability.readiness {text(run.get('collection_version'), 20)}, run {text(run.get('id'), 80)}</sub>", ""]
    return "\n".join(lines)


def _list(title: str, items: list[t.Any]) -> list[str]:
    if not items:
        return []
    more = [f"- and {len(items) - 20} more"] if len(items) > 20 else []
    return ["", f"### {title}", "", *(f"- {text(item)}" for item in items[:20]), *more]


def _requirements(requirements: list[dict[str, t.Any]]) -> list[str]:
    rank = {status: position for position, status in enumerate(STATUSES)}
    rows = sorted(requirements, key=lambda r: rank.get(str(r.get("status")), 1))
    open_rows = [r for r in rows if r.get("status") in ("fail", "unknown", "warn", "waived")]
    rest = [r for r in rows if r not in open_rows]
    lines: list[str] = []
    if open_rows:
        lines += ["", "| Status | Requirement | Impact | What was seen | Responsible |", "| --- | --- | --- | --- | --- |"]
        lines += [_row(r) for r in open_rows]
    detailed = [block for r in open_rows for block in _details(r)]
    if detailed:
        lines += ["", "<details><summary>Details and remedies</summary>", "", *detailed, "", "</details>"]
    if rest:
        lines += ["", f"<details><summary>{len(rest)} that pass or are not asked now</summary>", ""]
        lines += ["| Status | Requirement | Impact | What was seen | Responsible |", "| --- | --- | --- | --- | --- |"]
        lines += [_row(r) for r in rest] + ["", "</details>"]
    return lines


def _comparison(record: t.Mapping[str, t.Any]) -> list[str]:
    line, rows = before_and_after(record)
    if not line:
        return []
    lines = ["", "### Before and after", "", text(line[0].upper() + line[1:]) + "."]
    if rows:
        lines += ["", "| | What | Before | After | Limit |", "| --- | --- | --- | --- | --- |"]
    for row in rows[:_MAX_ROWS]:
        numbers = " | ".join(text(value, 40) for value in (row.before, row.after, row.limit))
        lines.append(f"| {_SYMBOLS.get(row.status, '❔')} {text(row.outcome)} | {text(row.what)} | {numbers} |")
    return [*lines, "", f"and {len(rows) - _MAX_ROWS} more"] if len(rows) > _MAX_ROWS else lines


def _row(requirement: dict[str, t.Any]) -> str:
    status = str(requirement.get("status"))
    waiver = as_dict(requirement.get("waiver"))
    word = "debt" if status == "waived" and waiver.get("kind") == "debt" else STATUS_WORDS.get(status, "UNKNOWN")
    state = f"{_SYMBOLS.get(status, '❔')} {word}"
    if requirement.get("deciding") is False:
        state += " (observed only)"
    seen = text(requirement.get("message"))
    if waiver:
        seen += f" ({text(waiver_words(waiver))})"
    what = f"**{text(requirement.get('id'), 40)}** {text(requirement.get('title'), 200)}"
    return f"| {state} | {what} | {text(requirement.get('impact'), 20)} | {seen} | {text(requirement.get('responsible'), 80)} |"


def _details(requirement: dict[str, t.Any]) -> list[str]:
    lines: list[str] = []
    found, more = others(as_dicts(requirement.get("findings")), escape(requirement.get("message")), lines=_MAX_LINES, details=_MAX_LINES)
    for line in found:
        if line.head:
            lines.append(f"  - {text(line.head)}")
        indent = "    " if line.head else "  "
        lines += [f"{indent}- {text(detail)}" for detail in line.details]
        lines += [f"{indent}- and {line.more} more"] if line.more else []
    lines += [f"  - and {more} more findings"] if more else []
    if requirement.get("remedy"):
        lines.append(f"  - Remedy: {text(requirement['remedy'])}")
    return [f"- **{text(requirement.get('id'), 40)}**", *lines] if lines else []


def _delivery(record: t.Mapping[str, t.Any]) -> list[str]:
    heads, rows = delivery.rows(record)
    if not rows:
        return []
    lines = ["", "<details><summary>Delivery performance</summary>", "", f"| | {' | '.join(heads)} |", f"| --- |{' --- |' * len(heads)}"]
    lines += [f"| {title} | {' | '.join(text(cell, 200) for cell in cells)} |" for title, cells in rows]
    return [*lines, "", "</details>"]


def _reservations(items: list[dict[str, t.Any]]) -> list[str]:
    if not items:
        return []
    lines = ["", "### Reservations", "", "| Due | Requirement | Responsible | Kind |", "| --- | --- | --- | --- |"]
    for item in items:
        what = f"**{text(item.get('requirement'), 40)}** {text(item.get('title'), 200)}"
        kind = text(item.get("kind"), 20)
        kind = "**OVERDUE**" if kind == "overdue" else f"open since {text(item.get('raised'), 20)}" if kind == "open" else kind
        lines.append(f"| {text(item.get('due') or 'no date', 20)} | {what} | {text(item.get('responsible'), 80)} | {kind} |")
    return lines


def _overrides(items: list[dict[str, str]]) -> list[str]:
    if not items:
        return []
    lines = [
        "",
        "### Overrides",
        "",
        "| Verification due | Requirement | Override | By | It would have been |",
        "| --- | --- | --- | --- | --- |",
    ]
    for item in items:
        due = text(item["due"], 20) + (" **OVERDUE**" if item["overdue"] else "")
        what = f"{text(item['kind'])} {text(item['id'])} of {text(item['at'])}" + (f": {text(item['reason'])}" if item["reason"] else "")
        lines.append(f"| {due} | **{text(item['requirement'])}** | {what} | {text(item['by'])} | {text(item['would'])} |")
    return lines


def _decisions(items: list[dict[str, t.Any]]) -> list[str]:
    lines = ["", "### Decisions", ""] if items else []
    for item in items:
        against = f" **against {text(item['against'])}**: {text(item['reason'])}" if item["against"] else ""
        lines.append(
            f"- **{text(item['outcome'])}** ({text(item['phase'])}){against}, {text(item['body'])}, {text(item['date'])}, valid until "
            f"{text(item['valid_until'])}; operations: {text(item['opinion'])}; by {text(item['by'])}; _{text(item['counts'])}_"
        )
        if item["comment"]:
            lines.append(f"  - {text(item['comment'])}")
        for condition in item["conditions"]:
            state = "**OVERDUE**" if condition["state"] == "overdue" else text(condition["state"])
            lines.append(
                f"  - condition: {text(condition['text'])} ({text(condition['responsible'])}), due {text(condition['due'])}, {state}"
            )
    return lines


__all__ = ("render", "text")
