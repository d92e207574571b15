# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For how long the lines of each log must be kept, and where they lie: in a log store, else on the host. PRIVATE. Pure."""

from __future__ import annotations

import typing as t

from ....module_utils._phrase import phrase
from ..._described.declarations import Log, Part
from ..._described.service import LOG_STORES, Description, NotDeclared, picked
from .described_logs import logs_of, name_of
from .instance import Derivation, Instance, Several, Steps
from .log_flow import STORES, place_of


def _retentions(description: Description) -> list[Instance]:
    several = Several()
    known: list[t.Mapping[str, object]] = []
    for part, log, steps in logs_of(description):
        with several.one("log_retention", name_of(log), steps) as out:
            instance = _retention(description, part, log, steps)
            if instance.args not in known or instance.hosts is not None:  # the same question of a store is asked once
                out.append(instance)
                known.append(instance.args)
    return several.all()


def _retention(description: Description, part: Part, log: Log, steps: Steps) -> Instance:
    limits = _limits(description, log)
    central = bool(description.using or log.get("using") or any(description.has_server(kind) for kind in STORES))
    if central:
        place, looking = place_of(description, log)
        if place["backend"] in LOG_STORES:
            return Instance("log_retention", name_of(log), {**place, **limits}, path=steps)
        tag = {"tag": log["syslog"]} if log.get("syslog") else {}
        return Instance("log_retention", name_of(log), {**place, **tag, **limits}, looking, path=steps)
    run_as = log.get("run_as") or part.get("run_as")
    return Instance("log_retention", name_of(log), {**_on_host(log), **limits}, tuple(description.part_hosts(part)), run_as, path=steps)


def _on_host(log: Log) -> dict[str, object]:
    if log.get("file"):
        given = picked(log, ("rotated_by", "logrotate_config", "logrotate_state"))
        return {"backend": "file", "path": log["file"], **given}
    if log.get("journald"):
        return {"backend": "journald"}
    raise NotDeclared(
        phrase(
            "where the lines of {log:path} are kept is not declared: a log store (servers), or the file in which they lie", log=name_of(log)
        )
    )


def _limits(description: Description, log: Log) -> dict[str, object]:
    """How long at least and at most, and what tells a young log from a lost one. NotDeclared."""
    least = log.get("min_retention") or description.commitments.get("log_retention")
    most = log.get("max_retention") or description.commitments.get("log_retention_max")
    known = picked(log, ("since", "every"))
    if not least:
        raise NotDeclared(
            phrase("for how long log lines must be kept is not declared (commitments.log_retention, or min_retention of the log)")
        )
    limits: dict[str, object] = {"min_retention": least, **known}
    limits.update({"max_retention": most} if most else {})
    limits.update({"first_deployment": True} if description.run.first_deployment else {})
    return limits


DERIVATIONS: dict[str, Derivation] = {"log_retention": _retentions}

__all__ = ("DERIVATIONS",)
