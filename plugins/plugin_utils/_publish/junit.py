# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run record as JUnit XML, as Jenkins and GitLab read it: one test case a requirement. PRIVATE to the collection."""

from __future__ import annotations

import typing as t
from xml.sax.saxutils import escape as of_text
from xml.sax.saxutils import quoteattr

from .._model.text import as_dict, as_dicts, as_float, as_list, escape
from .signs import UNLIKE_OBSERVED
from .telling import others, verdict_words, verified_words, waiver_words
from .words import ENGLISH

_MAX_LINES = 20
_PROPERTIES = (
    ("version", "version"),
    ("environment", "environment"),
    ("phase", "phase"),
    ("run", "id"),
    ("evidence_digest", "evidence_digest"),
)


class _Case(t.NamedTuple):
    """One test case: its element, and which of the counts it belongs to."""

    lines: list[str]
    kind: str
    seconds: float


def render(record: t.Mapping[str, object]) -> str:
    """The whole document. A run that looked at nothing has one test case, an error, so that it is not green."""
    run, service, judgement = as_dict(record.get("run")), as_dict(record.get("service")), as_dict(record.get("judgement"))
    cases = [_case(item) for item in as_dicts(judgement.get("requirements"))] or [_nothing(judgement)]
    kinds = [case.kind for case in cases]
    seconds = f"{sum(case.seconds for case in cases):.3f}"
    counts = {"tests": len(cases), "failures": kinds.count("failure"), "errors": kinds.count("error"), "skipped": kinds.count("skipped")}
    name = " ".join(escape(part, 120) for part in (service.get("name"), run.get("version"), run.get("environment")) if part)
    suite = {
        "name": f"operability of {name or '(no name)'}",
        **counts,
        "time": seconds,
        # without a zone, as the schema has it: UTC
        "timestamp": escape(run.get("finished_at"), 40).removesuffix("Z") or "1970-01-01T00:00:00",
        "hostname": escape(run.get("controller"), 120) or "localhost",
        "id": 0,
        "package": "operability.readiness",
    }
    properties = [
        ("verdict", verdict_words(judgement)),
        ("verified", verified_words(judgement)),
        *((name, escape(run.get(key), 200)) for name, key in _PROPERTIES if run.get(key)),
    ]
    if record.get("digest"):
        properties.append(("record_digest", escape(record["digest"], 64)))
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f"<testsuites{_attributes({'name': suite['name'], **counts, 'time': seconds})}>",
            f"<testsuite{_attributes(suite)}>",
            "<properties>",
            *(f"<property{_attributes({'name': key, 'value': value})}/>" for key, value in properties),
            "</properties>",
            *(line for case in cases for line in case.lines),
            "<system-out></system-out>",
            "<system-err></system-err>",
            "</testsuite>",
            "</testsuites>",
            "",
        ]
    )


def _case(item: dict[str, object]) -> _Case:
    status, message = escape(item.get("status"), 20), escape(item.get("message")) or "nothing was looked at"
    seconds = sum(as_float(finding.get("duration_seconds")) or 0.0 for finding in as_dicts(item.get("findings")))
    area = escape(item.get("area"), 40).replace(".", "_") or "other"
    name = f"{escape(item.get('id'), 40) or '?'} {escape(item.get('title'), 300)}".strip()
    impact = escape(item.get("impact"), 20) or "none"
    kind, body = "passed", []
    if item.get("deciding") is False:
        kind, body = "skipped", [_element("skipped", f"observed only, does not decide in this phase ({status}): {message}")]
    elif status == "waived":
        kind, body = "skipped", [_element("skipped", f"{waiver_words(as_dict(item.get('waiver')))}: {message}")]
    elif status in ("not_applicable", "not_due"):
        kind, body = "skipped", [_element("skipped", f"{status.replace('_', ' ')}: {message}")]
    elif status == "fail":
        kind, body = "failure", [_element("failure", message, impact, _explained(item, message))]
    elif status in ("pass", "warn"):
        said = [f"proof: {ENGLISH.name('proof', item['proof'])}"] if item.get("proof") in UNLIKE_OBSERVED else []
        said += [f"warning: {_explained(item, message)}"] if status == "warn" else []
        body = [f"<system-out>{of_text(chr(10).join(said))}</system-out>"] if said else []
    else:
        kind, body = "error", [_element("error", message, impact, _explained(item, message))]
    attributes = _attributes({"classname": f"readiness.{area}", "name": name, "time": f"{seconds:.3f}"})
    return _Case([f"<testcase{attributes}>", *body, "</testcase>"], kind, seconds)


def _nothing(judgement: t.Mapping[str, object]) -> _Case:
    reasons = [escape(reason) for reason in as_list(judgement.get("reasons"))[:1]]
    attributes = _attributes({"classname": "readiness", "name": "verdict", "time": "0.000"})
    message = f"{verdict_words(judgement)}: {reasons[0] if reasons else 'nothing was verified'}"
    return _Case([f"<testcase{attributes}>", _element("error", message, "none", message), "</testcase>"], "error", 0.0)


def _explained(item: dict[str, object], message: str) -> str:
    lines = [message]
    found, more = others(as_dicts(item.get("findings")), message, lines=_MAX_LINES, details=5)
    for line in found:
        lines += [f"- {line.head}"] if line.head else []
        lines += [f"  - {detail}" for detail in line.details]
    lines += [f"- and {more} more findings"] if more else []
    lines += [f"remedy: {escape(item['remedy'])}"] if item.get("remedy") else []
    lines += [f"responsible: {escape(item['responsible'], 120)}"] if item.get("responsible") else []
    return "\n".join(lines)


def _element(name: str, message: str, kind: str | None = None, text: str = "") -> str:
    attributes = _attributes({"message": message, **({"type": kind} if kind else {})})
    return f"<{name}{attributes}>{of_text(text)}</{name}>" if text else f"<{name}{attributes}/>"


def _attributes(values: t.Mapping[str, object]) -> str:
    return "".join(f" {key}={quoteattr(str(value))}" for key, value in values.items())


__all__ = ("render",)
