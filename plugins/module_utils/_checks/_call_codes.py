# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The error codes that a service shows, and whether a script says what to answer to each. PRIVATE to the collection."""

from __future__ import annotations

import glob
import os
import re
import typing as t

from .._clients.document import Document, Part
from .._clients.document_building import CELLS
from .._clients.section_content import is_placeholder, says_nothing
from .._finding import CannotObserve, Status
from .._phrase import phrase
from .._runner import Runner, unreadable
from ._document_fields import Defect

_LARGEST = 16 * 2**20  # bytes of a file that are looked through
_MOST_FILES, _MOST_CODES = 200, 2000


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
        files = sorted(path for path in glob.glob(given, recursive=True) if os.path.isfile(path))
        if not files:
            raise CannotObserve(phrase("{path:path}, which has the error codes of the service, does not exist", path=given))
        for path in files[:_MOST_FILES]:
            _look_through(path, pattern, found, runner)
        if len(files) > _MOST_FILES or len(found) > _MOST_CODES:
            raise CannotObserve(phrase("there is more in {path:path} than is looked through for error codes", path=given))
    if not found:
        raise CannotObserve(
            phrase("no error code like {pattern:path} is in {paths:list}: is the pattern right?", pattern=written, paths=list(paths))
        )
    return list(found)


def _look_through(path: str, pattern: re.Pattern[str], found: dict[str, None], runner: Runner) -> None:
    try:
        size = os.stat(path).st_size
    except OSError as exc:
        raise CannotObserve(unreadable(path, exc)) from None
    if size > _LARGEST:
        raise CannotObserve(phrase("there is more in {path:path} than is looked through for error codes", path=path))
    for line in runner.read_text(path, max_bytes=_LARGEST).split("\n"):
        for code in pattern.findall(line):
            found[code] = None


def code_defects(document: Document, codes: t.Sequence[str]) -> list[Defect]:
    """Each code is in the document, with something said of it."""
    missing, bare = [], []
    for code in codes:
        token = re.compile(rf"(?<![\w-]){re.escape(code)}(?![\w]|-\w)")
        heads = [section for section in document.sections if code in section.title and token.search(section.title)]
        parts = [part for part in document.parts if code in part.text and token.search(part.text)]
        if not heads and not parts:
            missing.append(code)
        elif not any(not says_nothing(section) for section in heads) and not any(_says_of(part, token) for part in parts):
            bare.append(code)
    defects = []
    if missing:
        defects.append(Defect(Status.FAIL, phrase("the error codes {codes:list} are not in it", codes=missing[:20])))
    if bare:
        defects.append(Defect(Status.FAIL, phrase("it names the error codes {codes:list}, and says nothing of them", codes=bare[:20])))
    return defects


def _says_of(part: Part, token: re.Pattern[str]) -> bool:
    if part.kind == "head":
        return False
    if part.kind == "row":
        return any(not is_placeholder(cell) for cell in part.text.split(CELLS) if not token.search(cell))
    if part.kind == "code":
        return False
    lines = part.text.split("\n")
    return any(token.search(line) and not is_placeholder(token.sub(" ", line).strip(" :-–—")) for line in lines) or len(lines) > 1


__all__ = ("code_defects", "codes_in", "pattern_of")
