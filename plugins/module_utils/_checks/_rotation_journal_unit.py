# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what a unit says comes into the journal at all: by its own settings, and by what journald is told to leave out. PRIVATE."""

from __future__ import annotations

import typing as t

from .._clients import systemd
from .._finding import CannotObserve
from .._phrase import phrase
from .._runner import Runner
from ._rotation_verdict import Verdict

LEVELS = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
_ASKED = "LoadState,ActiveState,StandardOutput,StandardError,LogNamespace"


def judge_level(verdict: Verdict, settings: t.Mapping[str, str]) -> None:
    """What services say at the level info, which is what most of them say, may be left out."""
    told = settings.get("MaxLevelStore", "").strip().lower()
    level = LEVELS[int(told)] if told.isdigit() and int(told) < len(LEVELS) else told
    if level in LEVELS and LEVELS.index(level) < LEVELS.index("info"):
        verdict.doubts.append(
            phrase("journald keeps nothing below {level} (MaxLevelStore): what services say at the level info is not in it", level=level)
        )


def judge_unit(verdict: Verdict, unit: str, runner: Runner) -> None:
    """Where systemd can be asked."""
    name = unit if "." in unit else f"{unit}.service"
    try:
        shown = systemd.show(runner, name, _ASKED)
    except CannotObserve:
        return
    if shown["LoadState"] == "not-found":
        verdict.doubts.append(phrase("{unit:path}, whose messages the journal is to have, is not there on this host", unit=name))
        return
    namespace = shown.get("LogNamespace", "").strip()
    if namespace:
        verdict.doubts.append(
            phrase(
                "{unit:path} writes into a journal of its own (LogNamespace={namespace}), which has bounds of its own and is not looked at "
                "here",
                unit=name,
                namespace=namespace,
            )
        )
    output, complaints = shown.get("StandardOutput", ""), shown.get("StandardError", "")
    if output == "null" and complaints in ("null", "inherit"):
        verdict.doubts.append(
            phrase(
                "what {unit:path} writes is thrown away (StandardOutput=null): the journal has only what it sends there itself", unit=name
            )
        )
    elif output.startswith(("file:", "append:", "truncate:")):
        verdict.doubts.append(
            phrase(
                "{unit:path} writes into a file (StandardOutput={output:path}), not into the journal: declare that file",
                unit=name,
                output=output,
            )
        )


__all__ = ("judge_level", "judge_unit")
