# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patterns of hosts that others have written: the hosts that Ansible finds, and an end for those that have none."""

from __future__ import annotations

import pathlib
import time

import pytest
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.lookup import inventory_hostnames
from ansible.template import Templar
from ansible_collections.operability.readiness.plugins.lookup import service_hosts
from ansible_collections.operability.readiness.plugins.module_utils import _patterns
from ansible_collections.operability.readiness.plugins.module_utils._patterns import NotSearched, matching
from ansible_collections.operability.readiness.plugins.plugin_utils._running import host_patterns
from ansible_collections.operability.readiness.plugins.plugin_utils._running.host_patterns import HostPatterns, NotAPattern

LONG = "paymentsproductionweb1examplecomlong"
NEVER_ENDS = "~([a-z0-9]+)+!"
GROUPS = {
    "all": ["web1", "web2", "db1.example", "db2.example", LONG, "2001:db8::1"],
    "ungrouped": [],
    "web": ["web1", "web2"],
    "db": ["db1.example", "db2.example"],
    "paris": ["web2", "db2.example"],
    "others": [LONG, "2001:db8::1"],
}
USUAL = [
    "web",
    "web1",
    "web,db",
    "web:db",
    "web:&paris",
    "web:!paris",
    "all",
    "*",
    "*.example",
    "web[0]",
    "db*[1]",
    "web[9]",
    "nobody",
    "localhost",
    "2001:db8::1",
    r"~web\d+",
    r"~web\d",
    r"~(web|db)\d",
    r"~db\d+\.example",
    r"~^pay.*long$",
    "~web,db",
    "db:~web",
    "~web.*:&paris",
    "web:&~par.s",
    "all:!~db.*",
    "~nobody",
    "all,!~web1,!~(db)",
    "!~web",
    "&~web",
    "~par[is]{2}",
    "~",
]


@pytest.mark.parametrize("pattern", USUAL)
def test_the_hosts_are_those_of_ansible(pattern: str) -> None:
    lookup = inventory_hostnames.LookupModule(loader=DataLoader())
    assert HostPatterns(DataLoader(), GROUPS).hosts(pattern) == lookup.run([pattern], variables={"groups": GROUPS})


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (NEVER_ENDS, "the pattern '~([a-z0-9]+)+!': the regular expression did not end within 2 s and was stopped"),
        (f"web:!{NEVER_ENDS}", "did not end within 2 s"),
        (f"web,&{NEVER_ENDS}", "did not end within 2 s"),
        ("~web(", "this is not a regular expression"),
        ("&", "is no pattern of hosts"),
        (f"web[{'9' * 5000}]", "is no pattern of hosts"),
        ("we\u202eb", "the pattern 'web' has a character that cannot be shown"),
        ("web\n", "has a character that cannot be shown"),
        ("web\x1b[2J", "has a character that cannot be shown"),
        ("w" * (host_patterns.LONGEST + 1), "has more than 32768 characters: make a group"),
        ("~" + "w" * 10_001, "more than 10000 characters"),
    ],
)
def test_what_is_no_pattern_or_has_no_end(capfd: pytest.CaptureFixture[str], pattern: str, words: str) -> None:
    asked = HostPatterns(DataLoader(), GROUPS)
    for _each in range(2):
        with pytest.raises(NotAPattern) as caught:
            asked.hosts(pattern)
        assert words in str(caught.value)
    shown = capfd.readouterr()
    assert "\u202e" not in shown.out + shown.err and "\x1b[2J" not in shown.out + shown.err


def test_what_did_not_end_is_not_tried_again_by_other_workers(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def counted(pattern: str, texts: list[str], *, within: float) -> list[str]:
        tried.append(pattern)
        return matching(pattern, texts, within=0.1)

    monkeypatch.setattr(host_patterns, "matching", counted)
    for _worker in range(3):
        with pytest.raises(NotAPattern, match=r"did not end"):
            HostPatterns(DataLoader(), GROUPS, str(tmp_path)).hosts(NEVER_ENDS)
    once = [NEVER_ENDS[1:]] * 2  # on the groups, and on the hosts
    assert tried == once
    more = {**GROUPS, "all": [*GROUPS["all"], "more"]}
    with pytest.raises(NotAPattern):
        HostPatterns(DataLoader(), more, str(tmp_path)).hosts(NEVER_ENDS)
    assert tried == 2 * once, "another inventory may be another matter"


def test_all_patterns_together_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_patterns._Inventory, "left", 0.5)
    asked, began = HostPatterns(DataLoader(), GROUPS), time.monotonic()
    said = []
    for number in range(50):
        with pytest.raises(NotAPattern) as caught:
            asked.hosts(f"~([a-z0-9]+)+!{number}")
        said.append(str(caught.value))
    assert "took more than" in said[-1] and time.monotonic() - began < 60


def test_many_texts_are_one_question(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"web{number}.example" for number in range(5000)] + ["é\u2028\ud800", ""]
    asked: list[object] = []
    ask = _patterns._Children.ask
    monkeypatch.setattr(_patterns._Children, "ask", lambda self, *words: asked.append(words) or ask(self, *words))
    assert matching(r"web(1|2)\d\.", names) == [f"web{number}.example" for number in range(10, 30)]
    assert len(asked) == 1
    assert matching("web499", names) == ["web499.example", *(f"web499{number}.example" for number in range(10))]
    with pytest.raises(NotSearched, match="no"):
        matching("(", names)
    with pytest.raises(NotSearched, match="not a regular expression"):
        matching("*", names)


# -- the lookup


def looked_up(folder: pathlib.Path, pattern: str, **variables: object) -> list[str]:
    (folder / "readiness.yml").write_text(f"service: {{hosts: {pattern}}}\n")
    loader = DataLoader()
    loader.set_basedir(str(folder))
    lookup = service_hosts.LookupModule(loader=loader, templar=Templar(loader=loader, variables={}))
    lookup._load_name = "operability.readiness.service_hosts"
    lookup.set_options = lambda **_options: None
    return lookup.run(["readiness.yml"], variables={"groups": GROUPS, **variables})


@pytest.mark.parametrize(
    ("pattern", "hosts"),
    [
        ("web", "web"),
        ("'web:&paris'", "web:&paris"),
        ("'*.example'", "*.example"),
        (r"'~web\d+'", "web1,web2"),
        (r"'db:!~db2'", "db1.example"),
        ("'~nobody'", service_hosts.NOBODY),
    ],
)
def test_ansible_is_given_no_regular_expression(tmp_path: pathlib.Path, pattern: str, hosts: str) -> None:
    assert looked_up(tmp_path, pattern) == [hosts]


def test_the_lookup_ends_too(tmp_path: pathlib.Path) -> None:
    for pattern, words in {f"'{NEVER_ENDS}'": "did not end within 2 s", r'"we\u202eb"': "cannot be shown"}.items():
        with pytest.raises(AnsibleError, match=f"the service file readiness.yml: service.hosts: .*{words}"):
            looked_up(tmp_path, pattern)
        assert looked_up(tmp_path, pattern, readiness_emergency="it burns") == ["localhost"]
    with pytest.raises(AnsibleError, match="--limit db leaves no host of the service"):
        looked_up(tmp_path, r"'~web\d+'", ansible_limit="db")
