# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Python of a host on which the checks did not run. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import re

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase

from ...module_utils._phrase import Message, phrase

OLDEST = (3, 9)


def too_old(action: ActionBase) -> Message | None:
    """That the Python which the action has just used is too old, in words; None where it is not, or cannot be told.

    Each ansible-core says it in its own way, and some only by a syntax error.
    """
    with contextlib.suppress(AnsibleError):
        interpreter = (action._used_interpreter or "").lstrip("#!")
        if not interpreter:
            return None
        answer = action._low_level_execute_command(f"{interpreter} --version")
        said = f"{answer['stdout']}{answer['stderr']}"  # 2.7 says it on standard error
        found = re.search(r"^Python (\d+)\.(\d+)\S*", said, re.MULTILINE)
        if found and (int(found.group(1)), int(found.group(2))) < OLDEST:
            needed = ".".join(map(str, OLDEST))
            return phrase(
                "they need Python {needed} or newer, {interpreter:path} is {found}; name another one with ansible_python_interpreter",
                needed=needed,
                interpreter=interpreter,
                found=found.group(),
            )
    return None


__all__ = ("OLDEST", "too_old")
