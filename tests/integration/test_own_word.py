# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service under an organisation that enforces, and its own word: checks of its choice, traits, names."""

from __future__ import annotations

import copy
import json
import pathlib
import typing as t

import pytest
from integration.acts import Acts
from integration.playbook import Outcome, Site


class Enforced(Site):
    """One host, whose backup is proved by a plugin of the service's own."""

    def __init__(self, folder: pathlib.Path) -> None:
        super().__init__(folder, hosts=["web1"])
        self.demand("SUP-01", "BKP-01")
        self.organisation |= {"mode": "enforce", "services_may": ["own_proofs"]}
        self.service["traits"] = {"http": False}
        del self.service["requirements"]["APP-01"]
        (folder / "backup").write_text("2\n")
        self.prove()

    def plugin(self, state: str = "backup") -> list[str]:
        return ["/bin/sh", "-c", 'code=$(cat "$0"); echo "the backup says $code"; exit $code', f"{self.folder}/{state}"]

    def prove(self, command: list[str] | None = None, **more: t.Any) -> None:
        self.service["requirements"]["BKP-01"] = {"check": "command", "with": {"command": command or self.plugin()}, **more}

    def other(self, **organisation: t.Any) -> Enforced:
        """The same place, with files that are changed from here on."""
        changed = copy.copy(self)
        changed.service, changed.organisation = copy.deepcopy(self.service), {**self.organisation, **organisation}
        return changed


@pytest.fixture(scope="module")
def acts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    site = Enforced(tmp_path_factory.mktemp("own-word") / "site")
    works = f"echo 0 >{site.folder}/backup"
    made = Acts(site)
    made.gate("without leave", site=site.other(services_may=[]), before=works)
    made.gate("observed without leave", site=site.other(services_may=[], mode="observe"))
    made.gate("never seen failing", site=site)
    made.gate("it fails", site=site, before=f"echo 2 >{site.folder}/backup")
    made.gate("it was seen failing", site=site, before=works)
    changed = site.other()
    changed.prove([*site.plugin(), "--more"])
    made.gate("another command", site=changed)
    proven = site.other()
    proven.prove([*site.plugin(), "--other"], proven_by_failure={"command": [*site.plugin("nowhere")]})
    made.gate("what does not fail but breaks", site=proven, before=f"echo 3 >{site.folder}/nowhere")
    empty = site.other()
    empty.prove(["/bin/true"])
    made.gate("a placeholder", site=empty)
    traits = site.other(services_may=["traits", "own_proofs"])
    del traits.service["requirements"]["BKP-01"]
    traits.service["traits"] = {"http": False, "data": False}
    made.gate("no data any more", site=traits)
    declared = site.other(services_may=["traits"])
    del declared.service["requirements"]["BKP-01"]
    declared.service["traits"] = {"http": False, "data": False}
    declared.service["parts"]["web"]["backups"] = [{"tool": "file", "pattern": "/srv/dump-*", "max_age": "1d"}]
    made.gate("no data, and backups", site=declared)
    named = site.other()
    named.service["requirements"]["BKP-42"] = site.answers()
    made.gate("a name of the policy's", site=named)
    made.gate("proven by failure", site=proven, before=f"echo 2 >{site.folder}/nowhere")
    return made.play()


REFUSED = {
    "without leave": "requirements.BKP-01.check: BKP-01 is proved by command in place of what the policy names",
    "a placeholder": "BKP-01: command: /bin/true says the same whatever the service does",
    "no data, and backups": "traits.data: it is false, and parts.web.backups",
    "a name of the policy's": "the names BKP-... are those of the policy; call a requirement of the service's own SHOP-42",
}


@pytest.mark.parametrize("act", REFUSED)
def test_what_is_refused_stops_the_play_and_says_why(acts: dict[str, Outcome], act: str) -> None:
    assert acts[act].rc == 2 and acts[act].says("the input is refused", REFUSED[act]) and "DEPLOYED" not in acts[act].output


def test_what_was_never_seen_failing_is_no_proof(acts: dict[str, Outcome]) -> None:
    for act in ("never seen failing", "observed without leave"):
        backup = acts[act].requirement("BKP-01")
        assert (acts[act].verdict, backup["status"], backup["proof"]) == ("undetermined", "unknown", "stand_in")
        said = "web1: it has never been seen failing, so it proves nothing that it says: the backup says 0 (stand-in: /bin/sh "
        assert backup["message"].startswith(said)
    assert (acts["never seen failing"].rc, acts["observed without leave"].rc) == (2, 0)
    assert [one["leave"] for one in acts["observed without leave"].record["judgement"]["loosened"]] == ["refused"]


def test_once_it_was_seen_failing_it_counts(acts: dict[str, Outcome]) -> None:
    assert (acts["it fails"].verdict, acts["it fails"].rc) == ("no_go", 2)
    good = acts["it was seen failing"]
    assert (good.verdict, good.rc, good.record["state"]["verdict"]) == ("go", 0, "go") and "DEPLOYED ON web1" in good.output
    assert good.requirement("BKP-01")["proof"] == "stand_in" and good.says("a good backup is younger than the RPO [stand-in]")
    (told,) = good.record["judgement"]["loosened"]
    assert (told["kind"], told["key"], told["leave"]) == ("own_proofs", "requirements.BKP-01.check", "given")


def test_another_command_must_fail_anew_or_be_proven_in_the_same_run(acts: dict[str, Outcome]) -> None:
    assert (acts["another command"].verdict, acts["another command"].rc) == ("undetermined", 2)
    broken = acts["what does not fail but breaks"]
    assert broken.verdict == "undetermined" and "is not known: the backup says 3" in broken.requirement("BKP-01")["message"]
    assert (acts["proven by failure"].verdict, acts["proven by failure"].rc) == ("go", 0)


def test_what_passed_yesterday_is_not_gone_because_the_file_says_so(acts: dict[str, Outcome]) -> None:
    found = acts["no data any more"]
    assert (found.verdict, found.rc) == ("undetermined", 2)
    assert "traits.data switches it off, but it passed on" in found.requirement("BKP-01")["message"]


def test_the_proof_stands_in_metrics_report_and_state(acts: dict[str, Outcome], tmp_path_factory: pytest.TempPathFactory) -> None:
    assert acts["proven by failure"].requirement("BKP-01")["proof"] == "stand_in"
    folder = tmp_path_factory.getbasetemp() / "own-word0" / "site"
    lines = (folder / "metrics" / "operability_shop_production.prom").read_text().splitlines()
    (info,) = [line for line in lines if line.startswith("operability_requirement_info") and 'requirement="BKP-01"' in line]
    assert 'proof="stand_in"' in info and "proof: stand-in" in (folder / "shop.html").read_text()
    state = json.loads((folder / "records" / "shop" / "production" / "state.json").read_text())
    assert state["seen_failing"]["BKP-01"]["digest"] and state["passed"]["BKP-01"]
