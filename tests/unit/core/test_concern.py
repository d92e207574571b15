# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mistake in the organisation's file: whom it concerns, what can still be read of the file, and which mode holds."""

from __future__ import annotations

import dataclasses

import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._described.concern import concerning
from ansible_collections.operability.readiness.plugins.plugin_utils._described.document import Refused
from ansible_collections.operability.readiness.plugins.plugin_utils._described.salvage import usable
from ansible_collections.operability.readiness.plugins.plugin_utils._planning.holding import mode_in_force
from ansible_collections.operability.readiness.plugins.plugin_utils._promises.mode import mode_for_all
from unit.core.described import ORGANISATION, RUNNABLE, describe, document, plan_of

SHARED = ORGANISATION.replace("servers:\n", "servers:\n  spare: {kind: alertmanager, default: yes please}\n", 1)
SHARED = SHARED.replace("  am: {kind: alertmanager,", "  am: {kind: alertmanager, default: true,")
ALL = SHARED + (
    "waivers:\n"
    "  - {service: other, requirement: BKP-01}\n"
    "  - {service: payments, requirement: MON-05, reason: r, approved_by: head, until: 2027-01-01}\n"
    "mode: {default: observe, services: {other: enfroce}, environments: {staging: enfroce}}\n"
    "services_may: {services: {other: [nothing]}}\n"
)


def planned(text: str) -> tuple[list[str], list[str]]:
    """Problems and notices of the plan of payments over an organisation's file."""
    organisation, told = concerning(document(text, "organisation", folder="/etc/org"), "payments", "production")
    try:
        made = plan_of(dataclasses.replace(describe(organisation=organisation), notices=tuple(told)))
    except Refused as exc:
        return exc.problems, []
    return [], [str(notice) for notice in made.notices]


def test_what_concerns_others_is_told_and_no_more() -> None:
    problems, notices = planned(ALL)
    assert problems == []
    for key in ("servers.spare.default", "waivers.0", "mode.services.other", "mode.environments.staging", "services_may.services.other"):
        assert any(f": {key}" in notice and "nothing here uses it" in notice for notice in notices), (key, notices)


@pytest.mark.parametrize(
    ("found", "instead", "said"),
    [
        ("  prom: {kind: prometheus,", "  prom: {kind: prometheus, urll: x,", "servers.prom.urll: unknown key 'urll'"),
        ("  am: {kind", "  spare: {kind: alertmanager, default: yes please}\n  am: {kind", "servers.spare.default"),
        ("  payments: [{tier", "  payments: [{tiers: N0}, {tier", "chains.payments.0"),
        ("defaults:", "waivers: [{service: payments, requirement: BKP-01}]\ndefaults:", "waivers.0: 'reason' is missing"),
        ("defaults:", "waivers: [{requirement: BKP-01}]\ndefaults:", "waivers.0"),
        ("defaults:", "mode: {services: {payments: enfroce}}\ndefaults:", "mode.services.payments"),
        ("defaults:", "mode: {environments: {production: enfroce}}\ndefaults:", "mode.environments.production"),
    ],
)
def test_who_uses_it_is_refused(found: str, instead: str, said: str) -> None:
    assert found in ORGANISATION
    problems, _notices = planned(ORGANISATION.replace(found, instead, 1))
    assert problems and all("organisation.yml:" in problem for problem in problems)
    assert any(said in problem for problem in problems), problems


def test_what_may_concern_everybody_is_refused_with_all_that_is_wrong() -> None:
    with pytest.raises(Refused) as refused:
        document(ALL + "polciy: {}\n", "organisation")
    assert len(refused.value.problems) == 1 and "polciy" in refused.value.problems[0]
    assert document(ORGANISATION, "organisation").spoiled == ()
    with pytest.raises(Refused):
        document("schema_version: 1\nservice: {name: a, owner: b}\nservers: {x: {kind: nothing}}\n", "service")


def test_what_can_still_be_read() -> None:
    text = ORGANISATION + "mode: enforce\npublish: {textfile_directory: /m, htmll: x}\nrecords: /r\ndefaults2: 1\ndecisions: [\n"
    found = usable(text, "organisation.yml", "organisation")
    assert set(found.data) == {"schema_version", "servers", "defaults", "chains", "mode", "records"}
    assert mode_for_all(found, "production") == "enforce"
    assert usable("\t", "organisation.yml", "organisation").data == {}
    assert usable("mode: {services: {payments: enforce}}\n", "o", "organisation").data["mode"] == {"services": {"payments": "enforce"}}
    bomb = "a: &a [x, x]\nmode: enforce\nb: &b [*a, *a]\nrecords: [*b]\n"
    assert usable(bomb, "o", "organisation").data == {"mode": "enforce"}


def test_the_mode_that_holds_although_there_is_no_plan() -> None:
    def held(text: str, **run: str) -> str:
        return mode_in_force(describe(organisation=ORGANISATION + text, **run))

    assert held("") == "observe" and held("mode: enforce\n") == "enforce"
    assert held("mode: enforce\n", mode="observe") == "enforce", "what the run asks for is not what the files say"
    assert held("mode: {levels: {A: enforce}}\n") == "enforce" and held("mode: {levels: {C: enforce}}\n") == "observe"
    assert held("policy: {requirements: {BKP-01: {mode: enforce}}}\n") == "enforce", "it could not be verified"


@pytest.mark.parametrize(("may", "holds"), [("[]", "enforce"), ("[limits]", "enforce"), ("[mode]", "observe")])
def test_a_service_is_observed_by_its_own_word_only_with_leave(may: str, holds: str) -> None:
    organisation = ORGANISATION + f"mode: enforce\nservices_may: {may}\n"
    assert mode_in_force(describe(RUNNABLE + "mode: observe\n", organisation)) == holds
