# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: E501 # a way a line
"""A gate that cannot be talked into GO: a service that owes a backup and has none tries whatever it may write.

Operations enforces, names approvers and gives no leave. Each way is an act of its own, in one run of ansible-playbook.
"""

from __future__ import annotations

import copy
import pathlib
import typing as t

import pytest
from integration.acts import Acts
from integration.playbook import AFTER, ROLE, Outcome, Site

BACKUP = {"pattern": "/nowhere/*.tar.gz", "max_age": "24h"}
WAIVER = {"requirement": "BKP-01", "reason": "it is in the way", "until": "2099-12-31"}
# what a service writes: by what it tries
SERVICE: dict[str, dict[str, t.Any]] = {
    "taken out": {"policy": {"requirements": {"BKP-01": None}}},
    "retired": {"policy": {"requirements": {"BKP-01": {"retired": True}}}},
    "minor by its own policy": {"policy": {"requirements": {"BKP-01": {"impact": "minor"}}}},
    "minor by exception": {"requirements": {"BKP-01": {"impact": "minor"}}},
    "in another phase": {"policy": {"requirements": {"BKP-01": {"phases": ["recheck"]}}}},
    "in another phase by exception": {"requirements": {"BKP-01": {"phases": ["recheck"]}}},
    "not applicable by its own policy": {
        "policy": {"requirements": {"BKP-01": {"not_applicable_allowed": True}}},
        "requirements": {"BKP-01": {"not_applicable": "no"}},
    },
    "not applicable in the approver's name": {
        "requirements": {"BKP-01": {"not_applicable": "no", "approved_by": "head-of-operations", "until": "2027-01-31"}}
    },
    "proved by what it likes": {
        "policy": {"requirements": {"BKP-01": {"proved_by": [{"check": "command", "with": {"command": ["/bin/ls"]}}]}}}
    },
    "proved by true": {"requirements": {"BKP-01": {"check": "command", "with": {"command": ["/bin/true"]}}}},
    "proved by another command": {"requirements": {"BKP-01": {"check": "command", "with": {"command": ["/bin/ls", "/"]}}}},
    "applies to nobody": {"policy": {"requirements": {"BKP-01": {"applies_to": ["static"]}}}},
    "another kind": {
        "service": {"name": "shop", "owner": "team-shop", "hosts": "web", "kind": "static"},
        "policy": {"requirements": {"BKP-01": {"applies_to": ["daemon"]}}},
    },
    "not before the first deployment": {"policy": {"requirements": {"BKP-01": {"not_before_first_deployment": True}}}},
    "another policy": {"policy": {"name": "vsr"}},
    "observe": {"mode": "observe"},
    "observe at its level": {"mode": {"levels": {"A": "observe", "B": "observe", "C": "observe"}}},
    "one requirement observed": {"requirements": {"BKP-01": {"mode": "observe"}}},
    "one requirement enforced later": {"requirements": {"BKP-01": {"enforce_from": "2999-01-01"}}},
    "enforced later by its own policy": {"policy": {"requirements": {"BKP-01": {"enforce_from": "2999-01-01"}}}},
    "approvers of its own": {"approvers": {"blocker": ["me"]}, "waivers": [{**WAIVER, "approved_by": "me"}]},
    "the approver's name": {"waivers": [{**WAIVER, "approved_by": "head-of-operations", "until": "2027-01-31"}]},
    "for ever": {"waivers": [{**WAIVER, "approved_by": "head-of-operations", "until": "9999-12-31"}]},
    "no data, beside backups": {"traits": {"http": False, "data": False}},
    "no data": {"traits": {"http": False, "data": False}, "parts": {"web": {"hosts": "web", "support": "shop"}}},
    "an age without end": {
        "commitments": {"rpo": "3000d"},
        "parts": {"web": {"hosts": "web", "support": "shop", "backups": [{"tool": "file", "pattern": "/etc/host*", "rpo": "30000d"}]}},
    },
    "another file by its own policy": {"policy": {"requirements": {"BKP-01": {"with": {"pattern": "/etc/host*"}}}}},
    "one file by its own policy": {"policy": {"requirements": {"BKP-01": {"with": {"pattern": None, "path": "/etc/hosts", "max_age": "34d"}}}}},
    "another file by exception": {"requirements": {"BKP-01": {"with": {"pattern": "/etc/host*", "max_age": "34d"}}}},
    "another file for all": {"defaults": {"with": {"file_backup": {"path": "/etc/hosts", "min_count": 0}}}},
    "no age": {"policy": {"requirements": {"BKP-01": {"with": {"max_age": None}}}}},
    "an age that is no number": {"requirements": {"BKP-01": {"with": {"max_age": float("nan"), "pattern": "/etc/host*"}}}},
    "an age within the bound, beyond what operations say": {
        "parts": {"web": {"hosts": "web", "support": "shop", "backups": [{"tool": "file", "pattern": "/etc/host*", "max_age": "34d"}]}},
    },
    "no host": {"service": {"name": "shop", "owner": "team-shop", "hosts": "web:!web"}},
    "everything is announced to go": {"removed": [{"what": "*", "version": "2", "reason": "all"}]},
    "a template that runs a program": {"service": {"name": "shop", "owner": "{{ lookup('pipe', 'id') }}", "hosts": "web"}},
}  # fmt: skip


class Owing(Site):
    """A backup is asked for as a blocker, declared, and not there."""

    def __init__(self, folder: pathlib.Path) -> None:
        super().__init__(folder, ("web1",))
        self.demand("SUP-01", "BKP-01")
        self.service["traits"] = {"http": False}
        self.service["parts"]["web"]["backups"] = [{"tool": "file", **BACKUP}]
        self.organisation |= {"mode": "enforce", "services_may": [], "runs_may": []}
        self.organisation["approvers"] = {name: ["head-of-operations"] for name in ("blocker", "major", "minor")}
        self.organisation["defaults"] = {"with": {"file_backup": {"max_age": "24h"}}}
        self.organisation["services_may"] = ["traits"]  # http: false is honest, and no reason to look away from data


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    site = Owing(tmp_path_factory.mktemp("owing"))
    base = copy.deepcopy(site.service)
    acts = Acts(site)
    acts.gate("as it is")
    for name, lines in SERVICE.items():
        site.service = {**copy.deepcopy(base), **copy.deepcopy(lines)}
        if name == "no data":
            site.organisation = {**site.organisation, "services_may": []}
        acts.gate(name)
        site.organisation = {**site.organisation, "services_may": ["traits"]}
    return acts.play()


def test_the_service_owes_a_backup(told: dict[str, Outcome]) -> None:
    assert told["as it is"].verdict == "no_go" and told["as it is"].rc == 2


@pytest.mark.parametrize("way", SERVICE)
def test_no_way_leads_to_a_deployment(told: dict[str, Outcome], way: str) -> None:
    outcome = told[way]
    assert "DEPLOYED ON" not in outcome.output and outcome.rc == 2, outcome.output
    if outcome.records:
        assert outcome.verdict in ("no_go", "undetermined"), outcome.output


def test_no_other_file_leads_to_a_deployment_either(tmp_path: pathlib.Path) -> None:
    site = Owing(tmp_path)
    site.organisation["mode"] = {"default": "enforce", "environments": {"staging": "observe"}}
    site.write()
    milder = str(site.save("milder.yml", {**site.organisation, "mode": "observe"}))
    owes_nothing = str(site.save("mine.yml", {**site.service, "parts": {"web": {"hosts": "web", "support": "shop"}}}))
    moved = str(site.save("moved.yml", site.organisation))
    assert site.run(ROLE + AFTER).verdict == "no_go"
    for given, words in (
        ({"organisation_file": milder}, "the files of this run only observe"),
        ({"organisation_file": ""}, "this run was judged without an organisation file"),
        ({"organisation_file": milder, "mode": "observe"}, "the files of this run only observe"),
        ({"service_file": owes_nothing}, "readiness_service_file: the command line names"),
    ):
        outcome = site.run(ROLE + AFTER, **given)
        assert outcome.rc != 0 and "DEPLOYED ON" not in outcome.output and outcome.says(words), outcome.output
    again = site.run(ROLE + AFTER, organisation_file=moved)
    assert again.verdict == "no_go" and again.record["judgement"]["loosened"] == [], "operations have moved their file"
    staging = site.run(ROLE + AFTER, environment="staging")
    assert [one["kind"] for one in staging.record["judgement"]["loosened"]] == ["environment"]
    site.hosts["web1"]["readiness_environment"] = "staging"
    assert site.run(ROLE + AFTER, environment="staging").record["judgement"]["loosened"] == [], "the inventory says it too"
