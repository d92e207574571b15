# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gives the rows that share servers to one worker, and stops what they share when the tests of a worker end."""

from __future__ import annotations

import re
import sys
import typing as t

import classic_servers
import pytest
import real_dumps

# most rows of these checks look at the same servers, which each worker starts for itself
SHARE_SERVERS = (
    "alert_coverage",
    "alertmanager_route",
    "alertmanager_silences",
    "backup_restore",
    "barman_backup",
    "file_backup",
    "grafana_dashboard",
    "pgbackrest_backup",
    "mariadb_backup",
    "prometheus_alerts",
    "prometheus_series",
)
# a server that takes seconds to start, and memory: the rows of all checks that begin with its name go to one worker
HEAVY = ("OpenSearch",)
ROW = re.compile(r"::test_row\[(?P<check>\w+): .*?(?P<variant>\(newer\))?\]$", re.DOTALL)


def scope_of(nodeid: str) -> str:
    row = ROW.search(nodeid)
    heavy = next((name for name in HEAVY if row and f": {name}: " in nodeid), None)
    if heavy:
        return heavy
    return f"{row['check']} {row['variant']}" if row and row["check"] in SHARE_SERVERS else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: t.Any) -> t.Any:
    if config.getoption("dist") != "loadscope":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class TogetherWhatShares(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return scope_of(nodeid)

    return TogetherWhatShares(config, log)


@pytest.fixture(scope="session", autouse=True)
def _shared_servers() -> t.Iterator[None]:
    """A process of a worker ends without what it has registered for its end."""
    yield
    classic_servers.stop_all()
    if worlds := sys.modules.get("restore_worlds"):  # of those rows
        worlds.remove_all()
    if "barman_world" in sys.modules:
        sys.modules["barman_world"].stop_all()
    real_dumps.remove_all()
