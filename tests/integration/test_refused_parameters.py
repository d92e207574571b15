# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of a run that cannot be used, through real ansible-playbook runs: in observe they stop nothing, and all is told."""

from __future__ import annotations

import typing as t

import pytest
from integration.acts import Acts
from integration.playbook import AFTER, ROLE, Outcome, Site

WRONG: dict[str, tuple[t.Any, str]] = {
    "mode": ("observee", "mode (readiness_mode): expected observe or enforce, found 'observee'"),
    "show": ("maybe", "show (readiness_show): expected true or false, found 'maybe'"),
    "first_deployment": ("perhaps", "first_deployment (readiness_first_deployment): expected true or false, found 'perhaps'"),
    "window": ("abc", "window (readiness_window): expected a mapping with start, end, found 'abc'"),
    "deployment_kind": ("zzz", "expected planned or hotfix or rollback, found 'zzz'"),
    "scope": ("some", "scope (readiness_scope): expected service or batch, found 'some'"),
    "settle": ("abc", "settle (readiness_settle): 'abc' is not a duration"),
    "service_file": ("/nowhere/shop/readiness.yml", "the service file /nowhere/shop/readiness.yml does not exist"),
    "organisation_file": ("/nowhere/organisation.yml", "the organisation file /nowhere/organisation.yml does not exist"),
}


class World(t.NamedTuple):
    sites: dict[str, Site]
    seen: dict[str, Outcome]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("parameters")
    acts, sites = Acts(Site(folder / "stage", ["web1"])), dict[str, Site]()
    for mode in ("observe", "enforce"):
        for name, (value, _told) in WRONG.items():
            act = f"{mode}, {name}"
            site = sites[act] = Site(folder / mode / name / "shop", ["web1"])
            if mode == "enforce":
                site.organisation["mode"] = site.service["mode"] = "enforce"
            acts.gate(act, site=site, phase="post" if name == "settle" else "pre", **{name: value})

    def after(name: str, before: t.Mapping[str, t.Any], then: t.Mapping[str, t.Any]) -> None:
        site = sites[name] = Site(folder / name / "shop", ["web1"])
        acts.gate(f"{name}, before", site=site, **before)
        acts.gate(name, site=site, **then)

    after("enforced until now", {"mode": "enforce"}, {"mode": "enforcee"})
    after("observed until now", {"mode": "observe"}, {"mode": "enforcee"})
    after("a path of nothing", {"mode": "enforce"}, {"service_file": "/nowhere/readiness.yml", "mode": "observe"})
    site = sites["another service is enforced"] = Site(folder / "another" / "shop", ["web1"])
    site.organisation["mode"] = {"services": {"shop": "enforce"}}
    acts.gate("another service is enforced", site=site, service_file="/nowhere/readiness.yml")
    site = sites["good"] = Site(folder / "good" / "shop", ["web1"])
    window = {"start": "2026-11-25T02:00:00Z", "end": "2026-11-25T03:00:00Z"}
    acts.gate("good", site=site, mode="observe", show="no", first_deployment="yes", window=window, version=1.0, deployment_kind="planned")
    return World(sites, acts.play())


@pytest.mark.parametrize("name", WRONG)
def test_in_observe_it_stops_nothing_and_is_published(world: World, name: str) -> None:
    site, outcome = world.sites[f"observe, {name}"], world.seen[f"observe, {name}"]
    assert outcome.rc == 0 and outcome.verdict == "undetermined" and outcome.says("DEPLOYED ON web1"), outcome.output
    assert outcome.record["run"]["refused"] and not outcome.record["run"]["enforced"]
    assert any(WRONG[name][1] in reason for reason in outcome.record["judgement"]["reasons"])
    assert outcome.says("UNDETERMINED", WRONG[name][1])
    if name != "organisation_file":  # which says where results go
        (code,) = [line for line in site.textfile.read_text().splitlines() if line.startswith("operability_gate_state{")]
        assert code.endswith(" 2.0")


@pytest.mark.parametrize("name", WRONG)
def test_in_enforce_it_stops_and_is_on_record(world: World, name: str) -> None:
    outcome = world.seen[f"enforce, {name}"]
    assert outcome.rc == 2 and outcome.verdict == "undetermined" and not outcome.says("DEPLOYED ON web1"), outcome.output
    assert outcome.record["run"]["refused"] and outcome.says(WRONG[name][1])


def test_a_mode_that_cannot_be_read_is_the_last_known_one(world: World) -> None:
    assert world.seen["enforced until now, before"].rc == 0
    assert world.seen["enforced until now"].rc == 2 and world.seen["observed until now"].rc == 0


@pytest.mark.parametrize("act", ["a path of nothing", "another service is enforced"])
def test_the_path_of_no_file_is_no_way_past_the_gate(world: World, act: str) -> None:
    assert world.seen[act].rc == 2 and not world.seen[act].says("DEPLOYED ON web1"), world.seen[act].output


def test_usual_forms_are_taken(world: World) -> None:
    outcome = world.seen["good"]
    assert outcome.rc == 0 and outcome.verdict == "go_with_reservations", outcome.output  # a first deployment is asked less
    assert outcome.record["run"]["window"] == {"start": "2026-11-25T02:00:00Z", "end": "2026-11-25T03:00:00Z"}
    assert outcome.record["run"]["first_deployment"] is True


def test_without_a_phase_nothing_can_be_judged(tmp_path_factory: pytest.TempPathFactory) -> None:
    site = Site(tmp_path_factory.mktemp("phase") / "shop", ["web1"])
    outcome = site.run(ROLE + AFTER, phase="prepost")
    assert outcome.rc == 2 and not outcome.records and outcome.says("value of readiness_phase must be one of: design, pre, post")
