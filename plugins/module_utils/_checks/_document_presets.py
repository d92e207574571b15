# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each kind of document must have, and the names of its sections in English and French. PRIVATE to the collection."""

from __future__ import annotations

import re
import typing as t

from .._clients.section_names import names_section

OPERATIONS_MANUAL, KNOWN_ERRORS, CALL_SCRIPT, ARCHITECTURE = "operations_manual", "known_errors", "call_script", "architecture"
PRESETS: t.Mapping[str, tuple[str, ...]] = {
    OPERATIONS_MANUAL: ("overview", "architecture", "start_stop", "monitoring", "backup", "incidents", "escalation"),
    KNOWN_ERRORS: (),
    CALL_SCRIPT: ("questions", "answers", "escalation"),
    ARCHITECTURE: ("overview", "components", "flows", "dependencies"),
}
# names that a section has besides those of runbooks; whole words of a heading
NAMES: t.Mapping[str, tuple[str, ...]] = {
    "overview": (
        *(
            "overview",
            "introduction",
            "presentation",
            "description",
            "purpose",
            "about",
            "context",
            "summary",
            "objet",
            "contexte",
            "objectif",
        ),
        *(
            "objectifs",
            "resume",
            "vue d ensemble",
            "vue generale",
            "generalites",
            "perimetre",
            "scope",
            "general",
            "what is",
            "qu est ce que",
        ),
    ),
    "architecture": (
        "architecture",
        "architectures",
        "design",
        "topology",
        "topologie",
        "infrastructure",
        "components",
        "composants",
        "schema",
    ),
    "start_stop": (
        *("start", "starting", "startup", "stop", "stopping", "shutdown", "restart", "restarting", "demarrage", "demarrer", "arret"),
        *("arreter", "redemarrage", "relance"),
    ),
    "monitoring": (
        "monitoring",
        "supervision",
        "surveillance",
        "observability",
        "observabilite",
        "metrics",
        "metriques",
        "alerting",
        "alertes",
        "alerts",
    ),
    "backup": ("backup", "backups", "sauvegarde", "sauvegardes", "restore", "restauration", "recovery", "data protection"),
    "incidents": (
        *("incident", "incidents", "troubleshooting", "troubleshoot", "failure", "failures", "faults", "depannage", "panne", "pannes"),
        *("dysfonctionnement", "dysfonctionnements", "resolution", "diagnostic", "diagnosis", "known errors", "erreurs connues"),
        *("known problems", "problemes connus", "known issues"),
        *("consignes en cas", "conduite a tenir", "remediation", "triage", "actions correctives", "symptomes"),
    ),
    "questions": (
        *("question", "questions", "qualification", "identification", "ask", "what to ask", "accueil", "greeting", "caller", "appelant"),
        *("a demander", "triage", "faq", "frequently asked questions", "questions frequentes"),
    ),
    "answers": (
        *(
            "answer",
            "answers",
            "reponse",
            "reponses",
            "say",
            "what to say",
            "a dire",
            "a repondre",
            "actions",
            "action",
            "conduite a tenir",
        ),
        *(
            "que faire",
            "what to do",
            "solutions",
            "responses",
            "response",
            "elements de reponse",
            "faq",
            "messages",
            "error codes",
            "codes",
            "codes erreur",
            "codes d erreur",
        ),
    ),
    "components": (
        *("component", "components", "composant", "composants", "parts", "modules", "services", "building blocks", "briques"),
        *("containers", "conteneurs", "building block view"),
    ),
    "flows": (
        *("flow", "flows", "flux", "interfaces", "interface", "matrice de flux", "network", "reseau", "data flow", "echanges", "ports"),
        *("runtime view", "sequence diagrams", "vue d execution"),
    ),
    "dependencies": (
        *("dependency", "dependencies", "dependance", "dependances", "depends", "adherence", "adherences", "prerequisites", "prerequis"),
        *("external systems", "systemes externes", "partenaires", "context and scope", "third party services", "third parties"),
        *("upstream", "downstream", "external services", "services externes", "services tiers"),
    ),
}
_BETWEEN = re.compile(r"[\s-]+")


def names(heading: str, name: str) -> bool:
    """Whether a heading is that of a section."""
    key = _BETWEEN.sub("_", name.strip().lower())
    return any(names_section(heading, one) for one in (name, *NAMES.get(key, ())))


__all__ = ("ARCHITECTURE", "CALL_SCRIPT", "KNOWN_ERRORS", "NAMES", "OPERATIONS_MANUAL", "PRESETS", "names")
