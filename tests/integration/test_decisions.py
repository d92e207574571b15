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


def decide(site: Site, *words: str, **options: t.Any) -> Outcome:
    play = [
        {
            "name": "Decide",
            "hosts": "localhost",
            "gather_facts": False,
            "tasks": [{"name": "Decide", "operability.readiness.decide": {**GO, **options}, "register": "decided"}],
        }
    ]
    # the phase is that of the gate, unless the task has its own
    return site.run("---\n" + yaml.safe_dump(play), *words, phase=options.get("phase"))


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
    (kept,) = decisions(site)
    assert (kept["digest"], kept["run"]) == (first.record["run"]["evidence_digest"], first.record["run"]["id"])
    assert (kept["date"], kept["valid_until"], kept["decided_by"]) == (day(0), day(7), ["Ana Costa", "Li Wei"])
    assert (kept["verdict"], kept["against_verdict"], kept["operations_opinion"]) == ("go", False, "unfavourable")

    again = site.run(ROLE + AFTER, **ENFORCED)
    went_on(again)
    assert first.record["decision_delta"] is None and again.says("the gate said GO): nothing changed")
    assert again.verdict == "go" and again.record["run"]["evidence_digest"] == kept["digest"], "the same evidence, the same digest"
    assert again.requirement("DEC-01")["message"] == f"the decision of {day(0)} (go/no-go committee) is GO, valid until {day(7)}"
    assert again.says("DECISIONS", "operations: unfavourable", "counts for this evidence")
    html = (site.folder / "shop.html").read_text()
    assert '<h2 id="decisions">Decisions</h2>' in html and "unfavourable" in html and "restarts are watched" in html
    assert state(site)["overrides"] == []


def test_a_decision_for_other_evidence_does_not_count(site: Site) -> None:
    site.service["requirements"]["APP-02"] = site.answers(title="it answers well", impact="major")
    site.run(ROLE, **ENFORCED)
    assert decide(site).rc == 0
    went_on(site.run(ROLE + AFTER, **ENFORCED))

    site.answer("web1", 1)  # a warning
    changed = site.run(ROLE + AFTER, **ENFORCED)
    stopped(changed)
    assert (
        f"the decision of {day(0)} is about other evidence: APP-01 was pass, is warn; APP-02 was pass, is warn"
        in changed.output.replace("\n", " ")
        or changed.says(f"the decision of {day(0)} is about other evidence: APP-01 was pass, is warn; APP-02 was pass, is warn")
    )
    delta = changed.record["decision_delta"]
    assert [item["requirement"] for item in delta["new_failures"]] == ["APP-01", "APP-02"] and delta["added"] == []
    assert (delta["decision"], delta["outcome"]) == (decisions(site)[0]["id"], "go")
    assert changed.says("SINCE THE LAST DECISION", "go/no-go committee: GO (the gate said GO): new failures: APP-01, APP-02")
    site.answer("web1", 0)

    other = site.run(ROLE + AFTER, **{**ENFORCED, "version": "1.6.0"})
    stopped(other)
    assert other.says("is about other evidence: the version was 1.5.0, is 1.6.0")
    assert site.run(ROLE + AFTER, mode="observe", version="1.6.0").rc == 0, "observe stops nothing"
    went_on(site.run(ROLE + AFTER, **ENFORCED))
    site.service["documents"] = {"runbook": "runbook.md"}
    edited = site.run(ROLE + AFTER, **ENFORCED)
    stopped(edited)
    assert edited.says("is about other evidence: the service file has changed")


def test_an_expired_decision_and_one_that_says_no(site: Site) -> None:
    site.run(ROLE, **ENFORCED)
    assert decide(site, date=day(-8)).rc == 0
    expired = site.run(ROLE + AFTER, **ENFORCED)
    stopped(expired)
    assert expired.says(f"the decision of {day(-8)} (go/no-go committee) was valid until {day(-1)}")
    assert decide(site, date=day(-8), valid_until=day(0)).rc == 0
    went_on(site.run(ROLE + AFTER, **ENFORCED))
    assert decide(site, outcome="no_go").rc == 0
    refused = site.run(ROLE + AFTER, **ENFORCED)
    stopped(refused)
    assert refused.says(f"the decision of {day(0)} (go/no-go committee) is NO-GO")
    assert len(decisions(site)) == 3, "none is overwritten"


def test_a_no_go_stops_where_no_decision_is_asked_for(site: Site) -> None:
    del site.organisation["decisions"]
    went_on(site.run(ROLE + AFTER, **ENFORCED))
    assert decide(site, outcome="no_go").rc == 0
    stopped(site.run(ROLE + AFTER, **ENFORCED))


def test_against_the_verdict_it_needs_an_override_which_is_then_due(site: Site) -> None:
    site.answer("web1", 2)
    stopped(site.run(ROLE + AFTER, **ENFORCED))
    plain = decide(site)
    assert plain.rc != 0 and plain.says("the verdict of", "is NO-GO; go is against it, which needs override: true and a reason")
    silent = decide(site, override=True)
    assert silent.rc != 0 and silent.says("reason: the decision goes against the verdict NO-GO; say why")
    assert decisions(site) == []

    assert decide(site, override=True, reason="the old version is worse", operations_opinion="unfavourable").rc == 0
    outcome = site.run(ROLE + AFTER, **ENFORCED)
    went_on(outcome)
    assert outcome.verdict == "no_go", "the verdict is what was seen"
    assert outcome.says("NO-GO", "overridden by the decision of", "AGAINST NO-GO (the old version is worse)")
    (override,) = state(site)["overrides"]
    assert (override["requirement"], override["kind"], override["by"]) == ("APP-01", "decision", "Ana Costa, Li Wei")
    assert override["due"] == day(3) and override["reason"] == "the old version is worse"
    series = [line for line in site.textfile.read_text().splitlines() if line.startswith("operability_override_due_timestamp_seconds{")]
    assert len(series) == 1 and 'requirement="APP-01"' in series[0]

    # for other evidence it is no override
    site.service["requirements"]["APP-02"] = site.answers(title="another")
    stopped(site.run(ROLE + AFTER, **ENFORCED))
    # what it owes is paid by a whole verification that is good
    site.answer("web1", 0)
    assert site.run(ROLE, phase="post").verdict == "go"
    assert state(site)["overrides"] == []


def test_conditions_are_told_until_they_are_met(site: Site) -> None:
    site.run(ROLE, **ENFORCED)
    condition = {"text": "the restore test is repeated", "responsible": "team-backup", "due": day(-1)}
    assert decide(site, outcome="go_with_conditions", date=day(-2), conditions=[condition]).rc == 0
    site.run(ROLE, **ENFORCED)
    told = site.run(ROLE, phase="post", version="1.5.0")
    line = f"a condition of the decision of {day(-2)} was due on {day(-1)}: the restore test is repeated (team-backup)"
    assert told.says(line, f"OVERDUE since {day(-1)}") and line in told.record["judgement"]["notices"]
    assert "the restore test is repeated (team-backup)" in (site.folder / "shop.html").read_text()
    met = [{**condition, "met": day(0)}]
    assert decide(site, outcome="go_with_conditions", conditions=met).rc == 0
    assert not site.run(ROLE, phase="post", version="1.5.0").says("a condition of the decision")


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


def test_bad_input_is_refused_and_nothing_recorded(site: Site) -> None:
    site.run(ROLE, **ENFORCED)
    tasks: list[dict[str, t.Any]] = [
        {"name": name, "operability.readiness.decide": {"phase": "pre", **GO, **options}, "ignore_errors": True}
        for name, (options, _unused) in BAD.items()
    ]
    play = [{"name": "Decide", "hosts": "localhost", "gather_facts": False, "tasks": tasks}]
    outcome = site.run("---\n" + yaml.safe_dump(play), phase=None)
    assert "Traceback" not in outcome.output
    missing = [words for _unused, words in BAD.values() if not outcome.says(words)]
    assert missing == [], outcome.output
    assert decisions(site) == []
    # a partial run, and an emergency, are nothing to decide on
    site.hosts["web2"] = {}
    limited = site.run(ROLE, "--limit", "web1", version="2.0")
    refused = decide(site, run=limited.record["run"]["id"])
    assert refused.rc != 0 and refused.says("cannot be decided on: it was partial")
    # check mode writes nothing
    assert decide(site, "--check").rc == 0 and decisions(site) == []


def test_a_decision_that_was_changed_or_is_not_whole_does_not_count(site: Site) -> None:
    site.run(ROLE, **ENFORCED)
    assert decide(site).rc == 0
    (path,) = (site.state.parent / "decisions").glob("*.json")
    whole = path.read_text()
    held = json.loads(whole)
    path.write_text(json.dumps({**held, "evidence": {**held["evidence"], "requirements": {}}}))
    changed = site.run(ROLE + AFTER, **ENFORCED)
    stopped(changed)
    assert changed.says("has been changed since it was recorded")
    path.write_text(whole[:100])
    cut = site.run(ROLE + AFTER, **ENFORCED)
    stopped(cut)
    assert cut.says("a decision does not count:", "is not whole")
    path.write_text(whole)
    went_on(site.run(ROLE + AFTER, **ENFORCED))


def test_by_level_and_environment(site: Site) -> None:
    site.organisation["decisions"] = {"required": ["pre"], "levels": ["A"], "environments": ["production"]}
    went_on(site.run(ROLE + AFTER, **ENFORCED))
    site.service["classification"] = {"criticality": 3}
    stopped(site.run(ROLE + AFTER, **ENFORCED))
    went_on(site.run(ROLE + AFTER, **ENFORCED, environment="staging"))


# -- reservations


def age(site: Site, days: int) -> None:
    held = state(site)
    for item in held["reservations"].values():
        item.update(raised=day(days - 14), due=day(days))
    site.state.write_text(json.dumps(held))


def test_a_reservation_lives_until_it_is_lifted_and_fails_when_it_is_overdue(site: Site) -> None:
    del site.organisation["decisions"]
    site.service["requirements"]["APP-02"] = site.answers(title="it answers well", impact="major", responsible="team-web")
    site.service["requirements"]["APP-01"]["with"]["command"] = ["/bin/true"]
    site.answer("web1", 2)
    new = site.run(ROLE + AFTER, **ENFORCED)
    went_on(new)
    assert new.verdict == "go_with_reservations" and new.says(f"APP-02 it answers well: due {day(14)}, team-web (new)")
    age(site, 0)
    today = site.run(ROLE + AFTER, **ENFORCED)
    went_on(today)
    assert today.says(f"due {day(0)}, team-web (open since {day(-14)})"), "the day itself is still within it"

    age(site, -1)
    late = site.run(ROLE + AFTER, **ENFORCED)
    stopped(late)
    assert late.verdict == "no_go" and late.record["state"]["verdict"] == "no_go"
    assert late.says(
        f"reservation APP-02 was due on {day(-1)}: it answers well: web1: the application answers 2", f"OVERDUE since {day(-1)}"
    )
    assert site.run(ROLE, phase="post", mode="observe").record["judgement"]["advice"] == "hold", "nothing to take back"
    observed = site.run(ROLE + AFTER, mode="observe", version="1.5.0")
    went_on(observed)
    assert observed.verdict == "no_go"

    site.organisation["policy"]["reservations"] = {"overdue": "warn"}
    warned = site.run(ROLE + AFTER, **ENFORCED)
    went_on(warned)
    assert warned.verdict == "go_with_reservations" and warned.says(f"reservation APP-02 was due on {day(-1)}")

    site.answer("web1", 0)
    lifted = site.run(ROLE + AFTER, **ENFORCED)
    assert lifted.verdict == "go" and lifted.says(f"the reservation APP-02 of {day(-15)} is lifted")
    assert state(site)["reservations"] == {}
    assert state(site)["lifted"] == [{"requirement": "APP-02", "raised": day(-15), "lifted": day(0), "run": lifted.record["run"]["id"]}]
