# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the programs of a version of PostgreSQL are. PRIVATE to the collection."""

from __future__ import annotations

import glob
import os
import re

from .._runner import Runner

# of Debian, of PostgreSQL's own packages for Red Hat, and of SUSE
_FOLDERS = ("/usr/lib/postgresql/{major}/bin", "/usr/pgsql-{major}/bin", "/usr/lib/postgresql{major}/bin")


def folders(major: str | int = "*") -> list[str]:
    """Where the packages of a version put its programs; of all versions that are here, the highest first."""
    return sorted((path for place in _FOLDERS for path in glob.glob(place.format(major=major))), key=_version, reverse=True)


def find(runner: Runner, name: str, version: int | None = None, prefix: str | None = None) -> str | None:
    """The program of the version (such as 150004), else the one in ``prefix`` or PATH, else that of the highest version."""
    places = (folders(version // 10000) if version else []) + (prefix or "").split(os.pathsep)
    for place in places:
        path = os.path.join(place, name)
        if place and os.access(path, os.X_OK):
            return path
    installed = (os.path.join(folder, name) for folder in folders())
    return runner.which(name) or next((path for path in installed if os.path.exists(path)), None)


def _version(path: str) -> float:
    found = re.search(r"\d+(?:\.\d+)?", path)
    return float(found[0]) if found else 0.0


__all__ = ("find", "folders")
