# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: tls_certificate
short_description: Verify that a server's or a file's certificate is trusted, fits the name and lasts
version_added: 0.1.0
description:
  - Looks at the certificate that a server shows, or at those in a file.
  - C(pass) when a server's certificate is trusted, fits its name, and has more than O(min_days) left; for a file, when each certificate
    in it has.
  - C(warn) when the certificates in a file are not a chain, each issued by the next.
  - C(fail) when a certificate has expired, is not valid yet, ends too soon, is not for the name, or cannot be trusted; also when nothing
    listens there, or what listens does not speak TLS.
  - C(unknown) when the name cannot be resolved, the server asks for a client certificate first, or the file cannot be read.
  - The days left are measured of certificates that are not trusted, too.
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._check
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
options:
  host:
    description:
      - Name or address of the server. One of O(host) and O(path) is required.
    type: str
  port:
    description:
      - Port of the server.
    type: int
    default: 443
  server_name:
    description:
      - Name that the certificate must be for and that is asked for (SNI). It defaults to O(host).
      - With O(path) names are looked at only when it is given.
    type: str
  starttls:
    description:
      - Protocol in which TLS is asked for, where the server does not speak TLS from the start. Mind O(port).
    type: str
    choices: [smtp, imap, postgres]
  path:
    description:
      - A PEM file, which may hold several certificates. The first is the server's own.
      - The issuer of a file's certificates is not verified against O(ca_path).
    type: path
  min_days:
    description:
      - Days that must be left at least.
      - The default is a fifth of the certificate's lifetime, at least 7 (of a lifetime below 28 days, a quarter).
        All certificates of a file have the limit of its first.
    type: float
  ca_path:
    description:
      - PEM file (or folder, as OpenSSL has them) of the certification authorities to trust instead of the system's.
    type: path
  validate_certs:
    description:
      - Whether the chain must be trusted and be for the name. With V(false) only dates are looked at.
    type: bool
    default: true
seealso:
  - module: community.crypto.get_certificate
  - module: community.crypto.x509_certificate_info
"""

EXAMPLES = r"""
- name: The certificate of the service is good for another month
  operability.readiness.tls_certificate:
    host: payments.example.org
    min_days: 30
  delegate_to: localhost

- name: So is the one of the database, by an authority of our own
  operability.readiness.tls_certificate:
    host: db1.example.org
    port: 5432
    starttls: postgres
    ca_path: /etc/pki/example-ca.pem

- name: And the one that the message broker reads at its next start
  operability.readiness.tls_certificate:
    path: /etc/rabbitmq/server.pem
    server_name: mq1.example.org
"""

RETURN = r"""
finding:
  description: The finding; the worst of them, where there are several.
  returned: always
  type: dict
  sample:
    check: tls_certificate
    status: fail
    message: the certificate of payments.example.org:443 ends in 5 d 2 h, on 2026-11-30T08:00:00Z; the limit is 18 d
findings:
  description: All findings, each as RV(finding).
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import tls_certificate as check


def main() -> None:
    run_alone("tls_certificate", check)


if __name__ == "__main__":
    main()
