# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What makes a backup, the check that looks at it, and how old it may be beside what was promised. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from ...module_utils._registry import CHECKS
from ...module_utils._units import parse_duration

RECORD = "backup_record"
_OTHERS = {"record": RECORD}  # what another system makes has no tool here, only its records
WITH_WAL = ("barman", "pgbackrest")  # what is lost is what is not yet in the archive of WAL, however old the base backup is
PROVING = ("backup_integrity", "backup_restore")
# by these something else is verified or restored than the backup that is declared
NAMING = (
    ("tool", "path", "pattern", "paths", "stanza", "repo", "barman_server", "archive_prefix", "glob_archives", "host", "tags")
    + ("repository", "config", "profile", "generation")
)  # fmt: skip
MARGIN = 0.25  # of the RPO, by which a limit may exceed it where the schedule is not declared: 30 h for 24 h


def check_of(tool: object) -> str:
    """The check of what a tool makes; it need not be there."""
    return _OTHERS.get(str(tool), f"{tool}_backup")


def is_of_backups(check: str) -> bool:
    """Whether a check looks at the backups that something makes."""
    return check.endswith("_backup") or check == RECORD


def known_tools() -> list[str]:
    """The tools that have a check."""
    tools = [name.removesuffix("_backup") for name in CHECKS if name.endswith("_backup")]
    return sorted([*tools, *(tool for tool, check in _OTHERS.items() if check in CHECKS)])


def farthest(args: t.Mapping[str, object]) -> float | None:
    """How old a backup may be, in seconds, that still keeps what was promised: the RPO, and the time until the next one has ended.

    A schedule that leaves more time than the RPO does not keep it, so it counts no more than once. None where nothing was promised.
    """
    if args.get("rpo") is None:
        return None
    rpo = parse_duration(t.cast("str", args["rpo"]))
    margin = args.get("rpo_margin")
    return rpo + (rpo * MARGIN if margin is None else min(rpo, parse_duration(t.cast("str", margin))))


__all__ = ("NAMING", "PROVING", "RECORD", "WITH_WAL", "check_of", "farthest", "is_of_backups", "known_tools")
