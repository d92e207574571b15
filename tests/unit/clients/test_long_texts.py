# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts of servers and pages that make an expression try too much: read in a child, which must come to its end."""

from __future__ import annotations

import pathlib
import subprocess
import sys

COLLECTIONS = pathlib.Path(__file__).resolve().parents[3] / "collections"
CLIENTS = "ansible_collections.operability.readiness.plugins.module_utils._clients"
LENGTH = 60_000


def test_pages() -> None:
    units = ["\n", " ", "<!-- ", "<!--a: ", "<a ", "<", "<a x=", "<a 'x", "</", "<script>", "<h1>", "<!x", "&amp", "\n> "]
    code = f"""
from {CLIENTS}.page_scan import scan
for unit in {units!r}:
    for before in ("", "# ", "<!-- ", "<a "):
        for end in ("x", "-->", ">"):
            scan(before + (unit * {LENGTH})[:{LENGTH}] + end)
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
