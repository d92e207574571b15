# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Follows docs/writing_a_check.md: makes its six edits in a copy of the tree, runs the command that it names, and the new check."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "writing_a_check.md").read_text(encoding="utf-8")
EDITS = re.findall(r"^### (\d)\. `([^`]+)`\n.*?^```(\w+)\n(.*?)^```$", PAGE, re.M | re.S)
NAME = pathlib.Path(EDITS[0][1]).stem
MARKER = "/var/lib/payments/backup.done"  # where the page says that it lies
# what guards the house, as far as a check can break it
GUARDS = (
    "tests/unit/test_repository.py",
    "tests/unit/test_house.py",
    "tests/unit/test_derived.py",
    "tests/unit/test_messages.py",
    "tests/unit/test_options.py",
    "tests/unit/test_policies.py",
    "tests/unit/core/test_registry.py",
    "tests/unit/core/test_comparable.py",
    "tests/unit/core/test_derive.py",
)


class Tree:
    """A copy of the files that git knows, a repository of its own."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        for name in self.git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0"):
            source, target = ROOT / name, folder / name
            if name and source.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(source.read_bytes())
                target.chmod(source.stat().st_mode)
        self.git(folder, "init", "-q")
        self.git(folder, "add", "-A")
        link = folder / "collections" / "ansible_collections" / "operability" / "readiness"
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to("../../..")
        (folder / ".cache" / "debian" / "root").mkdir(parents=True)  # where real servers would be: the rows of the page need none

    @staticmethod
    def git(folder: pathlib.Path, *words: str) -> str:
        return subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True).stdout.decode()

    def run(self, *words: str, cwd: pathlib.Path | None = None) -> str:
        """What a command says that must succeed."""
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTEST_"))},
            "PATH": f"{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}",
            "ANSIBLE_COLLECTIONS_PATH": str(self.folder / "collections"),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
            "HOME": str(self.folder / "home"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        done = subprocess.run(
            list(words),
            cwd=cwd or self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}"
        return done.stdout

    def edit(self, path: str, kind: str, text: str) -> None:
        """One edit of the page: a new file, or lines in the place of others, or at the end, of a file that is there."""
        target = self.folder / path
        if kind == "po":
            target.write_text(f"{target.read_text()}\n{text}")
            return
        if kind != "diff":
            assert not target.exists(), f"{path} is there already: the page is of a check that the collection has"
            target.write_text(text)
            return
        before, after = ("".join(f"{line[1:]}\n" for line in text.splitlines() if line[0] in signs) for signs in ("- ", "+ "))
        whole = target.read_text()
        assert whole.count(before) == 1, f"the page replaces what stands {whole.count(before)} times in {path}: {before}"
        target.write_text(whole.replace(before, after))


def block(name: str) -> str:
    """The block of the page whose first line is a comment with this file name."""
    return re.findall(rf"^```\w+\n(# {re.escape(name)}\n.*?)^```$", PAGE, re.M | re.S)[0]


def commands() -> list[str]:
    return [line for text in re.findall(r"^```sh\n(.*?)^```$", PAGE, re.M | re.S) for line in text.splitlines()]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """The copy with the edits made and what follows from them written."""
    made = Tree(tmp_path_factory.mktemp("check") / "readiness")
    for _number, path, kind, text in EDITS:
        made.edit(path, kind, text)
    assert commands()[0] == "dev/update-derived"
    said = made.run(sys.executable, *commands()[0].split())
    assert set(re.findall(r"^(\S+) written$", said, re.M)) == {
        "README.md",
        "meta/runtime.yml",
        "plugins/module_utils/_registry.py",
        "plugins/plugin_utils/_described/policies/starter.yml",
    }
    assert commands()[1] == "dev/update-messages"
    assert "0 without a translation" in made.run(sys.executable, *commands()[1].split())
    return made


def test_there_are_six_edits() -> None:
    assert [number for number, *_rest in EDITS] == ["1", "2", "3", "4", "5", "6"]
    listed = re.findall(r"^(\d)\. .*: `([^`]+)`$", PAGE.partition("## ")[0], re.M)
    assert [(number, path.replace("NAME", NAME)) for number, path in listed] == [entry[:2] for entry in EDITS]
    assert {"dev/update-derived", "dev/update-messages", "make test"} <= {command.partition(" GROUPS")[0] for command in commands()}


def test_nothing_else_was_touched(tree: Tree) -> None:
    changed = {line[3:] for line in tree.git(tree.folder, "status", "--porcelain", "-uall").splitlines() if line[1] != " "}
    derived = {"README.md", "meta/runtime.yml", "plugins/module_utils/_registry.py", "plugins/plugin_utils/_described/policies/starter.yml"}
    assert changed - {path for _number, path, *_rest in EDITS} == derived


def test_the_house_stands_and_the_rows_of_the_check_are_true(tree: Tree) -> None:
    said = tree.run(sys.executable, "-m", "pytest", "-q", "-x", "-rsp", *GUARDS, "tests/faults", "-k", f"not test_row or {NAME}")
    rows = next(text for _number, path, _kind, text in EDITS if path.startswith("tests/faults/")).count("    Row(")
    assert len(re.findall(rf"^PASSED tests/faults/test_faults\.py::test_row\[{NAME}: ", said, re.M)) == rows >= 3
    assert re.search(r"^\d+ passed, \d+ deselected", said, re.M), f"a test was skipped: {said}"


def test_the_check_runs_alone_and_for_a_service(tree: Tree, tmp_path: pathlib.Path) -> None:
    """One playbook: the module, the register of the service, and its verification on the host."""
    marker = tmp_path / "backup.done"
    marker.touch()
    three_days_ago = time.time() - 3 * 86400
    os.utime(marker, (three_days_ago, three_days_ago))
    for name in ("readiness.yml", "try.yml"):
        assert MARKER in block(name)
        (tmp_path / name).write_text(block(name).replace(MARKER, str(marker)))
    said = " ".join(tree.run(*commands()[-1].split(), cwd=tmp_path).split())
    message = f"the job last succeeded 3 d ago ({marker}), the limit is 26 h"
    assert f"fail: {message}" in said
    assert re.search(rf"BKP-05 \w+ .*?{NAME} on localhost", said), said
    assert re.search(rf"'check': '{NAME}'|\"check\": \"{NAME}\"", said), said
    assert said.count(message) >= 2, "the module says it, and so does the verification of the service"
