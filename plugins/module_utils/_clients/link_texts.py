# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words by which a page says that it is none: not found, a login, a script's shell. PRIVATE to the collection."""

from __future__ import annotations

import re
import typing as t

from .._folded_text import normalize

SOFT_404 = (
    "not found",
    "page doesn't exist",
    "does not exist",
    "no longer exists",
    "introuvable",
    "non trouvée",
    "n'existe pas",
    "n'existe plus",
)
LOGIN_PAGE = (
    "sign in",
    "log in",
    "login",
    "single sign-on",
    "authentication required",
    "connexion",
    "se connecter",
    "connectez-vous",
    "identifiez-vous",
    "authentification",
)
_PARTS = re.compile(r"\s[-|:·•»–—/]+\s|[|·•»–—]")
# what stands around the words in a title that says nothing else
_AROUND = frozenset(
    (
        *("a", "an", "the", "this", "that", "your", "you", "we", "sorry", "oops", "error", "http", "https", "status", "code", "page"),
        *("pages", "web", "site", "document", "file", "article", "content", "resource", "item", "topic", "entry", "project", "space"),
        *("dashboard", "repository", "issue", "url", "link", "address", "requested", "request", "looking", "for", "was", "is"),
        *("be", "been", "has", "have", "can", "cannot", "could", "it", "what", "which", "yet", "here", "on", "server", "found", "not"),
        *("le", "la", "les", "l", "un", "une", "cet", "cette", "ce", "votre", "vous", "nous", "desole", "desolee", "erreur", "statut"),
        *("fichier", "contenu", "ressource", "sujet", "adresse", "lien", "demande", "demandee", "recherchee", "recherche", "est", "ete"),
        *("que", "n", "ou", "plus", "pas", "sur", "serveur", "trouve", "trouvee"),
    )
)  # fmt: skip
_GONE_NUMBER = re.compile(r"(?:(?:http|status|error|erreur|code|page|statut)\s)*(404|410)(?:\s(?:error|erreur|page|not found|gone))?")
_WAITS = re.compile(r"\b(loading|please wait|chargement|patientez|just a moment|checking your browser|un instant)\b")
_NEEDS_SCRIPT = re.compile(r"\b(javascript|java script)\b")
CHALLENGE = re.compile(
    r"\b(just a moment|checking your browser|verify you are human|are you a robot|captcha|verifiez que vous etes humain)\b"
)


def says(text: str, wanted: t.Sequence[str]) -> str | None:
    """The first of these texts that stands in another as whole words."""
    plain = f" {normalize(text)} "
    return next((item for item in wanted if normalize(item) and f" {normalize(item)} " in plain), None)


def says_nothing_else(text: str, wanted: t.Sequence[str]) -> str | None:
    """The same where a part of a title or heading is made of it, and of words that stand around it."""
    for part in _PARTS.split(text):
        plain = normalize(part)
        for item in wanted:
            words = normalize(item)
            if words and f" {words} " in f" {plain} ":
                rest = f" {plain} ".replace(f" {words} ", " ").split()
                if all(word in _AROUND or word in ("404", "410") for word in rest):
                    return item
        number = _GONE_NUMBER.fullmatch(plain)
        if number:
            return number.group(1)
    return None


def waits(text: str) -> bool:
    return bool(_WAITS.search(normalize(text)))


def needs_script(text: str) -> bool:
    return bool(_NEEDS_SCRIPT.search(normalize(text)))


__all__ = ("CHALLENGE", "LOGIN_PAGE", "SOFT_404", "needs_script", "says", "says_nothing_else", "waits")
