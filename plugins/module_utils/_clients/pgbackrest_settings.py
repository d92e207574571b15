# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration file of pgBackRest, as far as it says where things lie. PRIVATE to the collection."""

from __future__ import annotations

import os
import re
import typing as t

from .._finding import CannotObserve
from .._runner import Runner

PLACES = ("/etc/pgbackrest/pgbackrest.conf", "/etc/pgbackrest.conf")  # where the tool looks; the second since long ago
_SECRET = re.compile(r"repo\d*-(?:cipher-pass|s3-key-secret|s3-token|azure-key|gcs-key|sftp-private-key-passphrase)")


class Settings:
    """What is set for a stanza: by the environment, in its own section, for all; in this order."""

    def __init__(
        self, stanza: str, sections: t.Mapping[str, t.Mapping[str, str]], environ: t.Mapping[str, str], path: str | None = None
    ) -> None:
        self.stanza, self.sections, self.environ, self.path = stanza, sections, environ, path

    def get(self, name: str, default: str = "") -> str:
        variable = f"PGBACKREST_{name.upper().replace('-', '_')}"
        if self.environ.get(variable):
            return self.environ[variable]
        for section in (self.stanza, "global"):
            if name in self.sections.get(section, {}):
                return self.sections[section][name]
        return default

    @property
    def data_directory(self) -> str | None:
        """Where the cluster lies, if it lies on this host."""
        return None if self.get("pg1-host") else self.get("pg1-path") or None

    @property
    def others_read_secrets(self) -> bool:
        """Whether a passphrase or a key stands in the file, and everybody may read it."""
        if self.path is None or not any(_SECRET.fullmatch(name) for options in self.sections.values() for name in options):
            return False
        try:
            return bool(os.stat(self.path).st_mode & 0o004)
        except OSError:
            return False

    @property
    def stop_files(self) -> tuple[str, str]:
        """What ``pgbackrest stop`` leaves, for the stanza and for all."""
        folder = self.get("lock-path", "/tmp/pgbackrest")
        return os.path.join(folder, f"{self.stanza}.stop"), os.path.join(folder, "all.stop")

    def folder_of(self, repo: int) -> str | None:
        """Where a repository lies, if it is a folder of this host."""
        prefix = f"repo{repo}"
        if self.get(f"{prefix}-host") or self.get(f"{prefix}-type", "posix") not in ("posix", "cifs"):
            return None
        return self.get(f"{prefix}-path", "/var/lib/pgbackrest")


def parse_settings(text: str) -> dict[str, dict[str, str]]:
    """Section by section; the first value of an option that has several."""
    sections: dict[str, dict[str, str]] = {}
    section = ""
    for raw in text.splitlines():
        line = raw.strip()
        match = re.fullmatch(r"\[([^\]]+)\]", line)
        if match:
            section = match[1].strip()
        elif "=" in line and not line.startswith(("#", ";")):
            name, _equals, value = line.partition("=")
            sections.setdefault(section, {}).setdefault(name.strip(), value.strip())
    return sections


def read_settings(runner: Runner, stanza: str, config: str | None, environ: t.Mapping[str, str]) -> Settings:
    """What can be read of it; the tool itself tells when the file cannot be."""
    given = config or environ.get("PGBACKREST_CONFIG")
    for path in (given,) if given else PLACES:
        try:
            return Settings(stanza, parse_settings(runner.read_text(path, max_bytes=2**20)), environ, path)
        except CannotObserve:
            continue
    return Settings(stanza, {}, environ)


__all__ = ("Settings", "parse_settings", "read_settings")
