# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as Markdown, for a merge request or a change ticket. PRIVATE to the collection."""

from __future__ import annotations

import re
import typing as t

from .._model.text import as_dict, as_dicts, as_list, escape
from . import delivery
from .signs import OPEN, UNLIKE_OBSERVED, rank, shown_status, tone
from .telling import (
    Decision,
    Override,
    Request,
    before_and_after,
    consequence,
    debt_words,
    decisions,
    emergency,
    instrument,
    loosened,
    lost_hosts,
    others,
    overrides,
    reasons_of,
    remedied,
    requests,
    reservation_kind,
    since_decision,
    since_last,
    titled,
    verdict_words,
    verified_words,
    version_words,
    waiver_words,
)
from .translating import translated
from .words import Words, words

_SYMBOLS = {"pass": "✅", "waived": "🔷", "warn": "🔶", "unknown": "❔", "fail": "❌", "not_applicable": "➖", "not_due": "⏳"}
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


def render(record: t.Mapping[str, object], language: str | None = None) -> str:
    """The whole text, with a line break at its end."""
    say = words(language)
    return _Report(translated(record, say), say).text()


class _Report:
    def __init__(self, record: t.Mapping[str, object], say: Words) -> None:
        self.record, self.say = record, say
        self.run, self.service, self.judgement = (as_dict(record.get(key)) for key in ("run", "service", "judgement"))
        self.requirements = as_dicts(self.judgement.get("requirements"))

    def text(self) -> str:
        say, run, judgement = self.say, self.run, self.judgement
        verdict = str(judgement.get("verdict"))
        title = " ".join(text(part, 80) for part in (self.service.get("name") or say("no_name"), version_words(run, say)) if part)
        verified = verified_words(judgement, say)
        stop = consequence(self.record, say)
        facts = (
            (say("environment"), run.get("environment")),
            (say("phase"), say.name("phase", run.get("phase"), escape(run.get("phase"), 60))),
            (say("level"), self.service.get("level")),
            (say("ended"), say.shown("moment", run.get("finished_at") or "")),
        )
        told = ", ".join(f"{name.lower()} {text(value, 60)}" for name, value in facts if value)
        lines = [
            f"## {_SYMBOLS[tone(verdict)]} {self.named(text(verdict_words(judgement, say)), title)}",
            "",
            f"**{verified}**" + (f" ({text(stop)})" if stop else "") + (f", {told}" if told else ""),
        ]
        if emergency(self.record, say):
            lines += ["", f"> 🚨 **{text(emergency(self.record, say), 900)}.**"]
        if debt_words(judgement, say):
            lines += ["", text(debt_words(judgement, say)).capitalize() + "."]
        if run.get("partial"):
            partial = self.named(f"**{say('partial')}**", text(run["partial"]))
            lines += ["", f"> {partial}. {say('partial_means')}"]
        reasons = reasons_of(judgement)
        lines += self.bullets(say("what_is_missing" if verdict == "not_ready" else "why"), reasons)
        lines += self.changes()
        lines += self.requirement_tables()
        lines += self.comparison()
        lines += self.reservations(as_dicts(judgement.get("reservations")))
        lines += self.bullets(say("loosened"), loosened(judgement, say))
        lines += self.overrides(overrides(judgement, say))
        lines += self.decisions(decisions(self.record, say))
        lines += self.requests(requests(judgement, say))
        lines += self.delivery()
        lines += self.bullets(say("instruments"), [instrument(item, say) for item in as_dicts(judgement.get("instruments"))])
        lines += self.bullets(say("hosts_lost"), [self.named(host, why) for host, why in lost_hosts(self.record, say).items()])
        lines += self.bullets(say("notices"), as_list(judgement.get("notices")))
        made = say("made_by", version=text(run.get("collection_version"), 20), run=text(run.get("id"), 80))
        if self.record.get("digest"):
            made += f"<br>{say('record_digest')} sha256 {text(self.record['digest'], 64)}"
        return "\n".join([*lines, "", f"<sub>{made}</sub>", ""])

    def bullets(self, title: str, items: t.Sequence[object]) -> list[str]:
        if not items:
            return []
        more = [f"- {self.say.counted('more', len(items) - 20)}"] if len(items) > 20 else []
        return ["", f"### {title}", "", *(f"- {text(item)}" for item in items[:20]), *more]

    def table(self, *heads: str) -> list[str]:
        shown = " | ".join(self.say(head) if head else "" for head in heads)
        return ["", f"| {shown} |".replace("|  |", "| |"), f"|{' --- |' * len(heads)}"]

    def named(self, name: str, what: str) -> str:
        return self.say("colon", name=name, what=what)

    def changes(self) -> list[str]:
        say, lines = self.say, []
        if delta := as_dict(self.record.get("delta")):
            lines += self.bullets(say("since_last"), [since_last(delta, say)])
        if delta := as_dict(self.record.get("decision_delta")):
            lines += self.bullets(say("since_decision"), [since_decision(delta, say)])
        return lines

    def requirement_tables(self) -> list[str]:
        rows = sorted(self.requirements, key=lambda r: rank(r.get("status")))
        open_rows = [r for r in rows if r.get("status") in (*OPEN, "waived")]
        rest = [r for r in rows if r not in open_rows]
        heads = ("status", "requirement", "impact", "seen", "responsible")
        lines: list[str] = []
        if open_rows:
            lines += [*self.table(*heads), *(self.row(r) for r in open_rows)]
        detailed = [block for r in open_rows for block in self.details(r)]
        if detailed:
            lines += ["", f"<details><summary>{self.say('details_and_remedies')}</summary>", "", *detailed, "", "</details>"]
        if rest:
            lines += ["", f"<details><summary>{self.say.counted('passing', len(rest))}</summary>"]
            lines += [*self.table(*heads), *(self.row(r) for r in rest), "", "</details>"]
        return lines

    def row(self, requirement: dict[str, object]) -> str:
        say, status = self.say, str(requirement.get("status"))
        waiver = as_dict(requirement.get("waiver"))
        word = say.name("status", shown_status(requirement), say.name("status", "unknown"))
        state = f"{_SYMBOLS.get(status, '❔')} {word.upper() if status in OPEN else word.lower()}"
        if requirement.get("deciding") is False:
            state += f" ({say('observed_only')})"
        if requirement.get("proof") in UNLIKE_OBSERVED:
            state += f" ({say.name('proof', requirement['proof'])})"
        seen = text(requirement.get("message"))
        if waiver:
            seen += f" ({text(waiver_words(waiver, say))})"
        identifier, impact = requirement.get("id"), requirement.get("impact")
        what = f"**{text(identifier, 40)}** {text(titled(requirement, say), 200)}"
        cells = (state, what, text(say.name("impact", impact, escape(impact, 20))), seen, text(requirement.get("responsible"), 80))
        return f"| {' | '.join(cells)} |"

    def details(self, requirement: dict[str, object]) -> list[str]:
        say, lines = self.say, []
        message = escape(requirement.get("message"))
        found, more = others(as_dicts(requirement.get("findings")), message, lines=_MAX_LINES, details=_MAX_LINES, say=self.say)
        for line in found:
            if line.head:
                lines.append(f"  - {text(line.head)}")
            indent = "    " if line.head else "  "
            lines += [f"{indent}- {text(detail)}" for detail in line.details]
            lines += [f"{indent}- {say.counted('more', line.more)}"] if line.more else []
        lines += [f"  - {say.counted('more_findings', more)}"] if more else []
        if requirement.get("remedy"):
            lines.append(f"  - {self.named(say('remedy'), text(remedied(requirement, say)))}")
        return [f"- **{text(requirement.get('id'), 40)}**", *lines] if lines else []

    def comparison(self) -> list[str]:
        say = self.say
        line, rows = before_and_after(self.record, say)
        if not line:
            return []
        lines = ["", f"### {say('before_after')}", "", text(line[0].upper() + line[1:]) + "."]
        if rows:
            lines += self.table("", "what", "before", "after", "limit")
        for row in rows[:_MAX_ROWS]:
            numbers = " | ".join(text(value, 40) for value in (row.before, row.after, row.limit))
            lines.append(f"| {_SYMBOLS.get(row.status, '❔')} {text(row.outcome)} | {text(row.what)} | {numbers} |")
        return [*lines, "", say.counted("more", len(rows) - _MAX_ROWS)] if len(rows) > _MAX_ROWS else lines

    def delivery(self) -> list[str]:
        heads, rows = delivery.rows(self.record, self.say)
        if not rows:
            return []
        lines = ["", f"<details><summary>{self.say('delivery')}</summary>", "", f"| | {' | '.join(heads)} |"]
        lines.append(f"| --- |{' --- |' * len(heads)}")
        lines += [f"| {title} | {' | '.join(text(cell, 200) for cell in cells)} |" for title, cells in rows]
        return [*lines, "", "</details>"]

    def reservations(self, items: list[dict[str, object]]) -> list[str]:
        if not items:
            return []
        say = self.say
        lines = ["", f"### {say('reservations')}", *self.table("due", "requirement", "responsible", "kind")]
        for item in items:
            what = f"**{text(item.get('requirement'), 40)}** {text(titled(item, say), 200)}"
            kind = text(reservation_kind(item, say))
            kind = f"**{kind}**" if item.get("kind") == "overdue" else kind
            due = text(say.day(item.get("due")) or say("no_due_date"), 20)
            lines.append(f"| {due} | {what} | {text(item.get('responsible'), 80)} | {kind} |")
        return lines

    def overrides(self, items: list[Override]) -> list[str]:
        if not items:
            return []
        say = self.say
        lines = ["", f"### {say('overrides')}", *self.table("verification_due", "requirement", "what_went_on", "by", "would_have_been")]
        for item in items:
            due = text(say.day(item.due), 20) + (f" **{say.name('reservation', 'overdue')}**" if item.overdue else "")
            what = say("override_of", kind=text(item.kind), id=text(item.id), day=text(item.at))
            what = self.named(what, text(item.reason)) if item.reason else what
            lines.append(f"| {due} | **{text(item.requirement)}** | {what} | {text(item.by)} | {text(item.would)} |")
        return lines

    def requests(self, items: list[Request]) -> list[str]:
        if not items:
            return []
        lines = ["", f"### {self.say('requests')}", ""]
        for item in items:
            fence = "`" * (1 + max(map(len, re.findall("`+", item.line)), default=0))
            lines.append(f"- {text(item.said)} {fence} {item.line} {fence}")
        return lines

    def decisions(self, items: list[Decision]) -> list[str]:
        say = self.say
        lines = ["", f"### {say('decisions')}", ""] if items else []
        for item in items:
            against = f"**{text(say('against', verdict=item.against))}**"
            against = " " + self.named(against, text(item.reason)) if item.against else ""
            phase, until = say.name("phase", item.phase, item.phase), f"{say('valid_until').lower()} {text(say.day(item.valid_until))}"
            opinion = self.named(say("operations").lower(), text(item.opinion))
            by, mark = f"{say('by').lower()} {text(item.by)}", say("semicolon")
            lines.append(
                f"- **{text(item.outcome)}** ({text(phase)}){against}, {text(item.body)}, {text(say.day(item.date))}, "
                f"{until}{mark} {opinion}{mark} {by}{mark} _{text(item.counts)}_"
            )
            if item.comment:
                lines.append(f"  - {text(item.comment)}")
            for condition in item.conditions:
                words_of = text(condition.state_words)
                state = f"**{words_of.upper()}**" if condition.state == "overdue" else words_of
                due = say("condition_due", due=text(condition.due), state=state)
                lines.append(f"  - {self.named(say('condition').lower(), text(condition.text))} ({text(condition.responsible)}), {due}")
        return lines


__all__ = ("render", "text")
