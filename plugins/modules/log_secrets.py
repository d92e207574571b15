#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: log_secrets
short_description: Verify that a log carries no password, key, token or card number
version_added: 0.3.0
description:
  - Looks through a sample of a log for keys and tokens of some hundred providers, JSON web tokens, bearer tokens and session cookies,
    passwords in addresses, behind names that say so, and where SQL, a command or a protocol is given one, private keys (also spread over
    lines), and card numbers with a valid checksum. Colours are taken away, and what is escaped is looked at as it is meant too.
  - A file of up to 16 MiB is looked at whole, unless O(sample_lines) is less than its default.
  - What was found is never shown, anywhere. The finding has its family, the file, the line, and a fingerprint.
  - What is masked, empty, a placeholder, a reference to where a secret lies, a hash, a UUID or an example of documentation is no secret.
  - A secret is C(fail). With O(mode=report) it is C(warn), for the time in which an organisation goes through what its logs have.
  - It is C(unknown) when the log is not there, may not be read, has no line yet, or is no text in lines.
  - It is C(warn) when nothing was found, and a part that had to be looked at could not be read.
  - The fingerprint of a secret is the same on each host for the same O(service) and O(fingerprint_key). It is short, and made slowly,
    where a person may have made the secret, or where there are not many of its kind, so that it fits many values and tells none. Only
    500 of these in a log have one.
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._check
  - operability.readiness._log_source
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
options:
  identifiers:
    description:
      - Numbers of persons and accounts that are looked for too, each by the digits with which it proves itself.
      - V(nir) of French social security, V(iban) of bank accounts, V(ahv) of Swiss and V(nrn) of Belgian persons, V(dni) (and NIE) of
        Spanish persons, V(codice_fiscale) of Italian persons.
    type: list
    elements: str
    choices: [ahv, codice_fiscale, dni, iban, nir, nrn]
    default: []
  allowed:
    description:
      - Fingerprints, as a finding has them, of what somebody has looked at and found to be no secret.
    type: list
    elements: str
    default: []
  mode:
    description:
      - Whether a secret is C(fail), or for the time being C(warn).
    type: str
    choices: [enforce, report]
    default: enforce
  service:
    description:
      - The name of the service, with which fingerprints are made. The same secret of two services has two, unless its fingerprint is
        short and there is no O(fingerprint_key).
    type: str
    default: ""
  fingerprint_key:
    description:
      - Any long text that only the organisation has, with which fingerprints are made. With it they are long for all secrets, and nobody
        without it can try values. Another key makes other fingerprints.
    type: str
notes:
  - The default of O(timeout) is 2 minutes.
seealso:
  - module: operability.readiness.log_format
"""

EXAMPLES = r"""
- name: The log of the service carries no secret
  operability.readiness.log_secrets:
    path: /var/log/payments/app.log
    service: payments
  become: true

- name: Neither does its journal, nor numbers of persons
  operability.readiness.log_secrets:
    unit: payments.service
    service: payments
    identifiers: [nir, iban]
  become: true

- name: Begin with what is there, and have somebody look at it
  operability.readiness.log_secrets:
    path: /var/log/payments/app.log
    service: payments
    mode: report
    allowed:
      - card_number:3f9
  become: true
"""

RETURN = r"""
finding:
  description: What was found.
  returned: always
  type: dict
  sample:
    check: log_secrets
    status: fail
    message: github_token in /var/log/payments/app.log, line 812 (fingerprint github_token:3f9a2c81ab) (and 1 more)
    details:
      - github_token in /var/log/payments/app.log, line 812 (fingerprint github_token:3f9a2c81ab)
      - password in /var/log/payments/app.log.1, line 40, 12 times in all (fingerprint password:9b0)
    observed:
      log: /var/log/payments/app.log
      lines: 9412
      size_bytes: 1843000
      everything: true
      families: {github_token: 1, password: 1}
      secrets:
        - family: github_token
          file: /var/log/payments/app.log
          line: 812
          place: line 812
          times: 1
          fingerprint: github_token:3f9a2c81ab
        - family: password
          file: /var/log/payments/app.log.1
          line: 40
          place: line 40
          times: 12
          fingerprint: password:9b0
      allowed: 0
      allowed_not_found: []
      numbers_taken_for_no_cards: 0
      not_read: []
    expected: {secrets: 0, mode: enforce}
    measurements:
      - {name: log_secrets, value: 2.0, limit: 0.0, bound: upper, count: true}
    proof: observed
findings:
  description: The same finding, in a list.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import log_secrets


def main() -> None:
    run_alone("log_secrets", log_secrets)


if __name__ == "__main__":
    main()
