# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Statements of people as a plan knows them. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses

from ...module_utils._phrase import Message

ATTESTATION = "attestation"  # the kind of a request that something be attested


@dataclasses.dataclass(frozen=True)
class Owed:
    """A statement that is asked for and that nobody has made, with the line in which it is made, and the file and the key there."""

    requirement: str
    title: str
    why: Message
    to_copy: str
    copy_into: str


__all__ = ("ATTESTATION", "Owed")
