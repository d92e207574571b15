# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways for a line to take, real ones: rsyslogd as receiver and as shipper in many settings, shippers that go wrong, servers that log."""

from __future__ import annotations

import contextlib
import dataclasses
import http.server
import os
import pathlib
import socket
import threading
import time
import typing as t

import certificates
from servers import LOCAL, Rsyslog, free_port

HOST = socket.gethostname().split(".", 1)[0]
PER_HOST = "{central}/%HOSTNAME%/%PROGRAMNAME%.log"
RFC3339 = "%TIMESTAMP:::date-rfc3339% %HOSTNAME% %syslogtag%%msg%\\n"


@dataclasses.dataclass
class Tls:
    """The files of a receiver that speaks TLS, and of whoever sends to it."""

    folder: pathlib.Path
    names: tuple[str, ...] = certificates.NAMES
    expired: bool = False

    def __post_init__(self) -> None:
        root = certificates.authority()
        days = {"start": -40 * certificates.DAY, "end": -2 * certificates.DAY} if self.expired else {}
        server = certificates.issue("log1.example", root, names=self.names, **days)
        client = certificates.issue("web1.example", root, names=("web1.example",))
        self.ca = certificates.write(self.folder / "ca.pem", root)
        self.server = certificates.write(self.folder / "server.pem", server)
        self.server_key = self._key("server.key", server)
        self.client = certificates.write(self.folder / "client.pem", client)
        self.client_key = self._key("client.key", client)

    def _key(self, name: str, issued: certificates.Issued) -> str:
        path = self.folder / name
        path.write_text(issued.key_pem)
        return str(path)


class Receiver(Rsyslog):
    """rsyslogd that takes syslog on its port, over TCP and UDP or over TLS, and writes each line by ``template`` to ``to``."""

    def __init__(
        self,
        folder: pathlib.Path | str,
        binaries: t.Any,
        *,
        tls: Tls | None = None,
        asks_for_certificate: bool = False,
        counts_octets: bool = True,
        longest: str = "8k",
        too_long: str = "truncate",
        template: str = "",
        to: str = PER_HOST,
        zone: str = "",
        forwards: str = "",
    ) -> None:
        super().__init__(folder, binaries)
        self.tls, self.asks_for_certificate, self.counts_octets = tls, asks_for_certificate, counts_octets
        self.longest, self.too_long, self.template, self.to, self.zone = longest, too_long, template, to, zone
        self.forwards = forwards

    def environment(self) -> dict[str, str]:
        return {**super().environment(), **({"TZ": self.zone} if self.zone else {})}

    def command(self) -> list[str]:
        words = super().command()
        how = ' template="how"' if self.template else ""
        stream = f'address="{LOCAL}" port="{self.port}" SupportOctetCountedFraming="{"on" if self.counts_octets else "off"}"'
        lines = [
            f'global(workDirectory="{self.folder}" maxMessageSize="{self.longest}" oversizemsg.input.mode="{self.too_long}"',
            f' oversizemsg.report="off"{self._driver()})',
            'module(load="imuxsock" SysSock.Use="off")',
            f'input(type="imuxsock" Socket="{self.socket}")',
        ]
        if self.tls:
            mode = "x509/certvalid" if self.asks_for_certificate else "anon"
            lines += [
                f'module(load="imtcp" StreamDriver.Name="ossl" StreamDriver.Mode="1" StreamDriver.AuthMode="{mode}")',
                f'input(type="imtcp" {stream})',
            ]
        else:
            lines += ['module(load="imtcp")', f'input(type="imtcp" {stream})']
            lines += ['module(load="imudp")', f'input(type="imudp" address="{LOCAL}" port="{self.port}")']
        lines += [
            f'template(name="where" type="string" string="{self.to.format(central=self.central)}")',
            f'template(name="how" type="string" string="{self.template}")' if self.template else "",
            f'*.* action(type="omfile" dynaFile="where" createDirs="on"{how})',
            self.forwards,
        ]
        (self.folder / "rsyslog.conf").write_text("\n".join(lines) + "\n")
        return words

    def _driver(self) -> str:
        if not self.tls:
            return ""
        return (
            f' DefaultNetstreamDriver="ossl" DefaultNetstreamDriverCAFile="{self.tls.ca}"'
            f' DefaultNetstreamDriverCertFile="{self.tls.server}" DefaultNetstreamDriverKeyFile="{self.tls.server_key}"'
        )

    def is_ready(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex((LOCAL, self.port)) == 0 and self.socket.exists()


class Shipper(Rsyslog):
    """rsyslogd that follows the file ``follows`` and sends its lines over TCP to ``to``, under the name ``host`` if that is given."""

    def __init__(
        self, folder: pathlib.Path | str, binaries: t.Any, *, follows: pathlib.Path, to: int, host: str = "", tag: str = "payments"
    ) -> None:
        super().__init__(folder, binaries)
        self.follows, self.to, self.host, self.tag = follows, to, host, tag

    def command(self) -> list[str]:
        words = super().command()
        text = (self.folder / "rsyslog.conf").read_text().split("template(", 1)[0]
        named = ' template="form"' if self.host else ""
        form = f"<%PRI%>%TIMESTAMP:::date-rfc3339% {self.host} %syslogtag%%msg:::sp-if-no-1st-sp%%msg%"
        text += (
            'module(load="imfile" mode="polling" pollingInterval="1")\n'
            f'input(type="imfile" File="{self.follows}" Tag="{self.tag}:" reopenOnTruncate="on")\n'
            + (f'template(name="form" type="string" string="{form}")\n' if self.host else "")
            + f'*.* action(type="omfwd" target="{LOCAL}" port="{self.to}" protocol="tcp"{named})\n'
        )
        (self.folder / "rsyslog.conf").write_text(text)
        return words


class Background:
    """Something that goes on until it is stopped: ``work`` is called again and again."""

    def __init__(self, folder: pathlib.Path | str) -> None:
        self.folder, self.over = pathlib.Path(folder), threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> t.Any:
        self.begin()
        self.thread.start()
        return self

    def begin(self) -> None:
        """Before the first time."""

    def work(self) -> None:
        raise NotImplementedError

    def _run(self) -> None:
        while not self.over.wait(0.1):
            with contextlib.suppress(OSError):
                self.work()

    def stop(self) -> None:
        self.over.set()
        self.thread.join(5)


class HoldsItsFile(Background):
    """A shipper that opens the log once, and goes on reading that file when another one has taken its name."""

    def __init__(self, folder: pathlib.Path | str, *, follows: pathlib.Path, into: pathlib.Path) -> None:
        super().__init__(folder)
        self.follows, self.into = follows, into

    def begin(self) -> None:
        self.handle = open(self.follows, encoding="utf-8")  # noqa: SIM115 # it is held for as long as the shipper runs
        self.handle.seek(0, os.SEEK_END)

    def work(self) -> None:
        text = self.handle.read()
        if text:
            with open(self.into, "a", encoding="utf-8") as central:
                central.write(text)


class ForgetsTheRest(Background):
    """A shipper that looks every few seconds, and when the log was rotated meanwhile begins with the new file."""

    def __init__(self, folder: pathlib.Path | str, *, follows: pathlib.Path, into: pathlib.Path, every: float = 3.0) -> None:
        super().__init__(folder)
        self.follows, self.into, self.every = follows, into, every

    def begin(self) -> None:
        status = self.follows.stat()
        self.inode, self.place = status.st_ino, status.st_size

    def work(self) -> None:
        if self.over.wait(self.every):
            return
        inode = self.follows.stat().st_ino
        self.place = self.place if inode == self.inode else 0
        self.inode = inode
        with open(self.follows, "rb") as handle:
            handle.seek(self.place)
            new = handle.read()
            self.place = handle.tell()
        with open(self.into, "ab") as central:
            central.write(new)


class Copies(Background):
    """A shipper that appends what comes into the log to each of the files ``into``, as ``change`` makes it."""

    def __init__(
        self, folder: pathlib.Path | str, *, follows: pathlib.Path, into: t.Sequence[pathlib.Path], change: t.Callable[[str], str] = str
    ) -> None:
        super().__init__(folder)
        self.follows, self.into, self.change = follows, into, change

    def begin(self) -> None:
        self.place = self.follows.stat().st_size

    def work(self) -> None:
        with open(self.follows, encoding="utf-8") as handle:
            handle.seek(self.place)
            new = handle.read()
            self.place = handle.tell()
        for path in self.into if new else ():
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(path, "a", encoding="utf-8") as central:
                central.write("".join(f"{self.change(line)}\n" for line in new.splitlines()))


class WebServer:
    """A web server that writes an access log, as most do; ``logs``: whether it writes any."""

    def __init__(self, folder: pathlib.Path | str, *, log: pathlib.Path, logs: bool = True) -> None:
        self.log, self.logs, self.port = log, logs, free_port()

    @property
    def url(self) -> str:
        return f"http://{LOCAL}:{self.port}"

    def start(self) -> t.Any:
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"here\n")

            def log_request(self, code: t.Any = "-", size: t.Any = "-") -> None:
                if not server.logs:
                    return
                when = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime())
                agent = self.headers.get("User-Agent", "-")
                with open(server.log, "a", encoding="utf-8") as log:
                    log.write(f'{self.client_address[0]} - - [{when}] "{self.requestline}" 200 5 "-" "{agent}"\n')

        self.server = http.server.ThreadingHTTPServer((LOCAL, self.port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Ingest:
    """Takes lines over HTTP and answers with ``status`` and ``answer``; what it was sent stands in ``bodies``, and in ``into``."""

    def __init__(self, folder: pathlib.Path | str, *, status: int = 204, answer: str = "", into: pathlib.Path | None = None) -> None:
        self.status, self.answer, self.into, self.port = status, answer, into, free_port()
        self.bodies: list[str] = []
        self.headers: list[dict[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://{LOCAL}:{self.port}"

    def start(self) -> t.Any:
        ingest = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
                ingest.bodies.append(body)
                ingest.headers.append({name.lower(): value for name, value in self.headers.items()})
                if ingest.into is not None and ingest.status < 300:
                    with open(ingest.into, "a", encoding="utf-8") as central:
                        central.write(body.rstrip("\n") + "\n")
                self.send_response(ingest.status)
                self.end_headers()
                self.wfile.write(ingest.answer.encode())

            def log_message(self, *_unused: t.Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer((LOCAL, self.port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def wait_for(path: pathlib.Path, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not path.exists() and time.monotonic() < end:
        time.sleep(0.05)
    if not path.exists():
        raise RuntimeError(f"{path} did not appear")


__all__ = (
    "HOST",
    "PER_HOST",
    "RFC3339",
    "Copies",
    "ForgetsTheRest",
    "HoldsItsFile",
    "Ingest",
    "Receiver",
    "Shipper",
    "Tls",
    "WebServer",
    "wait_for",
)
