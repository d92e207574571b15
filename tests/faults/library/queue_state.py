# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module of a user's own that never gets to answer."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule, missing_required_lib


def main() -> None:
    module = AnsibleModule(argument_spec={"how": {"type": "str", "choices": ["breaks", "lacks", "fails"]}}, supports_check_mode=True)
    if module.params["how"] == "breaks":
        raise RuntimeError("the queue has no end")
    if module.params["how"] == "lacks":
        module.fail_json(msg=missing_required_lib("queuelib"))
    module.fail_json(msg="the queue cannot be opened")


if __name__ == "__main__":
    main()
