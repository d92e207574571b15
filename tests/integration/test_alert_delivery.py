# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A synthetic alert never stays: whoever is interrupted, and in whatever way. And what of a mailbox is left as it was."""

from __future__ import annotations

import http.server
import imaplib
import json
import os
import pathlib
import signal
import smtplib
import ssl
import subprocess
import sys
import threading
import time
import typing as t
import urllib.request

import pytest
import yaml
from ansible_collections.operability.readiness.plugins.module_utils._clients.mailbox import MailAccount, Mailbox
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve, Finding
from ansible_collections.operability.readiness.plugins.module_utils._phrase import verbatim
from ansible_collections.operability.readiness.plugins.module_utils._runner import Clock, Runner
from conftest import Running
from integration.playbook import ROLE, Site
from mail_servers import PASSWORD, USER, MailServer
from servers import LOCAL, Alertmanager, Binaries, free_port

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONFIG = """
route: {{receiver: nobody-listens, group_by: ['...'], group_wait: 100ms, routes: [{{receiver: oncall, matchers: [service=payments]}}]}}
receivers:
  - name: nobody-listens
    webhook_configs: [{{url: 'http://127.0.0.1:9/'}}]
  - name: oncall
    webhook_configs: [{{url: '{url}'}}]
"""
PROGRAM = """
import json, sys
sys.path.insert(0, sys.argv[1])
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, execute
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
execute([Item("x", "alertmanager_delivery", json.loads(sys.argv[2]))], Runner())
"""


class Hook:
    """Takes webhooks and keeps them."""

    def __init__(self) -> None:
        taken = self.taken = list[str]()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                taken.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
                self.send_response(200)
                self.end_headers()

            def do_GET(self) -> None:
                body = "\n".join(taken).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: t.Any) -> None:
                """Says nothing."""

        self.server = http.server.ThreadingHTTPServer((LOCAL, 0), Handler)
        self.url = f"http://{LOCAL}:{self.server.server_address[1]}/"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()


@pytest.fixture(scope="module")
def hook() -> t.Iterator[Hook]:
    made = Hook()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(scope="module")
def server(each_binaries: Binaries, module_running: Running, hook: Hook) -> Alertmanager:
    return t.cast("Alertmanager", module_running.start(Alertmanager, each_binaries, config=CONFIG.format(url=hook.url)))


def standing(server: Alertmanager) -> list[dict[str, t.Any]]:
    with urllib.request.urlopen(f"{server.url}/api/v2/alerts", timeout=10) as answer:
        return [alert for alert in json.load(answer) if "operability_mark" in alert["labels"]]


def until(holds: t.Callable[[], object], what: str, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"{what}: not within {seconds:g} s"
        time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL, signal.SIGHUP])
@pytest.mark.parametrize("whom", ["the process", "its whole session"])
def test_whoever_is_killed_leaves_no_alert(server: Alertmanager, number: signal.Signals, whom: str, tmp_path: pathlib.Path) -> None:
    args = {"url": server.url, "receipt_file": str(tmp_path / "never"), "deadline": "5m"}
    words = [sys.executable, "-c", PROGRAM, str(ROOT / "collections"), json.dumps(args)]
    process = subprocess.Popen(words, start_new_session=True, cwd=tmp_path, stderr=subprocess.DEVNULL)
    until(lambda: standing(server) or process.poll() is not None, "the alert stands")
    assert process.poll() is None
    if whom == "the process":
        os.kill(process.pid, number)
    else:
        os.killpg(process.pid, number)
    process.wait(timeout=30)
    until(lambda: not standing(server), "the alert is withdrawn")


class Interrupted(Clock):
    """Somebody presses Ctrl-C at the second pause."""

    def __init__(self, exception: BaseException) -> None:
        self.exception, self.pauses = exception, 0

    def sleep(self, seconds: float) -> None:
        self.pauses += 1
        if self.pauses > 1:
            raise self.exception
        super().sleep(seconds)


@pytest.mark.parametrize(
    "exception", [KeyboardInterrupt(), CannotObserve(verbatim("the time is over")), RuntimeError("a defect"), SystemExit(1)]
)
def test_whatever_is_raised_leaves_no_alert(server: Alertmanager, exception: BaseException, tmp_path: pathlib.Path) -> None:
    args = {"url": server.url, "receipt_file": str(tmp_path / "never"), "deadline": "5m", "interval": "50ms"}
    runner = Runner(clock=Interrupted(exception))
    if isinstance(exception, KeyboardInterrupt):
        with pytest.raises(KeyboardInterrupt):
            run_item(Item("x", "alertmanager_delivery", args), runner)
    else:
        (finding,) = run_item(Item("x", "alertmanager_delivery", args), runner)
        assert finding.status.value == "unknown"
    assert standing(server) == []


def test_the_alert_says_that_nothing_is_wrong_and_ends_by_itself(server: Alertmanager, hook: Hook, tmp_path: pathlib.Path) -> None:
    seen: list[dict[str, t.Any]] = []

    class Looking(Clock):
        def sleep(self, seconds: float) -> None:
            seen.extend(standing(server))
            super().sleep(seconds)

    args = {
        "url": server.url,
        "labels": {"service": "payments"},
        "receipt_file": str(tmp_path / "never"),
        "deadline": "2s",
        "interval": "500ms",
    }
    (finding,) = run_item(Item("x", "alertmanager_delivery", args), Runner(clock=Looking()))
    assert finding.status.value == "fail" and "says that it was sent by oncall (webhook)" in finding.message, finding.message
    alert = seen[0]
    assert alert["labels"]["severity"] == "critical" and "nothing is wrong" in alert["annotations"]["summary"]
    starts, ends = (time.mktime(time.strptime(alert[key][:19], "%Y-%m-%dT%H:%M:%S")) for key in ("startsAt", "endsAt"))
    assert 0 < ends - starts <= 40
    assert standing(server) == [] and len([text for text in hook.taken if alert["labels"]["operability_mark"] in text]) >= 1


def test_two_runs_at_once_are_told_apart(server: Alertmanager, hook: Hook, tmp_path: pathlib.Path) -> None:
    file = tmp_path / "taken"
    file.write_text("")
    over = threading.Event()

    def pour() -> None:
        while not over.wait(0.05):
            file.write_text("\n".join(hook.taken))

    threading.Thread(target=pour, daemon=True).start()
    found: list[Finding] = []

    def one() -> None:
        args = {"url": server.url, "labels": {"service": "payments"}, "receipt_file": str(file), "deadline": "20s", "interval": "100ms"}
        found.extend(run_item(Item("x", "alertmanager_delivery", args), Runner()))

    threads = [threading.Thread(target=one) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    over.set()
    assert [finding.status.value for finding in found] == ["pass"] * 4, [finding.message for finding in found]
    assert len({finding.observed["mark"] for finding in found}) == 4


# -- the mailbox


@pytest.fixture(scope="module")
def mail(module_running: Running) -> MailServer:
    if not MailServer.is_there():
        pytest.skip("there is no mail server here: run dev/debian-packages mail")
    return t.cast("MailServer", module_running.start(MailServer))


def account(mail: MailServer, tls: str = "implicit", **changes: t.Any) -> MailAccount:
    port = mail.imaps if tls == "implicit" else mail.imap
    return MailAccount(
        **{"host": "localhost", "username": USER, "password": PASSWORD, "port": port, "tls": tls, "ca_path": mail.ca_path, **changes}
    )


def deliver(mail: MailServer, text: str) -> None:
    with smtplib.SMTP(LOCAL, mail.smtp, timeout=10) as smtp:
        smtp.sendmail("alertmanager@example.org", [USER], text)


@pytest.mark.parametrize("tls", ["implicit", "starttls", "none"])
def test_what_arrives_is_found_and_stays_unread(mail: MailServer, tls: str) -> None:
    mark = f"operability-delivery-{tls}-{mail.smtp}"
    deliver(mail, f"Subject: earlier\r\n\r\n{mark}-earlier\r\n")
    box = Mailbox(account(mail, tls), Runner().within(60))
    until(lambda: _messages(mail, f"{mark}-earlier"), "it has arrived before")
    box.prepare()
    assert not box.arrived(f"{mark}-earlier"), "it was there before"
    quoted = mark.replace("-", "=2D").replace("delivery", "deliv=\r\nery")
    head = "Subject: [FIRING:1]\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    deliver(mail, f"{head}<p>{quoted}</p>\r\n")
    until(lambda: box.arrived(mark), "it has arrived")
    assert _unread(mail) >= 2, "nothing was marked as read"


def _messages(mail: MailServer, text: str) -> int:
    return int(_asked(mail, f'TEXT "{text}"'))


def _unread(mail: MailServer) -> int:
    return int(_asked(mail, "UNSEEN"))


def _asked(mail: MailServer, what: str) -> int:
    with imaplib.IMAP4_SSL("localhost", mail.imaps, ssl_context=ssl.create_default_context(cafile=mail.ca_path)) as client:
        client.login(USER, PASSWORD)
        client.select("INBOX", readonly=True)
        return len(client.search(None, what)[1][0].split())


def test_no_password_without_tls(mail: MailServer, tmp_path: pathlib.Path) -> None:
    """A mail server that does not offer STARTTLS is not told the password."""
    from certificates import TlsServer, issue

    server = TlsServer(tmp_path, [issue()], plain=b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\na CAPABILITY\r\n").start()
    box = Mailbox(account(mail, "starttls", host=LOCAL, port=server.port), Runner().within(3))
    with pytest.raises(CannotObserve) as told:
        box.prepare()
    server.stop()
    assert PASSWORD not in str(told.value)


# -- in a gate


@pytest.fixture(scope="module")
def asked(binaries: Binaries, module_running: Running, hook: Hook) -> Alertmanager:
    return t.cast("Alertmanager", module_running.start(Alertmanager, binaries, config=CONFIG.format(url=hook.url)))


@pytest.fixture
def gated(asked: Alertmanager, hook: Hook, tmp_path: pathlib.Path) -> Site:
    """A service of which nothing is asked but that notifications arrive."""
    site = Site(tmp_path / "site")
    shipped = yaml.safe_load((ROOT / "plugins/plugin_utils/_described/policies/default.yml").read_text())["requirements"]
    site.organisation["policy"] = {"name": "default", "requirements": dict.fromkeys(set(shipped) - {"MON-05"})}
    site.organisation["policy"]["requirements"]["MON-05"] = {"impact": "blocker"}
    site.organisation["servers"] = {"alertmanager": {"kind": "alertmanager", "url": asked.url, "timeout": "5s"}}
    site.organisation["defaults"] = {"alerts": {"labels": {"team": "shop"}, "delivery": {"deadline": "20s"}}}
    receipt = {"url": hook.url, "bearer_token": "t0ken-of-the-far-end"}
    site.service["alerts"] = {"match": {"service": "payments"}, "receivers": ["oncall"], "delivery": {"receipt": receipt}}
    return site


def test_a_gate_proves_that_notifications_arrive(gated: Site, asked: Alertmanager, hook: Hook) -> None:
    outcome = gated.run(ROLE, phase="pre")
    (finding,) = outcome.requirement("MON-05")["findings"]
    assert finding["status"] == "pass" and "(by oncall (webhook))" in finding["message"], outcome.output
    assert finding["observed"]["labels"] == {
        "alertname": "OperabilityDeliveryTest",
        "service": "payments",
        "severity": "critical",
        "team": "shop",
    }
    assert any(finding["observed"]["mark"] in text for text in hook.taken) and standing(asked) == []
    assert "t0ken-of-the-far-end" not in outcome.output + json.dumps(outcome.records)


def test_nothing_is_sent_in_check_mode(gated: Site, asked: Alertmanager, hook: Hook) -> None:
    before = len(hook.taken)
    outcome = gated.run(ROLE, "--check", phase="pre")
    assert outcome.says("alertmanager_delivery was not run: it leaves something behind, and this is check mode"), outcome.output
    assert len(hook.taken) == before and standing(asked) == []


def test_nothing_is_sent_unless_it_is_asked_for(gated: Site, hook: Hook) -> None:
    before = len(hook.taken)
    del gated.organisation["defaults"]["alerts"]["delivery"]
    del gated.service["alerts"]["delivery"]
    outcome = gated.run(ROLE, phase="pre")
    assert outcome.says("alerts.delivery is not declared: a test notification is sent only where that is asked for"), outcome.output
    assert len(hook.taken) == before


def test_a_controller_that_is_killed_leaves_no_alert(gated: Site, asked: Alertmanager, tmp_path: pathlib.Path) -> None:
    gated.service["alerts"]["delivery"] = {"deadline": "4m", "receipt": {"file": "never"}}
    gated.write()
    process = gated.start(str(gated.save("playbook.yml", ROLE)), phase="pre")
    until(lambda: standing(asked) or process.poll() is not None, "the alert stands", 60)
    assert process.poll() is None
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=30)
    until(lambda: not standing(asked), "the alert is withdrawn")


# -- in a cluster


class Peer(Alertmanager):
    """One of several that know each other."""

    def __init__(self, folder: pathlib.Path | str, binaries: Binaries, *, config: str, ports: t.Sequence[int], number: int) -> None:
        super().__init__(folder, binaries, config=config)
        self.ports, self.number = ports, number

    def command(self) -> list[str]:
        alone = [word for word in super().command() if not word.startswith("--cluster")]
        mine = f"--cluster.listen-address={LOCAL}:{self.ports[self.number]}"
        others = [f"--cluster.peer={LOCAL}:{port}" for port in self.ports if port != self.ports[self.number]]
        return [*alone, mine, *others, "--cluster.settle-timeout=1s"]


def peers_of(server: Alertmanager) -> tuple[str, int]:
    with urllib.request.urlopen(f"{server.url}/api/v2/status", timeout=10) as answer:
        cluster = json.load(answer)["cluster"]
    return str(cluster["status"]), len(cluster["peers"])


def test_a_peer_that_waits_for_the_other_is_no_fault(each_binaries: Binaries, running: Running, hook: Hook) -> None:
    """Alerts are not told from peer to peer: the second one notifies 15 s later, of what nobody else has notified of."""
    ports, config = [free_port(), free_port()], CONFIG.format(url=hook.url)
    peers = [running.start(Peer, each_binaries, config=config, ports=ports, number=number) for number in (0, 1)]
    until(lambda: all(peers_of(peer) == ("ready", 2) for peer in peers), "the cluster is ready")
    args = {"labels": {"service": "payments"}, "receipt_url": hook.url, "deadline": "5s", "interval": "100ms"}
    found = [finding for peer in peers for finding in run_item(Item("x", "alertmanager_delivery", {"url": peer.url, **args}), Runner())]
    assert sorted(finding.status.value for finding in found) == ["pass", "unknown"], [finding.message for finding in found]
    (waiting,) = [finding.message for finding in found if finding.status.value == "unknown"]
    assert "one of 2 peers of a cluster may take up to 15 s" in waiting, waiting
    assert [standing(peer) for peer in peers] == [[], []]
