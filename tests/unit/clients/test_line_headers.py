# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a record of a file says of the host and the time of its line, and when it says nothing of them."""

from __future__ import annotations

import json

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients.line_headers import header_of
from fakes import NOW

HEX = "0123456789abcdef" * 2
BEGIN = "2026-11-25T06:00:00.000Z info "
LINE = f"{BEGIN}operability-canary {HEX} end {HEX}"
BARE = f"operability-canary {HEX} end {HEX}"

SAID = {
    "RFC 3164": (f"Nov 25 07:00:00 web1 payments[12]: {LINE}", BEGIN, "web1", True),
    "RFC 3164, a tag without a colon": (f"Nov 25 07:00:00 web1 payments {LINE}", BEGIN, "web1", True),
    "a time in full": (f"2026-11-25T07:00:00.123456+01:00 web1.example.com payments: {LINE}", BEGIN, "web1.example.com", True),
    "RFC 5424": (f"<14>1 2026-11-25T06:00:00.1Z web1 payments 12 - - {LINE}", BEGIN, "web1", True),
    "of a message that came by syslog": (f"2026-11-25T06:00:00Z web1 payments[12]: {BARE}", "", "web1", True),
    "JSON around it": (json.dumps({"@timestamp": "2026-11-25T06:00:00Z", "host": {"name": "web1"}, "message": LINE}), BEGIN, "web1", True),
    "JSON around it, without a host": (json.dumps({"time": "2026-11-25T06:00:00Z", "message": LINE}), BEGIN, None, True),
    "the line alone": (LINE, BEGIN, None, False),
    "the line alone, of a message": (BARE, "", None, False),
    "its own JSON": (
        f'{{"timestamp": "2026-11-25T06:00:00Z", "message": "{BARE}"}}',
        '{"timestamp": "2026-11-25T06:00:00Z", "message": "',
        None,
        False,
    ),
    "without its time, which was taken out": (BARE, BEGIN, None, False),
    "a log of the application's own form": (f"2026-11-25T06:00:00Z INFO orders: {BARE}", "2026-11-25T06:00:00Z INFO orders: ", None, False),
    "a form that nobody knows": (f"web1|payments|{LINE}", BEGIN, None, False),
    "JSON that is cut": (f'{{"host": "web1", "message": "{LINE}', BEGIN, None, False),
}


@pytest.mark.parametrize("name", SAID)
def test_what_a_record_says(name: str) -> None:
    text, begin, host, timed = SAID[name]
    header = header_of(text, HEX, begin, NOW)
    assert header.host == host
    assert (header.stamp is not None) is timed


def test_a_time_of_another_zone_may_lie_in_the_future() -> None:
    header = header_of(f"2026-11-25T15:00:00Z web1 payments: {BARE}", HEX, "", NOW)
    assert header.stamp and header.stamp.moment - NOW.timestamp() == 9 * 3600
