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
  service:
    description:
      - Name of the service, for the record of an O(emergency) in which the service file cannot be read. Default is the name of its folder.
    type: str
    version_added: 0.2.0
  organisation_file:
    description:
      - The file of what all services of the organisation share.
    type: path
  phase:
    description:
      - V(design) needs no host; V(pre) is before a deployment, V(post) just after it, V(recheck) any later time.
      - V(smoke) is the quick part of V(post), usable alone after anybody's deployment.
    type: str
    required: true
    choices: [design, pre, post, smoke, recheck]
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
      - What ties V(pre) and V(post) of one deployment together. Default is O(version).
      - The baseline that V(pre) keeps and with which V(post) compares belongs to it; a deployment that begins anew needs one of its own.
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
  scope:
    description:
      - V(service) verifies everything, once at the end of a deployment.
      - V(batch) is quick, for each batch of a rolling deployment (C(serial)) - the checks of the hosts of the batch. It is judged and
        stops the play, and never becomes the service's state.
    type: str
    choices: [service, batch]
    default: service
    version_added: 0.2.0
  settle:
    description:
      - How long what needs time after a deployment may take, for example V(5m). Checks of targets, logs, alerts and endpoints that do not
        pass are repeated until they do or this time is over. One that passed and fails again within it is reported as flapping.
      - Default is C(defaults.settle) of the files, else nothing is repeated. It counts at V(post) and V(smoke).
    type: str
    version_added: 0.2.0
  emergency:
    description:
      - The incident for which this deployment cannot wait, for example V(INC0042). The gate then stops nothing, takes
        a few seconds, records who, why and what it would have said, and asks for the full verification by a due date.
      - It works with a service file that is missing or cannot be parsed, without any server, and with records that cannot be written.
    type: str
    version_added: 0.2.0
  emergency_reason:
    description:
      - Why it cannot wait, for the record.
    type: str
    version_added: 0.2.0
  deployment_kind:
    description:
      - What kind of deployment this is, for the ledger. V(hotfix) and V(rollback) are unplanned, and need O(cause).
    type: str
    choices: [planned, hotfix, rollback]
    default: planned
    version_added: 0.2.0
  cause:
    description:
      - Why there is an unplanned deployment, for example the incident, for the ledger.
    type: str
    version_added: 0.2.0
  records:
    description:
      - Folder on the controller where run records and the state of services live.
      - Default is C(operability.readiness) in the user's state folder (C($XDG_STATE_HOME) or C(~/.local/state)).
    type: path
"""
