# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines that say nothing, in English and French: what a template asks for, that nothing is written yet, marks and frames. PRIVATE.

All patterns are of normalized text unless it is said, and of the whole line: an instruction that begins in the same way goes on.
"""

from __future__ import annotations

import re

from .._folded_text import normalize

_LONGEST = 400  # characters of such a line
_PARTS = (
    r"(?:section|part|page|chapter|paragraph|runbook|document|documentation|procedure|process|instructions?|steps?|text"
    r"|content|description"
    r"|details?|partie|rubrique|chapitre|paragraphe|fiche|consignes?|etapes?|texte|contenu|mode operatoire|retour arriere|rollback"
    r"|plan|information|informations|diagnosis|diagnostic|mitigation|escalation|symptoms)"
)
_THE = r"(?:(?:the|this|that|your|our|a|an|some|cette|ce|ces|la|le|les|l|une|un|votre|vos|notre) )"
_WHEN = (
    r"(?: (?:yet|later|soon|shortly|here|now|next|asap|for|this|it|the|moment|at|in|so|far|currently|future|ulterieurement|bientot"
    r"|plus|tard|prochainement|ici|pour|l|instant|le|a|ce|jour|encore|available|disponible|known|written|service|case|alert|application"
    r"|subject|topic|existing|exists))*"
)
# emoji that some sites make of their names, of the text as it is
_SHORTCODE = re.compile(r":[a-z0-9_+-]{2,40}:")
# what stands for a call-out of MkDocs, Docusaurus, MyST, GitHub, of the text as it is
_MARK = re.compile(
    r"\s*(?:(?:!!!|\?\?\?\+?|===\+?)\s{0,3}(?:[\w-]{1,40}\s{0,3}){0,3}(?:\"[^\"]{0,200}\")?"
    r"|:{3,}\s{0,3}(?:\{?[\w-]{1,40}\}?)?(?:\s{0,3}\[[^\[\]]{0,200}\]|\s{0,3}\{[^{}]{0,200}\})?|`{3,}|~{3,}"
    r"|\*\[[^\[\]]{1,60}\]:.{1,200})\s*"
)
_ALERT = re.compile(r"\s*\[![A-Za-z]{2,20}\][+-]?\s*")
_UNRENDERED = re.compile(r"\s*(?:\{\{\s{0,5}[\w .|-]{1,80}\}\}|<%=?\s{0,5}[\w .-]{1,80}%>)[\s.]*")
_NUMBER = re.compile(r"[+\dXx_\s().-]{4,40}")  # to call, of the text as it is

_MONTH = (
    r"(?:jan|feb|fev|mar|apr|avr|may|mai|jun|juin|jul|juil|aug|aout|sep|sept|oct|nov|dec|january|february|march|april|june|july|august"
    r"|september|october|november|december|janvier|fevrier|mars|avril|juillet|septembre|octobre|novembre|decembre)"
)
_DATE = rf"(?: (?:on|at|the|le|du|a|utc|am|pm|\d{{1,4}}(?:st|nd|rd|th|er)?|t\d{{1,2}}|{_MONTH}))"
FRAME = re.compile(
    r"(?:(?:go |jump )?(?:back )?to (?:the )?top(?: of (?:the )?page)?|back to (?:the )?(?:table of )?contents|top of (?:the )?page"
    r"|(?:retour )?(?:en )?haut de (?:la )?page|retour (?:en haut|au sommaire|au debut)"
    r"|edit(?: this)?(?: page| source)?(?: edit source)?(?: on (?:github|gitlab))?|modifier(?: cette page"
    r"| le code)?(?: modifier le code)?"
    r"|view (?:page )?source|improve this page"
    rf"|(?:(?:this )?page (?:was )?)?(?:last )?(?:updated|modified|edited|reviewed|changed|built"
    rf"|generated)(?: by(?: \w+){{1,3}})?{_DATE}+"
    r"(?: by(?: \w+){1,3})?|(?:derniere (?:modification|mise a jour|revision)|mis a jour|modifie)"
    rf"(?: par(?: \w+){{1,3}})?{_DATE}+(?: par(?: \w+){{1,3}})?"
    r"|(?:was|is) this (?:page|article|helpful|document)(?: (?:page|article))?(?: helpful| useful)?(?: yes)?(?: no)?"
    r"|cette page vous a.{0,40}"
    r"|(?:copyright |c )+\d{4}(?: \d{4})?(?: \w+){0,8}|\d{4}(?: \w+){1,3} (?:all rights reserved|confidential|tous droits reserves)"
    r"|all rights reserved|tous droits reserves|(?:company |strictly )?confidential|confidentiel|(?:internal|interne)(?: use only)?"
    r"|copy(?: code| to clipboard)?|copier|previous next|next previous|(?:no|aucune?) (?:labels?|etiquettes?|comments?|commentaires?)"
    r"|be the first to like this|like(?: be the first to like this)?|click (?:here )?to expand"
    r"|cliquez (?:ici )?pour (?:developper|agrandir)"
    r"|add a comment|ajouter un commentaire|write a comment|categories|attachments?|pieces? jointes?"
    r")"
)
_COPYRIGHT = re.compile(r"\s*(?:©|\(c\))\s*\d{4}[^.:;]{0,60}(?:\.\s*[A-Za-z ]{0,40})?\.?\s*", re.IGNORECASE)  # of the text as it is

_UNWRITTEN = (
    # that something is being written, or is to be
    rf"{_THE}?{_PARTS} (?:(?:reste|est|encore|is|still|being|currently|not|yet|toujours) )*"
    r"(?:a (?:completer|rediger|definir|remplir|renseigner|preciser|ecrire)|(?:en cours|en attente) (?:de redaction"
    r"|d ecriture|de definition"
    r"|de construction)|en construction|under construction|being written|incomplete|incomplet|incomplete)(?: .{0,60})?"
    rf"|(?:completer|remplir|rediger|renseigner) {_THE}{_PARTS}(?: .{{0,40}})?|(?:redaction|ecriture) en cours"
    rf"|(?:{_THE}?(?:{_PARTS}|it|they|all|more|this|documentation for this alert|\w+ procedure) )?(?:will|shall"
    rf"|to) (?:be (?:added|written"
    rf"|completed|documented|provided|described|filled in|defined)|follow|come){_WHEN}"
    rf"|(?:sera|seront) (?:ajoutee?s?|completee?s?|redigee?s?|ecrite?s?|decrite?s?|documentee?s?){_WHEN}"
    rf"|{_THE}?{_PARTS}(?: for .{{1,40}})? is coming soon"
    r"|to be (?:confirmed|agreed|checked|validated|discussed)(?: (?:with|by) (?:the )?\w+(?: \w+)?)?"
    r"|a (?:confirmer|valider|verifier|voir)(?: (?:avec|par) (?:le |la |l |les )?\w+(?: \w+)?)?"
    rf"|\w+ to (?:provide|write|complete|document|fill in)(?: (?:this|it|{_THE}?(?:\w+ )?{_PARTS}))?"
    r"|(?:still )?(?:waiting|awaiting)(?: for)? (?:the )?(?:input|information|answer|reply|feedback|content|details"
    r"|validation|vendor|editor"
    r"|editeur)(?: (?:from|of|by) (?:the )?\w+(?: \w+)?)?"
    r"|en attente (?:de |d |du |des )(?:l |la |le |les )?(?:\w+ )?\w+"
    r"|(?:ticket|jira|issue|story)(?: \w+){0,3} (?:open|opened|created|raised|ouvert|cree)"
    r" (?:to|for|pour) (?:write|do|document|add|complete|writing|ecrire|rediger|documenter|completer)(?: .{0,40})?"
    rf"|to do (?:write|describe|complete|document|fill in|add) (?:it|this|{_THE}?(?:\w+ )?{_PARTS})"
    # that there is nothing
    rf"|(?:we|they) (?:(?:do not|don t|currently|yet) )*have (?:no|any|a|an)(?: (?:\w+ )?{_PARTS}){{1,2}}{_WHEN}"
    rf"|there (?:is|are) (?:(?:currently|still|yet) )*(?:no|not any|not a)(?: (?:\w+ )?{_PARTS}){{1,2}}{_WHEN}(?: (?:for|of) \w+)?"
    rf"|no(?: (?:\w+ )?{_PARTS}){{1,2}}{_WHEN}(?: for (?:this )?\w+)?|(?:il n y a )?(?:pas d |pas de |aucune? )(?:\w+ )?{_PARTS}{_WHEN}"
    r"(?: pour (?:cette )?\w+)?"
    r"|(?:not|never) (?:yet )?written(?: yet)?|(?:pas|non) (?:encore )?ecrite?s?|missing|manquante?|(?:i |we )?(?:don t"
    r"|do not) know(?: yet)?"
    r"|on ne sait pas|je ne sais pas|no (?:info|data|idea|text|comment)|n c|n r|nothing(?: is)? (?:written|documented)(?: (?:here|yet))*"
)
_TEMPLATE = (
    r"(?:please )?(?:click|tap|click or tap) here to (?:enter|add|edit|type|insert)(?: \w+){0,6}"
    r"|(?:cliquez|appuyez|cliquez ou appuyez) ici pour (?:entrer|saisir|ajouter|taper|inserer)(?: \w+){0,6}"
    r"|(?:please )?(?:add|put|write|enter|type|paste|list|fill in|insert|describe|explain) (?:your|the|some)(?: \w+){1,5} here"
    r"|(?:please |veuillez )?(?:describe|explain|list|decri\w{1,4}|expliqu\w{1,3}|indiqu\w{1,3}|precis\w{1,3}|list\w{1,3}|inser\w{1,3})"
    r" (?:here|ici)(?: .*)?"
    r"|(?:please |veuillez )?(?:describe|outline|decrire|decrivez|detailler|detaillez) (?:how to|comment|(?:the |les "
    r"|la )(?:steps|procedure"
    r"|process|etapes)(?: (?:needed|required|necessary|necessaires|to|pour|of|for|de|by which|that))) .*"
    r"|(?:guidance|hint|template|note to (?:the )?authors?|instructions? (?:for|to) (?:the )?authors?) (?:list|describe"
    r"|explain|give|write|add"
    r"|include|fill|replace|delete) .*"
    r"|(?:please )?(?:delete|remove|replace|supprimer|supprimez|effacer|remplacer|remplacez) (?:this|these|cette|ce|ces)"
    r" (?:line|text|section|paragraph|placeholder|template|comment|instructions?|ligne|texte|paragraphe)"
    r"(?: (?:with|before|when|avec|avant) .*)?"
    r"|(?:please |veuillez |merci de )?(?:fill (?:me |this |it )?in|complete(?: this)?|completer|remplir)"
    rf"(?: {_THE}?{_PARTS})?"
)
_QUESTION = re.compile(
    rf"(?:what|which|quelles|quels|quelle) (?:is|are|sont|est) (?:the|les|la|le) (?:\w+ )?{_PARTS}\b.*"
    r"|how (?:do|can|would|should|will) (?:we|you|i|one) .*|comment (?:faire|revenir|annuler) .*"
)
_PEOPLE = (
    r"(?:first ?name|prenom)(?: (?:last ?name|surname|nom))?|(?:last ?name|surname|nom) (?:first ?name|prenom)"
    r"|(?:nom|name) (?:et|and) prenom"
)
_SAID = re.compile(rf"(?:{_UNWRITTEN}|{_TEMPLATE}|{_PEOPLE}|change ?me|to be (?:named|appointed|designated)|vacant|a nommer|a designer)")
# of a line by itself: within a row they are values
_SHORT = re.compile(r"ras|r a s|etc")
_TO_WRITE = re.compile(
    rf"(?:write|document|describe|complete|add|fill in|rediger|ecrire|documenter|decrire|completer"
    rf"|ajouter) {_THE}?(?:\w+ ){{0,2}}{_PARTS}"
    r"(?: d?e? ?(?:\w+ ){0,2}\w+)?"
)
_TASK = re.compile(r"\s*(?:[-*+]\s*)?\[ \]\s+", re.IGNORECASE)


def without_marks(line: str) -> str:
    """A line of which a call-out's mark, the box of a task and names of emoji are taken away."""
    if _MARK.fullmatch(line[:_LONGEST]):
        return ""
    return _SHORTCODE.sub(" ", _TASK.sub("", _ALERT.sub("", line, count=1), count=1)) if "[" in line or ":" in line else line


def stands_in(text: str) -> bool:
    """Whether a text, or a cell, stands where another one is to be written, or says that none is."""
    if len(text) > _LONGEST:
        return False
    if _NUMBER.fullmatch(text.strip()) and sum(character in "Xx_" for character in text) > 3:
        return True
    plain = normalize(without_marks(text))
    return not plain or bool(_SAID.fullmatch(plain)) or bool(_TASK.match(text) and _TO_WRITE.fullmatch(plain))


def is_idle(line: str) -> bool:
    """Whether a line by itself says nothing: as ``stands_in``, or it is of a site's frame, a question of a template, a letter."""
    if len(line) > _LONGEST:
        return False
    if stands_in(line) or _UNRENDERED.fullmatch(line) or _COPYRIGHT.fullmatch(line):
        return True
    plain = normalize(without_marks(line))
    return bool(_SHORT.fullmatch(plain) or FRAME.fullmatch(plain) or (line.rstrip().endswith("?") and _QUESTION.fullmatch(plain)))


def repeats(line: str, title: str) -> bool:
    """Whether a line has only the words of the heading above it."""
    plain, heading = normalize(line[:_LONGEST]), normalize(re.sub(r"^[\d.\s]+", "", title))
    return bool(heading) and bool(re.fullmatch(rf"(?:no )?(?:the )?{re.escape(heading)}(?: {_PARTS})?", plain))


# -- what is said elsewhere, without an address

_PLACES = (
    r"(?:wiki|confluence|sharepoint|jira|notion|teams|slack|drive|intranet|portal|portail|docs?|documentation|documents?|dossier|dex|dat"
    r"|manual|manuel|guide|runbook|runbooks|procedure|procedures|page|pages|section|chapter|chapitre|paragraph|paragraphe"
    r"|ticket|readme|repo"
    r"|repository|depot|gitlab|github|git|file|fichier|folder|annex|annexe|appendix|fiche|mode operatoire|email|e mail|mail"
    r"|[a-z]{2,8} \d{2,6})"
)
_REFERS = re.compile(
    r"(?:(?:please|for (?:this|details|more)|pour (?:cela|plus de details)) )*(?:see|cf|voir|refer to|read|consult|consulter|se referer"
    rf"|se reporter|described in|documented in|decrit dans)(?: (?:also|aussi))?(?: \w+){{0,3}}? {_PLACES}(?: \w+){{0,5}}"
    r"|(?:the )?same (?:(?:procedure|process|steps|way|runbook) )?as(?: \w+){1,6}|(?:meme procedure|idem|comme) (?:que|pour)(?: \w+){1,5}"
    r"|(?:please )?(?:ask|contact|demander a|voir avec) (?:the |l |la |le |les )?(?:team|equipe|author|auteur|developers?"
    r"|developpeurs?|devs?)"
)
_GOES_ON = re.compile(
    r"[/@`<>]|[^\W\d]\.\w|[,;:]\s*\w|\.\s+\w|\b(?:then|and|if|until|before|after|puis|et|si|avant|apr[eè]s|whether|that)\b", re.IGNORECASE
)


def refers_elsewhere(line: str) -> bool:
    """Whether a line only says that something stands elsewhere, without an address: ``See the old wiki.``"""
    text = without_marks(line).strip()
    if len(text) > 120 or _GOES_ON.search(re.sub(r"(?i)^\W*cf\.", "cf", text)):
        return False
    return bool(_REFERS.fullmatch(normalize(text)))


__all__ = ("is_idle", "refers_elsewhere", "repeats", "stands_in", "without_marks")
