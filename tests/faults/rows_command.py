# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of monitoring plugins, from real processes."""

from __future__ import annotations

import typing as t

from table import Row, World


def _plugin(text: str, interpreter: str = "/bin/sh", **more: t.Any) -> t.Callable[[World], dict[str, t.Any]]:
    def arrange(world: World) -> dict[str, t.Any]:
        path = world.folder / "check_it"
        path.write_text(f"#!{interpreter}\n{text}\n")
        path.chmod(0o755)
        return {"command": [str(path)], **more}

    return arrange


def no_plugin(world: World) -> dict[str, t.Any]:
    return {"command": [str(world.folder / "check_gone")]}


def not_executable(world: World) -> dict[str, t.Any]:
    (world.folder / "check_it").write_text("#!/bin/sh\nexit 0\n")
    return {"command": [str(world.folder / "check_it")]}


def no_folder(world: World) -> dict[str, t.Any]:
    return {"command": ["true"], "chdir": str(world.folder / "gone")}


ROWS = [
    Row("command", "plugin says OK", _plugin("echo 'OK: lag 3 s | lag=3s;30;120'"), "pass", r"^OK: lag 3 s$"),
    Row("command", "plugin says WARNING", _plugin("echo 'WARNING: lag 60 s | lag=60s;30;120'; exit 1"), "warn", r"^WARNING: lag 60 s$"),
    Row("command", "plugin says CRITICAL", _plugin("echo 'CRITICAL: lag 180 s'; exit 2"), "fail", r"^CRITICAL: lag 180 s$"),
    Row(
        "command",
        "plugin says CRITICAL in colour",
        _plugin(r"printf '\033[31mCRITICAL\033[0m: down\n'; exit 2"),
        "fail",
        r"^CRITICAL: down$",
    ),
    Row("command", "plugin fails and says nothing", _plugin("exit 2"), "fail", r"ended with code 2 and said nothing"),
    Row("command", "plugin says UNKNOWN", _plugin("echo 'UNKNOWN: no route'; exit 3"), "unknown", r"^UNKNOWN: no route$"),
    Row(
        "command", "plugin ends with another code", _plugin("exit 42"), "unknown", r"ended with code 42 \(a plugin ends with 0, 1, 2 or 3\)"
    ),
    Row(
        "command",
        "a command inside the plugin is missing",
        _plugin("snmpget-gone x"),
        "unknown",
        r"code 127 \(a command was not found\); it said: ",
    ),
    Row("command", "plugin is killed", _plugin("kill -KILL $$"), "unknown", r"ended by the signal SIGKILL"),
    Row("command", "plugin hangs", _plugin("sleep 600", timeout="1s"), "unknown", r"did not end within 1 s and was stopped"),
    Row("command", "plugin not there", no_plugin, "unknown", r"check_gone does not exist on this host$"),
    Row("command", "plugin not executable", not_executable, "unknown", r"is not executable \(chmod \+x\)$"),
    Row(
        "command", "interpreter of the plugin not there", _plugin("x", "/bin/perl-gone"), "unknown", r"interpreter /bin/perl-gone does not"
    ),
    Row("command", "plugin not installed", lambda _world: {"command": ["check_gone"]}, "unknown", r"is in no folder of PATH$"),
    Row("command", "plugin named as one text", lambda _world: {"command": "/bin/true -v"}, "unknown", r"expected a list of the command"),
    Row("command", "plugin speaks on stderr alone", _plugin("echo 'CRITICAL: no route' >&2; exit 2"), "fail", r"^CRITICAL: no route$"),
    Row("command", "a command inside the plugin is killed", _plugin("sh -c 'kill -KILL $$'; exit $?"), "unknown", r"the signal SIGKILL"),
    Row("command", "plugin cannot tell a value", _plugin("echo 'OK | lag=U;1;2'"), "pass", r"^OK$"),
    Row("command", "plugin writes without end", _plugin("head -c 9000000 /dev/zero | tr '\\0' x; exit 1"), "warn", r"x…$"),
    Row("command", "folder of the plugin not there", no_folder, "unknown", r"gone does not exist"),
]
