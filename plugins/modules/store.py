#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: store
short_description: Read and write the records of services on a host
version_added: 0.2.0
description:
  - Reads, lists, writes and removes files in one folder, together, under a lock, and only if what was read before is still the same.
  - M(operability.readiness.gate) and M(operability.readiness.publish) use it where they are delegated to another host, so that records and
    metrics live there. There is no need to call it.
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._attributes
options:
  folder:
    description:
      - The folder. Names are relative to it, and stay within it.
    type: path
    required: true
  read:
    description:
      - Names or patterns of files whose content is returned.
    type: list
    elements: str
    default: []
  list:
    description:
      - Patterns of files whose names are returned.
    type: list
    elements: str
    default: []
  write:
    description:
      - Contents by name, in Base64. Each file is replaced whole.
    type: dict
    default: {}
  remove:
    description:
      - Names of files that are removed if they are there.
    type: list
    elements: str
    default: []
  expect:
    description:
      - SHA-256 by name, empty for a file that must not be there. If one differs, nothing is written.
    type: dict
    default: {}
  create:
    description:
      - Whether the folder is made where it is missing.
    type: bool
    default: true
attributes:
  check_mode:
    support: full
    details:
      - In check mode nothing is written or removed.
  diff_mode:
    support: none
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Read the state of a service where records live
  operability.readiness.store:
    folder: /var/lib/readiness/payments/production
    read:
      - state.json
  delegate_to: records1
"""

RETURN = r"""
files:
  description: Contents by name, in Base64.
  returned: success
  type: dict
names:
  description: Names of the files that O(list) found, oldest first.
  returned: success
  type: list
  elements: str
changed_meanwhile:
  description: Which file was not what O(expect) said. Nothing was written then.
  returned: when a file differs
  type: str
"""

import base64
import binascii
import typing as t

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._files import NotWritten
from ..module_utils._store import Changed, Folder, digest


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "folder": {"type": "path", "required": True},
            "read": {"type": "list", "elements": "str", "default": []},
            "list": {"type": "list", "elements": "str", "default": []},
            "write": {"type": "dict", "default": {}},
            "remove": {"type": "list", "elements": "str", "default": []},
            "expect": {"type": "dict", "default": {}},
            "create": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
        no_log=True,  # whole files are too long a line for the host's system log
    )
    try:
        module.exit_json(**work(module.params, check_mode=module.check_mode))
    except (NotWritten, ValueError) as exc:
        module.fail_json(msg=str(exc))
    except OSError as exc:
        module.fail_json(msg=f"{exc.filename or module.params['folder']} cannot be read: {exc.strerror or exc}")


def work(params: t.Mapping[str, t.Any], *, check_mode: bool) -> dict[str, t.Any]:
    folder = Folder(params["folder"])
    result: dict[str, t.Any] = {"changed": False}
    if not params["create"] and not folder.path.is_dir():
        raise NotWritten(f"the folder {folder.path} does not exist")
    if (params["write"] or params["remove"]) and not check_mode:
        try:
            content = {name: base64.b64decode(text, validate=True) for name, text in params["write"].items()}
        except (binascii.Error, TypeError, ValueError):
            raise ValueError("write: expected Base64") from None
        before = {name: digest(folder.read(name)) for name in (*content, *params["remove"])}
        try:
            folder.change(params["expect"], content, params["remove"])
        except Changed as exc:
            result["changed_meanwhile"] = str(exc)
        result["changed"] = any(digest(folder.read(name)) != known for name, known in before.items())
    read = {}
    for pattern in params["read"]:
        for name in folder.names(pattern):
            found = folder.read(name)
            if found is not None:
                read[name] = base64.b64encode(found).decode()
    names: list[str] = []
    for pattern in params["list"]:
        names += [name for name in folder.names(pattern) if name not in names]
    return {**result, "files": read, "names": names}


if __name__ == "__main__":
    main()
