# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who has signed a document, read from a front matter or from the rows and lines of a section of signatures. PRIVATE to the collection.

A name in a section alone signs nothing: there must be a date, a tick or a signature beside it, or the words *validated by* before it.
"""

from __future__ import annotations

import datetime as dt
import re
import typing as t

from .._clients.document import Document, Part, Section
from .._clients.document_building import CELLS
from .._clients.written_dates import days_meant
from .._folded_text import normalize
from .._message import one_line
from ._document_fields import is_nobody, people
from ._people_named import DONE, LATER, REFUSED, is_person, standing

_AHEAD = dt.timedelta(hours=14)  # somewhere it is tomorrow already
UNSIGNED, UNDATED, FUTURE = "unsigned", "undated", "future"
_MOST, _LONGEST, _DEEPEST = 60, 300, 4
_NAME = ("name", "nom", "full name", "nom prenom", "prenom nom", "nom et prenom", "who", "qui", "by", "par", "person", "personne")
_SIGNER = (
    "validator", "validators", "validateur", "validateurs", "valideur", "approver", "approvers", "approbateur",
    "approbateurs", "validated by",
    "approved by", "valide par", "approuve par", "signed by", "signataire", "signatory", "reviewer", "relecteur", "stakeholder", "vise par",
)  # fmt: skip
_CONTACT = ("email", "mail", "contact", "slack", "login", "id")
_ROLE = (
    "role", "roles", "function", "fonction", "team", "equipe", "group", "groupe", "entity", "entite", "service", "title", "titre", "poste",
    "department", "departement", "direction", "profil", "on behalf of", "for", "pour", "position",
)  # fmt: skip
_DATE = (
    "date", "on", "at", "le", "when", "quand", "day", "signed on", "validated on", "approved on", "signe le", "valide le", "approuve le",
    "date de validation", "date d approbation", "date de signature", "approval date", "validation date", "signature date", "date signed",
)  # fmt: skip
_SIGN = ("signature", "signatures", "visa", "sign off", "signed", "signe", "initials", "paraphe", "emargement")
_STATE = (
    "status", "statut", "state", "etat", "decision", "result", "resultat", "avis", "verdict", "approved", "validated", "valide", "approuve",
    "approval", "validation", "ok", "outcome", "conclusion",
)  # fmt: skip
_AUTHOR = re.compile(
    r"(?:(?:document |principal |main )?(?:author|auteur|autrice|writer|redacteur|redactrice)s?|written by|redige par|redaction)"
)
_YES = re.compile(
    r"(?:x|v|yes|oui|ok|true|done|fait|go|signed|signee?|approved|approuvee?|validated|validee?|accepted|acceptee?"
    r"|agreed|favorable|bon pour accord)"
    r"(?: .*)?"
)
_TICK = re.compile(r"\[[xX✓✔]\]|[☑☒✅✔✓🗹]")
_TITLE = re.compile(
    r"(?:\d+ )*(?:(?:document|documentation|manual|dossier|final|formal|circuit de|cycle de|historique de) )?"
    r"(?:validations?|approvals?|approbations?|visas?|signatures?|sign offs?|signoffs?|validators|validateurs"
    r"|approvers|approbateurs|valideurs"
    r"|validated by|approved by|validee? par|approuvee? par|reviewed and approved by)"
    r"(?: (?:and|et) (?:validations?|approvals?|approbations?|visas?|signatures?|sign offs?|reviews?|revue|relecture|diffusion))?"
    r"(?: (?:of|du|de|de ce|of this|of the) (?:document|manual|dossier|manuel))?"
)
_REVIEWS = re.compile(r"(?:reviews?|revues?|relectures?) (?:and|et) (?:validations?|approvals?|approbations?)")
_LABEL = re.compile(
    r"(?i:(?:validated|approved|signed|signed off|reviewed and approved|validée?|approuvée?|signée?|visée?"
    r"|validator|approver|validateur|approbateur)s?)"
    r"(?i:\s+(?:by|par))?(\s*[:：]\s*|\s+)(\S.*)"
)
_APART = re.compile(r"\s*[,;|–—]\s*|\s+-\s+|\s*:\s+|\s+/\s+|\s+(?:on|le|au)\s+(?=\d|[^\W\d_]+ \d)|\s+(?=\d{1,4}[-/. ]\S)")
_NO_NAME = re.compile(
    r"\b(?:tests?|checks?|smoke|health|ping|deploy\w*|release|build|login|get|post|http|status|run|card|cards|numbers?|input)\b"
)
_SMALL = frozenset(
    ["de", "du", "des", "d", "la", "le", "van", "von", "der", "den", "ten", "di", "da", "dos", "el", "al", "bin", "ben", "ibn", "of"]
)
_COLUMNS = frozenset((*_NAME, *_SIGNER, *_ROLE, *_DATE, *_SIGN, *_STATE))
_STATUS_KEYS = frozenset((*_STATE, *_SIGN))


class Signed(t.NamedTuple):
    """``roles``: what else the entry says he is. ``state``: of ``standing``, or unsigned, undated or future."""

    name: str
    roles: tuple[str, ...] = ()
    state: str = DONE

    @property
    def is_author(self) -> bool:
        return any(_AUTHOR.fullmatch(normalize(role)) for role in self.roles)


# -- of a front matter


def of_value(value: object, now: dt.datetime, depth: int = 0) -> list[Signed]:
    """A text of one or several names, a list of these, mappings with name, role, date and status, or of roles to names."""
    if depth > _DEEPEST or value is None or isinstance(value, bool):
        return []
    if isinstance(value, t.Mapping):
        return _of_mapping({normalize(str(key)): item for key, item in list(value.items())[:_MOST]}, now, depth)
    if isinstance(value, (list, tuple)):
        return [one for item in value[:_MOST] for one in of_value(item, now, depth + 1)][:_MOST]
    text = one_line(value, 2000)
    pieces = people(text)[:_MOST] if text else []
    late = any(_ahead(piece, now) for piece in pieces)
    return [_with_roles(piece, FUTURE if late else "") for piece in pieces if not days_meant(piece)] if text else []


def _of_mapping(fields: t.Mapping[str, object], now: dt.datetime, depth: int) -> list[Signed]:
    key = next((name for name in (*_NAME, *_SIGNER, *_CONTACT, *_ROLE) if fields.get(name) not in (None, "", [])), "")
    if not key:
        found = []
        for role, value in fields.items():
            if isinstance(value, bool) or days_meant(value):  # names to dates
                state = FUTURE if _ahead(value, now) else DONE if value else LATER
                found.append(Signed(role, state=state))
            else:
                found += [one._replace(roles=(*one.roles, role)) for one in of_value(value, now, depth + 1)]
        return found[:_MOST]
    roles = tuple(one_line(role, 60) for name in _ROLE if name != key for role in _listed(fields.get(name)))
    said = [one_line(item, 100) for name in _STATUS_KEYS if name != key for item in _listed(fields.get(name), truths=True)]
    state = next((one for one in map(_of_state, said) if one != DONE), "")
    if any(_ahead(fields.get(name), now) for name in _DATE):
        state = state or FUTURE
    return [one._replace(roles=(*one.roles, *roles), state=state or one.state) for one in of_value(fields[key], now, depth + 1)]


def _listed(value: object, *, truths: bool = False) -> list[object]:
    items = value if isinstance(value, (list, tuple)) else [value]
    return [item for item in items[:10] if isinstance(item, (str, int)) and (truths or not isinstance(item, bool)) and str(item).strip()]


def _of_state(text: str) -> str:
    if _TICK.search(text):
        return DONE
    if normalize(text) in ("false", "no", "non", "ko", "nok"):
        return REFUSED
    return LATER if is_nobody(text) else standing(text)


def _ahead(value: object, now: dt.datetime) -> bool:
    days = days_meant(value)
    return bool(days) and days[0] > (now + _AHEAD).date()


def _with_roles(text: str, state: str = "") -> Signed:
    """``Ali Ben (operations)``, ``Ali Ben - operations``."""
    whole = re.sub(r"^\s*(?:\[[xX]\]|[☑✅✔✓])\s*", "", text)
    match = re.fullmatch(r"([^()]*)\(([^()]*)\)\s*", whole)
    first, *more = re.split(r"\s+[-–—/|]\s+|:\s+", match.group(1).strip() if match else whole.strip())
    roles = [*more, *(re.split(r"\s*[,;/]\s*", match.group(2)) if match else [])]
    standings = standing(whole), *(LATER for one in more if is_nobody(one))
    return Signed(one_line(text, 100), tuple([first, *roles]), next((one for one in standings if one != DONE), state or DONE))


# -- of a section


def of_sections(document: Document, wanted: t.Collection[str], now: dt.datetime) -> list[Signed]:
    """Those whom a section of signatures names."""
    found: list[Signed] = []
    for section in document.sections:
        title = normalize(section.title)
        if _TITLE.fullmatch(title) or _REVIEWS.fullmatch(re.sub(r"^(?:\d+ )+", "", title)):
            found += _of_section(section, {normalize(one) for one in wanted}, now)
    return found[:_MOST]


def _of_section(section: Section, wanted: t.Collection[str], now: dt.datetime) -> list[Signed]:
    found: list[Signed] = []
    head: list[str] = []
    labelled = bool(re.search(r"\b(?:by|par)$|valid(?:ators|ateurs)|valideurs|approvers|approbateurs", normalize(section.title)))
    for part in section.parts[: _MOST * 2]:
        if part.kind not in ("head", "row", "words"):
            continue
        if part.kind == "words":
            head = []
            for line in part.text[: _LONGEST * 10].split("\n")[:_MOST]:
                found += _of_line(line[:_LONGEST], wanted, now, labelled)
            continue
        cells = _cells(part)
        names = [normalize(cell.strip("*_ :：")) for cell in cells]
        alone = len(cells) == 2 and names[0] in _SIGNER and names[1] not in _COLUMNS
        if not alone and (part.kind == "head" or sum(name in _COLUMNS for name in names) > 1):
            head = names
        elif not alone and head and any(name in (*_NAME, *_SIGNER, *_ROLE) for name in head):
            found += _of_row(dict(zip(head, cells)), now, labelled)
        elif len(cells) == 2:
            found += _of_line(f"{cells[0].rstrip(':： ')}: {cells[1]}", wanted, now, labelled)
    return found


def _cells(part: Part) -> list[str]:
    text = part.text[: _LONGEST * 5]
    return [cell.strip() for cell in text.removesuffix(CELLS).split(CELLS)]


def _of_row(row: t.Mapping[str, str], now: dt.datetime, labelled: bool) -> list[Signed]:
    def first(names: t.Collection[str]) -> str:
        return next((row[name] for name in names if row.get(name)), "")

    role = first(_ROLE)
    name = first(_SIGNER) or first(_NAME) or ("" if any(one in row for one in (*_SIGNER, *_NAME)) else role)
    if not name or is_nobody(name) or not is_person(name):
        return []
    marks = [one for one in (*_SIGN, *_STATE) if one in row]
    said = [row[one] for one in marks if row[one] and not re.fullmatch(r"[\W_]*", _TICK.sub("x", row[one]))]
    state = next((one for one in (*map(_of_state, said), standing(name)) if one != DONE), "")
    date = first(_DATE)
    if not state and date:
        state = FUTURE if _ahead(date, now) else "" if days_meant(date) else _of_state(date) if _of_state(date) != DONE else UNSIGNED
    ticked = any(_TICK.search(one) or _YES.fullmatch(normalize(one)) for one in said) or any(
        row.get(one) for one in _SIGN if row.get(one) in said
    )
    if not state and not days_meant(date) and not ticked:
        state = UNSIGNED if marks or any(one in row for one in _DATE) else DONE if labelled else UNDATED
    shown = ", ".join([name, *(one for one in said if one)]) if state not in ("", DONE) else name
    return [Signed(one_line(shown, 100), (*_with_roles(name).roles, *([role] if role else [])), state or DONE)]


def _of_line(line: str, wanted: t.Collection[str], now: dt.datetime, labelled: bool) -> list[Signed]:
    plain = line.strip().strip("*_ ").replace("**", "")
    ticked = bool(_TICK.search(plain))
    bare = re.sub(r"^\s*(?:\[.?\]|[☐□☑☒✅✔✓])\s*", "", plain)
    match = _LABEL.fullmatch(bare)
    said = match.group(2) if match else bare
    pieces = [piece for piece in _APART.split(said) if piece and piece.strip(" .")]
    names = [piece for piece in pieces if not days_meant(piece)]
    dates = [piece for piece in pieces if days_meant(piece)]
    sure = bool(match and re.search(r"[:：]", match.group(1))) or ticked or labelled
    if not names or len(names) > 6 or (not match and not _is_name(names[0])) or (match and not (_is_name(names[0]) or (sure and dates))):
        return []
    if standing(plain) != DONE:
        return [Signed(one_line(said, 100), tuple(names), standing(plain))]
    single = len(normalize(names[0]).split()) == 1 and normalize(names[0]) not in wanted
    if dates:
        state = FUTURE if any(_ahead(date, now) for date in dates) else DONE
    elif sure and (match or labelled or not single):
        state = DONE
    else:
        state = "" if single and not ticked else UNDATED
    if not state:
        return []
    roles = [role for name in names for role in _with_roles(name).roles]
    if match and match.group(1).strip() and re.search(r"\s(?:and|et)\s|&", names[0]):
        return [one._replace(state=state) for one in of_value(said, now)]
    return [Signed(one_line(names[0], 100), tuple(roles), state)]


def _is_name(text: str) -> bool:
    """Words that begin with capitals, one word, or an address: not a sentence."""
    bare = re.sub(r"\s*\([^()]*\)\s*$", "", text).strip(" .")
    if normalize(bare) in _COLUMNS:
        return False
    if re.fullmatch(r"@?[\w.+-]{2,40}(?:@[\w.-]{3,60})?", bare):
        return bool("@" in bare or re.fullmatch(r"[^\W\d_]{2,30}", bare)) and is_person(bare) and not is_nobody(bare)
    words = bare.split()
    named = all(word[0].isupper() or word.casefold() in _SMALL for word in words) and sum(word[0].isupper() for word in words) > 1
    return (
        1 < len(words) <= 5
        and named
        and not _NO_NAME.search(normalize(bare))
        and not re.search(r"[\d<>=`/]", bare)
        and is_person(bare)
        and not is_nobody(bare)
    )


__all__ = ("FUTURE", "UNDATED", "UNSIGNED", "Signed", "of_sections", "of_value")
