# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must agree across the files of the project: the registry, the modules, the action group, the fault table, the changelog."""

from __future__ import annotations

import pathlib
import re
import subprocess

import pytest
import yaml
from ansible_collections.operability.readiness.plugins.module_utils import _registry

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CHECKS = sorted(_registry.CHECKS)
# no header can stand in these, or a tool writes them anew: REUSE.toml speaks for them
WITHOUT_HEADER = {".json", ".md", ".png", ".rst", ".svg", ".gif"}
HEADER = "SPDX-License-" + "Identifier: GPL-3.0-or-later"
LICENCES = {"COPYING", "LICENSES/GPL-3.0-or-later.txt"}


def files() -> list[str]:
    """The files that git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True
    ).stdout
    return [name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


def text(name: str) -> str:
    return (ROOT / name).read_text(errors="replace")


def modules() -> list[str]:
    return sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))


@pytest.mark.parametrize("check", CHECKS)
def test_each_check_has_its_files(check: str) -> None:
    """The rows of the fault table are what is demanded of each; unit tests are for whoever has text to parse."""
    wanted = [f"plugins/module_utils/_checks/{check}.py", f"plugins/modules/{check}.py", f"tests/faults/rows_{check}.py"]
    assert [name for name in wanted if not (ROOT / name).is_file()] == []


@pytest.mark.parametrize("check", CHECKS)
def test_readme_names_each_check(check: str) -> None:
    assert (ROOT / "README.md").is_file()
    assert f"`{check}`" in text("README.md")


def test_each_file_of_a_check_is_registered() -> None:
    folder = ROOT / "plugins" / "module_utils" / "_checks"
    found = sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_"))
    assert found == CHECKS, "run dev/update-derived"


def test_the_fault_rows_are_of_checks_that_are_there() -> None:
    """A check has one file of them, or several, whose names begin with its own."""
    with_rows = {path.stem.removeprefix("rows_") for path in (ROOT / "tests" / "faults").glob("rows_*.py")}
    assert sorted(name for name in with_rows if not any(name == check or name.startswith(f"{check}_") for check in CHECKS)) == []


def test_the_registry_is_alphabetical() -> None:
    assert list(_registry.CHECKS) == CHECKS
    assert set(_registry.CHECKS.values()) <= {"host", "controller", "both", "action"}


def test_the_action_group_has_every_module() -> None:
    group = yaml.safe_load(text("meta/runtime.yml"))["action_groups"]["readiness"]
    assert group == sorted(group)
    assert group == modules()


def test_the_changelog_agrees_with_the_version() -> None:
    version = yaml.safe_load(text("galaxy.yml"))["version"]
    releases = yaml.safe_load(text("changelogs/changelog.yaml"))["releases"] or {}
    fragments = [path for path in (ROOT / "changelogs" / "fragments").iterdir() if path.suffix in (".yml", ".yaml")]
    if version in releases:
        newest = max(releases, key=lambda each: [int(part) for part in re.findall(r"\d+", each)])
        assert newest == version
    else:
        assert fragments, f"{version} is not released, and no fragment says what it brings"


def test_each_file_has_its_licence() -> None:
    bare = [
        name
        for name in files()
        if pathlib.Path(name).suffix not in WITHOUT_HEADER
        and name not in LICENCES
        and not name.startswith(("changelogs/fragments/", "changelogs/changelog.yaml", "tests/sanity/"))
        and "/data/" not in name
        and HEADER not in text(name)[:600]
    ]
    assert bare == []


def test_no_path_of_a_machine() -> None:
    """Nothing refers to a place that only one machine has."""
    pattern = re.compile(r"/(?:home/(?!operator|deploy|app)[a-z]+/|root/\.pyenv|Users/|work/(?:main|shared))|/tmp/(?:probe|clone)")
    found = [
        f"{name}:{number}: {line.strip()[:100]}"
        for name in files()
        if name not in LICENCES and name != "tests/unit/test_repository.py"
        for number, line in enumerate(text(name).splitlines(), start=1)
        if pattern.search(line)
    ]
    assert found == []


def test_the_files_of_the_execution_environment_exist() -> None:
    for name in yaml.safe_load(text("meta/execution-environment.yml"))["dependencies"].values():
        assert (ROOT / name).is_file()


def test_each_ignored_sanity_test_has_its_reason() -> None:
    for path in (ROOT / "tests" / "sanity").glob("ignore-*.txt"):
        for line in path.read_text().splitlines():
            assert re.search(r" # .{10,}", line), f"{path.name}: {line}"
