# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both Alertmanager checks against real Alertmanagers; our walk through the routing tree against that of amtool."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import random
import re
import subprocess
import typing as t
import urllib.request

import pytest
import yaml
from ansible_collections.operability.readiness.plugins.module_utils._clients import alert_ways, alertmanager, alertmanager_routes
from ansible_collections.operability.readiness.plugins.module_utils._clients.label_sets import LabelSet
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from ansible_collections.operability.readiness.plugins.module_utils._http import Connection
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from generated import cases, seeded, tries_more
from servers import Alertmanager, Binaries

TREES, LABEL_SETS = 60, 4
RECEIVERS = [f"r{number}" for number in range(6)]
NAMES = ["service", "severity", "team", "a:b", "_x"]
UTF8_NAMES = ["café", "kubernetes.io/name", "with space", 'quo"te', "back\\slash"]
VALUES = ["", "a", "b", "ab", "abc", "ABC", "aC", "a.b", "a-b", "12", "pay", "pay later", "a\nb", "b\n", "é1", "a{,2}", "xx", "xxxx"]
VALUES += ['q"uote', "back\\slash", "a,b", "{a}", " a ", "\\d", "K", "_"]
PATTERNS = ["a.*", "a|b", "(?i)abc", "a(?i)b|c", "(?i:A)b", "^a$", "a)|(?:b", "[[:alpha:]]+", "[[:^alpha:]]+", "\\d+", "\\D+", "[^a-c]+"]
PATTERNS += [
    "\\Qa.b\\E",
    "a{,2}",
    "x{2,3}",
    "x{2}",
    ".*",
    ".+",
    "",
    "(?s).*",
    "(?s:.)+",
    "a\\.b",
    "\\bpay\\b.*",
    "é.",
    "[\\w-]+",
    "\\x61.*",
]
PATTERNS += [
    "(?P<x>a+)b?",
    "a\\z",
    "a$|b",
    "(?m)a$.^b",
    "(?ms)a$.^b",
    "b",
    "a.b",
    "[a\\-.]+b",
    "\\{a\\}",
    "a,b",
    "[^\\n]*",
    "\\\\d",
    "(?U)a+",
    "[]a]+",
]
OPERATORS = ["=", "!=", "=~", "!~"]


# -- generated trees


def matcher(random_: random.Random, names: list[str]) -> str:
    """One matcher as somebody may write it in a configuration."""
    name, operator = random_.choice(names), random_.choice(OPERATORS)
    value = random_.choice(PATTERNS if "~" in operator else VALUES)
    if name in UTF8_NAMES:
        return f"{json.dumps(name, ensure_ascii=False)}{operator}{json.dumps(value, ensure_ascii=False)}"
    if random_.random() < 0.3 and re.fullmatch(r"[\w.|*+-]+", value):
        return f"{name} {operator} {value}"
    return f"{name}{operator}{alertmanager_routes.quoted(value)}"


# match_re never gets an empty pattern: older Alertmanagers show it as null, which their own amtool then refuses
def route(random_: random.Random, names: list[str], depth: int) -> dict[str, t.Any]:
    made: dict[str, t.Any] = {"continue": random_.random() < 0.4}
    if random_.random() < 0.8:
        made["receiver"] = random_.choice(RECEIVERS)
    style = random_.random()
    if style < 0.2:
        made["match"] = {random_.choice(NAMES[:3]): random_.choice(VALUES) for _unused in range(random_.randint(1, 2))}
    elif style < 0.4:
        made["match_re"] = {
            random_.choice(NAMES[:3]): random_.choice([item for item in PATTERNS if item]) for _unused in range(random_.randint(1, 2))
        }
    elif style < 0.9:
        one = [matcher(random_, names) for _unused in range(random_.randint(1, 2))]
        made["matchers"] = random_.choice([one, ["{" + ", ".join(one) + "}"], [",".join(one)], [",".join(one) + ","]])
    if depth and random_.random() < 0.7:
        made["routes"] = [route(random_, names, depth - 1) for _unused in range(random_.randint(1, 4))]
    return made


def tree(random_: random.Random, names: list[str]) -> str:
    root = {"receiver": "r0", "routes": [route(random_, names, 3) for _unused in range(random_.randint(2, 5))]}
    return str(yaml.safe_dump({"route": root, "receivers": [{"name": name} for name in RECEIVERS]}, allow_unicode=True, sort_keys=False))


def label_set(random_: random.Random, names: list[str]) -> dict[str, str]:
    return {name: random_.choice(VALUES) for name in random_.sample(names, random_.randint(0, 3))}


@dataclasses.dataclass
class Amtool:
    binaries: Binaries

    @property
    def utf8(self) -> bool:
        return self.binaries.newer is not None

    def __call__(self, *args: str) -> subprocess.CompletedProcess[str]:
        command = [str(self.binaries.path("amtool")), *args]
        return subprocess.run(command, env=self.binaries.environment(), capture_output=True, text=True, timeout=30, check=False)

    def routes(self, where: str, labels: t.Mapping[str, str]) -> list[str]:
        words = []
        for name, value in labels.items():
            shown = name if name.isascii() and name.replace(":", "").isidentifier() else json.dumps(name, ensure_ascii=False)
            words.append(f"{shown}={json.dumps(value, ensure_ascii=False) if shown != name else alertmanager_routes.quoted(value)}")
        done = self("config", "routes", "test", where, *words)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip().split(",")


@pytest.fixture(scope="module")
def amtool(each_binaries: Binaries) -> Amtool:
    return Amtool(each_binaries)


def possible(config: t.Any, labels: t.Mapping[str, str], hidden: t.Collection[str]) -> list[list[str]]:
    """The receivers of each way that an alert may take of which some labels cannot be told."""
    known = {name: value for name, value in alertmanager.label_sets([labels])[0].items() if name not in hidden}
    found = alert_ways.ways(alertmanager_routes.read_tree(config), LabelSet(known, frozenset(hidden)))
    return [[route.receiver for route in way.routes] for way in found or []]


def ours(config: t.Mapping[str, t.Any], labels: t.Mapping[str, str]) -> list[str]:
    return [
        found.receiver
        for found in alertmanager_routes.find_routes(alertmanager_routes.read_tree(config), alertmanager.label_sets([labels])[0])
    ]


@tries_more
def test_same_answer_as_amtool_on_generated_trees(amtool: Amtool, tmp_path: pathlib.Path) -> None:
    random_ = seeded(20261125)
    names = NAMES + (UTF8_NAMES if amtool.utf8 else [])
    path, compared, elsewhere, followed = tmp_path / "alertmanager.yml", 0, 0, 0
    for _unused in range(cases(TREES)):
        text = tree(random_, names)
        path.write_text(text)
        config = alertmanager.read_yaml(text)
        for _unused in range(LABEL_SETS):
            labels = label_set(random_, names)
            expected = amtool.routes(f"--config.file={path}", labels)
            assert ours(config, labels) == expected, f"{labels}\n{text}"
            assert possible(config, labels, ()) == [expected], f"{labels}\n{text}"
            hidden = random_.sample(names, random_.randint(1, 2))
            there = possible(config, labels, hidden)
            assert not there or expected in there, f"{labels} without {hidden}\n{text}"
            followed += bool(there)
            compared += 1
            elsewhere += expected != ["r0"]
    assert compared >= 200
    assert elsewhere > compared / 3  # else the trees say little
    assert followed > compared / 2  # the others have too many ways


@pytest.mark.parametrize("text", PATTERNS)
def test_regular_expressions_mean_what_they_mean_in_go(amtool: Amtool, tmp_path: pathlib.Path, text: str) -> None:
    """A route for each value, all of them tried at once: the receivers reached are the values that match."""
    values = [value for value in VALUES if value]
    routes = [
        {"matchers": [f"v{number}=~{alertmanager_routes.quoted(text)}"], "receiver": f"m{number}", "continue": True}
        for number in range(len(values))
    ]
    receivers = [{"name": "none"}] + [{"name": f"m{number}"} for number in range(len(values))]
    path = tmp_path / "alertmanager.yml"
    path.write_text(yaml.safe_dump({"route": {"receiver": "none", "routes": routes}, "receivers": receivers}))
    labels = {f"v{number}": value for number, value in enumerate(values)}
    assert ours(alertmanager.read_yaml(path.read_text()), labels) == amtool.routes(f"--config.file={path}", labels)


@tries_more
def test_same_answer_as_amtool_on_what_a_server_shows(amtool: Amtool, running: t.Any) -> None:
    random_ = seeded(7)
    names = NAMES + (UTF8_NAMES if amtool.utf8 else [])
    server = running.start(Alertmanager, amtool.binaries)
    client = alertmanager.Alertmanager(Connection(url=server.url), Runner())
    for _unused in range(cases(20)):
        (server.folder / "alertmanager.yml").write_text(tree(random_, names))
        with urllib.request.urlopen(urllib.request.Request(f"{server.url}/-/reload", method="POST"), timeout=10) as answer:
            assert answer.status == 200
        for _unused in range(2):
            labels = label_set(random_, names)
            assert ours(client.config(), labels) == amtool.routes(f"--alertmanager.url={server.url}", labels)


# -- the checks

CONFIG = """
route:
  receiver: default
  routes:
    - matchers: ['service="payments"', 'severity=~"critical|warning"']
      receiver: payments-oncall
    - matchers: ['service="ledger"']
      receiver: ledger
    - matchers: ['service="reports"']
      receiver: payments-oncall
      mute_time_intervals: [nights]
    - matchers: ['service="batch"']
      receiver: nobody
receivers:
  - name: default
    webhook_configs: [{url: 'http://127.0.0.1:9/default'}]
  - name: payments-oncall
    webhook_configs: [{url: 'http://127.0.0.1:9/secret-of-payments', http_config: {basic_auth: {username: am, password: swordfish-42}}}]
  - name: ledger
  - name: nobody
time_intervals:
  - name: nights
    time_intervals: [{times: [{start_time: '00:00', end_time: '06:00'}]}]
"""


@pytest.fixture(scope="module")
def server(each_binaries: Binaries, module_running: t.Any) -> Alertmanager:
    return t.cast(Alertmanager, module_running.start(Alertmanager, each_binaries, config=CONFIG))


def run(check: str, **args: t.Any) -> Finding:
    (finding,) = run_item(Item(key="x", check=check, args=args), Runner())
    return finding


@pytest.mark.parametrize(
    ("labels", "status", "message"),
    [
        ([{"service": "payments", "severity": "critical"}], "pass", r"reach payments-oncall \(webhook\)"),
        (
            [{"service": "payments", "severity": "info"}],
            "fail",
            r'\{service="payments", severity="info"\} reach default, not payments-oncall or ledger',
        ),
        ([{"service": "ledger"}], "fail", "reach ledger, which notifies nobody: it has no integration"),
        ([{"service": "reports"}], "warn", "reach payments-oncall not during nights"),
        ([{"service": "payments", "severity": "critical"}, {}], "fail", r"reach default.* \(1 of 2 label sets do not"),
    ],
)
def test_routes_of_a_server(server: Alertmanager, labels: list[dict[str, str]], status: str, message: str) -> None:
    finding = run("alertmanager_route", url=server.url, labels=labels, receivers=["payments-oncall", "ledger"])
    assert str(finding.status) == status, finding.message
    assert re.search(message, finding.message)


def test_a_finding_tells_nothing_else_of_the_configuration(server: Alertmanager) -> None:
    finding = run("alertmanager_route", url=server.url, labels=[{"service": "payments"}], receivers=["payments-oncall"])
    text = json.dumps(finding.as_dict())
    assert "swordfish" not in text
    assert "secret-of-payments" not in text
    assert "127.0.0.1:9/" not in text


def test_silences_that_amtool_makes(amtool: Amtool, running: t.Any) -> None:
    server = running.start(Alertmanager, amtool.binaries)

    def silence(duration: str, *matchers: str) -> str:
        url = f"--alertmanager.url={server.url}"
        done = amtool("silence", "add", url, "--author=alice", f"--duration={duration}", "--comment=disk swap", *matchers)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def look(**more: t.Any) -> Finding:
        return run("alertmanager_silences", url=server.url, labels=[{"service": "payments", "team": "a"}], **more)

    assert look().message == "no silence is in force"
    silence("999w", "service=ledger")
    assert look().message.startswith("no silence covers the service (1 in force for others); the labels are as declared")
    short = silence("2h", "service=~pay.*", "team!=b")
    finding = look()
    assert str(finding.status) == "pass", finding.message
    assert finding.observed["covering"][0]["id"] == short
    long = silence("999w", "service=payments")
    finding = look()
    assert str(finding.status) == "fail"
    for part in (long, "alice", "disk swap", "until 20", "the limit is 24 h"):
        assert part in finding.message
    amtool("silence", "expire", f"--alertmanager.url={server.url}", long)
    assert str(look().status) == "pass"
    silence("999w", "alertname=~.+")
    assert "may cover" in look().message
