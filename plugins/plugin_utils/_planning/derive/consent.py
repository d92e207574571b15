# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a marked line may be written into a log: who says so. PRIVATE to the collection. Pure."""

from __future__ import annotations

from ....module_utils._counted_logs import why_counted
from ....module_utils._phrase import Message
from ..._described.declarations import Log
from ..._described.service import Description

ALWAYS, NEVER, PROBE = "always", "never", "probe"


def word_of(description: Description, log: Log) -> str | None:
    """What the files say of a line in a log: its own word, else that of their defaults; None where nothing is said."""
    return log.get("canary") or (PROBE if log.get("probe") else None) or description.default(lambda given: given.get("canary"))


def why_not(log: Log) -> Message | None:
    """Why nothing may be added to a log, whatever is said of it: other programs count its lines."""
    path, declared = log.get("file"), log.get("counted")
    return why_counted(path or "", declared) if path or declared else None


def refuses_line(description: Description, log: Log) -> bool:
    """Whether no line is written into a log, so that only the lines which come anyway can tell (log_flow)."""
    if log.get("container"):
        return True  # nothing writes into the standard output of a process but itself
    word = word_of(description, log)
    return word == NEVER or (word is None and why_not(log) is not None)


__all__ = ("ALWAYS", "NEVER", "PROBE", "refuses_line", "why_not", "word_of")
