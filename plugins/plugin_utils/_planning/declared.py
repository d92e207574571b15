# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the files declare and nothing comes of: told, so that nobody takes it for verified. PRIVATE to the collection. Pure."""

from __future__ import annotations

import difflib
import typing as t

from ...module_utils._phrase import Message, phrase
from ...module_utils._registry import CHECKS, load_check
from .._described.document import Document, Path, dotted
from .._described.policy import Rule
from .._described.service import Description
from .._described.unread import declared_in_vain
from . import short_secrets
from .backup_tools import check_of
from .derive.signals import NOT_OF

# keys of a backup that are not options of its check; the same of its second copy
OF_BACKUP = ("tool", "name", "rpo", "rto", "on", "run_as", "scheduled_by", "second_copy", "alert", "integrity", "restore")
OF_SECOND_COPY = ("tool", "name", "rpo", "on", "run_as")
CLOSED_FROM = "0.3.0"  # the version that refuses an unknown key of a backup; the schema is closed then, and what is here goes


def told(description: Description, rules: t.Mapping[str, Rule]) -> list[Message]:
    """A notice for each file that declares what this version does not look at, and one for each unknown key of a backup."""
    notices: list[Message] = []
    asked = {proof.source for rule in rules.values() for proof in rule.proved_by}
    for document in (description.service, description.organisation):
        if document is None:
            continue
        found = [(path, name) for path, name in declared_in_vain(document) if dotted(path) not in asked]
        if document is description.service:
            found += _kind(document, rules)
            found += [(path, _of_tool(path, tool)) for path, tool, check in _backups(document) if check not in CHECKS]
        notices += _in_one_line(document, sorted(found, key=lambda item: document.position(item[0])))
    return notices + _unknown_keys(description.service) + short_secrets.told((description.service, description.organisation))


def _of_tool(path: Path, tool: str) -> Message:
    return phrase("{key:path} (tool {tool:path})", key=dotted(path), tool=tool)


def _in_one_line(document: Document, found: list[tuple[Path, Message]]) -> list[Message]:
    if not found:
        return []
    if len(found) == 1:
        path, name = found[0]
        return [phrase("{place:path}: {name}: declared, and not looked at by this version", place=document.where(path), name=name)]
    names = [phrase("{name} (line {line})", name=name, line=document.position(path)[0]) for path, name in found]
    return [phrase("{file:path}: declared, and not looked at by this version: {names:list}", file=document.name, names=names)]


def _kind(document: Document, rules: t.Mapping[str, Rule]) -> list[tuple[Path, Message]]:
    """The kind of the service, where no requirement is asked of some kinds only."""
    kind = document.of_service["service"].get("kind")
    if not kind or any(rule.applies_to for rule in rules.values()) or (kind in NOT_OF and document.data.get("signals")):
        return []
    return [(("service", "kind"), Message("service.kind"))]


def _backups(document: Document) -> t.Iterator[tuple[Path, str, str]]:
    """Where each backup, and each second copy, stands, its tool and its check."""
    parts = document.data.get("parts")
    for name, part in parts.items() if isinstance(parts, dict) else ():
        backups = part.get("backups") if isinstance(part, dict) else None
        for index, backup in enumerate(backups) if isinstance(backups, list) else ():
            path: Path = ("parts", name, "backups", index)
            if isinstance(backup, dict) and isinstance(backup["tool"], str):
                yield path, str(backup["tool"]), check_of(backup["tool"])
                second = backup.get("second_copy")
                if isinstance(second, dict):
                    tool = second.get("tool", backup["tool"])
                    yield (*path, "second_copy"), str(tool), check_of(tool)


def _unknown_keys(document: Document) -> list[Message]:
    """A notice for each key of a backup that neither its check nor anything else takes."""
    notices = []
    for path, tool, check in _backups(document):
        if check not in CHECKS:
            continue
        given: t.Any = document.data
        for step in path:
            given = given[step]
        own = OF_SECOND_COPY if path[-1] == "second_copy" else OF_BACKUP
        known = sorted({*own, *load_check(check).ARGUMENT_SPEC, "timeout"})
        for key in given:
            if key in known:
                continue
            close = difflib.get_close_matches(key, known, n=1)
            place = document.where((*path, key))
            unknown = phrase("{place:path}: {name:path}: unknown key '{key:path}'", place=place, name=dotted((*path, key)), key=key)
            if close:
                unknown = phrase("{unknown}; did you mean '{close:path}'?", unknown=unknown, close=close[0])
            notices.append(
                phrase(
                    "{unknown}; from version {version} on the file is refused for it; known here, for {tool:path}: {known:list}",
                    unknown=unknown,
                    version=CLOSED_FROM,
                    tool=tool,
                    known=known,
                )
            )
    return notices


__all__ = ("CLOSED_FROM", "OF_BACKUP", "OF_SECOND_COPY", "told")
