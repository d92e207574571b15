#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: document
short_description: Verify that a document of operations is complete, validated, for this version and up to date
version_added: 0.3.0
description:
  - Reads an operations manual (French, dossier d'exploitation), a list of known errors, a script of the call centre or a description of the
    architecture, in Markdown, reStructuredText or HTML, from a file, a URL or a git repository.
  - Each section of O(sections) must be there and say something, under one of its English or French names. In O(blocking_sections) nothing
    may be left to do (C(TODO), C(TBD), I(à compléter)).
  - An owner must be named, and who has validated it (C(validated_by), C(approved_by), I(validé par), or a section I(Validation)), which is
    somebody other than the author.
  - It must say for which version of the service it is (C(applies_to), C(release), C(version), or a line I(Version:) above its sections),
    and that must be O(version). C(1.4.x) is any version that begins with 1.4. A range is C(unknown).
  - It must be younger than O(max_age), and not older than the last change of the service (O(service_folder) in git, or O(changed_on)). Its
    date is that of its last review or update, else of its last change in git by a person.
  - What says of itself that it is a draft or obsolete fails, whether in front matter, a table, its title or a line above its sections.
  - "With the preset V(known_errors) each known error must have a workaround: a column of a table, or within the section of the error a
    subsection, a row or a sentence that begins with I(Workaround:) (I(Contournement :)). What cannot be read so is C(unknown); that there
    is none must be said."
  - Each error code of O(codes) and O(codes_from) must be in it with its answer, alone or in a range (V(E100 to E105)) or pattern (V(E1xx)).
    A table of contents, a list, V(see the wiki) and V(to be written) are no answer.
  - Links are followed as by M(operability.readiness.runbook).
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
      - The file of the document.
      - One of O(path), O(url) and O(git) is required.
    type: path
  url:
    description:
      - The address of the document. An address that answers with the Markdown itself is better than one of a rendered page.
    type: str
  git:
    description:
      - The document in a git repository, of which one commit is fetched with the credentials of this task.
    type: dict
    suboptions:
      url:
        description:
          - The address of the repository.
        type: str
        required: true
      ref:
        description:
          - The branch, tag or commit.
        type: str
        default: HEAD
      path:
        description:
          - The document, from the root of the repository.
        type: str
        required: true
  git_transports:
    description:
      - The transports by which a repository may be fetched.
    type: list
    elements: str
    default: [https]
  max_size:
    description:
      - A larger document is not read, and C(unknown).
    type: str
    default: 256KiB
  preset:
    description:
      - What kind of document it is. It says which sections must be there.
      - "V(operations_manual): overview, architecture, start_stop, monitoring, backup, incidents, escalation."
      - "V(call_script): questions, answers, escalation. V(architecture): overview, components, flows, dependencies."
      - "V(known_errors): none, but each known error must have its workaround."
      - One of O(preset) and O(sections) is required.
    type: str
    choices: [operations_manual, known_errors, call_script, architecture]
  sections:
    description:
      - The sections that must be there, in place of those of O(preset). The names of the presets and of M(operability.readiness.runbook)
        are known under many English and French names. Any other text must be found in a heading, whatever its case and accents.
    type: list
    elements: str
  blocking_sections:
    description:
      - The sections in which nothing may be left to do. By default those that must be there; of V(known_errors) all.
    type: list
    elements: str
  owner_required:
    description:
      - Whether an owner must be named in the front matter (C(owner), C(responsable), C(team), or else C(author)).
    type: bool
    default: true
  validators_required:
    description:
      - Whether somebody must be named who has validated it.
    type: bool
    default: true
  validators:
    description:
      - Names or roles that must be among those who have validated it.
    type: list
    elements: str
    default: []
  version_required:
    description:
      - Whether it must be for O(version).
    type: bool
    default: true
  version:
    description:
      - The version that is deployed. Without it a document that must be for a version is C(unknown).
    type: str
  max_age:
    description:
      - How long ago its last review may be, as a duration.
    type: str
    default: 365d
  service_folder:
    description:
      - The folder of the service. The document must not be older than the last change in git of what is no document there.
      - Outside of git nothing is asked; a clone that is too shallow is C(unknown).
    type: path
  changed_on:
    description:
      - The day of the last change of the service, as V(2026-12-31), where it is known otherwise.
    type: str
  behind:
    description:
      - By how much it may be older than the last change of the service, as a duration.
    type: str
    default: 0s
  codes:
    description:
      - The error codes that the service shows. An empty list says that it shows none.
      - The preset V(call_script) is C(warn) where neither O(codes) nor O(codes_from) says which they are.
    type: list
    elements: str
  codes_from:
    description:
      - Files of the controller with the error codes of the service, such as its catalogue, its source or a log, each may be a pattern.
      - Each has to show a code, else it is C(unknown).
    type: list
    elements: path
    default: []
  codes_pattern:
    description:
      - What an error code looks like in O(codes_from), as V(PAY-####), where C(#) is a digit and C(@) a capital letter.
    type: str
  check_links:
    description:
      - Whether relative links and anchors must exist, and HTTP links must answer and have the anchor that is linked to.
    type: bool
    default: true
  anchors:
    description:
      - The site whose rules make anchors of headings.
    type: str
    choices: [github, gitlab, mkdocs]
    default: github
  link_hosts:
    description:
      - Hosts whose links are asked with the credentials and O(headers) of this task, as C(host) (on its usual ports), C(host:port), or one
        of them with its scheme. Of all others only the server of O(url) gets them.
    type: list
    elements: str
    default: []
  ignore_links:
    description:
      - Links that are not followed, as patterns of file names, for example V(https://*.internal.example/*).
    type: list
    elements: str
    default: []
requirements:
  - markdown-it-py, for documents in Markdown
  - docutils, for documents in reStructuredText
  - PyYAML, for documents with a front matter
seealso:
  - module: operability.readiness.runbook
"""

EXAMPLES = r"""
- name: The operations manual fits the version that is deployed
  operability.readiness.document:
    path: docs/dex.md
    preset: operations_manual
    version: "{{ readiness_version }}"
    validators: [operations, security]
    service_folder: .
  delegate_to: localhost
  run_once: true

- name: The call centre finds every error code in its script
  operability.readiness.document:
    url: https://kb.payments.example/raw/script.md
    preset: call_script
    version: "{{ readiness_version }}"
    codes_from: [src/errors.yml]
    codes_pattern: PAY-####
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
finding:
  description: The finding.
  returned: always
  type: dict
  sample:
    check: document
    status: fail
    message: "the document docs/dex.md: it is for version 1.3.0, and 1.4.0 is deployed"
    instance: docs/dex.md
    observed: {owner: team-payments, versions: [1.3.0], reviewed: "2026-10-01"}
findings:
  description: The same, in a list.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import document


def main() -> None:
    run_alone("document", document)


if __name__ == "__main__":
    main()
