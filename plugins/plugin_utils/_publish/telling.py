# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A record told in words, in the language of its reader: what all outputs share. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from .._model.loosening import RUN, SERVICE
from .._model.text import AREAS, as_dict, as_dicts, as_int, as_list, escape, quantity
from .._model.verdict import Verdict, stops
from .signs import OPEN, rank
from .words import ENGLISH, Words

LONGEST_LINE = 4000  # of a file, to be copied


def by_area(requirements: t.Iterable[dict[str, object]]) -> list[tuple[str, list[dict[str, object]]]]:
    """The requirements of each area, areas in the usual order, then others by name."""
    groups: dict[str, list[dict[str, object]]] = {}
    for requirement in requirements:
        groups.setdefault(str(requirement.get("area") or "other"), []).append(requirement)
    order = {area: position for position, area in enumerate(AREAS)}
    return sorted(groups.items(), key=lambda group: (order.get(group[0], len(order)), group[0]))


def verdict_words(judgement: t.Mapping[str, object], say: Words = ENGLISH) -> str:
    """NO-GO and its like."""
    verdict = judgement.get("verdict")
    given = escape(judgement.get("words") or verdict or Verdict.UNDETERMINED.words, 60)
    if judgement.get("words") and (say.is_english or not verdict):
        return given
    return say.name("verdict", verdict or Verdict.UNDETERMINED.value, given)


def version_words(run: t.Mapping[str, object], say: Words = ENGLISH, limit: int = 80) -> str:
    """The version that a run was about, and where it comes from if nobody named it; empty where none was."""
    version = escape(run.get("version"), limit)
    return say("version_remembered", version=version) if version and run.get("version_remembered") else version


def consequence(record: t.Mapping[str, object], say: Words = ENGLISH) -> str:
    """What the verdict does to the play, in words; empty where it would not stop it anyway."""
    run, judgement = as_dict(record.get("run")), as_dict(record.get("judgement"))
    if not stops(judgement.get("verdict")):
        return ""
    if run.get("emergency"):
        return say("emergency_play")
    if judgement.get("overridden"):
        return say("overridden_play", date=escape(as_dict(judgement["overridden"]).get("date"), 20))
    if run.get("enforced") and stops(judgement.get("enforced_verdict", Verdict.NO_GO.value)):
        return say("enforced_play")
    if run.get("mode") == "observe":
        return say("observed_play", verdict=verdict_words(judgement, say))
    return say("not_enforced_play")


def emergency(record: t.Mapping[str, object], say: Words = ENGLISH) -> str:
    """That a run was let through in an emergency, by whom and why; empty where it was not."""
    given = as_dict(as_dict(record.get("run")).get("emergency"))
    if not given:
        return ""
    key = "emergency_because" if given.get("reason") else "emergency_without"
    return say(key, id=escape(given.get("id"), 80), by=escape(given.get("by"), 120), reason=escape(given.get("reason"), 300))


@dataclasses.dataclass(frozen=True)
class Override:
    """What went on against the gate or without it, in words."""

    requirement: str
    id: str
    kind: str
    by: str
    reason: str
    at: str
    due: str
    would: str  # the verdict that would have been; empty where nobody knows
    overdue: str


def overrides(judgement: t.Mapping[str, object], say: Words = ENGLISH) -> list[Override]:
    """What went on against the gate or without it, and by when the whole verification is due."""
    out = []
    for item in as_dicts(judgement.get("overrides")):
        would = as_dict(item.get("would"))
        out.append(
            Override(
                requirement=escape(item.get("requirement"), 24),
                id=escape(item.get("id"), 80),
                kind=say.name("override", item.get("kind"), escape(item.get("kind"), 20)),
                by=escape(item.get("by"), 120),
                reason=escape(item.get("reason"), 300),
                at=escape(str(item.get("at"))[:10], 20),
                due=escape(item.get("due"), 20),
                would=verdict_words(would, say) if would else "",
                overdue=say.name("reservation", "overdue").lower() if item.get("overdue") else "",
            )
        )
    return out


@dataclasses.dataclass(frozen=True)
class Condition:
    """On what a decision depends, in words."""

    text: str
    responsible: str
    due: str
    state: str
    state_words: str


@dataclasses.dataclass(frozen=True)
class Decision:
    """What people decided, in words."""

    id: str
    date: str
    body: str
    phase: str
    valid_until: str
    reason: str
    comment: str
    outcome: str
    opinion: str
    by: str
    against: str  # the verdict that it goes against; empty where it does not
    counts: str
    counting: bool
    conditions: list[Condition]


def decisions(record: t.Mapping[str, object], say: Words = ENGLISH) -> list[Decision]:
    """The decisions of a record in words, each with the conditions that are not met."""
    out = []
    for item in as_dicts(record.get("decisions")):
        conditions = [
            Condition(
                text=escape(condition.get("text"), 300),
                responsible=escape(condition.get("responsible"), 300),
                due=escape(condition.get("due"), 300),
                state=escape(condition.get("state"), 300),
                state_words=say.name("condition", condition.get("state"), escape(condition.get("state"), 300)),
            )
            for condition in as_dicts(item.get("conditions"))
        ]
        opinion = escape(item.get("operations_opinion"), 40).replace("_", " ")
        out.append(
            Decision(
                id=escape(item.get("id"), 300),
                date=escape(item.get("date"), 300),
                body=escape(item.get("body"), 300),
                phase=escape(item.get("phase"), 300),
                valid_until=escape(item.get("valid_until"), 300),
                reason=escape(item.get("reason"), 300),
                comment=escape(item.get("comment"), 300),
                outcome=say.name("outcome", item.get("outcome"), escape(item.get("outcome"), 40)),
                opinion=say.name("opinion", item.get("operations_opinion"), opinion),
                by=", ".join(escape(name, 80) for name in as_list(item.get("decided_by"))[:20]),
                against=escape(verdict_words({"verdict": item.get("verdict")}, say), 40) if item.get("against_verdict") else "",
                counts=_counts(item, say),
                counting=bool(item.get("counts")),
                conditions=conditions,
            )
        )
    return out


def _counts(item: t.Mapping[str, object], say: Words) -> str:
    if item.get("request"):
        return say("counts_once", reason=escape(item["request"], 400))
    return say("counts" if item.get("counts") else "counts_not")


def verified_words(judgement: t.Mapping[str, object], say: Words = ENGLISH) -> str:
    """How many of the requirements that are asked were verified, and how much was loosened by those whom the verdict is about."""
    seen = say("verified", verified=as_int(judgement.get("verified")), required=as_int(judgement.get("required")))
    by = [str(item.get("by")) for item in as_dicts(judgement.get("loosened"))]
    told = [say.counted("loosened_by_service", by.count(SERVICE))] if SERVICE in by else []
    told += [say.counted("loosened_by_run", by.count(RUN))] if RUN in by else []
    return ", ".join([seen, *told])


def loosened(judgement: t.Mapping[str, object], say: Words = ENGLISH) -> list[str]:
    """What is looser than what stands above it, a line each: where it stands, what it says, what stands above it, and whether it may."""
    out = []
    for item in as_dicts(judgement.get("loosened")):
        leave = say.name("leave", item.get("leave"), escape(item.get("leave"), 40))
        place = escape(item.get("declared_in") or item.get("key"), 200)
        said, above = escape(item.get("message"), 300), escape(item.get("above"), 300)
        out.append(say("loosened_line", place=place, message=said, above=above, leave=leave))
    return out


def reservation_kind(item: t.Mapping[str, object], say: Words = ENGLISH) -> str:
    """What kind of reservation it is, of an open one since when."""
    if item.get("kind") == "open" and item.get("raised"):
        return say("open_since", day=escape(item["raised"], 20))
    return say.name("reservation", item.get("kind"), escape(item.get("kind"), 20))


def waiver_words(waiver: t.Mapping[str, object], say: Words = ENGLISH) -> str:
    """Until when a waiver holds and who answers for it; a debt is told apart."""
    until, by = escape(waiver.get("until") or "?", 20), escape(waiver.get("approved_by") or "?", 80)
    if waiver.get("kind") == "debt":
        return say("in_debt_until", until=until, by=by, **{"from": escape(waiver.get("from"), 20)})
    said, renewals = say("waived_until", until=until, by=by), as_int(waiver.get("renewals"))
    return f"{said}, {say.counted('renewed', renewals)}" if renewals else said


@dataclasses.dataclass(frozen=True)
class Request:
    """What a service accepts for itself and operations has not accepted, in words, and the line with which they do."""

    said: str
    line: str


_REQUESTS = {"not_applicable": "request_not_applicable", "attestation": "request_attestation"}


def requests(judgement: t.Mapping[str, object], say: Words = ENGLISH) -> list[Request]:
    """What waits for operations."""
    out = []
    for item in as_dicts(judgement.get("waivers")):
        if item.get("state") == "requested":
            key = _REQUESTS.get(str(item.get("kind")), "request_waiver")
            about = {"requirement": escape(item.get("requirement"), 40), "until": escape(item.get("until"), 20)}
            out.append(Request(say(key, into=escape(item.get("copy_into"), 300), **about), escape(item.get("to_copy"), LONGEST_LINE)))
    return out


def debt_words(judgement: t.Mapping[str, object], say: Words = ENGLISH) -> str:
    """How much of its debt a service still has; empty where it has none."""
    debt = as_dict(judgement.get("debt"))
    if not debt:
        return ""
    left, expired = as_int(debt.get("left")), as_int(debt.get("expired"))
    parts = [say("debt", left=left, adopted=max(left, as_int(debt.get("adopted"))))]
    if expired:
        parts.append(say.counted("debt_ended", expired))
    if debt.get("next_end"):
        parts.append(say("debt_next", day=escape(debt["next_end"], 20)))
    return ", ".join(parts)


def since_last(delta: t.Mapping[str, object], say: Words = ENGLISH) -> str:
    """What changed since the last whole run of the phase."""
    verdict = verdict_words({"verdict": delta.get("verdict_before")}, say)
    return say("since_line", day=escape(delta.get("at"), 24)[:10], verdict=verdict, changes=_changed(delta, say))


def since_decision(delta: t.Mapping[str, object], say: Words = ENGLISH) -> str:
    """What changed since a decision was taken, whichever phase it was about."""
    return say(
        "decision_line",
        date=escape(delta.get("date"), 24),
        body=escape(delta.get("body"), 80),
        outcome=say.name("outcome", delta.get("outcome"), escape(delta.get("outcome"), 40)),
        verdict=verdict_words({"verdict": delta.get("verdict_before")}, say),
        changes=_changed(delta, say),
    )


def _changed(delta: t.Mapping[str, object], say: Words) -> str:
    def names(key: str) -> str:
        return ", ".join(escape(item.get("requirement"), 24) for item in as_dicts(delta.get(key))[:40])

    parts = [say(key, names=names(key)) for key in ("new_failures", "worse", "repaired") if delta.get(key)]
    if unchanged := as_dicts(delta.get("unchanged")):
        parts.append(say.counted("unchanged", len(unchanged)))
    return f"{say('semicolon')} ".join(parts) or say("nothing_changed")


def titled(item: t.Mapping[str, object], say: Words = ENGLISH) -> str:
    """The title of a requirement, or of a reservation on one."""
    return say.term(escape(item.get("title"), 300))


def remedied(item: t.Mapping[str, object], say: Words = ENGLISH) -> str:
    """What is to be done about a requirement."""
    return say.term(escape(item.get("remedy")))


def reasons_of(judgement: t.Mapping[str, object]) -> list[str]:
    """Why the verdict is what it is, worst first."""
    return [escape(reason, 400) for reason in as_list(judgement.get("reasons"))]


def instrument(item: t.Mapping[str, object], say: Words = ENGLISH) -> str:
    """A server that could not be used, and what that leaves unknown."""
    name, message = escape(item.get("instrument"), 200), escape(item.get("message"), 400)
    if message.startswith("..."):
        message = f"{name} {message.lstrip('. ')}"
    elif not message.startswith(name):
        message = say("colon", name=name, what=message)
    affected = ", ".join(escape(requirement, 24) for requirement in as_list(item.get("requirements"))[:40])
    return say("leaves_unknown", message=message, names=affected) if affected else message


def lost_hosts(record: t.Mapping[str, object], say: Words = ENGLISH) -> dict[str, str]:
    """Expected hosts without findings, and why."""
    hosts = as_dict(record.get("hosts"))
    lost = {**as_dict(hosts.get("absent")), **as_dict(hosts.get("unreachable"))}
    return {escape(host, 120): escape(why or say("not_reached"), 300) for host, why in lost.items()}


class Row(t.NamedTuple):
    """What became of one thing between before and after a deployment."""

    status: str
    outcome: str
    what: str
    before: str = ""
    after: str = ""
    limit: str = ""


def before_and_after(record: t.Mapping[str, object], say: Words = ENGLISH) -> tuple[str, list[Row]]:
    """With what a run at ``post`` was compared, in one line, and what became of what was there, the worst first; empty without."""
    comparison = as_dict(as_dict(record.get("judgement")).get("comparison"))
    baseline = as_dict(comparison.get("baseline"))
    if not baseline:
        return "", []
    rows = []
    for item in as_dicts(comparison.get("gone")):
        announced = escape(item.get("announced"), 300)
        outcome = say("gone_announced", reason=announced) if announced else say("gone")
        rows.append(Row("pass" if announced else "fail", outcome, _thing(item, say)))
    rows += [Row("fail", say("newly_firing"), _thing(item, say)) for item in as_dicts(comparison.get("newly_firing"))]
    beyond = 0
    for item in [*as_dicts(comparison.get("changed")), *as_dicts(comparison.get("within"))]:
        numbers = (say.measure(quantity(str(item.get("name")), item.get(key))) for key in ("before", "after", "limit"))
        within = item.get("status") == "pass"
        beyond += not within
        rows.append(Row(escape(item.get("status"), 20), say("within_limit" if within else "beyond_limit"), _thing(item, say), *numbers))
    for item in as_dicts(comparison.get("unknown")):
        thing = say("check_of", check=escape(item.get("check"), 60), thing=_thing({**item, "what": item.get("instance")}, say))
        rows.append(Row("unknown", say("not_compared", why=escape(item.get("why"), 300)), thing))
    rows += [Row("pass", say("new_thing"), _thing(item, say)) for item in as_dicts(comparison.get("new"))]
    rows.sort(key=lambda row: rank(row.status))
    counts = {
        "compared": as_int(comparison.get("compared")),
        "gone": len(as_dicts(comparison.get("gone"))),
        "firing": len(as_dicts(comparison.get("newly_firing"))),
        "beyond": beyond,
        "unknown": sum(row.status == "unknown" for row in rows),
        "new": len(as_dicts(comparison.get("new"))),
    }
    deployment, taken = escape(baseline.get("deployment_id"), 80), escape(baseline.get("taken_at"), 40)
    said = ", ".join(say(f"compared_{key}", count=count) for key, count in counts.items() if count or key in ("compared", "gone"))
    return say("compared_with", deployment=deployment, taken=taken, counts=said), rows


def _thing(item: t.Mapping[str, object], say: Words) -> str:
    host = escape(item.get("host"), 120)
    what = escape(item.get("what"), 300)
    return say("thing_on", thing=what, host=host) if host and host not in what else what


class Line(t.NamedTuple):
    """What one finding adds below its requirement."""

    head: str
    details: list[str]
    more: int  # details that are not among them


def others(
    findings: t.Iterable[t.Mapping[str, object]], message: str, *, lines: int, details: int, say: Words = ENGLISH
) -> tuple[list[Line], int]:
    """What findings that did not pass add to the requirement's own message, worst first; and how many more there are."""
    wanted = sorted((finding for finding in findings if finding.get("status") in OPEN), key=lambda finding: rank(finding["status"]))
    out: list[Line] = []
    for position, finding in enumerate(wanted):
        if len(out) == lines:
            return out, len(wanted) - position
        text = escape(finding.get("message"))
        parts = [escape(finding.get(key), 120) for key in ("host", "instance") if finding.get(key)]
        names_itself = bool(finding.get("instance")) and text.startswith(parts[-1])
        where = " ".join(parts[:-1] if names_itself else parts)
        said = message in (text, say("colon", name=parts[0], what=text) if parts else text)
        head = where if said else say("colon", name=where, what=text) if where else text
        given = as_list(finding.get("details"))
        below = [line for line in (escape(detail, 300) for detail in given[:details]) if line not in (text, message)]
        if below or (head and not (said and all(part in message for part in parts))):
            out.append(Line(head, below, max(0, len(given) - details)))
    return out, 0


__all__ = (
    "Line",
    "Request",
    "Row",
    "before_and_after",
    "by_area",
    "consequence",
    "debt_words",
    "decisions",
    "emergency",
    "instrument",
    "loosened",
    "lost_hosts",
    "others",
    "overrides",
    "reasons_of",
    "remedied",
    "requests",
    "reservation_kind",
    "since_decision",
    "since_last",
    "titled",
    "verdict_words",
    "verified_words",
    "version_words",
    "waiver_words",
)
