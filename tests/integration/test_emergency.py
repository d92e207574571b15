# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Break-glass through real ansible-playbook runs: it goes on whatever is broken, and what it owes is asked for until it is done."""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import json
import os
import pathlib
import socket
import threading
import typing as t

import pytest
from integration.playbook import AFTER, ROLE, Outcome, Site

INCIDENT = {"mode": "enforce", "emergency": "INC0042", "emergency_reason": "payments are down"}
DUE = "operability_override_due_timestamp_seconds"


@pytest.fixture
def site(tmp_path: pathlib.Path) -> Site:
    return Site(tmp_path / "shop", ["web1"])


@contextlib.contextmanager
def hanging() -> t.Iterator[str]:
    """A server that takes every connection and never answers."""
    held: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    held.append(listening.accept()[0])

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    for connection in held:
        connection.close()


def went_on(outcome: Outcome) -> None:
    assert outcome.rc == 0, outcome.output
    assert "Traceback" not in outcome.output
    assert outcome.says("EMERGENCY INC0042", "DEPLOYED ON web1"), outcome.output


def state(site: Site) -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", json.loads(site.state.read_text()))


def due(site: Site) -> dict[str, float]:
    """The series of the textfile that nag."""
    lines = [line.rpartition(" ") for line in site.textfile.read_text().splitlines() if line.startswith(DUE + "{")]
    return {name: float(value) for name, _unused, value in lines}


def day(after: int) -> str:
    return (dt.datetime.now(dt.timezone.utc).date() + dt.timedelta(days=after)).isoformat()


def end_of(date: str) -> float:
    return (dt.datetime.fromisoformat(date).replace(tzinfo=dt.timezone.utc) + dt.timedelta(days=1)).timestamp()


def make_overdue(site: Site, date: str) -> None:
    held = state(site)
    for item in held["overrides"]:
        item["due"] = date
    site.state.write_text(json.dumps(held))


# -- it goes on


def test_a_no_go_goes_on_and_says_who_why_and_what_it_would_have_been(site: Site) -> None:
    site.answer("web1", 2)
    site.organisation["defaults"] = {"override_due": "5d"}
    outcome = site.run(ROLE + AFTER, **INCIDENT, version="1.5.1", awx_user_name=None)
    went_on(outcome)
    assert outcome.verdict == "no_go"
    assert outcome.says("EMERGENCY INC0042", "payments are down", "emergency: the play goes on", "OVERRIDES")
    given = outcome.record["run"]["emergency"]
    assert (given["id"], given["reason"]) == ("INC0042", "payments are down") and given["by"] == outcome.record["run"]["user"]
    (override,) = state(site)["overrides"]
    assert (override["requirement"], override["id"], override["kind"]) == ("ALL", "INC0042", "emergency")
    assert (override["due"], override["version"], override["phase"]) == (day(5), "1.5.1", "pre")
    assert override["would"]["verdict"] == "no_go"
    assert override["would"]["reasons"] == ["APP-01 the application answers: web1: the application answers 2"]
    assert list(due(site).values()) == [end_of(day(5))]
    assert 'requirement="ALL"' in next(iter(due(site)))
    assert "EMERGENCY INC0042" in (site.folder / "shop.html").read_text()
    # nothing of the service's own state came from a look of a few seconds
    assert state(site)["requirements"] == {} and state(site)["gates"]["pre"]["verdict"] == "no_go"


def test_the_user_of_awx_is_named(site: Site) -> None:
    outcome = site.run(ROLE + AFTER, "-e", "awx_user_name=carol", **INCIDENT)
    went_on(outcome)
    assert outcome.record["run"]["emergency"]["by"].startswith("carol (")


def test_an_empty_emergency_is_none(site: Site) -> None:
    site.answer("web1", 2)
    outcome = site.run(ROLE + AFTER, mode="enforce", emergency="")
    assert outcome.rc != 0 and outcome.record["run"]["emergency"] is None
    assert state(site)["overrides"] == []


BROKEN = {
    "not YAML": "schema_version: 1\nservice:\n  owner: team\n  name: shop\n\tparts: [\n",
    "not YAML, in one line": "schema_version: 1\nservice: {name: shop, owner: team-shop\nparts: }{\n",
    "refused": "schema_version: 1\nservice: {name: shop, owner: team-shop, hosts: web}\nwrong: 1\nclassification: {criticality: 9}\n",
    "templates that cannot be resolved": "schema_version: 1\nservice: {name: shop, owner: '{{ nobody }}', hosts: web}\n",
}


@pytest.mark.parametrize("kind", sorted(BROKEN))
def test_a_service_file_that_is_broken(site: Site, kind: str) -> None:
    site.write()
    site.save("readiness.yml", BROKEN[kind])
    refused = site.run(ROLE + AFTER, write=False, mode="enforce")
    assert refused.rc != 0 and not refused.says("DEPLOYED ON"), refused.output

    outcome = site.run(ROLE + AFTER, write=False, **INCIDENT)
    went_on(outcome)
    assert outcome.verdict == "undetermined"
    assert all(reason.startswith("the input is refused: ") for reason in outcome.record["judgement"]["reasons"])
    assert outcome.record["service"]["name"] == "shop"
    # the name was read all the same: the override is where the next run finds it, and where metrics are looked for
    assert [item["id"] for item in state(site)["overrides"]] == ["INC0042"]
    assert list(due(site).values()) == [end_of(day(3))]


def test_what_was_known_of_the_service_stays_in_the_metrics(site: Site) -> None:
    assert site.run(phase="recheck").verdict == "go"
    site.save("readiness.yml", BROKEN["not YAML"])
    went_on(site.run(ROLE + AFTER, write=False, **INCIDENT))
    text = site.textfile.read_text()
    assert len(due(site)) == 1 and 'operability_requirement_state{deployment_environment="production",impact="blocker"' in text
    assert "operability_service_state{" in text and "} 0.0" in text.partition("operability_service_state{")[2].splitlines()[0]
    assert state(site)["requirements"]["APP-01"]["observed_status"] == "pass"


def test_a_service_file_that_is_missing(site: Site) -> None:
    site.write()
    (site.folder / "readiness.yml").unlink()
    outcome = site.run(ROLE + AFTER, write=False, **INCIDENT)
    went_on(outcome)
    assert outcome.record["service"]["name"] == "shop", "the name of its folder"
    assert outcome.says("does not exist")
    named = site.run(ROLE + AFTER, write=False, **INCIDENT, service="till")
    assert named.record["service"]["name"] == "till"


def test_the_playbooks_of_the_collection_with_a_broken_file(site: Site) -> None:
    site.write()
    site.save("readiness.yml", BROKEN["not YAML"])
    name = "operability.readiness.pre_deploy"
    assert site.run(name, write=False, mode="enforce").rc != 0
    outcome = site.run(name, write=False, **INCIDENT)
    assert outcome.rc == 0 and outcome.says("EMERGENCY INC0042"), outcome.output
    assert len(outcome.records) == 1 and outcome.record["run"]["emergency"]["id"] == "INC0042"


def test_options_that_do_not_fit(site: Site) -> None:
    plays = (
        "\n- hosts: web\n  gather_facts: false\n  tasks:\n    - operability.readiness.gate: {phase: pre, window: tonight, scope: half}\n"
    )
    assert site.run(plays + AFTER).rc != 0
    outcome = site.run(plays + AFTER, **INCIDENT)
    went_on(outcome)
    assert outcome.says("other options are left out, this is an emergency", "half")


def test_a_prometheus_that_hangs(site: Site) -> None:
    site.demand("SUP-01", "MON-01", "MON-03")
    with hanging() as url:
        site.organisation["servers"] = {
            "prom": {"kind": "prometheus", "url": url, "timeout": "60s"},
            "am": {"kind": "alertmanager", "url": url, "timeout": "60s"},
        }
        site.service["parts"]["web"]["scrape"] = [{"job": "shop", "port": 8080}]
        site.service["alerts"] = {"match": {"service": "shop"}, "must_include": ["ShopDown"]}
        outcome = site.run(ROLE + AFTER, **INCIDENT)
    went_on(outcome)
    assert {outcome.requirement(name)["status"] for name in ("MON-01", "MON-03")} == {"unknown"}
    assert outcome.requirement("APP-01")["status"] == "pass"
    assert len(due(site)) == 1


def test_a_check_on_a_host_that_hangs(site: Site) -> None:
    hangs = site.answers(title="it hangs")
    hangs["with"] = {"command": ["/bin/sh", "-c", "sleep 300"], "timeout": "300s"}
    site.service["requirements"]["APP-02"] = hangs
    outcome = site.run(ROLE + AFTER, **INCIDENT)
    went_on(outcome)
    assert outcome.requirement("APP-01")["status"] == "pass"
    assert {finding["status"] for finding in outcome.requirement("APP-02")["findings"]} == {"unknown"}


def test_nothing_is_written_on_a_host(site: Site) -> None:
    site.canary()
    outcome = site.run(ROLE + AFTER, **INCIDENT)
    went_on(outcome)
    assert "operability-canary" not in site.written_lines()
    assert "in an emergency nobody waits for it" in outcome.requirement("LOG-01")["message"]


# a host that answers no packet: it takes as long as the connection is told to try
SILENT = '''
from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.connection.local import Connection as Local

DOCUMENTATION = """
name: silent
short_description: a host that does not answer
description: For tests.
author: tests
options:
  timeout: {description: Seconds., default: 10, type: int}
"""


class Connection(Local):
    transport = "silent"

    def exec_command(self, *args, **kwargs):
        raise AnsibleConnectionFailure(f"no answer within {self.get_option('timeout')} s")
'''


def test_a_host_that_cannot_be_reached(site: Site) -> None:
    (site.folder / "connection_plugins").mkdir()
    (site.folder / "connection_plugins" / "silent.py").write_text(SILENT)
    site.hosts["web3"] = {"ansible_connection": "silent"}
    usual = site.run(ROLE)
    assert "no answer within 10 s" in usual.record["hosts"]["unreachable"]["web3"]
    outcome = site.run(ROLE + AFTER, **INCIDENT)
    assert "no answer within 4 s" in outcome.record["hosts"]["unreachable"]["web3"]
    # what comes after needs that host too; the gate itself has failed nothing
    assert outcome.says("EMERGENCY INC0042", "DEPLOYED ON web1")
    assert outcome.verdict == "undetermined" and "web3" in outcome.record["hosts"]["unreachable"]
    assert len(state(site)["overrides"]) == 1


def test_records_that_cannot_be_written(site: Site) -> None:
    blocked = site.folder / "file"
    blocked.write_text("in the way\n")
    site.answer("web1", 2)
    outcome = site.run(ROLE + AFTER, records=blocked, **INCIDENT)
    went_on(outcome)
    assert outcome.says("its record was not kept") and outcome.records == []
    assert list(due(site).values()) == [end_of(day(3))], "the metric nags all the same"


def test_records_that_somebody_holds(site: Site) -> None:
    site.write()
    folder = site.state.parent
    folder.mkdir(parents=True)
    with open(folder / ".lock", "w", encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        outcome = site.run(ROLE + AFTER, **INCIDENT)
    went_on(outcome)
    assert outcome.says("did not answer within 4 s")


def test_a_state_that_is_not_whole(site: Site) -> None:
    site.state.parent.mkdir(parents=True)
    site.state.write_text('{"schema_version": 1, "serv')
    outcome = site.run(ROLE + AFTER, **INCIDENT)
    went_on(outcome)
    assert site.state.read_text() == '{"schema_version": 1, "serv', "left as it is"
    assert outcome.record["run"]["emergency"]["id"] == "INC0042"


def test_a_textfile_directory_that_is_not_there(site: Site) -> None:
    site.organisation["publish"]["textfile_directory"] = str(site.folder / "nowhere")
    went_on(site.run(ROLE + AFTER, **INCIDENT))
    assert not os.path.exists(site.folder / "nowhere")


# -- what it owes


def test_a_later_post_that_is_whole_and_good_closes_it(site: Site) -> None:
    site.hosts["web2"] = {}
    went_on(site.run(ROLE + AFTER, "--limit", "web1,web2", **INCIDENT))
    opened = state(site)["overrides"]
    # a second run of the same emergency does not buy time, nor does another gate that says GO before the deployment
    make_overdue(site, day(1))
    went_on(site.run(ROLE + AFTER, **INCIDENT))
    assert [item["due"] for item in state(site)["overrides"]] == [day(1)] and len(opened) == 1
    assert site.run(ROLE).verdict == "go"
    assert len(state(site)["overrides"]) == 1

    partial = site.run(ROLE, "--limit", "web1", phase="post")
    assert partial.record["run"]["partial"] and len(state(site)["overrides"]) == 1 and len(due(site)) == 1
    site.answer("web1", 2)
    bad = site.run(ROLE, phase="post")
    assert bad.verdict == "no_go" and len(state(site)["overrides"]) == 1
    site.answer("web1", 0)

    good = site.run(ROLE, phase="post")
    assert (good.verdict, good.rc) == ("go", 0)
    assert good.says("the emergency INC0042 of", "is closed by this run")
    assert state(site)["overrides"] == [] and due(site) == {}
    (closed,) = state(site)["closed_overrides"]
    assert (closed["id"], closed["closed_by"]) == ("INC0042", good.record["run"]["id"])


def test_a_partial_run_opens_it_and_the_metric_is_there(site: Site) -> None:
    site.hosts["web2"] = {}
    outcome = site.run(ROLE, "--limit", "web1", **INCIDENT)
    assert outcome.rc == 0 and outcome.record["run"]["partial"]
    assert [item["id"] for item in state(site)["overrides"]] == ["INC0042"]
    assert list(due(site).values()) == [end_of(day(3))]


def test_an_overdue_one_leaves_no_go_behind(site: Site) -> None:
    went_on(site.run(ROLE + AFTER, **INCIDENT))
    assert site.run(ROLE).verdict == "go"
    make_overdue(site, day(-1))
    late = site.run(ROLE)
    assert (late.rc, late.verdict) == (0, "go_with_reservations")
    assert late.says("OVERDUE since " + day(-1), "the emergency INC0042 of", f"asked for a whole verification by {day(-1)}")
    assert late.record["judgement"]["reservations"][0]["override"] == "INC0042"
    assert late.record["state"]["verdict"] == "go_with_reservations"
    assert list(due(site).values()) == [end_of(day(-1))]
    assert state(site)["reservations"] == {}, "it is none of the service's own"
    assert site.run(ROLE, phase="recheck").verdict == "go"
    assert state(site)["overrides"] == []
