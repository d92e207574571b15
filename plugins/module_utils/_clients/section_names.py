# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names that sections of documents have, in English and French. PRIVATE to the collection."""

from __future__ import annotations

import re
import typing as t

from .document import Document, Section, normalize

# names of a section, normalized: lower case, no accents, words separated by one space
SYNONYMS: dict[str, tuple[str, ...]] = {
    "symptoms": (
        "symptom", "symptoms", "symptome", "symptomes", "signs", "signes", "manifestation", "manifestations", "detection", "what you see",
        "ce que l on voit", "meaning", "signification", "alert", "alerts", "alerte", "alertes", "constat",
    ),
    "diagnosis": (
        "diagnosis", "diagnose", "diagnostic", "diagnostics", "triage", "investigation", "investigate", "analysis", "analyse",
        "troubleshooting", "troubleshoot", "root cause", "recherche de cause", "verifications", "verification", "checks", "controles",
    ),
    "mitigation": (
        "mitigation", "mitigate", "mitigations", "remediation", "remediate", "resolution", "resolve", "action", "actions", "fix",
        "recovery", "recover", "workaround", "workarounds", "contournement", "contournements", "attenuation", "depannage",
        "retablissement", "reprise", "correction", "traitement", "remede",
    ),
    "escalation": (
        "escalation", "escalations", "escalate", "escalade", "who to call", "whom to call", "qui appeler", "qui contacter", "contact",
        "contacts", "on call", "astreinte", "support",
    ),
    "rollback": (
        "rollback", "roll back", "rolling back", "back out", "backout", "backing out", "revert", "retour arriere", "retour en arriere",
        "retour a la version precedente", "way back",
    ),
    "impact": ("impact", "impacts", "consequence", "consequences", "effet", "effets"),
    "restore": ("restore", "restoring", "restauration", "restaurer"),
    "start_stop": (
        "start and stop", "start stop", "starting and stopping", "arret demarrage", "demarrage et arret", "arret et demarrage",
        "arret relance",
    ),
}  # fmt: skip


def names_section(heading: str, name: str) -> bool:
    """Whether a heading is one of the section's names, or has it in it as whole words."""
    plain = f" {normalize(heading)} "
    key = re.sub(r"[\s-]+", "_", name.strip().lower())
    return any(f" {synonym} " in plain for synonym in (*SYNONYMS.get(key, ()), normalize(name)) if synonym)


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


__all__ = ("SYNONYMS", "meant", "names_section", "sections_of")
