# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a verdict may do to the play: mode, its end, and the ratchet, layer by layer. PRIVATE to the collection. Pure."""

from __future__ import annotations

import datetime as dt
import typing as t

from ...module_utils._finding import Status
from ...module_utils._phrase import Message, phrase, plural
from ...module_utils._units import parse_duration
from .._described.document import Document
from .._described.service import Description
from .._model.judgement import Reservation
from .._model.planned import Plan

OBSERVE_ENDED = "MODE-01"  # the reservation of a service that is still observed after the end of observe
NOTICE_DAYS = 30


def mode_of(description: Description, level: str, problems: list[str], notices: list[Message]) -> tuple[str, str | None]:
    """The mode of the innermost layer that sets one (observe when none does), and the day on which observe ends."""
    chosen, until = "observe", None
    for document in (description.organisation, description.service):
        if document is None:
            continue
        found: str | None = None
        for path, given in _modes(document, description.run.environment, level, description.name):
            chosen = given.get("mode") or chosen
            found = given.get("observe_until") or found
            if given.get("observe_until") and given.get("mode") == "enforce":
                problems.append(f"{document.where(path)}: {'.'.join(path)}: observe_until ends observe, and the mode there is enforce")
        _refuse_idle_end(document, problems)
        if found and until and found > until:
            place = document.where(("mode",))
            notices.append(
                phrase(
                    "{place:path}: observe ends on {until:day} as the organisation's file says; a service may end it sooner, not later",
                    place=place,
                    until=until,
                )
            )
        until = min(day for day in (found, until) if day) if found or until else None
    chosen = description.run.mode or chosen
    return chosen, until if chosen == "observe" else None


def mode_for_all(document: Document, environment: str, *, level: str = "", service: str = "") -> str:
    """The mode that a file sets in an environment, for a service of which little or nothing else is known."""
    return mode_said(document, environment, level, service)[0] or "observe"


def enforced_somewhere(document: Document, level: str, service: str) -> bool:
    """Whether a file enforces for a service in some environment, or where it says nothing of one."""
    given = document.data.get("mode")
    named = (given.get("environments") or {}) if isinstance(given, dict) else {}
    return any(mode_for_all(document, str(name), level=level, service=service) == "enforce" for name in ("", *named))


def enforced_for_any(document: Document, environment: str, levels: t.Collection[str]) -> bool:
    """Whether a file enforces in an environment for a service of whatever name and level."""
    given = document.data.get("mode")
    named = (given.get("services") or {}) if isinstance(given, dict) else {}
    return any(
        mode_for_all(document, environment, level=level, service=str(name)) == "enforce" for name in ("", *named) for level in ("", *levels)
    )


def mode_said(document: Document | None, environment: str, level: str = "", service: str = "") -> tuple[str | None, tuple[str, ...]]:
    """The mode that a file says for a service here and now, None where it says none; and under which key."""
    chosen: str | None = None
    key: tuple[str, ...] = ("mode",)
    for path, given in _modes(document, environment, level, service) if document else ():
        if given.get("mode"):
            chosen, key = str(given["mode"]), path
    return chosen, key


def _modes(document: Document, environment: str, level: str = "", service: str = "") -> list[tuple[tuple[str, ...], dict[str, t.Any]]]:
    layers = _layers(document, "mode", environment, level, service)
    return [(path, value if isinstance(value, dict) else {"mode": value}) for path, value in layers]


def _layers(document: Document, key: str, environment: str, level: str, service: str) -> list[tuple[tuple[str, ...], t.Any]]:
    """What a file says under ``key`` for a service here and now, the outermost first."""
    given = document.data.get(key)
    if not isinstance(given, dict):
        return [] if given is None else [((key,), given)]
    out: list[tuple[tuple[str, ...], t.Any]] = []
    if given.get("observe_until"):
        out.append(((key, "observe_until"), {"observe_until": given["observe_until"]}))
    if given.get("default") is not None:
        out.append(((key, "default"), given["default"]))
    for group, name in (("environments", environment), ("levels", level), ("services", service)):
        value = (given.get(group) or {}).get(name)
        if value is not None:
            out.append(((key, group, name), value))
    return out


def _refuse_idle_end(document: Document, problems: list[str]) -> None:
    """An end of observe in a file in which nothing is observed is a mistake."""
    given = document.data.get("mode")
    if not (isinstance(given, dict) and given.get("observe_until") and given.get("default") == "enforce"):
        return
    inner = [value for group in ("environments", "levels", "services") for value in (given.get(group) or {}).values()]
    if not any((value.get("mode") if isinstance(value, dict) else value) == "observe" for value in inner):
        place = document.where(("mode", "observe_until"))
        problems.append(f"{place}: mode.observe_until: there is no observe that could end: mode.default is enforce")


def ratchet_of(description: Description, level: str, notices: list[Message]) -> bool:
    """Whether what has passed once may not be lost. A service may ask for it, and not do without what its organisation asks."""
    wanted: dict[str, bool] = {}
    for name, document in (("organisation", description.organisation), ("service", description.service)):
        if document:
            for _path, value in _layers(document, "ratchet", description.run.environment, level, description.name):
                wanted[name] = bool(value)
    if wanted.get("organisation") and wanted.get("service") is False:
        place = description.service.where(("ratchet",))
        notices.append(
            phrase(
                "{place:path}: ratchet: false does not count: the organisation's file asks for it, and a service may not be milder",
                place=place,
            )
        )
    return any(wanted.values())


# -- when observe ends


def _days_left(plan: Plan, today: dt.date) -> int | None:
    return (dt.date.fromisoformat(plan.observe_until) - today).days if plan.observe_until else None


def ended(plan: Plan, today: dt.date) -> list[Reservation]:
    """The reservation for a service that is still only observed after the last day of observe; none before."""
    left = _days_left(plan, today)
    if left is None or left >= 0 or plan.observe_until is None or plan.phase == "design":
        return []
    since = dt.date.fromisoformat(plan.observe_until) + dt.timedelta(days=1)
    due = since + dt.timedelta(seconds=parse_duration(plan.reservation_due))
    return [
        Reservation(
            requirement=OBSERVE_ENDED,
            title=phrase("verdicts are enforced"),
            status=Status.WARN,
            message=phrase("observe ended on {until:day}, and verdicts still stop nothing", until=plan.observe_until),
            responsible=plan.owner,
            raised=since.isoformat(),
            due=due.isoformat(),
            kind="overdue" if due < today else "new" if since == today else "open",
        )
    ]


def mode_notices(plan: Plan, today: dt.date) -> list[Message]:
    left = _days_left(plan, today)
    if left is None or left > NOTICE_DAYS:
        return []
    if left < 0:
        return [
            phrase(
                "observe ended on {until:day}: set the mode to enforce; until then that is a reservation ({requirement:path})",
                until=plan.observe_until,
                requirement=OBSERVE_ENDED,
            )
        ]
    return [
        plural(
            "observe ends on {until:day}, in {count:number} day; after that, a verdict that stops nothing is a reservation",
            "observe ends on {until:day}, in {count:number} days; after that, a verdict that stops nothing is a reservation",
            count=left,
            until=plan.observe_until,
        )
    ]


def announced(enforce_from: object, today: object) -> str | None:
    """The day from which a requirement is enforced, where that is still to come."""
    day = str(enforce_from or "")
    return day if day > str(today or "")[:10] and today else None


__all__ = (
    "OBSERVE_ENDED",
    "announced",
    "ended",
    "enforced_for_any",
    "enforced_somewhere",
    "mode_for_all",
    "mode_notices",
    "mode_of",
    "mode_said",
    "ratchet_of",
)
