# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What says which lines of a store are those of a service, and what does not."""

from __future__ import annotations

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._checks._log_place import is_narrow, without_canaries


@pytest.mark.parametrize(
    ("args", "narrow"),
    [
        ({}, False),
        ({"query": "*"}, False),
        ({"query": " (*) "}, False),
        ({"query": "*:*"}, False),
        ({"query": "host:*"}, False),
        ({"query": "_exists_:host.name AND *"}, False),
        ({"query": "_time:1d"}, False),
        ({"query": "{}"}, False),
        ({"query": '{job=~".+"}'}, False),
        ({"query": '{job=~".+", host!=""}'}, False),
        ({"query": '{job="payments"}'}, True),
        ({"query": '{job=~".+", app="payments"}'}, True),
        ({"query": "payments*"}, True),
        ({"query": "app:payments*"}, True),
        ({"query": 'app:="payments"'}, True),
        ({"query": 'service.name:"payments" AND *'}, True),
        ({"query": "AND * " * 1000}, False),
        ({"index": "*"}, False),
        ({"index": "_all"}, False),
        ({"index": "logs-*"}, False),
        ({"index": "filebeat-*,logstash-*"}, False),
        ({"index": "*,-.*"}, False),
        ({"index": "logs-payments-*"}, True),
        ({"index": "payments"}, True),
        ({"index": "logs"}, True),
        ({"index": "*", "query": "app:payments"}, True),
        ({"stream": "payments"}, True),
    ],
)
def test_what_says_which_lines_are_meant(args: dict[str, str], narrow: bool) -> None:
    assert is_narrow(args) is narrow


def test_lines_of_our_own_are_left_out_of_every_query() -> None:
    assert without_canaries("victorialogs", {}) == '!*:"operability-canary"'
    assert without_canaries("victorialogs", {"query": "a or b", "message_field": "log"}, everywhere=False) == (
        '(a or b) !"log":"operability-canary"'
    )
    assert without_canaries("loki", {"query": '{a="b"}'}) == '{a="b"} != "operability-canary"'
    assert without_canaries("graylog", {"query": "a OR b"}) == '(a OR b) AND NOT ("operability-canary")'
    assert r"message:*operability\-canary*" in without_canaries("opensearch", {})
