# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""runbook over real HTTP: how links are asked, what time-outs do, where credentials go; and the module alone in a playbook's way."""

from __future__ import annotations

import http.server
import json
import os
import pathlib
import subprocess
import sys
import threading
import time
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner

TEXT = """\
---
owner: team-payments
last_reviewed: {today}
---
## Symptoms
The queue grows.
"""
PAGE = "<html><title>Payments {path}</title><h1 id='queue'>What to do about {path}</h1><p>{words}</p></html>"


def page(path: str) -> bytes:
    """Each address has a page of its own."""
    return PAGE.format(path=path, words=" ".join(f"{path.strip('/')}{number}" for number in range(60))).encode()


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Web

    def _answer(self) -> None:
        with self.server.lock:
            self.server.asked.append((self.command, self.path, self.headers.get("Authorization")))
            self.server.busy += 1
            self.server.most = max(self.server.most, self.server.busy)
        time.sleep(self.server.pause)
        if self.path.startswith("/hang"):
            self.server.over.wait(120)
        with self.server.lock:
            self.server.busy -= 1
        moved, body = self.path.startswith("/moved"), page(self.path)
        self.send_response(301 if moved else 404 if self.path == "/" or "no-such-page" in self.path else 200)
        if moved:
            self.send_header("Location", "/final")
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(0 if moved else len(body)))
        self.end_headers()
        if self.command == "GET" and not moved:
            self.wfile.write(body)

    do_GET = do_HEAD = _answer

    def log_message(self, *args: t.Any) -> None:
        """Says nothing."""


class Web(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[tuple[str, str, str | None]] = []
        self.lock, self.over = threading.Lock(), threading.Event()
        self.busy, self.most, self.pause = 0, 0, 0.0
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: t.Any, client_address: t.Any) -> None:
        """Clients that go away are part of the test."""


@pytest.fixture
def web() -> t.Iterator[Web]:
    server = Web()
    yield server
    server.over.set()
    server.shutdown()
    server.server_close()


def look(folder: pathlib.Path, links: t.Iterable[str], **args: t.Any) -> Finding:
    path = folder / "runbook.md"
    path.write_text(TEXT.format(today=time.strftime("%Y-%m-%d", time.gmtime())) + "".join(f"- [x]({link})\n" for link in links))
    given = {"path": str(path), "sections": ["symptoms"], **args}
    return run_item(Item(key="test", check="runbook", args=given), Runner())[0]


def test_links_are_asked_side_by_side_but_at_most_eight(tmp_path: pathlib.Path, web: Web) -> None:
    web.pause = 0.1
    finding = look(tmp_path, [f"{web.url}/{number}" for number in range(24)])
    assert str(finding.status) == "pass", finding.message
    assert finding.observed["links"] == 24
    assert 2 <= web.most <= 8


def test_each_address_is_asked_once_whatever_its_anchors(tmp_path: pathlib.Path, web: Web) -> None:
    finding = look(tmp_path, [f"{web.url}/one#queue", f"{web.url}/one", f"{web.url}/one#gone", f"{web.url}/moved"])
    assert [path for method, path, _auth in web.asked if method == "GET"].count("/one") == 1
    assert finding.details == [f"line 9: the link is dead: the page {web.url}/one has no anchor #gone"]


def test_a_server_that_hangs_costs_its_links_only(tmp_path: pathlib.Path, web: Web) -> None:
    started = time.monotonic()
    finding = look(tmp_path, [f"{web.url}/hang", f"{web.url}/fine"], link_timeout="2s")
    assert time.monotonic() - started < 30
    assert (str(finding.status), len(finding.details)) == ("unknown", 1)
    assert f"the link cannot be judged: {web.url}/hang did not answer" in finding.message


def test_the_time_of_the_check_bounds_all_links(tmp_path: pathlib.Path, web: Web) -> None:
    started = time.monotonic()
    finding = look(tmp_path, [f"{web.url}/hang{number}" for number in range(20)], timeout="1s")
    assert time.monotonic() - started < 30
    assert (str(finding.status), len(finding.details)) == ("unknown", 20)


def test_credentials_reach_the_named_host_only(tmp_path: pathlib.Path, web: Web) -> None:
    other = Web()
    try:
        host = f"127.0.0.1:{web.server_port}"
        finding = look(tmp_path, [f"{web.url}/a", f"{other.url}/b"], bearer_token="s3cret-token", link_hosts=[host])
    finally:
        other.shutdown()
        other.server_close()
    assert str(finding.status) == "pass"
    assert {auth for _method, _path, auth in web.asked} == {"Bearer s3cret-token"}
    assert {auth for _method, _path, auth in other.asked} == {None}
    assert "s3cret" not in json.dumps(finding.as_dict())


def test_the_module_alone(tmp_path: pathlib.Path, web: Web) -> None:
    """As a task of anybody's playbook: fails, and returns the finding."""
    look(tmp_path, [f"{web.url}/fine", "gone.md"])
    program = pathlib.Path(sys.executable).with_name("ansible")
    if not program.exists():
        pytest.skip("ansible is not installed beside this Python")
    words = f"path={tmp_path}/runbook.md sections=symptoms,rollback"
    done = subprocess.run(
        [
            str(program),
            "localhost",
            "-m",
            "operability.readiness.runbook",
            "-a",
            words,
            "-e",
            f"ansible_python_interpreter={sys.executable}",
        ],
        env={
            **os.environ,
            "ANSIBLE_LOAD_CALLBACK_PLUGINS": "1",
            "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.default",
            "ANSIBLE_NOCOLOR": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stdout + done.stderr
    assert "runbook fail" in done.stdout
    assert "the section rollback is missing" in done.stdout
    assert "the link gone.md is dead: there is no such file" in done.stdout
