# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lines that a run writes into logs: where, and whether anybody has said that it may. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from ...module_utils._exchange import public_url
from ...module_utils._masking import masked
from ...module_utils._phrase import Message, phrase, plural
from .._described.service import Description
from .._model.planned import PlannedRequirement

UNSAID_UNTIL = "0.4.0"  # the version from which on no line is written where nothing says that it may
_SHOWN = 20  # logs that are named in one notice


def leaves_of(args: t.Mapping[str, object]) -> Message | None:
    """What a check with these arguments leaves behind on its host, in words; None for one that writes nothing."""
    via, tag, to = args.get("via"), args.get("tag") or "operability-canary", args.get("to")
    if via == "probe":
        return phrase("a request to {url:path}, of which a line is logged", url=masked(str(to)))
    if via == "http":
        return phrase("one marked line, posted to {url:path}", url=public_url(str(to)))
    if via == "file" and args.get("after_rotation"):
        return phrase("a marked line in {path:path}, a rotation of it by its rule of logrotate, and another line", path=args.get("path"))
    if via == "file":
        return phrase("one marked line in {path:path}", path=args.get("path"))
    if via == "journald":
        return phrase("one marked line in the journal, as {tag:path}", tag=tag)
    if via == "syslog" and to:
        return phrase("one marked line by syslog to {receiver:path}, as {tag:path}", receiver=to, tag=tag)
    if via == "syslog":
        return phrase("one marked line in the syslog of the host, as {tag:path}", tag=tag)
    return None


def note(description: Description, requirements: t.Sequence[PlannedRequirement]) -> list[Message]:
    """What to write into the files, where lines are written and nothing says that they may be."""
    unasked = [check for requirement in requirements for check in requirement.checks if check.unasked and check.gap is None]
    if not unasked:
        return []
    places = [description.service.where(check.path) for check in unasked]
    logs = [str(check.instance) for check in unasked]
    shown = [*logs[:_SHOWN], *(["..."] if len(logs) > _SHOWN else [])]
    return [
        plural(
            "{place:path}: a marked line is written into {count:number} log ({logs:list}), and nothing says that it may be: "
            "say canary: always there (or never, or probe), or defaults.canary in the organisation's file; "
            "from version {version} on none is written without it",
            "{place:path}: a marked line is written into {count:number} logs ({logs:list}), and nothing says that it may be: "
            "say canary: always there (or never, or probe), or defaults.canary in the organisation's file; "
            "from version {version} on none is written without it",
            count=len(logs),
            place=places[0],
            logs=shown,
            version=UNSAID_UNTIL,
        )
    ]


__all__ = ("UNSAID_UNTIL", "leaves_of", "note")
