# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a Loki keeps lines, out of the settings that it shows (YAML, written by a program). PRIVATE to the collection. Pure.

No parser of YAML is at hand where this runs; what a program writes has one key a line, and its depth is its indentation.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

NEVER = "0s"
_LINE = re.compile(r"( *)(- )?(?:\"((?:[^\"\\]|\\.)*)\"|'([^']*)'|([^\s:'\"#][^:]{0,200})):(?:\s+(\S.*))?\s*\Z")


@dataclasses.dataclass(frozen=True)
class Settings:
    deletes: bool  # whether anything is deleted at all
    period: str  # retention_period
    of_tenant: t.Mapping[str, str]  # the same, for tenants that have one of their own
    of_streams: t.Sequence[str]  # the periods of streams that have one of their own


def settings_of(config: str, runtime: str = "") -> Settings:
    """What /config and /runtime_config say."""
    of_tenant, of_streams = {}, []
    found: dict[tuple[str, ...], str] = {}
    for path, value in entries(config):
        if path[:2] == ("limits_config", "retention_stream") and path[-1] == "period":
            of_streams.append(value)
        found.setdefault(path, value)
    for path, value in entries(runtime):
        if len(path) == 3 and path[0] == "overrides" and path[2] == "retention_period":
            of_tenant[path[1]] = value
    deletes = found.get(("compactor", "retention_enabled")) == "true" or found.get(("table_manager", "retention_deletes_enabled")) == "true"
    return Settings(deletes, found.get(("limits_config", "retention_period"), NEVER), of_tenant, of_streams)


def entries(text: str) -> t.Iterator[tuple[tuple[str, ...], str]]:
    """Each key that has a value, with those above it; the items of a list are below its key."""
    above: list[tuple[int, str]] = []
    for line in text.splitlines():
        match = _LINE.match(line[:2000])
        if not match:
            continue
        indent, dash, double, single, plain, value = match.groups()
        depth = len(indent) + (2 if dash else 0)
        # the items of a list may stand as deep as its key
        while above and (above[-1][0] >= depth):
            above.pop()
        key = next((one for one in (double, single, plain) if one is not None), "").strip()
        above.append((depth, key))
        if value:
            yield tuple(name for _depth, name in above), value.strip().strip("\"'")


__all__ = ("Settings", "entries", "settings_of")
