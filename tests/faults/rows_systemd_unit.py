# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""systemd_unit. Hosts that systemd runs are tested with molecule; here a script named systemctl prints recorded answers."""

from __future__ import annotations

import pathlib
import typing as t

from table import Row, World

DAEMON = {
    "Id": "payments.service",
    "LoadState": "loaded",
    "ActiveState": "active",
    "SubState": "running",
    "UnitFileState": "enabled",
    "Type": "notify",
    "Restart": "on-failure",
    "NRestarts": "0",
    "Result": "success",
    "ActiveEnterTimestamp": "Wed 2026-11-25 02:00:01 UTC",
    "ExecMainStartTimestamp": "Wed 2026-11-25 02:00:00 UTC",
    "ExecMainExitTimestamp": "",
    "ExecMainStatus": "0",
    "WantedBy": "multi-user.target",
    "TriggeredBy": "",
    "NeedDaemonReload": "no",
}
ONESHOT = {
    "Type": "oneshot",
    "Restart": "no",
    "ActiveState": "inactive",
    "SubState": "dead",
    "ExecMainExitTimestamp": "Wed 2026-11-25 02:00:09 UTC",
}
CRASHING = {"ActiveState": "activating", "SubState": "auto-restart", "NRestarts": "41", "Result": "exit-code", "ExecMainStatus": "1"}


def stand_in(world: World, script: str) -> None:
    """A program named systemctl, found before any other."""
    program = world.folder / "systemctl"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    world.runner.environ["PATH"] = f"{world.folder}:{world.runner.environ.get('PATH', '')}"


def recorded(changes: dict[str, str], **args: t.Any) -> t.Callable[[World], dict[str, t.Any]]:
    def arrange(world: World) -> dict[str, t.Any]:
        lines = "".join(f"{name}={value}\n" for name, value in {**DAEMON, **changes}.items())
        stand_in(world, f"cat <<'END'\n{lines}END")
        return {"unit": "payments.service", **args}

    return arrange


def scripted(script: str) -> t.Callable[[World], dict[str, t.Any]]:
    def arrange(world: World) -> dict[str, t.Any]:
        stand_in(world, script)
        return {"unit": "payments.service", "timeout": "2s"}

    return arrange


def not_booted(world: World) -> dict[str, t.Any]:
    """The real systemctl where this machine has one and is not run by systemd, else what it says there."""
    if pathlib.Path("/run/systemd/system").exists() or world.runner.which("systemctl") is None:
        stand_in(world, 'echo "System has not been booted with systemd as init system (PID 1). Can\'t operate." >&2; exit 1')
    return {"unit": "payments.service"}


def no_systemctl(world: World) -> dict[str, t.Any]:
    world.runner.which = lambda name: None  # type: ignore[method-assign] # what the test stands in for
    return {"unit": "payments.service"}


ROWS = [
    Row(
        "systemd_unit",
        "recorded: an enabled daemon that runs",
        recorded({}),
        "pass",
        r"is active \(running\) for .*; payments.service is enabled",
    ),
    Row(
        "systemd_unit",
        "recorded: a oneshot whose last run succeeded",
        recorded(ONESHOT),
        "pass",
        "the last run of payments.service succeeded",
    ),
    Row(
        "systemd_unit",
        "recorded: the passive node of a cluster",
        recorded({"ActiveState": "inactive", "SubState": "dead", "UnitFileState": "disabled"}, kind="standby", enabled=False),
        "pass",
        "ready as a standby",
    ),
    Row(
        "systemd_unit",
        "recorded: the daemon has failed",
        recorded({"ActiveState": "failed", "SubState": "failed", "Result": "oom-kill"}),
        "fail",
        "has failed: it was killed because memory ran out",
    ),
    Row(
        "systemd_unit",
        "recorded: it crashes and is restarted for ever",
        recorded(CRASHING),
        "fail",
        "keeps ending and is being restarted .41 times",
    ),
    Row(
        "systemd_unit",
        "recorded: the unit does not exist",
        recorded({"LoadState": "not-found", "ActiveState": "inactive", "SubState": "dead", "UnitFileState": "", "WantedBy": ""}),
        "fail",
        "payments.service does not exist on this host",
    ),
    Row(
        "systemd_unit",
        "recorded: masked",
        recorded({"LoadState": "masked", "UnitFileState": "masked", "ActiveState": "inactive"}),
        "fail",
        "masked",
    ),
    Row(
        "systemd_unit",
        "recorded: runs but is not enabled",
        recorded({"UnitFileState": "disabled"}),
        "fail",
        "is disabled: it does not come back",
    ),
    Row(
        "systemd_unit",
        "recorded: was not restarted by the deployment",
        recorded({"ActiveEnterTimestamp": "Tue 2025-11-25 02:00:01 UTC"}, since="2025-11-25T03:00:00Z"),
        "fail",
        "before the deployment at 2025-11-25T03:00:00Z",
    ),
    Row(
        "systemd_unit",
        "recorded: restarted by systemd since the deployment",
        recorded({"ActiveEnterTimestamp": "Tue 2025-11-25 02:00:01 UTC", "NRestarts": "3"}, since="2025-11-25T01:00:00Z"),
        "fail",
        "restarted by systemd 3 times, the limit is 0",
    ),
    Row(
        "systemd_unit",
        "recorded: the last run of a oneshot failed",
        recorded({**ONESHOT, "Result": "exit-code", "ExecMainStatus": "3"}),
        "fail",
        "the last run of payments.service failed: it ended with exit code 3",
    ),
    Row("systemd_unit", "recorded: no restart after a crash", recorded({"Restart": "no"}), "warn", "not restarted after a crash"),
    Row("systemd_unit", "the host is not run by systemd", not_booted, "unknown", "not run by systemd"),
    Row("systemd_unit", "systemctl is not there", no_systemctl, "unknown", "systemctl is not installed"),
    Row("systemd_unit", "systemctl does not answer", scripted("sleep 60"), "unknown", "did not end within"),
    Row("systemd_unit", "systemctl prints garbage", scripted("head -c 4096 /dev/urandom"), "unknown", "something else than the properties"),
    Row(
        "systemd_unit",
        "the bus refuses",
        scripted("echo 'Failed to connect to bus: Permission denied' >&2; exit 1"),
        "unknown",
        "cannot ask systemd about payments.service: Failed to connect to bus: Permission denied",
    ),
]
