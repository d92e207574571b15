# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether two names are those of one person, and whether a name is one of a person who has done something. PRIVATE to the collection."""

from __future__ import annotations

import re
import typing as t

from .._clients.written_dates import days_meant
from .._folded_text import normalize

SAME, MAYBE, OTHER = "same", "maybe", "other"
DONE, LATER, REFUSED = "done", "later", "refused"
_NO_PERSON = re.compile(
    r"(?:\S+ )?bots?|dependabot.*|renovate.*|github actions?.*|gitlab(?: ci| runner)?|jenkins|ci(?: cd)?|cd|robots?"
    r"|automat(?:ion|ed|ic|ically)"
    r"|automatique(?:ment)?|pipelines?|system|systeme|root|cron|scripts?|ansible|awx|scheduler|noreply|no reply|yes|oui|true|ok|done|fait"
    r"|(?:the |its |l |same |son )?(?:authors?|auteurs?|autrice|writer|redacteur)|(?:the )?same(?: persons?)?|idem"
    r"|ditto|(?:the |our |my |l )?(?:team|equipe)"
    r"|me|myself|i|moi(?: meme)?|us|we|nous|self|him|her|he|she|lui|elle|everybody|everyone|tous|tout le monde|all|anyone|anybody"
)
_LATER = re.compile(
    r"\b(?:pending|awaiting|awaited|waiting|requested|not yet|yet to|never|to be (?:\w+)|planned|scheduled|foreseen"
    r"|en attente|a venir|prevue?"
    r"|planifiee?|pas encore|jamais|demandee?|in progress|en cours|asked|a (?:valider|executer|relire|approuver|tester)"
    r"|not (?:executed|tested|rehearsed|done|played)|non (?:execute|teste|joue)e?|draft|brouillon)\b"
)
_UNTICKED = re.compile(r"\[\s?\]|[☐□▢◻⬜]")
_REFUSED = re.compile(
    r"^(?:not?|non|pas|aucune?|without|sans|except|sauf|excluding|hors) \w.*"
    r"|\b(?:waived|waiver|skipped|exempt(?:ed)?|bypassed|dispensee?|derogation|not (?:needed|required|applicable)"
    r"|(?:non|pas) (?:requise?|necessaire)"
    r"|refuse[ds]?|refusee?|rejected|rejects|rejetee?|declined|declines|denied|disapproved|not (?:approved|validated|accepted|signed)"
    r"|(?:non|pas) (?:validee?|approuvee?|acceptee?|signee?)|changes requested|withdrawn|revoked|retiree?|did not|does not|n a pas)\b"
)
_FAILED = re.compile(
    r"\b(?:fail(?:s|ed|ure|ures)?|ko|nok|not ok|unsuccessful|aborted|incomplete|broken|echecs?|echouee?|interrompue?|rate)\b"
)
_NOT_FAILED = re.compile(r"\b(?:no|not|0|zero|without|never|sans|aucun|pas d|pas de) (?:\w+ )?(?:fail\w*|echecs?|echouee?)\b")
_HALF = re.compile(
    r"\b(?:partial(?:ly)?|partly|partiel(?:le)?(?:ment)?|mixed|with (?:issues|problems|errors)|avec (?:reserves?|erreurs?))\b"
)


def is_person(name: str) -> bool:
    """Not a robot, ``me``, a date or ``yes``. Teams are persons here: ``operations``."""
    plain = normalize(name)
    if not re.search(r"[^\W\d_]{2}", name) or re.search(r"\[bot\]", name, re.IGNORECASE):
        return False
    return not _NO_PERSON.fullmatch(plain) and not days_meant(name.strip())


def standing(name: str) -> str:
    """Whether what is written with a name says that its owner has done it, is still to do so, or has refused."""
    plain = normalize(name)
    if _LATER.search(plain) or _UNTICKED.search(name):
        return LATER
    return REFUSED if _REFUSED.search(plain) else DONE


def outcome(text: str) -> str:
    """``failed``, ``partly``, ``later`` or empty: what a result says of an execution."""
    plain = normalize(text)
    if _FAILED.search(plain) and not _NOT_FAILED.search(plain):
        return "failed"
    if _LATER.search(plain):
        return "later"
    return "partly" if _HALF.search(plain) else ""


def same_person(one: str, other: str) -> str:
    """``same``, ``other``, or ``maybe`` where one of the names is shorter than the other: J. Doe, jdoe, Jane."""
    first, second = _words(one), _words(other)
    if not first or not second:
        return OTHER
    if sorted(first) == sorted(second) or "".join(first) == "".join(second) or "".join(reversed(first)) == "".join(second):
        return SAME
    shared = set(first) & set(second)
    if len(shared) > 1 and (shared == set(first) or shared == set(second)):
        return SAME
    short, long = sorted((first, second), key=lambda words: (len(words), len("".join(words))))
    if len(short) == 1 and len(long) > 1:
        return MAYBE if short[0] in _short_forms(long) else OTHER
    return MAYBE if len(long) > 1 and _fits(short, long) and shared else OTHER


def same_words(one: str, other: str) -> bool:
    """Whether two names have the same words in any order, as Doe, Jane and Jane Doe."""
    return bool(_words(one)) and sorted(_words(one)) == sorted(_words(other))


def _words(name: str) -> list[str]:
    """jane.doe@payments.example and Jane Doe (payments) are Jane Doe."""
    bare = re.sub(r"\s*(?:<[^<>]*>|\([^()]*\))\s*$", "", name.strip()).lstrip("@").partition("@")[0]
    return [word for word in normalize(bare).split() if word not in ("mr", "mrs", "ms", "dr", "mme", "m", "the")]


def _short_forms(words: t.Sequence[str]) -> set[str]:
    """What a login or nickname makes of a name."""
    first, last = words[0], words[-1]
    found = {*words}
    for one, two in ((first, last), (last, first)):
        found |= {one + two, one[0] + two, one + two[0], one[0] + two[0], one[:3] + two[:3], two[:7] + one[0], one[0] + two[:7]}
    return found | {"".join(word[0] for word in words)}


def _fits(short: t.Sequence[str], long: t.Sequence[str]) -> bool:
    """Whether each word is one of the other name, or its first letter."""
    left = list(long)
    for word in sorted(short, key=len, reverse=True):
        match = next((one for one in left if one == word or (1 in (len(one), len(word)) and one[0] == word[0])), None)
        if match is None:
            return False
        left.remove(match)
    return True


__all__ = ("DONE", "LATER", "MAYBE", "OTHER", "REFUSED", "SAME", "is_person", "outcome", "same_person", "same_words", "standing")
