# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logs that a service describes, and what each is called. PRIVATE to the collection. Pure."""

from __future__ import annotations

from ....module_utils._exchange import public_url
from ....module_utils._phrase import phrase
from ..._described.declarations import Log, Part
from ..._described.service import Description, NotDeclared
from .instance import Steps


def logs_of(description: Description) -> list[tuple[Part, Log, Steps]]:
    """All logs of all parts. NotDeclared where there is none."""
    found: list[tuple[Part, Log, Steps]] = [
        (part, log, ("parts", name, "logs", index))
        for name, part in description.parts.items()
        for index, log in enumerate(part.get("logs") or [])
    ]
    if not found:
        raise NotDeclared(phrase("no part declares its logs (parts.NAME.logs)"))
    return found


def name_of(log: Log) -> str:
    """What people call it: its file, unit, tag or container, or the address that it is posted to."""
    posted = public_url(str(log["http"])) if log.get("http") else None
    return str(log.get("file") or log.get("journald") or log.get("syslog") or log.get("container") or posted or "log")


__all__ = ("logs_of", "name_of")
