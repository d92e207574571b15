# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs of dev/, which have no suffix, as modules."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import pathlib
import sys
import types

DEV = pathlib.Path(__file__).resolve().parents[1] / "dev"


def load(name: str) -> types.ModuleType:
    """The program of this name."""
    loader = importlib.machinery.SourceFileLoader(name.replace("-", "_"), str(DEV / name))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look for it there
    loader.exec_module(module)
    return module


__all__ = ("load",)
