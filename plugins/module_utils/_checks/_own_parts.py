# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands directly below each heading, in documents whose lines do not tell. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._clients.document import Part, Section


def above_each(sections: t.Sequence[Section]) -> list[int]:
    """The number of the section in which each one stands; -1 where it stands in none."""
    found: list[int] = []
    stack: list[int] = []
    for number, section in enumerate(sections):
        while stack and sections[stack[-1]].level >= section.level:
            stack.pop()
        found.append(stack[-1] if stack else -1)
        stack.append(number)
    return found


def own_parts(sections: t.Sequence[Section]) -> list[tuple[Part, ...]]:
    """Of each section what stands up to the next heading of any level. HTML may have all of it on one line."""
    nested = [0] * len(sections)
    for number, above in enumerate(above_each(sections)):
        if above >= 0:
            nested[above] += len(sections[number].parts)
    return [one.parts[: len(one.parts) - nested[number]] for number, one in enumerate(sections)]


__all__ = ("above_each", "own_parts")
