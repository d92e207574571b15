# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dashboards and annotations in Grafana, against a stand-in of its API: a real Grafana is in no package registry."""

from __future__ import annotations

import copy
import json
import pathlib
import re
import subprocess
import sys
import typing as t

import controller
import pytest
import yaml
from ansible_collections.operability.readiness.plugins.module_utils._clients.grafana import Grafana, GrafanaFailure
from ansible_collections.operability.readiness.plugins.module_utils._http import Connection, OpenUrlHttp
from ansible_collections.operability.readiness.plugins.modules.grafana_dashboards import work
from ansible_collections.operability.readiness.plugins.plugin_utils._publish import annotation
from ansible_collections.operability.readiness.plugins.plugin_utils._running.requests_http import RequestsHttp
from grafana_stand_in import PAGE, PASSWORD, TOKEN, USER, StandIn
from integration.playbook import ROOT, Site
from servers import free_port
from unit.publish.records import hostile, record

DASHBOARDS = [
    {"uid": f"operability-{name}", "title": name.capitalize(), "panels": [{"id": 1, "legendFormat": "{{service_name}}"}], "version": 7}
    for name in ("portfolio", "estate")
]


@pytest.fixture
def server() -> t.Iterator[StandIn]:
    with StandIn() as stand_in:
        yield stand_in


def client(server: StandIn, *, slept: list[float] | None = None, **more: t.Any) -> Grafana:
    connection = Connection(url=server.url, **{"bearer_token": TOKEN, **more})
    return Grafana(connection, OpenUrlHttp(), sleep=(slept if slept is not None else []).append)


def put(server: StandIn, *, check_mode: bool = False, **more: t.Any) -> dict[str, t.Any]:
    params = {"dashboards": copy.deepcopy(DASHBOARDS), "folder_uid": "operability", "folder_title": "Operability"}
    return work(params, client(server, **more), check_mode=check_mode)


def test_dashboards_are_put_there_once(server: StandIn) -> None:
    looked = put(server, check_mode=True)
    assert looked["changed"] and looked["saved"] == ["Portfolio", "Estate"] and looked["folder_made"] and server.written == []
    first = put(server)
    assert first == {**looked, "version": "11.2.0"} and server.folders == {"operability": "Operability"}
    assert server.dashboards["operability-estate"]["dashboard"]["panels"][0]["legendFormat"] == "{{service_name}}"
    assert put(server) == {"changed": False, "saved": [], "folder_made": False, "version": "11.2.0"}
    assert len(server.written) == 3, "a folder and two dashboards, each once"
    server.dashboards["operability-estate"]["dashboard"]["title"] = "edited by hand"
    server.dashboards["operability-portfolio"]["meta"]["folderUid"] = "moved"
    assert put(server)["saved"] == ["Portfolio", "Estate"]
    assert server.dashboards["operability-estate"]["dashboard"]["title"] == "Estate"
    assert put(server, bearer_token=None, url_username=USER, url_password=PASSWORD)["changed"] is False


@pytest.mark.parametrize(
    ("method", "path", "answer", "words"),
    [
        ("GET", "/api/health", (200, PAGE), "answered with a web page: it is no Grafana, or a login page stands before it"),
        ("GET", "/api/health", (200, {"status": "UP"}), "is there a Grafana at this address?"),
        ("GET", "/api/health", (200, ["x"]), "is there a Grafana at this address?"),
        ("GET", "/api/health", (302, PAGE), "/login; give that address"),
        ("GET", "/api/health", (503, {"database": "failing"}), "is not well: its database is 'failing'"),
        ("GET", "/api/folders", (401, {"message": "Unauthorized"}), "refused the credentials (HTTP 401)"),
        ("GET", "/api/folders", (403, {"message": "Forbidden"}), "these credentials may not read folders (HTTP 403)"),
        ("POST", "/api/folders", (403, {"message": "Forbidden"}), "these credentials may not make the folder 'Operability' (HTTP 403)"),
        ("GET", "/api/dashboards/uid", (200, {"x": 1}), "something that is no dashboard"),
        ("GET", "/api/dashboards/uid", (200, PAGE), "a web page"),
        ("POST", "/api/dashboards", (403, {}), "these credentials may not save the dashboard 'Portfolio'"),
        ("POST", "/api/dashboards", (412, {"status": "name-exists"}), "another dashboard in the folder has this title (HTTP 412)"),
        ("POST", "/api/dashboards", (412, {"status": "version-mismatch"}), "somebody else changed it at the same moment"),
        (
            "POST",
            "/api/dashboards",
            (400, {"message": "Cannot save provisioned dashboard"}),
            "(HTTP 400: Cannot save provisioned dashboard)",
        ),
        (
            "POST",
            "/api/dashboards",
            (500, {"message": "database\x1b[31m is locked"}),
            "did not save the dashboard 'Portfolio' (HTTP 500: data",
        ),
    ],
)
def test_refusals_in_words(server: StandIn, method: str, path: str, answer: tuple[int, t.Any], words: str) -> None:
    server.trouble[method, path] = answer
    with pytest.raises(GrafanaFailure) as caught:
        put(server)
    assert words in str(caught.value) and str(caught.value).isprintable()
    assert "sesame" not in str(caught.value) and "secret" not in str(caught.value)
    assert not server.dashboards


def test_what_may_pass_by_itself_is_tried_again(server: StandIn) -> None:
    server.trouble["GET", "/api/dashboards/uid"], server.times["GET", "/api/dashboards/uid"] = (500, {"message": "busy"}), 2
    server.trouble["POST", "/api/dashboards"], server.times["POST", "/api/dashboards"] = (503, {"message": "starting"}), 1
    slept: list[float] = []
    assert put(server, slept=slept)["saved"] == ["Portfolio", "Estate"] and slept == [1.0, 2.0, 1.0]
    slept.clear()
    nobody = Grafana(Connection(url=f"http://me:sesame@127.0.0.1:{free_port()}", bearer_token=TOKEN), OpenUrlHttp(), sleep=slept.append)
    with pytest.raises(GrafanaFailure, match=r"nothing listens there \(tried 3 times\)$") as caught:
        nobody.health()
    assert slept == [1.0, 2.0] and "sesame" not in str(caught.value)


def test_what_is_no_dashboard_is_refused_before_anything_is_asked(server: StandIn) -> None:
    params = {"dashboards": [DASHBOARDS[0], {"title": "x"}], "folder_uid": "o", "folder_title": "O"}
    with pytest.raises(GrafanaFailure, match=r"dashboards\.1: uid is missing"):
        work(params, client(server), check_mode=False)
    assert server.asked == []


# the role


def role(folder: pathlib.Path, *words: str, **variables: t.Any) -> subprocess.CompletedProcess[str]:
    (folder / "playbook.yml").write_text(
        "- hosts: localhost\n  connection: local\n  gather_facts: false\n  roles: [operability.readiness.observability]\n"
    )
    given = {
        "observability_rules_file": "",
        "observability_grafana_owner": "",
        "observability_grafana_group": "",
        "observability_dashboards_source": str(folder / "dashboards"),
        "ansible_python_interpreter": sys.executable,
        **variables,
    }
    return controller.run(
        ["-i", "localhost,", str(folder / "playbook.yml"), "-e", json.dumps(given), "-vv", *words],
        env={
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
            "ANSIBLE_NOCOLOR": "1",
        },
    )


@pytest.fixture
def dashboards(tmp_path: pathlib.Path) -> pathlib.Path:
    folder = tmp_path / "dashboards"
    folder.mkdir()
    for dashboard in DASHBOARDS:
        (folder / f"{dashboard['uid']}.json").write_text(json.dumps(dashboard))
    return folder


def test_the_role_by_files_and_by_the_api(tmp_path: pathlib.Path, dashboards: pathlib.Path, server: StandIn) -> None:
    variables = {
        "observability_grafana_provisioning": str(tmp_path / "provisioning"),
        "observability_grafana_dashboards_path": str(tmp_path / "laid" / "operability"),
        "observability_grafana_datasource_url": "http://prometheus.example:9090",
        "observability_grafana_url": server.url,
        "observability_grafana_token": TOKEN,
        "observability_grafana_folder": "Betrieb: täglich",
    }
    first = role(tmp_path, **variables)
    assert first.returncode == 0, first.stdout + first.stderr
    laid = tmp_path / "laid" / "operability"
    for path in dashboards.iterdir():
        assert (laid / path.name).read_bytes() == path.read_bytes() and (laid / path.name).stat().st_mode & 0o777 == 0o644
    (provider,) = yaml.safe_load((tmp_path / "provisioning" / "dashboards" / "operability.yaml").read_text())["providers"]
    assert provider["options"] == {"path": str(laid)} and provider["folder"] == "Betrieb: täglich" and provider["type"] == "file"
    (source,) = yaml.safe_load((tmp_path / "provisioning" / "datasources" / "operability.yaml").read_text())["datasources"]
    assert (source["type"], source["url"], source["uid"]) == ("prometheus", "http://prometheus.example:9090", "prometheus")
    assert server.folders == {"operability": "Betrieb: täglich"} and len(server.dashboards) == 2
    assert server.dashboards["operability-estate"]["dashboard"]["panels"] == DASHBOARDS[1]["panels"]
    again = role(tmp_path, **variables)
    assert again.returncode == 0 and re.search(r"changed=0 ", again.stdout), again.stdout
    assert TOKEN not in first.stdout + first.stderr + again.stdout


def test_the_role_says_what_is_wrong(tmp_path: pathlib.Path, dashboards: pathlib.Path, server: StandIn) -> None:
    done = role(tmp_path, observability_grafana_url=server.url, observability_grafana_token="glsa_wrong")
    assert done.returncode != 0 and "refused the credentials (HTTP 401)" in " ".join(done.stdout.split()), done.stdout
    assert "glsa_wrong" not in done.stdout + done.stderr and server.written == []
    done = role(tmp_path, observability_grafana_url=server.url, observability_dashboards_source=str(tmp_path))
    assert done.returncode != 0 and "There is no dashboard (*.json) in" in done.stdout and "/api/health" not in str(server.asked[-1:])


# annotations


def mark(server: StandIn, made: dict[str, t.Any], **more: t.Any) -> None:
    found = annotation.of(made, **more)
    assert found
    annotation.writer(Connection(url=server.url, bearer_token=TOKEN), found)()


def test_begin_and_end_of_a_deployment_are_marked_once(server: StandIn) -> None:
    before = record()
    mark(server, before, further_tags=["team:shop"])
    mark(server, before, further_tags=["team:shop"])
    after = record(run__phase="post", run__started_at="2026-11-25T06:29:00Z", run__finished_at="2026-11-25T06:30:00Z")
    after["judgement"].update(verdict="go", words="GO")
    mark(server, after)
    mark(server, after)
    first, second = server.annotations
    assert first["time"] == first["timeEnd"] == 1795586400000
    assert first["text"] == "payments 1.5.0 in production: NO-GO before the deployment, 9 of 13 verified"
    assert first["tags"] == [
        "operability",
        "service:payments",
        "environment:production",
        "version:1.5.0",
        "phase:pre",
        "verdict:no_go",
        "team:shop",
    ]
    assert (second["time"], second["timeEnd"]) == (1795586400000, 1795588200000), "from the gate before to the gate after"
    assert "GO after the deployment" in second["text"]
    after["gates"]["pre"]["version"] = "1.4.9"
    alone = annotation.of(after)
    assert alone and alone.begin == alone.end == 1795588200000, "the gate before belongs to another version"


def test_what_is_no_deployment_is_not_marked() -> None:
    assert annotation.of(record(run__phase="recheck")) is None
    assert annotation.of(record(run__scope="batch")) is None
    assert annotation.of(record(run__finished_at="yesterday")) is None


def test_marks_are_harmless(server: StandIn) -> None:
    made = hostile()
    made["run"]["emergency"] = {"id": "INC0042"}
    mark(server, made)
    (only,) = server.annotations
    assert "<" not in only["text"] and only["text"].endswith("(emergency, partial)") and only["text"].isprintable()
    assert all(len(tag) <= 100 and tag.isprintable() for tag in only["tags"])


def test_whoever_may_only_write_annotations_writes_them(server: StandIn) -> None:
    server.trouble["GET", "/api/annotations"] = (403, {"message": "Forbidden"})
    mark(server, record())
    assert len(server.annotations) == 1
    server.trouble["POST", "/api/annotations"] = (500, {"message": "no room"})
    with pytest.raises(GrafanaFailure, match=r"did not write annotations \(HTTP 500: no room\)"):
        mark(server, record(run__version="2"))
    server.trouble.clear()
    with pytest.raises(GrafanaFailure, match="refused the credentials"):
        Grafana(Connection(url=server.url), RequestsHttp()).annotate(1, 1, [], "x")


def test_the_gate_marks_what_the_organisation_s_file_says(tmp_path: pathlib.Path, server: StandIn) -> None:
    site = Site(tmp_path)
    site.organisation["publish"]["grafana"] = {"url": server.url, "bearer_token": TOKEN, "tags": ["estate"]}
    good = site.run(ROLE_TWICE, "-vvv", version="1.5.0", phase=None)
    assert good.rc == 0 and [item["tags"][4] for item in server.annotations] == ["phase:pre", "phase:post"], good.output
    begin, end = server.annotations
    assert end["time"] <= begin["time"] + 60_000 and end["timeEnd"] > end["time"] and "estate" in end["tags"]
    assert TOKEN not in good.output and "GO after the deployment" in end["text"]
    server.trouble["POST", "/api/annotations"] = (401, {"message": "no"})
    refused = site.run(version="1.6.0")
    assert refused.rc == 0 and refused.verdict == "go" and len(server.annotations) == 2
    assert refused.says("grafana:", "refused the credentials (HTTP 401)") and TOKEN not in refused.output
    assert site.textfile.exists(), "the other targets were written"


ROLE_TWICE = """
- name: Before
  hosts: web
  gather_facts: false
  roles:
    - {role: operability.readiness.gate, vars: {readiness_phase: pre}}
- name: After
  hosts: web
  gather_facts: false
  roles:
    - {role: operability.readiness.gate, vars: {readiness_phase: post}}
"""
