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
from integration.acts import Acts, edit
from integration.playbook import AFTER, ROLE, Outcome, Site

INCIDENT = {"mode": "enforce", "emergency": "INC0042", "emergency_reason": "payments are down"}
DUE = "operability_override_due_timestamp_seconds"


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


def due(site: Site, kept: pathlib.Path | None = None) -> dict[str, float]:
    """The series of the textfile that nag."""
    lines = [line.rpartition(" ") for line in (kept or site.textfile).read_text().splitlines() if line.startswith(DUE + "{")]
    return {name: float(value) for name, _unused, value in lines}


def day(after: int) -> str:
    return (dt.datetime.now(dt.timezone.utc).date() + dt.timedelta(days=after)).isoformat()


def end_of(date: str) -> float:
    return (dt.datetime.fromisoformat(date).replace(tzinfo=dt.timezone.utc) + dt.timedelta(days=1)).timestamp()


def overdue(site: Site, date: str) -> str:
    """The shell command that moves the day by which what is owed is due."""
    return edit(site.state, f"[item.update(due={date!r}) for item in data['overrides']]")


World = t.Callable[[Acts, Site, contextlib.ExitStack], None]


class Worlds(t.NamedTuple):
    """Each a service of its own with what is broken around it, and what the gates said of it; all in one ansible-playbook run."""

    sites: dict[str, Site]
    seen: dict[str, Outcome]


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Worlds]:
    folder = tmp_path_factory.mktemp("worlds")
    stage = Site(folder / "stage", ["web1"])
    stage.others = {"log1": {}}
    acts, sites = Acts(stage), dict[str, Site]()
    with contextlib.ExitStack() as stack:
        for name, make in WORLDS.items():
            sites[name] = Site(folder / name.replace(" ", "_") / "shop", ["web1"])
            make(acts, sites[name], stack)
        yield Worlds(sites, acts.play())


# -- it goes on


def no_go(acts: Acts, site: Site, _stack: contextlib.ExitStack) -> None:
    site.answer("web1", 2)
    site.organisation["defaults"] = {"override_due": "5d"}
    acts.gate("no go", site=site, **INCIDENT, version="1.5.1")


def test_a_no_go_goes_on_and_says_who_why_and_what_it_would_have_been(worlds: Worlds) -> None:
    site, outcome = worlds.sites["no_go"], worlds.seen["no go"]
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


def of_awx(acts: Acts, site: Site, _stack: contextlib.ExitStack) -> None:
    acts.gate("of AWX", site=site, **INCIDENT)
    acts.plays[-1]["vars"]["awx_user_name"] = "carol"


def test_the_user_of_awx_is_named(worlds: Worlds) -> None:
    outcome = worlds.seen["of AWX"]
    went_on(outcome)
    assert outcome.record["run"]["emergency"]["by"].startswith("carol (")


def empty(acts: Acts, site: Site, _stack: contextlib.ExitStack) -> None:
    site.answer("web1", 2)
    acts.gate("empty", site=site, mode="enforce", emergency="")


def test_an_empty_emergency_is_none(worlds: Worlds) -> None:
    outcome = worlds.seen["empty"]
    assert outcome.rc != 0 and outcome.record["run"]["emergency"] is None
    assert state(worlds.sites["empty"])["overrides"] == []


BROKEN = {
    "not YAML": "schema_version: 1\nservice:\n  owner: team\n  name: shop\n\tparts: [\n",
    "not YAML, in one line": "schema_version: 1\nservice: {name: shop, owner: team-shop\nparts: }{\n",
    "refused": "schema_version: 1\nservice: {name: shop, owner: team-shop, hosts: web}\nwrong: 1\nclassification: {criticality: 9}\n",
    "templates that cannot be resolved": "schema_version: 1\nservice: {name: shop, owner: '{{ nobody }}', hosts: web}\n",
}


def broken(kind: str) -> World:
    def make(acts: Acts, site: Site, _stack: contextlib.ExitStack) -> None:
        site.service = t.cast("dict[str, t.Any]", BROKEN[kind])
        acts.gate(f"{kind}, refused", site=site, mode="enforce")
        acts.gate(kind, site=site, **INCIDENT)

    return make


@pytest.mark.parametrize("kind", sorted(BROKEN))
def test_a_service_file_that_is_broken(worlds: Worlds, kind: str) -> None:
    refused = worlds.seen[f"{kind}, refused"]
    assert refused.rc != 0 and not refused.says("DEPLOYED ON"), refused.output

    outcome, site = worlds.seen[kind], worlds.sites[kind]
    went_on(outcome)
    assert outcome.verdict == "undetermined"
    assert all(reason.startswith("the input is refused: ") for reason in outcome.record["judgement"]["reasons"])
    assert outcome.record["service"]["name"] == "shop"
    # the name was read all the same: the override is where the next run finds it, and where metrics are looked for
    assert [item["id"] for item in state(site)["overrides"]] == ["INC0042"]
    assert list(due(site).values()) == [end_of(day(3))]


def known(acts: Acts, site: Site, _stack: contextlib.ExitStack) -> None:
    acts.gate("known before", site=site, phase="recheck")
    site.service = t.cast("dict[str, t.Any]", BROKEN["not YAML"])
    acts.gate("known", site=site, **INCIDENT)


def test_what_was_known_of_the_service_stays_in_the_metrics(worlds: Worlds) -> None:
    assert worlds.seen["known before"].verdict == "go"
    went_on(worlds.seen["known"])
    site = worlds.sites["known"]
    text = site.textfile.read_text()
    assert len(due(site)) == 1 and 'operability_requirement_state{deployment_environment="production",impact="blocker"' in text
    assert "operability_service_state{" in text and "} 0.0" in text.partition("operability_service_state{")[2].splitlines()[0]
    assert state(site)["requirements"]["APP-01"]["observed_status"] == "pass"


def missing(acts: Acts, site: Site, _stack: contextlib.ExitStack) -> None:
    away = str(site.folder / "gone.yml")
    acts.gate("missing", site=site, service_file=away, **INCIDENT)
    acts.gate("missing and named", site=site, service_file=away, service="till", **INCIDENT)


def test_a_service_file_that_is_missing(worlds: Worlds) -> None:
    outcome = worlds.seen["missing"]
    went_on(outcome)
    assert outcome.record["service"]["name"] == "shop", "the name of its folder"
    assert outcome.says("does not exist")
    assert worlds.seen["missing and named"].record["service"]["name"] == "till"


def test_the_playbooks_of_the_collection_with_a_broken_file(site: Site) -> None:
    site.write()
    site.save("readiness.yml", BROKEN["not YAML"])
    name = "operability.readiness.pre_deploy"
    assert site.run(name, write=False, mode="enforce").rc != 0
    outcome = site.run(name, write=False, **INCIDENT)
    assert outcome.rc == 0 and outcome.says("EMERGENCY INC0042"), outcome.output
    assert len(outcome.records) == 1 and outcome.record["run"]["emergency"]["id"] == "INC0042"


def misfit(acts: Acts, site: Site, _stack: contextlib.ExitStack) -> None:
    gate = {"operability.readiness.gate": {"phase": "pre", "window": "tonight", "scope": "half"}}
    deploy = {"ansible.builtin.debug": {"msg": "DEPLOYED ON {{ inventory_hostname }}"}}
    acts.tasks("options that do not fit, refused", gate, deploy, site=site, hosts="web", phase="pre")
    acts.tasks("options that do not fit", gate, deploy, site=site, hosts="web", phase="pre", **INCIDENT)


def test_options_that_do_not_fit(worlds: Worlds) -> None:
    refused = worlds.seen["options that do not fit, refused"]
    assert refused.says("UNDETERMINED", "found 'tonight'", "found 'half'"), refused.output
    outcome = worlds.seen["options that do not fit"]
    went_on(outcome)
    assert outcome.says("other options are left out, this is an emergency", "half")


def hanging_prometheus(acts: Acts, site: Site, stack: contextlib.ExitStack) -> None:
    site.demand("SUP-01", "MON-01", "MON-03")
    url = stack.enter_context(hanging())
    site.organisation["servers"] = {
        "prom": {"kind": "prometheus", "url": url, "timeout": "60s"},
        "am": {"kind": "alertmanager", "url": url, "timeout": "60s"},
    }
    site.service["parts"]["web"]["scrape"] = [{"job": "shop", "port": 8080}]
    site.service["alerts"] = {"match": {"service": "shop"}, "must_include": ["ShopDown"]}
    acts.gate("a Prometheus that hangs", site=site, **INCIDENT)


def test_a_prometheus_that_hangs(worlds: Worlds) -> None:
    outcome = worlds.seen["a Prometheus that hangs"]
    went_on(outcome)
    assert {outcome.requirement(name)["status"] for name in ("MON-01", "MON-03")} == {"unknown"}
    assert outcome.requirement("APP-01")["status"] == "pass"
    assert len(due(worlds.sites["hanging_prometheus"])) == 1


def hanging_check(acts: Acts, site: Site, _stack: contextlib.ExitStack) -> None:
    hangs = site.answers(title="it hangs")
    hangs["with"] = {"command": ["/bin/sh", "-c", "sleep 300"], "timeout": "300s"}
    site.service["requirements"]["APP-02"] = hangs
    acts.gate("a check that hangs", site=site, **INCIDENT)


def test_a_check_on_a_host_that_hangs(worlds: Worlds) -> None:
    outcome = worlds.seen["a check that hangs"]
    went_on(outcome)
    assert outcome.requirement("APP-01")["status"] == "pass"
    assert {finding["status"] for finding in outcome.requirement("APP-02")["findings"]} == {"unknown"}


def canary(acts: Acts, site: Site, _stack: contextlib.ExitStack) -> None:
    site.canary()
    acts.gate("no line", site=site, **INCIDENT)


def test_nothing_is_written_on_a_host(worlds: Worlds) -> None:
    outcome = worlds.seen["no line"]
    went_on(outcome)
    assert "operability-canary" not in worlds.sites["canary"].written_lines()
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


@pytest.fixture
def site(tmp_path: pathlib.Path) -> Site:
    return Site(tmp_path / "shop", ["web1"])


def test_a_host_that_cannot_be_reached(site: Site) -> None:
    (site.folder / "connection_plugins").mkdir()
    (site.folder / "connection_plugins" / "silent.py").write_text(SILENT)
    site.hosts["web3"] = {"ansible_connection": "silent"}
    given = "".join(f"\n    readiness_{name}: {value}" for name, value in INCIDENT.items())
    outcome = site.run(ROLE + ROLE.replace("  gather", f"  vars:{given}\n  gather") + AFTER)
    usual = outcome.records[0]
    assert usual["run"]["emergency"] is None and "no answer within 10 s" in usual["hosts"]["unreachable"]["web3"]
    assert "no answer within 4 s" in outcome.record["hosts"]["unreachable"]["web3"]
    # what comes after needs that host too; the gate itself has failed nothing
    assert outcome.says("EMERGENCY INC0042", "DEPLOYED ON web1")
    assert outcome.verdict == "undetermined" and "web3" in outcome.record["hosts"]["unreachable"]
    assert len(state(site)["overrides"]) == 1


def blocked_records(acts: Acts, site: Site, _stack: contextlib.ExitStack) -> None:
    blocked = site.folder / "file"
    blocked.write_text("in the way\n")
    site.answer("web1", 2)
    acts.gate("records that cannot be written", site=site, records=str(blocked), **INCIDENT)


def test_records_that_cannot_be_written(worlds: Worlds) -> None:
    outcome = worlds.seen["records that cannot be written"]
    went_on(outcome)
    assert outcome.says("its record was not kept") and outcome.records == []
    assert list(due(worlds.sites["blocked_records"]).values()) == [end_of(day(3))], "the metric nags all the same"


def held_records(acts: Acts, site: Site, stack: contextlib.ExitStack) -> None:
    folder = site.state.parent
    folder.mkdir(parents=True)
    lock = stack.enter_context((folder / ".lock").open("w", encoding="utf-8"))
    fcntl.flock(lock, fcntl.LOCK_EX)
    acts.gate("records that somebody holds", site=site, **INCIDENT)


def test_records_that_somebody_holds(worlds: Worlds) -> None:
    outcome = worlds.seen["records that somebody holds"]
    went_on(outcome)
    assert outcome.says("did not answer within 8 s")


def torn_state(acts: Acts, site: Site, _stack: contextlib.ExitStack) -> None:
    site.state.parent.mkdir(parents=True)
    site.state.write_text('{"schema_version": 1, "serv')
    acts.gate("a state that is not whole", site=site, **INCIDENT)


def test_a_state_that_is_not_whole(worlds: Worlds) -> None:
    outcome = worlds.seen["a state that is not whole"]
    went_on(outcome)
    (aside,) = worlds.sites["torn_state"].state.parent.glob("state.json.refused-*")
    assert aside.read_text() == '{"schema_version": 1, "serv', "put aside as it is"
    assert outcome.record["run"]["emergency"]["id"] == "INC0042"


def no_textfiles(acts: Acts, site: Site, _stack: contextlib.ExitStack) -> None:
    site.organisation["publish"]["textfile_directory"] = str(site.folder / "nowhere")
    acts.gate("a directory that is not there", site=site, **INCIDENT)


def test_a_textfile_directory_that_is_not_there(worlds: Worlds) -> None:
    went_on(worlds.seen["a directory that is not there"])
    assert not os.path.exists(worlds.sites["no_textfiles"].folder / "nowhere")


# -- what it owes


def test_a_later_post_that_is_whole_and_good_closes_it(site: Site) -> None:
    site.hosts["web2"] = {}
    acts = Acts(site)
    acts.gate("opened", hosts="web1,web2", **INCIDENT)
    # a second run of the same emergency does not buy time, nor does another gate that says GO before the deployment
    acts.gate("again", before=f"cp {site.state} {site.folder}/opened.json && {overdue(site, day(1))}", **INCIDENT)
    acts.gate("before", before=f"cp {site.state} {site.folder}/again.json")
    acts.gate("part", before=f"cp {site.state} {site.folder}/before.json", hosts="web1", phase="post")
    kept = f"cp {site.state} {site.folder}/part.json && cp {site.textfile} {site.folder}/part.prom"
    acts.gate("bad", before=f"{kept} && echo 2 > {site.folder}/state/web1", phase="post")
    acts.gate("good", before=f"cp {site.state} {site.folder}/bad.json && echo 0 > {site.folder}/state/web1", phase="post")
    seen = acts.play()

    def then(name: str) -> list[dict[str, t.Any]]:
        return list(json.loads((site.folder / f"{name}.json").read_text())["overrides"])

    went_on(seen["opened"])
    went_on(seen["again"])
    assert [item["due"] for item in then("again")] == [day(1)] and len(then("opened")) == 1
    assert seen["before"].verdict == "go" and len(then("before")) == 1
    assert seen["part"].record["run"]["partial"] and len(then("part")) == 1
    assert (site.folder / "part.prom").read_text().count(f"\n{DUE}{{") == 1
    assert seen["bad"].verdict == "no_go" and len(then("bad")) == 1

    good = seen["good"]
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


def late(acts: Acts, site: Site, _stack: contextlib.ExitStack) -> None:
    acts.gate("opened", site=site, **INCIDENT)
    acts.gate("in time", site=site)
    acts.gate("late", site=site, before=overdue(site, day(-1)))
    acts.gate("paid", site=site, before=f"cp {site.state} {site.folder}/late.json && cp {site.textfile} {site.folder}", phase="recheck")


def test_an_overdue_one_leaves_no_go_behind(worlds: Worlds) -> None:
    seen, site = worlds.seen, worlds.sites["late"]
    went_on(seen["opened"])
    assert seen["in time"].verdict == "go"
    late = seen["late"]
    assert (late.rc, late.verdict) == (0, "go_with_reservations")
    assert late.says("OVERDUE since " + day(-1), "the emergency INC0042 of", f"asked for a whole verification by {day(-1)}")
    assert late.record["judgement"]["reservations"][0]["override"] == "INC0042"
    assert late.record["state"]["verdict"] == "go_with_reservations"
    assert list(due(site, site.folder / site.textfile.name).values()) == [end_of(day(-1))]
    assert json.loads((site.folder / "late.json").read_text())["reservations"] == {}, "it is none of the service's own"
    assert seen["paid"].verdict == "go"
    assert state(site)["overrides"] == []


PLAIN = (no_go, of_awx, empty, known, missing, misfit, hanging_prometheus, hanging_check, canary, blocked_records, held_records)
WORLDS = {make.__name__: make for make in (*PLAIN, torn_state, no_textfiles, late)} | {kind: broken(kind) for kind in BROKEN}
