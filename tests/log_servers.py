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


def send(method: str, url: str, body: bytes | None, headers: t.Mapping[str, str]) -> bytes:
    request = urllib.request.Request(url, body, dict(headers), method=method)
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
        send("POST", f"{self.url}/insert/jsonline?{asked}", body.encode(), {"Content-Type": "application/stream+json", **_of(tenant)})
        send("POST", f"{self.url}/internal/force_flush", b"", {})


class OpenSearch(Server):
    """A cluster of one node. What is put in can be searched at once. ``settings`` are further ones, such as ``a.b=c``."""

    ready_path = "/_cluster/health?wait_for_status=yellow&timeout=1s"

    def __init__(self, folder: pathlib.Path | str, *settings: str) -> None:
        super().__init__(folder)
        self.settings = settings

    def command(self) -> list[str]:
        node = HOME / "opensearch"
        java = ["java", "-Xms128m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
        return [*java, "-cp", f"{node}/classes:{node}/lib/*", "OpenSearchNode", str(self.folder), str(self.port), *self.settings]

    def own_index(self, name: str = "logs") -> str:
        """The name of one that is not there yet."""
        return f"{name}-{os.getpid()}-{next(_NUMBERS)}"

    def ask(self, method: str, path: str, body: object = None) -> dict[str, t.Any]:
        data = None if body is None else json.dumps(body).encode()
        return t.cast("dict[str, t.Any]", json.loads(send(method, self.url + path, data, {"Content-Type": "application/json"})))

    def put(self, index: str, *lines: Line) -> None:
        """Lines such as ``{"message": "all is well", "host": {"name": "web1"}}``; with the time of now where they have none."""
        words = [text for line in lines for text in ('{"create":{}}', json.dumps({"@timestamp": _now(), **line}))]
        body = "\n".join([*words, ""]).encode()
        said = send("POST", f"{self.url}/{index}/_bulk?refresh=true", body, {"Content-Type": "application/x-ndjson"})
        answer = json.loads(said)
        assert not answer["errors"], answer["items"][0]


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


@functools.cache
def opensearch() -> OpenSearch:
    """The one that all tests of this process share: each takes ``own_index()``. It takes some seconds to start."""
    if not (HOME / "opensearch.stamp").exists():
        pytest.skip("OpenSearch is not here: run dev/log-servers opensearch")
    return t.cast("OpenSearch", started(OpenSearch))


@atexit.register
def stop_all() -> None:
    """Stops what was started, and removes its folders."""
    while _STARTED:
        server = _STARTED.pop()
        server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)


__all__ = ("OpenSearch", "VictoriaLogs", "opensearch", "started", "stop_all", "victorialogs")
