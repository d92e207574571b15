# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: E501 # YAML as people write it
"""Whose lines must be where, and for how long: from the description of a service to the arguments of log_flow and log_retention."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding, Status
from ansible_collections.operability.readiness.plugins.module_utils._phrase import phrase
from ansible_collections.operability.readiness.plugins.module_utils._registry import load_check
from ansible_collections.operability.readiness.plugins.plugin_utils._described.policy import Proof
from ansible_collections.operability.readiness.plugins.plugin_utils._described.service import NotDeclared
from ansible_collections.operability.readiness.plugins.plugin_utils._model.completion import completed
from ansible_collections.operability.readiness.plugins.plugin_utils._model.judged import Reach
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import PlanState
from ansible_collections.operability.readiness.plugins.plugin_utils._planning.derive.derivations import derive
from ansible_collections.operability.readiness.plugins.plugin_utils._planning.derive.instance import Instance
from unit.core.described import ORGANISATION, describe, one, plan

BASE = """\
schema_version: 1
service: {name: payments, owner: team, hosts: payments, kind: daemon}
classification: {criticality: 3}
"""
VICTORIA = ORGANISATION.replace(
    '  central: {kind: file, search: "/var/log/central/{host}/*.log", on: syslog}\n',
    '  central: {kind: victorialogs, url: "https://logs.example:9428", tenant: "12:0", bearer_token: s3cr3t-token}\n',
)
WITHOUT = ORGANISATION.replace('  central: {kind: file, search: "/var/log/central/{host}/*.log", on: syslog}\n', "")
PLACE = {"backend": "victorialogs", "url": "https://logs.example:9428", "tenant": "12:0", "bearer_token": "s3cr3t-token"}
WEB = """\
parts:
  web:
    hosts: payments_web
    units: [payments.service, payments-clean.timer]
    logs: [{file: /var/log/payments/app.json, query: 'app:="payments"', run_as: root}]
"""


def derived(check: str, text: str, organisation: str | None = VICTORIA, source: str | None = None, **run: t.Any) -> list[Instance]:
    found = derive(Proof(check, source), describe(BASE + text, organisation, **run))
    for instance in found:
        if instance.gap is None:
            parse_arguments(load_check(instance.check), instance.args)  # a check takes what is derived for it
    return found


def missing(check: str, text: str, organisation: str | None = VICTORIA, source: str | None = None) -> str:
    with pytest.raises(NotDeclared) as refused:
        derived(check, text, organisation, source)
    return str(refused.value)


# -- whose lines


def test_each_host_of_the_part_must_log_in_the_store() -> None:
    see, run = derived("log_flow", WEB)
    assert (see.call, see.hosts, see.run_as, see.after) == ("see", ("pay1", "pay2"), "root", None)
    assert see.args == {"backend": "journald", "min_instances": 1, "path": "/var/log/payments/app.json", "units": ["payments.service"]}
    assert (run.call, run.hosts, run.after, run.path) == ("run", None, "see", see.path)
    assert (
        run.args.pop("expect") == [{"instance": host, "names": [f"10.0.0.{number}", host]} for number, host in ((1, "pay1"), (2, "pay2"))]
        or run
    )
    assert run.args == {**PLACE, "query": 'app:="payments"'}


def test_what_the_log_says_of_its_instances_and_its_rhythm_is_asked() -> None:
    text = WEB.replace(
        "run_as: root", "every: 6h, takes: 30m, min_lines: 3, max_lag: 1h, names: {pay1: ip-10-0-0-5}, index: logs-a, stream: s"
    )
    see, run = derived("log_flow", text)
    rhythm = {"every": "6h", "takes": "30m", "min_lines": 3, "max_lag": "1h"}
    assert rhythm.items() <= see.args.items() and rhythm.items() <= run.args.items()
    assert t.cast("list[t.Any]", run.args["expect"])[0]["names"][0] == "ip-10-0-0-5"
    assert (run.args["index"], run.args["stream"]) == ("logs-a", "s")


def test_containers_are_asked_for_by_their_names_alone() -> None:
    (run,) = derived("log_flow", WEB.replace("run_as: root", "by: container_name, instances: [web-1, 'web-*']"))
    assert (run.call, run.after, run.args["instances"], run.args["by"]) == ("run", None, ["web-1", "web-*"], "container_name")
    (run,) = derived("log_flow", WEB.replace("run_as: root", "by: kubernetes.pod_name, min_instances: 3"))
    assert "expect" not in run.args and run.args["min_instances"] == 3


def test_files_and_journals_of_a_receiver_are_looked_at_where_they_lie() -> None:
    text = "parts: {web: {hosts: payments_web, logs: [{syslog: payments}, {journald: payments}]}}\n"
    _see, files, see, journal = derived("log_flow", text, ORGANISATION)
    assert (files.hosts, files.args["backend"], files.args["search"]) == (("log1",), "file", "/var/log/central/{host}/*.log")
    assert (files.args["tag"], journal.args["unit"], see.args["unit"]) == ("payments", "payments.service", "payments.service")
    remote = ORGANISATION.replace('kind: file, search: "/var/log/central/{host}/*.log"', "kind: journald, search: /var/log/journal/remote")
    (_see, run, *_rest) = derived("log_flow", text, remote)
    assert (run.args["backend"], run.args["search"], run.hosts) == ("journald", "/var/log/journal/remote", ("log1",))
    assert "has no search" in missing("log_flow", text, ORGANISATION.replace('search: "/var/log/central/{host}/*.log", ', ""))


def test_what_is_missing_is_named() -> None:
    assert missing("log_flow", "") == "no part declares its logs (parts.NAME.logs)"
    assert "no server of kind victorialogs, opensearch, elasticsearch, loki, graylog, file or journald" in missing("log_flow", WEB, WITHOUT)
    batch = WEB.replace("    logs:", "    logs:", 1)
    with pytest.raises(NotDeclared, match="how often /var/log/payments/app.json is written is not declared"):
        derive(Proof("log_flow"), describe((BASE + batch).replace("kind: daemon", "kind: batch"), VICTORIA))


def test_a_log_that_refuses_its_line_is_proved_by_its_flow() -> None:
    never = WEB.replace("run_as: root", "canary: never")
    both = never.replace("canary: never}]", "canary: never}, {file: /var/log/b.log}]")
    assert [found.path[-1] for found in derived("log_flow", both, VICTORIA, "parts.logs.canary")] == [0, 0]
    assert missing("log_flow", WEB, VICTORIA, "parts.logs.canary") == "no log refuses its marked line (canary: never)"
    required = one(plan(BASE + never, VICTORIA, phase="recheck", version="1"), "LOG-01")
    assert [(check.check, check.call) for check in required.checks] == [("log_flow", "see"), ("log_flow", "run")]
    found = Finding(Status.PASS, phrase("2 of 2"), check="log_flow")
    (told,) = completed(required.checks[1], {required.checks[1].key: [found]}, Reach())
    assert told.proof == "derived" and "no line may be written there" in told.message


def test_the_flow_of_every_instance_proves_it_fully() -> None:
    required = one(plan(BASE + WEB, VICTORIA, phase="recheck", version="1"), "LOG-02")
    assert required.state is PlanState.PLANNED and [check.less for check in required.checks] == [None, None]
    text = WEB + "requirements: {LOG-02: {with: {every: 6h}}}\n"
    see, run = one(plan(BASE + text, VICTORIA, phase="recheck", version="1"), "LOG-02").checks
    assert (run.args["every"], "every" in see.args) == ("6h", False)


def test_a_waiver_may_accept_a_longer_silence_for_a_while() -> None:
    waiver = "waivers: [{requirement: LOG-02, reason: x, approved_by: y, from: 2026-11-01, until: 2027-03-31, accept: {every: 48h}}]\n"
    checks = one(plan(BASE + WEB + waiver, VICTORIA, phase="recheck", version="1"), "LOG-02").checks
    assert [(check.accepted, check.args.get("every"), check.after is None) for check in checks] == [
        (False, None, True),
        (False, None, False),
        (True, "48h", False),
    ]


# -- for how long

KEPT = "commitments: {log_retention: 90d, log_retention_max: 400d}\n"


def test_the_store_is_asked_for_how_long_it_keeps_the_lines() -> None:
    (found,) = derived("log_retention", KEPT + WEB)
    assert (found.hosts, found.args) == (
        None,
        {**PLACE, "query": 'app:="payments"', "min_retention": "90d", "max_retention": "400d"},
    )


def test_the_log_says_it_better_than_the_commitments() -> None:
    text = KEPT + WEB.replace("run_as: root", "min_retention: 30d, max_retention: 60d, since: 2026-11-01, every: 7d")
    (found,) = derived("log_retention", text)
    limits = {"min_retention": "30d", "max_retention": "60d", "since": "2026-11-01", "every": "7d"}
    assert limits.items() <= found.args.items()
    assert derived("log_retention", KEPT + WEB, first_deployment=True)[0].args["first_deployment"] is True


def test_the_same_question_of_a_store_is_asked_once() -> None:
    two = "parts: {web: {logs: [{file: /a.log, query: x}, {file: /b.log, query: x}, {file: /c.log, query: y}]}}\n"
    assert [found.args["query"] for found in derived("log_retention", KEPT + two)] == ["x", "y"]


def test_without_a_store_what_the_hosts_keep_counts() -> None:
    text = "parts: {web: {hosts: payments_web, logs: [{file: /a.log, logrotate_state: /s}, {journald: a.service}, {syslog: a}]}}\n"
    file, journal, gap = derived("log_retention", KEPT + text, WITHOUT)
    assert (file.hosts, file.args["backend"], file.args["path"], file.args["logrotate_state"]) == (("pay1", "pay2"), "file", "/a.log", "/s")
    assert (journal.args["backend"], journal.hosts) == ("journald", ("pay1", "pay2"))
    assert gap.gap is not None and "where the lines of a are kept is not declared" in gap.gap


def test_files_of_a_receiver_count_where_they_lie() -> None:
    (found,) = derived("log_retention", KEPT + "parts: {web: {logs: [{syslog: payments}]}}\n", ORGANISATION)
    assert (found.hosts, found.args["backend"], found.args["search"], found.args["tag"]) == (
        ("log1",),
        "file",
        "/var/log/central/{host}/*.log",
        "payments",
    )


def test_for_how_long_must_be_declared() -> None:
    assert "for how long log lines must be kept is not declared" in missing("log_retention", WEB)
    assert missing("log_retention", KEPT) == "no part declares its logs (parts.NAME.logs)"


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("requirements: {LOG-02: {with: {every: 30d}}}", "requirements.LOG-02.with.every"),
        ("requirements: {LOG-06: {with: {min_retention: 1d}}}", "requirements.LOG-06.with.min_retention"),
        ("commitments: {log_retention: 1d}", "commitments.log_retention"),
    ],
)
def test_what_is_looser_is_told_at_its_key(line: str, key: str) -> None:
    text = BASE + WEB + (line if line.startswith("commitments") else KEPT + line) + "\n"
    made = plan(text, VICTORIA + "services_may: []\nmode: observe\n", phase="recheck", version="1")
    assert ("limits", key) in {(one.kind, one.key) for one in made.loosened}
