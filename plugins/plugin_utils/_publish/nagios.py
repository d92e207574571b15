# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run record as the output of a Nagios plugin, for a file that a passive or local check reads. PRIVATE to the collection."""

from __future__ import annotations

import math
import re
import typing as t

from .._model.text import STATUS_WORDS, as_dict, as_dicts, as_int, as_list, escape
from .metrics import worst_measurements
from .signs import OPEN, rank, tone
from .telling import emergency, verdict_words, verified_words

_CODES = {"pass": 0, "warn": 1, "fail": 2, "unknown": 3}  # by the tone of the verdict
WORDS = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
_UNITS = (("_seconds", "s", 1.0), ("_bytes", "B", 1.0), ("_ratio", "%", 100.0))
_MAX_LINES = 60


def code(record: t.Mapping[str, object]) -> int:
    """The exit code of the plugin: 0, 1, 2 or 3. What is not known is 3."""
    return _CODES[tone(as_dict(record.get("judgement")).get("verdict"))]


def render(record: t.Mapping[str, object]) -> str:
    """The status line with its performance data, then a line for each requirement that is open."""
    run, service, judgement = as_dict(record.get("run")), as_dict(record.get("service")), as_dict(record.get("judgement"))
    name = " ".join(escape(part, 80) for part in (service.get("name") or "(no name)", run.get("version")) if part)
    parts = [f"{verdict_words(judgement)}, {verified_words(judgement)}"]
    parts += [f"in {escape(run['environment'], 80)}"] if run.get("environment") else []
    parts += [f"phase {escape(run['phase'], 20)}"] if run.get("phase") else []
    parts += [f"at {escape(run['finished_at'], 40)}"] if run.get("finished_at") else []
    parts += [f"partial: {escape(run['partial'], 200)}"] if run.get("partial") else []
    reasons = [escape(reason, 300) for reason in as_list(judgement.get("reasons"))]
    first = f"OPERABILITY {WORDS[code(record)]} - {name}: {', '.join(parts)}"
    first += f"; {reasons[0]}" if reasons else ""
    lines = [emergency(record)] if run.get("emergency") else []
    shown = sorted(
        (item for item in as_dicts(judgement.get("requirements")) if item.get("status") in (*OPEN, "waived")),
        key=lambda item: rank(item["status"]),
    )
    lines += [_line(item) for item in shown[:_MAX_LINES]]
    lines += [f"and {len(shown) - _MAX_LINES} more"] if len(shown) > _MAX_LINES else []
    return "\n".join([f"{_plain(first)} | {_perfdata(judgement)}", *(_plain(line) for line in lines)]) + "\n"


def _line(item: dict[str, object]) -> str:
    who = f" ({escape(item['responsible'], 80)})" if item.get("responsible") else ""
    observed = ", observed only" if item.get("deciding") is False else ""
    word = STATUS_WORDS[str(item["status"])].upper()
    return f"{word}{observed}: {escape(item.get('id'), 40)} {escape(item.get('title'), 200)}: {escape(item.get('message'), 400)}{who}"


def _plain(text: str) -> str:
    return text.replace("|", "/")  # a bar would begin the performance data


def _perfdata(judgement: t.Mapping[str, object]) -> str:
    counts = as_dict(judgement.get("counts"))
    out = [f"verified={as_int(judgement.get('verified'))};;;0;{as_int(judgement.get('required'))}"]
    out += [f"{status}={as_int(counts.get(status))};;;0;" for status in ("fail", "unknown", "warn", "waived", "pass")]
    for item in as_dicts(judgement.get("requirements")):
        for measured, worst in worst_measurements(as_dicts(item.get("measurements"))).items():
            out += _measured(f"{item.get('id')}_{measured}", worst)
    return " ".join(dict.fromkeys(out))


def _measured(name: str, measurement: dict[str, object]) -> list[str]:
    value, limit = measurement.get("value"), measurement.get("limit")
    if not isinstance(value, (int, float)) or not math.isfinite(value):
        return []
    unit, factor = next(((unit, factor) for ending, unit, factor in _UNITS if name.endswith(ending)), ("", 1.0))
    critical = ""
    if isinstance(limit, (int, float)) and math.isfinite(limit):
        critical = f"{limit * factor:.10g}" + (":" if measurement.get("bound") == "lower" else "")
    label = re.sub(r"[^A-Za-z0-9_.-]", "_", name)[:80]
    return [f"{label}={value * factor:.10g}{unit};;{critical};;"]


__all__ = ("WORDS", "code", "render")
