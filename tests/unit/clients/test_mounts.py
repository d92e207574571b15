# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""mounts: on what a path lies."""

from __future__ import annotations

from ansible_collections.operability.readiness.plugins.module_utils._clients.mounts import mount_of, points

KNOWN = """\
21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro
40 21 8:2 / /var/log rw,relatime shared:2 - xfs /dev/sda2 ro
41 21 8:3 / /srv/my\\040logs ro,nosuid - ext4 /dev/sda3 rw
42 21 8:3 / /srv/app rw - ext4 /dev/sda3 rw
43 21 8:3 / /srv/app ro - ext4 /dev/sda3 rw
44 40 8:1 /x/app.log /var/log/app.log rw - ext4 /dev/sda1 rw
x
"""


def seen(path: str) -> tuple[str, bool]:
    """Where the mount is, and whether nothing may be written there."""
    mount = mount_of(path, KNOWN)
    assert mount is not None
    return mount.point, mount.read_only


def test_mounts() -> None:
    assert seen("/etc/passwd") == ("/", False), "remount-ro is what it would do"
    assert seen("/var/log/a/b") == ("/var/log", True)
    assert seen("/var/logs") == ("/", False)
    assert seen("/srv/my logs/a") == ("/srv/my logs", True)
    assert seen("/srv/app") == ("/srv/app", True), "the later one"
    assert seen("/var/log/app.log") == ("/var/log/app.log", False)
    assert mount_of("/x", "") is None


def test_points() -> None:
    remote = "50 21 0:50 / /srv/far rw - nfs4 far:/ rw\n51 21 0:51 / /srv/fuse rw - fuse.sshfs far: rw\n"
    assert points(KNOWN + remote) == ["/", "/var/log", "/srv/my logs", "/srv/app", "/srv/app", "/var/log/app.log"]
