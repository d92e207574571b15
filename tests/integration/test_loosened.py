# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service loosens, in the textfile of whole runs of each phase, with leave and on the way over."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.audit import audited
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.run_record import Records
from integration.acts import Acts
from integration.playbook import Outcome, Site

PHASES = ("pre", "post", "recheck")


class World(t.NamedTuple):
    sites: dict[str, Site]
    seen: dict[str, Outcome]
    series: dict[str, list[str]]  # of the textfile after each act


def look(site: Site, series: list[str]) -> t.Callable[[], None]:
    def read() -> None:
        series.extend(line for line in site.textfile.read_text().splitlines() if line.startswith("operability_"))

    return read


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("loosened")
    stage = Site(folder / "stage", ["web1"])
    acts, sites, series = Acts(stage), dict[str, Site](), dict[str, list[str]]()
    for name, said in (("leave", {"services_may": ["limits"], "runs_may": []}), ("way over", {}), ("strict", {"services_may": []})):
        site = sites[name] = Site(folder / name.replace(" ", "_") / "shop", ["web1"])
        site.organisation.update(said)
        site.organisation["policy"]["requirements"]["PLT-02"] = {"impact": "major", "with": {"disk": "< 99.9%"}}
        if name != "strict":
            site.service["requirements"]["PLT-02"] = {"with": {"disk": "< 100%"}}
        for phase in PHASES:
            act = f"{name}, {phase}"
            acts.gate(act, site=site, phase=phase, version="1.0", mode="enforce")
            series[act] = []
            acts.tasks(f"{act}, read", {"name": "Read", "ansible.builtin.debug": {"msg": "read"}}, before=look(site, series[act]))
    return World(sites, acts.play(), series)


def values(world: World, act: str, name: str) -> list[str]:
    return [line for line in world.series[act] if line.startswith(f"operability_{name}{{")]


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("name", ["leave", "way over", "strict"])
def test_the_metrics_tell_what_is_looser(world: World, name: str, phase: str) -> None:
    outcome, loosened = world.seen[f"{name}, {phase}"], values(world, f"{name}, {phase}", "loosened")
    assert outcome.rc == 0, outcome.output
    told = [] if name == "strict" else ['operability_loosened{deployment_environment="production",kind="limits",service_name="shop"} 1.0']
    assert loosened == told
    code = "1.0" if name == "way over" else "0.0"
    assert [line.rpartition(" ")[2] for line in values(world, f"{name}, {phase}", "service_state")] == [code]
    assert outcome.verdict == outcome.record["state"]["verdict"] == ("go_with_reservations" if name == "way over" else "go")
    owed = [item["requirement"] for item in outcome.record["state"]["reservations"]]
    assert owed == (["AUT-01"] if name == "way over" else [])


def test_the_records_are_judged_again_to_the_same(world: World) -> None:
    for site in world.sites.values():
        found = audited(Records(pathlib.Path(site.records), "shop", "production"))
        assert found.problems == [] and found.judged == len(PHASES)
