# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers of cards and of persons, by the digits with which they prove themselves. PRIVATE to the collection."""

from __future__ import annotations

import re
import typing as t

from .secret_assignments import Found

# no part of a longer number, a decimal, a UUID or an identifier
_BEFORE, _AFTER = r"(?<![0-9A-Za-z_.+*-])(?<![0-9][,:])", r"(?![0-9A-Za-z_*-]|\.[0-9])"
# begins with a plain class of characters, which is looked for fast; what stands around it is looked at then
_CARD = re.compile(
    r"[2-6][0-9]{3}(?:[0-9]{9,15}|(?P<sign>[ .+-])(?:[0-9]{4}(?P=sign)[0-9]{4}(?P=sign)[0-9]{4}|[0-9]{6}(?P=sign)[0-9]{4,5}))"
)
# a line end that is escaped, the first track of a card (%B...^); no figure with a sign behind it but a column of a table
_NOT_BEFORE = re.compile(r"(?<=\\[nrt])|(?<=%B)|(?<=pan[_-])|(?<=ard[_-])|(?<=ref[_-])|(?<=5A08)|(?<![0-9A-Za-z_.+*-])(?<![0-9]:)")
_NOT_AFTER = re.compile(rf"[D=][0-9]{{7,24}}|\^|{_AFTER}")  # the second track of a card
_MORE = re.compile(r"[ -][0-9]+(?![0-9/])")  # a group of figures, and no date on which the card ends
_GROUP_BEFORE = re.compile(r"(?<![0-9:.])(?!(?:19|20)[0-9][0-9])[0-9]{4}[ -]$")
_TABLE_OF_GROUPS = re.compile(r"(?:[0-9]{4}[ .+-]){7,}")  # longer than any card with what may stand before it
_COLUMN = re.compile(r"[,;|\t]\"?$")
_BRANDS: tuple[tuple[str, tuple[int, ...]], ...] = (
    (r"4", (13, 16, 19)),
    (r"5[1-5]", (16,)),
    (r"2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)", (16,)),
    (r"3[47]", (15,)),
    (r"3(?:0[0-5]|095|[689])", (14,)),
    (r"6(?:011|4[4-9]|5)", (16, 19)),
    (r"35(?:2[89]|[3-8])", (16,)),
    (r"62|81", (16, 17, 18, 19)),
    (r"(?:5018|5020|5038|5893|6304|6759|676[1-3])", (16, 18, 19)),
    (r"220[0-4]", (16,)),
)
BRANDS = tuple((re.compile(prefix), lengths) for prefix, lengths in _BRANDS)
# numbers that providers of payments publish for tests
_TESTS = frozenset(
    ("4111111111111111", "4242424242424242", "4012888888881881", "4000056655665556", "4222222222222", "4000000000000002")
    + ("4000000000003220", "5555555555554444", "5105105105105100", "5200828282828210", "2223003122003222", "2223000048400011")
    + ("5454545454545454", "378282246310005", "371449635398431", "378734493671000", "340000000000009", "370000000000002")
    + ("6011111111111117", "6011000990139424", "6011000400000000", "30569309025904", "38520000023237", "36227206271667")
    + ("3530111333300000", "3566002020360505", "6200000000000005", "5019717010103742", "6331101999990016", "4917610000000000")
    + ("4000000000000077", "4000002760003184", "4485040371536584")
)
FEW = 5  # candidates under a name, of which less than half prove themselves: they are numbers of something else
_NAME = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]{0,40})[\"']?\s{0,2}[=:/ ]\s{0,2}[\"'\[(]?$")

_CARDISH = r"card|carte|diners|(?:^|[._-])(?:pan|cc)(?:$|[._-])|ccn|pannumber|primaryaccount"
_IDENTIFIER = re.compile(
    rf"^(?!.*(?:{_CARDISH})).*(?:^|[._-])(?:[a-z]{{0,12}}id|uuid|guid|trace|span|hash|digest|etag|seq|sequence|offset|serial|nonce|epoch|ts|ns)$"
)


# what a name says that its number is instead
_OTHER = re.compile(
    rf"^(?!.*(?:{_CARDISH})).*(?:(?:siret|siren|imei|iccid|isbn|barcode|ean|gtin|sku|sscc|tracking|track|order|invoice|ticket|booking|parcel|shipment"
    r"|facture|commande|contract|contrat|customer|client|bestellung|rechnung|transaction|payment|purchase|delivery)[._-]?(?:no|nr|num|number"
    r"|numero|ref|reference|code|nummer)?)$"
)


_NUMBERED = frozenset(("number", "no", "nr", "num", "ref", "reference", "code", "id", "numero", "nummer"))
_WORD_BEFORE = re.compile(r"([A-Za-z]{2,20})[ _-]$")


class Cards:
    """Looks for numbers of cards through many texts: what stands under one name and mostly does not prove itself is no card."""

    def __init__(self) -> None:
        self.tried: dict[str, list[int]] = {}  # by the name in front: how many there were, how many had a valid checksum

    def find(self, text: str) -> t.Iterator[tuple[str, Found]]:
        """Each with the name under which it stands, for ``is_of_cards`` when all has been looked at."""
        for match in _candidates(text):
            digits = re.sub(r"[ .+-]", "", match.group())
            if digits in _TESTS or len(set(digits)) < 4:
                continue
            name = self._name(text, match.start(), grouped=bool(match["sign"]))
            if _IDENTIFIER.search(name) or _OTHER.search(name) or (_is_siret(digits) and not _OF_CARD.search(name)):
                continue
            count = self.tried.setdefault(name, [0, 0])
            count[0] += 1
            if luhn(digits):
                count[1] += 1
                yield name, Found("card_number", match.start(), match.end(), digits, True)

    def persons(self, text: str, kinds: t.Iterable[str]) -> t.Iterator[tuple[str, Found]]:
        """The numbers of persons of these kinds, each with its kind and the name under which it stands."""
        for kind in kinds:
            person = PERSONS[kind]
            for match in person.pattern.finditer(text):
                named = self._name(text, match.start(), grouped=False)
                if _OTHER.search(named):
                    continue
                name = f"{kind}:{named}"
                count = self.tried.setdefault(name, [0, 0])
                count[0] += 1
                if person.proves(match.group()):
                    count[1] += 1
                    yield name, Found(kind, match.start(), match.end(), re.sub(r"[ .-]", "", match.group()).upper(), True)

    def _name(self, text: str, start: int, *, grouped: bool) -> str:
        named = _NAME.search(text, max(0, start - 48), start)
        if named:
            before = _WORD_BEFORE.search(text, max(0, named.start() - 24), named.start()) if named[1].lower() in _NUMBERED else None
            return f"{before[1]}_{named[1]}".lower() if before else named[1].lower()
        if _COLUMN.search(text, max(0, start - 2), start):
            line = text.rfind("\n", max(0, start - 4000), start) + 1
            return f"-{text[line:start].count(text[start - 1])}"
        return "--" if grouped else "-"

    def left_out(self) -> int:
        """How many numbers with a valid checksum were taken for those of something else."""
        return sum(valid for name, (_count, valid) in self.tried.items() if not self.is_of_cards(name))

    def is_of_cards(self, name: str) -> bool:
        count, valid = self.tried.get(name, [0, 0])
        return count < FEW or valid * 2 >= count


def _candidates(text: str) -> t.Iterator[re.Match[str]]:
    """Whatever is as long as a card of its brand and no part of something longer; ``2026 4149 ...`` may begin with the second group."""
    place = 0
    while True:
        match = _CARD.search(text, place)
        if match is None:
            return
        good = is_of_brand(re.sub(r"[ .+-]", "", match.group())) and _stands_alone(text, match)
        place = match.end() if good or not match["sign"] else match.start() + 5
        table = None if good or not match["sign"] else _TABLE_OF_GROUPS.match(text, match.start())
        if table:
            place = table.end()
        if good:
            yield match


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    start, end = match.span()
    if not (_NOT_BEFORE.match(text, start) and _NOT_AFTER.match(text, end)):
        return False
    return not match["sign"] or not (_MORE.match(text, end) or _GROUP_BEFORE.search(text, max(0, start - 6), start))


_OF_CARD = re.compile(_CARDISH)


def _is_siret(digits: str) -> bool:
    """Whether a number is as those of French establishments are: its first nine figures prove themselves too."""
    return len(digits) == 14 and luhn(digits[:9])


def is_of_brand(digits: str) -> bool:
    """Whether a number begins and is as long as those of a known brand."""
    return any(len(digits) in lengths and pattern.match(digits) for pattern, lengths in BRANDS)


def luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit) * (1 + place % 2)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


# -- persons, asked for by name


def _nir(text: str) -> bool:
    """The number of French social security: thirteen figures, two of them letters in Corsica, and 97 less their remainder."""
    plain = re.sub(r"[ .]", "", text)
    body = plain[:13].replace("2A", "19").replace("2B", "18")
    return body.isdigit() and plain[13:].isdigit() and int(plain[13:]) == 97 - int(body) % 97


_LENGTHS = (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27 GB22 "
    "GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 MC27 MD24 ME22 MK19 "
    "MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 "
    "VG24 XK20 "
)
IBAN_LENGTHS = {entry[:2]: int(entry[2:]) for entry in _LENGTHS.split()}


def _iban(text: str) -> bool:
    plain = re.sub(r"[ -]", "", text).upper()
    if IBAN_LENGTHS.get(plain[:2]) != len(plain) or not plain.isalnum():
        return False
    return int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1


def _ahv(text: str) -> bool:
    """The Swiss AHV number: an EAN-13 that begins with 756."""
    digits = text.replace(".", "")
    return (10 - sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits[:12])) % 10) % 10 == int(digits[12])


def _belgian(text: str) -> bool:
    """The Belgian national number: 97 less the remainder, with a 2 in front for whoever was born in 2000 or later."""
    digits = re.sub(r"\D", "", text)
    return int(digits[9:]) in (97 - int(digits[:9]) % 97, 97 - int("2" + digits[:9]) % 97)


def _spanish(text: str) -> bool:
    """DNI and NIE: the letter goes by the remainder of 23."""
    digits = text[:-1].upper().replace("X", "0").replace("Y", "1").replace("Z", "2").replace("-", "")
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(digits) % 23] == text[-1].upper()


_ODD_VALUES = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
_ODD = {**dict(zip("0123456789", _ODD_VALUES)), **dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", _ODD_VALUES))}


def _italian(text: str) -> bool:
    """The codice fiscale: its last letter."""
    total = sum(_ODD[c] if place % 2 == 0 else int(c, 36) - (10 if c.isalpha() else 0) for place, c in enumerate(text[:15]))
    return chr(ord("A") + total % 26) == text[15]


class Person(t.NamedTuple):
    """A number of a person, or of their account."""

    pattern: re.Pattern[str]
    proves: t.Callable[[str], bool]


_MONTH = r"(?:0[1-9]|1[0-2]|20|3[0-9]|4[0-2]|[5-9][0-9])"
PERSONS: t.Mapping[str, Person] = {
    "nir": Person(
        re.compile(
            rf"{_BEFORE}[12][ .]?[0-9]{{2}}[ .]?{_MONTH}[ .]?(?:[0-9]{{2}}|2[AB])[ .]?[0-9]{{3}}[ .]?[0-9]{{3}}[ .]?[0-9]{{2}}{_AFTER}"
        ),
        _nir,
    ),
    "iban": Person(
        re.compile(r"(?<![0-9A-Za-z])[A-Za-z]{2}[0-9]{2}(?:[ -]?[A-Za-z0-9]{4}){2,7}(?:[ -]?[A-Za-z0-9]{1,3})?(?![0-9A-Za-z])"), _iban
    ),
    "ahv": Person(re.compile(rf"{_BEFORE}756(?:\.?[0-9]{{4}}){{2}}\.?[0-9]{{2}}{_AFTER}"), _ahv),
    "nrn": Person(
        re.compile(rf"{_BEFORE}[0-9]{{2}}\.?(?:0[1-9]|1[0-2])\.?(?:0[1-9]|[12][0-9]|3[01])-?[0-9]{{3}}\.?[0-9]{{2}}{_AFTER}"), _belgian
    ),
    "dni": Person(re.compile(r"(?<![0-9A-Za-z_.,/+*-])(?:[0-9]{8}|[XYZ]-?[0-9]{7})-?[A-HJ-NP-TV-Z](?![0-9A-Za-z_-])"), _spanish),
    "codice_fiscale": Person(
        re.compile(
            r"(?<![0-9A-Za-z])[A-Z]{6}[0-9LMNPQRSTUV]{2}[ABCDEHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z](?![0-9A-Za-z])"
        ),
        _italian,
    ),
}


__all__ = ("PERSONS", "Cards", "is_of_brand", "luhn")
