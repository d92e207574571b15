# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How paths lie to each other, by their names alone. PRIVATE to the collection. Pure."""

from __future__ import annotations


def is_within(path: str, folder: str) -> bool:
    """Whether a path is a folder, or lies below it. Both are whole, without links and dots."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


__all__ = ("is_within",)
