# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: E501 # YAML as people write it
"""Each derivation: from the description of a service to the arguments of a check."""

from __future__ import annotations

import json
import textwrap
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding, Status
from ansible_collections.operability.readiness.plugins.module_utils._phrase import Message, phrase
from ansible_collections.operability.readiness.plugins.module_utils._registry import CHECKS, COMPUTED, load_check
from ansible_collections.operability.readiness.plugins.plugin_utils._described.document import Refused
from ansible_collections.operability.readiness.plugins.plugin_utils._described.policy import FOLDER, Proof, load, shipped
from ansible_collections.operability.readiness.plugins.plugin_utils._described.service import Description, NoHost, NotDeclared
from ansible_collections.operability.readiness.plugins.plugin_utils._model.completion import completed
from ansible_collections.operability.readiness.plugins.plugin_utils._model.judged import Reach
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import PlannedCheck
from ansible_collections.operability.readiness.plugins.plugin_utils._planning.backup_tools import is_of_backups
from ansible_collections.operability.readiness.plugins.plugin_utils._planning.derive.derivations import AREAS, DERIVATIONS, derive
from ansible_collections.operability.readiness.plugins.plugin_utils._planning.derive.instance import Instance
from ansible_collections.operability.readiness.plugins.plugin_utils._planning.proofs import with_paths
from unit.core.described import ORGANISATION, describe, inventory

BASE = """\
schema_version: 1
service: {name: payments, owner: team, hosts: payments}
"""
PROM = {"url": "http://prom.example:9090", "bearer_token": "s3cr3t-token", "ca_path": "/etc/org/ca.pem", "probe_query": "up"}
AM = {"url": "http://am.example:9093"}


def derived(
    check: str, text: str, organisation: str | None = ORGANISATION, *, source: str | None = None, **options: t.Any
) -> list[Instance]:
    proof = Proof(check, source, options.pop("option", None), options.pop("on", None), options.pop("args", {}))
    description: Description = describe(BASE + text, organisation, **options)
    found = derive(proof, description)
    for instance in found:
        if instance.gap is None and instance.call == "run":
            parse_arguments(load_check(instance.check), instance.args)  # a check takes what is derived for it
    return found


def missing(check: str, text: str = "", **options: t.Any) -> str:
    with pytest.raises(NotDeclared) as refused:
        derived(check, text, **options)
    return str(refused.value)


def test_every_check_of_the_policies_has_a_derivation_or_takes_arguments_from_the_policy() -> None:
    """``from`` is what a derivation is named after, else a key of the service file; without either, the policy or the service gives all."""
    proofs = {(proof.check, proof.source) for name in shipped() for rule in load(name).rules.values() for proof in rule.proved_by}
    schema = json.loads((FOLDER.parent / "schemas" / "service.schema.json").read_text())
    for check, source in proofs:
        kind = "backup" if is_of_backups(check) else check
        family = f"{kind}:{source}" if source else kind
        if source:
            assert family in DERIVATIONS or source.split(".")[0] in schema["properties"], family
        else:
            assert family in DERIVATIONS or check in CHECKS, family
    assert all(name.split(":")[0] in (*CHECKS, *COMPUTED, "backup") for name in DERIVATIONS)
    assert sum(map(len, AREAS)) == len(DERIVATIONS)  # no area takes what another has


def test_a_check_without_a_derivation_is_not_declared_until_somebody_gives_its_arguments() -> None:
    assert missing("command") == "command needs command, which neither the policy nor 'with' of the requirement gives"
    (by_policy,) = derived("command", "", args={"command": ["true"]})
    assert (by_policy.args, by_policy.hosts) == ({"command": ["true"]}, ("pay1", "pay2", "db1"))
    (by_default,) = derived("command", "defaults: {with: {command: {command: [id]}}}\n")
    assert by_default.args == {"command": ["id"]}
    (by_service,) = derive(Proof("command"), describe(BASE, ORGANISATION), {"command": ["true"]})
    assert by_service.args == {}, "the plan lays the exception over it"


# -- monitoring

SCRAPE = (
    "parts: {web: {hosts: payments_web, scrape: [{job: payments, port: 8080}, {port: 9100, path: probe, scheme: https, families: [up]}]}, "
    "db: {hosts: payments_db, scrape: [{port: 9187}]}}\n"
)


def test_targets_are_hosts_times_ports() -> None:
    one, two, three = derived("prometheus_targets", SCRAPE)
    assert (one.instance, two.instance, three.instance) == ("payments", "web:9100", "db:9187")
    assert one.args == {
        **PROM,
        "expect": [{"job": "payments", "addresses": ["pay1"], "port": 8080}, {"job": "payments", "addresses": ["pay2"], "port": 8080}],
        "min_up": 2,
        "members": ["db1", "pay1", "pay2"],  # the job is called as the service: who else is in it is told
    }
    assert "members" not in two.args and "members" not in three.args
    assert three.args["expect"] == [{"addresses": ["db1"], "port": 9187}]
    assert one.hosts is None and one.path == ("parts", "web", "scrape", 0)


def test_further_addresses_of_a_server_go_to_checks_that_take_them() -> None:
    shared = ORGANISATION.replace("probe_query: up", "probe_query: up, failover: ['http://prom-2.example:9090']")
    assert "failover" in shared
    (found, *_others) = derived("prometheus_targets", SCRAPE, shared)
    assert found.args["failover"] == ["http://prom-2.example:9090"]
    description = describe(BASE, shared)
    page = Instance("http_probe", "x", {"url": "http://x", "failover": ["http://y"]})
    assert with_paths(page, description).args == {"url": "http://x"}
    assert with_paths(found, description).args["failover"] == ["http://prom-2.example:9090"]


def test_signals_with_the_targets_of_which_they_must_be() -> None:
    text = "signals: {traffic: requests_total, errors: {series: [a, b], jobs: [proxy]}, may_be_absent: [errors], within: 10m}\n"
    (found,) = derived("prometheus_series", SCRAPE + text)
    assert found.args == {
        **PROM,
        "signals": {"traffic": "requests_total", "errors": {"series": ["a", "b"], "jobs": ["proxy"]}},
        "may_be_absent": ["errors"],
        "within": "10m",
        "service": "payments",
        "expect": [
            {"job": "payments", "addresses": ["pay1"], "port": 8080},
            {"job": "payments", "addresses": ["pay2"], "port": 8080},
            {"addresses": ["pay1"], "port": 9100},
            {"addresses": ["pay2"], "port": 9100},
            {"addresses": ["db1"], "port": 9187},
        ],
    }
    assert (found.instance, found.hosts, found.path) == ("golden signals", None, ("signals",))
    assert "expect" not in derived("prometheus_series", text)[0].args
    assert missing("prometheus_series", "signals: {within: 10m}\n").startswith("signals is not declared")


def test_a_batch_need_not_have_a_latency() -> None:
    base = "schema_version: 1\nservice: {name: nightly, owner: team, hosts: payments, kind: batch}\nsignals: {traffic: a"
    batch = derive(Proof("prometheus_series"), describe(base + "}\n", ORGANISATION))[0]
    assert batch.args["required"] == ["traffic", "errors", "saturation"]
    assert "required" not in derive(Proof("prometheus_series"), describe(base + ", latency: b}\n", ORGANISATION))[0].args
    assert "required" not in derived("prometheus_series", "signals: {traffic: a}\n")[0].args


def test_targets_of_a_named_prometheus() -> None:
    two = ORGANISATION.replace("servers:", 'servers:\n  far: {kind: prometheus, url: "http://far"}')
    assert derived("prometheus_targets", "parts: {web: {scrape: [{port: 1, using: far}]}}\n", two)[0].args["url"] == "http://far"
    assert "several servers of kind prometheus are declared (far, prom)" in missing("prometheus_targets", SCRAPE, organisation=two)


def test_a_target_without_a_prometheus() -> None:
    assert missing("prometheus_targets") == "no part says how it is scraped (parts.NAME.scrape)"
    assert "no server of kind prometheus is declared" in missing("prometheus_targets", SCRAPE, organisation=None)


def test_metrics_are_read_on_each_host() -> None:
    found = derived("metrics_endpoint", SCRAPE, None)
    assert [(instance.hosts, instance.args["url"]) for instance in found] == [
        (("pay1",), "http://pay1:8080/metrics"),
        (("pay2",), "http://pay2:8080/metrics"),
        (("pay1",), "https://pay1:9100/probe"),
        (("pay2",), "https://pay2:9100/probe"),
        (("db1",), "http://db1:9187/metrics"),
    ]
    assert found[2].args["families"] == ["up"]


def test_metrics_of_a_host_with_an_ipv6_address() -> None:
    description = describe(BASE + SCRAPE, None)
    description = Description(description.service, None, description.run, inventory(addresses={"pay1": ["fd00::1", "pay1"]}))
    assert derive(Proof("metrics_endpoint"), description)[0].args["url"] == "http://[fd00::1]:8080/metrics"


ALERTS = "alerts: {match: {service: payments}, must_include: [Down, Slow], lookback: 1h, labels: {team: 7}}\n"


def test_alerts() -> None:
    (one,) = derived("prometheus_alerts", ALERTS)
    assert one.args == {**PROM, "match": {"service": "payments"}, "must_include": ["Down", "Slow"], "lookback": "1h"}
    with_default = ORGANISATION.replace("alerts: {", "alerts: {required_labels: [severity], ")
    assert derived("prometheus_alerts", ALERTS, with_default)[0].args["required_labels"] == ["severity"]
    assert "alerts is not declared" in missing("prometheus_alerts", "alerts: {receivers: [a]}\n")


SUBJECT = {"prometheus": [PROM], "match": {"service": "payments"}}
WITHOUT_PROMETHEUS = "\n".join(line for line in ORGANISATION.splitlines() if "prom: {" not in line) + "\n"


def test_routes_are_asked_for_the_alerts_that_are_loaded() -> None:
    (one,) = derived("alertmanager_route", ALERTS)
    subject = {**SUBJECT, "must_include": ["Down", "Slow"], "extra_labels": {"severity": "critical", "team": 7}}
    assert one.args == {**AM, **subject, "receivers": ["payments-oncall"]}
    (other,) = derived("alertmanager_route", "alerts: {match: {service: payments}, receivers: {critical: [me], warning: [mail]}}\n")
    assert other.args["receivers_by_severity"] == {"critical": ["me"], "warning": ["mail"]} and "receivers" not in other.args
    assert missing("alertmanager_route", ALERTS, organisation=None) == (
        "no server of kind alertmanager is declared (servers, in the organisation's or the service's file)"
    )
    without = ORGANISATION.replace("receivers: [payments-oncall], ", "")
    assert missing("alertmanager_route", ALERTS, organisation=without) == "alerts.receivers is not declared: who must be told?"


def test_routes_without_a_prometheus_are_asked_for_what_is_declared() -> None:
    (one,) = derived("alertmanager_route", ALERTS, WITHOUT_PROMETHEUS)
    shared = {"severity": "critical", "service": "payments", "team": "7"}
    labels = [{"alertname": "Down", **shared}, {"alertname": "Slow", **shared}]
    assert one.args == {**AM, "labels": labels, "receivers": ["payments-oncall"]}
    (other,) = derived("alertmanager_route", "alerts: {match: {service: payments}, receivers: [me]}\n", WITHOUT_PROMETHEUS)
    assert other.args["labels"] == [{"severity": "critical", "service": "payments"}] and other.args["receivers"] == ["me"]
    assert derived("alertmanager_silences", ALERTS, WITHOUT_PROMETHEUS)[0].args == {**AM, "labels": labels}


TWO = ORGANISATION.replace(
    "  am: {",
    '  lyon: {kind: prometheus, url: "http://lyon", external_labels: {site: lyon}, timeout: 9s}\n  am: {failover: ["http://am2"], ',
)


def test_alerts_in_two_servers() -> None:
    alerts = "alerts: {match: {service: payments}, must_include: [Down], receivers: [me], using: [prom, lyon]}\n"
    (one,) = derived("alertmanager_route", alerts, TWO)
    assert one.args["prometheus"] == [PROM, {"url": "http://lyon", "external_labels": {"site": "lyon"}}]
    assert one.args["peers"] == ["http://am2"] and one.args["must_include"] == ["Down"]
    rules = derived("prometheus_alerts", alerts, TWO)
    assert [(each.instance, each.args["url"], each.args.get("must_include")) for each in rules] == [
        ("prom", PROM["url"], None),
        ("lyon", "http://lyon", None),
    ]
    named = missing("prometheus_alerts", "alerts: {must_include: [Down], using: [prom, lyon]}\n", organisation=TWO)
    assert named.startswith("alerts.match is not declared: with several servers")
    several = missing("alertmanager_route", "alerts: {match: {service: payments}, receivers: [me]}\n", organisation=TWO)
    assert several == "several servers of kind prometheus are declared (prom, lyon) and none is the default"


def test_silences_until_the_end_of_the_window() -> None:
    window = {"start": "2026-11-25T20:00:00Z", "end": "2026-11-25T22:00:00Z"}
    (one,) = derived("alertmanager_silences", ALERTS, window=window)
    assert one.args["window_end"] == "2026-11-25T22:00:00Z" and one.args["match"] == {"service": "payments"}
    assert "window_end" not in derived("alertmanager_silences", ALERTS)[0].args
    (route,) = derived("alertmanager_route", ALERTS, window=window)
    assert (route.args["window_start"], route.args["window_end"]) == (window["start"], window["end"])


# -- dashboards

BOARDS = ORGANISATION.replace(
    "servers:\n",
    "servers:\n"
    "  boards: {kind: grafana, url: 'http://boards.example', bearer_token: s3cr3t-boards, default: true}\n"
    "  old: {kind: grafana, url: 'http://old.example'}\n",
    1,
)


def test_each_dashboard_is_looked_at_by_itself() -> None:
    text = """\
dashboards:
  - payments-overview
  - {uid: services, variables: {service: payments, host: [a, 7]}, may_be_empty: [Errors, 12], panels: [3], data_sources: [main]}
  - {tag: oncall, using: old}
"""
    overview, services, oncall = derived("grafana_dashboard", text, BOARDS)
    at = {"url": "http://boards.example", "bearer_token": "s3cr3t-boards"}
    assert (overview.instance, overview.args, overview.path, overview.hosts) == (
        "payments-overview",
        {**at, "uid": "payments-overview"},
        ("dashboards", 0),
        None,
    )
    assert services.instance == "services (payments, a, 7)"
    assert services.args == {
        **at,
        "uid": "services",
        "variables": {"service": "payments", "host": ["a", 7]},
        "may_be_empty": ["Errors", "12"],
        "panels": ["3"],
        "data_sources": ["main"],
    }
    assert (oncall.instance, oncall.args) == ("oncall", {"url": "http://old.example", "tag": "oncall"})
    assert missing("grafana_dashboard", organisation=BOARDS).startswith("dashboards is not declared: which dashboards")
    assert "grafana" in missing("grafana_dashboard", text)
    _one, _two, lost = derived("grafana_dashboard", text.replace("using: old", "using: lost"), BOARDS)
    assert lost.gap is not None and "lost" in lost.gap


# -- endpoints


def test_endpoints() -> None:
    text = """\
endpoints:
  - {url: "https://me:pa55@pay.example/health?key=s3cr3t", status: 204, json: {status: UP}, max_latency: 500ms, samples: 3, bearer_token: tok, from: probes}
  - {url: "http://pay.example/", status: [200, 302], from: controller}
  - {tls: "ldap.example:636"}
"""
    one, two = derived("http_probe", text)
    assert one.instance == "https://pay.example/health", "a name shows no secret"
    assert one.args == {
        "url": "https://me:pa55@pay.example/health?key=s3cr3t",
        "status": [204],
        "json": {"status": "UP"},
        "max_latency": "500ms",
        "samples": 3,
        "bearer_token": "tok",
    }
    assert (one.hosts, two.hosts, two.args["status"], two.path) == (("probe1",), None, [200, 302], ("endpoints", 1))
    assert missing("http_probe", "endpoints: [{tls: 'x:1'}]\n") == "no endpoint with a url is declared (endpoints)"


@pytest.mark.parametrize("url", ["http://[::1", "https://host:abc/", "https://host:99999/", "https://"])
@pytest.mark.parametrize(("check", "source"), [("http_probe", None), ("http_probe", "version"), ("tls_certificate", None)])
def test_what_is_no_address_is_refused_with_its_place(url: str, check: str, source: str | None) -> None:
    with pytest.raises(Refused) as refused:
        derived(check, f"endpoints: [{{url: '{url}', version: {{json: v}}}}]\n", source=source, version="1")
    assert refused.value.problems[0].startswith("readiness.yml:3: endpoints.0.url: ")
    assert "is not an address such as https://payments.example/health" in refused.value.problems[0]


def test_the_version_that_should_answer() -> None:
    text = """\
endpoints:
  - {url: "https://pay.example/health", version: {url: /info, json: build.version}, ca_path: ca.pem}
  - {url: "https://pay.example/app/health", version: {url: info, body: "v{version}!"}}
  - {url: "https://pay.example/plain", version: {url: ""}}
  - {url: "https://pay.example/none"}
""".replace('{url: ""}', "{body: '{version}'}")
    one, two, three = derived("http_probe", text, source="version", version="1.4.2")
    assert one.args == {"url": "https://pay.example/info", "json": {"build.version": "1.4.2"}, "ca_path": "ca.pem"}
    assert two.args == {"url": "https://pay.example/app/info", "body": "v{version}!", "version": "1.4.2"}
    assert three.args == {"url": "https://pay.example/plain", "body": "{version}", "version": "1.4.2"} and one.path == (
        "endpoints",
        0,
        "version",
    )
    gaps = derived("http_probe", text, source="version")
    assert {instance.gap for instance in gaps} == {"the version that should answer is not given (readiness_version)"}
    assert "no endpoint tells its version" in missing("http_probe", "endpoints: [{url: 'http://x'}]\n", source="version")


def test_certificates() -> None:
    text = """\
endpoints:
  - {url: "https://pay.example/health", min_days: 30, ca_path: /ca.pem}
  - {url: "https://pay.example/other"}
  - {url: "https://pay.example:8443/"}
  - {url: "http://pay.example/"}
  - {tls: "mail.example:25", starttls: smtp, server_name: mx.example}
  - {tls: "[fd00::1]:636", from: probes}
parts: {db: {hosts: payments_db, run_as: postgres, certificates: [/etc/pg.pem]}}
"""
    found = derived("tls_certificate", text)
    assert [(instance.instance, instance.hosts) for instance in found] == [
        ("pay.example:443", None),
        ("pay.example:8443", None),
        ("mail.example:25", None),
        ("fd00::1:636", ("probe1",)),
        ("/etc/pg.pem", ("db1",)),
    ]
    assert found[0].args == {"host": "pay.example", "port": 443, "min_days": 30, "ca_path": "/ca.pem"}
    assert found[2].args == {"host": "mail.example", "port": 25, "starttls": "smtp", "server_name": "mx.example"}
    assert (found[4].args, found[4].run_as) == ({"path": "/etc/pg.pem"}, "postgres")
    assert "no https endpoint" in missing("tls_certificate", "endpoints: [{url: 'http://x'}]\n")
    with pytest.raises(Refused, match=r"endpoints.0.tls: 'host:abc' is not HOST:PORT"):
        derived("tls_certificate", "endpoints: [{tls: 'host:abc'}]\n")


# -- logs

LOGS = """\
parts:
  web:
    hosts: payments_web
    run_as: app
    logs:
      - {file: /var/log/a.json, format: json, fields: {level: info}, max_size: 100MB, logrotate_config: /etc/lr.conf, deadline: 20s}
      - {journald: payments.service, run_as: root}
      - {syslog: payments, canary: never}
"""


def test_a_line_is_written_by_one_half_and_looked_for_by_the_other() -> None:
    write, find, journal, look = derived("log_canary", LOGS)
    assert write.args == {
        "via": "file",
        "backend": "file",
        "format": "json",
        "fields": {"level": "info"},
        "path": "/var/log/a.json",
        "search": "/var/log/central/{host}/*.log",
        "deadline": "20s",
    }
    assert (write.call, write.hosts, write.run_as) == ("write", ("pay1", "pay2"), "app")
    assert find.args == {"backend": "file", "search": "/var/log/central/{host}/*.log", "deadline": "20s"}
    assert (find.call, find.hosts, find.after, find.path) == ("find", ("log1",), "write", write.path)
    assert journal.args["tag"] == look.args["tag"] == "payments" and journal.run_as == "root"
    assert {instance.instance for instance in (write, find)} == {"/var/log/a.json"}


def test_the_controller_looks_where_no_host_is_named() -> None:
    local = ORGANISATION.replace(", on: syslog", "")
    assert derived("log_canary", LOGS, local)[1].hosts is None


def test_a_log_store_by_name_or_by_default() -> None:
    two = ORGANISATION.replace("servers:", "servers:\n  other: {kind: journald}")
    assert "graylog, file or journald are declared (other, central)" in missing("log_canary", LOGS, organisation=two)
    assert derived("log_canary", LOGS, two.replace("defaults:", "defaults:\n  logs: other"))[0].args["backend"] == "journald"
    text = LOGS.replace("deadline: 20s", "using: central, deadline: 20s").replace("run_as: root", "using: other")
    assert [instance.args["backend"] for instance in derived("log_canary", text, two)] == ["file", "file", "journald", "journald"]


def test_a_canary_that_every_log_refuses() -> None:
    assert "every log refuses its canary line" in missing("log_canary", "parts: {web: {logs: [{file: /a, canary: never}]}}\n")
    assert missing("log_canary") == "no part declares its logs (parts.NAME.logs)"


def test_rotation() -> None:
    one, two = derived("log_rotation", LOGS)
    assert one.args == {"path": "/var/log/a.json", "rotated_by": "logrotate", "max_size": "100MB", "logrotate_config": "/etc/lr.conf"}
    assert two.args == {"journald": True, "rotated_by": "journald", "unit": "payments.service"}
    assert two.run_as == "root" and one.hosts == ("pay1", "pay2")
    three, four = derived(
        "log_rotation",
        "parts: {web: {logs: [{container: web, engine: podman, generations: 3}, {journald: a, persistent: false, max_silence: 2h}]}}\n",
    )
    assert (three.instance, three.args) == ("web", {"container": "web", "engine": "podman", "generations": 3})
    assert four.args == {"journald": True, "rotated_by": "journald", "unit": "a", "persistent": False, "max_silence": "2h"}
    assert "every log refuses its canary line" in missing("log_canary", "parts: {web: {logs: [{container: web}]}}\n")
    assert "no part declares a log file, a journal or a container" in missing("log_rotation", "parts: {web: {logs: [{syslog: x}]}}\n")


# -- backups

BACKUPS = """\
commitments: {rpo: 24h}
parts:
  db:
    hosts: payments_db
    run_as: postgres
    backups:
      - {tool: restic, repository: /srv/restic, password_file: /etc/restic.pw, paths: [/a, /b], scheduled_by: {timer: restic.timer}}
      - {tool: file, pattern: "/srv/*.dump", rpo: 4h, on: backup, run_as: root, scheduled_by: {cron: {contains: dump}, on: payments_db}}
"""


def test_backups_are_no_older_than_the_commitment() -> None:
    one, two = derived("restic_backup", BACKUPS)
    assert (one.check, one.instance, one.hosts, one.run_as) == ("restic_backup", "/a, /b", ("db1",), "postgres")
    assert one.args == {"repository": "/srv/restic", "password_file": "/etc/restic.pw", "paths": ["/a", "/b"], "max_age": "24h"}
    assert (two.check, two.instance, two.hosts, two.run_as) == ("file_backup", "/srv/*.dump", ("bck1",), "root")
    assert two.args["max_age"] == "4h" and two.args["pattern"] == ["/srv/*.dump"]
    assert derived("restic_backup", BACKUPS.replace("rpo: 24h", "pdma: 12h"))[0].args["max_age"] == "12h"


def test_a_backup_without_a_limit_is_a_gap() -> None:
    one, two = derived("restic_backup", BACKUPS.replace("commitments: {rpo: 24h}\n", ""))
    assert one.gap == "neither the backup nor commitments.rpo says how old it may be" and two.gap is None


def test_a_limit_for_all_backups_reaches_one_that_says_none() -> None:
    text = BACKUPS.replace("commitments: {rpo: 24h}\n", "")
    shared = ORGANISATION.replace("defaults:\n", "defaults:\n  with: {restic_backup: {max_age: 12h}, file_backup: {max_age: 1h}}\n")
    one, two = derived("restic_backup", text, shared)
    assert (one.gap, one.args["max_age"], one.hosts, one.run_as) == (None, "12h", ("db1",), "postgres")
    assert two.args["max_age"] == "4h", "what the backup says itself"
    assert derived("restic_backup", text + "defaults: {with: {restic_backup: {max_age: 6h}}}\n", shared)[0].args["max_age"] == "6h"
    assert derived("restic_backup", text, args={"max_age": "3h"})[0].args["max_age"] == "3h", "the policy's with"
    assert derived("restic_backup", BACKUPS, shared)[0].args["max_age"] == "24h", "the commitment"


def test_a_backup_by_a_tool_without_a_check() -> None:
    assert (
        "there is no check for backups of 'tape'; known: barman, borg, file, mariadb, pgbackrest, record, restic; what another"
        in missing("file_backup", "parts: {db: {backups: [{tool: tape}]}}\n")
    )
    assert "a service without data says so" in missing("file_backup")


def test_what_runs_the_backup() -> None:
    one, two = derived("scheduled_job", BACKUPS)
    assert (one.instance, one.args, one.hosts) == ("restic.timer", {"timer": "restic.timer"}, ("db1",))
    assert (two.instance, two.args, two.hosts) == ("/srv/*.dump", {"cron": {"contains": "dump"}}, ("db1",))
    (gap,) = derived("scheduled_job", "parts: {db: {backups: [{tool: file, path: /d}]}}\n")
    assert gap.gap == "nothing says what runs the backup of /d (scheduled_by)"


# -- documents, support, platform


@pytest.mark.parametrize(
    ("declared", "args"),
    [
        ("docs/run.md", {"path": "/srv/app/docs/run.md"}),
        ("/srv/run.md", {"path": "/srv/run.md"}),
        ("https://wiki/run", {"url": "https://wiki/run"}),
        ("{path: ../run.md, max_age: 90d}", {"path": "/srv/run.md", "max_age": "90d"}),
    ],
)
def test_the_runbook(declared: str, args: dict[str, t.Any]) -> None:
    (one,) = derived("runbook", f"documents: {{runbook: {declared}}}\n")
    assert one.args == args and one.hosts is None and one.path == ("documents", "runbook")


def test_a_runbook_in_a_repository() -> None:
    kept = "{url: 'https://user:pw@git.example/runbooks.git', path: payments/runbook.md}"
    (one,) = derived("runbook", f"documents: {{runbook: {{git: {kept}, url_username: ops}}}}\n")
    assert one.instance == "https://git.example/runbooks.git payments/runbook.md"
    assert one.args == {"git": {"url": "https://user:pw@git.example/runbooks.git", "path": "payments/runbook.md"}, "url_username": "ops"}


def test_the_runbook_has_defaults() -> None:
    shared = ORGANISATION.replace("defaults:", "defaults:\n  runbook: {max_age: 180d}")
    assert derived("runbook", "documents: {runbook: a.md}\n", shared)[0].args["max_age"] == "180d"
    assert derived("runbook", "documents: {runbook: {path: a.md, max_age: 1d}}\n", shared)[0].args["max_age"] == "1d"
    assert missing("runbook", "documents: {operations_manual: a.md}\n") == "documents.runbook is not declared"


def test_support_chains() -> None:
    text = "commitments: {hours: 24x7}\nparts: {web: {support: payments}, db: {support: [{tier: N1, contact: x}]}, lone: {}}\n"
    (one,) = derived("support_chain", text, ORGANISATION.replace("defaults:", "defaults:\n  support: {min_tiers: 2, horizon: 90d}"))
    assert one.args["components"] == {"web": "payments", "db": "of part db", "lone": None}
    assert set(one.args["chains"]) == {"payments", "of part db"}, "no other chain is of interest"
    assert (one.args["hours"], one.args["min_tiers"], one.args["horizon"]) == ("24x7", 2, "90d")
    assert "no part is declared" in missing("support_chain")


def test_units() -> None:
    one, two = derived(
        "systemd_unit", "parts: {web: {hosts: payments_web, units: [a.service, {name: b.timer, kind: timer, max_restarts: 3}]}}\n"
    )
    assert (one.instance, one.args, one.hosts) == ("a.service", {"unit": "a.service"}, ("pay1", "pay2"))
    assert two.args == {"unit": "b.timer", "kind": "timer", "max_restarts": 3}
    assert missing("systemd_unit") == "no part declares its units (parts.NAME.units)"


def test_capacity_of_every_host() -> None:
    (one,) = derived("host_capacity", "")
    assert (one.args, one.hosts) == ({}, ("pay1", "pay2", "db1"))


def test_the_clock_of_every_host() -> None:
    (one,) = derived("clock", "")
    assert (one.args, one.hosts) == ({}, ("pay1", "pay2", "db1"))
    shared = ORGANISATION.replace("defaults:", "defaults:\n  with: {clock: {server: ntp.example.org, max_offset: 100ms}}")
    assert derived("clock", "", shared)[0].args == {"server": "ntp.example.org", "max_offset": "100ms"}


# -- arguments that do not come from the description


def test_arguments_of_the_policy_win_over_those_of_the_description_and_these_over_the_defaults() -> None:
    shared = ORGANISATION.replace("defaults:", "defaults:\n  with: {host_capacity: {disk: '< 80%', memory: '< 70%'}}")
    (one,) = derived("host_capacity", "", shared, args={"disk": "< 60%"})
    assert one.args == {"disk": "< 60%", "memory": "< 70%"}
    runbook = ORGANISATION.replace("defaults:", "defaults:\n  with: {runbook: {max_age: 10d}}")
    assert derived("runbook", "documents: {runbook: {path: a.md, max_age: 5d}}\n", runbook)[0].args["max_age"] == "5d"


def test_a_check_whose_arguments_a_policy_takes_from_a_path() -> None:
    text = "dashboards: [one.service, two.service]\n"
    one, two = derived("systemd_unit", text, source="dashboards", option="unit")
    assert (one.instance, one.args, one.hosts, one.path) == (
        "one.service",
        {"unit": "one.service"},
        ("pay1", "pay2", "db1"),
        ("dashboards", 0),
    )
    assert two.args == {"unit": "two.service"}
    assert derived("systemd_unit", text, source="dashboards", option="unit", on="probes")[0].hosts == ("probe1",)
    assert missing("systemd_unit", source="dashboards", option="unit") == "dashboards is not declared"
    assert missing("systemd_unit", text, source="dashboards.deeper", option="unit") == "dashboards.deeper is not declared"


def test_a_check_that_needs_nothing_of_the_description() -> None:
    (one,) = derived("command", "", args={"command": ["true"]})
    assert (one.instance, one.args, one.hosts) == ("command", {"command": ["true"]}, ("pay1", "pay2", "db1"))


# -- delivery by a command


def test_the_way_back_is_told_by_a_command() -> None:
    (one,) = derived("command", "delivery: {rollback_check: [/opt/pay/way-back, --artefact]}\n", source="delivery.rollback_check")
    assert (one.instance, one.args, one.hosts) == (
        "/opt/pay/way-back",
        {"command": ["/opt/pay/way-back", "--artefact"]},
        ("pay1", "pay2", "db1"),
    )
    assert one.path == ("delivery", "rollback_check")
    more = "delivery: {rollback_check: {command: [way-back], on: payments_db, run_as: app, timeout: 10s, secret_environment: {T: tok}}}\n"
    (one,) = derived("command", more, source="delivery.rollback_check")
    assert (one.hosts, one.run_as) == (("db1",), "app")
    assert one.args == {"command": ["way-back"], "timeout": "10s", "secret_environment": {"T": "tok"}}
    assert "delivery.rollback_check is not declared" in missing("command", source="delivery.rollback_check")


def test_the_running_version_is_told_by_a_command() -> None:
    text = "delivery: {version_check: [/opt/pay/version, --is, 'v{version}']}\n"
    (one,) = derived("command", text, source="delivery.version_check", version="1.4.2")
    assert one.args == {"command": ["/opt/pay/version", "--is", "v1.4.2"]}
    (gap,) = derived("command", text, source="delivery.version_check")
    assert gap.gap == "the version that should run is not given (readiness_version)"
    with pytest.raises(Refused, match=r"readiness.yml:3: delivery.version_check: none of its words has \{version\}"):
        derived("command", "delivery: {version_check: [/opt/pay/version]}\n", source="delivery.version_check", version="1")
    assert missing("command", "delivery: {}\n", source="delivery.version_check") == "delivery.version_check is not declared"


# -- the second copy of a backup, and its alert

TWO_PLACES = BACKUPS.replace(
    "scheduled_by: {timer: restic.timer}", "second_copy: {repository: 'sftp:far:/srv', on: backup}, alert: ResticOld"
)


def test_the_second_copy_has_what_the_first_has_but_for_its_place() -> None:
    one, gap = derived("restic_backup", TWO_PLACES, source="second_copy")
    assert (one.check, one.instance, one.hosts, one.run_as) == ("restic_backup", "second copy of /a, /b", ("bck1",), "postgres")
    assert one.args == {"repository": "sftp:far:/srv", "password_file": "/etc/restic.pw", "paths": ["/a", "/b"], "max_age": "24h"}
    assert one.path == ("parts", "db", "backups", 0, "second_copy")
    assert gap.gap == "nothing says where the second copy of /srv/*.dump is (second_copy)"
    other = BACKUPS.replace("scheduled_by: {cron: {contains: dump}, on: payments_db}", "second_copy: {tool: restic, repository: /r}")
    _gap, two = derived("file_backup", other, source="second_copy")
    assert (two.check, two.args) == ("restic_backup", {"repository": "/r", "max_age": "4h"})


def test_a_second_copy_in_the_same_place_is_none() -> None:
    with pytest.raises(Refused, match=r"parts.db.backups.0.second_copy: it names no other place"):
        derived("restic_backup", TWO_PLACES.replace("repository: 'sftp:far:/srv', on: backup", "max_age: 48h"), source="second_copy")
    assert "no backup says where its second copy is" in missing("restic_backup", BACKUPS, source="second_copy")
    assert "no part declares its backups" in missing("restic_backup", source="second_copy")


def test_the_first_copy_knows_nothing_of_the_second() -> None:
    assert set(derived("restic_backup", TWO_PLACES)[0].args) == {"repository", "password_file", "paths", "max_age"}


def test_the_alert_of_a_backup() -> None:
    one, gap = derived(
        "prometheus_alerts", TWO_PLACES + "alerts: {match: {a: b}, lookback: 1h, must_include: [X]}\n", source="backups.alert"
    )
    assert (one.instance, one.args) == ("ResticOld", {**PROM, "must_include": ["ResticOld"], "lookback": "1h", "prefer": {"a": "b"}})
    assert one.path == ("parts", "db", "backups", 0, "alert")
    assert gap.gap == "nothing names the alert that a failing backup of /srv/*.dump raises (alert)"
    assert "no backup names the alert" in missing("prometheus_alerts", BACKUPS, source="backups.alert")


# -- each by itself


SEVERAL = {
    "a backup of a tool without a check": (
        "restic_backup",
        """
        parts:
          db: {backups: [{tool: restic, repository: /srv/r, password_file: /etc/p, max_age: 1d}, {tool: tape, repository: /srv/pg}]}
        """,
        "there is no check for backups of 'tape'",
        False,
    ),
    "a part without a host": (
        "systemd_unit",
        "parts: {web: {units: [a.service]}, ghost: {hosts: nobody, units: [b.service]}}",
        "the inventory has no host for the pattern 'nobody'",
        True,
    ),
    "a log of a server that takes no canary": (
        "log_canary",
        "parts: {web: {logs: [{file: /a.log}, {file: /b.log, using: prom}]}}",
        "the server 'prom' is of kind prometheus",
        False,
    ),
    "a schedule on no host": (
        "scheduled_job",
        """
        parts:
          db:
            backups:
              - {tool: restic, repository: /r, scheduled_by: {timer: one.timer}}
              - {tool: restic, repository: /s, scheduled_by: {timer: two.timer, on: nobody}}
        """,
        "the inventory has no host for the pattern 'nobody'",
        True,
    ),
    "a scrape of no host": (
        "prometheus_targets",
        "parts: {web: {scrape: [{job: a, port: 1}]}, ghost: {hosts: nobody, scrape: [{job: b, port: 2}]}}",
        "the inventory has no host for the pattern 'nobody'",
        True,
    ),
    "an endpoint asked from no host": (
        "http_probe",
        "endpoints: [{url: 'https://a.example/'}, {url: 'https://b.example/', from: nobody}]",
        "the inventory has no host for the pattern 'nobody'",
        True,
    ),
    "a flow from no host": (
        "flow",
        "flows: [{to: 'a.example:1'}, {to: 'b.example:2', from: nobody}]",
        "the inventory has no host for the pattern 'nobody'",
        True,
    ),
    "a certificate on no host": (
        "tls_certificate",
        "parts: {web: {certificates: [/a.pem]}, ghost: {hosts: nobody, certificates: [/b.pem]}}",
        "the inventory has no host for the pattern 'nobody'",
        True,
    ),
}


@pytest.mark.parametrize("name", SEVERAL)
def test_one_that_cannot_be_planned_does_not_void_the_others(name: str) -> None:
    check, text, said, unseen = SEVERAL[name]
    found = derived(check, textwrap.dedent(text))
    gaps = [instance for instance in found if instance.gap]
    assert len(gaps) == 1 and said in str(gaps[0].gap) and gaps[0].unseen is unseen
    assert found[-1] is gaps[0] and any(instance.gap is None for instance in found[:-1])
    # the judge says so of that one alone: what nobody could see is unknown, what is not declared fails
    planned = PlannedCheck("X/0", "X", gaps[0].check, gaps[0].instance, {}, gap=gaps[0].gap, unseen=unseen)
    (finding,) = completed(planned, {}, Reach())
    assert finding.status is (Status.UNKNOWN if unseen else Status.FAIL) and said in finding.message
    assert planned.split_secrets() == ({}, {})


def test_what_proves_less_than_is_asked_is_derived_and_says_so_once() -> None:
    planned = PlannedCheck("MON-01/0", "MON-01", "metrics_endpoint", "x", {}, less=phrase("nobody was asked"))
    seen = {status: Finding(status, Message("said"), check="metrics_endpoint") for status in (Status.PASS, Status.FAIL)}
    for status, proof, message in ((Status.PASS, "derived", "said (nobody was asked)"), (Status.FAIL, "observed", "said")):
        (once,) = completed(planned, {"MON-01/0": [seen[status]]}, Reach())
        (twice,) = completed(planned, {"MON-01/0": [once]}, Reach())
        assert (once.proof, once.message, twice) == (proof, message, once)


def test_where_not_one_can_be_planned_another_proof_is_looked_for() -> None:
    with pytest.raises(NoHost, match="no host for the pattern 'nobody'"):
        derived("systemd_unit", "parts: {ghost: {hosts: nobody, units: [b.service]}}")
    assert "there is no check for backups of 'tape'" in missing("restic_backup", "parts: {db: {backups: [{tool: tape}]}}")
