# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a log file, of whatever size and content."""

from __future__ import annotations

import os
import pathlib
import time

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients import log_tail
from ansible_collections.operability.readiness.plugins.module_utils._clients.log_tail import LogTail
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from fakes import NOW, FakeRunner

MOMENT = NOW.timestamp()


def stamp(ago: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(MOMENT - ago))


def tail(path: pathlib.Path) -> LogTail:
    return LogTail(str(path), FakeRunner())


def test_lines_from_the_last_to_the_first(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "a.log"
    path.write_text(f"{stamp(30)} one\nno time\n\n{stamp(10)} two\r\nlast without an end")
    with tail(path) as found:
        lines = list(found.backwards())
    assert [(line.text.rpartition(" ")[2], line.moment) for line in lines] == [
        ("end", None),
        ("two", MOMENT - 10),
        ("time", None),
        ("one", MOMENT - 30),
    ]


def test_blocks_are_joined_where_they_cut_a_line(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_tail, "BLOCK", 7)
    path = tmp_path / "a.log"
    written = [f"line number {number}" for number in range(50)]
    path.write_text("\n".join(written) + "\n")
    with tail(path) as found:
        assert [line.text for line in found.backwards()] == written[::-1]
        assert found.reached == 0


def test_no_more_is_read_than_is_asked(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_tail, "BLOCK", 100)
    path = tmp_path / "a.log"
    path.write_text("a line of text\n" * 1000)
    with tail(path) as found:
        assert len(list(found.backwards(300))) <= 21
        assert found.reached == 15_000 - 300


def test_bytes_without_a_line_end_are_bounded(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_tail, "BLOCK", 1000)
    monkeypatch.setattr(log_tail, "LONGEST", 5000)
    path = tmp_path / "a.log"
    path.write_bytes(b"\xff\xfe" * 50_000)
    with tail(path) as found:
        lines = list(found.backwards())
        assert all(len(line.text) <= 5000 for line in lines) and lines[0].moment is None
        assert found.newest() is None and found.newest(MOMENT) is None and found.oldest() is None


@pytest.mark.parametrize("ago", [0, 1, 10, 999, 5000, 86_000, 99_999])
def test_the_newest_line_before_a_moment_is_found_without_reading_all(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, ago: int
) -> None:
    monkeypatch.setattr(log_tail, "BLOCK", 4096)
    path = tmp_path / "a.log"
    path.write_text("".join(f"{stamp(number)} info a line\n\tat a.trace\n" for number in range(100_000, 0, -1)))
    with tail(path) as found:
        read: list[int] = []
        original = found._at
        monkeypatch.setattr(found, "_at", lambda place, count: read.append(count) or original(place, count))
        assert found.newest(MOMENT - ago - 0.5) == MOMENT - ago - 1
        assert sum(read) < 400_000
        assert found.newest(MOMENT - 200_000) is None


def test_of_a_sparse_file_of_50_gb_little_is_read(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "a.log"
    with open(path, "wb") as handle:
        handle.write(f"{stamp(9000)} info first\n".encode())
        handle.seek(50 * 10**9)
        handle.write(f"\n{stamp(5)} info last\n".encode())
    began = time.monotonic()
    with tail(path) as found:
        assert (found.newest(), found.oldest()) == (MOMENT - 5, MOMENT - 9000)
        assert found.newest(MOMENT - 60) in (None, MOMENT - 9000)
        assert next(iter(found.backwards())).moment == MOMENT - 5
    assert time.monotonic() - began < 60


def test_what_is_no_file_is_told(tmp_path: pathlib.Path) -> None:
    with pytest.raises(CannotObserve, match="is not a regular file"):
        tail(tmp_path)
    with pytest.raises(FileNotFoundError):
        tail(tmp_path / "none")
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(CannotObserve, match="is not a regular file"):
        tail(tmp_path / "fifo")
