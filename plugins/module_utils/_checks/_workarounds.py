# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a text is a workaround: it says what to do, not that there is none, that one is looked for, or where else to look. PRIVATE."""

from __future__ import annotations

import re
import typing as t

from .._clients.section_content import is_placeholder
from .._folded_text import normalize
from .._message import one_line

TOLD, NO, UNCLEAR, SEE, _LATER = "told", "no", "unclear", "see", "later"
ID = re.compile(r"(?<![\w-])(?:[A-Z][A-Z0-9]{1,9}-\d{1,7}|(?:KE|ERR|BUG|INC|PRB|ANO|E)-?\d{1,9}|#\d{1,7})(?![\w])")
_LONGEST = 2000
_PIECES = re.compile(r"[;!?\n|()]|[.:](?=\s|$)|,\s|\s[-–—]\s")
_QUALIFIED = (
    r"(?: (?:for now|for the moment|at the moment|at this time|at present|to date|yet|so far|currently|known"
    r"|identified|available|possible"
    r"|exists?|existing|found|today|here|has been (?:found|identified)|was found|is (?:known|available"
    r"|possible)|for (?:this|it)(?: error)?"
    r"|pour le moment|pour l instant|a ce jour|a ce stade|actuellement|connue?s?|identifiee?s?|disponibles?|trouvee?s?|existante?s?"
    r"|n a ete (?:trouvee?|identifiee?)|n est (?:connue?|disponible)|n existe))*"
)
_NAME = (
    r"(?:workarounds?|work arounds?|solutions?(?: de contournement| provisoire)?|contournements?|palliatifs?|remed(?:y|ies)|remedes?"
    r"|fix(?:es)?|mitigations?|parades?|moyens?|ways? around(?: it)?|ways?)"
)
# of normalized text, the whole of a piece
_NONE = re.compile(
    r"(?:(?:sorry|unfortunately|alas|malheureusement|helas) )?"
    r"(?:(?:there|here|it) (?:is|are|was|s|exists) |(?:we|i) (?:have|know|know of|see) |has |(?:il )?n y a "
    r"|y a |on n a |il n existe |n a )?"
    r"(?:currently |at present |still |so far |yet |toujours |encore )?"
    r"(?:no|none|not any|not a|without(?: an?y?)?|aucune?|pas(?: encore)?(?: d| de)?|sans|nothing|rien|zero)"
    rf"(?: (?:known|available|possible|official|permanent|real|viable|good|proper|acceptable|simple|other|autre"
    rf"|such|vrai|veritable)){{0,3}}"
    rf"(?: {_NAME})?{_QUALIFIED}"
    rf"|(?:the |a |le |la )?{_NAME} (?:is |are |est |still |yet )*(?:not |non |in|un|to be |a |pas )?"
    r"(?:known|unknown|missing|found|none|available|pending|defined|trouver|definir|connue?|inconnue?|manquante?|disponible|possible)"
    + _QUALIFIED
    + r"|(?:so |and |but |et |mais )?(?:(?:we|i|they|nobody|no one) (?:do not |don t |does not )?know(?:s)?"
    r"|on ne sait pas|personne ne sait|nul ne sait)"
    r"(?: (?:yet|why|what to do|how|about it|how to (?:fix|avoid|solve) (?:it|this)|quoi faire|que faire|pourquoi|encore))*"
    r"|(?:is |it is |est )?(?:not |un|in)?(?:known|connue?)"
    + _QUALIFIED
    + r"|ras|r a s|rien a signaler|(?:it )?(?:is )?(?:not possible|impossible|unavailable|indisponible)"
    r"|(?:it )?can ?not be (?:worked around|avoided|fixed|solved)|(?:there is )?(?:nothing (?:to do"
    r"|can be done)|rien a faire|a trouver|to be found)"
)
_WAITED_FOR = (
    r"(?:version|release|fix|patch|hotfix|correction|correctif|update|upgrade|vendor|supplier|editeur|fournisseur|livraison|mise a jour"
    r"|mep|sprint|development|developers?|analysis|investigation|analyse|reponse|answer|retour|v?\d+(?: \d+)+)"
)
_TO_COME = re.compile(
    r"(?:(?:it|this|that|the (?:error|problem|issue|cause|bug)|ce|l erreur|le probleme|la cause) )?(?:is |are |est |c est )?"
    r"(?:still |currently |now |toujours |actuellement )?(?:"
    r"(?:under|in|an?) (?:\w+ )?(?:investigations?|analysis|review|study|discussion)(?: .*)?|(?:being"
    r"|to be) (?:\w+ )?(?:investigated|analy[sz]ed|"
    r"looked into|studied|worked on|fixed|corrected|examined)(?: .*)?|investigat(?:ing|ion)(?: .*)?"
    r"|analy(?:s[ei]s|[sz]ing)|looking into (?:it|this)"
    r"|(?:analys[ei]s?|investigations?|etude|correction|fix|correctif|patch|resolution|diagnostic|work)(?: is| est| being)? "
    r"(?:in progress|ongoing|pending|under way|underway|planned|scheduled|awaited|expected|to come|en cours|prevue?|planifiee?|attendue?"
    r"|a venir)(?: .*)?"
    r"|en cours(?: (?:d |de )(?:analyse|investigation|etude|traitement|resolution|correction|diagnostic|recherche|qualification).*)?"
    r"|pending(?: .{1,60})?|(?:(?:we|i|they|on|nous|dev|the \w+|l \w+) )?(?:are |am |is |re )?(?:still |toujours |encore )?"
    r"(?:looking|searching) for (?:one|it|an? \w+|the \w+)(?: .{1,40})?"
    r"|(?:(?:on|nous|l \w+) )?(?:en )?cherch(?:e|ons|ent)(?: \w+){0,4}|recherche(?: \w+)? en cours"
    r"|(?:the |our |l |le )?(?:(?:dev|devs|development|developers|vendor|supplier|support|team|equipe|editeur|fournisseur) ?){1,3}"
    r"(?:(?:to|will|must|should|shall|has to|have to|doit|va|devra) )"
    r"(?:fix|correct|solve|deliver|investigate|analy[sz]e|corriger|livrer|analyser)"
    r"(?: .*)?"
    r"|a l etude|a analyser|a investiguer|a etudier|in progress|ongoing|work in progress|ticket (?:opened"
    r"|created|raised|ouvert|cree)(?: .*)?"
    rf"|(?:please )?(?:wait(?:ing)?|awaiting|attendre|attente|en attente|dans l attente)(?: \w+){{0,5}} {_WAITED_FOR}(?: .*)?"
    r"|(?:(?:the |our |l |le )?(?:dev |development )?(?:team|developers|vendor|supplier|support|equipe|editeur|fournisseur)) "
    r"(?:is |are |has been |have been |est |a ete )?(?:informed|notified|aware|working on (?:it|this)"
    r"|works on (?:it|this)|looking into (?:it|this)"
    r"|prevenue?|informee?|y travaille|travaille dessus))"
)
_FIXED = re.compile(
    r"(?:(?:it|this|that) )?(?:will be |to be |is |sera |est )?(?:fixed|corrected|solved|resolved|corrigee?|resolue?|traitee?) "
    r"(?:in|by|with|dans|en|par|avec) .*"
)
_ONLY_YES = re.compile(
    r"(?:yes|oui|ok|y|o|x|v|done|fait|available|disponible|exists?|existe|known|connue?|documented|documentee?|true|vrai|possible|partial"
    r"|partiel(?:le)?|manual|manuel(?:le)?|high|low|medium|open|opened|closed|ouverte?|fermee?|eleve|bas|moyen|workaround|contournement"
    r"|(?:voir|see)(?: the| le)? (?:ticket|jira|wiki)"
    # what a tracker says of it
    r"|(?:un)?(?:fixed|resolved|solved)|corrected|won ?t ?fix|will not (?:be )?fix(?:ed)?|duplicate"
    r"|can ?not reproduce|can t reproduce|not a bug|mr|pr|\d+|backlog"
    r"|planned|invalid|rejected|deferred|postponed|accepted|new|assigned|works as designed|by design|incomplete"
    r"|(?:non )?(?:corrigee?|resolue?|cloturee?|rejetee?|reportee?|planifiee?|prevue?)|doublon"
    r"|(?:mr|pr|pull request|merge request|commit|patch|hotfix) \w+|(?:being )?(?:analy[sz]ed|studied|handled|assigned) (?:by|to) .*)"
)
_WHEN = re.compile(
    r"(?:(?:in|by|with|from|since|dans|en|avec|depuis|planned|scheduled|prevue?|expected|eta|due|for|pour|the|la|le|version|release|sprint"
    r"|next|prochaine?|patch|hotfix|livraison|v?\d{1,9}|q[1-4]|jan\w*|feb\w*|mar\w*|apr\w*|may|jun\w*|jul\w*|aug\w*|sep\w*|oct\w*|nov\w*|dec\w*"
    r"|janvier|fevrier|avril|mai|juin|juillet|aout)(?: |$)){1,12}"
)
_NOT_NEEDED = re.compile(
    r"(?:none|no workaround|no|aucun|aucun contournement|pas de contournement) (?:is )?(?:needed|required|necessary|necessaire|requis)"
)
_REFERS = re.compile(
    r"(?:see|also|cf|voir|aussi|refer|to|as|same|like|idem|ditto|comme|pour|meme|the|le|la|les|of|de|du|for|error|errors|erreur|ticket"
    r"|issue|workaround|contournement|solution|identical|identique|a|in|dans|jira|and|et|above|below|ci|dessus|dessous|que|row|line|ligne"
    r"|bug|anomalie|that|celui|is|one)"
)
_ADDRESS = re.compile(r"https?://\S+")


class Workaround(t.NamedTuple):
    """``state``: told, no, unclear, or see, where ``see`` has the errors whose workaround it is."""

    state: str
    said: str = ""
    see: tuple[str, ...] = ()


def workaround_of(text: str, own: t.Iterable[str] = ()) -> Workaround:
    """What a text says of a workaround. ``own``: what names the error itself, which is no workaround."""
    text = text[:_LONGEST]
    said = one_line(text.strip(), 60)
    plain = normalize(text)
    if is_placeholder(text) or plain in {normalize(name) for name in own if name.strip()}:
        return Workaround(NO, said)
    see = tuple(ID.findall(text))
    if see and all(_REFERS.fullmatch(word) for word in normalize(ID.sub(" ", _ADDRESS.sub(" ", text))).split()):
        return Workaround(SEE, said, see)
    pieces = [piece for piece in (normalize(one) for one in _PIECES.split(text)) if piece]
    kinds = {_kind(piece) for piece in pieces}
    if TOLD in kinds:
        return Workaround(UNCLEAR if NO in kinds else TOLD, said)
    if UNCLEAR in kinds and NO not in kinds and _LATER not in kinds:
        return Workaround(UNCLEAR, said)
    return Workaround(NO, said)


def _kind(piece: str) -> str:
    if _NOT_NEEDED.fullmatch(piece):
        return UNCLEAR
    if _NONE.fullmatch(piece):
        return NO
    if _TO_COME.fullmatch(piece) or is_placeholder(piece):
        return _LATER
    if _FIXED.fullmatch(piece) or _ONLY_YES.fullmatch(piece) or _WHEN.fullmatch(piece):
        return UNCLEAR
    return TOLD


def best(found: t.Iterable[Workaround]) -> Workaround:
    """Of several the one that says most."""
    order = (TOLD, SEE, UNCLEAR, NO)
    return min(found, key=lambda one: order.index(one.state), default=Workaround(NO))


__all__ = ("ID", "NO", "SEE", "TOLD", "UNCLEAR", "Workaround", "best", "workaround_of")
