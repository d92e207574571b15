# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between versions of ansible-core: the same answers on each of them."""

from __future__ import annotations

import ast
import pathlib
import threading
import typing as t

import pytest
import yaml
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure, AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible.utils.display import Display
from ansible_collections.operability.readiness.plugins import plugin_utils
from ansible_collections.operability.readiness.plugins.plugin_utils._running import core

ROOT = pathlib.Path(__file__).resolve().parents[3]
TRAP = "{{ 6 * 7 }}"


def templar(**variables: t.Any) -> Templar:
    return Templar(loader=DataLoader(), variables=variables)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [("n == 1", True), ("n == 2", False), ("said | length == 11", True), ("'x' in items", True), ("said is defined and not n > 3", True)],
)
def test_conditions(condition: str, expected: bool) -> None:
    assert core.holds(templar(n=1, said=core.untemplated(TRAP), items=["x"]), condition) is expected


@pytest.mark.parametrize(
    ("condition", "words"),
    [("n", "int"), ("said", "str"), ("nothing.deeper == 1", "nothing"), ("gone", "gone"), ("n ==", "expected")],
)
def test_what_is_no_condition_is_an_error(condition: str, words: str) -> None:
    with pytest.raises(AnsibleError, match=words):
        core.holds(templar(n=1, said="text"), condition)


def test_templates_of_the_user_are_resolved_and_text_that_is_marked_is_not(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "own.yml"
    first = 'own: "{{ n * 7 }}"\nfirst: "{{ marked.said }}"\ninner: "{{ marked.list[0] }}"\n'
    path.write_text(first + 'within: "of {{ marked.said }}"\nversion: "{{ version }}"\n')
    marked = core.untemplated({"said": TRAP, "list": [{TRAP: [TRAP]}]})
    resolver, data = templar(marked=marked, n=6, version="1.10"), core.load_file(DataLoader(), str(path), templates=True)
    assert core.may_be_template(data["own"]) and not core.may_be_template(marked["said"])
    found = {name: core.resolved(resolver, value) for name, value in data.items()}
    assert found == {"own": 42, "first": TRAP, "inner": {TRAP: [TRAP]}, "within": f"of {TRAP}", "version": "1.10"}
    assert core.resolved(resolver, found["within"]) == f"of {TRAP}" and core.resolved(resolver, marked) == marked
    as_data = core.load_file(DataLoader(), str(path), templates=False)
    assert core.resolved(resolver, as_data["own"]) == "{{ n * 7 }}" and core.read_file(DataLoader(), str(path)) == path.read_text()


class Action:
    """As much of one as it takes."""

    def __init__(self, fails: Exception | None = None) -> None:
        self.fails = fails

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        if self.fails:
            raise self.fails
        return {"msg": TRAP}


class Says:
    """An action that repeats what somebody else said."""

    def __init__(self, said: t.Any, error: type[Exception] | None = None) -> None:
        self.said, self.error = said, error

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        if self.error:
            raise self.error(self.said)
        return {"msg": self.said, "record": [{self.said: self.said}], "count": 3}


def test_what_an_action_says_is_fit_for_a_terminal() -> None:
    run = core.on_any_core(Says.run)
    hostile = "a\x1b[31mb\x07\u202ec\x9b2Jd\n  at http://u:SECRET@h/"
    fit = "ab cd\n  at http://********@h/"
    assert run(Says(hostile)) == {"msg": fit, "record": [{fit: fit}], "count": 3}
    with pytest.raises(AnsibleActionFail) as failed:
        run(Says(hostile, AnsibleActionFail))
    assert "SECRET" not in str(failed.value) and "\x1b" not in str(failed.value) and "ab cd" in str(failed.value)
    if core.TRUSTS:
        with pytest.raises(AnsibleConnectionFailure, match=r"^ab cd\n  at http://"):
            run(Says(hostile, AnsibleConnectionFailure))
    else:
        assert run(Says(hostile, AnsibleConnectionFailure)) == {"unreachable": True, "msg": fit}


def test_what_an_action_says_is_marked_and_its_threads_may_write() -> None:
    run = core.on_any_core(Action.run)
    if core.TRUSTS:
        assert run(Action())["msg"] is TRAP, "the core itself sees to it"
        return
    lock, free = Display()._lock, []
    lock.acquire()  # as a worker begins
    assert not core.may_be_template(run(Action())["msg"])

    def write() -> None:
        free.append(lock.acquire(blocking=False))
        if free[0]:
            lock.release()  # or this process would never end

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()
    assert free == [True]
    lost = run(Action(AnsibleConnectionFailure(TRAP)))
    assert lost["unreachable"] is True and not core.may_be_template(lost["msg"])
    defect = run(Action(ValueError(TRAP)))
    assert defect["failed"] is True and not any(core.may_be_template(defect[name]) for name in ("msg", "exception"))
    with pytest.raises(AnsibleActionFail) as failed:
        run(Action(AnsibleActionFail(TRAP)))
    assert not core.may_be_template(failed.value.result["msg"]) and "exception" not in failed.value.result


def test_every_action_is_fit_for_all_cores() -> None:
    plugins = ROOT / "plugins"
    bare = []
    for path in (*sorted((plugins / "action").glob("*.py")), plugins / "plugin_utils" / "_acting" / "verifying.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name == "run" and "core.on_any_core" not in map(ast.unparse, node.decorator_list):
                bare.append(path.name)
    assert bare == []


def test_the_oldest_core_is_the_same_everywhere() -> None:
    oldest = ".".join(map(str, plugin_utils.OLDEST))
    assert yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())["requires_ansible"] == f">={oldest}.0"
    for role in sorted((ROOT / "roles").iterdir()):
        assert yaml.safe_load((role / "meta" / "main.yml").read_text())["galaxy_info"]["min_ansible_version"] == oldest
    assert f"ansible-core {oldest} or newer" in (ROOT / "README.md").read_text()
