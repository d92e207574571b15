# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A VictoriaLogs for the rows of log_flow: it keeps lines of any age, so that what it counts as dropped is what a row has dropped."""

from __future__ import annotations

import functools
import time
import typing as t

import log_servers
import pytest

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
QUERY = 'app:="payments"'
Arguments = dict[str, t.Any]


@functools.cache
def store() -> log_servers.VictoriaLogs:
    """The one that the rows share, each with a tenant of its own."""
    return own_store("-retentionPeriod=100y")


def own_store(*flags: str) -> log_servers.VictoriaLogs:
    """One of this row alone."""
    if not (log_servers.HOME / "victorialogs.stamp").exists():
        pytest.skip("VictoriaLogs is not here: run dev/log-servers victorialogs")
    return t.cast("log_servers.VictoriaLogs", log_servers.started(log_servers.VictoriaLogs, *flags))


def line(host: str, ago: float, text: str = "an order was taken", *, app: str = "payments", **fields: str) -> dict[str, str]:
    """A line of so many seconds ago."""
    return {"_msg": text, "_time": stamp(ago), "host": host, "app": app, **fields}


def stamp(ago: float) -> str:
    moment = time.time() - ago
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment)) + f".{int(moment % 1 * 1000):03d}Z"


def asking(
    *lines: dict[str, str], hosts: t.Sequence[str] = ("web1", "web2"), at: log_servers.VictoriaLogs | None = None, **more: t.Any
) -> Arguments:
    """The lines put in, and the arguments that ask for them."""
    server = at or store()
    tenant = server.own_tenant()
    if lines:
        server.put(tenant, *lines)
    expect = [{"instance": host} for host in hosts]
    return {"backend": "victorialogs", "url": server.url, "tenant": tenant, "query": QUERY, "expect": expect, **more}


def marker(host: str, **said: t.Any) -> dict[str, t.Any]:
    """What a host has said of itself; ``started``, ``written`` and ``writes`` in seconds ago."""
    now = time.time()
    moments = {name: now - said.pop(name) for name in ("started", "written", "writes") if name in said}
    return {"host": host, "inventory_host": host, "names": [host], "machine": "0123456789ab", **moments, **said}


__all__ = ("DAY", "HOUR", "MINUTE", "QUERY", "Arguments", "asking", "line", "marker", "own_store", "stamp", "store")
