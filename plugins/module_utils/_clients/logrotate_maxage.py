# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""After how many days logrotate removes rotated files: ``maxage``, which its debug mode does not tell. PRIVATE to the collection."""

from __future__ import annotations

import fnmatch
import os
import re
import shlex

from .._finding import CannotObserve
from .._runner import Runner

DAY = 86400.0
MOST_FILES = 1000
LARGEST = 2**20
_SCRIPTS = ("prerotate", "postrotate", "preremove", "firstaction", "lastaction")


def maxage_of(config: str, path: str, runner: Runner) -> float | None:
    """Seconds; None where no rule that takes this log says any. What cannot be read says nothing."""
    reader = _Reader(path, runner)
    reader.file(config)
    return reader.of_log if reader.covered else None


class _Reader:
    """Reads files as logrotate does: what stands above a rule holds in it, files of a folder by their names."""

    def __init__(self, path: str, runner: Runner) -> None:
        self.path, self.runner = path, runner
        self.above: float | None = None
        self.of_log: float | None = None
        self.covered = False
        self.files = 0

    def file(self, path: str) -> None:
        self.files += 1
        if self.files > MOST_FILES:
            return
        try:
            text = self.runner.read_text(path, max_bytes=LARGEST)
        except CannotObserve:
            return
        self._read(text.splitlines())

    def _read(self, lines: list[str]) -> None:
        header: list[str] = []
        inside = script = False
        taken = False
        age: float | None = None
        for line in lines:
            words = line.split("#", 1)[0].strip() if not script else line.strip()
            if script:
                script = words != "endscript"
                continue
            if inside:
                name, _space, value = words.partition(" ")
                script = words in _SCRIPTS
                if name == "maxage":
                    age = _days(value, age)
                elif words.endswith("}"):
                    inside = False
                    if taken and not self.covered:
                        self.covered, self.of_log = True, age
                continue
            script = words in _SCRIPTS
            if "{" in words:
                header.append(words.partition("{")[0])
                taken, age, inside = _takes(" ".join(header), self.path), self.above, not words.endswith("}")
                if not inside and taken and not self.covered:
                    self.covered, self.of_log = True, age
                header = []
            elif words.startswith(("/", '"', "'")):
                header.append(words)
            elif words:
                header = []
                self._directive(words)

    def _directive(self, words: str) -> None:
        name, _space, value = words.partition(" ")
        value = value.strip().lstrip("=").strip()
        if name == "maxage":
            self.above = _days(value, self.above)
        elif name == "include":
            if os.path.isdir(value):
                for entry in sorted(os.listdir(value)):
                    self.file(os.path.join(value, entry))
            else:
                self.file(value)


def _days(value: str, otherwise: float | None) -> float | None:
    match = re.fullmatch(r"=?\s{0,4}(\d{1,6})", value.strip())
    return int(match.group(1)) * DAY if match else otherwise


def _takes(header: str, path: str) -> bool:
    try:
        patterns = shlex.split(header)
    except ValueError:
        return False
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)


__all__ = ("maxage_of",)
