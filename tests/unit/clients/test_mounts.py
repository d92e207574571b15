# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""mounts: on what a path lies."""

from __future__ import annotations

from ansible_collections.operability.readiness.plugins.module_utils._clients.mounts import Mounted, mount_of, points

KNOWN = """\
21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro
40 21 8:2 / /var/log rw,relatime shared:2 - xfs /dev/sda2 ro
41 21 8:3 / /srv/my\\040logs ro,nosuid - ext4 /dev/sda3 rw
42 21 8:3 / /srv/app rw - ext4 /dev/sda3 rw
43 21 8:3 / /srv/app ro - ext4 /dev/sda3 rw
44 40 8:1 /x/app.log /var/log/app.log rw - ext4 /dev/sda1 rw
x
"""


def test_mounts() -> None:
    assert mount_of("/etc/passwd", KNOWN) == Mounted("/", read_only=False), "remount-ro is what it would do"
    assert mount_of("/var/log/a/b", KNOWN) == Mounted("/var/log", read_only=True)
    assert mount_of("/var/logs", KNOWN) == Mounted("/", read_only=False)
    assert mount_of("/srv/my logs/a", KNOWN) == Mounted("/srv/my logs", read_only=True)
    assert mount_of("/srv/app", KNOWN) == Mounted("/srv/app", read_only=True), "the later one"
    assert mount_of("/var/log/app.log", KNOWN) == Mounted("/var/log/app.log", read_only=False)
    assert mount_of("/x", "") is None


def test_points() -> None:
    remote = "50 21 0:50 / /srv/far rw - nfs4 far:/ rw\n51 21 0:51 / /srv/fuse rw - fuse.sshfs far: rw\n"
    assert points(KNOWN + remote) == ["/", "/var/log", "/srv/my logs", "/srv/app", "/srv/app", "/var/log/app.log"]
