# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options of whatever asks a log store over HTTP: where in it the lines lie."""

    DOCUMENTATION = r"""
options:
  url:
    description:
      - Address of the log store, with the prefix of its path if it has one.
    type: str
  query:
    description:
      - A query in the language of the log store that all lines of the place match, and no others. LogsQL without pipes for C(victorialogs),
        the language of Lucene for C(opensearch), C(elasticsearch) and C(graylog), a stream selector of LogQL for C(loki), which needs one.
    type: str
  index:
    description:
      - An index, a data stream or an alias of C(opensearch) or C(elasticsearch), or a pattern of such names.
    type: str
  stream:
    description:
      - Title or id of a stream of C(graylog).
    type: str
  tenant:
    description:
      - Tenant of the log store. V(AccountID:ProjectID) for C(victorialogs), the value of C(X-Scope-OrgID) for C(loki).
    type: str
  message_field:
    description:
      - Name of the field in which the text of a line stands. By default V(message), for C(victorialogs) V(_msg).
    type: str
  time_field:
    description:
      - Name of the field in which the time of a line stands. By default V(@timestamp), for C(graylog) V(timestamp).
    type: str
  host_field:
    description:
      - Name of the field, or of the label, in which the host stands that has written a line. By default one that is usual.
    type: str
"""
