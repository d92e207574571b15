#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: testinfra
short_description: Verify that a pytest-testinfra suite of yours, or the one that ships, passes against each host
version_added: 0.2.0
description:
  - Runs tests of yours, written for pytest-testinfra, from the controller against hosts. There is a finding for each test and host; its
    instance is the test's node id without the host, such as C(test_web.py::test_port).
  - C(pass) for a test that passed, also one of which its suite expects that it fails.
  - C(fail) for a test that failed, with the short text of its assertion.
  - C(warn) for a test that fails as its suite expects (C(xfail)), and for one that was skipped where O(allow_skipped) is false.
  - C(not_applicable), which is told and does not count, for a test that was skipped. When every test of a host was skipped, that host is
    C(unknown).
  - C(unknown) for a test that breaks off in its set-up or tear-down, or in which testinfra could not look (a tool or a connection is
    missing); for a file that could not be collected; for a test that had not run when the time was over or pytest died; for the tests of a
    host that cannot be reached; for a host against which no test was run; when no test was collected; and when pytest, pytest-testinfra
    or the suite is missing.
  - What C(pytest.ini) and C(conftest.py) of the suite say holds, but for C(addopts). Nothing is written into its folder.
  - In M(operability.readiness.verify) the tests go to the hosts of the service over the connections of the play (address, port, user, key,
    arguments of ssh, become). pytest-testinfra translates those of ssh, local, docker and lxc itself; other connections, passwords, and
    other ways to become than sudo go through Ansible, which is slower.
  - The tests are trusted to change nothing.
author:
  - The operability.readiness contributors (@operability)
requirements:
  - pytest and pytest-testinfra, on the controller
extends_documentation_fragment:
  - operability.readiness._check
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
options:
  suite:
    description:
      - The tests, each a file or a folder.
      - One of O(suite) and O(expect) is needed.
    type: list
    elements: path
  expect:
    description:
      - What the suite that ships finds on the hosts. Its tests are named C(common::test_port[8080]), C(common::test_unit[NAME]) and so on.
    type: list
    elements: dict
    suboptions:
      hosts:
        description:
          - The hosts of which it is expected. Default is all.
        type: list
        elements: str
      ports:
        description:
          - Ports on which something listens, such as V(8080), V(udp:53) or V(127.0.0.1:8080). Without an address any will do.
        type: list
        elements: str
      units:
        description:
          - Units of systemd that are active and enabled, each a name, or a dict with C(name) and C(enabled=false).
        type: list
        elements: raw
      files:
        description:
          - Files that are there, each a path, or a dict with C(path) and any of C(type) (V(file), V(directory), V(symlink), V(socket),
            V(fifo)), C(mode) (octal, in quotes), C(owner), C(group) and C(contains) (a text).
          - A dict with C(absent=true) is for one that must not be there.
        type: list
        elements: raw
      users:
        description:
          - Users that exist, each a name, or a dict with C(name) and any of C(uid), C(home), C(shell), C(groups).
        type: list
        elements: raw
      packages:
        description:
          - Packages and their versions, or V(installed). V(1.4) fits C(1.4.2-1) too, V(==1.4) fits C(1.4-1) and not C(1.4.2-1).
        type: dict
      versions:
        description:
          - Commands, and the version that each must name in what it says. V(1.4) fits C(1.4.2) too, V(==1.4) does not.
        type: dict
  hosts:
    description:
      - The hosts, as pytest-testinfra names them (V(ssh://deploy@web1), V(local://)); where O(inventory) is given, its hosts and groups.
      - Default is what the suite itself says, else this machine; with O(inventory) all of its hosts.
      - In a service file, inventory patterns of the play. Default there is the hosts of the service.
    type: list
    elements: str
  inventory:
    description:
      - An inventory of Ansible. M(operability.readiness.verify) writes one with the connections of the play, and removes it.
    type: path
  keyword:
    description:
      - Which tests to run, as pytest's C(-k).
    type: str
  markers:
    description:
      - Which tests to run, as pytest's C(-m).
    type: str
  sudo:
    description:
      - Whether commands run as another user by sudo. Hosts that become another user in the play do so here as well.
    type: bool
    default: false
  sudo_user:
    description:
      - That user.
    type: str
  allow_skipped:
    description:
      - Whether tests may be skipped. They are told in any case.
    type: bool
    default: true
  arguments:
    description:
      - Further arguments of pytest. They are not secret.
    type: list
    elements: str
    default: []
  chdir:
    description:
      - Folder in which pytest is started. Default is that of the first suite.
    type: path
  python:
    description:
      - The interpreter that has pytest and pytest-testinfra. Default is the one that runs the check.
    type: str
seealso:
  - name: pytest-testinfra
    description: How tests are written.
    link: https://testinfra.readthedocs.io
"""

EXAMPLES = r"""
- name: The smoke tests pass on both hosts
  operability.readiness.testinfra:
    suite: tests/smoke
    hosts:
      - ssh://deploy@web1
      - ssh://deploy@web2
    keyword: not slow
    timeout: 2m
  delegate_to: localhost

- name: What every host of the service must have
  operability.readiness.testinfra:
    expect:
      - ports: [8080]
        units: [payments.service]
        files:
          - path: /etc/payments/payments.conf
            mode: "0640"
            owner: payments
        users: [payments]
        versions:
          /opt/payments/bin/payments --version: 1.5.0
    inventory: inventory.yml
    hosts: [payments]
  delegate_to: localhost
"""

RETURN = r"""
finding:
  description: The finding; the worst of them, where there are several.
  returned: always
  type: dict
  sample:
    check: testinfra
    instance: "test_web.py::test_port"
    host: web2
    status: fail
    message: "test_web.py::test_port: nothing listens on 8080"
    observed: {outcome: failed, seconds: 0.04}
findings:
  description: All findings, each as RV(finding).
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import testinfra as check


def main() -> None:
    run_alone("testinfra", check)


if __name__ == "__main__":
    main()
