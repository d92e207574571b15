# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The codes of the metrics in words, and in colours that colour-blind people can tell apart too."""

from __future__ import annotations

import typing as t

from grafana_foundation_sdk.models.dashboard import (
    DashboardSpecialValueMapOptions,
    SpecialValueMap,
    SpecialValueMatch,
    ValueMap,
    ValueMapping,
    ValueMappingResult,
)

GREEN, SKY, YELLOW, GREY, RED = "#159E5E", "#A6DCFB", "#F2CB1A", "#5E616B", "#B5260E"
NEUTRAL = "#3B4F7A"  # says nothing about good or bad
PURPLE = "#8F7FE8"  # what is no state: a line of a chart

VERDICTS = {0: ("GO", GREEN), 1: ("RESERVATIONS", YELLOW), 2: ("UNDETERMINED", GREY), 3: ("NO-GO", RED)}
STATUSES = {0: ("pass", GREEN), 1: ("waived", SKY), 2: ("warn", YELLOW), 3: ("unknown", GREY), 4: ("fail", RED)}


def mapped(codes: t.Mapping[int, tuple[str, str]], nothing: str = "NO DATA") -> list[ValueMapping]:
    """The mappings of a panel that shows such codes; what has no value says so."""
    options = {str(code): ValueMappingResult(text=text, color=color, index=code) for code, (text, color) in codes.items()}
    nobody = ValueMappingResult(text=nothing, color=NEUTRAL, index=len(codes))
    return [
        ValueMap(options=options),
        SpecialValueMap(options=DashboardSpecialValueMapOptions(match=SpecialValueMatch.NULL_AND_NAN, result=nobody)),
    ]


def absent(text: str = "–") -> list[ValueMapping]:
    """The mapping of a number that need not be there; it has no colour, as the lowest threshold would say that it is bad."""
    result = ValueMappingResult(text=text, color="transparent", index=0)
    return [SpecialValueMap(options=DashboardSpecialValueMapOptions(match=SpecialValueMatch.NULL_AND_NAN, result=result))]
