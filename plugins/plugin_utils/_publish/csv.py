# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run record as CSV (RFC 4180, UTF-8), a row a requirement, for a spreadsheet. PRIVATE to the collection."""

from __future__ import annotations

import csv
import io
import typing as t

from .._model.text import as_dict, as_dicts, escape

COLUMNS = (
    "service",
    "environment",
    "phase",
    "version",
    "run",
    "finished_at",
    "verdict",
    "requirement",
    "title",
    "area",
    "stakeholder",
    "impact",
    "deciding",
    "status",
    "observed_status",
    "message",
    "remedy",
    "responsible",
    "due",
    "reservation",
    "waived_until",
    "waived_by",
    "since",
    "proof",
    "hosts",
    "declared_in",
)
# what a spreadsheet takes for the beginning of a formula, also in the width of East Asian text
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def render(record: t.Mapping[str, object]) -> str:
    """The header and a row for each requirement; lines end with CRLF."""
    run, service, judgement = as_dict(record.get("run")), as_dict(record.get("service")), as_dict(record.get("judgement"))
    common = {
        "service": service.get("name"),
        "run": run.get("id"),
        "verdict": judgement.get("verdict"),
        **{key: run.get(key) for key in ("environment", "phase", "version", "finished_at")},
    }
    reservations = {str(item.get("requirement")): item for item in as_dicts(judgement.get("reservations"))}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for item in as_dicts(judgement.get("requirements")):
        reservation, waiver = reservations.get(str(item.get("id")), {}), as_dict(item.get("waiver"))
        row = {
            **item,
            **common,
            "requirement": item.get("id"),
            "deciding": "no" if item.get("deciding") is False else "yes",
            "due": reservation.get("due"),
            "reservation": reservation.get("kind"),
            "waived_until": waiver.get("until"),
            "waived_by": waiver.get("approved_by"),
            "hosts": ", ".join(f"{escape(count, 20)} {escape(status, 20)}" for status, count in as_dict(item.get("hosts")).items()),
        }
        writer.writerow([cell(row.get(column)) for column in COLUMNS])
    return out.getvalue()


def cell(value: object) -> str:
    """One line of text that no spreadsheet calculates."""
    text = escape(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


__all__ = ("COLUMNS", "cell", "render")
