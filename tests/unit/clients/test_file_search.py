# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a marked line is looked for: what is read of files, and once."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients.canary_marker import Marker, host_name
from ansible_collections.operability.readiness.plugins.module_utils._clients.file_search import FileSearch, _Record
from ansible_collections.operability.readiness.plugins.module_utils._clients.journal_search import JournalSearch
from ansible_collections.operability.readiness.plugins.module_utils._clients.own_files import own_kind
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from fakes import NOW, Completed, FakeRunner

TOKEN = "operability-canary " + "0123456789abcdef" * 2


def marker(**more: t.Any) -> Marker:
    return Marker.from_dict({"marker": TOKEN, "host": "web1.example.com", "written_epoch": NOW.timestamp(), **more})


def test_a_marker_is_what_it_was() -> None:
    written = marker(offset=7, device=1, inode=2, path="/a.log", tag="payments")
    assert Marker.from_dict(written.as_dict()) == written


@pytest.mark.parametrize("data", [{}, {"marker": ""}, {"marker": "x"}, {"marker": 5}, {"marker": None}])
def test_what_is_no_marker(data: dict[str, object]) -> None:
    with pytest.raises(CannotObserve, match="not one that this check has written"):
        Marker.from_dict(data)


def test_details_of_another_kind_are_left_out() -> None:
    read = marker(offset="7", written_epoch="soon", device=None)
    assert (read.offset, read.written_epoch, read.device) == (None, None, None)


def test_the_host_goes_into_the_pattern_by_its_full_and_its_short_name(tmp_path: pathlib.Path) -> None:
    (tmp_path / "web1.payments.log").write_text(f"{TOKEN}\n")
    search = FileSearch(f"{tmp_path}/{{host}}.{{tag}}.log", "payments", FakeRunner())
    search.poll([marker()])
    (hit,) = search.found(marker())
    assert hit.where == str(tmp_path / "web1.payments.log")


def test_each_byte_is_read_once_and_a_line_may_come_in_two_parts(tmp_path: pathlib.Path) -> None:
    log = tmp_path / "web1.log"
    log.write_text("before\n" + TOKEN[:30])
    search = FileSearch(f"{tmp_path}/{{host}}.log", "", FakeRunner())
    search.poll([marker()])
    assert not search.found(marker())
    with log.open("a") as handle:
        handle.write(TOKEN[30:] + "\n")
    search.poll([marker()])
    assert search.found(marker())
    assert search.readers[log.stat().st_dev, log.stat().st_ino].position == log.stat().st_size


def test_what_was_looked_through_in_vain(tmp_path: pathlib.Path) -> None:
    log = tmp_path / "web1.log"
    log.write_text("before\n")
    search = FileSearch(f"{tmp_path}/{{host}}.log", "", FakeRunner())
    search.poll([marker()])
    with log.open("a") as handle:
        handle.write("another\n")
    search.poll([marker()])
    looked = search.searched(marker())
    assert (looked.paths, looked.new_lines, looked.refused) == ([str(log)], 1, None)
    nowhere = FileSearch(f"{tmp_path}/gone/*/x.log", "", FakeRunner())
    nowhere.poll([marker()])
    assert (nowhere.searched(marker()).paths, nowhere.searched(marker()).nearest) == ([], str(tmp_path))


def test_found_where_it_was_written(tmp_path: pathlib.Path) -> None:
    log = tmp_path / "app.log"
    log.write_text(f"{TOKEN}\n")
    own = marker(host=host_name(), path=str(log), device=log.stat().st_dev, inode=log.stat().st_ino, offset=0)
    search = FileSearch(str(log), "", FakeRunner())
    search.poll([own])
    (hit,) = search.found(own)
    assert hit.own == "file"


@pytest.mark.parametrize(
    ("found", "written", "own"),
    [
        ("/l/up/var/log/app.log", "/l/merged/var/log/app.log", "file"),
        ("/l/up/var/log/app.log", "/var/log/app.log", "file"),  # in the container its root is the whole of it
        ("/l/merged/var/log/app.log", "/var/log/app.log", "file"),
        ("/l/merged/var/log/app.log", "/l/up/var/log/app.log", "file"),
        ("/l/up/var/log/app.log", "/var/log/other/app.log", None),
        ("/central/web1/app.log", "/var/log/app.log", None),
        ("/l/upper/var/log/app.log", "/var/log/app.log", None),
    ],
)
def test_a_layer_of_an_overlay(found: str, written: str, own: str | None) -> None:
    mounts = (
        "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        "40 22 0:50 / /l/merged rw,relatime shared:1 - overlay overlay rw,lowerdir=/l/low1:/l/low\\0402,upperdir=/l/up,workdir=/l/work\n"
    )
    record = _Record("", found, found, (1, 99), 700, None)
    assert own_kind(record, marker(path=written, device=7, inode=55, offset=700), lambda: mounts) == own
    assert own_kind(record, marker(path=written, device=7, inode=55, offset=800), lambda: mounts) is None


def test_a_copy_beside_the_log(tmp_path: pathlib.Path) -> None:
    """... as it is seen from a container or a host that calls itself otherwise."""
    log, copy = tmp_path / "app.log", tmp_path / "app.copy"
    for path in (log, copy):
        path.write_text(f"{path.name}\n{TOKEN}\n")
    for inode, own in ((log.stat().st_ino, "beside"), (log.stat().st_ino + 10**6, None)):
        search = FileSearch(str(copy), "", FakeRunner())
        written = marker(path=f"/elsewhere/{log.name}", device=7, inode=inode, offset=len("app.log\n"))
        search.poll([written])
        (hit,) = search.found(written)
        assert hit.own == own


def test_a_journal_of_which_a_part_is_hidden() -> None:
    said = "Hint: You are currently not seeing messages from other users and the system.\n"
    search = JournalSearch(None, "payments", FakeRunner(commands={"journalctl": Completed(0, "", said)}))
    search.poll([marker(via="syslog")])
    assert (search.part_hidden, search.entries, search.found(marker())) == (True, 0, [])
