# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of a whole portfolio, for the quarterly review, over the newest record of each service. PRIVATE to the collection.

Pure: the moment is an argument.
"""

from __future__ import annotations

import collections
import datetime as dt
import typing as t

from ...module_utils._units import humanize_seconds
from .._model.text import as_dict, as_dicts, as_int, as_list, escape
from .._model.verdict import WORST_FIRST
from . import delivery, page
from .page import VERDICTS
from .telling import instrument, titled, verdict_words
from .words import Words, words

SOON = dt.timedelta(days=90)
WINDOW = 90  # days of the delivery figures
_ORDER = {verdict.value: position for position, verdict in enumerate(WORST_FIRST)}
_OPEN = ("fail", "unknown", "warn")
_MAX_FAILING = 20


def render(
    made: t.Mapping[str, t.Any],
    records: t.Mapping[tuple[str, str], t.Mapping[str, t.Any]],
    *,
    name: str,
    now: dt.datetime,
    version: str,
    language: str | None = None,
) -> str:
    """``made`` is the summary of the portfolio, ``records`` the newest run record by service and environment."""
    say = words(language)
    return page.render("portfolio.html.j2", say, view(made, records, name=name, now=now, version=version, say=say))


def view(
    made: t.Mapping[str, t.Any],
    records: t.Mapping[tuple[str, str], t.Mapping[str, t.Any]],
    *,
    name: str,
    now: dt.datetime,
    version: str,
    say: Words,
) -> dict[str, t.Any]:
    """What the template shows, all of it clean text, numbers and lists."""
    services = [_service(item, records.get(_key(item)), say) for item in as_dicts(made.get("services"))]
    services.sort(key=lambda item: (_ORDER.get(item["verdict"], 1), item["name"], item["environment"]))
    counts = collections.Counter(item["verdict"] for item in services)
    said = [say("verdict_count", count=counts[verdict], verdict=say.name("verdict", verdict)) for verdict in _ORDER if counts[verdict]]
    heads = sorted({(each["name"], each["key"]) for item in services for each in item["stakeholders"]})
    held = [(item, records.get(_key(item))) for item in as_dicts(made.get("services"))]
    current = [(_name(item), escape(item.get("environment"), 60), _current(record)) for item, record in held if record]
    return {
        "title": say("portfolio"),
        "name": "" if name == "default" else say("portfolio_name", name=escape(name, 120)),
        "at": now.strftime("%Y-%m-%d %H:%M UTC"),
        "version": escape(version, 40),
        "line": say("portfolio_count", services=say.counted("services", len(services)), verdicts=", ".join(said)),
        "tiles": [
            {"count": counts[verdict], "words": say.name("verdict", verdict), "tone": VERDICTS[verdict][0], "symbol": VERDICTS[verdict][1]}
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


def _key(item: t.Mapping[str, t.Any]) -> tuple[str, str]:
    return str(item.get("service")), str(item.get("environment"))


def _name(item: t.Mapping[str, t.Any]) -> str:
    return escape(item.get("service") or item.get("service_file"), 120)


def _current(record: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The judgement over all phases where the record has one, else that of its run."""
    return as_dict(record.get("state")) or as_dict(record.get("judgement"))


def _service(item: t.Mapping[str, t.Any], record: t.Mapping[str, t.Any] | None, say: Words) -> dict[str, t.Any]:
    known = item.get("refused") and record is not None
    judged = _current(record) if record else {}
    shown: t.Mapping[str, t.Any] = judged if known else item
    verdict = str(shown.get("verdict") or "undetermined")
    tone, symbol = VERDICTS.get(verdict, ("unknown", "?"))
    age = item.get("age_seconds")
    about = as_dict(record.get("service")) if record else {}
    required = shown.get("required")
    reasons = [escape(reason, 300) for reason in as_list((item if not known else judged).get("reasons"))]
    states = as_dict(judged.get("stakeholders"))
    return {
        "name": _name(item),
        "environment": escape(item.get("environment"), 60),
        "verdict": verdict,
        "words": verdict_words({"verdict": verdict}, say),
        "tone": tone,
        "symbol": symbol,
        "level": escape(about.get("level"), 10),
        "owner": escape(about.get("owner"), 120),
        "verified": say("reached_of", reached=as_int(shown.get("verified")), expected=as_int(required)) if required is not None else "",
        "age": say("never") if age is None else say("ago", time=say.measure(humanize_seconds(float(age)))),
        "note": say("not_now") if known else "",
        "why": reasons[0] if reasons and verdict != "go" else "",
        "stakeholders": [{**state, "key": name} for name, state in zip(states, page.stakeholders(judged, say))],
        "by_stakeholder": {name: page.status_of(status, say) for name, status in states.items()},
    }


Current = list[tuple[str, str, dict[str, t.Any]]]


def _failing(current: Current, say: Words) -> list[dict[str, t.Any]]:
    """The requirements that most services do not meet, commonest first."""
    found: dict[str, dict[str, t.Any]] = {}
    for name, _environment, judged in current:
        for item in as_dicts(judged.get("requirements")):
            if item.get("deciding") is False or item.get("status") not in ("fail", "unknown"):
                continue
            key = escape(item.get("id"), 40)
            held = found.setdefault(key, {"id": key, "title": titled(item, say), "services": [], "impacts": set(), "fail": 0, "unknown": 0})
            held["services"].append(name)
            held[str(item["status"])] += 1
    rows = sorted(found.values(), key=lambda one: (-len(one["services"]), -one["fail"], one["id"]))[:_MAX_FAILING]
    for one in rows:
        one["states"] = [{**page.status_of(status, say), "count": one[status]} for status in ("fail", "unknown") if one[status]]
        one["count"] = len(one["services"])
        more = len(one["services"]) - 10
        one["services"] = ", ".join(one["services"][:10]) + (f" {say.counted('more', more)}" if more > 0 else "")
    return rows


def _days(text: object, today: dt.date) -> int | None:
    try:
        return (dt.date.fromisoformat(str(text)[:10]) - today).days
    except ValueError:
        return None


def _left(days: int, say: Words) -> str:
    return say.counted("days_left", days) if days >= 0 else say.counted("days_over", -days)


def _ending(current: Current, today: dt.date, say: Words) -> list[dict[str, t.Any]]:
    """Waivers and lines of debt whose end is near or past, the next one first."""
    out = []
    for name, environment, judged in current:
        titles = {str(item.get("id")): titled(item, say) for item in as_dicts(judged.get("requirements"))}
        accepted = [(item, "kind_waiver") for item in as_dicts(judged.get("waivers")) if item.get("state") in ("active", "expired")]
        lines = as_dicts(as_dict(judged.get("debt")).get("lines"))
        accepted += [(item, "kind_debt") for item in lines if item.get("state") in ("active", "expired")]
        for item, kind in accepted:
            days = _days(item.get("until"), today)
            if days is None or days > SOON.days:
                continue
            requirement = escape(item.get("requirement"), 40)
            out.append(
                {
                    "service": name,
                    "environment": environment,
                    "requirement": requirement,
                    "title": titles.get(requirement) or say.title(requirement),
                    "kind": say(kind),
                    "until": escape(item.get("until"), 20),
                    "left": _left(days, say),
                    "over": days < 0,
                    "by": escape(item.get("approved_by"), 120),
                    "days": days,
                }
            )
    return sorted(out, key=lambda one: (one["days"], one["service"], one["requirement"]))


def _overdue(current: Current, today: dt.date, say: Words) -> list[dict[str, t.Any]]:
    """Reservations whose day is past, the oldest first. Also those that became overdue since their record was written."""
    out = []
    for name, environment, judged in current:
        for item in as_dicts(judged.get("reservations")):
            days = _days(item.get("due"), today)
            if days is None or days >= 0:
                continue
            out.append(
                {
                    "service": name,
                    "environment": environment,
                    "requirement": escape(item.get("requirement"), 40),
                    "title": titled(item, say),
                    "responsible": escape(item.get("responsible"), 120) or say("nobody"),
                    "due": escape(item.get("due"), 20),
                    "over": _left(days, say),
                    "days": days,
                }
            )
    return sorted(out, key=lambda one: (one["days"], one["service"], one["requirement"]))


def _delivery(held: t.Sequence[tuple[t.Mapping[str, t.Any], t.Mapping[str, t.Any] | None]], say: Words) -> dict[str, t.Any]:
    """The figures of each service that was deployed in the window, and of all together from their sums, not from their averages."""
    rows: list[dict[str, t.Any]] = []
    keys = ("deployments", "judged", "failed", "unplanned", "settled")
    total: dict[str, t.Any] = dict.fromkeys(keys, 0)
    right, last = 0.0, None
    for item, record in held:
        figures = as_dict((record or {}).get("delivery_performance"))
        window = next((one for one in as_dicts(figures.get("windows")) if one.get("days") == WINDOW), {})
        if not as_int(window.get("deployments")):
            continue
        days = figures.get("days_since_last_unplanned")
        last = min((value for value in (last, days) if value is not None), default=None)
        for key in keys:
            total[key] += as_int(window.get(key))
        right += float(window.get("first_time_right_ratio") or 0) * as_int(window.get("settled"))
        rows.append(_figures(f"{_name(item)}, {escape(item.get('environment'), 60)}", window, days, say))
    if not rows:
        return {}
    ratios = (("change_fail_ratio", "failed", "judged"), ("deployment_rework_ratio", "unplanned", "deployments"))
    summed = {**total, **{ratio: total[part] / total[whole] if total[whole] else None for ratio, part, whole in ratios}}
    summed["first_time_right_ratio"] = right / total["settled"] if total["settled"] else None
    return {"rows": rows, "total": _figures(say("all_services"), summed, last, say)}


def _figures(name: str, window: t.Mapping[str, t.Any], days: object, say: Words) -> dict[str, t.Any]:
    return {
        "name": name,
        "deployments": as_int(window.get("deployments")),
        "fail": delivery.share(window, "change_fail_ratio", "failed", "judged", say),
        "rework": delivery.share(window, "deployment_rework_ratio", "unplanned", "deployments", say),
        "right": delivery.share(window, "first_time_right_ratio", None, "settled", say),
        "days": say("none_recorded") if days is None else as_int(days),
    }


__all__ = ("render", "view")
