# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How classic monitoring is planned: from what is declared, besides Prometheus, and with what a service may not leave out."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._registry import load_check
from ansible_collections.operability.readiness.plugins.plugin_utils._described.policy import Proof
from ansible_collections.operability.readiness.plugins.plugin_utils._described.service import NoHost, NotDeclared
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import PlannedRequirement
from ansible_collections.operability.readiness.plugins.plugin_utils._planning.derive.derivations import derive
from ansible_collections.operability.readiness.plugins.plugin_utils._planning.derive.instance import Instance
from unit.core.described import describe, one, plan, problems_of

SERVICE = "schema_version: 1\nservice: {name: payments, owner: team, hosts: payments_web}\n"
ICINGA = (
    "  icinga: {kind: icinga, url: 'https://icinga.example:5665', url_username: readiness, url_password: s3cr3t-word, ca_path: ca.pem}\n"
)
NAGIOS = "  nagios: {kind: nagios, status_file: /var/lib/nagios4/status.dat}\n"
PROMETHEUS = "  prom: {kind: prometheus, url: 'http://prom.example:9090'}\n  am: {kind: alertmanager, url: 'http://am.example:9093'}\n"
HEAD = "schema_version: 1\nservers:\n"
SCRAPED = "parts: {web: {scrape: [{job: payments, port: 8080}]}}\nalerts: {match: {service: payments}, receivers: [team]}\n"
CLASSIC = "classic_monitoring: {services: [http], contacts: [team-payments]}\n"
ASPECTS = {"MON-01": "monitored", "MON-03": "alerting", "MON-04": "routing", "MON-06": "hidden"}


def derived(aspect: str, text: str, servers: str = ICINGA, **run: t.Any) -> list[Instance]:
    proof = Proof("classic_monitoring", f"classic_monitoring.{aspect}")
    found = derive(proof, describe(SERVICE + text, HEAD + servers, **run))
    for instance in found:
        if instance.gap is None:
            parse_arguments(load_check(instance.check), instance.args)
    return found


def missing(aspect: str, text: str, servers: str = ICINGA) -> str:
    with pytest.raises(NotDeclared) as refused:
        derived(aspect, text, servers)
    return str(refused.value)


def test_the_hosts_of_the_service_by_their_names() -> None:
    (instance,) = derived("monitored", "classic_monitoring: {services: [http, {host: pay2, service: backup}]}")
    assert instance.args == {
        "system": "icinga",
        "url": "https://icinga.example:5665",
        "url_username": "readiness",
        "url_password": "s3cr3t-word",
        "ca_path": "/etc/org/ca.pem",
        "aspect": "monitored",
        "hosts": ["pay1", "pay2"],
        "services": [{"host": "pay1", "service": "http"}, {"host": "pay2", "service": "http"}, {"host": "pay2", "service": "backup"}],
    }


@pytest.mark.parametrize(
    ("names", "hosts"),
    [("'{host}.example'", ["pay1.example", "pay2.example"]), ("{pay1: WEB-1}", ["WEB-1", "pay2"])],
)
def test_the_monitoring_may_call_them_otherwise(names: str, hosts: list[str]) -> None:
    (instance,) = derived("alerting", f"classic_monitoring: {{names: {names}, services: [{{host: pay1, service: http}}]}}")
    assert instance.args["hosts"] == hosts
    assert instance.args["services"] == [{"host": hosts[0], "service": "http"}]


def test_hosts_that_are_named_must_be_those_of_the_service() -> None:
    text = "classic_monitoring: {hosts: [pay1.example, vip]}"
    instance, gap = derived("monitored", text)
    assert instance.args["hosts"] == ["pay1.example", "vip"] and gap.gap is not None
    assert str(gap.gap).startswith("classic_monitoring.hosts does not have pay2, on which the service runs (service.hosts)")
    assert len(derived("alerting", text)) == 1, "told once"
    assert len(derived("monitored", "classic_monitoring: {hosts: [pay1.example, PAY2], services: [http]}")) == 1
    assert len(derived("monitored", "classic_monitoring: {hosts: [a, b], names: {pay1: a, pay2: b}}")) == 1


def test_a_nagios_by_its_files() -> None:
    (instance,) = derived("monitored", "classic_monitoring: {}", NAGIOS)
    assert (instance.args["system"], instance.args["status_file"]) == ("nagios", "/var/lib/nagios4/status.dat")
    (instance,) = derived("monitored", "classic_monitoring: {using: nagios}", NAGIOS + ICINGA)
    assert instance.args["system"] == "nagios"
    assert "has no status_file" in missing("monitored", "classic_monitoring: {}", "  n: {kind: nagios}\n")
    assert "has no url" in missing("monitored", "classic_monitoring: {}", "  n: {kind: livestatus}\n")


def test_what_is_missing_is_said() -> None:
    assert missing("monitored", "").startswith("classic_monitoring is not declared")
    assert missing("monitored", "classic_monitoring: {}", PROMETHEUS).startswith("no server of kind centreon, icinga, livestatus or nagios")
    assert missing("monitored", "classic_monitoring: {}", NAGIOS + ICINGA).startswith("several servers of kind")
    assert (
        missing("hidden", "classic_monitoring: {hosts: []}")
        == "classic_monitoring names no host and no service, and service.hosts has none"
    )
    with pytest.raises(NoHost):
        derive(
            Proof("classic_monitoring", "classic_monitoring.hidden"),
            describe(SERVICE.replace("payments_web", "nobody") + "classic_monitoring: {}", HEAD + ICINGA),
        )


def test_who_must_be_told_is_declared() -> None:
    (instance,) = derived("routing", CLASSIC)
    assert instance.args["contacts"] == ["team-payments"]
    (instance,) = derived("routing", "classic_monitoring: {}")
    assert str(instance.gap) == "classic_monitoring.contacts is not declared: who must be told?"
    text = "classic_monitoring: {}\ndefaults: {with: {classic_monitoring: {contacts: [ops]}}}"
    (instance,) = derived("routing", text)
    assert instance.gap is None and instance.args["contacts"] == ["ops"]


def test_a_downtime_ends_with_the_window() -> None:
    (instance,) = derived("hidden", CLASSIC, window={"end": "2026-11-25T06:00:00Z"})
    assert instance.args["window_end"] == "2026-11-25T06:00:00Z"


# -- in a plan


def planned(text: str, servers: str, identifier: str) -> PlannedRequirement:
    made = plan(SERVICE + text, HEAD + servers, phase="recheck", version="1")
    return one(made, identifier)


@pytest.mark.parametrize("identifier", ASPECTS)
def test_it_proves_alone_where_nothing_else_is_declared(identifier: str) -> None:
    found = planned(CLASSIC, ICINGA, identifier)
    assert [(check.check, check.args["aspect"]) for check in found.checks] == [("classic_monitoring", ASPECTS[identifier])]


@pytest.mark.parametrize("identifier", ASPECTS)
def test_what_declares_both_is_asked_for_both(identifier: str) -> None:
    found = planned(SCRAPED + CLASSIC, PROMETHEUS + ICINGA, identifier)
    checks = [check.check for check in found.checks]
    assert len(checks) == 2 and checks[1] == "classic_monitoring"
    assert checks[0].startswith(("prometheus", "alertmanager"))


def test_without_it_prometheus_is_asked_as_before() -> None:
    assert [check.check for check in planned(SCRAPED, PROMETHEUS + ICINGA, "MON-01").checks] == ["prometheus_targets"]


def test_a_requirement_may_name_a_server_of_either() -> None:
    text = SCRAPED + CLASSIC + "requirements: {MON-03: {using: icinga}}\n"
    found = planned(text, PROMETHEUS + ICINGA, "MON-03")
    assert [check.check for check in found.checks] == ["prometheus_alerts", "classic_monitoring"], "the other is not left out by that"


def test_options_go_to_the_check_that_has_them() -> None:
    text = SCRAPED + CLASSIC + "requirements: {MON-06: {with: {max_duration: 8h}}, MON-03: {with: {lookback: 3d}}}\n"
    both = planned(text, PROMETHEUS + ICINGA, "MON-06").checks
    assert [check.args["max_duration"] for check in both] == ["8h", "8h"]
    alerts, classic = planned(text, PROMETHEUS + ICINGA, "MON-03").checks
    assert alerts.args["lookback"] == "3d" and "lookback" not in classic.args
    wrong = SCRAPED + CLASSIC + "requirements: {MON-06: {with: {max_druation: 8h}}}\n"
    assert "max_druation" in " ".join(problems_of(lambda: plan(SERVICE + wrong, HEAD + PROMETHEUS + ICINGA, phase="recheck", version="1")))


def loosened(text: str, servers: str) -> list[tuple[str, str]]:
    made = plan(SERVICE + text, HEAD + servers + "services_may: []\n", phase="recheck", version="1")
    return [(found.kind, found.key) for found in made.loosened]


def test_picking_the_easier_one_is_told() -> None:
    both = SCRAPED + CLASSIC
    assert loosened(both, PROMETHEUS + ICINGA) == []
    for check in ("classic_monitoring", "prometheus_targets"):
        text = both + f"requirements: {{MON-01: {{check: {check}}}}}\n"
        assert ("own_proofs", "requirements.MON-01.check") in loosened(text, PROMETHEUS + ICINGA)
    text = CLASSIC + "requirements: {MON-01: {check: classic_monitoring}}\n"
    assert loosened(text, PROMETHEUS + ICINGA) == [], "it is the only one that is declared"


def test_arguments_of_ones_own_are_told() -> None:
    own = "requirements: {MON-03: {check: classic_monitoring, with: {hosts: [pay1]}}}\n"
    assert ("own_proofs", "requirements.MON-03.check") in loosened(CLASSIC + own, ICINGA)
    aspect = "requirements: {MON-03: {with: {aspect: monitored}}}\n"
    assert any(kind == "own_proofs" for kind, _key in loosened(CLASSIC + aspect, ICINGA))


@pytest.mark.parametrize("shared", [ICINGA, NAGIOS, PROMETHEUS])
def test_a_server_of_ones_own_is_told_where_operations_monitors(shared: str) -> None:
    own = CLASSIC + "servers: {mine: {kind: livestatus, url: 'unix:/srv/app/live', default: true}}\n"
    assert ("servers", "servers.mine") in loosened(own, shared)
