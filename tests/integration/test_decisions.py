# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decisions through real ansible-playbook runs: what was decided on is what may go on, and nothing else; reservations live until lifted."""

from __future__ import annotations

import datetime as dt
import json
import pathlib
import typing as t

import pytest
import yaml
from integration.acts import Acts, edit
from integration.playbook import AFTER, ROLE, Outcome, Site

ENFORCED = {"mode": "enforce", "version": "1.5.0"}
GO = {
    "body": "go/no-go committee",
    "decided_by": ["Ana Costa", "Li Wei"],
    "operations_opinion": "favourable",
    "outcome": "go",
}


@pytest.fixture
def site(tmp_path: pathlib.Path) -> Site:
    made = Site(tmp_path / "site", ["web1"])
    made.organisation["decisions"] = {"required": ["pre"]}
    return made


def day(after: int) -> str:
    return (dt.datetime.now(dt.timezone.utc).date() + dt.timedelta(days=after)).isoformat()


def decision(**options: t.Any) -> dict[str, t.Any]:
    return {"name": "Decide", "operability.readiness.decide": {**GO, **options}, "register": "decided"}


def decide(site: Site, **options: t.Any) -> Outcome:
    play = [{"name": "Decide", "hosts": "localhost", "gather_facts": False, "tasks": [decision(**options)]}]
    return site.run("---\n" + yaml.safe_dump(play), phase=None)


@pytest.fixture
def acts(site: Site) -> Acts:
    return Acts(site)


def kept(name: str, path: pathlib.Path) -> str:
    """The shell command that keeps a copy of a file as it is between two acts."""
    return f"cp {path} {path.parent}/{name}"


def answers(site: Site, code: int) -> str:
    return f"echo {code} > {site.folder}/state/web1"


def decisions(site: Site) -> list[dict[str, t.Any]]:
    return [json.loads(path.read_text()) for path in sorted((site.state.parent / "decisions").glob("*.json"))]


def state(site: Site) -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", json.loads(site.state.read_text()))


def stopped(outcome: Outcome) -> None:
    assert outcome.rc != 0 and "DEPLOYED" not in outcome.output, outcome.output
    assert "Traceback" not in outcome.output


def went_on(outcome: Outcome) -> None:
    assert outcome.rc == 0 and outcome.says("DEPLOYED ON web1"), outcome.output


def test_no_decision_stops_a_decision_for_this_evidence_lets_it_go_on(site: Site) -> None:
    first = site.run(ROLE + AFTER, **ENFORCED)
    stopped(first)
    assert first.verdict == "no_go"
    assert first.says("NO-GO 2 of 2 verified", "DEC-01 a decision for this evidence: nobody has decided on this evidence")
    assert first.record["evidence"]["verdict"] == "go", "without the decision itself"
    assert "DEC-01" not in state(site)["requirements"] and first.record["state"]["verdict"] == "go"

    decided = decide(site, comment="restarts are watched", operations_opinion="unfavourable")
    assert decided.rc == 0, decided.output
    (taken,) = decisions(site)
    assert (taken["digest"], taken["run"]) == (first.record["run"]["evidence_digest"], first.record["run"]["id"])
    assert (taken["date"], taken["valid_until"], taken["decided_by"]) == (day(0), day(7), ["Ana Costa", "Li Wei"])
    assert (taken["verdict"], taken["against_verdict"], taken["operations_opinion"]) == ("go", False, "unfavourable")

    again = site.run(ROLE + AFTER, **ENFORCED)
    went_on(again)
    assert first.record["decision_delta"] is None and again.says("the gate said GO): nothing changed")
    assert again.verdict == "go" and again.record["run"]["evidence_digest"] == taken["digest"], "the same evidence, the same digest"
    assert again.requirement("DEC-01")["message"] == f"the decision of {day(0)} (go/no-go committee) is GO, valid until {day(7)}"
    assert again.says("DECISIONS", "operations: unfavourable", "counts for this evidence")
    html = (site.folder / "shop.html").read_text()
    assert '<h2 id="decisions">Decisions</h2>' in html and "unfavourable" in html and "restarts are watched" in html
    assert state(site)["overrides"] == []


def test_a_decision_for_other_evidence_does_not_count(site: Site, acts: Acts) -> None:
    site.service["requirements"]["APP-02"] = site.answers(title="it answers well", impact="major")
    acts.gate("first", **ENFORCED)
    acts.tasks("decided", decision())
    acts.gate("allowed", **ENFORCED)
    acts.gate("changed", before=answers(site, 1), **ENFORCED)  # a warning
    acts.gate("another version", before=answers(site, 0), **{**ENFORCED, "version": "1.6.0"})
    acts.gate("observed", mode="observe", version="1.6.0")
    acts.gate("allowed again", **ENFORCED)
    site.service["documents"] = {"runbook": "runbook.md"}
    acts.gate("edited", **ENFORCED)
    seen = acts.play()
    assert seen["decided"].rc == 0
    went_on(seen["allowed"])

    changed = seen["changed"]
    stopped(changed)
    assert changed.says(f"the decision of {day(0)} is about other evidence: APP-01 was pass, is warn; APP-02 was pass, is warn")
    delta = changed.record["decision_delta"]
    assert [item["requirement"] for item in delta["new_failures"]] == ["APP-01", "APP-02"] and delta["added"] == []
    assert (delta["decision"], delta["outcome"]) == (decisions(site)[0]["id"], "go")
    assert changed.says("SINCE THE LAST DECISION", "go/no-go committee: GO (the gate said GO): new failures: APP-01, APP-02")

    stopped(seen["another version"])
    assert seen["another version"].says("is about other evidence: the version was 1.5.0, is 1.6.0")
    assert seen["observed"].rc == 0, "observe stops nothing"
    went_on(seen["allowed again"])
    stopped(seen["edited"])
    assert seen["edited"].says("is about other evidence: the service file has changed")


def test_an_expired_decision_and_one_that_says_no(site: Site, acts: Acts) -> None:
    acts.gate("first", **ENFORCED)
    acts.tasks("of last week", decision(date=day(-8)))
    acts.gate("expired", **ENFORCED)
    acts.tasks("valid until today", decision(date=day(-8), valid_until=day(0)))
    acts.gate("valid", **ENFORCED)
    acts.tasks("no", decision(outcome="no_go"))
    acts.gate("refused", **ENFORCED)
    seen = acts.play()
    assert [seen[name].rc for name in ("of last week", "valid until today", "no")] == [0, 0, 0]
    stopped(seen["expired"])
    assert seen["expired"].says(f"the decision of {day(-8)} (go/no-go committee) was valid until {day(-1)}")
    went_on(seen["valid"])
    stopped(seen["refused"])
    assert seen["refused"].says(f"the decision of {day(0)} (go/no-go committee) is NO-GO")
    assert len(decisions(site)) == 3, "none is overwritten"


def test_a_no_go_stops_where_no_decision_is_asked_for(site: Site, acts: Acts) -> None:
    del site.organisation["decisions"]
    acts.gate("not asked for", **ENFORCED)
    acts.tasks("no", decision(outcome="no_go"))
    acts.gate("refused", **ENFORCED)
    seen = acts.play()
    went_on(seen["not asked for"])
    assert seen["no"].rc == 0
    stopped(seen["refused"])


def test_against_the_verdict_it_needs_an_override_which_is_then_due(site: Site, acts: Acts) -> None:
    site.answer("web1", 2)
    acts.gate("no go", **ENFORCED)
    acts.tasks("plain", decision())
    acts.tasks("silent", decision(override=True))
    override = decision(override=True, reason="the old version is worse", operations_opinion="unfavourable")
    acts.tasks("override", override, before=f"ls {site.state.parent}/decisions >{site.folder}/before 2>&1 || true")
    acts.gate("overridden", **ENFORCED)
    # for other evidence it is no override
    site.service["requirements"]["APP-02"] = site.answers(title="another")
    keep = " && ".join([kept("overridden.json", site.state), kept("overridden.prom", site.textfile)])
    acts.gate("other evidence", before=keep, **ENFORCED)
    # what it owes is paid by a whole verification that is good
    acts.gate("paid", before=answers(site, 0), phase="post")
    seen = acts.play()
    stopped(seen["no go"])
    assert seen["plain"].rc != 0
    assert seen["plain"].says("the verdict of", "is NO-GO; go is against it, which needs override: true and a reason")
    assert seen["silent"].rc != 0 and seen["silent"].says("reason: the decision goes against the verdict NO-GO; say why")
    assert ".json" not in (site.folder / "before").read_text() and len(decisions(site)) == 1

    assert seen["override"].rc == 0
    outcome = seen["overridden"]
    went_on(outcome)
    assert outcome.verdict == "no_go", "the verdict is what was seen"
    assert outcome.says("NO-GO", "overridden by the decision of", "AGAINST NO-GO (the old version is worse)")
    (due,) = json.loads(site.state.with_name("overridden.json").read_text())["overrides"]
    assert (due["requirement"], due["kind"], due["by"]) == ("APP-01", "decision", "Ana Costa, Li Wei")
    assert due["due"] == day(3) and due["reason"] == "the old version is worse"
    exposition = site.textfile.with_name("overridden.prom").read_text()
    series = [line for line in exposition.splitlines() if line.startswith("operability_override_due_timestamp_seconds{")]
    assert len(series) == 1 and 'requirement="APP-01"' in series[0]

    stopped(seen["other evidence"])
    assert seen["paid"].verdict == "go"
    assert state(site)["overrides"] == []


def test_conditions_are_told_until_they_are_met(site: Site, acts: Acts) -> None:
    condition = {"text": "the restore test is repeated", "responsible": "team-backup", "due": day(-1)}
    report = site.folder / "shop.html"
    acts.gate("first", **ENFORCED)
    acts.tasks("with a condition", decision(outcome="go_with_conditions", date=day(-2), conditions=[condition]))
    acts.gate("decided", **ENFORCED)
    acts.gate("told", phase="post", version="1.5.0")
    met = decision(outcome="go_with_conditions", conditions=[{**condition, "met": day(0)}])
    acts.tasks("met", met, before=kept("told.html", report))
    acts.gate("quiet", phase="post", version="1.5.0")
    seen = acts.play()
    assert seen["with a condition"].rc == 0
    line = f"a condition of the decision of {day(-2)} was due on {day(-1)}: the restore test is repeated (team-backup)"
    assert seen["told"].says(line, f"OVERDUE since {day(-1)}") and line in seen["told"].record["judgement"]["notices"]
    assert "the restore test is repeated (team-backup)" in report.with_name("told.html").read_text()
    assert seen["met"].rc == 0
    assert seen["quiet"].rc == 0 and not seen["quiet"].says("a condition of the decision")


BAD: dict[str, tuple[dict[str, t.Any], str]] = {
    "opinion": (
        {"operations_opinion": "lukewarm"},
        "value of operations_opinion must be one of: favourable, with_reservations, unfavourable",
    ),
    "date": ({"date": "2026-13-40"}, "date: '2026-13-40' is not a day of the calendar; expected for example 2026-11-26"),
    "future": ({"date": "2199-01-01"}, "date: 2199-01-01 is still to come"),
    "until": ({"valid_until": "soon"}, "valid_until: 'soon' is neither a day nor a duration"),
    "before": ({"valid_until": "2020-01-01"}, "valid_until: 2020-01-01 is before the decision itself"),
    "run": ({"run": "20260101T000000Z-pre-0000"}, "there is no run 20260101T000000Z-pre-0000"),
    "phase": ({"phase": "post"}, "there is no complete run of phase post of shop in production"),
    "version": ({"version": "9.9"}, "there is no complete run of phase pre of shop in production, version 9.9"),
    "conditions": ({"outcome": "go_with_conditions"}, "conditions: the outcome is go_with_conditions, and there are none"),
    "not conditional": (
        {"conditions": [{"text": "a", "responsible": "b", "due": "2026-12-01"}]},
        "conditions: there are some, and the outcome is go",
    ),
    "nobody": ({"decided_by": [" "]}, "decided_by: nobody is named"),
}


def test_bad_input_is_refused_and_nothing_recorded(site: Site, acts: Acts) -> None:
    site.hosts["web2"] = {}
    acts.gate("whole", **ENFORCED)
    tasks = [{**decision(**{"phase": "pre", **options}), "name": name, "ignore_errors": True} for name, (options, _unused) in BAD.items()]
    acts.tasks("bad", *tasks)
    # a partial run, and an emergency, are nothing to decide on
    acts.gate("part", hosts="web1", version="2.0")
    acts.tasks("on part", decision(run="{{ hostvars.web1.readiness_gate.record.run.id }}"))
    # check mode writes nothing
    acts.tasks("check mode", {**decision(), "check_mode": True})
    seen = acts.play()
    assert "Traceback" not in seen["bad"].output
    missing = [words for _unused, words in BAD.values() if not seen["bad"].says(words)]
    assert missing == [], seen["bad"].output
    assert seen["part"].record["run"]["partial"]
    assert seen["on part"].rc != 0 and seen["on part"].says(f"{seen['part'].record['run']['id']} cannot be decided on: it was partial")
    assert seen["check mode"].rc == 0 and seen["check mode"].says("changed: [localhost]")
    assert decisions(site) == []


def test_a_decision_that_was_changed_or_is_not_whole_does_not_count(site: Site, acts: Acts) -> None:
    folder, whole = site.state.parent / "decisions", site.folder / "whole.json"
    acts.gate("first", **ENFORCED)
    acts.tasks("decided", decision())
    spoilt = site.folder / "spoilt.json"
    spoil = edit(spoilt, "data['evidence']['requirements'] = {}")
    acts.gate("changed", before=f"cd {folder} && cp $(ls) {whole} && cp {whole} {spoilt} && {spoil} && cp {spoilt} $(ls)", **ENFORCED)
    acts.gate("cut", before=f"cd {folder} && head -c 100 {whole} > $(ls)", **ENFORCED)
    acts.gate("whole again", before=f"cd {folder} && cp {whole} $(ls)", **ENFORCED)
    seen = acts.play()
    assert seen["decided"].rc == 0
    stopped(seen["changed"])
    assert seen["changed"].says("a decision does not count:", "was changed after it was written: its digest does not fit")
    stopped(seen["cut"])
    assert seen["cut"].says("a decision does not count:", "is not whole")
    went_on(seen["whole again"])


def test_by_level_and_environment(site: Site, acts: Acts) -> None:
    site.organisation["decisions"] = {"required": ["pre"], "levels": ["A"], "environments": ["production"]}
    acts.gate("level C", **ENFORCED)
    site.service["classification"] = {"criticality": 3}
    acts.gate("level A", **ENFORCED)
    acts.gate("staging", **ENFORCED, environment="staging")
    seen = acts.play()
    went_on(seen["level C"])
    stopped(seen["level A"])
    went_on(seen["staging"])


# -- reservations


def aged(site: Site, days: int) -> str:
    """The shell command after which the reservation is due so many days from now."""
    move = f"[item.update(raised={day(days - 14)!r}, due={day(days)!r}) for item in data['reservations'].values()]"
    return edit(site.state, move)


def test_a_reservation_lives_until_it_is_lifted_and_fails_when_it_is_overdue(site: Site, acts: Acts) -> None:
    del site.organisation["decisions"]
    site.service["requirements"]["APP-02"] = site.answers(title="it answers well", impact="major", responsible="team-web")
    site.service["requirements"]["APP-01"]["with"]["command"] = ["/bin/true"]
    site.answer("web1", 2)
    acts.gate("new", **ENFORCED)
    acts.gate("the last day", before=aged(site, 0), **ENFORCED)
    acts.gate("late", before=aged(site, -1), **ENFORCED)
    acts.gate("after", phase="post", mode="observe")
    acts.gate("observed", mode="observe", version="1.5.0")
    site.organisation["policy"]["reservations"] = {"overdue": "warn"}
    acts.gate("warned", **ENFORCED)
    acts.gate("lifted", before=answers(site, 0), **ENFORCED)
    seen = acts.play()

    new = seen["new"]
    went_on(new)
    assert new.verdict == "go_with_reservations" and new.says(f"APP-02 it answers well: due {day(14)}, team-web (new)")
    went_on(seen["the last day"])
    assert seen["the last day"].says(f"due {day(0)}, team-web (open since {day(-14)})"), "the day itself is still within it"

    late = seen["late"]
    stopped(late)
    assert late.verdict == "no_go" and late.record["state"]["verdict"] == "no_go"
    assert late.says(
        f"reservation APP-02 was due on {day(-1)}: it answers well: web1: the application answers 2", f"OVERDUE since {day(-1)}"
    )
    assert seen["after"].record["judgement"]["advice"] == "hold", "nothing to take back"
    went_on(seen["observed"])
    assert seen["observed"].verdict == "no_go"

    warned = seen["warned"]
    went_on(warned)
    assert warned.verdict == "go_with_reservations" and warned.says(f"reservation APP-02 was due on {day(-1)}")

    lifted = seen["lifted"]
    assert lifted.verdict == "go" and lifted.says(f"the reservation APP-02 of {day(-15)} is lifted")
    assert state(site)["reservations"] == {}
    assert state(site)["lifted"] == [{"requirement": "APP-02", "raised": day(-15), "lifted": day(0), "run": lifted.record["run"]["id"]}]
