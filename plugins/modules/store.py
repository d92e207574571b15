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
      - SHA-256 by name, empty for a file that must not be there; by pattern, that of the sorted names. If one differs, nothing is written.
    type: dict
    default: {}
  aside:
    description:
      - Other names of files that are put aside, by name.
    type: dict
    default: {}
  mode:
    description:
      - Permissions of the files that are written; with O(below), as far as the umask allows them.
    type: str
    default: "0644"
  below:
    description:
      - The folder of all records. O(folder) lies below it, no symbolic link may lead out of either, and nobody may enter O(folder) who may
        not read its files.
    type: path
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
unread:
  description: Why files could not be read that are there, by name - the number of the fault, and words.
  returned: success
  type: dict
waited:
  description: What was waited for, where it took long.
  returned: success
  type: list
  elements: str
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
            "aside": {"type": "dict", "default": {}},
            "mode": {"type": "str", "default": "0644"},
            "below": {"type": "path"},
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
    waited: list[str] = []
    folder = Folder(params["folder"], mode=int(params["mode"], 8), below=params["below"], waiting=waited.append)
    result: dict[str, t.Any] = {"changed": False}
    if not params["create"] and not folder.path.is_dir():
        raise NotWritten(f"the folder {folder.path} does not exist")
    if (params["write"] or params["remove"] or params["aside"]) and not check_mode:
        try:
            content = {name: base64.b64decode(text, validate=True) for name, text in params["write"].items()}
        except (binascii.Error, TypeError, ValueError):
            raise ValueError("write: expected Base64") from None
        before = {name: _seen(folder, name) for name in (*content, *params["remove"])}
        try:
            folder.change(params["expect"], content, params["remove"], params["aside"])
            result["changed"] = bool(params["aside"])
        except Changed as exc:
            result["changed_meanwhile"] = str(exc)
        result["changed"] = result["changed"] or any(_seen(folder, name) != known for name, known in before.items())
    read: dict[str, str] = {}
    unread: dict[str, list[t.Any]] = {}
    for name in _matching(folder, params["read"]):
        try:
            found = folder.read(name)
        except OSError as exc:
            unread[name] = [exc.errno or 0, exc.strerror or str(exc)]
            continue
        if found is not None:
            read[name] = base64.b64encode(found).decode()
    return {**result, "files": read, "unread": unread, "waited": waited, "names": _matching(folder, params["list"])}


def _seen(folder: Folder, name: str) -> str:
    try:
        return digest(folder.read(name))
    except OSError as exc:  # what is no file may be put aside
        return str(exc)


def _matching(folder: Folder, patterns: t.Sequence[str]) -> list[str]:
    return list(dict.fromkeys(name for pattern in patterns for name in folder.names(pattern)))


if __name__ == "__main__":
    main()
