# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: flow
short_description: Verify that a declared flow (TCP, TLS, DNS) opens from each host, or stays closed
version_added: 0.1.0
description:
  - Connects from the host on which it runs, as a program on it would, to every address of the name; sends nothing but a TLS handshake.
  - C(pass) when every address opens within O(connect_timeout); for O(closed), when none does.
    An IPv6 address to which this host has no route does not count where another one opens.
  - C(warn) when one address opens and another does not, when the connection is closed again at once (a forwarder accepts it for a server
    that is not there), and when the name is resolved more slowly than O(connect_timeout).
  - C(fail) when the name cannot be resolved, or no address opens. Told apart are a connection that is refused (nothing listens there),
    one that is not answered (a firewall drops it), an address that is unreachable, one without a route, and TLS that fails.
    For O(closed), when any address opens.
  - C(unknown) for O(closed), when the name cannot be resolved; when the server ends the TLS handshake because it may want a client
    certificate; and when O(ca_path) cannot be read.
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._check
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
options:
  to:
    description:
      - Where the flow leads, as V(ldap.example.org:636) or V([2001:db8::1]:636). For O(protocol=dns) the name alone, V(ldap.example.org).
    type: str
    required: true
  protocol:
    description:
      - V(tcp) opens a connection, V(tls) then shakes hands and looks at the certificate.
      - V(dns) resolves the name as programs of the host do, which includes C(/etc/hosts).
    type: str
    choices: [tcp, tls, dns]
    default: tcp
  closed:
    description:
      - Whether the flow must stay closed. A connection that is refused or not answered is then what is wanted. TLS is not tried.
      - With O(protocol=dns) the name must not resolve; that no name server answers is no proof of it.
    type: bool
    default: false
  connect_timeout:
    description:
      - How long one address may take to answer, as a duration. A TLS handshake may take as long again.
    type: str
    default: 3s
  expect:
    description:
      - With O(protocol=dns), the addresses to which the name must resolve, and to no other.
    type: list
    elements: str
    default: []
  server_name:
    description:
      - With O(protocol=tls), the name that the certificate must be for and that is asked for (SNI). It defaults to the host in O(to).
    type: str
  ca_path:
    description:
      - With O(protocol=tls), PEM file (or folder, as OpenSSL has them) on the host of the certification authorities to trust instead of
        the system's.
    type: path
  validate_certs:
    description:
      - With O(protocol=tls), whether the certificate must be trusted and be for the name.
    type: bool
    default: true
seealso:
  - module: ansible.builtin.wait_for
  - module: operability.readiness.tls_certificate
"""

EXAMPLES = r"""
- name: The application reaches its directory over TLS
  operability.readiness.flow:
    to: ldap.example.org:636
    protocol: tls
    ca_path: /etc/pki/example-ca.pem

- name: It does not reach the database of another service
  operability.readiness.flow:
    to: db.other.example.org:5432
    closed: true

- name: It resolves the name of the broker to its virtual address
  operability.readiness.flow:
    to: broker.example.org
    protocol: dns
    expect: [192.0.2.10]
"""

RETURN = r"""
finding:
  description: The finding; the worst of them, where there are several.
  returned: always
  type: dict
  sample:
    check: flow
    status: fail
    message: >-
      ldap.example.org:636 cannot be used: 192.0.2.7 does not answer within 3 s: a firewall drops it, or the machine is down or overloaded
findings:
  description: All findings, each as RV(finding).
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import flow as check


def main() -> None:
    run_alone("flow", check)


if __name__ == "__main__":
    main()
