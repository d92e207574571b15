# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Placeholders that succeed whatever the service does, and commands that look alike and do not."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._planning.empty_proofs import (
    always_succeeds,
    module_always_succeeds,
    script_of,
    unwrapped,
)
from generated import cases
from hypothesis import given, settings
from hypothesis import strategies as st

EMPTY = (
    ["true"],
    ["/bin/true"],
    [":"],
    ["echo", "all is well"],
    ["printf", "OK"],
    ["sleep", "1"],
    ["test", "1"],
    ["test", "-n", "x"],
    ["[", "1", "=", "1", "]"],
    ["env", "true"],
    ["env", "A=b", "-u", "C", "true"],
    ["env"],
    ["busybox", "true"],
    ["sudo", "true"],
    ["sudo", "-n", "-u", "postgres", "/bin/true"],
    ["timeout", "5s", "true"],
    ["nice", "-n", "5", "true"],
    ["sh", "-c", "true"],
    ["sh", "-c", ""],
    ["sh", "-c", "exit 0"],
    ["sh", "-c", "exit"],
    ["bash", "-ec", "echo ok"],
    ["sh", "-c", "sh -c 'exit 0'"],
    ["/bin/sh", "-c", "/opt/check || true"],
    ["/bin/sh", "-c", "/opt/check || :"],
    ["/bin/sh", "-c", "/opt/check; exit 0"],
    ["/bin/sh", "-c", "/opt/check\necho done"],
    ["python", "-c", "pass"],
    ["/usr/bin/python3", "-c", "import sys; sys.exit(0)"],
    ["python3.12", "-c", "print('OK')"],
    ["perl", "-e", "exit 0"],
)
REAL = (
    ["/opt/check"],
    ["check_lag", "-c", "120"],
    ["false"],
    ["pg_isready"],
    ["sudo", "-u", "postgres", "/opt/check"],
    ["timeout", "5", "/opt/check"],
    ["test", "-e", "/srv/backup"],
    ["[", "-s", "/srv/backup", "]"],
    ["/bin/sh", "/srv/check.sh"],
    ["sh", "-c", "test -f /srv/backup"],
    ["sh", "-c", "[ -f /srv/backup ]"],
    ["sh", "-c", '[ "$(cat /run/state)" = ok ]'],
    ["sh", "-c", 'test -n "$(find /srv -mtime -1)"'],
    ["sh", "-c", "code=$(cat state || echo 0); echo it answers $code; exit $code"],
    ["sh", "-c", "/opt/check || exit 2; echo OK"],
    ["sh", "-c", "set -e; /opt/check; echo OK"],
    ["sh", "-c", "/opt/check && echo OK"],
    ["sh", "-c", "echo down; exit 1"],
    ["sh", "-c", "if ! /opt/check; then exit 2; fi; echo OK"],
    ["sh", "-c", "echo x | grep -q x"],
    ["sh", "-c", "echo 'it is not closed"],
    ["python3", "-c", "import os; assert os.path.exists('/srv/backup')"],
    ["python3", "-c", "import urllib.request; print(urllib.request.urlopen('http://x').status)"],
    ["perl", "-e", "exit(-e '/srv/backup' ? 0 : 2)"],
)


@pytest.mark.parametrize("command", EMPTY, ids=" ".join)
def test_a_placeholder_is_known(command: list[str]) -> None:
    assert always_succeeds(command)


@pytest.mark.parametrize("command", REAL, ids=" ".join)
def test_a_command_that_can_fail_is_left_alone(command: list[str]) -> None:
    assert not always_succeeds(command)


@pytest.mark.parametrize(
    ("module", "arguments", "expect", "empty"),
    [
        ("ansible.builtin.ping", {}, ["not result.changed"], True),
        ("debug", {"msg": "x"}, ["not result.changed"], True),
        ("ansible.builtin.command", {"cmd": "/bin/true"}, ["result.rc == 0"], True),
        ("ansible.builtin.command", {"argv": ["true"]}, ["result.rc == 0"], True),
        ("ansible.builtin.shell", {"cmd": "/opt/check || true"}, ["result.rc == 0"], True),
        ("ansible.builtin.uri", {"url": "http://x"}, ["true"], True),
        ("ansible.builtin.uri", {"url": "http://x"}, True, True),
        ("ansible.builtin.uri", {"url": "http://x"}, ["result.status == 200"], False),
        ("ansible.builtin.command", {"cmd": "/opt/check"}, ["result.rc == 0"], False),
        ("ansible.builtin.service_facts", {}, ["result.ansible_facts"], False),
        ("ansible.builtin.template", "{{ later }}", ["not result.changed"], False),
    ],
)
def test_a_module_that_comes_out_well_anyway(module: str, arguments: t.Any, expect: t.Any, empty: bool) -> None:
    assert module_always_succeeds(module, arguments, expect) is empty


def test_what_only_starts_a_command_is_taken_off() -> None:
    assert unwrapped(["sudo", "-u", "app", "env", "A=1", "/opt/check", "-c", "5"]) == ["/opt/check", "-c", "5"]
    assert (script_of(["bash", "-ec", "x"]), script_of(["/opt/check", "-c", "5"]), script_of(["sh", "/srv/x"])) == ("x", None, None)


@settings(max_examples=cases(60))
@given(st.one_of(st.none(), st.text(), st.integers(), st.lists(st.text(max_size=40), max_size=6)))
def test_any_command_has_an_answer(command: object) -> None:
    assert always_succeeds(command) in (True, False)
    assert always_succeeds(["sh", "-c", str(command)]) in (True, False)
