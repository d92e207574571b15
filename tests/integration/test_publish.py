# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is published, read by those that it is for: promtool, node_exporter, a Pushgateway, Prometheus, ansible-playbook."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess
import sys
import time
import typing as t
import urllib.parse
import urllib.request

import controller
import pytest
from ansible_collections.operability.readiness.plugins.module_utils._http import Connection
from ansible_collections.operability.readiness.plugins.plugin_utils._publish import metrics, textfile
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.files import PublishFailure
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.pushgateway import Pushgateway
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.digests import sealed
from integration.playbook import ROLE, Site
from servers import Binaries, NodeExporter, Prometheus, free_port
from servers import Pushgateway as PushgatewayServer
from unit.publish.records import hostile, record

NO_GO = "operability_service_state == 3"
FILES = ("html", "markdown", "junit", "nagios", "csv", "json")


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return str(answer.read().decode())


def waited(true: t.Callable[[], bool], seconds: float = 20.0) -> bool:
    """Whether it became true: a Pushgateway answers a DELETE before it has deleted."""
    over = time.monotonic() + seconds
    while not true() and time.monotonic() < over:
        time.sleep(0.05)
    return true()


def query(prometheus: Prometheus, text: str, *, wait: float = 20.0) -> list[dict[str, t.Any]]:
    """The vector, waited for until it has something."""
    end = time.monotonic() + wait
    while True:
        answer = json.loads(get(f"{prometheus.url}/api/v1/query?" + urllib.parse.urlencode({"query": text})))
        assert answer["status"] == "success", answer
        if answer["data"]["result"] or time.monotonic() > end:
            return t.cast("list[dict[str, t.Any]]", answer["data"]["result"])
        time.sleep(0.3)


@pytest.mark.parametrize("made", [record(), record(state=None), hostile()], ids=["usual", "partial", "hostile"])
def test_promtool_has_nothing_to_say(each_binaries: Binaries, made: dict[str, t.Any]) -> None:
    done = subprocess.run(
        [str(each_binaries.path("promtool")), "check", "metrics"],
        input=metrics.exposition(made),
        capture_output=True,
        env=each_binaries.environment(),
        check=False,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, b"")


def test_the_no_go_query_answers_whatever_labels_the_target_has(running: t.Any, each_binaries: Binaries) -> None:
    exporter = running.start(NodeExporter, each_binaries)
    labels = "{service: bastion, environment: admin, phase: x, instance: a, name: n, state: s, impact: i, requirement: r}"
    config = f"scrape_configs: [{{job_name: node, static_configs: [{{targets: ['127.0.0.1:{exporter.port}'], labels: {labels}}}]}}]"
    textfile.write_metrics(str(exporter.textfile), "payments", "production", metrics.exposition(record()))
    prometheus = running.start(Prometheus, each_binaries, config=config)
    found = query(prometheus, NO_GO)
    assert [(sample["metric"]["service_name"], sample["metric"]["deployment_environment"]) for sample in found] == [
        ("payments", "production")
    ]
    assert query(prometheus, 'max by (service_name) (operability_service_state{deployment_environment="production"})')
    assert "node_textfile_scrape_error 0" in get(f"{exporter.url}/metrics")
    textfile.remove(str(exporter.textfile), "payments", "production")
    assert "operability_" not in get(f"{exporter.url}/metrics")


def test_two_services_in_one_folder_do_not_disturb_each_other(running: t.Any, binaries: Binaries) -> None:
    exporter = running.start(NodeExporter, binaries)
    for name in ("payments", "billing", "a/b", "é"):
        made = record()
        made["service"]["name"] = name
        textfile.write_metrics(str(exporter.textfile), *metrics.identity(made), metrics.exposition(made))
    text = get(f"{exporter.url}/metrics")
    assert "node_textfile_scrape_error 0" in text
    assert sum(line.startswith("operability_service_state{") for line in text.splitlines()) == 4


def test_a_pushgateway_holds_one_group_that_is_replaced_whole(running: t.Any, each_binaries: Binaries) -> None:
    server = running.start(PushgatewayServer, each_binaries)
    gateway = Pushgateway(Connection(url=server.url))
    made = record()
    gateway.push(metrics.exposition(made), *metrics.identity(made))
    assert 'operability_requirement_state{deployment_environment="production",impact="blocker",instance="",' in get(f"{server.url}/metrics")
    made["state"]["requirements"] = made["state"]["requirements"][:1]
    gateway.push(metrics.exposition(made), *metrics.identity(made))
    text = get(f"{server.url}/metrics")
    assert sum(line.startswith("operability_requirement_state{") for line in text.splitlines()) == 1
    config = f"scrape_configs: [{{job_name: push, honor_labels: true, static_configs: [{{targets: ['127.0.0.1:{server.port}']}}]}}]"
    prometheus = running.start(Prometheus, each_binaries, config=config)
    (sample,) = query(prometheus, NO_GO)
    assert sample["metric"]["job"] == "operability"
    gateway.delete(*metrics.identity(made))
    assert waited(lambda: "operability_" not in get(f"{server.url}/metrics"))


@pytest.mark.parametrize("name", ["a/b", "..", "é è", "x@base64", "%2e", "a" * 120])
def test_odd_names_are_the_same_in_group_and_body(running: t.Any, binaries: Binaries, name: str) -> None:
    server = running.start(PushgatewayServer, binaries)
    made = record()
    made["service"]["name"] = name
    gateway = Pushgateway(Connection(url=server.url))
    gateway.push(metrics.exposition(made), *metrics.identity(made))
    groups = json.loads(get(f"{server.url}/api/v1/metrics"))["data"]
    assert [group["labels"] for group in groups] == [
        {"job": "operability", "service_name": name, "deployment_environment": "production"},
    ]
    assert groups[0]["last_push_successful"]
    gateway.delete(*metrics.identity(made))
    assert waited(lambda: json.loads(get(f"{server.url}/api/v1/metrics"))["data"] == [])


def test_a_pushgateway_that_refuses_or_is_down_is_named(running: t.Any, binaries: Binaries) -> None:
    server = running.start(PushgatewayServer, binaries)
    with pytest.raises(PublishFailure, match=r"refused the metrics \(HTTP 400: "):
        Pushgateway(Connection(url=server.url)).push(b"this is not the format\n", "a", "b")
    with pytest.raises(PublishFailure, match=r"refused the metrics \(HTTP 404"):
        Pushgateway(Connection(url=server.url + "/elsewhere")).push(b"a 1\n", "a", "b")
    server.stop()
    slept: list[float] = []
    with pytest.raises(PublishFailure, match=r"it refused the connection: nothing listens there \(tried 3 times\)"):
        Pushgateway(Connection(url=server.url), sleep=slept.append).push(b"a 1\n", "a", "b")
    assert slept == [1.0, 2.0]


def test_a_disk_that_is_full_or_read_only_keeps_the_old_file(tmp_path: pathlib.Path) -> None:
    if (
        not shutil.which("mount")
        or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "none", str(tmp_path)], capture_output=True, check=False).returncode
    ):
        pytest.skip("a small file system cannot be mounted here")
    try:
        path = textfile.write_metrics(str(tmp_path), "a", "b", b"old 1\n")
        with pytest.raises(PublishFailure, match="No space left"):
            textfile.write_metrics(str(tmp_path), "a", "b", b"x" * 200_000)
        assert pathlib.Path(path).read_bytes() == b"old 1\n"
        assert len(os.listdir(tmp_path)) == 1
        subprocess.run(["mount", "-o", "remount,ro", str(tmp_path)], check=True)
        with pytest.raises(PublishFailure, match="Read-only file system"):
            textfile.write_metrics(str(tmp_path), "a", "b", b"new 1\n")
        with pytest.raises(PublishFailure, match="could not be removed: Read-only file system"):
            textfile.remove(str(tmp_path), "a", "b")
        assert pathlib.Path(path).read_bytes() == b"old 1\n"
        assert len(os.listdir(tmp_path)) == 1
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


# the action, in a playbook


def play(folder: pathlib.Path, options: dict[str, t.Any], *arguments: str) -> tuple[dict[str, t.Any], str]:
    """Runs publish alone; its result and all that was printed."""
    (result,), printed = play_all(folder, [options], *arguments)
    return result, printed


def play_all(folder: pathlib.Path, tasks_of: t.Sequence[dict[str, t.Any]], *arguments: str) -> tuple[list[dict[str, t.Any]], str]:
    """Runs publish with one after the other; their results and all that was printed."""
    tasks: list[dict[str, t.Any]] = []
    for number, options in enumerate(tasks_of):
        tasks.append({"operability.readiness.publish": options, "register": f"published{number}", "ignore_errors": True})
    all_of_them = "{{ [" + ", ".join(str(task["register"]) for task in tasks) + "] }}"
    tasks.append({"ansible.builtin.copy": {"content": all_of_them, "dest": str(folder / "result.json")}, "check_mode": False})
    (folder / "play.yml").write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
    environment = {**os.environ, "ANSIBLE_LOCALHOST_WARNING": "0", "ANSIBLE_NOCOLOR": "1", "ANSIBLE_PYTHON_INTERPRETER": sys.executable}
    done = controller.run(["-vvv", *arguments, str(folder / "play.yml")], env=environment, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads((folder / "result.json").read_text()), done.stdout + done.stderr


def saved(folder: pathlib.Path, made: dict[str, t.Any], name: str = "record.json") -> str:
    (folder / name).write_text(json.dumps(made))
    return str(folder / name)


@pytest.fixture
def places(tmp_path: pathlib.Path) -> dict[str, t.Any]:
    (tmp_path / "textfile").mkdir()
    out = {kind: str(tmp_path / f"report.{kind}") for kind in ("html", "markdown", "junit", "nagios", "csv", "json")}
    return {**out, "textfile_directory": str(tmp_path / "textfile")}


def test_every_target_in_a_play(tmp_path: pathlib.Path, places: dict[str, t.Any], running: t.Any, binaries: Binaries) -> None:
    server = running.start(PushgatewayServer, binaries)
    options = {"record": saved(tmp_path, record()), "pushgateway": {"url": server.url, "bearer_token": "opensesame"}, **places}
    result, _printed = play(tmp_path, options)
    assert result["changed"]
    assert [item["target"] for item in result["written"]] == ["textfile", "pushgateway", *FILES]
    assert result["failed_targets"] == result["skipped_targets"] == []
    assert json.loads(pathlib.Path(places["json"]).read_text()) == record()
    assert {kind: oct(pathlib.Path(places[kind]).stat().st_mode)[-3:] for kind in FILES} == {kind: "644" for kind in FILES}
    assert "NO-GO" in pathlib.Path(places["html"]).read_text()
    assert "NO-GO" in pathlib.Path(places["markdown"]).read_text()
    assert "operability_service_state" in get(f"{server.url}/metrics")
    assert os.listdir(places["textfile_directory"]) == ["operability_payments_production.prom"]


def test_what_other_tools_read_in_files_of_their_own_in_french(tmp_path: pathlib.Path) -> None:
    options = {
        "record": saved(tmp_path, record()),
        "html": str(tmp_path / "{service}-{environment}.html"),
        "junit": str(tmp_path / "{service}-{phase}.xml"),
        "nagios": str(tmp_path / "{service}.status"),
        "csv": str(tmp_path / "{owner}.csv"),
        "language": "fr",
    }
    result, _printed = play(tmp_path, options)
    assert [item["path"] for item in result["written"]] == [
        str(tmp_path / name) for name in ("payments-production.html", "payments-pre.xml", "payments.status")
    ]
    (failed,) = result["failed_targets"]
    assert failed["target"] == "csv" and "unknown placeholder {owner}; known are {service}" in failed["message"]
    assert result["nagios_code"] == 2 and not result["failed"]
    assert "Exploitabilité de payments" in (tmp_path / "payments-production.html").read_text(encoding="utf-8")
    # a plugin's exit code, from the word in the file
    words = (tmp_path / "payments.status").read_text().split()
    assert words[:2] == ["OPERABILITY", "CRITICAL"]


def test_the_role_writes_french_and_what_other_tools_read(tmp_path: pathlib.Path) -> None:
    site = Site(tmp_path / "site")
    reports = {
        "html": f"{site.folder}/{{service}}-{{phase}}.html",
        "junit": f"{site.folder}/{{service}}.xml",
        "csv": f"{site.folder}/x.csv",
    }
    site.organisation["publish"] = {"nagios": f"{site.folder}/{{service}}.status"}
    outcome = site.run(ROLE, phase="recheck", language="fr", publish=reports)
    assert outcome.rc == 0, outcome.output
    assert "Exploitabilité de shop" in (site.folder / "shop-recheck.html").read_text(encoding="utf-8")
    assert 'classname="readiness.support" name="SUP-01 ' in (site.folder / "shop.xml").read_text()
    assert (site.folder / "shop.status").read_text().startswith("OPERABILITY OK - shop: GO, 2 of 2 verified")
    assert len((site.folder / "x.csv").read_text().splitlines()) == 3


def test_a_target_that_fails_takes_nothing_with_it(tmp_path: pathlib.Path, places: dict[str, t.Any]) -> None:
    secrets = {"url_username": "me", "url_password": "sesame1", "bearer_token": "sesame2", "headers": {"X-Key": "sesame3"}}
    gateway = {"url": f"http://me:sesame4@127.0.0.1:{free_port()}", **secrets}
    options = {"record": saved(tmp_path, record()), **places, "pushgateway": gateway, "markdown": str(tmp_path / "no" / "x.md")}
    (result, again), printed = play_all(tmp_path, [options, {**options, "pushgateway": None, "fail_on_error": True}])
    assert not result["failed"]
    assert [item["target"] for item in result["written"]] == ["textfile", "html", "junit", "nagios", "csv", "json"]
    assert [item["target"] for item in result["failed_targets"]] == ["pushgateway", "markdown"]
    assert "it refused the connection" in result["msg"]
    assert "[WARNING]" in printed
    assert "sesame1" not in printed
    assert "sesame2" not in printed
    assert "sesame3" not in printed
    assert "sesame4" not in printed
    assert again["failed"]
    assert len(again["written"]) == 6


def test_a_copy_of_the_record_has_its_permissions(tmp_path: pathlib.Path) -> None:
    given: list[tuple[dict[str, t.Any] | str, int]] = [
        (record(), 0o600),
        ({"record": record(), "record_path": str(tmp_path / "gone")}, 0o600),
    ]
    for mode in (0o600, 0o640, 0o664):
        path = pathlib.Path(saved(tmp_path, record(), f"{mode:o}.json"))
        path.chmod(mode)
        given += [(str(path), mode), ({"record": record(), "record_path": str(path)}, mode)]
    copies = [
        {"record": one, "json": str(tmp_path / f"copy-{number}"), "csv": str(tmp_path / "csv")} for number, (one, _mode) in enumerate(given)
    ]
    play_all(tmp_path, copies)
    assert [pathlib.Path(copy["json"]).stat().st_mode & 0o777 for copy in copies] == [mode for _one, mode in given]
    assert (tmp_path / "csv").stat().st_mode & 0o777 == 0o644


def test_check_mode_writes_nothing(tmp_path: pathlib.Path, places: dict[str, t.Any]) -> None:
    gateway = {"url": f"http://127.0.0.1:{free_port()}"}
    result, _printed = play(tmp_path, {"record": saved(tmp_path, record()), **places, "pushgateway": gateway}, "--check")
    assert result["changed"]
    assert len(result["written"]) == 8
    assert result["msg"].startswith("would be published to textfile ")
    assert os.listdir(places["textfile_directory"]) == []
    assert not pathlib.Path(places["html"]).exists()


def test_a_partial_run_never_replaces_the_state(tmp_path: pathlib.Path, places: dict[str, t.Any]) -> None:
    partial = record(state=None, run__partial="limited to web1", run__id="20261126T060000Z-pre-0000")
    (tmp_path / "runs").mkdir()
    saved(tmp_path / "runs", record(state__code=1, state__verdict="go_with_reservations"), "20261125T060000Z-pre-3f2a.json")
    path = saved(tmp_path / "runs", partial, "20261126T060000Z-pre-0000.json")
    (tmp_path / "runs" / "20261125T070000Z-pre-9999.json").write_text("{ not whole")
    (tmp_path / "other").mkdir()
    given = (path, {"record": partial, "record_path": path, "verdict": "no_go"})
    folders = (places["textfile_directory"], str(tmp_path / "other"))
    later = [{"record": one, "textfile_directory": folder} for one, folder in zip(given, folders)]
    (result, *found), _printed = play_all(tmp_path, [{"record": partial, **places}, *later])
    assert [item["target"] for item in result["skipped_targets"]] == ["textfile"]
    assert [item["target"] for item in result["written"]] == list(FILES)
    for result, folder in zip(found, folders, strict=True):
        assert [item["target"] for item in result["written"]] == ["textfile"]
        text = (pathlib.Path(folder) / "operability_payments_production.prom").read_text()
        assert 'operability_service_state{deployment_environment="production",service_name="payments"} 1.0' in text


AWAY = """
from ansible.plugins.connection.local import Connection as Local

DOCUMENTATION = "{name: away, short_description: this machine as another one, description: For tests., author: tests, options: {}}"


class Connection(Local):
    transport = "away"
"""


def test_what_a_retired_service_leaves_is_removed(tmp_path: pathlib.Path, running: t.Any, binaries: Binaries) -> None:
    server = running.start(PushgatewayServer, binaries)
    for name in ("here", "there", "connection_plugins"):
        (tmp_path / name).mkdir()
    (tmp_path / "connection_plugins" / "away.py").write_text(AWAY)
    gateway = Pushgateway(Connection(url=server.url))
    made, other = record(), record()
    other["service"]["name"] = "billing"
    for one in (made, other):
        gateway.push(metrics.exposition(one), *metrics.identity(one))
        for place in ("here", "there"):
            textfile.write_metrics(str(tmp_path / place), *metrics.identity(one), metrics.exposition(one))
    named = {"state": "absent", "service": "payments", "environment": "production"}
    here = {
        **named,
        "textfile_directory": str(tmp_path / "here"),
        "pushgateway": {"url": server.url},
        "html": str(tmp_path / "x.html"),
        "csv": str(tmp_path / "x.csv"),
    }
    by_record = {"state": "absent", "record": saved(tmp_path, made), "textfile_directory": str(tmp_path / "there")}
    down = {**named, "pushgateway": {"url": f"http://me:sesame@127.0.0.1:{free_port()}"}, "textfile_directory": str(tmp_path / "no")}
    tasks = [
        {"operability.readiness.publish": here, "register": "looked", "check_mode": True},
        {"ansible.builtin.stat": {"path": str(tmp_path / "here" / "operability_payments_production.prom")}, "register": "kept"},
        {"operability.readiness.publish": here, "register": "first"},
        {"operability.readiness.publish": here, "register": "again"},
        {"operability.readiness.publish": by_record, "register": "away_looked", "delegate_to": "monitoring1", "check_mode": True},
        {"operability.readiness.publish": by_record, "register": "away_first", "delegate_to": "monitoring1"},
        {"operability.readiness.publish": by_record, "register": "away_again", "delegate_to": "monitoring1"},
        {"operability.readiness.publish": down, "register": "down"},
        {"operability.readiness.publish": {"state": "absent", "service": "x"}, "register": "unnamed", "ignore_errors": True},
    ]
    names = [str(task["register"]) for task in tasks]
    content = {"ansible.builtin.copy": {"content": "{{ dict(names | zip(all)) }}", "dest": str(tmp_path / "result.json")}}
    content = {**content, "vars": {"names": names, "all": [f"{{{{ {name} }}}}" for name in names]}}
    (tmp_path / "play.yml").write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": [*tasks, content]}]))
    (tmp_path / "inventory.yml").write_text("all: {hosts: {monitoring1: {ansible_connection: away}}}")
    environment = {**os.environ, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_PYTHON_INTERPRETER": sys.executable, "HOME": str(tmp_path)}
    words = ["-i", str(tmp_path / "inventory.yml"), str(tmp_path / "play.yml")]
    done = controller.run(words, env=environment, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads((tmp_path / "result.json").read_text())

    def targets(name: str, kind: str) -> list[str]:
        return [item["target"] for item in seen[name][kind]]

    assert seen["looked"]["changed"] and seen["kept"]["stat"]["exists"] and "would be removed from textfile" in seen["looked"]["msg"]
    for name in ("looked", "first"):
        assert (targets(name, "removed"), targets(name, "skipped_targets")) == (["textfile", "pushgateway"], ["html", "csv"])
    assert seen["first"]["changed"] and seen["first"]["msg"].startswith("payments in production is retired: removed from textfile ")
    assert not seen["again"]["changed"] and targets("again", "skipped_targets") == ["textfile", "pushgateway", "html", "csv"]
    assert [seen[f"away_{name}"]["changed"] for name in ("looked", "first", "again")] == [True, True, False]
    assert seen["away_first"]["removed"][0]["path"].startswith(f"monitoring1:{tmp_path}/there/operability_payments_")
    assert targets("down", "failed_targets") == ["textfile", "pushgateway"] and not seen["down"]["changed"]
    assert "does not exist" in seen["down"]["msg"] and "it refused the connection: nothing listens there (tried 3" in seen["down"]["msg"]
    assert seen["unnamed"]["failed"] and "environment: state=absent needs the record" in seen["unnamed"]["msg"]
    assert "sesame" not in done.stdout + done.stderr
    for place in ("here", "there"):
        assert [name for name in os.listdir(tmp_path / place) if name.endswith(".prom")] == ["operability_billing_production.prom"]
    groups = json.loads(get(f"{server.url}/api/v1/metrics"))["data"]
    assert [group["labels"]["service_name"] for group in groups] == ["billing"], "another service's stays"


NO_RECORD = [
    ("/does/not/exist.json", "cannot be read"),
    ({"changed": False}, "expected what gate returned"),
    (["x"], "expected what gate returned"),
    ("edited.json", "was changed after it was written: its digest does not fit; nothing was published"),
]


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[pathlib.Path, dict[str, t.Any]]]:
    """Publish over each of them, in one run: where its reports would be, and its result."""
    folder = tmp_path_factory.mktemp("refused")
    places = [folder / str(number) for number in range(len(NO_RECORD))]
    for place in places:
        place.mkdir()
    (folder / "edited.json").write_text(json.dumps({**sealed(record()), "verdict": "go"}))
    tasks = [{"record": given, "html": str(place / "x.html"), "csv": str(place / "x.csv")} for (given, _w), place in zip(NO_RECORD, places)]
    return list(zip(places, play_all(folder, tasks)[0], strict=True))


@pytest.mark.parametrize("number", range(len(NO_RECORD)), ids=["no file", "no record", "a list", "edited"])
def test_what_is_no_record_is_said(refused: list[tuple[pathlib.Path, dict[str, t.Any]]], number: int) -> None:
    place, result = refused[number]
    assert result["failed"]
    assert NO_RECORD[number][1] in result["msg"]
    assert not list(place.iterdir())
