# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names, or sentences, joined by "and" or "or" within a message. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from ._phrase import Message, phrase, verbatim


def every(names: t.Sequence[str]) -> Message:
    """``a, b and c``."""
    if len(names) < 2:
        return verbatim(names[0] if names else "")
    return phrase("{names:list} and {last}", names=names[:-1], last=names[-1])


def either(names: t.Sequence[str]) -> Message:
    """``a, b or c``."""
    if len(names) < 2:
        return verbatim(names[0] if names else "")
    return phrase("{names:list} or {last}", names=names[:-1], last=names[-1])


__all__ = ("either", "every")
