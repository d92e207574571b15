# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of Ansible modules, from real ansible-playbook runs."""

from __future__ import annotations

import typing as t

from table import Row, World

READS = {"module": "ansible.builtin.command", "read_only": True}
STAT = {"module": "ansible.builtin.stat", "read_only": True, "expect": ["result.stat.exists", "result.stat.size < 100"]}


def _configured(line: str, **more: t.Any) -> t.Callable[[World], dict[str, t.Any]]:
    """A file on the host, and the module that would write ``port = 8080`` into it."""

    def arrange(world: World) -> dict[str, t.Any]:
        path = world.folder / "app.conf"
        path.write_text(f"{line}\n")
        arguments = {"path": str(path), "line": "port = 8080", "regexp": "^port"}
        return {"module": "ansible.builtin.lineinfile", "arguments": arguments, **more}

    return arrange


def _templated(line: str) -> t.Callable[[World], dict[str, t.Any]]:
    def arrange(world: World) -> dict[str, t.Any]:
        (world.folder / "app.conf").write_text(f"{line}\n")
        (world.folder / "app.conf.j2").write_text("host = {{ inventory_hostname }}\n")
        source = str(world.folder / "app.conf.j2")
        return {"module": "ansible.builtin.template", "arguments": {"src": source, "dest": str(world.folder / "app.conf")}}

    return arrange


def _queue(size: int, **more: t.Any) -> t.Callable[[World], dict[str, t.Any]]:
    def arrange(world: World) -> dict[str, t.Any]:
        (world.folder / "queue").write_text("x" * size)
        return {**STAT, "arguments": {"path": str(world.folder / "queue")}, **more}

    return arrange


def _own(how: str) -> t.Callable[[World], dict[str, t.Any]]:
    """A module of the user's own, in ``library`` here."""
    return lambda _world: {"module": "queue_state", "arguments": {"how": how}}


def _command(*words: str, **more: t.Any) -> t.Callable[[World], dict[str, t.Any]]:
    return lambda _world: {**READS, "arguments": {"argv": list(words)}, **more}


def _row(state: str, arrange: t.Callable[[World], dict[str, t.Any]], status: str, message: str) -> Row:
    return Row("ansible_module", state, arrange, status, message)


ROWS = [
    _row("the module would change nothing", _configured("port = 8080"), "pass", r"^ansible.builtin.lineinfile would change nothing$"),
    _row("the module would change something", _configured("port = 9090"), "fail", r"lineinfile would change something: line replaced$"),
    _row("a template is as deployed", _templated("host = localhost"), "pass", r"^ansible.builtin.template would change nothing$"),
    _row(
        "a template differs from what is deployed", _templated("host = other"), "fail", r"^ansible.builtin.template would change something"
    ),
    _row("all conditions are met", _queue(7), "pass", r"meets all 2 conditions: result.stat.exists is true, result.stat.size is 7$"),
    _row("a condition is not met", _queue(700), "fail", r"^result.stat.size < 100 is not met: result.stat.size is 700$"),
    _row("a condition reads what is not there", _queue(7, expect="result.stat.depth < 3"), "unknown", r"cannot be evaluated: .*depth"),
    _row("the module fails", _own("fails"), "fail", r"^queue_state failed: the queue cannot be opened$"),
    _row("the module breaks off", _own("breaks"), "unknown", r"(?i)^queue_state could not run: module fail.*: .*the queue has no end"),
    _row(
        "a library is missing on the host",
        _own("lacks"),
        "unknown",
        r"could not run: Failed to import the required Python library .queuelib",
    ),
    _row("the module is called wrongly", _own("sings"), "unknown", r"could not run: value of how must be one of"),
    _row("the command fails", _command("false"), "fail", r"^ansible.builtin.command failed: .* \(rc 1\)$"),
    _row("an exit code is a condition", _command("false", expect="result.rc == 1"), "pass", r"result.rc is 1$"),
    _row("the module cannot run in check mode", _command("true", read_only=False), "unknown", r"say read_only: true; else name another$"),
    _row("the module hangs", _command("sleep", "20", timeout="1s"), "unknown", r"did not end within 1 s and was left behind$"),
]
