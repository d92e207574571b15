# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service of which half fails on the first day: adopted, deployed, repaired, and held at what it has reached."""

from __future__ import annotations

import datetime as dt
import json
import pathlib
import typing as t

import pytest
import yaml
from ansible_collections.operability.readiness.plugins.plugin_utils._promises import debt as _debt
from ansible_collections.operability.readiness.plugins.plugin_utils._recording import adopt as _adopt
from integration.playbook import AFTER, ROLE, Outcome, Site

ADOPT = """
- name: Adopt
  hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - name: Adopt
      operability.readiness.adopt:
"""
IMPACTS = {"OLD-01": "blocker", "OLD-02": "blocker", "OLD-03": "blocker", "OLD-04": "blocker", "OLD-05": "major", "OLD-06": "major"}
IMPACTS |= {"OLD-07": "major", "OLD-08": "major", "OLD-09": "blocker", "OLD-10": "major"}
UNKNOWN = ("OLD-09", "OLD-10")
TODAY = dt.datetime.now(dt.timezone.utc).date()


class Brownfield(Site):
    """Ten requirements that do not pass, besides two that do."""

    def __init__(self, folder: pathlib.Path) -> None:
        super().__init__(folder)
        self.hosts = {"web1": {}}
        for name, impact in IMPACTS.items():
            state = f"{folder}/state/{name}"
            script = f"code=$(cat {state}); echo {name} says $code; exit $code"
            self.service["requirements"][name] = {
                "title": f"the old demand {name}",
                "check": "command",
                "impact": impact,
                "with": {"command": ["/bin/sh", "-c", script]},
            }
            self.answer(name, 3 if name in UNKNOWN else 2)

    def repair(self, *names: str) -> None:
        for name in names:
            self.answer(name, 0)

    @property
    def debt(self) -> pathlib.Path:
        return self.folder / "readiness.debt.yml"

    def lines(self) -> dict[str, dict[str, t.Any]]:
        return {line["requirement"]: line for line in yaml.safe_load(self.debt.read_text())["debt"]}

    def adopt(self, *words: str, **variables: t.Any) -> Outcome:
        return self.run(ADOPT, *words, phase=None, **variables)

    def age(self, days: int) -> None:
        """As if the service had been adopted so many days earlier."""
        data = yaml.safe_load(self.debt.read_text())
        lines = []
        for line in data["debt"]:
            moved = {**line, **{key: (line[key] - dt.timedelta(days=days)).isoformat() for key in ("adopted", "until")}}
            lines.append({**moved, "seal": _debt.seal(moved, "shop")})
        adopted = {name: {**entry, "at": entry["at"].isoformat()} for name, entry in data["adopted"].items()}
        self.debt.write_text(_adopt.render("shop", adopted, lines))


@pytest.fixture
def site(tmp_path: pathlib.Path) -> Brownfield:
    return Brownfield(tmp_path / "site")


def readable(outcome: Outcome) -> None:
    for word in ("Traceback", "KeyError", "TypeError", "AttributeError", "unhandled exception"):
        assert word not in outcome.output, outcome.output


def verdict_line(outcome: Outcome) -> str:
    words = outcome.record["judgement"]["words"]
    return next(line for line in outcome.output.splitlines() if line.startswith(f"{words}  "))


def test_adopt_deploy_repair_and_never_lose_it_again(site: Brownfield) -> None:
    # as it is: observe goes on, enforce would stop
    first = site.run("operability.readiness.adopt", phase=None)
    assert first.rc == 0, first.output
    readable(first)
    assert first.verdict == "no_go"
    assert verdict_line(first) == "NO-GO  10 of 12 verified  (observe mode: would be NO-GO, the play goes on)"
    assert first.says("shop is adopted with 10 requirements in debt: readiness.debt.yml")
    lines = site.lines()
    assert sorted(lines) == sorted(IMPACTS)
    ends = {name: (line["until"] - TODAY).days for name, line in lines.items()}
    assert ends == {name: 270 if name in UNKNOWN else {"blocker": 90, "major": 180}[impact] for name, impact in IMPACTS.items()}
    assert lines["OLD-01"]["observed"] == "web1: OLD-01 says 2"
    assert lines["OLD-01"]["status"] == "fail" and lines["OLD-09"]["status"] == "unknown"
    assert site.debt.read_text().startswith("# The debt of a service")

    # the next deployment goes through in both modes, with reservations
    for mode in ("observe", "enforce"):
        deployed = site.run(ROLE + AFTER, mode=mode)
        readable(deployed)
        assert (deployed.rc, deployed.verdict) == (0, "go_with_reservations"), deployed.output
        assert "DEPLOYED ON web1" in deployed.output
        assert deployed.says("GO WITH RESERVATIONS", f"debt: 10 of 10 left, next ends {TODAY + dt.timedelta(days=90)}")
    reservations = {item["requirement"]: item for item in deployed.record["judgement"]["reservations"]}
    assert {item["kind"] for item in reservations.values()} == {"debt"} and len(reservations) == 10
    assert reservations["OLD-05"]["due"] == (TODAY + dt.timedelta(days=180)).isoformat()
    old = deployed.requirement("OLD-01")
    assert (old["observed_status"], old["status"], old["waiver"]["kind"]) == ("fail", "waived", "debt")
    assert deployed.record["inputs"]["debt_file"]["path"] == "readiness.debt.yml"
    assert deployed.record["judgement"]["waivers"] == []
    exposition = site.textfile.read_text()
    assert 'operability_debt_requirements{deployment_environment="production",service_name="shop",state="left"} 10.0' in exposition
    assert "waiver_expiry" not in exposition and exposition.count("operability_debt_expiry_timestamp_seconds{") == 10
    assert "In debt" in (site.folder / "shop.html").read_text()

    # two are repaired: they are struck out at once, and adopt takes their lines away
    site.repair("OLD-01", "OLD-05")
    repaired = site.run(ROLE, mode="enforce")
    assert repaired.verdict == "go_with_reservations"
    assert repaired.says("debt: 8 of 10 left", "readiness.debt.yml: run adopt to take out what has passed: OLD-01, OLD-05")
    again = site.adopt()
    assert again.rc == 0 and again.says("shop: 2 struck out of readiness.debt.yml, 8 left"), again.output
    assert sorted(site.lines()) == sorted(set(IMPACTS) - {"OLD-01", "OLD-05"})

    # and cannot be lost again: under ratchet even observe stops, for a major too
    site.service["ratchet"] = True
    held = site.run(ROLE + AFTER)
    assert (held.rc, held.verdict) == (0, "go_with_reservations"), held.output
    site.answer("OLD-05", 2)
    lost = site.run(ROLE + AFTER)
    readable(lost)
    assert lost.rc != 0 and lost.verdict == "no_go" and "DEPLOYED" not in lost.output
    assert lost.says(f"OLD-05 says 2 (passed on {TODAY} and fails again: ratchet)", "debt: 8 of 10 left")
    assert list(lost.record["judgement"]["ratchet"]) == ["OLD-05"] and lost.record["run"]["enforced"] is True
    assert lost.record["state"]["verdict"] == "no_go"
    # without the ratchet observe only tells
    site.service["ratchet"] = False
    told = site.run(ROLE + AFTER)
    assert told.rc == 0 and told.verdict == "go_with_reservations" and "ratchet" not in json.dumps(told.record["judgement"]["reasons"])
    print("\n".join(verdict_line(outcome) for outcome in (first, deployed, repaired, held, lost, told)))


def test_what_was_struck_out_counts_no_more_while_its_line_still_stands(site: Brownfield) -> None:
    assert site.run("operability.readiness.adopt", phase=None).rc == 0
    site.repair("OLD-01")
    assert site.run(ROLE, mode="enforce").rc == 0
    assert "OLD-01" in site.lines()
    site.answer("OLD-01", 2)
    # not by part of the service: only a whole run strikes out, but what it struck out counts everywhere
    lost = site.run(ROLE + AFTER, mode="enforce")
    assert lost.rc != 0 and lost.verdict == "no_go"
    assert lost.says(f": OLD-01 has passed on {TODAY}, so its debt covers nothing any more", "debt: 9 of 10 left")


def test_a_partial_run_strikes_nothing_out(site: Brownfield) -> None:
    site.hosts["web2"] = {}
    assert site.run("operability.readiness.adopt", phase=None).rc == 0
    site.repair("OLD-01")
    limited = site.run(ROLE, "--limit", "web1")
    assert limited.record["run"]["partial"]
    site.answer("OLD-01", 2)
    assert site.run(ROLE, mode="enforce").verdict == "go_with_reservations"


def test_adopting_twice_never_grows(site: Brownfield) -> None:
    assert site.run("operability.readiness.adopt", phase=None).rc == 0
    before = site.debt.read_bytes()
    site.answer("web1", 2)  # APP-01 passed until now
    second = site.run("operability.readiness.adopt", phase=None)
    assert second.rc == 0 and second.says("0 struck out of readiness.debt.yml, 10 left", "changed=0"), second.output
    assert site.debt.read_bytes() == before
    site.age(30)
    older = site.debt.read_bytes()
    site.adopt(debt_ends={"blocker": "300d", "major": "300d"})
    assert site.debt.read_bytes() == older
    # not by way of deleting it either: what is remembered keeps its day, and what has passed is not taken back
    site.repair("OLD-02")
    assert site.run(ROLE, phase="recheck").verdict == "no_go"  # APP-01
    site.answer("OLD-02", 2)
    assert site.run(ROLE, phase="recheck").rc == 0
    site.debt.unlink()
    anew = site.adopt()
    assert anew.rc == 0, anew.output
    assert anew.says(f"OLD-02: it was in debt before, and passed on {TODAY}: what has passed is no debt any more")
    assert "OLD-02" not in site.lines()
    assert site.lines()["OLD-01"]["until"] == TODAY + dt.timedelta(days=90)


CHANGED: dict[str, tuple[t.Callable[[str], str], str]] = {
    "a later day": (lambda text: text.replace("until: ", "until: 2099-12-31 # ", 1), "debt.0 (OLD-01): this line was not written by adopt"),
    "an added line": (
        lambda text: text + "  - {requirement: APP-01, environment: production, until: 2099-12-31}\n",
        "debt.10 (APP-01): this line was not written by adopt, or was changed; take that back, run adopt, or use a waiver",
    ),
    "another service": (
        lambda text: text.replace("service: shop", "service: bakery"),
        "this is the debt of bakery; the service file describes shop",
    ),
    "no YAML": (lambda text: text.replace("status: fail", "status: [", 1), "this is not YAML"),
    "a key": (lambda text: text.replace("    seal:", "    sael:", 1), "unknown key 'sael'; did you mean 'seal'?"),
    "a line twice": (lambda text: text + text[text.index("  - requirement") :], "the same line stands twice, first in "),
}


def test_a_file_that_was_changed_by_hand_is_refused(site: Brownfield) -> None:
    assert site.run("operability.readiness.adopt", phase=None).rc == 0
    text = site.debt.read_text()
    tasks = []
    for name, (change, _said) in CHANGED.items():
        path = site.save(f"{name.replace(' ', '_')}.yml", change(text))
        tasks += [
            {"operability.readiness.adopt": {"debt_file": str(path)}, "register": "answer", "ignore_errors": True},
            {"ansible.builtin.set_fact": {"answers": "{{ answers | default([]) + [answer.msg | default('')] }}"}},
        ]
    tasks.append({"ansible.builtin.copy": {"content": "{{ answers | to_json }}", "dest": str(site.folder / "answers.json")}})
    outcome = site.run(yaml.safe_dump([{"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks}]), phase=None)
    assert outcome.rc == 0, outcome.output
    readable(outcome)
    for (name, (change, said)), answer in zip(CHANGED.items(), json.loads((site.folder / "answers.json").read_text()), strict=True):
        assert said in answer and f"{name.replace(' ', '_')}.yml:" in answer and "The input is refused" in answer, answer
        assert (site.folder / f"{name.replace(' ', '_')}.yml").read_text() == change(text)
    # the gate refuses it as well, before anything has run
    site.debt.write_text(CHANGED["an added line"][0](text))
    stopped = site.run(ROLE + AFTER, mode="observe")
    assert stopped.rc != 0 and not stopped.records and "DEPLOYED" not in stopped.output
    assert stopped.says("The input is refused, nothing was verified: readiness.debt.yml:", CHANGED["an added line"][1]), stopped.output
    readable(stopped)


def test_debt_that_is_over_covers_nothing(site: Brownfield) -> None:
    assert site.run("operability.readiness.adopt", phase=None).rc == 0
    site.age(70)
    soon = site.run(ROLE + AFTER, mode="enforce")
    assert (soon.rc, soon.verdict) == (0, "go_with_reservations")
    assert soon.says(f"the debt of OLD-01 ends on {TODAY + dt.timedelta(days=20)}, in 20 days")
    site.age(21)
    over = site.run(ROLE + AFTER, mode="enforce")
    assert over.rc != 0 and over.verdict == "no_go"
    assert over.says(
        f"the debt of OLD-01 ended on {TODAY - dt.timedelta(days=1)}: it covers nothing any more",
        "debt: 10 of 10 left, 4 ended and cover nothing any more, next ends",
    ), over.output
    assert over.requirement("OLD-05")["status"] == "waived"


def test_a_service_that_was_never_verified(site: Brownfield) -> None:
    outcome = site.adopt()
    assert outcome.rc != 0 and not site.debt.exists()
    assert outcome.says("nothing was adopted: nothing of shop in production was ever verified completely", "recheck", "state.json")
    readable(outcome)
    site.run(ROLE, "--limit", "web1", "--tags", "none")
    assert site.adopt().rc != 0
    # a state that cannot be read is told, and left as it is
    assert site.run(ROLE, phase="recheck").rc == 0
    site.state.write_text("{")
    outcome = site.adopt()
    assert outcome.rc != 0 and outcome.says("nothing was adopted: ", "state.json is not whole") and not site.debt.exists()
    readable(outcome)


def test_check_mode_options_and_places(site: Brownfield) -> None:
    site.service["requirements"]["OLD-04"]["phases"] = ["post"]
    site.organisation["debt"] = "debts"
    site.service["waivers"] = [{"requirement": "OLD-03", "reason": "known", "approved_by": "head", "until": "2099-01-01"}]
    assert site.run(ROLE, phase="recheck").rc == 0
    told = site.adopt("--check", "--diff")
    assert told.rc == 0 and told.says("+ - requirement: OLD-01") and not (site.folder / "debts").exists(), told.output
    done = site.adopt(adopted_by="head of operations", debt_ends={"blocker": "10d"}, environment="production")
    assert done.rc == 0, done.output
    assert done.says("OLD-03: a waiver covers it until 2099-01-01", "OLD-04: it was never verified: run post before adopting")
    lines = {line["requirement"]: line for line in yaml.safe_load((site.folder / "debts" / "shop.yml").read_text())["debt"]}
    assert sorted(lines) == sorted(set(IMPACTS) - {"OLD-03", "OLD-04"})
    assert lines["OLD-01"]["by"] == "head of operations" and lines["OLD-01"]["until"] == TODAY + dt.timedelta(days=10)
    assert lines["OLD-05"]["until"] == TODAY + dt.timedelta(days=180)
    assert site.run(ROLE, phase="recheck").says("debt: 8 of 8 left")
    # each environment has a debt of its own
    assert site.run(ROLE, phase="recheck", environment="staging").verdict == "no_go"
    assert site.adopt(environment="staging").says("shop is adopted with 8 requirements in debt")
    assert site.run(ROLE, phase="recheck", environment="staging", mode="enforce").verdict == "go_with_reservations"
    bad = site.adopt(debt_ends={"blocker": "soon"}, environment="test")
    assert bad.rc != 0 and bad.says("debt_ends.blocker: 'soon' is not a duration")


def test_observe_has_an_end(site: Brownfield) -> None:
    site.repair(*IMPACTS)
    last = TODAY + dt.timedelta(days=10)
    site.organisation["mode"] = {"observe_until": last.isoformat()}
    outcome = site.run(ROLE)
    assert outcome.verdict == "go" and outcome.says(f"observe ends on {last}, in 10 days")
    ended = TODAY - dt.timedelta(days=1)
    site.organisation["mode"] = {"default": "enforce", "services": {"shop": {"mode": "observe", "observe_until": ended.isoformat()}}}
    site.answer("OLD-01", 2)
    assert site.run(ROLE + AFTER).rc == 0
    site.repair("OLD-01")
    outcome = site.run(ROLE)
    assert (outcome.rc, outcome.verdict) == (0, "go_with_reservations")
    assert outcome.says(
        "MODE-01 verdicts are enforced: due", "team-shop", f"MODE-01 observe ended on {ended}, and verdicts still stop nothing"
    )
    assert outcome.record["state"]["verdict"] == "go_with_reservations"
    assert site.run(ROLE, mode="enforce").verdict == "go"
    site.organisation["mode"] = {"default": "enforce", "observe_until": "2027-02-30"}
    refused = site.run(ROLE)
    assert refused.rc != 0 and refused.says("mode.observe_until: '2027-02-30' is not a day of the calendar"), refused.output


def test_a_requirement_that_is_announced_and_a_policy_that_moved_on(site: Brownfield) -> None:
    site.repair(*IMPACTS)
    day = (TODAY + dt.timedelta(days=30)).isoformat()
    site.organisation["policy"]["requirements"]["PLT-01"] = {"impact": "blocker", "enforce_from": day}
    site.service["policy"] = {"version": "0.9.0"}
    site.service["waivers"] = [{"requirement": "MON-01", "reason": "x", "approved_by": "head", "until": "2099-01-01"}]
    site.service["requirements"]["MON-07"] = {"with": {"timeout": "3s"}}
    outcome = site.run(ROLE + AFTER, phase="recheck", mode="enforce")
    assert (outcome.rc, outcome.verdict) == (0, "no_go"), outcome.output
    assert outcome.says(f"[enforced from {day}]", "not enforced: the play goes on", "DEPLOYED ON web1")
    assert outcome.says("the file was written for version 0.9.0 of the starter policy; this collection ships 1.1.0, which holds")
    assert outcome.says("the waiver of MON-01 can be removed", "MON-07 has been taken out of the policy; the entry can be removed")
    shown = site.run("operability.readiness.plan", phase="recheck")
    assert shown.says(f"[enforced from {day}]")
    site.organisation["policy"]["requirements"]["PLT-01"]["enforce_from"] = TODAY.isoformat()
    assert site.run(ROLE + AFTER, phase="recheck", mode="enforce").rc != 0
    # a line of debt about what the policy does not ask for any more is a notice, and adopt takes it out
    assert site.adopt().says("shop is adopted with 1 requirement in debt")
    site.organisation["policy"]["requirements"]["PLT-01"] = None
    outcome = site.run(ROLE, phase="recheck", mode="enforce")
    assert outcome.rc == 0 and outcome.says("the policy does not ask for PLT-01 any more; run adopt to take its line out")
    assert site.adopt().says("PLT-01: the policy does not ask for it any more") and site.lines() == {}
