# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: E501 # YAML as people write it
"""Into which logs a marked line is written, who says so, and how: what follows from the files, and what the plan lists of it."""

from __future__ import annotations

import pytest
from ansible_collections.operability.readiness.plugins.action.plan import register
from ansible_collections.operability.readiness.plugins.module_utils._argspec import parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import log_canary
from ansible_collections.operability.readiness.plugins.plugin_utils._described.policy import Proof
from ansible_collections.operability.readiness.plugins.plugin_utils._described.service import NotDeclared
from ansible_collections.operability.readiness.plugins.plugin_utils._planning.derive.derivations import derive
from ansible_collections.operability.readiness.plugins.plugin_utils._planning.derive.instance import Instance
from unit.core.described import ORGANISATION, describe, one, plan

BASE = """\
schema_version: 1
service: {name: payments, owner: team, hosts: payments_web}
classification: {criticality: 3}
"""
VICTORIA = ORGANISATION.replace(
    "servers:", 'servers:\n  logs: {kind: victorialogs, url: "http://vl.example:9428", tenant: "3:0", bearer_token: s3cr3t, default: true}'
)
SAYS_ALWAYS = ORGANISATION.replace("defaults:", "defaults:\n  canary: always")
SAYS_NEVER = ORGANISATION.replace("defaults:", "defaults:\n  canary: never")


def logs(*entries: str) -> str:
    return BASE + "parts:\n  web:\n    logs:\n" + "".join(f"      - {entry}\n" for entry in entries)


def derived(text: str, organisation: str = ORGANISATION) -> list[Instance]:
    found = derive(Proof("log_canary"), describe(text, organisation))
    for instance in found:
        if instance.gap is None:  # the check takes what is derived for it
            markers = {"markers": [{"marker": "x"}]} if instance.call == "find" else {}
            parse_arguments(log_canary, {**instance.args, **markers})
    return found


def written(text: str, organisation: str = ORGANISATION) -> dict[str, bool]:
    """The logs into which a line is written, and whether something says that it may be."""
    return {str(one.instance): not one.unasked for one in derived(text, organisation) if one.call == "write"}


def gaps(text: str, organisation: str = ORGANISATION) -> dict[str, str]:
    try:
        found = derived(text, organisation)
    except NotDeclared as exc:
        return {"": str(exc)}
    return {str(one.instance): str(one.gap) for one in found if one.gap is not None}


# -- who says so


@pytest.mark.parametrize(
    ("entry", "organisation", "expected"),
    [
        ("{file: /a.log, canary: always}", ORGANISATION, {"/a.log": True}),
        ("{file: /a.log}", ORGANISATION, {"/a.log": False}),
        ("{file: /a.log}", SAYS_ALWAYS, {"/a.log": True}),
        ("{file: /a.log, canary: always}", SAYS_NEVER, {"/a.log": True}),
        ("{syslog: payments}", SAYS_ALWAYS, {"payments": True}),
        (
            "{file: /var/log/nginx/access.log, canary: probe, probe: 'http://localhost/?c={marker}'}",
            ORGANISATION,
            {"/var/log/nginx/access.log": True},
        ),
        ("{file: /var/log/nginx/access.log, probe: 'http://localhost/?c={marker}'}", SAYS_NEVER, {"/var/log/nginx/access.log": True}),
        ("{file: /var/log/access.log, counted: false}", ORGANISATION, {"/var/log/access.log": False}),
    ],
)
def test_a_line_is_written_where_the_files_say_so_and_for_one_version_where_they_say_nothing(
    entry: str, organisation: str, expected: dict[str, bool]
) -> None:
    assert written(logs(entry), organisation) == expected


@pytest.mark.parametrize(
    ("entry", "organisation"),
    [
        ("{file: /a.log, canary: never}", ORGANISATION),
        ("{file: /a.log}", SAYS_NEVER),
        ("{file: /var/log/nginx/access.log}", ORGANISATION),
        ("{file: /var/log/audit/audit.log}", ORGANISATION),
        ("{file: /a.log, counted: true}", ORGANISATION),
        ("{syslog: sshd, counted: true}", ORGANISATION),
    ],
)
def test_no_line_is_written_and_the_lines_that_come_anyway_tell(entry: str, organisation: str) -> None:
    assert gaps(logs(entry), organisation)[""].startswith("every log refuses its canary line")
    assert written(logs(entry, "{file: /other.log, canary: always}"), organisation) == {"/other.log": True}
    by_flow = derive(Proof("log_flow", "parts.logs.canary"), describe(logs(entry), organisation))
    assert {instance.check for instance in by_flow} == {"log_flow"}


@pytest.mark.parametrize(
    ("entry", "organisation", "said"),
    [
        ("{file: /var/log/nginx/access.log, canary: always}", ORGANISATION, "it is an access log by its name"),
        ("{file: /var/log/nginx/access.log}", SAYS_ALWAYS, "it is an access log by its name"),
        ("{file: /a.log, counted: true, canary: always}", ORGANISATION, "it is declared that other programs count its lines"),
        ("{file: /a.log, canary: probe}", ORGANISATION, "no request is named (probe: an address)"),
    ],
)
def test_what_is_said_and_cannot_be_done_is_a_gap(entry: str, organisation: str, said: str) -> None:
    assert said in next(iter(gaps(logs(entry), organisation).values()))


def test_a_part_that_runs_something_and_does_not_say_where_it_logs_is_a_gap_of_its_own() -> None:
    text = logs("{file: /a.log, canary: always}") + (
        "  queue: {hosts: payments_web, units: [queue.service]}\n  db: {hosts: payments_web, scrape: [{port: 9187}], logs: []}\n  notes: {support: payments}\n"
    )
    assert gaps(text) == {
        "queue": "parts.queue runs something (units) and does not say where it logs (parts.queue.logs)",
        "db": "parts.db runs something (scrape) and does not say where it logs (parts.db.logs)",
    }
    assert written(text) == {"/a.log": True}
    alone = logs("{file: /a.log, canary: never}") + "  queue: {units: [queue.service]}\n"
    assert list(gaps(alone)) == ["queue"]  # also where the others are left to another proof
    required = one(plan(alone), "LOG-01")
    assert {(check.check, check.gap is not None) for check in required.checks} == {("log_canary", True), ("log_flow", False)}


# -- how


def halves(entry: str, organisation: str = ORGANISATION) -> tuple[Instance, Instance]:
    write, find = derived(logs(entry), organisation)
    return write, find


def test_each_way_in() -> None:
    assert halves("{journald: payments.service, canary: always}")[0].args["via"] == "journald"
    network = halves(
        "{syslog: payments, canary: always, to: 'log1:6514', protocol: tls, rfc: 3164, framing: newline, ca_path: /etc/ca.pem, server_name: log1}"
    )[0]
    assert {key: network.args[key] for key in ("via", "to", "protocol", "rfc", "framing", "to_ca_path", "to_server_name", "tag")} == {
        "via": "syslog",
        "to": "log1:6514",
        "protocol": "tls",
        "rfc": 3164,
        "framing": "newline",
        "to_ca_path": "/etc/ca.pem",
        "to_server_name": "log1",
        "tag": "payments",
    }
    posted = halves(
        "{http: 'https://vl/insert', payload: '{line}', content_type: text/plain, bearer_token: t0ken-of-it, length: 8KiB, canary: always}"
    )[0]
    assert (posted.args["via"], posted.args["to"], posted.args["to_bearer_token"], posted.args["length"]) == (
        "http",
        "https://vl/insert",
        "t0ken-of-it",
        "8KiB",
    )
    turned = halves("{file: /a.log, after_rotation: true, logrotate_config: /etc/lr.conf, canary: always}")[0]
    assert turned.args["after_rotation"] is True and turned.args["logrotate_config"] == "/etc/lr.conf"
    assert "after_rotation" not in halves("{file: /a.log, canary: always, logrotate_config: /etc/lr.conf}")[0].args
    probe = halves("{file: /v/access.log, probe: 'http://localhost/?c={marker}', url_username: me}")[0]
    assert (probe.args["via"], probe.args["path"], probe.args["to_username"]) == ("probe", "/v/access.log", "me")


def test_a_format_that_is_no_matter_of_the_line_is_left_to_others() -> None:
    assert halves("{file: /a.log, format: json, canary: always}")[0].args["format"] == "json"
    assert "format" not in halves("{file: /a.log, format: text, canary: always}")[0].args


def test_the_half_on_hosts_is_told_nothing_of_the_store() -> None:
    write, find = halves("{file: /a.log, canary: always, index: other, names: {pay1: ip-10-0-0-5}, deadline: 3m}", VICTORIA)
    assert write.args == {"via": "file", "path": "/a.log", "backend": "victorialogs", "deadline": "3m"}
    assert find.args["url"] == "http://vl.example:9428" and find.args["tenant"] == "3:0" and find.args["bearer_token"] == "s3cr3t"
    assert (find.args["index"], find.args["names"], find.args["timeout"]) == ("other", {"pay1": ["ip-10-0-0-5"]}, "210s")
    assert find.hosts is None and write.hosts == ("pay1", "pay2")


# -- what the plan says of it


def test_the_plan_lists_every_line_and_where() -> None:
    text = logs(
        "{file: /var/log/a.log}",
        "{journald: payments.service, canary: always}",
        "{syslog: payments, to: 'log1:514', canary: always}",
        "{file: /var/log/nginx/access.log, probe: 'http://localhost/?c={marker}'}",
        "{http: 'https://me:s3cr3t-word@vl.example/insert', payload: '{line}', canary: always}",
        "{file: /var/log/b.log, after_rotation: true, canary: always}",
        "{file: /var/log/quiet.log, canary: never}",
    )
    made = plan(text)
    said = register(made, written=[check for check in made.checks if check.leaves])
    for line in (
        "LOG-01 writes one marked line in /var/log/a.log on pay1, pay2; nothing says that it may: say canary: always, never or probe, "
        "since from version 0.4.0 on",
        "LOG-01 writes one marked line in the journal, as payments on pay1, pay2",
        "LOG-01 writes one marked line by syslog to log1:514, as payments on pay1, pay2",
        "LOG-01 writes a request to http://localhost/?c={marker}, of which a line is logged on pay1, pay2",
        "LOG-01 writes one marked line, posted to https://vl.example/insert on pay1, pay2",
        "LOG-01 writes a marked line in /var/log/b.log, a rotation of it by its rule of logrotate, and another line on pay1, pay2",
    ):
        assert line in said
    assert said.count("LOG-01 writes") == 6 and said.count("nothing says that it may") == 2  # there, and in the notice
    assert "s3cr3t-word" not in said
    (notice,) = [str(notice) for notice in made.notices if "canary" in str(notice)]
    assert notice.startswith(
        "readiness.yml:7: a marked line is written into 1 log (/var/log/a.log), and nothing says that it may be: say canary: always"
    )
    assert "from version 0.4.0 on none is written without it" in notice


def test_where_everything_is_said_nothing_is_told() -> None:
    made = plan(logs("{file: /a.log, canary: always}", "{file: /b.log, canary: never}"))
    assert [notice for notice in made.notices if "canary" in str(notice)] == []
    assert [check.unasked for check in made.checks if check.leaves] == [False]


def test_a_line_that_a_requirement_of_the_service_writes_is_listed_too() -> None:
    own = "requirements: {LOG-01: {check: log_canary, with: {via: file, path: /a.log, backend: file, search: /c.log}}}\n"
    made = plan(BASE + own)
    assert [(str(check.leaves), check.hosts) for check in made.checks if check.leaves] == [("one marked line in /a.log", None)]


def test_lines_of_many_logs_are_told_in_one_notice() -> None:
    (notice,) = [
        str(notice) for notice in plan(logs(*[f"{{file: /l{number}.log}}" for number in range(46)])).notices if "canary" in str(notice)
    ]
    assert "into 46 logs (/l0.log, /l1.log" in notice and "..." in notice
