# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: E501 # YAML as people write it
"""What follows from ``alerts.delivery`` and ``alerts.watchdog`` of both files, and what a service may not change of it in silence."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._registry import load_check
from ansible_collections.operability.readiness.plugins.plugin_utils._described.document import Refused
from ansible_collections.operability.readiness.plugins.plugin_utils._described.policy import Proof
from ansible_collections.operability.readiness.plugins.plugin_utils._described.service import NotDeclared
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import Plan, PlanState
from ansible_collections.operability.readiness.plugins.plugin_utils._planning.derive.derivations import derive
from unit.core.described import describe, document, plan_of

SERVICE = "schema_version: 1\nservice: {name: payments, owner: team, hosts: payments}\nclassification: {criticality: 3}\n"
AM = 'servers: {am: {kind: alertmanager, url: "http://am.example:9093", timeout: 5s}}\n'
ORGANISATION = f"schema_version: 1\n{AM}"


def args(check: str, service: str = "", organisation: str = ORGANISATION) -> dict[str, t.Any]:
    (one,) = derive(Proof(check), describe(SERVICE + service, document(organisation, "organisation", folder="/etc/org")))
    parse_arguments(load_check(check), one.args)
    return dict(one.args)


def missing(check: str, service: str = "", organisation: str = ORGANISATION) -> str:
    with pytest.raises(NotDeclared) as refused:
        args(check, service, organisation)
    return str(refused.value)


# -- the test notification


def test_nothing_is_sent_unless_it_is_asked_for() -> None:
    said = "alerts.delivery is not declared: a test notification is sent only where that is asked for"
    assert missing("alertmanager_delivery") == said
    assert missing("alertmanager_delivery", "alerts: {match: {service: payments}, receivers: [oncall], must_include: [Down]}\n") == said
    assert "the service refuses" in missing(
        "alertmanager_delivery", "alerts: {delivery: never}\n", f"{ORGANISATION}defaults: {{alerts: {{delivery: {{}}}}}}\n"
    )


def test_it_takes_the_way_of_the_services_alerts() -> None:
    alerts = "alerts: {match: {service: payments}, labels: {team: 7}, receivers: [oncall], delivery: {labels: {severity: warning}, deadline: 3m}}\n"
    shared = "defaults: {alerts: {labels: {severity: critical, site: paris}}}\n"
    assert args("alertmanager_delivery", alerts, ORGANISATION + shared) == {
        "url": "http://am.example:9093",
        "labels": {"severity": "warning", "site": "paris", "service": "payments", "team": "7"},
        "receivers": ["oncall"],
        "deadline": "3m",
    }
    assert args("alertmanager_delivery", "alerts: {delivery: {}}\n") == {"url": "http://am.example:9093", "labels": {}}


def test_receivers_by_severity() -> None:
    by = "{critical: [oncall], warning: [mail, chat]}"
    assert args("alertmanager_delivery", f"alerts: {{receivers: {by}, delivery: {{}}}}\n")["receivers"] == ["oncall"]
    mild = args("alertmanager_delivery", f"alerts: {{receivers: {by}, delivery: {{labels: {{severity: warning}}}}}}\n")
    assert mild["receivers"] == ["mail", "chat"]
    other = args("alertmanager_delivery", f"alerts: {{receivers: {by}, delivery: {{labels: {{severity: page}}}}}}\n")
    assert other["receivers"] == ["oncall", "mail", "chat"]


def test_the_organisation_asks_for_all_services() -> None:
    shared = "defaults: {alerts: {receivers: [default], delivery: {deadline: 4m, receipt: {file: sent.log}}}}\n"
    found = args("alertmanager_delivery", "", ORGANISATION + shared)
    assert (found["deadline"], found["receipt_file"], found["receivers"]) == ("4m", "/etc/org/sent.log", ["default"])
    own = args("alertmanager_delivery", "alerts: {delivery: {receipt: {file: mine.log}}}\n", ORGANISATION + shared)
    assert (own["deadline"], own["receipt_file"]) == ("4m", "/srv/app/mine.log")
    assert args("alertmanager_delivery", "", f"{ORGANISATION}defaults: {{alerts: {{delivery: {{}}}}}}\n")["labels"] == {}


def test_receipts() -> None:
    mailbox = "{host: imap.example, port: 1993, username: me, password: pa55w0rd, folder: Alerts, tls: starttls, ca_path: ca.pem}"
    found = args("alertmanager_delivery", f"alerts: {{delivery: {{receipt: {{imap: {mailbox}}}}}}}\n")
    assert {key: value for key, value in found.items() if key.startswith("imap_")} == {
        "imap_host": "imap.example",
        "imap_port": 1993,
        "imap_username": "me",
        "imap_password": "pa55w0rd",
        "imap_folder": "Alerts",
        "imap_tls": "starttls",
        "imap_ca_path": "/srv/app/ca.pem",
    }
    address = "{url: 'http://far/?q={mark}', headers: {X-Key: k}, url_username: me, url_password: pw, bearer_token: tok, ca_path: /ca.pem}"
    found = args("alertmanager_delivery", f"alerts: {{delivery: {{receipt: {address}}}}}\n")
    assert {key: value for key, value in found.items() if key.startswith("receipt_")} == {
        "receipt_url": "http://far/?q={mark}",
        "receipt_headers": {"X-Key": "k"},
        "receipt_username": "me",
        "receipt_password": "pw",
        "receipt_bearer_token": "tok",
        "receipt_ca_path": "/ca.pem",
    }


@pytest.mark.parametrize(
    "alerts",
    [
        "{delivery: always}",
        "{delivery: {receipt: {}}}",
        "{delivery: {receipt: {file: a, url: 'http://x'}}}",
        "{delivery: {receipt: {imap: {host: a}}}}",
        "{delivery: {receipts: {file: a}}}",
        "{watchdog: never}",
        "{watchdog: {receipt: {url: 'http://x'}}}",
        "{watchdog: {receipt: {url: 'http://x', timestamp: last_ping}}}",
        "{watchdog: {receipt: {json: {a: b}}}}",
        "{watchdog: {min_count: 0}}",
    ],
)
def test_what_makes_no_sense_is_refused(alerts: str) -> None:
    with pytest.raises(Refused):
        describe(f"{SERVICE}alerts: {alerts}\n", document(ORGANISATION, "organisation"))


# -- the dead man's switch


def test_the_watchdog() -> None:
    assert missing("alertmanager_watchdog") == "alerts.watchdog is not declared: which alert always fires, and who notices when it stops?"
    assert args("alertmanager_watchdog", "alerts: {watchdog: {}}\n") == {"url": "http://am.example:9093", "timeout": "5s"}
    receipt = "{url: 'http://hc/1', json: {status: up}, timestamp: last_ping, max_age: 15m}"
    shared = f"defaults: {{alerts: {{watchdog: {{alert: DeadMansSwitch, receivers: [heartbeat], receipt: {receipt}}}}}}}\n"
    found = args(
        "alertmanager_watchdog", "alerts: {watchdog: {labels: {cluster: paris}, min_count: 2, max_age: 3m}}\n", ORGANISATION + shared
    )
    assert found == {
        "url": "http://am.example:9093",
        "timeout": "5s",
        "alert": "DeadMansSwitch",
        "labels": {"cluster": "paris"},
        "receivers": ["heartbeat"],
        "min_count": 2,
        "max_age": "3m",
        "receipt_url": "http://hc/1",
        "receipt_json": {"status": "up"},
        "receipt_timestamp": "last_ping",
        "receipt_max_age": "15m",
    }


# -- what a service may not change in silence


def plan(alerts: str, organisation: str = "", more: str = "") -> Plan:
    made = describe(
        f"{SERVICE}alerts: {alerts}\n{more}", document(ORGANISATION + organisation, "organisation", folder="/etc/org"), phase="pre"
    )
    return plan_of(made)


def loosened(found: Plan, requirement: str) -> list[tuple[str, str]]:
    return [(one.kind, one.key) for one in found.loosened if one.requirement == requirement or one.key.startswith(requirement)]


def state(found: Plan, identifier: str) -> tuple[PlanState, list[str]]:
    (item,) = [item for item in found.requirements if item.rule.id == identifier]
    return item.state, [check.check for check in item.checks]


def test_what_the_organisation_says_is_no_loosening() -> None:
    shared = "defaults: {alerts: {delivery: {deadline: 10m, receipt: {file: /var/log/sent.log}}, watchdog: {max_age: 1h}}}\n"
    found = plan("{match: {service: payments}}", shared)
    assert state(found, "MON-05") == (PlanState.PLANNED, ["alertmanager_delivery"])
    assert state(found, "MON-09") == (PlanState.PLANNED, ["alertmanager_watchdog"])
    assert loosened(found, "MON-05") == loosened(found, "MON-09") == []


def test_what_a_service_declares_itself_is_told_where_it_is_looser() -> None:
    assert loosened(plan("{delivery: {deadline: 10m}}"), "MON-05") == [("limits", "alerts.delivery.deadline")]
    assert loosened(plan("{watchdog: {max_age: 1h}}"), "MON-09") == [("limits", "alerts.watchdog.max_age")]
    assert loosened(plan("{delivery: {deadline: 1m}, watchdog: {max_age: 3m, min_count: 2}}"), "MON-05") == []


def test_another_far_end_than_the_organisations_is_told() -> None:
    shared = "defaults: {alerts: {delivery: {receipt: {file: /var/log/sent.log}}, watchdog: {receipt: {url: 'http://hc/1', json: {status: up}}}}}\n"
    found = plan("{delivery: {receipt: {file: mine.log}}, watchdog: {receipt: {url: 'http://mine/1', json: {status: up}}}}", shared)
    assert [kind for kind, _key in loosened(found, "MON-05")] == ["own_proofs"]
    assert [kind for kind, _key in loosened(found, "MON-09")] == ["own_proofs"]


def test_a_file_of_the_services_own_elsewhere_is_told() -> None:
    assert loosened(plan("{delivery: {receipt: {file: /var/log/sent.log}}}"), "MON-05") == [("places", "MON-05.receipt_file")]
    assert loosened(plan("{delivery: {receipt: {file: sent.log}}}"), "MON-05") == []


def test_no_secret_of_a_receipt_stands_in_a_plan() -> None:
    mailbox = "{host: imap.example, username: me, password: pa55w0rd-of-it}"
    found = plan(f"{{delivery: {{receipt: {{imap: {mailbox}}}}}}}")
    (check,) = [check for check in found.checks if check.requirement == "MON-05"]
    plain, secret = check.split_secrets()
    assert "pa55w0rd-of-it" not in str(plain) and secret == {"imap_password": "pa55w0rd-of-it"}
