# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""unit_sandbox: what systemd keeps a unit from."""

from __future__ import annotations

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients.unit_sandbox import Kept, kept_from


@pytest.mark.parametrize(
    ("path", "properties", "kept"),
    [
        ("/var/log/app", {}, None),
        ("/var/log/app", {"ProtectSystem": "no", "ProtectHome": "no", "PrivateTmp": "no", "ReadWritePaths": ""}, None),
        ("/var/log/app", {"ProtectSystem": "full", "PrivateTmp": "yes"}, None),
        ("/usr/local/app", {"ProtectSystem": "full"}, Kept("ProtectSystem=full", hidden=False)),
        ("/usr/local/app", {"ProtectSystem": "yes"}, Kept("ProtectSystem=yes", hidden=False)),
        ("/usrlocal/app", {"ProtectSystem": "yes"}, None),
        ("/usr/local/app", {"ProtectSystem": "full", "ReadWritePaths": "-/usr/local/app /x"}, None),
        ("/usr/local/app", {"ProtectSystem": "full", "ReadWritePaths": "/usr"}, None),
        ("/usr/local/app", {"ReadWritePaths": "/usr", "ReadOnlyPaths": "+/usr/local"}, Kept("ReadOnlyPaths", hidden=False)),
        ("/etc/app", {"ProtectSystem": "yes"}, None),
        ("/etc/app", {"ProtectSystem": "full"}, Kept("ProtectSystem=full", hidden=False)),
        ("/var/log/app", {"ProtectSystem": "strict"}, Kept("ProtectSystem=strict", hidden=False)),
        ("/var/log/app", {"ProtectSystem": "strict", "ReadWritePaths": "/var/log"}, None),
        ("/var/log/app", {"ProtectSystem": "strict", "LogsDirectory": "app other"}, None),
        ("/srv/app", {"ProtectSystem": "strict", "BindPaths": "/x:/srv/app:rbind"}, None),
        ("/srv/app", {"BindReadOnlyPaths": "/srv/app"}, Kept("BindReadOnlyPaths", hidden=False)),
        ("/home/app", {"ProtectHome": "yes"}, Kept("ProtectHome=yes", hidden=True)),
        ("/home/app", {"ProtectHome": "yes", "ReadWritePaths": "/home/app"}, Kept("ProtectHome=yes", hidden=True)),
        ("/home/app", {"ProtectHome": "tmpfs", "BindPaths": "/home/app"}, None),
        ("/home/app", {"ProtectHome": "read-only"}, Kept("ProtectHome=read-only", hidden=False)),
        ("/tmp/app", {"PrivateTmp": "yes"}, Kept("PrivateTmp=yes", hidden=True)),
        ("/srv/app/logs", {"InaccessiblePaths": "-/srv/app"}, Kept("InaccessiblePaths", hidden=True)),
    ],
)
def test_what_a_unit_is_kept_from(path: str, properties: dict[str, str], kept: Kept | None) -> None:
    assert kept_from(path, properties) == kept
