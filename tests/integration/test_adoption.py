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
from ansible_collections.operability.readiness.plugins.plugin_utils._recording import adopt as _adopt
from integration.acts import Acts
from integration.playbook import AFTER, ROLE, Outcome, Site

IMPACTS = {"OLD-01": "blocker", "OLD-02": "blocker", "OLD-03": "blocker", "OLD-04": "blocker", "OLD-05": "major", "OLD-06": "major"}
IMPACTS |= {"OLD-07": "major", "OLD-08": "major", "OLD-09": "blocker", "OLD-10": "major"}
UNKNOWN = ("OLD-09", "OLD-10")
TODAY = dt.datetime.now(dt.timezone.utc).date()
FAR = (TODAY + dt.timedelta(days=365)).isoformat()


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


def age(path: pathlib.Path, days: int) -> None:
    """As if the service had been adopted so many days earlier."""
    data = yaml.safe_load(path.read_text())
    lines = []
    for line in data["debt"]:
        moved = {**line, **{key: (line[key] - dt.timedelta(days=days)).isoformat() for key in ("adopted", "until")}}
        lines.append(_adopt.Line(**moved).sealed("shop"))
    adopted = {name: {**entry, "at": entry["at"].isoformat()} for name, entry in data["adopted"].items()}
    path.write_text(_adopt.render("shop", adopted, lines))


def answers(site: Brownfield, code: int, *names: str) -> str:
    """The shell command of ``answer``."""
    return " && ".join(f"echo {code} >{site.folder}/state/{name}" for name in names)


def adopt(acts: Acts, name: str, *, before: str = "", check_mode: bool = False, diff: bool = False, **variables: t.Any) -> None:
    task = {"name": "Adopt", "operability.readiness.adopt": None, "check_mode": check_mode, "diff": diff}
    acts.tasks(name, task, before=before, **variables)
    acts.plays[-1]["connection"] = "local"


def adopted(acts: Acts) -> None:
    """As the playbook does it."""
    acts.gate("verified", phase="recheck", mode="observe")
    adopt(acts, "adopted")


@pytest.fixture
def site(tmp_path: pathlib.Path) -> Brownfield:
    return Brownfield(tmp_path / "site")


@pytest.fixture
def acts(site: Brownfield) -> Acts:
    return Acts(site)


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

    acts, exposition, report = Acts(site), site.folder / "deployed.prom", site.folder / "deployed.html"
    acts.gate("observe", mode="observe")
    acts.gate("enforce", mode="enforce")
    kept = f"cp {site.textfile} {exposition} && cp {site.folder}/shop.html {report}"
    acts.gate("repaired", before=f"{kept} && {answers(site, 0, 'OLD-01', 'OLD-05')}", mode="enforce")
    adopt(acts, "again")
    seen = acts.play()

    # the next deployment goes through in both modes, with reservations
    for mode in ("observe", "enforce"):
        deployed = seen[mode]
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
    text = exposition.read_text()
    assert 'operability_debt_requirements{deployment_environment="production",service_name="shop",state="left"} 10.0' in text
    assert "waiver_expiry" not in text and text.count("operability_debt_expiry_timestamp_seconds{") == 10
    assert "In debt" in report.read_text()

    # two are repaired: they are struck out at once, and adopt takes their lines away
    repaired, again = seen["repaired"], seen["again"]
    assert repaired.verdict == "go_with_reservations"
    assert repaired.says("debt: 8 of 10 left", "readiness.debt.yml: run adopt to take out what has passed: OLD-01, OLD-05")
    assert again.rc == 0 and again.says("shop: 2 struck out of readiness.debt.yml, 8 left"), again.output
    assert sorted(site.lines()) == sorted(set(IMPACTS) - {"OLD-01", "OLD-05"})

    # and cannot be lost again: under ratchet even observe stops, for a major too
    site.service["ratchet"] = True
    acts = Acts(site)
    acts.gate("held")
    acts.gate("lost", before=answers(site, 2, "OLD-05"))
    seen = acts.play()
    held, lost = seen["held"], seen["lost"]
    assert (held.rc, held.verdict) == (0, "go_with_reservations"), held.output
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


def test_what_was_struck_out_counts_no_more_while_its_line_still_stands(site: Brownfield, acts: Acts) -> None:
    adopted(acts)
    acts.gate("repaired", before=answers(site, 0, "OLD-01"), mode="enforce")
    # not by part of the service: only a whole run strikes out, but what it struck out counts everywhere
    acts.gate("lost", before=answers(site, 2, "OLD-01"), mode="enforce")
    seen = acts.play()
    assert seen["adopted"].rc == 0 and seen["repaired"].rc == 0
    assert "OLD-01" in site.lines()
    lost = seen["lost"]
    assert lost.rc != 0 and lost.verdict == "no_go"
    assert lost.says(f": OLD-01 has passed on {TODAY}, so its debt covers nothing any more", "debt: 9 of 10 left")


def test_a_partial_run_strikes_nothing_out(site: Brownfield, acts: Acts) -> None:
    site.hosts["web2"] = {}
    adopted(acts)
    acts.gate("part", before=answers(site, 0, "OLD-01"), hosts="web1")
    acts.gate("whole", before=answers(site, 2, "OLD-01"), mode="enforce")
    seen = acts.play()
    assert seen["adopted"].rc == 0
    assert seen["part"].record["run"]["partial"]
    assert seen["whole"].verdict == "go_with_reservations"


def test_adopting_twice_never_grows(site: Brownfield, acts: Acts) -> None:
    def kept(name: str) -> str:
        return f"cp {site.debt} {site.folder}/{name}"

    def older() -> None:
        (site.folder / "second").write_bytes(site.debt.read_bytes())
        age(site.debt, 30)
        (site.folder / "older").write_bytes(site.debt.read_bytes())

    adopted(acts)
    acts.gate("verified again", before=f"{kept('first')} && {answers(site, 2, 'web1')}", phase="recheck")  # APP-01 passed until now
    adopt(acts, "adopted again")
    adopt(
        acts,
        "later days",
        before=older,
        debt_ends={"blocker": "300d", "major": "300d"},
    )
    # not by way of deleting it either: what is remembered keeps its day, and what has passed is not taken back
    acts.gate("repaired", before=f"{kept('later')} && {answers(site, 0, 'OLD-02')}", phase="recheck")
    acts.gate("lost", before=answers(site, 2, "OLD-02"), phase="recheck")
    adopt(acts, "anew", before=f"rm {site.debt}")
    seen = acts.play()
    assert seen["adopted"].rc == 0
    second = seen["adopted again"]
    assert second.rc == 0 and second.says("0 struck out of readiness.debt.yml, 10 left", "ok: [localhost]"), second.output
    assert "changed: [localhost]" not in second.output
    first, again, older, later = ((site.folder / name).read_bytes() for name in ("first", "second", "older", "later"))
    assert again == first and older != first and later == older
    assert seen["repaired"].verdict == "no_go"  # APP-01
    assert seen["lost"].rc == 0
    anew = seen["anew"]
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


def test_a_file_that_was_changed_by_hand_is_refused(site: Brownfield, acts: Acts) -> None:
    adopted(acts)
    assert acts.play()["adopted"].rc == 0
    text = site.debt.read_text()
    tasks = []
    for name, (change, _said) in CHANGED.items():
        path = site.save(f"{name.replace(' ', '_')}.yml", change(text))
        tasks += [
            {"operability.readiness.adopt": {"debt_file": str(path)}, "register": "answer", "ignore_errors": True},
            {"ansible.builtin.set_fact": {"answers": "{{ answers | default([]) + [answer.msg | default('')] }}"}},
        ]
    tasks.append({"ansible.builtin.copy": {"content": "{{ answers | to_json }}", "dest": str(site.folder / "answers.json")}})
    acts = Acts(site)
    acts.tasks("changed", *tasks)
    acts.plays[-1]["connection"] = "local"
    # the gate refuses it as well, before anything has run
    acts.gate("stopped", before=f"cp {site.folder}/an_added_line.yml {site.debt}", mode="enforce")
    seen = acts.play()
    outcome, stopped = seen["changed"], seen["stopped"]
    assert outcome.rc == 0, outcome.output
    readable(outcome)
    for (name, (change, said)), answer in zip(CHANGED.items(), json.loads((site.folder / "answers.json").read_text()), strict=True):
        assert said in answer and f"{name.replace(' ', '_')}.yml:" in answer and "The input is refused" in answer, answer
        assert (site.folder / f"{name.replace(' ', '_')}.yml").read_text() == change(text)
    assert stopped.rc != 0 and stopped.record["run"]["refused"] and "DEPLOYED" not in stopped.output
    assert stopped.says("the input is refused: readiness.debt.yml:", CHANGED["an added line"][1]), stopped.output
    readable(stopped)


def test_debt_that_is_over_covers_nothing(site: Brownfield, acts: Acts) -> None:
    adopted(acts)
    acts.gate("soon", before=lambda: age(site.debt, 70), mode="enforce")
    acts.gate("over", before=lambda: age(site.debt, 21), mode="enforce")
    seen = acts.play()
    assert seen["adopted"].rc == 0
    soon, over = seen["soon"], seen["over"]
    assert (soon.rc, soon.verdict) == (0, "go_with_reservations")
    assert soon.says(f"the debt of OLD-01 ends on {TODAY + dt.timedelta(days=20)}, in 20 days")
    assert over.rc != 0 and over.verdict == "no_go" and "DEPLOYED" not in over.output
    assert over.says(
        f"the debt of OLD-01 ended on {TODAY - dt.timedelta(days=1)}: it covers nothing any more",
        "debt: 10 of 10 left, 4 ended and cover nothing any more, next ends",
    ), over.output
    assert over.requirement("OLD-05")["status"] == "waived"


def test_without_verifying_first(site: Brownfield, acts: Acts) -> None:
    acts.gate("verified", phase="recheck")
    assert acts.play()["verified"].rc == 0
    outcome = site.run("operability.readiness.adopt", "-e", "readiness_verify_first=false", phase=None)
    assert outcome.rc == 0 and not outcome.records, outcome.output
    readable(outcome)
    assert outcome.says("shop is adopted with 10 requirements in debt")
    named = [path.stem for path in site.records.rglob("runs/*.json")]
    assert {line["run"] for line in site.lines().values()} == set(named)


def test_a_service_that_was_never_verified(site: Brownfield) -> None:
    acts = Acts(site)
    adopt(acts, "never")
    outcome = acts.play()["never"]
    assert outcome.rc != 0 and not site.debt.exists()
    assert outcome.says("nothing was adopted: nothing of shop in production was ever verified completely", "recheck", "state.json")
    readable(outcome)
    site.run(ROLE, "--limit", "web1", "--skip-tags", "always")
    acts = Acts(site)
    adopt(acts, "no task")
    acts.gate("verified", phase="recheck")
    # a state that cannot be read is made again of what the run records say
    adopt(acts, "torn", before=f"echo '{{' >{site.state}")
    seen = acts.play()
    assert seen["no task"].rc != 0
    assert seen["verified"].rc == 0
    assert seen["torn"].rc == 0 and len(site.lines()) == len(IMPACTS), seen["torn"].output


def test_check_mode_options_and_places(site: Brownfield, acts: Acts) -> None:
    site.service["requirements"]["OLD-04"]["phases"] = ["post"]
    site.organisation["debt"] = "debts"
    site.service["waivers"] = [{"requirement": "OLD-03", "reason": "known", "approved_by": "head", "until": FAR}]
    acts.gate("verified", phase="recheck")
    adopt(acts, "told", check_mode=True, diff=True)
    look = f"ls {site.folder} >{site.folder}/after_check_mode"
    adopt(acts, "done", before=look, adopted_by="head of operations", debt_ends={"blocker": "10d"}, environment="production")
    acts.gate("in debt", before=f"cp {site.folder}/debts/shop.yml {site.folder}/production.yml", phase="recheck")
    # each environment has a debt of its own
    staging = {"phase": "recheck", "environment": "staging"}
    acts.gate("staging", **staging)
    adopt(acts, "staging adopted", environment="staging")
    acts.gate("staging in debt", **staging, mode="enforce")
    adopt(acts, "bad", debt_ends={"blocker": "soon"}, environment="test")
    seen = acts.play()
    assert seen["verified"].rc == 0
    told, done = seen["told"], seen["done"]
    assert told.rc == 0 and told.says("+ - requirement: OLD-01"), told.output
    assert "debts" not in (site.folder / "after_check_mode").read_text().split()
    # warnings, which Ansible prints once a run
    assert told.says(f"OLD-03: a waiver covers it until {FAR}", "OLD-04: it was never verified: run post before adopting")
    assert done.rc == 0, done.output
    lines = {line["requirement"]: line for line in yaml.safe_load((site.folder / "production.yml").read_text())["debt"]}
    assert sorted(lines) == sorted(set(IMPACTS) - {"OLD-03", "OLD-04"})
    assert lines["OLD-01"]["by"] == "head of operations" and lines["OLD-01"]["until"] == TODAY + dt.timedelta(days=10)
    assert lines["OLD-05"]["until"] == TODAY + dt.timedelta(days=180)
    assert seen["in debt"].says("debt: 8 of 8 left")
    assert seen["staging"].verdict == "no_go"
    assert seen["staging adopted"].says("shop is adopted with 8 requirements in debt")
    assert seen["staging in debt"].verdict == "go_with_reservations"
    bad = seen["bad"]
    assert bad.rc != 0 and bad.says("debt_ends.blocker: 'soon' is not a duration")


def test_observe_has_an_end(site: Brownfield, acts: Acts) -> None:
    site.repair(*IMPACTS)
    last, ended = TODAY + dt.timedelta(days=10), TODAY - dt.timedelta(days=1)
    site.organisation["mode"] = {"observe_until": last.isoformat()}
    acts.gate("soon")
    site.organisation["mode"] = {"default": "enforce", "services": {"shop": {"mode": "observe", "observe_until": ended.isoformat()}}}
    acts.gate("no go", before=answers(site, 2, "OLD-01"))
    acts.gate("over", before=answers(site, 0, "OLD-01"))
    acts.gate("enforced", mode="enforce")
    site.organisation["mode"] = {"default": "enforce", "observe_until": "2027-02-30"}
    acts.gate("refused", mode="enforce")
    seen = acts.play()
    assert seen["soon"].verdict == "go" and seen["soon"].says(f"observe ends on {last}, in 10 days")
    assert seen["no go"].rc == 0
    outcome = seen["over"]
    assert (outcome.rc, outcome.verdict) == (0, "go_with_reservations")
    assert outcome.says(
        "MODE-01 verdicts are enforced: due", "team-shop", f"MODE-01 observe ended on {ended}, and verdicts still stop nothing"
    )
    assert outcome.record["state"]["verdict"] == "go_with_reservations"
    assert seen["enforced"].verdict == "go"
    refused = seen["refused"]
    assert refused.rc != 0 and refused.says("mode.observe_until: '2027-02-30' is not a day of the calendar"), refused.output


def test_a_requirement_that_is_announced_and_a_policy_that_moved_on(site: Brownfield, acts: Acts) -> None:
    site.repair(*IMPACTS)
    day = (TODAY + dt.timedelta(days=30)).isoformat()
    rules = site.organisation["policy"]["requirements"]
    rules["PLT-01"] = {"impact": "blocker", "enforce_from": day}
    site.service["policy"] = {"version": "0.9.0"}
    site.service["waivers"] = [{"requirement": "MON-01", "reason": "x", "approved_by": "head", "until": FAR}]
    site.service["requirements"]["MON-07"] = {"with": {"timeout": "3s"}}
    shown = site.run("operability.readiness.plan", phase="recheck")
    assert shown.says(f"[enforced from {day}]")

    enforced = {"phase": "recheck", "mode": "enforce"}
    acts.gate("announced", **enforced)
    rules["PLT-01"] = {"impact": "blocker", "enforce_from": TODAY.isoformat()}
    acts.gate("due", **enforced)
    # a line of debt about what the policy does not ask for any more is a notice, and adopt takes it out
    adopt(acts, "adopted")
    rules["PLT-01"] = None
    acts.gate("moved on", **enforced)
    adopt(acts, "taken out")
    seen = acts.play()
    outcome = seen["announced"]
    assert (outcome.rc, outcome.verdict) == (0, "no_go"), outcome.output
    assert outcome.says(f"[enforced from {day}]", "not enforced: the play goes on", "DEPLOYED ON web1")
    assert outcome.says("the file was written for version 0.9.0 of the starter policy; this collection ships 1.5.0, which holds")
    assert outcome.says("the waiver of MON-01 can be removed", "MON-07 has been taken out of the policy; the entry can be removed")
    assert seen["due"].rc != 0
    assert seen["adopted"].says("shop is adopted with 1 requirement in debt")
    outcome = seen["moved on"]
    assert outcome.rc == 0 and outcome.says("the policy does not ask for PLT-01 any more; run adopt to take its line out")
    assert seen["taken out"].says("PLT-01: the policy does not ask for it any more") and site.lines() == {}


def test_in_enforce_nobody_adopts_or_overrides_alone(site: Brownfield) -> None:
    said = {"approvers": {"blocker": ["head"]}, "services_may": ["traits"], "runs_may": []}
    site.organisation |= {"mode": "enforce", **said}
    override = {"body": "us", "decided_by": ["me"], "outcome": "go", "phase": "pre", "override": True, "reason": "the market opens"}
    override["operations_opinion"] = "favourable"
    acts = Acts(site)
    acts.gate("enforced")
    adopt(acts, "grabbed", debt_ends={"blocker": "730d"})
    acts.tasks("overridden", {"name": "Decide", "operability.readiness.decide": override})
    acts.gate("again")
    acts.gate("observed", hosts="web1", mode="observe")
    seen = acts.play()
    assert seen["enforced"].rc != 0 and seen["enforced"].verdict == "no_go"
    refused = seen["grabbed"]
    assert refused.rc != 0 and not site.debt.exists()
    assert refused.says(
        "nothing was adopted", "adopt: shop is enforced, and", "(runs_may: {services: {shop: [adopt]}})", "730d is longer"
    ), refused.output
    readable(refused)
    assert seen["overridden"].rc == 0, seen["overridden"].output
    assert seen["again"].rc != 0 and seen["again"].record["judgement"]["overridden"] is None
    assert "(head) is among those who did" in seen["again"].record["decisions"][0]["request"]
    assert seen["observed"].rc != 0 and seen["observed"].says("readiness_mode: this run only observes"), seen["observed"].output

    # while it is observed anybody may adopt, and once it is enforced what passes can be taken out
    site.organisation["mode"] = "observe"
    first = site.run("operability.readiness.adopt", phase=None)
    assert first.rc == 0 and len(site.lines()) == len(IMPACTS), first.output
    site.organisation["mode"] = "enforce"
    site.repair("OLD-01")
    again = site.run("operability.readiness.adopt", phase=None)
    assert again.rc == 0 and sorted(site.lines()) == sorted(set(IMPACTS) - {"OLD-01"}), again.output
    assert again.says("OLD-01: it passed on")
    assert [item["requirement"] for item in again.record["delta"]["repaired"]] == ["OLD-01"]
    deployed = site.run(ROLE)
    assert deployed.rc == 0 and deployed.verdict == "go_with_reservations", deployed.output
