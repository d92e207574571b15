# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import datetime as dt
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils import _hours
from ansible_collections.operability.readiness.plugins.module_utils._argspec import parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import support_chain
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve, Finding
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.translating import told
from fakes import FakeRunner

N1 = {"tier": "N1", "contact": "+33 1 55 55 01 02", "hours": "24x7", "response": "15m"}
N2 = {"tier": "N2", "contact": "payments@corp.fr", "hours": "Mon-Fri 08:00-18:00", "response": "1h"}


def look(components: t.Any = None, chains: t.Any = None, **args: t.Any) -> list[Finding]:
    given = {
        "components": {"web": "payments"} if components is None else components,
        "chains": {"payments": [N1, N2]} if chains is None else chains,
    }
    return support_chain.run(parse_arguments(support_chain, {**given, **args}), FakeRunner())


def one(tier: dict[str, t.Any], **args: t.Any) -> Finding:
    return look(chains={"payments": [{**N1, **tier}]}, **args)[0]


def test_a_complete_chain_passes() -> None:
    (finding,) = look(hours="24x7", min_tiers=2)
    assert (str(finding.status), finding.instance) == ("pass", "web")
    assert finding.message == "web is supported by the chain payments: 2 tiers, each with contact, hours and response"
    assert finding.observed == {"chains": ["payments"], "tiers": ["N1", "N2"]}


@pytest.mark.parametrize(
    ("value", "status", "message"),
    [
        (None, "fail", "web has no chain of support"),
        ("", "fail", "no chain"),
        ([], "fail", "no chain"),
        (["payments"], "pass", "supported"),
        (["payments", "payments"], "pass", "supported"),
        (["payments", "other"], "fail", "web has 2 chains of support (payments, other): exactly one"),
        ("paiments", "fail", "the chain paiments, which is not defined (defined: payments)"),
        ({"name": "payments"}, "unknown", "dictionary"),
    ],
)
def test_exactly_one_chain(value: t.Any, status: str, message: str) -> None:
    (finding,) = look({"web": value})
    assert str(finding.status) == status
    assert message in finding.message


def test_one_finding_a_component() -> None:
    findings = look({"web": "payments", "db": None, "queue": "none"})
    assert [(f.instance, str(f.status)) for f in findings] == [("web", "pass"), ("db", "fail"), ("queue", "fail")]


def test_no_component() -> None:
    with pytest.raises(CannotObserve, match="no component is declared"):
        look({})


@pytest.mark.parametrize("chain", ["N1", {"tier": "N1"}, ["N1"], [None], 3])
def test_wrong_shapes(chain: t.Any) -> None:
    (finding,) = look(chains={"payments": chain})
    assert (str(finding.status), "not a list of tiers" in finding.message) == ("unknown", True)


def test_it_is_told_in_french() -> None:
    message = one({"contact": None}).message
    assert message.template == "{component}: {remarks}"
    assert message.params["component"] == "web"
    assert told(message, "fr") == "composant web\u00a0: N1 de la chaîne payments sans contact"
    (gap,) = look(hours="24x7", chains={"payments": [{**N1, "hours": "Mon-Fri 00:00-24:00"}]})
    assert told(gap.message, "fr") == (
        "composant web\u00a0: les plages horaires de la chaîne payments ne couvrent pas l\u2019engagement 24x7\u00a0: "
        "personne le samedi à 00:00 (2\u00a0j par semaine)"
    )


def test_too_few_tiers() -> None:
    assert "has 0 tiers, it needs 1" in look(chains={"payments": []})[0].message
    assert "has 1 tier, it needs 2" in one({}, min_tiers=2).message


@pytest.mark.parametrize("key", ["contact", "hours", "response"])
@pytest.mark.parametrize(
    "value", [None, "", "  ", "TODO", "tbd", "xxx", "XXXX", "?", "-", "...", "à compléter", "TODO: ask Jane", "<contact>"]
)
def test_missing_and_placeholders(key: str, value: str | None) -> None:
    finding = one({key: value})
    assert str(finding.status) == "fail"
    assert "N1 of the chain payments has" in finding.message


@pytest.mark.parametrize(
    ("contact", "good"),
    [
        ("payments@corp.fr", True),
        ("mailto:payments@corp.fr", True),
        ("team@payments.example", True),
        ("+33 1 55 55 01 02", True),
        (4242, True),
        ("01.55.55.01.02", True),
        ("https://corp.pagerduty.com/services/P1", True),
        ("DBA-ONCALL", True),
        ("Astreinte SGBD", True),
        ("12", False),
        ("ab", False),
        ("a@b", False),
        ("nobody@corp.fr", False),
        ("no-reply@corp.fr", False),
        ("oncall@example.com", False),
        ("https://example.org/oncall", False),
        ("00 00 00 00 00", False),
        ("0123456789", False),
    ],
)
def test_contacts(contact: t.Any, good: bool) -> None:
    assert str(one({"contact": contact}).status) == ("pass" if good else "fail")


def test_response_targets() -> None:
    assert str(one({"response": 900}).status) == "pass"
    assert str(one({"response": "0m"}).status) == "fail"
    assert (str(one({"response": "NBD"}).status), "is not a duration" in one({"response": "NBD"}).message) == ("unknown", True)


@pytest.mark.parametrize(
    ("until", "status", "message"),
    [
        (dt.date(2027, 6, 30), "pass", "supported"),
        (dt.datetime(2027, 6, 30, 12, tzinfo=dt.timezone.utc), "pass", "supported"),
        ("2027-06-30", "pass", "supported"),
        ("2027-06-30T00:00:00Z", "pass", "supported"),
        (dt.date(2027, 2, 23), "pass", "supported"),  # exactly 90 days
        (dt.date(2027, 2, 22), "warn", "ends on 2027-02-22, in 89 days; it must last 90 d"),
        (dt.date(2026, 11, 25), "warn", "in 0 days"),
        ("2026-11-24", "fail", "ended on 2026-11-24, 1 day ago"),
        ("next year", "unknown", "is not a date"),
        ("2026-02-30", "unknown", "is not a date"),
    ],
)
def test_contracts(until: t.Any, status: str, message: str) -> None:
    finding = one({"contract_until": until})
    assert str(finding.status) == status, finding.message
    assert message in finding.message


def test_a_contract_is_measured() -> None:
    assert one({"contract_until": "2026-12-25"}).measurements[0].as_dict() == {
        "name": "contract_left_seconds",
        "value": 30 * 86400.0,
        "limit": 90 * 86400.0,
        "bound": "lower",
    }


OFFICE = {day * 1440 + minute for day in range(5) for minute in range(480, 1080)}


@pytest.mark.parametrize(
    "text",
    [
        "Mon-Fri 08:00-18:00",
        "mon-fri 8-18",
        "Monday to Friday 08:00 - 18:00",
        "Lun-Ven 8h-18h",
        "lundi à vendredi 08h00-18h00",
        "Mo-Fr: 08:00-18:00",
        "Mon-Fri 08:00-18:00 Europe/Paris",
        "Mon-Fri 08:00-12:00, 12:00-18:00",
        "Mon, Tue, Wed, Thu, Fri 08:00-18:00",
        "Mon-Thu 08:00-18:00; Fri 08:00-18:00",
        "Mon–Fri 08:00-18:00 UTC",
        "du lundi au vendredi de 8h à 18h",
        "Du lundi au vendredi, de 8 h à 18 h 00",
        "lu-ve 8h-18h",
        "les lundis, mardis, mercredis, jeudis et vendredis 8h-18h",
        "Mon-Fri 8am-6pm",
        "Monday to Friday 8am to 6pm",
        "Monday through Friday from 8:00 a.m. to 6 p.m.",
        "08:00-18:00 Mon-Fri",
        "8h-18h lun-ven",
        "8h-18h du lundi au jeudi, 8h-18h ven",
        "08:00-18:00 Mon-Wed, Thu, Fri",
        "08:00-12:00, 12:00-18:00 Mon-Fri",
        "Mon-Fri 0800-1800",
        "Mon-Fri 08:00-12:00 12:00-18:00",
        "Mon-Fri 8am to noon, noon to 6pm",
        "weekdays 08:00-18:00",
        "en semaine 8h-18h",
        "ma-ve, lu 8h-18h",
    ],
)
def test_office_hours(text: str) -> None:
    assert _hours.parse_hours(text) == OFFICE


@pytest.mark.parametrize(
    "text",
    ["24x7", "24/7", "7x24", "24X7", "24h/24 7j/7", "7j/7 24h/24", "24/24, 7/7", "24x7x365", "daily 00:00-24:00", "Mon-Sun", "24h/24"]
    + ["H24", "h 24", "H24 7j/7", "7j/7 - H24", "24×7", "en permanence", "around the clock", "24 hours a day, 7 days a week"]
    + ["24 heures sur 24, 7 jours sur 7", "24h sur 24", "Mon-Sun 00:00-23:59", "daily 00:00-23:59:59", "weekdays, weekend", "7j/7 0h-24h"]
    + ["daily midnight to midnight"],
)
def test_all_hours(text: str) -> None:
    assert _hours.parse_hours(text) == set(range(7 * 1440))


def test_other_hours() -> None:
    night = _hours.parse_hours("Sun 22:00-06:00")
    assert night == {(6 * 1440 + 1320 + offset) % (7 * 1440) for offset in range(480)}
    weekend = _hours.parse_hours("Sat-Sun 09:00-12:00")
    assert weekend is not None
    assert len(weekend) == 360
    friday_to_monday = _hours.parse_hours("Fri-Mon 09:00-10:00")
    assert friday_to_monday is not None
    assert len(friday_to_monday) == 240


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("we 9h-12h", (5, 6)),
        ("le we de 9h à 12h", (5, 6)),
        ("week-end 9-12", (5, 6)),
        ("weekends 9am-12pm", (5, 6)),
        ("sa-di 9h-12h", (5, 6)),
        ("Mo, We 09:00-12:00", (0, 2)),
        ("We-Fr 09:00-12:00", (2, 3, 4)),
        ("mar 9h-12h", (1,)),
        ("me 9h-12h", (2,)),
        ("Mon, 09:00-12:00, Tue 09:00-12:00", (0, 1)),
    ],
)
def test_days_in_two_languages(text: str, days: tuple[int, ...]) -> None:
    assert _hours.parse_hours(text) == {day * 1440 + minute for day in days for minute in range(540, 720)}


@pytest.mark.parametrize(
    "text",
    [
        "We 09:00-12:00",  # Wednesday, or the week-end
        "lu-we 9h-12h",
        "Mon-Fri 8-6pm",
        "Mon-Fri 8am-18",
        "Mon-Fri 13pm-6pm",
        "Mon-Fri 08:75-18:00",
        "Mon-Fri 08:00-18:00,",
        "jours ouvrés 8h-18h",
        "du lundi au vendredi de 8h à 18h hors jours fériés",
        "08:00-12:00 Mon, Tue 14:00-18:00",
        "08:00-12:00 Mon, 14:00-18:00",
        "24h/24 lun-ven",
        "H24 en semaine",
        "24x5",
    ],
)
def test_hours_that_are_not_certain(text: str) -> None:
    assert _hours.parse_hours(text) is None


@pytest.mark.parametrize(
    "text", ["business hours", "heures ouvrées", "8x5", "Mon-Fri 25:00-26:00", "Foo-Bar 08:00-18:00", "", "08:00", "Mon-Fri from 8"]
)
def test_hours_that_cannot_be_read(text: str) -> None:
    assert _hours.parse_hours(text) is None


def test_committed_hours() -> None:
    assert str(one({"hours": "business hours"}).status) == "pass"  # nothing to compare with
    assert str(one({"hours": "business hours"}, hours="24x7").status) == "unknown"
    uncovered = one({"hours": "Mon-Fri 08:00-18:00"}, hours="24x7")
    assert str(uncovered.status) == "fail"
    assert "do not cover the committed 24x7: nobody on Monday 00:00" in uncovered.message
    shared = [{**N1, "hours": "daily 06:00-22:00"}, {**N2, "hours": "daily 22:00-06:00"}]
    assert str(look(chains={"payments": shared}, hours="24x7")[0].status) == "pass"
    with pytest.raises(CannotObserve, match="hours: 'sometimes' cannot be read"):
        look(hours="sometimes")
