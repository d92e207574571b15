# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Alertmanager whose routes lead to a real mail server, and to a small HTTP server that takes webhooks; shared by many rows.

Which route an alert takes is said by its label ``case``. Whatever is shared is started once, and stopped when Python ends.
"""

from __future__ import annotations

import atexit
import functools
import http.server
import json
import pathlib
import shutil
import smtplib
import tempfile
import threading
import time
import typing as t
import urllib.request
from urllib.parse import unquote, urlsplit

from mail_servers import MailServer
from servers import LOCAL, Alertmanager, Binaries, free_port

CONFIG = """
global: {{smtp_require_tls: false, smtp_from: alertmanager@example.org}}
route:
  receiver: oncall
  group_by: ['...']
  group_wait: 50ms
  group_interval: 1s
  routes:
    - {{matchers: [case=file], receiver: file}}
    - {{matchers: [case=mail], receiver: mail}}
    - {{matchers: [case=mute], receiver: mute}}
    - {{matchers: [case=elsewhere], receiver: elsewhere}}
    - {{matchers: [case=refused], receiver: refused}}
    - {{matchers: [case=failing], receiver: failing}}
    - {{matchers: [case=partly], receiver: partly}}
    - {{matchers: [case=dropped], receiver: dropped}}
    - {{matchers: [case=late], receiver: late}}
    - {{matchers: [case=bounced], receiver: bounced}}
    - {{matchers: [case=copied], receiver: audit, continue: true}}
    - {{matchers: [case=copied], receiver: failing}}
    - {{matchers: [case=halved], receiver: halved}}
    - {{matchers: [case=twice], receiver: oncall, continue: true}}
    - {{matchers: [case=twice], receiver: twin}}
    - {{matchers: [case=patient], receiver: oncall, group_wait: 1h}}
    - {{matchers: [case=shown], receiver: oncall, group_wait: 8s}}
    - {{matchers: [case=grouped], receiver: oncall, group_by: [case], group_interval: 1h}}
    - {{matchers: [case=past], receiver: oncall, active_time_intervals: [past]}}
    - {{matchers: [case=season], receiver: oncall, mute_time_intervals: [season]}}
    - {{matchers: [case=always], receiver: oncall, active_time_intervals: [always]}}
receivers:
  - name: oncall
    webhook_configs: [{{url: '{sink}/take', send_resolved: true}}]
  - name: file
    webhook_configs: [{{url: '{sink}/to-file'}}]
  - name: elsewhere
    webhook_configs: [{{url: '{sink}/elsewhere'}}]
  - name: dropped
    webhook_configs: [{{url: '{sink}/drop'}}]
  - name: late
    webhook_configs: [{{url: '{sink}/late'}}]
  - name: failing
    slack_configs: [{{api_url: '{sink}/fail', channel: '#alerts'}}]
  - name: mail
    email_configs: [{{to: alerts@example.org, smarthost: '127.0.0.1:{smtp}'}}]
  - name: refused
    email_configs: [{{to: alerts@example.org, smarthost: '127.0.0.1:{closed}'}}]
  - name: partly
    webhook_configs: [{{url: '{sink}/take'}}]
    pushover_configs: [{{user_key: u, token: t, http_config: {{proxy_url: 'http://127.0.0.1:{closed}'}}}}]
  - name: bounced
    webhook_configs: [{{url: '{sink}/bounce'}}]
  - name: audit
    webhook_configs: [{{url: '{sink}/take'}}]
  - name: halved
    slack_configs: [{{api_url: '{sink}/take', channel: '#a'}}, {{api_url: '{sink}/fail', channel: '#b'}}]
  - name: twin
    webhook_configs: [{{url: '{sink}/take'}}, {{url: '{sink}/to-file'}}]
  - name: mute
inhibit_rules:
  - {{source_matchers: [case=source], target_matchers: [case=inhibited], equal: [cluster]}}
time_intervals:
  - name: past
    time_intervals: [{{years: ['1999']}}]
  - name: season
    time_intervals: [{{months: {season}}}]
  - name: always
    time_intervals: [{{times: [{{start_time: '00:00', end_time: '24:00'}}]}}]
"""

BOUNCE = """\
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
To: alerts@example.org
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; oncall@example.org
Action: failed
Status: 5.1.1

--B
Content-Type: message/rfc822

From: alertmanager@example.org
Subject: [FIRING:1] {mark}

{mark}

--B--
"""


class Sink:
    """Takes webhooks, and shows at ``/seen`` what came to ``/take`` and ``/late``; what came to ``/to-file`` is added to ``file``, what
    came to ``/bounce`` is returned by mail as undeliverable.

    ``/reflect`` answers with what it is asked, ``/reflect-later`` from the third question on; ``/am/...`` is the Alertmanager itself;
    ``/heartbeat/KIND`` is what a heartbeat service says.
    """

    def __init__(self, folder: pathlib.Path) -> None:
        sink = self
        self.file, self.seen, self.elsewhere = folder / "notifications.log", list[bytes](), list[bytes]()
        self.questions, self.alertmanager, self.smtp = 0, "", 0

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body, path = self.rfile.read(int(self.headers["Content-Length"])), self.path
                if path == "/late":
                    time.sleep(4)
                if path in ("/take", "/late"):
                    sink.seen.append(body)
                elif path == "/elsewhere":
                    sink.elsewhere.append(body)
                elif path == "/bounce":
                    sink.bounce(json.loads(body)["alerts"][0]["labels"]["operability_mark"])
                elif path == "/to-file":
                    with open(sink.file, "ab") as file:
                        file.write(body + b"\n")
                self._send(500 if path == "/fail" else 403 if path.startswith("/am/") else 200, b"ok", "text/plain")

            def do_GET(self) -> None:
                path = urlsplit(self.path).path
                if path == "/seen":
                    self._send(200, b"\n".join(sink.seen), "text/plain")
                elif path == "/search":
                    wanted = unquote(urlsplit(self.path).query).encode()
                    self._send(200, json.dumps({"hits": [body.decode() for body in sink.seen if wanted in body]}).encode())
                elif path.startswith("/reflect"):
                    sink.questions += 1
                    told = self.path if path == "/reflect" or sink.questions >= 3 else "nothing"
                    self._send(200, json.dumps({"no results for": told}).encode())
                elif path.startswith("/am/"):
                    with urllib.request.urlopen(sink.alertmanager + self.path[3:], timeout=10) as answer:
                        self._send(200, answer.read(), answer.headers["Content-Type"])
                elif path.startswith("/heartbeat/"):
                    self._send(200, json.dumps(heartbeat(path.rpartition("/")[2])).encode())
                else:
                    self._send(404, b"", "text/plain")

            def _send(self, status: int, body: bytes, kind: str = "application/json") -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: t.Any) -> None:
                """Says nothing."""

        self.server = http.server.ThreadingHTTPServer((LOCAL, 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://{LOCAL}:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def bounce(self, mark: str) -> None:
        with smtplib.SMTP(LOCAL, self.smtp, timeout=10) as smtp:
            smtp.sendmail("", ["alerts@example.org"], BOUNCE.format(mark=mark))

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def heartbeat(kind: str) -> dict[str, object]:
    """What a heartbeat service says of a check, much as Healthchecks does."""
    ages = {"up": 60, "old": 7200, "down": 7200, "future": -7200}
    if kind == "new":
        return {"status": "new", "last_ping": None}
    if kind == "nonsense":
        return {"status": "up", "last_ping": "yesterday"}
    if kind == "other":
        return {"detail": "no such check"}
    moment = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(time.time() - ages[kind]))
    return {"name": "watchdog", "status": "down" if kind == "down" else "up", "last_ping": moment}


def season() -> list[str]:
    """This month and the next, and those before, so that no test is at the end of it."""
    month = time.gmtime().tm_mon
    return [str((month + number) % 12 + 1) for number in (-2, -1, 0)]


class Site:
    """All of it. ``mail`` is None where the programs are not here."""

    def __init__(self, binaries: Binaries) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="notified-"))
        self.sink = Sink(self.folder)
        self.mail = MailServer(self.folder / "mail").start() if MailServer.is_there() else None
        smtp = self.sink.smtp = self.mail.smtp if self.mail else free_port()
        config = CONFIG.format(sink=self.sink.url, smtp=smtp, closed=free_port(), season=season())
        self.server: Alertmanager = Alertmanager(self.folder / "alertmanager", binaries, config=config).start()
        self.sink.alertmanager = self.url = self.server.url

    def stop(self) -> None:
        self.server.stop()
        self.sink.stop()
        if self.mail:
            self.mail.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def post(self, *, starts: float = -60.0, ends: float = 600.0, **labels: str) -> None:
        """An alert; times are told in seconds from now."""

        def moment(offset: float) -> str:
            return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + offset))

        alert = {"labels": {"severity": "none", **labels}, "startsAt": moment(starts), "endsAt": moment(ends)}
        self.ask("/api/v2/alerts", [alert])

    def silence(self, **labels: str) -> None:
        def moment(offset: float) -> str:
            return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + offset))

        matchers = [{"name": name, "value": value, "isRegex": False, "isEqual": True} for name, value in labels.items()]
        times = {"startsAt": moment(0), "endsAt": moment(3600)}
        self.ask("/api/v2/silences", {"matchers": matchers, "createdBy": "alice", "comment": "disk swap", **times})

    def ask(self, path: str, body: object = None) -> t.Any:
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(self.url + path, data=data, headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(asked, timeout=10) as answer:
            text = answer.read().decode()
        return json.loads(text) if text.strip() else None

    def standing(self) -> list[dict[str, t.Any]]:
        """Synthetic alerts that have not been withdrawn."""
        return [alert for alert in self.ask("/api/v2/alerts") if "operability_mark" in alert["labels"]]


@functools.cache
def site(binaries: Binaries) -> Site:
    """The one that all rows share."""
    made = Site(binaries)
    atexit.register(made.stop)
    return made


__all__ = ("CONFIG", "Sink", "Site", "heartbeat", "site")
