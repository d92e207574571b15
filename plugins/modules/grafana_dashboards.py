#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: grafana_dashboards
short_description: Put dashboards into Grafana through its HTTP API
version_added: 0.2.0
author: The operability.readiness contributors (@operability)
description:
  - Makes a folder in Grafana and saves dashboards in it, over what has their C(uid). Each is read first, and written only where it differs.
  - Asks C(/api/health) before anything else. Needs the rights to read and create folders, and to read and write dashboards in them.
  - A dashboard that Grafana itself reads from provisioning files cannot be saved through the API; Grafana then refuses it.
  - The role P(operability.readiness.observability#role) uses it.
extends_documentation_fragment:
  - operability.readiness._http
  - operability.readiness._attributes
options:
  url:
    description:
      - The address of Grafana, as seen from the host on which the module runs.
    type: str
    required: true
  dashboards:
    description:
      - The dashboards, as Grafana exports them. Each needs a C(uid) and a C(title).
    type: list
    elements: dict
    required: true
  folder_uid:
    description:
      - The C(uid) of the folder.
    type: str
    default: operability
  folder_title:
    description:
      - The title of the folder where it is not there yet. A folder that is there keeps its title.
    type: str
    default: Operability
attributes:
  check_mode:
    support: full
    details:
      - In check mode it reads and writes nothing.
  diff_mode:
    support: none
  idempotent:
    support: full
seealso:
  - module: operability.readiness.publish
"""

EXAMPLES = r"""
- name: Put a dashboard into Grafana
  operability.readiness.grafana_dashboards:
    url: https://grafana.example
    bearer_token: "{{ grafana_token }}"
    dashboards:
      - "{{ lookup('ansible.builtin.file', 'overview.json') | from_json }}"
"""

RETURN = r"""
saved:
  description: Titles of the dashboards that were saved, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: [Portfolio]
folder_made:
  description: Whether the folder was made, or would be in check mode.
  returned: success
  type: bool
version:
  description: The version of Grafana.
  returned: success
  type: str
  sample: 11.2.0
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._argspec import http_spec
from ..module_utils._clients.grafana import Grafana, GrafanaFailure, same
from ..module_utils._http import Connection, OpenUrlHttp


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            **http_spec(url={"required": True}),
            "dashboards": {"type": "list", "elements": "dict", "required": True},
            "folder_uid": {"type": "str", "default": "operability"},
            "folder_title": {"type": "str", "default": "Operability"},
        },
        supports_check_mode=True,
    )
    try:
        module.exit_json(**work(module.params, Grafana(Connection.from_args(module.params), OpenUrlHttp()), check_mode=module.check_mode))
    except GrafanaFailure as exc:
        module.fail_json(msg=str(exc))


def work(params: t.Mapping[str, t.Any], grafana: Grafana, *, check_mode: bool) -> dict[str, t.Any]:
    """What was done. GrafanaFailure."""
    for number, dashboard in enumerate(params["dashboards"]):
        missing = [key for key in ("uid", "title") if not dashboard.get(key)]
        if missing:
            raise GrafanaFailure(f"dashboards.{number}: {' and '.join(missing)} is missing")
    version = grafana.health()
    folder = params["folder_uid"]
    to_make = grafana.folder(folder) is None
    if to_make and not check_mode:
        grafana.make_folder(folder, params["folder_title"])
    saved = []
    for dashboard in params["dashboards"]:
        found = grafana.dashboard(dashboard["uid"])
        if found and same(dashboard, found[0]) and found[1] == folder:
            continue
        if not check_mode:
            grafana.save(dashboard, folder)
        saved.append(str(dashboard["title"]))
    return {"changed": bool(saved) or to_make, "saved": saved, "folder_made": to_make, "version": version}


if __name__ == "__main__":
    main()
