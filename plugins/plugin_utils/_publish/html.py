# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report that a decision body reads: one HTML file that asks nothing of any server. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from .._model.text import as_dict, as_dicts, as_float, as_int, as_list, escape, number, quantity
from . import delivery, page
from .metrics import worst_measurements
from .page import COUNTED, status_of
from .signs import OPEN, SYMBOLS, shown_status, tone
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

_UNVERIFIED = ("unknown", "not_due", "not_applicable")
_CHANGES = ("new_failures", "worse", "repaired", "unchanged")
_MAX_LINES = 10  # findings below a requirement; the run record has all of them
_MAX_DETAILS = 5
_MAX_ROWS = 100
_MAX_HOSTS = 200
_DAYS = ("at", "due", "from", "raised", "until")  # which are not broken into lines
_SHORT = 24


def render(record: t.Mapping[str, object], language: str | None = None) -> str:
    """The whole document. Text from hosts is cleaned here and escaped by the template."""
    say = words(language)
    return page.render("report.html.j2", say, view(translated(record, say), say))


def view(record: t.Mapping[str, object], say: Words) -> dict[str, object]:
    """What the template shows, all of it clean text, numbers and lists."""
    return _View(record, say).made()


@dataclasses.dataclass(frozen=True)
class Bar:
    """A measurement and its room to the limit."""

    requirement: str
    title: str
    name: str
    value: str
    limit: str
    bound: str
    percent: int | None
    width: int
    words: str
    tone: str


class _View:
    def __init__(self, record: t.Mapping[str, object], say: Words) -> None:
        self.record, self.say = record, say
        self.run, self.service, self.judgement = (as_dict(record.get(key)) for key in ("run", "service", "judgement"))
        self.bars: list[Bar] = []
        self.requirements = [self.requirement(item) for item in as_dicts(self.judgement.get("requirements"))]
        self.by_id = {str(item["id"]): item for item in self.requirements}

    def made(self) -> dict[str, object]:
        record, say, judgement = self.record, self.say, self.judgement
        counts = as_dict(judgement.get("counts"))
        compared, rows = before_and_after(record, say)
        return {
            "title": self.title(),
            "name": escape(self.service.get("name"), 120) or say("no_name"),
            "service": clean(self.service, 160),
            "run": clean(self.run, 160),
            "record_digest": escape(record.get("digest"), 64),
            "phase": say.name("phase", self.run.get("phase"), escape(self.run.get("phase"), 20)),
            "mode": say.name("mode", self.run.get("mode"), escape(self.run.get("mode"), 20)),
            "verdict": self.verdict(),
            "stakeholders": page.stakeholders(judgement, say),
            "counts": [{"count": as_int(counts.get(s)), **status_of(s, say)} for s in COUNTED if as_int(counts.get(s))],
            "anchors": set(self.by_id),
            "areas": [(say.name("area", area, escape(area, 40).capitalize()), items) for area, items in by_area(self.requirements)],
            "reservations": self.reservations(),
            "emergency": emergency(record, say),
            "overrides": overrides(judgement, say),
            "decisions": decisions(record, say),
            "decide": self.decide(),
            "compared": compared,
            "before_and_after": [{**row._asdict(), "status": status_of(row.status, say)} for row in rows[:_MAX_ROWS]],
            "more_compared": max(0, len(rows) - _MAX_ROWS),
            "requests": requests(judgement, say),
            "waivers": [self.waiver(item) for item in as_dicts(judgement.get("waivers"))],
            "debt": debt_words(judgement, say),
            "changes": self.changes(),
            "loosened": loosened(judgement, say),
            "notices": [escape(notice) for notice in as_list(judgement.get("notices"))],
            "instruments": [instrument(item, say) for item in as_dicts(judgement.get("instruments"))],
            "unverified": [item for item in self.requirements if as_dict(item["status"]).get("key") in _UNVERIFIED],
            "hosts": self.hosts(),
            "measurements": sorted(self.bars, key=lambda bar: 999 if bar.percent is None else bar.percent),
            "proofs": self.proofs(),
            "inputs": [(say(key), clean(as_dict(as_dict(record.get("inputs")).get(key)))) for key in _INPUTS],
            "gates": [self.gate(phase, as_dict(gate)) for phase, gate in as_dict(record.get("gates")).items()],
            "state": self.state(),
            "deployments": [self.deployment(item) for item in as_dicts(record.get("deployments"))[-10:]],
            "delivery": dict(zip(("heads", "rows"), delivery.rows(record, say))),
            "schema_version": escape(record.get("schema_version"), 20),
        }

    def title(self) -> str:
        say, name = self.say, escape(self.service.get("name"), 120) or self.say("no_name")
        version, environment = version_words(self.run, say), escape(self.run.get("environment"), 80)
        title = say("title_version", name=name, version=version) if version else say("title", name=name)
        return say("title_environment", title=title, environment=environment) if environment else title

    def verdict(self) -> dict[str, object]:
        say, judgement = self.say, self.judgement
        verdict = str(judgement.get("verdict"))
        return {
            "words": verdict_words(judgement, say),
            "tone": tone(verdict),
            "symbol": SYMBOLS[tone(verdict)],
            "count": verified_words(judgement, say),
            "advice": say.name("advice", judgement.get("advice"), escape(judgement.get("advice"), 40)),
            "consequence": consequence(self.record, say),
            "reasons": reasons_of(judgement),
            "design": verdict in ("ready_to_continue", "not_ready"),
        }

    def requirement(self, item: dict[str, object]) -> dict[str, object]:
        say, message = self.say, escape(item.get("message"))
        lines, more = others(as_dicts(item.get("findings")), message, lines=_MAX_LINES, details=_MAX_DETAILS, say=self.say)
        waiver = as_dict(item.get("waiver"))
        name, title = escape(item.get("id") or "?", 40), titled(item, say)
        return {
            **clean(item),
            "id": name,
            "title": title,
            "area": item.get("area") or "other",
            "message": message,
            "impact": say.name("impact", item.get("impact"), escape(item.get("impact"), 20)),
            "status": status_of(shown_status(item), say),
            "observed": status_of(item["observed_status"], say) if item.get("observed_status") not in (None, item.get("status")) else None,
            "observed_only": item.get("deciding") is False,
            "open": item.get("status") in OPEN,
            "lines": lines,
            "more": more,
            "remedy": remedied(item, say),
            "reason": say.term(escape(item.get("reason"))),
            "proof_words": say("proof_is", proof=say.name("proof", item.get("proof"), escape(item.get("proof"), 20)))
            if item.get("proof") not in (None, "observed", "none")
            else "",
            "waiver": {**clean(waiver), "words": waiver_words(waiver, say)} if waiver else {},
            "hosts": [
                (status_of(status, say), say("hosts_status", hosts=say.counted("hosts", as_int(count)), status=_word(status, say)))
                for status, count in as_dict(item.get("hosts")).items()
                if count
            ],
            "measurements": [
                self.headroom_bar(name, title, m, good=item.get("status") == "pass")
                for m in worst_measurements(as_dicts(item.get("measurements"))).values()
            ],
        }

    def headroom_bar(self, requirement: str, title: str, measurement: dict[str, object], *, good: bool) -> Bar:
        """A bar from the middle: to the right the room that is left, to the left how far it is beyond the limit."""
        say = self.say
        name, room = escape(measurement.get("name"), 80), as_float(measurement.get("headroom"))
        percent = None if room is None else round(max(-1.0, min(1.0, room)) * 100)
        said, colour = _room(percent, good)
        drawn = Bar(
            requirement=requirement,
            title=title,
            name=say.measurement(name),
            value=say.measure(quantity(name, measurement.get("value"))),
            limit=say.measure(quantity(name, measurement.get("limit"))),
            bound=say.name("bound", measurement.get("bound")),
            percent=percent,
            width=0 if percent is None else abs(percent),
            words=say(said, percent=abs(percent or 0)),
            tone=colour,
        )
        self.bars.append(drawn)
        return drawn

    def reservations(self) -> list[dict[str, object]]:
        out = []
        for item in as_dicts(self.judgement.get("reservations")):
            of = self.by_id.get(escape(item.get("requirement"), 40), {})
            shown = {"title": titled(item, self.say), "kind": reservation_kind(item, self.say), "overdue": item.get("kind") == "overdue"}
            out.append({**clean(item), **shown, "remedy": of.get("remedy") if of.get("open") else ""})
        return sorted(out, key=lambda item: (not item["overdue"], item.get("due", "9999")))

    def waiver(self, item: dict[str, object]) -> dict[str, object]:
        say, state, days = self.say, str(item.get("state") or ""), as_int(item.get("days_left"))
        title = self.by_id.get(escape(item.get("requirement"), 40), {}).get("title", "")
        renewals = as_int(item.get("renewals"))
        shown = {
            "title": title,
            "state": say.name("waiver", state, escape(state, 40).replace("_", " ")),
            "renewed": say.counted("renewed", renewals) if renewals else "",
        }
        return {**clean(item), **shown, "days": say.counted("days_left", days) if state == "active" and "days_left" in item else ""}

    def changes(self) -> list[dict[str, object]]:
        """Since the last run, and since the last decision: a line, and what changed."""
        say = self.say
        out: list[dict[str, object]] = []
        for key, head in (("delta", "since_last"), ("decision_delta", "since_decision")):
            delta = as_dict(self.record.get(key))
            if not delta:
                continue
            rows = [
                {
                    "id": escape(item.get("requirement"), 40),
                    "title": self.by_id.get(escape(item.get("requirement"), 40), {}).get("title", ""),
                    "change": say(f"change_{change}"),
                    "tone": {"repaired": "pass", "unchanged": "not_due"}.get(change, "fail"),
                    "before": status_of(item.get("before"), say),
                    "now": status_of(item.get("now"), say),
                }
                for change in _CHANGES
                for item in as_dicts(delta.get(change))
            ]
            also = [
                say(each, names=", ".join(escape(name, 24) for name in as_list(delta.get(each))[:40]))
                for each in ("added", "dropped")
                if delta.get(each)
            ]
            line = since_decision(delta, say) if key == "decision_delta" else since_last(delta, say)
            out.append({"id": key, "head": say(head), "line": line, "rows": rows, "also": also})
        return out

    def decide(self) -> dict[str, object] | None:
        """What a decision about this run is written on; None where one that counts has been recorded."""
        if any(item.get("counts") for item in as_dicts(self.record.get("decisions"))):
            return None
        return {
            "possible": not (self.run.get("partial") or self.run.get("emergency")),
            "opinions": [self.say.name("opinion", key) for key in ("favourable", "with_reservations", "unfavourable")],
            "outcomes": [self.say.name("outcome", key) for key in ("go", "go_with_conditions", "no_go")],
        }

    def proofs(self) -> list[dict[str, str | int]]:
        """How many of the requirements that decide rest on which proof."""
        counts = dict.fromkeys(("observed", "derived", "attested", "stand_in", "none"), 0)
        for item in as_dicts(self.judgement.get("requirements")):
            if item.get("deciding") is False or item.get("status") in ("not_applicable", "not_due") or item.get("state") == "later":
                continue
            seen = item.get("verified", (item.get("observed_status") or item.get("status")) in ("pass", "warn", "fail"))
            proof = str(item.get("proof"))
            counts[proof if seen and proof in counts else "none"] += 1
        whole = sum(counts.values())
        return [
            {
                "key": key,
                "count": count,
                "words": self.say("proof_item", count=count, proof=self.say.name("proof", key)),
                "percent": round(100 * count / whole),
            }
            for key, count in counts.items()
            if count
        ]

    def hosts(self) -> dict[str, object]:
        hosts = as_dict(self.record.get("hosts"))
        expected, reached = ([escape(host, 120) for host in as_list(hosts.get(key))] for key in ("expected", "reached"))
        return {
            "expected": expected[:_MAX_HOSTS],
            "reached": reached[:_MAX_HOSTS],
            "more_expected": max(0, len(expected) - _MAX_HOSTS),
            "more_reached": max(0, len(reached) - _MAX_HOSTS),
            "count": self.say("reached_of", reached=len(reached), expected=len(expected)),
            "unreachable": list(lost_hosts(self.record, self.say).items())[:_MAX_HOSTS],
            "more_unreachable": max(0, len(lost_hosts(self.record)) - _MAX_HOSTS),
        }

    def gate(self, phase: object, gate: dict[str, object]) -> dict[str, object]:
        given = tone(gate.get("verdict"))
        name = self.say.name("phase", phase, escape(phase, 20))
        shown = {"name": self.say("gate", phase=name), "enforced": self.say("yes_" if gate.get("enforced") else "no_")}
        return {**clean(gate), **shown, "words": verdict_words(gate, self.say), "tone": given, "symbol": SYMBOLS[given]}

    def deployment(self, item: dict[str, object]) -> dict[str, object]:
        kind = item.get("kind")
        return {**clean(item), "kind": "" if kind in (None, "planned") else self.say.name("deployment_kind", kind, escape(kind, 20))}

    def state(self) -> dict[str, object] | None:
        state = as_dict(self.record.get("state"))
        if not state:
            return None
        given = tone(state.get("verdict"))
        seen = self.say("newest_findings", verified=as_int(state.get("verified")), required=as_int(state.get("required")))
        return {"words": verdict_words(state, self.say), "tone": given, "symbol": SYMBOLS[given], "seen": seen}


_INPUTS = ("service_file", "organisation_file", "approvals", "debt_file", "policy")


def _room(percent: int | None, good: bool) -> tuple[str, str]:
    """The words and the colour of the room to a limit. A count that is just what was asked for is no warning."""
    if percent is None:
        return "no_limit", "none"
    if percent < 0:
        return "room_far" if percent <= -100 else "room_passed", "fail"
    if percent == 0:
        return "room_none", "none" if good else "warn"
    return "room_left", "warn" if percent < 10 else "pass"


def _word(status: object, say: Words) -> str:
    return status_of(status, say)["word"].lower()


def clean(item: t.Mapping[str, object], limit: int = 1000) -> dict[str, object]:
    """Scalars only, strings cleaned; what is null is left out, so that a template's ``if`` suffices."""
    out: dict[str, object] = {}
    for key, value in item.items():
        if isinstance(value, bool):
            out[key] = value
        elif isinstance(value, (int, float)):
            out[key] = number(value)
        elif isinstance(value, str) and value:
            out[key] = escape(value, _SHORT if key in _DAYS else limit)
    return out


__all__ = ("clean", "render", "view")
