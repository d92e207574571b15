# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file that node_exporter's textfile collector reads. PRIVATE to the collection."""

from __future__ import annotations

import hashlib
import pathlib
import re

from .files import PublishFailure, WriteFile, write


def filename(service: str, environment: str) -> str:
    """``operability_SERVICE_ENVIRONMENT.prom``; a digest keeps apart what would get the same name."""
    safe = [re.sub(r"[^A-Za-z0-9_.-]+", "-", text)[:80] for text in (service, environment)]
    ambiguous = safe != [service, environment] or "_" in environment
    digest = hashlib.sha256(f"{service}\0{environment}".encode("utf-8", "replace")).hexdigest()[:8]
    return f"operability_{safe[0]}_{safe[1]}" + (f"-{digest}" if ambiguous else "") + ".prom"


def write_metrics(directory: str, service: str, environment: str, content: bytes, away: WriteFile | None = None) -> str:
    """Replaces the file of this service and environment; returns its path. PublishFailure."""
    return write_file(directory, filename(service, environment), content, away)


def write_file(directory: str, name: str, content: bytes, away: WriteFile | None = None) -> str:
    """Replaces any file in the textfile directory, here or where ``away`` writes. PublishFailure."""
    if away:
        return away(str(pathlib.PurePosixPath(directory) / name), content)
    return write(_folder(directory) / name, content)


def _folder(directory: str) -> pathlib.Path:
    folder = pathlib.Path(directory).expanduser()
    if not folder.is_dir():
        raise PublishFailure(f"the textfile directory {folder} {'is not a folder' if folder.exists() else 'does not exist'}")
    return folder


def present(directory: str, service: str, environment: str) -> bool:
    """Whether there is a file of this service and environment. PublishFailure where the directory is not there."""
    return (_folder(directory) / filename(service, environment)).exists()


def remove(directory: str, service: str, environment: str) -> bool:
    """Removes the file of a service that is no more; whether there was one. PublishFailure."""
    path = _folder(directory) / filename(service, environment)
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as exc:
        raise PublishFailure(f"{path} could not be removed: {exc.strerror or exc}") from None
    return True


__all__ = ("filename", "present", "remove", "write_file", "write_metrics")
