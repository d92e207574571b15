# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths of reports with placeholders for the service, its environment and the phase. PRIVATE to the collection."""

from __future__ import annotations

import os.path
import re
import typing as t

from ...module_utils._publish_spec import FILES
from .files import PublishFailure

NAMES = ("service", "environment", "phase")
_PLACEHOLDER = re.compile(r"\{(\w*)\}")


def filled(path: str, values: t.Mapping[str, object]) -> str:
    """The path with what its placeholders stand for, each made fit for the name of a file. PublishFailure for an unknown one."""
    unknown = [name for name in _PLACEHOLDER.findall(path) if name not in NAMES]
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in NAMES)
        raise PublishFailure(f"{path}: unknown placeholder {{{unknown[0]}}}; known are {known}")
    return _PLACEHOLDER.sub(lambda found: _safe(values.get(found[1])), path)


def _safe(value: object) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]", "_", str(value or "")).lstrip(".") or "_"


class Writer(t.NamedTuple):
    """A service, the values of its placeholders, and what it is published to."""

    name: str
    values: t.Mapping[str, object]
    targets: t.Mapping[str, object]


def shared(services: t.Iterable[Writer]) -> list[str]:
    """A problem for each file that several services would write."""
    writers: dict[tuple[str, str], list[str]] = {}
    given: dict[tuple[str, str], str] = {}
    problems: list[str] = []
    for name, values, targets in services:
        for target in FILES:
            if not targets.get(target):
                continue
            try:
                place = os.path.normpath(os.path.expanduser(filled(str(targets[target]), values)))
            except PublishFailure as exc:
                problems.append(f"publish.{target}: {exc}")
                continue
            writers.setdefault((target, place), []).append(name)
            given[(target, place)] = str(targets[target])
    for (target, place), names in writers.items():
        if len(names) > 1:
            listed = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
            absent = [word for word in NAMES[:2] if f"{{{word}}}" not in given[(target, place)]]
            advice = f"put {{{absent[0]}}} into it" if absent else "give them names that differ in more than special characters"
            problems.append(f"publish.{target}: {place} would be written by {listed}, one over the other; {advice}")
    return list(dict.fromkeys(problems))


__all__ = ("NAMES", "Writer", "filled", "shared")
