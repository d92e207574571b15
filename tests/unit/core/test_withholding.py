# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets are taken out of what tools say before it is cut or cleaned, whoever cuts it."""

from __future__ import annotations

import json
import pathlib
import stat
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils import _message
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from ansible_collections.operability.readiness.plugins.module_utils._masking import HIDDEN, Hiding
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner

FILLING = "a" * 995


def told(folder: pathlib.Path, script: str, secret: str) -> Finding:
    plugin = folder / "plugin"
    plugin.write_text(f"#!/bin/sh\n{script}\n")
    plugin.chmod(plugin.stat().st_mode | stat.S_IXUSR)
    item = Item(key="a", check="command", args={"command": [str(plugin)], "secret_environment": {"TOKEN": secret}})
    return run_item(item, Runner())[0]


@pytest.mark.parametrize(
    "secret",
    [
        "S3CRET",
        "S3CRET  two  spaces",
        "S3CRET\nline2",
        "line1\nS3CRET",
        "S3CRET\u202eab\x07cd",
        "S3C|RET",
        "S3CRET\x1b[31mS3CRET",
        "S3CRET\r\nS3CRET\r\n",
    ],
)
@pytest.mark.parametrize(
    "script",
    [
        'echo "see $TOKEN"; exit 2',
        f'printf "%s%s" {FILLING[:490]} "$TOKEN"; exit 1',
        f'printf "%s%s" {FILLING[:498]} "$TOKEN" >&2; exit 2',
        "printf \"text | $TOKEN=5s;;;; '$TOKEN'=U\"; exit 0",
        'printf "text\\n%s\\n%s" "$TOKEN" "$TOKEN" >&2; exit 7',
        'printf "x %s" "$TOKEN"; kill -9 $$',
        'printf "at http://u:%s@h/ %s" "$TOKEN" "$TOKEN"; exit 3',
    ],
)
def test_what_a_command_says(tmp_path: pathlib.Path, script: str, secret: str) -> None:
    shown = json.dumps(told(tmp_path, script, secret).as_dict(), ensure_ascii=False).lower()
    for trace in ("s3c", "line1", "line2", "ab cd", "two spaces"):
        assert trace not in shown, shown


def test_numbers_that_are_as_a_secret_stay(tmp_path: pathlib.Path) -> None:
    found = told(tmp_path, 'echo "OK 1234 | time=1234ms;;;; size=5MB"; exit 0', "1234")
    assert [item.value for item in found.measurements] == [1.234, 5_000_000] and found.message == f"OK {HIDDEN}"


CUTTING: list[t.Callable[[str], str]] = [
    lambda text: _message.one_line(text, 40),
    lambda text: _message.first_line(text, limit=40),
    lambda text: " ".join(_message.lines_of(text, 40)),
]


@pytest.mark.parametrize("cut", CUTTING)
@pytest.mark.parametrize("before", range(30, 42))
def test_nothing_is_left_of_a_secret_at_the_end(cut: t.Callable[[str], str], before: int) -> None:
    with _message.withholding(Hiding(["S3CRET\nword"]).text):
        for secret in ("S3CRET\nword", "http://u:S3CRET@h/"):
            assert "S" not in cut("a" * before + " " + secret)
    assert "S3" in cut("S3CRET"), "elsewhere nothing is known of it"
