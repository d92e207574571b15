# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The version of this collection. PRIVATE to the collection."""

from __future__ import annotations

import pathlib

import yaml

_ROOT = pathlib.Path(__file__).resolve().parents[3]


def collection_version() -> str:
    """From whichever of its two manifests is there: an installed collection has the one, a checkout the other."""
    manifest, galaxy = _ROOT / "MANIFEST.json", _ROOT / "galaxy.yml"
    if manifest.exists():
        return str(yaml.safe_load(manifest.read_text(encoding="utf-8"))["collection_info"]["version"])
    return str(yaml.safe_load(galaxy.read_text(encoding="utf-8"))["version"]) if galaxy.exists() else "unknown"


__all__ = ("collection_version",)
