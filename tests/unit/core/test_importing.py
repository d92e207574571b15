# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of the collection are imported compiled, and Ansible still finds its plugins."""

from __future__ import annotations

import ast
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
SCRIPT = """
import importlib, sys
from ansible.plugins.loader import action_loader, init_plugin_loader, lookup_loader, module_loader
init_plugin_loader([])
importlib.import_module("ansible_collections.operability.readiness.plugins.plugin_utils._model.verdict")
importlib.import_module("ansible_collections.operability.readiness.plugins.lookup.verdict")
found = sys.modules["ansible_collections.operability.readiness.plugins.plugin_utils._model.verdict"]
assert found.__cached__ and found.__cached__.endswith(".pyc"), found.__cached__
for loader, name in ((lookup_loader, "verdict"), (module_loader, "store"), (action_loader, "gate")):
    assert loader.find_plugin("operability.readiness." + name), name + " is not found"
print("all are there")
"""


def test_ansible_finds_its_plugins_after_files_were_imported_compiled(tmp_path: pathlib.Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout.strip() == "all are there", done.stderr


LIGHT = """
import sys
import ansible.plugins.action, ansible.cli.playbook, ansible.executor.playbook_executor, ansible.plugins.strategy.linear
from ansible.plugins.loader import action_loader, init_plugin_loader
init_plugin_loader([])
before = set(sys.modules)
assert action_loader.get("operability.readiness.verify", class_only=True)
print(sorted(name for name in set(sys.modules) - before if "." not in name))
"""


def test_what_verify_imports_before_it_is_needed(tmp_path: pathlib.Path) -> None:
    """Neither a library nor a part of Python's own that only some runs need: every play waits for it."""
    done = subprocess.run(
        [sys.executable, "-c", LIGHT],
        env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    slow = {"jsonschema", "requests", "prometheus_client", "ssl", "statistics", "tarfile", "xml", "email", "smtplib"}
    assert not slow & set(ast.literal_eval(done.stdout))
