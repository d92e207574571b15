# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuses an ansible-core that is too old, before anything is imported that its Python may not understand."""

from __future__ import annotations

from ansible.errors import AnsibleError
from ansible.release import __version__

OLDEST, PYTHON = (2, 16), (3, 10)

if tuple(int(part) for part in __version__.split(".")[:2]) < OLDEST:
    core, python = (".".join(str(part) for part in version) for version in (OLDEST, PYTHON))
    raise AnsibleError(
        f"operability.readiness needs ansible-core {core} or newer, on Python {python} or newer, and this is {__version__}: "
        f"pip install 'ansible-core>={core}'"
    )
