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
  - Reads a runbook in Markdown, reStructuredText or HTML, from a file, from a URL, or from a git repository.
  - "Each section must be there and say something: one that has only TODO, N/A, I(à compléter), I(see above), the head of a table or a
    link to nothing counts as empty. What stands in code or in a comment is no section."
  - "The last review must be younger than O(max_age). It is read from the front matter (YAML, TOML or JSON: C(last_reviewed), C(reviewed),
    C(last_verified), C(revu_le)), from a field of reStructuredText, or from a comment such as C(<!-- reviewed: 2026-11-25 -->). Without
    any the date of the last change in git by a person counts, not one of the form alone; a clone too shallow to know it is C(unknown)."
  - "What says of itself that it is a draft or obsolete fails: C(status: draft), C(deprecated: true), I(Page obsolète) at the top. A section
    that has only what is included where the page is built, or a picture without words, was not seen, and is C(unknown)."
  - "A date may be written as V(2026-10-01), V(2026/10/01), V(1 October 2026), V(Oct 1, 2026), V(1er octobre 2026) or V(01.10.2026). One
    that may mean two days, as V(01/06/2026), is C(unknown) where only one of them would do."
  - References that are defined nowhere (C([text][name]) of Markdown, C(name_) and C(:ref:) of reStructuredText) are dead links. In a tree
    of Sphinx (a C(conf.py) above the file, which is not run) labels of its other pages count.
  - Links are followed, at most 8 at a time and each distinct address once. Links in code are left out.
  - A page that answers with status 200 and says that it was not found is dead. A login page, status 401, 403, 407 or 429, an untrusted
    certificate, and a link that does not answer in time are C(unknown), because what is behind them cannot be seen.
  - The document is read in a process of its own, whose memory and time are bounded. One that is larger than O(max_size), or takes too
    long to read, is C(unknown). No file is included, aliases of YAML are not followed.
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._check
  - operability.readiness._http
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
  - operability.readiness._pages
options:
  path:
    description:
      - The file of the runbook.
      - One of O(path), O(url) and O(git) is required.
    type: path
  url:
    description:
      - The address of the runbook. An address that answers with the Markdown itself is better than one of a rendered page.
    type: str
  git:
    description:
      - A file in a git repository. One commit is fetched into a folder that is removed again, without running anything of it; relative
        links must lead to files of the same commit. The date of the last change counts as that of the review where none is written.
      - O(url_username), O(url_password), O(bearer_token), O(headers), O(client_cert) and O(ca_path) of this task are used for it over
        HTTP, and no credentials of the user who runs it. It needs git 2.31 or later on the controller.
    type: dict
    version_added: 0.4.0
    suboptions:
      url:
        description: The address of the repository, without credentials in it.
        type: str
        required: true
      ref:
        description: A branch, a tag or a commit.
        type: str
        default: HEAD
      path:
        description: The file, from the root of the repository.
        type: str
        required: true
  git_transports:
    description:
      - By which transports a repository may be fetched, of V(https), V(http), V(ssh), V(git) and V(file).
      - V(ssh) uses the keys of the user who runs this, V(file) reads repositories of the controller.
    type: list
    elements: str
    default: [https]
    version_added: 0.4.0
  max_size:
    description:
      - The largest document that is read, at most V(8MiB).
    type: str
    default: 256KiB
    version_added: 0.4.0
  sections:
    description:
      - The sections that must be there.
      - V(symptoms), V(diagnosis), V(mitigation), V(escalation), V(rollback), V(impact), V(restore), V(start_stop), V(procedures) have many
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
      - Whether an owner must be named in the front matter (C(owner), C(responsable), C(team), or else C(author)); a mapping with C(name),
        C(team) or C(email) will do, V(n/a) will not.
    type: bool
    default: true
  executed_by_other:
    description:
      - Whether C(executed_by) in the front matter must name somebody other than C(author).
      - "When it was executed may stand in C(executed_on), or with the name, as in C({name: Ali Ben, on: 2026-10-01})."
    type: bool
    default: false
  executed_max_age:
    description:
      - How long ago that execution may be, as a duration. It demands O(executed_by_other), and a date.
    type: str
    version_added: 0.4.0
  check_links:
    description:
      - Whether relative links and anchors must exist, and HTTP links must answer and have the anchor that is linked to.
    type: bool
    default: true
  anchors:
    description:
      - Where Markdown is read, which settles the anchors of its headings. C(## Start & stop) is C(#start--stop) at V(github), and
        C(#start-stop) at V(gitlab) and V(mkdocs).
    type: str
    choices: [github, gitlab, mkdocs]
    default: github
    version_added: 0.4.0
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
  verify_references:
    description:
      - Whether units, paths and alerts that the commands of the runbook name must exist. Only hosts can say so of units and paths. Set it
        in C(documents.runbook) of a service file, and the action M(operability.readiness.verify) asks the hosts of the service and of
        its parts. In a task of its own the finding is C(unknown).
      - A unit or path must exist on one of the hosts. What exists on none of them fails, with the line and the name. What was seen on none
        and could not be looked at on some is C(unknown).
      - Alerts are those of C(alertname=) in code, of a heading such as I(Alert PaymentsDown), and of one that is nothing but such a name.
        One must be loaded in a Prometheus of the service.
      - Left out are names with a placeholder, a variable or a pattern in them, commands for other machines, paths that a command of the
        runbook makes, and what lies below C(/tmp), C(/var/tmp), C(/dev), C(/proc), C(/sys) and C(/run).
    type: bool
    default: false
    version_added: 0.4.0
  seen_on:
    description:
      - The hosts that are asked. The plan sets it.
    type: list
    elements: str
    default: []
    version_added: 0.4.0
  prometheus:
    description:
      - The servers in one of which an alert that is named must be loaded. The plan sets it.
    type: list
    elements: dict
    default: []
    version_added: 0.4.0
    suboptions:
      url:
        description:
          - Address of the Prometheus, or of what has its API for rules, with its path prefix where it has one.
        type: str
        required: true
      failover:
        description:
          - Further addresses of the same server, for when the first cannot be reached.
        type: list
        elements: str
        default: []
      rules_url:
        description:
          - Address of what evaluates the rules and sends their alerts, where that is another program, such as C(vmalert).
        type: str
      probe_query:
        description:
          - PromQL that must return something, else it is the wrong server.
        type: str
      external_labels:
        description:
          - The labels that this server adds to alerts when it sends them. Only needed for servers that do not show their configuration,
            as those of VictoriaMetrics and Mimir; an empty dictionary says that there are none.
        type: dict
      url_username:
        description:
          - User for HTTP basic authentication.
        type: str
      url_password:
        description:
          - Password for HTTP basic authentication.
        type: str
      bearer_token:
        description:
          - "Token that is sent as C(Authorization: Bearer)."
        type: str
      headers:
        description:
          - Further request headers, for example the tenant header of a shared server.
        type: dict
        default: {}
      validate_certs:
        description:
          - Whether the server's certificate must be valid.
        type: bool
        default: true
      ca_path:
        description:
          - PEM file of the certification authorities to trust instead of the system's.
        type: path
      client_cert:
        description:
          - PEM file of the client certificate, which may hold its key too.
        type: path
      client_key:
        description:
          - PEM file of the key of O(prometheus[].client_cert).
        type: path
  markers:
    description:
      - What the hosts saw. The action M(operability.readiness.verify) sets it.
    type: list
    elements: dict
    default: []
    version_added: 0.4.0
requirements:
  - markdown-it-py, for runbooks in Markdown
  - docutils, for runbooks in reStructuredText
  - PyYAML, for runbooks with a front matter in YAML
  - Python 3.11 or later, for runbooks with a front matter in TOML
  - git, for O(git) and for the date of the last change
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

- name: The runbook in a repository of its own, played through by another than its author within half a year
  operability.readiness.runbook:
    git:
      url: https://git.payments.example/runbooks.git
      ref: main
      path: payments/runbook.md
    url_username: readiness
    url_password: "{{ git_token }}"
    executed_by_other: true
    executed_max_age: 180d
    anchors: gitlab
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
