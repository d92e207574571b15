# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Days, months and turns as names of files have them, in the languages of Western Europe. PRIVATE to the collection."""

from __future__ import annotations

import re
import unicodedata

# of each language, January first; without accents
_MONTHS = (
    "january february march april may june july august september october november december",
    "januar februar marz april mai juni juli august september oktober november dezember",
    "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "januari februari maart april mei juni juli augustus september oktober november december",
    "janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro",
)
_SHORT_MONTHS = (
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "jan feb mrz apr mai jun jul aug sep okt nov dez",
    "janv fevr mars avr mai juin juil aout sept oct nov dec",
    "ene feb mar abr may jun jul ago sep oct nov dic",
    "gen feb mar apr mag giu lug ago set ott nov dic",
    "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "jan fev mar abr mai jun jul ago set out nov dez",
)
_ACCENTS = {
    "maerz": 3,
    "m\u00e4rz": 3,
    "f\u00e9vrier": 2,
    "f\u00e9vr": 2,
    "ao\u00fbt": 8,
    "d\u00e9cembre": 12,
    "d\u00e9c": 12,
    "mar\u00e7o": 3,
    "m\u00e4r": 3,
}
MONTHS: dict[str, int] = dict(_ACCENTS)
for _names in (*_SHORT_MONTHS, *_MONTHS):
    MONTHS.update({name: number for number, name in enumerate(_names.split(), 1)})
LONG_MONTHS = sorted(
    {name for names in _MONTHS for name in names.split() if name not in ("mars", "mai", "may", "mei")}
    | {name for name in _ACCENTS if len(name) > 3}
)

DAYS = sorted(
    {
        name
        for names in (
            "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun",
            "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag",
            "lundi mardi mercredi jeudi vendredi samedi dimanche lun mar mer jeu ven sam dim",
            "lunes martes miercoles jueves viernes sabado domingo",
            "lunedi martedi mercoledi giovedi venerdi sabato domenica",
            "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
            "segunda-feira terca-feira quarta-feira quinta-feira sexta-feira",
            "segunda_feira terca_feira quarta_feira quinta_feira sexta_feira",
        )
        for name in names.split()
    }
)
# each is a day only where others of its language stand in its place
SHORT_DAYS = tuple(
    frozenset(names.split())
    for names in (
        "mo di mi do fr sa so",
        "mon die mit don fre sam son",
        "lu ma me je ve sa di",
        "lun mar mie jue vie sab dom",
        "lu ma mi ju vi sa do",
        "lun mar mer gio ven sab dom",
        "ma di wo do vr za zo",
        "maa din woe don vri zat zon",
        "seg ter qua qui sex sab dom",
        "segunda terca quarta quinta sexta sabado domingo",
        "mo tu we th fr sa su",
    )
)
LEAST_DAYS = 3
# what stands for another turn of the same, where each has one file
TURNS = tuple(
    frozenset(names.split())
    for names in (
        "even odd",
        "a b",
        "a b c",
        "son father grandfather",
        "old new",
        "primary secondary",
        "gerade ungerade",
        "pair impair",
        "blue green",
    )
)


def plain(text: str) -> str:
    """Without accents, in small letters; as long as the text where each letter is one sign."""
    return "".join(unicodedata.normalize("NFKD", char)[0] for char in text).lower()


WORD = re.compile(r"(?<![^\W\d_])[^\W\d_]+(?![^\W\d_])")


def short_days(names: list[str]) -> frozenset[str]:
    """The short words among the names that are days there, since at least three of one language are there."""
    words = {word for name in names for word in WORD.findall(plain(name))}
    found: set[str] = set()
    for language in SHORT_DAYS:
        if len(language & words) >= LEAST_DAYS:
            found |= language & words
    return frozenset(found)


__all__ = ("DAYS", "LONG_MONTHS", "MONTHS", "TURNS", "WORD", "plain", "short_days")
