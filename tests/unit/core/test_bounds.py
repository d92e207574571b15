# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Aliases and levels that stand for more than can be walked are refused before anybody walks them; usual ones are not."""

from __future__ import annotations

import pathlib

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients.alertmanager import read_yaml
from ansible_collections.operability.readiness.plugins.module_utils._clients.document import read
from ansible_collections.operability.readiness.plugins.plugin_utils._described.document import Refused, bounded, positions
from unit.core.described import document, problems_of

SERVICE = "schema_version: 1\nservice: {name: payments, owner: team}\nclassification: {criticality: 2}\n"
LAUGHS = "x0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"x{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 9)
)
MERGED = "a0: &a0 {k: 1}\n" + "".join(f"a{level}: &a{level} {{<<: [{', '.join([f'*a{level - 1}'] * 9)}]}}\n" for level in range(1, 9))


@pytest.mark.parametrize("schema", ["service", "organisation", "debt"])
def test_a_billion_laughs_are_refused_with_their_line(schema: str) -> None:
    (problem,) = problems_of(lambda: document(SERVICE + LAUGHS, schema, name="f.yml"))
    assert problem == "f.yml:9: more than 100000 values by aliases; write the values out, or fewer of them"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (MERGED, "more than 100000 values by aliases"),
        ("a: &a x\nb: [" + "*a, " * 1001 + "]\n", "f.yml:2: more than 1000 aliases"),
        ("- " * 5000 + "x\n", "f.yml:1: more than 100 levels, one within the other"),
        ("? " * 5000 + "x\n", "f.yml:1: more than 100 levels, one within the other"),
        ("[" * 10000, "f.yml:1"),
        ("{a: " * 101 + "1" + "}" * 101, "f.yml:1: more than 100 levels, one within the other"),
    ],
)
def test_what_nobody_can_walk_is_refused(text: str, problem: str) -> None:
    with pytest.raises(Refused) as caught:
        positions(text, "f.yml")
    assert problem in caught.value.problems[0]


def test_usual_aliases_and_levels_are_read() -> None:
    text = "tiers: &tiers [{team: a}, {team: b}]\nchains: {web: *tiers, db: *tiers, batch: {<<: &more {x: 1}, y: 2}, other: *more}\n"
    bounded(text, "f.yml")
    bounded("[" * 50 + "]" * 50, "f.yml")
    bounded("\n".join(f"k{number}: {{a: 1}}" for number in range(20_000)), "f.yml")  # long, with no alias


def test_front_matter_and_a_servers_answer_are_bounded_too(tmp_path: pathlib.Path) -> None:
    with pytest.raises(ValueError, match="^not YAML$"):
        read_yaml(LAUGHS)
    page = read(f"---\n{LAUGHS}---\n# Runbook\n".encode(), "markdown")
    assert page.front_unread and "aliases of YAML" in str(page.front_problem)
