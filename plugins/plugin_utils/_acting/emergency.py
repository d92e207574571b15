# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Break-glass: what cannot wait goes on, whatever the state of files, servers and records. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import hashlib
import pathlib
import re
import typing as t

from ...module_utils._phrase import phrase
from .._described.document import Document, Refused, unresolved
from .._model import planned as _planned
from .._model.emergency import Emergency
from .._model.plain import to_plain
from .._model.planned import Plan
from .._model.text import first_line
from .._model.verdict import Verdict
from .context import Context

CONNECT = 4  # seconds for a connection to a host
ALLOWED = 8.0  # seconds for the servers, and for the hosts, side by side
_FLOW = r"^service\s*:\s*\{[^}\n]*?\bname\s*:\s*[\"']?([A-Za-z0-9][\w.-]*)"
_BLOCK = r"^service\s*:[^\n{]*\n(?:[ \t]+[^\n]*\n|[ \t]*#[^\n]*\n|[ \t]*\n)*?[ \t]+name\s*:\s*[\"']?([A-Za-z0-9][\w.-]*)"
_RECORDS = r"^records\s*:\s*[\"']?([^\s\"'{#][^\n\"'{#]*)"


def time_left(emergency: Emergency | None, since: dt.datetime | None, now: dt.datetime) -> float | None:
    """Seconds that checks still have in an emergency, None where there is no limit."""
    if emergency is None:
        return None
    return max(0.0, ALLOWED - (now - since).total_seconds()) if since else ALLOWED


def hurry(connection: t.Any) -> None:
    """A host that answers no packet is given up after ``CONNECT`` seconds; a connection without such an option stays as it is."""
    with contextlib.suppress(Exception):
        if float(connection.get_option("timeout")) > CONNECT:
            connection.set_option("timeout", CONNECT)


# -- where the input is refused


def plans(context: Context) -> tuple[Plan, Plan]:
    """The plan of the phase, and that of all phases. Refused; in an emergency there are stand-ins instead."""
    try:
        made, whole = context.remembered(context.service_plan(), context.service_plan(phase=None))
        return made, whole
    except Refused as exc:
        if context.emergency is None:
            raise
        problems = exc.problems
    except Exception as exc:  # an emergency goes on, whatever it is
        if context.emergency is None:
            raise
        problems = [phrase("it cannot be used: {reason}", reason=first_line(exc))]
    made = stand_in(context, problems)
    return made, dataclasses.replace(made, phase=None)


def plan(context: Context) -> Plan:
    """The plan of the phase alone. Refused; in an emergency there is a stand-in instead."""
    return plans(context)[0] if context.emergency else context.service_plan()


def stand_in(context: Context, problems: t.Sequence[str]) -> Plan:
    """A plan without requirements, for a service of which little more than the name is known."""
    path = context.locate_service_file()
    text = _text(path)
    organisation = _organisation(context)
    shared: dict[str, t.Any] = organisation.data if organisation else {}
    folder = pathlib.Path(path or context.options["service_file"]).absolute().parent
    given = re.search(_RECORDS, text, re.MULTILINE)
    records = str(folder / given[1].strip()) if given else None
    if records is None and isinstance(shared.get("records"), str) and organisation:
        records = organisation.path(shared["records"])
    publish = {name: value for name, value in (shared.get("publish") or {}).items() if not unresolved({"": value})}
    due = (shared.get("defaults") or {}).get("override_due")
    return Plan(
        service={
            "name": name_in(text) or context.options.get("service") or folder.name or "unnamed",
            "owner": "unknown",
            "kind": "unknown",
        },
        level="?",
        level_reason=phrase("the input is refused"),
        phase=context.options["phase"],
        policy={"name": "?", "version": "?", "sha256": ""},
        requirements=(),
        waivers=(),
        expected_hosts=(),
        mode="observe",
        inputs={
            "service_file": {"path": str(path or context.options["service_file"]), "sha256": _digest(text)},
            "organisation_file": {"path": organisation.name, "sha256": organisation.sha256} if organisation else None,
        },
        publish=publish,
        records=records,
        override_due=str(due) if isinstance(due, (str, int, float)) else _planned.OVERRIDE_DUE,
        refused=tuple(problems),
    )


def name_in(text: str) -> str | None:
    """The name of the service in a text that may be no YAML at all: ``name:`` below ``service:``."""
    found = re.search(_FLOW, text, re.MULTILINE) or re.search(_BLOCK, text, re.MULTILINE)
    return found[1] if found else None


def _text(path: str | None) -> str:
    try:
        return pathlib.Path(path).read_bytes().decode("utf-8", "replace") if path else ""
    except OSError:
        return ""


def _digest(text: str) -> str | None:
    return hashlib.sha256(text.encode()).hexdigest() if text else None


def _organisation(context: Context) -> Document | None:
    try:
        return context.organisation()
    except Exception:  # it says where records and results go; without it they go to the usual place
        return None


def helpless(emergency: Emergency, exc: BaseException, options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What the gate returns when it can do nothing at all in an emergency: the play goes on."""
    why = f"the gate could not be completed: {first_line(exc)}"
    return {
        "verdict": Verdict.UNDETERMINED.value,
        "words": Verdict.UNDETERMINED.words,
        "code": Verdict.UNDETERMINED.code,
        "advice": "proceed",
        "stop": False,
        "verified": 0,
        "required": 0,
        "reasons": [why],
        "mode": "observe",
        "partial": None,
        "service": options.get("service") or "unknown",
        "record_path": None,
        "record_digest": None,
        "publish": {},
        "state": None,
        "emergency": to_plain(emergency),
        "changed": False,
        "msg": f"EMERGENCY {emergency.id}: the play goes on. Nothing of it is recorded: {why}",
        "warnings": [f"emergency {emergency.id} by {emergency.by}: nothing of it is recorded: {why}"],
    }


__all__ = (
    "ALLOWED",
    "CONNECT",
    "Emergency",
    "helpless",
    "hurry",
    "name_in",
    "plan",
    "plans",
    "stand_in",
    "time_left",
)
