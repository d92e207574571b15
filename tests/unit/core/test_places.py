# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service reaches on the controller: where it may write, and what is told of what it reads and runs there."""

from __future__ import annotations

import dataclasses
import os
import pathlib

import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._described.service import Description
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import Plan
from ansible_collections.operability.readiness.plugins.plugin_utils._planning.places import refused_writes
from unit.core.described import RUNNABLE, describe, document, plan_of, problems_of

SERVICE = "schema_version: 1\nservice: {name: payments, owner: team, hosts: payments}\nclassification: {criticality: 3}\n"
ORGANISATION = "schema_version: 1\n"
LEAVE = "services_may: [places, controller_code, templates, own_proofs]\n"


def described(
    more: str, organisation: str | None = ORGANISATION, *, folder: pathlib.Path | None = None, phase: str = "post"
) -> Description:
    own = document(SERVICE + more, folder=str(folder or "/srv/app"))
    made = describe(own, organisation, phase=phase, version="1.0")
    inventory = dataclasses.replace(made.inventory, acts_here=lambda name: name.rpartition(".")[2] in ("copy", "fetch", "uri", "debug"))
    return dataclasses.replace(made, inventory=dataclasses.replace(inventory, real_path=os.path.realpath) if folder else inventory)


@pytest.mark.parametrize(
    "more",
    [
        "publish: {json: /etc/payments.json}",
        "publish: {html: /srv/app/../other/x.html}",
        "publish: {html: '/srv/application/x.html'}",
        "publish: {textfile_directory: /var/lib/node_exporter}",
        "publish: {html: '~/.ssh/x.html'}",
        "records: ../other",
        "records: /root",
        "debt: /etc/cron.d/payments",
        "publish: {json: /srv/app/hosts}",
        "publish: {json: /srv/app/site.yml}",
        "publish: {junit: /srv/app/conftest.py}",
    ],
)
def test_where_a_service_may_not_write(more: str) -> None:
    (problem,) = refused_writes(described(more))
    key = more.partition(":")[0]
    assert problem.startswith(f"readiness.yml:4: {key}") and ("service_paths" in problem or "expected a name that ends with" in problem)
    assert refused_writes(described(more, None)) == [], "without an organisation the team is its own operations"
    assert refused_writes(described(more, ORGANISATION + LEAVE)) == []


@pytest.mark.parametrize(
    ("more", "organisation"),
    [
        ("publish: {html: /srv/app/out/x.html, nagios: /srv/app/x.txt}", ""),
        ("records: records\ndebt: debt/own.yml", ""),
        ("publish: {html: '/var/www/{service}.html'}", "service_paths: [/var/www]\n"),
        ("publish: {html: '/etc/org/reports/x.html'}", "service_paths: [reports]\n"),
        ("publish: {html: '/var/www/own.html'}", "publish: {html: '/var/www/{service}.html'}\n"),
        ("publish: {textfile_directory: /var/lib/node}", "publish: {textfile_directory: /var/lib/node}\n"),
        ("records: /var/lib/records/payments", "records: /var/lib/records\n"),
        ("publish: {pushgateway: {url: 'http://push.example'}}", ""),
        ("", ""),
    ],
)
def test_where_it_may(more: str, organisation: str) -> None:
    assert refused_writes(described(more, ORGANISATION + organisation)) == []


OF_ORGANISATION = "records: /var/lib/records\ndebt: /var/lib/debts\n"


@pytest.mark.parametrize(
    ("more", "keys"),
    [
        ("records: mine\ndebt: mine.debt.yml", ["records", "debt"]),
        ("records: /var/lib/records/payments", ["records"]),
        ("records: /var/lib/records/\ndebt: /var/lib/debts/payments.yml", []),
        ("", []),
    ],
)
def test_another_memory_than_the_organisations_is_looser(more: str, keys: list[str]) -> None:
    observed = plan_of(described(more, ORGANISATION + OF_ORGANISATION))
    assert told(observed) == [("places", key) for key in keys]
    enforced = ORGANISATION + OF_ORGANISATION + "mode: enforce\n"
    if keys:
        problems = problems_of(lambda: plan_of(described(more, enforced + "runs_may: []\n")))
        assert [problem.split(": ")[1] for problem in problems] == keys
    assert told(plan_of(described(more, enforced + LEAVE))) == [("places", key) for key in keys]
    assert told(plan_of(described("records: mine\ndebt: mine.debt.yml", ORGANISATION))) == [], "the organisation keeps none"


def test_symbolic_links_are_followed(tmp_path: pathlib.Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "app" / "out").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "app" / "payments").symlink_to(tmp_path / "elsewhere")
    for path in ("out/x.html", "{service}/x.html"):
        assert len(refused_writes(described(f"publish: {{html: '{tmp_path}/app/{path}'}}", folder=tmp_path / "app"))) == 1
    (tmp_path / "link").symlink_to(tmp_path / "app")
    assert refused_writes(described(f"publish: {{html: '{tmp_path}/app/own/x.html'}}", folder=tmp_path / "link")) == []


def told(plan: Plan) -> list[tuple[str, str]]:
    return [(one.kind, one.key) for one in plan.loosened if one.kind in ("places", "controller_code", "templates")]


def test_what_is_read_and_run_on_the_controller_is_told() -> None:
    more = "delivery: {smoke: [tests/smoke, common], expect: {units: [a.service]}}\ndocuments: {runbook: /etc/shadow}\n"
    assert told(plan_of(described(more))) == [("controller_code", "DEL-03.suite")]
    assert told(plan_of(described(more, phase="pre"))) == [("places", "RUN-01.path")]
    assert told(plan_of(described(more, None))) == [], "there is nobody to tell"
    (refusal,) = (
        problem
        for problem in problems_of(lambda: plan_of(described(more, ORGANISATION + "mode: enforce\nservices_may: []\n", phase="pre")))
        if "RUN-01.path" in problem
    )
    assert "/etc/shadow is read outside of its folder" in refusal


def test_usual_files_are_told_nothing_of() -> None:
    delivery = "delivery: {smoke: common, expect: {units: [a.service]}, reports: ['build/{version}/*.xml']}\n"
    more = f"{delivery}documents: {{runbook: docs/runbook.md}}\n"
    for phase in ("pre", "post", "design"):
        assert told(plan_of(described(more, phase=phase))) == []
    assert told(plan_of(describe(RUNNABLE.replace("delivery: {smoke: tests/smoke, ", "delivery: {"), phase="pre"))) == []


MODULE = """\
requirements:
  PAY-01: {title: t, area: delivery, impact: {A: major}, phases: [post], check: ansible_module, with: {module: %s, args: %s}}
"""


@pytest.mark.parametrize(
    ("module", "args", "found"),
    [
        ("uri", "{url: 'http://x'}", []),
        ("uri", "{url: 'http://x', src: /etc/shadow}", [("controller_code", "PAY-01.module")]),
        ("uri", "{url: 'http://x', body_format: form-multipart}", [("controller_code", "PAY-01.module")]),
        ("ansible.builtin.copy", "{content: x, dest: /tmp/x}", []),
        ("ansible.builtin.copy", "{src: /etc/shadow, dest: /tmp/x}", [("controller_code", "PAY-01.module")]),
        ("copy", "{src: /a, dest: /b, remote_src: true}", []),
        ("fetch", "{src: /a, dest: /b}", [("controller_code", "PAY-01.module")]),
        ("stat", "{path: /a}", []),
        ("others.own.copy", "{content: x}", [("controller_code", "PAY-01.module")]),
    ],
)
def test_modules_that_use_files_of_the_controller(module: str, args: str, found: list[tuple[str, str]]) -> None:
    assert told(plan_of(described(MODULE % (module, args)))) == found


def test_modules_that_evaluate_what_they_are_given_are_refused() -> None:
    more = MODULE % ("ansible.builtin.debug", "{var: \"lookup('pipe', 'id')\"}")
    (problem,) = problems_of(lambda: plan_of(described(more)))
    assert "PAY-01: ansible.builtin.debug evaluates its arguments on the controller" in problem and "[templates]" in problem
    assert problems_of(lambda: plan_of(described(more, ORGANISATION + LEAVE))) == []
    assert told(plan_of(described(MODULE % ("debug", "{msg: hello}")))) == [], "it says what it is given"
    assert problems_of(lambda: plan_of(described(more, None))) == []


def test_a_pushgateway_of_its_own_beside_the_organisations_is_told() -> None:
    own, other = (f"publish: {{pushgateway: {{url: 'http://{name}.example'}}}}\n" for name in ("own", "other"))
    assert told(plan_of(described(own, ORGANISATION + other))) == [("places", "publish.pushgateway")]
    assert told(plan_of(described(own))) == told(plan_of(described(own, ORGANISATION + own))) == []


@pytest.mark.parametrize(
    ("own", "shared", "keys"),
    [
        ("textfile_directory: mine", "textfile_directory: /srv/metrics", ["publish.textfile_directory"]),
        ("textfile_directory: /srv/metrics/mine", "textfile_directory: /srv/metrics", ["publish.textfile_directory"]),
        ("textfile_directory: /srv/metrics/", "textfile_directory: /srv/metrics", []),
        ("textfile_directory: mine", "html: /srv/www/x.html", []),
        ("html: mine.html, json: mine.json", "html: /srv/www/x.html, textfile_directory: /srv/metrics", []),
    ],
)
def test_where_operations_look_is_not_for_a_service_to_say(own: str, shared: str, keys: list[str]) -> None:
    """A folder of its own in the place of operations' is told; reports of its own are no matter of theirs."""
    organisation = ORGANISATION + f"publish: {{{shared}}}\n"
    own = own.replace("mine", "/srv/app/mine")
    assert told(plan_of(described(f"publish: {{{own}}}\n", organisation))) == [("places", key) for key in keys]
