# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who takes the entries of a journal on: shippers that hold its files open, and the syslog daemon that journald serves. PRIVATE."""

from __future__ import annotations

import os
import typing as t

from .log_writers import Processes, open_files

SOCKET = "/run/systemd/journal/syslog"
WRITER = "systemd-journald"
SHELLS = ("bash", "dash", "fish", "ksh", "login", "script", "sh", "ssh", "sshd", "su", "sudo", "timeout", "tmux", "watch", "zsh")
# what copies or shows a file takes nothing on
COPIERS = frozenset(
    {"cat", "cp", "dd", "grep", "gzip", "head", "less", "more", "mv", "rsync", "tail", "tar", "xz", "zstd", "borg", "restic", "rg", "scp"}
)


def readers(folders: t.Collection[str], *, syslog: bool, proc: str = "/proc", socket: str = SOCKET) -> tuple[list[str], int]:
    """The programs, and how many processes could not be looked at. ``syslog``: whether journald hands its lines to a syslog daemon.

    Somebody who reads along at a terminal (``journalctl -f``) takes nothing on.
    """
    processes, unseen = open_files.now(proc)
    found = set()
    for pid, opened in processes.items():
        if any(target.endswith(".journal") and os.path.dirname(target) in folders for target in opened.values()):
            found.add(_program(proc, pid))
    if syslog:
        found |= _takes_from(socket, processes, proc)
    return sorted(found - COPIERS - {"", WRITER}), unseen


def _takes_from(socket: str, processes: Processes, proc: str) -> set[str]:
    """The programs that hold a socket, but for the first process: it keeps it for a service that need not run."""
    try:
        with open(f"{proc}/net/unix", encoding="utf-8", errors="replace") as handle:
            lines = [line.split() for line in handle]
    except OSError:
        return set()
    numbers = {f"socket:[{words[6]}]" for words in lines if len(words) > 7 and words[7] == socket}
    return {_program(proc, pid) for pid, opened in processes.items() if pid != "1" and numbers & set(opened.values())}


def _program(proc: str, pid: str) -> str:
    """Its name; of journalctl that of whoever started it, and none where that is a person."""
    name = _named(proc, pid)
    if name != "journalctl":
        return name
    starter = _named(proc, _parent(proc, pid))
    return "" if starter.lstrip("-") in SHELLS else starter


def _named(proc: str, pid: str) -> str:
    for name in ("cmdline", "comm"):
        try:
            with open(f"{proc}/{pid}/{name}", encoding="utf-8", errors="replace") as handle:
                word = handle.read(4096).split("\0")[0].strip()
        except OSError:
            continue
        if word:
            return os.path.basename(word.split(" ")[0].rstrip(":"))
    return ""


def _parent(proc: str, pid: str) -> str:
    try:
        with open(f"{proc}/{pid}/stat", encoding="utf-8", errors="replace") as handle:
            return handle.read(4096).rpartition(")")[2].split()[1]
    except (OSError, IndexError):
        return "0"


__all__ = ("readers",)
