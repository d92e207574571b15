# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the programs of a version of PostgreSQL are. PRIVATE to the collection."""

from __future__ import annotations

import glob
import os

from .._runner import Runner

# of Debian, of PostgreSQL's own packages for Red Hat, and of SUSE
_FOLDERS = ("/usr/lib/postgresql/{major}/bin", "/usr/pgsql-{major}/bin", "/usr/lib/postgresql{major}/bin")


def find(runner: Runner, name: str, version: int | None = None, prefix: str | None = None) -> str | None:
    """The program of the version (such as 150004), else the one in ``prefix`` or PATH, else that of the highest version."""
    major = None if version is None else version // 10000
    places = [folder.format(major=major) for folder in _FOLDERS] if major else []
    places += (prefix or "").split(os.pathsep)
    for place in places:
        path = os.path.join(place, name)
        if place and os.access(path, os.X_OK):
            return path
    found = runner.which(name)
    if found:
        return found
    installed = [path for folder in _FOLDERS for path in glob.glob(os.path.join(folder.format(major="*"), name))]
    return max(installed, default=None, key=_version)


def _version(path: str) -> int:
    digits = [int(part) for part in "".join(c if c.isdecimal() else " " for c in path).split()]
    return max(digits, default=0)


__all__ = ("find",)
