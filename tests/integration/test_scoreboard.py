# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scoreboard on a terminal, on one without colours, and in a log."""

from __future__ import annotations

import os
import pathlib
import pty
import re
import subprocess
import typing as t

import pytest
from integration.playbook import ROLE, Site

IN_PLACE, COLOUR = "\r\x1b[K", re.compile(r"\x1b\[[0-9;]*m")
ENABLED = {"ANSIBLE_CALLBACKS_ENABLED": "operability.readiness.scoreboard"}


def on_a_terminal(site: Site, **environment: str) -> str:
    """What a run writes to a terminal; its escape sequences are kept."""
    site.write()
    mine, theirs = pty.openpty()
    kept = {name: value for name, value in site.environment().items() if name not in ("ANSIBLE_NOCOLOR", "NO_COLOR", "TERM")}
    try:
        child = subprocess.Popen(
            site.command(ROLE), cwd=site.folder, env={**kept, **ENABLED, **environment}, stdin=theirs, stdout=theirs, stderr=theirs
        )
    finally:
        os.close(theirs)
    seen = b""
    try:
        while part := os.read(mine, 65536):
            seen += part
    except OSError:
        pass  # the other end is closed
    finally:
        os.close(mine)
    assert child.wait(timeout=60) == 0, seen.decode(errors="replace")
    return seen.decode()


@pytest.fixture
def site(tmp_path: pathlib.Path) -> Site:
    site = Site(tmp_path)
    site.answer("web2", 1)
    return site


def lines(text: str) -> list[str]:
    return [COLOUR.sub("", line).rstrip("\r") for line in text.split("\n")]


def shown_in_place(text: str) -> list[str]:
    found: list[t.Any] = re.findall(r"\r\x1b\[K((?:\x1b\[[0-9;]*m)*readiness[^\r\n]*)", text)
    return [str(item) for item in found]


def test_a_terminal_with_colours(site: Site) -> None:
    seen = on_a_terminal(site, TERM="xterm-256color")
    line = shown_in_place(seen)
    assert len(line) >= 3 and all(COLOUR.search(item) for item in line)
    *_earlier, last = [text for item in line if (text := COLOUR.sub("", item)).startswith("readiness shop pre: ")]
    assert last.startswith("readiness shop pre: 2 of 2 hosts, ") and "1 warn" in last
    assert any(text.startswith("shop: GO WITH RESERVATIONS, ") for text in lines(seen))


def test_a_terminal_without_colours_with_a_line_a_check(site: Site) -> None:
    seen = on_a_terminal(site, TERM="xterm-256color", NO_COLOR="1", OPERABILITY_SCOREBOARD_CHECKS="1")
    assert shown_in_place(seen) and not COLOUR.search(seen)
    found = [line.split("\r\x1b[K")[-1] for line in lines(seen)]
    checks = [line for line in found if re.fullmatch(r"  (pass|WARN) +APP-01 command \S.* \(\d+(\.\d)? m?s\)(: .*)?", line)]
    assert [line.split()[0] for line in sorted(checks)] == ["WARN", "pass"], seen


def test_a_log(site: Site) -> None:
    outcome = site.run(ROLE, env=ENABLED)
    assert outcome.rc == 0 and "\x1b" not in outcome.output and IN_PLACE not in outcome.output
    assert re.search(r"^web1: \d checks?: \d pass \(\d+(\.\d)? m?s\)$", outcome.output, re.MULTILINE), outcome.output
    assert re.search(r"^  WARN    APP-01 command .*: the application answers 1", outcome.output, re.MULTILINE), outcome.output
