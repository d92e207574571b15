# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Statements that are asked for: those that a service makes itself, and those that nobody has made yet. PRIVATE to the collection. Pure."""

from __future__ import annotations

import datetime as dt
import typing as t

from ...module_utils._phrase import Message, verbatim
from ...module_utils._stated import COPY_LINE
from ...module_utils._units import parse_duration
from .._described.approvals import ATTESTATIONS, file_for, line
from .._described.declarations import AttestationEntry, Duration
from .._described.service import Description
from .._model.attestation import ATTESTATION, Owed
from .._model.waiver import Waiver, WaiverState

FILE, DIGEST, SENTENCE = "../evidence/FILE", "SHA256 OF THE FILE", COPY_LINE


def requested(description: Description, identifier: str, entry: AttestationEntry, names: t.Sequence[str], place: str) -> Waiver:
    """What a service states itself, as a request to operations, with the line to copy."""
    by = str(entry["attested_by"])
    written = {"service": description.name, **entry, "attested_by": by if by in names else one_of(names)}
    return Waiver(
        requirement=identifier,
        reason=verbatim(str(entry["statement"])),
        approved_by=str(entry["attested_by"]),
        until=str(entry["until"]),
        begins=str(entry["date"]),
        kind=ATTESTATION,
        state=WaiverState.REQUESTED,
        to_copy=line(written),
        copy_into=f"{file_for(description.organisation, description.name)}: {ATTESTATIONS}" if description.organisation else None,
        declared_in=place,
        own=True,
    )


def owed(
    description: Description,
    identifier: str,
    title: str,
    why: Message,
    names: t.Sequence[str] | None,
    most: Duration,
    *,
    of_version: bool,
) -> Owed:
    """A statement that nobody has made, with the line in which it is made: what is written in capitals is refused until it is filled in."""
    run, organisation = description.run, description.organisation
    last = dt.date.fromisoformat(run.today) + dt.timedelta(seconds=parse_duration(most))
    written: dict[str, object] = {
        **({"service": description.name} if organisation else {}),
        "requirement": identifier,
        "result": "POSITIVE OR NEGATIVE",
        "statement": SENTENCE,
        "attested_by": names[0] if names is not None and len(names) == 1 else one_of(names) if names is not None else "WHO",
        "date": run.today,
        "until": last.isoformat(),
        **({"version": run.version or "VERSION"} if of_version else {}),
        "evidence": [{"path": FILE if organisation else FILE.removeprefix("../"), "sha256": DIGEST}],
    }
    into = file_for(organisation, description.name) if organisation else description.service.name
    return Owed(identifier, title, why, line(written), f"{into}: {ATTESTATIONS}")


def one_of(names: t.Sequence[str]) -> str:
    return f"one of: {', '.join(names) or 'nobody'}"


__all__ = ("one_of", "owed", "requested")
