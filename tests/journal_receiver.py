# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""systemd-journal-remote that listens, as on a host where the journals of others arrive (dev/debian-packages journal)."""

from __future__ import annotations

import os
import pathlib
import socket
import subprocess
import time
import typing as t
import urllib.request

from journals import environment, program
from servers import LOCAL, Server


class JournalReceiver(Server):
    """``received`` is the folder into which it writes, with a file for each host that sends."""

    @property
    def received(self) -> pathlib.Path:
        return self.folder / "remote"

    together = False  # whether all of them are written into one file

    def command(self) -> list[str]:
        self.received.mkdir(exist_ok=True)
        where = f"--output={self.received}/all.journal" if self.together else f"--output={self.received}"
        options = [f"--listen-http={LOCAL}:{self.port}", where, f"--split-mode={'none' if self.together else 'host'}"]
        return [program("systemd-journal-remote"), *options]

    def environment(self) -> dict[str, str]:
        return environment()

    def is_ready(self) -> bool:
        with socket.socket() as client:
            client.settimeout(1)
            return client.connect_ex((LOCAL, self.port)) == 0

    def take(self, *messages: str, host: str = "web1", ago: float = 0.0, **fields: str) -> None:
        """Sends entries as systemd-journal-upload does, over HTTP in the export format, and waits until they can be read."""
        more = "".join(f"{name}={value}\n" for name, value in fields.items())
        entries = "".join(
            f"__REALTIME_TIMESTAMP={time.time_ns() // 1000 - int(ago * 1e6) + number}\n__MONOTONIC_TIMESTAMP={number + 1}\n"
            f"_BOOT_ID=0123456789abcdef0123456789abcdef\n_HOSTNAME={host}\nMESSAGE={message}\n{more}\n"
            for number, message in enumerate(messages)
        )
        request = urllib.request.Request(f"{self.url}/upload", entries.encode(), {"Content-Type": "application/vnd.fdo.journal"})
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
            assert answer.status == 202, answer.status
        end = time.monotonic() + 30
        while messages[-1] not in self.read() and time.monotonic() < end:
            time.sleep(0.1)

    def read(self) -> str:
        """What lies there, as journalctl shows it."""
        command = [program("journalctl"), f"--directory={self.received}", "--output=short", "--quiet"]
        return subprocess.run(command, env=environment(), capture_output=True, text=True, check=False).stdout

    def journalctl(self, folder: pathlib.Path) -> dict[str, str]:
        """A program of that name in ``folder``, with its libraries; the environment in which it is found first."""
        wrapper = folder / "journalctl"
        libraries = environment()["LD_LIBRARY_PATH"]
        wrapper.write_text(f'#!/bin/sh\nLD_LIBRARY_PATH={libraries} exec {program("journalctl")} "$@"\n')
        wrapper.chmod(0o755)
        given: t.MutableMapping[str, str] = dict(os.environ)
        return {**given, "PATH": f"{folder}:{given.get('PATH', os.defpath)}"}


class OneJournal(JournalReceiver):
    """One file for all."""

    together = True


__all__ = ("JournalReceiver", "OneJournal")
