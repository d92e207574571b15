# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tells one service file from another, wherever it is checked out. PRIVATE to the collection."""

from __future__ import annotations

import configparser
import contextlib
import hashlib
import pathlib

from ...module_utils._exchange import public_url
from ...module_utils._files import read_within


def source_of(path: str | None) -> str:
    """A digest of the repository that a file comes from and of its place there; of its path where it lies in none.

    Empty where there is no file. A pipeline checks the same repository out in a folder of another name each time.
    """
    if not path:
        return ""
    here = pathlib.Path(path).absolute()
    about = str(here)
    for folder in here.parents:
        if (folder / ".git").exists():
            origin = _origin(folder / ".git")
            about = f"{origin} {here.relative_to(folder)}" if origin else about
            break
    return hashlib.sha256(about.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _origin(git: pathlib.Path) -> str:
    """The address from which a repository was cloned, without who asked for it; empty where it does not say."""
    config = configparser.RawConfigParser(strict=False, interpolation=None)
    with contextlib.suppress(OSError, UnicodeDecodeError, configparser.Error):
        config.read_string(read_within(git / "config").decode("utf-8"))
        return public_url(config.get('remote "origin"', "url"))
    return ""


__all__ = ("source_of",)
