#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: backup_record
short_description: Verify that the record which another system leaves of its backups is young and tells of success
version_added: 0.3.0
description:
  - For backups that another system makes (Veeam, NetBackup, Commvault, Bareos, TINA, Velero, snapshots of a hypervisor, of a storage or
    of a cloud). Their records are read where they are, from files, from an HTTP address, or as a metric of a Prometheus.
  - The time within the record counts, never the age of the file that has it. The newest record of a success must be young enough. What
    failed since, ended with warnings, or runs is told.
  - That a record says so is not proof that the backup can be restored, so the finding is C(derived).
  - A record that cannot be read, is cut short, is a web page, lacks a field, has a time or a state that is not understood, is C(unknown). A
    record without an entry for what is asked is C(fail).
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._backup
  - operability.readiness._check
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
  - operability.readiness._http
options:
  path:
    description:
      - The file with the records, or a folder of such files, also a maildir.
    type: path
  pattern:
    description:
      - Instead of O(path), paths with wildcards and with the fields of a date of C(strftime). The newest 500 files are read. Where the
        newest one cannot be read the finding is C(unknown).
    type: list
    elements: str
  url:
    description:
      - Instead of O(path), the address that answers with the records, or with O(query) that of a Prometheus.
    type: str
  query:
    description:
      - A PromQL expression whose value is the time of the last success in seconds since 1970, such as
        V(backup_last_success_timestamp_seconds{job="payments-db"}). Each series is judged. O(url) is the Prometheus.
    type: str
  gives:
    description:
      - What the value of O(query) is. V(age) is the age in seconds, which must have moved within the last hour, since a value that was
        pushed once stays for ever.
    type: str
    choices: [time, age]
    default: time
  format:
    description:
      - How the records are written. V(json) is also an object for each line; V(csv) has the names of its columns in its first line, with
        V(,), V(;), tabs or V(|) between them; V(logfmt) has a record for each line, as C(key=value key=value); V(keys) has a line for each
        key, a colon or C(=) before its value, and empty lines between records; V(mail) is one mail for each file.
      - V(auto) tells by the name, the type of the answer and the beginning.
    type: str
    choices: [auto, json, csv, logfmt, keys, mail]
    default: auto
  entries:
    description:
      - Where the list of records stands in JSON, such as V(result.jobs). Not needed where the whole is a list, or one record.
    type: str
    default: ''
  fields:
    description:
      - Which field of a record says what. The keys are V(time) (of the backup, best its end), V(start), V(state), V(size), V(items),
        V(job), V(level), V(duration), V(encrypted); the values are the paths in JSON (V(status.completionTimestamp)), or the names of
        the columns or keys.
      - For a mail they are the names of headers, or regular expressions whose first group is the value, which are looked for in headers and
        body. The time is by default that of the mail.
      - With O(query) they are further PromQL expressions, but for V(job), which is the name of a label.
      - Without V(state) each record counts as a success. Without V(level) a field that is called so is looked for; of incremental backups
        the size is not judged, but that of the last full one.
    type: dict
    default: {}
  match:
    description:
      - Fields of the records that count and their values, a text or a list of texts, such as C(JobName) with V(payments-db).
      - For a mail these are headers, or V(body), and what must stand in them.
    type: dict
    default: {}
  jobs:
    description:
      - The jobs, machines or volumes of which there must be a record, by V(job) of O(fields). Each is judged by itself.
    type: list
    elements: str
    default: []
  good_states:
    description:
      - The states that are a success. A state is compared as a whole, without regard to case, spaces and marks. Numbers have to be named
        here, such as V(0); then every other number that is not named is a failure.
    type: list
    elements: str
    default: [Success, Succeeded, Successful, OK, Completed, Complete, 'True', Réussi, Réussie, Succès, Erfolgreich]
  partial_states:
    description:
      - The states of a backup that is not whole. It is not counted, and one after the newest success is C(warn).
    type: list
    elements: str
    default:
      - Warning
      - Warnings
      - Partial
      - PartiallyFailed
      - Success with warnings
      - Completed with warnings
      - Completed with errors
      - Completed w/ one or more errors
      - Completed w/ one or more warnings
      - Avertissement
      - Warnung
  bad_states:
    description:
      - The states of a failure. A failure after the newest success is C(warn) as long as that success is young enough.
    type: list
    elements: str
    default:
      - Failed
      - Failure
      - Fail
      - Error
      - Fatal
      - Aborted
      - Canceled
      - Cancelled
      - Killed
      - Timeout
      - 'False'
      - FailedValidation
      - Deleting
      - Échec
      - Échoué
      - Erreur
      - Annulé
      - Fehler
      - Fehlgeschlagen
      - Abgebrochen
  time_format:
    description:
      - How the times are written, as for C(strptime), such as V(%d/%m/%Y %H:%M). Without it ISO 8601, RFC 2822 (mail), seconds,
        milliseconds, microseconds or nanoseconds since 1970, and the dates of C(ConvertTo-Json) are understood.
    type: str
  time_zone:
    description:
      - The zone of times that have none, such as V(Europe/Paris) or V(+02:00). Without it that of the host is taken, and told.
      - A record that is dated after its file was written is C(unknown), since its zone must be another.
    type: str
  size_unit:
    description:
      - The unit of sizes that are numbers alone.
    type: str
    choices: [B, kB, MB, GB, TB, KiB, MiB, GiB, TiB]
    default: B
  min_size:
    description:
      - How large the newest backup must be at least, such as V(10GiB). Where V(size) of O(fields) is given, it must have a byte at least.
    type: str
  min_items:
    description:
      - How many items (files, machines) it must have at least. Where V(items) of O(fields) is given, one at least.
    type: int
  encrypted:
    description:
      - The newest backup must be encrypted, as V(encrypted) of O(fields) says.
    type: bool
    default: false
seealso:
  - module: operability.readiness.restic_backup
  - module: operability.readiness.file_backup
"""

EXAMPLES = r"""
- name: Veeam has backed the machines up, by the CSV that it exports each morning
  operability.readiness.backup_record:
    pattern: [/srv/veeam/sessions-%Y%m%d.csv]
    fields: {time: EndTime, state: Result, job: JobName, size: BackupSize}
    jobs: [payments-db, payments-web]
    time_format: "%Y-%m-%d %H:%M:%S"
    time_zone: Europe/Paris
    max_age: 26h
    min_size: 10GiB

- name: Bareos, by its web API
  operability.readiness.backup_record:
    url: https://bareos.example.org/api/jobs
    bearer_token: "{{ bareos_token }}"
    entries: result.jobs
    fields: {time: endtime, state: jobstatus, size: jobbytes, items: jobfiles, job: name}
    match: {name: payments-db}
    good_states: [T]
    partial_states: [W]
    bad_states: [E, f, A]
    max_age: 26h
  delegate_to: localhost

- name: A metric with the time of the last success
  operability.readiness.backup_record:
    url: https://prometheus.example.org
    query: backup_last_success_timestamp_seconds{service="payments"}
    fields: {size: 'backup_last_size_bytes{service="payments"}'}
    max_age: 26h
  delegate_to: localhost
"""

RETURN = r"""
finding:
  description: The finding, the worst where there are several.
  returned: always
  type: dict
  sample:
    check: backup_record
    status: fail
    proof: derived
    message: newest good backup of payments-db by /srv/veeam/sessions.csv is 3 d 4 h old, the limit is 26 h
    since: "2026-11-23T04:00:12Z"
    observed: {source: /srv/veeam/sessions.csv, records: 14, count: 7}
    measurements:
      - {name: backup_age_seconds, value: 273600, limit: 93600, bound: upper}
findings:
  description: Every finding, one for each of O(jobs).
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import backup_record


def main() -> None:
    run_alone("backup_record", backup_record)


if __name__ == "__main__":
    main()
