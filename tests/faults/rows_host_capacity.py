# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Too little room on the real machine, which limits that are really low bring about."""

from __future__ import annotations

import typing as t

from table import Row, World

ROOMY = {"disk": "< 99.9%", "inodes": "< 99.9%", "memory": "< 99.9%", "file_descriptors": "< 99.9%", "min_free": "1MiB"}


def _limits(**more: t.Any) -> t.Callable[[World], dict[str, t.Any]]:
    return lambda world: {**ROOMY, **more}


def one_path(world: World) -> dict[str, t.Any]:
    return {**ROOMY, "paths": [str(world.folder)]}


def no_path(world: World) -> dict[str, t.Any]:
    return {**ROOMY, "paths": [str(world.folder / "gone")]}


def no_proc(world: World) -> dict[str, t.Any]:
    return {**ROOMY, "proc": str(world.folder / "proc")}


def garbage(world: World) -> dict[str, t.Any]:
    proc = world.folder / "proc"
    (proc / "self").mkdir(parents=True)
    (proc / "self" / "mountinfo").write_text("<html>not found</html>\n")
    (proc / "meminfo").write_text("MemTotal: a lot\n")
    return {**ROOMY, "proc": str(proc)}


ROWS = [
    Row("host_capacity", "room everywhere", _limits(), "pass", r"free.*; memory \d+% used; file descriptors \d+% used"),
    Row("host_capacity", "room where the data is", one_path, "pass", r" used and .* free"),
    Row("host_capacity", "over the share, but enough bytes free", _limits(disk="< 0.001%", min_free="1"), "pass", r" used and .* free"),
    Row(
        "host_capacity",
        "file system too full",
        _limits(disk="< 0.001%", min_free="1000TiB"),
        "fail",
        r"full and has .* free, the limit is < 0\.001%",
    ),
    Row("host_capacity", "too few inodes left", _limits(inodes="< 0.0000001%"), "fail", r"inodes in use: .*, the limit is"),
    Row("host_capacity", "too little memory left", _limits(memory="< 0.001%"), "fail", r"memory in use: .*%, the limit is < 0\.001%"),
    Row(
        "host_capacity",
        "too few file descriptors left",
        _limits(file_descriptors="< 0.0000000000000001%"),
        "fail",
        r"file descriptors in use",
    ),
    Row("host_capacity", "no /proc", no_proc, "unknown", r"does not exist: nothing is known of this host's capacity"),
    Row("host_capacity", "garbage in /proc", garbage, "unknown", r"cannot be understood"),
    Row("host_capacity", "path of the data does not exist", no_path, "unknown", r"gone does not exist, so the room for it is not known"),
    Row(
        "host_capacity",
        "a limit that cannot be reached",
        _limits(disk="< 90"),
        "unknown",
        r"cannot work with its arguments: .*expected for example '< 90%'",
    ),
]
