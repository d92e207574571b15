# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small security test of the candidate."""

from __future__ import annotations

import http.client
import socket
import ssl
import urllib.error
import urllib.request

import pytest


def test_files_are_not_given_out(address: str, trust: ssl.SSLContext) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"https://{address}/../../tls/shop.pem", context=trust, timeout=20)
    assert caught.value.code == 404


def test_it_answers_no_one_without_tls(address: str) -> None:
    host, port = address.rsplit(":", 1)
    connection = http.client.HTTPConnection(host, int(port), timeout=20)
    with pytest.raises((http.client.HTTPException, socket.error)):
        connection.request("GET", "/health")
        connection.getresponse()
