# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit of a folder of records: which services are in it, and what is said of them. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import pathlib
import typing as t

from .._model.text import as_dict, escape
from .._recording.audit import Audited, audited
from .._recording.run_record import Records


class NothingToAudit(Exception):
    """There is no record where one was looked for."""


@dataclasses.dataclass(frozen=True)
class Wanted:
    """Whose records are looked at; all that are there where nothing is named."""

    root: pathlib.Path
    service: str | None = None
    environment: str | None = None
    head: tuple[str, ...] = ()


def audit(wanted: Wanted) -> list[Audited]:
    """What the audit found, for each service in each environment. NothingToAudit."""
    if wanted.service and wanted.environment:
        chosen = [Records(wanted.root, wanted.service, wanted.environment)]
    else:
        chosen = [records for folder in _folders(wanted.root) if _is_wanted(records := _records(wanted.root, folder), wanted)]
    found = [one for one in (audited(records, wanted.head) for records in chosen) if one.records or len(chosen) > 1]
    if not found:
        raise NothingToAudit(f"there is no record below {wanted.root}" + _asked_for(wanted))
    return found


def _asked_for(wanted: Wanted) -> str:
    named = [f"{what} {name}" for what, name in (("of service", wanted.service), ("in environment", wanted.environment)) if name]
    return " ".join(["", *named])


def _folders(root: pathlib.Path) -> list[pathlib.Path]:
    """Those of one service in one environment."""
    return sorted(path.parent for path in root.glob("*/*/runs"))


def _records(root: pathlib.Path, folder: pathlib.Path) -> Records:
    """Of the service and environment that its records name, where such a service has its records there."""
    plain = Records(root, folder.parent.name, folder.name)
    for name in reversed(plain.runs()):
        record = plain.believed(name)
        if record is None:
            continue
        service, environment = as_dict(record.get("service")).get("name"), as_dict(record.get("run")).get("environment")
        named = Records(root, str(service), str(environment))
        if named.folder == plain.folder:
            return named
    return plain


def _is_wanted(records: Records, wanted: Wanted) -> bool:
    return wanted.service in (None, records.service) and wanted.environment in (None, records.environment)


def result(found: t.Sequence[Audited], root: pathlib.Path) -> dict[str, object]:
    """As the action returns it."""
    counts = ("records", "judged", "before_digests")
    problems = []
    for one in found:
        inner = (
            pathlib.PurePosixPath(one.folder).relative_to(root.expanduser())
            if one.folder.startswith(str(root.expanduser()))
            else one.folder
        )
        problems += [{"file": f"{inner}/{item.file}", "what": item.what, "expected": item.expected} for item in one.problems]
    return {
        "ok": not problems,
        "problems": problems,
        "checked": {name: sum(int(getattr(one, name)) for one in found) for name in counts},
        "services": [
            {
                "service": one.service,
                "environment": one.environment,
                "head": one.head,
                "problems": len(one.problems),
                **{name: getattr(one, name) for name in counts},
            }
            for one in found
        ],
        "notes": [note for one in found for note in one.notes],
    }


def told(found: t.Sequence[Audited]) -> list[str]:
    """For the terminal: a line a service, and one for each problem."""
    lines = []
    for one in found:
        count = len(one.problems)
        outcome = "no problem" if not count else f"{count} {'problem' if count == 1 else 'problems'}"
        before = f", {one.before_digests} of before there were digests" if one.before_digests else ""
        lines.append(
            f"{one.service} in {one.environment}: {one.records} records, {one.judged} judged again and the same{before}: {outcome}"
        )
        if one.head:
            lines.append(f"  the last one has the digest {one.head[:16]}")
        for item in one.problems:
            expected = f" (expected: {item.expected})" if item.expected else ""
            lines.append(f"  - {item.file}: {item.what}{expected}")
        lines += [f"  {note}" for note in one.notes]
    return [" " * (len(line) - len(line.lstrip())) + escape(line, 1000).lstrip() for line in lines]


__all__ = ("NothingToAudit", "Wanted", "audit", "result", "told")
