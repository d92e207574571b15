#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: attestation
short_description: Verify that a dated statement of a person counts
version_added: 0.3.0
description:
  - For what no machine can observe, such as a training, a handover, or the rehearsal of the way back. It counts where somebody who may has
    stated it, on a day that is not to come, with evidence whose content is what it was then, for this version where it has to be, and where
    it has neither ended nor lasts longer than it may. All else is C(fail).
  - A negative statement is C(fail), with its reason, whoever made it and however long ago.
  - Evidence that cannot be looked at (no right to read it, no answer, a page of login), and a version that nobody names, is C(unknown).
  - The finding says V(attested) as its proof, and V(valid_until), the end of the statement, after which it does not count any more.
  - Within a gate the statements stand under C(attestations) of a file that operations owns. See docs/attestations.md.
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._http
  - operability.readiness._check
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
  - operability.readiness._pages
options:
  statement:
    description:
      - What is stated, in a sentence.
    type: str
    required: true
  result:
    description:
      - Whether it is so.
    type: str
    required: true
    choices: [positive, negative]
  attested_by:
    description:
      - The name or the role of whoever states it, as it stands in O(attesters). Compared letter by letter.
    type: str
    required: true
  attesters:
    description:
      - Who may state it. Without the option anybody may, with an empty list nobody.
    type: list
    elements: str
  date:
    description:
      - The day on which it was stated, as V(2026-11-20), in any time zone.
    type: str
    required: true
  until:
    description:
      - The last day (UTC) on which it counts.
    type: str
    required: true
  max_validity:
    description:
      - How long after O(date) it may last at most, as a duration.
    type: str
    default: 90d
  version:
    description:
      - The version for which it was stated. It then counts for no other.
    type: str
  for_version:
    description:
      - The version that is deployed.
    type: str
  of_version:
    description:
      - Whether it counts only for the version that it names.
    type: bool
    default: false
  evidence:
    description:
      - What shows it. A positive statement needs some.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description:
          - A file on the controller, in O(folder) or below it, that no link leads to.
        type: path
      url:
        description:
          - A page. What answers must have the digest, so name what does not change, such as an attachment.
          - It is asked without credentials, unless its host is one of O(link_hosts). Link-local addresses are never asked.
        type: str
      sha256:
        description:
          - The SHA-256 of the content, in hexadecimal digits.
        type: str
        required: true
  folder:
    description:
      - The folder in which evidence lies. Without it, that of each file.
    type: path
  link_hosts:
    description:
      - The hosts (or host:port) of evidence that get the credentials.
    type: list
    elements: str
    default: []
seealso:
  - module: operability.readiness.backup_restore
  - module: operability.readiness.command
"""

EXAMPLES = r"""
- name: Operations has accepted the handover of this version
  operability.readiness.attestation:
    statement: the handover of 1.5.0 was held, and nothing is open
    result: positive
    attested_by: head-of-operations
    attesters: [head-of-operations]
    date: "2026-11-20"
    until: "2027-01-31"
    version: 1.5.0
    for_version: "{{ payments_version }}"
    of_version: true
    evidence:
      - path: /srv/operations/evidence/payments-handover.pdf
        sha256: 8c6f0d5d5cb0a4a0b9a3b0d3a0b04f6e4bb7f1d0c4f5a5e7b2a1c9d8e7f60514
    folder: /srv/operations/evidence
"""

RETURN = r"""
finding:
  description: The finding.
  returned: always
  type: dict
  sample:
    check: attestation
    status: fail
    proof: attested
    message: "what head-of-operations stated on 2026-11-20 does not count: it is for version 1.4.0, this is 1.5.0"
    observed:
      {statement: "the handover was held", result: positive, attested_by: head-of-operations, date: "2026-11-20", until: "2027-01-31",
        version: 1.4.0, evidence: []}
    expected: {attesters: [head-of-operations], version: 1.5.0, max_validity_seconds: 7776000}
findings:
  description: The same, in a list.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import attestation


def main() -> None:
    run_alone("attestation", attestation)


if __name__ == "__main__":
    main()
