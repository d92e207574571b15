# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A webhook of the organisation's file, through the role: what is new is told once, and its token is shown to nobody."""

from __future__ import annotations

import http.server
import json
import pathlib
import threading
import typing as t

from integration.acts import Acts
from integration.playbook import Site


class Hook(http.server.BaseHTTPRequestHandler):
    got: t.ClassVar[list[tuple[str | None, dict[str, t.Any]]]] = []

    def do_POST(self) -> None:
        self.got.append((self.headers["Authorization"], json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Says nothing."""


def test_a_webhook_through_the_role(tmp_path: pathlib.Path) -> None:
    site = Site(tmp_path / "site", ["web1"])
    acts = Acts(site)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/hook"
        site.organisation["publish"]["webhook"] = {"url": url, "bearer_token": "hook-secret"}
        acts.gate("healthy", phase="recheck")
        acts.gate("broken", phase="recheck", before=f"echo 2 >{site.folder}/state/web1")
        again = {
            "operability.readiness.publish": {"record": "{{ lookup('fileglob', records ~ '/*-recheck-*', wantlist=true) | sort | last }}"}
        }
        again["operability.readiness.publish"]["webhook"] = {"url": url}
        acts.tasks("again", {**again, "vars": {"records": str(site.state.parent / "runs")}})
        acts.gate("still broken", phase="recheck")
        seen = acts.play()
        server.shutdown()
    assert [(token, body["run"]) for token, body in Hook.got] == [("Bearer hook-secret", seen["broken"].record["run"]["id"])]
    (failure,) = Hook.got[0][1]["new_failures"]
    assert (failure["requirement"], failure["responsible"], Hook.got[0][1]["verdict"]) == ("APP-01", "team-shop", "no_go")
    assert all("hook-secret" not in outcome.output for outcome in seen.values())
