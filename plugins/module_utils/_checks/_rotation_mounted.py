# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a log can be rotated where it lies: not on a read-only file system, and not as a mount point of its own. PRIVATE."""

from __future__ import annotations

import os

from .._clients import mounts
from .._finding import CannotObserve
from .._phrase import phrase
from .._runner import Runner
from ._rotation_age import Log
from ._rotation_verdict import Verdict


def judge_mounts(verdict: Verdict, log: Log, runner: Runner) -> None:
    if log.rule is None:
        return
    try:
        known = runner.read_text(mounts.MOUNTS)
    except CannotObserve:
        return
    path = os.path.realpath(log.path)
    for place in (path, *(log.naming.folders if log.naming is not None else ())):
        mounted = mounts.mount_of(os.path.realpath(place), known)
        if mounted is not None and mounted.read_only:
            verdict.problems.append(
                phrase(
                    "logrotate cannot rotate {path:path}: the file system at {point:path} is mounted read-only",
                    path=log.path,
                    point=mounted.point,
                )
            )
            return
    mounted = mounts.mount_of(path, known)
    if mounted is not None and mounted.point == path and not log.has("copy") and not log.has("copytruncate"):
        verdict.problems.append(
            phrase(
                "logrotate cannot rotate {path:path}: the file itself is a mount point, which cannot be renamed (mount its folder, or use "
                "copytruncate)",
                path=log.path,
            )
        )


__all__ = ("judge_mounts",)
