# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names that sections of documents have, in English and French. PRIVATE to the collection."""

from __future__ import annotations

import re
import typing as t

from .._folded_text import normalize, without_accents
from .document import Document, Section

# names of a section, normalized: lower case, no accents, words separated by one space
SYNONYMS: dict[str, tuple[str, ...]] = {
    "symptoms": (
        "symptom", "symptoms", "symptome", "symptomes", "signs", "signes", "manifestation", "manifestations", "detection", "what you see",
        "ce que l on voit", "meaning", "signification", "alert", "alerts", "alerte", "alertes", "constat", "constats", "what happens",
        "what you will see", "how do i know", "how do we know", "how do you know", "how to know", "how to recognize",
        "how to recognise", "comment le reconnaitre", "ce qui est observe",
    ),
    "diagnosis": (
        "diagnosis", "diagnose", "diagnostic", "diagnostics", "triage", "investigation", "investigate", "analysis", "analyse",
        "troubleshooting", "troubleshoot", "root cause", "recherche de cause", "verifications", "verification", "checks", "controles",
        "diagnoses", "diagnosing", "diagnostiquer", "analyser", "investigations", "investigating", "how to check", "comment verifier",
        "root causes", "possible causes", "likely causes", "probable causes", "causes possibles", "causes probables", "cause probable",
        "recherche de causes", "debugging",
    ),
    "mitigation": (
        "mitigation", "mitigate", "mitigations", "remediation", "remediate", "resolution", "resolve", "action", "actions", "fix",
        "recovery", "recover", "workaround", "workarounds", "contournement", "contournements", "attenuation", "depannage",
        "retablissement", "reprise", "correction", "traitement", "remede",
        "mitigating", "remediations", "remediating", "remediation steps", "resolutions", "resolving", "fixes", "how to fix", "fixing",
        "how to resolve", "how to recover", "how to solve", "solution", "solutions", "repair", "reparation", "actions correctives",
        "action corrective", "corrections", "correctif", "correctifs", "mesures correctives", "mesure corrective", "corriger", "resoudre",
        "retablir", "contourner", "solution de contournement", "conduite a tenir", "consignes en cas", "consignes d intervention",
        "what to do", "que faire", "steps to resolve", "corrective actions", "corrective action", "steps to fix", "what must be done",
        "etapes de resolution",
    ),
    "escalation": (
        "escalation", "escalations", "escalate", "escalade", "who to call", "whom to call", "qui appeler", "qui contacter", "contact",
        "contacts", "on call", "oncall", "astreinte", "astreintes", "support", "escalating", "escalades", "escalader", "escalation path",
        "who to contact", "whom to contact", "who to page", "who to notify", "qui prevenir", "qui alerter", "call list", "call tree",
        "liste d appel", "chaine d alerte", "transfer to level", "transfer to n2", "transfer to n3", "transfert au niveau",
        "transfert au n2",
        "transfert au n3", "points of contact", "point of contact",
    ),
    "rollback": (
        "rollback", "roll back", "rolling back", "back out", "backout", "backing out", "revert", "retour arriere", "retour en arriere",
        "retour a la version precedente", "way back", "rollbacks", "backing off", "reverting", "roll it back", "marche arriere",
        "retours arriere", "retour a la version anterieure", "retour a l etat initial", "retour a l etat anterieur", "retour version",
        "restauration de la version precedente", "annulation du changement", "annuler le changement", "undo", "how to go back",
        "go back to the previous version", "going back to the previous version", "going back", "undoing", "undo the release",
        "restore the previous version", "return to the previous version", "repli", "plan de repli", "revenir en arriere",
        "revenir a la version precedente",
    ),
    "impact": ("impact", "impacts", "consequence", "consequences", "effet", "effets"),
    "restore": ("restore", "restoring", "restores", "restoration", "restauration", "restaurations", "restaurer"),
    "procedures": (
        "operating procedures", "procedures d exploitation", "modes operatoires", "mode operatoire", "consignes d exploitation",
        "standard operating procedures", "sop", "sops", "gestes d exploitation", "taches d exploitation",
    ),
    "start_stop": (
        "start and stop", "start stop", "starting and stopping", "arret demarrage", "demarrage et arret", "arret et demarrage",
        "arret relance", "arreter et demarrer", "demarrer et arreter", "starting stopping", "stop and start", "stop start",
        "startup and shutdown", "start up and shut down", "relance et arret", "arrets et relances",
    ),
}  # fmt: skip

# names that say so alone and not within others: no safety instruction repairs anything
WHOLE: dict[str, tuple[str, ...]] = {
    "symptoms": ("observations", "observation"),
    "diagnosis": ("causes", "cause", "debug"),
    "mitigation": ("consignes", "response", "reponse"),
    "procedures": ("procedure", "procedures", "consignes"),
}
# whole words of a heading that are another thing than the section they have in them
_OTHERWISE = re.compile(
    r" (?:privileges? escalation|escalation of (?:user )?(?:rights|privileges?)|(?:escalade|elevation) (?:de|des) (?:privileges?|droits)"
    r"|(?:history|changelog|change log|log|journal|historique) (?:of|de|du|des|d) .*"
    r"|(?:\w+ ){1,3}(?:history|changelog|change log|historique)(?: .*)?) "
)
_NONE = re.compile(
    r"(?:no|without|pas de|pas d|aucune?|sans) \w+(?: \w+)?(?: (?:procedure|plan|steps?|possible|available|yet|needed|documented|here))*"
)
_NOT_HERE = re.compile(
    r" (?:not|non|pas) (?:yet |encore |in )?(?:here|described|documented|covered|written|available|possible|supported"
    r"|defined|redigee?|decrite?s?"
    r"|documentee?s?|disponible|traitee?|couverte?) "
)
_STATE = (
    r"(?:to ?do|tbd|tbc|wip|draft|brouillon|a completer|a rediger|a ecrire|a definir|to be (?:written|completed|done"
    r"|defined)|obsolete|deprecated"
    r"|outdated|superseded|perimee?|retired|do not use|don't use|ne (?:plus|pas) utiliser|work in progress|en construction|coming soon)"
)
# of a heading as it is written, but for its accents
_UNDONE = re.compile(rf"^\W*{_STATE}\s*[]):/–—-]|[(:/–—-]\s*{_STATE}(?:\W.{{0,40}})?$|\[\s*{_STATE}\b|\b(?:todo|tbd|wip)$")
_NUMBER = re.compile(r"(?:(?:step|etape|section|chapter|chapitre|part|partie) )?(?:\d{1,3} ){1,4}|[a-z] (?=\w{4})")


def names_section(heading: str, name: str) -> bool:
    """Whether a heading is one of the section's names, or has it in it as whole words."""
    plain = f" {normalize(heading)} "
    key = re.sub(r"[\s-]+", "_", name.strip().lower())
    if key in SYNONYMS:
        plain = _OTHERWISE.sub("  ", plain[:500], count=1)
    if _NUMBER.sub("", plain.strip(), count=1) in WHOLE.get(key, ()):
        return True
    return any(f" {synonym} " in plain for synonym in (*SYNONYMS.get(key, ()), normalize(name)) if synonym)


def is_denied(heading: str, name: str) -> bool:
    """Whether the heading of a section says itself that there is none, that it is to be written or no longer holds."""
    plain = normalize(heading[:500])
    if name != "symptoms" and _NONE.fullmatch(plain):
        return True
    return bool(_NOT_HERE.search(f" {plain} ") or _UNDONE.search(_fold(heading[:500])))


def _fold(text: str) -> str:
    """In small letters without accents, with its punctuation."""
    return without_accents(text).strip()


def meant(names: t.Iterable[str]) -> list[str]:
    """Names of sections as they are compared: each as it is, and the section of which it is one name."""
    plain = {normalize(name) for name in names}
    return sorted(plain | {normalize(section) for section, synonyms in SYNONYMS.items() if plain.intersection(synonyms)})


def sections_of(document: Document) -> tuple[Section, ...]:
    """Without the heading that is the title of the whole, which is no section."""
    sections = document.sections
    if len(sections) > 1 and all(other.level > sections[0].level for other in sections[1:]):
        return sections[1:]
    return sections


__all__ = ("SYNONYMS", "WHOLE", "is_denied", "meant", "names_section", "sections_of")
