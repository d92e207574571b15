# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One HTTP request that is made when this process ends, in whatever way, without having taken it back. PRIVATE to the collection.

A Python in a session of its own has the request and waits at a pipe. The kernel closes the pipe when this process is killed, and then the
request is made. Neither address nor credentials stand on a command line.
"""

from __future__ import annotations

import base64
import contextlib
import json
import subprocess
import sys
import typing as t
from urllib.parse import unquote, urlsplit, urlunsplit

from .._exchange import Connection

TRIES = 3
# no part of the collection: it may be gone by then, with the temporary folder in which it was brought here
_PROGRAM = """\
import json, select, signal, ssl, sys, time, urllib.request
for name in ("SIGHUP", "SIGINT", "SIGTERM"):
    signal.signal(getattr(signal, name), signal.SIG_IGN)
will = json.loads(sys.stdin.buffer.readline())
end = time.monotonic() + will["waits"]
while True:
    ready = select.select([0], [], [], max(0.0, end - time.monotonic()))[0]
    if not ready or sys.stdin.buffer.readline().strip() == b"done":
        sys.exit(0)
    break
context = None
if will["url"].startswith("https:"):
    context = ssl.create_default_context(cafile=will["ca_path"])
    if not will["validate_certs"]:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if will["client_cert"]:
        context.load_cert_chain(will["client_cert"], will["client_key"])
opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context))
for left in range(will["tries"], 0, -1):
    asked = urllib.request.Request(will["url"], will["body"].encode(), will["headers"], method=will["method"])
    try:
        opener.open(asked, timeout=5).close()
        break
    except Exception:
        time.sleep(1 if left > 1 else 0)
"""


class LastWill:
    """``with LastWill(...)``: the request is made by itself unless ``take_back`` was called; at the end of the block at the latest.

    ``waits``: seconds after which nobody needs it any more.
    """

    def __init__(self, connection: Connection, method: str, url: str, body: str, headers: t.Mapping[str, str], waits: float) -> None:
        every = {**connection.all_headers, **headers}
        parts = urlsplit(url)
        user, password = connection.url_username, connection.url_password
        if not user and parts.username:
            user, password = unquote(parts.username), unquote(parts.password or "")
        if user:
            login = f"{user}:{password or ''}".encode()
            every["Authorization"] = f"Basic {base64.b64encode(login).decode('ascii')}"
        self._will = {
            "method": method,
            "url": urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, parts.query, "")),
            "body": body,
            "headers": every,
            "validate_certs": connection.validate_certs,
            "ca_path": connection.ca_path,
            "client_cert": connection.client_cert,
            "client_key": connection.client_key,
            "waits": waits,
            "tries": TRIES,
        }
        self._keeper: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> LastWill:
        """OSError where no process can be started."""
        self._keeper = subprocess.Popen(  # pylint: disable=ansible-bad-function,consider-using-with # it outlives this process
            [sys.executable or "python3", "-I", "-S", "-c", _PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
        )
        self._say(json.dumps(self._will))
        return self

    def take_back(self) -> None:
        """What was to be done has been done."""
        self._say("done")

    def __exit__(self, *_unused: object) -> None:
        keeper, self._keeper = self._keeper, None
        if keeper is None or keeper.stdin is None:
            return
        with contextlib.suppress(OSError):
            keeper.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            keeper.wait(timeout=1.0)

    def _say(self, line: str) -> None:
        if self._keeper is not None and self._keeper.stdin is not None:
            with contextlib.suppress(OSError):
                self._keeper.stdin.write(line.encode("utf-8") + b"\n")
                self._keeper.stdin.flush()


__all__ = ("LastWill",)
