# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether somebody other than its author has validated a document, and all who have to. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import re
import typing as t

from .._clients.document import Document
from .._finding import Status
from .._folded_text import normalize
from .._message import one_line
from .._phrase import Message, phrase
from ._document_fields import AUTHOR, Defect, first, is_nobody, others
from ._people_named import DONE, LATER, MAYBE, REFUSED, SAME, is_person, same_words
from ._people_signing import FUTURE, UNSIGNED, Signed, of_sections, of_value

VALIDATED = (
    "validated by", "validators", "validator", "validation", "approved by", "approvers", "approver", "approval",
    "signed off by", "signed by",
    "reviewed by", "reviewers", "valide par", "validee par", "validateurs", "validateur", "valideurs", "valideur", "approuve par",
    "approuvee par", "approbateurs", "approbateur", "approbation", "vise par", "signe par", "relu par", "relecteurs", "visa",
)  # fmt: skip
_AROUND = re.compile(
    r"^(?:(?:the|la|le|les|l|head of|lead of|team|equipe|squad|group|department|responsable(?: de)?|chef de|directeur(?: des?)?) )+"
    r"|(?: (?:team|squad|group|department|dept|service|lead|leader|manager|officer|equipe))+$"
)


def validator_defects(document: Document, wanted: t.Sequence[str], now: dt.datetime) -> tuple[list[Defect], str]:
    """What is wrong with its validation, and the names of those who have validated it."""
    found = next((entries for name in VALIDATED if (entries := of_value(document.front.get(name), now))), [])
    found = found or of_sections(document, wanted, now)
    refused = [one.name for one in found if one.state == REFUSED and not is_nobody(one.name)]
    if refused:
        return [Defect(Status.FAIL, phrase("it is not validated: {names:list}", names=refused))], ""
    ahead = [one.name for one in found if one.state == FUTURE]
    if ahead:
        return [Defect(Status.FAIL, phrase("the day on which {names:list} validated it lies in the future", names=ahead))], ""
    signed = [one for one in found if one.state == DONE and not is_nobody(_bare(one)) and is_person(_bare(one))]
    if not signed:
        return [_nobody(found)], ""
    names = one_line(", ".join(one.name for one in signed), 200)
    author = first(document.front, AUTHOR)
    kind, doubtful = others(names, author, [_bare(one) for one in signed if not one.is_author])
    if kind == SAME:
        return [Defect(Status.FAIL, phrase("it was validated by its author only ({author})", author=names))], names
    missing = [name for name in wanted if not any(_is(one, name) for one in signed)]
    if missing:
        return _missing(missing, signed), names
    if kind == MAYBE:
        said = phrase(
            "it was validated by {names:list}, who may be its author {author}: write both names in full", names=doubtful, author=author
        )
        return [Defect(Status.UNKNOWN, said)], names
    return [], names


def _nobody(found: t.Sequence[Signed]) -> Defect:
    named = [one for one in found if not is_nobody(_bare(one)) and is_person(_bare(one))]
    names = [one.name for one in named]
    status, said = Status.FAIL, phrase("nobody is named who has validated it (validated_by)")
    if found and not named:
        said = phrase("who has validated it is a placeholder ({names})", names=one_line(", ".join(one.name for one in found), 200))
    elif any(one.state == LATER for one in named):
        said = phrase("it is still to be validated: {names:list}", names=names)
    elif any(one.state == UNSIGNED for one in named):
        said = phrase("{names:list} have to validate it, and beside them is no date, tick or signature", names=names)
    elif named:
        status = Status.UNKNOWN
        said = phrase("whether {names:list} validated it cannot be told: write the day beside each, or validated_by", names=names)
    return Defect(status, said)


def _missing(missing: t.Sequence[str], signed: t.Sequence[Signed]) -> list[Defect]:
    """A name that stands among other words may be meant."""
    words = f" {' , '.join(normalize(text) for one in signed for text in (one.name, *one.roles))} "
    within = [name for name in missing if f" {normalize(name)} " in words]
    if len(within) < len(missing):
        return [Defect(Status.FAIL, phrase("it is not validated by {names:list}", names=[name for name in missing if name not in within]))]
    said: Message = phrase(
        "whether {signed:list} stands for {names:list} cannot be told: write the name, and in brackets for whom: Ali Ben (operations)",
        signed=[one.name for one in signed],
        names=within,
    )
    return [Defect(Status.UNKNOWN, said)]


def _bare(signed: Signed) -> str:
    return signed.roles[0] if signed.roles and signed.roles[0] else signed.name


def _is(signed: Signed, wanted: str) -> bool:
    plain = _plain(wanted)
    return any(_plain(one) == plain or same_words(one, wanted) for one in (signed.name, *signed.roles))


def _plain(name: str) -> str:
    plain = normalize(name[:200])
    return _AROUND.sub("", plain) or plain


__all__ = ("VALIDATED", "validator_defects")
