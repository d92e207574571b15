# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small load test of the candidate."""

from __future__ import annotations

import concurrent.futures
import ssl
import urllib.request


def test_a_hundred_requests_of_eight_users_are_answered(address: str, trust: ssl.SSLContext) -> None:
    def ask(_number: int) -> int:
        with urllib.request.urlopen(f"https://{address}/health", context=trust, timeout=20) as answer:
            return int(answer.status)

    with concurrent.futures.ThreadPoolExecutor(8) as users:
        assert set(users.map(ask, range(100))) == {200}
