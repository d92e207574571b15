# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which version should run when a run in service names none, and what DEL-01 asks without one."""

from __future__ import annotations

import dataclasses
import textwrap

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._phrase import Message
from ansible_collections.operability.readiness.plugins.plugin_utils._described.service import LetPass
from ansible_collections.operability.readiness.plugins.plugin_utils._model.deployments import Deployment, Ledger, Said
from ansible_collections.operability.readiness.plugins.plugin_utils._model.judgement import Override, WouldHaveSaid
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import PlanState
from ansible_collections.operability.readiness.plugins.plugin_utils._model.service_state import Deployed, LastGate, State
from ansible_collections.operability.readiness.plugins.plugin_utils._model.verdict import Verdict
from ansible_collections.operability.readiness.plugins.plugin_utils._promises.versions import recalled, remembered
from unit.core.described import describe, one, plan_of

GO, STOPPED = Verdict.GO, Verdict.NO_GO
BARE = Deployment("x", None, "planned", None, None, None, "2026-11-01T00:00:00Z", None, None, None, None)
NOTHING = State.empty("shop", "production")


def deployed(day: int, version: str, verdict: Verdict | None) -> Deployment:
    at = f"2026-11-{day:02}T10:00:00Z"
    said = Said(verdict, verdict.code, at) if verdict else None
    return dataclasses.replace(BARE, deployment_id=version, version=version, ended_at=at, post=said)


def begun(version: str) -> Deployment:
    return dataclasses.replace(BARE, version=version, pre=Said(GO, 0, "2026-11-20T10:00:00Z"))


@pytest.mark.parametrize(
    ("entries", "version"),
    [
        ([], None),
        ([begun("4.1")], None),
        ([deployed(1, "4.1", GO), deployed(2, "4.2", Verdict.GO_WITH_RESERVATIONS), begun("4.3")], "4.2"),
        ([deployed(1, "4.1", GO), deployed(2, "4.2", STOPPED)], "4.1"),
        ([deployed(1, "4.1", GO), deployed(2, "4.2", STOPPED), deployed(3, "4.0", GO)], "4.0"),
        ([deployed(1, "4.1", STOPPED)], "4.1"),
        ([deployed(1, "4.1", None)], "4.1"),
    ],
)
def test_the_newest_deployment_that_stayed(entries: list[Deployment], version: str | None) -> None:
    assert remembered(Ledger(1, "shop", "production", tuple(entries)), NOTHING) == version


def test_what_the_state_knows_more() -> None:
    ledger = Ledger(1, "shop", "production", (deployed(1, "4.1", GO), deployed(2, "4.2", STOPPED)))
    same = (Deployed("4.1", "2026-11-01T10:00:00Z"), Deployed("4.2", "2026-11-02T10:00:00Z"))
    assert remembered(ledger, dataclasses.replace(NOTHING, deployments=same)) == "4.1"
    later = (*same, Deployed("4.3", "2026-11-03T10:00:00Z"))
    assert remembered(ledger, dataclasses.replace(NOTHING, deployments=later)) == "4.3", "a smoke test saw it"
    observed = LastGate(STOPPED, 3, "2026-11-02T10:00:00Z", enforced=False, version="4.2")
    assert remembered(ledger, dataclasses.replace(NOTHING, gates={"post": observed})) == "4.2", "nothing stopped it"


def let_pass(day: int, version: str | None, emergency: str = "INC1") -> Deployment:
    """An emergency of which only the gate before it has told."""
    at = f"2026-11-{day:02}T10:00:00Z"
    return dataclasses.replace(
        BARE, deployment_id=version or emergency, version=version, emergency=emergency, began_at=at, pre=Said(STOPPED, 3, at)
    )


def overriding(day: int, version: str | None, phase: str = "pre", kind: str = "decision") -> Override:
    at = f"2026-11-{day:02}T10:00:00Z"
    would = WouldHaveSaid(STOPPED, "NO-GO")
    return Override("R-01", f"{kind}-{day}", kind, Message("head"), "r", at, "2026-12-01", version, phase, "run", would)


@pytest.mark.parametrize(
    ("entries", "overrides", "version", "by"),
    [
        ([deployed(1, "2.0", GO), let_pass(2, "3.0")], [], None, "INC1"),
        ([let_pass(2, "3.0")], [], None, "INC1"),
        ([deployed(2, "2.0", GO), let_pass(2, "3.0")], [], None, "INC1"),  # both in the same second
        ([deployed(1, "2.0", GO), deployed(2, "3.0", STOPPED)], [overriding(2, "3.0")], "2.0", None),
        ([deployed(1, "2.0", GO), let_pass(2, None)], [], None, "INC1"),
        ([deployed(1, "2.0", GO), let_pass(2, "2.0")], [], "2.0", None),  # what should run anyway
        ([deployed(1, "2.0", GO), let_pass(2, "3.0"), deployed(3, "2.0", GO)], [], "2.0", None),  # a later one has told
        ([deployed(1, "2.0", GO), let_pass(2, "3.0"), deployed(3, "4.0", STOPPED)], [], "2.0", None),
        ([deployed(1, "2.0", GO), dataclasses.replace(deployed(2, "3.0", GO), emergency="INC1")], [], "3.0", None),
        ([deployed(1, "2.0", GO), dataclasses.replace(deployed(2, "3.0", STOPPED), emergency="INC1")], [], "2.0", None),
        ([deployed(1, "2.0", GO), let_pass(3, "3.0", "INC1"), let_pass(4, "4.0", "INC2")], [], None, "INC2"),
        ([deployed(1, "2.0", GO), begun("3.0")], [overriding(2, "3.0")], None, "decision-2"),
        ([deployed(1, "2.0", GO), deployed(3, "3.0", GO)], [overriding(2, "3.0")], "3.0", None),
        ([deployed(1, "2.0", GO)], [overriding(2, "3.0", "post")], "2.0", None),
        ([deployed(1, "2.0", GO)], [overriding(2, "3.0", "recheck", "emergency")], "2.0", None),
        ([deployed(1, "2.0", GO), begun("3.0")], [], "2.0", None),  # it passed its gate, and nobody says that it went on
    ],
)
@pytest.mark.parametrize("closed", [False, True])
def test_what_was_let_pass_is_not_known_until_its_post(
    entries: list[Deployment], overrides: list[Override], version: str | None, by: str | None, closed: bool
) -> None:
    field = "closed_overrides" if closed else "overrides"
    state = dataclasses.replace(NOTHING, **{field: tuple(overrides)})
    found = recalled(Ledger(1, "shop", "production", tuple(entries)), state)
    assert found.version == version and (found.let_pass.by if found.let_pass else None) == by


TELLING = {
    "an endpoint": """
        endpoints:
          - {url: "https://pay.example/health", version: {url: /info, json: build.version}}
        """,
    "a series": "delivery: {version_series: build_info}\n",
    "a command": "delivery: {version_check: [/opt/version, '{version}']}\n",
}
SERVICE = """\
schema_version: 1
service: {name: payments, owner: team, hosts: payments}
classification: {criticality: 3}
"""


@pytest.mark.parametrize("way", TELLING)
def test_without_a_version_it_is_not_due_in_service_and_missing_after_a_deployment(way: str) -> None:
    text = SERVICE + textwrap.dedent(TELLING[way])
    nightly = one(plan_of(describe(text, phase="recheck")), "DEL-01")
    assert nightly.state is PlanState.NOT_DUE and "readiness_version" in nightly.why
    (check,) = one(plan_of(describe(text, phase="post")), "DEL-01").checks
    assert check.gap
    made = plan_of(describe(text, phase="recheck", version="4.3", remembered=True))
    (check,) = one(made, "DEL-01").checks
    assert check.gap is None and "4.3" in str(check.args) and made.remembered == "4.3"
    assert plan_of(describe(text, phase="recheck", version="4.3")).remembered is None


def test_a_service_that_does_not_tell_its_version_still_fails() -> None:
    planned = one(plan_of(describe(SERVICE + "endpoints: [{url: 'https://pay.example/health'}]\n", phase="recheck")), "DEL-01")
    assert planned.state is PlanState.NOT_DECLARED


@pytest.mark.parametrize("way", TELLING)
def test_what_was_let_pass_is_told_and_asks_nothing_of_the_version(way: str) -> None:
    text = SERVICE + textwrap.dedent(TELLING[way])
    for version, named in (("3.0", "INC1 let 3.0 pass on 2026-11-25"), (None, "INC1 let a deployment pass on 2026-11-25")):
        made = plan_of(describe(text, phase="recheck", let_pass=LetPass(version, "INC1", "2026-11-25T10:00:00Z")))
        nightly = one(made, "DEL-01")
        assert nightly.state is PlanState.NOT_DUE and str(nightly.why).startswith(named)
        assert [notice for notice in made.notices if str(notice).startswith(named)], "and it is told"
