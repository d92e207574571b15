# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the page or section of an alert says what to do: a sentence or a command, not its name alone. PRIVATE to the collection."""

from __future__ import annotations

import re
import typing as t

from .._clients.document import Document, Part, Section, normalize
from .._clients.document_building import CELLS
from .._clients.section_content import is_placeholder, leads_nowhere
from ._alert_named import Named

TOLD, NOTHING_TOLD, NAMES_ALONE, RULES, REMOVED = "told", "nothing", "names", "rules", "removed"
_LONGEST = 2000
_RULE = re.compile(r"(?:^|[\s{,\"'])alert[\"']?\s{0,3}:\s{0,3}\S")
_EXPRESSION = re.compile(r"(?:^|[\s{,\"'])expr[\"']?\s{0,3}:")
_NAME = re.compile(r"[A-Z][\w-]*[a-z][\w-]*|[\w]+(?:[_-]\w+)+|[A-Z][A-Z0-9]+")
_DEED = re.compile(
    r"(?:restart|reboot|reload|rollback|escalate|retry|wait|ignore|scale|purge|redemarrer|relancer|recharger"
    r"|escalader|attendre|ignorer|purger)"
)
# of normalized text: what stands on a page whatever it says
_MACHINERY = re.compile(
    r"(?:(?:last |page |derniere )*(?:modified|edited|updated|reviewed|created|modification|mise a jour|modifiee?|creee?)(?: .*)?"
    r"|(?:table of |table des )?(?:contents|matieres)|sommaire|back(?: to (?:the )?(?:top|index|list))|retour(?: (?:en haut|a la liste))?"
    r"|(?:owner|team|severity|labels?|tags?|author|status|version|date|source|equipe|severite|auteur|statut"
    r"|alert(?: name)?|runbook)"
    r"(?: \S+){0,3}|edit(?: this page)?|share|print|export|watch|comments?|no comments|add a comment|\d+ (?:views?|likes?|comments?))"
)
_GONE = (
    r"(?:(?:was|is|has been|were|are) (?:now |since )?(?:removed|deleted|retired|deprecated|decommissioned|obsolete|withdrawn|superseded"
    r"|replaced|no longer (?:used|loaded|needed))|no longer exists|does not exist (?:any ?more|any longer)|n existe"
    r" plus|n est plus utilisee?"
    r"|(?:a ete|est) (?:supprimee?|retiree?|abandonnee?|desactivee?|remplacee?|obsolete))"
)


def told(alert: str, page: Document, fragment: str) -> str:
    """What the place says to which an address of an alert leads, where it names the alert."""
    named = Named(alert)
    within = [section for section in page.sections if fragment and fragment in section.anchors]
    if not within and not named.in_heading(page.title or "") and not _heads(named, page.sections[:1]):
        within = [section for section in page.sections if named.in_heading(section.title)]
        if not within and not fragment:
            return _of_text(named, page)
    parts = [part for section in within for part in section.parts] if within else list(page.parts)
    if _removed(named, parts):
        return REMOVED
    if any(_tells(named, part) for part in parts):
        return TOLD
    if any(_is_rule(part) for part in parts):
        return RULES
    others = [part for part in parts if _is_name(part.text) and not is_placeholder(part.text) and not named.in_text(part.text)]
    return NAMES_ALONE if others else NOTHING_TOLD


def _heads(named: Named, sections: t.Sequence[Section]) -> bool:
    return any(named.in_heading(section.title) for section in sections)


def _of_text(named: Named, page: Document) -> str:
    """Of a page that names the alert in its text alone: what stands with the name, or just behind it."""
    parts = list(page.parts)
    found = [number for number, part in enumerate(parts) if any(named.in_text(cell) for cell in part.text.split(CELLS))]
    if _removed(named, [parts[number] for number in found]):
        return REMOVED
    rules = False
    for number in found:
        part = parts[number]
        rules = rules or _is_rule(part)
        if _tells(named, part):
            return TOLD
        listed = number > 0 and _is_name(parts[number - 1].text)
        if not listed and not _is_rule(part) and number + 1 < len(parts) and _tells(named, parts[number + 1]):
            return TOLD
    return RULES if rules else NAMES_ALONE


def _is_rule(part: Part) -> bool:
    text = part.text[: _LONGEST * 20]
    return bool(_RULE.search(text) and _EXPRESSION.search(text))


def _is_name(text: str) -> bool:
    return bool(_NAME.fullmatch(text.strip(" \t\n:.-*_`")))


def _removed(named: Named, parts: t.Iterable[Part]) -> bool:
    subjects = (*{named.plain, named.words}, "this alert", "the alert", "cette alerte", "l alerte", "this runbook", "ce runbook")
    pattern = re.compile(rf"(?:the |l |alerte? )*(?:{'|'.join(map(re.escape, filter(None, subjects)))})(?: alerte?)? {_GONE}\b")
    return any(
        pattern.match(normalize(sentence))
        for part in parts
        if part.kind != "code"
        for sentence in re.split(r"[\n.;]", part.text[:_LONGEST])
    )


def _tells(named: Named, part: Part) -> bool:
    if part.kind == "head" or _is_rule(part):
        return False
    if part.kind == "picture":
        return bool(part.links) and not leads_nowhere(part.links[0][0])
    if part.kind == "code":
        return any(not is_placeholder(line.lstrip("# ")) and not _is_name(line) for line in part.text[: _LONGEST * 20].split("\n"))
    cells = part.text.split(CELLS) if part.kind == "row" else part.text.split("\n")
    if any(_says(named, cell) for cell in cells):
        return True
    return part.kind == "words" and any(
        shown.strip()
        and not leads_nowhere(target)
        and not target.startswith("#")
        and not _is_name(shown)
        and not _MACHINERY.fullmatch(normalize(shown))
        for target, shown in part.links
    )


def _says(named: Named, line: str) -> bool:
    line = line[:_LONGEST]
    plain = normalize(line)
    if is_placeholder(line) or _MACHINERY.fullmatch(plain):
        return False
    rest = f" {plain} "
    for name in (named.plain, named.words):
        rest = rest.replace(f" {name} ", " ")
    # other names of alerts in a row of them tell nothing either
    names = {normalize(word) for word in line.split() if re.search(r"[a-z][A-Z]|_", word)}
    words = [word for word in rest.split() if word not in names]
    if is_placeholder(" ".join(words)):
        return False
    return len(words) > 1 or any(_DEED.fullmatch(word) for word in words)


__all__ = ("NAMES_ALONE", "NOTHING_TOLD", "REMOVED", "RULES", "TOLD", "told")
