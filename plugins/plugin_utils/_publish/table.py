# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The final table, as the gate prints it on a terminal or into a log. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._model.text import STATUS_WORDS, STATUSES, as_dict, as_dicts, as_list, columns, escape, shorten, wrap
from .._promises.mode import announced
from .signs import OPEN, SYMBOLS, UNLIKE_OBSERVED, shown_status, tone
from .telling import (
    before_and_after,
    by_area,
    consequence,
    debt_words,
    decisions,
    emergency,
    instrument,
    loosened,
    lost_hosts,
    others,
    overrides,
    requests,
    since_decision,
    since_last,
    verdict_words,
    verified_words,
    version_words,
    waiver_words,
)
from .words import ENGLISH

# the symbols where there are only letters
_PLAIN = {"pass": "+", "waived": "~", "warn": "!", "unknown": "?", "fail": "x", "not_applicable": "-", "not_due": "."}
_STYLES = {
    "pass": "32",
    "waived": "36",
    "warn": "33",
    "unknown": "35",
    "fail": "31",
    "not_applicable": "2",
    "not_due": "2",
    "bold": "1",
    "dim": "2",
}
_SHOWN_IN_FULL = (*OPEN, "waived")
_MAX_LINES = 6  # findings, and details of each, below one requirement
_INDENT = 13


def render(record: t.Mapping[str, object], *, width: int = 100, color: bool = False, unicode: bool = True) -> str:
    """The whole table as text without a last line break. Wraps at ``width`` (80 to 160 columns); never raises for an odd record."""
    return _Table(record, max(80, min(160, width)), color, unicode).text()


class _Table:
    def __init__(self, record: t.Mapping[str, object], width: int, color: bool, unicode: bool) -> None:
        self.width, self.color, self.unicode, self.record = width, color, unicode, record
        self.run = as_dict(record.get("run"))
        self.service = as_dict(record.get("service"))
        self.inputs = as_dict(record.get("inputs"))
        self.hosts = as_dict(record.get("hosts"))
        self.judgement = as_dict(record.get("judgement"))
        self.consequence, self.lost = consequence(record), lost_hosts(record)
        self.emergency, self.decisions = emergency(record), decisions(record)
        self.requirements = as_dicts(self.judgement.get("requirements"))
        self.lines: list[str] = []

    def text(self) -> str:
        self.header()
        for area, requirements in by_area(self.requirements):
            self.blank()
            self.add(self.paint(escape(area, 40).upper(), "bold"))
            for requirement in requirements:
                self.requirement(requirement)
        if not self.requirements:
            self.blank()
            self.add("Nothing was asked and nothing was verified.")
        self.comparison()
        self.instruments()
        self.unreachable()
        self.reservations()
        self.section("LOOSER THAN WHAT STANDS ABOVE", loosened(self.judgement))
        self.overrides()
        self.decided()
        self.requested()
        if record_delta := as_dict(self.record.get("delta")):
            self.section("SINCE THE LAST RUN", [since_last(record_delta)])
        if decision_delta := as_dict(self.record.get("decision_delta")):
            self.section("SINCE THE LAST DECISION", [since_decision(decision_delta)])
        self.section("NOTICES", [escape(notice, 400) for notice in as_list(self.judgement.get("notices"))])
        self.verdict()
        return "\n".join(self.lines)

    # the parts

    def header(self) -> None:
        name, version = escape(self.service.get("name") or "(no name)", 80), version_words(self.run, limit=40)
        environment, phase = escape(self.run.get("environment"), 40), escape(self.run.get("phase"), 20)
        title = f"Operability of {name}" + (f" {version}" if version else "")
        title += (f" in {environment}" if environment else "") + (f", phase {phase}" if phase else "")
        for line in wrap(title, self.width):
            self.add(self.paint(line, "bold"))
        policy = as_dict(self.inputs.get("policy"))
        reason = escape(self.service.get("level_reason"), 200)
        parts = [
            f"level {escape(self.service.get('level') or '?', 20)}" + (f" ({reason})" if reason else ""),
            f"policy {escape(policy.get('name') or '?', 60)} {escape(policy.get('version'), 40)}".rstrip(),
            f"mode {escape(self.run.get('mode') or '?', 20)}",
        ]
        expected, reached = as_list(self.hosts.get("expected")), as_list(self.hosts.get("reached"))
        if expected:
            parts.append(f"{len(reached)} of {len(expected)} hosts reached")
        when = escape(self.run.get("finished_at") or self.run.get("started_at"), 40)
        if when:
            parts.append(when)
        self.wrapped(self.separator().join(parts), 0, "dim")
        self.wrapped(self.emergency, 0, "fail", "bold")

    def requirement(self, requirement: dict[str, object]) -> None:
        status = str(requirement.get("status") or "unknown")
        status = status if status in STATUSES else "unknown"
        symbol = (SYMBOLS if self.unicode else _PLAIN)[status]
        label = f"  {symbol} {'debt' if shown_status(requirement) == 'debt' else STATUS_WORDS[status]:<8} "
        identity = f"{escape(requirement.get('id') or '?', 24)}  {escape(requirement.get('impact') or '-', 12):<7}  "
        title = escape(requirement.get("title"), 200)
        marks = []
        if requirement.get("deciding") is False:
            marks.append("observed only")
        if requirement.get("proof") in UNLIKE_OBSERVED:
            marks.append(ENGLISH.name("proof", requirement["proof"]))
        observed = str(requirement.get("observed_status") or status)
        if observed != status:
            marks.append(f"observed: {STATUS_WORDS.get(observed, escape(observed, 20))}")
        day = announced(requirement.get("enforce_from"), self.run.get("finished_at"))
        if day:
            marks.append(f"enforced from {escape(day, 20)}")
        mark = f" [{', '.join(marks)}]" if marks else ""
        painted = self.paint(label, status)
        message = escape(requirement.get("message"))
        if status not in _SHOWN_IN_FULL:
            short = f"{title}{mark}" + (f": {message}" if message and message != title else "")
            self.add(painted + self.fit(identity + short, self.width - columns(label)))
            return
        first, *rest = wrap(f"{identity}{title}{mark}", self.width - columns(label))
        self.add(painted + self.paint(first, "bold" if status in ("fail", "unknown") else ""))
        for line in rest:
            self.add(" " * _INDENT + line)
        self.wrapped(message or "no finding", _INDENT)
        self.findings(requirement, message)
        self.explanation(requirement, status)

    def findings(self, requirement: dict[str, object], message: str) -> None:
        lines, more = others(as_dicts(requirement.get("findings")), message, lines=_MAX_LINES, details=_MAX_LINES)
        bullet = "• " if self.unicode else "* "
        for line in lines:
            indent = _INDENT
            if line.head:
                self.wrapped(self.fit(bullet + line.head, 4 * self.width), indent, hang=2)
                indent += 2
            for detail in line.details:
                self.wrapped("- " + detail, indent, hang=2)
            if line.more:
                self.add(" " * indent + f"- and {line.more} more")
        if more:
            self.add(" " * _INDENT + f"{bullet}and {more} more findings")

    def explanation(self, requirement: dict[str, object], status: str) -> None:
        waiver = as_dict(requirement.get("waiver"))
        if waiver:
            text = waiver_words(waiver)
            text += f": {escape(waiver.get('reason'), 300)}" if waiver.get("reason") else ""
            text += f" (meanwhile: {escape(waiver.get('compensating'), 300)})" if waiver.get("compensating") else ""
            self.wrapped(text, _INDENT, "waived", hang=2)
        if status == "waived":
            return
        if requirement.get("remedy"):
            self.wrapped("remedy: " + escape(requirement["remedy"], 600), _INDENT, hang=2)
        facts = []
        if requirement.get("responsible"):
            facts.append(f"responsible: {escape(requirement['responsible'], 80)}")
        if requirement.get("passed_on"):
            facts.append(f"passed on {escape(requirement['passed_on'], 20)}, fails again: ratchet")
        if requirement.get("since"):
            facts.append(f"since {escape(requirement['since'], 30)}")
        if requirement.get("declared_in"):
            facts.append(f"declared in {escape(requirement['declared_in'], 120)}")
        elif requirement.get("origin"):
            facts.append(f"asked by {escape(requirement['origin'], 120)}")
        if facts:
            self.wrapped(self.separator().join(facts), _INDENT, "dim")

    def comparison(self) -> None:
        line, _rows = before_and_after(self.record)
        if line:
            self.blank()
            self.wrapped(line[0].upper() + line[1:], 0, hang=2)

    def instruments(self) -> None:
        texts = [instrument(item) for item in as_dicts(self.judgement.get("instruments"))]
        self.section("INSTRUMENTS THAT COULD NOT BE USED", texts)

    def unreachable(self) -> None:
        hosts = self.lost
        texts = [f"{host}: {why}" for host, why in list(hosts.items())[:10]]
        if len(hosts) > 10:
            texts.append(f"and {len(hosts) - 10} more")
        self.section(f"HOSTS NOT REACHED ({len(hosts)})", texts)

    def reservations(self) -> None:
        texts = []
        for item in as_dicts(self.judgement.get("reservations")):
            kind = escape(item.get("kind"), 20)
            due = escape(item.get("due"), 20)
            text = f"{escape(item.get('requirement'), 24)} {escape(item.get('title'), 160)}"
            text += f": {'OVERDUE since' if kind == 'overdue' else 'due'} {due}" if due else ": no due date"
            text += f", {escape(item['responsible'], 80)}" if item.get("responsible") else ""
            text += f" ({kind}{' since ' + escape(item.get('raised'), 20) if kind == 'open' else ''})" if kind and kind != "overdue" else ""
            texts.append(text)
        self.section("RESERVATIONS", texts)

    def overrides(self) -> None:
        texts = []
        for item in overrides(self.judgement):
            text = f"{item.requirement} {item.kind} {item.id} of {item.at} by {item.by}"
            text += f" ({item.reason})" if item.reason else ""
            text += f", where it would have been {item.would}" if item.would else ""
            due = "OVERDUE since" if item.overdue else "due by"
            texts.append(f"{text}: a whole verification that is good is {due} {item.due}")
        self.section("OVERRIDES", texts)

    def decided(self) -> None:
        texts = []
        for item in self.decisions:
            text = f"{item.date} {item.body}, {item.phase}: {item.outcome}"
            text += f" AGAINST {item.against} ({item.reason})" if item.against else ""
            text += f", operations: {item.opinion}, by {item.by}, valid until {item.valid_until} ({item.counts})"
            texts.append(text)
            for condition in item.conditions:
                state = "OVERDUE since" if condition.state == "overdue" else f"{condition.state}, due"
                texts.append(f"condition: {condition.text} ({condition.responsible}), {state} {condition.due}")
        self.section("DECISIONS", texts)

    def requested(self) -> None:
        self.section("REQUESTS TO OPERATIONS", [f"{item.said}: {item.line}" for item in requests(self.judgement)])

    def verdict(self) -> None:
        verdict = str(self.judgement.get("verdict"))
        words = verdict_words(self.judgement)
        self.blank()
        self.add(self.paint(("─" if self.unicode else "-") * self.width, "dim"))
        tail = f"  {verified_words(self.judgement)}" + (f"  ({self.consequence})" if self.consequence else "")
        first, *rest = wrap(words + tail, self.width)
        if first.startswith(words):
            self.add(self.paint(words, tone(verdict), "bold") + first[len(words) :])
        else:
            self.add(self.paint(first, tone(verdict), "bold"))
        for line in rest:
            self.add(line)
        if debt_words(self.judgement):
            self.wrapped(debt_words(self.judgement), 0)
        if self.run.get("partial"):
            text = f"PARTIAL: {escape(self.run['partial'], 300)}. This verdict stands for what was looked at, not for the service."
            self.wrapped(text, 0, "unknown", "bold")
        reasons = [escape(reason, 500) for reason in as_list(self.judgement.get("reasons"))]
        if reasons and verdict == "not_ready":
            self.add("What is missing:")
        for reason in reasons[:20]:
            self.wrapped("- " + reason, 2, hang=2)
        if len(reasons) > 20:
            self.add(f"  - and {len(reasons) - 20} more")

    # the typesetting

    def separator(self) -> str:
        return " · " if self.unicode else ", "

    def fit(self, text: str, limit: int) -> str:
        return shorten(text, limit, "…" if self.unicode else "...")

    def paint(self, text: str, *styles: str) -> str:
        code = ";".join(sorted(_STYLES[style] for style in styles if style)) if self.color else ""
        return f"\x1b[{code}m{text}\x1b[0m" if code and text else text

    def section(self, title: str, texts: list[str]) -> None:
        if not texts:
            return
        self.blank()
        self.add(self.paint(title, "bold"))
        for text in texts:
            self.wrapped("- " + text, 2, hang=2)

    def wrapped(self, text: str, indent: int, *styles: str, hang: int = 0) -> None:
        # the first line is wrapped as narrow as the hanging ones: simpler, and never too wide
        for position, line in enumerate(wrap(text, self.width - indent - hang)):
            self.add(" " * (indent + (hang if position else 0)) + self.paint(line, *styles))

    def blank(self) -> None:
        if self.lines and self.lines[-1]:
            self.lines.append("")

    def add(self, line: str) -> None:
        self.lines.append(line if self.unicode else line.replace("…", "..."))


__all__ = ("render",)
