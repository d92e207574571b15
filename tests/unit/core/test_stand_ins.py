# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: E501 # YAML as people write it
"""Checks of a service's own choice in place of the policy's: they need leave, say what they run, and count once they were seen failing."""

from __future__ import annotations

import datetime as dt
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._phrase import Message
from ansible_collections.operability.readiness.plugins.plugin_utils._model.loosening import Leave
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import PlannedCheck, PlannedRequirement
from ansible_collections.operability.readiness.plugins.plugin_utils._promises.reuse import question_digest, stand_in_digest, still_proven
from unit.core.described import ORGANISATION, one, plan, problems_of
from unit.core.judged import TODAY, as_state, asked, check, found, judge, record_and_state
from unit.core.judged import one as judged
from unit.core.judged import plan as planned
from unit.core.test_authority import ENFORCED, OBSERVED, SERVICE, WAY_OVER, with_line

LEAVE = ENFORCED.replace("services_may: []", "services_may: [own_proofs, controller_code]")
OURS = (
    LEAVE
    + "policy: {requirements: {MON-02: {proved_by: [{check: command, with: {command: [/opt/series]}}]}, BKP-05: {proved_by: [scheduled_job, command]}}}\n"
)
NO_PROOF = "policy: {requirements: {RUN-02: {proved_by: []}, SUP-02: {proved_by: []}}}\n"  # as of what no check of ours proves
VERSION = "delivery: {version_check: [/opt/version, '{version}'], rollback_check: [/opt/rollback]}\n"


def runs(text: str, organisation: str | None, identifier: str, phase: str = "recheck") -> list[str | None]:
    return [check.runs for check in one(plan(text, organisation, phase=phase, version="1"), identifier).checks]


def entry(requirement: str, more: str) -> str:
    return with_line(VERSION + f"requirements: {{{requirement}: {{{more}}}}}")


# what proves a requirement, and what it says that it runs (None: it is the policy's own)
PROOFS: tuple[tuple[str, str, str, str | None], ...] = (
    ("BKP-01", "check: command, with: {command: [/opt/look, --deep]}", "requirements.BKP-01.check", "/opt/look --deep"),
    ("BKP-03", "check: command, with: {command: [/opt/restored]}", "requirements.BKP-03.check", "/opt/restored"),
    ("MON-01", "check: ansible_module, with: {module: uri, args: {url: 'http://x'}}", "requirements.MON-01.check", "the module uri"),
    ("RUN-02", "check: junit, with: {path: [reports/copies.xml]}", "requirements.RUN-02.check", "junit of reports/copies.xml"),
    ("LOG-03", "check: command, with: {command: [/opt/parse]}", "requirements.LOG-03.check", "/opt/parse"),
    ("RUN-02", "check: testinfra, with: {suite: [tests/boards]}", "requirements.RUN-02.check", "testinfra of tests/boards"),
    ("RUN-02", "check: file_backup, with: {pattern: [/var/log/x], max_age: 1d}", "requirements.RUN-02.check", "the check file_backup"),
    ("DEL-01", "check: command, with: {command: [/opt/look]}", "requirements.DEL-01.check", "/opt/look"),
    ("DEL-01", "check: http_probe, with: {url: 'http://x/health'}", "requirements.DEL-01.check", "the check http_probe"),
    ("DEL-01", "with: {command: [/opt/look]}", "requirements.DEL-01.with", "/opt/look"),
    ("DEL-05", "check: junit, with: {path: [reports/load.xml]}", "requirements.DEL-05.check", "junit of reports/load.xml"),
    ("BKP-04", "check: file_backup, with: {pattern: [/srv/copy], max_age: 1d}", "requirements.BKP-04.check", "the check file_backup"),
)
POLICYS = (
    ("BKP-01", "check: restic_backup"),
    ("DEL-01", "responsible: us"),
    ("DEL-01", "check: command"),
    ("DEL-02", "check: command, with: {command: [/opt/rollback, --now]}"),
    ("DEL-02", "with: {command: [/opt/rollback, --now]}"),
    ("DEL-03", "check: testinfra, with: {suite: [tests/smoke]}"),
    ("PLT-01", "with: {timeout: 10s}"),
)  # fmt: skip


def phase_of(identifier: str) -> str:
    return "post" if identifier == "DEL-03" else "pre" if identifier in ("DEL-02", "DEL-05") else "recheck"


@pytest.mark.parametrize(("requirement", "more", "key", "what"), PROOFS)
def test_a_check_in_place_of_the_policys(requirement: str, more: str, key: str, what: str) -> None:
    text = entry(requirement, more)
    leave, enforced = LEAVE + NO_PROOF, ENFORCED + NO_PROOF
    assert runs(text, leave, requirement, phase_of(requirement)) == [what]
    for phase in ("design", "pre", "post", "recheck"):  # not only when it is too late
        problems = problems_of(lambda phase=phase: plan(text, enforced, phase=phase, version="1"))  # type: ignore[misc]
        (problem,) = [line for line in problems if f": {key}: " in line]
        assert problem.startswith("readiness.yml:") and f"{requirement} is proved by" in problem and "{payments: [own_proofs]}" in problem
    for organisation, given in ((LEAVE, Leave.GIVEN), (OBSERVED, Leave.REFUSED), (WAY_OVER, Leave.WAY_OVER)):
        made = plan(text, organisation + NO_PROOF, phase="recheck", version="1")
        assert (key, given) in [(one.key, one.leave) for one in made.loosened if one.kind == "own_proofs"]
    scoped = enforced.replace("services_may: []", f"services_may: {{requirements: {{{requirement}: [own_proofs]}}}}")
    assert not [line for line in problems_of(lambda: plan(text, scoped, phase="recheck", version="1")) if "own_proofs" in line]


@pytest.mark.parametrize(("requirement", "more"), POLICYS)
def test_a_check_that_the_policy_names(requirement: str, more: str) -> None:
    text = entry(requirement, more)
    assert set(runs(text, LEAVE, requirement, phase_of(requirement))) == {None}
    assert [one.key for one in plan(text, LEAVE, phase="recheck", version="1").loosened if one.kind == "own_proofs"] == []


def test_what_the_organisation_asks_is_not_asked_otherwise() -> None:
    ours = (
        "policy: {requirements: {ORG-01: {title: DNS answers, impact: blocker, proved_by: [{check: command, with: {command: [dig]}}]}}}\n"
    )
    for line, key in (
        ("requirements: {ORG-01: {with: {command: [/opt/fine]}}}", "requirements.ORG-01.with"),
        ("requirements: {ORG-01: {check: command, with: {command: [/opt/fine]}}}", "requirements.ORG-01.check"),
        (
            "endpoints: [{url: 'https://x/health', version: {url: /info, json: v}}]\nrequirements: {DEL-01: {with: {json: {status: UP}}}}",
            "requirements.DEL-01.with",
        ),
        ("policy: {requirements: {DEL-01: {with: {command: [/opt/fine]}}}}\n" + VERSION, "policy.requirements.DEL-01.with"),
    ):
        made = plan(with_line(line), OBSERVED + ours, phase="recheck", version="1")
        assert [one.key for one in made.loosened] == [key], line
        assert one(made, key.split(".")[-2]).seen_failing
    made = plan(
        with_line("requirements: {ORG-01: {with: {environment: {PATH: /opt/fine}}}}"), OBSERVED + ours, phase="recheck", version="1"
    )
    assert [one.key for one in made.loosened] == ["requirements.ORG-01.with.environment"], "the program of the name may be another"
    assert not one(made, "ORG-01").seen_failing
    assert plan(SERVICE, ENFORCED + ours, phase="recheck").loosened == ()


def test_what_weighs_little_and_what_the_policy_does_not_ask_needs_no_leave() -> None:
    for text in (
        entry("MON-05", "check: command, with: {command: [/opt/notified]}").replace("criticality: 3", "criticality: 2"),
        entry("PAY-01", "title: own, check: command, impact: blocker, with: {command: [/opt/settled]}"),
        with_line(
            "policy: {requirements: {PAY-01: {title: own, impact: blocker, proved_by: [{check: command, with: {command: [/opt/settled]}}]}}}"
        ),
    ):
        assert plan(text, ENFORCED, phase="pre", version="1").loosened == ()
    assert runs(entry("PAY-01", "title: own, check: command, impact: blocker, with: {command: [a]}"), ENFORCED, "PAY-01") == [None]


def test_what_the_organisation_has_run_is_its_own_will_and_said_all_the_same() -> None:
    made = plan(SERVICE, OURS, phase="recheck")
    assert (made.loosened, runs(SERVICE, OURS, "MON-02"), one(made, "MON-02").seen_failing) == ((), ["/opt/series"], False)
    own = OURS + "# a requirement of the organisation's own\n"
    own = own.replace(
        "{requirements: {",
        "{requirements: {ORG-01: {title: o, impact: blocker, proved_by: [{check: command, with: {command: [/opt/org]}}]}, ",
    )
    assert runs(SERVICE, own, "ORG-01") == [None]
    text = entry("BKP-05", "check: command, impact: blocker, with: {command: [/opt/ran]}")
    made = plan(text, OURS, phase="recheck", version="1")
    assert (made.loosened, one(made, "BKP-05").seen_failing) == ((), True), "the organisation says how, and the service what"


@pytest.mark.parametrize(("organisation", "owed"), [(LEAVE, True), (OBSERVED, True), (WAY_OVER, False), (None, False)])
def test_whose_blockers_must_be_seen_failing(organisation: str | None, owed: bool) -> None:
    made = plan(entry("BKP-01", "check: command, with: {command: [/opt/look]}"), organisation, phase="recheck", version="1")
    assert (one(made, "BKP-01").seen_failing, one(made, "BKP-01").checks[0].runs) == (owed, "/opt/look")
    major = plan(entry("LOG-03", "check: command, with: {command: [/opt/look]}"), organisation, phase="recheck", version="1")
    assert not one(major, "LOG-03").seen_failing


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("[/opt/look, --password=hunter2, -v]", "/opt/look --password=... -v"),
        ("[/opt/look, --token, hunter2, -v]", "/opt/look --token ... -v"),
        ("[psql, 'postgres://app:hunter2@db/x']", "psql postgres://...@db/x"),
        ("[sh, -c, 'PGPASSWORD=hunter2 psql -c \"select 1\"']", 'sh -c PGPASSWORD=... psql -c "select 1"'),
        ('[/opt/look, "two\\nlines"]', "/opt/look two lines"),
    ],
)
def test_what_is_run_is_shown_without_secrets(words: str, shown: str) -> None:
    (said,) = runs(entry("BKP-01", f"check: command, with: {{command: {words}}}"), LEAVE, "BKP-01")
    assert said is not None and "hunter2" not in said and said == shown


@pytest.mark.parametrize(
    ("requirement", "more", "refused"),
    [
        ("BKP-01", "check: command, with: {command: [/bin/true]}", True),
        ("MON-05", "check: command, with: {command: [sh, -c, 'exit 0']}", True),
        ("DEL-02", "with: {command: ['true']}", True),
        ("MON-01", "check: ansible_module, with: {module: ansible.builtin.ping}", True),
        ("MON-01", "check: ansible_module, with: {module: command, args: {cmd: 'true'}, expect: 'result.rc == 0'}", True),
        ("PAY-01", "title: own, impact: blocker, check: command, with: {command: [echo, ok]}", True),
        ("PAY-01", "title: own, impact: major, check: command, with: {command: [echo, ok]}", False),
        ("BKP-01", "check: command, with: {command: [/opt/true]}", True),
        ("BKP-01", "check: command, with: {command: [/opt/look]}", False),
        ("MON-07", "check: prometheus_query, with: {url: 'http://prom', query: vector(1), pass_when: '== 1'}", True),
        ("MON-07", "check: prometheus_query, with: {url: 'http://prom', query: '1 == bool 1', pass_when: '== 1'}", True),
        ("MON-07", "check: prometheus_query, with: {url: 'http://prom', query: 'min(probe_success)', pass_when: '== 1'}", False),
        ("MON-07", "check: prometheus_query, with: {url: 'http://prom', query: 'hour() > 8', pass_when: '== 1'}", False),
        ("MON-07", "check: prometheus_query, with: {url: 'http://prom', query: 'avg({job=~\"x\"})', pass_when: '== 1'}", False),
    ],
)
def test_a_placeholder_is_refused_by_name(requirement: str, more: str, refused: bool) -> None:
    text = entry(requirement, more)
    phase = "recheck" if requirement == "MON-07" else "pre"
    for organisation in (LEAVE, LEAVE.replace("mode: enforce\n", ""), None):
        problems = problems_of(lambda organisation=organisation: plan(text, organisation, phase=phase, version="1"))  # type: ignore[misc]
        assert (
            bool([line for line in problems if f": {requirement}: " in line and "says the same whatever the service does" in line])
            is refused
        ), problems
    told = plan(text, WAY_OVER, phase=phase, version="1").notices
    assert bool([line for line in told if f"{requirement}: " in line and "says the same whatever the service does" in line]) is refused


@pytest.mark.parametrize("line", ["requirements: {BKP-01: {check: baseline}}", "policy: {requirements: {BKP-01: {proved_by: [baseline]}}}"])
def test_what_is_computed_after_a_deployment_proves_nothing_else(line: str) -> None:
    for phase in ("pre", "post", "recheck"):
        problems = problems_of(lambda phase=phase: plan(with_line(line), LEAVE, phase=phase, version="1"))  # type: ignore[misc]
        assert any("baseline compares what was there before a deployment" in problem for problem in problems)
    made = plan(with_line("requirements: {DEL-04: {check: baseline}}"), LEAVE, phase="post", version="1")
    assert made.loosened == ()


# -- its own names


@pytest.mark.parametrize(
    ("line", "proposal"),
    [
        ("requirements: {BKP-77: {title: own, check: command, with: {command: [a]}}}", "PAYMENTS-77"),
        ("requirements: {VSR-09: {title: own, check: command, with: {command: [a]}}}", "PAYMENTS-09"),
        (
            "policy: {requirements: {MON-99: {title: own, impact: major, proved_by: [{check: command, with: {command: [a]}}]}}}",
            "PAYMENTS-99",
        ),
        ("requirements: {ORG-02: {title: own, check: command, with: {command: [a]}}}", "PAYMENTS-02"),
        ("requirements: {BKP-02: {title: own, check: command, with: {command: [a]}}}", "PAYMENTS-02"),
        ("requirements: {RUN-02: {title: own, check: command, with: {command: [a]}}}", "PAYMENTS-02"),
    ],
)
def test_its_own_requirements_have_names_of_their_own(line: str, proposal: str) -> None:
    more = "policy: {requirements: {ORG-01: {title: o, impact: minor, proved_by: []}, BKP-02: null, RUN-02: {retired: true}}}\n"
    problems = problems_of(lambda: plan(with_line(line), LEAVE + more, phase="recheck"))
    assert any(
        problem.startswith("readiness.yml:") and f"call a requirement of the service's own {proposal} " in problem for problem in problems
    )
    for organisation in (WAY_OVER + more, None):
        told = plan(with_line(line), organisation, phase="recheck").notices
        assert organisation is None or any("the name is the policy's" in notice for notice in told)


@pytest.mark.parametrize("organisation", [LEAVE, WAY_OVER, OBSERVED, None])
@pytest.mark.parametrize("name", ["AUT-01", "AUT-77", "DEC-01", "LVL-01", "MODE-01"])
def test_nobody_passes_under_a_name_of_the_gate(organisation: str | None, name: str) -> None:
    said = f"the gate itself speaks under the names {name.partition('-')[0]}-...; call a requirement of your own PAYMENTS-"
    for line in (
        f"requirements: {{{name}: {{title: own, check: command, with: {{command: [a]}}}}}}",
        f"policy: {{requirements: {{{name}: {{title: own, impact: major, proved_by: [{{check: command, with: {{command: [a]}}}}]}}}}}}",
    ):
        problems = problems_of(lambda line=line: plan(with_line(line), organisation, phase="recheck"))
        assert any(said in problem for problem in problems)
    if organisation:
        more = f"policy: {{requirements: {{{name}: {{title: o, impact: minor, proved_by: []}}}}}}\n"
        problems = problems_of(lambda: plan(SERVICE, organisation + more, phase="recheck"))
        assert any(problem.startswith("organisation.yml:") and said in problem for problem in problems)


@pytest.mark.parametrize(
    "line",
    [
        "requirements: {PAY-01: {title: own, check: command, with: {command: [a]}}}",
        "requirements: {BKP-05: {title: ours, check: scheduled_job, with: {timer: x.timer}}}",
        "policy: {requirements: {MON-02: {impact: blocker}}}",
        "policy: {add: [vsr], requirements: {VSR-01: {responsible: us}}}",
    ],
)
def test_names_that_are_right(line: str) -> None:
    made = plan(with_line(line), LEAVE, phase="recheck")
    assert not [notice for notice in made.notices if "the name is" in notice]


# -- seen failing

LOOK = "check: command, with: {command: [/opt/look, /srv/backup]}"


def test_a_run_with_other_arguments_proves_that_it_can_fail() -> None:
    made = one(
        plan(entry("BKP-01", LOOK + ", proven_by_failure: {command: [/opt/look, /nowhere]}"), LEAVE, phase="recheck", version="1"), "BKP-01"
    )
    ours, other = made.checks
    assert (ours.args["command"], other.args["command"]) == (["/opt/look", "/srv/backup"], ["/opt/look", "/nowhere"])
    assert (other.fails, other.hosts, other.aside, ours.aside) == (ours.key, ours.hosts, True, False)
    wide = LOOK + ", proven_by_failure: {with: {environment: {WHERE: /nowhere}}}"
    assert one(plan(entry("BKP-01", wide), LEAVE, phase="recheck", version="1"), "BKP-01").checks[1].args["environment"] == {
        "WHERE": "/nowhere"
    }


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        (LOOK + ", proven_by_failure: {command: [/bin/false]}", "it runs another program than the check"),
        (LOOK + ", proven_by_failure: {command: [/opt/look, /srv/backup]}", "it has the same arguments"),
        (
            "check: command, with: {command: [sh, -c, 'test -s $0', /b]}, proven_by_failure: {command: [sh, -c, exit 2]}",
            "it runs another program",
        ),
        ("check: command, with: {command: [sudo, /opt/look]}, proven_by_failure: {command: [sudo, /bin/false]}", "it runs another program"),
        (
            "check: ansible_module, with: {module: uri, args: {url: 'http://x'}}, proven_by_failure: {with: {module: fail}}",
            "it runs another module",
        ),
        (
            "check: ansible_module, with: {module: stat, args: {path: /x}}, proven_by_failure: {with: {expect: 'false'}}",
            "it expects something else",
        ),
        (LOOK + ", proven_by_failure: {with: {nothing: 1}}", "nothing"),
        (LOOK + ", proven_by_failure: {}", "proven_by_failure"),
    ],
)
def test_what_proves_no_failure_is_refused(more: str, problem: str) -> None:
    problems = problems_of(lambda: plan(entry("BKP-01", more), LEAVE, phase="recheck", version="1"))
    assert any(line.startswith("readiness.yml:") and problem in line for line in problems), problems


@pytest.mark.parametrize(
    "more",
    [
        "check: command, with: {command: [check_age, -c, '3600', /b]}, proven_by_failure: {command: [check_age, -c, '1', /b]}",
        "check: command, with: {command: [sh, -c, 'test -s $0', /b]}, proven_by_failure: {command: [sh, -c, 'test -s $0', /nowhere]}",
        "check: command, with: {command: [sudo, /opt/look, a]}, proven_by_failure: {command: [sudo, /opt/look, b]}",
        "check: ansible_module, with: {module: stat, args: {path: /x}}, proven_by_failure: {with: {arguments: {path: /y}}}",
    ],
)
def test_what_may_prove_a_failure(more: str) -> None:
    assert len(one(plan(entry("BKP-01", more), LEAVE, phase="recheck", version="1"), "BKP-01").checks) == 2


STANDS_IN = check("BKP-01/0", runs=Message("/opt/look"), args={"command": ["/opt/look"]})
TWIN = check("BKP-01/0/fails", fails="BKP-01/0", args={"command": ["/opt/look", "x"]})


def owing(*checks: PlannedCheck, owes: bool = True, **fields: t.Any) -> PlannedRequirement:
    return asked("BKP-01", checks=checks or (STANDS_IN,), seen_failing=owes, **fields)


def verdict(requirement: PlannedRequirement, findings: t.Mapping[str, t.Any], **options: t.Any) -> tuple[str, str, str]:
    result = judge(planned(requirement), findings, **options)
    backup = judged(result, "BKP-01")
    return result["verdict"], backup["proof"], backup["message"]


def test_what_was_never_seen_failing_proves_nothing() -> None:
    for status in ("pass", "warn"):
        word, proof, message = verdict(owing(), {"BKP-01": status})
        assert (word, proof) == ("undetermined", "stand_in")
        assert message == "it has never been seen failing, so it proves nothing that it says: m (stand-in: /opt/look)"
    assert verdict(owing(), {"BKP-01": "fail"})[0] == "no_go"
    assert verdict(owing(owes=False), {"BKP-01": "pass"}) == ("go", "stand_in", "m (stand-in: /opt/look)")
    assert verdict(owing(check("BKP-01/0"), owes=True), {"BKP-01": "pass"}) == ("go", "observed", "m")


@pytest.mark.parametrize(
    ("other", "word", "said"),
    [
        ("fail", "go", "m (stand-in"),
        ("pass", "undetermined", "it does not fail with the arguments of proven_by_failure either"),
        ("warn", "undetermined", "it does not fail with the arguments of proven_by_failure either"),
        ("unknown", "undetermined", "whether it fails with the arguments of proven_by_failure is not known: m,"),
        ([], "undetermined", "is not known: that was not run"),
    ],
)
@pytest.mark.parametrize("owes", [True, False])
def test_the_run_that_must_fail(other: t.Any, word: str, said: str, owes: bool) -> None:
    outcome = verdict(owing(STANDS_IN, TWIN, owes=owes), {"BKP-01/0": "pass", "BKP-01/0/fails": other})
    assert outcome[0] == word and said in outcome[2]


def test_on_each_host_the_run_must_fail() -> None:
    here = [check("BKP-01/0", runs=Message("x"), hosts=("h1", "h2")), check("BKP-01/0/fails", fails="BKP-01/0", hosts=("h1", "h2"))]
    both = [found("pass", host="h1"), found("pass", host="h2")]
    failing = [found("fail", host="h1"), found("fail", host="h2")]
    assert verdict(owing(*here), {"BKP-01/0": both, "BKP-01/0/fails": failing})[0] == "go"
    assert verdict(owing(*here), {"BKP-01/0": both, "BKP-01/0/fails": failing[:1]})[0] == "undetermined"


def test_a_failure_is_remembered_for_what_failed() -> None:
    at = dt.datetime(2026, 11, 24, 6, tzinfo=dt.timezone.utc)
    empty = {"schema_version": 1, "service": "payments", "environment": "production", "requirements": {}, "gates": {}}
    record, failed = record_and_state(planned(owing()), empty, {"BKP-01/0": [found("fail")]}, now=at)
    digest = stand_in_digest(owing())
    assert failed["seen_failing"] == {"BKP-01": {"digest": digest, "at": "2026-11-24T06:00:00Z"}}
    assert judged(record["judgement"], "BKP-01")["stand_in"] == digest
    good = {"BKP-01/0": [found("pass")]}
    later = at + dt.timedelta(days=1)
    record, after = record_and_state(planned(owing()), failed, good, now=later)
    assert record["judgement"]["verdict"] == "go" and after["seen_failing"] == failed["seen_failing"]
    assert record["state"]["verdict"] == "go"
    elsewhere = owing(check("BKP-01/0", runs=Message("/opt/look"), args={"command": ["/opt/look"]}, hosts=("h1", "h2", "h3")))
    assert stand_in_digest(elsewhere) == digest, "more hosts need no new failure"
    changed = owing(check("BKP-01/0", runs=Message("/opt/other"), args={"command": ["/opt/other"]}))
    record, _after = record_and_state(planned(changed), failed, good, now=later)
    assert record["judgement"]["verdict"] == "undetermined", "what was changed must fail anew"
    partial, kept = record_and_state(planned(owing()), empty, {"BKP-01/0": [found("fail")]}, now=at, partial="some hosts")
    assert partial["run"]["partial"] and kept["seen_failing"] == {}
    not_seen, kept = record_and_state(planned(owing()), empty, {}, now=at)
    assert judged(not_seen["judgement"], "BKP-01")["status"] == "unknown" and kept["seen_failing"] == {}


def test_an_older_state_has_seen_nothing_failing() -> None:
    assert as_state({"schema_version": 1, "service": "p", "environment": "e", "requirements": {}, "gates": {}}).seen_failing == {}


@pytest.mark.parametrize(
    ("checks", "seen", "stands"), [((STANDS_IN,), False, False), ((STANDS_IN,), True, True), ((STANDS_IN, TWIN), False, True)]
)
def test_an_old_proof_stands_only_for_what_was_seen_failing(checks: tuple[PlannedCheck, ...], seen: bool, stands: bool) -> None:
    requirement = owing(*checks, repeat="when_due")
    known = {
        "observed_status": "pass",
        "state": "planned",
        "collected_at": "2026-11-24T06:00:00Z",
        "valid_until": "2027-11-24T06:00:00Z",
        "asked": question_digest(requirement),
    }
    failing = {"BKP-01": {"digest": stand_in_digest(requirement), "at": "2026-11-01T00:00:00Z"}} if seen else {}
    state = as_state(
        {"schema_version": 1, "service": "p", "environment": "e", "requirements": {"BKP-01": known}, "gates": {}, "seen_failing": failing}
    )
    now = dt.datetime.combine(TODAY, dt.time(), dt.timezone.utc)
    assert bool(still_proven(planned(requirement), state, now)) is stands


def test_the_way_over_changes_no_verdict_of_today() -> None:
    made = plan(
        entry("BKP-01", "check: command, with: {command: ['true']}") + "traits: {http: false}\n", ORGANISATION, phase="recheck", version="1"
    )
    assert {one.leave for one in made.loosened} == {Leave.WAY_OVER} and not one(made, "BKP-01").seen_failing
