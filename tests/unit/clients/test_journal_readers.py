# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who takes the entries of a journal on."""

from __future__ import annotations

import pathlib

from ansible_collections.operability.readiness.plugins.module_utils._clients import journal_readers

FOLDER = "/var/log/journal/0123"
SOCKET = "/run/systemd/journal/syslog"


def process(proc: pathlib.Path, pid: int, command: str, *targets: str, parent: int = 1) -> None:
    (proc / str(pid) / "fd").mkdir(parents=True)
    (proc / str(pid) / "cmdline").write_text(command.replace(" ", "\0") + "\0")
    (proc / str(pid) / "comm").write_text(command.split()[0].rpartition("/")[2][:15] + "\n")
    (proc / str(pid) / "stat").write_text(f"{pid} (a) b) S {parent} 1 1 0\n")
    for number, target in enumerate(targets):
        (proc / str(pid) / "fd" / str(number)).symlink_to(target)


def found(proc: pathlib.Path, *, syslog: bool = False) -> list[str]:
    return journal_readers.readers({FOLDER}, syslog=syslog, proc=str(proc), socket=SOCKET)[0]


def test_readers(tmp_path: pathlib.Path) -> None:
    journal = f"{FOLDER}/system.journal"
    process(tmp_path, 1, "/lib/systemd/systemd --system", "socket:[77]")
    process(tmp_path, 10, "/lib/systemd/systemd-journald", journal)
    process(tmp_path, 11, "-bash")
    process(tmp_path, 12, "journalctl -f", journal, parent=11)
    assert found(tmp_path) == [], "journald itself, and somebody who reads along"
    process(tmp_path, 13, "/usr/bin/vector --config x")
    process(tmp_path, 14, "/usr/bin/journalctl --follow", journal, parent=13)
    process(tmp_path, 15, "/lib/systemd/systemd-journal-upload --save-state", journal)
    process(tmp_path, 16, "/usr/bin/other", "/var/log/journal/4567/system.journal")
    assert found(tmp_path) == ["systemd-journal-upload", "vector"]


def test_a_syslog_daemon(tmp_path: pathlib.Path) -> None:
    process(tmp_path, 1, "/lib/systemd/systemd --system", "socket:[77]")
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "unix").write_text(
        f"Num RefCount Protocol Flags Type St Inode Path\n0: 2 0 0 2 1 77 {SOCKET}\n0: 2 0 0 2 1 78 /x\nx\n"
    )
    assert found(tmp_path, syslog=True) == [], "the first process keeps the socket for a service that does not run"
    process(tmp_path, 20, "/usr/sbin/rsyslogd -n", "socket:[77]")
    assert found(tmp_path, syslog=True) == ["rsyslogd"]
    assert found(tmp_path) == [], "journald hands it nothing"


def test_processes_that_vanish(tmp_path: pathlib.Path) -> None:
    process(tmp_path, 30, "journalctl -f", f"{FOLDER}/a.journal", parent=99)
    (tmp_path / "30" / "stat").unlink()
    (tmp_path / "30" / "cmdline").write_text("")
    assert found(tmp_path) == []
