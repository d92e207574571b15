# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The workaround that a text tells behind a label, or in a sentence. PRIVATE to the collection."""

from __future__ import annotations

import re
import typing as t

from .._clients.document import Part
from .._folded_text import normalize
from ._known_error_headings import is_field, is_label, names_workaround
from ._workarounds import NO, TOLD, Workaround, best, workaround_of

_LONGEST = 4000
_LABEL = re.compile(
    r"(?:^|[\n.;|(]\s{0,3}|\s[-\u2013\u2014]\s{0,3}|\s)[*_]{0,2}([^\W\d_][^\n:\uff1a.;|*_]{2,40}?)[*_]{0,2}"
    r"\s{0,3}[:\uff1a][*_]{0,2}[ \t]{0,9}"
    r"(?=([^\n]*))"
)
_ASIDE = re.compile(r"[ \t]{0,3}\([^()\n]{0,80}\)(?=[*_ \t]{0,5}[:\uff1a])")  # Workaround (until 1.5):
_DASHED = re.compile(r"[\s*_-]{0,9}([^\W\d_][^\n:.;|*_]{2,40}?)[*_]{0,2}\s{1,3}[-\u2013\u2014]\s{1,3}(\S.*)")
_SENTENCE = re.compile(
    r"(?:as an? (?:\w+ )?work-?around|en contournement|comme contournement"
    r"|(?:to|pour) (?:work around|bypass|contourner)(?: [\w' \u2019]{1,40})?)"
    r"\s*[,:]\s*(.+)"
    r"|(?:the|a|our|one|le|la|un|possible) (?:\w+ )?(?:work-?around|contournement|palliatif|solution de contournement)"
    r"(?: (?:is|est)(?: to(?! be\b)| de\b|\s*:| d['\u2019])| (?:consists?|consiste) (?:in|of|to|en|\u00e0)\b)\s*(.+)"
    r"|(?:it|this|the \w+|on|you) (?:can|may|peut) (?:be )?(?:worked around|work around it|bypassed|contourner)\s*(?:by|with|en|:)\s*(.+)",
    re.IGNORECASE,
)


def labelled(text: str, following: Part | None, own: t.Sequence[str] = ()) -> Workaround:
    """What a text says behind ``Workaround:``; what follows it may be the next line, paragraph, list or command."""
    found = []
    text = _ASIDE.sub("", text[:_LONGEST])
    for match in _LABEL.finditer(text):
        if names_workaround(normalize(match.group(1))):
            said = match.group(2) or _until_field(text[match.end() : match.end() + 500])
            found.append(workaround_of(said, own) if said.strip() else _following(following, own))
    lines = text.split("\n")
    for number, line in enumerate(lines):
        dashed = _DASHED.fullmatch(line[:1000])
        if is_label(line) and not line.rstrip().endswith((":", "\uff1a")):
            said = _until_field("\n".join(lines[number + 1 :])[:500])
            found.append(workaround_of(said, own) if said.strip() else _following(following, own))
        elif dashed and is_label(dashed.group(1)):
            found.append(workaround_of(dashed.group(2), own))
    for sentence in re.split(r"(?<=[.!?;])\s+|\n", text):
        told = _SENTENCE.match(sentence.strip())
        if told:
            found.append(workaround_of(next(group for group in told.groups() if group is not None), own))
    return best(found)


def _following(part: Part | None, own: t.Sequence[str]) -> Workaround:
    if part is None:
        return Workaround(NO)
    return Workaround(TOLD) if part.kind == "code" else workaround_of(_until_field(part.text), own)


def _until_field(text: str) -> str:
    """Up to the next thing that is told of the error: its ticket, its impact."""
    kept = []
    for line in text.split("\n"):
        name = re.split(r"[:\uff1a]", line, maxsplit=1)[0]
        if is_field(name.strip(" \t*_-")):
            break
        kept.append(line)
    return "\n".join(kept)


__all__ = ("labelled",)
