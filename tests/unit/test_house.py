# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may import whom: plugin_utils has a folder for each stage of the flow, and what is above uses what is below, never the other way."""

from __future__ import annotations

import ast
import collections
import pathlib
import re
import typing as t

import pytest

PLUGINS = pathlib.Path(__file__).resolve().parents[2] / "plugins"
# the lowest first: a file may import from its own stage and from those below it
STAGES = (
    "_described",
    "_model",
    "_promises",
    "_comparing",
    "_planning",
    "_judging",
    "_running",
    "_publish",
    "_recording",
    "_acting",
)
# values in, value out: they know neither how a thing is observed nor the tools it is observed with, and read no clock
PURE = ("_described", "_model", "_promises", "_comparing", "_planning", "_judging")
LONGEST = 500  # lines: what is longer has more than one purpose
FILES = sorted(PLUGINS.rglob("*.py"))


def dotted(path: pathlib.Path) -> str:
    return ".".join(path.relative_to(PLUGINS).with_suffix("").parts)


KNOWN = {dotted(path) for path in FILES}


def imports(path: pathlib.Path) -> set[str]:
    """The modules of ours that a file imports, wherever in it."""
    found: set[str] = set()
    package = dotted(path).split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom):
            continue
        if node.level:
            base = [*package[: len(package) - node.level + 1], *(node.module or "").split(".")]
        elif (node.module or "").startswith("ansible_collections.operability.readiness.plugins"):
            base = str(node.module).split(".")[4:]
        else:
            continue
        name = ".".join(part for part in base if part)
        found |= {name} if name in KNOWN else {f"{name}.{alias.name}" for alias in node.names}
    return found


GRAPH = {dotted(path): imports(path) for path in FILES}


def test_each_import_is_of_a_file_that_is_there() -> None:
    """Else the tests below look past it."""
    assert {name: sorted(found - KNOWN) for name, found in GRAPH.items() if found - KNOWN} == {}


def test_plugin_utils_has_a_folder_for_each_stage_and_nothing_else() -> None:
    there = {path.name for path in (PLUGINS / "plugin_utils").iterdir() if path.name != "__pycache__"}
    assert there == {"__init__.py", *STAGES}


def stage(module: str) -> int | None:
    parts = module.split(".")
    return STAGES.index(parts[1]) if parts[0] == "plugin_utils" and parts[1] != "__init__" else None


def of_a_host(module: str) -> bool:
    return module.startswith("module_utils.")


def test_no_stage_imports_a_later_one() -> None:
    upwards = []
    for module, found in GRAPH.items():
        own = stage(module)
        for other in found if own is not None else ():
            theirs = stage(other)
            if not of_a_host(other) and (theirs is None or own is None or theirs > own):
                upwards.append(f"{module} imports {other}")
    assert upwards == []


def test_what_may_travel_to_a_host_imports_nothing_of_the_controller() -> None:
    wrong = [f"{module} imports {other}" for module in GRAPH if of_a_host(module) for other in GRAPH[module] if not of_a_host(other)]
    assert wrong == []


def test_no_check_imports_another() -> None:
    """Whatever two checks need is a helper (its name begins with _), or a client of the tool that both ask."""
    checks = [module for module in GRAPH if module.startswith("module_utils._checks.")]
    wrong = [
        f"{module} imports {other}"
        for module in checks
        for other in GRAPH[module]
        if other.startswith("module_utils._checks.") and not other.rpartition(".")[2].startswith("_")
    ]
    assert (len(checks) > 20, wrong) == (True, [])


def test_clients_know_no_check() -> None:
    """They ask a tool or a server and say what it answers; plain helpers beside them may be used, what judges may not."""
    clients = [module for module in GRAPH if module.startswith("module_utils._clients.")]
    judges = re.compile(r"\._checks\b|\._(engine|argspec|registry|loading|alone)$")
    wrong = [f"{module} imports {other}" for module in clients for other in GRAPH[module] if judges.search(other)]
    assert (len(clients) > 10, wrong) == (True, [])


def test_no_file_of_a_check_or_a_client_is_too_long() -> None:
    long = {
        dotted(path): length
        for path in FILES
        if path.parent.name in ("_checks", "_clients") and (length := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST
    }
    assert long == {}


def test_no_circle() -> None:
    """Anywhere below plugins/. The walk ends at each module once; what is met again on the way to itself is a circle."""
    done: set[str] = set()

    def circle(name: str, way: tuple[str, ...]) -> tuple[str, ...] | None:
        if name in way:
            return (*way[way.index(name) :], name)
        if name in done:
            return None
        for other in sorted(GRAPH.get(name, ())):
            found = circle(other, (*way, name))
            if found:
                return found
        done.add(name)
        return None

    assert [" -> ".join(found) for name in sorted(GRAPH) if (found := circle(name, ()))] == []


def test_no_circle_is_hidden() -> None:
    assert [dotted(path) for path in FILES if re.search(r"\bTYPE_CHECKING\b", path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("folder", PURE)
def test_what_decides_imports_no_check_and_no_client(folder: str) -> None:
    wrong: dict[str, list[str]] = collections.defaultdict(list)
    for module, found in GRAPH.items():
        if module.startswith(f"plugin_utils.{folder}."):
            wrong[module] += [other for other in found if re.search(r"\._checks\b|\._clients\b|_requests_http", other)]
    assert {module: found for module, found in wrong.items() if found} == {}
    text = "\n".join(path.read_text(encoding="utf-8") for path in (PLUGINS / "plugin_utils" / folder).rglob("*.py"))
    assert re.findall(r"datetime\.now\(|dt\.date\.today|time\.time\(|\bimport requests\b|\.utcnow\(", text) == []


def test_the_page_on_the_structure_names_each_folder() -> None:
    page = (PLUGINS.parent / "docs" / "structure.md").read_text(encoding="utf-8")
    below = [PLUGINS, PLUGINS / "module_utils", PLUGINS / "plugin_utils"]
    folders = [path for parent in below for path in parent.iterdir() if path.is_dir() and path.name != "__pycache__"]
    names = [f"`{path.relative_to(path.parent if path.parent.name == 'plugin_utils' else PLUGINS)}/`" for path in folders]
    assert [name for name in names if f"| {name} |" not in page] == []
    rows = re.findall(r"^\| `(_\w+)/` \|", page, re.MULTILINE)
    assert tuple(rows) == STAGES, "the stages stand in their order"


def annotations() -> t.Iterator[str]:
    """Every annotation below plugins/, as text."""
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            found: list[ast.expr | None] = []
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                given = node.args
                found = [
                    each.annotation for each in [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg] if each
                ]
                found.append(node.returns)
            elif isinstance(node, ast.AnnAssign):
                found = [node.annotation]
            yield from (ast.unparse(each) for each in found if each is not None)


def test_values_have_types() -> None:
    """A mapping of anything says nothing about what is in it: what is left stands at the border to Ansible and to foreign answers."""
    loose = [text for text in annotations() if re.search(r"\b(?:dict|Mapping)\[str, t\.Any\]", text)]
    assert len(loose) <= 100, f"{len(loose)} annotations are mappings of anything: give what is new a type"
