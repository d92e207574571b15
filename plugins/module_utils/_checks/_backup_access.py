# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options by which the backups of each tool are found and opened. PRIVATE to the collection."""

from __future__ import annotations

from .._argspec import Spec

RESTIC: Spec = {
    "repository": {"type": "str"},
    "password_file": {"type": "path", "no_log": False},
    "password": {"type": "str", "no_log": True},
    "environment": {"type": "dict", "no_log": True},
    "config": {"type": "path"},
    "profile": {"type": "str"},
    "paths": {"type": "list", "elements": "str"},
    "host": {"type": "str"},
    "tags": {"type": "list", "elements": "str"},
    "binary": {"type": "str", "default": "restic"},
}
BORG: Spec = {
    "repository": {"type": "str"},
    "config": {"type": "path"},
    "password_file": {"type": "path", "no_log": False},
    "password": {"type": "str", "no_log": True},
    "environment": {"type": "dict", "no_log": True},
    "binary": {"type": "str", "default": "borg"},
    "archive_prefix": {"type": "str"},
    "glob_archives": {"type": "str"},
    "host": {"type": "str"},
}
PGBACKREST: Spec = {
    "stanza": {"type": "str", "required": True},
    "config": {"type": "path"},
    "repo": {"type": "int"},
    "binary": {"type": "str", "default": "pgbackrest"},
    "environment": {"type": "dict", "no_log": True},
}
BARMAN: Spec = {
    "barman_server": {"type": "str", "required": True},
    "config": {"type": "path"},
    "binary": {"type": "str", "default": "barman"},
    "environment": {"type": "dict", "no_log": True},
}
MARIADB: Spec = {
    "path": {"type": "path"},
    "pattern": {"type": "list", "elements": "str"},
    "time_zone": {"type": "str"},
    "verify_max_bytes": {"type": "str", "default": "2GiB"},
}
FILE: Spec = {
    "pattern": {"type": "list", "elements": "str"},
    "path": {"type": "path"},
}

__all__ = ("BARMAN", "BORG", "FILE", "MARIADB", "PGBACKREST", "RESTIC")
