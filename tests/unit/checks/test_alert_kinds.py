# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the expressions of alerts tell of, in the forms in which people and generators write them."""

from __future__ import annotations

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._checks._alert_kinds import KINDS, kind_of, meaning, outcome_of
from ansible_collections.operability.readiness.plugins.module_utils._clients.alert_expression import Expressions, Leaf
from ansible_collections.operability.readiness.plugins.module_utils._clients.prometheus import Rule
from ansible_collections.operability.readiness.plugins.module_utils._clients.promql import Matcher, NotParsed, Selector


def rule(name: str, query: str, **labels: str) -> Rule:
    return Rule("recording", name, query, labels, {}, "", "ok", "", None, "g", 15.0)


def leaves(expression: str, *rules: Rule) -> list[Leaf]:
    return Expressions(rules, meaning).leaves(expression)


def tells(expression: str, *rules: Rule) -> set[str]:
    """The kinds of which an alert tells."""
    found = {kind_of(leaf.selector, leaf.functions)[0] for leaf in leaves(expression, *rules) if leaf.fires}
    return {kind for kind in found if kind}


@pytest.mark.parametrize(
    ("kind", "expression"),
    [
        ("down", 'up{job="a"} == 0'),
        ("down", "up != 1"),
        ("down", "up < 1"),
        ("down", "0 == up"),
        ("down", "-up > -1"),
        ("down", "1 - avg by (job) (up) > 0.1"),
        ("down", "100 * (count by (job) (up == 0) / count by (job) (up)) > 10"),
        ("down", "count(up == 1) < 2"),
        ("down", "count(up) < 3"),
        ("down", "sum(up == bool 0) > 0"),
        ("down", "avg_over_time(up[5m]) < 0.5"),
        ("down", "max_over_time(up[5m]) == 0"),
        ("down", 'absent(up{job="a"})'),
        ("down", 'absent(up{job="a"} == 1)'),
        ("down", "up offset 1h unless up"),
        ("down", "count(up offset 1d) by (job) unless count(up) by (job)"),
        ("down", "probe_success == 0 and on (instance) maintenance == 0"),
        ("down", "pg_up == 0"),
        ("down", "kube_deployment_spec_replicas > kube_deployment_status_replicas_available"),
        ("down", "kube_deployment_status_replicas_unavailable > 0"),
        ("down", 'node_systemd_unit_state{name="a.service",state="active"} == 0'),
        ("down", 'node_systemd_unit_state{name="a.service",state="failed"} == 1'),
        ("down", "probe_http_status_code <= 199 or probe_http_status_code >= 400"),
        ("down", "probe_http_status_code != 200"),
        ("errors", 'rate(http_requests_total{code=~"5.."}[5m]) > 0'),
        ("errors", "aws_applicationelb_httpcode_elb_5_xx_count_sum / aws_applicationelb_request_count_sum > 0.05"),
        ("errors", 'rate(storage_requests_total{result="err"}[5m]) > 1'),
        ("errors", 'sum(rate(a_total{code=~"5.."}[5m])) / sum(rate(a_total[5m])) > 0.01'),
        ("errors", 'sum(rate(a_total{code!~"5.."}[5m])) / sum(rate(a_total[5m])) < 0.99'),
        ("errors", '1 - sum(rate(a_total{code=~"[23].."}[5m])) / sum(rate(a_total[5m])) > 0.01'),
        ("errors", 'rate(http_server_requests_seconds_count{status=~"5.."}[5m]) > 1'),
        ("errors", 'rate(http_server_requests_seconds_count{outcome="SERVER_ERROR"}[5m]) > 1'),
        ("errors", 'rate(http_server_requests_seconds_count{exception!="None"}[5m]) > 1'),
        ("errors", 'rate(grpc_server_handled_total{grpc_code!="OK"}[5m]) > 1'),
        ("errors", 'rate(haproxy_server_http_responses_total{code="5xx"}[5m]) > 1'),
        ("errors", "increase(orders_failures_total[5m]) > 3"),
        ("errors", 'rate(log_messages_total{level=~"error|critical"}[5m]) > 1'),
        ("latency", "histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket[5m]))) > 1"),
        ("latency", "histogram_quantile(0.99, rate(http_request_duration_seconds[5m])) > 1"),
        ("latency", 'http_request_duration_seconds{quantile="0.99"} > 1'),
        ("latency", "rate(a_duration_seconds_sum[5m]) / rate(a_duration_seconds_count[5m]) > 1"),
        ("latency", 'sum(rate(a_duration_seconds_bucket{le="0.3"}[5m])) / sum(rate(a_duration_seconds_count[5m])) < 0.95'),
        ("latency", "http_server_requests_seconds_max > 5"),
        ("latency", "probe_duration_seconds > 2"),
        ("latency", "avg by (backend) (haproxy_backend_http_total_time_average_seconds) > 1"),
        ("latency", "rate(search_query_time_seconds[1m]) / rate(search_query_total[1m]) > 1"),
        ("latency", "histogram_quantile(0.95, sum by (le) (rate(request_total_latency_metric_bucket[5m]))) > 10"),
        ("disk", 'node_filesystem_avail_bytes{fstype!=""} / node_filesystem_size_bytes{fstype!=""} * 100 < 10'),
        ("disk", "(node_filesystem_size_bytes - node_filesystem_free_bytes) / node_filesystem_size_bytes > 0.9"),
        ("disk", "predict_linear(node_filesystem_free_bytes[6h], 14400) < 0"),
        ("disk", "kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes < 0.03"),
        ("disk", "windows_logical_disk_free_bytes / windows_logical_disk_size_bytes < 0.1"),
        ("disk", "disk_used_percent > 90"),
        ("disk", "zfs_pool_free_bytes / zfs_pool_size_bytes < 0.1 and zfs_pool_readonly == 0"),
        ("disk", "aws_rds_free_storage_space_average < 2e9"),
        ("disk", "DiskAvailable_default / (DiskAvailable_default + DiskUsed_default) < 0.2"),
        ("certificate", "probe_ssl_earliest_cert_expiry - time() < 86400 * 7"),
        ("certificate", "3 <= round((last_over_time(probe_ssl_earliest_cert_expiry[10m]) - time()) / 86400, 0.1) < 20"),
        ("certificate", "time() + 604800 > probe_ssl_earliest_cert_expiry"),
        ("certificate", "(x509_cert_not_after - time()) / 86400 < 14"),
        ("certificate", "certmanager_certificate_expiration_timestamp_seconds - time() < 604800"),
        ("backup_age", "time() - backup_last_success_timestamp_seconds > 93600"),
        ("backup_age", "restic_backup_age_seconds > 93600"),
        ("backup_age", "pgbackrest_backup_since_last_completion_seconds > 93600"),
        ("backup_age", "velero_backup_last_successful_timestamp < time() - 86400"),
        ("backup_age", 'time() - kube_cronjob_status_last_successful_time{cronjob="orders-backup"} > 93600'),
        ("backup_age", "changes(backup_last_success_timestamp_seconds[26h]) == 0"),
    ],
)
def test_what_tells_of_it(kind: str, expression: str) -> None:
    assert kind in tells(expression)


@pytest.mark.parametrize(
    ("kind", "expression"),
    [
        ("down", "up == 1"),
        ("down", "up > 0"),
        ("down", "absent(up == 0)"),
        ("down", "count(up) > 100"),
        ("down", "changes(up[10m]) > 3"),
        ("down", "x > 5 and on (instance) up == 1"),
        ("down", "x > 5 unless on (instance) up == 0"),
        ("down", "up"),
        ("down", "node_network_up == 0"),
        ("down", "ifOperStatus == 2"),
        ("latency", "etcd_disk_wal_fsync_duration_seconds > 1"),
        ("latency", "time() - node_boot_time_seconds < 600"),
        ("certificate", "200 <= probe_ssl_earliest_cert_expiry - time()"),
        ("errors", 'rate(http_requests_total{code=~"4.."}[5m]) > 1'),
        ("errors", 'rate(http_requests_total{code=~"5.."}[5m]) < 1'),
        ("errors", "rate(http_requests_total[5m]) > 1"),
        ("errors", "rate(node_network_receive_errs_total[5m]) > 1"),
        ("errors", "rate(promhttp_metric_handler_errors_total[5m]) > 1"),
        ("errors", "backup_errors_total > 1"),
        ("latency", "rate(a_duration_seconds_count[5m]) > 1"),
        ("latency", 'go_gc_duration_seconds{quantile="1"} > 1'),
        ("latency", "scrape_duration_seconds > 1"),
        ("latency", "histogram_quantile(0.9, rate(response_size_bytes_bucket[5m])) > 1"),
        ("latency", "backup_duration_seconds > 3600"),
        ("latency", "time() - process_start_time_seconds < 60"),
        ("disk", "node_filesystem_files_free < 10"),
        ("disk", "node_filesystem_readonly == 1"),
        ("disk", "node_filesystem_device_error == 1"),
        ("disk", "rate(node_disk_io_time_seconds_total[5m]) > 0.9"),
        ("disk", "node_filesystem_avail_bytes > 10"),
        ("disk", "node_filesystem_size_bytes < 10"),
        ("disk", "up == 0"),
        ("certificate", "probe_ssl_earliest_cert_expiry - time() > 86400"),
        ("certificate", "rate(tls_handshake_errors_total[5m]) > 1"),
        ("backup_age", "backup_last_start_timestamp_seconds < time() - 86400"),
        ("backup_age", "backup_last_failure_timestamp_seconds > 0"),
        ("backup_age", "backup_size_bytes < 100"),
        ("backup_age", "time() - backup_last_success_timestamp_seconds < 93600"),
        ("backup_age", "time() - billing_last_success_timestamp_seconds > 93600"),
    ],
)
def test_what_does_not_tell_of_it(kind: str, expression: str) -> None:
    assert kind not in tells(expression)


def test_recording_rules_are_followed_through_what_they_are_made_of() -> None:
    ratio = rule("a:errors:ratio", 'sum(rate(a_total{job="x",code=~"5.."}[5m])) / sum(rate(a_total{job="x"}[5m]))', slo="a")
    again = rule("a:errors:again", 'max_over_time(a:errors:ratio{slo="a"}[5m])')
    assert tells('a:errors:ratio{slo="a"} > 0.01', ratio) == {"errors"}
    assert tells("a:errors:again > 0.01", ratio, again) == {"errors"}
    assert tells('a:errors:ratio{slo="other"} > 0.01', ratio) == {"errors"}  # by its name: another server may record it
    assert tells("a:errors:ratio < 0.01", ratio) == set()
    down = rule("job:up:avg", "avg by (job) (up)")
    (leaf,) = leaves('job:up:avg{job="x"} < 0.5', down)
    assert (leaf.selector.text, [matcher.text for matcher in leaf.through]) == ("up", ['job="x"'])
    loop = rule("a:b", "a:b")
    assert [leaf.selector.text for leaf in leaves("a:b > 1", loop)] == ["a:b"]


def test_what_is_not_recognised_is_unsure() -> None:
    assert [kind_of(leaf.selector, leaf.functions)[0] for leaf in leaves("queue_of_orders > 5")] == [None]
    assert leaves("vector(1)") == [] and leaves("vector(1) > time()") == []


def test_what_cannot_be_read() -> None:
    for text in ("up ==", "(" * 900 + "up" + ")" * 900, "1 +" * 30000 + "1"):
        with pytest.raises(NotParsed):
            leaves(text)


def test_a_selector_without_which_an_alert_cannot_fire() -> None:
    expressions = Expressions([], meaning)

    def dead(query: str, *there: str) -> str | None:
        found = expressions.dead(query, lambda selector: selector.text in there)
        return found.text if found else None

    assert dead("a > 1 and b > 1", "a") == "b" and dead("a > 1 or b > 1", "a") is None and dead("a or b") == "b"
    assert dead("a unless b", "a") is None and dead("absent(a)") is None and dead("vector(1)") is None
    assert dead('sum(rate({__name__=~"a|b"}[5m])) + c', "c") == '{__name__=~"a|b"}'
    assert dead('a{x="1" or x="2"}', 'a{x="2"}') is None
    assert dead("max_over_time(sum(a)[5m:1m]) > 1") == "a" and dead("info(a, {b=~'.+'})", "a") is None


@pytest.mark.parametrize(
    ("matcher", "failures"),
    [
        (Matcher("code", "=~", "5.."), True),
        (Matcher("code", "=", "500"), True),
        (Matcher("code", "!~", "2..|3.."), True),
        (Matcher("code", "=~", "2.."), False),
        (Matcher("code", "!~", "5.."), False),
        (Matcher("code", "=~", "4.."), None),
        (Matcher("code", "=~", ".*"), None),
        (Matcher("status", "=", "error"), True),
        (Matcher("success", "=", "false"), True),
        (Matcher("success", "=", "true"), False),
        (Matcher("error", "=", "true"), True),
        (Matcher("result", "!=", "success"), True),
        (Matcher("method", "=", "500"), None),
        (Matcher("code", "=~", "(?P<"), None),
    ],
)
def test_the_outcome_of_a_matcher(matcher: Matcher, failures: bool | None) -> None:
    assert outcome_of([matcher]) is failures


def test_each_kind_has_a_word() -> None:
    assert len(KINDS) == 6 and kind_of(Selector("up", ()), ())[0] == "down"
