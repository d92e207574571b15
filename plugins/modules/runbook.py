#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: runbook
short_description: Verify that sections, owner, review, links and anchors are there and alive
version_added: 0.1.0
description:
  - Reads a runbook in Markdown, reStructuredText or HTML, from a file or from a URL.
  - "Each section must be there and have content; one that has only TODO, TBD or I(à compléter) counts as empty."
  - "The last review must be younger than O(max_age). It is read from the front matter (C(last_reviewed), C(reviewed), C(last_verified),
    C(revu_le)), from a field of reStructuredText, or from a comment such as C(<!-- reviewed: 2026-11-25 -->). Without any the date of
    the last change in git counts; a clone too shallow to know it is C(unknown)."
  - Links are followed, at most 8 at a time and each distinct address once. Links in code are left out.
  - A page that answers with status 200 and says that it was not found is dead. A login page, status 401, 403, 407 or 429, an untrusted
    certificate, and a link that does not answer in time are C(unknown), because what is behind them cannot be seen.
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._check
  - operability.readiness._http
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
options:
  path:
    description:
      - The file of the runbook.
      - One of O(path) and O(url) is required.
    type: path
  url:
    description:
      - The address of the runbook. An address that answers with the Markdown itself is better than one of a rendered page.
    type: str
  sections:
    description:
      - The sections that must be there.
      - V(symptoms), V(diagnosis), V(mitigation), V(escalation), V(rollback), V(impact), V(restore) and V(start_stop) are known under many
        English and French names, for example V(rollback) also as I(back-out) or I(retour arrière).
      - Any other text must be found in a heading, whatever its case and accents.
    type: list
    elements: str
    default: [symptoms, diagnosis, mitigation, escalation, rollback]
  max_age:
    description:
      - How long ago the last review may be, as a duration.
    type: str
    default: 365d
  owner_required:
    description:
      - Whether an owner must be named in the front matter (C(owner), C(responsable), C(team), or else C(author)).
    type: bool
    default: true
  executed_by_other:
    description:
      - Whether C(executed_by) in the front matter must name somebody other than C(author).
    type: bool
    default: false
  check_links:
    description:
      - Whether relative links and anchors must exist, and HTTP links must answer and have the anchor that is linked to.
    type: bool
    default: true
  link_timeout:
    description:
      - How long a link may take to answer, as a duration.
    type: str
    default: 10s
  link_hosts:
    description:
      - Hosts (C(host) or C(host:port)) whose links are asked with the credentials and O(headers) of this task, for example a wiki that
        needs a login. Of all others only the host of O(url) gets them.
    type: list
    elements: str
    default: []
  ignore_links:
    description:
      - Links that are not followed, as patterns of file names, for example V(https://*.internal.example/*).
      - Links with a variable in them, such as C({{ host }}), are never followed.
    type: list
    elements: str
    default: []
  soft_404:
    description:
      - A page that has one of these texts in its title or a main heading, or that says little else, is not an answer, whatever its status.
    type: list
    elements: str
    default:
      - not found
      - page doesn't exist
      - does not exist
      - no longer exists
      - introuvable
      - non trouvée
      - n'existe pas
      - n'existe plus
  login_page:
    description:
      - A short page that has one of these texts in its title or a main heading is a login page. One that asks for a password is, too.
    type: list
    elements: str
    default:
      - sign in
      - log in
      - login
      - single sign-on
      - authentication required
      - connexion
      - se connecter
      - connectez-vous
      - identifiez-vous
      - authentification
requirements:
  - PyYAML, for runbooks with a front matter
"""

EXAMPLES = r"""
- name: The runbook is complete, reviewed within half a year, and its links lead somewhere
  operability.readiness.runbook:
    path: docs/runbook.md
    max_age: 180d
  delegate_to: localhost
  run_once: true

- name: The runbook in the wiki, which needs a token
  operability.readiness.runbook:
    url: https://wiki.payments.example/raw/runbook.md
    bearer_token: "{{ wiki_token }}"
    sections: [symptoms, diagnosis, escalation, "Plan de reprise"]
    ignore_links:
      - https://grafana.payments.example/*
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
finding:
  description: The finding, the worst where there are several.
  returned: always
  type: dict
  sample:
    check: runbook
    status: fail
    message: "the runbook docs/runbook.md: the section rollback is missing (and 1 more)"
    instance: docs/runbook.md
    details:
      - the section rollback is missing
      - "line 42: the link is dead: https://wiki.payments.example/old answers with status 404"
findings:
  description: Every finding.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import runbook


def main() -> None:
    run_alone("runbook", runbook)


if __name__ == "__main__":
    main()
