# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a section says anything, in English and French. PRIVATE to the collection.

A heading with ``TODO``, ``N/A``, ``see above`` or the head of a table below it is as good as no section. One command, one link, one
picture with words is enough.
"""

from __future__ import annotations

import re
import typing as t

from .._folded_text import normalize
from .document import Part, Section
from .document_building import CELLS
from .section_prompts import is_idle, refers_elsewhere, repeats, stands_in, without_marks
from .section_unseen import is_contents, is_include, is_included, is_wordless

_LONGEST = 2000  # characters of a line that are looked at
# of normalized text: whatever follows on the same line, it says that something is to come
_TO_COME = re.compile(
    r"(?:todo|t ?b ?[dac]|fixme|wip|xxx+|coming soon|work in progress|lorem ipsum|stay tuned|fill me in|fill this in|write me"
    r"|(?:still )?(?:to|needs to|has to) be (?:completed|written|defined|filled|determined|added|announced|documented|described)"
    r"|(?:reste )?a (?:completer|rediger|definir|remplir|venir|preciser|renseigner|documenter|ecrire|determiner)"
    r"|en cours de (?:redaction|definition|construction)|en construction|under construction"
    r"|(?:this|the|that) (?:section|part|page|chapter|runbook) (?:\w+ ){0,4}"
    r"(?:todo|tbd|completed|written|defined|filled|empty|blank|under construction|in progress|missing|a stub)"
    r"|(?:cette|la) (?:section|partie|page|rubrique) (?:\w+ ){0,4}(?:todo|a completer|a rediger|a definir|redigee|completee|vide|remplie)"
    r"|(?:insert|add|put|write|enter|type) (?:your |the |some )?(?:text|content|details|description|steps|information) here"
    r"|(?:your |some )?(?:text|content) (?:goes )?here|(?:votre )?texte ici|inserer (?:le |votre )?texte"
    r")(?: .*)?"
)
_QUALIFIED = (
    r"(?: (?:for now|yet|so far|at the moment|at present|known|identified|available|required|needed|found|here|pour le moment"
    r"|pour l instant|a ce jour|connu|connue|identifie|identifiee|requis|requise|a signaler|ici))*"
)
# of normalized text: the whole of it
_NOTHING = re.compile(
    r"(?:n ?a|s ?o|none|nothing|nil|null|nobody|no|non|nope|aucun|aucune|neant|rien|not applicable|does not apply|non applicable"
    r"|sans objet|non concerne|nan|pending|placeholder|place holder|emplacement|empty|vide|blank|draft|brouillon|ebauche|stub|unknown"
    r"|inconnu|inconnue|undefined|unspecified|unassigned|not yet|pas encore|not (?:documented|written|defined|available|set|specified)"
    r"|(?:non|pas(?: encore)?) (?:documente|documentee|renseigne|renseignee|defini|definie|redige|redigee|disponible)|bientot|prochainement"
    r"|coming|later|soon|plus tard|a faire|to do|to be done|en cours|en attente|in progress|ongoing"
    r"|not yet (?:documented|written|defined|available)|idem|ditto|(?:bla|blah)(?: (?:bla|blah))*|foo|bar|test|dummy|example|exemple)"
    + _QUALIFIED
)
_ELSEWHERE = re.compile(
    r"(?:(?:please )?(?:see|refer to|cf|read|voir|se referer a|se reporter a|cf voir) )?(?:the )?(?:same )?(?:as )?"
    r"(?:above|below|previous|next|further (?:up|down)|ci dessus|ci dessous|plus haut|plus bas|au dessus|au dessous|supra|infra"
    r"|(?:previous|next|other|above|preceding) (?:section|chapter|page|paragraph)|(?:la )?(?:section|partie|page) (?:precedente|suivante)"
    r"|l autre (?:section|page)|elsewhere|ailleurs|(?:the )?(?:wiki|doc|docs|documentation)|(?:le |la )?(?:wiki|doc|documentation))"
)
_PROMPT = re.compile(
    r"\s*[\[{<«*_]+\s*(?:please |veuillez )?(?:describe|insert|add|fill|explain|write|list|enter|provide|replace|your|decri|inser|ajout"
    r"|rempli|indiqu|renseign|expliqu|precis|list|votre|remplac)[^\]}>»]*[\]}>»*_]+\W*",
    re.IGNORECASE,
)
_LABEL = re.compile(r"\s*[-*•]?\s*([^:：]{1,60})[:：]\s*(.*)", re.DOTALL)
# lines of code that do nothing: the marks of a comment, and what stands behind them
_HASH = re.compile(r"\s*(?:#+(?!!)|%|;{1,3}|'|\$\s+#)\s?(.*)")  # or the prompt of root, with a command
_REMARK = re.compile(r"\s*(?:#!|//|/\*|\*/|\*\s|--\s|<!--|(?i:rem)\s|\(\*|\{#|\"{3}|'{3}).*")
_IDLE = re.compile(r"\s*(?:[$#>%]\s)?\s*(?:echo|print|printf|say|raise|throw)\b[\s(\"']*(.*?)[\s)\"';]*")
_COMMAND = re.compile(
    r"\s*(?:[$#>%]\s)?\s*[\[{<(]*\s*(?:(?:put|insert|add|paste|write|mettre|inserer|your|the|votre|la|les?|some) )*"
    r"(?:commands?|cmds?|commandes?|code|scripts?|steps?|procedure|etapes?)(?: (?:to be (?:added|written|defined)|to come|goes?|go"
    r"|here|ici|a venir))*"
    r"\s*[\]}>).…]*\s*",
    re.IGNORECASE,
)
_NOWHERE = re.compile(r"(?:|#|#?/?|(?:https?:)?//|https?://(?:www\.)?example\.(?:com|org|net)/?|about:blank|javascript:.*)", re.IGNORECASE)


def is_placeholder(text: str) -> bool:
    """Whether a text stands in for one that is still to be written, or says that there is none."""
    text = text[:_LONGEST]
    plain = normalize(text)
    return not plain or bool(_TO_COME.fullmatch(plain) or _NOTHING.fullmatch(plain) or _PROMPT.fullmatch(text) or stands_in(text))


def is_to_come(text: str) -> bool:
    """Whether a text says that one is still to be written."""
    return bool(_TO_COME.fullmatch(normalize(text[:_LONGEST])))


def says_nothing(section: Section) -> bool:
    return not any(_says(part, section) for part in section.parts)


def only_refers(section: Section) -> bool:
    """Whether all that a section says is that something stands elsewhere, without a link to it."""
    told = [part for part in section.parts if _says(part, section)]
    return bool(told) and all(part.kind == "words" and not part.links and _refers(part.text, section.title) for part in told)


def _refers(text: str, title: str) -> bool:
    lines = [line for line in text[: _LONGEST * 20].split("\n") if _line_says(line, False, title)]
    return all(refers_elsewhere(line) for line in lines)


def first_words(section: Section) -> str:
    """What a section that says nothing has written in it; empty where there is nothing at all."""
    return next((line.strip() for part in section.parts for line in part.text.split("\n") if normalize(line) or line.strip()), "")


def _says(part: Part, section: Section) -> bool:
    own = section.anchors
    if part.kind in ("head", "summary") or (part.kind != "picture" and is_included(part)):
        return False
    if part.kind == "picture":
        target = part.links[0][0] if part.links else ""
        return not is_wordless(part) and not leads_nowhere(target, own) and not re.search(r"placeholder|todo|lorem", target, re.IGNORECASE)
    if part.kind == "code":
        return any(_code_says(line) for line in part.text[: _LONGEST * 20].split("\n"))
    text = part.text
    for target, shown in part.links:
        if shown and leads_nowhere(target, own):
            text = text.replace(shown, " ", 1)
    alive = any(not leads_nowhere(target, own) for target, _shown in part.links)
    if part.kind == "row":
        return _row_says(text)
    lines = text.split("\n")
    return any(_line_says(line, alive, section.title) for line in lines) or (alive and not normalize(text))


def _code_says(line: str) -> bool:
    line = line[:_LONGEST]
    if is_placeholder(line) or is_include(line) or _REMARK.fullmatch(line) or _COMMAND.fullmatch(line):
        return False
    remark, idle = _HASH.fullmatch(line), _IDLE.fullmatch(line)
    if remark:
        return bool(remark.group(1).strip()) and _line_says(remark.group(1), False) and not _COMMAND.fullmatch(remark.group(1))
    return not (idle and is_placeholder(idle.group(1)))


def _row_says(text: str) -> bool:
    """A row needs a cell besides its first one, which only names it; where there is one column, that one."""
    cells = text.split(CELLS)
    filled = [cell for cell in cells if not is_placeholder(cell) and not _ELSEWHERE.fullmatch(normalize(cell[:_LONGEST]))]
    columns = len(cells) - (len(cells) > 1 and not cells[-1].strip())
    return len(filled) >= min(2, columns)


def _line_says(line: str, alive: bool, title: str = "") -> bool:
    line = line[:_LONGEST]
    if is_contents(line) or is_include(line):
        return False
    line = without_marks(line)
    if is_placeholder(line) or is_idle(line):
        return False
    if not alive and (_ELSEWHERE.fullmatch(normalize(line)) or repeats(line, title)):
        return False
    label = _LABEL.fullmatch(line)
    if label and "://" not in line:
        # a name for what should follow: Phone: n/a
        return bool(label.group(2).strip()) and not is_placeholder(label.group(2))
    return True


def leads_nowhere(target: str, own: t.Sequence[str] = ()) -> bool:
    """A link to nothing, to the top of the same page, or to the heading below which it stands."""
    target = target.strip()
    if _NOWHERE.fullmatch(target) or (target.startswith("#") and target[1:] in own):
        return True
    plain = normalize(target)
    return bool(plain) and not re.search(r"[/.#]", target) and bool(_TO_COME.fullmatch(plain) or _NOTHING.fullmatch(plain))


__all__ = ("first_words", "is_placeholder", "is_to_come", "leads_nowhere", "only_refers", "says_nothing")
