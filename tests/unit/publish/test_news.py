# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is new since the last run, told once to those responsible: by a real HTTP server, and a mail server that takes what it gets."""

from __future__ import annotations

import email
import email.policy
import http.server
import json
import pathlib
import socketserver
import threading
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.files import PublishFailure
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.news import Told, news
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.targets import Asked, NothingNew, tellings
from unit.publish.records import record

Json = dict[str, t.Any]


def changed(**delta: t.Any) -> Json:
    made: Json = record()
    made["run"]["id"] = "20261124T060000Z-pre-1"
    change = {"requirement": "BKP-01", "before": "pass", "now": "fail"}
    made["delta"] = {
        "run": "r0",
        "at": "2026-11-23T06:00:00Z",
        "verdict_before": "go",
        **(delta or {"new_failures": [change]}),
    }
    return made


class Hook(http.server.BaseHTTPRequestHandler):
    got: t.ClassVar[list[tuple[str | None, Json]]] = []
    status: t.ClassVar[int] = 204

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.got.append((self.headers["Authorization"], body))
        self.send_response(self.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Says nothing."""


class MailServer(socketserver.StreamRequestHandler):
    """Takes each mail; it knows no encryption."""

    got: t.ClassVar[list[tuple[list[str], bytes]]] = []

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        to: list[str] = []
        while line := self.rfile.readline().decode().strip():
            word = line.split()[0].upper()
            if word == "RCPT":
                to.append(line.partition(":")[2].strip("<> "))
            if word == "DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = []
                while (given := self.rfile.readline()) != b".\r\n":
                    lines.append(given)
                self.got.append((to, b"".join(lines)))
            self.wfile.write(b"221 bye\r\n" if word == "QUIT" else b"250 mail.test\r\n")


@pytest.fixture
def hook() -> t.Iterator[str]:
    Hook.got.clear()
    Hook.status = 204
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/hooks/1"
        server.shutdown()


@pytest.fixture
def mail() -> t.Iterator[Json]:
    MailServer.got.clear()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), MailServer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield {"host": "127.0.0.1", "port": server.server_address[1], "sender": "readiness@shop.test", "starttls": False}
        server.shutdown()


def tell(made: Json, folder: pathlib.Path, **options: t.Any) -> list[str]:
    return [target.write() for target in tellings(made, Asked.of(options), Told(folder))]


def test_what_is_news() -> None:
    assert news(record() | {"delta": None}) is None
    assert news(changed(unchanged=[{"requirement": "BKP-01", "before": "fail", "now": "fail"}])) is None
    told = t.cast("Json", news(changed()))
    (failure,) = told["new_failures"]
    assert (failure["requirement"], failure["before"], failure["now"]) == ("BKP-01", "pass", "fail")
    assert told["responsible"] == [failure["responsible"]] and failure["message"]
    assert (told["service"], told["environment"], told["phase"], told["verdict"]) == ("payments", "production", "pre", "no_go")
    assert news(changed(repaired=[{"requirement": "GONE-01", "before": "fail", "now": "pass"}])), "also of what is not asked any more"


def test_a_webhook_is_told_once(hook: str, tmp_path: pathlib.Path) -> None:
    options = {"webhook": {"url": hook, "bearer_token": "s3cret"}}
    assert tell(changed(), tmp_path / "told", **options) == [hook]
    ((authorization, body),) = Hook.got
    assert authorization == "Bearer s3cret" and body["new_failures"][0]["requirement"] == "BKP-01"
    with pytest.raises(NothingNew):
        tell(changed(), tmp_path / "told", **options)
    another = changed()
    another["run"]["id"] = "20261125T060000Z-pre-2"
    tell(another, tmp_path / "told", **options)
    assert len(Hook.got) == 2
    assert tell(changed(unchanged=[]), tmp_path / "told", **options) == [], "nothing is new"


def test_what_could_not_be_told_is_told_the_next_time(hook: str, tmp_path: pathlib.Path) -> None:
    Hook.status = 500
    with pytest.raises(PublishFailure, match="HTTP 500"):
        tell(changed(), tmp_path, webhook={"url": hook})
    Hook.status = 200
    assert tell(changed(), tmp_path, webhook={"url": hook}) == [hook]
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(PublishFailure, match="nobody would know"):
        tell(changed(), blocked / "told", webhook={"url": hook})
    assert len(Hook.got) == 2


def test_those_responsible_get_a_mail_in_their_language(mail: Json, tmp_path: pathlib.Path) -> None:
    made = changed()
    team = t.cast("Json", news(made))["responsible"][0]
    options = {"mail": {**mail, "to": {team: ["one@shop.test", "two@shop.test"], "default": "all@shop.test"}}, "language": "fr"}
    assert tell(made, tmp_path, **options) == [f"127.0.0.1:{mail['port']}"]
    ((to, raw),) = MailServer.got
    sent = email.message_from_bytes(raw, policy=email.policy.default)
    assert to == ["one@shop.test", "two@shop.test"] and sent["From"] == "readiness@shop.test"
    assert "payments" in str(sent["Subject"]) and "BKP-01" in sent.get_content() and "environnement" in sent.get_content()
    with pytest.raises(NothingNew):
        tell(made, tmp_path, **options)


def test_whom_no_mail_reaches(mail: Json, tmp_path: pathlib.Path) -> None:
    with pytest.raises(PublishFailure, match="has an address in 'to', nor 'default'"):
        tell(changed(), tmp_path, mail={**mail, "to": {"somebody": "x@shop.test"}})
    tell(changed(), tmp_path, mail={**mail, "to": {"default": "all@shop.test"}})
    assert MailServer.got[0][0] == ["all@shop.test"]
    other = changed()
    other["run"]["id"] = "another"
    with pytest.raises(PublishFailure, match="mail: 127.0.0.1"):
        tell(other, tmp_path, mail={**mail, "to": {"default": "a@shop.test"}, "starttls": True, "username": "u", "password": "hidden-pass"})
    with pytest.raises(PublishFailure, match="cannot be used") as refused:
        tell(other, tmp_path, mail={**mail, "to": {"default": "a@shop.test\nBcc: everybody@shop.test"}})
    assert len(MailServer.got) == 1 and "hidden-pass" not in str(refused.value)
