# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host warns of reaches the core as few harmless lines, and nothing else of its answer is shown."""

from __future__ import annotations

import json
import types
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._masking import HIDDEN, Hiding
from ansible_collections.operability.readiness.plugins.plugin_utils._running import core

Answer = dict[str, t.Any]


def read(stdout: str, secret: str = "S3CRET") -> Answer:
    """What the core gets to read of what a host wrote."""
    action: t.Any = types.SimpleNamespace(_parse_returned_data=lambda answer, *_rest: answer)
    core.without_warnings(action, lambda said: core.told(said, Hiding([secret]).text))
    answer: Answer = action._parse_returned_data({"stdout": stdout, "rc": 0}, "profile")
    return answer


@pytest.mark.parametrize(
    "stdout", ["", "no JSON S3CRET", "[1]", "[" * 100_000, '{"rc": 0}', 'banner\n{"changed": false}\n', '{"a": "warnings"}']
)
def test_an_answer_without_warnings_is_left_alone(stdout: str) -> None:
    assert read(stdout) == {"stdout": stdout, "rc": 0}


def test_warnings_are_harmless_and_few() -> None:
    said = [
        "W\x1b[31m\u202e\x07 S3CRET",
        "x" * 20_000,
        "at http://u:word@h/",
        {"msg": "a\nb"},
        {"event": {"msg": "c"}},
        7,
        *map(str, range(50)),
    ]
    kept = json.loads(read(json.dumps({"found": {"a": 1}, "warnings": said, "deprecations": [{"msg": "D"}], "_ansible_x": 1}))["stdout"])
    assert set(kept) == {"found", "warnings"} and kept["found"] == {"a": 1}
    assert kept["warnings"][0] == f"W {HIDDEN}" and kept["warnings"][2:6] == [f"at http://{HIDDEN}@h/", "a b", "c", "7"]
    assert len(kept["warnings"]) == 20 and max(map(len, kept["warnings"])) == 500


@pytest.mark.parametrize("warnings", ["S3CRET", {"S3CRET": 1}, 5, None])
def test_warnings_of_another_form_are_gone(warnings: object) -> None:
    assert json.loads(read(json.dumps({"warnings": warnings, "rc": 1}))["stdout"]) == {"rc": 1}


def test_what_stands_behind_the_answer_is_a_warning_too() -> None:
    kept = json.loads(read('{"rc": 1}\nS3CRET \x1b[31mjunk\n')["stdout"])
    assert kept["rc"] == 1 and len(kept["warnings"]) == 1 and f"{HIDDEN} junk" in kept["warnings"][0]


def test_what_the_core_itself_asks_of_a_module_stays() -> None:
    given = {"_ansible_suppress_tmpdir_delete": True, "_ansible_trusted_utf8": True, "warnings": []}
    assert json.loads(read(json.dumps(given))["stdout"]) == {name: True for name in given if name != "warnings"}
