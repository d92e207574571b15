# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: E501 # YAML as people write it
"""Who may say what: each line with which a service or a run makes its verdict easier, and each with which it makes it harder."""

from __future__ import annotations

import fnmatch
import pathlib
import re
import typing as t

import pytest
import yaml
from ansible_collections.operability.readiness.plugins.plugin_utils._model.loosening import OF_RUNS, OF_SERVICES, Leave
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import Plan
from ansible_collections.operability.readiness.plugins.plugin_utils._planning.limits import is_looser
from unit.core.described import ORGANISATION, one, plan, problems_of

SERVICE = """\
schema_version: 1
service: {name: payments, owner: team-payments, hosts: payments}
classification: {criticality: 3}
commitments: {rpo: 24h}
parts:
  web:
    units: [payments.service]
    scrape: [{job: payments, port: 8080}]
    logs: [{file: /var/log/payments/app.json}]
    backups: [{tool: restic, repository: /srv/restic, password_file: /etc/restic.pw, paths: [/var/lib/payments], scheduled_by: {timer: b.timer}}]
    support: payments
endpoints: [{url: "https://payments.example/health"}]
alerts: {match: {service: payments}, must_include: [PaymentsDown]}
documents: {runbook: docs/runbook.md}
"""
ENFORCED = ORGANISATION + "mode: enforce\nservices_may: []\n"
OBSERVED = ORGANISATION + "services_may: []\n"
WAY_OVER = ORGANISATION + "mode: enforce\n"

# in the service file: what it is about, the name of the leave, its key
LOOSER: tuple[tuple[str, str, str], ...] = (
    ("requirements: {MON-04: {with: {prometheus: [{url: 'http://mine'}]}}}", "own_proofs", "requirements.MON-04.with.prometheus"),
    ("requirements: {MON-04: {with: {receivers_by_severity: {critical: [x]}}}}", "own_proofs", "requirements.MON-04.with.receivers_by_severity"),
    ("policy: {requirements: {BKP-01: null}}", "policy", "policy.requirements.BKP-01"),
    ("policy: {requirements: {BKP-01: {retired: true}}}", "policy", "policy.requirements.BKP-01"),
    ("policy: {requirements: {BKP-01: {impact: minor}}}", "policy", "policy.requirements.BKP-01.impact"),
    ("policy: {requirements: {BKP-01: {impact: {A: null}}}}", "policy", "policy.requirements.BKP-01.impact"),
    ("policy: {requirements: {BKP-01: {phases: [recheck]}}}", "policy", "policy.requirements.BKP-01.phases"),
    ("policy: {requirements: {BKP-01: {not_applicable_allowed: true}}}", "policy", "policy.requirements.BKP-01.not_applicable_allowed"),
    ("policy: {requirements: {SUP-01: {not_before_first_deployment: true}}}", "policy", "policy.requirements.SUP-01.not_before_first_deployment"),
    ("policy: {requirements: {BKP-01: {proved_by: [{check: command, with: {command: [/opt/look]}}]}}}", "own_proofs", "policy.requirements.BKP-01.proved_by"),
    ("policy: {requirements: {BKP-01: {applies_when: mobile}}}", "policy", "policy.requirements.BKP-01.applies_when"),
    ("policy: {requirements: {BKP-01: {applies_to: [static]}}}", "policy", "policy.requirements.BKP-01.applies_to"),
    ("policy: {requirements: {BKP-01: {valid_for: 3650d}}}", "limits", "policy.requirements.BKP-01.valid_for"),
    ("policy: {requirements: {BKP-01: {repeat: when_due}}}", "limits", "policy.requirements.BKP-01.repeat"),
    ("policy: {requirements: {BKP-01: {mode: observe}}}", "mode", "policy.requirements.BKP-01.mode"),
    ("policy: {requirements: {BKP-01: {enforce_from: 2999-01-01}}}", "mode", "policy.requirements.BKP-01.enforce_from"),
    ("policy: {requirements: {BKP-01: {ratchet: false}}}", "mode", "policy.requirements.BKP-01.ratchet"),
    ("policy: {requirements: {RUN-01: {with: {max_age: 3000d}}}}", "limits", "policy.requirements.RUN-01.with.max_age"),
    ("policy: {name: starter}", "policy", "policy.name"),
    ("policy: {name: starter, requirements: {MON-01: {title: other}}}", "policy", "policy.name"),
    ("requirements: {BKP-01: {impact: minor}}", "policy", "requirements.BKP-01.impact"),
    ("requirements: {BKP-01: {impact: {A: major}}}", "policy", "requirements.BKP-01.impact"),
    ("requirements: {BKP-01: {phases: [recheck]}}", "policy", "requirements.BKP-01.phases"),
    ("requirements: {BKP-01: {valid_for: 3650d}}", "limits", "requirements.BKP-01.valid_for"),
    ("requirements: {BKP-01: {repeat: when_due}}", "limits", "requirements.BKP-01.repeat"),
    ("requirements: {BKP-01: {mode: observe}}", "mode", "requirements.BKP-01.mode"),
    ("requirements: {BKP-01: {enforce_from: 2999-01-01}}", "mode", "requirements.BKP-01.enforce_from"),
    ("requirements: {BKP-01: {with: {max_age: 3000d}}}", "limits", "requirements.BKP-01.with.max_age"),
    ("requirements: {BKP-01: {with: {size_deviation: 100%}}}", "limits", "requirements.BKP-01.with.size_deviation"),
    ("requirements: {PLT-02: {with: {disk: '< 99%'}}}", "limits", "requirements.PLT-02.with.disk"),
    ("requirements: {PLT-02: {with: {disk: '> 1%'}}}", "limits", "requirements.PLT-02.with.disk"),
    ("requirements: {PLT-02: {with: {min_free: 1MiB}}}", "limits", "requirements.PLT-02.with.min_free"),
    ("requirements: {RUN-01: {with: {sections: [symptoms]}}}", "limits", "requirements.RUN-01.with.sections"),
    ("requirements: {RUN-01: {with: {check_links: false}}}", "limits", "requirements.RUN-01.with.check_links"),
    ("requirements: {RUN-01: {with: {ignore_links: ['*']}}}", "limits", "requirements.RUN-01.with.ignore_links"),
    (
        "requirements: {MON-03: {check: prometheus_alerts, "
        "with: {match: {service: payments}, must_include: [PaymentsDown], url: 'http://x'}}}",
        "servers",
        "requirements.MON-03.with.url",
    ),
    ("commitments: {rpo: 3000d}", "limits", "commitments.rpo"),
    ("commitments: {pdma: 3000d}", "limits", "commitments.pdma"),
    ("servers: {alertmanager: {kind: alertmanager, url: 'http://stand-in'}}", "servers", "servers.alertmanager"),
    ("servers: {store: {kind: loki, url: 'http://loki'}}", "servers", "servers.store"),
    ("requirements: {BKP-01: {check: file_backup, with: {path: /etc/passwd, max_age: 1d}}}", "own_proofs", "requirements.BKP-01.check"),
    ("requirements: {BKP-01: {with: {paths: [/tmp]}}}", "own_proofs", "requirements.BKP-01.with.paths"),
    ("requirements: {BKP-01: {with: {tags: [mine]}}}", "own_proofs", "requirements.BKP-01.with.tags"),
    ("requirements: {MON-07: {with: {url: 'http://127.0.0.1/ok'}}}", "own_proofs", "requirements.MON-07.with.url"),
    ("requirements: {MON-07: {with: {status: [200, 500]}}}", "limits", "requirements.MON-07.with.status"),
    ("requirements: {PLT-02: {with: {paths: [/dev/shm]}}}", "own_proofs", "requirements.PLT-02.with.paths"),
    ("requirements: {PLT-01: {with: {unit: cron.service}}}", "own_proofs", "requirements.PLT-01.with.unit"),
    ("requirements: {MON-01: {with: {expect: [{addresses: [web9], port: 9100}]}}}", "own_proofs", "requirements.MON-01.with.expect"),
    ("requirements: {BKP-05: {with: {timer: other.timer}}}", "own_proofs", "requirements.BKP-05.with.timer"),
    ("requirements: {MON-03: {with: {match: {service: other}}}}", "own_proofs", "requirements.MON-03.with.match"),
    ("requirements: {BKP-01: {on: pay1}}", "hosts", "requirements.BKP-01.on"),
    ("endpoints: [{url: 'https://payments.example/health', status: [200, 500]}]", "limits", "endpoints.0.status"),
    ("defaults: {with: {restic_backup: {binary: /srv/fake}}}", "own_proofs", "defaults.with.restic_backup.binary"),
    (
        "parts: {web: {logs: [{file: /x, logrotate_config: /srv/own.conf}], support: payments}}",
        "own_proofs",
        "parts.web.logs.0.logrotate_config",
    ),
    ("parts: {web: {logs: [{file: /x, logrotate_state: /srv/own}], support: payments}}", "own_proofs", "parts.web.logs.0.logrotate_state"),
    ("parts: {web: {units: [{name: payments.service, kind: standby}], support: payments}}", "limits", "parts.web.units.0.kind"),
    ("parts: {web: {logs: [{file: /x, rotated_by: application, max_size: 90TiB}], support: payments}}", "limits", "parts.web.logs.0.max_size"),
    ("alerts: {match: {service: payments}, must_include: [PaymentsDown], labels: {severity: info}}", "chains", "alerts.labels.severity"),
    ("servers: {prom: {kind: prometheus, url: 'http://stand-in'}}", "servers", "servers.prom"),
    ("chains: {payments: [{tier: N1, contact: nobody@example}]}", "chains", "chains.payments"),
    ("defaults: {with: {restic_backup: {min_count: 0}}}", "limits", "defaults.with.restic_backup.min_count"),
    ("defaults: {alerts: {receivers: [me]}}", "chains", "defaults.alerts.receivers"),
    ("defaults: {alerts: {required_labels: []}}", "limits", "defaults.alerts.required_labels"),
    ("defaults: {runbook: {max_age: 3000d}}", "limits", "defaults.runbook.max_age"),
    ("defaults: {support: {horizon: 1d}}", "limits", "defaults.support.horizon"),
    ("chains: {mine: [{tier: N1, contact: me@example}]}\nparts: {web: {support: mine}}", "chains", "parts.web.support"),
    ("parts: {web: {support: [{tier: N1, contact: me@example}]}}", "chains", "parts.web.support"),
    ("alerts: {match: {service: payments}, may_be_absent: [PaymentsDown]}", "limits", "alerts.may_be_absent"),
    ("alerts: {match: {service: payments}, receivers: [me]}", "chains", "alerts.receivers"),
    ("endpoints: [{url: 'https://payments.example/health', validate_certs: false}]", "limits", "endpoints.0.validate_certs"),
    ("endpoints: [{url: 'https://payments.example/health', min_days: 0.01}]", "limits", "endpoints.0.min_days"),
    ("flows: []", "traits", "requirements.PLT-03"),
    ("baseline: {tolerances: {http_latency_seconds: {relative: 100}}}", "limits", "baseline.tolerances.http_latency_seconds"),
)  # fmt: skip
# over an organisation that says more: what is about it, the name of the leave, its key
SAYS_MORE = """\
defaults:
  with:
    host_capacity: {disk: '< 80%', min_free: 900GiB}
    restic_backup: {max_age: 12h, min_count: 3}
    tls_certificate: {min_days: 30}
    flow: {connect_timeout: 5s}
  runbook: {max_age: 90d, sections: [symptoms]}
  support: {min_tiers: 2, horizon: 180d}
  alerts: {receivers: [payments-oncall], labels: {severity: critical, team: payments}}
policy: {requirements: {BKP-04: {with: {max_age: 24h}}}}
"""
ENDPOINT = "endpoints: [{url: 'https://payments.example/health', %s}]"
FLOW = "flows: [{to: 'ldap.example:636'}]\n"
WAY_BACK = "delivery: {rollback_check: [/opt/back]}\n"
SECOND = (
    "parts: {web: {support: payments, units: [payments.service], backups: [{tool: restic, repository: /srv/restic, paths: [/var/lib/payments], "
    "second_copy: {repository: /srv/other}}]}}\n"
)
LOOSER_THAN_THE_ORGANISATION: tuple[tuple[str, str, str], ...] = (
    # what is looked at, wherever the options of a check may stand
    ("policy: {requirements: {BKP-01: {with: {paths: [/tmp]}}}}", "own_proofs", "policy.requirements.BKP-01.with.paths"),
    ("policy: {requirements: {BKP-01: {with: {repository: /srv/mine}}}}", "own_proofs", "policy.requirements.BKP-01.with.repository"),
    ("policy: {requirements: {BKP-01: {with: {paths: null}}}}", "own_proofs", "policy.requirements.BKP-01.with.paths"),
    ("requirements: {BKP-01: {with: {host: other}}}", "own_proofs", "requirements.BKP-01.with.host"),
    ("requirements: {BKP-01: {with: {environment: {PATH: /srv/mine}}}}", "own_proofs", "requirements.BKP-01.with.environment"),
    ("defaults: {with: {restic_backup: {environment: {LD_PRELOAD: /srv/x.so}}}}", "own_proofs", "defaults.with.restic_backup.environment"),
    (SECOND.replace("second_copy", "environment: {PATH: /srv/mine}, second_copy"), "own_proofs", "parts.web.backups.0.environment"),
    (WAY_BACK + "policy: {requirements: {DEL-02: {with: {command: [/bin/ls, /]}}}}", "own_proofs", "policy.requirements.DEL-02.with.command"),
    (WAY_BACK + "policy: {requirements: {DEL-02: {with: {chdir: /tmp}}}}", "own_proofs", "policy.requirements.DEL-02.with.chdir"),
    (WAY_BACK + "requirements: {DEL-02: {with: {command: [/bin/ls, /]}}}", "own_proofs", "requirements.DEL-02.with.command"),
    (WAY_BACK + "requirements: {DEL-02: {check: command, with: {command: [/bin/ls, /]}}}", "own_proofs", "requirements.DEL-02.check"),
    ("policy: {requirements: {MON-07: {with: {url: 'http://127.0.0.1/ok'}}}}", "own_proofs", "policy.requirements.MON-07.with.url"),
    ("policy: {requirements: {MON-07: {with: {method: OPTIONS}}}}", "own_proofs", "policy.requirements.MON-07.with.method"),
    ("defaults: {with: {http_probe: {method: OPTIONS}}}", "own_proofs", "defaults.with.http_probe.method"),
    ("defaults: {with: {http_probe: {follow_redirects: false}}}", "own_proofs", "defaults.with.http_probe.follow_redirects"),
    ("policy: {requirements: {MON-07: {with: {status: [200, 404]}}}}", "limits", "policy.requirements.MON-07.with.status"),
    ("policy: {requirements: {MON-10: {with: {port: 8443}}}}", "own_proofs", "policy.requirements.MON-10.with.port"),
    ("policy: {requirements: {MON-10: {with: {ca_path: /srv/mine.pem}}}}", "own_proofs", "policy.requirements.MON-10.with.ca_path"),
    ("requirements: {MON-10: {with: {ca_path: /srv/mine.pem}}}", "own_proofs", "requirements.MON-10.with.ca_path"),
    (FLOW + "policy: {requirements: {PLT-03: {with: {to: localhost, protocol: dns}}}}", "own_proofs", "policy.requirements.PLT-03.with.to"),
    (FLOW + "requirements: {PLT-03: {with: {closed: true}}}", "own_proofs", "requirements.PLT-03.with.closed"),
    (FLOW + "defaults: {with: {flow: {closed: true}}}", "own_proofs", "defaults.with.flow.closed"),
    ("flows: [{to: 'ldap.example:636', closed: true, connect_timeout: 1ms}]", "limits", "flows.0.connect_timeout"),
    ("policy: {requirements: {PLT-02: {with: {paths: [/dev/shm]}}}}", "own_proofs", "policy.requirements.PLT-02.with.paths"),
    ("defaults: {with: {host_capacity: {paths: [/dev/shm]}}}", "own_proofs", "defaults.with.host_capacity.paths"),
    ("policy: {requirements: {PLT-02: {with: {root: /srv/mine}}}}", "own_proofs", "policy.requirements.PLT-02.with.root"),
    ("requirements: {PLT-02: {with: {proc: /srv/mine}}}", "own_proofs", "requirements.PLT-02.with.proc"),
    ("policy: {requirements: {PLT-01: {with: {kind: oneshot}}}}", "own_proofs", "policy.requirements.PLT-01.with.kind"),
    ("policy: {requirements: {LOG-01: {with: {search: /var/log/mine}}}}", "own_proofs", "policy.requirements.LOG-01.with.search"),
    ("policy: {requirements: {LOG-01: {with: {path: /var/log/central/x}}}}", "own_proofs", "policy.requirements.LOG-01.with.path"),
    ("policy: {requirements: {LOG-01: {with: {local: true}}}}", "limits", "policy.requirements.LOG-01.with.local"),
    (
        "requirements: {LOG-01: {check: log_canary, with: {via: file, path: /x, backend: file, search: /x}}}",
        "own_proofs",
        "requirements.LOG-01.check",
    ),
    (
        "policy: {requirements: {LOG-05: {with: {journald_config: [/srv/mine]}}}}",
        "own_proofs",
        "policy.requirements.LOG-05.with.journald_config",
    ),
    ("policy: {requirements: {SUP-01: {with: {chains: {payments: []}}}}}", "own_proofs", "policy.requirements.SUP-01.with.chains"),
    ("policy: {requirements: {SUP-01: {with: {components: {}}}}}", "own_proofs", "policy.requirements.SUP-01.with.components"),
    ("policy: {requirements: {MON-01: {with: {expect: [{addresses: [web9], port: 9100}]}}}}", "own_proofs", "policy.requirements.MON-01.with.expect"),
    ("policy: {requirements: {MON-01: {with: {min_up: 0}}}}", "limits", "policy.requirements.MON-01.with.min_up"),
    ("policy: {requirements: {MON-01: {with: {url: 'http://stand-in'}}}}", "servers", "policy.requirements.MON-01.with.url"),
    ("requirements: {MON-01: {with: {url: 'http://stand-in'}}}", "servers", "requirements.MON-01.with.url"),
    ("requirements: {MON-01: {with: {failover: ['http://stand-in']}}}", "servers", "requirements.MON-01.with.failover"),
    ("requirements: {MON-03: {with: {rules_url: 'http://stand-in'}}}", "servers", "requirements.MON-03.with.rules_url"),
    ("requirements: {MON-01: {with: {headers: {X-Scope-OrgID: mine}}}}", "own_proofs", "requirements.MON-01.with.headers"),
    ("requirements: {MON-01: {with: {probe_query: vector(1)}}}", "own_proofs", "requirements.MON-01.with.probe_query"),
    ("policy: {requirements: {MON-03: {with: {must_include: []}}}}", "limits", "policy.requirements.MON-03.with.must_include"),
    # what the organisation says of all checks does not go because the service says something of them too
    ("defaults: {with: {host_capacity: {disk: '< 95%'}}}", "limits", "defaults.with.host_capacity.disk"),
    ("defaults: {with: {host_capacity: {min_free: null}}}", "limits", "defaults.with.host_capacity.min_free"),
    ("defaults: {with: {restic_backup: {min_count: 1}}}", "limits", "defaults.with.restic_backup.min_count"),
    ("defaults: {runbook: {max_age: 91d}}", "limits", "defaults.runbook.max_age"),
    ("defaults: {support: {min_tiers: 1}}", "limits", "defaults.support.min_tiers"),
    ("defaults: {alerts: {labels: {team: other}}}", "chains", "defaults.alerts.labels.team"),
    # the organisation's own limit, within the policy's bound
    ("policy: {requirements: {BKP-01: {with: {max_age: 13h}}}}", "limits", "policy.requirements.BKP-01.with.max_age"),
    ("requirements: {BKP-01: {with: {max_age: 13h}}}", "limits", "requirements.BKP-01.with.max_age"),
    ("commitments: {rpo: 13h}", "limits", "commitments.rpo"),
    (SECOND + "policy: {requirements: {BKP-04: {with: {max_age: 25h}}}}", "limits", "policy.requirements.BKP-04.with.max_age"),
    (ENDPOINT % "min_days: 29", "limits", "endpoints.0.min_days"),
    # nothing, in the place of a limit
    ("requirements: {PLT-02: {with: {min_free: null}}}", "limits", "requirements.PLT-02.with.min_free"),
    ("policy: {requirements: {PLT-02: {with: {disk: null}}}}", "limits", "policy.requirements.PLT-02.with.disk"),
    ("requirements: {MON-10: {with: {min_days: null}}}", "limits", "requirements.MON-10.with.min_days"),
    ("documents: {runbook: {path: docs/runbook.md, max_age: null}}", "limits", "documents.runbook.max_age"),
    # values as a check reads them
    ("requirements: {RUN-01: {with: {check_links: 'no'}}}", "limits", "requirements.RUN-01.with.check_links"),
    ("policy: {requirements: {RUN-01: {with: {check_links: 0}}}}", "limits", "policy.requirements.RUN-01.with.check_links"),
    ("requirements: {RUN-01: {with: {ignore_links: 'missing.md'}}}", "limits", "requirements.RUN-01.with.ignore_links"),
    ("requirements: {MON-10: {with: {min_days: '29'}}}", "limits", "requirements.MON-10.with.min_days"),
    ("requirements: {MON-07: {with: {status: '500'}}}", "limits", "requirements.MON-07.with.status"),
)  # fmt: skip
# within what such an organisation says
WITHIN_THE_ORGANISATION = (
    "defaults: {with: {host_capacity: {memory: '< 90%'}, file_backup: {}, restic_backup: {min_count: 4}}}",
    "defaults: {with: {host_capacity: {}, tls_certificate: {timeout: 20s}}}",
    "defaults: {with: {host_capacity: {disk: '< 70%', min_free: 1TiB}}}",
    "defaults: {runbook: {executed_by_other: true}, support: {min_tiers: 2}, alerts: {labels: {service: payments}}}",
    "requirements: {PLT-02: {with: {timeout: 60s, disk: '< 80.0%'}}}",
    "policy: {requirements: {PLT-02: {with: {timeout: 60s, disk: '< 50%'}}, BKP-01: {with: {max_age: 1h, compare: 5}}}}",
    "requirements: {MON-07: {with: {max_latency: 1s, json: {status: UP}, not_body: [error], timeout: 5s}}}",
    "requirements: {MON-07: {with: {url: 'https://payments.example/health', method: GET, follow_redirects: 'yes'}}}",
    "requirements: {RUN-01: {with: {check_links: 'yes', sections: [symptoms, rollback], link_timeout: 30s}}}",
    "requirements: {RUN-01: {with: {ignore_links: null, owner_required: null}}}",
    FLOW + "requirements: {PLT-03: {with: {connect_timeout: 1s}}}",
    FLOW + "policy: {requirements: {PLT-03: {with: {connect_timeout: 9s, closed: false}}}}",
    ENDPOINT % "min_days: 31, ca_path: own.pem, method: HEAD, follow_redirects: false, status: 401, url_username: probe",
    "flows: [{to: 'ldap.example:636', closed: true}, {to: ldap.example, protocol: dns, expect: [10.0.0.1]}]",
    "flows: [{to: 'ldap.example:636', protocol: tls, ca_path: /etc/own.pem, server_name: ldap}]",
    SECOND + "commitments: {rpo: 6h}",
    SECOND.replace("second_copy", "environment: {AWS_ACCESS_KEY_ID: k, RESTIC_PASSWORD_COMMAND: pass}, second_copy"),
    "parts: {web: {support: payments, units: [{name: payments.service, kind: daemon}, {name: once.service, kind: oneshot, enabled: false}]}}",
    "requirements: {PLT-01: {with: {kind: daemon}}}",
    "requirements: {RUN-01: {check: runbook, with: {path: docs/runbook.md}}}",
    "requirements: {BKP-01: {with: {paths: [/etc/payments, /var/lib/payments], environment: {}, binary: /usr/bin/restic}}}",
    "requirements: {MON-04: {with: {receivers: [payments-oncall]}}}",
    "requirements: {BKP-01: {with: {password_file: /etc/other.pw}}}",
    "documents: {runbook: {path: docs/runbook.md, sections: [Symptômes, Diagnostic]}}",
    "delivery: {smoke: common}\nrequirements: {DEL-03: {with: {sudo: true, sudo_user: payments}}}",
    ENDPOINT % "json: {status: UP}" + "\nrequirements: {MON-07: {with: {json: {status: UP, db: UP}}}}",
    "availability: {series: up}\nrequirements: {MON-11: {with: {pass_when: '> 5%', warn_when: '<= 20%'}}}",
    "defaults: {with: {restic_backup: {binary: /usr/local/bin/restic}}}",
    SECOND.replace("second_copy", "binary: /usr/bin/restic, environment: {PATH: '/usr/local/bin:/usr/bin'}, second_copy"),
    "parts: {web: {logs: [{file: /x, logrotate_state: /var/lib/logrotate/logrotate.status}], support: payments}}",
    "parts: {web: {support: payments, backups: [{tool: file, pattern: /srv/b/*.gz, min_size: 1MiB, contains: [db.sql], max_age: 6h}]}}",
    "parts: {web: {support: payments, logs: [{file: /x, rotated_by: application, max_size: 1GiB, fields: {a: b}, deadline: 10s}]}}",
)  # fmt: skip
# what a key of another name comes to
BY_CONSEQUENCE = {("traits", "requirements.PLT-03")}
# what is stricter, or no matter of strictness: never told
TIGHTER = (
    "policy: {requirements: {BKP-02: {impact: blocker}, RUN-03: {phases: [design, pre, post, recheck]}}}",
    "policy: {requirements: {BKP-01: {valid_for: 1d, waivable: false, max_waiver: 1d, ratchet: true}}}",
    "policy: {add: [starter]}",
    "policy: {add: [vsr]}",
    "policy: {name: default}",
    "policy: {requirements: {PAY-01: {title: own, impact: minor, proved_by: [{check: host_capacity}]}}}",
    "policy: {requirements: {BKP-01: {enforce_from: 2020-01-01}}}",
    "requirements: {BKP-01: {mode: enforce, enforce_from: 2020-01-01}}",
    "requirements: {BKP-01: {enforce_from: 2026-11-25}}",
    "parts: {web: {support: other}}",
    "parts: {web: {support: [{tier: N1, contact: desk@example, hours: 24x7, response: 15m}, {tier: N2, contact: ops@example, hours: 24x7, response: 30m}]}}",
    "mode: enforce",
    "ratchet: true",
    "requirements: {PLT-02: {impact: blocker, valid_for: 1d, with: {disk: '< 50%', min_free: 100GiB, inodes: '< 50%'}}}",
    "requirements: {BKP-01: {with: {max_age: 1h, min_count: 7, size_deviation: 10%}}}",
    "requirements: {RUN-01: {with: {executed_by_other: true, max_age: 30d}}}",
    "requirements: {BKP-01: {responsible: team-backup, title: ours, remedy: call}}",
    "commitments: {rpo: 15m}",
    "defaults: {alerts: {required_labels: [severity, service, team]}, support: {horizon: 365d}}",
    "chains: {more: [{tier: N1, contact: other@example}]}",
    "servers: {boards: {kind: grafana, url: 'http://grafana'}}",
    "endpoints: [{url: 'https://payments.example/health', min_days: 40, max_latency: 10s, status: 401}]",
    "alerts: {match: {service: payments}, required_labels: [severity, team], receivers: [payments-oncall]}",
    "baseline: {tolerances: {http_latency_seconds: {relative: 0}}}",
    "classification: {criticality: 2, level: A}",
    "traits: {http: true, data: true}",
)  # fmt: skip


def with_line(line: str) -> str:
    """The service with a line; it takes the place of one with the same key."""
    keys = [part.partition(":")[0] for part in line.split("\n")]
    kept = [part for part in _blocks(SERVICE) if part.partition(":")[0] not in keys]
    return "".join(kept) + line + "\n"


def _blocks(text: str) -> list[str]:
    blocks: list[str] = []
    for row in text.splitlines(keepends=True):
        if row.startswith(" "):
            blocks[-1] += row
        else:
            blocks.append(row)
    return blocks


def of(made: Plan) -> list[tuple[str, str, str]]:
    return [(one.kind, one.key, one.leave.value) for one in made.loosened]


@pytest.fixture(params=["pre", "recheck"])
def phase(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def planned(text: str, organisation: str | None, phase: str = "recheck", **run: t.Any) -> Plan:
    return plan(text, organisation, phase=phase, version="1", **run)


def test_the_service_itself_loosens_nothing(phase: str) -> None:
    assert planned(SERVICE, ENFORCED, phase).loosened == ()


@pytest.mark.parametrize(("line", "kind", "key"), LOOSER, ids=[line for line, _kind, _key in LOOSER])
def test_what_is_looser(line: str, kind: str, key: str) -> None:
    text = with_line(line)
    seen = [(made.kind, made.key, made.leave) for phase in ("pre", "recheck") for made in planned(text, OBSERVED, phase).loosened]
    assert (kind, key, Leave.REFUSED) in seen, "in observe it takes effect and is told"
    told = [(made.kind, made.key, made.leave) for phase in ("pre", "recheck") for made in planned(text, WAY_OVER, phase).loosened]
    assert (kind, key, Leave.WAY_OVER) in told
    problems = [line for phase in ("pre", "recheck") for line in problems_of(lambda phase=phase: planned(text, ENFORCED, phase))]  # type: ignore[misc]
    mine = [problem for problem in problems if f"{key}: " in problem]
    assert mine and all(problem.startswith("readiness.yml:") and f"services: {{payments: [{kind}]}}" in problem for problem in mine), (
        problems
    )
    given = ENFORCED.replace("services_may: []", f"services_may: [{kind}]")
    allowed = [(made.kind, made.key, made.leave) for phase in ("pre", "recheck") for made in planned(text, given, phase).loosened]
    assert (kind, key, Leave.GIVEN) in allowed, "with leave it takes effect and is told"


@pytest.mark.parametrize("line", TIGHTER)
def test_what_is_not_looser(line: str, phase: str) -> None:
    assert of(planned(with_line(line), ENFORCED, phase)) == []


def says_more(more: str) -> str:
    """The organisation of these tests, which says more of checks."""
    return "".join(part for part in _blocks(ORGANISATION) if not part.startswith("defaults:")) + SAYS_MORE + more


@pytest.mark.parametrize(("line", "kind", "key"), LOOSER_THAN_THE_ORGANISATION)
def test_what_is_looser_than_the_organisation_has_it(line: str, kind: str, key: str) -> None:
    text = with_line(line if "commitments" in line else line + "\ncommitments: {rpo: 12h}")
    seen = {one for phase in ("pre", "recheck") for one in of(planned(text, says_more("services_may: []\n"), phase))}
    assert (kind, key, "refused") in seen
    problems = [
        problem
        for phase in ("pre", "recheck")
        for problem in problems_of(lambda phase=phase: planned(text, says_more("mode: enforce\nservices_may: []\n"), phase))  # type: ignore[misc]
    ]
    assert any(f"{key}: " in problem and f"services: {{payments: [{kind}]}}" in problem for problem in problems)


def test_what_a_declared_backup_lacks_may_be_said_with_its_requirement_and_nothing_else() -> None:
    nothing = with_line("commitments: {}\n")
    assert of(planned(nothing + "requirements: {BKP-01: {with: {max_age: 1h}}}\n", ENFORCED)) == []
    assert of(planned(nothing + "policy: {requirements: {BKP-01: {with: {max_age: 1h}}}}\n", ENFORCED)) == []
    for more, key in (
        ("requirements: {BKP-01: {with: {max_age: 1h, paths: [/tmp]}}}\n", "requirements.BKP-01.with.paths"),
        ("policy: {requirements: {BKP-01: {with: {max_age: 1h, paths: [/tmp]}}}}\n", "policy.requirements.BKP-01.with.paths"),
    ):
        assert of(planned(nothing + more, OBSERVED)) == [("own_proofs", key, "refused")]


def test_what_is_declared_and_cannot_be_read_is_not_passed_over() -> None:
    same = with_line(SECOND.replace("repository: /srv/other", "min_count: 1"))
    more = "requirements: {BKP-04: {check: file_backup, with: {path: /etc/hosts, max_age: 1d}}}\n"
    assert ("own_proofs", "requirements.BKP-04.check", "refused") in of(planned(same + more, OBSERVED))


@pytest.mark.parametrize("line", WITHIN_THE_ORGANISATION)
def test_what_is_within_what_the_organisation_says(line: str, phase: str) -> None:
    text = with_line(line if "commitments" in line else line + "\ncommitments: {rpo: 12h}")
    assert of(planned(text, says_more("mode: enforce\nservices_may: []\n"), phase)) == []


@pytest.mark.parametrize(
    ("entry", "group"),
    [
        (
            "MON-03: {check: prometheus_alerts, with: {match: {service: x}, must_include: [Down]}}",
            "alerts: {required_labels: [severity, team]}",
        ),
        ("RUN-01: {check: runbook, with: {path: docs/other.md}}", "runbook: {max_age: 90d, executed_by_other: true}"),
    ],
)
def test_what_the_organisation_says_of_such_checks_holds_for_one_that_the_service_names(entry: str, group: str) -> None:
    text = "\n".join(line for line in SERVICE.splitlines() if not line.startswith(("alerts", "documents")))
    shared = "schema_version: 1\nservers: {prom: {kind: prometheus, url: 'http://prom'}}\nmode: enforce\nservices_may: []\n"
    made = planned(f"{text}\nrequirements: {{{entry}}}\n", f"{shared}defaults: {{{group}}}\n")
    assert of(made) == []
    (check,) = one(made, entry[:6]).checks
    assert {name: check.args[name] for name in check.args if name in group} == yaml.safe_load(group[group.index("{") :])


def test_names_of_sections_in_another_language_are_the_same_sections() -> None:
    said = "documents: {runbook: {path: docs/runbook.md, sections: [%s]}}"
    french = "symptômes, diagnostic, Contournement, escalade, retour arrière"
    assert of(planned(with_line(said % french), OBSERVED)) == []
    for other in ("Contournement, diagnostic, symptômes, escalade", "symptômes, diagnostic, autre, escalade, retour arrière"):
        assert of(planned(with_line(said % other), OBSERVED)) == [("limits", "documents.runbook.sections", "refused")]
    shared = OBSERVED.replace("defaults:\n", "defaults:\n  runbook: {sections: [contacts, escalation]}\n")
    assert of(planned(with_line(said % "escalation"), shared)) == [("limits", "documents.runbook.sections", "refused")]


def test_what_stands_in_with_leave_has_limits_of_its_own() -> None:
    text = with_line("requirements: {RUN-02: {check: junit, with: {path: [build/restore.xml], max_age: 90d}}}")
    no_proof = "policy: {requirements: {RUN-02: {proved_by: []}}}\n"  # as of what no check of ours proves
    organisation = ENFORCED.replace("services_may: []", "services_may: [own_proofs]") + no_proof
    assert of(planned(text, organisation)) == [("own_proofs", "requirements.RUN-02.check", "given")]
    shared = organisation.replace("defaults:\n", "defaults:\n  with: {junit: {max_age: 60d}}\n")
    (problem,) = problems_of(lambda: planned(text, shared))
    assert "the organisation's file says 60d" in problem


def test_leave_is_given_for_all_or_where_a_layer_says_so() -> None:
    text = with_line("commitments: {rpo: 3000d}")

    def leave(given: str, **run: t.Any) -> set[Leave]:
        return {one.leave for one in planned(text, ORGANISATION + f"services_may: {given}\n", **run).loosened}

    for given in (
        "[limits]",
        "{default: [limits]}",
        "{environments: {production: [limits]}}",
        "{levels: {A: [limits]}}",
        "{services: {payments: [limits]}}",
        "{requirements: {BKP-01: [limits], BKP-04: [limits]}}",
    ):
        assert leave(given) == {Leave.GIVEN}, given
    for given in (
        "[]",
        "[traits]",
        "{default: []}",
        "{environments: {staging: [limits]}}",
        "{levels: {C: [limits]}}",
        "{services: {other: [limits]}}",
        "{requirements: {MON-01: [limits]}}",
    ):
        assert leave(given) == {Leave.REFUSED}, given
    assert leave("{environments: {staging: [limits]}}", environment="staging") == {Leave.GIVEN}
    assert leave("{services: {other: [limits]}}\nruns_may: [limit]") == {Leave.REFUSED}


def test_either_key_ends_the_way_over() -> None:
    text = with_line("mode: observe")
    assert of(planned(text, ORGANISATION + "mode: enforce\n")) == [("mode", "mode", "way_over")]
    assert problems_of(lambda: planned(text, ORGANISATION + "mode: enforce\nruns_may: []\n"))


def test_without_an_organisation_file_the_team_is_its_own_operations() -> None:
    made = planned(
        with_line("policy: {requirements: {BKP-01: null}}").replace("support: payments", "support: [{tier: N1, contact: c}]"), None
    )
    assert of(made) == [("policy", "policy.requirements.BKP-01", "given")]


def test_an_emergency_is_never_refused() -> None:
    made = planned(with_line("policy: {requirements: {BKP-01: null}}"), ENFORCED, emergency=True)
    assert of(made) == [("policy", "policy.requirements.BKP-01", "refused")]


def test_a_run_needs_leave_to_observe_what_the_files_enforce() -> None:
    (problem,) = problems_of(lambda: planned(SERVICE, ENFORCED, "pre", mode="observe"))
    assert problems_of(lambda: planned(SERVICE, ENFORCED, "post", mode="observe")) == [problem]
    assert problem.startswith("readiness_mode: this run only observes; the files say enforce. A run may tighten this, not loosen it:")
    assert "(runs_may: {services: {payments: [mode]}})" in problem
    made = planned(SERVICE, ENFORCED + "runs_may: [mode]\n", "pre", mode="observe")
    assert (made.mode, of(made)) == ("observe", [("mode", "readiness_mode", "given")])
    assert planned(SERVICE, OBSERVED, mode="enforce").loosened == ()
    assert of(planned(SERVICE, OBSERVED, mode="observe")) == []


@pytest.mark.parametrize("phase", ["design", "recheck"])
def test_a_run_that_deploys_nothing_may_observe(phase: str) -> None:
    assert planned(SERVICE, ENFORCED, phase, mode="observe").loosened == ()
    assert problems_of(lambda: planned(with_line("policy: {requirements: {BKP-01: null}}"), ENFORCED, phase, mode="observe"))


def test_what_a_service_may_not_observe_is_refused_by_its_organisations_mode() -> None:
    both = with_line("mode: observe\npolicy: {requirements: {BKP-01: null}}")
    assert len(problems_of(lambda: planned(both, ENFORCED))) == 2, "saying observe does not make the rest free"
    allowed = planned(both, ENFORCED.replace("[]", "[mode]"))
    assert allowed.mode == "observe" and {made.leave for made in allowed.loosened} == {Leave.GIVEN, Leave.REFUSED}


def test_a_lower_level_needs_leave_or_a_waiver() -> None:
    text = with_line("classification: {criticality: 3, level: C}")
    assert planned(text, OBSERVED).level == "A"
    made = planned(text, OBSERVED.replace("[]", "[level]"))
    assert (made.level, of(made)) == ("C", [("level", "classification.level", "given")])


def test_a_classification_is_what_a_service_says_of_itself() -> None:
    text = with_line("classification: {criticality: 1}")
    made = planned(text, OBSERVED + "levels: {payments: A, other: A}\n")
    assert (made.level, of(made)) == ("A", [("level", "classification", "refused")]), "the organisation's level holds"
    assert made.level_reason.startswith("organisation.yml:13 says at least A; criticality 1")
    assert problems_of(lambda: planned(text, ENFORCED + "levels: {payments: A}\n"))
    allowed = planned(text, ENFORCED.replace("[]", "[level]") + "levels: {payments: A}\n")
    assert (allowed.level, of(allowed)) == ("C", [("level", "classification", "given")])
    for higher in ("levels: {payments: B}\n", "levels: {payments: A}\n", "levels: {other: A}\n"):
        assert of(planned(SERVICE, ENFORCED + higher)) == []


def test_another_policy_that_is_added_makes_nothing_milder(phase: str) -> None:
    plain, more = planned(SERVICE, ENFORCED, phase), planned(with_line("policy: {add: [starter]}"), ENFORCED, phase)
    assert [(item.rule.id, item.impact, item.rule.phases) for item in more.requirements] == [
        (item.rule.id, item.impact, item.rule.phases) for item in plain.requirements
    ]


def test_a_bound_of_the_organisation_holds() -> None:
    shared = OBSERVED + "policy: {requirements: {BKP-01: {bounds: {max_age: {A: 12h}}}}}\n"
    (made,) = planned(SERVICE, shared).loosened
    assert (made.key, made.message, made.above) == ("commitments.rpo", "BKP-01: max_age is 24h", "the policy's bound is 12h")
    assert made.declared_in == "readiness.yml:4"


def test_limits_of_the_organisation_hold() -> None:
    text = with_line("requirements: {PLT-02: {with: {disk: '< 85%'}}}")
    shared = (
        "\n".join(line for line in OBSERVED.splitlines() if not line.startswith(("defaults", "  alerts", "  responsible")))
        + "\ndefaults: {with: {host_capacity: {disk: '< 80%'}}}\n"
    )
    (made,) = planned(text, shared).loosened
    assert (made.key, made.above) == ("requirements.PLT-02.with.disk", "the organisation's file says < 80%")


def test_a_requirement_that_the_level_does_not_ask_for_may_be_as_it_likes() -> None:
    text = with_line("classification: {criticality: 1}\npolicy: {requirements: {BKP-02: null, MON-05: {impact: minor}}}")
    assert of(planned(text, ENFORCED)) == []


@pytest.mark.parametrize(
    ("option", "above", "below", "looser"),
    [
        ("max_age", "24h", "48h", True),
        ("max_age", "24h", "1d", False),
        ("max_age", "2d", "47h", False),
        ("max_age", "24h", 86401, True),
        ("min_count", 1, 0, True),
        ("min_count", 1, 2, False),
        ("size_deviation", "50%", "0.6", True),
        ("max_size", "1GiB", "1025MiB", True),
        ("disk", "< 90%", "<= 90%", True),
        ("disk", "<= 90%", "< 90%", False),
        ("disk", "< 90%", "!= 1", True),
        ("pass_when", "> 1", "> 0", True),
        ("pass_when", None, "> 0", False),
        ("no_data", "unknown", "pass", True),
        ("no_data", "unknown", "fail", False),
        ("verify", "auto", "none", True),
        ("allow_skipped", False, True, True),
        ("required_labels", ["severity"], [], True),
        (
            "required_by_severity",
            {"critical": {"labels": ["team"]}},
            {"critical": {"labels": ["team", "x"]}, "page": {"labels": ["y"]}},
            False,
        ),
        ("required_by_severity", {"critical": {"labels": ["team"]}}, {"critical": {"annotations": ["team"]}}, True),
        ("required_by_severity", {"critical": {"labels": ["team"]}}, {}, True),
        ("companion", "fail", "told", True),
        ("companion", "told", "warn", False),
        ("kinds", ["down", "disk"], ["down"], True),
        ("may_be_absent", [], ["X"], True),
        ("path", "/a", "/b", False),
        ("max_age", "24h", "soon", True),
        ("min_free", "10GiB", None, True),
        ("max_age", None, "24h", False),
        ("connect_timeout", "3s", "1ms", True),
        ("status", [200], [200, 404], True),
        ("kind", "auto", "daemon", False),
        ("kind", "daemon", "auto", True),
        ("min_days", 30, float("nan"), True),
        ("disk", "< 90%", "little", True),
    ],
)
def test_options_by_what_makes_them_looser(option: str, above: object, below: object, looser: bool) -> None:
    assert is_looser(option, above, below) is looser


def rows_of_the_docs() -> dict[str, set[str]]:
    """By key of the service file, as docs/authority.md has it, the leaves that it may need."""
    text = (pathlib.Path(__file__).resolve().parents[3] / "docs" / "authority.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| `") and line.count(" | ") == 2]
    found: dict[str, set[str]] = {}
    for keys, _looser, leave in rows:
        for key in re.findall(r"`([^`]+)`", keys):
            found.setdefault(key, set()).add(leave.strip(" |`"))
    return found


@pytest.mark.parametrize(("line", "kind", "key"), (*LOOSER, *LOOSER_THAN_THE_ORGANISATION))
def test_the_docs_say_so(line: str, kind: str, key: str) -> None:
    rows = rows_of_the_docs().items()
    found = {leave for pattern, leaves in rows for leave in leaves if fnmatch.fnmatch(key, pattern) or fnmatch.fnmatch(key, f"{pattern}.*")}
    assert kind in found or (kind, key) in BY_CONSEQUENCE, f"{key} ({kind}) is not in docs/authority.md"


def test_the_docs_name_every_leave() -> None:
    assert set(OF_SERVICES) | set(OF_RUNS) <= set().union(*rows_of_the_docs().values())


def test_every_name_of_leave_stands_in_the_schema() -> None:
    for name in OF_SERVICES:
        assert planned(SERVICE, ORGANISATION + f"services_may: [{name}]\n").loosened == ()
    for name in OF_RUNS:
        assert planned(SERVICE, ORGANISATION + f"runs_may: [{name}]\n").loosened == ()
    assert problems_of(lambda: planned(SERVICE, ORGANISATION + "services_may: [everything]\n"))


def test_what_was_lowered_with_leave_is_lowered() -> None:
    text = with_line("requirements: {BKP-01: {impact: minor}}")
    assert one(planned(text, ENFORCED.replace("[]", "[policy]")), "BKP-01").impact == "minor"
