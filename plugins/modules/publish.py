#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: publish
short_description: Publish a run record as metrics and reports
version_added: 0.1.0
author: The operability.readiness contributors (@operability)
description:
  - Writes what M(operability.readiness.gate) judged - metrics for Prometheus (through the textfile collector of node_exporter, or a
    Pushgateway), an annotation for Grafana, a report for people (HTML, Markdown), what other tools read (JUnit, Nagios, CSV), the
    record itself (JSON).
  - Each target is tried. One that cannot be written to, whose options are not what they must be, or which has a template in a file that
    cannot be resolved, is a warning and is listed in RV(failed_targets); it takes neither the other targets nor the verdict with it.
  - The metrics of a service and environment stand in one file (C(operability_SERVICE_ENVIRONMENT.prom)) or Pushgateway group
    (C(job="operability"), C(service_name), C(deployment_environment)), which is replaced as a whole, so that nothing stale stays.
    Publish a service from one place, or from several into one Pushgateway; two textfiles of one service contradict each other.
  - Files are replaced in one step, are readable for every user, and their folder must be there.
  - In the path of a file, C({service}), C({environment}) and C({phase}) stand for those of the record, with every character but letters,
    digits, C(_), C(.) and C(-) replaced by C(_). Another word in braces fails that target.
  - Runs once a batch, on the controller, without a connection to any host. There it needs the Python libraries C(prometheus_client) (for
    the metrics) and C(requests) (for the Pushgateway).
extends_documentation_fragment:
  - operability.readiness._targets
  - operability.readiness._attributes
options:
  record:
    description:
      - What is published - the registered result of M(operability.readiness.gate), its RV(operability.readiness.gate#module:record),
        or the path of a run record.
      - Without it, and unless O(state=absent), it is what the last M(operability.readiness.gate) of this run of Ansible judged, or that of
        O(service) in O(environment) at O(phase), once. It is then published to what the files name (C(publish)) as well, but for a batch
        that is good. No registered result is asked for that, since an extra variable of the same name would win over it.
      - What lies at a path must be as the gate wrote it. A record that was changed since is refused; one that was written before records
        had digests is published with a warning.
    type: raw
  state:
    description:
      - V(absent) removes the metrics of a service that is retired - the file in O(textfile_directory) and the group of the O(pushgateway).
        The service is that of O(record), or O(service) in O(environment). Records and reports are evidence and stay.
      - The state of the service to publish instead of the record's own, as a dictionary, as a record that has one, or as the path of such
        a record.
      - A partial run has no state, because it says nothing about the whole service. Then the metrics keep saying what the last whole run
        said. Where O(record) is the result of the gate or a path, the records beside it are looked through for that; where no earlier
        state is found, the metrics that were published before are left alone (RV(skipped_targets)).
    type: raw
  service:
    description:
      - Name of the retired service, as its metrics have it in C(service_name). For O(state=absent) without O(record).
      - Name of the service whose record is published, without O(record).
    type: str
    version_added: 0.2.0
  environment:
    description:
      - The environment in which it is retired, as its metrics have it in C(deployment_environment).
      - The environment of O(service), without O(record).
    type: str
    version_added: 0.2.0
  phase:
    description:
      - The phase in which O(service) was judged, without O(record).
    type: str
    choices: [design, pre, post, smoke, recheck]
    version_added: 0.2.0
  targets:
    description:
      - Options of this module by their names, over what the files name, without O(record). Those that the task sets win.
    type: dict
    version_added: 0.2.0
  grafana:
    description:
      - The Grafana in which the begin (V(pre)) and the end (V(post)) of a deployment are marked, with the verdict. The end marks the whole
        time since the last V(pre) of the same version. Other phases, and batches, are not marked; nothing is marked twice.
      - The annotations belong to no dashboard. Their tags are C(operability), C(service:NAME), C(environment:NAME), C(version:VERSION),
        C(phase:PHASE) and C(verdict:VERDICT).
      - C(publish.grafana) of the organisation's or the service file says the same for M(operability.readiness.gate).
    type: dict
    version_added: 0.2.0
    suboptions:
      url:
        description:
          - Its address, for example V(https://grafana.example).
        type: str
        required: true
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
          - Token of a service account that may write annotations.
        type: str
      headers:
        description:
          - Further request headers.
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
          - PEM file of the key of O(grafana.client_cert).
        type: path
      tags:
        description:
          - Further tags.
        type: list
        elements: str
        default: []
  webhook:
    description:
      - Where what became worse or better since the last run of the phase is sent as JSON, with those responsible. It is sent once a
        run, and only where something is new; a record that is published again sends nothing.
    type: dict
    version_added: 0.3.0
    suboptions:
      url:
        description:
          - Its address, for example V(https://chat.example/hooks/readiness).
        type: str
        required: true
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
          - Bearer token.
        type: str
      headers:
        description:
          - Further request headers.
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
          - PEM file of the key of O(webhook.client_cert).
        type: path
  mail:
    description:
      - The mail server through which those responsible for what is new get the report of the run, as O(webhook) is sent, in O(language).
    type: dict
    version_added: 0.3.0
    suboptions:
      host:
        description:
          - Its name.
        type: str
        required: true
      port:
        description:
          - Its port.
        type: int
        default: 25
      sender:
        description:
          - The address that it comes from.
        type: str
        required: true
      to:
        description:
          - The addresses, one or a list, by the name of those responsible. C(default) is for all others.
        type: dict
        required: true
      starttls:
        description:
          - Whether nothing is sent before the connection is encrypted.
        type: bool
        default: true
      username:
        description:
          - The user.
        type: str
      password:
        description:
          - Its password.
        type: str
      ca_path:
        description:
          - PEM file of the certification authorities to trust instead of the system's.
        type: path
  html:
    description:
      - Path of the report as one HTML file, which loads nothing from anywhere, prints on A4, and needs no script.
    type: path
  markdown:
    description:
      - Path of the report as Markdown, for the comment of a merge request or a change ticket.
    type: path
  junit:
    description:
      - Path of a JUnit XML report with one test case a requirement, for Jenkins, GitLab and their like. The class name is
        C(readiness.AREA).
      - V(fail) is a failure, V(unknown) an error, V(warn) passes with its message in C(system-out). Skipped, with the reason, are what is
        waived, not applicable, not due, or observed without deciding. A run that looked at nothing is one error.
    type: path
    version_added: 0.2.0
  nagios:
    description:
      - Path of a file with what a Nagios plugin would print - a line with the state and performance data, then a line for each requirement
        that is open.
      - The word after C(OPERABILITY) is the state - C(OK) for GO, C(WARNING) for GO WITH RESERVATIONS, C(CRITICAL) for NO-GO, C(UNKNOWN)
        for UNDETERMINED. RV(nagios_code) is its exit code.
    type: path
    version_added: 0.2.0
  csv:
    description:
      - Path of a CSV file (RFC 4180, UTF-8, with a header) with one row a requirement. A text that a spreadsheet would take for a formula
        begins with an apostrophe.
    type: path
    version_added: 0.2.0
  json:
    description:
      - Path of a copy of the run record. It has the permissions of the record (C(records_mode) of the organisation's file, V(0600) unless
        given), and V(0600) where the record does not lie on the controller. The other files are to be read, and are readable for everybody.
    type: path
  language:
    description:
      - The language of O(html) and O(markdown) - V(en), the default, or V(fr). What an organisation wrote stays as it is, and so does what
        tools and servers said.
      - Another language than English needs the Python library Babel on the controller. Without it they are in English, with a warning.
    type: str
    choices: [en, fr]
    version_added: 0.2.0
  fail_on_error:
    description:
      - Whether the task fails when a target could not be written to.
    type: bool
    default: false
attributes:
  check_mode:
    support: full
    details:
      - In check mode it writes and sends nothing, and says where it would.
  diff_mode:
    support: none
  idempotent:
    support: partial
    details:
      - It writes each target each time. With O(state=absent) what is gone stays gone and nothing is changed.
seealso:
  - module: operability.readiness.gate
"""

EXAMPLES = r"""
- name: Judge
  operability.readiness.gate:
    service_file: readiness.yml
    phase: pre
    fail: false
  register: readiness_gate

- name: Publish the verdict where the monitoring host and the decision meeting look
  operability.readiness.publish:
    record: "{{ readiness_gate }}"
    textfile_directory: /var/lib/prometheus/node-exporter
    html: /srv/www/readiness/payments.html

- name: Publish for a merge request, in French, and for the CI server
  operability.readiness.publish:
    record: "{{ readiness_gate }}"
    markdown: report.md
    junit: "report-{service}-{phase}.xml"
    language: fr

- name: Publish through a Pushgateway from an ephemeral controller
  operability.readiness.publish:
    record: "{{ readiness_gate }}"
    pushgateway:
      url: https://push.example:9091
      url_username: readiness
      url_password: "{{ push_password }}"

- name: Remove the metrics of a service that is retired
  operability.readiness.publish:
    state: absent
    service: payments
    environment: production
    textfile_directory: /var/lib/prometheus/node-exporter
    pushgateway:
      url: https://push.example:9091
  delegate_to: monitoring1
"""

RETURN = r"""
written:
  description: The targets that were written to, or would be in check mode.
  returned: success
  type: list
  elements: dict
  contains:
    target:
      description: One of V(textfile), V(pushgateway), V(grafana), V(webhook), V(mail), V(html), V(markdown), V(junit),
        V(nagios), V(csv), V(json).
      type: str
    path:
      description: The file.
      type: str
    url:
      description: The address of the group, for V(pushgateway), or of the other server.
      type: str
  sample: [{"target": "html", "path": "/srv/www/readiness/payments.html"}]
removed:
  description: Where metrics were removed with O(state=absent), or would be in check mode. As in RV(written).
  returned: success
  type: list
  elements: dict
  version_added: 0.2.0
  sample: [{"target": "textfile", "path": "/var/lib/node-exporter/operability_payments_production.prom"}]
failed_targets:
  description: The targets that could not be written to, and why.
  returned: success
  type: list
  elements: dict
  sample: [{"target": "textfile", "message": "the textfile directory /var/lib/node-exporter does not exist"}]
skipped_targets:
  description: The targets that were left alone on purpose, and why.
  returned: success
  type: list
  elements: dict
  sample: []
nagios_code:
  description: The exit code of a Nagios plugin for this verdict - 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
  returned: always
  type: int
  sample: 2
msg:
  description: The same in one sentence.
  returned: always
  type: str
  sample: published to html /srv/www/readiness/payments.html
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._publish_spec import PUBLISH_SPEC


def main() -> None:
    module = AnsibleModule(argument_spec=PUBLISH_SPEC, supports_check_mode=True)
    module.fail_json(msg="publish works on the controller: its action plugin was not found")


if __name__ == "__main__":
    main()
