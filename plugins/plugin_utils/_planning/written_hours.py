# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hours that nobody can read, where a service or the support chains that it uses say them. PRIVATE to the collection. Pure."""

from __future__ import annotations

import contextlib
import typing as t

from ...module_utils._hours import is_zone, parse_hours, zone_named
from .._described.declarations import Tier
from .._described.document import Document, NotResolved, Path, dotted, unresolved
from .._described.service import Description

EXPECTED = "expected for example 24x7 or 'Mon-Fri 08:00-18:00', with a time zone at the end where it matters ('... Europe/Paris')"
_LATER = ("todo", "tbd", "tbc", "?", "-", "n/a")  # what the check says of itself: to be filled in


def problems(description: Description) -> list[str]:
    """A line for each: file, line, key. Of the organisation's chains and rosters those alone that the service uses."""
    found: list[str] = []
    # what is known later is read then
    with contextlib.suppress(NotResolved):
        found.extend(_told(description))
    return found


def _told(description: Description) -> t.Iterator[str]:
    for document, path, given in _places(description):
        if given is None or unresolved({"": given}) or str(given).strip().lower() in _LATER:
            continue
        zone = zone_named(str(given))
        if parse_hours(str(given)) is None:
            yield f"{document.where(path)}: {dotted(path)}: '{given}' are no hours; {EXPECTED}"
        elif zone is not None and not is_zone(zone):
            yield f"{document.where(path)}: {dotted(path)}: '{zone}' is not the name of a time zone; {EXPECTED}"


def _places(description: Description) -> t.Iterator[tuple[Document, Path, object]]:
    yield description.service, ("commitments", "hours"), description.commitments.get("hours")
    used = set()
    for name, part in description.parts.items():
        support = part.get("support")
        if isinstance(support, list):
            yield from _of_tiers(description.service, ("parts", name, "support"), support)
        elif isinstance(support, str):
            used.add(support)
    named = set()
    for name in sorted(used):
        home = _home(description, "chains", name)
        tiers = description.chains.get(name)
        if home and isinstance(tiers, list):
            yield from _of_tiers(home, ("chains", name), tiers)
            named |= {str(dict(tier).get("roster")) for tier in tiers if isinstance(tier, dict)}
    for name, roster in description.rosters.items():
        home = _home(description, "rosters", name)
        if home and isinstance(roster, dict) and (home is description.service or name in named):
            yield home, ("rosters", name, "hours"), dict(roster).get("hours")


def _of_tiers(document: Document, path: Path, tiers: t.Sequence[Tier]) -> t.Iterator[tuple[Document, Path, object]]:
    for index, tier in enumerate(tiers):
        if isinstance(tier, dict):
            yield document, (*path, index, "hours"), dict(tier).get("hours")  # the check is handed the whole of it


def _home(description: Description, key: str, name: str) -> Document | None:
    return next((document for document in description.documents if isinstance(held := document.data.get(key), dict) and name in held), None)


__all__ = ("problems",)
