# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real journals, below a folder that stands for the root of a host: by systemd-journal-remote, or by a journald of its own."""

from __future__ import annotations

import datetime as dt
import os
import pathlib
import socket
import subprocess
import time
import typing as t

import pytest
from servers import Binaries, Server

PACKAGES = pathlib.Path(__file__).resolve().parent.parent / ".cache" / "debian" / "journal"
MACHINE = "3d1219c7c4c5404aaa1f6d2a48adfda4"
NAMESPACE = "of-a-test"
SUPPRESSED = "a596d6fe7bfa4994828e72309e95d61e"
ENTRY = (
    "__REALTIME_TIMESTAMP={micro}\n__MONOTONIC_TIMESTAMP={number}\n_BOOT_ID=0123456789abcdef0123456789abcdef\n_MACHINE_ID=" + MACHINE + "\n"
    "_HOSTNAME=web1\nMESSAGE={message}\n{more}\n\n"
)


def binaries() -> Binaries:
    if not PACKAGES.exists():
        pytest.skip("journald is not here: run dev/debian-packages journal")
    return Binaries(PACKAGES)


def program(name: str) -> str:
    return str(
        next(path for folder in ("usr/bin", "bin", "usr/lib/systemd", "lib/systemd") if (path := binaries().root / folder / name).exists())
    )


def environment() -> dict[str, str]:
    libraries = [*PACKAGES.glob("usr/lib/*-linux-gnu"), *PACKAGES.glob("usr/lib/*-linux-gnu/systemd"), *PACKAGES.glob("lib/*-linux-gnu")]
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(str(path) for path in sorted(libraries))}


class Journal:
    """The journal of a host whose root is ``root``; ``journalctl`` in ``bin`` reads it, and shows paths as on that host."""

    def __init__(self, root: pathlib.Path, *, volatile: bool = False) -> None:
        self.root = root
        self.folder = root / ("run" if volatile else "var") / "log" / "journal" / MACHINE
        self.config = root / "etc" / "systemd" / "journald.conf"
        self.config.parent.mkdir(parents=True, exist_ok=True)
        self.config.write_text("[Journal]\n#Storage=auto\n#ForwardToSyslog=no\n")

    def settings(self, *lines: str) -> list[str]:
        """Writes the configuration; the patterns under which a check finds it."""
        with open(self.config, "a") as config:
            config.write("\n".join(lines) + "\n")
        return [str(self.config), str(self.config.parent / "journald.conf.d" / "*.conf")]

    def write(
        self, *messages: str, hours_ago: float = 0.0, name: str = "system.journal", more: str = "_SYSTEMD_UNIT=payments.service"
    ) -> None:
        """Entries, a second apart, the last one so long ago."""
        self.folder.mkdir(parents=True, exist_ok=True)
        last = dt.datetime.now(dt.timezone.utc).timestamp() - hours_ago * 3600
        text = "".join(
            ENTRY.format(micro=int((last - len(messages) + number + 1) * 1e6), number=number + 1, message=message, more=more)
            for number, message in enumerate(messages)
        )
        command = [program("systemd-journal-remote"), "-o", str(self.folder / name), "-"]
        subprocess.run(command, input=text.encode(), env=environment(), check=True, capture_output=True)

    def drop(self, count: int, unit: str, hours_ago: float = 1.0) -> None:
        """What journald writes when its rate limit has dropped messages."""
        self.write(f"Suppressed {count} messages from {unit}", hours_ago=hours_ago, more=f"MESSAGE_ID={SUPPRESSED}\nN_DROPPED={count}")

    def journalctl(self, folder: pathlib.Path, *, where_they_lie: bool = False) -> None:
        """A program of that name in ``folder``; ``where_they_lie``: it shows the paths of the files as they are here."""
        found = [path for path in sorted(self.root.glob("*/log/journal/*")) if path.is_dir()]
        where = f"--directory={found[0]}" if len(found) == 1 else f"--root={self.root}"
        wrapper = folder / "journalctl"
        libraries = environment()["LD_LIBRARY_PATH"]
        wrapper.write_text(
            f'#!/bin/sh\nout=$(LD_LIBRARY_PATH={libraries} {program("journalctl")} {where} "$@")\nrc=$?\n'
            f"printf '%s\\n' \"$out\" | sed 's#{'^' if where_they_lie else self.root}##g'\nexit $rc\n"
        )
        wrapper.chmod(0o755)


class Journald(Server):
    """journald in mounts of its own: its /run, /var/log and /etc/systemd are those below ``folder/root``."""

    def __init__(self, folder: pathlib.Path, *lines: str, on_disk: bool = False) -> None:
        super().__init__(folder)
        self.root = self.folder / "root"
        self.journal = Journal(self.root, volatile=not on_disk)
        self.sockets = self.root / "run" / "systemd" / f"journal.{NAMESPACE}"
        (self.root / "run").mkdir()
        (self.root / "var" / "log").mkdir(parents=True)
        self.patterns = self.journal.settings(*lines)
        (self.root / "etc" / "systemd" / f"journald@{NAMESPACE}.conf").write_text(self.journal.config.read_text())

    def command(self) -> list[str]:
        mounts = " && ".join(f"mount --bind {self.root}/{path} /{path}" for path in ("run", "var/log", "etc/systemd"))
        rights = [] if os.geteuid() == 0 else ["--map-root-user"]
        return ["unshare", *rights, "--mount", "sh", "-c", f"{mounts} && exec {program('systemd-journald')} {NAMESPACE}"]

    def environment(self) -> dict[str, str]:
        return environment()

    def is_ready(self) -> bool:
        return (self.sockets / "dev-log").exists()

    def say(self, *messages: str) -> None:
        """Sends lines as a program does by syslog, and waits until they can be read."""
        folder = os.open(self.sockets, os.O_PATH)  # the whole path may be too long for a socket
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
            client.connect(f"/proc/self/fd/{folder}/dev-log")
            for message in messages:
                client.send(f"<14>payments: {message}".encode())
        os.close(folder)
        end = time.monotonic() + 20
        while not self._has_entries() and time.monotonic() < end:
            time.sleep(0.05)

    def _has_entries(self) -> bool:
        """A journal file is there a moment before its first entry is."""
        folders = [path.parent for path in self.root.glob("*/log/journal/*/*.journal")]
        command = [program("journalctl"), "--quiet", "--lines=1", "--output=cat", *(f"--directory={folder}" for folder in folders[:1])]
        return bool(folders) and bool(subprocess.run(command, env=environment(), check=False, capture_output=True).stdout.strip())


def reading(journal: Journal, environ: t.MutableMapping[str, str], folder: pathlib.Path, *, where_they_lie: bool = False) -> None:
    """From now on ``journalctl`` is one that reads this journal."""
    journal.journalctl(folder, where_they_lie=where_they_lie)
    environ["PATH"] = f"{folder}:{environ.get('PATH', '')}"


__all__ = ("MACHINE", "Journal", "Journald", "reading")
