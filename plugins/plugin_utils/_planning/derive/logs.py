# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logs of a service: that they rotate. PRIVATE to the collection. Pure."""

from __future__ import annotations

from ....module_utils._phrase import phrase
from ..._described.declarations import Log, Part
from ..._described.service import Description, NotDeclared
from .instance import Derivation, Instance, Several, Steps

OF_ROTATION = (
    *("max_size", "max_age", "generations", "logrotate_config", "logrotate_state", "logrotate_timer", "logrotate_cron"),
    *("engine", "persistent", "forwarded", "max_silence"),
)


def _logs(description: Description) -> list[tuple[Part, Log, Steps]]:
    found: list[tuple[Part, Log, Steps]] = [
        (part, log, ("parts", name, "logs", index))
        for name, part in description.parts.items()
        for index, log in enumerate(part.get("logs") or [])
    ]
    if not found:
        raise NotDeclared(phrase("no part declares its logs (parts.NAME.logs)"))
    return found


def _log_name(log: Log) -> str:
    return str(log.get("file") or log.get("journald") or log.get("syslog") or log.get("container") or "log")


def _rotations(description: Description) -> list[Instance]:
    several, bounded = Several(), 0
    for part, log, steps in _logs(description):
        if log.get("file"):
            args: dict[str, object] = {"path": log["file"], "rotated_by": log.get("rotated_by", "logrotate")}
        elif log.get("journald"):
            args = {"journald": True, "rotated_by": "journald", "unit": log["journald"]}
        elif log.get("container"):
            args = {"container": log["container"]}
        else:
            continue
        args.update({key: value for key in OF_ROTATION if (value := log.get(key)) is not None})
        bounded += 1
        with several.one("log_rotation", _log_name(log), steps) as out:
            out.append(Instance("log_rotation", _log_name(log), args, tuple(description.part_hosts(part)), log.get("run_as"), path=steps))
    if not bounded:
        raise NotDeclared(phrase("no part declares a log file, a journal or a container (parts.NAME.logs)"))
    return several.all()


DERIVATIONS: dict[str, Derivation] = {
    "log_rotation": _rotations,
}

__all__ = ("DERIVATIONS",)
