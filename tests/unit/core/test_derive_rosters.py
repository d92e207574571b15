# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the support chains to the rosters that their tiers name, and hours that nobody can read."""

from __future__ import annotations

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import oncall_roster
from ansible_collections.operability.readiness.plugins.plugin_utils._described.policy import Proof
from ansible_collections.operability.readiness.plugins.plugin_utils._described.service import NotDeclared
from ansible_collections.operability.readiness.plugins.plugin_utils._planning import written_hours
from ansible_collections.operability.readiness.plugins.plugin_utils._planning.derive.derivations import derive
from ansible_collections.operability.readiness.plugins.plugin_utils._planning.derive.instance import Instance
from unit.core.described import describe

BASE = """\
schema_version: 1
service: {name: payments, owner: team, hosts: payments}
commitments: {hours: 24x7}
"""
CHAINS = """\
chains:
  payments:
    - {tier: N1, contact: desk@corp.fr, hours: 24x7, response: 15m, roster: nights}
    - {tier: N2, contact: team@corp.fr, hours: 24x7, response: 1h, roster: nights}
  dba:
    - {tier: N1, contact: dba@corp.fr, hours: 24x7, response: 15m}
"""
ORGANISATION = "schema_version: 1\n" + CHAINS
ROSTERS = "rosters: {nights: {path: nights.ics, ca_path: ca.pem, tiers: {N1: first, N2: [second, backup]}, time_zone: Europe/Paris}}\n"
WEB = "parts: {web: {support: payments}}\n"


def derived(service: str, organisation: str | None = ORGANISATION + ROSTERS, window: dict[str, str] | None = None) -> list[Instance]:
    found = derive(Proof("oncall_roster"), describe(BASE + service, organisation, window=window or {}))
    for instance in found:
        if instance.gap is None:
            parse_arguments(oncall_roster, instance.args)
    return found


def missing(service: str, organisation: str | None = ORGANISATION + ROSTERS) -> str:
    with pytest.raises(NotDeclared) as refused:
        derived(service, organisation)
    return str(refused.value)


def test_a_roster_that_is_named_where_none_is_declared() -> None:
    assert "the roster nights is named by a support chain, and not declared" in missing(WEB, ORGANISATION)


def test_a_roster_that_the_tiers_of_a_chain_name() -> None:
    (instance,) = derived(WEB, window={"start": "2026-11-25T20:00:00Z", "end": "2026-11-25T23:00:00Z"})
    assert (instance.check, instance.instance, instance.hosts, instance.path) == ("oncall_roster", "nights", None, ("parts",))
    assert instance.args == {
        "path": "/etc/org/nights.ics",
        "ca_path": "/etc/org/ca.pem",
        "tiers": {"N1": "first", "N2": ["second", "backup"]},
        "time_zone": "Europe/Paris",
        "name": "nights",
        "called": ["nights", "payments", "team"],
        "hours": "24x7",
        "window_start": "2026-11-25T20:00:00Z",
        "window_end": "2026-11-25T23:00:00Z",
    }


@pytest.mark.parametrize(
    ("given", "option", "value"),
    [("nights.ics", "path", "/etc/org/nights.ics"), ('"https://cal.example/x.ics"', "calendar_url", "https://cal.example/x.ics")],
)
def test_a_roster_of_one_word(given: str, option: str, value: str) -> None:
    (instance,) = derived(WEB, ORGANISATION + f"rosters: {{nights: {given}}}\n")
    assert instance.args[option] == value
    assert instance.args["tiers"] == {"N1": "N1", "N2": "N2"}, "two tiers in one roster must be told apart"


def test_hours_of_a_roster_of_its_own() -> None:
    service = WEB.replace("parts", "commitments: {hours: daily 09:00-19:00 Europe/Paris}\nparts")
    shared = ORGANISATION + ROSTERS.replace("time_zone", "hours: daily 08:00-20:00, time_zone")
    (instance,) = derive(Proof("oncall_roster"), describe(BASE.replace("commitments: {hours: 24x7}\n", "") + service, shared))
    assert instance.args["hours"] == "daily 08:00-20:00"


@pytest.mark.parametrize(
    ("hours", "left"),
    [
        ("Sun 03:00-03:01 Europe/Paris", "the rosters nights are not asked who is on call on Monday 00:00 (6 d 23 h a week)"),
        ("daily 08:00-20:00", "are not asked who is on call on Monday"),
        ("24x7", ""),
    ],
)
def test_hours_of_a_roster_hide_none_of_those_that_are_promised(hours: str, left: str) -> None:
    """Neither where the organisation says them, nor in a file of the service's own."""
    narrow = ROSTERS.replace("time_zone", f"hours: {hours}, time_zone")
    of_service = derived("parts: {web: {support: dba}}\n" + narrow, ORGANISATION)
    for found in (derived(WEB, ORGANISATION + narrow), derived(WEB + narrow, ORGANISATION), of_service):
        gaps = [str(instance.gap) for instance in found if instance.gap is not None]
        assert len(gaps) == bool(left)
        assert all(left in gap for gap in gaps)


def test_rosters_of_day_and_night_are_asked_together() -> None:
    shared = ORGANISATION.replace("response: 1h, roster: nights", "response: 1h, roster: days") + (
        "rosters: {nights: {path: nights.ics, hours: 'daily 20:00-08:00 Europe/Paris'}, "
        "days: {path: days.ics, hours: 'daily 08:00-20:00', time_zone: Europe/Paris}}\n"
    )
    assert [instance.gap for instance in derived(WEB, shared)] == [None, None]
    (gap, *_rest) = derived(WEB, shared.replace("daily 08:00-20:00", "daily 08:00-19:00"))
    assert "the rosters nights, days are not asked who is on call on Monday 19:00 (7 h a week)" in str(gap.gap)


TWO = ORGANISATION.replace("response: 1h, roster: nights", "response: 1h, roster: days")
SHARED = (
    "rosters: {nights: {path: nights.ics, people: {Bob: '0644556602'}, hours: 'daily 20:00-08:00 Europe/Paris'}, "
    "days: {path: days.ics, hours: 'daily 08:00-20:00', time_zone: Europe/Paris}}\n"
)


def test_rosters_of_one_chain_know_of_each_other() -> None:
    first, second = derived(WEB, TWO + SHARED)
    assert first.args["beside"] == [{"name": "days", "hours": "daily 08:00-20:00", "time_zone": "Europe/Paris"}]
    assert second.args["beside"] == [
        {
            "path": "/etc/org/nights.ics",
            "people": {"Bob": "0644556602"},
            "name": "nights",
            "called": ["nights", "payments", "team"],
            "hours": "daily 20:00-08:00 Europe/Paris",
        }
    ]
    assert (first.args["tier"], second.args["tier"]) == ("N1", "N2")


def test_the_window_is_shared_only_where_each_roster_of_the_chain_says_its_hours() -> None:
    first, second = derived(WEB, TWO + SHARED.replace(", hours: 'daily 20:00-08:00 Europe/Paris'", ""))
    assert "beside" not in first.args, "the second reads it"
    ((beside),) = second.args["beside"]  # type: ignore[misc]
    assert "hours" not in beside
    other = "  dba:\n    - {tier: N1, contact: dba@corp.fr, hours: 24x7, response: 15m, roster: nights}\n"
    both = TWO[: TWO.index("  dba:")] + other + SHARED
    by_name = {one.instance: one for one in derived("parts: {web: {support: payments}, db: {support: dba}}\n", both) if one.gap is None}
    assert "beside" not in by_name["nights"].args, "the window is asked of the only roster of a chain"
    assert [one["name"] for one in by_name["days"].args["beside"]] == ["nights"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("tiers", "tier"),
    [
        ("[{tier: N1, roster: nights}]", "N1"),
        ("[{tier: desk}, {tier: N2, roster: nights}]", "N2"),
        ("[{tier: desk, roster: nights}]", "tier 1"),
        ("[{tier: desk}, {tier: team, roster: nights}]", None),
        ("[{tier: N1, roster: nights}, {tier: N2, roster: nights}]", None),
    ],
)
def test_the_tier_that_a_whole_roster_is_for(tiers: str, tier: str | None) -> None:
    (instance,) = derived(f"parts: {{web: {{support: {tiers}}}}}\nrosters: {{nights: own.ics}}\n", None)
    assert instance.args.get("tier") == tier


def test_a_roster_of_the_service_wins_and_needs_no_chain_that_names_it() -> None:
    (named,) = derived(WEB + "rosters: {nights: own.ics}\n")
    assert (named.args["path"], named.path) == ("/srv/app/own.ics", ("rosters", "nights"))
    found = derived("parts: {web: {support: dba}}\nrosters: {one: one.ics, two: two.ics}\n", ORGANISATION)
    assert [instance.instance for instance in found] == ["one", "two"]


def test_what_is_missing() -> None:
    assert missing("parts: {web: {support: dba}}\n", ORGANISATION) == (
        "rosters is not declared: nothing says where it is known who is on call"
    )
    assert missing("parts: {web: {support: dba}}\n") == (
        "no tier of its support chains names a roster (roster), so nothing says who is on call"
    )
    assert missing(WEB, ORGANISATION + "rosters: {days: days.ics}\n") == (
        "the roster nights is named by a support chain, and not declared (rosters)"
    )
    assert missing(WEB, ORGANISATION + ROSTERS.replace(", N2: [second, backup]", "")) == (
        "the roster nights has no tier N2 (tiers), which a support chain looks for there"
    )


def test_a_chain_without_a_roster_is_a_gap_beside_one_that_has_one() -> None:
    found = derived("parts: {web: {support: payments}, db: {support: dba}}\n")
    assert [(instance.instance, str(instance.gap or "")) for instance in found] == [
        ("dba", "no tier of the chain dba names a roster (roster), so nothing says who is on call"),
        ("nights", ""),
    ]


@pytest.mark.parametrize(
    ("service", "organisation", "problem"),
    [
        ("commitments: {hours: whenever}\n", None, "readiness.yml:3: commitments.hours: 'whenever' are no hours"),
        ("commitments: {hours: Mon-Fri 25:00-26:00}\n", None, "readiness.yml:3: commitments.hours: 'Mon-Fri 25:00-26:00' are no hours"),
        ("commitments: {hours: Mon-Fri 08:00-18:00 Europe/Atlantis}\n", None, "'Europe/Atlantis' is not the name of a time zone"),
        (
            "parts:\n  web:\n    support:\n      - {tier: N1, hours: always open}\n",
            None,
            "readiness.yml:7: parts.web.support.0.hours: 'always open' are no hours",
        ),
        (WEB, ORGANISATION.replace("24x7", "on demand", 1), "organisation.yml:4: chains.payments.0.hours: 'on demand' are no hours"),
        (WEB, ORGANISATION + ROSTERS.replace("time_zone", "hours: nights, time_zone"), "rosters.nights.hours: 'nights' are no hours"),
    ],
)
def test_hours_that_nobody_can_read_are_refused(service: str, organisation: str | None, problem: str) -> None:
    base = BASE.replace("commitments: {hours: 24x7}\n", "") if "commitments" in service else BASE
    problems = written_hours.problems(describe(base + service, organisation))
    assert len(problems) == 1
    assert problem in problems[0]
    assert "expected for example 24x7" in problems[0]


@pytest.mark.parametrize(
    ("service", "organisation"),
    [
        ("", None),
        (WEB, ORGANISATION + ROSTERS),
        ("parts: {web: {support: dba}}\n", ORGANISATION.replace("24x7", "on demand", 1)),  # of a chain that it does not use
        (WEB.replace("payments", "[{tier: N1, hours: TODO}]"), None),  # which the check says
        ("parts: {web: {support: nowhere}}\n", ORGANISATION),
    ],
)
def test_other_hours_are_not(service: str, organisation: str | None) -> None:
    assert written_hours.problems(describe(BASE + service, organisation)) == []
