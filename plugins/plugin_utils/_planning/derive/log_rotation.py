# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How each log of a service is kept from filling its disk. PRIVATE to the collection. Pure."""

from __future__ import annotations

from ....module_utils._phrase import phrase
from ..._described.service import Description, NotDeclared
from .described_logs import logs_of, name_of
from .instance import Derivation, Instance, Several

OF_ROTATION = (
    *("max_size", "max_age", "generations", "logrotate_config", "logrotate_state", "logrotate_timer", "logrotate_cron"),
    *("engine", "persistent", "forwarded", "max_silence"),
)


def _rotations(description: Description) -> list[Instance]:
    several, bounded = Several(), 0
    for part, log, steps in logs_of(description):
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
        with several.one("log_rotation", name_of(log), steps) as out:
            out.append(Instance("log_rotation", name_of(log), args, tuple(description.part_hosts(part)), log.get("run_as"), path=steps))
    if not bounded:
        raise NotDeclared(phrase("no part declares a log file, a journal or a container (parts.NAME.logs)"))
    return several.all()


DERIVATIONS: dict[str, Derivation] = {
    "log_rotation": _rotations,
}

__all__ = ("DERIVATIONS",)
