# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers of cards and persons as tables, tracks and forms write them; and what has a valid checksum and is none."""

from __future__ import annotations

import random
import re
import typing as t

import pytest
import secrets_made as made
from ansible_collections.operability.readiness.plugins.module_utils._clients.log_lines import Line, Run
from ansible_collections.operability.readiness.plugins.module_utils._clients.secret_scan import Scan


def found(*lines: str, identifiers: t.Sequence[str] = ()) -> list[tuple[str, str]]:
    scan = Scan(identifiers, lambda: None)
    scan.look(Run("app.log", [Line(line) for line in lines]))
    return [(one.family, one.value) for one in scan.secrets()]


def card(rng: random.Random) -> str:
    body = rng.choice(("4", "51", "55", "2221", "6011"))
    body += made.of(rng, "0123456789", 15 - len(body))
    return body + made.check_digit(body)


def spaced(number: str, sign: str) -> str:
    return sign.join(number[place : place + 4] for place in range(0, 16, 4))


PLAIN = (
    *("2026-12-01,{},1228,19.90,EUR", "55,{},EUR", "[12,{},13]", '12,"{}",13', "55;{};EUR", "a|{}|b"),
    *("%B{}^DURAND/MARC^28121010000000000000?", "{}D28121010000012300000", ";{}=28121010000012300000?", r"pan\n{}\n", r"\u0022{}\u0022"),
    *("%22{}%22", "pan%3D{}%26x", "pan={}&cvv=1", "pan_{}", "ref-{}", "card_{}"),
)
GROUPED = ("55 {}", "2026 {}", "05:00:00 {}", "card {} 09/28", "12, {}, 13")


def test_cards_as_they_are_written() -> None:
    rng = random.Random(11)
    for _unused in range(30):
        number = card(rng)
        for around in PLAIN:
            assert found(around.format(number)) == [("card_number", number)], around
        for around in GROUPED:
            for sign in (" ", "-", ".", "+", "%20", "\u00a0"):
                assert found(around.format(spaced(number, sign))) == [("card_number", number)], (around, sign)


def siret(rng: random.Random, begins: str) -> str:
    body = begins + made.of(rng, "0123456789", 8 - len(begins))
    siren = body + made.check_digit(body)
    body = siren + made.of(rng, "0123456789", 4)
    return body + made.check_digit(body)


@pytest.mark.parametrize("template", ["client siret={}", "SIRET {} registered", '"siret":"{}"', "{}", "a,{},b"])
def test_numbers_of_establishments_are_none_of_cards(template: str) -> None:
    rng = random.Random(template)
    lines = [template.format(siret(rng, begins)) for begins in ("36", "38", "39", "301", "304") for _unused in range(80)]
    assert found(*lines) == []
    number = made.card(random.Random(3))
    assert found(*lines, f"pan={number}") == [("card_number", number)]


@pytest.mark.parametrize("name", ["order_number", "invoice_no", "tracking", "customer_ref", "imei", "booking-reference"])
def test_a_name_that_says_what_it_is(name: str) -> None:
    assert found(*[f"{name}={card(random.Random(place))}" for place in range(50)]) == []
    number = card(random.Random(1))
    assert found(f"card_{name}={number}") == [("card_number", number)]


def test_counters_in_columns_are_none() -> None:
    rng = random.Random(5)
    lines = ["".join(f" {rng.randrange(2000, 6999)}" for _unused in range(4)).strip() for _unused in range(400)]
    lines += [f"id {'-'.join(str(rng.randrange(2000, 6999)) for _unused in range(4))}" for _unused in range(400)]
    assert found(*lines) == []
    number = card(rng)
    assert found(*lines, f"paid with {spaced(number, ' ')}") == [("card_number", number)]


def test_persons_as_they_are_written() -> None:
    assert found("iban fr1420041010050500013m02606", identifiers=["iban"]) == [("iban", "FR1420041010050500013M02606")]
    assert found("iban FR14-2004-1010-0505-0001-3M02-606", identifiers=["iban"]) == [("iban", "FR1420041010050500013M02606")]
    assert found("assuré 1.84.12.76.451.089.46", identifiers=["nir"]) == [("nir", "184127645108946")]


def test_numbers_of_parts_are_none_of_persons() -> None:
    rng = random.Random(7)
    lines = [f"part {made.of(rng, '0123456789', 8)}{rng.choice('TRWAGMYFPDXBNJZSQVHLCKE')}" for _unused in range(400)]
    assert found(*lines, identifiers=["dni"]) == []
    number = made.dni(rng)
    assert found(*lines, f"dni {number}", identifiers=["dni"]) == [("dni", re.sub(r"\W", "", number))]
