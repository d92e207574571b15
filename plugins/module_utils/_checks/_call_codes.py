# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The error codes that a service shows, as files of this machine have them. PRIVATE to the collection."""

from __future__ import annotations

import glob
import os
import re
import stat
import typing as t

from .._finding import CannotObserve
from .._phrase import phrase
from .._runner import Runner, unreadable
from ._code_mentions import plainly

_LARGEST = 16 * 2**20  # bytes of a file that are looked through
_MOST_FILES, _MOST_CODES = 200, 2000
_PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"PK\x03\x04")


def pattern_of(written: str) -> re.Pattern[str] | None:
    """``PAY-####`` as an expression: # is a digit, @ a capital letter; None where nothing of it is fixed."""
    if len(written) > 60 or not re.search(r"[A-Za-z]", written.replace("@", "")):
        return None
    inner = "".join({"#": "[0-9]", "@": "[A-Z]"}.get(character) or re.escape(character) for character in written)
    return re.compile(rf"(?<![A-Za-z0-9_-]){inner}(?![A-Za-z0-9_])")


def codes_in(paths: t.Sequence[str], written: str, runner: Runner) -> list[str]:
    """The codes in files of this machine. CannotObserve where there is none, or one cannot be read to its end."""
    pattern = pattern_of(written)
    if pattern is None:
        return []
    found: dict[str, None] = {}
    for given in paths:
        _look_for(given, pattern, written, found, runner)
    return list(found)


def _look_for(given: str, pattern: re.Pattern[str], written: str, found: dict[str, None], runner: Runner) -> None:
    """Each of the files that are given is to show some: one that shows none is the wrong one, or is read with the wrong pattern."""
    here: dict[str, None] = {}
    for number, path in enumerate(_files(given, runner)):
        if number >= _MOST_FILES or len(here) > _MOST_CODES or len(found) > _MOST_CODES:
            raise CannotObserve(phrase("there is more in {path:path} than is looked through for error codes", path=given))
        _look_through(path, pattern, here, runner)
    if not here:
        said = phrase("no error code like {pattern:path} is in {paths:list}: is the pattern right?", pattern=written, paths=[given])
        raise CannotObserve(said)
    found.update(here)


def _files(given: str, runner: Runner) -> list[str]:
    """Those of a pattern. CannotObserve where there is none, or one that cannot be looked at."""
    files = []
    for looked, path in enumerate(glob.iglob(given, recursive=True)):
        runner.remaining()
        try:
            mode = os.stat(path).st_mode
        except OSError as exc:
            raise CannotObserve(unreadable(path, exc)) from None
        if stat.S_ISREG(mode):
            files.append(path)
        elif not stat.S_ISDIR(mode):
            raise CannotObserve(phrase("{path:path}, which has the error codes of the service, is no file", path=path))
        if len(files) > _MOST_FILES or looked > _MOST_FILES * 100:
            raise CannotObserve(phrase("there is more in {path:path} than is looked through for error codes", path=given))
    if files:
        return sorted(files)
    if not glob.has_magic(given):
        try:
            os.stat(given)
        except FileNotFoundError:
            pass
        except OSError as exc:
            raise CannotObserve(unreadable(given, exc)) from None
        else:
            raise CannotObserve(phrase("{path:path}, which has the error codes of the service, is no file", path=given))
    raise CannotObserve(phrase("{path:path}, which has the error codes of the service, does not exist", path=given))


def _look_through(path: str, pattern: re.Pattern[str], found: dict[str, None], runner: Runner) -> None:
    try:
        size = os.stat(path).st_size
    except OSError as exc:
        raise CannotObserve(unreadable(path, exc)) from None
    if size > _LARGEST:
        raise CannotObserve(phrase("there is more in {path:path} than is looked through for error codes", path=path))
    content = runner.read_bytes(path, max_bytes=_LARGEST)
    if b"\0" in content[:65536] or content.startswith(_PACKED):
        raise CannotObserve(phrase("{path:path}, which has the error codes of the service, is not a text (is it compressed?)", path=path))
    for line in content.decode("utf-8", "replace").split("\n"):
        for code in pattern.findall(plainly(line)):
            found[code] = None
    runner.remaining()


__all__ = ("codes_in", "pattern_of")
