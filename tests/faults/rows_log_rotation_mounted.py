# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of log_rotation: what logrotate cannot rotate where it lies, or as whom it rotates. What is mounted is stood in for."""

from __future__ import annotations

import grp
import os
import pwd
import typing as t

from ansible_collections.operability.readiness.plugins.module_utils._clients import mounts
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from rows_log_rotation import Arguments, Host, rotating
from rows_log_rotation_logrotate import COVERED, row, started
from table import Row, World


class Mounting(Runner):
    """Some more is mounted, as lines of mountinfo say."""

    more = ""

    def read_text(self, path: str, *, max_bytes: int = 16 * 2**20) -> str:
        return super().read_text(path, max_bytes=max_bytes) + (self.more if path == mounts.MOUNTS else "")


def mounted(*lines: str, rule: str = "daily\nrotate 3") -> t.Callable[[World], Arguments]:
    """``{logs}``: the folder of the log."""

    def arrange(world: World) -> Arguments:
        host = rotating(world, rule)
        world.runner = runner = Mounting(environ=host.environment())
        logs = os.path.realpath(host.logs).replace(" ", r"\040")
        runner.more = "".join(line.format(logs=logs) + "\n" for line in lines)
        return host.args()

    return arrange


def confined(**properties: str) -> t.Callable[[World], Arguments]:
    """By the sandbox of its service. ``{folder}``: where its state file lies, and the folder of the log in it."""
    return lambda world: (
        started(None, {name: value.format(folder=world.folder) for name, value in properties.items()})(world)
        | {"logrotate_timer": "logrotate.timer"}
    )


def as_nobody(rule: str, mode: int, *, owner: bool = False) -> t.Callable[[World], Arguments]:
    """The folder is that user's, the log is root's unless said otherwise."""

    def arrange(world: World) -> Arguments:
        host = rotating(world, "daily\nrotate 3\nsu root root")
        host = Host.again(world, f"daily\nrotate 3\nsu nobody {grp.getgrgid(NOBODY.pw_gid).gr_name}\n{rule}")
        host.log.chmod(mode)
        for path in (host.logs, *([host.log] if owner else [])):
            os.chown(path, NOBODY.pw_uid, NOBODY.pw_gid)
        return host.args()

    return arrange


NOBODY = pwd.getpwnam("nobody")
FOLDER = "900 1 8:9 / {logs} rw,relatime shared:9 - ext4 /dev/sdz9 rw,errors=remount-ro"
FILE = "901 900 8:9 /b {logs}/app.log rw,relatime - ext4 /dev/sdz9 rw"
NOT_RENAMED = r"cannot rotate .*: the file itself is a mount point, which cannot be renamed"
READ_ONLY = r"cannot rotate .*: the file system at .*/logs is mounted read-only"
ROWS: list[Row] = [
    row("on a file system of its own", mounted(FOLDER), "pass", COVERED),
    row("beside a file that is a mount point", mounted(FILE.replace("app.log", "app.log.old")), "pass", COVERED),
    row("a mount point itself, by copytruncate", mounted(FILE, rule="daily\nrotate 3\ncopytruncate"), "pass", COVERED),
    row("a mount point itself", mounted(FILE), "fail", NOT_RENAMED),
    row("on a file system that was read-only and is no longer", mounted(FOLDER.replace(" rw", " ro"), FOLDER), "pass", COVERED),
    row("on a file system that is read-only", mounted(FOLDER.replace("/dev/sdz9 rw", "/dev/sdz9 ro")), "fail", READ_ONLY),
    row("in a folder that is mounted read-only", mounted(FOLDER.replace(" rw,rel", " ro,rel")), "fail", READ_ONLY),
    row(
        "on a file system that is read-only, by copytruncate",
        mounted(FOLDER.replace("/dev/sdz9 rw", "/dev/sdz9 ro"), rule="daily\nrotate 3\ncopytruncate"),
        "fail",
        READ_ONLY,
    ),
    row("its service is confined as Debian has it", confined(ProtectSystem="full", ProtectHome="no", PrivateTmp="no"), "pass", COVERED),
    row("its service may write here alone", confined(ProtectSystem="strict", ReadWritePaths="{folder}"), "pass", COVERED),
    row("its service may not write elsewhere", confined(ReadOnlyPaths="/srv", InaccessiblePaths="{folder}/logs2"), "pass", COVERED),
    row(
        "its service may not write at all",
        confined(ProtectSystem="strict"),
        "fail",
        r"logrotate\.service may not write in .*/logs, by ProtectSystem=strict; name it in ReadWritePaths",
    ),
    row("its service may not write here", confined(ReadOnlyPaths="{folder}/logs"), "fail", r"may not write in .*/logs, by ReadOnlyPaths"),
    row(
        "its service may not write its state file",
        confined(ProtectSystem="strict", ReadWritePaths="{folder}/logs"),
        "fail",
        r"may not write in .*, by ProtectSystem=strict",
    ),
    row(
        "its service does not see the folder",
        confined(InaccessiblePaths="-{folder}/logs"),
        "fail",
        r"does not see .*/logs, by InaccessiblePaths",
    ),
    row("as a user who may read it, compressing later", as_nobody("compress\ndelaycompress", 0o644), "pass", COVERED),
    row("as the user whose it is, by copytruncate", as_nobody("copytruncate", 0o600, owner=True), "pass", COVERED),
    row("as a user who need not read it", as_nobody("", 0o600), "pass", COVERED),
    row(
        "as a user who may not read it, compressing",
        as_nobody("compress\ndelaycompress", 0o600),
        "fail",
        r"with compress: .* as nobody \(su\)",
    ),
    row("as a user who may not read it, copying", as_nobody("copy", 0o600), "fail", r"with copy: .* as nobody \(su\)"),
    row("as a user who may not write it, by copytruncate", as_nobody("copytruncate", 0o644), "fail", r"with copytruncate: .* as nobody"),
]
