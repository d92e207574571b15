# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text of people in the form in which it is compared. PRIVATE to the collection."""

from __future__ import annotations

import re
import unicodedata


def without_accents(text: str) -> str:
    """In small letters, without accents; all else stays."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()


def normalize(text: str) -> str:
    """The same; whatever is no letter or digit becomes one space."""
    return re.sub(r"[\W_]+", " ", without_accents(text)).strip()


__all__ = ("normalize", "without_accents")
