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
        *("oncall", "duty", "astreinte", "astreintes", "permanence", "garde", "de", "shift", "shifts", "pager", "stand"),
        *("by", "standby", "primary", "secondary", "primaire", "secondaire", "main", "backup", "first", "second", "premier"),
        *("premiere", "deuxieme", "tier", "level", "niveau", "line", "ligne", "rotation", "roster", "schedule", "planning", "cover"),
        *("coverage", "couverture", "escalation", "escalade", "bereitschaft", "rufbereitschaft", "support", "helpdesk", "hotline"),
        *("ops", "operations", "exploitation", "sre", "infra", "it", "noc", "production", "prod", "service", "team", "equipe"),
        *("responder", "engineer", "cadre", "incident", "incidents", "emergency", "urgence", "urgences"),
        *("technique", "technical", "systeme", "systemes", "applicative", "applicatif", "operationnelle", "operationnel", "securite"),
        *("principale", "principal", "titulaire", "ingenieur", "technicien", "technicienne", "responsable", "tech", "piquet"),
        *("pagerduty", "opsgenie", "victorops", "fw", "fwd", "tr", "re", "on-call", "stand-by"),
        # when; what narrows an entry is read in _roster_when
        *(
            "week",
            "weeks",
            "semaine",
            "semaines",
            "sem",
            "kw",
            "cw",
            "wk",
            "woche",
            "weekly",
            "hebdo",
            "hebdomadaire",
            "hours",
            "off-hours",
        ),
        *("hno", "heures", "heure", "utc", "gmt", "cet", "cest", "est", "edt", "pst", "pdt", "bst", "ist", "jst", "z"),
        # before a name
        *("mr", "mrs", "ms", "miss", "m", "mme", "mlle", "dr", "pr", "prof", "monsieur", "madame", "herr", "frau"),
        # between them
        *("a", "an", "and", "the", "at", "from", "to", "until", "till", "with", "in", "for", "is", "et", "le", "la", "les", "l"),
        *("du", "des", "d", "au", "aux", "en", "avec", "jusqu", "jusque", "par", "pour", "und", "der", "die", "das", "mit", "von"),
        *("bis", "des", "since", "depuis", "partir", "phone", "tel", "telephone", "mobile", "mob"),
        *("portable",),
        # where
        *("emea", "apac", "amer", "eu", "us", "uk", "fr", "europe", "asia", "america"),
    }
)
_WORD = re.compile(r"[^\W\d_]+(?:[-'\u2019][^\W\d_]+)*|\d+")
_TIER = re.compile(r"\b[nlpt][ -]?\d\b")
# what belongs together, and means nothing; a word of it alone may mean much (call Alice, Alice out)
_TOGETHER = re.compile(
    r"\bon[ -]?call\b|\boff[ -]hours\b|\bout[ -]of[ -]hours\b|\bweek (?:of|starting|commencing)\b|'s\b"
    r"|\b(?:shift|rotation|tier|level|niveau|line|ligne|team|equipe|support|priority)[ -]?\d\b"
    r"|\b\d(?:st|nd|rd|th|er|ere|e|eme) (?:line|level|niveau|ligne)\b"
    r"|\b(?:n°|no\.|nr\.?) ?\d{1,3}\b"
)
_TELEPHONE = re.compile(r"(?<![\w/.])\+?\(?\d[\d .()-]{7,20}\d(?![\w/])")
# punctuation, and the signs of being called
_QUIET = frozenset(" -‐‑–—_:;,.()[]{}/|&+'\"\u2019\u2018«»\u201c\u201d!?#@*·•<>=→²\n\t🔔🛎📟📞☎📱🚨")
_ABSENT_SIGNS = re.compile("[🏖🌴✈🛫🤒🏥🤕🤧😷🏝⛱🍼🎿⛷🏕💤👶🤰]")
_DRESS = re.compile("[\ufe0e\ufe0f\u200b-\u200d\u2060\U0001f3fb-\U0001f3ff]")


def undressed(title: str) -> str:
    """A title whose signs of leave are that word, and whose apostrophes are of one kind."""
    text = _DRESS.sub("", title).translate({ord(one): "'" for one in "\u2019\u2018ʼ`´"})
    return _ABSENT_SIGNS.sub(" leave ", text)


def unread(title: str, known: t.Iterable[str]) -> list[str]:
    """Of a plain title, without its people, the words of its tier and those of when: what nobody here knows."""
    rest = _TIER.sub(" ", _TELEPHONE.sub(" ", _TOGETHER.sub(" ", title)))
    usual = {part for text in known for part in _parts(plain(text))} | USUAL
    found = [
        word for word in _WORD.findall(rest) if word not in usual and (word.isdigit() or any(part not in usual for part in _parts(word)))
    ]
    found += [one for one in rest if not one.isalnum() and one not in _QUIET and not one.isspace()]
    return list(dict.fromkeys(found))


def _parts(text: str) -> list[str]:
    return [part for part in re.split(r"[\W\d_]+", text) if part]


__all__ = ("USUAL", "undressed", "unread")
