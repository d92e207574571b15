# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether logrotate can keep its state: a log that is not in it is taken for new, and is not rotated for a period. PRIVATE."""

from __future__ import annotations

import os
import re

from .._clients.logrotate import Declared, State
from .._phrase import phrase
from ._rotation_verdict import Verdict

_BROKEN = re.compile(r"bad |too long|too large|invalid")  # what the next run writes anew


def judge_state(verdict: Verdict, declared: Declared, state: State) -> None:
    """Each run writes a new state file beside the old one, and puts it in its place."""
    broken = [words for words in declared.state if _BROKEN.search(words)]
    other = [words for words in declared.state if words not in broken]
    folder = os.path.dirname(state.path) or "."
    if other:
        said = phrase(
            "logrotate cannot keep when it rotated what, so it takes each log for new and rotates none: {reason}", reason=other[0]
        )
        verdict.problems.append(said)
    elif not os.path.isdir(folder):
        verdict.problems.append(
            phrase(
                "logrotate cannot keep when it rotated what, so it takes each log for new and rotates none: the folder {folder:path} is "
                "not there",
                folder=folder,
            )
        )
    elif _is_read_only(folder):
        verdict.problems.append(
            phrase(
                "logrotate cannot keep when it rotated what, so it takes each log for new and rotates none: {folder:path} is read-only",
                folder=folder,
            )
        )
    elif broken:
        verdict.doubts.append(
            phrase(
                "the state file of logrotate is broken ({reason}): some versions end there and rotate nothing, others take each log for "
                "new and rotate it a period later; remove {state:path}, and see why it broke (a full disk)",
                reason=broken[0],
                state=state.path,
            )
        )


def _is_read_only(folder: str) -> bool:
    try:
        return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    except OSError:
        return False


__all__ = ("judge_state",)
