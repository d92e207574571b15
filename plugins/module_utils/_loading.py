# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports a check when it is asked for: apart from the registry, which brings all of them along. PRIVATE to the collection."""

from __future__ import annotations

import functools
import importlib
import typing as t


@functools.cache
def load_check(name: str) -> t.Any:
    """The module of a check. KeyError for a name that no check has."""
    if not name.isidentifier() or name.startswith("_"):
        raise KeyError(name)
    path = f"{__package__}._checks.{name}"
    try:
        return importlib.import_module(path)
    except ModuleNotFoundError as exc:
        if exc.name != path:
            raise
        raise KeyError(name) from None


__all__ = ("load_check",)
