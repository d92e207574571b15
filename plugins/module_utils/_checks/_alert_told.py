# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the page or section of an alert says what to do: a sentence or a command, not its name alone. PRIVATE to the collection."""

from __future__ import annotations

import re
import typing as t

from .._clients.document import Document, Part, Section
from .._clients.document_building import CELLS
from .._clients.section_content import is_placeholder, leads_nowhere
from .._folded_text import normalize
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


_ACTION = re.compile(
    r"(?:actions?|what to do|to do|remed(?:y|iation)|mitigation|fix|solutions?|response|reaction|steps|procedures?"
    r"|runbook|resolution|how to fix"
    r"|what|do|instructions?|handling|remedes?|consignes?|que faire|conduite a tenir|mesures?|traitement|reprise)(?: .{0,40})?"
)
_ABOUT = (
    r"(?:runbooks?|documentation|docs?|procedures?|instructions?|playbooks?|pages?|guides?|steps?|actions?|information|description|content"
    r"|consignes?|fiches?|modes? operatoires?|remedes?)"
)
# of a normalized sentence: that nothing is written
_NO_WORD = re.compile(
    rf"(?:there (?:is|are|exists?) )?(?:currently |still )?no (?:\w+ )?{_ABOUT}\b(?: .{{0,80}})?"
    rf"|(?:the |this |a )?{_ABOUT}(?: (?:for|of|on|about) .{{0,80}}?)? (?:is|are|will be|does|do|has|have|needs?"
    rf"|remains?|must be|should be)"
    r" (?:not (?:yet )?(?:exist|been written|written|available|there|ready)|coming|missing|pending|to be \w+|to follow"
    r"|added|written|provided"
    r"|completed|being written|under construction|in progress|in preparation|soon)\b.{0,40}"
    rf"|(?:the )?{_ABOUT}(?: (?:for|of) .{{0,80}}?)? (?:coming soon|to come|to follow|pending|tbd|todo)"
    rf"|(?:il n y a |il n existe )?(?:pour l instant |actuellement )?(?:pas (?:de |d )|aucune? )(?:\w+ )?{_ABOUT}\b(?: .{{0,80}})?"
    rf"|(?:cette |la |le |ce |l |les )?{_ABOUT}(?: (?:de|pour|du) .{{0,60}}?)? (?:reste|est|sera|sont|seront) "
    r"(?:encore )?(?:a (?:rediger|ecrire|completer|venir|definir|faire)|en cours|redigee?|ecrite?|ajoutee?|completee?|en construction"
    r"|manquante?)\b.{0,40}"
    r"|(?:please )?(?:describe|explain|write|document|list|add) (?:here|below)\b.{0,80}|(?:decri\w+|indiqu\w+|list\w+"
    r"|renseign\w+) ici\b.{0,80}"
    r"|(?:click|tap)(?: or (?:click|tap))?(?: here)? (?:here )?to (?:enter|add|edit) .{0,40}"
    r"|cliquez .{0,30}pour (?:entrer|ajouter|saisir) .{0,40}"
    r"|you (?:asked for|requested|searched for|are here)\b.{0,80}|vous avez demande .{0,80}"
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
    acts = _cells_that_act(named, parts)
    if any(_tells(named, part) and acts.get(id(part), True) for part in parts):
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
    acts = _cells_that_act(named, parts)
    empty = False
    for number in found:
        part = parts[number]
        rules = rules or _is_rule(part)
        if part.kind == "row":
            if _tells(named, part) and acts.get(id(part), True):
                return TOLD
            empty = empty or not acts.get(id(part), True)
            continue  # the next row is of something else
        if _tells(named, part):
            return TOLD
        listed = number > 0 and _is_name(parts[number - 1].text)
        if not listed and not _is_rule(part) and number + 1 < len(parts) and _tells(named, parts[number + 1]):
            return TOLD
    if empty or _has_no_word(parts):
        return NOTHING_TOLD
    return RULES if rules else NAMES_ALONE


def _cells_that_act(named: Named, parts: t.Sequence[Part]) -> dict[int, bool]:
    """Of each row of an alert below a head with a column of what to do: whether that cell says something."""
    column = -1
    found: dict[int, bool] = {}
    for part in parts:
        cells = part.text[: _LONGEST * 20].split(CELLS)
        if part.kind == "head":
            column = next((place for place, cell in enumerate(cells) if _ACTION.fullmatch(normalize(cell[:_LONGEST]))), -1)
        elif part.kind != "row":
            column = -1
        elif column >= 0 and any(named.in_heading(cell) for cell in cells):
            cell = cells[column] if column < len(cells) else ""
            found[id(part)] = bool(normalize(cell)) and not is_placeholder(cell) and not _is_no_word(cell)
    return found


def _has_no_word(parts: t.Sequence[Part]) -> bool:
    """Whether some part says that there is nothing to read."""
    return any(part.kind == "words" and any(_is_no_word(line) for line in part.text.split("\n")) for part in parts)


def _is_no_word(line: str) -> bool:
    """Whether each sentence of a line says that nothing is written."""
    sentences = [plain for sentence in re.split(r"[.;!?](?=\s|$)", line[:_LONGEST]) if (plain := normalize(sentence))]
    return bool(sentences) and all(_NO_WORD.fullmatch(plain) or is_placeholder(plain) for plain in sentences)


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
    if is_placeholder(line) or _MACHINERY.fullmatch(plain) or _is_no_word(line):
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
