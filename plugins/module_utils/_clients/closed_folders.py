# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders on the way to files that a user may not look into. PRIVATE to the collection."""

from __future__ import annotations

import glob
import os

from .._phrase import Message, phrase
from .._runner import user_name


def closed_folder(pattern: str) -> Message | None:
    """A folder on the way that this user may not look into; glob passes over it in silence."""
    parts = pattern.split(os.sep)
    for count in range(1, len(parts)):
        part = os.sep.join(parts[:count]) or os.sep
        for path in glob.iglob(part) if glob.has_magic(part) else [part]:
            if os.path.isdir(path) and not os.access(path, os.X_OK | (os.R_OK if glob.has_magic(parts[count]) else 0)):
                return phrase(
                    "{path:path} may not be looked into by {user}; let the check run as a user who may (run_as, become)",
                    path=path,
                    user=user_name(),
                )
    return None


__all__ = ("closed_folder",)
