# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of a whole portfolio, for the quarterly review, over the newest record of each service. PRIVATE to the collection.

Pure: the moment is an argument.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import typing as t

from ...module_utils._units import humanize_seconds
from .._described.policy import shipped_titles
from .._model.text import as_dict, as_dicts, as_float, as_int, as_list, escape
from .._model.verdict import WORST_FIRST
from . import delivery, page
from .signs import SYMBOLS, tone
from .telling import instrument, titled, verdict_words
from .translating import translated
from .words import Words, words

SOON = dt.timedelta(days=90)
WINDOW = 90  # days of the delivery figures
_ORDER = {verdict.value: position for position, verdict in enumerate(WORST_FIRST)}
_NOT_MET = ("fail", "unknown")
_MAX_FAILING = 20


def render(
    made: t.Mapping[str, object],
    records: t.Mapping[tuple[str, str], t.Mapping[str, object]],
    *,
    name: str,
    now: dt.datetime,
    version: str,
    language: str | None = None,
) -> str:
    """``made`` is the summary of the portfolio, ``records`` the newest run record by service and environment."""
    say = words(language)
    said = translated(made, say, *records.values())
    known = {key: translated(record, say) for key, record in records.items()}
    return page.render("portfolio.html.j2", say, view(said, known, name=name, now=now, version=version, say=say))


def view(
    made: t.Mapping[str, object],
    records: t.Mapping[tuple[str, str], t.Mapping[str, object]],
    *,
    name: str,
    now: dt.datetime,
    version: str,
    say: Words,
) -> dict[str, object]:
    """What the template shows, all of it clean text, numbers and lists."""
    services = [_service(item, records.get(_key(item)), say) for item in as_dicts(made.get("services"))]
    services.sort(key=lambda item: (_ORDER.get(item.verdict, 1), item.name, item.environment))
    counts = collections.Counter(item.verdict for item in services)
    said = [say("verdict_count", count=counts[verdict], verdict=say.name("verdict", verdict)) for verdict in _ORDER if counts[verdict]]
    heads = sorted({each for item in services for each in item.stakeholders})
    held = [(item, records.get(_key(item))) for item in as_dicts(made.get("services"))]
    current = [_Judged(_name(item), escape(item.get("environment"), 60), _current(record)) for item, record in held if record]
    return {
        "title": say("portfolio"),
        "name": "" if name == "default" else say("portfolio_name", name=escape(name, 120)),
        "at": say.moment(now.strftime("%Y-%m-%dT%H:%MZ")),
        "version": escape(version, 40),
        "line": say("portfolio_count", services=say.counted("services", len(services)), verdicts=", ".join(said)),
        "tiles": [
            {"count": counts[verdict], "words": say.name("verdict", verdict), "tone": tone(verdict), "symbol": SYMBOLS[tone(verdict)]}
            for verdict in _ORDER
        ],
        "services": services,
        "stakeholders": heads,
        "failing": _failing(current, say),
        "ending": _ending(current, now.date(), say),
        "overdue": _overdue(current, now.date(), say),
        "delivery": _delivery(held, say),
        "platform": [
            {
                "message": instrument({"instrument": item.get("instrument"), "message": item.get("message")}, say),
                "services": ", ".join(escape(one, 80) for one in as_list(item.get("services"))[:40]),
                "requirements": as_int(item.get("requirements")),
            }
            for item in as_dicts(made.get("platform_failures"))
        ],
        "refused": [
            (_name(item), "; ".join(escape(reason, 400) for reason in as_list(item.get("reasons"))[:5]))
            for item in as_dicts(made.get("services"))
            if item.get("refused")
        ],
        "never": [escape(one, 120) for one in as_list(made.get("never_verified"))],
    }


def _key(item: t.Mapping[str, object]) -> tuple[str, str]:
    return str(item.get("service")), str(item.get("environment"))


def _name(item: t.Mapping[str, object]) -> str:
    return escape(item.get("service") or item.get("service_file"), 120)


def _current(record: t.Mapping[str, object]) -> dict[str, object]:
    """The judgement over all phases where the record has one, else that of its run."""
    return as_dict(record.get("state")) or as_dict(record.get("judgement"))


@dataclasses.dataclass(frozen=True)
class _Service:
    """One service of the portfolio, as its line shows it."""

    name: str
    environment: str
    verdict: str
    words: str
    tone: str
    symbol: str
    level: str
    owner: str
    verified: str
    age: str
    note: str
    why: str
    stakeholders: list[tuple[str, str]]  # in words, and as the record has it
    by_stakeholder: dict[str, dict[str, str]]


def _service(item: t.Mapping[str, object], record: t.Mapping[str, object] | None, say: Words) -> _Service:
    known = bool(item.get("refused")) and record is not None
    judged = _current(record) if record else {}
    shown: t.Mapping[str, object] = judged if known else item
    verdict = str(shown.get("verdict") or "undetermined")
    age = as_float(item.get("age_seconds"))
    about = as_dict(record.get("service")) if record else {}
    required = shown.get("required")
    reasons = [escape(reason, 300) for reason in as_list(shown.get("reasons"))]
    states = as_dict(judged.get("stakeholders"))
    return _Service(
        name=_name(item),
        environment=escape(item.get("environment"), 60),
        verdict=verdict,
        words=verdict_words({"verdict": verdict}, say),
        tone=tone(verdict),
        symbol=SYMBOLS[tone(verdict)],
        level=escape(about.get("level"), 10),
        owner=escape(about.get("owner"), 120),
        verified=say("reached_of", reached=as_int(shown.get("verified")), expected=as_int(required)) if required is not None else "",
        age=say("never") if age is None else say("ago", time=say.measure(humanize_seconds(age))),
        note=say("not_now") if known else "",
        why=reasons[0] if reasons and verdict != "go" else "",
        stakeholders=[(state["name"], name) for name, state in zip(states, page.stakeholders(judged, say))],
        by_stakeholder={name: page.status_of(status, say) for name, status in states.items()},
    )


@dataclasses.dataclass(frozen=True)
class _Judged:
    """The newest judgement of a service."""

    service: str
    environment: str
    judgement: dict[str, object]


@dataclasses.dataclass
class _Failing:
    """A requirement that services do not meet."""

    id: str
    title: str
    names: list[str] = dataclasses.field(default_factory=list)  # of the services
    counts: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)  # by status

    def shown(self, say: Words) -> dict[str, object]:
        more = len(self.names) - 10
        return {
            "id": self.id,
            "title": self.title,
            "states": [{**page.status_of(status, say), "count": self.counts[status]} for status in _NOT_MET if self.counts[status]],
            "count": len(self.names),
            "services": ", ".join(self.names[:10]) + (f" {say.counted('more', more)}" if more > 0 else ""),
        }


def _failing(current: list[_Judged], say: Words) -> list[dict[str, object]]:
    """The requirements that most services do not meet, commonest first."""
    found: dict[str, _Failing] = {}
    for judged in current:
        for item in as_dicts(judged.judgement.get("requirements")):
            if item.get("deciding") is False or item.get("status") not in _NOT_MET:
                continue
            key = escape(item.get("id"), 40)
            held = found.setdefault(key, _Failing(key, titled(item, say)))
            held.names.append(judged.service)
            held.counts[str(item["status"])] += 1
    rows = sorted(found.values(), key=lambda one: (-len(one.names), -one.counts["fail"], one.id))[:_MAX_FAILING]
    return [one.shown(say) for one in rows]


def _days(text: object, today: dt.date) -> int | None:
    try:
        return (dt.date.fromisoformat(str(text)[:10]) - today).days
    except ValueError:
        return None


def _left(days: int, say: Words) -> str:
    return say.counted("days_left", days) if days >= 0 else say.counted("days_over", -days)


@dataclasses.dataclass(frozen=True)
class _Ending:
    """A waiver or a line of debt that ends soon, or has ended."""

    days: int
    service: str
    requirement: str
    environment: str
    title: str
    kind: str
    until: str
    left: str
    over: bool
    by: str


def _ending(current: list[_Judged], today: dt.date, say: Words) -> list[_Ending]:
    """Waivers and lines of debt whose end is near or past, the next one first."""
    out = []
    for judged in current:
        judgement = judged.judgement
        titles = {str(item.get("id")): titled(item, say) for item in as_dicts(judgement.get("requirements"))}
        accepted = [(item, "kind_waiver") for item in as_dicts(judgement.get("waivers"))]
        accepted += [(item, "kind_debt") for item in as_dicts(as_dict(judgement.get("debt")).get("lines"))]
        for item, kind in accepted:
            days = _days(item.get("until"), today)
            if item.get("state") not in ("active", "expired") or days is None or days > SOON.days:
                continue
            requirement = escape(item.get("requirement"), 40)
            out.append(
                _Ending(
                    days=days,
                    service=judged.service,
                    requirement=requirement,
                    environment=judged.environment,
                    title=titles.get(requirement) or say.term(shipped_titles().get(requirement, "")),
                    kind=say(kind),
                    until=escape(item.get("until"), 20),
                    left=_left(days, say),
                    over=days < 0,
                    by=escape(item.get("approved_by"), 120),
                )
            )
    return sorted(out, key=_in_time)


@dataclasses.dataclass(frozen=True)
class _Overdue:
    """A reservation whose day is past."""

    days: int
    service: str
    requirement: str
    environment: str
    title: str
    responsible: str
    due: str
    over: str


def _overdue(current: list[_Judged], today: dt.date, say: Words) -> list[_Overdue]:
    """Reservations whose day is past, the oldest first. Also those that became overdue since their record was written."""
    out = []
    for judged in current:
        for item in as_dicts(judged.judgement.get("reservations")):
            days = _days(item.get("due"), today)
            if days is None or days >= 0:
                continue
            out.append(
                _Overdue(
                    days=days,
                    service=judged.service,
                    requirement=escape(item.get("requirement"), 40),
                    environment=judged.environment,
                    title=titled(item, say),
                    responsible=escape(item.get("responsible"), 120) or say("nobody"),
                    due=escape(item.get("due"), 20),
                    over=_left(days, say),
                )
            )
    return sorted(out, key=_in_time)


def _in_time(one: _Ending | _Overdue) -> tuple[int, str, str]:
    return one.days, one.service, one.requirement


def _delivery(held: t.Sequence[tuple[t.Mapping[str, object], t.Mapping[str, object] | None]], say: Words) -> dict[str, object]:
    """The figures of each service that was deployed in the window, and of all together from their sums, not from their averages."""
    rows: list[dict[str, object]] = []
    total: collections.Counter[str] = collections.Counter()
    right = 0.0
    last: float | None = None
    for item, record in held:
        figures = as_dict((record or {}).get("delivery_performance"))
        window = next((one for one in as_dicts(figures.get("windows")) if one.get("days") == WINDOW), {})
        if not as_int(window.get("deployments")):
            continue
        days = as_float(figures.get("days_since_last_unplanned"))
        last = min((value for value in (last, days) if value is not None), default=None)
        total.update({key: as_int(window.get(key)) for key in ("deployments", "judged", "failed", "unplanned", "settled")})
        right += (as_float(window.get("first_time_right_ratio")) or 0.0) * as_int(window.get("settled"))
        rows.append(_figures(f"{_name(item)}, {escape(item.get('environment'), 60)}", window, days, say))
    if not rows:
        return {}
    ratios = {
        "change_fail_ratio": total["failed"] / total["judged"] if total["judged"] else None,
        "deployment_rework_ratio": total["unplanned"] / total["deployments"] if total["deployments"] else None,
        "first_time_right_ratio": right / total["settled"] if total["settled"] else None,
    }
    return {"rows": rows, "total": _figures(say("all_services"), {**total, **ratios}, last, say)}


def _figures(name: str, window: t.Mapping[str, object], days: float | None, say: Words) -> dict[str, object]:
    return {
        "name": name,
        "deployments": as_int(window.get("deployments")),
        "fail": delivery.share(window, "change_fail_ratio", "failed", "judged", say),
        "rework": delivery.share(window, "deployment_rework_ratio", "unplanned", "deployments", say),
        "right": delivery.share(window, "first_time_right_ratio", None, "settled", say),
        "days": say("none_recorded") if days is None else as_int(days),
    }


__all__ = ("render", "view")
