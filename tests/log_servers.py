# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real log stores (dev/log-servers makes them): started once for all tests of a process, with a place of its own for each of them."""

from __future__ import annotations

import atexit
import functools
import itertools
import json
import os
import pathlib
import shutil
import tempfile
import time
import typing as t
import urllib.parse
import urllib.request

import pytest
from servers import LOCAL, Server

HOME = pathlib.Path(__file__).resolve().parent.parent / ".cache" / "log-servers"
Line = t.Mapping[str, t.Any]
_NUMBERS = itertools.count(1)
_STARTED: list[Server] = []


def post(url: str, body: bytes, headers: t.Mapping[str, str]) -> bytes:
    request = urllib.request.Request(url, body, dict(headers))
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
        return t.cast("bytes", answer.read())


class VictoriaLogs(Server):
    """The single node. What is put in can be searched at once. ``flags`` are further ones of its command line."""

    ready_path = "/health"

    def __init__(self, folder: pathlib.Path | str, *flags: str) -> None:
        super().__init__(folder)
        self.flags = flags

    def command(self) -> list[str]:
        return [
            str(HOME / "bin" / "victoria-logs"),
            f"-storageDataPath={self.folder}/data",
            f"-httpListenAddr={LOCAL}:{self.port}",
            "-memory.allowedBytes=64MB",
            "-inmemoryDataFlushInterval=1s",
            *self.flags,
        ]

    def own_tenant(self) -> str:
        """One in which nothing lies yet, as ``AccountID:ProjectID``."""
        return f"{os.getpid()}:{next(_NUMBERS)}"

    def put(self, tenant: str, *lines: Line, streams: str = "host", message: str = "_msg", moment: str = "_time") -> None:
        """Lines such as ``{"_msg": "all is well", "host": "web1"}``; with the time of now where they have none."""
        body = "\n".join(json.dumps({moment: _now(), **line}) for line in lines)
        asked = urllib.parse.urlencode({"_stream_fields": streams, "_msg_field": message, "_time_field": moment})
        post(f"{self.url}/insert/jsonline?{asked}", body.encode(), {"Content-Type": "application/stream+json", **_of(tenant)})
        post(f"{self.url}/internal/force_flush", b"", {})


def _of(tenant: str) -> dict[str, str]:
    account, _colon, project = tenant.partition(":")
    return {"AccountID": account, "ProjectID": project or "0"}


def _now() -> str:
    """UTC, to the nanosecond."""
    seconds, rest = divmod(time.time_ns(), 10**9)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{rest:09d}Z"


def started(kind: type[Server], *arguments: t.Any) -> t.Any:
    """A server in a folder of its own, stopped when the tests of this process end."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix=f"{kind.__name__.lower()}-"))
    server = kind(folder, *arguments)
    _STARTED.append(server)
    return server.start(120.0)


@functools.cache
def victorialogs() -> VictoriaLogs:
    """The one that all tests of this process share: each takes ``own_tenant()``."""
    if not (HOME / "victorialogs.stamp").exists():
        pytest.skip("VictoriaLogs is not here: run dev/log-servers victorialogs")
    return t.cast("VictoriaLogs", started(VictoriaLogs))


@atexit.register
def stop_all() -> None:
    """Stops what was started, and removes its folders."""
    while _STARTED:
        server = _STARTED.pop()
        server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)


__all__ = ("VictoriaLogs", "started", "stop_all", "victorialogs")
