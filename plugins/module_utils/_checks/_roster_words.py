# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words of an entry's title that are neither a person nor usual in the title of a time on call. PRIVATE to the collection.

A title with a word that nobody knows here may say anything: leave in another word, another person, a meeting. So the words that mean
nothing are listed, and not those that mean something.
"""

from __future__ import annotations

import re
import typing as t

from ._contacts import plain

USUAL = frozenset(
    {
        # the duty
        *("on", "call", "oncall", "duty", "astreinte", "astreintes", "permanence", "garde", "de", "shift", "shifts", "pager", "stand"),
        *("by", "standby", "primary", "secondary", "primaire", "secondaire", "main", "backup", "first", "second", "premier"),
        *("premiere", "deuxieme", "tier", "level", "niveau", "line", "ligne", "rotation", "roster", "schedule", "planning", "cover"),
        *("coverage", "couverture", "escalation", "escalade", "bereitschaft", "rufbereitschaft", "support", "helpdesk", "hotline"),
        *("ops", "operations", "exploitation", "sre", "infra", "it", "noc", "production", "prod", "service", "team", "equipe"),
        *("responder", "engineer", "cadre", "incident", "incidents", "emergency", "urgence", "urgences"),
        # when
        *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "mon", "tue", "wed", "thu", "fri", "sat"),
        *("sun", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche", "lun", "mar", "mer", "jeu", "ven", "sam"),
        *("dim", "montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag", "january", "february", "march"),
        *("april", "may", "june", "july", "august", "september", "october", "november", "december", "jan", "feb", "apr", "jun", "jul"),
        *("aug", "sep", "sept", "oct", "nov", "dec", "janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout"),
        *("septembre", "octobre", "novembre", "decembre", "week", "weeks", "semaine", "semaines", "sem", "kw", "cw", "wk", "day"),
        *("days", "jour", "jours", "night", "nights", "nuit", "nuits", "morning", "evening", "matin", "soir", "weekend", "week-end"),
        *("we", "weekdays", "out", "of", "hours", "off-hours", "hno", "heures", "heure", "h", "am", "pm", "midnight", "noon", "minuit"),
        *("midi", "holiday", "holidays", "ferie", "feries", "bank", "utc", "gmt", "cet", "cest", "est", "edt", "pst", "pdt", "bst"),
        *("ist", "jst", "z", "24x7", "24", "7"),
        # between them
        *("a", "an", "and", "the", "at", "from", "to", "until", "till", "with", "in", "for", "is", "or", "et", "le", "la", "les", "l"),
        *("du", "des", "d", "au", "aux", "en", "avec", "jusqu", "jusque", "par", "pour", "und", "der", "die", "das", "mit", "von"),
        *("bis", "hand", "handoff", "handover", "off", "passation", "releve", "relais", "phone", "tel", "telephone", "mobile", "mob"),
        *("portable",),
        # where
        *("emea", "apac", "amer", "eu", "us", "uk", "fr", "europe", "asia", "america"),
    }
)
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_TIER = re.compile(r"\b[nlpt] ?\d\b")


def unread(title: str, people: t.Iterable[re.Pattern[str]], known: t.Iterable[str]) -> list[str]:
    """Of a plain title, without the words of its tier: those that say something that nobody here knows."""
    rest = _TIER.sub(" ", title)
    for called in people:
        rest = called.sub(" ", rest)
    usual = {part for text in known for part in _parts(plain(text))} | USUAL
    return [word for word in dict.fromkeys(_WORD.findall(rest)) if word not in usual and any(part not in usual for part in _parts(word))]


def _parts(text: str) -> list[str]:
    return [part for part in re.split(r"[\W\d_]+", text) if part]


__all__ = ("USUAL", "unread")
