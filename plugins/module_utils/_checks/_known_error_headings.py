# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the headings, columns and labels of a list of known errors mean, in English and French. PRIVATE to the collection."""

from __future__ import annotations

import re
import typing as t

from .._folded_text import normalize

# names of a workaround, and those that may also name the correction to come; normalized
_STRONG = re.compile(
    r"\b(?:work ?arounds?|contournements?|palliatifs?|palliatives?|parades?|bypass|temporary (?:fix|solution|measure)"
    r"|mode degrade|solution provisoire"
    r"|solutions? de contournement|what to do|que faire|conduite a tenir)\b"
)
_WEAK = re.compile(
    r"\b(?:solutions?|mitigations?|remed(?:e|es|y|ies)|resolutions?|actions?|fix(?:es)?|consignes?|instructions?|how to (?:fix|solve)"
    r"|marche a suivre|response|reaction)\b"
)
# beside such a name: who, when, which, or that it is the correction
_WHO = (
    r"owners?|dates?|status|statut|etat|links?|liens?|eta|due|priority|priorite|responsables?|tickets?|author|auteur|planned|prevues?|prevus?"
    r"|tested|testee?|code|id|no|without|sans"
)
_NOT_IT = re.compile(rf"\b(?:{_WHO})\b")
_NOT_WEAK = re.compile(
    rf"\b(?:{_WHO}|versions?|release|since|depuis|by|par|target|cible|permanente?|finale?|definitif|definitive|long term|root|ref|not)\b"
)
_LABEL_ALONE = re.compile(
    r"(?:(?:tip|note|info|warning|hint|important|success|admonition) )?(?:(?:known|possible|current|temporary|the|le|la|les|l) )?"
    r"(?:work ?arounds?|contournements?|palliatifs?|parades?|bypass|solutions?(?: de contournement| provisoires?)?"
    r"|mitigations?|remed(?:e|es|y|ies)|resolutions?|actions?|fix(?:es)?|what to do|que faire|conduite a tenir|consignes?|mode degrade)"
)
_FIELDS = re.compile(
    r"(?:impacts?|symptom(?:e|es|s)?|causes?|root cause|status|statut|owners?|responsables?|tickets?|jira|reference|severity|gravite"
    r"|criticite|priority|priorite|since|depuis|affects|affected versions?|versions?|fix(?:ed)? (?:version|in)|corrige dans|dates?"
    r"|contacts?|description|details?|frequency|frequence|detection|links?|liens?|error|erreur|id|code|component|composant|environment"
    r"|environnement|consequences?|effets?|probability|analysis|analyse|correction|origine|message|title|titre|how to reproduce"
    r"|steps to reproduce|reproduction)"
)
ERROR = (
    *("error", "errors", "erreur", "erreurs", "known error", "anomalie", "anomalies", "bug", "bugs", "issue", "issues", "defect", "defaut"),
    *("problem", "probleme", "problemes", "symptom", "symptome", "incident", "code", "id", "reference", "ref", "ticket", "numero"),
)
_LISTS = re.compile(r"\b(?:known (?:errors?|issues|problems|defects)|erreurs connues|anomalies connues|problemes connus|defauts connus)\b")
_GLUE = frozenset((
    "the", "a", "an", "of", "to", "and", "or", "for", "in", "on", "this", "these", "that", "list", "page", "document", "table", "file",
    "is", "are", "it", "with", "de", "du", "des", "la", "le", "les", "l", "d", "et", "au", "aux", "pour", "sur", "ce", "cette", "how",
    "comment", "lire", "utiliser", "our", "service", "application", "further",
))  # fmt: skip
# sections beside the errors: all words of their heading are of these or glue
_BESIDE = frozenset((
    "introduction", "overview", "scope", "purpose", "contact", "contacts", "objet", "perimetre", "read", "use", "reading", "usage",
    "about", "audience", "support", "escalation", "preamble", "preambule", "objectif", "objectifs", "presentation", "abbreviations",
    "acronyms", "acronymes", "definitions", "links", "liens", "see", "also", "annexes", "annexe", "appendix", "conventions", "summary",
    "synthese", "resume", "context", "contexte", "contents", "toc", "sommaire", "matieres", "lecture", "utilisation", "destinataires",
))  # fmt: skip
_PAST = frozenset((
    "history", "changes", "changelog", "change", "log", "glossary", "references", "validation", "approval", "approvals", "historique",
    "glossaire", "versions", "version", "legend", "legende", "revision", "revisions", "modifications",
))  # fmt: skip
_DONE = r"(?:fixed|resolved|closed|solved|corrected|archived?|archives|former|corrigee?s?|resolue?s?|closes?|clos|cloturee?s?)"
_ERRORS = r"(?:errors?|issues?|problems?|bugs?|defects?|incidents?|anomalies?|erreurs?|problemes?|defauts?|tickets?|entries)"
_MONTH = r"(?:jan|feb|fev|mar|apr|avr|may|mai|jun|jui|jul|aug|aou|sep|oct|nov|dec)[a-z]*"
_FIXED = re.compile(
    r"(?:(?:list of|liste des|the|all|les|known|already|previously|recently|now|deja) )*"
    rf"(?:{_ERRORS} (?:connues? |connus )?)?(?:(?:already|deja|now) )?{_DONE}(?: (?:and|et|or|ou) {_DONE})?(?: known)?(?: {_ERRORS})?"
    r"(?: (?:in|since|with|by|from|as of|dans|en|depuis|avec|par)"
    rf"(?: (?:the|this|la|le|cette|current|version|release|sprint|v|courante|actuelle|{_MONTH}))*(?: v?\d+)*)?"
)
_VERSION = re.compile(r"\bv?(\d{1,9}(?:\.\d{1,9})+)|\b(?:v|version|release) ?(\d{1,9})\b", re.IGNORECASE)
_NUMBERED = re.compile(r"^(?:(?:\d{1,3} ){1,4}|[a-z] (?=\w{4}))")


def names_workaround(text: str) -> int:
    """Of a normalized column or label: 3 where it is the name of a workaround, 2 where it has it in it, 1 where it may, 0 where not."""
    if _STRONG.fullmatch(text):
        return 3
    if _STRONG.search(text):
        return 0 if _NOT_IT.search(text) else 2
    return 1 if _WEAK.search(text) and not _NOT_WEAK.search(text) else 0


def is_label(text: str) -> bool:
    """Whether a line is the name of a workaround, and nothing else."""
    return bool(_LABEL_ALONE.fullmatch(normalize(text[:200])))


def is_field(text: str) -> bool:
    """Whether a line or heading names something else that is told of each error."""
    return bool(_FIELDS.fullmatch(normalize(text[:200])))


def names_errors(title: str) -> bool:
    return bool(_LISTS.search(normalize(title)))


def is_of_past(title: str, version: str | None) -> bool:
    """Whether a section is about what was: errors that are fixed in what is deployed, the history."""
    plain = _plain(title)
    if _FIXED.fullmatch(plain):
        return not _is_later(title, version)
    return _is_of(plain, _PAST)


def is_beside(title: str) -> bool:
    """Whether a section stands beside the errors and is none: an introduction, contacts."""
    return _is_of(_plain(title), _BESIDE | _PAST)


def _plain(title: str) -> str:
    return _NUMBERED.sub("", normalize(title), count=1)


def _is_of(plain: str, words: t.Collection[str]) -> bool:
    found = _LISTS.sub(" ", plain).split()
    return any(word in words for word in found) and all(word in words or word in _GLUE for word in found)


def _is_later(title: str, version: str | None) -> bool:
    """Whether the version in a heading is later than the one that is deployed."""
    deployed = re.fullmatch(r"\s*[vV]?(\d{1,9}(?:\.\d{1,9})*)(?:[-+.].*)?", version or "")
    found = [one.group(1) or one.group(2) for one in _VERSION.finditer(title)]
    if not deployed or not found:
        return False
    later, now = max(map(_numbers, found)), _numbers(deployed.group(1))
    return later > now and (later[:1] < (1900,) or now[:1] >= (1900,))  # a year is no version among others


def _numbers(version: str) -> tuple[int, ...]:
    numbers = [int(number) for number in version.split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


__all__ = ("ERROR", "is_beside", "is_field", "is_label", "is_of_past", "names_errors", "names_workaround")
