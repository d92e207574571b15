# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Input that is refused, through real ansible-playbook runs: in observe nothing stops, in enforce it does, and both leave a record."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
import yaml
from integration.acts import Acts
from integration.playbook import Outcome, Site


class World(t.NamedTuple):
    sites: dict[str, Site]
    seen: dict[str, Outcome]


def _misspelt(site: Site) -> None:
    site.organisation["serverz"] = {}


def _no_yaml(site: Site) -> None:
    path = site.folder / "organisation.yml"
    path.write_text(yaml.safe_dump(site.organisation, sort_keys=False) + "servers: {prom: [\n")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("refused")
    stage = Site(folder / "stage", ["web1"])
    acts, sites = Acts(stage), dict[str, Site]()

    def site(name: str, mode: object = None) -> Site:
        made = sites[name] = Site(folder / name / "shop", ["web1"])
        if mode:
            made.organisation["mode"] = mode
        return made

    one = site("misspelt")
    acts.gate("misspelt, before", site=one)
    one.organisation["serverz"] = {}
    acts.gate("misspelt", site=one)
    one.organisation.pop("serverz")
    acts.gate("misspelt, after", site=one)

    one = site("no_yaml")
    acts.gate("no yaml", site=one, before=lambda: _no_yaml(sites["no_yaml"]))
    one = site("enforced", "enforce")
    one.organisation["runs_may"] = ["mode"]
    acts.gate("enforced, before", site=one)
    acts.gate("enforced, asked to observe", site=one, mode="observe")
    one.organisation["mode"] = {"defautl": "enforce"}
    acts.gate("enforced", site=one)
    one = site("new")
    one.organisation["mode"] = {"defautl": "enforce"}
    acts.gate("new", site=one)
    one = site("asked")
    _misspelt(one)
    acts.gate("asked", site=one, mode="enforce")
    one = site("service", {"services": {"shop": "enforce"}})
    one.service["classification"] = {"criticality": 9}
    acts.gate("service", site=one)
    one = site("unused", "enforce")
    one.organisation["servers"] = {"other": {"kind": "prometheus", "urll": "http://prom.test"}}
    one.organisation["chains"]["others"] = "nobody"
    one.organisation["waivers"] = [{"service": "other", "requirement": "SUP-01"}]
    one.organisation["mode"] = {"default": "enforce", "services": {"other": "enfroce"}}
    acts.gate("unused", site=one)
    one = site("used", "enforce")
    one.organisation["chains"]["shop"] = "nobody"
    acts.gate("used", site=one)
    return World(sites, acts.play())


def _metric(site: Site, name: str) -> list[str]:
    return [line.rpartition(" ")[2] for line in site.textfile.read_text().splitlines() if line.startswith(f"operability_{name}{{")]


def _went_on(outcome: Outcome) -> None:
    assert outcome.rc == 0 and outcome.says("DEPLOYED ON web1") and outcome.verdict == "undetermined", outcome.output
    assert outcome.record["run"]["refused"] and not outcome.record["run"]["enforced"]
    assert all(reason.startswith("the input is refused: ") for reason in outcome.record["judgement"]["reasons"])


def _stopped(outcome: Outcome) -> None:
    assert outcome.rc == 2 and not outcome.says("DEPLOYED ON web1") and outcome.verdict == "undetermined", outcome.output
    assert outcome.record["run"]["refused"] and outcome.record["run"]["enforced"]


def test_in_observe_a_word_that_is_misspelt_stops_nothing_and_is_published(world: World) -> None:
    site, outcome = world.sites["misspelt"], world.seen["misspelt"]
    _went_on(outcome)
    assert outcome.says("serverz: unknown key 'serverz'; did you mean 'servers'?")
    assert world.seen["misspelt, before"].verdict == world.seen["misspelt, after"].verdict == "go"
    assert outcome.record["state"]["verdict"] == "go", "what was known of the service stands"
    assert outcome.record["service"]["level"] == "C" and outcome.record["service"]["owner"] == "team-shop"
    assert outcome.record["delta"] is None
    assert world.seen["misspelt, after"].record["delta"]["run"] == world.seen["misspelt, before"].record["run"]["id"]
    assert _metric(site, "gate_state") == ["0.0"] and _metric(site, "service_state") == ["0.0"]


def test_a_file_that_is_no_yaml_still_says_where_results_go(world: World) -> None:
    site = world.sites["no_yaml"]
    _went_on(world.seen["no yaml"])
    assert _metric(site, "gate_state") == ["2.0"] and _metric(site, "gate_enforced") == ["0.0"]
    assert _metric(site, "service_state") == [], "nothing is known of it"
    assert "this is not YAML" in (site.folder / "shop.html").read_text()


def test_a_mode_that_cannot_be_read_stays_as_it_was(world: World) -> None:
    assert world.seen["enforced, before"].verdict == "go"
    assert world.seen["enforced, asked to observe"].record["run"]["mode"] == "observe"
    _stopped(world.seen["enforced"])
    site = world.sites["enforced"]
    assert _metric(site, "gate_state") == ["2.0"] and _metric(site, "gate_enforced") == ["1.0"]
    assert _metric(site, "service_state") == ["0.0"]
    assert json.loads(site.state.read_text())["requirements"]["APP-01"]["observed_status"] == "pass"
    _went_on(world.seen["new"])


def test_a_mode_that_can_be_read_or_is_asked_for_holds(world: World) -> None:
    _stopped(world.seen["asked"])
    _stopped(world.seen["service"])


def test_what_a_service_does_not_use_does_not_concern_it(world: World) -> None:
    outcome = world.seen["unused"]
    assert outcome.rc == 0 and outcome.verdict == "go", outcome.output
    told = " ".join(outcome.record["judgement"]["notices"])
    for words in ("servers.other.urll", "chains.others", "waivers.0", "mode.services.other"):
        assert words in told, told
    _stopped(world.seen["used"])
    assert world.seen["used"].says("chains.shop: ")


def test_the_record_of_refused_input_is_where_others_are(world: World) -> None:
    for name, site in world.sites.items():
        assert list(pathlib.Path(site.records).rglob("runs/*.json")), name
