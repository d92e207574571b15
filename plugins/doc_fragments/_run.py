# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options of the actions that work on a service: verify, gate, plan."""

    DOCUMENTATION = r"""
options:
  service_file:
    description:
      - The file that describes the service. A relative path is looked for beside the playbook.
      - An option of this list that is not set is taken from the variable of the same name with C(readiness_) before it.
    type: path
    default: readiness.yml
  organisation_file:
    description:
      - The file of what all services of the organisation share.
    type: path
  phase:
    description:
      - V(design) needs no host; V(pre) is before a deployment, V(post) just after it, V(recheck) any later time.
    type: str
    required: true
    choices: [design, pre, post, recheck]
  environment:
    description:
      - Name of the environment. Records and metrics are kept apart by it.
    type: str
    default: production
  version:
    description:
      - The version that is being deployed, and that must answer afterwards.
    type: str
  deployment_id:
    description:
      - What ties V(pre) and V(post) of one deployment together.
    type: str
  ticket:
    description:
      - The change ticket, for the record.
    type: str
  window:
    description:
      - The change window. A silence may last until its end.
    type: dict
    suboptions:
      start:
        description: Begin, ISO 8601.
        type: str
      end:
        description: End, ISO 8601.
        type: str
  first_deployment:
    description:
      - Whether the service has never been deployed before. What cannot exist yet is then not due at V(pre) and decides at V(post).
    type: bool
    default: false
  mode:
    description:
      - V(observe) never fails the play, V(enforce) fails it on NO-GO and UNDETERMINED.
      - The files say it where this does not; they default to V(observe).
    type: str
    choices: [observe, enforce]
  records:
    description:
      - Folder on the controller where run records and the state of services live.
      - Default is C(operability.readiness) in the user's state folder (C($XDG_STATE_HOME) or C(~/.local/state)).
    type: path
"""
