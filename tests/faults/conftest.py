# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stops what rows share, when the tests of a worker end: such a process ends without what it has registered for its end."""

from __future__ import annotations

import typing as t

import classic_servers
import pytest


@pytest.fixture(scope="session", autouse=True)
def _shared_servers() -> t.Iterator[None]:
    yield
    classic_servers.stop_all()
