# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the input is refused: a plan without requirements stands in, so that there is a verdict, a record and metrics. PRIVATE.

Whether the play goes on is not for the input to say that nobody could read: the mode is the one that still can be read, or the last known.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import os
import pathlib
import re
import typing as t

from ...module_utils._files import read_within
from ...module_utils._phrase import phrase
from .._described.declarations import SharedFile
from .._described.document import Document, Refused
from .._described.policy import LEVELS
from .._described.service import Description, Targets, targets_of
from .._model import planned as _planned
from .._model.loosening import RUN, Leave
from .._model.planned import Plan
from .._model.text import as_dict, first_line
from .._planning import places
from .._planning.authority import Authority
from .._planning.holding import mode_in_force
from .._planning.other_files import HeldTo
from .._promises.mode import enforced_for_any, mode_for_all
from .._recording.run_record import Records
from .context import Context

_FLOW = r"^service\s*:\s*\{[^}\n]*?\bname\s*:\s*[\"']?([A-Za-z0-9][\w.-]*)"
_BLOCK = r"service[ \t]*:[^{]*"
_NAME = r"[ \t]+name[ \t]*:[ \t]*[\"']?([A-Za-z0-9][\w.-]*)"
_RECORDS = r"^records\s*:\s*[\"']?([^\s\"'{#][^\n\"'{#]*)"


def plans(context: Context) -> tuple[Plan, Plan]:
    """The plan of the phase, and that of all phases; stand-ins that say why where there is none."""
    held = False
    try:
        return sound_plans(context)
    except Refused as exc:
        problems, held = exc.problems, isinstance(exc, HeldTo) and not context.emergency
    except Exception as exc:
        if context.emergency is None:
            raise
        problems = [phrase("it cannot be used: {reason}", reason=first_line(exc))]  # an emergency goes on, whatever it is
    made = stand_in(context, problems)
    if held:
        made = dataclasses.replace(made, mode="enforce")
    return made, dataclasses.replace(made, phase=None)


def sound_plans(context: Context) -> tuple[Plan, Plan]:
    """The plan of the phase, and that of all phases, held against what is remembered of the service. Refused."""
    made, whole = context.remembered(context.service_plan(), context.service_plan(phase=None))
    return made, whole


def plan(context: Context) -> Plan:
    """The plan of the phase; a stand-in where the mode lets the play go on without one. Refused."""
    try:
        return context.service_plan()
    except Exception as exc:
        if context.emergency is None and not isinstance(exc, Refused):
            raise
        made = plans(context)[0]
        if made.mode == "enforce" and made.refused:
            raise Refused(made.refused) from None
        return made


def stand_in(context: Context, problems: t.Sequence[str]) -> Plan:
    """A plan without requirements, for a service of which little more than the name is known."""
    path = context.locate_service_file()
    text = _text(path)
    organisation = _usable(context, "organisation")
    shared = organisation.declared if organisation else SharedFile(schema_version=1)
    folder = pathlib.Path(path or context.options["service_file"]).absolute().parent
    name = name_in(text) or context.options.get("service") or folder.name or "unnamed"
    records = _records_named(context, text, folder, name, organisation)
    if records is None and organisation and isinstance(named := shared.get("records"), str):
        records = organisation.path(named)
    publish = targets_of(organisation) if organisation else Targets()
    due = _override_due(shared)
    made = Plan(
        service={
            "name": name,
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
        publish=publish.usable,
        unpublished=publish.unusable,
        records=records,
        override_due=due,
        refused=tuple(problems),
        scope=context.options["scope"],
        records_mode=str(organisation.of_organisation.get("records_mode") or "0600") if organisation else "0600",
    )
    return made if context.emergency else _as_last_known(context, made, organisation)


def _override_due(shared: SharedFile) -> str:
    defaults: object = shared.get("defaults")
    due = defaults.get("override_due") if isinstance(defaults, dict) else None
    return str(due) if isinstance(due, (str, int, float)) else _planned.OVERRIDE_DUE


def _records_named(context: Context, text: str, folder: pathlib.Path, name: str, organisation: Document | None) -> str | None:
    """The folder of records that the service file names, where a service may write there."""
    given = re.search(_RECORDS, text, re.MULTILINE)
    if given is None:
        return None
    named = os.path.normpath(folder / pathlib.Path(given[1].strip()).expanduser())
    if not context.options["organisation_file"]:
        return named
    may = Authority.of(organisation, service=name, environment=context.options["environment"]).leave("places") if organisation else None
    return named if may is Leave.GIVEN or places.is_below(named, str(folder), organisation, os.path.realpath) else None


# -- what was known before


def _as_last_known(context: Context, made: Plan, organisation: Document | None) -> Plan:
    """The plan with the mode that holds, and with what the last record says of the service."""
    last = _last(context, made)
    about, run = as_dict(last.get("service")), as_dict(last.get("run"))
    every = run.get("recheck_interval_seconds")
    return dataclasses.replace(
        made,
        mode=_mode(context, made, organisation, str(about.get("level") or ""), run),
        service={"name": made.name, **{key: str(about.get(key) or made.service[key]) for key in ("owner", "kind")}},
        level=str(about.get("level") or made.level),
        recheck_every=float(every) if isinstance(every, (int, float)) else made.recheck_every,
    )


def _last(context: Context, made: Plan) -> dict[str, object]:
    """The newest record that was made from files which could be read, and not in an emergency."""
    with contextlib.suppress(Exception):  # a folder that cannot be used: then nothing is known
        return context.records(made).newest(where=_from_files) or {}
    return {}


def _any_enforced(context: Context, made: Plan, organisation: Document | None) -> bool:
    """Whether a service is enforced here, where nobody knows which one is meant: the path of no file is no way past a gate."""
    environment = context.options["environment"]
    if organisation and enforced_for_any(organisation, environment, LEVELS):
        return True
    with contextlib.suppress(Exception):  # a folder that cannot be used: then nothing is known
        root = pathlib.Path(context.records(made).folder).parent.parent
        for folder in root.iterdir():
            last = Records(root, folder.name, environment).newest(where=_from_files) or {}
            run = as_dict(last.get("run"))
            if "enforce" in (run.get("mode"), run.get("mode_of_files")):
                return True
    return False


def _from_files(record: dict[str, object]) -> bool:
    run = as_dict(record.get("run"))
    return not (run.get("refused") or run.get("emergency"))


def _mode(context: Context, made: Plan, organisation: Document | None, level: str, last: dict[str, object]) -> str:
    """The mode that holds: what the files say as far as they can be read, else the last known; observe where nothing is known."""
    asked, environment = context.options["mode"], context.options["environment"]
    unread = "mode" in context.refused and last.get("mode") == "enforce"  # nobody knows what was asked for: as it was
    if asked == "enforce" or unread:
        return "enforce"
    if context.locate_service_file() is None and _any_enforced(context, made, organisation):
        return "enforce"
    with contextlib.suppress(Exception):  # the files are refused: how far they can be read, nobody knows
        description = context.description()
        return "observe" if asked and _may_observe(description) else mode_in_force(description)
    documents = [organisation, _usable(context, "service")]
    levels = [level] if level else LEVELS  # of a level that nobody knows, the strictest holds
    said = [mode_for_all(document, environment, level=one, service=made.name) for document in documents if document for one in levels]
    return "enforce" if "enforce" in (*said, last.get("mode_of_files") or last.get("mode")) else "observe"


def _may_observe(description: Description) -> bool:
    authority = Authority.of(description.organisation, service=description.name, environment=description.run.environment)
    return authority.leave("mode", by=RUN) is not Leave.REFUSED


# -- what can be read all the same


def name_in(text: str) -> str | None:
    """The name of the service in a text that may be no YAML at all: ``name:`` below ``service:``."""
    if found := re.search(_FLOW, text, re.MULTILINE):
        return found[1]
    inside = False
    for line in text.split("\n"):  # one expression over all lines would try each of them in several ways
        if re.fullmatch(_BLOCK, line):
            inside = True
        elif inside and (found := re.match(_NAME, line)):
            return found[1]
        elif line.strip() and not line.startswith((" ", "\t", "#")):
            inside = False
    return None


def _text(path: str | None) -> str:
    try:
        return read_within(path).decode("utf-8", "replace") if path else ""
    except OSError:
        return ""


def _digest(text: str) -> str | None:
    return hashlib.sha256(text.encode()).hexdigest() if text else None


def _usable(context: Context, schema: str) -> Document | None:
    """A file as far as it can be read: it says where records and results go, and the mode."""
    with contextlib.suppress(Exception):  # without it they go to the usual place
        return context.usable(schema)
    return None


__all__ = (
    "name_in",
    "plan",
    "plans",
    "stand_in",
)
