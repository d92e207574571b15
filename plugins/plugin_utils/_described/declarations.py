# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people declare in the service file and in the organisation's file, as types. PRIVATE to the collection.

They follow the JSON Schemas, against which every file is checked before anything reads it. A value whose template could not be
resolved is an Unresolved all the same: whoever needs it is refused then.
"""

from __future__ import annotations

import typing as t

Duration = t.Union[str, int, float]
Scalar = t.Union[str, int, float, bool]
Labels = dict[str, Scalar]
Options = t.Mapping[str, object]  # of a check: its own argument spec knows them
Impacts = dict[str, t.Optional[str]]  # by level; None: not asked there


class Access(t.TypedDict, total=False):
    """How a server is reached."""

    headers: dict[str, object]
    url_username: str
    url_password: str
    bearer_token: str
    validate_certs: bool
    ca_path: str
    client_cert: str
    client_key: str


# -- what a service is


class Service(t.TypedDict, total=False):
    name: t.Required[str]
    owner: t.Required[str]
    hosts: str
    kind: str
    description: str
    solution_owner: str


class Classification(t.TypedDict, total=False):
    criticality: t.Required[int]
    technical_risk: int
    complexity: int
    level: str


class Commitments(t.TypedDict, total=False):
    hours: str
    availability: float
    rpo: Duration
    pdma: Duration
    rto: Duration
    dima: Duration
    dmia: Duration
    log_retention: Duration
    log_retention_max: Duration


class Availability(t.TypedDict, total=False):
    series: t.Required[str]
    open_hours: str
    window: Duration
    using: str


# -- its parts


class Unit(t.TypedDict, total=False):
    name: t.Required[str]
    kind: str
    enabled: bool
    max_restarts: int


class Scrape(t.TypedDict, total=False):
    job: str
    port: t.Required[int]
    path: str
    scheme: str
    families: list[str]
    moving: list[str]
    using: str


class LogSecrets(t.TypedDict, total=False):
    identifiers: list[str]
    allowed: list[str]
    mode: str


class Log(Access, total=False):
    file: str
    syslog: str
    journald: str
    http: str
    container: str
    engine: str
    persistent: bool
    forwarded: bool
    max_silence: Duration
    socket: str
    to: str
    protocol: str
    rfc: int
    framing: str
    server_name: str
    payload: str
    content_type: str
    length: str | int
    probe: str
    counted: bool
    after_rotation: bool
    format: str
    pattern: str
    record_start: str
    required: list[str]
    min_correlated: str | float
    max_malformed: str | float
    require_zone: bool
    quiet: bool
    sample_lines: int
    secrets: LogSecrets
    fields: dict[str, object]
    template: str
    rotated_by: str
    max_size: str | int
    max_age: Duration
    generations: int
    logrotate_config: str
    logrotate_state: str
    logrotate_timer: str
    logrotate_cron: str
    canary: str
    deadline: Duration
    using: str
    query: str
    index: str
    stream: str
    names: dict[str, str]
    by: str
    instances: list[str]
    min_instances: int
    every: Duration
    takes: Duration
    min_lines: int
    max_lag: Duration
    min_retention: Duration
    max_retention: Duration
    since: str
    run_as: str


class Cron(t.TypedDict, total=False):
    file: str
    contains: t.Required[str]
    user: str


class Schedule(t.TypedDict, total=False):
    timer: str
    cron: Cron
    success_file: str
    max_age: Duration
    every: Duration
    takes: Duration
    on: str


class Proving(t.TypedDict, total=False):
    """Where a backup is verified or restored. It has further keys: those of the check."""

    on: str
    run_as: str


class Copy(t.TypedDict, total=False):
    """Where and how a tool keeps a copy. It has further keys: those of the tool's check."""

    rpo: Duration
    max_age: Duration
    repository: str
    path: str
    paths: list[str]
    pattern: str | list[str]
    on: str
    run_as: str


class SecondCopy(Copy, total=False):
    """What is not said is as in the first copy."""

    tool: str


class Backup(Copy, total=False):
    tool: t.Required[str]
    name: str
    rto: Duration
    second_copy: SecondCopy
    integrity: Proving
    restore: Proving
    alert: str
    scheduled_by: Schedule


class Tier(t.TypedDict, total=False):
    tier: t.Required[str]
    name: str
    contact: str
    hours: str
    response: Duration
    contract_until: str
    end_of_life: str
    roster: str
    escalates_to: str


class Roster(Access, total=False):
    """Where it is known who is on call: one of calendar_url, path, shifts and provider. The rest are options of the check."""

    calendar_url: str
    path: str
    shifts: list[dict[str, object]]
    provider: str
    url: str
    tiers: dict[str, object]
    people: dict[str, object]
    time_zone: str
    hours: str
    reachable: bool
    free_counts: bool
    words: list[str]
    horizon: Duration
    max_stretch: Duration
    max_bytes: str | int


class Part(t.TypedDict, total=False):
    hosts: str
    units: list[str | Unit]
    run_as: str
    scrape: list[Scrape]
    logs: list[Log]
    backups: list[Backup]
    certificates: list[str]
    support: str | list[Tier] | None


# -- what it answers, reaches and tells


class VersionAnswer(t.TypedDict, total=False):
    url: str
    json: str
    body: str


Endpoint = t.TypedDict(
    "Endpoint",
    {
        "url": str,
        "method": str,
        "status": t.Union[int, "list[int]"],
        "body": str,
        "body_pattern": str,
        "not_body": "list[str]",
        "json": "dict[str, object]",
        "version": VersionAnswer,
        "max_latency": Duration,
        "percentile": float,
        "samples": int,
        "follow_redirects": bool,
        "from": str,
        "tls": str,
        "starttls": str,
        "server_name": str,
        "min_days": float,
        "headers": "dict[str, object]",
        "url_username": str,
        "url_password": str,
        "bearer_token": str,
        "validate_certs": bool,
        "ca_path": str,
        "client_cert": str,
        "client_key": str,
    },
    total=False,
)

Flow = t.TypedDict(
    "Flow",
    {
        "to": "t.Required[str]",
        "from": str,
        "protocol": str,
        "closed": bool,
        "connect_timeout": Duration,
        "expect": "list[str]",
        "server_name": str,
        "ca_path": str,
        "validate_certs": bool,
    },
    total=False,
)


class ImapReceipt(t.TypedDict, total=False):
    """A folder of a mailbox."""

    host: t.Required[str]
    port: int
    username: t.Required[str]
    password: t.Required[str]
    folder: str
    tls: str
    ca_path: str


class NotificationReceipt(t.TypedDict, total=False):
    """Where it is seen that a notification has arrived: one of url, file and imap."""

    url: str
    headers: dict[str, object]
    url_username: str
    url_password: str
    bearer_token: str
    ca_path: str
    file: str
    imap: ImapReceipt


class HeartbeatReceipt(t.TypedDict, total=False):
    """Where a service outside says that it hears the dead man's switch."""

    url: t.Required[str]
    headers: dict[str, object]
    url_username: str
    url_password: str
    bearer_token: str
    ca_path: str
    json: dict[str, object]
    timestamp: str
    max_age: Duration


class DeliveryTest(t.TypedDict, total=False):
    """A synthetic alert, and where it must arrive."""

    labels: Labels
    receivers: list[str]
    deadline: Duration
    receipt: NotificationReceipt


class Watchdog(t.TypedDict, total=False):
    """The alert that always fires."""

    alert: str
    labels: Labels
    receivers: list[str]
    max_age: Duration
    min_count: int
    receipt: HeartbeatReceipt


class BySeverity(t.TypedDict, total=False):
    labels: list[str]
    annotations: list[str]


class Dashboard(t.TypedDict, total=False):
    uid: str
    tag: str
    panels: list[str | int]
    may_be_empty: list[str | int]
    variables: dict[str, Scalar | list[Scalar]]
    data_sources: list[str]
    using: str


class Alerts(t.TypedDict, total=False):
    match: Labels
    must_include: list[str]
    receivers: list[str] | dict[str, list[str]]
    required_labels: list[str]
    required_annotations: list[str]
    required_by_severity: dict[str, BySeverity]
    may_be_absent: list[str]
    covers: dict[str, list[str]]
    labels: Labels
    using: str | list[str]
    lookback: Duration
    delivery: DeliveryTest | str
    watchdog: Watchdog


class ClassicService(t.TypedDict, total=False):
    """A service of a host in Icinga, Nagios or Centreon."""

    host: t.Required[str]
    service: t.Required[str]


class ClassicMonitoring(t.TypedDict, total=False):
    """What of the service Icinga, Nagios or Centreon watches, and whom it tells."""

    using: str
    hosts: list[str]
    names: str | dict[str, str]
    services: list[str | ClassicService]
    contacts: list[str]


class Signal(t.TypedDict, total=False):
    series: t.Required[str | list[str]]
    jobs: list[str]


class Signals(t.TypedDict, total=False):
    latency: str | list[str] | Signal
    traffic: str | list[str] | Signal
    errors: str | list[str] | Signal
    saturation: str | list[str] | Signal
    may_be_absent: list[str]
    within: Duration
    lookback: Duration
    using: str


# -- its delivery


class Expectation(t.TypedDict, total=False):
    """What is expected on the hosts of a pattern; the check reads what is below each key."""

    on: str
    ports: list[int | str]
    units: list[object]
    files: list[object]
    users: list[object]
    packages: dict[str, str | float]
    versions: dict[str, str | float]


class Command(t.TypedDict, total=False):
    command: t.Required[list[str]]
    on: str
    run_as: str
    chdir: str
    environment: dict[str, object]
    secret_environment: dict[str, object]
    timeout: Duration


class Delivery(t.TypedDict, total=False):
    smoke: str | list[str]
    expect: Expectation | list[Expectation]
    rollback_check: list[str] | Command
    version_check: list[str] | Command
    reports: list[str]
    version_series: str
    version_label: str


# -- what is asked of it

Failure = t.TypedDict("Failure", {"command": "list[str]", "with": Options}, total=False)

RequirementEntry = t.TypedDict(
    "RequirementEntry",
    {
        "check": str,
        "with": Options,
        "on": str,
        "using": str,
        "run_as": str,
        "title": str,
        "reason": str,
        "area": str,
        "stakeholder": str,
        "impact": t.Union[str, Impacts],
        "phases": "list[str]",
        "remedy": str,
        "responsible": str,
        "valid_for": Duration,
        "repeat": str,
        "not_applicable": str,
        "approved_by": str,
        "from": str,
        "until": str,
        "mode": str,
        "enforce_from": str,
        "proven_by_failure": Failure,
    },
    total=False,
)

ProofEntry = t.TypedDict(
    "ProofEntry", {"check": "t.Required[str]", "from": str, "as": str, "on": str, "with": Options, "besides": bool}, total=False
)

PolicyEntry = t.TypedDict(
    "PolicyEntry",
    {
        "title": str,
        "reason": str,
        "area": str,
        "stakeholder": str,
        "impact": t.Union[str, Impacts],
        "phases": "list[str]",
        "observe": "list[str]",
        "remedy": str,
        "responsible": str,
        "valid_for": Duration,
        "repeat": str,
        "proved_by": "list[str | ProofEntry]",
        "applies_when": str,
        "applies_to": "list[str]",
        "not_before_first_deployment": bool,
        "not_applicable_allowed": bool,
        "waivable": bool,
        "max_waiver": Duration,
        "enforce_from": str,
        "mode": str,
        "ratchet": bool,
        "retired": bool,
        "with": Options,
        "bounds": Options,
    },
    total=False,
)

WaiverEntry = t.TypedDict(
    "WaiverEntry",
    {
        "service": str,  # in the organisation's file
        "requirement": "t.Required[str]",
        "reason": "t.Required[str]",
        "approved_by": "t.Required[str]",
        "from": str,
        "until": "t.Required[str]",
        "compensating": str,
        "ticket": str,
        "requested_by": str,
        "host": str,
        "instance": str,
        "accept": Options,
    },
    total=False,
)


NotApplicableEntry = t.TypedDict(
    "NotApplicableEntry",
    {
        "service": "t.Required[str]",
        "requirement": "t.Required[str]",
        "reason": "t.Required[str]",
        "approved_by": "t.Required[str]",
        "from": str,
        "until": "t.Required[str]",
    },
    total=False,
)


class ApprovedDecision(t.TypedDict, total=False):
    """A recorded decision that counts."""

    service: t.Required[str]
    environment: t.Required[str]
    id: t.Required[str]
    digest: t.Required[str]
    approved_by: str


class EvidenceEntry(t.TypedDict, total=False):
    """What shows that a statement holds."""

    path: str
    url: str
    sha256: t.Required[str]


class AttestationEntry(t.TypedDict, total=False):
    """What somebody states of a service. ``service`` stands in the organisation's files alone."""

    service: str | list[str]
    requirement: t.Required[str | list[str]]
    result: t.Required[str]
    statement: t.Required[str]
    attested_by: t.Required[str]
    date: t.Required[str]
    until: t.Required[str]
    version: str | list[str]
    environment: str | list[str]
    deployment_id: str
    evidence: list[EvidenceEntry]


# -- what both files may have


class Server(Access, total=False):
    kind: t.Required[str]
    url: str
    failover: list[str]
    default: bool
    probe_query: str
    external_labels: Labels
    rules_url: str
    search: str
    on: str
    query: str
    index: str
    stream: str
    tenant: str
    message_field: str
    time_field: str
    host_field: str
    status_file: str
    object_cache_file: str
    timeout: Duration


class DefaultAlerts(t.TypedDict, total=False):
    required_labels: list[str]
    required_annotations: list[str]
    required_by_severity: dict[str, BySeverity]
    covers: dict[str, list[str]]
    receivers: list[str] | dict[str, list[str]]
    labels: Labels
    delivery: DeliveryTest
    watchdog: Watchdog


class DefaultSupport(t.TypedDict, total=False):
    horizon: Duration
    max_response: Duration
    min_tiers: int


Defaults = t.TypedDict(
    "Defaults",
    {
        "alerts": DefaultAlerts,
        "logs": str,
        "canary": str,
        "runbook": Options,
        "support": DefaultSupport,
        "responsible": "dict[str, str]",
        "with": "dict[str, Options]",
        "reservation_due": Duration,
        "override_due": Duration,
        "failed_within": Duration,
        "recheck_every": Duration,
        "settle": Duration,
        "language": str,
    },
    total=False,
)


class Reservations(t.TypedDict, total=False):
    overdue: str


class PolicyOverlay(t.TypedDict, total=False):
    name: str
    add: list[str]
    reservations: Reservations
    version: str
    max_waiver: Duration
    requirements: dict[str, PolicyEntry | None]


class PublishServer(Access, total=False):
    url: t.Required[str]


class Grafana(PublishServer, total=False):
    tags: list[str]


class Mail(t.TypedDict, total=False):
    host: t.Required[str]
    port: int
    sender: t.Required[str]
    to: t.Required[dict[str, object]]
    starttls: bool
    username: str
    password: str
    ca_path: str


class Publish(t.TypedDict, total=False):
    textfile_directory: str
    pushgateway: PublishServer
    report_url: str
    grafana: Grafana
    webhook: PublishServer
    mail: Mail
    html: str
    markdown: str
    json: str
    junit: str
    nagios: str
    csv: str
    language: str


class Decisions(t.TypedDict, total=False):
    """Where a decision must have been recorded."""

    required: list[str]  # phases
    levels: list[str]
    environments: list[str]


class SharedFile(t.TypedDict, total=False):
    """What the service file and the organisation's both may have."""

    schema_version: t.Required[int]
    waivers: list[WaiverEntry]
    attestations: list[AttestationEntry]
    servers: dict[str, Server]
    defaults: Defaults
    chains: dict[str, list[Tier]]
    rosters: dict[str, str | Roster]
    approvers: dict[str, list[str]]
    policy: PolicyOverlay
    mode: object
    ratchet: object
    debt: str
    platforms: dict[str, object]
    publish: Publish
    records: str
    decisions: Decisions


class FourEyes(t.TypedDict, total=False):
    """Where git says who brought what stands in the organisation's files."""

    allowed_signers: str
    protected_branch: str


class Attesters(t.TypedDict, total=False):
    """Who may state what: the first of these that names somebody for a requirement holds."""

    requirements: dict[str, list[str]]
    stakeholders: dict[str, list[str]]
    impacts: dict[str, list[str]]


class OrganisationFile(SharedFile, total=False):
    """What only an organisation's file has."""

    environments: list[str]
    levels: dict[str, str]  # the lowest one, by service
    services_may: object  # names of what may be loosened, or layers of them
    runs_may: object
    not_applicable: list[NotApplicableEntry]
    attesters: Attesters
    four_eyes: bool | FourEyes
    service_paths: list[str]  # folders of the controller
    records_mode: str
    service_owners: dict[str, str]


class Removal(t.TypedDict):
    """Something that goes with a version, announced."""

    what: str
    version: str | float
    reason: str


class Tolerance(t.TypedDict, total=False):
    relative: str | float
    absolute: str | float
    then: str


class Baseline(t.TypedDict, total=False):
    tolerances: dict[str, Tolerance]


class ServiceFile(SharedFile, total=False):
    service: t.Required[Service]
    classification: Classification
    traits: dict[str, bool]
    commitments: Commitments
    availability: Availability
    parts: dict[str, Part | None]
    endpoints: list[Endpoint]
    flows: list[Flow]
    alerts: Alerts
    classic_monitoring: ClassicMonitoring
    signals: Signals
    dashboards: list[str | Dashboard]
    documents: dict[str, str | Options]
    delivery: Delivery
    requirements: dict[str, RequirementEntry]
    removed: list[Removal]
    baseline: Baseline


# -- the files in readiness.d, beside the organisation's


class ApprovalsFile(t.TypedDict, total=False):
    """What operations accepts for services."""

    schema_version: t.Required[int]
    waivers: list[WaiverEntry]
    attestations: list[AttestationEntry]
    not_applicable: list[NotApplicableEntry]
    approved_decisions: list[ApprovedDecision]


# -- the debt file


class MeasurementEntry(t.TypedDict, total=False):
    name: t.Required[str]
    value: t.Required[float]
    limit: float
    bound: str
    count: bool


class FaultEntry(t.TypedDict, total=False):
    """What was found on one instance and host."""

    status: t.Required[str]
    instance: t.Required[str]
    host: t.Required[str]
    check: t.Required[str]
    at: str
    absent: bool
    measurements: list[MeasurementEntry]
    good: list[str]
    wrong: list[str]


class DebtLine(t.TypedDict, total=False):
    """What did not pass when the service was adopted. A line that lacks anything was not written by adopt."""

    requirement: t.Required[str]
    environment: str
    impact: str
    status: str
    observed: str
    adopted: str
    by: str
    until: str
    found: list[FaultEntry]
    run: str
    record: str
    seal: str


class Adopted(t.TypedDict):
    """When a service was adopted in an environment, by whom, and with how many lines."""

    at: str
    by: str
    lines: int


class DebtFile(t.TypedDict):
    schema_version: int
    service: str
    adopted: dict[str, Adopted]
    debt: list[DebtLine]


__all__ = (
    "Access",
    "Adopted",
    "Alerts",
    "ApprovalsFile",
    "ApprovedDecision",
    "AttestationEntry",
    "Attesters",
    "Availability",
    "Backup",
    "Baseline",
    "ClassicMonitoring",
    "ClassicService",
    "Classification",
    "Command",
    "Commitments",
    "Dashboard",
    "DebtFile",
    "DebtLine",
    "Decisions",
    "Defaults",
    "Delivery",
    "DeliveryTest",
    "Duration",
    "Endpoint",
    "EvidenceEntry",
    "Expectation",
    "Flow",
    "FourEyes",
    "Grafana",
    "HeartbeatReceipt",
    "Impacts",
    "Labels",
    "Log",
    "LogSecrets",
    "NotApplicableEntry",
    "NotificationReceipt",
    "Options",
    "OrganisationFile",
    "Part",
    "PolicyEntry",
    "PolicyOverlay",
    "ProofEntry",
    "Publish",
    "PublishServer",
    "Removal",
    "RequirementEntry",
    "Scalar",
    "Schedule",
    "Scrape",
    "Server",
    "ServiceFile",
    "SharedFile",
    "Signal",
    "Signals",
    "Tier",
    "Tolerance",
    "WaiverEntry",
    "Watchdog",
)
