# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files among the targets, and what goes wrong with them in words. PRIVATE to the collection."""

from __future__ import annotations

import pathlib
import typing as t

from ...module_utils._files import NotWritten, write_atomically

READABLE = 0o644  # for everybody: node_exporter and web servers run as other users


class WriteFile(t.Protocol):
    """Path and content to the place where it lies. PublishFailure."""

    def __call__(self, path: str, content: bytes, mode: int = READABLE) -> str: ...


class PublishFailure(Exception):
    """One target could not be published to; the text is for people."""


def write(path: pathlib.Path | str, content: bytes, mode: int = READABLE) -> str:
    """Replaces the file whole. PublishFailure."""
    target = pathlib.Path(path).expanduser()
    if target.is_dir():
        raise PublishFailure(f"{target} is a folder; give the path of a file")
    if not target.parent.is_dir():
        raise PublishFailure(f"{target} could not be written: the folder {target.parent} does not exist")
    try:
        return str(write_atomically(target, content, mode=mode))
    except NotWritten as exc:
        raise PublishFailure(str(exc)) from None


__all__ = ("READABLE", "PublishFailure", "WriteFile", "write")
