# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host receives: the checks that it runs, what they import, and nothing else."""

from __future__ import annotations

import ast
import json
import pathlib
import shutil
import subprocess
import sys
import threading

import ansible
import pytest
from ansible_collections.operability.readiness.plugins.module_utils._registry import CHECKS
from ansible_collections.operability.readiness.plugins.plugin_utils._running import sending

ON_HOSTS = [name for name, where in CHECKS.items() if where in ("host", "both")]
FOUNDATION = {
    "_argspec",
    "_engine",
    "_exchange",
    "_failover",
    "_finding",
    "_loading",
    "_machine",
    "_masking",
    "_message",
    "_on_host",
    "_phrase",
    "_runner",
    "_settling",
    "_units",
    "_watch",
}


def imported(home: pathlib.Path, name: str) -> set[str]:
    """What Python's own grammar says that a file imports of its collection."""
    found = set()
    tree = ast.parse(home.joinpath(*name.split(".")).with_suffix(".py").read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = name.split(".")[: -node.level] + [part for part in (node.module or "").split(".") if part]
            for candidate in [base, *([*base, alias.name] for alias in node.names)]:
                if candidate and home.joinpath(*candidate).with_suffix(".py").is_file():
                    found.add(".".join(candidate))
    return found


@pytest.mark.parametrize("check", ON_HOSTS)
def test_the_files_are_those_that_the_check_imports(check: str) -> None:
    expected, waiting = set(), {sending.ENTRY, f"_checks.{check}"}
    while waiting:
        expected |= waiting
        waiting = {other for name in waiting for other in imported(sending.HOME, name)} - expected
    assert set(sending.parts_of([check])) == expected


def test_a_check_without_requests_brings_no_http_along() -> None:
    assert set(sending.parts_of(["command"])) == FOUNDATION | {"_clients.monitoring_plugin", "_checks.command"}
    text = sending.program(["command"])
    assert "import open_url" not in text
    assert "from ansible.module_utils.urls import open_url" in sending.program(["http_probe"]).partition("class Sent")[0]


def test_other_checks_do_not_change_the_program(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = sending.program(["command", "systemd_unit"])
    home = tmp_path / "module_utils"
    shutil.copytree(sending.HOME, home, ignore=shutil.ignore_patterns("__pycache__"))
    for number in range(100):
        (home / "_checks" / f"dummy_{number}.py").write_text((home / "_checks" / "command.py").read_text())
        (home / "_clients" / f"dummy_{number}.py").write_text("ANSWER = 42\n")
    monkeypatch.setattr(sending, "HOME", home)
    assert sending.program(["command", "systemd_unit"]) == before


def test_sets_have_programs_of_their_own_whatever_the_order(tmp_path: pathlib.Path) -> None:
    first = sending.provide(tmp_path, ["command", "flow", "command"])
    assert first == sending.provide(tmp_path, ["flow", "command"])
    assert first != sending.provide(tmp_path, ["flow"])
    path = pathlib.Path(first[0]) / f"{first[1]}.py"
    assert path.stat().st_mode & 0o777 == 0o600
    assert first[1].isidentifier()


def test_workers_that_come_at_once_get_one_whole_program(tmp_path: pathlib.Path) -> None:
    found: list[tuple[str, str]] = []
    threads = [threading.Thread(target=lambda: found.append(sending.provide(tmp_path, ON_HOSTS))) for _unused in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1 and len(found) == 8
    folder, name = found[0]
    assert [path.name for path in pathlib.Path(folder).iterdir()] == [f"{name}.py"]
    assert (pathlib.Path(folder) / f"{name}.py").read_text() == sending.program(ON_HOSTS)


def test_a_check_that_there_is_not_is_the_engines_to_tell() -> None:
    assert set(sending.parts_of(["no_such_check"])) == FOUNDATION


LOADS = """
import importlib, json, sys, traceback
namespace = {"__name__": "program"}
exec(compile(open(sys.argv[1]).read(), sys.argv[1], "exec"), namespace)
sys.meta_path.insert(0, namespace["Sent"]())
package = namespace["Sent"].package
loading = importlib.import_module(package + "._loading")
before = sorted(name for name in sys.modules if name in ("ssl", "http.client", "email", "xml", "concurrent.futures", "tarfile"))
for check in sys.argv[2].split(","):
    loading.load_check(check)
missing = []
for name in namespace["SOURCES"]:
    importlib.import_module(package + "." + name)
try:
    importlib.import_module(package + "._units").parse_duration("nonsense")
except ValueError:
    told = traceback.format_exc()
try:
    loading.load_check("no_such_check")
except KeyError as exc:
    missing = list(exc.args)
print(json.dumps({"told": told, "missing": missing, "before": before, "of_ansible": "ansible" in sys.modules}))
"""


def python(code: str, *words: str) -> str:
    """A process that has Ansible's module_utils, as a host has it, and nothing of this collection."""
    root = pathlib.Path(ansible.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.append({str(root)!r})\n{code}", *words],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_all_of_it_is_imported_from_the_program(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(sending.program(ON_HOSTS))
    seen = json.loads(python(LOADS, str(path), ",".join(ON_HOSTS)))
    assert "plugins/module_utils/_units.py" in seen["told"]
    assert "raise ValueError" in seen["told"], "a traceback shows the line"
    assert seen["missing"] == ["no_such_check"]


def test_an_old_python_ends_it_before_anything_is_imported(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 8, 18))
    with pytest.raises(SystemExit, match="this Python is too old"):
        exec(compile(sending.program(["command"]), "program", "exec"), {"__name__": "program"})


def test_what_only_some_checks_need_is_not_imported_before_them(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(sending.program(["command", "http_probe"]))
    seen = json.loads(python(LOADS, str(path), "command,http_probe"))
    assert seen["before"] == []
