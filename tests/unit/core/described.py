# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: E501 # the example stands as it does in the design
"""Services described in YAML, for the tests of what is derived from them."""

from __future__ import annotations

import pathlib
import textwrap
import typing as t

import yaml
from ansible_collections.operability.readiness.plugins.plugin_utils._described.document import Document, Refused, build
from ansible_collections.operability.readiness.plugins.plugin_utils._described.service import Description, Inventory, Run
from ansible_collections.operability.readiness.plugins.plugin_utils._model import planned as _planned
from ansible_collections.operability.readiness.plugins.plugin_utils._planning import plan as _plan

TODAY = "2026-11-25"
HOSTS = {
    "payments": ["pay1", "pay2", "db1"],
    "payments_web": ["pay1", "pay2"],
    "payments_db": ["db1"],
    "backup": ["bck1"],
    "syslog": ["log1"],
    "probes": ["probe1"],
    "nobody": [],
}

# the level A example of the design, section 5.1, with one change: PAY-01 uses a check that is there
EXAMPLE = """\
schema_version: 1
service: {name: payments, owner: team-payments, hosts: payments, kind: daemon}   # hosts: an inventory pattern; kind: daemon, batch, consumer, static
classification: {criticality: 3, technical_risk: 2, complexity: 2}
traits: {http: true, data: true, on_call: true}                 # optional; false makes the requirements about it not applicable
commitments: {hours: 24x7, availability: 0.999, rpo: 24h, rto: 4h}   # pdma / dima are accepted for rpo / rto
parts:
  web:
    hosts: payments_web
    units: [payments.service]
    scrape: [{job: payments, port: 8080}]                       # expected targets = hosts x ports
    logs: [{file: /var/log/payments/app.json, format: json, rotated_by: logrotate}]
    backups: [{tool: restic, repository: /srv/restic, password_file: /etc/restic.pw, paths: [/var/lib/payments]}]
    support: payments                                           # a chain of the organisation file, or written out here
endpoints:
  - {url: "https://payments.example/health", json: {status: UP}, version: {url: /info, json: build.version}}
flows: [{to: "ldap.example:636"}]
alerts: {match: {service: payments}, must_include: [PaymentsDown]}
signals: {latency: http_request_duration_seconds_bucket, traffic: http_requests_total, errors: 'http_requests_total{status=~"5.."}', saturation: pool_in_use}
dashboards: [payments-overview]
documents: {runbook: docs/runbook.md, operations_manual: docs/dex.md}
delivery: {smoke: tests/smoke, rollback_check: [/opt/payments/rollback-check]}
requirements:                                                   # exceptions, and the service's own
  PLT-02: {with: {disk: "< 90%"}}
  PAY-01: {title: The nightly settlement has run, area: delivery, stakeholder: operators, impact: major, phases: [recheck],
           check: prometheus_query, with: {query: "time() - settlement_last_success_timestamp_seconds", fail_when: "> 93600"}}
  MON-07: {not_applicable: "internal batch", approved_by: head of operations, until: 2027-06-30}
waivers:                                                        # or in a file that operations owns: organisation file, readiness.d/
  - {requirement: BKP-03, reason: the scratch host is delivered in March, approved_by: head of operations, from: 2026-11-01, until: 2027-03-31,
     compensating: weekly manual restore}
"""
OWN_CHECK = 'check: prometheus_query, with: {query: "time() - settlement_last_success_timestamp_seconds", fail_when: "> 93600"}}'
RUNNABLE = EXAMPLE.replace(OWN_CHECK, "check: command, with: {command: [/opt/payments/settled]}}")

ORGANISATION = """\
schema_version: 1
servers:
  prom: {kind: prometheus, url: "http://prom.example:9090", bearer_token: s3cr3t-token, ca_path: ca.pem, probe_query: up}
  am: {kind: alertmanager, url: "http://am.example:9093"}
  central: {kind: file, search: "/var/log/central/{host}/*.log", on: syslog}
defaults:
  alerts: {receivers: [payments-oncall], labels: {severity: critical}}
  responsible: {backups: team-backup, MON-04: team-monitoring}
chains:
  payments: [{tier: N1, contact: desk@example, hours: 24x7, response: 15m}, {tier: N2, contact: ops@example, hours: 24x7, response: 30m}]
  other: [{tier: N1, contact: x@example}]
"""


def document(text: str, schema: str = "service", *, name: str = "", folder: str = "/srv/app", resolve: t.Any = None) -> Document:
    text = textwrap.dedent(text)
    names = {"service": "readiness.yml", "organisation": "organisation.yml", "debt": "readiness.debt.yml", "approvals": "readiness.d/a.yml"}
    return build(text, name or names[schema], yaml.safe_load(text), schema, resolve=resolve, folder=pathlib.Path(folder))


def templates(**variables: t.Any) -> t.Callable[[t.Any], t.Any]:
    """Resolves ``{{ name }}`` alone; an unknown name is undefined."""

    def resolve(value: t.Any) -> t.Any:
        if not (isinstance(value, str) and value.startswith("{{")):
            return value
        name = value.strip("{} ")
        if name not in variables:
            raise LookupError(f"'{name}' is undefined")
        return variables[name]

    return resolve


def inventory(hosts: t.Mapping[str, list[str]] | None = None, addresses: t.Mapping[str, list[str]] | None = None) -> Inventory:
    groups = HOSTS if hosts is None else hosts
    known = {host for names in groups.values() for host in names}

    def hosts_of(pattern: str) -> list[str]:
        return groups.get(pattern, [pattern] if pattern in known else [])

    return Inventory(hosts_of, lambda host: (addresses or {}).get(host, [host]))


def describe(
    service: str | Document = RUNNABLE,
    organisation: str | Document | None = ORGANISATION,
    *,
    phase: str = "pre",
    resolve: t.Any = None,
    debt: Document | None = None,
    **run: t.Any,
) -> Description:
    own = service if isinstance(service, Document) else document(service, resolve=resolve)
    shared = document(organisation, "organisation", folder="/etc/org", resolve=resolve) if isinstance(organisation, str) else organisation
    return Description(own, shared, Run(phase=phase, **{"today": TODAY, **run}), inventory(), debt=debt)


def plan_of(description: Description, *, phase: str | None = "") -> _planned.Plan:
    wanted = description.run.phase if phase == "" else phase
    return _plan.make(description, _plan.make_policy(description.service, description.organisation), phase=wanted)


def plan(service: str | Document = RUNNABLE, organisation: str | Document | None = ORGANISATION, **options: t.Any) -> _planned.Plan:
    return plan_of(describe(service, organisation, **options))


def one(plan: _planned.Plan, identifier: str) -> _planned.PlannedRequirement:
    return next(item for item in plan.requirements if item.rule.id == identifier)


def problems_of(call: t.Callable[[], t.Any]) -> list[str]:
    """The problems with which a call is refused; none when it is not."""
    try:
        call()
    except Refused as exc:
        return exc.problems
    return []


__all__ = (
    "EXAMPLE",
    "HOSTS",
    "ORGANISATION",
    "RUNNABLE",
    "TODAY",
    "describe",
    "document",
    "inventory",
    "one",
    "plan",
    "plan_of",
    "problems_of",
    "templates",
)
