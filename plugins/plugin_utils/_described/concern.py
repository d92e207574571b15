# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom a mistake in the organisation's file concerns: who does not use the entry goes on without it. PRIVATE to the collection. Pure."""

from __future__ import annotations

import copy
import dataclasses
import typing as t

from ...module_utils._phrase import Message, phrase
from .approvals import ATTESTATIONS, names_of
from .document import Document, Unresolved, dotted


def concerning(organisation: Document, service: str, environment: str) -> tuple[Document, list[Message]]:
    """The file as it concerns a service, and what is told of entries that are wrong and do not.

    A server, a chain or a roster stays, and refuses whoever needs it; a waiver of another service and its layers go.
    """
    if not organisation.spoiled:
        return organisation, []
    data = copy.deepcopy(organisation.data)
    told = []
    for path in organisation.spoiled:
        holder: t.Any = data
        for step in path[:-1]:
            holder = holder[step]
        wrong: Unresolved = holder[path[-1]]
        if path[0] == ATTESTATIONS:
            others = names_of(wrong.given, "service") if isinstance(wrong.given, dict) else []
            if not others or service in others:
                continue
            holder[path[-1]] = {"service": others}
        elif path[0] == "waivers":
            other = wrong.given.get("service") if isinstance(wrong.given, dict) else None
            if not isinstance(other, str) or other == service:
                continue
            holder[path[-1]] = {"service": other}
        elif path[0] not in ("servers", "chains", "rosters"):
            if path[-1] in (service, environment):
                continue
            del holder[path[-1]]
        told.append(
            phrase(
                "{place:path}: {key:path}: {reason}; nothing here uses it, so the rest of the file counts",
                place=wrong.place,
                key=wrong.path or dotted(path),
                reason=wrong.reason,
            )
        )
    return dataclasses.replace(organisation, data=data), told


__all__ = ("concerning",)
