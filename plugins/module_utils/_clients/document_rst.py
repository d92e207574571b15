# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""reStructuredText, by docutils. PRIVATE to the collection.

Runs in the process of ``document_program``.
"""

from __future__ import annotations

from .document_building import Builder


def read_rst(text: str, builder: Builder) -> None:
    raise NotImplementedError


__all__ = ("read_rst",)
