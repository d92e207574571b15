# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Where the backups of a tool are, and with what it opens them."""

    DOCUMENTATION = r"""
options:
  tool:
    description:
      - The tool that has made the backups.
      - V(restic) and V(borg) need O(repository) or O(config), V(file) and V(mariadb) O(path) or O(pattern), V(pgbackrest) O(stanza),
        V(barman) O(barman_server). What else the tool takes is what its own check takes, under the same name.
    type: str
    required: true
    choices: [restic, file, borg, pgbackrest, barman, mariadb]
  repository:
    description:
      - Where the repository of restic or borg is. A login that is part of it is not shown.
    type: str
  password_file:
    description:
      - File on the host that holds the password of the repository.
    type: path
  password:
    description:
      - Password of the repository. The tool gets it in its environment, never on its command line.
    type: str
  environment:
    description:
      - Environment variables for the tool, such as the credentials of a storage service.
      - Put nothing else here. The values are taken for secrets, and removed from whatever is shown.
    type: dict
  paths:
    description:
      - Consider only the backups that cover these paths.
    type: list
    elements: str
  host:
    description:
      - Consider only the backups of this host.
    type: str
  tags:
    description:
      - Consider only the backups that have all of these tags.
    type: list
    elements: str
  binary:
    description:
      - Name or full path of the tool. Without it the tool is found by its usual name.
    type: str
  config:
    description:
      - The configuration file of the tool, or of its wrapper.
    type: path
  profile:
    description:
      - Which part of O(config) is meant, where it has several.
    type: str
  pattern:
    description:
      - Where files of backups are, as patterns.
    type: list
    elements: str
  path:
    description:
      - The folder in which the backups are.
    type: path
  stanza:
    description:
      - The stanza of pgBackRest.
    type: str
  repo:
    description:
      - The number of the repository of pgBackRest, where it has several.
    type: int
  barman_server:
    description:
      - The server, as barman names it.
    type: str
  archive_prefix:
    description:
      - Consider only the archives of borg whose names begin so.
    type: str
  glob_archives:
    description:
      - Consider only the archives of borg whose names match this pattern.
    type: str
  time_zone:
    description:
      - The time zone of the dates that mariadb-backup writes without one, as the name of one.
    type: str
  verify_max_bytes:
    description:
      - Up to which size a file of a backup is read to its end, as a size such as V(2GiB), where its tool reads single files.
    type: str
"""
