# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that reads text of tools, servers and people: it reads it, or says in its own way that it cannot."""

from __future__ import annotations

import datetime as dt
import functools
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils import _exposition, _hours, _masking, _message, _units, _x509
from ansible_collections.operability.readiness.plugins.module_utils._argspec import ArgumentsRefused
from ansible_collections.operability.readiness.plugins.module_utils._checks import _condition, _dated_names
from ansible_collections.operability.readiness.plugins.module_utils._clients import (
    alertmanager,
    alertmanager_routes,
    containers,
    cron,
    journald,
    links,
    log_files,
    log_times,
    log_writers,
    logrotate,
    monitoring_plugin,
    nagios_status,
    page_scan,
    prometheus,
    promql,
    re2,
    systemd,
)
from ansible_collections.operability.readiness.plugins.module_utils._exchange import Response
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from ansible_collections.operability.readiness.plugins.plugin_utils._described import document
from fuzz.odd import Case, fuzz, texts
from generated import tries_more
from hypothesis import given

pytestmark = tries_more

NOW = dt.datetime(2026, 11, 25, 6, 0, tzinfo=dt.timezone.utc)


EXPOSITION = (
    '# HELP up x\n# TYPE jobs_total counter\njobs_total{a="b",c="d\\n"} 3 1700000000000\nup 1 # {a="b"} 1\nh_bucket{le="+Inf"} NaN\n# EOF\n'
)
LOGROTATE = (
    "reading config file /etc/logrotate.d/app\nHandling 1 logs\n\nrotating pattern: /var/log/app/*.log  weekly (4 rotations)\n"
    "empty log files are not rotated, old logs are removed\nconsidering log /var/log/app/a.log\n  Now: 2026-11-25 06:00\n"
    "  Last rotated at 2026-11-18 06:00\n  log does not need rotating\nerror: bad line 3\n"
)
MOUNTS = "22 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n30 22 254:1 /a//deleted /srv\\040a rw - ext4 /dev/vdb rw\n"
INSPECT = (
    '[{"Name": "/orders", "State": {"ConmonPid": 7}, "HostConfig": {"LogConfig": {"Type": "json-file", "Config": {"max-size": "1m"}}}}]'
)
CRON = 'SHELL=/bin/sh\n# text\n*/5 1-5,7 * jan-mar mon-fri root /usr/bin/backup --all\n@daily root run\n0 0 31 2 * x y\nMAILTO="a b"\n'
SHOW = "Id=backup.timer\nActiveState=active\nNextElapseUSecRealtime=Wed 2026-11-25 06:00:00 UTC\nTriggers=backup.service\nResult=success\n"
CALENDAR = "  Original form: daily\n    Next elapse: Thu 2026-11-26 00:00:00 UTC\n       Iter. #2: Fri 2026-11-27 00:00:00 UTC\n"
JOURNAL = '{"__REALTIME_TIMESTAMP": "1700000000000000", "MESSAGE": "x", "JOB_RESULT": "done", "_HOSTNAME": "h"}\n{"MESSAGE": [1, 2]}\n'
HEADER = (
    "File path: /var/log/journal/x/system.journal\nHead realtime timestamp: Wed 2026-11-25 06:00:00 UTC\nState: ONLINE\nDisk usage: 8.0M\n"
)
MATCHERS = ('{service="payments",severity=~"page|ticket"}', "a!=b", '"utf é"!~"x.*"', 'severity="a\\nb\\""', '{"a" = "b" , }')
ALERTMANAGER = (
    'route:\n  receiver: ops\n  routes:\n  - matchers: [ severity="page" ]\n    receiver: oncall\n    continue: true\n'
    "    mute_time_intervals: [nights]\nreceivers:\n- name: ops\n  email_configs: [{to: x}]\n"
)
PLUGIN = "DISK OK - free | /=2643MB;5948;5958;0;5968 'a b'=0.5s;~:1;@2:3\nmore\nlines | x=U y=1e3%;;;0;100\n"
PROMQL = (
    'rate(http_requests_total{job="a",code=~"5.."}[5m] offset 1d @ end()) / on(a) group_left sum by (b) (up) > 0.5',
    'absent(up{job="x"}) or vector(1) unless label_replace(up, "a", "$1", "b", "(.*)")',
)
MARKDOWN = (
    "---\ntitle: x\nlast_test: 2026-11-25\n---\n# Runbook\n\n## Restart\n\n1. `x y`\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    "\n[link](a.md#restart) ![i](<x y>) [r][1] <http://h/>\n\n```\n# no heading\n```\n\nSetext\n======\n\n[1]: http://h/ 'x'\n<!-- c -->\n"
)
RST = (
    "Runbook\n=======\n\n:date: 2026-11-25\n\nRestart\n-------\n\n.. _a: http://h/\n\n`link <a.rst>`_ and :ref:`x`\n\n"
    ".. code-block:: sh\n\n   x\n\n+--+--+\n| a| b|\n+--+--+\n"
)
HTML = (
    "<!doctype html><html><head><title>R</title></head><body><h1 id='a'>R</h1><p>x <a href='b#c'>y</a><pre>z</pre>"
    "<table><tr><td>1</table></body></html>"
)
SERVICE = (
    "schema_version: 1\nservice: {name: payments, owner: team}\nparts: &a\n  web: {hosts: web, logs: [{file: /x}]}\n"
    "b: *a\nuntil: 2026-11-25\n"
)

CASES: dict[str, Case] = {
    "exposition": Case(_exposition.parse, (EXPOSITION,)),
    "promql": Case(promql.parse, PROMQL, (promql.NotParsed,)),
    "promql selector": Case(promql.parse_selector, ('{job="payments"}', 'up{job=~"a|b"}'), (ValueError,)),
    "logrotate": Case(lambda text: logrotate.parse_logrotate(text, ["/var/log/app/a.log"]), (LOGROTATE,)),
    "logrotate state": Case(logrotate.parse_state, ('logrotate state -- version 2\n"/var/log/a b" 2026-11-25-6:0:0\n"/x" 2026-11-25\n',)),
    "crontab": Case(lambda text: cron.entries_of("/etc/cron.d/x", text, "backup"), (CRON,)),
    "crontab of a user": Case(lambda text: cron.entries_of("/var/spool/cron/crontabs/x", text, "a"), (CRON,)),
    "broken crontab": Case(cron.broken_line, (CRON,)),
    "cron schedule": Case(
        lambda text: cron.period_of(text, NOW.date()), ("*/5 1-5,7 * jan-mar mon-fri", "@daily", "0 0 31 2 *", "59 23 1-31/2 * 0,7")
    ),
    "systemd properties": Case(systemd.parse_properties, (SHOW,)),
    "systemd time": Case(systemd.parse_time, ("Wed 2026-11-25 06:00:00 UTC", "@1795586400", "n/a", "2026-11-25 06:00:00 CET")),
    "systemd span": Case(systemd.parse_span, ("1d 2h", "15min", "1w 30s", "infinity", "1y 2month 3us")),
    "systemd end": Case(systemd.parse_end, (JOURNAL,)),
    "systemd calendar": Case(systemd.longest_gap, (CALENDAR,)),
    "status of Nagios": Case(
        functools.partial(nagios_status.parse_blocks, kinds=("hoststatus", "host")),
        ("hoststatus {\n\thost_name=web1\n\tplugin_output=OK } {\n\t}\ndefine host {\n\thost_name\tweb1\n\t}\n",),
    ),
    "matchers": Case(alertmanager_routes.parse_matchers, MATCHERS, (alertmanager_routes.BadMatcher,)),
    "classic matchers": Case(alertmanager_routes.parse_classic, MATCHERS, (alertmanager_routes.BadMatcher,)),
    "utf8 matchers": Case(alertmanager_routes.parse_utf8, MATCHERS, (alertmanager_routes.BadMatcher,)),
    "go string": Case(alertmanager_routes.go_unquote, ("a\\nb\\u00e9\\xff\\101", '\\"'), (alertmanager_routes.BadMatcher,)),
    "alertmanager configuration": Case(
        lambda text: _routes(alertmanager.read_yaml(text)), (ALERTMANAGER,), (ValueError, alertmanager_routes.BadMatcher)
    ),
    "timestamp": Case(alertmanager.parse_timestamp, ("2026-11-25T06:00:00.000Z", "2026-11-25T06:00:00+01:00"), (ValueError,)),
    "moment of prometheus": Case(prometheus.moment, ("2026-11-25T06:00:00.123456789Z", "0001-01-01T00:00:00Z"), (ValueError,)),
    "duration of prometheus": Case(prometheus.prometheus_duration, ("1m30s", "1m0s", "1.5h", "100ms")),
    "nagios plugin": Case(
        lambda text: [monitoring_plugin.parse_perfdata(part) for part in (*monitoring_plugin.split_output(text)[1], text)], (PLUGIN,)
    ),
    "log time": Case(
        lambda text: log_times.first_time(text, NOW),
        ("2026-11-25T06:00:00Z x\n", "Nov 25 06:00:00 h x\n", "25/Nov/2026:06:00:00 +0000\n", "1700000000.5 x\n", "[2026/11/25 06:00] x"),
    ),
    "mounts": Case(lambda text: log_writers.place_of("/srv/app/app.log", text), (MOUNTS,)),
    "container": Case(lambda text: containers.parse_inspect(text, "orders", "docker"), (INSPECT,), (CannotObserve,)),
    "rotated name": Case(log_files.rotated_name, ("app.log", "a[b].log")),
    "disk usage": Case(journald.parse_disk_usage, ("Archived and active journals take up 1.5G in the file system.", "take up 8B on disk")),
    "journal header": Case(journald.parse_journal_header, (HEADER,)),
    "journal span": Case(journald.parse_timespan, ("1month 2day", "0", "1y")),
    "journal": Case(journald.parse_journal, (JOURNAL,), (CannotObserve,)),
    "re2": Case(re2.translate, ("page|ticket", r"\pL+[^a-z]{2,3}?(?i:x)\Q.\E", "(?P<a>x)[[:alpha:]]"), (re2.Untranslatable,)),
    "dated names": Case(_dated_names.translate, ("dump-%Y-%m-%d.sql.gz", "a-%j-%s*.tar"), (ArgumentsRefused,)),
    "condition": Case(
        _condition.parse, ("result.rc == 0 and 'x' in result.stdout", "result.list[0].a is defined"), (_condition.NotACondition,)
    ),
    "hours": Case(_hours.parse_hours, ("24x7", "Mon-Fri 08:00-18:00, Sat 9-12 Europe/Paris", "lun-ven 8h-18h", "business hours")),
    "duration": Case(_units.parse_duration, ("90s", "1d12h", "500ms", "1.5h"), (ValueError,)),
    "size": Case(_units.parse_size, ("10GiB", "500MB", "1024"), (ValueError,)),
    "comparison": Case(_units.parse_comparison, ("> 0.5", ">= 10GiB", "!= 3"), (ValueError,)),
    "pem": Case(_x509.split_pem, ("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",), (_x509.NotACertificate,)),
    "page": Case(page_scan.scan, (HTML,)),
    "link": Case(
        lambda text: links.judge(
            "http://h/x",
            Response(200, {"content-type": "text/html"}, text.encode("utf-8", "replace"), "http://h/x", 0.1),
            ["not found"],
            ["log in"],
        ),
        (HTML,),
    ),
    "fragment": Case(links.split_fragment, ("http://h/a#b", "#:~:text=x", "a#/route")),
    "yaml positions": Case(
        lambda text: document.positions(text.encode("utf-8", "replace").decode(), "f.yml"), (SERVICE,), (document.Refused,)
    ),
    "address": Case(_masking.public_url, ("http://u:p@h:80/x?y#z", "u:p@h", "s3:https://k:s@h/b")),
    "masked": Case(_masking.masked, ("at http://u:p@h:80/x?y#z, u:p@h; password=x Bearer abc1234", "12:30@x {'token': 'y'}")),
    "one line": Case(_message.one_line, ("a\x1b[31mb\x1b]0;x\x07",)),
}


def _routes(config: t.Any) -> object:
    if not isinstance(config, dict):
        return None
    tree = alertmanager_routes.read_tree(config)
    return alertmanager_routes.find_routes(tree, {"severity": "page"}), alertmanager_routes.integrations(config)


@pytest.mark.parametrize("name", CASES)
def test_it_is_read_or_refused(name: str) -> None:
    CASES[name].tried()


@fuzz(60)
@given(texts("at http://u:p4ss@h/x?token=abc and u:p4ss@h"))
def test_what_is_masked_is_masked_for_good(text: str) -> None:
    clean = _masking.masked(text)
    assert _masking.masked(clean) == clean and len(clean) <= 4 * len(text) + 100
    shown = _message.one_line(text)
    assert _message.one_line(shown) == shown and _message.columns(shown) <= _message.BOUND
