# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what stands for a contact can reach anybody, and whether that is a person. PRIVATE to the collection."""

from __future__ import annotations

import re

from .._placeholders import NO_WORDS, WORDS, plain

_PLACEHOLDER = re.compile(
    rf"({WORDS}"
    r"|see above|see below|(same|like|as) (as )?(above|below|(tier|level|n) ?\d)|voir ci-dessus|comme (ci-dessus|n ?\d)|"
    r"(see|voir|cf\.?) (tier ?|niveau ?|n ?)\d)\b.*|" + NO_WORDS,
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[^@\s,;]+@(?:[^@\s.,;]+\.)+[^@\s.,;]{2,}")
_NOBODY = frozenset(
    ("nobody", "noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "ne-pas-repondre", "nepasrepondre", "someone", "somebody")
    + ("user", "username", "name", "changeme", "todo", "tbd", "xxx", "example", "personne", "devnull", "null", "none", "test", "foo", "abc")
    + ("mailer-daemon", "prenom.nom", "firstname.lastname", "first.last", "nom.prenom", "your.name", "me")
)
# RFC 2606 and RFC 6761; the top-level domains .example and .test stay, demonstrations are made with them
_EXAMPLE_DOMAINS = re.compile(
    r"(^|[.@/])(example\.(com|org|net)|domain\.(tld|com)|(company|mycompany|yourcompany|your-company|acme)\.com)\b"
    r"|@(?:[^@\s]+\.)?(invalid|localhost|localdomain)$",
    re.IGNORECASE,
)
# in a text with single spaces
_EXTENSION = r"(?: ?[(,]? ?(?:extension|ext\.?|x|poste|option|opt\.?|choix|touche|#) ?\d{1,6}\)?)"
_NUMBER = re.compile(rf"[\d\s+().\-/\u00a0\u202f]+{_EXTENSION}?", re.IGNORECASE)
_NUMBER_WITHIN = re.compile(rf"(?<![\w@])\+?\(?\d[\d\s().\-/\u00a0\u202f]{{6,40}}\d{_EXTENSION}?", re.IGNORECASE)
# how a number is reached: by a text, or from within the house
_WAY = re.compile(
    r"^(?:mailto:|(?:tel|sms|signal|whatsapp)(?::\s*|\s+)(?=[+\d(])|(?:dect|poste|extension|ext\.?|interne)[\s:]+(?=\d[\d\s]*$))",
    re.IGNORECASE,
)
_ADDRESS_WITHIN = re.compile(r"[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[\w-]{2,63}")
# a number whose digits are still to come; alarm calls, which reach no support; numbers of a country with too few digits or too many
_MASKED_NUMBER = re.compile(r"(?:tel:)?\+?(?=[^a-z]*\d)(?=.*[x*_?]{2})[\dx*_?\s().\-/]+", re.IGNORECASE)
_ALARM = ("112", "911", "999")
_LENGTHS = {"33": (9, 9), "1": (10, 10), "44": (9, 10), "32": (8, 9), "41": (9, 9), "34": (9, 9), "351": (9, 9)}
_NOBODY_IN_WORDS = re.compile(
    r"(?:any|anyone|anybody|someone|somebody|quelqu'un|n'importe qui|contacts?|whoever)|(?:see|voir|cf\.?|refer to|consult(?:er)?)\s.+"
    r"|.+\s(?:vacante?|tbd|tbc|todo|unfilled|non pourvue?)"
)
# who is not there any more, or not now
_GONE = re.compile(
    r"^ex-(?=[a-z])|[(\[-]\s*(?:partie?s?|left|gone|retired|retraitee?s?|conges?|absente?s?|en conges?|on leave|sabbatical)\s*[)\]]?$"
    r"|\b(?:left the (?:company|team)|(?:has|have) left|no longer (?:here|with|at|in|works)|doesn't work here|a quitte|ont quitte"
    r"|n'est plus|ne travaille plus|demissionnaires?|en conges?|on (?:\w+ )?leave"
    r"|conge (?:maternite|paternite|parental|maladie)|en arret maladie)\b"
)
_REPLACED = re.compile(r"\b(?:remplace\w*|replaced|cover\w*|interim)\b")
# of a list, a machine or a program: something is sent there, and nobody answers for it
_IMPERSONAL = re.compile(
    r"\b(queue|file d'attente|mailing[ -]?list|distribution[ -]?list|liste? de diffusion|mailbox|boite|bal|inbox"
    r"|ticket(ing)?s?|jira|servicenow|snow|glpi|itop|otrs|redmine|zendesk"
    r"|backlog|board|tableau|channel|canal|salon|slack|teams|mattermost|bot|chatbot|robot|webhook|wiki|faq|portal|portail|formulaire|form|forum"
    r"|newsgroup|group|groupe|list|messagerie vocale|boite vocale|voice ?mail|repondeur|answering machine)\b"
    r"|^#[\w-]+$|^(?:pager ?duty|ops ?genie|grafana on ?call|victor ?ops|splunk on-call|xmatters|squadcast|fresh ?service|fresh ?desk)$",
    re.IGNORECASE,
)
_IMPERSONAL_MAILBOX = re.compile(
    r"([-._+](list|liste|queue|tickets?|bot|robot|alerts?|alertes?|noreply|all|group|groupe|dl|ml)"
    r"|^(dl|ml|bal|list|liste|bot|tickets?|queue|alerts?|all|info|contact)([-._+].*)?)$",
    re.IGNORECASE,
)
# of a role that nobody has in particular: what is sent there is read when somebody looks
_ROLE_MAILBOX = re.compile(
    r"(?:it|service)?[-._]?(?:support|help ?desk|help)(?:[-._+].*)?|.*[-._+](?:support|help[-._]?desk)"
    r"|admin|admins|administrator|administrateurs?|administration|postmaster|webmaster|hostmaster|root|abuse|office|hello|service"
    r"|(?:.*[-._+])?(?:incidents?|alertes?|alerts?|notifications?|supervision|monitoring)",
    re.IGNORECASE,
)
_TEAM_WORDS = frozenset(
    ("team", "equipe", "squad", "desk", "oncall", "call", "astreinte", "permanence", "ops", "sre", "dba", "noc", "cellule")
)
_ARTICLES = frozenset(("the", "our", "a", "an", "la", "le", "les", "l", "une", "un", "notre", "nos", "on"))
_LIST_DOMAINS = re.compile(r"@(lists?|groups?|listes?|mailman|sympa|googlegroups)\.", re.IGNORECASE)


def is_placeholder(text: str) -> bool:
    """``TODO``, ``t.b.d.``, ``n/a``, ``à compléter``, ``nobody@...``, ``...@example.com``, ``00 00 00 00 00``."""
    value = _bare(text)
    local, at, _domain = value.rpartition("@")
    if at and plain(local.rpartition(":")[2]) in _NOBODY:
        return True
    if (_NUMBER.fullmatch(value) and _is_no_number(value)) or _MASKED_NUMBER.fullmatch(value) or _NOBODY_IN_WORDS.fullmatch(plain(value)):
        return True
    within = _NUMBER_WITHIN.findall(value)
    if within and not at and all(one.startswith(("+", "0")) and _is_no_number(one) for one in within):
        return True
    if value.startswith(("<", "[", "{")) and value.endswith((">", "]", "}")):
        return True
    return bool(_PLACEHOLDER.fullmatch(plain(value)) or _EXAMPLE_DOMAINS.search(value))


def _is_no_number(value: str) -> bool:
    """All the same digits, digits in their order, or one that is kept for films (+1 555 01xx, +33 1 99 00 xx xx)."""
    digits = re.sub(r"\D", "", value)
    if len(digits) > 15:  # E.164
        return True
    if re.search(r"(\d)\1{6,}", digits) or re.fullmatch(r"(\d\d)\1{3,}", digits):
        return True
    if any(digits[at : at + 7] in run for at in range(len(digits) - 6) for run in ("01234567890123456789", "98765432109876543210")):
        return True
    french = re.fullmatch(r"(?:0|(?:00)?33)[1-9](\d{8})", digits)
    if not french:
        return False
    pairs = [int(french.group(1)[at : at + 2]) for at in range(0, 8, 2)]
    steps = {after - before for before, after in zip(pairs, pairs[1:])}
    return len(steps) == 1 and steps <= {-11, -10, -1, 1, 10, 11}  # 01 02 03 04, 11 22 33 44, 10 20 30 40


def contacts_of(value: object) -> list[str]:
    """The contacts of a text that may name several: ``desk@..., +33 1 ...``."""
    text = str(value or "").strip()
    parts = [part.strip() for part in re.split(r"[;,]| / |\s+(?:or|ou|and|et)\s+|\n", text) if part.strip()]
    return parts if all(is_contact(part) for part in parts) else [text] if text else []


def is_contact(text: str) -> bool:
    """An e-mail address, a telephone number, a URL, or a name of three letters and more."""
    value = _bare(text)
    if re.fullmatch(r"@\S*", value):  # a name in a chat, where nobody must look
        return False
    if "@" in value and not value.startswith(("http://", "https://")) and " " not in value:
        return bool(_EMAIL.fullmatch(value))
    if _NUMBER.fullmatch(value):
        international = value.startswith(("+", "00"))
        digits = _parts_of_number(value)[0]
        if not international:
            return len(digits) >= 3 and digits not in _ALARM  # one of the house
        digits = digits.removeprefix("00")
        for code, (least, most) in _LENGTHS.items():
            if digits.startswith(code) and not least <= len(digits) - len(code) <= most:
                return False
        return len(digits) >= 8
    return len(re.findall(r"\w", value)) >= 3


def reaches(text: str) -> bool:
    """Whether somebody can be called or written to there: a number or an address that is no placeholder."""
    value = _bare(text)
    if is_placeholder(value) or not is_contact(value):
        return False
    return bool(_EMAIL.fullmatch(value) or _NUMBER.fullmatch(value))


def is_gone(text: str) -> bool:
    """``Alice (left)``, ``ex-Alice``, ``Alice (en congé)``: who is no longer there, or not now, and nobody is named instead."""
    value = plain(text)
    return bool(_GONE.search(value)) and not _REPLACED.search(value)


def all_gone(contact: object) -> bool:
    """Whether each of the contacts of a text is gone, also where that is said behind a comma: ``Alice Martin, on leave``."""
    given = contacts_of(contact)
    there = [one for one in given if not is_gone(one)]
    said = [one for one in given if is_gone(one) and not names_somebody(one)]
    return bool(given) and (not there or bool(said) and len(there) <= len(said))


def is_role_mailbox(text: str) -> bool:
    """``support@``, ``admin@``, ``incidents@``: an address of everybody, of which nobody has to look after what comes."""
    value = _bare(text)
    return bool(_EMAIL.fullmatch(value) and _ROLE_MAILBOX.fullmatch(value.rpartition("@")[0]))


def names_somebody(text: str) -> bool:
    """An address, a number, a name, or a team of a name (``team-payments``).

    What else is written without any capital, as ``the provider`` is, is a word for anybody.
    """
    value = text.strip()
    words = [word for word in re.split(r"[\W_]+", plain(value)) if word and word not in _ARTICLES]
    return bool(
        (len(words) > 1 and _TEAM_WORDS.intersection(words))
        or "@" in value
        or "://" in value
        or re.search(r"\d", value)
        or any(c.isupper() or not (c.islower() or c in "-_'\u2019. ") for c in value)
    )


def is_impersonal(text: str) -> bool:
    """A queue, a mailing list, a channel, a ticket system: what is sent there is kept, and nobody has to answer."""
    value = _bare(text)
    if _EMAIL.fullmatch(value):
        return bool(_IMPERSONAL_MAILBOX.search(value.rpartition("@")[0]) or _LIST_DOMAINS.search(value))
    return bool(_IMPERSONAL.search(plain(value)))


def same_contact(text: str) -> frozenset[str]:
    """What contacts that are one have in common: the addresses and numbers in them, or else the words of a name, in whatever order."""
    value = _bare(text)
    if "://" in value:
        return frozenset((plain(value).rstrip("/"),))
    addresses = _ADDRESS_WITHIN.findall(value)
    found = {plain(one) for one in addresses}
    if _NUMBER.fullmatch(value):
        found.add(_bare_number(value))
    elif not addresses or re.search(r"\s", value):
        found |= {_bare_number(match.group(0)) for match in _NUMBER_WITHIN.finditer(_ADDRESS_WITHIN.sub(" ", value))}
    return frozenset(found or (" ".join(sorted(re.findall(r"[\w#@]+", plain(value)))) or plain(value),))


def are_one(first: str, second: str) -> bool:
    """Whether two contacts are one, also where one is an address that spells the name of the other."""
    one, other = same_contact(first), same_contact(second)
    return bool(one & other or _spelled(first) & other or _spelled(second) & one)


def _spelled(text: str) -> frozenset[str]:
    """The names that addresses spell: ``bob.petit@...``, as ``same_contact`` has them."""
    locals_ = (re.findall(r"[^\W\d_]{2,}", plain(one.rpartition("@")[0])) for one in _ADDRESS_WITHIN.findall(text))
    return frozenset(" ".join(sorted(parts)) for parts in locals_ if len(parts) > 1)


def _bare(text: str) -> str:
    """An address or a number without the way in which it is reached."""
    return _WAY.sub("", " ".join(text.split()))


def _bare_number(text: str) -> str:
    number, extension = _parts_of_number(text)
    digits = number.removeprefix("00")
    return (digits[-9:] if len(digits) >= 9 else digits) + (f"x{extension}" if extension else "")


def _parts_of_number(text: str) -> tuple[str, str]:
    """Its digits, and those of an extension of the house."""
    number, _mark, extension = re.sub(rf"(?i){_EXTENSION}$", _marked, text.replace("(0)", "")).partition("#")
    return re.sub(r"\D", "", number), re.sub(r"\D", "", extension)


def _marked(extension: re.Match[str]) -> str:
    return "#" + re.sub(r"\D", "", extension.group(0))


__all__ = (
    "all_gone",
    "are_one",
    "contacts_of",
    "is_contact",
    "is_gone",
    "is_impersonal",
    "is_placeholder",
    "is_role_mailbox",
    "names_somebody",
    "plain",
    "reaches",
    "same_contact",
)
