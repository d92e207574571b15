# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks that verify and restore backups of any tool: what they take, and that all of it travels."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import ArgumentsRefused, parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import (
    _backup_access,
    _backup_tools,
    backup_integrity,
    backup_restore,
)
from ansible_collections.operability.readiness.plugins.plugin_utils._running import sending

FOLDER = pathlib.Path(_backup_tools.__file__).parent
GIVEN = {
    "restic": {"repository": "/srv/restic"},
    "borg": {"repository": "/srv/borg"},
    "file": {"path": "/srv/dumps"},
    "pgbackrest": {"stanza": "main"},
    "barman": {"barman_server": "main"},
    "mariadb": {"path": "/srv/mariadb"},
}


@pytest.mark.parametrize("tool", _backup_tools.TOOLS)
def test_the_files_of_each_tool_travel(tool: str) -> None:
    assert f"_checks._integrity_{tool}" in sending.parts_of(["backup_integrity"])
    assert f"_checks._restore_{tool}" in sending.parts_of(["backup_restore"])


@pytest.mark.parametrize("tool", _backup_tools.TOOLS)
def test_each_tool_verifies_and_restores(tool: str) -> None:
    assert callable(_backup_tools.integrity_of(tool).verify)
    half = _backup_tools.restore_of(tool)
    assert callable(half.generations) and callable(half.restore)


def test_no_other_file_is_imported_for_a_tool() -> None:
    for name in ("importlib", "../restic", "_backup_tools", ""):
        for find in (_backup_tools.integrity_of, _backup_tools.restore_of):
            with pytest.raises(KeyError):
                find(name)


def test_what_a_tool_takes_is_taken_here() -> None:
    loose = ("required", "default")
    for name in _backup_access.__all__:
        spec: dict[str, dict[str, t.Any]] = getattr(_backup_access, name)
        for option, about in spec.items():
            ours = _backup_tools.ACCESS.get(option)
            assert ours == {key: value for key, value in about.items() if key not in loose}, f"{name}: {option}"
            if option == "binary":
                assert about.get("default") in (None, *_backup_tools.PROGRAMS.values())


@pytest.mark.parametrize("tool", _backup_tools.TOOLS)
def test_each_tool_is_told_where_its_backups_are(tool: str) -> None:
    assert parse_arguments(backup_integrity, {"tool": tool, **GIVEN[tool]})["parts"] == 7
    with pytest.raises(ArgumentsRefused, match=f"{tool} needs"):
        parse_arguments(backup_integrity, {"tool": tool})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"repository": "--help", "scratch": "/s"}, "starts with a dash"),
        ({"host": "a\nb", "scratch": "/s"}, "line break"),
        ({"generation": "-x", "scratch": "/s"}, "starts with a dash"),
        ({"verify_database": "--dbname=live", "scratch": "/s"}, "starts with a dash"),
        ({}, "scratch, record"),
        ({"record": "/r"}, "max_age: without scratch"),
        ({"scratch": "/s", "restore_every": "7d"}, "restore_every: needs record"),
        ({"scratch": "/s", "max_age": "90d"}, "max_age: needs record"),
        ({"scratch": "/s", "expect": "> 1"}, "expect: needs verify_query"),
        ({"scratch": "/s", "verify_query": "x", "expect": "> 1 parsec"}, "expect: "),
        ({"scratch": "s"}, "starts with /"),
        ({"scratch": "/s", "max_bytes": "0"}, "max_bytes: expected 1 or more"),
        ({"scratch": "/s", "min_files": -1}, "min_files: expected 0 or more"),
    ],
)
def test_what_makes_no_sense_is_refused(given: dict[str, t.Any], said: str) -> None:
    with pytest.raises(ArgumentsRefused, match=re.escape(said)):
        parse_arguments(backup_restore, {"tool": "restic", "repository": "/srv/restic", **given})


@pytest.mark.parametrize(("name", "value"), [("parts", 0), ("every", "0s")])
def test_parts_that_say_nothing_are_refused(name: str, value: object) -> None:
    with pytest.raises(ArgumentsRefused, match=f"{name}: "):
        parse_arguments(backup_integrity, {"tool": "restic", "repository": "/srv/restic", name: value})


def test_backups_are_known_again_without_their_login() -> None:
    one = _backup_tools.identity({"tool": "restic", "repository": "rest:https://svc:first-login@backup/main", "tags": ["b", "a"]})
    two = _backup_tools.identity({"tool": "restic", "repository": "rest:https://svc:other-login@backup/main", "tags": ["a", "b"]})
    assert one == two and "login" not in str(one)
    assert one != _backup_tools.identity({"tool": "restic", "repository": "rest:https://backup/other", "tags": ["a", "b"]})
    assert _backup_tools.shown_name({"tool": "file", "pattern": ["/srv/a*", "/srv/b*"]}) == "/srv/a*, /srv/b*"
