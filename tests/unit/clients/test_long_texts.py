# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts of servers and pages that make an expression try too much: read in a child, which must come to its end."""

from __future__ import annotations

import pathlib
import subprocess
import sys

import pytest

COLLECTIONS = pathlib.Path(__file__).resolve().parents[3] / "collections"
CLIENTS = "ansible_collections.operability.readiness.plugins.module_utils._clients"
LENGTH = 60_000


@pytest.mark.parametrize("kind", ["markdown", "rst"])
def test_pages(kind: str) -> None:
    units = ["\n", " ", "<!-- ", "<!--a: ", "<a ", "<", "[", "# [", "![", "](", "`", "\n# {#", "a: ", " :", "\n.. a: ", "\n> "]
    code = f"""
from {CLIENTS}.documents import parse
for unit in {units!r}:
    for before in ("", "# ", "<!-- "):
        text = before + (unit * {LENGTH})[:{LENGTH}]
        parse(text + "x", {kind!r})
print("read")
"""
    assert run(code) == "read"


def test_matchers_and_durations() -> None:
    code = f"""
from {CLIENTS}.alertmanager_routes import BadMatcher, parse_matchers
from {CLIENTS}.prometheus import prometheus_duration
for unit in (" ", "a", "=", ",", "\\\\", chr(34), "{{", "a=b,"):
    try:
        parse_matchers("a=" + (unit * {LENGTH})[:{LENGTH}] + "x")
    except (BadMatcher, ValueError, RecursionError):
        pass
print(prometheus_duration("0" * {LENGTH}), prometheus_duration("1m30s"))
"""
    assert run(code) == "None 90.0"


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=COLLECTIONS, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()
