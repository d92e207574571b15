# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report that a decision body reads: one HTML file that asks nothing of any server. PRIVATE to the collection."""

from __future__ import annotations

import math
import pathlib
import re
import typing as t

import jinja2

from .._text import (
    as_dict,
    as_dicts,
    as_int,
    as_list,
    before_and_after,
    by_area,
    consequence,
    debt_words,
    decisions,
    emergency,
    escape,
    instrument,
    lost_hosts,
    number,
    others,
    overrides,
    quantity,
    since_last,
    verdict_words,
    waiver_words,
    without_unit,
)
from . import delivery
from .metrics import worst_measurements

_TEMPLATE = pathlib.Path(__file__).with_name("report.html.j2")
_SYMBOLS = {"pass": "✓", "waived": "≈", "warn": "▲", "unknown": "?", "fail": "✗", "not_applicable": "–", "not_due": "·"}
_WORDS = {
    "pass": "Pass",
    "waived": "Waived",
    "warn": "Warning",
    "unknown": "Unknown",
    "fail": "Fail",
    "not_applicable": "Not applicable",
    "not_due": "Not due yet",
    "inherited": "Inherited",
}
_VERDICTS = {
    "go": ("pass", "✓"),
    "ready_to_continue": ("pass", "✓"),
    "go_with_reservations": ("warn", "▲"),
    "undetermined": ("unknown", "?"),
    "no_go": ("fail", "✗"),
    "not_ready": ("fail", "✗"),
}
_NAMES = {
    "operators": "Operators",
    "service_monitoring": "Service monitoring",
    "technical_monitoring": "Technical monitoring",
    "call_center": "Call centre",
    "support_chain": "Support chain",
}
_ADVICE = {"proceed": "Proceed", "hold": "Hold", "roll_back": "Roll back"}
_COUNTED = ("pass", "waived", "warn", "unknown", "fail", "not_applicable", "not_due", "inherited")
_MAX_LINES = 30
_MAX_ROWS = 100


def render(record: t.Mapping[str, t.Any]) -> str:
    """The whole document. Text from hosts is cleaned here and escaped by the template."""
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.ChainableUndefined)
    environment.filters["moment"] = _moment
    template = environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
    return template.render(**view(record))


def _moment(value: object) -> str:
    return re.sub(r"^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::\d{2})?Z$", r"\1 \2 UTC", str(value or ""))


def view(record: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What the template shows, all of it clean text, numbers and lists."""
    run, service, judgement = as_dict(record.get("run")), as_dict(record.get("service")), as_dict(record.get("judgement"))
    requirements = [_requirement(item) for item in as_dicts(judgement.get("requirements"))]
    verdict = str(judgement.get("verdict"))
    tone, symbol = _VERDICTS.get(verdict, ("unknown", "?"))
    counts = as_dict(judgement.get("counts"))
    compared, rows = before_and_after(record)
    return {
        "name": escape(service.get("name") or "(no name)", 120),
        "service": _clean(service, 160),
        "run": _clean(run, 160),
        "verdict": {
            "words": verdict_words(judgement),
            "tone": tone,
            "symbol": symbol,
            "verified": as_int(judgement.get("verified")),
            "required": as_int(judgement.get("required")),
            "advice": _ADVICE.get(str(judgement.get("advice")), escape(judgement.get("advice"), 40)),
            "consequence": consequence(record),
            "reasons": [escape(reason, 400) for reason in as_list(judgement.get("reasons"))],
            "design": verdict in ("ready_to_continue", "not_ready"),
        },
        "stakeholders": [
            {"name": _NAMES.get(str(name), escape(name, 60).replace("_", " ").capitalize()), **_status(status)}
            for name, status in as_dict(judgement.get("stakeholders")).items()
        ],
        "counts": [{"count": as_int(counts.get(s)), **_status(s)} for s in _COUNTED if as_int(counts.get(s))],
        "areas": [(escape(area, 40).capitalize(), items) for area, items in by_area(requirements)],
        "reservations": sorted(
            (_clean(item) for item in as_dicts(judgement.get("reservations"))),
            key=lambda item: (item.get("kind") != "overdue", item.get("due", "9999")),
        ),
        "emergency": emergency(record),
        "overrides": overrides(judgement),
        "decisions": decisions(record),
        "compared": compared,
        "before_and_after": [{**row._asdict(), "status": _status(row.status)} for row in rows[:_MAX_ROWS]],
        "more_compared": max(0, len(rows) - _MAX_ROWS),
        "waivers": [_clean(item) for item in as_dicts(judgement.get("waivers"))],
        "debt": debt_words(judgement),
        "since_last": since_last(as_dict(record["delta"])) if as_dict(record.get("delta")) else "",
        "notices": [escape(notice) for notice in as_list(judgement.get("notices"))],
        "instruments": [instrument(item) for item in as_dicts(judgement.get("instruments"))],
        "unverified": [item for item in requirements if item["status"]["key"] in ("unknown", "not_due", "not_applicable")],
        "hosts": _hosts(record),
        "measurements": [row for item in requirements for row in item["measurements"]],
        "inputs": [(title, _clean(as_dict(as_dict(record.get("inputs")).get(key)))) for title, key in _INPUTS],
        "gates": [_gate(phase, as_dict(gate)) for phase, gate in as_dict(record.get("gates")).items()],
        "state": _state(as_dict(record.get("state"))),
        "deployments": [_clean(item) for item in as_dicts(record.get("deployments"))][-10:],
        "delivery": dict(zip(("heads", "rows"), delivery.rows(record))),
        "schema_version": escape(record.get("schema_version"), 20),
    }


_INPUTS = (("Service file", "service_file"), ("Organisation file", "organisation_file"), ("Policy", "policy"))


def _clean(item: t.Mapping[str, t.Any], limit: int = 1000) -> dict[str, t.Any]:
    """Scalars only, strings cleaned; what is null is left out, so that a template's ``if`` suffices."""
    out: dict[str, t.Any] = {}
    for key, value in item.items():
        if isinstance(value, bool):
            out[key] = value
        elif isinstance(value, (int, float)):
            out[key] = number(value)
        elif isinstance(value, str) and value:
            out[key] = escape(value, limit)
    return out


def _status(status: object) -> dict[str, str]:
    key = str(status)
    known = key if key in _SYMBOLS else "unknown" if key != "inherited" else "not_applicable"
    return {"key": known, "word": _WORDS.get(key, _WORDS["unknown"]), "symbol": _SYMBOLS[known]}


def _requirement(item: dict[str, t.Any]) -> dict[str, t.Any]:
    message = escape(item.get("message"))
    lines, more = others(as_dicts(item.get("findings")), message, lines=_MAX_LINES, details=_MAX_LINES)
    waiver = as_dict(item.get("waiver"))
    in_debt = item.get("status") == "waived" and waiver.get("kind") == "debt"
    name, title = escape(item.get("id") or "?", 40), escape(item.get("title"), 300)
    return {
        **_clean(item),
        "id": name,
        "title": title,
        "area": item.get("area") or "other",
        "message": message,
        "status": {**_status(item.get("status")), **({"word": "In debt"} if in_debt else {})},
        "observed": _status(item["observed_status"]) if item.get("observed_status") not in (None, item.get("status")) else None,
        "observed_only": item.get("deciding") is False,
        "open": item.get("status") in ("fail", "unknown", "warn"),
        "lines": lines,
        "more": more,
        "waiver": {**_clean(waiver), "words": waiver_words(waiver)} if waiver else {},
        "hosts": [(count, _status(status)) for status, count in as_dict(item.get("hosts")).items() if count],
        "measurements": [_bar(name, title, m) for m in worst_measurements(as_dicts(item.get("measurements"))).values()],
    }


def _bar(requirement: str, title: str, measurement: dict[str, t.Any]) -> dict[str, t.Any]:
    """A bar from the middle: to the right the room that is left, to the left how far it is beyond the limit."""
    value, limit, room = (measurement.get(key) for key in ("value", "limit", "headroom"))
    name = escape(measurement.get("name"), 80)
    percent = max(-1.0, min(1.0, float(room))) * 100 if isinstance(room, (int, float)) and math.isfinite(room) else None
    return {
        "requirement": requirement,
        "title": title,
        "name": without_unit(name),
        "value": quantity(name, value),
        "limit": quantity(name, limit),
        "bound": {"upper": "at most", "lower": "at least"}.get(str(measurement.get("bound")), ""),
        "percent": None if percent is None else round(percent),
        "tone": "none" if percent is None else "fail" if percent < 0 else "warn" if percent < 10 else "pass",
    }


def _hosts(record: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    hosts = as_dict(record.get("hosts"))
    return {
        "expected": [escape(host, 120) for host in as_list(hosts.get("expected"))],
        "reached": [escape(host, 120) for host in as_list(hosts.get("reached"))],
        "unreachable": list(lost_hosts(record).items()),
    }


def _gate(phase: object, gate: dict[str, t.Any]) -> dict[str, t.Any]:
    tone, symbol = _VERDICTS.get(str(gate.get("verdict")), ("unknown", "?"))
    return {**_clean(gate), "phase": escape(phase, 20), "words": verdict_words(gate), "tone": tone, "symbol": symbol}


def _state(state: dict[str, t.Any]) -> dict[str, t.Any] | None:
    if not state:
        return None
    tone, symbol = _VERDICTS.get(str(state.get("verdict")), ("unknown", "?"))
    verified, required = as_int(state.get("verified")), as_int(state.get("required"))
    return {"words": verdict_words(state), "tone": tone, "symbol": symbol, "verified": verified, "required": required}


__all__ = ("render", "view")
