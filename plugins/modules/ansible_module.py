#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ansible_module
short_description: Verify that the result of any Ansible module meets your conditions
version_added: 0.2.0
description:
  - Runs a module on the host as a task would (its connection, become, variables, an action plugin of the same name) and evaluates
    conditions over its result. The way out for what no other check looks at.
  - The module runs in check mode, so that it changes nothing, unless O(read_only=true) says that it only looks. A module that cannot run in
    check mode is C(unknown), with what to do. Modules that ignore check mode cannot be held back; do not name those.
  - A condition that is false is C(fail), one that cannot be evaluated is C(unknown).
  - A module that fails is C(fail), unless a condition is about that itself (C(result.failed), C(result is failed), C(result.rc)). A module
    that never got to look (wrong arguments, a library that is missing on the host, a crash, a host that cannot be reached) is C(unknown).
  - In a service file the options are those of C(with). There, O(arguments) may be called C(args), as tasks know it.
  - Neither C(module_defaults) nor C(async) reach the module. Modules that steer a play (C(set_fact), C(include_vars), C(pause) and their
    like) are refused.
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._check
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
options:
  module:
    description:
      - Name of the module, with its collection. One that is not there is refused before anything runs.
    type: str
    required: true
  arguments:
    description:
      - Arguments of the module.
      - Values whose key says that they are secret (password, token, ...) are removed from findings. O(no_log) hides the rest.
    type: dict
    default: {}
    aliases: [args]
  expect:
    description:
      - A condition, or a list of them, each a bare Jinja expression as in C(when). RV(ignore:result) is what the module returned, and the
        variables of the host are known by their names.
      - It stands in the file itself. One that comes out of a template is refused, because it could hold what a host said.
      - What the module returned is never treated as a template.
    type: raw
    default: [not result.changed]
  read_only:
    description:
      - Says that the module with these arguments only looks. It then runs outside check mode, even where the play is in check mode.
    type: bool
    default: false
  no_log:
    description:
      - Hides arguments, result and conditions. The finding then says which condition was not met by its number alone.
    type: bool
    default: false
seealso:
  - module: operability.readiness.command
"""

EXAMPLES = r"""
- name: The configuration is as it must be
  operability.readiness.ansible_module:
    module: ansible.builtin.template
    arguments:
      src: payments.conf.j2
      dest: /etc/payments.conf

- name: The queue is empty
  operability.readiness.ansible_module:
    module: ansible.builtin.uri
    arguments:
      url: http://localhost:9090/queue
      return_content: true
    expect:
      - result.status == 200
      - result.json.depth < 10
    read_only: true
"""

RETURN = r"""
finding:
  description: The finding, the worst where there are several.
  returned: always
  type: dict
  sample:
    check: ansible_module
    instance: ansible.builtin.uri
    status: fail
    message: "result.json.depth < 10 is not met: result.json.depth is 17"
    observed: {module: ansible.builtin.uri, check_mode: false, values: {result.status: 200, result.json.depth: 17}}
    expected: {conditions: ["result.status == 200", "result.json.depth < 10"]}
    measurements:
      - {name: json_depth, value: 17.0, limit: 10.0, bound: upper}
findings:
  description: Every finding.
  returned: always
  type: list
  elements: dict
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._argspec import ALONE_SPEC
from ..module_utils._checks.ansible_module import ARGUMENT_SPEC


def main() -> None:
    module = AnsibleModule(argument_spec={**ARGUMENT_SPEC, **ALONE_SPEC}, supports_check_mode=True)
    module.fail_json(msg="ansible_module works on the controller: its action plugin was not found")


if __name__ == "__main__":
    main()
