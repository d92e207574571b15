# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The candidate that is tested: where it is, and the version of which it says that it is, which the report carries."""

from __future__ import annotations

import json
import os
import ssl
import typing as t
import urllib.request

import pytest


@pytest.fixture(scope="session")
def trust() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=os.environ["SHOP_CA"])


@pytest.fixture(scope="session")
def address() -> str:
    return os.environ["SHOP_CANDIDATE"]


@pytest.fixture(scope="session", autouse=True)
def version(address: str, trust: ssl.SSLContext, record_testsuite_property: t.Callable[[str, object], None]) -> None:
    with urllib.request.urlopen(f"https://{address}/info", context=trust, timeout=10) as answer:
        record_testsuite_property("version", json.load(answer)["build"]["version"])
