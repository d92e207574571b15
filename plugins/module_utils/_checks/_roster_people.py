# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom an entry of a roster names, whether it is on call or on leave, and whether it can be reached. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import re
import typing as t

from .._clients.roster_entries import Attendee, Entry
from .._phrase import Message, phrase
from ._contacts import is_impersonal, is_placeholder, plain, reaches, same_contact
from ._roster_when import MEETING, less_than
from ._roster_words import undressed, unread

_ON_CALL = re.compile(
    r"\b(on[ -]?call|on[ -]duty|duty|astreintes?|permanence|garde|shift|cover|bereitschaft|rufbereitschaft|pager"
    r"|stand[ -]?by|primary|secondary)\b"
)
_AWAY = re.compile(
    r"\b(leave|vacations?|vacances|maternite|paternite|conges?|absent|absence|absente|sick|sickness|malade|maladie|rtt|ooo|out of office"
    r"|unavailable|indisponible|day off|days off"
    r"|pto|time off|maternity|paternity|parental|arret maladie|training|formation|urlaub|krank|abwesend|not available|pas disponible|away"
    r"|annual leave|recuperation|recup)\b|(?<![-\w])off(?![-\w])"
)
_FEAST = re.compile(r"\b(feries?|holidays?|birthday|anniversaire|feiertag)\b")
_NEGATED = re.compile(
    r"\b(no|not|without|pas d|pas de|sans|hors|aucune?|kein|keine|nobody|personne)\b[ '-]{0,2}(?:\w+[ '-]){0,2}?"
    r"(on[ -]?call|cover|coverage|astreinte|duty|garde|permanence|bereitschaft|shift)\b"
)
_UNFILLED = re.compile(
    r"\b(t\.?b\.?[adc]|todo|to be (defined|determined|confirmed|announced|assigned|replaced)|unassigned|unfilled|vacant|nobody|no one"
    r"|open shift|open slot"
    r"|swap (needed|wanted|requested)|cover needed|needs? (cover|swap)|looking for|wanted"
    r"|a (definir|completer|confirmer|remplacer|pourvoir|determiner)"
    r"|personne|non pourvu|remplacant|placeholder|xxx+|fixme|cancell?ed|annulee?)\b|\?"
)
# as calendars show what they are not to show
_PRIVATE = frozenset(
    ("busy", "occupe", "private", "prive", "no title", "untitled", "sans titre", "(no title)", "free", "libre", "tentative", "provisoire")
)
_APART = re.compile(r"[()\[\],;:/|]| - | – ")
_WORD = r"(?<![^\W_])(?:{})(?![^\W_])"

_ADDRESS_WITHIN = re.compile(r"(?:mailto:)?[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[\w-]{2,63}", re.IGNORECASE)
_KIND_OF_NUMBER = re.compile(
    r"^\s*(?:dect|poste|ext(?:ension)?\.?|sms|signal|whatsapp|tel|telephone|phone|mobile|portable|gsm)\s*[:.]?\s*(?=[+(]?\d)", re.IGNORECASE
)
_HANDED_ON = re.compile(r"\((?:hand[ -]?(?:off|over)|passation|releve|relais)\b[^()]*\)")
_INSTEAD = re.compile(r"(?:->|→|=>|\bto\b|\b(?:remplace|replaces|covers|covering|(?:cover|couverture) (?:for|pour|de)|for|pour)\b)")
_SWAPPED = re.compile(r"\b(?:remplace|replaces|covers|covering(?: for)?|cover for)\b|->|→|=>")
_REQUEST = re.compile(r"\bcover(?:age)? for\b|\bcouverture (?:pour|de)\b")

Person = t.Union[str, t.Sequence[str], t.Mapping[str, object], None]
ADDRESS = re.compile(r"mailto:", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Known:
    """A person of the list: how a roster may call it, and how it is reached."""

    name: str
    called: re.Pattern[str]
    contacts: tuple[str, ...]
    names: frozenset[str] = frozenset()  # the same, whole
    is_team: bool = False  # a desk with people of its own, who relieve each other

    @property
    def is_reached(self) -> bool:
        """A list or a machine is nobody's address, but for a desk whose people relieve each other."""
        return any(reaches(contact) and (self.is_team or not is_impersonal(contact)) for contact in self.contacts)

    @property
    def numbers(self) -> frozenset[str]:
        return frozenset(key for contact in self.contacts if reaches(contact) for key in same_contact(contact) if "@" not in key)

    @property
    def addresses(self) -> frozenset[str]:
        return frozenset(address_of(contact) for contact in self.contacts if "@" in contact)


@dataclasses.dataclass(frozen=True)
class Named:
    """Who is on call by an entry. Without ``people`` it covers nothing, or nobody knows (``doubt``); ``why`` says it."""

    people: tuple[str, ...] = ()
    strength: str = "sure"
    why: Message | None = None


def address_of(text: str) -> str:
    return ADDRESS.sub("", text.strip()).casefold()


def known_people(given: t.Mapping[str, Person]) -> list[Known]:
    """The list of people: by name a contact, contacts, or a mapping with ``phone``, ``mail``, ``contact`` and ``aliases``."""
    found: list[Known] = []
    for name, value in given.items():
        about: t.Mapping[str, object] = value if isinstance(value, t.Mapping) else {"contact": value}
        contacts = tuple(_KIND_OF_NUMBER.sub("", text) for key in ("phone", "mail", "contact") for text in _texts(about.get(key)))
        names = [text for one in (str(name), *_texts(about.get("aliases"))) if (text := plain(undressed(one)))]
        found.append(Known(str(name), words([*names, *_turned(names)]), contacts, frozenset(names), about.get("team") is True))
    return found


def _turned(names: t.Sequence[str]) -> list[str]:
    """The same with their parts in other orders, as directories write them: ``martin, alice``."""
    found: list[str] = []
    for name in names:
        parts = name.split()
        if len(parts) in (2, 3):
            found += [f"{one[0]},{' '.join(one[1:])}" for one in itertools.permutations(parts) if list(one) != parts]
    return found


def _called(title: str, people: t.Sequence[Known]) -> tuple[list[Known], str]:
    """Who is named in a plain title, and what is left of it. The longest name counts: Jean is not named by ``Jean Marc``."""
    hits = [(match.start(), match.end(), one) for one in people for match in one.called.finditer(title)]
    kept = [hit for hit in hits if not any(o[0] <= hit[0] and hit[1] <= o[1] and o[1] - o[0] > hit[1] - hit[0] for o in hits)]
    there = [one for one in people if any(hit[2] is one for hit in kept)]
    rest = list(title)
    for begin, end, _one in kept:
        rest[begin:end] = [" "] * (end - begin)
    return there, "".join(rest)


def _read(title: str, people: t.Sequence[Known]) -> str:
    """A plain title; for an address of somebody of the list the name of whom it reaches."""
    text = undressed(title)
    for match in reversed(list(_ADDRESS_WITHIN.finditer(text))):
        one = next((one for one in people if address_of(match.group(0)) in one.addresses), None)
        if one is not None:
            text = f"{text[: match.start()]} {one.name} {text[match.end() :]}"
    return plain(text)


def _texts(value: object) -> list[str]:
    if isinstance(value, (list, tuple)):
        return [str(one) for one in value]
    return [] if value is None else [str(value)]


def words(texts: t.Sequence[str]) -> re.Pattern[str]:
    """Finds one of these texts in a plain one, as whole words."""
    spelled = filter(None, map(_spelled, sorted(texts, key=len, reverse=True)))
    return re.compile(_WORD.format("|".join(spelled) or r"(?!)"))


def _spelled(text: str) -> str:
    """However its words are put together: ``tier1`` and ``Tier 1``, ``Jean-Pierre`` and ``Jean Pierre``."""
    pieces: list[str] = re.findall(r"\d+|,|[^\d\s,._-]+", text)
    if not pieces:
        return ""
    found = re.escape(pieces[0])
    for before, piece in zip(pieces, pieces[1:]):
        if "," in (before, piece):  # a first and a last name the other way round
            found += r"[ ,._-]+" if piece == "," else re.escape(piece)
            continue
        found += (r"[ ._-]*" if before[-1].isdigit() != piece[0].isdigit() else r"[ ._-]+") + re.escape(piece)
    return found


def named(
    entry: Entry, people: t.Sequence[Known], tier: re.Pattern[str] | None, *, must_be_reached: bool, usual: t.Sequence[str] = ()
) -> Named:
    """Who is on call by this entry. ``usual``: words that titles of this roster have, and that mean nothing."""
    if entry.status == "CANCELLED":
        return Named(why=phrase("'{title}' is cancelled", title=entry.title))
    if entry.status == "OOF":
        return Named(why=phrase("'{title}' is marked as out of office", title=entry.title))
    if entry.free:
        return Named(why=phrase("'{title}' is marked as free time (transparent)", title=entry.title))
    title = _read(entry.title, people)
    rest, _absent = _apart(tier.sub(" ", title) if tier else title, people)
    found = _found(entry, rest, people, must_be_reached)
    if not found.people:
        return found
    if entry.attendees and not entry.names and not any(one.called.search(rest) for one in people):
        silent = _silent(entry.title, title, rest, usual)
        if silent is not None:
            return Named(found.people if silent.strength != "none" else (), silent.strength, silent.why)
    away = _away(entry.title, rest) or _away_by_category(entry)
    if away is not None and (away.strength != "weakly" or found.strength == "sure"):
        return Named(found.people if away.strength != "none" else (), away.strength, away.why)
    if found.strength == "sure" and entry.status == "TENTATIVE":
        return Named(found.people, "weakly", phrase("'{title}' is tentative", title=entry.title))
    if entry.doubts:
        return Named(found.people, "doubtfully", phrase("'{title}': {why}", title=entry.title, why=entry.doubts[0]))
    if found.strength != "sure" or not (entry.titled if entry.names else people):
        return found
    more, less = _more(entry, rest, people, usual)
    if not more and less:
        why = phrase(
            "'{title}' may say less than the entry lasts ({words:list}): let the entry last as long as that, in its time zone (time_zone)",
            title=entry.title,
            words=less[:5],
        )
        return Named(found.people, "doubtfully", why)
    if more:
        why = phrase(
            "'{title}' says more than who is on call ({words:list}): where that means nothing here, list it (words)",
            title=entry.title,
            words=more[:5],
        )
        return Named(found.people, "doubtfully", why)
    return found


def _more(entry: Entry, rest: str, people: t.Sequence[Known], usual: t.Sequence[str]) -> tuple[list[str], list[str]]:
    """What a title says that nobody here knows, and what it says of when that is less than the entry lasts."""
    there, without = _called(rest, people)
    for name in entry.names:
        without = words([plain(undressed(name))]).sub(" ", without)
    begin, end = entry.wall or next(iter(entry.spans.values()), (0.0, 0.0))
    if (there or entry.names) and end - begin >= 4 * 3600:
        without = _HANDED_ON.sub(" ", without)
    request = _REQUEST.search(without)
    if len(there) > 1 and all(one.is_reached for one in there):
        without = _SWAPPED.sub(" ", without)
    without, less = less_than(without, (_moment(begin), _moment(end)))
    more = unread(without, usual)
    more += [one for one in less if MEETING.fullmatch(one)]
    return ([request.group(0)] if request and len(there) < 2 else []) + more, less


def _moment(seconds: float) -> dt.datetime:
    return dt.datetime(1970, 1, 1) + dt.timedelta(seconds=seconds)


def _apart(title: str, people: t.Sequence[Known]) -> tuple[str, str]:
    """``Alice (leave Bob)``: what stands apart and says that somebody is away says nothing of the others. The rest, and that part."""
    parts = [part for part in _APART.split(title) if part.strip()]
    absent = [part for part in parts if (_AWAY.search(part) or _NEGATED.search(part)) and any(one.called.search(part) for one in people)]
    rest = [part for part in parts if part not in absent]
    if absent and any(one.called.search(part) for one in people for part in rest) and not any(_AWAY.search(part) for part in rest):
        return " ; ".join(rest), " ; ".join(absent)
    return title, title


def _away(shown: str, title: str) -> Named | None:
    """What a title says against being on call."""
    on_call = _ON_CALL.search(title)
    if _NEGATED.search(title):
        return Named(strength="none", why=phrase("'{title}' says that nobody is on call", title=shown))
    if _AWAY.search(title):
        if on_call:
            return Named(strength="doubtfully", why=phrase("'{title}' may be leave or a time on call", title=shown))
        return Named(strength="none", why=phrase("'{title}' is leave or another absence", title=shown))
    if _FEAST.search(title) and not on_call:
        return Named(strength="none", why=phrase("'{title}' is a day of rest, and does not say that somebody is on call", title=shown))
    if _UNFILLED.search(title):
        return Named(strength="weakly", why=phrase("'{title}' is not settled", title=shown))
    return None


def _away_by_category(entry: Entry) -> Named | None:
    """The same, said by what kind of entry it is."""
    kinds = " ; ".join(plain(one) for one in entry.categories)
    if not (_AWAY.search(kinds) or _FEAST.search(kinds)):
        return None
    if not _ON_CALL.search(plain(entry.title)):
        return Named(strength="none", why=phrase("'{title}' is leave or another absence by its category", title=entry.title))
    if _AWAY.search(kinds):
        return Named(strength="doubtfully", why=phrase("'{title}' may be leave or a time on call", title=entry.title))
    return None


def _silent(shown: str, title: str, rest: str, usual: t.Sequence[str]) -> Named | None:
    """What a title lacks that names nobody, where people are known by an invitation alone: whoever is invited may be so to anything."""
    if title != rest or _ON_CALL.search(title):
        return None
    if names_nobody(title):
        return Named(strength="none", why=phrase("'{title}' does not say that those who are invited are on call", title=shown))
    if unread(less_than(title, (_moment(0), _moment(1)))[0], usual):
        return Named(strength="doubtfully", why=phrase("'{title}' does not say that those who are invited are on call", title=shown))
    return None


def away(entry: Entry, people: t.Sequence[Known]) -> tuple[str, ...]:
    """Who is on leave by this entry, whatever it is marked as."""
    if entry.status == "CANCELLED" or not people:
        return ()
    title = _read(entry.title, people)
    by_category = any(_AWAY.search(plain(one)) for one in entry.categories)
    if entry.status != "OOF" and not ((by_category or _AWAY.search(title)) and not _ON_CALL.search(title)):
        return ()
    coming = {address_of(one.address) for one in entry.attendees if _takes_part(one)}
    _rest, absent = _apart(title, people)
    return tuple(one.name for one in people if one.addresses & coming or one.called.search(absent))


def _found(entry: Entry, title: str, people: t.Sequence[Known], must_be_reached: bool) -> Named:
    refused = {address_of(one.address) for one in entry.attendees if not _takes_part(one)}
    if entry.names:
        return _by_source(entry, people, must_be_reached)
    coming = [one for one in entry.attendees if _takes_part(one)]
    if entry.attendees and not coming:
        return Named(why=phrase("nobody who was invited to '{title}' takes part in it", title=entry.title))
    if people:
        return _by_list(entry, title, people, coming, refused, must_be_reached)
    if coming:
        reached = [one for one in coming if reaches(one.address)]
        if not must_be_reached or reached:
            names = tuple(dict.fromkeys(address_of(one.address) for one in reached or coming))
            tentative = all(one.partstat == "TENTATIVE" for one in reached or coming)
            why = phrase("'{title}' is only accepted tentatively", title=entry.title) if tentative else None
            return Named(names, "weakly" if tentative else "sure", why)
        return Named(why=phrase("'{title}' invites nobody who can be reached", title=entry.title))
    if names_nobody(title):
        return Named(why=phrase("'{title}' names nobody", title=entry.title))
    if must_be_reached:
        why = phrase("nobody says how '{title}' is reached: name its people and their numbers (people)", title=entry.title)
        return Named((entry.title,), "doubtfully", why)
    return Named((entry.title,))


def _by_source(entry: Entry, people: t.Sequence[Known], must_be_reached: bool) -> Named:
    """The source names people itself, and not in a title."""
    addresses = {address_of(text) for text in entry.reached}
    there: list[str] = []
    lost: list[str] = []
    strange: list[str] = []
    for name in entry.names:
        text = plain(undressed(name))
        if names_nobody(text):
            lost.append(name)
            continue
        known = next((one for one in people if one.called.fullmatch(text) or one.addresses & {*addresses, address_of(name)}), None)
        if known is None and people and entry.reached:
            strange.append(name)  # of another team, with an address that its own service knows
            continue
        reached = (known is not None and known.is_reached) or any(reaches(text) for text in entry.reached) or reaches(name)
        (there if reached or not must_be_reached else lost).append(known.name if known else name)
    if there:
        return Named(tuple(there))
    if entry.doubts:
        return Named(entry.names, "doubtfully", phrase("'{title}': {why}", title=entry.title, why=entry.doubts[0]))
    if strange and not lost:
        return Named(why=phrase("'{title}' names nobody of the list of people", title=entry.title))
    return Named(why=phrase("{names:list} cannot be reached: no number and no address is known (people)", names=lost or list(entry.names)))


def _by_list(
    entry: Entry, title: str, people: t.Sequence[Known], coming: t.Sequence[Attendee], refused: set[str], must_be_reached: bool
) -> Named:
    invited = {address_of(one.address) for one in coming}
    tentative = {address_of(one.address) for one in coming if one.partstat == "TENTATIVE"}
    there, without = _called(title, people)
    found = [one for one in people if one.addresses & invited or (one in there and not one.addresses & refused)]
    if not found:
        return Named(why=phrase("'{title}' names nobody of the list of people", title=entry.title))
    reached = [one for one in found if one.is_reached or not must_be_reached]
    if not reached:
        names = [one.name for one in found]
        return Named(why=phrase("{names:list} cannot be reached: no number and no address is known (people)", names=names))
    if len(reached) < len(there) and _INSTEAD.search(without):
        why = phrase("'{title}' says that one stands in for another, and not all of them can be reached", title=entry.title)
        return Named(tuple(one.name for one in reached), "doubtfully", why)
    if tentative and all(one.addresses & tentative for one in reached):
        why = phrase("'{title}' is only accepted tentatively", title=entry.title)
        return Named(tuple(one.name for one in reached), "weakly", why)
    return Named(tuple(one.name for one in reached))


def _takes_part(one: Attendee) -> bool:
    return (
        one.partstat not in ("DECLINED", "DELEGATED") and one.cutype not in ("ROOM", "RESOURCE", "GROUP") and one.role != "NON-PARTICIPANT"
    )


def names_nobody(title: str) -> bool:
    """Whether a plain text without the words of its tier is a placeholder, or empty."""
    rest = re.sub(r"\b(on[ -]?call|astreinte|duty|shift|tier ?\d|n ?\d|level ?\d|niveau ?\d)\b", " ", title).strip(" :-_/,.()[]")
    return not rest or is_placeholder(rest) or rest in _PRIVATE


__all__ = ("Known", "Named", "Person", "address_of", "away", "known_people", "named", "names_nobody", "words")
