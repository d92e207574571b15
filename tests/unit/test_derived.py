# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What dev/update-derived writes is what stands in the tree, and it says what a source lacks."""

from __future__ import annotations

import pathlib
import shutil
import typing as t

import dev_scripts
import pytest
import yaml
from ansible_collections.operability.readiness.plugins.module_utils._registry import CHECKS, load_check
from ansible_collections.operability.readiness.plugins.plugin_utils._described.policy import Rule, load

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = ("plugins/module_utils/_checks", "plugins/modules", "plugins/plugin_utils/_described/policies", "meta")


UPDATE = dev_scripts.load("update-derived")


@pytest.fixture
def tree(tmp_path: pathlib.Path) -> pathlib.Path:
    """A copy of what the command reads and writes."""
    for folder in SOURCES:
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("README.md", "plugins/module_utils/_registry.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_what_is_derived_is_up_to_date() -> None:
    assert sorted(UPDATE.different(ROOT)) == [], "run dev/update-derived, which writes these files"


def test_where_a_check_runs_is_what_it_says_itself() -> None:
    assert dict(UPDATE.checks(ROOT)) == {name: load_check(name).WHERE for name in CHECKS}


def test_the_starter_policy_is_what_the_default_policy_asks_of_level_c(tree: pathlib.Path) -> None:
    starter, whole = load("starter"), load("default")
    assert list(starter.rules) == [name for name, rule in whole.rules.items() if "C" in rule.impact]
    assert starter.version == whole.version
    for name, rule in starter.rules.items():
        assert set(rule.impact.values()) == {whole.rules[name].impact["C"]}
        others: t.Iterable[str] = set(Rule.__dataclass_fields__) - {"impact", "origin"}
        assert [field for field in others if getattr(rule, field) != getattr(whole.rules[name], field)] == []


def test_a_new_check_is_written_everywhere_and_nothing_else_moves(tree: pathlib.Path) -> None:
    (tree / "plugins/module_utils/_checks/clock_of_the_town.py").write_text('WHERE: str = "host"\n')
    (tree / "plugins/modules/clock_of_the_town.py").write_text(
        'DOCUMENTATION = r"""\nmodule: x\nshort_description: "Verify that it strikes: twelve times"\n"""\n'
    )
    found = UPDATE.different(tree)
    assert sorted(found) == ["README.md", "meta/runtime.yml", "plugins/module_utils/_registry.py"]
    added = {name: set(text.splitlines()) - set((tree / name).read_text().splitlines()) for name, text in found.items()}
    assert added["README.md"] == {"| `clock_of_the_town` | it strikes: twelve times |"}
    assert added["meta/runtime.yml"] == {"    - clock_of_the_town"}
    assert '    "clock_of_the_town": "host",' in added["plugins/module_utils/_registry.py"]
    group = yaml.safe_load(found["meta/runtime.yml"])["action_groups"]["readiness"]
    assert group == sorted(group)
    for name, text in found.items():
        (tree / name).write_text(text)
    assert UPDATE.different(tree) == {}, "the second time there is nothing to do"


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        (
            "plugins/module_utils/_checks/new.py",
            'WHERE = "moon"\n',
            "_checks/new.py: it has no WHERE that is one of host, controller, both",
        ),
        ("plugins/module_utils/_checks/new.py", "WHERE = PLACE\n", "_checks/new.py: it has no WHERE"),
        ("plugins/module_utils/_checks/new.py", 'WHERE = "host"\n', "plugins/modules/new.py: there is no such file"),
        ("plugins/modules/flow.py", 'DOCUMENTATION = "short_description: A flow opens"\n', "begins with 'Verify that'"),
        ("README.md", "# Without a table\n", "README.md: the lines"),
    ],
)
def test_what_a_source_lacks_is_said(tree: pathlib.Path, path: str, text: str, said: str) -> None:
    (tree / path).write_text(text)
    with pytest.raises(UPDATE.Underivable, match=said):
        UPDATE.derived(tree)
