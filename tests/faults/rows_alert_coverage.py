# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alerts that tell an operator what he must be told of, and those that only look as if they did."""

from __future__ import annotations

import typing as t

from nasty import Nasty
from servers import LOCAL, NodeExporter, Prometheus, free_port
from table import Row, World
from watched_services import Watched, alert, ask, asked, estate_of, record, wait_until

CHECK = "alert_coverage"
DOWN = alert("Down", 'up{job="SERVICE"} == 0')
ERRORS = alert("Failing", 'rate(http_requests_total{job="SERVICE",code=~"5.."}[5m]) / rate(http_requests_total{job="SERVICE"}[5m]) > 0.05')
SLOW = alert(
    "Slow", 'histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket{job="SERVICE"}[5m]))) > 1', severity="warning"
)
DISK = alert("DiskFull", 'node_filesystem_avail_bytes{instance=~"SERVICE.*",fstype!~"tmpfs|ramfs"} / node_filesystem_size_bytes < 0.1')
CERTIFICATE = alert("CertificateExpires", 'probe_ssl_earliest_cert_expiry{instance=~"https://SERVICE.*"} - time() < 86400 * 14')
BACKUP = alert("BackupTooOld", 'time() - restic_last_success_timestamp_seconds{repository="/srv/restic/SERVICE"} > 93600')


def without(missing: str, *instead: str) -> tuple[str, ...]:
    return (*(one for one in (DOWN, ERRORS, SLOW, DISK, CERTIFICATE, BACKUP) if one != missing), *instead)


MESH = (  # burn rates over recorded ratios, as generators of SLOs write them
    record(
        "slo:sli_error:ratio_rate5m",
        'sum(rate(http_requests_total{job="mesh",code=~"(5..|429)"}[5m])) / sum(rate(http_requests_total{job="mesh"}[5m]))',
        slo_service="mesh",
    ),
    record(
        "slo:sli_slow:ratio_rate5m",
        '(sum(rate(http_request_duration_seconds_count{job="mesh"}[5m]))'
        ' - sum(rate(http_request_duration_seconds_bucket{job="mesh",le="0.3"}[5m])))'
        ' / sum(rate(http_request_duration_seconds_count{job="mesh"}[5m]))',
        slo_service="mesh",
    ),
    alert("ErrorBudgetBurns", '(max without (window) (slo:sli_error:ratio_rate5m{slo_service="mesh"} > (14.4 * 0.001)))'),
    alert("LatencyBudgetBurns", '(max without (window) (slo:sli_slow:ratio_rate5m{slo_service="mesh"} > (6 * 0.05)))'),
)
OF_THE_PLATFORM = (  # without the label of the service; for the jobs and hosts of this row alone, as the server is that of all rows
    alert(
        "TargetDown",
        '100 * (count by (job) (up{job=~"fleet.*"} == 0) / count by (job) (up{job=~"fleet.*"})) > 10',
        severity="warning",
        service="platform",
    ),
    alert(
        "NodeFilesystemAlmostOutOfSpace",
        '(node_filesystem_avail_bytes{instance=~"fleet.*",fstype!="",mountpoint!=""}'
        ' / node_filesystem_size_bytes{fstype!="",mountpoint!=""}'
        " * 100 < 5 and node_filesystem_readonly == 0)",
        severity="warning",
        service="platform",
    ),
    alert("SSLCertExpiringSoon", 'probe_ssl_earliest_cert_expiry{instance=~".*fleet.*"} - time() < 86400 * 30', service="platform"),
    alert("ResticStale", 'time() - restic_last_success_timestamp_seconds{instance=~"fleet.*"} > 172800', service="platform"),
    alert("MicrometerErrors", 'sum by (uri) (rate(http_server_requests_seconds_count{job="fleet",status=~"5.."}[5m])) > 0.1'),
    alert("SlowProbe", 'probe_duration_seconds{instance="https://fleet.example/health"} > 2'),
)
READ_WRITE = 'node_filesystem_readonly{{job="node",instance="fleet{n}:9100",mountpoint="/",fstype="ext4"}} 0\n'

SERVICES = (
    Watched("alpha", without("")),
    Watched("fleet", OF_THE_PLATFORM, READ_WRITE.format(n=1) + READ_WRITE.format(n=2)),
    Watched("mesh", (*without(ERRORS)[:1], *without(ERRORS)[2:], *MESH)),
    Watched("mismatch", without(DISK, alert("DiskFull", 'up{job="SERVICE"} == 0'))),
    Watched("bootonly", without(DISK, alert("DiskFull", 'node_filesystem_avail_bytes{instance=~"SERVICE.*",mountpoint="/boot"} < 10'))),
    Watched("inodes", without(DISK, alert("DiskFull", 'node_filesystem_files_free{instance=~"SERVICE.*"} < 10'))),
    Watched("rootonly", without(DISK, alert("DiskFull", 'node_filesystem_avail_bytes{instance=~"SERVICE.*",mountpoint="/"} < 10'))),
    Watched("informed", without(ERRORS, ERRORS.replace("critical", "info"))),
    Watched("stranger", without(DOWN, alert("Down", 'up{job="alpha"} == 0'))),
    Watched("guarded", without(DOWN, alert("Down", 'queue_of_orders{job="SERVICE"} > 100 and on (instance) up{job="SERVICE"} == 1'))),
    Watched("excused", without(DOWN, alert("Down", 'queue_of_orders{job="SERVICE"} > 100 unless on (instance) up{job="SERVICE"} == 0'))),
    Watched("hostdown", without(DOWN, alert("Down", 'up{job="node",instance=~"SERVICE.*"} == 0'))),
    Watched("renamed", without(SLOW, SLOW.replace("http_request_duration_seconds_bucket", "http_latency_seconds_bucket"))),
    Watched("bare", ()),
    Watched("custom", without(ERRORS, alert("OrdersStuck", 'queue_of_orders{job="SERVICE"} > 100'))),
    Watched("untrue", without(DISK, alert("DiskFull", 'rate(http_requests_total{job="SERVICE",code=~"5.."}[5m]) > 1'))),
    Watched("twojobs", without(""), 'up{job="twojobs-worker",instance="twojobs1:8081"} 1\n'),
    Watched(
        "reversed", without(BACKUP, alert("BackupTooOld", 'time() - restic_last_success_timestamp_seconds{instance=~"SERVICE.*"} < 93600'))
    ),
    Watched("noerror", without(ERRORS, alert("Failing", 'rate(http_requests_total{job="SERVICE",statuscode=~"5.."}[5m]) > 1'))),
)


def of(service: str, **options: t.Any) -> t.Callable[[World], dict[str, t.Any]]:
    def arrange(world: World) -> dict[str, t.Any]:
        return {"url": estate_of(world, SERVICES).url, **asked(service, **options)}

    return arrange


def real_targets(world: World) -> dict[str, t.Any]:
    """Two instances that Prometheus scrapes itself, of which the alert watches one."""
    exporter = world.running.start(NodeExporter, world.binaries)
    targets = [{"targets": [f"{LOCAL}:{exporter.port}"], "labels": {"instance": f"shop{number}:8080"}} for number in (1, 2)]
    rules = "groups:\n- name: shop\n  rules:\n" + alert("Down", 'up{job="shop",instance="shop1:8080"} == 0').replace("SERVICE", "shop")
    scrapes = f"scrape_configs: [{{job_name: shop, static_configs: {targets}}}]\n"
    server = world.running.start(Prometheus, world.binaries, config=scrapes, rules=rules)
    wait_until(lambda: len(ask(server.url, "query?query=up")["result"]) == 2)
    return {"url": server.url, **asked("shop", kinds=["down"])}


def no_rules(world: World) -> dict[str, t.Any]:
    return {"url": world.running.start(Prometheus, world.binaries).url, **asked("alpha")}


def no_series(world: World) -> dict[str, t.Any]:
    """It has read its rules, and scraped nothing so far."""
    rules = "groups:\n- name: alpha\n  rules:\n" + DOWN.replace("SERVICE", "alpha")
    return {"url": world.running.start(Prometheus, world.binaries, rules=rules).url, **asked("alpha")}


def nobody(_world: World) -> dict[str, t.Any]:
    return {"url": f"http://{LOCAL}:{free_port()}", **asked("alpha")}


def bad(kind: str) -> t.Callable[[World], dict[str, t.Any]]:
    return lambda world: {"url": world.running.start(Nasty, kind).url, **asked("alpha"), "timeout": "3s"}


TOO_FEW = r"no alert tells of being down, failing requests, slow answers, full disks, certificates that expire and the age of the backup"

ROWS: list[Row] = [
    Row(CHECK, "each kind has an alert of the service's own", of("alpha"), "pass", r"an alert tells of each: being down \(Down\)"),
    Row(CHECK, "alerts of the platform watch the service", of("fleet"), "pass", r"full disks \(NodeFilesystemAlmostOutOfSpace\)"),
    Row(CHECK, "burn rates over recorded ratios", of("mesh"), "pass", r"failing requests \(ErrorBudgetBurns\).*slow answers"),
    Row(
        CHECK,
        "the service names the alert of a metric of its own",
        of("custom", covers={"errors": ["OrdersStuck"]}),
        "pass",
        r"OrdersStuck",
    ),
    Row(CHECK, "no alert at all", of("bare"), "fail", TOO_FEW),
    Row(CHECK, "an alert that is called DiskFull watches up", of("mismatch"), "fail", r"no alert tells of full disks$"),
    Row(CHECK, "the disk alert watches only /boot", of("bootonly"), "fail", r"of the disks of bootonly1:9100 the alerts watch only /boot"),
    Row(CHECK, "the disk alert watches inodes", of("inodes"), "fail", r"no alert tells of full disks$"),
    Row(
        CHECK,
        "data lies where no disk alert looks",
        of("rootonly", paths=["/srv/data"]),
        "warn",
        r"no alert tells that /srv of rootonly1:9100",
    ),
    Row(CHECK, "the disk alert watches the root, and nothing lies elsewhere", of("rootonly"), "pass", r"full disks \(DiskFull\)"),
    Row(CHECK, "an alert only informs", of("informed"), "fail", r"failing requests: Failing only informs: its severity is info"),
    Row(
        CHECK,
        "an alert watches the job of another service",
        of("stranger"),
        "fail",
        r"being down: Down watches job=alpha instance=alpha1:8080",
    ),
    Row(CHECK, "up only guards another condition", of("guarded"), "fail", r"being down: Down does not fire when"),
    Row(CHECK, "up only excuses another condition", of("excused"), "fail", r"no alert tells of being down$"),
    Row(CHECK, "only the host is watched, not the service", of("hostdown"), "fail", r"being down: Down watches job=node"),
    Row(
        CHECK,
        "the metric of an alert was renamed",
        of("renamed"),
        "fail",
        r"slow answers: Slow cannot fire: nothing matches http_latency_sec",
    ),
    Row(CHECK, "a metric of its own that nobody names", of("custom"), "fail", r"no alert tells of failing requests$"),
    Row(
        CHECK,
        "the alert that is named watches something else",
        of("untrue", covers={"disk": ["DiskFull"]}),
        "fail",
        r"does not tell of it: rate",
    ),
    Row(
        CHECK,
        "the alert that is named is not loaded",
        of("custom", covers={"errors": ["Typo"]}),
        "fail",
        r"Typo, which is named for .* not loaded",
    ),
    Row(
        CHECK,
        "the comparison is the wrong way round",
        of("reversed"),
        "fail",
        r"age of the backup: BackupTooOld does not fire when it should",
    ),
    Row(CHECK, "the label of the outcome does not exist", of("noerror"), "fail", r"failing requests: Failing cannot fire: nothing matches"),
    Row(CHECK, "one of two jobs is not watched", of("twojobs", jobs=["twojobs", "twojobs-worker"]), "warn", r"that twojobs-worker is down"),
    Row(CHECK, "one of two instances is not watched", real_targets, "warn", r"no alert tells that shop/shop2:8080 is down"),
    Row(CHECK, "a Prometheus without rules", no_rules, "unknown", r"no rules? at all"),
    Row(CHECK, "a Prometheus that has scraped nothing yet", no_series, "unknown", r"no series of up, .*just been started"),
    Row(CHECK, "a Prometheus that is not the service's", of("alpha", probe_query="up{job='x'}"), "unknown", r"is it the right server"),
    Row(CHECK, "no Prometheus listens", nobody, "unknown", r"refused the connection"),
    Row(CHECK, "a login page stands before the Prometheus", bad("login"), "unknown", r"web page \(a login page"),
    Row(CHECK, "the answer is cut short", bad("truncated"), "unknown", r"cannot be parsed .*cut short"),
]
