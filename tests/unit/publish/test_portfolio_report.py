# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of a whole portfolio: every service, the worst first, and what ends or is overdue."""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._publish import portfolio
from unit.publish.portfolios import NOW, Records, records, summary
from unit.publish.records import HOSTILE
from unit.publish.test_report import Structure


def seen(held: Records, language: str | None = None, **changes: t.Any) -> tuple[Structure, str]:
    made = {**summary(held, mail="mail.yml:7: unknown key servces"), **changes}
    text = portfolio.render(made, held, name="default", now=NOW, version="0.2.0", language=language)
    structure = Structure()
    structure.feed(text)
    assert structure.open == []
    return structure, re.sub(r"\s+", " ", " ".join(structure.words))


def part(said: str, begin: str, end: str) -> str:
    return said.rpartition(begin)[2].partition(end)[0]


def test_every_service_the_worst_first() -> None:
    structure, said = seen(records())
    assert "3 services: 2 NO-GO, 1 GO" in said
    services = part(said, "Last verified", "The requirements that fail most often")
    assert re.findall(r"(payments|ledger|mail) production", services) == ["mail", "payments", "ledger"]
    for expected in (
        "A team-payments",
        "12 of 15",
        "6 h ago",
        "C team-ledger",
        "2 of 2",
        "BKP-01 A good backup is younger than the RPO: newest",
    ):
        assert expected in services, expected
    assert "last known verdict; not judged in this run" in services and "30 h ago" in services
    heads = [word for word in ("Operators", "Technical monitoring") if f" {word} " in said]
    assert heads == ["Operators", "Technical monitoring"]
    assert "What could not be judged mail: input refused: mail.yml:7: unknown key servces" in said
    assert [tag for tag, _attributes in structure.elements].count("h1") == 1


def test_the_commonest_failures() -> None:
    said = part(seen(records())[1], "The requirements that fail most often", "Reservations that are overdue")
    rows = re.findall(r"([A-Z]{3}-\d\d) ", said)
    assert rows[0] == "MON-04", "it fails in one service and is unknown in another"
    assert "MON-04 Alerts are routed to those who act on them ✗ 1 fail ? 1 unknown 2 (payments, mail)" in said
    assert "LOG-05" not in rows and "BKP-03" not in rows, "a warning and a waiver are no failures"


def test_what_ends_and_what_is_overdue() -> None:
    said = seen(records())[1]
    overdue = part(said, "Due Service Requirement Responsible", "Waivers and debt")
    assert "2026-11-20 5 days over payments production LOG-05 Logs rotate and are bounded team-payments" in overdue
    assert "MON-04" not in overdue
    ending = part(said, "Approved by", "Delivery in")
    assert ending.index("2026-11-24 1 day over ledger production LOG-02") < ending.index(
        "2026-12-24 29 days left ledger production BKP-03 A restore was proven within the RTO debt"
    )
    assert "LOG-03" not in ending and "LOG-04" not in ending and "2027-03-31" not in ending, "later, and struck"
    held = records()
    held[("payments", "production")]["state"]["waivers"][0]["until"] = "2027-02-23"
    assert "2027-02-23 90 days left payments production BKP-03" in seen(held)[1]
    held[("payments", "production")]["state"]["waivers"][0]["until"] = "2027-02-24"
    assert "2027-02-24" not in seen(held)[1]


def test_delivery_figures_are_summed_not_averaged() -> None:
    held = records()
    window = held[("mail", "production")]["delivery_performance"]["windows"][1]
    window.update(deployments=6, judged=6, failed=0, change_fail_ratio=0.0, unplanned=0, deployment_rework_ratio=0.0, settled=1)
    said = part(seen(held)[1], "Delivery in the last 90 days", "What failed for the platform")
    assert "payments, production 4 25 % (1 of 4) 25 % (1 of 4) 67 % (of 3) 5" in said
    assert "All services 10 10 % (1 of 10) 10 % (1 of 10) 67 % (of 4) 5" in said
    assert "ledger" not in said, "it was not deployed"


def test_a_portfolio_without_anything_to_tell() -> None:
    held = {key: made for key, made in records().items() if key[0] == "ledger"}
    held[("ledger", "production")]["state"]["debt"] = {}
    said = seen(held)[1]
    for expected in ("1 service: 1 GO", "No requirement fails in any service.", "None is overdue.", "None ends within 90 days."):
        assert expected in said
    for absent in ("Delivery in", "What could not be judged", "Expected and never verified", "What failed for the platform"):
        assert absent not in said
    assert "0 services" in seen({})[1]


def test_what_failed_for_the_platform_and_what_was_never_verified() -> None:
    said = seen(
        records(),
        never_verified=["legacy"],
        platform_failures=[{"instrument": "http://prom", "message": "... refused it", "services": ["a", "b"]}],
    )[1]
    assert "What failed for the platform http://prom refused it (a, b)" in said and "Expected and never verified legacy" in said


def test_in_french() -> None:
    structure, said = seen(records(), "fr")
    flat = said.replace("\u00a0", " ").replace("\u202f", " ")
    assert ("html", {"lang": "fr"}) in structure.elements
    for expected in (
        "3 services : 2 NO-GO, 1 GO",
        "il y a 6 h",
        "Réserves en retard",
        "29 jours restants",
        "Tous les services",
        "Supervision technique",
    ):
        assert expected in flat, expected


@pytest.mark.parametrize("language", ["en", "fr"])
def test_hostile_text_is_text_and_nothing_is_loaded(language: str) -> None:
    held = records()
    for made in held.values():
        made["service"].update(owner=HOSTILE, level=HOSTILE)
        for box in (made["judgement"], made["state"]):
            box["stakeholders"] = {HOSTILE: "fail"}
            for item in [*box["requirements"], *box["reservations"], *box["waivers"]]:
                item.update({key: HOSTILE for key in ("title", "message", "responsible", "approved_by")})
    made = summary(held)
    made["services"][0]["reasons"] = [HOSTILE]
    text = portfolio.render(made, held, name=HOSTILE, now=NOW, version=HOSTILE, language=language)
    assert "<script" not in text and "src=" not in text and "url(" not in text and len(text) < 1_000_000
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)
