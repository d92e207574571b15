# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a sentence says that something is not so, not yet, or only in part, in English and French. PRIVATE to the collection.

What comes first in its main clause decides, after the subject: ``was held``, ``was refused``, ``refusée par``; a word of trouble before the
verb is about something else (``the failed backup was repaired``), and two denials are none.
"""

from __future__ import annotations

import re

from ._placeholders import plain

_LONGEST = 2000  # characters that are read
_ASIDE = re.compile(r"\([^()]*\)")
_CLAUSES = re.compile(
    r"(?P<stop>[;:()\n!?]|\.(?=\s|$)|\s[-\N{EN DASH}\N{EM DASH}]\s)"
    r"|(?P<join>,(?=\s)|\s(?:and|(?<!\ball\s)but|et|mais|then|puis|yet(?!\s+to\b))\s)"
    r"|(?P<why>\s(?:because|since|while|when|until|as(?=\s+(?:the|it|two|three|no)\b)|car|parce\s+que|puisque|lorsque|quand|tant\s+que)\s)",
    re.IGNORECASE,
)
_STRESSED = re.compile(r"\b(?:NOT|NEVER|PAS|JAMAIS)\b")
_ENGLISH = re.compile(r"\b(?:the|was|were|is|are|has|have|been|of|by|and|with|for|at|from|held|it)\b")
_VERB = (
    r"(?:was|were|is|are|has|have|had|did|does|do|could|can|will|est|sont|ont|etait|etaient|avait|avaient|sera|seront|fut|furent"
    r"|reste|restent|aura|auront|avons|avez|ai)\b|(?:was|were|is|are|has|have|had|did|does|do|could|ca|wo)n['\u2019]t\b|cannot\b"
)
_MAIN = re.compile(rf"(?<!\bto\s)(?<!\bthat\s)(?<!\bwhich\s)(?<!\bwho\s)(?<!\bqui\s)(?<!\bque\s)(?<![\w-])(?:{_VERB})")
_HAS = re.compile(
    r"(?<!\bqui\s)(?<![\w'\u2019])a\s+(?:bien\s+|deja\s+)?(?:ete|eu|\w+(?:e|i|u|is|it|ert))\b"
)  # the French verb, not "à", not an article
_DONE = (
    r"(?:held|trained|done|tested|accepted|rehearsed|performed|signed|approved|validated|restored|completed|finished|handed|carried"
    r"|repaired"
    r"|read|exercised|verified|checked|agreed|accepts?|agrees?|approves?|attests?|confirms?|confirmed|took\s+place|taken\s+place"
    r"|succeeded|worked"
    r"|corrected|fixed|resolved|closed|lifted|cleared|delivered|reviewed|works|rolled"
    r"|eu\s+lieu|(?:tenu|lu|recu|rendu|obtenu|suivi)e?s?|fait(?:e?s?)|ecrite?s?"
    r"|(?:form|test|accept|repet|realis|effectu|sign|approuv|valid|restaur|termin|achev|verifi|corrig|lev|trait|livr|relu|joue"
    r"|exerc|confirm"
    r"|execut|deroul|lanc|rejou)ee?s?|reussie?s?|resolue?s?|accepte|atteste|confirme|approuve|valide|conformes?)"
)
_TROUBLE = (
    r"(?:refus\w*|reject\w*|rejet\w*|declin(?:e|ed|es|ing|ee|ees)|failed|fails?|failing|fell\s+through|echecs?|echou\w+"
    r"|unsuccessful\w*|impossibles?"
    r"|without\s+success|sans\s+succes|abort\w*|abandon\w*|cancel\w*|annul\w*|postpon\w*|reporte(?:e|s|es)?|repouss\w+|differe(?:e"
    r"|s|es)|ajourn\w+"
    r"|turned\s+down|called\s+off|put\s+off|(?:went|gone)\s+wrong|crashed|en\s+preparation|no\s?-?go|untrained|untested|unread|unsigned"
    r"|still\s+open|(?:restent?|remains?)\s+(?:ouverte?s?|open)|c['\u2019]est\s+faux|untrue|withdrew|objected|objects?(?=\s*$"
    r"|\s+to)|oppos(?:e|es|ed|ee|ent)"
    r"|(?:avis|opinion)\s+negati(?:f|ve)|negative\s+opinion|(?:test|essai|exercice|est|ete)\s+ratee?s?|suspend\w*|delayed|deferred"
    r"|overdue|pending|awaiting|waiting\s+for|en\s+attente|attend(?:ons|ent)?|planned|scheduled|planifi\w+"
    r"|programmee?s?|prevue?s?|(?:_a_|a)\s+(?:faire|planifier|tenir|venir|former|realiser|refaire|valider|organiser|programmer"
    r"|prevoir|completer"
    r"|lever)|restent?\s+(?:_a_|a)|yet\s+to|still\s+to|to\s+be\s+\w+(?:ed|ld|ne|t|n)|(?<!\bwhat\s)to\s?-?do|en\s+cours"
    r"|in\s+progress|under\s?way|ongoing"
    r"|partiel\w*|partial\w*|partly|in\s+part|en\s+partie|incomplete?\w*|unfinished|inachev\w+|ko|nok|unable|incapables?|incapacite"
    r"|insufficient\w*|insuffisan\w+|unacceptable|inacceptables?|invalid(?:e|es|ated)?|defavorables?|unfavou?rable|disapprov\w+|interrupted"
    r"|interromp\w+|withdrawn|revoked|revoque\w*|going\s+to\s+be|aura\s+lieu|auront\s+lieu|will\s+take\s+place"
    r"|(?:no|without|sans|pas\s+de|absence\s+de|absence\s+of|lack\s+of|missing)\s+(?:handover|passation|training|formation|approval|accord"
    r"|validation|sign-?off|signature|evidence|preuve|tests?|rehearsal|repetition|exercise|exercice)\b(?!\s+(?:issue|problem"
    r"|incident|failure|anomal)\w*)"
    r"|doi(?:t|vent)\s+encore|(?:doit|doivent|devra|devront|devraient|devrait)\s+(?:etre\s+\w+|avoir\s+lieu|se\s+tenir)|expected"
    r"|attendue?s?|due"
    rf"|(?:(?:will|must|should|would|may|might|needs?\s+to)\s+(?:still\s+)?be|sera|seront|serait)\s+(?:\w+\s+)?{_DONE})"
)
_NEGATION = (
    r"(?:(?:was|were|is|are|has|have|had|did|does|do|could|ca|wo)n['\u2019]t|cannot|not|never|no\s+longer|pas|jamais|n['\u2019]est\s+plus"
    rf"|n['\u2019]\s?(?:a|ont)\s+pu|ne\s+peu(?:t|vent)|n['\u2019]\s?attest\w+|non(?=[\s-]{_DONE}\b))"
)
_HARMLESS = re.compile(
    rf"(?:\W+(?:only|just|merely|seulement|uniquement)\b|(?:\W+(?!(?:{_DONE}|yet|encore)\b)\w+){{0,2}}?\W+"
    rf"(?:(?!planned|scheduled|planifi|prevu|programme){_TROUBLE}|affected|impacted|lost|missing|blocked|open|degraded|disturbed"
    r"|notic\w+|remarqu\w+|ressenti\w*|percu\w*|felt|visibles?|exceed\w*|depass\w+|los[est]\w*|touch\w+|chang\w+|caus\w+|need\w*|required"
    r"|necessary|necessaires?|bloquante?s?|affecte\w*|impacte\w*|perdu\w*|applicable|degrade\w*)\b)"
)
_DENYING = re.compile(
    r"(?:\b(?:not|n['\u2019]t|never|no|no\s+longer|without|sans|pas|plus|jamais|non|aucune?|ni|nothing|nobody|rien|personne|none"
    r"|zero|0|nulle?)"
    r"\W+(?:(?:_a_|\w+)\W+){0,2})$"
)
_NO = re.compile(r"(?:no|nogo|without|sans|pas|absence|lack|missing)\b")
_NE = re.compile(r"\bn(?:['\u2019]\s?|e\s+)$")
_THERE = re.compile(r"\bn['\u2019]\s?y\s+(?:a|avait)\s+$")
_CASE = re.compile(
    r"\b(?:en\s+cas\s+d(?:['\u2019]|e\s)|(?:in\s+case|in\s+the\s+event)\s+of\s|as\s|comme\s|if\s(?:\w+\s){0,3}|what\s)\s*(?:an?\s|un\s)?$"
)
_TOKENS = re.compile(rf"(?<![\w-])(?:(?:(?P<bad>{_TROUBLE})|(?P<done>{_DONE}))(?![\w-])|(?P<no>{_NEGATION})(?!\w))")
_NOBODY = re.compile(
    r"^(?:\W*(?:there\s+(?:was|is)|il\s+n)?\W*)(?:no|nobody|nothing|none|aucune?|personne|rien|pas\s+une?|pas\s+d(?:e|['\u2019]))\b"
)
_PART = re.compile(
    r"\b(?:(?:only\s+)?(?:half|part|a\s+third|a\s+quarter|most|some|a\s+few|one|two)\s+of\s+(?:the|our|its|their)|la\s+moitie"
    r"|une\s+partie|un\s+tiers|only\s+(?:part|half|some|one|two)"
    r"|all\s+but|not\s+(?:everyone|everybody|all)|except(?:ed|e|\s+for)?|hormis|sauf|a\s+moitie|almost|nearly|mostly|presque"
    r"|majoritairement|bientot|seulement|seule?\s+une\s+partie|partiel\w*|partial\w*|partly|in\s+part|en\s+partie)\b"
)
_SHARE = re.compile(r"\b(\d{1,4})\s+(?:\w+\s+)?(?:of|out\s+of|sur)\s+(?:the\s+|les\s+)?(\d{1,4})\b")
_ATTRIBUTE = re.compile(
    r"\b(?:the|a|an|any|each|every|all|of|with|for|after|this|that|its|previous|last|first|d['\u2019]un|d['\u2019]une)\s+$"
)
_FOLLOWED = re.compile(r"\s+(?!(?:by|for|to|until|on|in|at|as|due|with|par|au|le|la|les|pour)\b)\w")
_RESOLVED = re.compile(
    r"\b(?:repaired|corrected|fixed|resolved|closed|lifted|cleared|redone|corrigee?s?|resolue?s?|levee?s?|traitee?s?|reprise?s?"
    r"|none|aucune?s?|nil|neant"
    r"|rien|0)\b"
)
_NOTHING = re.compile(r"\W*(?:none|aucune?s?|nil|neant|rien|no|0|zero)\W*")
_IS = re.compile(rf"\W*(?:{_VERB})")
_GOES_ON = re.compile(
    rf"\W*(?:(?:then|also|finally|puis|enfin|s['\u2019]est|ensuite)\s+)?(?:n['\u2019e]\s?|{_VERB}|a\s+(?:ete\s+)?(?={_TROUBLE})"
    rf"|{_TROUBLE}(?![\w-]))"
)


def denies(statement: str) -> bool:
    """Whether it says that something is not so: ``was NOT held``, ``n'a pas eu lieu``, ``refused``, ``reste à planifier``."""
    if _STRESSED.search(statement) and not statement.isupper():
        return True
    clauses = _split(_ASIDE.sub(" ", statement[:_LONGEST]))
    decided = False
    for number, (joined, clause) in enumerate(clauses):
        if decided:
            if joined != "join":
                return False
            if _GOES_ON.match(clause) and _says(clause) is True:
                return True  # of the same subject: "was attempted and did not work"
            continue
        if joined == "why":
            continue  # "operators know what to do when a restore has failed"
        following = clauses[number + 1][1] if number + 1 < len(clauses) else ""
        if _NOTHING.fullmatch(following):
            continue  # "Pending items: none"
        if joined == "join" and clauses[number + 1 : number + 2] and clauses[number + 1][0] == "join" and _IS.match(following):
            continue  # "the handover, planned last week, was held"
        said = _says(clause)
        if said:
            return True
        decided = said is False
    return False


def _split(statement: str) -> list[tuple[str, str]]:
    """Its clauses, each with how it follows the one before: ``join`` where it may share its subject."""
    found, start, how = list[tuple[str, str]](), 0, "stop"
    for match in _CLAUSES.finditer(statement):
        found.append((how, statement[start : match.start()]))
        start, how = match.end(), str(match.lastgroup)
    found.append((how, statement[start:]))
    return [(how, _folded(text)) for how, text in found if text.strip()]


def _folded(text: str) -> str:
    """Without capitals and accents, but for the French preposition, which is no verb."""
    return plain(re.sub(r"(?<!\w)[àÀ](?!\w)", "_a_", text))


def _says(clause: str) -> bool | None:
    """True: it denies; False: it says something else; None: it has nothing that decides."""
    main = _MAIN.search(clause) or (None if _ENGLISH.search(clause) else _HAS.search(clause))
    start = main.start() if main else 0
    start -= 2 if clause[max(start - 2, 0) : start] in ("n'", "n\N{RIGHT SINGLE QUOTATION MARK}") else 0
    share = _SHARE.search(clause)
    if _PART.search(clause) or (share and int(share[1]) < int(share[2])):
        return True
    nobody = _NOBODY.match(clause)
    for match in _TOKENS.finditer(clause, start):
        if match.lastgroup == "done":
            if _NE.search(clause[: match.start()]):
                continue  # "n'accepte pas"
            return bool(nobody)  # "no handover was held"
        if match.lastgroup == "no":
            there = _THERE.search(clause[: match.start()])  # "il n'y a pas de point ouvert"
            return not (nobody or there or _HARMLESS.match(clause, match.end()))
        before = clause[: match.start()]
        if _NO.match(match.group()):
            return True  # "no handover", which begins as what nobody has refused does
        if nobody or _DENYING.search(before) or _CASE.search(before):
            continue
        if main is None:
            if _ATTRIBUTE.search(before) and _FOLLOWED.match(clause, match.end()):
                continue
            if _RESOLVED.search(clause, match.end()):
                return False
        return True
    return False if main else None


__all__ = ("denies",)
