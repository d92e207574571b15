# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a document says of itself that it is a draft, or no longer to be used. PRIVATE to the collection.

It says so in its front matter, in the table above its sections, in its title, or in a line at its top. What a section says of drafts is
about something else. A release that goes live is operated by what is final, so both are a fail.
"""

from __future__ import annotations

import re
import typing as t

from .._clients.document import Document, Part
from .._finding import Status
from .._folded_text import normalize
from .._message import one_line
from .._phrase import phrase
from ._document_fields import Defect

STATUS = (
    "status", "document status", "doc status", "page status", "runbook status", "state", "lifecycle", "lifecycle stage", "maturity",
    "statut", "statut du document", "etat", "etat du document", "publication status", "review status", "stage",
)  # fmt: skip
_DRAFT_FLAGS = ("draft", "brouillon", "is draft", "wip")
_OBSOLETE_FLAGS = ("deprecated", "obsolete", "archived", "outdated", "superseded", "retired", "archive", "perime")
_OTHER_INSTEAD = ("superseded by", "replaced by", "deprecated by", "obsoleted by", "remplace par", "remplacee par")
_PUBLISHED = ("published", "publie", "publiee")
_YES, _NO = ("true", "yes", "oui", "1", "on", "y"), ("false", "no", "non", "0", "off", "n")

_NO_LONGER = (
    r"(?:deprecated|obsolete|superseded|archived|retired|withdrawn|outdated|out of date|decommissioned|discontinued|replaced"
    r"|end of life|eol"
    r"|abandoned|rejected|cancelled|canceled|revoked|no longer (?:valid|maintained|used|in use|current|relevant|up to date|applicable"
    r"|supported)"
    r"|not (?:maintained|valid|current|in use|up to date)(?: any ?more| any longer)?|unmaintained"
    r"|perimee?s?|caduque?s?|archivee?s?|remplacee?s?|deprecie?e?s?|abandonnee?s?|retiree?s?|annulee?s?|obsoletes?|plus (?:a jour|valable"
    r"|valide|maintenue?|utilisee?|d actualite)|hors service)"
)
_NOT_YET = (
    r"(?:(?:first |early |rough |initial |working )?drafts?|wip|work in progress|brouillons?|ebauches?|preliminary|provisional|provisoire"
    r"|under construction|in progress|in preparation|to be (?:validated|approved|reviewed|completed)|not (?:yet )?(?:approved"
    r"|validated|final"
    r"|reviewed|published|ready)|unapproved|unpublished|unreviewed|proposed|proposal|proposition|pending(?: (?:review|approval"
    r"|validation))?|in review|under review"
    r"|waiting for (?:review|approval|validation)|awaiting (?:review|approval|validation)|en cours(?: de (?:redaction|revision"
    r"|validation|relecture|construction))?|en (?:redaction|preparation"
    r"|relecture|construction|revision|attente(?: de \w+)?)|a (?:valider|relire|approuver|completer)|(?:non"
    r"|pas(?: encore)?) (?:valide|validee|approuve|approuvee"
    r"|publie|publiee|relu|relue|definitif|definitive|finalise|finalisee)|todo|tbd)"
)
_WORDS = {"obsolete": _NO_LONGER, "draft": _NOT_YET}
_NOW = (
    r"(?: (?:now|currently|still|only|just|a|an|all|marked as|considered|toujours|encore|actuellement|desormais|un|une|maintenant"
    r"|declaree?))*"
)
_ABOUT = (
    r"(?:page|document|documentation|runbook|procedure|manual|article|guide|file|wiki page|version|doc|fiche|dossier|manuel|playbook"
    r"|fichier|content|contenu)"
)
_HEADING = r"(?:(?:warning|attention|note|important|caution|danger|avertissement|info|status|statut|etat) )*"
_VALUE = {kind: re.compile(rf"(?:(?:is|est|marked as|v?\d+(?: \d+)*) )?{words}(?: .*)?") for kind, words in _WORDS.items()}
# of normalized lines
_SAID = {
    kind: re.compile(
        rf"{_HEADING}(?:{words}"  # the whole of the line
        rf"|(?:{_ABOUT} )?{words} (?:see|voir|use|utiliser|do not|ne pas|ne plus|please|replaced|remplacee?|moved|since|depuis"
        rf"|in favou?r|au profit"
        rf"|version|document|page|runbook|as of|{_ABOUT}|for review|not for|pour relecture|cf|go to|refer to|by|par|le|on)\b.*"
        rf"|(?:this|the|that|cette|ce|le|la|present|whole)(?: \w+)? {_ABOUT} (?:\w+ )?(?:is|has been|was|got|n est|est"
        rf"|a ete){_NOW} {words}\b.*"
        rf"|(?:{_ABOUT}) {words})"
    )
    for kind, words in _WORDS.items()
}
_NOT_TO_USE = re.compile(
    rf"{_HEADING}(?:(?:please )?do not (?:use|follow|rely on)(?: (?:this|the) {_ABOUT}(?: .*)?| any ?more| any longer|)"
    rf"|ne (?:pas|plus) (?:utiliser|suivre)(?: (?:cette|ce|la|le) {_ABOUT}(?: .*)?|)"
    rf"|(?:this|the) {_ABOUT} (?:should|must) no(?:t| longer) be used.*"
    rf"|(?:this|the) {_ABOUT} (?:has )?(?:been )?moved to .*)"
)
# of a line as it is written: a word with a mark behind it, or in brackets
_MARKED = {
    kind: re.compile(rf"[^\w]*[\[(<*_~]*\s*{words}\s*[\])>*_~]*\s*(?:[:!.—–-]\s*.*|[\])>].*)?", re.IGNORECASE)
    for kind, words in _WORDS.items()
}
_IN_TITLE = {
    kind: re.compile(
        rf".*[\[(]\s*{words}\b[^\])]{{0,80}}[\])].*|\s*{words}\s*(?:[:—–]|\s-\s).*|.*(?:\s[-—–]|:)\s+{words}\s*[!.]?\s*", re.IGNORECASE
    )
    for kind, words in _WORDS.items()
}
_MOST, _LONGEST = 12, 400


def status_defects(document: Document, above: t.Sequence[Part]) -> list[Defect]:
    """``above``: what stands above its sections."""
    found = _of_fields(document.front) or _of_top(document, above)
    if found is None:
        return []
    kind, said, line = found
    if kind == "obsolete":
        text = phrase(
            "it says of itself that it is no longer to be used ('{said}'): bring it up to date, or name the one that holds", said=said
        )
    else:
        text = phrase("it says of itself that it is not final ('{said}'): have it approved, and say so", said=said)
    return [Defect(Status.FAIL, text, line)]


def _of_fields(front: t.Mapping[str, object]) -> tuple[str, str, int] | None:
    for name in _OTHER_INSTEAD:
        value = normalize(str(front.get(name) or ""))
        if value and value not in (*_NO, "none", "null", "n a", "nothing", "aucun", "neant"):
            return "obsolete", one_line(f"{name}: {front[name]}", 80), 0
    for kind, flags in (("obsolete", _OBSOLETE_FLAGS), ("draft", _DRAFT_FLAGS)):
        for name in flags:
            if name in front and normalize(str(front[name])) in _YES:
                return kind, one_line(f"{name}: {front[name]}", 80), 0
    for name in _PUBLISHED:
        if name in front and normalize(str(front[name])) in _NO:
            return "draft", one_line(f"{name}: {front[name]}", 80), 0
    for name in STATUS:
        stated = front.get(name)
        written: t.Sequence[object] = stated if isinstance(stated, (list, tuple)) else [stated]
        for one in written[:10]:
            plain = normalize(one_line(str(one or ""), 200))
            kind = next((kind for kind, pattern in _VALUE.items() if pattern.fullmatch(plain)), "")
            if kind:
                return kind, one_line(f"{name}: {one}", 80), 0
    return None


def _of_top(document: Document, above: t.Sequence[Part]) -> tuple[str, str, int] | None:
    if document.sections and (document.sections[0].level == 1 or len(document.sections) > 1):
        first = document.sections[0]
        title = first.title[:_LONGEST]
        for kind, pattern in _IN_TITLE.items():
            if pattern.fullmatch(_plain(title)):
                return kind, one_line(title, 80), first.line or 0
    for part in above[:_MOST]:
        if part.kind not in ("words", "head", "row"):
            continue
        whole = part.text[: _LONGEST * 3]
        for line in (*whole.split("\n"), *re.split(r"(?<=[.!])\s+", whole), " ".join(whole.split())):
            kind = _said(line[:_LONGEST])
            if kind:
                return kind, one_line(line.strip(), 80), part.line
    return None


def _said(line: str) -> str:
    plain = normalize(line)
    if not plain:
        return ""
    if _NOT_TO_USE.fullmatch(plain):
        return "obsolete"
    written = _plain(line)
    return next((kind for kind in _WORDS if _SAID[kind].fullmatch(plain) or _MARKED[kind].fullmatch(written)), "")


def _plain(line: str) -> str:
    """Without accents, its marks as they are."""
    words = [(normalize(word), word) for word in re.findall(r"\w+|\W+", line)]
    return "".join(plain if re.match(r"\w", word) else word for plain, word in words)


__all__ = ("STATUS", "status_defects")
