# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: E501 # YAML as people write it
"""The plan: what is asked, when, of whom, proven how; what is refused, and what is left for later."""

from __future__ import annotations

import dataclasses
import sys
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.action.plan import register
from ansible_collections.operability.readiness.plugins.module_utils._registry import CHECKS, load_check
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import Plan, PlanState
from ansible_collections.operability.readiness.plugins.plugin_utils._planning import plan as _plan
from unit.core.described import EXAMPLE, ORGANISATION, RUNNABLE, describe, document, one, plan, plan_of, problems_of, templates

BASE = """\
schema_version: 1
service: {name: payments, owner: team-payments, hosts: payments}
classification: {criticality: %s}
"""
C, B, A = BASE % 1, BASE % 2, BASE % 3


def refused(text: str, organisation: str | None = ORGANISATION, **options: t.Any) -> list[str]:
    return problems_of(lambda: plan(text, organisation, **options))


# -- the example of the design


def test_the_example_of_the_design_at_each_phase() -> None:
    for phase in ("design", "pre", "post", "recheck"):
        made = plan(RUNNABLE, phase=phase, version="1.0")
        assert (made.level, made.level_reason, made.mode) == ("A", "criticality 3, technical risk 2, complexity 2", "observe")
        assert made.expected_hosts == ("pay1", "pay2", "db1") and made.phase == phase
        assert made.policy["name"] == "default" and made.inputs["service_file"]["path"] == "readiness.yml"
        keys = [check.key for check in made.checks]
        assert len(keys) == len(set(keys))
        for requirement in made.requirements:
            assert (requirement.state == PlanState.PLANNED) == bool(requirement.checks), requirement.rule.id
            assert requirement.why or requirement.state == PlanState.PLANNED


def test_the_example_of_the_design_as_it_stands_there() -> None:
    found = one(plan(EXAMPLE, phase="recheck"), "PAY-01").checks
    assert [(check.check, check.args["url"], check.args["fail_when"]) for check in found] == [
        ("prometheus_query", "http://prom.example:9090", "> 93600")
    ]


def test_only_checks_that_are_asked_are_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each that is imported costs every run; where tolerances are declared, what can be compared is looked up in all of them."""
    loaded: set[str] = set()

    def load(name: str) -> t.Any:
        loaded.add(name)
        return load_check(name)

    for name, module in list(sys.modules.items()):
        if name.startswith("ansible_collections.operability.") and getattr(module, "load_check", None) is load_check:
            monkeypatch.setattr(module, "load_check", load)
    made = plan(C + "parts: {web: {units: [nginx.service]}}\n", phase="post")
    assert "systemd_unit" in {check.check for check in made.checks} and loaded <= {check.check for check in made.checks}
    plan(C + "parts: {web: {units: [nginx.service]}}\nbaseline: {tolerances: {http_latency_seconds: {relative: 50%}}}\n", phase="post")
    assert loaded == set(CHECKS)


def test_what_is_asked_by_level_and_phase() -> None:
    def asked(text: str, phase: str) -> dict[str, str]:
        return {
            item.rule.id: item.impact
            for item in plan(text, None, phase=phase).requirements
            if item.deciding and item.state != PlanState.LATER
        }

    assert "BKP-03" not in asked(C, "pre") and asked(B, "pre")["BKP-03"] == "blocker"
    assert (asked(C, "post")["MON-01"], asked(B, "post")["MON-01"]) == ("major", "blocker")
    assert "MON-01" not in asked(A, "pre") and "RUN-01" in asked(A, "design") and "MON-03" not in asked(A, "design")
    assert not {"DEL-01", "PLT-01"} & set(asked(A, "pre")) and "BKP-02" in asked(A, "recheck")


def test_what_is_observed_before_the_deployment_does_not_decide() -> None:
    planned = one(plan(phase="pre"), "MON-01")
    assert (planned.state, planned.deciding, [check.check for check in planned.checks]) == (
        PlanState.PLANNED,
        False,
        ["prometheus_targets"],
    )
    assert one(plan(phase="post"), "MON-01").deciding


def test_at_design_the_others_come_later() -> None:
    made = plan(phase="design")
    assert {item.rule.id for item in made.requirements if item.state != PlanState.LATER} == {"RUN-01", "RUN-03", "SUP-01", "MON-07"}
    assert one(made, "BKP-01").why == "verified at pre, recheck" and one(made, "BKP-01").deciding is False


def test_the_plan_of_all_phases_for_the_services_state() -> None:
    made = plan(phase="pre")
    whole = plan_of(describe(), phase=None)
    assert {item.rule.id for item in made.requirements} < {item.rule.id for item in whole.requirements}
    assert all(
        item.deciding and not item.checks and item.state in (PlanState.PLANNED, PlanState.NOT_APPLICABLE) for item in whole.requirements
    )


def test_the_order_is_that_of_the_families() -> None:
    families = list(dict.fromkeys(item.rule.id[:3] for item in plan(phase="recheck").requirements))
    assert families == ["MON", "LOG", "BKP", "RUN", "SUP", "DEL", "PLT", "PAY"]


def test_the_same_input_makes_the_same_plan() -> None:
    assert plan().digest == plan().digest != plan(phase="post").digest


# -- how requirements are proven


def test_where_checks_run() -> None:
    made = plan(phase="pre")
    assert one(made, "MON-03").checks[0].hosts is None
    assert one(made, "PLT-02").checks[0].hosts == ("pay1", "pay2", "db1")
    assert made.other_hosts == ["log1"]
    write, find = one(made, "LOG-01").checks
    assert (write.key, find.key, find.after) == ("LOG-01/0", "LOG-01/1", "LOG-01/0")


def test_secrets_are_split_off() -> None:
    shown, hidden = one(plan(phase="pre"), "MON-03").checks[0].split_secrets()
    assert hidden == {"bearer_token": "s3cr3t-token"} and "bearer_token" not in shown and shown["url"] == "http://prom.example:9090"


def test_the_first_proof_that_is_declared_is_used() -> None:
    text = B + "parts: {web: {scrape: [{port: 1}]}}\n"
    assert [check.check for check in one(plan(text, phase="post"), "MON-01").checks] == ["prometheus_targets"]
    embedded = one(plan(text, None, phase="post"), "MON-01")
    assert {check.check for check in embedded.checks} == {"metrics_endpoint"} and embedded.declared_in == "readiness.yml:4"


def test_a_check_that_only_the_service_can_give_arguments_to() -> None:
    overlay = ORGANISATION + "policy: {requirements: {BKP-05: {proved_by: [scheduled_job, command]}}}\n"
    silent = one(plan(C, overlay, phase="recheck"), "BKP-05")
    assert silent.state == PlanState.NOT_DECLARED and "command needs command, which neither the policy nor 'with'" in silent.why
    for entry in ("{check: command, with: {command: [/opt/backup/done]}}", "{with: {command: [/opt/backup/done]}}"):
        found = one(plan(C + f"requirements: {{BKP-05: {entry}}}\n", overlay, phase="recheck"), "BKP-05")
        assert [(check.check, check.args["command"], check.hosts) for check in found.checks] == [
            ("command", ["/opt/backup/done"], ("pay1", "pay2", "db1"))
        ]


def test_what_is_not_declared() -> None:
    planned = one(plan(B, None, phase="post"), "MON-01")
    assert (planned.state, planned.why) == (PlanState.NOT_DECLARED, "no part says how it is scraped (parts.NAME.scrape)")
    text = B + "parts: {web: {scrape: [{port: 1}], hosts: nobody}}\n"
    assert "the inventory has no host for the pattern 'nobody'" in one(plan(text, None, phase="post"), "MON-01").why


def test_what_no_check_of_this_version_proves() -> None:
    planned = one(plan(A, ORGANISATION + "policy: {requirements: {RUN-02: {proved_by: []}}}\n", phase="recheck"), "RUN-02")
    assert planned.state == PlanState.UNPROVABLE and "name one of your own (requirements.RUN-02), or waive it" in planned.why


def test_arguments_of_an_exception_go_on_top() -> None:
    assert one(plan(phase="pre"), "PLT-02").checks[0].args == {"disk": "< 90%"}
    text = B + "requirements: {MON-03: {with: {lookback: 2h}}}\nalerts: {must_include: [Down], lookback: 1h}\n"
    assert one(plan(text, phase="pre"), "MON-03").checks[0].args["lookback"] == "2h"


def test_a_check_is_chosen_among_the_proofs() -> None:
    text = B + "requirements: {MON-01: {check: metrics_endpoint}}\nparts: {web: {hosts: payments_web, scrape: [{port: 1}]}}\n"
    planned = one(plan(text, None, phase="post"), "MON-01")
    assert [(check.check, check.hosts) for check in planned.checks] == [("metrics_endpoint", ("pay1",)), ("metrics_endpoint", ("pay2",))]


def test_a_page_of_metrics_does_not_prove_that_it_is_scraped_where_a_prometheus_can_say_so() -> None:
    scraped = "parts: {web: {hosts: payments_web, scrape: [{port: 1}]}}\n"
    several = ORGANISATION.replace("servers:", 'servers:\n  far: {kind: prometheus, url: "http://far"}')
    for text, organisation in (
        (B + "requirements: {MON-01: {check: metrics_endpoint}}\n" + scraped, ORGANISATION),
        (B + "requirements: {MON-01: {check: metrics_endpoint, with: {url: http://x/metrics}}}\n", ORGANISATION),
        (B + scraped, several),  # of which nobody says which one
    ):
        planned = one(plan(text, organisation, phase="post"), "MON-01")
        assert (planned.state, planned.checks) == (PlanState.NOT_DECLARED, ())
        assert "metrics_endpoint shows that a page is there, and not that anybody scrapes it, which " in planned.why
        assert "declare how each part is scraped (parts.NAME.scrape: job, port)" in planned.why
    for text in (B + scraped, B + "requirements: {MON-01: {check: metrics_endpoint, with: {url: http://x/metrics}}}\n"):
        for check in one(plan(text, None, phase="post"), "MON-01").checks:
            assert check.check == "metrics_endpoint" and str(check.less).startswith("no Prometheus is declared (servers)")


def test_a_policy_that_asks_for_the_page_alone_has_it_looked_at() -> None:
    policy = "policy: {requirements: {MON-01: {proved_by: [metrics_endpoint]}}}\n"
    text = B + "parts: {web: {hosts: payments_web, scrape: [{port: 1}]}}\n"
    checks = one(plan(text, ORGANISATION + policy, phase="post"), "MON-01").checks
    assert {(check.check, check.less) for check in checks} == {("metrics_endpoint", None)}


def test_a_check_with_arguments_of_its_own() -> None:
    text = B + "requirements: {BKP-01: {check: file_backup, with: {path: /srv/dump, max_age: 4h}, on: backup, run_as: root}}\n"
    (check,) = one(plan(text, phase="pre"), "BKP-01").checks
    assert (check.check, check.hosts, check.run_as, check.args) == (
        "file_backup",
        ("bck1",),
        "root",
        {"path": "/srv/dump", "max_age": "4h"},
    )


def test_a_check_with_arguments_gets_the_defaults_and_the_server_too() -> None:
    shared = ORGANISATION.replace("defaults:", "defaults:\n  with: {prometheus_alerts: {lookback: 9h}}")
    text = B + "requirements: {MON-03: {check: prometheus_alerts, with: {must_include: [Down]}}}\n"
    (check,) = one(plan(text, shared, phase="pre"), "MON-03").checks
    assert (check.args["lookback"], check.args["url"], check.args["must_include"]) == ("9h", "http://prom.example:9090", ["Down"])
    text = text.replace("must_include: [Down]", "must_include: [Down], url: 'http://mine'")
    assert one(plan(text, shared, phase="pre"), "MON-03").checks[0].args["url"] == "http://mine"


def test_a_command_may_stand_for_anything() -> None:
    text = A + "requirements: {BKP-02: {check: command, with: {command: [/bin/check]}}, BKP-01: {check: command, with: {command: [x]}}}\n"
    assert one(plan(text, phase="recheck"), "BKP-02").checks[0].check == "command"
    assert one(plan(text, phase="recheck"), "BKP-01").checks[0].hosts == ("pay1", "pay2", "db1")


def test_another_host_asks() -> None:
    text = B + "requirements: {MON-07: {on: probes}, MON-10: {on: probes}}\nendpoints: [{url: 'https://x'}]\n"
    made = plan(text, phase="post")
    assert one(made, "MON-07").checks[0].hosts == one(made, "MON-10").checks[0].hosts == ("probe1",)
    assert made.other_hosts == ["probe1"]


def test_another_host_writes_the_line_but_looks_where_the_store_is() -> None:
    text = B + "requirements: {LOG-01: {on: payments_db}}\nparts: {web: {logs: [{file: /a}]}}\n"
    assert [check.hosts for check in one(plan(text, phase="pre"), "LOG-01").checks] == [("db1",), ("log1",)]


def test_a_named_server() -> None:
    two = ORGANISATION.replace("servers:", 'servers:\n  far: {kind: prometheus, url: "http://far"}\n  other: {kind: file, search: /x}')
    text = (
        B
        + "requirements: {MON-03: {using: far}, LOG-01: {using: other}}\nalerts: {must_include: [Down]}\nparts: {web: {logs: [{file: /a}]}}\n"
    )
    made = plan(text, two, phase="pre")
    assert one(made, "MON-03").checks[0].args["url"] == "http://far"
    assert one(made, "LOG-01").checks[0].args["search"] == "/x"
    wrong = one(plan(text.replace("far", "am"), two, phase="pre"), "MON-03")
    assert wrong.state == PlanState.NOT_DECLARED and "the server 'am' is of kind alertmanager; expected prometheus" in wrong.why


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("PLT-02: {using: prom}", "requirements.PLT-02.using: host_capacity asks no named server"),
        ("MON-03: {run_as: nobody}", "requirements.MON-03.run_as: prometheus_alerts runs on no host, it asks a server"),
        ("MON-03: {on: probes}", "requirements.MON-03.on: prometheus_alerts runs on no host, it asks a server"),
        (
            "MON-03: {check: prometheus_alerts, with: {must_include: [a]}, on: probes}",
            "requirements.MON-03.on: prometheus_alerts runs on no host",
        ),
        (
            "PLT-02: {check: host_capacity, with: {disk: '< 9%'}, using: prom}",
            "requirements.PLT-02.using: host_capacity asks no named server",
        ),
    ],
)
def test_on_and_using_where_they_mean_nothing(entry: str, problem: str) -> None:
    problems = refused(B + f"requirements: {{{entry}}}\nalerts: {{must_include: [Down]}}\n", phase="pre")
    assert any(line.startswith("readiness.yml:4: ") and problem in line for line in problems), problems


def test_files_that_the_controller_reads_are_relative_to_the_service_file() -> None:
    text = (
        B
        + "endpoints: [{url: 'https://x', ca_path: tls/ca.pem}, {url: 'https://y', ca_path: tls/ca.pem, from: probes}]\ndocuments: {runbook: a.md}\n"
    )
    made = plan(text, phase="post")
    assert [check.args["ca_path"] for check in one(made, "MON-07").checks] == ["/srv/app/tls/ca.pem", "tls/ca.pem"], (
        "that of a host is that host's"
    )
    assert one(plan(phase="pre"), "MON-03").checks[0].args["ca_path"] == "/etc/org/ca.pem"


def test_a_gap_instead_of_a_check() -> None:
    planned = one(plan(phase="pre"), "BKP-05")
    assert (
        planned.state == PlanState.PLANNED
        and planned.checks[0].gap == "nothing says what runs the backup of /var/lib/payments (scheduled_by)"
    )


# -- exceptions and the service's own requirements


def test_the_services_own_requirement() -> None:
    planned = one(plan(phase="recheck"), "PAY-01")
    assert (planned.impact, planned.rule.area, planned.rule.stakeholder, planned.rule.phases) == (
        "major",
        "delivery",
        "operators",
        ("recheck",),
    )
    assert planned.rule.responsible == "team-payments" and planned.declared_in.startswith("readiness.yml:")
    assert "PAY-01" not in {item.rule.id for item in plan(phase="pre").requirements}
    own = "requirements: {OWN-01: {title: x, check: command, with: {command: [a]}, impact: {A: blocker}}}\n"
    assert one(plan(A + own), "OWN-01").impact == "blocker"
    assert "OWN-01" not in {item.rule.id for item in plan(C + own).requirements}


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (
            "BPK-01: {}",
            "readiness.yml:4: requirements.BPK-01: the policy has no such requirement; did you mean BKP-01?; one of the service's own",
        ),
        (
            "BKP-99: {with: {a: 1}}",
            "readiness.yml:4: requirements.BKP-99: the policy has no such requirement; one of the service's own needs",
        ),
        (
            "ZZZ-07: {title: x}",
            "requirements.ZZZ-07: the policy has no such requirement; one of the service's own needs at least title and check",
        ),
        ("OWN-01: {title: x, check: os}", "requirements.OWN-01.check: there is no check 'os'; known: "),
        (
            "BKP-01: {check: systemd_unit}",
            "requirements.BKP-01.check: systemd_unit does not prove it; expected one of restic_backup, borg_backup, ",
        ),
        ("PLT-02: {with: {dsk: 1}}", "readiness.yml:4: PLT-02: host_capacity: unknown key dsk; known here: disk, "),
        ("PLT-02: {with: {disk: much}}", "readiness.yml:4: PLT-02: host_capacity: disk: 'much' is not a comparison"),
        (
            "BKP-01: {check: file_backup, with: {path: /x, max_age: soon}}",
            "readiness.yml:4: BKP-01: file_backup: max_age: 'soon' is not a duration",
        ),
        ("PLT-02: {not_applicable: no host}", "requirements.PLT-02: not_applicable needs approved_by and until, as a waiver does"),
        ("PLT-02: {not_applicable: no host, approved_by: me}", "requirements.PLT-02: not_applicable needs until"),
    ],
)
def test_what_an_exception_must_not_say(entry: str, problem: str) -> None:
    problems = refused(B + f"requirements: {{{entry}}}\n", phase="pre")
    assert any(problem in line for line in problems), problems
    assert all(line.startswith("readiness.yml:") for line in problems)


OWN_MODULE = """\
requirements:
  OWN-01:
    title: x
    check: ansible_module
    with: {module: ansible.builtin.uri, args: {url: "http://x"}, expect: EXPECT, read_only: true}
"""


def test_a_module_runs_on_the_hosts_of_the_service_or_on_a_named_one() -> None:
    text = B + OWN_MODULE.replace("EXPECT", "[result.status == 200, result.json.depth < 10]")
    (check,) = one(plan(text, phase="pre"), "OWN-01").checks
    assert (check.instance, check.hosts) == ("ansible.builtin.uri", ("pay1", "pay2", "db1"))
    assert check.args["expect"] == ["result.status == 200", "result.json.depth < 10"]
    (there,) = one(plan(text.replace("    title: x", "    title: x\n    on: probes\n    run_as: app"), phase="pre"), "OWN-01").checks
    assert (there.hosts, there.run_as) == (("probe1",), "app")


@pytest.mark.parametrize("check", ["command, with: {command: [a]}", "ansible_module, with: {module: ping}"])
def test_a_command_or_a_module_may_prove_any_requirement(check: str) -> None:
    planned = one(plan(B + f"requirements: {{MON-01: {{check: {check}}}}}\n", phase="post"), "MON-01")
    assert [item.check for item in planned.checks] == [check.split(",")[0]]


@pytest.mark.parametrize(
    ("expect", "problem"),
    [
        ("result.status =", "readiness.yml:8: OWN-01: ansible_module: expect: 'result.status =' goes on after its end"),
        ("[result.a, 7]", "readiness.yml:8: OWN-01: ansible_module: expect: expected a condition, or a list of them"),
        ("'{{ said }}'", "readiness.yml:8: OWN-01: ansible_module: expect: it comes out of a template; write the condition itself"),
        ("['{{ said }}', result.status == 200]", "expect: it comes out of a template"),
        ("'{{ nowhere }}'", "readiness.yml:8: requirements.OWN-01.with.expect: 'nowhere' is undefined (OWN-01 needs it now)"),
    ],
)
def test_a_condition_that_cannot_be_trusted_or_read_is_refused(expect: str, problem: str) -> None:
    text = B + OWN_MODULE.replace("EXPECT", expect)
    # what a host said must never be evaluated
    (found,) = refused(text, phase="pre", resolve=templates(said="lookup('pipe', 'id') == 'x'"))
    assert problem in found


def test_a_condition_may_stand_in_the_file_of_the_organisation() -> None:
    shared = ORGANISATION.replace("defaults:", "defaults:\n  with: {ansible_module: {expect: [result.status == 200]}}")
    text = B + OWN_MODULE.replace(", expect: EXPECT", "")
    assert one(plan(text, shared, phase="pre"), "OWN-01").checks[0].args["expect"] == ["result.status == 200"]
    assert "expect" not in one(plan(text, phase="pre"), "OWN-01").checks[0].args


def test_a_module_that_is_not_there_is_refused_with_its_place() -> None:
    text = B + OWN_MODULE.replace("EXPECT", "result.a")
    description = describe(text, phase="pre")
    asked: list[str] = []

    def problem(name: str) -> str | None:
        asked.append(name)
        return "there is no such module"

    description = dataclasses.replace(description, inventory=dataclasses.replace(description.inventory, module_problem=problem))
    (found,) = problems_of(lambda: plan_of(description))
    assert found == "readiness.yml:8: OWN-01: ansible_module: module: there is no such module" and asked == ["ansible.builtin.uri"]
    assert problems_of(lambda: plan_of(description, phase="design")) == [], "it is not asked in this phase"


def test_every_problem_is_told_at_once() -> None:
    text = (
        B
        + "requirements: {BKP-99: {}, OWN-01: {title: x, check: os}, PLT-02: {not_applicable: x, with: {dsk: 1}}}\n"
        + "waivers: [{requirement: XXX-01, reason: r, approved_by: a, until: 2027-01-01}]\n"
    )
    problems = refused(text, phase="pre")
    assert len(problems) == 5 and len(set(problems)) == 5


def test_a_service_may_be_stricter() -> None:
    text = (
        C
        + "requirements: {PLT-02: {impact: blocker, phases: [design, pre, post, recheck], responsible: me, title: t, area: logs}, BKP-02: {impact: major}}\n"
    )
    planned = one(plan(text, phase="pre"), "PLT-02")
    assert (planned.impact, planned.rule.responsible, planned.rule.title, planned.rule.area) == ("blocker", "me", "t", "logs")
    assert one(plan(text, phase="design"), "PLT-02").state == PlanState.PLANNED
    assert one(plan(text, phase="recheck"), "BKP-02").impact == "major", "the policy does not ask for it at level C"
    observed = one(plan(B + "requirements: {MON-01: {phases: [pre, post, recheck]}}\n", phase="pre"), "MON-01")
    assert observed.deciding and observed.rule.observe == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [("title", "t"), ("reason", "r"), ("area", "logs"), ("stakeholder", "users"), ("remedy", "m"), ("responsible", "me")],
)
def test_what_a_service_says_of_a_requirement_and_nothing_else_of_it(name: str, value: str) -> None:
    texts = ("title", "reason", "area", "stakeholder", "remedy", "responsible")
    plain = one(plan(A, phase="recheck"), "PLT-02").rule
    said = one(plan(A + f"requirements: {{PLT-02: {{{name}: {value}}}}}\n", phase="recheck"), "PLT-02").rule
    assert {key: getattr(said, key) for key in texts} == {**{key: getattr(plain, key) for key in texts}, name: value}
    assert getattr(plain, name) not in (value, "", None)


def test_a_requirement_stands_where_the_first_that_it_looks_at_is_declared() -> None:
    text = B + "endpoints:\n  - {url: 'https://one.example/'}\n  - {url: 'https://two.example/'}\n"
    planned = one(plan(text, phase="recheck"), "MON-07")
    assert [check.instance for check in planned.checks] == ["https://one.example/", "https://two.example/"]
    line = text[: text.index("https://one")].count("\n") + 1
    assert planned.declared_in == f"readiness.yml:{line}"


def test_who_is_responsible() -> None:
    made = plan(phase="pre")
    assert [one(made, name).rule.responsible for name in ("BKP-01", "MON-04", "RUN-01")] == [
        "team-backup",
        "team-monitoring",
        "team-payments",
    ]


def test_the_overlay_of_the_organisation_counts_with_its_origin() -> None:
    shared = (
        ORGANISATION + "policy: {requirements: {PLT-02: {impact: blocker, with: {disk: '< 70%'}}, RUN-05: null, SUP-03: {retired: true}}}\n"
    )
    made = plan(A + "requirements: {SUP-03: {responsible: x}}\n", shared, phase="pre")
    planned = one(made, "PLT-02")
    assert planned.impact == "blocker" and planned.checks[0].args == {"disk": "< 70%"}
    assert planned.rule.set_by == "default policy 1.5.0, organisation.yml:12"
    assert not {"RUN-05", "SUP-03"} & {item.rule.id for item in made.requirements}
    assert "readiness.yml:4: SUP-03 has been retired from the policy; the entry can be removed" in made.notices


def test_the_policy_by_name() -> None:
    assert {item.rule.id for item in plan(A + "policy: {name: starter}\n", phase="recheck").requirements} >= {"BKP-01", "PLT-01"}
    assert "BKP-02" not in {item.rule.id for item in plan(A + "policy: {name: starter}\n", phase="recheck").requirements}
    shared = "schema_version: 1\npolicy: {name: strict}\n"
    assert refused(A, shared) == ["organisation.yml:2: policy.name: there is no policy 'strict'; these ship: default, starter, vsr"]
    assert refused(A + "policy: {name: starter}\n", shared), "also where the service names another"
    made = plan(A + "policy: {name: starter}\n", "schema_version: 1\npolicy: {name: default}\n")
    assert made.policy["name"] == "starter", "the service file's own wins, and that is told"
    assert [one.key for one in made.loosened] == ["policy.name"] and "BKP-02" in made.loosened[0].message


# -- not applicable, not due


def test_a_trait_of_the_service_decides() -> None:
    made = plan(B + "traits: {data: false, http: false, on_call: false}\n", phase="pre")
    assert {item.rule.id: item.why for item in made.requirements if item.state == PlanState.NOT_APPLICABLE} == {
        **{f"BKP-0{number}": "traits.data is false" for number in (1, 3, 4, 5, 6)},
        "MON-07": "traits.http is false",
        "MON-10": "no https endpoint, TLS server or certificate file is declared",
        "SUP-02": "traits.on_call is false",
    }


def test_the_kind_of_the_service_decides() -> None:
    shared = ORGANISATION + "policy: {requirements: {PLT-02: {applies_to: [daemon]}}}\n"
    batch = B.replace("hosts: payments", "hosts: payments, kind: batch")
    assert one(plan(batch, shared, phase="pre"), "PLT-02").why == "it is asked of services of kind daemon; this one is batch"
    assert one(plan(B, shared, phase="pre"), "PLT-02").state == PlanState.PLANNED


def exempted(extra: str, organisation: str = ORGANISATION, **options: t.Any) -> Plan:
    return plan(B + f"requirements: {{PLT-02: {{not_applicable: no host, {extra}}}}}\n", organisation, phase="pre", **options)


def test_not_applicable_with_an_approver_until_its_end() -> None:
    planned = one(exempted("approved_by: me, until: 2026-11-25"), "PLT-02")
    assert (planned.state, planned.why) == (PlanState.NOT_APPLICABLE, "no host (approved by me until 2026-11-25)")
    late = exempted("approved_by: me, until: 2026-11-24")
    assert one(late, "PLT-02").state == PlanState.PLANNED
    assert "PLT-02 was not applicable until 2026-11-24; that has ended, so it is asked again" in late.notices[0]
    assert one(exempted("approved_by: me, until: 2027-01-01, from: 2026-12-01"), "PLT-02").state == PlanState.PLANNED


def test_not_applicable_without_an_approver_where_the_policy_permits_it() -> None:
    shared = ORGANISATION + "policy: {requirements: {PLT-02: {not_applicable_allowed: true}}}\n"
    text = B + "requirements: {PLT-02: {not_applicable: no host}}\n"
    assert one(plan(text, shared, phase="pre"), "PLT-02").why == "no host"


def test_not_applicable_by_somebody_who_may_not_say_so() -> None:
    shared = ORGANISATION + "approvers: {major: [head]}\n"
    assert one(exempted("approved_by: head, until: 2027-01-01", shared), "PLT-02").state == PlanState.NOT_APPLICABLE
    made = exempted("approved_by: me, until: 2027-01-01", shared)
    assert one(made, "PLT-02").state == PlanState.PLANNED and "me may not approve it; these may: head" in made.notices[0]


def test_the_first_deployment() -> None:
    before = plan(phase="pre", first_deployment=True)
    assert (
        one(before, "BKP-01").state == PlanState.NOT_DUE
        and one(before, "BKP-01").why == "it cannot exist before the first deployment; it decides at post"
    )
    assert one(before, "RUN-01").state == PlanState.PLANNED
    after = plan(phase="post", first_deployment=True, version="1")
    assert one(after, "BKP-01").state == PlanState.PLANNED and one(after, "BKP-01").deciding
    # at post of any other deployment it is observed, for the comparison with what was there before
    assert not one(plan(phase="post", version="1"), "BKP-01").deciding


# -- templates


def test_a_template_that_is_needed_now_or_later() -> None:
    text = (
        B
        + "endpoints: [{url: 'https://{{ x }}'}]\ncommitments: {rpo: '{{ rpo }}'}\n"
        + "parts: {db: {backups: [{tool: file, path: /x}]}}\ndocuments: {runbook: r.md}\n"
    )
    text = text.replace("'https://{{ x }}'", "'{{ url }}'")
    later = describe(text, resolve=templates(), phase="design")
    assert one(plan_of(later), "MON-07").state == PlanState.LATER, "at design it is not needed"
    problems = problems_of(lambda: plan_of(describe(text, resolve=templates(), phase="pre")))
    assert "readiness.yml:4: endpoints.0.url: 'url' is undefined (MON-07 needs it now)" in problems
    assert "readiness.yml:5: commitments.rpo: 'rpo' is undefined (BKP-01 needs it now)" in problems
    assert (
        one(plan_of(describe(text, resolve=templates(url="https://x", rpo="4h"), phase="pre")), "BKP-01").checks[0].args["max_age"] == "4h"
    )


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (B + "waivers: [{requirement: BKP-01, reason: r, approved_by: a, until: '{{ x }}'}]\n", "waivers.0.until"),
        (B.replace("criticality: 2", "criticality: '{{ x }}'"), "classification.criticality"),
        (B + "mode: '{{ x }}'\n", "mode"),
        (B + "traits: '{{ x }}'\n", "traits"),
        (B.replace("name: payments", "name: '{{ x }}'"), "service.name"),
    ],
)
def test_what_every_phase_needs(text: str, path: str) -> None:
    for phase in ("design", "recheck"):
        problems = problems_of(lambda phase=phase: plan_of(describe(text, resolve=templates(), phase=phase)))
        assert (
            len(problems) == 1
            and f": {path}: 'x' is undefined (every phase needs it)" in problems[0]
            and problems[0].startswith("readiness.yml:")
        )


# -- level, mode


@pytest.mark.parametrize(
    ("classification", "level", "words"),
    [
        ("{criticality: 0}", "C", "criticality 0"),
        ("{criticality: 1, technical_risk: 3}", "B", "one level above C"),
        ("{criticality: 2, technical_risk: 2, complexity: 2}", "A", "one level above B"),
        ("{criticality: 1, level: A}", "A", "set to A in readiness.yml:3; criticality 1, technical risk 0, complexity 0 would be C"),
        ("{criticality: 2, level: B}", "B", "criticality 2"),
        ("{criticality: 3, level: C}", "A", "criticality 3"),
    ],
)
def test_the_level(classification: str, level: str, words: str) -> None:
    made = plan(B.replace("{criticality: 2}", classification), None)
    assert made.level == level and words in made.level_reason
    if classification == "{criticality: 3, level: C}":
        assert "readiness.yml:3: level C is below the computed level A and no waiver of LVL-01 accepts that: A holds" in made.notices


def test_without_a_classification() -> None:
    made = plan(B.replace("classification: {criticality: 2}\n", ""), None)
    assert (made.level, made.level_reason) == ("C", "no classification is declared")


LOWER = (
    A.replace("criticality: 3", "criticality: 3, level: C") + "waivers: [{requirement: LVL-01, reason: r, approved_by: head, until: %s}]\n"
)


def test_a_lower_level_takes_a_waiver() -> None:
    made = plan(LOWER % "2027-01-01", None)
    assert made.level == "C" and "under waiver LVL-01" in made.level_reason
    assert plan(LOWER % "2026-11-24", None).level == "A"


def test_a_lower_level_takes_a_waiver_of_somebody_who_may() -> None:
    assert plan(LOWER % "2027-01-01", "schema_version: 1\napprovers: {blocker: [head]}\n").level == "C"
    made = plan(LOWER % "2027-01-01", "schema_version: 1\napprovers: {blocker: [director]}\n")
    assert made.level == "A" and "the waiver of LVL-01 does not count: head may not approve it; these may: director" in made.notices[0]


@pytest.mark.parametrize(
    ("organisation", "service", "run", "mode"),
    [
        ("", "", None, "observe"),
        ("mode: enforce\n", "", None, "enforce"),
        ("mode: enforce\n", "mode: observe\n", None, "observe"),
        ("mode: enforce\n", "", "observe", "observe"),
        ("mode: {default: observe, environments: {production: enforce}}\n", "", None, "enforce"),
        ("mode: {environments: {test: enforce}}\n", "", None, "observe"),
        ("mode: {levels: {B: enforce}}\n", "", None, "enforce"),
        ("mode: {levels: {B: enforce}, services: {payments: observe}}\n", "", None, "observe"),
        ("mode: {default: enforce}\n", "mode: {levels: {A: observe}}\n", None, "enforce"),
    ],
)
def test_the_mode(organisation: str, service: str, run: str | None, mode: str) -> None:
    assert plan(B + service, "schema_version: 1\n" + organisation, mode=run).mode == mode


def test_the_folder_for_records() -> None:
    assert plan(B, None).records is None
    assert plan(B, "schema_version: 1\nrecords: rec\n").records == "/etc/org/rec"
    assert plan(B + "records: ../rec\n", "schema_version: 1\nrecords: rec\n").records == "/srv/rec"


# -- waivers


def waived(*lines: str, organisation: str = "schema_version: 1\n", text: str = B, phase: str = "pre") -> Plan:
    entries = "".join(f"  - {{reason: r, approved_by: me, {line}}}\n" for line in lines)
    return plan(f"{text}waivers:\n{entries}", organisation, phase=phase)


@pytest.mark.parametrize(
    ("dates", "state"),
    [
        ("until: 2026-11-25", "active"),
        ("until: 2026-11-24", "expired"),
        ("from: 2026-11-25, until: 2026-11-25", "active"),
        ("from: 2026-11-26, until: 2027-01-01", "not_yet"),
    ],
)
def test_whole_days_the_end_included(dates: str, state: str) -> None:
    assert [waiver.state for waiver in waived(f"requirement: BKP-01, {dates}").waivers] == [state]


def test_waivers_of_the_organisation_are_for_a_service() -> None:
    entries = ", ".join(
        f"{{service: {name}, requirement: BKP-01, reason: r, approved_by: me, until: 2027-01-01}}" for name in ("payments", "other")
    )
    shared = f"schema_version: 1\nwaivers: [{entries}]\n"
    (waiver,) = plan(B, shared).waivers
    assert waiver.service == "payments" and waiver.declared_in == "organisation.yml:2"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("requirement: XXX-01, until: 2027-01-01", "readiness.yml:5: waivers.0.requirement: there is no requirement XXX-01"),
        ("requirement: BKP-01, from: 2027-02-01, until: 2027-01-01", "waivers.0: it would end (2027-01-01) before it begins (2027-02-01)"),
        (
            "requirement: PLT-02, until: 2027-01-01, accept: {dsk: 1}",
            "readiness.yml:5: accept: PLT-02: host_capacity: unknown key dsk; known here: disk, ",
        ),
    ],
)
def test_waivers_that_are_refused(line: str, problem: str) -> None:
    problems = problems_of(lambda: waived(line))
    assert any(problem in text for text in problems), problems


def test_the_same_waiver_twice() -> None:
    line = "requirement: PLT-02, until: 2027-01-01, accept: {disk: '< 95%'}"
    assert "the same is waived twice (PLT-02)" in problems_of(lambda: waived(line, line))[0]


def test_waivers_that_do_not_count() -> None:
    line = "requirement: PLT-02, from: 2026-11-01, until: 2026-12-31"

    def state(organisation: str, text: str = B) -> tuple[str, str]:
        made = waived(line, organisation="schema_version: 1\n" + organisation, text=text)
        return made.waivers[0].state, " ".join(made.notices)

    assert state("approvers: {major: [me]}\n")[0] == "active" == state("approvers: {blocker: [head]}\n")[0]
    refusal, notice = state("approvers: {major: [head, director]}\n")
    assert (
        refusal == "refused"
        and "readiness.yml:5: the waiver of PLT-02 does not count: me may not approve it; these may: head, director" in notice
    )
    assert state("approvers: {major: []}\n")[1].endswith("me may not approve it; nobody may")
    assert state("policy: {requirements: {PLT-02: {waivable: false}}}\n")[1].endswith(
        "the policy does not allow a waiver of this requirement"
    )
    assert state("policy: {requirements: {PLT-02: {max_waiver: 60d}}}\n")[0] == "active"
    assert state("policy: {requirements: {PLT-02: {max_waiver: 59d}}}\n")[1].endswith("it lasts 60 days, the policy allows at most 59 d")
    made = waived(
        "requirement: PLT-02, until: 2026-12-01", organisation="schema_version: 1\npolicy: {requirements: {PLT-02: {max_waiver: 59d}}}\n"
    )
    assert "it does not say when it begins (from)" in made.notices[0]


def test_the_approver_is_that_of_the_impact_that_holds() -> None:
    shared = "schema_version: 1\napprovers: {blocker: [head], major: [me]}\n"
    line = "requirement: PLT-02, until: 2026-12-31"
    assert waived(line, organisation=shared).waivers[0].state == "active"
    stricter = B + "requirements: {PLT-02: {impact: blocker}}\n"
    assert waived(line, organisation=shared, text=stricter).waivers[0].state == "refused"
    higher = B.replace("criticality: 2", "criticality: 2, level: A")
    assert waived("requirement: MON-02, until: 2026-12-31", organisation=shared, text=higher).waivers[0].state == "refused"
    own = B + "requirements: {OWN-01: {title: x, impact: blocker, check: command, with: {command: [a]}}}\n"
    assert waived("requirement: OWN-01, until: 2026-12-31", organisation=shared, text=own).waivers[0].state == "refused"


def test_a_waiver_of_what_has_been_retired() -> None:
    made = waived(
        "requirement: PLT-02, until: 2027-01-01", organisation="schema_version: 1\npolicy: {requirements: {PLT-02: {retired: true}}}\n"
    )
    assert made.waivers == () and "the waiver of PLT-02 can be removed" in made.notices[0]


def test_limits_that_a_waiver_accepts_are_checked_as_well() -> None:
    made = waived(
        "requirement: PLT-02, until: 2027-01-01, accept: {disk: '< 95%'}, host: pay1",
        "requirement: PLT-02, until: 2027-01-01, accept: {disk: '< 97%'}, host: pay2",
        "requirement: PLT-02, until: 2026-01-01, accept: {disk: '< 99%'}",
    )
    strict, first, second = one(made, "PLT-02").checks
    assert (strict.accepted, first.accepted, second.accepted) == (False, True, True)
    assert (first.args["disk"], second.args["disk"]) == ("< 95%", "< 97%") and "disk" not in strict.args
    assert {first.waiver, second.waiver} == {waiver.key for waiver in made.waivers if waiver.state == "active"}
    assert len({strict.key, first.key, second.key}) == 3


def test_a_plan_without_an_organisation() -> None:
    made = plan(C, None, phase="pre")
    assert made.inputs["organisation_file"] is None and made.reservation_due == "14d" and made.publish == {}


def test_how_often_it_is_verified_again() -> None:
    shared = "schema_version: 1\ndefaults: {recheck_every: 12h}\n"
    assert plan(C, None, phase="recheck").recheck_every == 86400
    assert plan(C, shared, phase="recheck").recheck_every == 43200
    assert plan(C + "defaults: {recheck_every: 1w}\n", shared, phase="pre").recheck_every == 7 * 86400, "the service's own wins"
    assert plan(C + "defaults: {recheck_every: 60}\n", shared, phase="pre").recheck_every == 60
    assert "verified again every 12 h" in register(plan(C, shared, phase="recheck"))
    for given, words in (
        ("30s", "30s is less than a minute"),
        ("59s", "59s is less than a minute"),
        ("0", "0 is less than a minute"),
        ("daily", "is not a duration such as"),
    ):
        (problem,) = refused(C + f"defaults: {{recheck_every: {given}}}\n")
        assert "recheck_every" in problem and words in problem


def test_plans_read_no_clock() -> None:
    first = plan_of(describe(document(B), None, today="2026-01-01"))
    assert first.digest == plan_of(describe(document(B), None, today="2026-01-01")).digest
    assert _plan.__doc__ and "Pure" in _plan.__doc__


# -- settling time


@pytest.mark.parametrize(
    ("phase", "run", "service", "organisation", "seconds"),
    [
        ("post", None, "", "", 0),
        ("post", "5m", "", "", 300),
        ("smoke", "90", "", "", 90),
        ("post", "0", "defaults: {settle: 5m}\n", "", 0),
        ("post", None, "defaults: {settle: 2m}\n", "defaults: {settle: 5m}\n", 120),
        ("post", None, "", "defaults: {settle: 5m}\n", 300),
        ("post", None, "", "defaults: {settle: 45}\n", 45),
        ("pre", "5m", "defaults: {settle: 2m}\n", "", 0),
        ("recheck", "5m", "", "", 0),
        (None, "5m", "", "", 0),
        ("recheck", None, "defaults: {settle: 5m}\n", "", 0),
        (None, None, "", "defaults: {settle: 5m}\n", 0),
    ],
)
def test_settling_time_is_for_the_phases_after_a_deployment(
    phase: str | None, run: str | None, service: str, organisation: str, seconds: float
) -> None:
    described = describe(C + service, "schema_version: 1\n" + organisation, phase=phase or "post", settle=run)
    assert plan_of(described, phase=phase).settling == seconds


@pytest.mark.parametrize("phase", ["design", "pre", "post"])
def test_a_bad_settling_time_is_refused_in_every_phase(phase: str) -> None:
    words = "is not a duration; expected for example 90s, 15m, 24h or 30d"
    assert refused(C, phase=phase, settle="soon") == [f"settle (readiness_settle): 'soon' {words}"]
    assert refused(C, phase=phase, settle="-5m") == [f"settle (readiness_settle): '-5m' {words}"]
    (problem,) = refused(C + "defaults: {settle: 5 minutes}\n", phase=phase)
    assert problem.startswith("readiness.yml:4:12: defaults.settle: '5 minutes' is not a duration")


@pytest.mark.parametrize("version", [".", "-", "...", " "])
def test_a_version_that_any_answer_has_is_refused(version: str) -> None:
    (problem,) = problems_of(lambda: plan(RUNNABLE, version=version))
    assert problem.startswith(f"version (readiness_version): '{version}' has neither a letter nor a digit")
    assert plan(RUNNABLE, version=version, emergency=True).name == "payments", "an emergency is never refused"


@pytest.mark.parametrize("version", ["1", "1.4.2", "v2", "main", "3f2a91c"])
def test_a_version_as_people_call_them(version: str) -> None:
    assert plan(RUNNABLE, version=version).name == "payments"
