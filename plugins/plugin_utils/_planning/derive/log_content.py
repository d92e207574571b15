# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in the logs of a service: lines that can be parsed, and no secret. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from ....module_utils._phrase import phrase
from ....module_utils._units import parse_duration
from ..._described.declarations import Log
from ..._described.service import Description, NotDeclared, picked
from .described_logs import logs_of, name_of
from .instance import Derivation, Instance, Several, Steps

_OF_FORMAT = ("format", "pattern", "record_start", "required", "min_correlated", "max_malformed", "require_zone")
_OF_SAMPLE = ("quiet", "sample_lines", "engine")
HOUR = 3600.0


def _formats(description: Description) -> list[Instance]:
    def options(log: Log, steps: Steps) -> tuple[dict[str, object], Steps]:
        given: dict[str, object] = picked(log, _OF_FORMAT)
        silence = _silence(log)
        return {**given, **({} if silence is None else {"max_silence": silence})}, steps

    return _of_each_log(description, "log_format", options)


def _secrets(description: Description) -> list[Instance]:
    def options(log: Log, steps: Steps) -> tuple[dict[str, object], Steps]:
        given: t.Mapping[str, object] = t.cast("t.Mapping[str, object]", log.get("secrets") or {})
        args = {"service": description.name, **picked(given, ("identifiers", "allowed", "mode"))}
        return args, (*steps, "secrets") if given else steps

    return _of_each_log(description, "log_secrets", options)


def _of_each_log(
    description: Description, check: str, options: t.Callable[[Log, Steps], tuple[dict[str, object], Steps]]
) -> list[Instance]:
    several = Several()
    for part, log, steps in logs_of(description):
        with several.one(check, name_of(log), steps) as out:
            source = _source(log)
            args, path = options(log, steps)
            args = {**source, **picked(log, _OF_SAMPLE if "container" in source else _OF_SAMPLE[:2]), **args}
            user = log.get("run_as") or part.get("run_as")
            out.append(Instance(check, name_of(log), args, tuple(description.part_hosts(part)), user, path=path))
    return several.all()


def _source(log: Log) -> dict[str, object]:
    """Where its lines are on the host. Those of syslog are in the journal there, by their tag. NotDeclared where they are in no place."""
    for key, option in (("file", "path"), ("journald", "unit"), ("syslog", "tag"), ("container", "container")):
        value = log.get(key)
        if value:
            return {option: value}
    raise NotDeclared(
        phrase(
            "{log:path} is posted to a log store alone: where its hosts have the lines is not declared (file, journald)", log=name_of(log)
        )
    )


def _silence(log: Log) -> object:
    """How old its newest line may be; of a log that is written now and then as long as that takes."""
    given, every = log.get("max_silence"), log.get("every")
    if given is not None or every is None:
        return given
    try:
        seconds = parse_duration(every) + parse_duration(log.get("takes") or "1h")
    except (TypeError, ValueError):
        return every  # which is told with the arguments
    return f"{max(seconds, 24 * HOUR):g}s"


DERIVATIONS: dict[str, Derivation] = {
    "log_format": _formats,
    "log_secrets": _secrets,
}

__all__ = ("DERIVATIONS",)
