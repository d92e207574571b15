# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run record as the gate writes it, with one of everything, and variations of it."""

from __future__ import annotations

import copy
import typing as t

from ansible_collections.operability.readiness.plugins.module_utils._phrase import phrase

HOSTILE = (
    "bad \x1b[31mred\x1b[0m \x1b]0;title\x07\u202egnp.exe\u202c\nsecond\tline\r<script>alert(1)</script> | @all **bold** `x` \x00\x9b2J"
    + "A" * 10000
)
REASONS = (
    phrase(
        "{requirement:path} {title:term}: {message}",
        requirement="BKP-01",
        title="A good backup is younger than the RPO",
        message="newest backup is 3 d 4 h old, the limit is 24 h",
    ),
    phrase(
        "{requirement:path} {title:term}: {message}",
        requirement="MON-01",
        title="every instance is scraped and up",
        message="Prometheus http://prom:9090 refused the connection: nothing listens there",
    ),
)


def requirement(name: str, area: str, title: str, status: str = "pass", **changes: t.Any) -> dict[str, t.Any]:
    """One entry of judgement.requirements."""
    return {
        "id": name,
        "title": title,
        "reason": f"operations asks for {name}",
        "area": area,
        "stakeholder": "operators",
        "responsible": "team-payments",
        "impact": "blocker",
        "deciding": True,
        "observed_status": status,
        "status": status,
        "message": "as it must be",
        "remedy": "look into the runbook",
        "proof": "observed",
        "since": None,
        "collected_at": "2026-11-25T06:00:01Z",
        "valid_until": "2026-11-26T06:00:01Z",
        "waiver": None,
        "origin": "default policy 1.0.0",
        "declared_in": "readiness.yml:14",
        "hosts": {},
        "measurements": [],
        "findings": [],
        **changes,
    }


WAIVER = {
    "requirement": "BKP-03",
    "reason": "the scratch host is delivered in March",
    "approved_by": "head of operations",
    "from": "2026-11-01",
    "until": "2027-03-31",
    "compensating": "weekly manual restore",
    "state": "active",
    "days_left": 126,
}


def _requirements() -> list[dict[str, t.Any]]:
    unknown = "Prometheus http://prom:9090 refused the connection: nothing listens there"
    return [
        requirement(
            "MON-01",
            "monitoring",
            "every instance is scraped and up",
            "unknown",
            message=unknown,
            stakeholder="technical_monitoring",
            responsible="team-monitoring",
            remedy="start Prometheus, or correct its address in the organisation file",
        ),
        requirement(
            "MON-03",
            "monitoring",
            "the alerts are loaded, healthy and able to fire",
            "unknown",
            message=unknown,
            stakeholder="technical_monitoring",
        ),
        requirement(
            "MON-04",
            "monitoring",
            "alerts are routed to those who act on them",
            "fail",
            impact="major",
            stakeholder="technical_monitoring",
            message="PaymentsDown reaches the receiver 'null', which has no integration; expected one of payments-oncall",
        ),
        requirement(
            "MON-10",
            "monitoring",
            "certificates outlive the horizon",
            message="certificate of payments.example is valid for 42 d",
            measurements=[{"name": "certificate_left_seconds", "value": 3628800, "limit": 1814400, "bound": "lower", "headroom": 0.5}],
        ),
        requirement(
            "LOG-05",
            "logs",
            "logs rotate and are bounded",
            "warn",
            message="/var/log/payments/app.json rotates, but its last rotation was 9 d ago, the limit is 7 d",
            hosts={"pass": 1, "warn": 1},
            findings=[
                {
                    "check": "log_rotation",
                    "instance": "/var/log/payments/app.json",
                    "host": "web1",
                    "status": "warn",
                    "message": "last rotation 9 d ago, the limit is 7 d",
                    "details": ["logrotate ran at 2026-11-16T00:00:00Z", "/etc/logrotate.d/payments: weekly"],
                }
            ],
            measurements=[
                {"name": "log_rotation_age_seconds", "value": 777600, "limit": 604800, "bound": "upper", "headroom": -0.22},
                {"name": "log_size_bytes", "value": 96636764, "limit": 104857600, "bound": "upper", "headroom": 0.078},
            ],
        ),
        requirement(
            "BKP-01",
            "backups",
            "A good backup is younger than the RPO",
            "fail",
            responsible="team-backup",
            since="2026-11-22T02:00:07Z",
            message="newest backup is 3 d 4 h old, the limit is 24 h",
            hosts={"pass": 1, "fail": 1},
            findings=[
                {
                    "check": "restic_backup",
                    "instance": "/srv/restic",
                    "host": "db1",
                    "status": "fail",
                    "message": "newest backup is 3 d 4 h old, the limit is 24 h",
                    "details": ["newest snapshot 2026-11-22T02:00:07Z", "14 snapshots"],
                },
                {"check": "restic_backup", "instance": "/srv/restic", "host": "db2", "status": "pass", "message": "2 h old"},
            ],
            measurements=[{"name": "backup_age_seconds", "value": 273600, "limit": 86400, "bound": "upper", "headroom": -0.68}],
            remedy="see why the timer restic-payments.timer did not run: journalctl -u restic-payments.service",
        ),
        requirement(
            "BKP-03",
            "backups",
            "a restore was proven within the RTO",
            "waived",
            observed_status="fail",
            message="no restore test on record",
            waiver=dict(WAIVER),
        ),
        requirement("RUN-01", "runbooks", "a runbook, complete, reviewed, alive", message="docs/runbook.md: 7 sections, reviewed 12 d ago"),
        requirement("SUP-01", "support", "every part has one support chain", stakeholder="support_chain", proof="attested"),
        requirement(
            "DEL-02", "delivery", "the way back is rehearsed and its artefact there", "not_due", message="no release before this one"
        ),
        requirement(
            "PLT-01", "platform", "units are enabled, running, stable", "warn", deciding=False, message="payments.service: 1 restart"
        ),
        requirement(
            "PLT-02",
            "platform",
            "capacity has headroom",
            hosts={"pass": 2},
            message="fullest file system /var at 71 %, the limit is 90 %",
            measurements=[{"name": "disk_used_ratio", "value": 0.71, "limit": 0.9, "bound": "upper", "headroom": 0.21}],
        ),
        requirement("PLT-03", "platform", "the declared flows open", "not_applicable", message="the service declares no flow"),
    ]


COUNTS = {"pass": 4, "waived": 1, "warn": 2, "unknown": 2, "fail": 2, "not_applicable": 1, "not_due": 1, "inherited": 0}
RESERVATIONS = [
    {
        "requirement": "MON-04",
        "title": "alerts are routed to those who act on them",
        "status": "fail",
        "message": "PaymentsDown reaches the receiver 'null'",
        "responsible": "team-monitoring",
        "due": "2026-12-09",
        "kind": "new",
    },
    {
        "requirement": "LOG-05",
        "title": "logs rotate and are bounded",
        "status": "warn",
        "message": "last rotation 9 d ago",
        "responsible": "team-payments",
        "due": "2026-11-20",
        "kind": "overdue",
    },
]


def record(**changes: t.Any) -> dict[str, t.Any]:
    """A NO-GO at pre, observed. A change replaces one key; ``judgement__verdict=...`` one below it."""
    made: dict[str, t.Any] = {
        "schema_version": 1,
        "run": {
            "id": "20261125T060000Z-pre-3f2a",
            "phase": "pre",
            "environment": "production",
            "version": "1.5.0",
            "deployment_id": "1.5.0",
            "ticket": "CHG-1042",
            "started_at": "2026-11-25T06:00:00Z",
            "finished_at": "2026-11-25T06:00:04Z",
            "duration_seconds": 4.2,
            "recheck_interval_seconds": 43200.0,
            "controller": "admin1",
            "user": "deploy",
            "collection_version": "0.1.0",
            "ansible_version": "2.19.14",
            "mode": "observe",
            "enforced": False,
            "partial": None,
            "first_deployment": False,
        },
        "service": {
            "name": "payments",
            "owner": "team-payments",
            "level": "A",
            "level_reason": "criticality 3, technical risk 2, complexity 2",
            "kind": "daemon",
        },
        "inputs": {
            "service_file": {"path": "readiness.yml", "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
            "organisation_file": None,
            "policy": {
                "name": "default",
                "version": "1.0.0",
                "sha256": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
            },
        },
        "hosts": {
            "expected": ["web1", "web2", "db1", "db2"],
            "reached": ["web1", "db1", "db2"],
            "unreachable": {"web2": "Failed to connect to the host via ssh: connect to host web2 port 22: Connection timed out"},
        },
        "judgement": {
            "verdict": "no_go",
            "code": 3,
            "words": "NO-GO",
            "advice": "hold",
            "verified": 9,
            "required": 13,
            "reasons": [str(reason) for reason in REASONS],
            "requirements": _requirements(),
            "stakeholders": {"operators": "fail", "technical_monitoring": "fail", "service_monitoring": "pass", "support_chain": "pass"},
            "instruments": [
                {
                    "instrument": "Prometheus http://prom:9090",
                    "message": "... refused the connection",
                    "requirements": ["MON-01", "MON-03"],
                }
            ],
            "reservations": copy.deepcopy(RESERVATIONS),
            "waivers": [dict(WAIVER)],
            "notices": ["waiver of LOG-06 ended on 2026-10-31; the requirement passes"],
            "counts": dict(COUNTS),
        },
        "state": {
            "verdict": "no_go",
            "code": 3,
            "words": "NO-GO",
            "verified": 12,
            "required": 15,
            "requirements": [
                {**{key: value for key, value in item.items() if key != "findings"}, "phase": "pre"} for item in _requirements()
            ],
            "stakeholders": {"operators": "fail", "technical_monitoring": "fail"},
            "counts": dict(COUNTS),
            "waivers": [dict(WAIVER)],
            "reservations": copy.deepcopy(RESERVATIONS),
        },
        "gates": {
            "pre": {
                "verdict": "no_go",
                "code": 3,
                "at": "2026-11-25T06:00:00Z",
                "enforced": False,
                "version": "1.5.0",
                "duration_seconds": 4.2,
            },
            "post": {
                "verdict": "go",
                "code": 0,
                "at": "2026-11-01T10:05:00Z",
                "enforced": True,
                "version": "1.4.0",
                "duration_seconds": 6.0,
            },
        },
        "deployments": [{"version": "1.4.0", "at": "2026-11-01T10:00:00Z"}],
        "said": [reason.as_data() for reason in REASONS],
    }
    for key, value in changes.items():
        first, _unused, second = key.partition("__")
        if second:
            made[first][second] = value
        else:
            made[first] = value
    return made


COMPARISON: dict[str, t.Any] = {
    "baseline": {"deployment_id": "CHG-1042", "version": "1.5.0", "taken_at": "2026-11-25T05:00:00Z", "run": "20260101T000000Z-pre-0000"},
    "compared": 41,
    "gone": [
        {"what": "alert PaymentsSlow", "instance": "payments", "host": "", "announced": None},
        {"what": "unit old.service", "instance": "old.service", "host": "web1", "announced": "replaced by payments.service"},
    ],
    "new": [{"what": "target payments/web3:9100", "instance": "payments", "host": ""}],
    "changed": [
        {
            "name": "http_latency_seconds",
            "what": "latency of https://payments.example/health",
            "host": "",
            "before": 0.12,
            "after": 0.31,
            "limit": 0.18,
            "status": "fail",
        }
    ],
    "within": [
        {
            "name": "backup_size_bytes",
            "what": "size of the backup of /srv",
            "host": "db1",
            "before": 2048,
            "after": 2049,
            "limit": 1024,
            "status": "pass",
        }
    ],
    "newly_firing": [{"what": "alert PaymentsDown", "instance": "payments", "host": ""}],
    "unknown": [{"check": "systemd_unit", "instance": "payments.service", "host": "web2", "why": "web2 could not be reached"}],
    "not_compared": {"web9 has left the inventory": 3},
}


def hostile() -> dict[str, t.Any]:
    """The record with every text replaced that a host, a server or a file may have written."""
    made = record()
    made["service"].update(name="pay/ments", owner=HOSTILE)
    made["hosts"]["unreachable"] = {HOSTILE: HOSTILE}
    made["run"].update(partial=HOSTILE, version=HOSTILE)
    for item in made["judgement"]["requirements"] + made["state"]["requirements"]:
        item.update(title=HOSTILE, message=HOSTILE, remedy=HOSTILE, responsible=HOSTILE, since=HOSTILE, declared_in=HOSTILE)
        item["findings"] = [
            {"status": "fail", "host": HOSTILE, "instance": HOSTILE, "message": "m" + HOSTILE, "details": [HOSTILE] * 40}
        ] * 40
    made["judgement"]["comparison"] = {
        "baseline": {"deployment_id": HOSTILE, "taken_at": HOSTILE},
        **{
            group: [{key: HOSTILE for key in ("what", "host", "announced", "why", "check", "instance", "name", "status")}] * 40
            for group in ("gone", "new", "changed", "within", "newly_firing", "unknown")
        },
    }
    changes = {key: [{name: HOSTILE for name in ("requirement", "before", "now")}] * 3 for key in ("new_failures", "worse", "repaired")}
    made["delta"] = {**changes, "at": HOSTILE, "verdict_before": HOSTILE, "added": [HOSTILE], "dropped": [HOSTILE]}
    made["decision_delta"] = {**made["delta"], "body": HOSTILE, "date": HOSTILE, "outcome": HOSTILE}
    made["run"]["evidence_digest"] = HOSTILE
    for group in ("reasons", "notices"):
        made["judgement"][group] = [HOSTILE] * 3
    for group in ("reservations", "waivers", "instruments"):
        for item in made["judgement"][group]:
            item.update({key: HOSTILE for key, value in item.items() if isinstance(value, str)})
    return made


DELTA: dict[str, t.Any] = {
    "run": "20261124T060000Z-pre-1111",
    "at": "2026-11-24T06:00:00Z",
    "version": "1.5.0",
    "verdict_before": "go_with_reservations",
    "new_failures": [{"requirement": "BKP-01", "before": "pass", "now": "fail"}],
    "worse": [{"requirement": "MON-04", "before": "warn", "now": "fail"}],
    "repaired": [{"requirement": "RUN-01", "before": "fail", "now": "pass"}],
    "unchanged": [{"requirement": "LOG-05", "before": "warn", "now": "warn"}],
    "added": ["PLT-02"],
    "dropped": ["LOG-06"],
}
DECISION_DELTA = {**DELTA, "body": "go/no-go committee", "date": "2026-11-20", "outcome": "go_with_conditions", "decision": "d1"}
WINDOW: dict[str, t.Any] = {
    "days": 90,
    "deployments": 4,
    "kinds": {"planned": 3, "hotfix": 1},
    "judged": 4,
    "failed": 1,
    "change_fail_ratio": 0.25,
    "unplanned": 1,
    "deployment_rework_ratio": 0.25,
    "recovered": 1,
    "recovery_seconds": 5400,
    "settled": 3,
    "first_time_right_ratio": 0.6667,
}
DELIVERY = {"windows": [{**WINDOW, "days": 30}, WINDOW], "last_unplanned_at": "2026-11-20T10:00:00Z", "days_since_last_unplanned": 5}


def full(**changes: t.Any) -> dict[str, t.Any]:
    """The record with everything that a report can show."""
    made = record(judgement__comparison=copy.deepcopy(COMPARISON), **changes)
    made["run"]["evidence_digest"] = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"
    made.update(delta=copy.deepcopy(DELTA), decision_delta=copy.deepcopy(DECISION_DELTA), delivery_performance=copy.deepcopy(DELIVERY))
    return made


def large(requirements: int = 40, hosts: int = 500) -> dict[str, t.Any]:
    """A record with a finding of each host on each requirement, every third of them bad."""
    made, names = full(), [f"web{number:03}.payments.example" for number in range(hosts)]
    statuses = ("pass", "fail", "pass", "warn", "pass", "unknown")
    asked = []
    for number in range(requirements):
        found = [
            {
                "check": "command",
                "instance": "/var/lib/payments",
                "host": name,
                "status": statuses[(number + position) % 6],
                "message": f"the newest file of /var/lib/payments is {position} h old, the limit is 24 h",
                "details": [f"file {each}" for each in range(6)],
                "measurements": [],
                "proof": "observed",
                "duration_seconds": 0.2,
            }
            for position, name in enumerate(names)
        ]
        counts = {status: sum(item["status"] == status for item in found) for status in ("pass", "fail", "warn", "unknown")}
        title = f"what operations demands under the number {number}"
        age = {"name": "file_age_seconds", "value": 90000 + number, "limit": 86400, "bound": "upper", "headroom": -0.04}
        more = {"findings": found, "hosts": counts, "message": found[1]["message"] + " (and 249 more)", "measurements": [age]}
        asked.append(requirement(f"REQ-{number:02}", ("monitoring", "logs", "backups", "platform")[number % 4], title, "fail", **more))
    made["judgement"]["requirements"] = asked
    made["hosts"] = {"expected": names, "reached": names[:-1], "unreachable": {names[-1]: "Connection timed out"}}
    made["judgement"]["reasons"] = [f"{item['id']} {item['title']}: {item['message']}" for item in asked]
    del made["said"]
    return made
