# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import os
import pathlib
import re
import socket
import sys
import typing as t

import jinja2
import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import ArgumentsRefused, parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import testinfra as check
from ansible_collections.operability.readiness.plugins.module_utils._clients import pytest_plugin, smoke_suite
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve, Finding, Status
from ansible_collections.operability.readiness.plugins.module_utils._phrase import Message
from ansible_collections.operability.readiness.plugins.module_utils._runner import Completed, Runner
from ansible_collections.operability.readiness.plugins.plugin_utils._described.document import Refused
from ansible_collections.operability.readiness.plugins.plugin_utils._described.policy import Proof
from ansible_collections.operability.readiness.plugins.plugin_utils._described.service import NotDeclared
from ansible_collections.operability.readiness.plugins.plugin_utils._planning.derive.derivations import derive
from ansible_collections.operability.readiness.plugins.plugin_utils._planning.derive.instance import Instance
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.translating import told
from ansible_collections.operability.readiness.plugins.plugin_utils._running import connections as _connections
from fakes import FakeRunner
from unit.core.described import describe

HEAD = "schema_version: 1\nservice: {name: shop, owner: team-shop, hosts: payments}\n"
SUITE = """
import pathlib

import pytest


def test_good(host):
    assert host.run("true").rc == 0


@pytest.mark.parametrize("number", [1, 2])
def test_number(host, number):
    assert number == 1


class TestShop:
    def test_open(self, host):
        pytest.fail("the shop is closed")


@pytest.mark.xfail
def test_unexpectedly_good(host):
    pass


@pytest.mark.xfail(strict=True, reason="SHOP-1")
def test_strict(host):
    pass


def test_command(host):
    host.run_test("no-such-command --at-all")


def test_tool(host):
    host.get_host("nonsense://somewhere")


def test_without_a_host(tmp_path):
    (tmp_path / "file").write_text("x")


def test_raises(host):
    raise LookupError("no such article")
"""


def runs(folder: pathlib.Path, *, environ: dict[str, str] | None = None, **args: t.Any) -> list[Finding]:
    given = {"hosts": ["local://"], "timeout": "100s", **args}
    return run_item(Item(key="x", check="testinfra", args=given), Runner(environ={**os.environ, **(environ or {})}))


def said(findings: list[Finding]) -> dict[str, tuple[str, str, str]]:
    return {finding.instance: (finding.status.value, finding.host, finding.message) for finding in findings}


# -- a real run


def test_each_test_is_told_apart_and_nothing_is_left_behind(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "smoke"
    folder.mkdir()
    (folder / "test_shop.py").write_text(SUITE)
    (folder / "test_broken.py").write_text("def test_x(:\n")
    (folder / "test_elsewhere.py").write_text("import pytest\n\npytest.skip('only on Sundays', allow_module_level=True)\n")
    # what a project gives its developers must not reach the gate
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --nonsense -k nothing\n")
    before = sorted(folder.rglob("*"))
    found = runs(folder, suite=[str(folder)], environ={"PYTEST_ADDOPTS": "--more-nonsense", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"})
    told = said(found)
    shop = "test_shop.py::"
    assert {name: (status, host) for name, (status, host, _message) in told.items()} == {
        f"{shop}test_good": ("pass", "localhost"),
        f"{shop}test_number[1]": ("pass", "localhost"),
        f"{shop}test_number[2]": ("fail", "localhost"),
        f"{shop}TestShop::test_open": ("fail", "localhost"),
        f"{shop}test_unexpectedly_good": ("pass", "localhost"),
        f"{shop}test_strict": ("fail", "localhost"),
        f"{shop}test_command": ("fail", "localhost"),
        f"{shop}test_tool": ("unknown", "localhost"),
        f"{shop}test_without_a_host": ("pass", ""),
        f"{shop}test_raises": ("fail", "localhost"),
        "test_broken.py": ("unknown", ""),
        "test_elsewhere.py": ("not_applicable", ""),
    }
    assert told[f"{shop}TestShop::test_open"][2] == f"{shop}TestShop::test_open: the shop is closed"
    assert told[f"{shop}test_number[2]"][2] == f"{shop}test_number[2]: assert 2 == 1"
    assert told[f"{shop}test_strict"][2] == f"{shop}test_strict: it passed, though its suite expects it to fail: SHOP-1"
    assert "'no-such-command --at-all' (exit code 127: /bin/sh: " in told[f"{shop}test_command"][2]
    assert "Unknown connection type 'nonsense'" in told[f"{shop}test_tool"][2]
    assert "test_broken.py could not be collected: SyntaxError" in told["test_broken.py"][2]
    assert told["test_elsewhere.py"][2] == "test_elsewhere.py was skipped: only on Sundays"
    assert sorted(folder.rglob("*")) == before
    (one,) = [finding for finding in found if finding.instance == f"{shop}test_number[2]"]
    assert one.observed["outcome"] == "failed" and one.details[-1].startswith("test_shop.py:")


def test_the_suite_that_ships(tmp_path: pathlib.Path) -> None:
    """Each kind well and ill in one run."""
    (tmp_path / "conf").write_text("port = 8080\n")
    (tmp_path / "conf").chmod(0o640)
    (tmp_path / "link").symlink_to(tmp_path / "conf")
    owner = (tmp_path / "conf").owner()
    open_tcp, open_udp = socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    open_udp.bind(("127.0.0.1", 0))
    tcp, udp = open_tcp.getsockname()[1], open_udp.getsockname()[1]
    conf = str(tmp_path / "conf")
    good = {
        "ports": [str(tcp), f"127.0.0.1:{tcp}", f"udp:{udp}"],
        "files": [conf, {"path": conf, "mode": "0640", "owner": owner, "type": "file", "contains": "8080"}],
        "users": ["root", {"name": "root", "uid": 0, "home": "/root", "groups": ["root"]}],
        "versions": {"echo shop v1.4.2": "1.4.2", "echo 1.4.2-1": "1.4", "echo is 1.4.2-1": "==1.4.2"},
    }
    bad: dict[str, t.Any] = {
        "ports": [f"udp:{tcp if tcp != udp else 1}", f"127.0.0.9:{tcp}"],
        "files": [
            {"path": f"{conf}.old"},
            {"path": f"{conf}", "mode": "0600"},
            {"path": str(tmp_path), "type": "file"},
            {"path": str(tmp_path / "link"), "absent": True},
            {"path": conf, "contains": "8081"},
            {"path": conf, "owner": "no-such-user"},
            {"path": f"{conf}/below"},
        ],
        "users": ["no-such-user", {"name": "root", "shell": "/bin/nothing"}, {"name": "root", "groups": ["no-such-group"]}],
        "versions": {"echo 11.4.2": "1.4.2", "echo 1.4.20": "1.4.2", "echo 1.4.2-rc1": "1.4.2", "false": "1", "echo 1.4.9": "==1.4"},
    }
    with open_tcp, open_udp:
        found = runs(tmp_path, expect=[good])
        ill = runs(tmp_path, expect=[bad, {"ports": ["1"], "hosts": ["another"]}])
    assert {finding.message for finding in found if finding.status is not Status.PASS} == set() and len(found) == 10
    by_name = [finding.message.partition(": ")[2] for finding in ill]
    assert [finding.status for finding in ill if "below" not in finding.instance] == [Status.FAIL] * 16
    for text in (
        f"tcp port {tcp} is open on 127.0.0.1, not on 127.0.0.9",
        f"{conf}.old does not exist",
        f"{conf} has the mode 0640, not 0600",
        f"{tmp_path} is not of the type file",
        f"{tmp_path}/link is there, and must not be",
        f"{conf} does not contain '8081'",
        f"{conf} is owned by {owner}, not by no-such-user",
        "there is no user no-such-user",
        "root is not in the groups no-such-group",
        "'echo 11.4.2' says 11.4.2, not 1.4.2",
        "'false' ended with 1 and said: nothing",
    ):
        assert text in by_name, by_name
    in_french = [told(finding.message, "fr") for finding in ill]
    assert (
        "test common::test_version[false]\u00a0: la commande «\u00a0false\u00a0» s\u2019est terminée avec le code 1 et a dit\u00a0: rien"
        in in_french
    )
    (mode,) = [finding.message.params["said"] for finding in ill if "has the mode" in finding.message]
    assert isinstance(mode, Message) and mode.params == {"path": conf, "mode": "0640", "wanted": "0600"}
    (below,) = [finding for finding in ill if "below" in finding.instance]
    assert (below.status, below.message.rpartition(": ")[2]) == (Status.UNKNOWN, "Not a directory")


def test_a_host_without_a_test_and_one_that_is_lost(tmp_path: pathlib.Path) -> None:
    (tmp_path / "test_a.py").write_text("def test_a(host):\n    pass\n\n\ndef test_b(host):\n    pass\n")
    found = runs(tmp_path, suite=[str(tmp_path / "test_a.py")], hosts=["local://", "ssh://nobody@127.0.0.1:1"])
    assert [(finding.instance, finding.host, finding.status.value) for finding in found] == [
        ("test_a.py::test_a", "localhost", "pass"),
        ("test_a.py::test_b", "localhost", "pass"),
        ("test_a.py::test_a", "127.0.0.1", "unknown"),
        ("test_a.py::test_b", "127.0.0.1", "unknown"),
    ]
    assert found[-1].message.startswith("127.0.0.1 cannot be used for tests: ssh: connect to host 127.0.0.1 port 1: ")


def test_two_suites_and_an_inventory_of_ansible(tmp_path: pathlib.Path) -> None:
    """Hosts by the name of their group; what a template says is left to ansible-inventory."""
    for name in ("smoke", "more"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "test_same.py" if name == "smoke" else tmp_path / name / "test_other.py").write_text(
            "def test_it(host):\n    assert host.ansible.get_variables()['colour'] == 'red'\n"
        )
    variables = {"ansible_connection": "local", "colour": "{{ 'red' }}"}
    hosts = {"web1": variables, "web2": {**variables, "colour": "blue"}, "db1": variables}
    groups = {"web": {"hosts": {"web1": {}, "web2": {}}}}
    (tmp_path / "inventory.json").write_text(json.dumps({"all": {"hosts": hosts, "children": groups}}))
    found = runs(
        tmp_path, suite=[str(tmp_path / "smoke"), str(tmp_path / "more")], hosts=["web"], inventory=str(tmp_path / "inventory.json")
    )
    names = {(finding.instance, finding.host) for finding in found}
    assert {(f"{file}::test_it", host) for file in ("smoke/test_same.py", "more/test_other.py") for host in ("web1", "web2")} <= names
    assert {finding.host for finding in found if finding.status is Status.FAIL} >= {"web2"}


# -- what is asked of pytest


def _asked(tmp_path: pathlib.Path, **args: t.Any) -> tuple[list[str], dict[str, str]]:
    """The command and the environment that pytest would get."""
    seen: list[t.Any] = []

    class Watching(FakeRunner):
        def run(self, argv: t.Sequence[str], **options: t.Any) -> Completed:
            seen.append((list(argv), dict(self.environ)))
            return Completed(1, "", "/usr/bin/python3: No module named pytest")

    runner = Watching()
    runner.environ = {"PATH": "/bin", "ANSIBLE_REMOTE_USER": "me", "ANSIBLE_ROLES_PATH": "/roles", "PYTEST_ADDOPTS": "-x"}
    (tmp_path / "test_a.py").write_text("")
    given = parse_arguments(check, {"suite": [str(tmp_path / "test_a.py")], **args})
    with pytest.raises(CannotObserve, match="pytest is not installed for"):
        check.run(given, runner)
    return seen[0]


def test_the_connections_are_in_a_file_and_not_on_the_command_line(tmp_path: pathlib.Path) -> None:
    command, environ = _asked(tmp_path, hosts=["web1", "ansible://web2?force_ansible=true"], inventory=str(tmp_path / "inventory"))
    assert "--hosts=ansible://web1,ansible://web2?force_ansible=true" in command
    assert f"--ansible-inventory={tmp_path}/inventory" in command
    assert "ANSIBLE_REMOTE_USER" not in environ, "testinfra would let it win over what the play says"
    assert environ["ANSIBLE_ROLES_PATH"] == "/roles" and "PYTEST_ADDOPTS" not in environ
    assert environ["PATH"].split(":")[0] == os.path.dirname(sys.executable)


def test_options_of_pytest(tmp_path: pathlib.Path) -> None:
    command, environ = _asked(
        tmp_path, keyword="web", markers="quick", sudo=True, sudo_user="shop", arguments=["--maxfail=3"], hosts=["web1"]
    )
    assert " ".join(command).endswith(f"-k web -m quick --hosts=ssh://web1 --sudo --sudo-user=shop --maxfail=3 {tmp_path}/test_a.py")
    assert environ["ANSIBLE_REMOTE_USER"] == "me"
    command, _environ = _asked(tmp_path, inventory="hosts.yml")
    assert "--hosts=ansible://all" in command
    command, _environ = _asked(tmp_path)
    assert not [word for word in command if word.startswith("--hosts")]


def test_neither_a_suite_nor_anything_expected() -> None:
    with pytest.raises(ArgumentsRefused, match="one of the following is required: suite, expect"):
        parse_arguments(check, {"hosts": ["web1"]})


# -- what is expected


def test_expectations_of_each_kind() -> None:
    given = [
        {"hosts": ["web1"], "ports": ["8080", "udp:53", "[::1]:443"], "units": ["a.service", {"name": "b.timer", "enabled": False}]},
        {"users": ["shop"], "packages": {"nginx": 1.24, "curl": "installed"}, "versions": {"shop -v": "1"}, "files": ["/x"]},
    ]
    found = check.expectations(parse_arguments(check, {"expect": given})["expect"])
    assert [(entry["kind"], entry["id"], entry["hosts"]) for entry in found] == [
        ("unit", "a.service", ["web1"]),
        ("unit", "b.timer", ["web1"]),
        ("port", "8080", ["web1"]),
        ("port", "udp:53", ["web1"]),
        ("port", "[::1]:443", ["web1"]),
        ("file", "/x", None),
        ("user", "shop", None),
        ("package", "nginx", None),
        ("package", "curl", None),
        ("version", "shop -v", None),
    ]
    ports = [(entry["protocol"], entry["port"], entry["address"]) for entry in found if entry["kind"] == "port"]
    assert ports == [("tcp", 8080, None), ("udp", 53, None), ("tcp", 443, "::1")]
    assert [entry["version"] for entry in found if entry["kind"] == "package"] == ["1.24", None]


@pytest.mark.parametrize(
    ("expect", "problem"),
    [
        ({"ports": ["http"]}, "expect.ports: 'http' is not a port, such as 8080, udp:53 or 127.0.0.1:8080"),
        ({"ports": ["70000"]}, "expect.ports: '70000' is not a port"),
        ({"files": [{"mode": "0640"}]}, "expect.files: {'mode': '0640'} has no path"),
        ({"files": [{"path": "/x", "mode": "rw"}]}, "expect.files: /x: the mode rw is not one such as '0640' (in quotes)"),
        ({"files": [{"path": "/x", "type": "pipe"}]}, "expect.files: /x: the type pipe is none of file, directory"),
        ({"users": [{"name": "shop", "group": "x"}]}, "expect.users: shop: unknown key group; known here: name, uid, home, shell, groups"),
        ({"units": [7]}, "expect.units: 7 has no name"),
    ],
)
def test_expectations_that_cannot_be(expect: dict[str, t.Any], problem: str) -> None:
    with pytest.raises(ArgumentsRefused, match=re.escape(problem)):
        check.expectations(parse_arguments(check, {"expect": [expect]})["expect"])


def test_an_address_as_the_kernel_has_it() -> None:
    if sys.byteorder == "little":
        assert smoke_suite.readable("0100007F") == "127.0.0.1"
        assert smoke_suite.readable("0000000000000000FFFF00000100007F") == "127.0.0.1"
    assert smoke_suite.readable("0" * 32) == "::" and smoke_suite.readable("0" * 8) == "0.0.0.0"  # noqa: S104 # compared


# -- what came of it


def event(identifier: str, outcome: str, message: str = "", **more: t.Any) -> dict[str, t.Any]:
    return {"event": "test", "id": identifier, "outcome": outcome, "message": message, "details": [], "seconds": 0.1, **more}


COLLECTED = {"event": "collected", "deselected": 0, "tests": [["1", "a.py::t", "web1"], ["2", "a.py::t", "web2"]]}


@pytest.mark.parametrize("stopped", ["pytest was ended by the signal 9", "python did not end within 5 s and was stopped"])
def test_what_had_not_run_is_unknown(stopped: str) -> None:
    found = check.findings_of([COLLECTED, event("1", "passed")], ["web1", "web2", "web3"], stopped, True)
    assert [(finding.status.value, finding.host, finding.message) for finding in found] == [
        ("pass", "web1", "a.py::t passed"),
        ("unknown", "web2", f"a.py::t was not run: {stopped}"),
        ("unknown", "web3", "no test was run against web3"),
    ]


def test_all_skipped_on_one_host() -> None:
    events = [COLLECTED, event("1", "skipped", "no disk"), event("2", "passed")]
    found = check.findings_of(events, [], "", True)
    assert [(finding.status.value, finding.host) for finding in found] == [
        ("not_applicable", "web1"),
        ("pass", "web2"),
        ("unknown", "web1"),
    ]
    assert [finding.status.value for finding in check.findings_of(events, [], "", False)] == ["warn", "pass"]


def test_nothing_collected_is_no_finding() -> None:
    nothing = {"event": "collected", "deselected": 0, "tests": []}
    assert check.findings_of([nothing], ["web1"], "", True) == []
    args: dict[str, t.Any] = {"keyword": None, "markers": "slow"}
    assert check.none_collected([nothing], ["/s"], args, Completed(5, "", "")) == "no tests were collected in /s"
    some = {**nothing, "deselected": 3}
    assert check.none_collected([some], ["/s"], args, Completed(5, "", "")) == "none of the 3 tests fits markers 'slow'"
    ended = Completed(3, "INTERNALERROR> ValueError: x\n", "")
    assert check.none_collected([nothing], ["/s"], args, ended) == "no test was run: pytest ended with code 3: ValueError: x"


def test_lines_that_were_cut(tmp_path: pathlib.Path) -> None:
    (tmp_path / "events").write_text('{"event": "start"}\n{"event": "te')
    assert check._read(tmp_path / "events") == [{"event": "start"}]
    assert check._read(tmp_path / "none") == []


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ("web1", "web1"),
        ("local://", "localhost"),
        ("ssh://deploy@web1:2222", "web1"),
        ("ssh://deploy@[2001:db8::1]:22", "2001:db8::1"),
        ("ansible://web1?force_ansible=true", "web1"),
        ("docker://root@shop", "shop"),
    ],
)
def test_the_name_of_a_host(spec: str, name: str) -> None:
    assert check.host_name(spec) == name


@pytest.mark.parametrize(
    ("parameters", "left"),
    [
        ("ansible://web-1", ""),
        ("ansible://web-1-8080", "8080"),
        ("8080-ansible://web-1", "8080"),
        ("a-ansible://web-1-b", "a-b"),
        ("a", "a"),
    ],
)
def test_a_node_id_without_its_host(parameters: str, left: str) -> None:
    assert pytest_plugin._without(parameters, "ansible://web-1") == left
    assert pytest_plugin._without("x", "") == "x"


def test_an_inventory_without_templates_as_ansible_inventory_lists_it() -> None:
    given = {
        "all": {
            "hosts": {"web1": {"a": 1}, "db1": {}},
            "children": {pytest_plugin.RESOLVED: {"hosts": {}}, "web": {"hosts": {"web1": None}}},
        }
    }
    assert pytest_plugin.listed(given) == {
        "_meta": {"hostvars": {"web1": {"a": 1}, "db1": {}}},
        "all": {"children": ["web"], "hosts": ["db1", "web1"]},
        "web": {"hosts": ["web1"]},
    }


@pytest.mark.parametrize(
    "value",
    ["plain", "{ alone }", "a {{ b }}", "{% x", "{# y #}", "{% endraw %}{{ lookup('pipe', 'id') }}{% raw %}", "{{{ a }}}", 22, True],
)
def test_a_value_that_ansible_must_not_resolve_again(value: t.Any) -> None:
    written = _connections._untemplated(value)
    assert (jinja2.Environment().from_string(written).render() if isinstance(written, str) else written) == value


# -- from the description


def derived(text: str, **run: t.Any) -> list[Instance]:
    return derive(Proof("testinfra"), describe(HEAD + text, None, phase="post", **run))


def test_the_suite_of_the_service() -> None:
    (one,) = derived("delivery: {smoke: [tests/smoke, tests/more]}\n")
    assert (one.check, one.instance, one.hosts, one.path) == ("testinfra", "tests/smoke, tests/more", None, ("delivery", "smoke"))
    assert one.args == {"suite": ["tests/smoke", "tests/more"], "hosts": ["pay1", "pay2", "db1"]}


def test_the_common_suite_expects_what_the_parts_declare() -> None:
    text = "parts: {web: {hosts: payments_web, units: [a.service, {name: b.timer}], scrape: [{job: a, port: 8080}]}, db: {}}\n"
    (one,) = derived(text + "delivery: {smoke: common, expect: {on: payments_db, users: [postgres]}}\n")
    assert one.instance == "common" and "suite" not in one.args
    assert one.args["expect"] == [
        {"users": ["postgres"], "hosts": ["db1"]},
        {"units": ["a.service", "b.timer"], "ports": ["8080"], "hosts": ["pay1", "pay2"]},
    ]
    parse_arguments(check, one.args)


def test_the_version_that_is_deployed() -> None:
    text = 'delivery: {expect: {packages: {shop: "{version}"}, versions: {shop -v: "{version}"}}}\n'
    (one,) = derived(text, version="1.5.0")
    assert one.args["expect"][0] == {"packages": {"shop": "==1.5.0"}, "versions": {"shop -v": "==1.5.0"}, "hosts": ["pay1", "pay2", "db1"]}
    assert one.path == ("delivery", "expect")
    (gap,) = derived(text)
    assert gap.gap == "the version that delivery.expect asks for is not given (readiness_version)"


@pytest.mark.parametrize(
    ("text", "missing"),
    [("", "delivery.smoke is not declared"), ("delivery: {smoke: common}\n", "delivery.expect is not declared, and no part declares")],
)
def test_smoke_that_is_not_declared(text: str, missing: str) -> None:
    with pytest.raises(NotDeclared, match=missing):
        derived(text)


@pytest.mark.parametrize(
    ("expect", "key"),
    [("{ports: [http]}", "delivery.expect"), ("{port: [1]}", "delivery.expect"), ("{files: [{path: /x, mode: 0640}]}", "delivery.expect")],
)
def test_expectations_that_the_schema_refuses(expect: str, key: str) -> None:
    with pytest.raises(Refused) as caught:
        derived(f"delivery: {{expect: {expect}}}\n")
    assert key in caught.value.problems[0] and caught.value.problems[0].startswith("readiness.yml:3")
