# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a document that is kept follows from. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Follows:
    """A run record by its run, with the digest that it had; None where it was written before there were digests."""

    run: str
    digest: str | None = None


__all__ = ("Follows",)
